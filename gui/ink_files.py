"""InkML files on the sheet: the strokes of other programs in, those of the sheet out.

In flow files, in whatever unit they have; out flow strokes as large as the window's, and the bytes of a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hwcalc import inkml
from hwcalc.gui.live import Line
from hwcalc.gui.sheet import Item, Stroke
from hwcalc.ink import FloatArray

SUFFIX = ".inkml"
GLYPH = 56.0  # logical units: the height that a typical stroke comes to have
LEFT = 40.0  # logical units
PACE = 0.01  # seconds between two points of a file that tells no times


def read(path: Path, room: tuple[float, float], top: float) -> list[Stroke]:
    """The strokes of a file, their upper edge at `top`, as large as fits in `room` and no larger than usual.

    Raises
    ------
    ReadError, OSError
        It cannot be read, or has no ink. One line.
    """
    strokes = inkml.loads(path.read_bytes(), path.name).strokes
    if not strokes:
        raise ValueError(f"{path.name} has no ink in it")
    everything = np.concatenate([s[:, :2] for s in strokes])
    low, extent = everything.min(axis=0), np.maximum(np.ptp(everything, axis=0), 1e-9)
    heights = [float(np.ptp(s[:, 1])) for s in strokes]
    usual = GLYPH / max(float(np.quantile(heights, 0.75)), float(extent.max()) / 100)
    factor = min(usual, room[0] / float(extent[0]))
    return [Stroke(_placed(s, low, factor, top)) for s in strokes]


def _placed(stroke: FloatArray, low: FloatArray, factor: float, top: float) -> FloatArray:
    places = (stroke[:, :2] - low) * factor + (LEFT, top)
    times = stroke[:, 2] if stroke.shape[1] == 3 else np.arange(len(stroke)) * PACE
    return np.column_stack([places, times])


def written(items: Mapping[int, Item], lines: Sequence[Line]) -> bytes:
    """The strokes of a sheet as an InkML file, with the symbols as they were read."""
    strokes = {n: i for n, i in sorted(items.items()) if isinstance(i, Stroke)}
    if not strokes:
        raise ValueError("There is no ink on the sheet: there is nothing to export")
    place = {number: i for i, number in enumerate(strokes)}
    groups = [
        inkml.Group(symbol.label, tuple(place[line.parts[i]] for i in symbol.strokes))
        for line in lines
        if line.reading is not None and line.picture is None and set(line.parts) <= place.keys()
        for symbol in line.reading.symbols
    ]
    return inkml.dumps([s.points for s in strokes.values()], groups)
