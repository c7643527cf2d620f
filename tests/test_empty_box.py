"""hwcalc.empty_box: a box is an unknown, in pen strokes and in pictures, and nothing else is."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from hwcalc import correct, evaluate, read, read_ink
from hwcalc.datasets import load_mnist
from hwcalc.empty_box import NEVER, is_box, with_boxes
from hwcalc.glyphs import default_classifier
from hwcalc.handwriting import glyphs
from hwcalc.ink import FloatArray, Ink
from hwcalc.layout import EMPTY_BOX, UNKNOWNS
from hwcalc.memory import Memory
from hwcalc.segment import candidates, unit_height

from .written import drawn, sum_picture, sum_strokes

SQUARE = np.array([(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)])


def along(corners: FloatArray, points: int = 40) -> FloatArray:
    """Points on the way from corner to corner."""
    return np.concatenate([a + (b - a) * np.linspace(0, 1, points)[:, None] for a, b in pairwise(corners)])


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("turn", [0.0, 0.3])
@pytest.mark.parametrize("skew", [0.0, 0.3])
@pytest.mark.parametrize("wide", [0.6, 1.0, 1.6])
def test_boxes(size: float, turn: float, skew: float, wide: float) -> None:
    shape = np.array([[wide, skew], [0, 1]])
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    assert is_box(along(SQUARE @ (turned @ shape).T * size + 3 * size))


def test_other_forms() -> None:
    t = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(t), 1.6 * np.sin(t)], axis=1)
    cross = along(np.array([(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]))
    full = np.stack(np.meshgrid(np.linspace(0, 1, 30), np.linspace(0, 1, 30)), axis=-1).reshape(-1, 2)
    three_sides, point = along(SQUARE[:4]), np.zeros((1, 2))
    for form in (circle, cross, full, three_sides, point):
        assert not is_box(form)


def test_no_symbol_is_a_box() -> None:
    symbols, labels = glyphs("0123456789+-×÷/=().√%", 600, seed=3)
    taken = [label for glyph, label in zip(symbols, labels, strict=True) if is_box(np.concatenate(glyph))]
    assert not taken


def test_no_digit_of_a_picture_is_a_box() -> None:
    digits = load_mnist("test").glyphs[:500]
    assert not any(is_box(np.argwhere(digit > 127)[:, ::-1].astype(float), 2.5) for digit in digits)


@pytest.mark.parametrize(
    ("text", "unknown"), [("□+3=10", 7), ("3×□=12", 4), ("14÷□=7", 2), ("5-□=9", -4), ("2+5=□", 7)]
)
def test_read(text: str, unknown: int) -> None:
    for reading in (read_ink(sum_strokes(text, 60, 20, 30)), read(sum_picture(text))):
        assert (reading.text, reading.value) == (text, Fraction(unknown))
        assert reading.answer == f"□ = {unknown}"
        assert not reading.doubtful


def test_the_box_of_a_worksheet_is_much_larger_than_its_digits() -> None:
    strokes = [
        *sum_strokes("7+", 50, 30, 60),
        SQUARE * (150, 115) + np.array([140, 30]),
        *sum_strokes("=12", 50, 310, 60),
    ]
    reading = read(drawn(strokes, (500, 180), 5))
    assert (reading.text, reading.answer, reading.doubtful) == ("7+□=12", "□ = 5", False)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [("2x+3=11", 4), ("x+3=9", 6), ("14÷x=7", 2), ("4x-5=11", 4), ("3×x=12", 4), ("2x+3=4x-1", 2)],
)
def test_a_letter_x_is_one_where_a_number_must_stand(text: str, unknown: int) -> None:
    for reading in (read_ink(sum_strokes(text, 60, 20, 30)), read(sum_picture(text))):
        assert (reading.text, reading.answer, reading.unknown) == (text, f"x = {unknown}", "x")
        assert "".join(symbol.label for symbol in reading.symbols) == text
        assert evaluate(reading.text).answer == reading.answer


@pytest.mark.parametrize("text", ["3×4=12", "3×-4=-12", "2×7", "2×", "24×13="])
def test_a_times_sign_stays_one(text: str) -> None:
    assert read_ink(sum_strokes(text, 60, 20, 30)).text == text


def test_in_four_strokes() -> None:
    sides = [np.array(side) * 50 + (10, 35) for side in pairwise(SQUARE)]
    assert read_ink([*sides, *sum_strokes("+3=9", 60, 80, 30)]).text == "□+3=9"


def test_an_equation_is_not_made_true_by_what_an_empty_box_may_be() -> None:
    reading = read(sum_picture("□+4=12"))
    assert reading.value is not True
    assert reading.text == "□+4=12"


def test_a_correction_makes_it_a_digit_and_back() -> None:
    reading = read_ink(sum_strokes("□+3=10", 60, 20, 30))
    nought = correct(reading, 0, "0")
    assert nought.text == "0+3=10"
    assert correct(nought, 0, EMPTY_BOX).text == "□+3=10"


def test_an_x_by_correction_is_the_letter_or_the_sign_and_a_times_sign_is_the_sign() -> None:
    reading = read_ink(sum_strokes("2x-3=11", 60, 20, 30))
    sign = correct(reading, 1, "×")
    assert (sign.text, sign.answer) == ("2×-3=11", "false: 2×-3 is -6")
    letter = correct(sign, 1, "x")
    assert (letter.text, letter.answer) == ("2x-3=11", "x = 7")
    assert letter.symbols[1].alternatives[0][0] == "x"
    assert correct(letter, 1, EMPTY_BOX).answer == "□ = 7"
    product = read_ink(sum_strokes("374=12", 60, 20, 30))
    assert correct(product, 1, "x").text == "3×4=12"
    assert correct(read_ink(sum_strokes("3+4", 60, 20, 30)), 1, "x").text == "3×4"


def test_a_number_has_no_unknown() -> None:
    for text in ("1□7", "2x=4"):
        found = read_ink(sum_strokes(text, 60, 20, 30), digits=True).text
        assert not set(found) & set(UNKNOWNS)


def test_only_boxes_get_the_label() -> None:
    ink = Ink.from_strokes(sum_strokes("□+3=10", 60, 20, 30))
    unit = unit_height([stroke.box for stroke in ink.strokes])
    groups = candidates(ink, unit)
    own = Memory().log_probability(default_classifier(), ink, groups)
    found, labels = with_boxes(ink, unit, groups, own, default_classifier().labels)
    assert labels == default_classifier().labels + EMPTY_BOX
    boxes = found[:, -1] > NEVER
    assert [group.strokes for group, box in zip(groups, boxes, strict=True) if box] == [(0,)]
    np.testing.assert_array_equal(found[~boxes, :-1], own[~boxes])
    np.testing.assert_allclose(np.exp(found[boxes]).sum(axis=1), 1, rtol=1e-5)
    for other in (unit * 3, unit / 6):  # a square too small or too large for the digits beside it
        assert (with_boxes(ink, other, groups, own, default_classifier().labels)[0][:, -1] == NEVER).all()


def test_a_form_is_no_unknown_while_something_is_in_it() -> None:
    strokes = [
        *sum_strokes("□", 120, 10, 10),
        *sum_strokes("7", 50, 50, 40),
        *sum_strokes("+3=10", 60, 140, 40),
    ]
    assert EMPTY_BOX not in read(drawn(strokes, (520, 150), 5)).text
