#include "tests/command/server_rig.h"

#include "control/command/command_socket.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

char folder[64], path[96], users[96], problems_text[4096];
struct command_server *server;
struct command_call *later;

static char record[96];
static struct ev_loop *loop;
static command_fn *handlers[COMMAND_COUNT];
static struct server_patience patience;

static void small(void *context, struct command_call *call)
{
    (void)context;
    command_call_answer(call, json_pack("{s:i}", "uid", (int)call->caller.uid));
}

static void large(void *context, struct command_call *call)
{
    (void)context;
    char *text = calloc(1, LARGE + 1);
    memset(text, 'x', LARGE);
    command_call_answer(call, json_pack("{s:s}", "text", text));
    free(text);
}

static void kept(void *context, struct command_call *call)
{
    (void)context;
    later = call;
}

void server_start(const char *users_file)
{
    struct text problems = text_in(problems_text, sizeof problems_text);
    server = command_server_new(&(struct command_server_plan){.loop = loop,
                                                              .socket = path,
                                                              .users = users_file,
                                                              .record = {.path = record},
                                                              .idle_ms = patience.idle_ms,
                                                              .slow_ms = patience.slow_ms,
                                                              .on = handlers},
                                &problems);
}

void rig_begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/pollux-server-XXXXXX");
    EXPECT(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(record, sizeof record, "%s/record", folder);
    snprintf(users, sizeof users, "%s/users", folder);
    loop = ev_loop_new(EVFLAG_AUTO);
    handlers[COMMAND_STATUS] = small;
    handlers[COMMAND_METRICS] = large;
    handlers[COMMAND_HALT] = kept;
    later = NULL;
    patience = (struct server_patience){0};
    server_start(NULL);
    EXPECT(server != NULL);
}

void rig_end(void)
{
    command_server_free(server);
    server = NULL;
    EXPECT(access(path, F_OK) != 0); /* the name is gone with it */
    unlink(record);
    unlink(users);
    rmdir(folder);
    ev_loop_destroy(loop);
}

/* The server's turn. */
void turn(void)
{
    ev_run(loop, EVRUN_NOWAIT);
}

void turns(uint32_t count)
{
    while (count-- > 0) turn();
}

void pause_for(long ns)
{
    const struct timespec span = {.tv_nsec = ns};
    nanosleep(&span, NULL);
}

int client(void)
{
    int file = command_socket_connect(path);
    EXPECT(file >= 0);
    (void)fcntl(file, F_SETFL, O_NONBLOCK);
    return file;
}

void say(int file, const char *text, size_t length)
{
    EXPECT(send(file, text, length, MSG_NOSIGNAL) == (ssize_t)length);
}

void ask(int file, uint32_t id)
{
    char line[128];
    int length = snprintf(line, sizeof line, STATUS, id);
    say(file, line, (size_t)length);
}

void start_impatient(struct server_patience with)
{
    command_server_free(server);
    patience = with;
    server_start(NULL);
    EXPECT(server != NULL);
}

/* What comes up to the end of a line, or of the connection; "" if neither comes. */
const char *heard(int file)
{
    static char line[LARGE + 4096];
    size_t length = 0;
    for (uint32_t i = 0; i < TURNS_MAX && length + 1 < sizeof line; i++) {
        ssize_t more = recv(file, line + length, 1, 0);
        if (more == 1 && line[length++] == '\n') break;
        if (more == 0 || (more < 0 && errno == ECONNRESET)) break;
        if (more == 1) i = 0;
        if (more < 0) {
            turn();
            if (i > 100) pause_for(100000);
        }
    }
    line[length] = 0;
    return line;
}

bool ended(int file)
{
    char byte;
    for (uint32_t i = 0; i < TURNS_MAX; i++) {
        ssize_t more = recv(file, &byte, 1, 0);
        if (more == 0 || (more < 0 && errno == ECONNRESET)) return true;
        if (more == 1) continue;
        turn();
        if (i > 100) pause_for(100000);
    }
    return false;
}

void expect_answer(int file, uint32_t id)
{
    char wanted[128];
    snprintf(wanted, sizeof wanted, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"result\":{\"uid\":%u}}\n", id,
             geteuid());
    EXPECT_TEXT(heard(file), wanted);
}

void users_write(const char *text)
{
    int file = open(users, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    EXPECT(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
}
