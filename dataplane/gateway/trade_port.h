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
 * more; the answer to a query knows of all that was sent before the query.
 *
 * Threads: one.  Memory: footprint() bytes, given once.  Cost of encode: a copy of a template made
 * when the symbol was listed, and the few fields that change. */

#include "dataplane/route/slots.h"

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
    qty_t qty_max;     /* of one order */
    price_t tick;      /* the finest the protocol can say */
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
    uint32_t orders;  /* that may be open, or in doubt, at once */
    char firm[4];     /* padded with spaces; spaces: the session's own */
};

/* What is to be sent: a request of the slots, and which symbol it is for. */
struct port_request {
    struct slot_request slot;
    uint32_t symbol; /* of this venue */
};

/* Everything a venue can say, as the slots and the drop copy want it. */
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

    /* The bytes of a request into bytes[0..TRADE_PORT_BYTES_MAX); how many.  0: nothing is to be
     * sent for it now: a query that one under way will answer too; a query is answered in the end.
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
     * and everything missed will be decoded before anything new.  Warm. */
    void (*session)(void *self, bool up);

    /* An order of before the start, for slots_recover's sake: as the journal knew it.  Cold. */
    void (*recover)(void *self, const struct slot_recovered *order, uint32_t symbol);

    /* Forgets an order that the slots have closed.  Reports of it are not known then.  Warm. */
    void (*forget)(void *self, order_id_t order);

    const char *(*reason)(uint16_t reason); /* a sentence */
};

/* The table. */
extern const struct trade_port_kind *const trade_port_kinds[];
extern const uint32_t trade_port_kinds_count;
const struct trade_port_kind *trade_port_find(const char *name); /* or NULL.  Cold. */

#endif
