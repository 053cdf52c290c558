/* One connection: bytes to lines, answers to bytes. */

#include "control/command/command_server_layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct ev_loop *loop_of(const struct peer *peer)
{
    return peer->server->plan.loop;
}

void peer_close(struct peer *peer)
{
    struct command_server *server = peer->server;
    ev_io_stop(server->plan.loop, &peer->reading);
    ev_io_stop(server->plan.loop, &peer->writing);
    for (uint32_t i = 0; i < COMMAND_CONNECTIONS_MAX; i++)
        if (server->peer[i] == peer) server->peer[i] = NULL;
    if (!peer->closed) {
        close(peer->reading.fd);
        server->counts.connected--;
        free(peer->out);
        peer->out = NULL;
    }
    peer->closed = true;
    if (!peer->busy) free(peer);
}

void peer_end(struct peer *peer, uint64_t *why)
{
    if (!peer->too_long) ++*why; /* that has been counted already */
    peer_close(peer);
}

static void peer_lose(struct peer *peer)
{
    peer_end(peer, &peer->server->counts.connection_lost);
}

/* What it is ready for: to write, or to be read.  A line that is there already is taken in the next
 * turn of the loop. */
static void peer_await(struct peer *peer)
{
    struct ev_loop *loop = loop_of(peer);
    if (peer->out) {
        ev_io_stop(loop, &peer->reading);
        ev_io_start(loop, &peer->writing);
        return;
    }
    ev_io_stop(loop, &peer->writing);
    if (peer->busy) {
        ev_io_stop(loop, &peer->reading);
        return;
    }
    bool line = memchr(peer->in, '\n', peer->in_bytes) != NULL;
    if (!line && peer->ended) {
        peer_end(peer, &peer->server->counts.connection_ended);
        return;
    }
    ev_io_start(loop, &peer->reading);
    if (line) ev_feed_event(loop, &peer->reading, EV_CUSTOM);
}

/* False: it is closed. */
static bool out_write(struct peer *peer)
{
    while (peer->out) {
        ssize_t sent = send(peer->writing.fd, peer->out + peer->out_at,
                            peer->out_bytes - peer->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
        if (sent <= 0) {
            peer_lose(peer);
            return false;
        }
        peer->moved = ev_now(loop_of(peer));
        peer->out_at += (size_t)sent;
        if (peer->out_at < peer->out_bytes) continue;
        free(peer->out);
        peer->out = NULL;
    }
    return true;
}

static void answered(void *context, const char *answer, size_t length)
{
    struct peer *peer = context;
    peer->busy = false;
    if (peer->closed) {
        free(peer);
        return;
    }
    peer->out = malloc(length);
    CHECK(peer->out != NULL);
    memcpy(peer->out, answer, length);
    peer->out_bytes = length;
    peer->out_at = 0;
    peer->moved = ev_now(loop_of(peer));
    if (out_write(peer)) peer_await(peer);
}

/* The line is copied out: the desk may answer, and with that close, before it returns. */
static void line_take(struct peer *peer, size_t length, size_t with_end)
{
    char line[COMMAND_LINE_MAX];
    memcpy(line, peer->in, length);
    peer->in_bytes -= with_end;
    memmove(peer->in, peer->in + with_end, peer->in_bytes);
    struct command_server *server = peer->server;
    struct command_caller caller = peer->caller;
    peer->busy = true;
    if (length > 0 && line[length - 1] == '\r') length--;
    ev_io_stop(loop_of(peer), &peer->reading);
    command_desk_take(&server->desk, &caller, line, length, answered, peer);
}

static void lines_take(struct peer *peer)
{
    const char *end = memchr(peer->in, '\n', peer->in_bytes);
    if (end) {
        line_take(peer, (size_t)(end - peer->in), (size_t)(end - peer->in) + 1);
    } else if (peer->in_bytes == sizeof peer->in) {
        peer->server->counts.line_long++;
        peer->ended = peer->too_long = true;
        line_take(peer, sizeof peer->in, sizeof peer->in);
    } else {
        peer_await(peer);
    }
}

/* False: it is closed. */
static bool in_read(struct peer *peer)
{
    size_t room = sizeof peer->in - peer->in_bytes;
    if (peer->ended || room == 0) return true;
    ssize_t more = recv(peer->reading.fd, peer->in + peer->in_bytes, room, MSG_DONTWAIT);
    if (more < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return true;
    if (more < 0) {
        peer_lose(peer);
        return false;
    }
    if (more == 0) peer->ended = true;
    else peer->moved = ev_now(loop_of(peer));
    peer->in_bytes += (size_t)more;
    return true;
}

static void read_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct peer *peer = watcher->data;
    if (peer->busy || peer->out) return;
    if (in_read(peer)) lines_take(peer);
}

static void write_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct peer *peer = watcher->data;
    if (out_write(peer)) peer_await(peer);
}

struct peer *peer_new(struct command_server *server, int file, const struct command_caller *caller)
{
    struct peer *peer = calloc(1, sizeof *peer);
    CHECK(peer != NULL);
    peer->server = server;
    peer->caller = *caller;
    peer->moved = ev_now(server->plan.loop);
    ev_io_init(&peer->reading, read_ready, file, EV_READ);
    ev_io_init(&peer->writing, write_ready, file, EV_WRITE);
    peer->reading.data = peer->writing.data = peer;
    ev_io_start(server->plan.loop, &peer->reading);
    return peer;
}
