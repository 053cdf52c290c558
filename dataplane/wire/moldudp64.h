#ifndef DATAPLANE_WIRE_MOLDUDP64_H
#define DATAPLANE_WIRE_MOLDUDP64_H

/* MoldUDP64: numbered messages in UDP datagrams.
 *
 *     | session 10 | sequence 8 | count 2 |  length 2 | message |  length 2 | message | ...
 *
 * The sequence number is that of the first message; message k has sequence + k.  A message of zero
 * bytes is legal and consumes a number.  With count 0 (heartbeat) or 0xffff (end of session) the
 * sequence is the next one to be sent and no block follows; bytes that do are ignored.
 *
 * Source: "MoldUDP64 Protocol Specification V 1.00", Nasdaq. */

#include "dataplane/wire/wire.h"

#define MOLDUDP64_HEARTBEAT      0u      /* count: nothing was sent for a while */
#define MOLDUDP64_END_OF_SESSION 0xffffu /* count: nothing will be sent */
#define MOLDUDP64_COUNT_MAX      0xfffeu /* messages in one datagram, by its header */

/* clang-format off */

/* "Downstream Packet Header"; also the whole of a heartbeat and of an end of session. */
#define MOLDUDP64_HEADER(F, M)                                                         \
    F(M, text10, session,   0, "stream the messages belong to, compared as bytes")     \
    F(M, be64,   sequence, 10, "number of the first message")                          \
    F(M, be16,   count,    18, "messages that follow; 0 and 0xffff are special")

/* "Message Block": before each message. */
#define MOLDUDP64_BLOCK(F, M)                                                          \
    F(M, be16,   length,    0, "bytes of the message that follows")

/* "Request Packet": to a re-request server; it answers with downstream packets. */
#define MOLDUDP64_REQUEST(F, M)                                                        \
    F(M, text10, session,   0, "stream whose messages are wanted")                     \
    F(M, be64,   sequence, 10, "number of the first message wanted")                   \
    F(M, be16,   count,    18, "messages wanted")

/* What a datagram is: status, counter, meaning. */
#define MOLDUDP64_STATUSES(X)                                                          \
    X(MOLDUDP64_MESSAGES,     messages,     "messages fill the datagram exactly")      \
    X(MOLDUDP64_IDLE,         heartbeat,    "a heartbeat")                             \
    X(MOLDUDP64_ENDED,        end_of_session, "the end of the session")                \
    X(MOLDUDP64_SHORT_HEADER, short_header, "fewer than the 20 bytes of a header")     \
    X(MOLDUDP64_BAD_BLOCKS,   bad_blocks,   "message blocks do not fill the datagram exactly") \
    X(MOLDUDP64_BAD_SEQUENCE, bad_sequence, "sequence number 0, or its messages would pass 2^64")

/* clang-format on */

WIRE_MESSAGE(moldudp64_header, MOLDUDP64_HEADER, 20)
WIRE_MESSAGE(moldudp64_block, MOLDUDP64_BLOCK, 2)
WIRE_MESSAGE(moldudp64_request, MOLDUDP64_REQUEST, 20)

#define MOLDUDP64_ENUM(status, counter, meaning) status,
enum moldudp64_status { MOLDUDP64_STATUSES(MOLDUDP64_ENUM) MOLDUDP64_STATUS_COUNT };

const char *moldudp64_status_text(enum moldudp64_status status);
const char *moldudp64_status_name(enum moldudp64_status status);

/* The length in front of the block at block, which must have two bytes. */
static inline uint32_t moldudp64_block_length(const uint8_t *block)
{
    return be16_read(((const struct moldudp64_block *)block)->length);
}

/* Decides what datagram[0..length) is, walking all its blocks.  After MOLDUDP64_MESSAGES the header
 * may be read, and exactly count blocks lie behind it, the last ending at length. */
MUST_USE enum moldudp64_status moldudp64_check(const uint8_t *datagram, size_t length);

#endif
