#ifndef CONTROL_REDIS_REDIS_JUDGE_H
#define CONTROL_REDIS_REDIS_JUDGE_H

/* Whether a message that was received may go to the gateway, and what of it is told if not.
 *
 *     signature --> JSON --> age --> the gateway
 *
 * Age is that of the older of two times: the message's own, and the one its place in a stream has
 * (the first half of its number, if the server made it).  After an outage the backlog is refused,
 * not fired.  A message of the future is refused as well: it would never grow old.  One that
 * cancels goes, whatever its times say.
 * Pure.  Threads: any. */

#include "control/redis/redis_message.h"
#include "control/redis/redis_sign.h"

/* clang-format off */
#define REDIS_REFUSALS(X)                                                              \
    X(REDIS_GOES,     goes,     "it goes to the gateway")                              \
    X(REDIS_UNSIGNED, unsigned, "it is not signed with the key")                       \
    X(REDIS_BAD,      bad,      "it is no message")                                    \
    X(REDIS_TIMELESS, timeless, "it has no time, and on a channel it needs one")       \
    X(REDIS_STALE,    stale,    "it is older than it may be")                          \
    X(REDIS_FUTURE,   future,   "its time is not there yet")
/* clang-format on */

#define REDIS_REFUSAL_ENUM(refusal, name, sentence) refusal,
enum redis_refusal { REDIS_REFUSALS(REDIS_REFUSAL_ENUM) REDIS_REFUSAL_COUNT };

const char *redis_refusal_name(enum redis_refusal refusal);

struct redis_rules {
    const struct redis_names *names;
    const struct redis_key *key; /* NULL: signatures are not looked at */
    int64_t age_ms;
};

struct redis_received {
    uint32_t strategy; /* whose stream or channel it came by */
    const char *message;
    size_t length;
    const char *sign; /* NULL: none */
    size_t sign_length;
    int64_t place_ms; /* of a stream; 0: of a channel */
};

/* now_ms: since 1970.  Unless it goes, problem is the sentence; of message only id is then used. */
enum redis_refusal redis_judge(const struct redis_rules *rules,
                               const struct redis_received *received, int64_t now_ms,
                               struct redis_message *message, char problem[REDIS_SENTENCE_MAX]);

/* Until when its orders may act, since 1970; 0, not at all: it is of the future, and went for a
 * cancel. */
nanos_t redis_until(const struct redis_rules *rules, const struct redis_received *received,
                    const struct redis_message *message, int64_t now_ms);

/* A channel's payload: "SIGNATURE {...}" or "{...}". */
void redis_payload_split(const char *payload, size_t length, struct redis_received *received);

/* The number of an entry of a stream, "1700000000000-3". */
MUST_USE bool redis_place_read(const char *text, size_t length, struct gateway_place *place);
void redis_place_print(struct text *text, const struct gateway_place *place);
int redis_place_compare(const struct gateway_place *one, const struct gateway_place *other);

#endif
