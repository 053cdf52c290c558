#ifndef TESTS_STAGE_RIG_H
#define TESTS_STAGE_RIG_H

/* A feed stage and an engine stage behind an in-memory link, with the far end in the test's hand.
 *
 *     far end --> link --> feed stage --> listings, markets --> engine stage --> tally
 *
 * A test may change feed_plan and engine_plan between rig_plan and rig_open. */

#include "dataplane/net/net_memory.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/feed_stage.h"

#define RIG_GROUP         0xe9010203u
#define RIG_PORT          26400u
#define RIG_GROUP_B       0xe9010204u
#define RIG_BYTES_MAX     1400u
#define RIG_DELEGATE      "everything"
#define RIG_WAIT_NS       (5 * NANOS_MILLI) /* a hole of the rig's channel becomes a gap */
#define RIG_DELEGATES_MAX 4u

struct rig {
    struct net_clock clock;
    struct net_memory *link;
    struct net_queue *far;
    struct feed_stage_plan feed_plan;
    struct engine_stage_plan engine_plan;
    struct conflate *listings;
    struct conflate *markets;
    struct feed_stage *feed;
    struct engine_stage *engine;
    uint64_t sequence; /* of the next message */
    uint32_t group;    /* where packets go */
    uint16_t port;
};

void rig_plan(struct rig *rig);
void rig_open(struct rig *rig);
void rig_close(struct rig *rig);

/* One MoldUDP64 datagram being made; messages are behind their lengths. */
struct packet {
    uint64_t sequence;
    uint32_t count;
    uint32_t bytes;
    uint8_t payload[RIG_BYTES_MAX];
};

struct packet packet_at(uint64_t sequence);
void packet_add(struct packet *packet, const void *message, uint32_t bytes);

/* Messages of instrument "S<number>", padded. */
void packet_directory(struct packet *packet, uint16_t instrument, const char symbol[8]);
void packet_trading(struct packet *packet, uint16_t instrument, char state);
void packet_order(struct packet *packet, uint16_t instrument, uint64_t ref, char side,
                  uint32_t shares, uint32_t price_e4);
void packet_execute(struct packet *packet, uint16_t instrument, uint64_t ref, uint32_t shares);

/* Writes the frame of a datagram and returns its length; frame has room for RIG_BYTES_MAX + 62. */
uint32_t packet_frame(const struct packet *packet, uint32_t group, uint16_t port, uint8_t *frame);

/* Puts the datagram on the link, to the rig's group; the rig's sequence follows it. */
void rig_send(struct rig *rig, const struct packet *packet);
void rig_send_bytes(struct rig *rig, const uint8_t *frame, uint32_t length);

/* Sends the directory entry and the trading state of an instrument, and an order on each side. */
void rig_list(struct rig *rig, uint16_t instrument, const char symbol[8]);

uint32_t rig_feed_turn(struct rig *rig);
uint32_t rig_engine_turn(struct rig *rig);
void rig_settle(struct rig *rig); /* turns of both until neither finds work */

struct feed_view rig_feed_view(struct rig *rig);     /* after housekeeping */
struct engine_view rig_engine_view(struct rig *rig); /* after housekeeping */

#endif
