"""Painted strokes cover what the pen went over, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc.gui.brush import painted, smoothed


def test_a_straight_line_is_as_thick_as_asked():
    picture, left, _ = painted(np.array([[10.0, 20.0], [60.0, 20.0]]), 4.0, "#000000")
    cover = np.asarray(picture)[:, :, 3] / 255
    assert cover[:, 35 - left].sum() == pytest.approx(4.0, abs=0.1)
    assert cover.sum() == pytest.approx(50 * 4 + np.pi * 4, rel=0.03)


def test_a_point_is_a_dot():
    picture, left, top = painted(np.array([[5.0, 5.0]]), 6.0, "#123456")
    pixels = np.asarray(picture)
    assert (pixels[:, :, 3] / 255).sum() == pytest.approx(np.pi * 9, rel=0.03)
    assert tuple(pixels[5 - top, 5 - left]) == (0x12, 0x34, 0x56, 255)


def test_negative_places_are_fine():
    picture, left, top = painted(np.array([[-30.5, -8.2], [-10.0, -9.0]]), 3.0, "#000000")
    assert left < -30
    assert top < -8
    assert np.asarray(picture)[:, :, 3].max() == 255


def test_smoothing_keeps_the_ends_and_stays_within_what_was_written():
    zigzag = np.array([[0.0, 0.0], [10.0, 30.0], [20.0, 0.0], [20.0, 0.0], [30.0, 30.0]])
    path = smoothed(zigzag)
    assert path[0].tolist() == [0, 0]
    assert path[-1].tolist() == [30, 30]
    assert path.min() >= 0
    assert path.max() <= 30
    assert len(path) > len(zigzag)


def test_the_same_point_many_times_is_one():
    assert len(smoothed(np.zeros((7, 2)))) == 1
