#ifndef TESTS_STAGE_ORDER_RIG_H
#define TESTS_STAGE_ORDER_RIG_H

/* An order host on the venue of exchange_rig.h, and what its owner was told: by TCP from an end of
 * the switch, or from within the venue's process.
 *
 * The rig is the owner: it counts, keeps every message, and says at once what is out of order. */

#include "dataplane/stage/order_host.h"
#include "tests/stage/exchange_rig.h"

#define ORDER_RIG_CLIENT   3u /* whose session it is */
#define ORDER_RIG_MESSAGES 65536u

struct order_rig {
    struct exchange *exchange;
    bool inside;
    struct order_host_plan plan;
    struct order_host *host;  /* NULL: there is none */
    uint32_t kept;            /* INSIDE: of the plan */
    struct ouch_client *ouch; /* makes the bytes of orders */
    char guess;               /* instead of the password's first letter; 0: none */
    uint64_t first;           /* the next start asks for this number */

    uint64_t told; /* messages, in all */
    struct exchange_message *message;
    bool up;
    uint64_t ups, downs;
    uint64_t unsettled; /* messages given while it was not up */
};

struct order_rig_plan {
    bool inside;
    uint64_t seed;
    enum venue_durability durability;
    bool cancels; /* the venue cancels what a session has when it loses it */
};

/* A venue that runs, and the host, not yet up. */
struct order_rig *order_rig_new(const struct order_rig_plan *plan);
void order_rig_delete(struct order_rig *rig);

/* Makes the host anew, as after a start: it asks for rig->first. */
void order_rig_start(struct order_rig *rig);

/* Until it is up and everything is answered.  False if that never comes. */
bool order_rig_settle(struct order_rig *rig);

/* A buy of 1 at price_e4; the number, or 0 if it was not taken. */
uint32_t order_rig_enter(struct order_rig *rig, char side, uint32_t qty, uint32_t price_e4);

struct order_host_look order_rig_look(const struct order_rig *rig);

#endif
