#include "dataplane/strategy/crowd.h"

#include "dataplane/strategy/dice.h"
#include "dataplane/strategy/rounding.h"

enum { ACTS_MAX = 32 /* of one decision */ };

struct crowd_settings {
    int64_t seed;
    int64_t rate;
    int64_t levels;
    qty_t size;
    struct prices fair;
    struct distance step;
    int64_t apart;     /* choice: 0 all walk together */
    int64_t meets_own; /* choice: 1 takes from itself */
    qty_t inventory;   /* 0: any */
};

struct crowd_leg {
    struct market market;
    struct delegate_terms terms;
    qty_t position;
    uint16_t instrument;
    uint8_t trading;
    bool known;
    int64_t walked; /* steps */
};

struct crowd {
    struct crowd_settings settings;
    uint32_t legs;
    nanos_t next_ns; /* 0: not begun */
    uint64_t throws;
    int64_t walked; /* steps, of all together */
    int64_t rests, cancels, takes;
    struct crowd_leg leg[];
};

/* clang-format off */
#define OFFSET(field) offsetof(struct crowd_settings, field)
static const struct parameter_row rows[] = {
    {"seed", PARAMETER_COUNT, "1", 0, INT64_MAX, OFFSET(seed), "of everything it does", {0}},
    {"rate", PARAMETER_COUNT, "50", 1, 1000000, OFFSET(rate), "acts a second, on average", {0}},
    {"levels", PARAMETER_COUNT, "8", 1, 256, OFFSET(levels),
     "orders of a side that may rest, and how many ticks deep", {0}},
    {"size", PARAMETER_QTY, "500", 1, PARAMETER_QTY_MAX, OFFSET(size), "of one order at most", {0}},
    {"fair", PARAMETER_PRICES, NULL, 1, PARAMETER_PRICE_MAX, OFFSET(fair),
     "where the values begin, of the instruments in order; the last one is all others'", {0}},
    {"step", PARAMETER_DISTANCE, "1t", 0, PARAMETER_PRICE_MAX, OFFSET(step),
     "how far a value walks at once", {0}},
    {"together", PARAMETER_CHOICE, "no", 0, 0, OFFSET(apart),
     "whether all instruments walk as one", {"yes", "no"}},
    {"meets_own", PARAMETER_CHOICE, "no", 0, 0, OFFSET(meets_own),
     "whether it takes where its own orders rest", {"no", "yes"}},
    {"inventory", PARAMETER_QTY, "0", 0, PARAMETER_QTY_MAX, OFFSET(inventory),
     "about the largest position; 0 is any", {0}},
};
/* clang-format on */
const struct parameter_table crowd_parameters = {"crowd", rows, ARRAY_COUNT(rows)};

static uint32_t keys_of(const struct crowd_settings *settings)
{
    return 2 * (uint32_t)settings->levels + 1;
}

static bool read(const struct delegate_parameters *given, struct crowd_settings *settings,
                 char *problem, size_t capacity)
{
    const struct parameter_table *table = &crowd_parameters;
    if (!parameters_read(table, given, settings, problem, capacity)) return false;
    if (given->legs > 0 && given->legs <= DELEGATE_ORDERS_MAX / keys_of(settings)) return true;
    return parameters_refuse(table, given, "levels",
                             "instruments times both sides' levels are more than 4096 orders",
                             problem, capacity);
}

static bool crowd_check(const struct delegate_parameters *parameters, char *problem,
                        size_t capacity)
{
    struct crowd_settings settings;
    return read(parameters, &settings, problem, capacity);
}

static size_t crowd_footprint(const struct delegate_parameters *parameters)
{
    if (!crowd_check(parameters, NULL, 0)) return 0;
    return sizeof(struct crowd) + parameters->legs * sizeof(struct crowd_leg);
}

static uint32_t crowd_orders(const struct delegate_parameters *parameters)
{
    struct crowd_settings settings;
    if (!read(parameters, &settings, NULL, 0)) return 0;
    return parameters->legs * keys_of(&settings);
}

static void *crowd_build(void *memory, const struct delegate_parameters *parameters)
{
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct crowd *crowd = memory;
    *crowd = (struct crowd){.legs = parameters->legs};
    CHECK(read(parameters, &crowd->settings, NULL, 0));
    for (uint32_t i = 0; i < crowd->legs; i++) crowd->leg[i] = (struct crowd_leg){0};
    return crowd;
}

/* Acts. */

struct act {
    struct crowd *crowd;
    struct crowd_leg *leg;
    const struct delegate_order *order; /* of the leg: bids, asks, and one that takes */
    uint32_t first_key;
    uint32_t side;
    struct delegate_output *output;
};

static uint64_t dice(struct crowd *crowd, uint64_t sides)
{
    return dice_at((uint64_t)crowd->settings.seed, crowd->throws++, sides);
}

static price_t fair_of(const struct crowd *crowd, const struct crowd_leg *leg)
{
    const struct prices *fair = &crowd->settings.fair;
    uint32_t i = (uint32_t)lesser(leg - crowd->leg, fair->count - 1);
    price_t step = distance_price(crowd->settings.step, leg->terms.tick);
    price_t price = fair->at[i] + step * (leg->walked + crowd->walked);
    return greater(lesser(price, 2 * fair->at[i]), fair->at[i] / 2);
}

/* One step of two in four, and with together a part of all of them is each one's own. */
static void walk(struct crowd *crowd, struct crowd_leg *leg)
{
    int64_t step = 0;
    uint64_t thrown = dice(crowd, 4);
    if (thrown == 0) step = 1;
    if (thrown == 1) step = -1;
    bool own = crowd->settings.apart || dice(crowd, 4) == 0;
    if (!own) crowd->walked += step;
    else if (crowd->settings.apart) leg->walked += step;
    else leg->walked = greater(lesser(leg->walked + step, 3), -3);
}

static qty_t some(struct crowd *crowd, const struct crowd_leg *leg, qty_t most)
{
    if (leg->terms.qty_max > 0) most = lesser(most, leg->terms.qty_max);
    qty_t lots = most / leg->terms.lot;
    return lots > 0 ? (1 + (qty_t)dice(crowd, (uint64_t)lots)) * leg->terms.lot : 0;
}

static void say(struct act *act, uint32_t key, price_t price, qty_t qty, uint8_t how)
{
    delegate_say(act->output, &(struct delegate_intent){.price = price,
                                                        .qty = qty,
                                                        .key = act->first_key + key,
                                                        .instrument = act->leg->instrument,
                                                        .kind = INTENT_ORDER,
                                                        .side = (uint8_t)act->side,
                                                        .how = how});
}

/* Whether price would take from an own order: one that may be open, or one said just now. */
static bool meets_own(const struct act *act, price_t price)
{
    uint32_t levels = (uint32_t)act->crowd->settings.levels;
    enum side other = side_opposite((enum side)act->side);
    for (uint32_t key = other * levels; key < (other + 1) * levels; key++) {
        const struct delegate_order *order = &act->order[key];
        if (order->state != ORDER_NONE && !side_better(other, price, order->price)) return true;
    }
    for (uint32_t i = 0; i < act->output->intents; i++) {
        const struct delegate_intent *said = &act->output->intent[i];
        if (said->kind != INTENT_ORDER || said->instrument != act->leg->instrument) continue;
        if (said->side == other && !side_better(other, price, said->price)) return true;
    }
    return false;
}

static void rest(struct act *act)
{
    struct crowd *crowd = act->crowd;
    const struct crowd_leg *leg = act->leg;
    uint32_t levels = (uint32_t)crowd->settings.levels;
    uint32_t level = (uint32_t)dice(crowd, levels), key = act->side * levels + level;
    price_t tick = leg->terms.tick;
    price_t away = tick * (1 + (price_t)dice(crowd, level + 1));
    price_t price =
        side_round_away(act->side, side_away(act->side, fair_of(crowd, leg), away), tick);
    price_t far = far_price(&leg->market, act->side);
    price_t nearest = side_away(act->side, far, tick);
    if (far > 0 && side_better(act->side, price, nearest)) price = nearest;
    qty_t qty = some(crowd, leg, crowd->settings.size);
    const struct delegate_order *order = &act->order[key];
    bool free = order->state == ORDER_NONE || order->state == ORDER_OPEN;
    bool high = leg->terms.price_max > 0 && price > leg->terms.price_max;
    if (!free || price < tick || high || qty == 0 || meets_own(act, price)) return;
    say(act, key, price, qty, 0);
    crowd->rests++;
}

static void cancel(struct act *act)
{
    uint32_t key = (uint32_t)dice(act->crowd, keys_of(&act->crowd->settings) - 1);
    if (act->order[key].state != ORDER_OPEN) return;
    delegate_stop(act->output, act->first_key + key);
    act->crowd->cancels++;
}

static void take(struct act *act)
{
    struct crowd *crowd = act->crowd;
    uint32_t key = 2 * (uint32_t)crowd->settings.levels;
    price_t price = far_price(&act->leg->market, act->side);
    qty_t shown = far_qty(&act->leg->market, act->side);
    qty_t qty = some(crowd, act->leg, lesser(crowd->settings.size, shown));
    if (!market_good(&act->leg->market) || qty == 0) return;
    if (act->order[key].state != ORDER_NONE) return;
    if (!crowd->settings.meets_own && meets_own(act, price)) return;
    say(act, key, price, qty, HOW_IMMEDIATE);
    crowd->takes++;
}

static void one_act(struct crowd *crowd, const struct composite *composite,
                    struct delegate_output *output)
{
    uint32_t number = (uint32_t)dice(crowd, crowd->legs);
    uint32_t first = number * keys_of(&crowd->settings);
    struct act act = {.crowd = crowd,
                      .leg = &crowd->leg[number],
                      .order = &composite->order[first],
                      .first_key = first,
                      .side = (uint32_t)dice(crowd, 2),
                      .output = output};
    uint64_t thrown = dice(crowd, 100);
    walk(crowd, act.leg);
    bool may = act.leg->known && act.leg->trading == TRADING_ACTIVE && terms_good(&act.leg->terms);
    if (!may || act.leg->market.state != MARKET_LIVE) return;
    qty_t position = act.side == SIDE_BUY ? act.leg->position : -act.leg->position;
    bool full = crowd->settings.inventory > 0 && position >= crowd->settings.inventory;
    if (thrown >= 60 && thrown < 85) cancel(&act);
    else if (full) return;
    else if (thrown < 60) rest(&act);
    else take(&act);
}

static void look(struct crowd *crowd, const struct composite *composite)
{
    struct crowd_leg *leg = &crowd->leg[composite->leg];
    leg->market = *composite->market;
    leg->terms = *composite->terms;
    leg->position = composite->position;
    leg->instrument = composite->instrument;
    leg->trading = composite->trading;
    leg->known = true;
}

static void crowd_decide(void *self, const struct composite *composite,
                         struct delegate_output *output)
{
    struct crowd *crowd = self;
    CHECK(composite->leg < crowd->legs);
    CHECK(composite->orders >= crowd->legs * keys_of(&crowd->settings));
    look(crowd, composite);
    nanos_t mean = NANOS_SECOND / (nanos_t)crowd->settings.rate;
    if (crowd->next_ns == 0) crowd->next_ns = composite->now;
    for (uint32_t i = 0; i < ACTS_MAX && crowd->next_ns <= composite->now; i++) {
        one_act(crowd, composite, output);
        crowd->next_ns += 1 + dice(crowd, 2 * mean);
    }
    /* What it could not do in time it does not do. */
    if (crowd->next_ns < composite->now) crowd->next_ns = composite->now;
}

static bool crowd_wants(const void *self, nanos_t now)
{
    return ((const struct crowd *)self)->next_ns <= now;
}

static void crowd_set(void *self, const struct delegate_parameters *parameters)
{
    struct crowd *crowd = self;
    CHECK(read(parameters, &crowd->settings, NULL, 0));
}

static uint32_t crowd_show(const void *self, struct delegate_gauge *gauges, uint32_t most)
{
    const struct crowd *crowd = self;
    const struct delegate_gauge all[] = {
        {"rests", crowd->rests},
        {"cancels", crowd->cancels},
        {"takes", crowd->takes},
    };
    uint32_t count = (uint32_t)lesser(most, ARRAY_COUNT(all));
    for (uint32_t i = 0; i < count; i++) gauges[i] = all[i];
    return count;
}

const struct delegate_kind crowd_kind = {
    .name = "crowd",
    .summary = "random orders around a walking value, for demonstrations",
    .check = crowd_check,
    .footprint = crowd_footprint,
    .orders = crowd_orders,
    .build = crowd_build,
    .decide = crowd_decide,
    .wants = crowd_wants,
    .set = crowd_set,
    .show = crowd_show,
};
