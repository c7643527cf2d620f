"""hwcalc.digits_alone: a part of a machine decides as the whole does between the labels that are left."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc import SVC
from hwcalc.digits_alone import DIGITS, among, among_digits
from hwcalc.features import extract
from hwcalc.glyph_machine import GlyphMachine, learnt
from hwcalc.glyphs import default_classifier
from hwcalc.picture import ink_from_picture

from .written import sum_picture


@pytest.mark.parametrize("labels", ["abcde", "bd", "ace", "de"])
def test_a_part_has_the_margins_of_the_whole(labels: str) -> None:
    rng = np.random.default_rng(0)
    X = (rng.normal(size=(200, 8)) + 1.5 * rng.normal(size=(5, 8)).repeat(40, axis=0)).astype(np.float32)
    y = np.repeat(list("abcde"), 40)
    fitted = SVC(gamma=0.05).fit(X, y)
    part = among(GlyphMachine(**learnt(fitted), gamma=0.05), labels)
    wanted = SVC(gamma=0.05).fit(X[np.isin(y, list(labels))], y[np.isin(y, list(labels))])
    alone = GlyphMachine(**learnt(wanted), gamma=0.05)
    # pairs are trained each by itself
    np.testing.assert_allclose(part.scores(X), alone.scores(X), atol=0.05)
    assert part.labels == labels


def test_digits_keep_together_what_they_have_together() -> None:
    glyphs = [stroke.mask for stroke in ink_from_picture(sum_picture("2+573")).strokes]
    classifier = default_classifier()
    before = classifier.log_probability(extract(glyphs))
    after = among_digits(classifier, glyphs, before)
    digits = [classifier.labels.index(label) for label in DIGITS]
    others = [k for k in range(len(classifier.labels)) if k not in digits]
    np.testing.assert_array_equal(after[:, others], before[:, others])
    np.testing.assert_allclose(np.exp(after).sum(axis=1), 1, atol=1e-4)
    assert "".join(DIGITS[k] for k in after[:, digits].argmax(axis=1)[[0, 2, 3, 4]]) == "2573"
