#ifndef DATAPLANE_STRATEGY_PARAMETERS_H
#define DATAPLANE_STRATEGY_PARAMETERS_H

/* Parameters of strategies: pairs of texts in, one struct of numbers out, or a sentence.
 *
 *     static const struct parameter_row rows[] = {
 *         {"size", PARAMETER_QTY, "100", 1, PARAMETER_QTY_MAX, OFFSET(size), "at once", {0}},
 *         {"last", PARAMETER_PRICE, NULL, 1, PARAMETER_PRICE_MAX, OFFSET(last), "no further", {0}},
 *     };
 *     const struct parameter_table mine_parameters = {"mine", rows, ARRAY_COUNT(rows)};
 *
 *     parameters_read(&mine_parameters, given, &settings, problem, capacity)
 *
 * A row is a parameter and its documentation: README.md holds the same rows.  All is read or
 * nothing; what is unknown, given twice, missing, no such value or out of its bounds is refused by
 * name, value and bound.  Numbers are whole in their own units; there is no floating point.
 *
 * Cold.  Threads: any.  Memory: the caller's. */

#include "dataplane/base/text.h"
#include "dataplane/strategy/delegate.h"

#define PARAMETER_PRICE_MAX    ((int64_t)1000000000 * PRICE_ONE)
#define PARAMETER_QTY_MAX      ((int64_t)1000000000 * QTY_ONE)
#define PARAMETER_PPM_MAX      ((int64_t)1000000)
#define PARAMETER_DURATION_MAX ((int64_t)(7 * 86400 * NANOS_SECOND))
#define PARAMETER_TICKS_MAX    ((int64_t)1000000)
#define PARAMETER_RUNGS_MAX    32u
#define PARAMETER_PRICES_MAX   64u
#define PARAMETER_CHOICES_MAX  8u

/* clang-format off */
#define PARAMETER_KINDS(X)                                                             \
    X(PARAMETER_COUNT,    count,    "a whole number",                  int64_t)         \
    X(PARAMETER_PRICE,    price,    "a price like 0.01",               int64_t)         \
    X(PARAMETER_QTY,      quantity, "a quantity like 100 or 0.5",      int64_t)         \
    X(PARAMETER_PERCENT,  percent,  "a part like 12.5%",               int64_t)         \
    X(PARAMETER_DURATION, duration, "a time like 5ms, 2s or 1h",       int64_t)         \
    X(PARAMETER_CHOICE,   choice,   "one of a few words",              int64_t)         \
    X(PARAMETER_DISTANCE, distance, "a price like 0.01, or ticks like 2t", struct distance) \
    X(PARAMETER_RUNGS,    rungs,    "distances and quantities like 0.01:100, 2t:200", struct rungs) \
    X(PARAMETER_PRICES,   prices,   "prices like 100, 20.5",           struct prices)
/* clang-format on */

#define PARAMETER_KIND_ENUM(kind, name, text, type) kind,
enum parameter_kind { PARAMETER_KINDS(PARAMETER_KIND_ENUM) PARAMETER_KIND_COUNT };

/* What is asked for in ticks is known in prices only where the instrument's tick is. */
struct distance {
    int64_t value; /* of price_t, or of ticks */
    bool ticks;
};

static inline price_t distance_price(struct distance distance, price_t tick)
{
    return distance.ticks ? distance.value * tick : distance.value;
}

struct rung {
    struct distance offset;
    qty_t qty;
};

struct rungs {
    uint32_t count;
    struct rung at[PARAMETER_RUNGS_MAX];
};

struct prices {
    uint32_t count;
    price_t at[PARAMETER_PRICES_MAX];
};

/* A percentage is in ppm (12.5% is 125 000), a duration in nanoseconds, a choice the place of its
 * word in words, from 0. */
struct parameter_row {
    const char *name;
    enum parameter_kind kind;
    const char *standard; /* as in a configuration; NULL: must be given; "": all zero */
    int64_t low, high;    /* of every number of the value; of ticks: high is PARAMETER_TICKS_MAX */
    size_t offset;        /* where the value goes in the struct of settings */
    const char *sentence;
    const char *words[PARAMETER_CHOICES_MAX]; /* of a choice */
};

struct parameter_table {
    const char *strategy;
    const struct parameter_row *row;
    uint32_t rows;
};

/* Reads given into settings: all rows, with what is standard.  False and a sentence, and settings
 * is then of no use.  problem may be NULL if capacity is 0. */
MUST_USE bool parameters_read(const struct parameter_table *table,
                              const struct delegate_parameters *given, void *settings,
                              char *problem, size_t capacity);

/* False, and a sentence: parameter name of the strategy, its value as given or standard, and why.
 * For rules between parameters. */
bool parameters_refuse(const struct parameter_table *table, const struct delegate_parameters *given,
                       const char *name, const char *why, char *problem, size_t capacity);

/* Whether a parameter was given. */
bool parameters_given(const struct delegate_parameters *given, const char *name);

/* One value as text, or false.  The parts of the above, for specs and for other tables. */
MUST_USE bool parameter_read(const struct parameter_row *row, const char *value, void *into);
const char *parameter_kind_text(enum parameter_kind kind);
void parameter_print_bound(struct text *text, const struct parameter_row *row, int64_t bound);

#endif
