"""Frames and rings: what is drawn around an answer says nothing, and a worksheet's box holds the digit that is read.

In flow the strokes of an ink; out flow those that go around others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from .ink import Box, FloatArray, Ink, evenly
from .segment import holds, unit_height
from .structure import is_straight

HIGHER = 1.2
"""How much higher than a digit a frame is, at least: a 0 with a point in it is none, nor is any with a slash alone."""

FULL = 1 / 3
"""Least height of what is in a frame, as a share of the frame's."""

SECTORS, OPEN = 16, 1
"""Directions in which the frame is looked for from the middle of what is in it, and in how many it may be missing."""

STEP = 0.05
"""Distance of the points that stand for a stroke, as a share of the frame's height."""

OUTSIDE = 0.6
"""Least share of the frame's ink outside of the box around what is in it: a ring cuts its corners."""


def frames(ink: Ink) -> frozenset[int]:
    """The strokes of frames, each drawn in one."""
    boxes = [stroke.box for stroke in ink.strokes]
    held = holds(boxes)
    around = np.flatnonzero(held.any(axis=1)).tolist()
    return frozenset(i for i in around if _is_frame(ink, i, boxes, np.flatnonzero(held[i]).tolist()))


def _is_frame(ink: Ink, stroke: int, boxes: Sequence[Box], inside: Sequence[int]) -> bool:
    """Whether a stroke is the frame of others, whose middles are in its box."""
    box, others = boxes[stroke], [b for i, b in enumerate(boxes) if i != stroke]
    held = reduce(Box.union, (boxes[i] for i in inside))
    if held.height < FULL * box.height:
        return False
    if len(inside) == 1 and _is_slash(ink, inside[0]):
        return False
    points = ink.strokes[stroke].places
    drawn = evenly(points, STEP * box.height) if ink.pen_width is None else points
    return _surrounds(drawn, held) and box.height >= HIGHER * unit_height(others)


def _is_slash(ink: Ink, stroke: int) -> bool:
    """Whether a stroke is straight between two corners of its box, as the slash of a 0 is."""
    box, points = ink.strokes[stroke].box, ink.strokes[stroke].places
    mirrored = [box.left + box.right, 0.0] + points * [-1.0, 1.0]
    return is_straight(box, points) or is_straight(box, mirrored)


def _surrounds(points: FloatArray, held: Box) -> bool:
    """Whether ink is on all sides of a box, seen from its middle, and outside of it."""
    x, y = (points - held.center).T
    outside = (np.abs(x) > held.width / 2) | (np.abs(y) > held.height / 2)
    turns = np.arctan2(y / max(held.height, 1e-12), x / max(held.width, 1e-12))[outside]
    seen = np.unique(np.floor(turns / (2 * np.pi) * SECTORS) % SECTORS)
    return bool(outside.mean() > OUTSIDE and len(seen) >= SECTORS - OPEN)
