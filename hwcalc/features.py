"""Features of glyphs, thin over the compiled `_features`.

In flow glyphs, each a picture or a list of pen strokes; out flows one float32 row of features for each: `extract`
describes the shape, `extract_paths` how the pen drew it.
`transformer.GlyphFeatures` is the same as a scikit-learn transformer.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _features

Glyph: TypeAlias = Any
"""One glyph: uint8 (h, w), bright ink on black, or a list of strokes, each (k, 2)."""

FeatureArray: TypeAlias = npt.NDArray[np.float32]

SIZE: int = _features.SIZE
"""Number of features of a glyph's shape."""

PATH_SIZE: int = _features.PATH_SIZE
"""Number of features of the pen's path through a glyph."""

VERSION = 2
"""Raised whenever the features change: a model made for others must be made again."""

SHAPE_WEIGHT = 2.0
"""Weight of the features of size and slant beside the gradient features, chosen on a validation split."""


def extract(glyphs: Sequence[Glyph], *, pen_scale: float = 1.0, n_jobs: int | None = None) -> FeatureArray:
    """Features of glyphs.

    Parameters
    ----------
    glyphs : sequence of n glyphs
        Each a picture, uint8 (h, w) with bright ink on black, or a list of strokes, each (k, 2) with x to
        the right and y down. Pictures and strokes may be mixed; the features do not depend on the scale.
    pen_scale : float
        Thickness of the pen that draws strokes; 1 is about the line of MNIST.
    n_jobs : int, optional
        Threads, -1 for all cores; by default all cores for large batches, one for small ones.

    Returns
    -------
    float32 (n, SIZE)
        All zeros for a glyph without ink.
    """
    threads = _threads(n_jobs, len(glyphs))
    pictures = [i for i, glyph in enumerate(glyphs) if is_picture(glyph)]
    drawn = [i for i, glyph in enumerate(glyphs) if not is_picture(glyph)]
    if not drawn and pictures:
        return _picture_features(glyphs, threads)
    if not pictures and drawn:
        return _stroke_features(glyphs, pen_scale, threads)
    out = np.zeros((len(glyphs), SIZE), np.float32)
    if pictures:
        out[pictures] = _picture_features([glyphs[i] for i in pictures], threads)
        out[drawn] = _stroke_features([glyphs[i] for i in drawn], pen_scale, threads)
    return out


def extract_paths(glyphs: Sequence[Glyph], *, n_jobs: int | None = None) -> FeatureArray:
    """Features of the way the pen took: the order and the direction of the strokes, which a picture loses.

    Parameters
    ----------
    glyphs : sequence of n lists of strokes, as in `extract`; the strokes in the order in which they were drawn
    n_jobs : int, optional
        As in `extract`.

    Returns
    -------
    float32 (n, PATH_SIZE)
        They depend neither on the scale nor on the pace. All zeros for a glyph without length.
    """
    out = np.zeros((len(glyphs), PATH_SIZE), np.float32)
    if len(glyphs):
        _features.path_features(*pack_strokes(glyphs), out, _threads(n_jobs, len(glyphs)))
    return halved(out)


def _threads(n_jobs: int | None, batch: int) -> int:
    if n_jobs is None:
        n_jobs = -1 if batch > 256 else 1
    return max(1, n_jobs if n_jobs > 0 else (os.cpu_count() or 1) + 1 + n_jobs)


def is_picture(glyph: Glyph) -> bool:
    """Whether a glyph is a picture; else it is a list of strokes."""
    return isinstance(glyph, np.ndarray) and glyph.dtype == np.uint8


def _picture_features(pictures: Sequence[npt.NDArray[np.uint8]], threads: int) -> FeatureArray:
    for picture in pictures:
        if picture.ndim != 2 or picture.size == 0:
            raise ValueError(f"a glyph picture must be uint8 (h, w), not of shape {picture.shape}")
    heights = np.array([p.shape[0] for p in pictures], np.int32)
    widths = np.array([p.shape[1] for p in pictures], np.int32)
    sizes = heights.astype(np.int64) * widths
    pixels = np.concatenate([p.ravel() for p in pictures])
    out = np.empty((len(pictures), SIZE), np.float32)
    _features.image_features(pixels, np.cumsum(sizes) - sizes, heights, widths, out, threads)
    return _finished(out)


def _stroke_features(glyphs: Sequence[Glyph], pen_scale: float, threads: int) -> FeatureArray:
    points, strokes, starts = pack_strokes(glyphs)
    out = np.empty((len(glyphs), SIZE), np.float32)
    _features.stroke_features(points, strokes, starts, out, pen_scale, threads)
    return _finished(out)


def pack_strokes(
    glyphs: Sequence[Glyph],
) -> tuple[FeatureArray, npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Lists of strokes as three arrays: points (k, 2), where each stroke begins, where each glyph begins."""
    flat: list[npt.NDArray[Any]] = []
    starts = [0]
    for glyph in glyphs:
        for stroke in glyph:
            points = np.asarray(stroke)
            if points.size:
                flat.append(points if points.shape[1] == 2 else points[:, :2])
        if len(flat) == starts[-1]:
            raise ValueError("a glyph has no points: leave it out")
        starts.append(len(flat))
    lengths = np.fromiter((0, *map(len, flat)), np.int32, len(flat) + 1)
    strokes, of_glyph = np.cumsum(lengths, dtype=np.int32), np.array(starts, np.int32)
    together = np.concatenate(flat, dtype=np.float64)
    # float32 keeps 24 bits, so large coordinates must lose their offset first
    first = strokes[of_glyph]
    together -= np.repeat(together[first[:-1]], np.diff(first), axis=0)
    return together.astype(np.float32), strokes, of_glyph


def _finished(out: FeatureArray) -> FeatureArray:
    shapes = out[:, SIZE - _features.SHAPE_COUNT :]
    shapes[:] = halved(shapes * np.float32(SHAPE_WEIGHT))
    return out


def halved(out: FeatureArray) -> FeatureArray:
    """Rounded to half precision: a machine reads such vectors in half the time (`_svm.halved`)."""
    return out.astype(np.float16).astype(np.float32)
