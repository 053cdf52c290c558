/* The socket's place, and the record's: made safely, or refused with a sentence. */

#include "control/command/command_socket.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char said[4096];
static struct text problems;
static char folder[64], own[96], path[160], other[160];

static void before_each(void)
{
    problems = text_in(said, sizeof said);
    snprintf(folder, sizeof folder, "/tmp/pollux-socket-XXXXXX");
    EXPECT(mkdtemp(folder) != NULL);
    snprintf(own, sizeof own, "%s/control", folder);
    snprintf(path, sizeof path, "%s/pollux.sock", own);
    snprintf(other, sizeof other, "%s/elsewhere", folder);
}

static void after_each(void)
{
    unlink(path);
    unlink(own);
    rmdir(own);
    unlink(other);
    rmdir(other);
    rmdir(folder);
}

static mode_t mode_of(const char *name)
{
    struct stat is = {0};
    EXPECT(lstat(name, &is) == 0);
    return is.st_mode;
}

SPEC(a_folder_that_is_missing_is_made_for_us_and_our_group)
{
    mode_t before = umask(0);
    int file = command_socket_listen(path, &problems);
    EXPECT(umask(before) == 0); /* it is given back */
    EXPECT(file >= 0);
    EXPECT_UINT(mode_of(own), S_IFDIR | 0750);
    EXPECT_UINT(mode_of(path), S_IFSOCK | 0660);
    close(file);
}

SPEC(the_socket_is_not_for_others_even_if_nothing_is_masked)
{
    mode_t before = umask(0777);
    EXPECT(mkdir(own, 0) == 0 && chmod(own, 0700) == 0);
    int file = command_socket_listen(path, &problems);
    umask(before);
    EXPECT_UINT(mode_of(own), S_IFDIR | 0700);
    EXPECT_UINT(mode_of(path), S_IFSOCK | 0660);
    close(file);
}

SPEC(a_folder_that_is_open_to_others_is_refused)
{
    static const mode_t wrong[] = {0770, 0751, 0754, 0752, 0777};
    EXPECT(mkdir(own, 0700) == 0);
    for (uint32_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        EXPECT(chmod(own, wrong[i]) == 0);
        text_clear(&problems);
        EXPECT(command_socket_listen(path, &problems) == -1);
        EXPECT(strstr(said, "is open to others: chmod 0750") != NULL);
    }
}

SPEC(a_folder_that_is_a_link_is_refused)
{
    EXPECT(mkdir(other, 0700) == 0 && symlink(other, own) == 0);
    EXPECT(command_socket_listen(path, &problems) == -1);
    EXPECT(said[0] != 0);
}

SPEC(a_socket_that_somebody_listens_at_is_left_alone)
{
    int first = command_socket_listen(path, &problems);
    EXPECT(command_socket_listen(path, &problems) == -1);
    EXPECT(strstr(said, "another process listens there") != NULL);
    int asks = command_socket_connect(path);
    EXPECT(asks >= 0);
    close(asks);
    close(first);
}

SPEC(a_socket_that_nobody_listens_at_is_replaced)
{
    int first = command_socket_listen(path, &problems);
    close(first);
    EXPECT(command_socket_connect(path) == -1 && errno == ECONNREFUSED);
    int second = command_socket_listen(path, &problems);
    int asks = command_socket_connect(path);
    EXPECT(second >= 0 && asks >= 0);
    close(asks);
    close(second);
}

SPEC(what_is_no_socket_is_left_alone)
{
    EXPECT(mkdir(own, 0700) == 0);
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    close(file);
    EXPECT(command_socket_listen(path, &problems) == -1);
    EXPECT(strstr(said, "something that is no socket has this name") != NULL);
    command_socket_remove(path);
    EXPECT(S_ISREG(mode_of(path)));
}

SPEC(names_that_are_no_names_are_refused)
{
    EXPECT(command_socket_listen("", &problems) == -1);
    EXPECT(command_socket_listen("/tmp/", &problems) == -1);
    EXPECT(command_socket_connect("") == -1);
}

SPEC(a_path_longer_than_an_address_works)
{
    char deep[64], longer[512];
    snprintf(deep, sizeof deep, "%s", folder);
    snprintf(longer, sizeof longer, "%s/%0120d", folder, 7);
    EXPECT(mkdir(longer, 0750) == 0);
    size_t length = strlen(longer);
    snprintf(longer + length, sizeof longer - length, "/pollux.sock");
    int file = command_socket_listen(longer, &problems);
    int asks = command_socket_connect(longer);
    EXPECT(file >= 0 && asks >= 0);
    close(asks);
    close(file);
    unlink(longer);
    longer[length] = 0;
    rmdir(longer);
}

#define SPECS(S)                                                                                   \
    S(a_folder_that_is_missing_is_made_for_us_and_our_group)                                       \
    S(the_socket_is_not_for_others_even_if_nothing_is_masked)                                      \
    S(a_folder_that_is_open_to_others_is_refused)                                                  \
    S(a_folder_that_is_a_link_is_refused)                                                          \
    S(a_socket_that_somebody_listens_at_is_left_alone)                                             \
    S(a_socket_that_nobody_listens_at_is_replaced)                                                 \
    S(what_is_no_socket_is_left_alone)                                                             \
    S(names_that_are_no_names_are_refused)                                                         \
    S(a_path_longer_than_an_address_works)
SPEC_MAIN("command_socket", SPECS, before_each, after_each)
