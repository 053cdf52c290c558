#ifndef DATAPLANE_STAGE_MATCH_STAGE_LAYOUT_H
#define DATAPLANE_STAGE_MATCH_STAGE_LAYOUT_H

/* What a match stage holds; for match_stage*.c only. */

#include "dataplane/stage/match_stage.h"

/* What a note begins with; for REQUEST and REFUSED the message follows. */
enum match_note_kind {
    MATCH_NOTE_REQUEST = 1,
    MATCH_NOTE_REFUSED, /* the same, and it is refused for what a replay cannot know */
    MATCH_NOTE_LOST,    /* a session's connection */
    MATCH_NOTE_NEXT,    /* of a session's sweep */
    MATCH_NOTE_TICK,
    MATCH_NOTE_DAY,
    MATCH_NOTE_START,
};

struct match_note {
    uint8_t kind;     /* enum match_note_kind */
    uint8_t begins;   /* DAY */
    uint16_t refused; /* REFUSED: enum entry_cause; 0: ENTRY_NO_ROOM */
    uint32_t session;
};

/* When the answers of a run left; journals of before do not say. */
enum match_note_answers { MATCH_ANSWERS_NOT_SAID, MATCH_ANSWERS_ON_DISK, MATCH_ANSWERS_AT_ONCE };

struct match_note_start {
    struct match_note head;
    char name[MATCH_STAGE_NAME_MAX];
    char boot[MATCH_STAGE_BOOT_MAX];
    uint16_t sessions;
    uint32_t plans;   /* CRC-32C of the sessions' plans: other plans decide otherwise */
    nanos_t midnight; /* of the day that the first one begins */
    uint32_t orders;  /* of the port's limits: others decide otherwise */
    uint32_t tokens;
    uint32_t timers;
    uint32_t instruments;
    uint32_t names;   /* of the sessions; 0: not known, as in journals of before */
    uint32_t answers; /* enum match_note_answers */
};
static_assert(sizeof(struct match_note_start) == 96, "no holes");

#define MATCH_NOTE_MAX (sizeof(struct match_note) + GATE_MESSAGE_MAX)
static_assert(MATCH_NOTE_MAX >= sizeof(struct match_note_start), "all notes fit");

/* Of an input whose events have not all left. */
struct match_stamp {
    uint64_t number;
    nanos_t time;
    uint64_t rx_tsc;
};

enum stage_day { STAGE_DAY_NONE, STAGE_DAY_OPEN, STAGE_DAY_OVER };

/* System Events that come behind all events of inputs up to number. */
struct match_due {
    uint64_t number; /* 0: none are due */
    nanos_t time;
    const char *codes;
    bool ends; /* the day is over with them */
};

struct match_stage {
    const struct match_stage_plan *plan;
    struct venue *venue;
    struct entry *entry;
    const struct match_stage_sink *sink; /* NULL: the rings */
    struct spsc *requests;
    struct spsc *answers;
    struct spsc *news;
    uint32_t first_inside; /* sessions from here on have these; UINT32_MAX: there are none */
    uint32_t insides;
    struct match_stage_inside inside[MATCH_STAGE_INSIDE_MAX];
    uint64_t looked; /* requests looked at, counted as those released of their ring are */
    uint64_t inside_looked[MATCH_STAGE_INSIDE_MAX];

    /* A ring: [stamp_tail, stamp_head). */
    struct match_stamp *stamps;
    uint64_t stamp_mask;
    uint64_t stamp_head;
    uint64_t stamp_tail;

    struct match_stamp shown; /* whose events are being shown */
    struct match_stamp told;  /* whose time the news have */
    nanos_t now;              /* of the last input */
    uint64_t deciding;        /* the input of which entry has not been told; 0: none */
    uint64_t measured;        /* the last input whose answer has been timed */
    bool waits;               /* what the counter waiting says */
    bool reporting;           /* recovery is over */

    uint32_t *sweep; /* sessions with a sweep, the first being worked on: a ring, each once */
    bool *sweeping;  /* a session is in it */
    uint32_t sweep_head;
    uint32_t sweep_tail;
    uint32_t sweep_mask;

    uint32_t *refusals; /* of each session, written down since the journal has no space */
    bool scarce;        /* it had none in the last housekeeping */

    /* The day. */
    uint8_t day;      /* enum stage_day */
    nanos_t midnight; /* the zero of its times */
    struct match_due due;
    _Atomic uint32_t end_asked;
    uint32_t closed;       /* instruments that were told to close, at the end */
    uint32_t dead_dropped; /* sessions, since the disk has failed */

    /* Recovery. */
    uint8_t note[MATCH_NOTE_MAX];
    uint32_t note_length; /* 0: the next input has none */
    uint64_t taken;       /* the input that the port is to be told of; 0: none */
    bool started;         /* a START was read */
    const char *problem;
    char problem_text[160];

    struct match_view view; /* private copy, shown in housekeeping */
    struct snapshot *snapshot;
    struct window *window;
    struct counter waiting; /* 1: something has not left */
    struct counter reports_lost;
    struct histogram latency;
};

/* match_stage.c */

/* Where the port's answers go. */
struct entry_sink match_stage_answers(struct match_stage *stage);

/* Shows whatever may leave, most events at a time.  Returns how many. */
uint32_t match_stage_release(struct match_stage *stage, uint32_t most);

/* All events of inputs below number have been shown. */
void match_stage_pass(struct match_stage *stage, uint64_t number);

/* Shows one, of the input that stage->shown is the stamp of. */
void match_stage_event(struct match_stage *stage, const struct match_event *event);

/* Journals and applies input with a note, NULL for none.  VENUE_OK: the port has been told. */
enum venue_status match_stage_submit(struct match_stage *stage, const struct match_input *input,
                                     const struct venue_note *note, uint64_t rx_tsc);

/* Submits what the port has decided: *out->input, or the time.  As match_stage_submit. */
enum venue_status match_stage_decide(struct match_stage *stage, enum entry_verdict verdict,
                                     const struct entry_out *out, nanos_t time,
                                     const struct venue_note *note, uint64_t rx_tsc);

/* False while the gate must take something first. */
bool match_stage_ready(struct match_stage *stage);

/* Shows as many events as the rings have place for what they make.  Returns how many. */
uint32_t match_stage_answer(struct match_stage *stage);

/* The session is to be disconnected; login: of the request that is why, 0: whoever is there. */
void match_stage_drop(struct match_stage *stage, uint32_t session, uint8_t login);

void match_stage_news(struct match_stage *stage, const struct match_event *slots, uint32_t count);

/* match_stage_expect.c */

/* So many orders live that it is worth to look ahead. */
static inline bool match_stage_looks(const struct match_stage *stage)
{
    return entry_orders(stage->entry) >= stage->plan->ahead_from;
}

/* Looks at the requests that are known to wait in a ring, one at least.  Returns at how many. */
uint32_t match_stage_expect(const struct match_stage *stage, const struct spsc *requests);

/* The same at recovery: venue_watch.expect. */
void match_stage_expect_notes(void *context, const struct venue_note *notes, uint32_t count);

/* match_stage_show.c */

/* The view, and some of what the window is asked for. */
void match_stage_show(struct match_stage *stage);

/* match_stage_space.c */

/* Whether another refusal of the session may be written down, although there is no space. */
bool match_stage_refusal_fits(const struct match_stage *stage, uint32_t session);

/* There may be space again. */
void match_stage_space_look(struct match_stage *stage);

/* match_stage_unasked.c */

/* The session has inputs one after the other, from now on. */
void match_stage_sweep(struct match_stage *stage, uint32_t session);

/* Some cancels of sessions that are lost, or that asked for it.  Returns how many. */
uint32_t match_stage_sweeps(struct match_stage *stage);

/* The engine reads no clock: what waits for the time (a pause, a timed order) has it told. */
void match_stage_time(struct match_stage *stage);

/* The disk has failed: what was not acknowledged never will be, so everybody is let go. */
void match_stage_dead_step(struct match_stage *stage);

/* match_stage_day.c */

/* Writes down that the day begins or ends, and lets the System Events follow. */
enum venue_status match_stage_day_turns(struct match_stage *stage, bool begins, nanos_t time);

/* The same at recovery: what was written is so. */
void match_stage_day_is(struct match_stage *stage, bool begins, uint64_t number, nanos_t time);

/* What was due is said. */
void match_stage_due_say(struct match_stage *stage);

/* A step of the end of the day, if it was asked for. */
void match_stage_day_step(struct match_stage *stage);

#endif
