"""Strokes as smooth, anti-aliased pictures: Tk's own lines have jagged edges.

In flow the points of strokes in pixels, their width and colour; out flow RGBA pictures: `painted` for ink, exact at
any width, and `sketched`, several times faster, for what is small.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from hwcalc.ink import FloatArray, evenly

FAR = np.float32(1e9)  # squared pixels: no ink near
FINER = 4  # times: sketches are drawn so much larger, then reduced


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
    # One step for all curves: the longest gets a point every other pixel.
    longest = (np.hypot(*(corners - starts).T) + np.hypot(*(ends - corners).T)).max()
    steps = int(np.clip(np.ceil(longest / 2), 2, 24))
    t = (np.arange(steps) / steps)[None, :, None]
    curves = (1 - t) ** 2 * starts[:, None] + 2 * t * (1 - t) * corners[:, None] + t**2 * ends[:, None]
    return np.concatenate([points[:1], curves.reshape(-1, 2), middles[-1:], points[-1:]])


def painted(points: FloatArray, width: float, colour: str) -> tuple[Image.Image, int, int]:
    """A stroke as a picture.

    A pixel is covered as far as its distance to the path says: a disc moves along the path, in steps so
    small that its distance to the next one does not show.

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
    radius = width / 2
    path = evenly(smoothed(points), step=max(0.5, width / 8))
    reach = int(np.ceil(radius + 0.5))
    corner = np.floor(path.min(axis=0)).astype(np.intp) - reach
    width_px, height_px = (np.floor(path.max(axis=0)).astype(np.intp) + reach + 1 - corner).tolist()

    pixels = np.floor(path).astype(np.intp) - corner
    around = np.arange(-reach, reach + 1)
    offsets = (around + 0.5).astype(np.float32) - (path - np.floor(path)).astype(np.float32)[:, :, None]
    squares = offsets[:, 1, :, None] ** 2 + offsets[:, 0, None, :] ** 2
    rows = (pixels[:, 1, None] + around) * width_px
    places = rows[:, :, None] + (pixels[:, 0, None] + around)[:, None, :]
    nearest = np.full(width_px * height_px, FAR)
    np.minimum.at(nearest, places.ravel(), squares.ravel())

    cover = np.clip(radius + 0.5 - np.sqrt(nearest), 0.0, 1.0) * 255
    picture = Image.new("RGBA", (width_px, height_px), colour)
    picture.putalpha(Image.fromarray(cover.astype(np.uint8).reshape(height_px, width_px)))
    return picture, int(corner[0]), int(corner[1])


def sketched(paths: Iterable[FloatArray], size: tuple[int, int], width: float, colour: str) -> Image.Image:
    """Paths in small as an RGBA picture: drawn larger without smooth edges, and reduced.

    Parameters
    ----------
    paths : float64 (k, 2) arrays, k >= 1
        Pixels, x right, y down; each is drawn as it is, with round joints.
    size : (int, int)
        Pixels of the picture, right and down.
    width : float
        Pixels, of the lines.
    colour : str
        `#rrggbb`.
    """
    mask = Image.new("L", (size[0] * FINER, size[1] * FINER), 0)
    pen, radius = ImageDraw.Draw(mask), width * FINER / 2
    points, starts, joints = _corners(list(paths), 1.5 / radius)
    for part in np.split(points, starts[1:]):
        pen.line(part.ravel().tolist(), fill=255, width=round(2 * radius))
    r = radius - 0.5  # Pillow's ellipses are a pixel larger than their boxes
    for x, y in points[joints].tolist():
        pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
    picture = Image.new("RGBA", size, colour)
    picture.putalpha(mask.reduce(FINER))
    return picture


def _corners(
    paths: Sequence[FloatArray], turn: float
) -> tuple[FloatArray, npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """The points of all paths that show, `FINER` times larger; where paths start; which of them need a joint.

    Those are the ends of each path, and where it turns by at least `turn` radians.
    """
    points = np.concatenate(paths)
    path = np.repeat(np.arange(len(paths)), [len(p) for p in paths])
    cells = np.floor(points * 1.5)  # points this near to each other look like one
    shows = np.append(np.any(np.diff(cells, axis=0) != 0, axis=1) | (np.diff(path) != 0), True)
    points, path = points[shows] * FINER, path[shows]
    new = np.diff(path) != 0
    first, last = np.append(True, new), np.append(new, True)
    steps = np.diff(points, axis=0)
    a, b = steps[:-1], steps[1:]
    across = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    turns = across > turn * (a * b).sum(axis=1)  # tan(x) is x where that matters
    joints = first | last
    joints[1:-1] |= turns
    return points, np.flatnonzero(first), joints
