#ifndef DATAPLANE_MATCH_MATCH_CHECK_H
#define DATAPLANE_MATCH_MATCH_CHECK_H

/* The checks of an order, in the order of README.md.  For the files of this folder. */

#include "dataplane/match/match_ids.h"
#include "dataplane/match/match_parts.h"

/* The listed instrument of an index, or NULL. */
static inline struct instrument *instrument_of(const struct match *m, uint16_t index)
{
    if (unlikely(index >= m->limits.instruments)) return NULL;
    struct instrument *b = &m->instruments[index];
    return likely(b->phase != MATCH_UNLISTED) ? b : NULL;
}

static inline bool account_known(const struct match *m, uint32_t account)
{
    if (m->limits.accounts == 0) return true;
    return account < m->limits.accounts && m->accounts[account].known;
}

static inline enum match_reason phase_reason(const struct instrument *b)
{
    if (likely(b->phase == MATCH_OPEN)) return MATCH_NO_REASON;
    if (b->phase == MATCH_HALTED) return MATCH_IS_HALTED;
    return b->phase == MATCH_CLOSED ? MATCH_IS_CLOSED : MATCH_NO_REASON;
}

/* Instrument, account, phase and id of a NEW; *b is the instrument. */
static inline enum match_reason check_who(const struct match *m, const struct match_input *in,
                                          struct instrument **b)
{
    *b = instrument_of(m, in->instrument);
    if (unlikely(*b == NULL)) return MATCH_NO_INSTRUMENT;
    if (unlikely(!account_known(m, in->account))) return MATCH_NO_ACCOUNT;
    enum match_reason reason = phase_reason(*b);
    if (unlikely(reason != MATCH_NO_REASON)) return reason;
    if (unlikely(in->id - 1 >= MATCH_ID_MAX)) return MATCH_BAD_ID;
    return MATCH_NO_REASON;
}

/* Why value is not a good quantity or price; NO_REASON if it is. */
enum match_reason qty_reason(const struct unit *lot, qty_t qty);
enum match_reason price_reason(const struct unit *tick, price_t price);

/* Whole units of a value, 1 to unit->max; 0: it is not good. */
static inline uint32_t unit_good(const struct unit *unit, int64_t value)
{
    uint64_t count = unit_count(unit, value);
    return likely(count - 1 < unit->max) ? (uint32_t)count : 0;
}

static inline uint32_t holder_account(const struct match *m, uint32_t holder)
{
    return m->limits.accounts != 0 ? m->holdings[holder].account : holder;
}

static inline uint32_t holder_group(const struct match *m, uint32_t holder)
{
    return m->limits.accounts != 0 ? m->holdings[holder].group : holder;
}

/* The slot of a living order that belongs to the account; 0: B6. */
static inline uint32_t own_order(const struct match *m, order_id_t id, uint32_t account)
{
    if (unlikely(id == 0)) return 0;
    uint32_t slot = ids_find(m, id);
    if (unlikely(slot == 0)) return 0;
    return likely(holder_account(m, m->orders[slot].holder) == account) ? slot : 0;
}

/* A post-only order at key would trade now. */
static inline bool would_take(const struct instrument *b, enum side side, int32_t key)
{
    return b->phase == MATCH_OPEN && b->side[side ^ 1].best <= ~key;
}

/* The limit of a market order (A6); false: there is no opposite order. */
static inline bool market_limit(const struct instrument *b, enum side side, int32_t *ticks)
{
    int64_t best = b->side[side ^ 1].best;
    if (best == LADDER_EMPTY) return false;
    int64_t farthest = key_ticks((int32_t)best);
    farthest += side == SIDE_BUY ? b->collar : -(int64_t)b->collar;
    if (farthest < 1) farthest = 1;
    if (farthest > b->tick.max) farthest = b->tick.max;
    *ticks = (int32_t)farthest;
    return true;
}

/* The value of lots at ticks is above the account's limit (G9). */
static inline bool over_value(const struct match *m, const struct instrument *b, uint32_t account,
                              int32_t ticks, uint32_t lots)
{
    if (m->limits.accounts == 0) return false;
    int64_t most = m->accounts[account].value_max;
    return most != 0 && (int64_t)lots * ticks * b->unit_value > most;
}

/* The last eight bytes of an input, for the checks of many small fields at once. */
static inline uint64_t input_tail(const struct match_input *in)
{
    uint64_t tail;
    __builtin_memcpy(&tail, &in->kind, sizeof tail);
    return tail;
}

#endif
