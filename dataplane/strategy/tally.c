#include "dataplane/strategy/tally.h"

struct tally {
    CACHE_ALIGNED struct tally_counts counts;
};

static size_t tally_footprint(const struct delegate_parameters *parameters)
{
    return parameters->count == 0 ? sizeof(struct tally) : 0;
}

static void *tally_build(void *memory, const struct delegate_parameters *parameters)
{
    CHECK(tally_footprint(parameters) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct tally *tally = memory;
    *tally = (struct tally){0};
    return tally;
}

static void tally_decide(void *self, const struct composite *composite,
                         struct delegate_output *output)
{
    struct tally_counts *counts = &((struct tally *)self)->counts;
    (void)output;
    counts->decision++;
    for (uint32_t part = 0; part < COMPOSITE_PART_COUNT; part++)
        counts->part[part] += composite->what >> part & 1;
    counts->state[composite->market->state]++;
    for (uint32_t i = 0; i < composite->messages; i++)
        counts->message[composite->message[i].kind]++;
    counts->quote += composite->quotes;
    counts->trades += composite->trade.trades;
    counts->volume += composite->trade.volume;
    counts->notional += composite->trade.notional;
    counts->last_ns = composite->now;
}

static void tally_housekeeping(void *self, nanos_t now)
{
    struct tally *tally = self;
    (void)now;
    tally->counts.housekeeping++;
}

const struct delegate_kind tally_kind = {
    .name = "tally",
    .summary = "counts what it is shown, trades nothing",
    .footprint = tally_footprint,
    .build = tally_build,
    .decide = tally_decide,
    .housekeeping = tally_housekeeping,
};

const struct tally_counts *tally_counts(const void *self)
{
    const struct tally *tally = self;
    return &tally->counts;
}
