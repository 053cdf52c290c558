/* From tick to trade: a quoter's orders arrive at a real venue and are filled there by others; it
 * is stopped, and started again. */

#include "tests/stage/trading_given.h"

#include <stdlib.h>
#include <string.h>

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
        trading_ended();
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
        trading_ended();
    }
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

#define SPECS(S)                                                                                   \
    S(quotes_arrive_at_the_venue_over_tcp)                                                         \
    S(quotes_arrive_at_the_venue_inside)                                                           \
    S(a_fill_moves_the_position_and_the_quoter_goes_on_over_tcp)                                   \
    S(a_fill_moves_the_position_and_the_quoter_goes_on_inside)                                     \
    S(the_view_shows_who_trades_what_where)                                                        \
    S(no_order_leaves_before_its_pass_is_written_down)                                             \
    S(the_stop_cancels_everything)                                                                 \
    S(a_start_asks_only_for_what_was_missed)                                                       \
    S(a_start_reads_the_newest_time_of_its_journal)

SPEC_MAIN("trading", SPECS, NULL, trading_ended)
