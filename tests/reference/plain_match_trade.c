/* An order arrives: it trades, rests, waits, or ends (A, C, F5). */

#include "tests/reference/plain_match_parts.h"

/* Why an arriving order stops. */
enum stop { STOP_SPENT, STOP_EMPTY, STOP_BEYOND, STOP_BAND, STOP_SELF, STOP_NOT_WHOLE };

struct run {
    qty_t traded;
    price_t first;
    price_t last;
    enum stop stop;
};

/* What an order shows when it joins a queue (A7, B5). */
qty_t plain_part(const struct plain_order *order)
{
    return order->display > 0 && order->display < order->open ? order->display : order->open;
}

void plain_refill(struct plain_match *plain, struct plain_order *order)
{
    if (order->shown > 0 || order->open == 0) return;
    order->shown = plain_part(order);
    order->turn = ++plain->ages;
    struct match_event *event = plain_say_of(plain, MATCH_REFILLED, order);
    event->side = order->side;
    event->price = order->price;
    event->qty = order->shown;
    event->left = order->open;
}

/* What a trade did to an order that rests, or to the one that rests and counts as arriving. */
static void has_traded(struct plain_match *plain, struct plain_order *order, qty_t qty)
{
    plain_refill(plain, order);
    plain_level_pair(plain, order);
    struct plain_order *parent = order->parent;
    if (order->link == MATCH_LEGS) plain_remember(plain, order);
    if (order->tracked) plain_say_status(plain, order);
    if (order->open == 0) plain_after_end(plain, order);
    plain_tell_parent(plain, parent, qty);
}

void plain_trade(struct plain_match *plain, struct plain_order *taker, struct plain_order *maker,
                 price_t price, bool auction)
{
    qty_t most = auction ? taker->shown : taker->open;
    qty_t qty = most < maker->shown ? most : maker->shown;
    taker->open -= qty;
    if (auction) taker->shown -= qty;
    taker->filled += qty;
    taker->ran += qty;
    taker->moved = maker->moved = ++plain->ages;
    maker->open -= qty;
    maker->shown -= qty;
    maker->filled += qty;
    plain_market(plain, taker)->last = price;
    struct match_event *event = plain_say_of(plain, MATCH_TRADED, taker);
    event->other = maker->id;
    event->other_account = maker->account;
    event->side = taker->side;
    event->price = price;
    event->qty = qty;
    event->left = taker->open;
    if (maker->open == 0) event->flags |= MATCH_MAKER_DONE;
    if (auction) event->flags |= MATCH_IN_AUCTION;
    plain_settle(plain, taker, maker, price, qty, auction);
    has_traded(plain, maker, qty);
    if (auction) has_traded(plain, taker, qty);
}

/* DECREMENT of one that rests. */
static void decrement(struct plain_match *plain, struct plain_order *order, qty_t by)
{
    order->open -= by;
    order->shown -= by;
    if (order->open == 0) {
        plain_cancel(plain, order, MATCH_SELF);
        return;
    }
    plain_say_reduced(plain, order, by, MATCH_SELF);
    plain_refill(plain, order);
    plain_level_pair(plain, order);
}

/* An arriving order is canceled; whoever is linked to it hears of it in finish. */
static void give_up(struct plain_match *plain, struct plain_order *order, uint8_t reason)
{
    plain_say_canceled(plain, order, order->open, reason);
    order->rest = order->open;
    order->open = order->shown = 0;
    order->ended = true;
}

static void end_taker(struct plain_match *plain, struct plain_order *taker, bool auction)
{
    if (auction) {
        plain_cancel(plain, taker, MATCH_SELF);
        return;
    }
    give_up(plain, taker, MATCH_SELF);
}

/* C2.  False if the taker is no more. */
bool plain_self(struct plain_match *plain, struct plain_order *taker, struct plain_order *maker,
                bool auction)
{
    if (taker->self_trade == MATCH_CANCEL_OLDEST || taker->self_trade == MATCH_CANCEL_BOTH)
        plain_cancel(plain, maker, MATCH_SELF);
    if (taker->self_trade == MATCH_CANCEL_OLDEST) return true;
    if (taker->self_trade != MATCH_DECREMENT) {
        end_taker(plain, taker, auction);
        return false;
    }
    qty_t most = auction ? taker->shown : taker->open;
    qty_t by = most < maker->shown ? most : maker->shown;
    decrement(plain, maker, by);
    if (auction) {
        bool ends = taker->open == by;
        decrement(plain, taker, by);
        return !ends;
    }
    taker->open -= by;
    struct plain_order *other = taker->sibling;
    if (other && other->place != PLAIN_HELD && other->open > taker->open + taker->ran)
        plain_lose(plain, other, other->open - (taker->open + taker->ran), MATCH_LINKED);
    if (taker->open > 0) plain_say_reduced(plain, taker, by, MATCH_SELF);
    else end_taker(plain, taker, false);
    return taker->open > 0;
}

static bool in_band(const struct plain_instrument *market, price_t price)
{
    price_t away =
        price > market->reference ? price - market->reference : market->reference - price;
    return market->listing.band == 0 || away <= market->listing.band;
}

/* A4: may the whole order trade?  Of a pair only one can trade its quantity. */
static bool is_whole(struct plain_match *plain, const struct plain_order *order)
{
    const struct plain_instrument *market = plain_market(plain, order);
    uint64_t group = plain_group(plain, order->account);
    qty_t sum = 0;
    struct plain_order *maker = NULL;
    for (;;) {
        maker = plain_next(plain, order->instrument, PLAIN_BOOK, !order->side, maker);
        if (maker == NULL || !plain_accepts(order->side, order->price, maker->price)) return false;
        if (!in_band(market, maker->price)) return false;
        if (plain_group(plain, maker->account) == group) {
            if (order->self_trade != MATCH_CANCEL_OLDEST) return false;
            continue;
        }
        const struct plain_order *other = maker->sibling;
        if (other && other->place == PLAIN_BOOK && plain_before(other, maker)) continue;
        sum += maker->open;
        if (sum >= order->open) return true;
    }
}

static enum stop take(struct plain_match *plain, struct plain_order *order, struct run *run)
{
    const struct plain_instrument *market = plain_market(plain, order);
    if (order->tif == MATCH_FOK && !is_whole(plain, order)) return STOP_NOT_WHOLE;
    while (order->open > 0) {
        struct plain_order *maker = plain_best(plain, order->instrument, !order->side);
        if (maker == NULL) return STOP_EMPTY;
        if (!plain_accepts(order->side, order->price, maker->price)) return STOP_BEYOND;
        if (!in_band(market, maker->price)) return STOP_BAND;
        if (plain_group(plain, maker->account) == plain_group(plain, order->account)) {
            if (!plain_self(plain, order, maker, false)) return STOP_SELF;
            continue;
        }
        price_t price = maker->price;
        if (run->first == 0) run->first = price;
        run->last = price;
        qty_t before = order->open;
        plain_trade(plain, order, maker, price, false);
        run->traded += before - order->open;
    }
    return STOP_SPENT;
}

static uint8_t end_reason(const struct plain_order *order, enum stop stop)
{
    if (stop == STOP_NOT_WHOLE) return MATCH_NOT_WHOLE;
    if (stop == STOP_BAND) return MATCH_BAND_HIT;
    if (order->type == MATCH_LIMIT) return MATCH_IMMEDIATE;
    return stop == STOP_EMPTY ? MATCH_NO_LIQUIDITY : MATCH_COLLARED;
}

static bool may_rest(const struct plain_order *order)
{
    if (order->type != MATCH_LIMIT && order->type != MATCH_STOP_LIMIT) return false;
    return order->tif == MATCH_GTC || order->tif == MATCH_DAY;
}

/* The event of an order that rests or waits. */
static void say_placed(struct plain_match *plain, const struct plain_order *order)
{
    bool waits = plain_is_stop(order);
    struct match_event *event = plain_say_of(plain, waits ? MATCH_WAITS : MATCH_RESTED, order);
    event->other = order->parent ? order->parent->id : 0;
    event->side = order->side;
    event->price = waits ? plain_trigger(order) : order->price;
    event->qty = waits ? order->open : order->shown;
    event->left = waits ? 0 : order->open;
}

static void join(struct plain_match *plain, struct plain_order *order)
{
    if (!plain_has_place(plain, order)) {
        give_up(plain, order, MATCH_OUT_OF_WINDOW);
        return;
    }
    order->shown = plain_is_stop(order) ? order->open : plain_part(order);
    order->turn = ++plain->ages;
    order->place = plain_is_stop(order) ? PLAIN_WAITS : PLAIN_BOOK;
    say_placed(plain, order);
}

/* "The order of events": the other of its pair, then status.  Of a member that was canceled the
 * other first loses what it traded, then ends with it. */
static void finish(struct plain_match *plain, struct plain_order *order, qty_t traded)
{
    struct plain_order *parent = order->parent;
    bool over = order->open == 0;
    if (traded > 0 && order->link == MATCH_LEGS) plain_remember(plain, order);
    if (order->ended && order->rest > 0 && !order->tracked) {
        order->open = order->rest;
        plain_level_pair(plain, order);
        order->open = 0;
        plain_tell_parent(plain, parent, traded);
        traded = 0;
    } else if (!order->ended) {
        plain_level_pair(plain, order);
    }
    if (order->tracked && (order->ended || traded > 0)) {
        plain_say_status(plain, order);
        if (order->filled == 0) plain->event[plain->events - 1].reason = MATCH_ENDED_CANCELED;
    }
    if (over) plain_after_end(plain, order);
    plain_tell_parent(plain, parent, traded);
}

void plain_pause(struct plain_match *plain, uint16_t instrument)
{
    struct plain_instrument *market = &plain->instrument[instrument];
    market->phase = MATCH_PAUSED;
    nanos_t pause = market->listing.pause_ns;
    market->pause_end = pause > UINT64_MAX - plain->time ? UINT64_MAX : plain->time + pause;
    plain_say_phase(plain, instrument);
}

static void match_order(struct plain_match *plain, struct plain_order *order)
{
    uint16_t instrument = order->instrument;
    struct run run = {0};
    order->ran = 0;
    run.stop = take(plain, order, &run);
    if (order->open > 0) {
        if (may_rest(order)) join(plain, order);
        else give_up(plain, order, end_reason(order, run.stop));
    }
    finish(plain, order, run.traded);
    if (run.traded > 0) plain_look(plain, instrument, run.first, run.last);
    if (run.stop == STOP_BAND) plain_pause(plain, instrument);
}

/* The order is in no queue.  It trades as far as it can; then its rest, its linked orders and the
 * stops that it reached are seen to. */
void plain_arrive(struct plain_match *plain, struct plain_order *order)
{
    const struct plain_instrument *market = plain_market(plain, order);
    bool open = market->phase == MATCH_OPEN;
    if (plain_is_stop(order) && open && plain_reached(order, market->last)) {
        order->shown = order->open;
        order->place = PLAIN_FIRED;
        order->turn = ++plain->ages;
    } else if (plain_is_stop(order) || !open) {
        join(plain, order);
        if (order->ended) finish(plain, order, 0);
    } else {
        match_order(plain, order);
    }
}
