/* The table of commands is whole, and what is written about it elsewhere agrees with it. */

#include "control/command/command_call.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char page[1 << 17];

/* A page of the tree. */
static const char *page_read(const char *name)
{
    const char *root = getenv("POLLUX_SOURCE");
    if (root == NULL) spec_skip("POLLUX_SOURCE does not say where the tree is");
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "r");
    EXPECT(file != NULL);
    if (file == NULL) return "";
    page[fread(page, 1, sizeof page - 1, file)] = 0;
    fclose(file);
    return page;
}

static void usage_of(char line[512], const struct command *command)
{
    struct text text = text_in(line, 512);
    command_usage(&text, command);
    EXPECT(!text.cut);
}

SPEC(every_command_has_a_method_a_role_and_a_sentence)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *is = command_at(i);
        EXPECT(is->method != NULL);
        if (is->method == NULL) continue;
        EXPECT_UINT(command_find(is->method), i);
        EXPECT(strlen(is->method) <= COMMAND_WORD_MAX);
        EXPECT(is->role > COMMAND_NOBODY && is->role < COMMAND_ROLE_COUNT);
        EXPECT(is->help[0] >= 'A' && is->help[0] <= 'Z' && is->help[strlen(is->help) - 1] == '.');
        EXPECT((is->rows == NULL) == (is->columns == NULL));
        EXPECT(is->rows || is->fields);
    }
}

SPEC(what_changes_anything_is_not_for_viewers)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++)
        if (command_at(i)->changes) EXPECT(command_at(i)->role >= COMMAND_OPERATOR);
}

SPEC(only_what_halts_may_be_done_without_its_record)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        bool halts = i == COMMAND_HALT || i == COMMAND_STRATEGIES_STOP;
        EXPECT(command_at(i)->tightens == halts);
    }
}

SPEC(what_lets_orders_leave_again_needs_the_role_risk_and_a_reason)
{
    static const uint32_t loosens[] = {COMMAND_ARM, COMMAND_STRATEGIES_START,
                                       COMMAND_FEEDS_RELEASE};
    for (uint32_t i = 0; i < ARRAY_COUNT(loosens); i++) {
        const struct command *is = command_at(loosens[i]);
        const struct command_parameter *last = &is->parameters[command_parameters(is) - 1];
        EXPECT_UINT(is->role, COMMAND_RISK);
        EXPECT_TEXT(last->name, "reason");
        EXPECT(last->needed);
    }
}

SPEC(what_reduces_may_let_more_leave_and_so_says_why)
{
    const struct command *is = command_at(COMMAND_REDUCE);
    const struct command_parameter *last = &is->parameters[command_parameters(is) - 1];
    EXPECT_UINT(is->role, COMMAND_OPERATOR); /* the engine asks for more where it loosens */
    EXPECT_TEXT(last->name, "reason");
    EXPECT(last->needed);
}

SPEC(what_may_be_left_out_comes_behind_what_may_not)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        bool left_out = false;
        for (uint32_t k = 0; k < command_parameters(command_at(i)); k++) {
            const struct command_parameter *is = &command_at(i)->parameters[k];
            EXPECT(is->low <= is->high || is->type == COMMAND_CHOICE);
            EXPECT((is->type == COMMAND_CHOICE) == (is->choices != NULL));
            if (is->option) continue;
            EXPECT(!is->needed || !left_out);
            left_out = !is->needed;
        }
    }
}

SPEC(words_name_a_command_and_a_group_names_its_first)
{
    static const char *const words[] = {"risk", "set", "order_qty"};
    static const char *const others[] = {"risk", "order_qty"};
    static const char *const wrong[] = {"risks"};
    static const char *const whole[] = {"risk.set"};
    uint32_t number;
    EXPECT_UINT(command_of_words(3, words, &number), 2);
    EXPECT_UINT(number, COMMAND_RISK_SET);
    EXPECT_UINT(command_of_words(2, others, &number), 1);
    EXPECT_UINT(number, COMMAND_RISK_SHOW);
    EXPECT_UINT(command_of_words(1, wrong, &number), 0);
    EXPECT_UINT(command_of_words(1, whole, &number), 0);
    EXPECT_UINT(command_of_words(0, wrong, &number), 0);
}

SPEC(the_page_lists_exactly_these_commands_with_their_roles)
{
    const char *text = page_read("control/command/README.md");
    const char *at = strstr(text, "\n| command | role | what |\n");
    EXPECT(at != NULL);
    if (at == NULL) return;
    at = strchr(at + 1, '\n') + 1; /* the rule below the head */
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *is = command_at(i);
        char usage[512], line[1024], found[1024];
        usage_of(usage, is);
        at = strchr(at, '\n') + 1;
        snprintf(line, sizeof line, "| `%s` | %s | %s |", usage, command_role_name(is->role),
                 is->help);
        snprintf(found, sizeof found, "%.*s", (int)strcspn(at, "\n"), at);
        EXPECT_TEXT(found, line);
    }
    at = strchr(at, '\n') + 1;
    EXPECT(*at == '\n');
}

SPEC(the_page_lists_exactly_these_codes)
{
    const char *text = page_read("control/command/README.md");
    char line[256];
#define CODE_EXPECT(name, number, meaning)                                                         \
    snprintf(line, sizeof line, "\n| %d | %s |\n", number, meaning);                               \
    EXPECT(strstr(text, line) != NULL);
    COMMAND_CODES(CODE_EXPECT)
}

SPEC(the_manual_has_every_command)
{
    const char *text = page_read("apps/pollux/pollux.1.scd");
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        char usage[512], entry[1024];
        usage_of(usage, command_at(i));
        snprintf(entry, sizeof entry, "\n%s\n\t%s Role: %s.\n", usage, command_at(i)->help,
                 command_role_name(command_at(i)->role));
        spec_expect(__FILE__, __LINE__, strstr(text, entry) != NULL, "the manual lacks '%s'",
                    usage);
    }
}

#define SPECS(S)                                                                                   \
    S(every_command_has_a_method_a_role_and_a_sentence)                                            \
    S(what_changes_anything_is_not_for_viewers)                                                    \
    S(only_what_halts_may_be_done_without_its_record)                                              \
    S(what_lets_orders_leave_again_needs_the_role_risk_and_a_reason)                               \
    S(what_reduces_may_let_more_leave_and_so_says_why)                                             \
    S(what_may_be_left_out_comes_behind_what_may_not)                                              \
    S(words_name_a_command_and_a_group_names_its_first)                                            \
    S(the_page_lists_exactly_these_commands_with_their_roles)                                      \
    S(the_page_lists_exactly_these_codes)                                                          \
    S(the_manual_has_every_command)
SPEC_MAIN("command_table", SPECS, NULL, NULL)
