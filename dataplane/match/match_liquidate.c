#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_parts.h"

/* What a new mark price does to accounts (G8).
 *
 * First every holding of the instrument is valued anew, then one account after the other is looked
 * at: what is closed for one may fill the orders of the next, whose turn sees that. */

struct equity {
    int64_t equity;      /* total + unrealised */
    int64_t maintenance; /* margin to keep */
};

/* The account's next holding after the one given (0: its first) of futures that settle in the
 * balance quote; 0: there is none. */
static uint32_t futures_next(const struct match *m, uint32_t account, uint32_t quote,
                             uint32_t after)
{
    uint32_t slot =
        after != 0 ? m->holdings[after].next_of_account : m->accounts[account].holdings_first;
    for (; slot != 0; slot = m->holdings[slot].next_of_account) {
        const struct holding *holding = &m->holdings[slot];
        if (holding->quote != quote) continue;
        if (m->instruments[holding->instrument].class_of == MATCH_FUTURES) return slot;
    }
    return 0;
}

static int64_t maintenance_of(const struct instrument *b, const struct holding *holding)
{
    int64_t lots = holding->position < 0 ? -holding->position : holding->position;
    return ledger_share_up(ledger_value(b, b->mark, lots), b->maintenance_ppm);
}

static struct equity equity_of(const struct match *m, uint32_t account, uint32_t quote)
{
    const struct balance *balance = &m->balances[quote];
    struct equity result = {.equity = balance->total + balance->unrealised};
    uint32_t slot = 0;
    while ((slot = futures_next(m, account, quote, slot)) != 0) {
        const struct holding *holding = &m->holdings[slot];
        result.maintenance += maintenance_of(&m->instruments[holding->instrument], holding);
    }
    return result;
}

static void position_close(struct match *m, uint32_t holder)
{
    const struct holding *holding = &m->holdings[holder];
    struct instrument *b = &m->instruments[holding->instrument];
    if (holding->position == 0 || b->phase != MATCH_OPEN) return;
    enum side side = holding->position < 0 ? SIDE_BUY : SIDE_SELL;
    int64_t lots = holding->position < 0 ? -holding->position : holding->position;
    if (lots > MATCH_LOTS_MAX) lots = MATCH_LOTS_MAX;
    int32_t ticks;
    if (!market_limit(b, side, &ticks)) return; /* the next MARK tries again */
    struct taker taker = {
        .instrument = b,
        .id = m->id_next++,
        .lots = (uint32_t)lots,
        .total = (uint32_t)lots,
        .holder = holder,
        .account = holding->account,
        .group = holding->group,
        .meta = b->index | (uint32_t)side << META_SIDE_SHIFT |
                (uint32_t)MATCH_CANCEL_OLDEST << META_STP_SHIFT,
        .key = key_of(side, ticks),
        .reserve = ticks,
        .type = MATCH_MARKET,
        .tif = MATCH_IOC,
        .self_trade = MATCH_CANCEL_OLDEST,
        .flags = TAKER_FREE,
    };
    taker_run(m, &taker);
}

/* An account without positions that owes: the house pays, as long as it is not too deep in debt
 * itself (G12). */
static void deficit_cover(struct match *m, uint32_t quote)
{
    struct balance *balance = &m->balances[quote];
    int64_t deficit = -balance->total;
    if (deficit <= 0 || m->house[balance->asset] < deficit - MATCH_MONEY_MAX) return;
    m->house[balance->asset] -= deficit;
    balance->total = 0;
    match_emit(m, &(struct match_event){
                      .account = balance->account,
                      .instrument = balance->asset,
                      .qty = deficit,
                      .kind = MATCH_COVERED,
                  });
    if (m->limits.money_events) ledger_tell_balance(m, quote);
}

static void liquidate(struct match *m, uint32_t account, uint32_t quote,
                      const struct equity *equity)
{
    match_emit(m, &(struct match_event){
                      .account = account,
                      .instrument = m->balances[quote].asset,
                      .qty = equity->equity,
                      .left = equity->maintenance,
                      .kind = MATCH_LIQUIDATED,
                  });
    uint32_t slot = 0;
    while ((slot = futures_next(m, account, quote, slot)) != 0)
        orders_cancel(m, slot, MATCH_LIQUIDATION);
    while ((slot = futures_next(m, account, quote, slot)) != 0) position_close(m, slot);
    bool flat = true;
    while ((slot = futures_next(m, account, quote, slot)) != 0)
        flat &= m->holdings[slot].position == 0;
    if (flat) deficit_cover(m, quote);
}

void ledger_marked(struct match *m, struct instrument *b)
{
    if (m->limits.accounts == 0 || b->class_of != MATCH_FUTURES) return;
    for (uint32_t slot = b->holdings_first; slot != 0; slot = m->holdings[slot].next_of_instrument)
        ledger_settle(m, b, &m->holdings[slot]);
    for (uint32_t slot = b->holdings_first; slot != 0;
         slot = m->holdings[slot].next_of_instrument) {
        const struct holding *holding = &m->holdings[slot];
        if (holding->position == 0) continue;
        struct equity equity = equity_of(m, holding->account, holding->quote);
        if (equity.equity < equity.maintenance)
            liquidate(m, holding->account, holding->quote, &equity);
    }
}
