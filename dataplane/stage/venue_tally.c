#include "dataplane/stage/venue_tally.h"

/* Pairs are found in an open table of twice their number; a pair never leaves. */

#define HASH 0x9e3779b97f4a7c15u /* 2^64 / the golden ratio */

struct venue_tally {
    struct venue_tally_limits limits;
    uint32_t mask;
    uint32_t pairs;
    bool begun;
    struct counter lost;
    struct conflate *accounts;
    struct conflate *prices;
    struct venue_account *pair;
    struct venue_price *price; /* by instrument; volume 0: none */
    uint32_t *table;           /* 1 + pair; 0: free */
};

struct layout {
    size_t pair, price, table, bytes;
};

static uint32_t table_of(const struct venue_tally_limits *limits)
{
    uint32_t size = 8;
    while (size < 2 * limits->pairs) size *= 2;
    return size;
}

static struct layout layout_of(const struct venue_tally_limits *limits)
{
    struct layout layout;
    size_t at = ALIGN_UP(sizeof(struct venue_tally), CACHE_LINE);
    layout.pair = at;
    at += ALIGN_UP(limits->pairs * sizeof(struct venue_account), CACHE_LINE);
    layout.price = at;
    at += ALIGN_UP(limits->instruments * sizeof(struct venue_price), CACHE_LINE);
    layout.table = at;
    layout.bytes = at + ALIGN_UP(table_of(limits) * sizeof(uint32_t), CACHE_LINE);
    return layout;
}

size_t venue_tally_footprint(const struct venue_tally_limits *limits)
{
    bool good = limits->pairs > 0 && limits->pairs <= VENUE_TALLY_PAIRS_MAX &&
                limits->instruments > 0 && limits->instruments <= CONFLATE_KEYS_MAX;
    return good ? layout_of(limits).bytes : 0;
}

struct conflate_limits venue_tally_accounts(const struct venue_tally_limits *limits)
{
    return (struct conflate_limits){.keys = limits->pairs,
                                    .value_bytes = sizeof(struct venue_account)};
}

struct conflate_limits venue_tally_prices(const struct venue_tally_limits *limits)
{
    return (struct conflate_limits){.keys = limits->instruments,
                                    .value_bytes = sizeof(struct venue_price)};
}

struct venue_tally *venue_tally_new(void *memory, const struct venue_tally_limits *limits,
                                    struct conflate *accounts, struct conflate *prices)
{
    CHECK(venue_tally_footprint(limits) > 0);
    struct layout layout = layout_of(limits);
    struct venue_tally *tally = memory;
    uint8_t *at = memory;
    tally->limits = *limits;
    tally->mask = table_of(limits) - 1;
    tally->accounts = accounts;
    tally->prices = prices;
    tally->pair = (struct venue_account *)(void *)(at + layout.pair);
    tally->price = (struct venue_price *)(void *)(at + layout.price);
    tally->table = (uint32_t *)(void *)(at + layout.table);
    return tally;
}

/* Its number, made if it is new; pairs: there is no room. */
static uint32_t pair_find(struct venue_tally *tally, uint32_t account, uint16_t instrument)
{
    uint64_t mixed = ((uint64_t)account << 16 | instrument) * HASH;
    uint32_t at = (uint32_t)(mixed >> 32) & tally->mask;
    for (; tally->table[at] != 0; at = (at + 1) & tally->mask) {
        uint32_t number = tally->table[at] - 1;
        const struct venue_account *pair = &tally->pair[number];
        if (pair->account == account && pair->instrument == instrument) return number;
    }
    if (unlikely(tally->pairs == tally->limits.pairs)) return tally->limits.pairs;
    tally->pair[tally->pairs] =
        (struct venue_account){.account = account, .instrument = instrument};
    tally->table[at] = ++tally->pairs;
    return tally->pairs - 1;
}

static void side_take(struct venue_tally *tally, uint32_t account, const struct match_event *trade,
                      bool buys, nanos_t at)
{
    uint32_t number = pair_find(tally, account, trade->instrument);
    if (unlikely(number == tally->limits.pairs)) {
        counter_one(&tally->lost);
        return;
    }
    struct venue_account *pair = &tally->pair[number];
    venue_paid paid = (venue_paid)trade->price * trade->qty;
    pair->now.position += buys ? trade->qty : -trade->qty;
    pair->now.paid += buys ? paid : -paid;
    pair->now.trades++;
    pair->at = at;
    if (tally->begun) conflate_put(tally->accounts, number, pair);
}

void venue_tally_trade(struct venue_tally *tally, const struct match_event *trade, nanos_t at)
{
    CHECK(trade->instrument < tally->limits.instruments);
    bool buys = trade->side == SIDE_BUY; /* in an auction id is the buyer, and this its side */
    struct venue_price *price = &tally->price[trade->instrument];
    *price = (struct venue_price){.price = trade->price,
                                  .qty = trade->qty,
                                  .volume = price->volume + (uint64_t)trade->qty,
                                  .at = at};
    if (tally->begun) conflate_put(tally->prices, trade->instrument, price);
    side_take(tally, trade->account, trade, buys, at);
    side_take(tally, trade->other_account, trade, !buys, at);
}

void venue_tally_begin(struct venue_tally *tally)
{
    tally->begun = true;
    for (uint32_t i = 0; i < tally->pairs; i++) {
        tally->pair[i].before = tally->pair[i].now;
        conflate_put(tally->accounts, i, &tally->pair[i]);
    }
    for (uint32_t i = 0; i < tally->limits.instruments; i++)
        if (tally->price[i].volume > 0) conflate_put(tally->prices, i, &tally->price[i]);
}

const struct counter *venue_tally_lost(const struct venue_tally *tally)
{
    return &tally->lost;
}
