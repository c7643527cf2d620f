from __future__ import annotations

import cv2
import numpy as np
import pytest

from hwcalc.picture import ink_from_picture
from hwcalc.picture_dots import without_patterns

from .written import sum_picture


def page(text: str) -> np.ndarray:
    return np.pad(sum_picture(text), ((200, 300), (150, 400)), constant_values=225)


def dotted(picture: np.ndarray, pitch: int, turned: float) -> np.ndarray:
    """Dots in a square grid, in rows that climb by `turned` degrees, where there is no writing."""
    found = picture.copy()
    step = pitch * np.exp(1j * np.radians(-turned))
    for place in (a * step + b * 1j * step for a in range(-30, 60) for b in range(-30, 60)):
        cv2.circle(found, (round(place.real), round(place.imag)), 2, 120, -1)
    return np.minimum(picture, found)


@pytest.mark.parametrize("turned", [0.0, 3.0])
@pytest.mark.parametrize("pitch", [37, 52])
def test_the_dots_of_the_paper_go_and_a_point_stays(pitch: int, turned: float) -> None:
    assert len(ink_from_picture(dotted(page("45.7-1"), pitch, turned)).strokes) == 6


def test_the_holes_of_a_pad_go_though_a_line_runs_into_some() -> None:
    picture = page("7-4")
    for place, left in enumerate(range(40, picture.shape[1] - 40, 30)):
        picture[20:36, left : left + 14] = 60
        if place % 6 == 2:
            picture[36:42, left + 5 : left + 7] = 60
    assert len(ink_from_picture(picture).strokes) == 3


@pytest.mark.parametrize("text", ["1111111111111", "-------------", "17171717171717171"])
def test_a_long_number_stays(text: str) -> None:
    darkness = 225 - page(text)
    assert without_patterns(darkness, 10.0) is darkness


@pytest.mark.parametrize("gaps", [(20, 30), (20, 40, 60)], ids=["unevenly", "here and there"])
def test_alike_marks_that_are_no_even_row_stay(gaps: tuple[int, ...]) -> None:
    darkness = np.zeros((100, 1000), np.uint8)
    for left in np.cumsum(gaps * 8).tolist():
        darkness[40:46, left : left + 6] = 150
    assert without_patterns(darkness, 10.0) is darkness


def test_signs_that_stand_evenly_under_each_other_stay() -> None:
    darkness = 225 - np.concatenate([sum_picture("7+4")] * 14)
    assert without_patterns(darkness, 10.0) is darkness
