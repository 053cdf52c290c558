/* The client's side of OUCH: bytes of requests by hand from the protocols' documents, and what is
 * believed after messages made by hand. */

#include "dataplane/session/ouch_client.h"
#include "tests/support/spec.h"
#include "tests/wire/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 8 };

static void *memory;
static struct ouch_client *client;
static uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
static struct ouch_report report;

static void open_client(struct ouch_client_plan plan)
{
    const struct ouch_client_limits limits = {.orders = PLACES};
    size_t size = ALIGN_UP(ouch_client_footprint(&limits), CACHE_LINE);
    free(memory);
    memory = aligned_alloc(CACHE_LINE, size);
    memset(memory, 0, size);
    client = ouch_client_new(memory, &limits, &plan);
}

static struct ouch_client_plan plan50(void)
{
    return (struct ouch_client_plan){
        .firm = {' ', ' ', ' ', ' '}, .capacity = 'P', .prefix = {'T', 'O', 'K', ' '}};
}

static void begin(void)
{
    open_client(plan50());
}

static void end(void)
{
    ouch_client_verify(client);
}

static const struct ouch_order buy = {
    .symbol = {'A', 'A', 'P', 'L', ' ', ' ', ' ', ' '},
    .side = 'B',
    .qty = 100,
    .price_e4 = 1891234,
    .cl_ord_id = {'A', '1', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '},
};

static uint32_t enter(uint32_t qty)
{
    struct ouch_order order = buy;
    uint32_t number = 0;
    order.qty = qty;
    EXPECT(ouch_client_enter(client, &order, bytes, &number) != 0);
    return number;
}

static uint32_t replace(uint32_t old, uint32_t qty)
{
    struct ouch_order order = {.qty = qty, .price_e4 = 1900000};
    uint32_t number = 0;
    EXPECT(ouch_client_replace(client, old, &order, bytes, &number) != 0);
    return number;
}

#define EXPECT_BYTES(length, text)                                                                 \
    do {                                                                                           \
        uint8_t hand_[OUCH_CLIENT_BYTES_MAX];                                                      \
        size_t length_ = hex_bytes(hand_, sizeof hand_, text);                                     \
        EXPECT_UINT(length, length_);                                                              \
        EXPECT(memcmp(bytes, hand_, length_) == 0);                                                \
    } while (0)

/* A message of the venue: type, number, and the rest by hand. */
static void hear(const char *text)
{
    uint8_t message[256];
    size_t length = hex_bytes(message, sizeof message, text);
    ouch_client_report(client, message, length, &report);
    ouch_client_verify(client);
}

#define TIME "0000000000000001 "
#define NAME "2020202020202020202020202020 "

static void hear_accepted(const char *number, const char *qty, const char *state)
{
    char text[400];
    snprintf(text, sizeof text,
             "41" TIME "%s 42 %s 4141504c20202020 00000000001cdba2 30 59 00000000000000aa 50 4e 4e "
             "%s" NAME "0000",
             number, qty, state);
    hear(text);
}

static void hear_replaced(const char *old, const char *number, const char *qty, const char *state)
{
    char text[400];
    snprintf(text, sizeof text,
             "55" TIME "%s %s 42 %s 4141504c20202020 00000000001cfde0 30 59 00000000000000bb 50 4e "
             "4e %s" NAME "0000",
             old, number, qty, state);
    hear(text);
}

static void hear_executed(const char *number, const char *qty, const char *match)
{
    char text[200];
    snprintf(text, sizeof text, "45" TIME "%s %s 00000000001cdba2 41 00000000000000%s 0000", number,
             qty, match);
    hear(text);
}

static void hear_canceled(const char *number, const char *qty)
{
    char text[200];
    snprintf(text, sizeof text, "43" TIME "%s %s 55", number, qty);
    hear(text);
}

#define EXPECT_REPORT(kind_, doubt_)                                                               \
    do {                                                                                           \
        EXPECT_TEXT(ouch_report_name(report.kind), ouch_report_name(kind_));                       \
        EXPECT_TEXT(ouch_doubt_name(report.doubt), ouch_doubt_name(doubt_));                       \
    } while (0)

static void expect_order(uint32_t number, enum ouch_state state, uint32_t leaves, uint32_t cum,
                         uint32_t gone)
{
    struct ouch_own_order order = {0};
    EXPECT(ouch_client_order(client, number, &order));
    EXPECT(order.state == state);
    EXPECT_UINT(order.leaves, leaves);
    EXPECT_UINT(order.cum, cum);
    EXPECT_UINT(order.gone, gone);
    EXPECT_UINT(order.qty, leaves + cum + gone);
}

SPEC(an_order_is_the_document_s_bytes)
{
    uint32_t number;
    EXPECT_BYTES(ouch_client_enter(client, &buy, bytes, &number),
                 "4f 00000001 42 00000064 4141504c20202020 00000000001cdba2 30 59 50 4e 4e "
                 "4131202020202020202020202020 0000");
    EXPECT_UINT(number, 1);
    EXPECT_BYTES(ouch_client_cancel(client, 1, 0, bytes), "58 00000001 00000000");
    EXPECT_BYTES(ouch_client_modify(client, 1, 'E', 50, bytes), "4d 00000001 45 00000032");
    EXPECT_BYTES(ouch_client_query(client, bytes), "51");
}

SPEC(options_are_tags_in_the_order_of_their_numbers)
{
    struct ouch_client_plan plan = plan50();
    struct ouch_order order = buy;
    uint32_t number;
    plan.channel = 5;
    memcpy(plan.firm, "FIRM", 4);
    open_client(plan);
    order.lasts = OUCH_TIMED;
    order.expire_s = 60;
    order.max_floor = 10;
    order.post_only = true;
    order.aiq = 'D';
    order.cl_ord_id[0] = 0;
    EXPECT_BYTES(ouch_client_enter(client, &order, bytes, &number),
                 "4f 00000001 42 00000064 4141504c20202020 00000000001cdba2 36 59 50 4e 4e "
                 "544f4b2030303030303030303031 001b 0502 4649524d 0505 0000000a 020c50 050f "
                 "0000003c 021c05 021d44");
    order.side = 'T';
    EXPECT_BYTES(ouch_client_replace(client, 1, &order, bytes, &number),
                 "55 00000001 00000002 00000064 00000000001cdba2 36 59 4e "
                 "544f4b2030303030303030303032 0018 0505 0000000a 020c50 050f 0000003c 021b54 "
                 "021c05 021d44");
    EXPECT_BYTES(ouch_client_cancel(client, 1, 0, bytes), "58 00000001 00000000 0003 021c05");
    EXPECT_BYTES(ouch_client_query(client, bytes), "51 0003 021c05");
    const struct ouch_mass_cancel mass = {.side = 'S'};
    EXPECT_BYTES(ouch_client_mass_cancel(client, &mass, bytes, &number),
                 "43 00000003 4649524d 2020202020202020 0006 021b53 021c05");
}

SPEC(an_order_of_4_2_is_called_by_a_token_of_its_number)
{
    struct ouch_client_plan plan = plan50();
    uint32_t number;
    plan.dialect = OUCH_42;
    open_client(plan);
    EXPECT_BYTES(ouch_client_enter(client, &buy, bytes, &number),
                 "4f 544f4b2030303030303030303031 42 00000064 4141504c20202020 001cdba2 0001869e "
                 "20202020 59 50 4e 00000000 4e 20");
    struct ouch_order order = {.qty = 50, .price_e4 = 10000, .lasts = OUCH_IMMEDIATE};
    EXPECT_BYTES(ouch_client_replace(client, 1, &order, bytes, &number),
                 "55 544f4b2030303030303030303031 544f4b2030303030303030303032 00000032 00002710 "
                 "00000000 59 4e 00000000");
    EXPECT_BYTES(ouch_client_cancel(client, 1, 7, bytes),
                 "58 544f4b2030303030303030303031 00000007");
    EXPECT_UINT(ouch_client_query(client, bytes), 0);
    order.max_floor = 1;
    EXPECT_UINT(ouch_client_enter(client, &order, bytes, &number), 0);
    hear("4a" TIME "544f4b2030303030303030303031 48");
    EXPECT_REPORT(OUCH_REJECTED, OUCH_CERTAIN);
    EXPECT(report.reason == 'H');
    EXPECT_UINT(report.number, 1);
    hear("4a" TIME "4e4f542030303030303030303031 48"); /* nobody's token */
    EXPECT_REPORT(OUCH_REJECTED, OUCH_UNKNOWN);
}

SPEC(what_is_left_and_done_and_gone_is_the_order)
{
    enter(100);
    expect_order(1, OUCH_STATE_PENDING, 100, 0, 0);
    hear_accepted("00000001", "00000064", "4c");
    EXPECT_REPORT(OUCH_ACCEPTED, OUCH_CERTAIN);
    EXPECT_UINT(report.reference, 0xaa);
    hear_executed("00000001", "00000028", "01");
    EXPECT_REPORT(OUCH_EXECUTED, OUCH_CERTAIN);
    EXPECT_UINT(report.cum, 40);
    EXPECT_UINT(report.leaves, 60);
    hear_canceled("00000001", "0000000a");
    expect_order(1, OUCH_STATE_LIVE, 50, 40, 10);
    hear_executed("00000001", "00000032", "02");
    EXPECT(report.dead);
    expect_order(1, OUCH_STATE_DEAD, 0, 90, 10);
    EXPECT_UINT(ouch_client_orders(client), 0);
    EXPECT_UINT(ouch_client_cancel(client, 1, 0, bytes), 0);
}

SPEC(an_execution_is_applied_once)
{
    enter(100);
    hear_accepted("00000001", "00000064", "4c");
    hear_executed("00000001", "00000028", "01");
    hear_executed("00000001", "00000028", "01");
    EXPECT_REPORT(OUCH_EXECUTED, OUCH_TWICE);
    expect_order(1, OUCH_STATE_LIVE, 60, 40, 0);
    hear_executed("00000001", "0000003d", "02");
    EXPECT_REPORT(OUCH_EXECUTED, OUCH_TOO_MUCH);
    hear_executed("00000002", "00000001", "03");
    EXPECT_REPORT(OUCH_EXECUTED, OUCH_UNKNOWN);
    hear_executed("00000001", "0000003c", "04");
    hear_executed("00000001", "00000001", "05"); /* late, and too much */
    EXPECT_REPORT(OUCH_EXECUTED, OUCH_TOO_MUCH);
    expect_order(1, OUCH_STATE_DEAD, 0, 100, 0);
}

SPEC(an_execution_before_its_acceptance_is_out_of_turn)
{
    enter(100);
    hear_executed("00000001", "00000028", "01");
    EXPECT_REPORT(OUCH_EXECUTED, OUCH_OUT_OF_TURN);
    expect_order(1, OUCH_STATE_PENDING, 100, 0, 0);
    hear_accepted("00000001", "00000065", "4c");
    EXPECT_REPORT(OUCH_ACCEPTED, OUCH_TOO_MUCH);
    hear_accepted("00000001", "00000064", "4c");
    hear_accepted("00000001", "00000064", "4c");
    EXPECT_REPORT(OUCH_ACCEPTED, OUCH_TWICE);
}

SPEC(an_order_accepted_dead_is_gone)
{
    enter(100);
    hear_accepted("00000001", "00000064", "44");
    EXPECT(report.dead);
    expect_order(1, OUCH_STATE_DEAD, 0, 0, 100);
}

SPEC(a_replacement_goes_on_with_what_its_original_has_done)
{
    enter(100);
    hear_accepted("00000001", "00000064", "4c");
    hear_executed("00000001", "00000028", "01");
    replace(1, 200);
    hear_replaced("00000001", "00000002", "000000a0", "4c");
    EXPECT_REPORT(OUCH_REPLACED, OUCH_CERTAIN);
    EXPECT_UINT(report.other, 1);
    expect_order(1, OUCH_STATE_DEAD, 0, 40, 60);
    expect_order(2, OUCH_STATE_LIVE, 160, 40, 0);
    hear_executed("00000002", "00000028", "01");
    EXPECT_REPORT(OUCH_EXECUTED, OUCH_TWICE); /* the chain remembers */
    hear_replaced("00000001", "00000002", "000000a0", "4c");
    EXPECT_REPORT(OUCH_REPLACED, OUCH_TWICE);
}

SPEC(a_replacement_that_is_refused_leaves_its_original)
{
    enter(100);
    hear_accepted("00000001", "00000064", "4c");
    replace(1, 200);
    hear("4a" TIME "00000002 0015" NAME);
    EXPECT_REPORT(OUCH_REJECTED, OUCH_CERTAIN);
    EXPECT_UINT(report.other, 1);
    EXPECT_UINT(report.code, 0x15);
    expect_order(1, OUCH_STATE_LIVE, 100, 0, 0);
    expect_order(2, OUCH_STATE_DEAD, 0, 0, 200);
}

SPEC(what_asked_for_the_place_of_an_order_that_dies_dies_with_it)
{
    enter(100);
    hear_accepted("00000001", "00000064", "4c");
    replace(1, 200);
    replace(1, 300);
    replace(3, 400);
    EXPECT_UINT(ouch_client_orders(client), 4);
    hear_executed("00000001", "00000064", "01");
    EXPECT_UINT(ouch_client_orders(client), 0);
    expect_order(4, OUCH_STATE_DEAD, 0, 0, 400);
    hear("4a" TIME "00000002 0015" NAME); /* which the venue may say as well */
    EXPECT_REPORT(OUCH_REJECTED, OUCH_CERTAIN);
    hear("4a" TIME "00000001 0015" NAME);
    EXPECT_REPORT(OUCH_REJECTED, OUCH_OUT_OF_TURN);
}

SPEC(of_two_replacements_the_one_that_is_told_wins)
{
    enter(100);
    hear_accepted("00000001", "00000064", "4c");
    replace(1, 200);
    replace(1, 300);
    hear_replaced("00000001", "00000003", "0000012c", "4c");
    expect_order(2, OUCH_STATE_DEAD, 0, 0, 200);
    expect_order(3, OUCH_STATE_LIVE, 300, 0, 0);
    hear_replaced("00000001", "00000002", "000000c8", "4c");
    EXPECT_REPORT(OUCH_REPLACED, OUCH_OUT_OF_TURN);
}

SPEC(numbers_whose_place_lives_are_skipped)
{
    uint32_t number;
    EXPECT_UINT(enter(100), 1);
    hear_accepted("00000001", "00000064", "4c");
    for (uint32_t i = 2; i <= PLACES; i++) EXPECT_UINT(enter(100), i);
    EXPECT_UINT(ouch_client_enter(client, &buy, bytes, &number), 0); /* no room */
    EXPECT_UINT(ouch_client_next(client), PLACES + 1);
    hear("4a" TIME "00000002 0006" NAME);
    EXPECT_UINT(enter(100), PLACES + 2); /* 1 lives where PLACES + 1 would be */
    struct ouch_own_order order;
    EXPECT(!ouch_client_order(client, 2, &order));
}

SPEC(the_venue_says_which_number_is_next)
{
    hear("51" TIME "00000064");
    EXPECT_REPORT(OUCH_NEXT_NUMBER, OUCH_CERTAIN);
    EXPECT_UINT(enter(100), 100);
    hear("51" TIME "00000005"); /* numbers are never used twice */
    EXPECT_UINT(enter(100), 101);
    ouch_client_day(client);
    EXPECT_UINT(enter(100), 1);
}

SPEC(another_channel_s_messages_are_nobody_s)
{
    enter(100);
    hear("43" TIME "00000001 00000001 55 0003 021c05");
    EXPECT_REPORT(OUCH_CANCELED, OUCH_UNKNOWN);
}

SPEC(bytes_that_are_no_message_change_nothing)
{
    enter(100);
    hear("");
    EXPECT_REPORT(OUCH_NO_MESSAGE, OUCH_CERTAIN);
    hear("43 00");
    EXPECT_REPORT(OUCH_NO_MESSAGE, OUCH_CERTAIN);
    hear("4f" TIME);
    EXPECT_REPORT(OUCH_NO_MESSAGE, OUCH_CERTAIN);
    hear("45" TIME "00000001 00000001 0000000100000000 41 0000000000000001 0000");
    EXPECT_REPORT(OUCH_NO_MESSAGE, OUCH_CERTAIN); /* no price that OUCH has */
    expect_order(1, OUCH_STATE_PENDING, 100, 0, 0);
}

#define SPECS(S)                                                                                   \
    S(an_order_is_the_document_s_bytes)                                                            \
    S(options_are_tags_in_the_order_of_their_numbers)                                              \
    S(an_order_of_4_2_is_called_by_a_token_of_its_number)                                          \
    S(what_is_left_and_done_and_gone_is_the_order)                                                 \
    S(an_execution_is_applied_once)                                                                \
    S(an_execution_before_its_acceptance_is_out_of_turn)                                           \
    S(an_order_accepted_dead_is_gone)                                                              \
    S(a_replacement_goes_on_with_what_its_original_has_done)                                       \
    S(a_replacement_that_is_refused_leaves_its_original)                                           \
    S(what_asked_for_the_place_of_an_order_that_dies_dies_with_it)                                 \
    S(of_two_replacements_the_one_that_is_told_wins)                                               \
    S(numbers_whose_place_lives_are_skipped)                                                       \
    S(the_venue_says_which_number_is_next)                                                         \
    S(another_channel_s_messages_are_nobody_s)                                                     \
    S(bytes_that_are_no_message_change_nothing)
SPEC_MAIN("ouch_client", SPECS, begin, end)
