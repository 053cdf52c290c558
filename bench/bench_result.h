#ifndef BENCH_BENCH_RESULT_H
#define BENCH_BENCH_RESULT_H

/* What bench.c has measured and bench_print.c shows.  Private to the two. */

#include "bench/bench.h"

#define BENCH_RESULTS_MAX 128u
#define BENCH_ROUNDS_MAX  64u

enum bench_kind { BENCH_LATENCY, BENCH_RATE, BENCH_RATIO };

struct bench_result {
    char name[64];
    char what[160];
    enum bench_kind kind;
    struct histogram_summary ns; /* BENCH_LATENCY */
    double min;                  /* BENCH_RATE: ns per item; BENCH_RATIO: all three are the ratio */
    double median;
    double max;
    double cycles; /* BENCH_RATE: the median, by the core's clock then; 0: not known */
    uint64_t items;
    double bound; /* of p50, median or ratio; 0 for none */
    bool broken;
};

struct bench_machine {
    char model[128];
    char kernel[128];
    uint32_t cores;
    uint64_t tsc_hz;
    double ghz; /* the clock of the core it runs on, now */
};

void bench_print_machine(const char *subject, const struct bench_machine *machine);

/* One JSON object on stdout, one row of the table on stderr. */
void bench_print_result(const char *subject, const struct bench_result *result);

/* The plot, on stderr. */
void bench_print_plot(const struct bench_result *results, uint32_t count);

#endif
