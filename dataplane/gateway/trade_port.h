#ifndef DATAPLANE_GATEWAY_TRADE_PORT_H
#define DATAPLANE_GATEWAY_TRADE_PORT_H

/* One interface for every venue that orders go to (F28).
 *
 *     slot_request ──► encode ──► bytes ──► the session (TCP, TLS, a ring: not known here)
 *     port_report  ◄── decode ◄── bytes ◄──     "
 *
 * A trade port speaks the venue's language and remembers what the venue has said of each order, so
 * that executions become totals and a query can be answered.  It sends nothing itself and reads no
 * clock: bytes and time in, bytes and reports out.  Adding a venue is a pair of files and a row in
 * trade_port_kinds.c.
 *
 * What a port guarantees the slots (dataplane/route/slots.h): cum is what the venue has executed of
 * the order and of those it replaced; NEVER is said of an order only once it cannot arrive any
 * more; the answer to a query knows of all that was sent about the order before the query.
 *
 * What it needs for that: the session shows each message once and in order, over all connections
 * and starts, and those missed first; the venue takes the requests of a connection in order, and
 * none of an old one once it has let in a new one.
 *
 * Threads: one.  Memory: footprint() bytes, given once.  Cost of encode: a copy of a template made
 * when the symbol was listed, and the few fields that change. */

#include "dataplane/route/slots.h"
#include "dataplane/strategy/delegate.h"

#define TRADE_PORT_BYTES_MAX   128u /* of one request */
#define TRADE_PORT_REPORTS_MAX 4u   /* of one message; a query's answers come by port_next */
#define TRADE_PORT_NAME_MAX    15u

/* What a venue can: a row of the table of capabilities. */
struct trade_port_can {
    bool replaces;     /* natively */
    bool post_only;    /* HOW_POST_ONLY; without it such an order is refused here */
    bool immediate;    /* HOW_IMMEDIATE */
    bool mass_cancel;  /* one request cancels everything of the session */
    uint32_t bulk;     /* new orders in one request */
    nanos_t answer_ns; /* silence after which an order is UNKNOWN, unless configured */
    qty_t qty_max;     /* of one order, and of a chain of replacements with what is executed of it:
                        * where it would be more the order is canceled, and the next is a new one */
    price_t price_max; /* the highest that the protocol can say, */
    price_t tick;      /* and the finest */
    qty_t lot;
    uint32_t orders_per_second; /* of the protocol's own rule; 0: none but what is configured */
};

/* A symbol at the venue. */
struct trade_port_symbol {
    char name[8]; /* padded with spaces */
    price_t tick;
    qty_t lot;
};

struct trade_port_limits {
    uint32_t symbols; /* 0..symbols-1, of this venue */
    uint32_t orders;  /* that may be open, or in doubt, at once, replacements not counted */
    uint32_t run;     /* one more at each start of the day, so that what an earlier run has asked is
                         not taken for what this one has; any number at first */
    char firm[4];     /* padded with spaces; spaces: the session's own */
};

/* What is to be sent: a request of the slots, and which symbol it is for. */
struct port_request {
    struct slot_request slot;
    uint32_t symbol; /* of this venue */
    uint8_t how;     /* set of enum delegate_how; of an order and a replacement */
};

/* An order of before the start, as the journal knew it. */
struct port_recovered {
    order_id_t order;
    order_id_t was; /* the order it replaces, recovered before it; 0 */
    bool accepted;  /* the venue has said that it has it, or anything that presumes so */
    uint8_t how;
    qty_t total; /* of the order and what it replaces */
    qty_t cum;
    qty_t gone; /* of total: what the venue has taken off an accepted one, which is still open */
};

/* Everything a venue can say, as the slots and the drop copy want it.  answer is for the slots
 * unless broken; where the venue says of an open order what no answer of theirs does (its price or
 * its place is another, part of it is gone, its cancel is delayed), ACCEPTED: it has it still. */
struct port_report {
    struct slot_answer answer; /* slot and number are the gateway's to fill in, but of queries */
    bool known;                /* the order is one of ours; else only told */
    order_id_t venue_order;    /* the venue's own number; 0: not said */
    order_id_t was;            /* of REPLACED: the order before */
    uint64_t match;            /* of an execution; 0 */
    price_t price;             /* of an execution: traded at; of an order: as accepted */
    qty_t qty;                 /* of an execution: this one; of a cancel: gone now */
    qty_t leaves;
    uint64_t time_ns; /* the venue's own; since its midnight */
    uint16_t reason;  /* as the venue says it; port_reason_text */
    char liquidity;   /* A added, R removed; 0 */
    bool broken;      /* a trade that the venue has taken back: for people */
};

struct trade_port_kind {
    const char *name; /* as in the configuration: protocol: ouch50 */
    const char *summary;
    struct trade_port_can can;

    size_t (*footprint)(const struct trade_port_limits *limits); /* 0: out of range */
    void *(*new)(void *memory, const struct trade_port_limits *limits);

    /* Makes the templates of a symbol.  Warm. */
    void (*list)(void *self, uint32_t symbol, const struct trade_port_symbol *terms);

    /* The bytes of a request into bytes[0..TRADE_PORT_BYTES_MAX); how many.
     * 0, of a query: nothing is to be sent for it: one under way answers it too; or it cannot be
     * asked now, and is to be asked again after the usual silence.  0, of an order or replacement:
     * the protocol has no number left for it; the gateway answers REJECTED or NO_REPLACE itself.
     * What is no multiple of can.tick and can.lot, above can.price_max or can.qty_max, or of a way
     * that the venue cannot, must not be asked for.
     * Changes nothing that encoding it again would not change in the same way.  Hot. */
    uint32_t (*encode)(void *self, const struct port_request *request, uint8_t *bytes);

    /* The bytes encoded last are on their way: from now on the order may arrive. */
    void (*sent)(void *self, const struct port_request *request);

    /* What a message says: how many reports, up to TRADE_PORT_REPORTS_MAX.  Bytes that are no
     * message of the protocol: 0 and *bad.  Hot. */
    uint32_t (*decode)(void *self, const uint8_t *message, uint32_t length,
                       struct port_report *reports, bool *bad);

    /* The next answer to a query, if one is due: after each decode, until false.  Warm. */
    bool (*next)(void *self, struct port_report *report);

    /* The session is lost: queries under way are forgotten (the gateway asks again); or it is back,
     * and everything missed will be decoded before anything new: queries may be asked at once.
     * Warm. */
    void (*session)(void *self, bool up);

    /* An order of before the start that is not known to be over, each as the journal knew it.  One
     * whose replacement is in doubt and its replacement are two.  Only what recover_check has
     * nothing against.  Cold. */
    void (*recover)(void *self, const struct port_recovered *order);

    /* NULL, or why no order of this protocol is like that, as a sentence about it.  A journal may
     * say anything: of another gateway, or of a venue that spoke another protocol then.  Cold. */
    const char *(*recover_check)(const struct port_recovered *order);

    /* Forgets an order that the slots have closed, with what it replaced and with a replacement of
     * it that was never heard of.  Reports of them are not known then.  What a replacement has
     * replaced, and a replacement that was refused, need no call.  Warm. */
    void (*forget)(void *self, order_id_t order);

    const char *(*reason)(uint16_t reason); /* a sentence */
};

/* The table. */
extern const struct trade_port_kind *const trade_port_kinds[];
extern const uint32_t trade_port_kinds_count;
const struct trade_port_kind *trade_port_find(const char *name); /* or NULL.  Cold. */

#endif
