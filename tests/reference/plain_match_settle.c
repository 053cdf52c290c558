/* A trade moves money and positions (G1, G3, G11); the rows of holdings and balances. */

#include "tests/reference/plain_match_parts.h"

struct plain_balance *plain_balance(struct plain_match *plain, uint32_t account, uint16_t asset)
{
    for (uint32_t i = 0; i < plain->balances; i++)
        if (plain->balance[i].account == account && plain->balance[i].asset == asset)
            return &plain->balance[i];
    return NULL;
}

struct plain_holding *plain_holding(struct plain_match *plain, uint32_t account,
                                    uint16_t instrument)
{
    for (uint32_t i = 0; i < plain->holdings; i++)
        if (plain->holding[i].account == account && plain->holding[i].instrument == instrument)
            return &plain->holding[i];
    return NULL;
}

static bool has_holding(const struct plain_match *plain, uint32_t account, uint16_t instrument)
{
    for (uint32_t i = 0; i < plain->holdings; i++)
        if (plain->holding[i].account == account && plain->holding[i].instrument == instrument)
            return true;
    return false;
}

static bool has_balance(const struct plain_match *plain, uint32_t account, uint16_t asset)
{
    for (uint32_t i = 0; i < plain->balances; i++)
        if (plain->balance[i].account == account && plain->balance[i].asset == asset) return true;
    return false;
}

/* Is there room for what the account needs to trade in the instrument? */
bool plain_has_room(const struct plain_match *plain, uint32_t account, uint16_t instrument)
{
    const struct match_listing *listing = &plain->instrument[instrument].listing;
    uint32_t balances = 0;
    if (plain->limits.accounts == 0) return true;
    if (!has_holding(plain, account, instrument) && plain->holdings >= plain->limits.holdings)
        return false;
    if (listing->class_of == MATCH_SPOT) balances += !has_balance(plain, account, listing->base);
    if (listing->class_of != MATCH_PLAIN) balances += !has_balance(plain, account, listing->quote);
    return plain->balances + balances <= plain->limits.balances;
}

static void take_balance(struct plain_match *plain, uint32_t account, uint16_t asset)
{
    if (has_balance(plain, account, asset)) return;
    CHECK(plain->balances < PLAIN_BALANCES);
    plain->balance[plain->balances++] = (struct plain_balance){.account = account, .asset = asset};
}

void plain_take_room(struct plain_match *plain, uint32_t account, uint16_t instrument)
{
    const struct match_listing *listing = &plain->instrument[instrument].listing;
    if (plain->limits.accounts == 0) return;
    if (!has_holding(plain, account, instrument)) {
        CHECK(plain->holdings < PLAIN_HOLDINGS);
        plain->holding[plain->holdings++] =
            (struct plain_holding){.account = account, .instrument = instrument};
    }
    if (listing->class_of == MATCH_SPOT) take_balance(plain, account, listing->base);
    if (listing->class_of != MATCH_PLAIN) take_balance(plain, account, listing->quote);
}

static void pay(struct plain_match *plain, uint32_t account, uint16_t asset, wide_t amount)
{
    struct plain_balance *balance = plain_balance(plain, account, asset);
    CHECK(balance);
    balance->total = (int64_t)(balance->total + amount);
}

struct deal {
    price_t price;
    qty_t qty;
    wide_t value;
    wide_t fee;
};

/* G3: closes as much of the position as the trade can, at its part of the cost; the rest opens. */
static void move_position(struct plain_match *plain, const struct plain_order *order,
                          const struct deal *deal)
{
    const struct plain_instrument *market = plain_market(plain, order);
    struct plain_holding *holding = plain_holding(plain, order->account, order->instrument);
    CHECK(holding);
    qty_t signed_qty = order->side == SIDE_BUY ? deal->qty : -deal->qty;
    wide_t held = holding->position < 0 ? -holding->position : holding->position;
    bool reduces = holding->position != 0 && (holding->position < 0) == (signed_qty > 0);
    qty_t closes = !reduces ? 0 : deal->qty < held ? deal->qty : (qty_t)held;
    if (market->listing.class_of == MATCH_FUTURES) {
        wide_t part = closes == 0 ? 0 : (wide_t)holding->cost * closes / held;
        wide_t closed = plain_value(market, deal->price, closes);
        wide_t opened = plain_value(market, deal->price, deal->qty - closes);
        /* What was sold brings in its value, what was bought costs it; the cost it had is gone. */
        if (closes > 0)
            pay(plain, order->account, market->listing.quote,
                (order->side == SIDE_SELL ? closed : -closed) - part);
        holding->cost =
            (int64_t)(holding->cost - part + (order->side == SIDE_BUY ? opened : -opened));
        pay(plain, order->account, market->listing.quote, -deal->fee);
    }
    holding->position += signed_qty;
}

static void move_coins(struct plain_match *plain, const struct plain_order *order,
                       const struct deal *deal)
{
    const struct match_listing *listing = &plain_market(plain, order)->listing;
    wide_t base = (wide_t)deal->qty * listing->size / QTY_ONE;
    bool buys = order->side == SIDE_BUY;
    pay(plain, order->account, listing->base, buys ? base : -base);
    pay(plain, order->account, listing->quote, (buys ? -deal->value : deal->value) - deal->fee);
}

/* G11 */
static void say_money(struct plain_match *plain, const struct plain_order *order)
{
    const struct match_listing *listing = &plain_market(plain, order)->listing;
    if (listing->class_of == MATCH_SPOT) {
        plain_say_balance(plain, order->account, listing->base);
        plain_say_balance(plain, order->account, listing->quote);
        return;
    }
    const struct plain_holding *holding = plain_holding(plain, order->account, order->instrument);
    struct match_event *event = plain_say(plain, MATCH_POSITIONED);
    event->account = order->account;
    event->instrument = order->instrument;
    event->qty = (qty_t)holding->position;
    event->left = holding->cost;
    if (listing->class_of == MATCH_FUTURES)
        plain_say_balance(plain, order->account, listing->quote);
}

void plain_settle(struct plain_match *plain, struct plain_order *taker, struct plain_order *maker,
                  price_t price, qty_t qty, bool auction)
{
    if (plain->limits.accounts == 0) return;
    const struct plain_instrument *market = plain_market(plain, taker);
    const struct match_listing *listing = &market->listing;
    const struct plain_order *both[2] = {taker->side == SIDE_BUY ? taker : maker,
                                         taker->side == SIDE_BUY ? maker : taker};
    for (int i = 0; i < 2; i++) {
        struct deal deal = {.price = price, .qty = qty};
        if (listing->class_of != MATCH_PLAIN) {
            wide_t ppm = both[i] == taker && !auction ? listing->taker_ppm : listing->maker_ppm;
            deal.value = plain_value(market, price, qty);
            deal.fee = deal.value * ppm / MATCH_PPM;
            if (plain->house[listing->quote] > MATCH_MONEY_MAX) deal.fee = 0;
            plain->house[listing->quote] += (int64_t)deal.fee;
        }
        if (listing->class_of == MATCH_SPOT) move_coins(plain, both[i], &deal);
        else move_position(plain, both[i], &deal);
    }
    if (!plain->limits.money_events) return;
    for (int i = 0; i < 2; i++) say_money(plain, both[i]);
}
