/* What a port behind DPDK promises, on its drivers that need no card, no root and no huge pages. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/launch/eal.h"
#include "dataplane/net/net_dpdk.h"
#include "dataplane/net/net_dpdk_port.h"
#include "tests/net/quiet.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>
#include <string.h>

static char problem_bytes[8192], report_bytes[8192];
static struct text problems, report;
static struct net_clock port_clock;

/* DPDK starts once, before the first spec. */
static void start_once(void)
{
    problems = text_in(problem_bytes, sizeof problem_bytes);
    report = text_in(report_bytes, sizeof report_bytes);
    if (eal_core_count() > 0) return;
    uint16_t cpu[1];
    struct clock calibrated;
    CHECK(eal_cpus(cpu, 1) > 0);
    CHECK(eal_start(&(struct eal_plan){.cores = 1, .cpu = {cpu[0]}, .memory_mib = 64}, &problems));
    if (!clock_calibrate(&calibrated, 20 * NANOS_MILLI, &problems)) spec_skip(problem_bytes);
    net_clock_new(&port_clock, &calibrated);
}

static struct net_dpdk *ring_open(void)
{
    struct net_dpdk *port = net_dpdk_open(
        &(struct net_dpdk_plan){
            .device = "net_ring0", .queues = 1, .buffers = 2047, .clock = &port_clock},
        &report, &problems);
    EXPECT_TEXT(problem_bytes, "");
    CHECK(port != NULL);
    return port;
}

static bool frame_put(struct net_queue *queue, uint8_t number, uint32_t bytes)
{
    uint8_t *frame = net_tx_claim(queue, bytes);
    if (!frame) return false;
    memset(frame, number, bytes);
    net_tx_publish(queue);
    return true;
}

/* Buffers that are not back in the port's pool. */
static uint32_t buffers_out(struct net_queue *queue)
{
    return rte_mempool_in_use_count(((struct dpdk_queue *)queue)->pool);
}

static struct net_statistics statistics_of(struct net_queue *queue)
{
    struct net_statistics statistics;
    net_statistics(queue, &statistics);
    return statistics;
}

SPEC(what_is_sent_into_a_ring_comes_back_whole_and_in_order)
{
    struct net_dpdk *port = ring_open();
    struct net_queue *queue = net_dpdk_queue(port, 0);
    static const uint32_t lengths[] = {14, 60, 64, 65, 1000, 1518};
    struct frame_burst burst;
    net_rx(queue, &burst);
    EXPECT_UINT(burst.count, 0);
    net_rx_done(queue, &burst);
    for (uint8_t i = 0; i < 6; i++) EXPECT(frame_put(queue, i, lengths[i]));
    EXPECT_UINT(net_tx_flush(queue), 6);
    nanos_t before = net_now(queue);
    net_rx(queue, &burst);
    EXPECT_UINT(burst.count, 6);
    for (uint32_t i = 0; i < burst.count; i++) {
        EXPECT_UINT(burst.at[i].length_bytes, lengths[i]);
        EXPECT_UINT(burst.at[i].bytes[0], i);
        EXPECT_UINT(burst.at[i].bytes[lengths[i] - 1], i);
        EXPECT_UINT(burst.at[i].clock, TIME_TSC);
        EXPECT(burst.at[i].rx_ns >= before);
    }
    net_rx_done(queue, &burst);
    EXPECT(!net_ended(queue));
    net_dpdk_close(port);
}

SPEC(both_directions_are_counted)
{
    struct net_dpdk *port = ring_open();
    struct net_queue *queue = net_dpdk_queue(port, 0);
    struct frame_burst burst;
    for (uint8_t i = 0; i < 100; i++) EXPECT(frame_put(queue, i, 70));
    EXPECT_UINT(net_tx_flush(queue), 100 - NET_BURST_MAX);
    for (uint32_t taken = 0; taken < 100; taken += burst.count) {
        net_rx(queue, &burst);
        if (burst.count == 0) break;
        uint32_t count = burst.count;
        net_rx_done(queue, &burst);
        burst.count = count;
    }
    EXPECT_UINT(statistics_of(queue).tx_frame, 100);
    EXPECT_UINT(statistics_of(queue).tx_byte, 7000);
    EXPECT_UINT(statistics_of(queue).rx_frame, 100);
    EXPECT_UINT(statistics_of(queue).rx_byte, 7000);
    EXPECT_UINT(statistics_of(queue).tx_refused, 0);
    net_dpdk_count(port);
    EXPECT_UINT(statistics_of(queue).rx_missed, 0);
    net_dpdk_close(port);
}

SPEC(a_port_that_is_full_drops_and_counts_and_no_buffer_is_lost)
{
    struct net_dpdk *port = ring_open();
    struct net_queue *queue = net_dpdk_queue(port, 0);
    struct frame_burst burst;
    for (uint32_t round = 0; round < 3; round++) {
        uint64_t accepted = statistics_of(queue).tx_frame, claimed = 0;
        for (uint32_t i = 0; i < 4000; i++) claimed += frame_put(queue, 1, 64);
        net_tx_flush(queue);
        struct net_statistics now = statistics_of(queue);
        accepted = now.tx_frame - accepted;
        EXPECT(now.tx_refused + now.tx_no_buffer > 0);
        EXPECT(accepted > 0);
        uint64_t taken = 0;
        do {
            net_rx(queue, &burst);
            taken += burst.count;
            net_rx_done(queue, &burst);
        } while (taken < accepted);
        EXPECT_UINT(taken, accepted);
        EXPECT(claimed >= accepted);
    }
    struct net_statistics all = statistics_of(queue);
    EXPECT_UINT(all.tx_frame + all.tx_refused + all.tx_no_buffer, 3 * 4000);
    EXPECT_UINT(all.rx_frame, all.tx_frame);
    EXPECT_UINT(buffers_out(queue), 0);
    net_dpdk_close(port);
}

SPEC(a_frame_longer_than_a_buffer_is_not_claimed)
{
    struct net_dpdk *port = ring_open();
    struct net_queue *queue = net_dpdk_queue(port, 0);
    EXPECT(!net_tx_claim(queue, 4000));
    EXPECT_UINT(statistics_of(queue).tx_no_buffer, 1);
    EXPECT(net_tx_claim(queue, 100) != NULL);
    net_dpdk_close(port);
}

SPEC(a_claim_that_is_not_published_is_forgotten)
{
    struct net_dpdk *port = ring_open();
    struct net_queue *queue = net_dpdk_queue(port, 0);
    struct frame_burst burst;
    EXPECT(net_tx_claim(queue, 700) != NULL);
    EXPECT(frame_put(queue, 5, 80));
    EXPECT_UINT(net_tx_flush(queue), 1);
    net_rx(queue, &burst);
    EXPECT_UINT(burst.count, 1);
    EXPECT_UINT(burst.at[0].length_bytes, 80);
    net_rx_done(queue, &burst);
    EXPECT_UINT(buffers_out(queue), 0);
    net_dpdk_close(port);
}

SPEC(jumbo_frames_pass_where_they_are_asked_for)
{
    struct net_dpdk *port = net_dpdk_open(&(struct net_dpdk_plan){.device = "net_ring0",
                                                                  .queues = 1,
                                                                  .rx_descriptors = 256,
                                                                  .tx_descriptors = 256,
                                                                  .buffers = 1023,
                                                                  .frame_bytes = 9216,
                                                                  .clock = &port_clock},
                                          &report, &problems);
    EXPECT_TEXT(problem_bytes, "");
    if (!port) return;
    struct net_queue *queue = net_dpdk_queue(port, 0);
    struct frame_burst burst;
    EXPECT(frame_put(queue, 9, 9216));
    EXPECT_UINT(net_tx_flush(queue), 1);
    net_rx(queue, &burst);
    EXPECT_UINT(burst.count, 1);
    EXPECT_UINT(burst.at[0].length_bytes, 9216);
    EXPECT_UINT(burst.at[0].bytes[9215], 9);
    EXPECT_UINT(statistics_of(queue).rx_segmented, 0);
    net_rx_done(queue, &burst);
    net_dpdk_close(port);
}

SPEC(a_driver_that_only_makes_and_swallows_frames_is_a_port_too)
{
    struct net_dpdk *port = net_dpdk_open(
        &(struct net_dpdk_plan){.device = "net_null0,size=100", .queues = 1, .clock = &port_clock},
        &report, &problems);
    EXPECT_TEXT(problem_bytes, "");
    if (!port) return;
    struct net_queue *queue = net_dpdk_queue(port, 0);
    struct frame_burst burst;
    net_rx(queue, &burst);
    EXPECT(burst.count > 0);
    EXPECT_UINT(burst.at[0].length_bytes, 100);
    EXPECT(frame_put(queue, 1, 60));
    EXPECT_UINT(net_tx_flush(queue), 1);
    net_rx_done(queue, &burst);
    struct net_dpdk_state state;
    net_dpdk_state(port, &state);
    EXPECT_TEXT(state.driver, "net_null");
    EXPECT(state.link_up);
    net_dpdk_close(port);
}

SPEC(several_queues_of_one_port_are_apart)
{
    struct net_dpdk *port = net_dpdk_open(&(struct net_dpdk_plan){.device = "net_ring0",
                                                                  .queues = 2,
                                                                  .rx_descriptors = 256,
                                                                  .tx_descriptors = 256,
                                                                  .clock = &port_clock},
                                          &report, &problems);
    EXPECT_TEXT(problem_bytes, "");
    if (!port) return;
    struct frame_burst burst;
    for (uint8_t i = 0; i < 2; i++) {
        EXPECT(frame_put(net_dpdk_queue(port, i), i, 60));
        EXPECT_UINT(net_tx_flush(net_dpdk_queue(port, i)), 1);
    }
    for (uint8_t i = 0; i < 2; i++) {
        net_rx(net_dpdk_queue(port, i), &burst);
        EXPECT_UINT(burst.count, 1);
        EXPECT_UINT(burst.at[0].bytes[0], i);
        net_rx_done(net_dpdk_queue(port, i), &burst);
        EXPECT_UINT(statistics_of(net_dpdk_queue(port, i)).rx_frame, 1);
    }
    net_dpdk_close(port);
}

/* What only a card does is done here by hand: the ring gives buffers back as they were put in. */

static struct rte_mbuf *buffer_of(struct net_queue *queue, uint8_t number, uint16_t bytes)
{
    struct rte_mbuf *buffer = rte_pktmbuf_alloc(((struct dpdk_queue *)queue)->pool);
    CHECK(buffer != NULL);
    memset(rte_pktmbuf_append(buffer, bytes), number, bytes);
    return buffer;
}

static void buffer_put(struct rte_mbuf *buffer)
{
    uint16_t port;
    CHECK(rte_eth_dev_get_port_by_name("net_ring0", &port) == 0);
    EXPECT_UINT(rte_eth_tx_burst(port, 0, &buffer, 1), 1);
}

SPEC(a_frame_in_several_buffers_is_put_together_and_counted)
{
    struct net_dpdk *port = ring_open();
    struct net_queue *queue = net_dpdk_queue(port, 0);
    struct rte_mbuf *whole = buffer_of(queue, 1, 100);
    EXPECT_UINT((uint64_t)rte_pktmbuf_chain(whole, buffer_of(queue, 2, 200)), 0);
    EXPECT_UINT((uint64_t)rte_pktmbuf_chain(whole, buffer_of(queue, 3, 300)), 0);
    buffer_put(buffer_of(queue, 7, 60));
    buffer_put(whole);
    struct frame_burst burst;
    net_rx(queue, &burst);
    EXPECT_UINT(burst.count, 2);
    EXPECT_UINT(burst.at[1].length_bytes, 600);
    static const uint32_t at[] = {0, 99, 100, 299, 300, 599}, is[] = {1, 1, 2, 2, 3, 3};
    for (uint32_t i = 0; i < 6; i++) EXPECT_UINT(burst.at[1].bytes[at[i]], is[i]);
    net_rx_done(queue, &burst);
    EXPECT_UINT(statistics_of(queue).rx_segmented, 1);
    EXPECT_UINT(statistics_of(queue).rx_byte, 660);
    EXPECT_UINT(buffers_out(queue), 0);
    net_dpdk_close(port);
}

SPEC(a_frame_longer_than_any_link_carries_is_dropped_and_counted)
{
    struct net_dpdk *port = ring_open();
    struct net_queue *queue = net_dpdk_queue(port, 0);
    struct rte_mbuf *whole = buffer_of(queue, 0, 1537);
    for (int i = 1; i < 6; i++)
        EXPECT_UINT((uint64_t)rte_pktmbuf_chain(whole, buffer_of(queue, 0, 1536)), 0);
    buffer_put(buffer_of(queue, 1, 60));
    buffer_put(whole);
    buffer_put(buffer_of(queue, 2, 61));
    struct frame_burst burst;
    net_rx(queue, &burst);
    EXPECT_UINT(burst.count, 2);
    EXPECT_UINT(burst.at[1].length_bytes, 61);
    EXPECT_UINT(burst.at[1].bytes[0], 2);
    EXPECT(burst.at[1].bytes == rte_pktmbuf_mtod((struct rte_mbuf *)burst.owner[1], uint8_t *));
    net_rx_done(queue, &burst);
    EXPECT_UINT(statistics_of(queue).rx_oversized, 1);
    EXPECT_UINT(statistics_of(queue).rx_frame, 2);
    EXPECT_UINT(buffers_out(queue), 0);
    net_dpdk_close(port);
}

SPEC(what_the_card_says_of_checksums_is_passed_on)
{
    static const struct {
        uint64_t said;
        uint8_t passed;
    } row[] = {
        {0, 0},
        {RTE_MBUF_F_RX_IP_CKSUM_GOOD, FRAME_IP_CHECKSUM_GOOD},
        {RTE_MBUF_F_RX_L4_CKSUM_GOOD, FRAME_L4_CHECKSUM_GOOD},
        {RTE_MBUF_F_RX_IP_CKSUM_BAD, FRAME_CHECKSUM_BAD},
        {RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_BAD,
         FRAME_IP_CHECKSUM_GOOD | FRAME_CHECKSUM_BAD},
        {RTE_MBUF_F_RX_L4_CKSUM_NONE, FRAME_L4_CHECKSUM_GOOD},
    };
    struct net_dpdk *port = ring_open();
    struct net_queue *queue = net_dpdk_queue(port, 0);
    for (uint32_t i = 0; i < ARRAY_COUNT(row); i++) {
        struct rte_mbuf *buffer = buffer_of(queue, 0, 60);
        buffer->ol_flags |= row[i].said;
        buffer_put(buffer);
    }
    struct frame_burst burst;
    net_rx(queue, &burst);
    EXPECT_UINT(burst.count, ARRAY_COUNT(row));
    for (uint32_t i = 0; i < burst.count; i++) EXPECT_UINT(burst.at[i].flags, row[i].passed);
    net_rx_done(queue, &burst);
    net_dpdk_close(port);
}

#define AT_ONCE_NS (50 * NANOS_MILLI)

/* Frames with stamps so far from now, and one without; again, if the machine was away.  Now. */
static nanos_t stamped_rx(struct net_queue *queue, const int64_t *from_now, uint32_t stamps,
                          struct frame_burst *burst)
{
    const struct dpdk_queue *of = (const struct dpdk_queue *)queue;
    for (uint64_t end = patience_end(PATIENCE_S);;) {
        nanos_t now = net_now(queue);
        for (uint32_t i = 0; i <= stamps; i++) {
            struct rte_mbuf *buffer = buffer_of(queue, 0, 60);
            if (i < stamps) {
                *RTE_MBUF_DYNFIELD(buffer, of->stamp_offset, rte_mbuf_timestamp_t *) =
                    now + (nanos_t)from_now[i];
                buffer->ol_flags |= of->stamp_flag;
            }
            buffer_put(buffer);
        }
        net_rx(queue, burst);
        if (net_now(queue) - now < AT_ONCE_NS || patience_now_ns() >= end) return now;
        net_rx_done(queue, burst);
    }
}

SPEC(a_stamp_of_the_card_is_the_arrival_time_only_if_it_can_be_true)
{
    struct net_dpdk *port = ring_open();
    struct net_queue *queue = net_dpdk_queue(port, 0);
    struct dpdk_queue *of = (struct dpdk_queue *)queue;
    EXPECT(rte_mbuf_dyn_rx_timestamp_register(&of->stamp_offset, &of->stamp_flag) == 0);
    static const int64_t from_now[] = {-50 * NANOS_MICRO, -900 * NANOS_MILLI,
                                       -2 * NANOS_SECOND, 60 * NANOS_SECOND,
                                       100 * NANOS_MILLI, -1500000000 * NANOS_SECOND};
    static const uint8_t clock[] = {TIME_NIC, TIME_NIC, TIME_TSC, TIME_TSC,
                                    TIME_TSC, TIME_TSC, TIME_TSC};
    struct frame_burst burst;
    nanos_t now = stamped_rx(queue, from_now, ARRAY_COUNT(from_now), &burst);
    EXPECT_UINT(burst.count, ARRAY_COUNT(clock));
    for (uint32_t i = 0; i < burst.count; i++) {
        EXPECT_UINT(burst.at[i].clock, clock[i]);
        if (clock[i] == TIME_NIC) EXPECT_UINT(burst.at[i].rx_ns, now + (nanos_t)from_now[i]);
        else EXPECT(burst.at[i].rx_ns >= now && burst.at[i].rx_ns < now + AT_ONCE_NS);
    }
    net_rx_done(queue, &burst);
    net_dpdk_close(port);
}

static bool traffic_round_the_ring(void *context)
{
    struct net_queue *queue = context;
    struct frame_burst burst;
    uint64_t taken = 0;
    for (uint32_t round = 0; round < 100; round++) {
        for (uint8_t i = 0; i < 40; i++) taken -= !frame_put(queue, i, 100);
        net_tx_flush(queue);
        net_rx(queue, &burst);
        taken += burst.count;
        net_rx_done(queue, &burst);
        taken += net_now(queue) == 0;
        taken += statistics_of(queue).rx_error;
    }
    return taken == 4000;
}

SPEC(traffic_makes_no_system_call)
{
    struct net_dpdk *port = ring_open();
    EXPECT(quiet_runs(traffic_round_the_ring, net_dpdk_queue(port, 0)));
    net_dpdk_close(port);
}

SPEC(a_device_can_be_opened_again_after_it_was_closed)
{
    for (int i = 0; i < 3; i++) net_dpdk_close(ring_open());
}

SPEC(the_report_says_how_multicast_is_received_and_which_clock_stamps)
{
    static const struct net_dpdk_group group = {0xe9360c6f, 26477, 0}; /* 233.54.12.111 */
    struct net_dpdk *port = net_dpdk_open(&(struct net_dpdk_plan){.device = "net_ring0",
                                                                  .queues = 1,
                                                                  .buffers = 2047,
                                                                  .groups = 1,
                                                                  .group = &group,
                                                                  .clock = &port_clock},
                                          &report, &problems);
    EXPECT_TEXT(problem_bytes, "");
    if (!port) return;
    EXPECT(strstr(report_bytes, "takes no list of multicast addresses") != NULL);
    EXPECT(strstr(report_bytes, "stamps no arrivals") != NULL);
    net_dpdk_close(port);
}

/* Refusals. */

static void refused(const struct net_dpdk_plan *plan, const char *words)
{
    text_clear(&problems);
    EXPECT(net_dpdk_open(plan, &report, &problems) == NULL);
    spec_expect(__FILE__, __LINE__, strstr(problem_bytes, words) != NULL,
                "expected a sentence with \"%s\", got:\n%s", words, problem_bytes);
}

SPEC(a_device_that_is_not_there_is_refused_with_cause_and_remedy)
{
    refused(&(struct net_dpdk_plan){.device = "0000:ff:1f.7", .queues = 1, .clock = &port_clock},
            "DPDK has no such port");
    refused(
        &(struct net_dpdk_plan){.device = "net_none0,iface=x", .queues = 1, .clock = &port_clock},
        "could not make this device");
    refused(&(struct net_dpdk_plan){.device = "net_af_packet0,iface=nowhere",
                                    .queues = 1,
                                    .clock = &port_clock},
            "could not make this device");
    refused(&(struct net_dpdk_plan){.device = "", .queues = 1, .clock = &port_clock},
            "no device is named");
}

SPEC(a_plan_out_of_range_is_refused_in_full)
{
    static const struct net_dpdk_group group = {0x0a000001, 1, 5};
    refused(&(struct net_dpdk_plan){.device = "net_ring0",
                                    .queues = 17,
                                    .frame_bytes = 9217,
                                    .groups = 1,
                                    .group = &group,
                                    .clock = &port_clock},
            "the number of queues must be 1 to 16");
    EXPECT(strstr(problem_bytes, "cannot be above 9216 bytes") != NULL);
    EXPECT(strstr(problem_bytes, "10.0.0.1 is no multicast group") != NULL);
}

SPEC(what_the_driver_or_the_memory_cannot_give_is_refused_and_leaves_nothing_behind)
{
    refused(
        &(struct net_dpdk_plan){
            .device = "net_ring0", .queues = 1, .buffers = 500, .clock = &port_clock},
        "500 buffers do not fill");
    refused(
        &(struct net_dpdk_plan){
            .device = "net_ring0", .queues = 1, .buffers = 500000, .clock = &port_clock},
        "Give DPDK more memory");
    text_clear(&problems);
    net_dpdk_close(ring_open());
}

#define SPECS(S)                                                                                   \
    S(what_is_sent_into_a_ring_comes_back_whole_and_in_order)                                      \
    S(both_directions_are_counted)                                                                 \
    S(a_port_that_is_full_drops_and_counts_and_no_buffer_is_lost)                                  \
    S(a_frame_longer_than_a_buffer_is_not_claimed)                                                 \
    S(a_claim_that_is_not_published_is_forgotten)                                                  \
    S(jumbo_frames_pass_where_they_are_asked_for)                                                  \
    S(a_driver_that_only_makes_and_swallows_frames_is_a_port_too)                                  \
    S(several_queues_of_one_port_are_apart)                                                        \
    S(a_frame_in_several_buffers_is_put_together_and_counted)                                      \
    S(a_frame_longer_than_any_link_carries_is_dropped_and_counted)                                 \
    S(what_the_card_says_of_checksums_is_passed_on)                                                \
    S(a_stamp_of_the_card_is_the_arrival_time_only_if_it_can_be_true)                              \
    S(traffic_makes_no_system_call)                                                                \
    S(a_device_can_be_opened_again_after_it_was_closed)                                            \
    S(the_report_says_how_multicast_is_received_and_which_clock_stamps)                            \
    S(a_device_that_is_not_there_is_refused_with_cause_and_remedy)                                 \
    S(a_plan_out_of_range_is_refused_in_full)                                                      \
    S(what_the_driver_or_the_memory_cannot_give_is_refused_and_leaves_nothing_behind)

SPEC_MAIN("net dpdk", SPECS, start_once, NULL)
