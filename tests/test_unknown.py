"""Equations with an unknown: solved exactly, or told why not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hwcalc
from hwcalc.expression import DEPTH, evaluate, latex, parse, solved, text
from hwcalc.layout import EMPTY_BOX, Mark, Root, Stack
from hwcalc.unknown import unknowns


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
        ("?+1=?+1=5", "□ = 4"),
        ("1÷(?-4)=1÷(?-4)+?-3", "□ = 3"),
        ("1000003×?=1", "□ ≈ 9.99997000009×10^-7"),
    ],
)
def test_solved(typed: str, answer: str) -> None:
    result = evaluate(parse(typed))
    assert result.answer == answer
    assert isinstance(result.value, Fraction)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("?=√2", "□ ≈ 1.4142135623731"),
        ("√2×?=2", "□ ≈ 1.4142135623731"),
        ("√2?=2", "□ ≈ 1.4142135623731"),
        ("1÷?=√2", "□ ≈ 0.707106781186548"),
        ("√?=√(√2)", "□ ≈ 1.4142135623731"),
        ("√(2?)=4", "□ = 8"),
        ("?+√2=3+√2", "□ = 3"),
        ("?²=2", "□ ≈ -1.4142135623731 or 1.4142135623731"),
        ("?-?+√2=√2", "any number may be □"),
        ("?-?+√2=√3", "no number can be □"),
    ],
)
def test_solved_with_roots(typed: str, answer: str) -> None:
    assert evaluate(parse(typed)).answer == answer


@pytest.mark.parametrize("typed", ["?×?=49", "?²=49", "3?^2-100=47"])
def test_two_numbers_may_do(typed: str) -> None:
    assert evaluate(parse(typed)) == (None, "□ = -7 or 7")


@pytest.mark.parametrize(
    ("typed", "written", "answer"),
    [
        ("2x+3 = 11", "2x+3=11", "x = 4"),
        ("X+3=9", "x+3=9", "x = 6"),
        ("10=5x", "10=5x", "x = 2"),
        ("14:x=7", "14÷x=7", "x = 2"),
        ("(x+1)2=6", "(x+1)2=6", "x = 2"),
        ("2(x)=6", "2(x)=6", "x = 3"),
        ("x/3=1/2", "x/3=1/2", "x = 1 1/2 = 1.5"),
        ("2√x+1=7", "2√x+1=7", "x = 9"),
        ("2x²=50", "2x^2=50", "x = -5 or 5"),
        ("x%=5", "x%=5", "x = 500"),
        ("5*x=15", "5×x=15", "x = 3"),
        ("5xx=15", "5×x=15", "x = 3"),
        ("xx=9", "xx=9", "x = -3 or 3"),
        ("3x*4=12", "3x×4=12", "x = 1"),
        ("2x-3=11", "2x-3=11", "x = 7"),
        ("2x+3=11=", "2x+3=11=", "x = 4"),
        ("x+1=x", "x+1=x", "no number can be x"),
        ("x=x", "x=x", "any number may be x"),
        ("x^x=4", "x^x=4", "cannot find x"),
        ("x=y", "", "cannot read 'y' here: use digits . + - × ÷ / ( ) ^ √ % ="),
        # the sign
        ("3x4=12", "3×4=12", "true"),
        ("2x(3+1)=8", "2×(3+1)=8", "true"),
        ("10%x√4=0.2", "10%×√4=0.2", "true"),
        ("4×-5=-20", "4×-5=-20", "true"),
        ("2×+3=6", "2×+3=6", "true"),
        ("2×=8", "2×=8", "something is missing after ×"),
        ("2x", "2×", "something is missing after ×"),
        ("2x+3=", "2×+3=", "6"),
    ],
)
def test_an_x_is_an_unknown_where_a_number_must_stand(typed: str, written: str, answer: str) -> None:
    reading = hwcalc.evaluate(typed)
    assert reading.answer == answer
    if written:
        assert reading.text == written


def test_two_unknowns_are_not_found() -> None:
    assert hwcalc.evaluate("x+?=x").answer == "□ and x are two unknowns: only one can be found"


@given(st.text("123x×+-=()/^√?%", max_size=12))
def test_text_is_read_back_with_the_same_unknowns(typed: str) -> None:
    try:
        row = parse(typed)
    except ValueError:
        return
    again = parse(text(row))
    assert unknowns(again) == unknowns(row)
    assert evaluate(again).value == evaluate(row).value


@pytest.mark.parametrize(
    ("answer", "unknown"),
    [
        ("□ = -7 or 7", "□"),
        ("x ≈ 1.5×10^-7", "x"),
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
        ("2^?=8", "cannot find □"),
        ("12÷?=0", "no number can be □"),
        ("?²=-4", "no number can be □"),
        ("√?=-3", "no number can be □"),
        ("?²÷?=0", "no number can be □"),
        ("?=1=1÷(?-1)", "no number can be □"),
        ("?-?=0=1", "no number can be □"),
        ("?=?=?+0", "any number may be □"),
        ("(?+1)÷(?-4)=3", "cannot find □"),
        ("√(3-?)=1", "cannot find □"),
        ("√(?²)=?", "cannot find □"),
        ("√(?²)=?+2", "cannot find □"),
        ("√?=√?", "any number may be □"),
        ("?÷10^300=10^300", "too large"),
        ("?=3=?+", "something is missing after +"),
        ("?+1=2)", "a bracket is never opened"),
        ("?+=3", "something is missing after +"),
        ("?+1÷0=3", "cannot divide by zero"),
        ("9^9^9+?=3", "too large"),
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


def test_a_letter_is_no_part_of_a_command() -> None:
    assert latex(parse("3*x=12÷x")) == r"3\times x=12\div x"


def test_text_and_latex() -> None:
    row = parse("2?+√?=□")
    assert (text(row), latex(row)) == ("2□+√□=□", r"2\square+\sqrt{\square}=\square")
    assert parse(text(row)) == row


def test_wherever_it_stands() -> None:
    row = (Stack((Root((Mark(EMPTY_BOX),)),), (Mark("2"),)), Mark("="), Mark("3"))
    assert unknowns(row) == ["□"]
    assert text(row) == "(√□/2)=3"
    assert evaluate(row) == (36, "□ = 36")


def test_deep_nesting() -> None:
    row = (Mark(EMPTY_BOX),)
    for _ in range(20 * DEPTH):
        row = (Root(row),)
    assert evaluate((*row, Mark("="), Mark("1"))) == (None, "too much is nested")
