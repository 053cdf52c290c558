#ifndef DATAPLANE_RISK_RISK_UNIT_H
#define DATAPLANE_RISK_RISK_UNIT_H

/* Whether a number is a whole number of ticks or lots, without a division: a whole multiple of an
 * odd unit, times the unit's inverse modulo 2^64, is the count, and of all other numbers it is
 * larger than any count can be.  The unit's factors of two go around by a rotation. */

#include "dataplane/base/base.h"

struct risk_whole {
    uint64_t inverse; /* of the odd part */
    uint64_t most;    /* the largest count there can be */
    uint64_t shift;   /* twos in the unit */
};

static inline uint64_t risk_inverse_of(uint64_t odd)
{
    uint64_t inverse = odd; /* right in its three lowest bits; each step doubles them */
    for (int bits = 3; bits < 64; bits *= 2) inverse *= 2 - odd * inverse;
    return inverse;
}

/* unit from 1. */
static inline struct risk_whole risk_whole_of(uint64_t unit)
{
    uint64_t shift = (uint64_t)__builtin_ctzll(unit);
    return (struct risk_whole){
        .inverse = risk_inverse_of(unit >> shift), .most = UINT64_MAX / unit, .shift = shift};
}

/* The unit again.  Cold. */
static inline uint64_t risk_whole_unit(const struct risk_whole *whole)
{
    return risk_inverse_of(whole->inverse) << whole->shift;
}

static inline bool risk_whole_is(const struct risk_whole *whole, uint64_t number)
{
    uint64_t product = number * whole->inverse;
    return (product >> whole->shift | product << (-whole->shift & 63)) <= whole->most;
}

#endif
