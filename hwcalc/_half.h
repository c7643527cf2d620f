/* Numbers rounded to what half precision holds, without its instructions. */

#ifndef HWCALC_HALF_H
#define HWCALC_HALF_H

#include <stdint.h>
#include <string.h>

#define HALF_SIGN 0x80000000u   /* the bit of a negative number */
#define HALF_NORMAL 0x38800000u /* bits of 2^-14, the least normal number of half precision */

/* A number rounded to half precision, below its normal numbers to 0. On its bits: arithmetic that rounds would be
 * optimised away. */
static inline float half_rounded(float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof(bits));
    const uint32_t sign = bits & HALF_SIGN, rounded = ((bits ^ sign) + 0xfff + (bits >> 13 & 1)) & ~(uint32_t)0x1fff;
    bits = rounded < HALF_NORMAL ? 0 : rounded | sign;
    memcpy(&number, &bits, sizeof(bits));
    return number;
}

#endif
