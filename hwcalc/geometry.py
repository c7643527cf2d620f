"""Where and how large symbols stand: log-weights of size, height on the line, and distance.

In flow boxes of candidates; out flow numbers for the grammar to add to log-probabilities. Lengths are
measured in units, the height of a digit of the same writing.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from .ink import Box, Ink

# label: (mean and deviation of log(longer side / unit), mean and deviation of the height of its middle
# below the middle of the line / unit)
_DIGIT = (0.0, 0.28, 0.0, 0.2)
SHAPE: dict[str, tuple[float, float, float, float]] = {
    **dict.fromkeys("0123456789", _DIGIT),
    ".": (math.log(0.17), 0.55, 0.42, 0.22),
    "-": (math.log(0.55), 0.45, 0.02, 0.2),
    "+": (math.log(0.65), 0.35, 0.02, 0.2),
    "×": (math.log(0.6), 0.35, 0.05, 0.2),
    "÷": (math.log(0.65), 0.35, 0.02, 0.2),
    "=": (math.log(0.6), 0.4, 0.02, 0.2),
    "/": (math.log(1.25), 0.3, 0.05, 0.25),
    "(": (math.log(1.3), 0.3, 0.0, 0.25),
    ")": (math.log(1.3), 0.3, 0.0, 0.25),
}
MIDDLE_DOT = (math.log(0.14), 0.45, 0.05, 0.15)
MIDDLE_DOT_WEIGHT = -1.5

SIZE_WEIGHT = 1.0
PLACE_WEIGHT = 1.0
OVERLAP_WEIGHT = 5.0
GAP_WEIGHT = 0.3

OUTLIER = 0.02
"""Share of symbols that stand or are sized like no other of their label."""


class Geometry:
    """The line of one ink and the log-weights of what stands on it.

    Parameters
    ----------
    ink : Ink
    unit : float
        Height of a digit, in the units of the ink.
    """

    def __init__(self, ink: Ink, unit: float) -> None:
        self.unit = unit
        self._slope, self._middle = _line(ink, unit)

    def middle(self, x: float) -> float:
        """The height of the middle of the line at x."""
        return self._middle + self._slope * x

    def of_symbol(self, label: str, box: Box) -> float:
        """Log-weight of a symbol's size and place on the line."""
        return self._weigh(box, SHAPE[label])

    def of_middle_dot(self, box: Box) -> float:
        """Log-weight of a dot that stands where a dot multiplies."""
        return MIDDLE_DOT_WEIGHT + self._weigh(box, MIDDLE_DOT)

    def _weigh(self, box: Box, shape: tuple[float, float, float, float]) -> float:
        x, y = box.center
        size = math.log(max(box.width, box.height, 0.03 * self.unit) / self.unit)
        place = (y - self.middle(x)) / self.unit
        return SIZE_WEIGHT * _log_normal(size, shape[0], shape[1]) + PLACE_WEIGHT * _log_normal(
            place, shape[2], shape[3]
        )

    def of_pair(self, first: Box, second: Box) -> float:
        """Log-weight of one symbol after another: overlap costs, a wide gap costs a little."""
        unit = self.unit
        gap = (second.left - first.right) / unit
        if gap >= 0:
            return -GAP_WEIGHT * min(gap, 3.0)
        narrow = max(min(first.width, second.width) / unit, 0.12)
        share = min(-gap / narrow, 1.5)
        return -OVERLAP_WEIGHT * share * share


@lru_cache(maxsize=4096)
def _log_normal(value: float, mean: float, deviation: float) -> float:
    """Log of a normal density with a floor for outliers."""
    z = (value - mean) / deviation
    density = math.exp(-0.5 * z * z) / deviation
    return math.log((1 - OUTLIER) * density + OUTLIER)


def _line(ink: Ink, unit: float) -> tuple[float, float]:
    """Slope and offset of the middle of the line: a robust straight line through the tall strokes."""
    boxes = [s.box for s in ink.strokes]
    tall = [b for b in boxes if 0.5 * unit <= b.height <= 1.8 * unit] or boxes
    x = np.array([b.center[0] for b in tall])
    y = np.array([b.center[1] for b in tall])
    if np.ptp(x) < 3 * unit:
        return 0.0, float(np.median(y))
    # the median of all slopes between two strokes (Theil 1950, Sen 1968)
    i, j = np.triu_indices(len(x), 1)
    apart = np.abs(x[j] - x[i]) > 1.5 * unit
    slope = float(np.median((y[j] - y[i])[apart] / (x[j] - x[i])[apart]))
    slope = max(-0.3, min(0.3, slope))
    return slope, float(np.median(y - slope * x))
