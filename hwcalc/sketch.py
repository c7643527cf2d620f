"""A sketch of a trained machine: all its margins, roughly, from a few of its support vectors.

In flow support vectors and their margins; out flow the arrays from which `_svm.ByteMachine` tells which margins of a
sample it must compute in full.

The Gaussian kernel of the glyph machines is wide: 0.1 between most glyphs. A function of 30,000 such bells is close to
one of a thousand, the landmarks, whose weights are a least-squares fit at the support vectors; the 253 margins of 23
classes are close to combinations of 64. After C. Williams and M. Seeger, "Using the Nyström method to speed up kernel
machines", NIPS 2000. On glyphs by other writers the root of the mean squared error of a margin was, of a model of 21
classes, 0.09 for shapes and 0.10 for paths; with 48 combinations 0.10 and 0.13, with all 210 0.07 and 0.06; with 512
landmarks 0.11 and 0.12.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

LANDMARKS = 1024
"""Support vectors of a sketch. A machine of fewer than four times as many has none: it is fast enough without."""

TERMS = 64
"""What is computed from the landmarks; the margins are combinations of these."""

SAMPLED = 4
"""Every so many support vectors the sketch is fitted."""

RIDGE = 1e-2


class Sketch(NamedTuple):
    """margins = start + kernel(x, support vectors[landmarks]) @ terms @ pairs."""

    landmarks: npt.NDArray[np.int32]
    """(m,): which support vectors."""

    terms: FloatArray
    """(m, r)"""

    pairs: FloatArray
    """(r, K (K - 1) / 2)"""

    start: FloatArray
    """(K (K - 1) / 2,)"""


Margins = Callable[[FloatArray, int], npt.NDArray[np.float64]]
"""Margins (n, K (K - 1) / 2) of samples (n, d) by so many threads: `_svm.Machine.decide`."""


def sketch(
    vectors: FloatArray, counts: npt.NDArray[np.integer], gamma: float, margins: Margins
) -> Sketch | None:
    """The sketch of a machine with these support vectors (s, d), `counts` (K,) of each class.

    None where there are too few for one to save time.
    """
    if len(vectors) < 4 * LANDMARKS:
        return None
    landmarks = _landmarks(counts)
    samples = vectors[::SAMPLED]
    kernel = np.append(_kernel(samples, vectors[landmarks], gamma), np.ones((len(samples), 1)), axis=1)
    moments = kernel.T @ kernel + RIDGE * np.eye(len(landmarks) + 1)
    weights = np.linalg.solve(moments, kernel.T @ margins(samples, os.cpu_count() or 1))
    spread, directions = np.linalg.eigh((fitted := kernel @ weights).T @ fitted)
    main = directions[:, np.argsort(-spread)[:TERMS]]
    terms = weights @ main
    return Sketch(
        landmarks, *(np.ascontiguousarray(a, np.float32) for a in (terms[:-1], main.T, terms[-1] @ main.T))
    )


def _landmarks(counts: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """Which support vectors, evenly spaced in each class: of large classes a smaller share, by the square root."""
    share = np.sqrt(counts) / np.sqrt(counts).sum()
    chosen = np.minimum((share * LANDMARKS).astype(int), counts)
    return np.concatenate(
        [
            first + np.arange(n) * count // max(n, 1)
            for first, n, count in zip(np.cumsum(counts) - counts, chosen, counts, strict=True)
        ]
    ).astype(np.int32)


def _kernel(X: FloatArray, Z: FloatArray, gamma: float) -> npt.NDArray[np.float64]:
    """exp(-gamma |x - z|²), (n, m)."""
    squares = np.square(X).sum(axis=1)[:, None] + np.square(Z).sum(axis=1) - 2 * X @ Z.T
    return np.asarray(np.exp(-gamma * np.maximum(squares, 0)), np.float64)
