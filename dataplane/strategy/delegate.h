#ifndef DATAPLANE_STRATEGY_DELEGATE_H
#define DATAPLANE_STRATEGY_DELEGATE_H

/* What decides: a delegate is shown a composite, and says what it wants (F17, F20).
 *
 *     instructions --+                                       +--> slots --> risk --> venue
 *     reports -------+--> dispatch.h --> composite --> decide() --> output: intents
 *     markets -------+                      ^                                   |
 *                                           +--- position, own orders <---------+
 *
 * A delegate is a table of C functions and memory of its own.  It is a function of what it is
 * shown: no clock, no globals, no input or output, nothing to free.  So a strategy is tested with
 * tables, replayed from a capture, and swapped between two days.
 *
 * It does not send orders, it says what should be: "my order number 3 is to buy 100 at 10.25", or
 * "my order number 3 is not to be".  The gateway (dataplane/gateway) finds the next right request
 * to the venue, however often the delegate changes its mind meanwhile.  What became of it is in the
 * next composite: all orders of the delegate as they are, and its position.
 *
 * A composite is everything there is to know at one moment about one instrument.  Its parts are
 * never older than a part the delegate was shown before:
 *   - every instruction and report that arrived since the last decision, in order, none merged; so
 *     no message ever follows a market that is newer than itself;
 *   - the newest market of the instrument, quotes replaced by newer ones;
 *   - what traded since this delegate last decided about this instrument, added up.
 *
 * Threads: decide and housekeeping run on one thread and must not call the dispatcher.
 * Memory:  footprint() bytes, given once to build; nothing is allocated later.
 * Cost:    a delegate has the time budget of its stage; longer is an overrun, and counted. */

#include "dataplane/book/consolidated.h"
#include "dataplane/book/market.h"

#define DELEGATE_ABI         3u /* of everything here: a plug-in of another one is not loaded */
#define DELEGATE_NAME_MAX    31u
#define DELEGATE_INTENTS_MAX 64u /* of one decision */
#define DELEGATE_ORDERS_MAX  4096u

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
    uint32_t key; /* reports: which of the delegate's orders; DELEGATE_KEY_NONE: a UNIQUE one */
    uint16_t instrument;
    uint8_t kind; /* enum message_kind */
    uint8_t side; /* enum side */
};

static_assert(sizeof(struct message) == CACHE_LINE, "a message fills one cache line");

static inline bool message_is_report(const struct message *message)
{
    return message->kind >= REPORT_FIRST;
}

/* What a delegate knows of its own. */

#define DELEGATE_KEY_NONE UINT32_MAX

/* clang-format off */
#define DELEGATE_ORDER_STATES(X)                                                       \
    X(ORDER_NONE,    none,    "nothing is open, nothing was asked for")                \
    X(ORDER_PENDING, pending, "a request is under way or waits: an order, a replacement or a cancel") \
    X(ORDER_OPEN,    open,    "the venue holds it, and nothing is under way")          \
    X(ORDER_UNKNOWN, unknown, "the venue was silent or is away: it may be open, it may have traded")
/* clang-format on */

#define DELEGATE_ORDER_STATE_ENUM(state, name, meaning) state,
enum delegate_order_state {
    DELEGATE_ORDER_STATES(DELEGATE_ORDER_STATE_ENUM) DELEGATE_ORDER_STATE_COUNT
};

/* One of the delegate's replaceable orders, by its key: the truth as far as the venue has told it,
 * with all reports counted that this composite shows (F26). */
struct delegate_order {
    price_t price;    /* of what is open, or was sent */
    qty_t leaves;     /* open at the venue, or sent */
    qty_t exposure;   /* at most this much may still trade, whatever comes of what is under way */
    qty_t executed;   /* of this key in all, since the start */
    uint32_t refused; /* of this key in all: by risk, or by the venue */
    uint16_t instrument;
    uint8_t side;  /* enum side */
    uint8_t state; /* enum delegate_order_state */
};
static_assert(sizeof(struct delegate_order) == 40, "no holes");

/* Whether, and which, orders may leave now: the strictest of the box's, the venue's, the
 * strategy's and the symbol's trading states, and whether the venue is there (F31, F35).  Intents
 * may be said at any time; what may not leave is refused, or waits while the venue is away. */
/* clang-format off */
#define TRADING_STATES(X)                                                              \
    X(TRADING_ACTIVE,      active,      "orders may leave")                            \
    X(TRADING_REDUCE_ONLY, reduce_only, "only what cannot grow or turn the position")  \
    X(TRADING_HALTED,      halted,      "only cancels")                                \
    X(TRADING_AWAY,        away,        "the venue's session is down")                 \
    X(TRADING_NOWHERE,     nowhere,     "no venue trades this instrument for us")
/* clang-format on */

#define TRADING_STATE_ENUM(state, name, meaning) state,
enum trading_state { TRADING_STATES(TRADING_STATE_ENUM) TRADING_STATE_COUNT };

/* How the instrument trades where the delegate's orders go. */
struct delegate_terms {
    price_t tick;
    qty_t lot;
    price_t price_max;
    qty_t qty_max; /* of one order */
};

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
    qty_t position; /* of this delegate in the instrument; short is negative */

    /* All that traded of its orders in the instrument, at every venue, since the journal began:
     * over restarts and days, and whatever delegate had its name. */
    qty_t bought;
    qty_t sold;

    uint16_t leg;    /* the instrument's place in the delegate's list in the configuration, from 0;
                        of one that works in all instruments: in the order they became known */
    uint8_t trading; /* enum trading_state of the instrument */
    const struct delegate_terms *terms; /* all zero with TRADING_NOWHERE */
    const struct delegate_order *order; /* order[0..orders), by key: all instruments' */
    uint32_t orders;
    uint32_t uniques; /* its UNIQUE orders that are open or in doubt, in all instruments */
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
    __extension__ typedef unsigned __int128 wide_t;
    return (price_t)((wide_t)trade->notional * (uint64_t)QTY_ONE / trade->volume);
}

static inline price_t composite_vwap(const struct composite *composite)
{
    return trade_vwap(&composite->trade);
}

/* Delegates. */

/* How an order is to be worked; a set. */
enum delegate_how {
    HOW_POST_ONLY = 1, /* never take: the venue refuses it if it would */
    HOW_IMMEDIATE = 2, /* what does not trade at once is canceled */
};

enum delegate_intent_kind {
    INTENT_ORDER,  /* key is to be this order */
    INTENT_STOP,   /* key is to have no order; only key is read */
    INTENT_UNIQUE, /* this order goes out once, at once, beside all keys; key is not read (F9) */
    /* that UNIQUE order is to be no more; only unique and instrument are read */
    INTENT_STOP_UNIQUE,
};

/* qty of INTENT_ORDER counts from when the delegate decided: what traded of the key since then,
 * unseen, is taken off it, so that it never trades more than the delegate wanted at that time. */
struct delegate_intent {
    price_t price; /* a limit, in whole ticks; every order has one */
    union {
        qty_t qty;         /* in whole lots */
        order_id_t unique; /* of STOP_UNIQUE: child of its reports, */
    };
    uint32_t key;        /* below the number that orders() said */
    uint16_t instrument; /* and theirs; of a key that is not ORDER_NONE: the one it has */
    uint8_t kind;        /* enum delegate_intent_kind */
    uint8_t side;        /* enum side */
    uint8_t how;         /* set of enum delegate_how */
};
static_assert(sizeof(struct delegate_intent) == 32, "two in a cache line");

/* What a decision says.  It is empty when decide is called.  Intents are acted on in order; of two
 * for one key the last one counts. */
struct delegate_output {
    bool done; /* nothing more to decide: final; its orders are canceled, and reports still come */
    uint32_t intents; /* what is said beyond DELEGATE_INTENTS_MAX is lost, whoever counts it */
    uint32_t lost;    /* did not fit: an overrun of its own, counted and told */
    struct delegate_intent intent[DELEGATE_INTENTS_MAX];
};

static inline void delegate_say(struct delegate_output *output,
                                const struct delegate_intent *intent)
{
    if (output->intents < DELEGATE_INTENTS_MAX) output->intent[output->intents++] = *intent;
    else output->lost++;
}

static inline void delegate_stop(struct delegate_output *output, uint32_t key)
{
    const struct delegate_intent stop = {0, {0}, key, 0, INTENT_STOP, 0, 0};
    delegate_say(output, &stop);
}

/* report: one about that order. */
static inline void delegate_stop_unique(struct delegate_output *output,
                                        const struct message *report)
{
    struct delegate_intent stop = {
        0, {0}, DELEGATE_KEY_NONE, report->instrument, INTENT_STOP_UNIQUE, 0, 0};
    stop.unique = report->child;
    delegate_say(output, &stop);
}

/* A parameter as in the configuration; every kind reads its own. */
struct delegate_parameter {
    const char *name;
    const char *value;
};

struct delegate_parameters {
    uint32_t count;
    const struct delegate_parameter *at;
    uint32_t legs; /* instruments it is shown: as listed, or as many as there can be */
};

/* One figure a delegate shows of itself. */
struct delegate_gauge {
    const char *name;
    int64_t value;
};

typedef void delegate_decide_fn(void *self, const struct composite *composite,
                                struct delegate_output *output);

struct delegate_kind {
    const char *name; /* as in the configuration: strategy = tally; at most DELEGATE_NAME_MAX */
    const char *summary;

    /* Whether the parameters are acceptable; if not, a sentence that names the parameter, the value
     * and the bound.  NULL: it takes no parameters.  Cold. */
    bool (*check)(const struct delegate_parameters *parameters, char *problem, size_t capacity);

    /* Bytes needed, or 0 if the parameters are not acceptable.  Cold. */
    size_t (*footprint)(const struct delegate_parameters *parameters);

    /* Replaceable orders it needs at once: keys are 0..orders-1; at most DELEGATE_ORDERS_MAX.
     * NULL: it sends none.  Cold. */
    uint32_t (*orders)(const struct delegate_parameters *parameters);

    /* Builds a delegate in memory[0..footprint), aligned to CACHE_LINE, and returns self.  Cold. */
    void *(*build)(void *memory, const struct delegate_parameters *parameters);

    delegate_decide_fn *decide; /* hot */

    /* Every few milliseconds, whether or not there was a decision.  May be NULL.  Warm. */
    void (*housekeeping)(void *self, nanos_t now);

    /* Whether it wants to decide without being shown anything new: asked after housekeeping; the
     * composite is then that of leg 0 with what 0, or of the first leg known if 0 is not yet.
     * NULL: never.  Warm. */
    bool (*wants)(const void *self, nanos_t now);

    /* Parameters change while it runs (F22): checked, of the same legs and the same orders().  It
     * acts on them at its next decision, which follows at once.  NULL: it takes none.  Warm. */
    void (*set)(void *self, const struct delegate_parameters *parameters);

    /* Gauges for people (pollux strategies gauges): up to most of them, names lasting; how many.
     * Called when somebody asks, by the thread that decides.  May be NULL.  Warm. */
    uint32_t (*show)(const void *self, struct delegate_gauge *gauges, uint32_t most);
};

/* Plug-ins.  A shared object that exports a struct delegate_plugin of this name is a plug-in; the
 * header is installed as <pollux/delegate.h>, with everything it includes. */
#define DELEGATE_PLUGIN_SYMBOL "pollux_plugin"

struct delegate_plugin {
    uint32_t abi;        /* DELEGATE_ABI */
    uint32_t kind_bytes; /* sizeof(struct delegate_kind) */
    uint32_t kinds;
    const struct delegate_kind *const *kind; /* names unlike those built in */
};

/* Every plug-in defines its own. */
extern __attribute__((visibility("default"))) const struct delegate_plugin pollux_plugin;

#endif
