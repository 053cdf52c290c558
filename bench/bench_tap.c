/* What a capture costs the lcore whose port is captured, per frame sent on one end of a link and
 * received on the other: without a tap, with one that is off, with one that copies both ways into
 * rings with room, and with rings that are full because nobody reads them.
 *
 * Frames of 200 bytes, alone and in bursts of 32.  The thread that writes files is not here: what
 * its copying out costs the lcore is cache lines, and a matter of the machine. */

#include "bench/bench.h"
#include "dataplane/net/net_memory.h"
#include "dataplane/net/net_tap.h"
#include "dataplane/queue/record_ring.h"

#include <string.h>

enum { FRAMES = 19200, FRAME_BYTES = 200, BURST_MAX = 32, ROUNDS = 15 };

#define RING_BYTES (8u << 20)

enum tapped { TAP_NONE, TAP_OFF, TAP_ON, TAP_FULL, TAP_KINDS };

struct bed {
    enum tapped kind;
    uint32_t burst;
    bool made;
    struct net_queue *from;
    struct net_queue *to;
    struct net_tap *tap[2];
    struct net_tap_plan plan[2];
};

static const struct net_memory_limits limits = {.frames = 256, .frame_bytes = 1500};
static struct net_clock clock_of_link;

static void bed_make(struct bed *bed)
{
    struct net_memory *link =
        net_memory_new(bench_space(net_memory_footprint(&limits)), &limits, &clock_of_link);
    bed->from = net_memory_end(link, 0);
    bed->to = net_memory_end(link, 1);
    for (uint32_t i = 0; i < 2 && bed->kind != TAP_NONE; i++) {
        bed->tap[i] = net_tap_new(bench_space(net_tap_footprint()), i ? bed->to : bed->from);
        bed->plan[i] = (struct net_tap_plan){.ring_bytes = RING_BYTES, .snap_bytes = 1500};
        for (uint32_t side = 0; side < NET_TAP_SIDES; side++) {
            size_t bytes = record_ring_footprint(RING_BYTES);
            bed->plan[i].memory[side] = bench_space(bytes);
            memset(bed->plan[i].memory[side], 0, bytes);
        }
    }
    bed->made = true;
}

static void frames_pass(struct bed *bed)
{
    for (uint32_t sent = 0; sent < FRAMES; sent += bed->burst) {
        for (uint32_t i = 0; i < bed->burst; i++) {
            uint8_t *frame = net_tx_claim(bed->from, FRAME_BYTES);
            CHECK(frame != NULL);
            memset(frame, (int)i, FRAME_BYTES);
            net_tx_publish(bed->from);
        }
        net_tx_flush(bed->from);
        struct frame_burst burst;
        net_rx(bed->to, &burst);
        CHECK(burst.count == bed->burst);
        net_rx_done(bed->to, &burst);
    }
}

/* Rings are empty and their pages written to, or full. */
static void prepare(void *context)
{
    struct bed *bed = context;
    if (!bed->made) bed_make(bed);
    if (bed->kind < TAP_ON) return;
    for (uint32_t i = 0; i < 2; i++) {
        net_tap_off(bed->tap[i]);
        net_tap_on(bed->tap[i], &bed->plan[i]);
    }
    if (bed->kind != TAP_FULL) return;
    while (net_tap_counts(bed->tap[1], NET_TAP_CAME).dropped == 0) frames_pass(bed);
}

static void run(void *context)
{
    frames_pass(context);
}

struct row {
    const char *name;
    const char *what;
    enum tapped kind;
    uint32_t burst;
};

static const struct row rows[] = {
    {"tap_none_1", "a frame sent and received, no tap", TAP_NONE, 1},
    {"tap_off_1", "the same, a tap that is off on both ends", TAP_OFF, 1},
    {"tap_on_1", "the same, both ends copied", TAP_ON, 1},
    {"tap_full_1", "the same, both rings full: dropped and counted", TAP_FULL, 1},
    {"tap_none_32", "a frame of a burst of 32, no tap", TAP_NONE, BURST_MAX},
    {"tap_off_32", "the same, a tap that is off on both ends", TAP_OFF, BURST_MAX},
    {"tap_on_32", "the same, both ends copied", TAP_ON, BURST_MAX},
    {"tap_full_32", "the same, both rings full: dropped and counted", TAP_FULL, BURST_MAX},
};

static_assert(FRAMES % BURST_MAX == 0, "whole bursts");
static_assert(FRAMES * (FRAME_BYTES + 64) < RING_BYTES, "a run fits into a ring");

int main(int argc, char **argv)
{
    static struct bed beds[ARRAY_COUNT(rows)];
    bench_open("tap", argc, argv);
    net_clock_new(&clock_of_link, bench_clock());
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        beds[i] = (struct bed){.kind = rows[i].kind, .burst = rows[i].burst};
        const struct bench_rate rate = {
            .name = rows[i].name,
            .what = rows[i].what,
            .items = FRAMES,
            .rounds = ROUNDS,
            .prepare = prepare,
            .run = run,
            .context = &beds[i],
        };
        bench_rate(&rate);
        bench_counted(&rate);
    }
    bench_ratio("tap_full_to_on", "a full ring costs no more than one with room",
                bench_median("tap_full_32"), bench_median("tap_on_32"), 1.25);
    return bench_close();
}
