#include "apps/pollux-match/book_facts.h"

#include <stdlib.h>

static void asset_add(struct order_scope *scope, uint32_t assets, uint16_t asset)
{
    for (uint32_t i = 0; i < scope->assets; i++)
        if (scope->asset[i] == asset) return;
    if (asset < assets) scope->asset[scope->assets++] = asset;
}

struct order_scope order_scope_of(const struct order_venue *venue)
{
    const struct order_script *script = order_venue_script(venue);
    const struct match *match = order_venue_match(venue);
    const struct match_limits *limits = &script->limits;
    struct order_scope scope = {
        .instrument = calloc(limits->instruments, sizeof *scope.instrument),
        .asset = calloc(limits->assets + 1, sizeof *scope.asset),
        .accounts = limits->accounts,
    };
    CHECK(scope.instrument != NULL);
    CHECK(scope.asset != NULL);
    for (uint32_t i = 0; i < script->assets.count; i++)
        asset_add(&scope, limits->assets, (uint16_t)script->assets.entries[i].number);
    for (uint32_t i = 0; i < limits->instruments; i++) {
        struct match_listing listing;
        if (!match_listing_of(match, (uint16_t)i, &listing)) continue;
        scope.instrument[scope.instruments++] = (uint16_t)i;
        if (listing.class_of == MATCH_PLAIN) continue;
        asset_add(&scope, limits->assets, listing.base);
        asset_add(&scope, limits->assets, listing.quote);
    }
    return scope;
}

void order_scope_free(struct order_scope *scope)
{
    free(scope->instrument);
    free(scope->asset);
}

bool order_scope_shows(const struct order_script *script, uint32_t account)
{
    uint32_t entry = names_numbered(&script->accounts, account);
    return entry == ORDER_NAME_NONE || script->named[entry];
}

static void order_add(void *context, const struct match_order *order)
{
    struct order_list *list = context;
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 64;
        list->at = realloc(list->at, list->capacity * sizeof *list->at);
        CHECK(list->at != NULL);
    }
    list->at[list->count++] = *order;
}

void order_list_side(struct order_list *list, const struct match *match, uint16_t instrument,
                     enum side side)
{
    list->count = 0;
    match_each(match, instrument, side, order_add, list);
}

void order_list_waiting(struct order_list *list, const struct match *match, uint16_t instrument)
{
    list->count = 0;
    match_each_waiting(match, instrument, order_add, list);
}

void order_list_free(struct order_list *list)
{
    free(list->at);
    *list = (struct order_list){.count = 0};
}

struct order_level *order_levels(const struct order_list *list, uint32_t *count)
{
    struct order_level *levels = calloc(list->count ? list->count : 1, sizeof *levels);
    CHECK(levels != NULL);
    *count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct match_order *order = &list->at[i];
        if (i == 0 || order->price != levels[*count - 1].price)
            levels[(*count)++] = (struct order_level){.price = order->price, .first = i};
        levels[*count - 1].count++;
        levels[*count - 1].shown += order->shown;
    }
    return levels;
}

void order_short(struct text *out, const struct match_order *order, const struct match_names *names)
{
    size_t start = out->length;
    names->order(names->context, out, order->id);
    if (out->length - start > 1) text_append_char(out, ':');
    text_qty(out, order->shown);
    if (order->open == order->shown) return;
    text_append_char(out, '+');
    text_qty(out, order->open - order->shown);
}
