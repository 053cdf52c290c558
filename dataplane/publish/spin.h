#ifndef DATAPLANE_PUBLISH_SPIN_H
#define DATAPLANE_PUBLISH_SPIN_H

/* What a GLIMPSE server says: all books as they were after message N - 1, then N (F45).
 *
 *     history ──► shadow: feed, books ──frozen at a cut──► spin: S.. R.. H.. A.. G N ──► readers
 *                 advanced a little each turn              built a little each turn
 *
 * The shadow is a subscriber of the venue's own messages, so making a snapshot takes nothing from
 * the matching thread.  It may lag.  When somebody asks, it catches up to the message that is next
 * at that moment, stands still there while the spin is built in slices, then goes on catching up.
 * Who asks while a spin is in work reads that one.
 *
 * A spin is, in this order: the last system events; the directory; the trading actions; the orders,
 * of each instrument bids then asks, best price first, oldest first; "End of Snapshot" with N, the
 * sequence number of the first live message to apply.  Its messages can be read while it is being
 * built, and stay where they are until the reader leaves.
 *
 * If the shadow lags by more than half of the history, spin_turn works until it does not, whatever
 * its budget: one long turn instead of a wrong snapshot.  If more than the whole history is
 * appended between two turns, or a book reaches a limit of book.h, the shadow is broken: no spin is
 * begun any more (SPIN_BROKEN), and one that still waits for the shadow is lost (SPIN_LOST); those
 * that are being built or complete are sound and stay.
 *
 * Threads: one, that of the history.  Memory: spin_footprint() bytes, given once.
 * Source: "GLIMPSE 5.0", Nasdaq, edition of February 2026. */

#include "dataplane/feed/feed.h"
#include "dataplane/publish/history.h"

#define SPIN_BUFFERS_MAX 64u
#define SPIN_SLICE       256u /* orders or messages of one step of work, at most */

struct spin_limits {
    struct book_limits book; /* instruments: the engine's + 1; orders: the engine's */
    uint32_t buffers;        /* spins in memory at once */
};

/* clang-format off */
#define SPIN_STATUSES(X)                                                                           \
    X(SPIN_OK,     joined, "a spin is read")                                                       \
    X(SPIN_BUSY,   busy,   "all buffers are being read; ask again later")                          \
    X(SPIN_BROKEN, broken, "the shadow has missed messages, or could not take them")
/* clang-format on */

#define SPIN_STATUS_ENUM(status, counter, sentence) status,
enum spin_status { SPIN_STATUSES(SPIN_STATUS_ENUM) SPIN_STATUS_COUNT };
const char *spin_status_text(enum spin_status status);
const char *spin_status_name(enum spin_status status);

enum spin_step {
    SPIN_MESSAGE, /* here is the next message */
    SPIN_NOT_YET, /* it is still being made: come back after a turn */
    SPIN_END,     /* G was the last */
    SPIN_LOST,    /* there will be no more: the reader must be turned away */
};

/* Where a reader stands.  The caller's; written by spin_join and spin_next. */
struct spin_reader {
    uint32_t buffer;
    uint64_t at;
};

struct spin_counts {
    uint64_t join[SPIN_STATUS_COUNT]; /* by what became of them */
    uint64_t begun;
    uint64_t completed;
    uint64_t long_turn; /* turns that had to pass their budget */
    uint64_t lag;       /* gauge: messages the shadow is behind */
    uint64_t missed;    /* messages that broke the shadow: it can never have them */
    uint64_t refused;   /* or its books could not take them; as of spin_counts */
};

struct spin;

/* The first limit that is out of range as a sentence, or NULL. */
const char *spin_limits_check(const struct spin_limits *limits);

size_t spin_footprint(const struct spin_limits *limits); /* limits must be good */

/* memory: aligned to CACHE_LINE.  history holds no message yet, and outlives it. */
struct spin *spin_new(void *memory, const struct spin_limits *limits,
                      const struct history *history);

/* Works: budget steps (a message applied, or an order written) and less than SPIN_SLICE more.  Call
 * it every turn, also when nobody asks. */
void spin_turn(struct spin *spin, uint32_t budget);

/* Whether spin_turn has something to do for a reader who waits. */
bool spin_working(const struct spin *spin);

/* A new reader of the spin in work, or of a new one.  Anything but SPIN_OK: there is none. */
MUST_USE enum spin_status spin_join(struct spin *spin, struct spin_reader *reader);

/* The next message of the reader's spin: message[0..length), valid until spin_leave. */
enum spin_step spin_next(struct spin *spin, struct spin_reader *reader, const uint8_t **message,
                         uint32_t *length);

/* The reader has all it wants; it must not be used again.  Once for each join. */
void spin_leave(struct spin *spin, struct spin_reader *reader);

/* refused grows when the books refuse, also while nobody asks for a snapshot.  Cold. */
const struct spin_counts *spin_counts(struct spin *spin);

#endif
