/* The loops of _features_loops.h, compiled for two instruction sets; glyph_loops() returns the set for this
 * processor. The sizes of canvas, plane and features are here, where the loops need them as constants. */

#ifndef HWCALC_FEATURES_SIMD_H
#define HWCALC_FEATURES_SIMD_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "_half.h"

#define REACH 0.5f           /* a pixel fades over this distance on both sides of a line's edge */
#define SQRT2 1.41421356f
#define BENT 3.0f            /* curvature, 1 / this in pixels, from which an edge is wholly bent */
#define STRAIGHT 0.3f        /* weight of straight edges beside bent ones: 1 gives 223 errors, see gradient_features, 0 gives 214 */
#define FLAT 1e-4f           /* square of the gradient below which there is no edge */

enum {
    CANVAS = 48,       /* side of the square on which strokes are drawn, pixels, whole blocks */
    PLANE = 35,        /* side of the normalised plane, pixels */
    WIDE = 40,         /* PLANE rounded up to whole blocks */
    STRIDE = WIDE + 2, /* a row of the plane inside its border */
    GRID = 5,          /* pooling points per side */
    ROWS = 5,          /* of the plane that are pooled together; a divisor of PLANE */
    DIRECTIONS = 8,
    PLANES = 3 * DIRECTIONS, /* straight edges, those that bend one way, and the other */
    BLOCK = 8,         /* pixels that loops treat together */
    PIECE = 256,       /* pixels of a column whose moments fit 32 bits */
    BUFFER = 512       /* columns blended at a time */
};

typedef struct {
    void (*draw_segment)(float *, float, float, float, float, float);
    void (*ink)(const float *, float, uint8_t *);
    void (*sum_columns)(const uint8_t *, int, int, ptrdiff_t, int32_t (*)[BLOCK]);
    void (*sample_row)(const uint8_t *, int, int, float, float, float, int, float *);
    void (*gradient_features)(const float *, const float (*)[WIDE], float *);
    void (*halve)(float *, int);
} GlyphLoops;

/* fminf and fmaxf would be calls, because of what they promise for NaN */
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
/* A row or column of the canvas, whatever v is: NaN gives 0. */
#define INSIDE(v) ((int)MIN(MAX(v, 0), CANVAS - 1))
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define LOOPS(set) \
    { draw_segment_##set, ink_##set, sum_columns_##set, sample_row_##set, gradient_features_##set, halve_##set }

/* The baseline of the compiler: SSE2, NEON, ... */
#define TARGET
#define NAME(x) JOIN(x, plain)
#include "_features_loops.h"
static const GlyphLoops loops_plain = LOOPS(plain);
#undef TARGET
#undef NAME

#if defined(__GNUC__) && defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) JOIN(x, avx2)
#include "_features_loops.h"
static const GlyphLoops loops_avx2 = LOOPS(avx2);
#undef TARGET
#undef NAME
#endif

/* `widest`: 0 the baseline, 1 AVX2 where there is. */
static const GlyphLoops *glyph_loops(int widest) {
#if defined(__GNUC__) && defined(__x86_64__)
    __builtin_cpu_init();
    if (widest > 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &loops_avx2;
#else
    (void)widest;
#endif
    return &loops_plain;
}

#endif
