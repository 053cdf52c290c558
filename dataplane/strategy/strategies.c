#include "dataplane/strategy/strategies.h"

#include "dataplane/strategy/arbitrage.h"
#include "dataplane/strategy/crowd.h"
#include "dataplane/strategy/maker.h"
#include "dataplane/strategy/taker.h"
#include "dataplane/strategy/tally.h"
#include "dataplane/strategy/twap.h"

#include <string.h>

const struct delegate_kind *const strategies[] = {
    &arbitrage_kind, &crowd_kind, &maker_kind, &taker_kind, &tally_kind, &twap_kind,
};
const uint32_t strategies_count = ARRAY_COUNT(strategies);

const struct delegate_kind *strategies_find(const char *name)
{
    for (uint32_t i = 0; i < strategies_count; i++)
        if (strcmp(strategies[i]->name, name) == 0) return strategies[i];
    return NULL;
}
