/* The market: the feed's lines, and the books that are shown. */

#include "apps/polluxd/commands_layout.h"

#include <string.h>

#define LEVELS_USUAL 5

static bool feed_look(struct commands *commands, struct command_call *call)
{
    const struct launch *launch = &commands->plan.polluxd->launch;
    if (launch->feed) {
        feed_stage_view(launch->feed, &commands->feed);
        return true;
    }
    command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role feed");
    return false;
}

static json_t *line_show(const struct feed_view *view, uint32_t line)
{
    const struct channel_line_counts *counts = &view->channel.line[line];
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "line", line == LINE_A ? "A" : "B", "received",
                     commands_count(counts->received), "first", commands_count(counts->first),
                     "duplicate", commands_count(counts->duplicate), "lost",
                     commands_count(counts->lost));
}

void commands_feeds(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct feed_view *view = &commands->feed;
    if (!feed_look(commands, call)) return;
    json_t *lines = json_array();
    for (uint32_t i = 0; i < CHANNEL_LINES; i++)
        if (view->channel.line[i].received || view->line[i].group)
            json_array_append_new(lines, line_show(view, i));
    uint64_t refused = commands_packets_refused(view);
    command_call_answer(
        call, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "state",
                        market_state_text((enum market_state)view->channel_state), "recovery",
                        recovery_state_text((enum recovery_state)view->recovery_state),
                        "next_message", commands_count(view->sequence), "gaps",
                        commands_count(view->channel.gap), "packets", commands_count(view->frame),
                        "packets_refused", commands_count(refused), "lines", lines));
}

/* Books. */

static const struct feed_view_book *book_find(const struct feed_view *view, const char *symbol)
{
    for (uint64_t i = 0; i < view->books; i++)
        if (strcmp(view->show[i].symbol, symbol) == 0) return &view->show[i];
    return NULL;
}

static void side_put(json_t *to, const struct book_level *level, const char *price, const char *qty,
                     const char *orders)
{
    json_object_set_new(to, price, commands_price((price_t)level->price_e4 * PRICE_PER_E4));
    json_object_set_new(to, qty, commands_count(level->qty));
    json_object_set_new(to, orders, commands_count(level->orders));
}

static json_t *levels_show(const struct feed_view_book *book, uint32_t most)
{
    json_t *levels = json_array();
    for (uint32_t i = 0; i < most && (i < book->bids || i < book->asks); i++) {
        json_t *level = json_object();
        if (i < book->bids) side_put(level, &book->bid[i], "bid", "bid_qty", "bid_orders");
        if (i < book->asks) side_put(level, &book->ask[i], "ask", "ask_qty", "ask_orders");
        json_array_append_new(levels, level);
    }
    return levels;
}

void commands_book(void *context, struct command_call *call)
{
    static_assert(COMMAND_LEVELS_MAX == FEED_VIEW_LEVELS, "all levels that are shown");
    struct commands *commands = context;
    if (!feed_look(commands, call)) return;
    const char *symbol = command_call_text(call, "symbol");
    const struct feed_view_book *book = book_find(&commands->feed, symbol);
    if (!book) {
        command_call_refuse(call, COMMAND_REFUSED,
                            "%s is none of the books that are shown (screen.symbols)", symbol);
        return;
    }
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

static json_t *instrument_show(const struct feed_view_book *book)
{
    const struct market *market = &book->market;
    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "symbol",
                     commands_symbol(book->symbol, sizeof book->symbol), "instrument",
                     commands_count(book->instrument), "state",
                     market_state_text((enum market_state)book->state), "bid",
                     commands_price(market->bid), "ask", commands_price(market->ask), "last",
                     commands_price(market->last), "volume",
                     commands_count(market->volume / (uint64_t)QTY_ONE));
}

/* A venue without a feed shows its own books. */
static json_t *venue_book_show(const struct match_view_book *book)
{
    static const char *const phases[] = {
        [MATCH_UNLISTED] = "unlisted", [MATCH_CLOSED] = "closed", [MATCH_CALL] = "call",
        [MATCH_OPEN] = "open",         [MATCH_HALTED] = "halted", [MATCH_PAUSED] = "paused"};
    const char *phase = book->phase < ARRAY_COUNT(phases) ? phases[book->phase] : "?";
    return json_pack("{s:o, s:i, s:s, s:o, s:o, s:o}", "symbol",
                     commands_symbol(book->symbol, sizeof book->symbol), "instrument",
                     book->instrument + 1, "state", phase, "bid", commands_price(book->bid.price),
                     "ask", commands_price(book->ask.price), "last", commands_price(book->last));
}

static void venue_instruments(struct commands *commands, struct command_call *call)
{
    const struct launch_venue *venue = commands->plan.polluxd->launch.venue;
    const struct match_view *view = &commands->match;
    match_stage_view(venue->match, &commands->match);
    json_t *books = json_array();
    for (uint64_t i = 0; i < view->books; i++)
        json_array_append_new(books, venue_book_show(&view->book[i]));
    command_call_answer(call, json_pack("{s:o, s:o, s:o}", "instruments",
                                        commands_count(venue->plan->listing_count), "shown",
                                        commands_count(view->books), "books", books));
}

void commands_instruments(void *context, struct command_call *call)
{
    struct commands *commands = context;
    if (!commands->plan.polluxd->launch.feed && commands->plan.polluxd->launch.venue) {
        venue_instruments(commands, call);
        return;
    }
    const struct feed_view *view = &commands->feed;
    if (!feed_look(commands, call)) return;
    json_t *books = json_array();
    for (uint64_t i = 0; i < view->books; i++)
        json_array_append_new(books, instrument_show(&view->show[i]));
    command_call_answer(call, json_pack("{s:o, s:o, s:o}", "instruments",
                                        commands_count(view->instruments), "shown",
                                        commands_count(view->books), "books", books));
}
