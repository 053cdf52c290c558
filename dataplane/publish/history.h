#ifndef DATAPLANE_PUBLISH_HISTORY_H
#define DATAPLANE_PUBLISH_HISTORY_H

/* The messages of one market data session, numbered from 1, as many of the latest as fit.
 *
 *     itch_out ──► | length | message | length | message | ...          ring of bytes
 *                  ^                  ^                    ^
 *                  first              a line's cursor      next
 *
 * Messages lie behind their 16-bit lengths as MoldUDP64 blocks do, so whoever sends them copies a
 * piece of the ring: mold_out (both lines), retransmit; and spin reads it in place.
 *
 * Guarantees:
 * - Sequence numbers have no gap, and a message never changes.
 * - The oldest messages give way when bytes or messages reach their limit; who comes too late sees
 *   it (history_run), and never gets other bytes.
 *
 * Threads: one.  Memory: history_footprint() bytes, given once.  Cost: of an append, a few
 * instructions and the lines written; of a look-up, one load. */

#include "dataplane/wire/moldudp64.h"

#define HISTORY_MESSAGE_MAX  256u /* bytes of one message */
#define HISTORY_BYTES_MIN    4096u
#define HISTORY_BYTES_MAX    ((uint64_t)1 << 40)
#define HISTORY_MESSAGES_MIN 16u
#define HISTORY_MESSAGES_MAX (1u << 31)

struct history_limits {
    uint64_t bytes;    /* a power of two: of messages with their lengths */
    uint32_t messages; /* a power of two */
};

/* Private to this header and history.c. */
struct history {
    uint64_t first; /* the oldest message there is */
    uint64_t next;  /* the number of the next one */
    uint64_t end;   /* where the next block goes: a position that is never reused, modulo bytes */
    uint64_t bytes;
    uint64_t messages;
    uint8_t *ring;
    uint64_t *at; /* [sequence modulo messages]: the position of its block */
};

/* Consecutive messages, still in the ring: count blocks that fill blocks[0..bytes). */
struct history_run {
    uint64_t sequence; /* of the first */
    const uint8_t *blocks;
    uint32_t bytes;
    uint32_t count;
};

/* The first limit that is out of range as a sentence, or NULL. */
const char *history_limits_check(const struct history_limits *limits);

size_t history_footprint(const struct history_limits *limits); /* limits must be good */

/* memory: aligned to CACHE_LINE. */
struct history *history_new(void *memory, const struct history_limits *limits);

/* The oldest message that can be had; history_next if there is none. */
static inline uint64_t history_first(const struct history *history)
{
    return history->first;
}

/* The number the next message will have. */
static inline uint64_t history_next(const struct history *history)
{
    return history->next;
}

/* Bytes of blocks from sequence on, which must be from first to next. */
static inline uint64_t history_bytes_from(const struct history *history, uint64_t sequence)
{
    if (sequence == history->next) return 0;
    return history->end - history->at[sequence & (history->messages - 1)];
}

/* The next message: length bytes to be filled before anything else is done with history.  length is
 * at most HISTORY_MESSAGE_MAX.  Hot. */
static inline uint8_t *history_append(struct history *history, uint32_t length)
{
    CHECK(length <= HISTORY_MESSAGE_MAX);
    uint32_t block = length + (uint32_t)sizeof(struct moldudp64_block);
    uint64_t at = history->end, offset = at & (history->bytes - 1);
    if (unlikely(offset + block > history->bytes)) { /* no block crosses the end of the ring */
        at += history->bytes - offset;
        offset = 0;
    }
    uint64_t mask = history->messages - 1;
    history->end = at + block;
    while (history->first != history->next &&
           (history->end - history->at[history->first & mask] > history->bytes ||
            history->next - history->first > mask))
        history->first++;
    history->at[history->next++ & mask] = at;
    uint8_t *message = history->ring + offset + sizeof(struct moldudp64_block);
    *(struct moldudp64_block *)(history->ring + offset) = (struct moldudp64_block){
        .length = be16((uint16_t)length),
    };
    return message;
}

/* What is asked for: count_max messages from sequence on, no more than bytes_max with lengths. */
struct history_wish {
    uint64_t sequence;
    uint32_t bytes_max;
    uint32_t count_max;
};

/* The longest run that begins with wish->sequence and is within the wish; it may end early where
 * the ring begins anew.  False, and nothing in *run, if the first message does not exist, or not
 * any more, or does not fit. */
MUST_USE bool history_run(const struct history *history, const struct history_wish *wish,
                          struct history_run *run);

/* Walks everything and CHECKs every invariant. */
void history_verify(const struct history *history);

#endif
