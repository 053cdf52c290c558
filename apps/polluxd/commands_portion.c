/* A portion of a long table: asked of its stage, answered when the stage has copied it. */

#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/rows.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_USUAL 100

static_assert(COMMAND_ROWS_MAX == WINDOW_ROWS, "as many as a window has");
static_assert(2 * COMMAND_CONNECTIONS_MAX <= ROWS_WAITING_MAX, "each connection's, and others");

struct asked {
    struct commands *commands;
    struct command_call *call;
    struct portion portion;
};

struct window_ask commands_ask(const struct command_call *call, uint32_t kind)
{
    return (struct window_ask){
        .kind = kind,
        .limit = (uint32_t)command_call_whole(call, "limit", ROWS_USUAL),
        .after = (uint64_t)command_call_whole(call, "after", 0),
        .strategy = WINDOW_ANY,
        .venue = WINDOW_ANY,
    };
}

void commands_answer_rows(struct command_call *call, json_t *answer, const char *key, json_t *rows,
                          const struct window_said *said)
{
    json_object_set_new(answer, "shown", commands_count(json_array_size(rows)));
    json_object_set_new(answer, "of", said->ended ? commands_count(said->matched) : json_null());
    json_object_set_new(answer, "next", said->next ? commands_count(said->next) : json_null());
    json_object_set_new(answer, "one_moment", json_boolean(said->turns <= 1));
    json_object_set_new(answer, key, rows);
    command_call_answer(call, answer);
}

static void told(void *context, const struct window *window, const struct window_said *said)
{
    struct asked *asked = context;
    struct portion *portion = &asked->portion;
    if (said) {
        portion->told(asked->commands, asked->call, window, said, portion);
    } else {
        json_decref(portion->before);
        command_call_refuse(asked->call, COMMAND_UNAVAILABLE,
                            "the stage has not answered, or the box stops");
    }
    free(asked);
}

void commands_portion(struct commands *commands, struct command_call *call, struct window *window,
                      const struct window_ask *ask, const struct portion *portion)
{
    struct asked *asked = malloc(sizeof *asked);
    CHECK(asked != NULL);
    *asked = (struct asked){commands, call, *portion};
    if (rows_ask(commands->plan.polluxd->rows, window, ask, told, asked)) return;
    json_decref(portion->before);
    free(asked);
    command_call_refuse(call, COMMAND_UNAVAILABLE, "too many others ask for rows already");
}

void commands_rows(struct commands *commands, struct command_call *call,
                   const struct window *window, const struct window_said *said,
                   struct portion *portion)
{
    json_t *rows = portion->before ? portion->before : json_array();
    struct window_said all = *said;
    all.matched += portion->others;
    for (uint32_t i = 0; i < said->rows; i++)
        json_array_append_new(rows, portion->show(commands, window_row(window, i)));
    commands_answer_rows(call, json_object(), portion->key, rows, &all);
}
