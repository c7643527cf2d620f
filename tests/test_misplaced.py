from __future__ import annotations

import numpy as np
import pytest

import hwcalc
from hwcalc.handwriting import Hand
from hwcalc.written_lines import write_line
from tests.written import sum_strokes

Path = list[tuple[float, float]]


def ring(x: float, y: float) -> Path:
    return [(x + 6 * np.sin(t), y - 6 * np.cos(t)) for t in np.linspace(0, 6.3, 14)]


# strokes behind 5+7, which is 60 high and goes from 20 to 192
STRANGE: dict[str, list[Path]] = {
    "three dots": [[(x, 79), (x, 79)] for x in (205, 215, 225)],
    "exclamation mark": [[(210, 20), (210, 64)], [(208, 79), (208, 79)]],
    "bars": [[(4, 10), (4, 90)], [(210, 10), (210, 90)]],
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_what_is_no_symbol_behind_a_sum_makes_it_doubtful(strange) -> None:
    line = sum_strokes("5+7", 60, 20, 20)
    assert hwcalc.read_ink([*line, *(np.array(path, float) for path in strange)]).doubtful


def test_a_sign_of_greater_is_no_point_surely() -> None:
    greater = np.array([(160, 35), (186, 50), (160, 65)])
    reading = hwcalc.read_ink([*sum_strokes("57", 60, 20, 20), greater, *sum_strokes("43", 60, 225, 20)])
    assert reading.doubtful


def test_a_ring_for_degrees_is_no_exponent_surely() -> None:
    line = [stroke[:, :2] for stroke in write_line(Hand(1, 0.3), "57-62", late=0.0)[0]]
    right, top = max(s[:, 0].max() for s in line), min(s[:, 1].min() for s in line)
    behind = np.array(ring(0, 0)) / 60 + (right + 0.2, top + 0.12)
    assert hwcalc.read_ink([*line, behind]).doubtful


def test_a_ring_for_degrees_is_no_part_of_a_digit_surely() -> None:
    left, right = sum_strokes("5", 60, 20, 20), sum_strokes("+7", 60, 110, 20)
    assert not hwcalc.read_ink([*left, *right]).doubtful
    assert hwcalc.read_ink([*left, np.array(ring(78, 26)), *right]).doubtful


@pytest.mark.parametrize(
    ("height", "doubtful"), [(24, True), (60, False)], ids=["carried", "a row of its own"]
)
def test_a_small_digit_between_the_rows_of_a_column_is_no_row_surely(height, doubtful) -> None:
    rows = [*sum_strokes("47", 60, 120, 20), *sum_strokes("+35", 60, 57, 105)]
    one = sum_strokes("1", height, 215, 190)
    rule = np.array([(50, 190 + height + 15), (260, 190 + height + 16)], float)
    reading = hwcalc.read_ink([*rows, *one, rule])
    assert (reading.text, reading.doubtful) == ("47+35+1=", doubtful)


def test_a_number_right_behind_a_root_is_doubtful() -> None:
    tick = [(0, 50), (10, 45), (25, 90), (40, 0)]
    for end, text, doubtful in ((160, "√25", False), (95, "√(2)5", True)):
        root = np.array([*tick, (end, 0)], float)
        reading = hwcalc.read_ink([root, *sum_strokes("25", 60, 45, 20)])
        assert (reading.text, reading.doubtful) == (text, doubtful)


def test_a_power_in_an_exponent_is_doubtful() -> None:
    base = sum_strokes("2", 60, 20, 40)
    for top, doubtful in ((26, False), (2, True)):
        reading = hwcalc.read_ink([*base, *sum_strokes("3", 31, 75, 18), *sum_strokes("2", 23, 105, top)])
        assert (reading.text, reading.doubtful) == ("2^32", doubtful)
