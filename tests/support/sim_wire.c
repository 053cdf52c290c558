#include "tests/support/sim_wire.h"

#include <stdlib.h>
#include <string.h>

enum { FRAMES = 8192, FRAME_BYTES = 1600 };

struct sim_frame {
    uint32_t length;
    uint8_t bytes[FRAME_BYTES];
};

struct sim_end {
    struct net_queue queue;
    struct sim_wire *wire;
    struct sim_frame *frame; /* a ring: [tail, head) */
    uint32_t head, tail, held;
    uint32_t claimed;
    uint8_t claim[FRAME_BYTES];
};

struct sim_wire {
    struct sim_end end[SIM_WIRE_ENDS];
    struct chance chance;
    nanos_t now;
    uint32_t group_permille, other_permille;
    uint64_t lost;
    sim_wire_watch_fn *watch;
    void *watch_context;
};

static void end_rx(struct net_queue *queue, struct frame_burst *burst)
{
    struct sim_end *end = (struct sim_end *)queue;
    CHECK(end->held == 0);
    burst->count = 0;
    while (burst->count < NET_BURST_MAX && end->tail + burst->count != end->head) {
        const struct sim_frame *frame = &end->frame[(end->tail + burst->count) % FRAMES];
        burst->at[burst->count++] = (struct frame){.bytes = frame->bytes,
                                                   .length_bytes = frame->length,
                                                   .clock = TIME_TSC,
                                                   .rx_ns = end->wire->now,
                                                   .rx_tsc = 1};
    }
    end->held = burst->count;
}

static void end_rx_done(struct net_queue *queue, struct frame_burst *burst)
{
    struct sim_end *end = (struct sim_end *)queue;
    CHECK(burst->count == end->held);
    end->tail += end->held;
    end->held = 0;
    burst->count = 0;
}

static uint8_t *end_claim(struct net_queue *queue, uint32_t bytes)
{
    struct sim_end *end = (struct sim_end *)queue;
    if (bytes > FRAME_BYTES) return NULL;
    end->claimed = bytes;
    return end->claim;
}

static bool is_lost(struct sim_wire *wire, const uint8_t *frame)
{
    uint32_t permille =
        frame[0] & 1 && frame[0] != 0xff ? wire->group_permille : wire->other_permille;
    bool lost = permille > 0 && chance_between(&wire->chance, 0, 999) < permille;
    wire->lost += lost;
    return lost;
}

static void end_publish(struct net_queue *queue)
{
    struct sim_end *end = (struct sim_end *)queue;
    struct sim_wire *wire = end->wire;
    CHECK(end->claimed > 0);
    if (wire->watch) wire->watch(wire->watch_context, end->claim, end->claimed, wire->now);
    for (uint32_t i = 0; i < SIM_WIRE_ENDS; i++) {
        struct sim_end *to = &wire->end[i];
        if (to == end || is_lost(wire, end->claim)) continue;
        if (to->head - to->tail == FRAMES) continue; /* nobody looks there */
        struct sim_frame *frame = &to->frame[to->head++ % FRAMES];
        frame->length = end->claimed;
        memcpy(frame->bytes, end->claim, end->claimed);
    }
    end->claimed = 0;
}

static uint32_t end_flush(struct net_queue *queue)
{
    (void)queue;
    return 0;
}

static void end_statistics(const struct net_queue *queue, struct net_statistics *statistics)
{
    (void)queue;
    memset(statistics, 0, sizeof *statistics);
}

static nanos_t end_now(const struct net_queue *queue)
{
    return ((const struct sim_end *)queue)->wire->now;
}

static bool end_ended(const struct net_queue *queue)
{
    (void)queue;
    return false;
}

static const struct net_driver driver = {.name = "sim",
                                         .rx = end_rx,
                                         .rx_done = end_rx_done,
                                         .tx_claim = end_claim,
                                         .tx_publish = end_publish,
                                         .tx_flush = end_flush,
                                         .statistics = end_statistics,
                                         .now = end_now,
                                         .ended = end_ended};

struct sim_wire *sim_wire_new(uint64_t seed)
{
    struct sim_wire *wire = calloc(1, sizeof *wire);
    CHECK(wire);
    wire->chance.state = seed;
    wire->now = 1700000000 * NANOS_SECOND;
    for (uint32_t i = 0; i < SIM_WIRE_ENDS; i++) {
        struct sim_end *end = &wire->end[i];
        end->queue.driver = &driver;
        end->wire = wire;
        end->frame = malloc(FRAMES * sizeof *end->frame);
        CHECK(end->frame);
    }
    return wire;
}

void sim_wire_delete(struct sim_wire *wire)
{
    for (uint32_t i = 0; i < SIM_WIRE_ENDS; i++) free(wire->end[i].frame);
    free(wire);
}

struct net_queue *sim_wire_end(struct sim_wire *wire, uint32_t end)
{
    return &wire->end[end].queue;
}

nanos_t sim_wire_now(const struct sim_wire *wire)
{
    return wire->now;
}

void sim_wire_advance(struct sim_wire *wire, nanos_t ns)
{
    wire->now += ns;
}

void sim_wire_lose(struct sim_wire *wire, uint32_t group_permille, uint32_t other_permille)
{
    wire->group_permille = group_permille;
    wire->other_permille = other_permille;
}

void sim_wire_clear(struct sim_wire *wire, uint32_t end)
{
    wire->end[end].tail = wire->end[end].head;
    wire->end[end].held = 0;
}

void sim_wire_watch(struct sim_wire *wire, sim_wire_watch_fn *watch, void *context)
{
    wire->watch = watch;
    wire->watch_context = context;
}

uint64_t sim_wire_lost(const struct sim_wire *wire)
{
    return wire->lost;
}
