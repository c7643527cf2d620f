"""hwcalc.page_grid: nothing that is near is missed, and most of what is far is left out."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc.ink import Box
from hwcalc.page_grid import Grid, connected


def scattered(count: int, side: float) -> list[Box]:
    rng = np.random.default_rng(0)
    corners = rng.uniform(-side / 2, side / 2, (count, 2))
    return [
        Box(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, rng.uniform(0, 3, (count, 2)), strict=True)
    ]


def apart(a: Box, b: Box) -> float:
    return max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom)


@pytest.mark.parametrize("reach", [0.0, 0.7, 4.0])
def test_what_is_near_is_found(reach: float) -> None:
    boxes = scattered(200, 40)
    grid = Grid(boxes, 2.0)
    for box in boxes:
        near = grid.near(box, reach)
        assert near == sorted(near)
        assert {i for i, other in enumerate(boxes) if apart(box, other) <= reach} <= set(near)


def test_what_is_far_is_left_out() -> None:
    boxes = scattered(400, 200)
    grid = Grid(boxes, 2.0)
    assert all(apart(box, boxes[i]) < 4.0 for box in boxes for i in grid.near(box))
    assert Grid([], 1.0).near(boxes[0]) == []


def test_connected() -> None:
    assert connected(6, [(4, 1), (2, 3), (1, 2)]) == [[0], [1, 2, 3, 4], [5]]
    assert connected(0, []) == []
