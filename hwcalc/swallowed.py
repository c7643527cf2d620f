"""Pen strokes of a digit that are no part of it: a comma that touches it, a ring for degrees, a minus beside it.

In flow the strokes of what was read as a digit; out flows whether one of them says more than the digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

import numpy as np

from .ink import Box, FloatArray, Stroke

DEGREES = 0.4
"""A ring smaller than this, as a share of the digit's height, stands for degrees: of 120 exponents 0 by synthetic hands
none is smaller than 0.46."""

SMALL, FOOT, HANGING = 0.45, 0.7, 0.15
"""How high a comma that touches a digit is at most, how far down in that it begins, and how far it hangs below it at
least, as shares of the height of the digit."""

CLOSED = 0.3
"""How far the ends of a ring are apart at most, as a share of its larger side."""

SHORTEST, FLAT, HALFWAY = 0.12, 0.5, 0.25
"""Least width of a minus beside a digit, as a share of the height of that, its greatest height, as a share of its
width, and how far it is from head and foot of the digit, as a share of the height."""


def holds_another(label: str, strokes: Sequence[Stroke]) -> bool:
    """Whether a stroke of a digit by a pen is another mark.

    Of 2,730 lines of writers' glyphs that were read right, 1 became doubtful by this.
    """
    return any(
        _is_ring_beside(own, rest)
        or ((label != "4" or len(strokes) > 2) and _hangs(own.box, rest))  # one of a 4 is its stem
        or _is_line_beside(own.box, rest)
        or (label == "0" and any(_is_tail(own, other) for other in strokes))
        for own, rest in _parted(strokes)
    )


def _parted(strokes: Sequence[Stroke]) -> Iterator[tuple[Stroke, Box]]:
    """Each of several strokes, and the box around the others."""
    for own in strokes if len(strokes) > 1 else ():
        yield own, reduce(Box.union, (other.box for other in strokes if other is not own))


def _is_ring_beside(ring: Stroke, digit: Box) -> bool:
    """Whether a stroke is a closed ring, small beside a digit."""
    size = max(ring.box.width, ring.box.height)
    path: FloatArray = ring.points[:, :2]
    length = float(np.hypot(*np.diff(path, axis=0).T).sum())
    small = size < DEGREES * digit.height and ring.box.left > digit.center[0]
    return small and length > 2 * size and _gap(ring) < size / 2


def _hangs(comma: Box, digit: Box) -> bool:
    """Whether a small upright stroke begins at the foot of a digit and hangs below it."""
    small = comma.width < comma.height < SMALL * digit.height
    low = comma.top > digit.top + FOOT * digit.height
    return small and low and comma.bottom > digit.bottom + HANGING * digit.height


def _is_tail(tail: Stroke, zero: Stroke) -> bool:
    """Whether a ring has a stroke that does not reach its middle: what makes a 6 of it."""
    size = max(zero.box.width, zero.box.height)
    return _gap(zero) < CLOSED * size and tail.box.bottom < zero.box.center[1]


def _gap(ring: Stroke) -> float:
    """How far the ends of a stroke are apart."""
    return float(np.hypot(*(ring.points[-1, :2] - ring.points[0, :2])))


def _is_line_beside(line: Box, digit: Box) -> bool:
    """Whether a level stroke halfway up stands before or behind a digit: a minus that the digit does not touch."""
    level = line.width > SHORTEST * digit.height and line.height < FLAT * line.width
    beside = line.right < digit.left or line.left > digit.right
    return level and beside and _is_halfway(line.center[1], digit)


def _is_halfway(y: float, digit: Box) -> bool:
    return HALFWAY * digit.height < y - digit.top < (1 - HALFWAY) * digit.height
