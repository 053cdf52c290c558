#ifndef CONTROL_MONITOR_REPORT_TRADING_H
#define CONTROL_MONITOR_REPORT_TRADING_H

/* What a gateway does, as tables for people; parts of the live screen and of the summary at the
 * end.  Money and quantities are cut to what a column shows, never rounded up.  Cold; plain text
 * without escape codes. */

#include "control/monitor/report.h"

#define REPORT_LADDER_COLUMNS 25u /* of one book */
#define REPORT_LADDERS_MAX    4u  /* books, and columns of positions */

/* Books side by side, asks above bids, at most levels a side.  A level where an own order rests has
 * the first letter of its strategy's name; orders of a crowd have none. */
void report_ladders(struct text *out, const struct feed_view *feed,
                    const struct engine_gateway_view *view, uint32_t books, uint32_t levels);

/* A line for each strategy: orders, fills, its positions in the first books, profit at the
 * market's prices; and all of them together. */
void report_strategies(struct text *out, const struct feed_view *feed,
                       const struct engine_gateway_view *view, uint32_t books);

/* The same for the end: every strategy with its kind and state, then all that it holds. */
void report_strategies_all(struct text *out, const struct engine_gateway_view *view);
void report_holdings(struct text *out, const struct engine_gateway_view *view);

/* Sessions at venues: state, what went and came, open orders and those in doubt. */
void report_venues(struct text *out, const struct engine_gateway_view *view);

/* What the gateway counted and is not zero, each with its meaning; then why risk refused. */
void report_gateway(struct text *out, const struct engine_gateway_view *view,
                    const struct risk_counts *risk);

/* "ACTIVE". */
const char *report_trading_state(uint64_t state);

/* "+1,234.56"; whole hundredths of what money is in, toward zero. */
void report_money(struct text *out, int64_t money);

/* Orders in doubt; sessions by which orders may leave. */
uint64_t report_doubt(const struct engine_gateway_view *view);
uint64_t report_up(const struct engine_gateway_view *view);

#endif
