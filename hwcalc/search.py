"""Finding C and gamma by successive halving: all candidates on few samples, the better third on three times as many.

    25 candidates ── a ninth of the samples ─▶ 8 ── a third ─▶ 3 ── all ─▶ 1

Each step starts from the solution of the step before, which a support vector machine can: the samples of a step are
the first of those of the next. After Jamieson and Talwalkar, "Non-stochastic best arm identification and
hyperparameter optimization", 2016. In flow samples and settings; out flow the settings with the best C and gamma. What
was tried is kept in a file, a line of JSON for each training, so that a search that was stopped is gone on with.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .datasets import DatasetError
from .features import FeatureArray
from .glyph_machine import log_softmax
from .models import machine_of
from .preparation import balanced
from .svm import SVC, fitted_temperature
from .training import (
    Examples,
    Progress,
    Settings,
    default_gamma,
    estimator,
    hold_out,
    quiet,
)

COSTS = (1.0, 3.2, 10.0, 32.0, 100.0)
GAMMAS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Candidates: C, and gamma as a multiple of 1 / sum of the features' variances."""

FACTOR = 3
"""So many times more samples in each step, and fewer candidates."""

FEWEST = 500
"""Samples of a step, at least."""

VALIDATION = 0.2
"""Share of the writers that candidates are judged on."""


class Candidate(NamedTuple):
    """Settings to try."""

    C: float
    gamma: float


@dataclass(frozen=True)
class Trial:
    """What a candidate came to: errors on the validation part, and the mean of -ln p, which decides between equals."""

    size: int
    candidate: Candidate
    errors: int
    loss: float
    seconds: float


def search(examples: Examples, settings: Settings, path: Path, progress: Progress = quiet) -> Settings:
    """The settings with the best C and gamma that were found.

    Parameters
    ----------
    examples : what will be trained on; a fifth of the writers judge, the others are trained on.
    settings : of an `SVC`; its own C and gamma are among the candidates.
    path : where trials are kept. Those of the same samples and settings are not made again.
    progress : hears of the samples that were trained on.

    Raises
    ------
    DatasetError
        There are too few samples, or the file is of something else.
    """
    work = _Search(examples, settings, path)
    total = sum(size * count for size, count in work.plan)
    done = 0
    candidates = work.candidates
    for size, count in work.plan:
        trials = []
        for candidate in candidates[:count]:
            progress("search", done, total)
            trials.append(work.trial(candidate, size))
            done += size
        trials.sort(key=lambda trial: (trial.errors, trial.loss))
        candidates = [trial.candidate for trial in trials]
        work.forget(candidates[: math.ceil(count / FACTOR)])
    progress("search", done, total)
    return replace(settings, C=candidates[0].C, gamma=candidates[0].gamma)


class _Search:
    """The samples in the order in which steps take them, machines that were trained, and trials that were made."""

    def __init__(self, examples: Examples, settings: Settings, path: Path) -> None:
        held = hold_out(examples.writers, settings.seed + 1, VALIDATION)
        held &= np.isin(examples.y, examples.y[~held])
        self.judges = examples.take(held)
        learning = np.flatnonzero(~held)
        order = np.random.default_rng(settings.seed).permutation(learning)
        self.X, self.y = examples.X[order], examples.y[order]
        weighed = examples.weights if settings.weighs else None
        self.weights = None if weighed is None else weighed[order]
        if len(learning) < 2 * FEWEST or len(self.judges.y) < 50:
            raise DatasetError(f"--search needs {3 * FEWEST} glyphs or more, and there are {len(examples.y)}")
        self.settings, self.path = settings, path
        self.candidates = _candidates(settings, default_gamma(examples.X))
        self.plan = list(_plan(len(order), len(self.candidates)))
        self.machines: dict[Candidate, SVC] = {}
        self.key = _key(self.X, self.y, settings)
        self.known = {(trial.size, trial.candidate): trial for trial in self._read()}

    def trial(self, candidate: Candidate, size: int) -> Trial:
        """Train a candidate on the first `size` samples and judge it, or recall what came of it."""
        known = self.known.get((size, candidate))
        if known is not None:
            return known
        started = time.perf_counter()
        warm = self.settings.balance == "none"  # balancing would take other samples in each step
        machine = self.machines.get(candidate) if warm else None
        if machine is None:
            machine = estimator(replace(self.settings, C=candidate.C), candidate.gamma)
            machine.set_params(warm_start=warm)
        X, y = balanced(self.X[:size], self.y[:size], self.settings.balance, self.settings.seed)
        machine.fit(X, y, None if self.weights is None else self.weights[:size])
        self.machines[candidate] = machine
        errors, loss = self._judged(machine)
        made = Trial(size, candidate, errors, loss, time.perf_counter() - started)
        self._keep(made)
        return made

    def _judged(self, machine: SVC) -> tuple[int, float]:
        """Errors on the validation part, and the mean of -ln p with the temperature that suits it best."""
        scorer = machine_of(machine)
        known = np.isin(self.judges.y, list(scorer.labels))
        truth = np.array([scorer.labels.index(label) for label in self.judges.y[known]])
        scores = scorer.scores(self.judges.X[known])
        errors = int((scores.argmax(axis=1) != truth).sum() + (~known).sum())
        probability = log_softmax(scores / fitted_temperature(scores, truth))
        return errors, float(-probability[np.arange(len(truth)), truth].mean())

    def forget(self, but: list[Candidate]) -> None:
        """Let go of the machines that are out of the race."""
        self.machines = {
            candidate: self.machines[candidate] for candidate in but if candidate in self.machines
        }

    def _read(self) -> Iterator[Trial]:
        """Trials of the same samples and settings; a line that was cut off is made again."""
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                row = json.loads(line)
                if row.pop("key") == self.key:
                    yield Trial(**{**row, "candidate": Candidate(*row["candidate"])})
            except (ValueError, TypeError, KeyError, AttributeError):
                continue

    def _keep(self, trial: Trial) -> None:
        try:
            with self.path.open("a+b") as file:
                if file.tell():  # after a line that was cut off a new one begins
                    file.seek(-1, os.SEEK_END)
                    file.write(b"" if file.read(1) == b"\n" else b"\n")
                file.write(json.dumps({"key": self.key, **asdict(trial)}).encode() + b"\n")
        except OSError as error:  # a full disk names no file
            raise OSError(error.errno, error.strerror, str(self.path)) from None


def _candidates(settings: Settings, gamma: float) -> list[Candidate]:
    """All pairs, those in the middle first, so that among equals the usual one wins."""
    multiples = GAMMAS if settings.kernel != "linear" else (1.0,)
    gammas = {float(f"{gamma * multiple:.6g}") for multiple in multiples}
    gammas |= {settings.gamma} if settings.gamma else set()
    found = [Candidate(C, g) for C, g in product(sorted({*COSTS, settings.C}), sorted(gammas))]
    return sorted(found, key=lambda c: abs(math.log(c.C / 10)) + abs(math.log(c.gamma / gamma)))


def _plan(samples: int, candidates: int) -> Iterator[tuple[int, int]]:
    """How many samples and how many candidates each step has."""
    steps = 1
    while FACTOR**steps < candidates and samples / FACTOR**steps >= FEWEST:
        steps += 1
    for step in range(steps):
        yield samples // FACTOR ** (steps - 1 - step), math.ceil(candidates / FACTOR**step)


def _key(X: FeatureArray, y: npt.NDArray[np.str_], settings: Settings) -> str:
    """What trials must have in common to be of the same search."""
    told: dict[str, Any] = asdict(settings)
    for name in ("C", "gamma", "jobs"):
        del told[name]
    digest = hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=12)
    digest.update(np.ascontiguousarray(X).tobytes())
    digest.update("".join(y.tolist()).encode())
    return digest.hexdigest()
