"""Virtual samples: glyphs as the same hand might have written them another time.

In flow glyphs, pictures or strokes; out flow such glyphs, mildly bent, turned, and drawn with another pen. After
D. DeCoste and B. Schölkopf, "Training invariant support vector machines", Machine Learning 46 (2002), who
distort the support vectors of a first training, and P. Simard, D. Steinkraus and J. Platt, "Best practices for
convolutional neural networks", ICDAR 2003, for elastic distortion.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .features import Glyph
from .ink import FloatArray

BEND = 0.035
"""Usual displacement of a point, as a share of the glyph's longer side."""

TURN = np.deg2rad(4.0)
"""Standard deviation of the rotation."""

THICKNESS = 0.7
"""A picture's lines grow or shrink by up to this many pixels of one that is `SIDE` high."""

SIDE = 56
"""Smaller pictures are enlarged by a whole factor to about this, so that bending does not blur them."""

_MARGIN = 0.12
_WAVES = 6


class _Warp:
    """A smooth random displacement: a few long waves in random directions, and a rotation.

    Points are in units of the glyph's longer side, about its centre.
    """

    def __init__(self, rng: np.random.Generator, strength: float) -> None:
        ways = rng.uniform(0.0, 2 * np.pi, _WAVES)
        waves = 2 * np.pi * rng.uniform(0.4, 1.4, _WAVES)
        self._waves = waves * np.stack([np.cos(ways), np.sin(ways)])
        self._phases = rng.uniform(0.0, 2 * np.pi, _WAVES)
        self._heights = rng.normal(0.0, strength * BEND * np.sqrt(2 / _WAVES), (_WAVES, 2))
        turn = rng.normal(0.0, strength * TURN)
        self._turn = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])

    def __call__(self, points: FloatArray) -> FloatArray:
        return np.asarray(points @ self._turn + np.cos(points @ self._waves + self._phases) @ self._heights)


def distorted(glyphs: Sequence[Glyph], seed: int | Sequence[int], strength: float = 1.0) -> list[Glyph]:
    """One virtual sample of each glyph.

    Parameters
    ----------
    glyphs : sequence of n glyphs
        As in `features.extract`.
    seed : int or sequence of int
    strength : float
        0 leaves the shape alone.

    Returns
    -------
    list of n glyphs
        Pictures are larger than they were.
    """
    rng = np.random.default_rng(seed)
    return [
        _picture(glyph, rng, strength) if _is_picture(glyph) else _strokes(glyph, rng, strength)
        for glyph in glyphs
    ]


def _is_picture(glyph: Glyph) -> bool:
    return isinstance(glyph, np.ndarray) and glyph.dtype == np.uint8


def _strokes(glyph: Sequence[FloatArray], rng: np.random.Generator, strength: float) -> list[FloatArray]:
    warp = _Warp(rng, strength)
    points = np.concatenate([np.asarray(stroke, np.float64)[:, :2] for stroke in glyph])
    low, high = points.min(axis=0), points.max(axis=0)
    side, centre = max(float((high - low).max()), 1e-9), (low + high) / 2
    moved = warp((points - centre) / side) * side + centre
    return np.split(moved, np.cumsum([len(stroke) for stroke in glyph])[:-1])


def _picture(
    picture: npt.NDArray[np.uint8], rng: np.random.Generator, strength: float
) -> npt.NDArray[np.uint8]:
    import cv2  # takes a tenth of a second, and reading needs nothing of this module

    warp = _Warp(rng, strength)
    height, width = picture.shape
    side = max(height, width)
    zoom, margin = max(1, round(SIDE / side)), round(_MARGIN * side)
    # the warp is smooth, so that every fourth pixel's place is enough
    rows, columns = (-(-zoom * (length + 2 * margin) // 4) for length in (height, width))
    y, x = np.indices((rows, columns), np.float64)
    points = (np.stack([x, y], axis=-1) * 4 + 2) / zoom - margin
    centre = np.array([width, height]) / 2
    where = (warp((points - centre) / side) * side + centre - 0.5).astype(np.float32)
    where = cv2.resize(where, (4 * columns, 4 * rows), interpolation=cv2.INTER_LINEAR)
    bent = cv2.remap(picture, where[..., 0], where[..., 1], cv2.INTER_CUBIC)
    grow = rng.uniform(-1.0, 1.0) * strength * THICKNESS * zoom * side / SIDE
    other = (cv2.dilate if grow > 0 else cv2.erode)(bent, np.ones((3, 3), np.uint8))
    share = min(abs(grow), 1.0)
    return np.asarray(cv2.addWeighted(bent, 1 - share, other, share, 0), np.uint8)
