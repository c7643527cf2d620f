from __future__ import annotations

import numpy as np
import pytest

from hwcalc.grammar import KIND, Lattice
from hwcalc.ink import Ink
from hwcalc.segment import candidates

LABELS = "".join(KIND) + "#"
UNIT = 60.0


def digit(x, y=0.0):
    """A stroke as large as a digit."""
    return [(x, y), (x + 30, y + 30), (x, y + 60)]


def bar(x, y=30.0):
    return [(x, y), (x + 30, y)]


def parses(strokes, beliefs, **options):
    """Parses of ink whose groups are what `beliefs` says, each a mapping of label to probability."""
    ink = Ink.from_strokes(strokes)
    groups = candidates(ink, UNIT)
    rows = np.full((len(groups), len(LABELS)), 1e-4)
    for row, group in zip(rows, groups, strict=True):
        for label, probability in beliefs.get(group.strokes, {"#": 0.98}).items():
            row[LABELS.index(label)] = probability
    log_probability = np.log(rows / rows.sum(axis=1, keepdims=True))
    return Lattice(ink, UNIT, groups, log_probability, LABELS, **options).parses()


def test_symbols_come_from_left_to_right():
    found = parses([digit(100), digit(0), bar(50)], {(0,): {"3": 0.9}, (1,): {"2": 0.9}, (2,): {"-": 0.9}})
    assert found[0].labels == "2-3"


def test_the_whole_group_wins_over_its_parts():
    strokes = [bar(0, 22), bar(0, 38)]
    found = parses(strokes, {(0,): {"-": 0.99}, (1,): {"-": 0.99}, (0, 1): {"=": 0.9}})
    assert found[0].labels == "="


def test_arithmetic_decides_what_the_ink_leaves_open():
    either = {"1": 0.5, ")": 0.49}
    strokes = [digit(0), digit(50), digit(100)]
    assert parses(strokes, {(0,): {"(": 0.9}, (1,): {"7": 0.9}, (2,): either})[0].labels == "(7)"
    assert parses(strokes, {(0,): {"3": 0.9}, (1,): {"7": 0.9}, (2,): either})[0].labels == "371"


def test_clear_ink_wins_over_arithmetic():
    found = parses([digit(0), digit(50)], {(0,): {"(": 0.999}, (1,): {"7": 0.999}})
    assert found[0].labels == "(7"


def test_size_and_place_tell_a_point_from_a_minus():
    low, high = [(50, 58), (55, 58)], [(50, 30), (80, 30)]
    either = {"-": 0.5, ".": 0.5}
    for mark, label in ((low, "."), (high, "-")):
        found = parses([digit(0), mark, digit(100)], {(0,): {"3": 0.9}, (1,): either, (2,): {"4": 0.9}})
        assert found[0].labels == f"3{label}4"


def test_a_dot_in_the_middle_multiplies():
    dot = [(50, 30), (53, 31)]
    found = parses([digit(0), dot, digit(100)], {(0,): {"3": 0.9}, (1,): {".": 0.9}, (2,): {"4": 0.9}})
    assert found[0].labels == "3×4"


def test_parses_differ_come_best_first_and_use_every_stroke_once():
    strokes = [digit(0), digit(50), bar(0, 0)]
    beliefs = {(0,): {"2": 0.6, "7": 0.4}, (1,): {"3": 0.7, "8": 0.3}, (2,): {"-": 0.8}, (0, 2): {"7": 0.5}}
    found = parses(strokes, beliefs)
    assert len({p.labels for p in found}) == len(found) > 1
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    for parse in found:
        assert sorted(i for _, c in parse.symbols for i in c.strokes) == [0, 1, 2]


def test_a_fixed_label_is_kept():
    found = parses([digit(0)], {(0,): {"7": 0.99}}, fixed={frozenset({0}): "4"})
    assert [p.labels for p in found] == ["4"]


@pytest.mark.parametrize(("first", "second"), [("-", "3"), ("(", "8"), ("7", ")")])
def test_a_row_has_the_labels_and_the_numbers_of_the_symbols(first, second):
    found = parses([digit(0), digit(50)], {(0,): {first: 0.99}, (1,): {second: 0.99}})
    assert [(m.label, m.symbol) for m in found[0].row] == [(first, 0), (second, 1)]
