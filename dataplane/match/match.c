#include "dataplane/match/match.h"

#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_ids.h"
#include "dataplane/match/match_parts.h"

/* How an engine is laid out in its memory, and what runs after each command. */

const char *match_limits_check(const struct match_limits *limits)
{
    if (limits->instruments - 1 >= MATCH_INSTRUMENTS_MAX)
        return "limits.instruments is outside 1 to MATCH_INSTRUMENTS_MAX";
    if (limits->orders - 1 >= MATCH_ORDERS_MAX)
        return "limits.orders is outside 1 to MATCH_ORDERS_MAX";
    if (limits->specials > limits->orders) return "limits.specials is above limits.orders";
    if (limits->pages == 0) return "limits.pages is 0";
    if (limits->pages > MATCH_PAGES_MAX) return "limits.pages is above MATCH_PAGES_MAX";
    if (limits->window < MATCH_WINDOW_MIN || limits->window > MATCH_WINDOWS_MAX)
        return "limits.window is outside MATCH_WINDOW_MIN to MATCH_WINDOWS_MAX";
    if (limits->cascade - 1 >= MATCH_CASCADE_MAX)
        return "limits.cascade is outside 1 to MATCH_CASCADE_MAX";
    if (limits->accounts > MATCH_ACCOUNTS_MAX) return "limits.accounts is above MATCH_ACCOUNTS_MAX";
    if (limits->holdings > MATCH_HOLDINGS_MAX || limits->balances > MATCH_HOLDINGS_MAX)
        return "limits.holdings or limits.balances is above MATCH_HOLDINGS_MAX";
    if (limits->assets > MATCH_ASSETS_MAX) return "limits.assets is above MATCH_ASSETS_MAX";
    bool money = limits->holdings != 0 || limits->assets != 0 || limits->balances != 0;
    if (limits->accounts == 0 && money)
        return "limits.holdings, assets and balances are of accounts, and limits.accounts is 0";
    if (limits->accounts != 0 && limits->holdings == 0) return "limits.holdings is 0";
    return NULL;
}

/* A table by hash: a power of two, at most half full. */
static uint32_t table_size(uint32_t entries)
{
    uint32_t size = 16;
    while (size / 2 < entries) size *= 2;
    return size;
}

static uint32_t ids_bits_max(uint32_t orders)
{
    uint32_t bits = IDS_BITS_MIN;
    while ((uint64_t)1 << (bits - 1) < orders) bits++;
    return bits;
}

/* The next piece of the memory; at first with memory 0, to count. */
static uintptr_t carve(uintptr_t *at, size_t bytes)
{
    uintptr_t piece = *at;
    *at += ALIGN_UP(bytes, CACHE_LINE);
    return piece;
}

#define CARVE(at, pointer, count)                                                                  \
    ((pointer) = (__typeof__(pointer))carve((at), sizeof *(pointer) * ((size_t)(count))))

/* All pieces in order; slots count from 1, and slot 0 takes stores that have no target. */
static void lay_out(struct match *m, const struct match_limits *limits, uintptr_t *at)
{
    CARVE(at, m->instruments, limits->instruments);
    CARVE(at, m->urgency, calendar_size(limits->instruments));
    CARVE(at, m->orders, (size_t)limits->orders + 1);
    CARVE(at, m->ties, (size_t)limits->orders + 1);
    CARVE(at, m->specials, (size_t)limits->specials + 1);
    CARVE(at, m->pages, (size_t)limits->pages + 1);
    CARVE(at, m->traded, ((size_t)limits->pages + 1) * PAGE_LEVELS);
    CARVE(at, m->pages_free, (size_t)limits->pages);
    CARVE(at, m->ids.entries, (size_t)2 << ids_bits_max(limits->orders));
    CARVE(at, m->accounts, limits->accounts);
    CARVE(at, m->holdings, (size_t)limits->holdings + 1);
    CARVE(at, m->balances, (size_t)limits->balances + 1);
    CARVE(at, m->house, limits->assets);
    CARVE(at, m->paid_in, limits->assets);
    CARVE(at, m->holding_table, table_size(limits->holdings));
    CARVE(at, m->balance_table, table_size(limits->balances));
}

size_t match_footprint(const struct match_limits *limits)
{
    CHECK(match_limits_check(limits) == NULL);
    struct match m;
    uintptr_t at = 0;
    carve(&at, sizeof m);
    lay_out(&m, limits, &at);
    return at + windows_footprint(limits);
}

static void ids_new(struct match *m)
{
    uint64_t mixed = (m->limits.secret ^ 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    m->ids.multiplier = (mixed ^ mixed >> 29) | 1;
    m->ids.bits_max = ids_bits_max(m->limits.orders);
    ids_resize(&m->ids, IDS_BITS_MIN);
}

struct match *match_new(void *memory, const struct match_limits *limits)
{
    CHECK(match_limits_check(limits) == NULL);
    CHECK(((uintptr_t)memory & (CACHE_LINE - 1)) == 0);
    uintptr_t at = (uintptr_t)memory;
    struct match *m = (struct match *)carve(&at, sizeof *m);
    m->limits = *limits;
    lay_out(m, limits, &at);
    windows_new(m, (void *)at);
    for (uint32_t slot = 1; slot < limits->orders; slot++) m->orders[slot].next = slot + 1;
    for (uint32_t i = 1; i < limits->specials; i++) m->specials[i].next = i + 1;
    for (uint32_t i = 0; i < limits->pages; i++) m->pages_free[i] = limits->pages - i;
    m->orders_free = 1;
    m->specials_free = limits->specials == 0 ? 0 : 1;
    m->pages_free_count = limits->pages;
    m->holding_mask = table_size(limits->holdings) - 1;
    m->balance_mask = table_size(limits->balances) - 1;
    m->due = UINT64_MAX;
    m->cascade_left = limits->cascade;
    m->id_next = MATCH_ID_MAX + 1;
    ids_new(m);
    return m;
}

void match_settle(struct match *m)
{
    for (;;) {
        if (m->dirty_first != 0) {
            linked_follow_next(m);
        } else if (m->fired_first != 0 && m->cascade_left != 0) {
            m->cascade_left--;
            stop_run_next(m);
        } else {
            return;
        }
    }
}
