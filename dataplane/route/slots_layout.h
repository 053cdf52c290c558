#ifndef DATAPLANE_ROUTE_SLOTS_LAYOUT_H
#define DATAPLANE_ROUTE_SLOTS_LAYOUT_H

/* How slots lie in memory.  Private to slots*.c.
 *
 *     struct slots | slot 0 (none) | slots 1..slots | uniques | shut, a byte a strategy
 *
 * Slot n of the interface is at n + 1, because list.h keeps 0 for none.
 *
 * Invariants:
 * - order is 0 if and only if the slot is FREE; asked is not 0 in REPLACE, else only in UNKNOWN;
 * - with goal_at ASKED there is a replacement, with goal_at MET there is an order;
 * - beside a replacement only the goal that asked for it has begun;
 * - 0 <= cum; exposure is never negative;
 * - a slot is in the list flight if and only if it waits for an answer: NEW, CANCEL, REPLACE, and
 *   UNKNOWN with a query under way; the list is in the order of sent;
 * - a slot in line is in the list line, or in line_first (urgent): it is FREE or LIVE with a goal
 *   that waits, or UNKNOWN without a query, and that is urgent;
 * - a unique is in the list spare if and only if it is FREE and has no goal;
 * - counts.state counts every slot once. */

#include "dataplane/route/list.h"
#include "dataplane/route/slots.h"

enum slot_goal { GOAL_NONE, GOAL_STOP, GOAL_ORDER };

/* Where the goal is: not acted on yet, or not by what leads to it; in the replacement asked for; in
 * the order. */
enum slot_goal_at { GOAL_WAITS, GOAL_ASKED, GOAL_MET };

struct slot {
    CACHE_ALIGNED order_id_t order;
    order_id_t asked;
    price_t price;
    price_t asked_price;
    qty_t total;
    qty_t asked_total;
    qty_t cum;
    uint8_t state;
    uint8_t goal : 4;
    uint8_t goal_at : 4;
    uint8_t side;
    uint8_t goal_side;
    uint8_t how : 4;
    uint8_t goal_how : 4;
    bool carries : 1; /* goal_qty is a level of executed, not what the intent said */
    bool seen : 1;    /* the venue is known to have had the order */
    bool chain : 1;   /* before is what the order replaced, not an order that was closed */
    bool lined : 1;   /* waits for room: in line, */
    bool urgent : 1;  /* or in line_first */
    bool begun : 1; /* a request was made for the goal: asked_total is how far cum may come until it
                       * is reached; without an order, what is left of it */
    uint16_t strategy;

    price_t goal_price;
    qty_t goal_qty;
    qty_t executed;
    uint64_t sequence;
    order_id_t before;
    qty_t before_cum;
    uint32_t number; /* of the newest request */
    uint32_t sent;   /* when, in units of SENT_SHIFT */
    struct link link;
};
static_assert(sizeof(struct slot) == (size_t)2 * CACHE_LINE, "a slot is two cache lines");

#define SENT_SHIFT 20 /* 2^20 ns, about a millisecond; the difference of two fits 50 days */

struct slots {
    struct slots_limits limits;
    struct slots_venue venue;
    order_id_t next_order;
    uint32_t next_number;
    uint32_t answer; /* venue.answer_ns in units of SENT_SHIFT */
    bool up;
    struct list flight;
    struct list spare;
    struct list line;
    struct list line_first;
    struct slots_allowance allowance;
    struct slots_counts counts;
    struct slot *slot;
    uint8_t *shut;
};

static inline struct links slots_links(const struct slots *slots)
{
    return LINKS_OF(slots->slot, link);
}

static inline uint32_t slots_all(const struct slots *slots)
{
    return slots->limits.slots + slots->limits.uniques;
}

static inline bool slot_unique_at(const struct slots *slots, uint32_t at)
{
    return at > slots->limits.slots;
}

static inline bool slot_unlocked(const struct slot *slot)
{
    return slot->state == SLOT_FREE || slot->state == SLOT_LIVE;
}

static inline bool slots_room(const struct slots_out *out)
{
    return out->requests_max - out->request_count >= SLOTS_REQUESTS_A_CALL &&
           out->says_max - out->say_count >= SLOTS_SAYS_A_CALL;
}

/* What an intent wants. */
struct slot_terms {
    bool stop;
    uint8_t side;
    uint8_t how;
    bool carries;
    price_t price;
    qty_t qty; /* of one that carries: the level of executed to reach */
};

/* One call about one slot. */
struct slot_call {
    struct slots *slots;
    struct slot *slot;
    uint32_t at;
    nanos_t now;
    struct slots_out *out;
    const struct slot_terms *terms;   /* ORDER, STOP */
    uint64_t sequence;                /* of terms */
    const struct slot_answer *answer; /* OPEN */
};

/* Takes the row of the slot's state and event (slots.c). */
void slot_take(const struct slot_call *call, enum slot_event event);

/* Ends every call: what is unlocked looks at its goal (slots.c). */
void slot_settle(const struct slot_call *call);

/* What the goal asks of a slot that is unlocked (slots.c). */
enum slot_event goal_event(const struct slots *slots, const struct slot *slot);

/* What the goal may still execute. */
static inline qty_t goal_left(const struct slot *slot)
{
    if (slot->carries) return slot->goal_qty - slot->executed;
    return slot->begun ? slot->asked_total - slot->cum : slot->goal_qty;
}

void slot_tell(const struct slot_call *call, enum slot_said said, order_id_t order, qty_t qty);

static inline qty_t qty_add(qty_t a, qty_t b) /* of what is not negative; stops at the largest */
{
    qty_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static inline qty_t slot_leaves(const struct slot *slot)
{
    return slot->total > slot->cum ? slot->total - slot->cum : 0;
}

static inline qty_t slot_exposure(const struct slot *slot)
{
    qty_t asked = slot->asked && slot->asked_total > slot->cum ? slot->asked_total - slot->cum : 0;
    return asked > slot_leaves(slot) ? asked : slot_leaves(slot);
}

/* Before somebody uses it who has not: nothing of the one before is his. */
static inline void slot_new(struct slot *slot, uint32_t strategy)
{
    slot->strategy = (uint16_t)strategy;
    slot->sequence = 0;
    slot->executed = 0;
    slot->before = 0;
    slot->before_cum = 0;
}

static inline bool slots_terms_good(uint8_t side, uint8_t how, qty_t qty)
{
    return side <= SIDE_SELL && how < 1u << 4 && qty > 0 && qty <= SLOTS_QTY_MAX;
}

#endif
