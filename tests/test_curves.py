"""Curves of the pen: they pass where they should and keep their ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hwcalc.curves import reported, resampled, rounded, spaced, spline

nodes = st.integers(2, 8).flatmap(
    lambda count: arrays(np.float64, (count, 2), elements=st.floats(-2.0, 2.0, allow_subnormal=False))
)


@given(nodes=nodes, angularity=st.floats(0.0, 1.0), data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_spline_passes_through_its_nodes(nodes, angularity, data):
    corners = np.array(data.draw(st.lists(st.booleans(), min_size=len(nodes), max_size=len(nodes))))
    curve = spline(nodes, corners, angularity, samples=7)
    np.testing.assert_allclose(curve[::7], nodes, atol=1e-9)


def test_a_polygon_is_straight_and_a_spline_is_not():
    nodes = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    smooth, corner = np.zeros(3, dtype=bool), np.array([False, True, False])
    polygon = spline(nodes, smooth, angularity=1.0)
    np.testing.assert_allclose(polygon[:, 1], 1.0 - np.abs(polygon[:, 0] - 1.0), atol=1e-12)
    np.testing.assert_allclose(spline(nodes, corner), polygon, atol=1e-12)
    assert np.abs(spline(nodes, smooth) - polygon).max() > 0.05


@given(nodes=nodes)
@settings(max_examples=100, deadline=None)
def test_ends_stay(nodes):
    for line in (resampled(nodes, 9), spaced(nodes, 0.05), rounded(spaced(nodes, 0.05), 2.0)):
        np.testing.assert_allclose(line[[0, -1]], nodes[[0, -1]], atol=1e-9)


def test_resampled_points_are_equally_far_apart():
    line = resampled(np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 1.0]]), 5)
    np.testing.assert_allclose(line, [[0, 0], [1, 0], [2, 0], [3, 0], [3, 1]])


def test_rounding_cuts_a_corner_and_leaves_a_line():
    corner = spaced(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]), 0.01)
    assert np.hypot(*(rounded(corner, 5.0) - (1.0, 0.0)).T).min() > 0.02
    line = spaced(np.array([[0.0, 0.0], [1.0, 2.0]]), 0.01)
    np.testing.assert_allclose(rounded(line, 5.0), line, atol=1e-12)


def test_a_pen_reports_more_in_bends_when_it_slows():
    corner = spaced(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]), 0.01)

    def shortest(slowing):
        return np.hypot(*np.diff(reported(corner, 40.0, slowing), axis=0).T).min()

    assert shortest(3.0) < 0.7 * shortest(0.0)
    assert len(reported(corner, 40.0, 0.0)) == pytest.approx(80, abs=1)
