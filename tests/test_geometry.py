from __future__ import annotations

import numpy as np
import pytest

from hwcalc import geometry
from hwcalc.geometry import Line, Shapes
from hwcalc.ink import Box
from hwcalc.segment import Candidate

LABELS = "0123456789.+-×÷=/()%√"


def weights(box, labels="7-.", strokes=(0,), boxes=None, gap=0.0):
    """The weight of each label for one candidate on a line of digits from y = 0 to 1."""
    boxes = boxes or [box]
    shapes = Shapes([Candidate(tuple(strokes), box, gap)], LABELS, boxes)
    line = Line([Box(0, 0, 0.6, 1), Box(5, 0, 5.6, 1)], 1.0)
    found = shapes.on(line, np.array([0]))[0][0]
    return {label: float(found[LABELS.index(label)]) for label in labels}


@pytest.mark.parametrize(
    ("box", "label"),
    [
        (Box(2, 0, 2.6, 1), "7"),
        (Box(2, 0.45, 2.6, 0.55), "-"),
        (Box(2, 0.9, 2.1, 1), "."),
    ],
)
def test_size_and_place_tell_labels_apart(box, label):
    found = weights(box)
    assert max(found, key=lambda key: found[key]) == label


def test_the_line_follows_the_slope_of_the_writing():
    boxes = [Box(x, 0.1 * x, x + 0.6, 0.1 * x + 1) for x in range(8)]
    line = Line(boxes, 1.0)
    assert float(line.middle(4.3)) == pytest.approx(0.9, abs=0.01)


def test_a_speck_in_a_digit_costs():
    whole, speck = Box(0, 0, 0.6, 1), Box(0.5, 0.9, 0.55, 0.95)
    both = weights(whole, "7", (0, 1), [whole, speck])["7"]
    assert both < weights(whole, "7", (0, 1), [whole, Box(0.2, 0, 0.6, 0.5)])["7"] - 3


def test_digits_are_no_dots_of_a_division_sign():
    bar, low = Box(0, 0.48, 0.8, 0.52), Box(0.35, 0.9, 0.45, 1.0)
    dots, digit = Box(0.35, 0.0, 0.45, 0.1), Box(0.1, -0.1, 0.7, 0.45)
    right = weights(bar.union(low).union(dots), "÷", (0, 1, 2), [bar, low, dots])["÷"]
    assert weights(bar.union(low).union(digit), "÷", (0, 1, 2), [bar, low, digit])["÷"] < right - 3


def test_bars_that_do_not_lie_over_each_other_are_no_equals_sign():
    over, under, aside = Box(0, 0.4, 0.6, 0.42), Box(0, 0.6, 0.6, 0.62), Box(0.5, 0.6, 1.1, 0.62)
    straight = weights(over.union(under), "=", (0, 1), [over, under])["="]
    assert weights(over.union(aside), "=", (0, 1), [over, aside])["="] < straight - 2


def test_a_digit_is_no_bar_of_an_equals_sign():
    over, under, digit = Box(0, 0.4, 0.6, 0.42), Box(0, 0.6, 0.6, 0.62), Box(0, 0.5, 0.6, 1.1)
    straight = weights(over.union(under), "=", (0, 1), [over, under])["="]
    assert weights(over.union(digit), "=", (0, 1), [over, digit])["="] < straight - 3


def test_overlap_costs_more_than_a_gap():
    first = Box(0, 0, 1, 1)
    apart, far, over = (geometry.of_pair(first, Box(x, 0, x + 1, 1), 1.0) for x in (1.1, 2.5, 0.4))
    assert apart > far > over


def test_a_point_may_stand_under_what_leans_over_it():
    seven = Box(0, 0, 1, 1)
    point, one = Box(0.8, 0.9, 0.9, 1), Box(0.8, 0, 0.9, 1)
    assert geometry.of_pair(seven, point, 1.0) > geometry.of_pair(seven, one, 1.0) > -20


def test_feet_tell_a_neighbour_from_an_exponent():
    base = Box(0, 0, 0.6, 1)
    level, rise = geometry.of_feet(base, Box(0.7, 0, 1.3, 1))
    assert level > rise
    level, rise = geometry.of_feet(base, Box(0.7, -0.3, 1.1, 0.35))
    assert rise > level
    assert geometry.of_feet(base, Box(0.1, -0.3, 0.5, 0.35))[1] < rise  # over it, not beside it


def test_a_fraction_bar_is_as_wide_as_its_parts_and_close():
    bar = Box(0, 0, 2, 0.02)
    good = geometry.of_part(bar, Box(0.3, 0.2, 1.7, 1.1), 1.0, 0.9, 0.0)
    for worse in (Box(0.3, 1.5, 1.7, 2.4), Box(-1, 0.2, 3, 1.1), Box(1.5, 0.2, 3.0, 1.1)):
        assert geometry.of_part(bar, worse, 1.0, 0.9, 0.0) < good
    assert geometry.of_part(bar, Box(0.3, 0.2, 1.7, 1.1), 1.0, 0.9, 2.2) < good  # a wider bar inside


def test_a_digit_may_stand_beside_a_bar_that_is_shorter_than_it():
    bar, digit = Box(0.3, 0, 0.6, 0.1), Box(0.3, 0.2, 1.0, 1.2)
    assert geometry.of_part(bar, digit, 1.0, 0.9, 0.0) > -2


def test_rows_of_a_column_end_at_the_same_place():
    rows = [Box(0, 0, 2, 1), Box(0.5, 1.5, 2, 2.5)]
    ragged = [Box(0, 0, 2, 1), Box(0.5, 1.5, 3, 2.5)]
    assert geometry.of_rows(rows, 1.0) > geometry.of_rows(ragged, 1.0)


def test_brackets_that_belong_together_are_about_as_high():
    opening = Box(0, 0, 20, 100)
    as_high = geometry.of_brackets(opening, Box(80, 0, 100, 104))
    assert as_high > -0.1
    assert geometry.of_brackets(opening, Box(80, 20, 100, 80)) < as_high - 2
    assert geometry.of_brackets(opening, Box(80, 0, 100, 200)) < as_high - 2
    assert np.isfinite(geometry.of_brackets(Box(0, 0, 20, 0), Box(0, 0, 20, 0)))


def test_two_strokes_that_meet_are_no_colon():
    first, second = Box(2, 0.4, 2.2, 0.55), Box(2.05, 0.45, 2.2, 0.6)
    line = Line([Box(0, 0, 0.6, 1), Box(5, 0, 5.6, 1)], 1.0)
    colons = []
    for gap in (0.0, 0.3):
        shapes = Shapes([Candidate((0, 1), first.union(second), gap)], LABELS, [first, second])
        colons.append(shapes.on(line, np.array([0]))[3][0])
    assert colons[0] == -np.inf < colons[1]


def test_thick_dots_are_as_far_apart_as_their_middles():
    over, under = Box(2, 0.3, 2.2, 0.5), Box(2, 0.62, 2.2, 0.82)
    line = Line([Box(0, 0, 0.6, 1), Box(5, 0, 5.6, 1)], 1.0)
    candidates = [Candidate((0, 1), over.union(under), 0.12)]
    colons = [
        Shapes(candidates, LABELS, [over, under], pen).on(line, np.array([0]))[3][0] for pen in (None, 0.1)
    ]
    assert colons[0] == -np.inf < colons[1]


def test_the_slant_of_the_flatter_stroke_tells_plus_from_times():
    def odds(flatter):
        steep = Box(0.1, 0.2, 0.4, 0.8)
        found = weights(steep.union(flatter), "+×", (0, 1), [steep, flatter])
        return found["+"] - found["×"]

    level, slanted = Box(0.0, 0.48, 0.5, 0.52), Box(0.0, 0.3, 0.5, 0.7)
    assert odds(level) > odds(slanted) + 4


def test_two_short_bars_are_no_colon():
    line = Line([Box(0, 0, 0.6, 1), Box(5, 0, 5.6, 1)], 1.0)
    colons = []
    for width in (0.05, 0.25):
        over, under = Box(2, 0.3, 2 + width, 0.35), Box(2, 0.65, 2 + width, 0.7)
        shapes = Shapes([Candidate((0, 1), over.union(under), 0.3)], LABELS, [over, under])
        colons.append(shapes.on(line, np.array([0]))[3][0])
    assert colons[1] == -np.inf < colons[0]
