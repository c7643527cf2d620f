"""Ink → the expressions on a page: which strokes belong together, in reading order.

In flows the `Ink` of a whole page, of a picture or a pen; out flows one `Ink` for each expression. Only boxes
are looked at, and every distance is measured in the height of the digits nearby:

    strokes ─▶ marks (=, ÷, a 4 of two strokes, a fraction) ─▶ chains along the lines ─▶ cut at wide gaps ─▶ order

A mark's neighbour in its line must hold that mark for its own neighbour too, so that lines stay apart even
where their ink overlaps vertically.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise

import numpy as np

from .ink import Box, FloatArray, Ink, Stroke
from .page_grid import Grid, connected

# All lengths are in units, the height of the digits nearby.
_DOT = 0.4  # a mark no wider than this, and little higher, is a point,
_DASH = 0.18  # unless it is flat and longer than this, or two lines that cross:
_FULL = 0.65  # points and single lines fill 0.75 of an ellipse with their moments and more, a + or × 0.55 and less
_SPECK = 0.12  # and one no longer than this may be dirt
_FLAT = 2.2  # times wider than high: a minus, a bar
_TALL = 0.6  # lower marks are signs
_HIGH = 0.8  # of the unit is the least of a digit beside a point that may be dirt
_BEHIND = 0.3  # farther from the digit before it than from the one behind stands no point
_LOW = 1.0  # and so are these, if they stand alone
_HUGE = 4.5  # what is higher is a line of a table or a drawing,
_LONG = 25.0  # and so is what is wider
_NEIGHBOURS = 8  # that tell how high digits are here
_AT_ONCE = 256  # marks whose neighbours are looked for together
_BAR = 0.8  # of the width of what touches it, or more, is a fraction bar
_STACK = 0.5  # most between a fraction bar and what stands over or under it
_STRAY = 0.12  # what stands over a bar and sticks out by more does not belong to it
_LEVEL = 0.5  # most that neighbours in a line differ in height
_OFF_LINE = 0.7  # times that difference counts as distance
_FAR = 3.2  # most between neighbours in a line
_JOINED = 0.35  # a gap this wide never parts two expressions,
_PARTED = 2.0  # and one this wide always does
_USUAL = 1.1  # is between the two,
_HABIT = 0.7  # as far as the page does not say otherwise
_SIGN_ROOM = 0.7  # what counts of a gap beside a sign, around which people leave more room
_CLEARING = 0.3  # that much of a gap must be free in another line too
_WITNESSES = 2  # lines that tell at least
_WRITTEN = 0.5
_AROUND = 0.9  # what is left out so near to an expression may belong to it
_BESIDE = 0.35  # most between an expression and a small mark off its line: an exponent, a comma
_OFF_ROW = 2.0  # most that neighbours in a row differ in height,
_ASKEW = 5.0  # and how many times more than the room between them it counts
_CORRIDOR = 1.2  # least between two columns that are read one after the other


@dataclass(frozen=True)
class _Mark:
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
        dash = width > _FLAT * height and width > _DASH * self.unit
        return not (self.crossed or dash) and width <= _DOT * self.unit and height <= 1.4 * _DOT * self.unit

    @property
    def is_flat(self) -> bool:
        return self.box.width > _FLAT * self.box.height and not self.is_dot

    @property
    def is_sign(self) -> bool:
        return self.box.height < _TALL * self.unit


_Chain = list[_Mark]


def expressions(ink: Ink) -> list[Ink]:
    """The ink of each expression on a page.

    Parameters
    ----------
    ink : Ink
        All of a page: a grid, a list, columns of expressions, or a single one.

    Returns
    -------
    list of Ink
        In reading order: row by row, or column by column where columns have no rows in common. Specks and
        lines that belong to no writing are left out.
    """
    return [replace(ink, strokes=ink.group(numbers)) for numbers in groups(ink)]


def one_expression(ink: Ink) -> Ink:
    """The ink of a picture of one expression, without specks that stand where no point would."""
    marks = _marks(ink) if ink.strokes else []
    chain = [m for m in marks if not m.is_dot]
    if not chain:
        return ink
    _attach_dots([chain], [m for m in marks if m.is_dot], ink.pen_width)
    return replace(ink, strokes=ink.group(sorted(i for m in chain for i in m.strokes)))


def left_out(ink: Ink, parts: Iterable[Ink]) -> list[Box]:
    """The boxes of what is as large as a sign, and neither in one of these parts of the ink nor a drawing."""
    taken = {id(stroke) for part in parts for stroke in part.strokes}
    usual = _usual_height([s.box for s in ink.strokes])
    boxes = [s.box for s in ink.strokes if id(s) not in taken]
    return [b for b in boxes if _DASH * usual < max(b.width, b.height) < _HUGE * usual]


def lacks(part: Ink, boxes: Iterable[Box]) -> bool:
    """Does some of what is left out, with these boxes, stand where it may belong to an expression?"""
    near = _AROUND * _usual_height([s.box for s in part.strokes])
    return any(_apart(part.box, box) < near for box in boxes)


def groups(ink: Ink) -> list[list[int]]:
    """The numbers of the strokes of each expression, ascending; see `expressions`."""
    if not ink.strokes:
        return []
    marks = _marks(ink)
    if not marks:
        return []
    dots = [m for m in marks if m.is_dot]
    chains = _chains([m for m in marks if not m.is_dot])
    _attach_dots(chains, dots, ink.pen_width)
    chains = _with_small_ones(_cut(chains)) or [[dot] for dot in dots]
    chains = [chain for chain in chains if not all(m.is_sign for m in chain)] or chains
    return [sorted(i for m in chain for i in m.strokes) for chain in _in_reading_order(chains)]


def _marks(ink: Ink) -> list[_Mark]:
    found = _connected(ink)
    usual = _usual_height(list(found.values()))
    # a frame or the lines of a table would join all that stands within
    written = {i: b for i, b in found.items() if b.height < _HUGE * usual and b.width < _LONG * usual}
    marks = [
        _Mark(numbers, box, unit, box.center[1], _is_crossed(ink.group(numbers), unit))
        for (numbers, box), unit in zip(written.items(), _units(list(written.values()), usual), strict=True)
    ]
    grid = _grid(marks)
    marks = [
        m
        for m in marks
        if not _is_dirt(m, ink.pen_width) or not any(_holds(marks[i], m) for i in grid.near(m.box))
    ]
    # a bar between two rows must not join their digits, as the bar of a 5 would
    grid = _grid(marks)
    bars = {i for i, m in enumerate(marks) if m.is_flat and all(_over_and_under(m, marks, grid))}
    others = [m for i, m in enumerate(marks) if i not in bars]
    return _joined(_stacked(_joined(others) + [marks[i] for i in sorted(bars)]))


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
    if stroke.mask is None or not _DASH * unit < size <= 1.4 * _DOT * unit:
        return False
    pixels = np.stack(np.nonzero(stroke.mask))
    moments = np.cov(pixels, bias=True) + np.eye(2) / 12  # a pixel is no point
    return bool(pixels.shape[1] < _FULL * 4 * np.pi * np.sqrt(np.linalg.det(moments)))


def _grid(marks: Sequence[_Mark]) -> Grid:
    return Grid([m.box for m in marks], max((m.unit for m in marks), default=1.0))


def _usual_height(boxes: Sequence[Box]) -> float:
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


def _joined(marks: Sequence[_Mark]) -> list[_Mark]:
    """Strokes over each other become one mark: the bars of =, the parts of ÷, 5, 4, × and of a root."""
    order = sorted(marks, key=lambda m: m.box.left)
    grid = _grid(order)
    reach = 0.6 * max((m.unit for m in order), default=0.0)
    pairs = (
        (i, j)
        for j, mark in enumerate(order)
        for i in grid.near(mark.box, reach)
        if i < j and _overlap(order[i], mark)
    )
    return [_union([order[i] for i in part]) for part in connected(len(order), pairs)]


def _overlap(a: _Mark, b: _Mark) -> bool:
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
    if min(a.box.height, b.box.height) < 0.45 * unit:
        return gap < 0.1 * unit
    if a.box.union(b.box).height < 1.5 * unit:  # the rings of an 8
        return gap < 0.0
    return -gap > 0.3 * min(a.box.height, b.box.height)


def _union(marks: Sequence[_Mark]) -> _Mark:
    if len(marks) == 1:
        return marks[0]
    box = reduce(Box.union, (m.box for m in marks))
    strokes = tuple(i for m in marks for i in m.strokes)
    crossed = any(m.crossed or m.is_flat for m in marks)
    return _Mark(strokes, box, float(np.median([m.unit for m in marks])), box.center[1], crossed)


def _stacked(marks: list[_Mark]) -> list[_Mark]:
    """Fractions become one mark each, the narrow ones first: they may stand within others."""
    grid = _grid(marks)
    for bar in sorted((m for m in marks if m.is_flat), key=lambda m: m.box.width):
        over, under = _over_and_under(bar, marks, grid)
        if over and under:
            inside = [bar, *over, *under]
            marks = [m for m in marks if all(m is not i for i in inside)]
            unit = float(np.median([m.unit for m in inside]))
            marks.append(replace(_union(inside), unit=unit, axis=bar.axis))
            grid = _grid(marks)
    return marks


def _over_and_under(bar: _Mark, marks: Sequence[_Mark], grid: Grid) -> tuple[list[_Mark], list[_Mark]]:
    """What stands over a bar and what under it, as `_standing` finds it."""
    near = [marks[i] for i in grid.near(bar.box, 0.6 * bar.unit)]
    return _standing(bar, near, above=True), _standing(bar, near, above=False)


def _standing(bar: _Mark, marks: Sequence[_Mark], above: bool) -> list[_Mark]:
    """What stands over a bar, or under it, and nowhere else; nothing if it goes on beyond the bar."""
    found: list[_Mark] = []
    beyond: list[_Mark] = []
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


def _on_line(dot: _Mark, mark: _Mark) -> bool:
    """Does a point stand beside a mark, at its foot or higher, and near it?"""
    aside = max(mark.box.left - dot.box.right, dot.box.left - mark.box.right)
    return aside < 0.9 * mark.unit and abs(dot.axis - mark.axis) < 0.85 * mark.unit


def _level(a: _Mark, b: _Mark) -> bool:
    """Do they stand beside each other in one line?"""
    beside = max(a.box.left - b.box.right, b.box.left - a.box.right)
    return beside < 0.5 * a.unit and abs(a.axis - b.axis) < 0.35 * a.unit


def _chains(marks: Sequence[_Mark]) -> list[_Chain]:
    """Marks one after the other along lines."""
    chains = [[i] for i in range(len(marks))]
    slope = 0.0
    for _ in range(3):  # the first links tell how the page is tilted, and where the line runs at a comma
        after = _links(marks, _levels(marks, chains, slope))
        # without signs and exponents, which stand where they like
        slopes = [
            (marks[j].axis - marks[i].axis) / (marks[j].box.center[0] - marks[i].box.center[0])
            for i, j in after.items()
            if not marks[i].is_sign and not marks[j].is_sign
        ]
        slope = float(np.clip(np.median(slopes), -0.25, 0.25)) if len(slopes) > 2 else 0.0
        chains = chained(after, range(len(marks)))
    return [[marks[i] for i in chain] for chain in chains]


def _levels(marks: Sequence[_Mark], chains: Sequence[Sequence[int]], slope: float) -> FloatArray:
    """The height of the line at each mark, as if the page were not tilted: that of the digits around it."""
    own = np.array([m.axis - slope * m.box.center[0] for m in marks])
    level = own.copy()
    for chain in chains:
        for place, i in enumerate(chain):
            around = chain[max(0, place - 2) : place + 3]
            tall = [own[k] for k in around if not marks[k].is_sign]
            level[i] = np.median(tall) if tall else own[i]
    return level


def _links(marks: Sequence[_Mark], level: FloatArray) -> dict[int, int]:
    """For each mark its neighbour to the right: pairs that prefer each other, then pairs of what is left."""
    left = np.array([m.box.left for m in marks])
    right = np.array([m.box.right for m in marks])
    unit = np.array([m.unit for m in marks])
    center = (left + right) / 2
    costs: dict[tuple[int, int], float] = {}
    for i in range(len(marks)):
        size = np.maximum(unit[i], unit)
        gap = (left - right[i]) / size
        off = np.abs(level - level[i]) / size
        for j in np.flatnonzero((center > center[i]) & (gap < _FAR) & (off < _LEVEL)).tolist():
            costs[i, j] = max(float(gap[j]), -0.5) + _OFF_LINE * float(off[j])
    return _matched(costs)


def _matched(costs: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """For each first of a pair its second: the cheapest pairs in which either stands once."""
    after: dict[int, int] = {}
    taken: set[int] = set()
    for i, j in sorted(costs, key=lambda pair: costs[pair]):
        if i not in after and j not in taken:
            after[i] = j
            taken.add(j)
    return after


def chained(after: Mapping[int, int], numbers: Iterable[int]) -> list[list[int]]:
    """The numbers one after the other, as `after` says, in runs."""
    runs = []
    for first in sorted(set(numbers) - set(after.values())):
        runs.append([first])
        while runs[-1][-1] in after:
            runs[-1].append(after[runs[-1][-1]])
    return runs


def _cut(chains: Sequence[_Chain]) -> list[_Chain]:
    """Chains parted at their wide gaps: wide for this page, where there are narrow and wide ones."""
    rooms = _rooms(chains)
    widest = _widest_gap([room for own in rooms for room in own])
    return [part for chain, own in zip(chains, rooms, strict=True) for part in _parts(chain, own, widest)]


def _rooms(chains: Sequence[_Chain]) -> list[list[float]]:
    """The gaps of each chain as `_gap` has them, smaller where most other lines write on: no column ends there."""
    free = [[(a.box.right, b.box.left) for a, b in pairwise(chain)] for chain in chains]
    rooms = []
    for chain, own in zip(chains, free, strict=True):
        others = [
            (other[0].box.left, other[-1].box.right, gaps)
            for other, gaps in zip(chains, free, strict=True)
            if gaps is not own
        ]
        rooms.append(
            [
                _gap(a, b) * (1 - _WRITTEN * _written_on(gap, a.unit, others))
                for (a, b), gap in zip(pairwise(chain), own, strict=True)
            ]
        )
    return rooms


def _written_on(
    gap: tuple[float, float], unit: float, others: Sequence[tuple[float, float, list[tuple[float, float]]]]
) -> float:
    """The share of the other lines, each with its start, end and gaps, that have no gap where this one has one."""
    if gap[1] - gap[0] < _JOINED * unit:
        return 0.0
    across = [gaps for start, end, gaps in others if start < gap[0] and end > gap[1]]
    least = _CLEARING * unit
    written = sum(
        all(min(gap[1], end) - max(gap[0], start) < least for start, end in gaps) for gaps in across
    )
    return written / len(across) if len(across) >= _WITNESSES else 0.0


def _parts(chain: _Chain, rooms: Sequence[float], widest: float) -> list[_Chain]:
    """One chain parted at its wide gaps; what is low as a sign stays with what is nearer."""
    parts = [chain[:1]]
    between: list[float] = []
    for mark, room in zip(chain[1:], rooms, strict=True):
        if room > widest:
            parts.append([])
            between.append(room)
        parts[-1].append(mark)
    k = 0
    while k < len(parts):
        before = between[k - 1] if k > 0 else np.inf
        after = between[k] if k < len(between) else np.inf
        low = all(m.box.height < _LOW * m.unit for m in parts[k])
        if low and min(before, after) < _PARTED:
            first = k - 1 if before <= after else k
            parts[first : first + 2] = [parts[first] + parts[first + 1]]
            del between[first]
        else:
            k += 1
    return parts


def _gap(a: _Mark, b: _Mark) -> float:
    """The room between two neighbours in a line, in units; beside a sign it counts less."""
    gap = (b.box.left - a.box.right) / max(a.unit, b.unit)
    return gap * _SIGN_ROOM if a.is_sign or b.is_sign else gap


def _widest_gap(gaps: Sequence[float]) -> float:
    """The widest gap within an expression: where the sorted gaps of the page make a large leap near the usual."""
    above_all = min((g for g in gaps if g >= _PARTED), default=_FAR)
    steps = [_JOINED, *sorted(g for g in gaps if _JOINED < g < _PARTED), above_all]

    def leap(pair: tuple[float, float]) -> float:
        below, above = np.log(pair)
        return float(above - below - _HABIT * abs((below + above) / 2 - np.log(_USUAL)))

    below, above = max(pairwise(steps), key=leap)
    return min(float((below * above) ** 0.5), _PARTED)


def _with_small_ones(chains: Sequence[_Chain]) -> list[_Chain]:
    """Chains of small marks only, off their line, go to the expression they touch upon: exponents, signs."""
    large = [c for c in chains if any(m.box.height > 0.75 * m.unit for m in c)]
    small = [c for c in chains if all(c is not other for other in large)]
    for chain in sorted(small, key=lambda c: -len(c)):
        unit = chain[0].unit
        box = _around(chain)
        near = [
            (_apart(m.box, mark.box), k)
            for k, c in enumerate(large)
            if _apart(_around(c), box) < _BESIDE * unit
            for m in c
            for mark in chain
        ]
        distance, k = min(near, default=(np.inf, -1))
        if distance < _BESIDE * unit:
            large[k] = large[k] + chain
        else:
            large.append(chain)
    return large


def _around(chain: _Chain) -> Box:
    return reduce(Box.union, (m.box for m in chain))


def _apart(a: Box, b: Box) -> float:
    x = max(a.left - b.right, b.left - a.right, 0.0)
    y = max(a.top - b.bottom, b.top - a.bottom, 0.0)
    return float(np.hypot(x, y))


def _attach_dots(chains: list[_Chain], dots: Sequence[_Mark], pen_width: float | None) -> None:
    """A point goes to the expression at whose foot it stands, or between whose marks; others are stray."""
    placed = [(m, k) for k, chain in enumerate(chains) for m in chain]
    grid = _grid([m for m, _ in placed])
    reach = max((m.unit for m, _ in placed), default=0.0)
    for dot in dots:
        size = max(dot.box.width, dot.box.height)
        if pen_width is not None and size < 0.95 * pen_width:  # no pen makes less
            continue
        near = [placed[i] for i in grid.near(dot.box, reach)]
        marks = [m for m, _ in near]
        dirt = _is_dirt(dot, pen_width)
        if dirt and any(_under(dot, m) for m in marks):
            continue
        if dirt and not _between(dot, [m for m in marks if _on_line(dot, m)]):
            continue
        dirt = dirt and not _multiplies(dot, marks)
        choices = [(cost, k) for m, k in near if (cost := _dot_cost(dot, m, dirt)) < np.inf]
        if choices:
            insort(chains[min(choices)[1]], dot, key=lambda m: m.box.center[0])


def _is_dirt(mark: _Mark, pen_width: float | None) -> bool:
    """Is a mark in a picture so small that it may be dirt?"""
    size = max(mark.box.width, mark.box.height)
    return pen_width is not None and size < min(1.6 * pen_width, _SPECK * mark.unit)


def _holds(mark: _Mark, dot: _Mark) -> bool:
    """Does a point stand within the left half of what is as high as a digit? No point of a number does."""
    x, y = dot.box.center
    left, top, _, bottom = mark.box
    return mark.box.height > _HIGH * mark.unit and left < x < mark.box.center[0] and top < y < bottom


def _multiplies(dot: _Mark, marks: Sequence[_Mark]) -> bool:
    """Does a point stand halfway up between two digits, with room on both sides?"""
    y = dot.box.center[1]
    beside = _beside(dot, [m for m in marks if abs(y - m.axis) < 0.2 * m.unit])
    return len(beside) == 2 and all(0.15 * m.unit < gap < 0.9 * m.unit for gap, m in beside)


def _between(dot: _Mark, marks: Sequence[_Mark]) -> bool:
    """Does a point stand between two marks as high as digits, and not at the second one only?"""
    beside = _beside(dot, marks)
    return len(beside) == 2 and beside[0][0] - beside[1][0] < _BEHIND * dot.unit


def _beside(dot: _Mark, marks: Sequence[_Mark]) -> list[tuple[float, _Mark]]:
    """The nearest marks to the left and to the right with the room between, if they are as high as a digit."""
    x = dot.box.center[0]
    left = [(x - m.box.right, m) for m in marks if m.box.center[0] < x]
    right = [(m.box.left - x, m) for m in marks if m.box.center[0] >= x]
    nearest = [min(side, key=lambda pair: pair[0]) for side in (left, right) if side]
    return [(gap, m) for gap, m in nearest if m.box.height > _HIGH * m.unit]


def _under(dot: _Mark, mark: _Mark) -> bool:
    """Does a point stand right under or over a mark? No point of a number does."""
    gap = max(dot.box.top - mark.box.bottom, mark.box.top - dot.box.bottom)
    margin = 0.05 * dot.unit
    return gap > margin and mark.box.left + margin < dot.box.center[0] < mark.box.right - margin


def _dot_cost(dot: _Mark, mark: _Mark, dirt: bool) -> float:
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
    apart = _apart(dot.box, mark.box) / mark.unit  # the bar of a 5
    return 1.0 + apart if apart < 0.15 else np.inf


def _in_reading_order(chains: Sequence[_Chain]) -> list[_Chain]:
    """Row by row; column by column where the columns are far apart and share no rows."""
    boxes = [_around(chain) for chain in chains]
    heights = np.array([np.median([m.unit for m in chain]) for chain in chains])
    as_found = np.array([np.median([m.axis for m in chain]) for chain in chains])
    middles = _untilted(boxes, as_found, heights)
    columns = _columns(boxes, as_found, middles, heights)
    ordered: list[_Chain] = []
    for column in columns:
        rows: list[list[int]] = []
        for row in _rows(column, boxes, middles, heights):
            level = float(np.mean(middles[row]))
            if rows and level - float(np.mean(middles[rows[-1]])) < 0.6 * heights[row[0]]:
                rows[-1] += row
            else:
                rows.append(row)
        ordered += [chains[i] for row in rows for i in sorted(row, key=lambda i: boxes[i].left)]
    return ordered


def _rows(
    column: Sequence[int], boxes: Sequence[Box], middles: FloatArray, heights: FloatArray
) -> list[list[int]]:
    """The expressions of a column in rows, from top to bottom: each goes with what stands most level with it.

    People who fill a grid by hand are off its lines by more than a digit, which is still less than a row.
    """
    costs = {
        (i, j): _ASKEW * off + gap
        for i in column
        for j in column
        if (gap := (boxes[j].left - boxes[i].right) / heights[i]) > -0.3
        and (off := abs(middles[i] - middles[j]) / heights[i]) < _OFF_ROW
    }
    return sorted(chained(_matched(costs), column), key=lambda row: float(np.mean(middles[row])))


def _untilted(boxes: Sequence[Box], middles: FloatArray, heights: FloatArray) -> FloatArray:
    """Heights of the middles as if the page lay straight: turned so that most stand level with another.

    The slope of the lines does not tell: many a hand climbs.
    """
    x = np.array([b.center[0] for b in boxes])
    beside = np.abs(x[:, None] - x) > 2 * heights[:, None]

    def unevenness(slope: float) -> float:
        level = middles - slope * x
        off = np.where(beside, np.abs(level[:, None] - level) / heights[:, None], np.inf)
        return float(np.minimum(off.min(axis=1), 1.0).mean()) + 4 * abs(slope)

    slope = min(np.linspace(-0.11, 0.11, 45), key=unevenness)
    return np.asarray(middles - slope * x)


def _columns(
    boxes: Sequence[Box], as_found: FloatArray, middles: FloatArray, heights: FloatArray
) -> list[list[int]]:
    """Columns to be read one after the other, as numbers of expressions; usually all are in one."""
    columns: list[list[int]] = []
    edge = -np.inf
    for i in sorted(range(len(boxes)), key=lambda i: boxes[i].left):
        if not columns or boxes[i].left > edge + _CORRIDOR * heights[i]:
            columns.append([])
        columns[-1].append(i)
        edge = max(edge, boxes[i].right)
    for a, b in pairwise(columns):
        few, many = sorted((a, b), key=len)
        # rows filled by hand are off by part of their distance; columns that share none, by half of it
        pitch = float(np.median(np.diff(np.sort(middles[many])))) if len(many) > 1 else 0.0
        level = sum(
            any(
                abs(middles[i] - middles[j]) < 0.35 * heights[i]
                or abs(as_found[i] - as_found[j]) < 0.3 * pitch
                for j in many
            )
            for i in few
        )
        if len(few) < 2 or level > len(few) / 2:
            return [list(range(len(boxes)))]
    return columns
