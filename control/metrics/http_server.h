#ifndef CONTROL_METRICS_HTTP_SERVER_H
#define CONTROL_METRICS_HTTP_SERVER_H

/* A small HTTP server on the control plane's loop: someone asks, somebody else answers with a text.
 *
 *     accept ──► request, at most 8 KiB ──► answer(path) ──► all of it written ──► the next request
 *
 * Bounds: HTTP_CONNECTIONS_MAX at once; when another comes, the one that has had its place longest
 * since it last got a whole answer gives way, so nobody who holds connections open can keep others
 * out.  A request must be whole HTTP_READ_SECONDS after its first byte, however slowly it comes,
 * and the first one must begin as soon after the connection; an answer must have been taken
 * HTTP_WRITE_SECONDS after it began.  Between two requests a connection may rest for
 * HTTP_IDLE_SECONDS.  One request of a connection is answered in a turn of the loop.  Where the
 * process has no descriptor left, connections wait in the kernel and are tried ten times a second.
 *
 * The address should be the loopback's: there is neither a password nor a cipher here.
 *
 * Threads: the loop's.  Memory: allocated; of a connection 8 KiB and its answer. */

#include "control/metrics/http_request.h"
#include "control/metrics/metrics.h"
#include "dataplane/base/text.h"

#define HTTP_CONNECTIONS_MAX 16u
#define HTTP_READ_SECONDS    5.0
#define HTTP_WRITE_SECONDS   5.0
#define HTTP_IDLE_SECONDS    75.0 /* more than the minute between two scrapes of a slow one */
#define HTTP_ACCEPTS_TURN    8u   /* connections taken in a turn: those that are there come too */

struct ev_loop;

struct http_answer {
    enum http_status status;
    const char *type; /* of its content */
    struct text body; /* METRICS_BYTES_MAX; it is sent if it is not cut */
};

typedef void http_answer_fn(void *context, const char *path, struct http_answer *answer);

struct http_plan {
    struct ev_loop *loop;
    uint32_t address;  /* IPv4 */
    uint16_t tcp_port; /* 0: one that is free */
    http_answer_fn *answer;
    void *context;
    struct metrics_http_counts *counts;
};

struct http_server;

/* NULL and a sentence if the address cannot be had. */
struct http_server *http_server_new(const struct http_plan *plan, struct text *problem);
void http_server_free(struct http_server *server); /* NULL is allowed */

uint16_t http_server_port(const struct http_server *server);

#endif
