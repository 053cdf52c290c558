/* Where events leave the process: lines for journald, datagrams for systemd; with real sockets and
 * pipes on the other side. */

#include "control/monitor/event_line.h"
#include "control/monitor/systemd.h"
#include "tests/support/spec.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Lines. */

static const struct monitor_told down = {.number = 7,
                                         .event = MONITOR_SESSION_DOWN,
                                         .phase = MONITOR_BEGAN,
                                         .of = "box",
                                         .detail = "down"};

SPEC(a_line_begins_with_the_priority_of_its_severity_and_ends_with_its_detail)
{
    char bytes[EVENT_LINE_MAX];
    struct text line = text_in(bytes, sizeof bytes);
    event_line_print(&line, &down);
    EXPECT_TEXT(bytes, "<2>alarm session_down box: the session at a venue is not up: no order "
                       "reaches it (down)\n");
    struct monitor_told ended = down;
    ended.phase = MONITOR_ENDED;
    ended.detail[0] = 0;
    text_clear(&line);
    event_line_print(&line, &ended);
    EXPECT_TEXT(bytes, "<5>note session_down box: no more: the session at a venue is not up: no "
                       "order reaches it\n");
}

SPEC(the_journal_is_known_by_device_and_inode_of_its_stream)
{
    int pair[2];
    struct stat is;
    char stream[64];
    EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    EXPECT(fstat(pair[0], &is) == 0);
    (void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)is.st_dev, (uintmax_t)is.st_ino);
    EXPECT(event_line_journald(pair[0], stream));
    EXPECT(!event_line_journald(pair[1], stream));
    EXPECT(!event_line_journald(pair[0], NULL));
    EXPECT(!event_line_journald(pair[0], ""));
    EXPECT(!event_line_journald(pair[0], "8:x"));
    EXPECT(!event_line_journald(-1, stream));
    close(pair[0]);
    close(pair[1]);
}

static uint32_t lines_taken(int fd)
{
    static const char line[] = "<5>note started: the box runs\n";
    uint32_t taken = 0;
    while (taken < 1000000 && event_line_write(fd, line, sizeof line - 1)) taken++;
    return taken;
}

/* Would hang if anything waited. */
SPEC(a_reader_that_is_stuck_costs_its_lines_and_no_time)
{
    int pair[2], pipes[2];
    EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    EXPECT(pipe(pipes) == 0);
    uint32_t taken = lines_taken(pair[0]);
    EXPECT(taken > 0 && taken < 1000000);
    taken = lines_taken(pipes[1]);
    EXPECT(taken > 0 && taken < 1000000);
    close(pair[0]);
    close(pair[1]);
    close(pipes[0]);
    close(pipes[1]);
}

SPEC(a_reader_that_has_gone_is_a_line_not_taken_and_no_signal)
{
    int pair[2];
    EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    close(pair[1]);
    EXPECT(!event_line_write(pair[0], "x\n", 2));
    close(pair[0]);
    EXPECT(!event_line_write(-1, "x\n", 2));
}

SPEC(a_file_takes_lines_too)
{
    char path[] = "/tmp/pollux-event-XXXXXX", read_back[8] = "";
    int file = mkstemp(path);
    EXPECT(file >= 0);
    EXPECT(event_line_write(file, "one\n", 4));
    EXPECT(pread(file, read_back, sizeof read_back - 1, 0) == 4);
    EXPECT_TEXT(read_back, "one\n");
    close(file);
    unlink(path);
}

/* systemd. */

static int listener_at(struct sockaddr_un *at, socklen_t bytes)
{
    int listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    EXPECT(listener >= 0);
    EXPECT(bind(listener, (struct sockaddr *)at, bytes) == 0);
    return listener;
}

static const char *heard(int listener)
{
    static char bytes[256];
    ssize_t length = recv(listener, bytes, sizeof bytes - 1, 0);
    bytes[length > 0 ? length : 0] = 0;
    return bytes;
}

SPEC(what_is_said_arrives_at_a_socket_with_a_path)
{
    char folder[] = "/tmp/pollux-notify-XXXXXX";
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    EXPECT(mkdtemp(folder) != NULL);
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s/notify", folder);
    int listener = listener_at(&at, sizeof at);
    struct systemd systemd = systemd_open(at.sun_path, NULL, NULL);
    EXPECT(systemd_say(&systemd, "READY=1"));
    EXPECT(systemd_say(&systemd, "STATUS=healthy"));
    EXPECT_TEXT(heard(listener), "READY=1");
    EXPECT_TEXT(heard(listener), "STATUS=healthy");
    EXPECT_UINT(systemd.watchdog_ns, 0);
    close(listener);
    EXPECT(!systemd_say(&systemd, "WATCHDOG=1")); /* nobody listens: nobody waits */
    systemd_close(&systemd);
    unlink(at.sun_path);
    rmdir(folder);
}

SPEC(what_is_said_arrives_at_a_socket_with_an_abstract_name)
{
    char name[64];
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)snprintf(name, sizeof name, "@pollux-notify-%d", (int)getpid());
    memcpy(at.sun_path, name, strlen(name));
    at.sun_path[0] = 0;
    int listener =
        listener_at(&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)));
    struct systemd systemd = systemd_open(name, NULL, NULL);
    EXPECT(systemd_say(&systemd, "STOPPING=1"));
    EXPECT_TEXT(heard(listener), "STOPPING=1");
    systemd_close(&systemd);
    close(listener);
}

SPEC(a_socket_that_takes_no_more_is_not_waited_for)
{
    char name[64];
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)snprintf(name, sizeof name, "@pollux-stuck-%d", (int)getpid());
    memcpy(at.sun_path, name, strlen(name));
    at.sun_path[0] = 0;
    int listener =
        listener_at(&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)));
    struct systemd systemd = systemd_open(name, NULL, NULL);
    uint32_t said = 0;
    while (said < 1000000 && systemd_say(&systemd, "WATCHDOG=1")) said++;
    EXPECT(said > 0 && said < 1000000);
    systemd_close(&systemd);
    close(listener);
}

SPEC(without_a_socket_or_with_a_bad_name_nobody_is_told)
{
    char too_long[200];
    memset(too_long, 'a', sizeof too_long - 1);
    too_long[0] = '/';
    too_long[sizeof too_long - 1] = 0;
    const char *const names[] = {NULL, "", "/", "@", "relative", too_long};
    for (uint32_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct systemd systemd = systemd_open(names[i], "1000000", NULL);
        EXPECT(systemd.socket < 0);
        EXPECT(!systemd_say(&systemd, "READY=1"));
        systemd_close(&systemd);
    }
}

SPEC(the_watchdog_is_ours_only_if_it_names_this_process_or_none)
{
    char ours[16], other[16];
    (void)snprintf(ours, sizeof ours, "%d", (int)getpid());
    (void)snprintf(other, sizeof other, "%d", (int)getpid() + 1);
    const struct {
        const char *usec, *pid;
        uint64_t ns;
    } rows[] = {{"3000000", NULL, 3 * NANOS_SECOND},
                {"3000000", ours, 3 * NANOS_SECOND},
                {"3000000", other, 0},
                {NULL, ours, 0},
                {"", NULL, 0},
                {"-1", NULL, 0},
                {"3s", NULL, 0}};
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct systemd systemd = systemd_open("@pollux-nobody", rows[i].usec, rows[i].pid);
        EXPECT_UINT(systemd.watchdog_ns, rows[i].ns);
        systemd_close(&systemd);
    }
}

#define SPECS(S)                                                                                   \
    S(a_line_begins_with_the_priority_of_its_severity_and_ends_with_its_detail)                    \
    S(the_journal_is_known_by_device_and_inode_of_its_stream)                                      \
    S(a_reader_that_is_stuck_costs_its_lines_and_no_time)                                          \
    S(a_reader_that_has_gone_is_a_line_not_taken_and_no_signal)                                    \
    S(a_file_takes_lines_too)                                                                      \
    S(what_is_said_arrives_at_a_socket_with_a_path)                                                \
    S(what_is_said_arrives_at_a_socket_with_an_abstract_name)                                      \
    S(a_socket_that_takes_no_more_is_not_waited_for)                                               \
    S(without_a_socket_or_with_a_bad_name_nobody_is_told)                                          \
    S(the_watchdog_is_ours_only_if_it_names_this_process_or_none)
SPEC_MAIN("event_edges", SPECS, NULL, NULL)
