"""Stroke-like pieces: a component cut where its lines meet, and what goes straight on through a crossing joined again.

In flows the mask of a component, out flow the masks of its pieces: a + gives its two bars, an 8 its two rings, and
where two glyphs touch each keeps its own lines.

    mask ─▶ skeleton ─▶ branches between junctions ─▶ joined across crossings ─▶ pixels to the nearest branch
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from .ink import ByteArray, FloatArray

_ZONE = 0.7  # widths of the pen around a junction belong to no branch
_BRIDGE = 1.6  # what is shorter, from junction to junction, is where two lines cross at a small angle,
_SPUR = 0.8  # and what is shorter, with a free end, is the round end of a line
_AHEAD = 2.0  # widths of the pen along a branch that tell where it goes
_STRAIGHT, _ASIDE = (
    0.8,
    0.5,
)  # cosines of the most by which a line bends where it crosses another, and of the least
# by which it would have to bend to go on as the other: rings that touch have the same four ends as lines that cross

_SQUARE = np.ones((2, 2), np.uint8)  # all of it line, only where lines cross

_Skeleton = npt.NDArray[np.bool_]

Labels: TypeAlias = npt.NDArray[np.int32]
"""(h, w): 0 outside, 1, 2, … on the pieces of a mask; a lattice has more of them than a byte can tell."""


def strokes_of(mask: ByteArray, pen_width: float) -> Labels:
    """Divide a component into the lines that it is drawn of.

    Parameters
    ----------
    mask : uint8 (h, w)
        The component, not 0.
    pen_width : float
        In pixels.

    Returns
    -------
    int32 (h, w)
        0 outside the component, 1, 2, … on its pieces; only 1 if its lines do not meet.
    """
    whole = (mask > 0).astype(np.uint8)
    line = skeleton(whole)
    zones = _zones(line, pen_width)
    branches, boxes = _labelled(line & (zones == 0))
    if len(boxes) < 2:
        return whole.astype(np.int32)
    return _to_nearest(whole, _joined_across(branches, zones, pen_width))


def skeleton(whole: ByteArray) -> _Skeleton:
    """The middle of the lines of a mask of 0 and 1, one pixel thin.

    T. Y. Zhang and C. Y. Suen, A fast parallel algorithm for thinning digital patterns, CACM 27 (1984).
    """
    line = np.pad(whole, 1)
    inner = line[1:-1, 1:-1]
    while True:
        before = cv2.countNonZero(line)
        for staying in _STAYING:
            inner &= staying[_around(line)]
        if cv2.countNonZero(line) == before:
            return inner > 0


# Bits of the neighbours of a pixel, clockwise from above.
_BITS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)


def _around(line: ByteArray) -> ByteArray:
    """For each pixel of a mask of 0 and 1, without its border of one, its neighbours, a bit each."""
    return np.asarray(cv2.filter2D(line, -1, _BITS, borderType=cv2.BORDER_CONSTANT)[1:-1, 1:-1], np.uint8)


def _tables() -> tuple[tuple[ByteArray, ByteArray], npt.NDArray[np.int64]]:
    """For each neighbourhood: whether a pixel stays in either half of a step, and how many lines leave it."""
    ring = (np.arange(256)[:, None] >> np.arange(8)) & 1
    leaving = ((ring == 0) & (np.roll(ring, -1, axis=1) == 1)).sum(axis=1)
    north, east, south, west = (ring[:, k] == 1 for k in (0, 2, 4, 6))
    rim = (leaving == 1) & (ring.sum(axis=1) >= 2) & (ring.sum(axis=1) <= 6)
    first = rim & ~(north & east & south) & ~(east & south & west)
    second = rim & ~(north & east & west) & ~(north & south & west)
    return ((~first).astype(np.uint8), (~second).astype(np.uint8)), leaving


_STAYING, _LEAVING = _tables()


def _zones(line: _Skeleton, pen_width: float) -> Labels:
    """The surroundings of the junctions, numbered from 1: two that are close are one, and spurs are a part of them."""
    thin = line.astype(np.uint8)
    square = cv2.dilate(cv2.erode(thin, _SQUARE, borderValue=0), _SQUARE, anchor=(0, 0))
    meets = line & ((_LEAVING[_around(np.pad(thin, 1))] >= 3) | (square > 0))
    reach = max(1, round(_ZONE * pen_width))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    around = np.asarray(cv2.dilate(meets.astype(np.uint8), disc), np.uint8)
    zones, _ = _labelled(around > 0)
    branches, boxes = _labelled(line & (zones == 0))
    for branch, box in enumerate(boxes, start=1):
        if max(box[2:]) >= _BRIDGE * pen_width:
            continue
        part = _window(box, 2)
        own = _grown(branches[part] == branch)
        ends = len(np.unique(zones[part][own & (zones[part] > 0)]))
        if np.count_nonzero(branches[part] == branch) < (_SPUR, _BRIDGE)[ends > 1] * pen_width:
            around[part][own] = 1
    return _labelled(around > 0)[0]


def _labelled(mask: _Skeleton) -> tuple[Labels, list[list[int]]]:
    """The connected parts of a mask, numbered from 1, and the left, top, width and height of each."""
    _, *found, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return np.asarray(found[0], np.int32), found[1][1:, :4].tolist()


def _window(box: Sequence[int], margin: int) -> tuple[slice, slice]:
    left, top, width, height = box
    return (
        slice(max(0, top - margin), top + height + margin),
        slice(max(0, left - margin), left + width + margin),
    )


def _grown(mask: _Skeleton) -> _Skeleton:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))) > 0


def _joined_across(branches: Labels, zones: Labels, pen_width: float) -> Labels:
    """The branches, those with one number that go straight on through a crossing of four lines or more."""
    names = np.arange(int(branches.max()) + 1)
    ahead = _AHEAD * pen_width
    _, boxes = _labelled(zones > 0)
    for zone, box in enumerate(boxes, start=1):
        part = _window(box, 2 + int(ahead))
        ends = _ends(branches[part], zones[part] == zone, ahead)
        if len(ends) < 4:
            continue
        directions = np.array([direction for _, direction in ends])
        cosine = directions @ directions.T
        for i, j in combinations(range(len(ends)), 2):
            others = np.delete(cosine[[i, j]], [i, j], axis=1)
            if cosine[i, j] < -_STRAIGHT and others.min() > -_ASIDE:
                names[names == names[ends[j][0]]] = names[ends[i][0]]
    return np.asarray(names[branches], np.int32)


def _ends(branches: Labels, zone: _Skeleton, ahead: float) -> list[tuple[int, FloatArray]]:
    """The branches that end at a zone, each with the direction, of length 1, in which it leaves."""
    contacts, boxes = _labelled(_grown(zone) & ~zone & (branches > 0))
    found = []
    for contact in range(1, len(boxes) + 1):
        start = np.argwhere(contacts == contact)
        branch = int(branches[tuple(start[0])])
        pixels = np.argwhere(branches == branch)
        away = pixels[np.hypot(*(pixels - start[0]).T) < ahead].mean(axis=0) - start[0]
        found.append((branch, away / max(float(np.hypot(*away)), 1e-9)))
    return found


def _to_nearest(whole: ByteArray, branches: Labels) -> Labels:
    """Each pixel of the component with the number of the branch nearest to it, from 1 without gaps."""
    numbers = np.unique(branches, return_inverse=True)[1].reshape(branches.shape)
    _, nearest = cv2.distanceTransformWithLabels(
        (branches == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    name_of = np.zeros(int(nearest.max()) + 1, np.int32)
    name_of[nearest[branches > 0]] = numbers[branches > 0]
    return np.asarray(name_of[nearest] * whole, np.int32)
