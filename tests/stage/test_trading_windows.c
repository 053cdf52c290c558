/* What a box shows by its windows: orders, holdings, strategies; instruments and books of a feed
 * and of a venue; its sessions.  Against the views, which show the same where it is little. */

#include "tests/stage/trading_rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct trading *trading;

static void enter(uint32_t client, char side, uint32_t qty, uint32_t price_e4, bool immediate)
{
    (void)exchange_enter(
        trading->exchange, client,
        &(struct exchange_order){
            .side = side, .qty = qty, .price_e4 = price_e4, .immediate = immediate});
}

/* A quoter with two orders and a position, between the quotes of client 0. */
static void before_each(void)
{
    trading = trading_new(false, 1, VENUE_DISK);
    exchange_connect(trading->exchange, 0);
    exchange_connect(trading->exchange, 1);
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    enter(0, 'B', 5000, 98000, false);
    enter(0, 'S', 5000, 102000, false);
    EXPECT(trading_settle(trading));
    enter(1, 'B', 40, 100500, true);
    EXPECT(trading_settle(trading));
}

static void after_each(void)
{
    EXPECT_TEXT(trading->exchange->wrong ? trading->exchange->wrong : "", "");
    trading_delete(trading);
}

static struct window_ask ask_of(uint32_t kind)
{
    return (struct window_ask){
        .kind = kind, .limit = 100, .strategy = WINDOW_ANY, .venue = WINDOW_ANY};
}

/* What comes of it while everybody goes on; freed by the next. */
static const struct window_said *said_by(struct window *window, const struct window_ask *ask)
{
    EXPECT(window_ask(window, ask));
    for (uint32_t i = 0; i < 100 && !window_said(window); i++)
        exchange_run(trading->exchange, 5 * NANOS_MILLI);
    EXPECT(window_said(window) != NULL);
    if (!window_said(window)) abort();
    return window_said(window);
}

static struct window *own(void)
{
    return engine_stage_window(trading->engine);
}

SPEC(orders_are_those_of_the_view)
{
    struct window_ask ask = ask_of(ENGINE_WINDOW_ORDERS);
    const struct window_said *said = said_by(own(), &ask);
    struct engine_gateway_view view = trading_view(trading);
    EXPECT_UINT(said->rows, 2);
    EXPECT_UINT(said->matched, view.orders);
    EXPECT_UINT(said->turns, 1);
    for (uint32_t i = 0; i < said->rows; i++)
        EXPECT(memcmp(window_row(own(), i), &view.order[i], sizeof view.order[i]) == 0);
    window_free(own());
}

SPEC(orders_come_in_portions)
{
    struct window_ask ask = ask_of(ENGINE_WINDOW_ORDERS);
    struct engine_gateway_view view = trading_view(trading);
    ask.limit = 1;
    const struct window_said *said = said_by(own(), &ask);
    EXPECT_UINT(said->rows, 1);
    EXPECT_UINT(said->matched, 2);
    ask.after = said->next;
    EXPECT(ask.after > 0);
    window_free(own());
    said = said_by(own(), &ask);
    EXPECT_UINT(said->rows, 1);
    EXPECT_UINT(said->next, 0);
    EXPECT(memcmp(window_row(own(), 0), &view.order[1], sizeof view.order[1]) == 0);
    window_free(own());
}

static uint32_t rows_of(struct window_ask ask)
{
    uint32_t rows = said_by(own(), &ask)->rows;
    EXPECT_UINT(window_said(own())->matched, rows);
    window_free(own());
    return rows;
}

SPEC(orders_and_holdings_are_of_whom_one_asks_for)
{
    for (uint32_t kind = ENGINE_WINDOW_ORDERS; kind <= ENGINE_WINDOW_HOLDINGS; kind++) {
        struct window_ask ask = ask_of(kind);
        uint32_t all = kind == ENGINE_WINDOW_ORDERS ? 2 : 1;
        EXPECT_UINT(rows_of(ask), all);
        ask.strategy = 0;
        EXPECT_UINT(rows_of(ask), all);
        ask.venue = 0;
        EXPECT_UINT(rows_of(ask), all);
        memcpy(ask.symbol, trading->symbol[0].name, sizeof ask.symbol);
        EXPECT_UINT(rows_of(ask), all);
        memcpy(ask.symbol, trading->symbol[1].name, sizeof ask.symbol);
        EXPECT_UINT(rows_of(ask), 0);
        ask = ask_of(kind);
        ask.venue = 1;
        EXPECT_UINT(rows_of(ask), 0);
        ask = ask_of(kind);
        ask.strategy = 1;
        EXPECT_UINT(rows_of(ask), 0);
    }
}

/* What is behind its last member is nobody's. */
#define HOLDING_BYTES (offsetof(struct engine_view_holding, is.working) + sizeof(uint32_t))

SPEC(holdings_and_strategies_are_those_of_the_view)
{
    struct window_ask ask = ask_of(ENGINE_WINDOW_HOLDINGS);
    const struct window_said *said = said_by(own(), &ask);
    struct engine_gateway_view view = trading_view(trading);
    EXPECT_UINT(said->rows, 1);
    EXPECT_UINT(said->matched, view.holdings);
    EXPECT(memcmp(window_row(own(), 0), &view.holding[0], HOLDING_BYTES) == 0);
    EXPECT(view.holding[0].is.position == -40 * QTY_ONE);
    window_free(own());
    enter(1, 'S', 40, 99000, true); /* it buys back what it has sold, for less */
    EXPECT(trading_settle(trading));
    ask.kind = ENGINE_WINDOW_STRATEGIES;
    said = said_by(own(), &ask);
    view = trading_view(trading);
    EXPECT_UINT(said->rows, 1);
    EXPECT_UINT(said->matched, view.strategies);
    EXPECT(memcmp(window_row(own(), 0), &view.strategy[0], sizeof view.strategy[0]) == 0);
    EXPECT(view.profit > 0 && view.profit == view.strategy[0].profit);
    EXPECT_UINT(view.open, 2);
    EXPECT_UINT(view.strategy[0].fills, 2);
    window_free(own());
}

SPEC(every_instrument_of_the_feed_has_a_row_and_a_book)
{
    struct window *window = feed_stage_window(trading->exchange->feed);
    struct window_ask ask = ask_of(FEED_WINDOW_INSTRUMENTS);
    const struct window_said *said = said_by(window, &ask);
    struct feed_view view;
    feed_stage_view(trading->exchange->feed, &view);
    EXPECT_UINT(said->rows, EXCHANGE_INSTRUMENTS);
    for (uint32_t i = 0; i < said->rows; i++) {
        const struct feed_view_instrument *row = window_row(window, i);
        EXPECT_TEXT(row->symbol, view.show[i].symbol);
        EXPECT_UINT(row->instrument, i + 1);
        EXPECT_UINT(row->state, view.show[i].state);
        EXPECT(memcmp(&row->market, &view.show[i].market, sizeof row->market) == 0);
    }
    window_free(window);
    for (uint32_t i = 0; i < EXCHANGE_INSTRUMENTS; i++) {
        ask.kind = FEED_WINDOW_BOOK;
        memcpy(ask.symbol, trading->symbol[i].name, sizeof ask.symbol);
        said = said_by(window, &ask);
        EXPECT_UINT(said->rows, 1);
        EXPECT(memcmp(window_row(window, 0), &view.show[i], sizeof view.show[i]) == 0);
        window_free(window);
    }
    memcpy(ask.symbol, "NOPE    ", sizeof ask.symbol);
    EXPECT_UINT(said_by(window, &ask)->rows, 0);
    window_free(window);
}

static bool levels_equal(const struct match_level *a, const struct match_level *b)
{
    bool same = true;
    for (uint32_t i = 0; i < 2; i++)
        same &= a[i].price == b[i].price && a[i].qty == b[i].qty && a[i].orders == b[i].orders;
    return same;
}

SPEC(every_instrument_of_the_venue_has_a_row_and_a_book)
{
    struct window *window = match_stage_window(trading->exchange->match);
    struct window_ask ask = ask_of(MATCH_WINDOW_INSTRUMENTS);
    const struct window_said *said = said_by(window, &ask);
    struct match_view view = exchange_match(trading->exchange);
    EXPECT_UINT(said->rows, view.books);
    EXPECT_UINT(said->rows, EXCHANGE_INSTRUMENTS);
    for (uint32_t i = 0; i < said->rows; i++)
        EXPECT(memcmp(window_row(window, i), &view.book[i], sizeof view.book[i]) == 0);
    window_free(window);
    ask.kind = MATCH_WINDOW_BOOK;
    memcpy(ask.symbol, trading->symbol[0].name, sizeof ask.symbol);
    said = said_by(window, &ask);
    EXPECT_UINT(said->rows, 1);
    const struct match_view_depth *book = window_row(window, 0);
    EXPECT_TEXT(book->is.symbol, view.book[0].symbol);
    EXPECT_UINT(book->bids, 2);
    EXPECT_UINT(book->asks, 2);
    struct match_level bid[2], ask_side[2];
    const struct match *match = venue_match(trading->exchange->venue);
    EXPECT_UINT(match_depth(match, 0, SIDE_BUY, bid, 2), 2);
    EXPECT_UINT(match_depth(match, 0, SIDE_SELL, ask_side, 2), 2);
    EXPECT(levels_equal(book->bid, bid));
    EXPECT(levels_equal(book->ask, ask_side));
    EXPECT(book->bid[1].price == 980 * PRICE_ONE / 100 && book->bid[1].qty == 5000 * QTY_ONE);
    window_free(window);
}

SPEC(every_session_of_the_venue_has_a_row)
{
    struct window *window = gate_stage_window(trading->exchange->gate);
    struct window_ask ask = ask_of(0);
    const struct window_said *said = said_by(window, &ask);
    struct gate_view view = exchange_gate(trading->exchange);
    EXPECT_UINT(said->rows, view.sessions);
    EXPECT_UINT(said->matched, EXCHANGE_CLIENTS);
    for (uint32_t i = 0; i < said->rows; i++)
        EXPECT(memcmp(window_row(window, i), &view.session[i], sizeof view.session[i]) == 0);
    window_free(window);
}

SPEC(gauges_are_what_a_strategy_shows_of_itself_and_no_more_than_sixteen)
{
    struct window_ask ask = ask_of(ENGINE_WINDOW_GAUGES);
    struct engine_view_gauge gauge;
    const struct window_said *said = said_by(own(), &ask);
    EXPECT_UINT(said->rows, ENGINE_GAUGES_MAX);
    EXPECT_UINT(said->matched, ENGINE_GAUGES_MAX);
    memcpy(&gauge, window_row(own(), 0), sizeof gauge);
    EXPECT_TEXT(gauge.strategy, trading_view(trading).strategy[0].name);
    EXPECT_TEXT(gauge.name, "size");
    EXPECT(gauge.value == trading->quoter->size / QTY_ONE);
    memcpy(&gauge, window_row(own(), 15), sizeof gauge);
    EXPECT_TEXT(gauge.name, "below");
    EXPECT(gauge.value == -15);
    window_free(own());
    ask.strategy = 0;
    ask.limit = 3;
    said = said_by(own(), &ask);
    EXPECT_UINT(said->rows, 3);
    EXPECT_UINT(said->matched, ENGINE_GAUGES_MAX);
    EXPECT(said->next > 0);
    window_free(own());
    ask.strategy = 77; /* there is none */
    EXPECT_UINT(said_by(own(), &ask)->rows, 0);
    window_free(own());
}

#define SPECS(S)                                                                                   \
    S(gauges_are_what_a_strategy_shows_of_itself_and_no_more_than_sixteen)                         \
    S(orders_are_those_of_the_view)                                                                \
    S(orders_come_in_portions)                                                                     \
    S(orders_and_holdings_are_of_whom_one_asks_for)                                                \
    S(holdings_and_strategies_are_those_of_the_view)                                               \
    S(every_instrument_of_the_feed_has_a_row_and_a_book)                                           \
    S(every_instrument_of_the_venue_has_a_row_and_a_book)                                          \
    S(every_session_of_the_venue_has_a_row)
SPEC_MAIN("trading_windows", SPECS, before_each, after_each)
