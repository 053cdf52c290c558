#ifndef APPS_POLLUX_GENERATE_FLOW_DICE_H
#define APPS_POLLUX_GENERATE_FLOW_DICE_H

/* Repeatable chance: fair dice, and dice loaded by a table of weights.
 *
 * Everything follows from one seed (SplitMix64: a counter, mixed), in integers, so that a seed is
 * the same flow everywhere.
 *
 * Threads: one per struct flow_dice; a loaded table is read-only after flow_dice_load.
 * Cost: a roll is about 1 ns; a loaded roll adds one load (Walker's alias method).
 * Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014; Vose, "A
 * linear algorithm for generating random numbers with a given distribution", 1991. */

#include "dataplane/base/base.h"

#define FLOW_DICE_FACES_MAX 65536u

struct flow_dice {
    uint64_t state;
};

/* A bijection of 64 bits that leaves nothing to recognise. */
static inline uint64_t flow_dice_mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

/* 64 fair bits. */
static inline uint64_t flow_dice_roll(struct flow_dice *dice)
{
    return flow_dice_mix(dice->state += 0x9e3779b97f4a7c15u);
}

/* Uniform in 0..count-1, for count >= 1.  The bias is below count / 2^32. */
static inline uint32_t flow_dice_below(struct flow_dice *dice, uint32_t count)
{
    return (uint32_t)((flow_dice_roll(dice) >> 32) * count >> 32);
}

/* Uniform in low..high. */
static inline uint32_t flow_dice_between(struct flow_dice *dice, uint32_t low, uint32_t high)
{
    return low + flow_dice_below(dice, high - low + 1);
}

/* One face of a loaded table: itself with probability own / 2^32, else the other. */
struct flow_dice_face {
    uint32_t own;
    uint32_t other;
};

/* Loads faces[0..count) so that i comes with probability weights[i] / their sum.  weights are below
 * 2^40, their sum below 2^48 and above 0; they are overwritten.  count <= FLOW_DICE_FACES_MAX.
 * Cold. */
void flow_dice_load(struct flow_dice_face *faces, uint64_t *weights, uint32_t count);

/* A roll of the table faces[0..count). */
static inline uint32_t flow_dice_loaded(struct flow_dice *dice, const struct flow_dice_face *faces,
                                        uint32_t count)
{
    uint64_t roll = flow_dice_roll(dice);
    uint32_t face = (uint32_t)((roll >> 32) * count >> 32);
    return (uint32_t)roll < faces[face].own ? face : faces[face].other;
}

#endif
