#ifndef CONTROL_METRICS_METRICS_H
#define CONTROL_METRICS_METRICS_H

/* Everything the box counts, in Prometheus's text format.
 *
 *     struct views --> metrics_print --> "pollux_gateway_order_sent_total 123\n" ...
 *
 * Names and help come from the tables that declare the counters: a counter that is added there is
 * a metric without a line here.  A name is pollux, whose it is, the counter's name, its unit;
 * counters end in _total.  One view is shown whole, so within one scrape
 *
 *     pollux_feed_packet_received_total  = ..._accepted_total + all ..._dropped_total
 *     pollux_feed_message_received_total = the same of messages
 *     pollux_risk_check_total            = pollux_risk_passed_total + all pollux_risk_refused_total
 *
 * Pure: views in, text out.  Cold; tests/system/polluxd_metrics.py prints what a scrape takes.
 * Threads: one. */

#include "control/monitor/monitor.h"
#include "control/monitor/views.h"

#define METRICS_BYTES_MAX (512u << 10) /* of one scrape; one of a whole box has about 100 KiB */

/* What the control plane counts of itself. */
/* clang-format off */
#define METRICS_HTTP_COUNTERS(C)                                                       \
    C(connection,         "Connections accepted")                                      \
    C(connection_evicted, "Connections ended because a newer one needed the place")    \
    C(accept_failed,      "Times that the process had no descriptor for a connection") \
    C(connection_timeout, "Connections ended because a request or its reader was too slow") \
    C(connection_idle,    "Connections ended because nothing more was asked for")      \
    C(request,            "Requests answered")                                         \
    C(request_bad,        "of these, refused: no request, too long, or not for here")
/* clang-format on */

#define METRICS_HTTP_FIELD(name, help) uint64_t name;
struct metrics_http_counts {
    METRICS_HTTP_COUNTERS(METRICS_HTTP_FIELD)
};

struct command_server_counts;
struct command_desk_counts;
struct command_record_counts;

struct metrics_source {
    const struct views *views;
    const struct monitor *monitor;               /* NULL: no events and alerts */
    const struct metrics_http_counts *http;      /* NULL: nobody serves them */
    const struct command_server_counts *control; /* of the control socket; NULL: there is none, */
    const struct command_desk_counts *desk;      /* else of its requests, */
    const struct command_record_counts *record;  /* and of the record of changes */
};

/* out->cut: it did not fit, and must not be used. */
void metrics_print(struct text *out, const struct metrics_source *source);

/* Its parts. */
void metrics_box(struct text *out, const struct metrics_source *source);
void metrics_capture(struct text *out, const struct views *views);
void metrics_control(struct text *out, const struct metrics_source *source);
void metrics_feed(struct text *out, const struct views *views);
void metrics_gateway(struct text *out, const struct views *views);
void metrics_redis(struct text *out, const struct views *views);
void metrics_venue(struct text *out, const struct views *views);

#endif
