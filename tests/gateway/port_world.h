#ifndef TESTS_GATEWAY_PORT_WORLD_H
#define TESTS_GATEWAY_PORT_WORLD_H

/* A trade port of OUCH 5.0 between real slots and a real venue (entry and engine), over a session
 * that is lost at any time: requests on their way may vanish from any point on, answers that
 * were not read are read on the next connection.
 *
 *     slots ──► port ──► flight[] ──► entry, match ──► log[] ──► port ──► slots
 *                          cut here: the rest vanishes    heard: the rest is replayed
 *
 * Beside it the plainest books there are, kept by the bytes of the messages: what they say, and
 * what the port says, must agree after each message. */

#include "dataplane/gateway/trade_port_ouch50.h"
#include "tests/entry/entry_rig.h"
#include "tests/support/chance.h"

enum {
    WORLD_SLOTS = 24,
    WORLD_URNS = 40000,
    WORLD_LOG = 200000,
    WORLD_FLIGHT = 4096,
    WORLD_ROOM = 256,
    WORLD_BYTES = 80,
};

/* An order by what the bytes said. */
struct plain_order {
    bool sent, accepted, over, rejected, replaced, never, forgotten;
    uint32_t slot;
    uint32_t was;
    uint32_t asked; /* for the whole chain */
    uint32_t total; /* the same; what is left of it at a start */
    uint32_t cum;
    uint32_t leaves;
    uint32_t gone; /* taken off by the venue: asked is cum, leaves and gone */
    uint64_t last; /* request about it, by its number */
};

struct world_message {
    uint32_t length;
    uint8_t bytes[WORLD_BYTES];
};

struct world {
    struct entry_rig rig;
    struct chance chance;
    uint64_t seed;
    uint32_t step;
    uint32_t run;
    bool up;

    void *port;
    struct slots *slots;
    struct slots_out out;
    struct slot_request request[WORLD_ROOM];
    struct slot_say say[WORLD_ROOM];
    uint64_t sequence; /* of intents */
    uint8_t how[WORLD_SLOTS];

    struct world_message flight[WORLD_FLIGHT];
    uint32_t flight_first, flight_count;
    uint64_t requests; /* encoded */
    uint64_t settled;  /* of them, taken by the venue or vanished */
    struct world_message *log;
    uint32_t log_count, heard;
    uint32_t other_urn; /* of the other session */

    struct plain_order *plain; /* by urn */

    /* What has been. */
    uint64_t cuts, vanished, replayed, restarts, reports[SLOT_ANSWER_COUNT], fences, served;
};

void world_new(struct world *world, uint64_t seed);
void world_free(struct world *world);
void world_step(struct world *world);
/* All that is under way arrives, and all doubts end; then the engine is asked. */
void world_settle(struct world *world);

#endif
