/* A line as bad as it is told to be, and what is known about messages lost on all lines. */

#include "apps/pollux-generate/coverage.h"
#include "apps/pollux-generate/line.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>

#define DATAGRAMS 20000u

/* Every frame a line let out: which datagram, when. */
struct heard {
    uint32_t count;
    uint32_t number[3 * DATAGRAMS];
    uint64_t time_ns[3 * DATAGRAMS];
    uint32_t wrong;
};

static struct heard heard;
static uint64_t seed;

static void before_each(void)
{
    const char *given = getenv("SPEC_SEED");
    seed = given ? strtoull(given, NULL, 0) : 20260105;
}

/* Frame of datagram n: 42 bytes of headers, then 4 + n % 50 bytes that begin with n. */
static void listen_to(void *to, const struct line_frame *frame)
{
    struct heard *ears = to;
    const uint8_t *payload = frame->bytes + 42;
    uint32_t number = 0;
    for (uint32_t i = 0; i < 4; i++) number = number << 8 | payload[i];
    if (frame->length != 42 + 4 + number % 50) ears->wrong++;
    ears->number[ears->count] = number;
    ears->time_ns[ears->count++] = frame->time_ns;
}

static struct line_plan plan_of(uint32_t loss, uint32_t late, uint32_t doubled, uint32_t window)
{
    return (struct line_plan){.seed = seed,
                              .delay_ns = 7,
                              .loss_ppm = loss,
                              .late_ppm = late,
                              .double_ppm = doubled,
                              .window = window,
                              .head = {.destination_ip = 0xe9360c6f,
                                       .source_ip = 0x0a010001,
                                       .destination_port = 26477,
                                       .ttl = 16}};
}

/* Plays DATAGRAMS datagrams, 10 ns apart; arrived[n] is what line_offer said. */
static struct line_counts play(const struct line_plan *plan, bool *arrived)
{
    struct line *line = line_new(aligned_alloc(64, line_footprint(plan)), plan, listen_to, &heard);
    heard.count = 0;
    heard.wrong = 0;
    for (uint32_t n = 0; n < DATAGRAMS; n++) {
        uint8_t payload[64] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
                               (uint8_t)n};
        struct pack_datagram datagram = {.payload = payload,
                                         .payload_bytes = 4 + n % 50,
                                         .messages = 2,
                                         .sequence = 1 + 2 * n,
                                         .time_ns = 1000 + 10 * n};
        arrived[n] = line_offer(line, &datagram);
    }
    line_end(line);
    struct line_counts counts = *line_counts(line);
    free(line);
    return counts;
}

static void expect_share(const char *what, uint64_t count, uint64_t of, double share)
{
    double is = (double)count / (double)of;
    spec_expect(__FILE__, __LINE__, is > share - 0.02 && is < share + 0.02,
                "seed %" PRIu64 ": %s: %.4f, expected about %.2f", seed, what, is, share);
}

static bool arrived[DATAGRAMS];

SPEC(a_good_line_passes_everything_on_once_in_order_and_on_time)
{
    struct line_plan plan = plan_of(0, 0, 0, 8);
    struct line_counts counts = play(&plan, arrived);
    EXPECT_UINT(heard.count, DATAGRAMS);
    EXPECT_UINT(heard.wrong, 0);
    EXPECT_UINT(counts.frames, DATAGRAMS);
    for (uint32_t n = 0; n < DATAGRAMS; n++) {
        if (heard.number[n] == n && heard.time_ns[n] == 1007 + 10 * n && arrived[n]) continue;
        EXPECT_UINT(heard.number[n], n);
        EXPECT_UINT(heard.time_ns[n], 1007 + 10 * n);
        break;
    }
}

SPEC(a_bad_line_loses_doubles_and_delays_as_often_as_told)
{
    static uint8_t times[DATAGRAMS];
    memset(times, 0, sizeof times);
    struct line_plan plan = plan_of(300000, 300000, 300000, 5);
    struct line_counts counts = play(&plan, arrived);
    uint32_t lost = 0, wrong = 0, back = 0, far = 0;
    int64_t highest = -1;
    for (uint32_t i = 0; i < heard.count; i++) {
        uint32_t n = heard.number[i];
        times[n]++;
        if (i > 0 && heard.time_ns[i] < heard.time_ns[i - 1]) back++;
        if (n < highest && highest - n > 5) far++;
        if (n > highest) highest = n;
        if (heard.time_ns[i] < 1007 + 10 * n) wrong++;
        if (heard.time_ns[i] > 1007 + 10 * (n + 5)) far++;
    }
    uint64_t copies = 0;
    for (uint32_t n = 0; n < DATAGRAMS; n++) {
        lost += !arrived[n];
        copies += times[n] == 2;
        if (arrived[n] != (times[n] > 0) || times[n] > 2) wrong++;
    }
    EXPECT_UINT(wrong + heard.wrong, 0);
    EXPECT_UINT(back, 0);
    EXPECT_UINT(far, 0);
    EXPECT_UINT(counts.lost, lost);
    EXPECT_UINT(counts.lost_messages, 2 * lost);
    EXPECT_UINT(counts.doubled, copies);
    EXPECT_UINT(counts.frames, DATAGRAMS - lost + copies);
    EXPECT_UINT(counts.frames, heard.count);
    expect_share("lost", counts.lost, DATAGRAMS, 0.3);
    expect_share("late", counts.late, DATAGRAMS - lost, 0.3);
    expect_share("doubled", counts.doubled, DATAGRAMS - lost, 0.3);
    uint32_t inversions = 0;
    for (uint32_t i = 1; i < heard.count; i++) inversions += heard.number[i] < heard.number[i - 1];
    EXPECT(inversions > DATAGRAMS / 10);
}

SPEC(a_line_where_everything_is_late_and_doubled_holds_it_all)
{
    for (uint32_t window = 1; window <= 64; window *= 4) {
        struct line_plan plan = plan_of(0, LINE_ALWAYS, LINE_ALWAYS, window);
        struct line_counts counts = play(&plan, arrived);
        EXPECT_UINT(counts.frames, 2 * DATAGRAMS);
        EXPECT_UINT(heard.count, 2 * DATAGRAMS);
        EXPECT_UINT(heard.wrong, 0);
    }
}

SPEC(a_line_keeps_its_time_when_a_capture_goes_back)
{
    struct line_plan plan = plan_of(0, 0, 0, 1);
    struct line *line =
        line_new(aligned_alloc(64, line_footprint(&plan)), &plan, listen_to, &heard);
    heard.count = 0;
    static const uint64_t times[] = {100, 90, 95, 120};
    for (uint32_t i = 0; i < 4; i++) {
        uint8_t payload[64] = {0};
        struct pack_datagram datagram = {
            .payload = payload, .payload_bytes = 4, .time_ns = times[i]};
        EXPECT(line_offer(line, &datagram));
    }
    EXPECT_UINT(heard.time_ns[0], 107);
    EXPECT_UINT(heard.time_ns[1], 107);
    EXPECT_UINT(heard.time_ns[2], 107);
    EXPECT_UINT(heard.time_ns[3], 127);
    free(line);
}

SPEC(lines_of_other_seeds_lose_independently)
{
    static bool other[DATAGRAMS];
    struct line_plan plan = plan_of(300000, 0, 0, 1);
    play(&plan, arrived);
    plan.seed++;
    play(&plan, other);
    uint32_t both = 0, same = 0;
    for (uint32_t n = 0; n < DATAGRAMS; n++) both += !arrived[n] && !other[n];
    expect_share("lost on both", both, DATAGRAMS, 0.09);
    plan.seed--;
    play(&plan, other);
    for (uint32_t n = 0; n < DATAGRAMS; n++) same += arrived[n] == other[n];
    EXPECT_UINT(same, DATAGRAMS);
}

SPEC(a_plan_out_of_range_has_no_footprint)
{
    struct line_plan plan = plan_of(0, 0, 0, 1);
    EXPECT(line_footprint(&plan) > 0);
    plan.window = 0;
    EXPECT_UINT(line_footprint(&plan), 0);
    plan.window = LINE_WINDOW_MAX + 1;
    EXPECT_UINT(line_footprint(&plan), 0);
    plan.window = 1;
    plan.loss_ppm = LINE_ALWAYS + 1;
    EXPECT_UINT(line_footprint(&plan), 0);
}

/* Coverage. */

SPEC(messages_that_arrived_nowhere_are_named_as_ranges)
{
    struct coverage coverage = {0};
    struct coverage_range range;
    uint64_t at = 0;
    EXPECT(!coverage_lost_next(&coverage, &at, &range));
    EXPECT(coverage_mark(&coverage, (struct coverage_range){1, 10}, true));
    EXPECT(coverage_mark(&coverage, (struct coverage_range){11, 3}, false));
    EXPECT(coverage_mark(&coverage, (struct coverage_range){14, 60}, false));
    EXPECT(coverage_mark(&coverage, (struct coverage_range){74, 1}, true));
    EXPECT(coverage_mark(&coverage, (struct coverage_range){500, 2}, false)); /* 75-499: not sent */
    EXPECT(coverage_mark(&coverage, (struct coverage_range){12, 1}, true));   /* comes again */
    EXPECT(coverage_lost_next(&coverage, &at, &range));
    EXPECT(range.first == 11 && range.count == 1);
    EXPECT(coverage_lost_next(&coverage, &at, &range));
    EXPECT(range.first == 13 && range.count == 61);
    EXPECT(coverage_lost_next(&coverage, &at, &range));
    EXPECT(range.first == 500 && range.count == 2);
    EXPECT(!coverage_lost_next(&coverage, &at, &range));
    coverage_free(&coverage);
}

SPEC(coverage_agrees_with_a_plain_list)
{
    struct chance chance = {seed};
    static uint8_t plain[6000];
    for (uint32_t round = 0; round < 50; round++) {
        struct coverage coverage = {0};
        uint64_t base = round % 2 ? 1 : 1000000007;
        memset(plain, 0, sizeof plain);
        for (uint32_t i = 0; i < 200; i++) {
            uint64_t first = chance_between(&chance, 0, 5000);
            uint64_t count = chance_between(&chance, 0, 70);
            bool there = chance_between(&chance, 0, 2) == 0;
            EXPECT(coverage_mark(&coverage, (struct coverage_range){base + first, count}, there));
            for (uint64_t n = first; n < first + count; n++) plain[n] |= there ? 3 : 1;
        }
        struct coverage_range range;
        uint64_t at = 0, wrong = 0, lost = 0, expected = 0;
        while (coverage_lost_next(&coverage, &at, &range)) {
            lost += range.count;
            for (uint64_t n = range.first; n < range.first + range.count; n++)
                wrong += plain[n - base] != 1;
            wrong += plain[range.first + range.count - base] == 1; /* ranges are whole */
        }
        for (uint32_t n = 0; n < sizeof plain; n++) expected += plain[n] == 1;
        spec_expect(__FILE__, __LINE__, wrong == 0 && lost == expected,
                    "seed %" PRIu64 " round %u: %" PRIu64 " lost, expected %" PRIu64, seed, round,
                    lost, expected);
        coverage_free(&coverage);
    }
}

SPEC(numbers_too_far_apart_are_refused)
{
    struct coverage coverage = {0};
    EXPECT(coverage_mark(&coverage, (struct coverage_range){1, 1}, true));
    EXPECT(!coverage_mark(&coverage, (struct coverage_range){UINT64_MAX - 5, 5}, true));
    EXPECT(!coverage_mark(&coverage, (struct coverage_range){(1ull << 32) + 2, 1}, true));
    coverage_free(&coverage);
    EXPECT(coverage_mark(&coverage, (struct coverage_range){10000000, 1}, true));
    EXPECT(!coverage_mark(&coverage, (struct coverage_range){1, 1}, true)); /* far before */
    coverage_free(&coverage);
}

#define SPECS(S)                                                                                   \
    S(a_good_line_passes_everything_on_once_in_order_and_on_time)                                  \
    S(a_bad_line_loses_doubles_and_delays_as_often_as_told)                                        \
    S(a_line_where_everything_is_late_and_doubled_holds_it_all)                                    \
    S(a_line_keeps_its_time_when_a_capture_goes_back)                                              \
    S(lines_of_other_seeds_lose_independently)                                                     \
    S(a_plan_out_of_range_has_no_footprint)                                                        \
    S(messages_that_arrived_nowhere_are_named_as_ranges)                                           \
    S(coverage_agrees_with_a_plain_list)                                                           \
    S(numbers_too_far_apart_are_refused)
SPEC_MAIN("lines", SPECS, before_each, NULL)
