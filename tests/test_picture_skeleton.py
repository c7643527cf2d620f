"""hwcalc.picture_skeleton: lines come apart where they meet, and go on through a crossing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hwcalc.picture_skeleton import skeleton, strokes_of

PEN = 5


def drawn(*lines: list[tuple[int, int]]) -> np.ndarray:
    mask = np.zeros((90, 120), np.uint8)
    for line in lines:
        cv2.polylines(mask, [np.array(line, np.int32).reshape(-1, 1, 2)], False, 255, PEN)
    return mask


ACROSS, DOWN, HALF = [(15, 45), (100, 45)], [(57, 10), (57, 80)], [(57, 45), (57, 80)]


def test_a_skeleton_is_one_pixel_thin_and_in_one_piece() -> None:
    mask = drawn(ACROSS, DOWN)
    line = skeleton((mask > 0).astype(np.uint8))
    assert not (line & (mask == 0)).any()
    assert cv2.connectedComponents(line.astype(np.uint8), connectivity=8)[0] == 2
    assert np.count_nonzero(line) == pytest.approx(85 + 70, abs=2 * PEN)


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ((ACROSS,), 1),
        (([(20, 10), (20, 80), (100, 80)],), 1),  # a corner is no junction
        ((ACROSS, DOWN), 2),
        (([(20, 10), (90, 80)], [(90, 10), (20, 80)]), 2),
        ((ACROSS, HALF), 3),
        ((ACROSS, [(57, 43), (57, 49)]), 1),  # a spur
    ],
)
def test_lines_come_apart_where_they_meet_and_go_on_through_crossings(lines: tuple, count: int) -> None:
    mask = drawn(*lines)
    pieces = strokes_of(mask, PEN)
    np.testing.assert_array_equal(pieces > 0, mask > 0)
    assert sorted(np.unique(pieces)) == list(range(count + 1))


def test_each_bar_of_a_plus_is_a_piece() -> None:
    across = drawn(ACROSS)
    pieces = strokes_of(drawn(ACROSS, DOWN), PEN)
    shares = [np.mean(across[pieces == k] > 0) for k in (1, 2)]
    assert max(shares) > 0.95
    assert min(shares) < 0.1


def test_rings_that_touch_keep_to_themselves() -> None:
    mask = np.zeros((90, 120), np.uint8)
    for x in (36, 82):
        cv2.circle(mask, (x, 45), 23, 255, PEN)
    pieces = strokes_of(mask, PEN)
    left, right = (set(np.unique(part)) - {0} for part in (pieces[:, :50], pieces[:, 70:]))
    assert left.isdisjoint(right)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 3)])
def test_any_shape_is_accepted(shape: tuple[int, int]) -> None:
    np.testing.assert_array_equal(strokes_of(np.full(shape, 255, np.uint8), PEN), np.ones(shape, np.uint8))


def test_noise_keeps_every_pixel() -> None:
    mask = (np.random.default_rng(0).random((80, 200)) < 0.6).astype(np.uint8)
    np.testing.assert_array_equal(strokes_of(mask, 3) > 0, mask > 0)
