/* Any bytes as a story of datagrams on both lines: whatever comes, the runs and gaps of a session
 * are consecutive, nothing outside the payload is read, counts add up, and all of channel.c's
 * invariants hold after each step.
 *
 * The first five bytes are the limits.  Then each step is one byte of what, one of when, and what
 * the step needs:
 *
 *     what & 0x80     a crafted datagram: two bytes for the number (relative to the next), one for
 *                     the count, one for session and content; 0 is a heartbeat, 255 an end
 *     else what % 8   0-5 raw: one byte of length, then the payload; 6 finish; 7 release */

#include "dataplane/feed/channel.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STORE_BYTES = 64, HEADER = 20, CRAFTED_MAX = HEADER + 254 * 5 };

struct input {
    const uint8_t *at;
    size_t left;
};

struct watch {
    struct channel *channel;
    uint64_t next; /* what comes out next; 0 before the first session */
    uint64_t messages;
    uint64_t received;
    nanos_t now;
    bool quarantined;
    bool stale;
};

static uint8_t byte_next(struct input *input)
{
    if (input->left == 0) return 0;
    input->left--;
    return *input->at++;
}

static void check_run(struct watch *watch, const struct channel_run *run)
{
    CHECK(!watch->quarantined);
    CHECK(run->count > 0);
    CHECK(run->sequence == watch->next);
    const uint8_t *end = run->payload + run->offset[0];
    for (uint32_t k = 0; k < run->count; k++) {
        const uint8_t *block = run->payload + run->offset[k];
        CHECK(block == end);
        end = block + 2 + ((uint32_t)block[0] << 8 | block[1]);
    }
    watch->next += run->count;
    watch->messages += run->count;
}

static void check_step(struct watch *watch, enum channel_step step,
                       const struct channel_output *output)
{
    switch (step) {
    case CHANNEL_RUN: check_run(watch, &output->run); break;
    case CHANNEL_GAP:
        CHECK(output->gap.first == watch->next);
        CHECK(output->gap.end > output->gap.first);
        CHECK(!watch->quarantined);
        watch->next = output->gap.end;
        break;
    case CHANNEL_SESSION:
        watch->next = output->session.sequence;
        watch->stale = false;
        break;
    case CHANNEL_STALE: CHECK(!watch->quarantined); break;
    case CHANNEL_FRESH: CHECK(watch->stale); break;
    case CHANNEL_QUARANTINE:
        CHECK(!watch->quarantined);
        watch->quarantined = true;
        break;
    case CHANNEL_END:
    case CHANNEL_NOTHING: break;
    }
    if (step == CHANNEL_STALE) watch->stale = true;
    if (step == CHANNEL_FRESH) watch->stale = false;
}

static void take_all(struct watch *watch)
{
    struct channel_output output;
    const struct channel_counts *counts = channel_counts(watch->channel);
    for (uint32_t steps = 0;; steps++) {
        enum channel_step step = channel_next(watch->channel, watch->now, &output);
        if (step == CHANNEL_NOTHING) break;
        check_step(watch, step, &output);
        CHECK(steps < 1000);
    }
    channel_verify(watch->channel);
    CHECK(counts->message == watch->messages);
    CHECK(counts->line[LINE_A].received + counts->line[LINE_B].received == watch->received);
    CHECK(channel_next_sequence(watch->channel) == watch->next);
    struct channel_gap missing;
    if (channel_missing(watch->channel, &missing)) CHECK(missing.first == watch->next);
}

static void receive(struct watch *watch, enum channel_line line, const uint8_t *bytes,
                    uint32_t length)
{
    /* A copy of exactly length bytes, freed when the channel may no longer read it. */
    uint8_t *exact = malloc(length ? length : 1);
    CHECK(exact != NULL);
    memcpy(exact, bytes, length);
    struct arrival arrival = {.ns = watch->now};
    enum channel_status status = channel_receive(watch->channel, line, exact, length, arrival);
    CHECK(status < CHANNEL_STATUS_COUNT);
    CHECK(watch->quarantined == (status == CHANNEL_QUARANTINED));
    watch->received++;
    take_all(watch);
    free(exact);
}

static void receive_crafted(struct watch *watch, enum channel_line line, struct input *input)
{
    uint8_t bytes[CRAFTED_MAX] = "S         ";
    int16_t distance = (int16_t)(byte_next(input) << 8 | byte_next(input));
    uint8_t count = byte_next(input), kind = byte_next(input);
    uint64_t sequence = kind & 0x40 ? (uint64_t)(uint16_t)distance : watch->next + distance / 256;
    bytes[1] = (uint8_t)('0' + kind % 4);
    for (int i = 0; i < 8; i++) bytes[10 + i] = (uint8_t)(sequence >> (56 - 8 * i));
    if (count == 255) bytes[18] = 0xff;
    bytes[19] = count;
    uint32_t at = HEADER;
    for (uint32_t k = 0; k < count && count < 255; k++) {
        bytes[at + 1] = (uint8_t)((sequence + k) % 4);
        at += 2u + bytes[at + 1];
    }
    if (kind & 0x80 && at > HEADER + 4) bytes[at - 1] ^= bytes[at - 1] ? 0 : 1;
    receive(watch, line, bytes, at);
}

static void step(struct watch *watch, uint32_t lines, struct input *input)
{
    uint8_t what = byte_next(input), when = byte_next(input);
    watch->now += when;
    enum channel_line line = lines > 1 && what & 0x40 ? LINE_B : LINE_A;
    if (what & 0x80) {
        receive_crafted(watch, line, input);
        return;
    }
    if (what % 8 == 6) {
        channel_finish(watch->channel);
        take_all(watch);
        return;
    }
    if (what % 8 == 7) {
        channel_release(watch->channel);
        watch->quarantined = false;
        take_all(watch);
        return;
    }
    uint32_t length = byte_next(input);
    if (length > input->left) length = (uint32_t)input->left;
    receive(watch, line, input->at, length);
    input->at += length;
    input->left -= length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t shape = byte_next(&input);
    struct channel_limits limits = {
        .lines = 1 + shape % 2,
        .store_datagrams = 1 + byte_next(&input) % 8,
        .store_bytes = STORE_BYTES,
        .gap_wait_ns = byte_next(&input),
        .gap_packets = byte_next(&input) % 16,
        .silence_ns = byte_next(&input) * (nanos_t)4,
        .first_sequence = shape >> 1 & 3,
    };
    if (shape & 0x80) memcpy(limits.session, "S1        ", sizeof limits.session);
    static void *memory;
    static size_t memory_bytes;
    if (channel_footprint(&limits) > memory_bytes) {
        free(memory);
        memory_bytes = channel_footprint(&limits);
        memory = aligned_alloc(CACHE_LINE, memory_bytes);
        CHECK(memory != NULL);
    }
    struct watch watch = {.channel = channel_new(memory, &limits), .now = 1000};
    for (uint32_t steps = 0; input.left > 0 && steps < 2000; steps++)
        step(&watch, limits.lines, &input);
    channel_finish(watch.channel);
    take_all(&watch);
    CHECK(watch.quarantined || channel_counts(watch.channel)->stored == 0);
    return 0;
}
