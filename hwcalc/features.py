"""Features of glyphs, thin over the compiled `_features`.

In flow glyphs, each a picture or a list of pen strokes; out flows one float32 row of features for each: `extract`
describes the shape, `extract_paths` how the pen drew it, `extract_drawn` both.
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
    drawn = [i for i, glyph in enumerate(glyphs) if not is_picture(glyph)]
    threads = _threads(n_jobs, len(glyphs))
    out = np.empty((len(glyphs), SIZE), np.float32)
    if not drawn:
        _features.picture_features(glyphs, out, threads)
    elif len(drawn) == len(glyphs):
        _features.stroke_features(_features.Strokes(glyphs), out, pen_scale, threads)
    else:
        pictures = [i for i, glyph in enumerate(glyphs) if is_picture(glyph)]
        for kind in (pictures, drawn):
            out[kind] = extract([glyphs[i] for i in kind], pen_scale=pen_scale, n_jobs=threads)
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
    out = np.empty((len(glyphs), PATH_SIZE), np.float32)
    _features.path_features(_features.Strokes(glyphs), out, _threads(n_jobs, len(glyphs)))
    return out


def extract_drawn(glyphs: Sequence[Glyph]) -> tuple[FeatureArray, FeatureArray]:
    """`extract` and `extract_paths` of lists of strokes, which are looked through once."""
    strokes, n, threads = _features.Strokes(glyphs), len(glyphs), _threads(None, len(glyphs))
    shapes, paths = np.empty((n, SIZE), np.float32), np.empty((n, PATH_SIZE), np.float32)
    _features.stroke_features(strokes, shapes, 1.0, threads)
    _features.path_features(strokes, paths, threads)
    return shapes, paths


_PROCESS = os.getpid()


def _threads(n_jobs: int | None, batch: int) -> int:
    if os.getpid() != _PROCESS:  # a fork: GNU's OpenMP would wait there for threads that only the parent has
        return 1
    if n_jobs is None:
        n_jobs = -1 if batch > 256 else 1
    return max(1, n_jobs if n_jobs > 0 else (os.cpu_count() or 1) + 1 + n_jobs)


def is_picture(glyph: Glyph) -> bool:
    """Whether a glyph is a picture; else it is a list of strokes."""
    return isinstance(glyph, np.ndarray) and glyph.dtype == np.uint8


def halved(out: FeatureArray) -> FeatureArray:
    """Rounded to half precision: a machine reads such vectors in half the time (`_svm.halved`)."""
    return out.astype(np.float16).astype(np.float32)
