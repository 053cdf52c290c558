/* What a silence of the lines leaves behind in a feed: bytes go through a channel, as they come. */

#include "dataplane/feed/feed.h"
#include "tests/feed/feed_bytes.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { SILENCE_NS = 1000 };

static struct channel *channel;
static struct feed *feed;

static void *memory_of(size_t bytes)
{
    return aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
}

static void before_each(void)
{
    const struct feed_limits feed_limits = {.book = {.instruments = 8, .orders = 8, .levels = 8}};
    const struct channel_limits limits = {.lines = 2,
                                          .store_datagrams = 4,
                                          .store_bytes = 64,
                                          .gap_wait_ns = 2 * SILENCE_NS,
                                          .silence_ns = SILENCE_NS,
                                          .first_sequence = 1};
    channel = channel_new(memory_of(channel_footprint(&limits)), &limits);
    feed = feed_new(memory_of(feed_footprint(&feed_limits)), &feed_limits);
}

static void after_each(void)
{
    channel_verify(channel);
    free(feed);
    free(channel);
}

/* What the channel says by now, to the feed. */
static void passes(nanos_t now)
{
    struct channel_output output;
    for (enum channel_step what; (what = channel_next(channel, now, &output)) != CHANNEL_NOTHING;)
        if (what == CHANNEL_RUN) feed_run(feed, &output.run);
        else feed_step(feed, what, &output, now);
}

/* One message comes as number sequence. */
static void arrives(enum channel_line line, uint8_t sequence, struct message message, nanos_t now)
{
    uint8_t payload[64] = {"MONDAY    "};
    payload[17] = sequence;
    payload[19] = 1;
    payload[21] = (uint8_t)message.length;
    memcpy(payload + 22, message.byte, message.length);
    (void)channel_receive(channel, line, payload, 22 + message.length, (struct arrival){.ns = now});
    passes(now);
}

#define STATE(state) EXPECT_TEXT(market_state_text(feed_channel_state(feed)), #state)

SPEC(one_that_ends_in_a_gap_is_over_when_the_day_begins)
{
    arrives(LINE_A, 1, phase('O'), 0);
    passes(SILENCE_NS);
    STATE(STALE);
    arrives(LINE_A, 3, phase('S'), 2 * SILENCE_NS);
    arrives(LINE_B, 3, phase('S'), 2 * SILENCE_NS);
    arrives(LINE_A, 4, phase('S'), 4 * SILENCE_NS - 1);
    passes(4 * SILENCE_NS);
    STATE(GAP);
    arrives(LINE_A, 5, phase('O'), 4 * SILENCE_NS);
    STATE(LIVE);
    EXPECT(!channel_silent(channel));
}

SPEC(one_that_goes_on_over_a_gap_is_none_of_its)
{
    arrives(LINE_A, 1, phase('O'), 0);
    arrives(LINE_A, 3, phase('O'), 1); /* the day begins behind the gap */
    passes(1 + SILENCE_NS);
    STATE(STALE);
    passes(1 + 2 * SILENCE_NS);
    STATE(STALE);
    EXPECT(channel_silent(channel));
    arrives(LINE_B, 4, phase('S'), 1 + 3 * SILENCE_NS);
    STATE(LIVE);
}

SPEC(one_that_ends_in_a_quarantine_is_over_too)
{
    arrives(LINE_A, 1, phase('O'), 0);
    passes(SILENCE_NS);
    STATE(STALE);
    arrives(LINE_B, 1, phase('S'), SILENCE_NS); /* the same number, other bytes */
    STATE(GAP);
    channel_release(channel);
    arrives(LINE_A, 2, phase('O'), SILENCE_NS + 1);
    STATE(LIVE);
    EXPECT(!channel_silent(channel));
}

#define SPECS(S)                                                                                   \
    S(one_that_ends_in_a_gap_is_over_when_the_day_begins)                                          \
    S(one_that_goes_on_over_a_gap_is_none_of_its)                                                  \
    S(one_that_ends_in_a_quarantine_is_over_too)

SPEC_MAIN("silence of a feed", SPECS, before_each, after_each)
