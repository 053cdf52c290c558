#include "dataplane/strategy/taker.h"

#include "dataplane/strategy/parent.h"

struct taker_settings {
    struct parent_settings parent;
    int64_t participation_ppm;
};

struct taker {
    struct taker_settings settings;
    struct parent parent;
    qty_t executed; /* of the parent, for show */
};

/* clang-format off */
static const struct parameter_row rows[] = {
    PARENT_ROWS(struct taker_settings),
    {"participation", PARAMETER_PERCENT, "100%", 1, PARAMETER_PPM_MAX,
     offsetof(struct taker_settings, participation_ppm),
     "at most so much of the volume traded since; 100% does not look at it", {0}},
};
/* clang-format on */
const struct parameter_table taker_parameters = {"taker", rows, ARRAY_COUNT(rows)};

static bool taker_check(const struct delegate_parameters *parameters, char *problem,
                        size_t capacity)
{
    struct taker_settings settings;
    return parameters_read(&taker_parameters, parameters, &settings, problem, capacity) &&
           parent_check(&taker_parameters, parameters, problem, capacity);
}

static size_t taker_footprint(const struct delegate_parameters *parameters)
{
    return taker_check(parameters, NULL, 0) ? sizeof(struct taker) : 0;
}

static uint32_t taker_orders(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return 1;
}

static void *taker_build(void *memory, const struct delegate_parameters *parameters)
{
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct taker *taker = memory;
    *taker = (struct taker){0};
    CHECK(parameters_read(&taker_parameters, parameters, &taker->settings, NULL, 0));
    return taker;
}

/* How much more may be executed for the sake of participation: of what was executed before this
 * start the volume is not known. */
static qty_t allowance(const struct taker *taker)
{
    if (taker->settings.participation_ppm == PARAMETER_PPM_MAX) return taker->parent.quantity;
    unsigned __int128 part = (unsigned __int128)taker->parent.volume *
                             (uint64_t)taker->settings.participation_ppm /
                             (uint64_t)PARAMETER_PPM_MAX;
    qty_t most = part > (uint64_t)PARAMETER_QTY_MAX ? PARAMETER_QTY_MAX : (qty_t)part;
    return most - (taker->executed - taker->parent.before);
}

static void taker_decide(void *self, const struct composite *composite,
                         struct delegate_output *output)
{
    struct taker *taker = self;
    struct parent *parent = &taker->parent;
    bool working = parent_follow(parent, &taker->settings.parent, composite);
    taker->executed = parent_executed(parent, composite);
    if (working) parent_take(parent, composite, allowance(taker), output);
    parent_finish(parent, composite, false, output);
}

static bool taker_wants(const void *self, nanos_t now)
{
    return parent_wants(&((const struct taker *)self)->parent, now);
}

static void taker_set(void *self, const struct delegate_parameters *parameters)
{
    struct taker *taker = self;
    int64_t side = taker->settings.parent.side;
    CHECK(parameters_read(&taker_parameters, parameters, &taker->settings, NULL, 0));
    taker->settings.parent.side = side;
    parent_set(&taker->parent, &taker->settings.parent);
}

static uint32_t taker_show(const void *self, struct delegate_gauge *gauges, uint32_t most)
{
    const struct taker *taker = self;
    const struct delegate_gauge all[] = {
        {"working", taker->parent.state != PARENT_NONE},
        {"quantity", taker->parent.quantity},
        {"executed", taker->executed},
        {"children", taker->parent.children},
        {"ignored", taker->parent.ignored},
    };
    uint32_t count = (uint32_t)lesser(most, ARRAY_COUNT(all));
    for (uint32_t i = 0; i < count; i++) gauges[i] = all[i];
    return count;
}

const struct delegate_kind taker_kind = {
    .name = "taker",
    .summary = "fills an order from the far side, as far as it is shown",
    .check = taker_check,
    .footprint = taker_footprint,
    .orders = taker_orders,
    .build = taker_build,
    .decide = taker_decide,
    .wants = taker_wants,
    .set = taker_set,
    .show = taker_show,
};
