#include "dataplane/inet/tcp_layout.h"
#include "dataplane/wire/checksum.h"

/* A segment in.  Most are the next of an established connection, with nothing special about it or
 * them: these go the predicted way, which is all of the rules for this case and no other.  The rest
 * go through the rules in full (tcp_arrive.c). */

static bool checksum_good(const struct inet_packet *packet)
{
    if (packet->checked & INET_CHECKED_L4) return true;
    uint64_t sum = checksum_add32(0, packet->source);
    sum = checksum_add32(sum, packet->destination);
    sum = checksum_add32(sum, IPV4_PROTOCOL_TCP << 16 | packet->payload_bytes);
    return checksum_fold(checksum_add(sum, packet->payload, packet->payload_bytes)) == 0xffff;
}

/* What follows a segment that has been taken: the owner writes, or an acknowledgment waits. */
static void taken_end(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    if (c->unacked == 0) return;
    if (c->unacked >= 2 * c->mss) (void)tcp_acknowledge(tcp, c, now); /* RFC 9293, 3.8.6.3 */
    else tcp_ack_later(tcp, c, now);
}

static inline bool predicted(const struct tcp_connection *c, const struct tcp_header *header,
                             uint32_t length, const struct tcp_segment *segment)
{
    if (be32_read(header->sequence) != c->rcv_nxt) return false;
    if (c->rcv_adv - c->rcv_nxt < length || seq_before(c->rcv_adv, c->rcv_nxt)) return false;
    if (segment->ack - c->snd_una > c->snd_max - c->snd_una) return false;
    if (length == 0 && segment->ack == c->snd_una) return false;
    return segment->window != 0;
}

static enum tcp_status predicted_take(struct tcp *tcp, struct tcp_connection *c,
                                      const struct tcp_segment *segment)
{
    nanos_t now = segment->now;
    uint32_t life = c->life;
    if (c->stamps && !seq_after(segment->sequence, c->last_ack_sent)) {
        c->ts_recent = segment->stamp;
        c->ts_recent_at = now;
    }
    c->heard_at = now;
    uint32_t window = segment->window << c->snd_shift;
    c->snd_wnd = window;
    c->snd_wl1 = segment->sequence;
    c->snd_wl2 = segment->ack;
    if (window > c->max_wnd) c->max_wnd = window;
    c->snd_edge = seq_later(c->snd_edge, segment->ack + window);
    if (segment->ack != c->snd_una) tcp_ack_advance(tcp, c, segment);
    if (segment->length) {
        if (!tcp_deliver(tcp, c, segment->payload, segment->length)) return TCP_SEGMENT_DATA;
        taken_end(tcp, c, now);
    }
    if (unlikely(tcp_unsent(c))) tcp_output(tcp, c, now);
    if (unlikely(c->wants_room) && !tcp_tell_room(tcp, c)) return TCP_SEGMENT_DATA;
    if (unlikely(c->life == life && (c->kept || c->slow))) tcp_predict(c);
    return segment->length ? TCP_SEGMENT_DATA : TCP_SEGMENT_ACK;
}

static COLD enum tcp_status full(struct tcp *tcp, struct tcp_connection *c,
                                 const struct tcp_header *header, struct tcp_segment *segment,
                                 uint32_t header_bytes)
{
    if (!tcp_options_read(segment, (const uint8_t *)(header + 1),
                          header_bytes - (uint32_t)sizeof *header))
        return TCP_SEGMENT_OPTIONS;
    if (c) return tcp_arrive(tcp, c, segment);
    return tcp_listen_arrive(tcp, segment, NULL);
}

static enum tcp_status receive(struct tcp *tcp, const struct inet_packet *packet)
{
    const struct tcp_header *header = (const struct tcp_header *)packet->payload;
    if (unlikely(packet->payload_bytes < sizeof *header)) return TCP_SEGMENT_SHORT;
    uint32_t header_bytes = (u8_read(header->offset) >> 4) * 4u;
    if (unlikely(header_bytes < sizeof *header || header_bytes > packet->payload_bytes))
        return TCP_SEGMENT_SHORT;
    if (unlikely(!checksum_good(packet))) return TCP_SEGMENT_CHECKSUM;
    struct tcp_segment segment = {
        .sequence = be32_read(header->sequence),
        .ack = be32_read(header->acknowledgment),
        .window = be16_read(header->window),
        .payload = packet->payload + header_bytes,
        .length = packet->payload_bytes - header_bytes,
        .flags = u8_read(header->flags),
        .peer_ip = packet->source,
        .peer_port = be16_read(header->source_port),
        .local_port = be16_read(header->destination_port),
        .now = packet->now,
    };
    /* RFC 1122, 4.2.3.10: what was sent to many concerns no connection. */
    if (unlikely(!packet->to_us)) return TCP_SEGMENT_BAD_SYN;
    struct tcp_connection *c =
        tcp_find(tcp, segment.peer_ip, segment.peer_port, segment.local_port);
    uint32_t shape = (header_bytes / 4 << 4) << 8 | (segment.flags & ~TCP_PSH);
    if (likely(c != NULL) && likely(c->slow == 0 && shape == c->expect) &&
        likely(predicted(c, header, segment.length, &segment))) {
        if (!c->stamps) return predicted_take(tcp, c, &segment);
        const struct tcp_timestamps *stamps = (const struct tcp_timestamps *)(header + 1);
        segment.stamped = true;
        segment.stamp = be32_read(stamps->value);
        segment.echo = be32_read(stamps->echo);
        if (likely(be32_read(stamps->head) == TCP_TIMESTAMPS_HEAD &&
                   !seq_before(segment.stamp, c->ts_recent)))
            return predicted_take(tcp, c, &segment);
        segment.stamped = false;
    }
    return full(tcp, c, header, &segment, header_bytes);
}

void tcp_segment_receive(struct tcp *tcp, const struct inet_packet *packet)
{
    enum tcp_status status = receive(tcp, packet);
    tcp->counts.segment[status]++;
}
