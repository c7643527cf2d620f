from __future__ import annotations

from dataclasses import replace
from math import log

import pytest

from hwcalc.ink import Box
from hwcalc.layout import Mark, Power, Root, Stack
from hwcalc.parses import BEHIND, EMPTY, Parse, Piece, agreed
from hwcalc.segment import Candidate
from hwcalc.structure import Form


def piece(label, form=Form.MARK, *parts, raised=False):
    group = Candidate((0,), Box(0, 0, 1, 1))
    return Piece(label, group, ((label, 0.9), ("?", 0.1)), raised, form, parts)


def parse(*pieces):
    made = (piece(p) if isinstance(p, str) else p for p in pieces)
    return Parse(tuple(made), 0.0, 0.0)


HALF = piece("-", Form.FRACTION, parse("1"), parse("2"))


def test_a_bar_comes_after_what_is_over_it():
    found = parse("3", "+", HALF, "=")
    assert found.labels == "3+1-2="
    assert len(found) == 6
    assert found.row() == (
        Mark("3", 0),
        Mark("+", 1),
        Stack((Mark("1", 2),), (Mark("2", 4),), 3),
        Mark("=", 5),
    )


def test_a_root_sign_comes_before_what_is_under_it():
    found = parse(piece("√", Form.ROOT, parse("9", HALF)), "-", "1")
    assert found.labels == "√91-2-1"
    (root, *_) = found.row()
    assert root == Root((Mark("9", 1), Stack((Mark("1", 2),), (Mark("2", 4),), 3)), 0)


def test_raised_pieces_make_one_power():
    found = parse("2", piece("1", raised=True), piece("0", raised=True), "+", piece("3"))
    assert found.row() == (Mark("2", 0), Power((Mark("1", 1), Mark("0", 2))), Mark("+", 3), Mark("3", 4))


def test_a_column_is_written_on_one_line():
    rule = piece("-", Form.COLUMN, parse("1"), parse("2"), parse("+", "3"), EMPTY)
    assert "".join(m.label for m in parse(rule).row()) == "1+2+3="
    assert [m.symbol for m in parse(rule).row()] == [0, None, 1, 2, 3, 4]


def test_other_labels_come_in_everywhere():
    found = parse("3", "+", piece("√", Form.ROOT, parse("9", HALF)))
    assert found.relabelled({0: "8", 3: "7", 6: "5"}).labels == "8+√71-5"


def test_the_share_is_a_probability():
    assert Parse((), -1.0, 0.0).share < 1
    assert Parse((), 1e-9, 0.0).share == 1


def test_readings_that_say_the_same_are_likely_together():
    best = replace(parse("1", "+", "1"), score=log(0.5))
    same, other = replace(best, score=log(0.3)), replace(parse("1", "+", "7"), score=log(0.2))
    assert agreed(best, iter([same, other])).share == pytest.approx(0.8)
    assert agreed(best, iter([other])).share == pytest.approx(0.5)
    raised = Parse((piece("1"), piece("+"), piece("1", raised=True)), log(0.3), 0.0)
    assert agreed(best, iter([raised])).share == pytest.approx(0.5)
    assert agreed(best, iter([replace(other, score=best.score - BEHIND - 0.1), same])).share == pytest.approx(
        0.5
    )
