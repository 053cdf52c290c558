#ifndef TESTS_ROUTE_SLOTS_WORLD_H
#define TESTS_ROUTE_SLOTS_WORLD_H

/* For the property of the slots: what its strategies know, and what is known of the whole. */

#include "dataplane/strategy/delegate.h"
#include "tests/route/model_venue.h"
#include "tests/support/spec.h"

#define SEEDS      160u
#define STEPS      25000u
#define SLOTS      8u
#define UNIQUES    4u
#define STRATEGIES 2u
#define ANSWER_NS  (60 * NANOS_MILLI)
#define TOTAL_MAX  10 /* where a replacement cannot say any total */

/* What a strategy knows of one of its slots. */
struct mind {
    uint64_t sequence; /* newest given */
    uint32_t terms;    /* counts intents that were new */
    bool any;
    bool stop;
    bool carries;
    uint8_t side;
    uint8_t how;
    price_t price;
    qty_t qty;
    qty_t level;       /* heard, when all of it is executed: if it carries, or has begun */
    bool begun;        /* a request was made for it: what executes counts from there on (F7) */
    bool ended;        /* the slot said that the newest is over */
    bool refused;      /* by a rejected replacement: the order before it lives */
    qty_t heard;       /* executed */
    uint32_t asked;    /* terms of the replacement in flight */
    uint32_t ends;     /* of a UNIQUE order: how often it was over */
    order_id_t unique; /* its number */
    bool flying;       /* a request that changes something is not answered */
    struct slot_request flight;
    uint32_t query;
};

struct world {
    uint64_t seed;
    uint32_t step;
    struct chance chance;
    struct model_venue venue;
    struct slots *slots;
    struct slots_out out;
    struct slot_request request[MODEL_SLOTS];
    struct slot_say say[MODEL_SLOTS * SLOTS_SAYS_A_CALL];
    struct mind mind[MODEL_SLOTS];
    uint32_t terms_of[MODEL_ORDERS]; /* which intent an order is */
    qty_t heard_of[MODEL_ORDERS];    /* executed, by the first of a chain */
    qty_t cum_of[MODEL_ORDERS];
    order_id_t root_of[MODEL_ORDERS];
    order_id_t next_order;
    uint8_t how_of[MODEL_ORDERS];
    struct slots_allowance allowance;
    bool shut[STRATEGIES];
    bool up;
    qty_t total_max; /* that a replacement can say */
    nanos_t now;
};

extern struct world *world;
extern uint64_t failures;

#define HOLDS(cond)                                                                                \
    do {                                                                                           \
        if (!(cond) && failures++ < 20)                                                            \
            spec_expect(__FILE__, __LINE__, false, "seed %d step %d: %s", (int)world->seed,        \
                        (int)world->step, #cond);                                                  \
    } while (0)

/* Hears what was said and looks at what was asked for, all that is in out, and passes it on. */
void world_collect(void);

#endif
