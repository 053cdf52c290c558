/* What the taker promises: an order filled from the far side, as far as it is shown (F20). */

#include "dataplane/strategy/taker.h"
#include "tests/strategy/venue_rig.h"
#include "tests/support/spec.h"

#define OPEN_TAKER(...) rig_open(&taker_kind, 1, __VA_ARGS__, NULL)

static void shown(const char *book, const char *said)
{
    rig_book(0, book);
    rig_show(0);
    EXPECT_TEXT(rig_said(), said);
}

static void answered(const char *said)
{
    rig_answer();
    rig_show(0);
    EXPECT_TEXT(rig_said(), said);
}

static void instruct(enum message_kind kind, order_id_t order, int64_t qty, const char *price)
{
    rig_instruct(&(struct message){.kind = (uint8_t)kind,
                                   .order = order,
                                   .qty = rig_units(qty),
                                   .price = rig_price(price),
                                   .side = SIDE_SELL,
                                   .instrument = 10});
}

SPEC(it_takes_what_the_far_side_shows_until_it_is_filled_and_then_waits)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    shown("10.00:500 | 10.02:100 10.03:400", "0:B100@10.02!");
    answered("0:B150@10.03!");
    EXPECT_UINT((uint64_t)rig_gauge("working"), 1);
    answered("");
    EXPECT_UINT((uint64_t)rig_gauge("working"), 0);
    EXPECT(!rig.done); /* its quantity may be raised */
    EXPECT_UINT((uint64_t)rig.leg[0].position, (uint64_t)rig_units(250));
    shown("10.00:500 | 10.02:100", "");
}

SPEC(it_takes_no_price_worse_than_its_limit)
{
    OPEN_TAKER("side", "sell", "quantity", "250", "limit", "9.99");
    shown("9.98:500 | 10.02:100", "");
    shown("9.99:500 | 10.02:100", "0:S250@9.99!");
}

SPEC(one_child_at_a_time)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    shown("10.00:500 | 10.02:100", "0:B100@10.02!");
    shown("10.00:500 | 10.01:100 10.04:200", ""); /* the child is under way, and takes 10.01 */
    answered("0:B150@10.04!");
}

SPEC(no_more_than_its_part_of_what_trades)
{
    OPEN_TAKER("side", "buy", "quantity", "250", "participation", "20%");
    shown("10.00:500 | 10.02:900", ""); /* nothing traded yet */
    rig.now++;
    rig_trade(0, rig_units(100));
    answered("0:B20@10.02!");
    rig.now++;
    rig_answer(); /* its own 20 are volume too: 120 in all, and 20 of it are 16.7% */
    rig_show(0);
    EXPECT_TEXT(rig_said(), "0:B4@10.02!");
}

SPEC(a_child_that_came_too_late_is_not_repeated_while_the_same_is_shown)
{
    OPEN_TAKER("side", "buy", "quantity", "250", "limit", "10.02");
    shown("10.00:500 | 10.02:100", "0:B100@10.02!");
    rig_book(0, "10.00:500 | 10.05:100"); /* gone when it arrives; the picture is of before */
    rig_answer();
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "");
    rig_after(NANOS_SECOND); /* the same once more, after the time of a retry */
    EXPECT_TEXT(rig_said(), "0:B100@10.02!");
    rig_answer();
    shown("10.00:500 | 10.02:90", "0:B90@10.02!"); /* something else is shown */
}

SPEC(a_refused_child_waits_whatever_is_shown)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    rig.refuse = true;
    shown("10.00:500 | 10.02:100", "0:B100@10.02!");
    rig.refuse = false;
    shown("10.00:500 | 10.03:100", "");
    rig_after(NANOS_SECOND);
    EXPECT_TEXT(rig_said(), "0:B100@10.03!");
}

SPEC(it_takes_from_no_book_that_is_not_good_and_while_orders_may_not_leave)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    rig.leg[0].state = MARKET_GAP;
    shown("10.00:500 | 10.02:100", "");
    rig.leg[0].state = MARKET_LIVE;
    shown("10.02:500 | 10.02:100", "");
    rig.leg[0].trading = TRADING_HALTED;
    shown("10.00:500 | 10.02:100", "");
    rig.leg[0].trading = TRADING_REDUCE_ONLY;
    shown("10.00:500 | 10.02:100", "");
    rig.leg[0].position = rig_units(-30);
    shown("10.00:500 | 10.02:100", "0:B30@10.02!");
}

SPEC(an_instruction_is_worked_changed_and_stopped)
{
    OPEN_TAKER("participation", "100%");
    shown("10.00:100 | 10.02:100", "");
    instruct(INSTRUCTION_NEW, 7, 500, "10.00");
    answered("0:S100@10.00!");
    shown("9.99:200 | 10.02:100", ""); /* child under way */
    rig_book(0, "10.00:100 9.99:200 | 10.02:100");
    answered("");
    instruct(INSTRUCTION_REPLACE, 7, 350, "9.99");
    answered("0:S200@9.99!");
    instruct(INSTRUCTION_CANCEL, 7, 0, "0");
    rig_show(0);
    EXPECT(!rig.done); /* a child is under way */
    rig_answer();
    shown("10.00:500 | 10.02:100", "");
    EXPECT(rig.done);
    EXPECT_UINT((uint64_t)rig_gauge("executed"), (uint64_t)rig_units(300));
}

SPEC(without_a_number_of_its_own_the_next_instruction_follows)
{
    OPEN_TAKER("participation", "100%");
    instruct(INSTRUCTION_NEW, 0, 50, "0");
    shown("10.00:100 | 10.02:100", "0:S50@10.00!");
    answered("");
    EXPECT(!rig.done);
    instruct(INSTRUCTION_NEW, 0, 20, "0");
    answered("0:S20@10.00!");
}

SPEC(an_instruction_that_fits_no_order_is_counted)
{
    OPEN_TAKER("quantity", "10");
    instruct(INSTRUCTION_NEW, 7, 50, "0");
    instruct(INSTRUCTION_CANCEL, 0, 50, "0");
    shown("10.00:100 | 10.02:100", "0:B10@10.02!");
    EXPECT_UINT((uint64_t)rig_gauge("ignored"), 2);
}

/* What is traded of the quantity is looked up, so a start is a delegate that is new and a day that
 * is not. */
static void traded_before(int64_t bought, int64_t sold)
{
    rig.leg[0].traded[SIDE_BUY] = rig_units(bought);
    rig.leg[0].traded[SIDE_SELL] = rig_units(sold);
}

SPEC(after_a_start_it_goes_on_where_it_was)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    traded_before(180, 40); /* what it sold is of no other concern */
    shown("10.00:500 | 10.02:100", "0:B70@10.02!");
    rig_answer();
    EXPECT_UINT((uint64_t)rig.leg[0].position, (uint64_t)rig_units(70));
    shown("10.00:500 | 10.02:100", "");
    EXPECT_UINT((uint64_t)rig_gauge("executed"), (uint64_t)rig_units(250));
    EXPECT_UINT((uint64_t)rig_gauge("working"), 0);
}

SPEC(a_seller_goes_on_where_it_was)
{
    OPEN_TAKER("side", "sell", "quantity", "250");
    traded_before(1000, 200);
    shown("10.00:500 | 10.02:100", "0:S50@10.00!");
}

SPEC(after_a_start_an_order_that_was_filled_is_not_worked_again)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    traded_before(250, 0);
    shown("10.00:500 | 10.02:100", "");
    EXPECT_UINT((uint64_t)rig_gauge("working"), 0);
    EXPECT_UINT((uint64_t)rig_gauge("quantity"), (uint64_t)rig_units(250));
    EXPECT_UINT((uint64_t)rig_gauge("executed"), (uint64_t)rig_units(250));
    rig_set("quantity", "300", NULL); /* raised: the rest is worked */
    shown("10.00:500 | 10.02:100", "0:B50@10.02!");
    answered("");
    rig_set("quantity", "320", NULL);
    shown("10.00:500 | 10.02:100", "0:B20@10.02!");
}

SPEC(a_quantity_below_what_is_executed_ends_it_and_counts_when_it_is_raised_again)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    shown("10.00:500 | 10.02:100", "0:B100@10.02!");
    rig_set("quantity", "80", NULL);
    answered("");
    shown("10.00:500 | 10.02:100", "");
    EXPECT_UINT((uint64_t)rig_gauge("working"), 0);
    rig_set("quantity", "0", NULL); /* of its own it wants nothing */
    shown("10.00:500 | 10.02:100", "");
    rig_set("side", "sell", "quantity", "130", NULL); /* the side never changes */
    shown("10.00:500 | 10.02:100", "0:B30@10.02!");
}

SPEC(it_begins_when_no_order_of_before_is_in_doubt)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    traded_before(180, 0);
    rig.order[0].state = ORDER_UNKNOWN;
    shown("10.00:500 | 10.02:100", "");
    rig.order[0].state = ORDER_NONE;
    rig.uniques = 1; /* its key was elsewhere */
    shown("10.00:500 | 10.02:100", "");
    rig.uniques = 0;
    traded_before(230, 0); /* it had traded */
    shown("10.00:500 | 10.02:100", "0:B20@10.02!");
}

SPEC(an_order_of_before_that_is_found_open_is_taken_back)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    rig.order[0].state = ORDER_OPEN;
    shown("10.00:500 | 10.02:100", "0:-");
    rig.order[0].state = ORDER_NONE;
    shown("10.00:500 | 10.02:100", "0:B100@10.02!");
    rig.order[0].state = ORDER_OPEN; /* its own child, for a moment */
    shown("10.00:500 | 10.02:100", "");
}

SPEC(what_trades_unseen_of_its_key_counts_at_the_next_sight)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    shown("10.00:500 | 10.02:100", "0:B100@10.02!");
    rig_answer();
    traded_before(140, 0); /* an execution of before that the venue told late */
    shown("10.00:500 | 10.02:200", "0:B110@10.02!");
}

SPEC(where_its_instrument_is_not_traded_nothing_is_known_and_nothing_begins)
{
    OPEN_TAKER("side", "buy", "quantity", "250");
    rig.leg[0].trading = TRADING_NOWHERE;
    shown("10.00:500 | 10.02:100", "");
    EXPECT_UINT((uint64_t)rig_gauge("working"), 0);
    rig.leg[0].trading = TRADING_ACTIVE;
    traded_before(250, 0);
    shown("10.00:500 | 10.02:100", "");
}

SPEC(after_a_start_its_part_is_of_what_trades_since_then)
{
    OPEN_TAKER("side", "buy", "quantity", "250", "participation", "20%");
    traded_before(100, 0);
    shown("10.00:500 | 10.02:900", "");
    rig.now++;
    rig_trade(0, rig_units(100));
    answered("0:B20@10.02!"); /* neither less for the 100, nor more */
}

SPEC(limit_and_quantity_change_while_it_runs)
{
    OPEN_TAKER("quantity", "10", "limit", "10.00");
    shown("9.99:100 | 10.02:100", "");
    rig_set("quantity", "30", "limit", "10.02", NULL);
    shown("9.99:100 | 10.02:100", "0:B30@10.02!");
}

#define SPECS(S)                                                                                   \
    S(it_takes_what_the_far_side_shows_until_it_is_filled_and_then_waits)                          \
    S(it_takes_no_price_worse_than_its_limit)                                                      \
    S(one_child_at_a_time)                                                                         \
    S(no_more_than_its_part_of_what_trades)                                                        \
    S(a_child_that_came_too_late_is_not_repeated_while_the_same_is_shown)                          \
    S(a_refused_child_waits_whatever_is_shown)                                                     \
    S(it_takes_from_no_book_that_is_not_good_and_while_orders_may_not_leave)                       \
    S(an_instruction_is_worked_changed_and_stopped)                                                \
    S(without_a_number_of_its_own_the_next_instruction_follows)                                    \
    S(an_instruction_that_fits_no_order_is_counted)                                                \
    S(after_a_start_it_goes_on_where_it_was)                                                       \
    S(a_seller_goes_on_where_it_was)                                                               \
    S(after_a_start_an_order_that_was_filled_is_not_worked_again)                                  \
    S(a_quantity_below_what_is_executed_ends_it_and_counts_when_it_is_raised_again)                \
    S(it_begins_when_no_order_of_before_is_in_doubt)                                               \
    S(an_order_of_before_that_is_found_open_is_taken_back)                                         \
    S(what_trades_unseen_of_its_key_counts_at_the_next_sight)                                      \
    S(where_its_instrument_is_not_traded_nothing_is_known_and_nothing_begins)                      \
    S(after_a_start_its_part_is_of_what_trades_since_then)                                         \
    S(limit_and_quantity_change_while_it_runs)
SPEC_MAIN("taker", SPECS, NULL, rig_close)
