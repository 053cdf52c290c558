#include "dataplane/strategy/maker_layout.h"

#include <string.h>

#define OFFSET(field) offsetof(struct maker_settings, field)

/* clang-format off */
static const struct parameter_row rows[] = {
    {"rungs", PARAMETER_RUNGS, "", -PARAMETER_PRICE_MAX, PARAMETER_PRICE_MAX, OFFSET(rungs),
     "quotes of both sides, nearest first: how far from the reference, and how much", {0}},
    {"bid_rungs", PARAMETER_RUNGS, "", -PARAMETER_PRICE_MAX, PARAMETER_PRICE_MAX, OFFSET(bid_rungs),
     "instead of rungs: those of the bids", {0}},
    {"ask_rungs", PARAMETER_RUNGS, "", -PARAMETER_PRICE_MAX, PARAMETER_PRICE_MAX, OFFSET(ask_rungs),
     "instead of rungs: those of the asks", {0}},
    {"most_rungs", PARAMETER_COUNT, "0", 0, PARAMETER_RUNGS_MAX, OFFSET(most_rungs),
     "keys of a side, so that rungs can be added while it runs; 0 is as many as there are", {0}},
    {"reference", PARAMETER_CHOICE, "best", 0, 0, OFFSET(reference),
     "the best price of each side, the middle of both, the middle weighted by size, or fair",
     {"best", "mid", "micro", "fair"}},
    {"fair", PARAMETER_PRICE, "", 1, PARAMETER_PRICE_MAX, OFFSET(fair),
     "with reference fair: the value", {0}},
    {"long", PARAMETER_QTY, NULL, 0, PARAMETER_QTY_MAX, OFFSET(inventory[SIDE_BUY]),
     "the longest position, if all bids filled", {0}},
    {"short", PARAMETER_QTY, NULL, 0, PARAMETER_QTY_MAX, OFFSET(inventory[SIDE_SELL]),
     "the shortest position, if all asks filled", {0}},
    {"skew", PARAMETER_DISTANCE, "0", 0, PARAMETER_PRICE_MAX, OFFSET(skew),
     "how far both references go down for each unit of position", {0}},
    {"spread", PARAMETER_DISTANCE, "1t", 0, PARAMETER_PRICE_MAX, OFFSET(spread),
     "the least distance between own bids and own asks", {0}},
    {"post_only", PARAMETER_CHOICE, "yes", 0, 0, OFFSET(taking),
     "whether quotes never take", {"yes", "no"}},
    {"threshold", PARAMETER_DISTANCE, "1t", 0, PARAMETER_PRICE_MAX, OFFSET(threshold),
     "a side is quoted anew when its reference has moved so far", {0}},
    {"alone", PARAMETER_CHOICE, "retreat", 0, 0, OFFSET(alone),
     "what a side does whose best price is its own alone", {"retreat", "stay"}},
    {"retreat", PARAMETER_DISTANCE, "1t", 1, PARAMETER_PRICE_MAX, OFFSET(retreat),
     "with alone retreat: so far from the own price, at once", {0}},
    {"retreat_most", PARAMETER_DISTANCE, "100t", 0, PARAMETER_PRICE_MAX, OFFSET(retreat_most),
     "and so far from the last price that others had, in all", {0}},
    {"echo", PARAMETER_DURATION, "5ms", 0, (int64_t)NANOS_SECOND, OFFSET(echo_ns),
     "within this time the market's picture shows what our orders were told", {0}},
    {"retry", PARAMETER_DURATION, "1s", 0, PARAMETER_DURATION_MAX, OFFSET(retry_ns),
     "a quote that was refused, or canceled unasked, is said again after this", {0}},
};
/* clang-format on */
const struct parameter_table maker_parameters = {"maker", rows, ARRAY_COUNT(rows)};

/* Cold. */

static uint32_t rungs_of(const struct maker_settings *settings, uint32_t side)
{
    if (settings->rungs.count > 0) return settings->rungs.count;
    return side == SIDE_BUY ? settings->bid_rungs.count : settings->ask_rungs.count;
}

static uint32_t most_of(const struct maker_settings *settings)
{
    if (settings->most_rungs > 0) return (uint32_t)settings->most_rungs;
    return (uint32_t)greater(rungs_of(settings, SIDE_BUY), rungs_of(settings, SIDE_SELL));
}

/* The rules between parameters: which one is wrong, and why; NULL if none is. */
static const char *wrong(const struct maker_settings *settings, uint32_t legs, const char **why)
{
    bool single = settings->bid_rungs.count > 0 || settings->ask_rungs.count > 0;
    uint32_t most = most_of(settings);
    *why = "with it there are no bid_rungs and no ask_rungs";
    if (settings->rungs.count > 0 && single) return "rungs";
    *why = "there are no rungs at all: rungs, bid_rungs or ask_rungs are needed";
    if (settings->rungs.count == 0 && !single) return "rungs";
    *why = "there are more rungs than that";
    if (rungs_of(settings, SIDE_BUY) > most || rungs_of(settings, SIDE_SELL) > most)
        return "most_rungs";
    *why = "reference fair needs a value above 0";
    if (settings->reference == MAKER_FAIR && settings->fair == 0) return "fair";
    *why = "only reference fair reads it";
    if (settings->reference != MAKER_FAIR && settings->fair != 0) return "fair";
    *why = "instruments times both sides' rungs are more than 4096 orders";
    if (legs == 0 || legs > DELEGATE_ORDERS_MAX / (2 * most)) return "rungs";
    return NULL;
}

static bool read(const struct delegate_parameters *given, struct maker_settings *settings,
                 char *problem, size_t capacity)
{
    if (!parameters_read(&maker_parameters, given, settings, problem, capacity)) return false;
    const char *why = NULL;
    const char *name = wrong(settings, given->legs, &why);
    return !name || parameters_refuse(&maker_parameters, given, name, why, problem, capacity);
}

static bool maker_check(const struct delegate_parameters *parameters, char *problem,
                        size_t capacity)
{
    struct maker_settings settings;
    return read(parameters, &settings, problem, capacity);
}

static uint32_t maker_orders(const struct delegate_parameters *parameters)
{
    struct maker_settings settings;
    return read(parameters, &settings, NULL, 0) ? parameters->legs * 2 * most_of(&settings) : 0;
}

static size_t maker_footprint(const struct delegate_parameters *parameters)
{
    uint32_t orders = maker_orders(parameters);
    if (orders == 0) return 0;
    return ALIGN_UP(sizeof(struct maker), CACHE_LINE) +
           parameters->legs * sizeof(struct maker_leg) + orders * sizeof(struct maker_key);
}

static void settle(struct maker *maker, const struct delegate_parameters *parameters)
{
    struct maker_settings *settings = &maker->settings;
    CHECK(read(parameters, settings, NULL, 0));
    bool same = settings->rungs.count > 0;
    maker->rungs[SIDE_BUY] = same ? &settings->rungs : &settings->bid_rungs;
    maker->rungs[SIDE_SELL] = same ? &settings->rungs : &settings->ask_rungs;
}

static void *maker_build(void *memory, const struct delegate_parameters *parameters)
{
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct maker *maker = memory;
    *maker = (struct maker){.legs = parameters->legs, .due_ns = MAKER_NEVER};
    settle(maker, parameters);
    maker->most = most_of(&maker->settings);
    maker->leg = (struct maker_leg *)((uint8_t *)memory + ALIGN_UP(sizeof *maker, CACHE_LINE));
    maker->key = (struct maker_key *)(maker->leg + maker->legs);
    for (uint32_t i = 0; i < maker->legs; i++)
        maker->leg[i] = (struct maker_leg){.due_ns = MAKER_NEVER};
    for (uint32_t i = 0; i < maker->legs * 2 * maker->most; i++)
        maker->key[i] = (struct maker_key){0};
    return maker;
}

/* Decides. */

static void look(struct maker *maker, const struct composite *composite)
{
    struct maker_leg *leg = &maker->leg[composite->leg];
    const struct market *market = composite->market;
    leg->best[SIDE_BUY] = market->bid;
    leg->best[SIDE_SELL] = market->ask;
    leg->best_qty[SIDE_BUY] = market->bid_qty;
    leg->best_qty[SIDE_SELL] = market->ask_qty;
    leg->good = market_good(market);
    if (memcmp(&leg->terms, composite->terms, sizeof leg->terms) != 0) {
        leg->terms = *composite->terms;
        maker_displace(leg);
    }
    leg->instrument = composite->instrument;
    leg->trading = composite->trading;
}

static void turn_leg(struct maker *maker, uint32_t leg, const struct composite *composite,
                     struct delegate_output *output)
{
    uint32_t first = leg * 2 * maker->most;
    struct maker_turn turn = {.maker = maker,
                              .leg = &maker->leg[leg],
                              .key = &maker->key[first],
                              .order = &composite->order[first],
                              .first_key = first,
                              .output = output};
    turn.leg->due_ns = MAKER_NEVER;
    maker_follow(&turn);
    if (leg == composite->leg) turn.leg->position = composite->position;
    bool may = turn.leg->trading == TRADING_ACTIVE || turn.leg->trading == TRADING_REDUCE_ONLY;
    if (may && turn.leg->good && terms_good(&turn.leg->terms)) {
        maker_refer(&turn);
        maker_quote(&turn);
    } else {
        maker_pull(&turn);
    }
}

/* Instruments that want to look again without being shown: only the first one would be. */
static void turn_others(struct maker *maker, const struct composite *composite,
                        struct delegate_output *output)
{
    maker->due_ns = MAKER_NEVER;
    for (uint32_t leg = 0; leg < maker->legs; leg++) {
        bool fits = output->intents + 2 * maker->most <= DELEGATE_INTENTS_MAX;
        if (maker->leg[leg].due_ns <= maker->now && fits && maker->leg[leg].known)
            turn_leg(maker, leg, composite, output);
        if (maker->leg[leg].due_ns < maker->due_ns) maker->due_ns = maker->leg[leg].due_ns;
    }
}

static void maker_decide(void *self, const struct composite *composite,
                         struct delegate_output *output)
{
    struct maker *maker = self;
    CHECK(composite->leg < maker->legs);
    CHECK(composite->orders >= maker->legs * 2 * maker->most);
    maker->now = composite->now;
    maker->leg[composite->leg].known = true;
    look(maker, composite);
    turn_leg(maker, composite->leg, composite, output);
    if (maker->due_ns <= maker->now) turn_others(maker, composite, output);
}

static bool maker_wants(const void *self, nanos_t now)
{
    const struct maker *maker = self;
    return maker->due_ns <= now;
}

static void maker_set(void *self, const struct delegate_parameters *parameters)
{
    struct maker *maker = self;
    settle(maker, parameters);
    CHECK(most_of(&maker->settings) == maker->most);
    for (uint32_t i = 0; i < maker->legs; i++) {
        struct maker_leg *leg = &maker->leg[i];
        leg->due_ns = 0;
        leg->shift_known = false;
        leg->side[SIDE_BUY].quoted = leg->side[SIDE_SELL].quoted = false;
        leg->side[SIDE_BUY].again = leg->side[SIDE_SELL].again = true;
        maker_displace(leg);
    }
    maker->due_ns = 0;
}

static uint32_t maker_show(const void *self, struct delegate_gauge *gauges, uint32_t most)
{
    const struct maker_gauges *at = &((const struct maker *)self)->gauges;
    const struct delegate_gauge all[] = {
        {"quotes", at->quotes},   {"stops", at->stops}, {"requotes", at->requotes},
        {"pulls", at->pulls},     {"gated", at->gated}, {"retreats", at->retreats},
        {"refused", at->refused},
    };
    uint32_t count = (uint32_t)lesser(most, ARRAY_COUNT(all));
    for (uint32_t i = 0; i < count; i++) gauges[i] = all[i];
    return count;
}

const struct delegate_kind maker_kind = {
    .name = "maker",
    .summary = "quotes both sides around a reference, within an inventory",
    .check = maker_check,
    .footprint = maker_footprint,
    .orders = maker_orders,
    .build = maker_build,
    .decide = maker_decide,
    .wants = maker_wants,
    .set = maker_set,
    .show = maker_show,
};
