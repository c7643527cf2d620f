"""The synthetic hand: its glyphs, its lines, and what they promise."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcalc.handwriting import LABELS, Hand, glyphs
from hwcalc.layout import Mark, Power, Root, Stack
from hwcalc.segment import MAX_STROKES
from hwcalc.written_lines import compose, sample_text, write_line, write_row


def box(strokes):
    points = np.vstack(strokes)
    return *points.min(axis=0), *points.max(axis=0)


def marks(text):
    return tuple(Mark(label) for label in text)


def symbol_boxes(strokes, written):
    return [box([strokes[i] for i in symbol.strokes]) for symbol in written]


@given(label=st.sampled_from(LABELS), seed=st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_a_glyph_is_a_few_finite_strokes_of_sensible_size(label, seed):
    strokes = Hand(seed).glyph(label)
    assert 1 <= len(strokes) <= MAX_STROKES
    for stroke in strokes:
        assert stroke.dtype == np.float64
        assert stroke.ndim == 2
        assert stroke.shape[1] == 2
        assert np.isfinite(stroke).all()
    left, top, right, bottom = box(strokes)
    assert max(right - left, bottom - top) < 3.5
    assert -2.0 < top <= bottom < 1.2


def test_a_seed_gives_the_same_hand_again():
    first, second, other = Hand(7), Hand(7), Hand(8)
    assert first.habits == second.habits != other.habits
    for label in LABELS:
        for a, b in zip(first.glyph(label), second.glyph(label), strict=True):
            np.testing.assert_array_equal(a, b)


def test_habits_do_not_depend_on_what_was_written_before():
    fresh, used = Hand(3), Hand(3)
    used.glyph("8")
    fresh.rng = np.random.default_rng(0)
    used.rng = np.random.default_rng(0)
    for a, b in zip(fresh.glyph("4"), used.glyph("4"), strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_hand_varies_less_than_many():
    def widths(hands):
        return [b[2] - b[0] for b in (box(hand.glyph("2")) for hand in hands)]

    single = np.mean([np.std(widths([Hand(seed)] * 10)) for seed in range(10)])
    assert 0.0 < single < 0.7 * np.std(widths([Hand(seed) for seed in range(100)]))


def test_a_neat_hand_strays_less():
    def spread(sloppiness):
        heights = [[box(Hand(seed, sloppiness).glyph(label))[1] for seed in range(30)] for label in "2358"]
        return np.mean(np.std(heights, axis=1))

    assert spread(0.0) < 0.5 * spread(0.5) < 0.5 * spread(1.0)


def test_relative_size_and_place_are_kept():
    hands = [Hand(seed) for seed in range(40)]
    boxes = {label: np.median([box(hand.glyph(label)) for hand in hands], axis=0) for label in LABELS}
    height = {label: b[3] - b[1] for label, b in boxes.items()}
    assert all(0.9 < height[label] < 1.15 for label in "0123456789")
    assert height["."] < 0.2 < height[","] < 0.7
    assert height["("] > 1.05
    assert height["-"] < 0.2
    assert abs(boxes["."][3]) < 0.1
    assert boxes[","][3] > 0.08
    assert all(-0.7 < (boxes[label][1] + boxes[label][3]) / 2 < -0.3 for label in "+-×÷=·")


def test_an_unknown_label_is_named():
    with pytest.raises(ValueError, match="no shape for 'q'"):
        Hand(0).glyph("q")


def test_glyphs_are_balanced_and_reproducible():
    strokes, labels = glyphs("0+÷", 30, seed=1)
    again, _ = glyphs("0+÷", 30, seed=1)
    assert len(strokes) == len(labels) == 30
    assert {label: int((labels == label).sum()) for label in "0+÷"} == {"0": 10, "+": 10, "÷": 10}
    assert all(
        np.array_equal(a, b) for x, y in zip(strokes, again, strict=True) for a, b in zip(x, y, strict=True)
    )


@given(
    text=st.text(alphabet=[*LABELS, " "], min_size=1, max_size=12).filter(str.strip),
    seed=st.integers(0, 2**32),
    crowding=st.sampled_from(["roomy", "tight", "overlapping"]),
)
@settings(max_examples=60, deadline=None)
def test_a_line_says_which_strokes_are_which_symbol(text, seed, crowding):
    strokes, written = write_line(Hand(seed), text, crowding)
    assert "".join(symbol.label for symbol in written) == text.replace(" ", "")
    assert sorted(i for symbol in written for i in symbol.strokes) == list(range(len(strokes)))


def test_crowding_closes_the_gaps():
    def gap(crowding):
        gaps = []
        for seed in range(12):
            boxes = symbol_boxes(*write_line(Hand(seed), "283690", crowding))
            gaps += [right[0] - left[2] for left, right in pairwise(boxes)]
        return np.median(gaps)

    assert gap("roomy") > 0.1 > gap("tight") > gap("overlapping") > -0.3


def test_another_crowding_is_refused():
    with pytest.raises(ValueError, match="choose roomy"):
        write_line(Hand(0), "12", "cramped")


def test_late_strokes_come_after_the_next_symbol():
    late = sum(
        np.ptp(symbol.strokes) >= len(symbol.strokes)
        for seed in range(20)
        for symbol in write_line(Hand(seed), "=7÷5+4=", late=1.0)[1]
    )
    assert late > 20
    for seed in range(20):
        _, written = write_line(Hand(seed), "=7÷5+4=", late=0.0)
        assert [i for symbol in written for i in sorted(symbol.strokes)] == sorted(
            i for symbol in written for i in symbol.strokes
        )


def test_a_fraction_stands_over_and_under_its_bar():
    for seed in range(20):
        strokes, written = write_row(Hand(seed), (*marks("2+"), Stack(marks("31"), marks("4")), *marks("=")))
        assert [symbol.label for symbol in written] == list("2+31-4=")
        boxes = symbol_boxes(strokes, written)
        over, bar, under = boxes[2], boxes[4], boxes[5]
        assert (over[1] + over[3]) / 2 < (bar[1] + bar[3]) / 2 < (under[1] + under[3]) / 2
        assert bar[2] - bar[0] > under[2] - under[0]


def test_powers_are_raised_and_roots_reach_over_their_radicand():
    for seed in range(20):
        strokes, written = write_row(Hand(seed), (Mark("3"), Power(marks("2")), Root(marks("16"))))
        assert [symbol.label for symbol in written] == list("32√16")
        base, raised, sign, first, last = symbol_boxes(strokes, written)
        assert raised[3] < (base[1] + base[3]) / 2 + 0.15
        assert sign[0] < first[0]
        assert abs(sign[2] - last[2]) < 0.5
        assert sign[1] < (last[1] + last[3]) / 2 < sign[3]


def test_given_glyphs_keep_their_size_and_stand_where_they_belong():
    glyph = [np.array([[30.0, 10.0], [30.0, 60.0]])]
    strokes, symbols = compose(
        [("1", glyph), ("-", [np.array([[0.0, 0.0], [25.0, 0.0]])]), ("1", glyph)],
        np.random.default_rng(0),
        "tight",
        em=50.0,
    )
    one, minus, other = symbol_boxes(strokes, symbols)
    assert one[3] - one[1] == pytest.approx(1.0)
    assert minus[2] - minus[0] == pytest.approx(0.5)
    assert one[0] < minus[0] < other[0]
    assert abs(one[3]) < 0.3
    assert -0.75 < minus[1] < -0.15


def test_sample_text_is_well_formed():
    rng = np.random.default_rng(0)
    for most in (6, 10, 40):
        for _ in range(100):
            text = sample_text(rng, most)
            assert 1 <= len(text) <= most
            assert text.count("(") == text.count(")")
            assert not any(a in "+-×÷/(" and b in "+-×÷/)=" for a, b in pairwise(text))
            assert text[-1] not in "+-×÷/(.,"
