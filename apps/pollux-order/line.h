#ifndef APPS_POLLUX_ORDER_LINE_H
#define APPS_POLLUX_ORDER_LINE_H

/* The language of pollux-order: one line, one request.
 *
 *     buy 100 ACME 10.25 ioc                 # a comment
 *     replace 7 to 50 at 10.30
 *     cancel all ACME buys
 *
 * README.md has the whole grammar.  Threads: one.  Memory: the caller's struct; any bytes are a
 * line. */

#include "apps/order_script/order_words.h"
#include "apps/pollux-order/port.h"

/* clang-format off */
#define LINE_VERBS(X)                                                                              \
    X(LINE_NOTHING,    "")                                                                         \
    X(LINE_ENTER,      "")                                                                         \
    X(LINE_REPLACE,    "")                                                                         \
    X(LINE_CANCEL,     "")                                                                         \
    X(LINE_CANCEL_ALL, "")                                                                         \
    X(LINE_MODIFY,     "")                                                                         \
    X(LINE_ORDERS,     "orders")                                                                   \
    X(LINE_QUERY,      "query")                                                                    \
    X(LINE_WAIT,       "")                                                                         \
    X(LINE_WAIT_ANSWERS, "")                                                                       \
    X(LINE_HELP,       "help")                                                                     \
    X(LINE_QUIT,       "quit")                                                                     \
    X(LINE_WRONG,      "")
/* clang-format on */

#define LINE_VERB_ENUM(verb, word) verb,
enum line_verb { LINE_VERBS(LINE_VERB_ENUM) LINE_VERB_COUNT };

struct line {
    enum line_verb verb;
    uint32_t number;            /* of the order it is about, or 0: the one of this name */
    char name[PORT_NAME_BYTES]; /* padded with spaces */
    bool has_qty;               /* "to 50" was said; else what is there stays, or all goes */
    bool has_price;
    struct port_order order;     /* of ENTER and REPLACE; qty of CANCEL and MODIFY too */
    struct port_mass_cancel all; /* of CANCEL_ALL */
    nanos_t wait_ns;
    struct order_words words; /* words.problem: why it is WRONG */
};

void line_read(struct line *line, const char *text, size_t length, enum port_dialect dialect);

/* All sentences, for help. */
extern const char line_help[];

#endif
