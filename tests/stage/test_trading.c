/* From tick to trade: a quoter's orders arrive at a real venue and are filled there by others;
 * people halt it, and stop it. */

#include "tests/stage/trading_rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct trading *trading;

static void after_each(void)
{
    if (!trading) return;
    EXPECT_TEXT(trading->exchange->wrong ? trading->exchange->wrong : "", "");
    EXPECT_TEXT(trading->model.violation ? trading->model.violation : "", "");
    trading_delete(trading);
    trading = NULL;
}

static void enter(uint32_t client, char side, uint32_t qty, uint32_t price_e4, bool immediate)
{
    (void)exchange_enter(
        trading->exchange, client,
        &(struct exchange_order){
            .side = side, .qty = qty, .price_e4 = price_e4, .immediate = immediate});
}

/* Client 0 makes a market around 10.00, wide; client 1 will trade with whoever is best. */
static void given(bool inside, uint64_t seed)
{
    trading = trading_new(inside, seed, VENUE_DISK);
    exchange_connect(trading->exchange, 0);
    exchange_connect(trading->exchange, 1);
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    enter(0, 'B', 5000, 98000, false);
    enter(0, 'S', 5000, 102000, false);
    EXPECT(trading_settle(trading));
    EXPECT_UINT(trading_view(trading).venue[0].slot[SLOT_LIVE], 2);
}

static uint64_t open_orders(void)
{
    return trading_view(trading).venue[0].slot[SLOT_LIVE];
}

/* The quotes are at the venue: 100 at 9.95 and at 10.05 between those of client 0. */
static void the_quotes_are_there(void)
{
    struct match_level bid, ask;
    const struct match *match = venue_match(trading->exchange->venue);
    EXPECT_UINT(open_orders(), 2);
    EXPECT_UINT(match_depth(match, 0, SIDE_BUY, &bid, 1), 2);
    EXPECT_UINT(match_depth(match, 0, SIDE_SELL, &ask, 1), 2);
    EXPECT(bid.price == 995 * PRICE_ONE / 100);
    EXPECT(ask.price == 1005 * PRICE_ONE / 100);
}

static void quotes_arrive(bool inside)
{
    given(inside, 1);
    the_quotes_are_there();
    EXPECT_UINT(trading_view(trading).order_sent, 2);
}

SPEC(quotes_arrive_at_the_venue_over_tcp)
{
    quotes_arrive(false);
}

SPEC(quotes_arrive_at_the_venue_inside)
{
    quotes_arrive(true);
}

static void fills_come_back(bool inside)
{
    given(inside, 1);
    enter(1, 'B', 40, 100500, true); /* takes 40 of the offer */
    EXPECT(trading_settle(trading));
    EXPECT(trading_position(trading) == -40 * QTY_ONE);
    struct engine_gateway_view view = trading_view(trading);
    EXPECT_UINT(view.fill, 1);
    EXPECT_UINT(view.holdings, 1);
    EXPECT(view.holding[0].is.position == -40 * QTY_ONE);
    EXPECT(view.holding[0].is.cash > 0);
    EXPECT_TEXT(view.holding[0].strategy, "quoter");
    EXPECT_UINT(open_orders(), 2); /* it quotes on */
    EXPECT(trading_stop(trading));
    struct trading_truth truth = trading_truth(trading);
    EXPECT(truth.position == -40);
    EXPECT_UINT(truth.living, 0);
}

SPEC(a_fill_moves_the_position_and_the_quoter_goes_on_over_tcp)
{
    fills_come_back(false);
}

SPEC(a_fill_moves_the_position_and_the_quoter_goes_on_inside)
{
    fills_come_back(true);
}

SPEC(the_view_shows_who_trades_what_where)
{
    given(false, 1);
    struct engine_view view;
    engine_stage_view(trading->engine, &view);
    EXPECT_UINT(view.delegates, 1);
    EXPECT_TEXT(view.delegate[0].name, "quoter");
    EXPECT_UINT(view.delegate[0].subscriptions, 1);
    struct engine_gateway_view orders = trading_view(trading);
    EXPECT_UINT(orders.venues, 1);
    EXPECT_TEXT(orders.venue[0].name, "here");
    EXPECT_UINT(orders.venue[0].session.state, ORDER_HOST_UP);
    EXPECT_UINT(orders.orders, 2);
    EXPECT_TEXT(orders.order[0].strategy, "quoter");
    EXPECT_UINT(orders.order[0].state, SLOT_LIVE);
    EXPECT(orders.order[0].price == 995 * PRICE_ONE / 100);
    EXPECT(orders.order[0].total == 100 * QTY_ONE);
    EXPECT(orders.order[1].price == 1005 * PRICE_ONE / 100);
    EXPECT(histogram_count(engine_stage_answers(trading->engine)) > 0);
}

SPEC(no_order_leaves_before_its_pass_is_written_down)
{
    given(false, 1);
    struct engine_gateway_view view = trading_view(trading);
    EXPECT(view.record > 4);
    EXPECT_UINT(view.record, view.durable);
    EXPECT_UINT(view.journal_lost, 0);
    EXPECT(trading->copied > 0);
    EXPECT_UINT(view.copy_lost, 0);
}

SPEC(the_stop_cancels_everything)
{
    for (uint32_t inside = 0; inside < 2; inside++) {
        given(inside != 0, 1);
        EXPECT_UINT(open_orders(), 2);
        EXPECT(trading_stop(trading));
        EXPECT_UINT(open_orders(), 0);
        EXPECT_UINT(exchange_match(trading->exchange).orders, 2); /* client 0's */
        EXPECT_UINT(trading_truth(trading).living, 0);
        after_each();
    }
}

SPEC(a_start_asks_only_for_what_was_missed)
{
    for (uint32_t inside = 0; inside < 2; inside++) {
        given(inside != 0, 1);
        for (uint32_t i = 0; i < 20; i++) {
            enter(1, i % 2 ? 'B' : 'S', 10, i % 2 ? 101000 : 99000, true);
            exchange_run(trading->exchange, 5 * NANOS_MILLI);
        }
        EXPECT(trading_settle(trading));
        EXPECT(trading_view(trading).venue[0].session.counts.message > 40);
        qty_t position = trading_position(trading);
        trading_kill(trading, false);
        trading_start(trading);
        EXPECT(trading_settle(trading));
        EXPECT(trading_view(trading).venue[0].session.counts.message < 20); /* answers, quotes */
        EXPECT(trading_position(trading) == position);
        after_each();
    }
}

/* Control. */

static struct engine_control halt(enum risk_state state)
{
    struct engine_control control = {.count = 1};
    control.record[0] = (struct risk_record){.kind = RISK_RECORD_STATE,
                                             .scope = RISK_BOX,
                                             .role = RISK_OFFICER,
                                             .who = 7,
                                             .confirmed_by = RISK_NONE,
                                             .value = state,
                                             .reason = "as the spec says"};
    return control;
}

/* By it a start knows when its clock may begin, whatever the system says. */
SPEC(a_start_reads_the_newest_time_of_its_journal)
{
    given(false, 2);
    exchange_run(trading->exchange, NANOS_SECOND);
    nanos_t before = sim_wire_now(trading->exchange->wire);
    enter(1, 'B', 40, 100500, true);
    EXPECT(trading_settle(trading));
    trading_sync(trading);
    nanos_t now = sim_wire_now(trading->exchange->wire);
    for (int start = 0; start < 2; start++) { /* the second time behind the image of the first */
        trading_kill(trading, false);
        trading_start(trading);
        EXPECT_UINT(trading->images, (uint32_t)start + 1);
        EXPECT(trading->newest_ns > before);
        EXPECT(trading->newest_ns <= now);
    }
    EXPECT(trading_settle(trading));
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
    EXPECT(engine_stage_change(trading->engine, change));
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
    after_each();
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
    S(quotes_arrive_at_the_venue_over_tcp)                                                         \
    S(quotes_arrive_at_the_venue_inside)                                                           \
    S(a_fill_moves_the_position_and_the_quoter_goes_on_over_tcp)                                   \
    S(a_fill_moves_the_position_and_the_quoter_goes_on_inside)                                     \
    S(the_view_shows_who_trades_what_where)                                                        \
    S(no_order_leaves_before_its_pass_is_written_down)                                             \
    S(the_stop_cancels_everything)                                                                 \
    S(a_start_asks_only_for_what_was_missed)                                                       \
    S(a_start_reads_the_newest_time_of_its_journal)                                                \
    S(a_kill_cancels_everything_and_is_acknowledged_when_it_is_on_disk)                            \
    S(a_kill_that_was_acknowledged_survives_the_loss_of_power)                                     \
    S(a_bound_and_who_trades_change_together_or_not_at_all)                                        \
    S(what_loosens_is_in_force_only_once_it_is_on_disk)                                            \
    S(a_change_that_may_not_be_is_refused_at_once)                                                 \
    S(a_halt_waits_for_no_change_that_waits_for_its_disk)                                          \
    S(a_delegate_that_never_gives_up_holds_up_nobody)

SPEC_MAIN("trading", SPECS, NULL, after_each)
