"""What an unknown stands for: the numbers that make its equation true.

In flow the two sides of an equation and a way to compute them; out flow the unknown's values. There is no algebra in
it: the difference of the sides is computed for a few values of the unknown, and where it is a straight line in the
unknown itself, its reciprocal, its square or its root, the place where that line is zero is a solution, checked by
putting it in. So whatever can be computed can be solved, as long as the unknown occurs in one such way: □+3 = 10,
3×□-2 = □+4, 12÷□ = 4, □×□ = 49, √□ = 3.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from .layout import UNKNOWNS, Item, Mark, Power, Root, Row, Stack, rows_of
from .number import NoValueError, Number, square_root

Value: TypeAlias = Callable[[Row], Number]

_TRIED = (4, 9, 25, 49, 121)
"""Values that are tried, whole squares: their roots and reciprocals are exact too."""

_Line: TypeAlias = tuple[Fraction, Fraction]


def unknowns(row: Row) -> list[str]:
    """The names of the unknowns in a row, those of `UNKNOWNS`."""
    labels = {item.label for part, _ in rows_of(row) for item in part if isinstance(item, Mark)}
    return [name for name in UNKNOWNS if name in labels]


def put_in(row: Row, value: Fraction) -> Row:
    """The row with a number, in brackets, for the unknown."""
    made: list[Item] = []
    for item in row:
        match item:
            case Mark(label) if label in UNKNOWNS:
                made += (
                    Mark("("),
                    *_marks(value.numerator),
                    Mark("÷"),
                    *_marks(value.denominator),
                    Mark(")"),
                )
            case Mark():
                made.append(item)
            case Stack(numerator, denominator):
                made.append(Stack(put_in(numerator, value), put_in(denominator, value)))
            case Power(inside):
                made.append(Power(put_in(inside, value)))
            case Root(inside):
                made.append(Root(put_in(inside, value)))
    return tuple(made)


def _marks(whole: int) -> Row:
    return tuple(Mark(label) for label in str(whole))


def solve(left: Row, right: Row, value: Value) -> list[Fraction]:
    """The values of the unknown for which both sides are the same, smallest first.

    Parameters
    ----------
    left, right : Row
        With the unknown in at least one of them.
    value : of a row without unknowns

    Raises
    ------
    NoValueError
        No number makes the sides equal, or every one does, or it cannot be told.
    """
    name = unknowns((*left, *right))[0]

    def difference(of: Fraction) -> Fraction | None:
        try:
            a, b = value(put_in(left, of)), value(put_in(right, of))
        except NoValueError:
            return None
        return a - b if isinstance(a, Fraction) and isinstance(b, Fraction) else None

    for unknown_at in (_itself, _reciprocal, _root, _square):
        line = _line([(Fraction(t), difference(unknown_at(Fraction(t)))) for t in _TRIED])
        if line is None:
            continue
        slope, start = line
        if slope == 0:
            raise NoValueError(f"any number may be {name}" if start == 0 else f"no number can be {name}")
        found = _checked(unknown_at, -start / slope, difference)
        if found:
            return found
    for side in (left, right):
        value(put_in(side, Fraction(_TRIED[0])))  # it may say what is wrong with it
    raise NoValueError(f"cannot find {name}")


def _checked(
    unknown_at: Callable[[Fraction], Fraction],
    at: Fraction,
    difference: Callable[[Fraction], Fraction | None],
) -> list[Fraction]:
    """The solutions where the line is zero, both signs tried."""
    try:
        found = unknown_at(at)
    except NoValueError:
        return []
    return sorted(u for u in {found, -found} if difference(u) == 0)


def _line(points: list[tuple[Fraction, Fraction | None]]) -> _Line | None:
    """Slope and start of the straight line through all points that have a value; None where there is none."""
    known = [(x, y) for x, y in points if y is not None]
    if len(known) < len(_TRIED) - 1:
        return None
    (x, y), (other_x, other_y), *others = known
    slope = (other_y - y) / (other_x - x)
    straight = all(y + slope * (more_x - x) == more_y for more_x, more_y in others)
    return (slope, y - slope * x) if straight else None


def _itself(t: Fraction) -> Fraction:
    return t


def _reciprocal(t: Fraction) -> Fraction:
    if t == 0:
        raise NoValueError("cannot divide by zero")
    return 1 / t


def _root(t: Fraction) -> Fraction:
    root = square_root(t)
    if not isinstance(root, Fraction):
        raise NoValueError("a root that cannot be written as a fraction")
    return root


def _square(t: Fraction) -> Fraction:
    return t * t
