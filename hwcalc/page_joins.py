"""Expressions that a wide gap cut in two, told by what they say: `12+` with `34` beside it is one.

In flow the readings of a page in reading order; out flow their numbers, those in one list to be read again as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .reader import Reading

# What wants something after it, and before it.
_OPEN = frozenset("+-×÷/(")
_CLOSING = frozenset("+×÷/=)")
# Most room between the parts, in heights of a digit: where a sign proves it, and where it may be chance.
_FAR = 5.0
_NEAR = 3.0


def joins(readings: Sequence[Reading]) -> list[list[int]]:
    """Which readings are one expression: lists of numbers from left to right, most of one number only."""
    after: dict[int, int] = {}
    for i, before in enumerate(readings):
        right = {j: gap for j, other in enumerate(readings) if j != i and (gap := _gap(before, other)) < _FAR}
        nearest = min(right, key=lambda j: right[j], default=-1)
        if nearest >= 0 and nearest not in after.values() and _continues(before, readings[nearest]):
            after[i] = nearest
    runs = []
    for first in sorted(set(range(len(readings))) - set(after.values())):
        runs.append([first])
        while runs[-1][-1] in after:
            runs[-1].append(after[runs[-1][-1]])
    return runs


def _gap(before: Reading, after: Reading) -> float:
    """The room between two readings in heights of a digit, infinite if they do not stand in one row."""
    a, b = before.box, after.box
    heights = sorted(s.box.height for r in (before, after) for s in r.symbols if s.label.isdigit())
    unit = heights[len(heights) // 2] if heights else max(a.height, b.height)
    level = min(a.bottom, b.bottom) - max(a.top, b.top) > 0.4 * min(a.height, b.height)
    gap = (b.left - a.right) / max(unit, 1e-9)
    return gap if level and a.center[0] < b.center[0] and gap > -0.5 else inf


def _continues(before: Reading, after: Reading) -> bool:
    """Does the second go on with what the first began?"""
    if not before.symbols or not after.symbols:
        return False
    last, first = before.symbols[-1].label, after.symbols[0].label
    if last in _OPEN or first in _CLOSING:
        return True
    if _gap(before, after) > _NEAR:
        return False
    # -3 may stand alone, and so may 5 after 2+3=; rather not where either is an expression by itself
    return (first == "-" and _is_number(before)) or (last == "=" and _is_number(after))


def _is_number(reading: Reading) -> bool:
    return all(s.label.isdigit() or s.label == "." for s in reading.symbols)
