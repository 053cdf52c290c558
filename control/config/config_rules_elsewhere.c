/* Instruments that a strategy trades at other venues than its own: each is one of its own, is there
 * once, and is listed where it is to be traded. */

#include "control/config/config_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A strategy, and an entry of its elsewhere. */
struct elsewhere {
    const struct config_rules *rules;
    const struct config_node *gateway;
    const struct config_node *strategy;
    const struct config_node *entry;
    uint32_t index;
    uint32_t number;
    struct config_nodes own;     /* the strategy's instruments, by text */
    struct config_nodes symbols; /* of gateway, by name and venue; none if one was refused */
};

static int by_text(const void *one, const void *other)
{
    const struct config_node *a = *(const struct config_node *const *)one;
    const struct config_node *b = *(const struct config_node *const *)other;
    return strcmp(a->text, b->text);
}

static bool has_text(struct config_nodes sorted, const struct config_node *node)
{
    return sorted.count > 0 &&
           bsearch(&node, sorted.at, sorted.count, sizeof(struct config_node *), by_text) != NULL;
}

static int listing_compare(const struct config_node *listing, const char *symbol, const char *venue)
{
    int order = strcmp(listing->field[KEY(config_trade_symbol, symbol)]->text, symbol);
    return order ? order : strcmp(listing->field[KEY(config_trade_symbol, venue)]->text, venue);
}

static int by_listing(const void *one, const void *other)
{
    const struct config_node *a = *(const struct config_node *const *)one;
    const struct config_node *b = *(const struct config_node *const *)other;
    return listing_compare(a, b->field[KEY(config_trade_symbol, symbol)]->text,
                           b->field[KEY(config_trade_symbol, venue)]->text);
}

static struct config_nodes symbols_sorted(const struct config_rules *rules,
                                          const struct config_node *symbols)
{
    struct config_nodes sorted = {0};
    size_t bytes = (symbols ? symbols->count : 0) * sizeof(struct config_node *);
    sorted.at = config_tree_allocate(rules->tree, bytes);
    for (const struct config_node *one = symbols ? symbols->first : NULL; one; one = one->next) {
        if (!config_rules_key(one, KEY(config_trade_symbol, symbol)) ||
            !config_rules_key(one, KEY(config_trade_symbol, venue)))
            return (struct config_nodes){0};
        sorted.at[sorted.count++] = one;
    }
    if (sorted.count > 1) qsort(sorted.at, sorted.count, sizeof(struct config_node *), by_listing);
    return sorted;
}

static bool is_listed(struct config_nodes symbols, const char *symbol, const char *venue)
{
    uint32_t low = 0, high = symbols.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = listing_compare(symbols.at[middle], symbol, venue);
        if (order == 0) return true;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return false;
}

/* The venue of the entry, or NULL. */
static const struct config_node *rule_venue(const struct elsewhere *of)
{
    static const struct config_named named = {KEY(config_trade_venue, name), "venue",
                                              "gateway.venues"};
    struct config_node *venue = config_rules_key(of->entry, KEY(config_elsewhere, venue));
    if (!venue) return NULL;
    char path[80];
    snprintf(path, sizeof path, "gateway.strategies[%u].elsewhere[%u].venue", of->index,
             of->number);
    const struct config_node *venues = config_rules_key(of->gateway, KEY(config_gateway, venues));
    if (!config_rules_named(of->rules, venues, &named, venue, path)) return NULL;
    const struct config_node *own =
        config_rules_key(of->strategy, KEY(config_trade_strategy, venue));
    if (own && strcmp(own->text, venue->text) == 0)
        config_problems_add(of->rules->problems, venue->place,
                            "%s is \"%s\", which is the strategy's own venue", path, venue->text);
    return venue;
}

static void rule_instrument(const struct elsewhere *of, const struct config_node *instrument,
                            const struct config_node *venue)
{
    const struct config_shown shown = config_shown(instrument->text, instrument->bytes);
    if (!has_text(of->own, instrument))
        config_problems_add(of->rules->problems, instrument->place,
                            "gateway.strategies[%u].elsewhere[%u].instruments has %s, which is "
                            "none of the strategy's instruments",
                            of->index, of->number, shown.text);
    else if (venue && of->symbols.count > 0 &&
             !is_listed(of->symbols, instrument->text, venue->text))
        config_problems_add(of->rules->problems, instrument->place,
                            "gateway.strategies[%u].elsewhere[%u].instruments has %s, which "
                            "gateway.symbols does not list at the venue %s",
                            of->index, of->number, shown.text, venue->text);
}

/* The right instruments of all entries. */
static struct config_nodes rule_entries(struct elsewhere of, const struct config_node *list)
{
    uint32_t most = 0;
    for (const struct config_node *entry = list->first; entry; entry = entry->next) {
        const struct config_node *instruments =
            config_rules_key(entry, KEY(config_elsewhere, instruments));
        most += instruments ? instruments->count : 0;
    }
    size_t bytes = most * sizeof(struct config_node *);
    struct config_nodes all = {.at = config_tree_allocate(of.rules->tree, bytes)};
    for (of.entry = list->first; of.entry; of.entry = of.entry->next, of.number++) {
        const struct config_node *venue = rule_venue(&of);
        const struct config_node *instruments =
            config_rules_key(of.entry, KEY(config_elsewhere, instruments));
        const struct config_node *one = instruments ? instruments->first : NULL;
        for (; one; one = one->next) {
            if (!one->valid) continue;
            all.at[all.count++] = one;
            rule_instrument(&of, one, venue);
        }
    }
    return all;
}

static void rule_strategy(struct elsewhere *of, const struct config_node *list)
{
    const struct config_node *own =
        config_rules_key(of->strategy, KEY(config_trade_strategy, instruments));
    if (!own) return;
    of->own = config_rules_entries(of->rules, own);
    if (own->count == 0) {
        config_problems_add(of->rules->problems, list->key->place,
                            "gateway.strategies[%u].elsewhere is for a strategy that lists its "
                            "instruments, and this one has all",
                            of->index);
        return;
    }
    if (of->own.count < own->count) return; /* one was refused, and may be what is meant */
    qsort(of->own.at, of->own.count, sizeof(struct config_node *), by_text);
    struct config_nodes all = rule_entries(*of, list);
    config_rules_unique(of->rules, all, "the symbol");
    config_rules_unique(of->rules, config_rules_keys(of->rules, list, KEY(config_elsewhere, venue)),
                        "the venue");
    for (uint32_t i = 0; i < of->own.count; i++)
        if (!has_text(all, of->own.at[i])) return; /* config_rules_unique has sorted them */
    config_problems_add(of->rules->problems, list->key->place,
                        "gateway.strategies[%u].elsewhere has all its instruments: one of these "
                        "venues is its own",
                        of->index);
}

void config_rules_elsewhere(const struct config_rules *rules, const struct config_node *gateway)
{
    const struct config_node *strategies =
        config_rules_key(gateway, KEY(config_gateway, strategies));
    struct elsewhere of = {.rules = rules, .gateway = gateway};
    of.symbols = symbols_sorted(rules, config_rules_key(gateway, KEY(config_gateway, symbols)));
    for (of.strategy = strategies ? strategies->first : NULL; of.strategy;
         of.strategy = of.strategy->next, of.index++) {
        const struct config_node *list =
            config_rules_key(of.strategy, KEY(config_trade_strategy, elsewhere));
        if (list && list->first) rule_strategy(&of, list);
    }
}
