#ifndef CONTROL_MONITOR_REPORT_H
#define CONTROL_MONITOR_REPORT_H

/* What the stages did, as tables for people.  The same parts are put together by the live screen
 * and by the summary at the end.  Cold; plain text without escape codes. */

#include "dataplane/base/text.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/feed_stage.h"

#define REPORT_LEVELS_ALL UINT32_MAX

/* Packets and messages: received, accepted, and every reason that occurred. */
void report_counts(struct text *out, const struct feed_view *view);

/* Per line: received, first, duplicate, lost. */
void report_lines(struct text *out, const struct feed_view *view);

/* Messages by type, most frequent first. */
void report_types(struct text *out, const struct feed_view *view);

/* Who decided how often. */
void report_delegates(struct text *out, const struct engine_view *view);

/* A latency row: name, percentiles, count. */
void report_latency_head(struct text *out);
void report_latency(struct text *out, const char *name, const struct histogram_summary *summary);

/* One row of a market: symbol, state, best bid and offer with order counts, last trade, volume. */
void report_market_head(struct text *out);
void report_market(struct text *out, const char *symbol, enum market_state state,
                   const struct market *market);

/* A book as on a trader's screen, asks above bids, at most levels a side. */
struct report_book {
    const char *symbol;
    const char *when; /* "at the end", "after message 1000" */
    enum market_state state;
    uint32_t bids;
    uint32_t asks;
    const struct book_level *bid; /* best first */
    const struct book_level *ask;
};
void report_book(struct text *out, const struct report_book *book, uint32_t levels);

#endif
