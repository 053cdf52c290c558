/* What the ring of records promises: whole, in order, in place, and never more than it holds. */

#include "dataplane/queue/record_ring.h"
#include "tests/support/chance.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { RING_BYTES = 4096, RECORDS = 300000, RECORDS_MIN = 1000 };

static struct record_ring *ring;

static void open_ring(void)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(record_ring_footprint(RING_BYTES), 64));
    ring = record_ring_new(memory, RING_BYTES);
}

static void close_ring(void)
{
    free(ring);
}

static bool put(uint8_t number, uint32_t bytes)
{
    uint8_t *record = record_ring_claim(ring, bytes);
    if (!record) return false;
    memset(record, number, bytes);
    return true;
}

static bool front_is(uint8_t number, uint32_t bytes)
{
    const uint8_t *record = record_ring_front(ring);
    if (!record) return false;
    for (uint32_t i = 0; i < bytes; i++)
        if (record[i] != number) return false;
    record_ring_release(ring);
    return true;
}

SPEC(a_record_is_read_as_it_was_written)
{
    EXPECT(record_ring_front(ring) == NULL);
    EXPECT(put(7, 100));
    EXPECT(record_ring_front(ring) == NULL);
    record_ring_publish(ring);
    EXPECT(front_is(7, 100));
    EXPECT(record_ring_front(ring) == NULL);
}

SPEC(a_full_ring_gives_no_room_until_a_record_is_released)
{
    uint8_t count = 0;
    while (put(count, 504)) count++;
    EXPECT_UINT(count, RING_BYTES / 512);
    record_ring_publish(ring);
    EXPECT_UINT(record_ring_waiting(ring), RING_BYTES);
    EXPECT(!put(99, 1));
    EXPECT(front_is(0, 504));
    EXPECT(put(99, 504));
    EXPECT(!put(99, 1));
}

SPEC(a_record_that_does_not_fit_to_the_end_begins_at_the_front)
{
    EXPECT(put(1, 3000));
    record_ring_publish(ring);
    EXPECT(!put(2, 2000)); /* the gap and the record are more than there is */
    EXPECT(front_is(1, 3000));
    const uint8_t *second = record_ring_claim(ring, 2000);
    EXPECT(second == ring->memory + sizeof(struct record_ring_head));
    memset(ring->memory + sizeof(struct record_ring_head), 2, 2000);
    record_ring_publish(ring);
    EXPECT(front_is(2, 2000));
}

SPEC(the_longest_record_always_fits_into_an_empty_ring)
{
    uint32_t longest = (uint32_t)record_ring_record_max(RING_BYTES);
    for (uint32_t before = 1; before < longest; before += 8) {
        EXPECT(put(1, before));
        record_ring_publish(ring);
        EXPECT(front_is(1, before));
        EXPECT(put(2, longest));
        record_ring_publish(ring);
        EXPECT(front_is(2, longest));
    }
}

SPEC(what_is_not_published_can_be_forgotten)
{
    EXPECT(put(1, 10));
    uint64_t end = record_ring_written(ring);
    EXPECT(put(2, 10));
    EXPECT(put(3, 10));
    record_ring_publish_to(ring, end);
    record_ring_forget(ring);
    EXPECT(put(4, 10));
    record_ring_publish(ring);
    EXPECT(front_is(1, 10));
    EXPECT(front_is(4, 10));
    EXPECT(record_ring_front(ring) == NULL);
}

/* Record n of the writer below: its length and bytes follow from n. */
static uint32_t length_of(uint32_t n)
{
    struct chance chance = {.state = n};
    return (uint32_t)chance_between(&chance, 4, n % 50 == 0 ? 2000 : 200);
}

static _Atomic uint32_t records; /* fewer where reader and writer seldom run at once */

static void *write_all(void *argument)
{
    (void)argument;
    uint64_t end = patience_end(PATIENCE_RACE_S);
    for (uint32_t n = 0; n < records;) {
        uint32_t length = length_of(n);
        uint8_t *record = record_ring_claim(ring, length);
        if (!record) {
            record_ring_publish(ring);
            sched_yield();
            if (n >= RECORDS_MIN && patience_now_ns() >= end) records = n;
            continue;
        }
        memcpy(record, &n, sizeof n);
        memset(record + sizeof n, (int)(n & 255), length - sizeof n);
        n++;
        if (n % 3 == 0) record_ring_publish(ring);
    }
    record_ring_publish(ring);
    return NULL;
}

SPEC(two_threads_pass_records_of_all_lengths_in_order)
{
    pthread_t writer;
    uint64_t wrong = 0;
    records = RECORDS;
    EXPECT(pthread_create(&writer, NULL, write_all, NULL) == 0);
    for (uint32_t n = 0; n < records;) {
        const uint8_t *record = record_ring_front(ring);
        if (!record) {
            sched_yield();
            continue;
        }
        uint32_t length = length_of(n), found;
        memcpy(&found, record, sizeof found);
        wrong += found != n;
        for (uint32_t i = sizeof n; i < length; i++) wrong += record[i] != (n & 255);
        record_ring_release(ring);
        n++;
    }
    pthread_join(writer, NULL);
    EXPECT_UINT(wrong, 0);
    EXPECT_UINT(record_ring_waiting(ring), 0);
}

SPEC(only_powers_of_two_within_the_limits_are_rings)
{
    EXPECT_UINT(record_ring_footprint(RECORD_RING_BYTES_MIN / 2), 0);
    EXPECT_UINT(record_ring_footprint(RECORD_RING_BYTES_MIN + 8), 0);
    EXPECT_UINT(record_ring_footprint(RECORD_RING_BYTES_MAX * 2), 0);
    EXPECT(record_ring_footprint(RECORD_RING_BYTES_MIN) > RECORD_RING_BYTES_MIN);
}

#define SPECS(S)                                                                                   \
    S(a_record_is_read_as_it_was_written)                                                          \
    S(a_full_ring_gives_no_room_until_a_record_is_released)                                        \
    S(a_record_that_does_not_fit_to_the_end_begins_at_the_front)                                   \
    S(the_longest_record_always_fits_into_an_empty_ring)                                           \
    S(what_is_not_published_can_be_forgotten)                                                      \
    S(two_threads_pass_records_of_all_lengths_in_order)                                            \
    S(only_powers_of_two_within_the_limits_are_rings)

SPEC_MAIN("record_ring", SPECS, open_ring, close_ring)
