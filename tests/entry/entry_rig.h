#ifndef TESTS_ENTRY_ENTRY_RIG_H
#define TESTS_ENTRY_ENTRY_RIG_H

/* Ports with a live engine behind them, and what their sessions are sent.
 *
 * Messages to the ports are bytes made by tests/entry/ouch_text.h from lines like
 *
 *     "O 1 B 100 ACME 10.00"
 *
 * and answers come back as lines, without their time stamps.  The engine applies an input at once;
 * its events are shown to the ports at once too, or kept until rig_show is called, so that a test
 * can have them late (D1). */

#include "dataplane/entry/entry.h"

enum {
    ENTRY_RIG_SESSIONS = 6,
    ENTRY_RIG_INSTRUMENTS = 4,
    ENTRY_RIG_TEXT = 1 << 16,
    ENTRY_RIG_EVENTS = 64,
};

/* An answer, or a request, as it was. */
struct entry_rig_message {
    uint32_t session;
    uint32_t length;
    uint8_t bytes[ENTRY_MESSAGE_MAX];
};

struct entry_rig_event {
    struct match_event event;
    nanos_t time;
};

struct entry_rig {
    struct entry_limits limits;
    void *entry_memory;
    void *match_memory;
    size_t entry_bytes, match_bytes;
    struct entry *entry;
    struct match *match;
    struct match_events place;
    CACHE_ALIGNED struct match_event at[ENTRY_RIG_EVENTS];
    uint64_t number;
    nanos_t now;
    bool late;                /* events are kept until rig_show */
    bool replays;             /* requests are decided again; */
    enum entry_cause refused; /* the next of them was refused for this; else, the last one was */

    struct entry_rig_event *events; /* kept */
    size_t events_count, events_shown, events_capacity;

    /* Everything that was sent, one digest a session, and a watcher. */
    uint64_t digest[ENTRY_RIG_SESSIONS];
    uint64_t sent[ENTRY_RIG_SESSIONS];
    void (*on_sent)(void *context, const struct entry_rig_message *message);
    void (*on_report)(void *context, const struct entry_report *report);
    void *context;
    char answers[ENTRY_RIG_TEXT]; /* lines "3< A 1 B ..." since rig_clear */
    size_t answers_length;
    bool quiet; /* answers are not printed */
};

struct entry_limits entry_rig_limits(void);
struct entry_plan entry_rig_plan(uint8_t dialect); /* account 1, firm "FIRM", no limits */

/* Instruments ACME, BETA, CATS (lots of 100, ticks of 0.05), DOGS; all open.  DOGS has a calendar:
 * a call after four seconds, open after eight, a call after fourteen, closed after eighteen.
 * Sessions 0, 1, 2 speak 5.0 for accounts 1, 2, 2; 3, 4 speak 4.2 for accounts 3, 4; 5 has no plan.
 * The day has begun. */
void entry_rig_new(struct entry_rig *rig, const struct entry_limits *limits);
void entry_rig_free(struct entry_rig *rig);

/* Bytes of a session; what follows from them is done.  The verdict. */
enum entry_verdict entry_rig_send(struct entry_rig *rig, uint32_t session, const void *bytes,
                                  size_t length);
/* What was decided last is done. */
void entry_rig_take(struct entry_rig *rig, enum entry_verdict verdict, const struct entry_out *out);
void entry_rig_apply(struct entry_rig *rig, struct match_input *input); /* somebody else's input */
void entry_rig_phase(struct entry_rig *rig, uint16_t instrument, enum match_phase phase);
enum entry_verdict entry_rig_disconnect(struct entry_rig *rig, uint32_t session);
uint32_t entry_rig_tick(struct entry_rig *rig); /* how many orders it ended */
uint32_t entry_rig_sweep(struct entry_rig *rig, uint32_t session, uint32_t most);
void entry_rig_day(struct entry_rig *rig, bool begins);

/* Shows kept events: count of them, or all. */
void entry_rig_show(struct entry_rig *rig, size_t count);

/* One line of a request, to bytes and sent: "O 1 B 100 ACME 10.00". */
enum entry_verdict entry_rig_say(struct entry_rig *rig, uint32_t session, const char *line);

/* What was answered since the last call. */
const char *entry_rig_heard(struct entry_rig *rig);

#endif
