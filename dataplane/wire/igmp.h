#ifndef DATAPLANE_WIRE_IGMP_H
#define DATAPLANE_WIRE_IGMP_H

/* Group membership (IGMPv2: RFC 2236, section 2; IGMPv3: RFC 3376, section 4).
 *
 * Every message travels with TTL 1 and the router alert option (RFC 2113), so behind 24 bytes of
 * IPv4 header. */

#include "dataplane/wire/wire.h"

#define IGMP_QUERY     0x11u
#define IGMP_V1_REPORT 0x12u
#define IGMP_V2_REPORT 0x16u
#define IGMP_V2_LEAVE  0x17u
#define IGMP_V3_REPORT 0x22u

#define IGMP_ALL_SYSTEMS  0xe0000001u /* 224.0.0.1: never reported */
#define IGMP_ALL_ROUTERS  0xe0000002u /* 224.0.0.2: v2 leaves */
#define IGMP_V3_ROUTERS   0xe0000016u /* 224.0.0.22: v3 reports */
#define IGMP_ROUTER_ALERT 0x94040000u /* the option, as it lies in the header */
#define IGMP_QRV_MASK     0x07u       /* of flags in a v3 query: the robustness variable */

/* Types of a group record. */
#define IGMP_MODE_IS_INCLUDE   1u
#define IGMP_MODE_IS_EXCLUDE   2u
#define IGMP_CHANGE_TO_INCLUDE 3u
#define IGMP_CHANGE_TO_EXCLUDE 4u
#define IGMP_ALLOW_NEW_SOURCES 5u
#define IGMP_BLOCK_OLD_SOURCES 6u

/* clang-format off */

/* v1 and v2, all messages; the head of a v3 query. */
#define IGMP_MESSAGE(F, M)                                                             \
    F(M, u8,   type,     0, "0x11 query, 0x16 report, 0x17 leave, 0x12 v1 report")     \
    F(M, u8,   max_time, 1, "of a query, until when to answer: 1/10 s; 0 is version 1") \
    F(M, be16, checksum, 2, "of the message")                                          \
    F(M, ip4,  group,    4, "0.0.0.0 in a general query")

/* Follows igmp_message in a v3 query; the sources follow. */
#define IGMP_QUERY_TAIL(F, M)                                                          \
    F(M, u8,   flags,    0, "suppress bit 3, robustness bits 0-2")                     \
    F(M, u8,   interval, 1, "query interval code, seconds")                            \
    F(M, be16, sources,  2, "source addresses that follow")

#define IGMP_REPORT(F, M)                                                              \
    F(M, u8,   type,     0, "0x22")                                                    \
    F(M, u8,   reserved, 1, "0")                                                       \
    F(M, be16, checksum, 2, "of the message")                                          \
    F(M, be16, zero,     4, "0")                                                       \
    F(M, be16, records,  6, "group records that follow")

#define IGMP_RECORD(F, M)                                                              \
    F(M, u8,   type,     0, "1 to 6")                                                  \
    F(M, u8,   auxiliary, 1, "words behind the sources: 0")                            \
    F(M, be16, sources,  2, "source addresses that follow")                            \
    F(M, ip4,  group,    4, "which group")

/* clang-format on */

WIRE_MESSAGE(igmp_message, IGMP_MESSAGE, 8)
WIRE_MESSAGE(igmp_query_tail, IGMP_QUERY_TAIL, 4)
WIRE_MESSAGE(igmp_report, IGMP_REPORT, 8)
WIRE_MESSAGE(igmp_record, IGMP_RECORD, 8)

#endif
