#include "apps/polluxd/outside.h"

#include "apps/polluxd/gateway_config.h"
#include "apps/polluxd/rows.h"
#include "apps/polluxd/trading.h"
#include "dataplane/base/clock_setup.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCES    16u
#define SENTENCE_MAX 512u
#define TELL_SECONDS 0.5

struct polluxd_outside {
    struct polluxd *polluxd;
    struct redis *redis;
    struct redis_names names;
    struct redis_strategy *strategy;
    char (*called)[DELEGATE_NAME_MAX + 1]; /* of each place; its strategy's name points there */
    struct redis_symbol *symbol;
    struct redis_listed *listed;
    const char **venue;
    const char **traded; /* what the strategies' symbols point to */
    struct engine_gateway_view view;
    bool asking;        /* for positions */
    uint32_t positions; /* told of those asked for */
    char sentence[SENTENCES][SENTENCE_MAX];
    uint64_t said;
    uint64_t taken;
};

/* Names. */

void polluxd_outside_call(struct polluxd_outside *outside, uint32_t place, const char *name)
{
    if (outside && outside->called)
        (void)snprintf(outside->called[place], sizeof outside->called[place], "%s", name);
}

static void strategies_name(struct polluxd_outside *outside, const struct config_gateway *config)
{
    const struct gateway_plan *plan = &outside->polluxd->gateway.plan;
    const struct gateway *gateway = engine_stage_gateway(outside->polluxd->launch.engine);
    const char **traded = outside->traded;
    for (uint32_t i = 0; i < plan->strategies; i++) {
        struct redis_strategy *strategy = &outside->strategy[i];
        *strategy = (struct redis_strategy){.name = outside->called[i],
                                            .venue = plan->strategy[i].venue,
                                            .at = plan->strategy[i].leg_venue};
        /* In a spare place is somebody of whom the journal knows, or nobody yet. */
        polluxd_outside_call(outside, i, gateway_strategy_of(gateway, i)->name);
        if (i >= config->strategies.count) continue;
        const struct config_trade_strategy *from = &config->strategies.at[i];
        polluxd_outside_call(outside, i, from->name);
        strategy->orders = from->orders;
        strategy->outside = polluxd_outside(from);
        strategy->symbol = traded;
        for (uint32_t k = 0; k < from->instruments.count; k++)
            traded[strategy->symbols++] = from->instruments.at[k].text;
        traded += strategy->symbols;
    }
    outside->names.strategies = plan->strategies;
    outside->names.strategy = outside->strategy;
}

static void *zeroed(uint64_t count, size_t bytes)
{
    void *memory = calloc(count ? count : 1, bytes);
    CHECK(memory != NULL);
    return memory;
}

static void listings_name(struct polluxd_outside *outside)
{
    const struct config_venue *config = outside->polluxd->config->venue;
    if (!config) return;
    outside->listed = zeroed(config->instruments.count, sizeof *outside->listed);
    for (uint32_t i = 0; i < config->instruments.count; i++)
        memcpy(outside->listed[i].name, config->instruments.at[i].symbol,
               sizeof outside->listed[i].name);
    outside->names.listings = config->instruments.count;
    outside->names.listed = outside->listed;
}

static void names_make(struct polluxd_outside *outside)
{
    const struct config_gateway *config = outside->polluxd->config->gateway;
    listings_name(outside);
    if (!config) return;
    uint64_t traded = 0;
    for (uint32_t i = 0; i < config->strategies.count; i++)
        traded += config->strategies.at[i].instruments.count;
    outside->strategy =
        zeroed(outside->polluxd->gateway.plan.strategies, sizeof *outside->strategy);
    outside->called = zeroed(outside->polluxd->gateway.plan.strategies, sizeof *outside->called);
    outside->symbol = zeroed(config->symbols.count, sizeof *outside->symbol);
    outside->venue = zeroed(config->venues.count, sizeof *outside->venue);
    outside->traded = zeroed(traded, sizeof *outside->traded);
    strategies_name(outside, config);
    for (uint32_t i = 0; i < config->symbols.count; i++) {
        memcpy(outside->symbol[i].name, config->symbols.at[i].symbol,
               sizeof outside->symbol[i].name);
        outside->symbol[i].venue = config->symbols.at[i].venue;
    }
    for (uint32_t i = 0; i < config->venues.count; i++)
        outside->venue[i] = config->venues.at[i].name;
    outside->names.symbols = config->symbols.count;
    outside->names.symbol = outside->symbol;
    outside->names.venues = config->venues.count;
    outside->names.venue = outside->venue;
}

/* What it calls. */

static void halt(void *context, const char *why)
{
    struct polluxd_outside *outside = context;
    engine_stage_halt(outside->polluxd->launch.engine); /* now; the record with a name follows */
    trading_halt_ask_by(why);
}

static void say(void *context, const char *sentence)
{
    struct polluxd_outside *outside = context;
    if (outside->said - outside->taken == SENTENCES) outside->taken++; /* the oldest gives way */
    (void)snprintf(outside->sentence[outside->said++ % SENTENCES], SENTENCE_MAX, "%s", sentence);
}

static void engine_wake(void *context)
{
    struct polluxd_outside *outside = context;
    lcore_wake(outside->polluxd->launch.engine_lcore);
}

static nanos_t box_now(void *context)
{
    const struct polluxd_outside *outside = context;
    return net_clock_time(&outside->polluxd->launch.net_clock, clock_now());
}

static const char *state(void *context)
{
    static const char *const names[] = {"ACTIVE", "REDUCE_ONLY", "HALTED"};
    struct polluxd_outside *outside = context;
    engine_stage_gateway_view(outside->polluxd->launch.engine, &outside->view);
    return outside->view.state < ARRAY_COUNT(names) ? names[outside->view.state] : "?";
}

/* Positions: all of them, a portion after the other, each second that finds the last ones told. */

static void positions_ask(struct polluxd_outside *outside, uint64_t after);

/* Where a strategy trades a symbol now, or would. */
static uint32_t venue_now(const struct redis_names *names, const char *strategy, const char *symbol)
{
    uint32_t i = 0;
    while (i < names->strategies && strcmp(names->strategy[i].name, strategy) != 0) i++;
    if (i == names->strategies) return REDIS_NAME_NONE;
    uint32_t at = redis_symbol_find(names, &names->strategy[i], symbol);
    return at == REDIS_NAME_NONE ? names->strategy[i].venue : names->symbol[at].venue;
}

/* What is left at a venue of before has a name of its own, or one would hide the other. */
static struct redis_position position_of(const struct polluxd_outside *outside,
                                         const struct engine_view_holding *from)
{
    const struct redis_names *names = &outside->names;
    struct redis_position position = {.qty = from->is.position};
    char symbol[sizeof from->symbol + 1] = "";
    memcpy(symbol, from->symbol, sizeof from->symbol);
    symbol[strcspn(symbol, " ")] = '\0';
    bool left = venue_now(names, from->strategy, symbol) != from->venue;
    const char *venue = left && from->venue < names->venues ? names->venue[from->venue] : "";
    (void)snprintf(position.name, sizeof position.name, "%s:%s%s%s", from->strategy, symbol,
                   venue[0] ? "@" : "", venue);
    return position;
}

static void positions_told(void *context, const struct window *window,
                           const struct window_said *said)
{
    struct polluxd_outside *outside = context;
    struct redis_position position[REDIS_POSITIONS_MAX];
    outside->asking = false;
    if (!said) return;
    for (uint32_t i = 0; i < said->rows; i++)
        position[i] = position_of(outside, window_row(window, i));
    redis_positions(outside->redis, outside->positions, position, said->rows);
    outside->positions += said->rows;
    if (said->next > 0) positions_ask(outside, said->next);
}

static void positions_ask(struct polluxd_outside *outside, uint64_t after)
{
    const struct polluxd *polluxd = outside->polluxd;
    const struct window_ask ask = {.kind = ENGINE_WINDOW_HOLDINGS,
                                   .limit = REDIS_POSITIONS_MAX,
                                   .after = after,
                                   .strategy = WINDOW_ANY,
                                   .venue = WINDOW_ANY};
    outside->asking = rows_ask(polluxd->rows, engine_stage_window(polluxd->launch.engine), &ask,
                               positions_told, outside);
}

/* No rows: it stops. */
static void positions(void *context)
{
    struct polluxd_outside *outside = context;
    if (outside->asking || !outside->polluxd->rows) return;
    outside->positions = 0;
    positions_ask(outside, 0);
}

/* Lifecycle. */

bool polluxd_outside_new(struct polluxd *polluxd, struct text *problems)
{
    struct launch *launch = &polluxd->launch;
    if (!polluxd->config->redis) return true;
    struct polluxd_outside *outside = zeroed(1, sizeof *outside);
    outside->polluxd = polluxd;
    polluxd->outside = outside;
    names_make(outside);
    const struct launch_outside *of = &launch->outside;
    const struct counter *lost =
        of->reports ? match_stage_reports_lost(launch->venue->match) : NULL;
    const struct redis_plan plan = {.loop = polluxd->loop,
                                    .config = polluxd->config->redis,
                                    .names = &outside->names,
                                    .engine = launch->gateway ? launch->engine : NULL,
                                    .journal = launch->gateway ? launch->gateway->journal : NULL,
                                    .intake = of->intake,
                                    .answers = of->answers,
                                    .copy = of->copy,
                                    .prices = of->prices,
                                    .accounts = of->accounts,
                                    .own_prices = of->own_prices,
                                    .accounts_lost = of->tally ? venue_tally_lost(of->tally) : NULL,
                                    .reports = of->reports,
                                    .reports_lost = lost,
                                    .calls = {.context = outside,
                                              .halt = halt,
                                              .say = say,
                                              .wake = engine_wake,
                                              .state = state,
                                              .now = box_now,
                                              .positions = positions}};
    outside->redis = redis_new(&plan, problems);
    return outside->redis != NULL;
}

bool polluxd_outside_step(struct polluxd_outside *outside, struct text *said)
{
    if (!outside || outside->taken == outside->said) return false;
    text_append(said, outside->sentence[outside->taken++ % SENTENCES]);
    return true;
}

bool polluxd_outside_view(const struct polluxd_outside *outside, struct redis_view *view)
{
    if (!outside || !outside->redis) return false;
    redis_look(outside->redis, view);
    return true;
}

void polluxd_outside_deafen(struct polluxd_outside *outside)
{
    if (outside && outside->redis) redis_deafen(outside->redis);
}

static void wake(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    (void)events;
}

static void rest_tell(struct polluxd_outside *outside)
{
    struct ev_loop *loop = outside->polluxd->loop;
    ev_timer timer;
    ev_timer_init(&timer, wake, 0.002, 0.002);
    ev_timer_start(loop, &timer);
    ev_now_update(loop);
    ev_tstamp until = ev_now(loop) + TELL_SECONDS;
    do ev_run(loop, EVRUN_ONCE);
    while (ev_now(loop) < until && !redis_told(outside->redis));
    ev_timer_stop(loop, &timer);
}

void polluxd_outside_free(struct polluxd_outside *outside, struct text *summary)
{
    if (!outside) return;
    if (outside->redis) {
        rest_tell(outside);
        redis_print(outside->redis, summary);
    }
    redis_free(outside->redis);
    free(outside->strategy);
    free(outside->called);
    free(outside->symbol);
    free(outside->listed);
    free(outside->venue);
    free(outside->traded);
    free(outside);
}
