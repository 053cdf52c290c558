#include "dataplane/inet/tcp_layout.h"

/* What time brings: segments again, probes, acknowledgments that waited, and ends. */

#define BLACK_HOLE_TIMEOUTS 3u
#define DOUBT_TIMEOUTS      3u /* in a row, before the neighbour's MAC is asked for again */

/* Full segments vanish and nobody says why: smaller ones may pass (RFC 4821, 7.7 in the small). */
static void black_hole_step(struct tcp *tcp, struct tcp_connection *c)
{
    if (c->snd_max - c->snd_una < c->mss || c->mss <= TCP_MSS_DEFAULT) return;
    if (++c->black_hole < BLACK_HOLE_TIMEOUTS) return;
    c->black_hole = 0;
    c->path_mss = TCP_MSS_DEFAULT;
    tcp_segment_size(tcp, c);
    tcp->counts.mtu_lowered++;
}

static bool given_up(const struct tcp *tcp, const struct tcp_connection *c, nanos_t now)
{
    return now - c->progress_at >= tcp->limits.user_timeout_ns;
}

/* Not later than the moment at which it will be given up. */
static void timer_bound(struct tcp *tcp, struct tcp_connection *c)
{
    nanos_t end = c->progress_at + tcp->limits.user_timeout_ns;
    if (c->rtx_at > end) c->rtx_at = end;
    if (c->rtx_at) tcp_arm(tcp, c, c->rtx_at);
}

static void syn_again(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    tcp->counts.timeout++;
    tcp->counts.retransmit++;
    c->syn_lost = true;
    c->rtt_at = 0;
    c->backoff++;
    nanos_t wait = c->rto << (c->backoff < 16 ? c->backoff : 16);
    (void)tcp_emit_syn(tcp, c, now);
    c->rtx_at = now + (wait < tcp->limits.rto_max_ns ? wait : tcp->limits.rto_max_ns);
    tcp_arm(tcp, c, c->rtx_at);
}

static void persist_fire(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    bool shut = tcp_shut(c);
    tcp_window_probe(tcp, c, now);
    if (!shut) { /* a small window has been used after all: ordinary data */
        tcp_schedule(tcp, c, now);
        return;
    }
    if (c->backoff < 31) c->backoff++;
    nanos_t most = tcp->limits.rto_max_ns, wait = c->rto;
    wait = wait >= most >> c->backoff ? most : wait << c->backoff;
    c->rtx_kind = TIMER_PERSIST;
    c->rtx_at = now + wait;
    timer_bound(tcp, c);
}

static void resend_fire(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    c->rtx_at = 0;
    if (tcp_shut(c)) { /* its window is shut over what is in flight */
        c->snd_nxt = c->snd_una;
        persist_fire(tcp, c, now);
        return;
    }
    black_hole_step(tcp, c);
    tcp_timeout_congestion(tcp, c, now);
    if (c->backoff >= DOUBT_TIMEOUTS) inet_doubt(tcp->inet, c->peer_ip, now);
    tcp_output(tcp, c, now);
    tcp_schedule(tcp, c, now);
    timer_bound(tcp, c);
}

/* False: the connection is gone. */
static bool rtx_fire(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    c->rtx_at = 0;
    if (!tcp_synchronised(c)) {
        syn_again(tcp, c, now);
        return true;
    }
    if (given_up(tcp, c, now)) {
        tcp_emit_reset(tcp, c, tcp_bare_sequence(c), now);
        tcp_end(tcp, c, TCP_END_TIMEOUT);
        return false;
    }
    if (c->rtx_kind == TIMER_PERSIST && (tcp_shut(c) || c->snd_una == c->snd_max)) {
        persist_fire(tcp, c, now);
    } else if (c->rtx_kind == TIMER_TAIL) {
        tcp_tail_probe(tcp, c, now);
        tcp_schedule(tcp, c, now);
    } else {
        resend_fire(tcp, c, now);
    }
    return true;
}

/* Keepalive (RFC 9293, 3.8.4). */

void tcp_keepalive_start(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    if (tcp->limits.keepalive_ns == 0 || !c->calls) return;
    c->life_at = now + tcp->limits.keepalive_ns;
    tcp_arm(tcp, c, c->life_at);
}

static bool keepalive_fire(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    nanos_t silence = tcp->limits.keepalive_ns;
    if (c->keep_probes > 0 && c->heard_at > c->keep_probe_at) c->keep_probes = 0;
    if (c->keep_probes == 0 && now - c->heard_at < silence) {
        c->life_at = c->heard_at + silence;
        return true;
    }
    if (c->keep_probes >= TCP_KEEP_PROBES) {
        tcp_emit_reset(tcp, c, tcp_bare_sequence(c), now);
        tcp_end(tcp, c, TCP_END_SILENT);
        return false;
    }
    c->life_at = now + tcp->limits.keepalive_gap_ns;
    if (c->snd_una != c->snd_max) return true; /* the retransmission timer is probing */
    struct tcp_out probe = {.sequence = c->snd_max - 1, .flags = TCP_ACK};
    if (tcp_emit(tcp, c, &probe, now)) tcp->counts.keepalive_probe++;
    c->keep_probes++;
    c->keep_probe_at = now;
    return true;
}

static bool life_fire(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    c->life_at = 0;
    switch ((enum tcp_state)c->state) {
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: tcp_end(tcp, c, TCP_END_TIMEOUT); return false;
    case TCP_TIME_WAIT:
        if (c->calls) { /* the owner has not taken everything */
            c->life_at = now + tcp->limits.time_wait_ns;
            return true;
        }
        tcp_free(tcp, c);
        return false;
    case TCP_FIN_WAIT_2:
        if (c->calls) return keepalive_fire(tcp, c, now);
        tcp_emit_reset(tcp, c, tcp_bare_sequence(c), now);
        tcp_free(tcp, c);
        return false;
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT:
    case TCP_FIN_WAIT_1:
    case TCP_CLOSING:
    case TCP_LAST_ACK: return !c->calls || keepalive_fire(tcp, c, now);
    case TCP_CLOSED: break;
    }
    UNREACHABLE("a connection in the heap has a state");
}

static bool due(nanos_t at, nanos_t now)
{
    return at != 0 && at <= now;
}

static void fire(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    if (due(c->ack_at, now)) {
        c->ack_at = 0;
        (void)tcp_acknowledge(tcp, c, now);
    }
    if (due(c->rtx_at, now) && !rtx_fire(tcp, c, now)) return;
    if (due(c->life_at, now) && !life_fire(tcp, c, now)) return;
    tcp_predict(c);
    nanos_t next = tcp_deadline(c);
    if (next == TCP_NEVER) tcp_heap_remove(tcp, c);
    else if (c->heap_at == TCP_NONE) tcp_heap_insert(tcp, c, next);
    else tcp_heap_move(tcp, c, next);
}

void tcp_tick(struct tcp *tcp, nanos_t now)
{
    while (unlikely(tcp->heap_count > 0 && tcp->heap[0].at <= now)) {
        struct tcp_connection *c = &tcp->connection[tcp->heap[0].slot];
        nanos_t next = tcp_deadline(c);
        if (next <= now) fire(tcp, c, now);
        else if (next == TCP_NEVER) tcp_heap_remove(tcp, c);
        else tcp_heap_move(tcp, c, next);
    }
}

void tcp_flush(struct tcp *tcp, nanos_t now)
{
    uint32_t count = tcp->pending_count;
    tcp->pending_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct tcp_connection *c = &tcp->connection[tcp->pending[i]];
        c->queued = false;
        if (c->state == TCP_CLOSED) continue;
        if (c->send_due) {
            tcp_output(tcp, c, now);
            tcp_predict(c);
        }
        if (c->ack_due) (void)tcp_acknowledge(tcp, c, now);
    }
}

nanos_t tcp_next_tick(const struct tcp *tcp)
{
    if (tcp->pending_count > 0) return 0;
    return tcp->heap_count > 0 ? tcp->heap[0].at : TCP_NEVER;
}
