#ifndef TESTS_SUPPORT_SIM_WIRE_H
#define TESTS_SUPPORT_SIM_WIRE_H

/* A switch in virtual time: what one end sends, all others hear.
 *
 * Each end is a net_queue (dataplane/net/net.h).  Frames to groups can be lost, each end by itself,
 * and so can all others, as drawn from a seed; what is sent is there at the next look.  Time stands
 * still until it is moved. */

#include "dataplane/net/net.h"
#include "tests/support/chance.h"

#define SIM_WIRE_ENDS 4u

struct sim_wire;

struct sim_wire *sim_wire_new(uint64_t seed);
void sim_wire_delete(struct sim_wire *wire);

struct net_queue *sim_wire_end(struct sim_wire *wire, uint32_t end);

/* The clock of all ends. */
nanos_t sim_wire_now(const struct sim_wire *wire);
void sim_wire_advance(struct sim_wire *wire, nanos_t ns);

/* Out of a thousand frames, from now on. */
void sim_wire_lose(struct sim_wire *wire, uint32_t group_permille, uint32_t other_permille);

/* Forgets what waits for an end: its host was not there. */
void sim_wire_clear(struct sim_wire *wire, uint32_t end);

/* Told of every frame that an end sends. */
typedef void sim_wire_watch_fn(void *context, const uint8_t *frame, uint32_t bytes, nanos_t now);
void sim_wire_watch(struct sim_wire *wire, sim_wire_watch_fn *watch, void *context);

/* Frames lost so far. */
uint64_t sim_wire_lost(const struct sim_wire *wire);

#endif
