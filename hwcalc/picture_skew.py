"""How far the lines of writing in a picture are turned from level.

In flow the pieces of a picture, out flows an angle: that under which most pieces stand level with others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .ink import FloatArray, Stroke

_STEEPEST = 16.0  # degrees
_STEP = 0.5
_MOST = 200  # pieces looked at
_NEAR, _FAR = 0.8, 9.0  # how far apart two pieces of one line are, in heights of a digit
_LEVEL = 0.15  # deviation of their middles from the line, in the same unit
_CLEAR = 1.2  # times more pieces stand level than without a turn
_AGREED = 0.3  # share of the pairs within a line that must stand level


def skew(strokes: Sequence[Stroke]) -> float:
    """The angle in degrees by which the lines climb, from -16 to 16 (then: go down); 0 if it is not clear."""
    boxes = [s.box for s in strokes]
    sizes = np.array([(b.width, b.height) for b in boxes])
    tall = sizes[:, 1] >= 0.5 * np.quantile(sizes[:, 1], 0.9)
    unit = float(np.median(sizes[tall, 1]))
    centers = np.array([b.center for b in boxes])[sizes.max(axis=1) >= 0.3 * unit]
    centers = centers[:: -(-len(centers) // _MOST)] / unit
    x, y = (centers[None] - centers[:, None]).transpose(2, 0, 1)
    pairs = (x > _NEAR) & (x < _FAR) & (np.abs(y) < x * np.tan(np.radians(_STEEPEST)) + 2 * _LEVEL)
    x, y = x[pairs], y[pairs]
    if len(x) < 3:
        return 0.0
    degrees = np.arange(-_STEEPEST, _STEEPEST + _STEP / 2, _STEP)
    level = np.array([_together(y - x * np.tan(np.radians(-d))) for d in degrees])
    best = int(level.argmax())
    straight = _together(y)
    if level[best] < _CLEAR * straight or level[best] < _AGREED * len(x):
        return 0.0
    return float(degrees[best])


def _together(apart: FloatArray) -> float:
    """How many are about 0."""
    return float(np.exp(-0.5 * (apart / _LEVEL) ** 2).sum())
