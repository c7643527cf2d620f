"""hwcalc.page_columns: numbers under each other with a rule are one expression, however many stand side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from hwcalc import read_page
from hwcalc.ink import Ink
from hwcalc.page import groups

from .written import drawn, sum_strokes

FloatArray = npt.NDArray[np.float64]
EM = 60.0


def column(rows: list[str], left: float, top: float, result: str = "") -> list[FloatArray]:
    """Rows that end flush, a rule under them, and a result."""
    widest = max(map(len, rows))
    strokes = []
    for k, row in enumerate(rows):
        strokes += sum_strokes(row, EM, left + 1.05 * EM * (widest - len(row)), top + 1.5 * EM * k)
    rule = top + 1.5 * EM * len(rows) - 10
    strokes.append(np.array([[left, rule], [left + 1.05 * EM * widest, rule]]))
    return strokes + sum_strokes(result, EM, left + 1.05 * EM * (widest - len(result)), rule + 0.4 * EM)


def found(*parts: list[FloatArray]) -> list[list[int]]:
    return groups(Ink.from_strokes([stroke for part in parts for stroke in part]))


def numbered(*parts: list[FloatArray]) -> list[list[int]]:
    """The numbers of the strokes of each part."""
    ends = np.cumsum([len(part) for part in parts]).tolist()
    return [list(range(end - len(part), end)) for end, part in zip(ends, parts, strict=True)]


@pytest.mark.parametrize("result", ["579", ""])
@pytest.mark.parametrize("pitch", [6.5, 8.0])
def test_sums_beside_and_under_each_other(result: str, pitch: float) -> None:
    places = [(x * EM, y * EM) for y in (1, 1 + pitch) for x in (1, 7, 13)]
    sums = [column(["124", "+455"], x, y, result) for x, y in places]
    assert sorted(found(*sums)) == numbered(*sums)


def test_several_rows_and_other_signs() -> None:
    sums = [column(["12", "45", "+34"], EM, EM, "91"), column(["95", "-4"], 8 * EM, EM, "91")]
    assert sorted(found(*sums)) == numbered(*sums)


@pytest.mark.parametrize("height", [0.5, 0.75])
def test_what_was_carried_to_the_first_digit(height: float) -> None:
    total = column(["555", "+775"], EM, 2 * EM, "1330")
    top = (1.9 - height) * EM
    carried = [np.array([[2.4 * EM, top], [2.4 * EM, top + height * EM]])]
    assert found(total + carried) == numbered(total + carried)


def test_lines_beside_a_sum() -> None:
    line, total = sum_strokes("12+34=", EM, EM, EM), column(["24", "+55"], 12 * EM, EM, "79")
    assert found(line, total) == numbered(line, total)


@pytest.mark.parametrize("rows", [["12+4=", "9+4="], ["4", "9"]])
def test_lines_that_are_underlined_are_no_sum(rows: list[str]) -> None:
    assert len(found(column(rows, EM, EM))) == len(rows)


def test_they_are_read_by_themselves() -> None:
    sums = [
        column(["124", "+455"], (1 + 6 * x) * EM, (1 + 7 * y) * EM, result)
        for y in (0, 1)
        for x, result in enumerate(("579", ""))
    ]
    picture = drawn([stroke for part in sums for stroke in part], (780, 900), 5)
    assert [r.text for r in read_page(picture)] == 2 * ["124+455=579", "124+455="]
