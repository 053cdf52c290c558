/* Limits of risk: none is missing, none is looser than its ceiling.
 *
 * A limit of a venue, a symbol or a strategy is its own, or that of gateway.limits, which is copied
 * to where the own one is missing: afterwards each has all of its own.  A ceiling that is not given
 * becomes the loosest bound of the file. */

#include "control/config/config_rules.h"
#include "control/config/config_value.h"

#include <stdio.h>

/* One limit of one kind of thing. */
struct row {
    const char *name;
    uint32_t own;     /* its index in the limits of the thing */
    uint32_t common;  /* in gateway.limits */
    uint32_t ceiling; /* in gateway.ceilings */
    enum risk_looser looser;
};

#define ROW(E, limit, scope, unit, looser_way, most, sentence, section)                            \
    {.name = #limit,                                                                               \
     .own = KEY(section, limit),                                                                   \
     .common = KEY(config_limits, limit),                                                          \
     .ceiling = KEY(config_ceilings, limit),                                                       \
     .looser = RISK_##looser_way},

static const struct row box_rows[] = {RISK_BOX_LIMITS(ROW, config_limits)};
static const struct row venue_rows[] = {RISK_VENUE_LIMITS(ROW, config_venue_limits)};
static const struct row symbol_rows[] = {RISK_SYMBOL_LIMITS(ROW, config_symbol_limits)};
static const struct row strategy_rows[] = {
    RISK_HOLDING_LIMITS(ROW, config_strategy_limits) RISK_ROUTE_LIMITS(ROW, config_strategy_limits)
        RISK_STRATEGY_LIMITS(ROW, config_strategy_limits)};

/* Of a strategy at another venue: what is not its own there is the strategy's. */
struct route_row {
    uint32_t own;
    uint32_t strategys;
    struct row row;
};
#define ROUTE_ROW(E, limit, scope, unit, looser_way, most, sentence, section)                      \
    {KEY(section, limit), KEY(config_strategy_limits, limit),                                      \
     ROW(E, limit, scope, unit, looser_way, most, sentence, section)},
static const struct route_row route_rows[] = {RISK_ROUTE_LIMITS(ROUTE_ROW, config_route_limits)};

/* The things that have limits of one kind. */
struct kind {
    const char *called; /* "symbols" */
    const char *one;    /* "symbol" */
    uint32_t list;      /* in gateway */
    uint32_t limits;    /* in an entry */
    uint32_t rows;
    const struct row *row;
};

static const struct kind kinds[] = {
    {"venues", "venue", KEY(config_gateway, venues), KEY(config_trade_venue, limits),
     ARRAY_COUNT(venue_rows), venue_rows},
    {"symbols", "symbol", KEY(config_gateway, symbols), KEY(config_trade_symbol, limits),
     ARRAY_COUNT(symbol_rows), symbol_rows},
    {"strategies", "strategy", KEY(config_gateway, strategies), KEY(config_trade_strategy, limits),
     ARRAY_COUNT(strategy_rows), strategy_rows},
};

struct limits {
    const struct config_rules *rules;
    const struct config_node *common;   /* gateway.limits */
    const struct config_node *ceilings; /* NULL: refused */
};

static bool looser(const struct row *row, uint64_t one, uint64_t other)
{
    return row->looser == RISK_UP ? one > other : one < other;
}

/* A bound as it is written in the file, against its ceiling. */
static void ceiling_check(const struct limits *limits, const struct row *row,
                          const struct config_node *bound, const char *path)
{
    struct config_node *ceiling = config_rules_key(limits->ceilings, row->ceiling);
    if (!ceiling || !bound || !bound->given) return;
    if (!ceiling->given) {
        /* text is that of nothing, until a bound of the file has taken its place */
        if (ceiling->text[0] == 0 || looser(row, bound->number, ceiling->number)) {
            ceiling->number = bound->number;
            ceiling->text = bound->text;
        }
    } else if (looser(row, bound->number, ceiling->number)) {
        config_problems_add(limits->rules->problems, bound->place,
                            "%s.%s is %s: gateway.ceilings.%s is %s (%u:%u)", path, row->name,
                            bound->text, row->name, ceiling->text, ceiling->place.line,
                            ceiling->place.column);
    }
}

/* Whether nobody says the limit: then it is missing once, not once for each. */
static bool nobody_has(const struct kind *kind, const struct config_node *list,
                       const struct row *row)
{
    for (const struct config_node *one = list->first; one; one = one->next) {
        const struct config_node *own = one->valid ? one->field[kind->limits] : NULL;
        if (!own || !own->valid || config_rules_given(own, row->own)) return false;
    }
    return true;
}

static void own_complete(const struct limits *limits, const struct kind *kind,
                         const struct row *row, const struct config_node *entry, uint32_t index)
{
    const struct config_node *own = config_rules_key(entry, kind->limits);
    struct config_node *bound = own ? own->field[row->own] : NULL;
    const struct config_node *common = config_rules_key(limits->common, row->common);
    char path[64];
    if (!bound) return;
    snprintf(path, sizeof path, "gateway.%s[%u].limits", kind->called, index);
    if (bound->given && bound->valid) ceiling_check(limits, row, bound, path);
    if (bound->given) return;
    if (common && common->given) bound->number = common->number;
    else if (!config_rules_given(limits->common, row->common))
        config_problems_add(limits->rules->problems, own->given ? own->key->place : entry->place,
                            "%s.%s is missing: neither this %s nor gateway.limits has it", path,
                            row->name, kind->one);
}

static void kind_check(const struct limits *limits, const struct config_node *gateway,
                       const struct kind *kind)
{
    const struct config_node *list = config_rules_key(gateway, kind->list);
    if (!list) return;
    for (uint32_t i = 0; i < kind->rows; i++) {
        const struct row *row = &kind->row[i];
        ceiling_check(limits, row, config_rules_key(limits->common, row->common), "gateway.limits");
        if (!config_rules_given(limits->common, row->common) && nobody_has(kind, list, row)) {
            config_problems_add(limits->rules->problems,
                                limits->common->given ? limits->common->key->place
                                                      : gateway->key->place,
                                "gateway.limits.%s is missing, and none of gateway.%s has it",
                                row->name, kind->called);
            continue;
        }
        uint32_t index = 0;
        for (const struct config_node *one = list->first; one; one = one->next)
            own_complete(limits, kind, row, one, index++);
    }
}

static void elsewhere_complete(const struct limits *limits, const struct config_node *strategy,
                               const struct config_node *entry, const char *path)
{
    const struct config_node *whole =
        config_rules_key(strategy, KEY(config_trade_strategy, limits));
    const struct config_node *own = config_rules_key(entry, KEY(config_elsewhere, limits));
    for (uint32_t i = 0; own && i < ARRAY_COUNT(route_rows); i++) {
        const struct route_row *row = &route_rows[i];
        struct config_node *bound = own->field[row->own];
        if (!bound) continue;
        if (bound->given && bound->valid) ceiling_check(limits, &row->row, bound, path);
        const struct config_node *of = config_rules_key(whole, row->strategys);
        if (!bound->given && of) bound->number = of->number;
    }
}

static void elsewhere_check(const struct limits *limits, const struct config_node *gateway)
{
    const struct config_node *list = config_rules_key(gateway, KEY(config_gateway, strategies));
    uint32_t index = 0;
    for (const struct config_node *one = list ? list->first : NULL; one; one = one->next, index++) {
        const struct config_node *entries =
            config_rules_key(one, KEY(config_trade_strategy, elsewhere));
        uint32_t number = 0;
        for (const struct config_node *entry = entries ? entries->first : NULL; entry;
             entry = entry->next) {
            char path[80];
            snprintf(path, sizeof path, "gateway.strategies[%u].elsewhere[%u].limits", index,
                     number++);
            elsewhere_complete(limits, one, entry, path);
        }
    }
}

void config_rules_limits(const struct config_rules *rules, const struct config_node *gateway)
{
    struct limits limits = {
        .rules = rules,
        .common = config_rules_key(gateway, KEY(config_gateway, limits)),
        .ceilings = config_rules_key(gateway, KEY(config_gateway, ceilings)),
    };
    if (!limits.common) return;
    for (uint32_t i = 0; i < ARRAY_COUNT(box_rows); i++) {
        const struct row *row = &box_rows[i];
        ceiling_check(&limits, row, config_rules_key(limits.common, row->common), "gateway.limits");
        if (!config_rules_given(limits.common, row->common))
            config_problems_add(rules->problems,
                                limits.common->given ? limits.common->key->place
                                                     : gateway->key->place,
                                "gateway.limits.%s is missing", row->name);
    }
    for (uint32_t i = 0; i < ARRAY_COUNT(kinds); i++) kind_check(&limits, gateway, &kinds[i]);
    elsewhere_check(&limits, gateway);
}
