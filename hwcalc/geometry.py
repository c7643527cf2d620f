"""Where and how large symbols stand: log-weights of size, height on the line, and distance.

In flow the boxes of candidates and the line they stand on; out flow numbers for the search to add to
log-probabilities. Lengths are measured in units, the height of a digit of the same writing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .ink import Box, FloatArray
from .layout import EMPTY_BOX
from .segment import Candidate

# label: (mean and deviation of log(longer side / unit), mean and deviation of the height of its middle
# below the middle of the line / unit): after 96 expressions by a third of the test writers, a little widened
_DIGIT = (0.0, 0.22, 0.0, 0.13)
SHAPE: dict[str, tuple[float, float, float, float]] = {
    **dict.fromkeys("0123456789", _DIGIT),
    "1": (-0.05, 0.28, 0.0, 0.15),
    ".": (-2.2, 0.7, 0.41, 0.14),
    "-": (-0.52, 0.28, 0.05, 0.15),
    "+": (-0.39, 0.28, 0.03, 0.13),
    "×": (-0.43, 0.3, 0.03, 0.15),
    "÷": (-0.35, 0.4, 0.0, 0.15),
    "=": (-0.4, 0.35, 0.06, 0.15),
    "/": (0.15, 0.32, 0.0, 0.15),  # some are half as high as digits
    "(": (0.3, 0.3, 0.0, 0.15),
    ")": (0.3, 0.3, 0.0, 0.15),
    "%": (0.0, 0.3, 0.0, 0.2),
    "√": (0.45, 0.6, -0.05, 0.3),
    EMPTY_BOX: (0.1, 0.3, 0.0, 0.2),
}
COMMA = (-0.8, 0.3, 0.55, 0.18)
COMMA_WEIGHT = -1.0
"""A point may be a comma, which is larger and hangs below the line."""
COMMA_LIKE = ".1/()"
"""What a comma looks like once it is as large as other symbols."""
MIDDLE_DOT = (-2.3, 0.6, 0.0, 0.1)
MIDDLE_DOT_WEIGHT = -3.8

LETTER_WEIGHT = -4.0
"""In an equation what looks like × may be a letter x, an unknown."""

COLON = (math.log(0.5), 0.35, 0.1, 0.15)
COLON_WEIGHT = -4.5
COLON_DOT, BAR = 0.3, 0.1
"""Two dots over each other, each no larger than this in units and than their distance, divide; a mark that is wider
than twice its height by more than this is a bar."""

# label: (usual size of the smallest stroke of several as a share of the symbol's, lower deviation of its logarithm):
# after UNIPEN, UJI and pendigits
LEAST: dict[str, tuple[float, float]] = {
    **dict.fromkeys("0123456789.-/()", (0.6, 0.3)),
    "0": (0.71, 0.3),
    "1": (0.68, 0.5),
    "4": (0.63, 0.25),
    "5": (0.62, 0.35),
    "7": (0.54, 0.38),
    "+": (0.85, 0.25),
    "×": (0.84, 0.25),
    "=": (0.81, 0.32),
    "%": (0.25, 0.6),
    "√": (0.5, 0.4),
    EMPTY_BOX: (0.15, 1.0),
    "÷": (0.01, 1.0),
}
TOO_SMALL = -6.0
"""Least log-weight of the smallest stroke: a pen may leave a speck anywhere."""

BROKEN = 0.1
"""Weight of this for the pieces of a picture, where lines are broken anywhere."""

DIVIDING_DOT = (0.2, 0.35)
"""The same for the larger dot of a ÷, and the upper deviation."""

UNDIVIDED = -12.0
"""Log-weight of a ÷ of three strokes or more that are no bar between dots: a small note under a + or - makes none."""

DIVIDING_BAR = 0.6, 0.3
"""Highest bar of such a ÷, as a share of its width, and how wide it is at least, as a share of the sign's width."""

RAISED_SIZE, RAISED_PLACE = math.log(0.62), -0.6
"""An exponent against the same symbol on the line: how much smaller it is, and how much higher it stands."""

RAISABLE = "0123456789-+()/"
"""Labels that are looked for in exponents."""

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
    "÷": (0.01, 0.002, 0.96, 0.028),
    "%": (0.05, 0.15, 0.79, 0.01),
    "√": (0.85, 0.14, 0.008, 0.002),
    EMPTY_BOX: (0.5, 0.25, 0.05, 0.2),
}
PIECES: dict[str, tuple[float, float, float, float]] = {
    **dict.fromkeys(STROKES, (0.91, 0.07, 0.016, 0.004)),
    **dict.fromkeys("45", (0.83, 0.14, 0.025, 0.005)),
    "=": (0.1, 0.89, 0.009, 0.001),  # its lines often touch: 6 of 64 that were drawn by synthetic hands
    "÷": (0.04, 0.08, 0.87, 0.01),
    "%": (0.3, 0.2, 0.49, 0.01),
}
"""The same for the connected pieces of a symbol in a picture: broken lines are rare."""

APART = frozenset("=÷%□")
"""Labels whose strokes do not touch."""

RAGGED = -15.0
"""Weight of the strokes of = that are no bars over each other: times the squares of how far their middles are apart
beyond 0.25 and of how tall they are beyond 0.4, as shares of the longer one."""

FLATTER = {"+": (7.0, 5.0), "×": (47.0, 9.0)}
"""How steep the flatter one of two crossing strokes is, in degrees of its box, mean and deviation: after 68 + of UNIPEN
and 127 ×. A + is no steeper than 17, a × no flatter than 25 there."""
LEAST_OF_SLANT = -4.0
"""Least log-weight of this."""

TOUCH_SCALE = 0.07
"""Strokes of a symbol that should touch are this far apart, in units, or less: the mean of an exponential law."""

MOST_APART = -5.0
"""Strokes that should touch and are far apart cost this much, and no more."""

REVISIT = -2.0
"""Going back to a symbol after writing another."""

ANOTHER = -3.0
"""One symbol more: without it, cutting a symbol in two would gain the densities of a second one."""

SIZE_WEIGHT = 1.5
PLACE_WEIGHT = 1.0
OVERLAP_WEIGHT = 7.0
DOT, UNDERCUT_WEIGHT = 0.3, 2.0
"""A mark smaller than this, in units, may stand under what leans over it."""
GAP_WEIGHT = 0.3

LEVEL = 0.14
"""How much the feet of neighbouring digits differ, as a share of the height of the first: standard deviation."""

RISE = (0.65, 0.25)
"""The same between a base and its exponent: mean and standard deviation."""

BRACKETS = (0.05, 0.17)
"""Logarithm of the height of a closing bracket over that of its opening one, mean and standard deviation: half of 689
pairs of UNIPEN's writers lie within 0.11 of 0.06."""

UNEVEN = -4.0
"""Least log-weight of two heights."""

OVERHANG, BESIDE, DISTANCE, TOUCHING, SMALLER, LARGER, INNER = 4.0, 40.0, 2.0, 6.0, 5.0, 12.0, 25.0
"""Weights of parts of a fraction that reach beyond an end of the bar, stand beside its middle, are far from it or on
it, are much smaller or larger than the row that they stand in, and have a bar in them as wide as the fraction's."""

NARROW = 0.5
"""What is over or under a narrower bar, in units, may be as far beside its middle as at a bar of this width."""

ASIDE = (0.35, 0.07)
"""How much higher than the middle of a slash what is over it stands, and lower what is under it, as a share of its
height, and the deviation towards the middle. On one line the two are 0.01 on average, 0.15 at most."""

UNALIGNED, CLOSE = 2.0, 20.0
"""Weights of rows of a column that do not end at the same place, and that run into each other."""

CUT = -2.8
"""Two symbols that were one connected piece of a picture."""

CROSSED = -4.0
"""Two symbols of which one is a bar that the other goes through: one symbol is likelier, such as a 7 with its bar."""

OUTLIER = 0.0005
"""Share of symbols that stand or are sized like no other of their label."""

SHAPELESS = 0.2
"""Marks smaller than this, in units, have less shape the smaller they are: a pen cannot write that small."""

LONG, SHORT = 3.0, 1.6
"""From which width on, in units, a line may have a slope; and one that climbs, so that its digits may seem raised."""

CLIMBING = -0.15
"""Least slope of such a line."""

STRAY, STRAY_SIZE = -6.5, (0.05, 0.3)
"""Log-weight of an accidental stroke, and the size, in units, up to which it is no less likely, with the deviation
of the logarithm beyond: 4 of 1,977 strokes of test writers were accidents, none larger than 0.04."""


class Line:
    """The straight line that the middles of a row's digits stand on, and the height of a digit.

    Parameters
    ----------
    boxes : sequence of Box
        Of what stands on the line; a fraction is represented by its bar.
    unit : float
        Height of a digit, in the units of the ink.
    long : float
        A shorter line, in units, is level.
    """

    def __init__(self, boxes: Sequence[Box], unit: float, long: float = LONG) -> None:
        self.unit = unit
        self._slope, self._middle = _line(boxes, unit, long)

    def middle(self, x: npt.ArrayLike) -> FloatArray:
        """The height of the middle of the line at x."""
        return np.asarray(self._middle + self._slope * np.asarray(x))


class Shapes:
    """Candidates of one ink as arrays: what their weights are computed from.

    Parameters
    ----------
    candidates : sequence of n Candidate
    labels : str of length K
    strokes : sequence of Box
        Of every stroke of the ink.
    pen_width : float or None, optional
        As in `Ink`: pieces of a picture are thicker than what the pen went, and have no order.
    components : sequence of int or None, optional
        Of every stroke, as in `Stroke`.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        labels: str,
        strokes: Sequence[Box],
        pen_width: float | None = None,
        components: Sequence[int | None] = (),
    ) -> None:
        boxes = np.array([c.box for c in candidates])
        self.left, self.top, self.right, self.bottom = boxes.T
        self.size = np.maximum(self.right - self.left, self.bottom - self.top)
        self.x, self.y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        self._gap = np.array([c.gap for c in candidates])
        self._gap_x = np.array([c.gap_x for c in candidates])
        self._apart = np.array([label in APART for label in labels])
        self._point = labels.index(".")
        self._law = np.array([SHAPE[label] for label in labels]).T
        sizes = [max(box.width, box.height) for box in strokes]
        parts = _of_parts([sorted(sizes[i] for i in c.written) for c in candidates], self.size, labels)
        pen, self._thick = pen_width is None, pen_width or 0.0
        self._parts = parts if pen else BROKEN * parts
        self._most = np.array(
            [
                max(sizes[i] for i in c.written) - self._thick if len(c.written) == 2 else np.inf
                for c in candidates
            ]
        )
        self._flat = np.array(
            [max(strokes[i].width - 2 * strokes[i].height for i in c.written) for c in candidates]
        )
        bars = [c.written if pen or len(c.written) == 2 else () for c in candidates]
        self._ragged = np.array([_raggedness([strokes[i] for i in group]) for group in bars])
        self._equals = np.array([label == "=" for label in labels])
        self._divides = np.array([label == "÷" for label in labels])
        self._undivided = np.array([_is_undivided([strokes[i] for i in c.written]) for c in candidates])
        self._slant = _of_slant([[strokes[i] for i in c.written] for c in candidates], labels)
        # what a component of a picture was cut into is no broken line
        whole = [-1 - i if c is None else c for i, c in enumerate(components)] or range(len(strokes))
        self._count = np.array([len({whole[i] for i in c.written}) for c in candidates])
        self._breaks = np.array([c.breaks for c in candidates])
        strays = [(i, sizes[stray]) for i, c in enumerate(candidates) for stray in c.strays]
        self._strayed = np.array([i for i, _ in strays], np.intp)
        self._stray_size = np.array([size for _, size in strays])
        counts = STROKES if pen else PIECES
        self._strokes = np.log([counts[label] for label in labels]).T
        self._revisit = REVISIT if pen else 0.0

    def shape_weight(self, unit: float) -> FloatArray:
        """How much the shape of a candidate tells, 0 to 1: what its log-probabilities are multiplied by."""
        return np.asarray(np.minimum(1.0, (self.size / unit / SHAPELESS) ** 2))

    def on(
        self, line: Line, chosen: npt.NDArray[np.int64]
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """Log-weights of size, place and strokes of the chosen candidates on a line.

        Returns
        -------
        weights : float64 (m, K)
            Of each label.
        raised : float64 (m, K)
            Of each label in an exponent.
        dots : float64 (m,)
            As a dot that multiplies, without `MIDDLE_DOT_WEIGHT`.
        colons : float64 (m,)
            As two dots that divide; -inf for what is no two dots.
        commas : float64 (m,)
            As a comma.
        """
        unit = line.unit
        size = np.log(np.maximum(self.size[chosen], 0.05 * unit) / unit)[:, None]
        place = ((self.y[chosen] - line.middle(self.x[chosen])) / unit)[:, None]
        strokes = self._of_strokes(unit, chosen)
        law = self._law
        return (
            strokes + _weigh(size, place, law),
            strokes + _weigh(size - RAISED_SIZE, place - RAISED_PLACE, law),
            strokes[:, self._point] + _weigh(size[:, 0], place[:, 0], np.array(MIDDLE_DOT)),
            np.where(
                (self._most[chosen] < np.minimum(COLON_DOT * unit, self._gap[chosen] + self._thick))
                & (self._gap[chosen] > 0.5 * self._thick)
                & (self._flat[chosen] < BAR * unit)
                & (self._gap_x[chosen] <= np.minimum(0.25 * unit, (self.bottom - self.top)[chosen])),
                COLON_WEIGHT + _weigh(size[:, 0], place[:, 0], np.array(COLON)),
                -np.inf,
            ),
            strokes[:, self._point] + COMMA_WEIGHT + _weigh(size[:, 0], place[:, 0], np.array(COMMA)),
        )

    def _of_strokes(self, unit: float, chosen: npt.NDArray[np.int64]) -> FloatArray:
        """Log-weight of the number of strokes of a symbol, of their distance and of the order of writing."""
        apart = np.where(self._apart, self._gap_x[chosen, None], self._gap[chosen, None]) / unit
        score = np.maximum(MOST_APART, -np.maximum(0.0, apart - TOUCH_SCALE) / TOUCH_SCALE)
        score += self._parts[chosen] + self._slant[chosen]
        score += RAGGED * (self._equals * self._ragged[chosen, None])
        score += UNDIVIDED * (self._divides * self._undivided[chosen, None])
        count = np.minimum(self._count[chosen], len(self._strokes)) - 1
        score += self._strokes[count] + self._revisit * self._breaks[chosen, None]
        return np.asarray(score + self._of_strays(unit)[chosen, None])

    def _of_strays(self, unit: float) -> FloatArray:
        """Log-weight of the strokes of each candidate that are accidents."""
        beyond = np.log(np.maximum(self._stray_size / unit / STRAY_SIZE[0], 1.0)) / STRAY_SIZE[1]
        return np.asarray(np.bincount(self._strayed, STRAY - 0.5 * beyond**2, len(self.size)), np.float64)


def _of_parts(sizes: Sequence[Sequence[float]], whole: FloatArray, labels: str) -> FloatArray:
    """Log-weights (n, K) of how small the strokes of symbols are; `sizes` ascending, of the strokes of each."""
    law = np.array([LEAST[label] for label in labels]).T
    several = np.array([len(own) > 1 for own in sizes])
    dotted = np.array([len(own) > 2 for own in sizes])[:, None] & np.array([label == "÷" for label in labels])
    scale = np.maximum(whole, 1e-12)
    least = np.log(np.maximum(np.array([own[0] for own in sizes]) / scale, 1e-3))[:, None]
    dot = np.log(np.maximum(np.array([own[-2:][0] for own in sizes]) / scale, 1e-3))[:, None]
    below = np.minimum((least - np.log(law[0])) / law[1], 0.0) * several[:, None]
    above = np.maximum((dot - np.log(DIVIDING_DOT[0])) / DIVIDING_DOT[1], 0.0) * dotted
    return np.asarray(np.maximum(TOO_SMALL, -0.5 * (below**2 + above**2)))


def _raggedness(boxes: Sequence[Box]) -> float:
    """How far strokes are from being two bars over each other, or such bars in pieces; 0 for less than two."""
    if len(boxes) < 2:
        return 0.0
    bar = max(boxes, key=lambda box: box.width)
    half, longer = (len(boxes) > 2) * bar.width / 2, max(bar.width, 1e-9)
    aside = (max(abs(box.center[0] - bar.center[0]) for box in boxes) - half) / longer
    tall = max(box.height for box in boxes) / (longer - half)
    return min(max(0.0, aside - 0.25) ** 2 + max(0.0, tall - 0.4) ** 2, 1.0)


def _is_undivided(boxes: Sequence[Box]) -> bool:
    """Whether three strokes or more are no bar with something over and something under it."""
    if len(boxes) < 3:
        return False
    bar = max(boxes, key=lambda box: box.width)
    highest, narrowest = DIVIDING_BAR[0] * bar.width, DIVIDING_BAR[1] * reduce(Box.union, boxes).width
    return (
        bar.height > highest
        or bar.width < narrowest
        or all(box.bottom > bar.center[1] for box in boxes if box is not bar)
        or all(box.top < bar.center[1] for box in boxes if box is not bar)
    )


def _of_slant(groups: Sequence[Sequence[Box]], labels: str) -> FloatArray:
    """Log-weights (n, K) of how steep the flatter one of two strokes is, as + and as ×: the likelier one has 0."""
    weight = np.zeros((len(groups), len(labels)))
    pairs = [i for i, boxes in enumerate(groups) if len(boxes) == 2]
    steep = np.array([min(math.degrees(math.atan2(b.height, b.width)) for b in groups[i]) for i in pairs])
    of_signs = np.stack([-0.5 * ((steep - mean) / deviation) ** 2 for mean, deviation in FLATTER.values()])
    of_signs = np.maximum(of_signs - of_signs.max(axis=0), LEAST_OF_SLANT)
    weight[np.ix_(pairs, [labels.index(label) for label in FLATTER])] = of_signs.T
    return weight


def _weigh(size: FloatArray, place: FloatArray, law: FloatArray) -> FloatArray:
    return np.asarray(
        ANOTHER
        + SIZE_WEIGHT * _log_normal(size, law[0], law[1])
        + PLACE_WEIGHT * _log_normal(place, law[2], law[3])
    )


def _log_normal(value: FloatArray, mean: FloatArray | float, deviation: FloatArray | float) -> FloatArray:
    """Log of a normal density with a floor for outliers."""
    z = (value - mean) / deviation
    return np.asarray(np.log((1 - OUTLIER) * np.exp(-0.5 * z * z) / deviation + OUTLIER))


def of_feet(first: Box, second: Box) -> tuple[float, float]:
    """Log-weights of how high the second symbol stands beside the first: as its neighbour, as its exponent."""
    height = max(first[3] - first[1], 1e-12)
    foot = (first[3] - second[3]) / height
    level = -0.5 * (foot / LEVEL) ** 2
    rise = -0.5 * ((foot - RISE[0]) / RISE[1]) ** 2
    over = second[0] < (first[0] + first[2]) / 2  # an exponent stands beside its base
    return max(level, 1.5 * UNEVEN), max(rise, UNEVEN) + 2 * UNEVEN * over


def of_brackets(opening: Box, closing: Box) -> float:
    """Log-weight of the heights of two brackets that belong together."""
    ratio = math.log(max(closing[3] - closing[1], 1e-12) / max(opening[3] - opening[1], 1e-12))
    return max(-0.5 * ((ratio - BRACKETS[0]) / BRACKETS[1]) ** 2, UNEVEN)


def of_pair(first: Box, second: Box, unit: float) -> float:
    """Log-weight of one symbol after another: overlap costs, a wide gap costs a little."""
    gap = (second[0] - first[2]) / unit
    if gap >= 0:
        return -GAP_WEIGHT * min(gap, 3.0)
    narrow = max(min(first[2] - first[0], second[2] - second[0]) / unit, 0.12)
    share = min(-gap / narrow, 1.5)
    dot = min(
        max(first[2] - first[0], first[3] - first[1]), max(second[2] - second[0], second[3] - second[1])
    )
    return -(UNDERCUT_WEIGHT if dot < DOT * unit else OVERLAP_WEIGHT) * share * share


def of_bar(place: float) -> float:
    """Log-weight of a fraction bar this far, in units, below the middle of its line."""
    return float(_log_normal(np.array(place), 0.0, 0.25))


def of_part(bar: Box, part: Box, unit: float, own: float, inner: float) -> float:
    """Log-weight of what is over or under a bar.

    Parameters
    ----------
    bar, part : Box
    unit, own : float
        The height of a digit in the row of the fraction, and in the part.
    inner : float
        Width of the widest bar in the part, 0 without one: the outer bar is the wider one.
    """
    left, right = max(0.0, bar.left - part.left) / unit, max(0.0, part.right - bar.right) / unit
    beside = abs(bar.center[0] - part.center[0]) / max(bar.width, NARROW * unit)
    apart = max(part.top - bar.bottom, bar.top - part.bottom) / unit
    size = math.log(own / unit)
    score = -OVERHANG * (left**2 + right**2) - BESIDE * max(0.0, beside - 0.3) ** 2
    score -= DISTANCE * max(0.0, apart - 0.5) + TOUCHING * min(apart, 0.0) ** 2
    score -= SMALLER * min(0.0, size + 0.5) ** 2 + LARGER * max(0.0, size - 0.3) ** 2
    return score - (INNER * max(0.0, math.log(inner / bar.width) + 0.05) if inner else 0.0)


def of_slash(slash: Box, over: Box, under: Box) -> float:
    """Log-weight of how much higher and lower than each other the parts of a fraction with a slash stand."""
    offset = (under.center[1] - over.center[1]) / (2 * max(slash.height, 1e-12))
    return -0.5 * (min(offset - ASIDE[0], 0.0) / ASIDE[1]) ** 2


def of_rows(rows: Sequence[Box], unit: float) -> float:
    """Log-weight of the rows of a column: they end at the same place and are a row's height apart."""
    score = 0.0
    for a, b in pairwise(rows):
        score -= UNALIGNED * min((b.right - a.right) / unit, 1.5) ** 2
        score -= CLOSE * max(0.0, 1.0 - (b.center[1] - a.center[1]) / unit)
    return score


def climbs(boxes: Sequence[Box], unit: float) -> bool:
    """Whether these boxes may be a line that climbs, rather than one with exponents."""
    return _line(boxes, unit, SHORT)[0] < CLIMBING


def _line(boxes: Sequence[Box], unit: float, long: float) -> tuple[float, float]:
    """Slope and offset of the middle of the line: a robust straight line through the tall strokes."""
    tall = [b for b in boxes if 0.5 * unit <= b.height <= 1.8 * unit] or boxes
    x = np.array([b.center[0] for b in tall])
    y = np.array([b.center[1] for b in tall])
    if np.ptp(x) < long * unit:
        return 0.0, float(np.median(y))
    # the median of all slopes between two strokes (Theil 1950, Sen 1968)
    i, j = np.triu_indices(len(x), 1)
    apart = np.abs(x[j] - x[i]) > 0.5 * long * unit
    slope = float(np.median((y[j] - y[i])[apart] / (x[j] - x[i])[apart]))
    slope = max(-0.3, min(0.3, slope))
    return slope, float(np.median(y - slope * x))
