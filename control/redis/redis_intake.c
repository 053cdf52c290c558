/* Intents from streams: each is read on from the place that our own journal knows. */

#include "control/redis/redis_layout.h"

#include <stdio.h>
#include <string.h>

#define CONSUMER   "polluxd"
#define ALONE_MOST 4096u /* reads of one stream alone, before all are read together again */

/* Tags: what was asked, and of which desk. */
enum asked {
    ASKED_CREATE,
    ASKED_PENDING,
    ASKED_END,
    ASKED_GROUPS,
    ASKED_DESTROY,
    ASKED_SET,
    ASKED_READ,
    ASKED_KINDS
};

static uint32_t tag_of(uint32_t desk, enum asked asked)
{
    return desk * ASKED_KINDS + asked;
}

/* Which entry behind our place has been given out to us. */
static void pending_ask(struct redis *redis, uint32_t number)
{
    const struct redis_desk *desk = &redis->desk[number];
    struct gateway_place next = {desk->place.high, desk->place.low + 1};
    if (next.low == 0) next.high++;
    char from[48];
    struct text text = text_in(from, sizeof from);
    redis_place_print(&text, &next);
    const char *const pending[] = {"XPENDING", desk->stream, redis->config->group, from, "+",
                                   "1",        CONSUMER};
    (void)redis_link_say(&redis->read, tag_of(number, ASKED_PENDING), ARRAY_COUNT(pending),
                         pending);
}

/* Settling: the stream is there, and the group made anew at our place, so that nothing is pending
 * in it that a process before us has heard and not acknowledged.  Where the stream ends is asked of
 * a group at its end: what the server says of the stream itself has entries in it, of any size. */

static void ready(void *context)
{
    struct redis *redis = context;
    const char *group = redis->config->group;
    redis->settling = redis->desks;
    redis->reading = false;
    for (uint32_t i = 0; i < redis->desks; i++) {
        const char *stream = redis->desk[i].stream;
        const char *const create[] = {"XGROUP", "CREATE", stream, group, "0", "MKSTREAM"};
        const char *const end[] = {"XGROUP", "SETID", stream, group, "$"};
        const char *const groups[] = {"XINFO", "GROUPS", stream};
        (void)redis_link_say(&redis->read, tag_of(i, ASKED_CREATE), 6, create);
        if (redis->desk[i].too_large) pending_ask(redis, i);
        (void)redis_link_say(&redis->read, tag_of(i, ASKED_END), 5, end);
        (void)redis_link_say(&redis->read, tag_of(i, ASKED_GROUPS), 3, groups);
    }
}

static const redisReply *field_of(const redisReply *fields, const char *name)
{
    for (size_t i = 0; i + 1 < fields->elements; i += 2) {
        const redisReply *key = fields->element[i], *value = fields->element[i + 1];
        if (key->type != REDIS_REPLY_STRING || value->type != REDIS_REPLY_STRING) continue;
        if (strcmp(key->str, name) == 0) return value;
    }
    return NULL;
}

/* The newest number that the stream has given; false: it is not said. */
static bool last_of(const redisReply *groups, const char *ours, struct gateway_place *last)
{
    for (size_t i = 0; groups->type == REDIS_REPLY_ARRAY && i < groups->elements; i++) {
        const redisReply *group = groups->element[i];
        if (group->type != REDIS_REPLY_ARRAY) continue;
        const redisReply *name = field_of(group, "name");
        const redisReply *at = field_of(group, "last-delivered-id");
        if (name && at && strcmp(name->str, ours) == 0)
            return redis_place_read(at->str, at->len, last);
    }
    return false;
}

/* Too large to be read: nobody behind it would ever be heard.  False: there is no room. */
static bool pass_over(struct redis *redis, struct redis_desk *desk, const redisReply *pending)
{
    bool array = pending->type == REDIS_REPLY_ARRAY && pending->elements > 0;
    const redisReply *first = array ? pending->element[0] : NULL;
    bool said = first && first->type == REDIS_REPLY_ARRAY && first->elements > 0 &&
                first->element[0]->type == REDIS_REPLY_STRING;
    const redisReply *id = said ? first->element[0] : NULL;
    struct gateway_place place;
    if (id && redis_place_read(id->str, id->len, &place) &&
        redis_place_compare(&place, &desk->place) > 0) {
        if (!redis_pass_over(redis, desk, &place)) return false;
        desk->place = place;
        redis_link_worked(&redis->read);
    }
    desk->too_large = false;
    return true;
}

/* A stream that is older than we know it was lost with its server, or restored: what it gets from
 * now on is behind its end, wherever that is.  What we have heard before has a sequence that was
 * heard. */
static void place_settle(struct redis *redis, struct redis_desk *desk,
                         const struct gateway_place *last)
{
    char ours[48], theirs[48];
    struct text known = text_in(ours, sizeof ours), there = text_in(theirs, sizeof theirs);
    redis_place_print(&known, &desk->place);
    redis_place_print(&there, last);
    bool older = redis_place_compare(last, &desk->place) < 0;
    if (older) {
        redis->counts.older++;
        redis_sentence(redis,
                       "redis: the stream %s ends at %s and we have heard it up to %s: its server "
                       "has lost some of it; it is read on from its end",
                       desk->stream, theirs, ours);
        desk->place = *last;
    }
    uint32_t number = (uint32_t)(desk - redis->desk);
    const char *const destroy[] = {"XGROUP", "DESTROY", desk->stream, redis->config->group};
    const char *const set[] = {"XGROUP", "CREATE", desk->stream, redis->config->group,
                               older ? theirs : ours};
    (void)redis_link_say(&redis->read, tag_of(number, ASKED_DESTROY), 4, destroy);
    (void)redis_link_say(&redis->read, tag_of(number, ASKED_SET), 5, set);
}

static void settled(struct redis *redis, struct redis_desk *desk)
{
    if (!desk->known_told) redis_known_tell(redis, desk);
    desk->known_told = true;
    redis->settling--;
    redis_intake_more(redis);
}

/* Reading. */

static uint32_t read_most(const struct redis *redis)
{
    uint32_t most = REDIS_TICKETS / 2 / REDIS_ENTRY_MOST / redis->desks;
    if (most > REDIS_READ_MOST) most = REDIS_READ_MOST;
    return most ? most : 1;
}

/* After an answer that was too large: entry by entry, stream by stream, until none has one. */
static void alone_read(struct redis *redis)
{
    const char *const word[] = {"XREADGROUP",
                                "GROUP",
                                redis->config->group,
                                CONSUMER,
                                "COUNT",
                                "1",
                                "STREAMS",
                                redis->desk[redis->alone_at].stream,
                                ">"};
    redis->reading =
        redis_link_say(&redis->read, tag_of(redis->alone_at, ASKED_READ), ARRAY_COUNT(word), word);
}

static void alone_next(struct redis *redis, bool dry)
{
    redis->alone_at = (redis->alone_at + 1) % redis->desks;
    redis->alone_dry = dry ? redis->alone_dry + 1 : 0;
    redis->alone--;
    if (redis->alone_dry >= redis->desks) redis->alone = 0;
}

static void too_large(struct redis *redis)
{
    if (redis->alone > 0) redis->desk[redis->alone_at].too_large = true;
    redis->alone = ALONE_MOST;
    redis->alone_dry = 0;
}

void redis_intake_more(struct redis *redis)
{
    static const char *word[REDIS_WORDS_MAX];
    char count[16];
    uint32_t words = 0;
    if (redis->desks == 0 || redis->reading || redis->settling > 0) return;
    if (!redis_link_ready(&redis->read)) return;
    if (redis_tickets_left(redis) < REDIS_ENTRY_MOST * read_most(redis) * redis->desks) return;
    if (redis->alone > 0) {
        alone_read(redis);
        return;
    }
    (void)snprintf(count, sizeof count, "%u", read_most(redis));
    const char *const begin[] = {"XREADGROUP", "GROUP", redis->config->group, CONSUMER, "COUNT",
                                 count,        "BLOCK", REDIS_BLOCK_MS,       "STREAMS"};
    for (; words < ARRAY_COUNT(begin); words++) word[words] = begin[words];
    for (uint32_t i = 0; i < redis->desks; i++) word[words++] = redis->desk[i].stream;
    for (uint32_t i = 0; i < redis->desks; i++) word[words++] = ">";
    redis->reading = redis_link_say(&redis->read, tag_of(0, ASKED_READ), words, word);
}

static bool entry_shaped(const redisReply *entry)
{
    return entry->type == REDIS_REPLY_ARRAY && entry->elements == 2 &&
           entry->element[0]->type == REDIS_REPLY_STRING &&
           entry->element[1]->type == REDIS_REPLY_ARRAY;
}

/* False: the server says what no server says, or there is no room. */
static bool entry_take(struct redis *redis, struct redis_desk *desk, const redisReply *entry)
{
    struct gateway_place place;
    if (!entry_shaped(entry)) return false;
    if (!redis_place_read(entry->element[0]->str, entry->element[0]->len, &place)) return false;
    const redisReply *message = field_of(entry->element[1], "message");
    const redisReply *sign = field_of(entry->element[1], "sign");
    struct redis_received received = {
        .strategy = desk->strategy,
        .message = message ? message->str : "",
        .length = message ? message->len : 0,
        .sign = sign ? sign->str : NULL,
        .sign_length = sign ? sign->len : 0,
        .place_ms = place.high < (uint64_t)REDIS_TIME_MAX ? (int64_t)place.high : REDIS_TIME_MAX,
    };
    if (received.place_ms == 0) received.place_ms = 1;
    if (!redis_hear(redis, desk, &received, &place)) return false;
    desk->place = place;
    return true;
}

static struct redis_desk *desk_of(struct redis *redis, const redisReply *stream)
{
    for (uint32_t i = 0; i < redis->desks; i++)
        if (stream->type == REDIS_REPLY_STRING && strcmp(redis->desk[i].stream, stream->str) == 0)
            return &redis->desk[i];
    return NULL;
}

static bool stream_take(struct redis *redis, const redisReply *one)
{
    if (one->type != REDIS_REPLY_ARRAY || one->elements != 2) return false;
    struct redis_desk *desk = desk_of(redis, one->element[0]);
    const redisReply *entries = one->element[1];
    if (!desk || entries->type != REDIS_REPLY_ARRAY) return false;
    for (size_t i = 0; i < entries->elements; i++)
        if (!entry_take(redis, desk, entries->element[i])) return false;
    return true;
}

static bool streams_take(struct redis *redis, const redisReply *reply)
{
    bool whole = reply->type == REDIS_REPLY_ARRAY;
    for (size_t i = 0; whole && i < reply->elements; i++)
        whole = stream_take(redis, reply->element[i]);
    return whole;
}

static void read_take(struct redis *redis, const redisReply *reply)
{
    redis->reading = false;
    if (reply->type != REDIS_REPLY_NIL && !streams_take(redis, reply)) {
        /* It is read again from our place. */
        redis_link_lose(&redis->read, "the server's answer to a read is no stream's");
        return;
    }
    if (redis->alone > 0) alone_next(redis, reply->type == REDIS_REPLY_NIL);
    redis_link_worked(&redis->read);
    redis_intake_more(redis);
}

static bool reply_take(void *context, uint32_t tag, const redisReply *reply)
{
    struct redis *redis = context;
    struct redis_desk *desk = &redis->desk[tag / ASKED_KINDS];
    enum asked asked = (enum asked)(tag % ASKED_KINDS);
    bool error = reply->type == REDIS_REPLY_ERROR;
    if (error && asked == ASKED_CREATE && strncmp(reply->str, "BUSYGROUP", 9) == 0) return true;
    if (error) {
        redis_link_denied(&redis->read, asked == ASKED_READ ? "a read" : desk->stream, reply);
        return false;
    }
    struct gateway_place last;
    switch (asked) {
    case ASKED_CREATE:
    case ASKED_END:
    case ASKED_DESTROY: return true;
    case ASKED_PENDING:
        if (!pass_over(redis, desk, reply)) redis_link_lose(&redis->read, "the engine has no room");
        return true;
    case ASKED_GROUPS:
        if (last_of(reply, redis->config->group, &last)) place_settle(redis, desk, &last);
        else redis_link_lose(&redis->read, "the server does not say where a stream ends");
        return true;
    case ASKED_SET: settled(redis, desk); return true;
    case ASKED_READ: read_take(redis, reply); return true;
    case ASKED_KINDS: break;
    }
    return true;
}

static void lost(void *context, const char *why)
{
    struct redis *redis = context;
    if (redis->reading && why == redis_fault_text(REDIS_FAULT_OVERSIZE)) too_large(redis);
    redis->reading = false;
    redis_sentence(redis, "redis: streams are not read: %s", why);
}

void redis_intake_new(struct redis *redis)
{
    struct redis_link_plan plan = redis_server_plan(redis);
    plan.first = true;
    plan.ready = ready;
    plan.reply = reply_take;
    plan.lost = lost;
    redis_link_new(&redis->read, &plan);
}
