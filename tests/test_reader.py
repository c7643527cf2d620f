from __future__ import annotations

import contextlib
import gzip
import json
import os
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import hwcalc
from hwcalc import ReadError, expression, reader
from hwcalc.datasets import load_mnist
from hwcalc.handwriting import Hand
from hwcalc.layout import Mark, Power, Root, Stack
from hwcalc.written_lines import sample_text, write_line, write_row

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
EVAL = Path(os.environ.get("HWCALC_EVAL", Path(__file__).parent.parent.parent / "shared" / "eval"))


def line(*pieces):
    """Strokes side by side: each piece a list of strokes in a box of one by one, or a gap to leave."""
    strokes, x = [], 0.0
    for piece in pieces:
        strokes += [np.array(s, float) * 40 + [x, 0] for s in piece]
        x += 40 * max(max(p[0] for p in s) for s in piece) + 14
    return strokes


ONE = [[(0.1, 0), (0.1, 1)]]
SEVEN = [[(0, 0), (0.6, 0), (0.25, 1)]]
FOUR = [[(0.35, 0), (0, 0.6), (0.6, 0.6)], [(0.45, 0.3), (0.45, 1)]]
PLUS = [[(0, 0.5), (0.5, 0.5)], [(0.25, 0.25), (0.25, 0.75)]]
MINUS = [[(0, 0.5), (0.5, 0.5)]]
EQUALS = [[(0, 0.4), (0.5, 0.4)], [(0, 0.62), (0.5, 0.62)]]
DIVIDE = [[(0, 0.5), (0.55, 0.5)], [(0.27, 0.25), (0.28, 0.27)], [(0.27, 0.75), (0.28, 0.77)]]
POINT = [[(0.05, 0.97), (0.07, 1.0)]]


def test_a_model_of_digits_alone_is_refused(monkeypatch):
    monkeypatch.setattr(reader, "default_classifier", lambda: SimpleNamespace(labels="0123456789"))
    with pytest.raises(hwcalc.ModelError, match=r"does not know \. \+ - × and"):
        hwcalc.read_ink(line(ONE, PLUS, ONE))


@pytest.mark.parametrize(
    ("strokes", "text", "value"),
    [
        (line(ONE, SEVEN, PLUS, FOUR), "17+4", 21),
        (line(SEVEN, MINUS, FOUR, EQUALS), "7-4=", 3),
        (line(FOUR, DIVIDE, SEVEN), "4÷7", Fraction(4, 7)),
        (line(SEVEN, POINT, FOUR), "7.4", Fraction(37, 5)),
        (line(MINUS, SEVEN), "-7", -7),
        (line(ONE, PLUS, ONE, EQUALS, FOUR), "1+1=4", False),
    ],
)
def test_drawn_sums(strokes, text, value):
    reading = hwcalc.read_ink(strokes)
    assert (reading.text, reading.value) == (text, value)


@pytest.mark.parametrize(("text", "left"), [("38", 0), ("3+4=7", 0), ("3+4=7", 300)])
def test_an_underlined_answer_is_read_without_the_line(text, left):
    strokes, _ = write_line(Hand(3, 0.3), text, late=0.0)
    strokes = [stroke * 100 for stroke in strokes]
    right, foot = np.concatenate(strokes)[:, :2].max(axis=0)
    under = [(left, foot + 25), (right + 10, foot + 22)]
    reading = hwcalc.read_ink([*strokes, under])
    assert (reading.text, reading.doubtful) == (text, False)
    minus = hwcalc.read_ink([*strokes, under], fixed={frozenset({len(strokes)}): "-"})
    assert "-" in minus.text


def test_a_stroke_added_late_finds_its_symbol():
    strokes = line(FOUR, PLUS, SEVEN)
    strokes.append(strokes.pop(1))  # the stem of the 4, written after the 7
    reading = hwcalc.read_ink(strokes)
    assert reading.text == "4+7"
    assert reading.symbols[0].strokes == (0, 4)


def test_symbols_tell_where_they_stand_and_what_else_they_may_be():
    reading = hwcalc.read_ink(line(SEVEN, PLUS, FOUR))
    assert [s.label for s in reading.symbols] == ["7", "+", "4"]
    assert sorted(i for s in reading.symbols for i in s.strokes) == list(range(5))
    assert reading.symbols[0].box.left < reading.symbols[1].box.left < reading.symbols[2].box.left
    for symbol in reading.symbols:
        assert symbol.alternatives[0] == (symbol.label, symbol.confidence)
        assert sum(p for _, p in symbol.alternatives) == pytest.approx(1, abs=1e-6)
    assert 0 <= reading.confidence <= 1


@pytest.mark.parametrize("spot", [(-30, 70), (20, 20), (140, 20)], ids=["below", "within", "behind"])
def test_a_spot_that_is_no_point_is_left_out(spot):
    reading = hwcalc.read_ink([np.array([spot, spot]), *line(SEVEN, PLUS, FOUR)])
    assert reading.text == "7+4"
    assert 0 in {i for symbol in reading.symbols for i in symbol.strokes}


def test_a_spot_far_from_a_sum_with_dots_of_its_own_is_left_out():
    strokes = [*line(ONE, FOUR, DIVIDE, SEVEN), np.array([(24, 92), (24, 92)])]
    assert hwcalc.read_ink(strokes).text == "14÷7"


def test_a_point_may_be_drawn_twice():
    strokes = line(SEVEN, POINT, FOUR)
    assert hwcalc.read_ink([*strokes, strokes[1] + [2, 3]]).text == "7.4"


def test_a_spot_that_is_corrected_to_a_point_is_one():
    reading = hwcalc.read_ink([np.array([[20, 20], [20, 20]]), *line(SEVEN, PLUS, FOUR)])
    assert "." in reader.group(reading, {0}, ".").text


@pytest.mark.parametrize("factor", [1e-9, 1e-3, 1e6, 1e9])
def test_the_unit_does_not_matter(factor):
    strokes = [s * factor + 5 * factor for s in line(ONE, SEVEN, PLUS, FOUR)]
    assert hwcalc.read_ink(strokes).text == "17+4"


@pytest.mark.parametrize("factor", [1e-300, 1e-160, 1e-30, 1e30, 1e100, 1e300])
def test_ink_that_is_too_small_or_too_large_is_refused(factor):
    with pytest.raises(ReadError, match="scale the ink"):
        hwcalc.read_ink([s * factor for s in line(ONE, SEVEN, PLUS, FOUR)])


def test_times_and_repeated_points_are_welcome():
    strokes = [
        np.column_stack([np.repeat(s, 2, axis=0), np.arange(2 * len(s))]) for s in line(SEVEN, PLUS, FOUR)
    ]
    assert hwcalc.read_ink(strokes).text == "7+4"


def test_what_a_person_corrects_stays_corrected():
    strokes = line(SEVEN, PLUS, FOUR)
    reading = hwcalc.read_ink(strokes, fixed={frozenset({0}): "1", frozenset({1, 2}): "×"})
    assert reading.text == "1×4"
    assert reading.value == 4


@pytest.mark.parametrize(
    "fixed", [{frozenset({9}): "1"}, {frozenset({0}): "q"}, {frozenset({0, 1}): "4", frozenset({1}): "1"}]
)
def test_a_correction_that_does_not_fit_is_refused(fixed):
    with pytest.raises(ReadError, match="fixed"):
        hwcalc.read_ink(line(SEVEN, PLUS, FOUR), fixed=fixed)


def test_a_symbol_can_be_corrected():
    reading = reader.correct(hwcalc.read_ink(line(SEVEN, PLUS, FOUR)), 1, "×")
    assert (reading.text, reading.value) == ("7×4", 28)
    again = reader.correct(reading, 0, "1")
    assert again.text == "1×4"
    assert reader.correct(again, 0, "9").text == "9×4"


def test_strokes_can_be_taken_together_and_apart():
    strokes = line(MINUS, SEVEN, PLUS, FOUR)
    strokes[0] += [0, 5]
    reading = hwcalc.read_ink(strokes)
    assert [s.strokes for s in reading.symbols] == [(0,), (1,), (2, 3), (4, 5)]
    together = reader.group(reading, (0, 1))
    assert [s.strokes for s in together.symbols] == [(0, 1), (2, 3), (4, 5)]
    parted = reader.ungroup(reading, 2)
    assert (2,) in [s.strokes for s in parted.symbols]
    assert [s.strokes for s in reader.group(parted, (2, 3), "+").symbols] == [(0,), (1,), (2, 3), (4, 5)]


def test_corrections_that_make_no_sense_are_refused():
    reading = hwcalc.read_ink(line(SEVEN, PLUS, FOUR))
    with pytest.raises(ReadError, match="no symbol 3"):
        reader.correct(reading, 3, "1")
    with pytest.raises(ReadError, match="no label"):
        reader.correct(reading, 0, "q")
    with pytest.raises(ReadError, match="apart"):
        reader.ungroup(reading, 0)
    with pytest.raises(ReadError, match="typed"):
        reader.correct(hwcalc.evaluate("1+1"), 0, "2")


@pytest.mark.parametrize(
    ("strokes", "complaint"),
    [
        ([], "no ink"),
        ([[]], "no ink"),
        ([np.zeros((0, 2))], "no ink"),
        ([[(0, float("nan"))]], "not finite"),
        ([[(0, float("inf")), (1, 1)]], "not finite"),
        ([[(0, 1, 2, 3)]], "shape"),
        ([["a", "b"]], "numbers"),
        ([[(10**400, 1)]], "numbers"),
        ("strokes", "list"),
        (None, "list"),
        ([[(i, 0), (i, 1)] for i in range(500)], "too many"),
    ],
)
def test_bad_strokes_are_refused_in_one_line(strokes, complaint):
    with pytest.raises(ReadError, match=complaint) as caught:
        hwcalc.read_ink(strokes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "strokes",
    [
        [[(3, 3)]],
        [[(3, 3), (3, 3)]],
        [[(0, 0)]] * 30,
        [[(1e9, 1e9), (1e9 + 1, 1e9 + 9)]],
        list(np.random.default_rng(0).normal(size=(40, 25, 2))),
        [np.random.default_rng(1).normal(size=(4000, 2))],
    ],
)
def test_dots_and_scribbles_are_read_as_something(strokes):
    reading = hwcalc.read_ink(strokes)
    assert reading.text
    assert sorted(i for s in reading.symbols for i in s.strokes) == list(range(len(strokes)))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("12+34=", "46"),
        ("1÷0", "cannot divide by zero"),
        ("2(3+4)", "14"),
        ("(2+3", "a bracket is not closed"),
    ],
)
def test_typed_text_is_worth_the_same(typed, answer):
    reading = hwcalc.evaluate(typed)
    assert (reading.answer, reading.symbols) == (answer, ())


def test_typed_nonsense_is_answered_in_words():
    reading = hwcalc.evaluate("two and two")
    assert reading.value is None
    assert reading.answer


def test_most_lines_of_synthetic_hands_are_read():
    texts = ["12+34=", "7×8-6", "(1+2)÷3", "40.5-9", "365/7", "2(3+4)"]
    lines = [(text, write_line(Hand(100 + i), text)[0]) for i, text in enumerate(texts * 6)]
    right = sum(hwcalc.read_ink(strokes).text == text for text, strokes in lines)
    assert right >= 0.85 * len(lines)


def test_classify_takes_pictures_whose_border_is_ink():
    equals = np.zeros((30, 40), np.uint8)
    equals[:8] = equals[-8:] = 255
    assert np.median(np.r_[equals[0], equals[-1], equals[:, 0], equals[:, -1]]) == 255
    assert hwcalc.classify([np.pad(equals, 12), equals, 255 - equals]) == ["=", "=", "="]


def test_classify_takes_strokes_and_pictures_of_either_polarity():
    seven = load_mnist("test").glyphs[0]
    assert hwcalc.classify([SEVEN, seven, 255 - seven, PLUS]) == ["7", "7", "7", "+"]


@pytest.mark.parametrize(
    "glyph",
    [np.zeros((9, 9), np.uint8), np.zeros((0, 3), np.uint8), np.zeros((9, 9, 3), np.uint8), [], [[]], "7"],
)
def test_classify_refuses_what_is_no_glyph(glyph):
    with pytest.raises(ReadError):
        hwcalc.classify([glyph])


@pytest.mark.skipif(not (EVAL / "ink.jsonl.gz").is_file(), reason="no real handwriting here: set HWCALC_EVAL")
def test_real_numbers_of_strangers():
    with gzip.open(EVAL / "ink.jsonl.gz", "rt", encoding="utf8") as lines:
        rows = [
            row for row in map(json.loads, lines) if row["latex"].replace(" ", "").replace(".", "").isdigit()
        ]
    right = sum(hwcalc.read_ink(r["strokes"]).latex == r["latex"].replace(" ", "") for r in rows[:100])
    assert right >= 85


def test_plain_numbers_keep_their_zeros():
    strokes, _ = write_line(Hand(3), "00712", late=0.0)
    number = hwcalc.read_ink(strokes, digits=True)
    assert (number.text, number.latex, number.value, number.answer) == ("00712", "00712", None, "")
    assert not number.doubtful


def test_what_is_no_plain_number_is_doubtful():
    strokes, _ = write_line(Hand(3), "12+7", late=0.0)
    number = hwcalc.read_ink(strokes, digits=True)
    assert set(number.text) <= set("0123456789.")
    assert number.doubtful


def test_what_is_no_arithmetic_is_doubtful():
    assert hwcalc.read_ink(line(SEVEN, PLUS, POINT, PLUS, FOUR)).doubtful


@pytest.mark.parametrize(("seed", "text"), [(1, "1.283.384"), (9, "26.283.384+5"), (9, "5+26.283.384")])
def test_a_number_with_two_points_is_doubtful(seed, text):
    assert hwcalc.read_ink(write_line(Hand(seed, 0.3), text, late=0.0)[0]).doubtful


@pytest.mark.parametrize("middle", [0.5, 0.6, 0.9, 1.0])
def test_what_stands_halfway_up_divides_and_at_the_foot_is_a_comma(middle):
    stroke = [[(0.05, middle + 0.2), (0.21, middle - 0.2)]]
    reading = hwcalc.read_ink(line(SEVEN, FOUR, stroke, FOUR))
    assert (reading.text, reading.doubtful) == ("74/4" if middle < 0.8 else "74.4", False)


@pytest.mark.parametrize(("seed", "text"), [(47, "50%"), (50, "7+10%"), (92, "7+10%")])
def test_nought_over_nought_is_per_cent(seed, text):
    assert hwcalc.read_ink(write_line(Hand(seed, 0.7), text, late=0.0)[0]).text == text


def test_a_point_that_goes_on_from_the_last_stroke_is_doubtful():
    tail = [(0.11, 0.97), (0.16, 1.03), (0.24, 1.0)]
    skipped = hwcalc.read_ink(line(SEVEN, PLUS, [[(0.1, 0), (0.1, 0.96)], tail], FOUR))
    assert (skipped.text, skipped.doubtful) == ("7+1.4", True)
    assert not hwcalc.read_ink(line(SEVEN, PLUS, ONE, POINT, FOUR)).doubtful


def test_what_is_read_only_because_nothing_else_makes_sense_is_doubtful():
    alone = hwcalc.read_ink([np.array([(0.0, 0.0), (1.0, 1.0)])])  # a point by its looks
    assert (alone.text in "0123456789", alone.doubtful) == (True, True)
    beside = hwcalc.read_ink(line(ONE, PLUS, [[(0, 0.2), (0.6, 0.8)]]))  # nothing but a number may follow
    assert (beside.text[:2], beside.doubtful) == ("1+", True)
    assert not hwcalc.read_ink(line(SEVEN)).doubtful


def row_of(text, seed):
    """A row, its fractions, powers and roots in two dimensions, by a neat hand: text, strokes."""
    row = ROWS[text]
    return expression.text(row), write_row(Hand(seed, 0.25), row)[0]


def marks(labels):
    return tuple(Mark(label) for label in labels)


ROWS = {
    "fraction": (Stack(marks("12"), marks("345")),),
    "sums over and under": (Stack(marks("1+2"), marks("(3-4)×5")), *marks("=6")),
    "sum of fractions": (
        Stack(marks("1"), marks("2")),
        *marks("+"),
        Stack(marks("3"), marks("4")),
        *marks("="),
    ),
    "nested": (Stack((*marks("7-"), Stack(marks("1"), marks("3"))), marks("25")),),
    "eight fractions": tuple(
        item
        for over, under in pairwise("123456789")
        for item in (*marks("+" * (over > "1")), Stack(marks(over), marks(under)))
    ),
    "five inside each other": reduce(
        lambda inside, over: (*marks("2+"), Stack(marks(over), inside)), "34537", marks("9")
    ),
    "mixed number": (*marks("2"), Stack(marks("1"), marks("3")), *marks("+4")),
    "power": (*marks("3+2"), Power(marks("10")), *marks("-4")),
    "sum in an exponent": (*marks("2"), Power(marks("3+4"))),
    "power of brackets": (*marks("(2+5)"), Power(marks("3")), *marks("÷7")),
    "root": (Root(marks("16+9")), *marks("-2")),
    "root of a fraction": (Root((Stack(marks("39"), marks("3")),)),),
    "power of a fraction in brackets": (
        *marks("("),
        Stack(marks("2"), marks("3")),
        *marks(")"),
        Power(marks("2")),
    ),
}


@pytest.mark.parametrize("construct", ROWS)
def test_two_dimensions(construct):
    read = [
        (text, hwcalc.read_ink(strokes).text) for text, strokes in (row_of(construct, s) for s in range(8))
    ]
    assert sum(text == found for text, found in read) >= 7, read


def test_bars_of_one_width_over_each_other_make_a_fraction_of_fractions():
    strokes = []
    for place, digits in enumerate((ONE, FOUR, SEVEN, FOUR)):
        strokes += [np.array(stroke) + np.array([0.1, 1.4 * place]) for stroke in digits]
        if place < 3:
            strokes.append(np.array([(0.0, 1.4 * place + 1.2), (1.0, 1.4 * place + 1.21)]))
    assert hwcalc.read_ink(strokes).text == "((1/4)/(7/4))"


def test_the_symbols_of_a_fraction_are_in_the_order_of_its_text():
    text, strokes = row_of("sums over and under", 3)
    reading = hwcalc.read_ink(strokes)
    assert (reading.text, reading.latex) == (text, r"\frac{1+2}{(3-4)\times5}=6")
    assert "".join(s.label for s in reading.symbols) == "1+2-(3-4)×5=6"
    assert sorted(i for s in reading.symbols for i in s.strokes) == list(range(len(strokes)))


def column(*texts, rule_after, seed=5):
    """Rows of text under each other, ending at the same place, with a rule after some."""
    hand, strokes = Hand(seed, 0.25), []
    for place, text in enumerate(texts):
        row = write_line(hand, text, late=0.0)[0]
        right = max(s[:, 0].max() for s in row)
        strokes += [s + np.array([-right, 1.6 * place]) for s in row]
    left = min(s[:, 0].min() for s in strokes)
    y = 1.6 * rule_after - 1.2
    return [*strokes, np.array([[left - 0.2, y], [0.2, y + 0.02]])]


@pytest.mark.parametrize(
    ("strokes", "text", "answer"),
    [
        (column("128", "+34", rule_after=2), "128+34=", "162"),
        (column("128", "-34", rule_after=2), "128-34=", "94"),
        (column("128", "+34", "162", rule_after=2), "128+34=162", "true"),
        (column("12", "34", "+56", rule_after=3), "12+34+56=", "102"),
        (column("417", "+110", "527", rule_after=2, seed=25), "417+110=527", "true"),  # its 1 leans like a /
        (column("1/2", "+3/4", rule_after=2), "1/2+3/4=", "1 1/4 = 1.25"),
    ],
)
def test_sums_in_columns(strokes, text, answer):
    reading = hwcalc.read_ink(strokes)
    assert (reading.text, reading.answer) == (text, answer)


def test_partial_products_are_doubtful():
    strokes = column("53", "×66", "318", "318", "3498", rule_after=2, seed=4)
    assert hwcalc.read_ink([*strokes, strokes[-1] + [0, 3.2]]).doubtful


def test_what_neat_hands_write_is_read():
    wrong = []
    for i in range(40):
        rng = np.random.default_rng([1, i])
        text = sample_text(rng, int(rng.integers(6, 41))).replace(",", ".")
        found = hwcalc.read_ink(write_line(Hand(rng, 0.25 * (i % 2)), text)[0]).text
        wrong += [(text, found)] * (found != text)
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize(
    "strokes",
    [
        [np.random.default_rng(i).normal(size=(30, 2)).cumsum(axis=0) for i in range(60)],  # scribbles
        [[(x, y), (x + 3, y + 4)] for x in range(0, 95, 5) for y in range(0, 100, 5)],  # a filled page
        [[(0, y), (900, y)] for y in range(0, 300, 5)],  # bars over bars
        [[(7, 7), (7, 7)]] * 300,
        [[(1e9, -1e9), (1e9 + 1e-9, -1e9)], [(1e-9, 1e-9)]],
        [[(0, 0), (1e30, 1e30)], [(-1e30, 5)]],
    ],
)
def test_what_is_no_arithmetic_is_refused_or_doubtful(strokes):
    with contextlib.suppress(ReadError):
        assert hwcalc.read_ink(strokes).doubtful


def test_what_is_scratched_out_is_doubtful():
    zigzag = [(0.7 * i / 9, i % 2) for i in range(10)]
    scratched = hwcalc.read_ink(line(ONE, PLUS, [*SEVEN, zigzag], FOUR))
    assert (scratched.doubtful, hwcalc.read_ink(line(ONE, PLUS, SEVEN, FOUR)).doubtful) == (True, False)


def test_a_star_behind_an_answer_is_doubtful_until_a_person_says_what_it_is():
    star = [[(0.5 + 0.5 * np.sin(2.513 * i), 0.5 - 0.5 * np.cos(2.513 * i)) for i in range(6)]]
    reading = hwcalc.read_ink(line(FOUR, MINUS, FOUR, PLUS, ONE, EQUALS, ONE, star))
    assert (reading.text, reading.doubtful) == ("4-4+1=18", True)
    assert not hwcalc.correct(reading, 7, "8").doubtful


def test_ten_thousand_strokes_are_refused():
    with pytest.raises(ReadError, match="too many"):
        hwcalc.read_ink([[(i, 0), (i, 9)] for i in range(10_000)])


@pytest.mark.parametrize(("seed", "text"), [(3, "93÷11"), (3, "4+76")])
def test_a_short_line_that_climbs_has_no_exponents(seed, text):
    climbing = [s[:, :2] @ [[1, -0.27], [0, 1]] for s in write_line(Hand(seed, 0.3), text, late=0.0)[0]]
    assert hwcalc.read_ink(climbing).text == text


def test_a_fraction_may_have_a_slash():
    strokes = [np.array(s, float) * 40 for s in ONE] + [np.array([(4.0, 62.0), (58.0, 6.0)])]
    strokes += [np.array(s, float) * 40 + [44, 30] for s in FOUR]
    reading = hwcalc.read_ink(strokes)
    assert (reading.latex, reading.value) == (r"\frac{1}{4}", Fraction(1, 4))
    assert [symbol.label for symbol in reading.symbols] == ["1", "/", "4"]
