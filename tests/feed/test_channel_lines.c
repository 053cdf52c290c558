/* Two lines that lose, repeat and delay datagrams, as networks do (MD1, MD2; faults 1 to 3).
 *
 * A publisher cuts a stream into datagrams, with heartbeats between; each line delivers its copy
 * after a delay of its own, so that datagrams overtake each other on a line and between the lines.
 * No delay is longer than the wait for a hole.  Then what comes out is known without any model of
 * the channel: every number that at least one line delivered, once and in order, and gaps that are
 * exactly the numbers lost on both. */

#include "dataplane/feed/channel.h"
#include "tests/feed/channel_bytes.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    RUNS = 150,
    DATAGRAMS = 3000, /* published in one run */
    MESSAGES_MAX = 8,
    NUMBERS = DATAGRAMS * MESSAGES_MAX + 2,
    DELAY_MAX_NS = 20000,
    EVENTS = DATAGRAMS * CHANNEL_LINES * 2,
};

struct delivery {
    nanos_t ns;
    uint32_t order; /* of drawing: makes the sort one order */
    enum channel_line line;
    uint64_t sequence;
    uint32_t count;
};

struct weather {
    uint64_t loss;   /* of 1000 datagrams, on each line */
    uint64_t repeat; /* of 1000 */
    uint64_t delay_ns;
    bool one_line_is_complete;
};

struct journey {
    struct chance chance;
    struct channel *channel;
    struct delivery delivery[EVENTS + 4];
    uint32_t deliveries;
    uint64_t end; /* one past the last number published */
    bool delivered[NUMBERS];
    bool out[NUMBERS];
    bool gap[NUMBERS];
    uint64_t at; /* what comes out next */
    bool good;   /* order and bytes are right so far */
    bool ended;
    nanos_t now;
};

static bool falls(struct journey *journey, uint64_t of_1000)
{
    return chance_between(&journey->chance, 1, 1000) <= of_1000;
}

static void deliver(struct journey *journey, struct delivery delivery, uint64_t delay_ns)
{
    delivery.ns += chance_between(&journey->chance, 0, delay_ns);
    delivery.order = journey->deliveries;
    journey->delivery[journey->deliveries++] = delivery;
}

static void publish(struct journey *journey, const struct weather *weather)
{
    nanos_t now = 1000000;
    uint64_t sequence = 1;
    memset(journey->delivered, 0, sizeof journey->delivered);
    journey->deliveries = 0;
    for (uint32_t i = 0; i < DATAGRAMS; i++) {
        now += chance_between(&journey->chance, 0, 3000);
        bool heartbeat = falls(journey, 20);
        uint32_t count =
            heartbeat ? 0 : (uint32_t)chance_between(&journey->chance, 1, MESSAGES_MAX);
        for (enum channel_line line = LINE_A; line <= LINE_B; line++) {
            struct delivery delivery = {
                .ns = now, .line = line, .sequence = sequence, .count = count};
            bool complete = weather->one_line_is_complete && (sequence / 50 % 2 == 1) == line;
            if (!complete && falls(journey, weather->loss)) continue;
            deliver(journey, delivery, weather->delay_ns);
            if (falls(journey, weather->repeat)) deliver(journey, delivery, weather->delay_ns);
            for (uint32_t k = 0; k < count; k++) journey->delivered[sequence + k] = true;
        }
        sequence += count;
    }
    journey->end = sequence;
    for (enum channel_line line = LINE_A; line <= LINE_B; line++)
        deliver(journey,
                (struct delivery){
                    .ns = now + DELAY_MAX_NS, .line = line, .sequence = sequence, .count = 0xffff},
                0);
}

static int by_time(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;
    if (x->ns != y->ns) return x->ns < y->ns ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void take_out(struct journey *journey, const struct channel_run *run)
{
    journey->good &= run->sequence == journey->at;
    for (uint32_t k = 0; k < run->count && journey->good; k++, journey->at++) {
        journey->good &= mold_message_is(run->payload + run->offset[k], journey->at);
        journey->out[journey->at] = true;
    }
}

static void take_gap(struct journey *journey, const struct channel_gap *gap)
{
    journey->good &= gap->first == journey->at && gap->end > gap->first;
    for (; journey->good && journey->at < gap->end; journey->at++) journey->gap[journey->at] = true;
}

static void take_all(struct journey *journey)
{
    struct channel_output output;
    for (;;) {
        switch (channel_next(journey->channel, journey->now, &output)) {
        case CHANNEL_NOTHING: return;
        case CHANNEL_RUN: take_out(journey, &output.run); break;
        case CHANNEL_GAP: take_gap(journey, &output.gap); break;
        case CHANNEL_SESSION: journey->good &= output.session.sequence == 1; break;
        case CHANNEL_END: journey->ended = true; break;
        case CHANNEL_STALE:
        case CHANNEL_FRESH:
        case CHANNEL_QUARANTINE: journey->good = false; break;
        }
    }
}

static void travel(struct journey *journey)
{
    qsort(journey->delivery, journey->deliveries, sizeof journey->delivery[0], by_time);
    memset(journey->out, 0, sizeof journey->out);
    memset(journey->gap, 0, sizeof journey->gap);
    journey->at = 1;
    journey->good = true;
    journey->ended = false;
    for (uint32_t i = 0; i < journey->deliveries; i++) {
        const struct delivery *delivery = &journey->delivery[i];
        uint8_t bytes[256];
        uint32_t length = mold_write(bytes, &(struct mold){.session = "RUN",
                                                           .sequence = delivery->sequence,
                                                           .count = delivery->count});
        journey->now = delivery->ns;
        channel_receive(journey->channel, delivery->line, bytes, length,
                        (struct arrival){.ns = delivery->ns});
        take_all(journey);
        if (i % 64 == 0) channel_verify(journey->channel);
    }
    journey->now += 10 * DELAY_MAX_NS;
    take_all(journey);
    channel_verify(journey->channel);
}

/* Is each number out or a gap, exactly as it was delivered by some line or by none? */
static bool exact(const struct journey *journey)
{
    if (!journey->good || !journey->ended || journey->at != journey->end) return false;
    for (uint64_t x = 1; x < journey->end; x++) {
        if (journey->out[x] != journey->delivered[x]) return false;
        if (journey->gap[x] == journey->delivered[x]) return false;
    }
    return true;
}

static uint64_t seeds_first(void)
{
    const char *given = getenv("SPEC_SEED");
    return given ? strtoull(given, NULL, 0) : 1;
}

static uint64_t seeds_count(void)
{
    return getenv("SPEC_SEED") ? 1 : RUNS;
}

static void all_journeys_are_exact(struct weather weather, uint64_t gaps_max)
{
    static struct journey journey;
    struct channel_limits limits = {
        .lines = 2,
        .store_datagrams = 64,
        .store_bytes = 256,
        .gap_wait_ns = DELAY_MAX_NS + 1,
        .silence_ns = NANOS_SECOND,
        .first_sequence = 1,
    };
    void *memory = aligned_alloc(CACHE_LINE, channel_footprint(&limits));
    uint64_t datagrams = 0;
    bool agree = true;
    for (uint64_t i = 0; agree && i < seeds_count(); i++) {
        uint64_t seed = seeds_first() + i;
        journey.chance.state = seed;
        journey.channel = channel_new(memory, &limits);
        publish(&journey, &weather);
        travel(&journey);
        const struct channel_counts *counts = channel_counts(journey.channel);
        datagrams += journey.deliveries;
        agree = exact(&journey) && counts->gap <= gaps_max;
        spec_expect(__FILE__, __LINE__, agree,
                    "SPEC_SEED=%" PRIu64 ": at %" PRIu64 " of %" PRIu64 ", %" PRIu64 " gaps", seed,
                    journey.at, journey.end, counts->gap);
    }
    printf("%" PRIu64 " datagrams ", datagrams);
    free(memory);
}

SPEC(if_one_line_or_the_other_brings_a_datagram_there_is_no_gap)
{
    all_journeys_are_exact(
        (struct weather){
            .loss = 300, .repeat = 100, .delay_ns = DELAY_MAX_NS, .one_line_is_complete = true},
        0);
}

SPEC(gaps_are_exactly_what_both_lines_lost)
{
    all_journeys_are_exact((struct weather){.loss = 300, .repeat = 200, .delay_ns = DELAY_MAX_NS},
                           UINT64_MAX);
}

SPEC(lines_that_lose_nothing_need_no_wait)
{
    all_journeys_are_exact((struct weather){.delay_ns = 100}, 0);
}

/* The same deliveries with the lines exchanged: the same messages and gaps come out. */
SPEC(the_output_does_not_depend_on_the_line)
{
    static struct journey journey;
    static bool out[NUMBERS];
    struct channel_limits limits = {
        .lines = 2,
        .store_datagrams = 4, /* so that the store is full at times */
        .store_bytes = 256,
        .gap_wait_ns = DELAY_MAX_NS / 4,
        .first_sequence = 1,
    };
    void *memory = aligned_alloc(CACHE_LINE, channel_footprint(&limits));
    for (uint64_t i = 0; i < seeds_count() / 10 + 1; i++) {
        uint64_t seed = seeds_first() + i;
        journey.chance.state = seed;
        publish(&journey, &(struct weather){.loss = 200, .delay_ns = DELAY_MAX_NS});
        journey.channel = channel_new(memory, &limits);
        travel(&journey);
        memcpy(out, journey.out, sizeof out);
        struct channel_counts straight = *channel_counts(journey.channel);
        bool good = journey.good && journey.ended && straight.gap > 0;
        for (uint32_t k = 0; k < journey.deliveries; k++)
            journey.delivery[k].line = journey.delivery[k].line == LINE_A ? LINE_B : LINE_A;
        journey.channel = channel_new(memory, &limits);
        travel(&journey);
        const struct channel_counts *crossed = channel_counts(journey.channel);
        good &= journey.good && memcmp(out, journey.out, sizeof out) == 0;
        good &= crossed->gap == straight.gap;
        good &= crossed->line[LINE_A].first == straight.line[LINE_B].first;
        good &= crossed->line[LINE_B].lost == straight.line[LINE_A].lost;
        spec_expect(__FILE__, __LINE__, good, "SPEC_SEED=%" PRIu64 " differs", seed);
    }
    free(memory);
}

#define SPECS(S)                                                                                   \
    S(if_one_line_or_the_other_brings_a_datagram_there_is_no_gap)                                  \
    S(gaps_are_exactly_what_both_lines_lost)                                                       \
    S(lines_that_lose_nothing_need_no_wait)                                                        \
    S(the_output_does_not_depend_on_the_line)

SPEC_MAIN("channel: two lossy lines", SPECS, NULL, NULL)
