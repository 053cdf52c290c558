/* A client and a server over two pipes that break at every byte, in both directions (S4, fault 14).
 *
 *     client ==unsequenced==> pipe ==> server ==> every message that arrives becomes a sequenced
 *     client <==============  pipe <== server <== one, and the server adds some of its own
 *
 * The connection is cut once after byte k of one direction, for every k of a whole session; then
 * the client connects again.  At the end the client has every sequenced message once, in order, and
 * no unsequenced one has arrived twice.  Time is virtual. */

#include "dataplane/session/soupbin_client.h"
#include "dataplane/session/soupbin_server.h"
#include "dataplane/session/streams.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { SCRIPT = 500, SENT_BY_CLIENT = 100, PIPE_BYTES = 4096, NEVER = 1 << 30 };

struct pipe {
    uint8_t byte[PIPE_BYTES];
    uint32_t used;
    uint64_t carried; /* bytes ever delivered */
};

struct session {
    struct soupbin_server *server;
    struct soupbin_client *client;
    struct streams *streams;
    void *memory[3];
    struct pipe up, down; /* to the server, to the client */
    uint32_t chunk;       /* bytes delivered at a time, at most; 0: any number, by chance */
    struct chance chance;
    nanos_t now;
    bool connected;
    uint64_t cut_up, cut_down; /* the connection breaks when so many bytes were carried */
    uint32_t connections;
    uint32_t sent;                   /* by the client */
    uint8_t arrived[SENT_BY_CLIENT]; /* times each of them arrived */
    uint32_t own;                    /* messages of the server itself */
    uint64_t received;               /* sequenced, by the client */
    bool good;
    bool ended;
};

/* The text of sequenced message number: what the server made of it at first. */
static void append(struct session *session, uint8_t kind, uint32_t index)
{
    uint8_t bytes[12] = {kind, (uint8_t)(index >> 8), (uint8_t)index};
    enum streams_status status = streams_append(session->streams, 0, bytes, 3 + index % 9);
    CHECK(status == STREAMS_OK);
}

static void pipe_put(struct pipe *pipe, const uint8_t *bytes, uint32_t *length)
{
    if (*length > PIPE_BYTES - pipe->used) *length = PIPE_BYTES - pipe->used;
    memcpy(pipe->byte + pipe->used, bytes, *length);
    pipe->used += *length;
}

static uint32_t piece_of(struct session *session, const struct pipe *pipe, uint64_t cut)
{
    uint32_t most =
        session->chunk ? session->chunk : 1 + (uint32_t)chance_next(&session->chance) % 40;
    if (most > pipe->used) most = pipe->used;
    if (most > cut - pipe->carried) most = (uint32_t)(cut - pipe->carried);
    return most;
}

static void pipe_drop(struct pipe *pipe, uint32_t length)
{
    memmove(pipe->byte, pipe->byte + length, pipe->used - length);
    pipe->used -= length;
    pipe->carried += length;
}

static void server_feed(struct session *session, uint32_t length)
{
    struct soupbin_bytes bytes = {session->up.byte, length};
    struct soupbin_server_taken taken;
    enum soupbin_server_event event;
    while ((event = soupbin_server_take(session->server, &bytes, session->now, &taken))) {
        if (event == SOUPBIN_SERVER_ASKED) {
            struct soupbin_session ours = {.name = "TODAY     ",
                                           .count = streams_count(session->streams, 0)};
            session->good &= soupbin_server_accept(session->server, &ours, session->now);
        }
        if (event == SOUPBIN_SERVER_MESSAGE) {
            session->good &= taken.payload_bytes == 2;
            uint32_t index = (uint32_t)taken.payload[0] << 8 | taken.payload[1];
            session->good &= index < SENT_BY_CLIENT && ++session->arrived[index] == 1;
            append(session, 'e', index);
        }
    }
    pipe_drop(&session->up, length);
}

static void client_feed(struct session *session, uint32_t length)
{
    struct soupbin_bytes bytes = {session->down.byte, length};
    struct soupbin_message message;
    enum soupbin_client_event event;
    while ((event = soupbin_client_take(session->client, &bytes, session->now, &message))) {
        if (event != SOUPBIN_CLIENT_SEQUENCED) continue;
        struct stream_message ours;
        session->good &= message.sequence == ++session->received;
        session->good &= streams_find(session->streams, 0, message.sequence, &ours) &&
                         ours.length == message.payload_bytes &&
                         memcmp(ours.bytes, message.payload, ours.length) == 0;
    }
    pipe_drop(&session->down, length);
}

static void connection_break(struct session *session)
{
    session->connected = false;
    session->up.used = session->down.used = 0;
    soupbin_server_close(session->server, SOUPBIN_LOST);
    soupbin_client_close(session->client, SOUPBIN_LOST);
}

static void connection_make(struct session *session)
{
    session->connected = true;
    session->connections++;
    soupbin_server_connect(session->server, session->now);
    soupbin_client_connect(session->client, session->now);
}

/* What each side has to say goes into its pipe. */
static void pipes_fill(struct session *session)
{
    struct stream_message message;
    uint64_t wanted;
    while ((wanted = soupbin_server_wanted(session->server)) > 0 &&
           streams_find(session->streams, 0, wanted, &message) &&
           soupbin_server_put(session->server, message.bytes, message.length, session->now)) {
    }
    bool done = session->own == SCRIPT - SENT_BY_CLIENT && session->sent == SENT_BY_CLIENT &&
                session->up.used == 0 && wanted == streams_count(session->streams, 0) + 1;
    if (done && session->cut_up == NEVER && session->cut_down == NEVER)
        session->ended |= soupbin_server_end(session->server, session->now);
    uint32_t length;
    const uint8_t *bytes = soupbin_server_output(session->server, &length);
    pipe_put(&session->down, bytes, &length);
    soupbin_server_written(session->server, length, session->now);
    bytes = soupbin_client_output(session->client, &length);
    pipe_put(&session->up, bytes, &length);
    soupbin_client_written(session->client, length);
}

static void step(struct session *session)
{
    session->now += 10 * NANOS_MILLI;
    if (!session->connected) connection_make(session);
    soupbin_server_tick(session->server, session->now);
    soupbin_client_tick(session->client, session->now);
    if (session->sent < SENT_BY_CLIENT && chance_next(&session->chance) % 2) {
        uint8_t bytes[2] = {(uint8_t)(session->sent >> 8), (uint8_t)session->sent};
        session->sent += soupbin_client_send(session->client, bytes, 2, session->now);
    }
    for (uint64_t i = chance_next(&session->chance) % 5; i > 0; i--)
        if (session->own < SCRIPT - SENT_BY_CLIENT) append(session, 's', session->own++);
    pipes_fill(session);
    uint32_t up = piece_of(session, &session->up, session->cut_up);
    if (up > 0) server_feed(session, up);
    uint32_t down = piece_of(session, &session->down, session->cut_down);
    if (down > 0) client_feed(session, down);
    if (session->up.carried == session->cut_up) {
        session->cut_up = NEVER;
        connection_break(session);
    } else if (session->down.carried == session->cut_down) {
        session->cut_down = NEVER;
        connection_break(session);
    }
}

static void *room(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    return memory;
}

static void session_build(struct session *session)
{
    struct soupbin_server_limits server = {.payload_bytes = 16,
                                           .output_bytes = 256,
                                           .login_wait_ns = SOUPBIN_LOGIN_WAIT_NS,
                                           .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                           .silence_ns = SOUPBIN_SILENCE_NS,
                                           .slow_ns = SOUPBIN_SERVER_SLOW_NS};
    struct soupbin_client_limits client = {.payload_bytes = 16,
                                           .output_bytes = 128,
                                           .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                           .silence_ns = SOUPBIN_SILENCE_NS};
    struct soupbin_client_login login = {
        .credentials = {"FMUSER", "secret    "}, .session = {"          "}, .sequence = 1};
    struct streams_limits streams = {.streams = 1, .chunks = 64, .chunk_bytes = 256};
    session->memory[0] = room(soupbin_server_footprint(&server));
    session->memory[1] = room(soupbin_client_footprint(&client));
    session->memory[2] = room(streams_footprint(&streams));
    session->server = soupbin_server_new(session->memory[0], &server);
    session->client = soupbin_client_new(session->memory[1], &client, &login);
    session->streams = streams_new(session->memory[2], &streams);
}

struct told {
    uint64_t up, down; /* bytes carried in all */
    uint32_t connections;
};

/* A whole session, cut where these say; everything that must hold is expected. */
static struct told session_run(uint64_t cut_up, uint64_t cut_down, uint32_t chunk, uint64_t seed)
{
    struct session session = {.chunk = chunk,
                              .cut_up = cut_up,
                              .cut_down = cut_down,
                              .chance = {.state = seed},
                              .now = 1000 * NANOS_SECOND,
                              .good = true};
    session_build(&session);
    uint32_t steps = 0;
    while (!(session.ended && soupbin_client_state(session.client) == SOUPBIN_CLOSED) &&
           steps < 200000) {
        step(&session);
        steps++;
    }
    soupbin_server_verify(session.server);
    soupbin_client_verify(session.client);
    uint64_t made = streams_count(session.streams, 0), arrived = 0;
    for (uint32_t i = 0; i < SENT_BY_CLIENT; i++) arrived += session.arrived[i];
    bool agree = session.received == made && made == SCRIPT - SENT_BY_CLIENT + arrived &&
                 soupbin_client_next_sequence(session.client) == made + 1 &&
                 soupbin_client_reason(session.client) == SOUPBIN_ENDED &&
                 soupbin_server_reason(session.server) == SOUPBIN_ENDED;
    if (!session.good || !agree)
        spec_expect(__FILE__, __LINE__, false,
                    "cut up %" PRIu64 " down %" PRIu64 " pieces of %u seed %" PRIu64
                    ": client has %" PRIu64 " of %" PRIu64 ", good %d, after %u steps",
                    cut_up, cut_down, chunk, seed, session.received, made, session.good, steps);
    struct told told = {session.up.carried, session.down.carried, session.connections};
    for (int i = 0; i < 3; i++) free(session.memory[i]);
    return told;
}

SPEC(a_session_without_cuts_is_the_same_in_pieces_of_any_size)
{
    struct told whole = session_run(NEVER, NEVER, 1000, 1);
    EXPECT_UINT(whole.connections, 1);
    for (uint32_t chunk = 0; chunk < 60; chunk++)
        EXPECT_UINT(session_run(NEVER, NEVER, chunk, 1).connections, 1);
}

SPEC(a_session_cut_at_every_byte_to_the_client_loses_and_repeats_nothing)
{
    struct told whole = session_run(NEVER, NEVER, 0, 1);
    EXPECT(whole.down > 4000);
    for (uint64_t cut = 1; cut < whole.down; cut++)
        EXPECT_UINT(session_run(NEVER, cut, 0, 1).connections, 2);
}

SPEC(a_session_cut_at_every_byte_to_the_server_loses_and_repeats_nothing_of_the_servers)
{
    struct told whole = session_run(NEVER, NEVER, 0, 1);
    EXPECT(whole.up > 500);
    for (uint64_t cut = 1; cut < whole.up; cut++)
        EXPECT_UINT(session_run(cut, NEVER, 0, 1).connections, 2);
}

SPEC(several_cuts_anywhere_are_no_different)
{
    struct spec_seeds seeds = spec_seeds(300);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {.state = seed};
        uint64_t up = chance_between(&chance, 1, 500), down = chance_between(&chance, 1, 4000);
        struct told told = session_run(up, down, (uint32_t)chance_between(&chance, 0, 50), seed);
        EXPECT(told.connections == 3);
    }
}

#define SPECS(S)                                                                                   \
    S(a_session_without_cuts_is_the_same_in_pieces_of_any_size)                                    \
    S(a_session_cut_at_every_byte_to_the_client_loses_and_repeats_nothing)                         \
    S(a_session_cut_at_every_byte_to_the_server_loses_and_repeats_nothing_of_the_servers)          \
    S(several_cuts_anywhere_are_no_different)
SPEC_MAIN("soupbin_cuts", SPECS, NULL, NULL)
