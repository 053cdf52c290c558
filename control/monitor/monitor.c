#include "control/monitor/monitor_layout.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define EVENT_ROW(event, code, severity, kind, sentence, remedy)                       \
    [event] = {#code, MONITOR_##severity, MONITOR_##kind, sentence, remedy},
/* clang-format on */
#define SEVERITY_PRIORITY(severity, name, priority) [severity] = (priority),

const struct monitor_event_row monitor_events[MONITOR_EVENT_COUNT] = {MONITOR_EVENTS(EVENT_ROW)};

const char *monitor_severity_name(enum monitor_severity severity)
{
    static const char *const names[] = {MONITOR_SEVERITIES(MONITOR_SEVERITY_NAME)};
    return names[severity];
}

unsigned monitor_severity_priority(enum monitor_severity severity)
{
    static const unsigned priorities[] = {MONITOR_SEVERITIES(SEVERITY_PRIORITY)};
    return priorities[severity];
}

struct monitor *monitor_new(void)
{
    return calloc(1, sizeof(struct monitor));
}

void monitor_free(struct monitor *monitor)
{
    free(monitor);
}

void monitor_look(struct monitor *monitor, const struct views *views)
{
    struct monitor_memory *memory = &monitor->memory;
    monitor->time = (struct alert_time){views->now_ns, views->wall_ns};
    uint64_t span = memory->seen ? views->now_ns - memory->now_ns : 0;
    memory->span_ns = span < MONITOR_LOOK_MAX_NS ? span : MONITOR_LOOK_MAX_NS;
    memory->now_ns = views->now_ns;
    monitor_conditions(monitor, views);
    memory->seen = true;
    monitor->counts.look++;
}

/* Events. */

/* One line of text that others have given: without what would begin a second one. */
static void line_put(char *to, size_t capacity, const char *from)
{
    struct text line = text_in(to, capacity);
    text_append(&line, from);
    for (; *to; to++)
        if ((unsigned char)*to < ' ' || *to == 0x7f) *to = '?';
}

static struct monitor_told *told_begin(struct monitor *monitor, enum monitor_event event,
                                       const char *of, const char *detail)
{
    uint64_t number = ++monitor->newest;
    struct monitor_told *told = &monitor->history[number % MONITOR_HISTORY];
    *told =
        (struct monitor_told){.number = number, .wall_ns = monitor->time.wall_ns, .event = event};
    line_put(told->of, sizeof told->of, of);
    line_put(told->detail, sizeof told->detail, detail);
    monitor->counts.event++;
    return told;
}

void monitor_say(struct monitor *monitor, enum monitor_event event, const char *of,
                 const char *detail)
{
    CHECK(monitor_events[event].kind == MONITOR_ONCE);
    told_begin(monitor, event, of, detail);
}

void monitor_tell(struct monitor *monitor, enum monitor_event event, const char *of, bool holds,
                  const char *detail)
{
    static const enum monitor_phase phases[] = {[ALERT_BEGAN] = MONITOR_BEGAN,
                                                [ALERT_BEGAN_AGAIN] = MONITOR_BEGAN_AGAIN,
                                                [ALERT_ENDED] = MONITOR_ENDED};
    CHECK(monitor_events[event].kind != MONITOR_ONCE);
    uint64_t id = 0;
    enum alert_change change = alerts_tell(&monitor->alerts, event, of, holds, monitor->time, &id);
    monitor->counts.alert_displaced = monitor->alerts.displaced;
    monitor->counts.alert_refused = monitor->alerts.refused;
    if (change == ALERT_SAME) return;
    struct monitor_told *told = told_begin(monitor, event, of, change == ALERT_ENDED ? "" : detail);
    told->phase = phases[change];
    told->alert = id;
}

const struct monitor_told *monitor_next(const struct monitor *monitor, uint64_t after)
{
    if (after >= monitor->newest) return NULL;
    uint64_t kept = monitor->newest > MONITOR_HISTORY ? monitor->newest - MONITOR_HISTORY : 0;
    return &monitor->history[((after > kept ? after : kept) + 1) % MONITOR_HISTORY];
}

uint64_t monitor_newest(const struct monitor *monitor)
{
    return monitor->newest;
}

void monitor_told_print(struct text *out, const struct monitor_told *told)
{
    const struct monitor_event_row *row = &monitor_events[told->event];
    bool ended = told->phase == MONITOR_ENDED;
    text_append(out, monitor_severity_name(ended ? MONITOR_NOTE : row->severity));
    text_append_char(out, ' ');
    text_append(out, row->code);
    if (told->of[0]) text_append_char(out, ' ');
    text_append(out, told->of);
    text_append(out, ended                                ? ": no more: "
                     : told->phase == MONITOR_BEGAN_AGAIN ? ": again: "
                                                          : ": ");
    text_append(out, row->sentence);
    if (told->detail[0]) text_format(out, " (%s)", told->detail);
}

/* Alerts. */

const struct alerts *monitor_alerts(const struct monitor *monitor)
{
    return &monitor->alerts;
}

enum alert_acknowledge monitor_acknowledge(struct monitor *monitor, uint64_t id, const char *by)
{
    const struct alert *alert = alerts_find(&monitor->alerts, id);
    char detail[MONITOR_DETAIL_MAX + 1];
    struct text said = text_in(detail, sizeof detail);
    if (alert)
        text_format(&said, "%s%s%s, by %s", monitor_events[alert->event].code,
                    alert->of[0] ? " " : "", alert->of, by);
    enum alert_acknowledge done = alerts_acknowledge(&monitor->alerts, id, by, monitor->time);
    if (done == ALERT_TAKEN) told_begin(monitor, MONITOR_ACKNOWLEDGED, "", detail)->alert = id;
    return done;
}

void monitor_health(const struct monitor *monitor, struct text *out)
{
    for (uint32_t i = 0; i < alerts_listed(&monitor->alerts); i++) {
        const struct alert *alert = alerts_at(&monitor->alerts, i);
        const struct monitor_event_row *row = &monitor_events[alert->event];
        if (!alert->holds || row->kind != MONITOR_UNHEALTHY) continue;
        text_format(out, "%s%s%s: %s\n", row->code, alert->of[0] ? " " : "", alert->of,
                    row->sentence);
    }
}

bool monitor_hearts_beat(const struct monitor *monitor)
{
    for (uint32_t i = 0; i < VIEWS_LCORES_MAX; i++)
        if (monitor->memory.silent_ns[i] >= MONITOR_SILENT_NS) return false;
    return true;
}

uint64_t monitor_silence_ns(const struct monitor *monitor, uint32_t lcore)
{
    return lcore < VIEWS_LCORES_MAX ? monitor->memory.silent_ns[lcore] : 0;
}

/* Counters. */

const struct monitor_counts *monitor_counts(const struct monitor *monitor)
{
    return &monitor->counts;
}

void monitor_unwritten(struct monitor *monitor)
{
    monitor->counts.event_unwritten++;
}

void monitor_frame_dropped(struct monitor *monitor)
{
    monitor->counts.frame_dropped++;
}

void monitor_line_unwritten(struct monitor *monitor)
{
    monitor->counts.line_unwritten++;
}

void monitor_recorded(struct monitor *monitor)
{
    monitor->counts.flight++;
}
