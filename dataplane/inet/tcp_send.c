#include "dataplane/inet/tcp_layout.h"

/* What may be sent now: what a timeout declared lost, then holes that the peer's SACKs show, then
 * what was never sent; as far as the congestion window and the peer's window reach.
 *
 * Small segments are never held back for the sake of fewer (Nagle); a window that is small is
 * waited for (RFC 9293, 3.8.6.2.1). */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

void tcp_segment_size(struct tcp *tcp, struct tcp_connection *c)
{
    uint32_t most = tcp->inet->mtu - 40;
    if (c->path_mss && c->path_mss < most) most = c->path_mss;
    if (c->peer_mss < most) most = c->peer_mss;
    c->mss = most - (c->stamps ? TCP_STAMP_BYTES : 0);
    if (c->mss > tcp->send_bytes / 2) c->mss = tcp->send_bytes / 2;
}

/* A segment's length is over once the last written byte and our FIN are in it. */
bool tcp_send_range(struct tcp *tcp, struct tcp_connection *c, uint32_t sequence, uint32_t length,
                    nanos_t now)
{
    uint32_t left = seq_before(sequence, c->snd_end) ? c->snd_end - sequence : 0;
    /* What is sent again may reach into what is new, but not beyond the window. */
    uint32_t known = seq_after(c->snd_max, sequence) ? c->snd_max - sequence : 0;
    uint32_t window = tcp_window_left(c, sequence), most = known > window ? known : window;
    if (unlikely(length > most) && most > 0) length = most;
    struct tcp_out out = {.sequence = sequence, .length = length < left ? length : left};
    if (out.length > c->mss) out.length = c->mss;
    bool last = sequence + out.length == c->snd_end;
    /* The FIN needs room of its own, unless it is the byte that probes a closed window. */
    bool fin = c->fin_queued && last && (out.length == 0 || most > out.length);
    out.flags = TCP_ACK | (last && out.length ? TCP_PSH : 0) | (fin ? TCP_FIN : 0);
    if (unlikely(!tcp_emit(tcp, c, &out, now))) {
        c->send_due = true;
        tcp_queue(tcp, c);
        return false;
    }
    uint32_t end = sequence + out.length + fin;
    if (unlikely(seq_before(sequence, c->snd_max))) {
        tcp->counts.retransmit++;
        c->rtt_at = 0; /* Karn: which of the two will be acknowledged is not known */
    } else if (c->rtt_at == 0) {
        c->rtt_at = now;
        c->rtt_seq = end;
    }
    if (fin) c->fin_sent = true;
    if (c->snd_una == c->snd_max) c->progress_at = now;
    if (sequence == c->snd_nxt) c->snd_nxt = end;
    c->snd_max = seq_later(c->snd_max, end);
    c->sent_at = now;
    tcp->counts.byte_out += out.length;
    return true;
}

/* Timers. */

static nanos_t backed_off(const struct tcp *tcp, const struct tcp_connection *c)
{
    nanos_t most = tcp->limits.rto_max_ns;
    if (c->backoff >= 32 || c->rto >= most >> c->backoff) return most;
    return c->rto << c->backoff;
}

static void timer_set(struct tcp *tcp, struct tcp_connection *c, enum tcp_timer kind, nanos_t at)
{
    c->rtx_kind = (uint8_t)kind;
    c->rtx_at = at;
    tcp_arm(tcp, c, at);
}

/* The tail loss probe (RFC 8985, 7.2): an acknowledgment asked for before the timer would repeat
 * everything. */
static nanos_t tail_probe_after(const struct tcp_connection *c)
{
    if (c->srtt == 0 || c->backoff || c->recovering || c->probe_out || !c->sack) return TCP_NEVER;
    if (c->rto_recovering || c->state == TCP_SYN_SENT) return TCP_NEVER;
    nanos_t after = 2 * c->srtt;
    if (c->snd_max - c->snd_una <= c->mss) after += TCP_PEER_DELAY_NS;
    return after < TCP_PTO_MIN_NS ? TCP_PTO_MIN_NS : after;
}

void tcp_schedule(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    if (c->snd_una == c->snd_max) {
        /* Nothing in flight: the timer runs only for what a small window holds back. */
        if (!tcp_unsent(c) || c->send_due) c->rtx_at = 0;
        else if (c->rtx_at == 0 || c->rtx_kind != TIMER_PERSIST) {
            c->progress_at = now; /* nobody has been asked for anything since the last answer */
            timer_set(tcp, c, TIMER_PERSIST, now + backed_off(tcp, c));
        }
        return;
    }
    nanos_t rto = backed_off(tcp, c), pto = tail_probe_after(c);
    if (pto < rto) timer_set(tcp, c, TIMER_TAIL, now + pto);
    else timer_set(tcp, c, TIMER_RESEND, now + rto);
}

/* What may be sent. */

static uint32_t congestion_left(const struct tcp_connection *c)
{
    uint32_t window = c->cwnd, pipe = tcp_pipe(c);
    /* Limited transmit (RFC 3042). */
    if (!c->recovering && c->dupacks > 0) window += least(c->dupacks, 2) * c->mss;
    return pipe < window ? window - pipe : 0;
}

/* Sends again what lies between nxt and max after a timeout; false: nothing, or not now. */
static bool send_again(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    c->snd_nxt = tcp_sack_skip(c, c->snd_nxt);
    if (!seq_before(c->snd_nxt, c->snd_max)) return false;
    uint32_t want = least(c->mss, tcp_sack_gap(c, c->snd_nxt));
    uint32_t allowed = least(congestion_left(c), tcp_window_left(c, c->snd_nxt));
    bool fin_only = c->snd_nxt == c->snd_end;
    if (!fin_only) want = least(want, c->snd_end - c->snd_nxt);
    if (allowed == 0 || (allowed < want && c->snd_nxt != c->snd_una)) return false;
    return tcp_send_range(tcp, c, c->snd_nxt, least(want, allowed), now);
}

static bool send_hole(struct tcp *tcp, struct tcp_connection *c, bool lost, nanos_t now)
{
    struct tcp_range hole;
    if (!c->recovering || !c->sack || !tcp_sack_hole(c, lost, &hole)) return false;
    uint32_t length = least(hole.to - hole.from, c->mss);
    if (congestion_left(c) < length) return false;
    if (!tcp_send_range(tcp, c, hole.from, length, now)) return false;
    c->rtx_next = hole.from + length;
    return true;
}

static bool send_new(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    if (!tcp_unsent(c) || seq_before(c->snd_nxt, c->snd_max)) return false;
    uint32_t left = c->snd_end - c->snd_nxt;
    uint32_t window = tcp_window_left(c, c->snd_nxt), want = least(left, c->mss);
    if (congestion_left(c) < want) return false;
    if (left == 0) return window > 0 && tcp_send_range(tcp, c, c->snd_nxt, 0, now);
    uint32_t length = least(want, window);
    /* A window that does not take it all: worthwhile only if large (silly window, sender). */
    if (length < want && length < (c->max_wnd + 1) / 2) return false;
    if (length == 0) return false;
    return tcp_send_range(tcp, c, c->snd_nxt, length, now);
}

static bool may_send(const struct tcp_connection *c)
{
    return c->state >= TCP_ESTABLISHED && c->state != TCP_TIME_WAIT && c->state != TCP_FIN_WAIT_2;
}

void tcp_output(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    if (!may_send(c)) return;
    c->send_due = false;
    /* After silence the network is not known any more (RFC 5681, 4.1). */
    if (c->snd_una == c->snd_max && c->sent_at && now - c->sent_at > c->rto && tcp_unsent(c))
        c->cwnd = least(c->cwnd, tcp_initial_window(tcp, c));
    bool sent = false;
    do {
        bool more = true;
        if (unlikely(seq_before(c->snd_nxt, c->snd_max))) more = send_again(tcp, c, now);
        else if (unlikely(c->recovering) && send_hole(tcp, c, true, now)) more = true;
        else more = send_new(tcp, c, now);
        if (!more) break;
        sent = true;
    } while (!c->send_due);
    while (unlikely(c->recovering) && !c->send_due && send_hole(tcp, c, false, now)) sent = true;
    if (sent ? c->rtx_at == 0 || c->rtx_kind != TIMER_RESEND : tcp_unsent(c) && c->rtx_at == 0)
        tcp_schedule(tcp, c, now);
}

/* One byte beyond a window that is closed, or what a small one takes (RFC 9293, 3.8.6.1). */
void tcp_window_probe(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    uint32_t window = tcp_window_left(c, c->snd_una);
    c->snd_nxt = c->snd_una;
    tcp->counts.window_probe++;
    (void)tcp_send_range(tcp, c, c->snd_una, window ? window : 1, now);
    if (window == 0) c->snd_nxt = c->snd_una;
}

/* The next new segment, or the last one again (RFC 8985, 7.3). */
void tcp_tail_probe(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    uint32_t left = c->snd_end - c->snd_nxt;
    bool fresh = tcp_unsent(c) && !seq_before(c->snd_nxt, c->snd_max) && left > 0 &&
                 tcp_window_left(c, c->snd_nxt) >= least(left, c->mss);
    tcp->counts.tail_probe++;
    c->probe_out = true;
    c->probe_stamp = tcp_stamp(c, now);
    if (fresh) {
        (void)tcp_send_range(tcp, c, c->snd_nxt, left, now);
        c->probe_end = 0;
        return;
    }
    uint32_t data_end = c->snd_max - c->fin_sent;
    uint32_t flight = seq_before(c->snd_una, data_end) ? data_end - c->snd_una : 0;
    uint32_t length = least(flight, c->mss), nxt = c->snd_nxt;
    (void)tcp_send_range(tcp, c, data_end - length, length, now);
    c->snd_nxt = seq_later(nxt, c->snd_nxt);
    c->probe_end = c->snd_max;
}
