"""Ink → candidate glyphs: every small group of neighbouring strokes that may be one symbol.

In flows an `Ink`; out flow overlapping `Candidate`s. Nothing is decided here: the grammar picks the
candidates that together use every stroke once and make the best expression.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, reduce
from itertools import pairwise
from statistics import median

import numpy as np
import numpy.typing as npt

from .contacts import contacts
from .features import Glyph
from .ink import Box, FloatArray, Ink, Stroke

MAX_STROKES, MAX_PIECES = 4, 6
"""Most strokes of one symbol, of a pen and of a picture: 5 and ÷ need three, and a picture is cut where lines meet."""

LARGEST = {"crossing": (3.5, 3.85), "bars": (5.0, 1.0), "pair": (2.5, 2.2), "group": (2.0, 2.2)}
"""Widest and highest groups, in units, of strokes of which one crosses the others, of two bars, of two strokes, and of
more: people write some signs large, but seldom across a neighbour, and pull the bar of a 5 far to the right."""

MAX_CANDIDATES_PER_STROKE, MAX_CANDIDATES = 24, 2400
"""Bounds for scribbles, where every stroke is the neighbour of every other."""

SPECK, BRIEF = 0.04, 5
"""Strokes no larger than this, in units, and of no more points may come from a bouncing pen; for a dot it rests."""

SPOT = 0.2
"""Strokes larger than this, in units, are no accident."""

MOST_STRAYS = 2, 0.34
"""Where more strokes than this are that small, and a larger share, the small ones are what was written."""


HOLDING = 1.7
"""How much higher than what it holds a root over a fraction is, at least; over a sum it is 1.5 times as high."""


@dataclass(frozen=True)
class Candidate:
    """A group of strokes that may be one symbol.

    Parameters
    ----------
    strokes : tuple of int
        Their numbers, ascending.
    box : Box
        Around all of them.
    gap : float
        The largest distance of one of the strokes from the rest, in units of the ink.
    gap_x : float
        The same, of their horizontal extents.
    specks : tuple of int
        Those of the strokes that the pen left by bouncing; see `bounces`.
    strays : tuple of int
        Those of the strokes that may be accidents, such as a spot where the hand rested; see `owners`.
    """

    strokes: tuple[int, ...]
    box: Box
    gap: float = 0.0
    gap_x: float = 0.0
    specks: tuple[int, ...] = ()
    strays: tuple[int, ...] = ()

    @cached_property
    def written(self) -> tuple[int, ...]:
        """The strokes without specks and strays: what was meant."""
        left_out = self.specks + self.strays
        return tuple(i for i in self.strokes if i not in left_out) if left_out else self.strokes

    @property
    def breaks(self) -> int:
        """How often the pen wrote something else in between."""
        return sum(
            b - a > 1 and b not in self.strays and a not in self.strays for a, b in pairwise(self.strokes)
        )


def unit_height(boxes: Sequence[Box]) -> float:
    """The height of a digit among strokes with these boxes: what every size and distance is measured in.

    Strokes much lower than the highest are signs and points, so the median is taken of the others; a root that holds
    a fraction is no measure.
    """
    heights = sorted(box.height for box in joined(_unless_holding(boxes)))
    place, between = divmod(0.9 * (len(heights) - 1), 1)
    lower, upper = heights[int(place)], heights[min(int(place) + 1, len(heights) - 1)]
    highest = lower + between * (upper - lower)  # the 0.9 quantile
    height = median([height for height in heights if height >= 0.45 * highest])
    # ink of bars alone (a minus, an equals sign) has no height of its own
    height = max(height, 0.4 * median(box.width for box in boxes))
    return height if height > 0 else 1.0


def _unless_holding(boxes: Sequence[Box]) -> Sequence[Box]:
    """The boxes without those that hold the middles of three others, or more, and are much higher than all of them."""
    inside, height = holds(boxes), np.array([box.height for box in boxes])
    holding = (inside.sum(axis=1) >= 3) & (height > HOLDING * np.where(inside, height, 0.0).max(axis=1))
    return [box for box, held in zip(boxes, holding, strict=True) if not held] or boxes


def holds(boxes: Sequence[Box]) -> npt.NDArray[np.bool_]:
    """For each of n boxes, which others have their middle within it, (n, n)."""
    left, top, right, bottom = np.array(boxes).T
    x, y = (left + right) / 2, (top + bottom) / 2
    inside = (left[:, None] < x) & (x < right[:, None]) & (top[:, None] < y) & (y < bottom[:, None])
    np.fill_diagonal(inside, False)
    return np.asarray(inside)


def joined(boxes: Sequence[Box]) -> list[Box]:
    """The boxes, those that touch and lie mostly over each other made one, as the circles of an 8, but no bars."""
    made: list[Box] = []
    for box in sorted(boxes, key=lambda box: box.left + box.right):
        if made:
            last = made[-1]
            shared = min(last.right, box.right) - max(last.left, box.left)
            apart = max(last.top, box.top) - min(last.bottom, box.bottom)
            lies_over = apart < 0.1 * max(last.height, box.height) and not (_is_bar(last) or _is_bar(box))
            if lies_over and 2 * shared > min(last.width, box.width):
                made[-1] = last.union(box)
                continue
        made.append(box)
    return made


def _is_bar(box: Box) -> bool:
    """Whether it may be the bar of a fraction, which does not make one symbol of what is over and under it."""
    return box.height < 0.35 * box.width


def smaller_unit(boxes: Sequence[Box], unit: float) -> float | None:
    """Another height that a digit may have: where brackets and slashes tower over the digits, `unit` is theirs."""
    upright = [box.height for box in boxes if box.height > 0.5 * box.width and box.height > 0.15 * unit]
    low = [height for height in upright if height < 0.6 * unit]
    return median(low) if len(low) > 3 and len(low) >= 0.5 * len(upright) else None


def candidates(
    ink: Ink, unit: float, fixed: Collection[frozenset[int]] = (), apart: Collection[frozenset[int]] = ()
) -> list[Candidate]:
    """Groups of up to `MAX_STROKES` or `MAX_PIECES` neighbouring strokes, single strokes first.

    Of strokes in a `fixed` group, that group is the only candidate; a group in `apart` is none.
    """
    specks = bounces(ink, unit)
    near = _neighbours({i: s.box for i, s in enumerate(ink.strokes) if i not in specks}, unit)
    cut = list(contacts(ink))
    for own, touching in cut:
        for i in own:
            near[i] = [j for j in near[i] if j not in own or (i, j) in touching]
    distance = _Distances(ink)
    found: dict[tuple[int, ...], Candidate] = {}
    for first, stroke in enumerate(ink.strokes):
        found[first,] = Candidate((first,), stroke.box)
    most = min(MAX_CANDIDATES_PER_STROKE, max(6, MAX_CANDIDATES // len(ink.strokes)))
    largest = MAX_STROKES if ink.pen_width is None else MAX_PIECES
    for first in near:
        grown = _grow(found[first,], ink.strokes, near, distance, unit, largest)
        for count, candidate in enumerate(grown):
            found[candidate.strokes] = candidate
            if count >= most:
                break
    for sign in _roofed(ink.strokes, unit):
        found.setdefault(sign.strokes, sign)
    for whole, _ in cut:  # a component may have been one symbol
        box = reduce(Box.union, (ink.strokes[i].box for i in whole))
        if box.width <= LARGEST["group"][0] * unit:
            found.setdefault(whole, Candidate(whole, box))
    _with_specks(found, specks)
    bound = frozenset().union(*fixed)
    for parted in apart:
        found.pop(tuple(sorted(parted)), None)
    for group in fixed:
        strokes = tuple(sorted(group))
        found[strokes] = Candidate(strokes, reduce(Box.union, (ink.strokes[i].box for i in strokes)))
    known = [c for c in found.values() if bound.isdisjoint(c.strokes) or frozenset(c.strokes) in fixed]
    strayed = _with_strays(known, owners(ink, unit, bound.union(specks)))
    return known + [c for c in strayed if frozenset(c.strokes) not in apart]


def bounces(ink: Ink, unit: float) -> dict[int, int]:
    """Specks that a bouncing pen left, each with its stroke: points at an end of the last stroke or the next one."""
    found: dict[int, int] = {}
    strokes = ink.strokes if ink.pen_width is None else ()
    for i, (stroke, box) in enumerate((stroke, stroke.box) for stroke in strokes):
        if len(stroke.points) > BRIEF or max(box.width, box.height) > SPECK * unit:
            continue
        for j in (i - 1, i + 1):
            if 0 <= j < len(strokes) and j not in found:
                apart = strokes[j].points[[0, -1], :2] - stroke.points[0, :2]
                if np.hypot(*apart.T).min() <= SPECK * unit:
                    found[i] = j
                    break
    return found


def _with_specks(found: dict[tuple[int, ...], Candidate], specks: Mapping[int, int]) -> None:
    """Give the candidates the specks of their strokes; a stroke alone stays possible too."""
    for strokes, candidate in list(found.items()):
        own = tuple(speck for speck, of in specks.items() if of in strokes)
        if own and specks.keys().isdisjoint(strokes):
            whole = tuple(sorted((*strokes, *own)))
            found[whole] = replace(candidate, strokes=whole, specks=own)
            if len(strokes) > 1:
                del found[strokes]


def owners(ink: Ink, unit: float, excluded: Collection[int] = ()) -> dict[int, frozenset[int]]:
    """Strokes so small that they may be accidents, each with the nearest stroke and the nearest that is no bar.

    A bar may be that of a fraction, which has its own way of being read.
    """
    boxes = {i: s.box for i, s in enumerate(ink.strokes) if i not in excluded}
    small = [i for i, box in boxes.items() if max(box.width, box.height) <= SPOT * unit]
    no_bars = [i for i, box in boxes.items() if not _is_bar(box)]
    bars = [box for i, box in boxes.items() if _is_bar(box) and i not in small]
    written = sum(not any(_divides(boxes[i], bar, unit) for bar in bars) for i in small)
    if written > max(MOST_STRAYS[0], MOST_STRAYS[1] * len(boxes)) or len(small) == len(boxes):
        return {}
    return {
        i: frozenset(
            min(others, key=lambda j: boxes[i].apart(boxes[j]))
            for among in (boxes, no_bars)
            if (others := [j for j in among if j != i])
        )
        for i in small
    }


def _divides(dot: Box, bar: Box, unit: float) -> bool:
    """Whether a dot stands over or under a bar as those of a ÷ do."""
    return bar.left < dot.center[0] < bar.right and dot.apart(bar) < 0.6 * unit


def _with_strays(candidates: Iterable[Candidate], owner: Mapping[int, frozenset[int]]) -> Iterator[Candidate]:
    """The candidates with one or all of the strays that belong to their strokes, beside those without."""
    for candidate in candidates:
        strokes = candidate.strokes
        own = [i for i, of in owner.items() if i not in strokes and not of.isdisjoint(strokes)]
        for strays in dict.fromkeys((*((stray,) for stray in own), tuple(own))):
            if strays:
                whole = tuple(sorted((*strokes, *strays)))
                yield Candidate(
                    whole, candidate.box, candidate.gap, candidate.gap_x, candidate.specks, strays
                )


def _roofed(strokes: Sequence[Stroke], unit: float) -> Iterator[Candidate]:
    """Root signs whose roof is a stroke of its own: a long bar that begins where another stroke ends on top."""
    roofs = [i for i, s in enumerate(strokes) if s.box.width > unit and s.box.height < 0.3 * s.box.width]
    for roof in roofs:
        over = strokes[roof].box
        for i, stroke in enumerate(strokes):
            box = stroke.box
            if (
                box.height > 0.6 * unit
                and box.width < 1.5 * box.height
                and abs(box.right - over.left) < 0.35 * unit
                and abs(box.top - over.center[1]) < 0.35 * unit
            ):
                yield Candidate((min(i, roof), max(i, roof)), box.union(over))


def _neighbours(boxes: Mapping[int, Box], unit: float) -> dict[int, list[int]]:
    """For each stroke the others that may belong to its symbol: above or below it, or touching it."""
    near: dict[int, list[int]] = {i: [] for i in boxes}
    order = sorted(boxes, key=lambda i: boxes[i].left)
    for place, i in enumerate(order):
        a = boxes[i]
        for j in order[place + 1 :]:
            b = boxes[j]
            gap_x = b.left - a.right
            if gap_x > 0.25 * unit:
                break
            gap_y = max(a.top, b.top) - min(a.bottom, b.bottom)
            dots = max(a.width, a.height, b.width, b.height) < 0.35 * unit  # two of them divide
            if gap_y <= (0.9 if gap_x <= 0 or dots else 0.1) * unit:
                near[i].append(j)
                near[j].append(i)
    return near


def crosses(a: Box, b: Box) -> bool:
    """Whether one box lies across the other, as the strokes of a + do."""
    flat, tall = (a, b) if a.width - a.height > b.width - b.height else (b, a)
    (x, _), (_, y) = tall.center, flat.center
    return flat.left < x < flat.right and tall.top < y < tall.bottom


def _manner(candidate: Candidate, added: Box) -> str:
    """How one more stroke stands to a candidate: a key of `LARGEST`."""
    if crosses(candidate.box, added):
        return "crossing"
    if len(candidate.strokes) > 1:
        return "group"
    return "bars" if _is_bar(candidate.box) and _is_bar(added) else "pair"


class _Distances(dict[tuple[int, int], float]):
    """Smallest distance between the points of two strokes, each computed when first asked for."""

    def __init__(self, ink: Ink) -> None:
        super().__init__()
        self._points = [_outline(stroke).tobytes() for stroke in ink.strokes]

    def __missing__(self, pair: tuple[int, int]) -> float:
        value = self[pair] = _smallest(*(self._points[i] for i in pair))
        return value


@lru_cache(maxsize=1 << 14)
def _smallest(first: bytes, second: bytes) -> float:
    """The smallest distance between two sets of points, float64 (k, 2): the same strokes are read many times."""
    a, b = (np.frombuffer(points).reshape(-1, 2) for points in (first, second))
    apart = a[:, None] - b[None]
    return float(np.sqrt((apart * apart).sum(axis=-1).min()))


_OUTLINE = 48  # points that stand for a stroke


def _outline(stroke: Stroke) -> FloatArray:
    """Up to `_OUTLINE` of the places of a stroke, evenly chosen."""
    points = stroke.places
    if len(points) <= _OUTLINE:
        return points
    chosen: FloatArray = points[np.arange(_OUTLINE) * (len(points) - 1) // (_OUTLINE - 1)]
    return chosen


def _grow(
    seed: Candidate,
    strokes: tuple[Stroke, ...],
    near: Mapping[int, Sequence[int]],
    distance: _Distances,
    unit: float,
    most: int,
) -> Iterator[Candidate]:
    """Connected groups of up to `most` strokes whose lowest-numbered one is the seed, smaller groups first."""
    (first,) = seed.strokes
    layer = {seed.strokes: seed}
    for _ in range(most - 1):
        larger: dict[tuple[int, ...], Candidate] = {}
        for group, candidate in layer.items():
            for neighbour in {n for i in group for n in near[i] if n > first and n not in group}:
                key = tuple(sorted((*group, neighbour)))
                box = candidate.box.union(strokes[neighbour].box)
                wide, high = LARGEST[_manner(candidate, strokes[neighbour].box)]
                if key not in larger and box.width <= wide * unit and box.height <= high * unit:
                    gap = min(
                        distance[i, neighbour] if i < neighbour else distance[neighbour, i] for i in group
                    )
                    gap_x = max(candidate.box.aside(strokes[neighbour].box), 0.0)
                    larger[key] = Candidate(key, box, max(gap, candidate.gap), max(gap_x, candidate.gap_x))
                    yield larger[key]
        layer = larger


def glyph(ink: Ink, candidate: Candidate) -> Glyph:
    """What the classifier sees of a candidate: its pen strokes, or the picture of its pieces."""
    strokes = ink.group(candidate.written)
    if strokes[0].mask is None:
        return [stroke.points for stroke in strokes]
    box = candidate.box
    picture: npt.NDArray[np.uint8] = np.zeros((round(box.height), round(box.width)), np.uint8)
    for stroke in strokes:
        assert stroke.mask is not None
        top, left = round(stroke.box.top - box.top), round(stroke.box.left - box.left)
        height, width = stroke.mask.shape
        view = picture[top : top + height, left : left + width]
        np.maximum(view, stroke.mask, out=view)
    return picture
