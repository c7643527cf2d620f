"""Learning one person's hand: samples that they gave, kept in a file, and a classifier that learnt from them.

    corrections ──▶ Samples (a file of the user's) ──▶ learn: the shipped classifier, trained further ──▶ model file

Learning always starts from the shipped classifier, so that taking it back is to take the file away.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from .features import FeatureArray, extract
from .glyphs import GlyphClassifier, write_atomically
from .ink import FloatArray

FEWEST = 4
"""With fewer samples there is nothing to learn from and to test on."""

HELD = 3
"""One sample in so many of each label is held back, to tell before from after."""

WEIGHT = 4.0
"""A personal sample counts as much as so many of the shipped ones."""

C = 10.0
"""Penalty of a margin error, as in the training of the shipped classifier."""

MOST_SAMPLES = 5000
MOST_POINTS = 5000  # of one sample

Progress: TypeAlias = Callable[[float], object]
"""Takes the share of the work that is done, 0 to 1. What it raises stops the work."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A glyph as a person wrote it, and what they say it is: strokes, each float64 (k, 2), and a label."""

    label: str
    strokes: tuple[FloatArray, ...]


class Samples:
    """Personal samples in a file, a line of JSON for each. A damaged line is left out."""

    def __init__(self, path: Path) -> None:
        """Those in the file; none when it is not there yet."""
        self._path = path
        self.all: list[Sample] = []
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        for line in lines:
            try:
                self.all.append(_sample(line))
            except (ValueError, TypeError, KeyError, RecursionError):
                continue

    def __len__(self) -> int:
        return len(self.all)

    def add(self, label: str, strokes: Iterable[FloatArray]) -> None:
        """Keep a sample; of too many the oldest goes. Raises OSError."""
        sample = Sample(label, tuple(np.asarray(s, np.float64)[:, :2] for s in strokes))
        self.all.append(sample)
        if len(self.all) > MOST_SAMPLES:
            del self.all[:-MOST_SAMPLES]
            self._write()
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(sample))

    def remove(self, numbers: Iterable[int]) -> None:
        """Delete the samples at these places. Raises OSError."""
        gone = set(numbers)
        self.all = [sample for number, sample in enumerate(self.all) if number not in gone]
        self._write()

    def _write(self) -> None:
        if self.all:
            write_atomically(self._path, "".join(map(_line, self.all)).encode("utf-8"))
        else:
            self._path.unlink(missing_ok=True)


def _line(sample: Sample) -> str:
    strokes = [np.round(stroke, 2).tolist() for stroke in sample.strokes]
    return json.dumps({"label": sample.label, "strokes": strokes}, ensure_ascii=False) + "\n"


def _sample(line: str) -> Sample:
    told = json.loads(line)
    strokes = tuple(np.array(stroke, np.float64).reshape(-1, 2) for stroke in told["strokes"])
    points = np.concatenate(strokes)
    label = told["label"]
    if not isinstance(label, str) or len(label) != 1 or not 0 < len(points) <= MOST_POINTS:
        raise ValueError
    if not np.isfinite(points).all() or np.abs(points).max() > 1e6:
        raise ValueError
    return Sample(label, strokes)


class Learnt(NamedTuple):
    """What came of learning: a classifier, and of how many held-back samples it reads how many right."""

    classifier: GlyphClassifier
    held: int
    before: int
    after: int


def learn(
    base: GlyphClassifier, samples: Sequence[Sample], progress: Progress = lambda share: None
) -> Learnt:
    """Train a classifier further with personal samples.

    Twice: without the samples that are held back, which tells how well it learns, and then with all.

    Parameters
    ----------
    base : GlyphClassifier
        What to start from; it stays as it is.
    samples : sequence of Sample
        Those whose label `base` does not know are left out.
    progress : callable, optional

    Raises
    ------
    ValueError
        There are too few samples.
    """
    known = [sample for sample in samples if sample.label in base.labels]
    if len(known) < FEWEST:
        raise ValueError(
            f"{FEWEST - len(known)} more corrections are needed before there is something to learn"
        )
    X = extract([list(sample.strokes) for sample in known])
    y = np.array([sample.label for sample in known])
    held = held_back(y)
    first = _trained(base, X[~held], y[~held], lambda share: progress(share / 2))
    before, after = (int((_labels(c, X[held]) == y[held]).sum()) for c in (base, first))
    classifier = _trained(base, X, y, lambda share: progress((1 + share) / 2))
    classifier.recipe = {**base.recipe, "personal_samples": len(known)}
    return Learnt(classifier, int(held.sum()), before, after)


def held_back(y: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """A mask of the samples that are held back: of each label the third, the sixth and so on; at least one."""
    held = np.zeros(len(y), bool)
    for label in np.unique(y):
        held[np.flatnonzero(y == label)[HELD - 1 :: HELD]] = True
    if not held.any():
        held[HELD - 1 :: HELD] = True
    return held


def _labels(classifier: GlyphClassifier, X: FeatureArray) -> npt.NDArray[np.str_]:
    labels: npt.NDArray[np.str_] = np.array(list(classifier.labels))
    return labels[classifier.scores(X).argmax(axis=1)]


def _trained(
    base: GlyphClassifier, X: FeatureArray, y: npt.NDArray[np.str_], progress: Progress
) -> GlyphClassifier:
    from .svm import SVC  # scikit-learn takes half a second to import, and keeping samples does not need it

    pairs: set[object] = set()
    total = len(base.labels) * (len(base.labels) - 1) / 2

    def passed(pair: object, passes: int, gap: float, n_support: int) -> None:
        pairs.add(pair)
        progress(len(pairs) / total)

    machine = SVC.resumed(
        np.array(list(base.labels)),
        base.vectors,
        base.counts,
        base.dual_coef,
        base.intercept,
        C=C,
        gamma=base.gamma,
        n_jobs=max((os.cpu_count() or 2) - 1, 1),
        callback=passed,
    )
    machine.partial_fit(X, y, sample_weight=np.full(len(y), WEIGHT))
    progress(1.0)
    return GlyphClassifier(
        "".join(machine.classes_),
        machine.support_vectors_,
        machine.n_support_,
        np.asarray(machine.dual_coef_, np.float32),
        np.asarray(machine.intercept_, np.float32),
        base.gamma,
        base.temperature,
    )
