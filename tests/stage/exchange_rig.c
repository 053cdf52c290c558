#include "tests/stage/exchange_parts.h"

#include "tests/journal/journal_hash_quick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_NS (20 * NANOS_MICRO)

void exchange_wrong(struct exchange *exchange, const char *what)
{
    if (!exchange->wrong) exchange->wrong = what;
}

void *exchange_memory(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    if (!memory) abort();
    return memset(memory, 0, ALIGN_UP(bytes, CACHE_LINE));
}

/* Memory that ends with the process: much, of which a spec touches little, so it is not filled with
 * zeroes by us. */
static void *life_new(struct exchange *exchange, size_t bytes)
{
    void *memory = calloc(1, bytes + CACHE_LINE);
    if (!memory) abort();
    exchange->life[exchange->lives++] = memory;
    return (void *)ALIGN_UP((uintptr_t)memory, CACHE_LINE);
}

/* The process. */

static const struct spsc_limits slots_limits = {256, sizeof(struct gate_slot)};
static const struct spsc_limits news_limits = {512, sizeof(struct match_event)};

static void answer_show(void *context, const struct gate_slot *slot)
{
    struct exchange *exchange = context;
    const struct exchange_beside *beside = &exchange->plan.beside;
    if (slot->session < exchange->gate_plan.sessions) gate_stage_answer(exchange->gate, slot);
    else beside->answer(beside->context, slot);
}

static void rings_relieve(void *context)
{
    struct exchange *exchange = context;
    gate_stage_relieve(exchange->gate);
    if (exchange->plan.inside) exchange->plan.beside.relieve(exchange->plan.beside.context);
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
    if (exchange->plan.inside) {
        match->inside[0].requests =
            spsc_new(life_new(exchange, spsc_footprint(&slots_limits)), &slots_limits);
        match->inside[0].answers =
            spsc_new(life_new(exchange, spsc_footprint(&slots_limits)), &slots_limits);
    }
    const struct spsc_limits reports_limits = {exchange->plan.reports, sizeof(struct entry_report)};
    match->reports = NULL;
    if (exchange->plan.reports > 0)
        match->reports =
            spsc_new(life_new(exchange, spsc_footprint(&reports_limits)), &reports_limits);
    const char *problem = gate_stage_check(gate);
    if (problem) fprintf(stderr, "%s\n", problem);
    exchange->gate = gate_stage_new(life_new(exchange, gate_stage_footprint(gate)), gate,
                                    sim_wire_now(exchange->wire));
    void *memory = life_new(exchange, match_stage_footprint(match));
    struct venue_outlet outlet = match_stage_outlet(memory);
    exchange->venue = venue_new(life_new(exchange, venue_footprint(&exchange->limits)),
                                &exchange->limits, &outlet);
    match->venue = exchange->venue;
    match->relieve = rings_relieve;
    match->relieve_context = exchange;
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
    if (exchange->plan.beside.starts) exchange->plan.beside.starts(exchange->plan.beside.context);
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

/* The feed. */

void exchange_listen(struct exchange *exchange)
{
    struct feed_stage_plan *plan = &exchange->feed_plan;
    sim_wire_clear(exchange->wire, 2);
    exchange_feed_plan(exchange);
    struct conflate_limits markets = {.keys = 4, .value_bytes = sizeof(struct market)};
    struct conflate_limits listings = {.keys = 4, .value_bytes = sizeof(struct listing)};
    for (uint32_t i = 0; i < 3; i++) free(exchange->feed_life[i]);
    exchange->feed_life[0] = exchange_memory(conflate_footprint(&listings));
    exchange->feed_life[1] = exchange_memory(conflate_footprint(&markets));
    exchange->feed_life[2] = exchange_memory(feed_stage_footprint(plan));
    exchange->listings = conflate_new(exchange->feed_life[0], &listings);
    exchange->markets = conflate_new(exchange->feed_life[1], &markets);
    exchange->feed =
        feed_stage_new(exchange->feed_life[2], plan, exchange->listings, exchange->markets);
}

/* Time. */

static void step(struct exchange *exchange)
{
    sim_wire_advance(exchange->wire, STEP_NS);
    nanos_t now = sim_wire_now(exchange->wire);
    bool keeps = now / STEP_NS % 50 == 0; /* housekeeping, every millisecond */
    exchange_clients_turn(exchange);
    const struct exchange_beside *beside = &exchange->plan.beside;
    if (beside->turn && (exchange->journal || !exchange->plan.inside))
        beside->turn(beside->context, keeps);
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
    for (uint32_t i = 0; i < exchange->gate_plan.sessions; i++) {
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
    struct exchange *exchange = exchange_memory(sizeof *exchange);
    exchange->plan = *plan;
    exchange->hole_messages = 10000;
    exchange->wire = sim_wire_new(plan->seed);
    exchange->journal_limits = (struct journal_limits){1 << 17, JOURNAL_RECORD_MAX};
    model_open(&exchange->model, plan->seed);
    exchange->recovery = journal_recovery_new(exchange_memory(journal_recovery_footprint()),
                                              &exchange->model.storage, &journal_hash_quick);
    exchange_plans_make(exchange);
    exchange_clients_make(exchange);
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
