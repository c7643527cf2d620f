"""hwcalc.blanks: a line to write on and a question mark are unknowns, and what looks like them is not."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc import read, read_ink, read_page
from hwcalc.blanks import is_question
from hwcalc.ink import Box, FloatArray

from .written import drawn, sum_strokes

HOOK = np.array([(5, 18), (8, 7), (20, 0), (33, 3), (37, 14), (33, 23), (25, 31), (22, 38), (22, 46)], float)
DOT = np.array([(22.0, 58.0), (23.0, 58.0)])


def row(text: str, *more: FloatArray) -> list[FloatArray]:
    """Text 60 high whose feet stand at 120, with other strokes."""
    return [*sum_strokes(text, 60, 60, 60), *more]


def line(left: float, width: float = 90, foot: float = 122) -> FloatArray:
    return np.stack([np.linspace(left, left + width, 10), np.full(10, foot)], axis=1)


@pytest.mark.parametrize(
    ("strokes", "text", "answer"),
    [
        (row("12+3=", line(385)), "12+3=□", "□ = 15"),
        (row("12+3=", line(385, 120, 126)), "12+3=□", "□ = 15"),
        ([*sum_strokes("+3=5", 60, 160, 60), line(60)], "□+3=5", "□ = 2"),
        (row("2×5=", np.add(HOOK, (340, 62)), np.add(DOT, (340, 62))), "2×5=□", "□ = 10"),
    ],
)
def test_what_is_asked_for_is_told(strokes: list[FloatArray], text: str, answer: str) -> None:
    picture = drawn(strokes, (560, 200), 5)
    for reading in (read_ink(strokes), read(picture), *read_page(picture)):
        assert (reading.text, reading.answer, reading.doubtful) == (text, answer, False)


def test_the_dot_may_be_close_under_the_hook() -> None:
    reading = read_ink(row("2×5=", np.add(HOOK * (1, 1.15), (340, 62)), np.add(DOT, (340, 61))))
    assert (reading.text, reading.answer, reading.doubtful) == ("2×5=□", "□ = 10", False)


@pytest.mark.parametrize(
    ("strokes", "text"),
    [
        (row("12", line(195, 60, 92)), "12-"),  # half a digit higher than a blank
        (row("12+3=", line(385, 40)), "12+3=-"),  # shorter
        (row("3-5=", line(320, 70, 115), *sum_strokes("2", 60, 400, 60)), "3-5=-2"),  # before a digit
        (row("3+4=7", line(300, 90, 135)), "3+4=7"),  # under an answer
        (
            row("3", np.add(HOOK, (125, 62)) * (1, 0.99), np.add(DOT, (106, 64))),
            "3.7",
        ),  # a point before a digit
        (row("7", np.add(DOT, (70, 100))), "7"),  # a spot under a digit
        ([*row("2+3="), *sum_strokes("5", 52, 320, 60), np.add(DOT, (310, 60))], "2+3=5"),  # no hook
    ],
)
def test_other_lines_and_dots_are_no_blanks(strokes: list[FloatArray], text: str) -> None:
    assert read_ink(strokes).text == text


@pytest.mark.parametrize(("x", "is_dot"), [(56, True), (41, False)], ids=["under the hook", "before a digit"])
def test_a_point_before_a_digit_is_no_dot_of_a_question_mark(x: float, is_dot: bool) -> None:
    boxes = [Box(0, 0, 30, 60), Box(40, 0, 72, 46), Box(x, 54, x + 3, 60)]
    assert is_question(boxes, (1, 2), 60.0, 0.0) == is_dot
