#include "control/monitor/flight.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A line that does not fit is missing, and so is all that would follow: every line is whole. */
static void line_append(struct text *out, json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT);
    CHECK(line != NULL);
    out->cut |= out->length + strlen(line) + 2 > out->capacity;
    if (!out->cut) {
        text_append(out, line);
        text_append_char(out, '\n');
    }
    free(line);
    json_decref(object);
}

/* Seconds since 1970, UTC, exact. */
static json_t *time_of(nanos_t wall_ns)
{
    char text[32];
    struct text out = text_in(text, sizeof text);
    text_decimal(&out, (int64_t)wall_ns, 9, 9);
    return json_string(text);
}

/* Text of others: what is no UTF-8 becomes empty. */
static json_t *text_of(const char *text)
{
    json_t *string = json_string(text);
    return string ? string : json_string("");
}

static void box_print(struct text *out, const struct views *views, const char *why)
{
    json_t *box =
        json_pack("{s:s, s:s, s:o, s:o, s:o}", "record", "box", "version", views->version, "name",
                  text_of(views->name), "at", time_of(views->wall_ns), "why", text_of(why));
    line_append(out, box);
}

static void alerts_print(struct text *out, const struct alerts *alerts)
{
    for (uint32_t i = 0; i < alerts_listed(alerts); i++) {
        const struct alert *alert = alerts_at(alerts, i);
        const struct monitor_event_row *row = &monitor_events[alert->event];
        line_append(out, json_pack("{s:s, s:I, s:s, s:s, s:o, s:s, s:b, s:I, s:o, s:o}", "record",
                                   "alert", "id", (json_int_t)alert->id, "code", row->code,
                                   "severity", monitor_severity_name(row->severity), "of",
                                   text_of(alert->of), "state", alert_state_name(alert->state),
                                   "holds", alert->holds, "times", (json_int_t)alert->times,
                                   "raised", time_of(alert->raised_ns), "by", text_of(alert->by)));
    }
}

static const char *const phases[] = {[MONITOR_HAPPENED] = "happened",
                                     [MONITOR_BEGAN] = "began",
                                     [MONITOR_BEGAN_AGAIN] = "began again",
                                     [MONITOR_ENDED] = "ended"};

static void events_print(struct text *out, const struct monitor *monitor)
{
    uint64_t newest = monitor_newest(monitor);
    uint64_t after = newest > FLIGHT_EVENTS ? newest - FLIGHT_EVENTS : 0;
    for (const struct monitor_told *told; (told = monitor_next(monitor, after));) {
        const struct monitor_event_row *row = &monitor_events[told->event];
        line_append(out,
                    json_pack("{s:s, s:I, s:o, s:s, s:s, s:s, s:o, s:o, s:I}", "record", "event",
                              "number", (json_int_t)told->number, "at", time_of(told->wall_ns),
                              "severity", monitor_severity_name(row->severity), "code", row->code,
                              "phase", phases[told->phase], "of", text_of(told->of), "detail",
                              text_of(told->detail), "alert", (json_int_t)told->alert));
        after = told->number;
    }
}

static void lines_print(struct text *out, const struct flight_lines *lines)
{
    uint64_t first = lines->count > FLIGHT_LINES ? lines->count - FLIGHT_LINES : 0;
    for (uint64_t i = first; i < lines->count; i++)
        line_append(out, json_pack("{s:s, s:o}", "record", "line", "text",
                                   text_of(lines->at[i % FLIGHT_LINES])));
}

/* Money and quantities are texts: a number of JSON would lose places. */
static json_t *amount_of(int64_t amount)
{
    char text[40];
    struct text out = text_in(text, sizeof text);
    text_qty(&out, amount);
    return json_string(text);
}

static json_t *symbol_of(const char symbol[8])
{
    char text[9];
    memcpy(text, symbol, 8);
    text[8] = 0;
    for (size_t length = strlen(text); length > 0 && text[length - 1] == ' ';) text[--length] = 0;
    return text_of(text);
}

static json_t *venue_of(const struct engine_gateway_view *view, uint64_t venue)
{
    return text_of(venue < ENGINE_VIEW_VENUES ? view->venue[venue].name : "");
}

static void orders_print(struct text *out, const struct engine_gateway_view *view)
{
    for (uint64_t i = 0; i < view->orders && i < ENGINE_VIEW_ORDERS; i++) {
        const struct engine_view_order *order = &view->order[i];
        line_append(out, json_pack("{s:s, s:o, s:o, s:o, s:I, s:s, s:I, s:o, s:o, s:o}", "record",
                                   "order", "strategy", text_of(order->strategy), "symbol",
                                   symbol_of(order->symbol), "venue", venue_of(view, order->venue),
                                   "number", (json_int_t)order->number, "state",
                                   slot_state_name((enum slot_state)order->state), "side",
                                   (json_int_t)order->side, "price", amount_of(order->price),
                                   "total", amount_of(order->total), "cum", amount_of(order->cum)));
    }
    for (uint64_t i = 0; i < view->holdings && i < ENGINE_VIEW_HOLDINGS; i++) {
        const struct engine_view_holding *holding = &view->holding[i];
        line_append(
            out, json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:I}", "record", "position", "strategy",
                           text_of(holding->strategy), "symbol", symbol_of(holding->symbol),
                           "venue", venue_of(view, holding->venue), "position",
                           amount_of(holding->is.position), "profit", amount_of(holding->is.profit),
                           "fills", (json_int_t)holding->is.fills));
    }
}

/* A line of the exposition that is no comment: a name with labels, a space, a number. */
static void metrics_print_lines(struct text *out, const char *metrics)
{
    for (const char *line = metrics; *line;) {
        const char *end = strchrnul(line, '\n');
        const char *space = line[0] == '#' ? NULL : memrchr(line, ' ', (size_t)(end - line));
        if (space)
            line_append(out, json_pack("{s:s, s:s%, s:s%}", "record", "metric", "name", line,
                                       (size_t)(space - line), "value", space + 1,
                                       (size_t)(end - space - 1)));
        line = *end ? end + 1 : end;
    }
}

void flight_print(struct text *out, const struct flight_source *source, const char *why)
{
    box_print(out, source->views, why);
    alerts_print(out, monitor_alerts(source->monitor));
    events_print(out, source->monitor);
    lines_print(out, source->lines);
    if (source->views->has_gateway) orders_print(out, &source->views->gateway);
    if (source->metrics) metrics_print_lines(out, source->metrics);
}
