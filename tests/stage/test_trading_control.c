/* People change a box that trades: they halt it, release it, bound it, and say who trades. */

#include "tests/stage/trading_given.h"

#include <stdlib.h>
#include <string.h>

static struct engine_control halt(enum risk_state state)
{
    struct engine_control control = {.since = engine_stage_tightened(trading->engine), .count = 1};
    control.record[0] = (struct risk_record){.kind = RISK_RECORD_STATE,
                                             .scope = RISK_BOX,
                                             .role = RISK_OFFICER,
                                             .who = 7,
                                             .confirmed_by = RISK_NONE,
                                             .value = state,
                                             .reason = "as the spec says"};
    return control;
}

SPEC(a_kill_cancels_everything_and_is_acknowledged_when_it_is_on_disk)
{
    given(false, 1);
    trading->lazy_disk = true;
    struct engine_control control = halt(RISK_HALTED);
    struct engine_control_answer answer;
    EXPECT(engine_stage_control(trading->engine, &control));
    EXPECT(!engine_stage_control(trading->engine, &control)); /* one at a time */
    uint64_t orders = trading_view(trading).order_sent;
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(open_orders(), 0); /* in force at once */
    EXPECT(!engine_stage_controlled(trading->engine, &answer));
    trading->lazy_disk = false;
    exchange_run(trading->exchange, 5 * NANOS_MILLI);
    EXPECT(engine_stage_controlled(trading->engine, &answer));
    EXPECT_UINT(answer.verdict, RISK_CONTROL_OK);
    EXPECT(answer.durable);
    enter(1, 'B', 40, 102000, true); /* a market that moves brings no order */
    exchange_run(trading->exchange, 100 * NANOS_MILLI);
    EXPECT_UINT(trading_view(trading).order_sent, orders);
}

SPEC(a_kill_that_was_acknowledged_survives_the_loss_of_power)
{
    given(false, 1);
    struct engine_control control = halt(RISK_HALTED);
    struct engine_control_answer answer;
    EXPECT(engine_stage_control(trading->engine, &control));
    do exchange_run(trading->exchange, 20 * NANOS_MICRO);
    while (!engine_stage_controlled(trading->engine, &answer));
    trading_kill(trading, true);
    trading_start(trading);
    EXPECT(trading_settle(trading));
    EXPECT_UINT(trading_view(trading).order_sent, 0);
    EXPECT_UINT(exchange_match(trading->exchange).orders, 2);
}

SPEC(what_loosens_is_in_force_only_once_it_is_on_disk)
{
    given(false, 1);
    struct engine_control control = halt(RISK_HALTED);
    struct engine_control_answer answer;
    EXPECT(engine_stage_control(trading->engine, &control));
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    EXPECT(engine_stage_controlled(trading->engine, &answer));
    trading->lazy_disk = true;
    control = halt(RISK_ACTIVE);
    EXPECT(engine_stage_control(trading->engine, &control));
    exchange_run(trading->exchange, 100 * NANOS_MILLI);
    EXPECT_UINT(open_orders(), 0);
    trading->lazy_disk = false;
    EXPECT(trading_settle(trading));
    EXPECT(engine_stage_controlled(trading->engine, &answer));
    EXPECT_UINT(answer.verdict, RISK_CONTROL_OK);
    the_quotes_are_there();
}

SPEC(a_change_that_may_not_be_is_refused_at_once)
{
    given(false, 1);
    struct engine_control control = halt(RISK_HALTED);
    control.record[0].subject.venue = 99;
    control.record[0].scope = RISK_VENUE;
    struct engine_control_answer answer;
    EXPECT(engine_stage_control(trading->engine, &control));
    exchange_run(trading->exchange, NANOS_MILLI);
    EXPECT(engine_stage_controlled(trading->engine, &answer));
    EXPECT_UINT(answer.verdict, RISK_CONTROL_SUBJECT);
    EXPECT_UINT(open_orders(), 2);
}

/* Change by change: a bound, who is detached, who is attached. */

static struct risk_record rate(int64_t value)
{
    return (struct risk_record){.kind = RISK_RECORD_BOUND,
                                .scope = RISK_STRATEGY,
                                .limit = RISK_STRATEGY_RATE,
                                .role = RISK_ADMIN,
                                .confirmed_by = RISK_NONE,
                                .value = value,
                                .reason = "configuration"};
}

static int64_t rate_in_force(void)
{
    const struct risk_subject subject = {0};
    return risk_bound(gateway_risk(engine_stage_gateway(trading->engine)), RISK_STRATEGY_RATE,
                      &subject);
}

static struct engine_control_answer changed(const struct engine_change *change)
{
    struct engine_control_answer answer = {.verdict = RISK_CONTROL_COUNT};
    struct engine_change now = *change;
    now.since = engine_stage_tightened(trading->engine);
    EXPECT(engine_stage_change(trading->engine, &now));
    exchange_run(trading->exchange, 100 * NANOS_MILLI);
    if (!engine_stage_controlled(trading->engine, &answer)) answer.verdict = RISK_CONTROL_COUNT;
    return answer;
}

SPEC(a_bound_and_who_trades_change_together_or_not_at_all)
{
    given(false, 1);
    const uint32_t place = 0;
    struct gateway_strategy_plan plan = trading->strategy[0];
    void *memory = aligned_alloc(CACHE_LINE, CACHE_LINE * 4);
    struct risk_record record = rate(77);
    struct engine_control_answer answer = changed(
        &(struct engine_change){.controls = 1, .record = &record, .detaches = 1, .detach = &place});
    EXPECT_UINT(answer.verdict, RISK_CONTROL_OK);
    EXPECT_UINT(rate_in_force(), 77);
    EXPECT_UINT(open_orders(), 0);
    EXPECT(engine_stage_vacant(trading->engine, place));
    /* What loosens waits for the disk, and with it who comes. */
    const struct engine_attach attach = {.place = place, .plan = &plan, .memory = memory};
    struct engine_change change = {
        .controls = 1, .record = &record, .attaches = 1, .attach = &attach};
    record = rate(78);
    trading->lazy_disk = true;
    answer = changed(&change);
    EXPECT_UINT(answer.verdict, RISK_CONTROL_COUNT);
    EXPECT_UINT(rate_in_force(), 77);
    EXPECT(engine_stage_vacant(trading->engine, place));
    trading->lazy_disk = false;
    exchange_run(trading->exchange, 100 * NANOS_MILLI);
    EXPECT(engine_stage_controlled(trading->engine, &answer));
    EXPECT_UINT(answer.verdict, RISK_CONTROL_OK);
    EXPECT_UINT(answer.unset, 0);
    EXPECT(!engine_stage_vacant(trading->engine, place));
    EXPECT_UINT(rate_in_force(), 78);
    the_quotes_are_there();
    /* Nobody can come to a place that somebody has: then no bound changes either. */
    record = rate(76);
    answer = changed(&change);
    EXPECT(answer.nobody);
    EXPECT_TEXT(answer.problem, "the place is not vacant");
    EXPECT_UINT(rate_in_force(), 78);
    /* It takes no parameters while it runs: that is said. */
    const struct engine_set set = {.strategy = place, .parameters = &plan.parameters};
    answer = changed(&(struct engine_change){.sets = 1, .set = &set});
    EXPECT_UINT(answer.verdict, RISK_CONTROL_OK);
    EXPECT_UINT(answer.unset, 1);
    EXPECT_TEXT(answer.problem, "the strategy takes no parameters while it runs");
    trading_ended();
    free(memory);
}

static struct engine_control order_qty(int64_t bound)
{
    struct engine_control control = halt(RISK_ACTIVE);
    control.record[0].kind = RISK_RECORD_BOUND;
    control.record[0].scope = RISK_SYMBOL;
    control.record[0].limit = RISK_ORDER_QTY;
    control.record[0].value = bound;
    return control;
}

SPEC(a_halt_waits_for_no_change_that_waits_for_its_disk)
{
    given(false, 1);
    struct engine_control control = order_qty(1000 * QTY_ONE);
    struct engine_control_answer answer;
    EXPECT(engine_stage_control(trading->engine, &control));
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    EXPECT(engine_stage_controlled(trading->engine, &answer));
    trading->lazy_disk = true;
    control = order_qty(2000 * QTY_ONE);
    EXPECT(engine_stage_control(trading->engine, &control));
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(open_orders(), 2);
    engine_stage_halt(trading->engine);
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(open_orders(), 0);
    trading->lazy_disk = false;
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    EXPECT(engine_stage_controlled(trading->engine, &answer));
    EXPECT_UINT(answer.verdict, RISK_CONTROL_TURN); /* the halt came between */
    trading_kill(trading, true);
    trading_start(trading);
    EXPECT(trading_settle(trading));
    EXPECT_UINT(trading_view(trading).state, RISK_HALTED);
    EXPECT_UINT(trading_view(trading).order_sent, 0);
}

static struct engine_control_answer asked(const struct engine_control *control)
{
    struct engine_control_answer answer = {.verdict = RISK_CONTROL_COUNT};
    EXPECT(engine_stage_control(trading->engine, control));
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    EXPECT(engine_stage_controlled(trading->engine, &answer));
    return answer;
}

/* The release is asked for, then what tightens comes, then it has its turn. */
static void not_undone(const struct engine_control *tightens)
{
    struct engine_control release = halt(RISK_ACTIVE);
    uint64_t before = engine_stage_tightened(trading->engine);
    if (tightens) EXPECT_UINT(asked(tightens).verdict, RISK_CONTROL_OK);
    else engine_stage_halt(trading->engine);
    exchange_run(trading->exchange, 10 * NANOS_MILLI);
    EXPECT(engine_stage_tightened(trading->engine) > before);
    struct engine_control_answer answer = asked(&release);
    EXPECT_UINT(answer.verdict, RISK_CONTROL_SINCE);
    if (tightens) EXPECT_TEXT(answer.tightened.reason, tightens->record[0].reason);
    EXPECT_UINT(trading_view(trading).state, RISK_HALTED);
    EXPECT_UINT(open_orders(), 0);
}

SPEC(nothing_that_was_asked_for_before_a_halt_or_a_tighter_bound_undoes_it)
{
    given(false, 1);
    not_undone(NULL);
    not_undone(NULL); /* of what is halted already: somebody wants it so now */
    struct engine_control control = halt(RISK_HALTED);
    not_undone(&control);
    control.record[0].scope = RISK_STRATEGY;
    not_undone(&control);
    control.record[0].scope = RISK_SYMBOL;
    not_undone(&control);
    control.record[0].scope = RISK_VENUE;
    not_undone(&control);
    control = order_qty(1000 * QTY_ONE);
    not_undone(&control);
    /* Of several that change together one is enough. */
    struct engine_control both = halt(RISK_ACTIVE);
    both.count = 2;
    both.record[1] = order_qty(999 * QTY_ONE).record[0];
    engine_stage_halt(trading->engine);
    exchange_run(trading->exchange, 10 * NANOS_MILLI);
    EXPECT_UINT(asked(&both).verdict, RISK_CONTROL_SINCE);
    /* What changes nothing, and what loosens, is no reason against another. */
    uint64_t number = engine_stage_tightened(trading->engine);
    EXPECT_UINT(asked(&control).verdict, RISK_CONTROL_OK);
    control = order_qty(1001 * QTY_ONE);
    EXPECT_UINT(asked(&control).verdict, RISK_CONTROL_OK);
    control = halt(RISK_ACTIVE);
    EXPECT_UINT(asked(&control).verdict, RISK_CONTROL_OK);
    EXPECT_UINT(engine_stage_tightened(trading->engine), number);
    /* Who asks for a halt need not have seen anything. */
    control = halt(RISK_HALTED);
    control.since = 0;
    EXPECT_UINT(asked(&control).verdict, RISK_CONTROL_OK);
}

SPEC(reduce_only_tightens_what_is_active_and_loosens_what_is_halted)
{
    given(false, 1);
    struct engine_control control = halt(RISK_REDUCE_ONLY);
    control.record[0].role = RISK_OPERATOR;
    EXPECT_UINT(asked(&control).verdict, RISK_CONTROL_OK);
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(trading_view(trading).state, RISK_REDUCE_ONLY);
    struct engine_control before = control;
    engine_stage_halt(trading->engine);
    exchange_run(trading->exchange, 10 * NANOS_MILLI);
    EXPECT_UINT(asked(&before).verdict, RISK_CONTROL_SINCE);
    control = halt(RISK_REDUCE_ONLY);
    control.record[0].role = RISK_OPERATOR;
    EXPECT_UINT(asked(&control).verdict, RISK_CONTROL_ROLE);
    control = halt(RISK_REDUCE_ONLY);
    EXPECT_UINT(asked(&control).verdict, RISK_CONTROL_OK);
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(trading_view(trading).state, RISK_REDUCE_ONLY);
}

static void shown_with_its_answer(enum risk_state state)
{
    struct engine_control control = halt(state);
    struct engine_control_answer answer;
    EXPECT(engine_stage_control(trading->engine, &control));
    do exchange_run(trading->exchange, 20 * NANOS_MICRO);
    while (!engine_stage_controlled(trading->engine, &answer));
    EXPECT_UINT(answer.verdict, RISK_CONTROL_OK);
    EXPECT_UINT(trading_view(trading).state, state);
    EXPECT_UINT(trading_view(trading).strategy[0].state, state);
}

/* Housekeeping shows each millisecond, and the disk is faster. */
SPEC(what_was_done_is_shown_as_soon_as_it_is_answered)
{
    given(false, 1);
    shown_with_its_answer(RISK_REDUCE_ONLY);
    shown_with_its_answer(RISK_HALTED);
    shown_with_its_answer(RISK_ACTIVE);
}

/* Each refusal is news to it, and it says the same again. */
SPEC(a_delegate_that_never_gives_up_holds_up_nobody)
{
    given(false, 1);
    trading->quoter->insists = true;
    uint64_t decisions = trading->quoter->decisions;
    struct engine_control control = halt(RISK_HALTED);
    struct engine_control_answer answer;
    EXPECT(engine_stage_control(trading->engine, &control));
    exchange_run(trading->exchange, 20 * NANOS_MILLI);
    EXPECT(engine_stage_controlled(trading->engine, &answer));
    EXPECT_UINT(open_orders(), 0);
    EXPECT(trading->quoter->decisions > decisions + 100);
    trading->quoter->insists = false;
}

#define SPECS(S)                                                                                   \
    S(a_kill_cancels_everything_and_is_acknowledged_when_it_is_on_disk)                            \
    S(a_kill_that_was_acknowledged_survives_the_loss_of_power)                                     \
    S(a_bound_and_who_trades_change_together_or_not_at_all)                                        \
    S(what_loosens_is_in_force_only_once_it_is_on_disk)                                            \
    S(a_change_that_may_not_be_is_refused_at_once)                                                 \
    S(a_halt_waits_for_no_change_that_waits_for_its_disk)                                          \
    S(nothing_that_was_asked_for_before_a_halt_or_a_tighter_bound_undoes_it)                       \
    S(reduce_only_tightens_what_is_active_and_loosens_what_is_halted)                              \
    S(what_was_done_is_shown_as_soon_as_it_is_answered)                                            \
    S(a_delegate_that_never_gives_up_holds_up_nobody)

SPEC_MAIN("trading_control", SPECS, NULL, trading_ended)
