/* Any bytes in any chunks into a SoupBinTCP server and a client: nothing outside them is read, each
 * event is one the state allows, numbers rise by one, counts add up, and what comes of the bytes
 * does not depend on how they were cut.
 *
 * The first byte says which side (bit 0), and how the bytes are cut; the second the client's first
 * sequence.  The rest is what the peer sends, behind a good login or answer if bit 1 is set. */

#include "dataplane/session/soupbin_client.h"
#include "dataplane/session/soupbin_server.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAYLOAD = 40, OUTPUT = 128 };

/* What one run made of the bytes. */
struct made {
    uint64_t events;
    uint64_t hash;
    enum soupbin_state state;
    enum soupbin_reason reason;
};

static void note(struct made *made, uint64_t kind, const uint8_t *bytes, uint32_t length)
{
    made->events++;
    made->hash = (made->hash ^ kind) * 0x100000001b3u;
    for (uint32_t i = 0; i < length; i++) made->hash = (made->hash ^ bytes[i]) * 0x100000001b3u;
}

static void server_take(struct soupbin_server *server, struct soupbin_bytes bytes,
                        struct made *made)
{
    struct soupbin_server_taken taken;
    enum soupbin_server_event event;
    while ((event = soupbin_server_take(server, &bytes, 5, &taken))) {
        struct soupbin_session session = {.name = "FUZZ      ", .count = 3};
        switch (event) {
        case SOUPBIN_SERVER_ASKED:
            note(made, event, (const uint8_t *)taken.login.session, 10);
            soupbin_server_accept(server, &session, 5);
            break;
        case SOUPBIN_SERVER_MESSAGE:
            CHECK(soupbin_server_state(server) == SOUPBIN_OPEN);
            CHECK(taken.payload_bytes <= PAYLOAD + 11); /* the buffer also holds a login */
            note(made, event, taken.payload, taken.payload_bytes);
            break;
        case SOUPBIN_SERVER_OVER:
            CHECK(soupbin_server_state(server) == SOUPBIN_CLOSED);
            note(made, event, NULL, 0);
            break;
        case SOUPBIN_SERVER_NOTHING: break;
        }
    }
    CHECK(bytes.length == 0);
    soupbin_server_verify(server);
}

static void client_take(struct soupbin_client *client, struct soupbin_bytes bytes,
                        struct made *made)
{
    struct soupbin_message message;
    enum soupbin_client_event event;
    uint64_t next = soupbin_client_next_sequence(client);
    while ((event = soupbin_client_take(client, &bytes, 5, &message))) {
        if (event == SOUPBIN_CLIENT_ACCEPTED) next = soupbin_client_next_sequence(client);
        bool sequenced = event == SOUPBIN_CLIENT_SEQUENCED;
        if (sequenced) CHECK(message.sequence == next++);
        if (sequenced || event == SOUPBIN_CLIENT_UNSEQUENCED)
            note(made, event, message.payload, message.payload_bytes);
        else note(made, event, NULL, 0);
    }
    CHECK(bytes.length == 0);
    soupbin_client_verify(client);
}

static const uint8_t login[49] = "\0\x2fLFUZZER          "
                                 "          "
                                 "                   1";
static const uint8_t accepted[33] = "\0\x1f"
                                    "A      FUZZ"
                                    "                   1";

static struct made run(const uint8_t *data, size_t size, uint8_t how, uint8_t sequence,
                       uint32_t chunk)
{
    CACHE_ALIGNED static uint8_t memory[4096];
    struct made made = {.hash = 0xcbf29ce484222325u};
    struct soupbin_server_limits server_limits = {PAYLOAD, OUTPUT, 100, 50, 100, 100};
    struct soupbin_client_limits client_limits = {PAYLOAD, OUTPUT, 50, 100};
    struct soupbin_client_login ask = {
        .credentials = {"FUZZER", "          "}, .session = {"          "}, .sequence = sequence};
    struct soupbin_server *server = NULL;
    struct soupbin_client *client = NULL;
    if (how & 1) {
        CHECK(soupbin_client_footprint(&client_limits) <= sizeof memory);
        client = soupbin_client_new(memory, &client_limits, &ask);
        soupbin_client_connect(client, 1);
        if (how & 2) client_take(client, (struct soupbin_bytes){accepted, 33}, &made);
    } else {
        CHECK(soupbin_server_footprint(&server_limits) <= sizeof memory);
        server = soupbin_server_new(memory, &server_limits);
        soupbin_server_connect(server, 1);
        if (how & 2) server_take(server, (struct soupbin_bytes){login, 49}, &made);
    }
    for (size_t at = 0; at < size; at += chunk) {
        uint32_t length = size - at < chunk ? (uint32_t)(size - at) : chunk;
        uint8_t *exact = malloc(length);
        CHECK(exact != NULL);
        memcpy(exact, data + at, length);
        if (client) client_take(client, (struct soupbin_bytes){exact, length}, &made);
        else server_take(server, (struct soupbin_bytes){exact, length}, &made);
        free(exact);
    }
    if (client) {
        soupbin_client_tick(client, 1000);
        client_take(client, (struct soupbin_bytes){NULL, 0}, &made);
        CHECK(soupbin_client_state(client) == SOUPBIN_CLOSED); /* at last by silence */
        made.state = soupbin_client_state(client);
        made.reason = soupbin_client_reason(client);
        return made;
    }
    soupbin_server_tick(server, 1000);
    server_take(server, (struct soupbin_bytes){NULL, 0}, &made);
    CHECK(soupbin_server_state(server) == SOUPBIN_CLOSED);
    made.state = soupbin_server_state(server);
    made.reason = soupbin_server_reason(server);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    uint8_t how = data[0], sequence = data[1];
    struct made whole = run(data + 2, size - 2, how, sequence, UINT32_MAX >> 1);
    struct made cut = run(data + 2, size - 2, how, sequence, 1 + how / 4 % 16);
    CHECK(whole.events == cut.events);
    CHECK(whole.hash == cut.hash);
    CHECK(whole.reason == cut.reason);
    return 0;
}
