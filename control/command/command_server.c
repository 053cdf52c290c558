/* Connections.  A peer lives until it is closed and nothing is awaited for it. */

#include "control/command/command_server.h"

#include "control/command/command_server_layout.h"
#include "control/command/command_socket.h"
#include "dataplane/base/system_clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_TURN        32u
#define SWEEP_SECONDS       0.05
#define USERS_AGAIN_SECONDS 1.0

/* Refusals at the door: a line that fits any socket's buffer, or nothing. */
static void door_say(int file, enum command_code code, const char *why)
{
    char line[256];
    struct text text = text_in(line, sizeof line);
    text_format(&text,
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":%d,\"message\":\"%s\"}}\n",
                code, why);
    (void)send(file, text.bytes, text.length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* NULL: there is none for this role. */
static struct peer **place_free(struct command_server *server, enum command_role role)
{
    struct peer **place = NULL;
    uint32_t viewers = 0;
    for (uint32_t i = 0; i < COMMAND_CONNECTIONS_MAX; i++) {
        struct peer **at = &server->peer[i];
        if (!*at) place = at;
        else viewers += (*at)->caller.role == COMMAND_VIEWER;
    }
    return role == COMMAND_VIEWER && viewers >= COMMAND_VIEWERS_MAX ? NULL : place;
}

/* Who asks.  The kernel's word, as of the connection. */
static struct command_caller caller_of(struct command_server *server, int file)
{
    struct ucred is;
    socklen_t length = sizeof is;
    uint32_t group[COMMAND_GROUPS_MAX + 1];
    socklen_t bytes = sizeof *group * COMMAND_GROUPS_MAX;
    if (getsockopt(file, SOL_SOCKET, SO_PEERCRED, &is, &length) != 0 || length != sizeof is)
        return (struct command_caller){.uid = UINT32_MAX, .gid = UINT32_MAX};
    if (getsockopt(file, SOL_SOCKET, SO_PEERGROUPS, group, &bytes) != 0) bytes = 0;
    uint32_t groups = (uint32_t)(bytes / sizeof *group);
    group[groups++] = is.gid;
    command_server_users(server);
    return (struct command_caller){
        .uid = is.uid,
        .gid = is.gid,
        .pid = is.pid,
        .role = command_users_role(&server->users, is.uid, groups, group),
    };
}

static void accepted(struct command_server *server, int file)
{
    struct command_caller caller = caller_of(server, file);
    struct peer **place = place_free(server, caller.role);
    server->counts.connection++;
    if (caller.role == COMMAND_NOBODY || !place) {
        bool nobody = caller.role == COMMAND_NOBODY;
        if (nobody)
            door_say(file, COMMAND_FORBIDDEN,
                     server->users_wrong ? "the users' file is wrong: nobody may give commands"
                                         : "this user may not give commands to this box");
        else door_say(file, COMMAND_UNAVAILABLE, "there are too many connections already");
        ++*(nobody ? &server->counts.connection_nobody : &server->counts.connection_full);
        close(file);
        return;
    }
    *place = peer_new(server, file, &caller);
    server->counts.connected++;
}

static void accept_all(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    struct command_server *server = watcher->data;
    for (uint32_t i = 0; i < ACCEPTS_TURN; i++) {
        int file = accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (file >= 0) {
            accepted(server, file);
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return;
        if (errno == ECONNABORTED || errno == EINTR) continue;
        /* No file or memory is left: it is tried again at the next sweep. */
        server->counts.accept_failed++;
        ev_io_stop(loop, watcher);
        return;
    }
}

static void sweep(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct command_server *server = timer->data;
    for (uint32_t i = 0; i < COMMAND_CONNECTIONS_MAX; i++) {
        struct peer *peer = server->peer[i];
        if (!peer) continue;
        double silent = ev_now(loop) - peer->moved;
        if (peer->out && silent > server->slow_seconds) {
            peer_end(peer, &server->counts.connection_slow);
        } else if (!peer->out && !peer->busy && silent > server->idle_seconds) {
            peer_end(peer, &server->counts.connection_idle);
        }
    }
    if (!ev_is_active(&server->accept)) ev_io_start(loop, &server->accept);
}

static bool same(const struct stat *one, const struct stat *other)
{
    return one->st_ino == other->st_ino && one->st_size == other->st_size &&
           one->st_mode == other->st_mode && one->st_uid == other->st_uid &&
           one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
           one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

/* A file that has changed is read again; a wrong one is nobody's.  What was wrong may have been the
 * moment (a name that the system could not look up, a disk that could not be read), so it is tried
 * again though it has not changed. */
void command_server_users(struct command_server *server)
{
    struct stat is = {0};
    double now = ev_now(server->plan.loop);
    if (!server->plan.users) return;
    bool unchanged = stat(server->plan.users, &is) == 0 && same(&is, &server->seen);
    bool again = server->users_wrong && now - server->users_tried >= USERS_AGAIN_SECONDS;
    if (unchanged && !again) return;
    char said[1];
    struct text unsaid = text_in(said, sizeof said);
    server->users_wrong = !command_users_read(&server->users, server->plan.users, &unsaid);
    server->users_tried = now;
    server->seen = is;
    server->counts.users_bad += server->users_wrong && !unchanged;
}

static bool users_begin(struct command_server *server, struct text *problems)
{
    if (!server->plan.users) {
        command_users_own(&server->users, geteuid());
        return true;
    }
    (void)stat(server->plan.users, &server->seen);
    return command_users_read(&server->users, server->plan.users, problems);
}

struct command_server *command_server_new(const struct command_server_plan *plan,
                                          struct text *problems)
{
    struct command_server *server = calloc(1, sizeof *server);
    CHECK(server != NULL);
    server->plan = *plan;
    server->idle_seconds = (plan->idle_ms ? plan->idle_ms : COMMAND_IDLE_MS) / 1e3;
    server->slow_seconds = (plan->slow_ms ? plan->slow_ms : COMMAND_SLOW_MS) / 1e3;
    server->desk.plan = (struct command_desk_plan){.on = plan->on,
                                                   .tightened = plan->tightened,
                                                   .context = plan->context,
                                                   .record = command_clerk_write,
                                                   .record_why = command_clerk_why,
                                                   .now = system_clock_wall};
    int file = -1;
    bool right = users_begin(server, problems);
    const struct command_clerk_plan clerk = {.loop = plan->loop, .record = plan->record};
    server->clerk = server->desk.plan.record_context = command_clerk_new(&clerk, problems);
    if (right && server->clerk) file = command_socket_listen(plan->socket, problems);
    if (file < 0) {
        command_clerk_free(server->clerk);
        free(server);
        return NULL;
    }
    ev_io_init(&server->accept, accept_all, file, EV_READ);
    ev_timer_init(&server->sweep, sweep, SWEEP_SECONDS, SWEEP_SECONDS);
    server->accept.data = server->sweep.data = server;
    ev_io_start(plan->loop, &server->accept);
    ev_timer_start(plan->loop, &server->sweep);
    return server;
}

void command_server_free(struct command_server *server)
{
    if (!server) return;
    server->desk.ends = true;
    for (uint32_t i = 0; i < COMMAND_CONNECTIONS_MAX; i++)
        if (server->peer[i]) peer_close(server->peer[i]);
    ev_io_stop(server->plan.loop, &server->accept);
    ev_timer_stop(server->plan.loop, &server->sweep);
    close(server->accept.fd);
    command_socket_remove(server->plan.socket);
    command_clerk_free(server->clerk); /* and whoever waits for the record is told */
    CHECK(server->desk.counts.under_way == 0);
    free(server);
}

const struct command_server_counts *command_server_counts(const struct command_server *server)
{
    return &server->counts;
}

const struct command_desk_counts *command_server_desk(const struct command_server *server)
{
    return &server->desk.counts;
}

const struct command_record_counts *command_server_record(const struct command_server *server)
{
    return command_clerk_counts(server->clerk);
}

const char *command_server_record_why(const struct command_server *server)
{
    return command_clerk_why(server->clerk);
}
