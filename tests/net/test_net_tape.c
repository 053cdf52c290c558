/* What a played capture promises. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/net/net_tape.h"
#include "tests/net/quiet.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static const nanos_t nine = 1500000000 * NANOS_SECOND;
static const uint8_t some_bytes[2 * NET_FRAME_BYTES_MAX];
static struct net_tape *tape;
static struct net_queue *queue;

static void play(const struct tape_record *records, uint64_t count, uint32_t speed,
                 const struct clock *clock)
{
    static _Alignas(CACHE_LINE) uint8_t memory[1024];
    CHECK(net_tape_footprint() <= sizeof memory);
    tape = net_tape_new(memory,
                        &(struct net_tape_plan){
                            .record = records, .records = count, .speed = speed, .clock = clock});
    queue = net_tape_queue(tape);
}

/* Records of one byte string at milliseconds after nine. */
static void records_at(struct tape_record *records, uint64_t count, const uint64_t *ms)
{
    for (uint64_t i = 0; i < count; i++)
        records[i] = (struct tape_record){
            .bytes = some_bytes + i, .length = 60, .time_ns = nine + ms[i] * NANOS_MILLI};
}

static uint32_t take(struct frame_burst *burst)
{
    net_rx(queue, burst);
    uint32_t count = burst->count;
    net_rx_done(queue, burst);
    return count;
}

SPEC(frames_come_in_the_order_of_the_array_and_then_the_tape_has_ended)
{
    static struct tape_record records[150];
    for (uint32_t i = 0; i < 150; i++)
        records[i] = (struct tape_record){.bytes = some_bytes + i,
                                          .length = 60 + i,
                                          .source = (uint16_t)(i % 2),
                                          .flags = i == 7 ? FRAME_CUT : 0,
                                          .time_ns = nine + i};
    play(records, 150, 0, NULL);
    struct frame_burst burst;
    uint32_t taken = 0, wrong = 0;
    while (!net_ended(queue)) {
        net_rx(queue, &burst);
        for (uint32_t i = 0; i < burst.count; i++, taken++) {
            const struct frame *frame = &burst.at[i];
            wrong += frame->bytes != some_bytes + taken || frame->length_bytes != 60 + taken;
            wrong += frame->source != taken % 2 || frame->rx_ns != nine + taken;
            wrong += frame->flags != (taken == 7 ? FRAME_CUT : 0) || frame->clock != TIME_CAPTURE;
        }
        EXPECT_UINT(net_now(queue), nine + taken - 1);
        net_rx_done(queue, &burst);
    }
    EXPECT_UINT(wrong, 0);
    EXPECT_UINT(taken, 150);
    EXPECT_UINT(take(&burst), 0);
    EXPECT_UINT(net_now(queue), nine + 149);
}

SPEC(an_empty_tape_has_ended)
{
    struct frame_burst burst;
    play(NULL, 0, 0, NULL);
    EXPECT(net_ended(queue));
    EXPECT_UINT(take(&burst), 0);
    EXPECT_UINT(net_tape_progress(tape).total, 0);
}

SPEC(progress_counts_what_was_given)
{
    struct frame_burst burst;
    static struct tape_record records[100];
    for (uint32_t i = 0; i < 100; i++)
        records[i] = (struct tape_record){some_bytes, 60, 0, 0, nine};
    play(records, 100, 0, NULL);
    EXPECT_UINT(net_tape_progress(tape).given, 0);
    EXPECT_UINT(take(&burst), NET_BURST_MAX);
    EXPECT_UINT(net_tape_progress(tape).given, NET_BURST_MAX);
    EXPECT_UINT(net_tape_progress(tape).total, 100);
    take(&burst);
    EXPECT_UINT(net_tape_progress(tape).given, 100);
}

SPEC(a_record_longer_than_a_frame_can_be_is_dropped_and_counted)
{
    struct frame_burst burst;
    const struct tape_record records[] = {
        {some_bytes, 60, 0, 0, nine},
        {some_bytes, NET_FRAME_BYTES_MAX + 1, 0, 0, nine + 1},
        {some_bytes, NET_FRAME_BYTES_MAX, 0, 0, nine + 2},
    };
    play(records, 3, 0, NULL);
    EXPECT_UINT(take(&burst), 2);
    struct net_statistics statistics;
    net_statistics(queue, &statistics);
    EXPECT_UINT(statistics.rx_frame, 2);
    EXPECT_UINT(statistics.rx_byte, 60 + NET_FRAME_BYTES_MAX);
    EXPECT_UINT(statistics.rx_oversized, 1);
    EXPECT(net_ended(queue));
}

SPEC(a_record_without_a_time_says_so)
{
    struct frame_burst burst;
    const struct tape_record records[] = {{some_bytes, 60, 0, 0, nine}, {some_bytes, 60, 0, 0, 0}};
    play(records, 2, 0, NULL);
    net_rx(queue, &burst);
    EXPECT_UINT(burst.at[0].clock, TIME_CAPTURE);
    EXPECT_UINT(burst.at[1].clock, TIME_NONE);
    EXPECT_UINT(burst.at[1].rx_ns, 0);
    EXPECT_UINT(net_now(queue), nine);
    net_rx_done(queue, &burst);
}

SPEC(the_clock_of_the_link_does_not_follow_times_that_go_back)
{
    struct frame_burst burst;
    struct tape_record records[3];
    records_at(records, 3, (const uint64_t[]){5, 2, 4});
    play(records, 3, 0, NULL);
    net_rx(queue, &burst);
    EXPECT_UINT(burst.count, 3);
    EXPECT_UINT(burst.at[1].rx_ns, nine + 2 * NANOS_MILLI);
    EXPECT_UINT(net_now(queue), nine + 5 * NANOS_MILLI);
    net_rx_done(queue, &burst);
}

SPEC(sending_on_a_tape_is_refused_and_counted)
{
    const struct tape_record record = {some_bytes, 60, 0, 0, nine};
    play(&record, 1, 0, NULL);
    EXPECT(!net_tx_claim(queue, 60));
    EXPECT_UINT(net_tx_flush(queue), 0);
    struct net_statistics statistics;
    net_statistics(queue, &statistics);
    EXPECT_UINT(statistics.tx_refused, 1);
}

/* Merging. */

SPEC(two_captures_are_merged_by_time_and_the_first_goes_first_when_equal)
{
    struct tape_record a[4], b[3], merged[7];
    records_at(a, 4, (const uint64_t[]){10, 20, 20, 40});
    records_at(b, 3, (const uint64_t[]){15, 20, 30});
    net_tape_merge((struct tape_part){a, 4}, (struct tape_part){b, 3}, merged);
    static const uint64_t ms[] = {10, 15, 20, 20, 20, 30, 40};
    static const uint16_t source[] = {0, 1, 0, 0, 1, 1, 0};
    for (uint32_t i = 0; i < 7; i++) {
        EXPECT_UINT(merged[i].time_ns, nine + ms[i] * NANOS_MILLI);
        EXPECT_UINT(merged[i].source, source[i]);
    }
    EXPECT(merged[2].bytes == a[1].bytes);
    EXPECT(merged[3].bytes == a[2].bytes);
}

SPEC(either_capture_may_be_empty)
{
    struct tape_record a[2], merged[2];
    records_at(a, 2, (const uint64_t[]){1, 2});
    net_tape_merge((struct tape_part){a, 2}, (struct tape_part){NULL, 0}, merged);
    EXPECT_UINT(merged[1].source, 0);
    net_tape_merge((struct tape_part){NULL, 0}, (struct tape_part){a, 2}, merged);
    EXPECT_UINT(merged[1].source, 1);
    EXPECT(merged[1].bytes == a[1].bytes);
}

SPEC(each_capture_keeps_its_own_order_whatever_its_times_are)
{
    enum { COUNT = 500 };
    struct spec_seeds seeds = spec_seeds(50);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        static struct tape_record part[2][COUNT], merged[2 * COUNT];
        struct chance chance = {seed};
        for (uint32_t side = 0; side < 2; side++)
            for (uint32_t i = 0; i < COUNT; i++)
                part[side][i] = (struct tape_record){.bytes = some_bytes + i,
                                                     .time_ns = chance_between(&chance, 1, 900)};
        net_tape_merge((struct tape_part){part[0], COUNT}, (struct tape_part){part[1], COUNT},
                       merged);
        uint32_t next[2] = {0, 0}, wrong = 0;
        for (uint32_t i = 0; i < 2 * COUNT; i++)
            wrong += merged[i].bytes != some_bytes + next[merged[i].source]++;
        spec_expect(__FILE__, __LINE__, wrong == 0 && next[0] == COUNT && next[1] == COUNT,
                    "%u records out of order, SPEC_SEED=%" PRIu64, wrong, seed);
    }
}

/* At a pace. */

static struct clock machine_clock(void)
{
    char bytes[1024];
    struct text problems = text_in(bytes, sizeof bytes);
    struct clock clock;
    if (!clock_calibrate(&clock, 20 * NANOS_MILLI, &problems)) spec_skip(bytes);
    return clock;
}

/* How many records of 0, 60, 120 ... 300 ms are due when so much has been played. */
static uint32_t due_of_six(nanos_t played)
{
    uint64_t due = 1 + played / (60 * NANOS_MILLI);
    return due < 6 ? (uint32_t)due : 6;
}

/* Plays them.  Each poll gives exactly what is due by then: what was due before it, at least, and
 * nothing that is not due behind it, however late a busy machine polls.  Playing begins within the
 * first poll.  Returns how long it all took. */
static nanos_t play_six(uint32_t speed)
{
    struct clock clock = machine_clock();
    struct tape_record records[6];
    records_at(records, 6, (const uint64_t[]){0, 60, 120, 180, 240, 300});
    play(records, 6, speed, &clock);
    struct frame_burst burst;
    uint64_t begin = clock_now(), begun = 0, given = 0, early = 0, late = 0, behind = 0;
    while (!net_ended(queue)) {
        uint64_t before = clock_now();
        net_rx(queue, &burst);
        uint64_t after = clock_now();
        given += burst.count;
        if (begun == 0) begun = after;
        if (before > begun) late += given < due_of_six(clock_ns(&clock, before - begun) * speed);
        early += given > due_of_six(clock_ns(&clock, after - begin) * speed);
        for (uint32_t i = 0; i < burst.count; i++) behind += net_now(queue) < burst.at[i].rx_ns;
        net_rx_done(queue, &burst);
        if (burst.count == 0) nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    EXPECT_UINT(given, 6);
    EXPECT_UINT(early, 0);
    EXPECT_UINT(late, 0);
    EXPECT_UINT(behind, 0);
    return clock_ns(&clock, clock_now() - begin);
}

SPEC(at_its_own_pace_a_capture_takes_as_long_as_it_took_and_at_ten_times_a_tenth)
{
    EXPECT(play_six(1) >= 300 * NANOS_MILLI);
    EXPECT(play_six(10) >= 30 * NANOS_MILLI);
}

SPEC(at_a_pace_the_clock_of_the_link_moves_between_frames)
{
    struct clock clock = machine_clock();
    struct tape_record records[2];
    struct frame_burst burst;
    records_at(records, 2, (const uint64_t[]){0, 10000});
    play(records, 2, 1, &clock);
    EXPECT_UINT(take(&burst), 1);
    nanos_t first = net_now(queue);
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    EXPECT(net_now(queue) - first >= 5 * NANOS_MILLI);
    EXPECT(first >= nine);
    EXPECT_UINT(take(&burst), 0);
    EXPECT(!net_ended(queue));
}

SPEC(a_time_that_goes_back_makes_no_wait)
{
    struct clock clock = machine_clock();
    struct tape_record records[3];
    struct frame_burst burst;
    records_at(records, 3, (const uint64_t[]){10, 3, 9});
    play(records, 3, 1, &clock);
    EXPECT_UINT(take(&burst), 3);
}

static bool play_to_the_end(void *unused)
{
    (void)unused;
    struct frame_burst burst;
    while (!net_ended(queue)) {
        take(&burst);
        if (net_now(queue) == 1) return false;
    }
    return net_tape_progress(tape).given == 6;
}

SPEC(playing_makes_no_system_call_at_any_speed)
{
    struct clock clock = machine_clock();
    struct tape_record records[6];
    records_at(records, 6, (const uint64_t[]){0, 2, 4, 6, 8, 10});
    play(records, 6, 1, &clock);
    EXPECT(quiet_runs(play_to_the_end, NULL));
    play(records, 6, 0, NULL);
    EXPECT(quiet_runs(play_to_the_end, NULL));
}

enum { ASKED_RECORDS = 100000 };

static void *ask_progress(void *context)
{
    uint64_t *wrong = context, last = 0;
    while (last < ASKED_RECORDS) {
        struct net_tape_progress now = net_tape_progress(tape);
        *wrong += now.given < last || now.given > now.total;
        last = now.given;
    }
    return NULL;
}

SPEC(another_thread_may_ask_how_far_it_is)
{
    struct tape_record *records = calloc(ASKED_RECORDS, sizeof *records);
    for (uint32_t i = 0; i < ASKED_RECORDS; i++) records[i].bytes = some_bytes;
    play(records, ASKED_RECORDS, 0, NULL);
    pthread_t other;
    uint64_t wrong = 0;
    EXPECT(pthread_create(&other, NULL, ask_progress, &wrong) == 0);
    struct frame_burst burst;
    while (!net_ended(queue)) take(&burst);
    pthread_join(other, NULL);
    EXPECT_UINT(wrong, 0);
    free(records);
}

#define SPECS(S)                                                                                   \
    S(frames_come_in_the_order_of_the_array_and_then_the_tape_has_ended)                           \
    S(an_empty_tape_has_ended)                                                                     \
    S(progress_counts_what_was_given)                                                              \
    S(a_record_longer_than_a_frame_can_be_is_dropped_and_counted)                                  \
    S(a_record_without_a_time_says_so)                                                             \
    S(the_clock_of_the_link_does_not_follow_times_that_go_back)                                    \
    S(sending_on_a_tape_is_refused_and_counted)                                                    \
    S(two_captures_are_merged_by_time_and_the_first_goes_first_when_equal)                         \
    S(either_capture_may_be_empty)                                                                 \
    S(each_capture_keeps_its_own_order_whatever_its_times_are)                                     \
    S(at_its_own_pace_a_capture_takes_as_long_as_it_took_and_at_ten_times_a_tenth)                 \
    S(at_a_pace_the_clock_of_the_link_moves_between_frames)                                        \
    S(a_time_that_goes_back_makes_no_wait)                                                         \
    S(playing_makes_no_system_call_at_any_speed)                                                   \
    S(another_thread_may_ask_how_far_it_is)

SPEC_MAIN("net tape", SPECS, NULL, NULL)
