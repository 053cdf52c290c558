#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_parts.h"
#include "dataplane/match/match_slots.h"

/* One input: what it may be, and the two commands that are most of all inputs.  Compiled like
 * match_hot.c. */

/* The tails that a plain order may have: kind, side, type LIMIT or MARKET, any tif and self_trade,
 * POST_ONLY or no flag, no spare. */
enum {
    TAIL_SIDE = 8,
    TAIL_TYPE = 16,
    TAIL_TIF = 24,
    TAIL_SELF_TRADE = 32,
    TAIL_FLAGS = 40,
};
#define TAIL_PLAIN_BITS                                                                            \
    ((uint64_t)1 << TAIL_SIDE | (uint64_t)3 << TAIL_TYPE | (uint64_t)3 << TAIL_TIF |               \
     (uint64_t)3 << TAIL_SELF_TRADE | (uint64_t)MATCH_POST_ONLY << TAIL_FLAGS)

static_assert(MATCH_LIMIT == 1 && MATCH_MARKET == 2 && MATCH_STOP == 3, "two bits of TAIL_TYPE");
static_assert(MATCH_TIF_COUNT == 4 && MATCH_SELF_TRADE_COUNT == 4, "two bits each");

/* What a plain order asks for that its type or the phase does not allow. */
static COLD enum match_reason plain_reason(const struct instrument *b, const struct match_input *in)
{
    bool rests = in->type == MATCH_LIMIT && in->tif < MATCH_IOC;
    if (in->flags != 0 && !rests) return MATCH_BAD_TERMS;
    if (in->type == MATCH_MARKET && (in->price != 0 || in->tif == MATCH_DAY))
        return MATCH_BAD_TERMS;
    return b->phase == MATCH_OPEN || rests ? MATCH_NO_REASON : MATCH_IN_CALL;
}

/* What a plain order asks for. */
struct plain {
    struct instrument *b;
    enum side side;
    uint32_t lots;
    int32_t ticks;
    uint32_t holder;
    uint32_t group;
    struct ids_spot spot; /* where its id goes */
};

/* Quantity and price in lots and ticks, and what may be asked with them. */
static inline enum match_reason plain_numbers(const struct match_input *in, struct plain *ask)
{
    const struct instrument *b = ask->b;
    ask->ticks = 0;
    ask->lots = unit_good(&b->lot, in->qty);
    if (unlikely(ask->lots == 0)) return qty_reason(&b->lot, in->qty);
    if (likely(in->type == MATCH_LIMIT)) {
        ask->ticks = (int32_t)unit_good(&b->tick, in->price);
        if (unlikely(ask->ticks == 0)) return price_reason(&b->tick, in->price);
    }
    if (unlikely(in->type != MATCH_LIMIT || in->tif >= MATCH_IOC || in->flags != 0 ||
                 b->phase != MATCH_OPEN))
        return plain_reason(b, in);
    return MATCH_NO_REASON;
}

/* A holder for the order, and its money set aside. */
static inline enum match_reason plain_admit(struct match *m, const struct match_input *in,
                                            struct plain *ask)
{
    ask->holder = ask->group = in->account;
    if (m->limits.accounts == 0) return MATCH_NO_REASON;
    if (unlikely(over_value(m, ask->b, in->account, ask->ticks, ask->lots)))
        return MATCH_OVER_VALUE;
    ask->holder = ledger_holding(m, in->account, ask->b);
    if (unlikely(ask->holder == 0)) return MATCH_NO_ROOM;
    ask->group = m->holdings[ask->holder].group;
    if (likely(ledger_reserve(m, ask->b, ask->holder, ask->side, ask->ticks, ask->lots)))
        return MATCH_NO_REASON;
    ledger_holding_undo(m, ask->holder);
    return MATCH_NO_FUNDS;
}

static inline enum match_reason plain_check(struct match *m, const struct match_input *in,
                                            struct plain *ask)
{
    enum match_reason reason = check_who(m, in, &ask->b);
    if (unlikely(reason != MATCH_NO_REASON)) return reason;
    ask->spot = ids_find_spot(m, in->id);
    if (unlikely(ask->spot.slot != 0)) return MATCH_ID_IN_USE;
    reason = plain_numbers(in, ask);
    if (unlikely(reason != MATCH_NO_REASON)) return reason;
    if (unlikely(!slots_left(m, 1))) return MATCH_FULL;
    ask->side = (enum side)in->side;
    if (unlikely(in->flags != 0) && would_take(ask->b, ask->side, key_of(ask->side, ask->ticks)))
        return MATCH_WOULD_TAKE;
    if (unlikely(in->type == MATCH_MARKET) && !market_limit(ask->b, ask->side, &ask->ticks))
        return MATCH_NO_LIQUIDITY;
    return plain_admit(m, in, ask);
}

static COLD void plain_refused(struct match *m, const struct match_input *in,
                               enum match_reason reason)
{
    if (reason == MATCH_NO_LIQUIDITY) match_meets_nobody(m, in);
    else match_reject(m, in, reason);
}

static inline uint32_t plain_meta(const struct match_input *in)
{
    static_assert(MATCH_POST_ONLY == 1 && MATCH_DAY == 1, "flag and tif as bits of meta");
    return (uint32_t)in->instrument | (uint32_t)in->side << META_SIDE_SHIFT |
           (in->tif == MATCH_DAY ? META_DAY : 0) | (in->flags != 0 ? META_POST_ONLY : 0) |
           (uint32_t)in->self_trade << META_STP_SHIFT;
}

/* The order meets nobody and rests; false, and nothing happened, if its price has no room. */
static inline bool plain_rests(struct match *m, const struct match_input *in,
                               const struct plain *ask)
{
    struct instrument *b = ask->b;
    struct ladder *own = &b->side[ask->side];
    int32_t key = key_of(ask->side, ask->ticks);
    if (unlikely(!ladder_admits(own, key))) return false;
    struct level *level = ladder_open(m, own, key);
    if (unlikely(level == NULL)) return false;
    uint32_t slot = slot_pop(m, ask->holder);
    ids_insert_at(m, ask->spot, in->id, slot);
    struct order *order = &m->orders[slot];
    order->id = in->id;
    order->lots = ask->lots;
    order->key = key;
    order->meta = plain_meta(in);
    level_append(m, level, slot);
    struct match_event *at = &m->events->at[m->events->count];
    at->number = m->number;
    at->id = in->id;
    at->other = 0;
    at->price = in->price;
    at->qty = in->qty;
    at->left = in->qty;
    event_accounts(at, in->account, 0);
    event_tail(m, at, b, event_word(MATCH_RESTED, MATCH_NO_REASON, ask->side, 0));
    event_done(m);
    return true;
}

static __attribute__((noinline)) void plain_run(struct match *m, const struct match_input *in,
                                                const struct plain *ask)
{
    struct taker t = {
        .instrument = ask->b,
        .id = in->id,
        .lots = ask->lots,
        .total = ask->lots,
        .holder = ask->holder,
        .account = in->account,
        .group = ask->group,
        .meta = plain_meta(in),
        .key = key_of(ask->side, ask->ticks),
        .reserve = ask->ticks,
        .type = in->type,
        .tif = in->tif,
        .self_trade = in->self_trade,
    };
    taker_run(m, &t);
}

static inline void command_new(struct match *m, const struct match_input *in)
{
    uint64_t tail = input_tail(in) & ~(uint64_t)0xff;
    bool plain = (tail & ~TAIL_PLAIN_BITS) == 0 && (uint8_t)(in->type - 1) < 2;
    if (unlikely(!plain || in->bytes != sizeof *in || in->other != 0)) {
        command_new_special(m, in);
        return;
    }
    struct plain ask;
    enum match_reason reason = plain_check(m, in, &ask);
    if (unlikely(reason != MATCH_NO_REASON)) {
        plain_refused(m, in, reason);
        return;
    }
    int64_t limit = ~key_of(ask.side, ask.ticks);
    bool meets = ask.b->side[ask.side ^ 1].best <= limit && ask.b->phase == MATCH_OPEN;
    if (meets || in->tif >= MATCH_IOC || in->type != MATCH_LIMIT || !plain_rests(m, in, &ask))
        plain_run(m, in, &ask);
}

/* A plain order in the book is canceled. */
static inline void plain_cancel(struct match *m, const struct match_input *in,
                                const struct ids_spot *spot)
{
    struct order *order = &m->orders[spot->slot];
    struct instrument *b = order_instrument(m, order);
    enum side side = order_side(order);
    struct match_event *at = &m->events->at[m->events->count];
    at->number = m->number;
    at->id = in->id;
    at->other = 0;
    at->price = ticks_price(b, key_ticks(order->key));
    at->qty = 0;
    at->left = lots_qty(b, order->lots);
    event_accounts(at, in->account, 0);
    event_tail(m, at, b, event_word(MATCH_CANCELED, MATCH_BY_USER, side, 0));
    event_done(m);
    if (m->limits.accounts != 0)
        ledger_release(m, b, order->holder, side, key_ticks(order->key), order->lots);
    ladder_take_out(m, &b->side[side], spot->slot);
    ids_remove_at(m, spot->entry);
    slot_push(m, spot->slot);
}

static inline void command_cancel(struct match *m, const struct match_input *in)
{
    if (unlikely(((uint64_t)in->other | (uint64_t)in->price | (uint64_t)in->qty | in->instrument |
                  input_tail(in) >> 8) != 0 ||
                 in->bytes != sizeof *in)) {
        match_reject(m, in, MATCH_MALFORMED);
        return;
    }
    struct ids_spot spot = ids_find_spot(m, in->id);
    const struct order *order = &m->orders[spot.slot];
    if (unlikely(spot.slot == 0 || in->id == 0 || holder_account(m, order->holder) != in->account))
        match_reject(m, in, MATCH_UNKNOWN_ID);
    else if (likely(!(order->meta & META_SPECIAL))) plain_cancel(m, in, &spot);
    else order_canceled(m, spot.slot);
}

static COLD void command_rare(struct match *m, const struct match_input *in)
{
    switch ((enum match_input_kind)in->kind) {
    case MATCH_TIME: command_time(m, in); return;
    case MATCH_LIST: command_list(m, in); return;
    case MATCH_PHASE: command_phase(m, in); return;
    case MATCH_REMOVE: command_remove(m, in); return;
    case MATCH_MARK: command_mark(m, in); return;
    case MATCH_ACCOUNT: command_account(m, in); return;
    case MATCH_DEPOSIT: command_deposit(m, in); return;
    case MATCH_WITHDRAW: command_withdraw(m, in); return;
    case MATCH_CANCEL_ALL: command_cancel_all(m, in); return;
    case MATCH_CLOSE: command_close(m, in); return;
    case MATCH_NEW:
    case MATCH_MODIFY:
    case MATCH_CANCEL:
    case MATCH_INPUT_COUNT: break;
    }
    match_reject(m, in, MATCH_MALFORMED);
}

/* An input that was applied already, or comes too late: it is named by its own number. */
static COLD void out_of_order(struct match *m, const struct match_input *in)
{
    uint64_t last = m->number;
    m->number = in->number;
    m->step = 0;
    match_reject(m, in, MATCH_MALFORMED);
    m->events_made += m->step;
    m->number = last;
}

void match_apply(struct match *m, const struct match_input *in, struct match_events *events)
{
    m->events = events;
    if (unlikely(in->number <= m->number)) {
        out_of_order(m, in);
        return;
    }
    m->number = in->number;
    m->step = 0;
    if (in->time > m->now) m->now = in->time;
    if (unlikely(m->now >= m->due)) calendar_run(m);
    if (unlikely((m->dirty_first | m->fired_first) != 0)) match_settle(m);
    switch (in->kind) {
    case MATCH_NEW: command_new(m, in); break;
    case MATCH_CANCEL: command_cancel(m, in); break;
    case MATCH_MODIFY: command_modify(m, in); break;
    default: command_rare(m, in);
    }
    if (unlikely(m->cascade_left != m->limits.cascade || (m->dirty_first | m->fired_first) != 0)) {
        match_settle(m);
        m->cascade_left = m->limits.cascade;
    }
    m->events_made += m->step;
#if PARANOID
    ledger_verify(m);
#endif
}
