#ifndef DATAPLANE_WIRE_ARP_H
#define DATAPLANE_WIRE_ARP_H

/* Address resolution for IPv4 over Ethernet (RFC 826, "Packet format"). */

#include "dataplane/wire/wire.h"

#define ARP_HARDWARE_ETHERNET 1u
#define ARP_REQUEST           1u
#define ARP_REPLY             2u

/* clang-format off */

#define ARP_PACKET(F, M)                                                               \
    F(M, be16, hardware,       0, "1: Ethernet")                                       \
    F(M, be16, protocol,       2, "0x0800: IPv4")                                      \
    F(M, u8,   hardware_bytes, 4, "6")                                                 \
    F(M, u8,   protocol_bytes, 5, "4")                                                 \
    F(M, be16, operation,      6, "1 request, 2 reply")                                \
    F(M, mac,  sender_mac,     8, "of whoever sent this")                              \
    F(M, ip4,  sender_ip,     14, "of whoever sent this; 0 in a probe (RFC 5227)")     \
    F(M, mac,  target_mac,    18, "zero in a request")                                 \
    F(M, ip4,  target_ip,     24, "who is asked, or answered")

/* clang-format on */

WIRE_MESSAGE(arp_packet, ARP_PACKET, 28)

#endif
