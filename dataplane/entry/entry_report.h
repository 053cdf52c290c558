#ifndef DATAPLANE_ENTRY_ENTRY_REPORT_H
#define DATAPLANE_ENTRY_ENTRY_REPORT_H

/* What becomes of the orders of a venue's accounts, for whoever tells others of it than the session
 * that has the order.  A report is made where the session is answered, so it is as durable.
 *
 * Guarantees:
 * - each report says all that is known of its order, so whoever misses one needs only a later one;
 * - what was executed, is open and is gone adds up to what was ordered;
 * - an order ends with a report that leaves nothing.  Of one that was replaced there is none: what
 *   took its place names it in each of its reports;
 * - numbers rise by one with every report of the journal, and are the same after a recovery.
 *
 * Threads: the engine's makes them.  Cost: some 80 instructions each, or a branch. */

#include "dataplane/base/base.h"

/* clang-format off */
#define ENTRY_REPORTS(X)                                                                           \
    X(ENTRY_REPORT_ACCEPTED, accepted, "the venue holds the order; qty: ordered")                  \
    X(ENTRY_REPORT_REPLACED, replaced, "it has taken another's place; qty: executed and open")     \
    X(ENTRY_REPORT_EXECUTED, executed, "qty traded at price")                                      \
    X(ENTRY_REPORT_REDUCED,  reduced,  "qty is gone without a trade, and the rest is open")        \
    X(ENTRY_REPORT_MODIFIED, modified, "it has become more or less; qty: executed and open")       \
    X(ENTRY_REPORT_CANCELED, canceled, "qty is gone without a trade, and nothing is open")         \
    X(ENTRY_REPORT_REJECTED, rejected, "it never was, and what it was to replace is as it was; qty: ordered")
/* clang-format on */

#define ENTRY_REPORT_ENUM(kind, name, meaning) kind,
enum entry_report_kind { ENTRY_REPORTS(ENTRY_REPORT_ENUM) ENTRY_REPORT_COUNT };

#define ENTRY_REPORT_NO_SIDE       UINT8_MAX  /* of a rejected order: it named none, */
#define ENTRY_REPORT_NO_INSTRUMENT UINT16_MAX /* or none that is listed */

struct entry_report {
    uint64_t number; /* 1, 2, 3, ... */
    nanos_t at;      /* of the input that caused it */
    order_id_t order;
    order_id_t replaces; /* whose place the order took, or was to take; 0: nobody's */
    price_t price;       /* of the trade, else the limit; 0: a market order, or no price */
    qty_t qty;
    qty_t executed; /* in all, by what it replaces too */
    qty_t leaves;   /* open */
    uint32_t account;
    uint16_t instrument;
    uint8_t kind;
    uint8_t side;
    uint8_t reason; /* enum match_reason: why it is gone, or was rejected; */
    uint8_t cause;  /* enum entry_cause: why the port rejected it by itself */
    char token[14]; /* the client's name for it: ClOrdID, or token; padded with spaces */
};
static_assert(sizeof(struct entry_report) == 88, "no holes");

const char *entry_report_name(enum entry_report_kind kind);

/* The word of its reason or cause, or NULL if it has none. */
const char *entry_report_reason(const struct entry_report *report);

#endif
