"""What a classifier is trained on: the same, however many processes draw it."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc import features, training_set
from hwcalc.datasets import LABELS, GlyphSet
from hwcalc.glyphs import ANY_LETTER, JUNK


def flat(glyphs):
    return np.concatenate([stroke.ravel() for glyph in glyphs for stroke in glyph])


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(training_set, "PIECE", 40)


def test_synthetic_glyphs_hold_all_labels_and_do_not_depend_on_processes(small_pieces):
    alone, together = training_set.synthetic(150, 3), training_set.synthetic(150, 3, n_jobs=2)
    assert len(alone) == 150
    assert set(alone.labels) == set(LABELS)
    np.testing.assert_array_equal(flat(alone.glyphs), flat(together.glyphs))
    np.testing.assert_array_equal(alone.labels, together.labels)
    assert flat(alone.glyphs).shape != flat(training_set.synthetic(150, 4).glyphs).shape


def test_junk_does_not_depend_on_processes(small_pieces):
    made = training_set.synthetic(400, 1)
    pen = GlyphSet("pen", made.glyphs, made.labels, np.array([f"pen/{i % 8}" for i in range(400)]))
    alone, together = (training_set.junk_set(130, 3, [pen], n_jobs=jobs) for jobs in (1, 2))
    assert len(alone) == 130
    assert set(alone.labels) == {JUNK}
    np.testing.assert_array_equal(flat(alone.glyphs), flat(together.glyphs))


def test_letters_have_one_label_and_do_not_depend_on_processes(small_pieces):
    alone, together = training_set.letter_set(130, 3), training_set.letter_set(130, 3, n_jobs=2)
    assert len(alone) == 130
    assert set(alone.labels) == {ANY_LETTER}
    np.testing.assert_array_equal(flat(alone.glyphs), flat(together.glyphs))


def test_none_are_none():
    assert len(training_set.synthetic(0, 1)) == 0


def test_the_training_set_counts_its_sources():
    data = training_set.assemble([training_set.synthetic(60, 1)], 20, None, 0, 1)
    assert data.counts == {"synthetic": 60, "letters": 5, "junk": 20}
    assert len(data.X) == len(data.y) == len(data.writers) == 85
    limited = training_set.assemble([training_set.synthetic(60, 1)], 20, 10, 0, 1)
    assert limited.counts == {"synthetic": 10, "letters": 2, "junk": 10}


def test_weights_raise_rare_labels():
    pen = training_set.synthetic(210, 1)
    ones = GlyphSet("drawn", [np.full((9, 9), 255, np.uint8)] * 90, np.full(90, "1"))
    data = training_set.assemble([pen, ones], 0, None, 0, 1)
    np.testing.assert_array_equal(data.drawn, [True] * 210 + [False] * 90)
    np.testing.assert_array_equal(data.paths, features.extract_paths(pen.glyphs))
    weight = {label: data.weights[data.y == label] for label in "17"}
    assert data.weights.mean() == pytest.approx(1)
    assert weight["7"].max() == weight["7"].min() > 1.3 * weight["1"].max()
    assert set(training_set.assemble([pen], 0, None, 0, 1).weights) == {1.0}
