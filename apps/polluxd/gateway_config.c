#include "apps/polluxd/gateway_config.h"

#include <string.h>

bool polluxd_outside(const struct config_trade_strategy *from)
{
    return strcmp(from->strategy.text, CONFIG_STRATEGY_OUTSIDE) == 0;
}

uint32_t polluxd_instruments(const struct config *config)
{
    return config->feed->instruments + 1; /* number 0 is no stock */
}

struct delegate_parameters polluxd_parameters(const struct config *config,
                                              const struct config_trade_strategy *from,
                                              struct delegate_parameter *at)
{
    for (uint32_t i = 0; i < from->parameters.count; i++)
        at[i] = (struct delegate_parameter){.name = from->parameters.at[i].name,
                                            .value = from->parameters.at[i].value};
    uint32_t listed = from->instruments.count;
    return (struct delegate_parameters){.count = from->parameters.count,
                                        .at = at,
                                        .legs = listed ? listed : polluxd_instruments(config)};
}

bool polluxd_names(const struct config_trade_strategy *from, const char *symbol)
{
    if (from->instruments.count == 0) return true; /* all */
    for (uint32_t i = 0; i < from->instruments.count; i++)
        if (strcmp(from->instruments.at[i].text, symbol) == 0) return true;
    return false;
}

uint32_t polluxd_leg_venue(const struct config_trade_strategy *from, const char *symbol)
{
    for (uint32_t i = 0; i < from->elsewhere.count; i++) {
        const struct config_elsewhere *elsewhere = &from->elsewhere.at[i];
        for (uint32_t k = 0; k < elsewhere->instruments.count; k++)
            if (strcmp(elsewhere->instruments.at[k].text, symbol) == 0) return elsewhere->venue;
    }
    return from->venue;
}

bool polluxd_trades(const struct config_trade_strategy *from,
                    const struct config_trade_symbol *symbol)
{
    return polluxd_names(from, symbol->symbol) &&
           polluxd_leg_venue(from, symbol->symbol) == symbol->venue;
}

const uint32_t *polluxd_leg_venues(const struct config_trade_strategy *from, uint32_t *at)
{
    if (from->elsewhere.count == 0) return NULL;
    for (uint32_t i = 0; i < from->instruments.count; i++)
        at[i] = polluxd_leg_venue(from, from->instruments.at[i].text);
    return at;
}

static bool entry_inside(const struct config *config, uint32_t index)
{
    const struct config_gateway *gateway = config->gateway;
    if (!CONFIG_HAS(config->roles, CONFIG_ROLE_GATEWAY)) return false;
    for (uint32_t i = 0; i < gateway->venues.count; i++)
        if (gateway->venues.at[i].transport == CONFIG_TRANSPORT_INTERNAL &&
            strcmp(gateway->venues.at[i].username, config->venue->sessions.at[index].username) == 0)
            return true;
    return false;
}

uint32_t polluxd_entries_outside(const struct config *config)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < config->venue->sessions.count; i++) count += !entry_inside(config, i);
    return count;
}

uint32_t polluxd_entry_place(const struct config *config, uint32_t index)
{
    bool inside = entry_inside(config, index);
    uint32_t place = inside ? polluxd_entries_outside(config) : 0;
    for (uint32_t i = 0; i < index; i++) place += entry_inside(config, i) == inside;
    return place;
}
