from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from hwcalc import _features, datasets, features
from hwcalc.handwriting import glyphs as synthetic_glyphs
from hwcalc.transformer import GlyphFeatures

from . import features_twin as twin

STROKES, LABELS = synthetic_glyphs("0123456789+-×÷/=().", 60, seed=3)


@pytest.fixture(scope="module")
def digits():
    return datasets.load_mnist("test").glyphs[:40]


def unweighted(rows):
    out = rows.copy()
    out[:, -_features.SHAPE_COUNT :] /= _features.SHAPE_WEIGHT
    return out


def test_pictures_agree_with_the_twin(digits):
    found = unweighted(features.extract(digits))
    np.testing.assert_allclose(found, [twin.describe(d) for d in digits], atol=2e-3)


def test_drawn_strokes_agree_with_the_twin():
    canvases = [_features.draw(_features.Strokes([g]), 1.0) for g in STROKES[:20]]
    found = unweighted(features.extract(STROKES[:20]))
    np.testing.assert_allclose(found, [twin.describe(c) for c in canvases], atol=2e-3)


def test_a_large_picture_is_averaged_as_the_twin_does(digits):
    large = np.kron(digits[0], np.ones((5, 5), np.uint8))
    np.testing.assert_allclose(unweighted(features.extract([large]))[0], twin.describe(large), atol=2e-3)


def test_shapes_and_paths_of_strokes_come_together_too():
    shapes, paths = features.extract_drawn(STROKES)
    np.testing.assert_array_equal(shapes, features.extract(STROKES))
    np.testing.assert_array_equal(paths, features.extract_paths(STROKES))


def test_a_stroke_is_drawn_where_it_runs():
    canvas = _features.draw(_features.Strokes([[[[0, 0], [10, 0]]]]), 1.0)
    middle = _features.CANVAS_SIDE // 2
    assert canvas[middle, 8:-8].min() == 255
    assert canvas[: middle - 4].max() == canvas[middle + 4 :].max() == 0


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e9])
def test_features_do_not_depend_on_the_unit_or_the_place(scale):
    moved = [[s * scale + 7 * scale for s in g] for g in STROKES]
    np.testing.assert_allclose(features.extract(moved), features.extract(STROKES), atol=0.02)


def test_features_do_not_depend_on_the_batch_or_the_threads(digits):
    mixed = [x for pair in zip(digits, STROKES, strict=False) for x in pair] * 8
    together = features.extract(mixed, n_jobs=2)
    alone = np.concatenate([features.extract([g], n_jobs=1) for g in mixed])
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("glyph", [[[[3, 4]]], [[[3, 4], [3, 4]]], [[[0, 0], [5, 0]], [[1, 1]]]])
def test_points_and_flat_lines_have_finite_features(glyph):
    assert np.isfinite(features.extract([glyph])).all()


@pytest.mark.parametrize("point", [np.nan, np.inf, -np.inf, 1e300, 1e38, 1e-44])
def test_a_point_that_is_no_place_is_drawn_on_the_canvas(point):
    with np.errstate(all="ignore"):
        assert features.extract([[[[0, 0], [1e-45, 0], [0, point], [point, point]]]]).shape == (
            1,
            features.SIZE,
        )


def test_a_blank_picture_has_no_features():
    assert not features.extract([np.zeros((9, 9), np.uint8)]).any()


def test_a_slash_and_a_bar_keep_apart_after_deskewing():
    slash, bar = features.extract([[[[0, 10], [6, 0]]], [[[0, 10], [0, 0]]]])
    assert np.linalg.norm(slash - bar) > 0.3


@pytest.mark.parametrize("glyph", [np.zeros((2, 3, 4), np.uint8), np.zeros((0, 4), np.uint8)])
def test_a_picture_of_a_wrong_shape_is_refused(glyph):
    with pytest.raises(ValueError, match="uint8"):
        features.extract([glyph])


def test_a_glyph_without_points_is_refused():
    with pytest.raises(ValueError, match="no points"):
        features.extract([[]])


@pytest.mark.parametrize("stroke", [[[0], [1], [2]], [0, 1, 2], 5.0, [[[1, 2]]]])
def test_a_stroke_that_is_no_row_of_points_is_refused(stroke):
    with pytest.raises(ValueError, match=re.escape(f"(k, 2), not {np.shape(stroke)}")):
        features.extract([[[[1, 2]], stroke]])


@pytest.mark.parametrize("glyph", [[1.0, 2.0], np.zeros(784), np.array([None, None])])
def test_numbers_are_no_strokes(glyph):
    with pytest.raises(ValueError, match=r"\(k, 2\), not \(\); a picture is uint8"):
        features.extract([glyph])


def test_strokes_may_come_in_any_type_and_layout():
    glyph = STROKES[0]
    timed = [np.asfortranarray(np.column_stack([stroke, stroke[:, 0]])) for stroke in glyph]
    plain = features.extract([glyph])
    np.testing.assert_array_equal(features.extract([timed]), plain)
    np.testing.assert_array_equal(features.extract([[stroke.tolist() for stroke in glyph]]), plain)


def test_the_transformer_works_in_a_pipeline(digits):
    pipeline = make_pipeline(clone(GlyphFeatures()))
    np.testing.assert_array_equal(pipeline.fit_transform(digits), features.extract(digits))


def test_the_loops_of_every_processor_agree(digits, tmp_path):
    glyphs = [*digits[:5], np.full((3, 40_000), 200, np.uint8), *STROKES[:5]]
    code = (
        "import sys, pickle, numpy as np; from hwcalc import features;"
        "np.save(sys.argv[2], features.extract(pickle.load(open(sys.argv[1], 'rb'))))"
    )
    (tmp_path / "glyphs").write_bytes(pickle.dumps(glyphs))
    subprocess.run(
        [sys.executable, "-c", code, tmp_path / "glyphs", tmp_path / "found.npy"],
        env={**os.environ, "HWCALC_SIMD": "0"},
        check=True,
    )
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), features.extract(glyphs), atol=2e-3)


def test_paths_agree_with_the_twin():
    np.testing.assert_allclose(features.extract_paths(STROKES), [twin.path(g) for g in STROKES], atol=2e-3)


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e9])
def test_paths_do_not_depend_on_the_unit_the_place_or_the_threads(scale):
    moved = [[s * scale + 7 * scale for s in g] for g in STROKES] * 6
    np.testing.assert_allclose(
        features.extract_paths(moved, n_jobs=2), features.extract_paths(STROKES * 6, n_jobs=1), atol=0.02
    )


def test_a_path_tells_the_order_and_the_direction_of_strokes():
    down, across = [[0, 0], [0, 9]], [[-4, 4], [4, 4]]
    plus, crossed, upward = features.extract_paths([[down, across], [across, down], [down[::-1], across]])
    assert np.linalg.norm(plus - crossed) > 1
    assert np.linalg.norm(plus - upward) > 1


def test_the_lifted_pen_counts_half():
    (row,) = features.extract_paths([[[[0, 0], [10, 0]], [[10, 10], [0, 10]]]])
    x, y, *_, up = row.reshape(-1, 5).T
    assert 5 <= np.count_nonzero(up) <= 7  # a fifth of 32
    assert (x[up > 0] == 1).all()
    assert (np.diff(y) >= 0).all()


@pytest.mark.parametrize(
    "glyph", [[[[3, 4]]], [[[3, 4], [3, 4]]], [[[3, 4]], [[3, 4]]], [[[3, 4]] * 50, [[3, 4]]]]
)
def test_a_glyph_without_length_has_no_path(glyph):
    assert not features.extract_paths([glyph]).any()


@pytest.mark.parametrize("point", [np.nan, np.inf, -np.inf, 1e300, 3e38, -3e38, 1e-44])
def test_paths_are_bounded_whatever_the_points(point):
    glyphs = [
        [[[0, 0], [1e-45, 0], [0, point], [point, point]]],
        [[[0, 0], [point, 3]], [[1, 1]]],
        [[[point, 1]], [[2, 2]]],
    ]
    with np.errstate(all="ignore"):
        assert np.abs(features.extract_paths(glyphs)).max() <= 1


def test_no_glyphs_have_no_paths():
    assert features.extract_paths([]).shape == (0, features.PATH_SIZE)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 101, 1000])
@pytest.mark.parametrize("kinds", [2, 10**6])
def test_the_median_step_is_that_of_all_that_are_not_0(count, kinds):
    """Many of few lengths, or few that are alike; a point that stands still is no step."""
    lengths = np.random.default_rng(count).integers(1, kinds + 1, count).astype(float)
    across = np.concatenate([[0.0], np.repeat(np.cumsum(lengths), 2)])
    stroke = np.stack([0.6 * across, 0.8 * across, np.ones_like(across)], axis=1)
    expected = np.median(lengths) if count else 0
    assert _features.median_step(stroke) == (count, pytest.approx(expected))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_fork_of_a_process_that_used_threads_does_not_hang():
    code = (
        "import os, numpy as np; from hwcalc import features; glyphs = [np.eye(9, dtype=np.uint8)] * 300;"
        "features.extract(glyphs, n_jobs=2); child = os.fork(); features.extract(glyphs, n_jobs=2);"
        "child or os._exit(0); assert os.waitpid(child, 0)[1] == 0"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], env=env, start_new_session=True) as process:
        try:
            assert process.wait(timeout=20) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
