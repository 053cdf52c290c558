#ifndef CONTROL_METRICS_METRICS_ROWS_H
#define CONTROL_METRICS_METRICS_ROWS_H

/* How a row of a table of counters becomes a family.  For the files of metrics. */

#include "control/metrics/exposition.h"
#include "control/metrics/metrics.h"

/* A counter or a gauge without labels. */
static inline void metrics_one(struct text *out, enum exposition_type type, const char *name,
                               const char *help, uint64_t value)
{
    exposition_family(out, &(struct exposition_family){name, type, help});
    exposition_sample(out, name, NULL, value);
}

/* The head of a family whose samples follow. */
static inline void metrics_head(struct text *out, enum exposition_type type, const char *name,
                                const char *help)
{
    exposition_family(out, &(struct exposition_family){name, type, help});
}

/* A sample with one label. */
static inline void metrics_by(struct text *out, const char *name, const char *label,
                              const char *value, uint64_t number)
{
    struct exposition_labels labels = exposition_of(label, value, NULL);
    exposition_sample(out, name, &labels, number);
}

/* A row (name, help) of the struct that from points to. */
#define METRICS_COUNTER(prefix, name, help, from)                                                  \
    metrics_one(out, EXPOSITION_COUNTER, "pollux_" prefix "_" #name "_total", help, (from)->name);
#define METRICS_GAUGE(prefix, name, help, from)                                                    \
    metrics_one(out, EXPOSITION_GAUGE, "pollux_" prefix "_" #name, help, (from)->name);

/* One of several states: 1 for the one it is in.  more: a label of whose it is, or NULL. */
struct metrics_state {
    const char *name;
    const char *label; /* NULL: the box's */
    const char *of;
    uint64_t now;
    uint32_t count;
    const char *const *text;
};

static inline void metrics_states(struct text *out, const struct metrics_state *state)
{
    for (uint32_t i = 0; i < state->count; i++) {
        struct exposition_labels labels =
            state->label ? exposition_of("state", state->text[i], state->label, state->of, NULL)
                         : exposition_of("state", state->text[i], NULL);
        exposition_sample(out, state->name, &labels, state->now == i);
    }
}

/* Times in seconds: quantiles, sum and count; the family's head is the caller's. */
void metrics_summary(struct text *out, const char *name, const char *label,
                     const struct views_latency *latency);

#endif
