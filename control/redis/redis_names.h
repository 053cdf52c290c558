#ifndef CONTROL_REDIS_REDIS_NAMES_H
#define CONTROL_REDIS_REDIS_NAMES_H

/* What numbers of the gateway are called, for messages and answers: strategies, symbols, venues.
 *
 * Names were checked by the configuration: those of strategies and venues are letters, digits, '.',
 * '_' and '-'; those of symbols are printable and may hold '"' or '\', which redis_say.c escapes.
 *
 * Threads: any; nothing changes.  Memory: the caller's. */

#include "dataplane/base/base.h"
#include "dataplane/gateway/gateway_record.h"

#define REDIS_NAME_NONE UINT32_MAX

/* One outside takes messages; the others are only told about. */
struct redis_strategy {
    const char *name;
    uint32_t venue;
    uint32_t orders; /* keys are 0..orders-1 */
    bool outside;
    uint32_t symbols; /* that it may trade; 0: all of its venue */
    const char *const *symbol;
    const uint32_t *at; /* by symbol, its venue; NULL: the strategy's */
};

struct redis_symbol {
    char name[9];
    uint32_t venue;
};

/* An instrument of the venue in this process. */
struct redis_listed {
    char name[9];
};

struct redis_names {
    uint32_t strategies;
    const struct redis_strategy *strategy; /* by the gateway's number */
    uint32_t symbols;
    const struct redis_symbol *symbol; /* by the plan's number */
    uint32_t venues;
    const char *const *venue;
    uint32_t listings;                 /* 0: there is no venue in this process */
    const struct redis_listed *listed; /* by its number */
};

/* The symbol's number at the strategy's venue for it, or REDIS_NAME_NONE: it may not trade it. */
static inline uint32_t redis_symbol_find(const struct redis_names *names,
                                         const struct redis_strategy *strategy, const char *name)
{
    bool may = strategy->symbols == 0;
    uint32_t venue = strategy->venue;
    for (uint32_t i = 0; i < strategy->symbols && !may; i++) {
        may = __builtin_strcmp(strategy->symbol[i], name) == 0;
        if (may && strategy->at) venue = strategy->at[i];
    }
    for (uint32_t i = 0; i < names->symbols && may; i++)
        if (names->symbol[i].venue == venue && __builtin_strcmp(names->symbol[i].name, name) == 0)
            return i;
    return REDIS_NAME_NONE;
}

#endif
