#ifndef DATAPLANE_WIRE_IPV4_H
#define DATAPLANE_WIRE_IPV4_H

/* The IPv4 header (RFC 791, section 3.1). */

#include "dataplane/wire/wire.h"

#define IPV4_PROTOCOL_ICMP 1u
#define IPV4_PROTOCOL_IGMP 2u
#define IPV4_PROTOCOL_TCP  6u
#define IPV4_PROTOCOL_UDP  17u

#define IPV4_DONT_FRAGMENT   0x4000u
#define IPV4_MORE_FRAGMENTS  0x2000u
#define IPV4_FRAGMENT_OFFSET 0x1fffu /* in units of 8 bytes */

/* clang-format off */

#define IPV4_HEADER(F, M)                                                              \
    F(M, u8,   version_ihl,     0, "version 4 in the high half, header words in the low") \
    F(M, u8,   service,         1, "DSCP and ECN")                                     \
    F(M, be16, total_length,    2, "bytes of header and payload")                      \
    F(M, be16, identification,  4, "of the datagram a fragment belongs to")            \
    F(M, be16, fragment,        6, "flags and offset")                                 \
    F(M, u8,   ttl,             8, "hops left")                                        \
    F(M, u8,   protocol,        9, "what follows")                                     \
    F(M, be16, checksum,       10, "of the header")                                    \
    F(M, ip4,  source,         12, "sender")                                           \
    F(M, ip4,  destination,    16, "receiver or group")

/* clang-format on */

WIRE_MESSAGE(ipv4_header, IPV4_HEADER, 20)

/* 224.0.0.0 to 239.255.255.255. */
static inline bool ipv4_multicast(uint32_t address)
{
    return address >> 28 == 0xe;
}

#endif
