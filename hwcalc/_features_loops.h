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

/* Sums of v, v x and v x² over one row of pixels v, by columns x from 0. */
TARGET static void NAME(sum_row)(const uint8_t *row, int width, int64_t *sums) {
    for (int start = 0; start < width; start += PIECE) {
        const int count = MIN(PIECE, width - start);
        int32_t v0[BLOCK] = {0}, v1[BLOCK] = {0}, v2[BLOCK] = {0}; /* at most 255 PIECE³ / 3 < 2³¹ */
        for (int x = 0; x < count; x += BLOCK) {
            uint8_t tail[BLOCK] = {0};
            const uint8_t *pixel = row + start + x;
            if (count - x < BLOCK) pixel = memcpy(tail, pixel, (size_t)(count - x));
            for (int k = 0; k < BLOCK; k++) {
                const int32_t v = pixel[k], vx = v * (x + k);
                v0[k] += v;
                v1[k] += vx;
                v2[k] += vx * (x + k);
            }
        }
        int64_t s0 = 0, s1 = 0, s2 = 0;
        for (int k = 0; k < BLOCK; k++) s0 += v0[k], s1 += v1[k], s2 += v2[k];
        sums[0] += s0;
        sums[1] += s1 + start * s0;
        sums[2] += s2 + 2 * start * s1 + (int64_t)start * start * s0;
    }
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
        for (int a = 0; a < fine; a++)
            for (int i = 0; i < count; i++) {
                const float at = (start - column) + a * (step / fine) + i * step;
                const int k = MIN((int)at, BUFFER - 2); /* a pixel of the plane may be wider than the buffer */
                out[done + i] += blend[k] + (at - k) * (blend[k + 1] - blend[k]);
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

/* Weighted sums of the 8 direction planes at GRID × GRID points, then the square root. `plane` has a border
 * of zeros; `pool` holds each point's weights along an axis, zero beyond PLANE. */
TARGET static void NAME(gradient_features)(const float *plane, const float (*pool)[WIDE], float *out) {
    float direction[DIRECTIONS * WIDE], rows[GRID * DIRECTIONS * WIDE] = {0};
    for (int y = 0; y < PLANE; y++) {
        NAME(gradient_row)(plane + y * STRIDE, plane + (y + 1) * STRIDE, plane + (y + 2) * STRIDE, direction);
        for (int g = 0; g < GRID; g++) {
            const float weight = pool[g][y];
            float *restrict row = rows + g * DIRECTIONS * WIDE;
            if (weight > 0)
                for (int i = 0; i < DIRECTIONS * WIDE; i++) row[i] += weight * direction[i];
        }
    }
    for (int g = 0; g < GRID; g++)
        for (int d = 0; d < DIRECTIONS; d++) {
            const float *row = rows + (g * DIRECTIONS + d) * WIDE;
            for (int h = 0; h < GRID; h++) {
                float total = 0;
                for (int i = 0; i < WIDE; i++) total += pool[h][i] * row[i];
                out[(g * GRID + h) * DIRECTIONS + d] = sqrtf(total);
            }
        }
}
