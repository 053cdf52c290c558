#ifndef DATAPLANE_WIRE_ETHERNET_H
#define DATAPLANE_WIRE_ETHERNET_H

/* Ethernet II frames and the tags of IEEE 802.1Q, without preamble and frame check sequence. */

#include "dataplane/wire/wire.h"

#define ETHERNET_TYPE_IPV4   0x0800u
#define ETHERNET_TYPE_ARP    0x0806u
#define ETHERNET_TYPE_VLAN   0x8100u /* 802.1Q */
#define ETHERNET_TYPE_QINQ   0x88a8u /* 802.1ad, the outer of two tags */
#define ETHERNET_FRAME_MIN   60u     /* shorter frames are padded by whoever sends them */
#define ETHERNET_VLAN_ID_MAX 4094u

/* clang-format off */

#define ETHERNET_HEADER(F, M)                                                          \
    F(M, mac,  destination,  0, "bit 0 of the first byte marks a group")               \
    F(M, mac,  source,       6, "sender")                                              \
    F(M, be16, type,        12, "what follows")

/* Between source and type; its first half lies where the untagged type would. */
#define ETHERNET_VLAN_TAG(F, M)                                                        \
    F(M, be16, control,      0, "priority 3 bits, drop eligible 1, VLAN id 12")        \
    F(M, be16, type,         2, "what follows")

/* clang-format on */

WIRE_MESSAGE(ethernet_header, ETHERNET_HEADER, 14)
WIRE_MESSAGE(ethernet_vlan_tag, ETHERNET_VLAN_TAG, 4)

/* The address an IPv4 multicast group has on Ethernet: 01:00:5e and the group's low 23 bits, so 32
 * groups share one (RFC 1112, section 6.4). */
static inline struct mac ethernet_group_mac(uint32_t group)
{
    return (struct mac){
        {0x01, 0x00, 0x5e, (uint8_t)(group >> 16 & 0x7f), (uint8_t)(group >> 8), (uint8_t)group}};
}

#endif
