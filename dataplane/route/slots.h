#ifndef DATAPLANE_ROUTE_SLOTS_H
#define DATAPLANE_ROUTE_SLOTS_H

/* What may go to one venue now, for very many strategies' orders at once (F1-F13).
 *
 *     intents ──► goal ──┐ when the slot is unlocked          requests ──► risk, session, wire
 *                        ▼                                 ▲
 *                FREE ──► NEW ──► LIVE ◄──► CANCEL, REPLACE │
 *                          └────────┴──► UNKNOWN ──► query ─┘   answers ◄── session
 *
 * A slot holds one replaceable order.  An intent says what the order should be, or that there is to
 * be none; the slot keeps the newest as its goal, and has at most one request in flight.  Whatever
 * unlocks it makes it look at its goal again:
 *
 *     intents   1      2   3                  4
 *     wire      o1             c1          o3    c3       2 is superseded while o1 is unconfirmed
 *     answers        a1          canceled1     a3
 *
 * slots_table.h has every state, event and transition; slots.c does what its rows say.
 *
 * A UNIQUE order is a slot of its own, taken from limits.uniques others behind limits.slots: the
 * same table, no second order ever, so it cannot be conflated and cannot touch a replaceable one.
 *
 * Quantities.  An intent that does not carry wants qty executed at most, from the moment it is
 * acted on: from its first request, be it an order, a replacement, or the cancel of what is open on
 * its side.  What executes from there on counts against it, whichever order it executes on, and
 * only the rest is asked for afterwards; one that still waits is for all of qty.  One that carries
 * says what the strategy knew to be executed of the slot when it decided; what was executed unseen
 * then counts against qty.  If nothing is left of an intent, it is as good as a STOP.
 *
 * Room.  slots_room says how many requests may be made now.  A slot that would make one more waits
 * in line, with its goal as before: the newest intent wins, nothing is decided early.  Cancels and
 * queries have a line of their own.  slots_relieve serves both, cancels and queries first, each in
 * the order in which the slots began to wait.
 *
 * Guarantees, whatever the venue says in whatever order:
 * - one request in flight a slot; unlocked by an answer only (F1, R1);
 * - of the intents that wait, the highest sequence remains, and is acted on (F2, F3, F5);
 * - never two orders of a slot where one might still be open: an order whose fate is unknown is
 *   never sent again, and blocks the slot until the venue has said (S3);
 * - no more is executed of an intent that was acted on than it wants, in whatever order the answers
 *   come (F7), but for what the venue executes beyond an order or after its end;
 * - executions are totals: twice and out of turn change nothing; none is dropped in silence (S2);
 * - order numbers rise and are used once (S1), if the caller's first_order is right.
 *
 * What the session must give: an answer's order is the one the venue names; NEVER is said of an
 * order only once it cannot arrive any more, and a query's answer knows of all that was sent before
 * the query.  TCP, and replay before the answer, give both.
 *
 * A state machine without input, output or clock: time is an argument, and does not go back.
 * Threads: one.  Memory: slots_footprint() bytes, given once; two cache lines a slot.
 * Cost: an intent or an answer touches its slot, and the neighbours in the list of those in flight.
 * Cold: sweeps, which visit all slots in parts.  One object a venue. */

#include "dataplane/route/slots_table.h"

#define SLOTS_MAX            (1u << 22) /* slots and uniques together */
#define SLOTS_STRATEGIES_MAX 65536u
#define SLOTS_BULK_MAX       1024u
#define SLOTS_QTY_MAX        ((qty_t)1 << 60)
#define SLOTS_ANSWER_NS_MAX  (86400 * NANOS_SECOND)

/* Room that *out must have left for every call, and for every order of a batch. */
#define SLOTS_REQUESTS_A_CALL 1u
#define SLOTS_SAYS_A_CALL     6u

#define SLOTS_NONE UINT32_MAX /* no slot; every strategy */

struct slots;

struct slots_limits {
    uint32_t slots;      /* 0..slots-1; at least 1 */
    uint32_t uniques;    /* UNIQUE orders at once; they are slots..slots+uniques-1; may be 0 */
    uint32_t strategies; /* 0..strategies-1; 1..SLOTS_STRATEGIES_MAX */
};

/* What the venue can (F28). */
struct slots_venue {
    bool replaces;     /* natively */
    qty_t total_max;   /* that a replacement can be for, with what is executed of the order; where
                        * it would be more the order is canceled first; 0: any */
    uint32_t bulk;     /* new orders in one request; 1: no bulk; at most SLOTS_BULK_MAX */
    nanos_t answer_ns; /* silence after which an order is UNKNOWN; 2 ms..SLOTS_ANSWER_NS_MAX,
                        * told apart to about a millisecond */
};

/* clang-format off */
#define SLOTS_STATUSES(X)                                                              \
    X(SLOTS_OK,             ok,             "taken")                                   \
    X(SLOTS_SAME,           same,           "what is wanted already: nothing changed (F8)") \
    X(SLOTS_OLD,            old,            "not newer than the newest intent of the slot") \
    X(SLOTS_SHUT,           shut,           "the strategy may only cancel")            \
    X(SLOTS_UNKNOWN_SLOT,   unknown_slot,   "no such slot, strategy or UNIQUE order")  \
    X(SLOTS_BAD_TERMS,      bad_terms,      "quantity, price or executed is out of range") \
    X(SLOTS_DOWN,           down,           "the session is down, and a UNIQUE order does not wait") \
    X(SLOTS_NO_UNIQUE_LEFT, no_unique_left, "limits.uniques are open: nothing was sent") \
    X(SLOTS_BAD_ANSWER,     bad_answer,     "an answer with a negative quantity, or one above SLOTS_QTY_MAX") \
    X(SLOTS_STALE,          stale,          "about an order or request that is over: nothing changed") \
    X(SLOTS_LATE,           late,           "executed after its order was over: counted and told") \
    X(SLOTS_STRAY,          stray,          "executed, of an order the slot does not know: told") \
    X(SLOTS_IN_USE,         in_use,         "the slot has an order already")
/* clang-format on */

#define SLOTS_STATUS_ENUM(status, name, sentence) status,
enum slots_status { SLOTS_STATUSES(SLOTS_STATUS_ENUM) SLOTS_STATUS_COUNT };

const char *slots_status_name(enum slots_status status); /* the counter's name */
const char *slots_status_text(enum slots_status status);

/* What a strategy wants. */
struct slot_intent {
    uint32_t slot;
    uint64_t sequence; /* the strategy's own, of this slot; newer is higher; from 1 */
    bool stop;         /* no order, please: the rest is not read */
    uint8_t side;      /* enum side */
    bool carries;      /* see Quantities */
    uint8_t how; /* set of enum delegate_how: of the same terms (F8); what is open with another
                   * one is canceled, not replaced */
    price_t price;
    qty_t qty;      /* 1..SLOTS_QTY_MAX */
    qty_t executed; /* if it carries: slot_say.executed as the strategy knew it */
};

struct slot_unique {
    uint32_t strategy;
    uint64_t sequence; /* the strategy's own, to be shown: it decides nothing */
    uint8_t side;
    uint8_t how; /* set of enum delegate_how */
    price_t price;
    qty_t qty;
};

/* clang-format off */
#define SLOT_REQUESTS(X)                                                               \
    X(ORDER,   "order: its number; side, price, qty")                                  \
    X(REPLACE, "order becomes asked: price, qty left, total with what is executed")    \
    X(CANCEL,  "order, whole")                                                         \
    X(QUERY,   "is order open?  and asked, if it is not 0?")
/* clang-format on */

#define SLOT_REQUEST_ENUM(kind, sentence) SLOT_SENDS_##kind,
enum slot_request_kind { SLOT_REQUESTS(SLOT_REQUEST_ENUM) SLOT_REQUEST_COUNT };

/* For the wire. */
struct slot_request {
    uint8_t kind;
    uint8_t side : 4;
    uint8_t how : 4;    /* set of enum delegate_how */
    uint16_t bulk_left; /* as many of the next requests belong to the same bulk request */
    uint32_t slot;
    uint32_t number; /* of the request, to be given back by the answer */
    order_id_t order;
    order_id_t asked;
    price_t price;
    qty_t qty;
    qty_t total;
};

/* For whoever sent the intent. */
struct slot_say {
    uint8_t said; /* enum slot_said */
    uint16_t strategy;
    uint32_t slot;
    order_id_t order;
    uint64_t sequence; /* the newest of the slot; of SUPERSEDED, of the intent that gave way */
    qty_t qty;
    qty_t cum;
    qty_t executed; /* of the slot, all its orders together */
};

/* What calls append to. */
struct slots_out {
    struct slot_request *requests;
    struct slot_say *says;
    uint32_t requests_max;
    uint32_t says_max;
    uint32_t request_count;
    uint32_t say_count;
};

/* clang-format off */
#define SLOT_ANSWERS(X)                                                                \
    X(ACCEPTED,    "order")                                                            \
    X(REJECTED,    "order")                                                            \
    X(EXECUTED,    "order, cum")                                                       \
    X(CANCELED,    "order, cum")                                                       \
    X(NO_CANCEL,   "order, number of the cancel")                                      \
    X(REPLACED,    "order: what is now open, cum")                                     \
    X(NO_REPLACE,  "order: what was asked for and is not to be")                       \
    X(OPEN,        "order: which one is open, number of the query, cum, leaves")       \
    X(DONE,        "order: which one was the last, number of the query, cum")          \
    X(NEVER,       "order, number of the query")
/* clang-format on */

#define SLOT_ANSWER_ENUM(kind, sentence) SLOT_ANSWERS_##kind,
enum slot_answer_kind { SLOT_ANSWERS(SLOT_ANSWER_ENUM) SLOT_ANSWER_COUNT };

/* From the venue; what risk refuses is REJECTED or NO_REPLACE as well.  cum is what the venue has
 * executed of the order and of those it replaced; where it does not say, 0. */
struct slot_answer {
    uint8_t kind;
    uint32_t slot;
    uint32_t number;
    order_id_t order;
    qty_t cum;
    qty_t leaves;
};

struct slots_counts {
    uint64_t intent[SLOTS_STATUS_COUNT]; /* by what became of it */
    uint64_t unique[SLOTS_STATUS_COUNT];
    uint64_t answer[SLOTS_STATUS_COUNT];
    uint64_t request[SLOT_REQUEST_COUNT];
    uint64_t said[SLOT_SAY_COUNT];
    uint64_t row[SLOT_ROW_COUNT];     /* of slots_table.h, how often it was taken */
    uint64_t waited;                  /* for room: orders and replacements */
    uint64_t waited_first;            /* for room: cancels and queries */
    uint64_t conflated;               /* intents that gave way to a newer one while in line */
    uint32_t state[SLOT_STATE_COUNT]; /* slots and uniques that are in it now */
};

/* Lifecycle.  Cold. */

size_t slots_footprint(const struct slots_limits *limits); /* 0 if limits are out of range */

/* All slots FREE and of strategy 0, all strategies open, the session up.  first_order: no number
 * from there on was ever used; the caller reserves ahead of slots_next_order, durably (S1). */
struct slots *slots_new(void *memory, const struct slots_limits *limits,
                        const struct slots_venue *venue, order_id_t first_order);

/* Whose slot it is.  The slot must be FREE, without an intent that waits, and of limits.slots;
 * sequences and executed begin anew. */
void slots_bind(struct slots *slots, uint32_t slot, uint32_t strategy);

/* An order that may have left before the start, from the journal or the venue (F12): its slot is
 * UNKNOWN until the query of the next RECONNECT sweep is answered.  What is found stays until
 * somebody wants something else: neither an order nor a replacement that never arrived is sent
 * again. */
struct slot_recovered {
    uint32_t slot; /* its own; SLOTS_NONE: any of a UNIQUE order, which is then written here */
    uint32_t strategy;
    order_id_t order; /* below first_order */
    uint8_t side;
    price_t price;
    qty_t total;
    qty_t cum;
    uint64_t sequence; /* newest intent of the slot that was acted on */
    uint8_t how;
    bool seen;        /* the venue is known to have had it: so no reject of it is one */
    order_id_t asked; /* the replacement that may have left after it; 0: none */
    price_t asked_price;
    qty_t asked_total;
};
MUST_USE enum slots_status slots_recover(struct slots *slots, struct slot_recovered *recovered);

/* What comes in.  Hot.  Each appends to *out, which has room for a call. */

MUST_USE enum slots_status slots_intend(struct slots *slots, const struct slot_intent *intent,
                                        nanos_t now, struct slots_out *out);

/* Sends a UNIQUE order at once, or changes nothing.  Writes its slot. */
MUST_USE enum slots_status slots_send_unique(struct slots *slots, const struct slot_unique *unique,
                                             nanos_t now, struct slots_out *out, uint32_t *slot);

/* count UNIQUE orders, in order, in bulk requests as large as the venue takes; results[i] and
 * slots_of[i] are those of uniques[i].  Room for count calls. */
void slots_send_batch(struct slots *slots, const struct slot_unique *uniques, uint32_t count,
                      nanos_t now, struct slots_out *out, enum slots_status *results,
                      uint32_t *slots_of);

/* Cancels a UNIQUE order as soon as it is confirmed. */
MUST_USE enum slots_status slots_cancel_unique(struct slots *slots, uint32_t slot, order_id_t order,
                                               nanos_t now, struct slots_out *out);

MUST_USE enum slots_status slots_answer(struct slots *slots, const struct slot_answer *answer,
                                        nanos_t now, struct slots_out *out);

/* What happens to many.  Warm, cold. */

/* Makes UNKNOWN what was not answered in time, oldest first, while *out has room for a call. */
void slots_overdue(struct slots *slots, nanos_t now, struct slots_out *out);

/* A strategy that is shut may only cancel: what waits is dropped, ORDER intents are refused. */
void slots_shut(struct slots *slots, uint32_t strategy, bool shut);

/* The session is lost or back: while it is down no request is made.  The sweep of that name must
 * follow; that of DISCONNECT must be finished before the session is back, that of RECONNECT is
 * void if the session is lost meanwhile. */
void slots_session(struct slots *slots, bool up);

/* Requests that may be made from now on, until this is said anew: orders and replacements take one
 * off both, cancels and queries off cancels.  orders is at most cancels.  UINT32_MAX, as in the
 * beginning: any number. */
struct slots_allowance {
    uint32_t orders;
    uint32_t cancels;
};
void slots_allow(struct slots *slots, struct slots_allowance allowance);

/* Makes requests of those that wait in line, as far as allowance and *out reach. */
void slots_relieve(struct slots *slots, nanos_t now, struct slots_out *out);

/* Whether slots_relieve would make a request, with an allowance. */
struct slots_line {
    bool orders;
    bool cancels; /* or queries */
};
struct slots_line slots_line(const struct slots *slots);

/* No order, please, whatever the sequence: as the sweep STOP, of one slot or UNIQUE order. */
void slots_stop(struct slots *slots, uint32_t slot, nanos_t now, struct slots_out *out);

/* Visits the slots of a strategy, or of all with SLOTS_NONE, from *next on, while *out has room for
 * a call; true when all were visited.  Begin with *next 0.
 *     STOP        no order, please; shut the strategy first (F13, kill, orderly stop)
 *     DISCONNECT  after slots_session(slots, false)
 *     RECONNECT   after slots_session(slots, true) and the session's replay: queries, then what
 *                 waited where nothing was open */
MUST_USE bool slots_sweep(struct slots *slots, enum slot_event event, uint32_t strategy,
                          nanos_t now, uint32_t *next, struct slots_out *out);

/* Queries. */

order_id_t slots_next_order(const struct slots *slots);
const struct slots_counts *slots_counts(const struct slots *slots);
uint32_t slots_open(const struct slots *slots); /* that are not FREE: 0 ends an orderly stop */

struct slot_look {
    enum slot_state state;
    uint32_t strategy;
    order_id_t order; /* 0: none */
    order_id_t asked; /* replacement in flight, or 0 */
    uint32_t number;  /* of the newest request */
    uint8_t side;
    price_t price;
    qty_t total; /* of the order and what it replaced */
    qty_t cum;
    qty_t executed;    /* of all orders of the slot */
    qty_t exposure;    /* at most this much may still be executed of what was sent */
    uint64_t sequence; /* newest intent */
    bool waits;        /* an intent waits: */
    bool stop;         /* to have no order, or */
    qty_t goal_qty;    /* so much more of this (else 0): */
    price_t goal_price;
    uint8_t goal_side;
    uint8_t how; /* of the order */
};
void slots_look(const struct slots *slots, uint32_t slot, struct slot_look *look);

/* Walks everything and CHECKs the invariants listed in slots_layout.h.  Cold. */
void slots_verify(const struct slots *slots);

#endif
