#include "bench/peer.h"

#include "dataplane/base/clock_setup.h"
#include "dataplane/wire/ouch50.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPACE_BYTES ((size_t)64 << 20)

/* One piece after the other, as the appliance lays out its stages. */
void *peer_space(size_t bytes)
{
    static uint8_t *space;
    static size_t left;
    size_t needed = ALIGN_UP(bytes, 2 * CACHE_LINE);
    if (needed > left) {
        left = needed > SPACE_BYTES ? needed : SPACE_BYTES;
        space = bench_space(left);
    }
    void *memory = space;
    space += needed;
    left -= needed;
    return memset(memory, 0, bytes);
}

static nanos_t time_of(const struct peer *peer)
{
    return net_clock_time(peer->clock, clock_now());
}

/* The script. */

static uint8_t *answer_next(struct peer *peer, uint32_t length)
{
    struct peer_answer *answer = &peer->answer[++peer->told % PEER_ANSWERS];
    CHECK(length <= sizeof answer->bytes);
    answer->length = length;
    memset(answer->bytes, 0, length);
    return answer->bytes;
}

static void order_accept(struct peer *peer, const struct ouch50_enter *order)
{
    uint32_t length = sizeof(struct ouch50_accepted) + sizeof(struct be16);
    struct ouch50_accepted *accepted = (void *)answer_next(peer, length);
    *accepted = (struct ouch50_accepted){.type = text1('A'),
                                         .urn = order->urn,
                                         .side = order->side,
                                         .qty = order->qty,
                                         .symbol = order->symbol,
                                         .price_e4 = order->price_e4,
                                         .tif = order->tif,
                                         .display = order->display,
                                         .order_ref = be64(peer->told),
                                         .capacity = order->capacity,
                                         .iso = order->iso,
                                         .cross = order->cross,
                                         .state = text1('L')};
    peer->orders++;
}

static void order_replace(struct peer *peer, const struct ouch50_replace *replace)
{
    uint32_t length = sizeof(struct ouch50_replaced) + sizeof(struct be16);
    struct ouch50_replaced *replaced = (void *)answer_next(peer, length);
    *replaced = (struct ouch50_replaced){.type = text1('U'),
                                         .orig_urn = replace->orig_urn,
                                         .urn = replace->urn,
                                         .side = text1('B'),
                                         .qty = replace->qty,
                                         .price_e4 = replace->price_e4,
                                         .tif = replace->tif,
                                         .display = replace->display,
                                         .order_ref = be64(peer->told),
                                         .iso = replace->iso,
                                         .state = text1('L')};
    peer->replaces++;
}

static void order_cancel(struct peer *peer, const struct ouch50_cancel *cancel)
{
    struct ouch50_canceled *canceled = (void *)answer_next(peer, sizeof *canceled);
    *canceled = (struct ouch50_canceled){
        .type = text1('C'), .urn = cancel->urn, .qty = be32(100), .reason = text1('U')};
    peer->cancels++;
}

/* The answer carries the query's appendage. */
static void query_answer(struct peer *peer, const uint8_t *query, uint32_t length)
{
    uint32_t appendage = length - (uint32_t)sizeof(struct ouch50_query);
    struct ouch50_queried queried = {.type = text1('Q'), .next_urn = be32(UINT32_MAX)};
    uint8_t *answer = answer_next(peer, sizeof queried + appendage);
    memcpy(answer, &queried, sizeof queried);
    memcpy(answer + sizeof queried, query + sizeof(struct ouch50_query), appendage);
    peer->queries++;
}

static void request_answer(struct peer *peer, const uint8_t *request, uint32_t length)
{
    switch (request[0]) {
    case 'O': order_accept(peer, (const void *)request); return;
    case 'U': order_replace(peer, (const void *)request); return;
    case 'X': order_cancel(peer, (const void *)request); return;
    case 'Q': query_answer(peer, request, length); return;
    default: CHECK(false);
    }
}

/* The session. */

static void write_out(struct peer *peer)
{
    if (peer->connection == TCP_NONE) return;
    uint64_t number;
    while ((number = soupbin_server_wanted(peer->soup)) != 0 && number <= peer->told) {
        CHECK(peer->told - number < PEER_ANSWERS);
        const struct peer_answer *answer = &peer->answer[number % PEER_ANSWERS];
        if (!soupbin_server_put(peer->soup, answer->bytes, answer->length, time_of(peer))) break;
    }
    uint32_t length;
    const uint8_t *bytes = soupbin_server_output(peer->soup, &length);
    if (length == 0) return;
    struct tcp *tcp = inet_tcp(peer->inet);
    uint32_t written = tcp_write(tcp, peer->connection, bytes, length, time_of(peer));
    soupbin_server_written(peer->soup, written, time_of(peer));
}

static bool opened(void *context, uint32_t connection, const struct tcp_peer *from)
{
    (void)from;
    struct peer *peer = context;
    if (peer->connection != TCP_NONE) return false;
    peer->connection = connection;
    soupbin_server_connect(peer->soup, time_of(peer));
    return true;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    (void)connection;
    struct peer *peer = context;
    struct soupbin_bytes in = {bytes, length};
    struct soupbin_server_taken taken;
    enum soupbin_server_event event;
    while ((event = soupbin_server_take(peer->soup, &in, time_of(peer), &taken)) !=
           SOUPBIN_SERVER_NOTHING) {
        CHECK(event != SOUPBIN_SERVER_OVER);
        struct soupbin_session session = {.name = "BENCH     ", .count = peer->told};
        if (event == SOUPBIN_SERVER_ASKED)
            CHECK(soupbin_server_accept(peer->soup, &session, time_of(peer)));
        else request_answer(peer, taken.payload, taken.payload_bytes);
    }
    return length;
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)context, (void)connection;
    fprintf(stderr, "bench: a connection ended: %s\n", tcp_end_text(why));
    exit(1);
}

uint32_t peer_turn(struct peer *peer)
{
    static struct frame_burst burst;
    net_rx(peer->queue, &burst);
    uint32_t count = burst.count;
    for (uint32_t i = 0; i < count; i++)
        (void)inet_receive(peer->inet, burst.at[i].bytes, burst.at[i].length_bytes,
                           INET_CHECKED_NONE, burst.at[i].rx_ns);
    net_rx_done(peer->queue, &burst);
    write_out(peer);
    inet_tick(peer->inet, time_of(peer));
    inet_flush(peer->inet, time_of(peer));
    net_tx_flush(peer->queue);
    return count;
}

void peer_tick(struct peer *peer)
{
    soupbin_server_tick(peer->soup, time_of(peer));
    (void)peer_turn(peer);
}

bool peer_quiet(const struct peer *peer)
{
    if (peer->connection == TCP_NONE) return false;
    return soupbin_server_wanted(peer->soup) == peer->told + 1 &&
           tcp_unacknowledged(inet_tcp(peer->inet), peer->connection) == 0;
}

/* Making. */

struct inet_limits peer_host(uint32_t ip, uint8_t last)
{
    struct inet_limits limits = {
        .mac = {{2, 0, 0, 0, 0, last}},
        .ip = ip,
        .prefix = 24,
        .mtu = 1500,
        .learnt = 16,
        .waiting = 16,
        .ports = 4,
        .groups = 4,
        .tcp = {.connections = 8,
                .listeners = 2,
                .send_bytes = 1 << 16,
                .receive_bytes = 1 << 16,
                .rto_min_ns = NANOS_SECOND / 2}, /* a thread that waits for its core is no loss */
    };
    memset(limits.secret, last, sizeof limits.secret);
    return limits;
}

static uint8_t *frame_claim(void *queue, uint32_t bytes)
{
    return net_tx_claim(queue, bytes);
}

static void frame_publish(void *queue)
{
    net_tx_publish(queue);
}

void peer_open(struct peer *peer, struct net_queue *queue, const struct net_clock *clock)
{
    static const struct soupbin_server_limits limits = {.payload_bytes = 256,
                                                        .output_bytes = 1 << 18,
                                                        .login_wait_ns = SOUPBIN_LOGIN_WAIT_NS,
                                                        .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                                        .silence_ns = SOUPBIN_SILENCE_NS,
                                                        .slow_ns = SOUPBIN_SERVER_SLOW_NS};
    *peer = (struct peer){.queue = queue, .clock = clock, .connection = TCP_NONE};
    peer->answer = peer_space(PEER_ANSWERS * sizeof *peer->answer);
    peer->soup = soupbin_server_new(peer_space(soupbin_server_footprint(&limits)), &limits);
    struct inet_limits host = peer_host(PEER_IP, 1);
    host.output =
        (struct inet_output){.claim = frame_claim, .publish = frame_publish, .context = queue};
    peer->inet = inet_new(peer_space(inet_footprint(&host)), &host, time_of(peer));
    peer->calls = (struct tcp_calls){
        .opened = opened, .received = received, .closed = closed, .context = peer};
    CHECK(tcp_listen(inet_tcp(peer->inet), PEER_PORT, &peer->calls));
}
