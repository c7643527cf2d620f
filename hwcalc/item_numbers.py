"""The numbers of the items of a list, `3)` or `3.`, which are no part of the sums behind them.

In flow the readings of the expressions of a page and what their first symbols look like; out flows, for each,
how many of its first symbols are such a number. Looks count for a bracket: arithmetic finds no sense in `3)`,
so that it was read as a digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .reader import Reading

LENGTH = 3  # symbols of the longest, `12)`
_FEWEST = 3  # items numbered with points: 3.4 alone is a number
_ROOM = 0.3  # least after such a point, of the height of the digit before it


def item_numbers(readings: Sequence[Reading], looks: Sequence[Sequence[str]]) -> list[int]:
    """How many symbols at the start of each reading are the number of an item; 0 where it has none.

    `looks` holds, for each reading, the labels of its first `LENGTH` symbols by their shape alone.

    A bracket that was never opened after one or two digits is proof enough. Points are believed only if there
    are several, each followed by some room, and their numbers are nearly all of those from the least to the
    largest.
    """
    lengths = [_bracketed(look) for look in looks]
    pointed = {i: _pointed(r) for i, r in enumerate(readings) if _pointed(r)}
    numbers = {int(_digits(readings[i])) for i in pointed}
    if len(numbers) >= _FEWEST and max(numbers) - min(numbers) < 1.4 * len(numbers):
        for i, length in pointed.items():
            lengths[i] = lengths[i] or length
    return lengths


def _digits(reading: Reading) -> str:
    """The one or two digits at the start."""
    labels = [s.label for s in reading.symbols[:2]]
    if not labels or not labels[0].isdigit():
        return ""
    return labels[0] + labels[1] if len(labels) > 1 and labels[1].isdigit() else labels[0]


def _bracketed(look: Sequence[str]) -> int:
    """How many symbols `3)` or `12)` at the start has, 0 if there is no such thing."""
    length = look.index(")") + 1 if ")" in look else 0
    return length if length > 1 and all(label.isdigit() for label in look[: length - 1]) else 0


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
