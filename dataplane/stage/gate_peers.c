/* Connections of clients: what is sent to them, and how they end. */

#include "dataplane/stage/gate_layout.h"

#define CLOSED_NS  NANOS_SECOND /* after its end a client may take so long to take what waits */
#define TICK_NS    (200 * NANOS_MILLI) /* each peer has its tick so often */
#define TICK_PEERS 1024u               /* at most so many at once: a turn must not take long */

void gate_list_add(struct gate_stage *gate, struct gate_list *list, enum gate_list_kind kind,
                   struct gate_peer *peer)
{
    uint32_t index = gate_index_of(gate, peer);
    peer->link[kind] = (struct gate_link){.before = list->last, .behind = GATE_NONE};
    if (list->last == GATE_NONE) list->first = index;
    else gate->peer[list->last].link[kind].behind = index;
    list->last = index;
}

void gate_list_remove(struct gate_stage *gate, struct gate_list *list, enum gate_list_kind kind,
                      const struct gate_peer *peer)
{
    struct gate_link link = peer->link[kind];
    if (link.before == GATE_NONE) list->first = link.behind;
    else gate->peer[link.before].link[kind].behind = link.behind;
    if (link.behind == GATE_NONE) list->last = link.before;
    else gate->peer[link.behind].link[kind].before = link.before;
}

void gate_dirty(struct gate_stage *gate, uint32_t index)
{
    struct gate_peer *peer = &gate->peer[index];
    if (peer->dirty) return;
    peer->dirty = true;
    gate->dirty[gate->dirty_count++] = index;
}

struct gate_slot *gate_request_claim(struct gate_stage *gate, uint32_t session)
{
    struct gate_slot *slot = spsc_claim(gate->requests);
    if (!slot) return NULL;
    slot->rx_tsc = gate->rx_tsc;
    slot->time = gate->now;
    slot->session = session;
    slot->bytes = 0;
    slot->kind = GATE_DISCONNECTED;
    slot->login = gate->login[session];
    return slot;
}

/* The match stage is told now, or when there is room. */
static void session_lost(struct gate_stage *gate, uint32_t session)
{
    if (gate_request_claim(gate, session)) {
        spsc_publish(gate->requests);
        return;
    }
    gate->lost_count += !gate->lost[session];
    gate->lost[session] = 1;
}

void gate_peer_leave(struct gate_stage *gate, struct gate_peer *peer)
{
    if (peer->reading) {
        spin_leave(gate->spin, &peer->reader);
        peer->reading = false;
        gate->view.reading--;
    }
    if (peer->session == GATE_NONE) return;
    if (!gate_is_snapshot(gate, peer)) {
        gate->peer_in[peer->session] = GATE_NONE;
        gate->view.connected--;
        session_lost(gate, peer->session);
    }
    peer->session = GATE_NONE;
}

void gate_unarrive(struct gate_stage *gate, struct gate_peer *peer)
{
    if (!peer->arrived) return;
    gate_list_remove(gate, &gate_service_of(gate, peer)->arrived, GATE_ARRIVED, peer);
    peer->arrived = false;
}

/* The peer has no connection any more. */
void gate_peer_free(struct gate_stage *gate, struct gate_peer *peer)
{
    gate_peer_leave(gate, peer);
    struct gate_service *service = gate_service_of(gate, peer);
    if (!service->snapshots) gate->view.closed[soupbin_server_reason(peer->server)]++;
    gate_unstall(gate, peer);
    gate_unarrive(gate, peer);
    gate->peer_of[peer->connection] = GATE_NONE;
    peer->connection = TCP_NONE;
    peer->message = NULL;
    peer->closed_ns = 0;
    peer->next_free = service->free;
    service->free = gate_index_of(gate, peer);
}

/* The same, and TCP is told: in order, or at once, where nobody may be there to end it in order. */
static void peer_end(struct gate_stage *gate, struct gate_peer *peer, bool at_once)
{
    uint32_t connection = peer->connection;
    gate_peer_free(gate, peer);
    if (at_once) tcp_abort(gate->tcp, connection, gate->now);
    else tcp_close(gate->tcp, connection, gate->now);
}

void gate_drop(struct gate_stage *gate, uint32_t index, enum gate_manner manner)
{
    struct gate_peer *peer = &gate->peer[index];
    if (peer->connection == TCP_NONE) return;
    soupbin_server_close(peer->server, SOUPBIN_BY_OWNER);
    peer_end(gate, peer, manner == GATE_AT_ONCE);
}

/* Whether the peer is dead or deaf: its FIN would wait for TCP's user timeout. */
static bool is_unreachable(const struct gate_peer *peer)
{
    enum soupbin_reason reason = soupbin_server_reason(peer->server);
    return reason == SOUPBIN_SILENCE || reason == SOUPBIN_SLOW || reason == SOUPBIN_LOGIN_WAIT;
}

/* Output. */

/* Puts sequenced messages as long as one is wanted, there is one, and there is room. */
static void answers_put(struct gate_stage *gate, struct gate_peer *peer)
{
    uint64_t number;
    struct stream_message message;
    while ((number = soupbin_server_wanted(peer->server)) != 0) {
        if (!streams_find(gate->streams, peer->session, number, &message)) {
            if (gate->over) (void)!soupbin_server_end(peer->server, gate->now);
            return;
        }
        if (!soupbin_server_put(peer->server, message.bytes, message.length, gate->now)) return;
    }
}

static void snapshot_put(struct gate_stage *gate, struct gate_peer *peer)
{
    while (peer->reading && soupbin_server_wanted(peer->server) != 0) {
        if (!peer->message) {
            enum spin_step step =
                spin_next(gate->spin, &peer->reader, &peer->message, &peer->length);
            if (step == SPIN_NOT_YET) peer->message = NULL;
            if (step == SPIN_NOT_YET) return;
            if (step == SPIN_LOST) { /* a new one is a new login */
                soupbin_server_close(peer->server, SOUPBIN_BY_OWNER);
                return;
            }
            if (step == SPIN_END) {
                spin_leave(gate->spin, &peer->reader);
                peer->reading = false;
                peer->message = NULL;
                gate->view.reading--;
                return;
            }
        }
        if (!soupbin_server_put(peer->server, peer->message, peer->length, gate->now)) return;
        peer->message = NULL;
    }
}

static void peer_pump(struct gate_stage *gate, struct gate_peer *peer)
{
    bool snapshot = gate_is_snapshot(gate, peer);
    uint32_t length;
    for (;;) {
        if (snapshot) snapshot_put(gate, peer);
        else if (peer->session != GATE_NONE) answers_put(gate, peer);
        const uint8_t *out = soupbin_server_output(peer->server, &length);
        if (length == 0) break;
        uint32_t sent = tcp_write(gate->tcp, peer->connection, out, length, gate->now);
        soupbin_server_written(peer->server, sent, gate->now);
        if (sent < length) { /* writable() comes, or the time for slow ones ends */
            bool closed = soupbin_server_state(peer->server) == SOUPBIN_CLOSED;
            if (closed && peer->closed_ns == 0) peer->closed_ns = gate->now;
            return;
        }
    }
    if (soupbin_server_state(peer->server) == SOUPBIN_CLOSED)
        peer_end(gate, peer, is_unreachable(peer));
}

void gate_pump(struct gate_stage *gate)
{
    for (uint32_t i = 0; i < gate->dirty_count; i++) {
        struct gate_peer *peer = &gate->peer[gate->dirty[i]];
        peer->dirty = false;
        if (peer->connection != TCP_NONE) peer_pump(gate, peer);
    }
    gate->dirty_count = 0;
}

/* Heartbeats and silences. */

static void peer_tick(struct gate_stage *gate, struct gate_peer *peer)
{
    if (peer->connection == TCP_NONE) return;
    if (peer->stalled) soupbin_server_held(peer->server, gate->now);
    soupbin_server_tick(peer->server, gate->now);
    if (soupbin_server_state(peer->server) == SOUPBIN_CLOSED) gate_peer_leave(gate, peer);
    if (peer->closed_ns != 0 && gate->now - peer->closed_ns >= CLOSED_NS) {
        gate->view.unsent++;
        peer_end(gate, peer, true);
        return;
    }
    gate_dirty(gate, gate_index_of(gate, peer));
}

/* A round over all peers takes TICK_NS, and each call a part of it. */
void gate_tick(struct gate_stage *gate)
{
    nanos_t passed = gate->now - gate->tick_begun;
    uint32_t due = gate->peers;
    if (passed < TICK_NS) due = (uint32_t)((uint64_t)gate->peers * passed / TICK_NS);
    for (uint32_t i = 0; i < TICK_PEERS && gate->tick_next < due; i++)
        peer_tick(gate, &gate->peer[gate->tick_next++]);
    if (gate->tick_next < gate->peers) return;
    gate->tick_next = 0;
    gate->tick_begun = gate->now;
}
