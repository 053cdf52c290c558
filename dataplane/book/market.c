#include "dataplane/book/market.h"

const char *market_state_text(enum market_state state)
{
#define MARKET_STATE_TEXT(state_, text, meaning) [state_] = #text,
    static const char *const texts[] = {MARKET_STATES(MARKET_STATE_TEXT)};
    CHECK((unsigned)state < ARRAY_COUNT(texts));
    return texts[state];
}
