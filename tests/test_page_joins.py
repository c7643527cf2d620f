"""hwcalc.page_joins: what is one expression although a wide gap is in it, and what is not."""

from dataclasses import replace

import numpy as np
import pytest

from hwcalc.handwriting import Hand
from hwcalc.ink import Box
from hwcalc.page_joins import cut, joins, rows, signs_between
from hwcalc.reader import Reading, Symbol, read_page
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


def read_drawn(texts: list[str], hand: int = 3) -> list[str]:
    """What a page with these texts under each other is read as."""
    strokes = []
    for i, text in enumerate(texts):
        strokes += [s * 60 + (60, 120 + 150 * i) for s in write_line(Hand(hand), text, late=0.0)[0]]
    size = tuple(np.ceil(np.vstack(strokes).max(axis=0) + 60).astype(int))
    return [r.text for r in read_page(drawn(strokes, size, 4))]


def test_a_page_with_wide_gaps() -> None:
    texts = ["45   +   36", "58+26", "7×36", "95-4"]
    assert read_drawn(texts) == [text.replace(" ", "") for text in texts]


@pytest.mark.parametrize(("hand", "text"), [(16, "9        +21"), (38, "9        +21"), (13, "17      ÷4")])
def test_a_part_that_alone_reads_as_something_else(hand: int, text: str) -> None:
    texts = [text, "58+26", "7-3"]
    assert read_drawn(texts, hand) == [text.replace(" ", "") for text in texts]


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        (("99+1", "39+1"), 4),
        (("2+3=", "4-1="), 4),
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
    close = at("".join(parts), 0)
    assert cut(close) is None
