#ifndef DATAPLANE_GATEWAY_TRADE_PORT_OUCH50_LAYOUT_H
#define DATAPLANE_GATEWAY_TRADE_PORT_OUCH50_LAYOUT_H

/* The trade port of OUCH 5.0: how it is laid out.
 *
 *     ouch50_port   templates[symbols]   orders[1..capacity]   index[a power of two]
 *                    Enter Order, whole     what the venue        UserRefNum -> order
 *                                           has said
 *
 * Orders.  An order is in the pool from when it is sent (or recovered, or asked about) until it is
 * forgotten.  For each order of the slots there are at most three: it, what it replaced last, and
 * what is to replace it.  The venue's messages never make one.
 *
 *     PENDING ──A, or anything that presumes it──► LIVE ──nothing left, or dead──► OVER
 *                                                   └──U──► REPLACED, by heir
 *
 * Queries.  OUCH cannot ask for an order.  It has Account Query, whose answer stands in the
 * sequenced stream behind the answers to everything that the venue took before it: a fence.
 *
 *     requests   O 7   U 7→8   Q#1            ...cut...      Q#2
 *     stream     A 7           Q#1   (what was missed)   U 7→8   Q#2: 8 is open, or never arrived
 *
 * A query is served by a fence under way that was sent after the last request about its order; else
 * it sends a new one.  Behind a cut an old fence's answer may be among what was missed, so fences
 * have names that the venue echoes: the UserRefIdx, of which orders here use none.  Each run of the
 * program has 31 of the 248 names, in turn; with 30 fences unanswered no query is sent any more:
 * after as many lost connections in a row what is in doubt stays so until the next start, which is
 * better than a wrong NEVER.
 *
 * Invariants (ouch50_port_verify):
 * - index holds exactly the orders of the pool that are not spare, each found by its urn;
 * - spare orders are one list, asked ones another, in the order of their fences;
 * - an order is younger than what it replaces;
 * - answered <= sent; no asked order's fence is above sent + 1, none below answered + 1;
 * - leaves is 0 of what is OVER or REPLACED. */

#include "dataplane/gateway/trade_port.h"
#include "dataplane/route/list.h"
#include "dataplane/wire/ouch50.h"

#define OUCH50_PORT_SYMBOLS_MAX 65536u
#define OUCH50_PORT_ORDERS_MAX  SLOTS_MAX
#define OUCH50_PORT_RECORDS     3u /* of one order of the slots */
#define OUCH50_PORT_CUM_MAX     ((uint64_t)(SLOTS_QTY_MAX / QTY_ONE))

#define FENCE_RUNS        8u
#define FENCE_NAMES_A_RUN 31u
static_assert(FENCE_RUNS * FENCE_NAMES_A_RUN < 256, "a name is a byte, and not 0");

enum own_state { OWN_PENDING, OWN_LIVE, OWN_OVER, OWN_REPLACED };

struct own_order {
    CACHE_ALIGNED uint64_t cum; /* shares executed, of the chain */
    struct link link;
    uint32_t urn;   /* 0: spare */
    uint32_t was;   /* the order that it replaced or is to replace; 0 */
    uint32_t heir;  /* what replaced it or is to replace it; 0 */
    uint32_t total; /* shares asked for, of the chain */
    uint32_t leaves;
    uint32_t stamp; /* fences sent before the last request about it */
    uint32_t fence; /* that will answer the query */
    uint32_t query; /* number of the slot's query */
    uint32_t slot;
    uint8_t state; /* enum own_state */
    bool asked;    /* a query waits for fence */
    bool post_only;
};
static_assert(sizeof(struct own_order) == CACHE_LINE, "an order is one cache line");

/* An Enter Order with all but urn, side, qty, price and the way; behind its usual end the element
 * PostOnly. */
struct enter_template {
    CACHE_ALIGNED uint8_t bytes[CACHE_LINE];
};

struct index_place {
    uint32_t urn; /* 0: empty */
    uint32_t at;  /* in the pool */
};

struct ouch50_port {
    struct enter_template *templates;
    struct own_order *orders; /* [1..capacity] */
    struct index_place *index;
    uint32_t index_mask;
    uint32_t capacity;
    struct list spare;
    struct list asked;
    uint32_t fences;      /* sent, of this run */
    uint32_t answered;    /* of these, the newest that was */
    uint32_t cut;         /* of these, sent on connections that are lost */
    uint32_t enter_bytes; /* of a template, without PostOnly */
    struct trade_port_limits limits;
};

/* trade_port_ouch50_orders.c */

struct own_order *own_find(const struct ouch50_port *port, uint32_t urn); /* or NULL */
/* Found or new; CHECKs that there is room: orders are the slots', and bounded by them. */
struct own_order *own_make(struct ouch50_port *port, uint32_t urn);
void own_drop(struct ouch50_port *port, struct own_order *own);
/* A request about it is sent: no fence before it serves, and a query from before it is void, since
 * the slots have gone on without its answer. */
void own_touch(struct ouch50_port *port, struct own_order *own);
/* What it has replaced, and what that had. */
void own_drop_before(struct ouch50_port *port, const struct own_order *own);
/* A replacement that is not to be, whatever the venue has hinted of it. */
void own_drop_heir(struct ouch50_port *port, struct own_order *own);

const char *ouch50_port_recover_check(const struct port_recovered *order);
void ouch50_port_recover(void *self, const struct port_recovered *order);
void ouch50_port_forget(void *self, order_id_t order);

static inline struct links own_links(const struct ouch50_port *port)
{
    return LINKS_OF(port->orders, link);
}

static inline uint32_t own_at(const struct ouch50_port *port, const struct own_order *own)
{
    return (uint32_t)(own - port->orders);
}

/* Walks everything and CHECKs the invariants.  Cold. */
void ouch50_port_verify(const struct ouch50_port *port);

/* trade_port_ouch50_fence.c */

/* The bytes of a fence, if the query needs one of its own. */
uint32_t ouch50_port_ask(struct ouch50_port *port, const struct slot_request *query,
                         uint8_t *bytes);
void ouch50_port_answered(struct ouch50_port *port, uint8_t name);
bool ouch50_port_next(void *self, struct port_report *report);
void ouch50_port_session(void *self, bool up);

/* trade_port_ouch50_decode.c */

uint32_t ouch50_port_decode(void *self, const uint8_t *message, uint32_t length,
                            struct port_report *reports, bool *bad);
const char *ouch50_port_reason(uint16_t reason);

/* Codes of Rejected are as they are; letters of other messages stand behind this. */
enum { REASON_CANCELED = 0x100, REASON_BROKEN = 0x200, REASON_RESTATED = 0x300 };
#define REASON_UNKNOWN UINT16_MAX

static inline qty_t shares(uint64_t count)
{
    return (qty_t)(count * (uint64_t)QTY_ONE);
}

#endif
