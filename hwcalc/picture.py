"""From a picture to ink: even out the light, part ink from paper, drop specks, collect the pieces.

In flows uint8 grey (h, w) or RGB (h, w, 3), out flows an `Ink` whose strokes are connected pieces with
masks, drawn to a scale at which the pen is about five pixels wide:

    grey ─▶ polarity ─▶ darkness ─▶ scale to the pen ─▶ binary ─▶ pieces
"""

from __future__ import annotations

import cv2
import numpy as np

from .ink import ByteArray, FloatArray, Ink, ReadError, Stroke, piece
from .picture_light import NO_INK, PEN_WIDTH, binarise, dark_on_light, even_light, ink_levels, pen_width, resized
from .picture_rules import without_rules

# Larger pictures are worked on at this size; a pen line on a photographed page is then 3 pixels wide or more.
_WORKING_PIXELS = 2_000_000
_MOST_PIECES = 4000


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
    darkness, grain = even_light(dark_on_light(_working_grey(image)))
    darkness = without_rules(darkness, faintest=4 * grain + 4)
    threshold, level = ink_levels(darkness, grain)
    crude = np.greater(darkness, threshold).view(np.uint8)
    darkness = _scale_to_pen(darkness, pen_width(crude))
    binary = binarise(darkness, max(4 * grain, 0.25 * level))
    width = pen_width(binary)
    strokes = _pieces(binary, darkness, width)
    if not strokes:
        raise ReadError(NO_INK)
    return Ink(strokes, pen_width=width, to_picture=_scaling(darkness.shape, image.shape))


def _working_grey(image: ByteArray) -> ByteArray:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image
    factor = (_WORKING_PIXELS / grey.size) ** 0.5
    return resized(grey, factor) if factor < 1 else grey


def _scale_to_pen(darkness: ByteArray, width: float) -> ByteArray:
    """Small writing is enlarged, so that its pieces are more than a few pixels, and bold writing shrunk."""
    factor = PEN_WIDTH / width
    factor = min(factor, 4.0, (2 * _WORKING_PIXELS / darkness.size) ** 0.5)
    return darkness if 0.5 < factor < 1.25 else resized(darkness, factor)


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
