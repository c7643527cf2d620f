"""Names for values, from one line to the next; what has no value is said in words."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

import hwcalc
from hwcalc.names import evaluate, is_plain


def value_of(text, **values):
    return evaluate(text, values, hwcalc.evaluate)[0].value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2a+1", Fraction(5, 3)),
        ("a*3", 1),
        ("a a", Fraction(1, 9)),
        ("ans-b", 12),
        ("ANS-b", 12),
        ("b^2", 4),
        ("-b", 2),
        ("1/a", 3),
        ("3x4", 12),
        ("sqrt 9", 3),
        ("rate", Fraction(1, 7)),
        ("a = 1/3", Fraction(1, 3)),
        ("b+2 = 0", True),
    ],
)
def test_values_stand_for_their_names(text, value):
    assert value_of(text, a=Fraction(1, 3), b=Fraction(-2), ans=Fraction(10), rate=Fraction(1, 7)) == value


def test_lines_build_on_each_other():
    values = {}
    for line in ("a = 12", "b = 2a", "c = b-a÷3"):
        reading, name = evaluate(line, values, hwcalc.evaluate)
        values[name] = reading.value
    assert values == {"a": 12, "b": 24, "c": 20}


def test_a_name_may_be_an_x():
    assert value_of("2x", x=Fraction(5)) == 10


def test_an_x_that_nobody_named_is_an_unknown_and_gives_no_name():
    reading, name = evaluate("x = 2a+3", {"a": Fraction(4)}, hwcalc.evaluate)
    assert (reading.text, reading.value, reading.answer, name) == ("x=2a+3", 11, "x = 11", "")


def test_inexact_values_keep_their_digits():
    root = hwcalc.evaluate("√2").value
    assert isinstance(root, Decimal)
    assert abs(value_of("r×r", r=root) - 2) < Decimal("1e-13")
    assert value_of("r-1", r=Decimal("1.5E+30")) == 15 * 10**29 - 1


def test_what_is_shown_is_what_was_typed():
    reading, name = evaluate("b = 2a × 3", {"a": Fraction(1, 3)}, hwcalc.evaluate)
    assert (name, reading.text, reading.latex, reading.answer) == ("b", "b=2a×3", r"b=2a\times 3", "2")


@pytest.mark.parametrize(
    ("text", "words"), [("2a", "a has no value yet"), ("ans", "no answer yet"), ("b = ", ""), ("a = 1+", "")]
)
def test_what_has_no_value_has_no_name(text, words):
    reading, name = evaluate(text, {}, hwcalc.evaluate)
    assert reading.value is None
    assert name == ""
    assert words in reading.answer


def test_plain_numbers_need_no_answer():
    assert is_plain("a = 12")
    assert is_plain("b=-0.5")
    assert not is_plain("a = 3+4")
    assert not is_plain("12")
