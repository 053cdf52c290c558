#include "dataplane/session/soupbin_client.h"

#include "dataplane/session/soupbin_cut.h"
#include "dataplane/session/soupbin_output.h"
#include "dataplane/wire/decimal.h"

/* Invariants:
 *   - each connection is counted once, and once by its reason when it is CLOSED;
 *   - ask is what the next login asks for: its session is the server's name for it, and its
 *     sequence the number of the next message, from the first answer on. */

#define TIMEOUT_MS_MAX 99999u
#define SEQUENCE_MAX   (UINT64_MAX / 2) /* no session comes near; a number above is nonsense */

struct soupbin_client {
    enum soupbin_state state;
    enum soupbin_reason reason;
    bool over_said;
    nanos_t heard_ns;
    struct soupbin_client_login ask;
    struct soupbin_cut cut;
    struct soupbin_output output;
    struct soupbin_client_limits limits;
    struct soupbin_client_counts counts;
};

static size_t cut_at(void)
{
    return ALIGN_UP(sizeof(struct soupbin_client), 8);
}

static size_t output_at(const struct soupbin_client_limits *limits)
{
    return cut_at() + ALIGN_UP(soupbin_cut_bytes(limits->payload_bytes), 8);
}

size_t soupbin_client_footprint(const struct soupbin_client_limits *limits)
{
    if (limits->payload_bytes < SOUPBIN_PAYLOAD_MIN) return 0;
    if (limits->payload_bytes > SOUPBINTCP_PAYLOAD_MAX) return 0;
    if (limits->output_bytes < SOUPBIN_OUTPUT_MIN) return 0;
    if (limits->output_bytes > SOUPBIN_OUTPUT_MAX) return 0;
    if (limits->heartbeat_ns == 0 || limits->silence_ns == 0) return 0;
    return ALIGN_UP(output_at(limits) + limits->output_bytes, CACHE_LINE);
}

struct soupbin_client *soupbin_client_new(void *memory, const struct soupbin_client_limits *limits,
                                          const struct soupbin_client_login *login)
{
    CHECK(soupbin_client_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    uint8_t *base = memory;
    struct soupbin_client *client = memory;
    *client = (struct soupbin_client){
        .limits = *limits,
        .cut = {.bytes = base + cut_at(),
                .bytes_max = soupbin_cut_bytes(limits->payload_bytes),
                .sender = SOUPBINTCP_SERVER},
        .output = {.bytes = base + output_at(limits), .bytes_max = limits->output_bytes},
    };
    soupbin_client_restart(client, login);
    return client;
}

static bool connected(const struct soupbin_client *client)
{
    return client->state != SOUPBIN_IDLE && client->state != SOUPBIN_CLOSED;
}

/* The connection is over; what waits to be written still is. */
static void client_over(struct soupbin_client *client, enum soupbin_reason reason)
{
    client->state = SOUPBIN_CLOSED;
    client->reason = reason;
    client->counts.closed[reason]++;
    soupbin_cut_reset(&client->cut);
}

static void client_drop(struct soupbin_client *client, enum soupbin_reason reason)
{
    client_over(client, reason);
    soupbin_output_reset(&client->output, 0);
}

void soupbin_client_close(struct soupbin_client *client, enum soupbin_reason reason)
{
    CHECK(reason == SOUPBIN_LOST || reason == SOUPBIN_BY_OWNER);
    if (connected(client)) client_drop(client, reason);
}

void soupbin_client_restart(struct soupbin_client *client, const struct soupbin_client_login *login)
{
    CHECK(login->timeout_ms <= TIMEOUT_MS_MAX);
    CHECK(login->sequence <= SEQUENCE_MAX);
    soupbin_client_close(client, SOUPBIN_BY_OWNER);
    soupbin_output_reset(&client->output, 0);
    client->state = SOUPBIN_IDLE;
    client->reason = SOUPBIN_NOT_CLOSED;
    client->ask = *login;
}

static void field_write(char *at, size_t size, uint64_t value)
{
    bool fits = decimal_write(at, size, value);
    CHECK(fits);
}

static void login_put(struct soupbin_client *client, nanos_t now)
{
    const struct soupbin_client_login *ask = &client->ask;
    struct soupbintcp_login_timed login;
    memcpy(login.username.byte, ask->credentials.username, sizeof login.username);
    memcpy(login.password.byte, ask->credentials.password, sizeof login.password);
    memcpy(login.session.byte, ask->session, sizeof login.session);
    field_write(login.sequence.byte, sizeof login.sequence, ask->sequence);
    field_write(login.timeout.byte, sizeof login.timeout, ask->timeout_ms);
    size_t bytes = ask->timeout_ms > 0 ? sizeof login : sizeof(struct soupbintcp_login);
    bool fits = soupbin_output_put(&client->output, 'L', &login.username,
                                   (uint32_t)bytes - SOUPBINTCP_HEADER_BYTES, now);
    CHECK(fits);
}

void soupbin_client_connect(struct soupbin_client *client, nanos_t now)
{
    CHECK(!connected(client));
    client->state = SOUPBIN_LOGIN;
    client->reason = SOUPBIN_NOT_CLOSED;
    client->over_said = false;
    client->heard_ns = now;
    client->counts.connection++;
    soupbin_cut_reset(&client->cut);
    soupbin_output_reset(&client->output, now);
    login_put(client, now);
}

/* Input. */

static enum soupbin_client_event accepted_take(struct soupbin_client *client,
                                               const struct soupbintcp_accepted *accepted)
{
    struct soupbin_client_login *ask = &client->ask;
    uint64_t sequence;
    enum soupbin_reason trouble = SOUPBIN_NOT_CLOSED;
    if (!decimal_read(accepted->sequence.byte, sizeof accepted->sequence, &sequence) ||
        sequence == 0 || sequence > SEQUENCE_MAX)
        trouble = SOUPBIN_BAD_FIELD;
    else if ((ask->sequence != 0 && ask->sequence != sequence) ||
             (!soupbin_session_blank(ask->session) &&
              !soupbin_session_same(ask->session, accepted->session.byte)))
        trouble = SOUPBIN_MISMATCH;
    if (trouble != SOUPBIN_NOT_CLOSED) {
        client_drop(client, trouble);
        return SOUPBIN_CLIENT_NOTHING;
    }
    memcpy(ask->session, accepted->session.byte, sizeof ask->session);
    ask->sequence = sequence;
    client->state = SOUPBIN_OPEN;
    client->counts.accepted++;
    return SOUPBIN_CLIENT_ACCEPTED;
}

static void answer_take(struct soupbin_client *client, const struct soupbintcp_rejected *rejected)
{
    char code = rejected->reason.byte[0];
    client_drop(client, code == 'A'   ? SOUPBIN_NOT_ALLOWED
                        : code == 'S' ? SOUPBIN_NO_SESSION
                                      : SOUPBIN_REFUSED);
}

static enum soupbin_client_event message_take(struct soupbin_client *client,
                                              const struct soupbin_cut_output *cut,
                                              struct soupbin_message *message)
{
    if (client->state != SOUPBIN_OPEN) {
        client_drop(client, SOUPBIN_BEFORE_LOGIN);
        return SOUPBIN_CLIENT_NOTHING;
    }
    bool sequenced = cut->packet[2] == 'S';
    *message = (struct soupbin_message){
        .sequence = sequenced ? client->ask.sequence : 0,
        .payload = cut->packet + SOUPBINTCP_HEADER_BYTES,
        .payload_bytes = cut->packet_bytes - SOUPBINTCP_HEADER_BYTES,
    };
    client->ask.sequence += sequenced;
    client->counts.message_received += sequenced;
    client->counts.unsequenced_received += !sequenced;
    return sequenced ? SOUPBIN_CLIENT_SEQUENCED : SOUPBIN_CLIENT_UNSEQUENCED;
}

static enum soupbin_client_event packet_take(struct soupbin_client *client,
                                             const struct soupbin_cut_output *cut,
                                             struct soupbin_message *message)
{
    bool asking = client->state == SOUPBIN_LOGIN;
    switch (cut->packet[2]) {
    case 'S':
    case 'U': return message_take(client, cut, message);
    case 'H': client->counts.heartbeat_received++; return SOUPBIN_CLIENT_NOTHING;
    case 'Z': client_drop(client, SOUPBIN_ENDED); return SOUPBIN_CLIENT_NOTHING;
    case 'A':
        if (asking) return accepted_take(client, (const struct soupbintcp_accepted *)cut->packet);
        client_drop(client, SOUPBIN_SECOND_LOGIN);
        return SOUPBIN_CLIENT_NOTHING;
    case 'J':
        if (asking) answer_take(client, (const struct soupbintcp_rejected *)cut->packet);
        else client_drop(client, SOUPBIN_SECOND_LOGIN);
        return SOUPBIN_CLIENT_NOTHING;
    default: UNREACHABLE("no other packet of a server is let through");
    }
}

enum soupbin_client_event soupbin_client_take(struct soupbin_client *client,
                                              struct soupbin_bytes *bytes, nanos_t now,
                                              struct soupbin_message *message)
{
    if (bytes->length > 0) client->heard_ns = now;
    while (connected(client)) {
        struct soupbin_cut_output cut;
        enum soupbin_cut_result result = soupbin_cut_next(&client->cut, bytes, &cut);
        enum soupbin_client_event event = SOUPBIN_CLIENT_NOTHING;
        switch (result) {
        case SOUPBIN_CUT_NOTHING: return SOUPBIN_CLIENT_NOTHING;
        case SOUPBIN_CUT_DEBUG: client->counts.debug_received++; break;
        case SOUPBIN_CUT_WRONG: client_drop(client, cut.reason); break;
        case SOUPBIN_CUT_PACKET: event = packet_take(client, &cut, message); break;
        }
        if (event != SOUPBIN_CLIENT_NOTHING) return event;
    }
    soupbin_bytes_skip(bytes, bytes->length);
    if (client->state != SOUPBIN_CLOSED || client->over_said) return SOUPBIN_CLIENT_NOTHING;
    client->over_said = true;
    return SOUPBIN_CLIENT_OVER;
}

/* Output. */

bool soupbin_client_send(struct soupbin_client *client, const uint8_t *payload, uint32_t length,
                         nanos_t now)
{
    CHECK(length <= SOUPBINTCP_PAYLOAD_MAX);
    if (client->state != SOUPBIN_OPEN) return false;
    if (!soupbin_output_put(&client->output, 'U', payload, length, now)) {
        client->counts.output_full++;
        return false;
    }
    client->counts.message_sent++;
    return true;
}

bool soupbin_client_logout(struct soupbin_client *client, nanos_t now)
{
    if (client->state != SOUPBIN_OPEN) return false;
    if (!soupbin_output_put(&client->output, 'O', NULL, 0, now)) {
        client->counts.output_full++;
        return false;
    }
    client_over(client, SOUPBIN_LOGOUT);
    return true;
}

const uint8_t *soupbin_client_output(const struct soupbin_client *client, uint32_t *length)
{
    *length = soupbin_output_waiting(&client->output);
    return client->output.bytes + client->output.first;
}

void soupbin_client_written(struct soupbin_client *client, uint32_t length)
{
    soupbin_output_written(&client->output, length, client->output.sent_ns);
}

void soupbin_client_tick(struct soupbin_client *client, nanos_t now)
{
    if (!connected(client)) return;
    if (soupbin_elapsed(now, client->heard_ns) >= client->limits.silence_ns) {
        client_drop(client, SOUPBIN_SILENCE);
        return;
    }
    struct soupbin_output *output = &client->output;
    if (client->state != SOUPBIN_OPEN || soupbin_output_waiting(output) > 0) return;
    if (soupbin_elapsed(now, output->sent_ns) >= client->limits.heartbeat_ns)
        client->counts.heartbeat_sent += soupbin_output_put(output, 'R', NULL, 0, now);
}

/* Queries. */

enum soupbin_state soupbin_client_state(const struct soupbin_client *client)
{
    return client->state;
}

enum soupbin_reason soupbin_client_reason(const struct soupbin_client *client)
{
    return client->reason;
}

bool soupbin_client_may_resume(const struct soupbin_client *client)
{
    return !connected(client) && soupbin_reason_resumes(client->reason);
}

uint64_t soupbin_client_next_sequence(const struct soupbin_client *client)
{
    return client->ask.sequence;
}

const char *soupbin_client_session(const struct soupbin_client *client)
{
    return client->ask.session;
}

const struct soupbin_client_counts *soupbin_client_counts(const struct soupbin_client *client)
{
    return &client->counts;
}

void soupbin_client_verify(const struct soupbin_client *client)
{
    uint64_t closed = 0;
    for (uint32_t i = 0; i < SOUPBIN_REASON_COUNT; i++) closed += client->counts.closed[i];
    CHECK(client->counts.connection == closed + connected(client));
    CHECK(client->counts.closed[SOUPBIN_NOT_CLOSED] == 0);
    CHECK((client->reason != SOUPBIN_NOT_CLOSED) == (client->state == SOUPBIN_CLOSED));
    if (client->state == SOUPBIN_OPEN) CHECK(client->ask.sequence >= 1);
    soupbin_cut_verify(&client->cut);
    soupbin_output_verify(&client->output);
}
