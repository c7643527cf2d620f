"""Dotted paper and the bindings of pads: find what stands in long even rows and take it out.

In flows an evenly lit picture (darkness, uint8), out flows the same without marks that no pen would have made: more
alike ones in a row, evenly spaced, than an expression has symbols.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from .ink import ByteArray, FloatArray
from .picture_light import over

_ALIKE = 1.0, 0.3  # pixels, and a share of the larger one, by which widths or heights of alike marks differ
_AS_DARK = 1.5  # times, at most, the one of two alike marks is darker: a pen's point among printed dots is much darker
_LEVEL = 0.25  # of a step along a row, the most of one aside
_FAR = 40  # times as long as a mark is large, at most
_EVEN = 1.0, 0.15  # pixels, and a share of a step, by which the next one differs
_LAST = 4  # steps of which the mean is that of a row: seen from one side they grow shorter
_GAP = 3  # steps of a row to the next mark that is like the others
_DENSE = 0.7  # of its marks are a step from the next, at least: in print the same digit stands here and there
_ROW = 15  # fewest marks of a row from left to right: printed sums stand as evenly under each other
_BESIDE = 0.12  # of a step, how far from its place a mark of the pattern stands that is in no such row,
_LARGER = 2.0, 1.5  # and in pixels, and as a multiple, how much larger it is where something runs into it
_MOST = 4000  # marks; more are a texture


class _Marks(NamedTuple):
    """Middles and sizes (x, y), (n, 2), and mean darkness, (n,), of what stands in a picture, from top to bottom."""

    middles: FloatArray
    sizes: FloatArray
    darkness: FloatArray

    def near(self, y: float, reach: float) -> slice:
        """Those whose middle is at most so far over or under `y`."""
        first, end = np.searchsorted(self.middles[:, 1], (y - reach, y + reach))
        return slice(int(first), int(end))

    def like(self, one: int, some: slice) -> npt.NDArray[np.bool_]:
        """Which of `some` look like one of them."""
        sizes, darkness = self.sizes[some], self.darkness[some]
        differ = abs(sizes - self.sizes[one]) > _ALIKE[0] + _ALIKE[1] * np.maximum(sizes, self.sizes[one])
        lighter, darker = np.minimum(darkness, self.darkness[one]), np.maximum(darkness, self.darkness[one])
        return np.asarray(~differ.any(axis=1) & (darker <= _AS_DARK * lighter))


def without_patterns(darkness: ByteArray, faintest: float) -> ByteArray:
    """Erase the dots of paper and the holes of a pad.

    Parameters
    ----------
    darkness : uint8 (h, w)
        0 is paper.
    faintest : float
        What is lighter is the grain of the paper.

    Returns
    -------
    uint8 (h, w)
        `darkness` itself if there is nothing to erase.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(over(darkness, faintest), connectivity=8)
    if count > _MOST:
        return darkness
    boxes = np.asarray(stats[1:], np.float64)
    middles = boxes[:, :2] + boxes[:, 2:4] / 2
    means = np.bincount(labels.ravel(), darkness.ravel())[1:] / boxes[:, cv2.CC_STAT_AREA]
    order = np.argsort(middles[:, 1])
    marks = _Marks(middles[order], boxes[order, 2:4], means[order])
    steps = _rows(marks)
    if not steps:
        return darkness
    _spread(steps, marks)
    pattern = np.isin(labels, 1 + order[list(steps)]).astype(np.uint8)
    clean = darkness.copy()
    clean[cv2.dilate(pattern, np.ones((5, 5), np.uint8)) > 0] = 0
    return clean


def _rows(marks: _Marks) -> dict[int, FloatArray]:
    """The marks of even rows from left to right, each with the step to the next one."""
    following = _following(marks)
    found: dict[int, FloatArray] = {}
    for start in np.argsort(marks.middles[:, 0]).tolist():
        if start in found:
            continue
        row, steps, single = [start], list[FloatArray](), 0
        while (after := following[row[-1]]) >= 0:
            by = marks.middles[after] - marks.middles[row[-1]]
            count = _steps(by, np.mean(steps[-_LAST:], axis=0)) if steps else 1
            if not count:
                break
            row.append(after)
            steps.append(by / count)
            single += count == 1
        if len(row) >= _ROW and single >= _DENSE * len(steps):
            found |= dict(zip(row, [*steps, steps[-1]], strict=True))
    return found


def _following(marks: _Marks) -> list[int]:
    """For each mark the next one to the right that looks like it and is nearly level, -1 if there is none near."""
    following = []
    for i, (x, y) in enumerate(marks.middles):
        near = marks.near(y, _LEVEL * _FAR * marks.sizes[i].max())
        across, aside = (marks.middles[near] - (x, y)).T
        level = (across > 0) & (abs(aside) <= _LEVEL * across)
        right = np.where(level & marks.like(i, near), across, np.inf)
        best = int(right.argmin())
        following.append(near.start + best if right[best] < np.inf else -1)
    return following


def _steps(by: FloatArray, before: FloatArray) -> int:
    """How many steps like those before make the way `by` to the next alike mark; 0 if no few do."""
    for count in range(1, _GAP + 1):
        if np.hypot(*(by / count - before)) <= _EVEN[0] + _EVEN[1] * np.hypot(*before):
            return count
    return 0


def _spread(steps: dict[int, FloatArray], marks: _Marks) -> None:
    """Add the marks that stand where a row goes on behind a gap, or a step over or under one."""
    new = list(steps)
    while new:
        i = new.pop()
        x, y = steps[i]
        near = marks.near(marks.middles[i, 1], 2.5 * np.hypot(x, y))
        places = np.array([(x, y), (-x, -y), (2 * x, 2 * y), (-2 * x, -2 * y), (y, -x), (-y, x)])
        away = (marks.middles[near] - marks.middles[i])[:, None] - places
        at = (np.hypot(*away.T) <= _BESIDE * np.hypot(x, y)).any(axis=0)
        small = (marks.sizes[near] <= _LARGER[0] + _LARGER[1] * marks.sizes[i]).all(axis=1)
        for j in (near.start + np.flatnonzero(at & small)).tolist():
            if j not in steps:
                steps[j] = steps[i]
                new.append(j)
