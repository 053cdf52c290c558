#ifndef DATAPLANE_LAUNCH_LAUNCH_PORTS_H
#define DATAPLANE_LAUNCH_LAUNCH_PORTS_H

/* The ports of a launch: launch_ports.c with DPDK, launch_no_ports.c in a build without it.
 * Private to launch*.c. */

#include "dataplane/launch/launch.h"

/* Opens every port of the plan and makes their queues the feed's.  False with a sentence for each
 * that failed. */
MUST_USE bool launch_ports_open(struct launch *launch, struct text *report, struct text *problems);

void launch_ports_count(struct launch *launch);
void launch_ports_close(struct launch *launch);

#endif
