#include "dataplane/inet/inet_layout.h"
#include "dataplane/inet/tcp_layout.h"
#include "dataplane/wire/checksum.h"
#include "dataplane/wire/icmp.h"

/* Construction, and a frame's way to its protocol: each layer checks that its header is among the
 * bytes that are left before it reads it, and the first reason that speaks against the frame is its
 * status. */

const char *inet_status_text(enum inet_status status)
{
#define INET_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {INET_STATUSES(INET_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *inet_status_name(enum inet_status status)
{
#define INET_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {INET_STATUSES(INET_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

/* Receiving. */

/* Options may carry a source route, which is refused (RFC 7126, 4.3 and 4.4). */
static bool ipv4_options_harmless(const uint8_t *option, uint32_t bytes)
{
    enum { END = 0, NOP = 1, LOOSE_ROUTE = 131, STRICT_ROUTE = 137 };
    while (bytes > 0 && option[0] != END) {
        uint32_t step = 1;
        if (option[0] == LOOSE_ROUTE || option[0] == STRICT_ROUTE) return false;
        if (option[0] != NOP) {
            if (bytes < 2 || option[1] < 2 || option[1] > bytes) return false;
            step = option[1];
        }
        option += step;
        bytes -= step;
    }
    return true;
}

/* Whether a datagram to this address is for us; INET_TCP stands for yes. */
static enum inet_status destination_check(const struct inet *inet, struct inet_packet *packet)
{
    packet->to_us = packet->destination == inet->ip;
    if (likely(packet->to_us)) return INET_TCP;
    if (ipv4_multicast(packet->destination)) {
        if (u8_read(packet->ip->protocol) == IPV4_PROTOCOL_IGMP) return INET_TCP;
        if (packet->destination == 0xe0000001u) return INET_TCP; /* all hosts, never left */
        return inet_joined(inet, packet->destination, packet->source) ? INET_TCP : INET_NOT_JOINED;
    }
    if (packet->destination == UINT32_MAX || packet->destination == inet->broadcast)
        return INET_TCP;
    return INET_OTHER_IP;
}

static enum inet_status ipv4_check(const struct inet *inet, const uint8_t *bytes, uint32_t length,
                                   struct inet_packet *packet)
{
    const struct ipv4_header *ip = (const struct ipv4_header *)bytes;
    if (unlikely(length < sizeof *ip)) return INET_CUT_IP;
    uint32_t version_ihl = u8_read(ip->version_ihl);
    uint32_t header_bytes = (version_ihl & 0xf) * 4, total_bytes = be16_read(ip->total_length);
    if (unlikely(version_ihl != 0x45)) {
        if (version_ihl >> 4 != 4 || header_bytes < sizeof *ip) return INET_BAD_IP_HEADER;
        if (length < header_bytes) return INET_CUT_IP;
    }
    if (unlikely(total_bytes < header_bytes)) return INET_BAD_IP_HEADER;
    if (unlikely(length < total_bytes)) return INET_CUT_DATAGRAM;
    if (!(packet->checked & INET_CHECKED_IP) &&
        unlikely(checksum_fold(checksum_add(0, bytes, header_bytes)) != 0xffff))
        return INET_IP_CHECKSUM;

    packet->ip = ip;
    packet->source = ip4_read(ip->source);
    packet->destination = ip4_read(ip->destination);
    packet->payload = bytes + header_bytes;
    packet->payload_bytes = total_bytes - header_bytes;
    /* 0.0.0.0 asks for memberships on a net without addresses (RFC 3376, 4.1.4 of snooping). */
    bool unnamed = packet->source == 0 && u8_read(ip->protocol) == IPV4_PROTOCOL_IGMP;
    if (unlikely((!inet_unicast(inet, packet->source) && !unnamed) || packet->source == inet->ip))
        return INET_BAD_IP_SOURCE;
    enum inet_status status = destination_check(inet, packet);
    if (unlikely(status != INET_TCP)) return status;
    uint32_t fragment = be16_read(ip->fragment);
    if (unlikely(fragment & (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))) return INET_FRAGMENT;
    if (unlikely(header_bytes > sizeof *ip) &&
        !ipv4_options_harmless(bytes + sizeof *ip, header_bytes - (uint32_t)sizeof *ip))
        return INET_SOURCE_ROUTE;
    return INET_TCP;
}

static enum inet_status ipv4_receive(struct inet *inet, const uint8_t *bytes, uint32_t length,
                                     enum inet_checked checked, nanos_t now)
{
    struct inet_packet packet = {.checked = checked, .now = now};
    enum inet_status status = ipv4_check(inet, bytes, length, &packet);
    if (unlikely(status != INET_TCP)) return status;
    /* Sent to everybody on the wire, addressed to one (RFC 1122, 3.3.6). */
    if (unlikely(packet.to_us && (bytes - ETHERNET_BYTES)[0] & 1)) return INET_OTHER_MAC;
    switch (u8_read(packet.ip->protocol)) {
    case IPV4_PROTOCOL_TCP:
        if (unlikely(!inet->tcp)) break;
        tcp_segment_receive(inet->tcp, &packet);
        return INET_TCP;
    case IPV4_PROTOCOL_UDP: return inet_udp_receive(inet, &packet);
    case IPV4_PROTOCOL_ICMP: return inet_icmp_receive(inet, &packet);
    case IPV4_PROTOCOL_IGMP: return inet_igmp_receive(inet, &packet);
    default: break;
    }
    inet_unreachable(inet, &packet, ICMP_PROTOCOL_UNREACHABLE);
    return INET_OTHER_PROTOCOL;
}

static enum inet_status frame_receive(struct inet *inet, const uint8_t *frame, uint32_t bytes,
                                      enum inet_checked checked, nanos_t now)
{
    if (unlikely(checked & INET_CHECKED_BAD)) return INET_CHECKSUM_BAD;
    if (unlikely(bytes < ETHERNET_BYTES || bytes > INET_FRAME_BYTES_MAX)) return INET_RUNT;
    const struct ethernet_header *ethernet = (const struct ethernet_header *)frame;
    if (unlikely(!mac_same(&ethernet->destination, &inet->mac)) &&
        !(ethernet->destination.byte[0] & 1))
        return INET_OTHER_MAC;
    if (unlikely(ethernet->source.byte[0] & 1)) return INET_OTHER_MAC;
    uint32_t type = be16_read(ethernet->type);
    const uint8_t *payload = frame + ETHERNET_BYTES;
    uint32_t payload_bytes = bytes - ETHERNET_BYTES;
    if (likely(type == ETHERNET_TYPE_IPV4))
        return ipv4_receive(inet, payload, payload_bytes, checked, now);
    if (type == ETHERNET_TYPE_ARP) return inet_arp_receive(inet, payload, payload_bytes, now);
    if (type == ETHERNET_TYPE_VLAN || type == ETHERNET_TYPE_QINQ) return INET_VLAN;
    return INET_OTHER_TYPE;
}

enum inet_status inet_receive(struct inet *inet, const uint8_t *frame, uint32_t bytes,
                              enum inet_checked checked, nanos_t now)
{
    now = inet_moment(inet, now);
    enum inet_status status = frame_receive(inet, frame, bytes, checked, now);
    inet->counts.frame[status]++;
    return status;
}

/* Time. */

void inet_tick(struct inet *inet, nanos_t now)
{
    now = inet_moment(inet, now);
    if (unlikely(now >= inet->neighbours_at)) inet_arp_tick(inet, now);
    if (unlikely(now >= inet->groups_at)) inet_igmp_tick(inet, now);
    if (inet->tcp) tcp_tick(inet->tcp, now);
}

void inet_flush(struct inet *inet, nanos_t now)
{
    now = inet_moment(inet, now);
    if (inet->tcp) tcp_flush(inet->tcp, now);
}

nanos_t inet_next_tick(const struct inet *inet)
{
    nanos_t next = inet->neighbours_at;
    if (inet->groups_at < next) next = inet->groups_at;
    nanos_t tcp = inet->tcp ? tcp_next_tick(inet->tcp) : UINT64_MAX;
    return tcp < next ? tcp : next;
}

struct tcp *inet_tcp(struct inet *inet)
{
    return inet->tcp;
}

const struct inet_counts *inet_counts(const struct inet *inet)
{
    return &inet->counts;
}

/* Construction. */

struct inet_parts {
    size_t learnt, waiting, frames, port, member, tcp, end;
};

static size_t waiting_frame_bytes(const struct inet_limits *limits)
{
    return ALIGN_UP((size_t)limits->mtu + ETHERNET_BYTES, CACHE_LINE);
}

static struct inet_parts inet_parts(const struct inet_limits *limits)
{
    struct inet_parts at;
    at.learnt = ALIGN_UP(sizeof(struct inet), CACHE_LINE);
    at.waiting = ALIGN_UP(at.learnt + limits->learnt * sizeof(struct neighbour), CACHE_LINE);
    at.frames = ALIGN_UP(at.waiting + limits->waiting * sizeof(struct waiting), CACHE_LINE);
    at.port = at.frames + limits->waiting * waiting_frame_bytes(limits);
    at.member = ALIGN_UP(at.port + limits->ports * sizeof(struct port), CACHE_LINE);
    at.tcp = ALIGN_UP(at.member + limits->groups * sizeof(struct membership), CACHE_LINE);
    at.end = at.tcp + (limits->tcp.connections ? tcp_footprint(&limits->tcp) : 0);
    return at;
}

static bool host_address(uint32_t ip)
{
    return ip >> 24 != 0 && ip >> 24 != 127 && ip >> 28 < 0xe;
}

static bool addresses_sound(const struct inet_limits *limits)
{
    if (!host_address(limits->ip) || limits->prefix > 30) return false;
    uint32_t host_bits = limits->prefix ? UINT32_MAX >> limits->prefix : 0;
    uint32_t host = limits->ip & host_bits;
    if (limits->prefix && (host == 0 || host == host_bits)) return false;
    if (limits->gateway) {
        if ((limits->gateway ^ limits->ip) & ~host_bits && limits->prefix) return false;
        if (!host_address(limits->gateway) || limits->gateway == limits->ip) return false;
    }
    for (uint32_t i = 0; i < limits->neighbours; i++)
        if (!host_address(limits->neighbour[i].ip) || limits->neighbour[i].mac.byte[0] & 1)
            return false;
    return !(limits->mac.byte[0] & 1);
}

size_t inet_footprint(const struct inet_limits *limits)
{
    if (limits->mtu < INET_MTU_MIN || limits->mtu > INET_MTU_MAX) return 0;
    if (limits->neighbours > INET_STATIC_MAX || limits->waiting > INET_WAITING_MAX) return 0;
    if (limits->learnt < NEIGHBOUR_WAYS || limits->learnt > INET_LEARNT_MAX) return 0;
    if (limits->learnt % NEIGHBOUR_WAYS) return 0;
    if (limits->reachable_ns && limits->reachable_ns < 8 * NANOS_SECOND) return 0;
    if (limits->ports > INET_PORTS_MAX || limits->groups > INET_GROUPS_MAX) return 0;
    if (!limits->output.claim || !limits->output.publish) return 0;
    if (!addresses_sound(limits)) return 0;
    if (limits->tcp.connections && tcp_footprint(&limits->tcp) == 0) return 0;
    return inet_parts(limits).end;
}

static void inet_addresses(struct inet *inet, const struct inet_limits *limits)
{
    inet->net_mask = limits->prefix ? ~(UINT32_MAX >> limits->prefix) : 0;
    inet->broadcast = limits->prefix ? limits->ip | ~inet->net_mask : UINT32_MAX;
    inet->statics = limits->neighbours;
    for (uint32_t i = 0; i < limits->neighbours; i++)
        inet->fixed[i] = (struct neighbour){.ip = limits->neighbour[i].ip,
                                            .mac = limits->neighbour[i].mac,
                                            .state = NEIGHBOUR_KNOWN};
}

struct inet *inet_new(void *memory, const struct inet_limits *limits, nanos_t now)
{
    CHECK(inet_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct inet_parts at = inet_parts(limits);
    uint8_t *base = memory;
    struct inet *inet = memory;
    *inet = (struct inet){
        .mac = limits->mac,
        .ip = limits->ip,
        .routes = 1,
        .output = limits->output,
        .gateway = limits->gateway,
        .mtu = limits->mtu,
        .now = now,
        .learnt = (struct neighbour *)(base + at.learnt),
        .sets = limits->learnt / NEIGHBOUR_WAYS,
        .reachable_ns = limits->reachable_ns ? limits->reachable_ns : 1200 * NANOS_SECOND,
        .waiting = (struct waiting *)(base + at.waiting),
        .waiting_count = limits->waiting,
        .port = (struct port *)(base + at.port),
        .ports = limits->ports,
        .member = (struct membership *)(base + at.member),
        .groups = limits->groups,
        .groups_at = UINT64_MAX,
        .robustness = 2,
        .arp_replies = {.per_second = ARP_LIMIT, .left = ARP_LIMIT, .filled = now},
        .echoes = {.per_second = ECHO_LIMIT, .left = ECHO_LIMIT, .filled = now},
        .unreachables = {.per_second = UNREACHABLE_LIMIT, .left = UNREACHABLE_LIMIT, .filled = now},
        .limits = *limits,
    };
    secret_open(&inet->secret, limits->secret);
    inet_addresses(inet, limits);
    memset(base + at.learnt, 0, limits->learnt * sizeof(struct neighbour));
    memset(base + at.port, 0, limits->ports * sizeof(struct port));
    memset(base + at.member, 0, limits->groups * sizeof(struct membership));
    for (uint32_t i = 0; i < limits->waiting; i++)
        inet->waiting[i] =
            (struct waiting){.frame = base + at.frames + i * waiting_frame_bytes(limits)};
    if (limits->tcp.connections) inet->tcp = tcp_new(base + at.tcp, &limits->tcp, inet);
    return inet;
}
