from __future__ import annotations

import pytest

import hwcalc
from tests.written import sum_strokes


@pytest.mark.parametrize("note", ["5", "1", "7"])
def test_a_small_note_under_a_plus_makes_no_other_sign_of_it_surely(note) -> None:
    line = sum_strokes("9+7=", 60, 20, 20)
    assert not hwcalc.read_ink(line).doubtful
    assert hwcalc.read_ink([*line, *sum_strokes(note, 15, 105, 92)]).doubtful
