#include "control/redis/redis_link.h"

#include "control/redis/redis_words.h"
#include "dataplane/base/system_clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TAG_AUTH     (REDIS_TAG_PUSHED - 1)
#define TAG_PING     (REDIS_TAG_PUSHED - 2)
#define STEP_SECONDS 0.01
#define READ_BYTES   65536u
#define READS_MAX    16u /* in a row: others have their turn */

double redis_seconds(void)
{
    return (double)system_clock_monotonic() / 1e9;
}

/* While it greets, our password is in it. */
static void out_wipe(struct redis_link *link)
{
    if (link->state == REDIS_LINK_GREETING)
        explicit_bzero(link->out, link->out_first + link->out_bytes);
}

static void closed(struct redis_link *link)
{
    struct ev_loop *loop = link->plan.loop;
    ev_io_stop(loop, &link->input);
    ev_io_stop(loop, &link->output);
    if (link->socket >= 0) (void)close(link->socket);
    link->socket = -1;
    link->writes = false;
    out_wipe(link);
    link->out_first = link->out_bytes = 0;
    link->why = NULL;
    link->state = REDIS_LINK_DOWN;
    link->retry_at = redis_seconds() + link->retry_ms / 1000.0;
    link->retry_ms *= 2;
    if (link->retry_ms > REDIS_LINK_RETRY_MAX_MS) link->retry_ms = REDIS_LINK_RETRY_MAX_MS;
}

/* Whoever knows that it is lost is told no more than what else the server has against us. */
static void lost(struct redis_link *link, const char *why)
{
    enum redis_link_state was = link->state;
    closed(link);
    link->losses += was == REDIS_LINK_READY;
    bool known = link->told && (was < REDIS_LINK_GREETING || link->told == why);
    if (was != REDIS_LINK_READY && known) return;
    link->told = why;
    link->plan.lost(link->plan.context, why);
}

void redis_link_lose(struct redis_link *link, const char *why)
{
    link->why = why;
}

void redis_link_refused(struct redis_link *link, const redisReply *reply)
{
    enum redis_error error = redis_error_of(reply);
    link->error[error]++;
    if (redis_error_passes(error)) redis_link_lose(link, redis_error_text(error));
}

void redis_link_denied(struct redis_link *link, const char *what, const redisReply *reply)
{
    redis_link_refused(link, reply);
    (void)snprintf(link->denial, sizeof link->denial, "%s: %s", what, reply->str);
    for (char *at = link->denial; *at; at++)
        if (*at < ' ' || *at > '~') *at = '?';
    redis_link_lose(link, link->denial);
}

void redis_link_worked(struct redis_link *link)
{
    link->retry_ms = REDIS_LINK_RETRY_MS;
}

bool redis_link_ready(const struct redis_link *link)
{
    return link->state == REDIS_LINK_READY && !link->why;
}

/* Out. */

static void output_watch(struct redis_link *link, bool watch)
{
    if (link->writes == watch) return;
    link->writes = watch;
    if (watch) ev_io_start(link->plan.loop, &link->output);
    else ev_io_stop(link->plan.loop, &link->output);
}

static void out_flush(struct redis_link *link)
{
    while (link->out_bytes > 0) {
        ssize_t now =
            send(link->socket, link->out + link->out_first, link->out_bytes, MSG_NOSIGNAL);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0 && errno != EAGAIN) redis_link_lose(link, "the connection has broken");
        if (now <= 0) break;
        link->out_first += (size_t)now;
        link->out_bytes -= (size_t)now;
    }
    if (link->out_bytes == 0) {
        out_wipe(link);
        link->out_first = 0;
    }
    output_watch(link, link->out_bytes > 0 && !link->why);
}

/* A place of length bytes behind what waits, which is then said; NULL: there is no room. */
static char *out_claim(struct redis_link *link, uint32_t tag, size_t length)
{
    if (link->why || length > REDIS_LINK_OUT_BYTES - link->out_bytes) return NULL;
    if (!redis_replies_room(&link->replies)) return NULL;
    if (!link->replies.subscribed) {
        if (link->replies.count == 0) link->heard_at = redis_seconds();
        redis_replies_asked(&link->replies, tag);
    }
    if (link->out_first + link->out_bytes + length > REDIS_LINK_OUT_BYTES) {
        memmove(link->out, link->out + link->out_first, link->out_bytes);
        link->out_first = 0;
    }
    char *place = link->out + link->out_first + link->out_bytes;
    link->out_bytes += length;
    return place;
}

bool redis_link_send(struct redis_link *link, uint32_t tag, const char *bytes, size_t length)
{
    char *place = link->state == REDIS_LINK_READY ? out_claim(link, tag, length) : NULL;
    if (place) memcpy(place, bytes, length);
    return place != NULL;
}

static bool words_add(struct redis_link *link, uint32_t tag, uint32_t count,
                      const char *const *word)
{
    const struct redis_words words = {count, word, NULL};
    char *place = out_claim(link, tag, redis_words_bytes(&words));
    if (place) redis_words_put(&words, place);
    return place != NULL;
}

bool redis_link_say(struct redis_link *link, uint32_t tag, uint32_t words, const char *const *word)
{
    return link->state == REDIS_LINK_READY && words_add(link, tag, words, word);
}

/* Greeting. */

static void greet(struct redis_link *link)
{
    const struct redis_link_plan *plan = &link->plan;
    const char *const ping[] = {"PING"};
    link->state = REDIS_LINK_GREETING;
    link->heard_at = redis_seconds();
    if (plan->password[0]) {
        const char *const all[] = {"AUTH", plan->username, plan->password};
        const char *const alone[] = {"AUTH", plan->password};
        bool named = plan->username[0] != 0;
        (void)words_add(link, TAG_AUTH, named ? 3 : 2, named ? all : alone);
    }
    (void)words_add(link, TAG_PING, 1, ping);
}

static bool greeted(struct redis_link *link, uint32_t tag, const redisReply *reply)
{
    bool right = reply->type == REDIS_REPLY_STATUS;
    if (reply->type == REDIS_REPLY_ERROR) redis_link_refused(link, reply);
    if (!right && !link->why) redis_link_lose(link, "the server's greeting is another one");
    if (!right || tag == TAG_AUTH) return right;
    link->state = REDIS_LINK_READY;
    link->connections++;
    link->told = NULL;
    link->plan.ready(link->plan.context);
    return !link->why;
}

/* In. */

static bool reply_take(void *context, uint32_t tag, const redisReply *reply)
{
    struct redis_link *link = context;
    link->heard_at = redis_seconds();
    if (link->state == REDIS_LINK_GREETING) return greeted(link, tag, reply);
    return link->plan.reply(link->plan.context, tag, reply) && !link->why;
}

static bool bytes_take(struct redis_link *link)
{
    static char bytes[READ_BYTES];
    ssize_t length = recv(link->socket, bytes, sizeof bytes, 0);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (length <= 0) {
        redis_link_lose(link, "the server has gone");
        return false;
    }
    enum redis_fault fault =
        redis_replies_take(&link->replies, bytes, (size_t)length, reply_take, link);
    if (fault != REDIS_FAULT_NONE) redis_link_lose(link, redis_fault_text(fault));
    return !link->why && (size_t)length == sizeof bytes;
}

static void input_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct redis_link *link = watcher->data;
    for (uint32_t i = 0; i < READS_MAX && bytes_take(link); i++) {
    }
    if (!link->why && link->out_bytes > 0) out_flush(link);
    if (link->why) lost(link, link->why);
}

static void connected(struct redis_link *link)
{
    int error = 0;
    socklen_t bytes = sizeof error;
    if (getsockopt(link->socket, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0 || error != 0) {
        lost(link, strerrordesc_np(error));
        return;
    }
    output_watch(link, false);
    ev_io_start(link->plan.loop, &link->input);
    greet(link);
}

static void output_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct redis_link *link = watcher->data;
    if (link->state == REDIS_LINK_CONNECTING) connected(link);
    else out_flush(link);
    if (link->why) lost(link, link->why);
}

static void turned(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    (void)loop;
    (void)events;
    struct redis_link *link = watcher->data;
    bool greeted = link->state == REDIS_LINK_GREETING || link->state == REDIS_LINK_READY;
    if (!greeted || link->why || link->writes || link->out_bytes == 0) return;
    out_flush(link);
    if (link->why) lost(link, link->why);
}

/* Connecting. */

static int socket_connect(const struct redis_link_plan *plan)
{
    bool local = plan->socket[0] != 0;
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    struct sockaddr_in host = {.sin_family = AF_INET,
                               .sin_port = htons(plan->tcp_port),
                               .sin_addr = {.s_addr = htonl(plan->ip)}};
    int made = socket(local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    strncpy(path.sun_path, plan->socket, sizeof path.sun_path - 1);
    const struct sockaddr *to =
        local ? (const struct sockaddr *)&path : (const struct sockaddr *)&host;
    int status = connect(made, to, local ? sizeof path : sizeof host);
    int why = errno;
    if (status == 0 || why == EINPROGRESS) return made;
    (void)close(made);
    errno = why;
    return -1;
}

static void connect_begin(struct redis_link *link)
{
    link->socket = socket_connect(&link->plan);
    if (link->socket < 0) {
        lost(link, strerrordesc_np(errno));
        return;
    }
    redis_replies_reset(&link->replies);
    link->state = REDIS_LINK_CONNECTING;
    link->heard_at = redis_seconds();
    ev_io_set(&link->input, link->socket, EV_READ);
    ev_io_set(&link->output, link->socket, EV_WRITE);
    output_watch(link, true);
}

/* To one that is only listened to nothing is said: it is asked for a sign of life. */
static bool pinged(struct redis_link *link)
{
    static const char *const ping[] = {"PING"};
    if (link->state != REDIS_LINK_READY || !link->replies.subscribed) return false;
    double now = redis_seconds();
    if (!link->why && now - link->pinged_at >= REDIS_LINK_PING_MS / 1000.0) {
        link->pinged_at = now;
        (void)words_add(link, REDIS_TAG_PUSHED, 1, ping);
    }
    return true;
}

/* A stopped server keeps its sockets, and one whose machine is gone says no farewell: only silence
 * tells. */
static void step(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    struct redis_link *link = timer->data;
    bool due = pinged(link) || link->state != REDIS_LINK_READY || link->replies.count > 0;
    if (link->state == REDIS_LINK_DOWN) {
        if (redis_seconds() >= link->retry_at) connect_begin(link);
    } else if (link->why) {
        lost(link, link->why);
    } else if (due && redis_seconds() - link->heard_at > REDIS_LINK_SILENCE_MS / 1000.0) {
        lost(link, "the server is silent");
    }
}

void redis_link_new(struct redis_link *link, const struct redis_link_plan *plan)
{
    *link = (struct redis_link){.plan = *plan, .socket = -1, .retry_ms = REDIS_LINK_RETRY_MS};
    link->out = malloc(REDIS_LINK_OUT_BYTES);
    CHECK(link->out != NULL);
    redis_replies_new(&link->replies);
    ev_init(&link->input, input_ready);
    if (plan->first) ev_set_priority(&link->input, EV_MAXPRI);
    ev_init(&link->output, output_ready);
    ev_timer_init(&link->timer, step, 0, STEP_SECONDS);
    ev_prepare_init(&link->turned, turned);
    link->input.data = link->output.data = link->turned.data = link->timer.data = link;
    ev_prepare_start(plan->loop, &link->turned);
    ev_timer_start(plan->loop, &link->timer);
}

void redis_link_free(struct redis_link *link)
{
    if (!link->out) return;
    ev_timer_stop(link->plan.loop, &link->timer);
    ev_prepare_stop(link->plan.loop, &link->turned);
    closed(link);
    redis_replies_free(&link->replies);
    free(link->out);
    link->out = NULL; /* its counters stay */
}
