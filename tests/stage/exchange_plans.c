#include "tests/stage/exchange_parts.h"

#include <stdio.h>
#include <string.h>

static struct mac mac_of(uint8_t last)
{
    return (struct mac){{0x02, 0, 0, 0, 0, last}};
}

struct inet_limits exchange_host(uint32_t ip, uint8_t last)
{
    struct inet_limits limits = {
        .mac = mac_of(last),
        .ip = ip,
        .prefix = 24,
        .mtu = 1500,
        .learnt = 16,
        .waiting = 16,
        .ports = 4,
        .groups = 8,
        .tcp = {.connections = 64,
                .listeners = 2,
                .send_bytes = 65536,
                .receive_bytes = 65536,
                .time_wait_ns = NANOS_SECOND},
    };
    memset(limits.secret, 7 + last, sizeof limits.secret);
    return limits;
}

static void entries_plan(struct exchange *exchange)
{
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) {
        struct soupbin_credentials *credentials = &exchange->credentials[i];
        memcpy(credentials->username, "CLI0  ", 6);
        memcpy(credentials->password, "secret    ", 10);
        credentials->username[3] = (char)('0' + i);
        exchange->entry[i] =
            (struct entry_plan){.dialect = exchange->plan.dialect,
                                .firms = 1,
                                .cancel_on_disconnect = exchange->plan.cancel_on_disconnect,
                                .account = i + 1,
                                .open_max = 4096};
        memset(exchange->entry[i].firm, ' ', sizeof exchange->entry[i].firm);
        memcpy(exchange->entry[i].firm[0], "FIRM", 4);
    }
}

static void listings_plan(struct exchange *exchange)
{
    for (uint32_t i = 0; i < EXCHANGE_INSTRUMENTS; i++) {
        exchange->listing[i] =
            (struct match_stage_listing){.instrument = (uint16_t)i,
                                         .listing = {.tick = PRICE_ONE / 100,
                                                     .lot = QTY_ONE,
                                                     .size = QTY_ONE,
                                                     .price_max = 1000 * PRICE_ONE,
                                                     .qty_max = 99999 * QTY_ONE,
                                                     .reference = 10 * PRICE_ONE,
                                                     .collar = PRICE_ONE,
                                                     .window = 16384,
                                                     .class_of = MATCH_PLAIN,
                                                     .phase = MATCH_OPEN}};
        snprintf(exchange->listing[i].listing.symbol, 16, "SYM%u", i);
    }
}

static void gate_plan(struct exchange *exchange)
{
    struct gate_stage_plan *plan = &exchange->gate_plan;
    uint32_t chunks = exchange->plan.stream_chunks ? exchange->plan.stream_chunks : 4096;
    *plan = (struct gate_stage_plan){
        .queues = 1,
        .queue = {sim_wire_end(exchange->wire, 0)},
        .inet = exchange_host(EXCHANGE_GATE_IP, 1),
        .orders_port = EXCHANGE_ORDERS_PORT,
        .snapshot_port = EXCHANGE_SPIN_PORT,
        .retransmission_port = EXCHANGE_AGAIN_PORT,
        .name = {' ', ' ', ' ', ' ', ' ', ' ', ' ', 'D', 'A', 'Y'},
        .sessions = EXCHANGE_CLIENTS,
        .session = exchange->credentials,
        .order_connections = 16,
        .snapshot_connections = 2,
        .server = {.payload_bytes = GATE_MESSAGE_MAX,
                   .output_bytes = 4096,
                   .login_wait_ns = SOUPBIN_LOGIN_WAIT_NS,
                   .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                   .silence_ns = SOUPBIN_SILENCE_NS,
                   .slow_ns = SOUPBIN_SERVER_SLOW_NS},
        .streams = {.streams = EXCHANGE_CLIENTS, .chunks = chunks, .chunk_bytes = 512},
        .history = {.bytes = 1 << 22, .messages = 1 << 17},
        .itch = {.instruments = EXCHANGE_INSTRUMENTS, .orders = 8192},
        .mold = {.session = {'D', 'A', 'Y', ' ', ' ', ' ', ' ', ' ', ' ', ' '},
                 .payload_max = MOLD_OUT_PAYLOAD,
                 .heartbeat_ns = NANOS_SECOND,
                 .end_ns = NANOS_SECOND,
                 .lines = 2},
        .retransmit = {.session = {'D', 'A', 'Y', ' ', ' ', ' ', ' ', ' ', ' ', ' '},
                       .payload_max = MOLD_OUT_PAYLOAD,
                       .requesters = 8,
                       .each = {10000, 1000},
                       .all = {10000, 1000}},
        .spin = {.book = {.instruments = EXCHANGE_INSTRUMENTS + 1, .orders = 8192, .levels = 4096},
                 .buffers = 2},
    };
    const uint32_t groups[] = {EXCHANGE_GROUP_A, EXCHANGE_GROUP_B};
    for (uint32_t i = 0; i < 2; i++)
        plan->mold.line[i].head = (struct frame_udp_head){.source_mac = mac_of(1),
                                                          .source_ip = EXCHANGE_GATE_IP,
                                                          .destination_ip = groups[i],
                                                          .source_port = EXCHANGE_LINE_PORT,
                                                          .destination_port = EXCHANGE_LINE_PORT,
                                                          .ttl = 1};
}

static nanos_t wire_clock(void *wire)
{
    return sim_wire_now(wire);
}

static void match_plan(struct exchange *exchange)
{
    exchange->limits = (struct venue_limits){.match = {.instruments = EXCHANGE_INSTRUMENTS,
                                                       .orders = 8192,
                                                       .specials = 1024,
                                                       .pages = 1024,
                                                       .window = 16384 * EXCHANGE_INSTRUMENTS,
                                                       .cascade = 64,
                                                       .secret = exchange->plan.seed},
                                             .held = 1024,
                                             .durability = exchange->plan.durability};
    exchange->match_plan =
        (struct match_stage_plan){.held = 1024,
                                  .entry = {.sessions = EXCHANGE_CLIENTS,
                                            .orders = 8192,
                                            .instruments = EXCHANGE_INSTRUMENTS,
                                            .asks = 4096,
                                            .timers = 1024,
                                            .tokens = 16384,
                                            .secret = exchange->plan.seed},
                                  .sessions = EXCHANGE_CLIENTS,
                                  .session = exchange->entry,
                                  .name = {'D', 'A', 'Y', ' ', ' ', ' ', ' ', ' ', ' ', ' '},
                                  .boot = "one",
                                  .process = exchange->plan.durability == VENUE_PROCESS,
                                  .now = wire_clock,
                                  .clock = exchange->wire};
}

void exchange_feed_plan(struct exchange *exchange)
{
    struct feed_stage_plan *plan = &exchange->feed_plan;
    struct recovery_limits recovery = RECOVERY_LIMITS_USUAL;
    recovery.credentials = exchange->credentials[0];
    recovery.hole_messages = exchange->hole_messages;
    recovery.snapshot_retry_ns = 100 * NANOS_MILLI;
    recovery.again_ns = NANOS_SECOND;
    *plan = (struct feed_stage_plan){
        .queues = 1,
        .queue = {sim_wire_end(exchange->wire, 2)},
        .lines = 2,
        .line = {{.group = EXCHANGE_GROUP_A, .port = EXCHANGE_LINE_PORT},
                 {.group = EXCHANGE_GROUP_B, .port = EXCHANGE_LINE_PORT}},
        .checks = FRAME_CHECK_ALL,
        .channel = {.lines = 2,
                    .store_datagrams = 4096,
                    .store_bytes = 1472,
                    .gap_wait_ns = NANOS_MILLI,
                    .silence_ns = 5 * NANOS_SECOND,
                    .first_sequence = 1},
        .feed = {.book = {.instruments = EXCHANGE_INSTRUMENTS + 1,
                          .orders = 16384,
                          .levels = 8192}},
        .has_host = true,
        .host = {.present = {true},
                 .inet = {exchange_host(EXCHANGE_FEED_IP, 3)},
                 .groups = 2,
                 .group = {{0, EXCHANGE_GROUP_A}, {0, EXCHANGE_GROUP_B}},
                 .recovers = true,
                 .recovery = recovery,
                 .request_port = 18100,
                 .server = {{EXCHANGE_GATE_IP, EXCHANGE_AGAIN_PORT}},
                 .snapshot = {{EXCHANGE_GATE_IP, EXCHANGE_SPIN_PORT}}},
    };
}

void exchange_plans_make(struct exchange *exchange)
{
    entries_plan(exchange);
    listings_plan(exchange);
    gate_plan(exchange);
    match_plan(exchange);
    if (!exchange->plan.inside) return;
    exchange->gate_plan.sessions = EXCHANGE_CLIENTS - 1;
    exchange->match_plan.first_inside = EXCHANGE_CLIENTS - 1;
    exchange->match_plan.insides = 1;
}
