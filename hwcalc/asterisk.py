"""Asterisks in pictures multiply: told by their arms from all else that the classifier does not know.

In flow the candidates of a picture with log-probabilities of their labels; out flow the same, an asterisk a ×.
The classifier has no label for it, because with one it read two of 135 crowded lines less; so it calls most of them
junk. Of 400 asterisks, drawn with thin and bold pens and blurred, 81 % are found by their arms; of 11,450 other
glyphs, 6 are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from .glyph_machine import log_softmax
from .glyphs import JUNK
from .ink import ByteArray, Ink
from .segment import Candidate, glyph

ARMS = 5
"""The fewest of an asterisk; a + or × has four."""

_RARE = 0.05  # at most so many glyphs of another label have five arms
_LIKELY = 0.02  # probability of junk from which a look at the arms pays
_SIDE = 48  # pixels of the longer side of what is looked at
_SOFT = 5.0  # pixels: over so many the ink is averaged to find where it is densest
_RADII = (
    (9, 11, 13, 15),
    (15, 17, 19, 21),
)  # pixels, of circles on which arms are counted: thin and bold ones
_ASIDE = (-3, 0, 3)  # pixels that the middle may be off
_LONGEST = 2.5  # times longer than wide, at most,
_LARGEST = 1.0  # and of the height of a digit; what is larger is rather two that touch


def with_asterisks(
    ink: Ink,
    unit: float,
    candidates: Sequence[Candidate],
    log_probability: npt.NDArray[np.floating],
    labels: str,
) -> npt.NDArray[np.floating]:
    """The log-probabilities (n, K), what junk has of an asterisk added to ×; unchanged for pen strokes."""
    if ink.pen_width is None or not {JUNK, "×"} <= set(labels):
        return log_probability
    junk, times = labels.index(JUNK), labels.index("×")
    unknown = log_probability[:, junk] > np.log(_LIKELY)
    found = [
        i for i in _whole(ink, unit, candidates) if unknown[i] and arms(glyph(ink, candidates[i])) >= ARMS
    ]
    if not found:
        return log_probability
    changed = log_probability.copy()
    known = [k for k in range(len(labels)) if k not in (junk, times)]
    changed[np.ix_(found, known)] += np.log(_RARE)
    changed[found, times] = np.logaddexp(changed[found, times], changed[found, junk])
    changed[found, junk] = -np.inf
    changed[found] = log_softmax(changed[found])
    return changed


def _whole(ink: Ink, unit: float, candidates: Sequence[Candidate]) -> Iterator[int]:
    """The numbers of the candidates that are one connected component, whole, and neither long nor large."""
    size = np.unique([s.component or 0 for s in ink.strokes], return_counts=True)
    count = dict(zip(*(part.tolist() for part in size), strict=True))
    for i, candidate in enumerate(candidates):
        width, height = candidate.box.width, candidate.box.height
        parts = {ink.strokes[k].component or 0 for k in candidate.strokes}
        small = max(width, height) <= min(_LARGEST * unit, _LONGEST * min(width, height))
        if small and len(parts) == 1 and count[parts.pop()] == len(candidate.strokes):
            yield i


def arms(picture: ByteArray) -> int:
    """How many lines leave the middle of a glyph, uint8 (h, w): runs of ink on circles around it."""
    height, width = picture.shape
    factor = _SIDE / max(height, width)
    size = round(width * factor), round(height * factor)
    small = np.pad(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), _RADII[-1][-1] - _ASIDE[0] + 1)
    dense = cv2.GaussianBlur(small, (0, 0), _SOFT)
    y, x = np.unravel_index(int(dense.argmax()), dense.shape)
    ink = small[y + _CIRCLES[0], x + _CIRCLES[1]] > 100
    runs = (~ink[..., :-1] & ink[..., 1:]).sum(axis=-1)
    return int(np.median(runs, axis=-1).max())


def _circles() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """y and x of the points of all circles around all middles: two arrays (middles, 2, radii, points)."""
    turn = np.linspace(0, 2 * np.pi, 97)
    middles = np.stack(np.meshgrid(_ASIDE, _ASIDE, indexing="ij"), axis=-1).reshape(-1, 2, 1, 1, 1)
    radii = np.array(_RADII)[..., None]
    y, x = middles[:, 0] + radii * np.sin(turn), middles[:, 1] + radii * np.cos(turn)
    return np.rint(y).astype(np.intp), np.rint(x).astype(np.intp)


_CIRCLES = _circles()
