"""Glyph normalisation and gradient features, compiled; arrays only.

    pen strokes ──▶ raster ──┐
                             ├──▶ moments ──▶ normalised plane ──▶ gradient directions ──▶ pooled, square root
    pixels ──────────────────┘              (deskewed, scaled)     (8 planes)               (GRID × GRID × 8)

Every glyph, drawn or photographed, in training and in use, takes this one way. Sources: C.-L. Liu,
K. Nakashima, H. Sako, H. Fujisawa, "Handwritten digit recognition: benchmarking of state-of-the-art
techniques", Pattern Recognition 36 (2003), for moment normalisation and gradient features; the plain-NumPy
twin in tests/features_twin.py is the readable specification.
"""

from cython.parallel cimport prange
from libc.math cimport M_PI, ceil, exp, fabsf, floorf, fmaxf, fminf, sin, sqrt, sqrtf
from libc.string cimport memset

import numpy as np

cdef enum:
    CANVAS = 48        # side of the square on which strokes are drawn, pixels
    PLANE = 35         # side of the normalised plane, pixels
    WIDE = 40          # PLANE rounded up to whole vectors
    STRIDE = WIDE + 2  # a row of the plane inside its border
    GRID = 5           # pooling points per side
    DIRECTIONS = 8
    SHAPES = 4         # features of size and slant that normalisation would lose

cdef float INNER = 40.0       # longer side of a drawn glyph, pixels
cdef float PEN = 2.3          # radius of the pen on the canvas, pixels: about MNIST's line
cdef float SMOOTH = 0.12      # steps shorter than this share of a glyph may be stairs
cdef float REACH = 0.5        # a pixel fades over this distance on both sides of a line's edge
cdef double MAX_SHEAR = 1.0   # beyond 45° a slope is the symbol (a slash), not the hand

SIZE = GRID * GRID * DIRECTIONS + SHAPES
SHAPE_COUNT = SHAPES
PLANE_SIDE = PLANE
CANVAS_SIDE = CANVAS

cdef float SQRT2 = 1.41421356
cdef float[GRID][WIDE] POOL


cdef void fill_pool() noexcept:
    """Gaussian pooling weights: GRID centres, sigma = sqrt(2) spacing / pi (Liu et al. 2003)."""
    cdef double spacing = <double>PLANE / GRID, sigma = sqrt(2.0) * spacing / M_PI, offset
    cdef int g, x
    cdef bint near
    for g in range(GRID):
        for x in range(WIDE):
            offset = x + 0.5 - (g + 0.5) * spacing
            near = x < PLANE and offset * offset < 9 * sigma * sigma
            POOL[g][x] = exp(-offset * offset / (2 * sigma * sigma)) / sigma if near else 0


fill_pool()


cdef struct Moments:
    double mass, xc, yc, mu20, mu11, mu02
    int left, top, right, bottom      # box of the ink, right and bottom exclusive


cdef void draw_segment(
    unsigned char* canvas, float x0, float y0, float x1, float y1, float radius
) noexcept nogil:
    """Draw a line with round ends: each pixel takes its coverage, the larger of old and new."""
    cdef float reach = radius + REACH, dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy
    cdef int left = <int>fmaxf(0, floorf(fminf(x0, x1) - reach))
    cdef int right = <int>fminf(CANVAS - 1, floorf(fmaxf(x0, x1) + reach))
    cdef int top = <int>fmaxf(0, floorf(fminf(y0, y1) - reach))
    cdef int bottom = <int>fminf(CANVAS - 1, floorf(fmaxf(y0, y1) + reach))
    cdef int x, y, value
    cdef float px, py, t, distance2, inside = (radius - REACH) * (radius - REACH), scale = 0
    if length2 > 0:
        scale = 1 / length2
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            px = x + 0.5 - x0
            py = y + 0.5 - y0
            t = fminf(1, fmaxf(0, (px * dx + py * dy) * scale))
            px -= t * dx
            py -= t * dy
            distance2 = px * px + py * py
            if distance2 >= reach * reach:
                continue
            if distance2 <= inside:
                value = 255
            else:
                value = <int>(255 * (reach - sqrtf(distance2)) / (2 * REACH))
            if value > canvas[y * CANVAS + x]:
                canvas[y * CANVAS + x] = <unsigned char>value


cdef inline void smoothed(
    const float* points, int begin, int end, int i, float reach, float* x, float* y
) noexcept nogil:
    """Point i of a stroke, averaged with its neighbours as far as they are within `reach`.

    Two passes of (1, 2, 1) / 4 in one, (1, 4, 6, 4, 1) / 16: the stairs of a coarse tablet go, corners that
    a pen draws in long steps stay.
    """
    cdef int k, wide = min(2, min(i - begin, end - 1 - i))
    for k in range(i - wide, i + wide):
        if fmaxf(fabsf(points[2 * k + 2] - points[2 * k]), fabsf(points[2 * k + 3] - points[2 * k + 1])) > reach:
            wide = 0
            break
    x[0] = points[2 * i]
    y[0] = points[2 * i + 1]
    if wide == 2:
        x[0] = (6 * x[0] + 4 * (points[2 * i - 2] + points[2 * i + 2]) + points[2 * i - 4] + points[2 * i + 4]) / 16
        y[0] = (6 * y[0] + 4 * (points[2 * i - 1] + points[2 * i + 3]) + points[2 * i - 3] + points[2 * i + 5]) / 16
    elif wide == 1:
        x[0] = (2 * x[0] + points[2 * i - 2] + points[2 * i + 2]) / 4
        y[0] = (2 * y[0] + points[2 * i - 1] + points[2 * i + 3]) / 4


cdef void draw_glyph(
    unsigned char* canvas, const float* points, const int* starts, int first, int last, float radius
) noexcept nogil:
    """Draw strokes `first` … `last` - 1, scaled so that their longer side is INNER, in the middle."""
    cdef int begin = starts[first], end = starts[last], i, stroke
    cdef float left = points[2 * begin], right = left, top = points[2 * begin + 1], bottom = top
    cdef float scale, x, y, px, py, cx, cy, reach
    memset(canvas, 0, CANVAS * CANVAS)
    for i in range(begin, end):
        left = fminf(left, points[2 * i])
        right = fmaxf(right, points[2 * i])
        top = fminf(top, points[2 * i + 1])
        bottom = fmaxf(bottom, points[2 * i + 1])
    scale = fmaxf(right - left, bottom - top)
    reach = SMOOTH * scale
    scale = (INNER - 2 * radius) / scale if scale > 0 else 0
    cx = (left + right) / 2
    cy = (top + bottom) / 2
    for stroke in range(first, last):
        px = (points[2 * starts[stroke]] - cx) * scale + CANVAS / 2
        py = (points[2 * starts[stroke] + 1] - cy) * scale + CANVAS / 2
        if starts[stroke + 1] - starts[stroke] == 1:
            draw_segment(canvas, px, py, px, py, radius)
        for i in range(starts[stroke] + 1, starts[stroke + 1]):
            smoothed(points, starts[stroke], starts[stroke + 1], i, reach, &x, &y)
            x = (x - cx) * scale + CANVAS / 2
            y = (y - cy) * scale + CANVAS / 2
            # points closer than a pixel add nothing but time; the last one always counts
            if (x - px) * (x - px) + (y - py) * (y - py) < 1 and i + 1 < starts[stroke + 1]:
                continue
            draw_segment(canvas, px, py, x, y, radius)
            px = x
            py = y


cdef Moments measure(const unsigned char* image, int height, int width) noexcept nogil:
    """Mass, centroid, central second moments (per unit mass, of pixel centres) and box of the ink."""
    cdef Moments m
    cdef double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0, mass = 0, row, row_x, row_xx, v
    cdef int x, y
    memset(&m, 0, sizeof(Moments))
    m.left = width
    m.top = height
    for y in range(height):
        row = row_x = row_xx = 0
        for x in range(width):
            v = image[y * width + x]
            if v == 0:
                continue
            row += v
            row_x += v * x
            row_xx += v * x * x
            if v >= 64:
                m.left = min(m.left, x)
                m.right = max(m.right, x + 1)
                m.top = min(m.top, y)
                m.bottom = y + 1
        mass += row
        sx += row_x
        sxx += row_xx
        sy += row * y
        sxy += row_x * y
        syy += row * y * y
    m.mass = mass
    if mass > 0:
        m.xc = sx / mass
        m.yc = sy / mass
        # a pixel is a square, not a point: 1/12 is its own second moment
        m.mu20 = sxx / mass - m.xc * m.xc + 1.0 / 12
        m.mu02 = syy / mass - m.yc * m.yc + 1.0 / 12
        m.mu11 = sxy / mass - m.xc * m.yc
    return m


cdef void sample_row(
    const unsigned char* image, int height, int width, float x, float y, float step, int count, float* out
) noexcept nogil:
    """Add to `out` the bilinear values at (x, y), (x + step, y), … in pixel centres; zero outside."""
    cdef int y0 = <int>floorf(y), i, x0
    cdef float fy = y - y0, upper, lower, left, right, fx
    cdef const unsigned char* row = image + y0 * width
    cdef bint has_upper = 0 <= y0 < height, has_lower = -1 <= y0 < height - 1
    if not (has_upper or has_lower):
        return
    upper = (1 - fy) if has_upper else 0
    lower = fy if has_lower else 0
    if not has_upper:
        row += width
    cdef const unsigned char* below = row + width if has_upper and has_lower else row
    for i in range(count):
        x0 = <int>floorf(x)
        if -1 <= x0 < width:
            fx = x - x0
            left = upper * row[x0] + lower * below[x0] if x0 >= 0 else 0
            right = upper * row[x0 + 1] + lower * below[x0 + 1] if x0 + 1 < width else 0
            out[i] += left + fx * (right - left)
        x += step


cdef void normalise(
    const unsigned char* image, int height, int width, const Moments* m, float* plane, float* shapes
) noexcept nogil:
    """Deskew and scale by moments onto the plane, centroid in its middle (Liu et al. 2003).

    The sheared glyph spans 4 sqrt(mu) on each axis. The longer span takes the whole plane, the other
    the share sqrt(sin(pi R / 2)) of it, with R the glyph's own ratio.
    """
    cdef double shear = m.mu11 / m.mu02, spread_x, spread_y, ratio, wide, high, mu20
    cdef double step_x, step_y, x, y
    cdef int i, j, a, b, fine_x, fine_y
    cdef float scale
    cdef float* row
    shear = min(MAX_SHEAR, max(-MAX_SHEAR, shear))
    mu20 = m.mu20 - 2 * shear * m.mu11 + shear * shear * m.mu02
    spread_x = 4 * sqrt(mu20)
    spread_y = 4 * sqrt(m.mu02)
    ratio = sqrt(sin(M_PI / 2 * min(spread_x, spread_y) / max(spread_x, spread_y)))
    wide = PLANE if spread_x >= spread_y else PLANE * ratio
    high = PLANE if spread_y >= spread_x else PLANE * ratio
    step_x = spread_x / wide
    step_y = spread_y / high
    # a source larger than the plane is averaged over a finer grid, so that no line falls between samples
    fine_x = <int>min(8.0, max(1.0, ceil(step_x - 0.25)))
    fine_y = <int>min(8.0, max(1.0, ceil(step_y - 0.25)))
    scale = 1 / (255.0 * fine_x * fine_y)
    memset(plane, 0, (PLANE + 2) * STRIDE * sizeof(float))
    for j in range(PLANE):
        row = plane + (j + 1) * STRIDE + 1
        for b in range(fine_y):
            y = (j + (b + 0.5) / fine_y - PLANE / 2.0) * step_y
            for a in range(fine_x):
                x = ((a + 0.5) / fine_x - PLANE / 2.0) * step_x
                sample_row(
                    image, height, width, <float>(m.xc + x + shear * y), <float>(m.yc + y), <float>step_x, PLANE, row
                )
        for i in range(PLANE):
            row[i] *= scale
    high = m.bottom - m.top
    wide = m.right - m.left
    shapes[0] = <float>((wide - high) / (wide + high))
    shapes[1] = <float>(m.mu11 / sqrt(m.mu20 * m.mu02))
    shapes[2] = <float>((mu20 - m.mu02) / (mu20 + m.mu02))
    shapes[3] = <float>(m.mass / (255 * wide * high))


cdef void gradient_row(const float* above, const float* here, const float* below, float* direction) noexcept nogil:
    """Sobel gradient of one row of the plane, each split between the two nearest of 8 directions.

    By the parallelogram rule a gradient (x, y) with x >= y >= 0 is x - y along the axis and sqrt(2) y along
    the diagonal; written with maxima, all eight directions need no branch.
    """
    cdef int i
    cdef float x, y, right, left, down, up, ax, ay
    for i in range(WIDE):
        x = (above[i + 2] - above[i]) + 2 * (here[i + 2] - here[i]) + (below[i + 2] - below[i])
        y = (below[i] - above[i]) + 2 * (below[i + 1] - above[i + 1]) + (below[i + 2] - above[i + 2])
        right = x if x > 0 else 0
        left = right - x
        down = y if y > 0 else 0
        up = down - y
        ax = right + left
        ay = down + up
        direction[i] = right - ay if right > ay else 0
        direction[WIDE + i] = SQRT2 * (right if right < down else down)
        direction[2 * WIDE + i] = down - ax if down > ax else 0
        direction[3 * WIDE + i] = SQRT2 * (left if left < down else down)
        direction[4 * WIDE + i] = left - ay if left > ay else 0
        direction[5 * WIDE + i] = SQRT2 * (left if left < up else up)
        direction[6 * WIDE + i] = up - ax if up > ax else 0
        direction[7 * WIDE + i] = SQRT2 * (right if right < up else up)


cdef void gradient_features(const float* plane, float* out) noexcept nogil:
    """Gaussian-weighted sums of the 8 direction planes at GRID × GRID points, then the square root."""
    cdef float[DIRECTIONS * WIDE] direction
    cdef float[GRID * DIRECTIONS * WIDE] rows
    cdef int d, g, h, i, y
    cdef float weight, total
    cdef float* row
    memset(rows, 0, sizeof(rows))
    for y in range(PLANE):
        gradient_row(plane + y * STRIDE, plane + (y + 1) * STRIDE, plane + (y + 2) * STRIDE, direction)
        for g in range(GRID):
            weight = POOL[g][y]
            if weight > 0:
                row = rows + g * DIRECTIONS * WIDE
                for i in range(DIRECTIONS * WIDE):
                    row[i] += weight * direction[i]
    for g in range(GRID):
        for d in range(DIRECTIONS):
            row = rows + (g * DIRECTIONS + d) * WIDE
            for h in range(GRID):
                total = 0
                for i in range(WIDE):
                    total += POOL[h][i] * row[i]
                out[(g * GRID + h) * DIRECTIONS + d] = sqrtf(total)


cdef void describe(const unsigned char* image, int height, int width, float* out) noexcept nogil:
    """All features of one glyph; zeros where there is no ink."""
    cdef float[(PLANE + 2) * STRIDE] plane   # the normalised glyph inside a border of zeros
    cdef Moments m = measure(image, height, width)
    if m.mass == 0 or m.right == 0:
        memset(out, 0, (GRID * GRID * DIRECTIONS + SHAPES) * sizeof(float))
        return
    normalise(image, height, width, &m, plane, out + GRID * GRID * DIRECTIONS)
    gradient_features(plane, out)


cdef void describe_strokes(
    const float* points, const int* starts, int first, int last, float radius, float* out
) noexcept nogil:
    """All features of one glyph given as strokes."""
    cdef unsigned char[CANVAS * CANVAS] canvas
    draw_glyph(canvas, points, starts, first, last, radius)
    describe(canvas, CANVAS, CANVAS, out)


def image_features(
    const unsigned char[::1] pixels, const long long[::1] offsets, const int[::1] heights,
    const int[::1] widths, float[:, ::1] out, int threads
):
    """Features of n pictures, bright ink on black, into `out`.

    pixels : uint8, all pictures one after another; offsets : int64 (n,), where each begins;
    heights, widths : int32 (n,); out : float32 (n, SIZE).
    """
    cdef Py_ssize_t i
    for i in prange(heights.shape[0], nogil=True, schedule="dynamic", chunksize=64, num_threads=threads):
        describe(&pixels[offsets[i]], heights[i], widths[i], &out[i, 0])


def stroke_features(
    const float[:, ::1] points, const int[::1] strokes, const int[::1] glyphs, float[:, ::1] out,
    float pen_scale, int threads
):
    """Features of n glyphs given as strokes, into `out`.

    points : float32 (k, 2), x right, y down; strokes : int32 (s + 1,), where each stroke's points begin;
    glyphs : int32 (n + 1,), where each glyph's strokes begin; out : float32 (n, SIZE);
    pen_scale : thickness of the pen, 1 is usual.
    """
    cdef Py_ssize_t i
    for i in prange(glyphs.shape[0] - 1, nogil=True, schedule="dynamic", chunksize=64, num_threads=threads):
        describe_strokes(&points[0, 0], &strokes[0], glyphs[i], glyphs[i + 1], PEN * pen_scale, &out[i, 0])


def draw(const float[:, ::1] points, const int[::1] strokes, float pen_scale):
    """One glyph as `stroke_features` draws it: uint8 (CANVAS_SIDE, CANVAS_SIDE)."""
    canvas = np.empty((CANVAS, CANVAS), np.uint8)
    cdef unsigned char[:, ::1] view = canvas
    draw_glyph(&view[0, 0], &points[0, 0], &strokes[0], 0, strokes.shape[0] - 1, PEN * pen_scale)
    return canvas


def normalised(const unsigned char[:, ::1] image):
    """The normalised plane of one picture: float32 (PLANE_SIDE, PLANE_SIDE), 0 to 1."""
    plane = np.zeros((PLANE + 2, STRIDE), np.float32)
    cdef float[:, ::1] view = plane
    cdef float[SHAPES] shapes
    cdef Moments m = measure(&image[0, 0], image.shape[0], image.shape[1])
    if m.mass > 0:
        normalise(&image[0, 0], image.shape[0], image.shape[1], &m, &view[0, 0], shapes)
    return plane[1:-1, 1:PLANE + 1].copy()
