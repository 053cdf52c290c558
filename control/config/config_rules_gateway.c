/* What a gateway trades, and who decides.  Venues that are named become indexes; what a venue's
 * protocol cannot say of a symbol is refused here, where it has a place. */

#include "control/config/config_rules.h"
#include "control/config/config_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a protocol can say. */
struct can {
    uint64_t tick;
    uint64_t price_max;
    uint64_t lot;
    uint64_t quantity_max;
};

#define CAN_ROW(protocol, tick, price_max, lot, quantity_max)                                      \
    [protocol] = {tick, price_max, (uint64_t)(lot), (uint64_t)(quantity_max)},
static const struct can cans[] = {CONFIG_TRADE_CAN(CAN_ROW)};

#define PROTOCOL_NAME(enumerator, text, meaning, of) [enumerator] = (text),
static const char *const protocols[] = {CONFIG_TRADE_PROTOCOLS(PROTOCOL_NAME, none)};

/* How numbers are written. */
static const struct config_key prices = {.type = CONFIG_TYPE_PRICE};
static const struct config_key quantities = {.type = CONFIG_TYPE_QTY};

/* Finds the venue that is named and notes its index.  NULL if there is none. */
static const struct config_node *venue_find(const struct config_rules *rules,
                                            const struct config_node *venues,
                                            struct config_node *wanted, const char *path)
{
    static const struct config_named named = {KEY(config_trade_venue, name), "venue",
                                              "gateway.venues"};
    return config_rules_named(rules, venues, &named, wanted, path);
}

/* Symbols. */

struct listing {
    const struct config_rules *rules;
    const struct config_node *section;
    uint32_t index;
    const struct can *can; /* NULL: the venue is not known */
    const char *protocol;
};

/* The step of prices or quantities, and the most of them. */
struct measure {
    const struct config_key *key;
    const char *step_name;
    const char *most_name;
    const char *steps; /* "whole ticks" */
    struct config_node *step;
    struct config_node *most;
    uint64_t finest; /* of the protocol; 0: not known */
    uint64_t largest;
};

static void measure_check(const struct listing *listing, const struct measure *measure)
{
    struct config_problems *problems = listing->rules->problems;
    struct config_node *step = measure->step, *most = measure->most;
    char path[64];
    if (!step || !most) return;
    snprintf(path, sizeof path, "gateway.symbols[%u]", listing->index);
    if (measure->finest && step->number % measure->finest != 0) {
        config_problems_add(problems, step->place, "%s.%s is %s: %s can say multiples of %s", path,
                            measure->step_name, step->text, listing->protocol,
                            config_written(measure->key, measure->finest).text);
        return;
    }
    if (!most->given) {
        uint64_t largest = measure->finest ? measure->largest : UINT64_MAX;
        if (most->number > largest) most->number = largest;
        most->number -= most->number % step->number;
        if (most->number == 0) most->number = step->number;
    }
    if (most->number % step->number != 0)
        config_problems_add(problems, most->place, "%s.%s is %s: it is not %s of %s", path,
                            measure->most_name, most->text, measure->steps,
                            config_written(measure->key, step->number).text);
    else if (measure->finest && most->number > measure->largest)
        config_problems_add(problems, most->given ? most->place : step->place,
                            "%s.%s is %s: %s can say at most %s", path,
                            most->given ? measure->most_name : measure->step_name,
                            most->given ? most->text : step->text, listing->protocol,
                            config_written(measure->key, measure->largest).text);
}

static void rule_symbol(const struct listing *listing)
{
    const struct can *can = listing->can;
    const struct config_node *section = listing->section;
    struct measure price = {.key = &prices,
                            .step_name = "tick",
                            .most_name = "price_max",
                            .steps = "whole ticks",
                            .step = config_rules_key(section, KEY(config_trade_symbol, tick)),
                            .most = config_rules_key(section, KEY(config_trade_symbol, price_max)),
                            .finest = can ? can->tick : 0,
                            .largest = can ? can->price_max : 0};
    struct measure quantity = {
        .key = &quantities,
        .step_name = "lot",
        .most_name = "quantity_max",
        .steps = "whole lots",
        .step = config_rules_key(section, KEY(config_trade_symbol, lot)),
        .most = config_rules_key(section, KEY(config_trade_symbol, quantity_max)),
        .finest = can ? can->lot : 0,
        .largest = can ? can->quantity_max : 0,
    };
    measure_check(listing, &price);
    measure_check(listing, &quantity);
}

static int by_symbol_then_venue(const void *one, const void *other)
{
    const struct config_node *a = *(const struct config_node *const *)one;
    const struct config_node *b = *(const struct config_node *const *)other;
    const struct config_node *venue_a = a->field[KEY(config_trade_symbol, venue)];
    const struct config_node *venue_b = b->field[KEY(config_trade_symbol, venue)];
    int order = strcmp(a->field[KEY(config_trade_symbol, symbol)]->text,
                       b->field[KEY(config_trade_symbol, symbol)]->text);
    if (order == 0) order = strcmp(venue_a->text, venue_b->text);
    return order;
}

static int by_symbol_venue_place(const void *one, const void *other)
{
    const struct config_node *a = *(const struct config_node *const *)one;
    const struct config_node *b = *(const struct config_node *const *)other;
    int order = by_symbol_then_venue(one, other);
    if (order == 0) order = (a->place.line > b->place.line) - (a->place.line < b->place.line);
    if (order == 0)
        order = (a->place.column > b->place.column) - (a->place.column < b->place.column);
    return order;
}

/* What the venue calls it. */
static const struct config_node *called(const struct config_node *symbol)
{
    const uint32_t there = KEY(config_trade_symbol, venue_symbol);
    bool other = config_rules_given(symbol, there);
    return config_rules_key(symbol, other ? there : KEY(config_trade_symbol, symbol));
}

static int by_called_then_venue(const void *one, const void *other)
{
    const struct config_node *a = *(const struct config_node *const *)one;
    const struct config_node *b = *(const struct config_node *const *)other;
    int order = strcmp(called(a)->text, called(b)->text);
    if (order == 0)
        order = strcmp(a->field[KEY(config_trade_symbol, venue)]->text,
                       b->field[KEY(config_trade_symbol, venue)]->text);
    return order;
}

static int by_called_venue_place(const void *one, const void *other)
{
    const struct config_node *a = *(const struct config_node *const *)one;
    const struct config_node *b = *(const struct config_node *const *)other;
    int order = by_called_then_venue(one, other);
    if (order == 0) order = (a->place.line > b->place.line) - (a->place.line < b->place.line);
    if (order == 0)
        order = (a->place.column > b->place.column) - (a->place.column < b->place.column);
    return order;
}

/* Of two names one is at the venue: what the feed tells apart would be one there. */
static void rule_called_differ(const struct config_rules *rules, struct config_nodes whole)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < whole.count; i++)
        if (called(whole.at[i])) whole.at[count++] = whole.at[i];
    if (count > 1) qsort(whole.at, count, sizeof(struct config_node *), by_called_venue_place);
    for (uint32_t i = 1; i < count; i++) {
        const struct config_node *one = whole.at[i - 1], *other = whole.at[i];
        bool same = by_called_then_venue(&one, &other) == 0;
        const uint32_t symbol = KEY(config_trade_symbol, symbol);
        if (!same || strcmp(one->field[symbol]->text, other->field[symbol]->text) == 0) continue;
        config_problems_add(rules->problems, called(other)->place,
                            "the venue %s would have %s twice, as %s in line %u and as %s",
                            other->field[KEY(config_trade_symbol, venue)]->text,
                            called(other)->text, one->field[symbol]->text, called(one)->place.line,
                            other->field[symbol]->text);
    }
}

/* A symbol is listed once at a venue. */
static void rule_symbols_differ(const struct config_rules *rules, const struct config_node *symbols)
{
    size_t bytes = symbols->count * sizeof(struct config_node *);
    const struct config_node **whole = config_tree_allocate(rules->tree, bytes);
    uint32_t count = 0;
    for (const struct config_node *one = symbols->first; one; one = one->next)
        if (config_rules_key(one, KEY(config_trade_symbol, symbol)) &&
            config_rules_key(one, KEY(config_trade_symbol, venue)))
            whole[count++] = one;
    if (count < 2) return;
    qsort(whole, count, sizeof(struct config_node *), by_symbol_venue_place);
    const struct config_node *first = whole[0];
    for (uint32_t i = 1; i < count; i++) {
        const struct config_node *symbol = whole[i]->field[KEY(config_trade_symbol, symbol)];
        if (by_symbol_then_venue(&first, &whole[i]) != 0) first = whole[i];
        else
            config_problems_add(rules->problems, symbol->place,
                                "the symbol %s is listed twice at the venue %s, first in line %u",
                                symbol->text,
                                whole[i]->field[KEY(config_trade_symbol, venue)]->text,
                                first->field[KEY(config_trade_symbol, symbol)]->place.line);
    }
    rule_called_differ(rules, (struct config_nodes){.at = whole, .count = count});
}

/* The instruments of the role venue, in the order of their symbols. */
struct instruments {
    const struct config_node **at;
    uint32_t count;
    bool whole; /* none was refused */
};

static const char *instrument_symbol(const struct config_node *instrument)
{
    return instrument->field[KEY(config_instrument, symbol)]->text;
}

static int by_instrument(const void *one, const void *other)
{
    return strcmp(instrument_symbol(*(const struct config_node *const *)one),
                  instrument_symbol(*(const struct config_node *const *)other));
}

static struct instruments instruments_sorted(const struct config_rules *rules,
                                             const struct config_node *root)
{
    const struct config_node *venue = config_rules_key(root, KEY(config, venue));
    const struct config_node *list = config_rules_key(venue, KEY(config_venue, instruments));
    if (!list) return (struct instruments){0};
    size_t bytes = list->count * sizeof(struct config_node *);
    struct instruments sorted = {.at = config_tree_allocate(rules->tree, bytes), .whole = true};
    for (const struct config_node *one = list->first; one; one = one->next) {
        if (config_rules_key(one, KEY(config_instrument, symbol))) sorted.at[sorted.count++] = one;
        else sorted.whole = false;
    }
    if (sorted.count > 1)
        qsort(sorted.at, sorted.count, sizeof(struct config_node *), by_instrument);
    return sorted;
}

static const struct config_node *instrument_find(const struct instruments *instruments,
                                                 const char *symbol)
{
    uint32_t low = 0, high = instruments->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(symbol, instrument_symbol(instruments->at[middle]));
        if (order == 0) return instruments->at[middle];
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

/* A symbol of the role venue is one of its instruments, in its ticks and lots. */
static void rule_internal_symbol(const struct listing *listing,
                                 const struct instruments *instruments)
{
    const struct config_node *symbol = called(listing->section);
    if (!symbol || !instruments->whole) return;
    const struct config_node *instrument = instrument_find(instruments, symbol->text);
    if (!instrument) {
        const char *key =
            config_rules_given(listing->section, KEY(config_trade_symbol, venue_symbol))
                ? "venue_symbol"
                : "symbol";
        config_problems_add(listing->rules->problems, symbol->place,
                            "gateway.symbols[%u].%s is \"%s\", which venue.instruments does not "
                            "list",
                            listing->index, key, symbol->text);
        return;
    }
    const struct config_node *ours =
        config_rules_key(listing->section, KEY(config_trade_symbol, tick));
    const struct config_node *theirs = config_rules_key(instrument, KEY(config_instrument, tick));
    if (ours && theirs && ours->number % theirs->number != 0)
        config_problems_add(listing->rules->problems, ours->given ? ours->place : symbol->place,
                            "gateway.symbols[%u].tick is %s: venue.instruments has %s in ticks of "
                            "%s",
                            listing->index, ours->text, symbol->text, theirs->text);
    ours = config_rules_key(listing->section, KEY(config_trade_symbol, lot));
    theirs = config_rules_key(instrument, KEY(config_instrument, lot));
    if (ours && theirs && ours->number % (theirs->number * (uint64_t)QTY_ONE) != 0)
        config_problems_add(listing->rules->problems, ours->given ? ours->place : symbol->place,
                            "gateway.symbols[%u].lot is %s: venue.instruments has %s in lots of %s",
                            listing->index, ours->text, symbol->text, theirs->text);
}

static void rule_symbols(const struct config_rules *rules, const struct config_node *symbols,
                         const struct config_node *venues, const struct config_node *root)
{
    struct instruments instruments = instruments_sorted(rules, root);
    const struct config_node *one = symbols->first;
    for (uint32_t i = 0; one; one = one->next, i++) {
        struct config_node *wanted = config_rules_key(one, KEY(config_trade_symbol, venue));
        char path[64];
        snprintf(path, sizeof path, "gateway.symbols[%u].venue", i);
        const struct config_node *venue = wanted ? venue_find(rules, venues, wanted, path) : NULL;
        const struct config_node *protocol =
            config_rules_key(venue, KEY(config_trade_venue, protocol));
        struct listing listing = {.rules = rules, .section = one, .index = i};
        if (protocol) {
            listing.can = &cans[protocol->number];
            listing.protocol = protocols[protocol->number];
        }
        rule_symbol(&listing);
        const struct config_node *transport =
            config_rules_key(venue, KEY(config_trade_venue, transport));
        if (transport && transport->number == CONFIG_TRANSPORT_INTERNAL)
            rule_internal_symbol(&listing, &instruments);
    }
    rule_symbols_differ(rules, symbols);
}

/* Strategies. */

/* What comes from other programs has orders and no parameters; every other one says itself how many
 * orders it needs. */
static void rule_outside(const struct config_rules *rules, const struct config_node *section,
                         uint32_t index)
{
    const struct config_node *strategy =
        config_rules_key(section, KEY(config_trade_strategy, strategy));
    if (!strategy) return;
    bool outside = strcmp(strategy->text, CONFIG_STRATEGY_OUTSIDE) == 0;
    bool orders = config_rules_given(section, KEY(config_trade_strategy, orders));
    if (!outside && orders)
        config_problems_add(rules->problems,
                            section->field[KEY(config_trade_strategy, orders)]->key->place,
                            "gateway.strategies[%u].orders is for the strategy outside: %s says "
                            "itself how many it needs",
                            index, strategy->text);
    if (outside && !orders)
        config_problems_add(rules->problems, strategy->place,
                            "gateway.strategies[%u].orders is missing: the strategy outside needs "
                            "it",
                            index);
    if (outside && config_rules_given(section, KEY(config_trade_strategy, parameters)))
        config_problems_add(rules->problems,
                            section->field[KEY(config_trade_strategy, parameters)]->key->place,
                            "gateway.strategies[%u].parameters is not for the strategy outside: "
                            "nothing here would read them",
                            index);
}

static void rule_strategies(const struct config_rules *rules, const struct config_node *strategies,
                            const struct config_node *venues)
{
    const struct config_node *one = strategies->first;
    for (uint32_t i = 0; one; one = one->next, i++) {
        struct config_node *wanted = config_rules_key(one, KEY(config_trade_strategy, venue));
        char path[64];
        snprintf(path, sizeof path, "gateway.strategies[%u].venue", i);
        if (wanted) (void)venue_find(rules, venues, wanted, path);
        config_rules_unique(
            rules,
            config_rules_entries(rules,
                                 config_rules_key(one, KEY(config_trade_strategy, instruments))),
            "the symbol");
        rule_outside(rules, one, i);
    }
    config_rules_unique(rules,
                        config_rules_keys(rules, strategies, KEY(config_trade_strategy, name)),
                        "the strategy name");
}

/* Those of the file, and the spare places at each venue. */
static uint64_t places_of(const struct config_rules *rules, const struct config_node *gateway,
                          const struct config_node *strategies)
{
    const struct config_node *spare =
        config_rules_key(gateway, KEY(config_gateway, spare_strategies));
    const struct config_node *venues = config_rules_key(gateway, KEY(config_gateway, venues));
    if (!spare || !venues) return strategies->count;
    uint64_t places = strategies->count + venues->count * spare->number;
    if (places > CONFIG_STRATEGIES_MAX)
        config_problems_add(
            rules->problems, spare->place,
            "gateway.spare_strategies is %s at each of %u venues: with those of the "
            "file these are %ju strategies: at most %u are allowed",
            spare->text, venues->count, (uintmax_t)places, CONFIG_STRATEGIES_MAX);
    return places;
}

/* Risk keeps a position of each strategy in each symbol. */
static void rule_holdings(const struct config_rules *rules, const struct config_node *gateway,
                          const struct config_node *strategies, const struct config_node *symbols)
{
    if (!strategies || !symbols) return;
    uint64_t holdings = places_of(rules, gateway, strategies) * symbols->count;
    if (holdings > CONFIG_HOLDINGS_MAX)
        config_problems_add(rules->problems, strategies->key->place,
                            "gateway.strategies x symbols is %ju: at most %u are allowed",
                            (uintmax_t)holdings, CONFIG_HOLDINGS_MAX);
}

/* Its dispatcher has one place less than a feed may have books. */
static void rule_instruments(const struct config_rules *rules, const struct config_node *root)
{
    const struct config_node *feed = config_rules_key(root, KEY(config, feed));
    const struct config_node *instruments = config_rules_key(feed, KEY(config_feed, instruments));
    if (instruments && instruments->number > CONFIG_TRADE_INSTRUMENTS_MAX)
        config_problems_add(rules->problems, instruments->place,
                            "feed.instruments is %s: a gateway has room for %u", instruments->text,
                            CONFIG_TRADE_INSTRUMENTS_MAX);
}

void config_rules_gateway(const struct config_rules *rules, const struct config_node *root)
{
    const struct config_node *gateway = config_rules_key(root, KEY(config, gateway));
    if (!gateway) return;
    const struct config_node *venues = config_rules_key(gateway, KEY(config_gateway, venues));
    const struct config_node *symbols = config_rules_key(gateway, KEY(config_gateway, symbols));
    const struct config_node *strategies =
        config_rules_key(gateway, KEY(config_gateway, strategies));
    const struct config_node *plugins = config_rules_key(gateway, KEY(config_gateway, plugins));
    rule_instruments(rules, root);
    config_rules_sessions(rules, root);
    config_rules_unique(rules, config_rules_entries(rules, plugins), "the plug-in");
    if (symbols) rule_symbols(rules, symbols, venues, root);
    rule_holdings(rules, gateway, strategies, symbols);
    if (strategies) rule_strategies(rules, strategies, venues);
    config_rules_elsewhere(rules, gateway);
    config_rules_limits(rules, gateway);
}
