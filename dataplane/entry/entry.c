#include "dataplane/entry/entry_parts.h"

/* Construction: the memory is this struct, and then the tables, each at a multiple of
 * CACHE_LINE. */

const char *entry_limits_check(const struct entry_limits *limits)
{
    if (limits->sessions - 1 >= ENTRY_SESSIONS_MAX)
        return "limits.sessions is outside 1 to ENTRY_SESSIONS_MAX";
    if (limits->orders - 1 >= ENTRY_ORDERS_MAX)
        return "limits.orders is outside 1 to ENTRY_ORDERS_MAX";
    if (limits->instruments - 1 >= MATCH_INSTRUMENTS_MAX)
        return "limits.instruments is outside 1 to MATCH_INSTRUMENTS_MAX";
    if (limits->asks < ENTRY_ASKS_MIN || limits->asks > ENTRY_ASKS_MAX || !IS_POW2(limits->asks))
        return "limits.asks is no power of two from ENTRY_ASKS_MIN to ENTRY_ASKS_MAX";
    if (limits->tokens > ENTRY_TOKENS_MAX) return "limits.tokens is above ENTRY_TOKENS_MAX";
    if (limits->timers > ENTRY_ORDERS_MAX) return "limits.timers is above ENTRY_ORDERS_MAX";
    return NULL;
}

const char *entry_plan_check(const struct entry_plan *plan)
{
    if (plan->dialect >= ENTRY_DIALECT_COUNT) return "plan.dialect is none";
    if (plan->firms == 0 || plan->firms > ENTRY_FIRMS)
        return "plan.firms is outside 1 to ENTRY_FIRMS";
    if (plan->self_trade >= MATCH_SELF_TRADE_COUNT) return "plan.self_trade is none";
    if (plan->rate > NANOS_SECOND) return "plan.rate is more than one a nanosecond";
    if (plan->rate != 0 && plan->burst == 0) return "plan.burst is 0, with a rate";
    return NULL;
}

/* A table by hash: a power of two, at most half full, never full. */
static uint32_t table_size(uint32_t entries)
{
    uint32_t size = 4;
    while (size < 2 * (uint64_t)entries) size *= 2;
    return size;
}

static void *carve(uintptr_t *at, size_t bytes)
{
    void *piece = (void *)*at;
    *at += ALIGN_UP(bytes, CACHE_LINE);
    return piece;
}

/* Points entry's tables behind it, which is at at; returns the end. */
static uintptr_t lay_out(struct entry *entry, uintptr_t at, const struct entry_limits *limits)
{
    size_t channels = (size_t)limits->sessions * ENTRY_CHANNELS;
    size_t recent = (size_t)limits->sessions * ENTRY_RECENT;
    entry->ids_mask = table_size(limits->orders) - 1;
    entry->symbols_mask = table_size(limits->instruments) - 1;
    entry->tokens_mask = table_size(limits->tokens) - 1;
    carve(&at, sizeof *entry);
    entry->asks = carve(&at, limits->asks * sizeof *entry->asks);
    entry->answers = carve(&at, limits->asks * sizeof *entry->answers);
    entry->orders = carve(&at, (limits->orders + 1ul) * sizeof *entry->orders);
    entry->ids = carve(&at, (entry->ids_mask + 1ul) * sizeof *entry->ids);
    entry->sessions = carve(&at, limits->sessions * sizeof *entry->sessions);
    entry->next_urn = carve(&at, channels * sizeof *entry->next_urn);
    entry->recent = carve(&at, recent * sizeof *entry->recent);
    entry->instruments = carve(&at, limits->instruments * sizeof *entry->instruments);
    entry->symbols = carve(&at, (entry->symbols_mask + 1ul) * sizeof *entry->symbols);
    entry->tokens = carve(&at, (entry->tokens_mask + 1ul) * sizeof *entry->tokens);
    /* A replacement has a timer of its own, while that of its original is still there. */
    entry->timers_room = limits->timers + limits->asks + 1;
    entry->timers = carve(&at, entry->timers_room * sizeof *entry->timers);
    return at;
}

size_t entry_footprint(const struct entry_limits *limits)
{
    struct entry entry;
    CHECK(entry_limits_check(limits) == NULL);
    return lay_out(&entry, 0, limits);
}

struct entry *entry_new(void *memory, const struct entry_limits *limits, const struct match *match,
                        const struct entry_sink *sink)
{
    struct entry *entry = memory;
    CHECK(entry_limits_check(limits) == NULL);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    lay_out(entry, (uintptr_t)memory, limits);
    entry->limits = *limits;
    entry->match = match;
    entry->sink = *sink;
    entry->midnight = entry->midnight_told = limits->midnight;
    for (uint32_t slot = limits->orders; slot > 0; slot--) {
        entry->orders[slot].after = entry->free;
        entry->free = slot;
    }
    for (size_t i = 0; i < (size_t)limits->sessions * ENTRY_CHANNELS; i++) entry->next_urn[i] = 1;
    return entry;
}

static void symbols_rebuild(struct entry *entry)
{
    memset(entry->symbols, 0, (entry->symbols_mask + 1ul) * sizeof *entry->symbols);
    for (uint32_t index = 0; index < entry->limits.instruments; index++) {
        uint64_t symbol = entry->instruments[index].symbol;
        if (symbol == 0) continue;
        uint32_t i = (uint32_t)entry_hash(entry, symbol) & entry->symbols_mask;
        while (entry->symbols[i] != 0) i = (i + 1) & entry->symbols_mask;
        entry->symbols[i] = (uint16_t)(index + 1);
    }
}

bool entry_list(struct entry *entry, uint16_t instrument, const struct match_listing *listing)
{
    struct text8 symbol;
    memcpy(symbol.byte, listing->symbol, sizeof symbol.byte);
    for (size_t i = 0; i < sizeof symbol.byte; i++)
        if (symbol.byte[i] == 0) symbol.byte[i] = ' ';
    if (instrument >= entry->limits.instruments) return false;
    if (listing->tick <= 0 || listing->tick % PRICE_PER_E4 != 0) return false;
    if (listing->lot <= 0 || listing->lot % QTY_ONE != 0) return false;
    uint32_t known = instrument_find(entry, symbol_key(symbol));
    if (known != 0 && known != instrument + 1u) return false;
    entry->instruments[instrument] = (struct entry_instrument){
        .symbol = symbol_key(symbol),
        .tick = entry_unit((uint64_t)listing->tick),
        .lot = entry_unit((uint64_t)listing->lot),
        .tick_size = listing->tick,
        .price_max = listing->price_max,
        .reference = listing->reference,
        .qty_max = listing->qty_max,
        .phase = listing->phase,
        .phase_listed = listing->phase,
        .cross = 'O',
    };
    symbols_rebuild(entry);
    return true;
}

void entry_session(struct entry *entry, uint32_t session, const struct entry_plan *plan)
{
    CHECK(session < entry->limits.sessions);
    CHECK(entry_plan_check(plan) == NULL);
    struct entry_session *at = &entry->sessions[session];
    if (at->open) {
        CHECK(at->plan.dialect == plan->dialect);
        CHECK(at->plan.account == plan->account);
    }
    at->plan = *plan;
    at->open = true;
    at->rate_at = 0;
    at->interval_ns = plan->rate != 0 ? (NANOS_SECOND + plan->rate - 1) / plan->rate : 0;
}

uint64_t entry_orders(const struct entry *entry)
{
    return entry->used;
}

uint32_t entry_tokens(const struct entry *entry)
{
    return entry->tokens_used;
}

const struct entry_counts *entry_counts(const struct entry *entry)
{
    return &entry->counts;
}
