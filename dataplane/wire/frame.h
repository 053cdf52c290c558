#ifndef DATAPLANE_WIRE_FRAME_H
#define DATAPLANE_WIRE_FRAME_H

/* From an Ethernet frame to the UDP datagram in it, and back.
 *
 *     | Ethernet 14 | tag 4 | tag 4 | IPv4 20..60 | UDP 8 | payload | padding, trailers |
 *                     none to two                         ^--- payload_bytes ---^
 *
 * frame_udp is total: any bytes of any length give FRAME_OK or the first reason why not, in the
 * order its bytes are read.  The lengths in the headers decide where the payload ends, never the
 * length of the frame, so padding and a switch's time stamp trailer do no harm.
 *
 * Threads: any; no state.  Memory: out->payload points into the frame.
 * Cost: a few dozen instructions, and one pass over the payload if its checksum is verified.
 * Source: RFC 791, 768, 1071; IEEE 802.1Q. */

#include "dataplane/wire/wire.h"

/* clang-format off */

/* What a frame is: status, counter, meaning. */
#define FRAME_STATUSES(X)                                                              \
    X(FRAME_OK,             ok,             "a UDP datagram over IPv4")                \
    X(FRAME_RUNT,           runt,           "shorter than an Ethernet header")         \
    X(FRAME_CUT_VLAN,       cut_vlan,       "ends inside a VLAN tag")                  \
    X(FRAME_THIRD_VLAN,     third_vlan,     "more than two VLAN tags")                 \
    X(FRAME_NOT_IPV4,       not_ipv4,       "its EtherType is not IPv4")               \
    X(FRAME_CUT_IP,         cut_ip,         "ends inside the IPv4 header")             \
    X(FRAME_BAD_IP_HEADER,  bad_ip_header,  "IP version is not 4, or its lengths contradict each other") \
    X(FRAME_CUT_DATAGRAM,   cut_datagram,   "ends before the IPv4 total length")       \
    X(FRAME_IP_CHECKSUM,    ip_checksum,    "IPv4 header checksum is wrong")           \
    X(FRAME_BAD_IP_SOURCE,  bad_ip_source,  "IPv4 source is a group or broadcast address") \
    X(FRAME_NOT_UDP,        not_udp,        "IPv4 protocol is not UDP")                \
    X(FRAME_FRAGMENT,       fragment,       "a fragment of a datagram")                \
    X(FRAME_BAD_UDP_LENGTH, bad_udp_length, "UDP length is below 8 or beyond the IPv4 payload") \
    X(FRAME_UDP_CHECKSUM,   udp_checksum,   "UDP checksum is wrong")

/* clang-format on */

#define FRAME_ENUM(status, counter, meaning) status,
enum frame_status { FRAME_STATUSES(FRAME_ENUM) FRAME_STATUS_COUNT };

const char *frame_status_text(enum frame_status status);
const char *frame_status_name(enum frame_status status); /* the counter's name */

/* Which checksums frame_udp verifies; a set.  Leave out what the NIC has verified, and what is
 * known to be wrong: frames captured where they are sent may lack what the NIC fills in. */
enum frame_checks {
    FRAME_CHECK_NONE = 0,
    FRAME_CHECK_IP = 1,
    FRAME_CHECK_UDP = 2, /* a UDP checksum of 0 was not computed, and passes */
    FRAME_CHECK_ALL = 3,
};

struct frame_datagram {
    const uint8_t *payload;
    uint32_t payload_bytes;
    uint32_t source_ip; /* 10.0.0.1 is 0x0a000001 */
    uint32_t destination_ip;
    uint16_t source_port;
    uint16_t destination_port;
    uint16_t vlan_id; /* of the tag next to IPv4; 0 is untagged, or tagged with priority only */
    uint16_t outer_vlan_id; /* of the outer tag of two, else 0 */
};

/* Reads bytes[0..length) and nothing else.  *out is written only with FRAME_OK.  Hot. */
MUST_USE enum frame_status frame_udp(const uint8_t *bytes, uint32_t length,
                                     enum frame_checks checks, struct frame_datagram *out);

/* The writing side. */

#define FRAME_UDP_HEAD_BYTES  42u /* Ethernet, IPv4 without options, UDP */
#define FRAME_VLAN_BYTES      4u  /* more, if vlan_id is not 0 */
#define FRAME_UDP_PAYLOAD_MAX 65507u

struct frame_udp_head {
    struct mac source_mac;
    struct mac destination_mac; /* not used for a multicast destination_ip */
    uint32_t source_ip;
    uint32_t destination_ip;
    uint16_t source_port;
    uint16_t destination_port;
    uint16_t vlan_id; /* 0 is untagged */
    uint16_t identification;
    uint8_t ttl;
};

/* Bytes of head in front of the payload. */
static inline uint32_t frame_udp_head_bytes(const struct frame_udp_head *head)
{
    return FRAME_UDP_HEAD_BYTES + (head->vlan_id ? FRAME_VLAN_BYTES : 0);
}

/* Writes the headers at frame, in front of the payload, which the caller has already put at
 * frame + frame_udp_head_bytes(head): its checksum is computed here.  Nothing is padded.
 * payload_bytes is at most FRAME_UDP_PAYLOAD_MAX.  Returns the length of the whole frame. */
uint32_t frame_udp_write(uint8_t *frame, const struct frame_udp_head *head, uint32_t payload_bytes);

#endif
