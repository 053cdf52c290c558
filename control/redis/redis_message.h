#ifndef CONTROL_REDIS_REDIS_MESSAGE_H
#define CONTROL_REDIS_REDIS_MESSAGE_H

/* What a program outside says: one JSON object, to one intent, or to some that are said together.
 *
 *     {"strategy": "desk", "sequence": 7, "kind": "order", "key": 0, "symbol": "ACME",
 *      "side": "buy", "quantity": "100", "price": "10.25"}
 *
 * README.md has the page; REDIS_FIELDS below is the same as a table, and a spec compares the two.
 * Quantities and prices are text: a number of JSON would pass through binary fractions.  A batch
 * has a list of intents: objects of the same fields but those that are the batch's own.
 *
 * Guarantees: every field has a type and a range; one that is not in the table, one that the kind
 * does not have, and one that is there twice are refused.  The sentence says which, and what it is.
 * Of a batch everything is read or nothing.
 * Pure.  Threads: any.  Memory: none for what is plain (redis_plain.h); else what jansson takes for
 * REDIS_BATCH_BYTES_MAX bytes, and gives back. */

#include "control/redis/redis_names.h"

#define REDIS_MESSAGE_BYTES_MAX 1024u
#define REDIS_BATCH_BYTES_MAX   8192u
#define REDIS_BATCH_MAX         32u /* intents */
#define REDIS_ID_MAX            64u
#define REDIS_SENTENCE_MAX      200u
#define REDIS_TIME_MAX          ((int64_t)9000000000000) /* ms: the year 2255 */

/* clang-format off */
#define REDIS_KINDS(X)                                                                 \
    X(REDIS_ORDER,     order,     "key is to be this order")                           \
    X(REDIS_CANCEL,    cancel,    "key is to have no order")                           \
    X(REDIS_UNIQUE,    unique,    "this order goes out once, at once, beside all keys") \
    X(REDIS_CANCEL_UNIQUE, cancel_unique, "that unique order is to be no more")         \
    X(REDIS_BATCH,     batch,     "all of these, said together")                        \
    X(REDIS_HEARTBEAT, heartbeat, "the strategy is there")

#define REDIS_OF_ENDS    (1u << REDIS_CANCEL_UNIQUE)
#define REDIS_OF_BATCHES (1u << REDIS_BATCH)
#define REDIS_OF_KEYS    (1u << REDIS_ORDER | 1u << REDIS_CANCEL)
#define REDIS_OF_ORDERS  (1u << REDIS_ORDER | 1u << REDIS_UNIQUE)
#define REDIS_OF_INTENTS (REDIS_OF_KEYS | REDIS_OF_ORDERS | REDIS_OF_ENDS)
#define REDIS_OF_NUMBERED (REDIS_OF_INTENTS | REDIS_OF_BATCHES)
#define REDIS_OF_ALL     (REDIS_OF_NUMBERED | 1u << REDIS_HEARTBEAT)

/* name, type, kinds that have it, kinds that must have it */
#define REDIS_FIELDS(X)                                                                \
    X(strategy,  TEXT,   REDIS_OF_ALL,     REDIS_OF_ALL)                               \
    X(kind,      TEXT,   REDIS_OF_ALL,     REDIS_OF_ALL)                               \
    X(sequence,  WHOLE,  REDIS_OF_NUMBERED, REDIS_OF_NUMBERED)                         \
    X(key,       WHOLE,  REDIS_OF_KEYS,    REDIS_OF_KEYS)                              \
    X(symbol,    TEXT,   REDIS_OF_ORDERS,  REDIS_OF_ORDERS)                            \
    X(side,      TEXT,   REDIS_OF_ORDERS,  REDIS_OF_ORDERS)                            \
    X(quantity,  TEXT,   REDIS_OF_ORDERS,  REDIS_OF_ORDERS)                            \
    X(price,     TEXT,   REDIS_OF_ORDERS,  REDIS_OF_ORDERS)                            \
    X(post_only, SWITCH, REDIS_OF_ORDERS,  0u)                                         \
    X(immediate, SWITCH, REDIS_OF_ORDERS,  0u)                                         \
    X(unique,    WHOLE,  REDIS_OF_ENDS,    REDIS_OF_ENDS)                              \
    X(intents,   LIST,   REDIS_OF_BATCHES, REDIS_OF_BATCHES)                           \
    X(time,      WHOLE,  REDIS_OF_ALL,     0u)                                         \
    X(id,        TEXT,   REDIS_OF_ALL,     0u)
/* clang-format on */

#define REDIS_KIND_ENUM(kind, name, sentence) kind,
enum redis_kind { REDIS_KINDS(REDIS_KIND_ENUM) REDIS_KIND_COUNT };

struct redis_intent {
    uint32_t symbol;           /* the plan's; REDIS_NAME_NONE: none is named */
    struct delegate_intent is; /* without instrument */
};

struct redis_message {
    uint32_t strategy; /* the gateway's number */
    enum redis_kind kind;
    uint64_t sequence;         /* of the first intent; those of the others follow */
    int64_t time_ms;           /* when it was said, by its writer's clock; 0: it does not say */
    char id[REDIS_ID_MAX + 1]; /* "": none */
    uint32_t intents;          /* 0 of a heartbeat, 1 of what is no batch */
    struct redis_intent intent[REDIS_BATCH_MAX];
};

/* Whether one of its intents cancels: then it is never too late. */
static inline bool redis_message_stops(const struct redis_message *message)
{
    bool stops = false;
    for (uint32_t i = 0; i < message->intents; i++)
        stops |= message->intent[i].is.kind == INTENT_STOP ||
                 message->intent[i].is.kind == INTENT_STOP_UNIQUE;
    return stops;
}

/* One that says nothing. */
void redis_message_clear(struct redis_message *message, uint32_t strategy);

/* strategy: whose stream or channel it came by; what names another one is refused.  False: problem
 * says why, and of message only id may be used. */
MUST_USE bool redis_message_read(const struct redis_names *names, uint32_t strategy,
                                 const char *bytes, size_t length, struct redis_message *message,
                                 char problem[REDIS_SENTENCE_MAX]);

#endif
