"""Which strokes form one expression: lines told apart by the empty space between them, and sums in columns.

In flow strokes, out flow groups of their numbers, from the top of the sheet to the bottom. Unlike the layout of a
page that is read as a whole, a line keeps its strokes while others are written, and no stroke is left out.

    strokes ─▶ rows ─▶ parts of a row far from each other ─▶ rows of each part … ─▶ rows over a rule joined
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hwcalc.ink import FloatArray

# All lengths are in heights of a typical symbol.
GAP = 0.45  # empty rows of at least this height part two lines,
STACKED = 0.12  # and of this height where tall strokes stand over tall strokes
TALL = 0.6  # digits are; signs are not
WIDE = 3.0  # nobody leaves so much room within an expression
BAR = 3.0  # a stroke this many times wider than high may be a fraction bar
RULE = 1.2  # a rule under a column is longer than a minus
CLOSE = 1.0  # the rows of a column are this near to each other
BESIDE = 1.0  # they do not reach farther beyond the ends of the rule
SIGN = 0.7  # of the height of its row: a row of a column begins with a mark that is lower than a digit


@dataclass(frozen=True)
class _Strokes:
    """The boxes of the strokes, in heights of a typical symbol, and which of them may be bars."""

    left: FloatArray
    top: FloatArray
    right: FloatArray
    bottom: FloatArray
    is_bar: npt.NDArray[np.bool_]

    @property
    def middle(self) -> FloatArray:
        """Of each stroke, vertically."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> FloatArray:
        """Of each stroke."""
        return self.bottom - self.top


def group(strokes: Sequence[FloatArray]) -> list[list[int]]:
    """Part strokes into lines.

    Parameters
    ----------
    strokes : sequence of float64 (k, 2) or (k, 3) arrays
        x right, y down, in any one unit.

    Returns
    -------
    list of lists of int
        The numbers of the strokes of each line, in the order given; lines from top to bottom.
    """
    if not strokes:
        return []
    s = _measured(strokes)
    lines = _lines(s, list(range(len(strokes))))
    rules = np.flatnonzero(s.is_bar & (s.right - s.left > RULE))
    for rule in rules.tolist():
        lines = _with_column(s, lines, rule)
    return [sorted(line) for line in lines]


def _measured(strokes: Sequence[FloatArray]) -> _Strokes:
    low = np.array([stroke[:, :2].min(axis=0) for stroke in strokes])
    high = np.array([stroke[:, :2].max(axis=0) for stroke in strokes])
    widths, heights = (high - low).T
    flat = widths > BAR * heights
    # An equals sign alone says nothing of heights; its strokes are about as long as a digit is high.
    sizes = np.where(flat.all(), widths, heights)
    unit = float(np.median(sizes[sizes > 0.4 * sizes.max()])) if sizes.max() > 0 else 1.0
    (left, top), (right, bottom) = low.T / unit, high.T / unit
    return _Strokes(left, top, right, bottom, flat & (widths > 0.8 * unit))


def _lines(s: _Strokes, numbers: list[int]) -> list[list[int]]:
    """Rows, each parted where it is wide open, and the parts parted into rows again."""
    lines = []
    for row in _rows(s, numbers):
        parts = _parts(s, row)
        lines += [row] if len(parts) == 1 else [line for part in parts for line in _lines(s, part)]
    return lines


def _rows(s: _Strokes, numbers: list[int]) -> list[list[int]]:
    # A fraction bar reaches further: what stands over and under it belongs to it.
    reach = np.where(s.is_bar, GAP / 2, 0.0)
    order = sorted(numbers, key=lambda i: s.top[i] - reach[i])
    rows: list[list[int]] = []
    start, floor = 0, -np.inf
    for place, i in enumerate(order):
        gap = s.top[i] - reach[i] - floor
        if place and (gap > GAP or (gap > STACKED and _stand_over(s, order[start:place], order[place:]))):
            rows.append(order[start:place])
            start, floor = place, -np.inf
        floor = max(floor, s.bottom[i] + reach[i])
    return [*rows, order[start:]]


def _stand_over(s: _Strokes, over: list[int], under: list[int]) -> bool:
    """Do the tall strokes of a row stand over those of the next, rather than beside them?"""
    if s.is_bar[over[-1]] or s.is_bar[under[0]]:
        return False  # a fraction with room around its bar
    over = [i for i in over if s.height[i] > TALL]
    under = [i for i in under if s.height[i] > TALL]
    if not over or not under:
        return False
    first = s.top[under].min()
    under = [i for i in under if s.top[i] < first + TALL]
    ends = [(s.left[row].min(), s.right[row].max()) for row in (over, under)]
    shared = min(ends[0][1], ends[1][1]) - max(ends[0][0], ends[1][0])
    return bool(shared > 0.5 * min(end - begin for begin, end in ends))


def _parts(s: _Strokes, row: list[int]) -> list[list[int]]:
    """A row cut where nothing stands for a long way, from left to right."""
    parts: list[list[int]] = []
    edge = -np.inf
    for i in sorted(row, key=lambda i: s.left[i]):
        if s.left[i] > edge + WIDE:
            parts.append([])
        parts[-1].append(i)
        edge = max(edge, s.right[i])
    return parts


def _with_column(s: _Strokes, lines: list[list[int]], rule: int) -> list[list[int]]:
    """The lines, those joined that a rule makes one sum in columns.

    Such are at least two rows close to each other over the rule, one but the first beginning with a sign, and a row
    under it.
    """
    own = next(line for line in lines if rule in line)
    over = [i for i in own if i != rule and s.middle[i] < s.middle[rule]]
    under = [i for i in own if i != rule and i not in over]
    if any(_stands_beside(s, i, rule) for i in (*over, *under)):
        return lines
    rows = [over] if over else []
    floor = s.top[[*over, rule]].min()
    near = [line for line in lines if line is not own and _fits(s, line, rule)]
    for line in sorted(near, key=lambda line: -s.bottom[line].max()):
        if s.bottom[line].max() < floor + STACKED and floor - s.bottom[line].max() < CLOSE:
            rows.insert(0, line)
            floor = s.top[line].min()
    if len(rows) < 2 or not any(_begins_with_sign(s, row) for row in rows[1:]):
        return lines
    below = [line for line in near if 0 < s.top[line].min() - s.bottom[rule] < CLOSE] if not under else []
    joined = [*own, *(i for row in rows if row is not over for i in row), *(below[0] if below else [])]
    rest = [line for line in lines if not set(line) & set(joined)]
    return sorted([*rest, joined], key=lambda line: s.top[line].min())


def _stands_beside(s: _Strokes, i: int, bar: int) -> bool:
    """Does a stroke stand at an end of a bar, so that the bar is a minus, or one of several in a line?"""
    outside = s.right[i] < s.left[bar] or s.left[i] > s.right[bar]
    return bool(outside and abs(s.middle[i] - s.middle[bar]) < 0.6)


def _fits(s: _Strokes, line: list[int], rule: int) -> bool:
    return bool(s.left[line].min() > s.left[rule] - BESIDE and s.right[line].max() < s.right[rule] + BESIDE)


def _begins_with_sign(s: _Strokes, row: list[int]) -> bool:
    first = min(row, key=lambda i: s.left[i])
    return bool(s.height[first] < SIGN * (s.bottom[row].max() - s.top[row].min()))
