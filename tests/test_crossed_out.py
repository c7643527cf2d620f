from __future__ import annotations

import numpy as np
import pytest

import hwcalc
from hwcalc.crossed_out import is_struck
from hwcalc.ink import Box, FloatArray

from .written import sum_strokes

SLASH, BACKSLASH, BAR = ((-6, 66), (40, -6)), ((0, 0), (40, 60)), ((-8, 30), (48, 31))


def lines(place: int, *ends: tuple[tuple[float, float], tuple[float, float]]) -> list[FloatArray]:
    """Lines over the symbol at a place of a sum that is 60 high."""
    return [np.add(np.linspace(first, last, 12), (20 + 63 * place, 20)) for first, last in ends]


@pytest.mark.parametrize("crossed", [(SLASH,), (SLASH, BACKSLASH), (BAR,)], ids=["slash", "cross", "bar"])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_digit_that_is_crossed_out_is_doubtful(crossed, place) -> None:
    ink = sum_strokes("35+9", 60, 20, 20)
    assert not hwcalc.read_ink(ink).doubtful
    assert hwcalc.read_ink([*ink, *lines(place, *crossed)]).doubtful


def test_an_equals_sign_that_is_crossed_out_is_doubtful() -> None:
    ink = sum_strokes("5=9", 60, 20, 20)
    assert not hwcalc.read_ink(ink).doubtful
    assert hwcalc.read_ink([*ink, *lines(1, ((15, 62), (38, 2)))]).doubtful


@pytest.mark.parametrize(
    ("text", "over", "said"),
    [
        ("7-5", lines(0, ((8, 34), (38, 33))), "7-5"),  # a crossed 7
        ("0-5", lines(0, ((8, 54), (40, 6))), "0-5"),  # a slashed zero
        ("5 2", lines(1, ((4, 58), (36, 2))), "5/2"),
        ("5 2", lines(1, ((6, 12), (36, 46)), ((36, 12), (6, 46))), "5×2"),
    ],
)
def test_lines_of_symbols_cross_nothing_out(text, over, said) -> None:
    strokes = [s for i, c in enumerate(text) if c != " " for s in sum_strokes(c, 60, 20 + 63 * i, 20)]
    reading = hwcalc.read_ink([*strokes, *over])
    assert (reading.text, reading.doubtful) == (said, False)


@pytest.mark.parametrize(
    ("line", "struck"),
    [
        (((-6, 66), (46, -6)), True),
        (((-4, 30), (44, 32)), True),  # a bar
        (((8, 50), (34, 12)), False),  # short
        (((5, 30), (35, 31)), False),  # a short bar
        (((18, 70), (22, -10)), False),  # a 1
        (((34, 66), (86, -6)), False),  # beside it
        (((-10, 55), (50, 57)), False),  # under the middle
        (((30, 30), (82, -42)), False),  # only begins in the middle
        (((-6, 66), (0, 10), (46, -6)), False),  # bent
    ],
)
def test_a_line_through_the_middle_strikes_out(line, struck) -> None:
    assert is_struck(np.array(line, float), Box(0, 0, 40, 60), barred=True) == struck


def test_a_bar_strikes_out_no_digit_that_may_have_one() -> None:
    assert not is_struck(np.array([(-4, 30), (44, 32)], float), Box(0, 0, 40, 60))


@pytest.mark.parametrize(("text", "place", "over"), [("35+9", 0, "2"), ("35+9", 1, "5"), ("35+9", 3, "4")])
def test_a_digit_written_over_another_is_doubtful(text, place, over) -> None:
    ink = sum_strokes(text, 60, 20, 20)
    assert not hwcalc.read_ink(ink).doubtful
    assert hwcalc.read_ink([*ink, *sum_strokes(over, 60, 21 + 63 * place, 19)]).doubtful


def test_a_long_division_is_doubtful() -> None:
    rule = np.array([(10, 205), (140, 205)])
    steps = [*sum_strokes("15", 60, 20, 130), rule, *sum_strokes("24", 60, 20, 230)]
    assert hwcalc.read_ink([*sum_strokes("594÷3=", 60, 20, 20), *steps]).doubtful


def test_what_stands_over_a_root_is_doubtful() -> None:
    sign = np.array([(40, 55), (50, 50), (70, 90), (85, 5), (285, 5)])
    ink = [sign, *sum_strokes("725", 60, 100, 25)]
    assert not hwcalc.read_ink(ink).doubtful
    assert hwcalc.read_ink([*ink, *sum_strokes("3", 60, 163, -60)]).doubtful


def test_what_stands_over_a_symbol_is_no_doubt_once_it_is_known() -> None:
    ink = [*sum_strokes("35", 60, 20, 20), *sum_strokes("5", 60, 84, 19)]
    known = {frozenset({i}): label for i, label in enumerate("355")}
    assert (hwcalc.read_ink(ink).doubtful, hwcalc.read_ink(ink, fixed=known).doubtful) == (True, False)
