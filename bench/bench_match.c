/* What an order costs in the matching engine: from an input in memory to its events consumed.
 *
 * Each flow is drawn beforehand (order_flow.h).  The floor is the same loop over the same inputs
 * without the engine.  Every event is read where the engine wrote it. */

#include "bench/bench.h"
#include "bench/order_flow.h"
#include "dataplane/journal/journal_format.h"

#include <stdlib.h>

enum { SEGMENTS = 6, EVENTS = 128, BURST = 32 };

static struct order_flow flow;
static struct match *match;
static size_t at;
static uint32_t segment_inputs;
static uint64_t digest;
static struct match_event place[EVENTS];

static void consume(struct match_events *events)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < events->count; i++)
        sum += events->at[i].id + (uint64_t)events->at[i].qty + events->at[i].kind;
    digest += sum;
    events->count = 0;
}

static struct match_events events = {.at = place, .capacity = EVENTS, .full = consume};

static void flow_begin(enum order_flow_kind kind, uint32_t inputs, uint32_t accounts)
{
    segment_inputs = inputs;
    flow = order_flow_draw(&(struct order_flow_plan){
        .kind = kind,
        .segments = SEGMENTS,
        .segment_inputs = inputs,
        .accounts = accounts,
    });
    match = order_flow_open(&flow, &events);
    for (at = 0; at < flow.built; at++) match_apply(match, &flow.inputs[at], &events);
    consume(&events);
}

/* As many inputs as a venue finds waiting when it is busy. */
static void run_burst(const struct match_input *inputs, uint32_t count)
{
    const struct match_input *burst[BURST];
    for (uint32_t i = 0; i < count; i++) burst[i] = &inputs[i];
    match_expect(match, burst, count);
    for (uint32_t i = 0; i < count; i++) {
        __builtin_prefetch(&burst[i][BURST]);
        match_apply(match, burst[i], &events);
        if (events.count >= EVENTS / 2) consume(&events);
    }
}

static void run_segment(void *unused)
{
    (void)unused;
    for (uint32_t left = segment_inputs, count; left != 0; left -= count, at += count) {
        count = left < BURST ? left : BURST;
        run_burst(&flow.inputs[at], count);
    }
    consume(&events);
}

static void run_floor(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < segment_inputs; i++)
        digest += flow.inputs[i].id + flow.inputs[i].kind + (uint64_t)flow.inputs[i].price;
}

static void measure(const char *name, const char *what, enum order_flow_kind kind, double bound_ns,
                    uint32_t accounts)
{
    if (!bench_wanted(name)) return;
    uint32_t inputs = bench_quick() || bench_counting() ? 100000 : 1000000;
    flow_begin(kind, inputs, accounts);
    bench_rate(&(struct bench_rate){
        .name = name, .what = what, .items = inputs, .run = run_segment, .bound_ns = bound_ns});
}

/* One input of the normal flow by itself: the fences around it cost more than it does, so what
 * counts here is how far the worst are from the usual ones. */
static void apply_one(struct bench_span *span)
{
    const struct match_input *input = &flow.inputs[at++];
    bench_begin(span);
    match_apply(match, input, &events);
    bench_end(span);
    if (events.count >= EVENTS / 2) consume(&events);
}

static void measure_each(void)
{
    if (!bench_wanted("match_each") || bench_counting()) return;
    uint32_t inputs = bench_quick() ? 50000 : 500000;
    flow_begin(FLOW_NORMAL, inputs, 0);
    bench_latency("match_each", "one input of the normal flow, alone", apply_one, inputs);
}

int main(int argc, char **argv)
{
    bench_open("match", argc, argv);
    (void)!bench_pin(0);
    measure("match_normal", "new, cancel half the time, replace, cross near the touch", FLOW_NORMAL,
            18, 0);
    bench_rate(&(struct bench_rate){.name = "match_floor",
                                    .what = "the loop alone",
                                    .items = segment_inputs,
                                    .run = run_floor});
    measure_each();
    measure("match_normal_money", "the same with 1,000 accounts: reserved, moved, self-trade",
            FLOW_NORMAL, 28, 1000);
    measure("match_sweep", "sweeps of 200 to 400 levels, then they refill", FLOW_SWEEP, 25, 0);
    measure("match_walk", "the price walks over 30,000 ticks, 100,000 live", FLOW_WALK, 28, 0);
    measure("match_old", "300,000 live, random old ones canceled and replaced", FLOW_OLD, 50, 0);
    measure("match_queue", "100,000 orders on one price", FLOW_QUEUE, 50, 0);
    measure("match_thousand", "the normal flow over 1,024 instruments", FLOW_THOUSAND, 35, 0);
    measure("match_market", "10,000 instruments, 5 million resting", FLOW_MARKET, 150, 0);
    return bench_close();
}
