from __future__ import annotations

import numpy as np
import pytest

from hwcalc.ink import Box, Ink, piece
from hwcalc.structure import Bars, Form, raised, roots

UNIT = 60.0


def digit(x, y):
    return [(x, y), (x + 30, y + 30), (x, y + 60)]


def bar(x, y, width=60.0, rise=0.0):
    return [(x, y), (x + width, y - rise)]


def fractions(*strokes):
    found = Bars(Ink.from_strokes(strokes), UNIT).fractions(range(len(strokes)))
    return {(guess.sign, guess.parts) for guess in found}


@pytest.mark.parametrize("rise", [0.0, 15.0, -15.0])
def test_a_bar_has_what_is_over_and_under_it(rise):
    found = fractions(digit(10, -70), bar(0, 0, 60, rise), digit(10, 20))
    assert found == {((1,), (frozenset({0}), frozenset({2})))}


@pytest.mark.parametrize(
    "strokes",
    [
        (digit(0, 0), bar(40, 30, 30), digit(80, 0)),  # a minus
        (digit(10, -70), bar(0, 0)),  # nothing is under it
        ([(30, -20), (31, -19)], bar(0, 0), [(30, 20), (31, 21)]),  # the dots of ÷
        (digit(10, -70), bar(20, 0, 15), digit(10, 20)),  # a point between rows
    ],
)
def test_other_bars_are_no_fractions(strokes):
    assert fractions(*strokes) == set()


def test_what_is_beyond_one_end_may_be_in_a_fraction_and_what_is_beyond_the_other_not():
    minus, over, second = bar(-38, 2, 30), digit(15, -70), digit(62, -70)
    found = {parts for _, parts in fractions(minus, over, second, bar(0, 0), digit(10, 20))}
    assert (frozenset({1, 2}), frozenset({4})) in found


def test_how_far_beyond_a_bar_its_parts_reach_is_open():
    over, near, far, beyond = digit(15, -70), digit(15, 20), digit(100, 20), digit(150, 20)
    found = fractions(over, bar(0, 0), near, far, beyond)
    assert {parts[1] for _, parts in found} == {frozenset({2}), frozenset({2, 3})}
    assert {parts[1] for _, parts in fractions(over, bar(0, 0), far)} == {frozenset({2})}


def test_specks_go_with_their_strokes():
    found = fractions(digit(10, -70), [(10, -70)], bar(0, 0), [(60, 0)], digit(10, 20))
    assert ((2, 3), (frozenset({0, 1}), frozenset({4}))) in found


def underlines(*strokes):
    return sorted(Bars(Ink.from_strokes(strokes), UNIT).underlines())


@pytest.mark.parametrize(
    ("bars", "found"),
    [
        ([bar(-5, 75, 100)], [2]),
        ([bar(-5, 75, 100, 12)], [2]),
        ([bar(-5, 75, 100), bar(-5, 90, 100)], [2, 3]),
        ([bar(-5, 75, 100), bar(-5, 77, 100)], [2, 3]),
        ([bar(45, 75, 60)], [2]),  # the answer alone
        ([bar(35, 30, 20), bar(-5, 75, 100)], [3]),  # with a minus in the row
    ],
)
def test_a_bar_with_nothing_below_or_beside_it_is_an_underline(bars, found):
    assert underlines(digit(0, 0), digit(60, 0), *bars) == found


@pytest.mark.parametrize(
    "strokes",
    [
        (digit(0, 0), bar(40, 30, 70), digit(120, 0)),  # a minus
        (digit(0, 0), bar(-20, 70, 70), digit(0, 80)),  # of a fraction
        (digit(0, 0), bar(40, 30, 70), digit(60, -40)),  # of a fraction that is being written beside a digit
        (digit(0, 0), digit(0, 80), bar(-20, 150, 70)),  # of a column
        ([(3, 0), (3, 60)], bar(0, 0, 60), [(57, 0), (57, 60)], bar(0, 60, 60)),  # of an empty box
        (digit(0, 0), bar(40, 72, 90)),  # to write on
        ([(15, 0), (15, 60)], bar(0, 63, 30)),  # the foot of a 1
        (digit(0, 0), bar(-20, 75, 45)),  # shorter than a digit, and beside it
        (bar(0, 0, 60), bar(0, 20, 60)),  # an =
    ],
)
def test_other_bars_are_no_underlines(strokes):
    assert underlines(*strokes) == []


def test_a_piece_that_a_two_was_cut_into_is_no_underline():
    mask = np.full((20, 90), 255, np.uint8)
    for component, found in ((1, frozenset()), (2, frozenset({1}))):
        strokes = piece(np.full((50, 60), 255, np.uint8), 10, 0, 1), piece(mask, 0, 60, component)
        assert Bars(Ink(strokes, pen_width=6.0), UNIT).underlines() == found


def test_the_answer_of_a_column_may_be_underlined():
    rows = digit(0, 0), digit(0, 80), bar(-20, 150, 70), digit(0, 160)
    assert underlines(*rows, bar(-20, 235, 70)) == [4]


SUM = digit(0, 0), digit(40, 0), digit(0, 80), digit(40, 80), bar(-40, 170, 120), digit(40, 180)


def carries(*strokes):
    return Bars(Ink.from_strokes(strokes), UNIT).carries(frozenset(range(len(strokes))))


@pytest.mark.parametrize(
    ("x", "y", "found"),
    [(15, -40, {6}), (20, 141, {6}), (15, 110, set()), (35, 141, set()), (36, 128, set())],
    ids=[
        "over the first row",
        "under a digit of the last one",
        "in it",
        "between two",
        "a comma between two",
    ],
)
def test_small_digits_in_a_column_were_carried(x, y, found):
    assert carries(*SUM, [(x, y), (x + 2, y + 24)]) == found


CIRCLES = [(5, 0), (25, 15), (5, 28)], [(5, 28), (25, 45), (5, 60)]


@pytest.mark.parametrize(
    ("strokes", "found"),
    [
        ((*SUM[:1], *CIRCLES, *SUM[2:], [(15, -25), (17, -1)]), {7}),
        ((*SUM[:1], [(15, -25), (17, -1)], *SUM[1:]), set()),
        (([(5, -25), (25, -10), (5, 3)], [(5, 3), (25, 20), (5, 35)], *SUM[1:]), set()),
    ],
    ids=["carried", "written with the first row", "a high 8 that begins it"],
)
def test_what_was_carried_may_stand_close_over_the_first_row(strokes, found):
    assert carries(*strokes) == found


@pytest.mark.parametrize(("room", "found"), [(10, {6}), (60, set())], ids=["right over", "a row of its own"])
def test_what_was_carried_may_be_almost_as_high(room, found):
    assert carries(*SUM, [(15, -room - 45), (17, -room)]) == found


def test_what_stands_over_a_bar_was_not_carried():
    assert not carries(SUM[0], bar(30, 25, 50), *SUM[2:], [(55, -50), (57, -5)])


def test_a_first_row_as_high_as_the_others_was_not_carried():
    assert not carries(digit(40, -80), *SUM)
    assert not carries(*SUM, [(15, -25), (17, -20)])  # nor was a point
    assert not carries(*SUM[:2], *SUM[4:])


def test_two_circles_over_a_bar_are_a_digit():
    circles = [[(20, -20 * n), (36, -20 * n - 10), (20, -20 * n - 18)] for n in (1, 2)]
    found = fractions(*circles, bar(0, 0), digit(10, 20))
    assert ((2,), (frozenset({0, 1}), frozenset({3}))) in found


def test_a_wider_bar_bounds_a_fraction():
    found = fractions(digit(20, -150), bar(15, -80, 40), digit(20, -70), bar(0, 0, 80), digit(20, 20))
    assert ((1,), (frozenset({0}), frozenset({2}))) in found
    assert ((3,), (frozenset({0, 1, 2}), frozenset({4}))) in found


def columns(*strokes):
    return Bars(Ink.from_strokes(strokes), UNIT).column(frozenset(range(len(strokes))))


def test_rows_over_a_rule_make_a_column():
    (guess,) = columns(digit(50, 0), digit(50, 100), bar(0, 130, 30), bar(0, 180, 100), digit(50, 200))
    assert guess.form is Form.COLUMN
    assert guess.parts == (frozenset({0}), frozenset({1, 2}), frozenset({4}))


def test_one_row_over_a_rule_makes_none():
    assert columns(digit(0, 0), digit(50, 0), bar(0, 80, 100), digit(50, 100)) == []


def test_a_bar_shorter_than_the_rows_over_it_is_no_rule():
    rows = [digit(50 * k, y) for k in range(3) for y in (0, 80)]
    assert columns(*rows, bar(40, 160, 62)) == []


def test_a_root_is_guessed_for_what_its_box_holds():
    boxes = [Box(0, 0, 100, 60), Box(30, 10, 50, 55), Box(60, 10, 80, 55), Box(130, 10, 150, 55)]
    (guess,) = roots(boxes, {(0,): boxes[0]}, range(4))
    assert guess.parts == (frozenset({1, 2}),)


def test_small_high_strokes_look_like_exponents():
    boxes = [Box(0, 0, 30, 60), Box(35, -15, 50, 15), Box(60, 0, 90, 60), Box(95, 45, 98, 50)]
    assert raised(boxes, UNIT) == [False, True, False, False]


@pytest.mark.parametrize("unit", [UNIT, UNIT / 2], ids=["of the base", "of the exponent"])
def test_what_follows_in_an_exponent_is_raised_too(unit):
    boxes = [Box(0, 0, 30, 60), Box(35, -20, 50, 15), Box(80, -5, 110, 0), Box(130, -20, 150, 15)]
    assert raised(boxes, unit) == [False, True, True, True]


def test_a_circle_of_an_8_is_no_exponent_of_it():
    assert raised([Box(7, 0, 36, 26), Box(0, 26, 34, 50)], UNIT) == [False, False]


def slashed(*strokes):
    found = Bars(Ink.from_strokes(strokes), UNIT).slashed(range(len(strokes)))
    return {(guess.form, guess.sign, guess.parts) for guess in found}


def test_a_slash_has_what_is_higher_to_its_left_and_lower_to_its_right():
    whole, slash = digit(-80, 10), [(0, 80), (70, 0)]
    found = slashed(whole, digit(-5, -25), slash, digit(45, 40))
    assert (Form.SLASHED, (2,), (frozenset({1}), frozenset({3}))) in found


def test_how_far_beyond_a_slash_its_parts_reach_is_open():
    slash, far = [(0, 80), (70, 0)], digit(-140, -25)
    found = slashed(digit(-60, -25), digit(-5, -25), slash, digit(45, 40), digit(105, 40), far)
    over, under = ({parts[k] for _, _, parts in found} for k in (0, 1))
    assert over == {frozenset({1}), frozenset({0, 1})}
    assert under == {frozenset({3}), frozenset({3, 4})}


def test_what_stands_close_to_a_slash_does_not_cross_it():
    found = slashed(digit(10, -10), [(0, 80), (70, 0)], digit(45, 40))
    assert found == {(Form.SLASHED, (1,), (frozenset({0}), frozenset({2})))}


@pytest.mark.parametrize(
    "strokes",
    [
        (digit(-20, -25), [(20, 45), (35, 30)], digit(45, 40)),  # a point
        (digit(-35, -25), [(0, 80), (15, 0)], digit(15, 40)),  # a 1
        (digit(-5, -70), [(0, 24), (80, 0)], digit(45, 24)),  # a bar
        (digit(-35, 10), [(0, 80), (40, 0)], digit(50, 10)),  # on one line
        (digit(-5, -25), [(70, 80), (0, 0)], digit(45, 40)),  # a backslash
        (digit(-5, -25), [(0, 80), (70, 80), (70, 0)], digit(45, 40)),  # no straight line
        (digit(-35, -25), [(0, 80), (50, 20)], [(8, 35), (58, 85)]),  # a × with a long stroke
    ],
)
def test_other_strokes_are_no_slashes_of_fractions(strokes):
    assert slashed(*strokes) == set()


@pytest.mark.parametrize(
    ("stroke", "through"),
    [
        ([(30, -30), (25, 30)], True),  # as the stem of a 7
        ([(2, -30), (2, 30)], False),  # near its end
        ([(30, -30), (30, -5)], False),
        ([(90, -30), (90, 30)], False),
    ],
)
def test_a_bar_is_crossed_through_its_middle(stroke, through):
    assert Bars(Ink.from_strokes([bar(0, 0), stroke]), UNIT).crossed(0, 1) == through


def test_a_ring_goes_around_its_slash_and_a_digit_beside_one_does_not():
    ring = [(50, 0), (20, 30), (50, 60), (80, 30), (50, 0)]
    bars = Bars(Ink.from_strokes([ring, [(38, 52), (62, 8)], digit(90, 0)]), UNIT)
    assert bars.crossed(1, 0)
    assert not bars.crossed(1, 2)


def test_a_bar_may_be_narrow():
    assert fractions(digit(0, -70), bar(-4, 0, 19), digit(-6, 12)) == {
        ((1,), (frozenset({0}), frozenset({2})))
    }


def test_a_bracket_with_a_roof_is_no_bar():
    bracket = [(0, 60), (0, 0), (160, -4)]
    assert fractions(digit(10, -70), digit(50, -70), bracket, digit(10, 20), digit(50, 20)) == set()
