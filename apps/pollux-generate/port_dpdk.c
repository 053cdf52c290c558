#include "apps/pollux-generate/port.h"
#include "dataplane/base/clock_setup.h"
#include "dataplane/base/system_clock.h"
#include "dataplane/launch/eal.h"
#include "dataplane/net/net_dpdk.h"

#include <stdlib.h>
#include <string.h>

/* Frames are sent as they come: the burst is flushed whenever the next datagram is not yet due, so
 * a frame waits for nothing but a busy device. */

#define CLAIM_TRIES    100000u /* of a buffer, while the device works off what it has */
#define CALIBRATE_NS   (20 * NANOS_MILLI)
#define LINK_WAIT_NS   (3 * NANOS_SECOND)
#define LATE_ENOUGH_NS 20000u

struct port {
    struct port_plan plan;
    struct net_clock clock;
    struct net_dpdk *device;
    struct net_queue *queue;
    struct port_counts counts;
    uint64_t claimed;
    uint64_t messages; /* sent so far, for the rate */
    nanos_t first_ns;  /* time of the first datagram */
    nanos_t begun_ns;  /* and when it was sent */
};

static bool is_pci(const char *device)
{
    return strchr(device, ':') && strchr(device, '.') && strncmp(device, "net_", 4) != 0;
}

struct port *port_open(const struct port_plan *plan, struct text *problems)
{
    struct eal_plan cores = {.cores = 1, .pages = ARENA_PAGES_TRY};
    if (eal_cpus(cores.cpu, 1) == 0) cores.cpu[0] = 0;
    if (is_pci(plan->device)) cores.device[cores.devices++] = plan->device;
    if (!eal_start(&cores, problems)) return NULL;

    struct port *port = aligned_alloc(CACHE_LINE, ALIGN_UP(sizeof *port, CACHE_LINE));
    CHECK(port != NULL);
    *port = (struct port){.plan = *plan};
    struct clock clock;
    if (!clock_calibrate(&clock, CALIBRATE_NS, problems)) return NULL;
    net_clock_new(&port->clock, &clock);
    char ignored[1024];
    struct text report = text_in(ignored, sizeof ignored);
    struct net_dpdk_plan wanted = {
        .device = plan->device, .queues = 1, .frame_bytes = 2048, .clock = &port->clock};
    port->device = net_dpdk_open(&wanted, &report, problems);
    if (!port->device) {
        free(port);
        eal_stop();
        return NULL;
    }
    port->queue = net_dpdk_queue(port->device, 0);
    struct net_dpdk_state state = {.link_up = false};
    for (nanos_t begun = system_clock_monotonic();
         !state.link_up && system_clock_monotonic() - begun < LINK_WAIT_NS;)
        net_dpdk_state(port->device, &state);
    return port;
}

static nanos_t due_ns(const struct port *port, const struct pack_datagram *datagram)
{
    if (port->plan.rate == 0) return port->begun_ns + (datagram->time_ns - port->first_ns);
    uint64_t seconds = port->messages / port->plan.rate;
    uint64_t left = port->messages % port->plan.rate;
    return port->begun_ns + seconds * NANOS_SECOND + left * NANOS_SECOND / port->plan.rate;
}

/* With a rate, datagrams without messages (heartbeats, the end) do not wait their seconds. */
void port_wait(struct port *port, const struct pack_datagram *datagram)
{
    if (port->begun_ns == 0) {
        port->first_ns = datagram->time_ns;
        port->begun_ns = system_clock_monotonic();
    }
    nanos_t due = due_ns(port, datagram);
    if (system_clock_monotonic() + LATE_ENOUGH_NS < due) net_tx_flush(port->queue);
    while (system_clock_monotonic() < due) __builtin_ia32_pause();
    port->messages += datagram->messages;
}

void port_send(struct port *port, const struct line_frame *frame)
{
    uint8_t *room = net_tx_claim(port->queue, frame->length);
    for (uint32_t i = 0; !room && i < CLAIM_TRIES; i++) {
        net_tx_flush(port->queue);
        room = net_tx_claim(port->queue, frame->length);
    }
    if (!room) {
        port->counts.refused++;
        return;
    }
    memcpy(room, frame->bytes, frame->length);
    net_tx_publish(port->queue);
}

struct port_counts port_close(struct port *port)
{
    struct net_statistics statistics;
    net_tx_flush(port->queue);
    net_statistics(port->queue, &statistics);
    port->counts.frames = statistics.tx_frame;
    port->counts.refused += statistics.tx_refused;
    struct port_counts counts = port->counts;
    net_dpdk_close(port->device);
    eal_stop();
    free(port);
    return counts;
}
