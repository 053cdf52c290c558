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

static bool record_write(struct command_desk *desk, json_t *line, bool durable)
{
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    char *whole = NULL;
    int length = text ? asprintf(&whole, "%s\n", text) : -1;
    bool written =
        length > 0 && desk->plan.record(desk->plan.record_context, whole, (size_t)length, durable);
    if (length > 0) free(whole);
    free(text);
    desk->counts.record_lost += !written;
    return written;
}

/* A disk that hangs delays no halt. */
static bool begin_write(struct act *act)
{
    struct command_desk *desk = act->desk;
    const struct command_call *call = &act->call;
    char at[40];
    stamp(at, desk->plan.now());
    act->number = ++desk->acts;
    return record_write(desk,
                        json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:s, s:s, s:O}", "at", at, "act",
                                  (json_int_t)act->number, "step", "begun", "uid",
                                  (json_int_t)call->caller.uid, "gid", (json_int_t)call->caller.gid,
                                  "pid", (json_int_t)call->caller.pid, "role",
                                  command_role_name(call->caller.role), "method",
                                  command_at(call->number)->method, "params", call->parameters),
                        !command_at(call->number)->tightens);
}

static void end_write(struct act *act)
{
    const struct command_call *call = &act->call;
    char at[40];
    stamp(at, act->desk->plan.now());
    json_t *line = json_pack("{s:s, s:I, s:s, s:s}", "at", at, "act", (json_int_t)act->number,
                             "step", "ended", "method", command_at(call->number)->method);
    if (call->code == COMMAND_OK) json_object_set(line, "result", call->result);
    else json_object_set_new(line, "error", json_string(call->problem));
    (void)record_write(act->desk, line, true);
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

static void act_told(void *context, struct command_call *call)
{
    struct act *act = context;
    ++*counter_of(&act->desk->counts, call->code);
    act->desk->counts.under_way--;
    if (act->number) end_write(act);
    act_end(act);
}

static void act_begin(struct act *act)
{
    struct command_desk *desk = act->desk;
    struct command_call *call = &act->call;
    const struct command *command = command_at(call->number);
    command_fn *on = desk->plan.on[call->number];
    desk->counts.under_way++;
    call->told = act_told;
    call->context = act;
    if (!on) {
        command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has nothing that %s is for",
                            command->method);
        return;
    }
    if (command->changes && !begin_write(act) && !command->tightens) {
        const char *why =
            desk->plan.record_why ? desk->plan.record_why(desk->plan.record_context) : "";
        act->number = 0;
        command_call_refuse(call, COMMAND_UNAVAILABLE,
                            "the record of changes cannot be written, so nothing is changed%s%s",
                            why[0] ? ": " : "", why);
        return;
    }
    on(desk->plan.context, call);
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
