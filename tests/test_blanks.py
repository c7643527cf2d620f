"""hwcalc.blanks: a line to write on and a question mark are unknowns, and what looks like them is not."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc import read, read_ink, read_page
from hwcalc.blanks import is_line, is_question
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


@pytest.mark.parametrize(
    ("x", "is_dot"),
    [(56, True), (41, False), (68, False)],
    ids=["under the hook", "before a digit", "behind one"],
)
def test_a_point_beside_a_digit_is_no_dot_of_a_question_mark(x: float, is_dot: bool) -> None:
    boxes = [Box(0, 0, 30, 60), Box(40, 0, 72, 46), Box(x, 54, x + 3, 60)]
    assert is_question(boxes, (1, 2), 60.0, 0.0) == is_dot


DIGIT, BLANK = Box(0, 0, 36, 60), Box(60, 62, 150, 63)


@pytest.mark.parametrize(
    ("boxes", "is_blank"),
    [
        ((BLANK, DIGIT), True),
        ((Box(60, 54, 150, 55), DIGIT), True),  # a little above the feet
        ((Box(60, 40, 150, 41), DIGIT), False),  # a minus
        ((Box(60, 50, 150, 70), DIGIT), False),  # too high
        ((Box(60, 92, 150, 93), DIGIT), False),  # far below the feet
        ((BLANK,), False),  # nothing tells where the feet are
        ((BLANK, Box(0, 40, 36, 60)), False),  # nothing as high as a digit does
        ((BLANK, Box(0, 140, 36, 200)), False),  # nor does another row
        ((BLANK, DIGIT, Box(0, -140, 36, -80), Box(50, -140, 86, -80)), True),
        ((BLANK, Box(-300, 0, -264, 60)), False),  # nor what is far away
        ((BLANK, DIGIT, Box(90, 80, 120, 140)), False),  # a fraction bar
        ((BLANK, DIGIT, Box(90, 180, 120, 240)), True),
        ((BLANK, DIGIT, Box(170, 0, 206, 60)), False),  # a digit follows
        ((BLANK, DIGIT, Box(270, 0, 306, 60)), True),  # far behind
        ((BLANK, DIGIT, Box(170, 140, 206, 200)), True),  # in another row
        ((BLANK, DIGIT, Box(170, -140, 206, -80)), True),
        ((BLANK, DIGIT, Box(170, 20, 206, 50)), True),  # a sign follows
    ],
)
def test_what_stands_around_tells_a_line_to_write_on(boxes: tuple[Box, ...], is_blank: bool) -> None:
    assert is_line(boxes, 0, 60.0, 0.0) == is_blank


@pytest.mark.parametrize(
    ("hook", "dot", "asks"),
    [
        (Box(40, 0, 72, 46), Box(54, 56, 58, 60), True),
        (Box(40, 0, 72, 46), Box(54, 50, 74, 60), False),  # a dot as wide as a sign
        (Box(40, 0, 72, 46), Box(54, 50, 58, 70), False),  # a 1 under it
        (Box(40, 0, 72, 46), Box(54, 47, 58, 51), False),  # touches the hook
        (Box(48, 0, 66, 24), Box(54, 56, 58, 60), False),  # far from it
        (Box(52, 0, 60, 46), Box(54, 56, 58, 60), False),  # a line over a dot
        (Box(30, 0, 84, 46), Box(54, 56, 58, 60), False),  # wider than high
        (Box(40, 14, 72, 50), Box(54, 56, 58, 60), False),  # small
        (Box(40, 0, 72, 58), Box(54, 70, 58, 74), False),  # a 7 over a spot
        (Box(20, -60, 80, 44), Box(54, 56, 58, 60), False),  # large
        (Box(40, 20, 72, 66), Box(54, 76, 58, 80), False),  # below the feet
        (Box(40, -30, 72, 16), Box(54, 26, 58, 30), False),  # above them
    ],
)
def test_a_question_mark_is_a_hook_over_a_dot_at_the_foot(hook: Box, dot: Box, asks: bool) -> None:
    assert is_question((DIGIT, hook, dot), (1, 2), 60.0, 0.0) == asks
    assert not is_question((hook, dot), (0, 1), 60.0, 0.0)  # nothing tells where the foot is
