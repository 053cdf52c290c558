#include "dataplane/inet/tcp_layout.h"

/* A binary heap of connections by deadline, smallest first.
 *
 * An entry's time is at or before its connection's next deadline, never after: a deadline that
 * moves later, as that of a connection that sends and is acknowledged does all the time, changes
 * nothing here, and tcp_tick corrects the entry when its time has come.  A connection without
 * deadlines may stay in the heap until then. */

static void heap_place(struct tcp *tcp, uint32_t at, struct tcp_due due)
{
    tcp->heap[at] = due;
    tcp->connection[due.slot].heap_at = at;
}

static void heap_rise(struct tcp *tcp, uint32_t at, struct tcp_due due)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;
        if (tcp->heap[parent].at <= due.at) break;
        heap_place(tcp, at, tcp->heap[parent]);
        at = parent;
    }
    heap_place(tcp, at, due);
}

static void heap_sink(struct tcp *tcp, uint32_t at, struct tcp_due due)
{
    for (uint32_t child; (child = at * 2 + 1) < tcp->heap_count; at = child) {
        if (child + 1 < tcp->heap_count && tcp->heap[child + 1].at < tcp->heap[child].at) child++;
        if (due.at <= tcp->heap[child].at) break;
        heap_place(tcp, at, tcp->heap[child]);
    }
    heap_place(tcp, at, due);
}

void tcp_heap_insert(struct tcp *tcp, struct tcp_connection *c, nanos_t at)
{
    heap_rise(tcp, tcp->heap_count++, (struct tcp_due){at, c->slot});
}

void tcp_heap_move(struct tcp *tcp, struct tcp_connection *c, nanos_t at)
{
    struct tcp_due due = {at, c->slot};
    if (at < tcp->heap[c->heap_at].at) heap_rise(tcp, c->heap_at, due);
    else heap_sink(tcp, c->heap_at, due);
}

void tcp_heap_remove(struct tcp *tcp, struct tcp_connection *c)
{
    uint32_t hole = c->heap_at;
    if (hole == TCP_NONE) return;
    c->heap_at = TCP_NONE;
    struct tcp_due last = tcp->heap[--tcp->heap_count];
    if (hole == tcp->heap_count) return;
    if (hole > 0 && last.at < tcp->heap[(hole - 1) / 2].at) heap_rise(tcp, hole, last);
    else heap_sink(tcp, hole, last);
}

static nanos_t sooner(nanos_t best, nanos_t at)
{
    return at && at < best ? at : best;
}

nanos_t tcp_deadline(const struct tcp_connection *c)
{
    nanos_t best = sooner(TCP_NEVER, c->rtx_at);
    best = sooner(best, c->ack_at);
    return sooner(best, c->life_at);
}
