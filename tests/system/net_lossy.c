/* A bad hub: what comes in on one port goes out on all others, but for some multicast datagrams.
 *
 *     net_lossy LOSS_PERCENT SEED SECONDS DEVICE DEVICE...
 *
 * Only datagrams to groups are lost, each by itself, as drawn from SEED; all else passes.  Prints
 * "ready" when all ports are open, ends after SECONDS or on SIGTERM, and prints what it did:
 * "forwarded N, lost N, full N". */

#include "dataplane/base/clock_setup.h"
#include "dataplane/launch/eal.h"
#include "dataplane/net/net_dpdk.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PORTS_MAX = 4,
    FIRST_DEVICE = 4,
    GROUP_BYTE = 30, /* offset of the first byte of an IPv4 destination */
    IDLE_TURNS = 100,
    IDLE_US = 20 /* a sleep once so many turns had nothing to do: others want the core */
};

struct hub {
    struct net_queue *end[PORTS_MAX];
    uint32_t ends;
    uint32_t loss_percent;
    uint64_t random;
    uint64_t forwarded;
    uint64_t lost;
    uint64_t full;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

/* xorshift64*: the upper bits are good. */
static uint32_t draw(struct hub *hub, uint32_t below)
{
    hub->random ^= hub->random >> 12;
    hub->random ^= hub->random << 25;
    hub->random ^= hub->random >> 27;
    return (uint32_t)((hub->random * 2685821657736338717u >> 33) % below);
}

static bool to_group(const struct frame *frame)
{
    const uint8_t *bytes = frame->bytes;
    return frame->length_bytes > GROUP_BYTE && bytes[12] == 0x08 && bytes[13] == 0x00 &&
           bytes[23] == 17 && bytes[GROUP_BYTE] >> 4 == 0xe;
}

static void frame_forward(struct hub *hub, struct net_queue *to, const struct frame *frame)
{
    if (to_group(frame) && draw(hub, 100) < hub->loss_percent) {
        hub->lost++;
        return;
    }
    uint8_t *bytes = net_tx_claim(to, frame->length_bytes);
    if (!bytes) {
        hub->full++;
        return;
    }
    memcpy(bytes, frame->bytes, frame->length_bytes);
    net_tx_publish(to);
    hub->forwarded++;
}

static uint32_t forward(struct hub *hub, uint32_t from)
{
    struct frame_burst burst;
    net_rx(hub->end[from], &burst);
    uint32_t count = burst.count;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t to = 0; to < hub->ends; to++)
            if (to != from) frame_forward(hub, hub->end[to], &burst.at[i]);
    net_rx_done(hub->end[from], &burst);
    for (uint32_t to = 0; to < hub->ends && count > 0; to++)
        if (to != from) net_tx_flush(hub->end[to]);
    return count;
}

static struct net_dpdk *port_open(const char *device, const struct net_clock *clock,
                                  struct text *report, struct text *problems)
{
    struct net_dpdk_plan plan = {.device = device, .queues = 1, .clock = clock};
    return net_dpdk_open(&plan, report, problems);
}

static void run(struct hub *hub, const struct clock *clock, uint64_t seconds)
{
    uint64_t end = clock_now() + clock_ticks(clock, seconds * NANOS_SECOND);
    uint32_t idle = 0;
    while (!stopped && clock_now() < end) {
        uint32_t frames = 0;
        for (uint32_t i = 0; i < hub->ends; i++) frames += forward(hub, i);
        idle = frames == 0 ? idle + 1 : 0;
        if (idle > IDLE_TURNS) usleep(IDLE_US);
        else if (idle > 0) sched_yield();
    }
}

int main(int argc, char **argv)
{
    static char problem_bytes[8192], report_bytes[8192];
    struct text problems = text_in(problem_bytes, sizeof problem_bytes);
    struct text report = text_in(report_bytes, sizeof report_bytes);
    static struct hub hub;
    struct clock clock;
    struct net_clock net_clock;
    struct net_dpdk *port[PORTS_MAX] = {NULL};
    uint16_t cpu[1];
    if (argc < FIRST_DEVICE + 2 || argc > FIRST_DEVICE + PORTS_MAX) {
        fputs("usage: net_lossy LOSS_PERCENT SEED SECONDS DEVICE DEVICE...\n", stderr);
        return 2;
    }
    hub.loss_percent = (uint32_t)strtoul(argv[1], NULL, 10);
    hub.random = strtoull(argv[2], NULL, 10) * 2 + 1;
    hub.ends = (uint32_t)argc - FIRST_DEVICE;
    signal(SIGTERM, stop);
    if (eal_cpus(cpu, 1) >= 1 && clock_calibrate(&clock, 20 * NANOS_MILLI, &problems) &&
        eal_start(&(struct eal_plan){.cores = 1, .cpu = {cpu[0]}, .memory_mib = 128}, &problems)) {
        net_clock_new(&net_clock, &clock);
        for (uint32_t i = 0; i < hub.ends; i++)
            port[i] = port_open(argv[FIRST_DEVICE + i], &net_clock, &report, &problems);
    }
    fputs(problem_bytes, stderr);
    fputs(eal_messages(), stderr);
    for (uint32_t i = 0; i < hub.ends; i++)
        if (!port[i]) return 2;
    for (uint32_t i = 0; i < hub.ends; i++) hub.end[i] = net_dpdk_queue(port[i], 0);
    puts("ready");
    fflush(stdout);
    run(&hub, &clock, strtoull(argv[3], NULL, 10));
    printf("forwarded %llu, lost %llu, full %llu\n", (unsigned long long)hub.forwarded,
           (unsigned long long)hub.lost, (unsigned long long)hub.full);
    for (uint32_t i = 0; i < hub.ends; i++) net_dpdk_close(port[i]);
    eal_stop();
    return 0;
}
