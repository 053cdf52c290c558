/* Any bytes as a story of lines, replies and a snapshot server: whatever comes, runs and gaps of
 * the channel stay consecutive but where a snapshot says otherwise, the books are sound, requests
 * stay within the rate, and all invariants hold after each step.
 *
 * The first four bytes are the limits.  Then each step is one byte of what, one of when, and what
 * the step needs:
 *
 *     what % 8   0-2 a datagram of a line: where, how many, which session
 *                3   a reply: where, how many
 *                4   a reply of any bytes: one of length, then they
 *                5   the connection comes up, or is gone
 *                6   bytes over it: one of length, then they
 *                7   a packet over it: accepted, an add, an end of snapshot near the next number,
 *                    a listing */

#include "dataplane/feed/recovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RATE = 20, SENT_MAX = 1 << 16 };

struct input {
    const uint8_t *at;
    size_t left;
};

static struct {
    struct channel *channel;
    struct feed *feed;
    struct recovery *recovery;
    nanos_t now;
    nanos_t sent_ns[SENT_MAX];
    uint32_t sent;
    uint32_t connections; /* open or asked for */
} world;

static uint8_t byte_next(struct input *input)
{
    if (input->left == 0) return 0;
    input->left--;
    return *input->at++;
}

static void drain(void)
{
    struct channel_output output;
    enum channel_step step;
    uint64_t next = channel_next_sequence(world.channel);
    for (uint32_t i = 0; (step = channel_next(world.channel, world.now, &output)); i++) {
        CHECK(i < 10000);
        if (step == CHANNEL_RUN) {
            CHECK(recovery_state(world.recovery) < RECOVERY_WAITING ||
                  recovery_state(world.recovery) == RECOVERY_FAILED);
            CHECK(output.run.sequence == next);
            next += output.run.count;
            feed_run(world.feed, &output.run);
            continue;
        }
        if (step == CHANNEL_GAP) {
            CHECK(recovery_state(world.recovery) == RECOVERY_FAILED);
            CHECK(output.gap.first == next);
            next = output.gap.end;
        }
        if (step == CHANNEL_SESSION) next = output.session.sequence;
        feed_step(world.feed, step, &output, world.now);
        recovery_step(world.recovery, step, &output, world.now);
    }
}

static void turn(void)
{
    struct recovery_output output;
    enum recovery_action action;
    drain();
    for (uint32_t i = 0; (action = recovery_turn(world.recovery, world.now, &output)); i++) {
        CHECK(i < 1000);
        switch (action) {
        case RECOVERY_REQUEST:
            CHECK(world.sent < SENT_MAX);
            world.sent_ns[world.sent++] = world.now;
            if (world.sent > RATE)
                CHECK(world.now - world.sent_ns[world.sent - 1 - RATE] >= NANOS_SECOND);
            break;
        case RECOVERY_CONNECT: CHECK(world.connections++ == 0); break;
        case RECOVERY_CLOSE: CHECK(world.connections-- == 1); break;
        case RECOVERY_WRITE:
            CHECK(world.connections == 1);
            recovery_written(world.recovery, output.length);
            break;
        case RECOVERY_NOTHING: break;
        }
    }
    drain();
    feed_flush(world.feed);
    channel_verify(world.channel);
    recovery_verify(world.recovery);
    book_verify(feed_book(world.feed));
    if (recovery_state(world.recovery) == RECOVERY_QUIET) return;
    CHECK(feed_channel_state(world.feed) != MARKET_LIVE); /* nor may an order come of it */
}

/* A datagram of count messages, each one an add or, every fourth, something shorter. */
static uint32_t datagram_write(uint8_t *bytes, char session, uint64_t first, uint32_t count)
{
    memset(bytes, session, 10);
    for (int i = 0; i < 8; i++) bytes[10 + i] = (uint8_t)(first >> (56 - 8 * i));
    bytes[18] = (uint8_t)(count >> 8);
    bytes[19] = (uint8_t)count;
    uint32_t at = 20;
    for (uint32_t k = 0; k < count; k++) {
        uint64_t number = first + k;
        uint32_t length = number % 4 == 3 ? 3 : 36;
        memset(bytes + at, 0, 2 + length);
        bytes[at + 1] = (uint8_t)length;
        bytes[at + 2] = length == 36 ? 'A' : '?';
        bytes[at + 4] = 1;
        for (int i = 0; length == 36 && i < 8; i++)
            bytes[at + 2 + 11 + i] = (uint8_t)(number >> (56 - 8 * i));
        if (length == 36) bytes[at + 2 + 19] = number % 2 ? 'B' : 'S';
        if (length == 36) bytes[at + 2 + 23] = 1, bytes[at + 2 + 35] = (uint8_t)(1 + number % 9);
        at += 2 + length;
    }
    return at;
}

static void crafted(struct input *input, uint8_t what)
{
    static uint8_t bytes[20 + 64 * 40];
    uint64_t next = channel_next_sequence(world.channel);
    uint8_t where = byte_next(input), many = byte_next(input), which = byte_next(input);
    uint64_t first = next + where > 64 ? next + where - 64 : 1;
    char session = which % 16 == 15 ? 'T' : 'M';
    uint32_t count = many % 16 == 15 ? 0 : many % 16;
    uint32_t length = datagram_write(bytes, session, first, count);
    if (which % 16 == 14 && count == 0) bytes[18] = bytes[19] = 0xff;
    if (which % 16 == 13) bytes[length - 1] ^= 1;
    uint8_t *exact = malloc(length);
    CHECK(exact != NULL);
    memcpy(exact, bytes, length);
    struct arrival arrival = {.ns = world.now};
    if (what == 3) (void)recovery_reply(world.recovery, exact, length, arrival);
    else (void)channel_receive(world.channel, what & 1, exact, length, arrival);
    drain();
    free(exact);
}

static uint8_t *bytes_copy(struct input *input, uint32_t *length)
{
    *length = byte_next(input);
    if (*length > input->left) *length = (uint32_t)input->left;
    uint8_t *exact = malloc(*length ? *length : 1);
    CHECK(exact != NULL);
    memcpy(exact, input->at, *length);
    input->at += *length;
    input->left -= *length;
    return exact;
}

static void packet_give(struct input *input)
{
    uint8_t which = byte_next(input), where = byte_next(input);
    uint8_t packet[64] = {0};
    uint32_t length = 33;
    uint64_t next = channel_next_sequence(world.channel);
    if (which % 4 == 0) snprintf((char *)packet + 2, 60, "A%10s%20d", "GLIMPSE", 1);
    if (which % 4 == 1) {
        uint8_t datagram[128];
        length = datagram_write(datagram, 'M', where * 4u + 1, 1) - 22 + 3;
        packet[2] = 'S';
        memcpy(packet + 3, datagram + 22, length - 3);
    }
    if (which % 4 == 2) {
        length = 24;
        uint64_t end = next + where > 64 ? next + where - 64 : 1;
        snprintf((char *)packet + 2, 60, "SG%20llu", (unsigned long long)end);
    }
    if (which % 4 == 3) {
        length = 3 + 39;
        memcpy(packet + 2, "SR\0\1", 4);
    }
    packet[1] = (uint8_t)(length - 2);
    recovery_bytes(world.recovery, packet, length, world.now);
}

static void step(struct input *input)
{
    uint8_t what = byte_next(input), when = byte_next(input);
    world.now += (nanos_t)when * when * 100000;
    uint32_t length;
    uint8_t *exact;
    switch (what % 8) {
    case 4:
        exact = bytes_copy(input, &length);
        (void)recovery_reply(world.recovery, exact, length, (struct arrival){.ns = world.now});
        drain();
        free(exact);
        break;
    case 5:
        if (what & 0x80) {
            world.connections = 0;
            recovery_disconnected(world.recovery, world.now);
        } else if (world.connections > 0) recovery_connected(world.recovery, world.now);
        break;
    case 6:
        exact = bytes_copy(input, &length);
        recovery_bytes(world.recovery, exact, length, world.now);
        free(exact);
        break;
    case 7: packet_give(input); break;
    default: crafted(input, what % 8); break;
    }
    if (what == 0x7f) channel_release(world.channel);
    turn();
}

static void *room(size_t bytes)
{
    CHECK(bytes > 0);
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    return memory;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct channel_limits channel = {.lines = 2, .store_bytes = 512, .gap_wait_ns = NANOS_MILLI};
    struct feed_limits feed = {.book = {.instruments = 4, .orders = 500, .levels = 500}};
    struct recovery_limits limits = RECOVERY_LIMITS_USUAL;
    channel.store_datagrams = 1 + byte_next(&input) % 16;
    channel.first_sequence = byte_next(&input) % 2;
    limits.servers = byte_next(&input) % 3;
    limits.snapshots = byte_next(&input) % 3;
    limits.rate = RATE;
    limits.request_messages = 5;
    limits.hole_messages = 40;
    limits.snapshot_retry_ns = 50 * NANOS_MILLI;
    limits.again_ns = NANOS_SECOND;
    void *memory[] = {room(channel_footprint(&channel)), room(feed_footprint(&feed)),
                      room(recovery_footprint(&limits))};
    memset(&world, 0, sizeof world);
    world.now = 1000 * NANOS_SECOND;
    world.channel = channel_new(memory[0], &channel);
    world.feed = feed_new(memory[1], &feed);
    world.recovery = recovery_new(memory[2], &limits, world.channel, world.feed);
    while (input.left > 0) step(&input);
    recovery_finish(world.recovery, world.now);
    drain();
    channel_verify(world.channel);
    for (uint32_t i = 0; i < ARRAY_COUNT(memory); i++) free(memory[i]);
    return 0;
}
