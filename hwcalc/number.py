"""Numbers as a calculator keeps them: exact fractions for as long as that is possible, then many digits.

In flow numerals and `Number`s (a Fraction is exact, a Decimal is not), out flow `Number`s and the text that
shows them. What has no value raises `NoValueError`, and every step is bounded in time: nothing here has more
than `DIGITS` digits before or after its point.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, Underflow
from fractions import Fraction
from typing import TypeAlias

Number: TypeAlias = Fraction | Decimal

DIGITS = 310  # as far as a float reaches, so that 2^1000 still has a value

# A sum of the largest and the smallest number still fits, so that what cancels is found to be zero.
_WIDE = Context(
    prec=2 * DIGITS + 80,
    Emin=-4 * DIGITS,
    Emax=4 * DIGITS,
    traps=[Overflow, Underflow, DivisionByZero, InvalidOperation],
)
_SHORT = Context(prec=15)
_HUGE = 10**DIGITS
_TINY = Fraction(1, _HUGE)
_LONG = 10 ** (2 * DIGITS)  # a longer denominator is no longer kept exactly
_NOISE = Decimal(1).scaleb(-DIGITS - 30)  # two inexact numbers as close as this are equal

_WHOLE_LENGTH = 40  # a whole number with more digits than this is shown rounded,
_PLAIN_LENGTH = 20  # and a decimal number with more than this
_READABLE = 10**6  # nobody reads a fraction with a larger denominator


class NoValueError(ArithmeticError):
    """There is no value. The message says why, to the person who wrote the expression."""


def numeral(text: str) -> Fraction:
    """The exact value of digits with at most one point, such as '12', '.5' or '3.'."""
    whole, _, decimals = text.partition(".")
    if "." in decimals:
        raise NoValueError("two points in one number")
    if not whole + decimals:
        raise NoValueError("a point has no digits")
    if max(len(whole), len(decimals)) > DIGITS:
        raise NoValueError("too many digits in one number")
    return Fraction(int(whole + decimals), 10 ** len(decimals))


def add(a: Number, b: Number) -> Number:
    """a + b."""
    return _combine(a, b, lambda x, y: x + y, _WIDE.add)


def multiply(a: Number, b: Number) -> Number:
    """a × b."""
    return _combine(a, b, lambda x, y: x * y, _WIDE.multiply)


def divide(a: Number, b: Number) -> Number:
    """a ÷ b."""
    if b == 0:
        raise NoValueError("cannot divide by zero")
    return _combine(a, b, lambda x, y: x / y, _WIDE.divide)


def negate(a: Number) -> Number:
    """-a."""
    return -a if isinstance(a, Fraction) else a.copy_negate()  # the minus sign of a Decimal rounds it


def square_root(a: Number) -> Number:
    """√a: exact when it is rational."""
    return power(a, Fraction(1, 2))


def power(base: Number, exponent: Number) -> Number:
    """base ^ exponent: exact when it is rational and not too long, the real root where there is one."""
    if base == 0:
        if exponent == 0:
            raise NoValueError("zero to the power of zero has no value")
        if exponent < 0:
            raise NoValueError("cannot divide by zero")
        return Fraction(0)
    if isinstance(exponent, Fraction):
        if exponent.denominator == 1:
            return _whole_power(base, exponent.numerator)
        return _root_power(base, exponent.numerator, exponent.denominator)
    if base < 0:
        raise NoValueError("no real power of a negative number")
    return _rounded(lambda: _WIDE.power(_decimal(base), exponent))


def is_close(a: Number, b: Number, tolerance: Fraction) -> bool:
    """Whether a and b differ by at most `tolerance`."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return abs(a - b) <= tolerance
    difference = _WIDE.subtract(_decimal(a), _decimal(b)).copy_abs()
    return difference <= max(_decimal(tolerance), _NOISE)


def rounded(a: Number) -> Number:
    """A Fraction as it is, a Decimal with the 15 digits that are shown."""
    return a if isinstance(a, Fraction) else _SHORT.plus(a).normalize(_SHORT)


def show(a: Number, fraction: bool = False) -> str:
    """What to display: '46', '0.3', '3 1/7 ≈ 3.142857', '≈ 1.4142135623731'.

    A number with a finite decimal form is shown as that; with `fraction` also as a fraction, '1/4 = 0.25'.
    """
    mixed = mixed_number(a)
    finite = _finite_decimal(a)
    if finite is not None:
        return f"{mixed} = {finite}" if fraction and mixed and mixed != finite else finite
    if mixed:
        wide = _decimal(a)
        return f"{mixed} ≈ {_plain(Context(prec=max(6, wide.adjusted() + 7)).plus(wide))}"
    return f"≈ {_plain(_SHORT.plus(_decimal(a)), _SHORT.prec)}"


def mixed_number(a: Number) -> str:
    """'3 1/7', '-1/2' or '5'; '' where that would be too long to read, or is not exact."""
    if not isinstance(a, Fraction) or a.denominator > _READABLE or abs(a) >= 10**_WHOLE_LENGTH:
        return ""
    whole, rest = divmod(abs(a.numerator), a.denominator)
    parts = [str(whole)] if whole or not rest else []
    if rest:
        parts.append(f"{rest}/{a.denominator}")
    return ("-" if a < 0 else "") + " ".join(parts)


def _combine(
    a: Number,
    b: Number,
    exact: Callable[[Fraction, Fraction], Fraction],
    inexact: Callable[[Decimal, Decimal], Decimal],
) -> Number:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return _settle(exact(a, b))
    return _rounded(lambda: inexact(_decimal(a), _decimal(b)))


def _rounded(compute: Callable[[], Decimal]) -> Number:
    try:
        return _settle(compute())
    except Overflow:
        raise NoValueError("too large") from None
    except Underflow:
        raise NoValueError("too small") from None


def _settle(a: Number) -> Number:
    """Hold a result to the limits; turn what is too long into a Decimal, and a Decimal that is a short
    number up to the noise into that number, so that √2×√2 is 2.
    """
    size = abs(a) if isinstance(a, Fraction) else a.copy_abs()
    if size >= _HUGE:
        raise NoValueError("too large")
    if isinstance(a, Fraction):
        if 0 < size < _TINY:
            raise NoValueError("too small")
        return a if a.denominator < _LONG else _settle(_decimal(a))
    if size < _NOISE:
        return Fraction(0)
    if size < _TINY:
        raise NoValueError("too small")
    short = _SHORT.plus(a)
    return Fraction(short) if _WIDE.subtract(a, short).copy_abs() < _NOISE else a


def _decimal(a: Number) -> Decimal:
    if isinstance(a, Decimal):
        return a
    return _WIDE.divide(Decimal(a.numerator), Decimal(a.denominator))


def _whole_power(base: Number, exponent: int) -> Number:
    if isinstance(base, Fraction):
        length = math.log10(max(abs(base.numerator), base.denominator))
        if length == 0 or abs(exponent) <= 2 * DIGITS / length:
            return _settle(base**exponent)
    return _rounded(lambda: _WIDE.power(_decimal(base), Decimal(exponent)))


def _root_power(base: Number, numerator: int, denominator: int) -> Number:
    """base ^ (numerator/denominator), in lowest terms, the denominator at least 2."""
    if base < 0:
        if denominator % 2 == 0:
            raise NoValueError(f"no real {'square ' if denominator == 2 else ''}root of a negative number")
        result = _root_power(negate(base), numerator, denominator)
        return negate(result) if numerator % 2 else result
    if isinstance(base, Fraction):
        top, bottom = _floor_root(base.numerator, denominator), _floor_root(base.denominator, denominator)
        if Fraction(top, bottom) ** denominator == base:
            return _whole_power(Fraction(top, bottom), numerator)
    if denominator == 2:  # fifty times as fast as the general power
        return _whole_power(_WIDE.sqrt(_decimal(base)), numerator)
    return _rounded(lambda: _WIDE.power(_decimal(base), _decimal(Fraction(numerator, denominator))))


def _floor_root(a: int, degree: int) -> int:
    """The largest integer whose power `degree` is at most a, for a >= 1: Newton's method from above."""
    if degree >= a.bit_length():
        return 1
    root = 1 << -(-a.bit_length() // degree)
    while True:
        closer = ((degree - 1) * root + a // root ** (degree - 1)) // degree
        if closer >= root:
            return root
        root = closer


def _finite_decimal(a: Number) -> str | None:
    """An exact decimal form that is short enough to show, or None."""
    if not isinstance(a, Fraction):
        return None
    length = _WHOLE_LENGTH if a.denominator == 1 else _PLAIN_LENGTH
    wide = Context(prec=length).divide(Decimal(a.numerator), Decimal(a.denominator))
    return _plain(wide) if Fraction(wide) == a else None


def _plain(a: Decimal, longest: int = _WHOLE_LENGTH) -> str:
    """Digits without superfluous zeros; a power of ten for long numbers and for very small ones."""
    sign, digits, _ = a.as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    minus, exponent = "-" if sign else "", a.adjusted()
    if not -7 < exponent < longest:
        point = "." if len(text) > 1 else ""
        return f"{minus}{text[0]}{point}{text[1:]}×10^{exponent}"
    if exponent < 0:
        return f"{minus}0.{'0' * (-exponent - 1)}{text}"
    whole, decimals = text[: exponent + 1].ljust(exponent + 1, "0"), text[exponent + 1 :]
    return f"{minus}{whole}{'.' if decimals else ''}{decimals}"
