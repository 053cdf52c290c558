#ifndef APPS_POLLUX_GENERATE_REPORT_H
#define APPS_POLLUX_GENERATE_REPORT_H

/* What a run made and lost: a table for people, JSON for scripts.  Cold.
 *
 * The JSON is one object:
 *
 *     messages, message_bytes, messages_by_type {"A":1,...}, live_orders (of a flow), datagrams,
 *     lines [{"line":"A","datagrams","lost","lost_messages","late","doubled","frames","bytes"}],
 *     lost_on_all_lines {"messages","ranges":[[first,last],...]}, skipped {reason: count},
 *     device {"frames","refused"} (with --device), seconds
 *
 * The ranges, by sequence number, both ends included, are in the report file only. */

#include "apps/pollux-generate/run.h"

void report_table(const struct run *run, FILE *to);

/* Returns false if it could not be written. */
MUST_USE bool report_json(const struct run *run, bool ranges, FILE *to);

#endif
