/* What is captured of the ports, to files: of the capture that runs, or was last. */

#include "control/metrics/metrics_rows.h"

#define RECORDER_ROW(row, help) METRICS_COUNTER("capture", row, help, view)

/* Both directions of every port. */
static void ports_print(struct text *out, const struct recorder_view *view, const char *name,
                        bool dropped)
{
    for (uint32_t i = 0; i < view->ports; i++) {
        const struct recorder_view_port *port = &view->port[i];
        struct exposition_labels came =
            exposition_of("port", port->name, "direction", "received", NULL);
        struct exposition_labels went =
            exposition_of("port", port->name, "direction", "sent", NULL);
        exposition_sample(out, name, &came, dropped ? port->came_dropped : port->came_kept);
        exposition_sample(out, name, &went, dropped ? port->went_dropped : port->went_kept);
    }
}

void metrics_capture(struct text *out, const struct views *views)
{
    const struct recorder_view *view = &views->capture;
    metrics_one(out, EXPOSITION_GAUGE, "pollux_capture_runs", "1 while frames are captured",
                view->state == RECORDER_RUNS);
    metrics_one(out, EXPOSITION_GAUGE, "pollux_capture_failed",
                "1: the capture could not start, or its disk has failed",
                view->state == RECORDER_FAILED);
    RECORDER_COUNTS(RECORDER_ROW)
    metrics_head(out, EXPOSITION_COUNTER, "pollux_capture_kept_total",
                 "Frames of a port that the capture has taken");
    ports_print(out, view, "pollux_capture_kept_total", false);
    metrics_head(out, EXPOSITION_COUNTER, "pollux_capture_dropped_total",
                 "Frames of a port that the capture had no room for");
    ports_print(out, view, "pollux_capture_dropped_total", true);
}
