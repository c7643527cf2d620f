"""hwcalc.page_joins: what is one expression although a wide gap is in it, and what is not."""

from dataclasses import replace

import numpy as np
import pytest

from hwcalc import page_reader
from hwcalc.handwriting import Hand
from hwcalc.ink import Box, Ink, piece
from hwcalc.page_joins import cut, cut_questions, joins, rows, signs_between
from hwcalc.page_reader import read_page
from hwcalc.reader import Reading, Source, Symbol
from hwcalc.written_lines import write_line

from .written import drawn


def at(text: str, left: float, top: float = 0.0) -> Reading:
    """A reading whose symbols are 10 high and 8 wide."""
    boxes = [Box(left + 10 * i, top, left + 10 * i + 8, top + 10) for i in range(len(text))]
    symbols = tuple(
        Symbol(c, box, 1.0, ((c, 1.0),), (i,)) for i, (c, box) in enumerate(zip(text, boxes, strict=True))
    )
    return Reading(text, text, None, "", symbols, 1.0, False, Box(left, top, boxes[-1].right, top + 10))


@pytest.mark.parametrize(
    ("before", "after", "gap", "joined"),
    [
        ("12+", "34", 40, True),
        ("12", "+34", 40, True),
        ("12+3", "=15", 40, True),
        ("(12", ")×3", 40, True),
        ("12+", "34", 60, False),
        ("12", "-34", 20, True),
        ("12", "-34", 40, False),
        ("1+2", "-34", 20, False),
        ("2+3=", "5", 20, True),
        ("2+3=", "5+1=", 20, False),
        ("12", "34", 15, False),
        ("12+", "34", -30, False),
    ],
)  # fmt: skip
def test_joins(before: str, after: str, gap: float, joined: bool) -> None:
    first = at(before, 0)
    assert joins([first, at(after, first.box.right + gap)]) == ([[0, 1]] if joined else [[0], [1]])
    assert joins([first, at(after, first.box.right + gap, top=20)]) == [[0], [1]]


def test_three_parts_and_none() -> None:
    assert joins([at("12", 0), at("+", 50), at("34", 90), at("5+6", 200)]) == [[0, 1, 2], [3]]
    assert joins([]) == []


def test_a_part_goes_with_the_nearer_one() -> None:
    assert joins([at("12+", 0, top=-5), at("1+", 12, top=5), at("34", 60)]) == [[0], [1, 2]]


def test_a_number_alone_is_a_part_where_the_page_is_of_sums() -> None:
    sums = [at("7+8", 0, top=20 * row) for row in (1, 2, 3)]
    assert joins([at("12", 0), at("34+5", 38), *sums]) == [[0, 1], [2], [3], [4]]
    assert joins([at("12", 0), at("34+5", 58), *sums]) == [[0], [1], [2], [3], [4]], "too far"
    assert joins([at("1+2", 0), at("34", 38), at("5+6", 76), *sums[:2]]) == [[0, 1], [2], [3], [4]], "nearer"
    assert joins([at("12", 0), at("34", 38), at("5+6", 0, top=20)]) == [[0], [1], [2]], "of numbers"


def test_answers_in_the_next_cells_of_a_table() -> None:
    cells = [at(text, left, top=20 * row) for row in range(4) for text, left in (("7+8=", 0), ("15", 300))]
    assert joins(cells) == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert joins(cells[:4]) == [[0], [1], [2], [3]], "two rows may be chance"
    more = [at("1+2=", 0, top=-20 * row) for row in range(1, 5)]
    assert joins([*more, *cells]) == [[i] for i in range(12)], "most have none"
    tasks = [at("7+8=", left, top=20 * row) for row in range(4) for left in (0, 300)]
    assert joins(tasks) == [[i] for i in range(8)]


def test_a_table_whose_rows_are_not_clear_is_left_as_it_is() -> None:
    cells = [
        at(text, left, top=12 * row + down)
        for row in range(4)
        for text, left, down in (("7+8=", 0, 0), ("15", 300, 6))
    ]
    assert joins(cells) == [[i] for i in range(8)]


def test_rows() -> None:
    assert rows([at("12", 0), at("34", 50), at("5", 200), at("6", 0, top=20)]) == [[0, 1], [2], [3]]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("12", "+34", True),
        ("12×", "34", True),
        ("12", "34", False),
        ("12", ".34", False),
        ("1+2=", "3", True),
        ("1+2=", "3+4", False),
        ("12-", "34", True),
    ],
)
def test_signs_between(first: str, second: str, joined: bool) -> None:
    assert signs_between(at(first + second, 0), [len(first)]) == joined


def test_parts_that_are_no_symbol_of_their_own_are_not_joined() -> None:
    both = at("12", 0)
    both = replace(both, symbols=(replace(both.symbols[0], strokes=(0, 1)),))
    assert not signs_between(both, [1])


def test_a_page_with_wide_gaps() -> None:
    strokes = []
    for i, text in enumerate(["45   +   36", "58+26", "7×36", "95-4"]):
        strokes += [
            s * 60 + (60, 120 + 150 * i) for s in write_line(Hand(3, sloppiness=0.5), text, late=0.0)[0]
        ]
    size = tuple(np.ceil(np.vstack(strokes).max(axis=0) + 60).astype(int))
    assert [r.text for r in read_page(drawn(strokes, size, 4))] == ["45+36", "58+26", "7×36", "95-4"]


@pytest.mark.parametrize(
    ("first", "second", "whole", "joined"),
    [
        (("31", 0.99), ("871", 0.4), ("31×71", 0.9), True),
        (("31", 0.99), ("871", 0.4), ("318/1", 0.9), False),
        (("31", 0.99), ("871", 0.4), ("31×71", 0.2), False),
        (("31", 0.99), ("8+71", 0.99), ("31×8+71", 0.99), False),
        (("31", 0.99), ("4", 0.99), ("31+", 0.4), False),
    ],
)
def test_parts_that_read_better_as_one(
    monkeypatch: pytest.MonkeyPatch,
    first: tuple[str, float],
    second: tuple[str, float],
    whole: tuple[str, float],
    joined: bool,
) -> None:
    def sure(what: tuple[str, float], left: float = 0.0) -> Reading:
        ink = Ink(tuple(piece(np.ones((1, 1), np.uint8), i, 0) for i in range(len(what[0]))))
        return replace(at(what[0], left), confidence=what[1], source=Source(ink))

    monkeypatch.setattr(page_reader, "_together", lambda parts: sure(whole))
    found = page_reader._rejoined([sure(first), sure(second, 50.0)])
    assert [r.text for r in found] == ([whole[0]] if joined else [first[0], second[0]])


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        (("99+1", "39+1"), 4),
        (("2+3=", "4-1="), 4),
        (("2+3=", "4-1"), 4),
        (("2+3=5", "4-1=3"), 5),
        (("2+3=", "5"), None),
        (("99+", "139+1"), None),
        (("99+1", "-39+1"), None),
        (("99", "39+1"), None),
    ],
)
def test_cut(parts: tuple[str, str], place: int | None) -> None:
    first = at(parts[0], 0)
    second = at(parts[1], first.box.right + 12)
    both = replace(first, text="".join(parts), symbols=first.symbols + second.symbols)
    assert cut(both) == place
    assert cut_questions(both) == (place if both.text == "2+3=4-1=" else None)
    close = at("".join(parts), 0)
    assert cut(close) is None


def test_no_cut_at_a_gap_like_another_or_in_a_fraction() -> None:
    parts = [at("2", 0), at("+3=5", 20), at("4-1=3", 76)]
    whole = replace(parts[0], text="2+3=54-1=3", symbols=sum((part.symbols for part in parts), ()))
    assert cut(whole) == 5
    assert cut(replace(whole, latex=r"\frac{2+3}{4}")) is None
    near = replace(whole, symbols=whole.symbols[:5] + at("4-1=3", 71).symbols)
    assert cut(near) is None
    assert cut(parts[0]) is None
