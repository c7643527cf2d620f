from __future__ import annotations

import numpy as np
import pytest

from hwcalc import segment
from hwcalc.handwriting import Hand
from hwcalc.ink import Box, Ink, piece
from hwcalc.written_lines import write_line


def ink_of(*strokes):
    return Ink.from_strokes(strokes)


def unit_of(ink):
    return segment.unit_height([stroke.box for stroke in ink.strokes])


BAR = [(0, 0), (40, 0)]
UPPER, LOWER = [(0, -8), (40, -8)], [(0, 8), (40, 8)]


def test_the_unit_is_the_height_of_a_digit():
    tall = [[(x, 0), (x + 20, 60)] for x in (0, 50, 100)]
    assert unit_of(ink_of(*tall, BAR, [(9, 9)])) == 60


def test_bars_alone_have_a_unit_too():
    assert unit_of(ink_of(BAR)) == pytest.approx(16)


def test_a_single_point_has_a_unit_too():
    assert unit_of(ink_of([(3, 3)])) == 1


@pytest.mark.parametrize("crowding", ["roomy", "tight", "overlapping"])
def test_every_symbol_of_a_line_is_a_candidate(crowding):
    wanted = missed = 0
    for seed in range(20):
        strokes, symbols = write_line(Hand(seed), "15÷7+4=×9.8", crowding)
        ink = Ink.from_strokes(strokes)
        found = {c.strokes for c in segment.candidates(ink, unit_of(ink))}
        wanted += len(symbols)
        missed += sum(tuple(sorted(s.strokes)) not in found for s in symbols)
    assert missed <= 0.01 * wanted


def test_specks_at_the_end_of_a_stroke_belong_to_it():
    one, bounced, rested = [(0, 0), (0, 60)], [(0, 60)], [(0, 60)] * 9
    assert segment.bounces(ink_of(one, bounced), 60) == {1: 0}
    assert segment.bounces(ink_of(bounced, one[::-1]), 60) == {0: 1}
    for dot in ([(0, 30)], [(20, 60)], [(0, 60), (5, 60)], rested):
        assert segment.bounces(ink_of(one, dot), 60) == {}
    crossed = ink_of([(-20, 30), (20, 30)], one, bounced)
    (cross,) = (c for c in segment.candidates(crossed, 60) if set(c.strokes) >= {0, 1})
    assert (cross.strokes, cross.written) == ((0, 1, 2), (0, 1))
    assert len(segment.glyph(crossed, cross)) == 2


def test_a_box_holds_what_has_its_middle_within():
    places = [(30, 50), (-50, 50), (150, 50), (50, -50), (50, 150)]
    boxes = [Box(0, 0, 100, 100), *(Box(x - 9, y - 9, x + 9, y + 9) for x, y in places)]
    assert np.argwhere(segment.holds(boxes)).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("boxes", "count"),
    [
        ([Box(7, 0, 36, 26), Box(0, 26, 34, 50)], 1),  # the circles of an 8
        ([Box(7, 0, 36, 26), Box(0, 29, 34, 150)], 1),  # with a gap
        ([Box(7, 0, 36, 20), Box(0, 30, 34, 50)], 2),  # with a wide one
        ([Box(0, 0, 30, 60), Box(25, 0, 55, 60)], 2),  # beside each other
        ([Box(0, -5, 60, 0), Box(10, 1, 40, 60)], 2),  # under a bar
    ],
)
def test_what_lies_over_each_other_and_touches_is_joined(boxes, count):
    assert len(segment.joined(boxes)) == count


@pytest.mark.parametrize(("strays", "breaks"), [((), 2), ((5,), 1), ((3,), 0)])
def test_what_was_written_in_between_breaks_a_group_but_no_accident_does(strays, breaks):
    group = segment.Candidate((0, 1, 3, 5), Box(0, 0, 1, 1), strays=strays)
    assert group.breaks == breaks


def test_far_strokes_are_no_group():
    found = {c.strokes for c in segment.candidates(ink_of([(0, 0), (0, 60)], [(50, 0), (50, 60)]), 60)}
    assert found == {(0,), (1,)}


def test_a_large_plus_is_a_group_and_a_large_pair_beside_each_other_is_none():
    wide = [(0, 0), (160, 0)]
    crossed, beside = ([(x, -80), (x, 80)] for x in (80, 165))
    assert any(len(c.strokes) == 2 for c in segment.candidates(ink_of(wide, crossed), 60))
    assert all(len(c.strokes) == 1 for c in segment.candidates(ink_of(wide, beside), 60))


def test_two_long_bars_over_each_other_are_a_group():
    digit = [(0, 0), (0, 40)]
    upper, lower = [(20, 12), (130, 14)], [(25, 26), (140, 24)]
    ink = ink_of(digit, upper, lower)
    assert (1, 2) in {c.strokes for c in segment.candidates(ink, unit_of(ink))}


def test_gaps_are_distances_between_the_strokes():
    (pair,) = (c for c in segment.candidates(ink_of(UPPER, LOWER), 60) if len(c.strokes) == 2)
    assert (pair.gap, pair.gap_x) == (16, 0)


def test_of_fixed_strokes_only_their_group_is_left():
    found = {c.strokes for c in segment.candidates(ink_of(UPPER, LOWER, BAR), 60, [frozenset({0, 2})])}
    assert found == {(1,), (0, 2)}


def test_a_scribble_has_a_bounded_number_of_candidates():
    ink = ink_of(*np.random.default_rng(0).normal(size=(60, 9, 2)))
    assert len(segment.candidates(ink, 1.0)) <= 60 * (segment.MAX_CANDIDATES_PER_STROKE + 2)


def test_the_glyph_of_pieces_is_their_picture():
    left, right = np.full((3, 2), 255, np.uint8), np.full((2, 2), 200, np.uint8)
    ink = Ink((piece(left, 10, 5), piece(right, 12, 6)), pen_width=2.0)
    (pair,) = (c for c in segment.candidates(ink, 3.0) if len(c.strokes) == 2)
    picture = segment.glyph(ink, pair)
    assert picture.tolist() == [[255, 255, 0, 0], [255, 255, 200, 200], [255, 255, 200, 200]]


def test_a_small_mark_may_be_an_accident_beside_the_stroke_nearest_to_it():
    one, two, spot = [(0, 0), (0, 60)], [(40, 0), (40, 60)], [(50, 20), (51, 20)]
    ink = ink_of(one, two, spot)
    assert segment.owners(ink, 60) == {2: {1}}
    assert segment.owners(ink, 60, {1}) == {2: {0}}
    (strayed,) = (c for c in segment.candidates(ink, 60) if c.strays)
    assert (strayed.strokes, strayed.written, strayed.box.right) == ((1, 2), (1,), 40)
    assert not any(c.strays for c in segment.candidates(ink, 60, apart=[frozenset({1, 2})]))


def test_a_small_mark_beside_a_bar_may_belong_to_what_is_over_it_too():
    digit, bar, spot = [(0, 0), (0, 60)], [(-20, 70), (60, 70)], [(20, 64), (21, 64)]
    assert segment.owners(ink_of(digit, bar, spot), 60) == {2: {0, 1}}


def test_marks_that_are_all_small_are_no_accidents():
    dots = [[(x, 0), (x + 1, 0)] for x in range(0, 90, 30)]
    assert segment.owners(ink_of(*dots), 60) == {}
    assert segment.owners(ink_of([(0, 0), (0, 60)], *dots), 60) == {}


def test_the_bar_of_a_5_may_reach_far_to_the_right():
    body, bar = [(0, 0), (0, 20), (20, 40), (0, 60)], [(0, 0), (140, 0)]
    assert (0, 1) in {c.strokes for c in segment.candidates(ink_of(body, bar), 60)}


SIGN, ROOF = [(0, 30), (10, 60), (25, 0)], [(27, 2), (300, 0)]


@pytest.mark.parametrize(
    ("sign", "roof", "found"),
    [
        (SIGN, ROOF, True),
        (SIGN, [(x + 30, y) for x, y in ROOF], False),  # farther right
        (SIGN, [(x, y + 30) for x, y in ROOF], False),  # as low as a minus
        (SIGN, [(27, 50), (300, -50)], False),  # steep
        ([(x, y / 2 + 5) for x, y in SIGN], ROOF, False),  # a small sign
        ([(4 * x - 75, y) for x, y in SIGN], ROOF, False),  # a wide one
    ],
)
def test_a_root_may_have_a_long_roof_of_its_own(sign, roof, found):
    assert ((0, 1) in {c.strokes for c in segment.candidates(ink_of(sign, roof), 60)}) == found
