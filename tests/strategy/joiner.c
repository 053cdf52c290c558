/* joiner: keeps one buy order at the best bid, until it is as long as it may be. */

#include "tests/strategy/joiner.h"

#include "dataplane/strategy/parameters.h"
#include "dataplane/strategy/rounding.h"

struct joiner_settings {
    qty_t size; /* of the order at most */
    qty_t longest;
};

struct joiner {
    struct joiner_settings settings;
    int64_t orders; /* said */
};

#define OFFSET(field) offsetof(struct joiner_settings, field)
static const struct parameter_row rows[] = {
    {"size", PARAMETER_QTY, "100", 1, PARAMETER_QTY_MAX, OFFSET(size), "of the order", {0}},
    {"long", PARAMETER_QTY, NULL, 0, PARAMETER_QTY_MAX, OFFSET(longest), "how long at most", {0}},
};
static const struct parameter_table table = {"joiner", rows, ARRAY_COUNT(rows)};

static bool joiner_check(const struct delegate_parameters *parameters, char *problem,
                         size_t capacity)
{
    struct joiner_settings settings;
    return parameters_read(&table, parameters, &settings, problem, capacity);
}

static size_t joiner_footprint(const struct delegate_parameters *parameters)
{
    return joiner_check(parameters, NULL, 0) ? sizeof(struct joiner) : 0;
}

static uint32_t joiner_orders(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return 1; /* key 0, in the first instrument */
}

static void joiner_set(void *self, const struct delegate_parameters *parameters)
{
    struct joiner *joiner = self;
    CHECK(parameters_read(&table, parameters, &joiner->settings, NULL, 0));
}

static void *joiner_build(void *memory, const struct delegate_parameters *parameters)
{
    struct joiner *joiner = memory;
    *joiner = (struct joiner){0};
    joiner_set(joiner, parameters);
    return joiner;
}

static void joiner_decide(void *self, const struct composite *composite,
                          struct delegate_output *output)
{
    struct joiner *joiner = self;
    if (composite->leg != 0) return;
    const struct market *market = composite->market;
    const struct delegate_order *order = &composite->order[0];

    /* As much as there is room for, in whole lots; nothing while the book is not good. */
    qty_t qty = lesser(joiner->settings.size, joiner->settings.longest - composite->position);
    bool may = market_good(market) && composite->trading == TRADING_ACTIVE && qty > 0;
    qty = may ? round_down(qty, composite->terms->lot) : 0;
    if (qty == 0) {
        if (order->state != ORDER_NONE) delegate_stop(output, 0);
        return;
    }

    /* Under way: its report makes the next decision.  As it should be: nothing to say. */
    if (order->state == ORDER_PENDING || order->state == ORDER_UNKNOWN) return;
    bool open = order->state == ORDER_OPEN;
    if (open && order->price == market->bid && order->leaves == qty) return;
    delegate_say(output, &(struct delegate_intent){.kind = INTENT_ORDER,
                                                   .key = 0,
                                                   .instrument = composite->instrument,
                                                   .side = SIDE_BUY,
                                                   .price = market->bid,
                                                   .qty = qty,
                                                   .how = HOW_POST_ONLY});
    joiner->orders++;
}

static uint32_t joiner_show(const void *self, struct delegate_gauge *gauges, uint32_t most)
{
    const struct joiner *joiner = self;
    if (most > 0) gauges[0] = (struct delegate_gauge){"orders", joiner->orders};
    return most > 0 ? 1 : 0;
}

const struct delegate_kind joiner_kind = {
    .name = "joiner",
    .summary = "keeps one buy order at the best bid",
    .check = joiner_check,
    .footprint = joiner_footprint,
    .orders = joiner_orders,
    .build = joiner_build,
    .decide = joiner_decide,
    .set = joiner_set,
    .show = joiner_show,
};
