#include "dataplane/launch/launch_ports.h"

bool launch_ports_open(struct launch *launch, struct text *report, struct text *problems)
{
    struct launch_plan *plan = &launch->plan;
    bool all = true;
    for (uint32_t i = 0; i < plan->ports; i++) {
        plan->port[i].clock = &launch->net_clock;
        launch->port[i] = net_dpdk_open(&plan->port[i], report, problems);
        if (launch->port[i]) plan->feed.queue[i] = net_dpdk_queue(launch->port[i], 0);
        else all = false;
    }
    plan->feed.queues = plan->ports;
    return all;
}

void launch_ports_count(struct launch *launch)
{
    for (uint32_t i = 0; i < launch->plan.ports; i++) net_dpdk_count(launch->port[i]);
}

void launch_ports_close(struct launch *launch)
{
    for (uint32_t i = 0; i < FEED_STAGE_QUEUES_MAX; i++)
        if (launch->port[i]) net_dpdk_close(launch->port[i]);
}
