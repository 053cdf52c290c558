#include "bench/bench.h"

#include "bench/bench_result.h"
#include "dataplane/base/pages_setup.h"

#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#if __has_include(<valgrind/callgrind.h>)
#    include <valgrind/callgrind.h>
#    define COUNTING_POSSIBLE RUNNING_ON_VALGRIND
#else
#    define COUNTING_POSSIBLE 0
#    define CALLGRIND_START_INSTRUMENTATION
#    define CALLGRIND_STOP_INSTRUMENTATION
#    define CALLGRIND_TOGGLE_COLLECT
#    define CALLGRIND_ZERO_STATS
#    define CALLGRIND_DUMP_STATS_AT(name)
#endif

/* One program measures one subject; everything it has found is in results[0..result_count). */

#define ROUNDS_USUAL   5u
#define ROUNDS_QUICK   3u
#define CALIBRATION_NS (100 * NANOS_MILLI)
#define SPACE_MADE_MAX (4ul << 30)

static const char *subject;
static const char *only;
static bool quick, counting, checking;
static struct clock machine_clock;
static cpu_set_t usable;
static struct bench_result results[BENCH_RESULTS_MAX];
static uint32_t result_count;

static void nothing(struct bench_span *span)
{
    bench_begin(span);
    bench_end(span);
}

static void machine_describe(struct bench_machine *machine)
{
    *machine = (struct bench_machine){
        .cores = bench_cores(), .tsc_hz = machine_clock.hz, .ghz = bench_ghz()};
    struct utsname names;
    if (uname(&names) == 0)
        snprintf(machine->kernel, sizeof machine->kernel, "%.20s %.100s", names.sysname,
                 names.release);
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "model name : %127[^\n]", machine->model) == 1) break;
    if (file) fclose(file);
}

static _Noreturn void usage(int status)
{
    fprintf(status ? stderr : stdout,
            "usage: bench_%s [--quick] [--count] [--check] [--only WORD]\n"
            "Results as JSON lines on stdout, table and plot on stderr.\n"
            "  --quick      a tenth of the operations, %u rounds\n"
            "  --count      instructions instead of times; started by bench/count.py\n"
            "  --check      a broken bound in nanoseconds fails too, not only a broken ratio\n"
            "  --only WORD  results whose name contains WORD\n",
            subject, ROUNDS_QUICK);
    exit(status);
}

static void options_read(int argc, char **argv)
{
    static const struct option options[] = {
        {"quick", no_argument, NULL, 'q'}, {"count", no_argument, NULL, 'c'},
        {"check", no_argument, NULL, 'k'}, {"only", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},  {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'q': quick = true; break;
        case 'c': counting = true; break;
        case 'k': checking = true; break;
        case 'o': only = optarg; break;
        case 'h': usage(0);
        default: usage(2);
        }
    }
    if (optind < argc) usage(2);
}

void bench_open(const char *name, int argc, char **argv)
{
    subject = name;
    options_read(argc, argv);
    if (counting && !COUNTING_POSSIBLE) {
        fprintf(stderr, "bench_%s: --count counts under valgrind only; run bench/count.py.\n",
                subject);
        exit(2);
    }
    CHECK(sched_getaffinity(0, sizeof usable, &usable) == 0);
    char problem[512];
    struct text problems = text_in(problem, sizeof problem);
    if (!clock_calibrate(&machine_clock, CALIBRATION_NS, &problems)) {
        fputs(problem, stderr);
        exit(2);
    }
    if (counting) return;
    struct bench_machine machine;
    machine_describe(&machine);
    bench_print_machine(subject, &machine);
    bench_latency("nothing", "an empty span, the floor of every other line", nothing, 1000000);
}

int bench_close(void)
{
    if (counting) return 0;
    bench_print_plot(results, result_count);
    int status = 0;
    for (uint32_t i = 0; i < result_count; i++) {
        if (!results[i].broken) continue;
        bool fails = checking || results[i].kind == BENCH_RATIO;
        fprintf(stderr, "%s: %s is above its bound of %g\n", fails ? "FAIL" : "note",
                results[i].name, results[i].bound);
        if (fails) status = 1;
    }
    return status;
}

static struct bench_result *result_new(const char *name, const char *what, enum bench_kind kind)
{
    CHECK(result_count < BENCH_RESULTS_MAX);
    struct bench_result *result = &results[result_count++];
    *result = (struct bench_result){.kind = kind};
    snprintf(result->name, sizeof result->name, "%s", name);
    snprintf(result->what, sizeof result->what, "%s", what);
    return result;
}

bool bench_wanted(const char *name)
{
    return !only || strstr(name, only) || strcmp(name, "nothing") == 0;
}

/* One operation at a time. */

void bench_latency(const char *name, const char *what, bench_operation_fn *operation,
                   uint64_t count)
{
    if (counting || !bench_wanted(name)) return;
    static struct histogram ticks;
    histogram_clear(&ticks);
    if (quick) count = count / 10 + 1;
    struct bench_span span = {0};
    uint64_t warm_up = count / 10;
    for (span.turn = 0; span.turn < warm_up + count; span.turn++) {
        operation(&span);
        if (span.turn >= warm_up) histogram_record_span(&ticks, span.begin_tsc, span.end_tsc);
    }
    bench_distribution(name, what, &ticks, 0);
}

void bench_distribution(const char *name, const char *what, const struct histogram *ticks,
                        uint64_t p50_bound_ns)
{
    if (counting || !bench_wanted(name)) return;
    struct bench_result *result = result_new(name, what, BENCH_LATENCY);
    result->ns = histogram_summarize(ticks);
    histogram_summary_to_ns(&result->ns, &machine_clock);
    result->bound = (double)p50_bound_ns;
    result->broken = p50_bound_ns > 0 && result->ns.p50 > p50_bound_ns;
    bench_print_result(subject, result);
}

/* Many items at once. */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_thread_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

void *bench_space(size_t bytes)
{
    void *space = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(space != MAP_FAILED);
    (void)madvise(space, bytes, MADV_HUGEPAGE);
    /* By stores: as the guest of another system a page has memory behind it only then. */
    for (size_t at = 0; bytes <= SPACE_MADE_MAX && at < bytes; at += PAGE_BYTES)
        *((volatile uint8_t *)space + at) = 0;
    return space;
}

static double run_once(const struct bench_rate *rate)
{
    if (rate->prepare) rate->prepare(rate->context);
    double begin_ns = bench_thread_ns();
    rate->run(rate->context);
    return (bench_thread_ns() - begin_ns) / (double)rate->items;
}

void bench_rate(const struct bench_rate *rate)
{
    if (!bench_wanted(rate->name)) return;
    if (counting) return bench_counted(rate);
    uint32_t rounds = rate->rounds ? rate->rounds : ROUNDS_USUAL;
    if (quick && rounds > ROUNDS_QUICK) rounds = ROUNDS_QUICK;
    CHECK(rounds <= BENCH_ROUNDS_MAX);
    double ns_per_item[BENCH_ROUNDS_MAX];
    run_once(rate);
    for (uint32_t i = 0; i < rounds; i++) ns_per_item[i] = run_once(rate);
    bench_rounds(rate, ns_per_item, rounds);
}

void bench_rounds(const struct bench_rate *rate, const double *ns_per_item, uint32_t rounds)
{
    if (counting || !bench_wanted(rate->name)) return;
    CHECK(rounds > 0);
    CHECK(rounds <= BENCH_ROUNDS_MAX);
    double sorted[BENCH_ROUNDS_MAX];
    memcpy(sorted, ns_per_item, rounds * sizeof *sorted);
    qsort(sorted, rounds, sizeof *sorted, by_value);
    struct bench_result *result = result_new(rate->name, rate->what, BENCH_RATE);
    result->min = sorted[0];
    result->median = (sorted[(rounds - 1) / 2] + sorted[rounds / 2]) / 2;
    result->max = sorted[rounds - 1];
    result->cycles = result->median * bench_ghz();
    result->items = rate->items;
    result->bound = rate->bound_ns;
    result->broken = rate->bound_ns > 0 && result->median > rate->bound_ns;
    bench_print_result(subject, result);
}

double bench_median(const char *name)
{
    for (uint32_t i = 0; i < result_count; i++)
        if (strcmp(results[i].name, name) == 0)
            return results[i].kind == BENCH_LATENCY ? (double)results[i].ns.p50 : results[i].median;
    return NAN;
}

void bench_ratio(const char *name, const char *what, double figure, double reference,
                 double at_most)
{
    /* NAN where --only has left out one of the two. */
    if (counting || !bench_wanted(name) || isnan(figure) || isnan(reference)) return;
    struct bench_result *result = result_new(name, what, BENCH_RATIO);
    result->min = result->median = result->max = figure / reference;
    result->bound = at_most;
    result->broken = !(result->median <= at_most);
    bench_print_result(subject, result);
}

void bench_ratio_rounds(const char *name, const char *what, const double *figures,
                        const double *references, uint32_t rounds, double at_most)
{
    CHECK(rounds > 0);
    CHECK(rounds <= BENCH_ROUNDS_MAX);
    double ratios[BENCH_ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++) ratios[i] = figures[i] / references[i];
    qsort(ratios, rounds, sizeof *ratios, by_value);
    bench_ratio(name, what, ratios[(rounds - 1) / 2], 1, at_most);
}

/* Instructions. */

bool bench_counting(void)
{
    return counting;
}

void bench_counted(const struct bench_rate *rate)
{
    if (!counting || !bench_wanted(rate->name)) return;
    if (rate->prepare) rate->prepare(rate->context);
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    rate->run(rate->context);
    CALLGRIND_DUMP_STATS_AT(rate->name);
    CALLGRIND_STOP_INSTRUMENTATION;
    printf("{\"bench\": \"%s\", \"kind\": \"count\", \"name\": \"%s\", \"items\": %llu}\n", subject,
           rate->name, (unsigned long long)rate->items);
    fflush(stdout);
}

void bench_count_pause(void)
{
    if (counting) CALLGRIND_TOGGLE_COLLECT;
}

void bench_count_resume(void)
{
    if (counting) CALLGRIND_TOGGLE_COLLECT;
}

/* The machine. */

const struct clock *bench_clock(void)
{
    return &machine_clock;
}

/* Four additions, each of the last one's sum to itself: of a constant, some cores do several at
 * once. */
#define ADD_FOUR "add %0, %0\n\tadd %0, %0\n\tadd %0, %0\n\tadd %0, %0\n\t"

double bench_ghz(void)
{
    enum { TRIES = 16, TURNS = 2000, ADDITIONS = 16 };
    uint64_t best = UINT64_MAX, sum = 1;
    for (int i = 0; i < TRIES; i++) {
        uint64_t begin = __rdtsc();
        for (int turn = 0; turn < TURNS; turn++)
            __asm__ volatile(ADD_FOUR ADD_FOUR ADD_FOUR ADD_FOUR : "+r"(sum));
        uint64_t span = __rdtsc() - begin;
        if (span < best) best = span;
    }
    double ns = (double)best * 1e9 / (double)machine_clock.hz;
    return TURNS * ADDITIONS / ns;
}

bool bench_quick(void)
{
    return quick;
}

uint32_t bench_cores(void)
{
    return (uint32_t)CPU_COUNT(&usable);
}

bool bench_pin(uint32_t core)
{
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &usable) || core-- > 0) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        return pthread_setaffinity_np(pthread_self(), sizeof one, &one) == 0;
    }
    return false;
}
