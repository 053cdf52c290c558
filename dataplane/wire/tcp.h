#ifndef DATAPLANE_WIRE_TCP_H
#define DATAPLANE_WIRE_TCP_H

/* The TCP header and its options (RFC 9293, section 3.1; RFC 7323; RFC 2018). */

#include "dataplane/wire/wire.h"

#define TCP_FIN 0x01u
#define TCP_SYN 0x02u
#define TCP_RST 0x04u
#define TCP_PSH 0x08u
#define TCP_ACK 0x10u
#define TCP_URG 0x20u
#define TCP_ECE 0x40u
#define TCP_CWR 0x80u

#define TCP_HEADER_BYTES_MAX 60u
#define TCP_MSS_DEFAULT      536u /* of a peer that does not say (RFC 9293, 3.7.1) */
#define TCP_SHIFT_MAX        14u  /* of a window (RFC 7323, 2.3) */

#define TCP_OPTION_END            0u
#define TCP_OPTION_NOP            1u
#define TCP_OPTION_MSS            2u
#define TCP_OPTION_WINDOW_SCALE   3u
#define TCP_OPTION_SACK_PERMITTED 4u
#define TCP_OPTION_SACK           5u
#define TCP_OPTION_TIMESTAMPS     8u

#define TCP_OPTION_MSS_BYTES            4u
#define TCP_OPTION_WINDOW_SCALE_BYTES   3u
#define TCP_OPTION_SACK_PERMITTED_BYTES 2u
#define TCP_OPTION_TIMESTAMPS_BYTES     10u

/* clang-format off */

#define TCP_HEADER(F, M)                                                               \
    F(M, be16, source_port,       0, "sender")                                         \
    F(M, be16, destination_port,  2, "receiver")                                       \
    F(M, be32, sequence,          4, "of the first byte, or of the SYN")               \
    F(M, be32, acknowledgment,    8, "the next one expected, if ACK is set")           \
    F(M, u8,   offset,           12, "header length in words, in the high half")       \
    F(M, u8,   flags,            13, "CWR ECE URG ACK PSH RST SYN FIN")                \
    F(M, be16, window,           14, "bytes the sender takes, to be shifted")          \
    F(M, be16, checksum,         16, "of pseudo header, header and payload")           \
    F(M, be16, urgent,           18, "not used here")

/* The timestamps option as everybody lays it out (RFC 7323, appendix A). */
#define TCP_TIMESTAMPS(F, M)                                                           \
    F(M, be32, head,   0, "0x0101080a: two NOPs, kind 8, length 10")                   \
    F(M, be32, value,  4, "the sender's clock")                                        \
    F(M, be32, echo,   8, "the receiver's clock, as last heard")

/* clang-format on */

#define TCP_TIMESTAMPS_HEAD 0x0101080au

WIRE_MESSAGE(tcp_header, TCP_HEADER, 20)
WIRE_MESSAGE(tcp_timestamps, TCP_TIMESTAMPS, 12)

#endif
