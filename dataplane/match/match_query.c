#include "dataplane/match/match_query.h"

#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_ladder.h"

/* Looking at an engine without changing it.  Nothing here keeps anything. */

enum match_phase match_phase_of(const struct match *match, uint16_t instrument)
{
    const struct instrument *b = instrument_of(match, instrument);
    return b ? (enum match_phase)b->phase : MATCH_UNLISTED;
}

bool match_listing_of(const struct match *match, uint16_t instrument, struct match_listing *listing)
{
    const struct instrument *b = instrument_of(match, instrument);
    if (b == NULL) return false;
    *listing = b->listing;
    return true;
}

price_t match_last_price(const struct match *match, uint16_t instrument)
{
    const struct instrument *b = instrument_of(match, instrument);
    return b ? ticks_price(b, b->last) : 0;
}

/* Levels. */

uint32_t match_depth(const struct match *match, uint16_t instrument, enum side side,
                     struct match_level *levels, uint32_t count)
{
    const struct instrument *b = instrument_of(match, instrument);
    if (b == NULL) return 0;
    const struct ladder *ladder = &b->side[side];
    int64_t key = ladder->best;
    for (uint32_t i = 0; i < count && key != LADDER_EMPTY; i++) {
        const struct level *level = ladder_level(match, ladder, key);
        uint32_t orders = 0;
        uint32_t slot = level->head;
        for (; slot && orders < MATCH_DEPTH_ORDERS; slot = match->orders[slot].next) orders++;
        levels[i] = (struct match_level){
            .price = ticks_price(b, key_ticks((int32_t)key)),
            .qty = lots_qty(b, level->lots),
            .orders = orders,
        };
        key = ladder_after(ladder, key);
    }
    return ladder_count(ladder);
}

/* Orders. */

static bool type_is_stop(uint8_t type)
{
    return type == MATCH_STOP || type == MATCH_STOP_LIMIT || type == MATCH_TRAILING_STOP;
}

/* What only an order with a special has.  A stop that has fired and rests is a limit order. */
static void special_view(const struct match *m, uint32_t slot, struct match_order *view)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    const struct special *special = order_special(m, slot);
    view->open += lots_qty(b, special->hidden);
    if (special->parent) view->parent = m->orders[special->parent].id;
    enum place place = order_place(order);
    if (place == PLACE_BOOK || !type_is_stop(special->type)) return;
    view->type = special->type;
    view->price = special->type == MATCH_STOP_LIMIT ? ticks_price(b, special->limit) : 0;
    if (place == PLACE_WAITS) view->trigger = ticks_price(b, special->trigger);
}

static struct match_order order_view(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    enum place place = order_place(order);
    struct match_order view = {
        .id = order->id,
        .price = ticks_price(b, key_ticks(order->key)),
        .open = lots_qty(b, order->lots),
        .shown = place == PLACE_BOOK ? lots_qty(b, order->lots) : 0,
        .total = lots_qty(b, order_total(m, slot)),
        .account = holder_account(m, order->holder),
        .instrument = (uint16_t)(order->meta & META_INSTRUMENT),
        .side = (uint8_t)order_side(order),
        .type = MATCH_LIMIT,
        .tif = order->meta & META_DAY ? MATCH_DAY : MATCH_GTC,
        .waits = place == PLACE_WAITS,
    };
    if (order->meta & META_SPECIAL) special_view(m, slot, &view);
    return view;
}

bool match_order_of(const struct match *match, order_id_t id, struct match_order *order)
{
    uint32_t slot = id == 0 ? 0 : ids_find(match, id);
    if (slot == 0 || order_place(&match->orders[slot]) == PLACE_DORMANT) return false;
    *order = order_view(match, slot);
    return true;
}

void query_each_slot(const struct match *m, const struct ladder *ladder, query_slot_fn *visit,
                     void *context)
{
    for (int64_t key = ladder->best; key != LADDER_EMPTY; key = ladder_after(ladder, key)) {
        const struct level *level = ladder_level(m, ladder, key);
        query_each_in_list(m, level->head, visit, context);
    }
}

void query_each_in_list(const struct match *m, uint32_t first, query_slot_fn *visit, void *context)
{
    for (uint32_t slot = first; slot; slot = m->orders[slot].next) visit(context, slot);
}

struct visitor {
    const struct match *match;
    match_visit_fn *visit;
    void *context;
};

static void visit_order(void *context, uint32_t slot)
{
    const struct visitor *visitor = context;
    struct match_order view = order_view(visitor->match, slot);
    visitor->visit(visitor->context, &view);
}

void match_each(const struct match *match, uint16_t instrument, enum side side,
                match_visit_fn *visit, void *context)
{
    const struct instrument *b = instrument_of(match, instrument);
    if (b == NULL) return;
    struct visitor visitor = {match, visit, context};
    query_each_slot(match, &b->side[side], visit_order, &visitor);
}

void match_each_waiting(const struct match *match, uint16_t instrument, match_visit_fn *visit,
                        void *context)
{
    const struct instrument *b = instrument_of(match, instrument);
    if (b == NULL) return;
    struct visitor visitor = {match, visit, context};
    query_each_slot(match, &b->waits[SIDE_BUY], visit_order, &visitor);
    query_each_slot(match, &b->waits[SIDE_SELL], visit_order, &visitor);
    query_each_in_list(match, b->trailing_first, visit_order, &visitor);
}

nanos_t match_due(const struct match *match)
{
    return match->due;
}

bool match_indicative(const struct match *match, uint16_t instrument, price_t *price, qty_t *qty)
{
    const struct instrument *b = instrument_of(match, instrument);
    int32_t ticks;
    uint64_t lots;
    if (b == NULL || !auction_price(match, b, &ticks, &lots)) return false;
    *price = ticks_price(b, ticks);
    *qty = lots_qty(b, lots);
    return true;
}

/* Money. */

bool match_balance_of(const struct match *match, uint32_t account, uint16_t asset,
                      struct match_balance *balance)
{
    if (account >= match->limits.accounts) return false;
    uint32_t found = ledger_balance_find(match, account, asset);
    if (found == 0) return false;
    const struct balance *at = &match->balances[found];
    *balance = (struct match_balance){
        .total = at->total,
        .reserved = at->reserved,
        .unrealised = at->unrealised,
        .available = at->total - at->reserved + (at->unrealised < 0 ? at->unrealised : 0),
    };
    return true;
}

bool match_position_of(const struct match *match, uint32_t account, uint16_t instrument,
                       qty_t *position, int64_t *cost)
{
    const struct instrument *b = instrument_of(match, instrument);
    if (b == NULL || account >= match->limits.accounts) return false;
    uint32_t found = ledger_holding_find(match, account, instrument);
    if (found == 0) return false;
    *position = lots_qty(b, (uint64_t)match->holdings[found].position);
    *cost = match->holdings[found].cost;
    return true;
}

int64_t match_house_of(const struct match *match, uint16_t asset)
{
    return match->limits.accounts != 0 && asset < match->limits.assets ? match->house[asset] : 0;
}

uint64_t match_orders(const struct match *match)
{
    return match->alive;
}

uint64_t match_events_made(const struct match *match)
{
    return match->events_made;
}
