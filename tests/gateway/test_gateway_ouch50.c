/* A gateway that speaks OUCH 5.0 to a venue of lines (port_rig.h), and its journal cut anywhere:
 * what only shows where a port counts by itself. */

#include "dataplane/gateway/trade_port_ouch50.h"
#include "tests/gateway/gateway_trace.h"
#include "tests/gateway/image_check.h"
#include "tests/gateway/port_rig.h"
#include "tests/support/zeroed.h"

#include <stdlib.h>
#include <string.h>

#define FAR 2u /* the strategy outside: key 0 is its only order here */

static struct {
    struct rig_written written[256]; /* the journal, beside the rig's */
    uint32_t records;
    bool lost;         /* it takes nothing */
    uint32_t requests; /* put on the session */
    uint8_t type;      /* of the newest */
    uint8_t name;      /* of the newest fence */
    uint64_t sequence; /* of the session */
    uint64_t intents;
} ouch;

static uint64_t journal(void *context, enum gateway_record kind, const void *record, uint32_t bytes,
                        bool reserved)
{
    (void)context, (void)reserved;
    if (ouch.lost) return 0;
    struct rig_written *written = &ouch.written[ouch.records++];
    CHECK(ouch.records < ARRAY_COUNT(ouch.written));
    written->kind = kind;
    written->bytes = bytes;
    memcpy(&written->start, record, bytes);
    return ouch.records;
}

static uint32_t room(void *context, uint32_t venue)
{
    (void)context, (void)venue;
    return UINT32_MAX;
}

static bool send(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length, nanos_t now)
{
    (void)context, (void)venue, (void)now;
    ouch.requests++;
    ouch.type = bytes[0];
    if (ouch.type == 'Q') ouch.name = bytes[length - 1];
    return true;
}

static void open_gateway(void)
{
    void *memory = zeroed_new(gateway_footprint(&rig.plan));
    const struct gateway_outlet outlet = {.journal = journal, .room = room, .send = send};
    rig.gateway = gateway_new(memory, &rig.plan, &outlet);
}

static void given(void)
{
    memset(&ouch, 0, sizeof ouch);
    gateway_rig_plan(&rig, true);
    for (uint32_t i = 0; i < rig.plan.venues; i++) rig.plan.venue[i].kind = &trade_port_ouch50;
    open_gateway();
    gateway_rig_start(&rig);
}

/* A new process reads so many records. */
static void read_again(uint32_t records)
{
    char problem[128] = "";
    zeroed_free(rig.gateway);
    rig.plan.run++;
    ouch.records = records;
    open_gateway();
    for (uint32_t i = 0; i < records; i++) {
        const struct rig_written *written = &ouch.written[i];
        EXPECT(gateway_recover(rig.gateway, written->kind, &written->start, written->bytes, problem,
                               sizeof problem));
    }
    EXPECT_TEXT(problem, "");
}

static const char *against(void)
{
    static char problem[256];
    problem[0] = 0;
    EXPECT(gateway_recover_check(rig.gateway, problem, sizeof problem) == (problem[0] == 0));
    return problem;
}

/* Killed when so many records had been written; the venue shows what was not taken. */
static void restart(uint32_t records)
{
    read_again(records);
    EXPECT_TEXT(against(), "");
    image_check_all(&rig.plan, ouch.written, records, 12);
    gateway_rig_start(&rig);
}

static enum slots_status wants(price_t price, qty_t qty)
{
    const struct gateway_intent intent = {
        .strategy = FAR,
        .sequence = ++ouch.intents,
        .intent = {.kind = INTENT_ORDER, .price = price, .qty = qty}};
    return gateway_intend(rig.gateway, &intent, rig.now);
}

static void hear_as(uint64_t sequence, const char *line)
{
    uint8_t bytes[PORT_RIG_MESSAGE];
    uint32_t length = port_rig_message(line, bytes);
    gateway_message(rig.gateway, 0, sequence, bytes, length, rig.now);
    gateway_verify(rig.gateway);
}

static void hear(const char *line)
{
    hear_as(++ouch.sequence, line);
}

static int64_t position(void)
{
    return held(FAR, 0).position / QTY_ONE;
}

static void done(void)
{
    zeroed_free(rig.gateway);
    rig.gateway = NULL;
}

/* Executed, and with that over, since part of it was canceled: two rows of one message. */
SPEC(a_message_whose_rows_are_written_in_part_is_read_again_and_counts_once)
{
    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    hear("A urn=1 qty=10 price=1000000 state=L");
    hear("C urn=1 qty=4 reason=Q");
    uint32_t before = ouch.records;
    hear("E urn=1 qty=6 price=1000000 match=1");
    EXPECT_UINT(ouch.records, before + 2);
    EXPECT(position() == 6);
    restart(before + 1);
    EXPECT_UINT(gateway_next_sequence(rig.gateway, 0), ouch.sequence);
    hear_as(ouch.sequence, "E urn=1 qty=6 price=1000000 match=1");
    EXPECT(position() == 6);
    EXPECT_UINT(held(FAR, 0).working, 0);
    restart(ouch.records); /* and the journal with both is right too */
    EXPECT(position() == 6);
    EXPECT_UINT(gateway_next_sequence(rig.gateway, 0), ouch.sequence + 1);
    done();
}

/* Part of it was canceled before the start: the rest is all there is of it. */
SPEC(what_the_venue_took_off_an_order_stays_off_it_over_a_start)
{
    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    hear("A urn=1 qty=10 price=1000000 state=L");
    hear("C urn=1 qty=4 reason=Q");
    restart(ouch.records);
    EXPECT_UINT(ouch.type, 'Q');
    hear("E urn=1 qty=6 price=1000000 match=1");
    EXPECT(position() == 6);
    EXPECT_UINT(held(FAR, 0).working, 0);
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    EXPECT_UINT(ouch.type, 'O');
    done();
}

SPEC(an_execution_that_comes_after_a_start_of_an_order_that_was_over_lasts)
{
    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    hear("A urn=1 qty=10 price=1000000 state=L");
    hear("C urn=1 qty=10 reason=U");
    restart(ouch.records);
    hear("E urn=1 qty=4 price=1000000 match=1");
    EXPECT(position() == 4);
    EXPECT_UINT(COUNT(fill_unknown), 1);
    restart(ouch.records);
    EXPECT(position() == 4);
    done();
}

SPEC(what_the_protocol_cannot_say_is_refused_and_nothing_stops)
{
    given();
    (void)wants(100 * PRICE_ONE, 1000000 * QTY_ONE);
    EXPECT_UINT(ouch.requests, 0);
    EXPECT_UINT(COUNT(refused), 1);
    gateway_rig_pass_time(&rig, 150 * NANOS_MILLI);
    (void)wants(200000 * PRICE_ONE, QTY_ONE);
    EXPECT_UINT(ouch.requests, 0);
    EXPECT_UINT(COUNT(refused), 2);
    EXPECT_UINT(wants(100 * PRICE_ONE, 999999 * QTY_ONE), SLOTS_OK);
    EXPECT_UINT(ouch.type, 'O');
    hear("A urn=3 qty=999999 price=1000000 state=L");
    (void)wants(101 * PRICE_ONE, 1000000 * QTY_ONE); /* not in any way: the order stays */
    EXPECT_UINT(ouch.requests, 1);
    EXPECT_UINT(COUNT(refused), 3);
    EXPECT_UINT(held(FAR, 0).working, 1);
    done();
}

/* A chain's total is what a replacement says, with what was executed of it. */
SPEC(an_order_that_no_replacement_can_say_is_canceled_and_a_new_one_leaves)
{
    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 999999 * QTY_ONE), SLOTS_OK);
    hear("A urn=1 qty=999999 price=1000000 state=L");
    hear("E urn=1 qty=900000 price=1000000 match=1");
    EXPECT_UINT(wants(101 * PRICE_ONE, 99999 * QTY_ONE), SLOTS_OK);
    EXPECT_UINT(ouch.type, 'U'); /* 999,999 in all */
    hear("U orig=1 urn=2 qty=99999 price=1010000 state=L");
    EXPECT_UINT(wants(102 * PRICE_ONE, 500000 * QTY_ONE), SLOTS_OK);
    EXPECT_UINT(ouch.type, 'X');
    hear("E urn=2 qty=9999 price=1010000 match=2");
    EXPECT_UINT(ouch.requests, 3);
    hear("C urn=2 qty=90000 reason=U");
    EXPECT_UINT(ouch.type, 'O');
    EXPECT_UINT(COUNT(refused), 0);
    hear("A urn=3 qty=490001 price=1020000 state=L");
    hear("E urn=3 qty=490001 price=1020000 match=3");
    EXPECT(position() == 900000 + 500000);
    EXPECT_UINT(held(FAR, 0).working, 0);
    done();
}

/* The session is lost, and the venue says what it has. */
static void found_again(void)
{
    char line[32];
    gateway_session(rig.gateway, 0, false, rig.now);
    gateway_session(rig.gateway, 0, true, rig.now);
    EXPECT_UINT(ouch.type, 'Q');
    snprintf(line, sizeof line, "Q next=9 idx=%u", ouch.name);
    hear(line);
}

SPEC(a_venue_that_has_more_of_an_order_than_an_order_can_be_stops_no_start)
{
    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    hear("A urn=1 qty=4000000000 price=1000000 state=L");
    found_again();
    EXPECT_UINT(slots_counts(gateway_slots(rig.gateway, 0))->state[SLOT_LIVE], 1);
    restart(ouch.records);
    EXPECT_UINT(held(FAR, 0).working, 1);
    hear("E urn=1 qty=2000000 price=1000000 match=1");
    EXPECT(position() == 2000000);
    done();
}

/* Together they are more than risk adds up. */
SPEC(nor_do_several_of_them)
{
    char line[64];
    given();
    for (uint32_t i = 0; i < 6; i++) {
        const struct gateway_intent intent = {
            .strategy = FAR,
            .sequence = ++ouch.intents,
            .intent = {.kind = i < 4 ? INTENT_ORDER : INTENT_UNIQUE,
                       .key = i,
                       .price = 100 * PRICE_ONE,
                       .qty = 10 * QTY_ONE}};
        EXPECT_UINT(gateway_intend(rig.gateway, &intent, rig.now), SLOTS_OK);
        snprintf(line, sizeof line, "A urn=%u qty=4000000000 price=1000000 state=L", i + 1);
        hear(line);
    }
    found_again();
    EXPECT_UINT(slots_counts(gateway_slots(rig.gateway, 0))->state[SLOT_LIVE], 6);
    restart(ouch.records);
    EXPECT_UINT(held(FAR, 0).working, 6);
    done();
}

/* It is filled, and grows again. */
SPEC(nor_does_one_that_trades_more_than_can_be_counted)
{
    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    hear("A urn=1 qty=4000000000 price=1000000 state=L");
    found_again();
    for (uint32_t i = 0; i < 2; i++) {
        hear("E urn=1 qty=3999999999 price=1000000 match=1");
        hear("M urn=1 qty=4000000000");
        found_again();
    }
    restart(ouch.records);
    EXPECT(position() == 2 * 3999999999);
    EXPECT_UINT(held(FAR, 0).working, 1);
    done();
}

static struct gateway_pass *newest_pass(void)
{
    uint32_t at = ouch.records - 1;
    while (ouch.written[at].kind != GATEWAY_RECORD_PASS) at--;
    return &ouch.written[at].pass;
}

static struct gateway_report *newest_report(void)
{
    EXPECT(ouch.written[ouch.records - 1].kind == GATEWAY_RECORD_REPORT);
    return &ouch.written[ouch.records - 1].report;
}

/* The journal of a venue that traded parts of shares. */
SPEC(an_order_that_may_live_and_that_ouch_cannot_say_is_named_and_one_that_is_over_is_not)
{
    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    newest_pass()->total += QTY_ONE / 2;
    read_again(ouch.records);
    EXPECT_TEXT(against(), "order 1 of far at venue v may live, and it cannot be: its quantity is "
                           "no whole number of shares");
    EXPECT_STOP(gateway_recovered(rig.gateway, rig.now), "recover_check");
    done();

    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    newest_pass()->total += QTY_ONE / 2;
    hear("C urn=1 qty=10 reason=U"); /* over, and nobody's any more */
    restart(ouch.records);
    done();

    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    hear("A urn=1 qty=10 price=1000000 state=L");
    EXPECT_UINT(wants(99 * PRICE_ONE, 12 * QTY_ONE), SLOTS_OK);
    EXPECT_UINT(ouch.type, 'U');
    newest_pass()->total += 1;
    read_again(ouch.records);
    EXPECT_TEXT(against(), "order 2 of far at venue v may live, and it cannot be: its quantity is "
                           "no whole number of shares");
    done();

    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    hear("A urn=1 qty=10 price=1000000 state=L");
    hear("E urn=1 qty=4 price=1000000 match=1");
    newest_report()->cum -= 1;
    read_again(ouch.records);
    EXPECT_TEXT(against(), "order 1 of far at venue v may live, and it cannot be: what it has "
                           "traded is no whole number of shares");
    done();
}

/* A row that is lost is a hole: behind it nothing may say that it was read. */
SPEC(what_the_journal_lost_is_asked_of_the_venue_again_and_no_execution_with_it)
{
    given();
    EXPECT_UINT(wants(100 * PRICE_ONE, 10 * QTY_ONE), SLOTS_OK);
    hear("A urn=1 qty=10 price=1000000 state=L");
    ouch.lost = true;
    hear("E urn=1 qty=4 price=1000000 match=1");
    ouch.lost = false;
    hear("E urn=1 qty=1 price=1000000 match=2");
    EXPECT(position() == 5);
    restart(ouch.records);
    EXPECT_UINT(gateway_next_sequence(rig.gateway, 0), 2);
    hear_as(2, "E urn=1 qty=4 price=1000000 match=1");
    hear_as(3, "E urn=1 qty=1 price=1000000 match=2");
    EXPECT(position() == 5);
    done();
}

#define SPECS(S)                                                                                   \
    S(a_message_whose_rows_are_written_in_part_is_read_again_and_counts_once)                      \
    S(what_the_venue_took_off_an_order_stays_off_it_over_a_start)                                  \
    S(an_execution_that_comes_after_a_start_of_an_order_that_was_over_lasts)                       \
    S(what_the_protocol_cannot_say_is_refused_and_nothing_stops)                                   \
    S(an_order_that_no_replacement_can_say_is_canceled_and_a_new_one_leaves)                       \
    S(a_venue_that_has_more_of_an_order_than_an_order_can_be_stops_no_start)                       \
    S(nor_do_several_of_them)                                                                      \
    S(nor_does_one_that_trades_more_than_can_be_counted)                                           \
    S(an_order_that_may_live_and_that_ouch_cannot_say_is_named_and_one_that_is_over_is_not)        \
    S(what_the_journal_lost_is_asked_of_the_venue_again_and_no_execution_with_it)
SPEC_MAIN("gateway_ouch50", SPECS, NULL, NULL)
