#include "dataplane/launch/launch_ports.h"

#include <string.h>

bool launch_ports_open(struct launch *launch, struct text *report, struct text *problems)
{
    struct launch_plan *plan = &launch->plan;
    bool all = true;
    for (uint32_t i = 0; i < plan->ports; i++) {
        plan->port[i].clock = &launch->net_clock;
        launch->port[i] = net_dpdk_open(&plan->port[i], report, problems);
        all &= launch->port[i] != NULL;
    }
    if (!all) return false;
    for (uint32_t i = 0; i < plan->feed.queues; i++) {
        struct net_dpdk_state state;
        struct net_dpdk *port = launch->port[plan->feed_port[i]];
        plan->feed.queue[i] = net_dpdk_queue(port, 0);
        net_dpdk_state(port, &state);
        memcpy(&plan->feed.host.inet[i].mac, state.address, sizeof state.address);
    }
    struct launch_venue_plan *venue = &plan->venue;
    for (uint32_t i = 0; i < venue->gate.queues; i++) {
        struct net_dpdk_state state;
        struct net_dpdk *port = launch->port[venue->gate_port[i]];
        venue->gate.queue[i] = net_dpdk_queue(port, 0);
        net_dpdk_state(port, &state);
        if (i == 0) memcpy(&venue->gate.inet.mac, state.address, sizeof state.address);
        for (uint32_t line = 0; line < venue->gate.mold.lines; line++)
            if (venue->gate.line_queue[line] == i)
                memcpy(&venue->gate.mold.line[line].head.source_mac, state.address,
                       sizeof state.address);
    }
    return true;
}

void launch_ports_count(struct launch *launch)
{
    for (uint32_t i = 0; i < launch->plan.ports; i++) net_dpdk_count(launch->port[i]);
}

void launch_ports_close(struct launch *launch)
{
    for (uint32_t i = 0; i < LAUNCH_PORTS_MAX; i++)
        if (launch->port[i]) net_dpdk_close(launch->port[i]);
}
