#ifndef DATAPLANE_GATEWAY_GATEWAY_ABSENT_H
#define DATAPLANE_GATEWAY_GATEWAY_ABSENT_H

/* Private to gateway*.c: strategies of the journal that are not in the plan, and that found no
 * spare place.
 *
 *     journal: one, two, old          places: one, two | old
 *                                     the plan's ──────┘ └── behind them, while records are read
 *
 * What they ordered and executed has to be read like that of the others: their orders may be what
 * an execution is of, and their money is the box's.  But who has no order and no position in the
 * end needs no place; so there are some for reading, behind those of the plan, without a delegate,
 * without slots and bounds.  Nobody but the journal's reader and images knows of them.
 *
 * Risk has one row for all of them together.  Their orders are in slots behind all others, which
 * the machine of slots does not know; there too are those of who is in the plan, as long as there
 * is no other place for them (gateway_before.c). */

#include "dataplane/gateway/gateway.h"

#define GATEWAY_ABSENT        32u
#define GATEWAY_ABSENT_ORDERS 1024u /* read without a place, open at once at a venue */

struct gateway_venue;
struct gateway_chain;
struct gateway_fill;

struct gateway_absent_name {
    char name[DELEGATE_NAME_MAX + 1];
};

/* How many there may be. */
uint32_t gateway_absent_room(const struct gateway_plan *plan);
/* Places that executions may be of. */
uint32_t gateway_places(const struct gateway *gateway);
/* Slots that orders may be in. */
uint32_t gateway_slots_kept(const struct gateway_venue *venue);
bool gateway_is_absent(const struct gateway *gateway, uint32_t place);
/* Its row in risk. */
uint32_t gateway_risk_row(const struct gateway *gateway, uint32_t place);

/* Place of the name, or GATEWAY_NONE. */
uint32_t gateway_absent_find(const struct gateway *gateway, const char *name);
/* The journal's number is of a name without a place; nothing is known of it yet. */
void gateway_absent_named(struct gateway *gateway, const struct gateway_named *named);
/* Something is to be: its place from now on, or GATEWAY_NONE if there is no room. */
uint32_t gateway_absent_enter(struct gateway *gateway, uint32_t number);
/* Why there is no room for it, or for an order of it. */
bool gateway_absent_wrong(const struct gateway *gateway, uint32_t number, char *problem,
                          size_t capacity);
/* The slot that it was, if it is free, or another one; GATEWAY_NONE. */
uint32_t gateway_absent_slot(const struct gateway_venue *venue, uint32_t was);
void gateway_absent_traded(struct gateway *gateway, uint32_t place,
                           const struct gateway_fill *fill);
void gateway_absent_day(struct gateway *gateway);
/* No record comes any more: none of them has an order. */
void gateway_absent_end(struct gateway_venue *venue);

#endif
