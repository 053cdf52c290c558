#ifndef CONTROL_MONITOR_REPORT_VENUE_H
#define CONTROL_MONITOR_REPORT_VENUE_H

/* What the stages of a venue did, and what a feed did to recover, as tables for people.  Cold;
 * plain text without escape codes. */

#include "dataplane/base/text.h"
#include "dataplane/stage/feed_stage.h"
#include "dataplane/stage/gate_stage.h"
#include "dataplane/stage/match_stage.h"

/* Instruments: phase, best bid and offer, last trade; in at most rows lines, the last of which says
 * how many more of those listed there are. */
void report_venue_books(struct text *out, const struct match_view *match, uint64_t listed,
                        uint32_t rows);

/* Who is logged in, and how many messages each session has. */
void report_venue_sessions(struct text *out, const struct gate_view *gate);

/* Order entry: requests by what became of them, why some were refused, what was answered. */
void report_venue_entry(struct text *out, const struct gate_view *gate,
                        const struct match_view *match);

/* Market data: messages, each line, retransmission, snapshots. */
void report_venue_market(struct text *out, const struct gate_view *gate);

/* Frames and segments that were not taken, and why; how connections ended. */
void report_venue_network(struct text *out, const struct gate_view *gate);

/* What a feed asked for, and what came of it; nothing if it never had to. */
void report_recovery(struct text *out, const struct feed_view *view);

#endif
