#ifndef APPS_POLLUXD_WATCH_TRADING_H
#define APPS_POLLUXD_WATCH_TRADING_H

/* What a person sees of a gateway; the screen's middle, the line a second, and its part of the
 * summary. */

#include "apps/polluxd/polluxd.h"

struct watch_trading {
    struct engine_gateway_view view, before;
};

void watch_trading_look(struct watch_trading *trading, const struct launch *launch);

/* "10,590 sent  1.71 k/s  69 open  ..."; without a line end. */
void watch_trading_line(struct text *out, const struct watch_trading *trading, uint64_t span_ns);

/* "ACTIVE  profit +13.75  journal 22,750, 12 not on disk"; without a line end. */
void watch_trading_state(struct text *out, const struct watch_trading *trading);

/* Books, strategies, sessions; rows and columns are the screen's. */
void watch_trading_page(struct text *out, const struct watch_trading *trading,
                        const struct feed_view *feed, uint32_t rows, uint32_t columns);
/* How many lines that is. */
uint32_t watch_trading_rows(const struct watch_trading *trading, const struct feed_view *feed,
                            uint32_t rows, uint32_t columns);

/* With their head; scratch: room for a copy of a histogram. */
void watch_trading_latencies(struct text *out, const struct launch *launch,
                             struct histogram *scratch);

/* All tables of the end but the latencies.  Once no lcore runs. */
void watch_trading_summary(struct text *out, const struct watch_trading *trading,
                           const struct launch *launch);

#endif
