"""Where and how large symbols stand: log-weights of size, height on the line, and distance.

In flow boxes of candidates; out flow numbers for the grammar to add to log-probabilities. Lengths are
measured in units, the height of a digit of the same writing.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np

from .ink import Box, Ink
from .segment import Candidate

# label: (mean and deviation of log(longer side / unit), mean and deviation of the height of its middle
# below the middle of the line / unit)
_DIGIT = (0.0, 0.28, 0.0, 0.2)
SHAPE: dict[str, tuple[float, float, float, float]] = {
    **dict.fromkeys("0123456789", _DIGIT),
    ".": (math.log(0.17), 0.55, 0.42, 0.2),
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
MIDDLE_DOT_WEIGHT = -2.2

# Probability of a symbol's pen strokes being one, two, three, four: counted in UNIPEN, UJI and pendigits
_ONE = (0.97, 0.025, 0.004, 0.001)
STROKES: dict[str, tuple[float, float, float, float]] = {
    **dict.fromkeys("01236869.-/()", _ONE),
    "0": (0.85, 0.14, 0.008, 0.002),
    "1": (0.88, 0.10, 0.018, 0.002),
    "4": (0.15, 0.83, 0.018, 0.002),
    "5": (0.40, 0.58, 0.018, 0.002),
    "7": (0.60, 0.38, 0.018, 0.002),
    "8": (0.88, 0.11, 0.008, 0.002),
    "9": (0.94, 0.055, 0.004, 0.001),
    "+": (0.03, 0.96, 0.008, 0.002),
    "×": (0.08, 0.91, 0.008, 0.002),
    "=": (0.03, 0.96, 0.008, 0.002),
    "÷": (0.01, 0.05, 0.93, 0.01),
}
APART = frozenset("=÷")
"""Labels whose strokes do not touch."""

TOUCH_SCALE = 0.06
"""Strokes of a symbol that should touch are this far apart, in units, or less: the mean of an exponential law
(median 0.03, 97 % under 0.15, in UNIPEN, UJI and pendigits)."""

MOST_APART = -5.0
"""Strokes that should touch and are far apart cost this much, and no more."""

REVISIT = -1.5
"""Going back to a symbol after writing another."""

ANOTHER = -3.0
"""One symbol more: without it, cutting a symbol in two would gain the densities of a second one."""

SIZE_WEIGHT = 1.0
PLACE_WEIGHT = 1.0
OVERLAP_WEIGHT = 5.0
GAP_WEIGHT = 0.3

CUT = -2.5
"""Two symbols that were one connected piece of a picture."""

OUTLIER = 0.001
"""Share of symbols that stand or are sized like no other of their label."""

SHAPELESS = 0.25
"""Marks smaller than this, in units, have less shape the smaller they are: a pen cannot write that small."""


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
        self._pen = ink.pen_width is None
        self._component = [stroke.component for stroke in ink.strokes]
        self._slope, self._middle = _line(ink, unit)

    def middle(self, x: float) -> float:
        """The height of the middle of the line at x."""
        return self._middle + self._slope * x

    def shape_weight(self, candidate: Candidate) -> float:
        """How much the shape of a candidate tells, 0 to 1: what its log-probabilities are multiplied by."""
        size = max(candidate.box.width, candidate.box.height) / self.unit
        return min(1.0, (size / SHAPELESS) ** 2)

    def of_symbol(self, label: str, candidate: Candidate) -> float:
        """Log-weight of a symbol's size, its place on the line and its strokes."""
        return self._weigh(candidate.box, SHAPE[label]) + self._of_strokes(label, candidate)

    def _of_strokes(self, label: str, candidate: Candidate) -> float:
        """Log-weight of the number of strokes of a symbol, of their distance and of the order of writing."""
        apart = candidate.gap_x if label in APART else candidate.gap
        score = max(MOST_APART, -max(0.0, apart / self.unit - TOUCH_SCALE) / TOUCH_SCALE)
        if not self._pen:  # pieces of a picture are no strokes, and have no order
            return score
        score += math.log(STROKES[label][len(candidate.strokes) - 1])
        breaks = sum(b - a > 1 for a, b in pairwise(candidate.strokes))
        return score + REVISIT * breaks

    def of_middle_dot(self, candidate: Candidate) -> float:
        """Log-weight of a dot that stands where a dot multiplies."""
        return MIDDLE_DOT_WEIGHT + self._weigh(candidate.box, MIDDLE_DOT) + self._of_strokes(".", candidate)

    def _weigh(self, box: Box, shape: tuple[float, float, float, float]) -> float:
        x, y = box.center
        size = math.log(max(box.width, box.height, 0.03 * self.unit) / self.unit)
        place = (y - self.middle(x)) / self.unit
        return (
            ANOTHER
            + SIZE_WEIGHT * _log_normal(size, shape[0], shape[1])
            + PLACE_WEIGHT * _log_normal(place, shape[2], shape[3])
        )

    def of_pair(self, first: Candidate, second: Candidate) -> float:
        """Log-weight of one symbol after another: overlap and cuts cost, a wide gap costs a little."""
        gap = (second.box.left - first.box.right) / self.unit
        score = CUT if self._share_component(first, second) else 0.0
        if gap >= 0:
            return score - GAP_WEIGHT * min(gap, 3.0)
        narrow = max(min(first.box.width, second.box.width) / self.unit, 0.12)
        share = min(-gap / narrow, 1.5)
        return score - OVERLAP_WEIGHT * share * share

    def _share_component(self, first: Candidate, second: Candidate) -> bool:
        parts = {self._component[i] for i in first.strokes} - {None}
        return any(self._component[i] in parts for i in second.strokes)


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
