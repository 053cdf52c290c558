/* A trader without a kernel: OUCH over SoupBinTCP over our own TCP, through a port.
 *
 *     wire_trader DEVICE OWN_IP VENUE_IP TCP_PORT USER PASSWORD SYMBOL ORDERS SEED SECONDS
 *
 * Sends so many random orders, cancels and replacements near 10.00, a few at a time, waits for
 * every answer, and prints "orders N accepted N executed N canceled N replaced N rejected N
 * doubts N".  Ends with 0 when everything was answered, with 1 after SECONDS, with 2 if the port
 * does not open.  The password is one for tests. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/inet/inet.h"
#include "dataplane/launch/eal.h"
#include "dataplane/net/net_dpdk.h"
#include "dataplane/session/ouch_client.h"
#include "dataplane/session/soupbin_client.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ARGUMENTS = 11,
    AHEAD = 16,
    ORDERS_MAX = 1 << 16,
    IDLE_TURNS = 100,
    IDLE_US = 20 /* a sleep once so many turns had nothing to do: others want the core */
};

struct trader {
    struct net_queue *queue;
    struct net_clock *clock;
    struct inet *inet;
    struct tcp_calls calls;
    uint32_t connection;
    bool over;
    struct soupbin_client *soup;
    struct ouch_client *ouch;
    char symbol[8];
    uint64_t random;
    uint32_t orders; /* to be sent yet */
    uint32_t open;   /* requests without an answer */
    uint32_t idle;   /* turns without a frame, the last ones */
    uint64_t reports[OUCH_REPORT_COUNT];
    uint64_t doubts;
};

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    if (!memory) abort();
    return memset(memory, 0, ALIGN_UP(bytes, CACHE_LINE));
}

static uint32_t draw(struct trader *trader, uint32_t below)
{
    trader->random ^= trader->random >> 12;
    trader->random ^= trader->random << 25;
    trader->random ^= trader->random >> 27;
    return (uint32_t)((trader->random * 2685821657736338717u >> 33) % below);
}

static nanos_t now(const struct trader *trader)
{
    return net_clock_time(trader->clock, clock_now());
}

static void flush(struct trader *trader)
{
    uint32_t length;
    const uint8_t *bytes = soupbin_client_output(trader->soup, &length);
    if (length == 0 || trader->connection == TCP_NONE) return;
    soupbin_client_written(trader->soup, tcp_write(inet_tcp(trader->inet), trader->connection,
                                                   bytes, length, now(trader)));
}

static bool opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    (void)connection, (void)peer;
    struct trader *trader = context;
    soupbin_client_connect(trader->soup, now(trader));
    flush(trader);
    return true;
}

/* The first thing said of a request, or of its order, is its answer. */
static void report_take(struct trader *trader, const struct soupbin_message *message)
{
    struct ouch_report report;
    ouch_client_report(trader->ouch, message->payload, message->payload_bytes, &report);
    trader->reports[report.kind]++;
    if (report.doubt != OUCH_CERTAIN) trader->doubts++;
    bool answer = report.kind == OUCH_ACCEPTED || report.kind == OUCH_REJECTED;
    if (answer && trader->open > 0) trader->open--;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    (void)connection;
    struct trader *trader = context;
    struct soupbin_bytes in = {bytes, length};
    struct soupbin_message message;
    enum soupbin_client_event event;
    while ((event = soupbin_client_take(trader->soup, &in, now(trader), &message)) !=
           SOUPBIN_CLIENT_NOTHING) {
        if (event == SOUPBIN_CLIENT_SEQUENCED) report_take(trader, &message);
        if (event == SOUPBIN_CLIENT_OVER) trader->over = true;
        if (event == SOUPBIN_CLIENT_OVER) break;
    }
    return length;
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)connection;
    struct trader *trader = context;
    fprintf(stderr, "the connection ended: %s\n", tcp_end_text(why));
    trader->connection = TCP_NONE;
    trader->over = true;
}

static void ended(void *context, uint32_t connection)
{
    (void)connection;
    ((struct trader *)context)->over = true;
}

/* Changes one of the newest orders that live, if there is one. */
static void order_change(struct trader *trader)
{
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t next = ouch_client_next(trader->ouch), back = 1 + draw(trader, 40), number;
    struct ouch_own_order own;
    if (back >= next || !ouch_client_order(trader->ouch, next - back, &own)) return;
    if (own.state != OUCH_STATE_LIVE || own.replacement) return;
    struct ouch_order to = {.qty = own.cum + 1 + draw(trader, 300),
                            .price_e4 = 100000 + draw(trader, 40) * 100 - 2000,
                            .lasts = OUCH_DAY};
    uint32_t length = draw(trader, 2)
                        ? ouch_client_cancel(trader->ouch, next - back, 0, bytes)
                        : ouch_client_replace(trader->ouch, next - back, &to, bytes, &number);
    if (length > 0) (void)!soupbin_client_send(trader->soup, bytes, length, now(trader));
}

static void orders_send(struct trader *trader)
{
    if (soupbin_client_state(trader->soup) != SOUPBIN_OPEN) return;
    while (trader->orders > 0 && trader->open < AHEAD) {
        uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
        uint32_t number;
        struct ouch_order order = {.side = draw(trader, 2) ? 'B' : 'S',
                                   .qty = 1 + draw(trader, 500),
                                   .price_e4 = 100000 + draw(trader, 40) * 100 - 2000,
                                   .lasts = draw(trader, 8) ? OUCH_DAY : OUCH_IMMEDIATE};
        memcpy(order.symbol, trader->symbol, sizeof order.symbol);
        uint32_t length = ouch_client_enter(trader->ouch, &order, bytes, &number);
        if (length == 0 || !soupbin_client_send(trader->soup, bytes, length, now(trader))) break;
        trader->orders--;
        trader->open++;
        order_change(trader);
    }
    flush(trader);
}

static void turn(struct trader *trader)
{
    struct frame_burst burst;
    net_rx(trader->queue, &burst);
    uint32_t count = burst.count;
    for (uint32_t i = 0; i < count; i++)
        (void)inet_receive(trader->inet, burst.at[i].bytes, burst.at[i].length_bytes,
                           INET_CHECKED_NONE, now(trader));
    net_rx_done(trader->queue, &burst);
    soupbin_client_tick(trader->soup, now(trader));
    orders_send(trader);
    flush(trader);
    inet_tick(trader->inet, now(trader));
    inet_flush(trader->inet, now(trader));
    net_tx_flush(trader->queue);
    trader->idle = count == 0 ? trader->idle + 1 : 0;
    if (trader->idle > IDLE_TURNS) usleep(IDLE_US);
    else if (trader->idle > 0) sched_yield();
}

static uint8_t *frame_claim(void *queue, uint32_t bytes)
{
    return net_tx_claim(queue, bytes);
}

static void frame_publish(void *queue)
{
    net_tx_publish(queue);
}

static void inet_make(struct trader *trader, struct net_dpdk *port, uint32_t ip)
{
    struct net_dpdk_state state;
    net_dpdk_state(port, &state);
    struct inet_limits limits = {
        .ip = ip,
        .prefix = 24,
        .mtu = 1500,
        .learnt = 16,
        .waiting = 16,
        .ports = 1,
        .groups = 1,
        .output = {.claim = frame_claim, .publish = frame_publish, .context = trader->queue},
        .tcp = {.connections = 4, .listeners = 1, .send_bytes = 65536, .receive_bytes = 65536}};
    memcpy(&limits.mac, state.address, sizeof limits.mac);
    memcpy(limits.secret, &trader->random, sizeof trader->random);
    trader->inet = inet_new(memory_new(inet_footprint(&limits)), &limits, now(trader));
}

static void text_pad(char *to, const char *from, size_t width)
{
    memset(to, ' ', width);
    memcpy(to, from, strnlen(from, width));
}

static void sessions_make(struct trader *trader, char **argv)
{
    static const struct soupbin_client_limits limits = {.payload_bytes = 256,
                                                        .output_bytes = 8192,
                                                        .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                                        .silence_ns = SOUPBIN_SILENCE_NS};
    static const struct ouch_client_limits orders = {ORDERS_MAX};
    struct soupbin_client_login login = {.sequence = 1};
    struct ouch_client_plan plan = {.dialect = OUCH_50, .capacity = 'P', .prefix = "TRD "};
    memset(plan.firm, ' ', sizeof plan.firm);
    memset(login.session, ' ', sizeof login.session);
    text_pad(login.credentials.username, argv[5], sizeof login.credentials.username);
    text_pad(login.credentials.password, argv[6], sizeof login.credentials.password);
    text_pad(trader->symbol, argv[7], sizeof trader->symbol);
    trader->soup =
        soupbin_client_new(memory_new(soupbin_client_footprint(&limits)), &limits, &login);
    trader->ouch = ouch_client_new(memory_new(ouch_client_footprint(&orders)), &orders, &plan);
}

static bool trade(struct trader *trader, const struct clock *clock, uint64_t seconds, char **argv)
{
    uint64_t end = clock_now() + clock_ticks(clock, seconds * NANOS_SECOND);
    const struct tcp_to to = {.ip = ntohl(inet_addr(argv[3])),
                              .port = (uint16_t)strtoul(argv[4], NULL, 10),
                              .calls = &trader->calls};
    trader->connection = tcp_connect(inet_tcp(trader->inet), &to, now(trader));
    while (clock_now() < end && !trader->over && (trader->orders > 0 || trader->open > 0))
        turn(trader);
    bool all = trader->orders == 0 && trader->open == 0;
    /* What is on its way, and then an end in order. */
    uint64_t rest = clock_now() + clock_ticks(clock, NANOS_SECOND / 2);
    while (clock_now() < rest && !trader->over) turn(trader);
    (void)!soupbin_client_logout(trader->soup, now(trader));
    flush(trader);
    for (uint32_t i = 0; i < 1000; i++) turn(trader);
    return all;
}

int main(int argc, char **argv)
{
    static char problem_bytes[8192], report_bytes[8192];
    struct text problems = text_in(problem_bytes, sizeof problem_bytes);
    struct text report = text_in(report_bytes, sizeof report_bytes);
    static struct trader trader;
    static struct clock clock;
    static struct net_clock net_clock;
    uint16_t cpu[1];
    if (argc != ARGUMENTS) {
        fputs("usage: wire_trader DEVICE OWN_IP VENUE_IP TCP_PORT USER PASSWORD SYMBOL "
              "ORDERS SEED SECONDS\n",
              stderr);
        return 2;
    }
    trader.orders = (uint32_t)strtoul(argv[8], NULL, 10);
    trader.random = strtoull(argv[9], NULL, 10) * 2 + 1;
    trader.clock = &net_clock;
    trader.connection = TCP_NONE;
    trader.calls = (struct tcp_calls){.opened = opened,
                                      .received = received,
                                      .ended = ended,
                                      .closed = closed,
                                      .context = &trader};
    struct net_dpdk *port = NULL;
    if (eal_cpus(cpu, 1) >= 1 && clock_calibrate(&clock, 20 * NANOS_MILLI, &problems) &&
        eal_start(&(struct eal_plan){.cores = 1, .cpu = {cpu[0]}, .memory_mib = 64}, &problems)) {
        net_clock_new(&net_clock, &clock);
        struct net_dpdk_plan plan = {.device = argv[1], .queues = 1, .clock = &net_clock};
        port = net_dpdk_open(&plan, &report, &problems);
    }
    fputs(problem_bytes, stderr);
    fputs(eal_messages(), stderr);
    if (!port) return 2;
    trader.queue = net_dpdk_queue(port, 0);
    inet_make(&trader, port, ntohl(inet_addr(argv[2])));
    sessions_make(&trader, argv);
    uint32_t orders = trader.orders;
    bool all = trade(&trader, &clock, strtoull(argv[10], NULL, 10), argv);
    printf("orders %u accepted %llu executed %llu canceled %llu replaced %llu rejected %llu "
           "doubts %llu\n",
           orders, (unsigned long long)trader.reports[OUCH_ACCEPTED],
           (unsigned long long)trader.reports[OUCH_EXECUTED],
           (unsigned long long)trader.reports[OUCH_CANCELED],
           (unsigned long long)trader.reports[OUCH_REPLACED],
           (unsigned long long)trader.reports[OUCH_REJECTED], (unsigned long long)trader.doubts);
    net_dpdk_close(port);
    eal_stop();
    return all && trader.doubts == 0 ? 0 : 1;
}
