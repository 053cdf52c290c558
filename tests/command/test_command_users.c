/* Who has which role: the lines of the users' file, and whose file it may be. */

#include "control/command/command_users.h"
#include "tests/support/spec.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct command_users users;
static char said[4096];
static struct text problems;
static char folder[64];

static void before_each(void)
{
    problems = text_in(said, sizeof said);
    snprintf(folder, sizeof folder, "/tmp/pollux-users-XXXXXX");
    EXPECT(mkdtemp(folder) != NULL);
}

static void after_each(void)
{
    static const char *const names[] = {"users", "link"};
    char path[128];
    for (uint32_t i = 0; i < ARRAY_COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

/* ann is user 1, bob user 2; desk is group 10. */
static bool known(void *context, bool group, const char *name, uint32_t *id)
{
    (void)context;
    if (!group && strcmp(name, "ann") == 0) *id = 1;
    else if (!group && strcmp(name, "bob") == 0) *id = 2;
    else if (group && strcmp(name, "desk") == 0) *id = 10;
    else return false;
    return true;
}

static bool parsed(const char *text)
{
    return command_users_parse(&users, "users", text, strlen(text), known, NULL, &problems);
}

static enum command_role role_of(uint32_t uid, uint32_t group)
{
    return command_users_role(&users, uid, 1, &group);
}

SPEC(a_user_has_the_role_of_his_line_and_everybody_else_none)
{
    EXPECT(parsed("user ann risk\n"));
    EXPECT_UINT(role_of(1, 0), COMMAND_RISK);
    EXPECT_UINT(role_of(2, 0), COMMAND_NOBODY);
    EXPECT_UINT(role_of(0, 0), COMMAND_NOBODY);
}

SPEC(names_and_numbers_spaces_and_comments_are_read)
{
    EXPECT(parsed("# the desk\n\n  user\tann  viewer # she looks\nuser 1007 admin\r\ngroup 20 "
                  "operator"));
    EXPECT_UINT(role_of(1, 0), COMMAND_VIEWER);
    EXPECT_UINT(role_of(1007, 0), COMMAND_ADMIN);
    EXPECT_UINT(role_of(3, 20), COMMAND_OPERATOR);
}

SPEC(of_several_groups_the_highest_role_counts)
{
    static const uint32_t groups[] = {5, 10, 20};
    EXPECT(parsed("group desk viewer\ngroup 20 operator\n"));
    EXPECT_UINT(command_users_role(&users, 3, 3, groups), COMMAND_OPERATOR);
    EXPECT_UINT(command_users_role(&users, 3, 1, groups), COMMAND_NOBODY);
}

SPEC(a_users_own_line_counts_before_his_groups)
{
    EXPECT(parsed("group desk admin\nuser bob nobody\nuser ann viewer\n"));
    EXPECT_UINT(role_of(2, 10), COMMAND_NOBODY);
    EXPECT_UINT(role_of(1, 10), COMMAND_VIEWER);
    EXPECT_UINT(role_of(3, 10), COMMAND_ADMIN);
}

SPEC(a_user_and_a_group_of_one_number_are_two)
{
    EXPECT(parsed("user 10 viewer\ngroup 10 risk\n"));
    EXPECT_UINT(role_of(10, 0), COMMAND_VIEWER);
    EXPECT_UINT(role_of(7, 10), COMMAND_RISK);
}

SPEC(all_that_is_wrong_is_said_and_then_nobody_has_a_role)
{
    EXPECT(
        !parsed("user ann risk\nuser ann admin\nuser cat viewer\ngroup ann viewer\nuser bob "
                "boss\nfriend bob viewer\nuser bob\nuser bob viewer now\nuser 4294967295 viewer\n"
                "user 99999999999999999999 viewer\nuser -1 viewer\n"));
    EXPECT_TEXT(said, "users:2: it has a line already\n"
                      "users:3: there is no such user\n"
                      "users:4: there is no such group\n"
                      "users:5: the role is none of nobody, viewer, operator, risk, admin\n"
                      "users:6: a line begins with user or group\n"
                      "users:7: a line is: user or group, a name, a role\n"
                      "users:8: a line is: user or group, a name, a role\n"
                      "users:9: there is no such user\n"
                      "users:10: there is no such user\n"
                      "users:11: there is no such user\n");
    EXPECT_UINT(role_of(1, 0), COMMAND_NOBODY);
}

SPEC(there_are_at_most_1024_lines)
{
    static char text[COMMAND_GRANTS_MAX * 32];
    size_t length = 0;
    for (uint32_t i = 0; i < COMMAND_GRANTS_MAX; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "user %u viewer\n", i);
    EXPECT(parsed(text));
    snprintf(text + length, sizeof text - length, "user 5000 viewer\n");
    EXPECT(!parsed(text));
    EXPECT_TEXT(said, "users:1025: there are more lines than 1024\n");
}

SPEC(without_a_file_only_one_user_is_admin)
{
    command_users_own(&users, 1007);
    EXPECT_UINT(role_of(1007, 0), COMMAND_ADMIN);
    EXPECT_UINT(role_of(0, 0), COMMAND_NOBODY);
    EXPECT_UINT(role_of(1008, 1007), COMMAND_NOBODY);
}

/* Files. */

static const char *file_make(const char *text, mode_t mode)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/users", folder);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    EXPECT(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    EXPECT(fchmod(file, mode) == 0);
    close(file);
    return path;
}

SPEC(our_own_file_is_read_and_names_are_those_of_the_system)
{
    EXPECT(command_users_read(&users, file_make("user root viewer\n", 0644), &problems));
    EXPECT_TEXT(said, "");
    EXPECT_UINT(role_of(0, 1), COMMAND_VIEWER);
}

SPEC(a_file_that_others_may_write_is_refused)
{
    EXPECT(!command_users_read(&users, file_make("user root viewer\n", 0664), &problems));
    EXPECT(strstr(said, "may be written by others") != NULL);
    EXPECT(!command_users_read(&users, file_make("user root viewer\n", 0646), &problems));
    EXPECT_UINT(users.count, 0);
}

SPEC(a_link_a_folder_and_nothing_are_refused)
{
    char link[128];
    snprintf(link, sizeof link, "%s/link", folder);
    EXPECT(symlink(file_make("user root viewer\n", 0600), link) == 0);
    EXPECT(!command_users_read(&users, link, &problems));
    EXPECT(!command_users_read(&users, folder, &problems));
    EXPECT(!command_users_read(&users, "/tmp/pollux-there-is-no-such", &problems));
    EXPECT_UINT(users.count, 0);
}

#define SPECS(S)                                                                                   \
    S(a_user_has_the_role_of_his_line_and_everybody_else_none)                                     \
    S(names_and_numbers_spaces_and_comments_are_read)                                              \
    S(of_several_groups_the_highest_role_counts)                                                   \
    S(a_users_own_line_counts_before_his_groups)                                                   \
    S(a_user_and_a_group_of_one_number_are_two)                                                    \
    S(all_that_is_wrong_is_said_and_then_nobody_has_a_role)                                        \
    S(there_are_at_most_1024_lines)                                                                \
    S(without_a_file_only_one_user_is_admin)                                                       \
    S(our_own_file_is_read_and_names_are_those_of_the_system)                                      \
    S(a_file_that_others_may_write_is_refused)                                                     \
    S(a_link_a_folder_and_nothing_are_refused)
SPEC_MAIN("command_users", SPECS, before_each, after_each)
