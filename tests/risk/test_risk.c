/* Rules without a bound, the life of an order, passes, and texts. */

#include "tests/risk/risk_rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>
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

static struct risk_order replacing(uint32_t old, struct risk_order order)
{
    order.order = old;
    return order;
}

static struct risk_holding_view holding(void)
{
    struct risk_holding_view view;
    risk_holding(rig.risk, 0, 0, &view);
    return view;
}

SPEC(fields_that_no_order_has_are_refused)
{
    struct risk_order order;
#define REFUSED(field, wrong, status)                                                              \
    do {                                                                                           \
        order = rig_buy(1, 0);                                                                     \
        order.field = wrong;                                                                       \
        enum risk_verdict verdict_ = rig_check(&rig, order);                                       \
        spec_expect(__FILE__, __LINE__, verdict_ == (status), "%s: %s", #field,                    \
                    risk_verdict_name(verdict_));                                                  \
    } while (0)
    REFUSED(strategy, 3, RISK_NO_SUBJECT);
    REFUSED(symbol, 4, RISK_NO_SUBJECT);
    REFUSED(side, (enum side)2, RISK_BAD_FIELDS);
    REFUSED(kind, (enum risk_order_kind)2, RISK_BAD_FIELDS);
    REFUSED(kind, RISK_MARKET_ORDER, RISK_BAD_FIELDS); /* with a price */
    REFUSED(price, 0, RISK_BAD_FIELDS);
    REFUSED(price, -RIG_TICK, RISK_BAD_FIELDS);
    REFUSED(price, INT64_MAX, RISK_BAD_FIELDS);
    REFUSED(qty, 0, RISK_BAD_FIELDS);
    REFUSED(qty, INT64_MIN, RISK_BAD_FIELDS);
    REFUSED(qty, RISK_QTY_MAX + 1, RISK_BAD_FIELDS);
    REFUSED(price, RIG_PRICE + 1, RISK_OFF_TICK);
    REFUSED(qty, RIG_LOT - 1, RISK_OFF_LOT);
    REFUSED(qty, RIG_LOT + RIG_LOT / 2, RISK_OFF_LOT);
    REFUSED(order, 0, RISK_NO_ORDER);
    REFUSED(order, 24, RISK_NO_ORDER);
    REFUSED(parent, 0, RISK_PARENT);
    REFUSED(parent, 4, RISK_PARENT);
#undef REFUSED
}

SPEC(without_a_price_nothing_passes)
{
    risk_reference(rig.risk, 0, 0, rig.now);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_NO_REFERENCE);
    risk_reference(rig.risk, 0, RIG_PRICE, rig.now);
    risk_mark(rig.risk, 0, RISK_PRICE_MAX + 1, rig.now);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_NO_MARK);
    risk_mark(rig.risk, 0, RIG_PRICE, rig.now);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_PASS);
}

SPEC(an_order_that_would_meet_an_own_one_is_refused)
{
    struct risk_order other = rig_sell(1, 3);
    other.strategy = 1;
    uint32_t three = rig_send(&rig, other);
    other.price = RIG_PRICE + 2 * RIG_TICK;
    uint32_t two = rig_send(&rig, other);
    other.price = RIG_PRICE + 5 * RIG_TICK;
    rig_send(&rig, other);
    EXPECT(rig_check(&rig, rig_buy(1, 1)) == RISK_PASS);
    EXPECT(rig_check(&rig, rig_buy(1, 2)) == RISK_SELF_TRADE);
    EXPECT(rig.refusal.bound == RIG_PRICE + 2 * RIG_TICK);
    struct risk_order market = rig_buy(1, 0);
    market.kind = RISK_MARKET_ORDER;
    market.price = 0;
    EXPECT(rig_check(&rig, market) == RISK_SELF_TRADE);
    market.symbol = 1;
    EXPECT(rig_check(&rig, market) == RISK_PASS);
    risk_done(rig.risk, two);
    EXPECT(rig_check(&rig, rig_buy(1, 2)) == RISK_PASS);
    EXPECT(rig_check(&rig, rig_buy(1, 3)) == RISK_SELF_TRADE);
    risk_done(rig.risk, three);
    EXPECT(rig_check(&rig, rig_buy(1, 4)) == RISK_PASS);
}

SPEC(an_order_being_replaced_may_be_met_at_both_its_prices)
{
    uint32_t own = rig_send(&rig, rig_sell(1, 5));
    rig_send(&rig, replacing(own, rig_sell(1, 2)));
    EXPECT(rig_check(&rig, rig_buy(1, 2)) == RISK_SELF_TRADE);
    risk_replaced(rig.risk, own);
    rig_send(&rig, replacing(own, rig_sell(1, 8)));
    EXPECT(rig_check(&rig, rig_buy(1, 2)) == RISK_SELF_TRADE);
    risk_kept(rig.risk, own);
    EXPECT(rig_check(&rig, rig_buy(1, 2)) == RISK_SELF_TRADE);
    rig_send(&rig, replacing(own, rig_sell(1, 9)));
    risk_replaced(rig.risk, own);
    EXPECT(rig_check(&rig, rig_buy(1, 8)) == RISK_PASS);
}

SPEC(a_replacement_counts_as_the_larger_of_both_until_it_is_answered)
{
    uint32_t own = rig_send(&rig, rig_buy(4, 0));
    rig_send(&rig, replacing(own, rig_buy(7, 1)));
    EXPECT(holding().buys == 7 * RIG_LOT);
    EXPECT(rig_check(&rig, replacing(own, rig_buy(8, 1))) == RISK_BUSY);
    EXPECT(rig_fill(&rig, own, 3, RIG_PRICE) == RISK_FILLED);
    EXPECT(holding().buys == 4 * RIG_LOT);
    risk_kept(rig.risk, own);
    EXPECT(holding().buys == 1 * RIG_LOT);
    EXPECT(rig_check(&rig, replacing(own, rig_buy(3, 1))) == RISK_BAD_FIELDS); /* all filled */
    rig_send(&rig, replacing(own, rig_buy(9, 1)));
    risk_replaced(rig.risk, own);
    EXPECT(holding().buys == 6 * RIG_LOT);
    EXPECT(holding().position == 3 * RIG_LOT);
    EXPECT(risk_open(rig.risk, own) == 6 * RIG_LOT);
    risk_done(rig.risk, own);
    EXPECT(holding().buys == 0);
    EXPECT(risk_open(rig.risk, own) == 0);
}

/* A quote that is replaced again and again has traded more than one order may. */
SPEC(what_an_order_has_traded_is_not_in_the_size_of_its_replacement)
{
    rig_bound(&rig, RISK_ORDER_QTY, 4 * RIG_LOT);
    uint32_t own = rig_send(&rig, rig_buy(4, 0));
    EXPECT(rig_fill(&rig, own, 3, RIG_PRICE) == RISK_FILLED);
    EXPECT(rig_check(&rig, replacing(own, rig_buy(8, 1))) == RISK_ORDER_QTY);
    EXPECT(rig.refusal.value == 5 * RIG_LOT);
    rig_send(&rig, replacing(own, rig_buy(7, 1)));
    risk_replaced(rig.risk, own);
    rig_bound(&rig, RISK_ORDER_NOTIONAL, (int64_t)4 * RIG_LOT * RIG_PRICE / QTY_ONE);
    EXPECT(rig_check(&rig, replacing(own, rig_buy(8, 0))) == RISK_ORDER_QTY);
    rig_bound(&rig, RISK_ORDER_QTY, 9 * RIG_LOT);
    EXPECT(rig_check(&rig, replacing(own, rig_buy(8, 0))) == RISK_ORDER_NOTIONAL);
    EXPECT(rig_check(&rig, replacing(own, rig_buy(7, 0))) == RISK_PASS);
}

SPEC(what_is_left_of_a_replacement_is_whole_lots_however_odd_was_filled)
{
    uint32_t own = rig_send(&rig, rig_buy(2, 0));
    struct risk_execution odd = {.order = own, .price = RIG_PRICE, .qty = RIG_LOT / 2 + 1};
    EXPECT(risk_fill(rig.risk, &odd, rig.now) == RISK_FILLED);
    struct risk_order next = replacing(own, rig_buy(2, 1));
    EXPECT(rig_check(&rig, next) == RISK_OFF_LOT);
    EXPECT(rig.refusal.value == 2 * RIG_LOT - odd.qty);
    EXPECT(rig.refusal.bound == RIG_LOT);
    next.qty += odd.qty;
    EXPECT(rig_check(&rig, next) == RISK_PASS);
    struct risk_order other = rig_buy(2, 1);
    other.qty += odd.qty;
    EXPECT(rig_check(&rig, other) == RISK_OFF_LOT);
    EXPECT(rig.refusal.value == other.qty);
}

SPEC(a_quantity_that_is_refused_shows_the_lot)
{
    static const qty_t lots[] = {2, 3, 7, 96, 12345678, QTY_ONE, (qty_t)1 << 40, RISK_QTY_MAX};
    for (uint32_t i = 0; i < ARRAY_COUNT(lots); i++) {
        struct rig bare = {.now = 1, .plan = rig_plan()};
        bare.risk = rig_new(&rig_limits, &bare.plan);
        CHECK(risk_list(bare.risk, 0, &(struct risk_symbol_plan){.tick = 1, .lot = lots[i]}));
        CHECK(risk_position(bare.risk, 0, 0, 0));
        rig_bound(&bare, RISK_TRADABLE, 1);
        struct risk_order order = rig_buy(0, 0);
        order.qty = lots[i] - 1;
        EXPECT(rig_check(&bare, order) == RISK_OFF_LOT);
        EXPECT(bare.refusal.value == lots[i] - 1);
        EXPECT(bare.refusal.bound == lots[i]);
        rig_free(bare.risk);
    }
}

SPEC(a_fill_of_more_than_was_open_and_one_that_comes_late_are_counted_in_full)
{
    uint32_t own = rig_send(&rig, rig_sell(2, 0));
    EXPECT(rig_fill(&rig, own, 3, RIG_PRICE) == RISK_FILL_OVER);
    EXPECT(holding().position == -3 * RIG_LOT);
    EXPECT(holding().sells == 0);
    risk_done(rig.risk, own);
    EXPECT(rig_fill(&rig, own, 1, RIG_PRICE) == RISK_FILL_BAD);
    EXPECT(risk_fill(rig.risk,
                     &(struct risk_execution){.order = RISK_NONE,
                                              .parent = RISK_NONE,
                                              .side = SIDE_SELL,
                                              .price = RIG_PRICE,
                                              .qty = RIG_LOT},
                     rig.now) == RISK_FILLED);
    EXPECT(holding().position == -4 * RIG_LOT);
}

SPEC(children_are_for_no_more_than_their_parent_has_left)
{
    struct risk_order parent = {.side = SIDE_BUY, .qty = 10 * RIG_LOT};
    uint32_t slot = risk_parent_open(rig.risk, &parent);
    struct risk_order child = rig_buy(6, 0);
    child.parent = slot;
    uint32_t own = rig_send(&rig, child);
    child.qty = 5 * RIG_LOT;
    EXPECT(rig_check(&rig, child) == RISK_PARENT);
    EXPECT(rig.refusal.bound == 4 * RIG_LOT);
    child.side = SIDE_SELL;
    child.price += 9 * RIG_TICK;
    EXPECT(rig_check(&rig, child) == RISK_PARENT);
    EXPECT(rig_fill(&rig, own, 2, RIG_PRICE) == RISK_FILLED);
    risk_done(rig.risk, own); /* 4 come back, 2 do not */
    EXPECT(risk_parent_left(rig.risk, slot) == 8 * RIG_LOT);
    child = rig_buy(8, 0);
    child.parent = slot;
    own = rig_send(&rig, child);
    EXPECT(risk_parent_left(rig.risk, slot) == 0);
    EXPECT_STOP(risk_parent_close(rig.risk, slot), "children == 0");
    uint32_t other = risk_parent_open(rig.risk, &parent);
    EXPECT(other != slot);
    child.order = own;
    child.parent = other;
    EXPECT(rig_check(&rig, child) == RISK_NO_ORDER); /* a child stays its parent's */
    child.parent = slot;
    EXPECT(rig_check(&rig, child) == RISK_PASS);
    child.order = RISK_NONE;
    risk_done(rig.risk, own);
    risk_parent_close(rig.risk, slot);
    EXPECT(rig_check(&rig, child) == RISK_PARENT);
}

SPEC(orders_found_at_the_start_count_whatever_the_limits_say)
{
    rig_bound(&rig, RISK_LONG, 5 * RIG_LOT);
    rig_state(&rig, RISK_BOX, 0, RISK_HALTED);
    struct risk_order order = rig_buy(20, 0);
    uint32_t own = risk_adopt(rig.risk, &order);
    EXPECT(own != RISK_NONE);
    EXPECT(holding().buys == 20 * RIG_LOT);
    order.qty = 0;
    EXPECT(risk_adopt(rig.risk, &order) == RISK_NONE);
    rig_state(&rig, RISK_BOX, 0, RISK_ACTIVE);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_LONG);
    risk_done(rig.risk, own);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_PASS);
}

SPEC(no_more_is_found_at_the_start_than_can_be_added_up)
{
    struct risk_order order = rig_buy(1, 0);
    order.qty = RISK_QTY_MAX;
    for (int i = 0; i < 4; i++) EXPECT(risk_adopt(rig.risk, &order) != RISK_NONE);
    order.qty = 1;
    EXPECT(risk_adopt(rig.risk, &order) == RISK_NONE);
    order.side = SIDE_SELL;
    EXPECT(risk_adopt(rig.risk, &order) != RISK_NONE);
}

SPEC(a_position_told_before_there_is_a_price_is_no_profit_and_no_loss)
{
    struct risk_plan plan = rig_plan();
    struct rig bare = {.now = rig.now, .risk = rig_new(&rig_limits, &plan)};
    CHECK(risk_list(bare.risk, 0, &(struct risk_symbol_plan){.tick = RIG_TICK, .lot = RIG_LOT}));
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++)
        if (limit != RISK_STRATEGY_LOSS && limit != RISK_DUPLICATE_NS)
            rig_bound(&bare, (enum risk_verdict)limit, risk_limit((enum risk_verdict)limit)->most);
    CHECK(risk_position(bare.risk, 0, 0, 5 * RIG_LOT));
    struct risk_execution sold = {.order = RISK_NONE,
                                  .parent = RISK_NONE,
                                  .side = SIDE_SELL,
                                  .price = RIG_PRICE,
                                  .qty = 2 * RIG_LOT};
    EXPECT(risk_fill(bare.risk, &sold, bare.now) == RISK_FILLED);
    risk_day(bare.risk);
    risk_reference(bare.risk, 0, RIG_PRICE, bare.now);
    risk_mark(bare.risk, 0, RIG_PRICE, bare.now);
    EXPECT(rig_check(&bare, rig_buy(1, 0)) == RISK_PASS);
    risk_mark(bare.risk, 0, RIG_PRICE - 1000000, bare.now);
    EXPECT(rig_check(&bare, rig_buy(1, 0)) == RISK_STRATEGY_LOSS);
    EXPECT(bare.refusal.value == 3); /* 300 x 0.01 */
    rig_close(&bare);
}

SPEC(a_full_table_of_orders_refuses)
{
    for (uint32_t i = 0; i < rig_limits.orders; i++) rig_send(&rig, rig_buy(1, -(int64_t)i));
    EXPECT(rig_check(&rig, rig_buy(1, 1)) == RISK_NO_ROOM);
    EXPECT(rig_check(&rig, replacing(3, rig_buy(1, 1))) == RISK_PASS);
    risk_done(rig.risk, 7);
    EXPECT(rig_check(&rig, rig_buy(1, 1)) == RISK_PASS);
}

SPEC(where_no_pass_can_be_remembered_it_is_refused)
{
    rig_bound(&rig, RISK_DUPLICATE_NS, 1000);
    for (int64_t i = 0; i < 64; i++) risk_done(rig.risk, rig_send(&rig, rig_buy(1, -i)));
    EXPECT(rig_check(&rig, rig_buy(1, 1)) == RISK_NO_ROOM);
    rig.now += 999;
    EXPECT(rig_check(&rig, rig_buy(1, 1)) == RISK_NO_ROOM);
    rig.now += 1;
    EXPECT(rig_check(&rig, rig_buy(1, 1)) == RISK_PASS);
}

SPEC(the_same_order_of_another_strategy_side_price_or_quantity_is_no_duplicate)
{
    rig_bound(&rig, RISK_DUPLICATE_NS, 1000);
    risk_done(rig.risk, rig_send(&rig, rig_buy(1, 0)));
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_DUPLICATE_NS);
    EXPECT(rig_check(&rig, rig_sell(1, 0)) == RISK_PASS);
    EXPECT(rig_check(&rig, rig_buy(2, 0)) == RISK_PASS);
    EXPECT(rig_check(&rig, rig_buy(1, 1)) == RISK_PASS);
    struct risk_order order = rig_buy(1, 0);
    order.strategy = 1;
    EXPECT(rig_check(&rig, order) == RISK_PASS);
    order.strategy = 0;
    order.symbol = 1;
    EXPECT(rig_check(&rig, order) == RISK_PASS);
}

/* So many that some have the hash of the pass they differ from. */
SPEC(orders_of_one_hash_that_differ_are_no_duplicates)
{
    rig_bound(&rig, RISK_DUPLICATE_NS, 1000);
    for (int64_t round = 1; round <= 100; round++, rig.now += 1000)
        for (int64_t i = 0; i < 60; i++) {
            struct risk_order order = rig_buy(round, -i), other = order;
            risk_done(rig.risk, rig_send(&rig, order));
            EXPECT(rig_check(&rig, order) == RISK_DUPLICATE_NS);
            other.strategy = 1;
            EXPECT(rig_check(&rig, other) == RISK_PASS);
            other.strategy = 0;
            other.symbol = 2;
            EXPECT(rig_check(&rig, other) == RISK_PASS);
            other.symbol = 0;
            other.price += 100 * RIG_TICK;
            EXPECT(rig_check(&rig, other) == RISK_PASS);
            other.price = order.price;
            other.qty += 100 * RIG_LOT;
            EXPECT(rig_check(&rig, other) == RISK_PASS);
        }
}

SPEC(a_pass_is_good_once_and_for_the_state_it_was_given_in)
{
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_PASS);
    struct risk_pass first = rig.pass;
    EXPECT(rig_check(&rig, rig_buy(2, 0)) == RISK_PASS);
    EXPECT(risk_take(rig.risk, &rig.pass) != RISK_NONE);
    EXPECT(risk_take(rig.risk, &first) == RISK_NONE);
    EXPECT(risk_take(rig.risk, &rig.pass) == RISK_NONE);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_PASS);
    rig_bound(&rig, RISK_ORDER_QTY, 10);
    EXPECT(risk_take(rig.risk, &rig.pass) == RISK_NONE);
    EXPECT_UINT(risk_orders(rig.risk), 1);
}

SPEC(a_pass_admits_the_bytes_it_was_bound_to_and_no_others)
{
    uint8_t bytes[61];
    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 37);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_PASS);
    struct risk_pass pass = rig.pass;
    EXPECT(!risk_pass_admits(&pass, bytes, sizeof bytes));
    risk_pass_bind(&pass, bytes, sizeof bytes);
    EXPECT(risk_pass_admits(&pass, bytes, sizeof bytes));
    EXPECT(!risk_pass_admits(&pass, bytes, sizeof bytes - 1));
    EXPECT(!risk_pass_admits(&pass, bytes, 0));
    for (uint32_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        EXPECT(!risk_pass_admits(&pass, bytes, sizeof bytes));
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (uint32_t bit = 0; bit < 8 * (offsetof(struct risk_pass, hash) + 8); bit++) {
        struct risk_pass other = pass;
        ((uint8_t *)&other)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        EXPECT(!risk_pass_admits(&other, bytes, sizeof bytes));
    }
}

SPEC(checks_are_the_sum_of_their_verdicts)
{
    for (int64_t i = 0; i < 50; i++) (void)rig_check(&rig, rig_buy(i % 3, i % 4));
    uint64_t sum = 0;
    for (int v = 0; v < RISK_VERDICT_COUNT; v++)
        sum += counter_read(&risk_counts(rig.risk)->verdict[v]);
    EXPECT_UINT(sum, 50);
}

SPEC(a_refusal_is_a_sentence_with_its_limit_whose_it_is_value_and_bound)
{
    char text[256];
    rig_bound(&rig, RISK_LONG, 3 * RIG_LOT);
    EXPECT(rig_check(&rig, rig_buy(5, 0)) == RISK_LONG);
    EXPECT(risk_refusal_print(text, sizeof text, &rig.refusal) < sizeof text);
    EXPECT_TEXT(text, "position_long: the strategy would be longer in the symbol than this if all "
                      "its buys filled (symbol 0, strategy 0): 0.00000500 against 0.00000300");
}

/* The rows of README.md's tables between "begin" and "end" are those of the code. */
SPEC(the_tables_of_the_readme_are_the_rows_of_the_code)
{
    static char actual[1 << 16], expected[1 << 14];
    FILE *file = fopen(RISK_README, "rb");
    EXPECT(file != NULL);
    if (!file) return;
    actual[fread(actual, 1, sizeof actual - 1, file)] = 0;
    fclose(file);
    size_t at = 0;
    for (int v = 1; v < RISK_VERDICT_COUNT; v++) {
        enum risk_verdict verdict = (enum risk_verdict)v;
        bool limit = v <= (int)RISK_LIMIT_COUNT;
        at += (size_t)snprintf(
            expected + at, sizeof expected - at, "| `%s` | %s | %s | %s |\n",
            risk_verdict_name(verdict), limit ? risk_scope_name(risk_limit(verdict)->scope) : "",
            limit ? risk_unit_name(risk_limit(verdict)->unit) : "rule", risk_verdict_text(verdict));
    }
    EXPECT(strstr(actual, expected) != NULL);
    if (!strstr(actual, expected)) printf("%s", expected);
}

#define SPECS(S)                                                                                   \
    S(fields_that_no_order_has_are_refused)                                                        \
    S(without_a_price_nothing_passes)                                                              \
    S(an_order_that_would_meet_an_own_one_is_refused)                                              \
    S(an_order_being_replaced_may_be_met_at_both_its_prices)                                       \
    S(a_replacement_counts_as_the_larger_of_both_until_it_is_answered)                             \
    S(what_an_order_has_traded_is_not_in_the_size_of_its_replacement)                              \
    S(what_is_left_of_a_replacement_is_whole_lots_however_odd_was_filled)                          \
    S(a_quantity_that_is_refused_shows_the_lot)                                                    \
    S(a_fill_of_more_than_was_open_and_one_that_comes_late_are_counted_in_full)                    \
    S(children_are_for_no_more_than_their_parent_has_left)                                         \
    S(orders_found_at_the_start_count_whatever_the_limits_say)                                     \
    S(no_more_is_found_at_the_start_than_can_be_added_up)                                          \
    S(a_position_told_before_there_is_a_price_is_no_profit_and_no_loss)                            \
    S(a_full_table_of_orders_refuses)                                                              \
    S(where_no_pass_can_be_remembered_it_is_refused)                                               \
    S(the_same_order_of_another_strategy_side_price_or_quantity_is_no_duplicate)                   \
    S(orders_of_one_hash_that_differ_are_no_duplicates)                                            \
    S(a_pass_is_good_once_and_for_the_state_it_was_given_in)                                       \
    S(a_pass_admits_the_bytes_it_was_bound_to_and_no_others)                                       \
    S(checks_are_the_sum_of_their_verdicts)                                                        \
    S(a_refusal_is_a_sentence_with_its_limit_whose_it_is_value_and_bound)                          \
    S(the_tables_of_the_readme_are_the_rows_of_the_code)
SPEC_MAIN("risk", SPECS, open_rig, close_rig)
