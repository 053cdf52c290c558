#include "dataplane/wire/frame.h"

#include "dataplane/wire/checksum.h"
#include "dataplane/wire/ethernet.h"
#include "dataplane/wire/ipv4.h"
#include "dataplane/wire/udp.h"

/* One function per layer.  Each is given the bytes that are left and how many, checks that its
 * header is among them before it reads it, and says where the next layer begins. */

static_assert(FRAME_UDP_HEAD_BYTES == sizeof(struct ethernet_header) + sizeof(struct ipv4_header) +
                                          sizeof(struct udp_header),
              "FRAME_UDP_HEAD_BYTES is not the sum of the headers");
static_assert(FRAME_VLAN_BYTES == sizeof(struct ethernet_vlan_tag), "a VLAN tag is 4 bytes");

const char *frame_status_text(enum frame_status status)
{
#define FRAME_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {FRAME_STATUSES(FRAME_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *frame_status_name(enum frame_status status)
{
#define FRAME_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {FRAME_STATUSES(FRAME_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

static inline bool is_vlan(uint32_t type)
{
    return type == ETHERNET_TYPE_VLAN || type == ETHERNET_TYPE_QINQ;
}

struct vlan_ids {
    uint16_t inner;
    uint16_t outer;
};

/* *at is behind the Ethernet header, *type the type it gave: passes over up to two tags. */
static enum frame_status vlan_strip(const uint8_t *bytes, uint32_t length, uint32_t *at,
                                    uint32_t *type, struct vlan_ids *ids)
{
    for (uint32_t tags = 0; is_vlan(*type); tags++) {
        if (tags == 2) return FRAME_THIRD_VLAN;
        if (length - *at < sizeof(struct ethernet_vlan_tag)) return FRAME_CUT_VLAN;
        const struct ethernet_vlan_tag *tag = (const struct ethernet_vlan_tag *)(bytes + *at);
        ids->outer = ids->inner;
        ids->inner = be16_read(tag->control) & 0xfff;
        *type = be16_read(tag->type);
        *at += (uint32_t)sizeof *tag;
    }
    return FRAME_OK;
}

/* An IPv4 header whose lengths agree with each other and with the length bytes there are. */
static inline enum frame_status ipv4_check(const struct ipv4_header *ip, uint32_t length,
                                           enum frame_checks checks)
{
    if (unlikely(length < sizeof *ip)) return FRAME_CUT_IP;
    uint32_t version_ihl = u8_read(ip->version_ihl);
    uint32_t header_bytes = (version_ihl & 0xf) * 4;
    uint32_t total_bytes = be16_read(ip->total_length);
    if (unlikely(version_ihl >> 4 != 4 || header_bytes < sizeof *ip)) return FRAME_BAD_IP_HEADER;
    if (unlikely(length < header_bytes)) return FRAME_CUT_IP;
    if (unlikely(total_bytes < header_bytes)) return FRAME_BAD_IP_HEADER;
    if (unlikely(length < total_bytes)) return FRAME_CUT_DATAGRAM;

    if (checks & FRAME_CHECK_IP) {
        uint64_t sum = checksum_add(0, (const uint8_t *)ip, header_bytes);
        if (unlikely(checksum_fold(sum) != 0xffff)) return FRAME_IP_CHECKSUM;
    }
    uint32_t source = ip4_read(ip->source);
    if (unlikely(ipv4_multicast(source) || source == UINT32_MAX)) return FRAME_BAD_IP_SOURCE;
    if (unlikely(u8_read(ip->protocol) != IPV4_PROTOCOL_UDP)) return FRAME_NOT_UDP;
    uint32_t fragment = be16_read(ip->fragment);
    if (unlikely(fragment & (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))) return FRAME_FRAGMENT;
    return FRAME_OK;
}

/* The sum of the pseudo header (RFC 768) and of udp_bytes of header and payload. */
static inline uint64_t udp_sum(const struct ipv4_header *ip, const struct udp_header *udp,
                               uint32_t udp_bytes)
{
    uint64_t sum = checksum_add32(0, ip4_read(ip->source));
    sum = checksum_add32(sum, ip4_read(ip->destination));
    sum = checksum_add32(sum, IPV4_PROTOCOL_UDP << 16 | udp_bytes);
    return checksum_add(sum, (const uint8_t *)udp, udp_bytes);
}

/* A UDP header whose length is within the length bytes that IPv4 gave. */
static inline enum frame_status udp_check(const struct ipv4_header *ip,
                                          const struct udp_header *udp, uint32_t length,
                                          enum frame_checks checks)
{
    if (unlikely(length < sizeof *udp)) return FRAME_BAD_UDP_LENGTH;
    uint32_t udp_bytes = be16_read(udp->length);
    if (unlikely(udp_bytes < sizeof *udp || udp_bytes > length)) return FRAME_BAD_UDP_LENGTH;
    if (checks & FRAME_CHECK_UDP && be16_read(udp->checksum) != 0) {
        if (unlikely(checksum_fold(udp_sum(ip, udp, udp_bytes)) != 0xffff))
            return FRAME_UDP_CHECKSUM;
    }
    return FRAME_OK;
}

enum frame_status frame_udp(const uint8_t *bytes, uint32_t length, enum frame_checks checks,
                            struct frame_datagram *out)
{
    if (unlikely(length < sizeof(struct ethernet_header))) return FRAME_RUNT;
    uint32_t at = sizeof(struct ethernet_header);
    uint32_t type = be16_read(((const struct ethernet_header *)bytes)->type);
    struct vlan_ids vlan = {0};
    if (unlikely(type != ETHERNET_TYPE_IPV4)) {
        enum frame_status status = vlan_strip(bytes, length, &at, &type, &vlan);
        if (status != FRAME_OK) return status;
        if (type != ETHERNET_TYPE_IPV4) return FRAME_NOT_IPV4;
    }

    const struct ipv4_header *ip = (const struct ipv4_header *)(bytes + at);
    enum frame_status status = ipv4_check(ip, length - at, checks);
    if (unlikely(status != FRAME_OK)) return status;
    uint32_t header_bytes = (u8_read(ip->version_ihl) & 0xfu) * 4;
    uint32_t left = be16_read(ip->total_length) - header_bytes;

    const struct udp_header *udp = (const struct udp_header *)(bytes + at + header_bytes);
    status = udp_check(ip, udp, left, checks);
    if (unlikely(status != FRAME_OK)) return status;

    *out = (struct frame_datagram){
        .payload = (const uint8_t *)(udp + 1),
        .payload_bytes = be16_read(udp->length) - (uint32_t)sizeof *udp,
        .source_ip = ip4_read(ip->source),
        .destination_ip = ip4_read(ip->destination),
        .source_port = be16_read(udp->source_port),
        .destination_port = be16_read(udp->destination_port),
        .vlan_id = vlan.inner,
        .outer_vlan_id = vlan.outer,
    };
    return FRAME_OK;
}

uint32_t frame_udp_write(uint8_t *frame, const struct frame_udp_head *head, uint32_t payload_bytes)
{
    DCHECK(payload_bytes <= FRAME_UDP_PAYLOAD_MAX);
    DCHECK(head->vlan_id <= ETHERNET_VLAN_ID_MAX);
    uint32_t udp_bytes = (uint32_t)sizeof(struct udp_header) + payload_bytes;
    uint8_t *at = frame;

    bool multicast = ipv4_multicast(head->destination_ip);
    *(struct ethernet_header *)at = (struct ethernet_header){
        .destination = multicast ? ethernet_group_mac(head->destination_ip) : head->destination_mac,
        .source = head->source_mac,
        .type = be16(head->vlan_id ? ETHERNET_TYPE_VLAN : ETHERNET_TYPE_IPV4),
    };
    at += sizeof(struct ethernet_header);
    if (head->vlan_id) {
        *(struct ethernet_vlan_tag *)at = (struct ethernet_vlan_tag){
            .control = be16(head->vlan_id),
            .type = be16(ETHERNET_TYPE_IPV4),
        };
        at += sizeof(struct ethernet_vlan_tag);
    }

    struct ipv4_header *ip = (struct ipv4_header *)at;
    *ip = (struct ipv4_header){
        .version_ihl = u8(0x45),
        .total_length = be16((uint16_t)(sizeof *ip + udp_bytes)),
        .identification = be16(head->identification),
        .fragment = be16(IPV4_DONT_FRAGMENT),
        .ttl = u8(head->ttl),
        .protocol = u8(IPV4_PROTOCOL_UDP),
        .source = ip4(head->source_ip),
        .destination = ip4(head->destination_ip),
    };
    ip->checksum = checksum_field(checksum_add(0, at, sizeof *ip));

    struct udp_header *udp = (struct udp_header *)(ip + 1);
    *udp = (struct udp_header){
        .source_port = be16(head->source_port),
        .destination_port = be16(head->destination_port),
        .length = be16((uint16_t)udp_bytes),
    };
    struct be16 checksum = checksum_field(udp_sum(ip, udp, udp_bytes));
    udp->checksum = be16_read(checksum) ? checksum : be16(0xffff); /* 0 would say: not computed */
    return frame_udp_head_bytes(head) + payload_bytes;
}
