"""Ink and Stroke: what was written, whatever it came from.

In flow pen strokes (arrays of points) or the pieces of a picture (small masks); out flows an `Ink`,
the one form that the later stages read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
ByteArray: TypeAlias = npt.NDArray[np.uint8]


SMALLEST, LARGEST = 1e-9, 1e12
"""Ink whose largest coordinate is not between these is refused: its sizes would be lost on the way to its features."""


class ReadError(ValueError):
    """What was given cannot be read: not a picture, no ink, too large. The message says what to do."""


class Box(NamedTuple):
    """A bounding box in the units of the ink, x to the right, y down."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Horizontal extent, in the units of the ink."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Vertical extent, in the units of the ink."""
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        """(x, y) of the middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def aside(self, other: Box) -> float:
        """The horizontal room between this and another; less than 0 where they are over each other."""
        return max(other.left - self.right, self.left - other.right)

    def apart(self, other: Box) -> float:
        """The room between this and another, 0 where they touch."""
        below = max(other.top - self.bottom, self.top - other.bottom, 0.0)
        return hypot(max(self.aside(other), 0.0), below)

    def shared(self, other: Box) -> float:
        """The area that lies in this and another."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def moved(self, dx: float, dy: float) -> Box:
        """The same box elsewhere."""
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def union(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, eq=False)
class Stroke:
    """One mark: the path of a pen from down to up, or a connected piece of a picture.

    Parameters
    ----------
    points : float64 (k, 2), k >= 1
        Path of the pen, x right, y down. For a piece of a picture, the corners of its box.
    times : float64 (k,) or None
        Seconds, when the pen reported them.
    mask : uint8 (h, w) or None
        For a piece of a picture: its ink, bright (255) on black, its top left pixel at `points[0]`,
        one pixel per unit.
    component : int or None
        For a piece of a picture: pieces with the same number were cut from one connected component.
    cut_off : bool
        For a piece of a picture: it reaches the edge of that, and may go on beyond.
    """

    points: FloatArray
    times: FloatArray | None = None
    mask: ByteArray | None = None
    component: int | None = None
    cut_off: bool = False

    @cached_property
    def box(self) -> Box:
        """Bounding box of the points (for a piece of a picture, of its pixels)."""
        (left, top), (right, bottom) = self.points.min(axis=0), self.points.max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))

    @property
    def places(self) -> FloatArray:
        """Where its ink is, (n, 2): the points of a pen, or the pixels of a piece of a picture."""
        if self.mask is None:
            return self.points
        return np.asarray(np.argwhere(self.mask)[:, ::-1] + self.points[0], np.float64)


@dataclass(frozen=True, eq=False)
class Ink:
    """All that was written, in the order in which it was (for a picture, from left to right).

    Parameters
    ----------
    strokes : tuple of Stroke
    pen_width : float or None
        Thickness of the line in a picture, in units of the ink; None for pen strokes, whose lines have none.
    to_picture : float64 (2, 3) or None
        Affine map from the units of the ink to pixels of the picture that it was found in, which may be
        scaled or turned against each other; None where they are the same. `in_picture` applies it.
    """

    strokes: tuple[Stroke, ...]
    pen_width: float | None = None
    to_picture: FloatArray | None = None

    @cached_property
    def box(self) -> Box:
        """Bounding box of all strokes."""
        boxes = [s.box for s in self.strokes]
        return Box(
            min(b.left for b in boxes),
            min(b.top for b in boxes),
            max(b.right for b in boxes),
            max(b.bottom for b in boxes),
        )

    @classmethod
    def from_strokes(cls, strokes: Iterable[npt.ArrayLike]) -> Ink:
        """Check pen strokes and wrap them.

        Parameters
        ----------
        strokes : iterable of (k, 2) or (k, 3) array-likes
            x right, y down[, seconds]. A stroke without points is dropped.

        Raises
        ------
        ReadError
            No stroke has a point, a stroke has another shape, or a coordinate is not finite, too large or too small.
        """
        if isinstance(strokes, (str, bytes)) or not isinstance(strokes, Iterable):
            raise ReadError("strokes must be a list of (k, 2) or (k, 3) arrays of points")
        made = [s for i, points in enumerate(strokes) if (s := _stroke(i, points)) is not None]
        if not made:
            raise ReadError("no ink found: there is no stroke with a point in it")
        largest = max(float(np.abs(stroke.points).max()) for stroke in made)
        if largest and not SMALLEST <= largest <= LARGEST:
            raise ReadError(
                f"the largest coordinate is {largest:.0e}: scale the ink to between {SMALLEST:.0e} and {LARGEST:.0e}"
            )
        return cls(tuple(made))

    def in_picture(self, box: Box) -> Box:
        """`box` in pixels of the original picture: what to draw over it."""
        if self.to_picture is None:
            return box
        x = np.array([box.left, box.right, box.left, box.right])
        y = np.array([box.top, box.top, box.bottom, box.bottom])
        u, v = self.to_picture @ np.stack([x, y, np.ones(4)])
        return Box(float(u.min()), float(v.min()), float(u.max()), float(v.max()))

    def group(self, indices: Sequence[int]) -> tuple[Stroke, ...]:
        """The strokes at `indices`."""
        return tuple(self.strokes[i] for i in indices)


def _stroke(index: int, points: npt.ArrayLike) -> Stroke | None:
    try:
        array = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ReadError(f"stroke {index} is not an array of numbers: give (k, 2) or (k, 3) points") from None
    if array.size == 0:
        return None
    if array.ndim != 2 or array.shape[1] not in (2, 3):
        raise ReadError(f"stroke {index} has shape {array.shape}: give (k, 2) or (k, 3) points")
    if not np.isfinite(array).all():
        raise ReadError(f"stroke {index} has a coordinate that is not finite (NaN or infinity): leave it out")
    times = np.ascontiguousarray(array[:, 2]) if array.shape[1] == 3 else None
    return Stroke(np.ascontiguousarray(array[:, :2]), times)


def piece(mask: ByteArray, left: int, top: int, component: int | None = None) -> Stroke:
    """A piece of a picture as a `Stroke`: `mask` is uint8 (h, w), its top left pixel at (left, top)."""
    height, width = mask.shape
    corners = np.array([[left, top], [left + width, top + height]], dtype=np.float64)
    return Stroke(corners, mask=mask, component=component)


def evenly(path: FloatArray, step: float) -> FloatArray:
    """Points on a path, float64 (k, 2), `step` apart or less: a pen may report no more than the corners."""
    way = np.append(0.0, np.hypot(*np.diff(path, axis=0).T).cumsum())
    stops = np.linspace(0.0, way[-1], int(way[-1] / step) + 2)
    return np.stack([np.interp(stops, way, axis) for axis in path.T], axis=1)
