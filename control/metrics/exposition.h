#ifndef CONTROL_METRICS_EXPOSITION_H
#define CONTROL_METRICS_EXPOSITION_H

/* Writes Prometheus's text format, version 0.0.4: families of samples.
 *
 *     exposition_family(out, &(struct exposition_family){"pollux_gate_frame_total",
 *                                                        EXPOSITION_COUNTER, "Frames taken"});
 *     exposition_sample(out, "pollux_gate_frame_total", NULL, 0, view->frame);
 *
 *     # HELP pollux_gate_frame_total Frames taken
 *     # TYPE pollux_gate_frame_total counter
 *     pollux_gate_frame_total 123
 *
 * All samples of a family follow its head at once.  What does not fit is cut, and out->cut says so:
 * such a text must not be given to anyone.
 *
 * Label values are escaped; their bytes beyond ASCII become '?', because one that is no UTF-8
 * would spoil the whole scrape.
 *
 * Cold.  Threads: one.  Source: "Exposition formats", Prometheus documentation. */

#include "dataplane/base/text.h"

#define EXPOSITION_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define EXPOSITION_LABELS_MAX   4u

/* clang-format off */
#define EXPOSITION_TYPES(X)                                                            \
    X(EXPOSITION_COUNTER, counter)                                                     \
    X(EXPOSITION_GAUGE,   gauge)                                                       \
    X(EXPOSITION_SUMMARY, summary)
/* clang-format on */

#define EXPOSITION_TYPE_ENUM(type, name) type,
enum exposition_type { EXPOSITION_TYPES(EXPOSITION_TYPE_ENUM) EXPOSITION_TYPE_COUNT };

struct exposition_family {
    const char *name;
    enum exposition_type type;
    const char *help;
};

struct exposition_label {
    const char *name;
    const char *value;
};

struct exposition_labels {
    uint32_t count;
    struct exposition_label at[EXPOSITION_LABELS_MAX];
};

/* exposition_of("venue", "box", NULL): pairs. */
struct exposition_labels exposition_of(const char *name, const char *value, ...)
    __attribute__((sentinel));

void exposition_family(struct text *out, const struct exposition_family *family);

/* One sample; labels may be NULL. */
void exposition_sample(struct text *out, const char *name, const struct exposition_labels *labels,
                       uint64_t value);

/* The same of a number with so many decimal places: 1500000 with 9 is 0.0015. */
void exposition_decimal(struct text *out, const char *name, const struct exposition_labels *labels,
                        int64_t value, uint32_t places);

#endif
