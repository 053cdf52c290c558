/* Changes by people on their way to the engine: one at a time, answered when they are in force, a
 * halt before all others. */

#include "tests/polluxd/commands_rig.h"
#include "tests/support/spec.h"

SPEC(a_change_is_answered_when_the_engine_has_answered)
{
    rig_ask(0, "arm", RISK_BOX, RISK_ACTIVE);
    for (uint32_t i = 0; i < 100; i++) rig_step();
    EXPECT_TEXT(rig.story, "arm\n");
    EXPECT_TEXT(rig.told[0], "");
    EXPECT(rig.polluxd.changing);
    rig_engine_answers(RISK_CONTROL_OK);
    rig_step();
    EXPECT_TEXT(rig.told[0], "done");
    EXPECT(!rig.polluxd.changing);
    EXPECT(!ev_is_active(&rig.commands.follow)); /* nothing waits: nothing is looked at */
}

SPEC(a_refusal_is_the_engines_sentence)
{
    rig_ask(0, "arm", RISK_BOX, RISK_ACTIVE);
    rig_step();
    rig_engine_answers(RISK_CONTROL_CEILING);
    rig_step();
    EXPECT_TEXT(rig.told[0], "the bound would be looser than the ceiling");
}

SPEC(changes_are_asked_one_at_a_time_in_their_order)
{
    rig_ask(0, "one", RISK_STRATEGY, RISK_HALTED);
    rig_ask(1, "two", RISK_STRATEGY, RISK_ACTIVE);
    rig_ask(2, "three", RISK_SYMBOL, RISK_HALTED);
    for (uint32_t i = 0; i < 3; i++) {
        rig_step();
        rig_engine_answers(RISK_CONTROL_OK);
        rig_step();
        EXPECT_TEXT(rig.told[i], "done");
        if (i < 2) EXPECT_TEXT(rig.told[i + 1], "");
    }
    EXPECT_TEXT(rig.story, "one\ntwo\nthree\n");
}

SPEC(a_halt_of_the_box_is_in_force_at_once_and_goes_before_what_is_not_under_way)
{
    rig_ask(0, "one", RISK_STRATEGY, RISK_HALTED);
    rig_step();
    rig_ask(1, "two", RISK_STRATEGY, RISK_HALTED);
    rig_ask(2, "halt", RISK_BOX, RISK_HALTED);
    EXPECT_TEXT(rig.story, "one\nhalt at once\n");
    EXPECT_TEXT(rig.told[2], "");
    rig_engine_answers(RISK_CONTROL_TURN); /* the halt came between: it is tried again behind it */
    rig_step();
    rig_engine_answers(RISK_CONTROL_OK);
    rig_step();
    EXPECT_TEXT(rig.told[2], "done");
    EXPECT_TEXT(rig.told[0], "");
    rig_engine_answers(RISK_CONTROL_OK);
    rig_step();
    EXPECT_TEXT(rig.told[0], "done");
    EXPECT_TEXT(rig.told[1], "");
    EXPECT_TEXT(rig.story, "one\nhalt at once\nhalt\none\ntwo\n");
}

SPEC(nothing_is_released_behind_a_halt_of_the_box_that_came_later)
{
    rig_ask(0, "arm one", RISK_STRATEGY, RISK_ACTIVE);
    rig_step();
    rig_ask(1, "arm two", RISK_STRATEGY, RISK_ACTIVE);
    rig_ask(2, "halt", RISK_BOX, RISK_HALTED);
    EXPECT_TEXT(rig.told[1], "the box has been halted meanwhile");
    rig_engine_answers(RISK_CONTROL_TURN);
    rig_step();
    EXPECT_TEXT(rig.told[0], "something changed since: the number is not the next one");
    rig_engine_answers(RISK_CONTROL_OK);
    rig_step();
    EXPECT_TEXT(rig.told[2], "done");
    EXPECT_TEXT(rig.story, "arm one\nhalt at once\nhalt\n");
    /* Who asks behind it has seen it. */
    rig_ask(3, "arm", RISK_BOX, RISK_ACTIVE);
    rig_step();
    EXPECT_TEXT(rig.story, "arm one\nhalt at once\nhalt\narm\n");
}

SPEC(nor_behind_a_signal_that_halts)
{
    rig.others = true;
    rig_ask(0, "arm", RISK_BOX, RISK_ACTIVE);
    rig_ask(1, "less", RISK_STRATEGY, RISK_HALTED);
    rig_step();
    rig.others = false;
    rig.signaled = true;
    rig_step();
    rig_step();
    EXPECT_TEXT(rig.told[0], "the box has been halted meanwhile");
    EXPECT_TEXT(rig.story, "less\n");
}

SPEC(arming_the_box_is_no_halt)
{
    rig_ask(0, "arm", RISK_BOX, RISK_ACTIVE);
    rig_ask(1, "halt one", RISK_STRATEGY, RISK_HALTED);
    EXPECT_TEXT(rig.story, "");
}

SPEC(what_somebody_else_changes_meanwhile_is_waited_for)
{
    rig.others = true;
    rig_ask(0, "one", RISK_STRATEGY, RISK_HALTED);
    rig_step();
    rig_step();
    EXPECT_TEXT(rig.story, "");
    rig.others = false;
    rig.reloads = true;
    rig_step();
    EXPECT_TEXT(rig.story, "");
    rig.reloads = false;
    rig_step();
    EXPECT_TEXT(rig.story, "one\n");
}

SPEC(a_change_that_others_come_between_is_tried_eight_times)
{
    rig_ask(0, "one", RISK_STRATEGY, RISK_HALTED);
    for (uint32_t i = 0; i < 8; i++) {
        rig_step();
        EXPECT_TEXT(rig.told[0], "");
        rig_engine_answers(RISK_CONTROL_TURN);
    }
    rig_step();
    EXPECT_TEXT(rig.told[0], "something changed since: the number is not the next one");
    EXPECT_TEXT(rig.story, "one\none\none\none\none\none\none\none\n");
}

SPEC(nobody_waits_longer_than_five_seconds)
{
    rig_ask(0, "one", RISK_STRATEGY, RISK_ACTIVE);
    rig_step();
    rig_ask(1, "two", RISK_STRATEGY, RISK_ACTIVE);
    rig.now += 5 * NANOS_SECOND - 1;
    rig_step();
    EXPECT_TEXT(rig.told[0], "");
    rig.now += 1;
    rig_step();
    EXPECT_TEXT(rig.told[0], "the engine has not answered for 5 s; the change may come yet");
    EXPECT_TEXT(rig.told[1], "other changes have been under way for 5 s");
    /* The late answer is fetched, and is nobody's; what nobody waits for is not asked any more. */
    rig_engine_answers(RISK_CONTROL_OK);
    rig_step();
    rig_step();
    EXPECT(!rig.taken && !rig.polluxd.changing);
    EXPECT_TEXT(rig.story, "one\n");
    rig_ask(2, "three", RISK_STRATEGY, RISK_ACTIVE);
    rig_step();
    EXPECT_TEXT(rig.story, "one\nthree\n");
}

SPEC(what_looks_at_bounds_waits_until_nobody_changes_them)
{
    rig_ask(0, "one", RISK_STRATEGY, RISK_ACTIVE);
    rig_step();
    commands_change(&rig.commands,
                    &(struct change){.call = &rig.call[1], .look = true, .done = rig_done});
    rig_step();
    EXPECT_TEXT(rig.told[1], "");
    rig_engine_answers(RISK_CONTROL_OK);
    rig_step();
    EXPECT_TEXT(rig.told[1], "done");
    rig.reloads = true;
    commands_change(&rig.commands,
                    &(struct change){.call = &rig.call[2], .look = true, .done = rig_done});
    rig_step();
    EXPECT_TEXT(rig.told[2], "");
    rig.reloads = false;
    rig_step();
    EXPECT_TEXT(rig.told[2], "done");
}

SPEC(more_than_thirty_two_are_refused_and_a_halt_of_the_box_is_still_in_force)
{
    for (uint32_t i = 0; i < COMMANDS_WAITING_MAX; i++)
        rig_ask(i, "one", RISK_STRATEGY, RISK_HALTED);
    rig_ask(COMMANDS_WAITING_MAX, "one", RISK_STRATEGY, RISK_HALTED);
    EXPECT_TEXT(rig.told[COMMANDS_WAITING_MAX], "too many changes are under way");
    rig_ask(COMMANDS_WAITING_MAX + 1, "halt", RISK_BOX, RISK_HALTED);
    EXPECT_TEXT(rig.story, "halt at once\n");
    EXPECT_TEXT(rig.told[COMMANDS_WAITING_MAX + 1],
                "too many changes are under way; the box is halted");
}

SPEC(when_the_box_stops_everybody_is_told)
{
    rig_ask(0, "one", RISK_STRATEGY, RISK_ACTIVE);
    rig_step();
    rig_ask(1, "two", RISK_STRATEGY, RISK_ACTIVE);
    commands_change_end(&rig.commands);
    EXPECT_TEXT(rig.told[0], "the box stops");
    EXPECT_TEXT(rig.told[1], "the box stops");
    EXPECT_UINT(rig.commands.waits, 0);
}

#define SPECS(S)                                                                                   \
    S(a_change_is_answered_when_the_engine_has_answered)                                           \
    S(a_refusal_is_the_engines_sentence)                                                           \
    S(changes_are_asked_one_at_a_time_in_their_order)                                              \
    S(a_halt_of_the_box_is_in_force_at_once_and_goes_before_what_is_not_under_way)                 \
    S(nothing_is_released_behind_a_halt_of_the_box_that_came_later)                                \
    S(nor_behind_a_signal_that_halts)                                                              \
    S(arming_the_box_is_no_halt)                                                                   \
    S(what_somebody_else_changes_meanwhile_is_waited_for)                                          \
    S(a_change_that_others_come_between_is_tried_eight_times)                                      \
    S(nobody_waits_longer_than_five_seconds)                                                       \
    S(what_looks_at_bounds_waits_until_nobody_changes_them)                                        \
    S(more_than_thirty_two_are_refused_and_a_halt_of_the_box_is_still_in_force)                    \
    S(when_the_box_stops_everybody_is_told)
SPEC_MAIN("polluxd: changes by command", SPECS, rig_before_each, rig_after_each)
