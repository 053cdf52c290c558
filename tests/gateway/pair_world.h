#ifndef TESTS_GATEWAY_PAIR_WORLD_H
#define TESTS_GATEWAY_PAIR_WORLD_H

/* For the property of a strategy at two venues: a gateway whose delegates are "arb", arbitrage
 * between AAAA at venue 0 and BBBB at venue 1, and "roam", which wants anything of any key, now
 * here and now there; two venues that misbehave (tests/route/model_venue.h); and what is known of
 * all that from outside. */

#include "tests/gateway/gateway_rig.h"
#include "tests/route/model_venue.h"
#include "tests/support/spec.h"

#define ARB_KEYS 2u
#define KEYS     (ARB_KEYS + PUPPET_KEYS) /* slots of both, at each venue */
#define BOUND    (60 * QTY_ONE)

enum { VENUES = 2, ARB = 0, ROAM = 1, HOLDERS = 2 };

struct flight {
    bool flying;
    struct slot_request request;
    uint32_t query;
};

struct place {
    struct model_venue venue;
    struct flight flight[KEYS];
    qty_t position[HOLDERS]; /* as executed at the venue */
    qty_t beyond[HOLDERS][2];
    uint64_t sequence;
    uint32_t room;
    bool up;
    bool halted;
    price_t away; /* of its market from the value */
    bool live;
};

struct pair_world {
    uint64_t seed;
    uint32_t step;
    uint32_t lives;
    struct chance chance;
    struct gateway_rig rig;
    struct place place[VENUES];
    price_t value;
    bool journal_full;
};

extern struct pair_world *world;

extern struct rig_written *written; /* the journal */
extern uint32_t records;
extern uint64_t failures, orders_sent, arb_filled, refused_elsewhere, restarts, halts;

#define HOLDS(cond)                                                                                \
    do {                                                                                           \
        if (!(cond) && failures++ < 20)                                                            \
            spec_expect(__FILE__, __LINE__, false, "seed %d step %d: %s", (int)world->seed,        \
                        (int)world->step, #cond);                                                  \
    } while (0)

static inline uint32_t holder_of(uint32_t slot)
{
    return slot < ARB_KEYS ? ARB : ROAM;
}

void pair_begin(uint64_t seed); /* everything is up, and the market is shown */
void pair_step(void);
void pair_restart(void);

/* Parts of a step, of a venue. */
bool pair_arrive(uint32_t venue);
void pair_deliver(uint32_t venue);
void pair_session(uint32_t venue); /* lost, or back */
void pair_halt(uint32_t venue);    /* halted, or released */
void pair_market(uint32_t venue);  /* shows what it is */
void pair_decide(void);

#endif
