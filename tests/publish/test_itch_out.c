/* Orders and trades as ITCH: what the engine does, and every message that is made of it. */

#include "tests/publish/market_rig.h"
#include "tests/support/spec.h"

#include <string.h>

static struct market_rig rig;

static void begin(void)
{
    const struct history_limits history = {.bytes = 1u << 20, .messages = 1u << 14};
    struct match_limits limits = market_rig_limits();
    market_rig_new(&rig, &limits, &history);
    market_rig_list(&rig, 0, market_rig_listing());
    (void)market_rig_said(&rig);
}

static void end(void)
{
    itch_out_verify(rig.out);
    history_verify(rig.history);
    market_rig_free(&rig);
}

static struct match_input order(enum side side, int64_t shares, int64_t cents)
{
    return market_rig_order(&rig, side, shares, cents);
}

static void buy(int64_t shares, int64_t cents)
{
    market_rig_give(&rig, order(SIDE_BUY, shares, cents));
}

static void sell(int64_t shares, int64_t cents)
{
    market_rig_give(&rig, order(SIDE_SELL, shares, cents));
}

static void cancel(order_id_t id)
{
    market_rig_give(&rig,
                    (struct match_input){.kind = MATCH_CANCEL, .id = id, .account = (uint32_t)id});
}

/* New total quantity and price, 0: as it is. */
static void modify(order_id_t id, int64_t shares, int64_t cents)
{
    market_rig_give(&rig, (struct match_input){.kind = MATCH_MODIFY,
                                               .id = id,
                                               .account = (uint32_t)id,
                                               .qty = SHARES(shares),
                                               .price = CENTS(cents)});
}

static void iceberg(enum side side, int64_t shares, int64_t display, int64_t cents)
{
    market_rig_terms(&rig, order(side, shares, cents),
                     (struct match_terms){.display = SHARES(display)});
}

#define EXPECT_SAID(expected) EXPECT_TEXT(market_rig_said(&rig), expected)

static const char *hex_of(uint64_t sequence)
{
    static char text[256];
    uint32_t length = 0;
    const uint8_t *message = market_rig_message(&rig, sequence, &length);
    text[0] = 0;
    for (uint32_t i = 0; message != NULL && i < length; i++)
        snprintf(text + 2 * i, 3, "%02x", message[i]);
    return text;
}

/* time stamp: 09:30, 34 200 000 000 000 ns; reference: number of the input, step, 0.02 each */
SPEC(every_byte_is_where_the_protocol_says)
{
    sell(300, 18912);                               /* 2: A */
    buy(100, 18912);                                /* 3: E */
    modify(2, 250, 0);                              /* 4: X 50 */
    modify(2, 0, 18910);                            /* 5: U */
    cancel(2);                                      /* 6: D */
    itch_out_system(rig.out, 'M', MARKET_MIDNIGHT); /* S */
    EXPECT_TEXT(hex_of(1), "5200010000"
                           "1f1aced9f000"
                           "4141504c20202020"
                           "2020"
                           "00000001"
                           "4e"
                           "51"
                           "5a20"
                           "50"
                           "20"
                           "20"
                           "20"
                           "4e"
                           "00000000"
                           "4e");
    EXPECT_TEXT(hex_of(2), "4800010000"
                           "1f1aced9f000"
                           "4141504c20202020"
                           "54"
                           "20"
                           "20202020");
    EXPECT_TEXT(hex_of(3), "4100010000"
                           "1f1aced9f000"
                           "0000000000020000"
                           "53"
                           "0000012c"
                           "4141504c20202020"
                           "001cdb80");
    EXPECT_TEXT(hex_of(4), "4500010000"
                           "1f1aced9f000"
                           "0000000000020000"
                           "00000064"
                           "0000000000030000");
    EXPECT_TEXT(hex_of(5), "5800010000"
                           "1f1aced9f000"
                           "0000000000020000"
                           "00000032");
    EXPECT_TEXT(hex_of(6), "5500010000"
                           "1f1aced9f000"
                           "0000000000020000"
                           "0000000000050000"
                           "00000096"
                           "001cdab8");
    EXPECT_TEXT(hex_of(7), "4400010000"
                           "1f1aced9f000"
                           "0000000000050000");
    EXPECT_TEXT(hex_of(8), "5300000000"
                           "000000000000"
                           "4d");
}

SPEC(an_order_that_rests_is_added)
{
    buy(100, 10050);
    sell(20, 10051);
    EXPECT_SAID("A 1 2.0 B 100 AAPL 100.50\n"
                "A 1 3.0 S 20 AAPL 100.51\n");
}

SPEC(a_trade_executes_the_resting_order_and_says_nothing_of_who_came)
{
    sell(100, 10050);
    buy(30, 10060);
    EXPECT_SAID("A 1 2.0 S 100 AAPL 100.50\n"
                "E 1 2.0 30 3.0\n");
}

SPEC(each_trade_has_the_number_of_its_event)
{
    sell(10, 10050);
    sell(10, 10051);
    sell(10, 10052);
    (void)market_rig_said(&rig);
    buy(25, 10052);
    EXPECT_SAID("E 1 2.0 10 5.0\n"
                "E 1 3.0 10 5.1\n"
                "E 1 4.0 5 5.2\n");
}

SPEC(what_is_left_rests_under_the_number_of_its_arrival)
{
    sell(10, 10050);
    sell(10, 10051);
    (void)market_rig_said(&rig);
    buy(50, 10051);
    EXPECT_SAID("E 1 2.0 10 4.0\n"
                "E 1 3.0 10 4.1\n"
                "A 1 4.0 B 30 AAPL 100.51\n");
}

SPEC(an_order_that_never_rests_is_not_published)
{
    struct match_input immediate = order(SIDE_BUY, 100, 10050);
    immediate.tif = MATCH_IOC;
    market_rig_give(&rig, immediate);
    EXPECT_SAID("");
}

SPEC(what_is_refused_is_not_published)
{
    buy(100, 10050);
    (void)market_rig_said(&rig);
    buy(-1, 10050);
    cancel(77);
    modify(2, 0, 0);
    EXPECT_SAID("");
}

SPEC(a_canceled_order_is_deleted)
{
    buy(100, 10050);
    cancel(2);
    EXPECT_SAID("A 1 2.0 B 100 AAPL 100.50\n"
                "D 1 2.0\n");
}

SPEC(an_order_that_is_executed_whole_needs_no_delete)
{
    buy(100, 10050);
    sell(100, 10050);
    cancel(2);
    EXPECT_SAID("A 1 2.0 B 100 AAPL 100.50\n"
                "E 1 2.0 100 3.0\n");
}

SPEC(less_quantity_keeps_the_reference)
{
    buy(100, 10050);
    modify(2, 60, 0);
    sell(10, 10050);
    EXPECT_SAID("A 1 2.0 B 100 AAPL 100.50\n"
                "X 1 2.0 40\n"
                "E 1 2.0 10 4.0\n");
}

SPEC(a_new_name_alone_is_not_published_and_keeps_the_reference)
{
    buy(100, 10050);
    market_rig_give(
        &rig, (struct match_input){.kind = MATCH_MODIFY, .id = 2, .account = 2, .other = 900});
    sell(10, 10050);
    EXPECT_SAID("A 1 2.0 B 100 AAPL 100.50\n"
                "E 1 2.0 10 4.0\n");
    struct itch_out_order found;
    EXPECT(!itch_out_find(rig.out, 2, &found));
    EXPECT(itch_out_find(rig.out, 900, &found));
    EXPECT_UINT(found.shares, 90);
}

SPEC(more_quantity_or_another_price_is_a_replacement)
{
    buy(100, 10050);
    modify(2, 150, 0);
    modify(2, 0, 10049);
    EXPECT_SAID("A 1 2.0 B 100 AAPL 100.50\n"
                "U 1 2.0 3.0 150 100.50\n"
                "U 1 3.0 4.0 150 100.49\n");
}

SPEC(a_change_that_trades_first_leaves_the_book_and_comes_back_under_one_new_number)
{
    buy(100, 10050);
    sell(30, 10060);
    (void)market_rig_said(&rig);
    modify(2, 0, 10060);
    EXPECT_SAID("D 1 2.0\n"
                "E 1 3.0 30 4.1\n"
                "A 1 4.0 B 70 AAPL 100.60\n");
}

SPEC(a_change_to_nothing_deletes)
{
    buy(100, 10050);
    sell(40, 10050);
    (void)market_rig_said(&rig);
    modify(2, 40, 0);
    EXPECT_SAID("D 1 2.0\n");
}

SPEC(an_iceberg_shows_its_part_and_no_more)
{
    iceberg(SIDE_SELL, 100, 30, 10050);
    EXPECT_SAID("A 1 2.0 S 30 AAPL 100.50\n");
}

SPEC(the_next_part_of_an_iceberg_is_a_new_order)
{
    iceberg(SIDE_SELL, 100, 30, 10050);
    (void)market_rig_said(&rig);
    buy(40, 10050);
    EXPECT_SAID("E 1 2.0 30 3.0\n"
                "A 1 3.1 S 30 AAPL 100.50\n"
                "E 1 3.1 10 3.2\n");
}

SPEC(an_iceberg_that_loses_what_it_hides_is_not_published)
{
    iceberg(SIDE_SELL, 100, 30, 10050);
    (void)market_rig_said(&rig);
    modify(2, 50, 0);
    EXPECT_SAID("");
    modify(2, 20, 0);
    EXPECT_SAID("X 1 2.0 10\n");
}

SPEC(a_stop_is_not_published_before_it_rests)
{
    struct match_input stop = order(SIDE_BUY, 50, 10055);
    stop.type = MATCH_STOP_LIMIT;
    market_rig_terms(&rig, stop, (struct match_terms){.trigger = CENTS(10052)});
    modify(2, 40, 0);
    EXPECT_SAID("");
    sell(10, 10052);
    buy(10, 10052);
    EXPECT_SAID("A 1 4.0 S 10 AAPL 100.52\n"
                "E 1 4.0 10 5.0\n"
                "A 1 5.1 B 40 AAPL 100.55\n");
}

/* Orders of one account do not trade. */
static void own_meets(enum match_self_trade mode)
{
    struct match_input first = order(SIDE_SELL, 30, 10050);
    first.account = 5;
    market_rig_give(&rig, first);
    struct match_input second = order(SIDE_BUY, 50, 10050);
    second.account = 5;
    second.self_trade = (uint8_t)mode;
    market_rig_give(&rig, second);
}

SPEC(an_own_order_that_is_canceled_is_deleted)
{
    own_meets(MATCH_CANCEL_OLDEST);
    EXPECT_SAID("A 1 2.0 S 30 AAPL 100.50\n"
                "D 1 2.0\n"
                "A 1 3.1 B 50 AAPL 100.50\n");
}

SPEC(what_own_orders_take_from_each_other_is_no_trade)
{
    own_meets(MATCH_DECREMENT);
    EXPECT_SAID("A 1 2.0 S 30 AAPL 100.50\n"
                "D 1 2.0\n"
                "A 1 3.2 B 20 AAPL 100.50\n");
    struct match_input third = order(SIDE_SELL, 5, 10050);
    third.account = 5;
    third.self_trade = MATCH_DECREMENT;
    market_rig_give(&rig, third);
    EXPECT_SAID("X 1 3.2 5\n");
}

SPEC(the_other_of_a_pair_shrinks_and_keeps_its_reference)
{
    struct match_terms terms = {
        .link = MATCH_PAIR,
        .legs = {{.type = MATCH_LIMIT, .side = SIDE_SELL, .price = CENTS(10060)}},
    };
    market_rig_terms(&rig, order(SIDE_SELL, 50, 10050), terms);
    EXPECT_SAID("A 1 2.0 S 50 AAPL 100.50\n"
                "A 1 2.1 S 50 AAPL 100.60\n");
    buy(20, 10050);
    EXPECT_SAID("E 1 2.0 20 3.0\n"
                "X 1 2.1 20\n");
    buy(30, 10050);
    EXPECT_SAID("E 1 2.0 30 4.0\n"
                "D 1 2.1\n");
}

SPEC(a_leg_comes_with_the_first_fill_and_grows_by_replacement)
{
    struct match_terms terms = {
        .link = MATCH_LEGS,
        .legs = {{.type = MATCH_LIMIT, .side = SIDE_SELL, .price = CENTS(10060)}},
    };
    market_rig_terms(&rig, order(SIDE_BUY, 50, 10050), terms);
    sell(20, 10050);
    sell(10, 10050);
    EXPECT_SAID("A 1 2.0 B 50 AAPL 100.50\n"
                "E 1 2.0 20 3.0\n"
                "A 1 3.1 S 20 AAPL 100.60\n"
                "E 1 2.0 10 4.0\n"
                "U 1 3.1 4.1 30 100.60\n");
}

SPEC(instruments_are_known_by_their_locate)
{
    struct match_listing listing = market_rig_listing();
    memcpy(listing.symbol, "LONGNAME", 8);
    market_rig_list(&rig, 3, listing);
    struct match_input input = order(SIDE_BUY, 7, 100);
    input.instrument = 3;
    market_rig_give(&rig, input);
    EXPECT_SAID("R 4 LONGNAME 1 N\n"
                "H 4 LONGNAME T|    |\n"
                "A 4 3.0 B 7 LONGNAME 1.00\n");
}

SPEC(a_time_is_nanoseconds_since_the_venue_s_midnight)
{
    uint32_t length;
    rig.time = MARKET_MIDNIGHT + 86399999999999;
    buy(1, 10000);
    EXPECT_UINT(said_time(market_rig_message(&rig, 3, &length)), 86399999999999);
    EXPECT_UINT(itch_out_counts(rig.out)->other_day, 0);
}

SPEC(a_time_outside_the_day_is_the_nearest_inside_and_counted)
{
    uint32_t length;
    itch_out_system(rig.out, 'S', MARKET_MIDNIGHT - 1);
    itch_out_system(rig.out, 'Q', MARKET_MIDNIGHT + ((nanos_t)1 << 48));
    EXPECT_UINT(said_time(market_rig_message(&rig, 3, &length)), 0);
    EXPECT_UINT(said_time(market_rig_message(&rig, 4, &length)), 0xffffffffffff);
    EXPECT_UINT(itch_out_counts(rig.out)->other_day, 2);
}

SPEC(messages_and_displayed_orders_are_counted)
{
    buy(10, 10050);
    buy(10, 10049);
    sell(10, 10050);
    const struct itch_out_counts *counts = itch_out_counts(rig.out);
    EXPECT_UINT(counts->orders, 1);
    EXPECT_UINT(counts->type['A'], 2);
    EXPECT_UINT(counts->type['E'], 1);
    EXPECT_UINT(counts->event, 4); /* listed, rested, rested, traded */
}

SPEC(orders_there_are_at_the_start_are_adopted_in_their_order)
{
    struct match_order known = {
        .id = 77,
        .price = CENTS(10050),
        .open = SHARES(90),
        .shown = SHARES(20),
        .side = SIDE_SELL,
    };
    itch_out_adopt(rig.out, &known, 5, rig.time);
    EXPECT_SAID("A 1 0.5 S 20 AAPL 100.50\n");
}

SPEC(an_event_of_an_order_that_is_not_displayed_stops_the_program)
{
    struct match_event traded = {
        .kind = MATCH_TRADED, .id = 5, .other = 6, .price = CENTS(100), .qty = SHARES(1)};
    EXPECT_STOP(itch_out_event(rig.out, &traded, rig.time), "order != NULL");
    buy(10, 10050);
    traded.other = 2;
    traded.price = CENTS(10050);
    traded.qty = SHARES(11);
    EXPECT_STOP(itch_out_event(rig.out, &traded, rig.time), "shares <= order->shares");
    struct match_event rested = {
        .kind = MATCH_RESTED, .id = 2, .price = CENTS(10050), .qty = SHARES(1)};
    EXPECT_STOP(itch_out_event(rig.out, &rested, rig.time), "order->id == 0");
}

#define SPECS(S)                                                                                   \
    S(every_byte_is_where_the_protocol_says)                                                       \
    S(an_order_that_rests_is_added)                                                                \
    S(a_trade_executes_the_resting_order_and_says_nothing_of_who_came)                             \
    S(each_trade_has_the_number_of_its_event)                                                      \
    S(what_is_left_rests_under_the_number_of_its_arrival)                                          \
    S(an_order_that_never_rests_is_not_published)                                                  \
    S(what_is_refused_is_not_published)                                                            \
    S(a_canceled_order_is_deleted)                                                                 \
    S(an_order_that_is_executed_whole_needs_no_delete)                                             \
    S(less_quantity_keeps_the_reference)                                                           \
    S(a_new_name_alone_is_not_published_and_keeps_the_reference)                                   \
    S(more_quantity_or_another_price_is_a_replacement)                                             \
    S(a_change_that_trades_first_leaves_the_book_and_comes_back_under_one_new_number)              \
    S(a_change_to_nothing_deletes)                                                                 \
    S(an_iceberg_shows_its_part_and_no_more)                                                       \
    S(the_next_part_of_an_iceberg_is_a_new_order)                                                  \
    S(an_iceberg_that_loses_what_it_hides_is_not_published)                                        \
    S(a_stop_is_not_published_before_it_rests)                                                     \
    S(an_own_order_that_is_canceled_is_deleted)                                                    \
    S(what_own_orders_take_from_each_other_is_no_trade)                                            \
    S(the_other_of_a_pair_shrinks_and_keeps_its_reference)                                         \
    S(a_leg_comes_with_the_first_fill_and_grows_by_replacement)                                    \
    S(instruments_are_known_by_their_locate)                                                       \
    S(a_time_is_nanoseconds_since_the_venue_s_midnight)                                            \
    S(a_time_outside_the_day_is_the_nearest_inside_and_counted)                                    \
    S(messages_and_displayed_orders_are_counted)                                                   \
    S(orders_there_are_at_the_start_are_adopted_in_their_order)                                    \
    S(an_event_of_an_order_that_is_not_displayed_stops_the_program)

SPEC_MAIN("itch_out: orders", SPECS, begin, end)
