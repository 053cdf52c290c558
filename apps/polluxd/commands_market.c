/* The market: the books of all instruments. */

#include "apps/polluxd/commands_layout.h"

#include <string.h>

#define LEVELS_USUAL 5

/* Books. */

static bool book_there(struct command_call *call, const struct window_said *said)
{
    if (said->rows > 0) return true;
    command_call_refuse(call, COMMAND_REFUSED, "there is no instrument %s in the directory",
                        command_call_text(call, "symbol"));
    return false;
}

/* A level as people see it. */
struct level {
    price_t price;
    uint64_t qty;
    uint64_t orders;
};

static void side_put(json_t *to, const struct level *level, const char *price, const char *qty,
                     const char *orders)
{
    json_object_set_new(to, price, commands_price(level->price));
    json_object_set_new(to, qty, commands_count(level->qty));
    json_object_set_new(to, orders, commands_count(level->orders));
}

/* Both sides, best first; bid and ask NULL: there is none so deep. */
static void level_add(json_t *levels, const struct level *bid, const struct level *ask)
{
    json_t *level = json_object();
    if (bid) side_put(level, bid, "bid", "bid_qty", "bid_orders");
    if (ask) side_put(level, ask, "ask", "ask_qty", "ask_orders");
    json_array_append_new(levels, level);
}

static struct level level_of(const struct book_level *is)
{
    return (struct level){(price_t)is->price_e4 * PRICE_PER_E4, is->qty, is->orders};
}

static json_t *levels_show(const struct feed_view_book *book, uint32_t most)
{
    json_t *levels = json_array();
    for (uint32_t i = 0; i < most && (i < book->bids || i < book->asks); i++) {
        struct level bid = level_of(&book->bid[i]), ask = level_of(&book->ask[i]);
        level_add(levels, i < book->bids ? &bid : NULL, i < book->asks ? &ask : NULL);
    }
    return levels;
}

static void book_told(struct commands *commands, struct command_call *call,
                      const struct window *window, const struct window_said *said,
                      struct portion *portion)
{
    (void)commands;
    (void)portion;
    if (!book_there(call, said)) return;
    const struct feed_view_book *book = window_row(window, 0);
    uint32_t most = (uint32_t)command_call_whole(call, "levels", LEVELS_USUAL);
    uint64_t volume = book->market.volume / (uint64_t)QTY_ONE;
    command_call_answer(call, json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "symbol",
                                        commands_symbol(book->symbol, sizeof book->symbol), "state",
                                        market_state_text((enum market_state)book->state), "last",
                                        commands_price(book->market.last), "volume",
                                        commands_count(volume), "bids", commands_count(book->bids),
                                        "asks", commands_count(book->asks), "levels",
                                        levels_show(book, most)));
}

/* A venue without a feed shows its own books. */

static const char *phase_text(uint8_t phase)
{
    static const char *const phases[] = {
        [MATCH_UNLISTED] = "unlisted", [MATCH_CLOSED] = "closed", [MATCH_CALL] = "call",
        [MATCH_OPEN] = "open",         [MATCH_HALTED] = "halted", [MATCH_PAUSED] = "paused"};
    return phase < ARRAY_COUNT(phases) ? phases[phase] : "?";
}

static struct level venue_level(const struct match_level *is)
{
    return (struct level){is->price, (uint64_t)(is->qty / QTY_ONE), is->orders};
}

static void venue_book_told(struct commands *commands, struct command_call *call,
                            const struct window *window, const struct window_said *said,
                            struct portion *portion)
{
    (void)commands;
    (void)portion;
    if (!book_there(call, said)) return;
    const struct match_view_depth *book = window_row(window, 0);
    uint32_t most = (uint32_t)command_call_whole(call, "levels", LEVELS_USUAL);
    json_t *levels = json_array();
    for (uint32_t i = 0; i < most && (i < book->bids || i < book->asks); i++) {
        struct level bid = venue_level(&book->bid[i]), ask = venue_level(&book->ask[i]);
        level_add(levels, i < book->bids ? &bid : NULL, i < book->asks ? &ask : NULL);
    }
    command_call_answer(call,
                        json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "symbol",
                                  commands_symbol(book->is.symbol, sizeof book->is.symbol), "state",
                                  phase_text(book->is.phase), "last", commands_price(book->is.last),
                                  "bids", commands_count(book->bids), "asks",
                                  commands_count(book->asks), "levels", levels));
}

/* Padded with spaces; false: no instrument can be called so. */
static bool symbol_put(char symbol[8], const char *name)
{
    size_t length = strlen(name);
    if (length > 8) return false;
    memset(symbol, ' ', 8);
    for (size_t i = 0; i < length; i++) symbol[i] = name[i];
    return true;
}

void commands_book(void *context, struct command_call *call)
{
    static_assert(COMMAND_LEVELS_MAX == FEED_VIEW_LEVELS, "all levels that are copied");
    static_assert(COMMAND_LEVELS_MAX == MATCH_VIEW_LEVELS, "of a venue too");
    struct commands *commands = context;
    const struct launch *launch = &commands->plan.polluxd->launch;
    const char *symbol = command_call_text(call, "symbol");
    struct window_ask ask = {.kind = FEED_WINDOW_BOOK, .limit = 1};
    struct portion portion = {.told = book_told};
    if (!symbol_put(ask.symbol, symbol)) {
        (void)book_there(call, &(struct window_said){.rows = 0});
    } else if (launch->feed) {
        commands_portion(commands, call, feed_stage_window(launch->feed), &ask, &portion);
    } else if (launch->venue) {
        ask.kind = MATCH_WINDOW_BOOK;
        portion.told = venue_book_told;
        commands_portion(commands, call, match_stage_window(launch->venue->match), &ask, &portion);
    } else {
        command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role feed or venue");
    }
}

/* Instruments. */

struct named {
    const char *symbol;
    size_t bytes;
    uint64_t instrument;
    uint64_t state;
    const struct market *market;
};

static json_t *named_show(const struct named *is)
{
    const struct market *market = is->market;
    return json_pack(
        "{s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "symbol", commands_symbol(is->symbol, is->bytes),
        "instrument", commands_count(is->instrument), "state",
        market_state_text((enum market_state)is->state), "bid", commands_price(market->bid), "ask",
        commands_price(market->ask), "last", commands_price(market->last), "volume",
        commands_count(market->volume / (uint64_t)QTY_ONE));
}

static json_t *instrument_show(const struct commands *commands, const void *row)
{
    (void)commands;
    const struct feed_view_instrument *is = row;
    return named_show(
        &(struct named){is->symbol, sizeof is->symbol, is->instrument, is->state, &is->market});
}

static json_t *venue_instrument_show(const struct commands *commands, const void *row)
{
    (void)commands;
    const struct match_view_book *book = row;
    return json_pack("{s:o, s:i, s:s, s:o, s:o, s:o}", "symbol",
                     commands_symbol(book->symbol, sizeof book->symbol), "instrument",
                     book->instrument + 1, "state", phase_text(book->phase), "bid",
                     commands_price(book->bid.price), "ask", commands_price(book->ask.price),
                     "last", commands_price(book->last));
}

/* Those of the screen, as the view has them. */
static void screen_instruments(struct commands *commands, struct command_call *call)
{
    const struct feed_view *view = &commands->feed;
    const struct match_view *match = &commands->match;
    const struct launch *launch = &commands->plan.polluxd->launch;
    struct window_said said = {.turns = 1, .ended = true};
    json_t *books = json_array();
    if (launch->feed) {
        feed_stage_view(launch->feed, &commands->feed);
        said.matched = view->instruments;
        for (uint64_t i = 0; i < view->books; i++)
            json_array_append_new(
                books, named_show(&(struct named){view->show[i].symbol, sizeof view->show[i].symbol,
                                                  view->show[i].instrument, view->show[i].state,
                                                  &view->show[i].market}));
    } else {
        match_stage_view(launch->venue->match, &commands->match);
        said.matched = launch->venue->plan->listing_count;
        for (uint64_t i = 0; i < match->books; i++)
            json_array_append_new(books, venue_instrument_show(commands, &match->book[i]));
    }
    commands_answer_rows(call, json_object(), "books", books, &said);
}

void commands_instruments(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct launch *launch = &commands->plan.polluxd->launch;
    const char *which = command_call_text(call, "which");
    struct portion portion = {.told = commands_rows, .key = "books"};
    struct window_ask ask;
    if (!launch->feed && !launch->venue) {
        command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role feed or venue");
    } else if (which && strcmp(which, "screen") == 0) {
        screen_instruments(commands, call);
    } else if (launch->feed) {
        portion.show = instrument_show;
        ask = commands_ask(call, FEED_WINDOW_INSTRUMENTS);
        commands_portion(commands, call, feed_stage_window(launch->feed), &ask, &portion);
    } else {
        portion.show = venue_instrument_show;
        ask = commands_ask(call, MATCH_WINDOW_INSTRUMENTS);
        commands_portion(commands, call, match_stage_window(launch->venue->match), &ask, &portion);
    }
}
