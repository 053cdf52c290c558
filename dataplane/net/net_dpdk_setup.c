#include "dataplane/net/net_dpdk_port.h"

#include <errno.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf_dyn.h>
#include <stdio.h>
#include <string.h>

/* A port is opened in the order DPDK wants: the device, its buffers, its shape, its queues, the
 * start, and only then what it lets in.  Whatever fails gives back what the steps before it took.
 *
 * The buffers are as long as the longest frame, so that a frame in several of them is the exception
 * a driver makes, not the rule. */

enum {
    RX_DESCRIPTORS = 1024,
    TX_DESCRIPTORS = 512,
    FRAME_BYTES = 1518,      /* an untagged payload of 1500 with room for one VLAN tag */
    FRAME_OVERHEAD = 18,     /* what a frame is longer than its payload: header and VLAN tag */
    BUFFERS_PER_QUEUE = 256, /* beyond descriptors: bursts out, claims, the core's cache */
    BUFFERS_MIN = 4095,      /* unless the plan says otherwise: af_xdp wants 2048 to start at all */
    BUFFER_CACHE = 128,
    DESCRIPTORS_MAX = 32768,
};

/* A plan with every 0 replaced by what it stands for. */
struct shape {
    uint16_t queues;
    uint16_t rx_descriptors;
    uint16_t tx_descriptors;
    uint32_t buffers;
    uint32_t frame_bytes;
};

/* The plan. */

static uint32_t problem(struct text *problems, const struct net_dpdk_plan *plan,
                        const char *sentence)
{
    text_format(problems, "%s: %s.\n", plan->device ? plan->device : "a port", sentence);
    return 1;
}

static uint32_t groups_problems(const struct net_dpdk_plan *plan, struct text *problems)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < plan->groups && i < NET_DPDK_GROUPS_MAX; i++) {
        uint32_t address = plan->group[i].address;
        if (address >> 28 != 0xe) {
            text_format(problems,
                        "%s: %u.%u.%u.%u is no multicast group; those are 224.0.0.0 to "
                        "239.255.255.255.\n",
                        plan->device, address >> 24, address >> 16 & 255, address >> 8 & 255,
                        address & 255);
            wrong++;
        }
        if (plan->group[i].queue >= plan->queues) {
            text_format(problems, "%s: a group is meant for queue %u, and there are %u queues.\n",
                        plan->device, plan->group[i].queue, plan->queues);
            wrong++;
        }
    }
    return wrong;
}

static bool plan_check(const struct net_dpdk_plan *plan, struct text *problems)
{
    CHECK(plan->clock != NULL);
    uint32_t wrong = 0;
    if (!plan->device || !plan->device[0])
        return problem(problems, plan, "no device is named") == 0;
    if (strcspn(plan->device, ",") >= RTE_DEV_NAME_MAX_LEN)
        wrong += problem(problems, plan, "the device name is longer than 63 characters");
    if (plan->queues < 1 || plan->queues > NET_DPDK_QUEUES_MAX)
        wrong += problem(problems, plan, "the number of queues must be 1 to 16");
    if (plan->rx_descriptors > DESCRIPTORS_MAX || plan->tx_descriptors > DESCRIPTORS_MAX)
        wrong += problem(problems, plan, "a queue has at most 32768 descriptors");
    if (plan->buffers > NET_DPDK_BUFFERS_MAX)
        wrong += problem(problems, plan, "a port has at most 1048576 buffers");
    if (plan->frame_bytes != 0 && plan->frame_bytes < 64)
        wrong += problem(problems, plan, "the longest frame cannot be below 64 bytes");
    if (plan->frame_bytes > NET_FRAME_BYTES_MAX)
        wrong += problem(problems, plan, "the longest frame cannot be above 9216 bytes");
    if (plan->groups > NET_DPDK_GROUPS_MAX)
        wrong += problem(problems, plan, "at most 256 multicast groups");
    return wrong + groups_problems(plan, problems) == 0;
}

/* The device. */

static bool name_is_virtual(const char *name)
{
    return strncmp(name, "net_", 4) == 0 || strncmp(name, "eth_", 4) == 0;
}

/* Makes the virtual device the plan describes: name, then the driver's own arguments. */
static bool device_make(const struct net_dpdk_plan *plan, struct net_dpdk *port,
                        struct text *problems)
{
    const char *arguments = plan->device + strlen(port->name);
    if (arguments[0] == ',') arguments++;
    int made = rte_eal_hotplug_add("vdev", port->name, arguments);
    if (made != 0) {
        text_format(
            problems,
            "%s: DPDK could not make this device (%s).  The driver is the name up to its "
            "number; its arguments follow after commas.  af_packet needs root or "
            "CAP_NET_RAW and an existing interface, af_xdp needs root, virtio_user needs its "
            "peer's socket.  Where the driver says that a fanout group refused af_packet, another "
            "process took the group's number by chance: start again.\n",
            plan->device, rte_strerror(-made));
        return false;
    }
    port->made_here = true;
    return true;
}

static bool device_find(const struct net_dpdk_plan *plan, struct net_dpdk *port,
                        struct text *problems)
{
    size_t length = strcspn(plan->device, ",");
    memcpy(port->name, plan->device, length);
    port->name[length] = '\0';
    bool there = rte_eth_dev_get_port_by_name(port->name, &port->port) == 0;
    if (there) return true;
    if (name_is_virtual(port->name)) {
        if (!device_make(plan, port, problems)) return false;
        if (rte_eth_dev_get_port_by_name(port->name, &port->port) == 0) return true;
        return problem(problems, plan, "the device was made but is no network port") == 0;
    }
    text_format(
        problems,
        "%s: DPDK has no such port.  A card is a port when it is bound to vfio-pci (or is one "
        "of those that keep their kernel driver, as mlx5 does), when eal_plan.device names "
        "it, and when this user may open its /dev/vfio group; pollux-host check shows all "
        "three.\n",
        plan->device);
    return false;
}

static void device_unmake(const struct net_dpdk *port)
{
    if (!port->made_here) return;
    /* A device that does not go leaves its name taken until the program ends. */
    int gone = rte_eal_hotplug_remove("vdev", port->name);
    (void)gone;
}

/* The shape. */

static bool shape_fit(const struct net_dpdk_plan *plan, const struct net_dpdk *port,
                      const struct rte_eth_dev_info *can, struct shape *shape,
                      struct text *problems)
{
    uint32_t wrong = 0;
    shape->queues = (uint16_t)plan->queues;
    shape->frame_bytes = plan->frame_bytes ? plan->frame_bytes : FRAME_BYTES;
    shape->rx_descriptors =
        (uint16_t)(plan->rx_descriptors ? plan->rx_descriptors : RX_DESCRIPTORS);
    shape->tx_descriptors =
        (uint16_t)(plan->tx_descriptors ? plan->tx_descriptors : TX_DESCRIPTORS);
    if (plan->queues > can->max_rx_queues || plan->queues > can->max_tx_queues) {
        text_format(problems,
                    "%s: %u queues are wanted, the driver %s has %u to receive and %u to send.\n",
                    port->name, plan->queues, port->driver, can->max_rx_queues, can->max_tx_queues);
        wrong++;
    }
    if (plan->frame_bytes != 0 && can->max_mtu != 0 &&
        plan->frame_bytes > (uint32_t)can->max_mtu + FRAME_OVERHEAD) {
        text_format(problems, "%s: frames of %u bytes are wanted, the driver %s carries %u.\n",
                    port->name, plan->frame_bytes, port->driver,
                    (uint32_t)can->max_mtu + FRAME_OVERHEAD);
        wrong++;
    }
    int adjusted = rte_eth_dev_adjust_nb_rx_tx_desc(port->port, &shape->rx_descriptors,
                                                    &shape->tx_descriptors);
    if (adjusted != 0) {
        text_format(problems, "%s: the driver %s refuses %u and %u descriptors (%s).\n", port->name,
                    port->driver, shape->rx_descriptors, shape->tx_descriptors,
                    rte_strerror(-adjusted));
        wrong++;
    }
    uint32_t least = plan->queues * (shape->rx_descriptors + shape->tx_descriptors);
    uint32_t enough = least + plan->queues * BUFFERS_PER_QUEUE;
    if (enough < BUFFERS_MIN) enough = BUFFERS_MIN;
    shape->buffers = plan->buffers ? plan->buffers : enough;
    if (shape->buffers < plan->queues * (shape->rx_descriptors + NET_BURST_MAX)) {
        text_format(problems,
                    "%s: %u buffers do not fill %u queues of %u receive descriptors and leave a "
                    "burst each; %u do.\n",
                    port->name, shape->buffers, plan->queues, shape->rx_descriptors, enough);
        wrong++;
    }
    return wrong == 0;
}

static bool buffers_make(struct net_dpdk *port, const struct shape *shape, struct text *problems)
{
    char name[RTE_MEMPOOL_NAMESIZE];
    snprintf(name, sizeof name, "buffers_%u", port->port);
    uint32_t room = RTE_PKTMBUF_HEADROOM +
                    (uint32_t)ALIGN_UP(shape->frame_bytes + RTE_ETHER_CRC_LEN, CACHE_LINE);
    if (room < RTE_MBUF_DEFAULT_BUF_SIZE) room = RTE_MBUF_DEFAULT_BUF_SIZE;
    port->pool =
        rte_pktmbuf_pool_create(name, shape->buffers, BUFFER_CACHE, 0, (uint16_t)room, port->node);
    if (port->pool) return true;
    text_format(problems,
                "%s: %u buffers of %u bytes, about %u MiB, cannot be taken (%s).  Give DPDK more "
                "memory, or the port fewer buffers.\n",
                port->name, shape->buffers, room,
                (uint32_t)((uint64_t)shape->buffers * (room + sizeof(struct rte_mbuf)) >> 20) + 1,
                rte_strerror(rte_errno));
    return false;
}

/* The start. */

static int configure(const struct net_dpdk *port, const struct shape *shape,
                     const struct rte_eth_dev_info *can, const struct rte_eth_conf *conf)
{
    int failed = rte_eth_dev_configure(port->port, shape->queues, shape->queues, conf);
    struct rte_eth_rxconf rx = can->default_rxconf;
    struct rte_eth_txconf tx = can->default_txconf;
    rx.offloads = conf->rxmode.offloads;
    tx.offloads = conf->txmode.offloads;
    for (uint16_t i = 0; i < shape->queues && failed == 0; i++)
        failed = rte_eth_rx_queue_setup(port->port, i, shape->rx_descriptors, (unsigned)port->node,
                                        &rx, port->pool);
    for (uint16_t i = 0; i < shape->queues && failed == 0; i++)
        failed =
            rte_eth_tx_queue_setup(port->port, i, shape->tx_descriptors, (unsigned)port->node, &tx);
    return failed == 0 ? rte_eth_dev_start(port->port) : failed;
}

/* Configures and starts with what the driver says it can do beyond the plain; and without, if it
 * cannot after all (virtio promises checksums that its peer then refuses). */
static bool port_start(const struct net_dpdk_plan *plan, const struct net_dpdk *port,
                       const struct shape *shape, const struct rte_eth_dev_info *can,
                       struct rte_eth_conf *conf, struct text *problems)
{
    *conf = (struct rte_eth_conf){0};
    if (plan->frame_bytes != 0 && can->max_mtu != 0)
        conf->rxmode.mtu = plan->frame_bytes - FRAME_OVERHEAD;
    struct rte_eth_conf plain = *conf;
    conf->rxmode.offloads =
        can->rx_offload_capa & (RTE_ETH_RX_OFFLOAD_TIMESTAMP | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM |
                                RTE_ETH_RX_OFFLOAD_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM);
    conf->txmode.offloads = can->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
    int failed = configure(port, shape, can, conf);
    if (failed != 0) {
        *conf = plain;
        failed = configure(port, shape, can, conf);
    }
    if (failed == 0) return true;
    text_format(problems,
                "%s: the driver %s does not start with %u queues, %u and %u descriptors and frames "
                "of %u bytes (%s).\n",
                port->name, port->driver, shape->queues, shape->rx_descriptors,
                shape->tx_descriptors, shape->frame_bytes, rte_strerror(-failed));
    return false;
}

/* Where arrival times will be, if the port gives any. */
static void stamps_find(const struct net_dpdk *port, const struct rte_eth_conf *conf, int *offset,
                        uint64_t *flag, struct text *report)
{
    *offset = 0;
    *flag = 0;
    if (!(conf->rxmode.offloads & RTE_ETH_RX_OFFLOAD_TIMESTAMP)) {
        text_format(report, "%s: the driver %s stamps no arrivals; the time stamp counter does.\n",
                    port->name, port->driver);
        return;
    }
    if (rte_mbuf_dyn_rx_timestamp_register(offset, flag) != 0) {
        *flag = 0;
        text_format(report, "%s: no room for arrival times in a buffer (%s).\n", port->name,
                    rte_strerror(rte_errno));
        return;
    }
    text_format(
        report,
        "%s: the driver %s stamps arrivals; a stamp is used when it is within 1 s before and "
        "1 ms after our clock.\n",
        port->name, port->driver);
}

static bool queues_make(struct net_dpdk *port, const struct net_dpdk_plan *plan,
                        const struct dpdk_queue *common, struct text *problems)
{
    for (uint16_t i = 0; i < plan->queues; i++) {
        struct dpdk_queue *queue = &port->queue[i];
        *queue = *common;
        queue->index = i;
        queue->bounce = rte_malloc_socket("bounce", (size_t)NET_BURST_MAX * NET_FRAME_BYTES_MAX,
                                          CACHE_LINE, port->node);
        if (!queue->bounce)
            return problem(problems, plan, "DPDK has no 576 KiB of memory left for a queue") == 0;
    }
    return true;
}

/* All of it, on a port that exists.  false leaves the device as it is. */
static bool port_open(struct net_dpdk *port, const struct net_dpdk_plan *plan, struct text *report,
                      struct text *problems)
{
    struct rte_eth_dev_info can;
    int failed = rte_eth_dev_info_get(port->port, &can);
    if (failed != 0) {
        text_format(problems, "%s: the driver does not describe itself (%s).\n", port->name,
                    rte_strerror(-failed));
        return false;
    }
    port->driver = can.driver_name;
    port->queues = plan->queues;
    port->node = rte_eth_dev_socket_id(port->port);

    struct shape shape;
    struct rte_eth_conf conf;
    if (!shape_fit(plan, port, &can, &shape, problems)) return false;
    if (!buffers_make(port, &shape, problems)) return false;
    if (!port_start(plan, port, &shape, &can, &conf, problems)) return false;

    struct dpdk_queue common = {.queue = {.driver = &net_dpdk_driver},
                                .port = port->port,
                                .clock = plan->clock,
                                .pool = port->pool};
    stamps_find(port, &conf, &common.stamp_offset, &common.stamp_flag, report);
    if (!queues_make(port, plan, &common, problems)) return false;
    net_dpdk_multicast(port, plan, report);
    net_dpdk_steer(port, plan, report);
    /* Some drivers keep no counters to reset; then they begin where they are. */
    failed = rte_eth_stats_reset(port->port);
    (void)failed;
    return true;
}

struct net_dpdk *net_dpdk_open(const struct net_dpdk_plan *plan, struct text *report,
                               struct text *problems)
{
    if (!plan_check(plan, problems)) return NULL;
    struct net_dpdk *port = rte_zmalloc("port", sizeof *port, CACHE_LINE);
    if (!port) {
        problem(problems, plan, "DPDK has no memory left for a port");
        return NULL;
    }
    if (!device_find(plan, port, problems)) {
        device_unmake(port);
        rte_free(port);
        return NULL;
    }
    if (port_open(port, plan, report, problems)) return port;
    net_dpdk_close(port);
    return NULL;
}

struct net_queue *net_dpdk_queue(struct net_dpdk *port, uint32_t queue)
{
    CHECK(queue < port->queues);
    return &port->queue[queue].queue;
}

void net_dpdk_state(const struct net_dpdk *port, struct net_dpdk_state *state)
{
    *state = (struct net_dpdk_state){.driver = port->driver, .numa_node = port->node};
    struct rte_ether_addr address;
    if (rte_eth_macaddr_get(port->port, &address) == 0)
        memcpy(state->address, address.addr_bytes, sizeof state->address);
    struct rte_eth_link link;
    if (rte_eth_link_get_nowait(port->port, &link) != 0) return;
    state->link_up = link.link_status == RTE_ETH_LINK_UP;
    state->speed_mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
}

void net_dpdk_count(struct net_dpdk *port)
{
    struct rte_eth_stats counted;
    if (rte_eth_stats_get(port->port, &counted) != 0) return;
    struct dpdk_queue *first = &port->queue[0];
    counter_set(&first->port_missed, counted.imissed);
    counter_set(&first->port_error, counted.ierrors);
    counter_set(&first->port_no_buffer, counted.rx_nombuf);
    counter_set(&first->port_tx_error, counted.oerrors);
}

void net_dpdk_close(struct net_dpdk *port)
{
    /* A port that will not stop or close cannot be helped: what follows is the end of it anyway. */
    int stopped = rte_eth_dev_stop(port->port);
    (void)stopped;
    for (uint32_t i = 0; i < port->queues; i++) {
        struct dpdk_queue *queue = &port->queue[i];
        if (queue->claimed) rte_pktmbuf_free(queue->claimed);
        if (queue->ready > 0) rte_pktmbuf_free_bulk(queue->tx, queue->ready);
        rte_free(queue->bounce);
    }
    int closed = rte_eth_dev_close(port->port);
    (void)closed;
    device_unmake(port);
    rte_mempool_free(port->pool);
    rte_free(port);
}
