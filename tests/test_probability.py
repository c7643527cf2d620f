from __future__ import annotations

import numpy as np
import pytest

from hwcalc._probability import likeliest, log_softmax, mix, weigh


def softmax(scores):
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 7.0])
def test_log_softmax_is_that_of_scores_over_a_temperature(temperature):
    scores = np.random.default_rng(0).normal(size=(9, 5)) * 20
    scores[2, 3] = -np.inf
    with np.errstate(divide="ignore"):
        expected = np.log(softmax(scores / temperature))
    np.testing.assert_allclose(log_softmax(scores, temperature), expected, rtol=1e-5, atol=1e-5)
    assert log_softmax(np.empty((0, 5))).shape == (0, 5)


@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4)])
def test_scores_that_are_no_rows_are_refused(shape):
    with pytest.raises(ValueError, match="shape"):
        log_softmax(np.zeros(shape))


def test_a_second_opinion_moves_probability_among_its_columns_alone():
    rng = np.random.default_rng(1)
    before, first, second = (log_softmax(rng.normal(size=(4, 6))) for _ in range(3))
    columns, theirs, rest = [5, 0, 2], [1, 2, 4], [1, 3, 4]
    found = before.copy()
    mix(found, first, second, [3, 1], np.array([columns, theirs], np.int32).T.copy(), 0.4)
    for row in 3, 1:
        own = np.exp(before[row, columns])
        shares = np.exp(0.6 * first[row, columns] + 0.4 * second[row, theirs])
        np.testing.assert_allclose(np.exp(found[row, columns]), own.sum() * shares / shares.sum(), rtol=1e-5)
        np.testing.assert_array_equal(found[row, rest], before[row, rest])
    np.testing.assert_array_equal(found[[0, 2]], before[[0, 2]])


def test_a_prior_and_evidence_of_one_class_are_added():
    found = log_softmax(np.random.default_rng(2).normal(size=(3, 4)))
    before, prior = found.copy(), np.array([0.5, 0, -np.inf, 0], np.float32)
    weigh(found, prior, [0.0, -1.0, 1.0], 3, [], 2.0)
    expected = softmax(before + prior + np.array([[0, 0, 0, 0], [0, 0, 0, -1], [0, 0, 0, 1]]))
    np.testing.assert_allclose(np.exp(found), expected, rtol=1e-5)


def test_evidence_softens_what_has_no_shape():
    row = np.log(np.array([[0.7, 0.2, 0.1]], np.float32))
    found, none = row.copy(), np.zeros(3, np.float32)
    weigh(found, none, [1.5], 2, [0], 2.0)
    np.testing.assert_allclose(np.exp(found), softmax(row / 4 + [[0, 0, 1.5]]), rtol=1e-5)
    for evidence, plain in ((1.5, [1, 2]), (-1.5, [0])):  # another class is best, or it speaks against
        found = row.copy()
        weigh(found, none, [evidence], 2, plain, 2.0)
        np.testing.assert_allclose(np.exp(found), softmax(row + np.array([0, 0, evidence])), rtol=1e-5)


def test_arrays_of_another_type_are_refused():
    found = np.zeros((1, 2))
    with pytest.raises(TypeError, match="float32"):
        weigh(found, np.zeros(2, np.float32), [0.0], 0, [], 1.0)
    found = found.astype(np.float32)
    with pytest.raises(TypeError, match="int32"):
        mix(found, found, found, [0], np.zeros((1, 2)), 0.5)


def test_the_likeliest_is_the_first_of_the_largest():
    found = np.random.default_rng(3).integers(0, 4, (50, 6)).astype(np.float32)
    found[:, 2] = -np.inf
    assert likeliest(found) == found.argmax(axis=1).tolist()
    assert likeliest(found[:0]) == []
