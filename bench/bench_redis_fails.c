/* Whether a Redis server that fails costs the hot path anything: packets of the market to the
 * segments they cause (bench_gateway's trip, on one lcore), in many short phases of one run:
 *
 *     | well | failing: stopped | absent | well | failing: full | absent | well | failing: ...
 *
 * Each phase has the same packets at the same pace, each of which has the maker replace its quote,
 * whose reports the loop publishes, or keeps while it cannot.  A phase that fails begins with its
 * failure; one that is well, when all connections have been up for a while.  The lcore spins on its
 * core; everything else is on the other.
 *
 *     redis_hot_due_*   from when a packet was due until its segment is visible: all packets, with
 *                       whatever else the machine did with the lcore's core meanwhile
 *     redis_hot_*       from when it is visible on the link: packets during which the kernel took
 *                       the core from the lcore (ru_nivcsw of its thread has risen) are left out;
 *                       how many is said.  Timer interrupts and a hypervisor's pauses are not
 *     redis_hot_fails,  p99.9 of redis_hot_failing and _absent by that of redis_hot_well: not more
 *     redis_hot_away    than 5 % worse; and p50 too, redis_hot_*_p50
 *
 * What is missed is measured again, at most twice, and judged by all that was measured: the tail of
 * one run is a hundred packets.
 *
 * How often another core had to interrupt the lcore's (page tables that changed, functions called)
 * is on stderr: that is how a thread beside it could take its time without any lock.
 *
 * How many instructions it takes is compared by bench_redis_count.c. */

#include "bench/bench_redis.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum {
    ROUNDS = 34, /* two of each failure */
    ROUNDS_QUICK = 17,
    TIMES_MOST = 3,
    PHASE_NS = 250 * NANOS_MILLI,
    SETTLE_NS = 60 * NANOS_MILLI,
    PAUSE_MIN_NS = 20 * NANOS_MICRO,
    PAUSE_MAX_NS = 60 * NANOS_MICRO,
};
#define RATIO_AT_MOST 1.05

enum kind { WELL, FAILING, ABSENT, KINDS, NOT_NOW = KINDS };

static struct redis_desk *desk;
static _Atomic uint32_t phase; /* enum kind */
static _Atomic bool under_way;

/* Of the lcore's thread. */
static struct histogram due_ticks[KINDS], ticks[KINDS];
static uint64_t packets[KINDS], preempted[KINDS];

static uint64_t draw(uint64_t below)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
}

static long switched(void)
{
    struct rusage usage;
    CHECK(getrusage(RUSAGE_THREAD, &usage) == 0);
    return usage.ru_nivcsw;
}

static struct {
    enum kind kind;
    uint64_t due, begin;
    long switches;
} packet = {.kind = NOT_NOW};

static void packet_end(uint64_t visible)
{
    if (packet.kind == NOT_NOW) return;
    packets[packet.kind]++;
    histogram_record_span(&due_ticks[packet.kind], packet.due, visible);
    if (switched() == packet.switches)
        histogram_record_span(&ticks[packet.kind], packet.begin, visible);
    else preempted[packet.kind]++;
    packet.kind = NOT_NOW;
}

static void packet_begin(uint64_t due)
{
    desk_packet_flow(&desk->desk, 1); /* the background of the book goes on in front of it */
    desk_packet_move(&desk->desk, DESK_ONE);
    packet.due = due;
    packet.switches = switched();
    atomic_store_explicit(&desk->desk.port.visible_tsc, 0, memory_order_relaxed);
    packet.begin = clock_now();
    net_tx_flush(desk->desk.far);
}

/* A turn of the lcore: what the packet before has caused, or the next one. */
static uint32_t wire_more(void)
{
    static uint64_t due;
    uint64_t now = clock_now();
    if (packet.kind != NOT_NOW) {
        uint64_t visible = atomic_load_explicit(&desk->desk.port.visible_tsc, memory_order_relaxed);
        if (visible == 0) return 0;
        packet_end(visible);
        due += clock_ticks(bench_clock(), PAUSE_MIN_NS + draw(PAUSE_MAX_NS - PAUSE_MIN_NS));
        return 1;
    }
    enum kind kind = (enum kind)atomic_load_explicit(&phase, memory_order_relaxed);
    atomic_store_explicit(&under_way, kind != NOT_NOW, memory_order_release);
    if (kind == NOT_NOW) due = now;
    if (kind == NOT_NOW || now < due || !peer_quiet(&desk->desk.peer)) return 0;
    packet.kind = kind;
    packet_begin(due);
    return 1;
}

/* Interrupts that other cores sent to the lcore's, by their rows in /proc/interrupts. */

enum { ROWS = 3 };
static const char *const rows[ROWS] = {"TLB:", "CAL:", "RES:"};
static uint64_t interrupts[KINDS][ROWS];

static void interrupts_read(uint64_t count[ROWS])
{
    FILE *file = fopen("/proc/interrupts", "r");
    char line[1024], name[16];
    memset(count, 0, ROWS * sizeof *count);
    while (file && fgets(line, sizeof line, file)) {
        unsigned long long first = 0, second = 0;
        if (sscanf(line, "%15s %llu %llu", name, &first, &second) != 3) continue;
        for (uint32_t i = 0; i < ROWS; i++)
            if (strcmp(name, rows[i]) == 0) count[i] = second;
    }
    if (file) (void)fclose(file);
}

/* Phases. */

static void phase_run(enum kind kind, enum keeper_state state)
{
    uint64_t before[ROWS], after[ROWS];
    if (kind == WELL) {
        keeper_set(&desk->keeper, KEEPER_WELL);
        redis_desk_connected(desk);
        redis_desk_sleep(SETTLE_NS);
    }
    interrupts_read(before);
    atomic_store(&phase, (uint32_t)kind);
    if (kind != WELL) keeper_set(&desk->keeper, state);
    redis_desk_sleep(PHASE_NS);
    atomic_store(&phase, (uint32_t)NOT_NOW);
    while (atomic_load_explicit(&under_way, memory_order_acquire)) redis_desk_sleep(NANOS_MILLI);
    interrupts_read(after);
    for (uint32_t i = 0; i < ROWS; i++) interrupts[kind][i] += after[i] - before[i];
}

static enum keeper_state failure(uint32_t round)
{
    enum keeper_state first = (enum keeper_state)(KEEPER_WELL + 1);
    return first + round % (KEEPER_STATE_COUNT - first);
}

static void phases_run(uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++)
        for (uint32_t k = 0; k < KINDS; k++) {
            enum kind kind = (enum kind)((i + k) % KINDS);
            phase_run(kind, kind == ABSENT ? KEEPER_ABSENT : failure(i));
        }
}

static double ratio(enum kind kind, bool tail)
{
    struct histogram_summary of = histogram_summarize(&ticks[kind]);
    struct histogram_summary well = histogram_summarize(&ticks[WELL]);
    return tail ? (double)of.p99_9 / (double)well.p99_9 : (double)of.p50 / (double)well.p50;
}

static bool within(void)
{
    bool all = true;
    for (uint32_t i = 0; i < 4; i++)
        all &= ratio(i < 2 ? FAILING : ABSENT, i % 2 == 0) <= RATIO_AT_MOST;
    return all;
}

static void ratios_say(void)
{
    bench_ratio("redis_hot_fails", "p99.9 of a packet to its segment, failing to well",
                ratio(FAILING, true), 1, RATIO_AT_MOST);
    bench_ratio("redis_hot_fails_p50", "p50", ratio(FAILING, false), 1, RATIO_AT_MOST);
    bench_ratio("redis_hot_away", "p99.9 of a packet to its segment, absent to well",
                ratio(ABSENT, true), 1, RATIO_AT_MOST);
    bench_ratio("redis_hot_away_p50", "p50", ratio(ABSENT, false), 1, RATIO_AT_MOST);
}

static void results_say(uint32_t rounds)
{
    static const char *const names[KINDS][3] = {
        {"redis_hot_well", "redis_hot_due_well", "the server is well"},
        {"redis_hot_failing", "redis_hot_due_failing", "it fails in 17 ways in turn"},
        {"redis_hot_absent", "redis_hot_due_absent", "it is not there"}};
    for (enum kind kind = 0; kind < KINDS; kind++) {
        bench_distribution(names[kind][1], names[kind][2], &due_ticks[kind], 0);
        bench_distribution(names[kind][0], names[kind][2], &ticks[kind], 0);
        fprintf(stderr,
                "%s: %llu packets, %llu of them left out; interrupts by others in %.0f s: %llu for "
                "page tables, %llu for functions, %llu to schedule\n",
                names[kind][0], (unsigned long long)packets[kind],
                (unsigned long long)preempted[kind], rounds * (double)PHASE_NS / 1e9,
                (unsigned long long)interrupts[kind][0], (unsigned long long)interrupts[kind][1],
                (unsigned long long)interrupts[kind][2]);
    }
    ratios_say();
}

void redis_fails_measure(struct redis_desk *of)
{
    if (!bench_wanted("redis_hot_fails")) return;
    uint32_t rounds = bench_quick() ? ROUNDS_QUICK : ROUNDS;
    desk = of;
    atomic_store(&phase, (uint32_t)NOT_NOW);
    desk->wire_more = wire_more;
    redis_desk_lcore_start(desk, LCORE_SPIN);
    redis_desk_loop_start(desk);
    uint32_t done = 0;
    do phases_run(rounds);
    while ((done += rounds) < TIMES_MOST * rounds && !within());
    keeper_set(&desk->keeper, KEEPER_WELL);
    redis_desk_loop_stop(desk);
    redis_desk_lcore_stop(desk);
    desk->wire_more = NULL;
    results_say(done);
}
