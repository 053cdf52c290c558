#ifndef DATAPLANE_RISK_RISK_H
#define DATAPLANE_RISK_RISK_H

/* Every limit, checked once, at the last point before the wire; the trading states; the kill latch.
 *
 *     order ──► risk_check ──► RISK_PASS: struct risk_pass ──► encode, risk_pass_bind ──► journal
 *                   │                                                                       │ D0
 *                   └► a verdict: refused, with limit, value and bound                      ▼
 *     wire ◄── risk_pass_admits(the same bytes?) ◄──────────────────── risk_take: it counts now
 *
 *     answers ──► risk_fill  risk_replaced  risk_kept  risk_done
 *     people ───► risk_control_check ──► journal, D1 ──► risk_control_apply
 *
 * A check decides and changes nothing but its counter; risk_take makes it count.  Between them
 * nothing may happen: a pass is good for the state it was given in, and risk_take refuses it if any
 * call came between, a kill above all.
 *
 * Guarantees:
 * - An order counts from risk_take to risk_done, with what is open of it; while it is being
 *   replaced with the larger of both (K2, R3).  An order whose fate is unknown is one that is not
 *   done (S3).  Quantities hold for worst-case fills: all buys, or all sells.
 * - Missing or old inputs refuse; zeroed limits let nothing pass (K3).
 * - The strictest of four trading states holds.  HALTED: no new order, no replacement.
 *   REDUCE_ONLY: what cannot, if all that works on its side fills, grow or turn the strategy's
 *   position.  Cancels are never refused (K4): risk_cancel counts them and has no answer.
 * - All arithmetic is exact: a sum that would not fit is a position that is not known, and refuses.
 * - It is a function of its calls: the same calls make the same state (risk_digest).
 *
 * A symbol is an instrument at one venue.  A venue is one of its sessions.  A holding is a strategy
 * in a symbol; reference is the price collars are around, mark the one positions are valued at.
 * Seconds of the rates are 16 slices of 2^26 ns: never more than the bound in any second, and the
 * oldest message counts for at most 1.08 s.  Time that goes back is taken as standing still; but a
 * price is as old as it says, however late it is told.
 *
 * Threads: one; risk_counts is any's.  Memory: risk_footprint() bytes, given once.
 * Cost: all checks of an order together in bench/bench_risk.c; risk_mark costs a cache line for
 * each strategy; risk_take, risk_fill and risk_done O(log n), amortized, in the orders of a symbol.
 *
 * Sources: behaviour F34-F36; SEC 15c3-5; MiFID II RTS 6 Art. 12, 15; Cboe's and Nasdaq's port
 * controls: the rows of risk_limits.h. */

#include "dataplane/base/counter.h"
#include "dataplane/risk/risk_record.h"

#define RISK_VENUES_MAX     256u
#define RISK_STRATEGIES_MAX 4096u
#define RISK_SYMBOLS_MAX    65535u
#define RISK_HOLDINGS_MAX   (1u << 22) /* strategies x symbols */
#define RISK_ORDERS_MAX     (1u << 24)
#define RISK_POSITION_MAX   ((qty_t)1 << 59)
#define RISK_WORKING_MAX    ((qty_t)1 << 60) /* of a holding's side, adopted */

struct risk;

struct risk_limits {
    uint32_t venues;     /* 1..RISK_VENUES_MAX */
    uint32_t strategies; /* 1..RISK_STRATEGIES_MAX */
    uint32_t symbols;    /* 1..RISK_SYMBOLS_MAX, and strategies x symbols to RISK_HOLDINGS_MAX */
    uint32_t orders;     /* that are not done; 1..RISK_ORDERS_MAX */
    uint32_t parents;    /* 0..RISK_ORDERS_MAX */
    uint32_t recent;     /* passes a duplicate is looked for among: a power of two to 2^24 */
    uint32_t batch;      /* records that change together; 1..RISK_BATCH_MAX */
};

struct risk_plan {
    bool armed;       /* the box starts ACTIVE; else HALTED */
    bool two_persons; /* what loosens needs a second one */
    /* The loosest bounds there may be, by limit - 1; of a DOWN limit the smallest. */
    int64_t ceiling[RISK_LIMIT_COUNT];
};

/* A symbol as it is listed. */
struct risk_symbol_plan {
    uint32_t venue;
    price_t tick; /* 1..RISK_PRICE_MAX */
    qty_t lot;    /* 1..RISK_QTY_MAX */
};

/* A new order; or, with order, what that order should become. */
struct risk_order {
    uint32_t strategy;
    uint32_t symbol;
    uint32_t order;  /* RISK_NONE; or the one to replace, whose strategy, symbol, side and parent
                        these must be */
    uint32_t parent; /* RISK_NONE, or the parent it is a child of */
    enum side side;
    enum risk_order_kind kind; /* a replacement is a LIMIT_ORDER */
    price_t price;             /* of a market order 0 */
    qty_t qty; /* of a replacement: of the whole order, what is filled already included */
};

/* Why not.  Values beyond 64 bits are said as the nearest one that fits. */
struct risk_refusal {
    enum risk_verdict verdict;
    enum risk_scope scope; /* of a limit, or of the state that halts; else BOX */
    struct risk_subject subject;
    int64_t value; /* what it would have been */
    int64_t bound;
};

struct risk_execution {
    uint32_t order;    /* or RISK_NONE: of an order that is done already, or was never known */
    uint32_t strategy; /* the next four only without order */
    uint32_t symbol;
    uint32_t parent; /* or RISK_NONE */
    enum side side;
    price_t price; /* 1..RISK_PRICE_MAX */
    qty_t qty;     /* 1..RISK_QTY_MAX */
};

/* clang-format off */
#define RISK_FILLS(X)                                                                              \
    X(RISK_FILLED,        filled,      "it is counted")                                            \
    X(RISK_FILL_OVER,     fill_over,   "it is counted, and is for more than was open of the order") \
    X(RISK_FILL_TRIPPED,  fill_tripped, "it is counted, and the strategy waits for release: strategy_fills") \
    X(RISK_FILL_LOST,     fill_lost,   "a position or a sum does not fit: not known, until risk_position") \
    X(RISK_FILL_BAD,      fill_bad,    "price, quantity or names are out of range; nothing changed")
/* clang-format on */

#define RISK_FILL_ENUM(E, name, sentence) E,
enum risk_fill { RISK_FILLS(RISK_FILL_ENUM) RISK_FILL_COUNT };

struct risk_counts {
    struct counter verdict[RISK_VERDICT_COUNT]; /* checks = their sum */
    struct counter fill[RISK_FILL_COUNT];
    struct counter control[RISK_CONTROL_COUNT];
    struct counter cancel;
    struct counter taken;
    struct counter taken_stale; /* passes that came too late */
};

/* Lifecycle.  Cold. */

const char *risk_limits_check(const struct risk_limits *limits); /* NULL, or what is wrong */
size_t risk_footprint(const struct risk_limits *limits);         /* limits must be good */
struct risk *risk_new(void *memory, const struct risk_limits *limits,
                      const struct risk_plan *plan); /* zeroed memory, aligned to CACHE_LINE */
/* False if out of range, or listed already. */
MUST_USE bool risk_list(struct risk *risk, uint32_t symbol, const struct risk_symbol_plan *plan);

/* Inputs.  Each says when it was so. */

void risk_reference(struct risk *risk, uint32_t symbol, price_t price, nanos_t now); /* hot */
/* A price out of 1..RISK_PRICE_MAX is no price: there is none any more. */
void risk_mark(struct risk *risk, uint32_t symbol, price_t price, nanos_t now); /* warm */

/* The position is this (reconciled, or carried over), whatever it was; it was come by at the mark,
 * or at nothing if there is none.  False, and nothing changed, if beyond RISK_POSITION_MAX.  It
 * also ends "not known" of the holding. */
bool risk_position(struct risk *risk, uint32_t strategy, uint32_t symbol, qty_t position);

/* A new day: turnover and loss begin at zero.  Positions and orders stay; what is carried counts at
 * its mark, or, where there is none, with the first one. */
void risk_day(struct risk *risk);
/* Of a journal that is read, without marks: that first one was this, 1..RISK_PRICE_MAX. */
void risk_carried(struct risk *risk, uint32_t symbol, price_t price);

/* Parents.  Slot, or RISK_NONE without room or out of range. */
uint32_t risk_parent_open(struct risk *risk, const struct risk_order *parent);
/* The parent's children must be done. */
void risk_parent_close(struct risk *risk, uint32_t parent);
qty_t risk_parent_left(const struct risk *risk, uint32_t parent);

/* Orders. */

/* refusal is written unless RISK_PASS, pass if. */
MUST_USE enum risk_verdict risk_check(struct risk *risk, const struct risk_order *order,
                                      nanos_t now, struct risk_pass *pass,
                                      struct risk_refusal *refusal);

/* The pass is used: the slot of the order, new or replaced; RISK_NONE if the state is not the one
 * it was given in any more: nothing changed, and nothing may leave. */
MUST_USE uint32_t risk_take(struct risk *risk, const struct risk_pass *pass);

/* An order that lives at the venue, found there or in the journal: it counts, whatever limits say.
 * RISK_NONE if there is no room, or its fields are none.  A market order's price is 0. */
MUST_USE uint32_t risk_adopt(struct risk *risk, const struct risk_order *order);

void risk_cancel(struct risk *risk, uint32_t order, nanos_t now); /* a cancel leaves */

enum risk_fill risk_fill(struct risk *risk, const struct risk_execution *fill, nanos_t now);
/* While it is true, executions are of before the start, and were judged then: they are counted as
 * ever, but are of no second, and trip nobody.  In the beginning it is false. */
void risk_reading(struct risk *risk, bool reading);
void risk_replaced(struct risk *risk, uint32_t order); /* the venue took the replacement */
void risk_kept(struct risk *risk, uint32_t order);     /* the venue refused it */
void risk_done(struct risk *risk, uint32_t order);     /* nothing more is open; the slot is free */

/* What is open of it at worst; 0 if the order is not known. */
qty_t risk_open(const struct risk *risk, uint32_t order);

/* Control.  Cold.  A change that tightens may be applied first and journalled then, as a kill is;
 * it is acknowledged when the record is durable (D1).  One that loosens is durable before it is
 * applied.
 *
 * records[0..count) change together, or not at all.  Fills in the version, number, left and old
 * values where draft; then decides. */
void risk_control_draft(const struct risk *risk, struct risk_record *records, uint32_t count);
MUST_USE enum risk_control risk_control_check(struct risk *risk, const struct risk_record *records,
                                              uint32_t count);

/* Whether one of them would let more pass than now.  They are drafted. */
bool risk_control_loosens(const struct risk *risk, const struct risk_record *records,
                          uint32_t count);

/* One record, in order; at the start those of the journal.  A batch has its effect with its last
 * record; one that was cut short has none, and the next batch forgets it. */
MUST_USE enum risk_control risk_control_apply(struct risk *risk, const struct risk_record *record);

/* Queries. */

enum risk_state risk_state(const struct risk *risk, enum risk_scope scope, uint32_t index);
/* limit: RISK_PASS < limit <= RISK_LIMIT_COUNT; subject in range. */
int64_t risk_bound(const struct risk *risk, enum risk_verdict limit,
                   const struct risk_subject *subject);
bool risk_tripped(const struct risk *risk, uint32_t strategy); /* strategy_fills */

struct risk_holding_view {
    bool known;
    qty_t position;
    qty_t buys; /* working, at worst */
    qty_t sells;
};
void risk_holding(const struct risk *risk, uint32_t strategy, uint32_t symbol,
                  struct risk_holding_view *view);

const struct risk_counts *risk_counts(const struct risk *risk);
const char *risk_fill_name(enum risk_fill fill);
uint32_t risk_orders(const struct risk *risk); /* that are not done */
uint64_t risk_digest(const struct risk *risk); /* of everything but the counters.  Cold. */
void risk_verify(const struct risk *risk);     /* CHECKs every invariant.  Cold. */

/* "position_long: the strategy would ... (symbol 3, strategy 1): 120 is beyond 100".  Returns what
 * snprintf would. */
size_t risk_refusal_print(char *text, size_t capacity, const struct risk_refusal *refusal);

#endif
