/* The trade port of OUCH 5.0: what is put on the wire, and what each message of the venue is said
 * to be. */

#include "dataplane/wire/ouch50.h"
#include "tests/entry/ouch_text.h"
#include "tests/gateway/port_rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

static struct port_rig rig;

static void before_each(void)
{
    port_rig_new(&rig, 8, 0, "");
}

static void after_each(void)
{
    port_rig_free(&rig);
}

/* The request encoded last is the line, by a writer that knows nothing of ours; and well formed. */
static void expect_line(const char *line)
{
    uint8_t bytes[OUCH_TEXT_BYTES];
    struct ouch50_tags tags;
    size_t length = ouch_text_bytes50(line, bytes);
    spec_expect(__FILE__, __LINE__, length == rig.length, "%s: %u bytes, expected %zu", line,
                rig.length, length);
    bool same = length == rig.length && memcmp(bytes, rig.bytes, length) == 0;
    spec_expect(__FILE__, __LINE__, same, "%s: other bytes", line);
    EXPECT(ouch50_check_in(rig.bytes, rig.length, &tags) == OUCH50_OK);
}

SPEC(an_order_is_its_symbol_s_template_with_number_side_quantity_price_and_way)
{
    port_rig_order(&rig, 1, SIDE_BUY, 100, 100000, 0);
    expect_line("O 1 B 100 ACME 10.00 capacity=P");
    port_rig_order(&rig, 2, SIDE_SELL, 999999, 1999999900, 0);
    expect_line("O 2 S 999999 ACME 199999.99 capacity=P");
    port_rig_order(&rig, 3, SIDE_BUY, 1, 1, HOW_IMMEDIATE);
    expect_line("O 3 B 1 ACME 0.0001 capacity=P tif=3");
    port_rig_order(&rig, 4, SIDE_BUY, 1, 1, HOW_POST_ONLY);
    expect_line("O 4 B 1 ACME 0.0001 capacity=P post=P");
    port_rig_free(&rig);
    port_rig_new(&rig, 8, 0, "ABCD");
    port_rig_order(&rig, 5, SIDE_BUY, 1, 1, 0);
    expect_line("O 5 B 1 ACME 0.0001 capacity=P firm=ABCD");
    port_rig_order(&rig, 6, SIDE_BUY, 1, 1, HOW_POST_ONLY);
    expect_line("O 6 B 1 ACME 0.0001 capacity=P firm=ABCD post=P");
}

SPEC(any_order_is_the_bytes_of_its_line)
{
    struct chance chance = {.state = 1};
    for (uint32_t i = 1; i <= 3000; i++) {
        char line[160];
        uint32_t symbol = (uint32_t)chance_between(&chance, 0, 1);
        uint32_t urn = (uint32_t)chance_next(&chance) | 1;
        uint32_t qty = (uint32_t)chance_between(&chance, 1, 999999);
        uint32_t price_e4 = (uint32_t)chance_between(&chance, 1, 1999999900);
        uint8_t way = (uint8_t)chance_between(&chance, 0, 2); /* not both */
        bool sell = chance_between(&chance, 0, 1);
        const struct port_request request = {
            .slot = {.kind = SLOT_SENDS_ORDER,
                     .side = sell ? SIDE_SELL : SIDE_BUY,
                     .order = urn,
                     .price = (price_t)price_e4 * 10000,
                     .qty = (qty_t)qty * 100000000,
                     .total = (qty_t)qty * 100000000},
            .symbol = symbol,
            .how = way,
        };
        port_rig_encode(&rig, &request);
        snprintf(line, sizeof line, "O %u %c %u %s %u.%04u capacity=P%s%s", urn, sell ? 'S' : 'B',
                 qty, symbol ? "BETA" : "ACME", price_e4 / 10000, price_e4 % 10000,
                 way & HOW_IMMEDIATE ? " tif=3" : "", way & HOW_POST_ONLY ? " post=P" : "");
        expect_line(line);
    }
}

SPEC(a_replacement_names_the_total_of_the_chain)
{
    port_rig_order(&rig, 1, SIDE_BUY, 500, 100000, 0);
    port_rig_hear(&rig, "A urn=1 qty=500 price=100000 state=L");
    port_rig_hear(&rig, "E urn=1 qty=100 price=100000 match=1");
    port_rig_replace(&rig, &(struct port_rig_replace){1, 2, 600, 100, 100500, 0});
    expect_line("U 1 2 600 10.05");
}

SPEC(a_replacement_names_post_only_where_that_changes)
{
    port_rig_order(&rig, 1, SIDE_BUY, 500, 100000, HOW_POST_ONLY);
    port_rig_replace(&rig, &(struct port_rig_replace){1, 2, 600, 0, 100500, HOW_POST_ONLY});
    expect_line("U 1 2 600 10.05");
    port_rig_hear(&rig, "U orig=1 urn=2 qty=600 price=100500 state=L");
    port_rig_replace(&rig, &(struct port_rig_replace){2, 3, 600, 0, 100600, 0});
    expect_line("U 2 3 600 10.06 post=N");
    port_rig_hear(&rig, "U orig=2 urn=3 qty=600 price=100600 state=L");
    port_rig_replace(&rig, &(struct port_rig_replace){3, 4, 600, 0, 100700, HOW_POST_ONLY});
    expect_line("U 3 4 600 10.07 post=P");
}

SPEC(a_cancel_is_of_the_whole_order)
{
    port_rig_order(&rig, 1, SIDE_BUY, 500, 100000, 0);
    port_rig_cancel(&rig, 1);
    expect_line("X 1 0");
}

SPEC(a_number_beyond_32_bits_is_not_encoded)
{
    EXPECT_UINT(port_rig_order(&rig, UINT32_MAX, SIDE_BUY, 1, 1, 0), 47);
    EXPECT_UINT(port_rig_order(&rig, UINT32_MAX + UINT64_C(1), SIDE_BUY, 1, 1, 0), 0);
    EXPECT_UINT(port_rig_replace(
                    &rig, &(struct port_rig_replace){UINT32_MAX, UINT64_C(1) << 32, 2, 0, 1, 0}),
                0);
}

static void encode(price_t price, qty_t qty)
{
    port_rig_encode(
        &rig,
        &(struct port_request){
            .slot = {
                .kind = SLOT_SENDS_ORDER, .order = 1, .price = price, .qty = qty, .total = qty}});
}

SPEC(what_ouch_cannot_say_is_never_encoded)
{
    const struct trade_port_can *can = &rig.kind->can;
    encode(can->price_max, can->qty_max);
    encode(can->tick, can->lot);
    EXPECT_STOP(encode(can->tick + 1, can->lot), "price");
    EXPECT_STOP(encode(can->price_max + can->tick, can->lot), "price");
    EXPECT_STOP(encode(0, can->lot), "price");
    EXPECT_STOP(encode(-can->tick, can->lot), "price");
    EXPECT_STOP(encode(can->tick, can->lot + 1), "qty");
    EXPECT_STOP(encode(can->tick, can->qty_max + can->lot), "count");
    EXPECT_STOP(encode(can->tick, 0), "qty");
}

/* Answers. */

#define HEAR(line, said) EXPECT_TEXT(port_rig_hear(&rig, line), said)

static void order_live(order_id_t order, uint32_t qty)
{
    char line[80];
    port_rig_order(&rig, order, SIDE_BUY, qty, 100000, 0);
    snprintf(line, sizeof line, "A urn=%u qty=%u price=100000 state=L", (uint32_t)order, qty);
    port_rig_hear(&rig, line);
}

SPEC(an_order_is_accepted_at_its_price_under_the_venue_s_own_number)
{
    port_rig_order(&rig, 7, SIDE_BUY, 100, 100000, 0);
    HEAR("A urn=7 time=5000 qty=100 price=99900 ref=31 state=L",
         "ACCEPTED 7 cum 0 leaves 100 qty 100 at 99900 ref 31\n");
    EXPECT_UINT(rig.report[0].time_ns, 5000);
    HEAR("A urn=7 qty=100 price=99900 ref=31 state=L",
         "ACCEPTED 7 cum 0 leaves 100 qty 100 at 99900 ref 31\n");
}

SPEC(an_order_accepted_dead_is_canceled)
{
    port_rig_order(&rig, 7, SIDE_BUY, 100, 100000, HOW_IMMEDIATE);
    HEAR("A urn=7 qty=100 price=100000 ref=31 state=D",
         "CANCELED 7 cum 0 leaves 0 qty 100 at 100000 ref 31\n");
}

SPEC(executions_are_added_up)
{
    order_live(7, 100);
    HEAR("E urn=7 qty=40 price=100000 flag=A match=9",
         "EXECUTED 7 cum 40 leaves 60 qty 40 at 100000 match 9 A\n");
    HEAR("E urn=7 qty=10 price=99900 flag=R match=10",
         "EXECUTED 7 cum 50 leaves 50 qty 10 at 99900 match 10 R\n");
    HEAR("E urn=7 qty=50 price=100000 flag=O match=11",
         "EXECUTED 7 cum 100 leaves 0 qty 50 at 100000 match 11\n");
}

SPEC(what_is_executed_beyond_the_order_is_added_too)
{
    order_live(7, 100);
    HEAR("E urn=7 qty=100 match=1", "EXECUTED 7 cum 100 leaves 0 qty 100 match 1\n");
    HEAR("E urn=7 qty=5 match=2", "EXECUTED 7 cum 105 leaves 0 qty 5 match 2\n");
}

SPEC(an_execution_presumes_that_the_order_was_accepted)
{
    port_rig_order(&rig, 7, SIDE_BUY, 100, 100000, 0);
    HEAR("E urn=7 qty=40 match=1", "EXECUTED 7 cum 40 leaves 60 qty 40 match 1\n");
    HEAR("C urn=7 qty=60 reason=U", "CANCELED 7 cum 40 leaves 0 qty 60 (asked for)\n");
}

SPEC(a_cancel_takes_the_rest_and_one_of_a_part_leaves_the_order)
{
    order_live(7, 100);
    HEAR("C urn=7 qty=30 reason=Q",
         "ACCEPTED 7 cum 0 leaves 70 qty 30 (it would have met an order of ours)\n");
    HEAR("C urn=7 qty=70 reason=Z",
         "CANCELED 7 cum 0 leaves 0 qty 70 (the system, as when the session is lost)\n");
    HEAR("C urn=7 qty=70 reason=U", "CANCELED 7 cum 0 leaves 0 qty 70 (asked for)\n");
}

SPEC(an_order_that_the_venue_made_smaller_is_over_when_it_has_traded_the_rest)
{
    order_live(7, 100);
    HEAR("D urn=7 qty=30 reason=Q prevented=30 price=99900 flag=A",
         "ACCEPTED 7 cum 0 leaves 70 qty 30 at 99900 (it would have met an order of ours)\n");
    HEAR("E urn=7 qty=70 price=100000 match=4",
         "EXECUTED 7 cum 70 leaves 0 qty 70 at 100000 match 4\nCANCELED 7 cum 70 leaves 0\n");
}

SPEC(a_replacement_goes_on_with_what_was_executed)
{
    order_live(1, 500);
    port_rig_hear(&rig, "E urn=1 qty=100 price=100000 match=1");
    port_rig_replace(&rig, &(struct port_rig_replace){1, 2, 600, 100, 100500, 0});
    HEAR("E urn=1 qty=50 match=2", "EXECUTED 1 cum 150 leaves 350 qty 50 match 2\n");
    HEAR("U orig=1 urn=2 qty=450 price=100500 ref=8 state=L",
         "REPLACED 2 cum 150 leaves 450 was 1 qty 450 at 100500 ref 8\n");
    HEAR("E urn=2 qty=450 match=3", "EXECUTED 2 cum 600 leaves 0 qty 450 match 3\n");
}

SPEC(a_late_execution_of_what_was_replaced_counts_for_the_chain)
{
    order_live(1, 500);
    port_rig_replace(&rig, &(struct port_rig_replace){1, 2, 500, 0, 100500, 0});
    port_rig_hear(&rig, "U orig=1 urn=2 qty=500 price=100500 state=L");
    HEAR("E urn=2 qty=10 match=1", "EXECUTED 2 cum 10 leaves 490 qty 10 match 1\n");
    HEAR("E urn=1 qty=5 match=2", "EXECUTED 1 cum 15 leaves 0 qty 5 match 2\n");
    HEAR("E urn=2 qty=10 match=3", "EXECUTED 2 cum 25 leaves 480 qty 10 match 3\n");
}

SPEC(a_replacement_accepted_dead_is_canceled)
{
    order_live(1, 500);
    port_rig_replace(&rig, &(struct port_rig_replace){1, 2, 600, 0, 100500, 0});
    HEAR("U orig=1 urn=2 qty=600 price=100500 state=D",
         "CANCELED 2 cum 0 leaves 0 was 1 qty 600 at 100500\n");
}

SPEC(a_rejected_order_is_over_and_a_rejected_replacement_is_not_to_be)
{
    port_rig_order(&rig, 1, SIDE_BUY, 500, 100000, 0);
    HEAR("J urn=1 code=7", "REJECTED 1 cum 0 leaves 0 (halted)\n");
    order_live(2, 500);
    port_rig_replace(&rig, &(struct port_rig_replace){2, 3, 600, 0, 100500, 0});
    HEAR("J urn=3 code=21", "NO_REPLACE 3 cum 0 leaves 0 (replace not allowed)\n");
    HEAR("E urn=2 qty=500 match=1", "EXECUTED 2 cum 500 leaves 0 qty 500 match 1\n");
}

SPEC(a_reject_of_what_was_accepted_changes_nothing)
{
    order_live(1, 500);
    HEAR("J urn=1 code=15", "REJECTED 1 cum 0 leaves 500 (other)\n");
    HEAR("E urn=1 qty=100 match=1", "EXECUTED 1 cum 100 leaves 400 qty 100 match 1\n");
}

SPEC(a_broken_trade_is_for_people)
{
    order_live(1, 500);
    port_rig_hear(&rig, "E urn=1 qty=100 match=77");
    HEAR("B urn=1 match=77 reason=E",
         "ACCEPTED 1 cum 100 leaves 400 match 77 (erroneous) broken\n");
}

SPEC(a_delayed_cancel_leaves_the_order_and_a_refused_one_is_said)
{
    order_live(1, 500);
    HEAR("P urn=1", "ACCEPTED 1 cum 0 leaves 500\n");
    HEAR("I urn=1", "NO_CANCEL 1 cum 0 leaves 500\n");
}

SPEC(other_terms_of_an_open_order_are_said_as_accepted)
{
    order_live(1, 500);
    HEAR("T urn=1 price=99900 display=Y ref=12", "ACCEPTED 1 cum 0 leaves 500 at 99900 ref 12\n");
    HEAR("M urn=1 side=E qty=400", "ACCEPTED 1 cum 0 leaves 400\n");
    HEAR("R urn=1 reason=R secondary=13",
         "ACCEPTED 1 cum 0 leaves 400 ref 13 (what it shows is refreshed)\n");
    HEAR("M urn=1 side=E qty=0", "CANCELED 1 cum 0 leaves 0\n");
}

SPEC(orders_that_are_not_ours_are_told)
{
    HEAR("A urn=9 qty=100 price=100000 state=L",
         "ACCEPTED 9 cum 0 leaves 100 qty 100 at 100000 stray\n");
    HEAR("E urn=9 qty=40 match=1", "EXECUTED 9 cum 40 leaves 0 qty 40 match 1 stray\n");
    HEAR("U orig=9 urn=10 qty=60 price=100000 state=L",
         "REPLACED 10 cum 0 leaves 60 was 9 qty 60 at 100000 stray\n");
    HEAR("C urn=10 qty=60 reason=U", "CANCELED 10 cum 0 leaves 0 qty 60 (asked for) stray\n");
    HEAR("J urn=11 code=1", "REJECTED 11 cum 0 leaves 0 (quote unavailable) stray\n");
    HEAR("B urn=9 match=1 reason=C",
         "ACCEPTED 9 cum 0 leaves 0 match 1 (by consent of both sides) broken stray\n");
    HEAR("P urn=9", "ACCEPTED 9 cum 0 leaves 0 stray\n");
    HEAR("I urn=9", "NO_CANCEL 9 cum 0 leaves 0 stray\n");
    HEAR("M urn=9 side=B qty=4", "ACCEPTED 9 cum 0 leaves 4 stray\n");
}

SPEC(messages_of_no_order_report_nothing)
{
    HEAR("S event=S", "");
    HEAR("S event=E", "");
    HEAR("X urn=3 firm=ABCD", "");
    HEAR("G urn=3 firm=ABCD", "");
    HEAR("K urn=3 firm=ABCD", "");
    HEAR("Q next=4", "");
    HEAR("Q next=4 idx=200", "");
}

SPEC(bytes_that_are_no_message_are_bad)
{
    struct port_report reports[TRADE_PORT_REPORTS_MAX];
    uint8_t bytes[PORT_RIG_MESSAGE];
    bool bad;
    uint32_t length = port_rig_message("E urn=7 qty=40 match=1", bytes);
    for (uint32_t cut = 0; cut <= length; cut++) {
        bad = cut == length;
        EXPECT_UINT(rig.kind->decode(rig.port, bytes, cut, reports, &bad), cut == length);
        EXPECT_UINT(bad, cut != length);
    }
    bytes[0] = 'O'; /* only we say it */
    rig.kind->decode(rig.port, bytes, length, reports, &bad);
    EXPECT(bad);
}

SPEC(each_reason_has_a_sentence)
{
    EXPECT_TEXT(rig.kind->reason(0), "");
    for (uint32_t reason = 0; reason <= UINT16_MAX; reason++)
        EXPECT(rig.kind->reason((uint16_t)reason) != NULL);
    for (const char *letter = "DEFGHIKQSTUXZe"; *letter; letter++) {
        char line[64];
        order_live(1, 500);
        snprintf(line, sizeof line, "C urn=1 qty=1 reason=%c", *letter);
        port_rig_hear(&rig, line);
        EXPECT(strcmp(rig.kind->reason(rig.report[0].reason), "unknown") != 0);
        rig.kind->forget(rig.port, 1);
    }
    for (uint16_t code = 1; code <= 0x33; code++)
        EXPECT(strcmp(rig.kind->reason(code), "unknown") != 0);
    HEAR("J urn=11 code=60000", "REJECTED 11 cum 0 leaves 0 (unknown) stray\n");
}

#define SPECS(S)                                                                                   \
    S(an_order_is_its_symbol_s_template_with_number_side_quantity_price_and_way)                   \
    S(any_order_is_the_bytes_of_its_line)                                                          \
    S(a_replacement_names_the_total_of_the_chain)                                                  \
    S(a_replacement_names_post_only_where_that_changes)                                            \
    S(a_cancel_is_of_the_whole_order)                                                              \
    S(a_number_beyond_32_bits_is_not_encoded)                                                      \
    S(what_ouch_cannot_say_is_never_encoded)                                                       \
    S(an_order_is_accepted_at_its_price_under_the_venue_s_own_number)                              \
    S(an_order_accepted_dead_is_canceled)                                                          \
    S(executions_are_added_up)                                                                     \
    S(what_is_executed_beyond_the_order_is_added_too)                                              \
    S(an_execution_presumes_that_the_order_was_accepted)                                           \
    S(a_cancel_takes_the_rest_and_one_of_a_part_leaves_the_order)                                  \
    S(an_order_that_the_venue_made_smaller_is_over_when_it_has_traded_the_rest)                    \
    S(a_replacement_goes_on_with_what_was_executed)                                                \
    S(a_late_execution_of_what_was_replaced_counts_for_the_chain)                                  \
    S(a_replacement_accepted_dead_is_canceled)                                                     \
    S(a_rejected_order_is_over_and_a_rejected_replacement_is_not_to_be)                            \
    S(a_reject_of_what_was_accepted_changes_nothing)                                               \
    S(a_broken_trade_is_for_people)                                                                \
    S(a_delayed_cancel_leaves_the_order_and_a_refused_one_is_said)                                 \
    S(other_terms_of_an_open_order_are_said_as_accepted)                                           \
    S(orders_that_are_not_ours_are_told)                                                           \
    S(messages_of_no_order_report_nothing)                                                         \
    S(bytes_that_are_no_message_are_bad)                                                           \
    S(each_reason_has_a_sentence)
SPEC_MAIN("trade_port_ouch50", SPECS, before_each, after_each)
