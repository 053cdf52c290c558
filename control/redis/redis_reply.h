#ifndef CONTROL_REDIS_REDIS_REPLY_H
#define CONTROL_REDIS_REDIS_REPLY_H

/* Bytes of a server to its replies, each to the command it answers.  hiredis reads the protocol;
 * here is what a hostile or broken server could do beside it.
 *
 *     asked(tag)   a command was sent
 *     take(bytes)  calls reply(tag) for each that is whole, in order
 *
 * Guarantees: a reply nobody asked for, one of more than REDIS_REPLY_BYTES_MAX or that promises
 * more than REDIS_REPLY_ELEMENTS_MAX, and bytes that are no protocol are faults; nothing is read
 * behind them.  A promise alone takes no memory and no time: hiredis would make room for a billion
 * elements at once, and look at each of them when it lets go.
 * A reply lasts until take returns.
 * Threads: one.  Memory: at most twice REDIS_REPLY_BYTES_MAX, as bytes come in, some 80 bytes for
 * each element, and what redis_make.h keeps. */

#include "control/redis/redis_make.h"

#define REDIS_ASKED_MAX       8192u /* commands without a reply */
#define REDIS_REPLY_BYTES_MAX (8u << 20)
#define REDIS_TAG_PUSHED      UINT32_MAX /* of a reply of a subscription */

/* clang-format off */
#define REDIS_FAULTS(X)                                                                \
    X(REDIS_FAULT_NONE,     "no fault")                                                \
    X(REDIS_FAULT_GARBAGE,  "what the server said is no Redis protocol")               \
    X(REDIS_FAULT_UNASKED,  "the server answered what nobody had asked")               \
    X(REDIS_FAULT_OVERSIZE, "an answer of the server was too large")
/* clang-format on */

#define REDIS_FAULT_ENUM(fault, sentence) fault,
enum redis_fault { REDIS_FAULTS(REDIS_FAULT_ENUM) REDIS_FAULT_COUNT };
const char *redis_fault_text(enum redis_fault fault);

struct redis_replies {
    redisReader *reader;
    struct redis_make make; /* the objects of the reply that is read */
    size_t waiting;         /* bytes of a reply that is not whole */
    uint32_t *tag;
    uint32_t first;
    uint32_t count;
    bool subscribed; /* replies need no command */
};

/* Returns whether to go on. */
typedef bool redis_reply_take(void *context, uint32_t tag, const redisReply *reply);

void redis_replies_new(struct redis_replies *replies);
void redis_replies_free(struct redis_replies *replies);
void redis_replies_reset(struct redis_replies *replies); /* a new connection */

bool redis_replies_room(const struct redis_replies *replies);
uint32_t redis_replies_left(const struct redis_replies *replies); /* so many more may be awaited */
void redis_replies_asked(struct redis_replies *replies, uint32_t tag); /* there is room */
enum redis_fault redis_replies_take(struct redis_replies *replies, const char *bytes, size_t length,
                                    redis_reply_take *take, void *context);

/* What an error of the server means for whoever asked. */
/* clang-format off */
#define REDIS_ERRORS(X)                                                                \
    X(REDIS_ERROR_LOADING,  loading,  "LOADING",  true,  "it reads its data")          \
    X(REDIS_ERROR_MEMORY,   memory,   "OOM",      true,  "it has no memory left")      \
    X(REDIS_ERROR_READONLY, readonly, "READONLY", true,  "it is a replica")            \
    X(REDIS_ERROR_NOAUTH,   noauth,   "NOAUTH",   true,  "it wants a password")        \
    X(REDIS_ERROR_PASSWORD, password, "WRONGPASS", true, "it does not know the password") \
    X(REDIS_ERROR_DISK,     disk,     "MISCONF",  true,  "its disk has failed")        \
    X(REDIS_ERROR_MASTER,   master,   "MASTERDOWN", true, "its master is away")        \
    X(REDIS_ERROR_BUSY,     busy,     "BUSY",     true,  "it runs a script")           \
    X(REDIS_ERROR_OTHER,    other,    "",         false, "it refused the command")
/* clang-format on */

#define REDIS_ERROR_ENUM(error, name, word, passes, sentence) error,
enum redis_error { REDIS_ERRORS(REDIS_ERROR_ENUM) REDIS_ERROR_COUNT };
enum redis_error redis_error_of(const redisReply *reply); /* of type REDIS_REPLY_ERROR */
bool redis_error_passes(enum redis_error error);          /* the same command may be taken later */
const char *redis_error_text(enum redis_error error);

#endif
