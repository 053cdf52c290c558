#ifndef DATAPLANE_PUBLISH_MOLD_OUT_H
#define DATAPLANE_PUBLISH_MOLD_OUT_H

/* The messages of a history as MoldUDP64 datagrams on lines A and B (F45).
 *
 *     history ──► line A: cursor ──► claim, copy, headers, checksums, publish ──► port A
 *             └─► line B: cursor ──► the same                                ──► port B
 *
 *     turn:   itch_out_event ...; mold_out_send(out, now);     full datagrams leave
 *             ... no more events: mold_out_flush(out, now);    the rest, or a heartbeat
 *
 * Each line has its own cursor: a port that takes no more holds back its own line, which goes on
 * where it stood when there is room again, and not the other one.  Lines that are never held back
 * carry the same datagrams.  A line that is held back until the history has gone past it has lost
 * messages: it goes on with the oldest there are, and counts what is lost.
 *
 * After heartbeat_ns without a datagram a line carries a heartbeat.  After mold_out_end what is
 * left is sent, then an end of session at once and every heartbeat_ns for end_ns.
 *
 * Threads: one.  Memory: mold_out_footprint() bytes, given once.  Cost: of a datagram and line, one
 * copy and one pass for the checksum: bench/bench_publish.c.
 * Source: "MoldUDP64 Protocol Specification V 1.00", Nasdaq. */

#include "dataplane/publish/history.h"
#include "dataplane/wire/frame.h"

#define MOLD_OUT_LINES       2u /* A and B */
#define MOLD_OUT_PAYLOAD_MIN (20u + 2u + HISTORY_MESSAGE_MAX)
#define MOLD_OUT_PAYLOAD_MAX 9000u
#define MOLD_OUT_PAYLOAD     1472u /* fills an MTU of 1500 */

/* Where a line's frames go: as net_tx_claim and net_tx_publish.  claim: room for a frame of bytes,
 * or NULL if there is none now.  publish: the claimed frame is complete. */
struct mold_out_port {
    void *context;
    uint8_t *(*claim)(void *context, uint32_t bytes);
    void (*publish)(void *context);
};

struct mold_out_line {
    struct mold_out_port port;
    struct frame_udp_head head; /* identification counts on from here */
};

struct mold_out_limits {
    char session[10];
    uint32_t payload_max; /* bytes of a UDP payload */
    nanos_t heartbeat_ns; /* silence before a heartbeat: a second */
    nanos_t end_ns;       /* how long the end of session is repeated */
    uint32_t lines;       /* 1 to MOLD_OUT_LINES */
    struct mold_out_line line[MOLD_OUT_LINES];
};

struct mold_out_counts {
    uint64_t datagram; /* with messages */
    uint64_t message;
    uint64_t byte; /* of UDP payloads of any kind */
    uint64_t heartbeat;
    uint64_t end;
    uint64_t held_back; /* calls that found no room in the port */
    uint64_t lost;      /* messages that were gone from the history when there was room */
};

struct mold_out;

/* The first limit that is out of range as a sentence, or NULL. */
const char *mold_out_limits_check(const struct mold_out_limits *limits);

size_t mold_out_footprint(void);

/* memory: aligned to CACHE_LINE.  history outlives it; what it holds already is sent first. */
struct mold_out *mold_out_new(void *memory, const struct mold_out_limits *limits,
                              const struct history *history, nanos_t now);

/* Commands.  Hot.  now never goes back. */

/* Sends what fills whole datagrams.  Call it often enough that the history is not filled between
 * two calls. */
void mold_out_send(struct mold_out *out, nanos_t now);

/* Sends everything; on lines that have nothing, heartbeats and ends that are due. */
void mold_out_flush(struct mold_out *out, nanos_t now);

/* What the history holds by now was sent before: all lines go on behind it. */
void mold_out_skip(struct mold_out *out);

/* No message will follow: the session ends.  Once. */
void mold_out_end(struct mold_out *out, nanos_t now);

/* Queries. */

/* mold_out_end was called, all lines have sent everything, and end_ns are over. */
bool mold_out_ended(const struct mold_out *out, nanos_t now);

/* When mold_out_flush should be called next though nothing happens. */
nanos_t mold_out_due(const struct mold_out *out);

/* Number of the first message that a line has not sent. */
uint64_t mold_out_cursor(const struct mold_out *out, uint32_t line);

/* Number of the first message that no line has sent. */
uint64_t mold_out_sent(const struct mold_out *out);

const struct mold_out_counts *mold_out_counts(const struct mold_out *out, uint32_t line);

#endif
