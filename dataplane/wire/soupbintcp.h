#ifndef DATAPLANE_WIRE_SOUPBINTCP_H
#define DATAPLANE_WIRE_SOUPBINTCP_H

/* SoupBinTCP: packets in a TCP stream, which carry the messages of a session.
 *
 *     | length 2 | type 1 | payload ... |  length 2 | type 1 | payload ... |
 *
 * The length counts the type and the payload, not itself.  Segments end anywhere in a packet.
 * Sequenced messages (S) have numbers that are not sent: the first after Login Accepted has its
 * sequence, and each raises it by one.
 *
 * Numbers in Login Request and Login Accepted are ASCII digits: decimal.h.
 *
 * Source: "SoupBinTCP", version 3.00, Nasdaq; unsequenced data from the server is of version 4.00,
 * the heartbeat timeout in the login of 4.10. */

#include "dataplane/wire/wire.h"

#define SOUPBINTCP_LENGTH_BYTES 2u /* in front of a packet, not counted by it */
#define SOUPBINTCP_HEADER_BYTES 3u
#define SOUPBINTCP_PAYLOAD_MAX  65534u /* by the length field; a receiver's limit may be lower */

/* clang-format off */

/* "Logical Packet": before each payload; also the whole of a heartbeat, a logout, an end. */
#define SOUPBINTCP_HEADER(F, M)                                                        \
    F(M, be16,   length,    0, "bytes that follow, the type included")                 \
    F(M, text1,  type,      2, "what the packet is: SOUPBINTCP_PACKETS")

/* "Login Request Packet", 3.00 and 4.00. */
#define SOUPBINTCP_LOGIN(F, M)                                                         \
    F(M, be16,   length,    0, "47")                                                   \
    F(M, text1,  type,      2, "'L'")                                                  \
    F(M, text6,  username,  3, "case-insensitive, padded on the right")                \
    F(M, text10, password,  9, "case-insensitive, padded on the right")                \
    F(M, text10, session,  19, "blank: the current one")                               \
    F(M, text20, sequence, 29, "digits: next message wanted; 1 is the first, 0 the newest")

/* "Login Request Packet", 4.10. */
#define SOUPBINTCP_LOGIN_TIMED(F, M)                                                   \
    F(M, be16,   length,    0, "52")                                                   \
    F(M, text1,  type,      2, "'L'")                                                  \
    F(M, text6,  username,  3, "case-insensitive, padded on the right")                \
    F(M, text10, password,  9, "case-insensitive, padded on the right")                \
    F(M, text10, session,  19, "blank: the current one")                               \
    F(M, text20, sequence, 29, "digits: next message wanted; 1 is the first, 0 the newest") \
    F(M, text5,  timeout,  49, "digits: milliseconds of silence after which the client is gone")

/* "Login Accepted Packet". */
#define SOUPBINTCP_ACCEPTED(F, M)                                                      \
    F(M, be16,   length,    0, "31")                                                   \
    F(M, text1,  type,      2, "'A'")                                                  \
    F(M, text10, session,   3, "padded on the left")                                   \
    F(M, text20, sequence, 13, "digits: number of the next sequenced message")

/* "Login Rejected Packet". */
#define SOUPBINTCP_REJECTED(F, M)                                                      \
    F(M, be16,   length,    0, "2")                                                    \
    F(M, text1,  type,      2, "'J'")                                                  \
    F(M, text1,  reason,    3, "'A' not authorized, 'S' session not available")

/* type, name, who may send it, packet bytes (the length field's own two included): least, most. */
#define SOUPBINTCP_PACKETS(X)                                                          \
    X('+', debug,            SOUPBINTCP_EITHER, 3,  65537)                             \
    X('A', accepted,         SOUPBINTCP_SERVER, 33, 33)                                \
    X('J', rejected,         SOUPBINTCP_SERVER, 4,  4)                                 \
    X('S', sequenced,        SOUPBINTCP_SERVER, 3,  65537)                             \
    X('H', server_heartbeat, SOUPBINTCP_SERVER, 3,  3)                                 \
    X('Z', end_of_session,   SOUPBINTCP_SERVER, 3,  3)                                 \
    X('L', login,            SOUPBINTCP_CLIENT, 49, 54)                                \
    X('U', unsequenced,      SOUPBINTCP_EITHER, 3,  65537)                             \
    X('R', client_heartbeat, SOUPBINTCP_CLIENT, 3,  3)                                 \
    X('O', logout,           SOUPBINTCP_CLIENT, 3,  3)

/* What a stream goes on with: status, counter, meaning. */
#define SOUPBINTCP_STATUSES(X)                                                         \
    X(SOUPBINTCP_WHOLE,        whole,        "a packet is there to its last byte")     \
    X(SOUPBINTCP_PART,         part,         "the beginning of a packet, nothing wrong so far") \
    X(SOUPBINTCP_EMPTY,        empty,        "a packet of length 0, without a type")   \
    X(SOUPBINTCP_UNKNOWN_TYPE, unknown_type, "a type that no version has")             \
    X(SOUPBINTCP_WRONG_SENDER, wrong_sender, "a type that only the other side sends")  \
    X(SOUPBINTCP_BAD_LENGTH,   bad_length,   "not of the length its type has")

/* clang-format on */

WIRE_MESSAGE(soupbintcp_header, SOUPBINTCP_HEADER, 3)
WIRE_MESSAGE(soupbintcp_login, SOUPBINTCP_LOGIN, 49)
WIRE_MESSAGE(soupbintcp_login_timed, SOUPBINTCP_LOGIN_TIMED, 54)
WIRE_MESSAGE(soupbintcp_accepted, SOUPBINTCP_ACCEPTED, 33)
WIRE_MESSAGE(soupbintcp_rejected, SOUPBINTCP_REJECTED, 4)

#define SOUPBINTCP_ENUM(status, counter, meaning) status,
enum soupbintcp_status { SOUPBINTCP_STATUSES(SOUPBINTCP_ENUM) SOUPBINTCP_STATUS_COUNT };

/* Who sends. */
enum soupbintcp_sender { SOUPBINTCP_SERVER = 1, SOUPBINTCP_CLIENT = 2, SOUPBINTCP_EITHER = 3 };

const char *soupbintcp_status_text(enum soupbintcp_status status);
const char *soupbintcp_status_name(enum soupbintcp_status status);

/* Decides what bytes[0..length), which sender sent, begin with, as soon as that can be said.  After
 * SOUPBINTCP_WHOLE the first soupbintcp_bytes(bytes) of them are one packet and may be read as the
 * struct of its type; a login is the timed one if it has that one's length. */
MUST_USE enum soupbintcp_status soupbintcp_check(enum soupbintcp_sender sender,
                                                 const uint8_t *bytes, size_t length);

/* Bytes of the packet at bytes, of which two must be there. */
static inline uint32_t soupbintcp_bytes(const uint8_t *bytes)
{
    return SOUPBINTCP_LENGTH_BYTES + be16_read(*(const struct be16 *)bytes);
}

/* A header for a payload of so many bytes, at most SOUPBINTCP_PAYLOAD_MAX. */
static inline struct soupbintcp_header soupbintcp_header_of(char type, uint32_t payload_bytes)
{
    return (struct soupbintcp_header){
        .length = be16((uint16_t)(payload_bytes + 1)),
        .type = text1(type),
    };
}

#endif
