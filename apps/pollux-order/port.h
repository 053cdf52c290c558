#ifndef APPS_POLLUX_ORDER_PORT_H
#define APPS_POLLUX_ORDER_PORT_H

/* An order entry port in both dialects: requests become bytes, bytes become answers.
 *
 *     port_enter ──► "O 7 B 100 ACME 10.25"                          OUCH 5.0
 *                    "O PLXO0000000007 B 100 ACME 10.25"             OUCH 4.2
 *     port_read  ◄── "A 7 ..."       PORT_ACCEPTED, number 7, qty 100, price_e4 102500
 *
 * An order is known by its number: the UserRefNum of 5.0; in 4.2 its token is the port's four
 * letters and the number in ten digits.  A token that is not ours has the number 0.
 *
 * Nothing is remembered between calls: what a message means for an order is own_orders.h's, which
 * must also believe answers to requests of an earlier run of the program.
 *
 * Threads: any.  Memory: the caller's.
 * Source: "OUCH 5.0" revision 1.04, "OUCH 4.2" of December 2018; wire/ouch50.h, wire/ouch42.h. */

#include "dataplane/base/base.h"

#define PORT_REQUEST_BYTES_MAX 96u
#define PORT_QTY_MAX           999999u
#define PORT_PRICE_MAX_E4      1999999900u /* 199,999.99 */
#define PORT_MARKET_E4         0x7fffffffu
#define PORT_EXPIRE_MAX_S      86399u
#define PORT_NAME_BYTES        14u

enum port_dialect { PORT_OUCH50, PORT_OUCH42 };

struct port {
    enum port_dialect dialect;
    char firm[4];   /* padded with spaces; spaces: the port's own */
    char prefix[4]; /* 4.2: of our tokens */
};

enum port_lasts { PORT_DAY, PORT_IMMEDIATE, PORT_EXTENDED, PORT_TIMED };

struct port_order {
    char symbol[8]; /* padded with spaces; not of a replacement */
    char side;      /* B S T; not of a replacement */
    enum port_lasts lasts;
    uint32_t qty;      /* of a replacement: of the whole chain, executed included */
    uint32_t price_e4; /* PORT_MARKET_E4: none */
    uint32_t expire_s; /* of PORT_TIMED; 0 in a replacement: as it was */
    uint32_t show;     /* 0: all; 5.0 */
    bool post_only;
    char name[PORT_NAME_BYTES]; /* padded with spaces; ClOrdID of 5.0 */
};

/* Requests: the message's length, written to bytes[0..PORT_REQUEST_BYTES_MAX). */
uint32_t port_enter(const struct port *port, uint32_t number, const struct port_order *order,
                    uint8_t *bytes);
/* number: the new one. */
uint32_t port_replace(const struct port *port, uint32_t old, uint32_t number,
                      const struct port_order *order, uint8_t *bytes);
uint32_t port_cancel(const struct port *port, uint32_t number, uint32_t qty, uint8_t *bytes);

struct port_modify {
    uint32_t number;
    uint32_t qty; /* the intended total */
    char side;
};
uint32_t port_modify(const struct port *port, const struct port_modify *modify, uint8_t *bytes);

/* Of 5.0 only. */
struct port_mass_cancel {
    char symbol[8]; /* spaces: all */
    char side;      /* 0: both */
};
uint32_t port_mass_cancel(const struct port *port, uint32_t number,
                          const struct port_mass_cancel *which, uint8_t *bytes);
uint32_t port_query(uint8_t *bytes);

/* clang-format off */

/* What the venue says: kind, name, which fields beside number and time are set. */
#define PORT_ANSWERS(X)                                                                            \
    X(PORT_DAY_EVENT,       day,             "reason: S it begins, E it ends")                     \
    X(PORT_ACCEPTED,        accepted,        "the order's terms, reference, dead")                 \
    X(PORT_REPLACED,        replaced,        "other: the order before; qty: outstanding; terms")   \
    X(PORT_CANCELED,        canceled,        "qty: gone now, reason")                              \
    X(PORT_SELF_MATCH,      self_match,      "qty: gone now, price_e4")                            \
    X(PORT_EXECUTED,        executed,        "qty price_e4 reason: liquidity flag, match")         \
    X(PORT_BROKEN,          broken,          "match, reason")                                      \
    X(PORT_REJECTED,        rejected,        "code of 5.0, or reason of 4.2")                      \
    X(PORT_CANCEL_PENDING,  cancel_pending,  "")                                                   \
    X(PORT_CANCEL_REJECTED, cancel_rejected, "")                                                   \
    X(PORT_PRIORITY,        priority,        "price_e4 reference")                                 \
    X(PORT_MODIFIED,        modified,        "side, qty: outstanding")                             \
    X(PORT_RESTATED,        restated,        "reason, qty: shown, 0 if not said")                  \
    X(PORT_MASS_CANCELED,   mass_canceled,   "symbol")                                             \
    X(PORT_FIRM_DISABLED,   firm_disabled,   "firm in symbol")                                     \
    X(PORT_FIRM_ENABLED,    firm_enabled,    "firm in symbol")                                     \
    X(PORT_NEXT_NUMBER,     next_number,     "number: the first that may be used")                 \
    X(PORT_TRADE_NOW,       trade_now,       "4.2: trades with what locks it")                     \
    X(PORT_CORRECTED,       corrected,       "4.2: qty price_e4 match of a trade are others")
/* clang-format on */

#define PORT_ANSWER_ENUM(kind, name, fields) kind,
enum port_kind { PORT_ANSWERS(PORT_ANSWER_ENUM) PORT_KIND_COUNT };

struct port_answer {
    enum port_kind kind;
    uint32_t number; /* 0: a token that is not ours, or a message of no order */
    uint32_t other;
    uint32_t qty;
    uint32_t price_e4;
    uint32_t expire_s;
    enum port_lasts lasts;
    uint16_t code;
    char reason;
    char side;
    bool dead; /* nothing more will be said of it */
    char symbol[8];
    char name[PORT_NAME_BYTES]; /* ClOrdID; a token of 4.2 that is not ours; spaces: none */
    uint64_t reference;
    uint64_t match;
    uint64_t timestamp_ns; /* since midnight of the venue's day */
};

/* Any bytes: false if they are no message that a venue sends in this dialect. */
MUST_USE bool port_read(const struct port *port, const uint8_t *message, size_t length,
                        struct port_answer *answer);

const char *port_kind_name(enum port_kind kind);

/* The two dialects, for port.c. */
bool port50_read(const uint8_t *message, size_t length, struct port_answer *answer);
bool port42_read(const struct port *port, const uint8_t *message, size_t length,
                 struct port_answer *answer);
uint32_t port42_enter(const struct port *port, uint32_t number, const struct port_order *order,
                      uint8_t *bytes);
uint32_t port42_replace(const struct port *port, uint32_t old, uint32_t number,
                        const struct port_order *order, uint8_t *bytes);
uint32_t port42_cancel(const struct port *port, uint32_t number, uint32_t qty, uint8_t *bytes);
uint32_t port42_modify(const struct port *port, const struct port_modify *modify, uint8_t *bytes);

#endif
