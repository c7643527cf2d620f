"""From a picture to ink: even out the light, part ink from paper, drop specks, collect the pieces.

In flows uint8 grey (h, w) or RGB (h, w, 3), out flows an `Ink` whose strokes are connected pieces with
masks, drawn to a scale at which the pen is about five pixels wide:

    grey ─▶ polarity ─▶ darkness ─▶ scale to the pen ─▶ binary ─▶ pieces
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from .ink import ByteArray, FloatArray, Ink, ReadError, Stroke, piece

# Larger pictures are worked on at this size; a pen line on a photographed page is then 3 pixels wide or more.
_WORKING_PIXELS = 2_000_000
_PEN_WIDTH = 5.0
_MOST_PIECES = 4000
_NO_INK = "no ink found: take the picture closer, sharper or in better light"


class Levels(NamedTuple):
    """How dark things are in an evenly lit picture: 0 is paper, 255 black."""

    noise: float
    threshold: float
    ink: float


def ink_from_picture(image: ByteArray) -> Ink:
    """Find the pen marks in a picture.

    Parameters
    ----------
    image : uint8 (h, w) grey or (h, w, 3) RGB
        Dark on light or light on dark, as from `open_picture`.

    Returns
    -------
    Ink
        Its strokes are connected pieces with masks, from left to right; `Ink.in_picture` leads from
        their boxes back to pixels of `image`.

    Raises
    ------
    ReadError
        There is no ink, or there are so many pieces that it is not writing.
    """
    grey = _working_grey(image)
    darkness = even_light(dark_on_light(grey))
    levels = _levels(darkness)
    darkness = _scale_to_pen(darkness, pen_width(np.greater(darkness, levels.threshold).view(np.uint8)))
    binary = binarise(darkness, levels)
    width = pen_width(binary)
    strokes = _pieces(binary, darkness, width)
    if not strokes:
        raise ReadError(_NO_INK)
    return Ink(strokes, pen_width=width, to_picture=_scaling(darkness.shape, image.shape))


def _working_grey(image: ByteArray) -> ByteArray:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image
    factor = (_WORKING_PIXELS / grey.size) ** 0.5
    return _resized(grey, factor) if factor < 1 else grey


def _resized(grey: ByteArray, factor: float) -> ByteArray:
    """Scale by about `factor`; no side vanishes."""
    height, width = grey.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(grey, size, interpolation=method)


def _thumbnail(grey: ByteArray, side: int) -> ByteArray:
    factor = side / max(grey.shape)
    return _resized(grey, factor) if factor < 1 else grey


def _odd(size: float, least: int = 3) -> int:
    return max(least, int(size) | 1)


def dark_on_light(grey: ByteArray) -> ByteArray:
    """The picture as it is, or inverted if its ink is the light part (a blackboard).

    Ink is what stands out from the median of its surroundings, which is the paper's grey also beside the
    edge of a shadow. The third power lets few strong differences outweigh many weak ones.
    """
    small = _thumbnail(grey, 256)
    around = cv2.medianBlur(small, min(_odd(min(small.shape) / 2, 15), 255))
    difference = small.astype(np.float32) - around
    return cv2.bitwise_not(grey) if float((difference**3).sum()) > 0 else grey


def even_light(grey: ByteArray) -> ByteArray:
    """Darkness relative to the paper around: 0 for paper in light or shadow, 255 for black.

    The paper is what remains when closing has filled every dark stroke; the quotient rather than the
    difference makes ink in the shadow as dark as ink in the light.
    """
    small = cv2.GaussianBlur(_thumbnail(grey, 384), (3, 3), 0)
    size = _odd(min(small.shape) / 5, 15)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    paper = cv2.blur(paper, (size // 2 | 1, size // 2 | 1))
    paper = cv2.resize(cv2.max(paper, 24), grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.bitwise_not(cv2.divide(grey, paper, scale=255))


def _levels(darkness: ByteArray) -> Levels:
    """The threshold is found among the pixels at steep edges, of which about half are ink.

    Over the whole picture ink is so rare that a threshold would rather divide the grain of the paper.
    """
    counts = np.bincount(darkness.ravel()[::7], minlength=256)
    paper = _percentile(counts, 50)
    noise = 1.5 * (_percentile(counts, 50) - _percentile(counts, 20)) + 1.0
    edges = cv2.morphologyEx(cv2.GaussianBlur(darkness, (3, 3), 0), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    steep = _percentile(np.bincount(edges.ravel(), minlength=256), 99.9) / 3
    beside = darkness[edges > max(steep, 4 * noise)]
    if beside.size < 16:
        raise ReadError(_NO_INK)
    threshold, _ = cv2.threshold(beside, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink = float(np.median(beside[beside > threshold])) if (beside > threshold).any() else 0.0
    if ink - paper < max(8 * noise, 10.0):
        raise ReadError(_NO_INK)
    return Levels(paper + noise, float(threshold), ink)


def _percentile(counts: npt.NDArray[np.intp], percent: float) -> float:
    """Percentile of the values that a histogram counts."""
    total = np.cumsum(counts)
    return float(np.searchsorted(total, total[-1] * percent / 100))


def pen_width(binary: ByteArray) -> float:
    """Median thickness of the lines in a mask (h, w) whose ink is not 0, in pixels; at least 1."""
    distance = cv2.distanceTransform(binary, cv2.DIST_L2, 3)
    ridge = (distance > 0) & (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)))
    return max(1.0, 2.0 * float(np.median(distance[ridge])) - 0.5) if ridge.any() else 1.0


def _scale_to_pen(darkness: ByteArray, width: float) -> ByteArray:
    """Small writing is enlarged, so that its pieces are more than a few pixels, and bold writing shrunk."""
    factor = _PEN_WIDTH / width
    factor = min(factor, 4.0, (2 * _WORKING_PIXELS / darkness.size) ** 0.5)
    return darkness if 0.5 < factor < 1.25 else _resized(darkness, factor)


def binarise(darkness: ByteArray, levels: Levels) -> ByteArray:
    """The ink as 255 on 0.

    A pixel is ink if it is at least half as dark as the darkest within a pen's width, so a faint stroke
    and a bold one both keep their shape, blurred or not; what is faint throughout is paper.
    """
    smooth = cv2.GaussianBlur(darkness, (3, 3), 0)
    size = _odd(3 * _PEN_WIDTH)
    darkest = cv2.dilate(smooth, np.ones((size, size), np.uint8))
    faintest = max(4 * levels.noise, 0.25 * levels.ink)
    local = cv2.max(cv2.convertScaleAbs(darkest, alpha=0.45), faintest)
    return cv2.compare(smooth, local, cv2.CMP_GT)


def _pieces(binary: ByteArray, darkness: ByteArray, width: float) -> tuple[Stroke, ...]:
    """Connected components from left to right, without specks."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
    keep = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= 0.4 * width**2]
    if len(keep) > _MOST_PIECES:
        raise ReadError("the picture is too busy to be handwriting: crop it to the writing")
    keep.sort(key=lambda i: int(stats[i, cv2.CC_STAT_LEFT]))
    strokes = []
    for i in keep:
        left, top, w, h = (int(v) for v in stats[i, :4])
        inside = labels[top : top + h, left : left + w] == i
        strokes.append(piece(inside.astype(np.uint8) * 255, left, top))
    return tuple(strokes)


def _scaling(worked: tuple[int, ...], original: tuple[int, ...]) -> FloatArray:
    """Maps pixels of the picture as it was worked on to pixels of the original."""
    return np.array([[original[1] / worked[1], 0.0, 0.0], [0.0, original[0] / worked[0], 0.0]])
