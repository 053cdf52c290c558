#include "control/metrics/http_request.h"

#include <string.h>
#include <strings.h>

struct span {
    const char *at;
    size_t length;
};

#define STATUS_CASE(status, number, reason)                                                        \
    case status: return reason;

const char *http_status_reason(enum http_status status)
{
    switch (status) {
        HTTP_STATUSES(STATUS_CASE)
    }
    return "?";
}

static bool span_is(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.at, text, span.length) == 0;
}

static bool span_like(struct span span, const char *text)
{
    return span.length == strlen(text) && strncasecmp(span.at, text, span.length) == 0;
}

static enum http_progress refuse(struct http_request *request, enum http_status status)
{
    request->refused = status;
    request->keep = false;
    return HTTP_REFUSED;
}

/* Up to the next such character; *rest begins behind it.  False: it is not there. */
static bool cut(struct span *rest, char at, struct span *piece)
{
    const char *found = memchr(rest->at, at, rest->length);
    if (!found) return false;
    *piece = (struct span){rest->at, (size_t)(found - rest->at)};
    rest->length -= piece->length + 1;
    rest->at = found + 1;
    return true;
}

/* Letters, digits, and these others. */
static bool is_of(struct span span, const char *others)
{
    for (size_t i = 0; i < span.length; i++) {
        char one = span.at[i];
        bool letter = (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z');
        if (!letter && !(one >= '0' && one <= '9') && (!one || !strchr(others, one))) return false;
    }
    return true;
}

/* Characters of a method or of a header's name. */
static bool is_token(struct span span)
{
    return span.length > 0 && is_of(span, "!#$%&'*+-.^_`|~");
}

/* host[:port] of RFC 3986; empty where the client has no name for us. */
static bool is_host(struct span span)
{
    return is_of(span, "-._~!$&'()*+,;=%:[]");
}

static enum http_progress path_read(struct http_request *request, struct span target)
{
    if (target.length == 0 || target.at[0] != '/') return refuse(request, HTTP_BAD_REQUEST);
    for (size_t i = 0; i < target.length; i++)
        if (target.at[i] <= ' ' || target.at[i] > '~') return refuse(request, HTTP_BAD_REQUEST);
    const char *question = memchr(target.at, '?', target.length);
    size_t length = question ? (size_t)(question - target.at) : target.length;
    if (length > HTTP_PATH_MAX) return refuse(request, HTTP_URI_TOO_LONG);
    memcpy(request->path, target.at, length);
    request->path[length] = 0;
    return HTTP_REQUEST;
}

/* "GET /metrics HTTP/1.1" */
static enum http_progress line_read(struct http_request *request, struct span line)
{
    struct span method, target;
    if (!cut(&line, ' ', &method) || !is_token(method) || !cut(&line, ' ', &target))
        return refuse(request, HTTP_BAD_REQUEST);
    bool old = span_is(line, "HTTP/1.0");
    if (line.length != 8 || memcmp(line.at, "HTTP/", 5) != 0)
        return refuse(request, HTTP_BAD_REQUEST);
    if (!old && !span_is(line, "HTTP/1.1")) return refuse(request, HTTP_VERSION);
    request->keep = !old;
    request->head = span_is(method, "HEAD");
    if (!request->head && !span_is(method, "GET")) return refuse(request, HTTP_METHOD_NOT_ALLOWED);
    return path_read(request, target);
}

static struct span trimmed(struct span span)
{
    while (span.length > 0 && (*span.at == ' ' || *span.at == '\t')) {
        span.at++;
        span.length--;
    }
    while (span.length > 0 && (span.at[span.length - 1] == ' ' || span.at[span.length - 1] == '\t'))
        span.length--;
    return span;
}

/* "keep-alive, Close": whether close is one of the options. */
static bool closes(struct span options)
{
    struct span one;
    while (cut(&options, ',', &one))
        if (span_like(trimmed(one), "close")) return true;
    return span_like(trimmed(options), "close");
}

static enum http_progress header_read(struct http_request *request, struct span line,
                                      uint32_t *hosts)
{
    struct span name;
    for (size_t i = 0; i < line.length; i++)
        if (((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') || line.at[i] == 0x7f)
            return refuse(request, HTTP_BAD_REQUEST);
    if (!cut(&line, ':', &name) || !is_token(name)) return refuse(request, HTTP_BAD_REQUEST);
    struct span value = trimmed(line);
    if (span_like(name, "Host") && ((*hosts)++ > 0 || !is_host(value)))
        return refuse(request, HTTP_BAD_REQUEST);
    if (span_like(name, "Connection") && closes(value)) request->keep = false;
    if (span_like(name, "Content-Length") && !span_is(value, "0"))
        return refuse(request, HTTP_CONTENT_TOO_LARGE);
    if (span_like(name, "Transfer-Encoding")) return refuse(request, HTTP_CONTENT_TOO_LARGE);
    return HTTP_REQUEST;
}

/* The next line, which ends in CR LF.  HTTP_REQUEST: it is there. */
static enum http_progress line_next(struct http_request *request, struct span *rest,
                                    struct span *line)
{
    if (!cut(rest, '\n', line)) return HTTP_MORE;
    if (line->length == 0 || line->at[line->length - 1] != '\r')
        return refuse(request, HTTP_BAD_REQUEST);
    line->length--;
    return HTTP_REQUEST;
}

/* What has come is no whole request.  When it can become none that is small enough: whether it is
 * the request line that is too long, or the headers. */
static enum http_progress unfinished(struct http_request *request, uint32_t length, bool headers)
{
    if (length < HTTP_REQUEST_MAX) return HTTP_MORE;
    return refuse(request, headers ? HTTP_FIELDS_TOO_LARGE : HTTP_URI_TOO_LONG);
}

enum http_progress http_request_read(struct http_request *request, const char *bytes,
                                     uint32_t length)
{
    *request = (struct http_request){.bytes = 0};
    struct span rest = {bytes, length < HTTP_REQUEST_MAX ? length : HTTP_REQUEST_MAX}, line;
    uint32_t hosts = 0;
    enum http_progress progress = line_next(request, &rest, &line);
    if (progress == HTTP_MORE) return unfinished(request, length, false);
    if (progress == HTTP_REQUEST) progress = line_read(request, line);
    bool named = request->keep; /* who speaks 1.1 names us: RFC 9112, section 3.2 */
    while (progress == HTTP_REQUEST) {
        progress = line_next(request, &rest, &line);
        if (progress == HTTP_MORE) return unfinished(request, length, true);
        if (progress != HTTP_REQUEST) break;
        if (line.length == 0) {
            if (named && hosts == 0) return refuse(request, HTTP_BAD_REQUEST);
            request->bytes = (uint32_t)(rest.at - bytes);
            return HTTP_REQUEST;
        }
        progress = header_read(request, line, &hosts);
    }
    return progress;
}
