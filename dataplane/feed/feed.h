#ifndef DATAPLANE_FEED_FEED_H
#define DATAPLANE_FEED_FEED_H

/* The messages of one ITCH 5.0 channel become books (F52, F53, F54).
 *
 *     channel.h --> runs of messages ---> feed_run --> decode --> book.h
 *               --> gaps, sessions ... -> feed_step         +--> directory, trading states
 *
 * feed_run decodes what changes books straight into the book's commands; the rare rest (directory,
 * halts, phases of the day, prints) goes to feed_reference.c.  Every message received is counted
 * once: message = the sum of status[], and a message the book refuses is counted there again by its
 * reason, so accepted = status[ITCH_OK] - the book's refusals.
 *
 * The state of a book is the worst of three: the channel's (gap, silence, end), the instrument's (a
 * halt, or no trading action yet, which the venue says must be read as halted), and the book's own
 * suspicion.  Every change of the channel's state, and of an instrument's trading, is an event
 * (feed_event); suspicion shows in the market's state.
 *
 * What happens after a gap: the channel's state becomes MARKET_GAP and messages go on being
 * applied, so that the books are as good as they can be and no contradiction is hidden; they are
 * not live again before a new session, or a snapshot (recovery.h).
 *
 * Threads: one.  Memory: feed_footprint() bytes, given once.
 * Source: "Nasdaq TotalView-ITCH 5.0", edition of February 2026. */

#include "dataplane/book/book.h"
#include "dataplane/feed/channel.h"
#include "dataplane/wire/itch.h"

#define FEED_EVENTS_MAX 1024u /* kept until taken; older ones give way and are counted */

struct feed;

struct feed_limits {
    struct book_limits book; /* instruments: stock locates 1..instruments-1 */
    bool digest;             /* fold every book event into the digest */
};

struct feed_counts {
    uint64_t message;
    uint64_t type[256];                 /* accepted messages by their type */
    uint64_t status[ITCH_STATUS_COUNT]; /* what became of each */
    uint64_t longer;                    /* accepted, with bytes behind those we know */
    uint64_t locate_unknown;            /* directory or state of a locate beyond the limit */
    uint64_t trade_broken;
    uint64_t event_lost; /* events that gave way to newer ones */
};

/* clang-format off */
#define FEED_EVENTS(X)                                                                 \
    X(FEED_SESSION,    session,    "a session begins")                                 \
    X(FEED_GAP,        gap,        "messages are missing")                             \
    X(FEED_STALE,      stale,      "the lines are silent")                             \
    X(FEED_FRESH,      fresh,      "the lines speak again")                            \
    X(FEED_END,        end,        "the session has ended")                            \
    X(FEED_QUARANTINE, quarantine, "the lines contradict each other")                  \
    X(FEED_PHASE,      phase,      "a phase of the venue's day begins")                \
    X(FEED_TRADING,    trading,    "an instrument's trading state changes")            \
    X(FEED_RECOVERING, recovering, "missing messages are asked for again")             \
    X(FEED_SNAPSHOT,   snapshot,   "the books are to be rebuilt from a snapshot")      \
    X(FEED_RECOVERED,  recovered,  "what was missing is there")                        \
    X(FEED_UNRECOVERED, unrecovered, "what is missing could not be recovered")         \
    X(FEED_RELEASED,   released,   "a quarantine was ended by an operator")
/* clang-format on */

#define FEED_EVENT_ENUM(event, name, meaning) event,
enum feed_event_kind { FEED_EVENTS(FEED_EVENT_ENUM) FEED_EVENT_COUNT };
const char *feed_event_text(enum feed_event_kind kind);

struct feed_event {
    enum feed_event_kind kind;
    uint16_t instrument; /* 0: the whole channel */
    uint8_t from;        /* enum market_state */
    uint8_t to;
    uint64_t first; /* gap, recovering: first missing; session: its first; phase: the event code;
                       snapshot, recovered, unrecovered, released: next of the stream */
    uint64_t end;   /* gap, recovering: one past the last missing */
    nanos_t at_ns;
};

size_t feed_footprint(const struct feed_limits *limits); /* 0 if limits are out of range */
struct feed *feed_new(void *memory, const struct feed_limits *limits);

/* Applies a run, in order, some of it later (book.h); feed_flush ends that.  Hot. */
void feed_run(struct feed *feed, const struct channel_run *run);
void feed_flush(struct feed *feed);

/* The same for messages in memory, each behind its 16-bit length, from the one numbered sequence.
 * Stops at the end, or where the last message is cut off; returns how many it took.  Hot. */
uint64_t feed_stream(struct feed *feed, const uint8_t *bytes, size_t length, uint64_t sequence);

/* Applies any other step of the channel: a gap, a session, silence, the end. */
void feed_step(struct feed *feed, enum channel_step step, const struct channel_output *output,
               nanos_t now);

/* Recovery; recovery.h is who calls.  Each but the message is an event. */

/* Nothing follows before gap has been filled: MARKET_RECOVERING, unless it is a gap already. */
void feed_recovering(struct feed *feed, const struct channel_gap *gap, nanos_t now);

/* A snapshot will be tried: MARKET_RECOVERING, even after a gap. */
void feed_rebuilding(struct feed *feed, uint64_t next, nanos_t now);

/* The snapshot begins: every order and every trading state is forgotten.  Then its messages, of
 * the types glimpse50.h lists, and its end; the stream goes on at next. */
void feed_snapshot_begin(struct feed *feed);
void feed_snapshot_message(struct feed *feed, const uint8_t *message, uint32_t length, nanos_t now);
void feed_snapshot_end(struct feed *feed, uint64_t next);

/* All is there up to next; silent: but no line is heard. */
void feed_recovered(struct feed *feed, uint64_t next, bool silent, nanos_t now);

/* It is not, and will not be: MARKET_GAP. */
void feed_unrecovered(struct feed *feed, uint64_t next, nanos_t now);

/* After channel_release: an event.  The books stay in MARKET_GAP as after any gap, until a session,
 * a day or a snapshot makes them sound. */
void feed_released(struct feed *feed, uint64_t next, nanos_t now);

/* The instruments whose market may have changed since the last call; valid until the next call on
 * this feed.  Flushes.  Hot. */
const uint16_t *feed_changed(struct feed *feed, uint32_t *count);

/* The whole market of an instrument as of the last flush.  Hot. */
void feed_market(const struct feed *feed, uint32_t instrument, struct market *market);

enum market_state feed_state(const struct feed *feed, uint32_t instrument);

/* The state of the channel alone, without any instrument's. */
enum market_state feed_channel_state(const struct feed *feed);

/* The next event not yet taken, or false; whether there is one. */
MUST_USE bool feed_event(struct feed *feed, struct feed_event *event);
MUST_USE bool feed_event_waits(const struct feed *feed);

/* Directory. */

/* The instrument of a symbol (no padding, at most 8 characters), or 0.  Cold. */
uint32_t feed_find(const struct feed *feed, const char *symbol);

/* Writes the symbol of an instrument, without padding; empty if it has none.  Cold. */
void feed_symbol(const struct feed *feed, uint32_t instrument, char symbol[9]);

/* The same as on the wire, padded with spaces. */
void feed_symbol_wire(const struct feed *feed, uint32_t instrument, char symbol[8]);

/* Highest instrument number with a symbol. */
uint32_t feed_last_instrument(const struct feed *feed);

/* The instruments that got a symbol, or another one, since the last call, each once; valid until
 * the next call on this feed. */
const uint16_t *feed_listed(struct feed *feed, uint32_t *count);

struct book *feed_book(struct feed *feed);
const struct feed_counts *feed_counts(const struct feed *feed);

/* The book's digest (book.h); gaps and sessions are folded in where they happened. */
uint64_t feed_digest(const struct feed *feed);

#endif
