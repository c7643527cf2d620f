"""What stands where no symbol of a sum does: over or under another one, or a point where none is written.

In flow a parse with its ink; out flows whether something in it stands so, and may not be what it was read as.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain, groupby

import numpy as np

from .geometry import DOT
from .ink import Box, FloatArray, Ink
from .parses import Parse, Piece
from .structure import Form

NARROW, COVERED = 0.3, 0.8
"""A symbol that shares more than this of its width with its neighbour stands over or under that; it counts as at least
so wide, in units. Of 3,500 lines of ink and drawn ones that are read right, none has more than 0.75."""

ONES = tuple("/()")
"""What a 1 may look like: 41.8 was read as 4/.8."""

HIGH = 0.4
"""A point that ends higher than this, as a share of the height of the digit beside it, is none."""

FOOT = 0.25
"""A spot in a number that has a point is one more if it stands no higher over the foot than this, in units."""

SKIP, SKIPPED = 0.07, 0.12
"""A point as near as this, in units, to the end of the last stroke and larger than the other may be a piece of that: of
362 points that synthetic hands wrote none is nearer than 0.11."""


def is_misplaced(parse: Parse, ink: Ink, unit: float, unsaid: Collection[Piece]) -> bool:
    """Whether a symbol that no person named is where it should not be; `unit` is a digit's height."""
    own = {id(piece) for piece in unsaid}
    beside = [(a, b) for a, b in parse.neighbours() if id(a) in own or id(b) in own]
    return (
        any(
            _stands_over(a.group.box, b.group.box, unit)
            or _stands_under(b, a)
            or _stands_high(a, b)
            or _stands_high(b, a)
            for a, b in beside
        )
        or any(_goes_on(piece, ink, unit) for piece in unsaid if piece.label == ".")
        or any(_lost_a_point(row, ink, unit) for row in parse.rows())
        or any(piece.form is Form.COLUMN and _is_layered(piece) for piece in parse.pieces)
    )


def _stands_over(first: Box, second: Box, unit: float) -> bool:
    """Whether neighbours in a row, both larger than dots, stand over each other: one was written over the other."""
    if any(max(box.width, box.height) < DOT * unit for box in (first, second)):
        return False
    half = [max(box.width, NARROW * unit) / 2 for box in (first, second)]
    return sum(half) - abs(first.center[0] - second.center[0]) > 2 * COVERED * min(half)


def _stands_under(point: Piece, sign: Piece) -> bool:
    """Whether what was read as the point of a number without a digit before stands under the sign before that, or
    behind one that a 1 may look like.
    """
    box = sign.group.box
    under = sign.label in "+-×÷=" and box.left < point.group.box.center[0] < box.right
    return point.label == "." and (under or sign.label in ONES)


def _stands_high(point: Piece, digit: Piece) -> bool:
    """Whether what was read as a point stands in the upper part of a digit beside it."""
    own, other = point.group.box, digit.group.box
    alike = point.raised == digit.raised
    return (
        point.label == "."
        and alike
        and digit.label.isdigit()
        and own.bottom < other.top + HIGH * other.height
    )


def _goes_on(point: Piece, ink: Ink, unit: float) -> bool:
    """Whether a point is larger than a dot and begins where the pen left the last stroke, which may have skipped."""
    first, box = min(point.group.written), point.group.box
    if first == 0 or ink.pen_width is not None or max(box.width, box.height) < SKIPPED * unit:
        return False
    apart: FloatArray = ink.strokes[first].points[0, :2] - ink.strokes[first - 1].points[-1, :2]
    return float(np.abs(apart).max()) < SKIP * unit


def _lost_a_point(row: Sequence[Piece], ink: Ink, unit: float) -> bool:
    """Whether a number with a point has another spot at its foot that was taken for an accident: 26.283.384."""
    for of_number, pieces in groupby(row, key=lambda piece: piece.label in "0123456789."):
        number = list(pieces) if of_number else []
        if "." not in (piece.label for piece in number):
            continue
        first, last = number[0].group.box.right, number[-1].group.box.left
        for piece in number:
            foot = piece.group.box.bottom - FOOT * unit
            for x, y in (ink.strokes[stray].box.center for stray in piece.group.strays):
                if first < x < last and y > foot and piece.label != ".":
                    return True
    return False


def _is_layered(column: Piece) -> bool:
    """Whether a row of a sum in columns has a fraction: its bar may be the rule under partial products."""
    rows = chain.from_iterable(part.rows() for part in column.parts)
    return any(piece.form is Form.FRACTION for row in rows for piece in row)
