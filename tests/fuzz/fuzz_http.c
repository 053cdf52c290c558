/* Any bytes as HTTP: nothing is read beyond them, a request is never longer than what came, its
 * path is printable and ends, and what a beginning was refused for the whole is refused for too. */

#include "control/metrics/http_request.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of its own size, so that a sanitizer sees a byte too far. */
static enum http_progress take(struct http_request *request, const uint8_t *data, size_t size)
{
    char *bytes = malloc(size ? size : 1);
    CHECK(bytes != NULL);
    memcpy(bytes, data, size);
    enum http_progress progress = http_request_read(request, bytes, (uint32_t)size);
    free(bytes);
    return progress;
}

static void request_check(const struct http_request *request, size_t size)
{
    CHECK(request->bytes > 0 && request->bytes <= size && request->bytes <= HTTP_REQUEST_MAX);
    CHECK(request->path[0] == '/');
    CHECK(memchr(request->path, 0, sizeof request->path) != NULL);
    for (const char *at = request->path; *at; at++) CHECK(*at > ' ' && *at <= '~' && *at != '?');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_request whole, part;
    if (size > 4ul * HTTP_REQUEST_MAX) return 0;
    enum http_progress progress = take(&whole, data, size);
    if (progress == HTTP_REQUEST) request_check(&whole, size);
    if (progress == HTTP_REFUSED) CHECK(!whole.keep && whole.refused >= HTTP_BAD_REQUEST);
    if (progress == HTTP_MORE) CHECK(size < HTTP_REQUEST_MAX);
    for (size_t half = size / 2; half > 0; half /= 2) {
        enum http_progress now = take(&part, data, half);
        if (now == HTTP_REFUSED && half < HTTP_REQUEST_MAX)
            CHECK(progress == HTTP_REFUSED && whole.refused == part.refused);
        if (now == HTTP_REQUEST) CHECK(progress == HTTP_REQUEST && whole.bytes == part.bytes);
    }
    return 0;
}
