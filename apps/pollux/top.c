#include "apps/pollux/top.h"

#include "apps/pollux/print.h"

#include <string.h>

#define BOOKS_SHOWN  8u
#define EVENTS_SHOWN 8

/* NULL: nobody answers, or it is refused.  A part that the box does not have is an empty one. */
static json_t *ask(struct talk *talk, uint32_t number, json_t *parameters, char **refused)
{
    json_t *answer = talk_ask(talk, command_at(number)->method, parameters);
    json_decref(parameters);
    if (!answer) return NULL;
    json_t *result = json_incref(json_object_get(answer, "result"));
    json_t *error = json_object_get(answer, "error");
    bool none = json_integer_value(json_object_get(error, "code")) == -32003;
    if (!result && none) result = json_object();
    const char *message = json_string_value(json_object_get(error, "message"));
    if (!result) *refused = strdup(message ? message : "the answer is none of JSON-RPC");
    json_decref(answer);
    return result;
}

static const char *text_of(const json_t *of, const char *key)
{
    const char *text = json_string_value(json_object_get(of, key));
    return text ? text : "";
}

static uint64_t count_of(const json_t *of, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(of, key));
}

static void counted(struct text *out, const json_t *of, const char *key, const char *what)
{
    if (!json_object_get(of, key)) return;
    text_append(out, "  ");
    text_grouped(out, count_of(of, key));
    text_format(out, " %s", what);
}

static bool head_print(struct text *out, struct talk *talk, char **refused)
{
    json_t *status = ask(talk, COMMAND_STATUS, json_object(), refused);
    if (!status) return false;
    uint64_t up = count_of(status, "up_seconds");
    text_format(out, "Pollux %s  %s  up %u:%02u:%02u  Ctrl-C leaves\n\n",
                text_of(status, "version"), text_of(status, "name"), (uint32_t)(up / 3600),
                (uint32_t)(up / 60 % 60), (uint32_t)(up % 60));
    if (json_object_get(status, "trading")) {
        text_format(out, "gateway  %s  profit %s", text_of(status, "trading"),
                    text_of(status, "profit"));
        counted(out, status, "sent", "sent");
        counted(out, status, "open", "open");
        counted(out, status, "in_doubt", "in doubt");
        counted(out, status, "fills", "fills");
        counted(out, status, "refused", "refused");
        text_append_char(out, '\n');
    }
    if (json_object_get(status, "feed")) {
        text_format(out, "feed     %s", text_of(status, "feed"));
        counted(out, status, "messages", "messages");
        counted(out, status, "gaps", "gaps");
        counted(out, status, "decisions", "decisions");
        text_append_char(out, '\n');
    }
    if (json_object_get(status, "venue")) {
        text_format(out, "venue    %s", text_of(status, "venue"));
        counted(out, status, "venue_requests", "requests");
        counted(out, status, "venue_orders", "orders");
        text_append_char(out, '\n');
    }
    json_decref(status);
    return true;
}

static bool table_print(struct text *out, struct talk *talk, uint32_t number, json_t *parameters,
                        size_t rows, char **refused)
{
    const struct command *command = command_at(number);
    json_t *result = ask(talk, number, parameters, refused);
    if (!result) return false;
    const json_t *list = json_object_get(result, command->rows);
    if (json_array_size(list) > 0) {
        text_append_char(out, '\n');
        print_rows(out, command->columns, list, rows);
    }
    size_t shown = json_array_size(list) < rows ? json_array_size(list) : rows;
    if (command->portions && json_object_get(result, "of")) print_portion(out, result, shown);
    json_decref(result);
    return true;
}

bool top_page(struct text *out, struct talk *talk, char **refused)
{
    return head_print(out, talk, refused) &&
           table_print(out, talk, COMMAND_INSTRUMENTS, json_pack("{s:s}", "which", "screen"),
                       BOOKS_SHOWN, refused) &&
           table_print(out, talk, COMMAND_STRATEGIES_LIST, json_object(), SIZE_MAX, refused) &&
           table_print(out, talk, COMMAND_SESSIONS, json_object(), SIZE_MAX, refused) &&
           table_print(out, talk, COMMAND_LATENCY, json_object(), SIZE_MAX, refused) &&
           table_print(out, talk, COMMAND_EVENTS, json_pack("{s:i}", "count", EVENTS_SHOWN),
                       SIZE_MAX, refused);
}
