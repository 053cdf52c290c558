#ifndef DATAPLANE_STAGE_VENUE_H
#define DATAPLANE_STAGE_VENUE_H

/* The matching engine with its journal: every input is written down before it has an effect, and
 * what it caused leaves when it is as durable as was asked for.
 *
 *     venue_submit ──► journal ──► match_apply ──► held events ──► venue_release ──► outlet.take
 *                        │ D0                         number <= watermark?
 *                        └─► journal thread: D1 ──────────┘
 *
 * An input's number is the sequence of its record, so an event names its record, and the watermark
 * says which events may leave.  With VENUE_PROCESS (D0) an event may leave at once: it survives the
 * process.  With VENUE_DISK (D1) it leaves when its input is on disk: it survives a power cut.
 *
 * The first record of a journal, and every snapshot, says which limits the engine has, because the
 * same inputs give the same answers only with the same limits (struct venue_engine).  So recovery
 * and tools can build the engine that wrote a journal: venue_limits_read.
 *
 * Guarantees:
 * - An input has an effect only behind its own record: nothing leaves that recovery would not know.
 * - Events are handed out once, in order, none is lost: a refusal (enum venue_status) happens
 *   before anything is written.  What is never handed out is counted (withheld): only events of
 *   inputs that a failed disk will never hold.
 * - What ends risk, cancels among it, is refused later than what adds some (JOURNAL_RESERVED), and
 *   later than records that somebody was refused something (JOURNAL_REFUSING).
 * - venue_recover makes the state of an engine that was told the same inputs: the same digest.
 *
 * What waits: nothing, but for one case.  An input that makes more events than the place for held
 * events has left (a CANCEL_ALL of very many) hands out while it runs what may leave; if nothing
 * may, outlet.wait is called until the disk has followed.  Events of one input are then handed out
 * in parts.
 *
 * Threads: the engine's; venue_counts is any's.  No input or output, no clock and no thread of its
 * own; journal_thread_setup.h runs the journal's half.
 * Memory: venue_footprint() bytes.  Cost: of a submit, journal_append.h's and match_apply's, and
 * one copy of the input: bench/bench_venue.c. */

#include "dataplane/journal/journal.h"
#include "dataplane/journal/journal_recover.h"
#include "dataplane/journal/journal_snapshot.h"
#include "dataplane/match/match.h"

#define VENUE_HELD_MIN  64u /* limits.held */
#define VENUE_HELD_MAX  (1u << 24)
#define VENUE_INPUT_MAX JOURNAL_PAYLOAD_MAX /* bytes of an input */

enum venue_durability { VENUE_DISK, VENUE_PROCESS };

/* clang-format off */
#define VENUE_STATUSES(X)                                                                          \
    X(VENUE_OK,        ok,        "taken")                                                         \
    X(VENUE_BUSY,      busy,      "the answers to earlier inputs wait for the disk; try again")    \
    X(VENUE_NO_SPACE,  no_space,  "the journal has no space left but for what ends risk")          \
    X(VENUE_DEAD,      dead,      "the journal's disk has failed; only what ends risk is taken")   \
    X(VENUE_MALFORMED, malformed, "the input's length is not that of an input")
/* clang-format on */

#define VENUE_STATUS_ENUM(status, name, sentence) status,
enum venue_status { VENUE_STATUSES(VENUE_STATUS_ENUM) VENUE_STATUS_COUNT };

struct venue_limits {
    struct match_limits match;
    uint32_t held; /* events that may wait for the disk: a power of two */
    enum venue_durability durability;
};

/* Where events go.  count events at at, in order, valid until take returns; take must not submit.
 * wait: called again and again while one input has more events than there is place for (see above):
 * it should let the journal thread work. */
struct venue_outlet {
    void *context;
    void (*take)(void *context, const struct match_event *at, uint32_t count);
    void (*wait)(void *context);
};

/* Kinds of records.  Behind the input of a NOTED one are the bytes of its note. */
enum venue_record {
    VENUE_RECORD_ENGINE = JOURNAL_KIND_FIRST,
    VENUE_RECORD_INPUT,
    VENUE_RECORD_NOTED,
};

#define VENUE_ABI 1u /* of the engine's rules and of the structs below and of match_input.h */

/* VENUE_RECORD_ENGINE, and what struct venue_snapshot begins with.  limits.secret is nobody else's
 * business. */
struct venue_engine {
    uint32_t abi;
    uint32_t bytes; /* of this struct */
    uint16_t input_bytes;
    uint16_t terms_bytes;
    uint16_t listing_bytes;
    uint16_t money_events;
    uint32_t instruments;
    uint32_t orders;
    uint32_t specials;
    uint32_t pages;
    uint64_t window;
    uint32_t accounts;
    uint32_t holdings;
    uint32_t assets;
    uint32_t balances;
    uint32_t cascade;
    uint32_t spare;
};
static_assert(sizeof(struct venue_engine) == 64, "no holes");

/* What a snapshot begins with; what match_save wrote follows. */
struct venue_snapshot {
    struct venue_engine engine;
    nanos_t time; /* the latest an input has told */
};

struct venue_counts {
    struct counter submitted[VENUE_STATUS_COUNT];
    struct counter released; /* events handed out */
    struct counter withheld; /* events that will never be: their inputs will never be on disk */
    struct counter waits;    /* calls of outlet.wait */
};

/* What an input came from, for whoever made it: written down with the input and given back at
 * recovery before it is applied.  The engine never sees it. */
struct venue_note {
    const void *bytes;
    uint32_t length; /* 0: no note */
    bool refuses;    /* the input is the time alone, to write down that nothing was done */
};

struct venue;

/* Lifecycle.  Cold. */

/* The first limit that is out of range as a sentence, or NULL. */
const char *venue_limits_check(const struct venue_limits *limits);

size_t venue_footprint(const struct venue_limits *limits); /* limits must be good */

/* memory: zeroed, aligned to CACHE_LINE. */
struct venue *venue_new(void *memory, const struct venue_limits *limits,
                        const struct venue_outlet *outlet);

/* What a replay shows beside its result.  Each may be NULL. */
struct venue_watch {
    void *context;
    void (*input)(void *context, const struct match_input *input); /* before it is applied */
    /* of the input that comes next; unaligned */
    void (*note)(void *context, const struct venue_note *note);
    void (*events)(void *context, const struct match_event *at, uint32_t count);
    /* A hint: notes of inputs that come next; before all of the above. */
    void (*expect)(void *context, const struct venue_note *notes, uint32_t count);
    uint64_t until; /* go no farther than this sequence; 0: to the end */
};

/* The limits of the engine that wrote the journal, without limits.secret, held and durability.
 * False if it holds no record yet, or cannot be recovered: report->diagnosis. */
MUST_USE bool venue_limits_read(struct journal_recovery *recovery, struct journal_report *report,
                                struct match_limits *limits);

/* A new venue becomes what the journal says: the newest sound snapshot, then every record behind
 * it. As journal_recover.  With watch->until, JOURNAL_FAULT_NONE also if it stopped there; such a
 * venue cannot be started.  After a fault the venue must not be used; venue_problem may say more.
 * */
MUST_USE enum journal_fault venue_recover(struct venue *venue, struct journal_recovery *recovery,
                                          struct journal_report *report,
                                          const struct venue_watch *watch);

/* Why a record or a snapshot was refused, as a sentence, or NULL. */
const char *venue_problem(const struct venue *venue);

/* journal_start, and in a new journal the record of the engine.  After venue_recover, once. */
MUST_USE enum journal_io venue_start(struct venue *venue, struct journal *journal,
                                     const struct journal_report *report);

/* Commands.  Hot. */

/* Journals and applies one input; input->number is not looked at, its record's sequence takes its
 * place.  Anything but VENUE_OK: nothing has happened. */
MUST_USE enum venue_status venue_submit(struct venue *venue, const struct match_input *input);

/* The same with a note; input and note together are at most VENUE_INPUT_MAX bytes. */
MUST_USE enum venue_status venue_submit_noted(struct venue *venue, const struct match_input *input,
                                              const struct venue_note *note);

/* The journal's disk has failed: with VENUE_DISK nothing more is handed out, ever. */
bool venue_dead(const struct venue *venue);

/* The journal has no space for what adds risk: the last record came out of what is reserved. */
bool venue_scarce(const struct venue *venue);

/* Bytes of the journal that notes with refuses have then, together. */
uint32_t venue_refusing_bytes(const struct venue *venue);

/* Hands out the events that may leave by now, at most this many.  Returns how many. */
uint32_t venue_release_some(struct venue *venue, uint32_t most);

/* All that may. */
uint32_t venue_release(struct venue *venue);

/* Queries. */

/* To ask: who tells it of inputs breaks the journal. */
struct match *venue_match(const struct venue *venue);
nanos_t venue_time(const struct venue *venue);      /* the latest an input has told */
uint64_t venue_sequence(const struct venue *venue); /* of the last record; 0: none */
uint32_t venue_held(const struct venue *venue);     /* events not handed out yet */

/* Every event of the inputs up to here has been handed out, and they are as durable as asked. */
uint64_t venue_answered(const struct venue *venue);

const struct venue_counts *venue_counts(const struct venue *venue);
const char *venue_status_text(enum venue_status status);

/* Snapshots.  Cold: the engine stands still for venue_image, about as long as a copy of its state
 * takes (bench/bench_venue.c); the write may be made by another thread, or later. */

struct venue_image {
    uint8_t *memory;
    size_t capacity;
    size_t length;     /* of the state, also if it does not fit */
    uint64_t sequence; /* the last record in it */
};

/* Fills image.  False if it does not fit, or there is no record yet. */
MUST_USE bool venue_image(const struct venue *venue, struct venue_image *image);

/* Writes an image that is durable by now (image->sequence <= durable, as journal_durable says),
 * then sweeps what older ones and their records took.  JOURNAL_IO_FAILED also if there is a
 * snapshot of this sequence. */
MUST_USE enum journal_io venue_snapshot_write(const struct venue_image *image, uint64_t durable,
                                              const struct journal_storage *storage,
                                              const struct journal_hash *hash);

#endif
