#ifndef DATAPLANE_NET_NET_TAPE_H
#define DATAPLANE_NET_NET_TAPE_H

/* Recorded frames, given out again as if they arrived.
 *
 *     speed 0     as fast as they are taken
 *     speed 1     at their recorded pace, by the TSC; 10: ten times as fast
 *
 * The tape plays records in the order of the array.  Two captures, of line A and line B, are merged
 * by time first; each keeps its own order, and source tells the frames apart:
 *
 *     a    10   20   20   40                 source 0
 *     b      15   20   30                    source 1
 *     ->   10 15 20 20 20 30 40              equal times: source 0 first
 *
 * The link's clock is the capture's: net_now is the time of the last frame given, or, at a pace,
 * the recorded time that has come; it never goes back.  A record whose time lies before the one
 * before it is given at once.  rx_ns is the recorded time as it is (TIME_CAPTURE; TIME_NONE if it
 * is 0), rx_tsc the counter when the burst was taken.  A record longer than NET_FRAME_BYTES_MAX is
 * dropped and counted (rx_oversized).  Sending on a tape is refused (net_tx_claim is NULL) and
 * counted (tx_refused).
 *
 * Threads: one takes frames; net_tape_progress and net_statistics from any.
 * Memory: net_tape_footprint() bytes; records and their bytes stay with the caller and must not
 * change.  Cost: one rdtsc a burst; the lines of the frames of the next burst are prefetched. */

#include "dataplane/base/clock.h"
#include "dataplane/net/net.h"

#define NET_TAPE_SPEED_MAX 1000u

struct tape_record {
    const uint8_t *bytes;
    uint32_t length; /* bytes there are */
    uint16_t source; /* which capture: 0, 1 */
    uint8_t flags;   /* FRAME_...; FRAME_CUT when the capture kept only a part */
    nanos_t time_ns; /* 0: not known */
};

struct net_tape_plan {
    const struct tape_record *record;
    uint64_t records;
    uint32_t speed; /* 0: as fast as possible; else times the recorded pace, at most the above */
    const struct clock *clock; /* how long a tick is; may be NULL when speed is 0 */
};

struct net_tape_progress {
    uint64_t given; /* records given or dropped so far */
    uint64_t total;
};

struct net_tape;

size_t net_tape_footprint(void);

/* Builds a tape at its beginning, in memory aligned to CACHE_LINE.  Playing starts at the first
 * net_rx. */
struct net_tape *net_tape_new(void *memory, const struct net_tape_plan *plan);

struct net_queue *net_tape_queue(struct net_tape *tape);

/* How far it is.  Any thread. */
struct net_tape_progress net_tape_progress(const struct net_tape *tape);

struct tape_part {
    const struct tape_record *record;
    uint64_t records;
};

/* Writes the records of a and b, ordered as drawn above, into merged[0..a.records + b.records),
 * with sources 0 and 1.  Cold. */
void net_tape_merge(struct tape_part a, struct tape_part b, struct tape_record *merged);

#endif
