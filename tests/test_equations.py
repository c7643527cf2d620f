from __future__ import annotations

from dataclasses import replace
from math import exp, log

import pytest

from hwcalc.equations import weighed
from hwcalc.ink import Box
from hwcalc.parses import Parse, Piece
from hwcalc.segment import Candidate
from hwcalc.structure import Form


def piece(label, number, **others):
    rest = sum(others.values())
    alternatives = ((label, 1 - rest), *((name[-1], p) for name, p in others.items()))
    return Piece(label, Candidate((number,), Box(number, 0, number + 1, 1)), alternatives)


def parse(text, share=0.9, **others):
    """A parse of text; `others` are what its last symbol may be besides, as `is5=0.1`."""
    last = len(text) - 1
    pieces = [piece(label, i, **(others if i == last else {})) for i, label in enumerate(text)]
    return Parse(tuple(pieces), 0.0, -log(share))


def test_a_true_equation_is_surer():
    chosen, confidence = weighed(parse("1+1=2"))
    assert chosen.labels == "1+1=2"
    assert confidence == pytest.approx(0.9 * 40 / (0.9 * 40 + 0.1))


def test_what_is_no_equation_stays_as_it_is():
    minus = Parse((piece("5", 0), piece("-", 1, **{"is=": 0.1}), piece("5", 2)), 0.0, -log(0.9))
    for made in (parse("12+3"), parse("12+3="), minus):
        chosen, confidence = weighed(made)
        assert (chosen.labels, confidence) == (made.labels, pytest.approx(0.9))


def test_a_sum_in_columns_is_an_equation_too():
    for first in (parse("71"), parse("7)", is1=0.1)):
        rows = first, parse("-9"), parse("63", is2=0.1)
        rule = Piece("-", Candidate((9,), Box(0, 0, 1, 0)), (("-", 1.0),), form=Form.COLUMN, parts=rows)
        assert weighed(Parse((rule,), 0.0, 0.1))[0].labels == "71-9-62"


def test_a_likely_label_makes_the_equation_true():
    chosen, confidence = weighed(parse("2+3=3", is5=0.3))
    assert chosen.labels == "2+3=5"
    assert chosen.pieces[-1].alternatives[0][0] == "5"
    true = 0.9 * 0.3 / 0.7
    assert confidence == pytest.approx(40 * true / (1 + 39 * true))


def test_a_label_and_another_reading_that_say_the_same_count_once():
    best, same = parse("2+3=3", is5=0.3), replace(parse("2+3=5"), score=-5.0)
    assert weighed(best, iter([same]))[1] == weighed(best)[1]


def test_a_long_result_tells_more_than_a_short_one():
    _, short = weighed(parse("2+3=3", is5=0.1))
    _, long = weighed(parse("20+35=53", is5=0.1))
    assert long > short
    _, longer = weighed(parse("200+335=533", is5=0.1))
    assert longer == long, "a person errs in one digit"


def test_another_reading_may_be_true():
    best = replace(parse("71-9=52"), score=5.0, total=5.1)
    other = replace(parse("71-9=62"), score=4.0, total=5.1)
    assert weighed(best, iter([other]))[0].labels == "71-9=62"
    true = parse("71-9=62")
    assert weighed(true, iter([other]))[0] is true


def test_an_equation_that_makes_no_sense_may_become_one():
    pieces = [piece(label, i) for i, label in enumerate("15+7)=12")]
    pieces[0] = Piece("1", pieces[0].group, (("1", 0.6), ("(", 0.4)))
    assert weighed(Parse(tuple(pieces), 0.0, 0.2))[0].labels == "(5+7)=12"


def test_an_unlikely_label_does_not():
    chosen, confidence = weighed(parse("2+3=3", is5=0.004))
    assert chosen.labels == "2+3=3"
    assert confidence < 0.9


def test_two_labels_can_be_changed():
    both = [piece("1", 0, is7=0.4), piece("+", 1), piece("2", 2), piece("=", 3), piece("4", 4, is9=0.4)]
    chosen, confidence = weighed(Parse(tuple(both), 0.0, 0.2))
    true = exp(-0.2) * (0.4 / 0.6) ** 2
    assert (chosen.labels, confidence) == ("7+2=9", pytest.approx(40 * true / (1 + 39 * true)))


def test_labels_are_changed_inside_a_fraction():
    over, under = Parse((piece("4", 0, is9=0.4),), 0.0, 0.0), Parse((piece("3", 2),), 0.0, 0.0)
    bar = Piece("-", Candidate((1,), Box(0, 0, 1, 0)), (("-", 1.0),), form=Form.FRACTION, parts=(over, under))
    whole = Parse((bar, piece("=", 3), piece("3", 4)), 0.0, 0.1)
    assert weighed(whole)[0].labels == "9-3=3"


def crosses(text, letter=0.3):
    """A parse of text in which each × may be an x, and each x a ×."""
    pieces = [piece(label, i) for i, label in enumerate(text)]
    for i, label in enumerate(text):
        if label in "×x" and letter:
            other = {"×": "x", "x": "×"}[label]
            pieces[i] = replace(pieces[i], alternatives=((label, 1 - letter), (other, letter)))
    return Parse(tuple(pieces), 0.0, 0.1)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("4×-5=11", "4x-5=11"),
        ("4×-5=12", "4×-5=12"),  # no whole number makes it true
        ("4×-5=4×-6", "4×-5=4×-6"),  # nor this one any
        ("4×-5=-20", "4×-5=-20"),
        ("2x+3=4×-1", "2x+3=4x-1"),
        ("2x+3×4=20", "2x+3×4=20"),
        ("x=4×-1", "x=4×-1"),
        ("□=4×-1", "□=4×-1"),
        ("4×-5=3×-1", "4x-5=3x-1"),
    ],
)
def test_an_x_is_a_letter_where_that_makes_more_sense(text, chosen):
    assert weighed(crosses(text))[0].labels == chosen


def test_a_whole_solution_tells_little():
    assert weighed(crosses("4×-5=11", letter=0.01))[0].labels == "4×-5=11"


def test_a_letter_leaves_no_doubt_about_another_one():
    parse = replace(crosses("2x+3=4×-1"), total=-log(0.5))
    assert weighed(parse)[1] == pytest.approx(0.5 / 0.7)


def test_a_times_sign_that_a_person_saw_is_one():
    assert weighed(crosses("2x+3=4×-1", letter=0))[0].labels == "2x+3=4×-1"
