#include "dataplane/inet/tcp_layout.h"

/* Acknowledgments: what they free, what they measure (RFC 6298), and how much may be in flight
 * (RFC 5681, 6582, 6675).
 *
 *     open        cwnd grows: below ssthresh with what is acknowledged, above it by one segment
 *                 a window
 *     recovering  begun by three duplicates or enough SACKs; ends when recover is acknowledged
 *     timeout     nxt goes back to una, SACKs are forgotten, cwnd is one segment */

#define DUPLICATES 3u

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

uint32_t tcp_initial_window(const struct tcp *tcp, const struct tcp_connection *c)
{
    uint32_t segments = c->syn_lost ? 1 : tcp->limits.initial_segments;
    /* RFC 6928: ten, but not more than 14600 bytes unless that is less than two segments. */
    return least(segments * c->mss, most(14600, 2 * c->mss));
}

static void round_trip(const struct tcp *tcp, struct tcp_connection *c, nanos_t sample)
{
    if (sample == 0) sample = 1;
    if (c->srtt == 0) {
        c->srtt = sample;
        c->rttvar = sample / 2;
    } else {
        nanos_t apart = c->srtt > sample ? c->srtt - sample : sample - c->srtt;
        c->rttvar = c->rttvar - c->rttvar / 4 + apart / 4;
        c->srtt = c->srtt - c->srtt / 8 + sample / 8;
    }
    nanos_t rto = c->srtt + 4 * c->rttvar;
    if (rto < tcp->limits.rto_min_ns) rto = tcp->limits.rto_min_ns;
    if (rto > tcp->limits.rto_max_ns) rto = tcp->limits.rto_max_ns;
    c->rto = rto;
}

/* The measured segment is acknowledged, or a timestamp says when its cause was sent: the latter
 * also for what was repeated. */
void tcp_measure(const struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *segment)
{
    if (likely(c->rtt_at)) {
        if (seq_before(segment->ack, c->rtt_seq)) return;
        round_trip(tcp, c, segment->now - c->rtt_at);
        c->rtt_at = 0;
    } else if (segment->stamped && c->stamps) {
        uint32_t ticks = tcp_stamp(c, segment->now) - segment->echo;
        if (ticks > 600000) return; /* ten minutes: no echo of ours */
        round_trip(tcp, c, (nanos_t)(ticks + 1) * TCP_TICK_NS);
    }
}

static inline void grow(const struct tcp *tcp, struct tcp_connection *c, uint32_t acked,
                        uint32_t flight)
{
    /* A window that is not used is not known to be good (RFC 7661, 4.1). */
    if (flight + c->mss < c->cwnd / 2 || c->cwnd >= 2 * tcp->send_bytes) return;
    if (c->cwnd < c->ssthresh) {
        c->cwnd += least(acked, c->mss);
        return;
    }
    c->ca_acked += acked;
    if (c->ca_acked < c->cwnd) return;
    c->ca_acked -= c->cwnd;
    c->cwnd += c->mss;
}

/* The repetition was needless if what is acknowledged was sent before it (RFC 3522). */
static void spurious_check(struct tcp *tcp, struct tcp_connection *c,
                           const struct tcp_segment *segment)
{
    c->undo = false;
    if (!c->stamps || !segment->stamped || !seq_before(segment->echo, c->rto_stamp)) return;
    tcp->counts.spurious++;
    c->cwnd = c->undo_cwnd;
    c->ssthresh = c->undo_ssthresh;
    c->snd_nxt = c->snd_max;
    c->rto_recovering = false;
}

/* The end of a tail loss probe's episode.  If it was the probe that was acknowledged, the segment
 * it repeated was lost, and nothing else said so (RFC 8985, 7.4.2). */
static void tail_check(struct tcp_connection *c, const struct tcp_segment *segment, uint32_t flight)
{
    if (c->probe_end && seq_before(segment->ack, c->probe_end)) return;
    c->probe_out = false;
    bool echoes = c->stamps && segment->stamped;
    if (c->probe_end == 0 || c->recovering || !echoes) return;
    if (seq_before(segment->echo, c->probe_stamp)) return;
    c->ssthresh = most(flight / 2, 2 * c->mss);
    c->cwnd = least(c->cwnd, c->ssthresh);
}

static void recovery_leave(struct tcp_connection *c)
{
    c->cwnd = least(c->ssthresh, most(c->snd_max - c->snd_una, c->mss) + c->mss);
    if (c->sack) c->cwnd = c->ssthresh;
    c->recovering = false;
    c->dupacks = 0;
    c->ca_acked = 0;
}

/* The first hole again, and the window less what has left the network (RFC 6582, 3.2 step 5). */
static void partial_ack(struct tcp *tcp, struct tcp_connection *c, uint32_t acked, nanos_t now)
{
    c->rtx_next = seq_later(c->rtx_next, c->snd_una);
    if (c->sack && c->sacked_count > 0) return;
    c->cwnd = c->cwnd > acked ? c->cwnd - acked : c->mss;
    if (acked >= c->mss) c->cwnd += c->mss;
    c->cwnd = most(c->cwnd, c->mss);
    if (tcp_send_range(tcp, c, c->snd_una, c->mss, now)) c->rtx_next = c->snd_una + c->mss;
}

void tcp_ack_advance(struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *segment)
{
    uint32_t acked = segment->ack - c->snd_una, flight = c->snd_max - c->snd_una;
    if (unlikely(c->undo)) spurious_check(tcp, c, segment);
    c->snd_una = segment->ack;
    if (seq_before(c->snd_nxt, c->snd_una)) c->snd_nxt = c->snd_una;
    if (unlikely(c->sacked_count)) tcp_sack_trim(c);
    tcp_measure(tcp, c, segment);
    c->backoff = 0;
    c->black_hole = 0;
    c->progress_at = segment->now;
    if (unlikely(c->rto_recovering) && !seq_before(c->snd_una, c->recover))
        c->rto_recovering = false;
    if (unlikely(c->probe_out)) tail_check(c, segment, flight);
    if (unlikely(c->recovering)) {
        if (!seq_before(c->snd_una, c->recover)) recovery_leave(c);
        else partial_ack(tcp, c, acked, segment->now);
    } else {
        c->dupacks = 0;
        grow(tcp, c, acked, flight);
    }
    tcp_schedule(tcp, c, segment->now);
}

/* Duplicates. */

static void recovery_enter(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    tcp->counts.fast_retransmit++;
    uint32_t flight = c->snd_max - c->snd_una;
    c->ssthresh = most(flight / 2, 2 * c->mss);
    c->cwnd = c->sack ? c->ssthresh : c->ssthresh + DUPLICATES * c->mss;
    c->recover = c->snd_max;
    c->recovering = true;
    c->rtx_next = c->snd_una;
    uint32_t length = least(c->mss, tcp_sack_gap(c, c->snd_una));
    if (tcp_send_range(tcp, c, c->snd_una, length, now)) c->rtx_next = c->snd_una + length;
    tcp_schedule(tcp, c, now);
}

static bool enough_sacked(const struct tcp_connection *c)
{
    struct tcp_range hole;
    return c->sacked_count > 0 && !c->recovering && tcp_sack_hole(c, true, &hole);
}

static void duplicate_ack(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    tcp->counts.duplicate_ack_in++;
    if (c->recovering) {
        if (!c->sack) c->cwnd += c->mss;
        return;
    }
    /* Not again for what a timeout is sending again already (RFC 6582, 3.2 step 2). */
    if (c->rto_recovering || seq_before(c->snd_nxt, c->snd_max)) return;
    c->dupacks++;
    if (c->sack) c->rtx_next = c->snd_una;
    if (c->dupacks >= DUPLICATES || enough_sacked(c)) recovery_enter(tcp, c, now);
}

static bool window_update(struct tcp *tcp, struct tcp_connection *c,
                          const struct tcp_segment *segment)
{
    /* What acknowledges more was sent later, whatever its number; RFC 9293 has only the rest. */
    bool newer = seq_after(segment->ack, c->snd_una) || seq_before(c->snd_wl1, segment->sequence) ||
                 (c->snd_wl1 == segment->sequence && !seq_after(c->snd_wl2, segment->ack));
    if (!newer) return false;
    uint32_t window = segment->window << (segment->flags & TCP_SYN ? 0 : c->snd_shift);
    bool changed = window != c->snd_wnd;
    if (window == 0 && c->snd_wnd != 0) tcp->counts.zero_window_in++;
    if (window != 0 && c->snd_wnd == 0) c->backoff = 0;
    c->snd_wnd = window;
    c->snd_wl1 = segment->sequence;
    c->snd_wl2 = segment->ack;
    c->max_wnd = most(c->max_wnd, window);
    c->snd_edge = seq_later(c->snd_edge, segment->ack + window);
    return changed;
}

void tcp_ack_receive(struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *segment)
{
    if (seq_before(segment->ack, c->snd_una)) return; /* old, and so is its window */
    bool changed = window_update(tcp, c, segment);
    bool news = c->sack && segment->sacks > 0 && tcp_sack_take(c, segment);
    /* It lives, and has no room: an owner may wait for that, but nobody's does not for ever. */
    if (tcp_shut(c) && c->calls) c->progress_at = segment->now;
    if (segment->ack != c->snd_una) {
        tcp_ack_advance(tcp, c, segment);
        if (!c->recovering && !c->rto_recovering && enough_sacked(c))
            recovery_enter(tcp, c, segment->now);
        return;
    }
    if (c->snd_una == c->snd_max || segment_span(segment) > 0) return;
    if (tcp_shut(c) || c->rtx_kind == TIMER_PERSIST) return; /* answers to probes */
    if (news || (!changed && !c->sack) || (!changed && segment->sacks == 0 && c->sacked_count == 0))
        duplicate_ack(tcp, c, segment->now);
}

void tcp_timeout_congestion(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    tcp->counts.timeout++;
    if (c->backoff == 0) {
        c->undo = true;
        c->undo_cwnd = c->cwnd;
        c->undo_ssthresh = c->ssthresh;
        c->rto_stamp = tcp_stamp(c, now);
        c->ssthresh = most((c->snd_max - c->snd_una) / 2, 2 * c->mss);
    }
    if (c->sacked_count > 0) tcp->counts.reneged++;
    c->sacked_count = 0;
    c->cwnd = c->mss;
    c->recover = c->snd_max;
    c->rto_recovering = true;
    c->recovering = false;
    c->probe_out = false;
    c->dupacks = 0;
    c->ca_acked = 0;
    c->snd_nxt = c->snd_una;
    c->backoff++;
}
