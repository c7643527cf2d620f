"""The compiled core of the support vector machines: arrays in, arrays out, no estimators.

    samples ─pack─▶ panels ─┬─ PairSolver: one pair of classes ─▶ dual coefficients and intercept
                            └─ (support vectors) Machine: decision values and class scores
    samples ─compress─▶ rows ── hinge_epoch: a linear machine by stochastic gradient descent

Kernels work on float32 *panels*: 32 samples side by side, feature after feature, so that one vector
instruction treats one feature of many samples. _svm_loops.h holds the loops that do.
"""

cimport numpy as cnp
from libc.math cimport INFINITY
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, intptr_t, uint8_t, uint16_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from hwcalc._arrays cimport as_floats, empty, floats

cnp.import_array()

cdef extern from "_svm_simd.h":
    enum:
        LANES, LINEAR, POLYNOMIAL, RBF, PRECOMPUTED
    const double SMALLEST_CURVATURE
    ctypedef struct Kernel:
        int kind, degree
        float gamma, coef0
    ctypedef struct Panels:
        const float *values
        const float *squares
        const uint16_t *halves
        Py_ssize_t count, width, samples
    ctypedef struct Tiles:
        Py_ssize_t n_rows, rows, width, chunks
        float *values
        float *squares
        float *sums
        int32_t *feature
        int32_t *steps
    ctypedef struct Bytes:
        const int8_t *vectors
        const float *squares
        Py_ssize_t width
        float gamma
    ctypedef struct Loops:
        Py_ssize_t rows
        bint (*halve)(const float *, Py_ssize_t, uint16_t *) noexcept nogil
        void (*norms)(const float *, Py_ssize_t, float *) noexcept nogil
        void (*tile)(const float **, Tiles *) noexcept nogil
        void (*kernel_rows)(const Kernel *, const Panels *, const Tiles *, float **) noexcept nogil
        void (*decide)(const Kernel *, const Panels *, const Tiles *, const float *, Py_ssize_t,
                       float *) noexcept nogil
        void (*add_rows)(double *, const float **, const double *, Py_ssize_t, Py_ssize_t) noexcept nogil
        void (*move)(double *, const float *, const float *, double, const double *, const double *,
                     Py_ssize_t, double *, double *) noexcept nogil
        Py_ssize_t (*partner)(const double *, const double *, const float *, const double *, double, double,
                              double *, Py_ssize_t) noexcept nogil
        double (*hinge_epoch)(const float *, const int32_t *, const int64_t *, const int64_t *, Py_ssize_t,
                              const float *, Py_ssize_t, Py_ssize_t, double, double, float *, double *,
                              float *, double *) noexcept nogil
        float (*byte_sample)(const float *, const float *, const float *, Py_ssize_t, float, int16_t *,
                             float *) noexcept nogil
        void (*byte_kernel)(const Bytes *, const int16_t *, float, float, int32_t *, Py_ssize_t,
                            float *) noexcept nogil
        Py_ssize_t (*collect)(const uint64_t *, uint64_t *, Py_ssize_t, int32_t *) noexcept nogil
        void (*weigh)(const float *, Py_ssize_t, const void *, Py_ssize_t, const float *, float *) noexcept nogil
        void (*round_to_half)(float *, Py_ssize_t) noexcept nogil
        float (*weighted)(const void *, const uint64_t *, const float *, Py_ssize_t) noexcept nogil
        void (*compare)(const double *, Py_ssize_t, double *, double *) noexcept nogil
        Py_ssize_t number
    const Loops *best_loops(int widest) noexcept nogil
    void fill_places() noexcept nogil

# HWCALC_SIMD=0 or 1 holds the loops to the compiler's baseline or to AVX2, for tests.
cdef const Loops *loops = best_loops(int(os.environ.get("HWCALC_SIMD", "2")))

fill_places()

cdef enum:
    CHUNK = 256  # features of a panel that stay in the first-level cache
    BINS = 256  # of the histogram of violations
    BLOCK_ROWS = 64  # samples that pass the support vectors together: their tiles fit the second-level cache
    MOST_SECTIONS = 8_000_000  # and what they have of all pairs of classes, in floats
    AT_ONCE = 32  # samples that are multiplied with a projection together, and
    PART = 64  # features of them at a time: so much of it stays in the first-level cache
    WORD = 64  # support vectors that one number marks; each class of a ByteMachine begins with a new one

cdef double ROUNDING = 2e-15  # share of the residuals that may be rounding

cdef double LOST = 0.5  # share of the margins that a class loses by in its score, chosen on held-out writers

# Which margins a ByteMachine computes in full. Classes NEAR the best, in log-odds: the negative ones and those less
# than LOOSE over 0 or over the least; classes not FAR from it: those less than TIGHT over the least.
cdef double NEAR = 4, FAR = 6.5, LOOSE = 0.25, TIGHT = 0.15

KERNELS = {"linear": LINEAR, "poly": POLYNOMIAL, "rbf": RBF, "precomputed": PRECOMPUTED}
WIDTH = LANES  # samples in a panel
BLOCK = BLOCK_ROWS

ctypedef fused real:
    float
    double


cdef Kernel kernel_of(kind, double gamma, double coef0, int degree) except *:
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


def panel_order(counts, order):
    """Which sample fills which lane when each class starts a new panel.

    Given   counts (K,): samples of each class; order (n,): the samples, class by class
    Result  (32 p,) sample indices, -1 for an empty lane, and the first panel of each class, (K + 1,)
    """
    first = np.concatenate([[0], np.cumsum([-(-count // LANES) for count in counts])]).astype(np.intp)
    lanes = np.full(first[len(counts)] * LANES, -1, np.intp)
    start = 0
    for count, panel in zip(counts, first):
        lanes[panel * LANES:panel * LANES + count] = order[start:start + count]
        start += count
    return lanes, first


def pack(const real[:, ::1] X, const intptr_t[::1] lanes, const double[::1] centre):
    """Samples X[lanes] - centre as panels; -1 in `lanes` leaves a lane empty.

    Given   X (n, d), lanes (32 p,), centre (d,)
    Result  panels (p, d, 32) float32 and the squared norms of the samples, (p, 32) float32
    """
    cdef Py_ssize_t p, k, lane, sample, n_panels = lanes.shape[0] // LANES, width = X.shape[1]
    packed, norms = aligned((n_panels, width, LANES)), np.empty((n_panels, LANES), np.float32)
    cdef float[:, :, ::1] panels = packed
    cdef float[:, ::1] squares = norms
    with nogil:
        for p in range(n_panels):
            for lane in range(LANES):
                sample = lanes[p * LANES + lane]
                for k in range(width):
                    panels[p, k, lane] = <float>(X[sample, k] - centre[k]) if sample >= 0 else 0
            loops.norms(&panels[p, 0, 0], width, &squares[p, 0])
    return packed, norms


def halved(packed):
    """Panels (p, d, 32) float32 in half precision, if that holds them exactly: single and half, one of them empty."""
    halves = aligned(packed.shape, np.uint16)
    cdef const float[::1] values = packed.reshape(-1)
    cdef uint16_t[::1] target = halves.reshape(-1)
    cdef bint exact = False
    if values.shape[0]:
        with nogil:
            exact = loops.halve(&values[0], values.shape[0], &target[0])
    return (packed[:0], halves) if exact else (packed, halves[:0])


cdef int allot(Tiles *tiles, Py_ssize_t n_rows, Py_ssize_t rows, Py_ssize_t width) except -1 nogil:
    """Room for n_rows samples, `rows` to a tile; ends with free(tiles.values)."""
    cdef Py_ssize_t n_tiles = (n_rows + rows - 1) // rows, padded = n_tiles * rows
    tiles.n_rows, tiles.rows, tiles.width = n_rows, rows, width
    tiles.chunks = (width + CHUNK - 1) // CHUNK if width else 1
    tiles.values = <float *>malloc(sizeof(float) * padded * (width + 1 + LANES)
                                   + sizeof(int32_t) * n_tiles * (width + tiles.chunks + 1))
    if tiles.values == NULL:
        with gil:
            raise MemoryError
    tiles.squares = tiles.values + padded * width
    tiles.sums = tiles.squares + padded
    tiles.feature = <int32_t *>(tiles.sums + padded * LANES)
    tiles.steps = tiles.feature + n_tiles * width
    return 0


cdef class RowPool:
    """Memory for kernel rows, used again by one pair of classes after the other."""

    cdef readonly Py_ssize_t length
    cdef object blocks, idle

    def __init__(self, Py_ssize_t length):
        self.length, self.blocks, self.idle = length, [], []

    def __reduce__(self):
        return RowPool, (self.length,)

    def take(self, Py_ssize_t count):
        """Addresses of `count` rows of `length` floats."""
        taken = []
        while len(taken) < count:
            try:
                taken.append(self.idle.pop())
            except IndexError:
                block = aligned((32, self.length))
                self.blocks.append(block)
                self.idle.extend(block.ctypes.data + row * block.strides[0] for row in range(32))
        return taken

    def give(self, rows):
        """Take these rows back."""
        self.idle.extend(rows)


cdef class PairSolver:
    """The dual problem of one pair of classes in signed dual variables b_i = y_i a_i.

        maximise    sum_i y_i b_i - 1/2 sum_ij b_i b_j K_ij
        subject to  sum_i b_i = 0   and   lower_i <= b_i <= upper_i,
                    with [lower_i, upper_i] = [0, C_i] where y_i = 1 and [-C_i, 0] where y_i = -1

    With the residuals r_i = y_i - sum_j b_j K_ij, the solution is optimal to `tol` as soon as

        gap = max {r_i : b_i < upper_i} - min {r_i : b_i > lower_i} < tol.

    The solver keeps an *active set*, whose members' kernel rows stay in memory; all other b_i rest. It
    solves the active problem, brings all residuals up to date and lets the worst violators join, until
    none is left. Rows are computed many at a time and, memory permitting, never twice.

        join(violators)      kernel rows of the new members
        load, optimise       SMO among the members
        store                residuals of all samples, gap
        extend               more samples: a part is solved first, which finds most support vectors cheaply

    Signed variables: Bordes, Ertekin, Weston, Bottou 2005, "Fast kernel classifiers with online and active
    learning". Decomposition: Joachims 1999, "Making large-scale SVM learning practical".
    """

    cdef Kernel kernel
    cdef const float[:, :, ::1] panels
    cdef const float[:, ::1] squares
    cdef intptr_t[::1] panel, sample
    cdef const float[:, ::1] given
    cdef RowPool pool
    cdef readonly Py_ssize_t columns, size, steps
    cdef Py_ssize_t length, capacity
    cdef readonly double gap, top, bottom
    cdef readonly bint stalled
    cdef double[::1] residual, lower, upper
    cdef readonly double[::1] beta
    cdef uint8_t[::1] inside
    # of the members, in the order they joined: column, address of the kernel row (`address` and `gain` are
    # room for some of these and their weights), Gram matrix, and the rows of `own`: residual, variable, its
    # change, bounds, K_ii, masks of rising and falling
    cdef int32_t[::1] member
    cdef intptr_t[::1] row, address
    cdef float[:, ::1] gram
    cdef double[:, ::1] own
    cdef double[::1] r, b, change, low, high, diagonal, rise, fall, gain

    def __init__(self, panels, squares, panel, sign, cost, RowPool pool, kernel, double gamma=1,
                 double coef0=0, int degree=3, given=None, sample=None):
        """Set up the problem with no sample in it; `extend` brings them in.

        Given   panels, squares: as `pack` returns them
                panel (p,), sign (p,): the panels of the pair in the order they come in, 1 or -1 for their class
                cost (32 p,): C of each sample, 0 for an empty lane
                pool: rows of at least 32 p floats
                given (n, n), sample (32 p,): kernel matrix and its index of each lane, if precomputed
        """
        self.kernel = kernel_of(kernel, gamma, coef0, degree)
        self.panels, self.squares, self.panel, self.pool = panels, squares, panel, pool
        self.given, self.sample = given, sample
        self.length = LANES * len(panel)
        y = np.repeat(np.asarray(sign, float), LANES)
        self.residual, self.beta = y.copy(), np.zeros(self.length)
        self.lower, self.upper = np.minimum(y * cost, 0), np.maximum(y * cost, 0)
        self.inside = np.zeros(self.length, np.uint8)
        self.size = self.columns = 0
        self._reserve(min(256, self.length))

    def _reserve(self, Py_ssize_t capacity):
        """Room for more members; what is known of them moves along."""
        n = self.size
        gram, own = np.zeros((capacity, capacity), np.float32), np.zeros((8, capacity))
        member, row = np.zeros(capacity, np.int32), np.zeros(capacity, np.intp)
        if n:
            gram[:n, :n], own[:, :n] = self.gram[:n, :n], self.own[:, :n]
            member[:n], row[:n] = self.member[:n], self.row[:n]
        self.gram, self.own, self.member, self.row = gram, own, member, row
        self.r, self.b, self.change, self.low, self.high, self.diagonal, self.rise, self.fall = own
        self.gain, self.address, self.capacity = np.zeros(capacity), np.zeros(capacity, np.intp), capacity

    # --- which samples take part -----------------------------------------------------------------------

    def extend(self, Py_ssize_t n_panels):
        """Take in the first n_panels panels; until then, the samples beyond them do not exist.

        The members' kernel rows and the residuals are computed for the new columns alone."""
        cdef Py_ssize_t known = self.columns, s
        self.columns = LANES * n_panels
        with nogil:
            if self.size:
                self._rows(0, self.size, known)
            for s in range(self.size):
                self.change[s] = self.b[s]
            self._add(known)
            self._measure()

    def warm(self, columns, double[::1] values):
        """Let these columns join with b_i = values."""
        cdef Py_ssize_t n = self.size, s
        self.join(columns)
        memset(&self.change[0], 0, n * sizeof(double))
        for s in range(n, self.size):
            self.b[s] = self.change[s] = self.beta[self.member[s]] = values[s - n]
        with nogil:
            self._add(0)
            self._measure()

    def keep(self, members):
        """Only these members stay in the active set; the variables of the others rest at their values."""
        old, n = self.size, len(members)
        inside, column = np.asarray(self.inside), np.asarray(self.member)
        row, gram, own = np.asarray(self.row), np.asarray(self.gram), np.asarray(self.own)
        gone = np.ones(old, bool)
        gone[members] = False
        inside[column[:old][gone]] = 0
        self.pool.give(row[:old][gone].tolist())
        column[:n], row[:n], own[:, :n] = column[members], row[members], own[:, members]
        gram[:n, :n] = gram[np.ix_(members, members)]
        self.size = n

    def useful(self, Py_ssize_t most):
        """The members worth keeping, at most `most`: free variables, the newest first, then those closest to moving.

        The oldest leave so that, where not even the free variables fit, all of them get their turns."""
        b, r = np.asarray(self.b)[:self.size], np.asarray(self.r)[:self.size]
        low, high = np.asarray(self.low)[:self.size], np.asarray(self.high)[:self.size]
        rest = np.where(b < high, self.bottom - r, r - self.top)
        unbound = np.flatnonzero((b > low) & (b < high))
        rest[unbound] = -1e200 * (1 + unbound)
        return np.sort(np.argsort(rest, kind="stable")[:most])

    def support(self):
        """The members with b_i not zero."""
        return np.flatnonzero(np.asarray(self.b)[:self.size])

    def close(self):
        """Give the kernel rows back; with them goes the active set."""
        self.pool.give(np.asarray(self.row)[:self.size].tolist())
        self.size = 0

    # --- violators -------------------------------------------------------------------------------------

    def violators(self, Py_ssize_t count, double share):
        """Columns outside the active set with the worst violations.

        At most count / 2 that should rise and as many that should fall, each violating by `share` of the gap.
        """
        cdef intptr_t[::1] chosen = np.empty(count + 2, np.intp)
        cdef Py_ssize_t n
        with nogil:
            n = self._worst(1, count // 2, share, &chosen[0])
            n += self._worst(-1, count // 2, share, &chosen[n])
        return np.asarray(chosen)[:n]

    cdef Py_ssize_t _worst(self, int sign, Py_ssize_t count, double share, intptr_t *chosen) noexcept nogil:
        """The largest violations of one kind, cut by a histogram rather than by sorting.

        All bins above `bin` are taken; `bin` itself, which does not fit, fills the rest.
        """
        cdef Py_ssize_t k, own, n = 0, spare, total = 0, bin = BINS - 1
        cdef Py_ssize_t[BINS] histogram
        memset(histogram, 0, sizeof(histogram))
        for k in range(self.columns):
            if self._violates(k, sign):
                histogram[self._bin(k, sign)] += 1
        while bin >= share * BINS and total + histogram[bin] <= count:
            total += histogram[bin]
            bin -= 1
        spare = count - total if bin >= share * BINS else 0
        for k in range(self.columns):
            if self._violates(k, sign):
                own = self._bin(k, sign)
                if own > bin or own == bin and spare > 0:
                    spare -= own == bin
                    chosen[n] = k
                    n += 1
        return n

    cdef inline Py_ssize_t _bin(self, Py_ssize_t k, int sign) noexcept nogil:
        return min(BINS - 1, <Py_ssize_t>(self._violation(k, sign) / self.gap * BINS))

    cdef inline double _violation(self, Py_ssize_t k, int sign) noexcept nogil:
        return self.residual[k] - self.bottom if sign > 0 else self.top - self.residual[k]

    cdef inline bint _violates(self, Py_ssize_t k, int sign) noexcept nogil:
        return (not self.inside[k] and self._violation(k, sign) > 0
                and (self.beta[k] < self.upper[k] if sign > 0 else self.beta[k] > self.lower[k]))

    # --- kernel rows -----------------------------------------------------------------------------------

    def join(self, const intptr_t[::1] columns):
        """Let these columns join the active set: kernel rows, then the Gram matrix among the members."""
        cdef Py_ssize_t count = columns.shape[0], n = self.size, s
        if count == 0:
            return
        while n + count > self.capacity:
            self._reserve(2 * self.capacity)
        np.asarray(self.row)[n:n + count] = self.pool.take(count)
        for s in range(count):
            self.member[n + s] = columns[s]
            self.inside[columns[s]] = 1
        with nogil:
            self._meet(count)

    cdef int _meet(self, Py_ssize_t count) except -1 nogil:
        """What is known of the next `count` members: kernel rows, bounds, variables, Gram matrix."""
        cdef Py_ssize_t n = self.size, s, t, column
        cdef const float *source
        self._rows(n, count, 0)
        for s in range(n, n + count):
            column = self.member[s]
            self.low[s], self.high[s], self.b[s] = self.lower[column], self.upper[column], self.beta[column]
            source = <const float *>self.row[s]
            for t in range(s + 1):
                self.gram[s, t] = self.gram[t, s] = source[self.member[t]]
            self.diagonal[s] = self.gram[s, s]
        self.size = n + count
        return 0

    cdef int _rows(self, Py_ssize_t start, Py_ssize_t count, Py_ssize_t known) except -1 nogil:
        """Kernel rows of the members start .. start + count, from column `known` to the last active one."""
        cdef Py_ssize_t s
        cdef Tiles tiles
        cdef float *samples
        if self.kernel.kind == PRECOMPUTED:
            for s in range(start, start + count):
                self._given_row(s, known)
            return 0
        allot(&tiles, count, loops.rows, self.panels.shape[1])
        samples = <float *>malloc(sizeof(float) * count * tiles.width)
        if samples == NULL:
            free(tiles.values)
            with gil:
                raise MemoryError
        self._left(samples, &tiles, start)
        self._right(&tiles, start, known)
        free(samples)
        free(tiles.values)
        return 0

    cdef void _given_row(self, Py_ssize_t s, Py_ssize_t known) noexcept nogil:
        cdef float *row = <float *>self.row[s]
        cdef Py_ssize_t k, i = self.sample[self.member[s]]
        for k in range(known, self.columns):
            row[k] = self.given[i, self.sample[k]] if self.sample[k] >= 0 else 0

    cdef void _left(self, float *samples, Tiles *tiles, Py_ssize_t start) noexcept nogil:
        """The members from `start` on as tiles; `samples` is room for them."""
        cdef Py_ssize_t s, k, lane, panel
        for s in range(tiles.n_rows):
            lane = self.member[start + s] % LANES
            panel = self.panel[self.member[start + s] // LANES]
            self.address[s] = <intptr_t>samples
            for k in range(tiles.width):
                samples[k] = self.panels[panel, k, lane]
            samples += tiles.width
        loops.tile(<const float **>&self.address[0], tiles)

    cdef void _right(self, Tiles *tiles, Py_ssize_t start, Py_ssize_t known) noexcept nogil:
        """The tiles times the panels beyond column `known`, one run of neighbouring panels after another."""
        cdef Py_ssize_t begin = known // LANES, end, s
        cdef Panels run
        run.width = tiles.width
        while begin < self.columns // LANES:
            end = begin + 1
            while end < self.columns // LANES and self.panel[end] == self.panel[end - 1] + 1:
                end += 1
            for s in range(tiles.n_rows):
                self.address[s] = self.row[start + s] + begin * LANES * <Py_ssize_t>sizeof(float)
            run.halves = NULL
            run.values, run.squares = &self.panels[self.panel[begin], 0, 0], &self.squares[self.panel[begin], 0]
            run.count = end - begin
            loops.kernel_rows(&self.kernel, &run, tiles, <float **>&self.address[0])
            begin = end

    # --- the active problem ----------------------------------------------------------------------------

    def load(self):
        """Fetch the members' residuals; `change` will hold the way from here."""
        self._load()

    cdef void _load(self) noexcept nogil:
        cdef Py_ssize_t s
        for s in range(self.size):
            self.r[s] = self.residual[self.member[s]]
            self.change[s] = -self.b[s]

    def optimise(self, double tolerance, Py_ssize_t max_steps):
        """Sequential minimal optimisation among the members; True when their gap is below the tolerance.

        It is `stalled` and true as well when rounding is all that is left of the gap.

        The pair (i, j): i with the largest residual that may rise, j with the largest gain to second order.
        Fan, Chen, Lin 2005, "Working set selection using second order information", WSS 2.
        """
        cdef bint reached
        with nogil:
            reached = self._optimise(tolerance, max_steps)
        return reached

    cdef bint _optimise(self, double tolerance, Py_ssize_t max_steps) noexcept nogil:
        cdef Py_ssize_t steps = 0, i, j, s
        cdef double top = -INFINITY, bottom = INFINITY, step, b_i, b_j
        self.stalled = False
        for s in range(self.size):
            self._mask(s)
            top = max(top, self.r[s] + self.rise[s])
            bottom = min(bottom, self.r[s] + self.fall[s])
        while steps < max_steps and top - bottom > tolerance:
            i = 0
            while self.r[i] + self.rise[i] != top:
                i += 1
            j = loops.partner(&self.r[0], &self.fall[0], &self.gram[i, 0], &self.diagonal[0], top,
                              self.diagonal[i], &self.gain[0], self.size)
            b_i, b_j = self.b[i], self.b[j]
            step = self._step(i, j)
            if b_i == self.b[i] and b_j == self.b[j] or top - bottom <= ROUNDING * max(1, abs(top)):
                self.stalled = True
                break
            loops.move(&self.r[0], &self.gram[i, 0], &self.gram[j, 0], step, &self.rise[0], &self.fall[0],
                       self.size, &top, &bottom)
            steps += 1
        self.steps += steps
        return self.stalled or not top - bottom > tolerance

    cdef inline void _mask(self, Py_ssize_t s) noexcept nogil:
        self.rise[s] = 0 if self.b[s] < self.high[s] else -INFINITY
        self.fall[s] = 0 if self.b[s] > self.low[s] else INFINITY

    cdef inline double _step(self, Py_ssize_t i, Py_ssize_t j) noexcept nogil:
        """Raise b_i and lower b_j by as much, to the optimum or to the first bound, which is met exactly."""
        cdef double curvature = self.diagonal[i] + self.diagonal[j] - 2 * <double>self.gram[i, j]
        cdef double room_i = self.high[i] - self.b[i], room_j = self.b[j] - self.low[j]
        cdef double step = min((self.r[i] - self.r[j]) / max(curvature, SMALLEST_CURVATURE), room_i, room_j)
        self.b[i] = self.high[i] if step == room_i else self.b[i] + step
        self.b[j] = self.low[j] if step == room_j else self.b[j] - step
        self._mask(i)
        self._mask(j)
        return step

    def store(self):
        """Write the variables back, bring the residuals of all samples up to date and measure the gap."""
        with nogil:
            self._store()

    cdef void _store(self) noexcept nogil:
        cdef Py_ssize_t s
        for s in range(self.size):
            self.beta[self.member[s]] = self.b[s]
            self.change[s] += self.b[s]
        self._add(0)
        self._measure()

    cdef void _add(self, Py_ssize_t known) noexcept nogil:
        """residual -= sum_s change_s K_s over the columns from `known` on."""
        cdef Py_ssize_t s, n = 0
        for s in range(self.size):
            if self.change[s] != 0:
                self.gain[n], self.address[n] = -self.change[s], self.row[s] + known * <Py_ssize_t>sizeof(float)
                n += 1
        if n:
            loops.add_rows(&self.residual[known], <const float **>&self.address[0], &self.gain[0], n,
                           self.columns - known)

    cdef void _measure(self) noexcept nogil:
        """The extreme residuals and the gap, over all samples."""
        cdef Py_ssize_t k
        cdef double top = -INFINITY, bottom = INFINITY
        for k in range(self.columns):
            if self.beta[k] < self.upper[k] and self.residual[k] > top:
                top = self.residual[k]
            if self.beta[k] > self.lower[k] and self.residual[k] < bottom:
                bottom = self.residual[k]
        self.top, self.bottom, self.gap = top, bottom, top - bottom

    # --- the solution ----------------------------------------------------------------------------------

    def dual_objective(self):
        """sum_i y_i b_i - 1/2 b'Kb, where y_i b_i = |b_i| and b'Kb = sum_i b_i (y_i - r_i)."""
        b, r = np.asarray(self.beta), np.asarray(self.residual)
        return 0.5 * float(np.sum(np.abs(b) + b * r))

    def intercept(self):
        """The mean residual of the free variables; without any, the middle of what is possible."""
        b, r = np.asarray(self.beta), np.asarray(self.residual)
        unbound = (b > self.lower) & (b < self.upper)
        if unbound.any():
            return float(r[unbound].mean())
        ends = [end for end in (self.top, self.bottom) if np.isfinite(end)]
        return float(np.mean(ends)) if ends else 0.0

    # --- small problems --------------------------------------------------------------------------------

    cdef int _restart(self, Py_ssize_t first, Py_ssize_t second, const double[::1] cost,
                      const intptr_t[::1] lanes) except -1 nogil:
        """Begin the problem of these two panels; all samples with a weight are members."""
        cdef Py_ssize_t k, at, count = 0
        cdef double sign
        self.panel[0], self.panel[1] = first, second
        self.columns, self.size, self.steps = 2 * LANES, 0, 0
        for k in range(2 * LANES):
            at = self.panel[k // LANES] * LANES + k % LANES
            sign = 1 if k < LANES else -1
            self.residual[k], self.beta[k], self.sample[k] = sign, 0, lanes[at]
            self.lower[k], self.upper[k] = min(sign * cost[at], 0), max(sign * cost[at], 0)
            if cost[at] > 0:
                self.member[count] = <int32_t>k
                count += 1
        self._meet(count)
        self._measure()
        return 0

    cdef void _finish(self, double tol, Py_ssize_t max_steps) noexcept nogil:
        """Close the gap among the members."""
        self.stalled = False
        while self.gap > tol and self.steps < max_steps and not self.stalled:
            self._load()
            self._optimise(max(0.1 * self.gap, 0.5 * tol), max_steps - self.steps)
            self._store()


def solve_small(panels, squares, const intptr_t[::1] lanes, const double[::1] cost, given,
                const intptr_t[:, ::1] pairs, double tol, Py_ssize_t max_steps, RowPool pool, **kernel):
    """Solve many pairs of classes that fill one panel each, as `PairSolver` solves one.

    Given   panels, squares: as `pack` returns them; lanes, cost: the sample and C of each lane
            given: the kernel matrix, if precomputed; pool: rows of at least 64 floats
            pairs (m, 2): the panels of both classes of each pair
    Result  the variables b and the residuals of their samples (m, 64), float64
            the largest residual that may rise and the smallest that may fall (m, 2), float64; steps (m,)

    For such a pair the way through Python takes a hundred times as long as its few steps.
    """
    cdef Py_ssize_t m, n = len(pairs)
    variables, residuals = np.empty((n, 2 * LANES)), np.empty((n, 2 * LANES))
    extremes, counts = np.empty((n, 2)), np.empty(n, np.int64)
    cdef double[:, ::1] b = variables, r = residuals, extreme = extremes
    cdef int64_t[::1] steps = counts
    room = np.zeros(2 * LANES)
    cdef PairSolver solver = PairSolver(panels, squares, np.zeros(2, np.intp), [1, -1], room, pool, **kernel,
                                        given=given, sample=np.zeros(2 * LANES, np.intp))
    rows = pool.take(2 * LANES)
    np.asarray(solver.row)[:] = rows
    try:
        with nogil:
            for m in range(n):
                solver._restart(pairs[m, 0], pairs[m, 1], cost, lanes)
                solver._finish(tol, max_steps)
                memcpy(&b[m, 0], &solver.beta[0], 2 * LANES * sizeof(double))
                memcpy(&r[m, 0], &solver.residual[0], 2 * LANES * sizeof(double))
                steps[m], extreme[m, 0], extreme[m, 1] = solver.steps, solver.top, solver.bottom
    finally:
        pool.give(rows)
    return variables, residuals, extremes, counts


cdef check_machine(counts, Py_ssize_t size, dual_shape, Py_ssize_t intercepts):
    """ValueError unless the arrays of a machine of `size` support vectors fit together."""
    K = len(counts)
    if dual_shape != (K - 1, size) or counts.sum() != size or intercepts != K * (K - 1) // 2:
        raise ValueError(
            f"a machine of {K} classes and {size} support vectors needs n_support that adds up to them, dual_coef "
            f"of shape {(K - 1, size)} and {K * (K - 1) // 2} intercepts; got a sum of {counts.sum()}, {dual_shape} "
            f"and {intercepts}")


cdef class Machine:
    """A trained one-vs-one machine: decision values and class scores of new samples.

        f_ij(x)    = sum_s b_s K(x_s, x) + c_ij    over the support vectors of classes i and j;  f_ji = -f_ij
        score_i(x)                                 how class i fares in its pairs, see `class_scores`

    Given   support_vectors (S, d), class by class; n_support (K,); dual_coef (K - 1, S), a support vector's
            b_s in each of its class's pairs, as LIBSVM lays them out; intercept (K (K - 1) / 2,), the c_ij
    Result  `decide`, `scores` or both by `evaluate`

    Each vector's kernel value is computed once for all pairs. A sample's results have the same bits whatever
    batch it comes in and however many threads work.

    One against one: Knerr, Personnaz, Dreyfus 1990; of the ways to decide with it: Hsu, Lin 2002, "A comparison
    of methods for multiclass support vector machines". The score agrees with its probabilities, votes do not.
    """

    cdef Kernel kernel
    cdef readonly Py_ssize_t n_classes, n_features, n_pairs
    cdef Py_ssize_t stride
    cdef object centre
    cdef const float[:, :, ::1] panels  # one of the two is empty
    cdef const uint16_t[:, :, ::1] halves
    cdef const float[:, ::1] squares
    cdef float[:, :, ::1] coef
    cdef double[::1] intercept
    cdef intptr_t[::1] first, counts

    def __init__(self, support_vectors, n_support, dual_coef, intercept, kernel="rbf", double gamma=1,
                 double coef0=0, int degree=3):
        support = np.asarray(support_vectors)  # float64 stays: what is near by may be far from the origin
        support = np.ascontiguousarray(support, np.float64 if support.dtype == np.float64 else np.float32)
        counts, dual = np.asarray(n_support, np.intp), np.asarray(dual_coef, np.float32)
        K = self.n_classes = len(counts)
        self.n_features, self.n_pairs = support.shape[1], K * (K - 1) // 2
        check_machine(counts, len(support), dual.shape, len(intercept))
        self.counts = counts
        self.kernel = kernel_of(kernel, gamma, coef0, degree)
        lanes, self.first = panel_order(counts, np.arange(len(support)))
        centre = centre_of(support, kernel)
        self.centre = centre if centre.any() else None
        self.intercept = np.array(intercept, float)
        if self.kernel.kind == LINEAR and self.centre is not None:
            at_centre = ((support - centre) @ centre)[None]
            self.intercept = pair_values(at_centre, counts, np.asarray(dual_coef, float), self.intercept)[0]
        packed, self.squares = pack(support, lanes, centre)
        self.panels, self.halves = halved(packed)
        self.stride = -(-(K - 1) // 16) * 16
        coef = aligned((len(lanes) // LANES, LANES, self.stride))
        coef[:] = 0
        coef.reshape(-1, self.stride)[lanes >= 0, :K - 1] = dual.T[lanes[lanes >= 0]]
        self.coef = coef

    def decide(self, X, int threads=1):
        """Values f_ij of the pairs (0, 1), (0, 2), ..., (n, K (K - 1) / 2) float64; f_ij > 0 votes for i."""
        return self.evaluate(X, threads)[0]

    def scores(self, X, int threads=1):
        """Class scores (n, K) float64, see `class_scores`."""
        return self._evaluated(X, None, threads)

    def evaluate(self, X, int threads=1):
        """Decision values and class scores of X (n, d); C-contiguous float32 is not copied."""
        values = np.empty((len(X), self.n_pairs))
        return values, self._evaluated(X, values, threads)

    def _evaluated(self, X, values, int threads):
        """The class scores of X; its decision values go into `values`, if given."""
        if np.ndim(X) != 2 or np.shape(X)[1] != self.n_features:
            raise ValueError(f"expected samples of shape (n, {self.n_features}), got {np.shape(X)}")
        X = np.asarray(X if self.centre is None else X - self.centre)
        if X.dtype != np.float32:
            with np.errstate(over="ignore"):  # `_evaluate` tells whether it matters
                X = X.astype(np.float32)
        X = np.ascontiguousarray(X)
        n = len(X)
        scores = np.empty((n, self.n_classes))
        if n < 2 * BLOCK or threads < 2:
            self._evaluate(X, values, scores)
            return scores
        # in pieces of about 16 blocks: a thread that is late leaves more of them to the others
        starts = range(0, n, BLOCK * max(1, min(16, n // (BLOCK * threads))))
        pieces = [slice(start, start + starts.step) for start in starts]
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda piece: self._evaluate(
                X[piece], None if values is None else values[piece], scores[piece]), pieces))
        return scores

    def _evaluate(self, const float[:, ::1] samples, double[:, ::1] values, double[:, ::1] score):
        cdef Py_ssize_t start = 0, n = samples.shape[0], block = min(n, BLOCK), one = self.n_classes * self.stride
        cdef Py_ssize_t size = 1 if n == 1 else loops.rows, padded
        cdef Tiles tiles
        cdef float *section
        cdef double *f
        cdef double *row
        cdef double[::1] least = np.empty(self.n_classes)
        cdef bint finite = True
        if n == 0:
            return
        block = min(block, max(size, MOST_SECTIONS // one))
        padded = multiple(block, size)
        with nogil:
            allot(&tiles, block, size, self.n_features)
            row = <double *>malloc(self.n_pairs * sizeof(double) + padded * one * sizeof(float))
            section = <float *>(row + self.n_pairs)
            if row == NULL:
                free(tiles.values)
                with gil:
                    raise MemoryError
            while start < n:
                tiles.n_rows = min(block, n - start)
                self._tile(&samples[start, 0], &tiles)
                self._sections(&tiles, padded * self.stride, section)
                f = row if values is None else &values[start, 0]
                finite &= self._pairs(section, padded * self.stride, tiles.n_rows, f,
                                      0 if values is None else self.n_pairs, &least[0], &score[start, 0])
                start += tiles.n_rows
            free(row)
            free(tiles.values)
        if not finite:
            raise ValueError("the kernel overflows on these samples: scale them as the training samples were")

    cdef void _tile(self, const float *samples, Tiles *tiles) noexcept nogil:
        cdef const float *rows[BLOCK_ROWS]
        cdef Py_ssize_t r
        for r in range(tiles.n_rows):
            rows[r] = samples + r * tiles.width
        loops.tile(rows, tiles)

    cdef void _sections(self, Tiles *tiles, Py_ssize_t size, float *section) noexcept nogil:
        """section[i, r, m]: what the support vectors of class i say of sample r against its m-th rival."""
        cdef Py_ssize_t i
        cdef Panels panels
        panels.width, panels.halves, panels.values = self.n_features, NULL, NULL
        memset(section, 0, self.n_classes * size * sizeof(float))
        for i in range(self.n_classes):
            panels.count = self.first[i + 1] - self.first[i]
            panels.samples = self.counts[i]
            if panels.count:
                if self.halves.shape[0]:
                    panels.halves = &self.halves[self.first[i], 0, 0]
                else:
                    panels.values = &self.panels[self.first[i], 0, 0]
                panels.squares = &self.squares[self.first[i], 0]
                loops.decide(&self.kernel, &panels, tiles, &self.coef[self.first[i], 0, 0], self.stride,
                             section + i * size)

    cdef bint _pairs(self, const float *section, Py_ssize_t size, Py_ssize_t n, double *f, Py_ssize_t step,
                     double *least, double *score) noexcept nogil:
        """f_ij = both classes' sections + intercept, and the scores of the classes; whether all f_ij are finite.

        The values of the next sample are `step` further on.
        """
        cdef Py_ssize_t _r, i, j, pair
        cdef double none = 0
        for _r in range(n):
            pair = 0
            for i in range(self.n_classes):
                for j in range(i + 1, self.n_classes):
                    f[pair] = <double>section[i * size + j - 1] + section[j * size + i] + self.intercept[pair]
                    none += 0 * f[pair]  # not a number, where f is none or infinite
                    pair += 1
            score_pairs(f, self.n_classes, least, score)
            section += self.stride
            f += step
            score += self.n_classes
        return none == 0


cdef struct Opinion:
    # what is made of the scores of two machines, log-odds = own * one's score + other * score of the other one
    double own, other
    const double *score  # of the other one


cdef struct Pair:
    int32_t i, j  # two classes, i < j


cdef struct Work:
    int16_t *sample  # rounded
    float square, factor  # its squared norm, and what its inner products are multiplied with
    float *view  # samples times the projection
    int32_t *rows  # support vectors whose kernel values are needed next
    Pair *pairs  # and the pairs of classes that need them
    float *value  # kernel values of the support vectors, and
    float *near  # of the landmarks alone
    uint64_t *known  # which values are known, WORD of them in a number, and
    uint64_t *wanted  # which are needed
    float *terms
    float *rough  # the margins that the sketch gives
    double *margin  # the margins as far as they are known
    double *least  # the smallest of each class, and
    double *odds  # the log-odds of the classes
    uint8_t *whole  # whether the margins are more than the sketch's, or will be


cdef class ByteMachine:
    """A trained one-vs-one machine with a Gaussian kernel that tells single samples apart at once.

    Given   vectors (S, d) uint8, step and offset (d,): the support vectors are step * vectors + offset
            n_support, dual_coef, intercept, gamma: as in `Machine`, the coefficients rounded to half precision
            landmarks, terms, pairs, start: a sketch of its margins, see `sketch.Sketch`
            reach: the class scores that are a unit of log-odds
            projection (e, d): what samples are multiplied with first, rounded to half precision; none: e is d
    Result  `scores`

    The sketch gives all margins f_ij to about 0.1. From then on only those are computed from their support vectors on
    which the score of a class hangs that may be the right one, until no other does. A sample is rounded to 16 bits.
    Its scores have the same bits whatever batch it comes in.
    """

    cdef readonly Py_ssize_t n_classes, n_features, n_pairs
    cdef Py_ssize_t width  # of the support vectors
    cdef Py_ssize_t seen  # numbers of a projected sample
    cdef const uint8_t[:, ::1] projection  # bytes of `numbers`, as are
    cdef Bytes bytes
    cdef int8_t[:, ::1] vectors  # class by class, its landmarks first; empty rows up to the next multiple of WORD
    cdef int64_t[::1] first  # row of each class, and their number
    cdef float[::1] squares, step, middle
    cdef float most
    cdef double reach
    cdef const uint8_t[:, ::1] coef  # of (K - 1, rows): of a class's vectors against each rival; and
    cdef uint64_t[:, ::1] marks  # which are not 0, WORD of them in a number
    cdef float[::1] intercept
    cdef int32_t[::1] landmarks  # their rows, and
    cdef uint64_t[::1] marked  # which they are
    cdef Py_ssize_t rank  # sums that the sketch makes of the landmarks
    cdef const uint8_t[:, ::1] terms, pairs
    cdef float[::1] start
    cdef object rooms  # memory of calls that have ended

    def __init__(self, vectors, step, offset, n_support, dual_coef, intercept, double gamma, landmarks, terms, pairs,
                 start, double reach=1, projection=None):
        counts = np.asarray(n_support, np.intp)
        K = self.n_classes = len(counts)
        self.width, self.n_pairs = vectors.shape[1], K * (K - 1) // 2
        check_machine(counts, len(vectors), np.shape(dual_coef), len(intercept))
        self.n_features = self.width if projection is None else len(projection)
        self.seen = self.width if projection is None else multiple(self.width, 16)
        self.projection = np.empty((0, 0), np.uint8) if projection is None else numbers(
            projection, (self.n_features, self.seen))
        dual = np.asarray(dual_coef).astype(np.float16, copy=False)
        self.first, place = rows_of(counts, landmarks, dual.view(np.uint16) != 0)
        size = self.first[self.n_classes]
        rows = aligned((size, multiple(self.width, 16)), np.int8)
        rows[...] = 0
        rows[place, :self.width] = np.bitwise_xor(vectors, 128).view(np.int8)
        self.vectors, self.step = rows, np.array(step, np.float32)
        self.middle = np.asarray(offset + 128 * np.asarray(step, float), np.float32)
        self.squares = squares_of(rows, self.step)
        self.bytes.vectors, self.bytes.squares = &self.vectors[0, 0], &self.squares[0]
        self.bytes.width, self.bytes.gamma = rows.shape[1], gamma
        self.most = min(32767, 2 ** 31 // (128 * self.width) - 1)  # inner products stay within 32 bits
        coef, chosen = np.zeros((K - 1, size), np.float16), np.zeros((1, size), bool)
        coef[:, place] = dual
        self.coef, self.marks = numbers(coef, coef.shape), marks_of(coef.view(np.uint16) != 0)
        self.landmarks = place[landmarks]
        chosen[0, self.landmarks] = True
        self.marked = marks_of(chosen)[0]
        self.intercept = np.array(intercept, np.float32)
        self.reach, self.rooms = reach, []
        self.rank, places = multiple(terms.shape[1], 16), multiple(self.n_pairs, 16)
        self.terms, self.pairs = numbers(terms, (len(landmarks), self.rank)), numbers(pairs, (self.rank, places))
        self.start = np.append(start, np.zeros(places - self.n_pairs)).astype(np.float32)

    def scores(self, X):
        """Class scores (n, K) float64 of X (n, d), see `class_scores`."""
        cdef cnp.ndarray samples = self._samples(X), scores, room = self._room()
        cdef Py_ssize_t r, start = 0, n = samples.shape[0]
        cdef const float *sample = floats(samples)
        cdef const float *view
        cdef double *score
        cdef Work work
        cdef Opinion opinion
        self._layout(<uint8_t *>cnp.PyArray_DATA(room), &work)
        scores = empty(n, self.n_classes, cnp.NPY_FLOAT64)
        score = <double *>cnp.PyArray_DATA(scores)
        opinion.own, opinion.other, opinion.score = 1 / self.reach, 0, score
        with nogil:
            while start < n:
                view = self._view(sample + start * self.n_features, min(n - start, AT_ONCE), &work)
                for r in range(start, min(n, start + AT_ONCE)):
                    self._begin(view + (r - start) * self.seen, &work, score)
                    self._finish(&work, &opinion, score)
                    score += self.n_classes
                    opinion.score = score
                start += AT_ONCE
        self.rooms.append(room)
        return scores

    cdef cnp.ndarray _samples(self, X):
        """X (n, d) as floats."""
        cdef cnp.ndarray samples = as_floats(X)
        if samples.ndim != 2 or samples.shape[1] != self.n_features:
            raise ValueError(f"expected samples of shape (n, {self.n_features}), got {np.shape(X)}")
        return samples

    cdef cnp.ndarray _room(self):
        """Memory for `_layout`."""
        try:
            return self.rooms.pop()
        except IndexError:
            return np.zeros(self._layout(NULL, NULL), np.uint8)

    cdef const float *_view(self, const float *samples, Py_ssize_t n, Work *work) noexcept nogil:
        """At most AT_ONCE samples as the support vectors are, `seen` numbers each."""
        if not self.projection.shape[0]:
            return samples
        self._project(samples, n, work.view)
        return work.view

    cdef void _project(self, const float *samples, Py_ssize_t n, float *view) noexcept nogil:
        """n samples times the projection, in half precision."""
        cdef Py_ssize_t k = 0, r
        memset(view, 0, sizeof(float) * n * self.seen)
        while k < self.n_features:
            for r in range(n):
                loops.weigh(samples + r * self.n_features + k, min(self.n_features - k, PART), &self.projection[k, 0],
                            self.seen, view + r * self.seen, view + r * self.seen)
            k += PART
        loops.round_to_half(view, n * self.seen)

    cdef Py_ssize_t _layout(self, uint8_t *memory, Work *work) noexcept nogil:
        """Where in `memory` what stands; returns the bytes that it takes."""
        cdef Py_ssize_t count = self.squares.shape[0], words = count // WORD
        cdef Work place
        place.margin = <double *>memory
        place.least = place.margin + self.n_pairs
        place.odds = place.least + self.n_classes
        place.known = <uint64_t *>(place.odds + self.n_classes)
        place.wanted = place.known + words
        place.view = <float *>(place.wanted + words)
        place.value = place.view + AT_ONCE * self.seen
        place.near = place.value + count
        place.terms = place.near + self.landmarks.shape[0]
        place.rough = place.terms + self.rank
        place.rows = <int32_t *>(place.rough + self.start.shape[0])
        place.pairs = <Pair *>(place.rows + count + 2 * LANES)
        place.sample = <int16_t *>(place.pairs + self.n_pairs)
        place.whole = <uint8_t *>(place.sample + self.bytes.width)
        if work != NULL:
            work[0] = place
        return place.whole + self.n_pairs - memory

    cdef void _begin(self, const float *x, Work *work, double *score) noexcept nogil:
        """The scores of one sample by the sketch."""
        work.factor = loops.byte_sample(x, &self.middle[0], &self.step[0], self.width, self.most, work.sample,
                                        &work.square)
        memset(work.whole, False, self.n_pairs)
        self._sketch(work)
        score_pairs(work.margin, self.n_classes, work.least, score)

    cdef void _finish(self, Work *work, const Opinion *opinion, double *score) noexcept nogil:
        """The scores of one sample, from those of the sketch."""
        cdef Py_ssize_t n = self._wanted(work, opinion, score)
        while n:
            self._settle(work, n)
            score_pairs(work.margin, self.n_classes, work.least, score)
            n = self._wanted(work, opinion, score)

    cdef void _sketch(self, Work *work) noexcept nogil:
        """All margins, from the kernel values of the landmarks."""
        cdef Py_ssize_t k, count = self.landmarks.shape[0]
        memcpy(work.rows, &self.landmarks[0], sizeof(int32_t) * count)
        memcpy(work.known, &self.marked[0], sizeof(uint64_t) * self.marked.shape[0])
        loops.byte_kernel(&self.bytes, work.sample, work.square, work.factor, work.rows, count, work.value)
        for k in range(count):
            work.near[k] = work.value[self.landmarks[k]]
        memset(work.terms, 0, sizeof(float) * self.rank)
        loops.weigh(work.near, count, &self.terms[0, 0], self.rank, work.terms, work.terms)
        loops.weigh(work.terms, self.rank, &self.pairs[0, 0], self.start.shape[0], &self.start[0], work.rough)
        for k in range(self.n_pairs):
            work.margin[k] = work.rough[k]

    cdef Py_ssize_t _wanted(self, Work *work, const Opinion *opinion, const double *score) noexcept nogil:
        """Into `work.pairs` what the scores so far hang on and is only sketched; returns how many."""
        cdef Py_ssize_t i, j, pair, alike = 0, n = 0, K = self.n_classes
        cdef double best = -INFINITY, limit
        for i in range(K):
            work.odds[i] = opinion.own * score[i] + opinion.other * opinion.score[i]
            best = max(best, work.odds[i])
        for i in range(K):
            alike += best - work.odds[i] < FAR
        for i in range(K):
            if alike == 1 or best - work.odds[i] >= FAR:
                continue
            limit = work.least[i] + TIGHT
            if best - work.odds[i] < NEAR:
                limit = max(work.least[i], 0) + LOOSE
            for j in range(K):
                pair = pair_of(K, i, j) if j != i else 0
                if j != i and not work.whole[pair] and margin_of(work.margin, K, i, j) < limit:
                    work.pairs[n].i, work.pairs[n].j = <int32_t>min(i, j), <int32_t>max(i, j)
                    work.whole[pair] = True
                    n += 1
        return n

    cdef void _settle(self, Work *work, Py_ssize_t n) noexcept nogil:
        """The margins of the first n of `work.pairs`, from their support vectors."""
        cdef Py_ssize_t k, pair, needed, words = self.marked.shape[0]
        cdef Pair two
        memset(work.wanted, 0, sizeof(uint64_t) * words)
        for k in range(n):
            self._want(work.pairs[k].i, work.pairs[k].j, work)
            self._want(work.pairs[k].j, work.pairs[k].i, work)
        needed = loops.collect(work.wanted, work.known, words, work.rows)
        loops.byte_kernel(&self.bytes, work.sample, work.square, work.factor, work.rows, needed, work.value)
        for k in range(n):
            two = work.pairs[k]
            pair = pair_of(self.n_classes, two.i, two.j)
            work.margin[pair] = self.intercept[pair] + self._against(two.i, two.j, work) + self._against(
                two.j, two.i, work)

    cdef void _want(self, Py_ssize_t own, Py_ssize_t rival, Work *work) noexcept nogil:
        """Mark in `work.wanted` what class `own` needs against a rival."""
        cdef Py_ssize_t word
        cdef const uint64_t *marks = &self.marks[rival - (rival > own), 0]
        for word in range(self.first[own] // WORD, self.first[own + 1] // WORD):
            work.wanted[word] |= marks[word]

    cdef float _against(self, Py_ssize_t own, Py_ssize_t rival, const Work *work) noexcept nogil:
        """What the support vectors of class `own` say against a rival; those not computed yet have no weight."""
        cdef Py_ssize_t start = self.first[own]
        cdef Py_ssize_t row = rival - (rival > own)
        return loops.weighted(&self.coef[row, 0] + start * loops.number, &self.marks[row, 0] + start // WORD,
                              work.value + start, self.first[own + 1] - start)


def scores_of_both(ByteMachine first, ByteMachine second, X, Y, double share):
    """Class scores of two machines of the same classes for two views of the same samples, X (n, d) and Y (n, e).

    Given   share: how much the log-odds of the second machine will count beside those of the first, 0 to 1
    Result  scores of the first and of the second, (n, K) float64 each

    A class must be likely by both together: a margin on which only one of them hangs is not computed.
    """
    cdef cnp.ndarray x = first._samples(X), y = second._samples(Y), room = first._room(), more = second._room()
    cdef Py_ssize_t r, start = 0, n = x.shape[0], K = first.n_classes
    if second.n_classes != K or y.shape[0] != n:
        raise ValueError(f"expected {n} samples of {K} classes, got {y.shape[0]} of {second.n_classes}")
    cdef cnp.ndarray shares = empty(n, K, cnp.NPY_FLOAT64), others = empty(n, K, cnp.NPY_FLOAT64)
    cdef double *score = <double *>cnp.PyArray_DATA(shares)
    cdef double *other = <double *>cnp.PyArray_DATA(others)
    cdef const float *one = floats(x)
    cdef const float *two = floats(y)
    cdef const float *view
    cdef const float *second_view
    cdef Work work, second_work
    cdef Opinion opinion, second_opinion
    first._layout(<uint8_t *>cnp.PyArray_DATA(room), &work)
    second._layout(<uint8_t *>cnp.PyArray_DATA(more), &second_work)
    opinion.own = second_opinion.other = (1 - share) / first.reach
    opinion.other = second_opinion.own = share / second.reach
    with nogil:
        while start < n:
            view = first._view(one + start * first.n_features, min(n - start, AT_ONCE), &work)
            second_view = second._view(two + start * second.n_features, min(n - start, AT_ONCE), &second_work)
            for r in range(start, min(n, start + AT_ONCE)):
                opinion.score, second_opinion.score = other, score
                first._begin(view + (r - start) * first.seen, &work, score)
                second._begin(second_view + (r - start) * second.seen, &second_work, other)
                first._finish(&work, &opinion, score)
                second._finish(&second_work, &second_opinion, other)
                score += K
                other += K
            start += AT_ONCE
    first.rooms.append(room)
    second.rooms.append(more)
    return shares, others


cdef Py_ssize_t multiple(Py_ssize_t count, Py_ssize_t of) noexcept nogil:
    """The smallest multiple of `of` that is not below `count`."""
    return (count + of - 1) // of * of


cdef numbers(array, shape):
    """A matrix rounded to half precision, as `loops` take it: its bytes; zero where `array` does not reach."""
    room = np.zeros(shape, np.float16)
    room[:array.shape[0], :array.shape[1]] = array
    return room.astype(np.float16 if loops.number == 2 else np.float32, copy=False).view(np.uint8)


cdef inline Py_ssize_t pair_of(Py_ssize_t n_classes, Py_ssize_t i, Py_ssize_t j) noexcept nogil:
    """Where the pair of classes i and j stands among all."""
    cdef Py_ssize_t low = min(i, j), high = max(i, j)
    return low * (2 * n_classes - low - 1) // 2 + high - low - 1


cdef inline double margin_of(const double *f, Py_ssize_t n_classes, Py_ssize_t i, Py_ssize_t j) noexcept nogil:
    """f_ij, with f_ji = -f_ij."""
    cdef double value = f[pair_of(n_classes, i, j)]
    return value if i < j else -value


cdef squares_of(const int8_t[:, ::1] rows, const float[::1] step):
    """Squared norms (S,) float32 of rows (S, d or more) times step (d,)."""
    cdef Py_ssize_t i, k
    cdef float total
    found = np.empty(rows.shape[0], np.float32)
    cdef float[::1] square = found
    with nogil:
        for i in range(rows.shape[0]):
            total = 0
            for k in range(step.shape[0]):
                total += (step[k] * rows[i, k]) * (step[k] * rows[i, k])
            square[i] = total
    return found


cdef rows_of(counts, landmarks, chosen):
    """Rows of support vectors when each class begins with a multiple of WORD and with its landmarks.

    Given   counts (K,) of each class; landmarks (m,): some vectors
            chosen (K - 1, S): which rivals a vector speaks against
    Result  row of each class, and their number, (K + 1,); row of each vector (S,) int32

    Within a class those are neighbours that speak against the same rivals, first against that which most speak
    against: half of the blocks of LANES rows then hold none against a rival, of rows in any order a tenth.
    """
    class_of = np.repeat(np.arange(len(counts)), counts)
    first = np.concatenate([[0], np.cumsum([multiple(count, WORD) for count in counts])])
    later, place = np.ones(len(class_of), bool), np.empty(len(class_of), np.int32)
    later[landmarks] = False
    begin = np.cumsum(counts) - counts
    shift, key = first[:len(counts)] - begin, np.empty(len(class_of))
    for own in map(slice, begin, begin + counts):
        rank = np.argsort(np.argsort(-chosen[:, own].sum(axis=1)))
        key[own] = -(0.5 ** rank @ chosen[:, own])
    place[np.lexsort((key, later, class_of))] = np.arange(len(class_of)) + shift[class_of]
    return first.astype(np.int64), place


cdef marks_of(chosen):
    """Which are chosen (n, a multiple of WORD): bits of uint64 numbers, the first the lowest."""
    return np.packbits(chosen, axis=1, bitorder="little").view("<u8").astype(np.uint64)


cdef void score_pairs(const double *f, Py_ssize_t n_classes, double *least, double *score) noexcept nogil:
    """The smallest margin of each class of one sample, and the classes' scores, from the values of its pairs."""
    cdef Py_ssize_t i
    loops.compare(f, n_classes, least, score)
    for i in range(n_classes):
        score[i] = least[i] + LOST * score[i]


def class_scores(const double[:, ::1] values, Py_ssize_t n_classes):
    """Class scores (n, K) float64 from pair values (n, K (K - 1) / 2).

    score_i = min_j f_ij + LOST sum_j min(0, f_ij), with f_ji = -f_ij: the smallest margin by which i wins a pair,
    and what it loses by. A class that wins all pairs is the first either way; the sum tells the others apart, of
    which the smallest margin says little: `1`, where it loses to `/` alone, is behind all that lose to many.
    """
    scores = np.empty((len(values), n_classes))
    cdef double[:, ::1] score = scores
    cdef double[::1] least = np.empty(n_classes)
    cdef Py_ssize_t r
    for r in range(values.shape[0]):
        score_pairs(&values[r, 0], n_classes, &least[0], &score[r, 0])
    return scores


def pair_values(kernel, n_support, dual_coef, intercept):
    """Pair values (n, K (K - 1) / 2) float64 from kernel values (n, S) float64 and the arrays of a `Machine`."""
    cut = np.concatenate([[0], np.cumsum(n_support)])
    values, pair = np.empty((len(kernel), len(intercept))), np.zeros((len(n_support), len(n_support)), np.intp)
    pair[np.triu_indices(len(n_support), 1)] = np.arange(len(intercept))
    for i in range(len(n_support)):
        own = slice(cut[i], cut[i + 1])
        share = np.einsum("ns,ms->nm", kernel[:, own], dual_coef[:, own])  # because a BLAS looks at the batch
        values[:, pair[:i, i]] += share[:, :i]
        values[:, pair[i, i + 1:]] = share[:, i:]
    return values + intercept


def far_from_origin(X, double deviations):
    """Whether the mean of samples X (n, d) is longer than so many standard deviations."""
    mean = X.mean(axis=0, dtype=np.float64)
    variance = np.einsum("nd,nd->", X, X, dtype=np.float64) / len(X) - mean @ mean
    return bool(mean @ mean > deviations * deviations * variance)


def centre_of(X, kernel):
    """What to subtract from samples X (n, d) so that float32 distances between them stay precise, (d,) float64.

    Zero unless the data lie far from the origin, seen from their spread: then zero features stay zero, and
    tiles leave them out. The polynomial kernel may not be shifted; the linear one may, as sum_s b_s = 0: the
    centred machine's intercept is the value of the pair at the centre, and the machine's is that at the origin.
    """
    if kernel in ("rbf", "linear") and len(X) and far_from_origin(X, 4):
        return X.mean(axis=0, dtype=np.float64)
    return np.zeros(X.shape[1])


def compress(const real[:, ::1] X):
    """The values of X (n, d) that are not zero, row by row: values and features (m,), starts (n + 1,)."""
    cdef Py_ssize_t i, k, m = 0, n = X.shape[0], width = X.shape[1]
    starts = np.zeros(n + 1, np.int64)
    cdef int64_t[::1] start = starts
    with nogil:
        for i in range(n):
            for k in range(width):
                m += X[i, k] != 0
            start[i + 1] = m
    values, features = np.empty(max(m, 1), np.float32), np.empty(max(m, 1), np.int32)
    cdef float[::1] value = values
    cdef int32_t[::1] feature = features
    with nogil:
        m = 0
        for i in range(n):
            for k in range(width):
                if X[i, k] != 0:
                    value[m], feature[m] = <float>X[i, k], <int32_t>k
                    m += 1
    return values, features, starts


def hinge_epoch(rows, const int64_t[::1] order, const float[:, ::1] targets, double rate, double decay,
                float[:, ::1] weights, double[:, ::1] bias, double[:, ::1] weight_sum=None):
    """One pass of stochastic gradient descent on the primal hinge losses of all classes at once.

        minimise    alpha |w_c|^2 + mean_i max(0, 1 - y_ic (w_c . x_i - b_c))      for each class c
        step        w_c -> decay w_c + rate y_ic x_i   and   b_c -> b_c - rate y_ic
                    where y_ic (w_c . x_i - b_c) < 1, else w_c -> decay w_c;   decay = 1 - 2 rate alpha

    Given   rows: the samples as `compress` returns them; order: which of them to visit
            targets (n, lanes): y_ic as 1 or -1, or 0 for an unused lane; lanes is a multiple of 16
            weights (d, lanes), bias (2, lanes): changed in place; bias[0] is b
            weight_sum (d, lanes): if given, the weights after each step are added to it, and b to bias[1]
    Result  the sum of the losses met on the way

    The weights are kept as a scalar times a vector (Shalev-Shwartz, Singer, Srebro 2007, "Pegasos"), and their
    sum follows from one more vector (Xu 2011, "Towards optimal one pass large scale learning with averaged
    stochastic gradient descent").
    """
    cdef const float[::1] values = rows[0]
    cdef const int32_t[::1] feature = rows[1]
    cdef const int64_t[::1] start = rows[2]
    cdef float[:, ::1] lag
    cdef float *owed = NULL
    cdef double *total = NULL
    cdef double loss = 0
    if weight_sum is not None:
        lag = np.zeros((weights.shape[0], weights.shape[1]), np.float32)
        owed, total = &lag[0, 0], &weight_sum[0, 0]
    if order.shape[0]:
        with nogil:
            loss = loops.hinge_epoch(&values[0], &feature[0], &start[0], &order[0], order.shape[0],
                                     &targets[0, 0], targets.shape[1], weights.shape[0], rate, decay,
                                     &weights[0, 0], &bias[0, 0], owed, total)
    return loss
