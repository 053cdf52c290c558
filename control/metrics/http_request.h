#ifndef CONTROL_METRICS_HTTP_REQUEST_H
#define CONTROL_METRICS_HTTP_REQUEST_H

/* One request of HTTP/1.0 or 1.1, as far as somebody needs it who answers GET and HEAD and takes
 * no body.
 *
 *     bytes, as many as have come ──► http_request_read ──► more, or a request, or why it is none
 *
 * Strict where leniency has cost others: lines end in CR LF; a name of a header has no space; no
 * line is continued; a request with a body, announced by Content-Length or Transfer-Encoding, is
 * refused, and so is every method but GET and HEAD, a request of 1.1 without a Host, and any with
 * two or with one that is none.  After a refusal the connection must end,
 * because nobody knows where the next request begins.
 *
 * By hand, and not by http-parser: that library has no maintainer any more, its successor llhttp is
 * not in Debian 12, and what is needed of either is below.  A fuzzer has had it
 * (tests/fuzz/fuzz_http.c).
 *
 * Pure; never reads beyond length.  Cold.  Source: RFC 9112. */

#include "dataplane/base/base.h"

#define HTTP_REQUEST_MAX 8192u /* with its headers */
#define HTTP_PATH_MAX    255u

/* clang-format off */
#define HTTP_STATUSES(X)                                                               \
    X(HTTP_OK,                 200, "OK")                                              \
    X(HTTP_BAD_REQUEST,        400, "Bad Request")                                     \
    X(HTTP_NOT_FOUND,          404, "Not Found")                                       \
    X(HTTP_METHOD_NOT_ALLOWED, 405, "Method Not Allowed")                              \
    X(HTTP_CONTENT_TOO_LARGE,  413, "Content Too Large")                               \
    X(HTTP_URI_TOO_LONG,       414, "URI Too Long")                                    \
    X(HTTP_FIELDS_TOO_LARGE,   431, "Request Header Fields Too Large")                 \
    X(HTTP_ERROR,              500, "Internal Server Error")                           \
    X(HTTP_UNAVAILABLE,        503, "Service Unavailable")                             \
    X(HTTP_VERSION,            505, "HTTP Version Not Supported")
/* clang-format on */

#define HTTP_STATUS_ENUM(status, number, reason) status = (number),
enum http_status { HTTP_STATUSES(HTTP_STATUS_ENUM) };

const char *http_status_reason(enum http_status status);

enum http_progress { HTTP_MORE, HTTP_REQUEST, HTTP_REFUSED };

struct http_request {
    enum http_status refused;     /* HTTP_REFUSED: by which answer */
    uint32_t bytes;               /* HTTP_REQUEST: of it; what is behind belongs to the next */
    bool head;                    /* HEAD: the answer has no body */
    bool keep;                    /* the connection stays open behind the answer */
    char path[HTTP_PATH_MAX + 1]; /* without what is behind '?' */
};

/* bytes[0..length): all that has come since the request before. */
enum http_progress http_request_read(struct http_request *request, const char *bytes,
                                     uint32_t length);

#endif
