#include "apps/polluxd/monitoring.h"

#include "apps/polluxd/census.h"
#include "apps/polluxd/commands.h"
#include "control/metrics/exposition.h"
#include "control/metrics/http_server.h"
#include "control/metrics/metrics.h"
#include "control/monitor/event_line.h"
#include "control/monitor/flight.h"
#include "control/monitor/systemd.h"
#include "dataplane/base/system_clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRESH_NS        (100 * NANOS_MILLI) /* a scrape so young is given again */
#define RENDER_NS       NANOS_SECOND        /* between renderings for a fault */
#define RECORD_EVERY_NS (60 * NANOS_SECOND) /* alarms write no more records than that */
#define RETRY_NS        NANOS_SECOND        /* until a port or a folder is tried again */
#define FOLDER_MODE     0750
#define FAILED          "the program has failed" /* why a handler writes */

struct monitoring {
    struct polluxd *polluxd;
    struct monitor *monitor;
    struct views *views;
    struct census *census;
    struct histogram *scratch;
    ev_timer timer;

    /* Events, by the number of the newest that was followed. */
    bool journald;
    uint64_t followed;
    uint64_t shown;

    /* Metrics. */
    struct metrics_http_counts http_counts;
    struct http_server *http; /* NULL: not configured, or not to be had now */
    nanos_t http_tried_ns;
    char *scrape;
    size_t scrape_bytes;
    bool scrape_cut;
    nanos_t scraped_ns;

    /* The flight recorder. */
    struct flight *flight; /* NULL: not configured, or its folder is not to be had now */
    nanos_t flight_tried_ns;
    struct flight_lines *lines;
    nanos_t rendered_ns; /* begun */
    bool rendering;      /* a part of it is left */
    nanos_t recorded_ns;
    bool unwritten; /* the last one could not be */
    char unwritten_why[MONITOR_DETAIL_MAX + 1];

    struct systemd systemd;
    nanos_t signed_ns; /* the last sign of life */
};

/* Metrics. */

static void scrape(struct monitoring *monitoring)
{
    nanos_t now = system_clock_monotonic();
    if (monitoring->scraped_ns > 0 && now - monitoring->scraped_ns < FRESH_NS) return;
    monitoring_views(monitoring->polluxd, monitoring->views, monitoring->scratch);
    census_look(monitoring->census, monitoring->views);
    struct text out = text_in(monitoring->scrape, METRICS_BYTES_MAX);
    struct metrics_source source = {.views = monitoring->views,
                                    .monitor = monitoring->monitor,
                                    .http = &monitoring->http_counts};
    commands_count_all(monitoring->polluxd->commands, &source);
    metrics_print(&out, &source);
    monitoring->scrape_bytes = out.length;
    monitoring->scrape_cut = out.cut;
    monitoring->scraped_ns = now;
}

void monitoring_metrics(struct monitoring *monitoring, struct text *out)
{
    scrape(monitoring);
    text_append_bytes(out, monitoring->scrape, monitoring->scrape_bytes);
    out->cut |= monitoring->scrape_cut;
}

static void health_answer(const struct monitoring *monitoring, struct http_answer *answer)
{
    monitor_health(monitoring->monitor, &answer->body);
    if (answer->body.length > 0) answer->status = HTTP_UNAVAILABLE;
    else text_append(&answer->body, "healthy\n");
}

static void http_answer(void *context, const char *path, struct http_answer *answer)
{
    struct monitoring *monitoring = context;
    if (strcmp(path, "/healthz") == 0) {
        health_answer(monitoring, answer);
    } else if (strcmp(path, "/metrics") == 0) {
        answer->type = EXPOSITION_CONTENT_TYPE;
        monitoring_metrics(monitoring, &answer->body);
    } else {
        answer->status = HTTP_NOT_FOUND;
        text_append(&answer->body, "there is /metrics and /healthz\n");
    }
}

/* True if they are served, or nobody wants them. */
static bool metrics_serve(struct monitoring *monitoring, struct text *said)
{
    const struct config_metrics *from = monitoring->polluxd->config->metrics;
    if (!from || monitoring->http) return true;
    char why[MONITOR_DETAIL_MAX + 1];
    struct text problem = text_in(why, sizeof why);
    struct http_plan plan = {.loop = monitoring->polluxd->loop,
                             .address = from->address,
                             .tcp_port = (uint16_t)from->tcp_port,
                             .answer = http_answer,
                             .context = monitoring,
                             .counts = &monitoring->http_counts};
    monitoring->http_tried_ns = monitoring->views->now_ns;
    monitoring->http = http_server_new(&plan, &problem);
    monitor_tell(monitoring->monitor, MONITOR_UNSERVED, "", !monitoring->http, why);
    struct in_addr address = {.s_addr = htonl(from->address)};
    if (monitoring->http && said)
        text_format(said, "metrics: http://%s:%u/metrics\n", inet_ntoa(address),
                    http_server_port(monitoring->http));
    return monitoring->http != NULL;
}

static void metrics_follow(struct monitoring *monitoring)
{
    if (!monitoring->polluxd->config->metrics) return;
    if (monitoring->http) monitor_tell(monitoring->monitor, MONITOR_UNSERVED, "", false, "");
    else if (monitoring->views->now_ns - monitoring->http_tried_ns >= RETRY_NS)
        (void)metrics_serve(monitoring, NULL);
}

/* The flight recorder. */

static void unwritten_set(struct monitoring *monitoring, bool unwritten, const char *why)
{
    monitoring->unwritten = unwritten;
    struct text kept = text_in(monitoring->unwritten_why, sizeof monitoring->unwritten_why);
    text_append(&kept, why);
    monitor_tell(monitoring->monitor, MONITOR_UNRECORDED, "", unwritten, why);
}

static void flight_begin(struct monitoring *monitoring)
{
    const struct config_monitor *from = monitoring->polluxd->config->monitor;
    char why[CONFIG_PATH_MAX + 128];
    struct text problem = text_in(why, sizeof why);
    if (!from || monitoring->flight) return;
    monitoring->flight_tried_ns = monitoring->views->now_ns;
    if (mkdir(from->folder, FOLDER_MODE) != 0 && errno != EEXIST)
        text_format(&problem, "monitor.folder '%s': %s", from->folder, strerror(errno));
    else monitoring->flight = flight_new(from->folder, &problem);
    unwritten_set(monitoring, !monitoring->flight, why);
    monitoring->rendered_ns = 0;
    monitoring->rendering = false;
    if (monitoring->flight) flight_arm(monitoring->flight);
}

static struct flight_source flight_source_of(const struct monitoring *monitoring)
{
    return (struct flight_source){.views = monitoring->views,
                                  .monitor = monitoring->monitor,
                                  .lines = monitoring->lines,
                                  .metrics = monitoring->scrape};
}

static void render_now(struct monitoring *monitoring, const char *why)
{
    scrape(monitoring);
    const struct flight_source source = flight_source_of(monitoring);
    flight_render(monitoring->flight, &source, why);
    monitoring->rendering = false;
    monitoring->rendered_ns = monitoring->views->now_ns;
}

/* For a fault: begun each second, and when something has happened, and done in parts, one a look:
 * nobody who asks for anything meanwhile waits for it. */
static void render_some(struct monitoring *monitoring, bool happened)
{
    if (!monitoring->flight) return;
    if (monitoring->rendered_ns == 0) { /* there is nothing yet that a handler could write */
        render_now(monitoring, FAILED);
        return;
    }
    bool due = monitoring->views->now_ns - monitoring->rendered_ns >= RENDER_NS || happened;
    if (!monitoring->rendering && due) scrape(monitoring);
    const struct flight_source source = flight_source_of(monitoring);
    if (!monitoring->rendering && due) {
        flight_render_begin(monitoring->flight, &source, FAILED);
        monitoring->rendered_ns = monitoring->views->now_ns;
        monitoring->rendering = true;
        return;
    }
    if (monitoring->rendering)
        monitoring->rendering = flight_render_step(monitoring->flight, &source);
}

bool monitoring_record(struct monitoring *monitoring, const char *why, struct text *said)
{
    if (!monitoring->flight) {
        text_append(said, "there is no flight recorder: ");
        text_append(said, monitoring->polluxd->config->monitor
                              ? monitoring->unwritten_why
                              : "the configuration has no monitor.folder");
        return false;
    }
    /* As they are now; and a reload may have freed the names in those of before. */
    monitoring_views(monitoring->polluxd, monitoring->views, NULL);
    render_now(monitoring, why);
    size_t begin = said->length;
    bool written = flight_write(monitoring->flight, said);
    if (written) {
        monitor_recorded(monitoring->monitor);
        monitor_say(monitoring->monitor, MONITOR_RECORDED, "", said->bytes + begin);
    }
    unwritten_set(monitoring, !written, said->bytes + begin);
    return written;
}

/* Of an alarm that begins.  One that comes back is in the record of when it began, and would push
 * that out of the folder if it came often enough. */
static void alarm_record(struct monitoring *monitoring, const struct monitor_told *told)
{
    char why[EVENT_LINE_MAX], said_bytes[FLIGHT_PATH_MAX + 128];
    struct text line = text_in(why, sizeof why), said = text_in(said_bytes, sizeof said_bytes);
    nanos_t now = monitoring->views->now_ns;
    if (!monitoring->flight || told->phase != MONITOR_BEGAN ||
        monitor_events[told->event].severity != MONITOR_ALARM)
        return;
    if (monitoring->recorded_ns > 0 && now - monitoring->recorded_ns < RECORD_EVERY_NS) return;
    monitoring->recorded_ns = now;
    monitor_told_print(&line, told);
    (void)monitoring_record(monitoring, why, &said);
}

/* What could not be had is tried again: the folder, and the record that found no room in it. */
static void flight_follow(struct monitoring *monitoring)
{
    char said_bytes[FLIGHT_PATH_MAX + 128];
    struct text said = text_in(said_bytes, sizeof said_bytes);
    nanos_t now = monitoring->views->now_ns;
    if (!monitoring->flight && now - monitoring->flight_tried_ns >= RETRY_NS)
        flight_begin(monitoring);
    monitor_tell(monitoring->monitor, MONITOR_UNRECORDED, "", monitoring->unwritten,
                 monitoring->unwritten_why);
    if (!monitoring->flight || !monitoring->unwritten ||
        now - monitoring->recorded_ns < RECORD_EVERY_NS)
        return;
    monitoring->recorded_ns = now;
    (void)monitoring_record(monitoring, "the record before this one could not be written", &said);
}

/* Events. */

static void journal_write(struct monitoring *monitoring, const struct monitor_told *told)
{
    char bytes[EVENT_LINE_MAX];
    struct text line = text_in(bytes, sizeof bytes);
    event_line_print(&line, told);
    if (!event_line_write(STDERR_FILENO, line.bytes, line.length))
        monitor_unwritten(monitoring->monitor);
}

/* What happens once is told by who did it; but a day begins by itself. */
static bool is_told_elsewhere(enum monitor_event event)
{
    return monitor_events[event].kind == MONITOR_ONCE && event != MONITOR_DAY_BEGUN;
}

/* For the command events, which others learn of by monitoring_line. */
static void command_tell(struct monitoring *monitoring, const struct monitor_told *told)
{
    char bytes[EVENT_LINE_MAX];
    struct text line = text_in(bytes, sizeof bytes);
    if (is_told_elsewhere(told->event)) return;
    text_clock(&line, told->wall_ns % (86400 * NANOS_SECOND));
    line.length -= 3; /* microseconds */
    text_append(&line, " UTC  ");
    monitor_told_print(&line, told);
    commands_happened(monitoring->polluxd->commands, bytes);
}

static void events_follow(struct monitoring *monitoring)
{
    for (const struct monitor_told *told;
         (told = monitor_next(monitoring->monitor, monitoring->followed));) {
        monitoring->followed = told->number;
        if (monitoring->journald) {
            journal_write(monitoring, told);
            command_tell(monitoring, told);
        }
        alarm_record(monitoring, told);
    }
}

bool monitoring_line(struct monitoring *monitoring, struct text *line)
{
    if (monitoring->journald) return false;
    for (const struct monitor_told *told;
         (told = monitor_next(monitoring->monitor, monitoring->shown));) {
        monitoring->shown = told->number;
        if (is_told_elsewhere(told->event)) continue;
        monitor_told_print(line, told);
        return true;
    }
    return false;
}

void monitoring_note(struct monitoring *monitoring, const char *line)
{
    if (monitoring->flight) flight_line(monitoring->lines, line);
}

struct monitor *monitoring_monitor(struct monitoring *monitoring)
{
    return monitoring->monitor;
}

/* systemd. */

static void status_say(const struct monitoring *monitoring)
{
    char bytes[1024], why[896];
    struct text status = text_in(bytes, sizeof bytes), health = text_in(why, sizeof why);
    monitor_health(monitoring->monitor, &health);
    char *end = strchr(why, '\n');
    if (end) *end = 0; /* the first is enough for a line */
    text_append(&status, "STATUS=");
    text_append(&status, health.length > 0 ? why : "healthy");
    (void)systemd_say(&monitoring->systemd, bytes);
}

static void sign_of_life(struct monitoring *monitoring)
{
    nanos_t now = monitoring->views->now_ns;
    uint64_t every = monitoring->systemd.watchdog_ns / 2;
    if (every == 0 || every > NANOS_SECOND) every = NANOS_SECOND;
    if (monitoring->systemd.socket < 0 || now - monitoring->signed_ns < every) return;
    monitoring->signed_ns = now;
    status_say(monitoring);
    if (monitoring->systemd.watchdog_ns > 0 && monitor_hearts_beat(monitoring->monitor))
        (void)systemd_say(&monitoring->systemd, "WATCHDOG=1");
}

/* All of it. */

static void look(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    struct monitoring *monitoring = timer->data;
    monitoring_views(monitoring->polluxd, monitoring->views, NULL);
    census_look(monitoring->census, monitoring->views);
    monitor_look(monitoring->monitor, monitoring->views);
    metrics_follow(monitoring);
    const char *unsaid = commands_record_why(monitoring->polluxd->commands);
    monitor_tell(monitoring->monitor, MONITOR_UNSAID, "", unsaid[0] != 0, unsaid);
    flight_follow(monitoring);
    uint64_t before = monitoring->followed;
    events_follow(monitoring);
    render_some(monitoring, before != monitoring->followed);
    sign_of_life(monitoring);
}

static struct monitoring *made(struct polluxd *polluxd)
{
    struct monitoring *monitoring = calloc(1, sizeof *monitoring);
    CHECK(monitoring != NULL);
    monitoring->polluxd = polluxd;
    monitoring->monitor = monitor_new();
    monitoring->views = calloc(1, sizeof *monitoring->views);
    monitoring->census = census_new(polluxd);
    monitoring->lines = calloc(1, sizeof *monitoring->lines);
    monitoring->scrape = malloc(METRICS_BYTES_MAX);
    monitoring->scratch = aligned_alloc(CACHE_LINE, ALIGN_UP(sizeof(struct histogram), CACHE_LINE));
    CHECK(monitoring->monitor && monitoring->views && monitoring->lines && monitoring->scrape &&
          monitoring->scratch);
    return monitoring;
}

struct monitoring *monitoring_start(struct polluxd *polluxd, struct text *said)
{
    struct monitoring *monitoring = made(polluxd);
    monitoring_views(polluxd, monitoring->views, NULL);
    monitoring->views->begun_ns = monitoring->views->wall_ns;
    monitor_look(monitoring->monitor, monitoring->views);
    monitoring->journald = event_line_journald(STDERR_FILENO, getenv("JOURNAL_STREAM"));
    monitoring->systemd =
        systemd_open(getenv("NOTIFY_SOCKET"), getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
    monitor_say(monitoring->monitor, MONITOR_STARTED, "", polluxd->config->name);
    flight_begin(monitoring);
    (void)metrics_serve(monitoring, said);
    (void)systemd_say(&monitoring->systemd, "READY=1");
    const double every = (double)MONITOR_LOOK_NS / (double)NANOS_SECOND;
    ev_timer_init(&monitoring->timer, look, every, every);
    monitoring->timer.data = monitoring;
    ev_timer_start(polluxd->loop, &monitoring->timer);
    return monitoring;
}

void monitoring_stopping(struct monitoring *monitoring)
{
    if (!monitoring) return;
    ev_timer_stop(monitoring->polluxd->loop, &monitoring->timer);
    monitor_say(monitoring->monitor, MONITOR_STOPPING, "", "");
    events_follow(monitoring);
    (void)systemd_say(&monitoring->systemd, "STOPPING=1");
}

void monitoring_free(struct monitoring *monitoring)
{
    if (!monitoring) return;
    ev_timer_stop(monitoring->polluxd->loop, &monitoring->timer);
    http_server_free(monitoring->http);
    flight_free(monitoring->flight);
    systemd_close(&monitoring->systemd);
    monitor_free(monitoring->monitor);
    free(monitoring->views);
    census_free(monitoring->census);
    free(monitoring->lines);
    free(monitoring->scrape);
    free(monitoring->scratch);
    free(monitoring);
}
