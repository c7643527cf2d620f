"""Which expression of a page a point belongs to, and which points are dirt.

In flow the chains of the larger marks and the points; out flow the chains with the points that belong to them.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

import numpy as np

from .page_strokes import Chain, Mark, beside, grid_of, is_dirt

_OTHER_ROW = 0.7  # units below or above the middle of a digit is another row
_BEHIND = 0.3  # units farther from the digit before it than from the one behind stands no point


def attach_points(chains: list[Chain], dots: Sequence[Mark], pen_width: float | None) -> None:
    """A point goes to the expression at whose foot it stands, or between whose marks; others are stray."""
    placed = [(m, k) for k, chain in enumerate(chains) for m in chain]
    grid = grid_of([m for m, _ in placed])
    reach = max((m.unit for m, _ in placed), default=0.0)
    for dot in dots:
        size = max(dot.box.width, dot.box.height)
        if pen_width is not None and size < 0.8 * pen_width:  # no pen makes less
            continue
        near = [placed[i] for i in grid.near(dot.box, reach)]
        marks = [m for m, _ in near]
        dirt = is_dirt(dot, pen_width)
        if dirt and any(_under(dot, m) for m in marks):
            continue
        if dirt and not _between(dot, [m for m in marks if _on_line(dot, m)]):
            continue
        dirt = dirt and not _multiplies(dot, marks)
        choices = [(cost, k) for m, k in near if (cost := _dot_cost(dot, m, dirt)) < np.inf]
        if choices:
            insort(chains[min(choices)[1]], dot, key=lambda m: m.box.center[0])


def _on_line(dot: Mark, mark: Mark) -> bool:
    """Does a point stand beside a mark, at its foot or higher, and near it?"""
    return mark.box.aside(dot.box) < 0.9 * mark.unit and abs(dot.axis - mark.axis) < 0.85 * mark.unit


def _multiplies(dot: Mark, marks: Sequence[Mark]) -> bool:
    """Does a point stand halfway up between two digits, with room on both sides?"""
    y = dot.box.center[1]
    nearest = beside(dot.box, [m for m in marks if abs(y - m.axis) < 0.2 * m.unit])
    return len(nearest) == 2 and all(0.15 * m.unit < gap < 0.9 * m.unit for gap, m in nearest)


def _between(dot: Mark, marks: Sequence[Mark]) -> bool:
    """Does a point stand between two marks as high as digits, and not at the second one only?"""
    nearest = beside(dot.box, marks)
    return len(nearest) == 2 and nearest[0][0] - nearest[1][0] < _BEHIND * dot.unit


def _under(dot: Mark, mark: Mark) -> bool:
    """Does a point stand right under or over a mark of its line? No point of a number does."""
    if abs(dot.axis - mark.axis) > _OTHER_ROW * mark.unit:
        return False
    gap = max(dot.box.top - mark.box.bottom, mark.box.top - dot.box.bottom)
    margin = 0.05 * dot.unit
    return gap > margin and mark.box.left + margin < dot.box.center[0] < mark.box.right - margin


def _dot_cost(dot: Mark, mark: Mark, dirt: bool) -> float:
    """How ill a point stands beside a mark, in units; infinite if it does not belong there."""
    x, y = dot.box.center
    aside = max(mark.box.left - x, x - mark.box.right) / mark.unit
    foot = max(0.0, abs(y - mark.axis - 0.5 * mark.unit) / mark.unit - 0.1)
    middle = abs(y - mark.axis) / mark.unit
    if aside > 0.9 or (dirt and (aside < 0.05 or foot > 0.2)):
        return np.inf
    off = foot if dirt else min(foot, middle)
    if off < 0.4:
        return max(aside, 0.0) + off
    room = dot.box.apart(mark.box) / mark.unit  # the bar of a 5
    return 1.0 + room if room < 0.15 else np.inf
