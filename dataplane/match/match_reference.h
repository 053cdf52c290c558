#ifndef DATAPLANE_MATCH_MATCH_REFERENCE_H
#define DATAPLANE_MATCH_MATCH_REFERENCE_H

/* The numbers by which the outside knows an order's place in a book, and a trade.
 *
 * Ids name their owner, so they are not published.  A reference is made of the event that gave the
 * order its place: its number and step.  So it is unique for the life of the journal, says nothing
 * but the order of arrival, and everyone who follows the events comes to the same one without being
 * told: the market data, and the owner's acknowledgement.
 *
 *     71.0  b takes 30 from a       b is accepted: its reference is that of 71.0
 *     71.1  b takes 20 from c       (each trade's own number is that of its event: 71.0, 71.1)
 *     71.2  b rests 10              b enters the book under the reference of 71.0
 *
 * An order that keeps its place (KEPT_PRIORITY) keeps its reference; one that goes to the end of a
 * queue (REPLACED otherwise, REFILLED) gets another.
 *
 * Threads: each follower has its own.  Cost: a few instructions an event. */

#include "dataplane/match/match_event.h"

#define MATCH_REFERENCE_STEPS 65536u /* steps wrap, as in match_event */

static inline uint64_t match_reference(uint64_t number, uint16_t step)
{
    return number * MATCH_REFERENCE_STEPS + step;
}

/* What has arrived last, and the step of its first event. */
struct match_follower {
    uint64_t number;
    order_id_t id;
    uint16_t step;
};

/* The reference of the order that event names as id, of its arrival or of its new place.  Call it
 * once, in order, for each RESTED, WAITS, TRIGGERED and REFILLED, each TRADED that is not of an
 * auction, and each REPLACED without KEPT_PRIORITY. */
static inline uint64_t match_follow_reference(struct match_follower *follower,
                                              const struct match_event *event)
{
    uint64_t here = match_reference(event->number, event->step);
    bool leg = (event->kind == MATCH_RESTED || event->kind == MATCH_WAITS) && event->other != 0;
    if (event->kind == MATCH_REFILLED || leg) return here;
    bool moves = event->kind == MATCH_REPLACED; /* it may have arrived by this very input */
    if (moves || follower->number != event->number || follower->id != event->id)
        *follower = (struct match_follower){event->number, event->id, event->step};
    return match_reference(follower->number, follower->step);
}

#endif
