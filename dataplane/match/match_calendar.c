#include "dataplane/match/match_parts.h"

/* Phase changes that come by the time (F5, F8).
 *
 * m->urgency is a binary tree over all instruments, the leaf of index i at leaves + i: a leaf is
 * NEVER - due, so that zeroed memory is an engine where nothing is due, and a node is the larger of
 * its two.  The root is the earliest due of all; of equal ones the walk down finds the lowest
 * index.
 *
 * Between inputs calendar_due is after m->now, so all of it follows from the time, the phase and
 * pause_until. */

#define NEVER UINT64_MAX
#define DAY   (86400 * NANOS_SECOND)

static uint32_t leaf_count(uint32_t instruments)
{
    uint32_t leaves = 1;
    while (leaves < instruments) leaves *= 2;
    return leaves;
}

size_t calendar_size(uint32_t instruments)
{
    return (size_t)2 * leaf_count(instruments);
}

static void due_set(struct match *m, struct instrument *b, nanos_t due)
{
    b->due = due == NEVER ? 0 : due;
    uint32_t at = leaf_count(m->limits.instruments) + (uint32_t)(b - m->instruments);
    m->urgency[at] = NEVER - due;
    for (at /= 2; at != 0; at /= 2) {
        const nanos_t *pair = &m->urgency[(size_t)2 * at];
        nanos_t left = pair[0], right = pair[1];
        m->urgency[at] = left > right ? left : right;
    }
    m->due = NEVER - m->urgency[1];
}

static struct instrument *due_first(const struct match *m)
{
    uint32_t leaves = leaf_count(m->limits.instruments), at = 1;
    while (at < leaves) at = 2 * at + (m->urgency[(size_t)2 * at] != m->urgency[at]);
    return &m->instruments[at - leaves];
}

struct change {
    uint32_t second;
    enum match_phase phase;
};

enum { CHANGES = 4 };

static struct change change_of(const struct match_listing *listing, uint32_t i)
{
    const struct change changes[CHANGES] = {
        {listing->call_s, MATCH_CALL},
        {listing->open_s, MATCH_OPEN},
        {listing->closing_s, MATCH_CALL},
        {listing->close_s, MATCH_CLOSED},
    };
    return changes[i];
}

/* The first change of the calendar later than time. */
static nanos_t calendar_after(const struct match_listing *listing, nanos_t time)
{
    if (listing->close_s == 0) return NEVER;
    nanos_t day = time - time % DAY, of_day = DAY + listing->call_s * NANOS_SECOND;
    for (uint32_t i = CHANGES; i-- > 0;) {
        nanos_t change = change_of(listing, i).second * NANOS_SECOND;
        if (change > time % DAY) of_day = change;
    }
    return day > NEVER - of_day ? NEVER : day + of_day;
}

/* The phase the calendar asks for at one of its changes. */
static enum match_phase calendar_phase(const struct match_listing *listing, nanos_t time)
{
    uint32_t i = 0;
    while (i < CHANGES - 1 && change_of(listing, i).second * NANOS_SECOND != time % DAY) i++;
    return change_of(listing, i).phase;
}

void instrument_due(struct match *m, struct instrument *b)
{
    bool paused = b->phase == MATCH_PAUSED;
    due_set(m, b, paused && b->pause_until < b->calendar_due ? b->pause_until : b->calendar_due);
}

void instrument_due_anew(struct match *m, struct instrument *b)
{
    b->calendar_due = calendar_after(&b->listing, m->now);
    instrument_due(m, b);
}

void instrument_due_never(struct match *m, struct instrument *b)
{
    due_set(m, b, NEVER);
}

/* One change of b.  The calendar's that are a day old or older do not happen: each of them has a
 * later one of its kind. */
static void change_make(struct match *m, struct instrument *b)
{
    nanos_t time = b->due;
    enum match_phase phase = MATCH_OPEN; /* at the end of a pause */
    if (b->phase != MATCH_PAUSED || b->pause_until != time) {
        bool passed = m->now - time >= DAY;
        b->calendar_due = calendar_after(&b->listing, passed ? m->now - DAY : time);
        phase = calendar_phase(&b->listing, time);
        if (passed || b->phase == MATCH_HALTED || b->phase == phase) {
            instrument_due(m, b);
            return;
        }
    }
    phase_enter(m, b, phase);
    match_settle(m);
}

void calendar_run(struct match *m)
{
    while (m->due <= m->now && m->due != NEVER) change_make(m, due_first(m));
}
