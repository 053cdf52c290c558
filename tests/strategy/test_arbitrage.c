/* What arbitrage promises: the same thing bought and sold at two places, and never one without the
 * other for long (F20). */

#include "dataplane/strategy/arbitrage.h"
#include "tests/strategy/venue_rig.h"
#include "tests/support/spec.h"

static void open_pair(void)
{
    rig_open(&arbitrage_kind, 2, "edge", "0.02", "size", "100", "inventory", "250", NULL);
}

static void shown(uint32_t leg, const char *book, const char *said)
{
    rig_book(leg, book);
    rig_show(leg);
    EXPECT_TEXT(rig_said(), said);
}

static void answered(uint32_t leg, const char *said)
{
    rig_answer();
    rig_show(leg);
    EXPECT_TEXT(rig_said(), said);
}

static int64_t position(uint32_t leg)
{
    return rig.leg[leg].position_truth / QTY_ONE;
}

SPEC(a_bid_above_the_other_ask_by_more_than_the_edge_is_sold_and_the_ask_bought)
{
    open_pair();
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.02:500 | 10.03:500", ""); /* 0.02 is not more than 0.02 */
    shown(1, "10.01:500 | 10.02:500", "1:B100@10.02! 0:S100@10.05!");
    rig_answer();
    EXPECT_UINT((uint64_t)-position(0), 100);
    EXPECT_UINT((uint64_t)position(1), 100);
}

SPEC(the_other_way_round_as_well)
{
    open_pair();
    shown(0, "9.99:500 | 10.00:500", "");
    shown(1, "10.03:500 | 10.04:500", "0:B100@10.00! 1:S100@10.03!");
}

SPEC(the_size_is_what_both_show_and_both_can_trade)
{
    open_pair();
    shown(0, "10.05:70 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:40", "1:B40@10.02! 0:S40@10.05!");
    open_pair();
    rig.leg[0].terms.lot = rig_units(10);
    shown(0, "10.05:70 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:47", "1:B40@10.02! 0:S40@10.05!");
    open_pair();
    rig.leg[0].terms.lot = rig_units(10);
    rig.leg[1].terms.lot = rig_units(15); /* no lot of the one is whole in the other */
    shown(0, "10.05:50 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:50", "");
}

SPEC(no_position_becomes_larger_than_the_inventory)
{
    open_pair();
    shown(0, "10.05:900 | 10.06:900", "");
    shown(1, "10.01:900 | 10.02:900", "1:B100@10.02! 0:S100@10.05!");
    answered(1, "");
    answered(0, "1:B100@10.02! 0:S100@10.05!");
    rig_answer();
    rig_show(1);
    answered(0, "1:B50@10.02! 0:S50@10.05!");
    rig_answer();
    rig_show(1);
    answered(0, "");
    EXPECT_UINT((uint64_t)position(1), 250);
}

SPEC(nothing_is_begun_while_an_order_is_under_way)
{
    open_pair();
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:500", "1:B100@10.02! 0:S100@10.05!");
    shown(1, "10.00:500 | 10.01:500", "");
    (void)rig_arrive(0);
    while (rig_hear()) continue;
    rig_show(0);
    EXPECT_TEXT(rig_said(), "");
}

SPEC(a_leg_that_did_not_fill_is_hedged_at_once_where_it_costs_least)
{
    open_pair();
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:500", "1:B100@10.02! 0:S100@10.05!");
    rig_book(0, "10.03:30 10.00:500 | 10.06:500"); /* the bid is gone before the order arrives */
    rig_answer();
    EXPECT_UINT((uint64_t)position(1), 100);
    rig_decide(1, 0);
    EXPECT_TEXT(rig_said(), "1:S100@10.01!"); /* leg 0 showed 10.05, and nothing was there */
    open_pair();
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:500", "1:B100@10.02! 0:S100@10.05!");
    rig_book(0, "10.03:30 10.00:500 | 10.06:500");
    rig_answer();
    rig_show(0);
    EXPECT_TEXT(rig_said(), "0:S30@10.03!"); /* better than 10.01; and the rest where it is best */
    answered(0, "1:S70@10.01!");
    rig_answer();
    EXPECT(position(0) + position(1) == 0);
    EXPECT_UINT((uint64_t)rig_gauge("hedges"), 2);
}

SPEC(a_hedge_comes_before_the_next_pair)
{
    open_pair();
    rig.leg[0].position = rig.leg[0].position_truth = rig_units(-40);
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:500", "1:B40@10.02!");
    answered(1, "1:B100@10.02! 0:S100@10.05!");
}

SPEC(a_leg_that_is_not_good_or_may_not_trade_begins_nothing)
{
    for (uint32_t leg = 0; leg < 2; leg++) {
        open_pair();
        rig.leg[leg].state = MARKET_STALE;
        shown(0, "10.05:500 | 10.06:500", "");
        shown(1, "10.01:500 | 10.02:500", "");
        open_pair();
        rig.leg[leg].trading = TRADING_REDUCE_ONLY;
        shown(0, "10.05:500 | 10.06:500", "");
        shown(1, "10.01:500 | 10.02:500", "");
    }
}

SPEC(where_only_reductions_may_leave_a_hedge_reduces)
{
    open_pair();
    rig.leg[0].position = rig.leg[0].position_truth = rig_units(-40);
    rig.leg[0].trading = rig.leg[1].trading = TRADING_REDUCE_ONLY;
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:500", "0:B40@10.06!"); /* leg 1 is cheaper, and would grow */
}

SPEC(where_only_reductions_may_leave_a_pair_is_begun_if_both_orders_reduce)
{
    open_pair();
    rig.leg[0].position = rig.leg[0].position_truth = rig_units(40);
    rig.leg[1].position = rig.leg[1].position_truth = rig_units(-40);
    rig.leg[0].trading = rig.leg[1].trading = TRADING_REDUCE_ONLY;
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:500", "1:B40@10.02! 0:S40@10.05!");
    rig_answer();
    rig_show(0);
    answered(1, "");
}

SPEC(an_order_that_was_refused_is_not_repeated_before_the_time_of_a_retry)
{
    open_pair();
    rig.refuse = true;
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:500", "1:B100@10.02! 0:S100@10.05!");
    rig.refuse = false;
    shown(1, "10.01:500 | 10.02:400", "");
    rig_after(100 * NANOS_MILLI);
    EXPECT_TEXT(rig_said(), "1:B100@10.02! 0:S100@10.05!");
}

SPEC(pairs_that_are_refused_in_a_row_wait_twice_as_long_each_time)
{
    open_pair();
    rig.refuse = true;
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:500", "1:B100@10.02! 0:S100@10.05!");
    for (uint64_t wait = 100; wait <= 102400; wait *= 2) {
        rig_show(0);
        EXPECT_TEXT(rig_said(), "");
        rig_after((wait - 1) * NANOS_MILLI);
        EXPECT_TEXT(rig_said(), "");
        rig_after(NANOS_MILLI);
        EXPECT_TEXT(rig_said(), "1:B100@10.02! 0:S100@10.05!");
    }
    rig_show(0);
    rig_after(102400 * NANOS_MILLI); /* no longer than that */
    EXPECT_TEXT(rig_said(), "1:B100@10.02! 0:S100@10.05!");
    rig.refuse = false;
    rig_show(0);
    rig_after(102400 * NANOS_MILLI);
    EXPECT_TEXT(rig_said(), "1:B100@10.02! 0:S100@10.05!");
    rig_answer(); /* taken: from here on as at first */
    rig.refuse = true;
    rig_show(1);
    answered(0, "1:B100@10.02! 0:S100@10.05!");
    rig_show(0);
    rig_after(100 * NANOS_MILLI);
    EXPECT_TEXT(rig_said(), "1:B100@10.02! 0:S100@10.05!");
}

SPEC(what_a_refusal_left_of_a_pair_is_hedged_without_a_wait)
{
    open_pair();
    rig.refuse = true;
    shown(0, "10.05:500 | 10.06:500", "");
    shown(1, "10.01:500 | 10.02:500", "1:B100@10.02! 0:S100@10.05!");
    rig_show(0);
    rig_after(100 * NANOS_MILLI);
    EXPECT_TEXT(rig_said(), "1:B100@10.02! 0:S100@10.05!"); /* refused again: the next in 200 ms */
    rig.refuse = false;
    rig.leg[0].position = rig.leg[0].position_truth = rig_units(-40);
    shown(0, "10.05:500 | 10.07:500", "");
    rig_after(100 * NANOS_MILLI);
    EXPECT_TEXT(rig_said(), "1:B40@10.02!");
}

SPEC(it_is_between_two_instruments)
{
    EXPECT_TEXT(rig_problem(&arbitrage_kind, 3, "edge", "1t", "size", "1", "inventory", "1", NULL),
                "arbitrage: edge is '1t': it is between two instruments, no more and no fewer");
}

/* Whatever the venue does: no position beyond the inventory, and flat in the end. */

static void random_book(struct chance *chance, uint32_t leg)
{
    char book[100];
    uint64_t bid = chance_between(chance, 995, 1005), ask = bid + chance_between(chance, 1, 5);
    snprintf(book, sizeof book,
             "%" PRIu64 ".%02" PRIu64 ":%" PRIu64 " | %" PRIu64 ".%02" PRIu64 ":%" PRIu64,
             bid / 100, bid % 100, chance_between(chance, 1, 150), ask / 100, ask % 100,
             chance_between(chance, 1, 150));
    rig_book(leg, book);
}

static void random_step(struct chance *chance)
{
    uint32_t leg = (uint32_t)chance_between(chance, 0, 1);
    switch (chance_between(chance, 0, 6)) {
    case 0: random_book(chance, leg); break;
    case 1: rig_publish(leg); break;
    case 2: rig_decide(leg, 1u << COMPOSITE_QUOTE); break;
    case 3: (void)rig_arrive(leg); break;
    case 4: (void)rig_hear(); break;
    case 5: rig.refuse = chance_between(chance, 0, 9) == 0; break;
    default: rig_after(chance_between(chance, 0, 20 * NANOS_MILLI));
    }
}

SPEC(whatever_the_venue_does_no_leg_is_beyond_its_inventory_and_both_are_flat_in_the_end)
{
    struct spec_seeds seeds = spec_seeds(100);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        open_pair();
        for (uint32_t i = 0; i < 3000; i++) {
            random_step(&chance);
            for (uint32_t leg = 0; leg < 2; leg++)
                if (position(leg) > 250 || position(leg) < -250)
                    spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ": %" PRId64, seed,
                                position(leg));
        }
        rig.refuse = false;
        for (uint32_t i = 0; i < 20; i++) {
            rig_book(0, "10.00:500 | 10.01:500");
            rig_book(1, "10.00:500 | 10.01:500");
            rig_answer();
            rig_show(i % 2);
            rig_after(NANOS_SECOND);
        }
        if (position(0) + position(1) != 0)
            spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 " ends with %" PRId64, seed,
                        position(0) + position(1));
        EXPECT(rig_gauge("pairs") > 5);
    }
}

#define SPECS(S)                                                                                   \
    S(a_bid_above_the_other_ask_by_more_than_the_edge_is_sold_and_the_ask_bought)                  \
    S(the_other_way_round_as_well)                                                                 \
    S(the_size_is_what_both_show_and_both_can_trade)                                               \
    S(no_position_becomes_larger_than_the_inventory)                                               \
    S(nothing_is_begun_while_an_order_is_under_way)                                                \
    S(a_leg_that_did_not_fill_is_hedged_at_once_where_it_costs_least)                              \
    S(a_hedge_comes_before_the_next_pair)                                                          \
    S(a_leg_that_is_not_good_or_may_not_trade_begins_nothing)                                      \
    S(where_only_reductions_may_leave_a_hedge_reduces)                                             \
    S(where_only_reductions_may_leave_a_pair_is_begun_if_both_orders_reduce)                       \
    S(an_order_that_was_refused_is_not_repeated_before_the_time_of_a_retry)                        \
    S(pairs_that_are_refused_in_a_row_wait_twice_as_long_each_time)                                \
    S(what_a_refusal_left_of_a_pair_is_hedged_without_a_wait)                                      \
    S(it_is_between_two_instruments)                                                               \
    S(whatever_the_venue_does_no_leg_is_beyond_its_inventory_and_both_are_flat_in_the_end)
SPEC_MAIN("arbitrage", SPECS, NULL, rig_close)
