/* The questions of match.h. */

#include "tests/reference/plain_match_parts.h"

uint32_t plain_match_depth(const struct plain_match *plain, uint16_t instrument, enum side side,
                           struct match_level *levels, uint32_t count)
{
    uint32_t found = 0;
    price_t beyond = 0;
    for (;; found++) {
        struct match_level best = {0};
        for (uint32_t i = 0; i < plain->slots; i++) {
            const struct plain_order *order = &plain->order[i];
            if (order->place != PLAIN_BOOK || order->instrument != instrument) continue;
            if (order->side != side) continue;
            if (found > 0 && (side == SIDE_BUY ? order->price >= beyond : order->price <= beyond))
                continue;
            bool better = side == SIDE_BUY ? order->price > best.price : order->price < best.price;
            if (best.orders > 0 && order->price != best.price && !better) continue;
            if (best.orders > 0 && better) best = (struct match_level){0};
            best.price = order->price;
            best.orders++;
            best.qty += order->shown;
        }
        if (best.orders == 0) return found;
        if (found < count) levels[found] = best;
        beyond = best.price;
    }
}

static struct match_order order_as_told(const struct plain_order *order)
{
    bool has_price = order->type == MATCH_LIMIT || order->type == MATCH_STOP_LIMIT;
    bool waits = order->place == PLAIN_WAITS;
    return (struct match_order){
        .id = order->id,
        .parent = order->parent && order->parent->link == MATCH_LEGS ? order->parent->id : 0,
        .price = has_price ? order->price : 0,
        .trigger = waits ? plain_trigger(order) : 0,
        .open = order->open,
        .shown = order->place == PLAIN_BOOK ? order->shown : 0,
        .total = order->total,
        .account = order->account,
        .instrument = order->instrument,
        .side = order->side,
        .type = order->becomes && has_price ? MATCH_LIMIT : order->type,
        .tif = order->tif,
        .waits = waits,
    };
}

bool plain_match_order_of(const struct plain_match *plain, order_id_t id, struct match_order *order)
{
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *found = &plain->order[i];
        if (found->id != id || !(plain_living(found) || found->place == PLAIN_KEPT)) continue;
        *order = order_as_told(found);
        return true;
    }
    return false;
}

bool plain_match_indicative(const struct plain_match *plain, uint16_t instrument, price_t *price,
                            qty_t *qty)
{
    return plain_auction_price(plain, instrument, price, qty);
}

bool plain_match_balance_of(const struct plain_match *plain, uint32_t account, uint16_t asset,
                            struct match_balance *balance)
{
    for (uint32_t i = 0; i < plain->balances; i++) {
        const struct plain_balance *found = &plain->balance[i];
        if (found->account != account || found->asset != asset) continue;
        *balance = (struct match_balance){
            .total = found->total,
            .reserved = (int64_t)plain_reserved(plain, account, asset),
            .unrealised = (int64_t)plain_unrealised(plain, account, asset),
            .available = (int64_t)plain_available(plain, account, asset),
        };
        return true;
    }
    return false;
}

bool plain_match_position_of(const struct plain_match *plain, uint32_t account, uint16_t instrument,
                             qty_t *position, int64_t *cost)
{
    for (uint32_t i = 0; i < plain->holdings; i++) {
        const struct plain_holding *found = &plain->holding[i];
        if (found->account != account || found->instrument != instrument) continue;
        *position = (qty_t)found->position;
        *cost = found->cost;
        return true;
    }
    return false;
}

static void each(const struct plain_match *plain, uint16_t instrument, enum plain_place place,
                 uint8_t side, match_visit_fn *visit, void *context)
{
    const struct plain_order *last = NULL;
    for (;;) {
        const struct plain_order *next = NULL;
        for (uint32_t i = 0; i < plain->slots; i++) {
            const struct plain_order *order = &plain->order[i];
            if (order->place != place || order->instrument != instrument) continue;
            if (place == PLAIN_BOOK && order->side != side) continue;
            if (last != NULL && (order == last || !plain_before(last, order))) continue;
            if (next == NULL || plain_before(order, next)) next = order;
        }
        if (next == NULL) return;
        struct match_order told = order_as_told(next);
        visit(context, &told);
        last = next;
    }
}

void plain_match_each(const struct plain_match *plain, uint16_t instrument, enum side side,
                      match_visit_fn *visit, void *context)
{
    each(plain, instrument, PLAIN_BOOK, (uint8_t)side, visit, context);
}

void plain_match_each_waiting(const struct plain_match *plain, uint16_t instrument,
                              match_visit_fn *visit, void *context)
{
    each(plain, instrument, PLAIN_WAITS, 0, visit, context);
}

uint64_t plain_match_orders(const struct plain_match *plain)
{
    uint32_t orders, specials;
    plain_count(plain, &orders, &specials);
    return orders;
}
