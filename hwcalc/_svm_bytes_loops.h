/* The loops of a machine whose support vectors are bytes. _svm_loops.h includes this file, once per instruction
 * set. A sample is rounded to 16 bits with a step of its own for each feature, so inner products with support
 * vectors are sums of integers: exact, and half the memory of half precision to read. */

#define SIDE 4   /* support vectors at a time */
#define AHEAD 16 /* and how many later ones are on their way into the cache */
#define PORTION 128 /* and for how many products are kept */
#define BYTES(bytes) _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(bytes)))

/* How numbers of half precision are given: as such, or where the processor has no instructions for them as floats. */
#if TAKES_HALVES
typedef uint16_t NAME(number);
#define WIDE(numbers) WIDEN(numbers)
#else
typedef float NAME(number);
#define WIDE(numbers) *(const VEC *)(numbers)
#endif

/* Inner products of a sample with SIDE support vectors; `width` is a multiple of 16. */
TARGET INLINED void NAME(byte_products)(const int8_t *const *rows, const int16_t *sample, Py_ssize_t width,
                                        int32_t *product) {
#if TAKES_BYTES
    __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a; /* an array of sums would be copied at every step */
    for (Py_ssize_t k = 0; k < width; k += 16) {
        const __m256i own = _mm256_loadu_si256((const __m256i *)(sample + k));
        a = _mm256_add_epi32(a, _mm256_madd_epi16(own, BYTES(rows[0] + k)));
        b = _mm256_add_epi32(b, _mm256_madd_epi16(own, BYTES(rows[1] + k)));
        c = _mm256_add_epi32(c, _mm256_madd_epi16(own, BYTES(rows[2] + k)));
        d = _mm256_add_epi32(d, _mm256_madd_epi16(own, BYTES(rows[3] + k)));
    }
    const __m256i pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    const __m128i all = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
    _mm_storeu_si128((__m128i *)product, all);
#else
    for (int r = 0; r < SIDE; r++) {
        int32_t sum = 0;
        for (Py_ssize_t k = 0; k < width; k++) sum += (int32_t)sample[k] * (int16_t)rows[r][k];
        product[r] = sum;
    }
#endif
}

/* A sample's step for each feature, `scale`, such that its values fill `most`; returns twice the factor that
 * turns inner products of the rounded sample into those of the samples, and the rounded one's squared norm. */
TARGET static float NAME(byte_sample)(const float *x, const float *middle, const float *step, Py_ssize_t features,
                                      float most, int16_t *sample, float *square) {
    float largest = 0.0f, total = 0.0f;
    for (Py_ssize_t k = 0; k < features; k++) {
        const float value = fabsf((x[k] - middle[k]) * step[k]);
        largest = value > largest ? value : largest;
    }
    const float unit = largest > 0.0f ? largest / most : 1.0f;
    for (Py_ssize_t k = 0; k < features; k++) {
        const float value = (x[k] - middle[k]) * step[k] / unit;
        sample[k] = (int16_t)(int32_t)(value + (value < 0.0f ? -0.5f : 0.5f));
        const float rounded = (float)sample[k] * unit / step[k];
        total += rounded * rounded;
    }
    *square = total;
    return 2.0f * unit;
}

/* Inner products of a sample with support vectors rows[k], k < n, a multiple of SIDE; `width` is bytes->width. AHEAD
 * more places are read. */
TARGET INLINED void NAME(products_of)(const Bytes *bytes, Py_ssize_t width, const int16_t *sample, const int32_t *rows,
                                      Py_ssize_t n, int32_t *product) {
    for (Py_ssize_t k = 0; k < n; k += SIDE) {
        const int8_t *side[SIDE];
        for (int r = 0; r < SIDE; r++) {
            const int8_t *later = bytes->vectors + rows[k + r + AHEAD] * width;
            __builtin_prefetch(later, 0, 3);
            __builtin_prefetch(later + width - 1, 0, 3);
            side[r] = bytes->vectors + rows[k + r] * width;
        }
        NAME(byte_products)(side, sample, width, product + k);
    }
}

/* The same: the widths of the shipped machines are constants, which takes 5 % off the time of a drawn glyph. */
TARGET INLINED void NAME(row_products)(const Bytes *bytes, const int16_t *sample, const int32_t *rows, Py_ssize_t n,
                                       int32_t *product) {
    if (bytes->width == 128)
        NAME(products_of)(bytes, 128, sample, rows, n, product);
    else if (bytes->width == 48)
        NAME(products_of)(bytes, 48, sample, rows, n, product);
    else
        NAME(products_of)(bytes, bytes->width, sample, rows, n, product);
}

/* value[rows[k]] = the kernel of a sample with support vector rows[k], for k < n. Some LANES more places of `rows`
 * are read and, first, written. Products of PORTION vectors are made before their kernels: a processor waits for
 * what it has just written in other pieces. */
TARGET static void NAME(byte_kernel)(const Bytes *bytes, const int16_t *sample, float square, float factor,
                                     int32_t *restrict rows, Py_ssize_t n, float *restrict value) {
    const float rate = -1.44269504f * bytes->gamma;
    for (Py_ssize_t k = 0; k < LANES + AHEAD; k++) rows[n + k] = n ? rows[n - 1] : 0;
    for (Py_ssize_t start = 0; start < n; start += PORTION) {
        const Py_ssize_t left = (n - start + WIDTH - 1) / WIDTH * WIDTH, count = left < PORTION ? left : PORTION;
        int32_t product[PORTION];
        NAME(row_products)(bytes, sample, rows + start, count, product);
        for (Py_ssize_t k = 0; k < count; k += WIDTH) {
            const int32_t *row = rows + start + k;
            VEC distance;
            for (int lane = 0; lane < WIDTH; lane++) distance[lane] = bytes->squares[row[lane]];
            distance += square - factor * __builtin_convertvector(*(const IVEC *)(product + k), VEC);
            distance = (VEC)((IVEC)distance & (distance > 0.0f));
            const VEC found = NAME(power_of_two)(distance * rate);
            for (int lane = 0; lane < WIDTH; lane++) value[row[lane]] = found[lane];
        }
    }
}

/* `weigh` for some columns only, with so many sums of every column: a sum waits for the one before it. */
TARGET INLINED void NAME(weigh_columns)(const float *weight, Py_ssize_t n, const NAME(number) *table, Py_ssize_t width,
                                        const float *start, float *out, const int columns, const int sums) {
    VEC sum[8];
    const int vectors = columns / WIDTH;
    for (int v = 0; v < vectors * sums; v++) sum[v] = (VEC){0} + nothing;
    Py_ssize_t k = 0;
    for (; k + sums <= n; k += sums)
        for (int v = 0; v < vectors * sums; v++)
            sum[v] += weight[k + v / vectors] * WIDE(table + (k + v / vectors) * width + v % vectors * WIDTH);
    for (; k < n; k++)
        for (int v = 0; v < vectors; v++) sum[v] += weight[k] * WIDE(table + k * width + v * WIDTH);
    for (int v = vectors; v < vectors * sums; v++) sum[v % vectors] += sum[v];
    for (int v = 0; v < vectors; v++) ((VEC *)out)[v] = ((const VEC *)start)[v] + sum[v];
}

/* out[c] = start[c] + sum over k < n of weight[k] * table[k][c], for c < width, a multiple of 16. The numbers of the
 * table are of half precision: for one sample it takes as long as memory delivers them. */
TARGET static void NAME(weigh)(const float *weight, Py_ssize_t n, const void *numbers, Py_ssize_t width,
                               const float *start, float *out) {
    const NAME(number) *table = numbers;
    Py_ssize_t c = 0;
    for (; c + 8 * WIDTH <= width; c += 8 * WIDTH)
        NAME(weigh_columns)(weight, n, table + c, width, start + c, out + c, 8 * WIDTH, 1);
    for (; c < width; c += 16)
        NAME(weigh_columns)(weight, n, table + c, width, start + c, out + c, 16, 8 * WIDTH / 16);
}

/* Each of n numbers rounded to half precision. */
TARGET static void NAME(round_to_half)(float *numbers, Py_ssize_t n) {
    for (Py_ssize_t k = 0; k < n; k++) numbers[k] = half_rounded(numbers[k]);
}

/* Into `rows` the places of bits that are set in `wanted` and not in `known`, in order, and set them there; returns
 * how many. Bits are looked up by bytes: how many there are is hard to foretell. Some LANES more are written. */
TARGET static Py_ssize_t NAME(collect)(const uint64_t *wanted, uint64_t *known, Py_ssize_t words, int32_t *rows) {
    Py_ssize_t count = 0;
    for (Py_ssize_t word = 0; word < words; word++) {
        uint64_t bits = wanted[word] & ~known[word];
        known[word] |= bits;
        for (int32_t place = (int32_t)word * 64; bits; bits >>= 8, place += 8) {
            *(Eight *)(rows + count) = places_of[bits & 255] + place;
            count += __builtin_popcount(bits & 255);
        }
    }
    return count;
}

/* Sum over k < n, a multiple of LANES, of numbers[k] * value[k]; bit k of `marks` says whether a number is not 0. */
TARGET static float NAME(weighted)(const void *numbers, const uint64_t *marks, const float *value, Py_ssize_t n) {
    const NAME(number) *coef = numbers;
    VEC sum[VECTORS];
    float lanes[LANES];
    for (int v = 0; v < VECTORS; v++) sum[v] = (VEC){0} + nothing;
    for (Py_ssize_t k = 0; k < n; k += LANES) {
        if (!(uint32_t)(marks[k / 64] >> k % 64)) continue;
        for (int v = 0; v < VECTORS; v++)
            sum[v] += WIDE(coef + k + v * WIDTH) * *(const VEC *)(value + k + v * WIDTH);
    }
    for (int v = 0; v < VECTORS; v++) ((VEC *)lanes)[v] = sum[v];
    for (int half = LANES / 2; half; half /= 2)
        for (int k = 0; k < half; k++) lanes[k] += lanes[k + half];
    return lanes[0];
}

/* The smallest margin of each class of one sample, and what it loses by, from the values of its pairs. */
TARGET static void NAME(compare)(const double *f, Py_ssize_t n_classes, double *restrict least,
                                 double *restrict losses) {
    for (Py_ssize_t i = 0; i < n_classes; i++) {
        least[i] = INFINITY;
        losses[i] = 0.0;
    }
    for (Py_ssize_t i = 0; i < n_classes; i++) {
        double smallest = least[i], sum = losses[i];
#pragma omp simd reduction(min : smallest) reduction(+ : sum)
        for (Py_ssize_t j = i + 1; j < n_classes; j++) {
            const double own = f[j - i - 1], other = -own;
            smallest = own < smallest ? own : smallest;
            sum += own < 0.0 ? own : 0.0;
            least[j] = other < least[j] ? other : least[j];
            losses[j] += other < 0.0 ? other : 0.0;
        }
        least[i] = smallest;
        losses[i] = sum;
        f += n_classes - 1 - i;
    }
}

#undef SIDE
#undef AHEAD
#undef PORTION
#undef WIDE
#undef BYTES
