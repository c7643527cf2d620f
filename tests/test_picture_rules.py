"""hwcalc.picture_rules: printed lines go, what a pen drew stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hwcalc.picture import ink_from_picture
from hwcalc.picture_rules import without_rules

from .written import sum_picture


def ruled(picture: np.ndarray, gap: int, dark: int, slope: float = 0.0, squared: bool = False) -> np.ndarray:
    """`picture` on paper with lines two pixels thick in the grey `dark`."""
    lines = np.full_like(picture, 255)
    height, width = picture.shape
    for y in range(-height - width, height + width, gap):
        cv2.line(
            lines, (-width, round(y - slope * width)), (2 * width, round(y + 2 * slope * width)), dark, 2
        )
        if squared:
            cv2.line(
                lines,
                (round(y + slope * height), -height),
                (round(y - 2 * slope * height), 2 * height),
                dark,
                2,
            )
    return np.minimum(picture, lines)


def darkness(picture: np.ndarray) -> np.ndarray:
    return 225 - np.minimum(picture, 225)


@pytest.mark.parametrize("dark", [170, 90])
@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("slope", [0.0, 0.05])
def test_writing_on_lines_is_found_whole(dark: int, squared: bool, slope: float) -> None:
    picture = ruled(sum_picture("2+5"), 37, dark, slope, squared)
    ink = ink_from_picture(picture)
    clean = ink_from_picture(sum_picture("2+5"))
    # Stubs of lines may remain in the corners of a tilted page; the writing must be there as it was.
    found = [
        s
        for s in ink.strokes
        if s.box.height > 0.3 * ink.box.height and s.box.width > 4 * (ink.pen_width or 0)
    ]
    assert len(found) == len(clean.strokes)
    for stroke, expected in zip(found, clean.strokes, strict=True):
        np.testing.assert_allclose(ink.in_picture(stroke.box), clean.in_picture(expected.box), atol=4)


@pytest.mark.parametrize("faintest", [8.0, 70.0])
def test_nothing_of_a_line_is_left(faintest: float) -> None:
    picture = ruled(np.full((300, 400), 225, np.uint8), 40, 150)
    assert without_rules(darkness(picture), faintest, np.ones_like(picture)).max() == 0


@pytest.mark.parametrize("slope", [-0.1, 0.1])
def test_of_lines_aslant_only_stubs_are_left(slope: float) -> None:
    picture = ruled(np.full((300, 400), 225, np.uint8), 40, 150, slope)
    left = without_rules(darkness(picture), 8.0, np.ones_like(picture))
    assert np.count_nonzero(left.any(axis=0)) < 80  # half a line enters the picture in a corner


@pytest.mark.parametrize("text", ["-", "=", "1-1", "111", "11+11", "4-7=", "7÷2", "1", "2.5"])
def test_writing_without_lines_is_untouched(text: str) -> None:
    dark = darkness(sum_picture(text))
    np.testing.assert_array_equal(without_rules(dark, 8.0, np.ones_like(dark)), dark)


@pytest.mark.parametrize("margin", [0, 3, 20])
def test_a_fraction_bar_stays_however_close_the_picture_is_cropped(margin: int) -> None:
    over, under = sum_picture("12+3"), sum_picture("4+57")
    picture = np.vstack([over, under])
    y = over.shape[0]
    picture[y - 3 : y + 2, margin : picture.shape[1] - margin] = 40
    dark = darkness(picture)
    np.testing.assert_array_equal(without_rules(dark, 8.0, np.ones_like(dark)), dark)


def test_a_curved_line_is_followed() -> None:
    picture = sum_picture("12+3")
    x = np.arange(picture.shape[1])
    for y in range(10, 120, 36):
        rows = y + np.rint(6 * np.sin(x / 90)).astype(int)
        for k in range(2):
            picture[np.clip(rows + k, 0, 119), x] = np.minimum(picture[np.clip(rows + k, 0, 119), x], 150)
    assert len(ink_from_picture(picture).strokes) == 4


def test_the_dark_dashes_of_a_copied_line_go_too() -> None:
    picture = sum_picture("2-5")
    lines = np.full_like(picture, 255)
    rng = np.random.default_rng(0)
    for y in (13, 45, 77, 109):
        for x in range(0, picture.shape[1], 12):
            lines[y : y + 2, x : x + 12] = rng.choice([215, 190, 60])
    whole = ink_from_picture(np.minimum(picture, lines))
    clean = ink_from_picture(picture)
    assert len(whole.strokes) == len(clean.strokes) == 3
    for stroke, expected in zip(whole.strokes, clean.strokes, strict=True):
        np.testing.assert_allclose(
            whole.in_picture(stroke.box), clean.in_picture(expected.box), atol=6
        )  # a dash may touch a stroke


def test_lines_that_converge_are_found() -> None:
    picture = np.full((500, 700), 225, np.uint8)
    for k in range(11):
        cv2.line(picture, (0, 40 + 36 * k), (699, 5 + 43 * k), 150, 2)
    assert without_rules(darkness(picture), 8.0, np.ones_like(picture)).max() == 0


@pytest.mark.parametrize("y", [84, 86, 87])
def test_a_point_on_a_line_stays(y: int) -> None:
    picture = sum_picture("25")
    lines = np.full_like(picture, 255)
    for row in (y - 72, y - 36, y):
        lines[row - 1 : row + 2] = 170
    cv2.circle(picture, (90, y), 2, 40, -1)
    assert len(ink_from_picture(np.minimum(picture, lines)).strokes) == 3


def test_the_rules_of_sums_beside_each_other_are_no_lines_of_the_paper() -> None:
    picture = np.full((700, 1000), 225, np.uint8)
    for y in (150, 350, 550):
        for x in (80, 390, 700):
            cv2.line(picture, (x, y), (x + 220, y), 60, 2)
            cv2.circle(picture, (x + 110, y - 60), 25, 40, 5)
    dark = darkness(picture)
    assert without_rules(dark, 8.0, np.ones_like(picture)) is dark


def test_thin_lines_that_end_early_are_no_lines_of_the_paper() -> None:
    picture = np.full((700, 1000), 225, np.uint8)
    for y in (150, 350, 550):
        cv2.line(picture, (80, y), (470, y), 60, 1)
        cv2.circle(picture, (200, y - 60), 25, 40, 8)
    dark = darkness(picture)
    assert without_rules(dark, 8.0, np.ones_like(picture)) is dark
