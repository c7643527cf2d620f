/* The loops of _svm_loops.h, compiled for several instruction sets; best_loops() returns the set for
 * this processor. Samples lie in panels: LANES samples side by side, feature after feature. */

#ifndef HWCALC_SVM_SIMD_H
#define HWCALC_SVM_SIMD_H

#include <Python.h>
#include <math.h>
#include <stdint.h>

#include "_half.h"

#if !defined(__GNUC__)
#error "hwcalc._svm needs GCC's vector extensions: use GCC, Clang or clang-cl"
#endif

/* Sums keep the order in which they are written: a result must not depend on which copy of a loop
 * computed it. Reductions that may be split say so with `omp simd`. */
#if defined(__clang__)
#pragma clang fp reassociate(off)
#else
#pragma GCC push_options
#pragma GCC optimize("no-associative-math")
#endif

/* Where sums start. A zero that the compiler sees would let it choose, differently in each copy of a loop,
 * which of the first two products it rounds before the fused multiply-add. */
static const volatile float nothing = 0.0f;

/* Steps of the loops are inlined for sure: some of their arguments are constants that shape the code. */
#define INLINED static inline __attribute__((always_inline))

#define LANES 32
#define SMALLEST_CURVATURE 1e-12
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

enum { LINEAR, POLYNOMIAL, RBF, PRECOMPUTED };

typedef struct {
    int kind, degree;
    float gamma, coef0;
} Kernel;

/* The right factor of a kernel product: values (count, width, LANES) and squared norms (count, LANES) of `samples`.
 * Values that half precision holds exactly may come as `halves` instead: a single sample is decided as fast as
 * memory delivers the panels, and so in less time. */
typedef struct {
    const float *values, *squares;
    const uint16_t *halves;
    Py_ssize_t count, width, samples;
} Panels;

/* The left factor: n_rows samples, `rows` to a tile. Each tile lists the features in which one of its
 * samples is not zero, with `rows` values each. The features are treated in `chunks` parts, because that
 * part of a panel stays in the first-level cache while all tiles pass; part c of a tile's list goes from
 * steps[tile][c] to steps[tile][c + 1]. `sums` (rows, LANES) holds inner products between two parts. */
typedef struct {
    Py_ssize_t n_rows, rows, width, chunks;
    float *values, *squares, *sums;
    int32_t *feature, *steps;
} Tiles;

/* Support vectors as bytes: vectors (count, width), the features beyond the last one zero, and their squared norms. */
typedef struct {
    const int8_t *vectors;
    const float *squares;
    Py_ssize_t width;
    float gamma;
} Bytes;

/* places_of[byte]: which of its bits are set, the lowest first. */
typedef int32_t Eight __attribute__((vector_size(32), aligned(4), may_alias));
static Eight places_of[256];

static void fill_places(void) {
    for (int byte = 0; byte < 256; byte++)
        for (int bit = 0, n = 0; bit < 8; bit++)
            if (byte >> bit & 1) places_of[byte][n++] = bit;
}

typedef struct {
    Py_ssize_t rows;
    int (*halve)(const float *, Py_ssize_t, uint16_t *);
    void (*norms)(const float *, Py_ssize_t, float *);
    void (*tile)(const float *const *, Tiles *);
    void (*kernel_rows)(const Kernel *, const Panels *, const Tiles *, float *const *);
    void (*decide)(const Kernel *, const Panels *, const Tiles *, const float *, Py_ssize_t, float *);
    void (*add_rows)(double *, const float *const *, const double *, Py_ssize_t, Py_ssize_t);
    void (*move)(double *, const float *, const float *, double, const double *, const double *, Py_ssize_t,
                 double *, double *);
    Py_ssize_t (*partner)(const double *, const double *, const float *, const double *, double, double,
                          double *, Py_ssize_t);
    double (*hinge_epoch)(const float *, const int32_t *, const int64_t *, const int64_t *, Py_ssize_t,
                          const float *, Py_ssize_t, Py_ssize_t, double, double, float *, double *, float *,
                          double *);
    float (*byte_sample)(const float *, const float *, const float *, Py_ssize_t, float, int16_t *, float *);
    void (*byte_kernel)(const Bytes *, const int16_t *, float, float, int32_t *, Py_ssize_t, float *);
    Py_ssize_t (*collect)(const uint64_t *, uint64_t *, Py_ssize_t, int32_t *);
    void (*weigh)(const float *, Py_ssize_t, const void *, Py_ssize_t, const float *, float *);
    void (*round_to_half)(float *, Py_ssize_t);
    float (*weighted)(const void *, const uint64_t *, const float *, Py_ssize_t);
    void (*compare)(const double *, Py_ssize_t, double *, double *);
    Py_ssize_t number; /* bytes of a number that is given in half precision */
} Loops;

#define LOOPS(set) \
    { ROWS, halve_##set, norms_##set, tile_##set, kernel_rows_##set, decide_##set, add_rows_##set, move_##set, \
      partner_##set, hinge_epoch_##set, byte_sample_##set, byte_kernel_##set, collect_##set, weigh_##set, \
      round_to_half_##set, weighted_##set, compare_##set, sizeof(number_##set) }

/* The baseline of the compiler: SSE2, NEON, ... */
#define TARGET
#define NAME(x) JOIN(x, plain)
#define WIDTH 4
#if defined(__aarch64__)
#define ROWS 3
#else
#define ROWS 1
#endif
#define TAKES_HALVES 0
#define TAKES_BYTES 0
#include "_svm_loops.h"
static const Loops loops_plain = LOOPS(plain);
#undef TAKES_HALVES
#undef TAKES_BYTES
#undef TARGET
#undef NAME
#undef WIDTH
#undef ROWS

#if defined(__x86_64__)
#include <immintrin.h>
#define TAKES_HALVES 1
#define TAKES_BYTES 1
#define TARGET __attribute__((target("avx2,fma,f16c")))
#define NAME(x) JOIN(x, avx2)
#define WIDTH 8
#define WIDEN(halves) (VEC) _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(halves)))
#define NARROW(values, halves) \
    _mm_storeu_si128((__m128i *)(halves), _mm256_cvtps_ph(_mm256_loadu_ps(values), _MM_FROUND_TO_NEAREST_INT))
#define ROWS 3
#include "_svm_loops.h"
static const Loops loops_avx2 = LOOPS(avx2);
#undef TARGET
#undef NAME
#undef WIDTH
#undef WIDEN
#undef NARROW
#undef ROWS

#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,f16c")))
#define NAME(x) JOIN(x, avx512)
#define WIDTH 16
#define WIDEN(halves) (VEC) _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(halves)))
#define NARROW(values, halves) \
    _mm256_storeu_si256((__m256i *)(halves), _mm512_cvtps_ph(_mm512_loadu_ps(values), _MM_FROUND_TO_NEAREST_INT))
#define ROWS 6
#include "_svm_loops.h"
static const Loops loops_avx512 = LOOPS(avx512);
#undef TARGET
#undef NAME
#undef WIDTH
#undef WIDEN
#undef NARROW
#undef ROWS
#undef TAKES_HALVES
#undef TAKES_BYTES
#endif

/* `widest`: 0 the baseline, 1 at most AVX2, 2 whatever there is. */
static const Loops *best_loops(int widest) {
#if defined(__x86_64__)
    __builtin_cpu_init(); /* what has AVX2 has F16C, which not every compiler can ask for */
    if (widest > 1 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        return &loops_avx512;
    if (widest > 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &loops_avx2;
#else
    (void)widest;
#endif
    return &loops_plain;
}

#if !defined(__clang__)
#pragma GCC pop_options
#endif

#endif
