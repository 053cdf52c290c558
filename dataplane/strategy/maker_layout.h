#ifndef DATAPLANE_STRATEGY_MAKER_LAYOUT_H
#define DATAPLANE_STRATEGY_MAKER_LAYOUT_H

/* How the maker is laid out.  Private to maker*.c.
 *
 *     maker | leg[legs] | key[legs][2][rungs]
 *
 * Invariants, after each decision about a leg:
 *   - a key that says ORDER was last said price and qty, when executed of it were executed;
 *   - for each side, position + the sum over its keys of maker_worst is within the limit, unless
 *     it was beyond it before and nothing was said that makes it larger;
 *   - a leg that may not be quoted has no key that says ORDER. */

#include "dataplane/strategy/maker.h"
#include "dataplane/strategy/rounding.h"

#define MAKER_ECHOES 16u /* of a side at once; the oldest gives way */
#define MAKER_NEVER  UINT64_MAX

enum maker_reference { MAKER_BEST, MAKER_MID, MAKER_MICRO, MAKER_FAIR };
enum maker_alone { MAKER_RETREAT, MAKER_STAY };

struct maker_settings {
    struct rungs rungs, bid_rungs, ask_rungs; /* as given: the first, or the others */
    int64_t most_rungs;
    int64_t reference; /* enum maker_reference */
    price_t fair;
    qty_t inventory[2]; /* at most this long, this short */
    struct distance skew;
    struct distance spread;
    int64_t taking; /* 1: no post-only */
    struct distance threshold;
    int64_t alone; /* enum maker_alone */
    struct distance retreat;
    struct distance retreat_most;
    int64_t echo_ns;
    int64_t retry_ns;
};

enum maker_said { MAKER_NOTHING, MAKER_ORDER, MAKER_STOP };

struct maker_key {
    price_t price; /* said last */
    qty_t qty;
    qty_t executed;      /* when it was said */
    qty_t seen_executed; /* at the last decision, as the following: */
    qty_t seen_leaves;   /* 0: nothing was open */
    price_t seen_price;
    uint32_t seen_refused;
    uint32_t refused; /* when it was said */
    nanos_t since_ns; /* open with this price and at least this size since then */
    nanos_t hold_ns;  /* the same price is not said again before */
    uint8_t said;     /* enum maker_said */
    uint8_t seen_state;
    bool over; /* what was said has ended without being executed */
};

/* Sizes of ours that may be in the market's picture though no order says so: they were open, or
 * were asked for and something else since.  In columns, because each picture looks at all. */
struct maker_echoes {
    price_t price[MAKER_ECHOES];
    qty_t qty[MAKER_ECHOES];
    nanos_t until_ns[MAKER_ECHOES]; /* later while a request of the key is under way */
    uint32_t key[MAKER_ECHOES];     /* of the leg */
    bool under_way[MAKER_ECHOES];   /* a request of the key was, ever since */
};

struct maker_rung {
    price_t price; /* in whole ticks */
    qty_t qty;     /* in whole lots */
};

struct maker_side {
    price_t reference; /* of this side's best, without us; 0: not known */
    price_t others;    /* the last best that others had */
    qty_t others_qty;
    price_t anchor; /* what it was quoted around */
    price_t back;   /* so much worse than around it, for the spread's sake */
    bool quoted;
    bool again;  /* not all is as it should be: look again at the next decision */
    bool filled; /* since the last decision */
    bool placed; /* best and the rungs' prices are of this anchor, these terms and settings */
    bool sized;  /* the rungs' sizes are of these terms and settings */
    price_t best;
    struct maker_rung rung[PARAMETER_RUNGS_MAX]; /* whatever the other side and the market say */
    uint32_t echo_next;
    nanos_t echo_until_ns; /* of all */
    bool echo_under_way;   /* of any */
    struct maker_echoes echo;
};

/* The picture of an instrument, as shown last. */
struct maker_leg {
    price_t best[2];
    qty_t best_qty[2];
    struct delegate_terms terms;
    qty_t position;
    qty_t shift_position; /* for which shift was computed */
    price_t shift;
    uint16_t instrument;
    uint8_t trading;
    bool good;  /* the market */
    bool known; /* it was ever shown */
    bool shift_known;
    nanos_t due_ns; /* wants to look again, without being shown anything */
    struct maker_side side[2];
};

struct maker_gauges {
    int64_t quotes; /* orders said */
    int64_t stops;
    int64_t requotes; /* of a side, because its reference moved */
    int64_t pulls;    /* of an instrument */
    int64_t retreats;
    int64_t gated;   /* decisions in which the inventory made a side smaller */
    int64_t refused; /* orders that risk or the venue refused */
};

struct maker {
    struct maker_settings settings;
    const struct rungs *rungs[2]; /* of a side: into settings */
    uint32_t legs;
    uint32_t most; /* keys of a side */
    nanos_t now;
    nanos_t due_ns; /* the earliest of the legs, or earlier */
    struct maker_gauges gauges;
    struct maker_leg *leg;
    struct maker_key *key;
};

/* One leg with all that deciding needs. */
struct maker_turn {
    struct maker *maker;
    struct maker_leg *leg;
    struct maker_key *key;              /* [2][most] */
    const struct delegate_order *order; /* the same */
    uint32_t first_key;
    struct delegate_output *output;
};

static inline uint32_t maker_index(const struct maker_turn *turn, uint32_t side, uint32_t rung)
{
    return side * turn->maker->most + rung;
}

static inline bool maker_under_way(const struct delegate_order *order)
{
    return order->state == ORDER_PENDING || order->state == ORDER_UNKNOWN;
}

static inline bool maker_open(const struct delegate_order *order)
{
    return order->state != ORDER_NONE;
}

/* What is left to do of what was said last. */
static inline qty_t maker_asked(const struct maker_key *key, const struct delegate_order *order)
{
    if (key->said != MAKER_ORDER) return 0;
    return greater(key->qty - (order->executed - key->executed), 0);
}

/* At most this much of the key may still trade: of what was sent, and of what waits to be. */
static inline qty_t maker_worst(const struct maker_key *key, const struct delegate_order *order)
{
    return greater(order->exposure, maker_asked(key, order));
}

/* Other terms or settings: other rungs. */
static inline void maker_displace(struct maker_leg *leg)
{
    for (uint32_t side = 0; side < 2; side++)
        leg->side[side].placed = leg->side[side].sized = false;
}

/* Looks again at the latest then. */
static inline void maker_wake(struct maker_turn *turn, nanos_t at_ns)
{
    if (at_ns < turn->leg->due_ns) turn->leg->due_ns = at_ns;
    if (at_ns < turn->maker->due_ns) turn->maker->due_ns = at_ns;
}

/* maker_reference.c: what has become of the orders, and where the references are. */
void maker_echo_add(struct maker_turn *turn, uint32_t key, price_t price, qty_t qty);
void maker_follow(struct maker_turn *turn);
void maker_refer(struct maker_turn *turn);
/* What a side is to be quoted around now; false: there is nothing. */
bool maker_anchor(struct maker_turn *turn, uint32_t side, price_t *anchor);

/* maker_quote.c */
void maker_pull(struct maker_turn *turn);
void maker_quote(struct maker_turn *turn);

#endif
