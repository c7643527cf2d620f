"""Marks one after the other along the lines of a page, and where a line is cut into expressions.

In flow marks that are no points; out flow chains of them: `chains_of`, `cut` at wide gaps, `with_small_ones` beside.
A mark's neighbour in its line must hold that mark for its own neighbour too, so that lines stay apart even where
their ink overlaps vertically.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from .ink import FloatArray
from .page_strokes import Chain, Mark, around

# All lengths are in units, the height of the digits nearby.
_LOW = 1.0  # lower ones that stand alone are signs, or parts of what is near
_LEVEL = 0.5  # most that neighbours in a line differ in height
_OFF_LINE = 0.7  # times that difference counts as distance
_FAR = 3.2  # most between neighbours in a line
_JOINED = 0.35  # a gap this wide never parts two expressions,
_PARTED = 2.0  # and one this wide always does
_USUAL = 1.1  # the usual gap that does is between the two,
_HABIT = 0.7  # as far as the page does not say otherwise
_SIGN_ROOM = 0.7  # what counts of a gap beside a sign, around which people leave more room
_CLEARING = 0.3  # that much of a gap must be free in another line too
_WITNESSES = 2  # lines that tell at least
_WRITTEN = 0.5  # of a gap does not count where all of them write on
_BESIDE = 0.35  # most between an expression and a small mark off its line: an exponent, a comma


def chains_of(marks: Sequence[Mark]) -> list[Chain]:
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


def _levels(marks: Sequence[Mark], chains: Sequence[Sequence[int]], slope: float) -> FloatArray:
    """The height of the line at each mark, as if the page were not tilted: that of the digits around it."""
    own = np.array([m.axis - slope * m.box.center[0] for m in marks])
    level = own.copy()
    for chain in chains:
        for place, i in enumerate(chain):
            around = chain[max(0, place - 2) : place + 3]
            tall = [own[k] for k in around if not marks[k].is_sign]
            level[i] = np.median(tall) if tall else own[i]
    return level


def _links(marks: Sequence[Mark], level: FloatArray) -> dict[int, int]:
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
    return matched(costs)


def matched(costs: Mapping[tuple[int, int], float]) -> dict[int, int]:
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


def cut(chains: Sequence[Chain]) -> list[Chain]:
    """Chains parted at their wide gaps: wide for this page, where there are narrow and wide ones."""
    rooms = _rooms(chains)
    widest = _widest_gap([room for own in rooms for room in own])
    return [part for chain, own in zip(chains, rooms, strict=True) for part in _parts(chain, own, widest)]


def _rooms(chains: Sequence[Chain]) -> list[list[float]]:
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


def _parts(chain: Chain, rooms: Sequence[float], widest: float) -> list[Chain]:
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


def _gap(a: Mark, b: Mark) -> float:
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


def with_small_ones(chains: Sequence[Chain]) -> list[Chain]:
    """Chains of small marks only, off their line, go to the expression they touch upon: exponents, signs."""
    large = [c for c in chains if any(m.box.height > 0.75 * m.unit for m in c)]
    small = [c for c in chains if all(c is not other for other in large)]
    for chain in sorted(small, key=lambda c: -len(c)):
        unit = chain[0].unit
        box = around(chain)
        near = [
            (m.box.apart(mark.box), k)
            for k, c in enumerate(large)
            if around(c).apart(box) < _BESIDE * unit
            for m in c
            for mark in chain
        ]
        distance, k = min(near, default=(np.inf, -1))
        if distance < _BESIDE * unit:
            large[k] = large[k] + chain
        else:
            large.append(chain)
    return large
