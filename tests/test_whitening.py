from __future__ import annotations

import numpy as np
import pytest

from hwcalc import features
from hwcalc.glyph_machine import GlyphMachine, coded, learnt, projected
from hwcalc.handwriting import glyphs as synthetic_glyphs
from hwcalc.svm import SVC
from hwcalc.training import Examples, Settings, train
from hwcalc.whitening import FLOOR, KEPT, whitening


def uneven(n=400, d=12, seed=0):
    """Samples whose components spread by factors of 1.5, turned so that no feature is a component."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return (rng.normal(size=(n, d)) * 1.5 ** np.arange(d) @ turn).astype(np.float32)


def test_the_components_are_apart_and_their_spread_is_the_root_of_what_it_was():
    X = uneven()
    seen = X @ whitening(X)
    spread = np.cov(seen.T)
    before = np.sort(np.linalg.eigvalsh(np.cov(X.T)))[::-1]
    np.testing.assert_allclose(spread, np.diag(np.diag(spread)), atol=1e-3 * spread.max())
    np.testing.assert_allclose(np.diag(spread), before / np.sqrt(before + FLOOR * before.mean()), rtol=1e-3)


def test_no_more_than_the_largest_components_are_kept():
    X = uneven(d=KEPT + 40)
    assert whitening(X).shape == (KEPT + 40, KEPT)
    assert whitening(X, kept=7).shape == (KEPT + 40, 7)
    assert whitening(uneven()).shape == (12, 12)


@pytest.mark.parametrize("X", [np.zeros((5, 3), np.float32), np.float32([[1, 2, 3], [1, 2, 4]])])
def test_features_without_spread_stay_finite(X):
    assert np.isfinite(projected(X, whitening(X))).all()


def test_a_machine_projects_what_it_is_given_and_one_without_does_not():
    X, y = uneven(200), np.repeat(["0", "1"], 100)
    X[100:] += 3
    projection = whitening(X)
    fitted = SVC(C=10, gamma=0.05).fit(projected(X, projection), y)
    machine = GlyphMachine(**learnt(fitted), gamma=0.05, projection=projection)
    plain = GlyphMachine(**learnt(fitted), gamma=0.05)
    np.testing.assert_array_equal(machine.scores(X), plain.scores(projected(X, projection)))
    assert not np.allclose(plain.scores(X[:, :12]), machine.scores(X))


def test_whitened_samples_are_what_their_rounded_selves_stand_for():
    """So a machine trained on them loses nothing when its support vectors become bytes."""
    X = uneven()
    seen = Examples(X, np.repeat("0", 400), np.repeat("a", 400)).whitened(kept=5)
    np.testing.assert_array_equal(coded(seen.X).values, seen.X)
    np.testing.assert_array_equal(coded(seen.X[:7]).values, seen.X[:7])
    np.testing.assert_allclose(seen.X, projected(X, seen.projection), atol=0.5 * np.ptp(seen.X) / 127)


def test_what_is_trained_on_whitened_features_reads_plain_ones(tmp_path):
    glyphs, labels = synthetic_glyphs("0147+-", 300, seed=1)
    X = features.extract(glyphs)
    writers = np.array([f"synthetic/{i // 10}" for i in range(300)])
    examples = Examples(X, labels, writers).whitened()
    model = train(examples, Settings(jobs=1)).model
    others, truth = synthetic_glyphs("0147+-", 100, seed=2)
    assert np.mean(np.array(model.machine.classify(others)) == truth) > 0.9
    model.machine.save(tmp_path / "model.npz")
    loaded = type(model.machine).load(tmp_path / "model.npz")
    np.testing.assert_allclose(loaded.scores(X), model.machine.scores(X), atol=0.05)
