/* Requests for messages that were missed, and what they are answered. */

#include "dataplane/publish/retransmit.h"
#include "tests/publish/said.h"
#include "tests/publish/space.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct history *history;
static struct retransmit *server;
static struct retransmit_limits limits;
static uint8_t reply[2048];
static uint32_t reply_bytes;

static void begin(void)
{
    const struct history_limits kept = {.bytes = 4096, .messages = 64};
    history = history_new(space_new(history_footprint(&kept), 0x99), &kept);
    limits = (struct retransmit_limits){
        .session = "SESSION001",
        .payload_max = 300,
        .requesters = 8,
        .each = {.per_second = 10, .burst = 5},
        .all = {.per_second = 1000, .burst = 1000},
    };
    server = retransmit_new(space_new(retransmit_footprint(&limits), 0x99), &limits, history);
}

static void end(void)
{
    free(history);
    free(server);
}

static void again(void)
{
    free(server);
    server = retransmit_new(space_new(retransmit_footprint(&limits), 0x99), &limits, history);
}

static void append(const char *text)
{
    memcpy(history_append(history, (uint32_t)strlen(text)), text, strlen(text));
}

static enum retransmit_status ask_bytes(const void *bytes, uint32_t length, uint32_t ip,
                                        nanos_t now)
{
    struct retransmit_request request = {
        .bytes = bytes, .length = length, .source_ip = ip, .now = now};
    memset(reply, 0xdd, sizeof reply);
    reply_bytes = 0;
    return retransmit_answer(server, &request, reply, &reply_bytes);
}

static enum retransmit_status ask_from(uint64_t sequence, uint32_t count, uint32_t ip, nanos_t now)
{
    uint8_t bytes[20] = "SESSION001";
    for (uint32_t i = 0; i < 8; i++) bytes[10 + i] = (uint8_t)(sequence >> (56 - 8 * i));
    bytes[18] = (uint8_t)(count >> 8);
    bytes[19] = (uint8_t)count;
    return ask_bytes(bytes, sizeof bytes, ip, now);
}

static enum retransmit_status ask(uint64_t sequence, uint32_t count)
{
    return ask_from(sequence, count, 0x0a000002, 0);
}

static void expect_reply(uint64_t sequence, uint64_t count)
{
    EXPECT(memcmp(reply, "SESSION001", 10) == 0);
    EXPECT_UINT(said_number(reply + 10, 8), sequence);
    EXPECT_UINT(said_number(reply + 18, 2), count);
}

/* Request and answer in bytes: the vectors of the protocol's page. */
SPEC(an_answer_is_a_downstream_packet)
{
    static const uint8_t request[] = {0x53, 0x45, 0x53, 0x53, 0x49, 0x4f, 0x4e, 0x30, 0x30, 0x31,
                                      0,    0,    0,    0,    0,    0,    0,    5,    0,    4};
    static const uint8_t answer[] = {0x53, 0x45, 0x53, 0x53, 0x49, 0x4f, 0x4e, 0x30, 0x30,
                                     0x31, 0,    0,    0,    0,    0,    0,    0,    5,
                                     0,    2,    0,    3,    0x61, 0x62, 0x63, 0,    0};
    for (uint32_t i = 0; i < 4; i++) append("x");
    append("abc");
    append("");
    EXPECT_UINT(ask_bytes(request, sizeof request, 1, 0), RETRANSMIT_OK);
    EXPECT_UINT(reply_bytes, sizeof answer);
    EXPECT(memcmp(reply, answer, sizeof answer) == 0);
    EXPECT_UINT(retransmit_counts(server)->message, 2);
    EXPECT_UINT(retransmit_counts(server)->byte, sizeof answer);
}

SPEC(only_what_was_asked_for_is_answered)
{
    for (uint32_t i = 0; i < 9; i++) append("x");
    EXPECT_UINT(ask(3, 2), RETRANSMIT_OK);
    expect_reply(3, 2);
}

SPEC(only_whole_messages_that_fit_are_answered)
{
    for (uint32_t i = 0; i < 20; i++) append("a message of thirty-two bytes...");
    EXPECT_UINT(ask(2, 15), RETRANSMIT_OK);
    expect_reply(2, 8); /* 20 + 8 x 34 = 292 of 300 */
    EXPECT_UINT(reply_bytes, 292);
}

SPEC(what_is_not_there_yet_is_left_out)
{
    append("x");
    append("y");
    EXPECT_UINT(ask(2, 65535), RETRANSMIT_OK);
    expect_reply(2, 1);
}

SPEC(what_no_line_has_said_is_not_told_here_first)
{
    uint8_t bytes[20] = "SESSION001\0\0\0\0\0\0\0\1\0\11";
    for (uint32_t i = 0; i < 9; i++) append("x");
    struct retransmit_request request = {.bytes = bytes, .length = 20, .end = 4};
    EXPECT_UINT(retransmit_answer(server, &request, reply, &reply_bytes), RETRANSMIT_OK);
    expect_reply(1, 3);
    bytes[17] = 4;
    EXPECT_UINT(retransmit_answer(server, &request, reply, &reply_bytes), RETRANSMIT_NOT_YET);
    request.end = 100;
    EXPECT_UINT(retransmit_answer(server, &request, reply, &reply_bytes), RETRANSMIT_OK);
    expect_reply(4, 6);
}

SPEC(bytes_behind_a_request_are_ignored)
{
    append("x");
    uint8_t bytes[24] = "SESSION001\0\0\0\0\0\0\0\1\0\1more";
    EXPECT_UINT(ask_bytes(bytes, sizeof bytes, 1, 0), RETRANSMIT_OK);
    expect_reply(1, 1);
}

SPEC(what_cannot_be_answered_is_not_and_is_counted)
{
    for (uint32_t i = 0; i < 70; i++) append("x"); /* 64 are kept: 7 to 70 */
    EXPECT_UINT(ask_bytes("SESSION001\0\0\0\0\0\0\0\1\0", 19, 1, 0), RETRANSMIT_SHORT);
    EXPECT_UINT(ask_bytes("", 0, 1, 0), RETRANSMIT_SHORT);
    EXPECT_UINT(ask_bytes("SESSION002\0\0\0\0\0\0\0\7\0\1", 20, 1, 0), RETRANSMIT_OTHER_SESSION);
    EXPECT_UINT(ask(0, 1), RETRANSMIT_BAD_SEQUENCE);
    EXPECT_UINT(ask(8, 0), RETRANSMIT_ASKS_NOTHING);
    EXPECT_UINT(ask(71, 1), RETRANSMIT_NOT_YET);
    EXPECT_UINT(ask(UINT64_MAX, 65535), RETRANSMIT_NOT_YET);
    EXPECT_UINT(ask(6, 10), RETRANSMIT_TOO_OLD);
    EXPECT_UINT(reply_bytes, 0);
    EXPECT_UINT(ask(7, 1), RETRANSMIT_OK);
    const struct retransmit_counts *counts = retransmit_counts(server);
    EXPECT_UINT(counts->request[RETRANSMIT_SHORT], 2);
    EXPECT_UINT(counts->request[RETRANSMIT_NOT_YET], 2);
    EXPECT_UINT(counts->request[RETRANSMIT_TOO_OLD], 1);
    EXPECT_UINT(counts->request[RETRANSMIT_OK], 1);
}

SPEC(an_address_has_a_budget_that_fills_with_time)
{
    append("x");
    for (uint32_t i = 0; i < 5; i++) EXPECT_UINT(ask_from(1, 1, 7, 1000), RETRANSMIT_OK);
    EXPECT_UINT(ask_from(1, 1, 7, 1000), RETRANSMIT_TOO_OFTEN);
    EXPECT_UINT(ask_from(1, 1, 8, 1000), RETRANSMIT_OK); /* another one */
    nanos_t tenth = NANOS_SECOND / 10;
    EXPECT_UINT(ask_from(1, 1, 7, 1000 + tenth - 1), RETRANSMIT_TOO_OFTEN);
    EXPECT_UINT(ask_from(1, 1, 7, 1000 + tenth), RETRANSMIT_OK);
    EXPECT_UINT(ask_from(1, 1, 7, 1000 + tenth), RETRANSMIT_TOO_OFTEN);
    nanos_t later = 100 * NANOS_SECOND; /* no more than the whole budget gathers */
    for (uint32_t i = 0; i < 5; i++) EXPECT_UINT(ask_from(1, 1, 7, later), RETRANSMIT_OK);
    EXPECT_UINT(ask_from(1, 1, 7, later), RETRANSMIT_TOO_OFTEN);
}

SPEC(a_refused_request_costs_no_budget)
{
    append("x");
    for (uint32_t i = 0; i < 50; i++) EXPECT_UINT(ask(2, 1), RETRANSMIT_NOT_YET);
    for (uint32_t i = 0; i < 5; i++) EXPECT_UINT(ask(1, 1), RETRANSMIT_OK);
    for (uint32_t i = 0; i < 50; i++) EXPECT_UINT(ask(1, 1), RETRANSMIT_TOO_OFTEN);
    EXPECT_UINT(ask_from(1, 1, 0x0a000002, NANOS_SECOND / 10), RETRANSMIT_OK);
}

SPEC(all_addresses_together_have_a_budget)
{
    limits.all = (struct retransmit_budget){.per_second = 100, .burst = 12};
    limits.requesters = 1024;
    again();
    append("x");
    uint32_t answered = 0;
    for (uint32_t ip = 1; ip <= 100; ip++) answered += ask_from(1, 1, ip, 0) == RETRANSMIT_OK;
    EXPECT_UINT(answered, 12);
    EXPECT_UINT(retransmit_counts(server)->request[RETRANSMIT_BUSY], 88);
    EXPECT_UINT(ask_from(1, 1, 1, NANOS_SECOND / 100), RETRANSMIT_OK);
    EXPECT_UINT(ask_from(1, 1, 2, NANOS_SECOND / 100), RETRANSMIT_BUSY);
}

/* Eight places: whoever asked least lately gives way, and who comes has half a budget at most. */
SPEC(a_new_address_takes_the_place_of_who_asked_least_lately)
{
    append("x");
    for (uint32_t ip = 1; ip <= 8; ip++)
        for (uint32_t i = 0; i < 5; i++) EXPECT_UINT(ask_from(1, 1, ip, ip), RETRANSMIT_OK);
    uint32_t answered = 0;
    for (uint32_t i = 0; i < 5; i++) answered += ask_from(1, 1, 100, 9) == RETRANSMIT_OK;
    EXPECT_UINT(answered, 3);
    EXPECT_UINT(ask_from(1, 1, 2, 10), RETRANSMIT_TOO_OFTEN); /* is still known */
    EXPECT_UINT(ask_from(1, 1, 1, 11), RETRANSMIT_OK);        /* was forgotten */
}

SPEC(limits_out_of_range_are_said)
{
    EXPECT(retransmit_limits_check(&limits) == NULL);
    struct retransmit_limits bad = limits;
    bad.payload_max = 277;
    EXPECT(retransmit_limits_check(&bad) != NULL);
    bad = limits;
    bad.requesters = 4;
    EXPECT(retransmit_limits_check(&bad) != NULL);
    bad.requesters = 24;
    EXPECT(retransmit_limits_check(&bad) != NULL);
    bad = limits;
    bad.each.burst = 0;
    EXPECT(retransmit_limits_check(&bad) != NULL);
    bad = limits;
    bad.all.per_second = RETRANSMIT_RATE_MAX + 1;
    EXPECT(retransmit_limits_check(&bad) != NULL);
}

SPEC(every_reason_has_a_name_and_a_sentence)
{
    for (uint32_t i = 0; i < RETRANSMIT_STATUS_COUNT; i++) {
        EXPECT(retransmit_status_text((enum retransmit_status)i) != NULL);
        EXPECT(retransmit_status_name((enum retransmit_status)i) != NULL);
    }
}

#define SPECS(S)                                                                                   \
    S(an_answer_is_a_downstream_packet)                                                            \
    S(only_what_was_asked_for_is_answered)                                                         \
    S(only_whole_messages_that_fit_are_answered)                                                   \
    S(what_is_not_there_yet_is_left_out)                                                           \
    S(what_no_line_has_said_is_not_told_here_first)                                                \
    S(bytes_behind_a_request_are_ignored)                                                          \
    S(what_cannot_be_answered_is_not_and_is_counted)                                               \
    S(an_address_has_a_budget_that_fills_with_time)                                                \
    S(a_refused_request_costs_no_budget)                                                           \
    S(all_addresses_together_have_a_budget)                                                        \
    S(a_new_address_takes_the_place_of_who_asked_least_lately)                                     \
    S(limits_out_of_range_are_said)                                                                \
    S(every_reason_has_a_name_and_a_sentence)

SPEC_MAIN("retransmit", SPECS, begin, end)
