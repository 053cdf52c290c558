#ifndef DATAPLANE_RISK_RISK_LAYOUT_H
#define DATAPLANE_RISK_RISK_LAYOUT_H

/* What is held, for the files of this folder.
 *
 * One block of memory: struct risk, then one array for each scope, the orders, the parents and the
 * recent passes.  Orders, parents and recent passes are slot numbers.  Sums of money are price x
 * quantity, 1e-16 of the quote currency, in 128 bits: no division, nothing is rounded.
 *
 * Always true, and checked by risk_verify:
 * - a holding's buys and sells are the sums of what is open of its orders; a symbol's position,
 *   buys and sells those of its holdings
 * - reach = max(|position + buys|, |position - sells|); gross of a route, a strategy and the box is
 *   the sum of reach x mark, value that of position x mark, unless lost
 * - a strategy's working is the sum of what its orders may be worth, traded that of its fills
 * - the living limit orders of a symbol's side are exactly its heap; every slot is in it or free */

#include "dataplane/risk/risk.h"
#include "dataplane/risk/risk_unit.h"
#include "dataplane/risk/risk_window.h"

__extension__ typedef __int128 risk_wide; /* 1e-16 of the quote currency, or qty_t summed up */

#define RISK_USED_MAX ((qty_t)1 << 62) /* of a parent: more than can be open, and then some */
#define RISK_PROBES   16u              /* equal hashes looked at */

/* A price that meets every other. */
#define RISK_MEETS_ALL(side)  ((side) == SIDE_BUY ? RISK_PRICE_MAX : 0)
#define RISK_MEETS_NONE(side) ((side) == SIDE_BUY ? -1 : RISK_PRICE_MAX + 1)

struct risk_symbol {
    CACHE_ALIGNED uint8_t state;
    bool listed;
    bool referenced;
    bool marked;
    uint32_t venue;
    uint32_t best[2];      /* by side: the root of its heap, or RISK_NONE */
    price_t best_price[2]; /* of best; of none one that nothing meets */
    price_t tick;
    price_t reference;
    nanos_t reference_at;
    price_t mark; /* the last there was */
    nanos_t mark_at;
    uint64_t lost; /* holdings whose position did not fit */
    struct risk_whole tick_whole;
    struct risk_whole lot_whole;
    risk_wide position;
    risk_wide buys;
    risk_wide sells;
    struct risk_bounds_symbol bound;
    struct risk_window rate;
};

struct risk_position {
    CACHE_ALIGNED qty_t position;
    qty_t buys;
    qty_t sells;
    qty_t reach;
    qty_t unpriced; /* of position: told before there was a mark */
    struct risk_bounds_holding bound;
    uint32_t known;
    uint32_t lost;
};
static_assert(sizeof(struct risk_position) == CACHE_LINE, "a holding fills one cache line");

struct risk_route {
    risk_wide gross;
    struct risk_bounds_route bound;
    uint64_t reserved;
};

struct risk_strategy {
    CACHE_ALIGNED uint8_t state;
    bool tripped;
    uint8_t reserved[6];
    uint64_t trip_fills; /* how many it was filled in the second that tripped it */
    risk_wide gross;
    risk_wide value;
    risk_wide cash;
    risk_wide traded;
    risk_wide working;
    struct risk_bounds_strategy bound;
    uint64_t reserved2;
    struct risk_window rate;
    struct risk_window fills;
};

struct risk_venue {
    CACHE_ALIGNED uint64_t state;
    struct risk_bounds_venue bound;
    struct risk_window rate;
};

struct risk_box {
    uint64_t state;
    struct risk_bounds_box bound;
    risk_wide gross;
    risk_wide value;
    risk_wide cash;
};

/* The order of a slot.  open = max(qty, next_qty) - cum, if that is more than 0. */
struct risk_slot {
    qty_t qty;      /* 0: the slot is free */
    qty_t next_qty; /* of the replacement on its way, or 0 */
    qty_t cum;      /* filled, at most RISK_USED_MAX; a venue may fill more than was open */
    price_t worst;  /* what it is counted at */
    price_t next_worst;
    uint32_t child; /* of the heap; or the next free slot */
    uint32_t next;
    uint32_t prev; /* the sibling before it, or the parent of a first child */
    uint32_t strategy;
    uint32_t symbol;
    uint32_t parent;
    uint32_t side;
    uint32_t kind;
};

struct risk_parent {
    qty_t qty;  /* 0: the slot is free */
    qty_t used; /* open and filled of its children, at most RISK_USED_MAX */
    uint32_t strategy;
    uint32_t symbol;
    uint32_t side;
    uint32_t children; /* that are not done */
    uint32_t next_free;
    uint32_t reserved;
};

/* A pass, for the duplicates; its serial is its place modulo limits.recent, and 1 higher than that
 * of the pass before. */
struct risk_recent {
    price_t price;
    qty_t qty;
    nanos_t at;
    uint64_t older; /* serial of the next one with the same hash; 0: none */
    uint32_t strategy;
    uint32_t symbol_side; /* symbol << 2 | kind << 1 | side */
};

/* An order on its way through a check. */
struct risk_terms {
    const struct risk_order *order;
    nanos_t now;
    price_t worst;   /* what it is counted at */
    qty_t extra;     /* what more may be open on its side */
    qty_t reach;     /* of the holding, after it */
    qty_t position;  /* of the strategy, if all on the order's side fills; a sell's is negated */
    risk_wide worth; /* what more its strategy's orders may be worth */
    const struct risk_slot *old; /* the order it replaces, or NULL */
    uint64_t *head;              /* of the passes with its hash; of a new order */
};

/* What may still trade of the order: a replacement's quantity is that of the whole one. */
static inline qty_t risk_terms_open(const struct risk_terms *terms)
{
    return terms->order->qty - (terms->old ? terms->old->cum : 0);
}

struct risk {
    struct risk_box box;
    struct risk_limits limits;
    uint32_t free_order;
    uint32_t free_parent;
    uint32_t orders;
    uint32_t lost; /* a sum did not fit; risk_day adds them up again */
    bool reading;  /* executions trip nobody: risk_reading */
    uint64_t moment;
    uint64_t passes;        /* taken, orders adopted not included */
    uint64_t recent_serial; /* of the newest */
    uint64_t control_number;
    uint64_t staged; /* records of a batch that is not whole */
    nanos_t now;     /* the latest */
    struct risk_counts counts;
    struct risk_plan plan;
    size_t bytes;
    struct risk_venue *venue;
    struct risk_strategy *strategy;
    struct risk_symbol *symbol;
    struct risk_route *route;      /* by venue, then strategy */
    struct risk_position *holding; /* by symbol, then strategy */
    struct risk_slot *slot;
    struct risk_parent *parent;
    struct risk_recent *recent;
    uint64_t *recent_head; /* by hash: the newest serial, 0: none */
    struct risk_record *stage;
};

static inline struct risk_position *risk_holding_at(const struct risk *risk, uint32_t strategy,
                                                    uint32_t symbol)
{
    return &risk->holding[(size_t)symbol * risk->limits.strategies + strategy];
}

static inline struct risk_route *risk_route_at(const struct risk *risk, uint32_t venue,
                                               uint32_t strategy)
{
    return &risk->route[(size_t)venue * risk->limits.strategies + strategy];
}

static inline qty_t risk_slot_open(const struct risk_slot *slot)
{
    qty_t qty = slot->qty > slot->next_qty ? slot->qty : slot->next_qty;
    return qty > slot->cum ? qty - slot->cum : 0;
}

static inline risk_wide risk_product(int64_t price, int64_t qty)
{
    return (risk_wide)price * qty;
}

static inline risk_wide risk_money(int64_t bound)
{
    return risk_product(bound, QTY_ONE);
}

/* What may still trade of it, at worst, in money. */
static inline risk_wide risk_worth(price_t price, qty_t qty, qty_t cum)
{
    return qty > cum ? risk_product(price, qty - cum) : 0;
}

static inline risk_wide risk_slot_worth(const struct risk_slot *slot)
{
    risk_wide worth = risk_worth(slot->worst, slot->qty, slot->cum);
    risk_wide next = risk_worth(slot->next_worst, slot->next_qty, slot->cum);
    return worth > next ? worth : next;
}

static inline qty_t risk_reach(qty_t position, qty_t buys, qty_t sells)
{
    qty_t longest = position + buys, shortest = position - sells;
    if (longest < 0) longest = -longest;
    if (shortest < 0) shortest = -shortest;
    return longest > shortest ? longest : shortest;
}

/* Every call that changes something begins with this. */
static inline void risk_moves(struct risk *risk, nanos_t now)
{
    risk->moment++;
    if (now > risk->now) risk->now = now;
}

/* risk_sum.c */

/* Changes a holding and everything that is a sum over it. */
struct risk_shift {
    qty_t position;
    qty_t buys;
    qty_t sells;
};
void risk_shift(struct risk *risk, uint32_t strategy, uint32_t symbol,
                const struct risk_shift *shift);
void risk_add(struct risk *risk, risk_wide *sum, risk_wide more);
void risk_pay(struct risk *risk, struct risk_strategy *strategy, risk_wide paid);

/* risk_own.c: the living orders of a symbol's side, the one that meets most first. */

price_t risk_own_price(const struct risk_slot *slot);
void risk_own_add(struct risk *risk, uint32_t order);
void risk_own_remove(struct risk *risk, uint32_t order);

/* risk_duplicate.c: seek before check. */

void risk_duplicate_seek(const struct risk *risk, struct risk_terms *terms);
enum risk_verdict risk_duplicate_check(const struct risk *risk, const struct risk_terms *terms,
                                       nanos_t *age);
void risk_duplicate_add(struct risk *risk, const struct risk_pass *pass);

/* risk_explain.c: cold. */

void risk_explain(const struct risk *risk, const struct risk_terms *terms,
                  enum risk_verdict verdict, struct risk_refusal *refusal);

/* risk_text.c */

size_t risk_bound_offset(enum risk_verdict limit); /* in its struct of bounds */

#endif
