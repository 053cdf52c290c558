/* Every answer that the engine and its reference give to questions. */

#include "tests/match/agree.h"

#include <inttypes.h>
#include <string.h>

#define SAME(what, actual, expected)                                                               \
    do {                                                                                           \
        int64_t actual_ = (int64_t)(actual), expected_ = (int64_t)(expected);                      \
        if (actual_ != expected_) {                                                                \
            agree_tell(agree, "%s %" PRIu64 ": engine %" PRId64 ", reference %" PRId64 "\n",       \
                       #actual, (uint64_t)(what), actual_, expected_);                             \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool orders_agree(struct agree *agree, const struct match_order *actual,
                         const struct match_order *expected)
{
    SAME(expected->id, actual->id, expected->id);
    SAME(expected->id, actual->parent, expected->parent);
    SAME(expected->id, actual->price, expected->price);
    SAME(expected->id, actual->trigger, expected->trigger);
    SAME(expected->id, actual->open, expected->open);
    SAME(expected->id, actual->shown, expected->shown);
    SAME(expected->id, actual->total, expected->total);
    SAME(expected->id, actual->account, expected->account);
    SAME(expected->id, actual->instrument, expected->instrument);
    SAME(expected->id, actual->side, expected->side);
    SAME(expected->id, actual->type, expected->type);
    SAME(expected->id, actual->tif, expected->tif);
    SAME(expected->id, actual->waits, expected->waits);
    return true;
}

struct orders_seen {
    uint32_t count;
    struct match_order at[PLAIN_ORDERS];
};

static void see(void *context, const struct match_order *order)
{
    struct orders_seen *seen = context;
    CHECK(seen->count < PLAIN_ORDERS);
    seen->at[seen->count++] = *order;
}

static bool queues_agree(struct agree *agree, const struct orders_seen *actual,
                         const struct orders_seen *expected)
{
    SAME(0, actual->count, expected->count);
    for (uint32_t i = 0; i < actual->count; i++)
        if (!orders_agree(agree, &actual->at[i], &expected->at[i])) return false;
    return true;
}

static bool sides_agree(struct agree *agree, uint16_t instrument, enum side side)
{
    static struct orders_seen actual, expected;
    struct match_level level[PLAIN_ORDERS], plain_level[PLAIN_ORDERS];
    uint32_t count = plain_match_depth(&agree->plain, instrument, side, plain_level, PLAIN_ORDERS);
    SAME(instrument, match_depth(agree->match, instrument, side, level, PLAIN_ORDERS), count);
    for (uint32_t i = 0; i < count; i++) {
        SAME(i, level[i].price, plain_level[i].price);
        SAME(i, level[i].qty, plain_level[i].qty);
        SAME(i, level[i].orders, plain_level[i].orders);
    }
    actual.count = expected.count = 0;
    match_each(agree->match, instrument, side, see, &actual);
    plain_match_each(&agree->plain, instrument, side, see, &expected);
    return queues_agree(agree, &actual, &expected);
}

static bool instruments_agree(struct agree *agree, uint16_t instrument)
{
    static struct orders_seen actual, expected;
    const struct plain_instrument *market = &agree->plain.instrument[instrument];
    SAME(instrument, match_phase_of(agree->match, instrument), market->phase);
    if (market->phase == MATCH_UNLISTED) return true;
    SAME(instrument, match_last_price(agree->match, instrument), market->last);
    if (!sides_agree(agree, instrument, SIDE_BUY) || !sides_agree(agree, instrument, SIDE_SELL))
        return false;
    actual.count = expected.count = 0;
    match_each_waiting(agree->match, instrument, see, &actual);
    plain_match_each_waiting(&agree->plain, instrument, see, &expected);
    if (!queues_agree(agree, &actual, &expected)) return false;
    price_t price = 0, plain_price = 0;
    qty_t qty = 0, plain_qty = 0;
    bool trades = plain_match_indicative(&agree->plain, instrument, &plain_price, &plain_qty);
    SAME(instrument, match_indicative(agree->match, instrument, &price, &qty), trades);
    if (trades) SAME(instrument, price, plain_price);
    if (trades) SAME(instrument, qty, plain_qty);
    return true;
}

static bool positions_agree(struct agree *agree, uint32_t account)
{
    for (uint16_t i = 0; i < agree->plain.limits.instruments; i++) {
        qty_t position = 0, plain_position = 0;
        int64_t cost = 0, plain_cost = 0;
        bool has = plain_match_position_of(&agree->plain, account, i, &plain_position, &plain_cost);
        SAME(account, match_position_of(agree->match, account, i, &position, &cost), has);
        if (has) SAME(account, position, plain_position);
        if (has) SAME(account, cost, plain_cost);
    }
    return true;
}

static bool balances_agree(struct agree *agree, uint32_t account)
{
    for (uint16_t i = 0; i < agree->plain.limits.assets; i++) {
        struct match_balance balance = {0}, plain_balance = {0};
        bool has = plain_match_balance_of(&agree->plain, account, i, &plain_balance);
        SAME(account, match_balance_of(agree->match, account, i, &balance), has);
        if (!has) continue;
        SAME(account, balance.total, plain_balance.total);
        SAME(account, balance.reserved, plain_balance.reserved);
        SAME(account, balance.unrealised, plain_balance.unrealised);
        SAME(account, balance.available, plain_balance.available);
    }
    return true;
}

/* Of an order that is kept only because it is tracked, its terms say nothing any more. */
static void forget_terms(struct match_order *order, struct match_order *plain_order)
{
    order->price = plain_order->price = 0;
    order->type = plain_order->type = 0;
    order->tif = plain_order->tif = 0;
}

static bool everyone_agrees(struct agree *agree)
{
    const struct plain_match *plain = &agree->plain;
    for (uint32_t i = 0; i < plain->slots; i++) {
        struct match_order order, plain_order;
        order_id_t id = plain->order[i].id;
        if (plain->order[i].place == PLAIN_GONE) continue;
        bool has = plain_match_order_of(plain, id, &plain_order);
        SAME(id, match_order_of(agree->match, id, &order), has);
        if (has && plain->order[i].place == PLAIN_KEPT) forget_terms(&order, &plain_order);
        if (has && !orders_agree(agree, &order, &plain_order)) return false;
    }
    for (uint32_t i = 0; i < plain->limits.accounts; i++)
        if (!balances_agree(agree, i) || !positions_agree(agree, i)) return false;
    for (uint16_t i = 0; i < plain->limits.assets; i++)
        SAME(i, match_house_of(agree->match, i), plain->house[i]);
    return true;
}

static bool look(struct agree *agree)
{
    for (uint16_t i = 0; i < agree->plain.limits.instruments; i++)
        if (!instruments_agree(agree, i)) return false;
    SAME(0, match_orders(agree->match), plain_match_orders(&agree->plain));
    SAME(0, match_events_made(agree->match), agree->plain.events_made);
    return everyone_agrees(agree);
}

bool agree_look(struct agree *agree)
{
    if (look(agree)) return true;
    agree_tell_orders(agree, &agree->plain);
    return false;
}
