/* One request: what is taken, what is refused and by which answer, in whatever pieces it comes. */

#include "control/metrics/http_request.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct http_request request;

static enum http_progress take(const char *text)
{
    return http_request_read(&request, text, (uint32_t)strlen(text));
}

SPEC(a_get_is_a_request_with_its_path)
{
    EXPECT(take("GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n") == HTTP_REQUEST);
    EXPECT_TEXT(request.path, "/metrics");
    EXPECT(request.keep);
    EXPECT(!request.head);
    EXPECT_UINT(request.bytes, strlen("GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n"));
}

SPEC(a_head_is_one_without_a_body)
{
    EXPECT(take("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n") == HTTP_REQUEST);
    EXPECT(request.head);
}

SPEC(what_is_behind_a_question_mark_is_no_part_of_the_path)
{
    EXPECT(take("GET /metrics?name[]=up HTTP/1.1\r\nHost: x\r\n\r\n") == HTTP_REQUEST);
    EXPECT_TEXT(request.path, "/metrics");
}

SPEC(the_connection_ends_behind_an_old_request_and_behind_one_that_says_so)
{
    EXPECT(take("GET / HTTP/1.0\r\n\r\n") == HTTP_REQUEST);
    EXPECT(!request.keep);
    EXPECT(take("GET / HTTP/1.1\r\nHost: x\r\nconnection:  Close \r\n\r\n") == HTTP_REQUEST);
    EXPECT(!request.keep);
    EXPECT(take("GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n") == HTTP_REQUEST);
    EXPECT(request.keep);
}

SPEC(close_may_be_one_of_several_options_of_the_connection)
{
    EXPECT(take("GET / HTTP/1.1\r\nHost: x\r\nConnection: TE, close\r\n\r\n") == HTTP_REQUEST);
    EXPECT(!request.keep);
    EXPECT(take("GET / HTTP/1.1\r\nHost: x\r\nConnection: CLOSE\t,TE\r\n\r\n") == HTTP_REQUEST);
    EXPECT(!request.keep);
    EXPECT(take("GET / HTTP/1.1\r\nHost: x\r\nConnection: closed, not close\r\n\r\n") ==
           HTTP_REQUEST);
    EXPECT(request.keep);
}

SPEC(what_is_behind_a_request_belongs_to_the_next)
{
    const char *two = "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT(take(two) == HTTP_REQUEST);
    EXPECT_TEXT(request.path, "/a");
    EXPECT(take(two + request.bytes) == HTTP_REQUEST);
    EXPECT_TEXT(request.path, "/b");
}

SPEC(every_beginning_of_a_request_waits_for_more)
{
    const char *whole = "GET /metrics HTTP/1.1\r\nHost: here\r\nAccept: */*\r\n\r\n";
    for (uint32_t length = 0; length < strlen(whole); length++)
        EXPECT(http_request_read(&request, whole, length) == HTTP_MORE);
}

SPEC(what_is_no_request_is_refused_with_the_answer_that_says_why)
{
    static const struct {
        const char *text;
        enum http_status status;
    } rows[] = {
        {"\r\n", HTTP_BAD_REQUEST},
        {"GET\r\n", HTTP_BAD_REQUEST},
        {"GET /\r\n", HTTP_BAD_REQUEST},
        {" / HTTP/1.1\r\n", HTTP_BAD_REQUEST},
        {"G(T / HTTP/1.1\r\n", HTTP_BAD_REQUEST},
        {"GET  / HTTP/1.1\r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/1.1 \r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/1.1\n", HTTP_BAD_REQUEST},
        {"GET /\tx HTTP/1.1\r\n", HTTP_BAD_REQUEST},
        {"GET http://here/ HTTP/1.1\r\n", HTTP_BAD_REQUEST},
        {"GET * HTTP/1.1\r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/2.0\r\n", HTTP_VERSION},
        {"GET / HTTP/1.2\r\n", HTTP_VERSION},
        {"GET / http/1.1\r\n", HTTP_BAD_REQUEST},
        {"POST / HTTP/1.1\r\n", HTTP_METHOD_NOT_ALLOWED},
        {"OPTIONS / HTTP/1.1\r\n", HTTP_METHOD_NOT_ALLOWED},
        {"get / HTTP/1.1\r\n", HTTP_METHOD_NOT_ALLOWED},
        {"GET / HTTP/1.1\r\nno colon\r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/1.1\r\nName : x\r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/1.1\r\n: x\r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/1.1\r\nA: x\n\r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/1.1\r\nA: x\r\n continued\r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/1.1\r\nA: x\ry\r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/1.1\r\nA: x\x7fy\r\n", HTTP_BAD_REQUEST},
        {"GET / HTTP/1.1\r\nContent-Length: 5\r\n", HTTP_CONTENT_TOO_LARGE},
        {"GET / HTTP/1.1\r\ncontent-length: +0\r\n", HTTP_CONTENT_TOO_LARGE},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", HTTP_CONTENT_TOO_LARGE},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        enum http_progress progress = take(rows[i].text);
        spec_expect(__FILE__, __LINE__,
                    progress == HTTP_REFUSED && request.refused == rows[i].status, "%s: %d, by %d",
                    rows[i].text, (int)progress, (int)request.refused);
        EXPECT(!request.keep);
    }
    EXPECT(take("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n") == HTTP_REQUEST);
}

SPEC(who_speaks_1_1_names_the_host_once)
{
    static const char *const none[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHosts: here\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: here\r\nHost: here\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: he re\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: user@here\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: here/there\r\n\r\n",
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(none); i++) {
        enum http_progress progress = take(none[i]);
        spec_expect(__FILE__, __LINE__,
                    progress == HTTP_REFUSED && request.refused == HTTP_BAD_REQUEST, "%s: %d",
                    none[i], (int)progress);
        EXPECT(!request.keep);
    }
    EXPECT(take("GET / HTTP/1.0\r\n\r\n") == HTTP_REQUEST);
    EXPECT(take("GET / HTTP/1.1\r\nhOST:\r\n\r\n") == HTTP_REQUEST);
    EXPECT(take("GET / HTTP/1.1\r\nHost: [::1]:9464\r\n\r\n") == HTTP_REQUEST);
}

SPEC(a_byte_zero_anywhere_is_refused)
{
    const char *whole = "GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n";
    char bytes[64];
    uint32_t length = (uint32_t)strlen(whole);
    for (uint32_t i = 0; i < length; i++) {
        memcpy(bytes, whole, length);
        bytes[i] = 0;
        EXPECT(http_request_read(&request, bytes, length) != HTTP_REQUEST);
    }
}

/* Without its end. */
static void put(char *to, const char *text)
{
    while (*text) *to++ = *text++;
}

/* So many bytes, all but those at the beginning 'a'. */
static enum http_progress long_one(const char *begin, uint32_t length)
{
    char *bytes = malloc(length);
    if (!bytes) abort();
    memset(bytes, 'a', length);
    put(bytes, begin);
    enum http_progress progress = http_request_read(&request, bytes, length);
    free(bytes);
    return progress;
}

SPEC(what_is_not_whole_within_eight_kibibytes_is_refused)
{
    EXPECT(long_one("GET /", HTTP_REQUEST_MAX - 1) == HTTP_MORE);
    EXPECT(long_one("GET /", HTTP_REQUEST_MAX) == HTTP_REFUSED);
    EXPECT_UINT(request.refused, HTTP_URI_TOO_LONG);
    EXPECT(long_one("GET / HTTP/1.1\r\nA: ", HTTP_REQUEST_MAX - 1) == HTTP_MORE);
    EXPECT(long_one("GET / HTTP/1.1\r\nA: ", HTTP_REQUEST_MAX) == HTTP_REFUSED);
    EXPECT_UINT(request.refused, HTTP_FIELDS_TOO_LARGE);
}

SPEC(the_longest_request_and_the_longest_path_are_taken_and_one_byte_more_is_not)
{
    char bytes[HTTP_REQUEST_MAX + 1], path[HTTP_PATH_MAX + 64];
    memset(bytes, 'a', sizeof bytes);
    put(bytes, "GET / HTTP/1.1\r\nHost: x\r\nA: ");
    put(bytes + HTTP_REQUEST_MAX - 4, "\r\n\r\n");
    EXPECT(http_request_read(&request, bytes, HTTP_REQUEST_MAX) == HTTP_REQUEST);
    EXPECT_UINT(request.bytes, HTTP_REQUEST_MAX);
    for (uint32_t length = HTTP_PATH_MAX; length <= HTTP_PATH_MAX + 1; length++) {
        memset(path, 0, sizeof path);
        memset(path, 'p', 4 + length);
        put(path, "GET /");
        put(path + 4 + length, " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT((take(path) == HTTP_REQUEST) == (length == HTTP_PATH_MAX));
    }
    EXPECT_UINT(request.refused, HTTP_URI_TOO_LONG);
}

SPEC(what_a_whole_says_its_beginnings_never_contradict)
{
    static const char *const pieces[] = {"GET ",
                                         "HEAD ",
                                         "PUT ",
                                         "/",
                                         "/metrics",
                                         " HTTP/1.1",
                                         " HTTP/1.0",
                                         "\r\n",
                                         "\r\n",
                                         "\n",
                                         "A: b",
                                         "Host:x",
                                         ":",
                                         " ",
                                         "\r",
                                         "?x",
                                         "Connection: close"};
    struct spec_seeds seeds = spec_seeds(3000);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        char text[512] = "";
        for (uint64_t i = chance_between(&chance, 1, 12); i > 0; i--) {
            const char *piece = pieces[chance_between(&chance, 0, ARRAY_COUNT(pieces) - 1)];
            memcpy(text + strlen(text), piece, strlen(piece) + 1);
        }
        struct http_request whole;
        uint32_t length = (uint32_t)strlen(text);
        enum http_progress progress = http_request_read(&whole, text, length);
        for (uint32_t part = 0; part < length; part++) {
            enum http_progress now = http_request_read(&request, text, part);
            bool right = now == HTTP_MORE || (now == progress && request.bytes == whole.bytes &&
                                              request.refused == whole.refused);
            spec_expect(__FILE__, __LINE__, right, "seed %lu, %u bytes: %d, of all %d",
                        (unsigned long)seed, part, (int)now, (int)progress);
        }
    }
}

#define SPECS(S)                                                                                   \
    S(a_get_is_a_request_with_its_path)                                                            \
    S(a_head_is_one_without_a_body)                                                                \
    S(what_is_behind_a_question_mark_is_no_part_of_the_path)                                       \
    S(the_connection_ends_behind_an_old_request_and_behind_one_that_says_so)                       \
    S(close_may_be_one_of_several_options_of_the_connection)                                       \
    S(what_is_behind_a_request_belongs_to_the_next)                                                \
    S(every_beginning_of_a_request_waits_for_more)                                                 \
    S(what_is_no_request_is_refused_with_the_answer_that_says_why)                                 \
    S(who_speaks_1_1_names_the_host_once)                                                          \
    S(a_byte_zero_anywhere_is_refused)                                                             \
    S(what_is_not_whole_within_eight_kibibytes_is_refused)                                         \
    S(the_longest_request_and_the_longest_path_are_taken_and_one_byte_more_is_not)                 \
    S(what_a_whole_says_its_beginnings_never_contradict)
SPEC_MAIN("http_request", SPECS, NULL, NULL)
