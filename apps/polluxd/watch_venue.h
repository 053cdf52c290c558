#ifndef APPS_POLLUXD_WATCH_VENUE_H
#define APPS_POLLUXD_WATCH_VENUE_H

/* What a person sees of a venue; parts of the screen, of the line a second and of the summary. */

#include "apps/polluxd/polluxd.h"

struct watch_venue {
    struct gate_view gate, gate_before;
    struct match_view match, match_before;
    uint64_t listed; /* instruments */
};

void watch_venue_look(struct watch_venue *venue, const struct launch *launch);

/* "venue open  sessions 2 of 3  requests 1,234 (10.1 k/s)  ..."; between is two spaces, or a line
 * end. */
void watch_venue_status(struct text *out, const struct watch_venue *venue, uint64_t span_ns,
                        const char *between);

const char *watch_venue_day(const struct watch_venue *venue); /* "open" */

/* "venue    open  10,597 requests  1.73 k/s  ..." */
void watch_venue_line(struct text *out, const struct watch_venue *venue, uint64_t span_ns);

/* Books and sessions, in at most rows lines. */
void watch_venue_page(struct text *out, const struct watch_venue *venue, uint32_t rows);

/* scratch: room for a copy of a histogram. */
void watch_venue_latencies(struct text *out, const struct launch *launch,
                           struct histogram *scratch);

/* All tables of the end but the latencies. */
void watch_venue_summary(struct text *out, const struct watch_venue *venue);

#endif
