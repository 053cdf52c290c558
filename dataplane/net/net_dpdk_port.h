#ifndef DATAPLANE_NET_NET_DPDK_PORT_H
#define DATAPLANE_NET_NET_DPDK_PORT_H

/* What the hot and the cold files of net_dpdk share.  Nobody else includes it. */

#include "dataplane/base/counter.h"
#include "dataplane/net/net_dpdk.h"

#include <rte_dev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

struct dpdk_queue {
    struct net_queue queue; /* first, so that a pointer to one is a pointer to the other */
    uint16_t port;
    uint16_t index;
    const struct net_clock *clock;

    /* Where a driver writes the arrival time in a buffer, and the flag that says it did; a flag of
     * 0 is never set. */
    int stamp_offset;
    uint64_t stamp_flag;

    uint8_t *bounce; /* NET_BURST_MAX slots of NET_FRAME_BYTES_MAX: frames in several buffers */

    struct rte_mempool *pool;
    struct rte_mbuf *claimed; /* open claim, or NULL */
    uint32_t ready;           /* published, not flushed */
    uint64_t ready_bytes;
    struct rte_mbuf *tx[NET_BURST_MAX];

    struct counter rx_frame;
    struct counter rx_byte;
    struct counter rx_segmented;
    struct counter rx_oversized;
    struct counter tx_frame;
    struct counter tx_byte;
    struct counter tx_no_buffer;
    struct counter tx_refused;

    /* The port's own, written by net_dpdk_count; of queue 0 only. */
    CACHE_ALIGNED struct counter port_missed;
    struct counter port_error;
    struct counter port_no_buffer;
    struct counter port_tx_error;
};

struct net_dpdk {
    uint16_t port;
    bool made_here; /* a virtual device, to be unmade by net_dpdk_close */
    uint32_t queues;
    int node;
    struct rte_mempool *pool;
    const char *driver;
    char name[RTE_DEV_NAME_MAX_LEN];
    struct dpdk_queue queue[NET_DPDK_QUEUES_MAX];
};

extern const struct net_driver net_dpdk_driver;

/* Receives the plan's groups as well as the port can, and says in report how. */
void net_dpdk_multicast(const struct net_dpdk *port, const struct net_dpdk_plan *plan,
                        struct text *report);

/* Asks the card to bring each group to its queue, and says in report what it took. */
void net_dpdk_steer(const struct net_dpdk *port, const struct net_dpdk_plan *plan,
                    struct text *report);

#endif
