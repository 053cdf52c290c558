#include "dataplane/strategy/strategies.h"

#include "dataplane/strategy/maker.h"
#include "dataplane/strategy/tally.h"

#include <string.h>

const struct delegate_kind *const strategies[] = {
    &maker_kind,
    &tally_kind,
};
const uint32_t strategies_count = ARRAY_COUNT(strategies);

const struct delegate_kind *strategies_find(const char *name)
{
    for (uint32_t i = 0; i < strategies_count; i++)
        if (strcmp(strategies[i]->name, name) == 0) return strategies[i];
    return NULL;
}
