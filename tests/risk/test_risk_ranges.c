/* What is out of range is refused wherever it comes in, and changes nothing. */

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

/* One field of a copy of good is wrong: the statement must say refused, and the state stay. */
#define REFUSED(good, field, wrong, statement)                                                     \
    do {                                                                                           \
        __typeof__(good) bad = good;                                                               \
        bad.field = wrong;                                                                         \
        uint64_t before_ = risk_digest(rig.risk);                                                  \
        spec_expect(__FILE__, __LINE__, statement, "%s = %s", #field, #wrong);                     \
        spec_expect(__FILE__, __LINE__, risk_digest(rig.risk) == before_, "%s = %s changes",       \
                    #field, #wrong);                                                               \
    } while (0)

SPEC(limits_out_of_range_are_said_by_name)
{
    struct risk_limits good = rig_limits;
    EXPECT(risk_limits_check(&good) == NULL);
#define NAMED(field, wrong)                                                                        \
    REFUSED(good, field, wrong, risk_limits_check(&bad) && strstr(risk_limits_check(&bad), #field))
    NAMED(venues, 0);
    NAMED(venues, RISK_VENUES_MAX + 1);
    NAMED(strategies, 0);
    NAMED(strategies, RISK_STRATEGIES_MAX + 1);
    NAMED(symbols, 0);
    NAMED(symbols, RISK_SYMBOLS_MAX + 1);
    NAMED(orders, 0);
    NAMED(orders, RISK_ORDERS_MAX + 1);
    NAMED(parents, RISK_ORDERS_MAX + 1);
    NAMED(recent, 0);
    NAMED(recent, 3);
    NAMED(recent, 2 * RISK_ORDERS_MAX);
    NAMED(batch, 0);
    NAMED(batch, RISK_BATCH_MAX + 1);
#undef NAMED
    struct risk_limits limits = rig_limits;
    limits.strategies = 4096;
    limits.symbols = 1024;
    EXPECT(risk_limits_check(&limits) == NULL);
    limits.symbols = 1025;
    EXPECT(risk_limits_check(&limits) != NULL);
    EXPECT_STOP(risk_footprint(&limits), "risk_limits_check");
}

SPEC(a_symbol_is_listed_once_and_only_with_a_tick_and_a_lot)
{
    struct risk_limits limits = rig_limits;
    limits.parents = 0;
    struct rig listed = rig; /* of the rig all symbols are listed */
    rig.risk = rig_new(&limits, &listed.plan);
    struct risk_symbol_plan good = {.venue = 1, .tick = 1, .lot = 1};
    REFUSED(good, venue, 2, !risk_list(rig.risk, 0, &bad));
    REFUSED(good, tick, 0, !risk_list(rig.risk, 0, &bad));
    REFUSED(good, tick, RISK_PRICE_MAX + 1, !risk_list(rig.risk, 0, &bad));
    REFUSED(good, lot, 0, !risk_list(rig.risk, 0, &bad));
    REFUSED(good, lot, RISK_QTY_MAX + 1, !risk_list(rig.risk, 0, &bad));
    REFUSED(good, venue, 1, !risk_list(rig.risk, 4, &bad));
    EXPECT(risk_list(rig.risk, 0, &good));
    REFUSED(good, tick, 2, !risk_list(rig.risk, 0, &bad));
    EXPECT(!risk_position(rig.risk, 0, 1, 5));
    struct risk_order parent = {.qty = 5};
    EXPECT(risk_parent_open(rig.risk, &parent) == RISK_NONE);
    rig_free(rig.risk);
    rig = listed;
}

SPEC(a_fill_out_of_range_changes_nothing)
{
    uint32_t own = rig_send(&rig, rig_buy(1, 0));
    struct risk_execution good = {
        .order = RISK_NONE, .parent = RISK_NONE, .price = RIG_PRICE, .qty = RIG_LOT};
#define BAD(field, wrong)                                                                          \
    REFUSED(good, field, wrong, risk_fill(rig.risk, &bad, rig.now) == RISK_FILL_BAD)
    BAD(price, 0);
    BAD(price, RISK_PRICE_MAX + 1);
    BAD(qty, 0);
    BAD(qty, INT64_MIN);
    BAD(qty, RISK_QTY_MAX + 1);
    BAD(order, own + 1);
    BAD(order, 24);
    BAD(strategy, 3);
    BAD(symbol, 4);
    BAD(side, (enum side)2);
    BAD(parent, 0);
    BAD(parent, 4);
#undef BAD
    EXPECT(risk_fill(rig.risk, &good, rig.now) == RISK_FILLED);
    EXPECT(risk_open(rig.risk, own) == RIG_LOT);
    EXPECT(risk_open(rig.risk, 24) == 0);
}

SPEC(a_parent_or_an_order_found_at_the_start_out_of_range_changes_nothing)
{
    struct risk_order good = rig_buy(1, 0);
#define NONE(field, wrong)                                                                         \
    REFUSED(good, field, wrong, risk_parent_open(rig.risk, &bad) == RISK_NONE)
    NONE(strategy, 3);
    NONE(symbol, 4);
    NONE(side, (enum side)2);
    NONE(qty, 0);
    NONE(qty, RISK_QTY_MAX + 1);
#undef NONE
    uint32_t parent = risk_parent_open(rig.risk, &good);
    good.parent = parent;
#define NONE(field, wrong) REFUSED(good, field, wrong, risk_adopt(rig.risk, &bad) == RISK_NONE)
    NONE(strategy, 3);
    NONE(symbol, 4);
    NONE(side, (enum side)2);
    NONE(kind, (enum risk_order_kind)2);
    NONE(kind, RISK_MARKET_ORDER); /* with a price */
    NONE(order, 0);
    NONE(price, 0);
    NONE(price, RISK_PRICE_MAX + 1);
    NONE(qty, 0);
    NONE(qty, RISK_QTY_MAX + 1);
    NONE(parent, parent + 1);
    NONE(parent, 4);
    NONE(strategy, 1); /* the parent is of another strategy, symbol, side */
    NONE(symbol, 1);
    NONE(side, SIDE_SELL);
#undef NONE
    EXPECT(risk_adopt(rig.risk, &good) != RISK_NONE);
    EXPECT(risk_parent_left(rig.risk, parent) == 0);
}

SPEC(a_replacement_names_its_own_order)
{
    struct risk_order good = rig_buy(2, 0);
    good.order = rig_send(&rig, good);
    REFUSED(good, strategy, 1, rig_check(&rig, bad) == RISK_NO_ORDER);
    REFUSED(good, symbol, 1, rig_check(&rig, bad) == RISK_NO_ORDER);
    REFUSED(good, side, SIDE_SELL, rig_check(&rig, bad) == RISK_NO_ORDER);
    REFUSED(good, order, good.order + 1, rig_check(&rig, bad) == RISK_NO_ORDER);
    struct risk_order market = good;
    market.kind = RISK_MARKET_ORDER;
    market.price = 0;
    EXPECT(rig_check(&rig, market) == RISK_BAD_FIELDS);
    EXPECT(rig_check(&rig, good) == RISK_PASS);
}

SPEC(fills_far_beyond_an_order_and_its_parent_leave_nothing_open)
{
    struct risk_order order = rig_sell(2, 0);
    order.parent = risk_parent_open(rig.risk, &order);
    uint32_t own = rig_send(&rig, order);
    struct risk_execution fill = {.order = own, .price = 1, .qty = RISK_QTY_MAX};
    for (int i = 0; i < 40; i++) (void)risk_fill(rig.risk, &fill, rig.now);
    EXPECT(risk_open(rig.risk, own) == 0);
    EXPECT(risk_parent_left(rig.risk, order.parent) == 0);
    risk_verify(rig.risk);
    risk_done(rig.risk, own);
    risk_parent_close(rig.risk, order.parent);
}

SPEC(a_pass_of_another_version_or_number_is_not_used)
{
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_PASS);
    REFUSED(rig.pass, version, RISK_PASS_VERSION + 1, risk_take(rig.risk, &bad) == RISK_NONE);
    REFUSED(rig.pass, number, rig.pass.number + 1, risk_take(rig.risk, &bad) == RISK_NONE);
    REFUSED(rig.pass, moment, rig.pass.moment - 1, risk_take(rig.risk, &bad) == RISK_NONE);
    EXPECT(risk_take(rig.risk, &rig.pass) != RISK_NONE);
}

SPEC(records_out_of_range_change_nothing)
{
    struct risk_record good = rig_record(RISK_SYMBOL, 0, RISK_HALTED);
    good.role = RISK_ADMIN;
    memcpy(good.reason, "why", 4);
    risk_control_draft(rig.risk, &good, 1);
#define BAD(field, wrong, status)                                                                  \
    REFUSED(good, field, wrong, risk_control_check(rig.risk, &bad, 1) == (status))
    BAD(limit, 1, RISK_CONTROL_LIMIT);
    BAD(value, -1, RISK_CONTROL_VALUE);
    BAD(value, RISK_STATE_COUNT, RISK_CONTROL_VALUE);
    BAD(subject.strategy, 1, RISK_CONTROL_SUBJECT);
    BAD(subject.symbol, 4, RISK_CONTROL_SUBJECT);
#undef BAD
    static struct risk_record many[65];
    for (int i = 0; i < 65; i++) many[i] = good;
    risk_control_draft(rig.risk, many, 65);
    EXPECT(risk_control_check(rig.risk, many, 65) == RISK_CONTROL_BATCH);
    EXPECT(risk_control_apply(rig.risk, &many[0]) == RISK_CONTROL_BATCH);
    risk_control_draft(rig.risk, many, 64);
    EXPECT(risk_control_check(rig.risk, many, 64) == RISK_CONTROL_OK);
    EXPECT(risk_control_apply(rig.risk, &many[0]) == RISK_CONTROL_OK);
    many[1].count = 65;
    many[1].left = 63; /* its own numbers agree, with the batch's they do not */
    EXPECT(risk_control_apply(rig.risk, &many[1]) == RISK_CONTROL_BATCH);
    risk_control_draft(rig.risk, many, 3);
    EXPECT(risk_control_apply(rig.risk, &many[0]) == RISK_CONTROL_OK);
    many[1].count = 4;
    many[1].left = 2;
    EXPECT(risk_control_apply(rig.risk, &many[1]) == RISK_CONTROL_BATCH);
    EXPECT(risk_state(rig.risk, RISK_SYMBOL, 0) == RISK_ACTIVE);
    EXPECT_STOP(risk_state(rig.risk, RISK_ROUTE, 0), "no state of their own");
}

SPEC(every_verdict_status_scope_and_unit_has_a_name_and_prints)
{
    for (int v = 0; v < RISK_VERDICT_COUNT; v++) {
        struct risk_refusal refusal = {.verdict = (enum risk_verdict)v,
                                       .scope = (enum risk_scope)(v % RISK_SCOPE_COUNT),
                                       .value = INT64_MIN,
                                       .bound = INT64_MAX};
        char text[512];
        EXPECT(risk_refusal_print(text, sizeof text, &refusal) < sizeof text);
        EXPECT(strstr(text, risk_verdict_name(refusal.verdict)) == text);
        bool parts = strstr(text, "-92233720368.54775808 against 92233720368.54775807");
        EXPECT(parts || strstr(text, "-9223372036854775808 against 9223372036854775807"));
        if (refusal.scope != RISK_ROUTE && refusal.scope != RISK_HOLDING)
            EXPECT(strstr(text, risk_scope_name(refusal.scope)) != NULL);
    }
    for (int i = 0; i < RISK_CONTROL_COUNT; i++) {
        EXPECT(risk_control_name((enum risk_control)i)[0] != 0);
        EXPECT(risk_control_text((enum risk_control)i)[0] != 0);
    }
    for (int i = 0; i < RISK_FILL_COUNT; i++) EXPECT(risk_fill_name((enum risk_fill)i)[0] != 0);
}

SPEC(a_row_without_its_bound_stops_the_program)
{
    EXPECT_STOP(risk_limit(RISK_PASS), "limit > RISK_PASS");
    EXPECT_STOP(risk_limit(RISK_NO_SUBJECT), "RISK_LIMIT_COUNT");
    EXPECT_STOP(risk_done(rig.risk, 0), "qty > 0");
    EXPECT_STOP(risk_replaced(rig.risk, 24), "limits.orders");
    uint32_t own = rig_send(&rig, rig_buy(1, 0));
    EXPECT_STOP(risk_kept(rig.risk, own), "next_qty > 0");
}

#define SPECS(S)                                                                                   \
    S(limits_out_of_range_are_said_by_name)                                                        \
    S(a_symbol_is_listed_once_and_only_with_a_tick_and_a_lot)                                      \
    S(a_fill_out_of_range_changes_nothing)                                                         \
    S(a_parent_or_an_order_found_at_the_start_out_of_range_changes_nothing)                        \
    S(a_replacement_names_its_own_order)                                                           \
    S(fills_far_beyond_an_order_and_its_parent_leave_nothing_open)                                 \
    S(a_pass_of_another_version_or_number_is_not_used)                                             \
    S(records_out_of_range_change_nothing)                                                         \
    S(every_verdict_status_scope_and_unit_has_a_name_and_prints)                                   \
    S(a_row_without_its_bound_stops_the_program)
SPEC_MAIN("risk_ranges", SPECS, open_rig, close_rig)
