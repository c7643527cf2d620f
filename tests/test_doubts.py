from __future__ import annotations

import numpy as np
import pytest

import hwcalc
from tests.written import GLYPHS, sum_picture, sum_strokes


@pytest.mark.parametrize("note", ["5", "1", "7"])
def test_a_small_note_under_a_plus_makes_no_other_sign_of_it_surely(note) -> None:
    line = sum_strokes("9+7=", 60, 20, 20)
    assert not hwcalc.read_ink(line).doubtful
    assert hwcalc.read_ink([*line, *sum_strokes(note, 15, 105, 92)]).doubtful


def test_a_number_under_a_minus_makes_no_other_sign_of_it_surely() -> None:
    line = sum_strokes("9-7", 60, 20, 20)
    assert not hwcalc.read_ink(line).doubtful
    assert hwcalc.read_ink([*line, *sum_strokes("35", 20, 95, 90)]).doubtful


def test_a_slanted_1_over_a_bar_is_no_doubt() -> None:
    one, bar = np.linspace((58, 6), (-2, 46), 10), np.array([(8, 54), (54, 54)], float)
    reading = hwcalc.read_ink([one, bar, *sum_strokes("4", 42, 16, 62)])
    assert (reading.text, reading.doubtful) == ("(1/4)", False)


def test_a_mark_high_beside_a_digit_is_no_point_surely() -> None:
    line = sum_strokes("5+7=", 60, 40, 20)
    for x, y in ((22, 8), (28, 14), (28, 26)):
        reading = hwcalc.read_ink([np.array([(x, y), (x, y + 16)]), *line])
        assert (reading.text, reading.doubtful) == (".5+7=", True)


def test_a_point_behind_what_may_be_a_1_is_doubtful(monkeypatch) -> None:
    monkeypatch.setitem(GLYPHS, "/", [[(0.5, 0.0), (0.2, 1.0)]])
    reading = hwcalc.read(sum_picture("4/.52"))
    assert (reading.text, reading.doubtful) == ("4/.52", True)
