"""Wrong groups: there are many, and none that could be a symbol."""

import numpy as np
import pytest

from hwcalc.handwriting import LABELS, Hand
from hwcalc.junk import junk, junk_from_lines
from hwcalc.layout import Mark, Root
from hwcalc.written_lines import Written, compose, sample_text, write_line, write_row

BAR = np.array([[0.0, 0.0], [0.6, 0.0]])
STEM = np.array([[0.0, 0.0], [0.0, 1.0]])
RIGHT_HOOK = np.array([[0.3, 0.0], [0.1, 0.3], [0.0, 0.6], [0.8, 0.6]])
FOUR_STEM = STEM + np.array([0.5, 0.2])


def wrong_groups(*glyphs, crowding="roomy", seed=0):
    rng = np.random.default_rng(seed)
    strokes, symbols = compose(glyphs, rng, crowding, late=0.0)
    numbers = {stroke.tobytes(): number for number, stroke in enumerate(strokes)}
    found = []
    for group in junk_from_lines(strokes, symbols, rng):
        found.append(frozenset(numbers.get(stroke.tobytes(), -1) for stroke in group))
    return set(found)


def test_junk_is_reproducible_and_as_much_as_asked():
    first, second = junk(30, seed=4), junk(30, seed=4)
    assert len(first) == 30
    for a, b in zip(first, second, strict=True):
        assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("label", [label for label in LABELS if label not in "45÷%"])
def test_no_part_of_a_symbol_whose_parts_are_symbols(label):
    for seed in range(10):
        strokes, symbols = write_line(Hand(seed), label)
        assert list(junk_from_lines(strokes, symbols, np.random.default_rng(seed))) == []


@pytest.mark.parametrize("crowding", ["roomy", "tight", "overlapping"])
def test_never_a_whole_symbol_and_never_a_simple_stroke(crowding):
    for seed in range(25):
        rng = np.random.default_rng(seed)
        strokes, symbols = write_line(Hand(seed), sample_text(rng), crowding)
        whole = [{strokes[i].tobytes() for i in symbol.strokes} for symbol in symbols]
        for group in junk_from_lines(strokes, symbols, rng):
            assert {stroke.tobytes() for stroke in group} not in whole
            if len(group) == 1:
                chord = np.hypot(*(group[0][-1] - group[0][0]))
                assert chord < 0.92 * np.hypot(*np.diff(group[0], axis=0).T).sum()


def test_the_hook_of_a_four_is_junk_and_its_stem_is_not():
    assert wrong_groups(("4", [RIGHT_HOOK, FOUR_STEM])) == {frozenset({0})}


def test_a_stem_beside_the_hook_of_a_four_may_be_a_four():
    groups = wrong_groups(("4", [RIGHT_HOOK, FOUR_STEM]), ("1", [STEM]))
    assert frozenset({0, 2}) not in groups
    assert frozenset({0, 1, 2}) in groups


def test_division_without_a_dot_or_without_its_bar():
    dots = np.array([[0.3, -0.3]]), np.array([[0.3, 0.3]])
    groups = wrong_groups(("÷", [BAR, *dots]))
    assert groups == {frozenset(pair) for pair in ({0, 1}, {0, 2}, {1, 2})}


def test_two_ones_are_junk_and_a_minus_on_a_one_is_not():
    assert wrong_groups(("1", [STEM]), ("1", [STEM])) == {frozenset({0, 1})}
    crossed = [STEM, BAR + np.array([-0.3, 0.5])]
    rng = np.random.default_rng(0)
    groups = list(junk_from_lines(crossed, [Written("1", (0,)), Written("-", (1,))], rng))
    assert groups == []


def test_units_do_not_matter():
    strokes, symbols = write_line(Hand(5), "45÷3=")
    small = list(junk_from_lines(strokes, symbols, np.random.default_rng(1)))
    large = list(
        junk_from_lines([stroke * 128 for stroke in strokes], symbols, np.random.default_rng(1), em=128.0)
    )
    assert len(small) == len(large) > 0
    for a, b in zip(small, large, strict=True):
        np.testing.assert_allclose(np.vstack(a) * 128, np.vstack(b))


def test_a_root_sign_with_what_stands_under_it():
    strokes, symbols = write_row(Hand(3), (Root((Mark("4"), Mark("1"))), Mark("+"), Mark("8")))
    sign, inside, outside = set(symbols[0].strokes), set(symbols[1].strokes), set(symbols[4].strokes)
    numbers = {stroke.tobytes(): number for number, stroke in enumerate(strokes)}
    groups = [
        {numbers.get(stroke.tobytes(), -1) for stroke in group}
        for group in junk_from_lines(strokes, symbols, np.random.default_rng(0))
    ]
    assert sign | inside in groups
    assert sign not in groups
    assert not [group for group in groups if group >= sign | outside]


def test_lines_of_real_writers_give_junk_too():
    square = [np.array([[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0], [4.0, 2.0]])]
    writer = {label: [square] for label in "0123456789+-×÷/.()="}
    groups = junk(60, seed=5, writers=[writer])
    corners = [stroke for group in groups for stroke in group if len(stroke) == 5]
    assert corners
    assert len(corners) < sum(map(len, groups))
