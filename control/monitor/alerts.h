#ifndef CONTROL_MONITOR_ALERTS_H
#define CONTROL_MONITOR_ALERTS_H

/* Alerts: conditions that stay in a list until somebody has acknowledged them.
 *
 *                   holds                          holds no more
 *     (not there) ─────────► RAISED ──────────────────────────────► CLEARED
 *          ▲                   │    ◄────────────────────────────── │
 *          │                   │ acknowledge        holds again     │ acknowledge
 *          │ holds no more     ▼                                    ▼
 *          └───────────── ACKNOWLEDGED                         (not there)
 *
 * An alert is of one event and of one thing (a venue, a line, an lcore); both together it is there
 * once.  It holds no more when its condition was false for ALERTS_REST_NS without a break: what
 * flaps faster than that is one alert, and times counts how often it began.
 *
 * When the list is full the oldest that is CLEARED gives way, else the new one is not taken; both
 * are counted.  It has more places than the box has conditions, so that is by then the smaller
 * problem.
 *
 * Pure: time is an argument.  Threads: one.  Memory: the struct. */

#include "control/monitor/monitor_events.h"
#include "dataplane/base/base.h"

#define ALERTS_MAX     128u
#define ALERTS_REST_NS (5 * NANOS_SECOND)
#define ALERTS_OF_MAX  31u
#define ALERTS_BY_MAX  63u

enum alert_state { ALERT_RAISED, ALERT_ACKNOWLEDGED, ALERT_CLEARED };

struct alert {
    uint64_t id; /* from 1, never given twice */
    enum monitor_event event;
    enum alert_state state;
    bool holds; /* the condition, as last told */
    uint64_t times;
    nanos_t raised_ns;  /* wall: first, */
    nanos_t changed_ns; /* and when its state or times changed last */
    nanos_t false_at; /* since when the condition is false; of the clock that alerts_tell is told */
    char of[ALERTS_OF_MAX + 1];
    char by[ALERTS_BY_MAX + 1]; /* who has acknowledged it */
};

struct alerts {
    uint64_t last_id;
    uint32_t count;
    uint64_t displaced;          /* CLEARED ones that gave way, */
    uint64_t refused;            /* and new ones for which there was no place */
    struct alert at[ALERTS_MAX]; /* in the order they were raised */
};

/* What a call has changed. */
enum alert_change { ALERT_SAME, ALERT_BEGAN, ALERT_BEGAN_AGAIN, ALERT_ENDED };

enum alert_acknowledge {
    ALERT_TAKEN,
    ALERT_TAKEN_BEFORE, /* it holds, and somebody has acknowledged it already */
    ALERT_UNKNOWN,      /* no alert has this number, or not any more */
};

struct alert_time {
    nanos_t now_ns; /* monotonic */
    nanos_t wall_ns;
};

/* What is known of a condition; as often as it is looked at.  id: of the alert it is about, if it
 * has changed. */
enum alert_change alerts_tell(struct alerts *alerts, enum monitor_event event, const char *of,
                              bool holds, struct alert_time time, uint64_t *id);

MUST_USE enum alert_acknowledge alerts_acknowledge(struct alerts *alerts, uint64_t id,
                                                   const char *by, struct alert_time time);

static inline uint32_t alerts_listed(const struct alerts *alerts)
{
    return alerts->count;
}

/* The oldest is 0. */
static inline const struct alert *alerts_at(const struct alerts *alerts, uint32_t index)
{
    return &alerts->at[index];
}

const struct alert *alerts_find(const struct alerts *alerts, uint64_t id); /* or NULL */
const char *alert_state_name(enum alert_state state);

#endif
