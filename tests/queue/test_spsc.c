/* What the single-writer single-reader ring promises. */

#include "dataplane/queue/spsc.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <stdlib.h>

static const struct spsc_limits limits = {.slots = 4, .slot_bytes = sizeof(uint64_t)};
static struct spsc *ring;

static void open_ring(void)
{
    ring = spsc_new(aligned_alloc(CACHE_LINE, spsc_footprint(&limits)), &limits);
}

static void close_ring(void)
{
    free(ring);
}

static bool push(uint64_t value)
{
    uint64_t *slot = spsc_claim(ring);
    if (!slot) return false;
    *slot = value;
    spsc_publish(ring);
    return true;
}

static bool pull(uint64_t *value)
{
    const uint64_t *slot = spsc_front(ring);
    if (!slot) return false;
    *value = *slot;
    spsc_release(ring);
    return true;
}

SPEC(slots_come_out_in_the_order_they_went_in)
{
    uint64_t value = 0;
    for (uint64_t round = 0; round < 10; round++) {
        EXPECT(push(2 * round));
        EXPECT(push(2 * round + 1));
        EXPECT(pull(&value));
        EXPECT_UINT(value, 2 * round);
        EXPECT(pull(&value));
        EXPECT_UINT(value, 2 * round + 1);
    }
    EXPECT(!pull(&value));
}

SPEC(every_slot_is_usable_and_a_full_ring_says_so)
{
    uint64_t value;
    for (uint64_t i = 0; i < limits.slots; i++) EXPECT(push(i));
    EXPECT(!push(99));
    EXPECT(pull(&value));
    EXPECT(push(99));
}

SPEC(a_claim_without_a_publish_shows_the_reader_nothing)
{
    uint64_t value;
    EXPECT(spsc_claim(ring) != NULL);
    EXPECT(!pull(&value));
}

SPEC(several_slots_are_published_and_released_at_once)
{
    EXPECT(push(0));
    uint32_t room = spsc_room(ring, 10);
    EXPECT_UINT(room, 3);
    for (uint32_t i = 0; i < room; i++) *(uint64_t *)spsc_claim_at(ring, i) = i + 1;
    EXPECT_UINT(spsc_ready(ring, 10), 1);
    spsc_publish_many(ring, 2);
    EXPECT_UINT(spsc_ready(ring, 2), 2);
    EXPECT_UINT(spsc_ready(ring, 10), 3);
    for (uint32_t i = 0; i < 3; i++) EXPECT_UINT(*(uint64_t *)spsc_front_at(ring, i), i);
    spsc_release_many(ring, 3);
    EXPECT_UINT(spsc_ready(ring, 10), 0);
    EXPECT_UINT(spsc_room(ring, 4), 4);
}

SPEC(what_is_known_to_wait_is_what_was_seen_when_the_reader_last_looked)
{
    EXPECT(push(1) && push(2));
    EXPECT_UINT(spsc_known(ring, 4), 0);
    EXPECT_UINT(spsc_ready(ring, 1), 1);
    EXPECT_UINT(spsc_known(ring, 4), 2);
    EXPECT_UINT(spsc_known(ring, 1), 1);
    EXPECT(push(3));
    spsc_release(ring);
    EXPECT_UINT(spsc_known(ring, 4), 1);
}

SPEC(the_ring_counts_what_passed_what_found_no_place_and_its_deepest_fill)
{
    uint64_t value;
    EXPECT_UINT(spsc_published(ring), 0);
    EXPECT_UINT(spsc_full(ring), 0);
    EXPECT_UINT(spsc_deepest(ring), 0);
    for (uint64_t i = 0; i < 3; i++) EXPECT(push(i));
    for (uint64_t i = 0; i < 2; i++) EXPECT(pull(&value));
    EXPECT_UINT(spsc_published(ring), 3);
    EXPECT_UINT(spsc_released(ring), 2);
    EXPECT_UINT(spsc_deepest(ring), 3);
    for (uint64_t i = 0; i < 3; i++) EXPECT(push(i));
    EXPECT(!push(9));
    EXPECT(!push(9));
    EXPECT_UINT(spsc_full(ring), 2);
    EXPECT_UINT(spsc_published(ring), 6);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    EXPECT_UINT(spsc_footprint(&(struct spsc_limits){.slots = 3, .slot_bytes = 8}), 0);
    EXPECT_UINT(spsc_footprint(&(struct spsc_limits){.slots = 0, .slot_bytes = 8}), 0);
    EXPECT_UINT(spsc_footprint(&(struct spsc_limits){.slots = 4, .slot_bytes = 12}), 0);
    EXPECT_UINT(spsc_footprint(&(struct spsc_limits){.slots = 4, .slot_bytes = 0}), 0);
    EXPECT_UINT(spsc_footprint(&(struct spsc_limits){.slots = 2 * SPSC_SLOTS_MAX, .slot_bytes = 8}),
                0);
    EXPECT_UINT(
        spsc_footprint(&(struct spsc_limits){.slots = 4, .slot_bytes = SPSC_SLOT_BYTES_MAX + 8}),
        0);
}

enum { ROUNDS = 1000000 / PATIENCE_SLOWER, ROUNDS_MIN = 1000 };

static _Atomic uint64_t rounds; /* fewer where reader and writer seldom run at once */

/* The writer, which has written so many, finds no room. */
static void writer_waits(uint64_t written, uint64_t end, uint32_t *turns)
{
    patience_lose(turns);
    if (*turns % 512 == 0 && written >= ROUNDS_MIN && patience_now_ns() >= end) rounds = written;
}

static void *push_rounds(void *unused)
{
    (void)unused;
    uint32_t turns = 0;
    uint64_t end = patience_end(PATIENCE_RACE_S);
    for (uint64_t i = 0; i < rounds;) {
        if (push(i)) i++;
        else writer_waits(i, end, &turns);
    }
    return NULL;
}

static void *push_rounds_in_batches(void *unused)
{
    (void)unused;
    uint32_t turns = 0;
    uint64_t end = patience_end(PATIENCE_RACE_S);
    for (uint64_t i = 0; i < rounds;) {
        uint32_t room = spsc_room(ring, 3);
        if (room == 0) writer_waits(i, end, &turns);
        if (room > rounds - i) room = (uint32_t)(rounds - i);
        for (uint32_t n = 0; n < room; n++) *(uint64_t *)spsc_claim_at(ring, n) = i++;
        spsc_publish_many(ring, room);
    }
    return NULL;
}

static void race(void *(*writer_runs)(void *))
{
    pthread_t writer;
    rounds = ROUNDS;
    EXPECT(pthread_create(&writer, NULL, writer_runs, NULL) == 0);
    uint64_t wrong = 0;
    uint32_t turns = 0;
    for (uint64_t expected = 0; expected < rounds;) {
        uint32_t ready = spsc_ready(ring, 2);
        if (ready == 0) patience_lose(&turns);
        for (uint32_t n = 0; n < ready; n++)
            wrong += *(uint64_t *)spsc_front_at(ring, n) != expected++;
        spsc_release_many(ring, ready);
    }
    pthread_join(writer, NULL);
    EXPECT_UINT(wrong, 0);
    EXPECT_UINT(spsc_published(ring), rounds);
    EXPECT_UINT(spsc_released(ring), rounds);
}

SPEC(a_reader_racing_the_writer_loses_and_repeats_nothing)
{
    race(push_rounds);
}

SPEC(batches_on_both_sides_lose_and_repeat_nothing)
{
    race(push_rounds_in_batches);
}

#define SPECS(S)                                                                                   \
    S(slots_come_out_in_the_order_they_went_in)                                                    \
    S(every_slot_is_usable_and_a_full_ring_says_so)                                                \
    S(a_claim_without_a_publish_shows_the_reader_nothing)                                          \
    S(several_slots_are_published_and_released_at_once)                                            \
    S(what_is_known_to_wait_is_what_was_seen_when_the_reader_last_looked)                          \
    S(the_ring_counts_what_passed_what_found_no_place_and_its_deepest_fill)                        \
    S(limits_out_of_range_have_no_footprint)                                                       \
    S(a_reader_racing_the_writer_loses_and_repeats_nothing)                                        \
    S(batches_on_both_sides_lose_and_repeat_nothing)

SPEC_MAIN("spsc", SPECS, open_ring, close_ring)
