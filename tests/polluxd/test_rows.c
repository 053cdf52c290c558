/* Who wants rows of a stage's tables: one after the other, each told once, and nobody waits for a
 * stage that does not answer.  The stages here are turned by the spec. */

#include "apps/polluxd/rows.h"
#include "tests/support/spec.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 10u

static struct ev_loop *loop;
static struct rows *rows;
static struct window *window[2];
static nanos_t now, passes; /* at each look at the clock */
static char story[1024];
static bool asks_again;

static nanos_t clock_now(void)
{
    return now += passes;
}

static bool look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    (void)context;
    (void)ask;
    if (row) *(uint64_t *)row = place;
    return true;
}

static void before_each(void)
{
    loop = ev_loop_new(EVFLAG_AUTO);
    now = NANOS_SECOND;
    passes = 0;
    rows = rows_new(loop, clock_now);
    for (uint32_t i = 0; i < 2; i++) {
        size_t bytes = ALIGN_UP(window_footprint(sizeof(uint64_t)), CACHE_LINE);
        window[i] = window_new(aligned_alloc(CACHE_LINE, bytes), sizeof(uint64_t));
    }
    story[0] = 0;
    asks_again = false;
}

static void after_each(void)
{
    rows_free(rows);
    ev_loop_destroy(loop);
    free(window[0]);
    free(window[1]);
}

static void told(void *context, const struct window *of, const struct window_said *said)
{
    size_t length = strlen(story);
    snprintf(story + length, sizeof story - length, "%s:%s%u ", (const char *)context,
             said ? "" : "none ", said ? said->rows : 0);
    if (said) EXPECT(*(const uint64_t *)window_row(of, 0) == 0);
    if (!asks_again) return;
    asks_again = false;
    const struct window_ask ask = {.limit = 7};
    EXPECT(rows_ask(rows, window[0], &ask, told, "again"));
}

static void want(uint32_t stage, uint32_t limit, const char *who)
{
    const struct window_ask ask = {.limit = limit};
    EXPECT(rows_ask(rows, window[stage], &ask, told, (void *)(uintptr_t)who));
}

/* The loop's timer comes round so often. */
static void rounds(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) ev_run(loop, EVRUN_ONCE);
}

static void turn(uint32_t stage)
{
    window_turn(window[stage], PLACES, look, NULL);
}

SPEC(each_is_told_once_in_the_order_in_which_they_asked)
{
    want(0, 1, "a");
    want(0, 2, "b");
    want(0, 3, "c");
    for (uint32_t i = 0; i < 3; i++) {
        rounds(2);
        turn(0);
        rounds(2);
        turn(0); /* the next has been asked for by now, or nobody */
    }
    rounds(1);
    EXPECT_TEXT(story, "a:1 b:2 c:3 ");
}

SPEC(one_stage_does_not_wait_for_the_other)
{
    want(0, 1, "slow");
    want(1, 2, "quick");
    rounds(1);
    turn(1);
    rounds(1);
    EXPECT_TEXT(story, "quick:2 ");
    turn(0);
    rounds(1);
    EXPECT_TEXT(story, "quick:2 slow:1 ");
}

SPEC(who_is_told_may_ask_again)
{
    asks_again = true;
    want(0, 1, "a");
    want(0, 2, "b");
    for (uint32_t i = 0; i < 6; i++) {
        rounds(2);
        turn(0);
    }
    rounds(1);
    EXPECT_TEXT(story, "a:1 b:2 again:7 ");
}

SPEC(who_asks_again_has_all_the_time_there_is_though_the_clock_goes_on)
{
    passes = 1;
    asks_again = true;
    want(0, 1, "a");
    for (uint32_t i = 0; i < 3; i++) {
        rounds(2);
        turn(0);
    }
    rounds(1);
    EXPECT_TEXT(story, "a:1 again:7 ");
}

SPEC(a_stage_that_does_not_answer_is_given_up_and_its_late_answer_is_nobodys)
{
    want(0, 1, "a");
    want(0, 2, "b");
    rounds(2);
    now += ROWS_ANSWER_NS - 1;
    rounds(2);
    EXPECT_TEXT(story, "");
    want(0, 3, "c");
    now += 1;
    rounds(2);
    EXPECT_TEXT(story, "a:none 0 b:none 0 ");
    turn(0); /* what a wanted */
    rounds(3);
    EXPECT_TEXT(story, "a:none 0 b:none 0 ");
    turn(0);
    rounds(2);
    EXPECT_TEXT(story, "a:none 0 b:none 0 c:3 ");
}

SPEC(there_is_room_for_so_many_and_the_end_tells_them_all)
{
    const struct window_ask ask = {.limit = 1};
    for (uint32_t i = 0; i < ROWS_WAITING_MAX; i++) want(i % 2, 1, "x");
    EXPECT(!rows_ask(rows, window[0], &ask, told, "y"));
    rounds(1);
    rows_free(rows);
    rows = NULL;
    uint32_t ended = 0;
    for (const char *at = story; (at = strstr(at, "x:none")); at++) ended++;
    EXPECT_UINT(ended, ROWS_WAITING_MAX);
    rows_free(NULL);
}

#define SPECS(S)                                                                                   \
    S(each_is_told_once_in_the_order_in_which_they_asked)                                          \
    S(one_stage_does_not_wait_for_the_other)                                                       \
    S(who_is_told_may_ask_again)                                                                   \
    S(who_asks_again_has_all_the_time_there_is_though_the_clock_goes_on)                           \
    S(a_stage_that_does_not_answer_is_given_up_and_its_late_answer_is_nobodys)                     \
    S(there_is_room_for_so_many_and_the_end_tells_them_all)
SPEC_MAIN("polluxd_rows", SPECS, before_each, after_each)
