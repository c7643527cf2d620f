"""Which strokes form one expression: lines told apart by the empty space between them.

In flow strokes, out flow groups of their numbers, from the top of the sheet to the bottom. A stand-in for
the reader's own page layout: the window knows this one function and nothing of how it works.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hwcalc.ink import FloatArray

GAP = 0.45  # of the height of a typical symbol: empty rows of at least this height part two lines
BAR = 3.0  # a stroke this many times wider than high may be a fraction bar


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
    tops = np.array([s[:, 1].min() for s in strokes])
    bottoms = np.array([s[:, 1].max() for s in strokes])
    widths = np.array([np.ptp(s[:, 0]) for s in strokes])
    heights = bottoms - tops
    flat = widths > BAR * heights
    # An equals sign alone says nothing of heights; its strokes are about as long as a digit is high.
    sizes = np.where(flat.all(), widths, heights)
    height = float(np.median(sizes[sizes > 0.4 * sizes.max()])) if sizes.max() > 0 else 0.0
    gap = GAP * height
    bars = flat & (widths > 0.8 * height)
    # A fraction bar reaches further: what stands over and under it belongs to it.
    reach = np.where(bars, gap / 2, 0.0)

    lines: list[list[int]] = []
    floor = -np.inf
    for i in np.argsort(tops - reach, kind="stable"):
        if tops[i] - reach[i] > floor + gap:
            lines.append([])
            floor = -np.inf
        lines[-1].append(int(i))
        floor = max(floor, bottoms[i] + reach[i])
    return [sorted(line) for line in lines]
