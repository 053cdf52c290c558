/* What the venue's market data costs: the matching engine's events until they are datagrams on two
 * lines, with all headers and checksums; and its parts.
 *
 * The events are those of the normal flow (order_flow.h) on one instrument, and of the same on a
 * thousand, kept before the clock starts.  A turn is 32 events, after which everything leaves; or,
 * for full, only full datagrams do.  Items are messages, not events: an order that comes and trades
 * whole makes none of its own. */

#include "bench/bench.h"
#include "bench/order_flow.h"
#include "dataplane/publish/itch_out.h"
#include "dataplane/publish/mold_out.h"
#include "dataplane/publish/spin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENTS = 1, TURN = 32, AHEAD = 8, FRAME_PLACES = 64, FRAME_BYTES = 2048 };

static const struct history_limits kept = {.bytes = 64u << 20, .messages = 1u << 21};

static struct match_event place[128];
static struct match_event *kept_events;
static size_t events_count, events_room, events_built;
static struct order_flow flow;

static struct history *history;
static struct itch_out *out;
static struct mold_out *mold;
static struct spin *spin;
static uint8_t *frames;
static uint64_t frame_count;

static void *memory_new(size_t bytes)
{
    return (void *)ALIGN_UP((uintptr_t)bench_space(bytes + CACHE_LINE), CACHE_LINE);
}

static void keep(struct match_events *events)
{
    for (uint32_t i = 0; i < events->count; i++) {
        if (events_count == events_room) {
            events_room = events_room * 2 + 1024;
            kept_events = realloc(kept_events, events_room * sizeof *kept_events);
            if (kept_events == NULL) exit(1);
        }
        kept_events[events_count++] = events->at[i];
    }
    events->count = 0;
}

/* The events of all inputs of a flow; those that build the market come first. */
static void events_draw(enum order_flow_kind kind, uint32_t inputs)
{
    struct match_events events = {.at = place, .capacity = ARRAY_COUNT(place), .full = keep};
    flow = order_flow_draw(
        &(struct order_flow_plan){.kind = kind, .segments = SEGMENTS, .segment_inputs = inputs});
    events_count = 0;
    struct match *match = order_flow_open(&flow, &events);
    keep(&events);
    events_count = 0; /* the listings: itch_out_list */
    for (size_t i = 0; i < flow.count; i++) {
        if (i == flow.built) {
            keep(&events);
            events_built = events_count;
        }
        match_apply(match, &flow.inputs[i], &events);
    }
    keep(&events);
}

/* Ports that take every frame and forget it. */
static uint8_t *claim(void *context, uint32_t bytes)
{
    (void)context;
    (void)bytes;
    return frames + frame_count % FRAME_PLACES * FRAME_BYTES;
}

static void publish(void *context)
{
    (void)context;
    frame_count++;
}

static void lines_make(void)
{
    struct mold_out_limits limits = {
        .session = "BENCH00001",
        .payload_max = MOLD_OUT_PAYLOAD,
        .heartbeat_ns = NANOS_SECOND,
        .lines = MOLD_OUT_LINES,
    };
    for (uint32_t i = 0; i < MOLD_OUT_LINES; i++) {
        limits.line[i].port = (struct mold_out_port){NULL, claim, publish};
        limits.line[i].head = (struct frame_udp_head){
            .source_ip = 0x0a000001,
            .destination_ip = 0xefff0001 + i,
            .source_port = 30000,
            .destination_port = 30001,
            .ttl = 1,
        };
    }
    mold = mold_out_new(mold, &limits, history, 0);
}

static void itch_make(void)
{
    struct itch_out_limits limits = {
        .instruments = flow.limits.instruments, .orders = flow.limits.orders, .secret = 9};
    out = itch_out_new(out, &limits, history);
    struct match_listing listing = {
        .symbol = "FLOW",
        .tick = PRICE_ONE / 100,
        .lot = QTY_ONE,
        .price_max = 20000 * PRICE_ONE,
        .qty_max = 1000000 * QTY_ONE,
        .phase = MATCH_OPEN,
    };
    for (uint32_t i = 0; i < flow.limits.instruments; i++)
        if (itch_out_list(out, (uint16_t)i, &listing, 1) != ITCH_OUT_OK) exit(1);
}

/* A venue at the beginning of the segment: its market is built and sent. */
static void rewind_all(void *context)
{
    (void)context;
    history = history_new(history, &kept);
    itch_make();
    lines_make();
    for (size_t i = 0; i < events_built; i++) {
        itch_out_event(out, &kept_events[i], 1);
        if (i % TURN == 0) mold_out_flush(mold, 1);
    }
    mold_out_flush(mold, 1);
}

static void run_events(void *context)
{
    (void)context;
    for (size_t i = events_built; i < events_count; i++) {
        if (i + AHEAD < events_count) itch_out_expect(out, &kept_events[i + AHEAD]);
        itch_out_event(out, &kept_events[i], i);
    }
}

static void run_turns(void *context)
{
    (void)context;
    for (size_t i = events_built; i < events_count; i++) {
        if (i + AHEAD < events_count) itch_out_expect(out, &kept_events[i + AHEAD]);
        itch_out_event(out, &kept_events[i], i);
        if (i % TURN == 0) mold_out_flush(mold, 1);
    }
    mold_out_flush(mold, 1);
}

static void run_full(void *context)
{
    (void)context;
    for (size_t i = events_built; i < events_count; i++) {
        if (i + AHEAD < events_count) itch_out_expect(out, &kept_events[i + AHEAD]);
        itch_out_event(out, &kept_events[i], i);
        if (i % TURN == 0) mold_out_send(mold, 1);
    }
    mold_out_flush(mold, 1);
}

/* A shadow that has seen the market built, and all other messages before it. */
static void rewind_shadow(void *context)
{
    struct spin_limits limits = {
        .book = {.instruments = flow.limits.instruments + 1,
                 .orders = flow.limits.orders,
                 .levels = flow.limits.orders},
        .buffers = 1,
    };
    history = history_new(history, &kept);
    spin = spin_new(spin, &limits, history);
    itch_make();
    for (size_t i = 0; i < events_built; i++) itch_out_event(out, &kept_events[i], 1);
    spin_turn(spin, UINT32_MAX);
    run_events(context);
}

static void run_shadow(void *context)
{
    (void)context;
    spin_turn(spin, UINT32_MAX);
}

/* One that has seen them all, and is asked for a snapshot. */
static struct spin_reader reader;

static void rewind_spin(void *context)
{
    rewind_shadow(context);
    run_shadow(context);
    if (spin_join(spin, &reader) != SPIN_OK) exit(1);
}

struct names {
    const char *itch;
    const char *turns;
    const char *full;
};

static void measure_lines(const struct names *names)
{
    rewind_all(NULL);
    uint64_t before = history_next(history);
    run_turns(NULL);
    struct bench_rate rate = {.items = history_next(history) - before, .prepare = rewind_all};
    rate.name = names->itch;
    rate.what = "events to messages, per message";
    rate.run = run_events;
    rate.bound_ns = 60;
    bench_rate(&rate);
    rate.name = names->turns;
    rate.what = "events to datagrams on two lines, after every 32 events";
    rate.run = run_turns;
    rate.bound_ns = 80;
    bench_rate(&rate);
    rate.name = names->full;
    rate.what = "events to full datagrams on two lines";
    rate.run = run_full;
    bench_rate(&rate);
}

static void measure_spin(void)
{
    struct spin_limits limits = {
        .book = {.instruments = flow.limits.instruments + 1,
                 .orders = flow.limits.orders,
                 .levels = flow.limits.orders},
        .buffers = 1,
    };
    spin = memory_new(spin_footprint(&limits));
    rewind_all(NULL);
    uint64_t before = history_next(history);
    run_events(NULL);
    bench_rate(&(struct bench_rate){.name = "publish_shadow",
                                    .what = "messages to the snapshot's shadow, per message",
                                    .items = history_next(history) - before,
                                    .prepare = rewind_shadow,
                                    .run = run_shadow});
    bench_rate(&(struct bench_rate){.name = "publish_spin",
                                    .what = "a snapshot, per order",
                                    .items = itch_out_counts(out)->orders,
                                    .prepare = rewind_spin,
                                    .run = run_shadow});
}

static void flow_begin(enum order_flow_kind kind)
{
    events_draw(kind, bench_quick() ? 50000 : 500000);
    struct itch_out_limits limits = {
        .instruments = flow.limits.instruments, .orders = flow.limits.orders, .secret = 9};
    out = memory_new(itch_out_footprint(&limits));
}

int main(int argc, char **argv)
{
    bench_open("publish", argc, argv);
    history = memory_new(history_footprint(&kept));
    mold = memory_new(mold_out_footprint());
    frames = memory_new((size_t)FRAME_PLACES * FRAME_BYTES);
    flow_begin(FLOW_NORMAL);
    measure_lines(&(struct names){"publish_itch", "publish_turns", "publish_full"});
    measure_spin();
    flow_begin(FLOW_THOUSAND);
    measure_lines(&(struct names){"publish_thousand_itch", "publish_thousand_turns",
                                  "publish_thousand_full"});
    return bench_close();
}
