#ifndef APPS_POLLUX_GENERATE_FLOW_FIXED_H
#define APPS_POLLUX_GENERATE_FLOW_FIXED_H

/* Logarithms and powers in integers.
 *
 * The flow must be the same bytes from every compiler, processor and C library, and floating point
 * is not: a library's log() may differ in its last bit, a compiler may contract a * b + c.  These
 * functions use integer arithmetic only.  They are slow (about a microsecond) and run at set-up.
 *
 * A number called _q32 has 32 binary places: 1.5 is 0x180000000. */

#include "dataplane/base/base.h"

#define FLOW_FIXED_ONE_Q32 (1ull << 32)
#define FLOW_FIXED_LN2_Q32 2977044471ull /* the natural logarithm of 2 */

/* log2(number), rounded down, for number >= 1. */
uint64_t flow_fixed_log2_q32(uint64_t number);

/* 2^-exponent, to about 30 binary places. */
uint64_t flow_fixed_exp2_minus_q32(uint64_t exponent_q32);

/* base^-(hundredths / 100), for base >= 1: 3^-0.9 is flow_fixed_power_minus_q32(3, 90). */
uint64_t flow_fixed_power_minus_q32(uint64_t base, uint32_t hundredths);

/* -ln(part / whole), for 0 < part <= whole. */
uint64_t flow_fixed_minus_ln_q32(uint64_t part, uint64_t whole);

#endif
