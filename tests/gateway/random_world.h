#ifndef TESTS_GATEWAY_RANDOM_WORLD_H
#define TESTS_GATEWAY_RANDOM_WORLD_H

/* For the property of the gateway: a gateway, two delegates, people and a venue that misbehaves
 * (tests/route/model_venue.h), which take one step after another by chance; and what they know of
 * it, from outside. */

#include "tests/gateway/gateway_rig.h"
#include "tests/route/model_venue.h"
#include "tests/support/spec.h"

#define KEYS     8u /* of two delegates */
#define UNIQUES  5u
#define SLOTS    (KEYS + UNIQUES)
#define WRITTEN  (1u << 18)
#define BOUND    (60 * QTY_ONE)
#define LIVES    (MODEL_ORDERS / MODEL_A_BLOCK - 2)
#define HOLDINGS 4u /* delegate, then symbol */

struct mind {
    bool any;
    bool stop;
    bool found; /* nobody has said anything of it since the start */
    uint8_t side;
    price_t price;
    qty_t qty;
    uint32_t refused; /* when it was said */
    uint32_t ends;
    bool flying;
    struct slot_request flight;
    uint32_t query;
    order_id_t ended; /* the newest UNIQUE order that was to be no more */
};

struct world {
    uint64_t seed;
    uint32_t step;
    uint32_t lives; /* restarts */
    struct chance chance;
    struct model_venue venue;
    struct gateway_rig rig;
    struct mind mind[MODEL_SLOTS];
    uint8_t holding_of[MODEL_ORDERS]; /* of the order with that number */
    qty_t position[HOLDINGS];
    qty_t beyond[HOLDINGS][2]; /* executed that must not have been, by side */
    uint64_t sequence;
    uint32_t room;
    bool up;
    bool halted;
    bool journal_full;
    bool live[2];
};

extern struct world *world;
extern struct rig_written *written; /* the journal */
extern uint32_t records;
extern uint64_t failures;
extern uint64_t orders_sent, refusals, restarts, uniques_stopped, flushes;

#define HOLDS(cond)                                                                                \
    do {                                                                                           \
        if (!(cond) && failures++ < 20)                                                            \
            spec_expect(__FILE__, __LINE__, false, "seed %d step %d: %s", (int)world->seed,        \
                        (int)world->step, #cond);                                                  \
    } while (0)

static inline uint64_t draw(uint64_t low, uint64_t high)
{
    return chance_between(&world->chance, low, high);
}

static inline struct gateway *gateway(void)
{
    return world->rig.gateway;
}

static inline uint32_t symbol_of_key(uint32_t key)
{
    return key % PUPPET_KEYS / 2;
}

void world_open(void);  /* a gateway of the plan, with nothing in it */
void world_begin(void); /* recovered, listed, markets trade; the session is down */
void world_step(void);
void world_restart(void);

/* Parts of a step. */
void world_session(void); /* lost, or back */
void world_deliver(void);
void world_decide(struct puppet *puppet, const struct delegate_intent *intent);
struct puppet *puppet_at(uint32_t slot);
uint8_t *holding_of(order_id_t order);

#endif
