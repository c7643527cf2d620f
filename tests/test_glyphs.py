from __future__ import annotations

import io
import json
import zipfile
from copy import copy
from pathlib import Path

import numpy as np
import pytest

import hwcalc
from hwcalc import features
from hwcalc.glyph_machine import GlyphMachine, consistent, learnt, log_softmax
from hwcalc.glyphs import (
    JUNK,
    PEN_WEIGHT,
    PEN_WEIGHT_OF_SEVERAL,
    POINT_LIMIT,
    GlyphClassifier,
    ModelError,
    base_classifier,
    default_classifier,
    point_evidence,
    use_model,
)
from hwcalc.handwriting import glyphs as synthetic_glyphs
from hwcalc.junk import junk
from hwcalc.model_file import digest
from hwcalc.preparation import as_picture
from hwcalc.svm import SVC

LABELS = "0123456789+-×÷/=().√%"


@pytest.fixture(scope="module")
def trained():
    """A small classifier of its own, with junk, and glyphs that it was not trained on."""
    glyphs, labels = synthetic_glyphs("0147+-", 240, seed=1)
    glyphs, labels = [*glyphs, *junk(60, seed=2)], np.append(labels, [JUNK] * 60)
    machine = SVC(C=10).fit(features.extract(glyphs), labels)
    told = {"gamma": float(machine._gamma), "temperature": 0.5, "recipe": {"seed": 1}}
    classifier = GlyphClassifier(**learnt(machine), **told)
    return classifier, synthetic_glyphs("0147+-", 120, seed=3)


@pytest.fixture(scope="module")
def both(trained):
    """The same with a machine for the paths of `0`, `1`, `4`, `7` and junk, which knows no `+` and no `-`."""
    glyphs, labels = synthetic_glyphs("0147", 240, seed=1)
    glyphs, labels = [*glyphs, *junk(60, seed=2)], np.append(labels, [JUNK] * 60)
    machine = SVC(C=10).fit(features.extract_paths(glyphs), labels)
    pen = GlyphMachine(**learnt(machine), gamma=float(machine._gamma), temperature=0.5)
    both = copy(trained[0])
    both.pen = pen
    return both


@pytest.fixture
def saved_both(both, tmp_path):
    path = tmp_path / "model.npz"
    both.save(path)
    return path


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


def test_the_path_of_the_pen_counts_among_the_labels_it_knows(trained, both):
    shape, (glyphs, _) = trained
    by_shape, by_both = shape.log_probability_of_groups(glyphs), both.log_probability_of_groups(glyphs)
    by_path = both.pen.log_probability(features.extract_paths(glyphs))
    known = [shape.labels.index(label) for label in both.pen.labels]
    unknown = [shape.labels.index(label) for label in "+-"]
    np.testing.assert_allclose(np.exp(by_both).sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(by_both[:, unknown], by_shape[:, unknown])
    means = log_softmax((1 - PEN_WEIGHT) * by_shape[:, known] + PEN_WEIGHT * by_path)
    found, alone = log_softmax(by_both[:, known]), np.array([len(glyph) == 1 for glyph in glyphs])
    np.testing.assert_allclose(found[alone], means[alone], atol=1e-4)
    junk = both.pen.labels.index(JUNK)
    np.testing.assert_allclose(found[:, junk], means[:, junk], atol=1e-4)
    assert np.abs(by_both - by_shape).max() > 0.1


def test_the_path_counts_less_for_which_symbol_several_strokes_are(trained, both):
    shape, (glyphs, _) = trained
    glyphs = [glyph for glyph in glyphs if len(glyph) > 1]
    symbols = [k for k, label in enumerate(both.pen.labels) if label != JUNK]
    columns = [shape.labels.index(both.pen.labels[k]) for k in symbols]
    by_shape = shape.log_probability_of_groups(glyphs)[:, columns]
    by_path = both.pen.log_probability(features.extract_paths(glyphs))[:, symbols]
    means = (1 - PEN_WEIGHT_OF_SEVERAL) * by_shape + PEN_WEIGHT_OF_SEVERAL * by_path
    found = both.log_probability_of_groups(glyphs)[:, columns]
    np.testing.assert_allclose(log_softmax(found), log_softmax(means), atol=1e-4)


def test_drawing_backwards_matters_to_the_path_alone(trained, both):
    shape, (glyphs, labels) = trained
    glyphs = [glyph for glyph, label in zip(glyphs, labels, strict=True) if label == "7"]
    backwards = [[np.asarray(stroke)[::-1] for stroke in glyph[::-1]] for glyph in glyphs]
    seven = shape.labels.index("7")
    by_shape, by_both = (
        c.log_probability_of_groups(glyphs)[:, seven] - c.log_probability_of_groups(backwards)[:, seven]
        for c in (shape, both)
    )
    assert np.abs(by_shape).max() < 0.5
    assert np.median(by_both) > 0.05 > np.abs(np.median(by_shape))


def test_pictures_are_read_by_their_shape_alone(trained, both):
    shape, (glyphs, _) = trained
    pictures = [as_picture(glyph) for glyph in glyphs[:5]]
    mixed = both.log_probability_of_groups([pictures[0], glyphs[0], *pictures[1:]])
    alone = shape.log_probability(features.extract(pictures))
    np.testing.assert_array_equal(mixed[[0, 2, 3, 4, 5]], alone)
    np.testing.assert_array_equal(mixed[1], both.log_probability_of_groups(glyphs[:1])[0])


def test_a_point_has_probabilities_too(both):
    found = both.log_probability_of_groups([[[[3, 4]]], [[[3, 4], [3, 4]], [[3, 4]]]])
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, rtol=1e-5)


def test_a_saved_model_reads_paths_the_same(trained, both, saved_both):
    loaded, paths = GlyphClassifier.load(saved_both), features.extract_paths(trained[1][0])
    assert loaded.pen.labels == both.pen.labels
    assert (loaded.pen.gamma, loaded.pen.temperature) == (both.pen.gamma, 0.5)
    # a score far below 0 adds up the margins of several pairs, and their rounding
    np.testing.assert_allclose(loaded.pen.scores(paths), both.pen.scores(paths), atol=0.05, rtol=0.02)


def test_a_model_without_paths_is_loaded_without(saved):
    assert GlyphClassifier.load(saved).pen is None


def rewritten(path, signed=True, **changes):
    """The model file at `path` with other arrays or another description; `signed`: and their checksum."""
    with np.load(path) as stored:
        arrays = dict(stored)
    about = json.loads(arrays.pop("about").tobytes()) | changes.pop("about", {})
    arrays |= changes
    if signed:
        about["sha256"] = digest(arrays)
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    path.write_bytes(buffer.getvalue())


def truncate(path):
    path.write_bytes(path.read_bytes()[:-500])


def edited(path, name, change, signed=True):
    with np.load(path) as stored:
        array = stored[name]
    rewritten(path, signed, **{name: change(array)})


def pickled(path):
    np.savez(path, about=np.array([{"format": 1}], dtype=object))


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vectors.npy", bytes(100 * 2**20))


def boastful(path):
    """Two bytes that say they are an array of 100 TB."""
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (100000000000000,), }".ljust(117) + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "about.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"{}"
        )


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        pickled,
        bomb,
        boastful,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("I am not a model\n"),
        lambda path: np.savez(path, x=np.zeros(3)),
        lambda path: rewritten(path, about={"format": 99}),
        lambda path: rewritten(path, about={"gamma": "1"}),
        lambda path: rewritten(path, about={"temperature": -1.0}),
        lambda path: rewritten(path, about={"labels": "01"}),
        lambda path: rewritten(path, about={"labels": "#+-0144"}),
        lambda path: edited(path, "dual_coef", lambda dual: dual + 1, signed=False),
        lambda path: edited(path, "dual_coef", lambda dual: dual[1:]),
        lambda path: edited(path, "dual_coef", lambda dual: dual * np.float16("nan")),
        lambda path: edited(path, "vectors", lambda rows: rows[:, 1:]),
        lambda path: edited(path, "vectors", lambda rows: rows.astype(np.float32)),
        lambda path: edited(path, "scale", lambda step: step[1:]),
        lambda path: edited(path, "offset", lambda offset: offset[:, None]),
        lambda path: edited(path, "counts", lambda counts: 0 * counts),
        lambda path: edited(path, "counts", lambda counts: np.int32([*counts[:-2], counts[-2:].sum()])),
        lambda path: edited(path, "counts", lambda counts: np.int32([-1, counts[:2].sum() + 1, *counts[2:]])),
        lambda path: edited(path, "intercept", lambda intercept: intercept[1:]),
    ],
)
def test_a_damaged_or_foreign_model_is_refused_in_one_line(saved, damage):
    damage(saved)
    with pytest.raises(ModelError, match=saved.name) as caught:
        GlyphClassifier.load(saved)
    assert "\n" not in str(caught.value)
    assert "hwcalc train" in str(caught.value)


def described(path, **changes):
    """The model file at `path` with another description of its machine for paths."""
    with np.load(path) as stored:
        pen = json.loads(stored["about"].tobytes())["pen"]
    rewritten(path, about={"pen": {**pen, **changes}})


def without(path, name):
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored if key != name}
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: edited(path, "pen_intercept", lambda intercept: intercept[1:]),
        lambda path: edited(path, "pen_counts", lambda counts: 0 * counts),
        lambda path: rewritten(path, about={"pen": None}),
        lambda path: rewritten(path, about={"pen": {}}),
        lambda path: described(path, labels="#0149"),
        lambda path: described(path, labels=5),
        lambda path: described(path, gamma="1"),
        lambda path: described(path, temperature=0.0),
        lambda path: without(path, "pen_scale"),
    ],
)
def test_a_model_with_damaged_paths_is_refused(saved_both, damage):
    damage(saved_both)
    with pytest.raises(ModelError, match="damaged"):
        GlyphClassifier.load(saved_both)


def test_arrays_of_another_width_are_refused(both, tmp_path):
    both = copy(both)
    both.pen = both
    both.save(tmp_path / "wide.npz")
    with pytest.raises(ModelError, match="damaged"):
        GlyphClassifier.load(tmp_path / "wide.npz")


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


def test_a_point_may_be_tapped_twice():
    tap = np.full((1, 2), 500.0)
    assert point_evidence([tap, tap]) > POINT_LIMIT
    assert default_classifier().classify([[tap, tap]]) == ["."]
    small, large, cut_out = ([LINE + place, LINE + place] for place in (3000.0, 100.0, 0.0))
    assert point_evidence(small[:1]) > point_evidence(small) > 0 > point_evidence(large)
    assert point_evidence(cut_out) < -POINT_LIMIT


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
    arrays = {"counts": np.array([1500, 1500]), "dual_coef": dual, "intercept": np.zeros(1, np.float32)}
    classifier = GlyphClassifier(labels="01", vectors=vectors, **arrays, gamma=0.02)
    classifier.save(tmp_path / "model.npz")
    loaded = GlyphClassifier.load(tmp_path / "model.npz")
    assert loaded.dual_coef.sum(dtype=float) == pytest.approx(dual.sum(dtype=float), abs=0.1)
    np.testing.assert_allclose(loaded.scores(vectors[:50]), classifier.scores(vectors[:50]), atol=0.3)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.pop("sketch_terms"),
        lambda arrays: arrays.update(sketch_landmarks=arrays["sketch_landmarks"] + 10**6),
        lambda arrays: arrays.update(sketch_landmarks=arrays["sketch_landmarks"] * 0),
        lambda arrays: arrays.update(sketch_pairs=arrays["sketch_pairs"][:, 1:]),
        lambda arrays: arrays.update(sketch_start=arrays["sketch_start"] * np.nan),
    ],
)
def test_a_sketch_that_does_not_fit_its_machine_is_refused(change):
    about, arrays = default_classifier().stored()
    assert consistent(about, arrays, features.SIZE)
    change(arrays)
    assert not consistent(about, arrays, features.SIZE)


def test_the_sketch_of_the_shipped_model_changes_no_likely_label(trained):
    """Log-probabilities of labels with over 5 % agree with those of all support vectors."""
    quick, whole, glyphs = default_classifier(), copy(default_classifier()), trained[1][0]
    whole.pen = copy(quick.pen)
    for machine in whole, whole.pen:
        machine.sketch = None
        machine.__dict__.pop("_quick", None)
    for first, second in (
        (whole.log_probability(features.extract(glyphs)), quick.log_probability(features.extract(glyphs))),
        (whole.log_probability_of_groups(glyphs), quick.log_probability_of_groups(glyphs)),
    ):
        assert not np.array_equal(first, second)
        likely = np.exp(first) > 0.05
        np.testing.assert_allclose(second[likely], first[likely], atol=0.05)
        assert (second.argmax(axis=1) == first.argmax(axis=1)).all()
