#include "dataplane/inet/tcp_layout.h"

/* Construction, the table of connections, queries. */

const char *tcp_status_text(enum tcp_status status)
{
#define TCP_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {TCP_STATUSES(TCP_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *tcp_status_name(enum tcp_status status)
{
#define TCP_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {TCP_STATUSES(TCP_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

const char *tcp_end_text(enum tcp_end why)
{
    static const char *const text[] = {TCP_ENDS(TCP_TEXT)};
    CHECK((unsigned)why < ARRAY_COUNT(text));
    return text[why];
}

const char *tcp_state_text(enum tcp_state state)
{
    static const char *const text[] = {
        [TCP_CLOSED] = "CLOSED",
        [TCP_SYN_SENT] = "SYN-SENT",
        [TCP_SYN_RECEIVED] = "SYN-RECEIVED",
        [TCP_ESTABLISHED] = "ESTABLISHED",
        [TCP_FIN_WAIT_1] = "FIN-WAIT-1",
        [TCP_FIN_WAIT_2] = "FIN-WAIT-2",
        [TCP_CLOSE_WAIT] = "CLOSE-WAIT",
        [TCP_CLOSING] = "CLOSING",
        [TCP_LAST_ACK] = "LAST-ACK",
        [TCP_TIME_WAIT] = "TIME-WAIT",
    };
    CHECK((unsigned)state < ARRAY_COUNT(text));
    return text[state];
}

/* The table: chains from a bucket, chosen by a keyed hash, so that a peer cannot choose its
 * addresses to make one long. */

static uint32_t bucket_of(const struct tcp *tcp, uint32_t peer_ip, uint16_t peer_port,
                          uint16_t local_port)
{
    uint64_t key = (uint64_t)peer_ip << 32 | (uint32_t)peer_port << 16 | local_port;
    uint64_t mixed = (key ^ tcp->secret.key[0]) * (tcp->secret.key[1] | 1);
    mixed = (mixed ^ mixed >> 32) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(mixed >> 32) & (tcp->buckets - 1);
}

struct tcp_connection *tcp_find(const struct tcp *tcp, uint32_t peer_ip, uint16_t peer_port,
                                uint16_t local_port)
{
    uint32_t slot = tcp->bucket[bucket_of(tcp, peer_ip, peer_port, local_port)];
    while (slot != TCP_NONE) {
        struct tcp_connection *c = &tcp->connection[slot];
        if (likely(c->peer_ip == peer_ip && c->peer_port == peer_port &&
                   c->local_port == local_port))
            return c;
        slot = c->chain;
    }
    return NULL;
}

void tcp_list_add(struct tcp *tcp, struct tcp_list *list, struct tcp_connection *c)
{
    DCHECK(!c->listed);
    c->listed = true;
    c->older = list->youngest;
    c->newer = TCP_NONE;
    if (list->youngest == TCP_NONE) list->oldest = c->slot;
    else tcp->connection[list->youngest].newer = c->slot;
    list->youngest = c->slot;
    list->count++;
}

void tcp_list_remove(struct tcp *tcp, struct tcp_list *list, struct tcp_connection *c)
{
    DCHECK(c->listed);
    c->listed = false;
    if (c->older == TCP_NONE) list->oldest = c->newer;
    else tcp->connection[c->older].newer = c->newer;
    if (c->newer == TCP_NONE) list->youngest = c->older;
    else tcp->connection[c->newer].older = c->older;
    list->count--;
}

/* A slot keeps its number, its life and its place in pending over what it holds. */
static void slot_clear(struct tcp_connection *c)
{
    struct tcp_connection blank = {
        .slot = c->slot,
        .life = c->life + 1,
        .queued = c->queued,
        .heap_at = TCP_NONE,
        .chain = TCP_NONE,
        .slow = 1,
    };
    *c = blank;
}

struct tcp_connection *tcp_take(struct tcp *tcp, uint32_t peer_ip, uint16_t peer_port,
                                uint16_t local_port)
{
    if (tcp->free_count == 0) {
        if (tcp->time_wait.count == 0) return NULL;
        tcp->counts.time_wait_evicted++;
        tcp_free(tcp, &tcp->connection[tcp->time_wait.oldest]);
    }
    struct tcp_connection *c = &tcp->connection[tcp->free[--tcp->free_count]];
    uint32_t bucket = bucket_of(tcp, peer_ip, peer_port, local_port);
    c->peer_ip = peer_ip;
    c->peer_port = peer_port;
    c->local_port = local_port;
    c->chain = tcp->bucket[bucket];
    tcp->bucket[bucket] = c->slot;
    return c;
}

void tcp_free(struct tcp *tcp, struct tcp_connection *c)
{
    CHECK(c->state != TCP_CLOSED);
    if (c->listed)
        tcp_list_remove(tcp, c->state == TCP_TIME_WAIT ? &tcp->time_wait : &tcp->half_open, c);
    tcp_heap_remove(tcp, c);
    uint32_t *link = &tcp->bucket[bucket_of(tcp, c->peer_ip, c->peer_port, c->local_port)];
    while (*link != c->slot) link = &tcp->connection[*link].chain;
    *link = c->chain;
    slot_clear(c);
    tcp->free[tcp->free_count++] = c->slot;
}

struct tcp_connection *tcp_at(const struct tcp *tcp, uint32_t connection)
{
    CHECK(connection < tcp->limits.connections);
    struct tcp_connection *c = &tcp->connection[connection];
    CHECK(c->state != TCP_CLOSED);
    return c;
}

void tcp_predict(struct tcp_connection *c)
{
    c->slow = c->state != TCP_ESTABLISHED || c->early_count || c->kept || c->recovering ||
              c->dupacks || c->sacked_count || c->fin_queued || c->fin_early || c->backoff ||
              c->rto_recovering || c->snd_nxt != c->snd_max || !c->calls || c->keep_probes ||
              c->ack_due || c->snd_wnd == 0;
}

/* Writing. */

uint32_t tcp_put(struct tcp *tcp, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    struct tcp_connection *c = tcp_at(tcp, connection);
    if (unlikely(c->fin_queued || !tcp_synchronised(c) || c->state == TCP_TIME_WAIT)) return 0;
    uint32_t room = tcp->send_bytes - tcp_held(c);
    uint32_t taken = length < room ? length : room;
    if (unlikely(taken < length)) c->wants_room = true;
    ring_write(send_ring(tcp, c), tcp->send_bytes, c->snd_end, bytes, taken);
    c->snd_end += taken;
    return taken;
}

void tcp_push(struct tcp *tcp, uint32_t connection, nanos_t now)
{
    struct tcp_connection *c = tcp_at(tcp, connection);
    tcp_output(tcp, c, inet_moment(tcp->inet, now));
}

uint32_t tcp_write(struct tcp *tcp, uint32_t connection, const uint8_t *bytes, uint32_t length,
                   nanos_t now)
{
    uint32_t taken = tcp_put(tcp, connection, bytes, length);
    if (likely(taken > 0))
        tcp_output(tcp, &tcp->connection[connection], inet_moment(tcp->inet, now));
    return taken;
}

uint32_t tcp_room(const struct tcp *tcp, uint32_t connection)
{
    const struct tcp_connection *c = tcp_at(tcp, connection);
    if (c->fin_queued || !tcp_synchronised(c) || c->state == TCP_TIME_WAIT) return 0;
    return tcp->send_bytes - tcp_held(c);
}

uint32_t tcp_unacknowledged(const struct tcp *tcp, uint32_t connection)
{
    return tcp_held(tcp_at(tcp, connection));
}

/* Queries. */

enum tcp_state tcp_state(const struct tcp *tcp, uint32_t connection)
{
    CHECK(connection < tcp->limits.connections);
    return (enum tcp_state)tcp->connection[connection].state;
}

struct tcp_peer tcp_peer(const struct tcp *tcp, uint32_t connection)
{
    const struct tcp_connection *c = tcp_at(tcp, connection);
    return (struct tcp_peer){c->peer_ip, c->peer_port, c->local_port};
}

uint32_t tcp_connections(const struct tcp *tcp)
{
    return tcp->limits.connections - tcp->free_count;
}

const struct tcp_counts *tcp_counts(const struct tcp *tcp)
{
    return &tcp->counts;
}

void tcp_look(const struct tcp *tcp, uint32_t connection, struct tcp_view *view)
{
    const struct tcp_connection *c = tcp_at(tcp, connection);
    bool open = seq_after(c->rcv_adv, c->rcv_nxt);
    *view = (struct tcp_view){
        .state = (enum tcp_state)c->state,
        .peer = {c->peer_ip, c->peer_port, c->local_port},
        .send_unacknowledged = c->snd_una,
        .send_next = c->snd_max,
        .send_window = c->snd_wnd,
        .receive_next = c->rcv_nxt,
        .receive_window = open ? c->rcv_adv - c->rcv_nxt : 0,
        .segment_bytes = c->mss,
        .congestion_bytes = c->cwnd,
        .threshold_bytes = c->ssthresh,
        .kept_bytes = c->kept,
        .early_ranges = c->early_count,
        .round_trip_ns = c->srtt,
        .timeout_ns = c->rto,
        .timestamps = c->stamps,
        .sack = c->sack,
        .scaling = c->scaling,
        .recovering = c->recovering,
    };
}

/* Construction. */

struct tcp_parts {
    size_t connection, bucket, free, heap, pending, send, receive, end;
};

static uint32_t bucket_count(uint32_t connections)
{
    uint32_t buckets = 16;
    while (buckets < 2 * connections) buckets *= 2;
    return buckets;
}

static struct tcp_parts tcp_parts(const struct tcp_limits *limits)
{
    size_t count = limits->connections;
    struct tcp_parts at;
    at.connection = ALIGN_UP(sizeof(struct tcp), CACHE_LINE);
    at.bucket = at.connection + count * sizeof(struct tcp_connection);
    at.free = at.bucket + bucket_count(limits->connections) * sizeof(uint32_t);
    at.heap = ALIGN_UP(at.free + count * sizeof(uint32_t), CACHE_LINE);
    at.pending = at.heap + count * sizeof(struct tcp_due);
    at.send = ALIGN_UP(at.pending + count * sizeof(uint32_t), CACHE_LINE);
    at.receive = at.send + count * limits->send_bytes;
    at.end = ALIGN_UP(at.receive + count * limits->receive_bytes, CACHE_LINE);
    return at;
}

static bool ring_sound(uint32_t bytes)
{
    return bytes >= TCP_BUFFER_MIN && bytes <= TCP_BUFFER_MAX && IS_POW2(bytes);
}

size_t tcp_footprint(const struct tcp_limits *limits)
{
    if (limits->connections == 0 || limits->connections > TCP_CONNECTIONS_MAX) return 0;
    if (limits->listeners > TCP_LISTENERS_MAX || limits->half_open > limits->connections) return 0;
    if (!ring_sound(limits->send_bytes) || !ring_sound(limits->receive_bytes)) return 0;
    if (limits->initial_segments > 10) return 0;
    if (limits->port_last && limits->port_first > limits->port_last) return 0;
    return tcp_parts(limits).end;
}

static void limits_complete(struct tcp_limits *limits)
{
    struct {
        nanos_t *field, standard;
    } const time[] = {
        {&limits->rto_initial_ns, NANOS_SECOND},  {&limits->rto_min_ns, 5 * NANOS_MILLI},
        {&limits->rto_max_ns, 60 * NANOS_SECOND}, {&limits->user_timeout_ns, 300 * NANOS_SECOND},
        {&limits->connect_ns, 75 * NANOS_SECOND}, {&limits->time_wait_ns, 60 * NANOS_SECOND},
        {&limits->finish_ns, 60 * NANOS_SECOND},  {&limits->keepalive_gap_ns, 75 * NANOS_SECOND},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(time); i++)
        if (*time[i].field == 0) *time[i].field = time[i].standard;
    if (limits->half_open == 0) limits->half_open = (limits->connections + 3) / 4;
    if (limits->challenges == 0) limits->challenges = 20;
    if (limits->initial_segments == 0) limits->initial_segments = 10;
    if (limits->port_last == 0) limits->port_last = 65535;
    if (limits->port_first == 0) limits->port_first = 49152;
}

struct tcp *tcp_new(void *memory, const struct tcp_limits *limits, struct inet *inet)
{
    CHECK(tcp_footprint(limits) > 0);
    struct tcp_parts at = tcp_parts(limits);
    uint8_t *base = memory;
    struct tcp *tcp = memory;
    *tcp = (struct tcp){
        .inet = inet,
        .connection = (struct tcp_connection *)(base + at.connection),
        .bucket = (uint32_t *)(base + at.bucket),
        .buckets = bucket_count(limits->connections),
        .send_ring = base + at.send,
        .receive_ring = base + at.receive,
        .send_bytes = limits->send_bytes,
        .receive_bytes = limits->receive_bytes,
        .limits = *limits,
        .free = (uint32_t *)(base + at.free),
        .heap = (struct tcp_due *)(base + at.heap),
        .pending = (uint32_t *)(base + at.pending),
        .half_open = {TCP_NONE, TCP_NONE, 0},
        .time_wait = {TCP_NONE, TCP_NONE, 0},
        .secret = inet->secret,
    };
    limits_complete(&tcp->limits);
    CHECK(tcp->limits.port_first <= tcp->limits.port_last);
    for (uint32_t i = 0; i < tcp->buckets; i++) tcp->bucket[i] = TCP_NONE;
    for (uint32_t slot = limits->connections; slot-- > 0;) {
        tcp->connection[slot] = (struct tcp_connection){.slot = slot};
        slot_clear(&tcp->connection[slot]);
        tcp->free[tcp->free_count++] = slot;
    }
    return tcp;
}
