"""A page without what was marked on it in another colour: ticks, crosses and rings of a teacher that touch the writing.

In flows a picture in RGB, out flows its grey without them, the writing that they crossed made whole. What is as small
as the writing, or touches none, stays: it may be an answer.
"""

from __future__ import annotations

import cv2
import numpy as np

from .ink import ByteArray
from .picture_light import dark_on_light, even_light, ink_levels, odd, over, pen_width

_APART = 30.0  # least distance of two colours of ink, in a and b of CIELAB: one pen's are up to 12 apart
_LARGE = 1.1  # heights of a digit: least size of a mark
_LEAST = 100  # pixels within lines that tell the colours


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
