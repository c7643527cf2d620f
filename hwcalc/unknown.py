"""What an unknown stands for: the numbers that make its equation true.

In flow the two sides of an equation and a way to compute them; out flow the unknown's values. There is no algebra in
it: the difference of the sides is computed for a few values of the unknown, and where it is a straight line in the
unknown itself, its reciprocal, its square or its root, the place where that line is zero may be a solution. So whatever
can be computed can be solved, as long as the unknown occurs in one such way: □+3 = 10, 3×□-2 = □+4, 12÷□ = 4,
□×□ = 49, √□ = 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

from .layout import UNKNOWNS, Mark, Row, rows_of
from .number import NoValueError, Number, add, divide, is_close, multiply, negate, square_root

Value: TypeAlias = Callable[[Row, Number], Number]
"""(row, number) -> the value of the row with that number for its unknown. Raises NoValueError."""

_TRIED = (4, 9, 25, 49, 121)
"""Values that are tried, whole squares: their roots and reciprocals are exact too."""

_Point: TypeAlias = tuple[Number, Number]


def unknowns(row: Row) -> list[str]:
    """The names of the unknowns in a row, those of `UNKNOWNS`."""
    labels = {item.label for part, _ in rows_of(row) for item in part if isinstance(item, Mark)}
    return [name for name in UNKNOWNS if name in labels]


def check(sides: Sequence[Row], value: Value) -> None:
    """Raise a NoValueError with what is wrong with one of the sides, whatever the unknown is."""
    for side in sides:
        if not any(_has_value(side, Fraction(t), value) for t in (*_TRIED, 1, -1)):
            value(side, Fraction(_TRIED[0]))


def _has_value(side: Row, unknown: Fraction, value: Value) -> bool:
    try:
        value(side, unknown)
    except NoValueError:
        return False
    return True


def solve(left: Row, right: Row, value: Value) -> list[Number] | None:
    """The only values of the unknown that may make both sides the same; None where every number does.

    Parameters
    ----------
    left, right : Row
    value : Value

    Raises
    ------
    NoValueError
        It cannot be told.
    """

    def difference(unknown: Number) -> Number | None:
        try:
            return _minus(value(left, unknown), value(right, unknown))
        except NoValueError:
            return None

    for unknown_at in (_itself, _reciprocal, square_root, _square):
        line = _line((Fraction(t), difference(unknown_at(Fraction(t)))) for t in _TRIED)
        if line is None:
            continue
        slope, start = line
        if slope == 0:
            below = difference(Fraction(-_TRIED[0]))
            if below is not None and not _is_same(below, start):  # √(□²) = □
                break
            return [] if start else None
        at = divide(negate(start), slope)
        if (unknown_at is _reciprocal and at == 0) or (unknown_at is square_root and at < 0):
            return []
        found = unknown_at(at)
        return sorted({found, negate(found)})
    raise NoValueError(f"cannot find {unknowns(left + right)[0]}")


def _line(points: Iterable[tuple[Fraction, Number | None]]) -> tuple[Number, Number] | None:
    """Slope and start of the straight line through all points, of which one may have no y; None where there is none."""
    known: list[_Point] = []
    missing = 0
    for x, y in points:  # those after the first that is beside the line are not computed
        if y is None:
            missing += 1
        else:
            known.append((x, y))
        beside = len(known) > 2 and not _is_same(_slope(known[0], known[-1]), _slope(*known[:2]))
        if beside or missing > 1:
            return None
    slope = _slope(*known[:2])
    return slope, _minus(known[0][1], multiply(slope, known[0][0]))


def _slope(a: _Point, b: _Point) -> Number:
    return divide(_minus(b[1], a[1]), _minus(b[0], a[0]))


def _is_same(a: Number, b: Number) -> bool:
    return is_close(a, b, Fraction(0))


def _minus(a: Number, b: Number) -> Number:
    return add(a, negate(b))


def _itself(t: Number) -> Number:
    return t


def _reciprocal(t: Number) -> Number:
    return divide(Fraction(1), t)


def _square(t: Number) -> Number:
    return multiply(t, t)
