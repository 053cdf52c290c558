#ifndef TESTS_INET_RIG_H
#define TESTS_INET_RIG_H

/* A host under test, 10.0.0.1, and a peer made of bytes, 10.0.0.2, on one wire.
 *
 * What the peer sends is built here by hand from the layouts of RFC 791 and RFC 9293; what the host
 * sends is taken apart here, its checksums added up word by word.  Nothing of dataplane/wire or
 * dataplane/inet's own writers is used. */

#include "dataplane/inet/inet.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RIG_FRAMES = 512,
    RIG_FRAME_BYTES = 2048,
    RIG_HEAD = 14 + 20, /* Ethernet and IPv4 */
    RIG_HOST = 0x0a000001,
    RIG_PEER = 0x0a000002,
};

/* A TCP segment of either side. */
struct rig_segment {
    uint32_t from_ip, to_ip;
    uint16_t from_port, to_port;
    uint32_t sequence, ack;
    uint32_t flags;
    uint16_t window;
    uint8_t option[40];
    uint32_t option_bytes;
    uint8_t payload[1600];
    uint32_t payload_bytes;
};

struct rig_frame {
    uint32_t bytes;
    uint8_t at[RIG_FRAME_BYTES];
};

struct rig {
    struct inet *inet;
    struct tcp *tcp;
    void *memory;
    nanos_t now;
    bool link_full;
    uint32_t sent, seen; /* frames published; and looked at by rig_next */
    struct rig_frame frame[RIG_FRAMES];
    struct rig_frame claimed;
};

/* limits may leave out addresses and output: they are filled in.  The peer is a static neighbour,
 * unless limits name others. */
void rig_open(struct rig *rig, struct inet_limits limits);
void rig_close(struct rig *rig);

/* The next frame the host has sent, or NULL. */
const struct rig_frame *rig_next(struct rig *rig);

/* Ticks at each moment something is due until now is later by wait. */
void rig_wait(struct rig *rig, nanos_t wait);

/* A segment as a frame from the peer to the host; returns its bytes. */
uint32_t rig_segment_write(const struct rig_segment *segment, uint8_t *frame);
enum inet_status rig_segment_send(struct rig *rig, const struct rig_segment *segment);

/* An IPv4 datagram of protocol around payload, from the peer to `to`. */
uint32_t rig_ip_write(uint8_t *frame, uint32_t from, uint32_t to, uint8_t protocol,
                      const uint8_t *payload, uint32_t bytes);
enum inet_status rig_ip_send(struct rig *rig, uint32_t from, uint32_t to, uint8_t protocol,
                             const uint8_t *payload, uint32_t bytes);

/* Takes a frame of the host apart; false if it is no sound TCP segment to the peer. */
bool rig_segment_read(const struct rig_frame *frame, struct rig_segment *segment);

uint32_t rig_sum(const uint8_t *bytes, uint32_t length, uint32_t sum);
void rig_put16(uint8_t *at, uint32_t value);
void rig_put32(uint8_t *at, uint32_t value);
uint32_t rig_load16(const uint8_t *at);
uint32_t rig_load32(const uint8_t *at);

#endif
