#ifndef TESTS_ROUTE_SLOTS_RIG_H
#define TESTS_ROUTE_SLOTS_RIG_H

/* A slot played by a line of text, and what it put on the wire, as text.
 *
 *     steps   i1 x2    an ORDER, a STOP intent with that sequence; order n is 10 at price n, or
 *             i3@1     at price 1
 *             i1:7     with that quantity, i1:7/4 carrying: 4 were known to be executed
 *             a r e4 c n p s the venue: accepted, rejected, executed 4 so far, canceled, no cancel,
 *                      replaced, no replace; about the newest order, or the replacement (p, s)
 *             E4 C     the same as e4 and c, about the replacement
 *             O6/4 D4 N the answer to the newest query: open with 6 left after 4, done after 4,
 *                      never; B6/4 M the same as O and N, about the replacement
 *             t        long silence            d u   the session is lost, back
 *             h        the strategy is shut and swept    g   it is open again
 *             i1p i1m  worked another way (post only; immediate)
 *             l2/3     from now on room for 2 orders, 3 requests in all; those in line are served
 *             l        room for any number
 *     wire    o1 r3 c1 q1 each by the price of what it is about
 */

#include "dataplane/route/slots.h"
#include "dataplane/strategy/delegate.h"

#define RIG_SLOT  1u /* the one that is played; others must stay as they were */
#define RIG_FIRST 100u

struct slots_rig {
    struct slots *slots;
    struct slots_out out;
    struct slot_request request[64];
    struct slot_say say[256];
    enum slots_status status; /* of the newest intent or answer */
    nanos_t now;
    order_id_t order; /* newest sent */
    order_id_t asked;
    uint32_t number;
    price_t price_of[64]; /* by order - RIG_FIRST */
    char wire[512];
    char said[1024]; /* names, with a space behind each */
};

void slots_rig_new(struct slots_rig *rig, bool replaces);
void slots_rig_limit(struct slots_rig *rig, qty_t total_max); /* of a venue that replaces */
void slots_rig_free(struct slots_rig *rig);

/* Plays all steps of a text, or one. */
void slots_rig_play(struct slots_rig *rig, const char *steps);

/* Plays all but the last step and returns where the last begins. */
const char *slots_rig_lead(struct slots_rig *rig, const char *steps);

/* Takes what was appended to out into wire and said, and empties it. */
void slots_rig_collect(struct slots_rig *rig);

enum slot_state slots_rig_state(const struct slots_rig *rig);

#endif
