#include "dataplane/gateway/trade_port_ouch50.h"

#include <string.h>

const struct trade_port_kind *const trade_port_kinds[] = {
    &trade_port_ouch50,
};
const uint32_t trade_port_kinds_count = ARRAY_COUNT(trade_port_kinds);

const struct trade_port_kind *trade_port_find(const char *name)
{
    for (uint32_t i = 0; i < trade_port_kinds_count; i++)
        if (strcmp(trade_port_kinds[i]->name, name) == 0) return trade_port_kinds[i];
    return NULL;
}
