#ifndef DATAPLANE_WIRE_UDP_H
#define DATAPLANE_WIRE_UDP_H

/* The UDP header (RFC 768). */

#include "dataplane/wire/wire.h"

/* clang-format off */

#define UDP_HEADER(F, M)                                                               \
    F(M, be16, source_port,      0, "sender")                                          \
    F(M, be16, destination_port, 2, "receiver")                                        \
    F(M, be16, length,           4, "bytes of header and payload")                     \
    F(M, be16, checksum,         6, "of pseudo header, header and payload; 0 is none")

/* clang-format on */

WIRE_MESSAGE(udp_header, UDP_HEADER, 8)

#endif
