#include "dataplane/strategy/arbitrage.h"

#include "dataplane/strategy/rounding.h"

enum { LEGS = 2, REFUSALS_MAX = 10 };

struct arbitrage_settings {
    struct distance edge;
    qty_t size;
    qty_t inventory;
    int64_t retry_ns;
};

/* A place, as shown last, and its order; the key is the leg's number. */
struct place {
    struct market market;
    struct delegate_terms terms;
    qty_t position;
    uint16_t instrument;
    uint8_t trading;
    bool known; /* it was ever shown */

    bool asked; /* an order was said, and is not seen as ended */
    uint8_t side;
    qty_t executed; /* of the key, as seen last */
    uint32_t refused;
    price_t tried_price;
    qty_t tried_qty;
    nanos_t retry_ns; /* not before, if it shows the same; 0: free */
    bool shut;        /* nor if it does not */
};

struct arbitrage {
    struct arbitrage_settings settings;
    nanos_t now;
    struct place place[LEGS];
    bool pairing;      /* the orders under way are of a pair, */
    bool pair_refused; /* and one of them was refused */
    uint32_t refusals; /* pairs in a row of which an order was */
    nanos_t pair_ns;   /* no pair before */
    int64_t pairs;
    int64_t hedges;
};

/* clang-format off */
#define OFFSET(field) offsetof(struct arbitrage_settings, field)
static const struct parameter_row rows[] = {
    {"edge", PARAMETER_DISTANCE, NULL, 0, PARAMETER_PRICE_MAX, OFFSET(edge),
     "a bid must be above the other ask by more than this; ticks are those of the first leg", {0}},
    {"size", PARAMETER_QTY, NULL, 1, PARAMETER_QTY_MAX, OFFSET(size), "of one order at most", {0}},
    {"inventory", PARAMETER_QTY, NULL, 1, PARAMETER_QTY_MAX, OFFSET(inventory),
     "the largest position of a leg, long or short", {0}},
    {"retry", PARAMETER_DURATION, "100ms", 0, PARAMETER_DURATION_MAX, OFFSET(retry_ns),
     "what was tried is not tried again before this, unless the leg shows something else", {0}},
};
/* clang-format on */
const struct parameter_table arbitrage_parameters = {"arbitrage", rows, ARRAY_COUNT(rows)};

static bool arbitrage_check(const struct delegate_parameters *parameters, char *problem,
                            size_t capacity)
{
    struct arbitrage_settings settings;
    if (!parameters_read(&arbitrage_parameters, parameters, &settings, problem, capacity))
        return false;
    return parameters->legs == LEGS ||
           parameters_refuse(&arbitrage_parameters, parameters, "edge",
                             "it is between two instruments, no more and no fewer", problem,
                             capacity);
}

static size_t arbitrage_footprint(const struct delegate_parameters *parameters)
{
    return arbitrage_check(parameters, NULL, 0) ? sizeof(struct arbitrage) : 0;
}

static uint32_t arbitrage_orders(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return LEGS;
}

static void arbitrage_set(void *self, const struct delegate_parameters *parameters)
{
    struct arbitrage *arbitrage = self;
    CHECK(parameters_read(&arbitrage_parameters, parameters, &arbitrage->settings, NULL, 0));
}

static void *arbitrage_build(void *memory, const struct delegate_parameters *parameters)
{
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct arbitrage *arbitrage = memory;
    *arbitrage = (struct arbitrage){0};
    for (uint32_t leg = 0; leg < LEGS; leg++) arbitrage->place[leg].market.state = MARKET_CLOSED;
    arbitrage_set(arbitrage, parameters);
    return arbitrage;
}

/* Follows. */

static void follow(struct arbitrage *arbitrage, const struct composite *composite)
{
    for (uint32_t leg = 0; leg < LEGS; leg++) {
        struct place *place = &arbitrage->place[leg];
        const struct delegate_order *order = &composite->order[leg];
        qty_t filled = order->executed - place->executed;
        place->position += place->side == SIDE_BUY ? filled : -filled;
        place->executed = order->executed;
        if (!place->asked || order->state != ORDER_NONE) continue;
        place->asked = false;
        place->shut = order->refused != place->refused;
        arbitrage->pair_refused |= place->shut;
        place->retry_ns = composite->now + (nanos_t)arbitrage->settings.retry_ns;
    }
    struct place *shown = &arbitrage->place[composite->leg];
    shown->market = *composite->market;
    shown->terms = *composite->terms;
    shown->position = composite->position;
    shown->instrument = composite->instrument;
    shown->trading = composite->trading;
    shown->known = true;
}

/* Both orders of a pair are over: each one in a row that was refused in part makes the next wait
 * twice as long. */
static void pair_end(struct arbitrage *arbitrage)
{
    arbitrage->pairing = false;
    if (!arbitrage->pair_refused) {
        arbitrage->refusals = 0;
        return;
    }
    arbitrage->pair_ns =
        arbitrage->now + ((nanos_t)arbitrage->settings.retry_ns << arbitrage->refusals);
    if (arbitrage->refusals < REFUSALS_MAX) arbitrage->refusals++;
}

/* Acts. */

static bool held_back(const struct arbitrage *arbitrage, const struct place *place, uint32_t side)
{
    if (place->retry_ns <= arbitrage->now) return false;
    bool same = side == place->side && far_price(&place->market, side) == place->tried_price &&
                far_qty(&place->market, side) == place->tried_qty;
    return place->shut || same;
}

/* How much of side a place takes now. */
static qty_t room(const struct arbitrage *arbitrage, const struct place *place, uint32_t side)
{
    if (!market_good(&place->market) || !terms_good(&place->terms)) return 0;
    if (held_back(arbitrage, place, side)) return 0;
    qty_t position = side == SIDE_BUY ? place->position : -place->position;
    qty_t limit = place->trading == TRADING_ACTIVE ? arbitrage->settings.inventory : 0;
    if (place->trading > TRADING_REDUCE_ONLY) return 0;
    qty_t most = lesser(far_qty(&place->market, side), limit - position);
    if (place->terms.qty_max > 0) most = lesser(most, place->terms.qty_max);
    return greater(most, 0);
}

static void say(struct arbitrage *arbitrage, uint32_t leg, uint32_t side, qty_t qty,
                const struct composite *composite, struct delegate_output *output)
{
    struct place *place = &arbitrage->place[leg];
    place->asked = true;
    place->side = (uint8_t)side;
    place->refused = composite->order[leg].refused;
    place->tried_price = far_price(&place->market, side);
    place->tried_qty = far_qty(&place->market, side);
    delegate_say(output, &(struct delegate_intent){.price = place->tried_price,
                                                   .qty = qty,
                                                   .key = leg,
                                                   .instrument = place->instrument,
                                                   .kind = INTENT_ORDER,
                                                   .side = (uint8_t)side,
                                                   .how = HOW_IMMEDIATE});
}

/* The largest quantity that both places take; where neither lot divides the other, none. */
static qty_t pair_qty(const struct place *one, const struct place *other, qty_t qty)
{
    qty = round_down(qty, greater(one->terms.lot, other->terms.lot));
    return qty % one->terms.lot == 0 && qty % other->terms.lot == 0 ? qty : 0;
}

static void seek(struct arbitrage *arbitrage, const struct composite *composite,
                 struct delegate_output *output)
{
    const struct place *place = arbitrage->place;
    if (arbitrage->pair_ns > arbitrage->now) return;
    price_t edge = distance_price(arbitrage->settings.edge, place[0].terms.tick);
    for (uint32_t buy = 0; buy < LEGS; buy++) {
        uint32_t sell = 1 - buy;
        if (place[sell].market.bid - place[buy].market.ask <= edge) continue;
        qty_t qty = lesser(room(arbitrage, &place[buy], SIDE_BUY),
                           room(arbitrage, &place[sell], SIDE_SELL));
        if (qty <= 0) continue;
        qty = pair_qty(&place[buy], &place[sell], lesser(qty, arbitrage->settings.size));
        if (qty <= 0) continue;
        say(arbitrage, buy, SIDE_BUY, qty, composite, output);
        say(arbitrage, sell, SIDE_SELL, qty, composite, output);
        arbitrage->pairing = true;
        arbitrage->pair_refused = false;
        arbitrage->pairs++;
        return;
    }
}

static void hedge(struct arbitrage *arbitrage, uint32_t side, qty_t qty,
                  const struct composite *composite, struct delegate_output *output)
{
    const struct place *place = arbitrage->place;
    qty_t most[LEGS];
    for (uint32_t leg = 0; leg < LEGS; leg++) {
        most[leg] = lesser(room(arbitrage, &place[leg], side), qty);
        if (most[leg] > 0) most[leg] = round_down(most[leg], place[leg].terms.lot);
    }
    /* A taker's better price is a resting order's worse one. */
    bool first = side_better(side_opposite((enum side)side), far_price(&place[0].market, side),
                             far_price(&place[1].market, side));
    uint32_t leg = first ? 0 : 1;
    if (most[leg] == 0) leg = 1 - leg;
    if (most[leg] == 0) return;
    say(arbitrage, leg, side, most[leg], composite, output);
    arbitrage->hedges++;
}

static void arbitrage_decide(void *self, const struct composite *composite,
                             struct delegate_output *output)
{
    struct arbitrage *arbitrage = self;
    CHECK(composite->leg < LEGS);
    CHECK(composite->orders >= LEGS);
    arbitrage->now = composite->now;
    follow(arbitrage, composite);
    for (uint32_t leg = 0; leg < LEGS; leg++)
        if (arbitrage->place[leg].asked || composite->order[leg].state != ORDER_NONE ||
            !arbitrage->place[leg].known)
            return;
    if (arbitrage->pairing) pair_end(arbitrage);
    const struct place *place = arbitrage->place;
    qty_t net = place[0].position + place[1].position;
    qty_t lot = greater(lesser(place[0].terms.lot, place[1].terms.lot), 1);
    if (net >= lot) hedge(arbitrage, SIDE_SELL, net, composite, output);
    else if (net <= -lot) hedge(arbitrage, SIDE_BUY, -net, composite, output);
    else seek(arbitrage, composite, output);
}

static bool arbitrage_wants(const void *self, nanos_t now)
{
    const struct arbitrage *arbitrage = self;
    if (arbitrage->pair_ns > arbitrage->now && arbitrage->pair_ns <= now) return true;
    for (uint32_t leg = 0; leg < LEGS; leg++) {
        nanos_t retry_ns = arbitrage->place[leg].retry_ns;
        if (retry_ns > arbitrage->now && retry_ns <= now) return true;
    }
    return false;
}

static uint32_t arbitrage_show(const void *self, struct delegate_gauge *gauges, uint32_t most)
{
    const struct arbitrage *arbitrage = self;
    const struct place *place = arbitrage->place;
    const struct delegate_gauge all[] = {
        {"pairs", arbitrage->pairs},
        {"hedges", arbitrage->hedges},
        {"position_0", place[0].position},
        {"position_1", place[1].position},
        {"net", place[0].position + place[1].position},
    };
    uint32_t count = (uint32_t)lesser(most, ARRAY_COUNT(all));
    for (uint32_t i = 0; i < count; i++) gauges[i] = all[i];
    return count;
}

const struct delegate_kind arbitrage_kind = {
    .name = "arbitrage",
    .summary = "buys where it is cheap and sells where it is dear, between two instruments",
    .check = arbitrage_check,
    .footprint = arbitrage_footprint,
    .orders = arbitrage_orders,
    .build = arbitrage_build,
    .decide = arbitrage_decide,
    .wants = arbitrage_wants,
    .set = arbitrage_set,
    .show = arbitrage_show,
};
