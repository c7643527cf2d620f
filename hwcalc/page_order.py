"""The expressions of a page in the order in which they are read: in rows, or in columns that share none.

In flow the chains of marks that are the expressions; out flow the same in reading order.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from .ink import Box, FloatArray
from .page_lines import chained, matched
from .page_strokes import Chain, around

# All lengths are in units, the height of the digits nearby.
_OFF_ROW = 2.0  # most that neighbours in a row differ in height,
_ASKEW = 5.0  # and how many times more than the room between them it counts
_CORRIDOR = 1.2  # least between two columns that are read one after the other


def in_reading_order(chains: Sequence[Chain]) -> list[Chain]:
    """Row by row; column by column where the columns are far apart and share no rows."""
    boxes = [around(chain) for chain in chains]
    heights = np.array([np.median([m.unit for m in chain]) for chain in chains])
    as_found = np.array([np.median([m.axis for m in chain]) for chain in chains])
    middles = _untilted(boxes, as_found, heights)
    columns = _columns(boxes, as_found, middles, heights)
    ordered: list[Chain] = []
    for column in columns:
        rows: list[list[int]] = []
        for row in _rows(column, boxes, middles, heights):
            level = float(np.mean(middles[row]))
            if rows and level - float(np.mean(middles[rows[-1]])) < 0.6 * heights[row[0]]:
                rows[-1] += row
            else:
                rows.append(row)
        ordered += [chains[i] for row in rows for i in sorted(row, key=lambda i: boxes[i].left)]
    return ordered


def _rows(
    column: Sequence[int], boxes: Sequence[Box], middles: FloatArray, heights: FloatArray
) -> list[list[int]]:
    """The expressions of a column in rows, from top to bottom: each goes with what stands most level with it.

    People who fill a grid by hand are off its lines by more than a digit, which is still less than a row.
    """
    costs = {
        (i, j): _ASKEW * off + gap
        for i in column
        for j in column
        if (gap := (boxes[j].left - boxes[i].right) / heights[i]) > -0.3
        and (off := abs(middles[i] - middles[j]) / heights[i]) < _OFF_ROW
    }
    return sorted(chained(matched(costs), column), key=lambda row: float(np.mean(middles[row])))


def _untilted(boxes: Sequence[Box], middles: FloatArray, heights: FloatArray) -> FloatArray:
    """Heights of the middles as if the page lay straight: turned so that most stand level with another.

    The slope of the lines does not tell: many a hand climbs.
    """
    x = np.array([b.center[0] for b in boxes])
    beside = np.abs(x[:, None] - x) > 2 * heights[:, None]

    def unevenness(slope: float) -> float:
        level = middles - slope * x
        off = np.where(beside, np.abs(level[:, None] - level) / heights[:, None], np.inf)
        return float(np.minimum(off.min(axis=1), 1.0).mean()) + 4 * abs(slope)

    slope = min(np.linspace(-0.11, 0.11, 45), key=unevenness)
    return np.asarray(middles - slope * x)


def _columns(
    boxes: Sequence[Box], as_found: FloatArray, middles: FloatArray, heights: FloatArray
) -> list[list[int]]:
    """Columns to be read one after the other, as numbers of expressions; usually all are in one."""
    columns: list[list[int]] = []
    edge = -np.inf
    for i in sorted(range(len(boxes)), key=lambda i: boxes[i].left):
        if not columns or boxes[i].left > edge + _CORRIDOR * heights[i]:
            columns.append([])
        columns[-1].append(i)
        edge = max(edge, boxes[i].right)
    for a, b in pairwise(columns):
        few, many = sorted((a, b), key=len)
        # rows filled by hand are off by part of their distance; columns that share none, by half of it
        pitch = float(np.median(np.diff(np.sort(middles[many])))) if len(many) > 1 else 0.0
        level = sum(
            any(
                abs(middles[i] - middles[j]) < 0.35 * heights[i]
                or abs(as_found[i] - as_found[j]) < 0.3 * pitch
                for j in many
            )
            for i in few
        )
        if len(few) < 2 or level > len(few) / 2:
            return [list(range(len(boxes)))]
    return columns
