#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

/* What the product claims about speed, measured so that somebody else can measure it again.
 *
 *     int main(int argc, char **argv)
 *     {
 *         bench_open("queue", argc, argv);               machine line, then the floor: "nothing"
 *         bench_latency("log_write", "one event into a ring", write_one, 1000000);
 *         bench_rate(&(struct bench_rate){.name = "book_hot", .what = "...", .items = 5000000,
 *                                         .prepare = rewind, .run = replay, .bound_ns = 20});
 *         bench_ratio("sparse_to_dense", "...", bench_median("book_sparse"),
 *                     bench_median("book_hot"), 1.05);
 *         return bench_close();                              table, plot; 1 if a bound is broken
 *     }
 *
 * Results go to stdout, one JSON object per line; the table and the plot for people go to stderr.
 * bench/plot.py draws an SVG of the same lines.  Every program takes
 *
 *     --quick        a tenth of the operations and three rounds, to see that it runs
 *     --count        instead of times: instructions, under callgrind (bench_counted)
 *     --only WORD    results whose name contains WORD
 *     --check        broken bounds (bound_ns) fail too, not only ratios: for a quiet machine
 *
 * Latencies time every operation alone, with the counter fenced on both sides; the cost of an empty
 * span is the first line, never subtracted.  Percentiles come from a histogram (base/histogram.h)
 * of ticks: p50 p90 p99 p99.9 max.  Throughput is the thread's time in a whole run by its items:
 * the median of several rounds, with the best and the worst beside it, and the median in cycles of
 * the core that ran it. */

#include "dataplane/base/base.h"
#include "dataplane/base/clock_setup.h"
#include "dataplane/base/histogram.h"

void bench_open(const char *subject, int argc, char **argv);
int bench_close(void);

/* One operation at a time. */

struct bench_span {
    uint64_t begin_tsc;
    uint64_t end_tsc;
    uint64_t turn; /* 0, 1, 2, ...: which operation this is, warm-up included */
};

static inline void bench_begin(struct bench_span *span)
{
    _mm_lfence();
    span->begin_tsc = __rdtsc();
    _mm_lfence();
}

static inline void bench_end(struct bench_span *span)
{
    unsigned core;
    span->end_tsc = __rdtscp(&core);
    _mm_lfence();
}

typedef void bench_operation_fn(struct bench_span *span);

/* Runs operation count / 10 + count times on this core; the first tenth is warm-up. */
void bench_latency(const char *name, const char *what, bench_operation_fn *operation,
                   uint64_t count);

/* Latencies somebody else measured, in ticks: between cores, say.  p50_bound_ns 0: no bound. */
void bench_distribution(const char *name, const char *what, const struct histogram *ticks,
                        uint64_t p50_bound_ns);

/* Many items at once. */

typedef void bench_run_fn(void *context);

struct bench_rate {
    const char *name;
    const char *what;
    uint64_t items;        /* one run works through so many */
    uint32_t rounds;       /* 0 means 5; the first of them is preceded by one unmeasured run */
    bench_run_fn *prepare; /* before each run, not timed; may be NULL */
    bench_run_fn *run;
    void *context;
    double bound_ns; /* per item, for the median; 0 for none */
};

void bench_rate(const struct bench_rate *rate);

/* Rounds measured elsewhere, in nanoseconds per item. */
void bench_rounds(const struct bench_rate *rate, const double *ns_per_item, uint32_t rounds);

/* Medians of earlier results of this program, in ns: p50 of a latency.  NAN if there is none. */
double bench_median(const char *name);

/* A bound that noise of the machine cannot decide: two figures of one run against each other. */
void bench_ratio(const char *name, const char *what, double figure, double reference,
                 double at_most);

/* The same for figures measured in turn, round by round: the median of the rounds' ratios.  Where a
 * machine changes its mind between two rounds (virtual cores moved, a neighbour woke up), most
 * rounds still compare like with like. */
void bench_ratio_rounds(const char *name, const char *what, const double *figures,
                        const double *references, uint32_t rounds, double at_most);

/* Instructions.  Does something only with --count, under valgrind --tool=callgrind
 * --instr-atstart=no; then prepare runs uncounted, run counted once, and callgrind writes one dump
 * named after the result.  bench/count.py starts valgrind, reads the dumps, divides by items and
 * compares with what is recorded.  Times are not measured then. */
bool bench_counting(void);
void bench_counted(const struct bench_rate *rate);
/* Within run: what comes between the two is not counted. */
void bench_count_pause(void);
void bench_count_resume(void);

/* The machine's clock, calibrated by bench_open. */
const struct clock *bench_clock(void);

/* Cycles a nanosecond of the core this thread is on, now: of additions that wait for each other,
 * one a cycle on every machine, the best of some microseconds.  Machines turn their clocks up and
 * down, and the counter does not: two figures of different machines are compared in cycles. */
double bench_ghz(void);

bool bench_quick(void);

/* The calling thread's own time in ns: what a neighbour on its processor takes does not count. */
double bench_thread_ns(void);

/* Zeroed memory on large pages where there are any; never NULL.  Up to 4 GiB it is there at once,
 * as the appliance's is; what is larger is given pages as it is touched. */
void *bench_space(size_t bytes);

/* Whether --only leaves this result in: for programs whose set-up of it is costly. */
bool bench_wanted(const char *name);

/* Pins the calling thread to the count-th usable core; false if there is no such core. */
MUST_USE bool bench_pin(uint32_t core);
uint32_t bench_cores(void);

#endif
