#ifndef DATAPLANE_STAGE_FEED_HOST_H
#define DATAPLANE_STAGE_FEED_HOST_H

/* What a feed stage says on its wires: it joins its groups, asks for what it has missed, and takes
 * snapshots.
 *
 *     a line's datagram ───────────────────────────────────────► the stage itself
 *     every other frame ──► inet ──► UDP: replies ──► recovery ──► channel
 *                                └─► TCP: snapshot ──► recovery ──► feed
 *     recovery ──► requests, a connection ──► inet ──► the port
 *
 * A port with an address of its own is a host there: it answers ARP and pings, and reports its
 * groups, so that switches forward them.  One without only listens.
 *
 * Threads: the feed stage's.  Memory: feed_host_footprint(). */

#include "dataplane/feed/recovery.h"
#include "dataplane/inet/inet.h"
#include "dataplane/net/net.h"

#define FEED_HOST_QUEUES_MAX 3u

struct feed_host_server {
    uint32_t ip;
    uint16_t port;
};

struct feed_host_group {
    uint32_t queue;
    uint32_t group;
};

struct feed_host_plan {
    bool present[FEED_HOST_QUEUES_MAX];            /* by queue: it has an address */
    struct inet_limits inet[FEED_HOST_QUEUES_MAX]; /* output is filled in */
    uint32_t groups;
    struct feed_host_group group[2];

    bool recovers;
    uint32_t queue; /* by which it asks; must be present */
    struct recovery_limits recovery;
    uint16_t request_port; /* UDP: ours */
    struct feed_host_server server[RECOVERY_SERVERS_MAX];
    struct feed_host_server snapshot[RECOVERY_SERVERS_MAX];
};

struct feed_host_counts {
    uint64_t frame;        /* given to a host */
    uint64_t request_lost; /* requests for which the link had no room, or no address was known */
    struct recovery_counts recovery;
    struct inet_counts inet; /* of the queue that asks */
};

/* Who is told that the channel may have something to say. */
typedef void feed_host_drain_fn(void *context, nanos_t now);

struct feed_host;

/* The first thing of the plan that cannot be as a sentence, or NULL. */
const char *feed_host_check(const struct feed_host_plan *plan);

/* 0 if feed_host_check has something to say. */
size_t feed_host_footprint(const struct feed_host_plan *plan);

struct feed_host_wires {
    struct net_queue *const *queue;
    struct channel *channel;
    struct feed *feed;
    feed_host_drain_fn *drain;
    void *context;
};

/* memory: aligned to CACHE_LINE; plan must outlive it. */
struct feed_host *feed_host_new(void *memory, const struct feed_host_plan *plan,
                                const struct feed_host_wires *wires, nanos_t now);

/* A frame that is no line's.  False if the queue has no host. */
bool feed_host_receive(struct feed_host *host, uint32_t queue, const struct frame *frame,
                       nanos_t now);

/* After feed_step. */
void feed_host_step(struct feed_host *host, enum channel_step step,
                    const struct channel_output *output, nanos_t now);

/* Does what is due, and sends it.  Each turn, and in housekeeping. */
void feed_host_turn(struct feed_host *host, nanos_t now);

/* The tapes have ended, say: what is missing will not come. */
void feed_host_finish(struct feed_host *host, nanos_t now);

enum recovery_state feed_host_state(const struct feed_host *host);
void feed_host_count(const struct feed_host *host, struct feed_host_counts *counts);

#endif
