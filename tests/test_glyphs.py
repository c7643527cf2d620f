from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

import hwcalc
from hwcalc import features
from hwcalc.glyphs import (
    JUNK,
    POINT_LIMIT,
    GlyphClassifier,
    ModelError,
    base_classifier,
    default_classifier,
    log_softmax,
    point_evidence,
    use_model,
)
from hwcalc.handwriting import glyphs as synthetic_glyphs
from hwcalc.junk import junk
from hwcalc.svm import SVC

LABELS = "0123456789+-×÷/=().√"


@pytest.fixture(scope="module")
def trained():
    """A small classifier of its own, with junk, and glyphs that it was not trained on."""
    glyphs, labels = synthetic_glyphs("0147+-", 240, seed=1)
    glyphs, labels = [*glyphs, *junk(60, seed=2)], np.append(labels, [JUNK] * 60)
    machine = SVC(C=10).fit(features.extract(glyphs), labels)
    classifier = GlyphClassifier(
        "".join(machine.classes_),
        machine.support_vectors_,
        machine.n_support_,
        machine.dual_coef_.astype(np.float32),
        machine.intercept_.astype(np.float32),
        float(machine._gamma),
        0.5,
        {"seed": 1},
    )
    return classifier, synthetic_glyphs("0147+-", 120, seed=3)


@pytest.fixture
def saved(trained, tmp_path):
    path = tmp_path / "model.npz"
    trained[0].save(path)
    return path


def test_it_reads_glyphs_it_was_not_trained_on(trained):
    classifier, (glyphs, labels) = trained
    assert np.mean(np.array(classifier.classify(glyphs)) == labels) > 0.85
    assert classifier.classify([]) == []


def test_probabilities_sum_to_one_and_agree_with_the_scores(trained):
    classifier, (glyphs, _) = trained
    X = features.extract(glyphs)
    probability = np.exp(classifier.log_probability(X))
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)
    assert (probability.argmax(axis=1) == classifier.scores(X).argmax(axis=1)).all()


def test_junk_is_never_returned(trained):
    classifier, _ = trained
    assert JUNK in classifier.labels
    assert JUNK not in classifier.classify(junk(40, seed=9))


def test_a_saved_model_reads_the_same(trained, saved):
    classifier, (glyphs, _) = trained
    loaded = GlyphClassifier.load(saved)
    X = features.extract(glyphs)
    assert loaded.labels == classifier.labels
    assert loaded.recipe == {"seed": 1}
    np.testing.assert_allclose(loaded.scores(X), classifier.scores(X), atol=0.05)
    assert np.mean(loaded.scores(X).argmax(axis=1) == classifier.scores(X).argmax(axis=1)) > 0.98


def rewritten(path, **changes):
    """The model file at `path` with other arrays or another description."""
    with np.load(path) as stored:
        arrays = dict(stored)
    about = json.loads(arrays["about"].tobytes())
    about.update(changes.pop("about", {}))
    arrays |= changes | {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    path.write_bytes(buffer.getvalue())


def truncate(path):
    path.write_bytes(path.read_bytes()[:-500])


def flip_a_coefficient(path):
    with np.load(path) as stored:
        changed = stored["dual_coef"].copy()
    changed[0, 0] += 1
    rewritten(path, dual_coef=changed)


def pickled(path):
    np.savez(path, about=np.array([{"format": 1}], dtype=object))


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vectors.npy", bytes(100 * 2**20))


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        flip_a_coefficient,
        pickled,
        bomb,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("I am not a model\n"),
        lambda path: np.savez(path, x=np.zeros(3)),
        lambda path: rewritten(path, about={"format": 99}),
        lambda path: rewritten(path, about={"gamma": "1"}),
        lambda path: rewritten(path, about={"temperature": -1.0}),
        lambda path: rewritten(path, about={"labels": "01"}),
        lambda path: rewritten(path, counts=np.zeros(7, np.int32)),
        lambda path: rewritten(path, intercept=np.zeros(3, np.float32)),
    ],
)
def test_a_damaged_or_foreign_model_is_refused_in_one_line(saved, damage):
    damage(saved)
    with pytest.raises(ModelError, match=saved.name) as caught:
        GlyphClassifier.load(saved)
    assert "\n" not in str(caught.value)
    assert "hwcalc train" in str(caught.value)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(ModelError, match="absent"):
        GlyphClassifier.load(tmp_path / "absent.npz")


def test_a_failed_save_keeps_the_old_file_and_leaves_no_other(trained, saved, monkeypatch):
    before = saved.read_bytes()

    def full_disk(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hwcalc.glyphs.os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        trained[0].save(saved)
    assert saved.read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]


def test_the_shipped_model_is_small_knows_all_labels_and_its_recipe():
    classifier = default_classifier()
    assert set(LABELS) <= set(classifier.labels)
    assert {"command", "sets", "seed", "date"} <= set(classifier.recipe)
    assert {"mnist", "synthetic", "junk"} <= set(classifier.recipe["sets"])


def test_the_shipped_model_reads_synthetic_glyphs():
    glyphs, labels = synthetic_glyphs("0123456789+×=()", 300, seed=77)
    assert np.mean(np.array(default_classifier().classify(glyphs)) == labels) > 0.93


def test_a_model_named_in_the_environment_is_used(saved, monkeypatch):
    monkeypatch.setenv("HWCALC_MODEL", str(saved))
    default_classifier.cache_clear()
    try:
        assert default_classifier().recipe == {"seed": 1}
    finally:
        default_classifier.cache_clear()


def test_log_softmax_of_large_scores_is_finite():
    np.testing.assert_allclose(log_softmax(np.array([[1e4, 1e4]])), np.log([[0.5, 0.5]]), rtol=1e-6)


def test_a_chosen_model_is_used_until_it_is_given_back(tmp_path):
    shipped = default_classifier()
    path = tmp_path / "hand.npz"
    other = GlyphClassifier.load(Path(hwcalc.__file__).parent / "model.npz")
    other.recipe = {"seed": 7}
    other.save(path)
    try:
        use_model(path)
        assert default_classifier().recipe == {"seed": 7}
        assert base_classifier().recipe == shipped.recipe
        (tmp_path / "no.npz").write_bytes(b"")
        with pytest.raises(ModelError):
            use_model(tmp_path / "no.npz")
        assert default_classifier().recipe == {"seed": 7}
    finally:
        use_model(None)
    assert default_classifier().recipe == shipped.recipe


LINE = np.linspace((0.0, 0.0), (10.0, 2.0), 12)


def test_a_mark_far_smaller_than_its_page_is_a_point_rather():
    near, far = ([LINE + place] for place in (100.0, 3000.0))
    assert point_evidence(near) < 0 < 1 < point_evidence(far)
    assert point_evidence(far) == pytest.approx(point_evidence([stroke / 500 for stroke in far]))
    assert point_evidence([*far, *far]) < 0


def test_a_mark_of_short_steps_is_no_point_and_one_place_is():
    assert point_evidence([np.linspace((0.0, 0.0), (10.0, 2.0), 60)]) < point_evidence([LINE])
    assert point_evidence([np.zeros((3, 2))]) > POINT_LIMIT
    assert point_evidence([LINE[:3]]) == point_evidence(np.zeros((9, 9), np.uint8)) == 0


def test_evidence_decides_only_between_what_looks_alike():
    glyphs, labels = synthetic_glyphs("0234568", 60, seed=5)
    on_a_page = [[stroke + 40.0 for stroke in glyph] for glyph in glyphs]
    found = np.array(default_classifier().classify(on_a_page))
    assert np.mean(found == labels) > 0.9


def test_rounding_of_many_equal_coefficients_does_not_add_up(tmp_path):
    rng = np.random.default_rng(0)
    vectors = rng.random((3000, features.SIZE), np.float32) / 8
    dual = np.full((1, 3000), 12.3456, np.float32)
    dual[0, :1500] = -12.1  # both are no numbers of half precision
    classifier = GlyphClassifier("01", vectors, np.array([1500, 1500]), dual, np.zeros(1, np.float32), 0.02)
    classifier.save(tmp_path / "model.npz")
    loaded = GlyphClassifier.load(tmp_path / "model.npz")
    assert loaded.dual_coef.sum() == pytest.approx(dual.sum(dtype=float), abs=0.1)
    np.testing.assert_allclose(loaded.scores(vectors[:50]), classifier.scores(vectors[:50]), atol=0.3)
