/* Who is let in: the kernel's word against the users' file, by real users where this is root. */

#include "control/command/command_socket.h"
#include "tests/command/server_rig.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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
    for (uint32_t i = 0; i < TURNS_MAX && length < 512; i++) {
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

static void users_write(const char *text)
{
    int file = open(users, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    EXPECT(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
}

/* So that others reach the socket at all, whatever its folder says. */
static void door_open(void)
{
    EXPECT(chmod(folder, 0711) == 0 && chmod(path, 0666) == 0);
}

SPEC(a_user_without_a_role_is_told_so_and_disconnected)
{
    char line[512] = "";
    if (geteuid() != 0) return; /* only root can be somebody else */
    door_open();
    heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"code\":-32001") != NULL);
    EXPECT_UINT(command_server_counts(server)->connection_nobody, 1);
    EXPECT_UINT(command_server_desk(server)->request, 0);
}

SPEC(a_users_file_that_changes_holds_from_the_next_connection_on)
{
    char line[512] = "", role[64];
    if (geteuid() != 0) return;
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
    EXPECT_UINT(command_server_counts(server)->users_bad, 1);
}

SPEC(viewers_leave_four_places_to_who_may_halt)
{
    static int files[COMMAND_CONNECTIONS_MAX];
    char role[64];
    command_server_free(server);
    snprintf(role, sizeof role, "user %u viewer\n", geteuid());
    users_write(role);
    server_start(users);
    EXPECT(server != NULL);
    for (uint32_t i = 0; i < COMMAND_VIEWERS_MAX; i++) {
        files[i] = client();
        ask(files[i], i);
        expect_answer(files[i], i);
    }
    int file = client();
    EXPECT(strstr(heard(file), "there are too many connections already") != NULL);
    close(file);
    snprintf(role, sizeof role, "user %u operator\n", geteuid());
    users_write(role);
    file = client();
    ask(file, 1);
    expect_answer(file, 1);
    close(file);
    for (uint32_t i = 0; i < COMMAND_VIEWERS_MAX; i++) close(files[i]);
}

SPEC(without_a_right_users_file_it_does_not_start)
{
    command_server_free(server);
    server_start(users);
    EXPECT(server == NULL);
    EXPECT(strstr(problems_text, "the users' file") != NULL);
    users_write("user nobody-of-this-name admin\n");
    server_start(users);
    EXPECT(server == NULL);
    EXPECT(strstr(problems_text, ":1: there is no such user") != NULL);
}

#define SPECS(S)                                                                                   \
    S(a_user_without_a_role_is_told_so_and_disconnected)                                           \
    S(a_users_file_that_changes_holds_from_the_next_connection_on)                                 \
    S(viewers_leave_four_places_to_who_may_halt)                                                   \
    S(without_a_right_users_file_it_does_not_start)
SPEC_MAIN("command_door", SPECS, rig_begin, rig_end)
