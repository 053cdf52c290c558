#include "dataplane/publish/retransmit.h"

/* A budget is one time (generic cell rate): the time at which it will be full again.  An answer
 * moves it on by one interval, and is given if afterwards it is no farther ahead than burst
 * intervals.  Rows of eight requesters are found by the address; in a row the one that asked least
 * lately gives way. */

enum { WAYS = 8, REQUESTERS_MIN = WAYS };

struct bucket {
    nanos_t interval;
    nanos_t most; /* how far ahead full_at may be */
};

struct requester {
    uint32_t ip;
    bool used;
    nanos_t full_at;
    nanos_t asked_at;
};

struct retransmit {
    const struct history *history;
    struct text10 session;
    uint32_t blocks_max;
    uint32_t row_mask;
    struct bucket each;
    struct bucket all;
    nanos_t all_full_at;
    struct retransmit_counts counts;
    struct requester *requester;
};

const char *retransmit_status_text(enum retransmit_status status)
{
#define RETRANSMIT_TEXT(status, counter, sentence) [status] = sentence,
    static const char *const texts[] = {RETRANSMIT_STATUSES(RETRANSMIT_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(texts));
    return texts[status];
}

const char *retransmit_status_name(enum retransmit_status status)
{
#define RETRANSMIT_NAME(status, counter, sentence) [status] = #counter,
    static const char *const names[] = {RETRANSMIT_STATUSES(RETRANSMIT_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(names));
    return names[status];
}

static bool budget_good(const struct retransmit_budget *budget)
{
    return budget->per_second >= 1 && budget->per_second <= RETRANSMIT_RATE_MAX &&
           budget->burst >= 1 && budget->burst <= RETRANSMIT_BURST_MAX;
}

const char *retransmit_limits_check(const struct retransmit_limits *limits)
{
    if (limits->payload_max < sizeof(struct moldudp64_header) + sizeof(struct moldudp64_block) +
                                  HISTORY_MESSAGE_MAX ||
        limits->payload_max > UINT16_MAX)
        return "retransmission: an answer must have 278 to 65535 bytes";
    if (!IS_POW2(limits->requesters) || limits->requesters < REQUESTERS_MIN ||
        limits->requesters > RETRANSMIT_REQUESTERS_MAX)
        return "retransmission: requesters must be a power of two from 8 to 2^20";
    if (!budget_good(&limits->each) || !budget_good(&limits->all))
        return "retransmission: a budget must have 1 to 1000000 answers, a second and at once";
    return NULL;
}

size_t retransmit_footprint(const struct retransmit_limits *limits)
{
    return ALIGN_UP(sizeof(struct retransmit), CACHE_LINE) +
           ALIGN_UP(limits->requesters * sizeof(struct requester), CACHE_LINE);
}

static struct bucket bucket_of(const struct retransmit_budget *budget)
{
    nanos_t interval = NANOS_SECOND / budget->per_second;
    return (struct bucket){interval, interval * budget->burst};
}

struct retransmit *retransmit_new(void *memory, const struct retransmit_limits *limits,
                                  const struct history *history)
{
    CHECK(retransmit_limits_check(limits) == NULL);
    struct retransmit *retransmit = memory;
    *retransmit = (struct retransmit){
        .history = history,
        .blocks_max = limits->payload_max - (uint32_t)sizeof(struct moldudp64_header),
        .row_mask = limits->requesters / WAYS - 1,
        .each = bucket_of(&limits->each),
        .all = bucket_of(&limits->all),
        .requester =
            (struct requester *)((uint8_t *)memory + ALIGN_UP(sizeof *retransmit, CACHE_LINE)),
    };
    memcpy(retransmit->session.byte, limits->session, sizeof retransmit->session.byte);
    memset(retransmit->requester, 0, limits->requesters * sizeof(struct requester));
    return retransmit;
}

/* Where full_at would be after one more answer. */
static nanos_t bucket_after(const struct bucket *bucket, nanos_t full_at, nanos_t now)
{
    return (full_at > now ? full_at : now) + bucket->interval;
}

static bool bucket_allows(const struct bucket *bucket, nanos_t after, nanos_t now)
{
    return after - now <= bucket->most;
}

/* The requester's place; a new one takes the place of whoever asked least lately. */
static struct requester *requester_find(struct retransmit *retransmit, uint32_t ip, nanos_t now)
{
    uint32_t row = (uint32_t)((uint64_t)ip * 0x9e3779b97f4a7c15u >> 40) & retransmit->row_mask;
    struct requester *at = &retransmit->requester[(size_t)row * WAYS], *oldest = at;
    for (uint32_t i = 0; i < WAYS; i++) {
        if (at[i].used && at[i].ip == ip) return &at[i];
        if (oldest->used && (!at[i].used || at[i].asked_at < oldest->asked_at)) oldest = &at[i];
    }
    const struct bucket *each = &retransmit->each;
    bool took_place = oldest->used;
    *oldest = (struct requester){
        .ip = ip,
        .used = true,
        .full_at = took_place ? now + (each->most - each->interval) / 2 : 0,
    };
    return oldest;
}

/* Takes one answer from both budgets, or nothing from either. */
static enum retransmit_status budget_take(struct retransmit *retransmit, uint32_t ip, nanos_t now)
{
    struct requester *requester = requester_find(retransmit, ip, now);
    requester->asked_at = now;
    nanos_t each = bucket_after(&retransmit->each, requester->full_at, now);
    if (!bucket_allows(&retransmit->each, each, now)) return RETRANSMIT_TOO_OFTEN;
    nanos_t all = bucket_after(&retransmit->all, retransmit->all_full_at, now);
    if (!bucket_allows(&retransmit->all, all, now)) return RETRANSMIT_BUSY;
    requester->full_at = each;
    retransmit->all_full_at = all;
    return RETRANSMIT_OK;
}

static enum retransmit_status request_check(const struct retransmit *retransmit,
                                            const struct retransmit_request *request,
                                            struct history_wish *wish)
{
    if (request->length < sizeof(struct moldudp64_request)) return RETRANSMIT_SHORT;
    const struct moldudp64_request *asks = (const struct moldudp64_request *)request->bytes;
    if (memcmp(&asks->session, &retransmit->session, sizeof asks->session) != 0)
        return RETRANSMIT_OTHER_SESSION;
    *wish = (struct history_wish){
        .sequence = be64_read(asks->sequence),
        .bytes_max = retransmit->blocks_max,
        .count_max = be16_read(asks->count),
    };
    if (wish->sequence == 0) return RETRANSMIT_BAD_SEQUENCE;
    if (wish->count_max == 0) return RETRANSMIT_ASKS_NOTHING;
    uint64_t end = history_next(retransmit->history);
    if (request->end != 0 && request->end < end) end = request->end;
    if (wish->sequence >= end) return RETRANSMIT_NOT_YET;
    if (wish->sequence < history_first(retransmit->history)) return RETRANSMIT_TOO_OLD;
    if (wish->count_max > MOLDUDP64_COUNT_MAX) wish->count_max = MOLDUDP64_COUNT_MAX;
    uint64_t there = end - wish->sequence;
    if (wish->count_max > there) wish->count_max = (uint32_t)there;
    return RETRANSMIT_OK;
}

static enum retransmit_status answer(struct retransmit *retransmit,
                                     const struct retransmit_request *request, uint8_t *reply,
                                     uint32_t *reply_bytes)
{
    struct history_wish wish;
    struct history_run run;
    enum retransmit_status status = request_check(retransmit, request, &wish);
    if (status == RETRANSMIT_OK) status = budget_take(retransmit, request->source_ip, request->now);
    if (status != RETRANSMIT_OK) return status;
    bool there = history_run(retransmit->history, &wish, &run);
    CHECK(there); /* request_check has seen it, and any message fits */
    *(struct moldudp64_header *)reply = (struct moldudp64_header){
        .session = retransmit->session,
        .sequence = be64(run.sequence),
        .count = be16((uint16_t)run.count),
    };
    memcpy(reply + sizeof(struct moldudp64_header), run.blocks, run.bytes);
    *reply_bytes = (uint32_t)sizeof(struct moldudp64_header) + run.bytes;
    retransmit->counts.message += run.count;
    retransmit->counts.byte += *reply_bytes;
    return RETRANSMIT_OK;
}

enum retransmit_status retransmit_answer(struct retransmit *retransmit,
                                         const struct retransmit_request *request, uint8_t *reply,
                                         uint32_t *reply_bytes)
{
    enum retransmit_status status = answer(retransmit, request, reply, reply_bytes);
    retransmit->counts.request[status]++;
    return status;
}

const struct retransmit_counts *retransmit_counts(const struct retransmit *retransmit)
{
    return &retransmit->counts;
}
