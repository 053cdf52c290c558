#ifndef DATAPLANE_MATCH_MATCH_LAYOUT_H
#define DATAPLANE_MATCH_MATCH_LAYOUT_H

/* How a matching engine is held.  For the files of this folder; everybody else includes match.h.
 *
 * An order is a slot number; 0 is none.  Its parts lie in arrays by slot, by how often they are
 * touched:
 *
 *     order    32 B  id, open lots, price, neighbours in its queue, holder: every operation
 *     tie      16 B  neighbours among its holder's orders, total, special: where there are
 *                    accounts, and of orders that have changed or are special
 *     special 128 B  only of icebergs, stops, linked and tracked orders
 *
 * Prices are keys: ticks for a sell, ~ticks for a buy, so that smaller is better on both sides and
 * one piece of code serves both.  A buyer that accepts t ticks accepts keys up to t; a seller, keys
 * up to ~t: up to the complement of its own key.
 *
 * A ladder is the queues of one side: a ring of window levels addressed by key & mask, in pages of
 * 64 levels that exist while one of them is in use, with three layers of bitmaps over them.
 *
 *     l2  1 word, a bit per word of l1       best, worst: the keys at both ends
 *     l1  a bit per word of l0
 *     l0  a bit per level, and beside each word the page of its 64 levels
 *
 * Stops wait in two more ladders an instrument, by trigger: lowest first for buys, highest for
 * sells, which are the keys of the opposite side.
 *
 * Always true between inputs:
 *   L1  a level's bit is set iff its queue is not empty; its lots are the sum of its orders' lots
 *   L2  best is the key of the first level, LADDER_EMPTY if none; worst is at least the last,
 *       INT64_MIN if none
 *   L3  a page is in use iff its word of l0 is not 0; levels of unused pages are zero
 *   L4  every order in a book, waiting or fired is in its holder's list once, and in the id table
 *   L5  keys of one ladder span less than its window
 *   L6  an order without META_TOTAL is plain and as it came: all that was ordered is open; or, with
 *       META_TRADED, is open or has traded while it was the head of its queue, as it still is */

#include "dataplane/match/match.h"

#define LADDER_EMPTY INT64_MAX

struct order {
    order_id_t id; /* 0: the slot is free */
    uint32_t lots; /* open; of an iceberg only what it shows */
    int32_t key;   /* price; of a stop that waits, its trigger in the waiting ladder's key */
    uint32_t next; /* towards younger */
    uint32_t prev;
    uint32_t holder; /* holding, or the account's number where there are no accounts */
    uint32_t meta;
};
static_assert(sizeof(struct order) == 32, "two to a line");

/* meta: who and how, unchanged while the order lives, but for PLACE, TOTAL and TRADED. */
#define META_INSTRUMENT  0xffffu
#define META_SIDE_SHIFT  16
#define META_SIDE        (1u << 16)
#define META_DAY         (1u << 17)
#define META_POST_ONLY   (1u << 18)
#define META_SPECIAL     (1u << 19) /* tie.special is one */
#define META_STP_SHIFT   20         /* two bits: enum match_self_trade */
#define META_ICEBERG     (1u << 22) /* special too */
#define META_LINKED      (1u << 23) /* special too: parent, sibling, legs or tracked */
#define META_PLACE_SHIFT 24         /* three bits */
#define META_PLACE       (7u << 24)
#define META_TOTAL       (1u << 27) /* tie.total counts: it may be other than what is open */
#define META_TRADED      (1u << 28) /* without it: what has traded is in match.traded */

enum place {
    PLACE_BOOK,
    PLACE_WAITS,   /* in a waiting ladder, or the list of trailing stops */
    PLACE_FIRED,   /* in the queue of fired stops */
    PLACE_DORMANT, /* a leg before its parent's first fill, or with nothing left to protect */
    PLACE_HELD,    /* a tracked order with nothing open */
    PLACE_RUNNING, /* arriving, now */
};

struct tie {
    uint32_t next; /* among its holder's orders, towards younger */
    uint32_t prev;
    uint32_t total;   /* META_TOTAL: lots ordered; open = total - executed - reduced */
    uint32_t special; /* META_SPECIAL */
};

struct special {
    uint32_t order;    /* its slot */
    uint32_t parent;   /* of a leg: the slot it protects or follows */
    uint32_t sibling;  /* the other of a pair */
    uint32_t legs[2];  /* of a parent */
    uint32_t hidden;   /* iceberg: open lots that are not shown */
    uint32_t display;  /* iceberg: lots shown at once */
    uint32_t filled;   /* of a parent or tracked order: lots traded */
    uint32_t closed;   /* of these, closed by legs and CLOSE */
    int32_t limit;     /* ticks: of STOP_LIMIT; of other stops, the price they reserved at */
    int32_t trigger;   /* ticks */
    int32_t trail;     /* ticks: distance of a trailing stop */
    int32_t best_last; /* trailing: best last price since it arrived */
    int32_t reserve;   /* ticks: the price its reservation, or its pair's, is held at */
    uint32_t dirty;    /* the next parent whose legs must follow */
    uint32_t next;     /* free list */
    uint8_t type;      /* enum match_type */
    uint8_t tif;
    uint8_t status; /* enum match_status, of tracked orders */
    bool tracked;
    bool is_dirty;
    bool reserves; /* this one holds the reservation (of its pair) */
    uint8_t spare[58];
};
static_assert(sizeof(struct special) == 128, "two lines");

struct level {
    uint32_t head; /* oldest */
    uint32_t tail;
    uint64_t lots; /* shown */
};

#define PAGE_LEVELS 64u
struct page {
    struct level level[PAGE_LEVELS];
};

/* 64 neighbouring levels. */
struct rungs {
    uint64_t bits;
    uint32_t page; /* 0: none */
    uint32_t spare;
};

struct ladder {
    int64_t best;  /* smallest key, or LADDER_EMPTY */
    int64_t worst; /* at least the largest key, or INT64_MIN */
    struct rungs *l0;
    uint64_t *l1;
    uint64_t l2;
    uint32_t mask; /* window - 1 */
    uint32_t spare[5];
};
static_assert(sizeof(struct ladder) == 64, "one line");

/* Exact division: value / unit for values that are multiples, by one multiplication. */
struct unit {
    uint64_t unit;    /* tick or lot, in 1e-8 */
    uint64_t inverse; /* of unit >> shift, modulo 2^64 */
    uint32_t shift;
    uint32_t max; /* most whole units an input may have */
};

struct instrument {
    CACHE_ALIGNED struct ladder side[2]; /* by enum side */
    /* The line every input reads. */
    struct unit tick;
    struct unit lot;
    int32_t band_low; /* ticks a trade may have: 1 and INT32_MAX where there is no band */
    int32_t band_high;
    int32_t last; /* ticks; 0: no trade yet */
    uint8_t phase;
    uint8_t class_of;
    uint16_t index;
    /* Money. */
    int64_t unit_value; /* quote of one tick times one lot; at least 1 */
    int64_t lot_base;   /* base of one lot */
    uint32_t maker_ppm;
    uint32_t taker_ppm;
    uint32_t worst_ppm; /* the higher of both */
    uint32_t initial_ppm;
    uint32_t maintenance_ppm;
    uint16_t base;
    uint16_t quote;
    int32_t mark; /* ticks */
    int32_t reference;
    int32_t band; /* ticks, 0: none */
    int32_t collar;
    /* Stops. */
    struct ladder waits[2]; /* by enum side of the stop */
    uint32_t trailing_first;
    uint32_t trailing_last;
    uint32_t trailing;
    uint32_t waiting; /* in both ladders and the list */
    /* Cold. */
    uint32_t holdings_first; /* of this instrument, in the order they began */
    uint32_t holdings_last;
    nanos_t pause_until;
    nanos_t due;           /* when the calendar or a pause next changes the phase; 0: never */
    nanos_t calendar_due;  /* the calendar alone; UINT64_MAX: never */
    uint32_t window_block; /* where its ladders' memory is: match_window.c */
    struct match_listing listing;
};

struct account {
    uint32_t known; /* 0: no ACCOUNT input has named it */
    uint32_t group;
    uint32_t leverage; /* 0: the instrument's rate alone */
    uint32_t holdings_first;
    uint32_t holdings_last;
    uint32_t balances_first;
    int64_t value_max; /* of one order; 0: no limit */
};

struct balance {
    int64_t total;
    int64_t reserved;
    int64_t unrealised; /* of the futures that settle here */
    int64_t risk;       /* of these, the sum of their holdings' */
    uint32_t account;
    uint16_t asset;
    uint16_t spare;
    uint32_t next; /* of the account */
    uint32_t spare_more[5];
};
static_assert(sizeof(struct balance) == 64, "one line");

/* What one account has in one instrument. */
struct holding {
    uint32_t account;
    uint32_t group;
    uint32_t orders_first; /* in books, waiting or fired; oldest first */
    uint32_t orders_last;
    uint32_t base; /* balances; 0 where nothing is paid */
    uint32_t quote;
    int64_t position; /* lots, signed */
    uint16_t instrument;
    uint16_t spare;
    uint32_t next_of_account;
    uint32_t next_of_instrument;
    uint32_t orders;
    uint64_t spare_more;
    /* Futures. */
    int64_t cost;
    int64_t buys; /* value of open buys, at their reserve price */
    int64_t sells;
    int64_t margin;
    int64_t unrealised;
    int64_t buy_lots; /* open, of the reservations in buys */
    int64_t sell_lots;
    int64_t risk; /* most its position and open orders of one side could be worth (G12) */
    int64_t spare_most;
};
static_assert(sizeof(struct holding) == 128, "two lines, the second for futures");

/* What the last ledger_holding made, so that it can be undone. */
struct ledger_fresh {
    uint32_t holding; /* 0: it was there */
    uint32_t balances;
    uint32_t after_of_account; /* the ends of its lists before */
    uint32_t after_of_instrument;
};

/* Order ids to slots: entries as in match_ids.h.  A table of n of them lives at entries[n..2n). */
struct ids {
    uint32_t *entries;
    uint32_t *table;     /* in use: entries + (1 << bits) */
    uint64_t multiplier; /* odd, secret */
    uint32_t mask;       /* of the table in use: (1 << bits) - 1 */
    uint32_t shift;      /* of a hash to its place: 64 - bits */
    uint32_t bits;
    uint32_t bits_max;
    uint32_t threshold; /* grow when more orders live; 0 while it moves */
    uint32_t old_next;  /* entries of the smaller table already moved; all: nothing to move */
    uint32_t old_size;
};

struct match {
    struct match_events *events; /* of the input being applied */
    uint64_t number;
    uint32_t step;
    uint32_t orders_free; /* a list by order.next */
    struct order *orders;
    struct tie *ties;
    struct instrument *instruments;
    struct page *pages;
    uint32_t *traded;     /* by level of all pages: lots of its head, with META_TRADED */
    uint32_t *pages_free; /* a stack: all zero pages, the next to use last */
    uint32_t pages_free_count;
    uint32_t spare;
    struct ids ids;
    nanos_t now;
    nanos_t due;          /* the earliest of all instruments'; UINT64_MAX: none */
    uint32_t fired_first; /* stops that run next, by order.next */
    uint32_t fired_last;
    uint32_t dirty_first; /* parents whose legs must follow, by special.dirty */
    uint32_t dirty_last;
    uint32_t alive; /* slots in use */
    uint32_t specials_free;
    uint32_t specials_used;
    struct special *specials;
    order_id_t id_next; /* of legs, liquidations: from MATCH_ID_MAX + 1 */
    uint64_t events_made;
    uint64_t canceled;     /* orders that said CANCELED: CANCEL_ALL counts by it */
    uint32_t cascade_left; /* fired stops that may still run in this input */
    /* Accounts; NULL and 0 without. */
    struct account *accounts;
    struct holding *holdings;
    struct balance *balances;
    int64_t *house;         /* by asset */
    int64_t *paid_in;       /* by asset: deposits less withdrawals */
    uint32_t holdings_used; /* of 1..limits.holdings; freed ones are in holdings_free */
    uint32_t holdings_free;
    uint32_t balances_used;
    struct ledger_fresh fresh;
    uint32_t *holding_table; /* (account, instrument) to holding */
    uint32_t holding_mask;
    uint32_t *balance_table; /* (account, asset) to balance */
    uint32_t balance_mask;
    /* Windows: the memory of ladders. */
    uint64_t *bits;          /* l0 and l1 of every ladder */
    struct windows *windows; /* match_window.c */
    nanos_t *urgency;        /* a tree over all instruments' due: match_calendar.c */
    struct match_limits limits;
};

/* The value, computed as a whole: a compiler may not split the condition it is into branches. */
static inline uint64_t in_one(uint64_t value)
{
    __asm__("" : "+r"(value));
    return value;
}

/* number, or instead if it is so: without a branch, where nobody can guess which. */
static inline uint32_t number_or(uint32_t number, uint32_t instead, bool so)
{
    return number ^ ((number ^ instead) & (uint32_t)in_one(-(uint64_t)so));
}

static inline struct instrument *order_instrument(const struct match *m, const struct order *order)
{
    return &m->instruments[order->meta & META_INSTRUMENT];
}

static inline enum side order_side(const struct order *order)
{
    return (enum side)(order->meta >> META_SIDE_SHIFT & 1u);
}

static inline enum place order_place(const struct order *order)
{
    return (enum place)(order->meta >> META_PLACE_SHIFT & 7u);
}

static inline void order_move_to(struct order *order, enum place place)
{
    order->meta = (order->meta & ~META_PLACE) | (uint32_t)place << META_PLACE_SHIFT;
}

static inline struct special *order_special(const struct match *m, uint32_t slot)
{
    return &m->specials[m->ties[slot].special];
}

static inline void order_total_set(struct match *m, uint32_t slot, uint32_t total)
{
    m->ties[slot].total = total;
    m->orders[slot].meta |= META_TOTAL;
}

/* An order in the book without a special loses lots by a trade, so it is the head of its queue.  Of
 * one that is plain and as it came, what has traded is counted beside its level, which is near:
 * its tie may be far away.  Which orders these are nobody can guess: of others level 0 of page 0
 * takes the count in vain. */
static inline void head_traded(struct match *m, struct order *order, const struct level *level,
                               uint32_t lots)
{
    uint32_t index = (uint32_t)(level - m->pages->level);
    uint32_t before = number_or(0, m->traded[index], (order->meta & META_TRADED) != 0);
    m->traded[number_or(index, 0, (order->meta & META_TOTAL) != 0)] = before + lots;
    order->meta |= META_TRADED;
    order->lots -= lots;
}

/* Key of a price on its own side, and back. */
static inline int32_t key_of(enum side side, int32_t ticks)
{
    return ticks ^ ((int32_t)side - 1); /* SIDE_BUY is 0, SIDE_SELL 1 */
}

static inline int32_t key_ticks(int32_t key)
{
    return key ^ (key >> 31);
}

static inline price_t ticks_price(const struct instrument *b, int32_t ticks)
{
    return (price_t)(b->tick.unit * (uint64_t)(uint32_t)ticks);
}

static inline qty_t lots_qty(const struct instrument *b, uint64_t lots)
{
    return (qty_t)(b->lot.unit * lots);
}

/* value in whole units: exact if it is at most unit->max.  Of what is no whole number of units, or
 * negative, the result is above unit->max: for an odd d with inverse i modulo 2^64, n * i is n / d
 * for multiples of d, and more than (2^64 - 1) / d for all others; rotating does the same for
 * powers of two (T. Granlund, P. Montgomery, "Division by Invariant Integers using Multiplication",
 * 1994, section 9). */
static inline uint64_t unit_count(const struct unit *unit, int64_t value)
{
    uint64_t product = (uint64_t)value * unit->inverse;
    return product >> unit->shift | product << (-unit->shift & 63);
}

#endif
