"""Numbers: exact as long as they are short, then to many digits, and always bounded."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcalc import number
from hwcalc.number import DIGITS, NoValueError

rationals = st.fractions(max_denominator=10**6, min_value=-(10**9), max_value=10**9)


@given(rationals, st.integers(2, 9))
def test_root_of_a_power_is_exact(x: Fraction, degree: int) -> None:
    if x < 0 or (x == 0):
        x = 1 - x
    assert number.power(number.power(x, Fraction(degree)), Fraction(1, degree)) == x


@given(st.integers(2, 10**12), st.integers(2, 7))
def test_inexact_root_raised_again_is_the_number(x: int, degree: int) -> None:
    root = number.power(Fraction(x), Fraction(1, degree))
    assert number.power(root, Fraction(degree)) == x


@given(rationals, rationals)
def test_what_cancels_is_zero(x: Fraction, y: Fraction) -> None:
    root = number.square_root(Fraction(2))
    left = number.multiply(number.add(x, root), number.add(y, root))
    right = number.add(number.add(x * y, Fraction(2)), number.multiply(x + y, root))
    assert number.add(left, number.negate(right)) == 0


def test_a_long_fraction_becomes_a_decimal() -> None:
    total: number.Number = Fraction(0)
    for n in range(1, 2000):
        total = number.add(total, Fraction(1, n))
    assert isinstance(total, Decimal)
    assert float(total) == pytest.approx(math.fsum(1 / n for n in range(1, 2000)), rel=1e-15)


def test_what_is_absorbed_by_a_larger_number_comes_back() -> None:
    huge = Fraction(10) ** (DIGITS - 2)
    root = number.square_root(Fraction(2))
    assert number.rounded(number.add(number.add(huge, root), -huge)) == Decimal("1.4142135623731")


@pytest.mark.parametrize("sign", [1, -1])
def test_limits(sign: int) -> None:
    huge = sign * Fraction(10) ** (DIGITS - 1)
    with pytest.raises(NoValueError, match="too large"):
        number.multiply(huge, Fraction(10))
    with pytest.raises(NoValueError, match="too small"):
        number.divide(1 / huge, Fraction(100))
    root = number.square_root(Fraction(2))
    with pytest.raises(NoValueError, match="too large"):
        number.multiply(number.multiply(huge, root), Fraction(10))
    with pytest.raises(NoValueError, match="too small"):
        number.divide(number.divide(root, huge), Fraction(100))


@given(rationals)
def test_show_is_right_and_short(x: Fraction) -> None:
    shown = number.show(x, fraction=True)
    exact, sign, decimal = shown.rpartition(" ≈ ") if "≈" in shown else shown.rpartition(" = ")
    whole, _, fraction = exact.removeprefix("-").rpartition(" ")
    if fraction:
        mixed = Fraction(fraction) + (Fraction(whole) if whole else 0)
        assert (-mixed if exact.startswith("-") else mixed) == x
    value = Fraction(decimal.replace("×10^", "e"))
    if "≈" in sign:
        assert abs(value - x) <= Fraction(1, 2 * 10**6)
        assert value != x
    else:
        assert value == x
    assert len(shown) < 80
    assert not decimal.startswith("-0 ")


def test_powers_too_long_for_a_float() -> None:
    little_more = 1 + Fraction(1, 10**300)
    assert number.rounded(number.power(little_more, Fraction(10**300))) == Decimal("2.71828182845905")
    assert number.rounded(number.power(little_more, Fraction(-(10**300)))) == Decimal("0.367879441171442")
    for exponent in (10**309, 10**309 + 1):
        assert number.power(Fraction(-1), Fraction(exponent)) == (-1) ** (exponent % 2)
        with pytest.raises(NoValueError, match="too large"):
            number.power(little_more, Fraction(exponent))
