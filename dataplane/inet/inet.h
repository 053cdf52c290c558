#ifndef DATAPLANE_INET_INET_H
#define DATAPLANE_INET_INET_H

/* A host's IPv4 stack on one interface, as a pure state machine: frames and time in, frames and
 * calls to the owner out.
 *
 *     frame ──► inet_receive ──► ARP, ICMP, IGMP: answered here
 *                           ├──► UDP: the bound port's received(), payload in place
 *                           └──► TCP: dataplane/inet/tcp.h, its owner's calls
 *     time  ──► inet_tick ─────► retries, refreshes, reports, retransmissions
 *     end of a turn ──► inet_flush ──► acknowledgments that nothing has carried
 *                                                    │
 *     inet_output.claim, .publish ◄──────────────────┘   (net_tx_claim, net_tx_publish)
 *
 * A turn of the owner:
 *
 *     net_rx(queue, &burst);
 *     for each frame: (void)inet_receive(inet, frame.bytes, frame.length_bytes, checked, now);
 *     net_rx_done(queue, &burst);      payloads were only valid inside the calls
 *     ... what else the turn does; may write to connections ...
 *     inet_tick(inet, now);            nothing to do costs one comparison
 *     inet_flush(inet, now);
 *     net_tx_flush(queue);
 *
 * Guarantees: every frame received is counted once in counts.frame[status], so received = the sum
 * of all, and the accepted ones are INET_ARP, INET_ICMP, INET_IGMP, INET_UDP and INET_TCP (whose
 * segments are counted again, by what became of them, in tcp_counts).  Any bytes of any length are
 * safe.  Checksums are verified here unless the caller says that the card did.  A static neighbour
 * is never overwritten; a learnt one is on our net, and their table is bounded.  A fragment is
 * counted and dropped.  No error is sent about a group, a broadcast, or an error.
 *
 * Times must come from one clock; one that is before the last given counts as the last (a frame's
 * arrival may be before the tick that took it).  Randomness (initial sequence numbers, ports,
 * delays) follows from the secret and the time alone: the same calls give the same frames.
 *
 * Threads: one.  Memory: inet_footprint(&limits) bytes, given once.
 * Cost: a TCP segment in order, or a datagram, a few dozen nanoseconds: bench/bench_inet.c.
 * Source: RFC 826, 5227 (ARP); 791, 1122, 6864 (IPv4); 792, 1191, 5927 (ICMP); 2236, 3376 (IGMP);
 * 768 (UDP). */

#include "dataplane/base/base.h"
#include "dataplane/inet/tcp.h"
#include "dataplane/wire/wire.h"

#define INET_FRAME_BYTES_MAX 9216u /* of Ethernet header and IPv4, the largest MTU plus 14 */
#define INET_MTU_MIN         576u
#define INET_MTU_MAX         (INET_FRAME_BYTES_MAX - 14u)
#define INET_STATIC_MAX      64u
#define INET_LEARNT_MAX      65536u
#define INET_WAITING_MAX     64u
#define INET_PORTS_MAX       4096u
#define INET_GROUPS_MAX      1024u
#define INET_SECRET_BYTES    16u

struct inet;

/* Where frames go.  claim: room for a frame of exactly bytes, or NULL if the link has none now
 * (counted; what must arrive is sent again by a timer).  publish: the frame claimed last is whole.
 * At most one claim is open. */
struct inet_output {
    uint8_t *(*claim)(void *context, uint32_t bytes);
    void (*publish)(void *context);
    void *context;
};

struct inet_neighbour {
    uint32_t ip;
    struct mac mac;
};

/* The interface.  Addresses are numbers: 10.0.0.1 is 0x0a000001.  Where 0 has a meaning of its own
 * it is said. */
struct inet_limits {
    struct mac mac; /* no group */
    uint32_t ip;
    uint32_t prefix;  /* bits of the net, 1 to 30; 0: every address is on it */
    uint32_t gateway; /* for what is not on our net; 0: there is none */
    uint32_t mtu;     /* of IPv4; INET_MTU_MIN to INET_MTU_MAX */
    struct inet_output output;

    const struct inet_neighbour *neighbour; /* static entries, copied */
    uint32_t neighbours;                    /* at most INET_STATIC_MAX */
    uint32_t learnt;      /* neighbours learnt by ARP; a multiple of 8, 8 to INET_LEARNT_MAX */
    nanos_t reachable_ns; /* a learnt one is good for; 0: 20 minutes; at least 8 s */
    uint32_t waiting;     /* frames that wait for ARP at once; at most INET_WAITING_MAX */

    uint32_t ports;  /* UDP ports bound; at most INET_PORTS_MAX */
    uint32_t groups; /* memberships; at most INET_GROUPS_MAX */

    struct tcp_limits tcp;             /* connections 0: no TCP; every segment is refused */
    uint8_t secret[INET_SECRET_BYTES]; /* unpredictable to others, new at every start */
};

/* clang-format off */
#define INET_STATUSES(X)                                                                             \
    X(INET_ARP,             arp,             "ARP, taken")                                           \
    X(INET_ICMP,            icmp,            "an ICMP message, taken")                               \
    X(INET_IGMP,            igmp,            "a membership query or report, taken")                  \
    X(INET_UDP,             udp,             "a datagram for a bound port")                          \
    X(INET_TCP,             tcp,             "a segment for the TCP endpoint, which counts what became of it") \
    X(INET_RUNT,            runt,            "shorter than an Ethernet header, or longer than any frame")      \
    X(INET_OTHER_MAC,       other_mac,       "for another station, or from a group address")         \
    X(INET_OTHER_TYPE,      other_type,      "its EtherType is neither IPv4 nor ARP")                \
    X(INET_VLAN,            vlan,            "tagged; the interface is not")                         \
    X(INET_BAD_ARP,         bad_arp,         "ARP of another kind, cut, or with an impossible sender") \
    X(INET_ARP_STRANGER,    arp_stranger,    "ARP from an address that is not on our net")           \
    X(INET_ARP_OTHER,       arp_other,       "ARP between others, of nobody we know")                \
    X(INET_ARP_CONFLICT,    arp_conflict,    "ARP that claims our address, or a static neighbour's") \
    X(INET_CUT_IP,          cut_ip,          "ends inside the IPv4 header")                          \
    X(INET_BAD_IP_HEADER,   bad_ip_header,   "IP version is not 4, or its lengths contradict each other") \
    X(INET_CUT_DATAGRAM,    cut_datagram,    "ends before the IPv4 total length")                    \
    X(INET_IP_CHECKSUM,     ip_checksum,     "IPv4 header checksum is wrong")                        \
    X(INET_BAD_IP_SOURCE,   bad_ip_source,   "from a group, a broadcast, zero, a loopback or our own address") \
    X(INET_OTHER_IP,        other_ip,        "for another host")                                     \
    X(INET_NOT_JOINED,      not_joined,      "for a group, or from a source, that is not joined")    \
    X(INET_FRAGMENT,        fragment,        "a fragment of a datagram")                             \
    X(INET_SOURCE_ROUTE,    source_route,    "carries a source route, or malformed options")         \
    X(INET_OTHER_PROTOCOL,  other_protocol,  "of a protocol that is not here")                       \
    X(INET_BAD_UDP_LENGTH,  bad_udp_length,  "UDP length is below 8 or beyond the IPv4 payload")     \
    X(INET_UDP_CHECKSUM,    udp_checksum,    "UDP checksum is wrong")                                \
    X(INET_UDP_CLOSED,      udp_closed,      "for a UDP port that is not bound")                     \
    X(INET_BAD_ICMP,        bad_icmp,        "ICMP that is cut, or quotes nothing of ours")          \
    X(INET_ICMP_CHECKSUM,   icmp_checksum,   "ICMP checksum is wrong")                               \
    X(INET_ICMP_IGNORED,    icmp_ignored,    "ICMP of a kind that means nothing here, or for a group")  \
    X(INET_ICMP_LIMITED,    icmp_limited,    "an echo request beyond the rate that is answered")     \
    X(INET_BAD_IGMP,        bad_igmp,        "IGMP that is cut, or was routed here")                 \
    X(INET_IGMP_CHECKSUM,   igmp_checksum,   "IGMP checksum is wrong")                               \
    X(INET_IGMP_IGNORED,    igmp_ignored,    "IGMP about a group that is not joined")                \
    X(INET_CHECKSUM_BAD,    checksum_bad,    "the card says that a checksum is wrong")

/* What is counted besides. */
#define INET_COUNTERS(C)                                                               \
    C(frame_out,            "Frames published")                                        \
    C(link_full,            "Frames not sent because the link had no room")            \
    C(no_route,             "Frames not sent: not on our net, and no gateway")         \
    C(unresolved,           "Frames not sent because nobody answered for the address") \
    C(waiting_full,         "Frames not sent because too many wait for ARP")           \
    C(arp_request_out,      "ARP requests sent")                                       \
    C(arp_refresh_out,      "of these, to a known neighbour before it expires")        \
    C(arp_reply_out,        "ARP replies sent")                                        \
    C(arp_limited,          "ARP requests not answered, beyond the rate")              \
    C(arp_learnt,           "Neighbours learnt")                                       \
    C(arp_moved,            "Learnt neighbours whose MAC changed")                     \
    C(arp_evicted,          "Learnt neighbours that made room for another")            \
    C(arp_expired,          "Learnt neighbours that did not answer in time")           \
    C(echo_reply_out,       "ICMP echo replies sent")                                  \
    C(unreachable_out,      "ICMP unreachable errors sent")                            \
    C(unreachable_limited,  "ICMP errors not sent, beyond the rate")                   \
    C(icmp_error_in,        "ICMP errors about something of ours")                     \
    C(igmp_report_out,      "Membership reports sent")                                 \
    C(igmp_leave_out,       "Leave messages sent")                                     \
    C(igmp_suppressed,      "Version 2 reports that another host made needless")       \
    C(datagram_out,         "UDP datagrams sent")
/* clang-format on */

#define INET_ENUM(status, counter, meaning) status,
enum inet_status { INET_STATUSES(INET_ENUM) INET_STATUS_COUNT };
const char *inet_status_text(enum inet_status status);
const char *inet_status_name(enum inet_status status); /* the counter's name */

#define INET_COUNTER_FIELD(name, help) uint64_t name;
struct inet_counts {
    uint64_t frame[INET_STATUS_COUNT];
    INET_COUNTERS(INET_COUNTER_FIELD)
};

/* What the card has verified; a set. */
enum inet_checked {
    INET_CHECKED_NONE = 0,
    INET_CHECKED_IP = 1,  /* the IPv4 header checksum is right */
    INET_CHECKED_L4 = 2,  /* the TCP or UDP checksum is right */
    INET_CHECKED_BAD = 4, /* the card says one is wrong: the frame is dropped */
};

/* A datagram; payload is in the frame, valid until received() returns. */
struct inet_datagram {
    const uint8_t *payload;
    uint32_t payload_bytes;
    uint32_t source_ip;
    uint32_t destination_ip; /* ours, a broadcast, or a group */
    uint16_t source_port;
    uint16_t destination_port;
};

/* Lifecycle.  Cold. */

/* Bytes needed for limits, or 0 if limits are out of range. */
size_t inet_footprint(const struct inet_limits *limits);

/* Builds a host in memory[0..inet_footprint(limits)), aligned to CACHE_LINE.  It announces itself
 * by a gratuitous ARP at the first tick. */
struct inet *inet_new(void *memory, const struct inet_limits *limits, nanos_t now);

/* The TCP endpoint; NULL without one. */
struct tcp *inet_tcp(struct inet *inet);

/* The turn.  Hot. */

/* Takes one frame, without frame check sequence.  Calls owners (UDP received, all of TCP's calls)
 * before it returns.  Returns what became of it (already counted). */
enum inet_status inet_receive(struct inet *inet, const uint8_t *frame, uint32_t bytes,
                              enum inet_checked checked, nanos_t now);

/* Does what is due. */
void inet_tick(struct inet *inet, nanos_t now);

/* The end of a turn: acknowledgments that no segment has carried are sent, unless they may wait
 * (tcp_limits.delayed_ack_ns). */
void inet_flush(struct inet *inet, nanos_t now);

/* When inet_tick next has something to do; UINT64_MAX for never. */
nanos_t inet_next_tick(const struct inet *inet);

/* UDP. */

typedef void inet_received_fn(void *context, const struct inet_datagram *datagram);

/* Datagrams to port are given to received.  address 0: to any address of ours and any joined group;
 * else only those to that address or group.  A more special binding goes before.  False if that
 * pair is bound already, or limits.ports are. */
MUST_USE bool inet_bind(struct inet *inet, uint32_t address, uint16_t port,
                        inet_received_fn *received, void *context);
void inet_unbind(struct inet *inet, uint32_t address, uint16_t port);

struct inet_to {
    uint32_t ip; /* a host, a group, or our broadcast */
    uint16_t port;
    uint16_t source_port;
    uint8_t ttl; /* 0: 64, or 1 to a group */
};

/* Room for a datagram's payload of exactly bytes (at most MTU - 28), or NULL: no room on the link
 * or in the queue that waits for ARP, no route, nobody there; counted.  Fill it, then
 * inet_datagram_publish; a claim that is not published is forgotten by the next thing sent. */
MUST_USE uint8_t *inet_datagram_claim(struct inet *inet, const struct inet_to *to, uint32_t bytes,
                                      nanos_t now);
void inet_datagram_publish(struct inet *inet);

/* Groups. */

/* Joins group, for datagrams from source only or from any (0).  Joining again is counted, and as
 * many leaves are needed.  False if it is no group, 224.0.0.1, or limits.groups are joined.  The
 * report is sent at once. */
MUST_USE bool inet_join(struct inet *inet, uint32_t group, uint32_t source, nanos_t now);
void inet_leave(struct inet *inet, uint32_t group, uint32_t source, nanos_t now);

/* Neighbours. */

/* Asks for ip, or for the gateway if it is elsewhere, ahead of the first frame, and keeps it
 * fresh from now on.  Nothing to do for a static neighbour. */
void inet_prepare(struct inet *inet, uint32_t ip, nanos_t now);

/* The MAC that a frame to ip would be sent to, if it is known. */
MUST_USE bool inet_resolved(const struct inet *inet, uint32_t ip, struct mac *mac);

const struct inet_counts *inet_counts(const struct inet *inet);

/* Walks all of it, TCP included, and CHECKs every invariant listed in inet_verify.c.  Cold. */
void inet_verify(const struct inet *inet);

#endif
