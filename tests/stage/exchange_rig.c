#include "tests/stage/exchange_rig.h"

#include "tests/journal/journal_hash_quick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_NS     (20 * NANOS_MICRO)
#define ORDERS_PORT 15000
#define SPIN_PORT   15001
#define AGAIN_PORT  18000
#define LINE_PORT   26477
#define GATE_IP     0x0a090001u
#define CLIENT_IP   0x0a090002u
#define FEED_IP     0x0a090003u
#define GROUP_A     0xe9360c6fu
#define GROUP_B     0xe931c46fu

static void wrong(struct exchange *exchange, const char *what)
{
    if (!exchange->wrong) exchange->wrong = what;
}

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    if (!memory) abort();
    return memset(memory, 0, ALIGN_UP(bytes, CACHE_LINE));
}

/* Memory that ends with the process. */
static void *life_new(struct exchange *exchange, size_t bytes)
{
    return exchange->life[exchange->lives++] = memory_new(bytes);
}

/* Plans. */

static struct mac mac_of(uint8_t last)
{
    return (struct mac){{0x02, 0, 0, 0, 0, last}};
}

static struct inet_limits host_of(uint32_t ip, uint8_t last)
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
            (struct entry_plan){.dialect = ENTRY_OUCH50,
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

static const struct spsc_limits slots_limits = {256, sizeof(struct gate_slot)};
static const struct spsc_limits news_limits = {512, sizeof(struct match_event)};

static void gate_plan(struct exchange *exchange)
{
    struct gate_stage_plan *plan = &exchange->gate_plan;
    uint32_t chunks = exchange->plan.stream_chunks ? exchange->plan.stream_chunks : 4096;
    *plan = (struct gate_stage_plan){
        .queues = 1,
        .queue = {sim_wire_end(exchange->wire, 0)},
        .inet = host_of(GATE_IP, 1),
        .orders_port = ORDERS_PORT,
        .snapshot_port = SPIN_PORT,
        .retransmission_port = AGAIN_PORT,
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
    const uint32_t groups[] = {GROUP_A, GROUP_B};
    for (uint32_t i = 0; i < 2; i++)
        plan->mold.line[i].head = (struct frame_udp_head){.source_mac = mac_of(1),
                                                          .source_ip = GATE_IP,
                                                          .destination_ip = groups[i],
                                                          .source_port = LINE_PORT,
                                                          .destination_port = LINE_PORT,
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
                                            .secret = exchange->plan.seed},
                                  .sessions = EXCHANGE_CLIENTS,
                                  .session = exchange->entry,
                                  .name = {'D', 'A', 'Y', ' ', ' ', ' ', ' ', ' ', ' ', ' '},
                                  .boot = "one",
                                  .process = exchange->plan.durability == VENUE_PROCESS,
                                  .now = wire_clock,
                                  .clock = exchange->wire};
}

/* The process. */

static void answer_show(void *context, const struct gate_slot *slot)
{
    struct exchange *exchange = context;
    gate_stage_answer(exchange->gate, slot);
}

static void news_show(void *context, const struct match_event *slots, uint32_t count)
{
    struct exchange *exchange = context;
    gate_stage_news(exchange->gate, slots, count);
}

static void stages_make(struct exchange *exchange)
{
    struct gate_stage_plan *gate = &exchange->gate_plan;
    struct match_stage_plan *match = &exchange->match_plan;
    gate->requests = match->requests =
        spsc_new(life_new(exchange, spsc_footprint(&slots_limits)), &slots_limits);
    gate->answers = match->answers =
        spsc_new(life_new(exchange, spsc_footprint(&slots_limits)), &slots_limits);
    gate->news = match->news =
        spsc_new(life_new(exchange, spsc_footprint(&news_limits)), &news_limits);
    const char *problem = gate_stage_check(gate);
    if (problem) fprintf(stderr, "%s\n", problem);
    exchange->gate = gate_stage_new(life_new(exchange, gate_stage_footprint(gate)), gate,
                                    sim_wire_now(exchange->wire));
    void *memory = life_new(exchange, match_stage_footprint(match));
    struct venue_outlet outlet = match_stage_outlet(memory);
    exchange->venue = venue_new(life_new(exchange, venue_footprint(&exchange->limits)),
                                &exchange->limits, &outlet);
    match->venue = exchange->venue;
    match->relieve = gate_stage_relieve;
    match->relieve_context = exchange->gate;
    match->stream_spare = gate_stage_spare(exchange->gate);
    match->stream_reserve = gate->streams.chunks / 16;
    exchange->sink = (struct match_stage_sink){exchange, answer_show, news_show};
    exchange->match = match_stage_new(memory, match, &exchange->sink);
}

static bool started_not(struct exchange *exchange, const char *why)
{
    snprintf(exchange->problem_text, sizeof exchange->problem_text, "%s", why);
    return false;
}

static void disk_work(void *context)
{
    struct exchange *exchange = context;
    (void)!journal_sync_step(exchange->journal);
}

bool exchange_start(struct exchange *exchange)
{
    CHECK(!exchange->journal);
    sim_wire_clear(exchange->wire, 0);
    exchange->match_plan.wait = disk_work;
    exchange->match_plan.wait_context = exchange;
    stages_make(exchange);
    struct venue_watch watch = match_stage_watch(exchange->match);
    enum journal_fault fault =
        venue_recover(exchange->venue, exchange->recovery, &exchange->report, &watch);
    if (fault != JOURNAL_FAULT_NONE && fault != JOURNAL_FAULT_EMPTY)
        return started_not(exchange, "the journal cannot be recovered");
    const char *problem = match_stage_recovered(exchange->match);
    if (problem) return started_not(exchange, problem);
    gate_stage_recovered(exchange->gate);
    struct journal *journal =
        journal_new(life_new(exchange, journal_footprint(&exchange->journal_limits)),
                    &exchange->journal_limits, &exchange->model.storage, &journal_hash_quick);
    if (venue_start(exchange->venue, journal, &exchange->report) != JOURNAL_IO_OK)
        return started_not(exchange, "the journal cannot be started");
    exchange->journal = journal;
    struct text problems = text_in(exchange->problem_text, sizeof exchange->problem_text);
    return match_stage_open(exchange->match, exchange->listing, EXCHANGE_INSTRUMENTS,
                            1699999200 * NANOS_SECOND, &problems);
}

static void life_end(struct exchange *exchange)
{
    for (uint32_t i = 0; i < exchange->lives; i++) free(exchange->life[i]);
    exchange->lives = 0;
    exchange->journal = NULL;
    exchange->gate = NULL;
    exchange->match = NULL;
    exchange->venue = NULL;
}

void exchange_kill(struct exchange *exchange)
{
    life_end(exchange);
    model_wake(&exchange->model);
}

void exchange_cut(struct exchange *exchange)
{
    life_end(exchange);
    model_cut(&exchange->model);
    model_wake(&exchange->model);
}

/* Clients. */

static void message_take(struct exchange_client *client, const struct soupbin_message *message)
{
    struct exchange *exchange = client->exchange;
    CHECK(message->sequence > 0 && message->sequence <= EXCHANGE_MESSAGES);
    struct exchange_message *kept = &client->message[message->sequence - 1];
    if (message->payload_bytes > sizeof kept->bytes) {
        wrong(exchange, "a message is longer than any");
        return;
    }
    if (message->sequence <= client->told) { /* asked for again: must be the same */
        if (kept->length != message->payload_bytes ||
            memcmp(kept->bytes, message->payload, kept->length) != 0)
            wrong(exchange, "a message is another under the same number");
        return;
    }
    if (message->sequence != client->told + 1) wrong(exchange, "a message was left out");
    kept->length = message->payload_bytes;
    memcpy(kept->bytes, message->payload, kept->length);
    client->told = message->sequence;
    ouch_client_report(client->ouch, message->payload, message->payload_bytes, &client->last);
    client->reports[client->last.kind]++;
    if (client->last.doubt != OUCH_CERTAIN || client->last.kind == OUCH_NO_MESSAGE)
        client->doubts++;
}

static void client_flush(struct exchange_client *client)
{
    struct tcp *tcp = inet_tcp(client->exchange->host);
    nanos_t now = sim_wire_now(client->exchange->wire);
    uint32_t length;
    const uint8_t *bytes = soupbin_client_output(client->soup, &length);
    if (length == 0 || client->connection == TCP_NONE) return;
    uint32_t written = tcp_write(tcp, client->connection, bytes, length, now);
    soupbin_client_written(client->soup, written);
}

static bool client_opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    (void)connection, (void)peer;
    struct exchange_client *client = context;
    soupbin_client_connect(client->soup, sim_wire_now(client->exchange->wire));
    client_flush(client);
    return true;
}

static uint32_t client_received(void *context, uint32_t connection, const uint8_t *bytes,
                                uint32_t length)
{
    (void)connection;
    struct exchange_client *client = context;
    struct soupbin_bytes in = {bytes, length};
    struct soupbin_message message;
    nanos_t now = sim_wire_now(client->exchange->wire);
    enum soupbin_client_event event;
    while ((event = soupbin_client_take(client->soup, &in, now, &message)) !=
           SOUPBIN_CLIENT_NOTHING) {
        if (event == SOUPBIN_CLIENT_SEQUENCED) message_take(client, &message);
        if (event == SOUPBIN_CLIENT_OVER) break;
    }
    return length;
}

static void client_gone(struct exchange_client *client)
{
    client->connection = TCP_NONE;
    client->drops++;
    soupbin_client_close(client->soup, SOUPBIN_LOST);
}

static void client_ended(void *context, uint32_t connection)
{
    struct exchange_client *client = context;
    tcp_close(inet_tcp(client->exchange->host), connection, sim_wire_now(client->exchange->wire));
    client_gone(client);
}

static void client_closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)connection, (void)why;
    client_gone(context);
}

static void client_new(struct exchange *exchange, uint32_t index)
{
    struct exchange_client *client = &exchange->client[index];
    static const struct soupbin_client_limits limits = {.payload_bytes = 256,
                                                        .output_bytes = 8192,
                                                        .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                                        .silence_ns = SOUPBIN_SILENCE_NS};
    static const struct ouch_client_limits ouch = {4096};
    struct soupbin_client_login login = {.credentials = exchange->credentials[index],
                                         .sequence = 1};
    memset(login.session, ' ', sizeof login.session);
    const struct ouch_client_plan plan = {.dialect = OUCH_50,
                                          .firm = {'F', 'I', 'R', 'M'},
                                          .capacity = 'P',
                                          .prefix = {'C', 'L', 'I', ' '}};
    client->exchange = exchange;
    client->index = index;
    client->connection = TCP_NONE;
    client->soup =
        soupbin_client_new(memory_new(soupbin_client_footprint(&limits)), &limits, &login);
    client->ouch = ouch_client_new(memory_new(ouch_client_footprint(&ouch)), &ouch, &plan);
    client->message = malloc(EXCHANGE_MESSAGES * sizeof *client->message);
    client->calls = (struct tcp_calls){.opened = client_opened,
                                       .received = client_received,
                                       .ended = client_ended,
                                       .closed = client_closed,
                                       .context = client};
}

void exchange_connect(struct exchange *exchange, uint32_t client)
{
    exchange->client[client].wants = true;
}

void exchange_disconnect(struct exchange *exchange, uint32_t index)
{
    struct exchange_client *client = &exchange->client[index];
    client->wants = false;
    if (client->connection == TCP_NONE) return;
    tcp_abort(inet_tcp(exchange->host), client->connection, sim_wire_now(exchange->wire));
    client_gone(client);
}

bool exchange_open(const struct exchange *exchange, uint32_t client)
{
    return soupbin_client_state(exchange->client[client].soup) == SOUPBIN_OPEN;
}

static void client_turn(struct exchange_client *client)
{
    struct exchange *exchange = client->exchange;
    nanos_t now = sim_wire_now(exchange->wire);
    struct tcp *tcp = inet_tcp(exchange->host);
    soupbin_client_tick(client->soup, now);
    client_flush(client);
    if (client->connection != TCP_NONE && soupbin_client_state(client->soup) == SOUPBIN_CLOSED) {
        tcp_close(tcp, client->connection, now);
        client->connection = TCP_NONE;
        client->drops++;
    }
    if (!client->wants || client->connection != TCP_NONE) return;
    const struct tcp_to to = {.ip = GATE_IP, .port = ORDERS_PORT, .calls = &client->calls};
    client->connection = tcp_connect(tcp, &to, now);
}

bool exchange_send(struct exchange *exchange, uint32_t index, const uint8_t *bytes, uint32_t length)
{
    struct exchange_client *client = &exchange->client[index];
    bool sent = soupbin_client_send(client->soup, bytes, length, sim_wire_now(exchange->wire));
    client_flush(client);
    return sent;
}

uint32_t exchange_enter(struct exchange *exchange, uint32_t index,
                        const struct exchange_order *order)
{
    struct ouch_order ouch = {.side = order->side,
                              .qty = order->qty,
                              .price_e4 = order->price_e4,
                              .lasts = order->immediate ? OUCH_IMMEDIATE : OUCH_DAY};
    memcpy(ouch.symbol, "SYM0    ", 8);
    ouch.symbol[3] = (char)('0' + order->instrument);
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t number = 0;
    uint32_t length = ouch_client_enter(exchange->client[index].ouch, &ouch, bytes, &number);
    return length > 0 && exchange_send(exchange, index, bytes, length) ? number : 0;
}

uint32_t exchange_replace(struct exchange *exchange, uint32_t index, uint32_t number, uint32_t qty,
                          uint32_t price_e4)
{
    struct ouch_order ouch = {.qty = qty, .price_e4 = price_e4, .lasts = OUCH_DAY};
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t replacement = 0;
    uint32_t length =
        ouch_client_replace(exchange->client[index].ouch, number, &ouch, bytes, &replacement);
    return length > 0 && exchange_send(exchange, index, bytes, length) ? replacement : 0;
}

bool exchange_cancel(struct exchange *exchange, uint32_t index, uint32_t number, uint32_t qty)
{
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t length = ouch_client_cancel(exchange->client[index].ouch, number, qty, bytes);
    return length > 0 && exchange_send(exchange, index, bytes, length);
}

static void host_turn(struct exchange *exchange)
{
    struct net_queue *queue = sim_wire_end(exchange->wire, 1);
    nanos_t now = sim_wire_now(exchange->wire);
    struct frame_burst burst;
    net_rx(queue, &burst);
    for (uint32_t i = 0; i < burst.count; i++)
        (void)inet_receive(exchange->host, burst.at[i].bytes, burst.at[i].length_bytes,
                           INET_CHECKED_NONE, now);
    net_rx_done(queue, &burst);
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) client_turn(&exchange->client[i]);
    inet_tick(exchange->host, now);
    inet_flush(exchange->host, now);
}

static uint8_t *frame_claim(void *queue, uint32_t bytes)
{
    return net_tx_claim(queue, bytes);
}

static void frame_publish(void *queue)
{
    net_tx_publish(queue);
}

/* The feed. */

void exchange_listen(struct exchange *exchange)
{
    struct feed_stage_plan *plan = &exchange->feed_plan;
    struct recovery_limits recovery = RECOVERY_LIMITS_USUAL;
    recovery.credentials = exchange->credentials[0];
    recovery.hole_messages = exchange->hole_messages;
    recovery.snapshot_retry_ns = 100 * NANOS_MILLI;
    recovery.again_ns = NANOS_SECOND;
    sim_wire_clear(exchange->wire, 2);
    *plan = (struct feed_stage_plan){
        .queues = 1,
        .queue = {sim_wire_end(exchange->wire, 2)},
        .lines = 2,
        .line = {{.group = GROUP_A, .port = LINE_PORT}, {.group = GROUP_B, .port = LINE_PORT}},
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
                 .inet = {host_of(FEED_IP, 3)},
                 .groups = 2,
                 .group = {{0, GROUP_A}, {0, GROUP_B}},
                 .recovers = true,
                 .recovery = recovery,
                 .request_port = 18100,
                 .server = {{GATE_IP, AGAIN_PORT}},
                 .snapshot = {{GATE_IP, SPIN_PORT}}},
    };
    struct conflate_limits markets = {.keys = 4, .value_bytes = sizeof(struct market)};
    struct conflate_limits listings = {.keys = 4, .value_bytes = sizeof(struct listing)};
    for (uint32_t i = 0; i < 3; i++) free(exchange->feed_life[i]);
    exchange->feed_life[0] = memory_new(conflate_footprint(&listings));
    exchange->feed_life[1] = memory_new(conflate_footprint(&markets));
    exchange->feed_life[2] = memory_new(feed_stage_footprint(plan));
    exchange->feed = feed_stage_new(exchange->feed_life[2], plan,
                                    conflate_new(exchange->feed_life[0], &listings),
                                    conflate_new(exchange->feed_life[1], &markets));
}

/* Time. */

static void step(struct exchange *exchange)
{
    sim_wire_advance(exchange->wire, STEP_NS);
    nanos_t now = sim_wire_now(exchange->wire);
    bool keeps = now / STEP_NS % 50 == 0; /* housekeeping, every millisecond */
    host_turn(exchange);
    if (exchange->journal) {
        (void)gate_stage_kind.turn(exchange->gate, 0);
        (void)match_stage_kind.turn(exchange->match, 0);
        if (!exchange->lazy_disk) (void)!journal_sync_step(exchange->journal);
        if (keeps) match_stage_kind.housekeeping(exchange->match, 0);
        if (keeps) gate_stage_kind.housekeeping(exchange->gate, 0);
    }
    if (exchange->feed) {
        (void)feed_stage_kind.turn(exchange->feed, 0);
        if (keeps) feed_stage_kind.housekeeping(exchange->feed, 0);
    }
}

void exchange_run(struct exchange *exchange, nanos_t ns)
{
    for (nanos_t passed = 0; passed < ns; passed += STEP_NS) step(exchange);
}

static bool all_said(struct exchange *exchange)
{
    if (!exchange->journal) return true;
    if (!match_stage_idle(exchange->match)) return false;
    struct gate_view gate = exchange_gate(exchange);
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) {
        const struct exchange_client *client = &exchange->client[i];
        if (gate.session[i].connected != client->wants) return false; /* or does not know yet */
        if (!client->wants) continue;
        if (!exchange_open(exchange, i) || client->told != gate.session[i].messages) return false;
    }
    if (!exchange->feed) return true;
    struct feed_view feed;
    feed_stage_view(exchange->feed, &feed);
    return feed.sequence == gate.message + 1 && feed.recovery_state == RECOVERY_QUIET;
}

bool exchange_settle(struct exchange *exchange)
{
    for (uint32_t i = 0; i < 1000; i++) {
        exchange_run(exchange, 10 * NANOS_MILLI);
        if (i > 2 && all_said(exchange)) return true;
    }
    return false;
}

/* Books. */

struct walk {
    struct match_order engine[8192];
    struct book_order feed[8192];
    uint32_t engines, feeds;
};

static void engine_visit(void *context, const struct match_order *order)
{
    struct walk *walk = context;
    walk->engine[walk->engines++] = *order;
}

static void feed_visit(void *context, const struct book_order *order)
{
    struct walk *walk = context;
    walk->feed[walk->feeds++] = *order;
}

const char *exchange_books_differ(struct exchange *exchange)
{
    static struct walk walk;
    const struct match *match = venue_match(exchange->venue);
    const struct book *book = feed_book(feed_stage_feed(exchange->feed));
    for (uint32_t i = 0; i < EXCHANGE_INSTRUMENTS * 2; i++) {
        enum side side = i % 2 ? SIDE_SELL : SIDE_BUY;
        walk.engines = walk.feeds = 0;
        match_each(match, (uint16_t)(i / 2), side, engine_visit, &walk);
        book_each(book, i / 2 + 1, side, feed_visit, &walk);
        if (walk.engines != walk.feeds) return "a side has another number of orders";
        for (uint32_t k = 0; k < walk.feeds; k++) {
            if (walk.engine[k].price != (price_t)walk.feed[k].price_e4 * 10000)
                return "an order stands at another price";
            if (walk.engine[k].shown != (qty_t)walk.feed[k].qty * QTY_ONE)
                return "an order shows another quantity";
        }
    }
    return NULL;
}

struct gate_view exchange_gate(struct exchange *exchange)
{
    struct gate_view view;
    gate_stage_view(exchange->gate, &view);
    return view;
}

struct match_view exchange_match(struct exchange *exchange)
{
    struct match_view view;
    match_stage_view(exchange->match, &view);
    return view;
}

/* The rig. */

struct exchange *exchange_new(const struct exchange_plan *plan)
{
    struct exchange *exchange = memory_new(sizeof *exchange);
    exchange->plan = *plan;
    exchange->hole_messages = 10000;
    exchange->wire = sim_wire_new(plan->seed);
    exchange->journal_limits = (struct journal_limits){1 << 20, JOURNAL_RECORD_MAX};
    model_open(&exchange->model, plan->seed);
    exchange->recovery = journal_recovery_new(memory_new(journal_recovery_footprint()),
                                              &exchange->model.storage, &journal_hash_quick);
    entries_plan(exchange);
    listings_plan(exchange);
    gate_plan(exchange);
    match_plan(exchange);
    struct inet_limits host = host_of(CLIENT_IP, 2);
    host.output = (struct inet_output){
        .claim = frame_claim, .publish = frame_publish, .context = sim_wire_end(exchange->wire, 1)};
    exchange->host =
        inet_new(memory_new(inet_footprint(&host)), &host, sim_wire_now(exchange->wire));
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) client_new(exchange, i);
    return exchange;
}

void exchange_delete(struct exchange *exchange)
{
    if (!exchange) return;
    life_end(exchange);
    model_close(&exchange->model);
    sim_wire_delete(exchange->wire);
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) {
        free(exchange->client[i].soup);
        free(exchange->client[i].ouch);
        free(exchange->client[i].message);
    }
    for (uint32_t i = 0; i < 3; i++) free(exchange->feed_life[i]);
    free(exchange->host);
    free(exchange->recovery);
    free(exchange);
}
