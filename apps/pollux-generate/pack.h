#ifndef APPS_POLLUX_GENERATE_PACK_H
#define APPS_POLLUX_GENERATE_PACK_H

/* Messages into MoldUDP64 datagrams, as a venue's publisher does it.
 *
 *     message --> | open datagram | --> emitted when the next message does not belong to it:
 *                                         it comes more than gather_ns after the first one,
 *                                         or the datagram has messages_max, or it would not fit
 *
 * A datagram has the time of its last message.  When nothing was emitted for heartbeat_ns of the
 * feed's time, a heartbeat is, and again.  pack_end emits the open datagram and end-of-session
 * datagrams, heartbeat_ns apart.
 *
 * Threads: one.  Memory: struct pack. */

#include "dataplane/wire/moldudp64.h"

#define PACK_PAYLOAD_MAX  65507u /* a UDP datagram over IPv4 */
#define PACK_HEADER_BYTES 20u
#define PACK_MESSAGE_MAX  (PACK_PAYLOAD_MAX - PACK_HEADER_BYTES - 2u)
#define PACK_HEARTBEAT_NS NANOS_SECOND
#define PACK_ENDS         5u /* end-of-session datagrams */

struct pack_plan {
    struct text10 session;
    nanos_t gather_ns;
    uint32_t messages_max;
    uint32_t payload_max; /* a single message may exceed it */
};

/* A datagram as every line carries it. */
struct pack_datagram {
    const uint8_t *payload;
    uint32_t payload_bytes;
    uint32_t messages; /* 0: a heartbeat or an end of session */
    uint64_t sequence;
    nanos_t time_ns;
};

typedef void pack_emit_fn(void *to, const struct pack_datagram *datagram);

struct pack {
    struct pack_plan plan;
    pack_emit_fn *emit;
    void *to;
    uint64_t sequence; /* of the first message of the open datagram */
    nanos_t first_ns;  /* its first message; its last; the last datagram emitted, 0 if none */
    nanos_t last_ns;
    nanos_t emitted_ns;
    uint32_t messages; /* in the open datagram */
    uint32_t bytes;
    uint8_t payload[PACK_PAYLOAD_MAX];
};

void pack_open(struct pack *pack, const struct pack_plan *plan, pack_emit_fn *emit, void *to);

/* Adds a message of at most PACK_MESSAGE_MAX bytes; time_ns never goes back. */
void pack_message(struct pack *pack, const uint8_t *message, uint32_t length, nanos_t time_ns);

void pack_end(struct pack *pack);

#endif
