from __future__ import annotations

import numpy as np
import pytest

from hwcalc.grammar import KIND
from hwcalc.ink import Ink
from hwcalc.lattice import Lattice
from hwcalc.layout import Mark, Power, Root, Stack
from hwcalc.segment import candidates

LABELS = "".join(KIND) + "#"
UNIT = 60.0


def digit(x, y=0.0):
    """A stroke as large as a digit."""
    return [(x, y), (x + 30, y + 30), (x, y + 60)]


def bar(x, y=30.0):
    return [(x, y), (x + 30, y)]


def lattice(strokes, beliefs, **options):
    """The lattice of ink whose groups are what `beliefs` says, each a mapping of label to probability."""
    ink = Ink.from_strokes(strokes)
    groups = candidates(ink, UNIT)
    rows = np.full((len(groups), len(LABELS)), 1e-4)
    for row, group in zip(rows, groups, strict=True):
        for label, probability in beliefs.get(group.strokes, {"#": 0.98}).items():
            row[LABELS.index(label)] = probability
    log_probability = np.log(rows / rows.sum(axis=1, keepdims=True))
    return Lattice(ink, UNIT, groups, log_probability, LABELS, **options)


def parse(strokes, beliefs, **options):
    return lattice(strokes, beliefs, **options).parse()


def test_symbols_come_from_left_to_right():
    found = parse([digit(100), digit(0), bar(50)], {(0,): {"3": 0.9}, (1,): {"2": 0.9}, (2,): {"-": 0.9}})
    assert found.labels == "2-3"


def test_the_whole_group_wins_over_its_parts():
    strokes = [bar(0, 22), bar(0, 38)]
    found = parse(strokes, {(0,): {"-": 0.99}, (1,): {"-": 0.99}, (0, 1): {"=": 0.9}})
    assert found.labels == "="


def test_a_bar_that_a_stroke_goes_through_is_no_symbol_of_its_own():
    seven, across = [(0, 0), (30, 0), (15, 60)], [(8, 30), (44, 30)]
    beliefs = {(0,): {"7": 0.9}, (1,): {"-": 0.99}, (0, 1): {"7": 0.9}, (2,): {"2": 0.9}}
    assert parse([seven, across, digit(60, -12)], beliefs).labels == "72"


def test_arithmetic_decides_what_the_ink_leaves_open():
    either = {"1": 0.5, ")": 0.49}
    strokes = [digit(0), digit(50), digit(100)]
    assert parse(strokes, {(0,): {"(": 0.9}, (1,): {"7": 0.9}, (2,): either}).labels == "(7)"
    assert parse(strokes, {(0,): {"3": 0.9}, (1,): {"7": 0.9}, (2,): either}).labels == "371"


def test_clear_ink_wins_over_arithmetic():
    found = parse([digit(0), digit(50)], {(0,): {"(": 0.999}, (1,): {"7": 0.999}})
    assert found.labels == "(7"


def test_size_and_place_tell_a_point_from_a_minus():
    low, high = [(50, 58), (55, 58)], [(50, 30), (80, 30)]
    either = {"-": 0.5, ".": 0.5}
    for mark, label in ((low, "."), (high, "-")):
        found = parse([digit(0), mark, digit(100)], {(0,): {"3": 0.9}, (1,): either, (2,): {"4": 0.9}})
        assert found.labels == f"3{label}4"


def test_a_dot_in_the_middle_multiplies():
    dot = [(50, 30), (53, 31)]
    found = parse([digit(0), dot, digit(100)], {(0,): {"3": 0.9}, (1,): {".": 0.9}, (2,): {"4": 0.9}})
    assert found.labels == "3×4"


def test_every_stroke_is_used_once():
    strokes = [digit(0), digit(50), bar(0, 0)]
    beliefs = {(0,): {"2": 0.6, "7": 0.4}, (1,): {"3": 0.7, "8": 0.3}, (2,): {"-": 0.8}, (0, 2): {"7": 0.5}}
    found = parse(strokes, beliefs)
    assert sorted(i for piece in found.pieces for i in piece.group.strokes) == [0, 1, 2]


def test_other_readings_follow_the_best_in_order():
    strokes = [digit(0), digit(50), bar(50), digit(100)]
    beliefs = {
        (0,): {"2": 0.9},
        (1,): {"1": 0.5, "/": 0.4},
        (2,): {"-": 0.8},
        (3,): {"3": 0.9},
        (1, 2): {"+": 0.9},
    }
    made = lattice(strokes, beliefs)
    best, others = made.parse(), list(made.others())
    found = [best, *others]
    assert best.labels == "2+3"
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len({one.labels for one in found}) > 2
    assert all(
        sorted(i for piece in one.pieces for i in piece.group.strokes) == [0, 1, 2, 3] for one in found
    )
    assert sum(one.share for one in found) <= 1.0


def test_a_part_of_a_fraction_may_be_read_in_another_way():
    strokes = [digit(20, -70), bar(20, -40), [(0, 0), (70, 2)], digit(20, 12)]
    beliefs = {(0,): {"1": 0.5}, (1,): {"-": 0.5}, (0, 1): {"4": 0.9}, (2,): {"-": 0.9}, (3,): {"2": 0.9}}
    beliefs |= {(i,): {label: 0.4, "#": 0.5} for i, label in enumerate("1-")}
    made = lattice(strokes, beliefs)
    best, *others = [made.parse(), *made.others()]
    assert best.labels == "4-2"
    parted = next(other for other in others if other.row() != best.row() and len(other) == 4)
    assert sorted(parted.labels) == ["-", "-", "1", "2"]
    assert parted.score < best.score


def test_alternatives_are_as_likely_as_the_readings_with_them():
    made = lattice([digit(0), digit(50, 20)], {(0,): {"2": 0.99}, (1,): {"3": 0.6, "(": 0.39}})
    best = made.parse()
    other = next(other for other in made.others() if other.labels == "2(")
    beside = dict(best.pieces[1].alternatives)  # the digits are not level, which is no matter for the bracket
    assert best.labels == "23"
    assert np.log(beside["("] / beside["3"]) == pytest.approx(other.score - best.score)


def test_the_share_falls_when_another_reading_is_as_good():
    sure = parse([digit(0), digit(50)], {(0,): {"2": 0.99}, (1,): {"3": 0.99}})
    unsure = parse([digit(0), digit(50)], {(0,): {"2": 0.99}, (1,): {"3": 0.5, "8": 0.49}})
    assert 0 < unsure.share < sure.share <= 1


def test_alternatives_begin_with_the_label_and_add_up_to_one():
    (first, second) = parse([digit(0), digit(50)], {(0,): {"2": 0.99}, (1,): {"3": 0.6, "8": 0.3}}).pieces
    assert second.alternatives[0][0] == "3"
    assert second.alternatives[1][0] == "8"
    assert sum(p for _, p in first.alternatives) == pytest.approx(1)


def small(x, y, height=25):
    return [(x, y), (x + 12, y + height / 2), (x, y + height)]


def test_what_is_over_and_under_a_bar_is_a_fraction():
    strokes = [digit(20, -70), [(0, 0), (70, 2)], digit(20, 12)]
    found = parse(strokes, {(0,): {"1": 0.9}, (1,): {"-": 0.9}, (2,): {"2": 0.9}})
    assert found.row() == (Stack((Mark("1", 0),), (Mark("2", 2),), 1),)
    assert found.labels == "1-2"


def test_a_fraction_bar_may_stand_aslant():
    strokes = [digit(5, -75), [(0, 2), (40, -16)], digit(5, 2)]
    found = parse(strokes, {(0,): {"1": 0.9}, (1,): {"-": 0.9}, (2,): {"2": 0.9}})
    assert found.row() == (Stack((Mark("1", 0),), (Mark("2", 2),), 1),)


def test_the_hat_of_a_five_is_no_bar_under_its_exponent():
    body, hat = np.array([(0, 4), (2, 30), (26, 45), (0, 62)]), np.array([(0, 4), (30, 0)])
    right = np.array([105, 0])
    strokes = [body, hat, small(36, -20), bar(65), body + right, hat + right, small(141, -20)]
    five = {"5": 0.95}
    beliefs = {(0, 1): five, (4, 5): five, (2,): {"4": 0.9}, (3,): {"-": 0.9}, (6,): {"6": 0.9}}
    beliefs |= {(i,): {"-": 0.9} for i in (1, 5)} | {(i,): {"3": 0.3} for i in (0, 4)}
    assert parse(strokes, beliefs).row() == (
        Mark("5", 0), Power((Mark("4", 1),)), Mark("-", 2), Mark("5", 3), Power((Mark("6", 4),)),
    )  # fmt: skip


def test_a_bar_between_neighbours_is_a_minus():
    found = parse([digit(0), bar(45), digit(90)], {(0,): {"1": 0.9}, (1,): {"-": 0.9}, (2,): {"2": 0.9}})
    assert found.row() == (Mark("1", 0), Mark("-", 1), Mark("2", 2))


def test_fractions_stand_in_fractions():
    strokes = [digit(30, -150), [(15, -80), (75, -80)], digit(30, -70), [(0, 0), (90, 2)], digit(30, 12)]
    beliefs = {(i,): {label: 0.9} for i, label in enumerate("1-2-3")}
    (outer,) = parse(strokes, beliefs).row()
    assert outer == Stack((Stack((Mark("1", 0),), (Mark("2", 2),), 1),), (Mark("3", 4),), 3)


def test_a_small_raised_symbol_is_an_exponent():
    strokes = [digit(0), small(38, -14), bar(70), digit(110)]
    beliefs = {(0,): {"2": 0.9}, (1,): {"3": 0.9}, (2,): {"-": 0.9}, (3,): {"4": 0.9}}
    assert parse(strokes, beliefs).row() == (
        Mark("2", 0), Power((Mark("3", 1),)), Mark("-", 2), Mark("4", 3),
    )  # fmt: skip


def test_a_root_holds_what_is_under_its_roof():
    sign = [(0, 30), (10, 62), (22, -8), (110, -8)]
    strokes = [sign, digit(35), digit(75), bar(120), digit(160)]
    beliefs = {(i,): {label: 0.9} for i, label in enumerate("√16-4")}
    assert parse(strokes, beliefs).row() == (
        Root((Mark("1", 1), Mark("6", 2)), 0), Mark("-", 3), Mark("4", 4),
    )  # fmt: skip


def column(*, result):
    strokes = [
        digit(50, 0),
        digit(100, 0),
        bar(0, 130),
        digit(50, 100),
        digit(100, 100),
        [(-10, 180), (140, 181)],
    ]
    labels = "12+34-"
    if result:
        strokes += [digit(50, 200), digit(100, 200)]
        labels += "46"
    return parse(strokes, {(i,): {label: 0.9} for i, label in enumerate(labels)})


def test_a_column_is_a_sum():
    assert "".join(m.label for m in column(result=False).row()) == "12+34="
    assert "".join(m.label for m in column(result=True).row()) == "12+34=46"


def test_the_symbols_of_a_column_are_numbered_in_its_row():
    found = column(result=True)
    assert [m.symbol for m in found.row()] == list(range(8))
    assert found.labels == "12+34-46"


def test_a_fixed_label_is_kept():
    found = parse([digit(0)], {(0,): {"7": 0.99}}, fixed={frozenset({0}): "4"})
    assert found.labels == "4"


@pytest.mark.parametrize(("first", "second"), [("-", "3"), ("(", "8"), ("7", ")")])
def test_a_row_has_the_labels_and_the_numbers_of_the_symbols(first, second):
    found = parse([digit(0), digit(50)], {(0,): {first: 0.99}, (1,): {second: 0.99}})
    assert [(m.label, m.symbol) for m in found.row()] == [(first, 0), (second, 1)]


def test_a_low_stroke_is_a_comma_whatever_it_looks_like():
    comma = [(52, 52), (50, 70), (45, 80)]
    found = parse([digit(0), comma, digit(70)], {(0,): {"3": 0.9}, (1,): {")": 0.9}, (2,): {"4": 0.9}})
    assert found.labels == "3.4"
