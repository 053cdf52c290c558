#include "dataplane/launch/launch_ports.h"

#include <string.h>

bool launch_ports_open(struct launch *launch, struct text *report, struct text *problems)
{
    struct launch_plan *plan = &launch->plan;
    bool all = true;
    for (uint32_t i = 0; i < plan->ports; i++) {
        if (!plan->port[i].device) continue;
        plan->port[i].clock = &launch->net_clock;
        launch->port[i] = net_dpdk_open(&plan->port[i], report, problems);
        all &= launch->port[i] != NULL;
    }
    return all;
}

struct net_queue *launch_ports_queue(struct launch *launch, uint32_t port, struct mac *mac)
{
    struct net_dpdk_state state;
    CHECK(launch->port[port] != NULL);
    net_dpdk_state(launch->port[port], &state);
    memcpy(mac, state.address, sizeof state.address);
    return net_dpdk_queue(launch->port[port], 0);
}

void launch_ports_count(struct launch *launch)
{
    for (uint32_t i = 0; i < launch->plan.ports; i++)
        if (launch->port[i]) net_dpdk_count(launch->port[i]);
}

void launch_ports_close(struct launch *launch)
{
    for (uint32_t i = 0; i < LAUNCH_PORTS_MAX; i++)
        if (launch->port[i]) net_dpdk_close(launch->port[i]);
}
