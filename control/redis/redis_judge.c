#include "control/redis/redis_judge.h"

#include <stdio.h>
#include <string.h>

const char *redis_refusal_name(enum redis_refusal refusal)
{
#define REFUSAL_NAME(refusal_, name, sentence) [refusal_] = #name,
    static const char *const names[] = {REDIS_REFUSALS(REFUSAL_NAME)};
    CHECK((unsigned)refusal < REDIS_REFUSAL_COUNT);
    return names[refusal];
}

static void say(char problem[REDIS_SENTENCE_MAX], const char *sentence)
{
    (void)snprintf(problem, REDIS_SENTENCE_MAX, "%s", sentence);
}

/* When it was said: the older of its two times; 0: it has none. */
static int64_t said_ms(const struct redis_received *received, const struct redis_message *message)
{
    int64_t time = message->time_ms, place = received->place_ms;
    if (time == 0 || place == 0) return time + place;
    return time < place ? time : place;
}

static int64_t newest_ms(const struct redis_received *received, const struct redis_message *message)
{
    return message->time_ms > received->place_ms ? message->time_ms : received->place_ms;
}

nanos_t redis_until(const struct redis_rules *rules, const struct redis_received *received,
                    const struct redis_message *message, int64_t now_ms)
{
    if (newest_ms(received, message) - now_ms > rules->age_ms) return 0;
    return (nanos_t)(said_ms(received, message) + rules->age_ms) * NANOS_MILLI;
}

/* A cancel is never too old, nor too early: of a batch with one, the gateway refuses the orders.  A
 * heartbeat that is says nothing. */
static enum redis_refusal time_judge(const struct redis_rules *rules,
                                     const struct redis_received *received, int64_t now_ms,
                                     const struct redis_message *message,
                                     char problem[REDIS_SENTENCE_MAX])
{
    int64_t said = said_ms(received, message);
    if (said == 0) {
        say(problem, "time is missing: on a channel a message has one");
        return REDIS_TIMELESS;
    }
    if (redis_message_stops(message)) return REDIS_GOES;
    int64_t newest = newest_ms(received, message);
    if (newest - now_ms > rules->age_ms) {
        (void)snprintf(problem, REDIS_SENTENCE_MAX, "it is of %lld ms after now: at most %lld",
                       (long long)(newest - now_ms), (long long)rules->age_ms);
        return REDIS_FUTURE;
    }
    if (now_ms - said <= rules->age_ms) return REDIS_GOES;
    (void)snprintf(problem, REDIS_SENTENCE_MAX, "it is %lld ms old: at most %lld may be",
                   (long long)(now_ms - said), (long long)rules->age_ms);
    return REDIS_STALE;
}

enum redis_refusal redis_judge(const struct redis_rules *rules,
                               const struct redis_received *received, int64_t now_ms,
                               struct redis_message *message, char problem[REDIS_SENTENCE_MAX])
{
    redis_message_clear(message, received->strategy);
    problem[0] = '\0';
    if (rules->key &&
        (!received->sign || !redis_signed(rules->key, received->message, received->length,
                                          received->sign, received->sign_length))) {
        say(problem, received->sign ? "its signature is not the one of its bytes and the key"
                                    : "it is not signed, and has to be");
        return REDIS_UNSIGNED;
    }
    if (!redis_message_read(rules->names, received->strategy, received->message, received->length,
                            message, problem))
        return REDIS_BAD;
    return time_judge(rules, received, now_ms, message, problem);
}

void redis_payload_split(const char *payload, size_t length, struct redis_received *received)
{
    received->message = payload;
    received->length = length;
    received->sign = NULL;
    if (length <= REDIS_SIGN_TEXT || payload[REDIS_SIGN_TEXT] != ' ') return;
    if (memchr(payload, '{', REDIS_SIGN_TEXT)) return;
    received->sign = payload;
    received->sign_length = REDIS_SIGN_TEXT;
    received->message = payload + REDIS_SIGN_TEXT + 1;
    received->length = length - REDIS_SIGN_TEXT - 1;
}

/* Places. */

static bool half_read(const char **at, const char *end, uint64_t *half)
{
    const char *begin = *at;
    *half = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        uint64_t digit = (uint64_t)(**at - '0');
        if (*half > (UINT64_MAX - digit) / 10) return false;
        *half = *half * 10 + digit;
    }
    return *at > begin;
}

bool redis_place_read(const char *text, size_t length, struct gateway_place *place)
{
    const char *at = text, *end = text + length;
    if (!half_read(&at, end, &place->high)) return false;
    if (at == end || *at != '-') return false;
    at++;
    return half_read(&at, end, &place->low) && at == end;
}

void redis_place_print(struct text *text, const struct gateway_place *place)
{
    text_uint(text, place->high);
    text_append_char(text, '-');
    text_uint(text, place->low);
}

int redis_place_compare(const struct gateway_place *one, const struct gateway_place *other)
{
    if (one->high != other->high) return one->high < other->high ? -1 : 1;
    if (one->low != other->low) return one->low < other->low ? -1 : 1;
    return 0;
}
