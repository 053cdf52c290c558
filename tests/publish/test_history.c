/* The messages of a session: numbered, whole, the latest that fit. */

#include "dataplane/publish/history.h"
#include "tests/publish/space.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

static struct history *history;

static void begin_with(uint64_t bytes, uint32_t messages)
{
    struct history_limits limits = {.bytes = bytes, .messages = messages};
    free(history);
    history = history_new(space_new(history_footprint(&limits), 0x77), &limits);
}

static void begin(void)
{
    begin_with(HISTORY_BYTES_MIN, 64);
}

static void end(void)
{
    history_verify(history);
    free(history);
    history = NULL;
}

/* length bytes that follow from the message's number. */
static void append(uint32_t length)
{
    uint64_t number = history_next(history);
    uint8_t *message = history_append(history, length);
    for (uint32_t i = 0; i < length; i++) message[i] = (uint8_t)(number * 31 + i);
}

/* The run holds the messages it says, as they were appended, each behind its length. */
static bool run_is_right(const struct history_run *run, const uint32_t *length_of)
{
    const uint8_t *at = run->blocks;
    for (uint32_t k = 0; k < run->count; k++) {
        uint64_t number = run->sequence + k;
        uint32_t length = (uint32_t)at[0] << 8 | at[1];
        if (length != length_of[number]) return false;
        for (uint32_t i = 0; i < length; i++)
            if (at[2 + i] != (uint8_t)(number * 31 + i)) return false;
        at += 2 + length;
    }
    return at == run->blocks + run->bytes;
}

static bool ask(uint64_t sequence, uint32_t bytes_max, uint32_t count_max, struct history_run *run)
{
    struct history_wish wish = {sequence, bytes_max, count_max};
    return history_run(history, &wish, run);
}

SPEC(messages_are_numbered_from_1)
{
    struct history_run run;
    EXPECT_UINT(history_next(history), 1);
    EXPECT_UINT(history_first(history), 1);
    EXPECT(!ask(1, 1000, 10, &run));
    append(3);
    EXPECT_UINT(history_next(history), 2);
    EXPECT(ask(1, 1000, 10, &run));
    EXPECT_UINT(run.sequence, 1);
    EXPECT_UINT(run.count, 1);
    EXPECT_UINT(run.bytes, 5);
    EXPECT(memcmp(run.blocks, "\0\3\x1f\x20\x21", 5) == 0);
}

SPEC(a_run_is_bounded_by_count_and_by_bytes)
{
    struct history_run run;
    for (uint32_t i = 0; i < 10; i++) append(8);
    EXPECT(ask(3, 1000, 4, &run));
    EXPECT_UINT(run.count, 4);
    EXPECT(ask(3, 39, 100, &run));
    EXPECT_UINT(run.count, 3); /* 10 bytes each */
    EXPECT_UINT(run.bytes, 30);
    EXPECT(ask(3, 1000, 100, &run));
    EXPECT_UINT(run.count, 8);
    EXPECT(!ask(3, 9, 100, &run));
    EXPECT(!ask(3, 100, 0, &run));
    EXPECT(!ask(0, 100, 1, &run));
    EXPECT(!ask(11, 100, 1, &run));
}

SPEC(an_empty_message_has_a_number)
{
    struct history_run run;
    append(0);
    append(1);
    EXPECT(ask(1, 100, 2, &run));
    EXPECT_UINT(run.count, 2);
    EXPECT_UINT(run.bytes, 5);
}

SPEC(the_oldest_give_way_when_there_are_too_many)
{
    struct history_run run;
    for (uint32_t i = 0; i < 70; i++) append(1);
    EXPECT_UINT(history_first(history), 7);
    EXPECT(!ask(6, 100, 1, &run));
    EXPECT(ask(7, 100, 1, &run));
}

SPEC(the_oldest_give_way_when_their_bytes_are_needed)
{
    for (uint32_t i = 0; i < 15; i++) append(254); /* 16 blocks of 256 fill the ring */
    append(254);
    EXPECT_UINT(history_first(history), 1);
    append(254);
    EXPECT_UINT(history_first(history), 2);
}

SPEC(bytes_from_a_message_on_are_counted)
{
    for (uint32_t i = 0; i < 3; i++) append(8);
    EXPECT_UINT(history_bytes_from(history, 1), 30);
    EXPECT_UINT(history_bytes_from(history, 3), 10);
    EXPECT_UINT(history_bytes_from(history, 4), 0);
}

/* The latest messages are there, whole, and no older ones, whatever their lengths. */
SPEC(what_is_kept_is_what_was_said)
{
    enum { MESSAGES = 4000 };
    struct spec_seeds seeds = spec_seeds(8);
    static uint32_t length_of[MESSAGES + 1];
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        uint64_t right = 0, asked = 0, least = UINT64_MAX;
        begin_with(HISTORY_BYTES_MIN, seed % 2 == 0 ? 64 : 1024);
        for (uint64_t number = 1; number <= MESSAGES; number++) {
            length_of[number] = (uint32_t)chance_between(&chance, 0, seed % 3 == 0 ? 256 : 50);
            append(length_of[number]);
            uint64_t first = history_first(history), sequence = chance_between(&chance, 1, number);
            struct history_run run;
            bool there = ask(sequence, 258 + (uint32_t)chance_between(&chance, 0, 800), 100, &run);
            asked++;
            right += there == (sequence >= first);
            if (there) right += run_is_right(&run, length_of) && run.sequence == sequence;
            else right++;
            if (number > 100 && number - first < least) least = number - first;
            if (number % 64 == 0) history_verify(history);
        }
        spec_expect(__FILE__, __LINE__, right == 2 * asked, "seed %" PRIu64, seed);
        EXPECT(least >= 13); /* never less than what fits: 4096 bytes less one skip */
    }
}

SPEC(limits_out_of_range_are_said)
{
    struct history_limits limits = {.bytes = 4096, .messages = 16};
    EXPECT(history_limits_check(&limits) == NULL);
    limits.bytes = 4097;
    EXPECT(history_limits_check(&limits) != NULL);
    limits.bytes = 2048;
    EXPECT(history_limits_check(&limits) != NULL);
    limits.bytes = HISTORY_BYTES_MAX * 2;
    EXPECT(history_limits_check(&limits) != NULL);
    limits = (struct history_limits){.bytes = 4096, .messages = 8};
    EXPECT(history_limits_check(&limits) != NULL);
    limits.messages = 24;
    EXPECT(history_limits_check(&limits) != NULL);
}

SPEC(a_message_that_is_too_long_stops_the_program)
{
    EXPECT_STOP(history_append(history, HISTORY_MESSAGE_MAX + 1), "length <= HISTORY_MESSAGE_MAX");
}

#define SPECS(S)                                                                                   \
    S(messages_are_numbered_from_1)                                                                \
    S(a_run_is_bounded_by_count_and_by_bytes)                                                      \
    S(an_empty_message_has_a_number)                                                               \
    S(the_oldest_give_way_when_there_are_too_many)                                                 \
    S(the_oldest_give_way_when_their_bytes_are_needed)                                             \
    S(bytes_from_a_message_on_are_counted)                                                         \
    S(what_is_kept_is_what_was_said)                                                               \
    S(limits_out_of_range_are_said)                                                                \
    S(a_message_that_is_too_long_stops_the_program)

SPEC_MAIN("history", SPECS, begin, end)
