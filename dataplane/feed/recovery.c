#include "dataplane/feed/recovery_layout.h"

#include <string.h>

/* What goes on, and what follows from what: the table of states is in recovery.h.
 *
 * Invariants:
 *   - the channel holds exactly in WAITING, CONNECTING and SPINNING, gives up exactly in FAILED,
 *     and waits otherwise;
 *   - no requests wait but in ASKING; each that does has its place in the count of the last second;
 *   - a connection is asked for or up only in CONNECTING and SPINNING, or is to be closed;
 *   - every time something was started it was recovered, has failed, was called off, or goes on. */

#define NEVER UINT64_MAX

size_t recovery_footprint(const struct recovery_limits *limits)
{
    if (limits->servers > RECOVERY_SERVERS_MAX) return 0;
    if (limits->snapshots > RECOVERY_SERVERS_MAX) return 0;
    if (limits->request_messages < 1) return 0;
    if (limits->request_messages > MOLDUDP64_COUNT_MAX) return 0;
    if (limits->outstanding < 1 || limits->outstanding > RECOVERY_OUTSTANDING_MAX) return 0;
    if (limits->rate < 1 || limits->rate > RECOVERY_RATE_MAX) return 0;
    if (limits->attempts < 1 || limits->snapshot_attempts < 1) return 0;
    if (limits->retry_ns == 0 || limits->retry_max_ns < limits->retry_ns) return 0;
    if (limits->snapshot_wait_ns == 0 || limits->snapshot_all_ns == 0) return 0;
    if (limits->snapshot_retry_ns == 0 || limits->again_ns == 0) return 0;
    if (limits->snapshot_retry_max_ns < limits->snapshot_retry_ns) return 0;
    return ALIGN_UP(sizeof(struct recovery), CACHE_LINE) +
           ALIGN_UP(snapshot_footprint_bytes(), CACHE_LINE);
}

struct recovery *recovery_new(void *memory, const struct recovery_limits *limits,
                              struct channel *channel, struct feed *feed)
{
    CHECK(recovery_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct recovery *recovery = memory;
    memset(recovery, 0, sizeof *recovery);
    recovery->limits = *limits;
    recovery->channel = channel;
    recovery->feed = feed;
    snapshot_build(recovery, (uint8_t *)memory + ALIGN_UP(sizeof *recovery, CACHE_LINE));
    channel_patience(channel, CHANNEL_WAITS);
    return recovery;
}

#define RECOVERY_TEXT(value, name, meaning) [value] = meaning,
#define RECOVERY_NAME(value, name, meaning) [value] = #name,

const char *recovery_state_text(enum recovery_state state)
{
    static const char *const text[] = {RECOVERY_STATES(RECOVERY_TEXT)};
    CHECK((unsigned)state < ARRAY_COUNT(text));
    return text[state];
}

const char *recovery_reply_text(enum recovery_reply_status status)
{
    static const char *const text[] = {RECOVERY_REPLIES(RECOVERY_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *recovery_reply_name(enum recovery_reply_status status)
{
    static const char *const name[] = {RECOVERY_REPLIES(RECOVERY_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

const char *recovery_trouble_text(enum recovery_trouble trouble)
{
    static const char *const text[] = {RECOVERY_TROUBLES(RECOVERY_TEXT)};
    CHECK((unsigned)trouble < ARRAY_COUNT(text));
    return text[trouble];
}

const char *recovery_trouble_name(enum recovery_trouble trouble)
{
    static const char *const name[] = {RECOVERY_TROUBLES(RECOVERY_NAME)};
    CHECK((unsigned)trouble < ARRAY_COUNT(name));
    return name[trouble];
}

/* States. */

static void recovery_rest(struct recovery *recovery)
{
    recovery->state = RECOVERY_QUIET;
    recovery->joined = false;
    recovery->snapshot.attempts = 0;
    asking_begin(recovery);
    channel_patience(recovery->channel, CHANNEL_WAITS);
}

void recovery_ask(struct recovery *recovery)
{
    recovery->state = RECOVERY_ASKING;
    asking_begin(recovery);
    channel_patience(recovery->channel, CHANNEL_WAITS);
}

void recovery_fail(struct recovery *recovery, nanos_t now)
{
    recovery->state = RECOVERY_FAILED;
    recovery->joined = false;
    recovery->snapshot.attempts = 0;
    recovery->snapshot.try_ns = now + recovery->limits.again_ns;
    recovery->counts.failed++;
    asking_begin(recovery);
    channel_patience(recovery->channel, CHANNEL_GIVES_UP);
    feed_unrecovered(recovery->feed, channel_next_sequence(recovery->channel), now);
}

void recovery_rebuild(struct recovery *recovery, nanos_t now)
{
    struct recovery_snapshot *snapshot = &recovery->snapshot;
    const struct recovery_limits *limits = &recovery->limits;
    if (limits->snapshots == 0) {
        recovery_fail(recovery, now);
        return;
    }
    uint32_t times = snapshot->attempts > 0 ? snapshot->attempts - 1 : 0;
    nanos_t wait =
        recovery_doubled(limits->snapshot_retry_ns, times, limits->snapshot_retry_max_ns);
    recovery->state = RECOVERY_WAITING;
    recovery->joined = false;
    snapshot->try_ns = snapshot->ever ? snapshot->connect_ns + wait : now;
    asking_begin(recovery);
    channel_patience(recovery->channel, CHANNEL_HOLDS);
    feed_rebuilding(recovery->feed, channel_next_sequence(recovery->channel), now);
}

static void recovery_done(struct recovery *recovery, nanos_t now)
{
    const struct channel *channel = recovery->channel;
    recovery->counts.recovered++;
    recovery_rest(recovery);
    feed_recovered(recovery->feed, channel_next_sequence(channel), channel_silent(channel), now);
}

static void recovery_call_off(struct recovery *recovery)
{
    snapshot_call_off(recovery);
    recovery->asking.asked_end = 0;
    recovery_rest(recovery);
}

void recovery_step(struct recovery *recovery, enum channel_step step,
                   const struct channel_output *output, nanos_t now)
{
    bool busy = recovery->state != RECOVERY_QUIET && recovery->state != RECOVERY_FAILED;
    switch (step) {
    case CHANNEL_SESSION:
        recovery_call_off(recovery);
        if (output->session.sequence == 1 || recovery->limits.snapshots == 0) return;
        recovery->counts.started++;
        recovery->counts.joined_late++;
        recovery_rebuild(recovery, now);
        return;
    case CHANNEL_QUARANTINE:
        recovery_call_off(recovery);
        if (busy) feed_unrecovered(recovery->feed, channel_next_sequence(recovery->channel), now);
        return;
    case CHANNEL_NOTHING:
    case CHANNEL_RUN:
    case CHANNEL_GAP:
    case CHANNEL_END:
    case CHANNEL_STALE:
    case CHANNEL_FRESH: return;
    }
}

void recovery_finish(struct recovery *recovery, nanos_t now)
{
    bool busy = recovery->state != RECOVERY_QUIET && recovery->state != RECOVERY_FAILED;
    recovery_call_off(recovery);
    if (busy) recovery_fail(recovery, now);
    recovery->state = RECOVERY_FAILED;
    recovery->snapshot.try_ns = NEVER;
    channel_finish(recovery->channel);
}

/* Turns. */

/* Is there anything to recover? */
static void quiet_turn(struct recovery *recovery, nanos_t now)
{
    struct channel *channel = recovery->channel;
    if (channel_quarantined(channel) || !channel_session_name(channel)) return;
    struct channel_gap missing;
    bool gap = feed_channel_state(recovery->feed) == MARKET_GAP;
    if (gap && recovery->limits.snapshots > 0) {
        recovery->counts.started++;
        recovery_rebuild(recovery, now);
    } else if (channel_overdue(channel, 0, now, &missing)) {
        recovery->counts.started++;
        recovery_ask(recovery);
        feed_recovering(recovery->feed, &missing, now);
    }
}

/* Nobody helped: it is time to try again, or what was missing does not matter any more. */
static void failed_turn(struct recovery *recovery, nanos_t now)
{
    if (recovery->snapshot.try_ns == NEVER) return;
    enum market_state state = feed_channel_state(recovery->feed);
    bool gap = state == MARKET_GAP, over = !gap && state != MARKET_CLOSED;
    if (over || (gap && now >= recovery->snapshot.try_ns)) recovery_rest(recovery);
}

static enum recovery_action ask_turn(struct recovery *recovery, nanos_t now,
                                     struct recovery_output *output)
{
    uint32_t server;
    switch (asking_turn(recovery, now, &server)) {
    case ASKING_NOTHING: break;
    case ASKING_DONE: recovery_done(recovery, now); break;
    case ASKING_GIVE_UP:
        if (recovery->joined) snapshot_trouble(recovery, RECOVERY_TOO_OLD, now);
        else recovery_rebuild(recovery, now);
        break;
    case ASKING_REQUEST:
        *output = (struct recovery_output){
            .server = server,
            .length = sizeof recovery->asking.packet,
            .bytes = (const uint8_t *)&recovery->asking.packet,
        };
        return RECOVERY_REQUEST;
    }
    return RECOVERY_NOTHING;
}

enum recovery_action recovery_turn(struct recovery *recovery, nanos_t now,
                                   struct recovery_output *output)
{
    enum recovery_action action = snapshot_close(recovery, output);
    if (unlikely(action != RECOVERY_NOTHING)) return action;
    if (recovery->state == RECOVERY_FAILED) failed_turn(recovery, now);
    if (recovery->state == RECOVERY_QUIET) quiet_turn(recovery, now);
    if (likely(recovery->state == RECOVERY_QUIET)) return RECOVERY_NOTHING;

    enum recovery_state before = recovery->state;
    if (before == RECOVERY_CONNECTING || before == RECOVERY_SPINNING)
        action = snapshot_turn(recovery, now, output);
    else if (before == RECOVERY_ASKING) action = ask_turn(recovery, now, output);
    if (action != RECOVERY_NOTHING) return action;
    action = snapshot_close(recovery, output);
    if (action != RECOVERY_NOTHING) return action;
    if (recovery->state == RECOVERY_WAITING && now >= recovery->snapshot.try_ns)
        return snapshot_connect(recovery, now, output);
    return RECOVERY_NOTHING;
}

/* Queries. */

enum recovery_state recovery_state(const struct recovery *recovery)
{
    return recovery->state;
}

const struct recovery_counts *recovery_counts(const struct recovery *recovery)
{
    return &recovery->counts;
}

void recovery_verify(const struct recovery *recovery)
{
    const struct recovery_counts *counts = &recovery->counts;
    const struct recovery_snapshot *snapshot = &recovery->snapshot;
    enum recovery_state state = recovery->state;
    bool under_way = state == RECOVERY_CONNECTING || state == RECOVERY_SPINNING;
    uint64_t failed = 0;
    for (uint32_t i = 0; i < RECOVERY_TROUBLE_COUNT; i++) failed += counts->snapshot_failed[i];
    failed -= counts->snapshot_failed[RECOVERY_TOO_OLD]; /* those had been taken */
    CHECK(counts->snapshot == counts->snapshot_taken + failed + under_way);
    CHECK(counts->request == recovery->asking.sent);
    CHECK(counts->request_retried <= counts->request);
    CHECK(counts->unanswered <= counts->request);
    if (snapshot->up) CHECK(snapshot->asked);
    if (snapshot->asked) CHECK(under_way || snapshot->close);
    if (snapshot->close) CHECK(snapshot->asked);
    if (recovery->joined) CHECK(state == RECOVERY_ASKING);
    for (uint32_t i = 0; i < RECOVERY_OUTSTANDING_MAX; i++) {
        const struct recovery_request *request = &recovery->asking.request[i];
        if (request->first == request->end) continue;
        CHECK(state == RECOVERY_ASKING);
        CHECK(i < recovery->limits.outstanding);
        CHECK(request->end - request->first <= recovery->limits.request_messages);
    }
    soupbin_client_verify(snapshot->client);
}
