/* What the in-memory link promises. */

#include "dataplane/net/net_memory.h"
#include "tests/net/quiet.h"
#include "tests/support/chance.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct net_memory_limits limits = {.frames = 128, .frame_bytes = 1500};
static struct net_clock link_clock;
static struct net_memory *link_under_test;
static struct net_queue *ends[2];

static void open_link(void)
{
    struct clock calibrated = clock_from_hz(2000000000, 0, 1700000000 * NANOS_SECOND);
    net_clock_new(&link_clock, &calibrated);
    void *memory = aligned_alloc(CACHE_LINE, net_memory_footprint(&limits));
    link_under_test = net_memory_new(memory, &limits, &link_clock);
    for (uint32_t i = 0; i < 2; i++) ends[i] = net_memory_end(link_under_test, i);
}

static void close_link(void)
{
    free(link_under_test);
}

/* A frame whose bytes follow from its number and length. */
static uint8_t byte_of(uint64_t number, uint32_t at)
{
    return (uint8_t)(number * 31 + at * 7 + (number >> 8));
}

static bool frame_put(struct net_queue *queue, uint64_t number, uint32_t bytes)
{
    uint8_t *frame = net_tx_claim(queue, bytes);
    if (!frame) return false;
    for (uint32_t i = 0; i < bytes; i++) frame[i] = byte_of(number, i);
    net_tx_publish(queue);
    return true;
}

static bool frame_is(const struct frame *frame, uint64_t number, uint32_t bytes)
{
    if (frame->length_bytes != bytes) return false;
    for (uint32_t i = 0; i < bytes; i++)
        if (frame->bytes[i] != byte_of(number, i)) return false;
    return true;
}

static struct net_statistics statistics_of(uint32_t end)
{
    struct net_statistics statistics;
    net_statistics(ends[end], &statistics);
    return statistics;
}

SPEC(frames_arrive_at_the_other_end_whole_and_in_order)
{
    static const uint32_t lengths[] = {1, 60, 64, 65, 1499, 1500};
    for (uint32_t from = 0; from < 2; from++) {
        for (uint32_t i = 0; i < ARRAY_COUNT(lengths); i++)
            EXPECT(frame_put(ends[from], i, lengths[i]));
        EXPECT_UINT(net_tx_flush(ends[from]), ARRAY_COUNT(lengths));
        struct frame_burst burst;
        net_rx(ends[1 - from], &burst);
        EXPECT_UINT(burst.count, ARRAY_COUNT(lengths));
        for (uint32_t i = 0; i < burst.count; i++) EXPECT(frame_is(&burst.at[i], i, lengths[i]));
        net_rx_done(ends[1 - from], &burst);
        net_rx(ends[1 - from], &burst);
        EXPECT_UINT(burst.count, 0);
        net_rx_done(ends[1 - from], &burst);
    }
}

SPEC(nothing_arrives_before_the_flush_and_a_full_burst_flushes_itself)
{
    struct frame_burst burst;
    for (uint32_t i = 0; i < NET_BURST_MAX - 1; i++) EXPECT(frame_put(ends[0], i, 100));
    net_rx(ends[1], &burst);
    EXPECT_UINT(burst.count, 0);
    net_rx_done(ends[1], &burst);
    EXPECT(frame_put(ends[0], NET_BURST_MAX - 1, 100));
    net_rx(ends[1], &burst);
    EXPECT_UINT(burst.count, NET_BURST_MAX);
    net_rx_done(ends[1], &burst);
    EXPECT_UINT(net_tx_flush(ends[0]), 0);
}

SPEC(a_claim_that_is_not_published_is_forgotten)
{
    struct frame_burst burst;
    EXPECT(net_tx_claim(ends[0], 700) != NULL);
    EXPECT(frame_put(ends[0], 5, 80));
    EXPECT_UINT(net_tx_flush(ends[0]), 1);
    net_rx(ends[1], &burst);
    EXPECT_UINT(burst.count, 1);
    EXPECT(frame_is(&burst.at[0], 5, 80));
    net_rx_done(ends[1], &burst);
}

SPEC(a_full_link_refuses_the_claim_and_counts_it_at_the_sender)
{
    for (uint32_t i = 0; i < limits.frames; i++) EXPECT(frame_put(ends[0], i, 100));
    EXPECT(!frame_put(ends[0], 999, 100));
    EXPECT(!frame_put(ends[0], 999, 100));
    net_tx_flush(ends[0]);
    EXPECT(!frame_put(ends[0], 999, 100));
    EXPECT_UINT(statistics_of(0).tx_frame, limits.frames);
    EXPECT_UINT(statistics_of(0).tx_refused, 3);
    EXPECT_UINT(statistics_of(1).tx_refused, 0);

    struct frame_burst burst;
    net_rx(ends[1], &burst);
    EXPECT(!frame_put(ends[0], 999, 100));
    net_rx_done(ends[1], &burst);
    for (uint32_t i = 0; i < NET_BURST_MAX; i++) EXPECT(frame_put(ends[0], i, 100));
    EXPECT(!frame_put(ends[0], 999, 100));
}

SPEC(a_frame_longer_than_the_link_carries_is_refused_and_counted)
{
    EXPECT(!net_tx_claim(ends[0], 1501));
    EXPECT_UINT(statistics_of(0).tx_no_buffer, 1);
    EXPECT_UINT(statistics_of(0).tx_refused, 0);
}

SPEC(both_ends_count_the_same_frames_and_bytes)
{
    struct frame_burst burst;
    for (uint32_t i = 0; i < 10; i++) EXPECT(frame_put(ends[0], i, 60 + i));
    net_tx_flush(ends[0]);
    net_rx(ends[1], &burst);
    net_rx_done(ends[1], &burst);
    EXPECT_UINT(statistics_of(0).tx_frame, 10);
    EXPECT_UINT(statistics_of(0).tx_byte, 645);
    EXPECT_UINT(statistics_of(1).rx_frame, 10);
    EXPECT_UINT(statistics_of(1).rx_byte, 645);
    EXPECT_UINT(statistics_of(0).rx_frame, 0);
    EXPECT_UINT(statistics_of(1).tx_frame, 0);
}

SPEC(arrival_is_the_time_of_the_counter)
{
    struct frame_burst burst;
    EXPECT(frame_put(ends[0], 0, 60));
    net_tx_flush(ends[0]);
    nanos_t before = net_now(ends[1]);
    net_rx(ends[1], &burst);
    nanos_t after = net_now(ends[1]);
    EXPECT_UINT(burst.at[0].clock, TIME_TSC);
    EXPECT(burst.at[0].rx_ns >= before);
    EXPECT(burst.at[0].rx_ns <= after);
    EXPECT_UINT(burst.at[0].rx_ns, net_clock_time(&link_clock, burst.at[0].rx_tsc));
    EXPECT_UINT(burst.at[0].flags, 0);
    EXPECT(!net_ended(ends[1]));
    net_rx_done(ends[1], &burst);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    EXPECT_UINT(net_memory_footprint(&(struct net_memory_limits){3, 1500}), 0);
    EXPECT_UINT(net_memory_footprint(&(struct net_memory_limits){0, 1500}), 0);
    EXPECT_UINT(net_memory_footprint(&(struct net_memory_limits){131072, 1500}), 0);
    EXPECT_UINT(net_memory_footprint(&(struct net_memory_limits){64, 0}), 0);
    EXPECT_UINT(net_memory_footprint(&(struct net_memory_limits){64, 9217}), 0);
    EXPECT(net_memory_footprint(&(struct net_memory_limits){64, 9216}) > 64 * 9216);
}

/* Any mixture of claims, publishes, flushes and bursts, against what a list would do. */
SPEC(random_traffic_arrives_as_it_was_sent)
{
    struct spec_seeds seeds = spec_seeds(20);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        close_link();
        open_link();
        struct chance chance = {seed};
        uint32_t length[4096];
        uint64_t sent = 0, flushed = 0, taken = 0, refused = 0, wrong = 0;
        while (sent < ARRAY_COUNT(length)) {
            uint64_t frames = chance_between(&chance, 0, 90);
            for (uint64_t i = 0; i < frames && sent < ARRAY_COUNT(length); i++) {
                uint32_t bytes = (uint32_t)chance_between(&chance, 1, limits.frame_bytes);
                bool room = sent - taken < limits.frames;
                wrong += frame_put(ends[0], sent, bytes) != room;
                if (room) length[sent++] = bytes;
                else refused++;
                if (sent - flushed == NET_BURST_MAX) flushed = sent;
            }
            if (chance_between(&chance, 0, 3) == 0) {
                wrong += net_tx_flush(ends[0]) != sent - flushed;
                flushed = sent;
            }
            struct frame_burst burst;
            net_rx(ends[1], &burst);
            uint64_t waiting = flushed - taken;
            wrong += burst.count != (waiting < NET_BURST_MAX ? waiting : NET_BURST_MAX);
            for (uint32_t i = 0; i < burst.count; i++, taken++)
                wrong += !frame_is(&burst.at[i], taken, length[taken]);
            net_rx_done(ends[1], &burst);
        }
        spec_expect(__FILE__, __LINE__, wrong == 0,
                    "%" PRIu64 " steps went wrong, SPEC_SEED=%" PRIu64, wrong, seed);
        EXPECT_UINT(statistics_of(0).tx_refused, refused);
    }
}

static bool traffic_both_ways(void *unused)
{
    (void)unused;
    uint64_t taken = 0;
    struct frame_burst burst;
    for (uint32_t round = 0; round < 100; round++)
        for (uint32_t end = 0; end < 2; end++) {
            for (uint32_t i = 0; i < 100; i++) taken -= !frame_put(ends[end], i, 100);
            net_tx_flush(ends[end]);
            for (int i = 0; i < 2; i++) {
                net_rx(ends[1 - end], &burst);
                taken += burst.count;
                net_rx_done(ends[1 - end], &burst);
            }
            taken += net_now(ends[end]) == 0;
            taken += statistics_of(end).tx_refused;
        }
    return taken == 20000;
}

static bool asks_for_its_parent(void *unused)
{
    (void)unused;
    return getppid() > 0;
}

SPEC(traffic_makes_no_system_call)
{
    EXPECT(quiet_runs(asks_for_its_parent, NULL) == !QUIET_WATCHED);
    EXPECT(quiet_runs(traffic_both_ways, NULL));
}

enum { RACE_FRAMES = 100000, RACE_FRAMES_MIN = 1000 };

static uint32_t race_length(uint64_t number)
{
    return 1 + (uint32_t)(number * 2654435761u % 200);
}

/* How many frames an end sends: fewer where the other end seldom runs. */
static _Atomic uint64_t race_frames[2];

struct racer {
    uint32_t end;
    uint64_t wrong; /* frames that came otherwise than they were sent */
};

/* Sends and receives at once, at one end. */
static void *race_run(void *context)
{
    struct racer *racer = context;
    struct net_queue *queue = ends[racer->end];
    _Atomic uint64_t *ours = &race_frames[racer->end], *theirs = &race_frames[1 - racer->end];
    uint64_t sent = 0, taken = 0, end = patience_end(PATIENCE_RACE_S);
    uint32_t turns = 0;
    while (sent < *ours || taken < *theirs) {
        uint64_t before = sent + taken;
        for (int i = 0; i < 40 && sent < *ours; i++)
            sent += frame_put(queue, sent, race_length(sent));
        net_tx_flush(queue);
        struct frame_burst burst;
        net_rx(queue, &burst);
        for (uint32_t i = 0; i < burst.count; i++, taken++)
            racer->wrong += !frame_is(&burst.at[i], taken, race_length(taken));
        net_rx_done(queue, &burst);
        if (sent + taken > before) continue;
        patience_lose(&turns);
        if (turns % 512 == 0 && sent > RACE_FRAMES_MIN && patience_now_ns() >= end) *ours = sent;
    }
    return NULL;
}

SPEC(two_threads_racing_at_both_ends_lose_and_repeat_nothing)
{
    pthread_t other;
    struct racer racer[2] = {{.end = 0}, {.end = 1}};
    race_frames[0] = race_frames[1] = RACE_FRAMES;
    EXPECT(pthread_create(&other, NULL, race_run, &racer[1]) == 0);
    race_run(&racer[0]);
    pthread_join(other, NULL);
    for (uint32_t i = 0; i < 2; i++) {
        EXPECT_UINT(racer[i].wrong, 0);
        EXPECT_UINT(statistics_of(i).tx_frame, race_frames[i]);
        EXPECT_UINT(statistics_of(i).rx_frame, race_frames[1 - i]);
    }
}

#define SPECS(S)                                                                                   \
    S(frames_arrive_at_the_other_end_whole_and_in_order)                                           \
    S(nothing_arrives_before_the_flush_and_a_full_burst_flushes_itself)                            \
    S(a_claim_that_is_not_published_is_forgotten)                                                  \
    S(a_full_link_refuses_the_claim_and_counts_it_at_the_sender)                                   \
    S(a_frame_longer_than_the_link_carries_is_refused_and_counted)                                 \
    S(both_ends_count_the_same_frames_and_bytes)                                                   \
    S(arrival_is_the_time_of_the_counter)                                                          \
    S(limits_out_of_range_have_no_footprint)                                                       \
    S(traffic_makes_no_system_call)                                                                \
    S(random_traffic_arrives_as_it_was_sent)                                                       \
    S(two_threads_racing_at_both_ends_lose_and_repeat_nothing)

SPEC_MAIN("net memory", SPECS, open_link, close_link)
