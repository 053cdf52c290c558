/* What clients send: logins, and messages for the match stage. */

#include "dataplane/stage/gate_layout.h"

#include <string.h>

#define PACKETS_TURN 64u /* of one client, before others have theirs */
#define PEERS_TURN   64u /* who waited and is shown again in one turn of the stage */

/* Where the search for a user name begins. */
static uint32_t name_place(const struct gate_stage *gate,
                           const struct soupbin_credentials *credentials)
{
    uint64_t hash = soupbin_credentials_key(credentials) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32) & gate->names_mask;
}

COLD void gate_names_make(struct gate_stage *gate)
{
    memset(gate->names, 0xff, (gate->names_mask + 1) * sizeof *gate->names);
    for (uint32_t i = 0; i < gate->plan->sessions; i++) {
        uint32_t place = name_place(gate, &gate->plan->session[i]);
        while (gate->names[place] != GATE_NONE) place = (place + 1) & gate->names_mask;
        gate->names[place] = i;
    }
}

/* Passwords are compared only of sessions whose names share a run of places, all of them: the time
 * says no more than whether such a name may be. */
static uint32_t session_find(const struct gate_stage *gate,
                             const struct soupbin_credentials *credentials)
{
    uint32_t found = GATE_NONE, place = name_place(gate, credentials);
    for (; gate->names[place] != GATE_NONE; place = (place + 1) & gate->names_mask)
        if (soupbin_credentials_same(&gate->plan->session[gate->names[place]], credentials))
            found = gate->names[place];
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
    gate_unarrive(gate, peer);
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
    gate_unarrive(gate, peer);
    gate->view.login++;
    gate->login[index] = (uint8_t)(gate->login[index] % UINT8_MAX + 1);
    gate->view.connected++;
    gate->peer_in[index] = gate_index_of(gate, peer);
    peer->session = index;
}

static void request_put(struct gate_stage *gate, const struct gate_peer *peer,
                        const struct soupbin_server_taken *taken)
{
    struct gate_slot *slot = gate_request_claim(gate, peer->session);
    CHECK(slot); /* there was room for one */
    slot->kind = GATE_MESSAGE;
    slot->bytes = (uint16_t)taken->payload_bytes; /* SoupBinTCP's limit is not above a slot's */
    memcpy(slot->message, taken->payload, taken->payload_bytes);
    spsc_publish(gate->requests);
    gate->view.request++;
}

/* Whether a packet may be taken: each is a request at most, or the loss of a session. */
static bool room_for_packet(struct gate_stage *gate)
{
    return !gate_is_closed(gate) && gate->lost_count == 0 && spsc_room(gate->requests, 2) == 2;
}

/* The peer waits behind all who wait already.  took is how many of the bytes being shown it has. */
static void stall(struct gate_stage *gate, struct gate_peer *peer, uint32_t took)
{
    struct tcp_view tcp;
    tcp_look(gate->tcp, peer->connection, &tcp);
    uint32_t waiting = tcp.kept_bytes - took;
    peer->stalled = true;
    gate->stalled_count++;
    gate_list_add(gate, &gate->stalled, GATE_STALLED, peer);
    bool older = gate->catching_up && peer->held_bytes > took;
    peer->held_bytes = older ? peer->held_bytes - took : waiting;
    if (older) return;
    if (!gate->catching_up) peer->held_tsc = gate->rx_tsc;
    else if (peer->next_tsc != 0) peer->held_tsc = peer->next_tsc;
    peer->next_tsc = 0;
}

void gate_unstall(struct gate_stage *gate, struct gate_peer *peer)
{
    if (!peer->stalled) return;
    gate_list_remove(gate, &gate->stalled, GATE_STALLED, peer);
    gate->stalled_count--;
    peer->stalled = false;
}

/* Whether the peer may go on: others may wait, and it has had so many packets. */
static bool may_take(struct gate_stage *gate, const struct gate_peer *peer, uint32_t packets)
{
    if (gate_is_snapshot(gate, peer)) return true;
    if (!room_for_packet(gate)) {
        gate->view.request_held++;
        return false;
    }
    bool turn = gate->catching_up || gate->stalled_count == 0;
    if (turn && packets < PACKETS_TURN) return true;
    gate->view.request_turn++;
    return false;
}

/* Takes one packet; false if the connection is over. */
static bool packet_take(struct gate_stage *gate, struct gate_peer *peer, struct soupbin_bytes *in)
{
    struct soupbin_server_taken taken;
    enum soupbin_server_event event = soupbin_server_take(peer->server, in, gate->now, &taken);
    if (event == SOUPBIN_SERVER_MESSAGE && !gate_is_snapshot(gate, peer))
        request_put(gate, peer, &taken);
    if (event == SOUPBIN_SERVER_ASKED) login(gate, peer, &taken.login);
    if (event == SOUPBIN_SERVER_ASKED) gate_dirty(gate, gate_index_of(gate, peer));
    return soupbin_server_state(peer->server) != SOUPBIN_CLOSED;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    struct gate_stage *gate = ((struct gate_service *)context)->gate;
    struct gate_peer *peer = &gate->peer[gate->peer_of[connection]];
    struct soupbin_bytes in = {bytes, length};
    if (unlikely(peer->stalled)) {
        if (peer->next_tsc == 0 && !gate->catching_up) peer->next_tsc = gate->rx_tsc;
        return 0;
    }
    for (uint32_t packets = 0; in.length > 0; packets++) {
        if (unlikely(!may_take(gate, peer, packets))) {
            stall(gate, peer, length - in.length);
            break;
        }
        if (packet_take(gate, peer, &in)) continue;
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
    /* Who does not log in keeps nobody out: the one that has had the longest time for it goes. */
    if (service->free == GATE_NONE && service->arrived.first != GATE_NONE &&
        !gate_is_closed(gate)) {
        gate->view.connection_evicted++;
        gate_drop(gate, service->arrived.first, GATE_AT_ONCE);
    }
    uint32_t index = service->free;
    if (index == GATE_NONE || gate_is_closed(gate)) {
        gate->view.connection_full++;
        return false;
    }
    struct gate_peer *peer = &gate->peer[index];
    service->free = peer->next_free;
    peer->connection = connection;
    peer->session = GATE_NONE;
    peer->arrived = true;
    gate_list_add(gate, &service->arrived, GATE_ARRIVED, peer);
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
    uint32_t turns = gate->stalled_count < PEERS_TURN ? gate->stalled_count : PEERS_TURN;
    gate->catching_up = true;
    for (; turns > 0 && gate->stalled_count > 0 && room_for_packet(gate); turns--) {
        struct gate_peer *peer = &gate->peer[gate->stalled.first];
        gate_unstall(gate, peer);
        gate->rx_tsc = peer->held_tsc;
        tcp_resume(gate->tcp, peer->connection, gate->now); /* may stall it again, as the last */
    }
    gate->catching_up = false;
    gate->rx_tsc = 0;
}
