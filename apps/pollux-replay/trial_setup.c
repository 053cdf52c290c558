#include "apps/pollux-replay/trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Configuration and recording become a market and a gateway. */

#define WINDOW_MIN 4096u

static void *memory_of(size_t bytes)
{
    bytes = ALIGN_UP(bytes ? bytes : 1, CACHE_LINE);
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    CHECK(memory != NULL);
    memset(memory, 0, bytes);
    return memory;
}

/* Configuration. */

static void problems_tell(const char *path, const struct config_problems *from,
                          struct text *problems)
{
    for (uint32_t i = 0; i < from->count; i++) {
        const struct config_problem *one = &from->at[i];
        if (one->line) text_format(problems, "%s:%u:%u: ", path, one->line, one->column);
        else text_format(problems, "%s: ", path);
        text_format(problems, "%s\n", one->sentence);
    }
    if (from->more) text_format(problems, "%s: and %u more problems\n", path, from->more);
}

static bool setup_read(struct trial *trial, struct text *problems)
{
    static struct config_problems found;
    const struct replay_options *options = trial->options;
    const struct gateway_settings settings = {options->settings, options->setting};
    found = (struct config_problems){.count = 0};
    bool good = config_read(options->config, &trial->config, &found);
    if (good && !trial->config->gateway) {
        text_format(problems, "%s: there is no gateway in it\n", options->config);
        return false;
    }
    trial->setup.plan.instruments = REENACT_INSTRUMENTS_MAX + 1;
    if (good)
        good = gateway_setup_make(&trial->setup, trial->config->gateway, options->strategy,
                                  &settings, &found);
    problems_tell(options->config, &found, problems);
    trial->setup.plan.risk.armed = true; /* whoever tries a strategy wants to see it trade */
    for (uint32_t i = 0; good && i < trial->setup.plan.strategies; i++) {
        if (!trial->setup.strategy[i].leg_venue) continue;
        text_format(problems, "%s trades at several venues: a recording is one\n",
                    trial->setup.strategy[i].name);
        return false;
    }
    for (uint32_t i = 1; good && i < trial->setup.plan.strategies; i++) {
        if (trial->setup.strategy[i].venue == trial->setup.strategy[0].venue) continue;
        text_format(problems, "%s and %s trade at two venues: a recording is one\n",
                    trial->setup.strategy[0].name, trial->setup.strategy[i].name);
        return false;
    }
    return good;
}

/* The market. */

static price_t divisor(price_t a, price_t b)
{
    while (b != 0) {
        price_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* As fine as the recording and ours need it, and as wide as its prices lie apart. */
static void instrument_add(struct trial *trial, const struct trial_symbol *symbol, price_t tick,
                           price_t price_max)
{
    struct reenact_instrument *instrument = &trial->instrument[trial->instruments++];
    memcpy(instrument->symbol, symbol->symbol, sizeof instrument->symbol);
    instrument->tick = divisor((price_t)symbol->tick_e4 * PRICE_PER_E4, tick);
    price_t high = (price_t)symbol->high_e4 * PRICE_PER_E4, low = symbol->low_e4 * PRICE_PER_E4;
    price_t most = high > price_max ? high : price_max;
    price_t bound = (price_t)BOOK_PRICE_MAX_E4 * PRICE_PER_E4;
    if (most > bound) most = bound;
    if (most / instrument->tick > MATCH_TICKS_MAX) most = MATCH_TICKS_MAX * instrument->tick;
    instrument->price_max = most / instrument->tick * instrument->tick;
    uint64_t ticks = (uint64_t)((high - low) / instrument->tick) + 1;
    instrument->window = WINDOW_MIN;
    while (instrument->window < 2 * ticks && instrument->window < MATCH_WINDOW_MAX)
        instrument->window *= 2;
}

static bool shown_to_any(const struct trial *trial, const char symbol[8])
{
    for (uint32_t i = 0; i < trial->setup.plan.strategies; i++) {
        const struct gateway_strategy_plan *strategy = &trial->setup.strategy[i];
        if (strategy->legs == 0) return true;
        for (uint32_t k = 0; k < strategy->legs; k++)
            if (memcmp(strategy->leg[k].symbol, symbol, 8) == 0) return true;
    }
    return false;
}

/* What the strategies are shown; without any, everything. */
static bool instruments_choose(struct trial *trial, struct text *problems)
{
    const struct gateway_plan *plan = &trial->setup.plan;
    uint32_t wanted = 0;
    trial->instrument = memory_of(REENACT_INSTRUMENTS_MAX * sizeof *trial->instrument);
    for (uint32_t i = 0; i < trial->surveys; i++) {
        const struct trial_symbol *symbol = &trial->surveyed[i];
        const struct gateway_symbol_plan *ours = NULL;
        for (uint32_t k = 0; k < plan->symbols && !ours; k++)
            if (memcmp(plan->symbol[k].name, symbol->symbol, 8) == 0) ours = &plan->symbol[k];
        if (symbol->orders == 0 || !reenact_symbol_good(symbol->symbol) ||
            (plan->strategies && !shown_to_any(trial, symbol->symbol)))
            continue;
        if (++wanted > REENACT_INSTRUMENTS_MAX) continue;
        instrument_add(trial, symbol, ours ? ours->tick : 0, ours ? ours->price_max : 0);
    }
    if (wanted > REENACT_INSTRUMENTS_MAX)
        text_format(problems, "%u symbols are to be enacted, and %u are: name fewer\n", wanted,
                    REENACT_INSTRUMENTS_MAX);
    if (wanted > 0) return true;
    text_append(problems, plan->strategies
                              ? "the recording has orders in none of the strategies' instruments\n"
                              : "the recording has no orders\n");
    return false;
}

static bool market_make(struct trial *trial, struct text *problems)
{
    const struct replay_options *options = trial->options;
    uint64_t orders = REENACT_OWN_MAX; /* no more can live than ever came */
    for (uint32_t i = 0; i < trial->surveys; i++) orders += trial->surveyed[i].orders;
    if (orders > options->orders) orders = options->orders;
    struct reenact_plan plan = {
        .instruments = trial->instruments,
        .instrument = trial->instrument,
        .orders = (uint32_t)orders,
        .locates = options->instruments + 1,
        .history = {.bytes = TRIAL_HISTORY_BYTES, .messages = TRIAL_HISTORY_MESSAGES},
        .session = {.dialect = ENTRY_OUCH50,
                    .firms = 1,
                    .firm = {{' ', ' ', ' ', ' '}},
                    .cancel_on_disconnect = true},
    };
    if (trial->setup.plan.strategies)
        memcpy(plan.session.firm[0], trial->setup.plan.venue[trial->setup.strategy[0].venue].firm,
               4);
    const struct feed_limits feed = {.book = {.instruments = trial->instruments + 1,
                                              .orders = (uint32_t)orders,
                                              .levels = options->levels},
                                     .digest = true};
    const char *wrong = reenact_check(&plan);
    if (wrong) {
        text_format(problems, "the market cannot be enacted: %s\n", wrong);
        return false;
    }
    trial->published = feed_new(memory_of(feed_footprint(&feed)), &feed);
    struct entry_sink sink = trial_sink(trial);
    trial->reenact = reenact_new(memory_of(reenact_footprint(&plan)), &plan, &sink);
    trial->quotes = memory_of(trial->instruments * sizeof *trial->quotes);
    return true;
}

/* The gateway. */

static bool gateway_make(struct trial *trial, struct text *problems)
{
    struct gateway_plan *plan = &trial->setup.plan;
    plan->instruments = trial->instruments + 1;
    for (uint32_t i = 0; i < plan->strategies; i++)
        if (plan->strategy[i].legs == 0)
            trial->setup.strategy[i].parameters.legs = plan->instruments;
    const char *wrong = gateway_check(plan);
    if (wrong) {
        text_format(problems, "%s: %s\n", trial->options->config, wrong);
        return false;
    }
    struct gateway_outlet outlet = trial_outlet(trial);
    trial->gateway = gateway_new(memory_of(gateway_footprint(plan)), plan, &outlet);
    trial->holding = memory_of((size_t)plan->strategies * plan->symbols * sizeof *trial->holding);
    gateway_recovered(trial->gateway, TRIAL_DAY);
    gateway_session(trial->gateway, trial->setup.strategy[0].venue, true, TRIAL_DAY);
    return true;
}

bool trial_open(struct trial *trial, const struct replay_options *options,
                const struct recording *recording, struct text *problems)
{
    trial->options = options;
    bool trades = strcmp(options->strategy, "none") != 0;
    if (trades && !setup_read(trial, problems)) return false;
    trial_survey(trial, recording);
    if (!instruments_choose(trial, problems)) return false;
    if (!market_make(trial, problems)) return false;
    if (trades && !gateway_make(trial, problems)) return false;
    if (!options->reports) return true;
    trial->lines = fopen(options->reports, "w");
    if (trial->lines) return true;
    text_format(problems, "%s: %s\n", options->reports, strerror(errno));
    return false;
}

void trial_close(struct trial *trial, struct text *problems)
{
    if (!trial->lines) return;
    bool failed = ferror(trial->lines) != 0;
    if (fclose(trial->lines) != 0 || failed)
        text_format(problems, "%s: %s\n", trial->options->reports, strerror(errno));
    trial->lines = NULL;
}
