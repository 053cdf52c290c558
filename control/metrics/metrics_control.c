/* The control socket: who came, and what became of what was asked. */

#include "control/command/command_server.h"
#include "control/metrics/metrics_rows.h"

#define SERVER_COUNTER(row, help) METRICS_COUNTER("control", row, help, source->control)
#define SERVER_GAUGE(row, help)   METRICS_GAUGE("control", row, help, source->control)
#define RECORD_COUNTER(row, help) METRICS_COUNTER("control", row, help, source->record)
#define DESK_COUNTER(row, help)   METRICS_COUNTER("control", row, help, source->desk)
#define DESK_GAUGE(row, help)     METRICS_GAUGE("control", row, help, source->desk)

void metrics_control(struct text *out, const struct metrics_source *source)
{
    COMMAND_SERVER_COUNTERS(SERVER_COUNTER)
    COMMAND_SERVER_GAUGES(SERVER_GAUGE)
    COMMAND_RECORD_COUNTERS(RECORD_COUNTER)
    COMMAND_DESK_COUNTERS(DESK_COUNTER)
    COMMAND_DESK_GAUGES(DESK_GAUGE)
}
