#include "dataplane/inet/inet_layout.h"
#include "dataplane/inet/tcp_layout.h"
#include "dataplane/wire/checksum.h"
#include "dataplane/wire/icmp.h"
#include "dataplane/wire/tcp.h"

/* ICMP (RFC 792): echo is answered; errors of ours are said, seldom; errors of others are believed
 * as little as can be (RFC 5927).  What a quoted TCP segment means is decided by tcp_icmp. */

static enum inet_status echo_answer(struct inet *inet, const struct inet_packet *packet)
{
    if (!packet->to_us) return INET_ICMP_IGNORED;
    if (!allowance_take(&inet->echoes, packet->now)) return INET_ICMP_LIMITED;
    uint32_t frame_bytes = ETHERNET_BYTES + IPV4_BYTES + packet->payload_bytes;
    if (IPV4_BYTES + packet->payload_bytes > inet->mtu) return INET_ICMP_IGNORED;
    uint8_t *frame = inet_claim(inet, packet->source, frame_bytes, packet->now);
    if (!frame) return INET_ICMP;
    uint8_t *message = frame + ETHERNET_BYTES + IPV4_BYTES;
    ipv4_write(inet, (struct ipv4_header *)(frame + ETHERNET_BYTES),
               &(struct ipv4_to){.ip = packet->source, .protocol = IPV4_PROTOCOL_ICMP, .ttl = 64},
               packet->payload_bytes);
    memcpy(message, packet->payload, packet->payload_bytes);
    struct icmp_echo *echo = (struct icmp_echo *)message;
    echo->type = u8(ICMP_ECHO_REPLY);
    echo->checksum = be16(0);
    echo->checksum = checksum_field(checksum_add(0, message, packet->payload_bytes));
    inet_publish(inet);
    inet->counts.echo_reply_out++;
    return INET_ICMP;
}

static enum inet_status error_take(struct inet *inet, const struct inet_packet *packet)
{
    const struct icmp_error *error = (const struct icmp_error *)packet->payload;
    uint32_t quoted = packet->payload_bytes - (uint32_t)sizeof *error;
    const struct ipv4_header *ip = (const struct ipv4_header *)(error + 1);
    if (!packet->to_us) return INET_ICMP_IGNORED;
    if (quoted < sizeof *ip + ICMP_QUOTED_BYTES_MIN) return INET_BAD_ICMP;
    uint32_t header_bytes = (u8_read(ip->version_ihl) & 0xfu) * 4;
    if (u8_read(ip->version_ihl) >> 4 != 4 || header_bytes < sizeof *ip) return INET_BAD_ICMP;
    if (quoted < header_bytes + ICMP_QUOTED_BYTES_MIN) return INET_BAD_ICMP;
    if (ip4_read(ip->source) != inet->ip) return INET_BAD_ICMP;
    inet->counts.icmp_error_in++;
    if (u8_read(ip->protocol) != IPV4_PROTOCOL_TCP || !inet->tcp) return INET_ICMP;
    const struct tcp_header *segment =
        (const struct tcp_header *)((const uint8_t *)ip + header_bytes);
    tcp_icmp(inet->tcp, &(struct tcp_trouble){
                            .peer_ip = ip4_read(ip->destination),
                            .peer_port = be16_read(segment->destination_port),
                            .local_port = be16_read(segment->source_port),
                            .sequence = be32_read(segment->sequence),
                            .type = u8_read(error->type),
                            .code = u8_read(error->code),
                            .next_mtu = be16_read(error->next_mtu),
                            .quoted_bytes = be16_read(ip->total_length),
                            .now = packet->now,
                        });
    return INET_ICMP;
}

enum inet_status inet_icmp_receive(struct inet *inet, const struct inet_packet *packet)
{
    static_assert(sizeof(struct icmp_echo) == sizeof(struct icmp_error), "both heads are 8 bytes");
    if (packet->payload_bytes < sizeof(struct icmp_echo)) return INET_BAD_ICMP;
    if (checksum_fold(checksum_add(0, packet->payload, packet->payload_bytes)) != 0xffff)
        return INET_ICMP_CHECKSUM;
    switch (packet->payload[0]) {
    case ICMP_ECHO_REQUEST: return echo_answer(inet, packet);
    case ICMP_UNREACHABLE:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETER: return error_take(inet, packet);
    default: return INET_ICMP_IGNORED;
    }
}

/* RFC 1122, 3.2.2: none about what was sent to many, or by no single host. */
void inet_unreachable(struct inet *inet, const struct inet_packet *about, uint8_t code)
{
    if (!about->to_us || !inet_unicast(inet, about->source)) return;
    if (!allowance_take(&inet->unreachables, about->now)) {
        inet->counts.unreachable_limited++;
        return;
    }
    uint32_t header_bytes = (u8_read(about->ip->version_ihl) & 0xfu) * 4;
    uint32_t rest =
        about->payload_bytes < ICMP_QUOTED_BYTES_MIN ? about->payload_bytes : ICMP_QUOTED_BYTES_MIN;
    uint32_t message_bytes = (uint32_t)sizeof(struct icmp_error) + header_bytes + rest;
    uint8_t *frame =
        inet_claim(inet, about->source, ETHERNET_BYTES + IPV4_BYTES + message_bytes, about->now);
    if (!frame) return;
    ipv4_write(inet, (struct ipv4_header *)(frame + ETHERNET_BYTES),
               &(struct ipv4_to){.ip = about->source, .protocol = IPV4_PROTOCOL_ICMP, .ttl = 64},
               message_bytes);
    struct icmp_error *error = (struct icmp_error *)(frame + ETHERNET_BYTES + IPV4_BYTES);
    *error = (struct icmp_error){.type = u8(ICMP_UNREACHABLE), .code = u8(code)};
    memcpy(error + 1, about->ip, header_bytes + rest);
    error->checksum = checksum_field(checksum_add(0, (const uint8_t *)error, message_bytes));
    inet_publish(inet);
    inet->counts.unreachable_out++;
}
