/* The loops over pixels. _features_simd.h includes this file once per instruction set, with NAME(x) the
 * decorated name and TARGET the function attribute; loops over BLOCK pixels become a few vector operations. */

/* Draw a line with round ends: each pixel of the canvas takes its squared distance to the line where that is less than
 * what it has. Pixels farther than `reach` may be left as they are. */
TARGET static void NAME(draw_segment)(float *canvas, float x0, float y0, float x1, float y1, float reach) {
    const float dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy;
    const float scale = length2 > 0 ? 1 / length2 : 0, slope = dy != 0 ? dx / dy : 0;
    const int top = INSIDE(MIN(y0, y1) - reach), bottom = INSIDE(MAX(y0, y1) + reach);
    const int leaning = fabsf(dx) > BLOCK && dy != 0;
    int left = INSIDE(MIN(x0, x1) - reach) / BLOCK * BLOCK, right = INSIDE(MAX(x0, x1) + reach);
    for (int y = top; y <= bottom; y++) {
        const float py = y + 0.5f - y0;
        if (leaning) { /* only the part of a long line that is within reach of this row counts */
            const float low = MIN(0, dy), high = MAX(0, dy);
            const float from = slope * MIN(high, MAX(low, py - reach)), to = slope * MIN(high, MAX(low, py + reach));
            left = INSIDE(x0 + MIN(from, to) - reach) / BLOCK * BLOCK;
            right = INSIDE(x0 + MAX(from, to) + reach);
        }
        for (int x = left; x <= right; x += BLOCK) {
            float *pixel = canvas + y * CANVAS + x;
#pragma omp simd
            for (int k = 0; k < BLOCK; k++) {
                const float px = (float)(x + k) + 0.5f - x0, along = (px * dx + py * dy) * scale;
                const float t = MIN(1, MAX(0, along));
                const float ox = px - t * dx, oy = py - t * dy, square = ox * ox + oy * oy, old = pixel[k];
                pixel[k] = MIN(square, old);
            }
        }
    }
}

/* The pixels of a canvas from their squared distances: their coverage in 0 to 255 by a pen with this reach. */
TARGET static void NAME(ink)(const float *canvas, float reach, uint8_t *pixels) {
    for (int i = 0; i < CANVAS * CANVAS; i++) {
        const float cover = (reach - sqrtf(canvas[i])) / (2 * REACH);
        pixels[i] = (uint8_t)(int)(255 * MIN(1, MAX(0, cover)));
    }
}

/* Of rows × BLOCK pixels v, rows <= PIECE, in an image of so many columns from here on: for each column the sums of v,
 * v y and v y², with y from 0, and the largest v. */
TARGET static void NAME(sum_columns)(const uint8_t *image, int rows, int columns, ptrdiff_t width,
                                     int32_t (*sums)[BLOCK]) {
    int32_t v0[BLOCK] = {0}, v1[BLOCK] = {0}, v2[BLOCK] = {0}, most[BLOCK] = {0}; /* at most 255 PIECE³ / 3 < 2³¹ */
    for (int y = 0; y < rows; y++) {
        uint8_t tail[BLOCK] = {0};
        const uint8_t *pixel = image + y * width;
        if (columns < BLOCK) pixel = memcpy(tail, pixel, (size_t)columns);
        for (int k = 0; k < BLOCK; k++) {
            const int32_t v = pixel[k], vy = v * y;
            v0[k] += v;
            v1[k] += vy;
            v2[k] += vy * y;
            most[k] = MAX(most[k], v);
        }
    }
    memcpy(sums[0], v0, sizeof(v0));
    memcpy(sums[1], v1, sizeof(v1));
    memcpy(sums[2], v2, sizeof(v2));
    memcpy(sums[3], most, sizeof(most));
}

/* Add to each out[i], i < PLANE, `fine` bilinear values: those at x + i step + a step / fine, a < fine, in
 * row y, in pixel centres; zero outside. The two rows around y are blended into a buffer first, a part of the
 * columns at a time. */
TARGET static void NAME(sample_row)(const uint8_t *image, int height, int width, float x, float y, float step,
                                    int fine, float *out) {
    float blend[BUFFER];
    const int above = (int)floorf(y), fits = (int)MAX(1, (BUFFER - 5) / step);
    if (above < -1 || above >= height) return;
    const float lower = above + 1 < height ? y - above : 0, upper = above >= 0 ? 1 - (y - above) : 0;
    const uint8_t *first = image + (ptrdiff_t)(above < 0 ? 0 : above) * width;
    const uint8_t *second = image + (ptrdiff_t)(above + 1 < height ? above + 1 : above) * width;
    for (int done = 0; done < PLANE; done += fits) {
        const int count = MIN(fits, PLANE - done);
        const float start = x + done * step;
        const int column = (int)floorf(start), columns = (int)MIN(BUFFER, count * step + 4);
        const int from = MAX(0, -column), to = MIN(columns, width - column);
        if (from >= to) continue;
        memset(blend, 0, (size_t)from * sizeof(float));
        for (int k = from; k < to; k++) blend[k] = upper * first[column + k] + lower * second[column + k];
        if (to < columns) memset(blend + to, 0, (size_t)(columns - to) * sizeof(float));
        for (int a = 0; a < fine; a++) {
            float next[PLANE][2], place[PLANE]; /* copied one by one: faster than a gather of the processor */
            int before[PLANE];
            for (int i = 0; i < count; i++) {
                const float at = (start - column) + a * (step / fine) + i * step;
                before[i] = MIN((int)at, BUFFER - 2); /* a pixel of the plane may be wider than the buffer */
                place[i] = at - before[i];
            }
            for (int i = 0; i < count; i++) memcpy(next[i], blend + before[i], sizeof(next[i]));
            for (int i = 0; i < count; i++) out[done + i] += next[i][0] + place[i] * (next[i][1] - next[i][0]);
        }
    }
}

/* Sobel gradient of one row of the plane, each split between the two nearest of 8 directions.
 * By the parallelogram rule a gradient (x, y) with x >= y >= 0 is x - y along the axis and sqrt(2) y along
 * the diagonal; written with maxima, all eight directions need no branch. */
TARGET static inline void NAME(gradient_row)(const float *above, const float *here, const float *below,
                                             float *restrict direction) {
    for (int i = 0; i < WIDE; i++) {
        const float x = (above[i + 2] - above[i]) + 2 * (here[i + 2] - here[i]) + (below[i + 2] - below[i]);
        const float y = (below[i] - above[i]) + 2 * (below[i + 1] - above[i + 1]) + (below[i + 2] - above[i + 2]);
        const float right = MAX(0, x), left = right - x, down = MAX(0, y), up = down - y;
        const float ax = right + left, ay = down + up;
        direction[i] = MAX(0, right - ay);
        direction[WIDE + i] = SQRT2 * MIN(right, down);
        direction[2 * WIDE + i] = MAX(0, down - ax);
        direction[3 * WIDE + i] = SQRT2 * MIN(left, down);
        direction[4 * WIDE + i] = MAX(0, left - ay);
        direction[5 * WIDE + i] = SQRT2 * MIN(left, up);
        direction[6 * WIDE + i] = MAX(0, up - ax);
        direction[7 * WIDE + i] = SQRT2 * MIN(right, up);
    }
}

/* Binomial weights (1, 8, 28, 56, 70, …) / 256 of the values at x[-4 step] to x[4 step]. */
TARGET static inline float NAME(binomial)(const float *x, ptrdiff_t step) {
    return 0.2734375f * x[0] + 0.21875f * (x[-step] + x[step]) + 0.109375f * (x[-2 * step] + x[2 * step]) +
           0.03125f * (x[-3 * step] + x[3 * step]) + 0.00390625f * (x[-4 * step] + x[4 * step]);
}

/* The plane smoothed along both axes, in a border of zeros like its own. All rows are done along one axis before
 * the other begins: a processor waits for what it has just written in other pieces. */
TARGET static void NAME(smoothed)(const float *plane, float *restrict smooth) {
    float tall[(PLANE + 8) * WIDE] = {0}, wide[PLANE * (WIDE + 8)] = {0};
    for (int y = 0; y < PLANE; y++)
        memcpy(tall + (y + 4) * WIDE, plane + (y + 1) * STRIDE + 1, PLANE * sizeof(float));
    for (int y = 0; y < PLANE; y++)
        for (int i = 0; i < WIDE; i++) wide[y * (WIDE + 8) + i + 4] = NAME(binomial)(tall + (y + 4) * WIDE + i, WIDE);
    memset(smooth, 0, (PLANE + 2) * STRIDE * sizeof(float));
    for (int y = 0; y < PLANE; y++) {
        float *row = smooth + (y + 1) * STRIDE + 1;
        for (int i = 0; i < WIDE; i++) row[i] = NAME(binomial)(wide + y * (WIDE + 8) + i + 4, 1);
        memset(row + PLANE, 0, (WIDE - PLANE) * sizeof(float));
    }
}

/* How much the lines of equal brightness bend along one row of a smooth plane, -1 to 1. */
TARGET static inline void NAME(bend_row)(const float *above, const float *here, const float *below,
                                         float *restrict bend) {
    for (int i = 0; i < WIDE; i++) {
        const float x = 0.5f * (here[i + 2] - here[i]), y = 0.5f * (below[i + 1] - above[i + 1]);
        const float xx = here[i + 2] - 2 * here[i + 1] + here[i], yy = below[i + 1] - 2 * here[i + 1] + above[i + 1];
        const float xy = 0.25f * (below[i + 2] - below[i] - above[i + 2] + above[i]);
        const float square = MAX(FLAT, x * x + y * y);
        const float curvature = (xx * y * y - 2 * xy * x * y + yy * x * x) / (square * sqrtf(square));
        bend[i] = MAX(-1, MIN(1, BENT * curvature));
    }
}

/* The edges of one row in all PLANES: its three rows of the plane begin at `sharp`, of the smooth one at `soft`. */
TARGET static inline void NAME(edge_row)(const float *sharp, const float *soft, float *edges) {
    float bend[WIDE];
    NAME(gradient_row)(sharp, sharp + STRIDE, sharp + 2 * STRIDE, edges);
    NAME(bend_row)(soft, soft + STRIDE, soft + 2 * STRIDE, bend);
    for (int d = 0; d < DIRECTIONS; d++) {
        float *restrict straight = edges + d * WIDE;
        float *restrict hollow = straight + DIRECTIONS * WIDE, *restrict round = hollow + DIRECTIONS * WIDE;
        for (int i = 0; i < WIDE; i++) {
            const float inward = MAX(0, bend[i]), outward = MAX(0, -bend[i]);
            hollow[i] = straight[i] * inward;
            round[i] = straight[i] * outward;
            straight[i] *= STRAIGHT * (1 - inward - outward);
        }
    }
}

/* Each of n numbers rounded to half precision. */
TARGET static void NAME(halve)(float *numbers, int n) {
    for (int i = 0; i < n; i++) numbers[i] = half_rounded(numbers[i]);
}

/* Weighted sums of the direction planes at GRID × GRID points, of edges that are straight, that bend one way and
 * that bend the other, then the square root, rounded to half precision. `plane` has a border of zeros; `pool` holds
 * each point's weights along an axis, zero beyond PLANE. In five folds of MNIST's training digits 211 errors instead of
 * 239 for edges of all kinds together, on held-out writers of all sets 1.26 % instead of 1.39 %. */
TARGET static void NAME(gradient_features)(const float *plane, const float (*pool)[WIDE], float *out) {
    float smooth[(PLANE + 2) * STRIDE];
    float edges[ROWS][PLANES * WIDE], pooled[GRID][PLANES * WIDE] = {{0}};
    NAME(smoothed)(plane, smooth);
    for (int y = 0; y < PLANE; y += ROWS) {
        for (int r = 0; r < ROWS; r++) NAME(edge_row)(plane + (y + r) * STRIDE, smooth + (y + r) * STRIDE, edges[r]);
        for (int g = 0; g < GRID; g++) {
            float *restrict row = pooled[g];
            const float *weight = pool[g] + y;
            if (weight[0] > 0 || weight[ROWS - 1] > 0)
                for (int i = 0; i < PLANES * WIDE; i++)
                    row[i] += weight[0] * edges[0][i] + weight[1] * edges[1][i] + weight[2] * edges[2][i] +
                              weight[3] * edges[3][i] + weight[4] * edges[4][i];
        }
    }
    for (int g = 0; g < GRID; g++)
        for (int d = 0; d < PLANES; d++)
            for (int h = 0; h < GRID; h++) {
                float total = 0;
                for (int i = 0; i < WIDE; i++) total += pool[h][i] * pooled[g][d * WIDE + i];
                out[(g * GRID + h) * PLANES + d] = sqrtf(total);
            }
    NAME(halve)(out, GRID * GRID * PLANES);
}
