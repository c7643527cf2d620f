/* The inner loops of _svm_loops.h, compiled for several instruction sets; `loops` is the set this
 * processor has, chosen once at import. Samples are kept in panels: LANES samples, feature by feature. */

#ifndef HWCALC_SVM_SIMD_H
#define HWCALC_SVM_SIMD_H

#include <Python.h>
#include <math.h>
#include <stdint.h>

#define LANES 32
#define TINY 1e-12
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

enum { LINEAR, POLYNOMIAL, RBF, PRECOMPUTED };

typedef struct {
    int kind, degree;
    float gamma, coef0;
} Kernel;

typedef struct {
    int rows;
    void (*tile)(const float *const *, Py_ssize_t, Py_ssize_t, Py_ssize_t, float *, int32_t *, int32_t *);
    void (*kernel_rows)(const Kernel *, const float *, const float *, Py_ssize_t, Py_ssize_t, const float *,
                        const int32_t *, const int32_t *, const float *, Py_ssize_t, float *const *);
    void (*add_rows)(double *, const float *const *, const double *, Py_ssize_t, Py_ssize_t);
    void (*move)(double *, const float *, const float *, double, const double *, const double *, Py_ssize_t,
                 double *, double *);
    Py_ssize_t (*partner)(const double *, const double *, const float *, const double *, double, double,
                          double *, Py_ssize_t);
    void (*decide)(const Kernel *, const float *, const float *, Py_ssize_t, Py_ssize_t, const float *,
                   const int32_t *, const int32_t *, const float *, Py_ssize_t, Py_ssize_t, const float *,
                   Py_ssize_t, float *);
} Loops;

#define LOOPS(set, rows) \
    { rows, tile_##set, kernel_rows_##set, add_rows_##set, move_##set, partner_##set, decide_##set }

#define TARGET
#define NAME(x) JOIN(x, plain)
#if defined(__aarch64__)
#define WIDTH 4
#define ROWS 3
#else
#define WIDTH 4
#define ROWS 1
#endif
#include "_svm_loops.h"
static const Loops loops_plain = LOOPS(plain, ROWS);
#undef TARGET
#undef NAME
#undef WIDTH
#undef ROWS

#if defined(__GNUC__) && defined(__x86_64__)
#define HWCALC_X86 1

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) JOIN(x, avx2)
#define WIDTH 8
#define ROWS 3
#include "_svm_loops.h"
static const Loops loops_avx2 = LOOPS(avx2, ROWS);
#undef TARGET
#undef NAME
#undef WIDTH
#undef ROWS

#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prefer-vector-width=512")))
#define NAME(x) JOIN(x, avx512)
#define WIDTH 16
#define ROWS 6
#include "_svm_loops.h"
static const Loops loops_avx512 = LOOPS(avx512, ROWS);
#undef TARGET
#undef NAME
#undef WIDTH
#undef ROWS
#endif

static const Loops *best_loops(void) {
#ifdef HWCALC_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        return &loops_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &loops_avx2;
#endif
    return &loops_plain;
}

#endif
