/* What the conflating queue promises. */

#include "dataplane/queue/conflate.h"
#include "tests/support/chance.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct quote {
    uint64_t version;
    uint64_t rest[12];
    uint64_t twice; /* 2 * version: a torn copy shows */
};

static const struct conflate_limits limits = {.keys = 8, .value_bytes = sizeof(struct quote)};
static struct conflate *queue;

static void open_queue(void)
{
    queue = conflate_new(aligned_alloc(CACHE_LINE, conflate_footprint(&limits)), &limits);
}

static void close_queue(void)
{
    free(queue);
}

static void put(uint32_t key, uint64_t version)
{
    conflate_put(queue, key, &(struct quote){.version = version, .twice = 2 * version});
}

#define EXPECT_TAKE(expected_key, expected_version)                                                \
    do {                                                                                           \
        uint32_t key_ = 0;                                                                         \
        struct quote quote_ = {0};                                                                 \
        EXPECT(conflate_take(queue, &key_, &quote_));                                              \
        EXPECT_UINT(key_, expected_key);                                                           \
        EXPECT_UINT(quote_.version, expected_version);                                             \
        EXPECT_UINT(quote_.twice, 2 * quote_.version);                                             \
    } while (0)

#define EXPECT_NOTHING_TO_TAKE()                                                                   \
    do {                                                                                           \
        uint32_t key_;                                                                             \
        struct quote quote_;                                                                       \
        EXPECT(!conflate_take(queue, &key_, &quote_));                                             \
    } while (0)

SPEC(a_new_queue_has_nothing_to_take)
{
    EXPECT_NOTHING_TO_TAKE();
    EXPECT_UINT(conflate_waiting(queue), 0);
    EXPECT_UINT(conflate_waiting_max(queue), 0);
    EXPECT_UINT(conflate_replaced(queue), 0);
}

SPEC(only_the_newest_value_of_a_key_is_taken)
{
    put(3, 1);
    put(3, 2);
    put(3, 3);

    EXPECT_TAKE(3, 3);
    EXPECT_NOTHING_TO_TAKE();
    EXPECT_UINT(conflate_replaced(queue), 2);
}

SPEC(keys_are_taken_in_the_order_they_began_to_wait)
{
    put(5, 1);
    put(2, 1);
    put(5, 2);

    EXPECT_TAKE(5, 2);
    EXPECT_TAKE(2, 1);
    EXPECT_NOTHING_TO_TAKE();
}

SPEC(a_key_waits_again_after_it_was_taken)
{
    put(1, 1);
    EXPECT_TAKE(1, 1);
    put(1, 2);
    put(2, 1);
    put(1, 3);
    EXPECT_TAKE(1, 3);
    EXPECT_TAKE(2, 1);
    EXPECT_NOTHING_TO_TAKE();
}

SPEC(the_queue_holds_every_key_at_once)
{
    for (uint64_t round = 1; round <= 100; round++)
        for (uint32_t key = 0; key < limits.keys; key++) put(key, round);
    EXPECT_UINT(conflate_waiting(queue), limits.keys);
    EXPECT_UINT(conflate_replaced(queue), 99 * limits.keys);
    for (uint32_t key = 0; key < limits.keys; key++) EXPECT_TAKE(key, 100);
    EXPECT_NOTHING_TO_TAKE();
}

SPEC(the_deepest_wait_is_remembered)
{
    put(1, 1);
    put(2, 1);
    put(3, 1);
    put(2, 2);
    EXPECT_UINT(conflate_waiting(queue), 3);
    EXPECT_UINT(conflate_waiting_max(queue), 3);
    EXPECT_TAKE(1, 1);
    EXPECT_UINT(conflate_waiting(queue), 2);
    EXPECT_TAKE(2, 2);
    EXPECT_TAKE(3, 1);
    put(4, 1);
    EXPECT_TAKE(4, 1);
    EXPECT_UINT(conflate_waiting(queue), 0);
    EXPECT_UINT(conflate_waiting_max(queue), 3);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    EXPECT_UINT(conflate_footprint(&(struct conflate_limits){.keys = 0, .value_bytes = 8}), 0);
    EXPECT_UINT(conflate_footprint(&(struct conflate_limits){.keys = 65537, .value_bytes = 8}), 0);
    EXPECT_UINT(conflate_footprint(&(struct conflate_limits){.keys = 8, .value_bytes = 12}), 0);
    EXPECT_UINT(conflate_footprint(&(struct conflate_limits){.keys = 8, .value_bytes = 0}), 0);
    EXPECT_UINT(conflate_footprint(&(struct conflate_limits){.keys = 8, .value_bytes = 248}), 0);
    EXPECT(conflate_footprint(&(struct conflate_limits){.keys = 1, .value_bytes = 8}) > 0);
    EXPECT(conflate_footprint(&(struct conflate_limits){.keys = 65536, .value_bytes = 240}) > 0);
}

SPEC(a_key_outside_the_limits_stops_the_program)
{
    EXPECT_STOP(put(8, 1), "key < queue->keys");
}

SPEC(what_waits_stays_when_both_ends_become_one_thread_and_again_two)
{
    put(3, 1);
    put(4, 2);
    conflate_join(queue, true);
    put(5, 3);
    put(3, 4);
    EXPECT_TAKE(3, 4);
    put(3, 5);
    EXPECT_UINT(conflate_waiting(queue), 3);
    conflate_join(queue, false);
    put(4, 6);
    EXPECT_TAKE(4, 6);
    EXPECT_TAKE(5, 3);
    EXPECT_TAKE(3, 5);
    EXPECT_NOTHING_TO_TAKE();
    EXPECT_UINT(conflate_replaced(queue), 2);
    EXPECT_UINT(conflate_waiting_max(queue), 3);
}

/* The reference: a list, oldest wait first, searched in full. */

enum { KEYS_MAX = 9 };

struct plain {
    uint32_t count;
    uint32_t key[KEYS_MAX];
    uint64_t version[KEYS_MAX];
    uint64_t replaced;
    uint32_t most;
};

static void plain_put(struct plain *plain, uint32_t key, uint64_t version)
{
    uint32_t i = 0;
    while (i < plain->count && plain->key[i] != key) i++;
    plain->replaced += i < plain->count;
    plain->count += i == plain->count;
    plain->key[i] = key;
    plain->version[i] = version;
    if (plain->count > plain->most) plain->most = plain->count;
}

static bool plain_take(struct plain *plain, uint32_t *key, uint64_t *version)
{
    if (plain->count == 0) return false;
    *key = plain->key[0];
    *version = plain->version[0];
    plain->count--;
    for (uint32_t i = 0; i < plain->count; i++) {
        plain->key[i] = plain->key[i + 1];
        plain->version[i] = plain->version[i + 1];
    }
    return true;
}

static void compare_with_plain(uint64_t seed)
{
    struct chance chance = {seed};
    struct conflate_limits drawn = {.keys = (uint32_t)chance_between(&chance, 1, KEYS_MAX),
                                    .value_bytes = sizeof(struct quote)};
    uint64_t puts_in_100 = chance_between(&chance, 30, 70);
    struct conflate *real =
        conflate_new(aligned_alloc(CACHE_LINE, conflate_footprint(&drawn)), &drawn);
    struct plain plain = {0};
    uint32_t differs_at = 0;
    for (uint32_t step = 1; step <= 2000 && !differs_at; step++) {
        if (chance_between(&chance, 1, 40) == 1)
            conflate_join(real, chance_between(&chance, 0, 1) == 1);
        if (chance_between(&chance, 1, 100) <= puts_in_100) {
            uint32_t key = (uint32_t)chance_between(&chance, 0, drawn.keys - 1);
            conflate_put(real, key, &(struct quote){.version = step, .twice = 2 * step});
            plain_put(&plain, key, step);
        } else {
            uint32_t key = 0, plain_key = 0;
            struct quote quote = {0};
            uint64_t version = 0;
            bool took = conflate_take(real, &key, &quote);
            if (took != plain_take(&plain, &plain_key, &version) || key != plain_key ||
                quote.version != version || quote.twice != 2 * version)
                differs_at = step;
        }
        if (conflate_waiting(real) != plain.count || conflate_replaced(real) != plain.replaced ||
            conflate_waiting_max(real) != plain.most)
            differs_at = step;
    }
    spec_expect(__FILE__, __LINE__, differs_at == 0, "SPEC_SEED=%" PRIu64 " differs at step %u",
                seed, differs_at);
    free(real);
}

SPEC(any_puts_and_takes_give_what_a_plain_list_gives)
{
    struct spec_seeds seeds = spec_seeds(300);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) compare_with_plain(seed);
}

/* Races.  Under the thread sanitizer too: -Db_sanitize=thread. */

enum { PUTS = 10000000 / PATIENCE_SLOWER };

static uint32_t racing_keys; /* the fewer, the more often both sides meet in one slot */

static void *put_many(void *unused)
{
    (void)unused;
    struct chance chance = {1};
    uint32_t key = 0;
    for (uint64_t version = 1; version <= PUTS; version++) {
        put(key, version);
        uint64_t drawn = chance_next(&chance);
        key = (uint32_t)(drawn % racing_keys);
        for (uint64_t pause = drawn >> 59; pause > 28; pause--) __builtin_ia32_pause();
    }
    for (uint32_t last = 0; last < racing_keys; last++) put(last, PUTS + 1);
    return NULL;
}

static void race(uint32_t keys)
{
    uint64_t newest[8] = {0};
    uint64_t torn = 0, backwards = 0, finished = 0, taken = 0;
    uint32_t turns = 0;
    racing_keys = keys;
    pthread_t writer;
    EXPECT(pthread_create(&writer, NULL, put_many, NULL) == 0);
    while (finished < keys) {
        uint32_t key;
        struct quote quote;
        if (!conflate_take(queue, &key, &quote)) {
            patience_lose(&turns);
            continue;
        }
        torn += quote.twice != 2 * quote.version;
        backwards += quote.version <= newest[key];
        newest[key] = quote.version;
        finished += quote.version == PUTS + 1;
        taken++;
    }
    pthread_join(writer, NULL);

    EXPECT_UINT(torn, 0);
    EXPECT_UINT(backwards, 0);
    EXPECT_NOTHING_TO_TAKE();
    EXPECT_UINT(taken + conflate_replaced(queue), PUTS + keys);
    EXPECT(conflate_waiting_max(queue) <= keys);
}

SPEC(a_reader_racing_the_writer_on_one_key_sees_whole_rising_values_and_the_last_one)
{
    race(1);
}

SPEC(a_reader_racing_the_writer_on_eight_keys_sees_whole_rising_values_and_the_last_ones)
{
    race(8);
}

/* The same, settled again and again: after a few puts the writer waits until the last was taken.  A
 * value lost in the moment of being taken shows here, because nothing comes after it. */

enum { SETTLINGS = 200000 / PATIENCE_SLOWER, SETTLINGS_MIN = 100 };

static _Atomic uint64_t newest_taken;
static _Atomic bool settled;

static void *take_until_settled(void *unused)
{
    uint32_t key, turns = 0;
    struct quote quote;
    while (!atomic_load_explicit(&settled, memory_order_relaxed)) {
        if (conflate_take(queue, &key, &quote))
            atomic_store_explicit(&newest_taken, quote.version, memory_order_release);
        else patience_lose(&turns);
    }
    return unused;
}

static bool taken_in_time(uint64_t version)
{
    uint64_t end = patience_end(PATIENCE_S);
    for (uint32_t looks = 0;;) {
        if (atomic_load_explicit(&newest_taken, memory_order_acquire) == version) return true;
        patience_lose(&looks);
        if (looks % 65536 == 0 && patience_now_ns() >= end) return false;
    }
}

SPEC(a_value_put_while_its_key_is_being_taken_is_never_lost)
{
    pthread_t reader;
    atomic_store(&settled, false);
    atomic_store(&newest_taken, 0);
    EXPECT(pthread_create(&reader, NULL, take_until_settled, NULL) == 0);
    struct chance chance = {spec_seeds(1).first};
    uint64_t version = 0, lost_at = 0, end = patience_end(PATIENCE_RACE_S);
    for (uint32_t round = 0; round < SETTLINGS && !lost_at; round++) {
        if (round % 16 == 0 && round >= SETTLINGS_MIN && patience_now_ns() >= end) break;
        for (uint64_t left = chance_between(&chance, 2, 4); left > 0; left--) {
            put(0, ++version);
            for (uint64_t pause = chance_between(&chance, 0, 6); pause > 0; pause--)
                __builtin_ia32_pause();
        }
        if (!taken_in_time(version)) lost_at = version;
    }
    atomic_store(&settled, true);
    pthread_join(reader, NULL);
    EXPECT_UINT(lost_at, 0);
}

SPEC(the_ring_has_a_place_more_than_there_are_keys)
{
    /* Eight keys need nine places, and the next power of two is sixteen. */
    struct conflate_limits seven = {.keys = 7, .value_bytes = 112}, eight = seven;
    eight.keys = 8;
    EXPECT(conflate_footprint(&eight) >= conflate_footprint(&seven) + 8 * 128);
}

#define SPECS(S)                                                                                   \
    S(a_new_queue_has_nothing_to_take)                                                             \
    S(only_the_newest_value_of_a_key_is_taken)                                                     \
    S(keys_are_taken_in_the_order_they_began_to_wait)                                              \
    S(a_key_waits_again_after_it_was_taken)                                                        \
    S(the_queue_holds_every_key_at_once)                                                           \
    S(the_deepest_wait_is_remembered)                                                              \
    S(limits_out_of_range_have_no_footprint)                                                       \
    S(a_key_outside_the_limits_stops_the_program)                                                  \
    S(what_waits_stays_when_both_ends_become_one_thread_and_again_two)                             \
    S(any_puts_and_takes_give_what_a_plain_list_gives)                                             \
    S(a_reader_racing_the_writer_on_one_key_sees_whole_rising_values_and_the_last_one)             \
    S(a_reader_racing_the_writer_on_eight_keys_sees_whole_rising_values_and_the_last_ones)         \
    S(a_value_put_while_its_key_is_being_taken_is_never_lost)                                      \
    S(the_ring_has_a_place_more_than_there_are_keys)

SPEC_MAIN("conflate", SPECS, open_queue, close_queue)
