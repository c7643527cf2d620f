"""What stands where: rows of symbols, with fractions, powers and roots as items of a row.

The grammar builds a `Row` from ink, `expression.parse` builds one from typed text; `expression` turns it
into text, LaTeX and a value. Labels are the characters `0`-`9 + - × ÷ / = ( ) . %` and `UNKNOWNS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

UNKNOWNS = EMPTY_BOX, LETTER = "□", "x"
"""Labels of a number to be found: it keeps the name that it was given."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One symbol of a row. `symbol` is its number in `Reading.symbols`, None when it was typed."""

    label: str
    symbol: int | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """A fraction: one row over another, with a bar between. `bar` is the number of the bar's symbol."""

    numerator: Row
    denominator: Row
    bar: int | None = None


@dataclass(frozen=True, slots=True)
class Power:
    """A raised row; it belongs to the item before it."""

    exponent: Row


@dataclass(frozen=True, slots=True)
class Root:
    """A square root over a row. `sign` is the number of the symbol √."""

    radicand: Row
    sign: int | None = None


Item: TypeAlias = Mark | Stack | Power | Root
Row: TypeAlias = tuple[Item, ...]


def rows_of(row: Row) -> Iterator[tuple[Row, int]]:
    """A row and all rows inside it, each with the number of rows around it."""
    rows = [(row, 0)]
    while rows:
        part, depth = rows.pop()
        yield part, depth
        for item in part:
            match item:
                case Stack(numerator, denominator):
                    rows += ((numerator, depth + 1), (denominator, depth + 1))
                case Power(inside) | Root(inside):
                    rows.append((inside, depth + 1))
