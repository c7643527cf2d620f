"""hwcalc.merged_lines: the lines of = may have run into each other, and no minus is taken for them or a point."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc import correct, read, read_page
from hwcalc.glyphs import default_classifier
from hwcalc.ink import ByteArray, Ink
from hwcalc.merged_lines import with_merged_lines
from hwcalc.picture import ink_from_picture
from hwcalc.segment import candidates, unit_height

from .written import GLYPHS, drawn, sum_strokes


def with_close_lines(text: str, apart: float = 6, pen: float = 6) -> ByteArray:
    """A sum, the lines of its = so far apart."""
    place = text.index("=")
    lines = [np.array([[30 + 63 * place, y], [65 + 63 * place, y]]) for y in (60, 60 + apart)]
    strokes = [*sum_strokes(text.replace("=", " "), 60, 30, 30), *lines]
    return drawn(strokes, (63 * len(text) + 60, 130), pen)


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GLYPHS, " ", [])


@pytest.mark.parametrize("text", ["4+5=9", "9-4=3", "70-25=45", "2+2=5"])
@pytest.mark.parametrize("pen", [4, 6, 8])
def test_lines_that_touch_are_an_equals_sign(text: str, pen: int) -> None:
    picture = with_close_lines(text, pen, pen)
    assert read(picture).text == text
    assert [reading.text for reading in read_page(picture)] == [text]


@pytest.mark.parametrize("text", ["4+5=9", "70-25=45"])
def test_lines_no_thicker_than_a_minus_are_doubtful_where_they_make_it_true(text: str) -> None:
    reading = read(with_close_lines(text, 2, 6))
    assert (reading.text, reading.doubtful) == (text.replace("=", "-"), True)
    assert not correct(reading, text.index("="), "-").doubtful
    assert not read(drawn(sum_strokes("4+5-7", 60, 30, 30), (400, 130), 6)).doubtful


@pytest.mark.parametrize("pen", [3, 6, 9])
def test_a_minus_stays_one(pen: int) -> None:
    assert read(drawn(sum_strokes("9-4", 60, 30, 30), (250, 130), pen)).text == "9-4"


@pytest.mark.parametrize("height", [28, 40, 60])
def test_a_hyphen_is_a_minus(height: int) -> None:
    picture = drawn(sum_strokes("79 45=34", height, height, height), (10 * height, 3 * height), height / 9)
    left, top = round(3.4 * height), round(1.47 * height)
    picture[top : top + round(0.14 * height), left : left + round(0.3 * height)] = 40
    assert read(picture).text == "79-45=34"


@pytest.mark.parametrize("height", [28, 40])
def test_a_short_bar_apart_from_the_digits_is_a_minus(height: int) -> None:
    digits = sum_strokes("79", height, height, height) + sum_strokes("44=", height, 4.2 * height, height)
    picture = drawn(digits, (10 * height, 3 * height), height / 9)
    left, top = round(3.4 * height), round(1.5 * height)
    picture[top : top + round(0.19 * height), left : left + round(0.34 * height)] = 40
    assert read(picture).text == "79-44="


def test_a_flat_point_stays_one() -> None:
    picture = drawn(sum_strokes("79 45+34", 40, 40, 40), (400, 120), 4)
    picture[75:80, 136:146] = 40
    assert read(picture).text == "79.45+34"


def test_a_thick_minus_is_taken_for_an_equals_sign_in_doubt_only() -> None:
    picture = drawn(sum_strokes("9 4", 60, 30, 30), (250, 130), 5)
    picture[57:67, 101:138] = 40
    reading = read(picture)
    assert reading.text == "9-4" or reading.doubtful


def test_only_straight_bars_are_lines() -> None:
    tick = [np.array([[230, 70], [245, 90], [285, 40]], float)]
    ink = ink_from_picture(drawn([*sum_strokes("2-3", 60, 30, 30), *tick], (330, 130), 5))
    labels = default_classifier().labels
    groups = candidates(ink, unit_height([stroke.box for stroke in ink.strokes]))
    own = np.log(np.full((len(groups), len(labels)), 1 / len(labels)))
    np.testing.assert_array_equal(with_merged_lines(ink, groups, own, labels), own)
    thick = ink_from_picture(with_close_lines("2=3"))
    groups = candidates(thick, unit_height([stroke.box for stroke in thick.strokes]))
    found = with_merged_lines(thick, groups, own[: len(groups)], labels)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, rtol=1e-5)
    assert [labels[k] for k in found.argmax(axis=1)].count("=") == 1


def test_pen_strokes_are_left_alone() -> None:
    ink = Ink.from_strokes([np.array(stroke) for stroke in GLYPHS["-"]])
    groups = candidates(ink, 1.0)
    own = np.zeros((len(groups), 3))
    assert with_merged_lines(ink, groups, own, "-.=") is own


def test_a_model_without_an_equals_sign_reads_pictures_too() -> None:
    ink = ink_from_picture(with_close_lines("2=3"))
    groups = candidates(ink, unit_height([stroke.box for stroke in ink.strokes]))
    own = np.zeros((len(groups), 2))
    assert with_merged_lines(ink, groups, own, "-.") is own
