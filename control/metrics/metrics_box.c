/* What every box has: lcores, stages, ports, rings, journals, times, events, and the server of all
 * this itself. */

#include "control/metrics/metrics_rows.h"

#include <stdio.h>
#include <sys/resource.h>

#define SECOND_PLACES 9u

static_assert(ALERTS_REST_NS / NANOS_SECOND == 5, "as the help of pollux_alert_active says");

static void ns_sample(struct text *out, const char *name, const struct exposition_labels *labels,
                      uint64_t ns)
{
    exposition_decimal(out, name, labels, (int64_t)ns, SECOND_PLACES);
}

static void ns_one(struct text *out, enum exposition_type type, const char *name, const char *help,
                   uint64_t ns)
{
    metrics_head(out, type, name, help);
    ns_sample(out, name, NULL, ns);
}

void metrics_summary(struct text *out, const char *name, const char *label,
                     const struct views_latency *latency)
{
    const struct {
        const char *quantile;
        uint64_t ns;
    } rows[] = {{"0.5", latency->ns.p50},
                {"0.9", latency->ns.p90},
                {"0.99", latency->ns.p99},
                {"0.999", latency->ns.p99_9}};
    char part[64];
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct exposition_labels labels =
            exposition_of(label, latency->path, "quantile", rows[i].quantile, NULL);
        ns_sample(out, name, &labels, rows[i].ns);
    }
    struct exposition_labels labels = exposition_of(label, latency->path, NULL);
    (void)snprintf(part, sizeof part, "%s_sum", name);
    ns_sample(out, part, &labels, latency->sum_ns);
    (void)snprintf(part, sizeof part, "%s_count", name);
    exposition_sample(out, part, &labels, latency->ns.count);
}

static void latencies_print(struct text *out, const struct views *views)
{
    if (views->latencies == 0) return;
    metrics_head(out, EXPOSITION_SUMMARY, "pollux_latency_seconds",
                 "How long a path through the box took, since the start");
    for (uint32_t i = 0; i < views->latencies; i++)
        metrics_summary(out, "pollux_latency_seconds", "path", &views->latency[i]);
    metrics_head(out, EXPOSITION_GAUGE, "pollux_latency_max_seconds",
                 "The longest that a path took, since the start");
    for (uint32_t i = 0; i < views->latencies; i++) {
        struct exposition_labels labels = exposition_of("path", views->latency[i].path, NULL);
        ns_sample(out, "pollux_latency_max_seconds", &labels, views->latency[i].ns.max);
    }
    metrics_head(out, EXPOSITION_SUMMARY, "pollux_stage_turn_seconds",
                 "How long a stage's turns took that found work");
    for (uint32_t i = 0; i < views->stages; i++)
        metrics_summary(out, "pollux_stage_turn_seconds", "stage", &views->stage[i].turn);
    metrics_head(out, EXPOSITION_GAUGE, "pollux_stage_turn_max_seconds",
                 "The longest turn of a stage since the start");
    for (uint32_t i = 0; i < views->stages; i++) {
        struct exposition_labels labels = exposition_of("stage", views->stage[i].name, NULL);
        ns_sample(out, "pollux_stage_turn_max_seconds", &labels, views->stage[i].turn.ns.max);
    }
}

#define STAGE_ROW(row, help)                                                                       \
    metrics_head(out, EXPOSITION_COUNTER, "pollux_stage_" #row "_total", help);                    \
    for (uint32_t i = 0; i < views->stages; i++)                                                   \
        metrics_by(out, "pollux_stage_" #row "_total", "stage", views->stage[i].name,              \
                   views->stage[i].row);
#define STAGE_TIME_ROW(row, help)                                                                  \
    metrics_head(out, EXPOSITION_COUNTER, "pollux_stage_" #row "_seconds_total", help);            \
    for (uint32_t i = 0; i < views->stages; i++) {                                                 \
        struct exposition_labels labels = exposition_of("stage", views->stage[i].name, NULL);      \
        ns_sample(out, "pollux_stage_" #row "_seconds_total", &labels, views->stage[i].row##_ns);  \
    }

static void stages_print(struct text *out, const struct views *views)
{
    VIEWS_STAGE_COUNTERS(STAGE_ROW)
    VIEWS_STAGE_TIMES(STAGE_TIME_ROW)
}

/* clang-format off */
#define LCORE_ROWS(X)                                                                  \
    X(up,         "",       EXPOSITION_GAUGE,   runs,       "1 while the lcore runs")  \
    X(slept,      "_total", EXPOSITION_COUNTER, slept,      "Times the lcore slept because there was nothing to do") \
    X(unfinished, "",       EXPOSITION_GAUGE,   unfinished, "Stages that were not done when the lcore was stopped")
/* clang-format on */

#define LCORE_ROW(name, ending, type, field, help)                                                 \
    metrics_head(out, type, "pollux_lcore_" #name ending, help);                                   \
    for (uint32_t i = 0; i < views->lcores; i++)                                                   \
        lcore_sample(out, "pollux_lcore_" #name ending, i, &views->lcore[i], views->lcore[i].field);

static void lcore_sample(struct text *out, const char *name, uint32_t index,
                         const struct views_lcore *lcore, uint64_t value)
{
    char number[16], cpu[16];
    (void)snprintf(number, sizeof number, "%u", index);
    (void)snprintf(cpu, sizeof cpu, "%u", lcore->cpu);
    struct exposition_labels labels = exposition_of("lcore", number, "cpu", cpu, NULL);
    exposition_sample(out, name, &labels, value);
}

static void lcores_print(struct text *out, const struct views *views)
{
    LCORE_ROWS(LCORE_ROW)
}

#define PORT_ROW(row, help)                                                                        \
    metrics_head(out, EXPOSITION_COUNTER, "pollux_port_" #row "_total", help);                     \
    for (uint32_t i = 0; i < views->ports; i++)                                                    \
        metrics_by(out, "pollux_port_" #row "_total", "port", views->port[i].name,                 \
                   views->port[i].is.row);

static void ports_print(struct text *out, const struct views *views)
{
    if (views->ports == 0) return;
    NET_STATISTICS(PORT_ROW)
}

/* clang-format off */
#define RING_GAUGES(G)                                                                 \
    G(waiting, "Slots of a ring that wait to be read")                                 \
    G(deepest, "The most slots of a ring that ever waited")                            \
    G(slots,   "Slots that a ring has")
/* clang-format on */

#define RING_ROW(type, family, row, help)                                                          \
    metrics_head(out, type, family, help);                                                         \
    for (uint32_t i = 0; i < views->rings; i++)                                                    \
        metrics_by(out, family, "ring", views->ring[i].name, views->ring[i].row);
#define RING_COUNTER(row, help)                                                                    \
    RING_ROW(EXPOSITION_COUNTER, "pollux_ring_" #row "_total", row, help)
#define RING_GAUGE(row, help) RING_ROW(EXPOSITION_GAUGE, "pollux_ring_" #row, row, help)

static void rings_print(struct text *out, const struct views *views)
{
    if (views->rings == 0) return;
    VIEWS_RING_COUNTERS(RING_COUNTER)
    RING_GAUGES(RING_GAUGE)
}

#define JOURNAL_ROW(type, family, row, meaning)                                                    \
    metrics_head(out, type, family, meaning);                                                      \
    for (uint32_t i = 0; i < views->journals; i++)                                                 \
        metrics_by(out, family, "of", views->journal[i].of, views->journal[i].row);
#define JOURNAL_COUNTER(row, meaning)                                                              \
    JOURNAL_ROW(EXPOSITION_COUNTER, "pollux_journal_" #row "_total", row, meaning)
#define JOURNAL_GAUGE(row, meaning)                                                                \
    JOURNAL_ROW(EXPOSITION_GAUGE, "pollux_journal_" #row, row, meaning)

static void journals_print(struct text *out, const struct views *views)
{
    if (views->journals == 0) return;
    JOURNAL_COUNTS(JOURNAL_COUNTER)
    JOURNAL_LEVELS(JOURNAL_GAUGE)
}

static void silences_print(struct text *out, const struct views *views,
                           const struct monitor *monitor)
{
    metrics_head(out, EXPOSITION_GAUGE, "pollux_lcore_silent_seconds",
                 "How long the lcore's heart has not beaten, as the monitor has seen it");
    for (uint32_t i = 0; i < views->lcores; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%u", i);
        struct exposition_labels labels = exposition_of("lcore", number, NULL);
        ns_sample(out, "pollux_lcore_silent_seconds", &labels, monitor_silence_ns(monitor, i));
    }
}

static const char *const severities[] = {MONITOR_SEVERITIES(MONITOR_SEVERITY_NAME)};

static uint64_t alerts_count(const struct alerts *alerts, enum monitor_severity severity,
                             bool acknowledged)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < alerts_listed(alerts); i++) {
        const struct alert *alert = alerts_at(alerts, i);
        count += monitor_events[alert->event].severity == severity &&
                 (alert->state == ALERT_ACKNOWLEDGED) == acknowledged;
    }
    return count;
}

/* Conditions that hold for an instant are active until they have rested, or a scrape every five
 * seconds would not see most of them.  The list is short, and so are the labels. */
static void alerts_print(struct text *out, const struct monitor *monitor)
{
    const struct alerts *alerts = monitor_alerts(monitor);
    metrics_head(out, EXPOSITION_GAUGE, "pollux_alert_active",
                 "1 for each condition that holds, or has held within the last five seconds");
    for (uint32_t i = 0; i < alerts_listed(alerts); i++) {
        const struct alert *alert = alerts_at(alerts, i);
        if (alert->state == ALERT_CLEARED) continue;
        const struct monitor_event_row *row = &monitor_events[alert->event];
        struct exposition_labels labels = exposition_of(
            "code", row->code, "severity", severities[row->severity], "of", alert->of, NULL);
        exposition_sample(out, "pollux_alert_active", &labels, 1);
    }
    metrics_head(out, EXPOSITION_GAUGE, "pollux_alerts",
                 "Alerts in the list, by severity and whether somebody has acknowledged them");
    for (uint32_t severity = 0; severity < MONITOR_SEVERITY_COUNT; severity++) {
        for (uint32_t taken = 0; taken < 2; taken++) {
            struct exposition_labels labels = exposition_of(
                "severity", severities[severity], "acknowledged", taken ? "true" : "false", NULL);
            exposition_sample(out, "pollux_alerts", &labels,
                              alerts_count(alerts, (enum monitor_severity)severity, taken));
        }
    }
}

#define MONITOR_ROW(row, help) METRICS_COUNTER("monitor", row, help, counts)
#define HTTP_ROW(row, help)    METRICS_COUNTER("metrics_http", row, help, http)

static void build_print(struct text *out, const struct views *views)
{
    struct exposition_labels labels =
        exposition_of("version", views->version, "name", views->name, NULL);
    metrics_head(out, EXPOSITION_GAUGE, "pollux_build_info",
                 "Always 1; the program's version and what the box is called");
    exposition_sample(out, "pollux_build_info", &labels, 1);
    ns_one(out, EXPOSITION_GAUGE, "process_start_time_seconds",
           "When the program began, in seconds since 1970, UTC", views->begun_ns);
    ns_one(out, EXPOSITION_GAUGE, "pollux_up_seconds", "How long the program has run",
           views->wall_ns > views->begun_ns ? views->wall_ns - views->begun_ns : 0);
    metrics_one(out, EXPOSITION_GAUGE, "pollux_clock_disciplined",
                "1 if the kernel says that something disciplines its clock; nobody else is asked",
                views->clock.known);
    ns_one(out, EXPOSITION_GAUGE, "pollux_clock_error_seconds",
           "How far the kernel says that its own clock may be off at most, if it is disciplined; "
           "it is not compared with another clock, a card's or a venue's",
           views->clock.known ? views->clock.error_ns : 0);
    metrics_head(
        out, EXPOSITION_GAUGE, "pollux_clock_ahead_seconds",
        "How far the box's clock is ahead of the system's, which may be set back, the box's "
        "never; negative: behind");
    exposition_decimal(out, "pollux_clock_ahead_seconds", NULL, views->clock.ahead_ns,
                       SECOND_PLACES);
    metrics_head(out, EXPOSITION_COUNTER, "pollux_clock_jump_total",
                 "Times the box's clock followed the system's over more than a second at once");
    exposition_sample(out, "pollux_clock_jump_total", NULL, views->clock.jumps);
    metrics_head(out, EXPOSITION_COUNTER, "pollux_clock_set_back_total",
                 "Times the system's clock was found set back by more than a second");
    exposition_sample(out, "pollux_clock_set_back_total", NULL, views->clock.set_backs);
}

static uint64_t ns_of(struct timeval time)
{
    return (uint64_t)time.tv_sec * NANOS_SECOND + (uint64_t)time.tv_usec * NANOS_MICRO;
}

static void usage_print(struct text *out)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return;
    ns_one(out, EXPOSITION_COUNTER, "process_cpu_seconds_total",
           "Time of processors that the program has used",
           ns_of(usage.ru_utime) + ns_of(usage.ru_stime));
}

void metrics_box(struct text *out, const struct metrics_source *source)
{
    build_print(out, source->views);
    usage_print(out);
    lcores_print(out, source->views);
    stages_print(out, source->views);
    ports_print(out, source->views);
    rings_print(out, source->views);
    journals_print(out, source->views);
    latencies_print(out, source->views);
    if (source->monitor) {
        const struct monitor_counts *counts = monitor_counts(source->monitor);
        silences_print(out, source->views, source->monitor);
        alerts_print(out, source->monitor);
        MONITOR_COUNTERS(MONITOR_ROW)
    }
    if (source->http) {
        const struct metrics_http_counts *http = source->http;
        METRICS_HTTP_COUNTERS(HTTP_ROW)
    }
}
