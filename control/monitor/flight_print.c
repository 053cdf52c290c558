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

/* The next event; false: there is none. */
static bool event_print(struct text *out, const struct monitor *monitor, uint64_t *after)
{
    uint64_t newest = monitor_newest(monitor);
    if (newest > FLIGHT_EVENTS && *after < newest - FLIGHT_EVENTS) *after = newest - FLIGHT_EVENTS;
    const struct monitor_told *told = monitor_next(monitor, *after);
    if (!told) return false;
    const struct monitor_event_row *row = &monitor_events[told->event];
    line_append(out, json_pack("{s:s, s:I, s:o, s:s, s:s, s:s, s:o, s:o, s:I}", "record", "event",
                               "number", (json_int_t)told->number, "at", time_of(told->wall_ns),
                               "severity", monitor_severity_name(row->severity), "code", row->code,
                               "phase", phases[told->phase], "of", text_of(told->of), "detail",
                               text_of(told->detail), "alert", (json_int_t)told->alert));
    *after = told->number;
    return true;
}

static bool line_print(struct text *out, const struct flight_lines *lines, uint64_t *at)
{
    if (lines->count > FLIGHT_LINES && *at < lines->count - FLIGHT_LINES)
        *at = lines->count - FLIGHT_LINES;
    if (*at >= lines->count) return false;
    line_append(out, json_pack("{s:s, s:o}", "record", "line", "text",
                               text_of(lines->at[(*at)++ % FLIGHT_LINES])));
    return true;
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

/* How many of how many are below. */
static void part_print(struct text *out, const char *of, uint64_t there, uint64_t room)
{
    line_append(out,
                json_pack("{s:s, s:s, s:I, s:I}", "record", "part", "of", of, "shown",
                          (json_int_t)(there < room ? there : room), "there", (json_int_t)there));
}

static void gateway_print(struct text *out, const struct engine_gateway_view *view)
{
    part_print(out, "order", view->orders, ENGINE_VIEW_ORDERS);
    part_print(out, "position", view->holdings, ENGINE_VIEW_HOLDINGS);
    orders_print(out, view);
}

/* The next line of the exposition that is no comment: a name with labels, a space, a number. */
static bool metric_print(struct text *out, const char *metrics, uint64_t *at)
{
    const char *line = metrics ? metrics + *at : "";
    while (line[0] == '#') {
        line = strchrnul(line, '\n');
        line += *line != 0;
    }
    if (!*line) return false;
    const char *end = strchrnul(line, '\n');
    const char *space = memrchr(line, ' ', (size_t)(end - line));
    if (space)
        line_append(out, json_pack("{s:s, s:s%, s:s%}", "record", "metric", "name", line,
                                   (size_t)(space - line), "value", space + 1,
                                   (size_t)(end - space - 1)));
    *at = (uint64_t)(end - metrics) + (*end != 0);
    return true;
}

/* One step of a part; false: the part is over. */
static bool part_step(struct text *out, const struct flight_source *source,
                      struct flight_walk *walk)
{
    switch (walk->part) {
    case FLIGHT_ALERTS: alerts_print(out, monitor_alerts(source->monitor)); return false;
    case FLIGHT_EVENTS_PART: return event_print(out, source->monitor, &walk->at);
    case FLIGHT_LINES_PART: return line_print(out, source->lines, &walk->at);
    case FLIGHT_GATEWAY:
        if (source->views->has_gateway) gateway_print(out, &source->views->gateway);
        return false;
    case FLIGHT_METRICS: return metric_print(out, source->metrics, &walk->at);
    case FLIGHT_PARTS: break;
    }
    UNREACHABLE("each part is printed");
}

void flight_print_begin(struct text *out, const struct flight_source *source, const char *why,
                        struct flight_walk *walk)
{
    *walk = (struct flight_walk){.part = FLIGHT_ALERTS};
    box_print(out, source->views, why);
}

bool flight_print_step(struct text *out, const struct flight_source *source, uint32_t steps,
                       struct flight_walk *walk)
{
    for (uint32_t i = 0; i < steps && walk->part < FLIGHT_PARTS; i++) {
        if (part_step(out, source, walk)) continue;
        walk->part++;
        walk->at = 0;
    }
    return walk->part < FLIGHT_PARTS;
}
