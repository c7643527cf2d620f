"""Glyph normalisation and gradient features, compiled; arrays only.

    pen strokes ──▶ raster ──┐
                             ├──▶ moments ──▶ normalised plane ──▶ gradient directions ──▶ pooled, square root
    pixels ──────────────────┘              (deskewed, scaled)  (8 × straight or bent)     (GRID × GRID × 24)

Every glyph, drawn or photographed, in training and in use, takes this one way. Sources: C.-L. Liu,
K. Nakashima, H. Sako, H. Fujisawa, "Handwritten digit recognition: benchmarking of state-of-the-art
techniques", Pattern Recognition 36 (2003), for moment normalisation and gradient features; M. Shi,
Y. Fujisawa, T. Wakabayashi, F. Kimura, "Handwritten numeral recognition using gradient and curvature of gray
scale image", Pattern Recognition 35 (2002), for telling by curvature the outside of a bend from its inside.
The plain-NumPy twin in tests/features_twin.py is the readable specification.

    pen strokes ──▶ one path, pen-up joins included ──▶ evenly spaced points ──▶ place, direction, pen up or down

Strokes have a second description, of how the pen moved: `path_features`.
"""

cimport numpy as cnp
from cython.parallel cimport prange
from libc.math cimport INFINITY, M_PI, ceil, exp, fabsf, sin, sqrt
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

import os

import numpy as np

from hwcalc._arrays cimport as_doubles, floats

cnp.import_array()

cdef extern from "_features_simd.h" nogil:
    const float REACH
    enum:
        CANVAS, PLANE, WIDE, STRIDE, GRID, PLANES, BLOCK, PIECE
    ctypedef struct GlyphLoops:
        void (*draw_segment)(float *, float, float, float, float, float) noexcept nogil
        void (*ink)(const float *, float, uint8_t *) noexcept nogil
        void (*sum_columns)(const uint8_t *, int, int, ptrdiff_t, int32_t (*)[BLOCK]) noexcept nogil
        void (*sample_row)(const uint8_t *, int, int, float, float, float, int, float *) noexcept nogil
        void (*gradient_features)(const float *, const float (*)[WIDE], float *) noexcept nogil
        void (*halve)(float *, int) noexcept nogil
    const GlyphLoops *glyph_loops(int widest) noexcept

# HWCALC_SIMD=0 holds the loops to the compiler's baseline, for tests.
cdef const GlyphLoops *loops = glyph_loops(int(os.environ.get("HWCALC_SIMD", "2")))

cdef enum:
    SHAPES = 4         # features of size and slant that normalisation would lose
    FINEST = 8         # samples to a pixel of the plane, per axis
    PATH_POINTS = 32   # along the path of the pen
    TOLD = 5           # of each: x, y, direction (cosine, sine), pen up
    TOLD_OF_SHAPE = GRID * GRID * PLANES + SHAPES

cdef float INNER = 40.0       # longer side of a drawn glyph, pixels
cdef float PEN = 2.3          # radius of the pen on the canvas, pixels: about MNIST's line
cdef float FAR = 1e9           # squared, beyond the reach of any pen
cdef float SMOOTH = 0.12      # steps shorter than this share of a glyph may be stairs
cdef int SOLID = 64            # pixels from here on make up the box of the ink
cdef double MAX_SHEAR = 1.0   # beyond 45° a slope is the symbol (a slash), not the hand
cdef double SHAPE = 2.0        # weight of the features of size and slant, chosen on a validation split

cdef double JOIN = 0.5         # a step of the lifted pen counts this share of its length
cdef double PLACE = 2.0        # weights of the path's features, chosen on held-out writers
cdef double DIRECTION = 0.5
cdef double LIFTED = 0.5
cdef double STILL = 1e-3       # of the box: where the path turns back on itself it has no direction

SIZE = TOLD_OF_SHAPE
PATH_SIZE = PATH_POINTS * TOLD
SHAPE_COUNT = SHAPES
SHAPE_WEIGHT = SHAPE
CANVAS_SIDE = CANVAS

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
    int left, top, right, bottom      # box of the ink, right and bottom exclusive; all is 0 where there is none


cdef inline void smoothed(const float* points, int i, int wide, float* x, float* y) noexcept nogil:
    """Point i of a stroke, averaged with `wide` neighbours on each side.

    Two passes of (1, 2, 1) / 4 in one, (1, 4, 6, 4, 1) / 16: the stairs of a coarse tablet go, corners that
    a pen draws in long steps stay, because there `wide` is 0.
    """
    x[0] = points[2 * i]
    y[0] = points[2 * i + 1]
    if wide == 2:
        x[0] = (6 * x[0] + 4 * (points[2 * i - 2] + points[2 * i + 2]) + points[2 * i - 4] + points[2 * i + 4]) / 16
        y[0] = (6 * y[0] + 4 * (points[2 * i - 1] + points[2 * i + 3]) + points[2 * i - 3] + points[2 * i + 5]) / 16
    elif wide == 1:
        x[0] = (2 * x[0] + points[2 * i - 2] + points[2 * i + 2]) / 4
        y[0] = (2 * y[0] + points[2 * i - 1] + points[2 * i + 3]) / 4


cdef inline int is_long(const float* points, int i, int end, float reach) noexcept nogil:
    """Whether the step from point i to the next, if there is one, is longer than `reach` on an axis."""
    return i + 1 < end and max(
        fabsf(points[2 * i + 2] - points[2 * i]), fabsf(points[2 * i + 3] - points[2 * i + 1])) > reach


cdef void draw_glyph(
    unsigned char* canvas, const float* points, const int* starts, int first, int last, float radius
) noexcept nogil:
    """Draw strokes `first` … `last` - 1, scaled so that their longer side is INNER, in the middle."""
    cdef int begin = starts[first], end = starts[last], i, stroke, far, wide
    cdef float left = points[2 * begin], right = left, top = points[2 * begin + 1], bottom = top
    cdef float scale, x, y, px, py, cx, cy, near
    cdef float[CANVAS * CANVAS] distance  # squared, of each pixel to what is drawn so far
    for i in range(CANVAS * CANVAS):
        distance[i] = FAR
    for i in range(begin, end):
        left = min(left, points[2 * i])
        right = max(right, points[2 * i])
        top = min(top, points[2 * i + 1])
        bottom = max(bottom, points[2 * i + 1])
    scale = max(right - left, bottom - top)
    near = SMOOTH * scale
    scale = (INNER - 2 * radius) / scale if scale > 0 else 0
    cx = (left + right) / 2
    cy = (top + bottom) / 2
    for stroke in range(first, last):
        px = (points[2 * starts[stroke]] - cx) * scale + CANVAS / 2
        py = (points[2 * starts[stroke] + 1] - cy) * scale + CANVAS / 2
        if starts[stroke + 1] - starts[stroke] == 1:
            loops.draw_segment(distance, px, py, px, py, radius + REACH)
        begin, end = starts[stroke], starts[stroke + 1]
        far = is_long(points, begin, end, near) << 2 | is_long(points, begin + 1, end, near) << 3
        for i in range(begin + 1, end):
            far = far >> 1 | is_long(points, i + 1, end, near) << 3  # bit k: of the step from point i - 2 + k
            wide = min(2, min(i - begin, end - 1 - i))
            smoothed(points, i, 0 if far & (15 if wide == 2 else 6) else wide, &x, &y)
            x = (x - cx) * scale + CANVAS / 2
            y = (y - cy) * scale + CANVAS / 2
            # points closer than a pixel add nothing but time; the last one always counts
            if (x - px) * (x - px) + (y - py) * (y - py) < 1 and i + 1 < starts[stroke + 1]:
                continue
            loops.draw_segment(distance, px, py, x, y, radius + REACH)
            px = x
            py = y
    loops.ink(distance, radius + REACH, canvas)


cdef inline bint has_solid(const unsigned char* row, int width) noexcept nogil:
    """Whether a row of pixels makes up the box."""
    cdef int x
    cdef unsigned char most = 0
    for x in range(width):
        most = max(most, row[x])
    return most >= SOLID


cdef Moments measure(const unsigned char* image, int height, int width) noexcept nogil:
    """Mass, centroid, central second moments (per unit mass, of pixel centres) and box of the ink."""
    cdef Moments m
    cdef double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0, mass = 0, v, vy
    cdef int32_t[4][BLOCK] sums
    cdef int x, y = 0, k
    memset(&m, 0, sizeof(Moments))
    m.left = width
    while y < height:
        x = 0
        while x < width:
            loops.sum_columns(image + <Py_ssize_t>y * width + x, min(PIECE, height - y), width - x, width, sums)
            for k in range(min(BLOCK, width - x)):
                v = sums[0][k]
                vy = sums[1][k] + y * v
                mass += v
                sx += v * (x + k)
                sxx += v * (x + k) * (x + k)
                sy += vy
                sxy += vy * (x + k)
                syy += sums[2][k] + y * (vy + sums[1][k])
                if sums[3][k] >= SOLID:
                    m.left, m.right = min(m.left, x + k), max(m.right, x + k + 1)
            x += BLOCK
        y += PIECE
    if m.right == 0:
        return m
    m.bottom = height
    while not has_solid(image + <Py_ssize_t>m.top * width, width):
        m.top += 1
    while not has_solid(image + <Py_ssize_t>(m.bottom - 1) * width, width):
        m.bottom -= 1
    m.mass = mass
    m.xc = sx / mass
    m.yc = sy / mass
    # a pixel is a square, not a point: 1/12 is its own second moment
    m.mu20 = sxx / mass - m.xc * m.xc + 1.0 / 12
    m.mu02 = syy / mass - m.yc * m.yc + 1.0 / 12
    m.mu11 = sxy / mass - m.xc * m.yc
    return m


cdef void normalise(
    const unsigned char* image, int height, int width, const Moments* m, float* plane, float* shapes
) noexcept nogil:
    """Deskew and scale by moments onto the plane, centroid in its middle (Liu et al. 2003).

    The sheared glyph spans 4 sqrt(mu) on each axis. The longer span takes the whole plane, the other
    the share sqrt(sin(pi R / 2)) of it, with R the glyph's own ratio.
    """
    cdef double shear = m.mu11 / m.mu02, spread_x, spread_y, ratio, wide, high, mu20
    cdef double step_x, step_y, y
    cdef int i, j, b, fine_x, fine_y
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
    fine_x = <int>min(<double>FINEST, max(1.0, ceil(step_x - 0.25)))
    fine_y = <int>min(<double>FINEST, max(1.0, ceil(step_y - 0.25)))
    scale = 1 / (255.0 * fine_x * fine_y)
    memset(plane, 0, (PLANE + 2) * STRIDE * sizeof(float))
    for j in range(PLANE):
        row = plane + (j + 1) * STRIDE + 1
        for b in range(fine_y):
            y = (j + (b + 0.5) / fine_y - PLANE / 2.0) * step_y
            loops.sample_row(
                image, height, width, <float>(m.xc + (0.5 / fine_x - PLANE / 2.0) * step_x + shear * y),
                <float>(m.yc + y), <float>step_x, fine_x, row
            )
        for i in range(PLANE):
            row[i] *= scale
    high = m.bottom - m.top
    wide = m.right - m.left
    shapes[0] = <float>(SHAPE * (wide - high) / (wide + high))
    shapes[1] = <float>(SHAPE * m.mu11 / sqrt(m.mu20 * m.mu02))
    shapes[2] = <float>(SHAPE * (mu20 - m.mu02) / (mu20 + m.mu02))
    shapes[3] = <float>(SHAPE * m.mass / (255 * wide * high))
    loops.halve(shapes, SHAPES)


cdef void describe(const unsigned char* image, int height, int width, float* out) noexcept nogil:
    """All features of one glyph; zeros where there is no ink."""
    cdef float[(PLANE + 2) * STRIDE] plane   # the normalised glyph inside a border of zeros
    cdef Moments m = measure(image, height, width)
    if m.right == 0:
        memset(out, 0, TOLD_OF_SHAPE * sizeof(float))
        return
    normalise(image, height, width, &m, plane, out + GRID * GRID * PLANES)
    loops.gradient_features(plane, POOL, out)


cdef void describe_strokes(
    const float* points, const int* starts, int first, int last, float radius, float* out
) noexcept nogil:
    """All features of one glyph given as strokes."""
    cdef unsigned char[CANVAS * CANVAS] canvas
    draw_glyph(canvas, points, starts, first, last, radius)
    describe(canvas, CANVAS, CANVAS, out)


cdef inline double step_length(const float* points, int i, bint lifted) noexcept nogil:
    """Length from point i - 1 to point i."""
    cdef double x = <double>points[2 * i] - points[2 * i - 2], y = <double>points[2 * i + 1] - points[2 * i - 1]
    return sqrt(x * x + y * y) * (JOIN if lifted else 1.0)


cdef void follow(const float* points, const int* starts, int first, int last, double total, float* out) noexcept nogil:
    """Coordinates and pen state at PATH_POINTS places, `total` / (PATH_POINTS - 1) apart along the path."""
    cdef int i = starts[first] + 1, end = starts[last] - 1, stroke = first + 1, k
    cdef bint lifted = i == starts[stroke]
    cdef double passed = 0, length = step_length(points, i, lifted), share
    for k in range(PATH_POINTS):
        while i < end and passed + length <= total * k / (PATH_POINTS - 1):
            passed += length
            stroke += lifted
            i += 1
            lifted = stroke < last and i == starts[stroke]
            length = step_length(points, i, lifted)
        share = min(1.0, (total * k / (PATH_POINTS - 1) - passed) / length) if length > 0 else 1.0
        out[k * TOLD] = <float>(points[2 * i - 2] + share * (<double>points[2 * i] - points[2 * i - 2]))
        out[k * TOLD + 1] = <float>(points[2 * i - 1] + share * (<double>points[2 * i + 1] - points[2 * i - 1]))
        out[k * TOLD + 4] = <float>(LIFTED * lifted)


cdef void describe_path(const float* points, const int* starts, int first, int last, float* out) noexcept nogil:
    """All features of the path of one glyph; zeros where it has no length."""
    cdef int i, k, before, after, stroke = first + 1
    cdef double left = points[2 * starts[first]], right = left, top = points[2 * starts[first] + 1], bottom = top
    cdef double total = 0, side, x, y, length
    cdef bint lifted
    for i in range(starts[first] + 1, starts[last]):
        lifted = stroke < last and i == starts[stroke]
        stroke += lifted
        total += step_length(points, i, lifted)
        left = min(left, <double>points[2 * i])
        right = max(right, <double>points[2 * i])
        top = min(top, <double>points[2 * i + 1])
        bottom = max(bottom, <double>points[2 * i + 1])
    side = max(right - left, bottom - top)
    if not 0 < total < INFINITY or side == 0:  # nor if a point is no place
        memset(out, 0, PATH_POINTS * TOLD * sizeof(float))
        return
    follow(points, starts, first, last, total, out)
    for k in range(PATH_POINTS):
        out[k * TOLD] = <float>((out[k * TOLD] - (left + right) / 2) / side * PLACE)
        out[k * TOLD + 1] = <float>((out[k * TOLD + 1] - (top + bottom) / 2) / side * PLACE)
    for k in range(PATH_POINTS):
        before, after = max(k - 1, 0), min(k + 1, PATH_POINTS - 1)
        x = (out[after * TOLD] - out[before * TOLD]) / PLACE
        y = (out[after * TOLD + 1] - out[before * TOLD + 1]) / PLACE
        length = max(STILL, sqrt(x * x + y * y))
        out[k * TOLD + 2] = <float>(DIRECTION * x / length)
        out[k * TOLD + 3] = <float>(DIRECTION * y / length)
    loops.halve(out, PATH_POINTS * TOLD)


cdef struct Picture:
    const unsigned char* pixels
    int height, width


def picture_features(pictures, cnp.ndarray out, int threads):
    """Features of n pictures, uint8 (h, w) each, bright ink on black, into `out`, float32 (n, SIZE)."""
    cdef Py_ssize_t i, n = len(pictures)
    cdef float* features = floats(out)
    cdef cnp.ndarray picture
    cdef Picture* found = <Picture*>malloc(max(n, 1) * sizeof(Picture))
    if found == NULL:
        raise MemoryError
    try:
        kept = [cnp.PyArray_FROM_OTF(picture, cnp.NPY_UINT8, cnp.NPY_ARRAY_CARRAY_RO) for picture in pictures]
        for i in range(n):
            picture = kept[i]
            if picture.ndim != 2 or picture.size == 0:
                raise ValueError(f"a glyph picture must be uint8 (h, w), not of shape {kept[i].shape}")
            found[i].pixels = <const unsigned char*>cnp.PyArray_DATA(picture)
            found[i].height, found[i].width = <int>picture.shape[0], <int>picture.shape[1]
        for i in prange(n, nogil=True, schedule="dynamic", chunksize=64, num_threads=threads):
            describe(found[i].pixels, found[i].height, found[i].width, features + i * TOLD_OF_SHAPE)
    finally:
        free(found)


cdef class Strokes:
    """The strokes of n glyphs, one after another in single precision.

    Given   glyphs: n lists of strokes, each (k, 2) or wider, x right, y down

    float32 keeps 24 bits, so large coordinates lose their offset first: those of a glyph are told from its first point.
    """

    cdef float* points
    cdef int* strokes  # where the points of each begin, and all end
    cdef int* glyphs  # where the strokes of each begin, and all end
    cdef Py_ssize_t count  # of glyphs

    def __init__(self, glyphs):
        cdef Py_ssize_t points = 0, before
        flat, starts = [], [0]
        for glyph in glyphs:
            before = len(flat)
            for stroke in glyph:
                own = as_doubles(stroke)
                if own.size:
                    plane_points(own)
                    points += own.shape[0]
                    flat.append(own)
            if len(flat) == before:
                raise ValueError("a glyph has no points: leave it out")
            starts.append(len(flat))
        self.count = len(starts) - 1
        self.points = <float*>malloc((2 * points + 1) * sizeof(float))
        self.strokes = <int*>malloc((len(flat) + 1) * sizeof(int))
        self.glyphs = <int*>malloc(len(starts) * sizeof(int))
        if self.points == NULL or self.strokes == NULL or self.glyphs == NULL:
            raise MemoryError
        self._fill(flat, starts)

    def __dealloc__(self):
        free(self.points)
        free(self.strokes)
        free(self.glyphs)

    cdef _fill(self, list flat, list starts):
        cdef cnp.ndarray own
        cdef const double* at
        cdef double x = 0, y = 0
        cdef Py_ssize_t glyph, stroke, _i
        cdef float* to = self.points
        self.glyphs[0] = self.strokes[0] = 0
        for glyph in range(self.count):
            self.glyphs[glyph + 1] = starts[glyph + 1]
            for stroke in range(self.glyphs[glyph], self.glyphs[glyph + 1]):
                own = flat[stroke]
                at = plane_points(own)
                if stroke == self.glyphs[glyph]:
                    x, y = at[0], at[1]
                for _i in range(own.shape[0]):
                    to[0], to[1] = <float>(at[0] - x), <float>(at[1] - y)
                    to += 2
                    at += own.shape[1]
                self.strokes[stroke + 1] = self.strokes[stroke] + <int>own.shape[0]


cdef const double* plane_points(cnp.ndarray stroke) except NULL:
    """The coordinates of a stroke (k, 2) or wider."""
    if stroke.ndim != 2 or stroke.shape[1] < 2:
        raise ValueError(f"a stroke must be (k, 2), not {(<object>stroke).shape}; a picture is uint8 (h, w)")
    return <const double*>cnp.PyArray_DATA(stroke)


def stroke_features(Strokes given, cnp.ndarray out, float pen_scale, int threads):
    """Features of n glyphs given as strokes, into `out`, float32 (n, SIZE); `pen_scale`: of the pen, 1 is usual."""
    cdef Py_ssize_t i
    cdef float* features = floats(out)
    for i in prange(given.count, nogil=True, schedule="dynamic", chunksize=64, num_threads=threads):
        describe_strokes(given.points, given.strokes, given.glyphs[i], given.glyphs[i + 1], PEN * pen_scale,
                         features + i * TOLD_OF_SHAPE)


def path_features(Strokes given, cnp.ndarray out, int threads):
    """Features of the pen's path through n glyphs, into `out`, float32 (n, PATH_SIZE).

    All strokes in their order make one path; steps with the pen lifted count JOIN of their length. Of PATH_POINTS
    places at even distances along it: x and y on the glyph's box, the direction, whether the pen is lifted.
    """
    cdef Py_ssize_t i
    cdef float* features = floats(out)
    for i in prange(given.count, nogil=True, schedule="dynamic", chunksize=64, num_threads=threads):
        describe_path(given.points, given.strokes, given.glyphs[i], given.glyphs[i + 1],
                      features + i * PATH_POINTS * TOLD)


def draw(Strokes given, float pen_scale):
    """The first glyph as `stroke_features` draws it: uint8 (CANVAS_SIDE, CANVAS_SIDE)."""
    canvas = np.empty((CANVAS, CANVAS), np.uint8)
    cdef unsigned char[:, ::1] view = canvas
    draw_glyph(&view[0, 0], given.points, given.strokes, 0, given.glyphs[1], PEN * pen_scale)
    return canvas


def extent(strokes):
    """The longer side of the box around strokes, (k, 2) or wider, and their largest coordinate without sign."""
    cdef double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY
    cdef cnp.ndarray points
    cdef const double* at
    cdef Py_ssize_t _i
    for stroke in strokes:
        points = as_doubles(stroke)
        at = plane_points(points)
        for _i in range(points.shape[0]):
            left, right = min(left, at[0]), max(right, at[0])
            top, bottom = min(top, at[1]), max(bottom, at[1])
            at += points.shape[1]
    return max(right - left, bottom - top), max(max(-left, right), max(-top, bottom))


def median_step(stroke):
    """The number and the median of the distances between points of a stroke, (k, 2) or wider, that follow each other.

    Those that are 0 do not count; the median of none is 0.
    """
    cdef cnp.ndarray points = as_doubles(stroke)
    cdef const double* at = plane_points(points)
    cdef Py_ssize_t _i, n = 0, width = points.shape[1]
    cdef double x, y, median
    cdef double* found = <double*>malloc((points.shape[0] + 1) * sizeof(double))
    if found == NULL:
        raise MemoryError
    for _i in range(1, points.shape[0]):
        x, y = at[width] - at[0], at[width + 1] - at[1]
        at += width
        if x != 0 or y != 0:
            found[n] = sqrt(x * x + y * y)
            n += 1
    median = median_of(found, n)
    free(found)
    return n, median


cdef double median_of(double* x, Py_ssize_t n) noexcept nogil:
    """The median of n numbers, 0 of none; their order is lost.

    C. A. R. Hoare, "Algorithm 65: Find", Communications of the ACM 4 (1961), puts the one in the middle into its place.
    """
    cdef Py_ssize_t low = 0, high = n - 1, middle = n // 2, i, j
    cdef double pivot, below
    while low < high:
        pivot, i, j = x[middle], low, high
        while i <= j:
            while x[i] < pivot:
                i += 1
            while pivot < x[j]:
                j -= 1
            if i <= j:
                x[i], x[j] = x[j], x[i]
                i += 1
                j -= 1
        low = i if j < middle else low
        high = j if middle < i else high
    if n == 0:
        return 0
    below = x[middle]
    if n % 2 == 0:
        below = x[0]
        for i in range(1, middle):
            below = max(below, x[i])
    return (below + x[middle]) / 2
