"""An empty box is an unknown: told by its four corners and sides from all else that the classifier does not know.

So are a line to write on and a question mark, which `blanks` tells.

In flow candidates with log-probabilities of their labels; out flow the same with one label more, `EMPTY_BOX`.
There are no boxes to train on. Nor are any needed: of 800 boxes, drawn carelessly in one, two and four strokes, 98 %
are found by their form, and none of 35,975 symbols of five sets of pen strokes is taken for one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from math import log, log1p

import numpy as np
import numpy.typing as npt

from .blanks import is_line, is_question
from .glyphs import JUNK
from .ink import FloatArray, Ink, evenly
from .layout import EMPTY_BOX
from .segment import Candidate, glyph

LOOKS_LIKE = ".0", 0.01
"""What the classifier, which does not see how large a glyph is, takes a box for, if not for junk, and the least
probability of these: of 600 boxes, drawn and in pictures, all have it."""

HOOK_LIKE = "7", JUNK
"""What a question mark without its dot is likeliest taken for."""

SMALLEST, LARGEST, LONGEST = 0.45, 4.0, 2.5
"""Of the sides of a box: in units, and of the longer one as a multiple of the shorter one."""

FILLED = 0.87
"""Least share of the convex hull that the largest quadrilateral in it fills: 0.96 of half of the boxes, more than 0.9
of 97 %. It fills 0.64 of an ellipse."""

ASIDE = 0.15
"""How far nineteen twentieths of the ink are from the sides of that, at most: what is written in it is farther. Of
this and the following lengths the unit is the root of the hull's area."""

COVERED, SHORTEST = 0.7, 0.3
"""Least share of each side that has ink beside it, and the least length of a side as a share of the longest one's."""

SURE = 0.97
"""Probability that such a glyph is a box."""

NEVER = -30.0
"""Logarithm of the probability that another one is."""

_STEP = 0.03  # of the longer side: distance of the points that stand for a line
_MOST = 600  # points that are held against the sides
_TURNS = np.arange(32) * (2 * np.pi / 32)
_DIRECTIONS = np.stack([np.cos(_TURNS), np.sin(_TURNS)])


def with_boxes(
    ink: Ink,
    unit: float,
    candidates: Sequence[Candidate],
    log_probability: npt.NDArray[np.floating],
    labels: str,
) -> tuple[FloatArray, str]:
    """The log-probabilities (n, K + 1) and the labels, `EMPTY_BOX` the last of them.

    Parameters
    ----------
    ink : Ink
    unit : float
        Height of a digit, in the units of the ink.
    candidates : sequence of n Candidate
    log_probability : float (n, K)
    labels : str of length K
    """
    found = np.full((len(candidates), len(labels) + 1), NEVER)
    found[:, :-1] = log_probability
    likely = np.exp(found[:, [labels.index(label) for label in LOOKS_LIKE[0]]]).sum(axis=1) > LOOKS_LIKE[1]
    best = [labels[k] for k in log_probability.argmax(axis=1).tolist()]
    hooks = {c.strokes for c, label in zip(candidates, best, strict=True) if label in HOOK_LIKE}
    told = _blanks(ink, unit, candidates, hooks)
    for i in np.flatnonzero(likely).tolist():
        width, height = candidates[i].box.width, candidates[i].box.height
        low, high = min(width, height), max(width, height)
        if (
            low >= SMALLEST * unit
            and high <= min(LARGEST * unit, LONGEST * low)
            and _is_box(ink, candidates[i])
        ):
            told.append(i)
    found[told, :-1] += log1p(-SURE)
    found[told, -1] = log(SURE)
    return found, labels + EMPTY_BOX


def _blanks(
    ink: Ink, unit: float, candidates: Sequence[Candidate], hooks: Collection[tuple[int, ...]]
) -> list[int]:
    """Which candidates are a line to write a number on, or a question mark, its higher stroke one of `hooks`."""
    boxes = [stroke.box for stroke in ink.strokes]
    pen = ink.pen_width or 0.0
    return [
        i
        for i, candidate in enumerate(candidates)
        for strokes in [candidate.strokes]
        if (len(strokes) == 1 and is_line(boxes, strokes[0], unit, pen))
        or (
            len(strokes) == 2
            and (max(strokes, key=lambda i: boxes[i].height),) in hooks
            and is_question(boxes, (strokes[0], strokes[1]), unit, pen)
        )
    ]


def _is_box(ink: Ink, candidate: Candidate) -> bool:
    drawn = glyph(ink, candidate)
    if not isinstance(drawn, np.ndarray):
        return _of_strokes(*(stroke.tobytes() for stroke in drawn))
    return is_box(np.argwhere(drawn > 127)[:, ::-1].astype(float), ink.pen_width or 0.0)


@lru_cache(maxsize=1024)
def _of_strokes(*strokes: bytes) -> bool:
    """Whether strokes are a box: remembered, as most of them are there again when the next one is drawn."""
    points = [np.frombuffer(stroke).reshape(-1, 2) for stroke in strokes]
    whole = np.concatenate(points)
    step = _STEP * max(float(np.ptp(whole, axis=0).max()), 1e-12)
    return is_box(np.concatenate([evenly(stroke, step) for stroke in points]))


def is_box(points: FloatArray, pen_width: float = 0.0) -> bool:
    """Whether ink is an empty box, upright or not.

    Parameters
    ----------
    points : float64 (n, 2)
        Of the ink, evenly spread.
    pen_width : float
        Of a line of it, in the same units.
    """
    # a round pen goes as far beyond its path in each direction as it is thick
    hull = points[(points @ _DIRECTIONS).argmax(axis=0)] - pen_width / 2 * _DIRECTIONS.T
    area = 0.5 * float(_cross(hull, np.roll(hull, -1, axis=0)).sum())
    corners, largest = _quadrilateral(hull)
    if area <= 0 or largest < FILLED * area:
        return False
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(*sides.T)
    if lengths.min() < SHORTEST * lengths.max():
        return False
    off = points[:: len(points) // _MOST + 1, None] - corners
    along = np.clip((off * sides).sum(axis=2) / lengths**2, 0, 1)
    away = np.linalg.norm(off - along[..., None] * sides, axis=2)
    beside = away <= ASIDE * area**0.5
    if beside.any(axis=1).mean() < 0.95:
        return False
    tenths = [np.unique((along[beside[:, k], k] * 9.999).astype(int)) for k in range(4)]
    return min(map(len, tenths)) >= 10 * COVERED


def _quadrilateral(hull: FloatArray) -> tuple[FloatArray, float]:
    """The largest quadrilateral of corners of a hull (n, 2), and its area: a diagonal, and what is farthest from it."""
    to = hull - hull[:, None]  # [a, b]: from a to b
    # [a, b, c]: twice the area of the triangle, where c is on the left of ab
    beside = _cross(to[:, :, None], to[:, None])
    areas = 0.5 * (beside.max(axis=2) - beside.min(axis=2))
    a, b = np.unravel_index(int(areas.argmax()), areas.shape)
    return hull[[a, beside[a, b].argmin(), b, beside[a, b].argmax()]], float(areas[a, b])


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
