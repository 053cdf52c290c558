#include "bench/exchange.h"

#include "dataplane/journal/journal_hash_setup.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/journal_thread_setup.h"
#include "dataplane/wire/ouch50.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HELD = 16384,
    ORDERS = 262144,
    SLOTS = 4096,
    NEWS = 16384,
    PORT = 15000,
    GATE_IP = 0x0a090001,
    HOST_IP = 0x0a090002,
    RESERVE = 1 << 20,
};

static char folder[64];
static struct net_clock net_clock;
static struct storage_file files;
static struct journal_storage storage;
static struct journal_report report;
static struct journal *journal;
static struct journal_thread journal_thread;
static struct gate_stage_plan gate_plan;
static struct match_stage_plan match_plan;
static struct match_stage_sink sink;
static struct match_stage_listing listing;

/* Touched at once, as the appliance's memory is before its first packet. */
static void *space(size_t bytes)
{
    void *memory = (void *)ALIGN_UP((uintptr_t)bench_space(bytes + CACHE_LINE), CACHE_LINE);
    return memset(memory, 0, bytes);
}

static nanos_t now(void)
{
    return net_clock_time(&net_clock, clock_now());
}

static nanos_t clock_read(void *unused)
{
    (void)unused;
    return now();
}

/* The venue. */

static struct inet_limits host_of(uint32_t ip, uint8_t last, uint32_t connections)
{
    struct inet_limits limits = {.mac = {{2, 0, 0, 0, 0, last}},
                                 .ip = ip,
                                 .prefix = 24,
                                 .mtu = 1500,
                                 .learnt = 16,
                                 .waiting = 16,
                                 .ports = 4,
                                 .groups = 4,
                                 .tcp = {.connections = connections + 16,
                                         .listeners = 2,
                                         .send_bytes = 16384,
                                         .receive_bytes = 16384}};
    memset(limits.secret, last, sizeof limits.secret);
    return limits;
}

static void gate_plan_make(struct net_queue *queue, uint32_t sessions)
{
    struct soupbin_credentials *credentials = space(sessions * sizeof *credentials);
    for (uint32_t i = 0; i < sessions; i++) {
        char name[16];
        snprintf(name, sizeof name, "C%05u", i);
        memcpy(credentials[i].username, name, 6);
        memcpy(credentials[i].password, "secret    ", 10);
    }
    gate_plan = (struct gate_stage_plan){
        .queues = 1,
        .queue = {queue},
        .inet = host_of(GATE_IP, 1, sessions),
        .orders_port = PORT,
        .snapshot_port = PORT + 1,
        .retransmission_port = PORT + 2,
        .name = "     BENCH",
        .sessions = sessions,
        .session = credentials,
        .order_connections = sessions,
        .snapshot_connections = 1,
        .server = {.payload_bytes = GATE_MESSAGE_MAX,
                   .output_bytes = 8192,
                   .login_wait_ns = SOUPBIN_LOGIN_WAIT_NS,
                   .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                   .silence_ns = SOUPBIN_SILENCE_NS,
                   .slow_ns = SOUPBIN_SERVER_SLOW_NS},
        .streams = {.streams = sessions, .chunks = 1 << 19, .chunk_bytes = 4096},
        .history = {.bytes = 1 << 26, .messages = 1 << 20},
        .itch = {.instruments = 1, .orders = ORDERS},
        .mold = {.session = "BENCH     ",
                 .payload_max = MOLD_OUT_PAYLOAD,
                 .heartbeat_ns = NANOS_SECOND,
                 .end_ns = NANOS_SECOND,
                 .lines = 1},
        .retransmit = {.session = "BENCH     ",
                       .payload_max = MOLD_OUT_PAYLOAD,
                       .requesters = 8,
                       .each = {100, 100},
                       .all = {100, 100}},
        .spin = {.book = {.instruments = 2, .orders = ORDERS, .levels = 4096}, .buffers = 1},
    };
    gate_plan.mold.line[0].head = (struct frame_udp_head){.source_mac = {{2, 0, 0, 0, 0, 1}},
                                                          .source_ip = GATE_IP,
                                                          .destination_ip = 0xe9360c6f,
                                                          .source_port = 26477,
                                                          .destination_port = 26477,
                                                          .ttl = 1};
}

static void match_plan_make(uint32_t sessions)
{
    struct entry_plan *plans = space(sessions * sizeof *plans);
    for (uint32_t i = 0; i < sessions; i++) {
        plans[i] = (struct entry_plan){
            .dialect = ENTRY_OUCH50, .firms = 1, .account = i + 1, .open_max = 1 << 20};
        memset(plans[i].firm, ' ', sizeof plans[i].firm);
        memcpy(plans[i].firm[0], "BNCH", 4);
    }
    match_plan = (struct match_stage_plan){.held = HELD,
                                           .entry = {.sessions = sessions,
                                                     .orders = ORDERS,
                                                     .instruments = 1,
                                                     .asks = 2 * HELD,
                                                     .timers = 16,
                                                     .secret = 12345},
                                           .sessions = sessions,
                                           .session = plans,
                                           .name = "BENCH     ",
                                           .ahead_from = ENTRY_EXPECT_ORDERS,
                                           .process = true,
                                           .now = clock_read};
    listing = (struct match_stage_listing){.listing = {.symbol = "ACME",
                                                       .tick = PRICE_ONE / 100,
                                                       .lot = QTY_ONE,
                                                       .size = QTY_ONE,
                                                       .price_max = 1000 * PRICE_ONE,
                                                       .qty_max = 99999 * QTY_ONE,
                                                       .reference = 10 * PRICE_ONE,
                                                       .collar = PRICE_ONE,
                                                       .window = 65536,
                                                       .class_of = MATCH_PLAIN,
                                                       .phase = MATCH_OPEN}};
}

static void answer_show(void *gate, const struct gate_slot *slot)
{
    gate_stage_answer(gate, slot);
}

static void news_show(void *gate, const struct match_event *slots, uint32_t count)
{
    gate_stage_news(gate, slots, count);
}

static struct venue *venue_make(void *match_memory)
{
    const struct venue_limits limits = {.match = {.instruments = 1,
                                                  .orders = ORDERS,
                                                  .specials = 1024,
                                                  .pages = 4096,
                                                  .window = 65536,
                                                  .cascade = 64,
                                                  .secret = 777},
                                        .held = HELD,
                                        .durability = VENUE_PROCESS};
    struct venue_outlet outlet = match_stage_outlet(match_memory);
    return venue_new(space(venue_footprint(&limits)), &limits, &outlet);
}

static void journal_open(struct venue *venue, struct match_stage *match, uint32_t segment_bytes)
{
    struct text problems = text_in((char[1024]){0}, 1024);
    snprintf(folder, sizeof folder, "/dev/shm/pollux-bench-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    const struct storage_file_plan plan = {.folder = folder, .use = STORAGE_FILE_WRITE};
    CHECK(storage_file_open(&files, &plan, &problems));
    storage = storage_file_storage(&files);
    struct journal_recovery *recovery =
        journal_recovery_new(space(journal_recovery_footprint()), &storage, &journal_hash_sha256);
    struct venue_watch watch = match_stage_watch(match);
    CHECK(venue_recover(venue, recovery, &report, &watch) == JOURNAL_FAULT_EMPTY);
    CHECK(match_stage_recovered(match) == NULL);
    const struct journal_limits limits = {segment_bytes, RESERVE};
    journal =
        journal_new(space(journal_footprint(&limits)), &limits, &storage, &journal_hash_sha256);
    CHECK(venue_start(venue, journal, &report) == JOURNAL_IO_OK);
    CHECK(match_stage_open(match, &listing, 1, 0, &problems));
}

static void stages_make(struct exchange *exchange, const struct exchange_wants *wants)
{
    static const struct spsc_limits slots = {SLOTS, sizeof(struct gate_slot)};
    static const struct spsc_limits news = {NEWS, sizeof(struct match_event)};
    gate_plan.requests = match_plan.requests = spsc_new(space(spsc_footprint(&slots)), &slots);
    gate_plan.answers = match_plan.answers = spsc_new(space(spsc_footprint(&slots)), &slots);
    gate_plan.news = match_plan.news = spsc_new(space(spsc_footprint(&news)), &news);
    CHECK(gate_stage_check(&gate_plan) == NULL);
    exchange->gate = gate_stage_new(space(gate_stage_footprint(&gate_plan)), &gate_plan, now());
    void *memory = space(match_stage_footprint(&match_plan));
    match_plan.venue = venue_make(memory);
    sink = (struct match_stage_sink){exchange->gate, answer_show, news_show};
    exchange->match = match_stage_new(memory, &match_plan, &sink);
    journal_open(match_plan.venue, exchange->match, wants->segment_bytes);
}

/* Clients. */

static void session_flush(const struct exchange *exchange, const struct exchange_session *session)
{
    uint32_t length;
    const uint8_t *bytes = soupbin_client_output(session->soup, &length);
    if (length == 0) return;
    uint32_t written =
        tcp_write(inet_tcp(exchange->host), session->connection, bytes, length, now());
    soupbin_client_written(session->soup, written);
}

static struct exchange *opened_by; /* the one there is */

static bool opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    (void)connection, (void)peer;
    struct exchange_session *session = context;
    soupbin_client_connect(session->soup, now());
    session_flush(opened_by, session);
    return true;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    (void)connection;
    struct exchange_session *session = context;
    struct soupbin_bytes in = {bytes, length};
    struct soupbin_message message;
    enum soupbin_client_event event;
    while ((event = soupbin_client_take(session->soup, &in, now(), &message)) !=
           SOUPBIN_CLIENT_NOTHING) {
        CHECK(event != SOUPBIN_CLIENT_OVER);
        if (event != SOUPBIN_CLIENT_SEQUENCED) continue;
        session->answers++;
        if (opened_by->answered) opened_by->answered(session, &message);
    }
    return length;
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)context, (void)connection;
    fprintf(stderr, "bench: a connection ended: %s\n", tcp_end_text(why));
    exit(1);
}

static void sessions_make(struct exchange *exchange, uint32_t sessions)
{
    static const struct soupbin_client_limits limits = {.payload_bytes = 256,
                                                        .output_bytes = 8192,
                                                        .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                                        .silence_ns = SOUPBIN_SILENCE_NS};
    exchange->sessions = sessions;
    exchange->session = space(sessions * sizeof *exchange->session);
    for (uint32_t i = 0; i < sessions; i++) {
        struct exchange_session *session = &exchange->session[i];
        struct soupbin_client_login login = {.credentials = gate_plan.session[i], .sequence = 1};
        memset(login.session, ' ', sizeof login.session);
        session->soup =
            soupbin_client_new(space(soupbin_client_footprint(&limits)), &limits, &login);
        session->index = i;
        session->next = 1;
        session->calls = (struct tcp_calls){
            .opened = opened, .received = received, .closed = closed, .context = session};
        const struct tcp_to to = {.ip = GATE_IP, .port = PORT, .calls = &session->calls};
        session->connection = tcp_connect(inet_tcp(exchange->host), &to, now());
        CHECK(session->connection != TCP_NONE);
        exchange_flush(exchange);
        for (uint32_t turn = 0; turn < 8; turn++) {
            (void)gate_stage_kind.turn(exchange->gate, 0);
            (void)match_stage_kind.turn(exchange->match, 0);
            (void)exchange_take(exchange);
            exchange_flush(exchange);
        }
    }
}

static bool all_open(const struct exchange *exchange)
{
    for (uint32_t i = 0; i < exchange->sessions; i++)
        if (soupbin_client_state(exchange->session[i].soup) != SOUPBIN_OPEN) return false;
    return true;
}

static uint8_t *frame_claim(void *queue, uint32_t bytes)
{
    return net_tx_claim(queue, bytes);
}

static void frame_publish(void *queue)
{
    net_tx_publish(queue);
}

void exchange_open(struct exchange *exchange, const struct exchange_wants *wants)
{
    *exchange = (struct exchange){.sessions = 0};
    opened_by = exchange;
    net_clock_new(&net_clock, bench_clock());
    const struct net_memory_limits link_limits = {wants->link_frames, EXCHANGE_FRAME_BYTES};
    struct net_memory *link =
        net_memory_new(space(net_memory_footprint(&link_limits)), &link_limits, &net_clock);
    exchange->far = net_memory_end(link, 1);
    gate_plan_make(net_memory_end(link, 0), wants->sessions);
    match_plan_make(wants->sessions);
    stages_make(exchange, wants);
    struct inet_limits host = host_of(HOST_IP, 2, wants->sessions);
    host.output = (struct inet_output){
        .claim = frame_claim, .publish = frame_publish, .context = exchange->far};
    exchange->host = inet_new(space(inet_footprint(&host)), &host, now());
    sessions_make(exchange, wants->sessions);
    for (uint32_t i = 0; i < 100000 && !all_open(exchange); i++) {
        exchange_tick(exchange);
        (void)gate_stage_kind.turn(exchange->gate, 0);
        (void)match_stage_kind.turn(exchange->match, 0);
        (void)exchange_take(exchange);
    }
    CHECK(all_open(exchange));
}

static int path_remove(const char *path, const struct stat *is, int kind, struct FTW *walk)
{
    (void)is, (void)kind, (void)walk;
    return remove(path);
}

void exchange_close(struct exchange *exchange)
{
    (void)exchange;
    storage_file_close(&files);
    (void)nftw(folder, path_remove, 8, FTW_DEPTH | FTW_PHYS);
}

bool exchange_order(struct exchange *exchange, uint32_t index, bool buys)
{
    struct exchange_session *session = &exchange->session[index];
    struct {
        struct ouch50_enter enter;
        struct be16 appendage;
    } order = {.enter = {.type = text1('O'),
                         .urn = be32(session->next),
                         .side = text1(buys ? 'B' : 'S'),
                         .qty = be32(100),
                         .symbol = {"ACME    "},
                         .price_e4 = be64(100000),
                         .tif = text1('0'),
                         .display = text1('Y'),
                         .capacity = text1('P'),
                         .iso = text1('N'),
                         .cross = text1('N'),
                         .cl_ord_id = {"              "}}};
    CHECK(soupbin_client_state(session->soup) == SOUPBIN_OPEN);
    if (!soupbin_client_send(session->soup, (const uint8_t *)&order, sizeof order, now()))
        return false;
    session->next++;
    session_flush(exchange, session);
    exchange->orders++;
    return true;
}

void exchange_flush(struct exchange *exchange)
{
    inet_flush(exchange->host, now());
    net_tx_flush(exchange->far);
}

uint32_t exchange_take(struct exchange *exchange)
{
    static struct frame_burst burst;
    net_rx(exchange->far, &burst);
    uint32_t count = burst.count;
    for (uint32_t i = 0; i < count; i++)
        (void)inet_receive(exchange->host, burst.at[i].bytes, burst.at[i].length_bytes,
                           INET_CHECKED_NONE, burst.at[i].rx_ns);
    net_rx_done(exchange->far, &burst);
    return count;
}

void exchange_tick(struct exchange *exchange)
{
    nanos_t time = now();
    for (uint32_t i = 0; i < exchange->sessions; i++) {
        soupbin_client_tick(exchange->session[i].soup, time);
        session_flush(exchange, &exchange->session[i]);
    }
    inet_tick(exchange->host, time);
    exchange_flush(exchange);
}

void exchange_journal_runs(struct exchange *exchange, bool runs)
{
    (void)exchange;
    struct text problems = text_in((char[256]){0}, 256);
    if (runs) CHECK(journal_thread_start(&journal_thread, journal, 1, &problems));
    else journal_thread_stop(&journal_thread);
}

void exchange_rest(struct exchange *exchange)
{
    (void)exchange;
    (void)!journal_sync_step(journal);
}
