"""LinearSVC against its NumPy twin, scikit-learn's checks, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.utils.estimator_checks import check_estimator

from hwcalc._svm import compress
from hwcalc.linear_svm import LinearSVC

from .svm_twin import hinge_descent


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return (X / 16).astype(np.float32), y


def test_passes_scikit_learns_checks():
    check_estimator(LinearSVC(max_iter=20, learning_rate=0.01))


@pytest.mark.parametrize("alpha", [0.0, 1e-4, 5.0, 40.0])
@pytest.mark.parametrize("average", [False, True])
def test_weights_are_those_of_the_plain_loop(digits, alpha, average):
    X, y = digits[0][:150], digits[1][:150]
    model = LinearSVC(0.01, 2, alpha, shuffle=False, average=average).fit(X, y)
    for c in range(10):
        orders = [np.arange(150)] * 2
        w, b, *_ = hinge_descent(X.astype(float), np.where(y == c, 1, -1), 0.01, alpha, orders)
        if average:  # over the second of the two passes: the mean of both, less the first
            first = hinge_descent(X.astype(float), np.where(y == c, 1, -1), 0.01, alpha, orders[:1])
            both = hinge_descent(X.astype(float), np.where(y == c, 1, -1), 0.01, alpha, orders)
            w, b = 2 * both[2] - first[2], 2 * both[3] - first[3]
        np.testing.assert_allclose(model.coef_[c], w, atol=2e-6)
        np.testing.assert_allclose(model.intercept_[c], -b, atol=1e-9)


def test_many_steps_of_strong_decay_stay_finite():
    """The scale of the weights shrinks by a tenth a step here, and is folded back before it vanishes."""
    random = np.random.default_rng(0)
    X, y = random.normal(size=(2000, 3)), random.integers(0, 2, 2000)
    model = LinearSVC(0.1, 1, 0.5, shuffle=False, average=True).fit(X, y)
    w, b, mean, _ = hinge_descent(X, np.where(y == 1, 1, -1), 0.1, 0.5, [np.arange(2000)])
    np.testing.assert_allclose(model.coef_[0], mean, rtol=1e-4, atol=1e-6)
    model.set_params(average=False).fit(X, y)
    np.testing.assert_allclose(model.coef_[0], w, rtol=1e-4, atol=1e-6)
    assert model.intercept_[0] == pytest.approx(-b)


def test_threads_and_precision_change_nothing(digits):
    X, y = digits
    labels = (y + 10 * (np.arange(len(y)) % 4)).astype(int)  # 40 classes: more than one block of lanes
    model = LinearSVC(max_iter=3, random_state=0, n_jobs=1).fit(X, labels)
    threads = clone(model).set_params(n_jobs=2).fit(X, labels)
    double = clone(model).fit(X.astype(float), labels)
    np.testing.assert_array_equal(model.coef_, threads.coef_)
    np.testing.assert_array_equal(model.coef_, double.coef_)


def test_early_stopping_keeps_the_best_pass(digits):
    X, y = digits
    model = LinearSVC(0.01, early_stopping=True, random_state=0).fit(X, y)
    assert model.n_iter_ < 100
    assert len(model.loss_) == model.n_iter_
    assert model.score(X, y) > 0.93


def test_the_loss_falls(digits):
    loss = LinearSVC(0.01, 10, random_state=0).fit(*digits).loss_
    assert loss[-1] < 0.5 * loss[0]


def test_two_classes_have_one_margin(digits):
    X, y = digits
    few = y < 2
    model = LinearSVC(0.01, 10).fit(X[few], np.array(["zero", "one"])[y[few]])
    margin = model.decision_function(X[few])
    assert margin.shape == (few.sum(),)
    np.testing.assert_array_equal(model.classes_[(margin > 0).astype(int)], model.predict(X[few]))
    assert model.score(X[few], np.array(["zero", "one"])[y[few]]) > 0.98


def test_compress_lists_what_is_not_zero():
    X = np.array([[0, 2, 0, -1], [0, 0, 0, 0], [5, 0, 0, 0]], np.float64)
    values, features, starts = compress(X)
    assert values.tolist() == [2, -1, 5]
    assert features.tolist() == [1, 3, 0]
    assert starts.tolist() == [0, 2, 2, 3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning_rate": -1}, "learning_rate"),
        ({"alpha": 1000, "learning_rate": 1}, "learning_rate \\* alpha"),
        ({"max_iter": 0}, "max_iter"),
        ({"validation_fraction": 1.5}, "validation_fraction"),
    ],
)
def test_bad_parameters(digits, change, message):
    with pytest.raises(ValueError, match=message):
        LinearSVC(**change).fit(*digits)


def test_one_class_is_no_problem_to_learn(digits):
    with pytest.raises(ValueError, match="The number of classes has to be greater than one; got 1 class"):
        LinearSVC().fit(digits[0], np.zeros(len(digits[0])))


def test_holding_out_everything_is_an_error():
    with pytest.raises(ValueError, match="validation_fraction"):
        LinearSVC(early_stopping=True, validation_fraction=0.9).fit([[0.0], [1.0]], [0, 1])


def test_divergence_is_an_error():
    X = np.array([[1e30], [-1e30], [2e30], [-3e30]])
    with pytest.raises(ValueError, match="scale the data"):
        LinearSVC(1e10, 50, 0).fit(X, [0, 1, 1, 0])


@pytest.mark.filterwarnings("error")
def test_samples_beyond_what_can_be_told_are_refused(digits):
    model = LinearSVC(max_iter=3).fit(*digits)
    for predict in (model.predict, model.decision_function):
        with pytest.raises(ValueError, match=r"overflows on these samples: scale them"):
            predict(np.full((2, 64), 1e308))


def test_the_callback_hears_of_each_pass_and_may_stop(digits):
    heard = []
    model = LinearSVC(0.01, 4, random_state=0, callback=lambda *told: heard.append(told)).fit(*digits)
    assert [passes for passes, _ in heard] == [1, 2, 3, 4]
    np.testing.assert_array_equal([loss for _, loss in heard], model.loss_)

    def stop(passes, loss):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LinearSVC(0.01, 4, callback=stop).fit(*digits)
