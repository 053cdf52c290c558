#ifndef DATAPLANE_WIRE_ICMP_H
#define DATAPLANE_WIRE_ICMP_H

/* ICMP messages (RFC 792; next-hop MTU: RFC 1191, section 4). */

#include "dataplane/wire/wire.h"

#define ICMP_ECHO_REPLY    0u
#define ICMP_UNREACHABLE   3u
#define ICMP_ECHO_REQUEST  8u
#define ICMP_TIME_EXCEEDED 11u
#define ICMP_PARAMETER     12u

/* Codes of ICMP_UNREACHABLE. */
#define ICMP_NET_UNREACHABLE      0u
#define ICMP_HOST_UNREACHABLE     1u
#define ICMP_PROTOCOL_UNREACHABLE 2u
#define ICMP_PORT_UNREACHABLE     3u
#define ICMP_FRAGMENTATION_NEEDED 4u
#define ICMP_SOURCE_ROUTE_FAILED  5u

#define ICMP_QUOTED_BYTES_MIN 8u /* of the datagram behind its IP header, in an error */

/* clang-format off */

/* Echo request and reply; the echoed bytes follow. */
#define ICMP_ECHO(F, M)                                                                \
    F(M, u8,   type,       0, "8 request, 0 reply")                                    \
    F(M, u8,   code,       1, "0")                                                     \
    F(M, be16, checksum,   2, "of the whole message")                                  \
    F(M, be16, identifier, 4, "the asker's")                                           \
    F(M, be16, sequence,   6, "the asker's")

/* Errors; the IP header of the offending datagram and its first bytes follow. */
#define ICMP_ERROR(F, M)                                                               \
    F(M, u8,   type,       0, "3 unreachable, 11 time exceeded, 12 parameter problem") \
    F(M, u8,   code,       1, "why")                                                   \
    F(M, be16, checksum,   2, "of the whole message")                                  \
    F(M, be16, unused,     4, "0")                                                     \
    F(M, be16, next_mtu,   6, "of 3/4: bytes the next hop takes; else 0")

/* clang-format on */

WIRE_MESSAGE(icmp_echo, ICMP_ECHO, 8)
WIRE_MESSAGE(icmp_error, ICMP_ERROR, 8)

#endif
