/* What is reserved and what is available: summed up over all orders and positions each time (G). */

#include "tests/reference/plain_match_parts.h"

static wide_t larger(wide_t a, wide_t b)
{
    return a > b ? a : b;
}

static wide_t magnitude(wide_t a)
{
    return a < 0 ? -a : a;
}

static wide_t divided_up(wide_t a, wide_t by)
{
    return (a + by - 1) / by;
}

/* G1: 1e-8 x 1e-8 x 1e-8 to 1e-8. */
wide_t plain_value(const struct plain_instrument *market, price_t price, qty_t qty)
{
    return (wide_t)price * qty / 10000000000000000 * market->listing.size +
           (wide_t)price * qty % 10000000000000000 * market->listing.size / 10000000000000000;
}

/* G7: the price an order reserves at. */
price_t plain_price(const struct plain_match *plain, const struct plain_order *order)
{
    const struct plain_instrument *market = &plain->instrument[order->instrument];
    if (order->type == MATCH_STOP) return plain_collared(market, order->side, order->trigger);
    return order->type == MATCH_TRAILING_STOP ? order->reserve : order->price;
}

void plain_reserve_price(struct plain_match *plain, struct plain_order *order)
{
    if (order->type == MATCH_TRAILING_STOP)
        order->reserve =
            plain_collared(plain_market(plain, order), order->side, plain_trigger(order));
}

uint16_t plain_asset(const struct plain_match *plain, const struct plain_order *order)
{
    const struct match_listing *listing = &plain->instrument[order->instrument].listing;
    if (listing->class_of == MATCH_SPOT && order->side == SIDE_SELL) return listing->base;
    return listing->quote;
}

bool plain_uses_money(const struct plain_match *plain, const struct plain_order *order)
{
    if (plain->limits.accounts == 0 || order->unreserved) return false;
    return plain->instrument[order->instrument].listing.class_of != MATCH_PLAIN;
}

/* What an order needs: a quantity at a price.  Of a pair the elder speaks for both (G6): what the
 * one that traded or grew last has open, at the higher price. */
static bool need(const struct plain_match *plain, const struct plain_order *order, qty_t *qty,
                 price_t *price)
{
    if (!plain_living(order) && order->place != PLAIN_ARRIVING) return false;
    if (order->unreserved) return false;
    *qty = order->open;
    *price = plain_price(plain, order);
    const struct plain_order *other = order->sibling;
    if (other == NULL || other->place == PLAIN_SLEEPS || other->place == PLAIN_GONE) return true;
    if (other->place != PLAIN_HELD && other->born < order->born) return false;
    if (other->moved > order->moved) *qty = other->open;
    if (plain_price(plain, other) > *price) *price = plain_price(plain, other);
    return true;
}

static wide_t spot_reserved(const struct plain_match *plain, uint32_t account, uint16_t asset)
{
    wide_t sum = 0;
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *order = &plain->order[i];
        const struct plain_instrument *market = &plain->instrument[order->instrument];
        const struct match_listing *listing = &market->listing;
        qty_t qty = 0;
        price_t price = 0;
        if (order->place == PLAIN_GONE || order->account != account) continue;
        if (listing->class_of != MATCH_SPOT || plain_asset(plain, order) != asset) continue;
        if (!need(plain, order, &qty, &price)) continue;
        if (order->side == SIDE_SELL) {
            sum += (wide_t)qty * listing->size / QTY_ONE;
            continue;
        }
        wide_t ppm = larger(listing->maker_ppm, listing->taker_ppm);
        wide_t lot = plain_value(market, price, listing->lot);
        sum += qty / listing->lot * (lot + divided_up(lot * ppm, MATCH_PPM));
    }
    return sum;
}

struct stand {
    wide_t position;
    wide_t cost;
    wide_t buys; /* value of what is open */
    wide_t sells;
    wide_t buy_qty;
    wide_t sell_qty;
};

static struct stand stand_of(const struct plain_match *plain, uint32_t account, uint16_t instrument)
{
    const struct plain_instrument *market = &plain->instrument[instrument];
    struct stand stand = {0};
    for (uint32_t i = 0; i < plain->holdings; i++) {
        const struct plain_holding *holding = &plain->holding[i];
        if (holding->account != account || holding->instrument != instrument) continue;
        stand.position = holding->position;
        stand.cost = holding->cost;
    }
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *order = &plain->order[i];
        qty_t qty = 0;
        price_t price = 0;
        if (order->place == PLAIN_GONE || order->account != account) continue;
        if (order->instrument != instrument || !need(plain, order, &qty, &price)) continue;
        *(order->side == SIDE_BUY ? &stand.buys : &stand.sells) += plain_value(market, price, qty);
        *(order->side == SIDE_BUY ? &stand.buy_qty : &stand.sell_qty) += qty;
    }
    return stand;
}

/* G4 */
static wide_t margin(const struct plain_match *plain, uint32_t account, uint16_t instrument)
{
    const struct match_listing *listing = &plain->instrument[instrument].listing;
    struct stand stand = stand_of(plain, account, instrument);
    wide_t value = larger(magnitude(stand.cost + stand.buys), magnitude(stand.cost - stand.sells));
    wide_t leverage = plain->account[account].leverage, rate = listing->initial_ppm;
    if (leverage > 0) rate = larger(rate, divided_up(MATCH_PPM, leverage));
    return divided_up(value * rate, MATCH_PPM);
}

static bool is_futures(const struct plain_match *plain, uint32_t instrument, uint16_t asset)
{
    const struct plain_instrument *market = &plain->instrument[instrument];
    return market->phase != MATCH_UNLISTED && market->listing.class_of == MATCH_FUTURES &&
           market->listing.quote == asset;
}

wide_t plain_reserved(const struct plain_match *plain, uint32_t account, uint16_t asset)
{
    wide_t sum = spot_reserved(plain, account, asset);
    for (uint16_t i = 0; i < plain->limits.instruments; i++)
        if (is_futures(plain, i, asset)) sum += margin(plain, account, i);
    return sum;
}

/* G5 */
wide_t plain_unrealised(const struct plain_match *plain, uint32_t account, uint16_t asset)
{
    wide_t sum = 0;
    for (uint32_t i = 0; i < plain->holdings; i++) {
        const struct plain_holding *holding = &plain->holding[i];
        const struct plain_instrument *market = &plain->instrument[holding->instrument];
        if (holding->account != account || !is_futures(plain, holding->instrument, asset)) continue;
        wide_t held = magnitude(holding->position);
        wide_t value = plain_value(market, market->mark, (qty_t)held);
        sum += (holding->position < 0 ? -value : value) - holding->cost;
    }
    return sum;
}

static wide_t total_of(const struct plain_match *plain, uint32_t account, uint16_t asset)
{
    for (uint32_t i = 0; i < plain->balances; i++)
        if (plain->balance[i].account == account && plain->balance[i].asset == asset)
            return plain->balance[i].total;
    return 0;
}

wide_t plain_available(const struct plain_match *plain, uint32_t account, uint16_t asset)
{
    wide_t unrealised = plain_unrealised(plain, account, asset);
    return total_of(plain, account, asset) - plain_reserved(plain, account, asset) +
           (unrealised < 0 ? unrealised : 0);
}

/* G12: what all futures of a quote could come to at the highest price. */
static wide_t risk(const struct plain_match *plain, uint32_t account, uint16_t asset)
{
    wide_t sum = 0;
    for (uint16_t i = 0; i < plain->limits.instruments; i++) {
        if (!is_futures(plain, i, asset)) continue;
        const struct plain_instrument *market = &plain->instrument[i];
        struct stand stand = stand_of(plain, account, i);
        wide_t buys = larger(stand.position, 0) + stand.buy_qty;
        wide_t sells = larger(-stand.position, 0) + stand.sell_qty;
        sum += plain_value(market, market->listing.price_max, (qty_t)larger(buys, sells));
    }
    return sum;
}

struct plain_question plain_ask(const struct plain_match *plain, const struct plain_order *order)
{
    uint16_t asset = plain_asset(plain, order);
    return (struct plain_question){.account = order->account,
                                   .asset = asset,
                                   .reserved = plain_reserved(plain, order->account, asset),
                                   .available = plain_available(plain, order->account, asset)};
}

bool plain_answer(const struct plain_match *plain, const struct plain_question *question)
{
    uint32_t account = question->account;
    uint16_t asset = question->asset;
    if (risk(plain, account, asset) > MATCH_MONEY_MAX / 4) return false;
    if (magnitude(total_of(plain, account, asset)) > MATCH_MONEY_MAX) return false;
    wide_t growth = plain_reserved(plain, account, asset) - question->reserved;
    return growth <= 0 || growth <= question->available;
}
