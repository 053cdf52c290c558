#ifndef DATAPLANE_FEED_CHANNEL_HOLES_H
#define DATAPLANE_FEED_CHANNEL_HOLES_H

/* The numbers known to be missing, as ranges with their age: private to the channel.
 *
 *     held       1-3     6-7        12-14        top = 18: a heartbeat named 18 as the next
 *     holes          4-5     8-11          15-17
 *
 * A number is missing once something after it is known, and its age counts from then.  So ages
 * never rise with the numbers, and what is left of a hole keeps its age when a part of it is
 * filled. Adjacent ranges of different age stay apart: what a heartbeat named first is given up
 * first.
 *
 * Cost: a binary search, and a move of at most the ranges behind the place. */

#include "dataplane/base/base.h"

/* How many ranges beyond those that stored datagrams make: heartbeats that raise the top while a
 * hole is open.  With more, the newest two adjacent ranges become one, of the older age. */
#define HOLES_SPARE 64u

struct hole {
    uint64_t first;
    uint64_t end;
    nanos_t open_ns;      /* when it was first seen */
    uint64_t open_packet; /* datagrams of the session received until then */
    bool overdue;         /* given up as soon as it is the first */
};

struct holes {
    struct hole *at; /* in use: at[head..head + count) */
    uint32_t head;
    uint32_t count;
    uint32_t count_max; /* at has twice as many, so that it slides seldom */
    uint64_t top;       /* one past the highest number known */
};

/* Ranges needed when so many datagrams may wait, and bytes for them. */
uint32_t holes_max(uint32_t store_datagrams);
size_t holes_footprint(uint32_t store_datagrams);
void holes_build(struct holes *holes, void *memory, uint32_t store_datagrams);

/* Nothing is missing; the numbers below top are not asked for. */
void holes_reset(struct holes *holes, uint64_t top);

static inline struct hole *holes_at(const struct holes *holes, uint32_t index)
{
    DCHECK(index < holes->count);
    return &holes->at[holes->head + index];
}

/* The first range that ends after number, or count. */
uint32_t holes_find(const struct holes *holes, uint64_t number);

/* Numbers of [first, end) that are missing or above the top. */
uint64_t holes_missing(const struct holes *holes, uint64_t first, uint64_t end);

/* [first, end) has come; what it skips above the top is missing since then, as *since says in its
 * open_ns, open_packet and overdue. */
void holes_fill(struct holes *holes, uint64_t first, uint64_t end, const struct hole *since);

/* All numbers below top have been sent: those that are new are missing since then. */
void holes_raise(struct holes *holes, uint64_t top, const struct hole *since);

/* Nothing below end has come but what is before first, where the stream goes on: all of
 * [first, end) is missing, since the oldest of the ranges below end, or as *since says. */
void holes_front(struct holes *holes, uint64_t first, uint64_t end, const struct hole *since);

/* Takes the first range away. */
void holes_give_up(struct holes *holes);

/* CHECKs that ranges are in order, apart and below the top, the first not below next.  Cold. */
void holes_verify(const struct holes *holes, uint64_t next);

#endif
