#include "control/command/command_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 40 /* characters of what was asked, in a sentence */

static bool refuse(struct command_call *call, enum command_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct command_call *call, enum command_code code, const char *format, ...)
{
    va_list more;
    va_start(more, format);
    call->code = code;
    vsnprintf(call->problem, sizeof call->problem, format, more);
    va_end(more);
    return false;
}

/* Texts. */

/* A sentence that was cut within a character would be no text, and none of it be said. */
static void whole_characters(char *text)
{
    size_t end = strlen(text), at = end;
    while (at > 0 && ((uint8_t)text[at - 1] & 0xc0) == 0x80) at--;
    if (at == 0) return;
    uint8_t first = (uint8_t)text[at - 1];
    size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    if (end - (at - 1) < bytes) text[at - 1] = 0;
}

/* jansson has seen that it is UTF-8; what is left are control characters, those of C1 too. */
static bool printable(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)text[i], next = i + 1 < length ? (uint8_t)text[i + 1] : 0;
        if (byte < 0x20 || byte == 0x7f) return false;
        if (byte == 0xc2 && next < 0xa0) return false;
    }
    return true;
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++) count += ((uint8_t)*text & 0xc0) != 0x80;
    return count;
}

/* As it may be repeated in a sentence. */
static const char *shown(const char *text)
{
    bool plain = strlen(text) <= SHOWN_MAX;
    for (const char *at = text; *at && plain; at++) plain = *at >= ' ' && *at <= '~';
    return plain ? text : "that";
}

/* Lists and objects within each other, before anything of it is built. */
static bool too_deep(const char *line, size_t length)
{
    uint32_t depth = 0;
    bool text = false;
    for (size_t i = 0; i < length; i++) {
        if (text) {
            if (line[i] == '\\') i++;
            else text = line[i] != '"';
        } else if (line[i] == '"') {
            text = true;
        } else if (line[i] == '[' || line[i] == '{') {
            if (++depth > COMMAND_DEPTH_MAX) return true;
        } else if ((line[i] == ']' || line[i] == '}') && depth > 0) {
            depth--;
        }
    }
    return false;
}

/* The request. */

static bool id_take(struct command_call *call, json_t *id)
{
    if (!id) return refuse(call, COMMAND_BAD_REQUEST, "a request has an id");
    bool text = json_is_string(id) && json_string_length(id) <= COMMAND_ID_MAX;
    if (!text && !json_is_integer(id))
        return refuse(call, COMMAND_BAD_REQUEST,
                      "an id is a whole number or a text of at most %u bytes", COMMAND_ID_MAX);
    call->id = json_incref(id);
    return true;
}

static bool members_check(struct command_call *call, json_t *request)
{
    static const char *const known[] = {"jsonrpc", "id", "method", "params"};
    const char *name;
    json_t *value;
    json_object_foreach(request, name, value)
    {
        uint32_t i = 0;
        while (i < ARRAY_COUNT(known) && strcmp(known[i], name) != 0) i++;
        if (i == ARRAY_COUNT(known))
            return refuse(call, COMMAND_BAD_REQUEST,
                          "a request has jsonrpc, id, method and params, not %s", shown(name));
    }
    const char *version = json_string_value(json_object_get(request, "jsonrpc"));
    if (!version || strcmp(version, "2.0") != 0)
        return refuse(call, COMMAND_BAD_REQUEST, "jsonrpc is \"2.0\"");
    return true;
}

static bool command_take(struct command_call *call, const json_t *method)
{
    const char *name = json_string_value(method);
    if (!name) return refuse(call, COMMAND_BAD_REQUEST, "method is the name of a command");
    uint32_t number = command_find(name);
    enum command_role role = call->caller.role;
    if (role == COMMAND_NOBODY)
        return refuse(call, COMMAND_FORBIDDEN, "user %u may not give commands to this box",
                      call->caller.uid);
    if (number == COMMAND_COUNT)
        return refuse(call, COMMAND_UNKNOWN, "there is no command %s", shown(name));
    call->number = number;
    if (role < command_at(number)->role)
        return refuse(call, COMMAND_FORBIDDEN, "%s needs the role %s, and user %u is %s", name,
                      command_role_name(command_at(number)->role), call->caller.uid,
                      command_role_name(role));
    return true;
}

/* Parameters. */

static const struct command_parameter *parameter_named(const struct command *command,
                                                       const char *name)
{
    for (uint32_t i = 0; i < command_parameters(command); i++)
        if (strcmp(command->parameters[i].name, name) == 0) return &command->parameters[i];
    return NULL;
}

static bool choice_check(struct command_call *call, const struct command_parameter *is,
                         const char *text)
{
    char all[128] = "";
    for (uint32_t i = 0; is->choices[i]; i++) {
        if (strcmp(is->choices[i], text) == 0) return true;
        size_t length = strlen(all);
        snprintf(all + length, sizeof all - length, "%s%s", i ? ", " : "", is->choices[i]);
    }
    return refuse(call, COMMAND_BAD_PARAMETERS, "%s is one of %s, not %s", is->name, all,
                  shown(text));
}

static bool text_check(struct command_call *call, const struct command_parameter *is,
                       const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text) return refuse(call, COMMAND_BAD_PARAMETERS, "%s is a text", is->name);
    if (is->type == COMMAND_CHOICE) return choice_check(call, is, text);
    int64_t length = (int64_t)characters(text);
    if (length < is->low || length > is->high || json_string_length(value) > (size_t)is->high)
        return refuse(call, COMMAND_BAD_PARAMETERS, "%s has %lld to %lld characters", is->name,
                      (long long)is->low, (long long)is->high);
    if (!printable(text, json_string_length(value)))
        return refuse(call, COMMAND_BAD_PARAMETERS, "%s holds a control character", is->name);
    return true;
}

static bool parameter_check(struct command_call *call, const struct command_parameter *is,
                            const json_t *value)
{
    if (is->type != COMMAND_WHOLE) return text_check(call, is, value);
    int64_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < is->low || number > is->high)
        return refuse(call, COMMAND_BAD_PARAMETERS, "%s is a whole number from %lld to %lld",
                      is->name, (long long)is->low, (long long)is->high);
    return true;
}

/* A list in the order of the table becomes an object. */
static bool list_take(struct command_call *call, const json_t *list)
{
    const struct command *command = command_at(call->number);
    if (json_array_size(list) > command_parameters(command))
        return refuse(call, COMMAND_BAD_PARAMETERS, "%s takes at most %u parameters",
                      command->method, command_parameters(command));
    call->parameters = json_object();
    for (size_t i = 0; i < json_array_size(list); i++)
        (void)json_object_set(call->parameters, command->parameters[i].name,
                              json_array_get(list, i));
    return true;
}

static bool parameters_check(struct command_call *call)
{
    const struct command *command = command_at(call->number);
    const char *name;
    json_t *value;
    json_object_foreach(call->parameters, name, value)
    {
        const struct command_parameter *is = parameter_named(command, name);
        if (!is)
            return refuse(call, COMMAND_BAD_PARAMETERS, "%s has no parameter %s", command->method,
                          shown(name));
        if (!parameter_check(call, is, value)) return false;
    }
    for (uint32_t i = 0; i < command_parameters(command); i++) {
        const struct command_parameter *is = &command->parameters[i];
        if (is->needed && !json_object_get(call->parameters, is->name))
            return refuse(call, COMMAND_BAD_PARAMETERS, "%s needs the parameter %s",
                          command->method, is->name);
    }
    return true;
}

static bool parameters_take(struct command_call *call, json_t *given)
{
    if (given && !json_is_object(given) && !json_is_array(given))
        return refuse(call, COMMAND_BAD_REQUEST, "params is an object or a list");
    if (json_is_array(given)) {
        if (!list_take(call, given)) return false;
    } else {
        call->parameters = given ? json_incref(given) : json_object();
    }
    return parameters_check(call);
}

static bool request_take(struct command_call *call, json_t *request)
{
    if (json_is_array(request))
        return refuse(call, COMMAND_BAD_REQUEST, "a batch is not taken: one request a line");
    if (!json_is_object(request))
        return refuse(call, COMMAND_BAD_REQUEST, "a request is an object");
    return id_take(call, json_object_get(request, "id")) && members_check(call, request) &&
           command_take(call, json_object_get(request, "method")) &&
           parameters_take(call, json_object_get(request, "params"));
}

bool command_call_read(struct command_call *call, const struct command_caller *caller,
                       const char *line, size_t length)
{
    json_error_t error;
    *call = (struct command_call){.caller = *caller, .number = COMMAND_COUNT};
    if (length >= COMMAND_LINE_MAX)
        return refuse(call, COMMAND_BAD_JSON, "a line has at most %u bytes", COMMAND_LINE_MAX);
    if (too_deep(line, length))
        return refuse(call, COMMAND_BAD_JSON,
                      "lists and objects are in each other more than %u deep", COMMAND_DEPTH_MAX);
    json_t *request = json_loadb(line, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!request)
        return refuse(
            call, COMMAND_BAD_JSON, "the line is no JSON at character %d: %s", error.column,
            json_error_code(&error) == json_error_duplicate_key ? "a name comes twice"
                                                                : "that cannot stand there");
    bool right = request_take(call, request);
    json_decref(request);
    return right;
}

/* For handlers. */

const char *command_call_text(const struct command_call *call, const char *name)
{
    return json_string_value(json_object_get(call->parameters, name));
}

int64_t command_call_whole(const struct command_call *call, const char *name, int64_t otherwise)
{
    const json_t *value = json_object_get(call->parameters, name);
    return value ? json_integer_value(value) : otherwise;
}

void command_call_answer(struct command_call *call, json_t *result)
{
    CHECK(!call->result && call->code == COMMAND_OK);
    call->result = result;
    if (!result) (void)refuse(call, COMMAND_BROKEN, "the answer could not be composed");
    if (call->told) call->told(call->context, call);
}

void command_call_refuse(struct command_call *call, enum command_code code, const char *format, ...)
{
    CHECK(!call->result && call->code == COMMAND_OK && code != COMMAND_OK);
    va_list more;
    va_start(more, format);
    vsnprintf(call->problem, sizeof call->problem, format, more);
    va_end(more);
    whole_characters(call->problem);
    call->code = code;
    if (call->told) call->told(call->context, call);
}

/* The answer. */

static json_t *answer_of(const struct command_call *call, const char *problem)
{
    json_t *answer = json_object();
    json_object_set_new(answer, "jsonrpc", json_string("2.0"));
    if (call->id) json_object_set(answer, "id", call->id);
    else json_object_set_new(answer, "id", json_null());
    if (call->result && !problem) {
        json_object_set(answer, "result", call->result);
        return answer;
    }
    json_t *error = json_object();
    enum command_code code = call->code == COMMAND_OK ? COMMAND_BROKEN : call->code;
    json_object_set_new(error, "code", json_integer(code));
    json_t *message = json_string(problem ? problem : call->problem);
    json_object_set_new(error, "message", message ? message : json_string(command_code_text(code)));
    json_object_set_new(answer, "error", error);
    return answer;
}

static char *dumped(json_t *answer, size_t *length)
{
    char *text = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    *length = text ? strlen(text) : 0;
    return text;
}

char *command_call_write(const struct command_call *call, size_t *length)
{
    char *text = dumped(answer_of(call, NULL), length);
    if (!text || *length >= COMMAND_ANSWER_MAX) {
        free(text);
        text = dumped(answer_of(call, "the answer is too long, or no text"), length);
    }
    char *line = text ? realloc(text, *length + 2) : NULL;
    if (!line) {
        free(text);
        return NULL;
    }
    line[(*length)++] = '\n';
    line[*length] = 0;
    return line;
}

void command_call_free(struct command_call *call)
{
    json_decref(call->id);
    json_decref(call->parameters);
    json_decref(call->result);
    call->id = call->parameters = call->result = NULL;
}

const char *command_code_text(enum command_code code)
{
#define COMMAND_CODE_TEXT(name, number, meaning)                                                   \
    case name: return meaning;
    switch (code) {
        COMMAND_CODES(COMMAND_CODE_TEXT)
    case COMMAND_OK: break;
    }
    return "done";
}
