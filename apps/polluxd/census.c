#include "apps/polluxd/census.h"

#include "apps/polluxd/rows.h"

#include <stdlib.h>
#include <string.h>

/* What a walk finds. */
struct found {
    uint32_t strategies;
    uint32_t holdings;
    uint32_t gauges;
    uint64_t gauges_all;
    struct engine_view_strategy strategy[VIEWS_STRATEGIES_MAX];
    struct engine_view_holding holding[VIEWS_HOLDINGS_MAX];
    struct engine_view_gauge gauge[VIEWS_GAUGES_MAX];
};

struct census {
    struct polluxd *polluxd;
    nanos_t begun_ns; /* the newest walk */
    bool walks;
    bool whole;           /* one has come to its end */
    uint32_t filled;      /* the half that the last whole one has filled */
    struct found half[2]; /* the other one is being filled */
};

static struct found *filling(struct census *census)
{
    return &census->half[!census->filled];
}

static bool asked(struct census *census, enum engine_window_kind kind, uint32_t places,
                  uint64_t after, rows_told_fn *told)
{
    const struct polluxd *polluxd = census->polluxd;
    const struct window_ask ask = {.kind = kind,
                                   .limit = places < WINDOW_ROWS ? places : WINDOW_ROWS,
                                   .after = after,
                                   .strategy = WINDOW_ANY,
                                   .venue = WINDOW_ANY};
    return rows_ask(polluxd->rows, engine_stage_window(polluxd->launch.engine), &ask, told, census);
}

/* Takes the rows of an answer.  False: the table goes on, and there is place for more of it. */
static bool taken(void *rows, size_t row_bytes, uint32_t most, uint32_t *count,
                  const struct window *window, const struct window_said *said)
{
    for (uint32_t i = 0; i < said->rows && *count < most; i++)
        memcpy((uint8_t *)rows + (*count)++ * row_bytes, window_row(window, i), row_bytes);
    return said->next == 0 || *count == most;
}

static void gauges_told(void *context, const struct window *window, const struct window_said *said)
{
    struct census *census = context;
    struct found *found = filling(census);
    census->walks = false;
    if (!said) return;
    found->gauges_all = said->matched;
    if (!taken(found->gauge, sizeof found->gauge[0], VIEWS_GAUGES_MAX, &found->gauges, window,
               said)) {
        census->walks = asked(census, ENGINE_WINDOW_GAUGES, VIEWS_GAUGES_MAX - found->gauges,
                              said->next, gauges_told);
        return;
    }
    census->filled = !census->filled;
    census->whole = true;
}

static void holdings_told(void *context, const struct window *window,
                          const struct window_said *said)
{
    struct census *census = context;
    struct found *found = filling(census);
    census->walks = false;
    if (!said) return;
    bool all = taken(found->holding, sizeof found->holding[0], VIEWS_HOLDINGS_MAX, &found->holdings,
                     window, said);
    census->walks = all ? asked(census, ENGINE_WINDOW_GAUGES, VIEWS_GAUGES_MAX, 0, gauges_told)
                        : asked(census, ENGINE_WINDOW_HOLDINGS,
                                VIEWS_HOLDINGS_MAX - found->holdings, said->next, holdings_told);
}

static void strategies_told(void *context, const struct window *window,
                            const struct window_said *said)
{
    struct census *census = context;
    struct found *found = filling(census);
    census->walks = false;
    if (!said) return;
    bool all = taken(found->strategy, sizeof found->strategy[0], VIEWS_STRATEGIES_MAX,
                     &found->strategies, window, said);
    census->walks =
        all ? asked(census, ENGINE_WINDOW_HOLDINGS, VIEWS_HOLDINGS_MAX, 0, holdings_told)
            : asked(census, ENGINE_WINDOW_STRATEGIES, VIEWS_STRATEGIES_MAX - found->strategies,
                    said->next, strategies_told);
}

/* What the view has room for is not asked for. */
static void walk(struct census *census, const struct views *views)
{
    const struct engine_gateway_view *view = &views->gateway;
    bool shown =
        view->strategies <= ENGINE_VIEW_STRATEGIES && view->holdings <= ENGINE_VIEW_HOLDINGS;
    struct found *found = filling(census);
    found->strategies = found->holdings = found->gauges = 0;
    census->begun_ns = views->now_ns;
    census->walks =
        shown ? asked(census, ENGINE_WINDOW_GAUGES, VIEWS_GAUGES_MAX, 0, gauges_told)
              : asked(census, ENGINE_WINDOW_STRATEGIES, VIEWS_STRATEGIES_MAX, 0, strategies_told);
}

void census_look(struct census *census, struct views *views)
{
    views->census = (struct views_census){0};
    if (!views->has_gateway) return;
    bool due = census->begun_ns == 0 || views->now_ns - census->begun_ns >= CENSUS_EVERY_NS;
    if (due && !census->walks && census->polluxd->rows) walk(census, views);
    if (!census->whole) return;
    const struct found *found = &census->half[census->filled];
    views->census = (struct views_census){.strategies = found->strategies,
                                          .strategy = found->strategy,
                                          .holdings = found->holdings,
                                          .holding = found->holding,
                                          .gauges = found->gauges,
                                          .gauge = found->gauge,
                                          .gauges_all = found->gauges_all};
}

struct census *census_new(struct polluxd *polluxd)
{
    struct census *census = calloc(1, sizeof *census);
    CHECK(census != NULL);
    census->polluxd = polluxd;
    return census;
}

void census_free(struct census *census)
{
    free(census);
}
