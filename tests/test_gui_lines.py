"""Lines of a sheet told apart."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc.gui.lines import group


def bar(left, right, y):
    return np.array([[left, y], [right, y + 1.0]])


def tall(x, top, bottom):
    return np.array([[x, top], [x + 8.0, bottom]])


def test_nothing_is_no_line():
    assert group([]) == []


def test_one_dot_is_one_line():
    assert group([np.array([[5.0, 5.0]])]) == [[0]]


def test_two_rows_are_two_lines_from_top_to_bottom_whatever_was_written_first():
    strokes = [tall(0, 100, 150), tall(0, 0, 50), tall(30, 105, 148), tall(30, 4, 55)]
    assert group(strokes) == [[1, 3], [0, 2]]


def test_a_fraction_with_room_around_its_bar_is_one_line():
    strokes = [tall(10, 0, 40), bar(0, 40, 58), tall(10, 76, 116)]
    assert group(strokes) == [[0, 1, 2]]


def test_small_marks_stay_with_their_line():
    equals = [bar(40, 60, 20), bar(40, 60, 30)]
    point = np.array([[70.0, 49.0], [71.0, 50.0]])
    assert group([tall(0, 0, 50), *equals, point]) == [[0, 1, 2, 3]]


def test_an_equals_sign_alone_is_one_line():
    assert group([bar(0, 40, 20), bar(0, 42, 31)]) == [[0, 1]]


@pytest.mark.parametrize("unit", [0.01, 1.0, 1000.0])
def test_the_unit_does_not_matter(unit):
    strokes = [tall(0, 0, 50) * unit, tall(0, 100, 150) * unit, bar(20, 40, 125) * unit]
    assert group(strokes) == [[0], [1, 2]]
