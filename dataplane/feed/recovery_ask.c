#include "dataplane/feed/recovery_layout.h"

#include <string.h>

/* Requests and replies.
 *
 * A range is asked for when it is overdue and in no request that waits.  A request is over when
 * something of it has come that was new (what is left is asked for again at once), when none of it
 * is missing any more, or when its wait is over.  Waits that end together are one round: each round
 * goes to the next server and doubles the wait, and so many in a row are enough. */

static bool request_waits(const struct recovery_request *request)
{
    return request->first < request->end;
}

static void request_forget(struct recovery_request *request)
{
    request->first = request->end = 0;
}

void asking_begin(struct recovery *recovery)
{
    struct recovery_asking *asking = &recovery->asking;
    for (uint32_t i = 0; i < RECOVERY_OUTSTANDING_MAX; i++) request_forget(&asking->request[i]);
    asking->unanswered = 0;
    asking->unanswered_ns = 0;
    asking->store_lost = channel_counts(recovery->channel)->store_lost;
}

static void request_unanswered(struct recovery *recovery, struct recovery_request *request,
                               nanos_t now)
{
    struct recovery_asking *asking = &recovery->asking;
    recovery->counts.unanswered++;
    if (request->sent_ns >= asking->unanswered_ns) {
        asking->unanswered++;
        asking->unanswered_ns = now;
        asking->server = (asking->server + 1) % recovery->limits.servers;
    }
    request_forget(request);
}

/* Forgets the requests that are over. */
static void requests_sweep(struct recovery *recovery, nanos_t now)
{
    for (uint32_t i = 0; i < recovery->limits.outstanding; i++) {
        struct recovery_request *request = &recovery->asking.request[i];
        if (!request_waits(request)) continue;
        struct channel_gap missing;
        if (!channel_overdue(recovery->channel, request->first, now, &missing) ||
            missing.first >= request->end)
            request_forget(request);
        else if (recovery_elapsed(now, request->sent_ns) >= request->wait_ns)
            request_unanswered(recovery, request, now);
    }
}

/* The first part of what is overdue that no request waits for; false if there is none. */
static bool range_next(const struct recovery *recovery, nanos_t now, struct channel_gap *range)
{
    uint64_t from = 0;
    while (channel_overdue(recovery->channel, from, now, range)) {
        if (range->end - range->first > recovery->limits.request_messages)
            range->end = range->first + recovery->limits.request_messages;
        uint64_t behind = 0;
        for (uint32_t i = 0; i < recovery->limits.outstanding; i++) {
            const struct recovery_request *request = &recovery->asking.request[i];
            if (!request_waits(request)) continue;
            if (request->first <= range->first && request->end > range->first)
                behind = request->end;
            else if (request->first > range->first && request->first < range->end)
                range->end = request->first;
        }
        if (behind == 0) return true;
        from = behind;
    }
    return false;
}

static struct recovery_request *request_free(struct recovery *recovery)
{
    for (uint32_t i = 0; i < recovery->limits.outstanding; i++)
        if (!request_waits(&recovery->asking.request[i])) return &recovery->asking.request[i];
    return NULL;
}

/* Whether one more request stays within the rate in every second. */
static bool rate_allows(const struct recovery *recovery, nanos_t now)
{
    const struct recovery_asking *asking = &recovery->asking;
    uint32_t rate = recovery->limits.rate;
    if (asking->sent < rate) return true;
    return recovery_elapsed(now, asking->sent_ns[asking->sent % rate]) >= NANOS_SECOND;
}

static void request_make(struct recovery *recovery, struct recovery_request *request,
                         const struct channel_gap *range, nanos_t now)
{
    struct recovery_asking *asking = &recovery->asking;
    const struct recovery_limits *limits = &recovery->limits;
    *request = (struct recovery_request){
        .first = range->first,
        .end = range->end,
        .sent_ns = now,
        .wait_ns = recovery_doubled(limits->retry_ns, asking->unanswered, limits->retry_max_ns),
    };
    memcpy(asking->packet.session.byte, channel_session_name(recovery->channel),
           sizeof asking->packet.session);
    asking->packet.sequence = be64(range->first);
    asking->packet.count = be16((uint16_t)(range->end - range->first));
    asking->sent_ns[asking->sent++ % limits->rate] = now;
    recovery->counts.request++;
    recovery->counts.request_retried += range->first < asking->asked_end;
    if (asking->asked_end < range->end) asking->asked_end = range->end;
}

/* Messages overdue, up to a little more than bound. */
static uint64_t overdue_messages(const struct recovery *recovery, uint64_t bound, nanos_t now)
{
    uint64_t messages = 0, from = 0;
    struct channel_gap range;
    while (messages <= bound && channel_overdue(recovery->channel, from, now, &range)) {
        messages += range.end - range.first;
        from = range.end;
    }
    return messages;
}

/* Is there a reason not to go on asking? */
static bool asking_hopeless(struct recovery *recovery)
{
    const struct recovery_asking *asking = &recovery->asking;
    if (recovery->limits.servers == 0) return true;
    if (asking->unanswered >= recovery->limits.attempts) return true;
    if (channel_counts(recovery->channel)->store_lost == asking->store_lost) return false;
    recovery->counts.store_full++;
    return true;
}

/* Is so much missing that asking would take too long?  Walks the holes: only before a request. */
static bool hole_too_large(struct recovery *recovery, nanos_t now)
{
    uint64_t bound = recovery->limits.hole_messages;
    if (overdue_messages(recovery, bound, now) <= bound) return false;
    recovery->counts.hole_too_large++;
    return true;
}

enum asking_result asking_turn(struct recovery *recovery, nanos_t now, uint32_t *server)
{
    struct channel_gap range;
    if (!channel_settled(recovery->channel)) return ASKING_NOTHING;
    if (!channel_overdue(recovery->channel, 0, now, &range)) return ASKING_DONE;
    requests_sweep(recovery, now);
    if (asking_hopeless(recovery)) return ASKING_GIVE_UP;
    struct recovery_request *request = request_free(recovery);
    if (!request || !range_next(recovery, now, &range)) return ASKING_NOTHING;
    if (!rate_allows(recovery, now)) {
        recovery->counts.request_delayed++;
        return ASKING_NOTHING;
    }
    if (hole_too_large(recovery, now)) return ASKING_GIVE_UP;
    request_make(recovery, request, &range, now);
    *server = recovery->asking.server;
    return ASKING_REQUEST;
}

/* The request that waits for [first, end), or NULL. */
static struct recovery_request *request_of(struct recovery *recovery, uint64_t first, uint64_t end)
{
    for (uint32_t i = 0; i < recovery->limits.outstanding; i++) {
        struct recovery_request *request = &recovery->asking.request[i];
        if (request_waits(request) && first >= request->first && end <= request->end)
            return request;
    }
    return NULL;
}

static enum recovery_reply_status reply_look(struct recovery *recovery, const uint8_t *payload,
                                             uint32_t bytes, struct recovery_request **request)
{
    if (bytes < sizeof(struct moldudp64_header)) return RECOVERY_REPLY_SHORT;
    const struct moldudp64_header *header = (const struct moldudp64_header *)payload;
    uint64_t sequence = be64_read(header->sequence);
    uint32_t count = be16_read(header->count);
    if (count == MOLDUDP64_HEARTBEAT || count == MOLDUDP64_END_OF_SESSION)
        return RECOVERY_REPLY_EMPTY;
    const char *session = channel_session_name(recovery->channel);
    if (!session || memcmp(session, header->session.byte, sizeof header->session) != 0)
        return RECOVERY_REPLY_SESSION;
    if (recovery->state != RECOVERY_ASKING || sequence > UINT64_MAX - count)
        return RECOVERY_REPLY_UNWANTED;
    *request = request_of(recovery, sequence, sequence + count);
    return *request ? RECOVERY_REPLY_GIVEN : RECOVERY_REPLY_UNWANTED;
}

enum recovery_reply_status recovery_reply(struct recovery *recovery, const uint8_t *payload,
                                          uint32_t bytes, struct arrival arrival)
{
    struct recovery_request *request = NULL;
    enum recovery_reply_status status = reply_look(recovery, payload, bytes, &request);
    recovery->counts.reply[status]++;
    if (status != RECOVERY_REPLY_GIVEN) return status;
    enum channel_status became =
        channel_receive(recovery->channel, LINE_REPLY, payload, bytes, arrival);
    if (became == CHANNEL_TAKEN || became == CHANNEL_EARLY) {
        request_forget(request);
        recovery->asking.unanswered = 0;
    }
    return status;
}
