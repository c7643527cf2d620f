"""Zigzags: how often a pen went to and fro. What was scratched out is no symbol.

In flow the points of a stroke; out flows the number of its sweeps.
"""

from __future__ import annotations

import numpy as np

from .ink import FloatArray

SWEEPS = 7
"""A stroke of so many is no symbol: none of 3,525 lines of ink and drawn ones has one."""

FULL = 0.4
"""Shorter ones, as a share of all of the stroke, are a tremble."""

LARGE = 0.4
"""Least extent of what is scratched out, in units, the height of a digit."""


def is_scratched(points: FloatArray, unit: float) -> bool:
    """Whether a stroke scratches something out."""
    if len(points) <= SWEEPS:
        return False
    along = (points[:, :2] @ main_axes(points).T)[:, 0]
    extent = float(np.ptp(along))
    return extent > LARGE * unit and sweeps(along, FULL * extent) >= SWEEPS


def main_axes(points: FloatArray) -> FloatArray:
    """Two directions, float64 (2, 2), the first one that in which the pen mostly goes; of points (k, 2 or more)."""
    return np.asarray(np.linalg.svd(np.diff(points[:, :2], axis=0), full_matrices=False)[2])


def sweeps(along: FloatArray, least: float) -> int:
    """How often a path goes to and fro by at least `least`: the pieces between its turns."""
    count, direction = 0, 0
    turn = float(along[0])  # the farthest place in the direction of the sweep
    for place in along.tolist():
        if direction == 0:
            if abs(place - turn) >= least:
                count, direction, turn = 1, 1 if place > turn else -1, place
        elif (place - turn) * direction > 0:
            turn = place
        elif abs(place - turn) >= least:
            count, direction, turn = count + 1, -direction, place
    return count
