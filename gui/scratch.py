"""Scratching out: a zigzag over ink takes that ink away, as on paper.

In flow the points of a stroke and the strokes before it; out flow the numbers of those it scratches out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hwcalc.crossed_out import main_axes, sweeps
from hwcalc.gui.sheet import Stroke
from hwcalc.ink import FloatArray

SWEEPS = 5  # strokes of the pen to and fro; no symbol has so many
FULL = 0.4  # of the extent of the zigzag: a shorter sweep is a tremble
LONG = 24.0  # logical units: nobody scratches out less
COVERED = 0.6  # of a stroke's points lie within the zigzag
SLACK = 4.0  # logical units around it


def scratched_out(points: FloatArray, strokes: Mapping[int, Stroke]) -> set[int]:
    """The numbers of the strokes that a stroke scratches out; none when it is writing.

    Parameters
    ----------
    points : float64 (k, 2), k >= 1
    strokes : mapping of number to Stroke
    """
    if len(points) < 2 * SWEEPS:
        return set()
    center = points.mean(axis=0)
    axes = main_axes(points)
    path = (points - center) @ axes.T
    extent = float(np.ptp(path[:, 0]))
    if extent < LONG or sweeps(path[:, 0], FULL * extent) < SWEEPS:
        return set()
    low, high = path.min(axis=0) - SLACK, path.max(axis=0) + SLACK
    found = set()
    for number, stroke in strokes.items():
        there = (stroke.points[:, :2] - center) @ axes.T
        if np.all((there >= low) & (there <= high), axis=1).mean() >= COVERED:
            found.add(number)
    return found
