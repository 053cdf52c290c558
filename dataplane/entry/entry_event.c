#include "dataplane/entry/entry_parts.h"

/* Events become answers: of the order's record, of the ask that the event's input was for, and of
 * nothing that a decision reads. */

/* An answer being made about one order. */
struct telling {
    struct entry *entry;
    struct entry_order *order;
    uint32_t session;
    bool speaks50;
    struct said said;
    uint8_t bytes[ENTRY_MESSAGE_MAX];
};

static void tell(struct entry *entry, uint32_t session, const uint8_t *bytes, uint32_t length)
{
    counter_one(&entry->counts.answers);
    entry->sink.put(entry->sink.context, session, bytes, length);
}

/* The asks up to number leave: those of smaller numbers, and what the port answers itself, which
 * comes before the events of its number. */
static void asks_pass(struct entry *entry, uint64_t number)
{
    for (; entry->ask_first != entry->ask_last; entry->ask_first++) {
        uint64_t at = entry->ask_first & (entry->limits.asks - 1);
        const struct entry_ask *ask = &entry->asks[at];
        if (ask->number > number) return;
        if (ask->kind == ASK_ANSWER) {
            tell(entry, ask->other, entry->answers[at].bytes, ask->length);
            if (unlikely(entry->sink.report != NULL && ask->letter == ASK_REFUSES))
                report_refused(entry, ask->other, &entry->answers[at]);
        } else if (ask->kind == ASK_DAY) {
            entry->midnight_told = ask->midnight;
            for (uint32_t i = 0; i < entry->limits.sessions; i++)
                if (entry->sessions[i].open) tell(entry, i, entry->answers[at].bytes, ask->length);
        } else if (ask->number == number) {
            entry->now = *ask;
        }
    }
}

/* All of the current ask's events were shown.  A replacement of which nothing was told will not be:
 * its original has traded or ended by the time that the input brought, and was canceled instead. */
static void ask_ends(struct entry *entry)
{
    if (entry->now.kind == ASK_REPLACE && entry->now.letter == 0)
        record_end(entry, entry->now.slot);
    entry->now.kind = ASK_NONE;
}

void entry_released(struct entry *entry, uint64_t number)
{
    if (entry->now.number <= number) ask_ends(entry);
    asks_pass(entry, number);
}

/* The order in slot is what the answer is about. */
static void telling_begin(struct telling *t, struct entry *entry, uint32_t slot, nanos_t time)
{
    t->entry = entry;
    t->order = &entry->orders[slot];
    t->session = t->order->session;
    t->speaks50 = entry->sessions[t->session].plan.dialect == ENTRY_OUCH50;
    t->said = (struct said){t->bytes, t->order, time - entry->midnight_told};
}

static void telling_end(struct telling *t, uint32_t length)
{
    tell(t->entry, t->session, t->bytes, length);
}

/* The same for whoever asks beside the session: usually nobody does, and nothing is made then. */
#define REPORT(t, ...)                                                                             \
    do {                                                                                           \
        if (unlikely((t)->entry->sink.report != NULL))                                             \
            report_order(&(struct reported){                                                       \
                .entry = (t)->entry, .order = (t)->order, .at = told_at(t), __VA_ARGS__});         \
    } while (0)

static nanos_t told_at(const struct telling *t)
{
    return t->entry->midnight_told + t->said.timestamp_ns;
}

static void tell_accepted(struct telling *t, char state)
{
    uint32_t qty = t->order->terms.qty;
    t->order->told = true;
    t->order->open = qty;
    telling_end(t, t->speaks50 ? say50_accepted(&t->said, state) : say42_accepted(&t->said, state));
    REPORT(t, .kind = ENTRY_REPORT_ACCEPTED, .qty = qty, .left = qty);
}

static void tell_canceled(struct telling *t, uint32_t qty, char reason)
{
    telling_end(t, t->speaks50 ? say50_canceled(&t->said, qty, reason)
                               : say42_canceled(&t->said, qty, reason));
}

static void tell_rejected(struct telling *t, uint8_t reason)
{
    struct wire_reason row = wire_reason(reason);
    telling_end(t, t->speaks50 ? say50_rejected(&t->said, row.reject)
                               : say42_rejected(&t->said, row.refused42));
}

static uint32_t slot_of(const struct telling *t)
{
    return (uint32_t)(t->order - t->entry->orders);
}

/* shares of the order are gone; with the last of them its record ends. */
static void order_shrinks(struct telling *t, uint32_t gone)
{
    CHECK(gone <= t->order->open);
    t->order->open -= gone;
    if (t->order->open == 0) record_end(t->entry, slot_of(t));
}

/* The same without a trade. */
static void order_loses(struct telling *t, uint32_t gone, uint8_t reason)
{
    CHECK(gone <= t->order->open);
    uint32_t left = t->order->open - gone;
    REPORT(t, .kind = left != 0 ? ENTRY_REPORT_REDUCED : ENTRY_REPORT_CANCELED, .qty = gone,
           .left = left, .reason = reason);
    order_shrinks(t, gone);
}

/* The reference of the event's order, if the event gives it one. */
static void follow(struct entry *entry, const struct match_event *event, struct entry_order *order)
{
    bool auction = event->kind == MATCH_TRADED && event->flags & MATCH_IN_AUCTION;
    bool kept = event->kind == MATCH_REPLACED && event->flags & MATCH_KEPT_PRIORITY;
    if (auction || kept) return;
    uint64_t reference = match_follow_reference(&entry->follower, event);
    if (order) order->reference = reference;
}

static void on_rejected(struct entry *entry, const struct match_event *event, nanos_t time)
{
    struct telling t;
    const struct entry_ask *ask = &entry->now;
    if (event->id > MATCH_ID_MAX) return; /* a leg: what is ours names the input's order */
    telling_begin(&t, entry, ask->slot, time);
    if (ask->kind == ASK_NEW || ask->kind == ASK_REPLACE) {
        tell_rejected(&t, event->reason);
        REPORT(&t, .kind = ENTRY_REPORT_REJECTED, .qty = t.order->terms.qty,
               .replaces = ask->kind == ASK_REPLACE ? (uint32_t)event->id : 0,
               .reason = event->reason);
        record_end(entry, ask->slot);
    } else if (ask->kind == ASK_REDUCE && t.order->id == event->id) {
        telling_end(&t, t.speaks50 ? say50_cancel_reject(&t.said) : say42_cancel_reject(&t.said));
    }
    entry->now.kind = ASK_NONE;
}

static void on_arrived(struct entry *entry, const struct match_event *event, nanos_t time)
{
    struct telling t;
    uint32_t slot = record_find(entry, event->id);
    follow(entry, event, slot != 0 ? &entry->orders[slot] : NULL);
    if (slot == 0) return;
    telling_begin(&t, entry, slot, time);
    if (!t.order->told) tell_accepted(&t, 'L');
}

/* One side of a trade. */
static void tell_executed(struct entry *entry, uint32_t slot, const struct match_event *event,
                          char liquidity, nanos_t time)
{
    struct telling t;
    telling_begin(&t, entry, slot, time);
    if (!t.order->told) tell_accepted(&t, 'L');
    const struct said_fill fill = {
        .qty = shares(event->qty),
        .price_e4 = (uint64_t)(event->price / PRICE_PER_E4),
        .match_number = match_reference(event->number, event->step),
        .liquidity = liquidity,
    };
    telling_end(&t, t.speaks50 ? say50_executed(&t.said, &fill) : say42_executed(&t.said, &fill));
    t.order->executed += fill.qty;
    REPORT(&t, .kind = ENTRY_REPORT_EXECUTED, .qty = fill.qty, .left = t.order->open - fill.qty,
           .price = event->price);
    order_shrinks(&t, fill.qty);
}

static void on_traded(struct entry *entry, const struct match_event *event, nanos_t time)
{
    uint32_t taker = record_find(entry, event->id), maker = record_find(entry, event->other);
    char added = 'A', removed = 'R';
    if (unlikely(event->flags & MATCH_IN_AUCTION)) {
        const struct entry_instrument *at = &entry->instruments[event->instrument];
        added = 'H';
        if (at->phase == MATCH_CALL) added = at->cross;
        removed = added;
    }
    follow(entry, event, taker != 0 ? &entry->orders[taker] : NULL);
    if (taker != 0) tell_executed(entry, taker, event, removed, time);
    if (maker != 0) tell_executed(entry, maker, event, added, time);
}

static char strategy_of(const struct entry_order *arriving)
{
    static const char letter[MATCH_SELF_TRADE_COUNT] = {
        [MATCH_CANCEL_NEWEST] = 'W',
        [MATCH_CANCEL_OLDEST] = 'O',
        [MATCH_CANCEL_BOTH] = 'O',
        [MATCH_DECREMENT] = 'D',
    };
    if (arriving->terms.aiq != 0) return arriving->terms.aiq;
    return letter[arriving->terms.self_trade];
}

/* qty shares are gone because their order met one of its own group.  The price is that of the
 * resting order, which is told first; where only the arriving one ends, nobody has named it. */
static void tell_self(struct telling *t, const struct match_event *event, uint32_t qty)
{
    struct entry *entry = t->entry;
    bool asked = entry->now.kind == ASK_NEW || entry->now.kind == ASK_REPLACE;
    const struct entry_order *arriving = asked ? &entry->orders[entry->now.slot] : NULL;
    bool arrives = t->order == arriving;
    if (!arrives) {
        entry->self_price = event->price;
        entry->self_number = event->number;
    }
    if (!arriving || arriving->id == 0 || (arrives && entry->self_number != event->number)) {
        tell_canceled(t, qty, 'Q');
        return;
    }
    uint32_t other = arriving->told ? arriving->open : arriving->terms.qty;
    const struct said_self self = {
        .qty = qty,
        .prevented = !arrives && other < qty ? other : qty,
        .price_e4 = (uint64_t)(entry->self_price / PRICE_PER_E4),
        .liquidity = arrives ? 'R' : 'A',
        .strategy = strategy_of(arriving),
    };
    telling_end(t, t->speaks50 ? say50_self(&t->said, &self) : say42_self(&t->said, &self));
}

/* Why the order's owner, or the port for it, asked for this cancel. */
static char cancel_letter(const struct entry *entry, const struct entry_order *order,
                          uint8_t reason)
{
    const struct entry_ask *ask = &entry->now;
    bool asked = ask->kind == ASK_CANCEL && &entry->orders[ask->slot] == order;
    if (asked && reason == MATCH_BY_USER) return ask->letter;
    return wire_reason(reason).cancel;
}

static void on_canceled(struct entry *entry, const struct match_event *event, nanos_t time)
{
    struct telling t;
    uint32_t slot = record_find(entry, event->id);
    if (slot == 0) return;
    telling_begin(&t, entry, slot, time);
    bool self = event->reason == MATCH_SELF;
    if (!t.order->told) {
        t.order->reference = match_reference(event->number, event->step);
        tell_accepted(&t, self ? 'L' : 'D');
        if (!self) {
            order_loses(&t, t.order->open, event->reason);
            return;
        }
    }
    uint32_t qty = t.order->open;
    if (self) tell_self(&t, event, qty);
    else tell_canceled(&t, qty, cancel_letter(entry, t.order, event->reason));
    order_loses(&t, qty, event->reason);
}

static void on_reduced(struct entry *entry, const struct match_event *event, nanos_t time)
{
    struct telling t;
    uint32_t slot = record_find(entry, event->id), qty = shares(event->qty);
    if (slot == 0) return;
    telling_begin(&t, entry, slot, time);
    if (!t.order->told) {
        t.order->reference = match_reference(event->number, event->step);
        tell_accepted(&t, 'L');
    }
    if (event->reason == MATCH_SELF) tell_self(&t, event, qty);
    else tell_canceled(&t, qty, wire_reason(event->reason).cancel);
    order_loses(&t, qty, event->reason);
}

/* The order keeps its number: a partial cancel, or a modification. */
static void on_changed(struct entry *entry, const struct match_event *event, nanos_t time)
{
    struct telling t;
    uint32_t slot = record_find(entry, event->id), left = shares(event->left);
    bool kept = event->flags & MATCH_KEPT_PRIORITY;
    const struct entry_ask *ask = &entry->now;
    if (slot == 0 || ask->slot != slot) return;
    telling_begin(&t, entry, slot, time);
    uint32_t gone = t.order->open - left; /* modulo 2^32 where it grows, which is a modification */
    t.order->open = left;
    if (ask->kind == ASK_REDUCE) {
        tell_canceled(&t, gone, 'U');
        REPORT(&t, .kind = ENTRY_REPORT_REDUCED, .qty = gone, .left = left,
               .reason = MATCH_BY_USER);
    }
    if (ask->kind != ASK_MODIFY) return;
    telling_end(&t, t.speaks50 ? say50_modified(&t.said, ask->letter, left)
                               : say42_modified(&t.said, ask->letter, left));
    if (!kept && !t.speaks50) telling_end(&t, say42_priority(&t.said));
    uint32_t total = t.order->executed + left;
    REPORT(&t, .kind = ENTRY_REPORT_MODIFIED, .qty = total, .left = left);
}

static void on_replaced(struct entry *entry, const struct match_event *event, nanos_t time)
{
    struct telling t;
    const struct entry_ask *ask = &entry->now;
    bool ours = ask->kind == ASK_REPLACE && entry->orders[ask->slot].id == event->id &&
                entry->orders[ask->other].id == event->other;
    uint32_t slot = ours ? ask->slot : record_find(entry, event->id);
    follow(entry, event, slot != 0 ? &entry->orders[slot] : NULL);
    if (!ours) {
        on_changed(entry, event, time);
        return;
    }
    struct entry_order *old = &entry->orders[ask->other];
    telling_begin(&t, entry, slot, time);
    if (event->flags & MATCH_KEPT_PRIORITY) t.order->reference = old->reference;
    entry->now.letter = 'U'; /* told */
    t.order->told = true;
    t.order->open = shares(event->left);
    t.order->executed = old->executed;
    t.order->replaces = old->n;
    t.order->lives = old->lives;
    old->lives = false;
    telling_end(&t, t.speaks50 ? say50_replaced(&t.said, old) : say42_replaced(&t.said, old));
    uint32_t total = t.order->executed + t.order->open;
    REPORT(&t, .kind = ENTRY_REPORT_REPLACED, .qty = total, .left = t.order->open);
    record_end(entry, ask->other);
}

/* 4.2 has no word for a new display, but one for a new place. */
static void on_refilled(struct entry *entry, const struct match_event *event, nanos_t time)
{
    struct telling t;
    uint32_t slot = record_find(entry, event->id);
    follow(entry, event, slot != 0 ? &entry->orders[slot] : NULL);
    if (slot == 0) return;
    telling_begin(&t, entry, slot, time);
    telling_end(&t,
                t.speaks50 ? say50_restated(&t.said, shares(event->qty)) : say42_priority(&t.said));
}

/* Which cross a call ends in: it opens what was closed, and closes what was open. */
static void on_phased(struct entry *entry, const struct match_event *event, uint8_t phase)
{
    struct entry_instrument *at = &entry->instruments[event->instrument];
    if (phase == MATCH_CALL) {
        bool listed = event->kind == MATCH_LISTED;
        at->cross = 'H';
        if (listed || at->phase == MATCH_CLOSED) at->cross = 'O';
        else if (at->phase == MATCH_OPEN) at->cross = 'C';
    }
    at->phase = phase;
}

void entry_event(struct entry *entry, const struct match_event *event, nanos_t time)
{
    if (entry->now.number != event->number) ask_ends(entry);
    asks_pass(entry, event->number);
    counter_one(&entry->counts.events);
    switch ((enum match_event_kind)event->kind) {
    case MATCH_REJECTED: on_rejected(entry, event, time); return;
    case MATCH_RESTED:
    case MATCH_WAITS:
    case MATCH_TRIGGERED: on_arrived(entry, event, time); return;
    case MATCH_TRADED: on_traded(entry, event, time); return;
    case MATCH_CANCELED: on_canceled(entry, event, time); return;
    case MATCH_REDUCED: on_reduced(entry, event, time); return;
    case MATCH_REPLACED: on_replaced(entry, event, time); return;
    case MATCH_REFILLED: on_refilled(entry, event, time); return;
    case MATCH_PHASED:
        if (event->instrument < entry->limits.instruments) on_phased(entry, event, event->reason);
        return;
    case MATCH_LISTED:
        if (event->instrument < entry->limits.instruments)
            on_phased(entry, event, entry->instruments[event->instrument].phase_listed);
        return;
    case MATCH_STATUS:
    case MATCH_AUCTIONED:
    case MATCH_REMOVED:
    case MATCH_MARKED:
    case MATCH_ALL_CANCELED:
    case MATCH_ACCOUNTED:
    case MATCH_BALANCED:
    case MATCH_POSITIONED:
    case MATCH_LIQUIDATED:
    case MATCH_COVERED:
    case MATCH_EVENT_COUNT: return;
    }
}
