/* Changes that take a second person, and those that something was tightened after. */

#include "tests/polluxd/commands_rig.h"
#include "tests/support/spec.h"

#include <string.h>

static uint32_t confirmed_by;

static void confirm(uint32_t i, uint32_t uid, uint32_t number)
{
    rig.call[i].caller = (struct command_caller){.uid = uid, .role = COMMAND_RISK};
    rig.call[i].parameters = json_pack("{s:i}", "number", (int)number);
    commands_confirm(&rig.commands, &rig.call[i]);
}

/* Users 0, 1, ... ask; the engine wants a second one for the first i. */
static void propose(uint32_t i)
{
    rig_ask(i, "arm", RISK_BOX, RISK_ACTIVE);
    rig.commands.waiting[0].record->who = i;
    rig_step();
    rig_engine_answers(RISK_CONTROL_SECOND);
    rig_step();
}

static void confirmed(struct commands *of, struct change *change,
                      const struct engine_control_answer *to)
{
    EXPECT_UINT(change->record->who, 0);
    confirmed_by = change->record->confirmed_by;
    EXPECT_UINT(change->record->confirm_role, RISK_OFFICER);
    rig_done(of, change, to);
}

SPEC(what_takes_two_is_done_when_another_one_confirms_it)
{
    propose(0);
    EXPECT_TEXT(rig.told[0],
                "it waits 60 s for a second person of the role risk: pollux confirm 1");
    confirm(1, 0, 1);
    EXPECT_TEXT(rig.told[1], "user 0 has asked for it: it takes another one");
    confirm(2, 7, 2);
    EXPECT_TEXT(rig.told[2], "no change 2 waits for a second person");
    rig.commands.proposal[0].change.done = confirmed;
    confirm(3, 7, 1);
    rig_step();
    EXPECT_TEXT(rig.story, "arm\narm\n");
    EXPECT_TEXT(rig.told[3], "");
    rig_engine_answers(RISK_CONTROL_OK);
    rig_step();
    EXPECT_TEXT(rig.told[3], "done");
    EXPECT_UINT(confirmed_by, 7);
    confirm(4, 8, 1);
    EXPECT_TEXT(rig.told[4], "no change 1 waits for a second person");
}

SPEC(what_nobody_confirms_for_a_minute_is_forgotten)
{
    propose(0);
    rig.now += 60 * NANOS_SECOND - 1;
    propose(1);
    confirm(2, 7, 1);
    EXPECT_TEXT(rig.told[2], "");
    rig_step();
    rig_engine_answers(RISK_CONTROL_OK);
    rig_step();
    rig.now += 60 * NANOS_SECOND;
    confirm(3, 7, 2);
    EXPECT_TEXT(rig.told[3], "no change 2 waits for a second person");
}

SPEC(what_waits_for_a_second_one_is_forgotten_when_the_box_is_halted)
{
    propose(0);
    rig_ask(1, "halt", RISK_BOX, RISK_HALTED);
    confirm(2, 7, 1);
    EXPECT_TEXT(rig.told[2], "no change 1 waits for a second person");
}

/* Nothing that was asked for before a halt undoes it: the engine decides by a number. */

SPEC(whatever_waits_has_the_number_of_when_it_was_asked_for_first)
{
    rig.others = true;
    rig_ask(0, "arm", RISK_BOX, RISK_ACTIVE);
    rig.tightened = 6; /* by a signal that is over when its turn comes, or a trip, or Redis */
    rig_step();
    rig.others = false;
    rig_step();
    EXPECT_UINT(rig.since, 5);
    rig_engine_answers(RISK_CONTROL_SECOND);
    rig_step();
    rig.tightened = 7;
    confirm(1, 7, 1);
    rig_step();
    EXPECT_TEXT(rig.story, "arm\narm\n");
    EXPECT_UINT(rig.since, 5);
}

/* Person i asks for it, another one confirms it, and by came between. */
static void overtaken(uint32_t i, const struct risk_record *by, const char *sentence)
{
    propose(i);
    uint32_t number = rig.commands.proposed;
    confirm(i + 1, 7, number);
    rig_step();
    rig_engine_answers(RISK_CONTROL_SINCE);
    rig.answer.tightened = *by;
    rig_step();
    EXPECT_TEXT(rig.told[i + 1], sentence);
    confirm(i + 2, 7, number);
    EXPECT(strstr(rig.told[i + 2], "waits for a second person") != NULL); /* it is over */
}

SPEC(what_was_tightened_meanwhile_is_said_with_who_and_why)
{
    overtaken(
        0,
        &(struct risk_record){.kind = RISK_RECORD_STATE,
                              .scope = RISK_BOX,
                              .role = RISK_OFFICER,
                              .who = 3,
                              .value = RISK_HALTED,
                              .reason = "SIGUSR2"},
        "the box was set to HALTED by user 3 (SIGUSR2) after this was asked for: look, and ask "
        "again");
    overtaken(
        10,
        &(struct risk_record){.kind = RISK_RECORD_STATE,
                              .scope = RISK_STRATEGY,
                              .role = RISK_BY_BOX,
                              .value = RISK_HALTED,
                              .reason = "too often"},
        "a strategy was set to HALTED by the box (too often) after this was asked for: look, and "
        "ask again");
    overtaken(
        20,
        &(struct risk_record){.kind = RISK_RECORD_BOUND,
                              .scope = RISK_SYMBOL,
                              .limit = RISK_ORDER_QTY,
                              .role = RISK_OPERATOR,
                              .who = 4,
                              .reason = "smaller"},
        "the limit order_qty was tightened by user 4 (smaller) after this was asked for: look, and "
        "ask again");
}

SPEC(reduce_only_is_asked_again_where_something_came_between_for_it_may_tighten)
{
    rig_ask(0, "reduce", RISK_STRATEGY, RISK_REDUCE_ONLY);
    rig_step();
    rig_engine_answers(RISK_CONTROL_TURN);
    rig_step();
    EXPECT_TEXT(rig.told[0], "");
    rig_engine_answers(RISK_CONTROL_OK);
    rig_step();
    EXPECT_TEXT(rig.told[0], "done");
    EXPECT_TEXT(rig.story, "reduce\nreduce\n");
}

SPEC(of_more_than_eight_that_wait_the_oldest_is_forgotten)
{
    for (uint32_t i = 0; i < COMMANDS_PROPOSALS_MAX + 1; i++) propose(i);
    confirm(20, 77, 1);
    EXPECT_TEXT(rig.told[20], "no change 1 waits for a second person");
    confirm(21, 77, 2);
    EXPECT_TEXT(rig.told[21], "");
}

#define SPECS(S)                                                                                   \
    S(what_takes_two_is_done_when_another_one_confirms_it)                                         \
    S(what_nobody_confirms_for_a_minute_is_forgotten)                                              \
    S(what_waits_for_a_second_one_is_forgotten_when_the_box_is_halted)                             \
    S(whatever_waits_has_the_number_of_when_it_was_asked_for_first)                                \
    S(what_was_tightened_meanwhile_is_said_with_who_and_why)                                       \
    S(reduce_only_is_asked_again_where_something_came_between_for_it_may_tighten)                  \
    S(of_more_than_eight_that_wait_the_oldest_is_forgotten)
SPEC_MAIN("polluxd: changes that take two", SPECS, rig_before_each, rig_after_each)
