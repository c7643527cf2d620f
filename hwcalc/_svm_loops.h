/* The inner loops of the solver. _svm_simd.h includes this file once per instruction set, with
 * NAME(x) the decorated name, TARGET the function attribute, WIDTH the floats in a vector and
 * ROWS the kernel rows computed together; ROWS * LANES / WIDTH vectors must fit the registers. */

#define VECTORS (LANES / WIDTH)

#if defined(__GNUC__)
typedef float NAME(vec) __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
typedef int32_t NAME(ivec) __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
#else
#error "the solver needs vector extensions: GCC, Clang or clang-cl"
#endif
#define VEC NAME(vec)
#define IVEC NAME(ivec)

/* acc[r] += sum over the steps t of values[t][r] * panel[feature[t]], always in the order of the
 * features: an inner product has the same bits whichever rows and panels it is computed with. */
TARGET static inline void NAME(products)(const float *panel, const float *values, const int32_t *feature,
                                         Py_ssize_t steps, int rows, VEC acc[ROWS][VECTORS]) {
    for (Py_ssize_t t = 0; t < steps; t++) {
        const VEC *column = (const VEC *)(panel + (Py_ssize_t)feature[t] * LANES);
        for (int v = 0; v < VECTORS; v++)
            for (int r = 0; r < rows; r++) acc[r][v] += values[t * rows + r] * column[v];
    }
}

/* 2^x for x <= 0 with a relative error of 1e-7: 2^round(x) through the exponent bits, the rest by a
 * minimax polynomial that is exactly 1 at 0, so that K(x, x) = 1. Below 2^-126 the result is 0. */
TARGET static inline VEC NAME(power_of_two)(VEC x) {
    IVEC normal = x > -125.5f;
    x = (VEC)((IVEC)x & normal);
    IVEC whole = __builtin_convertvector(x - 0.5f, IVEC);
    VEC rest = x - __builtin_convertvector(whole, VEC);
    VEC power = rest * 0.001326472731307149f + 0.009671512991189957f;
    power = power * rest + 0.05550733581185341f;
    power = power * rest + 0.24022242426872253f;
    power = power * rest + 0.6931470036506653f;
    power = power * rest + 1.0f;
    VEC scale = (VEC)((whole + 127) << 23);
    return (VEC)((IVEC)(power * scale) & normal);
}

/* The kernel value of each inner product; `square` and `squares` are the squared norms for RBF. */
TARGET static inline VEC NAME(kernel_value)(const Kernel *kernel, VEC product, float square, VEC squares) {
    if (kernel->kind == RBF) {
        VEC distance = square + squares - 2.0f * product;
        distance = (VEC)((IVEC)distance & (distance > 0.0f));
        return NAME(power_of_two)(distance * (-1.44269504f * kernel->gamma));
    }
    if (kernel->kind == POLYNOMIAL) {
        VEC base = kernel->gamma * product + kernel->coef0, value = base * 0.0f + 1.0f;
        for (int degree = kernel->degree; degree > 0; degree >>= 1) {
            if (degree & 1) value *= base;
            base *= base;
        }
        return value;
    }
    return product;
}

/* section[r][m] += sum over the lanes of value[r][lane] * coef[lane][m]: the share of one panel of support
 * vectors in the decision values of `rows` samples. m runs over `stride` entries, a multiple of LANES / 4. */
TARGET static inline void NAME(combine)(const float *value, const float *coef, Py_ssize_t stride, int rows,
                                        float *section) {
    for (Py_ssize_t m = 0; m < stride; m += WIDTH) {
        VEC sum[ROWS];
        for (int r = 0; r < rows; r++) sum[r] = (VEC){0};
        for (int lane = 0; lane < LANES; lane++)
            for (int r = 0; r < rows; r++)
                sum[r] += value[r * LANES + lane] * *(const VEC *)(coef + lane * stride + m);
        for (int r = 0; r < rows; r++) *(VEC *)(section + r * stride + m) += sum[r];
    }
}

/* Rows in tiles of `size`; a tile lists only the features in which one of its rows is not zero.
 * values: tiles * width * size floats, feature: tiles * width, steps: tiles. */
TARGET static void NAME(tile)(const float *const *rows, Py_ssize_t n_rows, Py_ssize_t size, Py_ssize_t width,
                              float *values, int32_t *feature, int32_t *steps) {
    for (Py_ssize_t first = 0; first < n_rows; first += size) {
        Py_ssize_t step = 0, used = n_rows - first < size ? n_rows - first : size;
        for (Py_ssize_t k = 0; k < width; k++) {
            int any = 0;
            for (Py_ssize_t r = 0; r < used; r++) any |= rows[first + r][k] != 0.0f;
            if (!any) continue;
            for (Py_ssize_t r = 0; r < size; r++)
                values[step * size + r] = r < used ? rows[first + r][k] : 0.0f;
            feature[step++] = (int32_t)k;
        }
        *steps++ = (int32_t)step;
        values += width * size;
        feature += width;
    }
}

/* out[r][0 .. LANES * n_panels) = kernel of tiled row r with every sample of the panels. */
TARGET static void NAME(kernel_rows)(const Kernel *kernel, const float *panels, const float *squares,
                                     Py_ssize_t n_panels, Py_ssize_t width, const float *values,
                                     const int32_t *feature, const int32_t *steps, const float *row_squares,
                                     Py_ssize_t n_rows, float *const *out) {
    for (Py_ssize_t p = 0; p < n_panels; p++) {
        const float *panel = panels + p * width * LANES;
        for (Py_ssize_t first = 0; first < n_rows; first += ROWS) {
            Py_ssize_t tile = first / ROWS;
            VEC acc[ROWS][VECTORS] = {{{0}}};
            NAME(products)(panel, values + tile * width * ROWS, feature + tile * width, steps[tile], ROWS, acc);
            for (int r = 0; r < ROWS && first + r < n_rows; r++) {
                VEC *target = (VEC *)(out[first + r] + p * LANES);
                for (int v = 0; v < VECTORS; v++)
                    target[v] = NAME(kernel_value)(kernel, acc[r][v], row_squares[first + r],
                                                   ((const VEC *)(squares + p * LANES))[v]);
            }
        }
    }
}

/* sum[k] += sum over r of weight[r] * rows[r][k]: a block of the sums stays in the cache meanwhile. */
TARGET static void NAME(add_rows)(double *sum, const float *const *rows, const double *weight,
                                  Py_ssize_t n_rows, Py_ssize_t length) {
    for (Py_ssize_t from = 0; from < length; from += 1024) {
        Py_ssize_t to = from + 1024 < length ? from + 1024 : length;
        Py_ssize_t r = 0;
        for (; r + 4 <= n_rows; r += 4) {
            const float *a = rows[r], *b = rows[r + 1], *c = rows[r + 2], *d = rows[r + 3];
            double wa = weight[r], wb = weight[r + 1], wc = weight[r + 2], wd = weight[r + 3];
#pragma omp simd
            for (Py_ssize_t k = from; k < to; k++) sum[k] += wa * a[k] + wb * b[k] + wc * c[k] + wd * d[k];
        }
        for (; r < n_rows; r++) {
            const float *a = rows[r];
            double wa = weight[r];
#pragma omp simd
            for (Py_ssize_t k = from; k < to; k++) sum[k] += wa * a[k];
        }
    }
}

/* One SMO step seen from the residuals: residual -= step * (row_i - row_j); returns in top and bottom
 * the largest residual that may rise and the smallest that may fall (their masks hold 0 or -/+inf). */
TARGET static void NAME(move)(double *residual, const float *row_i, const float *row_j, double step,
                              const double *rise, const double *fall, Py_ssize_t length, double *top,
                              double *bottom) {
    double most = -INFINITY, least = INFINITY;
#pragma omp simd reduction(max : most) reduction(min : least)
    for (Py_ssize_t k = 0; k < length; k++) {
        double value = residual[k] - step * ((double)row_i[k] - (double)row_j[k]);
        double up = value + rise[k], down = value + fall[k];
        residual[k] = value;
        most = up > most ? up : most;
        least = down < least ? down : least;
    }
    *top = most;
    *bottom = least;
}

/* The partner j of i that promises the largest rise of the dual, (r_i - r_j)^2 / |phi_i - phi_j|^2. */
TARGET static Py_ssize_t NAME(partner)(const double *residual, const double *fall, const float *row_i,
                                       const double *diagonal, double top, double own, double *gain,
                                       Py_ssize_t length) {
    double best = -1.0;
#pragma omp simd reduction(max : best)
    for (Py_ssize_t k = 0; k < length; k++) {
        double lead = top - residual[k] - fall[k];
        double curve = own + diagonal[k] - 2.0 * (double)row_i[k];
        curve = curve > TINY ? curve : TINY;
        double value = lead > 0.0 ? lead * lead / curve : -1.0;
        gain[k] = value;
        best = value > best ? value : best;
    }
    for (Py_ssize_t k = 0; k < length; k++)
        if (gain[k] == best) return k;
    return 0;
}

/* One tile of samples against one panel of support vectors; `rows` is a constant where this is inlined. */
TARGET static inline void NAME(decide_tile)(const Kernel *kernel, const float *panel, const float *squares,
                                            const float *values, const int32_t *feature, Py_ssize_t steps,
                                            const float *row_squares, int rows, const float *coef,
                                            Py_ssize_t stride, float *section) {
    float value[ROWS * LANES];
    VEC acc[ROWS][VECTORS];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < VECTORS; v++) acc[r][v] = (VEC){0};
    NAME(products)(panel, values, feature, steps, rows, acc);
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < VECTORS; v++)
            ((VEC *)(value + r * LANES))[v] =
                NAME(kernel_value)(kernel, acc[r][v], row_squares[r], ((const VEC *)squares)[v]);
    NAME(combine)(value, coef, stride, rows, section);
}

/* section[r][m] += the share of these panels in decision value m of row r; rows in tiles of `rows`, which
 * is 1 or ROWS, and padded to whole tiles. The result for a row does not depend on the other rows. */
TARGET static void NAME(decide)(const Kernel *kernel, const float *panels, const float *squares,
                                Py_ssize_t n_panels, Py_ssize_t width, const float *values,
                                const int32_t *feature, const int32_t *steps, const float *row_squares,
                                Py_ssize_t n_rows, Py_ssize_t rows, const float *coef, Py_ssize_t stride,
                                float *section) {
    for (Py_ssize_t p = 0; p < n_panels; p++) {
        const float *panel = panels + p * width * LANES, *square = squares + p * LANES;
        const float *share = coef + p * LANES * stride;
        for (Py_ssize_t first = 0; first < n_rows; first += rows) {
            Py_ssize_t tile = first / rows;
            const float *value = values + first * width;
            if (rows == 1)
                NAME(decide_tile)(kernel, panel, square, value, feature + tile * width, steps[tile],
                                  row_squares + first, 1, share, stride, section + first * stride);
            else
                NAME(decide_tile)(kernel, panel, square, value, feature + tile * width, steps[tile],
                                  row_squares + first, ROWS, share, stride, section + first * stride);
        }
    }
}

#undef VEC
#undef IVEC
#undef VECTORS
