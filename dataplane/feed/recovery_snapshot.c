#include "dataplane/feed/recovery_layout.h"
#include "dataplane/wire/glimpse50.h"

#include <string.h>

/* One connection after the other, each for one snapshot: it is asked for, comes up, logs in, spins,
 * and is closed, or breaks on the way.  What came of a snapshot that broke is worth nothing: the
 * next one begins on cleared books. */

#define SNAPSHOT_PAYLOAD_BYTES 255u /* far more than a message of ITCH has */
#define SNAPSHOT_OUTPUT_BYTES  128u

static struct soupbin_client_limits client_limits(const struct recovery_limits *limits)
{
    return (struct soupbin_client_limits){
        .payload_bytes = SNAPSHOT_PAYLOAD_BYTES,
        .output_bytes = SNAPSHOT_OUTPUT_BYTES,
        .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
        .silence_ns = limits->snapshot_wait_ns,
    };
}

/* The whole spin of the current session. */
static struct soupbin_client_login login_of(const struct recovery_limits *limits)
{
    struct soupbin_client_login login = {.credentials = limits->credentials, .sequence = 1};
    memset(login.session, ' ', sizeof login.session);
    return login;
}

size_t snapshot_footprint_bytes(void)
{
    struct soupbin_client_limits limits = {
        .payload_bytes = SNAPSHOT_PAYLOAD_BYTES,
        .output_bytes = SNAPSHOT_OUTPUT_BYTES,
        .heartbeat_ns = 1,
        .silence_ns = 1,
    };
    return soupbin_client_footprint(&limits);
}

void snapshot_build(struct recovery *recovery, void *memory)
{
    struct soupbin_client_limits limits = client_limits(&recovery->limits);
    struct soupbin_client_login login = login_of(&recovery->limits);
    recovery->snapshot.client = soupbin_client_new(memory, &limits, &login);
}

/* The connection is not needed any more: it is to be closed, if it is not gone. */
static void connection_leave(struct recovery_snapshot *snapshot)
{
    snapshot->close = snapshot->asked;
}

void snapshot_call_off(struct recovery *recovery)
{
    struct recovery_snapshot *snapshot = &recovery->snapshot;
    enum recovery_state state = recovery->state;
    if (state == RECOVERY_CONNECTING || state == RECOVERY_SPINNING)
        recovery->counts.snapshot_failed[RECOVERY_CALLED_OFF]++;
    soupbin_client_close(snapshot->client, SOUPBIN_BY_OWNER);
    connection_leave(snapshot);
    snapshot->attempts = 0;
}

void snapshot_trouble(struct recovery *recovery, enum recovery_trouble trouble, nanos_t now)
{
    struct recovery_snapshot *snapshot = &recovery->snapshot;
    recovery->counts.snapshot_failed[trouble]++;
    soupbin_client_close(snapshot->client, SOUPBIN_BY_OWNER);
    connection_leave(snapshot);
    if (snapshot->attempts >= recovery->limits.snapshot_attempts) recovery_fail(recovery, now);
    else recovery_rebuild(recovery, now);
}

enum recovery_action snapshot_connect(struct recovery *recovery, nanos_t now,
                                      struct recovery_output *output)
{
    struct recovery_snapshot *snapshot = &recovery->snapshot;
    struct soupbin_client_login login = login_of(&recovery->limits);
    soupbin_client_restart(snapshot->client, &login);
    snapshot->connect_ns = snapshot->heard_ns = now;
    snapshot->ever = true;
    snapshot->attempts++;
    snapshot->asked = true;
    snapshot->up = false;
    recovery->state = RECOVERY_CONNECTING;
    recovery->counts.snapshot++;
    *output = (struct recovery_output){.server = snapshot->server};
    snapshot->server = (snapshot->server + 1) % recovery->limits.snapshots;
    return RECOVERY_CONNECT;
}

/* Bytes for the server, once for each time and again as long as some are written. */
static enum recovery_action output_say(struct recovery_snapshot *snapshot, nanos_t now,
                                       struct recovery_output *output)
{
    uint32_t length;
    const uint8_t *bytes = soupbin_client_output(snapshot->client, &length);
    if (!snapshot->up || length == 0) return RECOVERY_NOTHING;
    if (snapshot->write_ns == now && !snapshot->write_again) return RECOVERY_NOTHING;
    snapshot->write_ns = now;
    snapshot->write_again = false;
    *output = (struct recovery_output){.bytes = bytes, .length = length};
    return RECOVERY_WRITE;
}

enum recovery_action snapshot_close(struct recovery *recovery, struct recovery_output *output)
{
    struct recovery_snapshot *snapshot = &recovery->snapshot;
    if (!snapshot->close) return RECOVERY_NOTHING;
    uint32_t length;
    const uint8_t *bytes = soupbin_client_output(snapshot->client, &length);
    if (snapshot->up && length > 0) { /* a logout, said once; whether it arrives does not matter */
        *output = (struct recovery_output){.bytes = bytes, .length = length};
        snapshot->up = false;
        return RECOVERY_WRITE;
    }
    *output = (struct recovery_output){.length = 0};
    snapshot->asked = snapshot->up = snapshot->close = false;
    return RECOVERY_CLOSE;
}

/* The connection is over, for a reason of SoupBinTCP. */
static enum recovery_trouble trouble_of(enum soupbin_reason reason)
{
    if (reason == SOUPBIN_ENDED) return RECOVERY_NO_END;
    bool refused = reason == SOUPBIN_NOT_ALLOWED || reason == SOUPBIN_NO_SESSION ||
                   reason == SOUPBIN_REFUSED || reason == SOUPBIN_MISMATCH;
    return refused ? RECOVERY_NO_LOGIN : RECOVERY_BROKEN;
}

/* 'G': the books are those of before next. */
static void snapshot_join(struct recovery *recovery, uint64_t next, nanos_t now)
{
    struct channel *channel = recovery->channel;
    uint64_t top = channel_top(channel);
    uint64_t beyond = channel_end_named(channel) ? 0 : recovery->limits.hole_messages;
    if (next > top && next - top > beyond) {
        snapshot_trouble(recovery, RECOVERY_TOO_NEW, now);
        return;
    }
    recovery->counts.snapshot_taken++;
    (void)soupbin_client_logout(recovery->snapshot.client, now); /* a courtesy, if there is room */
    connection_leave(&recovery->snapshot);
    feed_snapshot_end(recovery->feed, next);
    channel_join(channel, next, now);
    recovery->joined = true;
    recovery_ask(recovery);
}

static void message_take(struct recovery *recovery, const struct soupbin_message *message,
                         nanos_t now)
{
    uint64_t next;
    recovery->counts.snapshot_message++;
    switch (glimpse50_check(message->payload, message->payload_bytes, &next)) {
    case GLIMPSE50_STATE:
        feed_snapshot_message(recovery->feed, message->payload, message->payload_bytes, now);
        return;
    case GLIMPSE50_ENDED: snapshot_join(recovery, next, now); return;
    case GLIMPSE50_EMPTY:
    case GLIMPSE50_OTHER_TYPE:
    case GLIMPSE50_SHORT:
    case GLIMPSE50_BAD_SEQUENCE:
    case GLIMPSE50_STATUS_COUNT: snapshot_trouble(recovery, RECOVERY_BAD_SPIN, now); return;
    }
}

static bool snapshot_under_way(const struct recovery *recovery)
{
    return recovery->state == RECOVERY_CONNECTING || recovery->state == RECOVERY_SPINNING;
}

/* Everything the client makes of bytes, until the snapshot is over. */
static void client_take(struct recovery *recovery, struct soupbin_bytes bytes, nanos_t now)
{
    struct soupbin_client *client = recovery->snapshot.client;
    while (snapshot_under_way(recovery)) {
        struct soupbin_message message;
        switch (soupbin_client_take(client, &bytes, now, &message)) {
        case SOUPBIN_CLIENT_NOTHING: return;
        case SOUPBIN_CLIENT_UNSEQUENCED: break;
        case SOUPBIN_CLIENT_ACCEPTED:
            recovery->state = RECOVERY_SPINNING;
            feed_snapshot_begin(recovery->feed);
            break;
        case SOUPBIN_CLIENT_SEQUENCED: message_take(recovery, &message, now); break;
        case SOUPBIN_CLIENT_OVER:
            snapshot_trouble(recovery, trouble_of(soupbin_client_reason(client)), now);
            break;
        }
    }
}

enum recovery_action snapshot_turn(struct recovery *recovery, nanos_t now,
                                   struct recovery_output *output)
{
    struct recovery_snapshot *snapshot = &recovery->snapshot;
    const struct recovery_limits *limits = &recovery->limits;
    if (recovery_elapsed(now, snapshot->connect_ns) >= limits->snapshot_all_ns)
        snapshot_trouble(recovery, RECOVERY_TOO_SLOW, now);
    else if (recovery_elapsed(now, snapshot->heard_ns) >= limits->snapshot_wait_ns)
        snapshot_trouble(recovery, snapshot->up ? RECOVERY_BROKEN : RECOVERY_NO_CONNECTION, now);
    else {
        soupbin_client_tick(snapshot->client, now);
        client_take(recovery, (struct soupbin_bytes){NULL, 0}, now);
    }
    if (!snapshot_under_way(recovery)) return RECOVERY_NOTHING;
    return output_say(snapshot, now, output);
}

void recovery_connected(struct recovery *recovery, nanos_t now)
{
    struct recovery_snapshot *snapshot = &recovery->snapshot;
    if (!snapshot->asked || snapshot->up || recovery->state != RECOVERY_CONNECTING) return;
    snapshot->up = true;
    snapshot->heard_ns = now;
    snapshot->write_again = true;
    soupbin_client_connect(snapshot->client, now);
}

void recovery_bytes(struct recovery *recovery, const uint8_t *bytes, uint32_t length, nanos_t now)
{
    if (!recovery->snapshot.up || !snapshot_under_way(recovery)) return;
    if (length > 0) recovery->snapshot.heard_ns = now;
    client_take(recovery, (struct soupbin_bytes){bytes, length}, now);
}

void recovery_disconnected(struct recovery *recovery, nanos_t now)
{
    struct recovery_snapshot *snapshot = &recovery->snapshot;
    if (!snapshot->asked) return;
    bool was_up = snapshot->up;
    snapshot->asked = snapshot->up = snapshot->close = false;
    soupbin_client_close(snapshot->client, SOUPBIN_LOST);
    if (!snapshot_under_way(recovery)) return;
    snapshot_trouble(recovery, was_up ? RECOVERY_BROKEN : RECOVERY_NO_CONNECTION, now);
}

void recovery_written(struct recovery *recovery, uint32_t length)
{
    struct recovery_snapshot *snapshot = &recovery->snapshot;
    soupbin_client_written(snapshot->client, length);
    snapshot->write_again |= length > 0;
}
