#include "dataplane/inet/inet_layout.h"
#include "dataplane/wire/checksum.h"

/* A frame is written where it will lie: on the link, or in a waiting place if its next hop has no
 * MAC yet.  Waiting frames keep their order; they are sent when the MAC is learnt, and dropped
 * when the address is given up. */

uint32_t inet_next_hop(const struct inet *inet, uint32_t ip)
{
    if (inet_on_net(inet, ip)) return ip;
    return inet->gateway;
}

uint8_t *inet_link_claim(struct inet *inet, uint32_t frame_bytes)
{
    inet->claimed_waiting = 0;
    uint8_t *frame = inet->output.claim(inet->output.context, frame_bytes);
    if (unlikely(!frame)) inet->counts.link_full++;
    return frame;
}

static uint8_t *waiting_claim(struct inet *inet, uint32_t next_hop, uint32_t frame_bytes)
{
    for (uint32_t i = 0; i < inet->waiting_count; i++) {
        struct waiting *place = &inet->waiting[i];
        if (place->ip != 0) continue;
        place->bytes = frame_bytes;
        place->order = inet->waiting_order++;
        /* Taken by inet_publish: until then the place stays free. */
        inet->claimed_waiting = i + 1;
        *(struct ethernet_header *)place->frame = (struct ethernet_header){
            .source = inet->mac,
            .type = be16(ETHERNET_TYPE_IPV4),
        };
        memcpy(place->frame, &next_hop, sizeof next_hop); /* where the MAC will be */
        return place->frame;
    }
    inet->counts.waiting_full++;
    return NULL;
}

static uint8_t *mac_claim(struct inet *inet, const struct mac *mac, uint32_t frame_bytes)
{
    uint8_t *frame = inet_link_claim(inet, frame_bytes);
    if (!frame) return NULL;
    *(struct ethernet_header *)frame = (struct ethernet_header){
        .destination = *mac,
        .source = inet->mac,
        .type = be16(ETHERNET_TYPE_IPV4),
    };
    return frame;
}

uint8_t *inet_claim(struct inet *inet, uint32_t ip, uint32_t frame_bytes, nanos_t now)
{
    if (ipv4_multicast(ip)) {
        struct mac mac = ethernet_group_mac(ip);
        return mac_claim(inet, &mac, frame_bytes);
    }
    if (ip == UINT32_MAX || ip == inet->broadcast) {
        static const struct mac everybody = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
        return mac_claim(inet, &everybody, frame_bytes);
    }
    uint32_t next_hop = inet_next_hop(inet, ip);
    if (next_hop == 0) {
        inet->counts.no_route++;
        return NULL;
    }
    const struct neighbour *neighbour = inet_neighbour(inet, next_hop, now);
    if (!neighbour || neighbour->state == NEIGHBOUR_FAILED) {
        inet->counts.unresolved++;
        return NULL;
    }
    if (neighbour->state == NEIGHBOUR_KNOWN) return mac_claim(inet, &neighbour->mac, frame_bytes);
    return waiting_claim(inet, next_hop, frame_bytes);
}

void inet_publish(struct inet *inet)
{
    if (unlikely(inet->claimed_waiting)) {
        struct waiting *place = &inet->waiting[inet->claimed_waiting - 1];
        memcpy(&place->ip, place->frame, sizeof place->ip);
        inet->claimed_waiting = 0;
        return;
    }
    inet->counts.frame_out++;
    inet->output.publish(inet->output.context);
}

static struct waiting *waiting_oldest(struct inet *inet, uint32_t ip)
{
    struct waiting *oldest = NULL;
    for (uint32_t i = 0; i < inet->waiting_count; i++) {
        struct waiting *place = &inet->waiting[i];
        if (place->ip == ip && (!oldest || place->order < oldest->order)) oldest = place;
    }
    return oldest;
}

void inet_waiting_send(struct inet *inet, const struct neighbour *neighbour)
{
    for (struct waiting *place; (place = waiting_oldest(inet, neighbour->ip)) != NULL;) {
        place->ip = 0;
        uint8_t *frame = inet_link_claim(inet, place->bytes);
        if (!frame) continue;
        memcpy(frame, place->frame, place->bytes);
        ((struct ethernet_header *)frame)->destination = neighbour->mac;
        inet_publish(inet);
    }
}

void inet_waiting_drop(struct inet *inet, uint32_t ip)
{
    for (struct waiting *place; (place = waiting_oldest(inet, ip)) != NULL;) {
        place->ip = 0;
        inet->counts.unresolved++;
    }
}

void ipv4_write(const struct inet *inet, struct ipv4_header *ip, const struct ipv4_to *to,
                uint32_t payload_bytes)
{
    uint32_t header_bytes = IPV4_BYTES + (to->option ? 4 : 0);
    *ip = (struct ipv4_header){
        .version_ihl = u8((uint8_t)(0x40 | header_bytes / 4)),
        .total_length = be16((uint16_t)(header_bytes + payload_bytes)),
        /* Never fragmented, so the identification means nothing (RFC 6864, 4.1). */
        .fragment = be16(IPV4_DONT_FRAGMENT),
        .ttl = u8(to->ttl),
        .protocol = u8(to->protocol),
        .source = ip4(inet->ip),
        .destination = ip4(to->ip),
    };
    if (to->option) *(struct be32 *)(ip + 1) = be32(to->option);
    ip->checksum = checksum_field(checksum_add(0, (const uint8_t *)ip, header_bytes));
}
