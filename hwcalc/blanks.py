"""What else stands for a number that is to be found: a line to write it on, and a question mark.

In flow boxes of strokes; out flows whether they are either, as they stand beside the others. All lengths are in units,
the height of a digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from .ink import Box

FLAT = 0.2
"""Height of a line, as a share of its width, beyond the width of the pen."""

SHORTEST = 1.0
"""Length of a line."""

FREE = 1.5
"""Nothing stands over or under a line nearer than this: else it is a fraction bar or an underline."""

FOOT = -0.15, 0.4
"""How far below the feet of the digits a line lies: a minus is half a digit higher."""

BEFORE = 0.75, 1.5
"""Height of what may not follow it so near: behind a number that is asked for stands a sign."""

NEIGHBOUR = 0.6, 3.0
"""Least height of what tells where the feet are, and how far it is at most."""

WIDTH, SLIM = 0.2, 0.9
"""Least width of a question mark without its dot, and the greatest as a share of its height: a + is about as wide as
high."""

WHOLE = 1.5
"""Greatest height of a question mark."""

HIGH = 0.8
"""How far it begins above the feet of the digits, at least: the dot may be a spot under a sign."""

INSET = 0.15
"""How far from the ends of the hook the dot is, at least, as a share of its width: a point stands before a digit."""

DOT = 0.25
"""Largest dot, beyond the width of the pen."""

UNDER = 0.02, 0.45
"""Room between hook and dot."""

LEVEL, OVER = 0.3, 0.04
"""How far the dot is from where the feet of the digits are, at most, and how far the hook ends over these, at least."""


def is_line(boxes: Sequence[Box], line: int, unit: float, pen: float) -> bool:
    """Whether one of some boxes is that of a line to write on."""
    own = boxes[line]
    if own.width < SHORTEST * unit or own.height > FLAT * own.width + pen:
        return False
    if any(
        own.left < box.center[0] < own.right and abs(box.center[1] - own.center[1]) < FREE * unit
        for i, box in enumerate(boxes)
        if i != line
    ):
        return False
    behind = [box for box in boxes if 0 < box.left - own.center[0] < own.width / 2 + BEFORE[1] * unit]
    level = [box for box in behind if box.top < own.bottom and box.bottom > own.bottom - unit]
    if level and min(level).height > BEFORE[0] * unit:
        return False
    foot = _foot(own, boxes, (line,), unit)
    return foot is not None and FOOT[0] * unit < own.center[1] - foot < FOOT[1] * unit


def is_question(boxes: Sequence[Box], parts: tuple[int, int], unit: float, pen: float) -> bool:
    """Whether two of some boxes are those of the parts of a question mark, in any order."""
    hook, dot = sorted((boxes[i] for i in parts), key=lambda box: box.top)
    whole, room = hook.union(dot), dot.top - hook.bottom
    if not (
        max(dot.width, dot.height) < DOT * unit + pen
        and UNDER[0] * unit < room < UNDER[1] * unit
        and INSET * hook.width < dot.center[0] - hook.left < (1 - INSET) * hook.width
        and WIDTH * unit < hook.width < SLIM * hook.height
        and whole.height < WHOLE * unit
    ):
        return False
    foot = _foot(whole, boxes, parts, unit)
    return (
        foot is not None
        and abs(dot.bottom - foot) < LEVEL * unit
        and foot - hook.bottom > OVER * unit
        and foot - hook.top > HIGH * unit
    )


def _foot(own: Box, boxes: Sequence[Box], parts: tuple[int, ...], unit: float) -> float | None:
    """Where what is near in the same row and as high as a digit ends below, in the middle; None where there is none.

    `parts` are the boxes of what is asked about.
    """
    feet = [
        box.bottom
        for i, box in enumerate(boxes)
        if i not in parts
        and box.height > NEIGHBOUR[0] * unit
        and box.top < own.bottom
        and box.bottom > own.bottom - unit
        and own.aside(box) < NEIGHBOUR[1] * unit
    ]
    return median(feet) if feet else None
