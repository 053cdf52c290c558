/* An echo host of dataplane/inet behind a port, for the kernel to talk to.
 *
 *     inet_peer DEVICE SEED BAD CONNECT
 *
 * It is 10.9.0.2.  Every connection, to its port 7001 or, with CONNECT, from it to 10.9.0.1's port
 * CONNECT, is echoed: bytes are taken only as far as they can be written again, and the end is
 * answered with the end.  UDP datagrams to port 7002 are echoed too.  BAD is how many of 1000
 * frames are lost each way; as many are repeated, five times as many come late, and a tenth has a
 * bit turned, all drawn from SEED, between the port and the stack.
 *
 * It ends when its standard input does, with 0 if every invariant held, and says what it counted;
 * with 2 if the port does not open. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/inet/inet.h"
#include "dataplane/launch/eal.h"
#include "dataplane/net/net_dpdk.h"
#include "tests/support/chance.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS = 16, LATE = 8, FRAME_MAX = 2048, ECHO_PORT = 7001, UDP_PORT = 7002 };

/* A frame that comes after the next ones. */
struct late {
    uint32_t bytes;
    uint32_t after; /* so many more frames; 0: the place is free */
    uint8_t frame[FRAME_MAX];
};

struct way {
    struct late late[LATE];
};

struct peer {
    struct net_queue *queue;
    struct inet *inet;
    struct tcp *tcp;
    struct chance chance;
    uint64_t bad;
    nanos_t now;
    struct way in, out;
    uint8_t claimed[FRAME_MAX];
    uint32_t claimed_bytes;
    uint64_t lost, twice, late, damaged;
    uint32_t together;       /* published since the last flush */
    bool ended[CONNECTIONS]; /* the peer's end is still to be answered */
    bool open[CONNECTIONS];
};

static bool happens(struct peer *peer, uint64_t per_mille)
{
    return per_mille && chance_between(&peer->chance, 1, 1000) <= per_mille;
}

/* A driver is given no more at once than this: some kernels stop sending for good when AF_XDP hands
 * them more than they take in one call. */
enum { TOGETHER = 16 };

static void link_publish(struct peer *peer)
{
    net_tx_publish(peer->queue);
    if (++peer->together < TOGETHER) return;
    peer->together = 0;
    net_tx_flush(peer->queue);
}

/* The bad cable. */

typedef void deliver_fn(struct peer *peer, const uint8_t *frame, uint32_t bytes);

static void deliver_in(struct peer *peer, const uint8_t *frame, uint32_t bytes)
{
    (void)inet_receive(peer->inet, frame, bytes, INET_CHECKED_NONE, peer->now);
}

static void deliver_out(struct peer *peer, const uint8_t *frame, uint32_t bytes)
{
    uint8_t *room = net_tx_claim(peer->queue, bytes);
    if (!room) return;
    memcpy(room, frame, bytes);
    link_publish(peer);
}

static bool held_back(struct peer *peer, struct way *way, const uint8_t *frame, uint32_t bytes)
{
    for (uint32_t i = 0; i < LATE; i++) {
        struct late *late = &way->late[i];
        if (late->after) continue;
        late->after = (uint32_t)chance_between(&peer->chance, 1, 6);
        late->bytes = bytes;
        memcpy(late->frame, frame, bytes);
        peer->late++;
        return true;
    }
    return false;
}

static void cable(struct peer *peer, struct way *way, const uint8_t *frame, uint32_t bytes,
                  deliver_fn *deliver)
{
    uint8_t copy[FRAME_MAX];
    bool ip = bytes >= 34 && bytes <= FRAME_MAX && frame[12] == 8 && frame[13] == 0;
    if (peer->bad == 0 || !ip) {
        deliver(peer, frame, bytes);
        return;
    }
    memcpy(copy, frame, bytes);
    if (happens(peer, peer->bad)) {
        peer->lost++;
    } else if (!happens(peer, 5 * peer->bad) || !held_back(peer, way, copy, bytes)) {
        if (chance_between(&peer->chance, 1, 10000) <= peer->bad) {
            copy[14 + chance_between(&peer->chance, 0, bytes - 15)] ^= 0x10;
            peer->damaged++;
        }
        deliver(peer, copy, bytes);
        if (happens(peer, peer->bad)) {
            peer->twice++;
            deliver(peer, copy, bytes);
        }
    }
    for (uint32_t i = 0; i < LATE; i++) {
        struct late *late = &way->late[i];
        if (late->after && --late->after == 0) deliver(peer, late->frame, late->bytes);
    }
}

static uint8_t *claim(void *context, uint32_t bytes)
{
    struct peer *peer = context;
    if (peer->bad == 0) return net_tx_claim(peer->queue, bytes);
    if (bytes > FRAME_MAX) return NULL;
    peer->claimed_bytes = bytes;
    return peer->claimed;
}

static void publish(void *context)
{
    struct peer *peer = context;
    if (peer->bad == 0) link_publish(peer);
    else cable(peer, &peer->out, peer->claimed, peer->claimed_bytes, deliver_out);
}

/* The echo. */

static bool opened(void *context, uint32_t connection, const struct tcp_peer *from)
{
    struct peer *peer = context;
    (void)from;
    peer->ended[connection] = false;
    peer->open[connection] = true;
    return true;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    struct peer *peer = context;
    return tcp_write(peer->tcp, connection, bytes, length, peer->now);
}

static void ended(void *context, uint32_t connection)
{
    struct peer *peer = context;
    tcp_finish(peer->tcp, connection, peer->now);
}

static void writable(void *context, uint32_t connection)
{
    struct peer *peer = context;
    peer->ended[connection] = true; /* resumed in the turn, outside of the call */
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    struct peer *peer = context;
    peer->ended[connection] = peer->open[connection] = false;
    printf("closed %s\n", tcp_end_text(why));
}

static struct peer peer;
static const struct tcp_calls calls = {opened, received, ended, writable, closed, &peer};

static void datagram(void *context, const struct inet_datagram *in)
{
    struct peer *to = context;
    struct inet_to back = {in->source_ip, in->source_port, in->destination_port, 0};
    uint8_t *payload = inet_datagram_claim(to->inet, &back, in->payload_bytes, to->now);
    if (!payload) return;
    memcpy(payload, in->payload, in->payload_bytes);
    inet_datagram_publish(to->inet);
}

static void turn(void)
{
    static struct frame_burst burst;
    net_rx(peer.queue, &burst);
    peer.now = net_now(peer.queue);
    for (uint32_t i = 0; i < burst.count; i++) {
        if (burst.at[i].length_bytes > FRAME_MAX) continue;
        cable(&peer, &peer.in, burst.at[i].bytes, burst.at[i].length_bytes, deliver_in);
    }
    net_rx_done(peer.queue, &burst);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        if (!peer.ended[i] || !peer.open[i]) continue;
        peer.ended[i] = false;
        tcp_resume(peer.tcp, i, peer.now);
    }
    inet_tick(peer.inet, peer.now);
    inet_flush(peer.inet, peer.now);
    net_tx_flush(peer.queue);
    peer.together = 0;
    if (burst.count == 0) sched_yield();
}

static bool asked_to_end(void)
{
    char byte;
    return read(STDIN_FILENO, &byte, 1) == 0;
}

static void results_print(void)
{
    const struct inet_counts *frames = inet_counts(peer.inet);
    const struct tcp_counts *counts = tcp_counts(peer.tcp);
    printf("bad cable: lost %llu twice %llu late %llu damaged %llu\n",
           (unsigned long long)peer.lost, (unsigned long long)peer.twice,
           (unsigned long long)peer.late, (unsigned long long)peer.damaged);
    for (int i = 0; i < INET_STATUS_COUNT; i++)
        if (frames->frame[i])
            printf("frame_%s %llu\n", inet_status_name((enum inet_status)i),
                   (unsigned long long)frames->frame[i]);
    for (int i = 0; i < TCP_STATUS_COUNT; i++)
        if (counts->segment[i])
            printf("segment_%s %llu\n", tcp_status_name((enum tcp_status)i),
                   (unsigned long long)counts->segment[i]);
#define COUNTED_PRINT(name, help)                                                                  \
    if (counts->name) printf(#name " %llu\n", (unsigned long long)counts->name);
    TCP_COUNTERS(COUNTED_PRINT)
    struct net_statistics counted;
    net_statistics(peer.queue, &counted);
#define LINK_PRINT(name, help) printf("link_" #name " %llu\n", (unsigned long long)counted.name);
    NET_STATISTICS(LINK_PRINT)
}

static void host_open(void)
{
    struct inet_limits limits = {
        .mac = {{2, 0, 0, 9, 0, 2}},
        .ip = 0x0a090002,
        .prefix = 24,
        .mtu = 1500,
        .output = {claim, publish, &peer},
        .learnt = 16,
        .waiting = 8,
        .ports = 8,
        .groups = 8,
        .tcp = {.connections = CONNECTIONS,
                .listeners = 2,
                .send_bytes = 1u << 18,
                .receive_bytes = 1u << 18,
                .time_wait_ns = NANOS_SECOND},
    };
    for (uint32_t i = 0; i < sizeof limits.secret; i++)
        limits.secret[i] = (uint8_t)chance_next(&peer.chance);
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(inet_footprint(&limits), CACHE_LINE));
    peer.now = net_now(peer.queue);
    peer.inet = inet_new(memory, &limits, peer.now);
    peer.tcp = inet_tcp(peer.inet);
    if (!tcp_listen(peer.tcp, ECHO_PORT, &calls)) abort();
    if (!inet_bind(peer.inet, 0, UDP_PORT, datagram, &peer)) abort();
    if (!inet_join(peer.inet, 0xef090902, 0, peer.now)) abort();
}

int main(int argc, char **argv)
{
    static char problem_bytes[8192], report_bytes[8192];
    struct text problems = text_in(problem_bytes, sizeof problem_bytes);
    struct text report = text_in(report_bytes, sizeof report_bytes);
    struct clock clock;
    struct net_clock net_clock;
    uint16_t cpu[1];
    if (argc != 5) {
        fputs("usage: inet_peer DEVICE SEED BAD CONNECT\n", stderr);
        return 2;
    }
    peer.chance.state = strtoul(argv[2], NULL, 10);
    peer.bad = strtoul(argv[3], NULL, 10);
    uint16_t port_number = (uint16_t)strtoul(argv[4], NULL, 10);
    if (eal_cpus(cpu, 1) < 1) return 2;
    struct net_dpdk *port = NULL;
    if (clock_calibrate(&clock, 20 * NANOS_MILLI, &problems) &&
        eal_start(&(struct eal_plan){.cores = 1, .cpu = {cpu[0]}, .memory_mib = 64}, &problems)) {
        net_clock_new(&net_clock, &clock);
        struct net_dpdk_group group = {.address = 0xef090902, .port = UDP_PORT};
        struct net_dpdk_plan plan = {
            .device = argv[1], .queues = 1, .groups = 1, .group = &group, .clock = &net_clock};
        port = net_dpdk_open(&plan, &report, &problems);
    }
    fputs(report_bytes, stdout);
    fputs(problem_bytes, stderr);
    fputs(eal_messages(), stderr);
    if (!port) return 2;
    peer.queue = net_dpdk_queue(port, 0);
    host_open();
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    puts("ready");
    fflush(stdout);
    uint32_t connected = TCP_NONE;
    nanos_t look_at = 0;
    while (true) {
        turn();
        if (peer.now < look_at) continue;
        look_at = peer.now + NANOS_MILLI;
        inet_verify(peer.inet);
        if (asked_to_end()) break;
        struct tcp_to to = {0x0a090001, port_number, 0, &calls};
        if (port_number && connected == TCP_NONE) connected = tcp_connect(peer.tcp, &to, peer.now);
    }
    net_dpdk_count(port);
    results_print();
    net_dpdk_close(port);
    eal_stop();
    return 0;
}
