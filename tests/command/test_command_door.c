/* Who is let in: the kernel's word against the users' file, by real users where this is root. */

#include "control/command/command_socket.h"
#include "tests/command/server_rig.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRANGER 54321u /* a user who is nobody here */

/* What user uid hears to a line, into line; it connects in a process of its own. */
static void heard_as(uint32_t uid, char line[512])
{
    int pipes[2];
    EXPECT(pipe(pipes) == 0);
    pid_t child = fork();
    if (child == 0) {
        char in[512] = "";
        if (setgid(uid) != 0 || setuid(uid) != 0) _exit(1);
        int file = command_socket_connect(path);
        char ask_line[128];
        int length = snprintf(ask_line, sizeof ask_line, STATUS, 5u);
        if (file < 0) snprintf(in, sizeof in, "%s", strerror(errno));
        else if (send(file, ask_line, (size_t)length, MSG_NOSIGNAL) >= -1)
            (void)recv(file, in, sizeof in - 1, 0);
        (void)!write(pipes[1], in, sizeof in);
        _exit(0);
    }
    close(pipes[1]);
    (void)fcntl(pipes[0], F_SETFL, O_NONBLOCK);
    size_t length = 0;
    for (uint64_t end = patience_end(PATIENCE_S); length < 512 && patience_now_ns() < end;) {
        ssize_t more = read(pipes[0], line + length, 512 - length);
        if (more > 0) length += (size_t)more;
        if (more == 0) break;
        turn();
        pause_for(100000);
    }
    close(pipes[0]);
    int status;
    EXPECT(waitpid(child, &status, 0) == child && status == 0);
}

/* So that others reach the socket at all, whatever its folder says. */
static void door_open(void)
{
    EXPECT(chmod(folder, 0711) == 0 && chmod(path, 0666) == 0);
}

SPEC(a_user_without_a_role_is_told_so_and_disconnected)
{
    char line[512] = "";
    door_open();
    heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"code\":-32001") != NULL);
    EXPECT_UINT(command_server_counts(server)->connection_nobody, 1);
    EXPECT_UINT(command_server_desk(server)->request, 0);
}

SPEC(a_users_file_that_changes_holds_from_the_next_connection_on)
{
    char line[512] = "", role[64];
    command_server_free(server);
    users_write("user 1 admin\n");
    server_start(users);
    EXPECT(server != NULL);
    door_open();
    heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"code\":-32001") != NULL);
    snprintf(role, sizeof role, "group %u viewer\n", STRANGER);
    users_write(role);
    heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"result\":{\"uid\":54321}") != NULL);
    users_write("group 54321 viewer\nnonsense\n");
    heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"code\":-32001") != NULL);
    EXPECT(strstr(line, "the users' file is wrong") != NULL);
    EXPECT_UINT(command_server_counts(server)->users_bad, 1);
}

/* As when a name cannot be looked up, or no descriptor is left: here, the disk. */
SPEC(a_users_file_that_could_not_be_read_for_a_moment_is_read_again)
{
    char line[512] = "", role[64];
    struct rlimit few, usual;
    command_server_free(server);
    users_write("user 1 admin\n");
    server_start(users);
    door_open();
    snprintf(role, sizeof role, "group %u viewer\n", STRANGER);
    users_write(role);
    int there = client();
    EXPECT(getrlimit(RLIMIT_NOFILE, &usual) == 0);
    int spare = dup(there);
    close(spare);
    few = usual;
    few.rlim_cur = (rlim_t)spare + 1; /* the connection's, and none for the file */
    EXPECT(setrlimit(RLIMIT_NOFILE, &few) == 0);
    turns(10);
    EXPECT(setrlimit(RLIMIT_NOFILE, &usual) == 0);
    EXPECT_UINT(command_server_counts(server)->users_bad, 1);
    close(there);
    for (uint64_t end = patience_end(PATIENCE_S);
         !strstr(line, "\"result\":{\"uid\":54321}") && patience_now_ns() < end;)
        heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"result\":{\"uid\":54321}") != NULL);
    EXPECT_UINT(command_server_counts(server)->users_bad, 1);
}

SPEC(somebody_elses_users_file_is_refused)
{
    struct command_users read;
    struct text problems = text_in(problems_text, sizeof problems_text);
    users_write("user root admin\n");
    EXPECT(chown(users, STRANGER, STRANGER) == 0);
    EXPECT(!command_users_read(&read, users, &problems));
    EXPECT(strstr(problems_text, "is neither root's nor the user's") != NULL);
}

SPEC(a_folder_of_somebody_else_is_refused)
{
    struct text problems = text_in(problems_text, sizeof problems_text);
    EXPECT(chown(folder, STRANGER, STRANGER) == 0);
    EXPECT(command_socket_listen(path, &problems) == -1);
    EXPECT(strstr(problems_text, "is not the user's that the box runs as") != NULL);
}

static void before_each(void)
{
    if (geteuid() != 0) spec_skip("only root can be somebody else");
    rig_begin();
}

#define SPECS(S)                                                                                   \
    S(a_user_without_a_role_is_told_so_and_disconnected)                                           \
    S(a_users_file_that_changes_holds_from_the_next_connection_on)                                 \
    S(a_users_file_that_could_not_be_read_for_a_moment_is_read_again)                              \
    S(somebody_elses_users_file_is_refused)                                                        \
    S(a_folder_of_somebody_else_is_refused)
SPEC_MAIN("command_door", SPECS, before_each, rig_end)
