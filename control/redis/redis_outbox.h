#ifndef CONTROL_REDIS_REDIS_OUTBOX_H
#define CONTROL_REDIS_REDIS_OUTBOX_H

/* Commands that must arrive: answers, refused messages, acknowledgements.  First in, first out;
 * each is kept until the server has answered it.
 *
 *     add ──► [ sent, not answered ][ not sent ] ◄── rewind: the connection is lost, or the server
 *               ▲                    ▲               cannot take one yet: all are sent again
 *            answered               next
 *
 * So each arrives at least once: twice if the answer to it was lost.  Bounded in entries and bytes;
 * what does not fit is not taken, and counted.
 * Pure.  Threads: one.  Memory: REDIS_OUTBOX_ENTRIES of them, and the commands' own bytes. */

#include "dataplane/base/base.h"

#define REDIS_OUTBOX_ENTRIES   16384u
#define REDIS_OUTBOX_BYTES_MAX (16u << 20)

struct redis_outbox {
    struct redis_command {
        char *bytes;
        size_t length;
    } * at;
    uint32_t first;
    uint32_t count;
    uint32_t sent; /* of these */
    size_t bytes;
    uint64_t taken;
    uint64_t lost; /* there was no room */
    uint64_t again;
};

void redis_outbox_new(struct redis_outbox *outbox);
void redis_outbox_free(struct redis_outbox *outbox);

/* A copy is kept.  False: no room. */
bool redis_outbox_add(struct redis_outbox *outbox, const char *bytes, size_t length);
/* The same, where the caller writes the bytes before anything else is asked.  NULL: no room. */
char *redis_outbox_claim(struct redis_outbox *outbox, size_t length);
/* The oldest that was not sent, now counted as sent; NULL: none. */
const struct redis_command *redis_outbox_next(struct redis_outbox *outbox);
/* It could not be sent after all. */
void redis_outbox_unsend(struct redis_outbox *outbox);
void redis_outbox_answered(struct redis_outbox *outbox); /* the oldest that was sent */
void redis_outbox_rewind(struct redis_outbox *outbox);

#endif
