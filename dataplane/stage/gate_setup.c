/* A gate stage made from its plan. */

#include "dataplane/stage/gate_layout.h"

#include <string.h>

#define LISTENERS      2u  /* orders, snapshots */
#define UDP_HEAD_BYTES 28u /* IPv4 and UDP */

/* Ports. */

static uint8_t *frame_claim(void *queue, uint32_t bytes)
{
    return net_tx_claim(queue, bytes);
}

static void frame_publish(void *queue)
{
    net_tx_publish(queue);
}

static struct inet_limits inet_of(const struct gate_stage_plan *plan)
{
    struct inet_limits limits = plan->inet;
    limits.output = (struct inet_output){
        .claim = frame_claim, .publish = frame_publish, .context = plan->queue[0]};
    return limits;
}

struct layout {
    size_t inet, streams, history, itch, mold, retransmit, spin;
    size_t servers, server_bytes, peer, peer_of, peer_in, names, login, lost, broken, dirty, reply,
        snapshot, window, bytes;
};

static uint32_t peers_of(const struct gate_stage_plan *plan)
{
    return plan->order_connections + plan->snapshot_connections;
}

static uint32_t names_of(const struct gate_stage_plan *plan)
{
    uint32_t names = 2;
    while (names < 2 * plan->sessions) names *= 2;
    return names;
}

static size_t piece(size_t *end, size_t bytes)
{
    size_t at = *end;
    *end = ALIGN_UP(at + bytes, CACHE_LINE);
    return at;
}

static struct layout layout_of(const struct gate_stage_plan *plan)
{
    struct layout layout = {.bytes = ALIGN_UP(sizeof(struct gate_stage), CACHE_LINE)};
    size_t *end = &layout.bytes, word = sizeof(uint32_t);
    uint32_t peers = peers_of(plan);
    struct inet_limits inet = inet_of(plan);
    layout.inet = piece(end, inet_footprint(&inet));
    layout.streams = piece(end, streams_footprint(&plan->streams));
    layout.history = piece(end, history_footprint(&plan->history));
    layout.itch = piece(end, itch_out_footprint(&plan->itch));
    layout.mold = piece(end, mold_out_footprint());
    layout.retransmit = piece(end, retransmit_footprint(&plan->retransmit));
    layout.spin = piece(end, spin_footprint(&plan->spin));
    layout.server_bytes = ALIGN_UP(soupbin_server_footprint(&plan->server), CACHE_LINE);
    layout.servers = piece(end, layout.server_bytes * peers);
    layout.peer = piece(end, peers * sizeof(struct gate_peer));
    layout.peer_of = piece(end, plan->inet.tcp.connections * word);
    layout.peer_in = piece(end, plan->sessions * word);
    layout.names = piece(end, names_of(plan) * word);
    layout.login = piece(end, plan->sessions);
    layout.lost = piece(end, plan->sessions);
    layout.broken = piece(end, plan->sessions);
    layout.dirty = piece(end, peers * word);
    layout.reply = piece(end, plan->retransmit.payload_max);
    layout.snapshot = piece(end, snapshot_footprint(sizeof(struct gate_view)));
    layout.window = piece(end, window_footprint(sizeof(struct gate_view_session)));
    return layout;
}

/* Its ports are the queues. */
static struct mold_out_limits mold_of(const struct gate_stage_plan *plan)
{
    struct mold_out_limits mold = plan->mold;
    for (uint32_t i = 0; i < mold.lines && i < GATE_LINES_MAX; i++)
        mold.line[i].port = (struct mold_out_port){.context = plan->queue[plan->line_queue[i]],
                                                   .claim = frame_claim,
                                                   .publish = frame_publish};
    return mold;
}

static const char *queues_check(const struct gate_stage_plan *plan)
{
    if (plan->queues < 1 || plan->queues > GATE_QUEUES_MAX)
        return "a venue needs a queue, and has at most one more for each line";
    for (uint32_t i = 0; i < plan->mold.lines && i < GATE_LINES_MAX; i++)
        if (plan->line_queue[i] >= plan->queues)
            return "a line leaves by a queue that is not there";
    return NULL;
}

static const char *connections_check(const struct gate_stage_plan *plan)
{
    if (plan->sessions < 1) return "a venue needs at least one session";
    if (plan->order_connections < plan->sessions || plan->snapshot_connections < 1)
        return "each session needs a connection, and snapshots one";
    if (peers_of(plan) > GATE_CONNECTIONS_MAX || peers_of(plan) > plan->inet.tcp.connections)
        return "there are more connections than TCP has";
    if (plan->orders_port == plan->snapshot_port) return "orders and snapshots have the same port";
    if (plan->inet.tcp.listeners < LISTENERS) return "TCP must listen on two ports";
    if (plan->inet.ports < 1) return "retransmission needs a UDP port";
    struct inet_limits inet = inet_of(plan);
    if (inet_footprint(&inet) == 0) return "the limits of the network are out of range";
    if (plan->retransmit.payload_max + UDP_HEAD_BYTES > plan->inet.mtu)
        return "an answer with messages sent again is longer than the network's datagrams";
    return NULL;
}

static const char *sessions_check(const struct gate_stage_plan *plan)
{
    if (streams_footprint(&plan->streams) == 0) return "the limits of streams are out of range";
    if (plan->streams.streams < plan->sessions) return "each session needs a stream";
    if (plan->streams.chunk_bytes < GATE_MESSAGE_MAX + 2)
        return "a stream's chunk is shorter than an answer";
    if (soupbin_server_footprint(&plan->server) == 0)
        return "the limits of SoupBinTCP are out of range";
    if (plan->server.payload_bytes > GATE_MESSAGE_MAX)
        return "clients may send longer messages than the match stage takes";
    if (plan->server.output_bytes < GATE_MESSAGE_MAX + SOUPBINTCP_HEADER_BYTES)
        return "a connection's output is shorter than an answer";
    return NULL;
}

const char *gate_stage_check(const struct gate_stage_plan *plan)
{
    const char *problem = queues_check(plan);
    if (!problem) problem = connections_check(plan);
    if (!problem) problem = sessions_check(plan);
    if (!problem) problem = history_limits_check(&plan->history);
    if (!problem) problem = itch_out_limits_check(&plan->itch);
    if (problem) return problem;
    struct mold_out_limits mold = mold_of(plan);
    problem = mold_out_limits_check(&mold);
    if (!problem) problem = retransmit_limits_check(&plan->retransmit);
    if (!problem) problem = spin_limits_check(&plan->spin);
    return problem;
}

size_t gate_stage_footprint(const struct gate_stage_plan *plan)
{
    return layout_of(plan).bytes;
}

/* The retransmission server. */
static void request_received(void *context, const struct inet_datagram *datagram)
{
    struct gate_stage *gate = context;
    const struct retransmit_request request = {.bytes = datagram->payload,
                                               .length = datagram->payload_bytes,
                                               .source_ip = datagram->source_ip,
                                               .now = gate->now,
                                               .end = mold_out_sent(gate->mold)};
    uint32_t bytes;
    if (retransmit_answer(gate->retransmit, &request, gate->reply, &bytes) != RETRANSMIT_OK)
        return; /* counted there */
    const struct inet_to to = {.ip = datagram->source_ip,
                               .port = datagram->source_port,
                               .source_port = gate->plan->retransmission_port};
    uint8_t *payload = inet_datagram_claim(gate->inet, &to, bytes, gate->now);
    if (!payload) {
        gate->view.reply_lost++;
        return;
    }
    memcpy(payload, gate->reply, bytes);
    inet_datagram_publish(gate->inet);
    gate->view.retransmitted++;
}

static void peers_make(struct gate_stage *gate, uint8_t *servers, size_t server_bytes)
{
    const struct gate_stage_plan *plan = gate->plan;
    const struct gate_list none = {GATE_NONE, GATE_NONE};
    gate->orders = (struct gate_service){.gate = gate, .free = 0, .arrived = none};
    gate->snapshots = (struct gate_service){
        .gate = gate, .snapshots = true, .free = plan->order_connections, .arrived = none};
    gate->orders.calls = gate_calls(&gate->orders);
    gate->snapshots.calls = gate_calls(&gate->snapshots);
    gate->peers = peers_of(plan);
    gate->stalled = none;
    for (uint32_t i = 0; i < gate->peers; i++) {
        bool last = i + 1 == plan->order_connections || i + 1 == gate->peers;
        gate->peer[i] = (struct gate_peer){
            .server = soupbin_server_new(servers + i * server_bytes, &plan->server),
            .connection = TCP_NONE,
            .session = GATE_NONE,
            .next_free = last ? GATE_NONE : i + 1};
    }
    memset(gate->peer_of, 0xff, plan->inet.tcp.connections * sizeof(uint32_t));
    memset(gate->peer_in, 0xff, plan->sessions * sizeof(uint32_t));
}

static void publishing_make(struct gate_stage *gate, uint8_t *at, const struct layout *layout)
{
    const struct gate_stage_plan *plan = gate->plan;
    gate->history = history_new(at + layout->history, &plan->history);
    gate->itch = itch_out_new(at + layout->itch, &plan->itch, gate->history);
    struct mold_out_limits mold = mold_of(plan);
    gate->mold = mold_out_new(at + layout->mold, &mold, gate->history, gate->now);
    gate->retransmit = retransmit_new(at + layout->retransmit, &plan->retransmit, gate->history);
    gate->spin = spin_new(at + layout->spin, &plan->spin, gate->history);
}

struct gate_stage *gate_stage_new(void *memory, const struct gate_stage_plan *plan, nanos_t now)
{
    CHECK(gate_stage_check(plan) == NULL);
    struct layout layout = layout_of(plan);
    uint8_t *at = memory;
    struct gate_stage *gate = memory;
    gate->plan = plan;
    gate->now = gate->tick_begun = now;
    gate->requests = plan->requests;
    gate->answers = plan->answers;
    gate->news = plan->news;
    gate->streams = streams_new(at + layout.streams, &plan->streams);
    gate->peer = (struct gate_peer *)(void *)(at + layout.peer);
    gate->peer_of = (uint32_t *)(void *)(at + layout.peer_of);
    gate->peer_in = (uint32_t *)(void *)(at + layout.peer_in);
    gate->names = (uint32_t *)(void *)(at + layout.names);
    gate->names_mask = names_of(plan) - 1;
    gate_names_make(gate);
    gate->login = at + layout.login;
    gate->lost = at + layout.lost;
    gate->broken = at + layout.broken;
    gate->dirty = (uint32_t *)(void *)(at + layout.dirty);
    gate->reply = at + layout.reply;
    gate->snapshot = snapshot_new(at + layout.snapshot, sizeof(struct gate_view));
    gate->window = window_new(at + layout.window, sizeof(struct gate_view_session));
    peers_make(gate, at + layout.servers, layout.server_bytes);
    publishing_make(gate, at, &layout);
    struct inet_limits inet = inet_of(plan);
    gate->inet = inet_new(at + layout.inet, &inet, now);
    gate->tcp = inet_tcp(gate->inet);
    CHECK(tcp_listen(gate->tcp, plan->orders_port, &gate->orders.calls));
    CHECK(tcp_listen(gate->tcp, plan->snapshot_port, &gate->snapshots.calls));
    CHECK(inet_bind(gate->inet, 0, plan->retransmission_port, request_received, gate));
    counter_set(&gate->spare, streams_spare(gate->streams));
    return gate;
}
