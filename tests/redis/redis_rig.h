#ifndef TESTS_REDIS_REDIS_RIG_H
#define TESTS_REDIS_REDIS_RIG_H

/* Names for the specs of control/redis: "desk" and "far" are outside, "maker" is a delegate.  Desk
 * has keys 0..7 and trades ACME and BOLT at venue "box"; far has no keys and trades all of "rim".
 */

#include "control/redis/redis_say.h"

#include <string.h>

enum { DESK, FAR, MAKER };

static const char *const rig_traded[] = {"ACME", "BOLT"};
static const struct redis_strategy rig_strategy[] = {
    [DESK] = {.name = "desk", .orders = 8, .outside = true, .symbols = 2, .symbol = rig_traded},
    [FAR] = {.name = "far", .venue = 1, .outside = true},
    [MAKER] = {.name = "maker"},
};
static const struct redis_symbol rig_symbol[] = {
    {"ACME", 0}, {"BOLT", 0}, {"GOLD", 0}, {"ACME", 1}, {"A\"\\B", 1}};
static const char *const rig_venue[] = {"box", "rim"};
static const struct redis_names rig_names = {.strategies = 3,
                                             .strategy = rig_strategy,
                                             .symbols = 5,
                                             .symbol = rig_symbol,
                                             .venues = 2,
                                             .venue = rig_venue};

#endif
