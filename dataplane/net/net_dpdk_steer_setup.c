#include "dataplane/net/net_dpdk_port.h"

#include <errno.h>
#include <rte_byteorder.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_flow.h>

/* What a card is asked to let in, and where to put it.  Nothing here can fail a start: the frames'
 * addresses are checked again behind the door, so the worst case is a port that hears too much. */

/* 01:00:5e and the low 23 bits of the group (RFC 1112, 6.4 "Extensions to an Ethernet Local Network
 * Module"). */
static struct rte_ether_addr group_address(uint32_t group)
{
    return (struct rte_ether_addr){
        {0x01, 0x00, 0x5e, (uint8_t)(group >> 16 & 0x7f), (uint8_t)(group >> 8), (uint8_t)group}};
}

/* The different addresses of the plan's groups: 32 groups share one. */
static uint32_t group_addresses(const struct net_dpdk_plan *plan,
                                struct rte_ether_addr address[NET_DPDK_GROUPS_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->groups; i++) {
        struct rte_ether_addr wanted = group_address(plan->group[i].address);
        bool known = false;
        for (uint32_t k = 0; k < count; k++)
            known = known || rte_is_same_ether_addr(&address[k], &wanted);
        if (!known) address[count++] = wanted;
    }
    return count;
}

void net_dpdk_multicast(const struct net_dpdk *port, const struct net_dpdk_plan *plan,
                        struct text *report)
{
    if (plan->groups == 0) return;
    struct rte_ether_addr address[NET_DPDK_GROUPS_MAX];
    uint32_t count = group_addresses(plan, address);
    text_format(report, "%s: ", port->name);
    int listed = rte_eth_dev_set_mc_addr_list(port->port, address, count);
    if (listed == 0) {
        text_format(report, "the port lets in the %u multicast addresses of its groups.\n", count);
        return;
    }
    text_format(report, "the driver %s takes no list of multicast addresses (%s); ", port->driver,
                rte_strerror(-listed));
    int all = rte_eth_allmulticast_enable(port->port);
    if (all == 0) {
        text_append(report, "the port lets in all multicast.\n");
        return;
    }
    int everything = rte_eth_promiscuous_enable(port->port);
    if (everything == 0) {
        text_append(report, "the port is promiscuous and lets in everything.\n");
        return;
    }
    text_format(
        report,
        "it is asked in vain for all multicast (%s) and for everything (%s): what arrives is "
        "what the driver chooses.\n",
        rte_strerror(-all), rte_strerror(-everything));
}

/* UDP to the group, and to its port if that is given, goes to the queue.  NULL if the card made the
 * rule, else its reason. */
static const char *group_steer(uint16_t port, const struct net_dpdk_group *group)
{
    struct rte_flow_item_ipv4 ip = {.hdr.dst_addr = rte_cpu_to_be_32(group->address)};
    struct rte_flow_item_ipv4 ip_mask = {.hdr.dst_addr = RTE_BE32(0xffffffff)};
    struct rte_flow_item_udp udp = {.hdr.dst_port = rte_cpu_to_be_16(group->port)};
    struct rte_flow_item_udp udp_mask = {.hdr.dst_port = RTE_BE16(0xffff)};
    struct rte_flow_item pattern[] = {
        {.type = RTE_FLOW_ITEM_TYPE_ETH},
        {.type = RTE_FLOW_ITEM_TYPE_IPV4, .spec = &ip, .mask = &ip_mask},
        {.type = RTE_FLOW_ITEM_TYPE_UDP},
        {.type = RTE_FLOW_ITEM_TYPE_END},
    };
    if (group->port != 0) {
        pattern[2].spec = &udp;
        pattern[2].mask = &udp_mask;
    }
    struct rte_flow_action_queue queue = {.index = group->queue};
    struct rte_flow_action action[] = {
        {.type = RTE_FLOW_ACTION_TYPE_QUEUE, .conf = &queue},
        {.type = RTE_FLOW_ACTION_TYPE_END},
    };
    struct rte_flow_attr attributes = {.ingress = 1};
    struct rte_flow_error error = {.message = NULL};
    if (rte_flow_validate(port, &attributes, pattern, action, &error) == 0 &&
        rte_flow_create(port, &attributes, pattern, action, &error) != NULL)
        return NULL;
    return error.message ? error.message : rte_strerror(rte_errno);
}

void net_dpdk_steer(const struct net_dpdk *port, const struct net_dpdk_plan *plan,
                    struct text *report)
{
    if (plan->groups == 0 || port->queues < 2) return;
    uint32_t made = 0;
    const char *refusal = NULL;
    for (uint32_t i = 0; i < plan->groups; i++) {
        const char *reason = group_steer(port->port, &plan->group[i]);
        if (reason) refusal = reason;
        else made++;
    }
    text_format(report, "%s: the card brings %u of %u groups to the queue they are meant for",
                port->name, made, plan->groups);
    if (refusal)
        text_format(
            report,
            "; a rule was refused (%s), and without one the card chooses the queue: poll all "
            "of them",
            refusal);
    text_append(report, ".\n");
}
