from __future__ import annotations

import sys
import types

import numpy as np
import pytest

from hwcalc import features, training
from hwcalc.datasets import DatasetError
from hwcalc.glyphs import GlyphClassifier
from hwcalc.models import KernelMachine, LinearMachine
from hwcalc.training import Examples, Settings
from hwcalc.whitening import KEPT_OF_PATHS, POWER_OF_PATHS


def samples(n=300, labels="012", width=784, seed=0):
    rng = np.random.default_rng(seed)
    target = np.arange(n) % len(labels)
    X = rng.normal(size=(n, width)).astype(np.float32) / 4
    X[np.arange(n), target] += 2
    return Examples(X, np.array(list(labels))[target], np.full(n, "here"), [f"t.csv:{i}" for i in range(n)])


def test_held_out_glyphs_are_of_writers_of_their_own():
    writers = np.array([f"pen/{i % 40}" for i in range(4000)] + ["mnist"] * 1000)
    held = training.hold_out(writers, seed=0)
    pen = writers != "mnist"
    assert not set(writers[held & pen]) & set(writers[~held & pen])
    assert 0.02 < held[pen].mean() < 0.25
    assert 0.05 < held[~pen].mean() < 0.15


def test_the_temperature_makes_confidence_as_high_as_accuracy():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 4000)
    scores = rng.normal(size=(4000, 3)) + 2 * np.eye(3)[truth]
    assert training.fitted_temperature(scores * 7, truth) == pytest.approx(
        7 * training.fitted_temperature(scores, truth), rel=0.01
    )


@pytest.mark.parametrize("kernel", ["rbf", "poly", "linear"])
def test_every_kernel_learns(kernel):
    data = samples()
    settings = Settings(kernel=kernel, features="raw")
    trained = training.train(data, settings)
    machine = trained.model.machine
    assert isinstance(machine, KernelMachine)
    found = np.array(list(machine.labels))[machine.scores(data.X).argmax(axis=1)]
    assert (found == data.y).mean() > 0.95
    assert trained.held_out_error < 0.2


def test_the_linear_machine_learns():
    data = samples()
    trained = training.train(data, Settings(model="linear", features="raw", learning_rate=0.01))
    assert isinstance(trained.model.machine, LinearMachine)
    assert trained.held_out_error < 0.2


def test_what_reads_is_a_glyph_classifier():
    trained = training.train(samples(width=features.SIZE), Settings())
    assert isinstance(trained.model.machine, GlyphClassifier)


def test_one_thread_and_two_give_the_same_machine():
    data = samples(600)
    made = [training.train(data, Settings(features="raw", jobs=jobs)).model for jobs in (1, 2)]
    scores = [model.machine.scores(data.X) for model in made]
    np.testing.assert_allclose(scores[0], scores[1], atol=2e-3)
    assert (scores[0].argmax(axis=1) == scores[1].argmax(axis=1)).all()


def test_balance_is_of_the_training_part():
    data = samples(300)
    few = np.concatenate([np.flatnonzero(data.y != "0"), np.flatnonzero(data.y == "0")[:10]])
    data = Examples(data.X[few], data.y[few], data.writers[few], [data.places[i] for i in few])
    assert training.train(data, Settings(features="raw", balance="under")).samples == 30
    assert training.train(data, Settings(features="raw", balance="smote")).samples == 300


def test_a_single_sample_is_named():
    data = samples(300)
    keep = np.flatnonzero((data.y != "0") | (np.arange(300) == 3))
    data = Examples(data.X[keep], data.y[keep], data.writers[keep], [data.places[i] for i in keep])
    with pytest.raises(DatasetError, match=r"t.csv:3: the only '0'"):
        training.train(data, Settings(features="raw", balance="smote"))


def test_few_samples_without_an_error_do_not_promise_that_there_never_is_one():
    data = samples(100)
    model = training.train(data, Settings(features="raw")).model
    scores = model.machine.scores(samples(100, seed=1).X) / model.temperature
    probability = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert 0.8 < np.median(probability.max(axis=1)) < 0.995


def test_weights_count_unless_balance_stands_in_for_them():
    data = samples(200)
    data.y[:20] = "0"  # some are wrong,
    data.weights = np.ones(200)
    light = Examples(data.X, data.y, data.writers, weights=np.where(np.arange(200) < 20, 1e-6, 1.0))
    settings = Settings(kernel="linear", features="raw")
    machines = [training.train(each, settings).model.machine for each in (data, light)]
    wrong = [
        np.mean(np.array(list(m.labels))[m.scores(data.X[:20]).argmax(axis=1)] != data.y[:20])
        for m in machines
    ]
    assert wrong[0] < 0.2 < 0.5 < wrong[1]  # and what weighs nothing is not learnt
    assert light.take(np.arange(200) < 3).weights.tolist() == [1e-6] * 3


def test_one_label_is_too_few():
    data = samples(30, labels="7")
    with pytest.raises(DatasetError, match="needs two"):
        training.train(data, Settings(features="raw"))


def test_a_step_that_is_too_long_is_told():
    with pytest.raises(DatasetError, match=r"learning_rate \* alpha"):
        training.train(samples(60), Settings(model="linear", features="raw", learning_rate=10, alpha=0.1))


def test_a_cluster_that_is_not_there_is_told(monkeypatch):
    def nobody(address, timeout):
        raise OSError("timed out")

    monkeypatch.setitem(sys.modules, "distributed", types.SimpleNamespace(Client=nobody))
    with pytest.raises(DatasetError, match="no Dask scheduler"), training.cluster("tcp://127.0.0.1:9"):
        pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(DatasetError, match=r"hwcalc\[distributed\]"), training.cluster("tcp://127.0.0.1:9"):
        pass


def test_weights_reach_the_machine():
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b"], 40)
    X = np.where(y == "a", 0.0, 1.0)[:, None] + rng.normal(0, 1, (80, 3))
    X = X.astype(np.float32)
    light = np.where(y == "a", 1.0, 0.01)
    found = []
    for weights in (None, light):
        samples = Examples(X, y, y, weights=weights)
        chosen = samples.take(np.arange(80) % 8 > 0)
        machine, _ = training.fit(chosen, Settings(jobs=1), 0.5, training.quiet, "train")
        found.append(np.mean(machine.predict(X) == "a"))
    assert found[1] > found[0] + 0.2


def test_paths_are_whitened_and_trained_by_themselves_with_their_own_gamma():
    data = samples(width=features.PATH_SIZE)
    pen = training.train_pen(data, Settings(gamma=100.0))
    assert pen.machine.labels == "012"
    whitened = data.whitened(KEPT_OF_PATHS, POWER_OF_PATHS)
    assert pen.machine.gamma == pytest.approx(training.default_gamma(whitened.X))
    np.testing.assert_array_equal(pen.machine.projection, whitened.projection)
    assert pen.held_out_error < 0.05
    found = np.array(list("012"))[pen.machine.scores(data.X).argmax(axis=1)]
    assert np.mean(found == data.y) > 0.95
    assert training.train_pen(samples(labels="0", width=features.PATH_SIZE), Settings()) is None
