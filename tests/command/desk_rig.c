#include "tests/command/desk_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command_desk desk;
command_fn *handlers[COMMAND_COUNT];
char story[DESK_STORY_BYTES];
bool record_works;
bool record_hangs;

/* Who waits for a line, the oldest first: as many as hang at once in a spec. */
static command_written_fn *waits[4];
static void *waits_of[4];
static uint32_t waiting;

char answer[DESK_ANSWER_BYTES];
uint32_t answers;

static void tell(const char *what, const char *more)
{
    size_t length = strlen(story);
    snprintf(story + length, sizeof story - length, "%s%s\n", what, more);
}

static void handled(void *context, struct command_call *call)
{
    (void)context;
    tell("done ", command_at(call->number)->method);
    const char *reason = command_call_text(call, "reason");
    command_call_answer(call, json_pack("{s:s?, s:I}", "reason", reason, "count",
                                        (json_int_t)command_call_whole(call, "count", 7)));
}

static void record(void *context, const char *line, size_t length, command_written_fn *told,
                   void *of)
{
    (void)context;
    json_error_t error;
    json_t *is = json_loadb(line, length - 1, 0, &error);
    EXPECT(is != NULL && line[length - 1] == '\n');
    tell(json_string_value(json_object_get(is, "step")), record_works ? "" : " lost");
    json_decref(is);
    if (!record_hangs) {
        told(of, record_works);
        return;
    }
    EXPECT(waiting < ARRAY_COUNT(waits));
    waits[waiting] = told;
    waits_of[waiting++] = of;
}

void disk_says(bool written)
{
    command_written_fn *told = waits[0];
    void *of = waits_of[0];
    EXPECT(waiting > 0);
    waiting--;
    memmove(waits, waits + 1, waiting * sizeof *waits);
    memmove(waits_of, waits_of + 1, waiting * sizeof *waits_of);
    told(of, written);
}

static nanos_t today(void)
{
    return 1000000000ull * NANOS_SECOND + 42 * 1000ull;
}

void desk_begin(void)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) handlers[i] = handled;
    memset(&desk, 0, sizeof desk);
    desk.plan = (struct command_desk_plan){.on = handlers, .record = record, .now = today};
    record_works = true;
    record_hangs = false;
    waiting = 0;
    story[0] = answer[0] = 0;
    answers = 0;
}

void desk_answered(void *context, const char *line, size_t length)
{
    (void)context;
    answers++;
    snprintf(answer, sizeof answer, "%.*s", (int)length, line);
}

const char *ask_as(enum command_role role, const char *line)
{
    struct command_caller caller = {.uid = 1007, .gid = 100, .pid = 4711, .role = role};
    command_desk_take(&desk, &caller, line, strlen(line), desk_answered, NULL);
    return answer;
}

const char *ask(const char *line)
{
    return ask_as(COMMAND_ADMIN, line);
}

int code(void)
{
    json_error_t error;
    json_t *is = json_loads(answer, JSON_REJECT_DUPLICATES, &error);
    const char *version = json_string_value(json_object_get(is, "jsonrpc"));
    json_t *wrong = json_object_get(is, "error");
    const char *message = json_string_value(json_object_get(wrong, "message"));
    int found = 1;
    if (version && strcmp(version, "2.0") == 0 && json_object_get(is, "id") &&
        answer[strlen(answer) - 1] == '\n' && strchr(answer, '\n')[1] == 0) {
        if (json_is_object(json_object_get(is, "result")) && !wrong) found = 0;
        if (message && message[0] && !json_object_get(is, "result"))
            found = (int)json_integer_value(json_object_get(wrong, "code"));
    }
    json_decref(is);
    return found;
}
