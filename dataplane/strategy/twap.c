#include "dataplane/strategy/twap.h"

#include "dataplane/strategy/dice.h"
#include "dataplane/strategy/parent.h"

struct twap_settings {
    struct parent_settings parent;
    int64_t duration_ns;
    int64_t slices;
    int64_t jitter_ppm;
    int64_t catch_up_ppm;
    int64_t give_up; /* choice: 0 finishes */
    int64_t seed;
};

struct twap {
    struct twap_settings settings;
    struct parent parent;
    int64_t begun;    /* the parent that the schedule is of */
    nanos_t began_ns; /* may be in the future: see begin_of */
    nanos_t next_ns;  /* when the next slice is due */
    int64_t slice;    /* slices that are due */
    qty_t due;        /* executed by now, if all is well */
    qty_t slice_base; /* executed when the newest slice became due */
    qty_t executed;
};

#define CATCH_UP_MAX (100 * PARAMETER_PPM_MAX)

/* clang-format off */
#define OFFSET(field) offsetof(struct twap_settings, field)
static const struct parameter_row rows[] = {
    PARENT_ROWS(struct twap_settings),
    {"duration", PARAMETER_DURATION, NULL, (int64_t)NANOS_MILLI, PARAMETER_DURATION_MAX,
     OFFSET(duration_ns), "how long the order is worked", {0}},
    {"slices", PARAMETER_COUNT, "10", 1, 100000, OFFSET(slices), "into how many parts", {0}},
    {"jitter", PARAMETER_PERCENT, "0%", 0, PARAMETER_PPM_MAX, OFFSET(jitter_ppm),
     "of a slice: how much later it may be due, and how much larger or smaller", {0}},
    {"catch_up", PARAMETER_PERCENT, "200%", PARAMETER_PPM_MAX, CATCH_UP_MAX, OFFSET(catch_up_ppm),
     "of a slice: the most that is executed in the time of one", {0}},
    {"finish", PARAMETER_CHOICE, "yes", 0, 0, OFFSET(give_up),
     "whether what is left at the end is still worked", {"yes", "no"}},
    {"seed", PARAMETER_COUNT, "1", 0, INT64_MAX, OFFSET(seed), "of the jitter", {0}},
};
/* clang-format on */
const struct parameter_table twap_parameters = {"twap", rows, ARRAY_COUNT(rows)};

static bool read(const struct delegate_parameters *given, struct twap_settings *settings,
                 char *problem, size_t capacity)
{
    const struct parameter_table *table = &twap_parameters;
    if (!parameters_read(table, given, settings, problem, capacity)) return false;
    if (!parent_check(table, given, problem, capacity)) return false;
    if (settings->duration_ns / settings->slices >= (int64_t)NANOS_MICRO) return true;
    return parameters_refuse(table, given, "slices", "a slice's time would be less than 1us",
                             problem, capacity);
}

static bool twap_check(const struct delegate_parameters *parameters, char *problem, size_t capacity)
{
    struct twap_settings settings;
    return read(parameters, &settings, problem, capacity);
}

static size_t twap_footprint(const struct delegate_parameters *parameters)
{
    return twap_check(parameters, NULL, 0) ? sizeof(struct twap) : 0;
}

static uint32_t twap_orders(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return 1;
}

static void *twap_build(void *memory, const struct delegate_parameters *parameters)
{
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct twap *twap = memory;
    *twap = (struct twap){0};
    CHECK(read(parameters, &twap->settings, NULL, 0));
    return twap;
}

/* The schedule: slice i is due so long after the begin, and then so much should be executed.  Each
 * is a function of seed and i, so that nothing drifts. */

static nanos_t due_after_ns(const struct twap *twap, int64_t i)
{
    const struct twap_settings *settings = &twap->settings;
    nanos_t interval = (nanos_t)(settings->duration_ns / settings->slices);
    unsigned __int128 late = (unsigned __int128)interval * (uint64_t)settings->jitter_ppm *
                             dice_at((uint64_t)settings->seed, 2 * (uint64_t)i, 1000);
    late /= (unsigned __int128)PARAMETER_PPM_MAX * 1000;
    return interval * (nanos_t)i + (nanos_t)late;
}

static qty_t due_qty(const struct twap *twap, int64_t slices)
{
    const struct twap_settings *settings = &twap->settings;
    if (slices >= settings->slices) return twap->parent.quantity;
    int64_t dice = (int64_t)dice_at((uint64_t)settings->seed, 2 * (uint64_t)slices + 1, 1001);
    __int128 thousandths =
        (__int128)slices * 1000 + (__int128)(dice - 500) * settings->jitter_ppm / PARAMETER_PPM_MAX;
    return (qty_t)(thousandths * twap->parent.quantity / ((__int128)settings->slices * 1000));
}

/* No slice is due later than the next one's time without jitter, so how many are is a division. */
static void advance(struct twap *twap, nanos_t now)
{
    nanos_t interval = (nanos_t)(twap->settings.duration_ns / twap->settings.slices);
    nanos_t after = now - twap->began_ns;
    if ((int64_t)after < 0) return;
    int64_t slice = (int64_t)(after / interval);
    if (due_after_ns(twap, slice) <= after) slice++;
    if (slice == twap->slice) return;
    twap->slice = slice;
    twap->due = due_qty(twap, slice);
    twap->slice_base = twap->executed;
    twap->next_ns = twap->began_ns + due_after_ns(twap, slice);
}

/* What may be executed now: what is due, and no more than a slice's time allows. */
static qty_t allowance(const struct twap *twap)
{
    const struct twap_settings *settings = &twap->settings;
    qty_t slice = greater(twap->parent.quantity / settings->slices, 1);
    qty_t most = (qty_t)((__int128)slice * settings->catch_up_ppm / PARAMETER_PPM_MAX);
    return lesser(twap->due - twap->executed, twap->slice_base + most - twap->executed);
}

/* When the schedule begins of an order of which so much was executed before this start: so that the
 * first slice that is not whole is due in a slice's time.  The time in between is not made up for,
 * and however often it is started, a slice's time executes no more than it may. */
static nanos_t begin_of(const struct twap *twap)
{
    const struct parent *parent = &twap->parent;
    int64_t count = twap->settings.slices;
    if (parent->before == 0) return parent->began_ns;
    int64_t whole = (int64_t)((__int128)parent->before * count / parent->quantity);
    while (whole > 0 && due_qty(twap, whole) > parent->before) whole--;
    while (whole < count && due_qty(twap, whole + 1) <= parent->before) whole++;
    nanos_t interval = (nanos_t)(twap->settings.duration_ns / count);
    return parent->began_ns + interval - interval * (nanos_t)whole;
}

/* The schedule anew, from the begin. */
static void restart(struct twap *twap)
{
    twap->slice = 0;
    twap->due = twap->slice_base = 0;
    twap->next_ns = twap->began_ns + due_after_ns(twap, 0);
}

static void twap_decide(void *self, const struct composite *composite,
                        struct delegate_output *output)
{
    struct twap *twap = self;
    struct parent *parent = &twap->parent;
    bool working = parent_follow(parent, &twap->settings.parent, composite);
    twap->executed = parent_executed(parent, composite);
    if (parent->begun != twap->begun) {
        twap->begun = parent->begun;
        twap->began_ns = begin_of(twap);
        restart(twap);
    }
    if (parent->state != PARENT_NONE) advance(twap, composite->now);
    bool late = twap->slice > twap->settings.slices;
    bool give_up = late && twap->settings.give_up;
    if (working && !give_up) parent_take(parent, composite, allowance(twap), output);
    parent_finish(parent, composite, give_up, output);
}

static bool twap_wants(const void *self, nanos_t now)
{
    const struct twap *twap = self;
    const struct parent *parent = &twap->parent;
    if (parent->state != PARENT_WORKING || parent->leg != 0) return false;
    return now >= twap->next_ns || parent_wants(parent, now);
}

static void twap_set(void *self, const struct delegate_parameters *parameters)
{
    struct twap *twap = self;
    int64_t side = twap->settings.parent.side;
    CHECK(read(parameters, &twap->settings, NULL, 0));
    twap->settings.parent.side = side;
    parent_set(&twap->parent, &twap->settings.parent);
    restart(twap); /* what is executed stays executed */
}

static uint32_t twap_show(const void *self, struct delegate_gauge *gauges, uint32_t most)
{
    const struct twap *twap = self;
    const struct delegate_gauge all[] = {
        {"working", twap->parent.state != PARENT_NONE},
        {"quantity", twap->parent.quantity},
        {"executed", twap->executed},
        {"due", twap->due},
        {"slice", twap->slice},
        {"children", twap->parent.children},
        {"ignored", twap->parent.ignored},
    };
    uint32_t count = (uint32_t)lesser(most, ARRAY_COUNT(all));
    for (uint32_t i = 0; i < count; i++) gauges[i] = all[i];
    return count;
}

const struct delegate_kind twap_kind = {
    .name = "twap",
    .summary = "works an order in equal slices over a time",
    .check = twap_check,
    .footprint = twap_footprint,
    .orders = twap_orders,
    .build = twap_build,
    .decide = twap_decide,
    .wants = twap_wants,
    .set = twap_set,
    .show = twap_show,
};
