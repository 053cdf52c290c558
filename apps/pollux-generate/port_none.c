#include "apps/pollux-generate/port.h"

/* Without DPDK there is no device: the options refuse --device before this is reached. */

struct port *port_open(const struct port_plan *plan, struct text *problems)
{
    text_format(problems, "%s: this build is without DPDK\n", plan->device);
    return NULL;
}

void port_wait(struct port *port, const struct pack_datagram *datagram)
{
    (void)port;
    (void)datagram;
}

void port_send(struct port *port, const struct line_frame *frame)
{
    (void)port;
    (void)frame;
}

struct port_counts port_close(struct port *port)
{
    (void)port;
    return (struct port_counts){0};
}
