/* Instructions from a packet to the segment it causes, with a server that is well and with one that
 * fails in all its ways: they are the same, since what the lcore does knows nothing of Redis.
 *
 * One thread turns everything, stages and loop; what is counted is from the packet's flush until
 * the segment is visible.  Between two packets, uncounted, the venue's end answers, the loop
 * publishes what was reported, or fails to, and the server gets worse.  count.py holds the two
 * against each other. */

#include "bench/bench_redis.h"

enum { PACKETS = 680, LOOP_TURNS = 20, WARM_NS = 300 * NANOS_MILLI };

static struct redis_desk *desk;
static bool fails;

static void turn(void)
{
    uint64_t now = clock_now();
    (void)feed_stage_kind.turn(desk->desk.feed, now);
    (void)engine_stage_kind.turn(desk->desk.engine, now);
}

static void between(void)
{
    do {
        turn();
        (void)peer_turn(&desk->desk.peer);
        redis_desk_loop_turn();
    } while (!peer_quiet(&desk->desk.peer));
    for (uint32_t i = 0; i < LOOP_TURNS; i++) redis_desk_loop_turn();
    (void)!journal_sync_step(desk->desk.journal);
}

static void warm(void *unused)
{
    (void)unused;
    keeper_set(&desk->keeper, KEEPER_WELL);
    uint64_t until = clock_now() + clock_ticks(bench_clock(), WARM_NS);
    while (clock_now() < until || atomic_load(&desk->connections) < 3) between();
}

static void packets(void *unused)
{
    (void)unused;
    enum { FAILURES = KEEPER_STATE_COUNT - 1 };
    for (uint32_t i = 0; i < PACKETS; i++) {
        bench_count_pause();
        if (fails && i % (PACKETS / FAILURES) == 0)
            keeper_set(&desk->keeper, (enum keeper_state)(1 + i / (PACKETS / FAILURES)));
        between();
        desk_packet_move(&desk->desk, DESK_ONE);
        atomic_store(&desk->desk.port.visible_tsc, 0);
        bench_count_resume();
        net_tx_flush(desk->desk.far);
        while (atomic_load_explicit(&desk->desk.port.visible_tsc, memory_order_relaxed) == 0)
            turn();
    }
}

void redis_count_measure(struct redis_desk *of)
{
    desk = of;
    redis_desk_loop_open(desk);
    for (uint32_t i = 0; i < 2; i++) {
        fails = i > 0;
        bench_counted(
            &(struct bench_rate){.name = fails ? "redis_count_failing" : "redis_count_well",
                                 .items = PACKETS,
                                 .prepare = warm,
                                 .run = packets});
    }
    keeper_set(&desk->keeper, KEEPER_WELL);
    redis_desk_loop_close();
}
