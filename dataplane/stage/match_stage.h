#ifndef DATAPLANE_STAGE_MATCH_STAGE_H
#define DATAPLANE_STAGE_MATCH_STAGE_H

/* The venue's engine side: the stage that turns what sessions say into inputs of the matching
 * engine, behind its journal, and what the engine answers into messages and news.
 *
 *     requests ──► entry: decide ──► venue: journal, match ──► events, when they may leave
 *                    ▲ note: what was decided on                   │
 *                    │                                             ├──► entry ──► answers
 *                  recovery                                        └──────────► news
 *
 * Requests come from the gate, and from sessions of this process (order_host.h) by rings beside the
 * gate's; to what follows they are the same.
 *
 * Every decision is written down with its input, as a note (venue.h): the bytes of the request and
 * its session.  Recovery decides all of them again and shows all events again, so the streams of
 * all sessions and the market data of the day are made anew, byte for byte: who reconnects after a
 * crash goes on at the number where it was.
 *
 * Guarantees:
 * - A request has an effect, and an answer, only behind its record; answers and news leave when the
 *   venue's durability allows it.
 * - What there is no place for is refused in the same way: by a record that says so.  When the
 *   journal or the streams of answers have none for that either, who asks is disconnected; what
 *   ends risk has a place of its own in the journal, and waits when that is used up, with all that
 *   is behind it.
 * - While the journal has no space each session is refused so often, and no session uses up what
 *   others may be told.
 * - When the disk has failed, nobody is told anything any more: all sessions are dropped.
 * - Reports of orders (entry_report.h) are of this run, without what recovery shows again.
 * - A decision that comes out otherwise at recovery than it was written stops it, with a sentence.
 *
 * Requests that wait in a ring are looked at together before the first of them is taken, so that
 * what they need is fetched from memory meanwhile (entry_expect, match_expect_all); at recovery the
 * records of a journal, too.  It changes nothing but the time.
 *
 * Lifecycle: match_stage_new; recovery of the venue with match_stage_watch; start of the venue's
 * journal; match_stage_open; then an lcore runs match_stage_kind.
 *
 * Threads: the lcore that runs it; the view and the end of the day are for anyone.
 * Memory: match_stage_footprint(). */

#include "dataplane/entry/entry.h"
#include "dataplane/queue/spsc.h"
#include "dataplane/stage/gate_ring.h"
#include "dataplane/stage/snapshot.h"
#include "dataplane/stage/stage.h"
#include "dataplane/stage/venue.h"
#include "dataplane/stage/venue_tally.h"
#include "dataplane/stage/window.h"

#define MATCH_STAGE_REPORTS  65536u      /* slots of plan.reports, where somebody asks */
#define MATCH_STAGE_TURN     32u         /* requests of one turn */
#define MATCH_STAGE_TIME_NS  NANOS_MILLI /* how often the time alone is an input, at most */
#define MATCH_STAGE_NAME_MAX 10u         /* of the day: MoldUDP64's and SoupBinTCP's */
#define MATCH_STAGE_BOOT_MAX 40u
#define MATCH_VIEW_BOOKS     16u
#define MATCH_VIEW_LEVELS    10u

/* Where answers and news go while no lcore runs: at recovery and at the opening. */
struct match_stage_sink {
    void *context;
    void (*answer)(void *context, const struct gate_slot *slot);
    void (*news)(void *context, const struct match_event *slots, uint32_t count);
};

#define MATCH_STAGE_INSIDE_MAX 16u

/* The rings of a session of this process. */
struct match_stage_inside {
    struct spsc *requests;
    struct spsc *answers;
};

struct match_stage_plan {
    struct venue *venue; /* made, not recovered yet */
    uint32_t held;       /* of the venue's limits */
    struct entry_limits entry;
    uint32_t sessions;
    const struct entry_plan *session;
    uint32_t names; /* checksum of the names by which clients know the sessions, in their places: a
                     * journal with others is refused; 0: none is compared */
    char name[MATCH_STAGE_NAME_MAX]; /* of the day, as on the wire */
    char boot[MATCH_STAGE_BOOT_MAX]; /* of the machine: other after each start of it */
    uint32_t ahead_from; /* with so many living orders requests are looked at before they are taken:
                          * ENTRY_EXPECT_ORDERS measures best; UINT32_MAX: never */
    bool process;        /* answers leave before they are on disk */
    nanos_t (*now)(void *clock); /* of the links, for when nothing comes */
    void *clock;
    struct spsc *requests; /* slots are struct gate_slot, as those of answers */
    struct spsc *answers;
    struct spsc *news; /* slots are struct match_event */
    /* Sessions from first_inside on are of this process, and not the gate's: each has rings of its
     * own, in their order. */
    uint32_t first_inside;
    uint32_t insides; /* 0: there are none */
    struct match_stage_inside inside[MATCH_STAGE_INSIDE_MAX];
    /* Takes answers and news out of the rings, where the same lcore has both sides; else NULL. */
    void (*relieve)(void *context);
    void *relieve_context;
    /* Lets the journal's half work while something waits for the disk; NULL: it has a thread. */
    void (*wait)(void *context);
    void *wait_context;
    const struct counter *stream_spare; /* answers there is place for at least; the gate's */
    struct venue_tally *tally;          /* of what accounts trade; NULL: nobody asks */
    struct spsc *reports;    /* of accounts' orders: struct entry_report; NULL: nobody asks */
    uint64_t stream_reserve; /* with so few, no order is taken: what lives must be answered */
};

/* An instrument that is to be there. */
struct match_stage_listing {
    uint16_t instrument;
    struct match_listing listing;
};

struct match_view_book {
    char symbol[17];
    uint8_t phase; /* enum match_phase */
    uint16_t instrument;
    struct match_level bid, ask; /* orders 0: empty */
    price_t last;
};

/* The same with its depth. */
struct match_view_depth {
    struct match_view_book is;
    uint32_t bids; /* levels there are */
    uint32_t asks;
    struct match_level bid[MATCH_VIEW_LEVELS];
    struct match_level ask[MATCH_VIEW_LEVELS];
};

struct match_view {
    uint64_t request;                      /* messages taken from the gate */
    uint64_t verdict[ENTRY_VERDICT_COUNT]; /* of these, and of lost connections */
    uint64_t cause[ENTRY_CAUSE_COUNT];
    uint64_t dropped;  /* sessions that could not be answered */
    uint64_t sequence; /* of the last record */
    uint64_t answered; /* up to which all has left */
    uint64_t held;     /* events that wait for the disk */
    uint64_t orders;   /* living */
    uint64_t event;    /* shown */
    uint64_t answer;
    uint64_t ring_wait;      /* times a full ring was waited for */
    uint64_t day;            /* 0: not begun, 1: open, 2: over */
    uint64_t dead;           /* 1: the journal's disk has failed, and nothing is acknowledged */
    uint64_t tokens;         /* of OUCH 4.2, used this day by all sessions */
    uint64_t tokens_max;     /* with so many, no new one is taken; 0: there are no such sessions */
    uint64_t stream_reserve; /* chunks of the gate's: with so few left, no order is taken */
    uint64_t books;
    struct match_view_book book[MATCH_VIEW_BOOKS];
};

struct match_stage;

/* The first number that is out of range as a sentence, or NULL. */
const char *match_stage_check(const struct match_stage_plan *plan);

size_t match_stage_footprint(const struct match_stage_plan *plan);

/* What the venue's outlet must be, for a stage that will be built at memory. */
struct venue_outlet match_stage_outlet(void *memory);

/* memory: zeroed, aligned to CACHE_LINE.  plan and what it points to must outlive the stage. */
struct match_stage *match_stage_new(void *memory, const struct match_stage_plan *plan,
                                    const struct match_stage_sink *sink);

/* For venue_recover. */
struct venue_watch match_stage_watch(struct match_stage *stage);

/* After venue_recover, whatever it said: why the venue must not go on, as a sentence, or NULL. */
const char *match_stage_recovered(struct match_stage *stage);

/* After venue_start.  Lists what is not there yet, begins the day if it has not begun, and waits
 * until all of it has left.  Cold.  False and a sentence if the journal does not take it. */
MUST_USE bool match_stage_open(struct match_stage *stage,
                               const struct match_stage_listing *listings, uint32_t count,
                               nanos_t midnight, struct text *problems);

extern const struct stage_kind match_stage_kind;

/* Asks for the end of the day: instruments close (auctions, day orders), then System Events and the
 * end of all streams.  Any thread. */
void match_stage_end_day(struct match_stage *stage);

/* Whether it was asked for, now or by a run before: match_stage_open goes on with it. */
bool match_stage_ends_day(const struct match_stage *stage);

/* Reports that plan->reports had no room for: the stage does not wait for who reads them.  Those of
 * a run before are neither put there nor counted. */
const struct counter *match_stage_reports_lost(const struct match_stage *stage);

/* Ticks from the frame of a request to its first answer in the ring. */
const struct histogram *match_stage_latency(const struct match_stage *stage);

/* True when no request waits and all answers have left.  Any thread; a snapshot. */
bool match_stage_idle(const struct match_stage *stage);

void match_stage_view(const struct match_stage *stage, struct match_view *view);

/* All instruments, by the window (window.h); places are their numbers. */
enum match_window_kind {
    MATCH_WINDOW_BOOK,        /* the one of symbol: struct match_view_depth */
    MATCH_WINDOW_INSTRUMENTS, /* struct match_view_book */
};
struct window *match_stage_window(struct match_stage *stage);

/* For tests, and for anyone after the lcore is DONE. */
struct entry *match_stage_entry(struct match_stage *stage);

#endif
