/* Changes by people on their way to the engine: one at a time, answered when they are in force, a
 * halt before all others.  The engine here is a mailbox that answers when the spec says so. */

#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/reload.h"
#include "apps/polluxd/trading.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct commands commands;
static struct polluxd polluxd;
static nanos_t now;
static bool reloads, signaled;

/* The engine's mailbox. */
static bool taken, answered, others;
static struct engine_control_answer answer;
static char story[1024]; /* what it was asked, in order */

static void tell(const char *what)
{
    size_t length = strlen(story);
    snprintf(story + length, sizeof story - length, "%s\n", what);
}

bool engine_stage_change(struct engine_stage *stage, const struct engine_change *change)
{
    (void)stage;
    if (taken || others) return false;
    taken = true;
    tell(change->record[0].reason);
    return true;
}

bool engine_stage_controlled(struct engine_stage *stage, struct engine_control_answer *to)
{
    (void)stage;
    EXPECT(taken); /* nobody fetches an answer to what is not his */
    if (!answered) return false;
    *to = answer;
    taken = answered = false;
    return true;
}

void engine_stage_halt(struct engine_stage *stage)
{
    (void)stage;
    tell("halt at once");
}

bool reload_busy(const struct reload *reload)
{
    (void)reload;
    return reloads;
}

bool trading_halt_pending(void)
{
    return signaled;
}

nanos_t commands_now(void)
{
    return now;
}

/* People. */

static struct command_call call[COMMANDS_WAITING_MAX + 2];
static char told[COMMANDS_WAITING_MAX + 2]
                [COMMAND_PROBLEM_MAX]; /* "": not yet; "done", or why not */

static void ended(void *context, struct command_call *of)
{
    (void)context;
    size_t i = (size_t)(of - call);
    EXPECT_TEXT(told[i], "");
    snprintf(told[i], sizeof told[i], "%s", of->code == COMMAND_OK ? "done" : of->problem);
}

static void done(struct commands *of, struct change *change, const struct engine_control_answer *to)
{
    (void)of;
    EXPECT((to == NULL) == change->look);
    command_call_answer(change->call, json_object());
}

static void before_each(void)
{
    memset(&commands, 0, sizeof commands);
    memset(call, 0, sizeof call);
    memset(told, 0, sizeof told);
    memset(&polluxd, 0, sizeof polluxd);
    polluxd.loop = ev_loop_new(EVFLAG_AUTO);
    commands.plan.polluxd = &polluxd;
    ev_init(&commands.follow, commands_follow);
    commands.follow.data = &commands;
    commands_follow_every(&commands);
    for (uint32_t i = 0; i < ARRAY_COUNT(call); i++) call[i].told = ended;
    now = NANOS_SECOND;
    taken = answered = others = reloads = signaled = false;
    story[0] = 0;
}

static void after_each(void)
{
    commands_change_end(&commands);
    commands_confirm_end(&commands);
    for (uint32_t i = 0; i < ARRAY_COUNT(call); i++) command_call_free(&call[i]);
    ev_timer_stop(polluxd.loop, &commands.follow);
    ev_loop_destroy(polluxd.loop);
}

static void step(void)
{
    commands_follow(polluxd.loop, &commands.follow, 0);
}

static void engine_answers(enum risk_control verdict)
{
    EXPECT(taken);
    answer = (struct engine_control_answer){.verdict = verdict, .durable = true};
    answered = true;
}

/* Person i asks for something called name. */
static void ask(uint32_t i, const char *name, enum risk_scope scope, enum risk_state state)
{
    struct change change = {.call = &call[i], .records = 1, .done = done};
    change.record = calloc(1, sizeof *change.record);
    change.record->kind = RISK_RECORD_STATE;
    change.record->scope = (uint8_t)scope;
    change.record->value = state;
    snprintf(change.record->reason, sizeof change.record->reason, "%s", name);
    commands_change(&commands, &change);
}

SPEC(a_change_is_answered_when_the_engine_has_answered)
{
    ask(0, "arm", RISK_BOX, RISK_ACTIVE);
    for (uint32_t i = 0; i < 100; i++) step();
    EXPECT_TEXT(story, "arm\n");
    EXPECT_TEXT(told[0], "");
    EXPECT(polluxd.changing);
    engine_answers(RISK_CONTROL_OK);
    step();
    EXPECT_TEXT(told[0], "done");
    EXPECT(!polluxd.changing);
    EXPECT(!ev_is_active(&commands.follow)); /* nothing waits: nothing is looked at */
}

SPEC(a_refusal_is_the_engines_sentence)
{
    ask(0, "arm", RISK_BOX, RISK_ACTIVE);
    step();
    engine_answers(RISK_CONTROL_CEILING);
    step();
    EXPECT_TEXT(told[0], "the bound would be looser than the ceiling");
}

SPEC(changes_are_asked_one_at_a_time_in_their_order)
{
    ask(0, "one", RISK_STRATEGY, RISK_HALTED);
    ask(1, "two", RISK_STRATEGY, RISK_ACTIVE);
    ask(2, "three", RISK_SYMBOL, RISK_HALTED);
    for (uint32_t i = 0; i < 3; i++) {
        step();
        engine_answers(RISK_CONTROL_OK);
        step();
        EXPECT_TEXT(told[i], "done");
        if (i < 2) EXPECT_TEXT(told[i + 1], "");
    }
    EXPECT_TEXT(story, "one\ntwo\nthree\n");
}

SPEC(a_halt_of_the_box_is_in_force_at_once_and_goes_before_what_is_not_under_way)
{
    ask(0, "one", RISK_STRATEGY, RISK_HALTED);
    step();
    ask(1, "two", RISK_STRATEGY, RISK_HALTED);
    ask(2, "halt", RISK_BOX, RISK_HALTED);
    EXPECT_TEXT(story, "one\nhalt at once\n");
    EXPECT_TEXT(told[2], "");
    engine_answers(RISK_CONTROL_TURN); /* the halt came between: it is tried again behind it */
    step();
    engine_answers(RISK_CONTROL_OK);
    step();
    EXPECT_TEXT(told[2], "done");
    EXPECT_TEXT(told[0], "");
    engine_answers(RISK_CONTROL_OK);
    step();
    EXPECT_TEXT(told[0], "done");
    EXPECT_TEXT(told[1], "");
    EXPECT_TEXT(story, "one\nhalt at once\nhalt\none\ntwo\n");
}

SPEC(nothing_is_released_behind_a_halt_of_the_box_that_came_later)
{
    ask(0, "arm one", RISK_STRATEGY, RISK_ACTIVE);
    step();
    ask(1, "arm two", RISK_STRATEGY, RISK_ACTIVE);
    ask(2, "halt", RISK_BOX, RISK_HALTED);
    EXPECT_TEXT(told[1], "the box has been halted meanwhile");
    engine_answers(RISK_CONTROL_TURN);
    step();
    EXPECT_TEXT(told[0], "something changed since: the number is not the next one");
    engine_answers(RISK_CONTROL_OK);
    step();
    EXPECT_TEXT(told[2], "done");
    EXPECT_TEXT(story, "arm one\nhalt at once\nhalt\n");
    /* Who asks behind it has seen it. */
    ask(3, "arm", RISK_BOX, RISK_ACTIVE);
    step();
    EXPECT_TEXT(story, "arm one\nhalt at once\nhalt\narm\n");
}

SPEC(nor_behind_a_signal_that_halts)
{
    others = true;
    ask(0, "arm", RISK_BOX, RISK_ACTIVE);
    ask(1, "less", RISK_STRATEGY, RISK_HALTED);
    step();
    others = false;
    signaled = true;
    step();
    step();
    EXPECT_TEXT(told[0], "the box has been halted meanwhile");
    EXPECT_TEXT(story, "less\n");
}

SPEC(arming_the_box_is_no_halt)
{
    ask(0, "arm", RISK_BOX, RISK_ACTIVE);
    ask(1, "halt one", RISK_STRATEGY, RISK_HALTED);
    EXPECT_TEXT(story, "");
}

SPEC(what_somebody_else_changes_meanwhile_is_waited_for)
{
    others = true;
    ask(0, "one", RISK_STRATEGY, RISK_HALTED);
    step();
    step();
    EXPECT_TEXT(story, "");
    others = false;
    reloads = true;
    step();
    EXPECT_TEXT(story, "");
    reloads = false;
    step();
    EXPECT_TEXT(story, "one\n");
}

SPEC(a_change_that_others_come_between_is_tried_eight_times)
{
    ask(0, "one", RISK_STRATEGY, RISK_HALTED);
    for (uint32_t i = 0; i < 8; i++) {
        step();
        EXPECT_TEXT(told[0], "");
        engine_answers(RISK_CONTROL_TURN);
    }
    step();
    EXPECT_TEXT(told[0], "something changed since: the number is not the next one");
    EXPECT_TEXT(story, "one\none\none\none\none\none\none\none\n");
}

SPEC(nobody_waits_longer_than_five_seconds)
{
    ask(0, "one", RISK_STRATEGY, RISK_ACTIVE);
    step();
    ask(1, "two", RISK_STRATEGY, RISK_ACTIVE);
    now += 5 * NANOS_SECOND - 1;
    step();
    EXPECT_TEXT(told[0], "");
    now += 1;
    step();
    EXPECT_TEXT(told[0], "the engine has not answered for 5 s; the change may come yet");
    EXPECT_TEXT(told[1], "other changes have been under way for 5 s");
    /* The late answer is fetched, and is nobody's; what nobody waits for is not asked any more. */
    engine_answers(RISK_CONTROL_OK);
    step();
    step();
    EXPECT(!taken && !polluxd.changing);
    EXPECT_TEXT(story, "one\n");
    ask(2, "three", RISK_STRATEGY, RISK_ACTIVE);
    step();
    EXPECT_TEXT(story, "one\nthree\n");
}

SPEC(what_looks_at_bounds_waits_until_nobody_changes_them)
{
    ask(0, "one", RISK_STRATEGY, RISK_ACTIVE);
    step();
    commands_change(&commands, &(struct change){.call = &call[1], .look = true, .done = done});
    step();
    EXPECT_TEXT(told[1], "");
    engine_answers(RISK_CONTROL_OK);
    step();
    EXPECT_TEXT(told[1], "done");
    reloads = true;
    commands_change(&commands, &(struct change){.call = &call[2], .look = true, .done = done});
    step();
    EXPECT_TEXT(told[2], "");
    reloads = false;
    step();
    EXPECT_TEXT(told[2], "done");
}

SPEC(more_than_thirty_two_are_refused_and_a_halt_of_the_box_is_still_in_force)
{
    for (uint32_t i = 0; i < COMMANDS_WAITING_MAX; i++) ask(i, "one", RISK_STRATEGY, RISK_HALTED);
    ask(COMMANDS_WAITING_MAX, "one", RISK_STRATEGY, RISK_HALTED);
    EXPECT_TEXT(told[COMMANDS_WAITING_MAX], "too many changes are under way");
    ask(COMMANDS_WAITING_MAX + 1, "halt", RISK_BOX, RISK_HALTED);
    EXPECT_TEXT(story, "halt at once\n");
    EXPECT_TEXT(told[COMMANDS_WAITING_MAX + 1],
                "too many changes are under way; the box is halted");
}

SPEC(when_the_box_stops_everybody_is_told)
{
    ask(0, "one", RISK_STRATEGY, RISK_ACTIVE);
    step();
    ask(1, "two", RISK_STRATEGY, RISK_ACTIVE);
    commands_change_end(&commands);
    EXPECT_TEXT(told[0], "the box stops");
    EXPECT_TEXT(told[1], "the box stops");
    EXPECT_UINT(commands.waits, 0);
}

/* Two persons. */

static uint32_t confirmed_by;

static void confirm(uint32_t i, uint32_t uid, uint32_t number)
{
    call[i].caller = (struct command_caller){.uid = uid, .role = COMMAND_RISK};
    call[i].parameters = json_pack("{s:i}", "number", (int)number);
    commands_confirm(&commands, &call[i]);
}

/* Users 0, 1, ... ask; the engine wants a second one for the first i. */
static void propose(uint32_t i)
{
    ask(i, "arm", RISK_BOX, RISK_ACTIVE);
    commands.waiting[0].record->who = i;
    step();
    engine_answers(RISK_CONTROL_SECOND);
    step();
}

static void confirmed(struct commands *of, struct change *change,
                      const struct engine_control_answer *to)
{
    EXPECT_UINT(change->record->who, 0);
    confirmed_by = change->record->confirmed_by;
    EXPECT_UINT(change->record->confirm_role, RISK_OFFICER);
    done(of, change, to);
}

SPEC(what_takes_two_is_done_when_another_one_confirms_it)
{
    propose(0);
    EXPECT_TEXT(told[0], "it waits 60 s for a second person of the role risk: pollux confirm 1");
    confirm(1, 0, 1);
    EXPECT_TEXT(told[1], "user 0 has asked for it: it takes another one");
    confirm(2, 7, 2);
    EXPECT_TEXT(told[2], "no change 2 waits for a second person");
    commands.proposal[0].change.done = confirmed;
    confirm(3, 7, 1);
    step();
    EXPECT_TEXT(story, "arm\narm\n");
    EXPECT_TEXT(told[3], "");
    engine_answers(RISK_CONTROL_OK);
    step();
    EXPECT_TEXT(told[3], "done");
    EXPECT_UINT(confirmed_by, 7);
    confirm(4, 8, 1);
    EXPECT_TEXT(told[4], "no change 1 waits for a second person");
}

SPEC(what_nobody_confirms_for_a_minute_is_forgotten)
{
    propose(0);
    now += 60 * NANOS_SECOND - 1;
    propose(1);
    confirm(2, 7, 1);
    EXPECT_TEXT(told[2], "");
    step();
    engine_answers(RISK_CONTROL_OK);
    step();
    now += 60 * NANOS_SECOND;
    confirm(3, 7, 2);
    EXPECT_TEXT(told[3], "no change 2 waits for a second person");
}

SPEC(what_waits_for_a_second_one_is_forgotten_when_the_box_is_halted)
{
    propose(0);
    ask(1, "halt", RISK_BOX, RISK_HALTED);
    confirm(2, 7, 1);
    EXPECT_TEXT(told[2], "no change 1 waits for a second person");
}

SPEC(of_more_than_eight_that_wait_the_oldest_is_forgotten)
{
    for (uint32_t i = 0; i < COMMANDS_PROPOSALS_MAX + 1; i++) propose(i);
    confirm(20, 77, 1);
    EXPECT_TEXT(told[20], "no change 1 waits for a second person");
    confirm(21, 77, 2);
    EXPECT_TEXT(told[21], "");
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
    S(when_the_box_stops_everybody_is_told)                                                        \
    S(what_takes_two_is_done_when_another_one_confirms_it)                                         \
    S(what_nobody_confirms_for_a_minute_is_forgotten)                                              \
    S(what_waits_for_a_second_one_is_forgotten_when_the_box_is_halted)                             \
    S(of_more_than_eight_that_wait_the_oldest_is_forgotten)
SPEC_MAIN("polluxd: changes by command", SPECS, before_each, after_each)
