/* The queue of changes.  The engine takes one at a time; this thread's other changes (a reload, a
 * halt by signal) use the same mailbox, and each fetches the answer to its own. */

#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/reload.h"
#include "apps/polluxd/trading.h"
#include "control/monitor/report_trading.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_NS      (5 * NANOS_SECOND)
#define FOLLOW_SECONDS 0.001
#define ATTEMPTS       8u /* while something else changes in between */

static struct engine_stage *engine_of(const struct commands *commands)
{
    return commands->plan.polluxd->launch.engine;
}

static void call_refuse(struct change *change, enum command_code code, const char *why)
{
    if (change->call) command_call_refuse(change->call, code, "%s", why);
    change->call = NULL;
}

static void drop(struct commands *commands, uint32_t at)
{
    free(commands->waiting[at].record);
    commands->waits--;
    memmove(&commands->waiting[at], &commands->waiting[at + 1],
            (commands->waits - at) * sizeof commands->waiting[0]);
}

void commands_follow_every(struct commands *commands)
{
    commands->follow.repeat = FOLLOW_SECONDS;
}

static void follow_begin(struct commands *commands)
{
    struct ev_loop *loop = commands->plan.polluxd->loop;
    if (!ev_is_active(&commands->follow)) ev_timer_again(loop, &commands->follow);
}

/* Whether orders may leave again by it. */
static bool releases(const struct change *change)
{
    return !change->look && change->record->kind == RISK_RECORD_STATE &&
           change->record->value != RISK_HALTED;
}

/* REDUCE_ONLY is tried again: it may tighten, and the engine knows whether it would loosen now. */
static bool arms(const struct change *change)
{
    return releases(change) && change->record->value == RISK_ACTIVE;
}

/* What halts the box goes before whatever is not under way yet. */
static bool halts_box(const struct change *change)
{
    return change->records == 1 && change->record->kind == RISK_RECORD_STATE &&
           change->record->scope == RISK_BOX && change->record->value == RISK_HALTED;
}

/* Whoever wanted to release something before the box was halted must decide again. */
static void releases_refuse(struct commands *commands)
{
    uint32_t under_way = commands->posted ? 1 : 0;
    for (uint32_t i = commands->waits; i-- > under_way;) {
        if (!releases(&commands->waiting[i])) continue;
        call_refuse(&commands->waiting[i], COMMAND_REFUSED, "the box has been halted meanwhile");
        drop(commands, i);
    }
    commands_confirm_end(commands);
}

void commands_change(struct commands *commands, const struct change *change)
{
    struct change *waiting = commands->waiting;
    uint32_t at = commands->waits;
    if (!change->look && halts_box(change)) {
        engine_stage_halt(engine_of(commands));
        releases_refuse(commands);
        at = commands->waits > 0 && commands->posted ? 1 : 0;
    }
    if (commands->waits == COMMANDS_WAITING_MAX) {
        free(change->record);
        command_call_refuse(change->call, COMMAND_UNAVAILABLE, "too many changes are under way%s",
                            at < commands->waits ? "; the box is halted" : "");
        return;
    }
    memmove(&waiting[at + 1], &waiting[at], (commands->waits - at) * sizeof *waiting);
    waiting[at] = *change;
    waiting[at].since = commands_now();
    if (!change->look && !change->stamped) {
        waiting[at].tightened = change->call->tightened;
        waiting[at].stamped = true;
    }
    commands->waits++;
    follow_begin(commands);
}

/* The head is posted, or done. */
static void head_begin(struct commands *commands)
{
    struct change *head = &commands->waiting[0];
    if (reload_busy(commands->plan.polluxd->reload)) return;
    if (head->look) {
        head->done(commands, head, NULL);
        drop(commands, 0);
        return;
    }
    if (releases(head) && trading_halt_pending()) {
        call_refuse(head, COMMAND_REFUSED, "the box has been halted meanwhile");
        drop(commands, 0);
        return;
    }
    commands->change = (struct engine_change){
        .since = head->tightened, .controls = head->records, .record = head->record};
    commands->posted = engine_stage_change(engine_of(commands), &commands->change);
    commands->plan.polluxd->changing = commands->posted;
}

/* Something came between.  A halt of the box that waits goes first. */
static void again_later(struct commands *commands)
{
    struct change *waiting = commands->waiting, head = waiting[0];
    if (commands->waits < 2 || waiting[1].look || !halts_box(&waiting[1])) return;
    waiting[0] = waiting[1];
    waiting[1] = head;
}

/* Who asked for a release, or confirms one, has not seen what was halted meanwhile. */
static void overtaken_refuse(struct change *head, const struct risk_record *by)
{
    static const char *const scopes[] = {[RISK_BOX] = "the box",
                                         [RISK_VENUE] = "a venue",
                                         [RISK_STRATEGY] = "a strategy",
                                         [RISK_SYMBOL] = "a symbol"};
    char sentence[COMMAND_PROBLEM_MAX];
    struct text text = text_in(sentence, sizeof sentence);
    if (by->kind == RISK_RECORD_BOUND)
        text_format(&text, "the limit %s was tightened", risk_limit(by->limit)->name);
    else text_format(&text, "%s was set to %s", scopes[by->scope], report_trading_state(by->value));
    if (by->role == RISK_BY_BOX) text_append(&text, " by the box");
    else text_format(&text, " by user %u", by->who);
    text_format(&text, " (%s) after this was asked for: look, and ask again", by->reason);
    call_refuse(head, COMMAND_REFUSED, sentence);
}

static void head_answered(struct commands *commands, const struct engine_control_answer *answer)
{
    struct change *head = &commands->waiting[0];
    commands->posted = commands->plan.polluxd->changing = false;
    bool again = answer->verdict == RISK_CONTROL_TURN && !arms(head) && head->call;
    if (again && ++head->attempts < ATTEMPTS) {
        again_later(commands);
        return;
    }
    if (head->call && answer->verdict == RISK_CONTROL_OK) {
        head->done(commands, head, answer);
    } else if (head->call && answer->verdict == RISK_CONTROL_SECOND) {
        commands_propose(commands, head);
    } else if (head->call && answer->verdict == RISK_CONTROL_SINCE) {
        overtaken_refuse(head, &answer->tightened);
    } else {
        call_refuse(head, COMMAND_REFUSED, risk_control_text(answer->verdict));
    }
    drop(commands, 0);
}

/* Nobody waits for ever.  What is under way stays until the engine has answered; what is not will
 * not be done any more, for he who asked was told so. */
static void late_refuse(struct commands *commands)
{
    nanos_t now = commands_now();
    for (uint32_t i = commands->waits; i-- > 0;) {
        struct change *one = &commands->waiting[i];
        if (!one->call || now - one->since < ANSWER_NS) continue;
        bool under_way = i == 0 && commands->posted;
        const char *why = "other changes have been under way for 5 s";
        if (under_way) why = "the engine has not answered for 5 s; the change may come yet";
        else if (!one->look && halts_box(one))
            why = "the box is halted, but who asked for it is not in the journal: other changes "
                  "have been under way for 5 s";
        call_refuse(one, COMMAND_UNAVAILABLE, why);
        if (!under_way) drop(commands, i);
    }
}

void commands_follow(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct commands *commands = timer->data;
    struct engine_control_answer answer;
    if (commands->posted && engine_stage_controlled(engine_of(commands), &answer))
        head_answered(commands, &answer);
    if (commands->waits > 0 && !commands->posted) head_begin(commands);
    late_refuse(commands);
    if (commands->waits == 0) ev_timer_stop(loop, timer);
}

void commands_change_end(struct commands *commands)
{
    while (commands->waits > 0) {
        call_refuse(&commands->waiting[0], COMMAND_UNAVAILABLE, "the box stops");
        drop(commands, 0);
    }
    commands->posted = commands->plan.polluxd->changing = false;
}
