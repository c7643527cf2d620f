"""python -m hwcalc.train: sets of glyphs → a trained classifier, its figures and its model file.

Without HWCALC_DATA it trains on what the repository holds, MNIST and synthetic strokes; with it, on the public
sets in that folder too.
"""

from __future__ import annotations

import argparse
import datetime
import logging
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from tqdm import tqdm

from . import __version__, datasets, features, report
from .datasets import DatasetError, GlyphSet
from .glyphs import JUNK, GlyphClassifier, log_softmax
from .svm import SVC
from .training_set import TrainingSet, assemble

log = logging.getLogger(__name__)

EXAMPLES = """\
examples:
  python -m hwcalc.train                           all sets that are here, into ./model.npz
  python -m hwcalc.train --sets mnist --junk 0     a digit classifier from MNIST alone
  python -m hwcalc.train --limit 2000              a quick try
  HWCALC_DATA=sets python -m hwcalc.train -o hwcalc/model.npz
                                                   the shipped model
"""


def parser() -> argparse.ArgumentParser:
    """The command line of `hwcalc train`."""
    args = argparse.ArgumentParser(
        prog="hwcalc train",
        description="Train the classifier of glyphs, measure it on MNIST's test set and write its model file.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    args.add_argument("-o", "--output", type=Path, default=Path("model.npz"), help="model file (./model.npz)")
    args.add_argument(
        "--sets", help="sets, separated by commas (default: mnist, synthetic and all in the folder HWCALC_DATA)"
    )
    args.add_argument("--junk", type=int, default=16000, help="groups that are no symbol (16000; 0 for none)")
    args.add_argument("--synthetic", type=int, default=16000, help="synthetic glyphs (16000)")
    args.add_argument("--limit", type=int, help="at most so many glyphs of each set")
    args.add_argument("--C", type=float, default=10.0, help="penalty of a margin error (10)")
    args.add_argument("--gamma", type=float, help="of the RBF kernel (default: 1 / sum of the features' variances)")
    args.add_argument("--seed", type=int, default=0, help="of all that is random (0)")
    args.add_argument("--jobs", type=int, default=-1, help="threads (-1: all cores)")
    args.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
    return args


def load_sets(names: Sequence[str], synthetic: int, seed: int) -> list[GlyphSet]:
    """The named sets; 'synthetic' is drawn, `synthetic` glyphs of it."""
    from .training_set import synthetic as draw

    loaded = []
    for name in names:
        if name == "mnist":
            loaded.append(datasets.load_mnist("train"))
        elif name == "synthetic":
            loaded.append(draw(synthetic, seed))
        else:
            loaded.append(datasets.load_set(name))
        log.info("%s: %d glyphs", name, len(loaded[-1]))
    return loaded


def fit(
    data: TrainingSet, C: float, gamma: float | None, seed: int, n_jobs: int, progress: bool = False
) -> tuple[GlyphClassifier, float]:
    """Train on all of `data`; the temperature comes from a tenth of its writers, held out of a first training.

    Returns
    -------
    classifier : GlyphClassifier
    held_out_error : float
        Share of the held-out glyphs that the first training reads wrong.
    """
    gamma = gamma or float(1 / data.X.var(axis=0).sum())
    held = hold_out(data.writers, seed)
    first = _train(data.X[~held], data.y[~held], C, gamma, n_jobs, "calibrate", progress)
    truth = np.array([first.labels.index(label) for label in data.y[held]])
    scores = first.scores(data.X[held])
    temperature = best_temperature(scores, truth)
    final = _train(data.X, data.y, C, gamma, n_jobs, "train", progress, temperature)
    return final, float(np.mean(scores.argmax(axis=1) != truth))


def hold_out(writers: npt.NDArray[np.str_], seed: int, share: float = 0.1) -> npt.NDArray[np.bool_]:
    """A mask of about `share` of the glyphs: whole writers; of a source with one writer, single glyphs."""
    rng = np.random.default_rng(seed)
    held = np.zeros(len(writers), bool)
    sources = np.array([w.split("/")[0] for w in writers])
    for source in np.unique(sources):
        here = np.flatnonzero(sources == source)
        names, whose = np.unique(writers[here], return_inverse=True)
        if len(names) < 10:
            held[here[rng.random(len(here)) < share]] = True
        else:
            held[here[(rng.random(len(names)) < share)[whose]]] = True
    return held


def best_temperature(scores: npt.NDArray[np.floating], truth: npt.NDArray[np.integer]) -> float:
    """The temperature whose softmax of `scores` (n, K) gives the true classes (n,) the highest likelihood."""

    def loss(log_temperature: float) -> float:
        chosen = log_softmax(scores / np.exp(log_temperature))[np.arange(len(truth)), truth]
        return -float(chosen.mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 2.0), method="bounded").x))


def _train(
    X: npt.NDArray[np.float32],
    y: npt.NDArray[np.str_],
    C: float,
    gamma: float,
    n_jobs: int,
    what: str,
    progress: bool,
    temperature: float = 1.0,
) -> GlyphClassifier:
    classes = len(np.unique(y))
    with tqdm(total=classes * (classes - 1) // 2, desc=what, unit="pair", disable=not progress) as bar:
        machine = SVC(C=C, gamma=gamma, n_jobs=n_jobs, callback=_advance(bar))
        machine.fit(X, y)
    return GlyphClassifier(
        "".join(machine.classes_),
        machine.support_vectors_,
        machine.n_support_,
        np.asarray(machine.dual_coef_, np.float32),
        np.asarray(machine.intercept_, np.float32),
        gamma,
        temperature,
    )
