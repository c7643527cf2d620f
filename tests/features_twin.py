"""The plain-NumPy twin of hwcalc._features: the specification that the compiled code must agree with."""

from __future__ import annotations

import numpy as np

PLANE, GRID, STRAIGHT = 35, 5, 0.3
MAX_SHEAR = 1.0


def moments(image):
    """Centroid and central second moments of a picture, per unit mass."""
    y, x = np.indices(image.shape)
    weight = image.astype(float) / image.sum()
    xc, yc = (weight * x).sum(), (weight * y).sum()
    mu20 = (weight * (x - xc) ** 2).sum() + 1 / 12
    mu02 = (weight * (y - yc) ** 2).sum() + 1 / 12
    mu11 = (weight * (x - xc) * (y - yc)).sum()
    return xc, yc, mu20, mu11, mu02


def bilinear(image, x, y):
    """Values of a picture at (x, y) in pixel centres, zero outside."""
    padded = np.pad(image.astype(float), 1)
    x, y = np.clip(x + 1, 0, padded.shape[1] - 1.001), np.clip(y + 1, 0, padded.shape[0] - 1.001)
    i, j = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - i, y - j
    upper = padded[j, i] * (1 - fx) + padded[j, i + 1] * fx
    lower = padded[j + 1, i] * (1 - fx) + padded[j + 1, i + 1] * fx
    return upper * (1 - fy) + lower * fy


def normalise(image):
    """The glyph deskewed and scaled by its moments onto the plane, 0 to 1, and its four shape features."""
    xc, yc, mu20, mu11, mu02 = moments(image)
    shear = np.clip(mu11 / mu02, -MAX_SHEAR, MAX_SHEAR)
    sheared = mu20 - 2 * shear * mu11 + shear**2 * mu02
    spread = np.array([4 * np.sqrt(sheared), 4 * np.sqrt(mu02)])
    ratio = np.sqrt(np.sin(np.pi / 2 * spread.min() / spread.max()))
    extent = np.where(spread == spread.max(), PLANE, PLANE * ratio)
    step = spread / extent
    fine = np.clip(np.ceil(step - 0.25), 1, 8).astype(int)
    u = ((np.arange(PLANE * fine[0]) + 0.5) / fine[0] - PLANE / 2) * step[0]
    v = ((np.arange(PLANE * fine[1]) + 0.5) / fine[1] - PLANE / 2) * step[1]
    x, y = xc + u[None, :] + shear * v[:, None], yc + np.repeat(v[:, None], len(u), axis=1)
    values = bilinear(image, x, y) / 255
    plane = values.reshape(PLANE, fine[1], PLANE, fine[0]).mean(axis=(1, 3))
    rows, columns = np.nonzero(image >= 64)
    high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    shapes = [
        (wide - high) / (wide + high),
        mu11 / np.sqrt(mu20 * mu02),
        (sheared - mu02) / (sheared + mu02),
        image.sum() / (255 * wide * high),
    ]
    return plane, np.array(shapes)


def directions(plane):
    """Sobel gradients of the plane split between the two nearest of 8 directions: (8, PLANE, PLANE)."""
    p = np.pad(plane, 1)
    gx = sum(w * (p[r : r + PLANE, 2:] - p[r : r + PLANE, :-2]) for r, w in enumerate((1, 2, 1)))
    gy = sum(w * (p[2:, c : c + PLANE] - p[:-2, c : c + PLANE]) for c, w in enumerate((1, 2, 1)))
    out = np.zeros((8, PLANE, PLANE))
    for (row, column), x in np.ndenumerate(gx):
        y = gy[row, column]
        length, angle = np.hypot(x, y), np.arctan2(y, x) % (2 * np.pi)
        sector = int(angle // (np.pi / 4)) % 8
        inside = angle - sector * np.pi / 4
        # the parallelogram rule: length at `inside` as a sum along 0 and along 45 degrees
        second = length * np.sin(inside) / np.sin(np.pi / 4)
        first = length * np.cos(inside) - second * np.cos(np.pi / 4)
        out[sector, row, column] += first
        out[(sector + 1) % 8, row, column] += second
    return out


def smooth(plane):
    """Smoothed by binomial weights of nine along both axes, zeros outside."""
    kernel = np.array([1, 8, 28, 56, 70, 56, 28, 8, 1]) / 256
    for axis in (0, 1):
        plane = np.apply_along_axis(np.convolve, axis, plane, kernel, "same")
    return plane


def bends(plane):
    """Curvature of the lines of equal brightness of the smoothed plane, three times it clipped to -1 .. 1."""
    p = np.pad(smooth(plane), 1)
    here = p[1:-1, 1:-1]
    x, y = (p[1:-1, 2:] - p[1:-1, :-2]) / 2, (p[2:, 1:-1] - p[:-2, 1:-1]) / 2
    xx, yy = p[1:-1, 2:] - 2 * here + p[1:-1, :-2], p[2:, 1:-1] - 2 * here + p[:-2, 1:-1]
    xy = (p[2:, 2:] - p[2:, :-2] - p[:-2, 2:] + p[:-2, :-2]) / 4
    curvature = (xx * y**2 - 2 * xy * x * y + yy * x**2) / np.maximum(1e-4, x**2 + y**2) ** 1.5
    return np.clip(3 * curvature, -1, 1)


def describe(image):
    """All features of one picture: (604,)."""
    plane, shapes = normalise(image)
    spacing = PLANE / GRID
    sigma = np.sqrt(2) * spacing / np.pi
    offset = np.arange(PLANE)[None, :] + 0.5 - (np.arange(GRID)[:, None] + 0.5) * spacing
    pool = np.where(np.abs(offset) < 3 * sigma, np.exp(-(offset**2) / (2 * sigma**2)) / sigma, 0)
    edges, bend = directions(plane), bends(plane)
    shares = STRAIGHT * (1 - np.abs(bend)), np.maximum(0, bend), np.maximum(0, -bend)
    planes = np.concatenate([edges * share for share in shares])
    pooled = np.einsum("gy,dyx,hx->ghd", pool, planes, pool)
    return np.concatenate([np.sqrt(np.maximum(pooled, 0)).ravel(), shapes])


PATH_POINTS, JOIN = 32, 0.5


def path(strokes):
    """All features of the pen's path through one glyph: (160,), x, y, direction and pen up of each point."""
    points = np.concatenate([np.asarray(stroke, float)[:, :2] for stroke in strokes])
    side = np.ptp(points, axis=0).max()
    if side == 0:
        return np.zeros(PATH_POINTS * 5)
    points = (points - (points.min(axis=0) + points.max(axis=0)) / 2) / side
    lifted = np.zeros(len(points) - 1)
    lifted[np.cumsum([len(stroke) for stroke in strokes])[:-1] - 1] = 1
    along = np.append(0, np.cumsum(np.hypot(*np.diff(points, axis=0).T) * np.where(lifted, JOIN, 1)))
    places = np.linspace(0, along[-1], PATH_POINTS)
    x, y = (np.interp(places, along, axis) for axis in points.T)
    step = np.clip(np.searchsorted(along, places, side="right") - 1, 0, len(lifted) - 1)
    ahead = np.minimum(np.arange(PATH_POINTS) + 1, PATH_POINTS - 1)
    behind = np.maximum(np.arange(PATH_POINTS) - 1, 0)
    dx, dy = x[ahead] - x[behind], y[ahead] - y[behind]
    length = np.maximum(np.hypot(dx, dy), 1e-3)
    return np.stack([2 * x, 2 * y, dx / length / 2, dy / length / 2, lifted[step] / 2], axis=1).ravel()
