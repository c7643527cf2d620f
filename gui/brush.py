"""Strokes as smooth, anti-aliased pictures: Tk's own lines have jagged edges.

In flow the points of a stroke in pixels, its width and colour; out flows an RGBA picture and the place of
its top left corner.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from hwcalc.ink import FloatArray

SMOOTH = 4  # drawn this many times larger, then averaged down
STEP = 1.5  # pixels between the points of the smoothed path


def smoothed(points: FloatArray) -> FloatArray:
    """The path through the middles of the pen's segments, each corner a quadratic curve.

    Parameters
    ----------
    points : float64 (k, 2), k >= 1

    Returns
    -------
    float64 (m, 2)
        The first and the last point stay; no corner sticks out further than it was written.
    """
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = np.any(np.diff(points, axis=0) != 0, axis=1)
    points = points[moved]
    if len(points) < 3:
        return points
    middles = (points[1:] + points[:-1]) / 2
    starts, corners, ends = middles[:-1], points[1:-1], middles[1:]
    lengths = np.hypot(*(corners - starts).T) + np.hypot(*(ends - corners).T)
    steps = int(np.clip(np.ceil(lengths.max() / STEP), 2, 24))
    t = (np.arange(steps) / steps)[None, :, None]
    curves = (1 - t) ** 2 * starts[:, None] + 2 * t * (1 - t) * corners[:, None] + t**2 * ends[:, None]
    return np.concatenate([points[:1], curves.reshape(-1, 2), middles[-1:], points[-1:]])


def painted(points: FloatArray, width: float, colour: str) -> tuple[Image.Image, int, int]:
    """A stroke as a picture.

    Parameters
    ----------
    points : float64 (k, 2), k >= 1
        Pixels, x right, y down.
    width : float
        Pixels.
    colour : str
        `#rrggbb`.

    Returns
    -------
    (RGBA picture, x, y)
        Its top left corner lies at the pixel (x, y).
    """
    path = smoothed(points)
    margin = width / 2 + 1
    left, top = np.floor(path.min(axis=0) - margin).astype(int)
    right, bottom = np.ceil(path.max(axis=0) + margin).astype(int)
    size = (int(right - left), int(bottom - top))
    mask = Image.new("L", (size[0] * SMOOTH, size[1] * SMOOTH), 0)
    pen = ImageDraw.Draw(mask)
    radius = width / 2 * SMOOTH
    large = (path - (left, top)) * SMOOTH
    flat = large.ravel().tolist()
    if len(large) > 1:
        pen.line(flat, fill=255, width=round(radius * 2), joint="curve")
    for x, y in (large[0], large[-1]):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    picture = Image.new("RGBA", size, colour)
    picture.putalpha(mask.reduce(SMOOTH))
    return picture, int(left), int(top)
