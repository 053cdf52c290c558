/* What waits to be told: lanes with the newest of each key, and commands that must arrive. */

#include "control/redis/redis_lane.h"
#include "control/redis/redis_outbox.h"
#include "tests/support/spec.h"

#include <string.h>

struct update {
    uint64_t newest;
    uint64_t sum;
};

static struct redis_lane lane;
static struct redis_outbox outbox;

static void merge(void *older, const void *newer)
{
    struct update *update = older;
    const struct update *more = newer;
    update->newest = more->newest;
    update->sum += more->sum;
}

static void before_each(void)
{
    redis_lane_new(&lane, 10, merge);
    redis_outbox_new(&outbox);
}

static void after_each(void)
{
    redis_lane_free(&lane);
    redis_outbox_free(&outbox);
}

static void put(uint64_t key, uint64_t value, nanos_t now)
{
    redis_lane_put(&lane, &(struct redis_lane_key){key, ~key}, &(struct update){value, value},
                   sizeof(struct update), now);
}

static struct update taken;
static bool take(nanos_t now)
{
    return redis_lane_take(&lane, &taken, sizeof taken, now);
}

SPEC(an_update_waits_for_its_delay)
{
    put(1, 5, 100);
    EXPECT(!take(109));
    EXPECT(take(110));
    EXPECT_UINT(taken.newest, 5);
    EXPECT(!take(200));
}

SPEC(updates_of_one_key_are_one_in_the_first_ones_place)
{
    put(1, 5, 100);
    put(2, 6, 101);
    put(1, 7, 105);
    EXPECT(take(111));
    EXPECT_UINT(taken.newest, 7);
    EXPECT_UINT(taken.sum, 12);
    EXPECT(take(111));
    EXPECT_UINT(taken.newest, 6);
    EXPECT_UINT(lane.merged, 1);
}

SPEC(a_key_that_was_taken_waits_anew)
{
    put(1, 5, 100);
    EXPECT(take(110));
    put(1, 6, 110);
    EXPECT(!take(119));
    EXPECT(take(120));
    EXPECT_UINT(taken.sum, 6);
}

SPEC(who_does_not_take_has_the_newest_of_each_key_and_a_count)
{
    for (uint64_t turn = 0; turn < 3; turn++)
        for (uint64_t key = 0; key < REDIS_LANE_KEYS + 10; key++) put(key, 1, turn);
    EXPECT_UINT(lane.count, REDIS_LANE_KEYS);
    EXPECT_UINT(lane.dropped, 30);
    EXPECT_UINT(lane.merged, 2ul * REDIS_LANE_KEYS);
    EXPECT_UINT(lane.put, 3ul * (REDIS_LANE_KEYS + 10));
    uint64_t sum = 0, count = 0;
    for (; take(100); count++) sum += taken.sum;
    EXPECT_UINT(count, REDIS_LANE_KEYS);
    EXPECT_UINT(sum, 3ul * REDIS_LANE_KEYS);
}

/* Against a table that does the same without a line. */
SPEC(over_many_turns_nothing_is_lost)
{
    static uint64_t wanted[64], got[64];
    uint64_t dice = 1;
    memset(wanted, 0, sizeof wanted);
    memset(got, 0, sizeof got);
    for (nanos_t now = 1; now < 200000; now++) {
        dice = dice * 6364136223846793005u + 1442695040888963407u;
        uint64_t key = dice >> 58;
        struct update update = {.newest = key, .sum = 1};
        redis_lane_put(&lane, &(struct redis_lane_key){0, key}, &update, sizeof update, now);
        wanted[key]++;
        while ((dice >> 40 & 7) == 0 && take(now)) got[taken.newest] += taken.sum;
    }
    while (take(UINT64_MAX)) got[taken.newest] += taken.sum;
    EXPECT(memcmp(wanted, got, sizeof got) == 0);
}

/* The outbox. */

static void add(const char *text)
{
    EXPECT(redis_outbox_add(&outbox, text, strlen(text) + 1));
}

static const char *next(void)
{
    const struct redis_command *command = redis_outbox_next(&outbox);
    return command ? command->bytes : "";
}

SPEC(commands_leave_in_order_and_are_kept_until_answered)
{
    add("a");
    add("b");
    EXPECT_TEXT(next(), "a");
    EXPECT_TEXT(next(), "b");
    EXPECT_TEXT(next(), "");
    EXPECT_UINT(outbox.count, 2);
    redis_outbox_answered(&outbox);
    EXPECT_UINT(outbox.count, 1);
}

SPEC(what_was_not_answered_is_sent_again)
{
    add("a");
    add("b");
    add("c");
    (void)next();
    (void)next();
    redis_outbox_answered(&outbox);
    redis_outbox_rewind(&outbox);
    EXPECT_TEXT(next(), "b");
    EXPECT_TEXT(next(), "c");
    EXPECT_UINT(outbox.again, 1);
}

SPEC(what_could_not_be_sent_is_the_next_one)
{
    add("a");
    (void)next();
    redis_outbox_unsend(&outbox);
    EXPECT_TEXT(next(), "a");
}

SPEC(it_is_bounded_and_counts_what_it_does_not_take)
{
    for (uint32_t i = 0; i < REDIS_OUTBOX_ENTRIES; i++) add("x");
    EXPECT(!redis_outbox_add(&outbox, "y", 2));
    EXPECT_UINT(outbox.lost, 1);
    for (uint32_t i = 0; i < REDIS_OUTBOX_ENTRIES; i++) {
        (void)next();
        redis_outbox_answered(&outbox);
    }
    EXPECT_UINT(outbox.bytes, 0);
    static char large[REDIS_OUTBOX_BYTES_MAX];
    EXPECT(redis_outbox_add(&outbox, large, sizeof large));
    EXPECT(!redis_outbox_add(&outbox, "y", 2));
}

#define SPECS(S)                                                                                   \
    S(an_update_waits_for_its_delay)                                                               \
    S(updates_of_one_key_are_one_in_the_first_ones_place)                                          \
    S(a_key_that_was_taken_waits_anew)                                                             \
    S(who_does_not_take_has_the_newest_of_each_key_and_a_count)                                    \
    S(over_many_turns_nothing_is_lost)                                                             \
    S(commands_leave_in_order_and_are_kept_until_answered)                                         \
    S(what_was_not_answered_is_sent_again)                                                         \
    S(what_could_not_be_sent_is_the_next_one)                                                      \
    S(it_is_bounded_and_counts_what_it_does_not_take)
SPEC_MAIN("redis: lanes and outbox", SPECS, before_each, after_each)
