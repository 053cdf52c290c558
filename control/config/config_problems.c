#include "control/config/config_problems.h"

#include <stdarg.h>
#include <string.h>

bool config_problems_full(const struct config_problems *problems)
{
    return problems->count == CONFIG_PROBLEMS_MAX;
}

void config_problems_add(struct config_problems *problems, struct config_place place,
                         const char *format, ...)
{
    if (config_problems_full(problems)) {
        problems->more++;
        return;
    }
    struct config_problem *problem = &problems->at[problems->count++];
    problem->line = place.line;
    problem->column = place.column;
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(problem->sentence, sizeof problem->sentence, format, arguments);
    va_end(arguments);
    CHECK(bytes > 0);
    if ((size_t)bytes >= sizeof problem->sentence)
        memcpy(problem->sentence + sizeof problem->sentence - 4, "...", 4);
}

static bool problem_after(const struct config_problem *one, const struct config_problem *other)
{
    if (one->line != other->line) return one->line > other->line;
    return one->column > other->column;
}

/* By insertion: at most CONFIG_PROBLEMS_MAX, nearly in order, and equal ones must keep theirs. */
void config_problems_sort(struct config_problems *problems, struct config_place end)
{
    for (uint32_t i = 0; i < problems->count; i++) {
        struct config_problem *problem = &problems->at[i];
        if (problem->line <= end.line) continue;
        problem->line = end.line;
        problem->column = end.column;
    }
    for (uint32_t i = 1; i < problems->count; i++) {
        struct config_problem moved = problems->at[i];
        uint32_t place = i;
        for (; place > 0 && problem_after(&problems->at[place - 1], &moved); place--)
            problems->at[place] = problems->at[place - 1];
        problems->at[place] = moved;
    }
}

struct config_shown config_shown(const char *text, size_t bytes)
{
    struct config_shown shown = {0};
    size_t kept = bytes < CONFIG_SHOWN_MAX ? bytes : CONFIG_SHOWN_MAX;
    for (size_t i = 0; i < kept; i++) {
        bool printable = text[i] >= 0x20 && text[i] <= 0x7e;
        shown.text[i] = (char)(printable ? text[i] : '?');
    }
    if (kept < bytes) memcpy(shown.text + kept, "...", 4);
    return shown;
}

void config_print_problems(FILE *out, const char *path, const struct config_problems *problems)
{
    for (uint32_t i = 0; i < problems->count; i++) {
        const struct config_problem *problem = &problems->at[i];
        fprintf(out, "%s:", path);
        if (problem->line > 0) fprintf(out, "%u:%u:", problem->line, problem->column);
        fprintf(out, " %s\n", problem->sentence);
    }
    if (problems->more > 0) fprintf(out, "%s: and %u more\n", path, problems->more);
}
