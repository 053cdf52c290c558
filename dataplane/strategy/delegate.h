#ifndef DATAPLANE_STRATEGY_DELEGATE_H
#define DATAPLANE_STRATEGY_DELEGATE_H

/* What decides: a delegate is shown a composite, and says what it wants (F17, F20).
 *
 *     instructions --+
 *     reports -------+--> dispatch.h --> composite --> decide() --> output
 *     markets -------+
 *
 * A delegate is a table of C functions and memory of its own.  It is a function of what it is
 * shown: no clock, no globals, no input or output, nothing to free.  So a strategy is tested with
 * tables, replayed from a capture, and swapped between two days.
 *
 * A composite is everything there is to know at one moment about one instrument.  Its parts are
 * never older than a part the delegate was shown before:
 *   - every instruction and report that arrived since the last decision, in order, none merged; so
 *     no message ever follows a market that is newer than itself;
 *   - the newest market of the instrument, quotes replaced by newer ones;
 *   - what traded since this delegate last decided about this instrument, added up.
 *
 * Threads: decide and housekeeping run on one thread and must not call the dispatcher.
 * Memory:  footprint() bytes, given once to new; nothing is allocated later.
 * Cost:    a delegate has the time budget of its stage; longer is an overrun, and counted. */

#include "dataplane/book/market.h"

#define DELEGATE_NAME_MAX 31u

/* Instructions and reports.  They are never conflated and never dropped. */

/* clang-format off */
#define MESSAGE_KINDS(X)                                                               \
    X(INSTRUCTION_NEW,     instruction_new,     "work this order")                     \
    X(INSTRUCTION_REPLACE, instruction_replace, "its limit or quantity changes")       \
    X(INSTRUCTION_CANCEL,  instruction_cancel,  "stop working it")                     \
    X(REPORT_ACCEPTED,     report_accepted,     "the venue holds the child order")     \
    X(REPORT_REPLACED,     report_replaced,     "the child order has a new price or quantity") \
    X(REPORT_FILLED,       report_filled,       "the child order traded")              \
    X(REPORT_CANCELED,     report_canceled,     "the child order is no longer open")   \
    X(REPORT_REJECTED,     report_rejected,     "a request about the child order was refused")
/* clang-format on */

#define MESSAGE_KIND_ENUM(kind, name, meaning) kind,
enum message_kind { MESSAGE_KINDS(MESSAGE_KIND_ENUM) MESSAGE_KIND_COUNT };
#define REPORT_FIRST REPORT_ACCEPTED /* kinds from here on are reports */

struct message {
    order_id_t order; /* the parent order; 0: the strategy itself */
    order_id_t child; /* reports only */
    price_t price;    /* instructions: the limit; fills: the price traded at */
    qty_t qty;        /* instructions: in all; fills: traded now */
    qty_t leaves;     /* reports: still open of the child */
    nanos_t at_ns;
    uint64_t sequence; /* the sender's own number */
    uint16_t instrument;
    uint8_t kind; /* enum message_kind */
    uint8_t side; /* enum side */
};

static_assert(sizeof(struct message) == CACHE_LINE, "a message fills one cache line");

static inline bool message_is_report(const struct message *message)
{
    return message->kind >= REPORT_FIRST;
}

/* Composites. */

/* clang-format off */
#define COMPOSITE_PARTS(X)                                                             \
    X(COMPOSITE_INSTRUCTION, instruction, "instructions are among the messages")       \
    X(COMPOSITE_REPORT,      report,      "reports are among the messages")            \
    X(COMPOSITE_QUOTE,       quote,       "the quote has changed since it was shown last") \
    X(COMPOSITE_TRADE,       trade,       "the instrument has traded since then")      \
    X(COMPOSITE_STATE,       state,       "the state is not the one it was shown last")
/* clang-format on */

#define COMPOSITE_PART_ENUM(part, name, meaning) part,
enum composite_part { COMPOSITE_PARTS(COMPOSITE_PART_ENUM) COMPOSITE_PART_COUNT };

/* What traded between two decisions, added up (F16).  All zero if nothing did. */
struct trade_sum {
    uint64_t volume;   /* of qty_t */
    uint32_t trades;   /* how many */
    uint64_t notional; /* in 1e-8 of the quote currency */
    price_t last;      /* the newest trade */
    qty_t last_qty;
};

/* Valid while decide runs. */
struct composite {
    uint64_t sequence; /* rises with every decision of any delegate */
    nanos_t now;
    uint32_t what;                 /* 1 << enum composite_part; 0: only newer, or only named */
    uint32_t quotes;               /* changes of the quote since it was shown last */
    const struct market *market;   /* the newest; MARKET_CLOSED and empty if none ever came */
    const struct message *message; /* message[0..messages), oldest first */
    uint32_t messages;
    uint16_t instrument; /* of market, trade and position; a message names its own */
    struct trade_sum trade;
    qty_t position; /* 0 until positions are kept */
};

static inline bool composite_has(const struct composite *composite, enum composite_part part)
{
    return composite->what >> part & 1;
}

/* The volume-weighted average price, rounded towards zero; 0 if nothing traded.  One 128-bit
 * division, so it is not made unless asked for. */
static inline price_t trade_vwap(const struct trade_sum *trade)
{
    if (trade->volume == 0) return 0;
    return (price_t)((unsigned __int128)trade->notional * (uint64_t)QTY_ONE / trade->volume);
}

static inline price_t composite_vwap(const struct composite *composite)
{
    return trade_vwap(&composite->trade);
}

/* Delegates. */

/* What a decision says.  It is empty when decide is called. */
struct delegate_output {
    bool done; /* nothing more to decide: final; reports of open child orders still come */
};

/* A parameter as in the configuration; every kind reads its own. */
struct delegate_parameter {
    const char *name;
    const char *value;
};

struct delegate_parameters {
    uint32_t count;
    const struct delegate_parameter *at;
};

typedef void delegate_decide_fn(void *self, const struct composite *composite,
                                struct delegate_output *output);

struct delegate_kind {
    const char *name; /* as in the configuration: strategy = tally; at most DELEGATE_NAME_MAX */
    const char *summary;

    /* Bytes needed, or 0 if the parameters are not acceptable.  Cold. */
    size_t (*footprint)(const struct delegate_parameters *parameters);

    /* Builds a delegate in memory[0..footprint), aligned to CACHE_LINE, and returns self.  Cold. */
    void *(*new)(void *memory, const struct delegate_parameters *parameters);

    delegate_decide_fn *decide; /* hot */

    /* Every few milliseconds, whether or not there was a decision.  May be NULL.  Warm. */
    void (*housekeeping)(void *self, nanos_t now);
};

#endif
