#ifndef DATAPLANE_RISK_RISK_LIMITS_H
#define DATAPLANE_RISK_RISK_LIMITS_H

/* Every limit, declared once.
 *
 * A row of RISK_LIMITS is an enumerator, the name (of the field, the counter, the key in JSON and
 * in the configuration), the scope it is kept for, its unit, the direction that lets more pass, the
 * most its bound may be, and the sentence a person sees when it refuses.  A row of RISK_RULES
 * refuses without a bound.  Both together are the verdicts of a check.  Everything else is made
 * from the rows: struct risk_bounds_*, enum risk_verdict, the counters, the texts, the keys of the
 * configuration, the table in README.md (a spec compares them).  What is given to a table behind X
 * is given to each row's X behind its own.
 *
 * All bounds are zero at the start, and a zero lets nothing pass (K3); the one limit whose larger
 * bound is the stricter one, duplicate_ns, cannot let an order pass that others refuse.
 *
 * Units: SWITCH 0 or 1; QTY qty_t; MONEY 1e-8 of the quote currency; NS; TICKS; PPM millionths;
 * COUNT of messages in a second. */

#include "dataplane/base/base.h"

#define RISK_PRICE_MAX ((price_t)1 << 52) /* 45 million */
#define RISK_QTY_MAX   ((qty_t)1 << 58)   /* 2.8 thousand million */
#define RISK_MONEY_MAX INT64_MAX
#define RISK_NS_MAX    ((int64_t)1 << 60)
#define RISK_TICKS_MAX ((int64_t)1 << 52)
#define RISK_PPM_MAX   ((int64_t)1 << 52)
#define RISK_COUNT_MAX ((int64_t)1 << 30)

enum risk_scope {
    RISK_BOX,      /* the whole box */
    RISK_VENUE,    /* a session of a venue */
    RISK_STRATEGY, /* whoever decides */
    RISK_SYMBOL,   /* an instrument at a venue */
    RISK_ROUTE,    /* a strategy at a venue */
    RISK_HOLDING,  /* a strategy in a symbol */
    RISK_SCOPE_COUNT
};

enum risk_unit { RISK_SWITCH, RISK_QTY, RISK_MONEY, RISK_NS, RISK_TICKS, RISK_PPM, RISK_COUNT };

enum risk_looser { RISK_UP, RISK_DOWN };

/* clang-format off */
#define RISK_SYMBOL_LIMITS(X, ...)                                                                 \
    X(RISK_TRADABLE,      tradable,       SYMBOL, SWITCH, UP, 1, "the symbol is restricted", ##__VA_ARGS__)       \
    X(RISK_MARKET_ORDERS, market_orders,  SYMBOL, SWITCH, UP, 1, "market orders are not allowed in the symbol", ##__VA_ARGS__) \
    X(RISK_ORDER_QTY,     order_qty,      SYMBOL, QTY,   UP, RISK_QTY_MAX, "more than this quantity of one order may still trade", ##__VA_ARGS__) \
    X(RISK_ORDER_NOTIONAL, order_notional, SYMBOL, MONEY, UP, RISK_MONEY_MAX, "what may still trade of one order is worth more than this", ##__VA_ARGS__) \
    X(RISK_REFERENCE_AGE, reference_age,  SYMBOL, NS,    UP, RISK_NS_MAX, "the reference price is older than this", ##__VA_ARGS__) \
    X(RISK_MARK_AGE,      mark_age,       SYMBOL, NS,    UP, RISK_NS_MAX, "the price positions are valued at is older than this", ##__VA_ARGS__) \
    X(RISK_COLLAR_TICKS,  collar_ticks,   SYMBOL, TICKS, UP, RISK_TICKS_MAX, "the price is farther from the reference than these ticks", ##__VA_ARGS__) \
    X(RISK_COLLAR_PPM,    collar_ppm,     SYMBOL, PPM,   UP, RISK_PPM_MAX, "the price is farther from the reference than this part of it", ##__VA_ARGS__) \
    X(RISK_SYMBOL_LONG,   symbol_long,    SYMBOL, QTY,   UP, RISK_QTY_MAX, "the box would be longer in the symbol than this if all its buys filled", ##__VA_ARGS__) \
    X(RISK_SYMBOL_SHORT,  symbol_short,   SYMBOL, QTY,   UP, RISK_QTY_MAX, "the box would be shorter in the symbol than this if all its sells filled", ##__VA_ARGS__) \
    X(RISK_SYMBOL_RATE,   symbol_rate,    SYMBOL, COUNT, UP, RISK_COUNT_MAX, "more messages for the symbol in a second than this", ##__VA_ARGS__)

#define RISK_HOLDING_LIMITS(X, ...)                                                                \
    X(RISK_LONG,          position_long,  HOLDING, QTY,  UP, RISK_QTY_MAX, "the strategy would be longer in the symbol than this if all its buys filled", ##__VA_ARGS__) \
    X(RISK_SHORT,         position_short, HOLDING, QTY,  UP, RISK_QTY_MAX, "the strategy would be shorter in the symbol than this if all its sells filled", ##__VA_ARGS__)

#define RISK_ROUTE_LIMITS(X, ...)                                                                  \
    X(RISK_CAPITAL,       capital,        ROUTE, MONEY,  UP, RISK_MONEY_MAX, "the strategy's capital at the venue is used up at worst-case fills", ##__VA_ARGS__)

#define RISK_STRATEGY_LIMITS(X, ...)                                                               \
    X(RISK_STRATEGY_GROSS, strategy_gross, STRATEGY, MONEY, UP, RISK_MONEY_MAX, "the strategy's gross notional would be more than this at worst-case fills", ##__VA_ARGS__) \
    X(RISK_STRATEGY_VOLUME, strategy_volume, STRATEGY, MONEY, UP, RISK_MONEY_MAX, "the strategy's turnover since the day began, with what works, would be more than this", ##__VA_ARGS__) \
    X(RISK_STRATEGY_LOSS, strategy_loss,  STRATEGY, MONEY, UP, RISK_MONEY_MAX, "the strategy has lost more than this since the day began; it may only reduce", ##__VA_ARGS__) \
    X(RISK_STRATEGY_RATE, strategy_rate,  STRATEGY, COUNT, UP, RISK_COUNT_MAX, "more messages of the strategy in a second than this", ##__VA_ARGS__) \
    X(RISK_STRATEGY_FILLS, strategy_fills, STRATEGY, COUNT, UP, RISK_COUNT_MAX, "the strategy was filled more often in a second than this; it waits for release", ##__VA_ARGS__)

#define RISK_VENUE_LIMITS(X, ...)                                                                  \
    X(RISK_VENUE_RATE,    venue_rate,     VENUE, COUNT,  UP, RISK_COUNT_MAX, "more messages to the venue's session in a second than this", ##__VA_ARGS__)

#define RISK_BOX_LIMITS(X, ...)                                                                    \
    X(RISK_BOX_GROSS,     box_gross,      BOX, MONEY,    UP, RISK_MONEY_MAX, "the box's gross notional would be more than this at worst-case fills", ##__VA_ARGS__) \
    X(RISK_BOX_LOSS,      box_loss,       BOX, MONEY,    UP, RISK_MONEY_MAX, "the box has lost more than this since the day began; it may only reduce", ##__VA_ARGS__) \
    X(RISK_DUPLICATE_NS,  duplicate_ns,   BOX, NS,       DOWN, RISK_NS_MAX, "the same order of the strategy passed less than this ago", ##__VA_ARGS__)

#define RISK_LIMITS(X, ...)                                                                        \
    RISK_SYMBOL_LIMITS(X, ##__VA_ARGS__) RISK_HOLDING_LIMITS(X, ##__VA_ARGS__)                     \
    RISK_ROUTE_LIMITS(X, ##__VA_ARGS__) RISK_STRATEGY_LIMITS(X, ##__VA_ARGS__)                     \
    RISK_VENUE_LIMITS(X, ##__VA_ARGS__) RISK_BOX_LIMITS(X, ##__VA_ARGS__)

/* Enumerator, name, sentence.  no_journal is of whoever writes passes down: no check says it. */
#define RISK_RULES(X)                                                                              \
    X(RISK_NO_SUBJECT,    no_subject,    "the strategy or the symbol is not set up")               \
    X(RISK_NO_ORDER,      no_order,      "the order to replace does not live, or is another's")    \
    X(RISK_BUSY,          busy,          "the order is being replaced already")                    \
    X(RISK_HALTED_NOW,    halted,        "trading is halted for the box, the venue, the strategy or the symbol") \
    X(RISK_REDUCE_NOW,    reduce_only,   "only orders that cannot turn or grow the strategy's position may pass") \
    X(RISK_BAD_FIELDS,    bad_fields,    "side, kind, price or quantity is none that an order can have") \
    X(RISK_OFF_TICK,      off_tick,      "the price is no whole number of ticks")                  \
    X(RISK_OFF_LOT,       off_lot,       "what would be open is no whole number of lots")           \
    X(RISK_NO_REFERENCE,  no_reference,  "there is no reference price for the symbol")             \
    X(RISK_NO_MARK,       no_mark,       "there is no price to value positions in the symbol at")  \
    X(RISK_NO_POSITION,   no_position,   "the position, or a sum over it, is not known")           \
    X(RISK_SELF_TRADE,    self_trade,    "the order would trade with an own order")                \
    X(RISK_PARENT,        parent,        "the child is for more than its parent has left, or not its child") \
    X(RISK_NO_ROOM,       no_room,       "there is no room to remember another order")        \
    X(RISK_NO_JOURNAL,    no_journal,    "the journal took no record of it: it is full, or its disk has failed")
/* clang-format on */

#define RISK_BOUND_FIELD(E, name, scope, unit, looser, most, sentence) int64_t name;

struct risk_bounds_symbol {
    RISK_SYMBOL_LIMITS(RISK_BOUND_FIELD)
};
struct risk_bounds_holding {
    RISK_HOLDING_LIMITS(RISK_BOUND_FIELD)
};
struct risk_bounds_route {
    RISK_ROUTE_LIMITS(RISK_BOUND_FIELD)
};
struct risk_bounds_strategy {
    RISK_STRATEGY_LIMITS(RISK_BOUND_FIELD)
};
struct risk_bounds_venue {
    RISK_VENUE_LIMITS(RISK_BOUND_FIELD)
};
struct risk_bounds_box {
    RISK_BOX_LIMITS(RISK_BOUND_FIELD)
};

#define RISK_LIMIT_ENUM(E, name, scope, unit, looser, most, sentence) E,
#define RISK_RULE_ENUM(E, name, sentence)                             E,

/* What a check says.  Limits come first, so that a limit is its verdict less one. */
enum risk_verdict {
    RISK_PASS,
    RISK_LIMITS(RISK_LIMIT_ENUM) RISK_RULES(RISK_RULE_ENUM) RISK_VERDICT_COUNT
};

#define RISK_ONE_MORE(E, name, scope, unit, looser, most, sentence) +1
enum { RISK_LIMIT_COUNT = 0 RISK_LIMITS(RISK_ONE_MORE) };

static_assert((int)RISK_NO_SUBJECT == (int)RISK_LIMIT_COUNT + 1, "limits come before rules");

/* A row, as data. */
struct risk_limit {
    const char *name;
    enum risk_scope scope;
    enum risk_unit unit;
    enum risk_looser looser;
    int64_t most; /* a bound is 0..most */
    const char *sentence;
};

/* limit: RISK_PASS < limit <= RISK_LIMIT_COUNT. */
const struct risk_limit *risk_limit(enum risk_verdict limit);

const char *risk_verdict_name(enum risk_verdict verdict);
const char *risk_verdict_text(enum risk_verdict verdict);
const char *risk_scope_name(enum risk_scope scope);
const char *risk_unit_name(enum risk_unit unit);

#endif
