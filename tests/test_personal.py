"""A classifier that learnt from somebody's samples reads that hand better, and what it knew as before."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_classification

from hwcalc.features import extract, extract_paths
from hwcalc.glyph_machine import GlyphMachine, learnt
from hwcalc.glyphs import GlyphClassifier
from hwcalc.personal import FEWEST, held_back, learn
from hwcalc.samples import Sample
from hwcalc.svm import SVC


def upright(rng, lean=0.0):
    """A stroke from top to bottom."""
    y = np.linspace(0, 40, 12)
    return np.stack([lean * y + rng.normal(0, 0.6, 12), y], axis=1)


def level(rng):
    return upright(rng)[:, ::-1].copy()


def machine(features, labels):
    """The parameters of a machine."""
    made = SVC(C=10.0, gamma=0.02).fit(features, labels)
    return {**learnt(made), "gamma": 0.02}


def base(rng, paths=False):
    """A classifier that knows upright strokes as 1 and level ones as -, and no slanted one."""
    glyphs = [[upright(rng)] for _ in range(20)] + [[level(rng)] for _ in range(20)]
    labels = np.repeat(["1", "-"], 20)
    pen = GlyphMachine(**machine(extract_paths(glyphs), labels)) if paths else None
    return GlyphClassifier(**machine(extract(glyphs), labels), pen=pen)


def slanted(rng, count):
    """Dashes so steep that the classifier takes them for a 1."""
    return [Sample("-", (upright(rng, 0.5),)) for _ in range(count)]


def test_a_hand_is_learnt_and_what_was_known_stays():
    rng = np.random.default_rng(0)
    known, samples = base(rng), slanted(np.random.default_rng(1), 9)
    told = []
    learnt = learn(known, samples, told.append)
    assert (learnt.held, learnt.before, learnt.after) == (3, 0, 3)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert learnt.classifier.classify([[upright(rng, 0.5)] for _ in range(5)]) == ["-"] * 5
    assert learnt.classifier.classify([[upright(rng)], [level(rng)]]) == ["1", "-"]
    assert known.classify([[upright(rng, 0.5)]]) == ["1"]
    assert learnt.classifier.recipe["personal_samples"] == 9


def test_both_machines_learn():
    known, samples = base(np.random.default_rng(0), paths=True), slanted(np.random.default_rng(1), 9)
    told = []
    learnt = learn(known, samples, told.append)
    assert (learnt.before, learnt.after) == (0, 3)
    assert told == sorted(told)
    assert told[-1] == 1.0
    new = extract_paths([[upright(np.random.default_rng(2), 0.5)]])
    before, after = (c.pen.log_probability(new)[0, 0] for c in (known, learnt.classifier))
    assert known.labels[0] == "-"
    assert after > before + 0.5


def test_what_the_paths_do_not_know_the_shapes_learn():
    rng = np.random.default_rng(0)
    strokes = [[upright(rng)] for _ in range(20)] + [[level(rng)] for _ in range(20)]
    slashes = [[upright(rng, -0.5)] for _ in range(20)]
    shapes = machine(extract(strokes + slashes), np.repeat(["1", "-", "/"], 20))
    known = GlyphClassifier(**shapes, pen=base(rng, paths=True).pen)
    unknown = [Sample("/", (upright(rng, 0.5),)) for _ in range(9)]
    learnt = learn(known, unknown)
    assert learnt.after > learnt.before
    np.testing.assert_allclose(learnt.classifier.pen.vectors, known.pen.vectors)
    both = learn(known, unknown + slanted(rng, 9)).classifier
    assert not np.array_equal(both.pen.vectors, known.pen.vectors)


def test_the_same_samples_teach_the_same(tmp_path):
    rng = np.random.default_rng(0)
    known, samples = base(rng), slanted(rng, 6)
    first, second = (learn(known, samples).classifier for _ in range(2))
    np.testing.assert_allclose(first.vectors, second.vectors)
    np.testing.assert_allclose(first.dual_coef, second.dual_coef, atol=1e-5)
    first.save(tmp_path / "model.npz")
    assert GlyphClassifier.load(tmp_path / "model.npz").labels == known.labels


def test_progress_can_stop_it():
    def stop(share):
        raise InterruptedError

    rng = np.random.default_rng(0)
    with pytest.raises(InterruptedError):
        learn(base(rng), slanted(rng, 6), stop)


def test_too_few_samples_and_those_of_unknown_labels():
    rng = np.random.default_rng(0)
    unknown = [Sample("√", s.strokes) for s in slanted(rng, 10)]
    with pytest.raises(ValueError, match="to learn: 1 more"):
        learn(base(rng), slanted(rng, FEWEST - 1) + unknown)


def test_a_third_of_each_label_is_held_back():
    assert np.flatnonzero(held_back(np.array(list("aaabaaa")))).tolist() == [2, 6]
    assert held_back(np.array(list("abcd"))).sum() == 1


def test_a_resumed_machine_decides_as_before_and_learns_on():
    X, y = make_classification(300, 8, n_informative=6, n_classes=3, random_state=0)
    gamma = 0.1
    first = SVC(C=2.0, gamma=gamma).fit(X[:200], y[:200])
    arrays = first.classes_, first.support_vectors_, first.n_support_, first.dual_coef_, first.intercept_
    resumed = SVC.resumed(*arrays, C=2.0, gamma=gamma)
    np.testing.assert_allclose(resumed.decision_function(X), first.decision_function(X))
    first.partial_fit(X[200:], y[200:])
    resumed.partial_fit(X[200:], y[200:])
    np.testing.assert_allclose(resumed.decision_function(X), first.decision_function(X), atol=0.01)
