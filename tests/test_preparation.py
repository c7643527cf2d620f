from __future__ import annotations

import numpy as np
import pytest

from hwcalc import features
from hwcalc.datasets import DatasetError, GlyphSet
from hwcalc.loaded import Loaded
from hwcalc.preparation import (
    as_picture,
    balanced,
    copies_across,
    fingerprints,
    prepare,
    split,
    together,
    without_noise,
)


def picture(side=28, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (side, side)).astype(np.uint8)


def test_pictures_of_mnists_size_stay_as_they_are():
    np.testing.assert_array_equal(as_picture(picture()), picture())


@pytest.mark.parametrize("shape", [(56, 56), (14, 14), (60, 20), (5, 40)])
def test_other_pictures_are_scaled_as_a_whole(shape):
    glyph = np.full(shape, 255, np.uint8)
    made = as_picture(glyph)
    assert made.shape == (28, 28)
    tall, wide = np.count_nonzero(made.any(axis=1)), np.count_nonzero(made.any(axis=0))
    assert tall / wide == pytest.approx(shape[0] / shape[1], rel=0.5)


def test_strokes_are_drawn_and_centred():
    made = as_picture([np.array([[0.0, 0.0], [0.0, 90.0]])])
    rows, columns = np.flatnonzero(made.max(axis=1) > 60), np.flatnonzero(made.max(axis=0) > 60)
    assert 18 <= np.ptp(rows) + 1 <= 22
    assert columns.mean() == pytest.approx(13.5, abs=1)
    assert rows.mean() == pytest.approx(13.5, abs=1)


def test_a_picture_that_is_not_uint8_is_refused():
    with pytest.raises(ValueError, match="a picture is uint8"):
        prepare([picture() / 255], "raw")


def test_noise_is_taken_from_pictures_only():
    noisy = np.zeros((28, 28), np.uint8)
    noisy[10, 10] = 255
    assert without_noise(noisy, "median").max() == 0
    assert 0 < without_noise(noisy, "gaussian").max() < 255
    strokes = [np.zeros((2, 2))]
    assert without_noise(strokes, "median") is strokes


def test_features():
    raw = prepare([picture(), picture(seed=1)], "raw")
    assert raw.dtype == np.float32
    np.testing.assert_allclose(raw[1], picture(seed=1).ravel() / 255, atol=1e-6)
    np.testing.assert_array_equal(prepare([picture()]), features.extract([picture()]))


def test_copies_are_exact_and_of_strokes_too():
    strokes = [np.array([[0.0, 1.0], [2.0, 3.0]])]
    glyphs = [picture(), picture(seed=1), picture(), strokes, [strokes[0].copy()], [strokes[0] + 1]]
    marks = fingerprints(glyphs)
    assert marks[0] == marks[2] != marks[1]
    assert marks[3] == marks[4] != marks[5]
    assert copies_across(marks[:3], marks[2:3]).tolist() == [0, 2]


def test_the_split_is_stratified_and_known_by_its_seed():
    labels = np.array(["0"] * 80 + ["1"] * 20)
    places = [str(i) for i in range(100)]
    train, test = split(labels, places, 0.2, 42)
    assert (labels[test] == "1").sum() == 4
    assert len(set(train) | set(test)) == 100
    again = split(labels, places, 0.2, 42)
    np.testing.assert_array_equal(test, again[1])
    assert (split(labels, places, 0.2, 43)[1] != test).any()


def test_a_label_that_cannot_be_split_is_named():
    labels = np.array(["0"] * 9 + ["+"])
    with pytest.raises(DatasetError, match=r"a\.csv:9: the only '\+'"):
        split(labels, [f"a.csv:{i}" for i in range(10)], 0.2, 0)
    with pytest.raises(DatasetError, match="too few for --test-size"):
        split(np.array(["0", "0", "1", "1"]), list("abcd"), 0.2, 0)


def test_balance():
    X = np.arange(24, dtype=np.float32).reshape(12, 2)
    y = np.array(["a"] * 9 + ["b"] * 3)
    assert balanced(X, y, "none", 0)[0] is X
    under, labels = balanced(X, y, "under", 0)
    assert (labels == "a").sum() == (labels == "b").sum() == 3
    assert all(row in X.tolist() for row in under.tolist())
    smote, labels = balanced(X, y, "smote", 0)
    assert (labels == "a").sum() == (labels == "b").sum() == 9
    assert smote.dtype == np.float32
    made = smote[labels == "b"]
    assert made.min() >= X[9:].min()
    assert made.max() <= X[9:].max()
    np.testing.assert_array_equal(smote, balanced(X, y, "smote", 0)[0])


def test_smote_needs_two():
    X, y = np.zeros((5, 2), np.float32), np.array(["a"] * 4 + ["÷"])
    with pytest.raises(DatasetError, match=r"^t:4: the only '÷'"):
        balanced(X, y, "smote", 0, [f"t:{i}" for i in range(5)])


def test_sets_together():
    one = Loaded(GlyphSet("one", [picture()], np.array(["1"])), ["a"], ["n"])
    two = Loaded(GlyphSet("two", [picture(seed=1)], np.array(["2"])), ["b"])
    both = together([one, two])
    assert (both.glyphs.name, both.places, both.notes) == ("one+two", ["a", "b"], ["n"])
    assert both.glyphs.writers.tolist() == ["one", "two"]
