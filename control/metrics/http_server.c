#include "control/metrics/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_BYTES_MAX 512u
#define BACKLOG        1024 /* the kernel's: a burst that it holds costs nobody a second */
#define PAUSE_SECONDS  0.1  /* until the next try, where the process has no descriptor left */

struct connection {
    struct http_server *server;
    int socket;     /* -1: none */
    uint64_t since; /* turns of the server: when it last got an answer, or came */
    ev_io io;
    ev_timer timer;
    uint32_t received;
    char request[HTTP_REQUEST_MAX];
    char *answer; /* NULL: none is under way */
    size_t answer_bytes;
    size_t sent;
    bool keep;
    bool rests; /* between two requests */
};

struct http_server {
    struct http_plan plan;
    int socket;
    uint16_t port;
    uint64_t turn;
    ev_io io;
    ev_timer pause;
    struct connection connection[HTTP_CONNECTIONS_MAX];
    char body[METRICS_BYTES_MAX];
};

/* Connections. */

static void leave(struct connection *connection)
{
    struct ev_loop *loop = connection->server->plan.loop;
    ev_io_stop(loop, &connection->io);
    ev_timer_stop(loop, &connection->timer);
    free(connection->answer);
    close(connection->socket);
    connection->answer = NULL;
    connection->socket = -1;
}

static void await(struct connection *connection, int events, double seconds)
{
    struct ev_loop *loop = connection->server->plan.loop;
    ev_io_stop(loop, &connection->io);
    ev_io_set(&connection->io, connection->socket, events);
    ev_io_start(loop, &connection->io);
    ev_timer_stop(loop, &connection->timer);
    ev_timer_set(&connection->timer, seconds, 0.0);
    ev_timer_start(loop, &connection->timer);
}

static void too_slow(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    struct connection *connection = timer->data;
    struct metrics_http_counts *counts = connection->server->plan.counts;
    if (connection->rests) counts->connection_idle++;
    else counts->connection_timeout++;
    leave(connection);
}

/* Answers. */

static void head_print(struct text *out, const struct http_answer *answer, bool keep)
{
    text_format(out, "HTTP/1.1 %u %s\r\n", (unsigned)answer->status,
                http_status_reason(answer->status));
    text_format(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", answer->type,
                answer->body.length);
    if (answer->status == HTTP_METHOD_NOT_ALLOWED) text_append(out, "Allow: GET, HEAD\r\n");
    text_format(out, "Cache-Control: no-store\r\nConnection: %s\r\n\r\n",
                keep ? "keep-alive" : "close");
}

static void answer_begin(struct connection *connection, const struct http_answer *answer, bool head)
{
    char head_bytes[HEAD_BYTES_MAX];
    struct text out = text_in(head_bytes, sizeof head_bytes);
    head_print(&out, answer, connection->keep);
    size_t body = head ? 0 : answer->body.length;
    connection->answer = malloc(out.length + body);
    if (!connection->answer) {
        leave(connection);
        return;
    }
    memcpy(connection->answer, out.bytes, out.length);
    memcpy(connection->answer + out.length, answer->body.bytes, body);
    connection->answer_bytes = out.length + body;
    connection->sent = 0;
    await(connection, EV_WRITE, HTTP_WRITE_SECONDS);
}

static void refuse(struct connection *connection, struct http_answer *answer,
                   enum http_status status)
{
    answer->status = status;
    answer->type = "text/plain; charset=utf-8";
    text_clear(&answer->body);
    text_format(&answer->body, "%s\n", http_status_reason(status));
    connection->server->plan.counts->request_bad++;
}

/* Whether a request was there; then its answer is under way, or the connection has ended. */
static bool answer_next(struct connection *connection)
{
    struct http_server *server = connection->server;
    struct http_request request;
    enum http_progress progress =
        http_request_read(&request, connection->request, connection->received);
    if (progress == HTTP_MORE) return false;
    struct http_answer answer = {.status = HTTP_OK,
                                 .type = "text/plain; charset=utf-8",
                                 .body = text_in(server->body, sizeof server->body)};
    connection->keep = request.keep;
    if (progress == HTTP_REFUSED) refuse(connection, &answer, request.refused);
    else server->plan.answer(server->plan.context, request.path, &answer);
    if (answer.body.cut) refuse(connection, &answer, HTTP_ERROR);
    else if (answer.status == HTTP_NOT_FOUND) server->plan.counts->request_bad++;
    server->plan.counts->request++;
    uint32_t used = progress == HTTP_REFUSED ? connection->received : request.bytes;
    connection->received -= used;
    memmove(connection->request, connection->request + used, connection->received);
    answer_begin(connection, &answer, request.head);
    return true;
}

static void answer_send(struct connection *connection)
{
    ssize_t sent = send(connection->socket, connection->answer + connection->sent,
                        connection->answer_bytes - connection->sent, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (sent < 0) {
        leave(connection);
        return;
    }
    connection->sent += (size_t)sent;
    if (connection->sent < connection->answer_bytes) return;
    free(connection->answer);
    connection->answer = NULL;
    connection->since = ++connection->server->turn;
    if (!connection->keep) {
        /* What came behind a refused request would turn the end into a reset, and the answer would
         * be lost with it. */
        shutdown(connection->socket, SHUT_WR);
        connection->received = 0;
        await(connection, EV_READ, HTTP_READ_SECONDS);
    } else if (!answer_next(connection)) {
        connection->rests = connection->received == 0;
        await(connection, EV_READ, connection->rests ? HTTP_IDLE_SECONDS : HTTP_READ_SECONDS);
    }
}

static void request_take(struct connection *connection)
{
    ssize_t came = recv(connection->socket, connection->request + connection->received,
                        sizeof connection->request - connection->received, 0);
    if (came < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (came <= 0) {
        leave(connection);
        return;
    }
    if (!connection->keep) return; /* it is over; until the other side says so too */
    connection->received += (uint32_t)came;
    bool begins = connection->rests;
    connection->rests = false;
    if (!answer_next(connection) && begins) await(connection, EV_READ, HTTP_READ_SECONDS);
}

static void moved(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    (void)events;
    struct connection *connection = io->data;
    if (connection->answer) answer_send(connection);
    else request_take(connection);
}

/* The server. */

/* A free place, or that of the connection which has had it longest without an answer. */
static struct connection *place(struct http_server *server)
{
    struct connection *oldest = &server->connection[0];
    for (uint32_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        struct connection *one = &server->connection[i];
        if (one->socket < 0) return one;
        if (one->since < oldest->since) oldest = one;
    }
    server->plan.counts->connection_evicted++;
    leave(oldest);
    return oldest;
}

static void pause_end(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct http_server *server = timer->data;
    ev_io_start(loop, &server->io);
}

/* Without a descriptor for it the connection stays where it is, and the listener would be ready
 * again at once, turn after turn. */
static void pause_begin(struct http_server *server)
{
    server->plan.counts->accept_failed++;
    ev_io_stop(server->plan.loop, &server->io);
    ev_timer_set(&server->pause, PAUSE_SECONDS, 0.0);
    ev_timer_start(server->plan.loop, &server->pause);
}

static void connected(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    (void)events;
    struct http_server *server = io->data;
    for (uint32_t i = 0; i < HTTP_ACCEPTS_TURN; i++) {
        int client = accept4(server->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                pause_begin(server);
            return;
        }
        struct connection *connection = place(server);
        connection->socket = client;
        connection->received = 0;
        connection->keep = true;
        connection->rests = false;
        connection->since = ++server->turn;
        server->plan.counts->connection++;
        await(connection, EV_READ, HTTP_READ_SECONDS);
    }
}

/* -1, and errno says why not. */
static int listener_open(const struct http_plan *plan, uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(plan->tcp_port),
                             .sin_addr.s_addr = htonl(plan->address)};
    socklen_t bytes = sizeof at;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) return -1;
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (const struct sockaddr *)&at, sizeof at) != 0 ||
        listen(listener, BACKLOG) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &bytes) != 0) {
        int why = errno;
        close(listener);
        errno = why;
        return -1;
    }
    *port = ntohs(at.sin_port);
    return listener;
}

static void connections_prepare(struct http_server *server)
{
    for (uint32_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        struct connection *connection = &server->connection[i];
        connection->server = server;
        connection->socket = -1;
        ev_init(&connection->io, moved);
        ev_init(&connection->timer, too_slow);
        connection->io.data = connection;
        connection->timer.data = connection;
    }
}

struct http_server *http_server_new(const struct http_plan *plan, struct text *problem)
{
    struct in_addr address = {.s_addr = htonl(plan->address)};
    char name[INET_ADDRSTRLEN] = "?";
    struct http_server *server = calloc(1, sizeof *server);
    if (server) {
        server->plan = *plan;
        server->socket = listener_open(plan, &server->port);
        if (server->socket >= 0) {
            connections_prepare(server);
            ev_io_init(&server->io, connected, server->socket, EV_READ);
            server->io.data = server;
            ev_init(&server->pause, pause_end);
            server->pause.data = server;
            ev_io_start(plan->loop, &server->io);
            return server;
        }
    }
    (void)inet_ntop(AF_INET, &address, name, sizeof name);
    text_format(problem, "%s:%u: %s", name, plan->tcp_port, strerror(errno));
    free(server);
    return NULL;
}

void http_server_free(struct http_server *server)
{
    if (!server) return;
    ev_io_stop(server->plan.loop, &server->io);
    ev_timer_stop(server->plan.loop, &server->pause);
    for (uint32_t i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        if (server->connection[i].socket >= 0) leave(&server->connection[i]);
    close(server->socket);
    free(server);
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}
