/* What others look at for people: alerts, flight records, captures. */

#include "apps/polluxd/capturing.h"
#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/monitoring.h"

/* Alerts. */

static json_t *alert_show(const struct alert *alert)
{
    const struct monitor_event_row *is = &monitor_events[alert->event];
    return json_pack("{s:o, s:s, s:s, s:s, s:o?, s:o, s:o, s:b, s:o?, s:s}", "id",
                     commands_count(alert->id), "state", alert_state_name(alert->state), "severity",
                     monitor_severity_name(is->severity), "code", is->code, "of",
                     json_string(alert->of), "since", commands_moment(alert->raised_ns), "times",
                     commands_count(alert->times), "holds", (int)alert->holds, "by",
                     json_string(alert->by), "alert", is->sentence);
}

void commands_alerts(void *context, struct command_call *call)
{
    const struct commands *commands = context;
    const struct alerts *alerts =
        monitor_alerts(monitoring_monitor(commands->plan.polluxd->monitoring));
    json_t *rows = json_array();
    for (uint32_t i = 0; i < alerts_listed(alerts); i++)
        json_array_append_new(rows, alert_show(alerts_at(alerts, i)));
    command_call_answer(call, json_pack("{s:o}", "alerts", rows));
}

void commands_alerts_acknowledge(void *context, struct command_call *call)
{
    const struct commands *commands = context;
    struct monitor *monitor = monitoring_monitor(commands->plan.polluxd->monitoring);
    uint64_t id = (uint64_t)command_call_whole(call, "id", 0);
    char by[ALERTS_BY_MAX + 1];
    struct text text = text_in(by, sizeof by);
    text_format(&text, "user %u", call->caller.uid);
    switch (monitor_acknowledge(monitor, id, by)) {
    case ALERT_TAKEN:
        command_call_answer(call, json_pack("{s:o, s:s}", "id", commands_count(id), "by", by));
        return;
    case ALERT_TAKEN_BEFORE:
        command_call_refuse(call, COMMAND_REFUSED, "somebody has acknowledged it already");
        return;
    case ALERT_UNKNOWN:
        command_call_refuse(call, COMMAND_REFUSED, "there is no alert %llu, or not any more",
                            (unsigned long long)id);
        return;
    }
    UNREACHABLE("each answer is told");
}

void commands_flight(void *context, struct command_call *call)
{
    const struct commands *commands = context;
    const char *reason = command_call_text(call, "reason");
    char path[COMMAND_PROBLEM_MAX];
    struct text said = text_in(path, sizeof path);
    if (monitoring_record(commands->plan.polluxd->monitoring, reason ? reason : "asked for", &said))
        command_call_answer(call, json_pack("{s:s}", "file", path));
    else command_call_refuse(call, COMMAND_REFUSED, "%s", path);
}

/* Captures. */

static struct capturing *capturing_of(const struct commands *commands, struct command_call *call)
{
    struct capturing *capturing = commands->plan.polluxd->capturing;
    if (!capturing) command_call_refuse(call, COMMAND_UNAVAILABLE, "this box captures nothing");
    return capturing;
}

static json_t *captured_port(const struct recorder_view_port *port)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "port", port->name, "came",
                     commands_count(port->came_kept), "came_dropped",
                     commands_count(port->came_dropped), "went", commands_count(port->went_kept),
                     "went_dropped", commands_count(port->went_dropped));
}

void commands_capture(void *context, struct command_call *call)
{
    const struct commands *commands = context;
    const struct capturing *capturing = capturing_of(commands, call);
    struct recorder_view view;
    if (!capturing) return;
    capturing_view(capturing, &view);
    json_t *rows = json_array();
    for (uint32_t i = 0; i < view.ports; i++)
        if (view.port[i].captured) json_array_append_new(rows, captured_port(&view.port[i]));
    command_call_answer(
        call,
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "capture", recorder_state_text(view.state),
                  "written", commands_count(view.written), "bytes", commands_count(view.byte),
                  "files", commands_count(view.file), "removed", commands_count(view.removed),
                  "lost", commands_count(view.lost), "ports", rows));
}

static void capture_turn(const struct commands *commands, struct command_call *call, bool on)
{
    struct capturing *capturing = capturing_of(commands, call);
    char problem[COMMAND_PROBLEM_MAX] = "";
    struct text text = text_in(problem, sizeof problem);
    if (!capturing) return;
    if (on ? capturing_start(capturing, &text) : capturing_stop(capturing, &text))
        command_call_answer(call, json_pack("{s:s}", "capture", on ? "starts" : "stops"));
    else command_call_refuse(call, COMMAND_REFUSED, "%s", problem);
}

void commands_capture_start(void *context, struct command_call *call)
{
    capture_turn(context, call, true);
}

void commands_capture_stop(void *context, struct command_call *call)
{
    capture_turn(context, call, false);
}
