"""What a sum says by being false: a mark stands behind it, or its = was read as another sign.

In flow a parse; out flows whether it was likely spoilt so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import log

import numpy as np

from . import expression
from .ink import FloatArray, Ink, Stroke
from .parses import Parse, Piece
from .structure import Form

NO_END = tuple("+-×÷/(√")
"""What wants something after it ends no result: it is the tick or cross of a teacher."""

TICK = "√1"
"""Another such tick."""

HIGH = 0.75
"""Higher than this, as a share of the height of the digits beside it, a point may be an = whose lines ran together."""

CLEAR = log(0.98)
"""A pen's mark behind an answer that looks less like its label is no digit too many: of 39 such digits by synthetic
hands none does, of 87 stars, hearts and faces all do."""

WAVE = 0.06
"""How far the lines of a ≈ go to both sides of their chord, as a share of its length: of 494 = by strangers 6 do."""


def is_spoilt(parse: Parse, unsaid: Collection[Piece], ink: Ink, likeness: float, false: bool) -> bool:
    """Whether what no person named is a mark behind the sum, a ≈, or in a picture an = whose lines ran together.

    `likeness` is the log-probability of the last symbol by its form alone, `false` says that an equation does not hold.
    """
    own, picture = {id(piece) for piece in unsaid}, ink.pen_width is not None
    *_, last = parse.symbols()
    if id(last) in own and picture and _ends_in_mark(parse):
        return True
    if picture and _lacks_equals(parse, own):
        return True
    if not false:
        return False
    more = id(last) in own and (picture or likeness < CLEAR) and _holds_without_last(parse)
    return more or _holds_with_a_one(parse, own) or (not picture and _has_about(unsaid, ink))


def _holds_without_last(parse: Parse) -> bool:
    """Whether an equation holds without its last symbol: a star behind an answer may be read as 8."""
    return "=" in parse.labels and _holds(replace(parse, pieces=parse.pieces[:-1])) is True


def _ends_in_mark(parse: Parse) -> bool:
    """Whether an equation ends as no result does: in the tick or the cross of a teacher."""
    result = parse.labels.partition("=")[2]
    return result.endswith(NO_END) or (result.endswith(TICK) and result != TICK)


def _lacks_equals(parse: Parse, unsaid: Collection[int]) -> bool:
    """Whether a sum without = would be a true equation if a minus or a high point, of the `unsaid` by identity, were
    one.
    """
    if "=" in parse.labels:
        return False
    marks = [(n, p) for n, p in enumerate(parse.symbols()) if p.form is Form.MARK]
    signs = [(n, p) for n, p in marks if p.label in "+-×÷" or _is_high(p, parse)]
    bars = [n for n, piece in signs if piece.label in "-." and id(piece) in unsaid]
    return len(signs) > 1 and any(_holds(parse.relabelled({n: "="})) for n in bars)


def _is_high(piece: Piece, parse: Parse) -> bool:
    """Whether a point stands higher than at the foot of what is beside it."""
    if piece.label != ".":
        return False
    y = piece.group.box.center[1]
    boxes = [(a if b is piece else b).group.box for a, b in parse.neighbours() if piece is a or piece is b]
    return bool(boxes) and all(y < box.top + HIGH * box.height for box in boxes)


def _holds_with_a_one(parse: Parse, unsaid: Collection[int]) -> bool:
    """Whether an equation would be true if a slash or bracket, of the `unsaid` by identity, were a slanted 1."""
    signs = (n for n, p in enumerate(parse.symbols()) if p.label in "/()" and id(p) in unsaid)
    return any(_holds(parse.relabelled({n: "1"})) for n in signs)


def _has_about(unsaid: Collection[Piece], ink: Ink) -> bool:
    """Whether an = that no person named is a ≈."""
    return any(_is_about(ink.group(piece.group.written)) for piece in unsaid if piece.label == "=")


def _is_about(lines: Sequence[Stroke]) -> bool:
    """Whether two lines rise over their chords, then go below them."""
    return len(lines) == 2 and all(_is_wave(line.points[:, :2]) for line in lines)


def _is_wave(points: FloatArray) -> bool:
    """Whether a line goes to both sides of its chord, first over it."""
    points = points if points[0, 0] < points[-1, 0] else points[::-1]
    points = points - points[0]
    along = points[-1]
    below = points @ np.array([-along[1], along[0]]) / max(float(along @ along), 1e-12)
    return bool(below.min() < -WAVE and below.max() > WAVE and below.argmin() < below.argmax())


def _holds(parse: Parse) -> bool | None:
    """Whether an equation is true; None for what is none."""
    value = expression.evaluate(parse.row()).value
    return value if isinstance(value, bool) else None
