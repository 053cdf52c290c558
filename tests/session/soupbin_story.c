#include "tests/session/soupbin_story.h"

#include "tests/session/soupbin_bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAID_MAX = 4096, BYTES_MAX = 1 << 17 };

static struct {
    const char *file;
    int line;
    enum story_side side;
    uint32_t chunk; /* of the peer's bytes */
    struct soupbin_server *server;
    struct soupbin_client *client;
    nanos_t now;
    bool stuck;
    char said[SAID_MAX][512];
    uint32_t said_first, said_count;
    uint32_t payload_bytes, output_bytes;
    const char *login;
    void *memory;
} told;

void story_limits(uint32_t payload_bytes, uint32_t output_bytes)
{
    told.payload_bytes = payload_bytes;
    told.output_bytes = output_bytes;
}

void story_login(const char *login)
{
    told.login = login;
}

void story_open(void)
{
    story_limits(64, 4096);
    story_login(NULL);
}

void story_close(void)
{
    free(told.memory);
    told.memory = NULL;
}

const struct soupbin_server_counts *story_server_counts(void)
{
    return soupbin_server_counts(told.server);
}

const struct soupbin_client_counts *story_client_counts(void)
{
    return soupbin_client_counts(told.client);
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (told.said_count == SAID_MAX) abort();
    vsnprintf(told.said[told.said_count++], sizeof told.said[0], format, arguments);
    va_end(arguments);
}

/* What waits to be written, as packets. */
static void output_say(void)
{
    uint32_t length;
    const uint8_t *bytes = told.side == STORY_SERVER ? soupbin_server_output(told.server, &length)
                                                     : soupbin_client_output(told.client, &length);
    uint32_t at = 0, packet;
    char text[512];
    while (!told.stuck && (packet = soup_print(text, bytes + at, length - at)) > 0) {
        say("> %s", text);
        at += packet;
    }
    if (!told.stuck && at != length) say("> half a packet");
    if (told.side == STORY_SERVER) soupbin_server_written(told.server, at, told.now);
    else soupbin_client_written(told.client, at);
}

static size_t trimmed(char *text, const char *field, size_t size)
{
    while (size > 0 && *field == ' ') field++, size--;
    while (size > 0 && field[size - 1] == ' ') size--;
    return (size_t)snprintf(text, 16, " %.*s", size ? (int)size : 1, size ? field : "-");
}

static void asked_say(const struct soupbin_login *login)
{
    char text[256] = "asked";
    size_t end = 5;
    end += trimmed(text + end, login->credentials.username, 6);
    end += trimmed(text + end, login->credentials.password, 10);
    end += trimmed(text + end, login->session, 10);
    end += (size_t)snprintf(text + end, 32, " %" PRIu64, login->sequence);
    if (login->timed) snprintf(text + end, 16, " %" PRIu32, login->timeout_ms);
    say("%s", text);
}

/* false while a login waits for its answer. */
static bool server_take(struct soupbin_bytes *bytes)
{
    struct soupbin_server_taken taken;
    for (;;) {
        switch (soupbin_server_take(told.server, bytes, told.now, &taken)) {
        case SOUPBIN_SERVER_NOTHING: return true;
        case SOUPBIN_SERVER_ASKED: asked_say(&taken.login); return false;
        case SOUPBIN_SERVER_MESSAGE:
            say("message %.*s", (int)taken.payload_bytes, (const char *)taken.payload);
            break;
        case SOUPBIN_SERVER_OVER:
            say("over %s", soupbin_reason_name(soupbin_server_reason(told.server)));
            break;
        }
    }
}

static void client_take(struct soupbin_bytes *bytes)
{
    struct soupbin_message message = {.sequence = 0};
    enum soupbin_client_event event;
    while ((event = soupbin_client_take(told.client, bytes, told.now, &message))) {
        int length = (int)message.payload_bytes;
        const char *text = (const char *)message.payload;
        char name[16];
        switch (event) {
        case SOUPBIN_CLIENT_ACCEPTED:
            trimmed(name, soupbin_client_session(told.client), 10);
            say("accepted%s %" PRIu64, name, soupbin_client_next_sequence(told.client));
            break;
        case SOUPBIN_CLIENT_SEQUENCED:
            say("sequenced %" PRIu64 " %.*s", message.sequence, length, text);
            break;
        case SOUPBIN_CLIENT_UNSEQUENCED: say("unsequenced %.*s", length, text); break;
        case SOUPBIN_CLIENT_OVER:
            say("over %s", soupbin_reason_name(soupbin_client_reason(told.client)));
            break;
        case SOUPBIN_CLIENT_NOTHING: break;
        }
    }
}

/* Events that need no bytes: what a tick has closed. */
static void quiet_take(void)
{
    struct soupbin_bytes none = {NULL, 0};
    if (told.side == STORY_CLIENT) client_take(&none);
    else if (soupbin_server_state(told.server) != SOUPBIN_ASKED) server_take(&none);
}

static uint8_t peer[BYTES_MAX];

static void pieces_take(const uint8_t *bytes, uint32_t length)
{
    while (length > 0) {
        uint32_t piece = told.chunk && told.chunk < length ? told.chunk : length;
        /* a copy of just that length, so that a read beyond it is seen */
        uint8_t *exact = malloc(piece);
        memcpy(exact, bytes, piece);
        struct soupbin_bytes given = {exact, piece};
        if (told.side == STORY_CLIENT) client_take(&given);
        else if (!server_take(&given) && given.length + (length - piece) > 0) {
            spec_expect(told.file, told.line, false, "a story gives nothing behind a login");
            length = piece;
        }
        free(exact);
        bytes += piece;
        length -= piece;
    }
}

static void peer_sends(const char *text)
{
    /* A story may name several packets, which then come at once: < S a | S b */
    uint32_t length = 0;
    char part[512];
    while (*text) {
        const char *bar = strstr(text, " | ");
        size_t size = bar ? (size_t)(bar - text) : strlen(text);
        memcpy(part, text, size);
        part[size] = 0;
        length += soup_write(peer + length, part);
        text += size + (bar ? 3 : 0);
    }
    pieces_take(peer, length);
}

static void server_owner(const char *verb, const char *rest_of)
{
    struct soupbin_server *server = told.server;
    const uint8_t *bytes = (const uint8_t *)rest_of;
    uint32_t length = (uint32_t)strlen(rest_of);
    if (strcmp(verb, "accept") == 0) {
        struct soupbin_session session = {.name = "          "};
        char name[16], ended[8] = "";
        if (sscanf(rest_of, "%10s %" SCNu64 " %7s", name, &session.count, ended) < 2) abort();
        memcpy(session.name, name, strlen(name));
        session.ended = ended[0] != 0;
        if (!soupbin_server_accept(server, &session, told.now)) say("refused");
    } else if (strcmp(verb, "reject") == 0) soupbin_server_reject(server, told.now);
    else if (strcmp(verb, "end") == 0) {
        if (!soupbin_server_end(server, told.now)) say("full");
    } else if (strcmp(verb, "put") == 0) {
        if (!soupbin_server_put(server, bytes, length, told.now)) say("full");
    } else if (strcmp(verb, "send") == 0) {
        if (!soupbin_server_send(server, bytes, length, told.now)) say("full");
    } else if (strcmp(verb, "debug") == 0) {
        if (!soupbin_server_debug(server, rest_of, told.now)) say("full");
    } else if (strcmp(verb, "connect") == 0) soupbin_server_connect(server, told.now);
    else if (strcmp(verb, "lost") == 0) soupbin_server_close(server, SOUPBIN_LOST);
    else if (strcmp(verb, "close") == 0) soupbin_server_close(server, SOUPBIN_BY_OWNER);
    else abort();
}

static struct soupbin_client_login login_of(const char *text)
{
    uint8_t bytes[64] = {0};
    uint32_t length = soup_write(bytes, text);
    struct soupbin_client_login login = {.timeout_ms = 0};
    memcpy(login.credentials.username, bytes + 3, 6);
    memcpy(login.credentials.password, bytes + 9, 10);
    memcpy(login.session, bytes + 19, 10);
    char digits[21] = {0};
    memcpy(digits, bytes + 29, 20);
    login.sequence = strtoull(digits, NULL, 10);
    if (length == 54) login.timeout_ms = (uint32_t)strtoul((const char *)bytes + 49, NULL, 10);
    return login;
}

static void client_owner(const char *verb, const char *rest_of)
{
    struct soupbin_client *client = told.client;
    if (strcmp(verb, "send") == 0) {
        if (!soupbin_client_send(client, (const uint8_t *)rest_of, (uint32_t)strlen(rest_of),
                                 told.now))
            say("full");
    } else if (strcmp(verb, "logout") == 0) {
        if (!soupbin_client_logout(client, told.now)) say("full");
    } else if (strcmp(verb, "restart") == 0) {
        char text[128];
        snprintf(text, sizeof text, "L FMUSER secret %s", rest_of);
        struct soupbin_client_login login = login_of(text);
        soupbin_client_restart(client, &login);
    } else if (strcmp(verb, "connect") == 0) soupbin_client_connect(client, told.now);
    else if (strcmp(verb, "lost") == 0) soupbin_client_close(client, SOUPBIN_LOST);
    else if (strcmp(verb, "close") == 0) soupbin_client_close(client, SOUPBIN_BY_OWNER);
    else abort();
}

/* false: the sentence is not something that happens, but something that is said. */
static bool happens(const char *sentence)
{
    static const char *const verbs[] = {"at",    "connect", "<",      "lost",   "close",
                                        "stuck", "flows",   "accept", "put",    "reject",
                                        "send",  "debug",   "end",    "logout", "restart"};
    char verb[32] = "";
    int length = 0;
    if (sscanf(sentence, "%31s%n", verb, &length) != 1) abort();
    const char *behind = sentence + length + (sentence[length] == ' ');
    bool known = false;
    for (size_t i = 0; i < ARRAY_COUNT(verbs); i++) known |= strcmp(verb, verbs[i]) == 0;
    if (!known) return false;

    for (; told.said_first < told.said_count; told.said_first++)
        spec_expect(told.file, told.line, false, "before \"%s\", in pieces of %u: said \"%s\"",
                    sentence, told.chunk, told.said[told.said_first]);
    if (strcmp(verb, "at") == 0) {
        told.now = 1000 * NANOS_SECOND + (nanos_t)(strtod(behind, NULL) * 1e6 + 0.5) * 1000;
        if (told.side == STORY_SERVER) soupbin_server_tick(told.server, told.now);
        else soupbin_client_tick(told.client, told.now);
    } else if (strcmp(verb, "<") == 0) peer_sends(behind);
    else if (strcmp(verb, "stuck") == 0) told.stuck = true;
    else if (strcmp(verb, "flows") == 0) told.stuck = false;
    else if (told.side == STORY_SERVER) server_owner(verb, behind);
    else client_owner(verb, behind);
    output_say();
    quiet_take();
    if (told.side == STORY_SERVER) soupbin_server_verify(told.server);
    else soupbin_client_verify(told.client);
    return true;
}

static void side_build(void)
{
    story_close();
    if (told.side == STORY_SERVER) {
        struct soupbin_server_limits limits = {
            .payload_bytes = told.payload_bytes,
            .output_bytes = told.output_bytes,
            .login_wait_ns = SOUPBIN_LOGIN_WAIT_NS,
            .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
            .silence_ns = SOUPBIN_SILENCE_NS,
            .slow_ns = SOUPBIN_SERVER_SLOW_NS,
        };
        told.memory = aligned_alloc(CACHE_LINE, soupbin_server_footprint(&limits));
        told.server = soupbin_server_new(told.memory, &limits);
        return;
    }
    struct soupbin_client_limits limits = {
        .payload_bytes = told.payload_bytes,
        .output_bytes = told.output_bytes,
        .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
        .silence_ns = SOUPBIN_SILENCE_NS,
    };
    struct soupbin_client_login login = login_of(told.login ? told.login : "L FMUSER secret - 1");
    told.memory = aligned_alloc(CACHE_LINE, soupbin_client_footprint(&limits));
    told.client = soupbin_client_new(told.memory, &limits, &login);
}

static void sentence_tell(const char *sentence)
{
    if (happens(sentence)) return;
    bool met =
        told.said_first < told.said_count && strcmp(told.said[told.said_first], sentence) == 0;
    spec_expect(told.file, told.line, met, "in pieces of %u: expected \"%s\", said \"%s\"",
                told.chunk, sentence,
                told.said_first < told.said_count ? told.said[told.said_first] : "nothing");
    told.said_first += told.said_first < told.said_count;
}

void soupbin_story(const char *file, int line, enum story_side side, const char *const *sentences)
{
    static const uint32_t chunks[] = {0, 1, 2, 3, 5, 31};
    for (uint32_t c = 0; c < ARRAY_COUNT(chunks); c++) {
        told.file = file;
        told.line = line;
        told.side = side;
        told.chunk = chunks[c];
        told.stuck = false;
        told.now = 1000 * NANOS_SECOND;
        told.said_first = told.said_count = 0;
        side_build();
        for (const char *const *sentence = sentences; *sentence; sentence++)
            sentence_tell(*sentence);
        for (; told.said_first < told.said_count; told.said_first++)
            spec_expect(file, line, false, "at the end, in pieces of %u: said \"%s\"", told.chunk,
                        told.said[told.said_first]);
    }
}
