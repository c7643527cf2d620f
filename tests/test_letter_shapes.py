"""Letters as a hand draws them."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc.handwriting import LABELS, Hand, glyphs
from hwcalc.letter_shapes import LETTERS
from hwcalc.segment import MAX_STROKES


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_is_a_few_strokes_of_sensible_size(letter):
    for seed in range(8):
        strokes = Hand(seed, shapes=LETTERS).glyph(letter)
        assert 1 <= len(strokes) <= MAX_STROKES
        reach = np.ptp(np.vstack(strokes), axis=0)
        assert 0.3 < reach.max() < 3.0


def test_no_letter_is_a_symbol():
    assert all(len(letter) == 1 for letter in LETTERS)
    assert set(LETTERS).isdisjoint({*LABELS, *"oOlIsSzZxXcCi"})


def test_letters_take_turns():
    drawn, labels = glyphs(list(LETTERS), 2 * len(LETTERS), 1, shapes=LETTERS)
    assert len(drawn) == 2 * len(LETTERS)
    assert set(np.unique(labels, return_counts=True)[1]) == {2}


def test_a_hand_knows_its_own_shapes_only():
    with pytest.raises(ValueError, match="no shape for '7'"):
        Hand(1, shapes=LETTERS).glyph("7")
