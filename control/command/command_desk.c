#include "control/command/command_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A request under way. */
struct act {
    struct command_call call; /* first: it is what handlers hold */
    struct command_desk *desk;
    uint64_t number; /* in the record; 0: nothing is written */
    command_answer_fn *answer;
    void *context;
};

/* The record: a line when it begins, a line when it has ended. */

static void stamp(char text[40], nanos_t now)
{
    time_t seconds = (time_t)(now / NANOS_SECOND);
    struct tm day;
    gmtime_r(&seconds, &day);
    size_t length = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", &day);
    snprintf(text + length, 40 - length, ".%06uZ", (unsigned)(now % NANOS_SECOND / 1000));
}

static void record_write(struct command_desk *desk, json_t *line, command_written_fn *told,
                         void *of)
{
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    char *whole = NULL;
    int length = text ? asprintf(&whole, "%s\n", text) : -1;
    if (length > 0) {
        desk->plan.record(desk->plan.record_context, whole, (size_t)length, told, of);
        free(whole);
    } else {
        told(of, false);
    }
    free(text);
}

/* Of a line that nobody waits for. */
static void line_told(void *of, bool written)
{
    struct command_desk *desk = of;
    desk->counts.record_lost += !written;
}

static json_t *begin_line(struct act *act)
{
    const struct command_call *call = &act->call;
    char at[40];
    stamp(at, act->desk->plan.now());
    act->number = ++act->desk->acts;
    return json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:s, s:s, s:O}", "at", at, "act",
                     (json_int_t)act->number, "step", "begun", "uid", (json_int_t)call->caller.uid,
                     "gid", (json_int_t)call->caller.gid, "pid", (json_int_t)call->caller.pid,
                     "role", command_role_name(call->caller.role), "method",
                     command_at(call->number)->method, "params", call->parameters);
}

static json_t *end_line(const struct act *act)
{
    const struct command_call *call = &act->call;
    char at[40];
    stamp(at, act->desk->plan.now());
    json_t *line = json_pack("{s:s, s:I, s:s, s:s}", "at", at, "act", (json_int_t)act->number,
                             "step", "ended", "method", command_at(call->number)->method);
    if (call->code == COMMAND_OK) json_object_set(line, "result", call->result);
    else json_object_set_new(line, "error", json_string(call->problem));
    return line;
}

/* Ends. */

static uint64_t *counter_of(struct command_desk_counts *counts, enum command_code code)
{
    switch (code) {
    case COMMAND_OK: return &counts->answered;
    case COMMAND_BAD_JSON: return &counts->bad_json;
    case COMMAND_BAD_REQUEST: return &counts->bad_request;
    case COMMAND_UNKNOWN: return &counts->unknown;
    case COMMAND_BAD_PARAMETERS: return &counts->bad_parameters;
    case COMMAND_BROKEN: return &counts->broken;
    case COMMAND_FORBIDDEN: return &counts->forbidden;
    case COMMAND_REFUSED: return &counts->refused;
    case COMMAND_UNAVAILABLE: return &counts->unavailable;
    }
    UNREACHABLE("each code is counted");
}

static void act_end(struct act *act)
{
    size_t length;
    char *answer = command_call_write(&act->call, &length);
    act->answer(act->context, answer ? answer : "\n", answer ? length : 1);
    free(answer);
    command_call_free(&act->call);
    free(act);
}

static void end_told(void *of, bool written)
{
    struct act *act = of;
    line_told(act->desk, written);
    act_end(act);
}

static void act_told(void *context, struct command_call *call)
{
    struct act *act = context;
    struct command_desk *desk = act->desk;
    ++*counter_of(&desk->counts, call->code);
    desk->counts.under_way--;
    bool waits = act->number && !command_at(call->number)->tightens;
    if (waits) {
        record_write(desk, end_line(act), end_told, act);
        return;
    }
    if (act->number) record_write(desk, end_line(act), line_told, desk);
    act_end(act);
}

static void act_perform(struct act *act)
{
    struct command_desk *desk = act->desk;
    desk->plan.on[act->call.number](desk->plan.context, &act->call);
}

static void begin_told(void *of, bool written)
{
    struct act *act = of;
    struct command_desk *desk = act->desk;
    line_told(desk, written);
    if (!written) {
        const char *why =
            desk->plan.record_why ? desk->plan.record_why(desk->plan.record_context) : "";
        act->number = 0;
        command_call_refuse(&act->call, COMMAND_UNAVAILABLE,
                            "the record of changes cannot be written, so nothing is changed%s%s",
                            why[0] ? ": " : "", why);
        return;
    }
    if (desk->ends) {
        command_call_refuse(&act->call, COMMAND_UNAVAILABLE, "the box stops");
        return;
    }
    act_perform(act);
}

static void act_begin(struct act *act)
{
    struct command_desk *desk = act->desk;
    struct command_call *call = &act->call;
    const struct command *command = command_at(call->number);
    desk->counts.under_way++;
    call->told = act_told;
    call->context = act;
    if (!desk->plan.on[call->number]) {
        command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has nothing that %s is for",
                            command->method);
        return;
    }
    if (desk->plan.tightened) call->tightened = desk->plan.tightened(desk->plan.context);
    if (command->changes && !command->tightens) {
        record_write(desk, begin_line(act), begin_told, act);
        return;
    }
    if (command->changes) record_write(desk, begin_line(act), line_told, desk);
    act_perform(act);
}

void command_desk_take(struct command_desk *desk, const struct command_caller *caller,
                       const char *line, size_t length, command_answer_fn *answer, void *context)
{
    struct act *act = calloc(1, sizeof *act);
    CHECK(act != NULL);
    act->desk = desk;
    act->answer = answer;
    act->context = context;
    desk->counts.request++;
    if (command_call_read(&act->call, caller, line, length)) {
        act_begin(act);
        return;
    }
    ++*counter_of(&desk->counts, act->call.code);
    act_end(act);
}
