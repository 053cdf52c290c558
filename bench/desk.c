#include "bench/desk.h"

#include "apps/pollux-generate/flow.h"
#include "dataplane/journal/journal_hash_setup.h"
#include "dataplane/journal/journal_recover.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/net/net_memory.h"
#include "dataplane/wire/moldudp64.h"

#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WARM_MESSAGES = 500000,
    FRAME_BYTES = 1600,
    GROUP = 0x0a000002,
    HOST_IP = 0x0a0a0002,
    SEGMENT_BYTES = 1 << 28,
    RESERVE = 1 << 20,
    BID_E4 = DESK_BID / PRICE_PER_E4, /* the ask is 1.00 above */
    MOVE_E4 = 400,
    TCP_FRAME_BYTES = 14 + 20 + 32, /* without payload: the headers, with a timestamp */
    LEVELS = 5,
    OPENS_S = 20,
};

/* Plans.  There is one desk at a time. */

static const struct listing_name legs[] = {{"ONE     "}, {"TWO     "}};
static const struct delegate_parameter one_at[] = {
    {"rungs", "10t:100"}, {"long", "1000000"}, {"short", "1000000"}, {"reference", "best"}};
static const struct delegate_parameter two_at[] = {
    {"rungs", "60t:100"}, {"long", "1000000"}, {"short", "1000000"}, {"reference", "mid"}};
static struct gateway_symbol_plan symbols[2];
static struct gateway_strategy_plan strategies[3];
static struct risk_record records[256];
static struct gateway_plan gateway_plan;
static struct engine_stage_plan engine_plan;
static struct feed_stage_plan feed_plan;

static char folder[64];
static struct storage_file files;
static struct journal_storage storage;
static struct journal_report report;
static char problem[256];

static struct flow *flow;
static uint8_t message[FLOW_MESSAGE_BYTES];
static uint64_t moves[DESK_INSTRUMENTS];

nanos_t desk_now(const struct desk *desk)
{
    return net_clock_time(&desk->clock, clock_now());
}

static nanos_t clock_read(void *desk, uint64_t tsc)
{
    return net_clock_time(&((const struct desk *)desk)->clock, tsc);
}

static void bound_add(enum risk_verdict limit, struct risk_subject subject)
{
    const struct risk_limit *row = risk_limit(limit);
    CHECK(gateway_plan.records < ARRAY_COUNT(records));
    records[gateway_plan.records++] =
        (struct risk_record){.kind = RISK_RECORD_BOUND,
                             .scope = (uint8_t)row->scope,
                             .limit = (uint16_t)limit,
                             .role = RISK_OFFICER,
                             .subject = subject,
                             .who = 1,
                             .confirmed_by = RISK_NONE,
                             .value = row->looser == RISK_UP ? row->most : 0,
                             .reason = "a bench refuses nothing"};
}

/* Every bound is there, and so loose that nothing is refused. */
static void bounds_make(void)
{
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) {
        const struct risk_limit *row = risk_limit((enum risk_verdict)limit);
        enum risk_scope scope = row->scope;
        bool strategy = scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING;
        bool symbol = scope == RISK_SYMBOL || scope == RISK_HOLDING;
        gateway_plan.risk.ceiling[limit - 1] = row->looser == RISK_UP ? row->most : 0;
        for (uint32_t i = 0; i < (strategy ? ARRAY_COUNT(strategies) : 1); i++)
            for (uint32_t k = 0; k < (symbol ? ARRAY_COUNT(symbols) : 1); k++)
                bound_add((enum risk_verdict)limit,
                          (struct risk_subject){.strategy = i, .symbol = k});
    }
}

const struct gateway_plan *desk_gateway_plan(const struct desk_wants *wants)
{
    for (uint32_t i = 0; i < ARRAY_COUNT(symbols); i++) {
        symbols[i] = (struct gateway_symbol_plan){.tick = PRICE_ONE / 100,
                                                  .lot = QTY_ONE,
                                                  .price_max = 1000 * PRICE_ONE,
                                                  .qty_max = 99999 * QTY_ONE};
        memcpy(symbols[i].name, legs[i].symbol, sizeof symbols[i].name);
    }
    strategies[0] = (struct gateway_strategy_plan){.name = "one",
                                                   .kind = wants->maker,
                                                   .parameters = {ARRAY_COUNT(one_at), one_at, 1},
                                                   .legs = 1,
                                                   .leg = &legs[0]};
    strategies[1] = (struct gateway_strategy_plan){.name = "two",
                                                   .kind = wants->maker,
                                                   .parameters = {ARRAY_COUNT(two_at), two_at, 1},
                                                   .legs = 1,
                                                   .leg = &legs[1]};
    strategies[DESK_OUTSIDE] =
        (struct gateway_strategy_plan){.name = "outside", .orders = wants->orders};
    gateway_plan = (struct gateway_plan){
        .instruments = DESK_INSTRUMENTS,
        .venues = 1,
        .venue = {{.name = "peer", .kind = wants->port, .firm = {'B', 'N', 'C', 'H'}}},
        .symbols = ARRAY_COUNT(symbols),
        .symbol = symbols,
        .strategies = ARRAY_COUNT(strategies),
        .strategy = strategies,
        .risk = {.armed = true},
        .record = records,
        .seed = 1};
    bounds_make();
    return &gateway_plan;
}

/* The gateway's port. */

static struct desk_port *port_of(struct net_queue *queue)
{
    return (struct desk_port *)queue;
}

static void port_rx(struct net_queue *queue, struct frame_burst *burst)
{
    net_rx(port_of(queue)->inner, burst);
}

static void port_rx_done(struct net_queue *queue, struct frame_burst *burst)
{
    net_rx_done(port_of(queue)->inner, burst);
}

static uint8_t *port_claim(struct net_queue *queue, uint32_t bytes)
{
    struct desk_port *port = port_of(queue);
    if (port->claimed_tsc) *port->claimed_tsc = clock_now();
    port->claimed = bytes > TCP_FRAME_BYTES ? bytes - TCP_FRAME_BYTES : 0;
    return net_tx_claim(port->inner, bytes);
}

static void port_publish(struct net_queue *queue)
{
    struct desk_port *port = port_of(queue);
    port->published += port->claimed;
    net_tx_publish(port->inner);
}

static uint32_t port_flush(struct net_queue *queue)
{
    struct desk_port *port = port_of(queue);
    uint32_t count = net_tx_flush(port->inner);
    if (count > 0 && port->bytes != port->published) {
        port->bytes = port->published;
        /* Release: what the bench noted on the way is there for who sees the time. */
        atomic_store_explicit(&port->visible_tsc, clock_now(), memory_order_release);
    }
    return count;
}

static void port_statistics(const struct net_queue *queue, struct net_statistics *statistics)
{
    net_statistics(((const struct desk_port *)queue)->inner, statistics);
}

static nanos_t port_now(const struct net_queue *queue)
{
    return net_now(((const struct desk_port *)queue)->inner);
}

static bool port_ended(const struct net_queue *queue)
{
    return net_ended(((const struct desk_port *)queue)->inner);
}

static const struct net_driver port_driver = {.name = "noted",
                                              .rx = port_rx,
                                              .rx_done = port_rx_done,
                                              .tx_claim = port_claim,
                                              .tx_publish = port_publish,
                                              .tx_flush = port_flush,
                                              .statistics = port_statistics,
                                              .now = port_now,
                                              .ended = port_ended};

/* Stages. */

static struct net_memory *link_new(const struct desk *desk, uint32_t frames)
{
    const struct net_memory_limits limits = {frames, FRAME_BYTES};
    return net_memory_new(peer_space(net_memory_footprint(&limits)), &limits, &desk->clock);
}

static struct conflate *conflate_make(uint32_t value_bytes)
{
    struct conflate_limits limits = {DESK_INSTRUMENTS, value_bytes};
    return conflate_new(peer_space(conflate_footprint(&limits)), &limits);
}

static void feed_make(struct desk *desk)
{
    struct net_memory *link = link_new(desk, 256);
    desk->far = net_memory_end(link, 0);
    feed_plan = (struct feed_stage_plan){
        .queues = 1,
        .queue = {net_memory_end(link, 1)},
        .lines = 1,
        .line = {{.group = GROUP, .port = 9}},
        .checks = FRAME_CHECK_IP,
        .channel = {.lines = 1, .store_datagrams = 64, .store_bytes = 1400, .first_sequence = 1},
        .feed = {.book = {.instruments = DESK_INSTRUMENTS, .orders = 1 << 20, .levels = 1 << 18}},
    };
    desk->feed = feed_stage_new(peer_space(feed_stage_footprint(&feed_plan)), &feed_plan,
                                desk->listings, desk->markets);
    struct flow_plan plan = flow_preset_find("hot")->plan;
    flow = flow_new(peer_space(flow_footprint(&plan)), &plan);
    desk->sequence = 1;
}

static bool record_take(void *engine, const struct journal_record *record)
{
    return engine_stage_recover(engine, record, problem, sizeof problem);
}

static void journal_make(struct desk *desk)
{
    struct text problems = text_in(problem, sizeof problem);
    snprintf(folder, sizeof folder, "/dev/shm/pollux-bench-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    const struct storage_file_plan plan = {.folder = folder, .use = STORAGE_FILE_WRITE};
    CHECK(storage_file_open(&files, &plan, &problems));
    storage = storage_file_storage(&files);
    struct journal_recovery *recovery = journal_recovery_new(
        peer_space(journal_recovery_footprint()), &storage, &journal_hash_sha256);
    const struct journal_listener listener = {.context = desk->engine, .record = record_take};
    CHECK(journal_recover(recovery, &listener, &report) == JOURNAL_FAULT_EMPTY);
    const struct journal_limits limits = {SEGMENT_BYTES, RESERVE};
    desk->journal = journal_new(peer_space(journal_footprint(&limits)), &limits, &storage,
                                &journal_hash_sha256);
    CHECK(journal_start(desk->journal, &report) == JOURNAL_IO_OK);
}

static void engine_make(struct desk *desk, const struct desk_wants *wants)
{
    struct net_memory *link = link_new(desk, wants->link_frames);
    peer_open(&desk->peer, net_memory_end(link, 1), &desk->clock);
    desk->port.queue.driver = &port_driver;
    desk->port.inner = net_memory_end(link, 0);
    engine_plan = (struct engine_stage_plan){.instruments = DESK_INSTRUMENTS,
                                             .gateway = &gateway_plan,
                                             .run = 1,
                                             .budget_ticks = UINT64_MAX,
                                             .now = clock_read,
                                             .clock = desk};
    if (wants->rings) {
        engine_plan.intake = wants->rings->intake;
        engine_plan.intake_answers = wants->rings->answers;
        engine_plan.copy = wants->rings->copy;
        engine_plan.prices = wants->rings->prices;
    }
    struct order_host_venue venue = {.way = ORDER_HOST_TCP,
                                     .ip = PEER_IP,
                                     .port = PEER_PORT,
                                     .credentials = {"BENCH ", "secret    "},
                                     .session = "          "};
    engine_plan.orders = (struct order_host_plan){.venues = 1,
                                                  .venue = {venue},
                                                  .queue = &desk->port.queue,
                                                  .inet = peer_host(HOST_IP, 2),
                                                  .seed = 1};
    const char *wrong = engine_stage_check(&engine_plan);
    if (wrong) fprintf(stderr, "bench: %s\n", wrong);
    CHECK(!wrong);
    desk->engine = engine_stage_new(peer_space(engine_stage_footprint(&engine_plan)), &engine_plan,
                                    desk->listings, desk->markets);
    desk->gateway = engine_stage_gateway(desk->engine);
    if (wants->journal) journal_make(desk);
    engine_stage_recovered(desk->engine, desk->journal, desk_now(desk));
}

/* Packets. */

struct packet {
    uint32_t messages;
    uint32_t bytes;
    uint8_t payload[1400];
};

static void packet_add(struct packet *packet, const void *bytes, uint32_t length)
{
    if (packet->messages == 0) packet->bytes = sizeof(struct moldudp64_header);
    packet->payload[packet->bytes] = 0;
    packet->payload[packet->bytes + 1] = (uint8_t)length;
    memcpy(packet->payload + packet->bytes + 2, bytes, length);
    packet->bytes += 2 + length;
    packet->messages++;
}

static void packet_put(struct desk *desk, struct packet *packet)
{
    struct moldudp64_header header = {.sequence = be64(desk->sequence),
                                      .count = be16((uint16_t)packet->messages)};
    memcpy(header.session.byte, "DESK      ", 10);
    memcpy(packet->payload, &header, sizeof header);
    desk->sequence += packet->messages;
    struct frame_udp_head head = {
        .source_ip = 0x0a000001, .destination_ip = GROUP, .destination_port = 9, .ttl = 1};
    uint8_t *frame = net_tx_claim(desk->far, packet->bytes + FRAME_UDP_HEAD_BYTES);
    CHECK(frame != NULL);
    memcpy(frame + FRAME_UDP_HEAD_BYTES, packet->payload, packet->bytes);
    (void)frame_udp_write(frame, &head, packet->bytes);
    net_tx_publish(desk->far);
}

void desk_packet_flow(struct desk *desk, uint32_t messages)
{
    struct packet packet = {0};
    nanos_t time_ns;
    while (messages-- > 0) packet_add(&packet, message, flow_next(flow, message, &time_ns));
    packet_put(desk, &packet);
}

/* The one order above all others of the bid side goes to and fro. */
static uint64_t mover(uint32_t instrument, uint64_t move)
{
    return ((uint64_t)instrument << 48) + (1ull << 40) + move;
}

void desk_packet_move(struct desk *desk, enum desk_instrument instrument)
{
    uint64_t move = moves[instrument]++;
    uint32_t price_e4 = BID_E4 + (move % 2 == 0 ? MOVE_E4 : 0);
    struct itch_order_replace replace = {.type = text1('U'),
                                         .stock_locate = be16((uint16_t)instrument),
                                         .order_ref = be64(mover(instrument, move)),
                                         .new_order_ref = be64(mover(instrument, move + 1)),
                                         .shares = be32(300),
                                         .price_e4 = be32(price_e4)};
    struct packet packet = {0};
    packet_add(&packet, &replace, sizeof replace);
    packet_put(desk, &packet);
}

/* A symbol is listed, trades, and has a book of a few levels. */
static void instrument_open(struct desk *desk, enum desk_instrument instrument)
{
    struct packet packet = {0};
    struct be16 locate = be16((uint16_t)instrument);
    struct text8 stock;
    memcpy(&stock, legs[instrument - DESK_ONE].symbol, sizeof stock);
    struct itch_stock_directory directory = {.type = text1('R'),
                                             .stock_locate = locate,
                                             .stock = stock,
                                             .market_category = text1('Q'),
                                             .financial_status = text1('N'),
                                             .round_lot_shares = be32(100),
                                             .round_lots_only = text1('N'),
                                             .authenticity = text1('P')};
    struct itch_trading_action action = {
        .type = text1('H'), .stock_locate = locate, .stock = stock, .state = text1('T')};
    packet_add(&packet, &directory, sizeof directory);
    packet_add(&packet, &action, sizeof action);
    for (uint32_t i = 0; i < 2 * LEVELS; i++) {
        uint32_t level = i / 2, far = 100 * level + (level > 0 ? MOVE_E4 : 0);
        bool buys = i % 2 == 0;
        struct itch_add_order order = {
            .type = text1('A'),
            .stock_locate = locate,
            .order_ref =
                be64(buys && level == 0 ? mover(instrument, 0) : ((uint64_t)instrument << 48) + i),
            .side = text1(buys ? 'B' : 'S'),
            .shares = be32(300),
            .stock = stock,
            .price_e4 = be32(buys ? BID_E4 - far : BID_E4 + 10000 + far)};
        packet_add(&packet, &order, sizeof order);
    }
    packet_put(desk, &packet);
}

struct market desk_market(enum desk_instrument instrument, price_t bid, nanos_t now)
{
    return (struct market){.bid = bid,
                           .ask = (price_t)(BID_E4 + 10000) * PRICE_PER_E4,
                           .bid_qty = 300 * QTY_ONE,
                           .ask_qty = 300 * QTY_ONE,
                           .bid_orders = 1,
                           .ask_orders = 1,
                           .state = MARKET_LIVE,
                           .clock = TIME_TSC,
                           .instrument = (uint16_t)instrument,
                           .rx_ns = now,
                           .rx_tsc = clock_now()};
}

/* Opening. */

static void everybody_turns(struct desk *desk)
{
    if (desk->feed) (void)feed_stage_kind.turn(desk->feed, clock_now());
    while (engine_stage_kind.turn(desk->engine, clock_now())) {
    }
    (void)peer_turn(&desk->peer);
    if (desk->journal) (void)!journal_sync_step(desk->journal);
}

void desk_join(struct desk *desk, bool joined)
{
    conflate_join(desk->listings, joined);
    conflate_join(desk->markets, joined);
}

static void books_warm(struct desk *desk)
{
    while (desk->sequence < WARM_MESSAGES) {
        desk_packet_flow(desk, 20);
        net_tx_flush(desk->far);
        (void)feed_stage_kind.turn(desk->feed, clock_now());
        while (engine_stage_kind.turn(desk->engine, clock_now())) {
        }
    }
}

static void markets_open(struct desk *desk)
{
    for (uint32_t i = DESK_ONE; i <= DESK_TWO; i++) {
        if (desk->feed) {
            instrument_open(desk, i);
            net_tx_flush(desk->far);
            continue;
        }
        struct listing listing;
        memcpy(listing.symbol, legs[i - DESK_ONE].symbol, sizeof listing.symbol);
        struct market market = desk_market(i, DESK_BID, desk_now(desk));
        conflate_put(desk->listings, i, &listing);
        conflate_put(desk->markets, i, &market);
    }
}

static bool quoted(const struct desk *desk)
{
    return slots_counts(gateway_slots(desk->gateway, 0))->state[SLOT_LIVE] == DESK_QUOTES;
}

void desk_open(struct desk *desk, const struct desk_wants *wants)
{
    *desk = (struct desk){.sequence = 1};
    memset(moves, 0, sizeof moves);
    net_clock_new(&desk->clock, bench_clock());
    (void)desk_gateway_plan(wants);
    desk->listings = conflate_make(sizeof(struct listing));
    desk->markets = conflate_make(sizeof(struct market));
    if (wants->feed) feed_make(desk);
    engine_make(desk, wants);
    if (wants->feed) books_warm(desk);
    markets_open(desk);
    nanos_t given_up = desk_now(desk) + OPENS_S * NANOS_SECOND, keep = 0;
    while (!quoted(desk) || !peer_quiet(&desk->peer)) {
        CHECK(desk_now(desk) < given_up);
        everybody_turns(desk);
        if (desk_now(desk) < keep) continue;
        keep = desk_now(desk) + NANOS_MILLI;
        engine_stage_kind.housekeeping(desk->engine, clock_now());
        peer_tick(&desk->peer);
    }
}

static int path_remove(const char *path, const struct stat *is, int kind, struct FTW *walk)
{
    (void)is, (void)kind, (void)walk;
    return remove(path);
}

void desk_close(struct desk *desk)
{
    if (!desk->journal) return;
    storage_file_close(&files);
    (void)nftw(folder, path_remove, 8, FTW_DEPTH | FTW_PHYS);
}
