#ifndef DATAPLANE_SESSION_STREAMS_H
#define DATAPLANE_SESSION_STREAMS_H

/* The sequenced messages of many sessions, each kept to be replayed from any number.
 *
 *     stream 0   [ 1 2 3 4 | 5 6 7      ]           chunks of one size, taken from one pool
 *     stream 1   [ 1 2     ]                        a stream without messages has none
 *     pool       [         |            | ...
 *
 * A message is appended once, gets the next number of its stream (the first is 1), and stays where
 * it is, in one piece, until its stream is cleared.  Memory is bounded by the pool, whoever uses
 * it.  A message takes its bytes and two more, and no chunk is shared or holds a part of one.
 *
 * The pool runs out some day.  Whoever must not fail to append asks before it does what will make
 * messages: streams_spare is how many can be appended for certain, to whatever streams.
 *
 * Threads: one.  Memory: streams_footprint() bytes, given once; what is not reached is not touched.
 * Cost: appending is a copy; finding a message is a step for the youngest chunk, and at most some
 * log2 of the stream's chunks for an old one. */

#include "dataplane/base/base.h"

#define STREAMS_MAX             65536u
#define STREAMS_CHUNKS_MAX      (1u << 24)
#define STREAMS_CHUNK_BYTES_MIN 128u
#define STREAMS_CHUNK_BYTES_MAX 65536u

struct streams;

struct streams_limits {
    uint32_t streams;     /* 1 to STREAMS_MAX; numbered from 0 */
    uint32_t chunks;      /* at least 1: all streams together */
    uint32_t chunk_bytes; /* a power of two; a message is at most streams_message_max long */
};

struct stream_message {
    const uint8_t *bytes; /* valid until its stream is cleared */
    uint32_t length;
};

/* clang-format off */
#define STREAMS_STATUSES(X)                                                            \
    X(STREAMS_OK,       ok,       "appended")                                          \
    X(STREAMS_FULL,     full,     "no chunk is left in the pool")                      \
    X(STREAMS_TOO_LONG, too_long, "longer than a chunk holds")
/* clang-format on */

#define STREAMS_ENUM(status, counter, meaning) status,
enum streams_status { STREAMS_STATUSES(STREAMS_ENUM) STREAMS_STATUS_COUNT };
const char *streams_status_text(enum streams_status status);
const char *streams_status_name(enum streams_status status); /* the counter's name */

struct streams_counts {
    uint64_t append[STREAMS_STATUS_COUNT]; /* by what became of them */
    uint64_t bytes;                        /* of messages appended */
    uint64_t cleared;                      /* streams cleared */
    uint64_t chunks;                       /* gauge: in use */
    uint64_t chunks_max;                   /* the most that ever were */
};

size_t streams_footprint(const struct streams_limits *limits); /* 0 if limits are out of range */
struct streams *streams_new(void *memory, const struct streams_limits *limits);

/* The longest message that fits. */
uint32_t streams_message_max(const struct streams *streams);

/* Appends bytes[0..length) to stream; length 0 is a message too.  What became of it is counted. */
MUST_USE enum streams_status streams_append(struct streams *streams, uint32_t stream,
                                            const uint8_t *bytes, uint32_t length);

/* How many messages the stream has: the number of its last one. */
uint64_t streams_count(const struct streams *streams, uint32_t stream);

/* Message number of stream; false if there is none: 0, or beyond the last. */
MUST_USE bool streams_find(const struct streams *streams, uint32_t stream, uint64_t number,
                           struct stream_message *message);

/* So many messages of any length up to streams_message_max can be appended before one fails,
 * whatever streams they belong to; usually far more can. */
uint64_t streams_spare(const struct streams *streams);

/* Forgets all messages of stream: a new session, whose first message is 1 again. */
void streams_clear(struct streams *streams, uint32_t stream);

const struct streams_counts *streams_counts(const struct streams *streams);

/* Walks everything and CHECKs every invariant listed in streams.c.  Cold. */
void streams_verify(const struct streams *streams);

#endif
