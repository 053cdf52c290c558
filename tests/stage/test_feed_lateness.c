/* When the feed stage may call a datagram late: only after everything that had come by then was
 * taken.  Ports and their clock are the test's own here, so that no spec depends on a real one. */

#include "tests/stage/rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { FRAMES_MAX = 8 };

/* A port whose frames and clock are set by hand. */
struct port {
    struct net_queue queue;
    uint8_t bytes[FRAMES_MAX][RIG_BYTES_MAX + 62];
    struct frame frame[FRAMES_MAX];
    uint32_t count; /* waiting in the port */
};

static struct port port[2];
static nanos_t now_ns;
static struct feed_stage_plan plan;
static struct feed_stage *stage;
static void *memory[3];

static void port_rx(struct net_queue *queue, struct frame_burst *burst)
{
    struct port *from = (struct port *)queue;
    burst->count = from->count;
    memcpy(burst->at, from->frame, from->count * sizeof from->frame[0]);
    from->count = 0;
}

static void port_rx_done(struct net_queue *queue, struct frame_burst *burst)
{
    (void)queue;
    burst->count = 0;
}

static void port_statistics(const struct net_queue *queue, struct net_statistics *statistics)
{
    (void)queue;
    *statistics = (struct net_statistics){.rx_frame = 0};
}

static nanos_t port_now(const struct net_queue *queue)
{
    (void)queue;
    return now_ns;
}

static bool port_ended(const struct net_queue *queue)
{
    (void)queue;
    return false;
}

static const struct net_driver driver = {
    .name = "by hand",
    .rx = port_rx,
    .rx_done = port_rx_done,
    .statistics = port_statistics,
    .now = port_now,
    .ended = port_ended,
};

static void *memory_of(uint32_t i, size_t bytes)
{
    memory[i] = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    return memory[i];
}

static void open_stage(void)
{
    struct conflate_limits listings = {.keys = 8, .value_bytes = sizeof(struct listing)};
    struct conflate_limits markets = {.keys = 8, .value_bytes = sizeof(struct market)};
    memset(port, 0, sizeof port);
    now_ns = 0;
    port[0].queue.driver = port[1].queue.driver = &driver;
    plan = (struct feed_stage_plan){
        .queues = 2,
        .queue = {&port[0].queue, &port[1].queue},
        .lines = 2,
        .line = {{.queue = 0, .group = RIG_GROUP, .port = RIG_PORT},
                 {.queue = 1, .group = RIG_GROUP_B, .port = RIG_PORT}},
        .checks = FRAME_CHECK_ALL,
        .channel = {.lines = 2,
                    .store_datagrams = 16,
                    .store_bytes = RIG_BYTES_MAX,
                    .gap_wait_ns = RIG_WAIT_NS,
                    .first_sequence = 1},
        .feed = {.book = {.instruments = 8, .orders = 64, .levels = 64}},
    };
    stage = feed_stage_new(memory_of(0, feed_stage_footprint(&plan)), &plan,
                           conflate_new(memory_of(1, conflate_footprint(&listings)), &listings),
                           conflate_new(memory_of(2, conflate_footprint(&markets)), &markets));
}

static void close_stage(void)
{
    for (uint32_t i = 0; i < 3; i++) free(memory[i]);
}

/* Puts message number sequence into the port of a line, as having arrived at_ms. */
static void arrives(uint32_t line, uint64_t sequence, uint64_t at_ms)
{
    struct port *to = &port[line];
    struct packet packet = packet_at(sequence);
    packet_order(&packet, 1, 100 + sequence, 'B', 100, 1000000);
    uint8_t *bytes = to->bytes[to->count];
    to->frame[to->count++] = (struct frame){
        .bytes = bytes,
        .length_bytes = packet_frame(&packet, line ? RIG_GROUP_B : RIG_GROUP, RIG_PORT, bytes),
        .rx_ns = at_ms * NANOS_MILLI,
        .clock = TIME_NIC,
    };
}

static uint32_t turn(void)
{
    return feed_stage_kind.turn(stage, 0);
}

static struct channel_counts housekeeping(void)
{
    static struct feed_view view;
    feed_stage_kind.housekeeping(stage, 0);
    feed_stage_view(stage, &view);
    return view.channel;
}

SPEC(what_waits_in_the_port_is_not_late_however_long_nobody_looked)
{
    arrives(LINE_A, 1, 1);
    arrives(LINE_A, 3, 2);
    EXPECT_UINT(turn(), 2);
    EXPECT_UINT(housekeeping().stored, 1);

    now_ns = 1000 * NANOS_MILLI; /* the core was away, and the other line's copy came meanwhile */
    arrives(LINE_B, 2, 3);
    EXPECT_UINT(housekeeping().gap, 0);
    EXPECT_UINT(housekeeping().gap, 0);
    EXPECT_UINT(turn(), 1);
    EXPECT_UINT(turn(), 0);
    EXPECT_UINT(turn(), 0);
    struct channel_counts counts = housekeeping();
    EXPECT_UINT(counts.gap, 0);
    EXPECT_UINT(counts.message, 3);
}

SPEC(what_has_not_come_by_an_empty_poll_after_its_time_is_a_gap)
{
    arrives(LINE_A, 1, 1);
    arrives(LINE_A, 3, 2);
    EXPECT_UINT(turn(), 2);
    now_ns = 1000 * NANOS_MILLI;
    (void)housekeeping();
    for (uint32_t i = 0; i < 3; i++) EXPECT_UINT(turn(), 0);
    struct channel_counts counts = housekeeping();
    EXPECT_UINT(counts.gap, 1);
    EXPECT_UINT(counts.gap_message, 1);
    EXPECT_UINT(counts.message, 2);
}

SPEC(bursts_of_two_ports_are_taken_in_the_order_of_their_arrival)
{
    /* Polled first, line A alone would be past the wait for 2 when 4 came. */
    arrives(LINE_A, 1, 1);
    arrives(LINE_A, 3, 2);
    arrives(LINE_A, 4, 20);
    arrives(LINE_B, 1, 1);
    arrives(LINE_B, 2, 3);
    EXPECT_UINT(turn(), 5);
    struct channel_counts counts = housekeeping();
    EXPECT_UINT(counts.gap, 0);
    EXPECT_UINT(counts.message, 4);
    EXPECT_UINT(counts.datagram[CHANNEL_DUPLICATE], 1);
}

#define SPECS(S)                                                                                   \
    S(what_waits_in_the_port_is_not_late_however_long_nobody_looked)                               \
    S(what_has_not_come_by_an_empty_poll_after_its_time_is_a_gap)                                  \
    S(bursts_of_two_ports_are_taken_in_the_order_of_their_arrival)

SPEC_MAIN("feed lateness", SPECS, open_stage, close_stage)
