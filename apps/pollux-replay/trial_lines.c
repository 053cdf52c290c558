#include "apps/pollux-replay/trial.h"

#include <inttypes.h>

/* --reports: what went over the wire, and every row of the drop copy, a JSON object a line.  Times
 * are nanoseconds since the venue's midnight; prices and quantities decimal text. */

static void decimal_add(struct text *out, const char *key, int64_t value)
{
    text_format(out, ", \"%s\": \"", key);
    text_price(out, value);
    text_append_char(out, '"');
}

static void line_end(struct trial *trial, struct text *out)
{
    text_append(out, "}\n");
    fputs(out->bytes, trial->lines);
}

void trial_line_bytes(struct trial *trial, const char *way, const uint8_t *bytes, uint32_t length,
                      nanos_t at)
{
    char line[128 + 2 * ENTRY_MESSAGE_MAX];
    if (!trial->lines) return;
    struct text out = text_in(line, sizeof line);
    text_format(&out, "{\"at\": %" PRIu64 ", \"%s\": \"", at, way);
    for (uint32_t i = 0; i < length; i++) text_format(&out, "%02x", bytes[i]);
    text_append_char(&out, '"');
    line_end(trial, &out);
}

void trial_line_gap(struct trial *trial, const struct channel_gap *gap, nanos_t at)
{
    char line[256];
    if (!trial->lines) return;
    struct text out = text_in(line, sizeof line);
    text_format(&out, "{\"at\": %" PRIu64 ", \"gap\": [%" PRIu64 ", %" PRIu64 "]", at, gap->first,
                gap->end - 1);
    line_end(trial, &out);
}

void trial_line_report(struct trial *trial, const struct gateway_report *report)
{
    const struct gateway_plan *plan = &trial->setup.plan;
    char line[1024], symbol[9] = "";
    if (!trial->lines) return;
    struct text out = text_in(line, sizeof line);
    text_format(&out, "{\"at\": %" PRIu64 ", \"report\": \"%s\", \"number\": %" PRIu64, trial->now,
                gateway_report_name((enum gateway_report_kind)report->kind), report->number);
    if (report->strategy < plan->strategies)
        text_format(&out, ", \"strategy\": \"%s\"", plan->strategy[report->strategy].name);
    if (report->symbol < plan->symbols) {
        trial_symbol_text(symbol, plan->symbol[report->symbol].name);
        for (char *at = symbol; *at; at++)
            if (*at == '"' || *at == '\\') *at = '?';
        text_format(&out, ", \"symbol\": \"%s\"", symbol);
    }
    text_format(&out, ", \"order\": %" PRIu64 ", \"side\": \"%s\"", report->order,
                report->side == SIDE_BUY ? "buy" : "sell");
    decimal_add(&out, "price", report->price);
    decimal_add(&out, "qty", report->qty);
    decimal_add(&out, "cum", report->cum);
    decimal_add(&out, "leaves", report->leaves);
    text_format(&out, ", \"reason\": %u", report->reason);
    if (report->kind == COPY_REFUSED)
        text_format(&out, ", \"limit\": \"%s\"",
                    risk_verdict_name((enum risk_verdict)report->reason));
    line_end(trial, &out);
}
