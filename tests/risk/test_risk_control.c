/* Trading states, the kill latch, and bounds changed by people. */

#include "tests/risk/risk_rig.h"
#include "tests/support/chance.h"
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

static enum risk_control change(struct risk *risk, struct risk_record record)
{
    risk_control_draft(risk, &record, 1);
    enum risk_control checked = risk_control_check(risk, &record, 1);
    enum risk_control applied = risk_control_apply(risk, &record);
    EXPECT(checked == applied);
    return applied;
}

static struct risk_record by(enum risk_role role, struct risk_record record)
{
    record.role = (uint8_t)role;
    record.confirmed_by = RISK_NONE;
    return record;
}

static struct risk_record why(const char *reason, struct risk_record record)
{
    strncpy(record.reason, reason, sizeof record.reason - 1);
    return record;
}

static struct risk_record bound(enum risk_verdict limit, int64_t value)
{
    return (struct risk_record){.kind = RISK_RECORD_BOUND,
                                .scope = (uint8_t)risk_limit(limit)->scope,
                                .limit = (uint16_t)limit,
                                .value = value,
                                .role = RISK_OFFICER,
                                .who = 7,
                                .confirmed_by = RISK_NONE,
                                .reason = "as the spec says"};
}

SPEC(a_box_starts_halted_unless_it_is_armed)
{
    struct risk_plan plan = rig_plan();
    plan.armed = false;
    struct risk *risk = rig_new(&rig_limits, &plan);
    EXPECT(risk_state(risk, RISK_BOX, 0) == RISK_HALTED);
    rig_free(risk);
    EXPECT(risk_state(rig.risk, RISK_BOX, 0) == RISK_ACTIVE);
}

SPEC(the_strictest_state_of_box_venue_strategy_and_symbol_holds)
{
    for (int box = 0; box < 3; box++)
        for (int venue = 0; venue < 3; venue++)
            for (int strategy = 0; strategy < 3; strategy++)
                for (int symbol = 0; symbol < 3; symbol++) {
                    const int states[4] = {box, venue, strategy, symbol};
                    int strictest = 0;
                    for (int i = 0; i < 4; i++) {
                        rig_state(&rig, (enum risk_scope)i, 0, (enum risk_state)states[i]);
                        strictest = states[i] > strictest ? states[i] : strictest;
                    }
                    const enum risk_verdict expected[] = {RISK_PASS, RISK_REDUCE_NOW,
                                                          RISK_HALTED_NOW};
                    EXPECT(rig_check(&rig, rig_buy(1, 0)) == expected[strictest]);
                    if (strictest && states[rig.refusal.scope] != strictest)
                        EXPECT(states[rig.refusal.scope] == strictest);
                }
}

SPEC(a_state_of_another_venue_strategy_or_symbol_is_none_of_its_business)
{
    rig_state(&rig, RISK_VENUE, 1, RISK_HALTED);
    rig_state(&rig, RISK_STRATEGY, 1, RISK_HALTED);
    rig_state(&rig, RISK_SYMBOL, 1, RISK_HALTED);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_PASS);
    struct risk_order order = rig_buy(1, 0);
    order.symbol = 3; /* at venue 1 */
    EXPECT(rig_check(&rig, order) == RISK_HALTED_NOW);
    EXPECT(rig.refusal.scope == RISK_VENUE);
    EXPECT_UINT(rig.refusal.subject.venue, 1);
}

SPEC(reduce_only_lets_pass_what_can_neither_turn_nor_grow_the_position)
{
    CHECK(risk_position(rig.risk, 0, 0, 10 * RIG_LOT));
    uint32_t working = rig_send(&rig, rig_sell(4, 2));
    rig_state(&rig, RISK_SYMBOL, 0, RISK_REDUCE_ONLY);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_REDUCE_NOW);
    EXPECT(rig_check(&rig, rig_sell(7, 1)) == RISK_REDUCE_NOW); /* with the 4: short 1 */
    EXPECT(rig.refusal.value == RIG_LOT);
    EXPECT(rig_check(&rig, rig_sell(6, 1)) == RISK_PASS);
    struct risk_order more = rig_sell(11, 2);
    more.order = working;
    EXPECT(rig_check(&rig, more) == RISK_REDUCE_NOW);
    more.qty = 10 * RIG_LOT;
    EXPECT(rig_check(&rig, more) == RISK_PASS);
}

SPEC(after_a_kill_nothing_passes_and_what_had_passed_may_not_be_used)
{
    uint32_t living = rig_send(&rig, rig_buy(1, -1));
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_PASS);
    EXPECT(change(rig.risk, by(RISK_OPERATOR, rig_record(RISK_BOX, 0, RISK_HALTED))) ==
           RISK_CONTROL_OK);
    EXPECT(risk_take(rig.risk, &rig.pass) == RISK_NONE);
    EXPECT_UINT(counter_read(&risk_counts(rig.risk)->taken_stale), 1);
    EXPECT(rig_check(&rig, rig_buy(1, 0)) == RISK_HALTED_NOW);
    struct risk_order order = rig_buy(1, -2);
    order.order = living;
    EXPECT(rig_check(&rig, order) == RISK_HALTED_NOW);
    risk_cancel(rig.risk, living, rig.now);
    EXPECT(rig_fill(&rig, living, 1, RIG_PRICE) == RISK_FILLED);
    risk_done(rig.risk, living);
    EXPECT_UINT(risk_orders(rig.risk), 0);
}

SPEC(ten_thousand_trips_and_never_an_order_between_a_kill_and_its_release)
{
    struct chance chance = {.state = 1};
    for (int trip = 0; trip < 10000; trip++) {
        enum risk_scope scope = (enum risk_scope)chance_between(&chance, RISK_BOX, RISK_SYMBOL);
        bool passed = rig_check(&rig, rig_buy(1, 0)) == RISK_PASS;
        struct risk_record kill = rig_record(scope, 0, RISK_HALTED);
        if (change(rig.risk, by(RISK_BY_BOX, kill)) != RISK_CONTROL_OK) EXPECT(false);
        if (passed && risk_take(rig.risk, &rig.pass) != RISK_NONE) EXPECT(false);
        rig.now += chance_between(&chance, 0, NANOS_SECOND);
        risk_reference(rig.risk, 0, RIG_PRICE, rig.now);
        risk_mark(rig.risk, 0, RIG_PRICE, rig.now);
        for (int i = 0; i < 5; i++)
            if (rig_check(&rig, rig_sell(1, i)) != RISK_HALTED_NOW) EXPECT(false);
        rig_state(&rig, scope, 0, RISK_ACTIVE);
        if (rig_check(&rig, rig_buy(1, 0)) != RISK_PASS) EXPECT(false);
    }
}

SPEC(anyone_but_a_viewer_halts_and_only_an_officer_with_a_reason_releases)
{
    struct risk_record halt = rig_record(RISK_BOX, 0, RISK_HALTED);
    struct risk_record release = rig_record(RISK_BOX, 0, RISK_ACTIVE);
    EXPECT(change(rig.risk, by(RISK_VIEWER, halt)) == RISK_CONTROL_ROLE);
    EXPECT(change(rig.risk, by((enum risk_role)5, halt)) == RISK_CONTROL_ROLE);
    EXPECT(change(rig.risk, by(RISK_BY_BOX, halt)) == RISK_CONTROL_OK);
    EXPECT(change(rig.risk, by(RISK_OPERATOR, halt)) == RISK_CONTROL_OK);
    EXPECT(change(rig.risk, why("looks fine", by(RISK_OPERATOR, release))) == RISK_CONTROL_ROLE);
    EXPECT(change(rig.risk, why("looks fine", by(RISK_BY_BOX, release))) == RISK_CONTROL_ROLE);
    EXPECT(change(rig.risk, by(RISK_OFFICER, release)) == RISK_CONTROL_REASON);
    EXPECT(risk_state(rig.risk, RISK_BOX, 0) == RISK_HALTED);
    EXPECT(change(rig.risk, why("cause found", by(RISK_OFFICER, release))) == RISK_CONTROL_OK);
    EXPECT(risk_state(rig.risk, RISK_BOX, 0) == RISK_ACTIVE);
}

SPEC(where_two_must_agree_a_second_officer_confirms_the_release)
{
    struct risk_plan plan = rig_plan();
    plan.two_persons = true;
    plan.armed = false;
    struct risk *risk = rig_new(&rig_limits, &plan);
    struct risk_record release =
        why("cause found", by(RISK_OFFICER, rig_record(RISK_BOX, 0, RISK_ACTIVE)));
    EXPECT(change(risk, release) == RISK_CONTROL_SECOND);
    release.confirmed_by = release.who;
    release.confirm_role = RISK_OFFICER;
    EXPECT(change(risk, release) == RISK_CONTROL_SECOND);
    release.confirmed_by = release.who + 1;
    release.confirm_role = RISK_OPERATOR;
    EXPECT(change(risk, release) == RISK_CONTROL_SECOND);
    release.confirm_role = RISK_ADMIN + 1;
    EXPECT(change(risk, release) == RISK_CONTROL_SECOND);
    release.confirm_role = RISK_OFFICER;
    EXPECT(change(risk, release) == RISK_CONTROL_OK);
    EXPECT(change(risk, by(RISK_OPERATOR, rig_record(RISK_BOX, 0, RISK_HALTED))) ==
           RISK_CONTROL_OK);
    rig_free(risk);
}

SPEC(a_bound_is_tightened_by_an_operator_loosened_by_an_officer_and_never_beyond_its_ceiling)
{
    struct risk_plan plan = rig_plan();
    plan.ceiling[RISK_ORDER_QTY - 1] = 1000;
    plan.ceiling[RISK_DUPLICATE_NS - 1] = 500;
    struct risk *risk = rig_new(&rig_limits, &plan);
    EXPECT(change(risk, bound(RISK_ORDER_QTY, 1001)) == RISK_CONTROL_CEILING);
    EXPECT(change(risk, bound(RISK_ORDER_QTY, 1000)) == RISK_CONTROL_OK);
    EXPECT(change(risk, by(RISK_OPERATOR, bound(RISK_ORDER_QTY, 10))) == RISK_CONTROL_OK);
    EXPECT(change(risk, by(RISK_OPERATOR, bound(RISK_ORDER_QTY, 11))) == RISK_CONTROL_ROLE);
    EXPECT(change(risk, by(RISK_OPERATOR, bound(RISK_DUPLICATE_NS, 900))) == RISK_CONTROL_OK);
    EXPECT(change(risk, by(RISK_OPERATOR, bound(RISK_DUPLICATE_NS, 800))) == RISK_CONTROL_ROLE);
    EXPECT(change(risk, bound(RISK_DUPLICATE_NS, 499)) == RISK_CONTROL_CEILING);
    EXPECT(change(risk, bound(RISK_DUPLICATE_NS, 500)) == RISK_CONTROL_OK);
    EXPECT(risk_bound(risk, RISK_ORDER_QTY, &(struct risk_subject){0}) == 10);
    rig_free(risk);
}

SPEC(a_record_that_is_not_one_is_refused_with_what_is_wrong)
{
    struct risk_record good = bound(RISK_ORDER_QTY, 5), bad;
#define REFUSED(field, wrong, status)                                                              \
    do {                                                                                           \
        bad = good;                                                                                \
        risk_control_draft(rig.risk, &bad, 1);                                                     \
        bad.field = wrong;                                                                         \
        enum risk_control control_ = risk_control_check(rig.risk, &bad, 1);                        \
        spec_expect(__FILE__, __LINE__, control_ == (status), "%s: %s", #field,                    \
                    risk_control_name(control_));                                                  \
    } while (0)
    REFUSED(version, 2, RISK_CONTROL_VERSION);
    REFUSED(kind, 0, RISK_CONTROL_VERSION);
    REFUSED(reserved, 1, RISK_CONTROL_VERSION);
    REFUSED(scope, RISK_SCOPE_COUNT, RISK_CONTROL_SUBJECT);
    REFUSED(subject.symbol, 4, RISK_CONTROL_SUBJECT);
    REFUSED(subject.venue, 1, RISK_CONTROL_SUBJECT);
    REFUSED(limit, 0, RISK_CONTROL_LIMIT);
    REFUSED(limit, RISK_LIMIT_COUNT + 1, RISK_CONTROL_LIMIT);
    REFUSED(limit, RISK_BOX_GROSS, RISK_CONTROL_LIMIT);
    REFUSED(value, -1, RISK_CONTROL_VALUE);
    REFUSED(value, RISK_QTY_MAX + 1, RISK_CONTROL_VALUE);
    REFUSED(left, 1, RISK_CONTROL_BATCH);
    REFUSED(count, 2, RISK_CONTROL_BATCH);
    REFUSED(number, 1, RISK_CONTROL_TURN);
    REFUSED(old, 3, RISK_CONTROL_OLD);
    memset(good.reason, 'x', sizeof good.reason);
    REFUSED(limit, RISK_ORDER_QTY, RISK_CONTROL_REASON);
#undef REFUSED
    EXPECT(change(rig.risk, by(RISK_ADMIN, rig_record(RISK_ROUTE, 0, RISK_HALTED))) ==
           RISK_CONTROL_SUBJECT);
    EXPECT(change(rig.risk, by(RISK_ADMIN, rig_record(RISK_BOX, 0, RISK_STATE_COUNT))) ==
           RISK_CONTROL_VALUE);
    EXPECT(risk_control_check(rig.risk, &good, 0) == RISK_CONTROL_BATCH);
}

SPEC(a_reload_changes_all_bounds_or_none)
{
    struct risk_record batch[3] = {bound(RISK_ORDER_QTY, 5), bound(RISK_LONG, 6),
                                   bound(RISK_CAPITAL, 7)};
    struct risk_subject at = {0};
    risk_control_draft(rig.risk, batch, 3);
    EXPECT(risk_control_check(rig.risk, batch, 3) == RISK_CONTROL_OK);
    EXPECT(risk_control_apply(rig.risk, &batch[0]) == RISK_CONTROL_OK);
    EXPECT(risk_control_apply(rig.risk, &batch[1]) == RISK_CONTROL_OK);
    EXPECT(risk_bound(rig.risk, RISK_ORDER_QTY, &at) == RISK_QTY_MAX);
    EXPECT(risk_control_apply(rig.risk, &batch[2]) == RISK_CONTROL_OK);
    EXPECT(risk_bound(rig.risk, RISK_ORDER_QTY, &at) == 5);
    EXPECT(risk_bound(rig.risk, RISK_LONG, &at) == 6);
    EXPECT(risk_bound(rig.risk, RISK_CAPITAL, &at) == 7);

    struct risk_record two[2] = {bound(RISK_ORDER_QTY, 4), by(RISK_OPERATOR, bound(RISK_LONG, 9))};
    risk_control_draft(rig.risk, two, 2);
    EXPECT(risk_control_check(rig.risk, two, 2) == RISK_CONTROL_ROLE);
    EXPECT(risk_control_apply(rig.risk, &two[0]) == RISK_CONTROL_OK);
    EXPECT(risk_control_apply(rig.risk, &two[1]) == RISK_CONTROL_ROLE);
    EXPECT(risk_bound(rig.risk, RISK_ORDER_QTY, &at) == 5);
}

SPEC(a_reload_that_was_cut_short_never_happened)
{
    struct risk_record batch[2] = {bound(RISK_ORDER_QTY, 5), bound(RISK_LONG, 6)};
    struct risk_subject at = {0};
    risk_control_draft(rig.risk, batch, 2);
    EXPECT(risk_control_apply(rig.risk, &batch[0]) == RISK_CONTROL_OK);
    EXPECT(change(rig.risk, bound(RISK_CAPITAL, 3)) == RISK_CONTROL_OK);
    EXPECT(risk_bound(rig.risk, RISK_ORDER_QTY, &at) == RISK_QTY_MAX);
    EXPECT(risk_bound(rig.risk, RISK_CAPITAL, &at) == 3);
    EXPECT(risk_control_apply(rig.risk, &batch[1]) == RISK_CONTROL_BATCH);
    EXPECT(risk_bound(rig.risk, RISK_LONG, &at) == RISK_QTY_MAX);
}

SPEC(a_batch_with_a_bad_record_is_over_there)
{
    struct risk_record batch[2] = {bound(RISK_ORDER_QTY, 5), bound(RISK_LONG, 6)}, bad;
    risk_control_draft(rig.risk, batch, 2);
    bad = batch[1];
    bad.value = -1;
    EXPECT(risk_control_apply(rig.risk, &batch[0]) == RISK_CONTROL_OK);
    EXPECT(risk_control_apply(rig.risk, &bad) == RISK_CONTROL_VALUE);
    EXPECT(risk_control_apply(rig.risk, &batch[1]) != RISK_CONTROL_OK);
    EXPECT(risk_bound(rig.risk, RISK_LONG, &(struct risk_subject){0}) == RISK_QTY_MAX);
}

SPEC(a_strategy_that_was_filled_too_often_is_released_by_an_officer_only)
{
    rig_bound(&rig, RISK_STRATEGY_FILLS, 0);
    EXPECT(rig_fill(&rig, rig_send(&rig, rig_buy(1, 0)), 1, RIG_PRICE) == RISK_FILL_TRIPPED);
    struct risk_record release = rig_record(RISK_STRATEGY, 0, RISK_ACTIVE);
    EXPECT(change(rig.risk, why("mine", by(RISK_OPERATOR, release))) == RISK_CONTROL_ROLE);
    EXPECT(change(rig.risk, by(RISK_OFFICER, release)) == RISK_CONTROL_REASON);
    EXPECT(risk_tripped(rig.risk, 0));
    EXPECT(change(rig.risk, why("cause found", by(RISK_OFFICER, release))) == RISK_CONTROL_OK);
    EXPECT(!risk_tripped(rig.risk, 0));
}

SPEC(a_release_drafted_before_a_kill_does_not_undo_it)
{
    rig_state(&rig, RISK_SYMBOL, 0, RISK_HALTED);
    struct risk_record release =
        why("cause found", by(RISK_OFFICER, rig_record(RISK_SYMBOL, 0, RISK_ACTIVE)));
    risk_control_draft(rig.risk, &release, 1);
    EXPECT(risk_control_check(rig.risk, &release, 1) == RISK_CONTROL_OK);
    EXPECT(change(rig.risk, by(RISK_OPERATOR, rig_record(RISK_SYMBOL, 0, RISK_HALTED))) ==
           RISK_CONTROL_OK);
    EXPECT(risk_control_apply(rig.risk, &release) == RISK_CONTROL_TURN);
    EXPECT(risk_state(rig.risk, RISK_SYMBOL, 0) == RISK_HALTED);
}

SPEC(a_kill_survives_in_its_record_though_the_plan_arms_the_box)
{
    struct risk_plan plan = rig_plan();
    struct risk *before = rig_new(&rig_limits, &plan), *after = rig_new(&rig_limits, &plan);
    struct risk_record kill = by(RISK_OPERATOR, rig_record(RISK_BOX, 0, RISK_HALTED));
    risk_control_draft(before, &kill, 1);
    EXPECT(risk_control_apply(before, &kill) == RISK_CONTROL_OK);
    EXPECT(risk_state(after, RISK_BOX, 0) == RISK_ACTIVE);
    EXPECT(risk_control_apply(after, &kill) == RISK_CONTROL_OK);
    EXPECT(risk_state(after, RISK_BOX, 0) == RISK_HALTED);
    EXPECT_UINT(risk_digest(after), risk_digest(before));
    rig_free(before);
    rig_free(after);
}

#define SPECS(S)                                                                                   \
    S(a_box_starts_halted_unless_it_is_armed)                                                      \
    S(the_strictest_state_of_box_venue_strategy_and_symbol_holds)                                  \
    S(a_state_of_another_venue_strategy_or_symbol_is_none_of_its_business)                         \
    S(reduce_only_lets_pass_what_can_neither_turn_nor_grow_the_position)                           \
    S(after_a_kill_nothing_passes_and_what_had_passed_may_not_be_used)                             \
    S(ten_thousand_trips_and_never_an_order_between_a_kill_and_its_release)                        \
    S(anyone_but_a_viewer_halts_and_only_an_officer_with_a_reason_releases)                        \
    S(where_two_must_agree_a_second_officer_confirms_the_release)                                  \
    S(a_bound_is_tightened_by_an_operator_loosened_by_an_officer_and_never_beyond_its_ceiling)     \
    S(a_record_that_is_not_one_is_refused_with_what_is_wrong)                                      \
    S(a_reload_changes_all_bounds_or_none)                                                         \
    S(a_reload_that_was_cut_short_never_happened)                                                  \
    S(a_batch_with_a_bad_record_is_over_there)                                                     \
    S(a_strategy_that_was_filled_too_often_is_released_by_an_officer_only)                         \
    S(a_release_drafted_before_a_kill_does_not_undo_it)                                            \
    S(a_kill_survives_in_its_record_though_the_plan_arms_the_box)
SPEC_MAIN("risk_control", SPECS, open_rig, close_rig)
