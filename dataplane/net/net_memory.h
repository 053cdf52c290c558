#ifndef DATAPLANE_NET_NET_MEMORY_H
#define DATAPLANE_NET_NET_MEMORY_H

/* A link without a wire: two ends in one process, each a net_queue, each owned by its own thread.
 *
 *        end 0                                                        end 1
 *     net_tx_claim -> slot | slot | slot | slot ->  net_rx, net_rx_done
 *     net_rx, net_rx_done  <- slot | slot | slot | slot <- net_tx_claim
 *
 * Frames are written into their slot in place and read there: nothing is copied.  A full direction
 * refuses the claim (NULL) and counts tx_refused at the sender; a frame longer than the link
 * carries is refused too and counts tx_no_buffer.  Nothing that was claimed is ever lost.
 *
 * The arrival time is when the burst was taken, by the TSC.  Link state, addresses and checksums do
 * not exist here: no frame carries a FRAME_ flag.
 *
 * Threads: one per end; the same thread may own both.  Memory: net_memory_footprint() bytes, given
 * once.  Cost: that of spsc.h for a burst; no system call. */

#include "dataplane/net/net.h"
#include "dataplane/net/net_clock.h"

#define NET_MEMORY_FRAMES_MAX 65536u

struct net_memory;

struct net_memory_limits {
    uint32_t frames;      /* each way, waiting at once; a power of two, at most the above */
    uint32_t frame_bytes; /* the longest frame; at most NET_FRAME_BYTES_MAX */
};

/* Bytes needed for limits, or 0 if limits are outside the ranges above. */
size_t net_memory_footprint(const struct net_memory_limits *limits);

/* Builds a link, empty both ways, in memory aligned to CACHE_LINE.  clock must outlive it. */
struct net_memory *net_memory_new(void *memory, const struct net_memory_limits *limits,
                                  const struct net_clock *clock);

/* One of the two ends; end is 0 or 1. */
struct net_queue *net_memory_end(struct net_memory *link, uint32_t end);

#endif
