#include "dataplane/inet/tcp_layout.h"

/* Every invariant of the endpoint.
 *
 *   table     each slot is free or in exactly one chain, under its own addresses; free + used =
 *             connections; the lists hold what is half-open, or over and in TIME-WAIT
 *   heap      no entry is later than its parent allows, or than its connection's deadline
 *   T2        una <= nxt <= max <= end + FIN; max is within the highest right edge the peer has
 *             offered, or one byte beyond (a probe); adv - first kept <= the receive ring
 *   T6        what is held is within the rings
 *   ranges    SACKed and early ones: in order, apart, within (una, max] and (nxt, adv]
 *   slow      0 only if nothing is special about the connection */

static void sound_numbers(const struct tcp *tcp, const struct tcp_connection *c)
{
    CHECK(!seq_after(c->snd_una, c->snd_nxt));
    CHECK(!seq_after(c->snd_nxt, c->snd_max));
    CHECK(!seq_after(c->snd_max, c->snd_end + c->fin_sent));
    CHECK(!seq_after(c->snd_max, seq_later(c->snd_edge, c->snd_una) + 1)); /* T2 */
    CHECK(tcp_held(c) <= tcp->send_bytes);                                 /* T6 */
    CHECK(c->kept <= tcp->receive_bytes);
    if (c->state == TCP_SYN_SENT) return;
    uint32_t kept_from = c->rcv_nxt - c->fin_received - c->kept;
    if (seq_after(c->rcv_adv, kept_from))
        CHECK(c->rcv_adv - kept_from <= tcp->receive_bytes + c->fin_received);
    CHECK(!seq_after(c->last_ack_sent, c->rcv_nxt)); /* T2: what is acknowledged is here */
}

static void sound_ranges(const struct tcp_connection *c)
{
    uint32_t before = c->snd_una;
    CHECK(c->sacked_count <= TCP_SACKED_MAX);
    for (uint32_t i = 0; i < c->sacked_count; i++) {
        CHECK(seq_before(before, c->sacked[i].from));
        CHECK(seq_before(c->sacked[i].from, c->sacked[i].to));
        CHECK(!seq_after(c->sacked[i].to, c->snd_max));
        before = c->sacked[i].to;
    }
    before = c->rcv_nxt;
    CHECK(c->early_count <= TCP_EARLY_MAX);
    for (uint32_t i = 0; i < c->early_count; i++) {
        CHECK(seq_before(before, c->early[i].from));
        CHECK(seq_before(c->early[i].from, c->early[i].to));
        CHECK(!seq_after(c->early[i].to, c->rcv_adv));
        before = c->early[i].to;
    }
}

static void sound_state(const struct tcp *tcp, const struct tcp_connection *c)
{
    bool half_open = c->state == TCP_SYN_RECEIVED && c->passive;
    bool over = c->state == TCP_TIME_WAIT && !c->calls;
    if (half_open) CHECK(c->listed);
    if (c->listed) CHECK(half_open || over);
    bool finished = c->state == TCP_FIN_WAIT_1 || c->state == TCP_FIN_WAIT_2 ||
                    c->state == TCP_CLOSING || c->state == TCP_LAST_ACK ||
                    c->state == TCP_TIME_WAIT;
    if (tcp_synchronised(c)) CHECK(c->fin_queued == finished);
    bool ended = c->state == TCP_CLOSE_WAIT || c->state == TCP_CLOSING ||
                 c->state == TCP_LAST_ACK || c->state == TCP_TIME_WAIT;
    CHECK(c->fin_received == ended);
    if (c->ended_told) CHECK(c->kept == 0 || !c->calls);
    nanos_t next = tcp_deadline(c);
    if (next != TCP_NEVER) {
        CHECK(c->heap_at != TCP_NONE);
        CHECK(tcp->heap[c->heap_at].at <= next);
    }
    /* T3: what is in flight has a timer, or the link's next turn. */
    bool flight = c->snd_una != c->snd_max && c->state != TCP_TIME_WAIT;
    if (flight) CHECK(c->rtx_at != 0 || c->send_due);
    if (c->ack_due || c->send_due) CHECK(c->queued);
}

static void sound_prediction(const struct tcp_connection *c)
{
    if (c->slow) return;
    CHECK(c->state == TCP_ESTABLISHED);
    CHECK(c->early_count == 0 && c->sacked_count == 0 && c->kept == 0);
    CHECK(!c->recovering && !c->fin_queued && !c->fin_received);
    CHECK(c->snd_nxt == c->snd_max);
    CHECK(c->calls != NULL);
}

static uint32_t table_count(const struct tcp *tcp)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < tcp->buckets; i++) {
        for (uint32_t slot = tcp->bucket[i]; slot != TCP_NONE; slot = tcp->connection[slot].chain) {
            const struct tcp_connection *c = &tcp->connection[slot];
            CHECK(c->slot == slot);
            CHECK(c->state != TCP_CLOSED);
            CHECK(tcp_find(tcp, c->peer_ip, c->peer_port, c->local_port) == c);
            CHECK(++used <= tcp->limits.connections);
        }
    }
    return used;
}

static void list_sound(const struct tcp *tcp, const struct tcp_list *list, enum tcp_state state)
{
    uint32_t count = 0, before = TCP_NONE;
    for (uint32_t slot = list->oldest; slot != TCP_NONE; slot = tcp->connection[slot].newer) {
        const struct tcp_connection *c = &tcp->connection[slot];
        CHECK(c->listed);
        CHECK(c->state == state);
        CHECK(c->older == before);
        CHECK(++count <= list->count);
        before = slot;
    }
    CHECK(count == list->count);
    CHECK(list->youngest == before);
}

void tcp_verify(const struct tcp *tcp)
{
    CHECK(table_count(tcp) + tcp->free_count == tcp->limits.connections);
    for (uint32_t i = 0; i < tcp->limits.connections; i++) {
        const struct tcp_connection *c = &tcp->connection[i];
        if (c->state == TCP_CLOSED) {
            CHECK(c->heap_at == TCP_NONE);
            continue;
        }
        sound_numbers(tcp, c);
        sound_ranges(c);
        sound_state(tcp, c);
        sound_prediction(c);
    }
    for (uint32_t i = 0; i < tcp->heap_count; i++) {
        CHECK(tcp->connection[tcp->heap[i].slot].heap_at == i);
        if (i > 0) CHECK(tcp->heap[(i - 1) / 2].at <= tcp->heap[i].at);
    }
    for (uint32_t i = 0; i < tcp->pending_count; i++)
        CHECK(tcp->connection[tcp->pending[i]].queued);
    CHECK(tcp->half_open.count <= tcp->limits.half_open);
    list_sound(tcp, &tcp->half_open, TCP_SYN_RECEIVED);
    list_sound(tcp, &tcp->time_wait, TCP_TIME_WAIT);
}
