#include "dataplane/stage/feed_window.h"

#include <string.h>

void feed_window_book(struct feed *feed, uint32_t instrument, struct feed_view_book *show)
{
    struct book *book = feed_book(feed);
    char symbol[9];
    feed_symbol(feed, instrument, symbol);
    *show = (struct feed_view_book){.instrument = instrument};
    memcpy(show->symbol, symbol, sizeof symbol);
    show->state = feed_state(feed, instrument);
    show->bids = book_depth(book, instrument, SIDE_BUY, show->bid, FEED_VIEW_LEVELS);
    show->asks = book_depth(book, instrument, SIDE_SELL, show->ask, FEED_VIEW_LEVELS);
    feed_market(feed, instrument, &show->market);
}

/* The one of a symbol: of a directory of 65,535 it is found in some 30 us. */
static bool book_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    (void)place;
    struct feed *feed = context;
    char symbol[9];
    memcpy(symbol, ask->symbol, sizeof ask->symbol);
    symbol[sizeof ask->symbol] = 0;
    symbol[strcspn(symbol, " ")] = 0;
    uint32_t instrument = feed_find(feed, symbol);
    if (instrument == 0) return false;
    if (row) feed_window_book(feed, instrument, row);
    return true;
}

static bool instrument_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    (void)ask;
    struct feed *feed = context;
    struct feed_view_instrument show = {.instrument = (uint32_t)place};
    char symbol[9];
    feed_symbol(feed, show.instrument, symbol);
    if (!symbol[0]) return false;
    if (!row) return true;
    memcpy(show.symbol, symbol, sizeof symbol);
    show.state = feed_state(feed, show.instrument);
    feed_market(feed, show.instrument, &show.market);
    memcpy(row, &show, sizeof show);
    return true;
}

void feed_window_turn(struct window *window, struct feed *feed)
{
    const struct window_ask *ask = window_wanted(window);
    if (!ask) return;
    switch ((enum feed_window_kind)ask->kind) {
    case FEED_WINDOW_BOOK: window_turn(window, 1, book_look, feed); return;
    case FEED_WINDOW_INSTRUMENTS:
        window_turn(window, (uint64_t)feed_last_instrument(feed) + 1, instrument_look, feed);
        return;
    case FEED_WINDOW_RELEASE: return; /* the stage's own, in its next housekeeping */
    }
    UNREACHABLE("each kind is looked at");
}
