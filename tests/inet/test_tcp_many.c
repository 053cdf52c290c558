/* Many connections at once between two of our endpoints, over a link that loses: the table, the
 * timers and the ports, where there are hundreds of each.
 *
 * Every client writes its own bytes in small pieces, the venue echoes them, each end is answered
 * with the end, and at last both tables are empty. */

#include "dataplane/inet/inet.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 500, BYTES = 2000, WIRE = 4096, FRAME_MAX = 1600, STEPS_MAX = 200000 };

struct wire {
    uint32_t first, count;
    uint32_t bytes[WIRE];
    uint8_t frame[WIRE][FRAME_MAX];
};

struct host {
    struct inet *inet;
    struct tcp *tcp;
    void *memory;
    struct wire *out;
};

struct client {
    uint32_t wrote, got;
    bool open, finished, over;
};

static struct host venue, side;
static struct wire to_venue, to_side;
static struct client client[CONNECTIONS]; /* by connection */
static struct chance chance;
static nanos_t now;
static uint32_t over, wrong;

static uint8_t *claim(void *context, uint32_t bytes)
{
    struct wire *wire = ((struct host *)context)->out;
    if (wire->count == WIRE || bytes > FRAME_MAX) return NULL;
    uint32_t at = (wire->first + wire->count) % WIRE;
    wire->bytes[at] = bytes;
    return wire->frame[at];
}

static void publish(void *context)
{
    ((struct host *)context)->out->count++;
}

static uint8_t byte_of(uint32_t connection, uint32_t at)
{
    return (uint8_t)(connection * 31 + at * 7);
}

static uint32_t echo(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    return tcp_write(venue.tcp, connection, bytes, length, now);
}

static void echo_ended(void *context, uint32_t connection)
{
    (void)context;
    tcp_finish(venue.tcp, connection, now);
}

static bool opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    (void)context;
    (void)peer;
    client[connection].open = true;
    return true;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    struct client *at = &client[connection];
    (void)context;
    for (uint32_t i = 0; i < length; i++) wrong += bytes[i] != byte_of(connection, at->got + i);
    at->got += length;
    return length;
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    struct client *at = &client[connection];
    (void)context;
    wrong += why != TCP_END_NORMAL || at->got != BYTES;
    at->over = true;
    over++;
}

static const struct tcp_calls venue_calls = {.received = echo, .ended = echo_ended};
static const struct tcp_calls client_calls = {
    .opened = opened, .received = received, .closed = closed};

static void host_open(struct host *host, uint32_t number, struct wire *out)
{
    struct inet_neighbour other = {.ip = 0x0a000003 - number,
                                   .mac = {{2, 0, 0, 0, 0, (uint8_t)(3 - number)}}};
    struct inet_limits limits = {
        .mac = {{2, 0, 0, 0, 0, (uint8_t)number}},
        .ip = 0x0a000000 + number,
        .prefix = 24,
        .mtu = 1500,
        .output = {claim, publish, host},
        .neighbour = &other,
        .neighbours = 1,
        .learnt = 8,
        .tcp = {.connections = CONNECTIONS,
                .listeners = 1,
                .half_open = CONNECTIONS,
                .send_bytes = 2048,
                .receive_bytes = 2048,
                .rto_initial_ns = 100 * NANOS_MILLI,
                .rto_max_ns = NANOS_SECOND,
                .time_wait_ns = 10 * NANOS_SECOND},
        .secret = {7, (uint8_t)number},
    };
    host->memory = aligned_alloc(CACHE_LINE, ALIGN_UP(inet_footprint(&limits), CACHE_LINE));
    host->inet = inet_new(host->memory, &limits, now);
    host->tcp = inet_tcp(host->inet);
    host->out = out;
}

static void carry(struct wire *wire, struct host *to)
{
    for (uint32_t left = wire->count; left > 0; left--) {
        uint32_t at = wire->first;
        if (chance_between(&chance, 1, 100) > 2)
            (void)inet_receive(to->inet, wire->frame[at], wire->bytes[at], INET_CHECKED_NONE, now);
        wire->first = (wire->first + 1) % WIRE;
        wire->count--;
    }
}

static void client_step(uint32_t connection)
{
    struct client *at = &client[connection];
    if (!at->open || at->over || at->finished) return;
    if (at->wrote == BYTES) {
        at->finished = true;
        tcp_finish(side.tcp, connection, now);
        return;
    }
    uint8_t bytes[100];
    uint32_t length = (uint32_t)chance_between(&chance, 1, sizeof bytes);
    if (length > BYTES - at->wrote) length = BYTES - at->wrote;
    for (uint32_t i = 0; i < length; i++) bytes[i] = byte_of(connection, at->wrote + i);
    at->wrote += tcp_write(side.tcp, connection, bytes, length, now);
}

static void host_turn(struct host *host)
{
    inet_tick(host->inet, now);
    inet_flush(host->inet, now);
}

static void all_connect(void)
{
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        uint32_t connection = tcp_connect(
            side.tcp, &(struct tcp_to){.ip = 0x0a000001, .port = 80, .calls = &client_calls}, now);
        EXPECT(connection < CONNECTIONS);
    }
    struct tcp_to more = {.ip = 0x0a000001, .port = 80, .calls = &client_calls};
    EXPECT_UINT(tcp_connect(side.tcp, &more, now), TCP_NONE);
}

SPEC(five_hundred_connections_echo_over_a_lossy_link_and_leave_nothing)
{
    struct spec_seeds seeds = spec_seeds(1);
    chance.state = seeds.first;
    now = NANOS_SECOND;
    host_open(&venue, 1, &to_side);
    host_open(&side, 2, &to_venue);
    EXPECT(tcp_listen(venue.tcp, 80, &venue_calls));
    all_connect();
    uint32_t step = 0;
    for (; over < CONNECTIONS && step < STEPS_MAX; step++) {
        carry(&to_venue, &venue);
        carry(&to_side, &side);
        for (uint32_t i = 0; i < 20; i++)
            client_step((uint32_t)chance_between(&chance, 0, CONNECTIONS - 1));
        host_turn(&side);
        host_turn(&venue);
        if (step % 64 == 0) {
            inet_verify(side.inet);
            inet_verify(venue.inet);
        }
        now += 50 * NANOS_MICRO;
    }
    EXPECT_UINT(over, CONNECTIONS);
    EXPECT_UINT(wrong, 0);
    for (uint32_t i = 0; i < 2000; i++) { /* TIME-WAIT, and ends that were lost */
        carry(&to_venue, &venue);
        carry(&to_side, &side);
        host_turn(&side);
        host_turn(&venue);
        now += 20 * NANOS_MILLI;
    }
    EXPECT_UINT(tcp_connections(side.tcp), 0);
    EXPECT_UINT(tcp_connections(venue.tcp), 0);
    EXPECT(tcp_counts(side.tcp)->retransmit > 100);
    free(venue.memory);
    free(side.memory);
}

SPEC(ports_begin_anywhere_for_each_peer_and_do_not_repeat)
{
    enum { TRIES = 400 };
    static bool seen[65536];
    uint32_t starts_apart = 0, before = 0;
    now = NANOS_SECOND;
    to_venue.count = 0;
    host_open(&side, 2, &to_venue);
    for (uint32_t i = 0; i < TRIES; i++) {
        struct tcp_to to = {.ip = 0x0a000001, .port = 80, .calls = &client_calls};
        uint32_t connection = tcp_connect(side.tcp, &to, now);
        uint16_t port = tcp_peer(side.tcp, connection).local_port;
        EXPECT(port >= 49152);
        EXPECT(!seen[port]);
        seen[port] = true;
        tcp_abort(side.tcp, connection, now);
        to.port = (uint16_t)(1000 + i); /* another peer: elsewhere */
        connection = tcp_connect(side.tcp, &to, now);
        uint32_t start = tcp_peer(side.tcp, connection).local_port;
        starts_apart += start > before + 100 || before > start + 100;
        before = start;
        tcp_abort(side.tcp, connection, now);
        to_venue.count = 0;
    }
    EXPECT(starts_apart > TRIES * 9 / 10);
    free(side.memory);
}

#define SPECS(S)                                                                                   \
    S(five_hundred_connections_echo_over_a_lossy_link_and_leave_nothing)                           \
    S(ports_begin_anywhere_for_each_peer_and_do_not_repeat)

SPEC_MAIN("tcp many", SPECS, NULL, NULL)
