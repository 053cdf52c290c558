#include "dataplane/match/ledger.h"
#include "dataplane/match/match_parts.h"

/* Accounts and money from scratch: everything the ledger keeps up to date, added up anew.
 *
 * The sums are of 128 bits and share nothing with the code that keeps the running ones, so that
 * they also hold for the bytes of a saved engine that came from anywhere. */

typedef __int128 wide;

enum { ASSETS_AT_ONCE = 64 };

/* What the open orders of a holding come to. */
struct tally {
    wide buys; /* value at the reserve prices */
    wide sells;
    wide buy_lots;
    wide sell_lots;
    wide quote; /* spot reservations */
    wide base;
};

static wide magnitude(wide a)
{
    return a < 0 ? -a : a;
}

static wide share_up(wide value, uint32_t ppm)
{
    return (value * ppm + MATCH_PPM - 1) / MATCH_PPM;
}

static void tally_order(const struct match *m, const struct instrument *b, uint32_t slot,
                        struct tally *tally)
{
    const struct order *order = &m->orders[slot];
    int32_t ticks = key_ticks(order->key);
    if (order->meta & META_SPECIAL) {
        const struct special *special = order_special(m, slot);
        if ((order->meta & META_LINKED) && !special->reserves) return;
        ticks = special->reserve;
    }
    wide lots = order_open_lots(m, slot), one = (wide)ticks * b->unit_value;
    if (order_side(order) == SIDE_BUY) {
        tally->buys += lots * one;
        tally->buy_lots += lots;
        tally->quote += lots * (one + share_up(one, b->worst_ppm));
    } else {
        tally->sells += lots * one;
        tally->sell_lots += lots;
        tally->base += lots * b->lot_base;
    }
}

static struct tally tally_of(const struct match *m, const struct holding *holding)
{
    struct tally tally = {0};
    const struct instrument *b = &m->instruments[holding->instrument];
    for (uint32_t slot = holding->orders_first; slot != 0; slot = m->ties[slot].next) {
        enum place place = order_place(&m->orders[slot]);
        if (place == PLACE_BOOK || place == PLACE_WAITS || place == PLACE_FIRED)
            tally_order(m, b, slot, &tally);
    }
    return tally;
}

static wide margin_of(const struct match *m, const struct instrument *b,
                      const struct holding *holding)
{
    wide buying = magnitude((wide)holding->cost + holding->buys);
    wide selling = magnitude((wide)holding->cost - holding->sells);
    wide value = buying > selling ? buying : selling;
    uint32_t ppm = b->initial_ppm, leverage = m->accounts[holding->account].leverage;
    if (leverage != 0 && ppm * leverage < MATCH_PPM) ppm = (MATCH_PPM - 1) / leverage + 1;
    return share_up(value, ppm);
}

/* Lots that could be worth LEDGER_RISK_MAX. */
static wide lots_most(const struct instrument *b)
{
    return (wide)LEDGER_RISK_MAX / ((wide)b->tick.max * b->unit_value);
}

/* A position, its cost and the open orders are within what G12 lets them be. */
static const char *futures_bounds(const struct instrument *b, const struct holding *holding,
                                  const struct tally *tally)
{
    wide long_lots = holding->position > 0 ? holding->position : 0;
    wide short_lots = holding->position < 0 ? -(wide)holding->position : 0;
    wide most = lots_most(b);
    if (long_lots + tally->buy_lots > most || short_lots + tally->sell_lots > most)
        return "a futures position with its orders is larger than it may be";
    if (magnitude(holding->cost) > MATCH_MONEY_MAX) return "a cost is larger than it may be";
    if ((holding->position > 0) != (holding->cost > 0) ||
        (holding->position < 0) != (holding->cost < 0))
        return "a position's cost has another sign";
    if (b->mark < 0 || (uint32_t)b->mark > b->tick.max) return "a mark price is out of range";
    return NULL;
}

static const char *futures_unsound(const struct match *m, const struct instrument *b,
                                   const struct holding *holding, const struct tally *tally)
{
    const char *sentence = futures_bounds(b, holding, tally);
    if (sentence) return sentence;
    if (holding->buys != tally->buys || holding->sells != tally->sells ||
        holding->buy_lots != tally->buy_lots || holding->sell_lots != tally->sell_lots)
        return "a holding's open orders do not add up";
    if (holding->margin != margin_of(m, b, holding)) return "a margin is not what it must be";
    wide bought = holding->buy_lots + (holding->position > 0 ? (wide)holding->position : 0);
    wide sold = holding->sell_lots - (holding->position < 0 ? (wide)holding->position : 0);
    wide risk = (bought > sold ? bought : sold) * b->tick.max * b->unit_value;
    if (holding->risk != risk) return "a risk is not what it must be";
    wide worth =
        b->mark == 0 ? (wide)holding->cost : (wide)holding->position * b->mark * b->unit_value;
    if (holding->unrealised != worth - holding->cost) return "a profit is not what it must be";
    return NULL;
}

static const char *holding_unsound(const struct match *m, const struct holding *holding)
{
    const struct instrument *b = &m->instruments[holding->instrument];
    if (b->class_of == MATCH_FUTURES) {
        struct tally tally = tally_of(m, holding);
        return futures_unsound(m, b, holding, &tally);
    }
    if ((holding->cost | holding->buys | holding->sells | holding->margin | holding->unrealised |
         holding->buy_lots | holding->sell_lots | holding->risk) != 0)
        return "a holding that is not of futures has a cost or a margin";
    if (b->class_of == MATCH_SPOT && holding->position != 0)
        return "a holding of spot has a position";
    return NULL;
}

/* A balance's reservations are those of all that pays from it. */
static const char *balance_unsound(const struct match *m, uint32_t slot)
{
    const struct balance *balance = &m->balances[slot];
    wide reserved = 0, unrealised = 0, risk = 0;
    for (uint32_t at = m->accounts[balance->account].holdings_first; at != 0;
         at = m->holdings[at].next_of_account) {
        const struct holding *holding = &m->holdings[at];
        if (holding->base != slot && holding->quote != slot) continue;
        reserved += holding->margin;
        unrealised += holding->unrealised;
        risk += holding->risk;
        if (m->instruments[holding->instrument].class_of != MATCH_SPOT) continue;
        struct tally tally = tally_of(m, holding);
        reserved += holding->base == slot ? tally.base : tally.quote;
    }
    if (balance->reserved != reserved) return "what a balance reserves does not add up";
    if (balance->unrealised != unrealised) return "a balance's profits do not add up";
    if (balance->risk != risk) return "a balance's risks do not add up";
    if (balance->risk > LEDGER_RISK_MAX) return "a balance's risk is larger than it may be";
    if (magnitude(balance->total) > LEDGER_TOTAL_MAX) return "a balance is larger than it may be";
    return NULL;
}

static const char *account_unsound(const struct match *m, uint32_t number)
{
    const struct account *account = &m->accounts[number];
    const char *sentence = NULL;
    for (uint32_t at = account->holdings_first; at != 0 && !sentence;
         at = m->holdings[at].next_of_account)
        sentence = holding_unsound(m, &m->holdings[at]);
    for (uint32_t at = account->balances_first; at != 0 && !sentence; at = m->balances[at].next)
        sentence = balance_unsound(m, at);
    return sentence;
}

/* Everything bought was sold. */
static bool positions_cancel(const struct match *m, const struct instrument *b)
{
    wide sum = 0;
    for (uint32_t at = b->holdings_first; at != 0; at = m->holdings[at].next_of_instrument)
        sum += m->holdings[at].position;
    return sum == 0;
}

/* Of the assets from first on: totals + house - costs = paid in. */
static bool money_is_conserved(const struct match *m, uint32_t first)
{
    wide sum[ASSETS_AT_ONCE] = {0};
    for (uint32_t i = 0; i < m->limits.accounts; i++) {
        const struct account *account = &m->accounts[i];
        for (uint32_t at = account->balances_first; at != 0; at = m->balances[at].next) {
            uint32_t asset = m->balances[at].asset - first;
            if (asset < ASSETS_AT_ONCE) sum[asset] += m->balances[at].total;
        }
        for (uint32_t at = account->holdings_first; at != 0; at = m->holdings[at].next_of_account) {
            uint32_t asset = m->instruments[m->holdings[at].instrument].quote - first;
            if (asset < ASSETS_AT_ONCE) sum[asset] -= m->holdings[at].cost;
        }
    }
    uint32_t count = m->limits.assets - first;
    for (uint32_t i = 0; i < count && i < ASSETS_AT_ONCE; i++)
        if (sum[i] + m->house[first + i] != m->paid_in[first + i]) return false;
    return true;
}

const char *ledger_unsound(const struct match *m)
{
    const char *sentence = NULL;
    for (uint32_t i = 0; i < m->limits.accounts && !sentence; i++) sentence = account_unsound(m, i);
    if (sentence || m->limits.accounts == 0) return sentence;
    for (uint32_t i = 0; i < m->limits.instruments; i++)
        if (m->instruments[i].phase != MATCH_UNLISTED && !positions_cancel(m, &m->instruments[i]))
            return "an instrument's positions do not cancel out";
    for (uint32_t first = 0; first < m->limits.assets; first += ASSETS_AT_ONCE)
        if (!money_is_conserved(m, first)) return "money is not what was paid in";
    return NULL;
}

void ledger_verify(const struct match *m)
{
    const char *unsound = ledger_unsound(m);
    if (unlikely(unsound != NULL)) UNREACHABLE(unsound);
}

/* After a load. */

static const char *holding_rebuild(struct match *m, struct holding *holding)
{
    const struct instrument *b = &m->instruments[holding->instrument];
    struct tally tally = tally_of(m, holding);
    if (b->class_of == MATCH_FUTURES) {
        const char *sentence = futures_bounds(b, holding, &tally);
        if (sentence) return sentence;
        holding->buys = (int64_t)tally.buys;
        holding->sells = (int64_t)tally.sells;
        holding->buy_lots = (int64_t)tally.buy_lots;
        holding->sell_lots = (int64_t)tally.sell_lots;
        ledger_settle(m, b, holding);
        struct balance *quote = &m->balances[holding->quote];
        return quote->risk > LEDGER_RISK_MAX ? "a balance's risk is larger than it may be" : NULL;
    }
    if (b->class_of != MATCH_SPOT) return NULL;
    struct balance *quote = &m->balances[holding->quote], *base = &m->balances[holding->base];
    wide quote_reserved = tally.quote + quote->reserved,
         base_reserved = tally.base + base->reserved;
    if (quote_reserved > LEDGER_TOTAL_MAX || base_reserved > LEDGER_TOTAL_MAX)
        return "more is reserved than there can be";
    quote->reserved = (int64_t)quote_reserved;
    base->reserved = (int64_t)base_reserved;
    return NULL;
}

const char *ledger_rebuild(struct match *m)
{
    for (uint32_t i = 1; i <= m->balances_used && m->limits.accounts != 0; i++)
        m->balances[i].reserved = m->balances[i].unrealised = m->balances[i].risk = 0;
    for (uint32_t i = 0; i < m->limits.accounts; i++) {
        for (uint32_t at = m->accounts[i].holdings_first; at != 0;
             at = m->holdings[at].next_of_account) {
            struct holding *holding = &m->holdings[at];
            holding->margin = holding->risk = holding->unrealised = 0;
            const char *sentence = holding_rebuild(m, holding);
            if (sentence) return sentence;
        }
    }
    return NULL;
}
