/* What clients send: logins, and messages for the match stage. */

#include "dataplane/stage/gate_layout.h"

#include <string.h>

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
        gate_peer_leave(gate, peer);
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
    if (index == GATE_NONE || gate_is_closed(gate)) {
        gate->view.login_refused++;
        soupbin_server_reject(peer->server, gate->now);
        return;
    }
    if (gate_is_snapshot(gate, peer)) {
        snapshot_login(gate, peer, login, &session);
        return;
    }
    if (gate->broken[index]) {
        gate->view.login_broken++;
        soupbin_server_reject(peer->server, gate->now);
        return;
    }
    session.count = streams_count(gate->streams, index);
    if (!soupbin_server_accept(peer->server, &session, gate->now)) {
        gate->view.login_refused++;
        return;
    }
    if (gate->peer_in[index] != GATE_NONE) {
        gate->view.login_replaced++;
        gate_drop(gate, gate->peer_in[index], GATE_AT_ONCE);
    }
    gate->view.login++;
    gate->view.connected++;
    gate->peer_in[index] = gate_index_of(gate, peer);
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
    struct gate_slot *slot = gate_request_claim(gate, peer->session);
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
    if (gate_is_snapshot(gate, peer)) return true;
    return !gate_is_closed(gate) && gate->lost_count == 0 && spsc_room(gate->requests, 2) == 2;
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
        if (event == SOUPBIN_SERVER_MESSAGE && !gate_is_snapshot(gate, peer) &&
            !request_put(gate, peer, &taken))
            soupbin_server_close(peer->server, SOUPBIN_TOO_LONG);
        if (event == SOUPBIN_SERVER_ASKED) login(gate, peer, &taken.login);
        if (event == SOUPBIN_SERVER_OVER) break;
        if (soupbin_server_state(peer->server) == SOUPBIN_CLOSED) break;
        if (event != SOUPBIN_SERVER_MESSAGE) gate_dirty(gate, gate_index_of(gate, peer));
    }
    if (unlikely(soupbin_server_state(peer->server) == SOUPBIN_CLOSED)) {
        gate_peer_leave(gate, peer);
        gate_dirty(gate, gate_index_of(gate, peer));
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
    if (index == GATE_NONE || gate_is_closed(gate)) {
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
    uint32_t index = gate->peer_of[connection];
    soupbin_server_close(gate->peer[index].server, SOUPBIN_LOST);
    gate_drop(gate, index, GATE_IN_ORDER);
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
    gate_peer_free(gate, peer);
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
        if (!gate_request_claim(gate, i)) return;
        spsc_publish(gate->requests);
        gate->lost[i] = 0;
        gate->lost_count--;
    }
}

void gate_catch_up(struct gate_stage *gate)
{
    gate->rx_tsc = 0;
    if (gate->lost_count > 0) lost_tell(gate);
    if (gate->stalled_count == 0 || gate_is_closed(gate)) return;
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
