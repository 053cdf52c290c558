#ifndef DATAPLANE_NET_NET_H
#define DATAPLANE_NET_NET_H

/* Frames in, frames out.  The only door between the appliance and DPDK: no file outside
 * dataplane/net/ and dataplane/launch/ includes an rte_ header, so everything behind this door
 * runs, and is tested, on a machine without a NIC, without huge pages and without root.
 *
 *     a port's queue            what is behind it
 *     ------------------        ---------------------------------------------------------
 *     net_dpdk.h                any DPDK ethdev: PCI card, af_packet, af_xdp, ring, virtio, vhost
 *     net_memory.h              two ends of an in-memory link (tests, the default start)
 *     net_tape.h                captures played from memory, as fast as possible or at their pace
 *
 * A tap (net_tap.h) copies what a queue brings and takes; while it is off there is none of it here.
 *
 * The caller of a queue sees none of that: it takes bursts, gives them back, and claims room for
 * what it sends.
 *
 *     net_rx(queue, &burst);                       uint8_t *frame = net_tx_claim(queue, bytes);
 *     for each burst.at[i]: ...                    if (!frame) { drops++; return; }
 *     net_rx_done(queue, &burst);                  ... fill ...
 *                                                  net_tx_publish(queue);  net_tx_flush(queue);
 *
 * Threads: one queue belongs to one stage; all calls on it come from that stage's lcore, except
 * net_statistics, which any thread may call for a snapshot.
 * Cost: one indirect call per burst, none per frame. */

#include "dataplane/base/base.h"

#include <stdatomic.h>

#define NET_BURST_MAX       64
#define NET_FRAME_BYTES_MAX 9216 /* the largest frame any link carries, without FCS */

/* A received frame.  bytes stays valid until net_rx_done. */
struct frame {
    const uint8_t *bytes;
    uint32_t length_bytes;
    uint16_t source; /* which wire, where a queue carries several (a tape of two captures): 0, 1 */
    uint8_t flags;   /* FRAME_... */
    uint8_t clock;   /* enum time_source of rx_ns */
    nanos_t rx_ns;   /* arrival */
    uint64_t rx_tsc; /* time stamp counter when the burst was taken */
};

enum {
    FRAME_IP_CHECKSUM_GOOD = 1 << 0, /* the NIC has verified it; absent means unknown */
    FRAME_L4_CHECKSUM_GOOD = 1 << 1,
    FRAME_CHECKSUM_BAD = 1 << 2, /* the NIC says a checksum is wrong */
    FRAME_CUT = 1 << 3,          /* the capture kept only a part: must not be parsed past it */
};

struct frame_burst {
    uint32_t count;
    struct frame at[NET_BURST_MAX];
    void *owner[NET_BURST_MAX]; /* private to the driver */
};

/* clang-format off */
#define NET_STATISTICS(S)                                                              \
    S(rx_frame,        "Frames taken from the queue")                                  \
    S(rx_byte,         "Bytes in them")                                                \
    S(rx_missed,       "Frames the port dropped because nobody took them in time")     \
    S(rx_error,        "Frames the port refused as damaged")                           \
    S(rx_no_buffer,    "Frames lost for want of a buffer")                             \
    S(rx_segmented,    "Frames in several buffers, copied together")                   \
    S(rx_oversized,    "Frames longer than NET_FRAME_BYTES_MAX, dropped")              \
    S(tx_frame,        "Frames given to the port")                                     \
    S(tx_byte,         "Bytes in them")                                                \
    S(tx_no_buffer,    "Frames not claimed for want of a buffer")                      \
    S(tx_refused,      "Frames the port did not take, dropped")                        \
    S(tx_error,        "Frames the port took and could not send")
/* clang-format on */

#define NET_STATISTIC_FIELD(name, help) uint64_t name;
struct net_statistics {
    NET_STATISTICS(NET_STATISTIC_FIELD)
};

struct net_queue;
struct net_tap;

/* What a driver provides.  Only drivers and the inline functions below use it. */
struct net_driver {
    const char *name;
    void (*rx)(struct net_queue *queue, struct frame_burst *burst);
    void (*rx_done)(struct net_queue *queue, struct frame_burst *burst);
    uint8_t *(*tx_claim)(struct net_queue *queue, uint32_t bytes);
    void (*tx_publish)(struct net_queue *queue);
    uint32_t (*tx_flush)(struct net_queue *queue);
    void (*statistics)(const struct net_queue *queue, struct net_statistics *statistics);
    nanos_t (*now)(const struct net_queue *queue);
    bool (*ended)(const struct net_queue *queue);
};

/* The head of every driver's own queue struct.  A tap that is on is the driver, in front of the
 * queue's own; another thread than the queue's may put it there and take it away. */
struct net_queue {
    const struct net_driver *_Atomic driver;
    struct net_tap *tap; /* NULL: it has none */
};

static inline const struct net_driver *net_driver(const struct net_queue *queue)
{
    /* Acquires the release in net_tap_on: a driver that is a tap finds it. */
    return atomic_load_explicit(&queue->driver, memory_order_acquire);
}

/* Takes the frames that have arrived, at most NET_BURST_MAX, without waiting; burst->count says how
 * many.  Frames of one burst are in order of arrival.  A queue has one burst out at a time: give it
 * back before taking the next. */
static inline void net_rx(struct net_queue *queue, struct frame_burst *burst)
{
    net_driver(queue)->rx(queue, burst);
}

/* Gives every frame of burst back.  After this, burst->at[...].bytes must not be read. */
static inline void net_rx_done(struct net_queue *queue, struct frame_burst *burst)
{
    net_driver(queue)->rx_done(queue, burst);
}

/* Room for one frame of exactly bytes, 1..NET_FRAME_BYTES_MAX, or NULL: no buffer, none that large
 * (tx_no_buffer), or a link that is full (tx_refused).  At most one claim is open; publish it
 * before the next.  A claim that is not published is forgotten by the next. */
MUST_USE static inline uint8_t *net_tx_claim(struct net_queue *queue, uint32_t bytes)
{
    return net_driver(queue)->tx_claim(queue, bytes);
}

/* Adds the claimed frame to the burst to be sent; a full burst is flushed. */
static inline void net_tx_publish(struct net_queue *queue)
{
    net_driver(queue)->tx_publish(queue);
}

/* Sends what is published.  Returns how many frames the port took; the rest are dropped and
 * counted, because a frame that waits for a full port is late anyway. */
static inline uint32_t net_tx_flush(struct net_queue *queue)
{
    return net_driver(queue)->tx_flush(queue);
}

/* A snapshot of the queue's counters. */
static inline void net_statistics(const struct net_queue *queue, struct net_statistics *statistics)
{
    net_driver(queue)->statistics(queue, statistics);
}

/* The link's clock: the TSC as nanoseconds since the epoch for live links, the time of the last
 * frame for a tape, so that timers follow the capture and not the machine that plays it. */
static inline nanos_t net_now(const struct net_queue *queue)
{
    return net_driver(queue)->now(queue);
}

/* True when no frame will ever come again (a tape at its end).  Live links never end. */
static inline bool net_ended(const struct net_queue *queue)
{
    return net_driver(queue)->ended(queue);
}

#endif
