from __future__ import annotations

import os
import zipfile

import joblib
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

import hwcalc
from hwcalc import datasets, models
from hwcalc.model_file import ModelError, read_model, write_model
from hwcalc.models import GlyphModel, load_model, machine_of
from hwcalc.preparation import prepare


@pytest.fixture(scope="module")
def glyphs():
    found = datasets.load_mnist("test").take(np.arange(400))
    return found.glyphs, found.labels


ESTIMATORS = {
    "rbf": lambda: hwcalc.SVC(10, gamma=0.02),
    "poly": lambda: hwcalc.SVC(1, kernel="poly", gamma=0.02, coef0=1),
    "linear kernel": lambda: hwcalc.SVC(1, kernel="linear"),
    "linear": lambda: hwcalc.LinearSVC(0.01, 5, random_state=0),
}


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("labels", ["0123456789", "17"])
def test_a_saved_model_predicts_as_its_estimator(kind, labels, glyphs, tmp_path):
    keep = np.isin(glyphs[1], list(labels))
    shown, told = [g for g, k in zip(glyphs[0], keep, strict=True) if k], glyphs[1][keep]
    X = prepare(shown, "raw", "median")
    estimator = ESTIMATORS[kind]().fit(X, told)
    model = GlyphModel(machine_of(estimator), "raw", "median", 0.5, {"seed": 7})
    model.save(tmp_path / "m.npz")
    loaded = load_model(tmp_path / "m.npz")
    assert loaded.labels == labels
    assert loaded.recipe == {"seed": 7}
    assert (loaded.predict(shown) == estimator.predict(X)).all()
    probability = loaded.predict_proba(shown)
    np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(probability, model.predict_proba(shown), atol=1e-6)


def test_the_shipped_model_is_one_too(glyphs):
    model = GlyphModel(hwcalc.GlyphClassifier.load(datasets.Path(hwcalc.__file__).with_name("model.npz")))
    found = model.predict(glyphs[0])
    assert (found == glyphs[1]).mean() > 0.98
    assert found.tolist() == model.machine.classify(glyphs[0])
    assert "#" not in model.labels
    assert model.predict_proba([]).shape == (0, len(model.labels))


def saved(path, change_about=None, **change):
    """A small linear model in a file, changed in some way."""
    estimator = hwcalc.LinearSVC(0.01, 1).fit(np.eye(784, dtype=np.float32)[:4], list("0101"))
    GlyphModel(machine_of(estimator), "raw", recipe={"command": "python -m hwcalc.train x.csv"}).save(path)
    about, arrays = read_model(path, models.MAX_BYTES)
    write_model(
        path, about | (change_about or {}), arrays | change
    )  # with the checksum of the arrays as they were


@pytest.mark.parametrize(
    ("change_about", "change", "complaint"),
    [
        ({}, {"weights": np.zeros((2, 784), np.float32)}, "damaged or changed"),
        ({"temperature": -1.0}, {}, "damaged or changed"),
        ({"labels": "012"}, {}, "damaged or changed"),
        ({"kind": "forest"}, {}, "damaged or changed"),
        ({"kind": []}, {}, "damaged or changed"),
        ({"kind": "svc"}, {}, "damaged or changed"),
        ({"temperature": None}, {}, "damaged or changed"),
        ({"features": ["raw"]}, {}, "damaged or changed"),
        (
            {"glyph_model": 2},
            {},
            "another version of hwcalc; make it again with `python -m hwcalc.train x.csv`",
        ),
        ({"features_version": 0}, {}, "another version"),
    ],
)
def test_files_that_are_not_right(change_about, change, complaint, tmp_path):
    path = tmp_path / "m.npz"
    saved(path, change_about, **change)
    with pytest.raises(ModelError, match=complaint) as caught:
        load_model(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        ("linear", "weights", lambda weights: weights[:, 1:]),
        ("linear", "intercept", lambda intercept: intercept[1:]),
        ("rbf", "vectors", lambda vectors: vectors[:, 1:]),
        ("rbf", "vectors", lambda vectors: vectors.astype(np.float64)),
        ("rbf", "counts", lambda counts: counts + 1),
        ("rbf", "counts", lambda counts: np.int32([-1, *counts[1:-1], counts[0] + counts[-1] + 1])),
        ("rbf", "dual_coef", lambda dual: dual[1:]),
        ("rbf", "dual_coef", lambda dual: dual * np.nan),
        ("rbf", "intercept", lambda intercept: intercept[1:]),
        ("poly", "kernel", lambda kernel: {**kernel, "kernel": "sigmoid"}),
        ("poly", "kernel", lambda kernel: {**kernel, "gamma": np.inf}),
        ("poly", "kernel", lambda kernel: {**kernel, "degree": 2**40}),
        ("poly", "kernel", lambda kernel: {**kernel, "degree": 2.5}),
    ],
)
def test_arrays_and_kernels_that_do_not_fit(kind, name, change, tmp_path):
    machine = machine_of(ESTIMATORS[kind]().fit(np.eye(784, dtype=np.float32)[:6], list("012012")))
    if name == "kernel":
        machine.kernel = change(machine.kernel)
    else:
        machine.arrays[name] = change(machine.arrays[name])
    GlyphModel(machine, "raw").save(tmp_path / "m.npz")
    with pytest.raises(ModelError, match="damaged or changed"):
        load_model(tmp_path / "m.npz")


def test_a_model_of_single_glyphs_does_not_read(tmp_path):
    saved(tmp_path / "m.npz")
    with pytest.raises(ModelError, match="reads nothing"):
        hwcalc.GlyphClassifier.load(tmp_path / "m.npz")


def test_a_whole_file_is_right(tmp_path):
    saved(tmp_path / "m.npz")
    assert load_model(tmp_path / "m.npz").labels == "01"


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 1000])
def test_files_that_are_no_models(content, tmp_path):
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(ModelError, match="not a model of hwcalc"):
        load_model(tmp_path / "m.npz")


def test_missing_and_huge_files(tmp_path, monkeypatch):
    with pytest.raises(ModelError, match="No such file"):
        load_model(tmp_path / "m.npz")
    saved(tmp_path / "m.npz")
    monkeypatch.setattr(models, "MAX_BYTES", 100)
    with pytest.raises(ModelError, match="too large"):
        load_model(tmp_path / "m.npz")


def test_pipelines_of_the_estimators_go_through_joblib(glyphs, tmp_path):
    pipeline = make_pipeline(hwcalc.GlyphFeatures(), hwcalc.SVC(10, gamma=0.02)).fit(*glyphs)
    joblib.dump(pipeline, tmp_path / "p.joblib")
    again = joblib.load(tmp_path / "p.joblib")
    assert (again.predict(glyphs[0]) == pipeline.predict(glyphs[0])).all()


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no file without an end")
def test_a_file_without_an_end_is_too_large():
    with pytest.raises(ModelError, match="too large"):
        read_model("/dev/zero", 1000)


def test_what_is_too_large_when_unpacked_is_no_model(tmp_path):
    write_model(tmp_path / "m.npz", {"recipe": {}}, {"x": np.zeros(100_000)})
    assert read_model(tmp_path / "m.npz", 1_000_000)[1]["x"].shape == (100_000,)
    with pytest.raises(ModelError, match="not a model of hwcalc"):
        read_model(tmp_path / "m.npz", 100_000)


@pytest.mark.parametrize("about", [[], {}, {"recipe": 1}])
def test_a_file_without_a_recipe_is_no_model(about, tmp_path):
    write_model(tmp_path / "m.npz", about, {})
    with pytest.raises(ModelError, match="not a model of hwcalc"):
        read_model(tmp_path / "m.npz", 1000)


def test_what_is_loose_is_not_packed(tmp_path):
    write_model(tmp_path / "m.npz", {"recipe": {}}, dict.fromkeys("xy", np.zeros(1000)), frozenset("x"))
    with zipfile.ZipFile(tmp_path / "m.npz") as archive:
        assert archive.getinfo("x.npy").compress_size > 8000 > archive.getinfo("y.npy").compress_size
