#include "dataplane/inet/inet_layout.h"
#include "dataplane/wire/checksum.h"
#include "dataplane/wire/frame.h"
#include "dataplane/wire/icmp.h"
#include "dataplane/wire/udp.h"

/* Ports lie in an open table of limits.ports places, each at or after the place its number hashes
 * to; bindings of one number are neighbours in no particular order, so all of a number's run are
 * looked at and the one with an address goes before. */

#define UDP_BYTES ((uint32_t)sizeof(struct udp_header))

static struct port *port_find(const struct inet *inet, uint32_t address, uint16_t number)
{
    for (uint32_t i = 0; i < inet->ports; i++) {
        struct port *port = &inet->port[(number + i) % inet->ports];
        if (port->number == 0) return NULL;
        if (port->number == number && port->address == address) return port;
    }
    return NULL;
}

/* The binding a datagram to address and number belongs to. */
static const struct port *port_match(const struct inet *inet, uint32_t address, uint16_t number)
{
    const struct port *any = NULL;
    uint32_t at = inet->ports ? number % inet->ports : 0;
    for (uint32_t i = 0; i < inet->ports; i++) {
        const struct port *port = &inet->port[at];
        if (port->number == 0) break;
        if (port->number == number) {
            if (port->address == address) return port;
            if (port->address == 0) any = port;
        }
        if (++at == inet->ports) at = 0;
    }
    return any;
}

bool inet_bind(struct inet *inet, uint32_t address, uint16_t number, inet_received_fn *received,
               void *context)
{
    CHECK(received != NULL);
    if (number == 0 || port_find(inet, address, number)) return false;
    for (uint32_t i = 0; i < inet->ports; i++) {
        struct port *port = &inet->port[(number + i) % inet->ports];
        if (port->number != 0) continue;
        *port = (struct port){address, number, received, context};
        return true;
    }
    return false;
}

void inet_unbind(struct inet *inet, uint32_t address, uint16_t number)
{
    struct port *port = port_find(inet, address, number);
    if (!port) return;
    *port = (struct port){0};
    /* What lies behind the hole may have been pushed over it: put it in again. */
    uint32_t hole = (uint32_t)(port - inet->port);
    for (uint32_t i = 1; i < inet->ports; i++) {
        struct port *next = &inet->port[(hole + i) % inet->ports];
        if (next->number == 0) return;
        struct port moved = *next;
        *next = (struct port){0};
        CHECK(inet_bind(inet, moved.address, moved.number, moved.received, moved.context));
    }
}

static bool udp_sound(const struct inet_packet *packet, const struct udp_header *udp,
                      uint32_t udp_bytes)
{
    if (packet->checked & INET_CHECKED_L4 || be16_read(udp->checksum) == 0) return true;
    uint64_t sum = checksum_add32(0, packet->source);
    sum = checksum_add32(sum, packet->destination);
    sum = checksum_add32(sum, IPV4_PROTOCOL_UDP << 16 | udp_bytes);
    return checksum_fold(checksum_add(sum, (const uint8_t *)udp, udp_bytes)) == 0xffff;
}

enum inet_status inet_udp_receive(struct inet *inet, const struct inet_packet *packet)
{
    const struct udp_header *udp = (const struct udp_header *)packet->payload;
    if (packet->payload_bytes < sizeof *udp) return INET_BAD_UDP_LENGTH;
    uint32_t udp_bytes = be16_read(udp->length);
    if (udp_bytes < sizeof *udp || udp_bytes > packet->payload_bytes) return INET_BAD_UDP_LENGTH;
    if (!udp_sound(packet, udp, udp_bytes)) return INET_UDP_CHECKSUM;
    struct inet_datagram datagram = {
        .payload = (const uint8_t *)(udp + 1),
        .payload_bytes = udp_bytes - UDP_BYTES,
        .source_ip = packet->source,
        .destination_ip = packet->destination,
        .source_port = be16_read(udp->source_port),
        .destination_port = be16_read(udp->destination_port),
    };
    const struct port *port = port_match(inet, packet->destination, datagram.destination_port);
    if (!port) {
        inet_unreachable(inet, packet, ICMP_PORT_UNREACHABLE);
        return INET_UDP_CLOSED;
    }
    port->received(port->context, &datagram);
    return INET_UDP;
}

/* Sending: the payload is filled in by the owner, so headers and checksum are written when it is
 * published.  What is needed for them is kept in the frame, where the headers will lie. */

struct claim {
    uint32_t ip;
    uint16_t port, source_port;
    uint16_t payload_bytes;
    uint8_t ttl;
};
static_assert(sizeof(struct claim) <= sizeof(struct ipv4_header),
              "a claim lies in the IPv4 header");

uint8_t *inet_datagram_claim(struct inet *inet, const struct inet_to *to, uint32_t bytes,
                             nanos_t now)
{
    CHECK(bytes + IPV4_BYTES + UDP_BYTES <= inet->mtu);
    now = inet_moment(inet, now);
    inet->datagram = inet_claim(inet, to->ip, FRAME_UDP_HEAD_BYTES + bytes, now);
    if (!inet->datagram) return NULL;
    struct claim claim = {
        .ip = to->ip,
        .port = to->port,
        .source_port = to->source_port,
        .payload_bytes = (uint16_t)bytes,
        .ttl = to->ttl,
    };
    if (claim.ttl == 0) claim.ttl = ipv4_multicast(to->ip) ? 1 : 64;
    memcpy(inet->datagram + ETHERNET_BYTES, &claim, sizeof claim);
    return inet->datagram + FRAME_UDP_HEAD_BYTES;
}

void inet_datagram_publish(struct inet *inet)
{
    uint8_t *ip = inet->datagram + ETHERNET_BYTES;
    struct claim claim;
    CHECK(inet->datagram != NULL);
    memcpy(&claim, ip, sizeof claim);
    uint32_t udp_bytes = UDP_BYTES + claim.payload_bytes;
    ipv4_write(inet, (struct ipv4_header *)ip,
               &(struct ipv4_to){.ip = claim.ip, .protocol = IPV4_PROTOCOL_UDP, .ttl = claim.ttl},
               udp_bytes);
    struct udp_header *udp = (struct udp_header *)(ip + IPV4_BYTES);
    *udp = (struct udp_header){
        .source_port = be16(claim.source_port),
        .destination_port = be16(claim.port),
        .length = be16((uint16_t)udp_bytes),
    };
    uint64_t sum = checksum_add32(0, inet->ip);
    sum = checksum_add32(sum, claim.ip);
    sum = checksum_add32(sum, IPV4_PROTOCOL_UDP << 16 | udp_bytes);
    struct be16 checksum = checksum_field(checksum_add(sum, (const uint8_t *)udp, udp_bytes));
    udp->checksum = be16_read(checksum) ? checksum : be16(0xffff); /* 0 would say: not computed */
    inet->datagram = NULL;
    inet_publish(inet);
    inet->counts.datagram_out++;
}
