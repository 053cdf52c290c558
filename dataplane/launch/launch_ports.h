#ifndef DATAPLANE_LAUNCH_LAUNCH_PORTS_H
#define DATAPLANE_LAUNCH_LAUNCH_PORTS_H

/* The wires of a launch: its ports (launch_ports.c with DPDK, launch_no_ports.c in a build without
 * it) and its cables, and whose queues they are.  Private to launch*.c. */

#include "dataplane/launch/launch.h"

/* Opens every port of the plan that has a device.  False with a sentence for each that failed. */
MUST_USE bool launch_ports_open(struct launch *launch, struct text *report, struct text *problems);

/* Of a port that is open: its queue, and its address into mac. */
struct net_queue *launch_ports_queue(struct launch *launch, uint32_t port, struct mac *mac);

void launch_ports_count(struct launch *launch);
void launch_ports_close(struct launch *launch);

/* Bytes of the arena that the plan's cables need. */
size_t launch_cables_needs(const struct launch_plan *plan);
void launch_cables_make(struct launch *launch);

/* The rings between the engine and a venue of the same process, if orders go that way. */
size_t launch_inside_needs(const struct launch_plan *plan);
void launch_inside_make(struct launch *launch);

/* What is between the engine and the control plane, if strategies outside are heard. */
size_t launch_outside_needs(const struct launch_plan *plan);
void launch_outside_make(struct launch *launch);
void launch_outside_venue_make(struct launch *launch);

/* Makes ports and cables the queues of the stages. */
void launch_wires_join(struct launch *launch);

#endif
