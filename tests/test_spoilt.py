from __future__ import annotations

import pytest

import hwcalc
from tests.written import GLYPHS, sum_picture, sum_strokes


@pytest.mark.parametrize(
    ("text", "doubtful"), [("1+4=59", True), ("1+4=5", False), ("1+4=7", False), ("4+1=50", True)]
)
def test_an_equation_that_is_true_without_its_last_symbol_is_doubtful(text, doubtful) -> None:
    reading = hwcalc.read_ink(sum_strokes(text, 60, 20, 20))
    assert (reading.text, reading.doubtful) == (text, doubtful)


def test_what_a_person_named_spoils_no_equation() -> None:
    reading = hwcalc.read_ink(sum_strokes("1+4=59", 60, 20, 20))
    assert not hwcalc.reader.correct(reading, 5, "9").doubtful


def test_an_equation_that_is_true_if_a_slash_is_a_1_is_doubtful(monkeypatch) -> None:
    monkeypatch.setitem(GLYPHS, "/", [[(0.5, 0.0), (0.2, 1.0)]])
    for text, doubtful in (("90+29=1/9", True), ("90+29=2/9", False)):
        reading = hwcalc.read(sum_picture(text))
        assert (reading.text, reading.doubtful) == (text, doubtful)


def test_a_point_that_as_equals_would_make_an_equation_true_is_doubtful(monkeypatch) -> None:
    for height, doubtful in ((0.66, True), (0.97, False)):
        monkeypatch.setitem(GLYPHS, ".", [[(0.35, height), (0.5, height)]])
        reading = hwcalc.read(sum_picture("4+5.9", pen=8))
        assert (reading.text, reading.doubtful) == ("4+5.9", doubtful)
