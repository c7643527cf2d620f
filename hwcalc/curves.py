"""The line that a pen draws: from the nodes of a path to a curve, and from the curve to the points reported.

In flow arrays of points, float64 (k, 2); out flow such arrays. Lengths are in the units of the points.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .ink import FloatArray


def spline(
    nodes: FloatArray, corners: npt.NDArray[np.bool_], angularity: float = 0.0, samples: int = 12
) -> FloatArray:
    """Points on the centripetal Catmull-Rom spline through the nodes, blended with the polygon.

    At corners and at the ends the curve runs out as the segment's other end would have it. See Yuksel,
    Schaefer and Keyser, "Parameterization and applications of Catmull-Rom curves", 2011.

    Parameters
    ----------
    nodes : float64 (k, 2), k >= 2
    corners : bool (k,)
        Where the direction may jump.
    angularity : float
        0 for the spline, 1 for the polygon.
    samples : int
        How many points for each segment.
    """
    chords = nodes[1:] - nodes[:-1]
    steps = np.maximum(np.sqrt(np.hypot(chords[:, 0], chords[:, 1])), 1e-3)[:, None]
    slopes = chords / steps
    tangents = np.zeros_like(nodes)
    tangents[1:-1] = slopes[:-1] - (nodes[2:] - nodes[:-2]) / (steps[:-1] + steps[1:]) + slopes[1:]
    free = corners.copy()
    free[[0, -1]] = True
    leave, arrive = tangents[:-1] * steps, tangents[1:] * steps
    free_start, free_end = free[:-1, None], free[1:, None]
    loose_leave = np.where(free_end, chords, 1.5 * chords - 0.5 * arrive)
    loose_arrive = np.where(free_start, chords, 1.5 * chords - 0.5 * leave)
    leave, arrive = np.where(free_start, loose_leave, leave), np.where(free_end, loose_arrive, arrive)
    t = (np.arange(samples) / samples)[:, None, None]
    bend = t * (1 - t) ** 2 * (leave - chords) - t**2 * (1 - t) * (arrive - chords)
    curve = nodes[:-1] + t * chords + (1.0 - angularity) * bend
    return np.concatenate((curve.transpose(1, 0, 2).reshape(-1, 2), nodes[-1:]))


def resampled(points: FloatArray, count: int) -> FloatArray:
    """`count` points along the line, as far from each other as from the next."""
    lengths = np.concatenate(([0.0], np.cumsum(_steps(points))))
    return _along(points, lengths, count)


def spaced(points: FloatArray, step: float) -> FloatArray:
    """Points along the line, about `step` apart; at least 3."""
    lengths = np.concatenate(([0.0], np.cumsum(_steps(points))))
    return _along(points, lengths, max(3, int(lengths[-1] / step) + 1))


def rounded(points: FloatArray, reach: float) -> FloatArray:
    """Smooth a line of evenly spaced points by a Gaussian whose standard deviation is `reach` points.

    The ends stay where they are: beyond them the line goes on as its reflection through the end point.
    """
    far = min(int(3.0 * reach), len(points) - 1)
    if far < 1:
        return points.copy()
    kernel = np.exp(-0.5 * (np.arange(-far, far + 1) / reach) ** 2)
    kernel /= kernel.sum()
    before = 2 * points[0] - points[far:0:-1]
    after = 2 * points[-1] - points[-2 : -far - 2 : -1]
    padded = np.concatenate((before, points, after))
    smooth = np.empty_like(points)
    for axis in (0, 1):
        smooth[:, axis] = np.convolve(padded[:, axis], kernel, mode="valid")
    return smooth


def reported(points: FloatArray, density: float, slowing: float) -> FloatArray:
    """The points that a pen reports at equal times.

    A hand slows down in bends, its speed about the cube root of their radius: the two-thirds power law of
    Lacquaniti, Terzuolo and Viviani, 1983.

    Parameters
    ----------
    points : float64 (k, 2)
        Points so close to each other that they show all bends.
    density : float
        Points for each unit of length in ordinary writing.
    slowing : float
        How strongly bends slow the pen; 0 for a steady speed.
    """
    steps = points[1:] - points[:-1]
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    turns = np.zeros(len(steps))
    cross = steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0]
    turns[1:] = np.abs(np.arctan2(cross, (steps[:-1] * steps[1:]).sum(axis=1)))
    curvature = turns / np.maximum(lengths, 1e-9)
    times = np.concatenate(([0.0], np.cumsum(lengths * (1.0 + slowing * np.cbrt(0.2 * curvature)))))
    return _along(points, times, max(2, round(times[-1] * density / (1.0 + 0.5 * slowing))))


def _steps(points: FloatArray) -> FloatArray:
    steps = points[1:] - points[:-1]
    return np.asarray(np.hypot(steps[:, 0], steps[:, 1]))


def _along(points: FloatArray, where: FloatArray, count: int) -> FloatArray:
    """`count` points at equal distances of `where`, which says how far along each of `points` is."""
    at = np.arange(count) * (where[-1] / (count - 1))
    made = np.empty((count, 2))
    for axis in (0, 1):
        made[:, axis] = np.interp(at, where, points[:, axis])
    return made
