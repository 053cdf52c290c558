/* What is asked of the table. */

#include "control/command/command.h"

#include <stdio.h>
#include <string.h>

static const char *const roles[COMMAND_ROLE_COUNT] = {"nobody", "viewer", "operator", "risk",
                                                      "admin"};

uint32_t command_find(const char *method)
{
    uint32_t i = 0;
    while (i < COMMAND_COUNT && strcmp(command_at(i)->method, method) != 0) i++;
    return i;
}

/* The first one of the group, or COMMAND_COUNT. */
static uint32_t group_find(const char *word)
{
    size_t length = strlen(word);
    uint32_t i = 0;
    for (; i < COMMAND_COUNT; i++) {
        const char *method = command_at(i)->method;
        if (strncmp(method, word, length) == 0 && method[length] == '.') break;
    }
    return i;
}

uint32_t command_of_words(uint32_t count, const char *const *words, uint32_t *number)
{
    char method[2 * COMMAND_WORD_MAX];
    *number = COMMAND_COUNT;
    if (count == 0) return 0;
    if (count > 1) {
        int length = snprintf(method, sizeof method, "%s.%s", words[0], words[1]);
        if (length < (int)sizeof method) *number = command_find(method);
        if (*number < COMMAND_COUNT) return 2;
    }
    *number = strchr(words[0], '.') ? COMMAND_COUNT : command_find(words[0]);
    if (*number == COMMAND_COUNT) *number = group_find(words[0]);
    return *number < COMMAND_COUNT;
}

static void capitals_append(struct text *out, const char *word)
{
    for (; *word; word++) {
        bool small = *word >= 'a' && *word <= 'z';
        text_append_char(out, (char)(small ? *word - 'a' + 'A' : *word));
    }
}

void command_usage(struct text *out, const struct command *command)
{
    size_t group = strcspn(command->method, ".");
    text_append_bytes(out, command->method, group);
    if (command->method[group]) text_format(out, " %s", command->method + group + 1);
    for (uint32_t i = 0; i < command_parameters(command); i++) {
        const struct command_parameter *is = &command->parameters[i];
        text_append(out, is->needed ? " " : " [");
        if (is->option) text_format(out, "--%s ", is->name);
        capitals_append(out, is->name);
        if (!is->needed) text_append_char(out, ']');
    }
}

uint32_t command_parameters(const struct command *command)
{
    uint32_t count = 0;
    while (command->parameters && command->parameters[count].name) count++;
    return count;
}

const char *command_role_name(enum command_role role)
{
    return role < COMMAND_ROLE_COUNT ? roles[role] : "?";
}

enum command_role command_role_named(const char *name, size_t length)
{
    uint32_t i = 0;
    while (i < COMMAND_ROLE_COUNT &&
           (strlen(roles[i]) != length || strncmp(roles[i], name, length) != 0))
        i++;
    return (enum command_role)i;
}
