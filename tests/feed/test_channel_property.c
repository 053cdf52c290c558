/* The channel against its plain reference, on random datagrams.
 *
 * Sessions, numbers, waits and store sizes are drawn from ranges so small that overlaps, restarts,
 * contradictions and full stores all happen often.  After every datagram the status, all that the
 * channel says, and all counters must be those of tests/reference/plain_channel.  A failure prints
 * the seed and the step; run the program with that seed in SPEC_SEED to see it again. */

#include "dataplane/feed/channel.h"
#include "tests/feed/channel_bytes.h"
#include "tests/reference/plain_channel.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 2500, STEPS = 250, TEXT_BYTES = 4096, MESSAGES_MAX = 6 };

static const char *const session_name[PLAIN_SESSIONS] = {"S0", "S1", "S2", "S3", "S4", "S5"};

struct trial {
    struct chance chance;
    struct channel *channel;
    struct plain_channel plain;
    nanos_t now;
    uint32_t malformed[CHANNEL_STATUS_COUNT];
    uint64_t received[CHANNEL_LINES];
    char actual[TEXT_BYTES];
    char expected[TEXT_BYTES];
};

static bool one_in(struct trial *trial, uint64_t n)
{
    return chance_between(&trial->chance, 1, n) == 1;
}

static uint64_t draw(struct trial *trial, uint64_t low, uint64_t high)
{
    return chance_between(&trial->chance, low, high);
}

/* What the channel says, in the words of plain_channel_next. */

static void say(char *text, const char *event)
{
    size_t length = strlen(text);
    snprintf(text + length, TEXT_BYTES - length, "%s%s", length ? ", " : "", event);
}

static void say_run(char *text, const struct channel_run *run, bool altered)
{
    char event[96];
    bool right = true;
    for (uint32_t k = 0; k < run->count && !altered; k++)
        right &= mold_message_is(run->payload + run->offset[k], run->sequence + k);
    snprintf(event, sizeof event, "taken %" PRIu64 "-%" PRIu64 " %c%s", run->sequence,
             run->sequence + run->count - 1, "AB"[run->line], right ? "" : " with other bytes");
    say(text, event);
}

static void channel_says(struct trial *trial)
{
    struct channel_output output;
    char event[96];
    trial->actual[0] = '\0';
    for (enum channel_step step;
         (step = channel_next(trial->channel, trial->now, &output)) != CHANNEL_NOTHING;) {
        switch (step) {
        case CHANNEL_RUN: say_run(trial->actual, &output.run, output.run.arrival.tsc == 1); break;
        case CHANNEL_GAP:
            snprintf(event, sizeof event, "gap %" PRIu64 "-%" PRIu64, output.gap.first,
                     output.gap.end - 1);
            say(trial->actual, event);
            break;
        case CHANNEL_SESSION:
            snprintf(event, sizeof event, "session %c from %" PRIu64, output.session.name[1],
                     output.session.sequence);
            say(trial->actual, event);
            break;
        case CHANNEL_END: say(trial->actual, "end"); break;
        case CHANNEL_STALE: say(trial->actual, "stale"); break;
        case CHANNEL_FRESH: say(trial->actual, "fresh"); break;
        case CHANNEL_QUARANTINE: say(trial->actual, "quarantine"); break;
        case CHANNEL_NOTHING: break;
        }
    }
}

static bool counts_agree(const struct trial *trial)
{
    const struct channel_counts *counts = channel_counts(trial->channel);
    const struct plain_channel *plain = &trial->plain;
    for (int line = 0; line < plain->limits.lines; line++) {
        if (counts->line[line].lost != plain_channel_lost(plain, line)) return false;
        if (counts->line[line].received != trial->received[line]) return false;
    }
    uint64_t next = plain->session == PLAIN_NO_SESSION ? 0 : plain->next;
    return counts->message == plain->message && counts->gap == plain->gap &&
           counts->gap_message == plain->gap_message && counts->early_stale == plain->early_stale &&
           counts->uncompared == plain->uncompared && counts->session == plain->sessions &&
           counts->stored == plain->waiting_count &&
           counts->stored_max <= plain->limits.store_datagrams &&
           channel_next_sequence(trial->channel) == next;
}

/* Both have been asked: do they say the same? */
static bool both_say_the_same(struct trial *trial)
{
    channel_says(trial);
    plain_channel_next(&trial->plain, trial->now, trial->expected, sizeof trial->expected);
    channel_verify(trial->channel);
    return strcmp(trial->actual, trial->expected) == 0 && counts_agree(trial);
}

/* One that was taken, again, with other bytes. */
static struct plain_datagram draw_contradiction(struct trial *trial)
{
    const struct plain_channel *plain = &trial->plain;
    struct plain_datagram datagram = plain->whole[draw(trial, 0, plain->whole_count - 1)];
    datagram.line = (int)draw(trial, 0, (uint64_t)plain->limits.lines - 1);
    datagram.content = !datagram.content;
    return datagram;
}

/* A datagram near what is next. */
static struct plain_datagram draw_datagram(struct trial *trial)
{
    const struct plain_channel *plain = &trial->plain;
    struct plain_datagram datagram = {
        .session = plain->session,
        .line = (int)draw(trial, 0, (uint64_t)plain->limits.lines - 1),
        .count = draw(trial, 1, MESSAGES_MAX),
        .content = one_in(trial, 300),
    };
    if (plain->session == PLAIN_NO_SESSION || one_in(trial, plain->rejoining ? 3 : 60))
        datagram.session = (int)draw(trial, 0, PLAIN_SESSIONS - 1);
    uint64_t low = plain->next > 9 ? plain->next - 8 : 1;
    datagram.sequence = one_in(trial, 3) ? draw(trial, low, plain->next + 14) : plain->next;
    if (one_in(trial, 100) || datagram.sequence == 0) datagram.sequence = 1;
    if (one_in(trial, 12)) datagram.kind = one_in(trial, 4) ? PLAIN_END : PLAIN_HEARTBEAT;
    if (datagram.kind != PLAIN_MESSAGES) datagram.count = 0;
    if (one_in(trial, 40)) datagram.sequence = plain->top > 0 ? plain->top : 1;
    return datagram;
}

static bool receive_agrees(struct trial *trial, struct plain_datagram *datagram)
{
    uint8_t bytes[256];
    struct mold mold = {
        .session = session_name[datagram->session],
        .sequence = datagram->sequence,
        .count = (uint32_t)datagram->count,
        .altered = datagram->content != 0,
    };
    if (datagram->kind == PLAIN_END) mold.count = 0xffff;
    datagram->bytes = mold_write(bytes, &mold);
    /* A datagram of one empty message cannot be altered. */
    bool altered =
        mold.altered && mold.count != 0xffff && datagram->bytes > 20 + 2 * datagram->count;
    datagram->content = altered;

    const char *expected;
    if (one_in(trial, 50)) {
        datagram->bytes = (uint32_t)draw(trial, 0, datagram->bytes - 1);
        expected = datagram->bytes < 20 ? "short_header" : "bad_blocks";
        if (trial->plain.quarantined) expected = "quarantined";
    } else {
        expected = plain_channel_receive(&trial->plain, datagram, trial->now);
    }
    trial->received[datagram->line]++;
    uint8_t *exact = malloc(datagram->bytes ? datagram->bytes : 1);
    memcpy(exact, bytes, datagram->bytes);
    struct arrival arrival = {.ns = trial->now, .tsc = altered};
    enum channel_status status = channel_receive(trial->channel, (enum channel_line)datagram->line,
                                                 exact, (uint32_t)datagram->bytes, arrival);
    bool agree = both_say_the_same(trial);
    free(exact);
    if (strcmp(channel_status_name(status), expected) == 0) return agree;
    snprintf(trial->actual, TEXT_BYTES, "status %s", channel_status_name(status));
    snprintf(trial->expected, TEXT_BYTES, "status %s", expected);
    return false;
}

static bool step_agrees(struct trial *trial)
{
    trial->now += one_in(trial, 3) ? draw(trial, 0, 60) : 0;
    if (one_in(trial, 20)) trial->now += draw(trial, 0, 400);
    if (one_in(trial, 15)) return both_say_the_same(trial);
    if (one_in(trial, 200)) {
        channel_finish(trial->channel);
        plain_channel_finish(&trial->plain);
        return both_say_the_same(trial);
    }
    if (one_in(trial, trial->plain.quarantined ? 5 : 500)) {
        channel_release(trial->channel);
        plain_channel_release(&trial->plain);
        return both_say_the_same(trial);
    }
    bool contradicts = trial->plain.whole_count > 0 && one_in(trial, 200);
    struct plain_datagram datagram = contradicts ? draw_contradiction(trial) : draw_datagram(trial);
    return receive_agrees(trial, &datagram);
}

static void trial_begin(struct trial *trial, uint64_t seed)
{
    trial->chance.state = seed;
    trial->now = 1000;
    trial->received[0] = trial->received[1] = 0;
    struct channel_limits limits = {
        .lines = (uint32_t)draw(trial, 1, 2),
        .store_datagrams = (uint32_t)draw(trial, 1, one_in(trial, 2) ? 3 : 12),
        .store_bytes = one_in(trial, 4) ? 40 : 256,
        .gap_wait_ns = draw(trial, 0, 200),
        .gap_packets = one_in(trial, 2) ? (uint32_t)draw(trial, 1, 12) : 0,
        .silence_ns = one_in(trial, 2) ? draw(trial, 50, 300) : 0,
        .first_sequence = draw(trial, 0, 3),
    };
    bool configured = one_in(trial, 5);
    if (configured) memcpy(limits.session, "S2        ", sizeof limits.session);
    trial->channel = channel_new(aligned_alloc(CACHE_LINE, channel_footprint(&limits)), &limits);
    plain_channel_begin(&trial->plain, &(struct plain_limits){
                                           .lines = (int)limits.lines,
                                           .store_datagrams = limits.store_datagrams,
                                           .store_bytes = limits.store_bytes,
                                           .gap_wait_ns = limits.gap_wait_ns,
                                           .gap_packets = limits.gap_packets,
                                           .silence_ns = limits.silence_ns,
                                           .first_sequence = limits.first_sequence,
                                           .session = configured ? 2 : PLAIN_NO_SESSION,
                                       });
}

SPEC(every_datagram_has_the_consequences_of_the_plain_reference)
{
    const char *given = getenv("SPEC_SEED");
    uint64_t first = given ? strtoull(given, NULL, 0) : 1;
    static struct trial trial;
    uint64_t steps = 0;
    for (uint64_t seed = first; seed < first + (given ? 1 : RUNS); seed++) {
        trial_begin(&trial, seed);
        bool agree = true;
        uint32_t step = 0;
        for (; agree && step < STEPS && trial.plain.top + 30 < PLAIN_NUMBERS; step++, steps++)
            agree = step_agrees(&trial);
        free(trial.channel);
        spec_expect(__FILE__, __LINE__, agree,
                    "SPEC_SEED=%" PRIu64 " differs at step %u\nexpected: %s\nactual:   %s", seed,
                    step, trial.expected, trial.actual);
        if (!agree) return;
    }
    printf("%" PRIu64 " steps ", steps);
}

#define SPECS(S) S(every_datagram_has_the_consequences_of_the_plain_reference)

SPEC_MAIN("channel, against its reference", SPECS, NULL, NULL)
