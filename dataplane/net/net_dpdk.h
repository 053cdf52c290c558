#ifndef DATAPLANE_NET_NET_DPDK_H
#define DATAPLANE_NET_NET_DPDK_H

/* A port of the network card, or of anything DPDK treats as one, as net_queues.
 *
 *     device                                       is
 *     -----------------------------------------    ------------------------------------------------
 *     0000:3b:00.0                                 a PCI card; eal_plan.device must name it
 *     net_af_packet0,iface=eth1                    a kernel interface (root or CAP_NET_RAW)
 *     net_af_xdp0,iface=eth1                       the same by AF_XDP (root)
 *     net_ring0                                    a ring back to itself
 *     net_vhost0,iface=/run/x.sock,queues=1        one side of a virtio link over a Unix socket
 *     net_virtio_user0,path=/run/x.sock,queues=1   and the other
 *     net_null0, net_tap0,iface=t0, net_memif0...  whatever else DPDK has a driver for
 *
 * PCI devices are there after eal_start; any other name is made here (rte_eal_hotplug_add).
 * eal_start must have run.
 *
 * What is asked for and what a driver can do differ; net_dpdk_open refuses only what the port
 * cannot live without, and says the rest in report, one sentence a line: how multicast is received
 * (a list of addresses, else all multicast, else promiscuous), which flow rules the card took,
 * whether it stamps arrivals and checks checksums.
 *
 * Arrival times are the port's own (TIME_NIC) for each frame that has one which can be true: at
 * most NET_DPDK_LATE_NS behind our clock and at most NET_DPDK_EARLY_NS ahead.  Cards whose clock is
 * not set to the time of day fail that and get the TSC (TIME_TSC), as do those without stamps.
 *
 * Statistics are the queue's own, except what only the port counts: that is queue 0's, as of the
 * last net_dpdk_count.
 *
 * Threads: each queue belongs to one core.  net_dpdk_ functions from the main thread.
 * Memory: DPDK's, on the NUMA node of the port, taken in net_dpdk_open.
 * Cost: one burst call of the driver; no system call on cards, ring, vhost, virtio-user; af_packet
 * and af_xdp are the kernel's. */

#include "dataplane/base/text.h"
#include "dataplane/net/net.h"
#include "dataplane/net/net_clock.h"

#define NET_DPDK_QUEUES_MAX  16u
#define NET_DPDK_GROUPS_MAX  256u
#define NET_DPDK_BUFFERS_MAX (1u << 20)
#define NET_DPDK_EARLY_NS    NANOS_MILLI
#define NET_DPDK_LATE_NS     NANOS_SECOND

/* A multicast group to receive, and the queue it should come to. */
struct net_dpdk_group {
    uint32_t address; /* host order: 224.0.0.0..239.255.255.255 */
    uint16_t port;    /* UDP destination port; 0: any */
    uint16_t queue;
};

struct net_dpdk_plan {
    const char *device;
    uint32_t queues;         /* receive and transmit queues; 1..NET_DPDK_QUEUES_MAX */
    uint32_t rx_descriptors; /* of each queue; 0: 1024.  The driver may round. */
    uint32_t tx_descriptors; /* 0: 512 */
    uint32_t buffers;        /* frames of the whole port; 0: what the descriptors need */
    uint32_t frame_bytes; /* the longest frame, without FCS; 0: 1518; at most NET_FRAME_BYTES_MAX */
    uint32_t groups;
    const struct net_dpdk_group *group;
    const struct net_clock *clock; /* outlives the port */
};

struct net_dpdk;

/* The port, started; or NULL, and sentences with cause and remedy were appended to problems. */
MUST_USE struct net_dpdk *net_dpdk_open(const struct net_dpdk_plan *plan, struct text *report,
                                        struct text *problems);

struct net_queue *net_dpdk_queue(struct net_dpdk *port, uint32_t queue);

/* What the port is now. */
struct net_dpdk_state {
    const char *driver;
    uint8_t address[6];
    bool link_up;
    uint32_t speed_mbps; /* 0: unknown */
    int numa_node;       /* -1: none */
};
void net_dpdk_state(const struct net_dpdk *port, struct net_dpdk_state *state);

/* Reads what the port itself has counted (missed, damaged, no buffer, not sent), for net_statistics
 * of queue 0 to show: many drivers make a system call or slow reads of registers for it, so it is
 * not for a core that polls.  About once a second. */
void net_dpdk_count(struct net_dpdk *port);

/* Stops the port and gives the device back.  No core may be using its queues. */
void net_dpdk_close(struct net_dpdk *port);

#endif
