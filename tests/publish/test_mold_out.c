/* Datagrams on two lines: what they hold, when they leave, and what happens when they cannot. */

#include "dataplane/publish/mold_out.h"
#include "tests/publish/said.h"
#include "tests/publish/space.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { FRAMES = 64, FRAME_MAX = 2048, HEAD = 42 };

/* A port with room for so many frames. */
static struct port {
    uint32_t room;
    uint32_t count;
    uint32_t bytes[FRAMES];
    uint8_t frame[FRAMES][FRAME_MAX];
} port[2];

static struct history *history;
static struct mold_out *out;
static struct mold_out_limits limits;

static uint8_t *claim(void *context, uint32_t bytes)
{
    struct port *to = context;
    if (to->count >= to->room) return NULL;
    CHECK(bytes <= FRAME_MAX);
    to->bytes[to->count] = bytes;
    memset(to->frame[to->count], 0xdd, FRAME_MAX);
    return to->frame[to->count];
}

static void publish(void *context)
{
    ((struct port *)context)->count++;
}

static void begin(void)
{
    const struct history_limits kept = {.bytes = 4096, .messages = 256};
    history = history_new(space_new(history_footprint(&kept), 0x99), &kept);
    limits = (struct mold_out_limits){
        .session = "SESSION001",
        .payload_max = 300,
        .heartbeat_ns = NANOS_SECOND,
        .end_ns = 3 * NANOS_SECOND,
        .lines = 2,
    };
    for (uint32_t i = 0; i < 2; i++) {
        port[i].count = 0;
        port[i].room = FRAMES;
        limits.line[i].port = (struct mold_out_port){&port[i], claim, publish};
        limits.line[i].head = (struct frame_udp_head){
            .source_mac = {{2, 0, 0, 0, 0, (uint8_t)(1 + i)}},
            .source_ip = 0x0a000001 + i,
            .destination_ip = 0xe9360c6f + i, /* 233.54.12.111 and 112 */
            .source_port = 31001,
            .destination_port = 26477,
            .identification = 7,
            .ttl = 16,
        };
    }
    out = mold_out_new(space_new(mold_out_footprint(), 0x99), &limits, history, 0);
}

static void end(void)
{
    free(history);
    free(out);
}

static void append(const char *text)
{
    memcpy(history_append(history, (uint32_t)strlen(text)), text, strlen(text));
}

/* Sequence and count of a datagram. */
static void expect_datagram(uint32_t line, uint32_t frame, uint64_t sequence, uint64_t count)
{
    const uint8_t *payload = port[line].frame[frame] + HEAD;
    EXPECT(frame < port[line].count);
    EXPECT(memcmp(payload, "SESSION001", 10) == 0);
    EXPECT_UINT(said_number(payload + 10, 8), sequence);
    EXPECT_UINT(said_number(payload + 18, 2), count);
}

/* The vector of the protocol's page: two messages from 5 on, "abc" and "". */
SPEC(a_datagram_is_header_and_blocks_behind_the_frame_s_headers)
{
    static const uint8_t payload[] = {0x53, 0x45, 0x53, 0x53, 0x49, 0x4f, 0x4e, 0x30, 0x30,
                                      0x31, 0,    0,    0,    0,    0,    0,    0,    5,
                                      0,    2,    0,    3,    0x61, 0x62, 0x63, 0,    0};
    static const uint8_t ethernet[] = {0x01, 0x00, 0x5e, 0x36, 0x0c, 0x6f, 2,
                                       0,    0,    0,    0,    1,    0x08, 0x00};
    for (uint32_t i = 0; i < 4; i++) append("x");
    mold_out_flush(out, 1);
    append("abc");
    append("");
    mold_out_flush(out, 2);
    const uint8_t *frame = port[0].frame[1];
    EXPECT_UINT(port[0].bytes[1], HEAD + sizeof payload);
    EXPECT(memcmp(frame + HEAD, payload, sizeof payload) == 0);
    EXPECT(memcmp(frame, ethernet, sizeof ethernet) == 0);
    EXPECT_UINT(said_number(frame + 16, 2), 20 + 8 + sizeof payload); /* IPv4 total length */
    EXPECT_UINT(said_number(frame + 18, 2), 8); /* identification: the second */
    EXPECT_UINT(frame[22], 16);                 /* ttl */
    EXPECT_UINT(said_number(frame + 26, 4), 0x0a000001);
    EXPECT_UINT(said_number(frame + 30, 4), 0xe9360c6f);
    EXPECT_UINT(said_number(frame + 36, 2), 26477);
    EXPECT_UINT(said_number(frame + 38, 2), 8 + sizeof payload);
    struct frame_datagram datagram;
    EXPECT_UINT(frame_udp(frame, port[0].bytes[1], FRAME_CHECK_ALL, &datagram), FRAME_OK);
}

SPEC(a_tagged_line_has_its_tag)
{
    limits.line[1].head.vlan_id = 42;
    out = mold_out_new(out, &limits, history, 0);
    append("abc");
    mold_out_flush(out, 1);
    EXPECT_UINT(said_number(port[1].frame[0] + 12, 4), 0x8100002a);
    EXPECT(memcmp(port[1].frame[0] + HEAD + 4, "SESSION001", 10) == 0);
    EXPECT_UINT(port[1].bytes[0], port[0].bytes[0] + 4);
}

SPEC(both_lines_carry_the_same_datagrams)
{
    for (uint32_t i = 0; i < 60; i++) {
        append("a message of thirty-two bytes...");
        mold_out_send(out, i);
        if (i % 17 == 0) mold_out_flush(out, i);
    }
    mold_out_flush(out, 100);
    EXPECT_UINT(port[0].count, port[1].count);
    for (uint32_t i = 0; i < port[0].count; i++) {
        EXPECT_UINT(port[0].bytes[i], port[1].bytes[i]);
        EXPECT(memcmp(port[0].frame[i] + HEAD, port[1].frame[i] + HEAD, port[0].bytes[i] - HEAD) ==
               0);
    }
}

SPEC(only_full_datagrams_leave_before_the_flush)
{
    for (uint32_t i = 0; i < 8; i++) append("a message of thirty-two bytes..."); /* 34 each */
    mold_out_send(out, 1);
    EXPECT_UINT(port[0].count, 0); /* 8 x 34 + 20 = 292 of 300 */
    append("");
    append("a message of thirty-two bytes...");
    mold_out_send(out, 1);
    EXPECT_UINT(port[0].count, 1);
    expect_datagram(0, 0, 1, 9);
    EXPECT_UINT(port[0].bytes[0], HEAD + 20 + 8 * 34 + 2);
    EXPECT_UINT(mold_out_cursor(out, 0), 10);
    mold_out_flush(out, 1);
    expect_datagram(0, 1, 10, 1);
    EXPECT_UINT(mold_out_counts(out, 0)->datagram, 2);
    EXPECT_UINT(mold_out_counts(out, 0)->message, 10);
}

SPEC(no_payload_is_longer_than_its_limit)
{
    for (uint32_t i = 0; i < 30; i++) {
        memset(history_append(history, i * 8), 'm', i * 8);
        mold_out_flush(out, 1);
    }
    for (uint32_t i = 0; i < port[0].count; i++) EXPECT(port[0].bytes[i] <= HEAD + 300);
    EXPECT_UINT(mold_out_cursor(out, 0), 31);
}

SPEC(a_line_that_is_silent_for_a_second_says_so_with_the_next_number)
{
    append("abc");
    mold_out_flush(out, 5);
    mold_out_flush(out, 5 + NANOS_SECOND - 1);
    EXPECT_UINT(port[0].count, 1);
    EXPECT_UINT(mold_out_due(out), 5 + NANOS_SECOND);
    mold_out_flush(out, 5 + NANOS_SECOND);
    EXPECT_UINT(port[0].count, 2);
    expect_datagram(0, 1, 2, 0);
    expect_datagram(1, 1, 2, 0);
    EXPECT_UINT(port[0].bytes[1], HEAD + 20);
    append("abc");
    mold_out_flush(out, 5 + 3 * NANOS_SECOND / 2);
    mold_out_flush(out, 5 + 2 * NANOS_SECOND);
    EXPECT_UINT(port[0].count, 3); /* a message is as good as a heartbeat */
    EXPECT_UINT(mold_out_counts(out, 1)->heartbeat, 1);
}

SPEC(a_session_without_a_message_has_heartbeats_with_1)
{
    mold_out_flush(out, NANOS_SECOND);
    expect_datagram(0, 0, 1, 0);
}

SPEC(the_end_is_said_behind_the_last_message_and_repeated_for_a_while)
{
    append("abc");
    mold_out_end(out, 10);
    EXPECT_UINT(port[0].count, 2);
    expect_datagram(0, 0, 1, 1);
    expect_datagram(0, 1, 2, 0xffff);
    EXPECT_UINT(port[0].bytes[1], HEAD + 20);
    for (nanos_t now = 10; now <= 10 + 5 * NANOS_SECOND; now += NANOS_SECOND / 2) {
        EXPECT(mold_out_ended(out, now) == (now >= 10 + 3 * NANOS_SECOND));
        mold_out_flush(out, now);
    }
    EXPECT_UINT(mold_out_counts(out, 0)->end, 3);
    EXPECT_UINT(mold_out_counts(out, 0)->heartbeat, 0);
    EXPECT_UINT(port[1].count, 4);
    expect_datagram(1, 3, 2, 0xffff);
}

SPEC(a_message_after_the_end_stops_the_program)
{
    mold_out_end(out, 1);
    append("abc");
    EXPECT_STOP(mold_out_flush(out, 2), "out->end == history_next");
}

SPEC(a_port_without_room_holds_back_its_own_line_alone)
{
    port[1].room = 0;
    append("abc");
    mold_out_flush(out, 1);
    append("def");
    mold_out_flush(out, 2);
    EXPECT_UINT(port[0].count, 2);
    EXPECT_UINT(mold_out_counts(out, 1)->held_back, 2);
    EXPECT_UINT(mold_out_cursor(out, 1), 1);
    EXPECT_UINT(mold_out_sent(out), 3);
    port[1].room = FRAMES;
    mold_out_flush(out, 3);
    EXPECT_UINT(port[1].count, 1);
    expect_datagram(1, 0, 1, 2); /* nothing is lost, the datagrams are larger */
    EXPECT_UINT(mold_out_counts(out, 1)->lost, 0);
}

SPEC(the_end_of_a_line_that_was_held_back_comes_behind_its_messages)
{
    port[1].room = 0;
    append("abc");
    mold_out_end(out, 1);
    EXPECT(!mold_out_ended(out, 1 + 4 * NANOS_SECOND)); /* line B has said nothing */
    port[1].room = FRAMES;
    mold_out_flush(out, 1 + 5 * NANOS_SECOND);
    expect_datagram(1, 0, 1, 1);
    expect_datagram(1, 1, 2, 0xffff);
    EXPECT(mold_out_ended(out, 1 + 5 * NANOS_SECOND));
}

SPEC(a_line_held_back_for_too_long_has_lost_messages_and_goes_on_with_the_oldest)
{
    port[1].room = 0;
    for (uint32_t i = 0; i < 300; i++) { /* 256 are kept, by number */
        append("abc");
        mold_out_flush(out, 1);
        port[0].count = 0;
    }
    EXPECT_UINT(mold_out_counts(out, 0)->lost, 0);
    port[1].room = FRAMES;
    mold_out_flush(out, 2);
    EXPECT_UINT(mold_out_counts(out, 1)->lost, 44);
    expect_datagram(1, 0, 45, 56);
    EXPECT_UINT(mold_out_cursor(out, 1), 301);
}

SPEC(one_line_alone_is_possible)
{
    limits.lines = 1;
    out = mold_out_new(out, &limits, history, 0);
    append("abc");
    mold_out_flush(out, 1);
    EXPECT_UINT(port[0].count, 1);
    EXPECT_UINT(port[1].count, 0);
}

SPEC(limits_out_of_range_are_said)
{
    EXPECT(mold_out_limits_check(&limits) == NULL);
    struct mold_out_limits bad = limits;
    bad.lines = 3;
    EXPECT(mold_out_limits_check(&bad) != NULL);
    bad.lines = 0;
    EXPECT(mold_out_limits_check(&bad) != NULL);
    bad = limits;
    bad.payload_max = MOLD_OUT_PAYLOAD_MIN - 1;
    EXPECT(mold_out_limits_check(&bad) != NULL);
    bad.payload_max = MOLD_OUT_PAYLOAD_MAX + 1;
    EXPECT(mold_out_limits_check(&bad) != NULL);
    bad = limits;
    bad.heartbeat_ns = 0;
    EXPECT(mold_out_limits_check(&bad) != NULL);
    bad = limits;
    bad.line[1].port.claim = NULL;
    EXPECT(mold_out_limits_check(&bad) != NULL);
}

#define SPECS(S)                                                                                   \
    S(a_datagram_is_header_and_blocks_behind_the_frame_s_headers)                                  \
    S(a_tagged_line_has_its_tag)                                                                   \
    S(both_lines_carry_the_same_datagrams)                                                         \
    S(only_full_datagrams_leave_before_the_flush)                                                  \
    S(no_payload_is_longer_than_its_limit)                                                         \
    S(a_line_that_is_silent_for_a_second_says_so_with_the_next_number)                             \
    S(a_session_without_a_message_has_heartbeats_with_1)                                           \
    S(the_end_is_said_behind_the_last_message_and_repeated_for_a_while)                            \
    S(a_message_after_the_end_stops_the_program)                                                   \
    S(a_port_without_room_holds_back_its_own_line_alone)                                           \
    S(the_end_of_a_line_that_was_held_back_comes_behind_its_messages)                              \
    S(a_line_held_back_for_too_long_has_lost_messages_and_goes_on_with_the_oldest)                 \
    S(one_line_alone_is_possible)                                                                  \
    S(limits_out_of_range_are_said)

SPEC_MAIN("mold_out", SPECS, begin, end)
