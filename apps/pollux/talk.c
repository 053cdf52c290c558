#include "apps/pollux/talk.h"

#include "control/command/command_call.h"
#include "control/command/command_socket.h"
#include "dataplane/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PLACES 2u

static const char how[] =
    "pollux: start polluxd with a configuration that has the section control, go to the folder it "
    "was started in, or name its socket with --socket PATH\n";

static const char *const usual[PLACES] = {"control/pollux.sock", "/run/pollux/pollux.sock"};

/* The one that was named, there or not: a command must not go to another box than was meant.  Else
 * the first of the usual ones that is there. */
static const char *path_of(const char *named)
{
    if (!named) named = getenv("POLLUX_SOCKET");
    if (named && named[0]) return named;
    for (uint32_t i = 0; i < PLACES; i++)
        if (access(usual[i], F_OK) == 0) return usual[i];
    return NULL;
}

bool talk_open(struct talk *talk, const char *named)
{
    const char *path = path_of(named);
    *talk = (struct talk){.file = -1};
    struct text why = text_in(talk->why, sizeof talk->why);
    if (!path) {
        text_append(&why, "pollux: there is no control socket; looked for");
        for (uint32_t i = 0; i < PLACES; i++) text_format(&why, " %s", usual[i]);
        text_format(&why, "\n%s", how);
        return false;
    }
    talk->file = command_socket_connect(path);
    if (talk->file < 0) {
        text_format(&why, "pollux: nobody answers at %.400s: %s\n%s", path, strerror(errno),
                    errno == EACCES ? "" : how);
        return false;
    }
    const struct timeval patience = {.tv_sec = TALK_SECONDS};
    (void)setsockopt(talk->file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(talk->file, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    talk->in = malloc(COMMAND_ANSWER_MAX);
    CHECK(talk->in != NULL);
    return true;
}

void talk_close(struct talk *talk)
{
    if (talk->file >= 0) close(talk->file);
    free(talk->in);
    talk->in = NULL;
    talk->file = -1;
}

static bool request_send(struct talk *talk, const char *method, const json_t *parameters)
{
    json_t *request = json_pack("{s:s, s:I, s:s, s:O}", "jsonrpc", "2.0", "id",
                                (json_int_t)++talk->asked, "method", method, "params", parameters);
    char *line = request ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    CHECK(line != NULL);
    size_t length = strlen(line);
    line[length++] = '\n'; /* in place of its end */
    bool sent = true;
    for (size_t at = 0; at < length && sent;) {
        ssize_t more = send(talk->file, line + at, length - at, MSG_NOSIGNAL);
        sent = more > 0 || (more < 0 && errno == EINTR);
        if (more > 0) at += (size_t)more;
    }
    free(line);
    return sent;
}

/* The next line, without its end; NULL: none came. */
static json_t *line_receive(struct talk *talk)
{
    for (;;) {
        char *end = memchr(talk->in, '\n', talk->in_bytes);
        if (end) {
            size_t length = (size_t)(end - talk->in);
            json_error_t error;
            json_t *answer = json_loadb(talk->in, length, JSON_REJECT_DUPLICATES, &error);
            talk->in_bytes -= length + 1;
            memmove(talk->in, end + 1, talk->in_bytes);
            if (!answer) errno = EPROTO;
            return answer;
        }
        if (talk->in_bytes == COMMAND_ANSWER_MAX) {
            errno = EMSGSIZE;
            return NULL;
        }
        ssize_t more =
            recv(talk->file, talk->in + talk->in_bytes, COMMAND_ANSWER_MAX - talk->in_bytes, 0);
        bool stops = talk->stopping && *talk->stopping;
        if (more < 0 && errno == EINTR && !stops) continue;
        if (more == 0) errno = ECONNRESET;
        if (more <= 0) return NULL;
        talk->in_bytes += (size_t)more;
    }
}

json_t *talk_ask(struct talk *talk, const char *method, const json_t *parameters)
{
    /* Who is refused at the door is told why before he is disconnected. */
    bool sent = request_send(talk, method, parameters);
    json_t *answer = line_receive(talk);
    if (answer) return answer;
    struct text why = text_in(talk->why, sizeof talk->why);
    text_format(&why, "pollux: the box does not answer: %s\n",
                errno == EAGAIN ? "it takes too long" : strerror(errno));
    (void)sent;
    return NULL;
}
