#ifndef CONTROL_REDIS_REDIS_MESSAGE_H
#define CONTROL_REDIS_REDIS_MESSAGE_H

/* What a program outside says: one JSON object, to one intent.
 *
 *     {"strategy": "desk", "sequence": 7, "kind": "order", "key": 0, "symbol": "ACME",
 *      "side": "buy", "quantity": "100", "price": "10.25"}
 *
 * README.md has the page; REDIS_FIELDS below is the same as a table, and a spec compares the two.
 * Quantities and prices are text: a number of JSON would pass through binary fractions.
 *
 * Guarantees: every field has a type and a range; one that is not in the table, one that the kind
 * does not have, and one that is there twice are refused.  The sentence says which, and what it is.
 * Pure.  Threads: any.  Memory: what jansson takes for REDIS_MESSAGE_BYTES_MAX bytes, and gives
 * back. */

#include "control/redis/redis_names.h"

#define REDIS_MESSAGE_BYTES_MAX 1024u
#define REDIS_ID_MAX            64u
#define REDIS_SENTENCE_MAX      200u
#define REDIS_TIME_MAX          ((int64_t)9000000000000) /* ms: the year 2255 */

/* clang-format off */
#define REDIS_KINDS(X)                                                                 \
    X(REDIS_ORDER,     order,     "key is to be this order")                           \
    X(REDIS_CANCEL,    cancel,    "key is to have no order")                           \
    X(REDIS_UNIQUE,    unique,    "this order goes out once, at once, beside all keys") \
    X(REDIS_HEARTBEAT, heartbeat, "the strategy is there")

#define REDIS_OF_ALL     (1u << REDIS_ORDER | 1u << REDIS_CANCEL | 1u << REDIS_UNIQUE | 1u << REDIS_HEARTBEAT)
#define REDIS_OF_INTENTS (1u << REDIS_ORDER | 1u << REDIS_CANCEL | 1u << REDIS_UNIQUE)
#define REDIS_OF_KEYS    (1u << REDIS_ORDER | 1u << REDIS_CANCEL)
#define REDIS_OF_ORDERS  (1u << REDIS_ORDER | 1u << REDIS_UNIQUE)

/* name, type, kinds that have it, kinds that must have it */
#define REDIS_FIELDS(X)                                                                \
    X(strategy,  TEXT,   REDIS_OF_ALL,     REDIS_OF_ALL)                               \
    X(kind,      TEXT,   REDIS_OF_ALL,     REDIS_OF_ALL)                               \
    X(sequence,  WHOLE,  REDIS_OF_INTENTS, REDIS_OF_INTENTS)                           \
    X(key,       WHOLE,  REDIS_OF_KEYS,    REDIS_OF_KEYS)                              \
    X(symbol,    TEXT,   REDIS_OF_ORDERS,  REDIS_OF_ORDERS)                            \
    X(side,      TEXT,   REDIS_OF_ORDERS,  REDIS_OF_ORDERS)                            \
    X(quantity,  TEXT,   REDIS_OF_ORDERS,  REDIS_OF_ORDERS)                            \
    X(price,     TEXT,   REDIS_OF_ORDERS,  REDIS_OF_ORDERS)                            \
    X(post_only, SWITCH, REDIS_OF_ORDERS,  0u)                                         \
    X(immediate, SWITCH, REDIS_OF_ORDERS,  0u)                                         \
    X(time,      WHOLE,  REDIS_OF_ALL,     0u)                                         \
    X(id,        TEXT,   REDIS_OF_ALL,     0u)
/* clang-format on */

#define REDIS_KIND_ENUM(kind, name, sentence) kind,
enum redis_kind { REDIS_KINDS(REDIS_KIND_ENUM) REDIS_KIND_COUNT };

struct redis_message {
    uint32_t strategy; /* the gateway's number */
    uint32_t symbol;   /* the plan's; REDIS_NAME_NONE: none is named */
    enum redis_kind kind;
    uint64_t sequence;
    int64_t time_ms;               /* when it was said, by its writer's clock; 0: it does not say */
    char id[REDIS_ID_MAX + 1];     /* "": none */
    struct delegate_intent intent; /* without instrument */
};

/* strategy: whose stream or channel it came by; what names another one is refused.  False: problem
 * says why, and of message only id may be used. */
MUST_USE bool redis_message_read(const struct redis_names *names, uint32_t strategy,
                                 const char *bytes, size_t length, struct redis_message *message,
                                 char problem[REDIS_SENTENCE_MAX]);

#endif
