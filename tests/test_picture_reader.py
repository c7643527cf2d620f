from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import hwcalc
from hwcalc import picture_reader
from hwcalc.picture import writing
from hwcalc.picture_colours import without_highlighters
from hwcalc.picture_light import binarise, is_ragged

from .written import GLYPHS, drawn, sum_picture, sum_strokes

SAMPLES = Path(__file__).parent.parent / "data" / "samples"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("sum.png", "12+34=", 46),
        ("brackets.png", "2(3+4)×5", 70),
        ("decimals.png", "0.1+0.2=0.3", True),
        ("photo.jpg", "(17-5)÷8=", Fraction(3, 2)),
        ("blackboard.png", "96÷12+7", 15),
    ],
)
def test_the_sample_pictures(name, text, value):
    reading = hwcalc.read(SAMPLES / name)
    assert (reading.text, reading.value) == (text, value)


@pytest.mark.parametrize("pen", [4, 7])
@pytest.mark.parametrize("place", [0.3, 0.6, 0.9, 1.05])
def test_two_dots_over_each_other_divide(monkeypatch, place, pen):
    monkeypatch.setitem(GLYPHS, ":", [[(place, y), (place + 0.01, y)] for y in (0.4, 0.75)])
    picture = sum_picture("12:3=4", pen=pen)
    assert hwcalc.read(picture).text == "12÷3=4"
    assert [reading.text for reading in hwcalc.read_page(picture)] == ["12÷3=4"]


@pytest.mark.parametrize(
    "part", [np.s_[:, 45:], np.s_[:, :-60], np.s_[38:], np.s_[:80]], ids=["left", "right", "top", "bottom"]
)
def test_what_is_cut_off_by_the_edge_of_the_picture_is_doubtful(part):
    picture = sum_picture("7+5=12")
    assert not hwcalc.read(picture).doubtful
    assert hwcalc.read(picture[part]).doubtful
    assert [reading.doubtful for reading in hwcalc.read_page(picture[part])] == [True]


def test_what_is_cut_off_stays_doubtful_when_a_symbol_is_named():
    picture = sum_picture("7+5=12")[:, 45:]
    reading = hwcalc.read(picture)
    known = {frozenset(reading.symbols[1].strokes): reading.symbols[1].label}
    assert hwcalc.correct(reading, 1, reading.symbols[1].label).doubtful
    assert hwcalc.read(picture, fixed=known).doubtful
    assert [one.doubtful for one in hwcalc.read_page(picture, fixed={0: known})] == [True]


def test_what_is_cut_off_at_an_angle_is_doubtful():
    turn = cv2.getRotationMatrix2D((219, 60), 8, 1)
    picture = cv2.warpAffine(sum_picture("7+5=12"), turn, (438, 160), borderValue=225)
    assert not hwcalc.read(picture).doubtful
    assert hwcalc.read(np.ascontiguousarray(picture[:, 50:])).doubtful


def test_a_picture_cropped_to_its_ink_is_read_surely():
    picture = sum_picture("7+5=12")
    y, x = np.nonzero(picture < 150)
    reading = hwcalc.read(picture[y.min() : y.max() + 1, x.min() : x.max() + 1])
    assert (reading.text, reading.doubtful) == ("7+5=12", False)


@pytest.mark.parametrize("text", ["9-4=5÷", "9-4=3÷", "7+5=12+", "7+5=121"])
def test_a_result_that_may_be_ticked_is_doubtful(text):
    reading = hwcalc.read(sum_picture(text))
    assert (reading.text, reading.doubtful) == (text, True)
    known = hwcalc.correct(reading, len(reading.symbols) - 1, text[-1])
    assert (known.text, known.doubtful) == (text, False)
    # with a pen more may follow
    assert not hwcalc.read_ink(sum_strokes(text, 60, 30, 30)).doubtful


def test_a_tick_that_is_read_as_a_root_is_doubtful():
    tick = [np.array([[440, 70], [460, 95], [500, 30], [560, 30]], float), *sum_strokes("1", 20, 510, 45)]
    reading = hwcalc.read(drawn([*sum_strokes("7+5=12", 60, 30, 30), *tick], (640, 150), 5))
    assert (reading.text, reading.doubtful) == ("7+5=12√1", True)


def chalked(picture, gaps):
    """As chalk or a soft pencil leaves it: with gaps in every stroke."""
    rough = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 1, picture.shape), (0, 0), 1.2)
    return np.where(rough > gaps * rough.std(), 225, picture).astype(np.uint8)


@pytest.mark.parametrize("gaps", [0.9, 0.75])
def test_ragged_strokes_are_made_whole(gaps):
    reading = hwcalc.read(chalked(sum_picture("12+3=15", pen=7), gaps))
    assert (reading.text, reading.doubtful) == ("12+3=15", False)


@pytest.mark.parametrize("pen", [4, 7, 12])
def test_whole_strokes_are_not_ragged(pen):
    found = writing(sum_picture("12+50-39", pen=pen))
    assert not is_ragged(binarise(found.darkness, found.faintest))


def test_a_page_of_ragged_strokes():
    sums = ["12+3=15", "50-29=21", "7×5=35"]
    strokes = [s for i, text in enumerate(sums) for s in sum_strokes(text, 60, 40, 40 + 120 * i)]
    page = chalked(drawn(strokes, (640, 400), 9), 0.7)
    assert [reading.text for reading in hwcalc.read_page(page)] == sums


@pytest.mark.parametrize(("text", "bold"), [("12+3=15", 4), ("17-1", 1), ("15", 1)])
def test_what_a_paler_pen_wrote_beside_is_read(text, bold):
    picture = np.pad(sum_picture(text), 90, constant_values=225)
    pale = round(90 + 60 * (0.5 + 1.05 * bold))
    picture[:, pale:] = 225 - (225 - picture[:, pale:]) // 5 * 2
    assert hwcalc.read(picture).text == text


@pytest.mark.parametrize("pale", [{0}, {2}, {0, 1}, {1, 2}])
def test_lines_of_a_paler_pen_are_on_the_page(pale):
    sums = ["12+3=15", "50-29=21", "7×5=35"]
    page = np.full((640, 700), 225, np.uint8)
    for i, text in enumerate(sums):
        strokes = sum_strokes(text, 60, 90, 80 + 190 * i)
        page = np.minimum(page, drawn(strokes, (700, 640), 5, ink=150 if i in pale else 40))
    assert [reading.text for reading in hwcalc.read_page(page)] == sums


def highlighted(picture, colour, left, right):
    """In colour, with a band over the writing from `left` to `right`."""
    page = np.repeat(picture[..., None].astype(float), 3, axis=2)
    page[20:-20, left:right] *= np.array(colour) / 255
    return page.astype(np.uint8)


@pytest.mark.parametrize("colour", [(255, 100, 170), (255, 150, 60), (110, 200, 255)])
def test_what_is_highlighted_is_read(colour):
    picture = highlighted(np.pad(sum_picture("12+3=15"), 60, constant_values=235), colour, 155, 390)
    assert hwcalc.read(picture).text == "12+3=15"
    assert [reading.text for reading in hwcalc.read_page(picture)] == ["12+3=15"]


def test_a_coloured_pen_is_no_highlighter():
    picture = np.repeat(sum_picture("12+3=15")[..., None], 3, axis=2)
    picture[:, 290:, 0] = 225  # red ink
    assert without_highlighters(picture, pen_width=8) is None


def test_ink_that_is_as_light_as_the_highlighter_is_kept():
    ink = np.pad(sum_picture("12+3=15"), 60, constant_values=235)
    picture = highlighted(ink, (255, 170, 190), 100, 540)
    picture[:, 390:][ink[:, 390:] < 128] = 225, 30, 30
    reading = hwcalc.read(picture)
    assert (reading.text, reading.doubtful) == ("12+3=15", False)


def test_a_picture_can_be_a_path_an_image_or_an_array():
    path = SAMPLES / "sum.png"
    with Image.open(path) as image:
        ways = [str(path), path.read_bytes(), image.convert("RGB"), np.asarray(image.convert("L"))]
        assert {hwcalc.read(way).text for way in ways} == {"12+34="}


def test_boxes_of_a_picture_are_in_its_pixels():
    with Image.open(SAMPLES / "sum.png") as image:
        width, height = image.size
    reading = hwcalc.read(SAMPLES / "sum.png")
    assert 0 <= reading.box.left < 0.2 * width < 0.8 * width < reading.box.right <= width
    assert 0 <= reading.box.top < reading.box.bottom <= height


@pytest.mark.parametrize(
    ("level", "turned", "width", "kept"),
    [(0.9, 0.99, 300, True), (0.45, 0.99, 300, False), (0.9, 0.99, 30, False), (0.2, 0.7, 300, True)],
)
def test_what_reads_both_ways_is_seldom_upside_down(monkeypatch, level, turned, width, kept):
    line = hwcalc.read_ink([[(0, 0), (width, 100)]])
    monkeypatch.setattr(
        picture_reader,
        "_leveled",
        lambda found, degrees, digits: replace(line, confidence=turned if degrees else level),
    )
    assert (picture_reader._upright(None, False).confidence == level) == kept


def test_a_point_that_stands_at_the_second_digit_is_not_lost_silently():
    picture = drawn([*sum_strokes("24", 60, 40, 40), *sum_strokes("97", 60, 190, 40)], (400, 160), 5)
    assert not hwcalc.read(picture).doubtful
    picture[96:101, 187:192] = 40
    assert hwcalc.read(picture).doubtful


def test_a_point_beside_a_low_digit_is_kept():
    strokes = [*sum_strokes("45.", 60, 40, 40), *sum_strokes("3", 46, 215, 54)]
    assert hwcalc.read(drawn(strokes, (400, 160), 5)).text == "45.3"
