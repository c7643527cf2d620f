"""hwcalc.frames: what is drawn around an answer is not read, and a 0 is no frame."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc import read, read_ink
from hwcalc.frames import frames
from hwcalc.ink import FloatArray, Ink

from .written import drawn, sum_strokes

TURN = np.linspace(0, 1.9 * np.pi, 40)


def box(left: float, top: float, right: float, bottom: float) -> FloatArray:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top + 4)], float)


def ring(left: float, top: float, right: float, bottom: float) -> FloatArray:
    x, y = (left + right) / 2, (top + bottom) / 2
    return np.stack([x + (right - x) * np.sin(TURN), y - (bottom - y) * np.cos(TURN)], axis=1)


FRAMES = [box(312, 40, 440, 140), ring(296, 30, 451, 150)]


@pytest.mark.parametrize("frame", FRAMES)
def test_an_answer_with_a_frame_is_read_without_it(frame: FloatArray) -> None:
    strokes = [*sum_strokes("12+3=15", 60, 0, 60), frame]
    reading = read_ink(strokes)
    assert (reading.text, reading.doubtful) == ("12+3=15", False)
    assert frames(Ink.from_strokes(strokes)) == {len(strokes) - 1}


def test_a_frame_in_a_picture() -> None:
    strokes = [*sum_strokes("12+3=15", 60, 60, 60), box(372, 40, 500, 140)]
    assert read(drawn(strokes, (580, 200), 5)).text == "12+3=15"


def test_a_digit_in_the_box_of_a_worksheet() -> None:
    assert read_ink([*sum_strokes("3+7=10", 60, 0, 60), box(118, 45, 178, 135)]).text == "3+7=10"


def among_digits(*strokes: FloatArray) -> Ink:
    return Ink.from_strokes([*sum_strokes("1", 60, -30, 60), *sum_strokes("7", 60, 170, 60), *strokes])


@pytest.mark.parametrize(
    "around",
    [
        box(50, 30, 130, 150)[:3],  # open at two sides
        box(50, 30, 130, 110),  # goes through it
        box(-200, -400, 500, 600),  # of a page
        np.vstack([box(50, 40, 130, 140), box(74, 68, 104, 116), box(76, 70, 102, 114)]),  # goes over it too
    ],
)
def test_other_strokes_around_something_are_no_frames(around: FloatArray) -> None:
    assert not frames(among_digits(around, *sum_strokes("3", 56, 65, 64)))


@pytest.mark.parametrize(
    ("zero", "inside"),
    [
        (ring(50, 40, 115, 130), np.array([(70.0, 115.0), (95.0, 55.0)])),  # a slash
        (ring(50, 40, 115, 130), np.array([(82.0, 83.0), (84.0, 90.0), (83.0, 86.0)])),  # a point
        (ring(50, 60, 110, 125), *sum_strokes("3", 40, 70, 70)),  # no higher than a digit
    ],
)
def test_a_0_with_something_in_it_is_no_frame(zero: FloatArray, inside: FloatArray) -> None:
    assert not frames(among_digits(zero, inside))


def test_what_is_all_that_is_written_has_no_frame() -> None:
    slash = np.array([(75.0, 130.0), (95.0, 60.0)])
    assert not frames(Ink.from_strokes([ring(50, 50, 120, 140), slash]))
