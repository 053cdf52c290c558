#include "dataplane/match/ledger.h"

/* Futures: what a position costs, what margin it needs, and what a trade does to both.
 *
 * A holding knows its cost, the signed value at which its position was entered, and the value and
 * the lots of its open orders at the prices they are reserved at.  The rest is computed from these
 * by ledger_settle whenever one of them, the mark price or the leverage changes, and its balance is
 * told the difference.  Always true:
 *
 *     balance.reserved   = sum of margins + what spot orders reserve there
 *     balance.unrealised = sum of unrealised        balance.risk = sum of risks
 *     sum of all totals + house - sum of all costs = paid in
 *
 * The last because a trade adds -(signed value) to total - cost of each side (G3), and the two
 * signed values of a trade cancel. */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t magnitude(int64_t a)
{
    return a < 0 ? -a : a;
}

/* G4. */
static int64_t margin_of(const struct match *m, const struct instrument *b,
                         const struct holding *holding)
{
    int64_t value =
        larger(magnitude(holding->cost + holding->buys), magnitude(holding->cost - holding->sells));
    uint32_t leverage = m->accounts[holding->account].leverage;
    uint32_t least = leverage == 0 ? 0 : (MATCH_PPM + leverage - 1) / leverage;
    return ledger_share_up(value, b->initial_ppm > least ? b->initial_ppm : least);
}

/* G12. */
static int64_t risk_of(const struct instrument *b, const struct holding *holding)
{
    int64_t bought = larger(holding->position, 0) + holding->buy_lots;
    int64_t sold = larger(-holding->position, 0) + holding->sell_lots;
    return ledger_value(b, b->tick.max, larger(bought, sold));
}

static int64_t unrealised_of(const struct instrument *b, const struct holding *holding)
{
    if (b->mark == 0) return 0;
    return ledger_value(b, b->mark, holding->position) - holding->cost;
}

static void orders_add(struct holding *holding, enum side side, int64_t value, int64_t lots)
{
    if (side == SIDE_BUY) {
        holding->buys += value;
        holding->buy_lots += lots;
    } else {
        holding->sells += value;
        holding->sell_lots += lots;
    }
}

/* After a change of open orders. */
static void margin_settle(struct match *m, const struct instrument *b, struct holding *holding)
{
    struct balance *quote = &m->balances[holding->quote];
    int64_t margin = margin_of(m, b, holding);
    int64_t risk = risk_of(b, holding);
    quote->reserved += margin - holding->margin;
    quote->risk += risk - holding->risk;
    holding->margin = margin;
    holding->risk = risk;
}

/* After a change of anything. */
void ledger_settle(struct match *m, const struct instrument *b, struct holding *holding)
{
    int64_t unrealised = unrealised_of(b, holding);
    m->balances[holding->quote].unrealised += unrealised - holding->unrealised;
    holding->unrealised = unrealised;
    margin_settle(m, b, holding);
}

bool ledger_reserve_futures(struct match *m, const struct instrument *b, uint32_t holder,
                            enum side side, int32_t ticks, uint32_t lots)
{
    struct holding *holding = &m->holdings[holder];
    struct balance *quote = &m->balances[holding->quote];
    int64_t value = ledger_value(b, ticks, lots);
    orders_add(holding, side, value, lots);
    int64_t margin = margin_of(m, b, holding), risk = risk_of(b, holding);
    int64_t growth = margin - holding->margin, risk_growth = risk - holding->risk;
    bool too_much = quote->total > MATCH_MONEY_MAX || quote->total < -MATCH_MONEY_MAX ||
                    quote->risk + risk_growth > LEDGER_RISK_MAX;
    if (unlikely(too_much || (growth > 0 && growth > ledger_available(quote)))) {
        orders_add(holding, side, -value, -(int64_t)lots);
        return false;
    }
    quote->reserved += growth;
    quote->risk += risk_growth;
    holding->margin = margin;
    holding->risk = risk;
    return true;
}

static bool exchange_spot(struct match *m, const struct instrument *b, uint32_t holder,
                          enum side side, struct ledger_reserved from, struct ledger_reserved to)
{
    struct balance *payer = ledger_spot_payer(m, holder, side);
    int64_t growth = ledger_spot_need(b, side, to.ticks, to.lots) -
                     ledger_spot_need(b, side, from.ticks, from.lots);
    if (growth > 0 && growth > ledger_available(payer)) return false;
    payer->reserved += growth;
    return true;
}

bool ledger_exchange(struct match *m, const struct instrument *b, uint32_t holder, enum side side,
                     struct ledger_reserved from, struct ledger_reserved to)
{
    if (m->limits.accounts == 0 || b->class_of == MATCH_PLAIN) return true;
    if (b->class_of == MATCH_SPOT) return exchange_spot(m, b, holder, side, from, to);
    struct holding *holding = &m->holdings[holder];
    struct balance *quote = &m->balances[holding->quote];
    int64_t value = ledger_value(b, to.ticks, to.lots) - ledger_value(b, from.ticks, from.lots);
    int64_t lots = (int64_t)to.lots - from.lots;
    orders_add(holding, side, value, lots);
    int64_t growth = margin_of(m, b, holding) - holding->margin;
    int64_t risk_growth = risk_of(b, holding) - holding->risk;
    bool too_much =
        risk_growth > 0 && (quote->total > MATCH_MONEY_MAX || quote->total < -MATCH_MONEY_MAX ||
                            quote->risk + risk_growth > LEDGER_RISK_MAX);
    if (too_much || (growth > 0 && growth > ledger_available(quote))) {
        orders_add(holding, side, -value, -lots);
        return false;
    }
    margin_settle(m, b, holding);
    return true;
}

void ledger_restore_futures(struct match *m, const struct instrument *b, uint32_t holder,
                            enum side side, int32_t ticks, uint32_t lots)
{
    struct holding *holding = &m->holdings[holder];
    orders_add(holding, side, ledger_value(b, ticks, lots), lots);
    margin_settle(m, b, holding);
}

void ledger_release_futures(struct match *m, const struct instrument *b, uint32_t holder,
                            enum side side, int32_t ticks, uint32_t lots)
{
    struct holding *holding = &m->holdings[holder];
    orders_add(holding, side, -ledger_value(b, ticks, lots), -(int64_t)lots);
    margin_settle(m, b, holding);
}

/* The part of cost that closing of position's lots entered at, rounded toward zero. */
static int64_t cost_part(int64_t cost, int64_t closing, int64_t position)
{
    if (closing == position) return cost;
    int64_t product;
    if (likely(!__builtin_mul_overflow(cost, closing, &product))) return product / position;
    return (int64_t)((__int128)cost * closing / position);
}

/* Changes position and cost; what that realises (G3). */
static int64_t position_trade(const struct instrument *b, struct holding *holding, enum side side,
                              int32_t ticks, int64_t lots)
{
    int64_t sign = side == SIDE_BUY ? 1 : -1;
    int64_t held = holding->position * sign; /* below zero: this trade closes */
    int64_t closing = held >= 0 ? 0 : lots < -held ? lots : -held;
    int64_t part = closing == 0 ? 0 : cost_part(holding->cost, closing, -held);
    holding->position += sign * lots;
    holding->cost += sign * ledger_value(b, ticks, lots - closing) - part;
    return -(sign * ledger_value(b, ticks, closing) + part);
}

static void side_trade(struct match *m, const struct instrument *b, enum side side,
                       const struct ledger_trade *trade, int64_t fee)
{
    const struct ledger_side *of = &trade->side[side];
    struct holding *holding = &m->holdings[of->holder];
    if (of->reserved) {
        int64_t value = ledger_value(b, of->reserve, trade->lots);
        orders_add(holding, side, -value, -(int64_t)trade->lots);
    }
    int64_t realised = position_trade(b, holding, side, trade->ticks, trade->lots);
    m->balances[holding->quote].total += realised - fee;
    m->house[b->quote] += fee;
    ledger_settle(m, b, holding);
}

static void tell_futures(struct match *m, const struct instrument *b, uint32_t holder)
{
    ledger_tell_position(m, b, holder);
    ledger_tell_balance(m, m->holdings[holder].quote);
}

void ledger_trade_futures(struct match *m, const struct instrument *b,
                          const struct ledger_trade *trade)
{
    int64_t value = ledger_value(b, trade->ticks, trade->lots);
    int64_t buyer_fee = ledger_fee(m, b, value, trade->side[SIDE_BUY].ppm);
    int64_t seller_fee = ledger_fee(m, b, value, trade->side[SIDE_SELL].ppm);
    side_trade(m, b, SIDE_BUY, trade, buyer_fee);
    side_trade(m, b, SIDE_SELL, trade, seller_fee);
    if (likely(!m->limits.money_events)) return;
    tell_futures(m, b, trade->side[SIDE_BUY].holder);
    tell_futures(m, b, trade->side[SIDE_SELL].holder);
}
