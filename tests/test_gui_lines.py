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


def column(gap, sign=True):
    """12 over +34 over a rule over 46, digits 50 high."""
    strokes = [tall(40, 0, 50), tall(70, 0, 50)]
    y = 50 + gap
    if sign:
        strokes += [bar(0, 26, y + 25), np.array([[13.0, y + 12], [13.0, y + 38]])]
    strokes += [tall(40, y, y + 50), tall(70, y, y + 50), bar(0, 85, y + 50 + gap)]
    y += 50 + 2 * gap
    return [*strokes, tall(40, y, y + 50), tall(70, y, y + 50)]


@pytest.mark.parametrize("gap", [10, 25, 45])
def test_a_rule_makes_a_sum_in_columns_one_expression(gap):
    strokes = column(gap)
    for count in (7, 9):  # before the result is written, and after
        assert group(strokes[:count]) == [list(range(count))]
    beside = [tall(300, 200 + 2 * gap, 250 + 2 * gap)]
    assert len(group([*strokes[:7], *[s + np.array([0, 400]) for s in beside]])) == 2


def test_without_a_sign_or_far_apart_rows_over_a_bar_stay_lines():
    for strokes in (column(40, sign=False)[:5], column(60)[:7]):
        assert not any({0, len(strokes) - 2} <= set(line) for line in group(strokes))


def test_a_minus_in_a_line_of_its_own_row_is_no_rule():
    rows = column(30)[:6]
    below = [tall(0, 230, 280), bar(30, 110, 255), tall(130, 230, 280)]
    assert group([*rows, *below])[-1] == [6, 7, 8]


def test_rows_close_over_each_other_are_two_lines():
    assert group([tall(0, 0, 50), tall(30, 0, 50), tall(4, 60, 110), tall(33, 58, 110)]) == [[0, 1], [2, 3]]
    climbing = [tall(0, 60, 110), tall(40, 30, 80), tall(80, 0, 54)]
    assert group(climbing) == [[0, 1, 2]]


def test_expressions_far_apart_in_one_row_are_two():
    left, right = [tall(0, 0, 50), tall(30, 0, 50)], [tall(240, 5, 55), tall(262, 5, 55)]
    assert group([*left, *right]) == [[0, 1], [2, 3]]
    assert group([*left, tall(140, 0, 50)]) == [[0, 1, 2]]


def test_a_column_beside_a_line_keeps_to_itself():
    strokes = [*column(10)[:7], tall(300, 30, 80), tall(330, 30, 80)]
    assert group(strokes) == [[0, 1, 2, 3, 4, 5, 6], [7, 8]]
