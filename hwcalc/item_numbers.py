"""The numbers of the items of a list, `3)` or `3.`, which are no part of the sums behind them.

In flow the readings of the expressions of a page; out flows, for each, how many of its first symbols are such
a number. The grammar finds no sense in `3)` and may have read the bracket as a digit, so what counts is what
the classifier saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .reader import Reading

_BRACKET = 0.5  # least probability of a closing bracket
_FEWEST = 3  # items numbered with points: 3.4 alone is a number
_ROOM = 0.3  # least after such a point, of the height of the digit before it


def item_numbers(readings: Sequence[Reading]) -> list[int]:
    """How many symbols at the start of each reading are the number of an item; 0 where it has none.

    A bracket that was never opened after one or two digits is proof enough. Points are believed only if there
    are several, each followed by some room, and their numbers are nearly all of those from the least to the
    largest.
    """
    lengths = [_bracketed(r) for r in readings]
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


def _bracketed(reading: Reading) -> int:
    """How many symbols `3)` or `12)` at the start has, 0 if there is no such thing."""
    if not _digits(reading):
        return 0
    for place, symbol in enumerate(reading.symbols[1:3], start=1):
        if dict(symbol.alternatives).get(")", 0.0) > _BRACKET or symbol.label == ")":
            return place + 1
        if not symbol.label.isdigit():
            break
    return 0


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
