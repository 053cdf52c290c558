#ifndef DATAPLANE_ROUTE_DISPATCH_LAYOUT_H
#define DATAPLANE_ROUTE_DISPATCH_LAYOUT_H

/* Private to dispatch*.c: how the dispatcher is laid out.
 *
 * Three pools, and lists through them.  Slot 0 of subscriptions and entries is none.
 *
 *     instrument[X]  newest value | subscribers -------> subscription <-> subscription ...
 *     entry[a]       subscriptions --------------------> subscription <-> ...
 *                    waiting --------------------------> those of them with something new
 *     place[]        PLACE_MESSAGE, PLACE_MARKET ------> entries to be served, in order of waiting
 *                    PLACE_ENDED, PLACE_FREE ----------> entries to be taken out, and unused ones
 *
 * A market is copied once, into its instrument.  What conflation means for a subscriber is nothing
 * but the difference between the instrument's totals and those the subscription was shown last; so
 * a market for a thousand slow subscribers is one copy and a thousand looks at a link.
 *
 * Sessions: when an instrument's totals fall, every subscription's baseline is lowered by the old
 * totals.  It is then negative by what was not yet shown, modulo 2^64, and the next difference is
 * old and new trades together.
 *
 * Numbers: a delegate's number is its slot and, above, how often the slot was used before.  A
 * message with an old number is refused, not given to the successor.
 *
 * Invariants, checked by dispatch_verify:
 *   - an entry is in the list of its place, or in none if it is PLACE_IDLE, and its place follows
 *     from its state (entry_place);
 *   - a subscription in use is in the list of its instrument and in that of its delegate, once per
 *     pair; it waits only in its delegate's list; unused ones are in the free list;
 *   - a closing delegate has no subscription;
 *   - the index holds exactly the orders of the entries in use. */

#include "dataplane/route/dispatch.h"
#include "dataplane/route/list.h"
#include "dataplane/route/order_index.h"

struct instrument {
    struct market newest;
    uint32_t version; /* values taken in; 0: none.  Wraps, when a join misses the newest once */
    uint32_t quotes;  /* changes of the quote */
    struct list subscribers;
};

static_assert(sizeof(struct instrument) == 2ul * CACHE_LINE, "two cache lines");

/* One delegate's view of one instrument: what it was shown last. */
struct subscription {
    CACHE_ALIGNED uint64_t volume;
    uint32_t trades;
    uint32_t version;
    uint64_t notional; /* not beside volume: see subscription_show */
    uint32_t quotes;
    uint16_t entry;
    uint16_t instrument;
    struct link waiting;       /* in its entry's waiting */
    struct link of_instrument; /* in its instrument's subscribers */
    struct link of_entry;      /* in its entry's subscriptions; or in the free list */
    uint8_t state;             /* enum market_state, or STATE_NEVER */
    bool used;
};

static_assert(sizeof(struct subscription) == CACHE_LINE, "one cache line");

#define STATE_NEVER 255u /* nothing was shown yet */

/* Where an entry stands.  All but PLACE_IDLE are lists. */
enum place { PLACE_IDLE, PLACE_MESSAGE, PLACE_MARKET, PLACE_ENDED, PLACE_FREE, PLACE_COUNT };

struct entry {
    CACHE_ALIGNED delegate_decide_fn *decide;
    void *self;
    struct list waiting; /* subscriptions with something new, longest waiting first */
    struct link link;    /* in the list of its place */
    uint32_t number;
    uint32_t messages; /* waiting */
    uint32_t what;     /* COMPOSITE_INSTRUCTION and COMPOSITE_REPORT of the messages */
    uint32_t children;
    uint8_t place; /* enum place */
    bool on;
    bool closing;

    CACHE_ALIGNED struct dispatch_delegate_counts counts;
    struct list subscriptions;

    const struct delegate_kind *kind;
    struct dispatch_identity identity;
};

struct dispatch {
    struct dispatch_limits limits;
    struct instrument *instrument;
    struct subscription *subscription; /* [1..limits.subscriptions] */
    struct entry *entry;               /* [1..limits.delegates] */
    struct message *message;           /* [slot * limits.messages ..] */
    struct order_index *orders;

    CACHE_ALIGNED struct list place[PLACE_COUNT];
    struct list subscriptions_free;
    struct dispatch_desk desk;
    uint32_t slot_highest; /* of entries ever used */
    struct dispatch_counts counts;
    struct dispatch_said said;
};

static inline struct links links_waiting(const struct dispatch *dispatch)
{
    return LINKS_OF(dispatch->subscription, waiting);
}

static inline struct links links_of_instrument(const struct dispatch *dispatch)
{
    return LINKS_OF(dispatch->subscription, of_instrument);
}

static inline struct links links_of_entry(const struct dispatch *dispatch)
{
    return LINKS_OF(dispatch->subscription, of_entry);
}

static inline struct links links_place(const struct dispatch *dispatch)
{
    return LINKS_OF(dispatch->entry, link);
}

#define SLOT_BITS 16u
#define SLOT_MASK ((1u << SLOT_BITS) - 1)

static_assert(DISPATCH_DELEGATES_MAX <= SLOT_MASK, "a number holds the slot in SLOT_BITS");
static_assert(DISPATCH_INSTRUMENTS_MAX - 1 <= UINT16_MAX, "a subscription keeps it in 16 bits");

/* The entry with that number, or NULL. */
static inline struct entry *entry_find(const struct dispatch *dispatch, uint32_t number)
{
    uint32_t slot = number & SLOT_MASK;
    if (unlikely(slot == 0 || slot > dispatch->limits.delegates)) return NULL;
    struct entry *entry = &dispatch->entry[slot];
    return likely(entry->number == number && entry->place != PLACE_FREE) ? entry : NULL;
}

static inline uint32_t entry_slot(const struct dispatch *dispatch, const struct entry *entry)
{
    return (uint32_t)(entry - dispatch->entry);
}

static inline enum place entry_place(const struct entry *entry)
{
    if (entry->on && entry->messages) return PLACE_MESSAGE;
    if (entry->on && entry->waiting.first) return PLACE_MARKET;
    if (entry->closing && !entry->messages && !entry->children) return PLACE_ENDED;
    return PLACE_IDLE;
}

static inline void entry_move(struct dispatch *dispatch, uint32_t slot, enum place place)
{
    struct entry *entry = &dispatch->entry[slot];
    if (entry->place != PLACE_IDLE)
        list_remove(&dispatch->place[entry->place], links_place(dispatch), slot);
    if (place != PLACE_IDLE) list_append(&dispatch->place[place], links_place(dispatch), slot);
    entry->place = (uint8_t)place;
}

/* Puts the entry where its state says; it keeps its turn if that is where it was. */
static inline void entry_settle(struct dispatch *dispatch, uint32_t slot)
{
    enum place place = entry_place(&dispatch->entry[slot]);
    if (place != dispatch->entry[slot].place) entry_move(dispatch, slot, place);
}

/* Puts a subscription to wait, if it does not wait already. */
static inline void subscription_wake(struct dispatch *dispatch, uint32_t slot)
{
    struct subscription *subscription = &dispatch->subscription[slot];
    if (link_joined(&subscription->waiting, slot)) return;
    list_append(&dispatch->entry[subscription->entry].waiting, links_waiting(dispatch), slot);
    entry_settle(dispatch, subscription->entry);
}

/* The subscription of entry to instrument, or 0: a search of the shorter of two lists. */
uint32_t subscription_find(const struct dispatch *dispatch, const struct entry *entry,
                           uint32_t instrument);

/* The entry says done: no more markets, no more instructions. */
void entry_finish(struct dispatch *dispatch, uint32_t slot);

#endif
