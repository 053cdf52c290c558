#include "dataplane/entry/entry_unit.h"

struct entry_unit entry_unit(uint64_t size)
{
    struct entry_unit unit = {.shift = (uint32_t)__builtin_ctzll(size), .most = UINT64_MAX / size};
    uint64_t odd = size >> unit.shift;
    unit.inverse = odd; /* right in its three lowest bits; each step doubles them */
    for (int bits = 3; bits < 64; bits *= 2) unit.inverse *= 2 - odd * unit.inverse;
    return unit;
}
