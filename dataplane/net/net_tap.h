#ifndef DATAPLANE_NET_NET_TAP_H
#define DATAPLANE_NET_NET_TAP_H

/* Copies of what a queue receives and sends, for somebody who writes them down.
 *
 *     lcore of the queue                                      reader's thread
 *     net_rx ──► frames ─── copy ──► ring of what came  ──►   net_tap_front, net_tap_release
 *     net_tx_flush ──────── copy ──► ring of what went  ──►        "
 *
 * Guarantees: a frame is never delayed for its copy.  A ring without room drops the copy and counts
 * it, and that is all that happens.  kept + dropped is what the queue's own counters say of the
 * time the tap was on: frames that were received, and frames that the port took; those that it
 * refused are not shown.  Within one direction the order is the queue's.
 *
 *     received   frame.rx_ns, which may be the card's
 *     sent       net_now when the burst was given to the port
 *
 * Off, a tap costs nothing: it is not the queue's driver.  On and off are for a running queue, from
 * another thread; a frame that is published and not flushed at that instant is not shown.
 *
 *     net_tap_on(tap, &plan);    ...    net_tap_off(tap);  while (!net_tap_quiet(tap)) sleep;
 *                                       read what is left;  give the rings' memory back
 *
 * Threads: the queue's lcore, which knows nothing of it; one that switches; one that reads, which
 * may be the same.  Counts may be read by any.
 * Memory: net_tap_footprint() bytes as long as the queue is used, the rings' while it is on.
 * Cost: on, one locked instruction a burst, and the copy: bench/bench_tap.c. */

#include "dataplane/net/net.h"

#define NET_TAP_SNAP_MIN 64u

enum net_tap_side { NET_TAP_CAME, NET_TAP_WENT, NET_TAP_SIDES };

struct net_tap;

struct net_tap_plan {
    void *memory[NET_TAP_SIDES]; /* record_ring_footprint(ring_bytes) each, CACHE_LINE aligned */
    uint64_t ring_bytes;         /* of each side; room for four whole copies at least */
    uint32_t snap_bytes;         /* what is kept of a frame; NET_TAP_SNAP_MIN at least */
};

/* A copy. */
struct net_tap_frame {
    nanos_t time_ns;
    uint64_t dropped; /* of this side, before it, since the tap was put on */
    uint32_t length;
    uint32_t original_length;
    uint8_t bytes[];
};

struct net_tap_counts {
    uint64_t kept;
    uint64_t dropped;
};

size_t net_tap_footprint(void);

/* A tap for this queue, off; a queue has one. */
struct net_tap *net_tap_new(void *memory, struct net_queue *queue);

/* Parts tap and queue.  The tap is off, and no lcore uses the queue any more. */
void net_tap_leave(struct net_tap *tap);

/* It is off, and was quiet since; counts begin at 0. */
void net_tap_on(struct net_tap *tap, const struct net_tap_plan *plan);

void net_tap_off(struct net_tap *tap);

/* After net_tap_off: whether the lcore will not touch the rings any more.  It does so within one
 * call, unless it is not running just then. */
MUST_USE bool net_tap_quiet(struct net_tap *tap);

/* The oldest copy of a side, or NULL.  It stays until net_tap_release. */
MUST_USE const struct net_tap_frame *net_tap_front(struct net_tap *tap, enum net_tap_side side);
void net_tap_release(struct net_tap *tap, enum net_tap_side side);

/* Bytes of a side's ring that wait to be read. */
uint64_t net_tap_waiting(const struct net_tap *tap, enum net_tap_side side);

struct net_tap_counts net_tap_counts(const struct net_tap *tap, enum net_tap_side side);

/* The queue's clock, for any thread. */
nanos_t net_tap_now(const struct net_tap *tap);

#endif
