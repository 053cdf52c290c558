/* Every counter, with its meaning: what a scrape of the box says. */

#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/monitoring.h"
#include "control/metrics/metrics.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "pollux_" /* of every name */

/* Those whose name begins as asked, with the prefix or without. */
struct list {
    json_t *rows;
    const char *begins;
    const char *meaning; /* of the family that is read now, and its length */
    size_t length;
};

static bool wanted(const struct list *list, const char *name)
{
    size_t length = strlen(list->begins);
    return strncmp(name, list->begins, length) == 0 ||
           strncmp(name + strlen(PREFIX), list->begins, length) == 0;
}

/* "pollux_session_sent_total{venue=\"box\"} 123": the value is behind the last space. */
static void sample_add(const struct list *list, const char *line, size_t length)
{
    const char *space = memrchr(line, ' ', length);
    if (!space || strncmp(line, PREFIX, strlen(PREFIX)) != 0 || !wanted(list, line)) return;
    size_t value = length - (size_t)(space + 1 - line);
    bool whole = memchr(space + 1, '.', value) == NULL && space[1] != '-';
    json_t *number =
        whole ? commands_count(strtoull(space + 1, NULL, 10)) : json_stringn(space + 1, value);
    json_array_append_new(list->rows,
                          json_pack("{s:o, s:o, s:o}", "name",
                                    json_stringn(line, (size_t)(space - line)), "value", number,
                                    "meaning", json_stringn(list->meaning, list->length)));
}

/* "# HELP NAME MEANING" comes before the samples of a family. */
static void line_add(struct list *list, const char *line, size_t length)
{
    static const char help[] = "# HELP ";
    if (line[0] != '#') {
        sample_add(list, line, length);
        return;
    }
    if (length < sizeof help || memcmp(line, help, sizeof help - 1) != 0) return;
    const char *meaning = memchr(line + sizeof help - 1, ' ', length - sizeof help + 1);
    list->meaning = meaning ? meaning + 1 : line;
    list->length = meaning ? length - (size_t)(meaning + 1 - line) : 0;
}

void commands_metrics(void *context, struct command_call *call)
{
    static char page[METRICS_BYTES_MAX];
    struct commands *commands = context;
    struct text text = text_in(page, sizeof page);
    const char *begins = command_call_text(call, "name");
    struct list list = {.rows = json_array(), .begins = begins ? begins : "", .meaning = ""};
    monitoring_metrics(commands->plan.polluxd->monitoring, &text);
    for (const char *at = page; *at && !text.cut;) {
        size_t length = strcspn(at, "\n");
        line_add(&list, at, length);
        at += length + (at[length] != 0);
    }
    command_call_answer(call, json_pack("{s:o}", "counters", list.rows));
}

void commands_count_all(const struct commands *commands, struct metrics_source *source)
{
    if (!commands) return;
    source->control = command_server_counts(commands->server);
    source->desk = command_server_desk(commands->server);
    source->record = command_server_record(commands->server);
}

const char *commands_record_why(const struct commands *commands)
{
    return commands ? command_server_record_why(commands->server) : "";
}
