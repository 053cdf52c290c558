#ifndef APPS_POLLUX_REPLAY_LANE_H
#define APPS_POLLUX_REPLAY_LANE_H

/* What is on its way, each due at a time, in the order it left.  Grows as needed; a latency of
 * seconds is many messages.  Cold. */

#include "dataplane/entry/entry.h"
#include "dataplane/feed/channel.h"

enum lane_kind {
    LANE_NEWS,  /* published messages up to a number */
    LANE_STEP,  /* a gap, a session, ... of the feed */
    LANE_BYTES, /* a message of the session */
};

struct lane_item {
    nanos_t due;
    enum lane_kind kind;
    enum channel_step step;
    uint32_t length;
    union {
        uint64_t upto;
        struct channel_output output;
        uint8_t bytes[ENTRY_MESSAGE_MAX];
    };
};

struct lane {
    struct lane_item *at;
    uint64_t capacity; /* a power of two */
    uint64_t head;
    uint64_t tail;
    uint64_t deepest;
};

/* Room for one more at the end; to be filled at once. */
struct lane_item *lane_put(struct lane *lane, nanos_t due);

/* The next one, or NULL; valid until the next lane_put. */
struct lane_item *lane_front(struct lane *lane);
void lane_take(struct lane *lane);

static inline nanos_t lane_due(const struct lane *lane)
{
    return lane->head == lane->tail ? UINT64_MAX : lane->at[lane->head & (lane->capacity - 1)].due;
}

void lane_free(struct lane *lane);

#endif
