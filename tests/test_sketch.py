from __future__ import annotations

import numpy as np
import pytest

from hwcalc import _svm
from hwcalc.sketch import LANDMARKS, Sketch, sketch

COUNTS = np.array([3000, 1500, 200])
GAMMA = 0.02


@pytest.fixture(scope="module")
def machine():
    """A machine of random coefficients and 4,700 support vectors."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(COUNTS.sum(), 12)).astype(np.float32)
    dual = rng.normal(size=(2, len(vectors)))
    return vectors, _svm.Machine(vectors, COUNTS, dual, np.array([1.0, -2.0, 0.5]), "rbf", GAMMA)


def test_it_tells_the_margins_of_other_samples(machine):
    vectors, exact = machine
    made = sketch(vectors, COUNTS, GAMMA, exact.decide)
    assert isinstance(made, Sketch)
    X = np.random.default_rng(1).normal(size=(200, 12)).astype(np.float32)
    distance = np.square(X[:, None] - vectors[made.landmarks]).sum(axis=2)
    margins = made.start + np.exp(-GAMMA * distance) @ made.terms @ made.pairs
    truth = exact.decide(X)
    assert np.sqrt(np.mean((margins - truth) ** 2)) < 0.02 * truth.std()


def test_small_classes_have_more_than_their_share_of_landmarks(machine):
    made = sketch(*machine[:1], COUNTS, GAMMA, machine[1].decide)
    assert len(np.unique(made.landmarks)) == len(made.landmarks) <= LANDMARKS
    counted = np.histogram(made.landmarks, [0, 3000, 4500, 4700])[0]
    assert counted[2] > 2 * LANDMARKS * 200 / 4700
    assert counted[0] > counted[1] > counted[2]


def test_a_small_machine_needs_none():
    assert (
        sketch(np.zeros((4 * LANDMARKS - 1, 2), np.float32), np.array([5, 5]), GAMMA, lambda X, n: X) is None
    )
