/* What a decision costs: from a market handed to the dispatcher to the return of decide().
 *
 * The delegate is the tally, and all its parts change: a new quote with every value and a trade
 * with every fourth.  One instrument is the cost of the code; 8,000 drawn by chance, the cost of
 * memory beside it. */

#include "bench/bench.h"
#include "dataplane/route/dispatch.h"
#include "dataplane/strategy/tally.h"

#include <stdlib.h>

enum {
    INSTRUMENTS = 8192,
    VALUES = 65536,
    SUBSCRIBERS_MAX = 16,
    BURST = 64,
    AHEAD = 64,
    PASSES = 16
};

static struct dispatch *dispatch;
static struct market *values; /* [VALUES] */
static uint32_t numbers[SUBSCRIBERS_MAX];

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    return memory;
}

/* subscribers delegates, each of them subscribed to every instrument. */
static void dispatch_open(uint32_t instruments, uint32_t subscribers)
{
    static const struct delegate_parameters none;
    struct dispatch_limits limits = {.instruments = INSTRUMENTS,
                                     .delegates = SUBSCRIBERS_MAX,
                                     .subscriptions = INSTRUMENTS * subscribers,
                                     .messages = 16};
    free(dispatch);
    dispatch = dispatch_new(memory_new(dispatch_footprint(&limits)), &limits);
    for (uint32_t i = 0; i < subscribers; i++) {
        struct dispatch_identity identity = {.name = {(char)('a' + i)}};
        void *tally = tally_kind.build(memory_new(tally_kind.footprint(&none)), &none);
        enum dispatch_status status =
            dispatch_add(dispatch, &identity, &tally_kind, tally, &numbers[i]);
        CHECK(status == DISPATCH_OK);
        for (uint32_t k = 0; k < instruments; k++) {
            status = dispatch_subscribe(dispatch, numbers[i], k);
            CHECK(status == DISPATCH_OK);
        }
    }
}

/* Values of instruments drawn by chance. */
static void values_draw(uint32_t instruments)
{
    uint64_t state = 1;
    for (uint32_t i = 0; i < VALUES; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        values[i] = (struct market){.bid = (price_t)(state >> 40),
                                    .ask = (price_t)(state >> 40) + 100,
                                    .bid_qty = 100,
                                    .ask_qty = 100,
                                    .volume = i / 4,
                                    .trades = i / 4,
                                    .instrument = (uint16_t)((state >> 33) % instruments)};
    }
}

/* The next value, with totals that never fall.  They are written long before they are read: a load
 * right behind the store would wait for it, and measure nothing of ours. */
static const struct market *value_at(uint64_t turn)
{
    uint64_t later = turn + AHEAD;
    struct market *value = &values[later % VALUES];
    value->volume = later / 4;
    value->trades = (uint32_t)(later / 4);
    return &values[turn % VALUES];
}

static uint64_t pass; /* values given since the dispatcher was opened */

static void decide_each(void *context)
{
    (void)context;
    for (uint32_t i = 0; i < VALUES * PASSES; i++) {
        dispatch_market(dispatch, value_at(pass++));
        while (dispatch_next(dispatch, pass) != DISPATCH_NONE) {
        }
    }
}

static void decide_bursts(void *context)
{
    (void)context;
    for (uint32_t i = 0; i < VALUES * PASSES / BURST; i++) {
        for (uint32_t k = 0; k < BURST; k++) dispatch_market(dispatch, value_at(pass++));
        while (dispatch_next(dispatch, pass) != DISPATCH_NONE) {
        }
    }
}

static void conflate_all(void *context)
{
    (void)context;
    for (uint32_t i = 0; i < VALUES * PASSES; i++) dispatch_market(dispatch, value_at(pass++));
}

static void report_each(void *context)
{
    (void)context;
    struct message report = {.kind = REPORT_FILLED};
    for (uint32_t i = 0; i < VALUES * PASSES; i++) {
        enum dispatch_status status = dispatch_report(dispatch, numbers[0], &report);
        CHECK(status == DISPATCH_OK);
        (void)dispatch_next(dispatch, i);
    }
}

static void one_value(struct bench_span *span)
{
    const struct market *value = value_at(pass++);
    bench_begin(span);
    dispatch_market(dispatch, value);
    (void)dispatch_next(dispatch, pass);
    bench_end(span);
}

static void open_case(uint32_t instruments, uint32_t subscribers)
{
    pass = 0;
    values_draw(instruments);
    dispatch_open(instruments, subscribers);
}

static void decisions(const char *name, const char *what, uint32_t instruments,
                      uint32_t subscribers, bench_run_fn *run, double bound_ns)
{
    open_case(instruments, subscribers);
    struct bench_rate rate = {
        .name = name, .what = what, .items = VALUES * PASSES, .run = run, .bound_ns = bound_ns};
    bench_rate(&rate);
}

int main(int argc, char **argv)
{
    bench_open("dispatch", argc, argv);
    values = memory_new(VALUES * sizeof *values);
    open_case(1, 1);
    bench_latency("dispatch_one", "one value to the return of decide, one instrument", one_value,
                  1000000);
    decisions("dispatch_hot", "value to decision, one instrument, one delegate", 1, 1, decide_each,
              40);
    decisions("dispatch_market", "the same, 8,192 instruments by chance", INSTRUMENTS, 1,
              decide_each, 0);
    decisions("dispatch_burst", "the same, decided after bursts of 64", INSTRUMENTS, 1,
              decide_bursts, 0);
    decisions("dispatch_fan_out", "one instrument, 16 delegates decide about each value", 1,
              SUBSCRIBERS_MAX, decide_each, 0);
    decisions("dispatch_conflate", "one instrument, 16 delegates that do not look", 1,
              SUBSCRIBERS_MAX, conflate_all, 0);
    decisions("dispatch_report", "report to decision, one delegate", 1, 1, report_each, 0);
    return bench_close();
}
