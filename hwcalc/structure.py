"""What may stand in two dimensions: fractions, roots and sums in columns, as guesses from boxes alone.

In flow the boxes of strokes; out flow `Guess`es, each a sign and the strokes that would stand over, under or
in it. They overlap and contradict each other: the lattice reads every part and the search decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from itertools import chain, islice, product
from typing import TypeVar

import numpy as np

from .contacts import components
from .ink import Box, FloatArray, Ink
from .segment import bounces, joined

FLAT = 0.5
"""Highest bar, as a share of its width: people write fraction bars aslant."""

BENT = 0.12, 0.4
"""How far a bar goes from the line between its ends at most, as a share of its width, or in units if that is more: a
bracket or a root with its roof is none."""

SHORTEST = 0.3
"""Shortest bar, in units."""

REACH = (-0.5, -0.25, 0.1, 0.5, 1.0)
"""How far beyond either end of a bar, in units, the middles of the strokes over and under it may be: as many guesses
for each end."""

SUBSTANCE = 0.35
"""What stands over or under a bar is at least this large, in units; the dots of ÷ are not."""

CROSSING = 0.3
"""What reaches farther than this, in units, both over and under a bar stands beside it or on it."""

ROW = 0.75
"""Least distance, in units, of the middles of two rows of a column."""

UPRIGHT = 3.5
"""Steepest slash between the parts of a fraction, as a multiple of its width."""

ASIDE = (0.3, 1.2)
"""How far beyond either end of a slash, in units, the middles of what is over and under it may be."""

THROUGH = 0.15
"""What reaches farther than this, in units, to both sides of a slash crosses it."""

OFFSET = 0.1
"""Over a slash is what stands higher than its middle by this, as a share of its height, or more."""

BELOW = 0.15
"""Farther than this, in units, nothing near an underline reaches below it, and nothing over it comes nearer than a
third of this: the sides of a box meet its lower one."""

DOUBLED = 0.5
"""Two bars nearer to each other than this, in units, are one underline drawn twice."""

CARRIED = 0.65
"""Greatest height of digits that were carried, as a share of that of the others."""

RIGHT_OVER = 0.8, 0.9
"""How far the middle of those carried right over the first row is over it at most, and how high they are then."""

HANGING, OVERLAP = (0.22, 0.55), 0.15
"""The same, least and greatest, of those right under a digit of the last row, and how far they reach up beside it."""

MOST_GUESSES = 800
"""Bound for pages full of bars: a sum of sixteen fractions with two numbers in each part has 170 guesses."""

END = 0.2
"""What crosses a bar nearer to an end than this, as a share of its width, only touches it."""

STRAIGHT = 0.2
"""Points of a slash are no farther from its diagonal than this, as a share of its height."""

BESIDE = 1.2
"""How far from its base, or from what is raised with it, an exponent is at most, in units."""

T = TypeVar("T", float, FloatArray)


class Form(Enum):
    """How a piece of a row is put together."""

    MARK = "mark"
    FRACTION = "fraction"
    SLASHED = "slashed"
    ROOT = "root"
    COLUMN = "column"


@dataclass(frozen=True)
class Guess:
    """A sign and the groups of strokes that it holds together.

    Parameters
    ----------
    form : Form
    sign : tuple of int
        Strokes of the bar, the slash, the root sign or the rule; of a bar or rule the bar itself first.
    parts : tuple of frozenset of int
        Of a fraction what is over and what is under the bar or slash; of a root what is under its roof; of a column
        its rows from top to bottom, the last one the result, which may be empty.
    """

    form: Form
    sign: tuple[int, ...]
    parts: tuple[frozenset[int], ...]


def right_of(slash: Box, x: T, y: T) -> T:
    """How far points are to the right of the rising diagonal of a box."""
    return x - slash.left - (slash.right - slash.left) * (slash.bottom - y) / (slash.bottom - slash.top)


class Bars:
    """The strokes of an ink that may be bars, and what is over and under each.

    Parameters
    ----------
    ink : Ink
    unit : float
        Height of a digit, in the units of the ink.
    excluded : collection of int
        Strokes that are known to be part of something else.
    """

    def __init__(self, ink: Ink, unit: float, excluded: Collection[int] = ()) -> None:
        self.boxes = [s.box for s in ink.strokes]
        self._ink, self._unit = ink, unit
        self._specks = bounces(ink, unit)
        self._fractions: dict[frozenset[int], list[Guess]] = {}
        self._sums: dict[frozenset[int], list[tuple[int, list[frozenset[int]], frozenset[int]]]] = {}
        self._left = MOST_GUESSES
        self._cut = set(chain.from_iterable(components(ink)))
        self._crossed: dict[tuple[int, int], bool] = {}
        self._ends = {
            i: _ends(ink, i)
            for i, box in enumerate(self.boxes)
            if i not in excluded
            and box.width >= SHORTEST * unit
            and box.height <= FLAT * box.width
            and not _is_bent(ink, i, max(BENT[0] * box.width, BENT[1] * unit))
        }
        self._slashes = {
            i
            for i, box in enumerate(self.boxes)
            if i not in excluded
            and box.height >= SUBSTANCE * unit
            and FLAT * box.width < box.height <= UPRIGHT * box.width
            and is_straight(box, ink.strokes[i].places)
        }

    def fractions(self, strokes: frozenset[int]) -> list[Guess]:
        """Guesses at fractions among some strokes, widest bars first."""
        if strokes not in self._fractions:
            found = dict.fromkeys(islice(self._guessed_fractions(strokes), self._left))
            self._left -= len(found)
            self._fractions[strokes] = list(found)
        return self._fractions[strokes]

    def _guessed_fractions(self, strokes: Collection[int]) -> Iterator[Guess]:
        bars = sorted((i for i in strokes if i in self._ends), key=lambda i: -self.boxes[i].width)
        for bar in bars:
            around = self._around(bar, strokes)
            most = (self._whole(side, strokes) for side in self._sides(bar, [i for i, *_ in around], False))
            if not all(map(self._is_substantial, most)):
                continue  # nor is any smaller group
            wider = any(i in self._ends and self._is_wider(i, self.boxes[bar]) for i, *_ in around)
            for group, bounded in product(_reached(around), (True, False) if wider else (False,)):
                over, under = (self._whole(side, strokes) for side in self._sides(bar, group, bounded))
                if self._is_substantial(over) and self._is_substantial(under):
                    yield Guess(Form.FRACTION, self._sign(bar, strokes), (over, under))

    def slashed(self, strokes: Collection[int]) -> list[Guess]:
        """Guesses at fractions with a slash, what is over it to its left and what is under it to its right."""
        found: dict[Guess, None] = {}
        for slash in self._slashes.intersection(strokes):
            box = self.boxes[slash]
            sides: tuple[list[tuple[int, float]], list[tuple[int, float]]] = ([], [])
            for i in set(strokes) - {slash} - self._specks.keys():
                x, y = self.boxes[i].center
                offset = (box.center[1] - y) / box.height
                beside = abs(offset) >= OFFSET and (offset > 0) == (right_of(box, x, y) < 0)
                if beside and not self._crosses(i, box):
                    sides[offset < 0].append((i, max(box.left - x, x - box.right) / self._unit))
            for reaches in product(ASIDE, repeat=2):
                over, under = (
                    self._whole([i for i, beyond in side if beyond <= reach], strokes)
                    for side, reach in zip(sides, reaches, strict=True)
                )
                if self._is_substantial(over) and self._is_substantial(under):
                    found[Guess(Form.SLASHED, (slash,), (over, under))] = None
        return list(found)

    def _crosses(self, i: int, slash: Box) -> bool:
        """Whether a stroke lies on both sides of a slash, as those of a × do."""
        through, (left, top, right, bottom) = THROUGH * self._unit, self.boxes[i]
        if right_of(slash, left, top) > -through or right_of(slash, right, bottom) < through:
            return False
        points = self._ink.strokes[i].places
        sides = right_of(slash, points[:, 0], points[:, 1])
        return bool(sides.min() < -through and sides.max() > through)

    def _around(self, bar: int, strokes: Collection[int]) -> list[tuple[int, bool, float]]:
        """Strokes near a bar: whether it is nearer to its right end, and how far, in units, it is beyond that end."""
        own = self.boxes[bar]
        found = []
        for i in strokes:
            x = (self.boxes[i].left + self.boxes[i].right) / 2
            right = x > own.center[0]
            beyond = ((x - own.right) if right else (own.left - x)) / self._unit
            if beyond <= REACH[-1]:
                found.append((i, right, beyond))
        return found

    def column(self, strokes: frozenset[int]) -> list[Guess]:
        """Guesses at a sum in columns that all of the strokes make: a rule with rows over it."""
        return [
            Guess(Form.COLUMN, self._sign(rule, strokes), (*rows, under))
            for rule, rows, under in self._columns(strokes)
        ]

    def _columns(self, strokes: frozenset[int]) -> list[tuple[int, list[frozenset[int]], frozenset[int]]]:
        """The rule, the rows over it and what is under it, where these are all of the strokes."""
        if strokes in self._sums:
            return self._sums[strokes]
        found = self._sums[strokes] = []
        for rule in (i for i in strokes if i in self._ends):
            over, under = (self._whole(side, strokes) for side in self._sides(rule, strokes))
            sign = self._sign(rule, strokes)
            if len(over) + len(under) + len(sign) < len(strokes) or not self._is_rule(rule, over):
                continue
            rows = self._rows(over)
            if len(rows) >= 2 and all(self._is_substantial(row) for row in rows):
                found.append((rule, rows, under))
        return found

    def carries(self, strokes: frozenset[int]) -> frozenset[int]:
        """Small digits over the first row of a sum in columns that all of the strokes make, or under the last one."""
        for _, rows, _ in self._columns(strokes):
            first, last = rows[0], rows[-1]
            height = self._of_digits(frozenset().union(*rows[1:]))
            if len(rows) > 2 and self._is_carried(first, rows[1], height):
                return first
            if small := self._hanging(last, height) or self._over(rows[0] | rows[1], height):
                return small
        return frozenset()

    def _is_carried(self, row: Collection[int], first: Collection[int], height: float) -> bool:
        """Whether a row over the first is of smaller digits than those of this height."""
        middle = max(self.boxes[i].center[1] for i in row)
        near = min(self.boxes[i].top for i in first) - middle < RIGHT_OVER[0] * height
        near &= self._ends.keys().isdisjoint(first)  # over a bar it is of a fraction
        most = (RIGHT_OVER[1] if near else CARRIED) * height
        return all(self.boxes[i].height < most and i not in self._ends for i in row)

    def _of_digits(self, group: Collection[int]) -> float:
        """The height of the digits among some strokes."""
        heights = (self.boxes[i].height for i in group)
        return float(np.median([height for height in heights if height >= 0.3 * self._unit]))

    def _hanging(self, row: Collection[int], height: float) -> frozenset[int]:
        """What is smaller than the digits of a row, and stands right under one of them."""
        boxes = {i: self.boxes[i] for i in row}
        digits = [box for box in boxes.values() if box.height > CARRIED * height]
        foot = max((box.bottom for box in digits), default=0.0) - OVERLAP * height
        return frozenset(
            i
            for i, box in self._small(boxes, HANGING[1] * height, height)
            if box.top > foot and any(own.left < box.center[0] < own.right for own in digits)
        )

    def _over(self, group: Collection[int], height: float) -> frozenset[int]:
        """What is smaller than the digits of the first row among some strokes and over them, and was not written with
        them, as the upper circle of an 8 was.
        """
        boxes = {i: self.boxes[i] for i in group}
        digits = [box for box in boxes.values() if box.height > CARRIED * height]
        highest = min((box.center[1] for box in digits), default=np.inf)
        tops = [box.top for box in digits if box.center[1] < highest + ROW * self._unit]
        top = float(np.median(tops)) + OVERLAP * height if tops else -np.inf
        written = {i for i, box in boxes.items() if box.bottom > top} if self._ink.pen_width is None else ()
        return frozenset(
            i
            for i, box in self._small(boxes, CARRIED * height, height)
            if box.bottom < top and i - 1 not in written and i + 1 not in written
        )

    def _small(self, boxes: Mapping[int, Box], most: float, height: float) -> Iterator[tuple[int, Box]]:
        """Those that are lower than `most`, but no point, no bar and no piece of a larger mark."""
        for i, box in boxes.items():
            if HANGING[0] * height < box.height < most and i not in self._ends and i not in self._cut:
                yield i, box

    def underlines(self) -> frozenset[int]:
        """Bars under a row with nothing below or beside them: people underline numbers and answers."""
        found: set[int] = set()
        for bar in sorted(self._ends, key=lambda i: -self.boxes[i].bottom):
            if self._is_underline(bar, set(range(len(self.boxes))) - found - {bar}):
                found.add(bar)
        return frozenset(found)

    def _is_underline(self, bar: int, others: Collection[int]) -> bool:
        own, unit = self.boxes[bar], self._unit
        near = {i: self.boxes[i] for i in others if own.aside(self.boxes[i]) < unit}
        room = {i: self.height(bar, box.center[0]) - box.bottom for i, box in near.items()}
        over = [i for i, box in near.items() if own.left < box.center[0] < own.right]
        rules = [i for i in over if i in self._ends and self.boxes[i].width > 0.6 * own.width]
        floor = max((self.boxes[i].bottom for i in rules if room[i] > DOUBLED * unit), default=-np.inf)
        part = [i for i in over if i not in rules and self.boxes[i].center[1] > floor]
        gap = min((room[i] for i in part), default=0.0) / unit
        wider = all(own.left < self.boxes[i].left and self.boxes[i].right < own.right for i in part)
        return (
            bar not in self._cut
            and (own.width >= unit or (wider and gap > BELOW))
            and min(room.values(), default=0.0) > -BELOW * unit
            and gap > BELOW / 3
            and len(self._rows(part)) == 1
        )

    def _is_rule(self, bar: int, over: Collection[int]) -> bool:
        """Whether a bar is as wide as most of what is over it."""
        if not over:
            return False
        boxes = self.boxes
        width = max(boxes[i].right for i in over) - min(boxes[i].left for i in over)
        return boxes[bar].width > max(0.6 * width, self._unit)

    def crossed(self, bar: int, stroke: int) -> bool:
        """Whether a stroke of a pen goes through the middle part of a bar, as that of a 7, or around a slash."""
        known = self._crossed.get((bar, stroke))
        if known is None:
            known = self._crossed[bar, stroke] = self._is_crossed(bar, stroke)
        return known

    def _is_crossed(self, bar: int, stroke: int) -> bool:
        if bar in self._slashes:
            return self._crosses(stroke, self.boxes[bar])
        if bar not in self._ends:
            return False
        x0, y0, x1, y1 = self._ends[bar]
        along = np.array([x1 - x0, y1 - y0])
        points = self._ink.strokes[stroke].places - [x0, y0]
        place, side = points @ along / (along @ along), points @ [-along[1], along[0]]
        through = (side[:-1] < 0) != (side[1:] < 0)
        share = side[:-1][through] / (side[:-1] - side[1:])[through]
        where = place[:-1][through] + share * np.diff(place)[through]
        return bool(((where > END) & (where < 1 - END)).any())

    def widest(self, strokes: frozenset[int]) -> float:
        """The width of the widest bar that has something over and under it among some strokes, 0 without one."""
        inner = {guess.sign[0] for guess in self.fractions(strokes)}
        return max((self.boxes[i].width for i in inner), default=0.0)

    def height(self, bar: int, x: float) -> float:
        """The height of a bar at x, or of its nearer end."""
        x0, y0, x1, y1 = self._ends[bar]
        share = min(max((x - x0) / (x1 - x0), 0.0), 1.0)
        return y0 + share * (y1 - y0)

    def _sides(self, bar: int, strokes: Collection[int], bounded: bool = True) -> tuple[list[int], list[int]]:
        """Which strokes are over and which under a bar; `bounded`: up to the next bar that is clearly wider."""
        own = self.boxes[bar]
        over: list[int] = []
        under: list[int] = []
        for i in strokes:
            box = self.boxes[i]
            x = (box.left + box.right) / 2
            if i == bar or i in self._specks:
                continue
            up, down = (height := self.height(bar, x)) - box.top, box.bottom - height
            if min(up, down) < CROSSING * self._unit:
                (over if up > down else under).append(i)
        wider = [i for i in (*over, *under) if bounded and i in self._ends and self._is_wider(i, own)]
        for other in wider:
            x = own.center[0]
            above = self.height(other, x) < self.height(bar, x)
            side = over if above else under
            side[:] = [i for i in side if not self._is_beyond(i, other, above)]
        return over, under

    def _whole(self, group: Collection[int], strokes: Collection[int]) -> frozenset[int]:
        """Strokes with their specks, as far as these are there."""
        return frozenset((*group, *(i for i, of in self._specks.items() if of in group and i in strokes)))

    def _sign(self, bar: int, strokes: Collection[int]) -> tuple[int, ...]:
        """A bar, then its specks."""
        return bar, *sorted(self._whole((bar,), strokes) - {bar})

    def _is_wider(self, other: int, own: Box) -> bool:
        box = self.boxes[other]
        shared = min(box.right, own.right) - max(box.left, own.left)
        return box.width > 1.15 * own.width and shared > 0.6 * own.width

    def _is_beyond(self, i: int, bar: int, above: bool) -> bool:
        x, y = self.boxes[i].center
        return i == bar or (y < self.height(bar, x)) == above

    def _is_substantial(self, group: Collection[int]) -> bool:
        if not group:
            return False
        box = reduce(Box.union, (self.boxes[i] for i in group))
        return max(box.width, box.height) >= SUBSTANCE * self._unit

    def _rows(self, group: Collection[int]) -> list[frozenset[int]]:
        """Strokes sorted into rows, top to bottom, by the heights of the middles of the taller ones."""
        middle = {i: self.boxes[i].center[1] for i in group}
        tall = [i for i in group if self.boxes[i].height >= 0.3 * self._unit]
        rows: list[list[int]] = []
        for i in sorted(tall, key=lambda i: middle[i]):
            if not rows or middle[i] - _mean(middle, rows[-1]) > ROW * self._unit:
                rows.append([])
            rows[-1].append(i)
        for i in set(group) - set(tall) if rows else ():
            min(rows, key=lambda row: abs(_mean(middle, row) - middle[i])).append(i)
        return [frozenset(row) for row in rows]


def _reached(around: Sequence[tuple[int, bool, float]]) -> Iterator[frozenset[int]]:
    """The strokes near a bar, up to each of the `REACH`es beyond its left and its right end; see `Bars._around`."""
    left, right = (
        dict.fromkeys(
            frozenset(i for i, of_right, beyond in around if of_right == end and beyond <= reach)
            for reach in REACH
        )
        for end in (False, True)
    )
    return (a | b for a, b in product(left, right))


def _mean(middle: Mapping[int, float], row: Collection[int]) -> float:
    return sum(middle[i] for i in row) / len(row)


def _ends(ink: Ink, stroke: int) -> tuple[float, float, float, float]:
    """Left end and right end of a bar: x, y, x, y. Of a piece of a picture, the middles of its short sides."""
    box = ink.strokes[stroke].box
    if ink.strokes[stroke].mask is not None:
        return box.left, box.center[1], box.right, box.center[1]
    points = ink.strokes[stroke].points
    first, last = points[points[:, 0].argmin()], points[points[:, 0].argmax()]
    return float(first[0]), float(first[1]), float(last[0]), float(last[1])


def _is_bent(ink: Ink, stroke: int, most: float) -> bool:
    """Whether the path of a pen goes farther than this from the line between its left end and its right end."""
    box, points = ink.strokes[stroke].box, ink.strokes[stroke].points
    if ink.strokes[stroke].mask is not None or box.height <= most:
        return False
    x0, y0, x1, y1 = _ends(ink, stroke)
    return bool(np.abs(points[:, 1] - y0 - (points[:, 0] - x0) * (y1 - y0) / (x1 - x0)).max() > most)


def is_straight(box: Box, points: FloatArray) -> bool:
    """Whether points lie along the line from the lower left to the upper right corner of their box."""
    return bool(np.abs(right_of(box, points[:, 0], points[:, 1])).max() <= STRAIGHT * box.height)


def roots(
    boxes: Sequence[Box], signs: Mapping[tuple[int, ...], Box], strokes: Collection[int]
) -> list[Guess]:
    """Guesses at roots: each possible sign with what stands in its box, right of where its pen came up."""
    found: dict[Guess, None] = {}
    for sign, box in signs.items():
        for reach in (-0.15, 0.1):
            inside = frozenset(
                i
                for i in strokes
                if i not in sign
                and box.left + 0.25 * box.height < boxes[i].center[0] < box.right + reach * box.height
                and box.top - 0.1 * box.height < boxes[i].center[1] < box.bottom + 0.3 * box.height
            )
            if inside:
                found[Guess(Form.ROOT, sign, (inside,))] = None
    return list(found)


def raised(boxes: Sequence[Box], unit: float) -> list[bool]:
    """Which strokes look like exponents: smaller than one to their left, and above its middle; near it or another."""
    if len(boxes) == 1:
        return [False]
    left, _, right, bottom = own = np.array(boxes).T
    height, x = bottom - own[1], (left + right) / 2
    base = np.array(joined(boxes)).T  # a 4 of two strokes is one base
    base_height = base[3] - base[1]
    highest = np.where(base[2] - base[0] > 0.45 * base_height, 2.2, 1.6)  # a bracket is higher, and slim
    tall = (base_height >= 0.5 * unit) & (base_height <= highest * unit)
    behind = (x[:, None] > (base[0] + base[2]) / 2) & (right[:, None] > base[2])
    middle = (base[1] + base[3]) / 2
    higher = (bottom[:, None] < middle + 0.1 * base_height) & (bottom[:, None] > base[1] - 0.5 * unit)
    high = tall & behind & higher & (height[:, None] < 0.9 * base_height)
    found = high & (left[:, None] - base[2] < BESIDE * unit)
    near = (x[:, None] > x) & (left[:, None] - right < BESIDE * unit)
    up = found.any(axis=1)
    while (more := high & (found | (near[:, up] @ found[up]))).sum() > found.sum():
        found, up = more, more.any(axis=1)
    return list(up)
