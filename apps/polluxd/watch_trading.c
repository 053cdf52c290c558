#include "apps/polluxd/watch_trading.h"

#include "control/monitor/report_trading.h"

/* Lines of the page that do not depend on the size of the screen: heads, sums and what is between
 * the tables. */
#define ROWS_TABLES  6u
#define ROWS_LADDERS 3u /* beside the levels */
#define LEVELS_MOST  5u
#define ROWS_OTHERS  16u /* of the screen: what is above and below the page */

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

void watch_trading_line(struct text *out, const struct watch_trading *trading, uint64_t span_ns)
{
    const struct engine_gateway_view *view = &trading->view;
    text_append(out, "sent ");
    text_grouped(out, sent(view));
    text_append(out, " (");
    text_short(out, rate(sent(view), sent(&trading->before), span_ns));
    text_append(out, "/s)  open ");
    text_grouped(out, report_open(view));
    text_append(out, "  in doubt ");
    text_grouped(out, report_doubt(view));
    text_append(out, "  fills ");
    text_grouped(out, view->fill);
    text_append(out, "  refused ");
    text_grouped(out, view->refused);
    text_append(out, "  profit ");
    report_money(out, report_profit(view));
    text_append(out, "  journal ");
    if (view->journal_dead) {
        text_append(out, "FAILED");
        return;
    }
    text_grouped(out, view->record);
    text_append(out, ", to disk ");
    text_grouped(out, view->record - view->durable);
}

static uint32_t tables_rows(const struct watch_trading *trading)
{
    uint64_t rows = ROWS_TABLES + trading->view.strategies + trading->view.venues;
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
    report_strategies(out, feed, &trading->view);
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
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
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
