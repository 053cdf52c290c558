#ifndef DATAPLANE_PUBLISH_RETRANSMIT_H
#define DATAPLANE_PUBLISH_RETRANSMIT_H

/* The retransmission server: a MoldUDP64 request packet in, a downstream packet out (F45).
 *
 *     | session | sequence 120 | count 40 |  ──►  | session | 120 | 31 | blocks ... |
 *
 * The answer holds the messages asked for, from the first on, as many whole ones as fit; the
 * requester asks again for the rest.  What cannot be answered gets no answer at all, as the
 * protocol has none, and is counted by its reason.
 *
 * Nobody can make the venue work for ever: each source address has a budget of answers that fills
 * with time, and all together have one.  An address that is not known takes the place of the one
 * in its row that has asked least lately, with half a budget, so that changing addresses gains
 * nothing beyond the common budget.
 *
 * Threads: one.  Memory: retransmit_footprint() bytes, given once.  Cost: one look-up and one copy.
 * Source: "MoldUDP64 Protocol Specification V 1.00", Nasdaq. */

#include "dataplane/publish/history.h"

#define RETRANSMIT_REQUESTERS_MAX (1u << 20)
#define RETRANSMIT_RATE_MAX       1000000u /* answers a second */
#define RETRANSMIT_BURST_MAX      1000000u

struct retransmit_budget {
    uint32_t per_second; /* answers */
    uint32_t burst;      /* at once, after a pause */
};

struct retransmit_limits {
    char session[10];
    uint32_t payload_max; /* bytes of an answer: as mold_out's */
    uint32_t requesters;  /* addresses known at once: a power of two from 8 on */
    struct retransmit_budget each;
    struct retransmit_budget all;
};

/* What became of a request: status, counter, sentence. */
/* clang-format off */
#define RETRANSMIT_STATUSES(X)                                                                     \
    X(RETRANSMIT_OK,            answered,      "answered")                                         \
    X(RETRANSMIT_SHORT,         short_request, "fewer than the 20 bytes of a request")             \
    X(RETRANSMIT_OTHER_SESSION, other_session, "names another session")                            \
    X(RETRANSMIT_BAD_SEQUENCE,  bad_sequence,  "asks from message 0 on")                           \
    X(RETRANSMIT_ASKS_NOTHING,  asks_nothing,  "asks for no message")                              \
    X(RETRANSMIT_NOT_YET,       not_yet,       "asks for what has not been said yet")              \
    X(RETRANSMIT_TOO_OLD,       too_old,       "asks for what is not kept any more")               \
    X(RETRANSMIT_TOO_OFTEN,     too_often,     "its address has used up its budget")               \
    X(RETRANSMIT_BUSY,          busy,          "the budget of all addresses is used up")
/* clang-format on */

#define RETRANSMIT_ENUM(status, counter, sentence) status,
enum retransmit_status { RETRANSMIT_STATUSES(RETRANSMIT_ENUM) RETRANSMIT_STATUS_COUNT };
const char *retransmit_status_text(enum retransmit_status status);
const char *retransmit_status_name(enum retransmit_status status);

struct retransmit_counts {
    uint64_t request[RETRANSMIT_STATUS_COUNT]; /* by what became of them */
    uint64_t message;                          /* sent again */
    uint64_t byte;                             /* of answers */
};

struct retransmit;

/* The first limit that is out of range as a sentence, or NULL. */
const char *retransmit_limits_check(const struct retransmit_limits *limits);

size_t retransmit_footprint(const struct retransmit_limits *limits); /* limits must be good */

/* memory: aligned to CACHE_LINE.  history outlives it. */
struct retransmit *retransmit_new(void *memory, const struct retransmit_limits *limits,
                                  const struct history *history);

/* The UDP payload of a request, any bytes. */
struct retransmit_request {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t source_ip;
    nanos_t now;  /* never goes back */
    uint64_t end; /* mold_out_sent: nobody is told here what the lines have not said; 0: no end */
};

/* Writes the answer at reply, which has room for payload_max bytes, and its length to
 * *reply_bytes.  Anything but RETRANSMIT_OK: nothing is to be sent.  The answer goes to the address
 * and port the request came from.  Hot. */
MUST_USE enum retransmit_status retransmit_answer(struct retransmit *retransmit,
                                                  const struct retransmit_request *request,
                                                  uint8_t *reply, uint32_t *reply_bytes);

const struct retransmit_counts *retransmit_counts(const struct retransmit *retransmit);

#endif
