/* The inner loops of the solvers. _svm_simd.h includes this file once per instruction set, with NAME(x)
 * the decorated name, TARGET the function attribute, WIDTH the floats in a vector and ROWS the samples
 * in a tile; ROWS * LANES / WIDTH sums fill the vector registers. */

#define VECTORS (LANES / WIDTH)
#define VEC NAME(vec)
#define IVEC NAME(ivec)

typedef float VEC __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
typedef int32_t IVEC __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

TARGET INLINED void NAME(clear)(int rows, VEC sum[ROWS][VECTORS]) {
    VEC zero = (VEC){0} + nothing;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < VECTORS; v++) sum[r][v] = zero;
}

/* Values `at` .. of the panels as a vector; `half` says in which precision they are. */
TARGET INLINED VEC NAME(values)(const Panels *panels, Py_ssize_t at, int half) {
#if TAKES_HALVES
    if (half) return WIDEN(panels->halves + at);
#else
    (void)half;
#endif
    return *(const VEC *)(panels->values + at);
}

/* sum[r] += values[t][r] * panel[feature[t]] over the steps t, always in the order of the features, so
 * that an inner product has the same bits in whatever company it is computed. The panel begins at `at`. */
TARGET INLINED void NAME(products)(const Panels *panels, Py_ssize_t at, int half, const float *values,
                                         const int32_t *feature, Py_ssize_t steps, VEC sum[ROWS][VECTORS]) {
    for (Py_ssize_t t = 0; t < steps; t++)
        for (int v = 0; v < VECTORS; v++) {
            VEC column = NAME(values)(panels, at + (Py_ssize_t)feature[t] * LANES + v * WIDTH, half);
            for (int r = 0; r < ROWS; r++) sum[r][v] += values[t * ROWS + r] * column;
        }
}

/* While tile `part` of `parts` is computed, its share of the next panel comes into the cache. */
TARGET INLINED void NAME(fetch)(const float *panel, Py_ssize_t width, Py_ssize_t part, Py_ssize_t parts) {
    for (Py_ssize_t k = width * part / parts; k < width * (part + 1) / parts; k++)
        for (int line = 0; line < LANES; line += 16) __builtin_prefetch(panel + k * LANES + line, 0, 2);
}

/* 2^x for x <= 0 with a relative error of 1e-7: 2^round(x) through the exponent bits, the rest by a
 * minimax polynomial that is exactly 1 at 0, so that K(x, x) = 1. Below 2^-125 the result is 0. */
TARGET INLINED VEC NAME(power_of_two)(VEC x) {
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

/* The kernel of each inner product; `square` and `squares` are the squared norms of the two sides. */
TARGET INLINED VEC NAME(kernel)(const Kernel *kernel, VEC product, float square, VEC squares) {
    if (kernel->kind == RBF) {
        VEC distance = square + squares - 2.0f * product;
        distance = (VEC)((IVEC)distance & ~(distance <= 0.0f)); /* what is too far to tell how far has K = 0 */
        return NAME(power_of_two)(distance * (-1.44269504f * kernel->gamma));
    }
    if (kernel->kind == POLYNOMIAL) {
        VEC base = kernel->gamma * product + kernel->coef0, value = (VEC){0} + 1.0f;
        for (int degree = kernel->degree; degree > 0; degree >>= 1) {
            if (degree & 1) value *= base;
            base *= base;
        }
        return value;
    }
    return product;
}

/* The squared norms of a panel's samples. They and those of `tile` are summed as `products` are: so the distance of
 * a sample from itself is exactly 0. */
TARGET static void NAME(norms)(const float *panel, Py_ssize_t width, float *squares) {
    for (int v = 0; v < VECTORS; v++) {
        VEC sum = (VEC){0} + nothing;
        for (Py_ssize_t k = 0; k < width; k++) {
            VEC column = *(const VEC *)(panel + k * LANES + v * WIDTH);
            sum += column * column;
        }
        *(VEC *)(squares + v * WIDTH) = sum;
    }
}

/* Fill the tiles with these samples and their squared norms; the last tile is padded with zeros. */
TARGET static void NAME(tile)(const float *const *samples, Tiles *tiles) {
    Py_ssize_t size = tiles->rows, width = tiles->width;
    for (Py_ssize_t first = 0; first < tiles->n_rows; first += size) {
        Py_ssize_t step = 0, used = tiles->n_rows - first < size ? tiles->n_rows - first : size;
        float *values = tiles->values + first * width;
        int32_t *feature = tiles->feature + first / size * width;
        int32_t *steps = tiles->steps + first / size * (tiles->chunks + 1);
        float square[ROWS];
        for (int r = 0; r < ROWS; r++) square[r] = nothing;
        for (Py_ssize_t k = 0, chunk = 0; k < width; k++) {
            int any = 0;
            while (k >= width * chunk / tiles->chunks) steps[chunk++] = (int32_t)step;
            for (Py_ssize_t r = 0; r < size; r++) {
                float value = r < used ? samples[first + r][k] : 0.0f;
                values[step * size + r] = value;
                square[r] += value * value;
                any |= value != 0.0f;
            }
            feature[step] = (int32_t)k;
            step += any;
        }
        steps[tiles->chunks] = (int32_t)step;
        for (Py_ssize_t r = 0; r < size; r++) tiles->squares[first + r] = square[r];
    }
}

/* Carry on with the inner products of a tile: chunk `chunk` of the features, panel p. */
TARGET INLINED void NAME(advance)(const Panels *panels, Py_ssize_t p, const Tiles *tiles, Py_ssize_t tile,
                                        Py_ssize_t chunk, VEC sum[ROWS][VECTORS]) {
    VEC *kept = (VEC *)(tiles->sums + tile * ROWS * LANES);
    const int32_t *steps = tiles->steps + tile * (tiles->chunks + 1) + chunk;
    if (chunk == 0)
        NAME(clear)(ROWS, sum);
    else
        for (int r = 0; r < ROWS; r++)
            for (int v = 0; v < VECTORS; v++) sum[r][v] = kept[r * VECTORS + v];
    const float *values = tiles->values + tile * ROWS * tiles->width + steps[0] * ROWS;
    const int32_t *feature = tiles->feature + tile * tiles->width + steps[0];
    if (panels->halves)
        NAME(products)(panels, p * panels->width * LANES, 1, values, feature, steps[1] - steps[0], sum);
    else
        NAME(products)(panels, p * panels->width * LANES, 0, values, feature, steps[1] - steps[0], sum);
    if (chunk + 1 < tiles->chunks)
        for (int r = 0; r < ROWS; r++)
            for (int v = 0; v < VECTORS; v++) kept[r * VECTORS + v] = sum[r][v];
}

/* out[r][0 .. LANES * count) = kernel of tiled sample r with every sample of the panels. */
TARGET static void NAME(kernel_rows)(const Kernel *kernel, const Panels *panels, const Tiles *tiles,
                                     float *const *out) {
    Py_ssize_t n_tiles = (tiles->n_rows + ROWS - 1) / ROWS, turns = n_tiles * tiles->chunks;
    for (Py_ssize_t p = 0; p < panels->count; p++) {
        const float *panel = panels->values + p * panels->width * LANES;
        const VEC *squares = (const VEC *)(panels->squares + p * LANES);
        for (Py_ssize_t turn = 0; turn < turns; turn++) {
            Py_ssize_t chunk = turn / n_tiles, tile = turn % n_tiles;
            VEC sum[ROWS][VECTORS];
            NAME(fetch)(panel + panels->width * LANES, panels->width, turn, turns);
            NAME(advance)(panels, p, tiles, tile, chunk, sum);
            if (chunk + 1 < tiles->chunks) continue;
            for (int r = 0; r < ROWS && tile * ROWS + r < tiles->n_rows; r++) {
                VEC *target = (VEC *)(out[tile * ROWS + r] + p * LANES);
                float square = tiles->squares[tile * ROWS + r];
                for (int v = 0; v < VECTORS; v++)
                    target[v] = NAME(kernel)(kernel, sum[r][v], square, squares[v]);
            }
        }
    }
}

/* section[r][m] += sum over the lanes of value[r][lane] * coef[lane][m], for m < stride: the share of one
 * panel of support vectors in the decision values of the samples r. */
TARGET INLINED void NAME(combine_lanes)(const float *value, const float *coef, Py_ssize_t stride, int rows,
                                        Py_ssize_t lanes, float *section) {
    VEC zero = (VEC){0} + nothing;
    for (Py_ssize_t m = 0; m < stride; m += WIDTH) {
        VEC sum[ROWS][2];
        for (int r = 0; r < rows; r++) sum[r][0] = sum[r][1] = zero;
        for (Py_ssize_t lane = 0; lane < lanes; lane += 2)
            for (int odd = 0; odd < 2; odd++)
                for (int r = 0; r < rows; r++)
                    sum[r][odd] += value[r * LANES + lane + odd] * *(const VEC *)(coef + (lane + odd) * stride + m);
        for (int r = 0; r < rows; r++) *(VEC *)(section + r * stride + m) += sum[r][0] + sum[r][1];
    }
}

/* The same of panel p, whose last lanes may be empty. */
TARGET INLINED void NAME(combine)(const Panels *panels, Py_ssize_t p, const float *value, const float *coef,
                                        Py_ssize_t stride, int rows, float *section) {
    coef += p * LANES * stride;
    if (panels->samples >= (p + 1) * LANES)
        NAME(combine_lanes)(value, coef, stride, rows, LANES, section);
    else
        NAME(combine_lanes)(value, coef, stride, rows, panels->samples - p * LANES, section);
}

/* Half precision of `count` values, a multiple of LANES; false where it does not hold one of them exactly. */
TARGET static int NAME(halve)(const float *values, Py_ssize_t count, uint16_t *halves) {
#if TAKES_HALVES
    IVEC differs = (IVEC){0};
    for (Py_ssize_t k = 0; k < count; k += WIDTH) {
        NARROW(values + k, halves + k);
        differs |= (VEC)WIDEN(halves + k) != *(const VEC *)(values + k);
    }
    for (int lane = 0; lane < WIDTH; lane++)
        if (differs[lane]) return 0;
    return 1;
#else
    (void)values, (void)count, (void)halves;
    return 0;
#endif
}

/* One sample against `count` panels of support vectors, 1 or 2: more sums under way than one panel has. */
TARGET INLINED void NAME(decide_pair)(const Kernel *kernel, const Panels *panels, Py_ssize_t p,
                                            int count, int half, const Tiles *tiles, const float *coef,
                                            Py_ssize_t stride, float *section) {
    float value[LANES];
    VEC sum[2][VECTORS], zero = (VEC){0} + nothing;
    for (int side = 0; side < count; side++)
        for (int v = 0; v < VECTORS; v++) sum[side][v] = zero;
    const Py_ssize_t steps = tiles->steps[tiles->chunks], size = panels->width * LANES;
    const int32_t *feature = tiles->feature;
    const float *values = tiles->values;
    const Panels here = *panels;
    for (Py_ssize_t t = 0; t < steps; t++)
        for (int side = 0; side < count; side++)
            for (int v = 0; v < VECTORS; v++) {
                Py_ssize_t at = (p + side) * size + feature[t] * LANES + v * WIDTH;
                sum[side][v] += values[t] * NAME(values)(&here, at, half);
            }
    for (int side = 0; side < count; side++) {
        const VEC *squares = (const VEC *)(panels->squares + (p + side) * LANES);
        for (int v = 0; v < VECTORS; v++)
            ((VEC *)value)[v] = NAME(kernel)(kernel, sum[side][v], tiles->squares[0], squares[v]);
        NAME(combine)(panels, p + side, value, coef, stride, 1, section);
    }
}

/* One sample against all panels. */
TARGET INLINED void NAME(decide_one)(const Kernel *kernel, const Panels *panels, int half,
                                           const Tiles *tiles, const float *coef, Py_ssize_t stride,
                                           float *section) {
    Py_ssize_t p = 0;
    for (; p + 2 <= panels->count; p += 2)
        NAME(decide_pair)(kernel, panels, p, 2, half, tiles, coef, stride, section);
    if (p < panels->count) NAME(decide_pair)(kernel, panels, p, 1, half, tiles, coef, stride, section);
}

/* Many samples against one panel of support vectors. */
TARGET static void NAME(decide_many)(const Kernel *kernel, const Panels *panels, Py_ssize_t p,
                                            const Tiles *tiles, const float *coef, Py_ssize_t stride,
                                            float *section) {
    const VEC *squares = (const VEC *)(panels->squares + p * LANES);
    Py_ssize_t n_tiles = (tiles->n_rows + ROWS - 1) / ROWS, turns = n_tiles * tiles->chunks;
    for (Py_ssize_t turn = 0; turn < turns; turn++) {
        Py_ssize_t chunk = turn / n_tiles, tile = turn % n_tiles;
        float value[ROWS * LANES];
        VEC sum[ROWS][VECTORS];
        if (!panels->halves)
            NAME(fetch)(panels->values + (p + 1) * panels->width * LANES, panels->width, turn, turns);
        NAME(advance)(panels, p, tiles, tile, chunk, sum);
        if (chunk + 1 < tiles->chunks) continue;
        for (int r = 0; r < ROWS; r++)
            for (int v = 0; v < VECTORS; v++)
                ((VEC *)(value + r * LANES))[v] =
                    NAME(kernel)(kernel, sum[r][v], tiles->squares[tile * ROWS + r], squares[v]);
        NAME(combine)(panels, p, value, coef, stride, ROWS, section + tile * ROWS * stride);
    }
}

/* section[r][m] += the share of these support vectors in decision value m of sample r, with their
 * coefficients coef (LANES * count, stride). One sample takes another way to the same bits. */
TARGET static void NAME(decide)(const Kernel *kernel, const Panels *panels, const Tiles *tiles,
                                const float *coef, Py_ssize_t stride, float *section) {
    if (tiles->rows == 1 && tiles->n_rows == 1 && panels->halves)
        NAME(decide_one)(kernel, panels, 1, tiles, coef, stride, section);
    else if (tiles->rows == 1 && tiles->n_rows == 1)
        NAME(decide_one)(kernel, panels, 0, tiles, coef, stride, section);
    else
        for (Py_ssize_t p = 0; p < panels->count; p++)
            NAME(decide_many)(kernel, panels, p, tiles, coef, stride, section);
}

/* sum[k] += sum over r of weight[r] * rows[r][k]; a block of the sums stays in the cache meanwhile. */
TARGET static void NAME(add_rows)(double *sum, const float *const *rows, const double *weight,
                                  Py_ssize_t n_rows, Py_ssize_t length) {
    for (Py_ssize_t from = 0; from < length; from += 1024) {
        Py_ssize_t to = from + 1024 < length ? from + 1024 : length, r = 0;
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

/* An SMO step as the residuals see it: residual -= step * (row_i - row_j). Returns in top the largest
 * residual that may rise and in bottom the smallest that may fall (the masks hold 0 or -/+ infinity). */
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

/* The j that with i promises the largest gain, (r_i - r_j)^2 / (K_ii + K_jj - 2 K_ij), of those below i. */
TARGET static Py_ssize_t NAME(partner)(const double *residual, const double *fall, const float *row_i,
                                       const double *diagonal, double top, double own, double *gain,
                                       Py_ssize_t length) {
    double best = -1.0;
#pragma omp simd reduction(max : best)
    for (Py_ssize_t k = 0; k < length; k++) {
        double lead = top - residual[k] - fall[k];
        double curvature = own + diagonal[k] - 2.0 * (double)row_i[k];
        curvature = curvature > SMALLEST_CURVATURE ? curvature : SMALLEST_CURVATURE;
        double value = lead > 0.0 ? lead * lead / curvature : -1.0;
        gain[k] = value;
        best = value > best ? value : best;
    }
    for (Py_ssize_t k = 0; k < length; k++)
        if (gain[k] == best) return k;
    return 0;
}

/* weights *= scale; with `sum`, first sum += scales * weights - lag, and lag = 0. */
TARGET static void NAME(settle)(Py_ssize_t size, double scale, double scales, float *weights, float *lag,
                                double *sum) {
    for (Py_ssize_t k = 0; k < size; k++) {
        if (sum) {
            sum[k] += scales * weights[k] - lag[k];
            lag[k] = 0.0f;
        }
        weights[k] *= (float)scale;
    }
}

/* One epoch of stochastic gradient descent on all classes together, see hinge_epoch in _svm.pyx. Sample s
 * has the values and features start[s] .. start[s + 1]. Meanwhile the true weights are scale * weights, so
 * that their decay costs nothing, and their running sum is sum + scales * weights - lag, where scales is the
 * sum of the scales so far. Returns the sum of the losses. */
TARGET static double NAME(hinge_epoch)(const float *values, const int32_t *feature, const int64_t *start,
                                       const int64_t *order, Py_ssize_t n, const float *targets,
                                       Py_ssize_t lanes, Py_ssize_t width, double rate, double decay,
                                       float *weights, double *bias, float *lag, double *sum) {
    double scale = 1.0, scales = 0.0, loss = 0.0;
    for (Py_ssize_t t = 0; t < n; t++) {
        Py_ssize_t begin = start[order[t]], end = start[order[t] + 1];
        for (Py_ssize_t c = 0; c < lanes; c += WIDTH) {
            VEC part[4] = {(VEC){0}, (VEC){0}, (VEC){0}, (VEC){0}}, push = (VEC){0};
            Py_ssize_t k = begin;
            for (; k + 4 <= end; k += 4)
                for (int p = 0; p < 4; p++)
                    part[p] += values[k + p] * *(const VEC *)(weights + feature[k + p] * lanes + c);
            for (; k < end; k++) part[0] += values[k] * *(const VEC *)(weights + feature[k] * lanes + c);
            VEC product = (part[0] + part[1]) + (part[2] + part[3]);
            int any = 0;
            for (int lane = 0; lane < WIDTH; lane++) {
                double target = targets[order[t] * lanes + c + lane];
                double margin = target * (scale * product[lane] - bias[c + lane]);
                if (target == 0.0 || margin >= 1.0) continue;
                loss += 1.0 - margin;
                push[lane] = (float)(rate * target / (scale * decay));
                bias[c + lane] -= rate * target;
                any = 1;
            }
            for (k = begin; any && k < end; k++)
                *(VEC *)(weights + feature[k] * lanes + c) += values[k] * push;
            push *= (float)scales;
            for (k = begin; any && sum && k < end; k++)
                *(VEC *)(lag + feature[k] * lanes + c) += values[k] * push;
        }
        scale *= decay;
        scales += scale;
        for (Py_ssize_t c = 0; sum && c < lanes; c++) bias[lanes + c] += bias[c];
        if (scale < 0.1 || t + 1 == n) {
            NAME(settle)(width * lanes, scale, scales, weights, lag, sum);
            scale = 1.0;
            scales = 0.0;
        }
    }
    return loss;
}

#include "_svm_bytes_loops.h"

#undef VEC
#undef IVEC
#undef VECTORS
