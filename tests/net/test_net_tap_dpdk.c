/* A tap on a port behind DPDK: it shows what the port's own counters say came and went. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/launch/eal.h"
#include "dataplane/net/net_dpdk.h"
#include "dataplane/net/net_tap.h"
#include "dataplane/queue/record_ring.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

#define RING_BYTES (4u << 20)

static char problem_bytes[8192], report_bytes[8192];
static struct text problems, report;
static struct net_clock port_clock;
static struct net_dpdk *port;
static struct net_queue *queue;
static struct net_tap *tap;
static struct net_tap_plan plan;

static void *memory_of(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    return memory;
}

/* DPDK starts once, before the first spec. */
static void start_once(void)
{
    uint16_t cpu[1];
    struct clock calibrated;
    CHECK(eal_cpus(cpu, 1) > 0);
    CHECK(eal_start(&(struct eal_plan){.cores = 1, .cpu = {cpu[0]}, .memory_mib = 64}, &problems));
    if (!clock_calibrate(&calibrated, 20 * NANOS_MILLI, &problems)) spec_skip(problem_bytes);
    net_clock_new(&port_clock, &calibrated);
}

/* A ring back to itself. */
static void open_port(void)
{
    problems = text_in(problem_bytes, sizeof problem_bytes);
    report = text_in(report_bytes, sizeof report_bytes);
    if (eal_core_count() == 0) start_once();
    port = net_dpdk_open(
        &(struct net_dpdk_plan){
            .device = "net_ring0", .queues = 1, .buffers = 2047, .clock = &port_clock},
        &report, &problems);
    CHECK(port != NULL);
    queue = net_dpdk_queue(port, 0);
    tap = net_tap_new(memory_of(net_tap_footprint()), queue);
    plan = (struct net_tap_plan){.ring_bytes = RING_BYTES, .snap_bytes = 2000};
    for (uint32_t i = 0; i < NET_TAP_SIDES; i++)
        plan.memory[i] = memory_of(record_ring_footprint(RING_BYTES));
}

static void close_port(void)
{
    net_tap_off(tap);
    net_tap_leave(tap);
    free(tap);
    for (uint32_t i = 0; i < NET_TAP_SIDES; i++) free(plan.memory[i]);
    net_dpdk_close(port);
}

static bool frame_put(uint8_t number)
{
    uint8_t *frame = net_tx_claim(queue, 100);
    if (!frame) return false;
    memset(frame, number, 100);
    net_tx_publish(queue);
    return true;
}

static void take_all(void)
{
    struct frame_burst burst;
    do {
        net_rx(queue, &burst);
        uint32_t count = burst.count;
        net_rx_done(queue, &burst);
        burst.count = count;
    } while (burst.count > 0);
}

static bool next_is(enum net_tap_side side, uint8_t number)
{
    const struct net_tap_frame *copy = net_tap_front(tap, side);
    bool right = copy && copy->length == 100 && copy->bytes[0] == number;
    right = right && copy->bytes[99] == number;
    if (copy) net_tap_release(tap, side);
    return right;
}

SPEC(what_a_port_sends_and_receives_is_shown)
{
    net_tap_on(tap, &plan);
    for (uint8_t i = 0; i < 200; i++) EXPECT(frame_put(i));
    net_tx_flush(queue);
    take_all();
    for (uint8_t i = 0; i < 200; i++) {
        EXPECT(next_is(NET_TAP_WENT, i));
        EXPECT(next_is(NET_TAP_CAME, i));
    }
}

SPEC(of_a_port_that_is_full_only_what_it_took_is_shown)
{
    struct net_statistics statistics;
    net_tap_on(tap, &plan);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 4000; i++) (void)frame_put((uint8_t)i);
        net_tx_flush(queue);
        take_all();
    }
    net_statistics(queue, &statistics);
    EXPECT(statistics.tx_refused + statistics.tx_no_buffer > 0);
    EXPECT_UINT(net_tap_counts(tap, NET_TAP_WENT).kept, statistics.tx_frame);
    EXPECT_UINT(net_tap_counts(tap, NET_TAP_CAME).kept, statistics.rx_frame);
    for (const struct net_tap_frame *went; (went = net_tap_front(tap, NET_TAP_WENT));) {
        const struct net_tap_frame *came = net_tap_front(tap, NET_TAP_CAME);
        EXPECT(came && memcmp(came->bytes, went->bytes, went->length) == 0);
        net_tap_release(tap, NET_TAP_WENT);
        if (came) net_tap_release(tap, NET_TAP_CAME);
    }
}

SPEC(frames_that_were_under_way_when_it_was_put_on_arrive)
{
    struct net_statistics statistics;
    for (uint8_t i = 0; i < 40; i++) EXPECT(frame_put(i));
    net_tap_on(tap, &plan);
    for (uint8_t i = 40; i < 80; i++) EXPECT(frame_put(i));
    net_tap_off(tap);
    for (uint8_t i = 80; i < 120; i++) EXPECT(frame_put(i));
    net_tx_flush(queue);
    take_all();
    net_statistics(queue, &statistics);
    EXPECT_UINT(statistics.rx_frame, 120);
    EXPECT_UINT(statistics.tx_frame, 120);
}

#define SPECS(S)                                                                                   \
    S(what_a_port_sends_and_receives_is_shown)                                                     \
    S(of_a_port_that_is_full_only_what_it_took_is_shown)                                           \
    S(frames_that_were_under_way_when_it_was_put_on_arrive)

SPEC_MAIN("net tap on a port", SPECS, open_port, close_port)
