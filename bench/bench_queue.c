/* What it costs to hand something to another core: our ring, DPDK's, and the conflating queue.
 *
 * A hop is half a round trip over two rings of the same kind: both times are then read on one core,
 * and the counters of two cores need not agree.  The exchange of a conflating queue is put, take,
 * and an acknowledgement in a line of the reader's own, on which the writer spins. */

#include "bench/bench.h"
#include "dataplane/queue/conflate.h"
#include "dataplane/queue/spsc.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if BENCH_DPDK
#    include <rte_ring.h>
#    include <rte_ring_elem.h>
#endif

enum { RING_SLOTS = 1024, ITEM_BYTES = 64, BATCH = 32 };
enum { ROUNDS = 7, ROUND_TRIPS = 60000, PASSES = 1000000 };

struct item {
    uint64_t number;
    uint64_t rest[7];
};

static_assert(sizeof(struct item) == ITEM_BYTES, "one cache line");

/* The size of struct market in dataplane/book. */
struct value {
    uint64_t number;
    uint64_t rest[13];
};

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    memset(memory, 0, bytes);
    return memory;
}

/* A kind of ring: one item in or out, false if that is not possible now. */
struct ring_kind {
    const char *hop; /* names of the results */
    const char *pass;
    const char *hop_what;
    const char *pass_what;
    void *(*create)(void);
    bool (*push)(void *ring, uint64_t number);
    bool (*pull)(void *ring, uint64_t *number);
};

static void *spsc_create(void)
{
    struct spsc_limits limits = {.slots = RING_SLOTS, .slot_bytes = ITEM_BYTES};
    return spsc_new(memory_new(spsc_footprint(&limits)), &limits);
}

static inline bool spsc_push(void *ring, uint64_t number)
{
    struct item *slot = spsc_claim(ring);
    if (!slot) return false;
    *slot = (struct item){.number = number, .rest = {number}};
    spsc_publish(ring);
    return true;
}

static inline bool spsc_pull(void *ring, uint64_t *number)
{
    const struct item *slot = spsc_front(ring);
    if (!slot) return false;
    *number = slot->number;
    spsc_release(ring);
    return true;
}

#if BENCH_DPDK
/* Without the DPDK environment: a ring in memory of our own. */
static void *pointer_create(void)
{
    struct rte_ring *ring = memory_new((size_t)rte_ring_get_memsize(RING_SLOTS));
    CHECK(rte_ring_init(ring, "pointer", RING_SLOTS, RING_F_SP_ENQ | RING_F_SC_DEQ) == 0);
    return ring;
}

static inline bool pointer_push(void *ring, uint64_t number)
{
    return rte_ring_sp_enqueue(ring, (void *)(uintptr_t)number) == 0;
}

static inline bool pointer_pull(void *ring, uint64_t *number)
{
    void *taken;
    if (rte_ring_sc_dequeue(ring, &taken) != 0) return false;
    *number = (uint64_t)(uintptr_t)taken;
    return true;
}

static void *element_create(void)
{
    struct rte_ring *ring = memory_new((size_t)rte_ring_get_memsize_elem(ITEM_BYTES, RING_SLOTS));
    CHECK(rte_ring_init(ring, "element", RING_SLOTS, RING_F_SP_ENQ | RING_F_SC_DEQ) == 0);
    return ring;
}

static inline bool element_push(void *ring, uint64_t number)
{
    struct item item = {.number = number, .rest = {number}};
    return rte_ring_sp_enqueue_elem(ring, &item, ITEM_BYTES) == 0;
}

static inline bool element_pull(void *ring, uint64_t *number)
{
    struct item item;
    if (rte_ring_sc_dequeue_elem(ring, &item, ITEM_BYTES) != 0) return false;
    *number = item.number;
    return true;
}
#endif

static const struct ring_kind kinds[] = {
    {"spsc_hop", "spsc_pass", "own ring, 64 bytes in place, to another core",
     "own ring, 64 bytes in place, streaming, one by one", spsc_create, spsc_push, spsc_pull},
#if BENCH_DPDK
    {"rte_ring_pointer_hop", "rte_ring_pointer_pass", "rte_ring SP/SC, a pointer, to another core",
     "rte_ring SP/SC, a pointer, streaming, one by one", pointer_create, pointer_push,
     pointer_pull},
    {"rte_ring_64_hop", "rte_ring_64_pass", "rte_ring SP/SC, 64 bytes copied, to another core",
     "rte_ring SP/SC, 64 bytes copied, streaming, one by one", element_create, element_push,
     element_pull},
#endif
};

/* The other core.  Everything it needs is set before it starts. */
struct peer {
    const struct ring_kind *kind;
    void *there;
    void *back; /* NULL: nothing goes back */
    uint64_t count;
};

static void *peer_run(void *argument)
{
    struct peer peer = *(struct peer *)argument;
    CHECK(bench_pin(1));
    uint64_t number;
    for (uint64_t i = 0; i < peer.count; i++) {
        while (!peer.kind->pull(peer.there, &number)) {
        }
        CHECK(number == i + 1);
        if (peer.back) CHECK(peer.kind->push(peer.back, number));
    }
    return NULL;
}

static uint64_t scaled(uint64_t count)
{
    return bench_quick() ? count / 10 : count;
}

/* One result, measured in rounds that take turns with those of the others. */
struct series {
    const char *name;
    const char *what;
    uint64_t bound_ns;
    struct histogram ticks; /* of all rounds, where single operations are timed */
    double figure[ROUNDS];  /* of each: median in ticks, or ns per item */
};

static void series_add(struct series *series, uint32_t round, const struct histogram *ticks)
{
    series->figure[round] = (double)histogram_at(ticks, 500000);
    histogram_merge(&series->ticks, ticks);
}

static void hop_round(const struct ring_kind *kind, struct series *series, uint32_t round)
{
    static struct histogram ticks;
    histogram_clear(&ticks);
    struct peer peer = {kind, kind->create(), kind->create(), scaled(ROUND_TRIPS)};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, peer_run, &peer) == 0);
    for (uint64_t i = 1; i <= peer.count; i++) {
        struct bench_span span;
        uint64_t number;
        bench_begin(&span);
        CHECK(kind->push(peer.there, i));
        while (!kind->pull(peer.back, &number)) {
        }
        bench_end(&span);
        if (i > peer.count / 10)
            histogram_record_span(&ticks, 0, (span.end_tsc - span.begin_tsc) / 2);
    }
    pthread_join(thread, NULL);
    series_add(series, round, &ticks);
    free(peer.there);
    free(peer.back);
}

static double pass_once(const struct ring_kind *kind)
{
    struct peer peer = {kind, kind->create(), NULL, scaled(PASSES)};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, peer_run, &peer) == 0);
    uint64_t begin = clock_now();
    for (uint64_t i = 1; i <= peer.count; i++)
        while (!kind->push(peer.there, i)) {
        }
    pthread_join(thread, NULL);
    double ns = (double)clock_ns(bench_clock(), clock_now() - begin);
    free(peer.there);
    return ns / (double)peer.count;
}

/* Batches: one shared store for up to BATCH items. */

struct batch_kind {
    const char *name;
    const char *what;
    void *(*create)(void);
    uint32_t (*push)(void *ring, uint64_t first, uint32_t count); /* how many found a place */
    uint32_t (*pull)(void *ring, uint64_t first);                 /* how many came */
};

static uint32_t spsc_push_batch(void *ring, uint64_t first, uint32_t count)
{
    uint32_t room = spsc_room(ring, count);
    for (uint32_t i = 0; i < room; i++)
        *(struct item *)spsc_claim_at(ring, i) =
            (struct item){.number = first + i, .rest = {first}};
    if (room) spsc_publish_many(ring, room);
    return room;
}

static uint32_t spsc_pull_batch(void *ring, uint64_t first)
{
    uint32_t ready = spsc_ready(ring, BATCH);
    for (uint32_t i = 0; i < ready; i++)
        CHECK(((const struct item *)spsc_front_at(ring, i))->number == first + i);
    if (ready) spsc_release_many(ring, ready);
    return ready;
}

#if BENCH_DPDK
static uint32_t element_push_batch(void *ring, uint64_t first, uint32_t count)
{
    struct item items[BATCH];
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct item){.number = first + i, .rest = {first}};
    return rte_ring_sp_enqueue_burst_elem(ring, items, ITEM_BYTES, count, NULL);
}

static uint32_t element_pull_batch(void *ring, uint64_t first)
{
    struct item items[BATCH];
    uint32_t ready = rte_ring_sc_dequeue_burst_elem(ring, items, ITEM_BYTES, BATCH, NULL);
    for (uint32_t i = 0; i < ready; i++) CHECK(items[i].number == first + i);
    return ready;
}
#endif

static const struct batch_kind batch_kinds[] = {
    {"spsc_pass_32", "own ring, streaming, up to 32 at once", spsc_create, spsc_push_batch,
     spsc_pull_batch},
#if BENCH_DPDK
    {"rte_ring_64_pass_32", "rte_ring SP/SC, 64 bytes copied, up to 32 at once", element_create,
     element_push_batch, element_pull_batch},
#endif
};

struct batch_peer {
    const struct batch_kind *kind;
    void *ring;
};

static void *batch_peer_run(void *argument)
{
    struct batch_peer *peer = argument;
    CHECK(bench_pin(1));
    for (uint64_t next = 1; next <= scaled(PASSES);) next += peer->kind->pull(peer->ring, next);
    return NULL;
}

static double batch_once(const struct batch_kind *kind)
{
    struct batch_peer peer = {kind, kind->create()};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, batch_peer_run, &peer) == 0);
    uint64_t begin = clock_now();
    for (uint64_t left = scaled(PASSES), next = 1; left > 0;) {
        uint32_t sent = kind->push(peer.ring, next, left < BATCH ? (uint32_t)left : BATCH);
        next += sent;
        left -= sent;
    }
    pthread_join(thread, NULL);
    double ns = (double)clock_ns(bench_clock(), clock_now() - begin);
    free(peer.ring);
    return ns / (double)scaled(PASSES);
}

/* The conflating queue. */

static struct conflate *queue;
static struct {
    CACHE_ALIGNED _Atomic uint64_t number;
    CACHE_ALIGNED char rest[CACHE_LINE];
} acknowledged;

static void queue_create(uint32_t keys)
{
    struct conflate_limits limits = {.keys = keys, .value_bytes = sizeof(struct value)};
    queue = conflate_new(memory_new(conflate_footprint(&limits)), &limits);
    atomic_store_explicit(&acknowledged.number, 0, memory_order_relaxed);
}

static void *acknowledge_run(void *count)
{
    CHECK(bench_pin(1));
    for (uint64_t i = 0; i < *(uint64_t *)count;) {
        uint32_t key;
        struct value value;
        if (!conflate_take(queue, &key, &value)) continue;
        atomic_store_explicit(&acknowledged.number, value.number, memory_order_release);
        i++;
    }
    return NULL;
}

static void exchange_round(uint32_t keys, struct series *series, uint32_t round)
{
    static struct histogram ticks;
    histogram_clear(&ticks);
    queue_create(keys);
    uint64_t count = scaled(ROUND_TRIPS);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, acknowledge_run, &count) == 0);
    struct value value = {0};
    for (uint64_t i = 1; i <= count; i++) {
        struct bench_span span;
        value.number = i;
        uint32_t key = (uint32_t)(i % keys);
        bench_begin(&span);
        conflate_put(queue, key, &value);
        while (atomic_load_explicit(&acknowledged.number, memory_order_acquire) != i) {
        }
        bench_end(&span);
        if (i > count / 10) histogram_record_span(&ticks, span.begin_tsc, span.end_tsc);
    }
    pthread_join(thread, NULL);
    series_add(series, round, &ticks);
    free(queue);
}

static _Atomic bool stop;

static void *take_run(void *unused)
{
    CHECK(bench_pin(1));
    uint32_t key;
    struct value value;
    while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
        if (conflate_take(queue, &key, &value)) CHECK(key < 8000);
    }
    return unused;
}

static void put_all(void *unused)
{
    (void)unused;
    struct value value = {0};
    uint32_t random = 1;
    for (uint64_t i = 1; i <= scaled(PASSES); i++) {
        random = random * 1664525u + 1013904223u;
        value.number = i;
        conflate_put(queue, (uint32_t)((uint64_t)random * 8000 >> 32), &value);
    }
}

static void put_measure(void)
{
    queue_create(8000);
    struct bench_rate alone = {.name = "conflate_put_alone",
                               .what = "8,000 keys, nobody takes: every put replaces",
                               .items = scaled(PASSES),
                               .run = put_all};
    bench_rate(&alone);
    if (bench_cores() > 1 && !bench_counting()) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, take_run, NULL) == 0);
        struct bench_rate taken = alone;
        taken.name = "conflate_put_raced";
        taken.what = "8,000 keys, another core takes as fast as it can";
        bench_rate(&taken);
        atomic_store_explicit(&stop, true, memory_order_relaxed);
        pthread_join(thread, NULL);
    }
    free(queue);
}

static void put_and_take_all(void *unused)
{
    (void)unused;
    struct value value = {0};
    uint32_t key;
    for (uint64_t i = 1; i <= scaled(PASSES); i++) {
        conflate_put(queue, (uint32_t)(i & 1023), &value);
        CHECK(conflate_take(queue, &key, &value));
    }
}

/* One thread: what a run-to-completion layout pays. */
static void same_core_measure(void)
{
    queue_create(1024);
    bench_rate(&(struct bench_rate){.name = "conflate_same_core",
                                    .what = "a put and its take, one thread, 1,024 keys",
                                    .items = scaled(PASSES),
                                    .run = put_and_take_all});
    free(queue);
}

/* Everything between two cores, in turns. */

enum { KINDS = ARRAY_COUNT(kinds), BATCH_KINDS = ARRAY_COUNT(batch_kinds) };

static struct series hop[KINDS], pass[KINDS], batch[BATCH_KINDS];
static struct series round_one = {
    .name = "conflate_round_one", .what = "put, take, acknowledgement; one key", .bound_ns = 150};
static struct series round_many = {.name = "conflate_round_many",
                                   .what = "put, take, acknowledgement; 1,000 keys in turn",
                                   .bound_ns = 150};

static void rounds_measure(void)
{
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < KINDS; i++) hop_round(&kinds[i], &hop[i], round);
        exchange_round(1000, &round_many, round);
        exchange_round(1, &round_one, round);
        for (uint32_t i = 0; i < BATCH_KINDS; i++)
            batch[i].figure[round] = batch_once(&batch_kinds[i]);
        for (uint32_t i = 0; i < KINDS; i++) pass[i].figure[round] = pass_once(&kinds[i]);
    }
}

static void latency_report(const struct series *series)
{
    bench_distribution(series->name, series->what, &series->ticks, series->bound_ns);
}

static void rate_report(const char *name, const char *what, const struct series *series)
{
    bench_rounds(&(struct bench_rate){.name = name, .what = what, .items = scaled(PASSES)},
                 series->figure, ROUNDS);
}

/* Between two equal hops lies the noise of the machine. */
static void rounds_report(void)
{
    for (uint32_t i = 0; i < KINDS; i++) {
        hop[i].name = kinds[i].hop;
        hop[i].what = kinds[i].hop_what;
        latency_report(&hop[i]);
    }
    latency_report(&round_one);
    latency_report(&round_many);
    for (uint32_t i = 0; i < KINDS; i++) rate_report(kinds[i].pass, kinds[i].pass_what, &pass[i]);
    for (uint32_t i = 0; i < BATCH_KINDS; i++)
        rate_report(batch_kinds[i].name, batch_kinds[i].what, &batch[i]);
    bench_ratio_rounds("conflate_to_spsc",
                       "round trip of the conflating queue to a hop of the ring", round_many.figure,
                       hop[0].figure, ROUNDS, 2.5);
#if BENCH_DPDK
    bench_ratio_rounds("spsc_to_rte_ring", "hop of 64 bytes, own ring to DPDK's", hop[0].figure,
                       hop[2].figure, ROUNDS, 1.25);
    bench_ratio_rounds("spsc_to_rte_ring_32", "streaming 64 bytes by 32, own ring to DPDK's",
                       batch[0].figure, batch[1].figure, ROUNDS, 1.25);
#endif
}

int main(int argc, char **argv)
{
    bench_open("queue", argc, argv);
    CHECK(bench_pin(0));
    same_core_measure();
    put_measure();
    if (bench_counting()) return bench_close();
    if (bench_cores() < 2) {
        fputs("One usable core: hops between cores are not measured.\n", stderr);
        return bench_close();
    }
    rounds_measure();
    rounds_report();
    return bench_close();
}
