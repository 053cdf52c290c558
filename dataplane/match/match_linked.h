#ifndef DATAPLANE_MATCH_MATCH_LINKED_H
#define DATAPLANE_MATCH_MATCH_LINKED_H

/* What the files about stops, pairs, legs and tracked orders offer each other.
 *
 *         parent  --legs[0]-->  leg  <--sibling-->  leg  <--legs[1]--  parent       LEGS (E2)
 *         order  <--sibling-->  leg                                                 PAIR (E1)
 *
 * special.limit is the price in ticks that a leg by itself reserves at (of a STOP or TRAILING_STOP
 * that is the order of a pair: what both do); special.reserve is the one its reservation is held
 * at, which for a pair is the higher of both (G6). */

#include "dataplane/match/match_parts.h"

/* match_stop.c */

/* The trigger of a trailing stop at distance behind best (D3). */
int32_t stop_trigger_from(const struct instrument *b, enum side side, int32_t best,
                          int32_t distance);

/* Says REPLACED with PARKED; old is the id it had.  kept: MATCH_KEPT_PRIORITY or 0. */
void stop_replaced(struct match *m, uint32_t slot, order_id_t old, enum match_event_flag kept);

/* A stop that was taken out of its queue and then changed says so, and goes to the end of the queue
 * at its trigger; a fired one, or one whose trigger is reached, to that of fired ones. */
void stop_place_again(struct match *m, uint32_t slot, order_id_t old);

/* match_pair.c */

/* What its pair, if it is of one, reserves at if slot by itself does at ticks. */
int32_t pair_reserve_at(const struct match *m, uint32_t slot, int32_t ticks);
void pair_reserved_at(struct match *m, uint32_t slot, int32_t ticks); /* it does now, both */

/* The reservation of slot's pair is slot's own from now on: it is about to run. */
void pair_runs(struct match *m, uint32_t slot);

/* Reserves for slot at own ticks and lots open, in place of what it and its pair have (R). False:
 * not available, nothing changed. */
bool pair_reserve(struct match *m, uint32_t slot, int32_t own, uint32_t lots);

/* The price slot, which lives, reserves at by itself is own from now on, whatever is available:
 * that was asked for all that its legs change to (E6). */
void pair_reprice(struct match *m, uint32_t slot, int32_t own);

/* The other one shrinks to most lots, if it has more; 0: it ends.  traded: slot has traded, which
 * released for both. */
void pair_shrinks(struct match *m, uint32_t slot, uint32_t most, bool traded);

/* The other one of slot's pair, which is not linked to it any more, ends too. */
void pair_other_ends(struct match *m, uint32_t other);

/* Out of its pair, and no leg of its parent any more. */
void leg_cut(struct match *m, uint32_t slot);

/* match_linked.c */

void parent_dirty(struct match *m, uint32_t slot);
/* Nothing is open of it, and all that was filled is closed. */
bool parent_done(const struct match *m, uint32_t slot);
/* Frees it; legs that live go on alone, others go with it. */
void parent_forget(struct match *m, uint32_t slot);
void status_tell(struct match *m, uint32_t slot, enum match_status status);
/* Of a tracked order: says what it is now. */
void status_changed(struct match *m, uint32_t slot);

/* match_linked_open.c */

/* A leg in its parent's or pair's terms, as it would be asked for now. */
bool legs_fit(const struct instrument *b, const struct match_leg *legs, bool tracked,
              enum side side, price_t limit);
uint32_t leg_open(struct match *m, uint32_t parent, const struct match_leg *leg);
/* Two legs, or one and 0, become those of parent. */
void legs_join(struct match *m, uint32_t parent, const uint32_t *legs);

/* match_follow.c */

/* A leg that slept runs, or waits.  Its lots, special.limit and reservation are right. */
void leg_arrives(struct match *m, uint32_t slot);
/* A leg in the book, whose key and lots have changed since it was taken out of it, arrives anew. */
void leg_arrives_anew(struct match *m, uint32_t slot);

#endif
