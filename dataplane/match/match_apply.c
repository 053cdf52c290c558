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
    if (unlikely(ids_find(m, in->id) != 0)) return MATCH_ID_IN_USE;
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

static void plain_run(struct match *m, const struct match_input *in, struct instrument *b,
                      uint32_t lots, int32_t ticks, uint32_t holder)
{
    struct taker t = {
        .instrument = b,
        .id = in->id,
        .lots = lots,
        .total = lots,
        .holder = holder,
        .account = in->account,
        .group = holder_group(m, holder),
        .meta = plain_meta(in),
        .key = key_of((enum side)in->side, ticks),
        .reserve = ticks,
        .type = in->type,
        .tif = in->tif,
        .self_trade = in->self_trade,
    };
    taker_run(m, &t);
}

static NOINLINE void command_new(struct match *m, const struct match_input *in)
{
    uint64_t tail = input_tail(in) & ~(uint64_t)0xff;
    bool plain = (tail & ~TAIL_PLAIN_BITS) == 0 && (uint8_t)(in->type - 1) < 2;
    if (!plain || in->bytes != sizeof *in || in->other != 0) {
        command_new_special(m, in);
        return;
    }
    struct plain ask;
    enum match_reason reason = plain_check(m, in, &ask);
    if (reason != MATCH_NO_REASON) plain_refused(m, in, reason);
    else plain_run(m, in, ask.b, ask.lots, ask.ticks, ask.holder);
}

static NOINLINE void command_cancel(struct match *m, const struct match_input *in)
{
    if (((uint64_t)in->other | (uint64_t)in->price | (uint64_t)in->qty | in->instrument |
         input_tail(in) >> 8) != 0 ||
        in->bytes != sizeof *in) {
        match_reject(m, in, MATCH_MALFORMED);
        return;
    }
    uint32_t slot = own_order(m, in->id, in->account);
    if (slot == 0) match_reject(m, in, MATCH_UNKNOWN_ID);
    else order_canceled(m, slot);
}

/* The two commands that are most of all inputs, where nothing about them is out of the ordinary.
 * Each is tried first; what it does not take, and has not touched, the command proper does from the
 * beginning.  Both are compiled once for engines with accounts and once for those without. */

#define ALONE static inline __attribute__((always_inline))

enum tried { TRIED_NOT, TRIED_RAN, TRIED_DONE };

/* The index of an input's instrument if it is within the limits and the input nothing but its 64
 * bytes; or else a number above all limits. */
ALONE uint32_t plain_index(const struct match_input *in)
{
    uint32_t index;
    static_assert(offsetof(struct match_input, bytes) ==
                      offsetof(struct match_input, instrument) + 2,
                  "read as one");
    __builtin_memcpy(&index, &in->instrument, sizeof index);
    return index - ((uint32_t)sizeof *in << 16);
}

/* The last eight bytes of an input's only event, its step 0. */
ALONE void event_tail_only(struct match_event *at, const struct instrument *b, uint32_t word)
{
    uint64_t tail = (uint64_t)word << 32 | b->index;
    __builtin_memcpy(&at->instrument, &tail, sizeof tail);
}

/* The id, other, price and qty that were asked for, which lie alike in both.  By halves, each
 * within 32 bytes of the input: whoever has just written that by 32 waits for no store. */
ALONE void event_asked(struct match_event *at, const struct match_input *in)
{
    static_assert(offsetof(struct match_event, qty) - offsetof(struct match_event, id) ==
                      offsetof(struct match_input, qty) - offsetof(struct match_input, id),
                  "alike");
    static_assert(offsetof(struct match_input, price) == 32, "halves");
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)&in->id);
    __asm__("" : "+x"(first)); /* or a compiler makes one of both */
    __m128i second = _mm_loadu_si128((const __m128i *)(const void *)&in->price);
    _mm_storeu_si128((__m128i *)(void *)&at->id, first);
    _mm_storeu_si128((__m128i *)(void *)&at->price, second);
}

/* The input's only event is written, and the input done. */
ALONE void only_event(struct match *m)
{
    struct match_events *events = m->events;
    m->events_made++;
    uint32_t count = events->count + 1;
    events->count = count;
    if (unlikely(count == events->capacity)) events->full(events);
}

/* An order whose numbers are in a free slot may trade, or has no room. */
static NOINLINE enum tried plain_meets(struct match *m, const struct match_input *in, uint32_t slot)
{
    const struct order order = m->orders[slot];
    m->step = 0;
    plain_run(m, in, &m->instruments[in->instrument], order.lots, key_ticks(order.key),
              order.holder);
    return TRIED_RAN;
}

/* A holder that can pay for the order, its money set aside; 0: there is none, nothing happened. */
ALONE uint32_t ready_holder(struct match *m, const struct match_input *in,
                            const struct instrument *b, enum side side, int32_t ticks,
                            uint32_t lots)
{
    uint32_t account = in->account;
    if (unlikely(account >= m->limits.accounts)) return 0;
    int64_t most = m->accounts[account].value_max;
    if (unlikely(most != 0 && (int64_t)lots * ticks * b->unit_value > most)) return 0;
    uint32_t holder = ledger_holding_find(m, account, b->index);
    if (unlikely(holder == 0)) return 0;
    return likely(ledger_reserve(m, b, holder, side, ticks, lots)) ? holder : 0;
}

ALONE enum tried new_alone(struct match *m, const struct match_input *in, uint64_t tail,
                           const bool money)
{
    const uint64_t varies =
        (uint64_t)1 << TAIL_SIDE | (uint64_t)3 << TAIL_TIF | (uint64_t)3 << TAIL_SELF_TRADE;
    if (unlikely((tail & ~varies) != (MATCH_NEW | (uint64_t)MATCH_LIMIT << TAIL_TYPE)))
        return TRIED_NOT;
    uint32_t index = plain_index(in);
    if (unlikely(index >= m->limits.instruments)) return TRIED_NOT;
    struct instrument *b = &m->instruments[index];
    if (unlikely(b->phase != MATCH_OPEN)) return TRIED_NOT;
    if (unlikely(in->other != 0 || in->id - 1 >= MATCH_ID_MAX)) return TRIED_NOT;
    uint64_t lots = unit_count(&b->lot, in->qty), ticks = unit_count(&b->tick, in->price);
    if (unlikely(lots - 1 >= b->lot.max || ticks - 1 >= b->tick.max)) return TRIED_NOT;
    uint32_t slot = m->orders_free;
    if (unlikely(slot == 0 || m->alive >= m->ids.threshold))
        return TRIED_NOT; /* full, or it grows */
    uint64_t hash = ids_hash(&m->ids, in->id);
    uint32_t tag = ids_tag(hash), own = ids_place(&m->ids, hash);
    uint32_t spot = ids_free_place(&m->ids, own, tag);
    if (unlikely(spot == IDS_NOWHERE)) return TRIED_NOT;
    enum side side = (enum side)(tail >> TAIL_SIDE & 1);
    uint32_t holder = in->account;
    if (money) {
        holder = ready_holder(m, in, b, side, (int32_t)ticks, (uint32_t)lots);
        if (unlikely(holder == 0)) return TRIED_NOT;
    }
    int32_t key = key_of(side, (int32_t)ticks);
    bool meets = b->side[side ^ 1].best <= ~key;
    struct order *order = &m->orders[slot]; /* free as yet */
    order->lots = (uint32_t)lots;
    order->key = key;
    order->holder = holder;
    if (meets || unlikely((tail >> TAIL_TIF & 2) != 0)) return plain_meets(m, in, slot);
    order->meta = index | (uint32_t)side << META_SIDE_SHIFT |
                  ((uint32_t)(tail >> TAIL_TIF) & 1) * META_DAY |
                  ((uint32_t)(tail >> TAIL_SELF_TRADE) & 3) << META_STP_SHIFT;
    struct match_event *at = &m->events->at[m->events->count];
    at->number = in->number;
    event_asked(at, in);
    at->left = in->qty;
    event_accounts(at, in->account, 0);
    event_tail_only(at, b, event_word(MATCH_RESTED, MATCH_NO_REASON, side, 0));
    struct ladder_spot place = ladder_open(m, &b->side[side], key);
    if (unlikely(place.page == 0)) return plain_meets(m, in, slot);
    m->orders_free = order->next;
    m->alive++;
    ids_enter(&m->ids, own, spot, tag | slot);
    order->id = in->id;
    if (money) holder_append(m, slot, holder);
    level_append(m, spot_level(m, place), slot);
    only_event(m);
    return TRIED_DONE;
}

ALONE enum tried cancel_alone(struct match *m, const struct match_input *in, uint64_t tail,
                              const bool money)
{
    if (unlikely(((uint64_t)in->other | (uint64_t)in->price | (uint64_t)in->qty |
                  (tail ^ MATCH_CANCEL) | plain_index(in)) != 0))
        return TRIED_NOT;
    struct ids_spot spot = ids_probe(m, in->id);
    struct order *order = &m->orders[spot.slot];
    uint32_t holder = order->holder;
    uint32_t account = money ? m->holdings[holder].account : holder;
    if (unlikely(spot.slot == 0 || account != in->account || order->meta & META_SPECIAL))
        return TRIED_NOT;
    struct instrument *b = order_instrument(m, order);
    enum side side = order_side(order);
    struct match_event *at = &m->events->at[m->events->count];
    at->number = in->number;
    at->id = in->id;
    at->other = 0;
    at->price = ticks_price(b, key_ticks(order->key));
    at->qty = 0;
    at->left = lots_qty(b, order->lots);
    event_accounts(at, account, 0);
    event_tail_only(at, b, event_word(MATCH_CANCELED, MATCH_BY_USER, side, 0));
    ids_remove_at(&m->ids, spot);
    if (money) {
        ledger_release(m, b, holder, side, key_ticks(order->key), order->lots);
        holder_remove(m, spot.slot, holder);
    }
    struct ladder *own = &b->side[side];
    int32_t key = order->key;
    ladder_left(m, own, key, level_remove(m, ladder_level(m, own, key), order));
    order->id = 0;
    order->next = m->orders_free;
    m->orders_free = spot.slot;
    m->alive--;
    only_event(m);
    return TRIED_DONE;
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

/* What followed from the input is done. */
static inline void input_ends(struct match *m)
{
    if (unlikely(m->cascade_left != m->limits.cascade || (m->dirty_first | m->fired_first) != 0)) {
        match_settle(m);
        m->cascade_left = m->limits.cascade;
    }
    m->events_made += m->step;
}

static inline void command(struct match *m, const struct match_input *in)
{
    switch (in->kind) {
    case MATCH_NEW: command_new(m, in); break;
    case MATCH_CANCEL: command_cancel(m, in); break;
    case MATCH_MODIFY: command_modify(m, in); break;
    default: command_rare(m, in);
    }
}

/* Something is due before the input. */
static COLD void apply_late(struct match *m, const struct match_input *in)
{
    if (in->number <= m->number) {
        out_of_order(m, in);
        return;
    }
    m->number = in->number;
    m->step = 0;
    if (in->time > m->now) m->now = in->time;
    calendar_run(m);
    match_settle(m);
    command(m, in);
    input_ends(m);
}

ALONE void apply(struct match *m, const struct match_input *in, const bool money)
{
    uint64_t tail = input_tail(in);
    enum tried tried = TRIED_NOT;
    if ((uint8_t)tail == MATCH_CANCEL) tried = cancel_alone(m, in, tail, money);
    else if (likely((uint8_t)tail == MATCH_NEW)) tried = new_alone(m, in, tail, money);
    if (likely(tried == TRIED_DONE)) return;
    if (tried == TRIED_NOT) {
        m->step = 0;
        command(m, in);
    }
    input_ends(m);
}

static NOINLINE void apply_plain(struct match *m, const struct match_input *in)
{
    apply(m, in, false);
}

static NOINLINE void apply_money(struct match *m, const struct match_input *in)
{
    apply(m, in, true);
}

/* Each of them is jumped to: neither saves registers for the other. */
static inline void apply_any(struct match *m, const struct match_input *in)
{
    nanos_t now = in->time > m->now ? in->time : m->now;
    if (unlikely(in->number <= m->number || now >= m->due ||
                 (m->dirty_first | m->fired_first) != 0)) {
        apply_late(m, in);
        return;
    }
    m->number = in->number;
    m->now = now;
    if (m->limits.accounts != 0) apply_money(m, in);
    else apply_plain(m, in);
}

void match_apply(struct match *m, const struct match_input *in, struct match_events *events)
{
    m->events = events;
    apply_any(m, in);
#if PARANOID
    ledger_verify(m);
#endif
}
