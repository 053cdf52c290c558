#include "dataplane/inet/tcp_layout.h"
#include "dataplane/wire/checksum.h"

/* A segment out.  A connection keeps the head of its segments ready, Ethernet to timestamps, and
 * the sums of what never changes in it; a segment is that head with its numbers filled in, and one
 * pass over the payload for the checksum.
 *
 * Sums are of words as they lie in memory (checksum.h), so numbers are added as they are stored. */

#define WINDOW_MAX 65535u

void tcp_template(struct tcp *tcp, struct tcp_connection *c)
{
    const struct inet *inet = tcp->inet;
    uint32_t header_bytes = (uint32_t)sizeof(struct tcp_header) + (c->stamps ? TCP_STAMP_BYTES : 0);
    *(struct ethernet_header *)c->head = (struct ethernet_header){
        .source = inet->mac,
        .type = be16(ETHERNET_TYPE_IPV4),
    };
    struct ipv4_header *ip = (struct ipv4_header *)(c->head + ETHERNET_BYTES);
    *ip = (struct ipv4_header){
        .version_ihl = u8(0x45),
        .fragment = be16(IPV4_DONT_FRAGMENT),
        .ttl = u8(64),
        .protocol = u8(IPV4_PROTOCOL_TCP),
        .source = ip4(inet->ip),
        .destination = ip4(c->peer_ip),
    };
    struct tcp_header *segment = (struct tcp_header *)(ip + 1);
    *segment = (struct tcp_header){
        .source_port = be16(c->local_port),
        .destination_port = be16(c->peer_port),
        .offset = u8((uint8_t)(header_bytes / 4 << 4)),
    };
    *(struct tcp_timestamps *)(segment + 1) =
        (struct tcp_timestamps){.head = be32(TCP_TIMESTAMPS_HEAD)};
    c->head_bytes = (uint8_t)(ETHERNET_BYTES + IPV4_BYTES + header_bytes);
    c->expect = (uint16_t)((header_bytes / 4 << 4) << 8 | TCP_ACK);
    c->ip_sum = (uint32_t)checksum_add(0, (const uint8_t *)ip, sizeof *ip);
    uint64_t sum = checksum_add32(checksum_add32(0, inet->ip), c->peer_ip);
    sum = checksum_add32(sum, IPV4_PROTOCOL_TCP << 16);
    sum = checksum_add32(sum, (uint32_t)c->local_port << 16 | c->peer_port);
    c->tcp_sum = (uint32_t)((sum & UINT32_MAX) + (sum >> 32));
    if (c->tcp_sum < sum >> 32) c->tcp_sum++;
    c->routes = 0;
}

/* Room for a frame of bytes with the connection's head in it. */
static COLD uint8_t *segment_claim_slow(struct tcp *tcp, struct tcp_connection *c, uint32_t bytes,
                                        nanos_t now)
{
    struct inet *inet = tcp->inet;
    uint8_t *frame = inet_claim(inet, c->peer_ip, bytes, now);
    if (!frame) return NULL;
    memcpy(frame + ETHERNET_BYTES, c->head + ETHERNET_BYTES, c->head_bytes - ETHERNET_BYTES);
    if (!inet->claimed_waiting) {
        memcpy(c->head, frame, sizeof(struct mac));
        c->routes = inet->routes;
    }
    return frame;
}

static inline uint8_t *segment_claim(struct tcp *tcp, struct tcp_connection *c, uint32_t bytes,
                                     nanos_t now)
{
    if (unlikely(c->routes != tcp->inet->routes)) return segment_claim_slow(tcp, c, bytes, now);
    uint8_t *frame = inet_link_claim(tcp->inet, bytes);
    if (unlikely(!frame)) return NULL;
    if (likely(c->stamps)) memcpy(frame, c->head, sizeof c->head);
    else memcpy(frame, c->head, TCP_HEAD_BYTES);
    return frame;
}

/* The window to advertise.  The right edge never moves back, and forward only by a worthwhile step
 * (RFC 9293, 3.8.6.2.2). */
static inline uint32_t window_choose(struct tcp *tcp, struct tcp_connection *c)
{
    uint32_t room = tcp->receive_bytes - c->kept, most = WINDOW_MAX << c->rcv_shift;
    if (room > most) room = most;
    room = room >> c->rcv_shift << c->rcv_shift;
    uint32_t step = tcp->receive_bytes / 2 < c->mss ? tcp->receive_bytes / 2 : c->mss;
    uint32_t edge = c->rcv_nxt + room;
    if ((int32_t)(edge - c->rcv_adv) >= (int32_t)step) c->rcv_adv = edge;
    if (unlikely(!seq_after(c->rcv_adv, c->rcv_nxt))) return 0;
    return (c->rcv_adv - c->rcv_nxt) >> c->rcv_shift;
}

/* Fills in what differs from segment to segment and sends the frame. */
static inline void segment_finish(struct tcp *tcp, const struct tcp_connection *c, uint8_t *frame,
                                  const struct tcp_out *out, uint32_t window, uint32_t header_bytes)
{
    struct ipv4_header *ip = (struct ipv4_header *)(frame + ETHERNET_BYTES);
    struct tcp_header *segment = (struct tcp_header *)(ip + 1);
    struct be16 total = be16((uint16_t)(IPV4_BYTES + header_bytes + out->length));
    uint16_t raw;
    memcpy(&raw, total.byte, sizeof raw);
    ip->total_length = total;
    ip->checksum = checksum_field((uint64_t)c->ip_sum + raw);

    segment->sequence = be32(out->sequence);
    segment->acknowledgment = be32(out->flags & TCP_ACK ? c->rcv_nxt : 0);
    segment->offset = u8((uint8_t)(header_bytes / 4 << 4));
    segment->flags = u8((uint8_t)out->flags);
    segment->window = be16((uint16_t)window);
    uint64_t sum = checksum_add32(c->tcp_sum, header_bytes + out->length);
    sum = checksum_add(sum, (const uint8_t *)segment + 4, header_bytes + out->length - 4);
    segment->checksum = checksum_field(sum);
    inet_publish(tcp->inet);
    tcp->counts.segment_out++;
}

static inline void ack_sent(struct tcp_connection *c)
{
    c->last_ack_sent = c->rcv_nxt;
    c->unacked = 0;
    c->ack_due = false;
    c->ack_at = 0;
}

static uint32_t sack_write(const struct tcp_connection *c, uint8_t *option)
{
    struct tcp_range block[4];
    uint32_t count = tcp_early_blocks(c, block, c->stamps ? 3 : 4);
    option[0] = option[1] = TCP_OPTION_NOP;
    option[2] = TCP_OPTION_SACK;
    option[3] = (uint8_t)(2 + 8 * count);
    struct be32 *edge = (struct be32 *)(option + 4);
    for (uint32_t i = 0; i < count; i++) {
        *edge++ = be32(block[i].from);
        *edge++ = be32(block[i].to);
    }
    return 4 + 8 * count;
}

bool tcp_emit(struct tcp *tcp, struct tcp_connection *c, const struct tcp_out *out, nanos_t now)
{
    uint32_t head_bytes = c->head_bytes;
    uint8_t sack[40];
    uint32_t sack_bytes = 0;
    /* Holes are reported in segments without payload only: a full one has no room for it. */
    if (unlikely(c->early_count > 0 && c->sack && out->length == 0))
        sack_bytes = sack_write(c, sack);
    uint32_t before = head_bytes + sack_bytes;
    uint8_t *frame = segment_claim(tcp, c, before + out->length, now);
    if (unlikely(!frame)) {
        tcp->counts.link_full++;
        return false;
    }
    if (c->stamps) {
        struct tcp_timestamps *stamps = (struct tcp_timestamps *)(frame + TCP_HEAD_BYTES);
        stamps->value = be32(tcp_stamp(c, now));
        stamps->echo = be32(c->ts_recent);
    }
    if (unlikely(sack_bytes)) memcpy(frame + head_bytes, sack, sack_bytes);
    if (out->bytes) memcpy(frame + before, out->bytes, out->length);
    else if (out->length)
        ring_read(send_ring(tcp, c), tcp->send_bytes, out->sequence, frame + before, out->length);
    uint32_t window = window_choose(tcp, c);
    if (unlikely(window == 0 && !(out->flags & TCP_RST) && c->last_window != 0))
        tcp->counts.zero_window_out++;
    c->last_window = window;
    segment_finish(tcp, c, frame, out, window, before - ETHERNET_BYTES - IPV4_BYTES);
    ack_sent(c);
    return true;
}

bool tcp_emit_syn(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    bool answer = c->state == TCP_SYN_RECEIVED;
    uint8_t option[40];
    uint32_t option_bytes = tcp_options_syn(tcp, c, answer, now, option);
    uint8_t *frame = segment_claim_slow(tcp, c, TCP_HEAD_BYTES + option_bytes, now);
    if (!frame) {
        tcp->counts.link_full++;
        return false;
    }
    memcpy(frame + TCP_HEAD_BYTES, option, option_bytes);
    uint32_t window = tcp->receive_bytes < WINDOW_MAX ? tcp->receive_bytes : WINDOW_MAX;
    struct tcp_out out = {.sequence = c->iss, .flags = TCP_SYN | (answer ? TCP_ACK : 0)};
    if (answer) {
        c->rcv_adv = seq_later(c->rcv_adv, c->rcv_nxt + window);
        ack_sent(c);
    }
    c->last_window = window;
    segment_finish(tcp, c, frame, &out, window, (uint32_t)sizeof(struct tcp_header) + option_bytes);
    return true;
}

bool tcp_acknowledge(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    struct tcp_out out = {.sequence = tcp_bare_sequence(c), .flags = TCP_ACK};
    if (!tcp_emit(tcp, c, &out, now)) {
        c->ack_due = true;
        tcp_queue(tcp, c);
        return false;
    }
    tcp->counts.acknowledge_out++;
    return true;
}

/* At most limits.challenges a second on average; how many exactly in this second nobody outside
 * knows, so that counting them tells nothing (RFC 5961, 10; the side channel of a fixed limit). */
void tcp_challenge(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    if (c->challenge_from == 0 || now - c->challenge_from >= NANOS_SECOND) {
        uint32_t most = tcp->limits.challenges;
        c->challenge_from = now;
        c->challenges_left = most / 2 + (uint32_t)secret_draw(&tcp->secret, most + 1);
    }
    if (c->challenges_left == 0) {
        tcp->counts.challenge_limited++;
        return;
    }
    c->challenges_left--;
    tcp->counts.challenge_out++;
    (void)tcp_acknowledge(tcp, c, now);
}

void tcp_emit_reset(struct tcp *tcp, struct tcp_connection *c, uint32_t sequence, nanos_t now)
{
    struct tcp_out out = {.sequence = sequence, .flags = TCP_RST | TCP_ACK};
    if (tcp_emit(tcp, c, &out, now)) tcp->counts.reset_out++;
}

void tcp_refuse(struct tcp *tcp, const struct tcp_segment *segment)
{
    if (segment->flags & TCP_RST) return;
    struct tcp_connection nobody = {
        .peer_ip = segment->peer_ip,
        .peer_port = segment->peer_port,
        .local_port = segment->local_port,
        .rcv_nxt = segment->sequence + segment_span(segment),
    };
    bool acked = segment->flags & TCP_ACK;
    struct tcp_out out = {
        .sequence = acked ? segment->ack : 0,
        .flags = acked ? TCP_RST : TCP_RST | TCP_ACK,
    };
    tcp_template(tcp, &nobody);
    uint8_t *frame = segment_claim_slow(tcp, &nobody, TCP_HEAD_BYTES, segment->now);
    if (!frame) {
        tcp->counts.link_full++;
        return;
    }
    segment_finish(tcp, &nobody, frame, &out, 0, sizeof(struct tcp_header));
    tcp->counts.reset_out++;
}

void tcp_queue(struct tcp *tcp, struct tcp_connection *c)
{
    if (c->queued) return;
    c->queued = true;
    tcp->pending[tcp->pending_count++] = c->slot;
}

void tcp_ack_later(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    nanos_t delay = tcp->limits.delayed_ack_ns;
    if (delay == 0) {
        c->ack_due = true;
        tcp_queue(tcp, c);
    } else if (c->ack_at == 0) {
        c->ack_at = now + delay;
        tcp_arm(tcp, c, c->ack_at);
    }
}
