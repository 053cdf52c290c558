/* Connections of clients, and the sessions they log in to. */

#include "dataplane/stage/gate_layout.h"

#include <string.h>

static bool closed_to_requests(const struct gate_stage *gate)
{
    return atomic_load_explicit(&gate->leaving, memory_order_relaxed) != GATE_OPEN;
}

/* Peers. */

void gate_dirty(struct gate_stage *gate, uint32_t index)
{
    struct gate_peer *peer = &gate->peer[index];
    if (peer->dirty) return;
    peer->dirty = true;
    gate->dirty[gate->dirty_count++] = index;
}

static uint32_t index_of(const struct gate_stage *gate, const struct gate_peer *peer)
{
    return (uint32_t)(peer - gate->peer);
}

static bool is_snapshot(const struct gate_stage *gate, const struct gate_peer *peer)
{
    return index_of(gate, peer) >= gate->plan->order_connections;
}

static struct gate_slot *request_claim(struct gate_stage *gate, uint32_t session)
{
    struct gate_slot *slot = spsc_claim(gate->requests);
    if (!slot) return NULL;
    slot->rx_tsc = gate->rx_tsc;
    slot->time = gate->now;
    slot->session = session;
    slot->bytes = 0;
    slot->kind = GATE_DISCONNECTED;
    return slot;
}

/* The match stage is told now, or when there is room. */
static void session_lost(struct gate_stage *gate, uint32_t session)
{
    if (request_claim(gate, session)) {
        spsc_publish(gate->requests);
        return;
    }
    gate->lost_count += !gate->lost[session];
    gate->lost[session] = 1;
}

static void peer_leave(struct gate_stage *gate, struct gate_peer *peer)
{
    if (peer->reading) {
        spin_leave(gate->spin, &peer->reader);
        peer->reading = false;
        gate->view.reading--;
    }
    if (peer->session == GATE_NONE) return;
    if (!is_snapshot(gate, peer)) {
        gate->peer_in[peer->session] = GATE_NONE;
        gate->view.connected--;
        session_lost(gate, peer->session);
    }
    peer->session = GATE_NONE;
}

/* The peer has no connection any more. */
static void peer_free(struct gate_stage *gate, struct gate_peer *peer)
{
    peer_leave(gate, peer);
    struct gate_service *service = is_snapshot(gate, peer) ? &gate->snapshots : &gate->orders;
    if (!service->snapshots) gate->view.closed[soupbin_server_reason(peer->server)]++;
    if (peer->stalled) gate->stalled_count--;
    peer->stalled = false;
    gate->peer_of[peer->connection] = GATE_NONE;
    peer->connection = TCP_NONE;
    peer->message = NULL;
    peer->next_free = service->free;
    service->free = index_of(gate, peer);
}

void gate_drop(struct gate_stage *gate, uint32_t index, enum soupbin_reason reason)
{
    struct gate_peer *peer = &gate->peer[index];
    if (peer->connection == TCP_NONE) return;
    soupbin_server_close(peer->server, reason);
    uint32_t connection = peer->connection;
    peer_free(gate, peer);
    tcp_close(gate->tcp, connection, gate->now);
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
    bool snapshot = is_snapshot(gate, peer);
    uint32_t length;
    for (;;) {
        if (snapshot) snapshot_put(gate, peer);
        else if (peer->session != GATE_NONE) answers_put(gate, peer);
        const uint8_t *out = soupbin_server_output(peer->server, &length);
        if (length == 0) break;
        uint32_t sent = tcp_write(gate->tcp, peer->connection, out, length, gate->now);
        soupbin_server_written(peer->server, sent, gate->now);
        if (sent < length) return; /* writable() comes, or the time for slow ones ends */
    }
    if (soupbin_server_state(peer->server) != SOUPBIN_CLOSED) return;
    uint32_t connection = peer->connection;
    peer_free(gate, peer);
    tcp_close(gate->tcp, connection, gate->now);
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

/* Input. */

static uint32_t session_find(const struct gate_stage *gate,
                             const struct soupbin_credentials *credentials)
{
    uint32_t found = GATE_NONE;
    for (uint32_t i = 0; i < gate->plan->sessions; i++)
        if (soupbin_credentials_same(&gate->plan->session[i], credentials)) found = i;
    return found;
}

static void snapshot_login(struct gate_stage *gate, struct gate_peer *peer,
                           const struct soupbin_login *login, struct soupbin_session *session)
{
    bool from_start = login->sequence <= 1;
    if (!from_start || spin_join(gate->spin, &peer->reader) != SPIN_OK) {
        gate->view.snapshot_refused++;
        soupbin_server_reject(peer->server, gate->now);
        return;
    }
    peer->reading = true;
    gate->view.reading++;
    if (!soupbin_server_accept(peer->server, session, gate->now)) {
        peer_leave(gate, peer);
        gate->view.snapshot_refused++;
        return;
    }
    gate->view.snapshot++;
}

static void login(struct gate_stage *gate, struct gate_peer *peer,
                  const struct soupbin_login *login)
{
    uint32_t index = session_find(gate, &login->credentials);
    struct soupbin_session session = {.ended = false}; /* it is replayed to its end, then ends */
    memcpy(session.name, gate->plan->name, sizeof session.name);
    if (index == GATE_NONE || closed_to_requests(gate)) {
        gate->view.login_refused++;
        soupbin_server_reject(peer->server, gate->now);
        return;
    }
    if (is_snapshot(gate, peer)) {
        snapshot_login(gate, peer, login, &session);
        return;
    }
    session.count = streams_count(gate->streams, index);
    if (!soupbin_server_accept(peer->server, &session, gate->now)) {
        gate->view.login_refused++;
        return;
    }
    if (gate->peer_in[index] != GATE_NONE) {
        gate->view.login_replaced++;
        gate_drop(gate, gate->peer_in[index], SOUPBIN_BY_OWNER);
    }
    gate->view.login++;
    gate->view.connected++;
    gate->peer_in[index] = index_of(gate, peer);
    peer->session = index;
}

/* False if the message is none that an engine could take. */
static bool request_put(struct gate_stage *gate, const struct gate_peer *peer,
                        const struct soupbin_server_taken *taken)
{
    if (taken->payload_bytes > GATE_MESSAGE_MAX) {
        gate->view.request_long++;
        return false;
    }
    struct gate_slot *slot = request_claim(gate, peer->session);
    CHECK(slot); /* there was room for one */
    slot->kind = GATE_MESSAGE;
    slot->bytes = (uint16_t)taken->payload_bytes;
    memcpy(slot->message, taken->payload, taken->payload_bytes);
    spsc_publish(gate->requests);
    gate->view.request++;
    return true;
}

/* Whether a packet may be taken: each is a request at most, or the loss of a session. */
static bool room_for_packet(struct gate_stage *gate, const struct gate_peer *peer)
{
    if (is_snapshot(gate, peer)) return true;
    return !closed_to_requests(gate) && gate->lost_count == 0 && spsc_room(gate->requests, 2) == 2;
}

static void stall(struct gate_stage *gate, struct gate_peer *peer)
{
    gate->view.request_held++;
    gate->stalled_count += !peer->stalled;
    peer->stalled = true;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    struct gate_stage *gate = ((struct gate_service *)context)->gate;
    struct gate_peer *peer = &gate->peer[gate->peer_of[connection]];
    struct soupbin_bytes in = {bytes, length};
    struct soupbin_server_taken taken;
    for (;;) {
        if (unlikely(!room_for_packet(gate, peer))) {
            stall(gate, peer);
            return length - in.length;
        }
        enum soupbin_server_event event = soupbin_server_take(peer->server, &in, gate->now, &taken);
        if (event == SOUPBIN_SERVER_NOTHING) break;
        if (event == SOUPBIN_SERVER_MESSAGE && !is_snapshot(gate, peer) &&
            !request_put(gate, peer, &taken))
            soupbin_server_close(peer->server, SOUPBIN_TOO_LONG);
        if (event == SOUPBIN_SERVER_ASKED) login(gate, peer, &taken.login);
        if (event == SOUPBIN_SERVER_OVER) break;
        if (soupbin_server_state(peer->server) == SOUPBIN_CLOSED) break;
        if (event != SOUPBIN_SERVER_MESSAGE) gate_dirty(gate, index_of(gate, peer));
    }
    if (unlikely(soupbin_server_state(peer->server) == SOUPBIN_CLOSED)) {
        peer_leave(gate, peer);
        gate_dirty(gate, index_of(gate, peer));
        return length;
    }
    return length - in.length;
}

static bool opened(void *context, uint32_t connection, const struct tcp_peer *from)
{
    (void)from;
    struct gate_service *service = context;
    struct gate_stage *gate = service->gate;
    uint32_t index = service->free;
    if (index == GATE_NONE || closed_to_requests(gate)) {
        gate->view.connection_full++;
        return false;
    }
    struct gate_peer *peer = &gate->peer[index];
    service->free = peer->next_free;
    peer->connection = connection;
    peer->session = GATE_NONE;
    gate->peer_of[connection] = index;
    soupbin_server_connect(peer->server, gate->now);
    gate->view.connection++;
    return true;
}

/* A client that sends no more wants no more. */
static void ended(void *context, uint32_t connection)
{
    struct gate_stage *gate = ((struct gate_service *)context)->gate;
    gate_drop(gate, gate->peer_of[connection], SOUPBIN_LOST);
}

static void writable(void *context, uint32_t connection)
{
    struct gate_stage *gate = ((struct gate_service *)context)->gate;
    gate_dirty(gate, gate->peer_of[connection]);
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)why; /* TCP counts it */
    struct gate_stage *gate = ((struct gate_service *)context)->gate;
    struct gate_peer *peer = &gate->peer[gate->peer_of[connection]];
    soupbin_server_close(peer->server, SOUPBIN_LOST);
    peer_free(gate, peer);
}

struct tcp_calls gate_calls(struct gate_service *service)
{
    return (struct tcp_calls){.opened = opened,
                              .received = received,
                              .ended = ended,
                              .writable = writable,
                              .closed = closed,
                              .context = service};
}

/* What had to wait. */

static void lost_tell(struct gate_stage *gate)
{
    for (uint32_t i = 0; i < gate->plan->sessions && gate->lost_count > 0; i++) {
        if (!gate->lost[i]) continue;
        if (!request_claim(gate, i)) return;
        spsc_publish(gate->requests);
        gate->lost[i] = 0;
        gate->lost_count--;
    }
}

void gate_catch_up(struct gate_stage *gate)
{
    gate->rx_tsc = 0;
    if (gate->lost_count > 0) lost_tell(gate);
    if (gate->stalled_count == 0 || closed_to_requests(gate)) return;
    if (spsc_room(gate->requests, 2) < 2) return;
    for (uint32_t i = 0; i < gate->plan->order_connections && gate->stalled_count > 0; i++) {
        struct gate_peer *peer = &gate->peer[i];
        if (!peer->stalled) continue;
        peer->stalled = false;
        gate->stalled_count--;
        tcp_resume(gate->tcp, peer->connection, gate->now); /* may stall it again */
        if (spsc_room(gate->requests, 2) < 2) return;
    }
}

void gate_tick(struct gate_stage *gate)
{
    for (uint32_t i = 0; i < gate->peers; i++) {
        struct gate_peer *peer = &gate->peer[i];
        if (peer->connection == TCP_NONE) continue;
        soupbin_server_tick(peer->server, gate->now);
        if (soupbin_server_state(peer->server) == SOUPBIN_CLOSED) peer_leave(gate, peer);
        gate_dirty(gate, i);
    }
}
