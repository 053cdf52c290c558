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

static bool gateway_copy(struct config_gateway *to, const struct config_gateway *from)
{
    *to = *from;
    to->venues.at = copy_of(from->venues.at, from->venues.count, sizeof *from->venues.at);
    to->symbols.at = copy_of(from->symbols.at, from->symbols.count, sizeof *from->symbols.at);
    to->strategies.at =
        copy_of(from->strategies.at, from->strategies.count, sizeof *from->strategies.at);
    bool right = to->venues.at && to->symbols.at && to->strategies.at;
    if (!to->strategies.at) to->strategies.count = 0;
    for (uint32_t i = 0; i < to->strategies.count; i++)
        right &=
            parameters_copy(&to->strategies.at[i].parameters, &from->strategies.at[i].parameters);
    return right;
}

struct running *running_new(const struct config *started)
{
    struct running *running = calloc(1, sizeof *running);
    if (!running) return NULL;
    running->config = *started;
    if (!started->gateway) return running;
    running->config.gateway = &running->gateway;
    if (gateway_copy(&running->gateway, started->gateway)) return running;
    running_free(running);
    return NULL;
}

void running_free(struct running *running)
{
    if (!running) return;
    struct config_gateway *gateway = &running->gateway;
    for (uint32_t i = 0; i < gateway->strategies.count; i++)
        free(gateway->strategies.at[i].parameters.at);
    free(gateway->strategies.at);
    free(gateway->symbols.at);
    free(gateway->venues.at);
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

const struct config_trade_strategy *running_strategy(const struct config *config, const char *name)
{
    const struct config_gateway *gateway = config->gateway;
    for (uint32_t i = 0; i < gateway->strategies.count; i++)
        if (strcmp(gateway->strategies.at[i].name, name) == 0) return &gateway->strategies.at[i];
    return NULL;
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
    else if (kind->check && !kind->check(&new, why->text, room)) return false;
    else if (kind->orders && kind->orders(&old) != kind->orders(&new))
        snprintf(why->text, room, "it would have %u orders at once, not %u", kind->orders(&new),
                 kind->orders(&old));
    return why->text[0] == 0;
}

static bool strategy_with(struct running *to, uint32_t index,
                          const struct config_trade_strategy *next,
                          const struct delegate_kind *kind, struct running_why *why)
{
    struct config_trade_strategy *runs = &to->gateway.strategies.at[index];
    runs->limits = next->limits;
    if (running_parameters_same(&runs->parameters, &next->parameters)) return true;
    if (!parameters_take(&to->config, runs, next, kind, why)) return true;
    free(runs->parameters.at);
    return parameters_copy(&runs->parameters, &next->parameters);
}

struct running *running_with(const struct running *running, const struct config *next,
                             const struct delegate_kind *const *kind, struct running_why *why)
{
    struct running *to = running_new(&running->config);
    if (!to) return NULL;
    to->config.screen.refresh_ms = next->screen.refresh_ms;
    if (!running->config.gateway || !next->gateway) return to;
    struct config_gateway *gateway = &to->gateway;
    gateway->limits = next->gateway->limits;
    for (uint32_t i = 0; i < gateway->venues.count; i++) {
        struct config_trade_venue *runs = &gateway->venues.at[i];
        const struct config_trade_venue *from = venue_in(next->gateway, runs->name);
        if (from) runs->limits = from->limits;
    }
    for (uint32_t i = 0; i < gateway->symbols.count; i++) {
        struct config_trade_symbol *runs = &gateway->symbols.at[i];
        const char *venue = gateway->venues.at[runs->venue].name;
        const struct config_trade_symbol *from = symbol_in(next->gateway, runs->symbol, venue, i);
        if (from) runs->limits = from->limits;
    }
    bool right = true;
    for (uint32_t i = 0; i < gateway->strategies.count && right; i++) {
        const struct config_trade_strategy *from =
            running_strategy(next, gateway->strategies.at[i].name);
        why[i].text[0] = 0;
        if (from) right = strategy_with(to, i, from, kind[i], &why[i]);
    }
    if (right) return to;
    running_free(to);
    return NULL;
}
