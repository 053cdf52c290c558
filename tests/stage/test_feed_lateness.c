/* When the feed stage may call a datagram late: only after everything that had come by then was
 * taken; and that what time alone brings is published though no frame comes.  Ports and their clock
 * are the test's own here, so that no spec depends on a real one. */

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
static struct conflate *markets;
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

/* Whatever a host says is lost. */
static uint8_t *port_tx_claim(struct net_queue *queue, uint32_t bytes)
{
    (void)queue, (void)bytes;
    return NULL;
}

static uint32_t port_tx_flush(struct net_queue *queue)
{
    (void)queue;
    return 0;
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
    .tx_claim = port_tx_claim,
    .tx_flush = port_tx_flush,
    .statistics = port_statistics,
    .now = port_now,
    .ended = port_ended,
};

static void *memory_of(uint32_t i, size_t bytes)
{
    memory[i] = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    return memory[i];
}

static void plan_stage(void)
{
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
}

static void make_stage(void)
{
    const struct conflate_limits listings = {.keys = 8, .value_bytes = sizeof(struct listing)};
    const struct conflate_limits of_markets = {.keys = 8, .value_bytes = sizeof(struct market)};
    markets = conflate_new(memory_of(2, conflate_footprint(&of_markets)), &of_markets);
    stage = feed_stage_new(memory_of(0, feed_stage_footprint(&plan)), &plan,
                           conflate_new(memory_of(1, conflate_footprint(&listings)), &listings),
                           markets);
}

static void open_stage(void)
{
    plan_stage();
    make_stage();
}

static void close_stage(void)
{
    for (uint32_t i = 0; i < 3; i++) free(memory[i]);
}

/* The same with a host at line A's port that asks for what is missing, of a server that does not
 * answer. */
static void open_stage_that_asks(void)
{
    const struct recovery_limits usual = RECOVERY_LIMITS_USUAL;
    close_stage();
    plan_stage();
    plan.channel.silence_ns = 2 * NANOS_SECOND;
    plan.has_host = true;
    plan.host = (struct feed_host_plan){
        .present = {true},
        .recovers = true,
        .recovery = usual,
        .request_port = 31000,
        .server = {{.ip = 0x0a090002, .port = 31001}},
    };
    plan.host.recovery.snapshots = 0;
    plan.host.inet[0] = (struct inet_limits){
        .ip = 0x0a090001,
        .prefix = 24,
        .mtu = 1500,
        .learnt = 16,
        .waiting = 4,
        .ports = 2,
        .groups = 2,
        .tcp = {.connections = 2, .send_bytes = 1024, .receive_bytes = 65536},
    };
    make_stage();
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

/* The channel's state as the market of instrument 1 shows it; MARKET_STATE_COUNT if it was not
 * published anew. */
static enum market_state published(void)
{
    enum market_state state = MARKET_STATE_COUNT;
    struct market market;
    for (uint32_t key; conflate_take(markets, &key, &market);)
        if (key == 1) state = (enum market_state)market.state;
    return state;
}

/* Instrument 1 trades, as message 1 of line A says, which was heard at 1 ms. */
static void trades(void)
{
    struct packet packet = packet_at(1);
    packet_directory(&packet, 1, "ABC     ");
    packet_trading(&packet, 1, 'T');
    struct port *to = &port[0];
    to->frame[to->count++] = (struct frame){
        .bytes = to->bytes[0],
        .length_bytes = packet_frame(&packet, RIG_GROUP, RIG_PORT, to->bytes[0]),
        .rx_ns = NANOS_MILLI,
        .clock = TIME_NIC,
    };
    EXPECT_UINT(turn(), 1);
    EXPECT_UINT(published(), MARKET_LIVE);
}

SPEC(silence_is_published_though_nothing_comes_any_more)
{
    open_stage_that_asks();
    trades();
    now_ns = 5 * NANOS_SECOND;
    for (uint32_t i = 0; i < 3; i++) EXPECT_UINT(turn(), 0);
    EXPECT_UINT(published(), MARKET_STALE);
}

SPEC(a_hole_that_is_asked_for_is_published_though_nothing_comes_any_more)
{
    open_stage_that_asks();
    trades();
    arrives(LINE_A, 4, 2);
    EXPECT_UINT(turn(), 1);
    EXPECT_UINT(published(), MARKET_STATE_COUNT);
    now_ns = 100 * NANOS_MILLI;
    for (uint32_t i = 0; i < 3; i++) EXPECT_UINT(turn(), 0);
    EXPECT_UINT(published(), MARKET_RECOVERING);
}

#define SPECS(S)                                                                                   \
    S(what_waits_in_the_port_is_not_late_however_long_nobody_looked)                               \
    S(what_has_not_come_by_an_empty_poll_after_its_time_is_a_gap)                                  \
    S(bursts_of_two_ports_are_taken_in_the_order_of_their_arrival)                                 \
    S(silence_is_published_though_nothing_comes_any_more)                                          \
    S(a_hole_that_is_asked_for_is_published_though_nothing_comes_any_more)

SPEC_MAIN("feed lateness", SPECS, open_stage, close_stage)
