/* What a tap promises: copies of what came and went, in order, each counted, and no frame of the
 * queue changed, kept or delayed by it. */

#include "dataplane/net/net_memory.h"
#include "dataplane/net/net_tap.h"
#include "dataplane/queue/record_ring.h"
#include "tests/net/quiet.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define RING_BYTES (64u << 10)

enum { SWITCHES = 2000 / PATIENCE_SLOWER, SWITCHES_MIN = 20 };

static const struct net_memory_limits limits = {.frames = 256, .frame_bytes = 1500};
static struct net_clock link_clock;
static struct net_memory *link_under_test;
static struct net_queue *here, *there;
static struct net_tap *tap;
static struct net_tap_plan plan;

static void *memory_of(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    return memory;
}

static void open_tap(void)
{
    struct clock calibrated = clock_from_hz(2000000000, 0, 1700000000 * NANOS_SECOND);
    net_clock_new(&link_clock, &calibrated);
    link_under_test =
        net_memory_new(memory_of(net_memory_footprint(&limits)), &limits, &link_clock);
    here = net_memory_end(link_under_test, 0);
    there = net_memory_end(link_under_test, 1);
    tap = net_tap_new(memory_of(net_tap_footprint()), here);
    plan = (struct net_tap_plan){.ring_bytes = RING_BYTES, .snap_bytes = 2000};
    for (uint32_t i = 0; i < NET_TAP_SIDES; i++)
        plan.memory[i] = memory_of(record_ring_footprint(RING_BYTES));
}

static void close_tap(void)
{
    net_tap_off(tap);
    net_tap_leave(tap);
    free(tap);
    free(link_under_test);
    for (uint32_t i = 0; i < NET_TAP_SIDES; i++) free(plan.memory[i]);
}

static uint8_t byte_of(uint64_t number, uint32_t at)
{
    return (uint8_t)(number * 31 + at * 7 + (number >> 8));
}

static bool publish(struct net_queue *queue, uint64_t number, uint32_t bytes)
{
    uint8_t *frame = net_tx_claim(queue, bytes);
    if (!frame) return false;
    for (uint32_t i = 0; i < bytes; i++) frame[i] = byte_of(number, i);
    net_tx_publish(queue);
    return true;
}

static void send(struct net_queue *queue, uint64_t number, uint32_t bytes)
{
    EXPECT(publish(queue, number, bytes));
    EXPECT_UINT(net_tx_flush(queue), 1);
}

/* Takes what has arrived; returns how many frames. */
static uint32_t take(struct net_queue *queue)
{
    struct frame_burst burst;
    net_rx(queue, &burst);
    uint32_t count = burst.count;
    net_rx_done(queue, &burst);
    return count;
}

static bool copy_is(const struct net_tap_frame *copy, uint64_t number, uint32_t bytes)
{
    if (!copy || copy->length != bytes) return false;
    for (uint32_t i = 0; i < bytes; i++)
        if (copy->bytes[i] != byte_of(number, i)) return false;
    return true;
}

static bool next_is(enum net_tap_side side, uint64_t number, uint32_t bytes)
{
    const struct net_tap_frame *copy = net_tap_front(tap, side);
    bool right = copy_is(copy, number, bytes);
    if (copy) net_tap_release(tap, side);
    return right;
}

SPEC(what_came_and_what_went_are_copied_each_to_its_side)
{
    net_tap_on(tap, &plan);
    send(there, 1, 60);
    EXPECT_UINT(take(here), 1);
    send(here, 2, 1500);
    EXPECT_UINT(take(there), 1);
    EXPECT(next_is(NET_TAP_CAME, 1, 60));
    EXPECT(next_is(NET_TAP_WENT, 2, 1500));
    EXPECT(net_tap_front(tap, NET_TAP_CAME) == NULL);
    EXPECT(net_tap_front(tap, NET_TAP_WENT) == NULL);
    EXPECT_UINT(net_tap_counts(tap, NET_TAP_CAME).kept, 1);
    EXPECT_UINT(net_tap_counts(tap, NET_TAP_WENT).kept, 1);
}

SPEC(a_copy_has_the_time_of_arrival_or_of_sending)
{
    struct frame_burst burst;
    net_tap_on(tap, &plan);
    send(there, 1, 60);
    net_rx(here, &burst);
    const struct net_tap_frame *came = net_tap_front(tap, NET_TAP_CAME);
    EXPECT(came && came->time_ns == burst.at[0].rx_ns);
    net_rx_done(here, &burst);

    EXPECT(publish(here, 2, 60));
    nanos_t published = net_now(here);
    EXPECT_UINT(net_tx_flush(here), 1);
    const struct net_tap_frame *went = net_tap_front(tap, NET_TAP_WENT);
    EXPECT(went && went->time_ns >= published && went->time_ns <= net_now(here));
}

SPEC(of_a_long_frame_the_beginning_is_kept)
{
    plan.snap_bytes = 64;
    net_tap_on(tap, &plan);
    send(there, 5, 1000);
    EXPECT_UINT(take(here), 1);
    const struct net_tap_frame *copy = net_tap_front(tap, NET_TAP_CAME);
    EXPECT(copy_is(copy, 5, 64));
    EXPECT(copy && copy->original_length == 1000);
}

SPEC(nothing_is_shown_before_it_is_flushed)
{
    net_tap_on(tap, &plan);
    EXPECT(publish(here, 1, 60));
    EXPECT(publish(here, 2, 60));
    EXPECT(net_tap_front(tap, NET_TAP_WENT) == NULL);
    EXPECT_UINT(net_tap_counts(tap, NET_TAP_WENT).kept, 0);
    EXPECT_UINT(net_tx_flush(here), 2);
    EXPECT(next_is(NET_TAP_WENT, 1, 60));
    EXPECT(next_is(NET_TAP_WENT, 2, 60));
}

SPEC(a_claim_that_is_not_published_is_not_shown)
{
    net_tap_on(tap, &plan);
    EXPECT(net_tx_claim(here, 100) != NULL);
    send(here, 3, 70);
    EXPECT(next_is(NET_TAP_WENT, 3, 70));
    EXPECT(net_tap_front(tap, NET_TAP_WENT) == NULL);
}

SPEC(a_long_run_without_a_flush_loses_nothing)
{
    net_tap_on(tap, &plan);
    for (uint64_t i = 0; i < 200; i++) EXPECT(publish(here, i, 60));
    net_tx_flush(here);
    uint32_t arrived = 0;
    for (uint32_t more; (more = take(there)) > 0;) arrived += more;
    EXPECT_UINT(arrived, 200);
    for (uint64_t i = 0; i < 200; i++) EXPECT(next_is(NET_TAP_WENT, i, 60));
    EXPECT_UINT(net_tap_counts(tap, NET_TAP_WENT).kept, 200);
}

SPEC(without_room_copies_are_dropped_and_counted_and_frames_arrive)
{
    net_tap_on(tap, &plan);
    uint64_t sent = 0;
    for (; sent < 100; sent++) {
        send(there, sent, 1500);
        EXPECT_UINT(take(here), 1);
        send(here, sent, 1500);
        EXPECT_UINT(take(there), 1);
    }
    for (uint32_t side = 0; side < NET_TAP_SIDES; side++) {
        struct net_tap_counts counts = net_tap_counts(tap, side);
        EXPECT_UINT(counts.kept + counts.dropped, sent);
        EXPECT_UINT(counts.kept, RING_BYTES / (1500 + 4 + 24 + 8));
        for (uint64_t i = 0; i < counts.kept; i++) EXPECT(next_is(side, i, 1500));
        EXPECT(net_tap_front(tap, side) == NULL);
    }
}

SPEC(a_copy_says_how_many_were_dropped_before_it)
{
    net_tap_on(tap, &plan);
    for (uint32_t i = 0; i < 50; i++) send(here, i, 1500), take(there);
    uint64_t dropped = net_tap_counts(tap, NET_TAP_WENT).dropped;
    EXPECT(dropped > 0);
    const struct net_tap_frame *copy = net_tap_front(tap, NET_TAP_WENT);
    EXPECT(copy && copy->dropped == 0);
    while (net_tap_front(tap, NET_TAP_WENT)) net_tap_release(tap, NET_TAP_WENT);
    send(here, 50, 60), take(there);
    copy = net_tap_front(tap, NET_TAP_WENT);
    EXPECT(copy && copy->dropped == dropped);
}

/* A port that takes only the first so many frames of each flush. */

static uint32_t port_takes;
static const struct net_driver *port_under;
static uint8_t port_frame[NET_BURST_MAX][1500];
static uint32_t port_ready;

static uint8_t *port_claim(struct net_queue *queue, uint32_t bytes)
{
    (void)queue, (void)bytes;
    return port_frame[port_ready];
}

static void port_publish(struct net_queue *queue)
{
    (void)queue;
    CHECK(++port_ready < NET_BURST_MAX);
}

static uint32_t port_flush(struct net_queue *queue)
{
    (void)queue;
    uint32_t sent = port_ready < port_takes ? port_ready : port_takes;
    port_ready = 0;
    return sent;
}

static nanos_t port_now(const struct net_queue *queue)
{
    return port_under->now(queue);
}

SPEC(frames_that_the_port_refuses_are_not_shown)
{
    static const struct net_driver driver = {.tx_claim = port_claim,
                                             .tx_publish = port_publish,
                                             .tx_flush = port_flush,
                                             .now = port_now};
    port_under = net_driver(here);
    net_tap_leave(tap);
    here->driver = &driver;
    free(tap);
    tap = net_tap_new(memory_of(net_tap_footprint()), here);
    net_tap_on(tap, &plan);
    port_takes = 2;
    for (uint64_t i = 0; i < 5; i++) EXPECT(publish(here, i, 100));
    EXPECT_UINT(net_tx_flush(here), 2);
    port_takes = 64;
    for (uint64_t i = 5; i < 8; i++) EXPECT(publish(here, i, 100));
    EXPECT_UINT(net_tx_flush(here), 3);
    static const uint64_t shown[] = {0, 1, 5, 6, 7};
    for (uint32_t i = 0; i < ARRAY_COUNT(shown); i++) EXPECT(next_is(NET_TAP_WENT, shown[i], 100));
    EXPECT(net_tap_front(tap, NET_TAP_WENT) == NULL);
    EXPECT_UINT(net_tap_counts(tap, NET_TAP_WENT).kept, 5);
}

SPEC(off_it_is_not_there)
{
    const struct net_driver *own = net_driver(here);
    net_tap_on(tap, &plan);
    EXPECT(net_driver(here) != own);
    net_tap_off(tap);
    EXPECT(net_driver(here) == own);
    EXPECT(net_tap_quiet(tap));
    send(here, 1, 60);
    EXPECT_UINT(take(there), 1);
    EXPECT(net_tap_front(tap, NET_TAP_WENT) == NULL);
}

/* One frame, with the tap switched before its claim, its publication or its flush. */
static void pass_switched(uint32_t when, void (*turn)(void))
{
    if (when == 0) turn();
    EXPECT(net_tx_claim(here, 80) != NULL);
    if (when == 1) turn();
    net_tx_publish(here);
    if (when == 2) turn();
    net_tx_flush(here);
    EXPECT_UINT(take(there), 1);
}

static void turn_on(void)
{
    net_tap_on(tap, &plan);
}

static void turn_off(void)
{
    net_tap_off(tap);
}

SPEC(put_on_between_any_two_calls_it_shows_whole_frames_only)
{
    for (uint32_t when = 0; when < 3; when++) {
        pass_switched(when, turn_on);
        send(here, 9, 90);
        EXPECT_UINT(take(there), 1);
        const struct net_tap_frame *copy = net_tap_front(tap, NET_TAP_WENT);
        EXPECT((copy && copy->length == 80) == (when == 0));
        if (copy && copy->length == 80) net_tap_release(tap, NET_TAP_WENT);
        EXPECT(next_is(NET_TAP_WENT, 9, 90));
        net_tap_off(tap);
    }
}

SPEC(taken_off_between_any_two_calls_it_shows_none_that_was_not_sent)
{
    for (uint32_t when = 0; when < 3; when++) {
        net_tap_on(tap, &plan);
        pass_switched(when, turn_off);
        EXPECT(net_tap_quiet(tap));
        EXPECT(net_tap_front(tap, NET_TAP_WENT) == NULL);
        EXPECT_UINT(net_tap_counts(tap, NET_TAP_WENT).kept, 0);
    }
}

/* Who puts it on and off while the queue is in use.  Every second time it stays on until frames
 * have been copied; the other times for no longer than it takes to look, so that it is switched
 * anywhere between two calls. */
struct switcher {
    _Atomic bool ended;
    uint32_t switched;
    uint32_t showed; /* times it stayed on and frames were copied */
    uint64_t copies;
};

static uint64_t take_copies(void)
{
    uint64_t copies = 0;
    for (uint32_t side = 0; side < NET_TAP_SIDES; side++)
        for (; net_tap_front(tap, side); copies++) net_tap_release(tap, side);
    return copies;
}

static void *switch_often(void *argument)
{
    struct switcher *switcher = argument;
    uint64_t end = patience_end(PATIENCE_RACE_S), give_up = patience_end(PATIENCE_S);
    bool enough = false;
    while (!enough && patience_now_ns() < give_up) {
        bool stays = switcher->switched % 2 == 0;
        uint64_t copies = 0;
        net_tap_on(tap, &plan);
        for (uint32_t looks = 0; stays ? copies == 0 : looks < 5; patience_lose(&looks)) {
            copies += take_copies();
            if (looks % 4096 == 4095 && patience_now_ns() >= give_up) break;
        }
        net_tap_off(tap);
        while (!net_tap_quiet(tap)) sched_yield();
        for (uint32_t side = 0; side < NET_TAP_SIDES; side++)
            memset(plan.memory[side], 0xee, record_ring_footprint(RING_BYTES)); /* it is ours */
        switcher->switched++;
        switcher->showed += stays && copies > 0;
        switcher->copies += copies;
        enough = switcher->switched >= SWITCHES_MIN &&
                 (switcher->switched >= SWITCHES || patience_now_ns() >= end);
    }
    atomic_store(&switcher->ended, true);
    return NULL;
}

SPEC(a_queue_in_use_does_not_notice_that_it_is_put_on_and_off)
{
    struct switcher switcher = {0};
    pthread_t thread;
    uint64_t sent = 0, arrived = 0, wrong = 0;
    EXPECT(pthread_create(&thread, NULL, switch_often, &switcher) == 0);
    while (!atomic_load(&switcher.ended)) {
        struct frame_burst burst;
        for (uint32_t i = 0; i < 3; i++) sent += publish(here, sent, 60 + (uint32_t)(sent % 100));
        net_tx_flush(here);
        net_rx(there, &burst);
        for (uint32_t i = 0; i < burst.count; i++, arrived++)
            wrong += burst.at[i].length_bytes != 60 + arrived % 100 ||
                     burst.at[i].bytes[9] != byte_of(arrived, 9);
        net_rx_done(there, &burst);
        if (sent % 2) (void)publish(there, 1, 60);
        net_tx_flush(there);
        take(here);
    }
    pthread_join(thread, NULL);
    EXPECT_UINT(wrong, 0);
    EXPECT_UINT(arrived, sent);
    spec_expect(__FILE__, __LINE__,
                switcher.switched >= SWITCHES_MIN && switcher.showed == (switcher.switched + 1) / 2,
                "in %u s it was put on %u times, and %u times frames were copied before it was off",
                PATIENCE_S, switcher.switched, switcher.showed);
}

static bool tap_works(void *argument)
{
    (void)argument;
    struct frame_burst burst;
    for (uint32_t i = 0; i < 200; i++) {
        if (!publish(here, i, 1500)) return false;
        net_tx_flush(here);
        net_rx(there, &burst);
        net_rx_done(there, &burst);
    }
    return net_tap_counts(tap, NET_TAP_WENT).dropped > 0;
}

SPEC(a_tap_makes_no_system_call_full_or_not)
{
    net_tap_on(tap, &plan);
    EXPECT(quiet_runs(tap_works, NULL));
}

#define SPECS(S)                                                                                   \
    S(what_came_and_what_went_are_copied_each_to_its_side)                                         \
    S(a_copy_has_the_time_of_arrival_or_of_sending)                                                \
    S(of_a_long_frame_the_beginning_is_kept)                                                       \
    S(nothing_is_shown_before_it_is_flushed)                                                       \
    S(a_claim_that_is_not_published_is_not_shown)                                                  \
    S(a_long_run_without_a_flush_loses_nothing)                                                    \
    S(without_room_copies_are_dropped_and_counted_and_frames_arrive)                               \
    S(a_copy_says_how_many_were_dropped_before_it)                                                 \
    S(frames_that_the_port_refuses_are_not_shown)                                                  \
    S(off_it_is_not_there)                                                                         \
    S(put_on_between_any_two_calls_it_shows_whole_frames_only)                                     \
    S(taken_off_between_any_two_calls_it_shows_none_that_was_not_sent)                             \
    S(a_queue_in_use_does_not_notice_that_it_is_put_on_and_off)                                    \
    S(a_tap_makes_no_system_call_full_or_not)

SPEC_MAIN("net_tap", SPECS, open_tap, close_tap)
