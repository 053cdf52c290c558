/* The view of a match stage, and the window onto all of its books. */

#include "dataplane/stage/match_stage_layout.h"

#include <string.h>

static bool book_show(const struct match *match, uint16_t instrument, struct match_view_book *book)
{
    struct match_listing listing;
    if (!match_listing_of(match, instrument, &listing)) return false;
    *book = (struct match_view_book){.instrument = instrument,
                                     .phase = (uint8_t)match_phase_of(match, instrument),
                                     .last = match_last_price(match, instrument)};
    memcpy(book->symbol, listing.symbol, sizeof listing.symbol);
    (void)match_depth(match, instrument, SIDE_BUY, &book->bid, 1);
    (void)match_depth(match, instrument, SIDE_SELL, &book->ask, 1);
    return true;
}

static void books_show(struct match_stage *stage)
{
    struct match_view *view = &stage->view;
    const struct match *match = venue_match(stage->venue);
    view->books = 0;
    for (uint32_t i = 0; i < stage->plan->entry.instruments && view->books < MATCH_VIEW_BOOKS; i++)
        view->books += book_show(match, (uint16_t)i, &view->book[view->books]);
}

/* The window. */

static bool instrument_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    (void)ask;
    struct match_listing listing;
    uint16_t instrument = (uint16_t)place;
    return row ? book_show(context, instrument, row)
               : match_listing_of(context, instrument, &listing);
}

/* As the feed calls it: padded with spaces. */
static bool symbol_is(const struct match_listing *listing, const char symbol[8])
{
    char padded[8] = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
    size_t length = strnlen(listing->symbol, sizeof listing->symbol);
    if (length > sizeof padded) return false;
    for (size_t i = 0; i < length; i++) padded[i] = listing->symbol[i];
    return memcmp(padded, symbol, sizeof padded) == 0;
}

static bool depth_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    const struct match *match = context;
    struct match_listing listing;
    uint16_t instrument = (uint16_t)place;
    if (!match_listing_of(match, instrument, &listing)) return false;
    if (!symbol_is(&listing, ask->symbol)) return false;
    struct match_view_depth *show = row;
    if (!show) return true;
    (void)book_show(match, instrument, &show->is);
    show->bids = match_depth(match, instrument, SIDE_BUY, show->bid, MATCH_VIEW_LEVELS);
    show->asks = match_depth(match, instrument, SIDE_SELL, show->ask, MATCH_VIEW_LEVELS);
    return true;
}

static void window_show(struct match_stage *stage)
{
    const struct window_ask *ask = window_wanted(stage->window);
    struct match *match = venue_match(stage->venue);
    uint64_t places = stage->plan->entry.instruments;
    if (!ask) return;
    switch ((enum match_window_kind)ask->kind) {
    case MATCH_WINDOW_BOOK: window_turn(stage->window, places, depth_look, match); return;
    case MATCH_WINDOW_INSTRUMENTS:
        window_turn(stage->window, places, instrument_look, match);
        return;
    }
    UNREACHABLE("each kind is looked at");
}

struct window *match_stage_window(struct match_stage *stage)
{
    return stage->window;
}

/* The view. */

void match_stage_show(struct match_stage *stage)
{
    struct match_view *view = &stage->view;
    const struct entry_counts *counts = entry_counts(stage->entry);
    for (uint32_t i = 0; i < ENTRY_CAUSE_COUNT; i++)
        view->cause[i] = counter_read(&counts->cause[i]);
    view->sequence = venue_sequence(stage->venue);
    view->held = venue_held(stage->venue);
    view->orders = match_orders(venue_match(stage->venue));
    view->day = stage->day;
    view->dead = venue_dead(stage->venue);
    view->tokens = entry_tokens(stage->entry);
    view->tokens_max = stage->plan->entry.tokens;
    view->stream_reserve = stage->plan->stream_spare ? stage->plan->stream_reserve : 0;
    books_show(stage);
    snapshot_show(stage->snapshot, view);
    window_show(stage);
}

const struct histogram *match_stage_latency(const struct match_stage *stage)
{
    return &stage->latency;
}

void match_stage_view(const struct match_stage *stage, struct match_view *view)
{
    snapshot_copy(stage->snapshot, view);
}

const struct counter *match_stage_reports_lost(const struct match_stage *stage)
{
    return &stage->reports_lost;
}

struct entry *match_stage_entry(struct match_stage *stage)
{
    return stage->entry;
}
