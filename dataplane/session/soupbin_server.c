#include "dataplane/session/soupbin_server.h"

#include "dataplane/session/soupbin_cut.h"
#include "dataplane/session/soupbin_output.h"
#include "dataplane/wire/decimal.h"

/* Invariants:
 *   - each connection is counted once, and once by its reason when it is CLOSED;
 *   - reason is SOUPBIN_NOT_CLOSED exactly while the state is not CLOSED;
 *   - next is at least 1 while OPEN; login is the client's from ASKED on;
 *   - before OPEN the output has room for the answer to a login. */

#define ANSWER_BYTES ((uint32_t)(sizeof(struct soupbintcp_accepted)))

static_assert(SOUPBIN_OUTPUT_MIN > sizeof(struct soupbintcp_accepted), "an answer fits");

struct soupbin_server {
    enum soupbin_state state;
    enum soupbin_reason reason;
    bool over_said;
    uint64_t next; /* number of the next sequenced message */
    nanos_t connected_ns;
    nanos_t heard_ns;
    nanos_t silence_ns; /* of this connection */
    struct soupbin_login login;
    struct soupbin_cut cut;
    struct soupbin_output output;
    struct soupbin_server_limits limits;
    struct soupbin_server_counts counts;
};

static size_t cut_at(void)
{
    return ALIGN_UP(sizeof(struct soupbin_server), 8);
}

static size_t output_at(const struct soupbin_server_limits *limits)
{
    return cut_at() + ALIGN_UP(soupbin_cut_bytes(limits->payload_bytes), 8);
}

size_t soupbin_server_footprint(const struct soupbin_server_limits *limits)
{
    if (limits->payload_bytes < SOUPBIN_PAYLOAD_MIN) return 0;
    if (limits->payload_bytes > SOUPBINTCP_PAYLOAD_MAX) return 0;
    if (limits->output_bytes < SOUPBIN_OUTPUT_MIN) return 0;
    if (limits->output_bytes > SOUPBIN_OUTPUT_MAX) return 0;
    if (limits->login_wait_ns == 0 || limits->heartbeat_ns == 0) return 0;
    if (limits->silence_ns == 0 || limits->slow_ns == 0) return 0;
    return ALIGN_UP(output_at(limits) + limits->output_bytes, CACHE_LINE);
}

struct soupbin_server *soupbin_server_new(void *memory, const struct soupbin_server_limits *limits)
{
    CHECK(soupbin_server_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    uint8_t *base = memory;
    struct soupbin_server *server = memory;
    *server = (struct soupbin_server){
        .limits = *limits,
        .cut = {.bytes = base + cut_at(),
                .bytes_max = soupbin_cut_bytes(limits->payload_bytes),
                .sender = SOUPBINTCP_CLIENT},
        .output = {.bytes = base + output_at(limits), .bytes_max = limits->output_bytes},
    };
    return server;
}

static bool connected(const struct soupbin_server *server)
{
    return server->state != SOUPBIN_IDLE && server->state != SOUPBIN_CLOSED;
}

/* The connection is over; what waits to be written still is. */
static void server_over(struct soupbin_server *server, enum soupbin_reason reason)
{
    server->state = SOUPBIN_CLOSED;
    server->reason = reason;
    server->counts.closed[reason]++;
    soupbin_cut_reset(&server->cut);
}

/* The same for a peer that is gone or takes nothing. */
static void server_drop(struct soupbin_server *server, enum soupbin_reason reason)
{
    server_over(server, reason);
    soupbin_output_reset(&server->output, 0);
}

void soupbin_server_close(struct soupbin_server *server, enum soupbin_reason reason)
{
    CHECK(reason == SOUPBIN_LOST || reason == SOUPBIN_BY_OWNER);
    if (connected(server)) server_drop(server, reason);
}

void soupbin_server_connect(struct soupbin_server *server, nanos_t now)
{
    soupbin_server_close(server, SOUPBIN_LOST);
    server->state = SOUPBIN_LOGIN;
    server->reason = SOUPBIN_NOT_CLOSED;
    server->over_said = false;
    server->next = 0;
    server->connected_ns = server->heard_ns = now;
    server->silence_ns = server->limits.silence_ns;
    server->counts.connection++;
    soupbin_cut_reset(&server->cut);
    soupbin_output_reset(&server->output, now);
}

/* Output. */

bool soupbin_server_debug(struct soupbin_server *server, const char *text, nanos_t now)
{
    if (!connected(server)) return false;
    uint32_t length = (uint32_t)strlen(text);
    uint32_t room = server->limits.output_bytes - soupbin_output_waiting(&server->output);
    uint32_t kept = server->state == SOUPBIN_OPEN ? 0 : ANSWER_BYTES;
    if (SOUPBINTCP_HEADER_BYTES + length + kept > room) return false;
    return soupbin_output_put(&server->output, '+', text, length, now);
}

static void server_violated(struct soupbin_server *server, enum soupbin_reason reason, nanos_t now)
{
    (void)soupbin_server_debug(server, soupbin_reason_text(reason), now); /* if there is room */
    server_over(server, reason);
}

uint64_t soupbin_server_wanted(const struct soupbin_server *server)
{
    return server->state == SOUPBIN_OPEN ? server->next : 0;
}

bool soupbin_server_put(struct soupbin_server *server, const uint8_t *payload, uint32_t length,
                        nanos_t now)
{
    CHECK(server->state == SOUPBIN_OPEN);
    CHECK(length <= SOUPBINTCP_PAYLOAD_MAX);
    CHECK(SOUPBINTCP_HEADER_BYTES + length <= server->limits.output_bytes);
    if (!soupbin_output_put(&server->output, 'S', payload, length, now)) {
        server->counts.output_full++;
        return false;
    }
    server->next++;
    server->counts.message_sent++;
    return true;
}

bool soupbin_server_send(struct soupbin_server *server, const uint8_t *payload, uint32_t length,
                         nanos_t now)
{
    CHECK(length <= SOUPBINTCP_PAYLOAD_MAX);
    if (server->state != SOUPBIN_OPEN) return false;
    if (!soupbin_output_put(&server->output, 'U', payload, length, now)) {
        server->counts.output_full++;
        return false;
    }
    server->counts.unsequenced_sent++;
    return true;
}

bool soupbin_server_end(struct soupbin_server *server, nanos_t now)
{
    if (server->state != SOUPBIN_OPEN) return false;
    if (!soupbin_output_put(&server->output, 'Z', NULL, 0, now)) {
        server->counts.output_full++;
        return false;
    }
    server_over(server, SOUPBIN_ENDED);
    return true;
}

const uint8_t *soupbin_server_output(const struct soupbin_server *server, uint32_t *length)
{
    *length = soupbin_output_waiting(&server->output);
    return server->output.bytes + server->output.first;
}

void soupbin_server_written(struct soupbin_server *server, uint32_t length, nanos_t now)
{
    soupbin_output_written(&server->output, length, now);
    if (length > 0) server->output.sent_ns = now;
}

/* The answer to a login. */

static void login_refuse(struct soupbin_server *server, char code, enum soupbin_reason reason,
                         nanos_t now)
{
    bool fits = soupbin_output_put(&server->output, 'J', &code, 1, now);
    CHECK(fits);
    server_over(server, reason);
}

void soupbin_server_reject(struct soupbin_server *server, nanos_t now)
{
    CHECK(server->state == SOUPBIN_ASKED);
    login_refuse(server, 'A', SOUPBIN_NOT_ALLOWED, now);
}

/* Why session is not what the login asks for; NULL if it is. */
static const char *session_objection(const struct soupbin_login *login,
                                     const struct soupbin_session *session)
{
    if (!soupbin_session_blank(login->session) &&
        !soupbin_session_same(login->session, session->name))
        return "no such session";
    if (session->ended) return "the session has ended";
    if (login->sequence > session->count + 1) return "sequence beyond the next";
    return NULL;
}

/* name without the spaces around it, at the right end of the field. */
static struct text10 name_aligned(const char name[10])
{
    struct text10 field;
    size_t end = sizeof field.byte;
    memset(field.byte, ' ', sizeof field.byte);
    while (end > 0 && name[end - 1] == ' ') end--;
    memcpy(field.byte + sizeof field.byte - end, name, end);
    return field;
}

bool soupbin_server_accept(struct soupbin_server *server, const struct soupbin_session *session,
                           nanos_t now)
{
    CHECK(server->state == SOUPBIN_ASKED);
    CHECK(!soupbin_session_blank(session->name));
    CHECK(session->count < UINT64_MAX);
    const struct soupbin_login *login = &server->login;
    const char *objection = session_objection(login, session);
    if (objection) {
        (void)soupbin_server_debug(server, objection, now); /* if there is room */
        login_refuse(server, 'S', SOUPBIN_NO_SESSION, now);
        return false;
    }
    uint64_t newest = session->count > 0 ? session->count : 1;
    server->next = login->sequence > 0 ? login->sequence : newest;
    struct soupbintcp_accepted accepted = {.session = name_aligned(session->name)};
    bool fits = decimal_write(accepted.sequence.byte, sizeof accepted.sequence, server->next);
    CHECK(fits);
    fits = soupbin_output_put(&server->output, 'A', &accepted.session,
                              sizeof accepted - SOUPBINTCP_HEADER_BYTES, now);
    CHECK(fits);
    server->state = SOUPBIN_OPEN;
    server->heard_ns = now;
    if (login->timeout_ms > 0) server->silence_ns = login->timeout_ms * NANOS_MILLI;
    server->counts.accepted++;
    return true;
}

/* Input. */

static enum soupbin_server_event login_take(struct soupbin_server *server, const uint8_t *packet,
                                            uint32_t packet_bytes, nanos_t now,
                                            struct soupbin_server_taken *taken)
{
    const struct soupbintcp_login_timed *timed = (const struct soupbintcp_login_timed *)packet;
    struct soupbin_login *login = &server->login;
    *login = (struct soupbin_login){.timed = packet_bytes == sizeof *timed};
    memcpy(login->credentials.username, timed->username.byte, sizeof timed->username);
    memcpy(login->credentials.password, timed->password.byte, sizeof timed->password);
    memcpy(login->session, timed->session.byte, sizeof timed->session);
    uint64_t timeout = 0;
    if (!decimal_read(timed->sequence.byte, sizeof timed->sequence, &login->sequence) ||
        (login->timed && !decimal_read(timed->timeout.byte, sizeof timed->timeout, &timeout))) {
        server_violated(server, SOUPBIN_BAD_FIELD, now);
        return SOUPBIN_SERVER_NOTHING;
    }
    login->timeout_ms = (uint32_t)timeout; /* of five digits */
    server->state = SOUPBIN_ASKED;
    taken->login = *login;
    return SOUPBIN_SERVER_ASKED;
}

static enum soupbin_server_event packet_take(struct soupbin_server *server,
                                             const struct soupbin_cut_output *cut, nanos_t now,
                                             struct soupbin_server_taken *taken)
{
    bool open = server->state == SOUPBIN_OPEN;
    switch (cut->packet[2]) {
    case 'L':
        if (!open) return login_take(server, cut->packet, cut->packet_bytes, now, taken);
        server_violated(server, SOUPBIN_SECOND_LOGIN, now);
        return SOUPBIN_SERVER_NOTHING;
    case 'O': server_drop(server, SOUPBIN_LOGOUT); return SOUPBIN_SERVER_NOTHING;
    case 'R':
        if (open) server->counts.heartbeat_received++;
        else server_violated(server, SOUPBIN_BEFORE_LOGIN, now);
        return SOUPBIN_SERVER_NOTHING;
    case 'U':
        if (!open) {
            server_violated(server, SOUPBIN_BEFORE_LOGIN, now);
            return SOUPBIN_SERVER_NOTHING;
        }
        server->counts.message_received++;
        taken->payload = cut->packet + SOUPBINTCP_HEADER_BYTES;
        taken->payload_bytes = cut->packet_bytes - SOUPBINTCP_HEADER_BYTES;
        return SOUPBIN_SERVER_MESSAGE;
    default: UNREACHABLE("no other packet of a client is let through");
    }
}

enum soupbin_server_event soupbin_server_take(struct soupbin_server *server,
                                              struct soupbin_bytes *bytes, nanos_t now,
                                              struct soupbin_server_taken *taken)
{
    CHECK(server->state != SOUPBIN_ASKED); /* the login is answered first */
    if (bytes->length > 0) server->heard_ns = now;
    while (connected(server)) {
        struct soupbin_cut_output cut;
        enum soupbin_cut_result result = soupbin_cut_next(&server->cut, bytes, &cut);
        enum soupbin_server_event event = SOUPBIN_SERVER_NOTHING;
        switch (result) {
        case SOUPBIN_CUT_NOTHING: return SOUPBIN_SERVER_NOTHING;
        case SOUPBIN_CUT_DEBUG: server->counts.debug_received++; break;
        case SOUPBIN_CUT_WRONG: server_violated(server, cut.reason, now); break;
        case SOUPBIN_CUT_PACKET: event = packet_take(server, &cut, now, taken); break;
        }
        if (event != SOUPBIN_SERVER_NOTHING) return event;
    }
    soupbin_bytes_skip(bytes, bytes->length);
    if (server->state != SOUPBIN_CLOSED || server->over_said) return SOUPBIN_SERVER_NOTHING;
    server->over_said = true;
    return SOUPBIN_SERVER_OVER;
}

void soupbin_server_held(struct soupbin_server *server, nanos_t now)
{
    if (server->state == SOUPBIN_LOGIN) server->connected_ns = now;
    server->heard_ns = now;
}

void soupbin_server_tick(struct soupbin_server *server, nanos_t now)
{
    if (!connected(server)) return;
    struct soupbin_output *output = &server->output;
    bool waiting = soupbin_output_waiting(output) > 0;
    if (server->state != SOUPBIN_OPEN) {
        if (soupbin_elapsed(now, server->connected_ns) >= server->limits.login_wait_ns)
            server_drop(server, SOUPBIN_LOGIN_WAIT);
        return;
    }
    if (soupbin_elapsed(now, server->heard_ns) >= server->silence_ns)
        server_drop(server, SOUPBIN_SILENCE);
    else if (waiting && soupbin_elapsed(now, output->mark_ns) >= server->limits.slow_ns)
        server_drop(server, SOUPBIN_SLOW);
    else if (!waiting && soupbin_elapsed(now, output->sent_ns) >= server->limits.heartbeat_ns)
        server->counts.heartbeat_sent += soupbin_output_put(output, 'H', NULL, 0, now);
}

/* Queries. */

enum soupbin_state soupbin_server_state(const struct soupbin_server *server)
{
    return server->state;
}

enum soupbin_reason soupbin_server_reason(const struct soupbin_server *server)
{
    return server->reason;
}

const struct soupbin_server_counts *soupbin_server_counts(const struct soupbin_server *server)
{
    return &server->counts;
}

void soupbin_server_verify(const struct soupbin_server *server)
{
    uint64_t closed = 0;
    for (uint32_t i = 0; i < SOUPBIN_REASON_COUNT; i++) closed += server->counts.closed[i];
    CHECK(server->counts.connection == closed + connected(server));
    CHECK(server->counts.closed[SOUPBIN_NOT_CLOSED] == 0);
    CHECK((server->reason != SOUPBIN_NOT_CLOSED) == (server->state == SOUPBIN_CLOSED));
    if (server->state == SOUPBIN_OPEN) CHECK(server->next >= 1);
    soupbin_cut_verify(&server->cut);
    soupbin_output_verify(&server->output);
    uint32_t room = server->limits.output_bytes - soupbin_output_waiting(&server->output);
    if (server->state == SOUPBIN_LOGIN || server->state == SOUPBIN_ASKED)
        CHECK(room >= ANSWER_BYTES);
}
