"""The compiled core of the support vector machines: arrays in, arrays out, no estimators.

    samples ─pack─▶ panels ─┬─ PairSolver: one pair of classes ─▶ dual coefficients, intercept
                            └─ (support vectors) Machine: decision values and scores of new samples

Everything here works on float32 *panels*: 32 samples side by side, feature by feature, so that one
vector instruction treats one feature of many samples (_svm_loops.h).
"""

from cpython.mem cimport PyMem_Free, PyMem_Malloc
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, intptr_t, uint8_t
from libc.string cimport memcpy, memset

import numpy as np

cdef extern from "_svm_simd.h":
    enum:
        LANES, LINEAR, POLYNOMIAL, RBF, PRECOMPUTED
    ctypedef struct Kernel:
        int kind
        int degree
        float gamma
        float coef0
    ctypedef struct Loops:
        int rows
        void (*tile)(const float **, Py_ssize_t, Py_ssize_t, Py_ssize_t, float *, int32_t *, int32_t *) noexcept nogil
        void (*kernel_rows)(const Kernel *, const float *, const float *, Py_ssize_t, Py_ssize_t,
                            const float *, const int32_t *, const int32_t *, const float *, Py_ssize_t,
                            float **) noexcept nogil
        void (*add_rows)(double *, const float **, const double *, Py_ssize_t, Py_ssize_t) noexcept nogil
        void (*move)(double *, const float *, const float *, double, const double *, const double *,
                     Py_ssize_t, double *, double *) noexcept nogil
        Py_ssize_t (*partner)(const double *, const double *, const float *, const double *, double, double,
                              double *, Py_ssize_t) noexcept nogil
        void (*decide)(const Kernel *, const float *, const float *, Py_ssize_t, Py_ssize_t, const float *,
                       const int32_t *, const int32_t *, const float *, Py_ssize_t, Py_ssize_t,
                       const float *, Py_ssize_t, float *) noexcept nogil
    const Loops *best_loops() noexcept nogil

cdef const Loops *loops = best_loops()

KERNELS = {"linear": LINEAR, "poly": POLYNOMIAL, "rbf": RBF, "precomputed": PRECOMPUTED}
WIDTH = LANES  # samples in a panel
BLOCK = 64  # samples that pass the support vectors together; their tiles fit the second-level cache

ctypedef fused real:
    float
    double


cdef Kernel kernel_of(str kind, double gamma, double coef0, int degree) except *:
    cdef Kernel kernel
    kernel.kind, kernel.degree = KERNELS[kind], degree
    kernel.gamma, kernel.coef0 = gamma, coef0
    return kernel


def aligned(shape, dtype=np.float32):
    """An uninitialised C-contiguous array that starts on a cache line."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.empty(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start:start + size].view(dtype).reshape(shape)


def pack(const real[:, ::1] X, const intptr_t[::1] order):
    """Samples X[order] as panels; -1 in `order` leaves a lane empty.

    Given   X (n, d), order (32 p,)
    Result  panels (p, d, 32) float32 and the squared norms of the samples, (p, 32) float32
    """
    cdef Py_ssize_t p, k, lane, sample, n_panels = order.shape[0] // LANES, width = X.shape[1]
    packed, norms = aligned((n_panels, width, LANES)), np.zeros((n_panels, LANES), np.float32)
    cdef float[:, :, ::1] panels = packed
    cdef float[:, ::1] squares = norms
    with nogil:
        for p in range(n_panels):
            for lane in range(LANES):
                sample = order[p * LANES + lane]
                for k in range(width):
                    panels[p, k, lane] = <float>X[sample, k] if sample >= 0 else 0
            for k in range(width):
                for lane in range(LANES):
                    squares[p, lane] += panels[p, k, lane] * panels[p, k, lane]
    return packed, norms


def panel_order(counts, order=None):
    """Which sample fills which lane when the classes, `counts` samples each, follow each other and each
    starts a new panel: (32 p,) indices, -1 for an empty lane, and the first panel of each class, (K + 1,).
    `order` names the samples class by class; without it they are numbered."""
    order = np.arange(sum(counts)) if order is None else order
    first = np.concatenate([[0], np.cumsum(-(-np.asarray(counts) // LANES))])
    lanes = np.full(first[len(counts)] * LANES, -1, np.intp)
    start = 0
    for count, panel in zip(counts, first):
        lanes[panel * LANES:panel * LANES + count] = order[start:start + count]
        start += count
    return lanes, first.astype(np.intp)


cdef class Tiles:
    """Rows prepared as the left factor of a kernel product, a few rows to a tile; all-zero features left out."""

    cdef Py_ssize_t width, capacity
    cdef float[::1] values
    cdef int32_t[::1] feature, steps

    def __init__(self, Py_ssize_t capacity, Py_ssize_t width):
        tiles = capacity  # enough for any number of rows to a tile
        self.width, self.capacity = width, capacity
        self.values = aligned((tiles + 16) * width)
        self.feature = aligned(tiles * width, np.int32)
        self.steps = np.zeros(tiles, np.int32)


cdef class PairSolver:
    """The dual problem of one pair of classes, in signed dual variables b_i = y_i a_i (Bottou and Lin 2007).

        maximise    sum_i y_i b_i - 1/2 sum_ij b_i b_j K_ij
        subject to  sum_i b_i = 0,   lower_i <= b_i <= upper_i
                    with [lower_i, upper_i] = [0, C_i] where y_i = 1 and [-C_i, 0] where y_i = -1

    With the residual r_i = y_i - sum_j b_j K_ij, a solution is optimal to `tol` when

        gap = max {r_i : b_i < upper_i} - min {r_i : b_i > lower_i} < tol.

    The solver keeps an *active set*: the kernel rows of its members stay in memory, all other b_i stay
    put. It solves the active problem by SMO, brings the residuals of all samples up to date and lets the
    worst violators join, until none is left. Each row is computed once, many rows in one product.
    """

    cdef Kernel kernel
    cdef const float[:, :, ::1] panels
    cdef const float[:, ::1] squares
    cdef Py_ssize_t[2] first_panel, n_panels
    cdef readonly Py_ssize_t columns, size, steps, capacity, limit
    cdef readonly double gap, top, bottom
    cdef double[::1] residual, beta, lower, upper
    cdef uint8_t[::1] inside
    cdef object blocks, free
    # of the members of the active set, in the order they joined
    cdef int32_t[::1] member
    cdef intptr_t[::1] row
    cdef float[:, ::1] gram
    cdef double[:, ::1] own
    cdef double[::1] r, b, start, low, high, rise, fall, diagonal, gain

    def __init__(self, panels, squares, first, second, cost, str kernel, double gamma=1, double coef0=0,
                 int degree=3, Py_ssize_t limit=1 << 20):
        """Given panels and squares of `pack`; the panel ranges (from, to) of the two classes; cost (columns,):
        C of each sample of the pair and 0 for an empty lane; `limit`: kernel rows kept at most."""
        self.kernel = kernel_of(kernel, gamma, coef0, degree)
        self.panels, self.squares = panels, squares
        self.first_panel[0], self.first_panel[1] = first[0], second[0]
        self.n_panels[0], self.n_panels[1] = first[1] - first[0], second[1] - second[0]
        self.columns = LANES * (self.n_panels[0] + self.n_panels[1])
        y = np.ones(self.columns)
        y[LANES * self.n_panels[0]:] = -1
        self.residual, self.beta = y.copy(), np.zeros(self.columns)
        self.lower, self.upper = np.minimum(y * cost, 0), np.maximum(y * cost, 0)
        self.inside = np.zeros(self.columns, np.uint8)
        self.blocks, self.free, self.limit = [], [], limit
        self.size = self.capacity = 0
        self._reserve(256)
        self._measure()

    def _reserve(self, Py_ssize_t capacity):
        """Room for more members; their data move along."""
        cdef Py_ssize_t n = self.size
        gram, member, row = np.zeros((capacity, capacity), np.float32), np.zeros(capacity, np.int32), np.zeros(capacity, np.intp)
        own = np.zeros((8, capacity))
        if n:
            gram[:n, :n], own[:, :n] = self.gram[:n, :n], self.own[:, :n]
            member[:n], row[:n] = self.member[:n], self.row[:n]
        self.gram, self.member, self.row, self.own = gram, member, row, own
        self.r, self.b, self.start, self.low, self.high, self.diagonal, self.rise, self.fall = own
        self.gain = np.zeros(capacity)
        self.capacity = capacity

    cdef void _measure(self) noexcept:
        """The KKT gap over all samples."""
        cdef Py_ssize_t k
        cdef double top = -INFINITY, bottom = INFINITY
        with nogil:
            for k in range(self.columns):
                if self.beta[k] < self.upper[k] and self.residual[k] > top:
                    top = self.residual[k]
                if self.beta[k] > self.lower[k] and self.residual[k] < bottom:
                    bottom = self.residual[k]
        self.top, self.bottom, self.gap = top, bottom, top - bottom

    def violators(self, Py_ssize_t count):
        """Columns outside the active set with the worst violations, at most half of them of each kind."""
        residual, beta = np.asarray(self.residual), np.asarray(self.beta)
        outside = np.asarray(self.inside) == 0
        rising = np.flatnonzero(outside & (beta < self.upper) & (residual > self.bottom))
        falling = np.flatnonzero(outside & (beta > self.lower) & (residual < self.top))
        half = count // 2
        if len(rising) > half:
            rising = rising[np.argpartition(-residual[rising], half)[:half]]
        if len(falling) > half:
            falling = falling[np.argpartition(residual[falling], half)[:half]]
        return np.union1d(rising, falling)

    def join(self, columns):
        """Let these columns join the active set: compute their kernel rows and extend the compact Gram matrix."""
        cdef Py_ssize_t count = len(columns), n = self.size, s, t, column
        cdef const float *source
        while n + count > self.capacity:
            self._reserve(2 * self.capacity)
        while len(self.free) < count:
            block = aligned((max(count, 32), self.columns))
            self.blocks.append(block)
            self.free.extend(block[i].ctypes.data for i in range(len(block)))
        for s, column in enumerate(columns):
            self.member[n + s], self.row[n + s] = column, self.free.pop()
            self.inside[column] = 1
        self._rows(n, count)
        for s in range(n, n + count):
            column = self.member[s]
            self.low[s], self.high[s] = self.lower[column], self.upper[column]
            source = <const float *>self.row[s]
            for t in range(n + count):
                self.gram[s, t] = source[self.member[t]]
                self.gram[t, s] = self.gram[s, t]
            self.diagonal[s] = self.gram[s, s]
        self.size = n + count

    def _rows(self, Py_ssize_t start, Py_ssize_t count):
        """Kernel rows of the members start .. start + count over all columns of the pair."""
        cdef Py_ssize_t width = self.panels.shape[1], s, k, part, panel, column
        cdef float[:, ::1] samples = aligned((count, width))
        cdef float[::1] square = np.zeros(count, np.float32)
        cdef intptr_t[::1] out = np.array(self.row[start:start + count]), left = np.zeros(count, np.intp)
        cdef Tiles tiles = Tiles(count, width)
        with nogil:
            for s in range(count):
                column = self.member[start + s]
                panel = self.panel_of(column)
                square[s] = self.squares[panel, column % LANES]
                left[s] = <intptr_t>&samples[s, 0]
                for k in range(width):
                    samples[s, k] = self.panels[panel, k, column % LANES]
            loops.tile(<const float **>&left[0], count, loops.rows, width, &tiles.values[0], &tiles.feature[0], &tiles.steps[0])
            for part in range(2):
                panel = self.first_panel[part]
                loops.kernel_rows(&self.kernel, &self.panels[panel, 0, 0], &self.squares[panel, 0],
                                  self.n_panels[part], width, &tiles.values[0], &tiles.feature[0],
                                  &tiles.steps[0], &square[0], count, <float **>&out[0])
                for s in range(count):
                    out[s] += LANES * self.n_panels[part] * sizeof(float)

    cdef inline Py_ssize_t panel_of(self, Py_ssize_t column) noexcept nogil:
        cdef Py_ssize_t panel = column // LANES
        if panel < self.n_panels[0]:
            return self.first_panel[0] + panel
        return self.first_panel[1] + panel - self.n_panels[0]

    def load(self):
        """Fetch the members' variables and residuals."""
        cdef Py_ssize_t s, column
        for s in range(self.size):
            column = self.member[s]
            self.r[s], self.b[s] = self.residual[column], self.beta[column]
            self.start[s] = self.b[s]

    def optimise(self, double tolerance, Py_ssize_t max_steps):
        """SMO on the active set; True when its gap is below the tolerance.

        Working set selection by second-order information: Fan, Chen and Lin 2005, "WSS 2".
        """
        cdef Py_ssize_t steps = 0, i, j, s
        cdef double top = -INFINITY, bottom = INFINITY, step
        cdef bint done = False
        with nogil:
            for s in range(self.size):
                self._mask(s)
                top = max(top, self.r[s] + self.rise[s])
                bottom = min(bottom, self.r[s] + self.fall[s])
            while steps < max_steps:
                if not top - bottom > tolerance:
                    done = True
                    break
                i = 0
                while self.r[i] + self.rise[i] != top:
                    i += 1
                j = loops.partner(&self.r[0], &self.fall[0], &self.gram[i, 0], &self.diagonal[0], top,
                                  self.diagonal[i], &self.gain[0], self.size)
                step = self._step(i, j)
                loops.move(&self.r[0], &self.gram[i, 0], &self.gram[j, 0], step, &self.rise[0],
                           &self.fall[0], self.size, &top, &bottom)
                steps += 1
        self.steps += steps
        return done

    cdef void _mask(self, Py_ssize_t s) noexcept nogil:
        self.rise[s] = 0 if self.b[s] < self.high[s] else -INFINITY
        self.fall[s] = 0 if self.b[s] > self.low[s] else INFINITY

    cdef double _step(self, Py_ssize_t i, Py_ssize_t j) noexcept nogil:
        """Move along (+1, -1) in (b_i, b_j) to the optimum or to the first bound; a bound is met exactly."""
        cdef double curve = self.diagonal[i] + self.diagonal[j] - 2 * self.gram[i, j]
        cdef double step = (self.r[i] - self.r[j]) / max(curve, 1e-12)
        cdef double room_i = self.high[i] - self.b[i], room_j = self.b[j] - self.low[j]
        step = min(step, room_i, room_j)
        self.b[i] = self.high[i] if step == room_i else self.b[i] + step
        self.b[j] = self.low[j] if step == room_j else self.b[j] - step
        self._mask(i)
        self._mask(j)
        return step

    def store(self):
        """Write the members' variables back, bring all residuals up to date and measure the gap."""
        cdef Py_ssize_t s, n = 0
        cdef double[::1] change = np.zeros(self.size)
        cdef intptr_t[::1] rows = np.zeros(self.size, np.intp)
        with nogil:
            for s in range(self.size):
                if self.b[s] != self.start[s]:
                    change[n], rows[n] = self.start[s] - self.b[s], self.row[s]
                    self.beta[self.member[s]] = self.b[s]
                    n += 1
            loops.add_rows(&self.residual[0], <const float **>&rows[0], &change[0], n, self.columns)
        self._measure()

    def dual(self):
        return np.asarray(self.beta)

    def dual_objective(self):
        """sum_i y_i b_i - 1/2 b' K b, from b' K b = sum_i b_i (y_i - r_i)."""
        b, r = np.asarray(self.beta), np.asarray(self.residual)
        y = np.ones(self.columns)
        y[LANES * self.n_panels[0]:] = -1
        return 0.5 * float(b @ y + b @ r)

    def intercept(self):
        b, r = np.asarray(self.beta), np.asarray(self.residual)
        free = (b > self.lower) & (b < self.upper)
        return float(r[free].mean()) if free.any() else (self.top + self.bottom) / 2


cdef class Machine:
    """A trained one-vs-one machine: decision values and scores of new samples.

    Each sample's values have the same bits whatever batch it comes in, and whatever else runs.
    """

    cdef Kernel kernel
    cdef readonly Py_ssize_t n_classes, n_features, n_pairs
    cdef Py_ssize_t stride
    cdef float[:, :, ::1] panels
    cdef float[:, ::1] squares
    cdef float[:, :, ::1] coef
    cdef double[::1] intercept
    cdef Py_ssize_t[::1] first

    def __init__(self, support_vectors, n_support, dual_coef, intercept, str kernel="rbf", double gamma=1,
                 double coef0=0, int degree=3):
        support = np.ascontiguousarray(support_vectors, np.float32)
        counts, dual = np.asarray(n_support, np.intp), np.asarray(dual_coef, np.float32)
        K = self.n_classes = len(counts)
        self.n_features, self.n_pairs = support.shape[1], K * (K - 1) // 2
        if dual.shape != (K - 1, len(support)) or counts.sum() != len(support) or len(intercept) != self.n_pairs:
            raise ValueError(
                f"a machine of {K} classes and {len(support)} support vectors needs dual_coef of shape "
                f"{(K - 1, len(support))} and {self.n_pairs} intercepts, not {dual.shape} and {len(intercept)}")
        self.kernel = kernel_of(kernel, gamma, coef0, degree)
        self.intercept = np.array(intercept, float)
        order, first = panel_order(counts)
        self.first = first
        self.panels, self.squares = pack(support, order)
        self.stride = -(-(K - 1) // 16) * 16
        coef = aligned((len(order) // LANES, LANES, self.stride))
        coef[:] = 0
        used = order >= 0
        coef.reshape(-1, self.stride)[used, :K - 1] = dual.T[order[used]]
        self.coef = coef

    def decide(self, X, int threads=1):
        """Decision values f_ij of the pairs (0, 1), (0, 2), ... (n, K (K - 1) / 2) float64; f_ij > 0 votes for i."""
        return self.evaluate(X, threads)[0]

    def scores(self, X, int threads=1):
        """Class scores (n, K) float64: score_i = min_j f_ij, the smallest margin by which i wins a pair."""
        return self.evaluate(X, threads)[1]

    def evaluate(self, X, int threads=1):
        """Decision values and scores together, for X (n, d); float32 and C-contiguous is not copied."""
        X = np.ascontiguousarray(X, np.float32)
        if X.ndim != 2 or X.shape[1] != self.n_features:
            raise ValueError(f"expected samples of shape (n, {self.n_features}), got {X.shape}")
        values, scores = np.empty((len(X), self.n_pairs)), np.empty((len(X), self.n_classes))
        parts = min(threads, len(X) // BLOCK)
        if parts <= 1:
            self._evaluate(X, values, scores)
            return values, scores
        from concurrent.futures import ThreadPoolExecutor
        cut = np.linspace(0, len(X) // BLOCK, parts + 1).astype(int) * BLOCK
        cut[parts] = len(X)
        with ThreadPoolExecutor(parts) as pool:
            list(pool.map(lambda a, b: self._evaluate(X[a:b], values[a:b], scores[a:b]), cut[:parts], cut[1:]))
        return values, scores

    def _evaluate(self, const float[:, ::1] samples, double[:, ::1] f, double[:, ::1] score):
        cdef Py_ssize_t start, count, block = min(samples.shape[0], BLOCK)
        if block == 0:
            return
        cdef Tiles tiles = Tiles(block, self.n_features)
        cdef float[::1] square = np.zeros(block + 16, np.float32)
        cdef float[:, :, ::1] section = np.zeros((self.n_classes, block + 16, self.stride), np.float32)
        cdef intptr_t[::1] rows = np.zeros(block, np.intp)
        with nogil:
            start = 0
            while start < samples.shape[0]:
                count = min(block, samples.shape[0] - start)
                self._sections(samples, start, count, tiles, rows, square, section)
                self._pairs(section, start, count, f, score)
                start += count

    cdef void _sections(self, const float[:, ::1] samples, Py_ssize_t start, Py_ssize_t count, Tiles tiles, intptr_t[::1] rows, float[::1] square,
                        float[:, :, ::1] section) noexcept nogil:
        """section[i, r, m]: the share of class i's support vectors in row r's value against its m-th rival."""
        cdef Py_ssize_t r, k, i, size = 1 if count == 1 else loops.rows
        cdef double total
        memset(&section[0, 0, 0], 0, section.shape[0] * section.shape[1] * section.shape[2] * sizeof(float))
        for r in range(count):
            total = 0
            for k in range(samples.shape[1]):
                total += <double>samples[start + r, k] * samples[start + r, k]
            square[r], rows[r] = <float>total, <intptr_t>&samples[start + r, 0]
        loops.tile(<const float **>&rows[0], count, size, self.n_features, &tiles.values[0],
                   &tiles.feature[0], &tiles.steps[0])
        for i in range(self.n_classes):
            if self.first[i] == self.first[i + 1]:
                continue
            loops.decide(&self.kernel, &self.panels[self.first[i], 0, 0], &self.squares[self.first[i], 0],
                         self.first[i + 1] - self.first[i], self.n_features, &tiles.values[0],
                         &tiles.feature[0], &tiles.steps[0], &square[0], count, size,
                         &self.coef[self.first[i], 0, 0], self.stride, &section[i, 0, 0])

    cdef void _pairs(self, const float[:, :, ::1] section, Py_ssize_t start, Py_ssize_t count, double[:, ::1] f, double[:, ::1] score) noexcept nogil:
        """f_ij = both classes' shares + intercept; score_i = min_j f_ij."""
        cdef Py_ssize_t r, i, j, pair
        cdef double value
        for r in range(count):
            for i in range(self.n_classes):
                score[start + r, i] = INFINITY
            pair = 0
            for i in range(self.n_classes):
                for j in range(i + 1, self.n_classes):
                    value = <double>section[i, r, j - 1] + section[j, r, i] + self.intercept[pair]
                    f[start + r, pair] = value
                    score[start + r, i] = min(score[start + r, i], value)
                    score[start + r, j] = min(score[start + r, j], -value)
                    pair += 1
