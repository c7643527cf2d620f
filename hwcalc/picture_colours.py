"""A page without what was marked on it in another colour: highlighters, and ticks, crosses and rings of a teacher.

In flows a picture in RGB, out flows its grey without them. The writing that marks crossed is made whole; what is as
small as the writing, or touches none, stays: it may be an answer.
"""

from __future__ import annotations

import cv2
import numpy as np

from .ink import ByteArray
from .picture_light import dark_on_light, even_light, ink_levels, odd, over, pen_width, resized

_APART = 30.0  # least distance of two colours of ink, in a and b of CIELAB: one pen's are up to 12 apart
_LARGE = 1.1  # heights of a digit: least size of a mark
_LEAST = 100  # pixels within lines that tell the colours
_COLOURED = 0.87  # of the brightest colour of a pixel is its grey, at most,
_LIGHT = 0.6  # where that is brighter than this share of the paper's,
_BAND = 2.5  # and widths of the pen wide, where it was highlighted;
_CLEAR = 0.93  # of the paper's light is left in a colour in which that is not seen
_SEEN_AT = 2.5  # pixels: the width of the pen at which it is looked for


def without_highlighters(image: ByteArray, pen_width: float) -> ByteArray | None:
    """Grey (h, w), of those colours of a picture (h, w, 3) in which highlighters and coloured stains are paper.

    These are coloured and light, and mostly wider than the lines of a pen. None if there are none.
    """
    small = resized_in_colours(image, _SEEN_AT / pen_width)
    light = small.max(axis=2)
    pale = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8) < _COLOURED * light
    pale &= light > _LIGHT * np.median(light)
    size = round(_BAND * _SEEN_AT)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    wide = cv2.morphologyEx(pale.view(np.uint8), cv2.MORPH_OPEN, disc) > 0
    if not 2 * np.count_nonzero(wide) > np.count_nonzero(pale) > 0 or wide.all():
        return None
    paper = np.percentile(small[~wide], 75, axis=0)
    clear = np.median(small[wide], axis=0) > _CLEAR * paper
    if clear.all():
        return None
    return np.asarray(image[..., clear].min(axis=2) if clear.any() else image.max(axis=2))


def resized_in_colours(image: ByteArray, factor: float) -> ByteArray:
    """A picture (h, w, 3), scaled by about `factor`."""
    return np.stack([resized(image[..., k], factor) for k in range(3)], axis=-1)


def without_marks(image: ByteArray) -> ByteArray | None:
    """Grey (h, w), dark on light, without the marks in a picture (h, w, 3); None if there are none."""
    darkness, grain, _ = even_light(
        dark_on_light(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8))
    )
    threshold, _ = ink_levels(darkness, grain)
    ink = over(darkness, threshold)
    other = _other_colour(image, ink)
    if other is None:
        return None
    marks = _touching(other, ink & (1 - other))
    if not marks.any():
        return None
    bare = np.where(marks > 0, np.uint8(0), darkness)
    size = odd(1.6 * pen_width(marks))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    whole = np.asarray(cv2.morphologyEx(bare, cv2.MORPH_CLOSE, disc), np.uint8)
    return np.asarray(255 - np.where(marks > 0, whole, bare), np.uint8)


def _other_colour(image: ByteArray, ink: ByteArray) -> ByteArray | None:
    """The ink, 1 on 0, in the less used of two colours; None if there is one only."""
    colours = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), np.uint8)[..., 1:]
    within = colours[cv2.erode(ink, np.ones((3, 3), np.uint8)) > 0].astype(np.float64)
    if len(within) < _LEAST:
        return None
    middle = within.mean(axis=0)
    axis = np.linalg.eigh(np.cov(within.T))[1][:, -1]
    sides = (within - middle) @ axis > 0
    if sides.all() or not sides.any():
        return None
    few, most = sorted((sides, ~sides), key=np.count_nonzero)
    own, usual = (np.median(within[side], axis=0) for side in (few, most))
    if np.linalg.norm(own - usual) < _APART:
        return None
    inked = colours[ink > 0]
    other = np.zeros_like(ink)
    other[ink > 0] = np.linalg.norm(inked - own, axis=1) < np.linalg.norm(inked - usual, axis=1)
    return other


def _touching(other: ByteArray, writing: ByteArray) -> ByteArray:
    """The parts of another colour that are larger than the writing and touch it, with their rims."""
    heights = np.sort(cv2.connectedComponentsWithStats(writing)[2][1:, cv2.CC_STAT_HEIGHT])
    digit = heights[np.searchsorted(heights.cumsum(), heights.sum() / 2)]
    ring = np.ones((3, 3), np.uint8)
    rim = np.asarray(cv2.dilate(other, ring), np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(rim, connectivity=8)
    found = np.zeros(len(stats), np.uint8)
    found[labels[(writing > 0) & (cv2.dilate(rim, ring) > 0)]] = 1
    found &= np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) > _LARGE * digit
    found[0] = 0
    return np.asarray(cv2.dilate(found[labels], ring), np.uint8)
