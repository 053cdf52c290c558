#ifndef DATAPLANE_MATCH_LEDGER_H
#define DATAPLANE_MATCH_LEDGER_H

/* Money and positions, the hot half: what every order and every trade does to its account.  For the
 * files of this folder.  Rules G1-G7 and G12 of README.md.
 *
 *     account 7 --- holding (7, BTCUSD) --- orders of 7 in BTCUSD, oldest first
 *        |              |        |
 *        |              v        v
 *        +--------- balance    balance        total, of which reserved; available is the rest,
 *                   (7, BTC)   (7, USD)       less unrealised losses
 *
 * What is reserved follows from the open orders at any time, and never has to be remembered:
 *
 *     SPOT, buy      lots x (value of one + its fee at the higher rate, rounded up), in quote
 *     SPOT, sell     lots x lot_base, in base
 *     FUTURES        the margin of the holding, from its cost and the value of its open orders
 *     PLAIN          nothing
 *
 * Sums of 64 bits are enough: a price times a quantity is at most MATCH_MONEY_MAX (2^61) by the
 * listing, all of an asset is at most that by G10, and of futures G12 bounds each account's part.
 *
 * Cost: SPOT a few instructions on two lines, the holding's first and the balance's; FUTURES are
 * computed out of line (match_margin.c).  Only for engines with accounts, but for PLAIN. */

#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_layout.h"

#define LEDGER_RISK_MAX     (MATCH_MONEY_MAX / 4)            /* G12 */
#define LEDGER_TOTAL_MAX    ((int64_t)(3 * MATCH_MONEY_MAX)) /* what a total can come to, then */
#define LEDGER_LEVERAGE_MAX 125
#define LEDGER_HASH         0x9e3779b97f4a7c15u /* 2^64 / the golden ratio */

/* Tables. */

/* Entries of a table of count slots: a power of two, more than half of it free. */
static inline uint64_t ledger_table_size(uint32_t count)
{
    uint64_t size = 8;
    while (size < 2 * (uint64_t)count) size *= 2;
    return size;
}

/* Where the slot of (account, instrument or asset) is looked for first. */
static inline uint32_t ledger_home(uint32_t account, uint16_t of, uint32_t mask)
{
    return (uint32_t)(((uint64_t)account << 16 | of) * LEDGER_HASH >> 32) & mask;
}

/* A slot, or 0. */
static inline uint32_t ledger_holding_find(const struct match *m, uint32_t account,
                                           uint16_t instrument)
{
    uint32_t at = ledger_home(account, instrument, m->holding_mask);
    for (;; at = (at + 1) & m->holding_mask) {
        uint32_t slot = m->holding_table[at];
        const struct holding *holding = &m->holdings[slot];
        if (likely((holding->account == account) & (holding->instrument == instrument)))
            return slot; /* slot 0 is nobody's: its account is none */
        if (slot == 0) return 0;
    }
}

uint32_t ledger_balance_find(const struct match *m, uint32_t account, uint16_t asset);

/* Made if it is new; 0: no room. */
uint32_t ledger_balance(struct match *m, uint32_t account, uint16_t asset);
uint32_t ledger_holding_new(struct match *m, uint32_t account, struct instrument *b);

/* The holding of a known account in an instrument, made with its balances if it is new; 0: no room.
 * Who then refuses the order calls ledger_holding_undo, so that a refusal leaves nothing behind. */
static inline uint32_t ledger_holding(struct match *m, uint32_t account, struct instrument *b)
{
    uint32_t slot = ledger_holding_find(m, account, b->index);
    m->fresh.holding = 0;
    return likely(slot != 0) ? slot : ledger_holding_new(m, account, b);
}

/* Takes back what the last ledger_holding made; nothing, if it found it. */
void ledger_holding_undo(struct match *m, uint32_t holder);

/* Everything that follows from totals, positions, costs and orders, computed anew: after a load.
 * NULL, or the sentence that says why these cannot be.  Any values of them are taken; lists and
 * tables must be well formed. */
MUST_USE const char *ledger_rebuild(struct match *m);

/* The first thing that is not true of accounts and money, as a sentence, or NULL.  Likewise. */
const char *ledger_unsound(const struct match *m);

/* Arithmetic.  Of values from 0 to MATCH_MONEY_MAX and rates up to MATCH_PPM. */

static inline int64_t ledger_value(const struct instrument *b, int64_t ticks, int64_t lots)
{
    return ticks * lots * b->unit_value;
}

#define LEDGER_SMALL ((uint64_t)1 << 44) /* times MATCH_PPM, and a little more, fits 64 bits */

/* value x ppm / 10^6, rounded down. */
static inline int64_t ledger_share(int64_t value, uint32_t ppm)
{
    uint64_t whole = (uint64_t)value;
    if (likely(whole < LEDGER_SMALL)) return (int64_t)(whole * ppm / MATCH_PPM);
    return (int64_t)(whole / MATCH_PPM * ppm + whole % MATCH_PPM * ppm / MATCH_PPM);
}

/* The same, rounded up. */
static inline int64_t ledger_share_up(int64_t value, uint32_t ppm)
{
    uint64_t whole = (uint64_t)value, up = MATCH_PPM - 1;
    if (likely(whole < LEDGER_SMALL)) return (int64_t)((whole * ppm + up) / MATCH_PPM);
    return (int64_t)(whole / MATCH_PPM * ppm + (whole % MATCH_PPM * ppm + up) / MATCH_PPM);
}

static inline int64_t ledger_available(const struct balance *balance)
{
    int64_t losses = balance->unrealised < 0 ? balance->unrealised : 0;
    return balance->total - balance->reserved + losses;
}

/* Spot: what lots at ticks reserve, and in which balance.  Sides cannot be guessed, so both needs
 * are computed and one is chosen without a branch. */
static inline int64_t ledger_spot_need(const struct instrument *b, enum side side, int32_t ticks,
                                       uint32_t lots)
{
    int64_t value = ticks * b->unit_value;
    int64_t buying = value + ledger_share_up(value, b->worst_ppm);
    int64_t only_buying = (int64_t)in_one((uint64_t)side - 1); /* SIDE_BUY is 0 */
    return (int64_t)lots * (b->lot_base ^ ((b->lot_base ^ buying) & only_buying));
}

static inline struct balance *ledger_spot_payer(const struct match *m, uint32_t holder,
                                                enum side side)
{
    const struct holding *holding = &m->holdings[holder];
    return &m->balances[number_or(holding->base, holding->quote, side == SIDE_BUY)];
}

/* Orders. */

/* Margin, risk and unrealised profit of a futures holding, anew. */
void ledger_settle(struct match *m, const struct instrument *b, struct holding *holding);
bool ledger_reserve_futures(struct match *m, const struct instrument *b, uint32_t holder,
                            enum side side, int32_t ticks, uint32_t lots);
void ledger_restore_futures(struct match *m, const struct instrument *b, uint32_t holder,
                            enum side side, int32_t ticks, uint32_t lots);
void ledger_release_futures(struct match *m, const struct instrument *b, uint32_t holder,
                            enum side side, int32_t ticks, uint32_t lots);

/* Sets aside what lots at ticks need.  False, and nothing is set aside, if it is not available. */
static inline bool ledger_reserve(struct match *m, const struct instrument *b, uint32_t holder,
                                  enum side side, int32_t ticks, uint32_t lots)
{
    if (b->class_of == MATCH_SPOT) {
        int64_t need = ledger_spot_need(b, side, ticks, lots);
        struct balance *payer = ledger_spot_payer(m, holder, side);
        if (unlikely(need > ledger_available(payer))) return false;
        payer->reserved += need;
        return true;
    }
    if (b->class_of == MATCH_PLAIN) return true;
    return ledger_reserve_futures(m, b, holder, side, ticks, lots);
}

/* Sets aside again what was just released, without asking whether it is available. */
static inline void ledger_restore(struct match *m, const struct instrument *b, uint32_t holder,
                                  enum side side, int32_t ticks, uint32_t lots)
{
    if (b->class_of == MATCH_SPOT)
        ledger_spot_payer(m, holder, side)->reserved += ledger_spot_need(b, side, ticks, lots);
    else if (b->class_of == MATCH_FUTURES) ledger_restore_futures(m, b, holder, side, ticks, lots);
}

static inline void ledger_release(struct match *m, const struct instrument *b, uint32_t holder,
                                  enum side side, int32_t ticks, uint32_t lots)
{
    if (b->class_of == MATCH_SPOT)
        ledger_spot_payer(m, holder, side)->reserved -= ledger_spot_need(b, side, ticks, lots);
    else if (b->class_of == MATCH_FUTURES) ledger_release_futures(m, b, holder, side, ticks, lots);
}

/* What an order reserves, before and after a change of it. */
struct ledger_reserved {
    int32_t ticks;
    uint32_t lots;
};

/* Puts one reservation in the place of another; false, and nothing happened, if it grows by more
 * than is available.  What does not grow is never refused. */
bool ledger_exchange(struct match *m, const struct instrument *b, uint32_t holder, enum side side,
                     struct ledger_reserved from, struct ledger_reserved to);

/* Trades. */

struct ledger_side {
    uint32_t holder;
    int32_t reserve; /* ticks its lots are reserved at */
    uint32_t ppm;    /* of its fee */
    bool reserved;   /* the lots are: false for a liquidation or a futures close */
};

struct ledger_trade {
    struct ledger_side buyer;
    struct ledger_side seller;
    int32_t ticks;
    uint32_t lots;
};

void ledger_trade_futures(struct match *m, const struct instrument *b,
                          const struct ledger_trade *trade);
void ledger_tell_balance(struct match *m, uint32_t balance);
void ledger_tell_spot(struct match *m, uint32_t buyer, uint32_t seller);
void ledger_tell_position(struct match *m, const struct instrument *b, uint32_t holder);

/* What both fees of a trade are, in one asset: the house takes none while it is full (G12). */
static inline int64_t ledger_fee(const struct match *m, const struct instrument *b, int64_t value,
                                 uint32_t ppm)
{
    return likely(m->house[b->quote] <= MATCH_MONEY_MAX) ? ledger_share(value, ppm) : 0;
}

static inline void ledger_trade_spot(struct match *m, const struct instrument *b,
                                     const struct ledger_trade *trade)
{
    const struct holding *buyer = &m->holdings[trade->buyer.holder];
    const struct holding *seller = &m->holdings[trade->seller.holder];
    int64_t value = ledger_value(b, trade->ticks, trade->lots);
    int64_t base = (int64_t)trade->lots * b->lot_base;
    int64_t buyer_fee = ledger_fee(m, b, value, trade->buyer.ppm);
    int64_t seller_fee = ledger_fee(m, b, value, trade->seller.ppm);
    struct balance *pays = &m->balances[buyer->quote], *gives = &m->balances[seller->base];
    pays->total -= value + buyer_fee;
    pays->reserved -= ledger_spot_need(b, SIDE_BUY, trade->buyer.reserve, trade->lots);
    gives->total -= base;
    gives->reserved -= base;
    m->balances[buyer->base].total += base;
    m->balances[seller->quote].total += value - seller_fee;
    m->house[b->quote] += buyer_fee + seller_fee;
    if (unlikely(m->limits.money_events))
        ledger_tell_spot(m, trade->buyer.holder, trade->seller.holder);
}

static inline void ledger_trade_plain(struct match *m, const struct instrument *b,
                                      const struct ledger_trade *trade)
{
    m->holdings[trade->buyer.holder].position += trade->lots;
    m->holdings[trade->seller.holder].position -= trade->lots;
    if (likely(!m->limits.money_events)) return;
    ledger_tell_position(m, b, trade->buyer.holder);
    ledger_tell_position(m, b, trade->seller.holder);
}

/* Moves what a trade moves and releases what it had reserved; says BALANCED, POSITIONED (G11). */
static inline void ledger_trade(struct match *m, const struct instrument *b,
                                const struct ledger_trade *trade)
{
    if (b->class_of == MATCH_SPOT) ledger_trade_spot(m, b, trade);
    else if (b->class_of == MATCH_PLAIN) ledger_trade_plain(m, b, trade);
    else ledger_trade_futures(m, b, trade);
}

#endif
