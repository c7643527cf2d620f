"""The numbers of the items of a list, `3)`, `3.` or ringed, and their letters, `a)`, which are no part of the sums.

In flow the readings of the expressions of a page, what their first symbols look like and how many of them are ringed;
out flows, for each, how many of its first symbols are such a number. Looks count for a bracket: arithmetic finds no
sense in `3)`, so that it was read as a digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .reader import Reading

LENGTH = 3  # symbols of the longest, `12)`
_FEWEST = 3  # items numbered with points, or with rings alone: 3.4 alone is a number
_ROOM = 0.3  # least after such a point, of the height of the digit before it
_ALIKE = 0.6  # of the room behind other numbers is the least behind this one,
_WIDER = 1.5  # and this times wider than any other gap
_MOST = 0.75  # of the items have a bracket: then all are numbered or lettered
_SIGNS = frozenset("+-×÷=")
_LETTERS = frozenset(".(")
"""What letters are taken for, and no digits: neither stands before a closing bracket."""


def item_numbers(
    readings: Sequence[Reading], looks: Sequence[Sequence[str]], ringed: Sequence[int] = ()
) -> list[int]:
    """How many symbols at the start of each reading are the number of an item; 0 where it has none.

    `looks` holds, for each reading, the labels of its first `LENGTH` symbols by their shape alone; of one that may
    be a digit with its bracket, both. `ringed` tells how many symbols at its start are in a ring.

    A bracket that was never opened after one or two digits is proof enough, and so is a ring around them with a
    digit behind it. Points, and rings with nothing behind, are believed only if there are several, points each
    followed by some room, and their numbers are nearly all of those from the least to the largest. Where most items
    are numbered one after the other, or nearly all have a bracket, so are those whose bracket or point was misread;
    and those whose first digits are the numbers that several others lack.
    """
    lengths = [_bracketed(look) for look in looks]
    pointed = {i: _pointed(r) for i, r in enumerate(readings) if _pointed(r)}
    alone = {i: n for i, n in enumerate(ringed) if 0 < n == len(readings[i].symbols)}
    for some in (pointed, alone):
        if _count_on({int(_digits(readings[i])) for i in some}):
            lengths = [length or some.get(i, 0) for i, length in enumerate(lengths)]
    for i, n in enumerate(ringed):
        if n and "".join(s.label for s in readings[i].symbols[n : n + 1]).isdigit():
            lengths[i] = n
    certain = [i for i, length in enumerate(lengths) if length]
    told = {i: _number("".join(looks[i])) or _digits(readings[i]) for i in certain}
    first = Counter(int(number) - i for i, number in told.items() if number.isdigit())
    rooms = [gaps[lengths[i] - 1] for i in certain if len(gaps := _gaps(readings[i])) >= lengths[i]]
    if rooms:
        for i, length in _missing(readings, told, median(rooms)).items():
            lengths[i] = length
    in_order = max(first.values(), default=0) >= max(_FEWEST, len(readings) / 2)
    if rooms and (in_order or len(certain) >= max(_FEWEST, _MOST * len(readings))):
        for i, reading in enumerate(readings):
            lengths[i] = lengths[i] or _set_apart(reading, median(rooms))
    return lengths


def _count_on(numbers: Collection[int]) -> bool:
    """Are they several, and nearly all from the least to the largest?"""
    return len(numbers) >= _FEWEST and max(numbers) - min(numbers) < 1.4 * len(numbers)


def _missing(readings: Sequence[Reading], told: Mapping[int, str], room: float) -> dict[int, int]:
    """How long the numbers are that count on with those `told`: before a misread bracket and about `room`."""
    numbers = {int(number) for number in told.values() if number.isdigit()}
    found: dict[int, int] = {}
    for i, reading in enumerate(readings):
        gaps, digits = _gaps(reading), _digits(reading)
        ways = [
            (gaps[n], int(digits[:n]), n + 1)
            for n in range(1, min(len(digits) + 1, len(gaps)))
            if max(gaps[:n]) <= _ROOM and gaps[n] > _ALIKE * room and reading.symbols[n].label not in _SIGNS
        ]
        if ways and i not in told and max(ways)[1] not in numbers:
            _, number, found[i] = max(ways)
            numbers.add(number)
    several = len(told) >= _FEWEST and len(numbers) >= _MOST * len(readings)
    return found if several and _count_on(numbers) else {}


def _set_apart(reading: Reading, room: float) -> int:
    """How many symbols stand before a gap of about `room` that is wider than all others."""
    gaps = _gaps(reading)
    for place, gap in enumerate(gaps[:LENGTH]):
        if gap > _ALIKE * room and gap > _WIDER * max(gaps[:place] + gaps[place + 1 :], default=0.0):
            return place + 1
    return 0


def _gaps(reading: Reading) -> list[float]:
    """The room between symbols, in heights of the highest; none less than `_ROOM`."""
    height = max((s.box.height for s in reading.symbols), default=1.0)
    return [max((b.box.left - a.box.right) / height, _ROOM) for a, b in pairwise(reading.symbols)]


def _digits(reading: Reading) -> str:
    """The one or two digits at the start."""
    labels = [s.label for s in reading.symbols[:2]]
    if not labels or not labels[0].isdigit():
        return ""
    return labels[0] + labels[1] if len(labels) > 1 and labels[1].isdigit() else labels[0]


def is_number(look: str) -> bool:
    """Whether it is a number or a letter, by what it looks like."""
    return look.isdigit() or look in _LETTERS


def _number(look: str) -> str:
    """What stands before the bracket of `3)`, `12)` or `a)` at the start, '' if there is no such thing."""
    number, bracket, _ = look.partition(")")
    return number if bracket and is_number(number) else ""


def _bracketed(look: Sequence[str]) -> int:
    """How many symbols `3)`, `12)` or `a)` at the start has, 0 if there is no such thing."""
    places = [place for place, label in enumerate(look) if label.endswith(")")]
    return places[0] + 1 if places and _number("".join(look)) else 0


def _pointed(reading: Reading) -> int:
    """The same for `3.` and `12.` with room behind."""
    place = len(_digits(reading))
    symbols = reading.symbols
    if place == 0 or place >= len(symbols) or symbols[place].label != ".":
        return 0
    last = place + 1 == len(symbols)
    if last or symbols[place + 1].box.left - symbols[place].box.right > _ROOM * symbols[0].box.height:
        return place + 1
    return 0
