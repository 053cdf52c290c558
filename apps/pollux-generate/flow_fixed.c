#include "apps/pollux-generate/flow_fixed.h"

/* Logarithm: the number is normalised to [1, 2) with 63 binary places and squared 32 times; each
 * time it reaches 2, the next binary place of the logarithm is 1.  Power: the factors 2^-(1/2),
 * 2^-(1/4), ... come from integer square roots, and those of the set places are multiplied. */

typedef unsigned __int128 wide_t;

uint64_t flow_fixed_log2_q32(uint64_t number)
{
    CHECK(number > 0);
    uint32_t whole = 63 - (uint32_t)__builtin_clzll(number);
    uint64_t mantissa = number << (63 - whole);
    uint64_t fraction = 0;
    for (uint32_t i = 0; i < 32; i++) {
        wide_t square = (wide_t)mantissa * mantissa; /* 126 places, in [1, 4) */
        bool doubled = (uint64_t)(square >> 127) != 0;
        mantissa = (uint64_t)(square >> (doubled ? 64 : 63));
        fraction = fraction << 1 | doubled;
    }
    return (uint64_t)whole << 32 | fraction;
}

/* The largest root with root * root <= square, for square < 2^126. */
static uint64_t square_root(wide_t square)
{
    uint64_t root = 0;
    for (uint64_t bit = 1ull << 62; bit; bit >>= 1) {
        uint64_t tried = root | bit;
        if ((wide_t)tried * tried <= square) root = tried;
    }
    return root;
}

uint64_t flow_fixed_exp2_minus_q32(uint64_t exponent_q32)
{
    uint64_t whole = exponent_q32 >> 32;
    if (whole > 32) return 0;
    uint64_t power = 1ull << 62;  /* 1, with 62 binary places */
    uint64_t factor = 1ull << 61; /* 2^-1 */
    for (uint32_t place = 32; place-- > 0;) {
        factor = square_root((wide_t)factor << 62);
        if (exponent_q32 >> place & 1) power = (uint64_t)((wide_t)power * factor >> 62);
    }
    return power >> (30 + whole);
}

uint64_t flow_fixed_power_minus_q32(uint64_t base, uint32_t hundredths)
{
    return flow_fixed_exp2_minus_q32(flow_fixed_log2_q32(base) * hundredths / 100);
}

uint64_t flow_fixed_minus_ln_q32(uint64_t part, uint64_t whole)
{
    CHECK(part <= whole);
    uint64_t log2_q32 = flow_fixed_log2_q32(whole) - flow_fixed_log2_q32(part);
    return (uint64_t)((wide_t)log2_q32 * FLOW_FIXED_LN2_Q32 >> 32);
}
