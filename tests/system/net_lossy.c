/* A bad cable: two ports, and what comes in on one goes out on the other, but for some multicast
 * datagrams.
 *
 *     net_lossy DEVICE DEVICE LOSS_PERCENT SEED SECONDS
 *
 * Only datagrams to groups are lost, each by itself, in both directions, as drawn from SEED; all
 * else passes.  Prints "ready" when both ports are open, ends after SECONDS or on SIGTERM, and
 * prints what it did: "forwarded N, lost N, full N". */

#include "dataplane/base/clock_setup.h"
#include "dataplane/launch/eal.h"
#include "dataplane/net/net_dpdk.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORTS = 2, GROUP_BYTE = 30 }; /* offset of the first byte of an IPv4 destination */

struct cable {
    struct net_queue *end[PORTS];
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
static uint32_t draw(struct cable *cable, uint32_t below)
{
    cable->random ^= cable->random >> 12;
    cable->random ^= cable->random << 25;
    cable->random ^= cable->random >> 27;
    return (uint32_t)((cable->random * 2685821657736338717u >> 33) % below);
}

static bool to_group(const struct frame *frame)
{
    const uint8_t *bytes = frame->bytes;
    return frame->length_bytes > GROUP_BYTE && bytes[12] == 0x08 && bytes[13] == 0x00 &&
           bytes[23] == 17 && bytes[GROUP_BYTE] >> 4 == 0xe;
}

static void frame_forward(struct cable *cable, struct net_queue *to, const struct frame *frame)
{
    if (to_group(frame) && draw(cable, 100) < cable->loss_percent) {
        cable->lost++;
        return;
    }
    uint8_t *bytes = net_tx_claim(to, frame->length_bytes);
    if (!bytes) {
        cable->full++;
        return;
    }
    memcpy(bytes, frame->bytes, frame->length_bytes);
    net_tx_publish(to);
    cable->forwarded++;
}

static uint32_t forward(struct cable *cable, uint32_t from)
{
    struct frame_burst burst;
    struct net_queue *to = cable->end[1 - from];
    net_rx(cable->end[from], &burst);
    uint32_t count = burst.count;
    for (uint32_t i = 0; i < count; i++) frame_forward(cable, to, &burst.at[i]);
    net_rx_done(cable->end[from], &burst);
    if (count > 0) net_tx_flush(to);
    return count;
}

static struct net_dpdk *port_open(const char *device, const struct net_clock *clock,
                                  struct text *report, struct text *problems)
{
    struct net_dpdk_plan plan = {.device = device, .queues = 1, .clock = clock};
    return net_dpdk_open(&plan, report, problems);
}

static void run(struct cable *cable, const struct clock *clock, uint64_t seconds)
{
    uint64_t end = clock_now() + clock_ticks(clock, seconds * NANOS_SECOND);
    while (!stopped && clock_now() < end)
        if (forward(cable, 0) + forward(cable, 1) == 0) sched_yield();
}

int main(int argc, char **argv)
{
    static char problem_bytes[8192], report_bytes[8192];
    struct text problems = text_in(problem_bytes, sizeof problem_bytes);
    struct text report = text_in(report_bytes, sizeof report_bytes);
    static struct cable cable;
    struct clock clock;
    struct net_clock net_clock;
    struct net_dpdk *port[PORTS] = {NULL, NULL};
    uint16_t cpu[1];
    if (argc != 6) {
        fputs("usage: net_lossy DEVICE DEVICE LOSS_PERCENT SEED SECONDS\n", stderr);
        return 2;
    }
    cable.loss_percent = (uint32_t)strtoul(argv[3], NULL, 10);
    cable.random = strtoull(argv[4], NULL, 10) * 2 + 1;
    signal(SIGTERM, stop);
    if (eal_cpus(cpu, 1) == 1 && clock_calibrate(&clock, 20 * NANOS_MILLI, &problems) &&
        eal_start(&(struct eal_plan){.cores = 1, .cpu = {cpu[0]}, .memory_mib = 64}, &problems)) {
        net_clock_new(&net_clock, &clock);
        for (uint32_t i = 0; i < PORTS; i++)
            port[i] = port_open(argv[1 + i], &net_clock, &report, &problems);
    }
    fputs(problem_bytes, stderr);
    fputs(eal_messages(), stderr);
    if (!port[0] || !port[1]) return 2;
    for (uint32_t i = 0; i < PORTS; i++) cable.end[i] = net_dpdk_queue(port[i], 0);
    puts("ready");
    fflush(stdout);
    run(&cable, &clock, strtoull(argv[5], NULL, 10));
    printf("forwarded %llu, lost %llu, full %llu\n", (unsigned long long)cable.forwarded,
           (unsigned long long)cable.lost, (unsigned long long)cable.full);
    for (uint32_t i = 0; i < PORTS; i++) net_dpdk_close(port[i]);
    eal_stop();
    return 0;
}
