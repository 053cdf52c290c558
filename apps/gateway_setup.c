#include "apps/gateway_setup.h"

#include "dataplane/strategy/strategies.h"

#include <stdlib.h>
#include <string.h>

void gateway_setup_symbol(char padded[8], const char *text)
{
    memset(padded, ' ', 8);
    for (uint32_t i = 0; i < 8 && text[i]; i++) padded[i] = text[i];
}

static void *zeroed(size_t count, size_t bytes)
{
    void *memory = calloc(count ? count : 1, bytes);
    CHECK(memory != NULL);
    return memory;
}

/* Venues and symbols. */

static void venues_fill(struct gateway_plan *plan, const struct config_gateway *config)
{
    plan->venues = config->venues.count;
    for (uint32_t i = 0; i < plan->venues; i++) {
        const struct config_trade_venue *from = &config->venues.at[i];
        struct gateway_venue_plan *venue = &plan->venue[i];
        *venue = (struct gateway_venue_plan){
            .kind = trade_port_find("ouch50"), /* the only protocol there is */
            .answer_ns = from->answer_ms * NANOS_MILLI,
            .per_second = from->messages_per_second,
            .reserve = from->cancel_reserve,
            .first_order = from->first_order,
            .cancel_at_loss = from->cancels_at_loss,
        };
        CHECK(from->protocol == CONFIG_TRADE_OUCH50);
        memcpy(venue->name, from->name, sizeof venue->name);
        memset(venue->firm, ' ', sizeof venue->firm);
        for (uint32_t k = 0; k < sizeof venue->firm && from->firm[k]; k++)
            venue->firm[k] = from->firm[k];
    }
}

static void symbols_fill(struct gateway_setup *setup, const struct config_gateway *config)
{
    setup->symbol = zeroed(config->symbols.count, sizeof *setup->symbol);
    for (uint32_t i = 0; i < config->symbols.count; i++) {
        const struct config_trade_symbol *from = &config->symbols.at[i];
        struct gateway_symbol_plan *symbol = &setup->symbol[i];
        *symbol = (struct gateway_symbol_plan){
            .venue = from->venue,
            .tick = (price_t)from->tick,
            .lot = (qty_t)from->lot,
            .price_max = (price_t)from->price_max,
            .qty_max = (qty_t)from->quantity_max,
        };
        gateway_setup_symbol(symbol->name, from->symbol); /* venue_symbol: here the feed trades */
    }
    setup->plan.symbols = config->symbols.count;
    setup->plan.symbol = setup->symbol;
}

/* Strategies. */

static const struct delegate_parameter *setting_of(const struct gateway_settings *settings,
                                                   const char *name)
{
    for (uint32_t i = settings->count; i-- > 0;)
        if (strcmp(settings->at[i].name, name) == 0) return &settings->at[i];
    return NULL;
}

/* Those of the file, with the settings in their places, then what only the settings have. */
static struct delegate_parameters parameters_of(const struct config_trade_strategy *from,
                                                const struct gateway_settings *settings,
                                                struct delegate_parameter **made)
{
    uint32_t count = 0;
    *made = zeroed(from->parameters.count + settings->count, sizeof **made);
    for (; count < from->parameters.count; count++) {
        const struct config_parameter *one = &from->parameters.at[count];
        const struct delegate_parameter *setting = setting_of(settings, one->name);
        (*made)[count] =
            (struct delegate_parameter){one->name, setting ? setting->value : one->value};
    }
    for (uint32_t i = 0; i < settings->count; i++) {
        const struct delegate_parameter *one = &settings->at[i];
        bool known = setting_of(settings, one->name) != one;
        for (uint32_t k = 0; k < count; k++) known |= strcmp((*made)[k].name, one->name) == 0;
        if (!known) (*made)[count++] = *one;
    }
    return (struct delegate_parameters){.count = count, .at = *made};
}

static struct listing_name *legs_of(const struct config_trade_strategy *from)
{
    struct listing_name *leg = zeroed(from->instruments.count, sizeof *leg);
    for (uint32_t i = 0; i < from->instruments.count; i++)
        gateway_setup_symbol(leg[i].symbol, from->instruments.at[i].text);
    return leg;
}

/* NULL if all are at its own venue. */
static uint32_t *leg_venues_of(const struct config_trade_strategy *from)
{
    if (from->elsewhere.count == 0) return NULL;
    uint32_t *venues = zeroed(from->instruments.count, sizeof *venues);
    for (uint32_t i = 0; i < from->instruments.count; i++) {
        venues[i] = from->venue;
        for (uint32_t k = 0; k < from->elsewhere.count; k++) {
            const struct config_elsewhere *elsewhere = &from->elsewhere.at[k];
            for (uint32_t n = 0; n < elsewhere->instruments.count; n++)
                if (strcmp(elsewhere->instruments.at[n].text, from->instruments.at[i].text) == 0)
                    venues[i] = elsewhere->venue;
        }
    }
    return venues;
}

/* Where a mistake in the parameters stands: the value that the sentence names. */
static struct config_place mistake_place(const struct config_trade_strategy *from,
                                         const char *sentence)
{
    for (uint32_t i = 0; i < from->parameters.count; i++)
        if (strstr(sentence, from->parameters.at[i].name)) return from->parameters.at[i].place;
    return from->strategy.place;
}

static void strategy_fill(struct gateway_setup *setup, const struct config_trade_strategy *from,
                          const struct gateway_settings *settings, struct config_problems *problems)
{
    char sentence[CONFIG_SENTENCE_MAX] = "";
    uint32_t number = setup->plan.strategies++;
    bool outside = strcmp(from->strategy.text, CONFIG_STRATEGY_OUTSIDE) == 0;
    struct gateway_setup_parts *parts = &setup->parts[number];
    struct gateway_strategy_plan *strategy = &setup->strategy[number];
    *strategy = (struct gateway_strategy_plan){
        .name = from->name,
        .kind = outside ? NULL : strategies_find(from->strategy.text),
        .parameters = parameters_of(from, settings, &parts->parameter),
        .legs = from->instruments.count,
        .leg = parts->leg = legs_of(from),
        .venue = from->venue,
        .leg_venue = parts->leg_venue = leg_venues_of(from),
        .orders = from->orders,
        .uniques = from->unique_orders,
        .all_venues = from->all_venues,
    };
    strategy->parameters.legs = strategy->legs ? strategy->legs : setup->plan.instruments;
    if (outside) return;
    const struct delegate_kind *kind = strategy->kind;
    if (kind == NULL)
        config_problems_add(problems, from->strategy.place,
                            "%s.strategy is \"%s\": no strategy is called so", from->name,
                            from->strategy.text);
    else if (kind->check && !kind->check(&strategy->parameters, sentence, sizeof sentence))
        config_problems_add(problems, mistake_place(from, sentence), "%s: %s", from->name,
                            sentence);
    else if (!kind->check && strategy->parameters.count)
        config_problems_add(problems, from->strategy.place, "%s.strategy: %s takes no parameters",
                            from->name, kind->name);
}

static void strategies_fill(struct gateway_setup *setup, const struct config_gateway *config,
                            const char *only, const struct gateway_settings *settings,
                            struct config_problems *problems)
{
    setup->strategy = zeroed(config->strategies.count, sizeof *setup->strategy);
    setup->parts = zeroed(config->strategies.count, sizeof *setup->parts);
    for (uint32_t i = 0; i < config->strategies.count; i++) {
        const struct config_trade_strategy *from = &config->strategies.at[i];
        if (only && strcmp(only, from->name) != 0 && strcmp(only, from->strategy.text) != 0)
            continue;
        setup->parts[setup->plan.strategies].index = i;
        strategy_fill(setup, from, settings, problems);
    }
    setup->plan.strategy = setup->strategy;
    if (setup->plan.strategies == 0)
        config_problems_add(problems, (struct config_place){0, 0},
                            "no strategy of gateway.strategies is called %s, or is one",
                            only ? only : "anything");
}

/* Bounds. */

struct bounds {
    struct gateway_setup *setup;
    struct risk_subject subject;
};

static void bound_add(const struct bounds *to, enum risk_verdict limit, uint64_t value)
{
    struct gateway_plan *plan = &to->setup->plan;
    to->setup->record[plan->records++] = (struct risk_record){
        .kind = RISK_RECORD_BOUND,
        .scope = (uint8_t)risk_limit(limit)->scope,
        .limit = (uint16_t)limit,
        .role = RISK_ADMIN,
        .confirm_role = RISK_ADMIN,
        .subject = to->subject,
        .who = 0,
        .confirmed_by = 1, /* the file is read by who may change it, and by who starts it */
        .value = (int64_t)value,
        .reason = "configuration",
    };
}

#define BOUND(E, name, scope, unit, looser, most, sentence, limits)                                \
    bound_add(&to, E, (limits)->name);
#define ONE(E, name, scope, unit, looser, most, sentence) +1
enum {
    BOX_BOUNDS = RISK_BOX_LIMITS(ONE),
    VENUE_BOUNDS = RISK_VENUE_LIMITS(ONE),
    SYMBOL_BOUNDS = RISK_SYMBOL_LIMITS(ONE),
    HOLDING_BOUNDS = RISK_HOLDING_LIMITS(ONE),
    STRATEGY_BOUNDS = RISK_STRATEGY_LIMITS(ONE) RISK_ROUTE_LIMITS(ONE),
    ROUTE_BOUNDS = RISK_ROUTE_LIMITS(ONE),
};

static void bounds_fill(struct gateway_setup *setup, const struct config_gateway *config)
{
    struct gateway_plan *plan = &setup->plan;
    struct bounds to = {.setup = setup};
    size_t holdings = (size_t)plan->strategies * plan->symbols;
    size_t most = BOX_BOUNDS + (size_t)plan->venues * VENUE_BOUNDS +
                  (size_t)plan->symbols * SYMBOL_BOUNDS +
                  (size_t)plan->strategies * STRATEGY_BOUNDS + holdings * HOLDING_BOUNDS;
    for (uint32_t i = 0; i < plan->strategies; i++)
        most += (size_t)config->strategies.at[setup->parts[i].index].elsewhere.count * ROUTE_BOUNDS;
    setup->record = zeroed(most, sizeof *setup->record);
    plan->record = setup->record;
    RISK_BOX_LIMITS(BOUND, &config->limits)
    for (uint32_t i = 0; i < plan->venues; i++) {
        to.subject = (struct risk_subject){.venue = i};
        RISK_VENUE_LIMITS(BOUND, &config->venues.at[i].limits)
    }
    for (uint32_t i = 0; i < plan->symbols; i++) {
        to.subject = (struct risk_subject){.symbol = i};
        RISK_SYMBOL_LIMITS(BOUND, &config->symbols.at[i].limits)
    }
    for (uint32_t i = 0; i < plan->strategies; i++) {
        const struct config_trade_strategy *from = &config->strategies.at[setup->parts[i].index];
        to.subject = (struct risk_subject){.strategy = i};
        RISK_STRATEGY_LIMITS(BOUND, &from->limits)
        to.subject.venue = from->venue;
        RISK_ROUTE_LIMITS(BOUND, &from->limits)
        for (uint32_t k = 0; k < from->elsewhere.count; k++) {
            to.subject.venue = from->elsewhere.at[k].venue;
            RISK_ROUTE_LIMITS(BOUND, &from->elsewhere.at[k].limits)
        }
        for (uint32_t symbol = 0; symbol < plan->symbols; symbol++) {
            to.subject = (struct risk_subject){.strategy = i, .symbol = symbol};
            RISK_HOLDING_LIMITS(BOUND, &from->limits)
        }
    }
    CHECK(plan->records <= most);
}

#define CEILING(E, name, scope, unit, looser, most, sentence, ceilings)                            \
    plan->risk.ceiling[E - 1] = (int64_t)(ceilings)->name;

bool gateway_setup_make(struct gateway_setup *setup, const struct config_gateway *config,
                        const char *only, const struct gateway_settings *settings,
                        struct config_problems *problems)
{
    struct gateway_plan *plan = &setup->plan;
    uint32_t before = problems->count + problems->more;
    plan->risk.armed = config->armed;
    plan->risk.two_persons = config->two_persons;
    RISK_LIMITS(CEILING, &config->ceilings)
    plan->reconcile_ns = config->reconcile_ms * NANOS_MILLI;
    venues_fill(plan, config);
    symbols_fill(setup, config);
    strategies_fill(setup, config, only, settings, problems);
    bounds_fill(setup, config);
    return problems->count + problems->more == before;
}

void gateway_setup_free(struct gateway_setup *setup)
{
    for (uint32_t i = 0; i < setup->plan.strategies; i++) {
        free(setup->parts[i].parameter);
        free(setup->parts[i].leg);
        free(setup->parts[i].leg_venue);
    }
    free(setup->parts);
    free(setup->strategy);
    free(setup->symbol);
    free(setup->record);
}
