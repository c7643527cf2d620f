from __future__ import annotations

import numpy as np
import pytest

import hwcalc
from tests.written import GLYPHS, sum_picture, sum_strokes


@pytest.mark.parametrize(("text", "answer"), [("1+4=59", "false: 1+4 is 5"), ("4+1=50", "false: 4+1 is 5")])
def test_a_digit_too_many_is_an_error_where_it_is_clear(text, answer) -> None:
    reading = hwcalc.read_ink(sum_strokes(text, 60, 20, 20))
    assert (reading.answer, reading.doubtful) == (answer, False)


@pytest.mark.parametrize(("text", "doubtful"), [("1+4=59", True), ("1+4=7", False)])
def test_a_picture_may_have_added_the_last_symbol_until_a_person_names_it(text, doubtful) -> None:
    reading = hwcalc.read(sum_picture(text))
    assert (reading.text, reading.doubtful) == (text, doubtful)
    assert not hwcalc.correct(reading, len(text) - 1, text[-1]).doubtful


def test_an_equation_that_is_true_if_a_slash_is_a_1_is_doubtful(monkeypatch) -> None:
    monkeypatch.setitem(GLYPHS, "/", [[(0.5, 0.0), (0.2, 1.0)]])
    for text, doubtful in (("90+29=1/9", True), ("90+29=2/9", False)):
        reading = hwcalc.read(sum_picture(text))
        assert (reading.text, reading.doubtful) == (text, doubtful)


def test_a_point_that_as_equals_would_make_an_equation_true_is_doubtful(monkeypatch) -> None:
    for height, doubtful in ((0.72, True), (0.97, False)):
        monkeypatch.setitem(GLYPHS, ".", [[(0.35, height), (0.5, height)]])
        reading = hwcalc.read(sum_picture("4+5.9", pen=8))
        assert (reading.text, reading.doubtful) == ("4+5.9", doubtful)


@pytest.mark.parametrize(("answer", "doubtful"), [("0", True), ("2", False)])
def test_a_false_equation_with_a_sign_of_about_is_doubtful(answer, doubtful) -> None:
    waves = [np.array([(209 + x, y - 5 * np.sin(x / 6.7)) for x in range(43)]) for y in (42, 58)]
    reading = hwcalc.read_ink([*sum_strokes("4-2", 60, 20, 20), *waves, *sum_strokes(answer, 60, 272, 20)])
    assert (reading.text, reading.doubtful) == (f"4-2={answer}", doubtful)
