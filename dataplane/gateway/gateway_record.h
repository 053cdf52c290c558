#ifndef DATAPLANE_GATEWAY_GATEWAY_RECORD_H
#define DATAPLANE_GATEWAY_GATEWAY_RECORD_H

/* What the gateway writes down: its journal is these records, in order, and recovery is reading
 * them again (F12, F62).
 *
 *     RESERVE   order numbers up to here may have been used (D1 before the first of them is)
 *     PASS      an order or a replacement that may have left: risk's pass, and where it went (D0)
 *     CANCEL    a cancel that may have left, for the record
 *     REPORT    what a venue has said; also the drop copy's row
 *     CONTROL   a change of a trading state or a bound (D1); a batch that begins with the number of
 *               the one before takes its place: that one was never applied
 *     STRATEGY  whose number this is from here on: after START of all, then of who is attached
 *     DAY       a new day: turnover, loss and profit begin at zero
 *     CARRIED   what was carried over the day's beginning in a symbol counts at this price: one
 *               behind DAY for each that has a price then, of the others with their first
 *     INTAKE    how far a strategy outside was heard (D0 before what it said acts): what follows is
 *               of it.  With nothing but a RESERVE or a START, or nothing, behind it, it has not
 *               acted
 *
 * Fixed layouts of little-endian integers without padding; what is reserved is zero.  Kinds are
 * never used for anything else. */

#include "dataplane/risk/risk_record.h"
#include "dataplane/strategy/delegate.h"

#define GATEWAY_RECORD_ABI 2u

enum gateway_record {
    GATEWAY_RECORD_START = 1, /* struct gateway_start: what the numbers below mean */
    GATEWAY_RECORD_RESERVE,   /* struct gateway_reserve */
    GATEWAY_RECORD_PASS,      /* struct gateway_pass */
    GATEWAY_RECORD_CANCEL,    /* struct gateway_cancel */
    GATEWAY_RECORD_REPORT,    /* struct gateway_report */
    GATEWAY_RECORD_CONTROL,   /* struct risk_record */
    GATEWAY_RECORD_DAY,       /* struct gateway_day */
    GATEWAY_RECORD_STRATEGY,  /* struct gateway_named */
    GATEWAY_RECORD_INTAKE,    /* struct gateway_heard */
    GATEWAY_RECORD_CARRIED,   /* struct gateway_carried */
};

/* names: CRC32C over venues and symbols with their names, in order: a journal of others is not
 * continued.  Strategies are known by their names alone, and may be others at each start. */
struct gateway_start {
    uint32_t abi;
    uint32_t venues;
    uint32_t symbols;
    uint32_t strategies;
    uint32_t names;
    uint32_t days; /* that have begun in this journal so far; 0: it counts from its beginning */
    nanos_t day;   /* the next one begins with the first moment behind this; 0: none does */
};
static_assert(sizeof(struct gateway_start) == 32, "no holes");

struct gateway_named {
    uint32_t strategy;
    uint32_t venue;
    char name[DELEGATE_NAME_MAX + 1];
};
static_assert(sizeof(struct gateway_named) == 40, "no holes");

struct gateway_reserve {
    uint64_t until; /* numbers below it */
    uint32_t venue;
    uint32_t reserved;
};
static_assert(sizeof(struct gateway_reserve) == 16, "no holes");

struct gateway_pass {
    struct risk_pass pass;
    order_id_t number; /* at the venue */
    order_id_t was;    /* the one it replaces, or 0 */
    uint64_t sequence; /* of the intent: the name of a UNIQUE order from outside */
    uint32_t venue;
    uint32_t slot;
    uint32_t key; /* DELEGATE_KEY_NONE: UNIQUE */
    uint8_t how;  /* set of enum delegate_how */
    uint8_t reserved[3];
    qty_t total;
    qty_t cum; /* of what it replaces, as known then */
};
static_assert(sizeof(struct gateway_pass) == 152, "no holes");

struct gateway_cancel {
    order_id_t number;
    uint32_t venue;
    uint32_t slot;
    nanos_t at;
};
static_assert(sizeof(struct gateway_cancel) == 24, "no holes");

struct gateway_day {
    nanos_t at;
};

struct gateway_carried {
    price_t price;
    uint32_t symbol;
    uint32_t reserved;
    nanos_t at;
};
static_assert(sizeof(struct gateway_carried) == 24, "no holes");

/* Where a message stands in a stream: the two halves of its number there, which rises. */
struct gateway_place {
    uint64_t high;
    uint64_t low;
};

/* Of an intent, or of a message that was passed over: then sequence is 0, and intent zero.  Of a
 * message of several intents each has one, and only the last has the place. */
struct gateway_heard {
    uint32_t strategy;
    uint32_t reserved;
    uint64_t sequence;          /* the strategy's own */
    struct gateway_place place; /* 0, 0: of none */
    nanos_t at;
    struct delegate_intent intent;
};
static_assert(sizeof(struct gateway_heard) == 72, "no holes");

/* clang-format off */
#define GATEWAY_REPORTS(X)                                                             \
    X(COPY_ACCEPTED,   accepted,   "the venue holds the order")                        \
    X(COPY_REPLACED,   replaced,   "the venue holds the replacement")                  \
    X(COPY_EXECUTED,   executed,   "qty traded at price")                              \
    X(COPY_CANCELED,   canceled,   "qty of it is gone; it is over")                    \
    X(COPY_REJECTED,   rejected,   "the venue refused the order")                      \
    X(COPY_KEPT,       kept,       "the venue refused the replacement")                \
    X(COPY_NO_CANCEL,  no_cancel,  "the venue refused the cancel")                     \
    X(COPY_REFUSED,    refused,    "risk refused it: reason is the verdict, qty the value, price the bound") \
    X(COPY_UNKNOWN,    unknown,    "silence, or the session is lost: qty may still trade") \
    X(COPY_FOUND,      found,      "the venue says that it is open")                   \
    X(COPY_OVER,       over,       "the venue says that it is over")                   \
    X(COPY_LOST,       lost,       "it never arrived")                                 \
    X(COPY_BROKEN,     broken,     "the venue has taken a trade back")                 \
    X(COPY_STRAY,      stray,      "about an order that is not known here")            \
    X(COPY_SESSION,    session,    "the session has said something else: only its number counts")
/* clang-format on */

#define GATEWAY_REPORT_ENUM(kind, name, sentence) kind,
enum gateway_report_kind { GATEWAY_REPORTS(GATEWAY_REPORT_ENUM) GATEWAY_REPORT_COUNT };

/* When a record was written, by the box's clock; 0: it has no time. */
nanos_t gateway_record_time(enum gateway_record kind, const void *record);

/* An execution report (F62). */
struct gateway_report {
    uint64_t number;   /* of the drop copy: 1, 2, 3, ... */
    nanos_t at;        /* when it was taken in */
    uint64_t sequence; /* the session's number of the message; 0: of none */
    order_id_t order;
    order_id_t venue_order; /* the venue's own number; 0 */
    uint64_t match;
    price_t price;
    qty_t qty;
    qty_t cum; /* of the order and what it replaced */
    qty_t leaves;
    uint32_t venue;
    uint32_t symbol;   /* of the plan; RISK_NONE: not known */
    uint32_t strategy; /* RISK_NONE: not known */
    uint32_t slot;
    uint32_t key;
    uint16_t reason;
    uint8_t kind; /* enum gateway_report_kind */
    uint8_t side;
    uint64_t time_ns; /* the venue's own */
    char liquidity;
    uint8_t more;  /* as many rows of the same message follow */
    uint8_t stale; /* FOUND, OVER, LOST: the answer to a question that is over, or that no slot has
                    * asked; EXECUTED: of an order that was over: only cum is news */
    uint8_t reserved[5];
};
static_assert(sizeof(struct gateway_report) == 120, "no holes");

const char *gateway_report_name(enum gateway_report_kind kind);
const char *gateway_report_text(enum gateway_report_kind kind);

#endif
