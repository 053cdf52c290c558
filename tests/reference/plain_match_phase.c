/* Phases, auctions and the calendar (F2 to F4, F8). */

#include "tests/reference/plain_match_parts.h"

static wide_t distance(price_t a, price_t b)
{
    return a > b ? (wide_t)a - b : (wide_t)b - a;
}

static wide_t could_trade(const struct plain_match *plain, uint16_t instrument, uint8_t side,
                          price_t price)
{
    wide_t sum = 0;
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *order = &plain->order[i];
        if (order->place != PLAIN_BOOK || order->instrument != instrument) continue;
        if (order->side == side && plain_accepts(side, order->price, price)) sum += order->open;
    }
    return sum;
}

/* The best price of a side, 0 if it is empty. */
static price_t top(const struct plain_match *plain, uint16_t instrument, uint8_t side)
{
    price_t best = 0;
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *order = &plain->order[i];
        if (order->place != PLAIN_BOOK || order->instrument != instrument || order->side != side)
            continue;
        if (best == 0 || (side == SIDE_BUY ? order->price > best : order->price < best))
            best = order->price;
    }
    return best;
}

/* F3, tick by tick. */
bool plain_auction_price(const struct plain_match *plain, uint16_t instrument, price_t *price,
                         qty_t *qty)
{
    const struct plain_instrument *market = &plain->instrument[instrument];
    price_t bid = top(plain, instrument, SIDE_BUY), ask = top(plain, instrument, SIDE_SELL);
    wide_t most = 0, least = 0;
    if (bid == 0 || ask == 0 || bid < ask) return false;
    for (price_t at = ask; at <= bid; at += market->listing.tick) {
        wide_t buys = could_trade(plain, instrument, SIDE_BUY, at);
        wide_t sells = could_trade(plain, instrument, SIDE_SELL, at);
        wide_t volume = buys < sells ? buys : sells;
        wide_t difference = buys < sells ? sells - buys : buys - sells;
        bool better = most == 0 || volume > most || (volume == most && difference < least);
        if (volume == most && difference == least)
            better = distance(at, market->reference) <= distance(*price, market->reference);
        if (!better) continue;
        *price = at;
        *qty = (qty_t)volume;
        most = volume;
        least = difference;
    }
    return true;
}

/* F4 */
static void hold_auction(struct plain_match *plain, uint16_t instrument, price_t price, qty_t qty)
{
    struct plain_instrument *market = &plain->instrument[instrument];
    struct match_event *event = plain_say(plain, MATCH_AUCTIONED);
    event->instrument = instrument;
    event->price = price;
    event->qty = qty;
    market->reference = market->last = price;
    for (;;) {
        struct plain_order *buyer = plain_best(plain, instrument, SIDE_BUY);
        struct plain_order *seller = plain_best(plain, instrument, SIDE_SELL);
        if (buyer == NULL || buyer->price < price) return;
        if (seller == NULL || seller->price > price) return;
        if (plain_group(plain, buyer->account) == plain_group(plain, seller->account))
            plain_self(plain, buyer, seller, true);
        else plain_trade(plain, buyer, seller, price, true);
    }
}

/* A10, F2 */
static void end_day(struct plain_match *plain, uint16_t instrument)
{
    static const struct {
        enum plain_place place;
        uint8_t side;
    } queues[] = {{PLAIN_BOOK, SIDE_BUY}, {PLAIN_BOOK, SIDE_SELL}, {PLAIN_WAITS, 0}};
    for (uint32_t i = 0; i < ARRAY_COUNT(queues); i++) {
        struct plain_order *order = NULL;
        for (;;) {
            order = plain_next(plain, instrument, queues[i].place, queues[i].side, order);
            if (order == NULL) break;
            if (order->tif != MATCH_DAY) continue;
            plain_cancel(plain, order, MATCH_DAY_OVER);
            order = NULL; /* another may have gone with it: from the start again */
        }
    }
}

void plain_enter(struct plain_match *plain, uint16_t instrument, enum match_phase phase)
{
    struct plain_instrument *market = &plain->instrument[instrument];
    price_t price = 0;
    qty_t qty = 0;
    while ((phase == MATCH_OPEN || phase == MATCH_CLOSED) &&
           plain_auction_price(plain, instrument, &price, &qty))
        hold_auction(plain, instrument, price, qty);
    market->phase = phase;
    market->pause_end = 0;
    plain_say_phase(plain, instrument);
    plain_look(plain, instrument, market->last, market->last);
    if (phase == MATCH_CLOSED) end_day(plain, instrument);
}

void plain_phase(struct plain_match *plain, const struct match_input *input)
{
    uint16_t index = input->instrument;
    enum match_phase phase = input->type;
    if (index >= plain->limits.instruments || plain->instrument[index].phase == MATCH_UNLISTED)
        plain_reject(plain, input, MATCH_NO_INSTRUMENT);
    else if (phase == MATCH_UNLISTED || phase == MATCH_PAUSED ||
             phase == plain->instrument[index].phase)
        plain_reject(plain, input, MATCH_BAD_PHASE);
    else plain_enter(plain, index, phase);
}

/* The first time of the calendar in (from, to]; false if there is none. */
static bool next_time(const struct match_listing *listing, nanos_t from, nanos_t to, nanos_t *at,
                      enum match_phase *phase)
{
    const struct {
        uint32_t second;
        enum match_phase phase;
    } times[] = {{listing->call_s, MATCH_CALL},
                 {listing->open_s, MATCH_OPEN},
                 {listing->closing_s, MATCH_CALL},
                 {listing->close_s, MATCH_CLOSED}};
    const wide_t day = 86400 * (wide_t)NANOS_SECOND;
    if (listing->close_s == 0) return false;
    for (wide_t midnight = from / day * day;; midnight += day) {
        for (int i = 0; i < 4; i++) {
            wide_t when = midnight + times[i].second * (wide_t)NANOS_SECOND;
            if (when > to) return false;
            if (when <= from) continue;
            *at = (nanos_t)when;
            *phase = times[i].phase;
            return true;
        }
    }
}

/* The next change of an instrument in time: the end of its pause, or the calendar's. */
static bool next_change(const struct plain_match *plain, uint16_t instrument, nanos_t *at,
                        enum match_phase *phase)
{
    const struct plain_instrument *market = &plain->instrument[instrument];
    const nanos_t day = 86400 * NANOS_SECOND;
    if (market->phase == MATCH_UNLISTED) return false;
    nanos_t from = market->seen;
    if (plain->time >= day && from < plain->time - day) from = plain->time - day;
    bool due = next_time(&market->listing, from, plain->time, at, phase);
    if (market->phase != MATCH_PAUSED || market->pause_end == UINT64_MAX) return due;
    if (market->pause_end > (due ? *at : plain->time)) return due;
    *at = market->pause_end;
    *phase = MATCH_OPEN;
    return true;
}

/* F8: all that is due up to now, in the order of time, then of instruments. */
void plain_clock(struct plain_match *plain)
{
    for (;;) {
        nanos_t first = 0, at = 0;
        enum match_phase enters = MATCH_UNLISTED, phase = MATCH_UNLISTED;
        uint16_t which = PLAIN_INSTRUMENTS;
        for (uint16_t i = 0; i < plain->limits.instruments; i++) {
            if (!next_change(plain, i, &at, &phase)) continue;
            if (which < PLAIN_INSTRUMENTS && at >= first) continue;
            first = at;
            enters = phase;
            which = i;
        }
        if (which == PLAIN_INSTRUMENTS) return;
        struct plain_instrument *market = &plain->instrument[which];
        bool pause_ends = market->phase == MATCH_PAUSED && market->pause_end == first;
        if (!pause_ends) market->seen = first;
        if (market->phase == MATCH_HALTED || market->phase == enters) continue;
        plain_enter(plain, which, enters);
        plain_follow(plain);
        plain_run_fired(plain);
    }
}
