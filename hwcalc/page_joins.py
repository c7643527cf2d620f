"""Expressions that were cut in two or run together, told by what they say: `12+` with `34` beside it is one.

In flow the readings of a page in reading order; out flow the numbers of those to be read again as one, and of the
symbols before which one is to be cut.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from .page_lines import chained

if TYPE_CHECKING:
    from .reader import Reading

_OPERATORS = frozenset("+-×÷/")
# What wants something after it, and before it.
_OPEN = _OPERATORS | {"("}
_CLOSING = frozenset("+×÷/=)")
# Most room between the parts, in heights of a digit: where a sign proves it, and where it may be chance.
_FAR = 5.0
_NEAR = 3.0
_CLEARLY = 1.3  # times wider than any other is a gap that parts two equations
_APART = 0.7  # of the height of a digit, or more, are two numbers without a sign between them
_LEVEL = 0.4  # of the height of the lower one or more have those in common that stand in one row
_MOST = 0.6  # of the readings of a page have an operator: then a number alone is a part of one
_ROWS = 3  # of a table at least have an answer in the next cell


def joins(readings: Sequence[Reading], alone: Collection[int] = ()) -> list[list[int]]:
    """Which readings are one expression: lists of numbers from left to right, most of one number only.

    Those with a number in `alone` go on with no other.
    """
    right, left = _nearest(readings, alone)
    numbers = {i for i, r in enumerate(readings) if _is_number(r)}
    if len(numbers) > (1 - _MOST) * len(readings):
        numbers = set()
    after = {}
    for i, (gap, j) in right.items():
        if left[j][1] != i:
            continue
        # a number goes with what is nearer
        number = (i in numbers and gap <= left.get(i, (inf,))[0]) or (
            j in numbers and gap <= right.get(j, (inf,))[0]
        )
        if _continues(readings[i], readings[j], gap) or (number and gap < _NEAR):
            after[i] = j
    return chained(after | _in_cells(readings, alone), range(len(readings)))


def _in_cells(readings: Sequence[Reading], alone: Collection[int]) -> dict[int, int]:
    """For what asks for a value the number far to the right of it, where most have one, as in the cells of a table."""
    asking = [
        i for i, r in enumerate(readings) if r.symbols and r.symbols[-1].label == "=" and i not in alone
    ]
    free = [i for i in range(len(readings)) if i not in alone]
    answers = {}
    for i in asking:
        j = _only([(_gap(readings[i], readings[j], 0.0), j) for j in free if j != i], readings)
        if j is None or not readings[j].symbols or not _is_number(readings[j]):
            continue
        if _only([(_gap(readings[k], readings[j], 0.0), k) for k in free if k != j], readings) == i:
            answers[i] = j
    return answers if len(answers) >= max(_ROWS, _MOST * len(asking)) else {}


def _only(near: Sequence[tuple[float, int]], readings: Sequence[Reading]) -> int | None:
    """The nearest, by the room to each, unless another in the same column is in the row too."""
    row = sorted(pair for pair in near if pair[0] < inf)
    if not row:
        return None
    first = readings[row[0][1]].box
    return None if any(first.aside(readings[j].box) < 0 for _, j in row[1:]) else row[0][1]


def rows(readings: Sequence[Reading], alone: Collection[int] = ()) -> list[list[int]]:
    """The numbers of the readings that stand beside each other, near enough to be one expression; see `joins`."""
    right, left = _nearest(readings, alone)
    return chained({i: j for i, (_, j) in right.items() if left[j][1] == i}, range(len(readings)))


_Nearest: TypeAlias = dict[int, tuple[float, int]]


def _nearest(readings: Sequence[Reading], alone: Collection[int]) -> tuple[_Nearest, _Nearest]:
    """For each reading the room to the nearest to the right of it, and which; the same to the left."""
    gaps = {
        (i, j): gap
        for i, before in enumerate(readings)
        for j, after in enumerate(readings)
        if i != j and not {i, j} & set(alone) and (gap := _gap(before, after)) < _FAR
    }
    right = {i: min((gap, j) for (k, j), gap in gaps.items() if k == i) for i, _ in gaps}
    left = {j: min((gap, i) for (i, k), gap in gaps.items() if k == j) for _, j in gaps}
    return right, left


def signs_between(reading: Reading, starts: Sequence[int]) -> bool:
    """Does a sign join the parts of a reading, of which each but the first begins at one of these strokes?

    Behind an equals sign a part is a number.
    """
    labels = [s.label for s in reading.symbols]
    for start in starts:
        place = next((i for i, s in enumerate(reading.symbols) if min(s.strokes) >= start), len(labels))
        before, after = labels[:place], labels[place:]
        if not before or not after:
            return False
        if before[-1] == "=":
            if not all(label.isdigit() or label == "." for label in after):
                return False
        elif before[-1] not in _OPEN | {"-"} and after[0] not in _CLOSING | {"-"}:
            return False
    return True


def cut(reading: Reading) -> int | None:
    """The number of the symbol with which another expression begins, as in `1+1=2 2+2=4`; None if none does.

    There is arithmetic on both sides of the widest gap of all, and that is behind an equals sign or its answer,
    or between two digits, which stand closer in a number.
    """
    labels = [s.label for s in reading.symbols]
    if len(labels) < 3 or r"\frac" in reading.latex:
        return None
    gaps = [b.box.left - a.box.right for a, b in pairwise(reading.symbols)]
    place = max(range(len(gaps)), key=lambda i: gaps[i])
    others = [gap for i, gap in enumerate(gaps) if i != place and labels[i] != "="]
    first, second = labels[: place + 1], labels[place + 1 :]
    ended = "=" in first and first[-1] not in _OPERATORS
    wide = gaps[place] > _APART * max(s.box.height for s in reading.symbols)
    in_a_number = wide and first[-1].isdigit() and second[0].isdigit()
    arithmetic = not _OPERATORS.isdisjoint(first) and not (_OPERATORS | {"="}).isdisjoint(second[1:])
    parted = gaps[place] > _CLEARLY * max(others, default=0.0)
    return place + 1 if parted and arithmetic and (ended or in_a_number) else None


def cut_questions(reading: Reading) -> int | None:
    """As `cut`, but only where both ask for a value, as in `1+1= 2+2=`, which can be nothing else."""
    asks = reading.symbols and reading.symbols[-1].label == "="
    place = cut(reading) if asks else None
    return place if place and reading.symbols[place - 1].label == "=" else None


def _gap(before: Reading, after: Reading, level: float = _LEVEL) -> float:
    """The room between two readings in heights of a digit, infinite if they do not stand in one row.

    In a row both have more than the share `level` of their height in common.
    """
    a, b = before.box, after.box
    heights = sorted(s.box.height for r in (before, after) for s in r.symbols if s.label.isdigit())
    unit = heights[len(heights) // 2] if heights else max(a.height, b.height)
    beside = min(a.bottom, b.bottom) - max(a.top, b.top) > level * min(a.height, b.height)
    gap = (b.left - a.right) / max(unit, 1e-9)
    return gap if beside and a.center[0] < b.center[0] and gap > -0.5 else inf


def _continues(before: Reading, after: Reading, gap: float) -> bool:
    """Does the second go on with what the first began?"""
    if not before.symbols or not after.symbols:
        return False
    last, first = before.symbols[-1].label, after.symbols[0].label
    if last in _OPEN or first in _CLOSING:
        return True
    if gap > _NEAR:
        return False
    # -3 may stand alone, and so may 5 after 2+3=; rather not where either is an expression by itself
    return (first == "-" and _is_number(before)) or (last == "=" and _is_number(after))


def _is_number(reading: Reading) -> bool:
    return all(s.label.isdigit() or s.label == "." for s in reading.symbols)
