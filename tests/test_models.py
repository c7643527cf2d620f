from __future__ import annotations

import io
import json

import joblib
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

import hwcalc
from hwcalc import datasets, models
from hwcalc.glyphs import ModelError
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
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    if change_about:
        about = json.loads(arrays["about"].tobytes()) | change_about
        arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    arrays |= change
    if change_about or not change:  # with a checksum that fits
        rest = {name: array for name, array in arrays.items() if name != "sha256"}
        arrays["sha256"] = np.frombuffer(bytes.fromhex(models.digest(rest)), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    path.write_bytes(buffer.getvalue())


@pytest.mark.parametrize(
    ("change_about", "change", "complaint"),
    [
        ({}, {"weights": np.zeros((2, 784), np.float32)}, "damaged or changed"),
        ({}, {"weights": np.zeros((2, 9), np.float32)}, "damaged or changed"),
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
