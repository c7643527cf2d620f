"""Virtual samples: the same glyph, mildly different, from a seed."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc import datasets, features
from hwcalc.distort import BEND, distorted

CROSS = [np.linspace((100.0, 300.0), (180.0, 380.0), 20), np.linspace((180.0, 300.0), (100.0, 380.0), 20)]


@pytest.fixture(scope="module")
def digits():
    return datasets.load_mnist("test").glyphs[:12]


def test_strokes_stay_strokes_near_where_they_were():
    made = distorted([CROSS] * 20, 1)
    moved = np.array([[np.hypot(*(a - b).T).max() for a, b in zip(m, CROSS, strict=True)] for m in made])
    assert all(len(m) == 2 and m[0].shape == CROSS[0].shape for m in made)
    assert 0.3 * BEND < np.median(moved) / 80 < 8 * BEND
    assert len({m[0].tobytes() for m in made}) == 20


def test_a_seed_gives_the_same_samples_and_no_strength_the_same_shape(digits):
    glyphs = [*digits, CROSS]
    for a, b in zip(distorted(glyphs, [3, 1]), distorted(glyphs, [3, 1]), strict=True):
        np.testing.assert_array_equal(np.concatenate(a), np.concatenate(b))
    np.testing.assert_allclose(distorted([CROSS], 3, strength=0.0)[0], CROSS, atol=1e-9)
    same = features.extract(distorted(digits, 3, strength=0.0))
    assert np.abs(same - features.extract(digits)).mean() < 0.05


def test_pictures_of_any_size_keep_their_ink(digits):
    for picture in (digits[0], np.kron(digits[0], np.ones((9, 9), np.uint8)), digits[0][:, 10:14]):
        made = distorted([picture], 5)[0]
        assert made.dtype == np.uint8
        assert made.ndim == 2
        assert made.shape > picture.shape
        assert made.max() > 128


def test_a_virtual_sample_is_nearer_to_its_own_than_to_another(digits):
    own, made = features.extract(digits), features.extract(distorted(digits, 2))
    apart = np.linalg.norm(made[:, None] - own[None], axis=2)
    assert (apart.argmin(axis=1) == np.arange(len(digits))).all()
