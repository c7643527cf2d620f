from __future__ import annotations

import numpy as np

import hwcalc
from hwcalc.handwriting import Hand
from hwcalc.written_lines import write_line
from tests.written import sum_strokes


def by_hand(seed: int, text: str) -> list[np.ndarray]:
    return [stroke[:, :2] for stroke in write_line(Hand(seed, 0.3), text, late=0.0)[0]]


def test_a_digit_that_takes_in_a_comma_at_its_foot_is_doubtful() -> None:
    line = sum_strokes("9+10+74", 60, 20, 20)
    assert not hwcalc.read_ink(line).doubtful
    reading = hwcalc.read_ink([*line, np.array([(433, 76), (426, 99)])])
    assert (reading.text, reading.doubtful) == ("9+10+74", True)


def test_a_digit_that_takes_in_a_minus_beside_it_is_doubtful() -> None:
    line = by_hand(2, "5+81")
    left, middle = line[3][:, 0].min(), line[3][:, 1].mean()
    minus = np.array([(left - 0.21, middle), (left - 0.04, middle)])
    reading = hwcalc.read_ink([*line[:3], minus, *line[3:]])
    assert (reading.text, reading.doubtful) == ("5+81", True)


def test_a_0_with_the_tail_of_a_6_is_doubtful() -> None:
    line = by_hand(0, "5+10")
    (left, top), (right, _) = line[-1].min(axis=0), line[-1].max(axis=0)
    tail = np.array([(right + 0.05, top - 0.35), ((left + right) / 2, top - 0.15), (left + 0.03, top + 0.35)])
    assert not hwcalc.read_ink(line).doubtful
    reading = hwcalc.read_ink([*line, tail])
    assert (reading.text, reading.doubtful) == ("5+10", True)
