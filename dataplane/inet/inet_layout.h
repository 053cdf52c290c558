#ifndef DATAPLANE_INET_INET_LAYOUT_H
#define DATAPLANE_INET_INET_LAYOUT_H

/* The parts of a host, private to its files.
 *
 *     inet.c       construction; a frame's way to its protocol
 *     inet_send.c  an IPv4 datagram's way out: next hop, MAC, link or waiting place
 *     inet_arp.c   neighbours        inet_icmp.c  echo, errors in and out
 *     inet_igmp.c  memberships       inet_udp.c   ports
 *
 * A neighbour lives in one of the 8 places of its set; static ones in a list of their own, which
 * is searched first.  Whoever caches a MAC caches `routes` with it and asks again when it differs:
 * it grows whenever a MAC is learnt, changes or is forgotten, and shortly before an entry is
 * refreshed, so that only those in use are. */

#include "dataplane/inet/inet.h"
#include "dataplane/inet/secret.h"
#include "dataplane/wire/ethernet.h"
#include "dataplane/wire/ipv4.h"

#define NEIGHBOUR_WAYS     8u
#define ARP_RETRY_NS       NANOS_SECOND
#define ARP_TRIES          3u
#define ARP_LIMIT          1000u /* replies a second */
#define ECHO_LIMIT         1000u
#define UNREACHABLE_LIMIT  100u
#define NEIGHBOUR_CHECK_NS (100 * NANOS_MILLI)

#define ETHERNET_BYTES ((uint32_t)sizeof(struct ethernet_header))
#define IPV4_BYTES     ((uint32_t)sizeof(struct ipv4_header))

enum neighbour_state {
    NEIGHBOUR_FREE,
    NEIGHBOUR_ASKING, /* no MAC yet */
    NEIGHBOUR_FAILED, /* nobody answered; not asked again for a while */
    NEIGHBOUR_KNOWN,
};

struct neighbour {
    uint32_t ip;
    struct mac mac;
    uint8_t state;
    uint8_t tries;
    bool wanted;       /* looked up since it was confirmed, or since it was asked who needs it */
    bool kept;         /* inet_prepare */
    bool asked_around; /* who needs it? */
    nanos_t confirmed;
    nanos_t asked;
};

/* A frame whose next hop has no MAC yet. */
struct waiting {
    uint32_t ip; /* of the next hop; 0: the place is free */
    uint32_t bytes;
    uint64_t order;
    uint8_t *frame;
};

struct port {
    uint32_t address;
    uint16_t number; /* 0: free */
    inet_received_fn *received;
    void *context;
};

struct membership {
    uint32_t group; /* 0: free */
    uint32_t source;
    uint32_t joins;
    uint32_t changes; /* state-change reports still to be sent; v2: reports */
    nanos_t change_at;
    nanos_t answer_at; /* 0: no query waits for an answer */
    bool leaving;      /* left; only its state-change reports are still to be sent */
    bool last;         /* v2: we sent the last report heard */
};

/* So many a second, on average; as many at once. */
struct allowance {
    uint32_t per_second;
    uint32_t left;
    nanos_t filled;
};

struct inet {
    /* What every frame needs. */
    struct mac mac;
    uint32_t ip;
    uint32_t net_mask;
    uint32_t broadcast;
    uint64_t routes;
    struct inet_output output;
    struct tcp *tcp;

    uint32_t gateway;
    uint32_t mtu;
    uint8_t *datagram;        /* the frame of the open inet_datagram_claim */
    uint32_t claimed_waiting; /* the open claim is waiting[this - 1]; 0: it is on the link */
    nanos_t now;              /* of the last call */

    uint32_t statics;
    struct neighbour fixed[INET_STATIC_MAX];
    struct neighbour *learnt;
    uint32_t sets;
    nanos_t reachable_ns;
    nanos_t neighbours_at; /* when they are looked through next */
    bool announced;

    struct waiting *waiting;
    uint32_t waiting_count;
    uint64_t waiting_order;

    struct port *port;
    uint32_t ports;
    struct membership *member;
    uint32_t groups;
    nanos_t groups_at;
    nanos_t v2_until; /* an IGMPv2 querier was heard */
    uint32_t robustness;

    struct allowance arp_replies, echoes, unreachables;
    struct secret secret;
    struct inet_counts counts;
    struct inet_limits limits;
};

static inline bool inet_on_net(const struct inet *inet, uint32_t ip)
{
    return ((ip ^ inet->ip) & inet->net_mask) == 0;
}

/* Time does not go back: an earlier moment counts as the last one. */
static inline nanos_t inet_moment(struct inet *inet, nanos_t now)
{
    if (likely(now > inet->now)) inet->now = now;
    return inet->now;
}

/* Whether ip may be a host's. */
static inline bool inet_unicast(const struct inet *inet, uint32_t ip)
{
    return ip >> 24 != 0 && ip >> 24 != 127 && ip >> 28 < 0xe && ip != inet->broadcast;
}

static inline bool mac_same(const struct mac *a, const struct mac *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static inline bool allowance_take(struct allowance *allowance, nanos_t now)
{
    if (now - allowance->filled >= NANOS_SECOND) {
        allowance->filled = now;
        allowance->left = allowance->per_second;
    }
    if (allowance->left == 0) return false;
    allowance->left--;
    return true;
}

/* An IPv4 datagram on its way in, headers checked. */
struct inet_packet {
    const struct ipv4_header *ip;
    const uint8_t *payload;
    uint32_t payload_bytes;
    uint32_t source;
    uint32_t destination;
    enum inet_checked checked;
    nanos_t now;
    bool to_us; /* to our own address, not to a group or broadcast */
};

/* inet_send.c */

/* Room for a frame of frame_bytes whose IPv4 datagram goes to ip: its Ethernet header is written.
 * NULL: counted.  A frame to a neighbour without a MAC is claimed in a waiting place. */
uint8_t *inet_claim(struct inet *inet, uint32_t ip, uint32_t frame_bytes, nanos_t now);
/* The same where the MAC is known. */
uint8_t *inet_link_claim(struct inet *inet, uint32_t frame_bytes);
void inet_publish(struct inet *inet);
void inet_waiting_send(struct inet *inet, const struct neighbour *neighbour);
void inet_waiting_drop(struct inet *inet, uint32_t ip);
/* The neighbour a datagram to ip is handed to; 0: no route. */
uint32_t inet_next_hop(const struct inet *inet, uint32_t ip);

struct ipv4_to {
    uint32_t ip;
    uint8_t protocol;
    uint8_t ttl;
    uint32_t option; /* one word of options; 0: none */
};

/* Writes the header at ip; payload_bytes follow it. */
void ipv4_write(const struct inet *inet, struct ipv4_header *ip, const struct ipv4_to *to,
                uint32_t payload_bytes);

/* inet_arp.c */
enum inet_status inet_arp_receive(struct inet *inet, const uint8_t *bytes, uint32_t length,
                                  nanos_t now);
/* The entry of ip, asked for if need be; NULL: there is no room for one.  Marks it as wanted. */
struct neighbour *inet_neighbour(struct inet *inet, uint32_t ip, nanos_t now);
struct neighbour *inet_neighbour_find(const struct inet *inet, uint32_t ip);
/* What was sent to ip is not answered: perhaps its MAC is another now. */
void inet_doubt(struct inet *inet, uint32_t ip, nanos_t now);
void inet_arp_tick(struct inet *inet, nanos_t now);

/* inet_icmp.c */
enum inet_status inet_icmp_receive(struct inet *inet, const struct inet_packet *packet);
void inet_unreachable(struct inet *inet, const struct inet_packet *about, uint8_t code);

/* inet_igmp.c */
enum inet_status inet_igmp_receive(struct inet *inet, const struct inet_packet *packet);
bool inet_joined(const struct inet *inet, uint32_t group, uint32_t source);
void inet_igmp_tick(struct inet *inet, nanos_t now);

/* inet_udp.c */
enum inet_status inet_udp_receive(struct inet *inet, const struct inet_packet *packet);

#endif
