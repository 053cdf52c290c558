#include "dataplane/inet/tcp_layout.h"

/* Ending.  What the owner asked for, and what became of a connection, each told once. */

static void end_count(struct tcp *tcp, enum tcp_end why)
{
    uint64_t *const count[TCP_END_COUNT] = {
        [TCP_END_NORMAL] = &tcp->counts.end_normal,
        [TCP_END_RESET] = &tcp->counts.end_reset,
        [TCP_END_REFUSED] = &tcp->counts.end_refused,
        [TCP_END_TIMEOUT] = &tcp->counts.end_timeout,
        [TCP_END_UNREACHABLE] = &tcp->counts.end_unreachable,
        [TCP_END_SILENT] = &tcp->counts.end_silent,
    };
    CHECK((unsigned)why < TCP_END_COUNT);
    ++*count[why];
}

void tcp_end(struct tcp *tcp, struct tcp_connection *c, enum tcp_end why)
{
    const struct tcp_calls *calls = c->calls;
    uint32_t slot = c->slot;
    /* A passive one that its owner has never heard of ends without him. */
    bool told = !c->passive || c->opened_told;
    if (told) end_count(tcp, why);
    tcp_free(tcp, c);
    if (told && calls && calls->closed) calls->closed(calls->context, slot, why);
}

void tcp_time_wait(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    c->state = TCP_TIME_WAIT;
    c->rtx_at = 0;
    c->backoff = 0;
    c->life_at = now + tcp->limits.time_wait_ns;
    c->wants_room = false;
    tcp_arm(tcp, c, c->life_at);
    tcp_predict(c);
}

bool tcp_conclude(struct tcp *tcp, struct tcp_connection *c)
{
    if (c->listed || (c->calls && !c->ended_told)) return true;
    const struct tcp_calls *calls = c->calls;
    uint32_t life = c->life;
    tcp_list_add(tcp, &tcp->time_wait, c);
    c->calls = NULL;
    end_count(tcp, TCP_END_NORMAL);
    if (calls && calls->closed) calls->closed(calls->context, c->slot, TCP_END_NORMAL);
    return c->life == life;
}

/* Our FIN takes its place behind what is written. */
static void fin_queue(struct tcp *tcp, struct tcp_connection *c, nanos_t now)
{
    if (c->fin_queued) return;
    c->fin_queued = true;
    if (c->state == TCP_ESTABLISHED) c->state = TCP_FIN_WAIT_1;
    else if (c->state == TCP_CLOSE_WAIT) c->state = TCP_LAST_ACK;
    tcp_output(tcp, c, now);
    tcp_predict(c);
}

void tcp_finish(struct tcp *tcp, uint32_t connection, nanos_t now)
{
    fin_queue(tcp, tcp_at(tcp, connection), inet_moment(tcp->inet, now));
}

void tcp_close(struct tcp *tcp, uint32_t connection, nanos_t now)
{
    struct tcp_connection *c = tcp_at(tcp, connection);
    CHECK(c->calls != NULL);
    now = inet_moment(tcp->inet, now);
    if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED ||
        (c->kept > 0 && !c->delivering)) {
        tcp_abort(tcp, connection, now);
        return;
    }
    c->calls = NULL;
    if (c->state == TCP_TIME_WAIT) {
        c->ended_told = true;
        (void)tcp_conclude(tcp, c);
        return;
    }
    fin_queue(tcp, c, now);
    if (c->state == TCP_FIN_WAIT_2) {
        c->life_at = now + tcp->limits.finish_ns;
        tcp_arm(tcp, c, c->life_at);
    } else {
        c->life_at = 0; /* no keepalive any more: the user timeout bounds what is left */
    }
    tcp_predict(c);
}

void tcp_abort(struct tcp *tcp, uint32_t connection, nanos_t now)
{
    struct tcp_connection *c = tcp_at(tcp, connection);
    tcp->counts.aborted++;
    now = inet_moment(tcp->inet, now);
    /* The state says whether there is a peer to tell (RFC 9293, 3.10.5). */
    if (c->state != TCP_SYN_SENT && c->state != TCP_TIME_WAIT)
        tcp_emit_reset(tcp, c, tcp_bare_sequence(c), now);
    tcp_free(tcp, c);
}
