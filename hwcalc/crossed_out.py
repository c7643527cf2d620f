"""What a person crossed out: zigzags over a symbol, and lines through it. It is no symbol, or not the one it was.

In flow the symbols of a reading with their strokes; out flows whether one of them is more than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce

import numpy as np

from .ink import Box, FloatArray, Stroke

SWEEPS = 7
"""A stroke of so many is no symbol: none of 3,525 lines of ink and drawn ones has one."""

FULL = 0.4
"""Shorter ones, as a share of all of the stroke, are a tremble."""

LARGE = 0.4
"""Least extent of what is scratched out, in units, the height of a digit."""

STRAIGHT = 0.12
"""A line through a symbol is no farther from its chord, as a share of its length."""

FLAT, STEEP = 0.36, 5.7
"""How far a bar rises at most, as a multiple of how far it goes aside, and how far one that is no 1."""

LONG = 0.9
"""Its least length, as a share of the height of the symbol; a bar is as long as that is wide."""

MIDDLE = 0.25
"""How far from its own middle, as a share of its length, and from it, as one of the symbol's height, it passes that of
the symbol."""

WITHOUT_LINE, WITHOUT_BAR = frozenset("12356789"), frozenset("1235689")
"""Digits of which no stroke is a slanted line through the others, or a bar: one of a 4 is, and zeros are slashed."""


def crosses_out(symbols: Sequence[tuple[str, Sequence[Stroke]]], unit: float) -> bool:
    """Whether a stroke of some symbols, labels with pen strokes, crosses something out; `unit` is a digit's height."""
    strokes = [stroke for _, own in symbols for stroke in own]
    if any(stroke.mask is not None for stroke in strokes):
        return False
    own = [
        is_struck(stroke.points, _around(other for other in own if other is not stroke), label in WITHOUT_BAR)
        for label, own in symbols
        if (label in WITHOUT_LINE and len(own) > 1) or (label == "+" and len(own) > 2)
        for stroke in own
    ]
    signs = [stroke for label, own in symbols if label in "/×" for stroke in own]
    digits = [_around(own) for label, own in symbols if label.isdigit()]
    return (
        any(own)
        or any(is_struck(stroke.points, box) for stroke in signs for box in digits)
        or any(is_scratched(stroke.points, unit) for stroke in strokes)
    )


def _around(strokes: Iterable[Stroke]) -> Box:
    return reduce(Box.union, (stroke.box for stroke in strokes))


def is_struck(points: FloatArray, box: Box, barred: bool = False) -> bool:
    """Whether a stroke is a slanted line through the middle of what stands in `box`, or, `barred`, a bar."""
    path = points[:, :2] - points[0, :2]
    aside, rise = np.abs(path[-1])
    length = float(np.hypot(aside, rise))
    flat = rise < FLAT * aside
    if flat > barred or rise > STEEP * aside or length < (box.width if flat else LONG * box.height):
        return False
    along = path[-1] / max(length, 1e-9)
    across = np.array([-along[1], along[0]])
    middle = np.array(box.center) - points[0, :2]
    return bool(
        abs(middle @ along - length / 2) < MIDDLE * length
        and abs(middle @ across) < MIDDLE * box.height
        and np.abs(path @ across).max() < STRAIGHT * length
    )


def is_scratched(points: FloatArray, unit: float) -> bool:
    """Whether a stroke scratches something out."""
    if len(points) <= SWEEPS:
        return False
    extent, count = _swept(points[:, :2].tobytes())
    return extent > LARGE * unit and count >= SWEEPS


@lru_cache(maxsize=1 << 12)
def _swept(path: bytes) -> tuple[float, int]:
    """How far a path, float64 (k, 2), goes, and how many sweeps it has: the same strokes are read many times."""
    points = np.frombuffer(path).reshape(-1, 2)
    along = (points @ main_axes(points).T)[:, 0]
    extent = float(np.ptp(along))
    return extent, sweeps(along, FULL * extent)


def main_axes(points: FloatArray) -> FloatArray:
    """Two directions, float64 (2, 2), the first one that in which the pen mostly goes; of points (k, 2 or more)."""
    return np.asarray(np.linalg.svd(np.diff(points[:, :2], axis=0), full_matrices=False)[2])


def sweeps(along: FloatArray, least: float) -> int:
    """How often a path goes to and fro by at least `least`: the pieces between its turns."""
    count, direction = 0, 0
    turn = float(along[0])  # the farthest place in the direction of the sweep
    for place in along.tolist():
        if direction == 0:
            if abs(place - turn) >= least:
                count, direction, turn = 1, 1 if place > turn else -1, place
        elif (place - turn) * direction > 0:
            turn = place
        elif abs(place - turn) >= least:
            count, direction, turn = count + 1, -direction, place
    return count
