/* Packet in the port to composite in the delegate: the whole path of a quote.
 *
 *     core 1   frame visible --> feed stage: frame, channel, book, publish --.
 *     core 0   delegate decides <-- engine stage: dispatch <-- conflating queue
 *
 * The feed's core puts one packet on an in-memory link by itself, at random moments so far apart
 * that nothing queues, and then has its turns; the engine's core records in the delegate how long
 * ago the packet became visible.  So the time is from one core's counter to another's: they agree
 * to within what the machine's synchronisation of them says (a few ns on one socket).  What is not
 * in it is a NIC and its driver.
 *
 *     path_dedicated_1     one message in the packet, two cores
 *     path_dedicated_10    ten messages
 *     path_shared_1, _10   the same with both stages on one core
 *     path_publish_1       the part on the feed's core: until its turn returns
 *
 * The books are filled first with the start of the preset hot. */

#include "apps/pollux-generate/flow.h"
#include "bench/bench.h"
#include "dataplane/net/net_memory.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/feed_stage.h"
#include "dataplane/wire/moldudp64.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_MESSAGES = 500000, PACKETS = 40000, FRAME_BYTES = 1500, GROUP = 0x0a000002 };
enum { P50_BOUND_NS = 500, PAUSE_MIN_NS = 5000, PAUSE_MAX_NS = 20000 };

/* When the packet that ends with a message became visible, by the message's number: so a packet
 * that waits long is not forgotten over the next.  0: not measured. */
#define VISIBLE_MASK 0xffffu
static _Atomic uint64_t visible_tsc[VISIBLE_MASK + 1];
static struct histogram ticks, publish_ticks;

static size_t watch_footprint(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return CACHE_LINE;
}

static void *watch_build(void *memory, const struct delegate_parameters *parameters)
{
    (void)parameters;
    return memory;
}

static void watch_decide(void *self, const struct composite *composite,
                         struct delegate_output *output)
{
    uint64_t now = clock_now();
    (void)self;
    (void)output;
    _Atomic uint64_t *visible = &visible_tsc[composite->market->sequence & VISIBLE_MASK];
    uint64_t begin = atomic_load_explicit(visible, memory_order_relaxed);
    if (begin == 0) return;
    histogram_record_span(&ticks, begin, now);
    atomic_store_explicit(visible, 0, memory_order_relaxed); /* the packet's first decision */
}

static const struct delegate_kind watch_kind = {.name = "watch",
                                                .summary = "notes the age of what it is shown",
                                                .footprint = watch_footprint,
                                                .build = watch_build,
                                                .decide = watch_decide};

/* The path. */

static struct net_clock link_clock;
static struct net_queue *far;
static struct feed_stage_plan feed_plan;
static struct engine_stage_plan engine_plan;
static struct feed_stage *feed;
static struct engine_stage *engine;
static struct flow *flow;
static uint8_t message[FLOW_MESSAGE_BYTES];
static uint32_t message_bytes;
static uint64_t sequence;

static void *memory_new(size_t bytes)
{
    CHECK(bytes > 0);
    void *memory = aligned_alloc(2 << 20, ALIGN_UP(bytes, 2 << 20));
    CHECK(memory != NULL);
    memset(memory, 0, bytes);
    return memory;
}

static void message_next(void)
{
    nanos_t time_ns;
    message_bytes = flow_next(flow, message, &time_ns);
    CHECK(message_bytes > 0);
}

static void stages_open(void)
{
    struct net_memory_limits limits = {.frames = 256, .frame_bytes = FRAME_BYTES};
    net_clock_new(&link_clock, bench_clock());
    struct net_memory *link =
        net_memory_new(memory_new(net_memory_footprint(&limits)), &limits, &link_clock);
    far = net_memory_end(link, 0);
    feed_plan = (struct feed_stage_plan){
        .queues = 1,
        .queue = {net_memory_end(link, 1)},
        .lines = 1,
        .line = {{.group = GROUP, .port = 9}},
        .checks = FRAME_CHECK_IP,
        .channel = {.lines = 1, .store_datagrams = 64, .store_bytes = 1400, .first_sequence = 1},
        .feed = {.book = {.instruments = 128, .orders = 1 << 20, .levels = 1 << 18}},
    };
    engine_plan = (struct engine_stage_plan){.instruments = 128,
                                             .delegates = 1,
                                             .delegate = {{.name = "watch", .kind = &watch_kind}},
                                             .budget_ticks = UINT64_MAX};
    struct conflate_limits of_listings = {128, sizeof(struct listing)};
    struct conflate_limits of_markets = {128, sizeof(struct market)};
    struct conflate *listings =
        conflate_new(memory_new(conflate_footprint(&of_listings)), &of_listings);
    struct conflate *markets =
        conflate_new(memory_new(conflate_footprint(&of_markets)), &of_markets);
    feed =
        feed_stage_new(memory_new(feed_stage_footprint(&feed_plan)), &feed_plan, listings, markets);
    engine = engine_stage_new(memory_new(engine_stage_footprint(&engine_plan)), &engine_plan,
                              listings, markets);
    struct flow_plan plan = flow_preset_find("hot")->plan;
    flow = flow_new(memory_new(flow_footprint(&plan)), &plan);
    sequence = 1;
    message_next();
}

/* Puts the next messages on the link; only the flush makes them visible. */
static void packet_write(uint32_t messages)
{
    uint8_t payload[1400];
    struct moldudp64_header header = {.sequence = be64(sequence),
                                      .count = be16((uint16_t)messages)};
    uint32_t bytes = sizeof header;
    memcpy(header.session.byte, "PATH      ", 10);
    memcpy(payload, &header, sizeof header);
    for (uint32_t i = 0; i < messages; i++, sequence++) {
        payload[bytes] = 0;
        payload[bytes + 1] = (uint8_t)message_bytes;
        memcpy(payload + bytes + 2, message, message_bytes);
        bytes += 2 + message_bytes;
        message_next();
    }
    struct frame_udp_head head = {
        .source_ip = 0x0a000001, .destination_ip = GROUP, .destination_port = 9, .ttl = 1};
    uint8_t *frame = net_tx_claim(far, bytes + FRAME_UDP_HEAD_BYTES);
    CHECK(frame != NULL);
    memcpy(frame + FRAME_UDP_HEAD_BYTES, payload, bytes);
    (void)frame_udp_write(frame, &head, bytes);
    net_tx_publish(far);
}

static void books_warm(void)
{
    while (sequence < WARM_MESSAGES) {
        packet_write(20);
        net_tx_flush(far);
        (void)feed_stage_kind.turn(feed, clock_now());
        while (engine_stage_kind.turn(engine, clock_now())) {
        }
    }
}

static _Atomic bool engine_ends;

static void *engine_run(void *unused)
{
    CHECK(bench_pin(1));
    uint64_t tsc = clock_now();
    while (!atomic_load_explicit(&engine_ends, memory_order_relaxed)) {
        (void)engine_stage_kind.turn(engine, tsc);
        tsc = clock_now();
    }
    return unused;
}

/* Turns until the time has come, of the engine too where it shares this core. */
static uint64_t turns_until(uint64_t until, bool shared)
{
    uint64_t tsc = clock_now();
    while (tsc < until) {
        (void)feed_stage_kind.turn(feed, tsc);
        if (shared) (void)engine_stage_kind.turn(engine, tsc);
        tsc = clock_now();
    }
    return tsc;
}

static void packets_send(uint32_t messages, bool shared)
{
    uint32_t packets = bench_quick() ? PACKETS / 10 : PACKETS;
    uint64_t random = 1;
    for (uint32_t i = 0; i < packets; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t pause = PAUSE_MIN_NS + (random >> 33) % (PAUSE_MAX_NS - PAUSE_MIN_NS);
        packet_write(messages);
        turns_until(clock_now() + clock_ticks(bench_clock(), pause), shared);
        uint64_t begin = clock_now();
        atomic_store_explicit(&visible_tsc[(sequence - 1) & VISIBLE_MASK], begin,
                              memory_order_relaxed);
        net_tx_flush(far);
        (void)feed_stage_kind.turn(feed, begin);
        histogram_record_span(&publish_ticks, begin, clock_now());
        if (shared) (void)engine_stage_kind.turn(engine, clock_now());
    }
    turns_until(clock_now() + clock_ticks(bench_clock(), NANOS_MILLI), shared);
}

struct path {
    const char *name;
    const char *what;
    uint32_t messages;
    bool shared;
};

static void path_measure(const struct path *path)
{
    if (!bench_wanted(path->name)) return;
    histogram_clear(&ticks);
    histogram_clear(&publish_ticks);
    memset(visible_tsc, 0, sizeof visible_tsc);
    atomic_store(&engine_ends, false);
    pthread_t thread;
    if (!path->shared) CHECK(pthread_create(&thread, NULL, engine_run, NULL) == 0);
    packets_send(path->messages, path->shared);
    atomic_store(&engine_ends, true);
    if (!path->shared) pthread_join(thread, NULL);
    bench_distribution(path->name, path->what, &ticks, P50_BOUND_NS);
}

int main(int argc, char **argv)
{
    static const struct path paths[] = {
        {"path_dedicated_1", "packet of 1 message to composite on another core; bound p99 2 us", 1,
         false},
        {"path_dedicated_10", "packet of 10 messages, the same", 10, false},
        {"path_shared_10", "packet of 10 messages, both stages on one core", 10, true},
        {"path_shared_1", "packet of 1 message, both stages on one core", 1, true},
    };
    bench_open("path", argc, argv);
    if (bench_counting()) return bench_close();
    CHECK(bench_pin(0));
    stages_open();
    books_warm();
    for (uint32_t i = 0; i < ARRAY_COUNT(paths); i++) {
        if (!paths[i].shared && bench_cores() < 2) {
            fprintf(stderr, "One usable core: %s is not measured.\n", paths[i].name);
            continue;
        }
        path_measure(&paths[i]);
    }
    bench_distribution("path_publish_1", "of path_shared_1: until the feed's turn returns",
                       &publish_ticks, 0);
    return bench_close();
}
