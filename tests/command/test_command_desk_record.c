/* What is written down of acts, in which order, and who waits for the disk. */

#include "tests/command/desk_rig.h"

#include <stdio.h>
#include <string.h>

SPEC(a_change_is_written_down_before_it_is_done_and_its_end_after)
{
    (void)ask(WITH("arm", "{\"reason\":\"x\"}"));
    EXPECT_TEXT(story, "begun\ndone arm\nended\n");
}

SPEC(a_change_waits_for_the_disk_before_it_is_done_and_before_its_answer)
{
    record_hangs = true;
    (void)ask(WITH("arm", "{\"reason\":\"x\"}"));
    EXPECT_TEXT(story, "begun\n");
    EXPECT_UINT(desk.counts.under_way, 1);
    disk_says(true);
    EXPECT_TEXT(story, "begun\ndone arm\nended\n");
    EXPECT_UINT(answers, 0);
    disk_says(true);
    EXPECT_UINT(answers, 1);
    EXPECT_UINT(desk.counts.under_way, 0);
    EXPECT_UINT(desk.counts.answered, 1);
}

SPEC(a_halt_waits_for_no_disk)
{
    record_hangs = true;
    EXPECT_CODE(WITH("halt", "{}"), 0);
    EXPECT_TEXT(story, "begun\ndone halt\nended\n");
    EXPECT_UINT(answers, 1);
    disk_says(true);
    disk_says(false); /* which is counted */
    EXPECT_UINT(answers, 1);
    EXPECT_UINT(desk.counts.record_lost, 1);
}

static uint64_t tightenings, known[2];
static uint32_t handled;

static uint64_t tightened(const void *context)
{
    (void)context;
    return tightenings;
}

static void known_handled(void *context, struct command_call *call)
{
    (void)context;
    known[handled++ % 2] = call->tightened;
    command_call_answer(call, json_object());
}

SPEC(a_halt_does_not_wait_for_a_change_that_waits_and_the_change_knows_what_was_before_it)
{
    desk.plan.tightened = tightened;
    handlers[COMMAND_ARM] = handlers[COMMAND_HALT] = known_handled;
    tightenings = 7;
    handled = 0;
    record_hangs = true;
    (void)ask(WITH("arm", "{\"reason\":\"x\"}"));
    tightenings = 8;
    EXPECT_CODE(WITH("halt", "{}"), 0);
    EXPECT_UINT(handled, 1);
    tightenings = 9;
    disk_says(true); /* the release */
    EXPECT_UINT(handled, 2);
    EXPECT_UINT(known[0], 8);
    EXPECT_UINT(known[1], 7);
    while (answers < 2) disk_says(true);
}

SPEC(what_waits_for_the_disk_when_the_box_stops_is_not_done)
{
    record_hangs = true;
    (void)ask(WITH("arm", "{\"reason\":\"x\"}"));
    desk.ends = true;
    disk_says(true);
    disk_says(true);
    EXPECT_TEXT(story, "begun\nended\n");
    EXPECT(code() == (int)COMMAND_UNAVAILABLE);
}

SPEC(what_is_only_shown_leaves_no_record)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        char line[256];
        if (command_at(i)->changes) continue;
        snprintf(line, sizeof line, WITH("%s", "%s"), command_at(i)->method,
                 i == COMMAND_BOOK ? "[\"A\"]" : "{}");
        (void)ask(line);
        EXPECT(code() == 0);
    }
    EXPECT(strstr(story, "begun") == NULL && strstr(story, "ended") == NULL);
}

SPEC(without_its_record_a_change_is_not_done)
{
    record_works = false;
    EXPECT_CODE(WITH("arm", "{\"reason\":\"x\"}"), COMMAND_UNAVAILABLE);
    EXPECT_TEXT(story, "begun lost\n");
    EXPECT_UINT(desk.counts.record_lost, 1);
}

SPEC(without_its_record_a_halt_is_done_all_the_same)
{
    record_works = false;
    EXPECT_CODE(WITH("halt", "{}"), 0);
    EXPECT_TEXT(story, "begun lost\ndone halt\nended lost\n");
    EXPECT_UINT(desk.counts.record_lost, 2);
}

static char written[2][1024];
static uint32_t lines_written;

static void record_keep(void *context, const char *line, size_t length, command_written_fn *told,
                        void *of)
{
    (void)context;
    if (lines_written < 2)
        snprintf(written[lines_written++], sizeof written[0], "%.*s", (int)length, line);
    told(of, true);
}

SPEC(the_record_says_who_what_and_what_came_of_it)
{
    desk.plan.record = record_keep;
    lines_written = 0;
    (void)ask_as(COMMAND_RISK, WITH("arm", "{\"reason\":\"all is well\"}"));
    EXPECT_TEXT(written[0],
                "{\"at\":\"2001-09-09T01:46:40.000042Z\",\"act\":1,\"step\":\"begun\",\"uid\":1007,"
                "\"gid\":100,\"pid\":4711,\"role\":\"risk\",\"method\":\"arm\",\"params\":{"
                "\"reason\":\"all is well\"}}\n");
    EXPECT_TEXT(written[1], "{\"at\":\"2001-09-09T01:46:40.000042Z\",\"act\":1,\"step\":\"ended\","
                            "\"method\":\"arm\",\"result\":{\"reason\":\"all is well\","
                            "\"count\":7}}\n");
}

#define SPECS(S)                                                                                   \
    S(a_change_is_written_down_before_it_is_done_and_its_end_after)                                \
    S(a_change_waits_for_the_disk_before_it_is_done_and_before_its_answer)                         \
    S(a_halt_waits_for_no_disk)                                                                    \
    S(a_halt_does_not_wait_for_a_change_that_waits_and_the_change_knows_what_was_before_it)        \
    S(what_waits_for_the_disk_when_the_box_stops_is_not_done)                                      \
    S(what_is_only_shown_leaves_no_record)                                                         \
    S(without_its_record_a_change_is_not_done)                                                     \
    S(without_its_record_a_halt_is_done_all_the_same)                                              \
    S(the_record_says_who_what_and_what_came_of_it)
SPEC_MAIN("command_desk_record", SPECS, desk_begin, NULL)
