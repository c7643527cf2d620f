"""Ink in small: for the history, for samples, and to give away.

In flow strokes as flat lists of coordinates; out flows a picture.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from hwcalc.gui.brush import sketched
from hwcalc.ink import Box, FloatArray


def thumbnail(
    strokes: tuple[tuple[float, ...], ...],
    room: tuple[int, int],
    width: float,
    colour: str,
    paper: str = "#00000000",
) -> Image.Image:
    """Ink in small, as large as fits in `room` pixels; `width` is that of its lines."""
    paths: list[FloatArray] = [np.array(s, dtype=np.float64).reshape(-1, 2) for s in strokes if s]
    everything = np.concatenate(paths)
    low, high = everything.min(axis=0), everything.max(axis=0)
    box = Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    inner = (room[0] - 2 * width, room[1] - 2 * width)
    factor = min(inner[0] / max(box.width, 1), inner[1] / max(box.height, 1), 1.0)
    size = (round(box.width * factor + 2 * width) + 1, round(box.height * factor + 2 * width) + 1)
    picture = Image.new("RGBA", size, paper)
    picture.alpha_composite(sketched(((path - low) * factor + width for path in paths), size, width, colour))
    return picture
