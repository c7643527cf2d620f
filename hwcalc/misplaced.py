"""What stands where no symbol of a sum does: over or under another one, or a point where none is written.

In flow a parse with its ink; out flows whether something in it stands so, and may not be what it was read as.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from itertools import chain, groupby

import numpy as np

from .geometry import DOT
from .ink import Box, FloatArray, Ink
from .parses import Parse, Piece
from .structure import CARRIED, Form
from .swallowed import DEGREES

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

TALL = 1.3
"""A 1 at either end of a sum that reaches higher and lower than all digits between, and is so many times higher than
these together, is a bar: |5-8|."""

WIDE, LOW = 0.4, 0.93
"""What is wider than this, in units, and ends higher than that share of the height of the digit beside it, is no point
but a >; commas of strangers may be as wide, but go down to the foot."""

BELOW = 0.15
"""A point further than this under the foot of the 1 behind it, in units, makes an exclamation mark of it."""


def is_misplaced(parse: Parse, ink: Ink, unit: float, unsaid: Collection[Piece]) -> bool:
    """Whether a symbol that no person named is where it should not be; `unit` is a digit's height."""
    own = {id(piece) for piece in unsaid}
    beside = [(a, b) for a, b in parse.neighbours() if id(a) in own or id(b) in own]
    return (
        any(
            _stands_over(a.group.box, b.group.box, unit)
            or _stands_under(b, a)
            or _is_exclamation(a, b, unit)
            or _is_degrees(a, b)
            or _is_behind_root(a, b)
            or _is_raised_again(a, b)
            or _stands_high(a, b, unit)
            or _stands_high(b, a, unit)
            for a, b in beside
        )
        or any(_goes_on(piece, ink, unit) for piece in unsaid if piece.label == ".")
        or any(_is_between_bars(row) for row in parse.rows() if row and id(row[0]) in own)
        or any(_lost_a_point(row, ink, unit) for row in parse.rows())
        or any(
            _is_layered(piece) or _adds_what_was_carried(piece)
            for piece in parse.pieces
            if piece.form is Form.COLUMN
        )
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


def _is_exclamation(point: Piece, line: Piece, unit: float) -> bool:
    """Whether a point stands under the 1 behind it: they are an exclamation mark."""
    own, other = point.group.box, line.group.box
    near = other.left - SKIP * unit < own.center[0] < other.right + SKIP * unit
    return (point.label, line.label) == (".", "1") and near and own.top > other.bottom + BELOW * unit


def _is_degrees(digit: Piece, ring: Piece) -> bool:
    """Whether an exponent 0 is so small that it is the sign of degrees."""
    size = max(ring.group.box.width, ring.group.box.height)
    return ring.label == "0" and ring.raised > digit.raised and size < DEGREES * digit.group.box.height


def _is_behind_root(root: Piece, digit: Piece) -> bool:
    """Whether a number stands right behind a root, where nobody writes one: it belongs under the roof."""
    return root.form is Form.ROOT and digit.label.isdigit() and not digit.raised


def _is_raised_again(first: Piece, second: Piece) -> bool:
    """Whether a digit of an exponent is an exponent of the one before it: 2^3^2 is no 2^32."""
    boxes = [piece.group.box for piece in (first, second) if piece.raised and piece.label.isdigit()]
    return len(boxes) == 2 and boxes[1].bottom < boxes[0].center[1]


def _stands_high(point: Piece, digit: Piece, unit: float) -> bool:
    """Whether a point stands in the upper part of a digit beside it, or is wide and not at its foot."""
    own, other = point.group.box, digit.group.box
    highest = LOW if own.width > WIDE * unit else HIGH
    alike = point.raised == digit.raised
    return (
        point.label == "."
        and alike
        and digit.label.isdigit()
        and own.bottom < other.top + highest * other.height
    )


def _goes_on(point: Piece, ink: Ink, unit: float) -> bool:
    """Whether a point is larger than a dot and begins where the pen left the last stroke, which may have skipped."""
    first, box = min(point.group.written), point.group.box
    if first == 0 or ink.pen_width is not None or max(box.width, box.height) < SKIPPED * unit:
        return False
    apart: FloatArray = ink.strokes[first].points[0, :2] - ink.strokes[first - 1].points[-1, :2]
    return float(np.abs(apart).max()) < SKIP * unit


def _is_between_bars(row: Sequence[Piece]) -> bool:
    """Whether the first and the last symbol were read as 1 and reach beyond all digits between."""
    between = [piece.group.box for piece in row[1:-1] if piece.label.isdigit()]
    if not between or any(end.label != "1" for end in (row[0], row[-1])):
        return False
    inside = reduce(Box.union, between)
    bars = [end.group.box for end in (row[0], row[-1])]
    return all(
        bar.top < inside.top and bar.bottom > inside.bottom and bar.height > TALL * inside.height
        for bar in bars
    )


def _lost_a_point(row: Sequence[Piece], ink: Ink, unit: float) -> bool:
    """Whether a number with a point has another spot at its foot, or beside the point, that was taken for an accident:
    26.283.384 or three dots.
    """
    for of_number, pieces in groupby(row, key=lambda piece: piece.label in "0123456789."):
        number = list(pieces) if of_number else []
        if "." not in (piece.label for piece in number):
            continue
        first, last = number[0].group.box.right, number[-1].group.box.left
        for piece in number:
            foot = piece.group.box.bottom - FOOT * unit
            for box in (ink.strokes[stray].box for stray in piece.group.strays):
                x, y = box.center
                if piece.label == "." and piece.group.box.aside(box) > SKIP * unit:
                    return True
                if first < x < last and y > foot and piece.label != ".":
                    return True
    return False


def _is_layered(column: Piece) -> bool:
    """Whether a row of a sum in columns has a fraction: its bar may be the rule under partial products."""
    rows = chain.from_iterable(part.rows() for part in column.parts)
    return any(piece.form is Form.FRACTION for row in rows for piece in row)


def _adds_what_was_carried(column: Piece) -> bool:
    """Whether a row of a sum in columns is a digit so small that it was rather carried."""
    rows = [[p.group.box.height for p in part.symbols() if p.label.isdigit()] for part in column.parts]
    alone = [row[0] for row in rows if len(row) == 1]
    return bool(alone) and min(alone) < CARRIED * float(np.median(list(chain.from_iterable(rows))))
