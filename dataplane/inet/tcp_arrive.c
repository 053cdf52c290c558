#include "dataplane/inet/tcp_layout.h"

/* The rules in full (RFC 9293, 3.10.7.3 and 3.10.7.4, with RFC 7323 and RFC 5961), one function a
 * step, in their order.  A step that ends the matter returns a status; STEP_ON is none. */

#define STEP_ON TCP_STATUS_COUNT

/* Step 0: timestamps (RFC 7323, 5.3). */
static enum tcp_status stamp_step(struct tcp *tcp, struct tcp_connection *c,
                                  const struct tcp_segment *segment)
{
    if (!c->stamps || segment->flags & TCP_RST) return STEP_ON;
    if (!segment->stamped) return TCP_SEGMENT_NO_TIMESTAMP;
    bool valid = segment->now - c->ts_recent_at < TCP_TS_VALID_NS;
    if (valid && seq_before(segment->stamp, c->ts_recent)) {
        if (segment_span(segment) > 0) (void)tcp_acknowledge(tcp, c, segment->now);
        else tcp_challenge(tcp, c, segment->now);
        return TCP_SEGMENT_PAWS;
    }
    return STEP_ON;
}

static bool acceptable(const struct tcp_connection *c, const struct tcp_segment *segment)
{
    uint32_t window = seq_before(c->rcv_nxt, c->rcv_adv) ? c->rcv_adv - c->rcv_nxt : 0;
    uint32_t span = segment_span(segment);
    uint32_t first = segment->sequence - c->rcv_nxt, last = first + span - 1;
    if (window == 0) return segment->sequence == c->rcv_nxt;
    if (span == 0) return first < window;
    return first < window || last < window || ((int32_t)first < 0 && (int32_t)last >= 0);
}

/* Step 1: the sequence number.  What lies before or beyond the window is cut off. */
static enum tcp_status sequence_step(struct tcp *tcp, struct tcp_connection *c,
                                     struct tcp_segment *segment)
{
    if (likely(acceptable(c, segment))) return STEP_ON;
    if (segment->flags & TCP_RST) return TCP_SEGMENT_RST_OUTSIDE;
    bool old = seq_before(segment->sequence, c->rcv_nxt) &&
               !seq_after(segment->sequence + segment_span(segment), c->rcv_nxt);
    if (c->state == TCP_TIME_WAIT && segment->flags & TCP_FIN)
        c->life_at = segment->now + tcp->limits.time_wait_ns;
    /* Answers to answers are limited: two endpoints that disagree would go on for ever (T3). */
    if (segment_span(segment) > 0) (void)tcp_acknowledge(tcp, c, segment->now);
    else tcp_challenge(tcp, c, segment->now);
    return old && segment_span(segment) > 0 ? TCP_SEGMENT_DUPLICATE : TCP_SEGMENT_OUTSIDE;
}

/* Step 2: RST (RFC 5961, 3.2). */
static enum tcp_status reset_step(struct tcp *tcp, struct tcp_connection *c,
                                  const struct tcp_segment *segment)
{
    if (!(segment->flags & TCP_RST)) return STEP_ON;
    if (segment->sequence != c->rcv_nxt) {
        tcp_challenge(tcp, c, segment->now);
        return TCP_SEGMENT_RST_CHALLENGED;
    }
    /* TIME-WAIT is not assassinated (RFC 1337): what it protects from is still there. */
    if (c->state == TCP_TIME_WAIT) return TCP_SEGMENT_RST_OUTSIDE;
    tcp_end(tcp, c, c->state == TCP_SYN_RECEIVED ? TCP_END_REFUSED : TCP_END_RESET);
    return TCP_SEGMENT_RESET;
}

/* Step 3: SYN (RFC 5961, 4.2). */
static enum tcp_status syn_step(struct tcp *tcp, struct tcp_connection *c,
                                const struct tcp_segment *segment)
{
    if (!(segment->flags & TCP_SYN)) return STEP_ON;
    if (c->state == TCP_SYN_RECEIVED && c->passive) {
        tcp_free(tcp, c); /* back to LISTEN: the peer knows nothing of this connection */
        return TCP_SEGMENT_BAD_SYN;
    }
    tcp_challenge(tcp, c, segment->now);
    return TCP_SEGMENT_SYN_CHALLENGED;
}

/* Steps 4 and 5: the acknowledgment (RFC 5961, 5.2). */
static enum tcp_status ack_step(struct tcp *tcp, struct tcp_connection *c,
                                const struct tcp_segment *segment)
{
    if (!(segment->flags & TCP_ACK)) return TCP_SEGMENT_NO_ACK;
    if (c->state == TCP_SYN_RECEIVED) {
        if (!seq_after(segment->ack, c->snd_una) || seq_after(segment->ack, c->snd_max)) {
            tcp_refuse(tcp, segment);
            return TCP_SEGMENT_BAD_ACK;
        }
        return STEP_ON;
    }
    if (seq_after(segment->ack, c->snd_max) || seq_before(segment->ack, c->snd_una - c->max_wnd)) {
        tcp_challenge(tcp, c, segment->now);
        return TCP_SEGMENT_BAD_ACK;
    }
    return STEP_ON;
}

static void stamp_update(struct tcp_connection *c, const struct tcp_segment *segment)
{
    if (!c->stamps || !segment->stamped) return;
    if (seq_after(segment->sequence, c->last_ack_sent)) return;
    bool valid = segment->now - c->ts_recent_at < TCP_TS_VALID_NS;
    if (valid && seq_before(segment->stamp, c->ts_recent)) return;
    c->ts_recent = segment->stamp;
    c->ts_recent_at = segment->now;
}

/* What our acknowledged FIN changes; false: the connection is gone. */
static bool fin_acked_step(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    if (!c->fin_sent || c->snd_una != c->snd_end + 1) return true;
    if (c->state == TCP_FIN_WAIT_1) {
        c->state = TCP_FIN_WAIT_2;
        if (!c->calls) c->life_at = now + tcp->limits.finish_ns;
        tcp_arm(tcp, c, c->life_at);
    } else if (c->state == TCP_CLOSING) {
        tcp_time_wait(tcp, c, now);
        return tcp_conclude(tcp, c);
    } else if (c->state == TCP_LAST_ACK) {
        if (c->kept == 0 || !c->calls) {
            tcp_end(tcp, c, TCP_END_NORMAL);
            return false;
        }
        tcp_time_wait(tcp, c, now); /* until the owner has taken the rest */
    }
    return true;
}

/* A payload cut to the window: what lies before it is old, what lies beyond is sent again. */
struct payload {
    const uint8_t *bytes;
    uint32_t from, to;
};

static struct payload payload_cut(struct tcp_connection *c, struct tcp_segment *segment,
                                  enum tcp_status *status)
{
    struct payload left = {segment->payload, segment->sequence,
                           segment->sequence + segment->length};
    if (seq_before(left.from, c->rcv_nxt)) {
        uint32_t old = c->rcv_nxt - left.from;
        if (old > segment->length) old = segment->length;
        left.bytes += old;
        left.from += old;
        if (old) c->ack_due = true;
        if (old && left.from == left.to && !(segment->flags & TCP_FIN))
            *status = TCP_SEGMENT_DUPLICATE;
    }
    if (seq_after(left.to, c->rcv_adv)) {
        left.to = seq_later(c->rcv_adv, left.from);
        segment->flags &= ~TCP_FIN;
        c->ack_due = true;
        if (left.from == left.to) *status = TCP_SEGMENT_OUTSIDE; /* the window is closed */
    }
    return left;
}

/* Bytes that are next, as far as the first range that is held already, then that range, and so on:
 * what was held first stays (T5).  False: the connection is gone. */
static bool in_order(struct tcp *tcp, struct tcp_connection *c, struct payload left)
{
    while (seq_before(left.from, left.to)) {
        uint32_t to = left.to;
        if (c->early_count > 0) {
            c->ack_due = true; /* a hole is being filled (RFC 5681, 4.2) */
            if (seq_before(c->early[0].from, to)) to = c->early[0].from;
        }
        if (to != left.from && !tcp_deliver(tcp, c, left.bytes, to - left.from)) return false;
        uint32_t joined = tcp_early_join(c);
        if (joined) {
            c->kept += joined;
            c->unacked += joined;
            tcp->counts.byte_in += joined;
            if (!tcp_offer(tcp, c)) return false;
        }
        uint32_t passed = c->rcv_nxt - left.from;
        if (passed >= left.to - left.from) break;
        left.bytes += passed;
        left.from = c->rcv_nxt;
    }
    return true;
}

/* Step 7: the payload.  False: the connection is gone. */
static bool payload_step(struct tcp *tcp, struct tcp_connection *c, struct tcp_segment *segment,
                         enum tcp_status *status)
{
    if (segment->length == 0) return true;
    struct payload left = payload_cut(c, segment, status);
    if (left.from == left.to) return true;
    if (left.from == c->rcv_nxt) return in_order(tcp, c, left);
    c->ack_due = true;
    bool room = tcp_early_keep(tcp, c, left.from, left.bytes, left.to - left.from);
    *status = room ? TCP_SEGMENT_EARLY : TCP_SEGMENT_NO_ROOM;
    return true;
}

/* Step 8: FIN, once everything before it has come.  False: the connection is gone. */
static bool fin_step(struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *segment)
{
    if (segment->flags & TCP_FIN && !c->fin_received) {
        c->fin_early = true;
        c->ack_due = true;
        c->fin_at = segment->sequence + segment->length;
    }
    if (!c->fin_early || c->fin_received || c->fin_at != c->rcv_nxt) return true;
    c->fin_received = true;
    c->rcv_nxt++;
    c->early_count = 0; /* what lies beyond an end is nothing */
    c->ack_due = true;
    if (c->state == TCP_ESTABLISHED) c->state = TCP_CLOSE_WAIT;
    else if (c->state == TCP_FIN_WAIT_1) c->state = TCP_CLOSING;
    else if (c->state == TCP_FIN_WAIT_2) {
        tcp_time_wait(tcp, c, segment->now);
        (void)tcp_acknowledge(tcp, c, segment->now); /* before the owner may let go */
        return tcp_tell_ended(tcp, c) && tcp_conclude(tcp, c);
    }
    return tcp_tell_ended(tcp, c);
}

/* Steps 5 to 8 of a segment that has passed the checks. */
static enum tcp_status take(struct tcp *tcp, struct tcp_connection *c, struct tcp_segment *segment)
{
    enum tcp_status status = TCP_SEGMENT_TAKEN;
    nanos_t now = segment->now;
    bool opening = c->state == TCP_SYN_RECEIVED;
    stamp_update(c, segment);
    if (opening && !tcp_established(tcp, c, segment)) return TCP_SEGMENT_SYN_REFUSED;
    tcp_ack_receive(tcp, c, segment);
    if (!fin_acked_step(tcp, c, now)) return TCP_SEGMENT_TAKEN;
    bool open =
        c->state == TCP_ESTABLISHED || c->state == TCP_FIN_WAIT_1 || c->state == TCP_FIN_WAIT_2;
    if (open) {
        if (!c->calls && segment->length &&
            seq_after(segment->sequence + segment->length, c->rcv_nxt)) {
            tcp_emit_reset(tcp, c, tcp_bare_sequence(c), now);
            tcp_free(tcp, c);
            return TCP_SEGMENT_AFTER_CLOSE;
        }
        if (!payload_step(tcp, c, segment, &status) || !fin_step(tcp, c, segment)) return status;
    } else if (segment_span(segment) > 0) {
        c->ack_due = true;
        if (c->state == TCP_TIME_WAIT) c->life_at = now + tcp->limits.time_wait_ns;
    }
    tcp_output(tcp, c, now);
    if (c->ack_due || c->unacked >= 2 * c->mss) (void)tcp_acknowledge(tcp, c, now);
    else if (c->unacked) tcp_ack_later(tcp, c, now);
    if (!tcp_tell_room(tcp, c)) return status;
    tcp_predict(c);
    return opening ? TCP_SEGMENT_OPENING : status;
}

/* SYN-SENT (3.10.7.3). */
static enum tcp_status syn_sent_arrive(struct tcp *tcp, struct tcp_connection *c,
                                       struct tcp_segment *segment)
{
    bool acks = segment->flags & TCP_ACK;
    if (acks && (!seq_after(segment->ack, c->iss) || seq_after(segment->ack, c->snd_max))) {
        tcp_refuse(tcp, segment);
        return segment->flags & TCP_RST ? TCP_SEGMENT_RST_OUTSIDE : TCP_SEGMENT_BAD_ACK;
    }
    if (segment->flags & TCP_RST) {
        if (!acks) return TCP_SEGMENT_RST_OUTSIDE;
        tcp_end(tcp, c, TCP_END_REFUSED);
        return TCP_SEGMENT_RESET;
    }
    if (!(segment->flags & TCP_SYN)) return TCP_SEGMENT_NO_ACK;
    tcp_agree(tcp, c, segment);
    if (!acks) { /* both at once */
        c->state = TCP_SYN_RECEIVED;
        (void)tcp_emit_syn(tcp, c, segment->now);
        return TCP_SEGMENT_OPENING;
    }
    c->ack_due = true;
    if (!tcp_established(tcp, c, segment)) return TCP_SEGMENT_OPENING;
    tcp_output(tcp, c, segment->now);
    if (c->ack_due) (void)tcp_acknowledge(tcp, c, segment->now);
    tcp_predict(c);
    return TCP_SEGMENT_OPENING;
}

/* The SYN again, or with the acknowledgment of ours (both at once: RFC 9293, 3.5, figure 8);
 * STEP_ON: none of these. */
static enum tcp_status syn_again(struct tcp *tcp, struct tcp_connection *c,
                                 struct tcp_segment *segment)
{
    if (c->state != TCP_SYN_RECEIVED || !(segment->flags & TCP_SYN) || segment->flags & TCP_RST ||
        segment->sequence != c->irs)
        return STEP_ON;
    if (!(segment->flags & TCP_ACK)) {
        (void)tcp_emit_syn(tcp, c, segment->now);
        return TCP_SEGMENT_DUPLICATE;
    }
    segment->sequence++;
    segment->flags &= ~TCP_SYN;
    return STEP_ON;
}

/* A new SYN may take the place of a connection that only waits (RFC 9293, 3.10.7.4; RFC 6191). */
static bool reopens(const struct tcp *tcp, const struct tcp_connection *c,
                    const struct tcp_segment *segment)
{
    if (c->state != TCP_TIME_WAIT || c->calls || !tcp_listener(tcp, c->local_port)) return false;
    if ((segment->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) != TCP_SYN) return false;
    if (c->stamps && segment->stamped && segment->stamp != c->ts_recent)
        return seq_after(segment->stamp, c->ts_recent);
    return seq_after(segment->sequence, c->rcv_nxt);
}

enum tcp_status tcp_arrive(struct tcp *tcp, struct tcp_connection *c, struct tcp_segment *segment)
{
    if (c->state == TCP_SYN_SENT) return syn_sent_arrive(tcp, c, segment);
    if (unlikely(reopens(tcp, c, segment))) {
        uint32_t above = c->snd_max;
        tcp_free(tcp, c);
        return tcp_listen_arrive(tcp, segment, &above);
    }
    enum tcp_status status = syn_again(tcp, c, segment);
    if (status == STEP_ON) status = stamp_step(tcp, c, segment);
    if (status == STEP_ON) status = sequence_step(tcp, c, segment);
    if (status == STEP_ON) status = reset_step(tcp, c, segment);
    if (status == STEP_ON) status = syn_step(tcp, c, segment);
    if (status == STEP_ON) status = ack_step(tcp, c, segment);
    if (status != STEP_ON) return status;
    c->heard_at = segment->now;
    if (c->keep_probes) tcp_keepalive_start(tcp, c, segment->now);
    c->keep_probes = 0;
    return take(tcp, c, segment);
}
