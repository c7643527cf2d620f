"""Equations with an unknown: solved exactly, or told why not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcalc.expression import DEPTH, evaluate, latex, parse, solved, text
from hwcalc.layout import UNKNOWN, Mark, Root, Stack
from hwcalc.unknown import occurs, put_in


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("?+3=10", "□ = 7"),
        ("10=?+3", "□ = 7"),
        ("5-?=8", "□ = -3"),
        ("3×?-2=?+4", "□ = 3"),
        ("2?+1=4", "□ = 1.5"),
        ("?/3=1/2", "□ = 1 1/2 = 1.5"),
        ("?÷3=7÷9", "□ = 2 1/3 ≈ 2.333333"),
        ("12÷?=4", "□ = 3"),
        ("(?+1)×2=10=?+6", "□ = 4"),
        ("200+?%=230", "□ = 15"),
        ("√?=3", "□ = 9"),
        ("2×√?+1=7", "□ = 9"),
        ("0.1+?=0.3", "□ = 0.2"),
        ("1000003×?=1", "□ ≈ 9.99997000009×10^-7"),
    ],
)
def test_solved(typed: str, answer: str) -> None:
    result = evaluate(parse(typed))
    assert result.answer == answer
    assert isinstance(result.value, Fraction)


@pytest.mark.parametrize("typed", ["?×?=49", "?²=49", "3?^2-100=47"])
def test_two_numbers_may_do(typed: str) -> None:
    assert evaluate(parse(typed)) == (None, "□ = -7 or 7")


@pytest.mark.parametrize(
    ("answer", "unknown"),
    [
        ("□ = -7 or 7", "□"),
        ("□ ≈ 1.5×10^-7", "□"),
        ("7", ""),
        ("≈ 1.5", ""),
        ("any number may be □", ""),
        ("", ""),
    ],
)
def test_an_answer_says_the_value_of_an_unknown(answer: str, unknown: str) -> None:
    assert solved(answer) == unknown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("?", "what is □? Write = and what it makes"),
        ("?+3=", "what is □? Write = and what it makes"),
        ("?=?", "any number may be □"),
        ("0×?=0", "any number may be □"),
        ("?=?+1", "no number can be □"),
        ("?+1=2=3", "no number can be □"),
        ("?^2=2", "cannot find □"),
        ("2^?=8", "cannot find □"),
        ("12÷?=0", "cannot find □"),
        ("?+1=2)", "a bracket is never opened"),
        ("?+=3", "something is missing after +"),
        ("?+1÷0=3", "cannot divide by zero"),
        ("9^9^9^?=3", "too large"),
    ],
)
def test_told_why_not(typed: str, words: str) -> None:
    assert evaluate(parse(typed)) == (None, words)


@settings(deadline=None)
@given(
    st.fractions(-50, 50, max_denominator=20), st.integers(-30, 30), st.integers(1, 12), st.integers(-99, 99)
)
def test_what_makes_a_line_true_is_found(unknown: Fraction, a: int, b: int, c: int) -> None:
    makes = a * unknown / b + c
    typed = f"({a})×?÷{b}+({c})=({makes.numerator})÷{makes.denominator}"
    result = evaluate(parse(typed))
    if a:
        assert result.value == unknown
    else:
        assert result == (None, "any number may be □")


def test_text_and_latex() -> None:
    row = parse("2?+√?=□")
    assert (text(row), latex(row)) == ("2□+√(□)=□", r"2\square+\sqrt{\square}=\square")
    assert parse(text(row)) == row


def test_wherever_it_stands() -> None:
    row = (Stack((Root((Mark(UNKNOWN),)),), (Mark("2"),)), Mark("="), Mark("3"))
    assert occurs(row)
    assert text(put_in(row, Fraction(-2, 3))) == "(√((-2÷3))/2)=3"
    assert evaluate(row) == (36, "□ = 36")


def test_deep_nesting() -> None:
    row = (Mark(UNKNOWN),)
    for _ in range(20 * DEPTH):
        row = (Root(row),)
    assert evaluate((*row, Mark("="), Mark("1"))) == (None, "too much is nested")
