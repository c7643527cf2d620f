"""Letters are noticed, and change nothing that is read."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc import read, reader
from hwcalc.glyphs import ANY_LETTER, JUNK, default_classifier
from hwcalc.handwriting import LABELS, Hand, glyphs
from hwcalc.ink import Box
from hwcalc.letter_shapes import LETTERS
from hwcalc.letters import LIKELY, TOUCHING, is_foreign, letters_apart, or_junk
from hwcalc.segment import Candidate
from hwcalc.written_lines import write_line

from .written import drawn, sum_picture, sum_strokes


def beside(strokes, letter, hand):
    """A line with a letter behind it."""
    end = max(stroke[:, 0].max() for stroke in strokes)
    drawn = hand.glyph(letter)
    start = min(stroke[:, 0].min() for stroke in drawn)
    return [*strokes, *(stroke + np.array([end - start + 0.35, 0.0]) for stroke in drawn)]


def test_what_is_left_is_what_would_be_without_letters():
    labels = "#1" + ANY_LETTER
    given = np.log(np.array([[0.1, 0.3, 0.6], [0.5, 0.5, 1e-9]], np.float32))
    others, letter = letters_apart(given, labels)
    np.testing.assert_allclose(np.exp(others), [[0.25, 0.75, 0], [0.5, 0.5, 0]], rtol=1e-5)
    np.testing.assert_allclose(letter, [0.6, 1e-9], rtol=1e-5)
    assert np.isfinite(given).all()


def test_a_classifier_without_letters_finds_none():
    given = np.log(np.array([[0.25, 0.75]], np.float32))
    others, letter = letters_apart(given, "12")
    np.testing.assert_array_equal(others, given)
    np.testing.assert_array_equal(letter, [0])


def test_most_letters_are_told_and_hardly_any_symbol_is_taken_for_one():
    classifier = default_classifier()

    def found(drawn):
        return letters_apart(classifier.log_probability_of_groups(drawn), classifier.labels)[1] > LIKELY

    assert found(glyphs(list(LETTERS), 400, [5, 1], shapes=LETTERS)[0]).mean() > 0.8
    assert found(glyphs(LABELS[:10], 800, [5, 2])[0]).mean() < 0.005


def test_junk_counts_beside_letters():
    others, letter = letters_apart(np.log(np.array([[0.2, 0.3, 0.5]], np.float32)), JUNK + "1" + ANY_LETTER)
    np.testing.assert_allclose(or_junk(letter, others, JUNK + "1" + ANY_LETTER), [0.7], rtol=1e-5)
    np.testing.assert_array_equal(or_junk(letter, others[:, 1:2], "1"), letter)


def groups(gap):
    box = Box(0, 0, 60, 60)
    return [Candidate((0,), box), Candidate((1,), box), Candidate((0, 1), box, gap)]


@pytest.mark.parametrize(
    ("read_as", "chances", "gap", "foreign"),
    [
        ([0, 1], [0.1, 0.6, 0.0], 0.0, True),  # one of them is a letter
        ([0, 1], [0.1, 0.1, 0.95], 0.5 * TOUCHING, True),  # both together are one
        ([0, 1], [0.1, 0.1, 0.95], 2 * TOUCHING, False),  # too far apart
        ([0, 1], [0.1, 0.1, 0.6], 0.0, False),
        ([2], [0.99, 0.1, 0.1], 0.0, False),  # a part of what was read
        ([0], [0.1, 0.99, 0.99], 0.0, False),  # the other may look like anything
    ],
)
def test_what_was_read_and_what_it_is_made_of_counts(read_as, chances, gap, foreign):
    candidates, letter = groups(60 * gap), np.array(chances, np.float32)
    assert is_foreign([candidates[i] for i in read_as], candidates, letter, letter, 60) is foreign


@pytest.mark.parametrize("letter", "akREHy")
def test_a_line_with_a_letter_is_doubtful(letter):
    doubted = plain = 0
    for seed in range(10):
        strokes = write_line(Hand(seed, 0.3), "28+53")[0]
        plain += reader.read_ink(strokes).doubtful
        doubted += reader.read_ink(beside(strokes, letter, Hand(seed, 0.3, LETTERS))).doubtful
    assert doubted >= 8
    assert plain <= 1


@pytest.mark.parametrize("letter", "ekMR")
def test_a_picture_with_a_letter_is_doubtful(letter):
    assert not read(sum_picture("72+5")).doubtful
    doubted = 0
    for seed in range(10):
        strokes = beside(write_line(Hand(seed, 0.3), "72+5")[0], letter, Hand(seed, 0.3, LETTERS))
        start = np.vstack(strokes).min(axis=0)
        strokes = [(stroke - start) * 60 + 40 for stroke in strokes]
        width, height = np.vstack(strokes).max(axis=0) + 40
        doubted += read(drawn(strokes, (int(width), int(height)), 5)).doubtful
    assert doubted >= 8


def test_who_says_that_it_is_a_digit_is_believed():
    strokes = write_line(Hand(1, 0.3), "28+53")[0]
    drawn = beside(strokes, "R", Hand(1, 0.3, LETTERS))
    group = frozenset(range(len(strokes), len(drawn)))
    assert reader.read_ink(drawn, fixed={group: ""}).doubtful
    assert not reader.read_ink(drawn, fixed={group: "8"}).doubtful


def test_a_remainder_is_no_decimal():
    r = np.array([(85, 50), (86, 62), (87, 80), (86, 62), (91, 52), (97, 50), (101, 54)])
    reading = reader.read_ink([*sum_strokes("5", 60, 20, 20), r, *sum_strokes("3", 60, 120, 20)])
    assert reading.doubtful
