#ifndef CONTROL_REDIS_REDIS_LANE_H
#define CONTROL_REDIS_REDIS_LANE_H

/* A lane of the pusher (F47): updates that wait for their delay, the newest of each key.
 *
 *     put(key, update)   the first of a key: at the end of the line, due after the delay
 *                        another of a key that waits: merged into it, in its place
 *     take()             the one that is due and has waited longest
 *
 * Whoever cannot deliver does not take: the lane then keeps one update of each key, whatever comes,
 * and counts.  Bounded by REDIS_LANE_KEYS; an update of a key there is no room for is dropped and
 * counted.
 * Pure.  Threads: one.  Memory: taken at once by redis_lane_new. */

#include "dataplane/base/base.h"

#define REDIS_LANE_KEYS  16384u
#define REDIS_LANE_BYTES 160u /* of an update at most */

struct redis_lane_key {
    uint64_t high;
    uint64_t low;
};

/* What two updates of one key are together; older is changed. */
typedef void redis_lane_merge(void *older, const void *newer);

struct redis_lane {
    redis_lane_merge *merge;
    nanos_t delay_ns;
    struct redis_lane_entry *at;
    uint32_t *bucket; /* 1 + the first entry of the key's; 0: none */
    uint32_t first;   /* of the line */
    uint32_t count;
    uint64_t put;
    uint64_t merged;
    uint64_t dropped;
};

void redis_lane_new(struct redis_lane *lane, nanos_t delay_ns, redis_lane_merge *merge);
void redis_lane_free(struct redis_lane *lane);
void redis_lane_put(struct redis_lane *lane, const struct redis_lane_key *key, const void *update,
                    uint32_t bytes, nanos_t now);
/* False: none is due. */
MUST_USE bool redis_lane_take(struct redis_lane *lane, void *update, uint32_t bytes, nanos_t now);

#endif
