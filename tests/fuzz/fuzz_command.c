/* Any bytes as a line of the control socket, from any role.  There is one answer, one line of JSON
 * with a result or an error; it is a result only of a command that the role allows, and what it
 * repeats of the request moves no terminal. */

#include "control/command/command_desk.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t done_as; /* the role of the newest command that was done; ROLE_COUNT: none */

static void handled(void *context, struct command_call *call)
{
    (void)context;
    const struct command *is = command_at(call->number);
    CHECK(call->caller.role >= is->role);
    done_as = call->caller.role;
    for (uint32_t i = 0; i < command_parameters(is); i++) {
        const char *text = command_call_text(call, is->parameters[i].name);
        for (; text && *text; text++) CHECK((uint8_t)*text >= ' ' && *text != 0x7f);
    }
    command_call_answer(call, json_incref(call->parameters));
}

static void record(void *context, const char *line, size_t length, command_written_fn *told,
                   void *of)
{
    (void)context;
    CHECK(length > 1 && memchr(line, '\n', length) == line + length - 1);
    told(of, true);
}

static nanos_t today(void)
{
    return 0;
}

static void answered(void *context, const char *line, size_t length)
{
    uint32_t *answers = context;
    json_error_t error;
    CHECK(length > 1 && memchr(line, '\n', length) == line + length - 1);
    json_t *is = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    CHECK(is != NULL);
    bool result = json_object_get(is, "result") != NULL;
    CHECK(result == (json_object_get(is, "error") == NULL));
    CHECK(result == (done_as != COMMAND_ROLE_COUNT));
    json_decref(is);
    ++*answers;
}

/* The first byte says who asks. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static command_fn *handlers[COMMAND_COUNT];
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) handlers[i] = handled;
    struct command_desk desk = {.plan = {.on = handlers, .record = record, .now = today}};
    if (size == 0) return 0;
    struct command_caller caller = {.uid = 1, .role = data[0] % COMMAND_ROLE_COUNT};
    uint32_t answers = 0;
    done_as = COMMAND_ROLE_COUNT;
    command_desk_take(&desk, &caller, (const char *)data + 1, size - 1, answered, &answers);
    CHECK(answers == 1);
    return 0;
}
