#include "tests/stage/trading_rig.h"

#include "dataplane/gateway/trade_port_ouch50.h"
#include "dataplane/journal/journal_recover.h"
#include "dataplane/wire/ouch50.h"
#include "tests/journal/journal_hash_quick.h"
#include "tests/stage/exchange_parts.h"
#include "tests/stage/trading_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RIG_IP   0x0a090004u
#define COPIES   4096u
#define LIVE_MAX (1u << 22) /* numbers rise by blocks at each start */

static nanos_t clock_read(void *clock, uint64_t tsc)
{
    (void)tsc;
    return sim_wire_now(clock);
}

/* Plans. */

static void bound_add(struct trading *trading, enum risk_verdict limit, struct risk_subject subject)
{
    const struct risk_limit *row = risk_limit(limit);
    struct risk_record *record = &trading->record[trading->gateway_plan.records++];
    CHECK(trading->gateway_plan.records <= ARRAY_COUNT(trading->record));
    *record = (struct risk_record){.kind = RISK_RECORD_BOUND,
                                   .scope = (uint8_t)row->scope,
                                   .limit = (uint16_t)limit,
                                   .role = RISK_OFFICER,
                                   .subject = subject,
                                   .who = 7,
                                   .confirmed_by = RISK_NONE,
                                   .value = row->looser == RISK_UP ? row->most : 0,
                                   .reason = "as the spec says"};
}

/* Every bound as loose as can be: what is tested here is the way, not risk. */
static void bounds_plan(struct trading *trading)
{
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) {
        const struct risk_limit *row = risk_limit((enum risk_verdict)limit);
        bool symbol = row->scope == RISK_SYMBOL || row->scope == RISK_HOLDING;
        trading->gateway_plan.risk.ceiling[limit - 1] = row->looser == RISK_UP ? row->most : 0;
        for (uint32_t i = 0; i < (symbol ? EXCHANGE_INSTRUMENTS : 1u); i++)
            bound_add(trading, (enum risk_verdict)limit, (struct risk_subject){.symbol = i});
    }
}

static void gateway_plan(struct trading *trading, uint64_t seed)
{
    for (uint32_t i = 0; i < EXCHANGE_INSTRUMENTS; i++) {
        trading->symbol[i] = (struct gateway_symbol_plan){.tick = PRICE_ONE / 100,
                                                          .lot = QTY_ONE,
                                                          .price_max = 1000 * PRICE_ONE,
                                                          .qty_max = 99999 * QTY_ONE};
        memcpy(trading->symbol[i].name, "SYM0    ", 8);
        trading->symbol[i].name[3] = (char)('0' + i);
    }
    memcpy(trading->leg[0].symbol, "SYM0    ", 8);
    trading->strategy[0] = (struct gateway_strategy_plan){
        .name = "quoter", .kind = &quoter_kind, .legs = 1, .leg = trading->leg};
    trading->gateway_plan = (struct gateway_plan){.instruments = EXCHANGE_INSTRUMENTS + 1,
                                                  .venues = 1,
                                                  .symbols = EXCHANGE_INSTRUMENTS,
                                                  .symbol = trading->symbol,
                                                  .strategies = 1,
                                                  .strategy = trading->strategy,
                                                  .risk = {.armed = true},
                                                  .record = trading->record,
                                                  .seed = seed};
    struct gateway_venue_plan *venue = &trading->gateway_plan.venue[0];
    *venue = (struct gateway_venue_plan){
        .name = "here", .kind = &trade_port_ouch50, .firm = {'F', 'I', 'R', 'M'}};
    bounds_plan(trading);
}

static void orders_plan(struct trading *trading)
{
    struct exchange *exchange = trading->exchange;
    struct order_host_plan *plan = &trading->plan.orders;
    struct order_host_venue *venue = &plan->venue[0];
    plan->venues = 1;
    if (trading->inside) {
        venue->way = ORDER_HOST_INSIDE;
        venue->number = TRADING_CLIENT;
        venue->requests = exchange->match_plan.inside[0].requests;
        venue->answers = exchange->match_plan.inside[0].answers;
        venue->kept = 4096;
        return;
    }
    plan->queue = sim_wire_end(exchange->wire, 3);
    plan->inet = exchange_host(RIG_IP, 4);
    venue->ip = EXCHANGE_GATE_IP;
    venue->port = EXCHANGE_ORDERS_PORT;
    venue->credentials = exchange->credentials[TRADING_CLIENT];
    memset(venue->session, ' ', sizeof venue->session);
}

/* The process. */

static void journal_go_on(struct trading *trading)
{
    struct image_reading reading;
    trading_images_read(trading, &reading);
    trading->journal_memory = exchange_memory(journal_footprint(&trading->limits));
    trading->journal = journal_new(trading->journal_memory, &trading->limits,
                                   &trading->model.storage, &journal_hash_quick);
    if (journal_start(trading->journal, &trading->report) != JOURNAL_IO_OK)
        exchange_wrong(trading->exchange, "the gateway's journal is not started");
    trading->newest_ns = reading.newest_ns;
    trading_images_first(trading, &reading);
}

static void engine_make(struct trading *trading)
{
    struct exchange *exchange = trading->exchange;
    sim_wire_clear(exchange->wire, 3);
    exchange_listen(exchange);
    orders_plan(trading);
    trading->plan.run++;
    const char *problem = engine_stage_check(&trading->plan);
    if (problem) fprintf(stderr, "%s\n", problem);
    trading->engine = engine_stage_new(exchange_memory(engine_stage_footprint(&trading->plan)),
                                       &trading->plan, exchange->listings, exchange->markets);
    journal_go_on(trading);
    engine_stage_recovered(trading->engine, trading->journal, sim_wire_now(exchange->wire));
    struct dispatch *dispatch = engine_stage_dispatch(trading->engine);
    struct dispatch_delegate look;
    CHECK(dispatch_look(dispatch, dispatch_find_name(dispatch, "quoter"), &look));
    trading->quoter = look.self;
}

static void venue_starts(void *context)
{
    engine_make(context);
}

static void recovered(void *context, const struct gate_slot *slot)
{
    struct trading *trading = context;
    engine_stage_answer(trading->engine, slot);
}

static void relieve(void *context)
{
    struct trading *trading = context;
    engine_stage_relieve(trading->engine);
}

/* Somebody takes the drop copy: rows are numbered without a hole (F62). */
static void copies_take(struct trading *trading)
{
    const struct gateway_report *report;
    while ((report = spsc_front(trading->copy)) != NULL) {
        if (trading->copied != 0 && report->number != trading->copied + 1)
            exchange_wrong(trading->exchange, "the drop copy has a hole");
        trading->copied = report->number;
        spsc_release(trading->copy);
    }
}

static void engine_turn(void *context, bool keeps)
{
    struct trading *trading = context;
    if (!trading->engine) return;
    if (trading->watch) trading->watch(true);
    (void)engine_stage_kind.turn(trading->engine, 0);
    if (keeps) engine_stage_kind.housekeeping(trading->engine, 0);
    if (trading->watch) trading->watch(false);
    if (!trading->lazy_disk) (void)!journal_sync_step(trading->journal);
    copies_take(trading);
}

void trading_start(struct trading *trading)
{
    if (trading->inside) {
        if (!exchange_start(trading->exchange))
            exchange_wrong(trading->exchange, "the venue does not start");
    } else {
        engine_make(trading);
    }
}

void trading_sync(struct trading *trading)
{
    while (journal_sync_step(trading->journal) == JOURNAL_STEP_WORKED) {
    }
}

void trading_kill(struct trading *trading, bool power)
{
    if (trading->inside && power) exchange_cut(trading->exchange);
    else if (trading->inside) exchange_kill(trading->exchange);
    free(trading->engine);
    free(trading->journal_memory);
    trading->engine = NULL;
    trading->journal = NULL;
    trading->journal_memory = NULL;
    trading->copied = 0;
    if (power && !trading->model.dark) model_cut(&trading->model);
    model_wake(&trading->model);
}

struct trading *trading_new(bool inside, uint64_t seed, enum venue_durability durability)
{
    struct trading *trading = exchange_memory(sizeof *trading);
    struct exchange_plan plan = {.seed = seed,
                                 .durability = durability,
                                 .inside = inside,
                                 .beside = {.context = trading, .turn = engine_turn}};
    if (inside) {
        plan.beside.starts = venue_starts;
        plan.beside.answer = recovered;
        plan.beside.relieve = relieve;
    }
    trading->inside = inside;
    trading->keep = seed % 2 ? JOURNAL_KEEP_ALL : 0;
    trading->exchange = exchange_new(&plan);
    trading->limits = (struct journal_limits){1 << 20, JOURNAL_RECORD_MAX};
    model_open(&trading->model, seed + 1000);
    trading->recovery = journal_recovery_new(exchange_memory(journal_recovery_footprint()),
                                             &trading->model.storage, &journal_hash_quick);
    gateway_plan(trading, seed);
    const struct spsc_limits copies = {COPIES, sizeof(struct gateway_report)};
    trading->copy = spsc_new(exchange_memory(spsc_footprint(&copies)), &copies);
    trading->plan = (struct engine_stage_plan){.instruments = EXCHANGE_INSTRUMENTS + 1,
                                               .gateway = &trading->gateway_plan,
                                               .budget_ticks = UINT64_MAX,
                                               .now = clock_read,
                                               .clock = trading->exchange->wire,
                                               .copy = trading->copy};
    if (!inside && !exchange_start(trading->exchange))
        exchange_wrong(trading->exchange, "the venue does not start");
    trading_start(trading);
    return trading;
}

void trading_delete(struct trading *trading)
{
    trading_kill(trading, false);
    model_close(&trading->model);
    exchange_delete(trading->exchange);
    free(trading->recovery);
    free(trading->copy);
    free(trading);
}

/* Time. */

bool trading_up(const struct trading *trading)
{
    return trading_view(trading).venue[0].session.state == ORDER_HOST_UP;
}

static bool nothing_under_way(const struct trading *trading)
{
    struct engine_gateway_view view = trading_view(trading);
    const uint64_t *slot = view.venue[0].slot;
    uint64_t all = 0;
    for (uint32_t i = 0; i < SLOT_STATE_COUNT; i++) all += slot[i];
    return slot[SLOT_FREE] + slot[SLOT_LIVE] == all;
}

bool trading_settle(struct trading *trading)
{
    for (uint32_t i = 0; i < 2000; i++) {
        exchange_run(trading->exchange, 10 * NANOS_MILLI);
        if (i > 5 && trading_up(trading) && nothing_under_way(trading)) return true;
    }
    return false;
}

bool trading_stop(struct trading *trading)
{
    engine_stage_stop(trading->engine, false);
    for (uint32_t i = 0; i < 1000 && !engine_stage_stopped(trading->engine); i++)
        exchange_run(trading->exchange, 10 * NANOS_MILLI);
    bool stopped = engine_stage_stopped(trading->engine);
    engine_stage_leave(trading->engine);
    exchange_run(trading->exchange, 100 * NANOS_MILLI);
    return stopped && engine_stage_left(trading->engine);
}

struct engine_gateway_view trading_view(const struct trading *trading)
{
    struct engine_gateway_view view;
    engine_stage_gateway_view(trading->engine, &view);
    return view;
}

qty_t trading_position(const struct trading *trading)
{
    struct gateway_holding holding;
    gateway_holding(engine_stage_gateway(trading->engine), 0, 0, &holding);
    return holding.position;
}

/* The truth. */

struct living {
    uint32_t open;
    bool sells;
};

static void truth_take(struct trading_truth *truth, struct living *orders, const uint8_t *bytes)
{
    if (bytes[0] == 'A') {
        const struct ouch50_accepted *accepted = (const void *)bytes;
        struct living *order = &orders[be32_read(accepted->urn) % LIVE_MAX];
        *order = (struct living){be32_read(accepted->qty), accepted->side.byte[0] != 'B'};
        if (accepted->state.byte[0] == 'D') order->open = 0;
        truth->orders++;
    } else if (bytes[0] == 'U') {
        const struct ouch50_replaced *replaced = (const void *)bytes;
        struct living *order = &orders[be32_read(replaced->urn) % LIVE_MAX];
        orders[be32_read(replaced->orig_urn) % LIVE_MAX].open = 0;
        *order = (struct living){be32_read(replaced->qty), replaced->side.byte[0] != 'B'};
        if (replaced->state.byte[0] == 'D') order->open = 0;
        truth->orders++;
    } else if (bytes[0] == 'C' || bytes[0] == 'E') {
        const struct ouch50_executed *gone = (const void *)bytes; /* both begin alike */
        struct living *order = &orders[be32_read(gone->urn) % LIVE_MAX];
        order->open -= be32_read(gone->qty);
        if (bytes[0] == 'C') return;
        truth->executions++;
        truth->position += order->sells ? -(int64_t)be32_read(gone->qty) : be32_read(gone->qty);
    }
}

/* From within nobody else can log in: the venue's recovery shows all answers of the day. */
static void record_keep(void *context, const struct gate_slot *slot)
{
    struct exchange_client *client = context;
    if (slot->kind != GATE_MESSAGE || client->told == EXCHANGE_MESSAGES) return;
    struct exchange_message *kept = &client->message[client->told++];
    CHECK(slot->bytes <= sizeof kept->bytes);
    kept->length = slot->bytes;
    memcpy(kept->bytes, slot->message, slot->bytes);
}

static void record_read(struct trading *trading)
{
    struct exchange *exchange = trading->exchange;
    struct exchange_client *client = &exchange->client[TRADING_CLIENT];
    if (trading->inside) {
        trading_kill(trading, false);
        client->told = 0;
        exchange->plan.beside = (struct exchange_beside){.context = client, .answer = record_keep};
        if (!exchange_start(exchange)) exchange_wrong(exchange, "the venue does not start");
        return;
    }
    exchange_connect(exchange, TRADING_CLIENT);
    if (!exchange_settle(exchange)) exchange_wrong(exchange, "the session's record is not read");
}

struct trading_truth trading_truth(struct trading *trading)
{
    struct exchange *exchange = trading->exchange;
    const struct exchange_client *client = &exchange->client[TRADING_CLIENT];
    struct living *orders = calloc(LIVE_MAX, sizeof *orders);
    struct trading_truth truth = {0};
    record_read(trading);
    for (uint64_t i = 0; i < client->told; i++)
        truth_take(&truth, orders, client->message[i].bytes);
    for (uint32_t i = 0; i < LIVE_MAX; i++) truth.living += orders[i].open > 0;
    free(orders);
    return truth;
}
