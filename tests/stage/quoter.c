#include "tests/stage/quoter.h"

static size_t quoter_footprint(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return sizeof(struct quoter);
}

static uint32_t quoter_orders(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return 2;
}

static void *quoter_new(void *memory, const struct delegate_parameters *parameters)
{
    (void)parameters;
    struct quoter *quoter = memory;
    *quoter = (struct quoter){.middle = 10 * PRICE_ONE,
                              .step = PRICE_ONE / 20,
                              .size = 100 * QTY_ONE,
                              .most = 1000 * QTY_ONE};
    return quoter;
}

static void side_say(const struct quoter *quoter, const struct composite *composite,
                     struct delegate_output *output, enum side side)
{
    uint32_t key = side == SIDE_BUY ? QUOTER_BID : QUOTER_ASK;
    qty_t position = side == SIDE_BUY ? composite->position : -composite->position;
    if (position + quoter->size > quoter->most) {
        delegate_stop(output, key);
        return;
    }
    price_t away = side == SIDE_BUY ? -quoter->step : quoter->step;
    delegate_say(output, &(struct delegate_intent){.kind = INTENT_ORDER,
                                                   .key = key,
                                                   .instrument = composite->instrument,
                                                   .side = (uint8_t)side,
                                                   .price = quoter->middle + away,
                                                   .qty = quoter->size});
}

static void quoter_decide(void *self, const struct composite *composite,
                          struct delegate_output *output)
{
    struct quoter *quoter = self;
    quoter->decisions++;
    quoter->decided = composite->now;
    if (quoter->insists)
        delegate_say(output, &(struct delegate_intent){.kind = INTENT_UNIQUE,
                                                       .instrument = composite->instrument,
                                                       .price = quoter->middle,
                                                       .qty = quoter->size});
    if (composite->leg != 0 || composite->market->state != MARKET_LIVE) return;
    if (composite->market->bid == 0 || composite->market->ask == 0) return;
    if (composite->trading != TRADING_ACTIVE) return;
    price_t last = composite->market->last;
    if (last > 9 * PRICE_ONE && last < 11 * PRICE_ONE) quoter->middle = last;
    side_say(quoter, composite, output, SIDE_BUY);
    side_say(quoter, composite, output, SIDE_SELL);
}

/* What was refused is said again, some time. */
static bool quoter_wants(const void *self, nanos_t now)
{
    return now - ((const struct quoter *)self)->decided > QUOTER_AGAIN_NS;
}

/* It says that it has more than there is room for. */
static uint32_t quoter_show(const void *self, struct delegate_gauge *gauges, uint32_t most)
{
    const struct quoter *quoter = self;
    gauges[0] = (struct delegate_gauge){"size", quoter->size / QTY_ONE};
    for (uint32_t i = 1; i < most; i++) gauges[i] = (struct delegate_gauge){"below", -(int64_t)i};
    return most + 5;
}

const struct delegate_kind quoter_kind = {
    .name = "quoter",
    .summary = "quotes around the last trade",
    .footprint = quoter_footprint,
    .orders = quoter_orders,
    .build = quoter_new,
    .decide = quoter_decide,
    .wants = quoter_wants,
    .show = quoter_show,
};
