/* From MoldUDP64 packets to updated books: what the way over the network adds to a message.
 *
 *     wire_..._memory      messages behind each other in memory -> books: what bench_book measures
 *     wire_..._mbufs       the same messages in frames in the buffers of a DPDK port, through the
 *                          feed stage as polluxd runs it, checksums verified by us
 *     wire_..._card        the same with checksums left to the card, as with most cards
 *     wire_..._tape        the frames from a tape through the same stage, as pollux-replay does it
 *     wire_..._over_memory the mbufs' figure less the memory's, round by round: what is claimed
 *     wire_..._take        taking bursts from the port and giving them back, nothing else
 *
 * Datagrams are packed as pollux-generate packs them by default, three messages in each; those of
 * "full" wait until they are full, the messages are those of "hot".  One line.  A port's ring holds
 * a thousand frames: it is filled, which is not timed, then turns of the stage empty it, which is,
 * by the thread's own time.  The filling leaves frames in the cache, as a card does that writes
 * there, and drives the books out of it, so the books are colder here than from memory.  Nobody
 * waits for markets: they are taken from the conflating queue between the timed parts (on a tape:
 * replaced). */

#include "apps/pollux-generate/flow.h"
#include "apps/pollux-generate/line.h"
#include "bench/bench.h"
#include "dataplane/base/arena_setup.h"
#include "dataplane/base/clock_setup.h"
#include "dataplane/launch/eal.h"
#include "dataplane/net/net_clock.h"
#include "dataplane/net/net_tape.h"
#include "dataplane/stage/feed_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#if BENCH_DPDK
#    include "dataplane/net/net_dpdk.h"
#endif

enum { INSTRUMENTS = 8192, ROUNDS = 5, MESSAGES_MAX = 5000000, PAYLOAD_MAX = 1400 };
enum { MESSAGE_BYTES = 40, FRAME_BYTES = 128 }; /* of memory, on average, as an upper bound */
enum { RING_FRAMES = 960 };                     /* whole bursts, and the ring holds 1023 */

struct wire_case {
    const char *name;
    const char *preset;
    nanos_t gather_ns; /* a datagram is closed by a message that comes later after its first */
};

/* The same messages twice: behind their lengths, and in frames. */
struct stream {
    uint8_t *bytes;
    uint8_t *frames;
    struct tape_record *record;
    size_t bytes_length, frames_length;
    size_t bytes_capacity, frames_capacity;
    uint64_t messages, records, records_capacity;
};

static struct stream stream;
static struct net_queue *port; /* NULL without DPDK */
static struct feed_stage_plan plan;
static struct feed_stage *stage;
static void *stage_memory, *markets_memory, *listings_memory, *tape_memory;
static struct conflate *markets, *listings;

static const struct conflate_limits market_limits = {INSTRUMENTS, sizeof(struct market)};
static const struct conflate_limits listing_limits = {INSTRUMENTS, sizeof(struct listing)};

/* The stream. */

static void frame_keep(void *to, const struct line_frame *frame)
{
    (void)to;
    CHECK(stream.frames_length + frame->length <= stream.frames_capacity);
    CHECK(stream.records < stream.records_capacity);
    uint8_t *bytes = stream.frames + stream.frames_length;
    memcpy(bytes, frame->bytes, frame->length);
    stream.frames_length += frame->length;
    stream.record[stream.records++] =
        (struct tape_record){.bytes = bytes, .length = frame->length, .time_ns = frame->time_ns};
}

static void datagram_keep(void *line, const struct pack_datagram *datagram)
{
    if (datagram->messages)
        (void)line_offer(line, datagram); /* no heartbeats: time is counted by message */
}

static void stream_room(const struct flow_plan *flow)
{
    stream = (struct stream){
        .bytes_capacity = flow->messages * MESSAGE_BYTES + (1 << 20),
        .frames_capacity = flow->messages * FRAME_BYTES,
        .records_capacity = flow->messages,
    };
    stream.bytes = bench_space(stream.bytes_capacity);
    stream.frames = bench_space(stream.frames_capacity);
    stream.record = bench_space(stream.records_capacity * sizeof *stream.record);
}

static void stream_make(const struct wire_case *wire)
{
    struct flow_plan wanted = flow_preset_find(wire->preset)->plan;
    if (wanted.messages > MESSAGES_MAX) wanted = flow_plan_scaled(&wanted, MESSAGES_MAX);
    if (bench_quick() || bench_counting()) wanted = flow_plan_scaled(&wanted, wanted.messages / 10);
    stream_room(&wanted);
    struct line_plan straight = {
        .window = 1,
        .head = {.source_ip = 0x0a000001,
                 .destination_ip = 0xe9010203,
                 .source_port = 30000,
                 .destination_port = 26400,
                 .ttl = 1},
    };
    struct pack_plan packing = {.session = {"BENCHMARK "},
                                .gather_ns = wire->gather_ns,
                                .messages_max = MOLDUDP64_COUNT_MAX,
                                .payload_max = PAYLOAD_MAX};
    static struct pack pack;
    size_t flow_bytes = flow_footprint(&wanted), line_bytes = line_footprint(&straight);
    void *flow_memory = bench_space(flow_bytes), *line_memory = bench_space(line_bytes);
    struct flow *flow = flow_new(flow_memory, &wanted);
    struct line *line = line_new(line_memory, &straight, frame_keep, NULL);
    pack_open(&pack, &packing, datagram_keep, line);
    uint8_t message[FLOW_MESSAGE_BYTES];
    nanos_t time_ns;
    for (uint32_t length; (length = flow_next(flow, message, &time_ns)) != 0;) {
        uint8_t *block = stream.bytes + stream.bytes_length;
        CHECK(stream.bytes_length + 2 + length <= stream.bytes_capacity);
        block[0] = (uint8_t)(length >> 8);
        block[1] = (uint8_t)length;
        memcpy(block + 2, message, length);
        stream.bytes_length += 2 + length;
        stream.messages++;
        pack_message(&pack, message, length, time_ns);
    }
    pack_end(&pack);
    line_end(line);
    munmap(flow_memory, flow_bytes);
    munmap(line_memory, line_bytes);
    fprintf(stderr, "%s: %.2f messages a datagram, %.0f bytes a frame\n", wire->name,
            (double)stream.messages / (double)stream.records,
            (double)stream.frames_length / (double)stream.records);
}

static void stream_free(void)
{
    munmap(stream.bytes, stream.bytes_capacity);
    munmap(stream.frames, stream.frames_capacity);
    munmap(stream.record, stream.records_capacity * sizeof *stream.record);
}

/* The stage. */

static void stage_begin(struct net_queue *queue, enum frame_checks checks)
{
    plan.queue[0] = queue;
    plan.checks = checks;
    markets = conflate_new(markets_memory, &market_limits);
    listings = conflate_new(listings_memory, &listing_limits);
    stage = feed_stage_new(stage_memory, &plan, listings, markets);
}

static void stage_check(void)
{
    feed_stage_kind.housekeeping(stage, 0);
    static struct feed_view view;
    feed_stage_view(stage, &view);
    CHECK(view.status[FRAME_OK] == stream.records);
    CHECK(view.feed.message == stream.messages);
    CHECK(view.channel.gap == 0);
}

static void queues_empty(void)
{
    uint32_t key;
    struct market market;
    struct listing listing;
    while (conflate_take(markets, &key, &market)) continue;
    while (conflate_take(listings, &key, &listing)) continue;
}

static double memory_round(void)
{
    stage_begin(NULL, FRAME_CHECK_ALL);
    struct feed *feed = feed_stage_feed(stage);
    struct channel_output begin = {.session = {.sequence = 1}};
    feed_step(feed, CHANNEL_SESSION, &begin, 0);
    double begin_ns = bench_thread_ns();
    uint64_t taken = feed_stream(feed, stream.bytes, stream.bytes_length, 1);
    feed_flush(feed);
    double ns = bench_thread_ns() - begin_ns;
    CHECK(taken == stream.messages);
    return ns / (double)stream.messages;
}

static double tape_round(void)
{
    struct net_tape *tape = net_tape_new(
        tape_memory, &(struct net_tape_plan){.record = stream.record, .records = stream.records});
    stage_begin(net_tape_queue(tape), FRAME_CHECK_ALL);
    double begin_ns = bench_thread_ns();
    while (feed_stage_kind.turn(stage, 0)) continue;
    double ns = bench_thread_ns() - begin_ns;
    stage_check();
    return ns / (double)stream.messages;
}

/* The port. */

static void port_fill(uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++) {
        uint8_t *frame = net_tx_claim(port, stream.record[i].length);
        CHECK(frame != NULL);
        memcpy(frame, stream.record[i].bytes, stream.record[i].length);
        net_tx_publish(port);
    }
    net_tx_flush(port);
}

static void stage_empties(void)
{
    while (feed_stage_kind.turn(stage, 0)) continue;
}

static void nobody_empties(void)
{
    static struct frame_burst burst;
    do {
        net_rx(port, &burst);
        if (burst.count == 0) return;
        net_rx_done(port, &burst);
    } while (true);
}

/* Everything through the port; only what empties does is timed. */
static double port_pass(void (*empties)(void))
{
    double ns = 0;
    for (uint64_t at = 0; at < stream.records; at += RING_FRAMES) {
        uint64_t left = stream.records - at;
        port_fill(at, left < RING_FRAMES ? left : RING_FRAMES);
        double begin_ns = bench_thread_ns();
        empties();
        ns += bench_thread_ns() - begin_ns;
        queues_empty();
    }
    return ns / (double)stream.messages;
}

static double port_round(enum frame_checks checks)
{
    stage_begin(port, checks);
    double ns = port_pass(stage_empties);
    stage_check();
    return ns;
}

/* Measuring. */

struct figures {
    double memory[ROUNDS], mbufs[ROUNDS], card[ROUNDS], tape[ROUNDS], take[ROUNDS], over[ROUNDS];
};

static void report(const char *wire, const char *part, const char *what, const double *figures,
                   uint32_t rounds, double bound_ns)
{
    char name[64];
    snprintf(name, sizeof name, "wire_%s_%s", wire, part);
    bench_rounds(
        &(struct bench_rate){
            .name = name, .what = what, .items = stream.messages, .bound_ns = bound_ns},
        figures, rounds);
}

static void case_run(const struct wire_case *wire)
{
    const char *name = wire->name;
    char prefix[64];
    snprintf(prefix, sizeof prefix, "wire_%s", name);
    if (!bench_wanted(prefix)) return;
    static struct figures figures;
    uint32_t rounds = bench_quick() ? 2 : ROUNDS;
    stream_make(wire);
    memory_round(); /* touches every page */
    for (uint32_t i = 0; i < rounds; i++) {
        figures.memory[i] = memory_round();
        figures.tape[i] = tape_round();
        if (!port) continue;
        figures.mbufs[i] = port_round(FRAME_CHECK_ALL);
        figures.card[i] = port_round(FRAME_CHECK_NONE);
        figures.take[i] = port_pass(nobody_empties);
        figures.over[i] = figures.mbufs[i] - figures.memory[i];
    }
    report(name, "memory", "messages in memory to books", figures.memory, rounds, 0);
    report(name, "tape", "frames on a tape to books", figures.tape, rounds, 0);
    if (port) {
        report(name, "mbufs", "frames in mbufs to books", figures.mbufs, rounds, 0);
        report(name, "card", "the same, checksums left to the card", figures.card, rounds, 0);
        report(name, "take", "only taking the frames from the port", figures.take, rounds, 0);
        report(name, "over_memory", "what mbufs cost more than memory", figures.over, rounds, 4);
    }
    stream_free();
}

/* What is there for the whole run. */

#if BENCH_DPDK
static struct net_dpdk *port_open(struct text *problems)
{
    uint16_t cpu[EAL_CORES_MAX];
    uint32_t cpus = eal_cpus(cpu, EAL_CORES_MAX);
    struct eal_plan eal = {.cores = 1, .cpu = {cpu[cpus - 1]}, .pages = ARENA_PAGES_TRY};
    if (!eal_start(&eal, problems)) return NULL;
    static struct net_clock port_clock;
    net_clock_new(&port_clock, bench_clock());
    struct text report = text_in((char[1024]){0}, 1024);
    return net_dpdk_open(
        &(struct net_dpdk_plan){.device = "net_ring0", .queues = 1, .clock = &port_clock}, &report,
        problems);
}
#endif

static void memory_take(void)
{
    plan = (struct feed_stage_plan){
        .queues = 1,
        .lines = 1,
        .channel =
            {
                .lines = 1,
                .store_datagrams = 1024,
                .store_bytes = 2048,
                .gap_wait_ns = NANOS_MILLI,
                .silence_ns = NANOS_SECOND,
                .first_sequence = 1,
            },
        .feed = {.book = {.instruments = INSTRUMENTS, .orders = 1u << 20, .levels = 1u << 19}},
    };
    size_t stage_bytes = feed_stage_footprint(&plan), tape_bytes = net_tape_footprint();
    size_t market_bytes = conflate_footprint(&market_limits);
    size_t listing_bytes = conflate_footprint(&listing_limits);
    struct arena_plan pages = {
        .owner = "bench",
        .bytes = arena_footprint() + arena_round(stage_bytes) + arena_round(tape_bytes) +
                 arena_round(market_bytes) + arena_round(listing_bytes),
        .pages = ARENA_PAGES_TRY,
    };
    struct text problems = text_in((char[1024]){0}, 1024);
    enum arena_backing backing;
    struct arena *arena = arena_map(&pages, &backing, &problems);
    CHECK(arena != NULL);
    stage_memory = arena_take(arena, "stage", stage_bytes);
    tape_memory = arena_take(arena, "tape", tape_bytes);
    markets_memory = arena_take(arena, "markets", market_bytes);
    listings_memory = arena_take(arena, "listings", listing_bytes);
}

int main(int count, char **words)
{
    static const struct wire_case cases[] = {
        {"one", "one", 2 * NANOS_MICRO},
        {"hot", "hot", 2 * NANOS_MICRO},
        {"market", "market", 2 * NANOS_MICRO},
        {"full", "hot", NANOS_MILLI},
    };
    bench_open("wire", count, words);
    if (bench_counting()) return bench_close();
#if BENCH_DPDK
    struct text problems = text_in((char[1024]){0}, 1024);
    struct net_dpdk *ring = port_open(&problems);
    if (!ring) fprintf(stderr, "No port, so only the tape is measured: %s", problems.bytes);
    else port = net_dpdk_queue(ring, 0);
#endif
    CHECK(bench_pin(bench_cores() - 1));
    memory_take();
    for (uint32_t i = 0; i < ARRAY_COUNT(cases); i++) case_run(&cases[i]);
#if BENCH_DPDK
    if (ring) net_dpdk_close(ring);
    if (eal_core_count() > 0) eal_stop();
#endif
    return bench_close();
}
