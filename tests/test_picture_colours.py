"""hwcalc.picture_colours: what was marked on a page in another colour is left out, where it touches the writing."""

from __future__ import annotations

import cv2
import numpy as np

from hwcalc.picture_colours import without_marks

from .written import sum_picture


def page(*marks: tuple[list[tuple[int, int]], tuple[int, int, int]]) -> np.ndarray:
    """A sum in blue, and lines over it in other colours."""
    grey = np.pad(sum_picture("12+3=15"), 60, constant_values=235)
    picture = np.stack([grey, grey, np.maximum(grey, 120)], axis=-1)
    for points, colour in marks:
        cv2.polylines(picture, [np.int32(points)], False, colour, 5, cv2.LINE_AA)
    return picture


def test_a_red_tick_over_the_answer_is_left_out() -> None:
    bare = without_marks(page(([(380, 100), (410, 150), (520, 40)], (210, 30, 30))))
    assert bare is not None
    assert bare[45:60, 480:530].min() > 200
    assert bare[:, :300].min() < 120


def test_writing_of_one_colour_has_no_marks() -> None:
    assert without_marks(page()) is None


def test_what_touches_no_writing_stays() -> None:
    assert without_marks(page(([(20, 20), (30, 30), (60, 5)], (210, 30, 30)))) is None
