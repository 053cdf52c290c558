#ifndef DATAPLANE_GATEWAY_GATEWAY_DAY_H
#define DATAPLANE_GATEWAY_GATEWAY_DAY_H

/* Private to gateway*.c: the trading day.
 *
 *     plan.day_begins      22:00:00          22:00:00          22:00:00
 *                 ────┬───────┼────────┬────────┼─────────────────┼────► the gateway's time
 *     journal       START    DAY     START           (stopped)       START DAY
 *     its day         Mon    Tue      Tue                              Thu
 *
 * A day begins when a tick, or a start, comes with a time at or behind the first moment that lies
 * behind day.at: the time at which the newest one began, or the journal did.  That is in each
 * START and DAY, and only ever rises: so a moment is found passed after any crash, several that
 * were slept through are one, and a time that goes back begins nothing.
 *
 * DAY alone makes the day; what was carried over it is then worth nothing yet.  CARRIED gives it
 * its price in a symbol, at once where there is one, else with the first: so a loss on it is known
 * over every start.  One that the journal had no room for, or a crash has come before, is made up
 * for by the first price of the next start.
 *
 * A holding goes on counting what it traded, as delegates are shown it: an order of their
 * parameters is not worked again because a night has passed.  What was before the day is kept
 * beside it, for whoever looks. */

#include "dataplane/gateway/gateway.h"

/* Of a holding: what it had traded when the day began. */
struct gateway_past {
    qty_t bought;
    qty_t sold;
    uint64_t fills;
};

struct gateway_days {
    nanos_t at;                /* behind it is the moment of the next day; */
    nanos_t next;              /* that, or UINT64_MAX: no moment ends the day */
    uint32_t begun;            /* in the journal */
    struct gateway_past *past; /* by strategy, then symbol */
};

struct gateway_past *gateway_past_at(const struct gateway *gateway, uint32_t strategy,
                                     uint32_t symbol);

/* Of a start: since when it counts, and what the next moment is.  Before its START. */
void gateway_day_found(struct gateway *gateway, nanos_t now);
void gateway_day_read(struct gateway *gateway, const struct gateway_day *day);
const char *gateway_carried_read(struct gateway *gateway, const struct gateway_carried *carried);

/* Begins a day if its moment has passed. */
void gateway_day_look_for(struct gateway *gateway, nanos_t now);

/* The first price of a symbol since the start: what was carried in it is worth this. */
void gateway_first_mark(struct gateway *gateway, uint32_t symbol);

#endif
