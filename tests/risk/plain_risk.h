#ifndef TESTS_RISK_PLAIN_RISK_H
#define TESTS_RISK_PLAIN_RISK_H

/* Risk again, from the rules in dataplane/risk/README.md and by the plainest means: lists of what
 * happened (orders, trades, messages, passes), and every number added up from them at each
 * question.  It shares with the product only the structs that go in and come out. */

#include "dataplane/risk/risk.h"

enum { PLAIN_VENUES = 2, PLAIN_STRATEGIES = 3, PLAIN_SYMBOLS = 4 };
enum { PLAIN_ORDERS = 24, PLAIN_PARENTS = 4, PLAIN_TRADES = 8192, PLAIN_TIMES = 1 << 14 };

__extension__ typedef __int128 plain_wide;

struct plain_order {
    bool lives;
    struct risk_order was;
    price_t worst;
    qty_t qty, next_qty;
    price_t next_worst;
    plain_wide filled;
};

struct plain_trade {
    uint32_t strategy, symbol;
    qty_t moved;     /* of the position, signed */
    plain_wide paid; /* quantity paid for, signed */
    price_t price;   /* 0: at the first mark there will be */
    bool execution;
};

struct plain_time { /* a message, a fill or a pass */
    nanos_t at;
    uint32_t strategy, symbol;
    struct risk_order order;
};

struct plain_times {
    uint32_t count;
    struct plain_time at[PLAIN_TIMES];
};

struct plain_parent {
    bool open;
    struct risk_order was;
    plain_wide filled;
};

struct plain_risk {
    uint32_t recent;
    nanos_t now;
    struct risk_symbol_plan symbol[PLAIN_SYMBOLS];
    price_t reference[PLAIN_SYMBOLS], mark[PLAIN_SYMBOLS];
    bool referenced[PLAIN_SYMBOLS], marked[PLAIN_SYMBOLS];
    nanos_t reference_at[PLAIN_SYMBOLS], mark_at[PLAIN_SYMBOLS];
    bool known[PLAIN_STRATEGIES][PLAIN_SYMBOLS], lost[PLAIN_STRATEGIES][PLAIN_SYMBOLS];
    qty_t position[PLAIN_STRATEGIES][PLAIN_SYMBOLS];
    bool tripped[PLAIN_STRATEGIES];
    int64_t trip[PLAIN_STRATEGIES];
    int state[4][PLAIN_SYMBOLS]; /* by scope BOX to SYMBOL, and index */
    int64_t bound[RISK_LIMIT_COUNT + 1][PLAIN_VENUES][PLAIN_STRATEGIES][PLAIN_SYMBOLS];
    struct plain_order order[PLAIN_ORDERS];
    struct plain_parent parent[PLAIN_PARENTS];
    uint32_t trades;
    struct plain_trade trade[PLAIN_TRADES];
    struct plain_times messages, fills, passes;
};

enum risk_verdict plain_check(const struct plain_risk *plain, const struct risk_order *order,
                              nanos_t now, struct risk_refusal *refusal);
void plain_take(struct plain_risk *plain, const struct risk_order *order, uint32_t slot,
                nanos_t now);
void plain_adopt(struct plain_risk *plain, const struct risk_order *order, uint32_t slot);
void plain_cancel(struct plain_risk *plain, uint32_t slot, nanos_t now);
void plain_fill(struct plain_risk *plain, const struct risk_execution *fill, nanos_t now);
void plain_settle(struct plain_risk *plain, uint32_t slot, bool replaced);
void plain_reference(struct plain_risk *plain, uint32_t symbol, price_t price, nanos_t now);
void plain_mark(struct plain_risk *plain, uint32_t symbol, price_t price, nanos_t now);
void plain_position(struct plain_risk *plain, uint32_t strategy, uint32_t symbol, qty_t position);
void plain_day(struct plain_risk *plain);
void plain_change(struct plain_risk *plain, const struct risk_record *record);

plain_wide plain_open(const struct plain_order *order);
plain_wide plain_working(const struct plain_risk *plain, uint32_t strategy, uint32_t symbol,
                         enum side side);
qty_t plain_parent_left(const struct plain_risk *plain, uint32_t parent);
int64_t *plain_bound(struct plain_risk *plain, enum risk_verdict limit,
                     const struct risk_subject *subject);

#endif
