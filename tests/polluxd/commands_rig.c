#include "tests/polluxd/commands_rig.h"

#include "apps/polluxd/reload.h"
#include "apps/polluxd/trading.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct commands_rig rig;

static void tell(const char *what)
{
    size_t length = strlen(rig.story);
    snprintf(rig.story + length, sizeof rig.story - length, "%s\n", what);
}

bool engine_stage_change(struct engine_stage *stage, const struct engine_change *change)
{
    (void)stage;
    if (rig.taken || rig.others) return false;
    rig.taken = true;
    rig.since = change->since;
    tell(change->record[0].reason);
    return true;
}

uint64_t engine_stage_tightened(const struct engine_stage *stage)
{
    (void)stage;
    return rig.tightened;
}

bool engine_stage_controlled(struct engine_stage *stage, struct engine_control_answer *to)
{
    (void)stage;
    EXPECT(rig.taken); /* nobody fetches an answer to what is not his */
    if (!rig.answered) return false;
    *to = rig.answer;
    rig.taken = rig.answered = false;
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
    return rig.reloads;
}

bool trading_halt_pending(void)
{
    return rig.signaled;
}

nanos_t commands_now(void)
{
    return rig.now;
}

/* People. */

static void ended(void *context, struct command_call *of)
{
    (void)context;
    size_t i = (size_t)(of - rig.call);
    EXPECT_TEXT(rig.told[i], "");
    snprintf(rig.told[i], sizeof rig.told[i], "%s", of->code == COMMAND_OK ? "done" : of->problem);
}

void rig_done(struct commands *of, struct change *change, const struct engine_control_answer *to)
{
    (void)of;
    EXPECT((to == NULL) == change->look);
    command_call_answer(change->call, json_object());
}

void rig_before_each(void)
{
    memset(&rig, 0, sizeof rig);
    rig.polluxd.loop = ev_loop_new(EVFLAG_AUTO);
    rig.commands.plan.polluxd = &rig.polluxd;
    ev_init(&rig.commands.follow, commands_follow);
    rig.commands.follow.data = &rig.commands;
    commands_follow_every(&rig.commands);
    for (uint32_t i = 0; i < ARRAY_COUNT(rig.call); i++) rig.call[i].told = ended;
    rig.now = NANOS_SECOND;
    rig.tightened = 5;
}

void rig_after_each(void)
{
    commands_change_end(&rig.commands);
    commands_confirm_end(&rig.commands);
    for (uint32_t i = 0; i < ARRAY_COUNT(rig.call); i++) command_call_free(&rig.call[i]);
    ev_timer_stop(rig.polluxd.loop, &rig.commands.follow);
    ev_loop_destroy(rig.polluxd.loop);
}

void rig_step(void)
{
    commands_follow(rig.polluxd.loop, &rig.commands.follow, 0);
}

void rig_engine_answers(enum risk_control verdict)
{
    EXPECT(rig.taken);
    rig.answer = (struct engine_control_answer){.verdict = verdict, .durable = true};
    rig.answered = true;
}

void rig_ask(uint32_t i, const char *name, enum risk_scope scope, enum risk_state state)
{
    rig.call[i].tightened = rig.tightened;
    struct change change = {.call = &rig.call[i], .records = 1, .done = rig_done};
    change.record = calloc(1, sizeof *change.record);
    change.record->kind = RISK_RECORD_STATE;
    change.record->scope = (uint8_t)scope;
    change.record->value = state;
    snprintf(change.record->reason, sizeof change.record->reason, "%s", name);
    commands_change(&rig.commands, &change);
}
