#ifndef APPS_POLLUX_GENERATE_PORT_H
#define APPS_POLLUX_GENERATE_PORT_H

/* A DPDK device frames are sent to, in time.  One per process.  Built without DPDK, port_open
 * always refuses.
 *
 * Threads: one, the main one, which also waits for the time to come by looking at the clock. */

#include "apps/pollux-generate/line.h"
#include "dataplane/base/text.h"

struct port;

struct port_plan {
    const char *device;
    uint64_t rate; /* messages a second; 0: by the times of the datagrams */
};

struct port_counts {
    uint64_t frames;  /* the device took */
    uint64_t refused; /* it did not take, or there was no buffer for, although asked again */
};

/* The device, started; or NULL, and sentences were appended to problems. */
struct port *port_open(const struct port_plan *plan, struct text *problems);

/* Waits until the datagram is due. */
void port_wait(struct port *port, const struct pack_datagram *datagram);

void port_send(struct port *port, const struct line_frame *frame);

/* Sends what waits and stops the device. */
struct port_counts port_close(struct port *port);

#endif
