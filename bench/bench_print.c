/* How results look: JSON lines on stdout, a table and a plot on stderr. */

#include "bench/bench_result.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 30, PLOT_WIDTH = 72 };

static void quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        if ((unsigned char)*text >= ' ') putchar(*text);
    }
    putchar('"');
}

static void pair(const char *key, const char *text)
{
    printf("\"%s\": ", key);
    quoted(text);
    printf(", ");
}

void bench_print_machine(const char *subject, const struct bench_machine *machine)
{
    putchar('{');
    pair("bench", subject);
    pair("kind", "machine");
    pair("cpu", machine->model);
    pair("kernel", machine->kernel);
    pair("version", POLLUX_VERSION);
    pair("compiler", __VERSION__);
    printf("\"cores\": %u, \"tsc_hz\": %llu, \"ghz\": %.2f}\n", machine->cores,
           (unsigned long long)machine->tsc_hz, machine->ghz);
    fflush(stdout);
    fprintf(stderr, "%s on %u cores of %s at %.1f GHz, %s\n", subject, machine->cores,
            machine->model, machine->ghz, machine->kernel);
    fprintf(stderr, "%-*s %9s %9s %9s %9s %9s   ns, one operation\n", NAME_WIDTH, "", "p50", "p90",
            "p99", "p99.9", "max");
    fprintf(stderr, "%-*s %9s %9s %9s %9s %9s   ns per item\n", NAME_WIDTH, "", "min", "median",
            "max", "M/s", "cycles");
}

static const char *const kind_text[] = {"latency", "rate", "ratio"};

static void json(const char *subject, const struct bench_result *r)
{
    putchar('{');
    pair("bench", subject);
    pair("kind", kind_text[r->kind]);
    pair("name", r->name);
    pair("what", r->what);
    if (r->kind == BENCH_LATENCY)
        printf("\"unit\": \"ns\", \"count\": %llu, \"p50\": %llu, \"p90\": %llu, \"p99\": %llu, "
               "\"p99.9\": %llu, \"max\": %llu",
               (unsigned long long)r->ns.count, (unsigned long long)r->ns.p50,
               (unsigned long long)r->ns.p90, (unsigned long long)r->ns.p99,
               (unsigned long long)r->ns.p99_9, (unsigned long long)r->ns.max);
    if (r->kind == BENCH_RATE)
        printf("\"unit\": \"ns\", \"items\": %llu, \"min\": %.2f, \"median\": %.2f, \"max\": %.2f, "
               "\"cycles\": %.1f",
               (unsigned long long)r->items, r->min, r->median, r->max, r->cycles);
    if (r->kind == BENCH_RATIO) printf("\"ratio\": %.3f", r->median);
    if (r->bound > 0)
        printf(", \"bound\": %g, \"kept\": %s", r->bound, r->broken ? "false" : "true");
    printf("}\n");
    fflush(stdout);
}

static void row(const struct bench_result *r)
{
    fprintf(stderr, "%-*s", NAME_WIDTH, r->name);
    if (r->kind == BENCH_LATENCY)
        fprintf(stderr, " %9llu %9llu %9llu %9llu %9llu", (unsigned long long)r->ns.p50,
                (unsigned long long)r->ns.p90, (unsigned long long)r->ns.p99,
                (unsigned long long)r->ns.p99_9, (unsigned long long)r->ns.max);
    if (r->kind == BENCH_RATE)
        fprintf(stderr, " %9.2f %9.2f %9.2f %9.2f %9.1f", r->min, r->median, r->max,
                1e3 / r->median, r->cycles);
    if (r->kind == BENCH_RATIO)
        fprintf(stderr, " %9s %9.3f %9s %9s %9s", "", r->median, "", "", "");
    fprintf(stderr, "   %s", r->what);
    if (r->bound > 0)
        fprintf(stderr, "  [%s %g]", r->broken ? "ABOVE its bound of" : "at most", r->bound);
    fputc('\n', stderr);
}

void bench_print_result(const char *subject, const struct bench_result *result)
{
    json(subject, result);
    row(result);
}

/* Latencies: one line per result over a logarithmic axis.
 *
 *                 10 ns             100 ns             1 us
 *     nothing      |#                 .                  .
 *     spsc         .               5--9--99 . . ~        .            */

static double decade_low(const struct bench_result *results, uint32_t count)
{
    double low = INFINITY;
    for (uint32_t i = 0; i < count; i++)
        if (results[i].kind == BENCH_LATENCY) low = fmin(low, fmax(1, (double)results[i].ns.p50));
    return floor(log10(low));
}

static double decade_high(const struct bench_result *results, uint32_t count)
{
    double high = 10;
    for (uint32_t i = 0; i < count; i++)
        if (results[i].kind == BENCH_LATENCY) high = fmax(high, (double)results[i].ns.p99_9);
    return ceil(log10(high));
}

struct axis {
    double low; /* decimal logarithms */
    double high;
};

static uint32_t column_of(struct axis axis, double ns)
{
    double place = (log10(fmax(ns, 1)) - axis.low) / (axis.high - axis.low);
    return (uint32_t)lround(fmin(fmax(place, 0), 1) * (PLOT_WIDTH - 1));
}

static void axis_print(struct axis axis)
{
    char line[256];
    struct text text = text_in(line, sizeof line);
    for (int decade = (int)axis.low; decade <= (int)axis.high; decade++) {
        text_to_column(&text, NAME_WIDTH + column_of(axis, pow(10, decade)));
        text_ns(&text, (uint64_t)llround(pow(10, decade)));
    }
    fprintf(stderr, "%s\n", line);
}

static void latency_plot(const struct bench_result *r, struct axis axis)
{
    const char *cell[PLOT_WIDTH];
    for (uint32_t i = 0; i < PLOT_WIDTH; i++) cell[i] = " ";
    for (int decade = (int)axis.low; decade <= (int)axis.high; decade++)
        cell[column_of(axis, pow(10, decade))] = "┊";
    uint32_t p50 = column_of(axis, (double)r->ns.p50), p99 = column_of(axis, (double)r->ns.p99);
    uint32_t tail = column_of(axis, (double)r->ns.p99_9);
    for (uint32_t i = p99; i < tail; i++) cell[i] = "╌";
    for (uint32_t i = p50; i < p99; i++) cell[i] = "━";
    if (r->bound > 0) cell[column_of(axis, r->bound)] = "▏";
    cell[tail] = "╴";
    cell[p99] = "◆";
    cell[column_of(axis, (double)r->ns.p90)] = "◇";
    cell[p50] = "●";
    fprintf(stderr, "%-*s", NAME_WIDTH, r->name);
    for (uint32_t i = 0; i < PLOT_WIDTH; i++) fputs(cell[i], stderr);
    fputc('\n', stderr);
}

/* Rates: bars from zero, the bound as a mark. */
static void rate_plot(const struct bench_result *r, double longest)
{
    double scale = (PLOT_WIDTH - 12) / longest;
    uint32_t length = (uint32_t)lround(r->median * scale),
             bound = (uint32_t)lround(r->bound * scale);
    fprintf(stderr, "%-*s", NAME_WIDTH, r->name);
    for (uint32_t i = 0; i <= PLOT_WIDTH - 12; i++) {
        const char *mark = i < length ? "█" : " ";
        if (r->bound > 0 && i == bound) mark = "┃";
        fputs(mark, stderr);
    }
    fprintf(stderr, " %.2f\n", r->median);
}

void bench_print_plot(const struct bench_result *results, uint32_t count)
{
    struct axis axis = {decade_low(results, count), decade_high(results, count)};
    double longest = 0;
    for (uint32_t i = 0; i < count; i++)
        if (results[i].kind == BENCH_RATE)
            longest = fmax(longest, fmax(results[i].median, results[i].bound));

    if (isfinite(axis.low) && axis.high > axis.low) {
        fprintf(stderr, "\none operation: ● p50  ◇ p90  ◆ p99  ╴ p99.9  ▏ bound\n");
        axis_print(axis);
        for (uint32_t i = 0; i < count; i++)
            if (results[i].kind == BENCH_LATENCY) latency_plot(&results[i], axis);
    }
    if (longest > 0) {
        fprintf(stderr, "\nns per item, median: ┃ bound\n");
        for (uint32_t i = 0; i < count; i++)
            if (results[i].kind == BENCH_RATE) rate_plot(&results[i], longest);
    }
}
