#include "dataplane/inet/tcp_layout.h"

/* Opening: listeners, SYNs in and out, what the two SYNs agree on.
 *
 * Half-open passive connections are ordinary slots in a list by age.  There are at most
 * limits.half_open of them; one SYN more takes the place of the oldest, so a flood cannot keep out
 * a peer that answers within the time the flood needs to fill the list. */

#define RTO_AFTER_LOST_SYN (3 * NANOS_SECOND) /* RFC 6298, 5.7 */
#define ISN_TICK_NS        4000u              /* RFC 9293, 3.4.1 */

const struct tcp_listener *tcp_listener(const struct tcp *tcp, uint16_t port)
{
    for (uint32_t i = 0; i < tcp->limits.listeners; i++)
        if (tcp->listener[i].port == port && port) return &tcp->listener[i];
    return NULL;
}

bool tcp_listen(struct tcp *tcp, uint16_t port, const struct tcp_calls *calls)
{
    CHECK(calls->received != NULL);
    if (port == 0 || tcp_listener(tcp, port)) return false;
    for (uint32_t i = 0; i < tcp->limits.listeners; i++) {
        if (tcp->listener[i].port) continue;
        tcp->listener[i] = (struct tcp_listener){port, calls};
        return true;
    }
    return false;
}

void tcp_unlisten(struct tcp *tcp, uint16_t port, nanos_t now)
{
    now = inet_moment(tcp->inet, now);
    for (uint32_t i = 0; i < tcp->limits.listeners; i++)
        if (tcp->listener[i].port == port) tcp->listener[i] = (struct tcp_listener){0};
    for (uint32_t slot = tcp->half_open.oldest; slot != TCP_NONE;) {
        struct tcp_connection *c = &tcp->connection[slot];
        slot = c->newer;
        if (c->local_port != port) continue;
        tcp_emit_reset(tcp, c, tcp_bare_sequence(c), now);
        tcp_free(tcp, c);
    }
}

/* M + F(addresses, secret), where M is a clock (RFC 6528, 3). */
uint32_t tcp_initial_sequence(const struct tcp *tcp, const struct tcp_connection *c, nanos_t now)
{
    uint64_t words[3] = {
        (uint64_t)tcp->inet->ip << 32 | c->peer_ip,
        (uint64_t)c->local_port << 16 | c->peer_port,
        0x69736e,
    };
    return (uint32_t)(now / ISN_TICK_NS) + (uint32_t)secret_hash(&tcp->secret, words, 3);
}

static void numbers_begin(struct tcp *tcp, struct tcp_connection *c, uint32_t iss, nanos_t now)
{
    uint64_t words[2] = {(uint64_t)c->peer_ip << 32 | (uint32_t)c->local_port << 16 | c->peer_port,
                         0x7473};
    c->iss = iss;
    c->snd_una = iss;
    c->snd_nxt = c->snd_max = c->snd_end = iss + 1;
    c->snd_edge = iss + 1;
    c->rtt_seq = iss + 1;
    c->ts_offset = (uint32_t)secret_hash(&tcp->secret, words, 2);
    c->rto = tcp->limits.rto_initial_ns;
    c->peer_mss = TCP_MSS_DEFAULT;
    c->slow = 1;
    c->progress_at = now;
    uint32_t shift = 0;
    while (tcp->receive_bytes >> shift > UINT16_MAX) shift++;
    c->rcv_shift = (uint8_t)shift;
    tcp_template(tcp, c);
    tcp_segment_size(tcp, c);
}

/* What the peer's SYN says, together with what ours offered or the answer will. */
void tcp_agree(struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *syn)
{
    const struct tcp_limits *limits = &tcp->limits;
    c->irs = syn->sequence;
    c->rcv_nxt = c->irs + 1;
    c->rcv_adv = c->rcv_nxt;
    c->last_ack_sent = c->rcv_nxt;
    c->stamps = syn->stamped && !limits->without_timestamps;
    c->sack = syn->sack_permitted && !limits->without_sack;
    c->scaling = syn->scaled && !limits->without_scaling;
    c->snd_shift = c->scaling ? syn->shift : 0;
    if (!c->scaling) c->rcv_shift = 0;
    if (c->stamps) {
        c->ts_recent = syn->stamp;
        c->ts_recent_at = syn->now;
    }
    if (syn->mss) c->peer_mss = syn->mss;
    if (c->peer_mss < 64) c->peer_mss = 64; /* a peer must not make us send single bytes */
    /* Our SYN has offered this much already, unscaled. */
    uint32_t window = tcp->receive_bytes < UINT16_MAX ? tcp->receive_bytes : UINT16_MAX;
    c->rcv_adv = c->rcv_nxt + window;
    c->heard_at = syn->now;
    tcp_template(tcp, c);
    tcp_segment_size(tcp, c);
}

bool tcp_established(struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *segment)
{
    uint32_t window = segment->window << (segment->flags & TCP_SYN ? 0 : c->snd_shift);
    if (c->passive && c->listed) tcp_list_remove(tcp, &tcp->half_open, c);
    c->state = TCP_ESTABLISHED;
    c->snd_una = segment->ack;
    c->snd_wnd = c->max_wnd = window;
    c->snd_edge = segment->ack + window;
    c->snd_wl1 = segment->sequence;
    c->snd_wl2 = segment->ack;
    tcp_measure(tcp, c, segment);
    if (c->srtt == 0 && c->syn_lost && c->rto < RTO_AFTER_LOST_SYN) c->rto = RTO_AFTER_LOST_SYN;
    c->rtt_at = 0;
    c->cwnd = tcp_initial_window(tcp, c);
    c->ssthresh = UINT32_MAX / 2;
    c->backoff = 0;
    c->rtx_at = 0;
    c->life_at = 0;
    c->progress_at = c->heard_at = segment->now;
    if (c->fin_queued) c->state = TCP_FIN_WAIT_1; /* finished before it was open */
    tcp_keepalive_start(tcp, c, segment->now);
    if (c->passive) tcp->counts.opened_passive++;
    else tcp->counts.opened_active++;
    c->opened_told = true;
    tcp_predict(c);
    if (!c->calls || !c->calls->opened) return true;
    uint32_t life = c->life;
    struct tcp_peer peer = {c->peer_ip, c->peer_port, c->local_port};
    bool wanted = c->calls->opened(c->calls->context, (uint32_t)(c - tcp->connection), &peer);
    if (c->life != life) return false;
    if (wanted || !c->passive) return true;
    tcp_emit_reset(tcp, c, tcp_bare_sequence(c), segment->now);
    tcp_free(tcp, c);
    return false;
}

/* A SYN for a listener. */
static enum tcp_status syn_take(struct tcp *tcp, const struct tcp_listener *listener,
                                const struct tcp_segment *syn, const uint32_t *above)
{
    if (tcp->half_open.count >= tcp->limits.half_open) {
        tcp->counts.half_open_evicted++;
        tcp_free(tcp, &tcp->connection[tcp->half_open.oldest]);
    }
    struct tcp_connection *c = tcp_take(tcp, syn->peer_ip, syn->peer_port, syn->local_port);
    if (!c) return TCP_SEGMENT_SYN_REFUSED;
    c->passive = true;
    c->calls = listener->calls;
    uint32_t iss = tcp_initial_sequence(tcp, c, syn->now);
    if (above && !seq_after(iss, *above)) iss = *above + 65537; /* RFC 9293, 3.4.2 */
    numbers_begin(tcp, c, iss, syn->now);
    tcp_agree(tcp, c, syn);
    c->state = TCP_SYN_RECEIVED;
    tcp_list_add(tcp, &tcp->half_open, c);
    c->rtt_at = syn->now;
    (void)tcp_emit_syn(tcp, c, syn->now);
    c->rtx_kind = TIMER_RESEND;
    c->rtx_at = syn->now + c->rto;
    c->life_at = syn->now + tcp->limits.connect_ns;
    tcp_arm(tcp, c, c->rtx_at);
    return TCP_SEGMENT_OPENING;
}

enum tcp_status tcp_listen_arrive(struct tcp *tcp, const struct tcp_segment *segment,
                                  const uint32_t *above)
{
    const struct tcp_listener *listener = tcp_listener(tcp, segment->local_port);
    uint32_t kind = segment->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN);
    if (kind & TCP_RST) return TCP_SEGMENT_NOBODY_RST;
    if (!listener || kind & TCP_ACK) {
        tcp_refuse(tcp, segment);
        return TCP_SEGMENT_NOBODY;
    }
    if (kind != TCP_SYN) return kind & TCP_SYN ? TCP_SEGMENT_BAD_SYN : TCP_SEGMENT_NO_ACK;
    return syn_take(tcp, listener, segment, above);
}

/* Where to begin depends on the peer, and is known to nobody else (RFC 6056, 3.3.3). */
static uint16_t port_choose(struct tcp *tcp, const struct tcp_to *to)
{
    uint32_t first = tcp->limits.port_first, count = tcp->limits.port_last - first + 1u;
    uint64_t words[2] = {(uint64_t)to->ip << 16 | to->port, 0x706f7274};
    uint32_t offset = (uint32_t)(secret_hash(&tcp->secret, words, 2) % count);
    for (uint32_t i = 0; i < count; i++) {
        uint16_t port = (uint16_t)(first + (offset + tcp->ports_tried++) % count);
        if (!tcp_listener(tcp, port) && !tcp_find(tcp, to->ip, to->port, port)) return port;
    }
    return 0;
}

uint32_t tcp_connect(struct tcp *tcp, const struct tcp_to *to, nanos_t now)
{
    CHECK(to->calls && to->calls->received);
    now = inet_moment(tcp->inet, now);
    if (!inet_unicast(tcp->inet, to->ip) || to->port == 0 || to->ip == tcp->inet->ip)
        return TCP_NONE;
    uint16_t local_port = to->local_port ? to->local_port : port_choose(tcp, to);
    if (local_port == 0) return TCP_NONE;
    struct tcp_connection *same = tcp_find(tcp, to->ip, to->port, local_port);
    uint32_t above = 0;
    bool reopened = same && same->state == TCP_TIME_WAIT && !same->calls;
    if (same && !reopened) return TCP_NONE;
    if (reopened) {
        above = same->snd_max;
        tcp_free(tcp, same);
    }
    struct tcp_connection *c = tcp_take(tcp, to->ip, to->port, local_port);
    if (!c) return TCP_NONE;
    c->calls = to->calls;
    uint32_t iss = tcp_initial_sequence(tcp, c, now);
    if (reopened && !seq_after(iss, above)) iss = above + 65537;
    numbers_begin(tcp, c, iss, now);
    c->state = TCP_SYN_SENT;
    c->rtt_at = now;
    (void)tcp_emit_syn(tcp, c, now);
    c->rtx_kind = TIMER_RESEND;
    c->rtx_at = now + c->rto;
    c->life_at = now + tcp->limits.connect_ns;
    tcp_arm(tcp, c, c->rtx_at);
    tcp_arm(tcp, c, c->life_at);
    return c->slot;
}
