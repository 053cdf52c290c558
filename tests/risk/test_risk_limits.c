/* Every limit at one less than its bound, at it, and one more: the value an order would have is
 * worked out by hand, and the bound is moved past it. */

#include "tests/risk/risk_rig.h"
#include "tests/support/spec.h"

#include <string.h>

static struct rig rig;

static void open_rig(void)
{
    rig_open(&rig);
}

static void close_rig(void)
{
    rig_close(&rig);
}

static struct risk_order of(uint32_t strategy, uint32_t symbol, struct risk_order order)
{
    order.strategy = strategy;
    order.symbol = symbol;
    return order;
}

static void position(uint32_t strategy, uint32_t symbol, int64_t lots)
{
    CHECK(risk_position(rig.risk, strategy, symbol, lots * RIG_LOT));
}

static void late_fill(uint32_t strategy, enum side side, int64_t lots, int64_t ticks)
{
    risk_fill(rig.risk,
              &(struct risk_execution){.order = RISK_NONE,
                                       .strategy = strategy,
                                       .parent = RISK_NONE,
                                       .side = side,
                                       .price = RIG_PRICE + ticks * RIG_TICK,
                                       .qty = lots * RIG_LOT},
              rig.now);
}

/* Prepares what is there already, and answers the order whose value is the row's. */
typedef struct risk_order prepare_fn(void);

static struct risk_order five(void)
{
    return rig_buy(5, 0);
}

static struct risk_order market_five(void)
{
    struct risk_order order = rig_buy(5, 0);
    order.kind = RISK_MARKET_ORDER;
    order.price = 0;
    rig_bound(&rig, RISK_COLLAR_TICKS, 10);
    return order;
}

static struct risk_order old_reference(void)
{
    rig.now += 12345;
    return five();
}

static struct risk_order old_mark(void)
{
    rig.now += 12345;
    risk_reference(rig.risk, 0, RIG_PRICE, rig.now);
    return five();
}

static struct risk_order seven_above(void)
{
    return rig_buy(5, 7);
}

static struct risk_order seven_below(void)
{
    return rig_sell(5, -7);
}

/* 300 of strategy 1, 200 at work for strategy 2; what works on the other side does not count. */
static struct risk_order long_box(void)
{
    position(1, 0, 3);
    rig_send(&rig, of(2, 0, rig_buy(2, -1)));
    rig_send(&rig, of(1, 0, rig_sell(3, 5)));
    return five();
}

static struct risk_order short_box(void)
{
    position(1, 0, -3);
    rig_send(&rig, of(2, 0, rig_sell(2, 1)));
    rig_send(&rig, of(1, 0, rig_buy(3, -5)));
    return rig_sell(5, 0);
}

/* Two of three lots replace: the larger of both counts, whichever way it goes. */
static struct risk_order long_growing(void)
{
    position(0, 0, 1);
    struct risk_order order = rig_buy(2, 0);
    order.order = rig_send(&rig, rig_buy(2, -1));
    order.qty = 3 * RIG_LOT;
    rig_send(&rig, order);
    return five();
}

static struct risk_order short_shrinking(void)
{
    position(0, 0, -1);
    struct risk_order order = rig_sell(3, 1);
    order.order = rig_send(&rig, rig_sell(3, 0));
    order.qty = 1 * RIG_LOT;
    rig_send(&rig, order);
    return rig_sell(5, 0);
}

/* A replacement counts only what it adds. */
static struct risk_order long_replacing(void)
{
    position(0, 0, 1);
    struct risk_order order = rig_buy(8, 0);
    order.order = rig_send(&rig, rig_buy(2, -1));
    return order;
}

static struct risk_order spread_out(void)
{
    position(0, 2, -4); /* venue 0 */
    position(0, 1, 1);  /* venue 1 */
    position(1, 3, 1);  /* another strategy */
    return five();
}

/* 200 traded at 1000 ticks, 300 at work 2 ticks below: 100 + 149.7 + 250. */
static struct risk_order turned_over(void)
{
    CHECK(rig_fill(&rig, rig_send(&rig, rig_buy(2, 0)), 2, RIG_PRICE) == RISK_FILLED);
    rig_send(&rig, rig_buy(3, -2));
    return five();
}

static struct risk_order lost_two(void)
{
    late_fill(0, SIDE_BUY, 4, 10);
    return five();
}

static struct risk_order box_lost_two(void)
{
    late_fill(1, SIDE_BUY, 4, 15);
    late_fill(0, SIDE_SELL, 4, 5);
    position(0, 0, 0);
    return five();
}

/* Three orders and a cancel, for two symbols of the venue. */
static struct risk_order busy_venue(void)
{
    rig_send(&rig, of(1, 2, rig_buy(1, 0)));
    rig_send(&rig, of(0, 1, rig_buy(1, 0)));
    rig_send(&rig, of(0, 2, rig_buy(1, -1)));
    risk_cancel(rig.risk, rig_send(&rig, of(2, 0, rig_buy(1, -2))), rig.now);
    return five();
}

static struct risk_order busy_symbol(void)
{
    for (int i = 0; i < 3; i++)
        risk_done(rig.risk, rig_send(&rig, of((uint32_t)i, 0, rig_buy(1, i))));
    risk_cancel(rig.risk, rig_send(&rig, of(2, 1, rig_buy(1, -2))), rig.now);
    risk_cancel(rig.risk, rig_send(&rig, of(2, 0, rig_buy(1, -2))), rig.now);
    return rig_buy(5, -1);
}

static struct risk_order busy_strategy(void)
{
    struct risk_order order = of(0, 1, rig_buy(1, 1));
    order.order = rig_send(&rig, of(0, 1, rig_buy(1, 0)));
    rig_send(&rig, order);
    risk_cancel(rig.risk, order.order, rig.now);
    rig_send(&rig, of(0, 2, rig_buy(1, 0)));
    rig_send(&rig, of(1, 2, rig_buy(1, 0)));
    return five();
}

static struct risk_order again(void)
{
    rig_send(&rig, five());
    rig.now += 777;
    return five();
}

struct row {
    enum risk_verdict limit;
    prepare_fn *prepare;
    int64_t value;
};

static const struct row rows[] = {
    {RISK_TRADABLE, five, 1},
    {RISK_MARKET_ORDERS, market_five, 1},
    {RISK_ORDER_QTY, five, 500},
    {RISK_ORDER_NOTIONAL, five, 250},
    {RISK_ORDER_NOTIONAL, market_five, 253}, /* 252.5, said rounded up */
    {RISK_REFERENCE_AGE, old_reference, 12345},
    {RISK_MARK_AGE, old_mark, 12345},
    {RISK_COLLAR_TICKS, seven_above, 7},
    {RISK_COLLAR_TICKS, seven_below, 7},
    {RISK_COLLAR_PPM, seven_above, 7000},
    {RISK_COLLAR_PPM, seven_below, 7000},
    {RISK_SYMBOL_LONG, long_box, 1000},
    {RISK_SYMBOL_SHORT, short_box, 1000},
    {RISK_SYMBOL_RATE, busy_symbol, 6},
    {RISK_LONG, long_growing, 900},
    {RISK_LONG, long_replacing, 900},
    {RISK_SHORT, short_shrinking, 900},
    {RISK_CAPITAL, spread_out, 450},
    {RISK_STRATEGY_GROSS, spread_out, 500},
    {RISK_BOX_GROSS, spread_out, 550},
    {RISK_STRATEGY_VOLUME, turned_over, 500},
    {RISK_STRATEGY_LOSS, lost_two, 2},
    {RISK_BOX_LOSS, box_lost_two, 2},
    {RISK_STRATEGY_RATE, busy_strategy, 5},
    {RISK_VENUE_RATE, busy_venue, 5},
    {RISK_DUPLICATE_NS, again, 777},
};

static void row_try(const struct row *row, int64_t off)
{
    const struct risk_limit *limit = risk_limit(row->limit);
    struct risk_order order = row->prepare();
    int64_t bound = row->value + off;
    if (bound > limit->most) return;
    rig_bound(&rig, row->limit, bound);
    bool refused = limit->looser == RISK_UP ? off < 0 : off > 0;
    enum risk_verdict verdict = rig_check(&rig, order);
    spec_expect(__FILE__, __LINE__, verdict == (refused ? row->limit : RISK_PASS),
                "%s at %lld%+d: %s", limit->name, (long long)row->value, (int)off,
                risk_verdict_name(verdict));
    if (!refused || verdict != row->limit) return;
    spec_expect(__FILE__, __LINE__, rig.refusal.value == row->value, "%s says %lld, not %lld",
                limit->name, (long long)rig.refusal.value, (long long)row->value);
    EXPECT(rig.refusal.bound == bound);
    EXPECT(rig.refusal.scope == limit->scope);
}

SPEC(each_limit_refuses_beyond_its_bound_and_not_at_it_and_says_value_and_bound)
{
    bool tried[RISK_LIMIT_COUNT + 1] = {[RISK_STRATEGY_FILLS] = true}; /* the next spec */
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        tried[rows[i].limit] = true;
        for (int64_t off = -1; off <= 1; off++) {
            close_rig();
            open_rig();
            row_try(&rows[i], off);
        }
    }
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++)
        spec_expect(__FILE__, __LINE__, tried[limit], "%s was not tried",
                    risk_verdict_name((enum risk_verdict)limit));
}

SPEC(one_fill_in_a_second_too_many_stops_the_strategy_until_it_is_released)
{
    for (int64_t off = -1; off <= 1; off++) {
        close_rig();
        open_rig();
        rig_bound(&rig, RISK_STRATEGY_FILLS, 4 + off);
        uint32_t order = rig_send(&rig, rig_buy(9, 0));
        for (int i = 0; i < 3; i++) EXPECT(rig_fill(&rig, order, 1, RIG_PRICE) == RISK_FILLED);
        EXPECT(rig_fill(&rig, order, 1, RIG_PRICE) == (off < 0 ? RISK_FILL_TRIPPED : RISK_FILLED));
        EXPECT(rig_check(&rig, rig_buy(5, 1)) == (off < 0 ? RISK_STRATEGY_FILLS : RISK_PASS));
        EXPECT(risk_tripped(rig.risk, 0) == (off < 0));
        if (off >= 0) continue;
        EXPECT(rig.refusal.value == 4);
        EXPECT(rig.refusal.bound == 3);
        EXPECT(rig_check(&rig, of(1, 0, rig_buy(5, 1))) == RISK_PASS);
        rig.now += 10 * NANOS_SECOND;
        EXPECT(rig_check(&rig, rig_buy(5, 1)) == RISK_STRATEGY_FILLS);
        rig_state(&rig, RISK_STRATEGY, 0, RISK_ACTIVE);
        EXPECT(rig_check(&rig, rig_buy(5, 1)) == RISK_PASS);
    }
}

SPEC(what_is_read_of_before_the_start_counts_and_trips_nobody)
{
    struct risk_holding_view before, holding;
    risk_holding(rig.risk, 0, 0, &before);
    rig_bound(&rig, RISK_STRATEGY_FILLS, 1);
    uint32_t order = rig_send(&rig, rig_buy(9, 0));
    risk_reading(rig.risk, true);
    for (int i = 0; i < 3; i++) EXPECT(rig_fill(&rig, order, 1, RIG_PRICE) == RISK_FILLED);
    risk_reading(rig.risk, false);
    risk_holding(rig.risk, 0, 0, &holding);
    EXPECT(holding.position == before.position + 3 * (qty_t)RIG_LOT);
    EXPECT(rig_fill(&rig, order, 1, RIG_PRICE) == RISK_FILLED); /* the first of its second */
    EXPECT(rig_fill(&rig, order, 1, RIG_PRICE) == RISK_FILL_TRIPPED);
}

SPEC(never_more_messages_than_the_bound_in_any_second_and_all_of_them_again_soon_after)
{
    rig_bound(&rig, RISK_STRATEGY_RATE, 3);
    nanos_t sent[64];
    uint32_t count = 0;
    nanos_t begin = rig.now;
    for (rig.now = begin; rig.now < begin + 10 * NANOS_SECOND && count < 64; rig.now += 9999991) {
        if (rig_check(&rig, rig_buy(1, 0)) != RISK_PASS) continue;
        uint32_t slot = risk_take(rig.risk, &rig.pass);
        EXPECT(slot != RISK_NONE);
        risk_done(rig.risk, slot);
        sent[count++] = rig.now;
    }
    EXPECT(count >= 27);
    for (uint32_t i = 3; i < count; i++) {
        EXPECT(sent[i] - sent[i - 3] > NANOS_SECOND);
        EXPECT(sent[i] - sent[i - 3] < NANOS_SECOND + 90 * NANOS_MILLI);
    }
}

SPEC(limits_that_were_never_set_let_nothing_pass)
{
    struct risk_plan plan = rig_plan();
    struct rig bare = {.now = rig.now, .risk = rig_new(&rig_limits, &plan)};
    EXPECT(rig_check(&bare, five()) == RISK_NO_SUBJECT);
    CHECK(risk_list(bare.risk, 0, &(struct risk_symbol_plan){.tick = RIG_TICK, .lot = RIG_LOT}));
    EXPECT(rig_check(&bare, five()) == RISK_NO_POSITION);
    CHECK(risk_position(bare.risk, 0, 0, 0));
    const enum risk_verdict steps[] = {
        RISK_TRADABLE,      RISK_NO_REFERENCE,    RISK_NO_MARK,
        RISK_ORDER_QTY,     RISK_ORDER_NOTIONAL,  RISK_SYMBOL_LONG,
        RISK_LONG,          RISK_CAPITAL,         RISK_STRATEGY_GROSS,
        RISK_BOX_GROSS,     RISK_STRATEGY_VOLUME, RISK_SYMBOL_RATE,
        RISK_STRATEGY_RATE, RISK_VENUE_RATE,      RISK_PASS};
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        enum risk_verdict verdict = rig_check(&bare, five());
        spec_expect(__FILE__, __LINE__, verdict == steps[i], "step %zu: %s", i,
                    risk_verdict_name(verdict));
        if (verdict == RISK_PASS) break;
        if (verdict == RISK_NO_REFERENCE) {
            risk_reference(bare.risk, 0, RIG_PRICE, bare.now);
        } else if (verdict == RISK_NO_MARK) {
            risk_mark(bare.risk, 0, RIG_PRICE, bare.now);
        } else if ((int)verdict <= (int)RISK_LIMIT_COUNT) {
            rig_bound(&bare, verdict, risk_limit(verdict)->most);
        } else {
            break;
        }
    }
    rig_free(bare.risk);
}

/* It waited somewhere, and meanwhile other things happened. */
SPEC(a_price_is_as_old_as_it_says_however_late_it_is_told)
{
    nanos_t then = rig.now;
    rig.now += NANOS_SECOND;
    risk_reference(rig.risk, 1, RIG_PRICE, rig.now);
    EXPECT(rig_check(&rig, five()) == RISK_PASS);
    risk_reference(rig.risk, 0, RIG_PRICE, then);
    rig_bound(&rig, RISK_REFERENCE_AGE, NANOS_SECOND - 1);
    EXPECT(rig_check(&rig, five()) == RISK_REFERENCE_AGE);
    risk_reference(rig.risk, 0, RIG_PRICE, rig.now);
    risk_mark(rig.risk, 0, RIG_PRICE, then);
    rig_bound(&rig, RISK_MARK_AGE, NANOS_SECOND - 1);
    EXPECT(rig_check(&rig, five()) == RISK_MARK_AGE);
    rig_bound(&rig, RISK_MARK_AGE, NANOS_SECOND);
    EXPECT(rig_check(&rig, five()) == RISK_PASS);
}

SPEC(what_does_not_add_to_a_worst_case_passes_though_its_bound_was_lowered)
{
    position(0, 0, 8);
    struct risk_order order = rig_buy(2, -3);
    order.order = rig_send(&rig, rig_buy(2, -1));
    rig_bound(&rig, RISK_LONG, 100);
    rig_bound(&rig, RISK_SYMBOL_LONG, 100);
    rig_bound(&rig, RISK_BOX_GROSS, 1);
    EXPECT(rig_check(&rig, order) == RISK_PASS);
    EXPECT(rig_check(&rig, rig_sell(8, 5)) == RISK_PASS);
    EXPECT(rig_check(&rig, rig_buy(1, -2)) == RISK_SYMBOL_LONG);
    EXPECT(rig_check(&rig, rig_sell(30, 5)) == RISK_BOX_GROSS);
}

SPEC(who_has_lost_too_much_may_still_reduce)
{
    late_fill(0, SIDE_BUY, 4, 10);
    rig_bound(&rig, RISK_STRATEGY_LOSS, 1);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_STRATEGY_LOSS);
    EXPECT(rig_check(&rig, rig_sell(4, 0)) == RISK_PASS);
    EXPECT(rig_check(&rig, rig_sell(5, 0)) == RISK_STRATEGY_LOSS);
    risk_day(rig.risk);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_PASS);
}

SPEC(the_largest_order_there_can_be_is_worth_more_than_any_bound)
{
    struct risk_order order = {.symbol = 0,
                               .order = RISK_NONE,
                               .parent = RISK_NONE,
                               .price = RISK_PRICE_MAX / RIG_TICK * RIG_TICK,
                               .qty = RISK_QTY_MAX / RIG_LOT * RIG_LOT};
    EXPECT(rig_check(&rig, order) == RISK_ORDER_NOTIONAL);
    EXPECT(rig.refusal.value == INT64_MAX);
    order.price = RISK_PRICE_MAX + 1;
    EXPECT(rig_check(&rig, order) == RISK_BAD_FIELDS);
}

SPEC(a_sum_that_does_not_fit_refuses_everything_until_the_next_day)
{
    enum risk_fill last = RISK_FILLED;
    uint32_t fills = 0;
    for (; last != RISK_FILL_LOST && fills < 100000; fills++)
        last = risk_fill(rig.risk,
                         &(struct risk_execution){.order = RISK_NONE,
                                                  .parent = RISK_NONE,
                                                  .side = fills % 2 ? SIDE_SELL : SIDE_BUY,
                                                  .price = RISK_PRICE_MAX,
                                                  .qty = RISK_QTY_MAX},
                         rig.now);
    EXPECT_UINT(fills, 32769); /* 2^125 of 2^110 each, and one */
    EXPECT(rig_check(&rig, of(1, 1, five())) == RISK_NO_POSITION);
    risk_day(rig.risk);
    EXPECT(rig_check(&rig, of(1, 1, five())) == RISK_PASS);
}

SPEC(a_position_that_does_not_fit_refuses_its_symbol_until_it_is_told_anew)
{
    for (int i = 0; i < 2; i++)
        EXPECT(
            risk_fill(rig.risk,
                      &(struct risk_execution){
                          .order = RISK_NONE, .parent = RISK_NONE, .price = 1, .qty = RISK_QTY_MAX},
                      rig.now) == RISK_FILLED);
    EXPECT(risk_fill(rig.risk,
                     &(struct risk_execution){
                         .order = RISK_NONE, .parent = RISK_NONE, .price = 1, .qty = 1},
                     rig.now) == RISK_FILL_LOST);
    EXPECT(rig_check(&rig, rig_sell(1, 0)) == RISK_NO_POSITION);
    EXPECT(rig_check(&rig, of(1, 0, rig_sell(1, 0))) == RISK_NO_POSITION);
    EXPECT(rig_check(&rig, of(1, 1, rig_sell(1, 0))) == RISK_PASS);
    EXPECT(!risk_position(rig.risk, 0, 0, RISK_POSITION_MAX + 1));
    EXPECT(risk_position(rig.risk, 0, 0, 0));
    EXPECT(rig_check(&rig, rig_sell(1, 0)) == RISK_PASS);
}

#define SPECS(S)                                                                                   \
    S(each_limit_refuses_beyond_its_bound_and_not_at_it_and_says_value_and_bound)                  \
    S(what_is_read_of_before_the_start_counts_and_trips_nobody)                                    \
    S(one_fill_in_a_second_too_many_stops_the_strategy_until_it_is_released)                       \
    S(never_more_messages_than_the_bound_in_any_second_and_all_of_them_again_soon_after)           \
    S(limits_that_were_never_set_let_nothing_pass)                                                 \
    S(a_price_is_as_old_as_it_says_however_late_it_is_told)                                        \
    S(what_does_not_add_to_a_worst_case_passes_though_its_bound_was_lowered)                       \
    S(who_has_lost_too_much_may_still_reduce)                                                      \
    S(the_largest_order_there_can_be_is_worth_more_than_any_bound)                                 \
    S(a_sum_that_does_not_fit_refuses_everything_until_the_next_day)                               \
    S(a_position_that_does_not_fit_refuses_its_symbol_until_it_is_told_anew)
SPEC_MAIN("risk_limits", SPECS, open_rig, close_rig)
