"""What an unknown stands for: the numbers that make its equation true.

In flow the two sides of an equation and a way to compute them; out flow the unknown's values. There is no algebra in
it: the difference of the sides is computed for a few values of the unknown, and where it is a straight line in the
unknown itself, its reciprocal, its square or its root, the place where that line is zero is a solution, checked by
putting it in. So whatever can be computed can be solved, as long as the unknown occurs in one such way: □+3 = 10,
3×□-2 = □+4, 12÷□ = 4, □×□ = 49, √□ = 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

from .layout import UNKNOWNS, Item, Mark, Power, Root, Row, Stack, rows_of
from .number import NoValueError, Number, divide, multiply, square_root

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


def check(sides: Sequence[Row], value: Value) -> None:
    """Raise a NoValueError with what is wrong with one of the sides, whatever the unknown is; `value`: see `solve`."""
    for side in sides:
        if not any(_has_value(side, Fraction(t), value) for t in (*_TRIED, 1, -1)):
            value(put_in(side, Fraction(_TRIED[0])))


def _has_value(side: Row, unknown: Fraction, value: Value) -> bool:
    try:
        value(put_in(side, unknown))
    except NoValueError:
        return False
    return True


def solve(left: Row, right: Row, value: Value) -> list[Fraction] | None:
    """The only values of the unknown that may make both sides the same; None where every number does.

    Parameters
    ----------
    left, right : Row
        With the unknown in at least one of them.
    value : of a row without unknowns

    Raises
    ------
    NoValueError
        It cannot be told.
    """

    def difference(of: Number) -> Fraction | None:
        if not isinstance(of, Fraction):
            return None
        try:
            a, b = value(put_in(left, of)), value(put_in(right, of))
        except NoValueError:
            return None
        return a - b if isinstance(a, Fraction) and isinstance(b, Fraction) else None

    for unknown_at in (_itself, _reciprocal, square_root, _square):
        line = _line((Fraction(t), difference(unknown_at(Fraction(t)))) for t in _TRIED)
        if line is None:
            continue
        slope, start = line
        if slope == 0:
            if difference(Fraction(-_TRIED[0])) not in (start, None):  # √(□²) = □
                break
            return [] if start else None
        at = divide(-start, slope)
        if (unknown_at is _reciprocal and at == 0) or (unknown_at is square_root and at < 0):
            return []
        found = unknown_at(at)
        if isinstance(found, Fraction):
            return sorted({found, -found})
        break
    raise NoValueError(f"cannot find {unknowns(left + right)[0]}")


def _line(points: Iterable[tuple[Fraction, Fraction | None]]) -> _Line | None:
    """Slope and start of the straight line through all points, of which one may have no y; None where there is none."""
    known: list[tuple[Fraction, Fraction]] = []
    missing = 0
    for x, y in points:  # those after the first that is beside the line are not computed
        if y is None:
            missing += 1
        else:
            known.append((x, y))
        if missing > 1 or (len(known) > 2 and _slope(known[0], known[-1]) != _slope(*known[:2])):
            return None
    (x, y), slope = known[0], _slope(*known[:2])
    return slope, y - slope * x


def _slope(a: tuple[Fraction, Fraction], b: tuple[Fraction, Fraction]) -> Fraction:
    return (b[1] - a[1]) / (b[0] - a[0])


def _itself(t: Number) -> Number:
    return t


def _reciprocal(t: Number) -> Number:
    return divide(Fraction(1), t)


def _square(t: Number) -> Number:
    return multiply(t, t)
