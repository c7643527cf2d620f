"""Answers as the user wants to see them; only what is shown is rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hwcalc
from hwcalc.gui.rounding import OFFERED, as_set, rounded
from hwcalc.gui.settings import Settings
from hwcalc.gui.telling import copied_answer, shown_answer


@pytest.mark.parametrize(
    ("text", "decimals", "fractions", "shown"),
    [
        ("22/7", None, True, "3 1/7 ≈ 3.142857"),
        ("22/7", 2, True, "3 1/7 ≈ 3.14"),
        ("22/7", 2, False, "≈ 3.14"),
        ("9.5÷4", None, True, "2.375"),
        ("9.5÷4", 2, True, "≈ 2.38"),
        ("9.5÷4", 6, True, "2.375"),
        ("√2", 3, True, "≈ 1.414"),
        ("1/2+1/4", None, False, "0.75"),
        ("12+34", 2, True, "46"),
        ("0.001×1", 0, True, "≈ 0"),
        ("0-0.004", 2, True, "≈ 0"),
        ("1÷0", 2, False, "cannot divide by zero"),
        ("1+1=2", 2, False, "true"),
        ("2^200÷3", 2, True, None),
        ("7×?=22", 2, True, "□ = 3 1/7 ≈ 3.14"),
        ("7×?=22", 2, False, "□ ≈ 3.14"),
        ("7x=22", 2, True, "x = 3 1/7 ≈ 3.14"),
        ("7x=22", 2, False, "x ≈ 3.14"),
        ("x=√2", 3, True, "x ≈ 1.414"),
        ("2×?=5", 2, False, "□ = 2.5"),
        ("1000003×?=1", None, True, "□ ≈ 9.99997000009×10^-7"),
        ("1000003×?=1000", 5, True, "□ ≈ 0.001"),
        ("?×?=49", 2, True, "□ = -7 or 7"),
    ],
)
def test_answers_as_set(text, decimals, fractions, shown):
    reading = hwcalc.evaluate(text)
    expected = reading.answer if shown is None else shown
    assert as_set(reading, Settings(decimals=decimals, fractions=fractions)) == expected


@given(st.fractions(-1000, 1000), st.integers(0, 15))
def test_no_number_is_further_off_than_half_a_step(value, decimals):
    sign, text = rounded(value, decimals)
    assert abs(Fraction(text) - value) <= Fraction(1, 2 * 10**decimals)
    assert (sign == "=") == (Fraction(text) == value)


def test_an_inexact_number_is_rounded_too():
    assert rounded(Decimal("1.41421356"), 3) == ("≈", "1.414")


def test_a_fraction_is_copied_as_a_decimal_number():
    assert copied_answer(hwcalc.evaluate("1/4")) == "0.25"
    assert copied_answer(hwcalc.evaluate("22/7")) == "3.142857"
    assert copied_answer(hwcalc.evaluate("1+1=3")).startswith("false")
    assert copied_answer(hwcalc.evaluate("4×?=1")) == "0.25"
    assert copied_answer(hwcalc.evaluate("4x=1")) == "0.25"
    assert copied_answer(hwcalc.evaluate("x=√2")) == "1.4142135623731"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("?+3=10", "□ = 7"),
        ("2x+3=11", "x = 4"),
        ("?+3=10=", "□ = 7"),
        ("?×?=49", "□ = -7 or 7"),
        ("1000003×?=1", "□ ≈ 1×10^-6"),
    ],
)
def test_what_an_unknown_stands_for_is_no_value_of_the_equation(text, shown):
    reading = hwcalc.evaluate(text)
    assert shown_answer(reading, shown) == shown


def test_by_keys_on_the_sheet(window, write, until, reader):
    reader.read = lambda strokes, fixed: hwcalc.evaluate("1/8")
    write(window, "1")

    def shown():
        paper = window.paper
        items = [
            i for i in paper.find_withtag(f"line{window.answers._numbers}-answer") if paper.type(i) == "text"
        ]
        return "".join(paper.itemcget(i, "text") for i in items)

    assert shown() == "= 18 = 0.125"  # the 1 over the 8
    window.root.event_generate("<F7>")
    until(window, lambda: shown() == "= 0.125")
    for _ in OFFERED[: OFFERED.index(2)]:
        window.root.event_generate("<F6>")
    assert window.status.text == "Answers with 2 decimals"
    until(window, lambda: shown() == "≈ 0.12")
    assert [c.title for c in window.rounding.choices() if c.chosen] == ["2 decimals"]
