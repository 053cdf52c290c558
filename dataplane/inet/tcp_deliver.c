#include "dataplane/inet/tcp_layout.h"

/* Bytes to the owner.  They are counted in rcv_nxt and as kept before he sees them, so that what he
 * sends from inside acknowledges them, and the window he advertises reckons with his leaving them.
 *
 * An owner may end his connection, or any other, inside a call.  `life` tells whether the slot is
 * still the same connection when he returns. */

/* First sequence number of what is kept. */
static uint32_t kept_from(const struct tcp_connection *c)
{
    return c->rcv_nxt - c->fin_received - c->kept;
}

/* Shows him a run; *taken of it are his.  False: the connection is gone. */
static bool show(struct tcp *tcp, struct tcp_connection *c, const uint8_t *bytes, uint32_t length,
                 uint32_t *taken)
{
    const struct tcp_calls *calls = c->calls;
    uint32_t life = c->life;
    *taken = length; /* nobody wants it */
    if (!calls) return true;
    c->delivering = true;
    *taken = calls->received(calls->context, (uint32_t)(c - tcp->connection), bytes, length);
    if (c->life != life) return false;
    c->delivering = false;
    CHECK(*taken <= length);
    if (!c->calls) *taken = length; /* he has let go */
    return true;
}

bool tcp_deliver(struct tcp *tcp, struct tcp_connection *c, const uint8_t *bytes, uint32_t length)
{
    c->rcv_nxt += length;
    c->unacked += length;
    tcp->counts.byte_in += length;
    bool first = c->kept == 0;
    c->kept += length;
    if (!first) {
        ring_write(receive_ring(tcp, c), tcp->receive_bytes, c->rcv_nxt - length, bytes, length);
        return tcp_offer(tcp, c);
    }
    uint32_t taken;
    if (!show(tcp, c, bytes, length, &taken)) return false;
    c->kept -= taken;
    if (unlikely(c->kept))
        ring_write(receive_ring(tcp, c), tcp->receive_bytes, c->rcv_nxt - c->kept, bytes + taken,
                   c->kept);
    return true;
}

bool tcp_offer(struct tcp *tcp, struct tcp_connection *c)
{
    while (c->kept > 0) {
        uint32_t at = kept_from(c) & (tcp->receive_bytes - 1), taken;
        uint32_t run = tcp->receive_bytes - at < c->kept ? tcp->receive_bytes - at : c->kept;
        if (!show(tcp, c, receive_ring(tcp, c) + at, run, &taken)) return false;
        c->kept = c->calls ? c->kept - taken : 0;
        if (taken < run) break;
    }
    return true;
}

bool tcp_tell_ended(struct tcp *tcp, struct tcp_connection *c)
{
    if (!c->fin_received || c->ended_told || c->kept > 0) return true;
    c->ended_told = true;
    if (!c->calls || !c->calls->ended) return true;
    uint32_t life = c->life;
    c->calls->ended(c->calls->context, (uint32_t)(c - tcp->connection));
    return c->life == life;
}

bool tcp_tell_room(struct tcp *tcp, struct tcp_connection *c)
{
    if (likely(!c->wants_room) || tcp_held(c) > tcp->send_bytes / 2) return true;
    c->wants_room = false;
    if (!c->calls || !c->calls->writable || c->fin_queued) return true;
    uint32_t life = c->life;
    c->calls->writable(c->calls->context, (uint32_t)(c - tcp->connection));
    return c->life == life;
}

void tcp_resume(struct tcp *tcp, uint32_t connection, nanos_t now)
{
    struct tcp_connection *c = tcp_at(tcp, connection);
    if (c->delivering || !c->calls) return;
    now = inet_moment(tcp->inet, now);
    uint32_t before = c->kept;
    if (!tcp_offer(tcp, c) || !tcp_tell_ended(tcp, c)) return;
    if (c->state == TCP_TIME_WAIT) {
        (void)tcp_conclude(tcp, c);
        return;
    }
    /* Said at once if it is worth saying: the peer may be waiting for nothing else. */
    uint32_t step = tcp->receive_bytes / 2 < c->mss ? tcp->receive_bytes / 2 : c->mss;
    uint32_t edge = c->rcv_nxt + (tcp->receive_bytes - c->kept);
    if (c->kept < before && !c->fin_received && (int32_t)(edge - c->rcv_adv) >= (int32_t)step)
        (void)tcp_acknowledge(tcp, c, now);
    tcp_predict(c);
}
