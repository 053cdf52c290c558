#ifndef DATAPLANE_MATCH_MATCH_UNIT_H
#define DATAPLANE_MATCH_MATCH_UNIT_H

/* Makes what unit_count() in match_layout.h divides by.  For the files of this folder. */

#include "dataplane/match/match_layout.h"

/* unit > 0; max: the most whole units a value may be, with unit * max at most INT64_MAX.
 *
 * unit is odd << shift.  An odd number times itself is 1 modulo 8, so it is its own inverse to 3
 * bits; each step of Newton's doubles the bits that are right: 3, 6, 12, 24, 48, 96. */
static inline struct unit unit_of(int64_t unit, uint32_t max)
{
    uint32_t shift = (uint32_t)__builtin_ctzll((uint64_t)unit);
    uint64_t odd = (uint64_t)unit >> shift, inverse = odd;
    for (uint32_t bits = 3; bits < 64; bits *= 2) inverse *= 2 - odd * inverse;
    return (struct unit){.unit = (uint64_t)unit, .inverse = inverse, .shift = shift, .max = max};
}

#endif
