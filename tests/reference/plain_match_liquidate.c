/* MARK and what it does to accounts that have lost too much (F6, G8). */

#include "tests/reference/plain_match_parts.h"

static bool is_of_quote(const struct plain_match *plain, const struct plain_holding *holding,
                        uint32_t account, uint16_t quote)
{
    const struct match_listing *listing = &plain->instrument[holding->instrument].listing;
    return holding->account == account && listing->class_of == MATCH_FUTURES &&
           listing->quote == quote;
}

static wide_t maintenance(const struct plain_match *plain, uint32_t account, uint16_t quote)
{
    wide_t sum = 0;
    for (uint32_t i = 0; i < plain->holdings; i++) {
        const struct plain_holding *holding = &plain->holding[i];
        const struct plain_instrument *market = &plain->instrument[holding->instrument];
        if (!is_of_quote(plain, holding, account, quote)) continue;
        qty_t held = (qty_t)(holding->position < 0 ? -holding->position : holding->position);
        wide_t rated = plain_value(market, market->mark, held) * market->listing.maintenance_ppm;
        sum += (rated + MATCH_PPM - 1) / MATCH_PPM;
    }
    return sum;
}

/* The market order that closes a position, of which an order may be as large as lots go. */
static void close_position(struct plain_match *plain, const struct plain_holding *holding)
{
    const struct plain_instrument *market = &plain->instrument[holding->instrument];
    if (holding->position == 0 || market->phase != MATCH_OPEN) return;
    if (plain_best(plain, holding->instrument, holding->position > 0 ? SIDE_BUY : SIDE_SELL) ==
        NULL)
        return;
    struct plain_closing closing = {
        .id = plain->next_id++,
        .account = holding->account,
        .instrument = holding->instrument,
        .side = holding->position > 0 ? SIDE_SELL : SIDE_BUY,
        .self_trade = MATCH_CANCEL_OLDEST,
        .qty = (qty_t)(holding->position > 0 ? holding->position : -holding->position),
    };
    if (closing.qty / market->listing.lot > MATCH_LOTS_MAX)
        closing.qty = MATCH_LOTS_MAX * market->listing.lot;
    plain_arrive(plain, plain_closing_order(plain, &closing));
}

static void cover(struct plain_match *plain, uint32_t account, uint16_t quote)
{
    struct plain_balance *balance = plain_balance(plain, account, quote);
    for (uint32_t i = 0; i < plain->holdings; i++)
        if (is_of_quote(plain, &plain->holding[i], account, quote) &&
            plain->holding[i].position != 0)
            return;
    if (balance->total >= 0) return;
    if ((wide_t)plain->house[quote] + balance->total < -MATCH_MONEY_MAX) return;
    struct match_event *event = plain_say(plain, MATCH_COVERED);
    event->account = account;
    event->instrument = quote;
    event->qty = -balance->total;
    plain->house[quote] += balance->total;
    balance->total = 0;
    if (plain->limits.money_events) plain_say_balance(plain, account, quote);
}

static void liquidate(struct plain_match *plain, uint32_t account, uint16_t quote)
{
    const struct plain_balance *balance = plain_balance(plain, account, quote);
    wide_t equity = balance->total + plain_unrealised(plain, account, quote);
    wide_t keeps = maintenance(plain, account, quote);
    if (equity >= keeps) return;
    struct match_event *event = plain_say(plain, MATCH_LIQUIDATED);
    event->account = account;
    event->instrument = quote;
    event->qty = (int64_t)equity;
    event->left = (int64_t)keeps;
    for (uint32_t i = 0; i < plain->holdings; i++)
        if (is_of_quote(plain, &plain->holding[i], account, quote))
            plain_cancel_holding(plain, &plain->holding[i], MATCH_LIQUIDATION);
    for (uint32_t i = 0; i < plain->holdings; i++)
        if (is_of_quote(plain, &plain->holding[i], account, quote))
            close_position(plain, &plain->holding[i]);
    cover(plain, account, quote);
}

void plain_mark(struct plain_match *plain, const struct match_input *input)
{
    uint16_t index = input->instrument;
    if (index >= plain->limits.instruments || plain->instrument[index].phase == MATCH_UNLISTED) {
        plain_reject(plain, input, MATCH_NO_INSTRUMENT);
        return;
    }
    struct plain_instrument *market = &plain->instrument[index];
    uint8_t reason = plain_check_price(market, input->price);
    if (reason != MATCH_NO_REASON) {
        plain_reject(plain, input, reason);
        return;
    }
    market->reference = market->mark = input->price;
    struct match_event *event = plain_say(plain, MATCH_MARKED);
    event->instrument = index;
    event->price = input->price;
    if (market->listing.class_of != MATCH_FUTURES || plain->limits.accounts == 0) return;
    for (uint32_t i = 0; i < plain->holdings; i++)
        if (plain->holding[i].instrument == index && plain->holding[i].position != 0)
            liquidate(plain, plain->holding[i].account, market->listing.quote);
}
