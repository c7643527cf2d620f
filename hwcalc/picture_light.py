"""Light and shade: which part of a picture is ink, whatever the light, the paper and the pen.

In flows a grey picture, out flow its darkness against the paper around, a binary picture and the width
of the pen.
"""

from __future__ import annotations

import cv2
import numpy as np

from .ink import ByteArray, ReadError

PEN_WIDTH = 5.0  # pixels; the width to which pictures are scaled before they are made binary
_GAP = 1.4  # of that width: gaps so wide are closed,
_WIDER = 1.4  # and a pen that then is so much wider was chalk: 1.6 to 2.7, but of 134 photographs of ink at most 1.25,
_PIECES = 0.07  # if there are so many pieces and holes for each square of its width: chalk has 0.1 to 0.3, print 0.05;
_FEW = 5  # pieces and holes may be those of one symbol
_MIXED = 0.05  # of the border of a picture; so much of it may be ink
NO_INK = "no ink found: take the picture closer, sharper or in better light"


def dark_on_light(grey: ByteArray) -> ByteArray:
    """The picture as it is, or inverted if its ink is the light part (a blackboard).

    Where lines stand on an even ground, the ground tells. Else, at the steepest edges, ink is the side that
    differs from the median of the surroundings. Where the surroundings themselves change, at the edge of a
    sheet or a shadow, there is no telling.
    """
    small = thumbnail(grey, 256)
    size = odd(min(min(small.shape) / 4, 39), 15)
    ground = _ground(small, size)
    if ground is not None:
        return grey if ground else 255 - grey
    around = cv2.medianBlur(small, size)
    change = cv2.morphologyEx(around, cv2.MORPH_GRADIENT, np.ones((size, size), np.uint8))
    edges = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    flat = change < 0.3 * around + 15
    if flat.mean() > 0.1:
        edges[~flat] = 0
    steep = edges > 0.4 * np.percentile(edges, 99.8)
    difference = small[steep].astype(np.float64) - around[steep]
    # The third power lets few strong differences outweigh many weak ones.
    return 255 - grey if (difference**3).sum() > 0 else grey


def _ground(grey: ByteArray, size: int) -> bool | None:
    """Is the border of a picture light, and all that is dark lines thinner than `size`? False the other way round.

    None if neither is so, or if the border's side of the threshold has ink of its own: the light part is glare then. Of
    2,400 pictures of bold writing that fills most of its picture, light and dark, 9 % were taken for their negative
    without this, and 0.2 % are with it.
    """
    _, light = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]]).mean()
    if _MIXED < border < 1 - _MIXED:
        return None
    lines = light if border < 0.5 else 1 - light
    ground, other = (grey[lines == k].astype(np.float64) for k in (0, 1))
    middle = float(np.median(ground))
    beyond = abs(middle - np.percentile(ground, 1 if border < 0.5 else 99))
    if other.size and beyond > abs(float(np.median(other)) - middle):
        return None
    thick = 2 * float(cv2.distanceTransform(lines.astype(np.uint8), cv2.DIST_L2, 3).max())
    return bool(border > 0.5) if thick < size else None


def even_light(grey: ByteArray) -> tuple[ByteArray, float, ByteArray]:
    """Darkness relative to the paper around: 0 for paper in light or shadow, 255 for black.

    The paper is what remains when closing has filled every dark stroke; the quotient rather than the
    difference makes ink in the shadow as dark as ink in the light.

    Returns
    -------
    darkness : uint8 (h, w)
        Slightly smoothed; 0 on a dark table around the sheet.
    grain : float
        Standard deviation of the darkness of the paper.
    sheet : uint8 (h, w)
        1 on the sheet, 0 on the table.
    """
    small = np.asarray(cv2.GaussianBlur(thumbnail(grey, 384), (3, 3), 0), np.uint8)
    # Wider than the boldest pen in a picture of one line, narrower than the shadows on a page.
    size = odd(min(min(small.shape) / 4, 31), 15)
    paper = np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), np.uint8)
    sheet = np.asarray(
        cv2.resize(_sheet(small, size), grey.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8
    )
    smooth = np.maximum(cv2.blur(paper, (size // 2 | 1, size // 2 | 1)), np.uint8(24))
    light = cv2.resize(smooth, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    quotient = cv2.divide(cv2.GaussianBlur(grey, (3, 3), 0), light, scale=255)
    # Most of a picture is paper; the closing took the brightest of its grain for its grey.
    step = 1 + max(grey.shape) // 400
    middle, bright = np.percentile(quotient[::step, ::step], [50, 80])
    darkness = np.uint8(middle) - np.minimum(quotient, np.uint8(middle)).astype(np.uint8)
    return np.asarray(darkness * sheet, np.uint8), float(bright - middle) / 0.84 + 1.0, sheet


def _sheet(grey: ByteArray, size: int) -> ByteArray:
    """The sheet, 1 on 0, where what lies around it is much darker; 1 throughout if there is no such thing.

    Lines of ink are thinner than `size`. The sheet is one convex piece. A shadow is rarely darker than half
    the light, does not lie all around, and has a soft edge.
    """
    # The table goes on beyond the picture: closing, which fills the ink, would fill a narrow strip of it too.
    wider = cv2.copyMakeBorder(grey, size, size, size, size, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(wider, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    paper = np.asarray(closed[size:-size, size:-size], np.uint8)
    everything = np.ones_like(grey)
    _, light = cv2.threshold(paper, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(light)
    if count < 2:
        return everything
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    area = int(stats[largest, cv2.CC_STAT_AREA])
    left, top, width, height = (int(v) for v in stats[largest, :4])
    sides = (left == 0) + (top == 0) + (left + width == paper.shape[1]) + (top + height == paper.shape[0])
    outline, _ = cv2.findContours(
        (labels == largest).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    hull = cv2.convexHull(np.vstack(outline))
    if not 0.15 < area / paper.size < 0.97 or area < 0.85 * cv2.contourArea(hull):
        return everything
    sheet = np.zeros_like(grey)
    cv2.fillConvexPoly(sheet, hull, 1)
    ratio = np.median(paper[labels == largest]) / max(1.0, float(np.median(paper[light == 0])))
    if ratio < (1.6 if sides <= 1 else 2.5) and (sides or _step(paper, sheet) < 1.25):
        return everything
    # without its own edge, but up to that of the picture
    return np.asarray(cv2.erode(sheet, np.ones((7, 7), np.uint8)), np.uint8)


def _step(paper: ByteArray, sheet: ByteArray) -> float:
    """How much lighter it is within the edge of the sheet than beyond: at once, as no light or shadow changes."""
    ring = np.ones((7, 7), np.uint8)
    inner, outer = cv2.erode(sheet, ring), cv2.dilate(sheet, ring)
    within = (inner > 0) & (cv2.erode(inner, ring) == 0)
    beyond = (outer == 0) & (cv2.dilate(outer, ring) > 0)
    return float(np.median(paper[within]) / max(1.0, float(np.median(paper[beyond]))))


def ink_levels(darkness: ByteArray, grain: float) -> tuple[float, float]:
    """A threshold between paper and ink, and the darkness of the ink.

    Both are found among the pixels at steep edges, of which about half are ink. Over the whole picture
    ink is so rare that a threshold would rather divide the grain of the paper.

    Raises
    ------
    ReadError
        Nothing stands out from the grain.
    """
    edges = cv2.morphologyEx(darkness, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    visible = edges > 4 * grain
    if np.count_nonzero(visible) < 16:
        raise ReadError(NO_INK)
    beside = darkness[edges > max(float(np.percentile(edges[visible], 90)) / 3, 4 * grain)]
    threshold, _ = cv2.threshold(beside, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink = float(np.median(beside[beside > threshold])) if (beside > threshold).any() else 0.0
    if ink < max(4 * grain, 10.0):
        raise ReadError(NO_INK)
    return float(threshold), ink


def binarise(darkness: ByteArray, faintest: float) -> ByteArray:
    """The ink as 1 on 0.

    A pixel is ink if it is at least half as dark as the darkest within a pen's width, so a faint stroke
    and a bold one both keep their shape, blurred or not; what is lighter than `faintest` is paper. Sharpened
    before, strokes that stand close stay apart: of 100 drawn lines 94 were read instead of 91, and 89 instead
    of 83 where they were drawn at a quarter of the size.
    """
    soft = cv2.GaussianBlur(darkness, (0, 0), 0.6 * PEN_WIDTH)
    sharp = cv2.addWeighted(darkness, 2.0, soft, -1.0, 0.0)
    size = odd(3 * PEN_WIDTH)
    darkest = cv2.dilate(sharp, np.ones((size, size), np.uint8))
    local = np.maximum(cv2.convertScaleAbs(darkest, alpha=0.45), np.uint8(faintest))
    return np.greater(sharp, local).view(np.uint8)


def over(grey: ByteArray, level: float) -> ByteArray:
    """1 where `grey` (h, w) is brighter than `level`, 0 elsewhere."""
    return np.greater(grey, int(level)).view(np.uint8)


def pen_width(binary: ByteArray) -> float:
    """Median thickness of the lines in a mask (h, w) whose ink is not 0, in pixels; at least 1."""
    distance = cv2.distanceTransform(binary, cv2.DIST_L2, 3)
    ridge = (distance > 0) & (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)))
    return max(1.0, 2.0 * float(np.median(distance[ridge])) - 0.5) if ridge.any() else 1.0


def is_ragged(binary: ByteArray) -> bool:
    """Whether the strokes of a mask (h, w), drawn to `PEN_WIDTH`, are full of gaps, as chalk leaves them."""
    gap = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (odd(_GAP * PEN_WIDTH),) * 2)
    closed = np.asarray(cv2.morphologyEx(binary, cv2.MORPH_CLOSE, gap), np.uint8)
    width = pen_width(binary)
    if pen_width(closed) <= _WIDER * width:
        return False
    pieces, _ = cv2.connectedComponents(binary)
    holes, _ = cv2.connectedComponents(1 - binary, connectivity=4)
    many = max(_FEW, _PIECES * np.count_nonzero(binary) / width**2)
    return pieces + holes - 3 > many  # without paper and ink as a whole


def resized(grey: ByteArray, factor: float) -> ByteArray:
    """`grey` (h, w) scaled by about `factor`; no side vanishes."""
    height, width = grey.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    # Above one half, linear interpolation skips no pixel and takes a fifth of the time.
    method = cv2.INTER_AREA if factor < 0.5 else cv2.INTER_LINEAR if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)


def thumbnail(grey: ByteArray, side: int) -> ByteArray:
    """`grey` (h, w), shrunk by a whole number, which is fast, until no side is much longer than `side`."""
    step = max(grey.shape) // side
    if step < 2:
        return grey
    height, width = (max(step, length // step * step) for length in grey.shape)
    size = width // step, height // step
    return np.asarray(cv2.resize(grey[:height, :width], size, interpolation=cv2.INTER_AREA), np.uint8)


def odd(size: float, least: int = 3) -> int:
    """An odd size of a window, at least `least`."""
    return max(least, int(size) | 1)
