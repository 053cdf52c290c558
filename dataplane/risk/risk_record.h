#ifndef DATAPLANE_RISK_RISK_RECORD_H
#define DATAPLANE_RISK_RISK_RECORD_H

/* The two things risk asks to be written down: what passed, and what people changed.
 *
 * struct risk_pass is the permission for one new order or replacement; it is journalled (D0) before
 * its bytes leave, and the last place before the wire compares it with them (K1).  struct
 * risk_record is a change of a trading state or of a bound, with who, when, old and new (F36); the
 * changes since the beginning, in order, are the state of all latches and limits.
 *
 * Both are fixed layouts of little-endian integers without padding; what is reserved is zero.
 * Numbers of kinds, states, scopes and roles are never used for anything else (Knight). */

#include "dataplane/risk/risk_limits.h"

#define RISK_RECORD_VERSION 1u
#define RISK_PASS_VERSION   2u
#define RISK_BATCH_MAX      4096u /* records that change together */
#define RISK_NONE           UINT32_MAX

/* Trading states, the strictest last. */
enum risk_state { RISK_ACTIVE, RISK_REDUCE_ONLY, RISK_HALTED, RISK_STATE_COUNT };

enum risk_role { RISK_BY_BOX, RISK_VIEWER, RISK_OPERATOR, RISK_OFFICER, RISK_ADMIN };

enum risk_record_kind { RISK_RECORD_STATE = 1, RISK_RECORD_BOUND = 2 };

/* Which thing of a scope.  Fields the scope does not name are 0. */
struct risk_subject {
    uint32_t venue;    /* VENUE, ROUTE */
    uint32_t strategy; /* STRATEGY, ROUTE, HOLDING */
    uint32_t symbol;   /* SYMBOL, HOLDING */
};

struct risk_record {
    uint16_t version;
    uint8_t kind;   /* enum risk_record_kind */
    uint8_t scope;  /* enum risk_scope; states: BOX to SYMBOL */
    uint16_t limit; /* enum risk_verdict of a BOUND; 0 */
    uint8_t role;   /* enum risk_role of who */
    uint8_t confirm_role;
    uint32_t left;  /* how many of its batch follow: they change together, or not at all */
    uint32_t count; /* of its batch */
    struct risk_subject subject;
    uint32_t who;          /* user id */
    uint32_t confirmed_by; /* a second one, or RISK_NONE */
    uint32_t reserved;
    uint64_t number; /* 1, 2, 3, ... */
    nanos_t at;
    int64_t old; /* a bound, or an enum risk_state */
    int64_t value;
    char reason[56]; /* terminated */
};
static_assert(sizeof(struct risk_record) == 128, "a record of a change is 128 bytes");
static_assert(offsetof(struct risk_record, number) == 40, "no padding before the numbers");
static_assert(offsetof(struct risk_record, reason) == 72, "no padding before the reason");

enum risk_order_kind { RISK_LIMIT_ORDER, RISK_MARKET_ORDER };

struct risk_pass {
    uint16_t version;
    uint8_t side;   /* enum side */
    uint8_t kind;   /* enum risk_order_kind */
    uint32_t order; /* its slot; of a replacement the one it replaces */
    uint32_t strategy;
    uint32_t symbol;
    uint32_t parent;   /* or RISK_NONE */
    uint32_t replaces; /* 1: order is replaced; 0: it is new */
    price_t price;     /* as it goes out; 0 of a market order */
    price_t worst;     /* what it is counted at */
    qty_t qty;
    uint64_t number; /* of passes: 1, 2, 3, ... */
    uint64_t moment; /* of the state it was given in */
    nanos_t at;
    uint32_t bytes; /* on the wire; 0: not bound to any */
    uint32_t reserved;
    uint64_t hash; /* of these bytes and of all fields above */
    uint64_t reserved2;
};
static_assert(sizeof(struct risk_pass) == 96, "a pass is 96 bytes");
static_assert(offsetof(struct risk_pass, price) == 24, "no padding before the price");
static_assert(offsetof(struct risk_pass, hash) == 80, "no padding before the hash");

/* Binds the pass to the bytes that are to leave: before it is journalled.  bytes from 1. */
void risk_pass_bind(struct risk_pass *pass, const void *message, uint32_t bytes);

/* Whether exactly these bytes may leave by this pass: the last question before the wire. */
MUST_USE bool risk_pass_admits(const struct risk_pass *pass, const void *message, uint32_t bytes);

/* What may be wrong with a record. */
/* clang-format off */
#define RISK_CONTROLS(X)                                                                           \
    X(RISK_CONTROL_OK,         ok,          "taken")                                               \
    X(RISK_CONTROL_VERSION,    version,     "the record is of another version or kind")            \
    X(RISK_CONTROL_SUBJECT,    subject,     "there is no such venue, strategy or symbol, or the scope has no state") \
    X(RISK_CONTROL_LIMIT,      limit,       "there is no such limit in this scope")                \
    X(RISK_CONTROL_VALUE,      value,       "the value is out of range")                           \
    X(RISK_CONTROL_CEILING,    ceiling,     "the bound would be looser than the ceiling")          \
    X(RISK_CONTROL_ROLE,       role,        "the user's role does not allow the change")           \
    X(RISK_CONTROL_REASON,     reason,      "what loosens needs a reason")                         \
    X(RISK_CONTROL_SECOND,     second,      "what loosens needs a second authorised user")         \
    X(RISK_CONTROL_TURN,       turn,        "something changed since: the number is not the next one") \
    X(RISK_CONTROL_SINCE,      since,       "something was halted or tightened after this was asked for: look, and ask again") \
    X(RISK_CONTROL_OLD,        old,         "the old value is not what is")                        \
    X(RISK_CONTROL_BATCH,      batch,       "the batch is empty, too long, or its counts do not go down to 0")
/* clang-format on */

#define RISK_CONTROL_ENUM(E, name, sentence) E,
enum risk_control { RISK_CONTROLS(RISK_CONTROL_ENUM) RISK_CONTROL_COUNT };

const char *risk_control_name(enum risk_control control);
const char *risk_control_text(enum risk_control control);

#endif
