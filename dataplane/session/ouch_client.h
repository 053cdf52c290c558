#ifndef DATAPLANE_SESSION_OUCH_CLIENT_H
#define DATAPLANE_SESSION_OUCH_CLIENT_H

/* The client's side of an OUCH 5.0 or 4.2 port: requests become bytes, bytes become reports, and
 * each own order's state is kept between.
 *
 *     ouch_client_enter ──► "O 7 B 100 ACME 10.00"      PENDING
 *     ouch_client_report ◄── "A 7 ..."                  LIVE     leaves 100  cum   0
 *                        ◄── "E 7 40 @ 10.00"           LIVE     leaves  60  cum  40
 *                        ◄── "C 7 60 U"                 DEAD     leaves   0  cum  40
 *
 * An order is known by its number: the UserRefNum of 5.0; in 4.2 the token is made of it.  Numbers
 * count up from 1 (or from what an Account Query said), and are never used twice.
 *
 * Guarantees:
 * - leaves + cum + gone = the order's quantity, after each report (S2): gone is what was canceled
 *   or kept from trading.  What would break this is a report with a doubt, and changes nothing.
 * - An execution is applied once: the same match number again for the same order is OUCH_TWICE.
 * - Bytes to send depend on the requests alone: after a reconnect the same bytes may be sent again.
 * - Any bytes are a message; what is no message is OUCH_NO_MESSAGE.
 *
 * A state machine without input, output or clock.  Threads: one.  Memory:
 * ouch_client_footprint() bytes, given once.  Cost: a request is a copy of its template and the
 * fields that differ: bench/bench_entry.c. */

#include "dataplane/base/base.h"

#define OUCH_CLIENT_ORDERS_MAX (1u << 24)
#define OUCH_CLIENT_BYTES_MAX  128u /* of a request */
#define OUCH_MARKET_E4         0x7fffffffu

struct ouch_client;

enum ouch_dialect { OUCH_50, OUCH_42 };

struct ouch_client_limits {
    uint32_t orders; /* that live or are not answered: a power of two, 2..OUCH_CLIENT_ORDERS_MAX */
};

/* What all orders of a client have in common. */
struct ouch_client_plan {
    enum ouch_dialect dialect;
    uint8_t channel; /* UserRefIdx of 5.0; 0: none */
    char firm[4];    /* spaces: the port's */
    char capacity;   /* A P R O */
    char prefix[4];  /* 4.2: tokens are these letters and ten digits */
};

enum ouch_lasts { OUCH_DAY, OUCH_IMMEDIATE, OUCH_EXTENDED, OUCH_TIMED };

/* A new order, or what a replacement should be. */
struct ouch_order {
    char symbol[8];    /* padded with spaces; not of a replacement */
    char side;         /* B S T E; of a replacement 0: as it is */
    uint32_t qty;      /* shares; of a replacement those of the whole chain, executed included */
    uint32_t price_e4; /* OUCH_MARKET_E4: none */
    enum ouch_lasts lasts;
    uint32_t expire_s;  /* of OUCH_TIMED */
    uint32_t max_floor; /* the part to show; 0: all.  5.0 only */
    bool post_only;
    char aiq;           /* self-match strategy, or 0: the port's.  5.0 only */
    char cross;         /* 0 or N: none; O, C */
    char cl_ord_id[14]; /* 5.0; all zero: the number's digits */
};

/* clang-format off */
#define OUCH_REPORTS(X)                                                                            \
    X(OUCH_NO_MESSAGE,  no_message,  "bytes that are no message of the dialect; nothing changed")  \
    X(OUCH_DAY_EVENT,   day_event,   "reason: S the day begins, E it ends")                        \
    X(OUCH_ACCEPTED,    accepted,    "qty price_e4 reference; dead: and canceled at once")         \
    X(OUCH_REPLACED,    replaced,    "number, other: the old one, qty: outstanding, price_e4 reference") \
    X(OUCH_CANCELED,    canceled,    "qty: gone now, reason")                                      \
    X(OUCH_SELF_MATCH,  self_match,  "qty: gone now, reason, price_e4")                            \
    X(OUCH_EXECUTED,    executed,    "qty price_e4 reason: liquidity flag, match")                 \
    X(OUCH_BROKEN,      broken,      "match, reason: a trade is undone; cum is not changed")       \
    X(OUCH_REJECTED,    rejected,    "code: 5.0's; reason: 4.2's; number, other: of a replacement, the order that stays") \
    X(OUCH_CANCEL_PENDING, cancel_pending, "the cancel happens after the cross")                   \
    X(OUCH_CANCEL_REJECTED, cancel_rejected, "the cancel does not happen")                         \
    X(OUCH_PRIORITY,    priority,    "price_e4 reference")                                         \
    X(OUCH_MODIFIED,    modified,    "qty: outstanding")                                           \
    X(OUCH_RESTATED,    restated,    "qty: shown, reference, reason")                              \
    X(OUCH_MASS_CANCELED, mass_canceled, "the mass cancel called number was taken")                \
    X(OUCH_FIRM_DISABLED, firm_disabled, "number")                                                 \
    X(OUCH_FIRM_ENABLED, firm_enabled, "number")                                                   \
    X(OUCH_NEXT_NUMBER, next_number, "number: the first that may be used; the client goes on from there") \
    X(OUCH_TRADE_NOW,   trade_now,   "4.2: the order trades with what locks it")                   \
    X(OUCH_CORRECTED,   corrected,   "4.2: price_e4 of a trade is another; match")

#define OUCH_DOUBTS(X)                                                                             \
    X(OUCH_CERTAIN,     certain,     "as expected")                                                \
    X(OUCH_UNKNOWN,     unknown,     "names an order that the client does not know")               \
    X(OUCH_TWICE,       twice,       "was reported before")                                        \
    X(OUCH_TOO_MUCH,    too_much,    "takes more than is outstanding")                             \
    X(OUCH_OUT_OF_TURN, out_of_turn, "does not follow from the order's state")
/* clang-format on */

#define OUCH_REPORT_ENUM(kind, name, fields) kind,
enum ouch_report_kind { OUCH_REPORTS(OUCH_REPORT_ENUM) OUCH_REPORT_COUNT };

#define OUCH_DOUBT_ENUM(doubt, name, sentence) doubt,
enum ouch_doubt { OUCH_DOUBTS(OUCH_DOUBT_ENUM) OUCH_DOUBT_COUNT };

enum ouch_state { OUCH_STATE_NONE, OUCH_STATE_PENDING, OUCH_STATE_LIVE, OUCH_STATE_DEAD };

/* What a message said, and what the order is after it. */
struct ouch_report {
    enum ouch_report_kind kind;
    enum ouch_doubt doubt; /* anything but CERTAIN: nothing was changed */
    uint32_t number;
    uint32_t other;
    uint32_t qty;
    uint32_t price_e4;
    uint64_t reference;
    uint64_t match;
    uint64_t timestamp_ns; /* since midnight */
    uint16_t code;
    char reason;
    bool dead; /* nothing more will be reported of number */
    uint32_t leaves;
    uint32_t cum; /* executed, of the whole chain */
};

/* An order as the client knows it. */
struct ouch_own_order {
    enum ouch_state state;
    char side;
    char symbol[8];
    uint32_t price_e4;
    uint32_t qty;    /* of the chain, as it was asked for or accepted */
    uint32_t leaves; /* while PENDING: what was asked for */
    uint32_t cum;
    uint32_t gone;        /* qty = leaves + cum + gone */
    uint32_t replacement; /* the latest number asked to take its place, or 0 */
    uint64_t reference;
};

size_t ouch_client_footprint(const struct ouch_client_limits *limits); /* limits must be good */
const char *ouch_client_limits_check(const struct ouch_client_limits *limits);
struct ouch_client *ouch_client_new(void *memory, const struct ouch_client_limits *limits,
                                    const struct ouch_client_plan *plan); /* zeroed memory */

/* Requests.  Each writes a message to bytes, which has room for OUCH_CLIENT_BYTES_MAX, and returns
 * its length; 0 if it may not be sent: there is no room for another order, the order is not known
 * or not live, or the dialect has no such request. */

uint32_t ouch_client_enter(struct ouch_client *client, const struct ouch_order *order,
                           uint8_t *bytes, uint32_t *number);
uint32_t ouch_client_replace(struct ouch_client *client, uint32_t old,
                             const struct ouch_order *order, uint8_t *bytes, uint32_t *number);
uint32_t ouch_client_cancel(struct ouch_client *client, uint32_t number, uint32_t qty,
                            uint8_t *bytes); /* qty: intended total; 0: cancel the rest */
uint32_t ouch_client_modify(struct ouch_client *client, uint32_t number, char side, uint32_t qty,
                            uint8_t *bytes);

/* Of 5.0. */
struct ouch_mass_cancel {
    char firm[4];   /* all zero: the client's */
    char symbol[8]; /* spaces, or all zero: all */
    char side;      /* 0: both */
};
uint32_t ouch_client_mass_cancel(struct ouch_client *client, const struct ouch_mass_cancel *which,
                                 uint8_t *bytes, uint32_t *number);
uint32_t ouch_client_query(struct ouch_client *client, uint8_t *bytes);

/* One message from the venue.  Total: every message is a report. */
void ouch_client_report(struct ouch_client *client, const uint8_t *message, size_t length,
                        struct ouch_report *report);

/* The day is over: orders and numbers are forgotten. */
void ouch_client_day(struct ouch_client *client);

/* Queries. */

/* The next number of a request. */
uint32_t ouch_client_next(const struct ouch_client *client);
/* False if number is not known (any more: dead orders are forgotten as others need their place). */
bool ouch_client_order(const struct ouch_client *client, uint32_t number,
                       struct ouch_own_order *order);
uint32_t ouch_client_orders(const struct ouch_client *client); /* that are not dead */

const char *ouch_report_name(enum ouch_report_kind kind);
const char *ouch_doubt_name(enum ouch_doubt doubt);

/* Walks everything and CHECKs every invariant.  Cold. */
void ouch_client_verify(const struct ouch_client *client);

#endif
