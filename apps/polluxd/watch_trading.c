#include "apps/polluxd/watch_trading.h"

#include "control/monitor/report_trading.h"

/* Lines of the page that do not depend on the size of the screen: heads, sums and what is between
 * the tables. */
#define ROWS_TABLES  6u
#define ROWS_LADDERS 3u /* beside the levels */
#define LEVELS_MOST  5u
#define ROWS_OTHERS  15u /* of the screen: what is above and below the page */
/* A line of a strategy without positions; and each of these. */
#define COLUMNS_TABLE    63u
#define COLUMNS_POSITION 9u

void watch_trading_look(struct watch_trading *trading, const struct launch *launch)
{
    trading->before = trading->view;
    engine_stage_gateway_view(launch->engine, &trading->view);
}

static uint64_t sent(const struct engine_gateway_view *view)
{
    return view->order_sent + view->replace_sent + view->cancel_sent;
}

static uint64_t rate(uint64_t now, uint64_t before, uint64_t span_ns)
{
    return span_ns ? (now - before) * NANOS_SECOND / span_ns : 0;
}

static void count_append(struct text *out, uint64_t count, const char *of)
{
    text_grouped(out, count);
    text_append(out, of);
}

void watch_trading_line(struct text *out, const struct watch_trading *trading, uint64_t span_ns)
{
    const struct engine_gateway_view *view = &trading->view;
    count_append(out, sent(view), " sent  ");
    text_short(out, rate(sent(view), sent(&trading->before), span_ns));
    text_append(out, "/s  ");
    count_append(out, view->open, " open  ");
    count_append(out, report_doubt(view), " in doubt  ");
    count_append(out, view->fill, " fills  ");
    count_append(out, view->refused, " refused  ");
    count_append(out, report_up(view), " of ");
    count_append(out, view->venues, view->venues == 1 ? " session up" : " sessions up");
}

void watch_trading_state(struct text *out, const struct watch_trading *trading)
{
    const struct engine_gateway_view *view = &trading->view;
    text_append(out, report_trading_state(view->state));
    text_append(out, "  profit ");
    report_money(out, view->profit);
    text_append(out, "  journal ");
    if (view->journal_dead || view->journal_lost > 0) {
        text_append(out, view->journal_dead ? "FAILED: nothing new leaves"
                                            : "HAD NO ROOM: nothing new leaves until a restart");
        return;
    }
    text_grouped(out, view->record);
    text_append(out, ", ");
    count_append(out, view->record - view->durable, " not on disk");
    if (view->state != RISK_ACTIVE) text_append(out, "  (release it: pollux arm)");
}

static uint32_t tables_rows(const struct watch_trading *trading)
{
    uint64_t strategies = trading->view.strategies;
    if (strategies > ENGINE_VIEW_STRATEGIES) strategies = ENGINE_VIEW_STRATEGIES;
    uint64_t rows = ROWS_TABLES + strategies + trading->view.venues;
    return (uint32_t)rows;
}

/* Of a side, for which there is room. */
static uint32_t levels_of(const struct watch_trading *trading, const struct feed_view *feed,
                          uint32_t rows)
{
    uint32_t used = tables_rows(trading) + ROWS_LADDERS + ROWS_OTHERS;
    if (feed->books == 0 || rows < used + 2) return 0;
    uint32_t levels = (rows - used) / 2;
    return levels < LEVELS_MOST ? levels : LEVELS_MOST;
}

uint32_t watch_trading_rows(const struct watch_trading *trading, const struct feed_view *feed,
                            uint32_t rows, uint32_t columns)
{
    (void)columns;
    uint32_t levels = levels_of(trading, feed, rows);
    return tables_rows(trading) + (levels > 0 ? ROWS_LADDERS + 2 * levels : 0);
}

void watch_trading_page(struct text *out, const struct watch_trading *trading,
                        const struct feed_view *feed, uint32_t rows, uint32_t columns)
{
    uint32_t levels = levels_of(trading, feed, rows);
    if (levels > 0) {
        report_ladders(out, feed, &trading->view, columns / REPORT_LADDER_COLUMNS, levels);
        text_append_char(out, '\n');
    }
    uint32_t positions = columns < COLUMNS_TABLE ? 0 : (columns - COLUMNS_TABLE) / COLUMNS_POSITION;
    report_strategies(out, feed, &trading->view,
                      positions < REPORT_LADDERS_MAX ? positions : REPORT_LADDERS_MAX);
    text_append_char(out, '\n');
    report_venues(out, &trading->view);
    text_append_char(out, '\n');
}

void watch_trading_latencies(struct text *out, const struct launch *launch,
                             struct histogram *scratch)
{
    const struct {
        const char *name;
        const struct histogram *histogram;
    } rows[] = {
        {"packet to order", engine_stage_reaction(launch->engine)},
        {"order to answer", engine_stage_answers(launch->engine)},
        {"one decision", engine_stage_decision(launch->engine)},
        {"packet to books published", feed_stage_latency(launch->feed)},
        {"the venue's own answer",
         launch->venue ? match_stage_latency(launch->venue->match) : NULL},
    };
    report_latency_head(out);
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (!rows[i].histogram) continue;
        histogram_copy(scratch, rows[i].histogram);
        struct histogram_summary summary = histogram_summarize(scratch);
        histogram_summary_to_ns(&summary, &launch->clock);
        report_latency(out, rows[i].name, &summary);
    }
}

void watch_trading_summary(struct text *out, const struct watch_trading *trading,
                           const struct launch *launch)
{
    text_append_char(out, '\n');
    report_strategies_all(out, &trading->view);
    text_append_char(out, '\n');
    report_holdings(out, &trading->view);
    text_append_char(out, '\n');
    report_venues(out, &trading->view);
    text_append_char(out, '\n');
    report_gateway(out, &trading->view,
                   risk_counts(gateway_risk(engine_stage_gateway(launch->engine))));
}
