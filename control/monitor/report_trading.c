#include "control/monitor/report_trading.h"

#include <string.h>

#define CROWD         "crowd" /* strategies that stand for everybody else */
#define NAME_COLUMN   10u
#define SYMBOL_COLUMN 51u /* where positions begin */
#define SYMBOL_WIDTH  9u
#define CENT          (PRICE_ONE / 100)

/* Cells. */

static void number_at(struct text *out, uint64_t value, uint32_t column)
{
    size_t start = out->length;
    text_grouped(out, value);
    text_right(out, start, column);
}

static void text_at(struct text *out, const char *text, uint32_t column)
{
    size_t start = out->length;
    text_append(out, text);
    text_right(out, start, column);
}

static void signed_append(struct text *out, int64_t value)
{
    if (value != 0) text_append_char(out, value < 0 ? '-' : '+');
    text_grouped(out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void signed_at(struct text *out, int64_t value, uint32_t column)
{
    size_t start = out->length;
    signed_append(out, value);
    text_right(out, start, column);
}

void report_money(struct text *out, int64_t money)
{
    int64_t cents = money / CENT;
    uint64_t size = cents < 0 ? -(uint64_t)cents : (uint64_t)cents;
    if (cents != 0) text_append_char(out, cents < 0 ? '-' : '+');
    text_grouped(out, size / 100);
    text_format(out, ".%02u", (uint32_t)(size % 100));
}

static void money_at(struct text *out, int64_t money, uint32_t column)
{
    size_t start = out->length;
    report_money(out, money);
    text_right(out, start, column);
}

const char *report_trading_state(uint64_t state)
{
    static const char *const texts[RISK_STATE_COUNT] = {"ACTIVE", "REDUCE_ONLY", "HALTED"};
    return state < RISK_STATE_COUNT ? texts[state] : "?";
}

/* Sums. */

static uint64_t strategies_of(const struct engine_gateway_view *view)
{
    return view->strategies < ENGINE_VIEW_STRATEGIES ? view->strategies : ENGINE_VIEW_STRATEGIES;
}

static uint64_t venues_of(const struct engine_gateway_view *view)
{
    return view->venues < ENGINE_VIEW_VENUES ? view->venues : ENGINE_VIEW_VENUES;
}

static bool is_crowd(const struct engine_view_strategy *strategy)
{
    return strcmp(strategy->kind, CROWD) == 0;
}

uint64_t report_doubt(const struct engine_gateway_view *view)
{
    uint64_t doubt = 0;
    for (uint64_t i = 0; i < venues_of(view); i++) doubt += view->venue[i].slot[SLOT_UNKNOWN];
    return doubt;
}

uint64_t report_up(const struct engine_gateway_view *view)
{
    uint64_t up = 0;
    for (uint64_t i = 0; i < venues_of(view); i++)
        up += view->venue[i].session.state == ORDER_HOST_UP;
    return up;
}

/* "16 of 40" */
static void part_append(struct text *out, uint64_t shown, uint64_t of)
{
    text_grouped(out, shown);
    text_append(out, " of ");
    text_grouped(out, of);
}

/* Where a table has left something out. */
static void part_say(struct text *out, uint64_t shown, uint64_t of)
{
    if (of <= shown) return;
    part_append(out, shown, of);
    text_append(out, " shown\n");
}

/* Books. */

struct ladders {
    const struct feed_view *feed;
    const struct engine_gateway_view *view;
    uint32_t books;
};

/* The view's symbols are padded with spaces, the feed's end. */
static bool symbol_is(const char padded[8], const char *symbol)
{
    size_t length = strnlen(symbol, 8);
    if (memcmp(padded, symbol, length) != 0) return false;
    for (size_t i = length; i < 8; i++)
        if (padded[i] != ' ') return false;
    return true;
}

static bool order_is_crowds(const struct engine_gateway_view *view,
                            const struct engine_view_order *order)
{
    for (uint64_t i = 0; i < strategies_of(view); i++)
        if (strcmp(view->strategy[i].name, order->strategy) == 0)
            return is_crowd(&view->strategy[i]);
    return false;
}

/* Who rests there. */
static char mark_of(const struct engine_gateway_view *view, const struct feed_view_book *book,
                    uint32_t price_e4, enum side side)
{
    for (uint64_t i = 0; i < view->orders && i < ENGINE_VIEW_ORDERS; i++) {
        const struct engine_view_order *order = &view->order[i];
        if (order->side != side || order->price != (price_t)price_e4 * PRICE_PER_E4) continue;
        if (order->state == SLOT_NEW || !symbol_is(order->symbol, book->symbol)) continue;
        if (!order_is_crowds(view, order)) return order->strategy[0];
    }
    return ' ';
}

static void level_print(struct text *out, const struct ladders *ladders, uint32_t number,
                        uint32_t level, enum side side)
{
    const struct feed_view_book *book = &ladders->feed->show[number];
    uint32_t column = number * REPORT_LADDER_COLUMNS;
    uint32_t there = side == SIDE_BUY ? book->bids : book->asks;
    if (level >= there || level >= FEED_VIEW_LEVELS) return;
    const struct book_level *at = side == SIDE_BUY ? &book->bid[level] : &book->ask[level];
    const char mark[2] = {mark_of(ladders->view, book, at->price_e4, side), 0};
    if (side == SIDE_BUY) {
        number_at(out, at->qty, column + 6);
        text_at(out, mark, column + 8);
    }
    size_t start = out->length;
    text_price(out, (price_t)at->price_e4 * PRICE_PER_E4);
    text_right(out, start, column + 15);
    if (side == SIDE_BUY) return;
    text_at(out, mark, column + 17);
    number_at(out, at->qty, column + 23);
}

static void heads_print(struct text *out, const struct ladders *ladders)
{
    for (uint32_t i = 0; i < ladders->books; i++) {
        const struct feed_view_book *book = &ladders->feed->show[i];
        if (i > 0) text_to_column(out, i * REPORT_LADDER_COLUMNS);
        text_append(out, book->symbol);
        text_at(out, market_state_text((enum market_state)book->state),
                i * REPORT_LADDER_COLUMNS + 23);
    }
    text_append_char(out, '\n');
}

static void feet_print(struct text *out, const struct ladders *ladders)
{
    for (uint32_t i = 0; i < ladders->books; i++) {
        const struct market *market = &ladders->feed->show[i].market;
        uint32_t column = i * REPORT_LADDER_COLUMNS;
        if (i > 0) text_to_column(out, column);
        text_append(out, "traded");
        size_t start = out->length;
        if (market->last) text_price(out, market->last);
        else text_append_char(out, '-');
        text_right(out, start, column + 15);
        number_at(out, market->volume / (uint64_t)QTY_ONE, column + 23);
    }
    text_append_char(out, '\n');
}

void report_ladders(struct text *out, const struct feed_view *feed,
                    const struct engine_gateway_view *view, uint32_t books, uint32_t levels)
{
    struct ladders ladders = {feed, view, books};
    if (feed->books < books) ladders.books = (uint32_t)feed->books;
    if (ladders.books > REPORT_LADDERS_MAX) ladders.books = REPORT_LADDERS_MAX;
    if (ladders.books == 0) return;
    heads_print(out, &ladders);
    for (uint32_t row = 0; row < 2 * levels; row++) {
        bool asks = row < levels;
        for (uint32_t i = 0; i < ladders.books; i++)
            level_print(out, &ladders, i, asks ? levels - 1 - row : row - levels,
                        asks ? SIDE_SELL : SIDE_BUY);
        text_append_char(out, '\n');
    }
    feet_print(out, &ladders);
}

/* Strategies. */

static int64_t position_of(const struct engine_gateway_view *view, const char *strategy,
                           const char *symbol)
{
    qty_t position = 0;
    for (uint64_t i = 0; i < view->holdings && i < ENGINE_VIEW_HOLDINGS; i++) {
        const struct engine_view_holding *holding = &view->holding[i];
        if (strategy && strcmp(holding->strategy, strategy) != 0) continue;
        if (symbol_is(holding->symbol, symbol)) position += holding->is.position;
    }
    return position / QTY_ONE;
}

static void strategy_print(struct text *out, const struct feed_view *feed,
                           const struct engine_gateway_view *view,
                           const struct engine_view_strategy *strategy, uint32_t books)
{
    bool all = strategy->kind[0] == 0;
    text_append(out, strategy->name);
    number_at(out, strategy->working, NAME_COLUMN + 4);
    number_at(out, strategy->counts.order + strategy->counts.replace, NAME_COLUMN + 14);
    number_at(out, strategy->counts.cancel, NAME_COLUMN + 24);
    number_at(out, strategy->counts.refused + strategy->counts.rejected, NAME_COLUMN + 33);
    number_at(out, strategy->fills, NAME_COLUMN + 41);
    uint32_t column = SYMBOL_COLUMN;
    for (uint64_t i = 0; i < feed->books && i < books; i++) {
        column += SYMBOL_WIDTH;
        signed_at(out, position_of(view, all ? NULL : strategy->name, feed->show[i].symbol),
                  column);
    }
    money_at(out, strategy->profit, column + 12);
    if (!all && (strategy->state != RISK_ACTIVE || !strategy->on))
        text_format(out, " %s", strategy->on ? report_trading_state(strategy->state) : "OFF");
    text_append_char(out, '\n');
}

static void strategy_add(struct engine_view_strategy *sum, const struct engine_view_strategy *one)
{
    sum->working += one->working;
    sum->counts.order += one->counts.order;
    sum->counts.replace += one->counts.replace;
    sum->counts.cancel += one->counts.cancel;
    sum->counts.refused += one->counts.refused;
    sum->counts.rejected += one->counts.rejected;
    sum->fills += one->fills;
    sum->profit += one->profit;
}

void report_strategies(struct text *out, const struct feed_view *feed,
                       const struct engine_gateway_view *view, uint32_t books)
{
    text_append(out, "strategy");
    text_at(out, "open", NAME_COLUMN + 4);
    text_at(out, "sent", NAME_COLUMN + 14);
    text_at(out, "canceled", NAME_COLUMN + 24);
    text_at(out, "refused", NAME_COLUMN + 33);
    text_at(out, "fills", NAME_COLUMN + 41);
    uint32_t column = SYMBOL_COLUMN;
    for (uint64_t i = 0; i < feed->books && i < books; i++)
        text_at(out, feed->show[i].symbol, column += SYMBOL_WIDTH);
    text_at(out, "profit", column + 12);
    text_append_char(out, '\n');
    struct engine_view_strategy sum = {.name = "together"};
    struct text name = text_in(sum.name, sizeof sum.name);
    if (view->strategies > strategies_of(view))
        part_append(&name, strategies_of(view), view->strategies);
    for (uint64_t i = 0; i < strategies_of(view); i++) {
        strategy_print(out, feed, view, &view->strategy[i], books);
        strategy_add(&sum, &view->strategy[i]);
    }
    strategy_print(out, feed, view, &sum, books);
}

void report_strategies_all(struct text *out, const struct engine_gateway_view *view)
{
    text_append(out, "strategy    kind        state            orders  replaced  canceled   refused"
                     "  rejected     fills       profit\n");
    for (uint64_t i = 0; i < strategies_of(view); i++) {
        const struct engine_view_strategy *strategy = &view->strategy[i];
        text_format(out, "  %s", strategy->name);
        text_to_column(out, 12);
        text_append(out, strategy->kind);
        text_to_column(out, 24);
        text_append(out, strategy->on ? report_trading_state(strategy->state) : "OFF");
        number_at(out, strategy->counts.order, 47);
        number_at(out, strategy->counts.replace, 57);
        number_at(out, strategy->counts.cancel, 67);
        number_at(out, strategy->counts.refused, 77);
        number_at(out, strategy->counts.rejected, 87);
        number_at(out, strategy->fills, 97);
        money_at(out, strategy->profit, 110);
        text_append_char(out, '\n');
    }
    part_say(out, strategies_of(view), view->strategies);
}

void report_holdings(struct text *out, const struct engine_gateway_view *view)
{
    text_append(out, "holding     symbol      position        bought          sold     fills"
                     "            cash       profit\n");
    for (uint64_t i = 0; i < view->holdings && i < ENGINE_VIEW_HOLDINGS; i++) {
        const struct engine_view_holding *holding = &view->holding[i];
        text_format(out, "  %s", holding->strategy);
        text_to_column(out, 12);
        text_format(out, "%.8s", holding->symbol);
        signed_at(out, holding->is.position / QTY_ONE, 32);
        number_at(out, (uint64_t)(holding->is.bought / QTY_ONE), 46);
        number_at(out, (uint64_t)(holding->is.sold / QTY_ONE), 60);
        number_at(out, holding->is.fills, 70);
        money_at(out, holding->is.cash, 86);
        money_at(out, holding->is.profit, 99);
        text_append_char(out, '\n');
    }
    part_say(out, ENGINE_VIEW_HOLDINGS, view->holdings);
}

/* Sessions. */

void report_venues(struct text *out, const struct engine_gateway_view *view)
{
    text_append(out, "session    state          sent    answered    next answer    open    asked"
                     "    in doubt   ended\n");
    for (uint64_t i = 0; i < venues_of(view); i++) {
        const struct engine_view_venue *venue = &view->venue[i];
        const struct order_host_look *session = &venue->session;
        text_append(out, venue->name);
        text_to_column(out, 11);
        text_append(out, order_host_state_name((enum order_host_state)session->state));
        number_at(out, session->counts.sent, 30);
        number_at(out, session->counts.message, 42);
        number_at(out, session->next, 57);
        number_at(out, venue->slot[SLOT_LIVE], 65);
        number_at(out, venue->slot[SLOT_NEW] + venue->slot[SLOT_CANCEL] + venue->slot[SLOT_REPLACE],
                  74);
        number_at(out, venue->slot[SLOT_UNKNOWN], 86);
        number_at(out, session->counts.lost, 94);
        text_append_char(out, '\n');
    }
}

/* Counters. */

static void row(struct text *out, const char *name, uint64_t count, const char *meaning)
{
    if (count == 0) return;
    text_format(out, "  %s", name);
    number_at(out, count, 44);
    text_format(out, "   %s\n", meaning);
}

#define COUNTER_ROW(name, help) row(out, #name, view->name, help);
#define LIMIT_ROW(E, name, scope, unit, looser, most, sentence)                                    \
    row(out, #name, counter_read(&risk->verdict[E]), sentence);
#define RULE_ROW(E, name, sentence) row(out, #name, counter_read(&risk->verdict[E]), sentence);

void report_gateway(struct text *out, const struct engine_gateway_view *view,
                    const struct risk_counts *risk)
{
    text_format(out, "gateway %s\n", report_trading_state(view->state));
    GATEWAY_COUNTERS(COUNTER_ROW)
    ENGINE_GATEWAY_COUNTERS(COUNTER_ROW)
    row(out, "journal records", view->record, "of the gateway's journal");
    row(out, "not on disk", view->record - view->durable, "of these");
    text_append(out, "risk\n");
    row(out, "passed", counter_read(&risk->verdict[RISK_PASS]), "orders and replacements");
    RISK_LIMITS(LIMIT_ROW)
    RISK_RULES(RULE_ROW)
}
