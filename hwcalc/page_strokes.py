"""The marks of a page: strokes that are together for certain, such as the lines of =, the parts of ÷, or a fraction.

In flows the `Ink` of a page; out flow its marks: `marks_of`. Little more than boxes is looked at, and every distance
is measured in the height of the digits nearby, its unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

import numpy as np

from .blanks import NEIGHBOUR, is_line, is_question
from .ink import Box, FloatArray, Ink, Stroke
from .page_grid import Grid, connected

# All lengths are in units, the height of the digits nearby.
_DOT = 0.4  # a mark no wider than this, and little higher, is a point,
DASH = 0.18  # unless it is flat and longer than this, or two lines that cross:
_FULL = 0.7  # points and single lines fill 0.75 of an ellipse with their moments or more, a + or × 0.67
_SPECK = 0.12  # and one no longer than this may be dirt
_FLAT = 2.2  # times wider than high: a minus, a bar
TALL = 0.6  # lower marks are signs
_HIGH = 0.72  # higher marks are digits
HUGE = 4.5  # what is higher is a line of a table or a drawing,
_LONG = 25.0  # and so is what is wider
_NEIGHBOURS = 8  # that tell how high digits are here
_AT_ONCE = 256  # marks whose neighbours are looked for together
_BAR = 0.8  # of the width of what touches it, or more, is a fraction bar
_STACK = 0.5  # most between a fraction bar and what stands over or under it
_APART = 0.08, 0.6  # room between the two dots of a colon,
_ASIDE = 0.2  # and how far they are aside of each other, at most
_ALIKE = 2.5  # times as large as the other is one of them at most
_BESIDE = 1.5  # room between a colon and the digits that it divides, at most
_RING = 0.65  # the rings of an 8, which need not touch, are lower
_STRAY = 0.12  # what stands over a bar and sticks out by more does not belong to it


@dataclass(frozen=True)
class Mark:
    """Strokes that are together for certain, the unit around them, and where the line runs through them.

    `crossed` are small ones that are more than a point: several lines.
    """

    strokes: tuple[int, ...]
    box: Box
    unit: float
    axis: float
    crossed: bool = False

    @property
    def is_dot(self) -> bool:
        """A point, a comma, a speck."""
        width, height = self.box.width, self.box.height
        dash = width > _FLAT * height and width > DASH * self.unit
        return not (self.crossed or dash) and width <= _DOT * self.unit and height <= 1.4 * _DOT * self.unit

    @property
    def is_flat(self) -> bool:
        """A minus, a bar."""
        return self.box.width > _FLAT * self.box.height and not self.is_dot

    @property
    def is_sign(self) -> bool:
        """Lower than digits are."""
        return self.box.height < TALL * self.unit

    @property
    def is_high(self) -> bool:
        """As high as a digit."""
        return self.box.height > _HIGH * self.unit


Chain: TypeAlias = list[Mark]
"""Marks along a line, from left to right."""


def marks_of(ink: Ink) -> list[Mark]:
    """The marks of a page; what is too large for writing, and dirt within digits, is left out."""
    return joined(parts_of(ink))


def parts_of(ink: Ink) -> list[Mark]:
    """What the marks of a page are joined of."""
    found = _connected(ink)
    usual = usual_height(list(found.values()))
    # a frame or the lines of a table would join all that stands within
    written = {i: b for i, b in found.items() if b.height < HUGE * usual and b.width < _LONG * usual}
    marks = [
        Mark(numbers, box, unit, box.center[1], _is_crossed(ink.group(numbers), unit))
        for (numbers, box), unit in zip(written.items(), _units(list(written.values()), usual), strict=True)
    ]
    thick = ink.pen_width or 0.0
    marks = _with_blanks(_with_dots(marks, thick), thick)
    grid = grid_of(marks)
    return [
        m
        for m in marks
        if not is_dirt(m, ink.pen_width) or not any(_holds(marks[i], m) for i in grid.near(m.box))
    ]


def joined(marks: Sequence[Mark]) -> list[Mark]:
    """The marks, those made one that are one sign, digit or fraction."""
    # a bar between two rows must not join their digits, as the bar of a 5 would
    grid = grid_of(marks)
    bars = {i for i, m in enumerate(marks) if m.is_flat and all(_over_and_under(m, marks, grid))}
    others = [m for i, m in enumerate(marks) if i not in bars]
    return _merged(_stacked(_merged(others) + [marks[i] for i in sorted(bars)]))


def _connected(ink: Ink) -> dict[tuple[int, ...], Box]:
    """The strokes with their boxes, the pieces of a picture's component together, but not if one is a fraction bar."""
    parts: dict[int, list[int]] = {}
    for i, stroke in enumerate(ink.strokes):
        parts.setdefault(-1 - i if stroke.component is None else stroke.component, []).append(i)
    found: dict[tuple[int, ...], Box] = {}
    for numbers in parts.values():
        boxes = [ink.strokes[i].box for i in numbers]
        whole = reduce(Box.union, boxes)
        if any(b.width > max(_BAR * whole.width, _FLAT * b.height) for b in boxes):
            found.update({(i,): box for i, box in zip(numbers, boxes, strict=True)})
        else:
            found[tuple(numbers)] = whole
    return found


def _is_crossed(strokes: Sequence[Stroke], unit: float) -> bool:
    """Is a small piece of a picture two lines that cross, a + or ×? They fill little of their ellipse of inertia."""
    if len(strokes) > 1:  # it was cut where lines meet
        return True
    (stroke,) = strokes
    size = max(stroke.box.width, stroke.box.height)
    if stroke.mask is None or not DASH * unit < size <= 1.4 * _DOT * unit:
        return False
    pixels = np.stack(np.nonzero(stroke.mask))
    moments = np.cov(pixels, bias=True) + np.eye(2) / 12  # a pixel is no point
    return bool(pixels.shape[1] < _FULL * 4 * np.pi * np.sqrt(np.linalg.det(moments)))


def _with_dots(marks: Sequence[Mark], pen_width: float) -> list[Mark]:
    """The marks, those of a colon and of a question mark made one: their dots are no dirt."""
    grid = grid_of(marks)
    pairs: dict[int, int] = {}
    for i, upper in enumerate(marks):
        for j in grid.near(upper.box, _APART[1] * upper.unit):
            if not marks[j].is_dot or {i, j} & {*pairs, *pairs.values()}:
                continue
            whole = upper.box.union(marks[j].box)
            near = [marks[k] for k in grid.near(whole, NEIGHBOUR[1] * upper.unit) if k not in (i, j)]
            high = beside(whole, [mark for mark in near if mark.is_high])
            between = len(high) == 2 and max(gap for gap, _ in high) < _BESIDE * upper.unit
            boxes = [mark.box for mark in (upper, marks[j], *near)]
            if (between and _is_colon(upper, marks[j])) or is_question(boxes, (0, 1), upper.unit, pen_width):
                pairs[i] = j
    taken = {*pairs, *pairs.values()}
    found = [replace(_union([marks[i], marks[j]]), crossed=True) for i, j in pairs.items()]
    return [m for i, m in enumerate(marks) if i not in taken] + found


def _with_blanks(marks: Sequence[Mark], pen_width: float) -> list[Mark]:
    """The marks; the line of digits runs over a blank to write one on."""
    grid = grid_of(marks)

    def axis(i: int, mark: Mark) -> float:
        near = [i, *(k for k in grid.near(mark.box, NEIGHBOUR[1] * mark.unit) if k != i)]
        is_blank = is_line([marks[k].box for k in near], 0, mark.unit, pen_width)
        return mark.axis - 0.5 * mark.unit * is_blank

    return [replace(m, axis=axis(i, m)) if m.is_flat else m for i, m in enumerate(marks)]


def _is_colon(upper: Mark, lower: Mark) -> bool:
    """Are they two dots of about the same size, the first a little over the second?"""
    gap, unit = lower.box.top - upper.box.bottom, upper.unit
    aside = abs(upper.box.center[0] - lower.box.center[0])
    sizes = [max(m.box.width, m.box.height) for m in (upper, lower)]
    return (
        upper.is_dot
        and _APART[0] * unit < gap < _APART[1] * unit
        and aside < _ASIDE * unit
        and max(sizes) < _ALIKE * min(sizes)
    )


def beside(box: Box, marks: Sequence[Mark]) -> list[tuple[float, Mark]]:
    """The nearest marks to the left and to the right of a box with the room between, if they are as high as a digit."""
    x = box.center[0]
    left = [(x - m.box.right, m) for m in marks if m.box.center[0] < x]
    right = [(m.box.left - x, m) for m in marks if m.box.center[0] >= x]
    nearest = [min(side, key=lambda pair: pair[0]) for side in (left, right) if side]
    return [(gap, m) for gap, m in nearest if m.is_high]


def grid_of(marks: Sequence[Mark]) -> Grid:
    """Which marks are near a box, by their numbers."""
    return Grid([m.box for m in marks], max((m.unit for m in marks), default=1.0))


def usual_height(boxes: Sequence[Box]) -> float:
    """The height of a digit on this page: of one pixel of height among all, so that many specks count for little."""
    heights = np.sort([b.height for b in boxes])
    total = np.cumsum(heights)
    middle = float(heights[np.searchsorted(total, total[-1] / 2)])
    # of bars alone the length is all there is
    return max(middle, 0.4 * float(np.median([b.width for b in boxes])), 1e-9)


def _units(boxes: Sequence[Box], usual: float) -> FloatArray:
    """For each stroke the height of the digits around it.

    Hands differ, and so do their sizes on one page. A small stroke is measured by the tall ones near it.
    """
    sizes = np.array([b.height for b in boxes])
    centers = np.array([b.center for b in boxes])
    tall = np.flatnonzero(sizes >= 0.4 * usual)
    if not len(tall):
        return np.full(len(boxes), usual)
    units = np.empty(len(boxes))
    for start in range(0, len(boxes), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        distance = np.abs(centers[some, None] - centers[tall]) @ np.array([1.0, 2.0])
        near = np.argsort(distance, axis=1, kind="stable")[:, :_NEIGHBOURS]
        units[some] = np.median(sizes[tall][near], axis=1)
    return np.asarray(np.clip(units, 0.4 * usual, 2.5 * usual))


def _merged(marks: Sequence[Mark]) -> list[Mark]:
    """Strokes over each other become one mark: the bars of =, the parts of ÷, 5, 4, × and of a root."""
    order = sorted(marks, key=lambda m: m.box.left)
    grid = grid_of(order)
    reach = 0.6 * max((m.unit for m in order), default=0.0)
    pairs = (
        (i, j)
        for j, mark in enumerate(order)
        for i in grid.near(mark.box, reach)
        if i < j and _overlap(order[i], mark)
    )
    return [_union([order[i] for i in part]) for part in connected(len(order), pairs)]


def _overlap(a: Mark, b: Mark) -> bool:
    shared = min(a.box.right, b.box.right) - max(a.box.left, b.box.left)
    narrow = min(a.box.width, b.box.width)
    gap = max(a.box.top, b.box.top) - min(a.box.bottom, b.box.bottom)
    if shared < 0.5 * narrow:
        return False
    unit = (a.unit + b.unit) / 2
    if a.is_flat and b.is_flat:
        return gap < 0.6 * unit and max(a.box.width, b.box.width) < 2 * narrow
    if (a.is_flat and b.is_dot) or (a.is_dot and b.is_flat):
        return gap < 0.5 * unit
    low, high = sorted((a.box.height, b.box.height))
    if low < 0.45 * unit or high < _RING * unit:
        return gap < 0.1 * unit
    if a.box.union(b.box).height < 1.5 * unit:
        return gap < 0.0
    return -gap > 0.3 * min(a.box.height, b.box.height)


def _union(marks: Sequence[Mark]) -> Mark:
    if len(marks) == 1:
        return marks[0]
    box = reduce(Box.union, (m.box for m in marks))
    strokes = tuple(i for m in marks for i in m.strokes)
    crossed = any(m.crossed or m.is_flat for m in marks)
    return Mark(strokes, box, float(np.median([m.unit for m in marks])), box.center[1], crossed)


def _stacked(marks: list[Mark]) -> list[Mark]:
    """Fractions become one mark each, the narrow ones first: they may stand within others."""
    grid = grid_of(marks)
    for bar in sorted((m for m in marks if m.is_flat), key=lambda m: m.box.width):
        over, under = _over_and_under(bar, marks, grid)
        if over and under:
            inside = [bar, *over, *under]
            marks = [m for m in marks if all(m is not i for i in inside)]
            unit = float(np.median([m.unit for m in inside]))
            marks.append(replace(_union(inside), unit=unit, axis=bar.axis))
            grid = grid_of(marks)
    return marks


def _over_and_under(bar: Mark, marks: Sequence[Mark], grid: Grid) -> tuple[list[Mark], list[Mark]]:
    """What stands over a bar and what under it, as `_standing` finds it."""
    near = [marks[i] for i in grid.near(bar.box, 0.6 * bar.unit)]
    return _standing(bar, near, above=True), _standing(bar, near, above=False)


def _standing(bar: Mark, marks: Sequence[Mark], above: bool) -> list[Mark]:
    """What stands over a bar, or under it, and nowhere else; nothing if it goes on beyond the bar."""
    found: list[Mark] = []
    beyond: list[Mark] = []
    for mark in marks:
        gap = bar.box.top - mark.box.bottom if above else mark.box.top - bar.box.bottom
        aside = max(bar.box.left - mark.box.left, mark.box.right - bar.box.right)
        inside = min(mark.box.right, bar.box.right) - max(mark.box.left, bar.box.left)
        if mark is not bar and -0.15 * bar.unit < gap < _STACK * bar.unit and inside > -0.6 * bar.unit:
            within = inside > 0 and aside < _STRAY * bar.unit + 0.1 * bar.box.width
            (found if within else beyond).append(mark)
    tall = [m for m in found if m.box.height > 0.4 * bar.unit]
    if any(m.box.height > 0.4 * bar.unit and _level(m, t) for m in beyond for t in tall):
        return []
    return found if tall else []


def _level(a: Mark, b: Mark) -> bool:
    """Do they stand beside each other in one line?"""
    return a.box.aside(b.box) < 0.5 * a.unit and abs(a.axis - b.axis) < 0.35 * a.unit


def is_dirt(mark: Mark, pen_width: float | None) -> bool:
    """Is a mark in a picture so small that it may be dirt?"""
    size = max(mark.box.width, mark.box.height)
    return pen_width is not None and size < min(1.6 * pen_width, _SPECK * mark.unit)


def _holds(mark: Mark, dot: Mark) -> bool:
    """Does a point stand within the left half of what is as high as a digit? No point of a number does."""
    x, y = dot.box.center
    left, top, _, bottom = mark.box
    return mark.is_high and left < x < mark.box.center[0] and top < y < bottom


def around(chain: Chain) -> Box:
    """The box around all marks of a chain."""
    return reduce(Box.union, (m.box for m in chain))
