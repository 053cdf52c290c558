#include "dataplane/launch/launch_ports.h"

/* This build has no DPDK: it plays captures and nothing else. */

bool launch_ports_open(struct launch *launch, struct text *report, struct text *problems)
{
    (void)report;
    for (uint32_t i = 0; i < launch->plan.ports; i++)
        text_format(problems,
                    "%s: this build has no DPDK and opens no devices; build with "
                    "-Ddpdk=enabled\n",
                    launch->plan.port[i].device);
    return false;
}

void launch_ports_count(struct launch *launch)
{
    (void)launch;
}

void launch_ports_close(struct launch *launch)
{
    (void)launch;
}
