#include "dataplane/launch/launch_ports.h"

/* This build has no DPDK: it plays captures, has cables, and opens nothing. */

bool launch_ports_open(struct launch *launch, struct text *report, struct text *problems)
{
    (void)report;
    bool none = true;
    for (uint32_t i = 0; i < launch->plan.ports; i++) {
        if (!launch->plan.port[i].device) continue;
        none = false;
        text_format(problems,
                    "%s: this build has no DPDK and opens no devices; build with "
                    "-Ddpdk=enabled\n",
                    launch->plan.port[i].device);
    }
    return none;
}

struct net_queue *launch_ports_queue(struct launch *launch, uint32_t port, struct mac *mac)
{
    (void)launch, (void)port, (void)mac;
    UNREACHABLE("no port was opened");
}

void launch_ports_count(struct launch *launch)
{
    (void)launch;
}

void launch_ports_close(struct launch *launch)
{
    (void)launch;
}
