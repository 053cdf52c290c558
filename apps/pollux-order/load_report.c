#include "apps/pollux-order/load.h"

#include <jansson.h>
#include <stdio.h>

/* The numbers of a load, as a table or as one JSON object: made from one list, so that both say the
 * same. */

struct rates {
    double sent;     /* requests a second, from the first to the last that left */
    double answered; /* messages a second, from the first request to the last answer */
};

static uint64_t messages(const struct load *load)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < PORT_KIND_COUNT; i++) sum += load->orders.answers[i];
    return sum;
}

static double rate_of(uint64_t count, nanos_t from, nanos_t to)
{
    return to > from ? (double)count * (double)NANOS_SECOND / (double)(to - from) : 0;
}

static struct rates rates_of(const struct load *load)
{
    /* Between n requests there are n - 1 gaps. */
    uint64_t gaps = load->sent > 1 ? load->sent - 1 : 0;
    return (struct rates){rate_of(gaps, load->start_ns, load->stop_ns),
                          rate_of(messages(load), load->start_ns, load->heard_ns)};
}

/* As a table. */

enum { AT_COUNT = 28, AT_FIRST = 38, WIDTH = 10 };

static void row_say(struct text *out, const char *name, const struct histogram *histogram)
{
    struct histogram_summary all = histogram_summarize(histogram);
    const uint64_t ns[] = {all.p50, all.p90, all.p99, all.p99_9, all.max};
    text_append(out, name);
    size_t start = out->length;
    text_grouped(out, all.count);
    text_right(out, start, AT_COUNT);
    for (uint32_t i = 0; i < ARRAY_COUNT(ns); i++) {
        start = out->length;
        text_ns(out, ns[i]);
        text_right(out, start, AT_FIRST + i * WIDTH);
    }
    text_append_char(out, '\n');
}

static void counts_say(struct text *out, const struct load *load)
{
    const struct load_orders *orders = &load->orders;
    const char *before = "answers: ";
    for (uint32_t i = 0; i < PORT_KIND_COUNT; i++) {
        if (orders->answers[i] == 0) continue;
        text_append(out, before);
        text_grouped(out, orders->answers[i]);
        text_format(out, " %s", port_kind_name((enum port_kind)i));
        before = ", ";
    }
    text_append(out, messages(load) ? "\nrequests: " : "requests: ");
    text_grouped(out, orders->entered);
    text_append(out, " new orders, ");
    text_grouped(out, orders->cancels);
    text_append(out, " cancels, ");
    text_grouped(out, orders->overtaken);
    text_append(out, " of them too late; not answered: ");
    text_grouped(out, orders->unanswered);
    text_append(out, "\nexecuted: ");
    text_grouped(out, orders->shares);
    text_append(out, " shares; open orders left: ");
    text_grouped(out, orders->open_count);
    text_append_char(out, '\n');
    if (orders->full) text_append(out, "the program had no place for more open orders at times\n");
}

static void table_print(const struct load *load)
{
    char bytes[4096];
    struct text out = text_in(bytes, sizeof bytes);
    struct rates rates = rates_of(load);
    text_append(
        &out, "from when it was due     count       p50       p90       p99     p99.9       max\n");
    row_say(&out, "  new order answered", &load->orders.enter_ns);
    row_say(&out, "  cancel answered", &load->orders.cancel_ns);
    row_say(&out, "  request sent", &load->late_ns);
    text_append(&out, "requests a second: ");
    text_grouped(&out, load->options->rate);
    text_append(&out, " wanted, ");
    text_grouped(&out, (uint64_t)(rates.sent + 0.5));
    text_append(&out, " sent; answers a second: ");
    text_grouped(&out, (uint64_t)(rates.answered + 0.5));
    text_append_char(&out, '\n');
    counts_say(&out, load);
    (void)fputs(bytes, stdout);
}

/* As JSON. */

static void put(json_t *object, const char *key, json_t *value)
{
    CHECK(json_object_set_new(object, key, value) == 0);
}

static void put_count(json_t *object, const char *key, uint64_t value)
{
    put(object, key, json_integer((json_int_t)value));
}

static json_t *latency_json(const struct histogram *histogram)
{
    struct histogram_summary all = histogram_summarize(histogram);
    json_t *object = json_object();
    put_count(object, "count", all.count);
    put_count(object, "p50_ns", all.p50);
    put_count(object, "p90_ns", all.p90);
    put_count(object, "p99_ns", all.p99);
    put_count(object, "p99_9_ns", all.p99_9);
    put_count(object, "max_ns", all.max);
    return object;
}

static void json_print(const struct load *load)
{
    const struct load_orders *orders = &load->orders;
    struct rates rates = rates_of(load);
    json_t *object = json_object(), *answers = json_object();
    put(object, "event", json_string("load"));
    put_count(object, "rate_wanted", load->options->rate);
    put(object, "rate_sent", json_real(rates.sent));
    put(object, "rate_answered", json_real(rates.answered));
    put_count(object, "requests", load->sent);
    put_count(object, "new_orders", orders->entered);
    put_count(object, "cancels", orders->cancels);
    put_count(object, "cancels_too_late", orders->overtaken);
    put_count(object, "unanswered", orders->unanswered);
    put_count(object, "shares_executed", orders->shares);
    put_count(object, "open_orders", orders->open_count);
    put(object, "new_order", latency_json(&orders->enter_ns));
    put(object, "cancel", latency_json(&orders->cancel_ns));
    put(object, "send", latency_json(&load->late_ns));
    for (uint32_t i = 0; i < PORT_KIND_COUNT; i++)
        if (orders->answers[i])
            put_count(answers, port_kind_name((enum port_kind)i), orders->answers[i]);
    put(object, "answers", answers);
    CHECK(json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER) == 0);
    (void)putchar('\n');
    json_decref(object);
}

void load_report(const struct load *load)
{
    if (load->options->json) json_print(load);
    else table_print(load);
}
