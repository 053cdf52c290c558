#ifndef DATAPLANE_ENTRY_ENTRY_UNIT_H
#define DATAPLANE_ENTRY_ENTRY_UNIT_H

/* Whether a number is a whole number of units, without a division: a whole multiple of an odd unit,
 * times the unit's inverse modulo 2^64, is the count, and of all other numbers it is larger than
 * any count can be.  The unit's factors of two go around by a rotation. */

#include "dataplane/base/base.h"

struct entry_unit {
    uint64_t inverse; /* of the odd part */
    uint64_t most;    /* the largest count there can be */
    uint32_t shift;   /* twos in the unit */
};

struct entry_unit entry_unit(uint64_t size); /* size from 1 */

static inline bool entry_is_whole(const struct entry_unit *unit, uint64_t number)
{
    uint64_t product = number * unit->inverse;
    return (product >> unit->shift | product << (-unit->shift & 63)) <= unit->most;
}

#endif
