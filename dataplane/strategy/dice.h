#ifndef DATAPLANE_STRATEGY_DICE_H
#define DATAPLANE_STRATEGY_DICE_H

/* Randomness of a seed (SplitMix64): the same seed, the same strategy, on every machine.  For
 * spreading and for show; nobody who wants to foresee it is kept from it. */

#include "dataplane/base/base.h"

/* 0..sides-1; what the n-th throw of this seed shows.  sides above 0. */
static inline uint64_t dice_at(uint64_t seed, uint64_t n, uint64_t sides)
{
    uint64_t z = seed + (n + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % sides;
}

#endif
