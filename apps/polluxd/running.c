#include "apps/polluxd/running.h"

#include "apps/polluxd/gateway_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *copy_of(const void *from, size_t count, size_t bytes)
{
    void *copy = calloc(count ? count : 1, bytes);
    if (copy && count) memcpy(copy, from, count * bytes);
    return copy;
}

static bool parameters_copy(struct config_parameters *to, const struct config_parameters *from)
{
    to->count = from->count;
    to->at = copy_of(from->at, from->count, sizeof *from->at);
    return to->at != NULL;
}

static bool symbols_copy(struct config_symbols *to, const struct config_symbols *from)
{
    to->count = from->count;
    to->at = copy_of(from->at, from->count, sizeof *from->at);
    return to->at != NULL;
}

/* All that it points to, and may be freed. */
static bool strategy_copy(struct config_trade_strategy *to,
                          const struct config_trade_strategy *from)
{
    *to = *from;
    uint32_t elsewhere = from->elsewhere.count;
    to->elsewhere.at = copy_of(from->elsewhere.at, elsewhere, sizeof *from->elsewhere.at);
    bool right = to->elsewhere.at != NULL;
    to->elsewhere.count = right ? elsewhere : 0;
    for (uint32_t i = 0; i < to->elsewhere.count; i++)
        right &= symbols_copy(&to->elsewhere.at[i].instruments, &from->elsewhere.at[i].instruments);
    right &= symbols_copy(&to->instruments, &from->instruments);
    return parameters_copy(&to->parameters, &from->parameters) && right;
}

/* With room for more strategies. */
static bool gateway_copy(struct running *running, const struct config_gateway *from, uint32_t more)
{
    struct config_gateway *to = &running->gateway;
    *to = *from;
    to->strategies.count = 0;
    to->venues.at = copy_of(from->venues.at, from->venues.count, sizeof *from->venues.at);
    to->symbols.at = copy_of(from->symbols.at, from->symbols.count, sizeof *from->symbols.at);
    to->plugins.at = copy_of(from->plugins.at, from->plugins.count, sizeof *from->plugins.at);
    to->strategies.at =
        calloc((size_t)from->strategies.count + more + 1, sizeof *to->strategies.at);
    running->place = calloc((size_t)from->strategies.count + more + 1, sizeof *running->place);
    bool right =
        to->venues.at && to->symbols.at && to->plugins.at && to->strategies.at && running->place;
    for (uint32_t i = 0; right && i < from->strategies.count; i++) {
        to->strategies.count++;
        running->place[i] = i;
        right = strategy_copy(&to->strategies.at[i], &from->strategies.at[i]);
    }
    return right;
}

static struct running *running_copy(const struct config *from, uint32_t more)
{
    struct running *running = calloc(1, sizeof *running);
    if (!running) return NULL;
    running->config = *from;
    if (!from->gateway) return running;
    running->config.gateway = &running->gateway;
    if (gateway_copy(running, from->gateway, more)) return running;
    running_free(running);
    return NULL;
}

struct running *running_new(const struct config *started)
{
    return running_copy(started, 0);
}

static void strategy_free(struct config_trade_strategy *strategy)
{
    for (uint32_t i = 0; i < strategy->elsewhere.count; i++)
        free(strategy->elsewhere.at[i].instruments.at);
    free(strategy->elsewhere.at);
    free(strategy->parameters.at);
    free(strategy->instruments.at);
}

void running_free(struct running *running)
{
    if (!running) return;
    struct config_gateway *gateway = &running->gateway;
    for (uint32_t i = 0; i < gateway->strategies.count; i++)
        strategy_free(&gateway->strategies.at[i]);
    if (running->config.gateway) {
        free(gateway->strategies.at);
        free(gateway->symbols.at);
        free(gateway->venues.at);
        free(gateway->plugins.at);
    }
    free(running->place);
    free(running);
}

/* By name, where it was at first. */

static const struct config_trade_venue *venue_in(const struct config_gateway *gateway,
                                                 const char *name)
{
    for (uint32_t i = 0; i < gateway->venues.count; i++)
        if (strcmp(gateway->venues.at[i].name, name) == 0) return &gateway->venues.at[i];
    return NULL;
}

static bool symbol_is(const struct config_gateway *gateway, uint32_t index, const char *symbol,
                      const char *venue)
{
    const struct config_trade_symbol *one = &gateway->symbols.at[index];
    return strcmp(one->symbol, symbol) == 0 &&
           strcmp(gateway->venues.at[one->venue].name, venue) == 0;
}

static const struct config_trade_symbol *symbol_in(const struct config_gateway *gateway,
                                                   const char *symbol, const char *venue,
                                                   uint32_t near)
{
    if (near < gateway->symbols.count && symbol_is(gateway, near, symbol, venue))
        return &gateway->symbols.at[near];
    for (uint32_t i = 0; i < gateway->symbols.count; i++)
        if (symbol_is(gateway, i, symbol, venue)) return &gateway->symbols.at[i];
    return NULL;
}

uint32_t running_strategy(const struct config_gateway *gateway, const char *name)
{
    uint32_t i = 0;
    while (i < gateway->strategies.count && strcmp(gateway->strategies.at[i].name, name) != 0) i++;
    return i;
}

/* Parameters. */

bool running_parameters_same(const struct config_parameters *one,
                             const struct config_parameters *other)
{
    if (one->count != other->count) return false;
    for (uint32_t i = 0; i < one->count; i++) {
        uint32_t k = 0;
        while (k < other->count && strcmp(one->at[i].name, other->at[k].name) != 0) k++;
        if (k == other->count || strcmp(one->at[i].value, other->at[k].value) != 0) return false;
    }
    return true;
}

/* Whether the one that runs takes the parameters of next. */
static bool parameters_take(const struct config *config, const struct config_trade_strategy *runs,
                            const struct config_trade_strategy *next,
                            const struct delegate_kind *kind, struct running_why *why)
{
    struct delegate_parameter old_at[CONFIG_PARAMETERS_MAX], new_at[CONFIG_PARAMETERS_MAX];
    struct delegate_parameters old = polluxd_parameters(config, runs, old_at);
    struct delegate_parameters new = polluxd_parameters(config, next, new_at);
    new.legs = old.legs;
    size_t room = sizeof why->text;
    if (strcmp(runs->strategy.text, next->strategy.text) != 0)
        snprintf(why->text, room, "they are of another strategy");
    else if (!kind || !kind->set)
        snprintf(why->text, room, "the strategy takes no parameters while it runs");
    else if (kind->check && !kind->check(&new, why->text, room)) {
        if (!why->text[0]) snprintf(why->text, room, "it refuses them, and does not say why");
    } else if (kind->orders && kind->orders(&old) != kind->orders(&new))
        snprintf(why->text, room, "it would have %u orders at once, not %u", kind->orders(&new),
                 kind->orders(&old));
    return why->text[0] == 0;
}

static struct running_why *why_begin(struct running_world *world, const char *name)
{
    struct running_why *why = &world->why[world->whys];
    *why = (struct running_why){0};
    memcpy(why->strategy, name, strlen(name));
    return why;
}

/* Limits at other venues, which may stand elsewhere in the other file. */
static void routes_with(const struct config_gateway *gateway, struct config_trade_strategy *runs,
                        const struct config_gateway *other,
                        const struct config_trade_strategy *next)
{
    for (uint32_t i = 0; i < runs->elsewhere.count; i++) {
        struct config_elsewhere *one = &runs->elsewhere.at[i];
        for (uint32_t k = 0; k < next->elsewhere.count; k++) {
            const struct config_elsewhere *from = &next->elsewhere.at[k];
            if (strcmp(gateway->venues.at[one->venue].name, other->venues.at[from->venue].name) ==
                0)
                one->limits = from->limits;
        }
    }
}

static bool strategy_with(struct running *to, uint32_t index, const struct config_gateway *other,
                          const struct config_trade_strategy *next, struct running_world *world)
{
    struct config_trade_strategy *runs = &to->gateway.strategies.at[index];
    const struct delegate_kind *kind = world->kind(world->context, to->place[index]);
    struct running_why *why = why_begin(world, runs->name);
    runs->limits = next->limits;
    routes_with(&to->gateway, runs, other, next);
    if (running_parameters_same(&runs->parameters, &next->parameters)) return true;
    if (!parameters_take(&to->config, runs, next, kind, why)) {
        world->whys++;
        return true;
    }
    free(runs->parameters.at);
    return parameters_copy(&runs->parameters, &next->parameters);
}

/* Strategies of both, and those that stay because their orders are said by other programs. */
static bool strategies_with(struct running *to, const struct config_gateway *next,
                            struct running_world *world)
{
    struct config_gateway *gateway = &to->gateway;
    uint32_t stay = 0;
    bool right = true;
    for (uint32_t i = 0; i < gateway->strategies.count; i++) {
        struct config_trade_strategy *runs = &gateway->strategies.at[i];
        uint32_t at = running_strategy(next, runs->name);
        if (at == next->strategies.count && !polluxd_outside(runs)) {
            strategy_free(runs);
            continue;
        }
        if (at < next->strategies.count)
            right &= strategy_with(to, i, next, &next->strategies.at[at], world);
        gateway->strategies.at[stay] = *runs;
        to->place[stay++] = to->place[i];
    }
    gateway->strategies.count = stay;
    return right;
}

/* The number here of a venue of from, which is here too: world->place has looked. */
static uint32_t venue_as(const struct config_gateway *gateway, const struct config_gateway *from,
                         uint32_t venue)
{
    uint32_t number = 0;
    while (strcmp(gateway->venues.at[number].name, from->venues.at[venue].name) != 0) number++;
    return number;
}

static bool strategies_come(struct running *to, const struct config *next,
                            struct running_world *world)
{
    const struct config_gateway *from = next->gateway;
    struct config_gateway *gateway = &to->gateway;
    for (uint32_t i = 0; i < from->strategies.count; i++) {
        const struct config_trade_strategy *one = &from->strategies.at[i];
        if (running_strategy(gateway, one->name) < gateway->strategies.count) continue;
        struct running_why *why = why_begin(world, one->name);
        uint32_t place = world->place(world->context, next, one, why);
        if (place == RUNNING_NO_PLACE) {
            world->whys++;
            continue;
        }
        uint32_t at = gateway->strategies.count++;
        to->place[at] = place;
        if (!strategy_copy(&gateway->strategies.at[at], one)) return false;
        struct config_trade_strategy *comes = &gateway->strategies.at[at];
        comes->venue = venue_as(gateway, from, one->venue);
        for (uint32_t k = 0; k < comes->elsewhere.count; k++)
            comes->elsewhere.at[k].venue = venue_as(gateway, from, one->elsewhere.at[k].venue);
    }
    return true;
}

static void limits_with(struct config_gateway *gateway, const struct config_gateway *next)
{
    gateway->limits = next->limits;
    for (uint32_t i = 0; i < gateway->venues.count; i++) {
        struct config_trade_venue *runs = &gateway->venues.at[i];
        const struct config_trade_venue *from = venue_in(next, runs->name);
        if (from) runs->limits = from->limits;
    }
    for (uint32_t i = 0; i < gateway->symbols.count; i++) {
        struct config_trade_symbol *runs = &gateway->symbols.at[i];
        const char *venue = gateway->venues.at[runs->venue].name;
        const struct config_trade_symbol *from = symbol_in(next, runs->symbol, venue, i);
        if (from) runs->limits = from->limits;
    }
}

static bool plugins_with(struct config_gateway *gateway, const struct config_gateway *next)
{
    free(gateway->plugins.at);
    gateway->plugins = next->plugins;
    gateway->plugins.at = copy_of(next->plugins.at, next->plugins.count, sizeof *next->plugins.at);
    return gateway->plugins.at != NULL;
}

struct running *running_with(const struct running *running, const struct config *next,
                             struct running_world *world)
{
    uint32_t more = next->gateway ? next->gateway->strategies.count : 0;
    struct running *to = running_copy(&running->config, more);
    world->whys = 0;
    if (!to) return NULL;
    to->config.screen.refresh_ms = next->screen.refresh_ms;
    if (!running->config.gateway || !next->gateway) return to;
    memcpy(to->place, running->place, running->gateway.strategies.count * sizeof *to->place);
    limits_with(&to->gateway, next->gateway);
    if (plugins_with(&to->gateway, next->gateway) && strategies_with(to, next->gateway, world) &&
        strategies_come(to, next, world))
        return to;
    running_free(to);
    return NULL;
}

/* One parameter. */

static struct config_parameter *parameter_in(struct config_parameters *parameters, const char *name)
{
    for (uint32_t i = 0; i < parameters->count; i++)
        if (strcmp(parameters->at[i].name, name) == 0) return &parameters->at[i];
    return NULL;
}

/* With another value, or with one parameter more. */
static bool parameter_put(struct config_parameters *to, const char *name, const char *value,
                          struct running_why *why)
{
    struct config_parameter *one = parameter_in(to, name);
    if (strlen(name) >= sizeof one->name || strlen(value) >= sizeof one->value ||
        (!one && to->count == CONFIG_PARAMETERS_MAX)) {
        snprintf(why->text, sizeof why->text, "that is no parameter that a file could have");
        return false;
    }
    if (!one) {
        struct config_parameter *more = calloc(to->count + 1ul, sizeof *more);
        if (!more) return false;
        memcpy(more, to->at, to->count * sizeof *more);
        free(to->at);
        to->at = more;
        one = &more[to->count++];
        memcpy(one->name, name, strlen(name) + 1);
    }
    memcpy(one->value, value, strlen(value) + 1);
    return true;
}

struct running *running_set(const struct running *running, uint32_t strategy, const char *parameter,
                            const char *value, const struct delegate_kind *kind,
                            struct running_why *why)
{
    struct running *to = running_copy(&running->config, 0);
    if (!to) return NULL;
    const struct config_gateway *gateway = &running->gateway;
    memcpy(to->place, running->place, gateway->strategies.count * sizeof *to->place);
    struct config_trade_strategy *next = &to->gateway.strategies.at[strategy];
    if (parameter_put(&next->parameters, parameter, value, why) &&
        parameters_take(&to->config, &gateway->strategies.at[strategy], next, kind, why))
        return to;
    running_free(to);
    return NULL;
}
