#include "control/command/command_users.h"

#include <string.h>

#define WORDS 3u

struct line {
    uint32_t number;
    uint32_t words;
    const char *word[WORDS];
    size_t length[WORDS];
};

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r';
}

/* Words up to '#'; more than WORDS are counted. */
static void line_split(struct line *line, const char *at, size_t length)
{
    line->words = 0;
    for (size_t i = 0; i < length && at[i] != '#';) {
        if (is_space(at[i])) {
            i++;
            continue;
        }
        size_t begin = i;
        while (i < length && !is_space(at[i]) && at[i] != '#') i++;
        if (line->words < WORDS) {
            line->word[line->words] = at + begin;
            line->length[line->words] = i - begin;
        }
        line->words++;
    }
}

static bool word_is(const struct line *line, uint32_t word, const char *text)
{
    return line->length[word] == strlen(text) &&
           memcmp(line->word[word], text, line->length[word]) == 0;
}

/* "1007"; -1 would be everybody to some calls, and is no id. */
static bool number_read(const char *word, size_t length, uint32_t *id)
{
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++) {
        if (word[i] < '0' || word[i] > '9' || number > UINT32_MAX) return false;
        number = number * 10 + (uint64_t)(word[i] - '0');
    }
    *id = (uint32_t)number;
    return length > 0 && number < UINT32_MAX;
}

static bool id_read(const struct line *line, bool group, command_id_fn *id, void *context,
                    uint32_t *number)
{
    char name[COMMAND_NAME_MAX + 1];
    if (number_read(line->word[1], line->length[1], number)) return true;
    if (line->length[1] > COMMAND_NAME_MAX) return false;
    memcpy(name, line->word[1], line->length[1]);
    name[line->length[1]] = 0;
    return id && id(context, group, name, number);
}

static bool known(const struct command_users *users, const struct command_grant *grant)
{
    for (uint32_t i = 0; i < users->count; i++)
        if (users->at[i].group == grant->group && users->at[i].id == grant->id) return true;
    return false;
}

/* What is wrong with the line, or NULL. */
static const char *line_take(struct command_users *users, const struct line *line,
                             command_id_fn *id, void *context)
{
    struct command_grant grant = {0};
    if (line->words == 0) return NULL;
    if (line->words != WORDS) return "a line is: user or group, a name, a role";
    grant.group = word_is(line, 0, "group");
    if (!grant.group && !word_is(line, 0, "user")) return "a line begins with user or group";
    grant.role = command_role_named(line->word[2], line->length[2]);
    if (grant.role == COMMAND_ROLE_COUNT)
        return "the role is none of nobody, viewer, operator, risk, admin";
    if (!id_read(line, grant.group, id, context, &grant.id))
        return grant.group ? "there is no such group" : "there is no such user";
    if (known(users, &grant)) return "it has a line already";
    if (users->count == COMMAND_GRANTS_MAX) return "there are more lines than 1024";
    users->at[users->count++] = grant;
    return NULL;
}

bool command_users_parse(struct command_users *users, const char *called, const char *bytes,
                         size_t length, command_id_fn *id, void *context, struct text *problems)
{
    static_assert(COMMAND_GRANTS_MAX == 1024, "the sentence above says so");
    bool right = true;
    users->count = 0;
    struct line line = {0};
    for (size_t at = 0; at < length;) {
        const char *end = memchr(bytes + at, '\n', length - at);
        size_t bound = end ? (size_t)(end - bytes) : length;
        line.number++;
        line_split(&line, bytes + at, bound - at);
        const char *problem = line_take(users, &line, id, context);
        if (problem) text_format(problems, "%s:%u: %s\n", called, line.number, problem);
        right &= !problem;
        at = bound + 1;
    }
    if (!right) users->count = 0;
    return right;
}

void command_users_own(struct command_users *users, uint32_t uid)
{
    users->count = 1;
    users->at[0] = (struct command_grant){.id = uid, .role = COMMAND_ADMIN};
}

static bool in_groups(uint32_t id, uint32_t groups, const uint32_t *group)
{
    for (uint32_t i = 0; i < groups; i++)
        if (group[i] == id) return true;
    return false;
}

enum command_role command_users_role(const struct command_users *users, uint32_t uid,
                                     uint32_t groups, const uint32_t *group)
{
    enum command_role role = COMMAND_NOBODY;
    for (uint32_t i = 0; i < users->count; i++) {
        const struct command_grant *grant = &users->at[i];
        if (!grant->group && grant->id == uid) return grant->role;
        if (grant->group && in_groups(grant->id, groups, group) && grant->role > role)
            role = grant->role;
    }
    return role;
}
