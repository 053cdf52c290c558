#ifndef CONTROL_MONITOR_MONITOR_H
#define CONTROL_MONITOR_MONITOR_H

/* What happens in the box, told to people: looks at the views again and again, compares each with
 * the one before, and makes events and alerts of what is different.
 *
 *     views, every 100 ms ──► conditions ──► alerts ──► events ──► history
 *                                              ▲                      │
 *                                    acknowledge ID, by whom          └──► journald, screen, socket
 *
 * Nothing is told by a stage, so nothing that is told can cost one time.  A look that comes late
 * (the machine slept, the process was stopped) counts as one: nobody is called silent because we
 * were.
 *
 * The last MONITOR_HISTORY events are kept.  Who follows them asks for those behind the last number
 * it has, and sees by the numbers if some are gone.
 *
 * Pure: views in, events out; no input, no output, no clock.  Threads: one.  Cold.
 * Memory: allocated by monitor_new. */

#include "control/monitor/alerts.h"
#include "control/monitor/views.h"
#include "dataplane/base/text.h"

#define MONITOR_HISTORY    1024u
#define MONITOR_DETAIL_MAX 127u

#define MONITOR_LOOK_NS       (100 * NANOS_MILLI) /* how often it should look */
#define MONITOR_LOOK_MAX_NS   (2 * MONITOR_LOOK_NS)
#define MONITOR_SILENT_NS     NANOS_SECOND       /* without a heartbeat */
#define MONITOR_LINE_NS       (3 * NANOS_SECOND) /* without a datagram of a line: 3 heartbeats */
#define MONITOR_LAG_NS        NANOS_SECOND       /* a journal's disk does not move */
#define MONITOR_RATE_NS       NANOS_SECOND       /* over which rates are taken */
#define MONITOR_REFUSALS_RATE 100u               /* in MONITOR_RATE_NS: many */
#define MONITOR_OVERRUNS_RATE 1000u
#define MONITOR_CLOCK_NS      (100 * NANOS_MILLI)
#define MONITOR_REDIS_NS      (15 * NANOS_SECOND)     /* without one of the connections to Redis */
#define MONITOR_AHEAD_NS      ((int64_t)NANOS_SECOND) /* of the box's clock */

enum monitor_phase { MONITOR_HAPPENED, MONITOR_BEGAN, MONITOR_BEGAN_AGAIN, MONITOR_ENDED };

struct monitor_told {
    uint64_t number; /* from 1 */
    nanos_t wall_ns;
    enum monitor_event event;
    enum monitor_phase phase;
    uint64_t alert; /* its id, or 0 */
    char of[ALERTS_OF_MAX + 1];
    char detail[MONITOR_DETAIL_MAX + 1];
};

/* clang-format off */
#define MONITOR_COUNTERS(C)                                                            \
    C(look,            "Looks at the views of the stages")                             \
    C(event,           "Events told")                                                  \
    C(alert_displaced, "Cleared alerts that gave way to newer ones")                   \
    C(alert_refused,   "Alerts for which there was no place")                          \
    C(event_unwritten, "Events that standard error did not take")                      \
    C(line_unwritten,  "Lines that standard output did not take")                      \
    C(frame_dropped,   "Pages of the screen that a stopped or slow terminal did not take") \
    C(flight,          "Flight records written")
/* clang-format on */

#define MONITOR_COUNTER_FIELD(name, help) uint64_t name;
struct monitor_counts {
    MONITOR_COUNTERS(MONITOR_COUNTER_FIELD)
};

struct monitor;

struct monitor *monitor_new(void); /* NULL: there is no memory */
void monitor_free(struct monitor *monitor);

/* Views of the same box, later ones later.  The first look only remembers. */
void monitor_look(struct monitor *monitor, const struct views *views);

/* What only others know: something has happened; a condition of theirs.  detail may be empty. */
void monitor_say(struct monitor *monitor, enum monitor_event event, const char *of,
                 const char *detail);
void monitor_tell(struct monitor *monitor, enum monitor_event event, const char *of, bool holds,
                  const char *detail);

/* Events, for who follows them: the oldest kept whose number is above after; NULL: none yet. */
const struct monitor_told *monitor_next(const struct monitor *monitor, uint64_t after);
uint64_t monitor_newest(const struct monitor *monitor); /* number; 0: none */

/* "alarm session_down box: the session at a venue is not up: ... (down)".  Without a line end. */
void monitor_told_print(struct text *out, const struct monitor_told *told);

const struct alerts *monitor_alerts(const struct monitor *monitor);

/* by: who it was, as the control socket knows it; it becomes an event. */
MUST_USE enum alert_acknowledge monitor_acknowledge(struct monitor *monitor, uint64_t id,
                                                    const char *by);

/* A sentence a line for each condition that makes the box unhealthy now; nothing: it is healthy. */
void monitor_health(const struct monitor *monitor, struct text *out);
bool monitor_hearts_beat(const struct monitor *monitor); /* every lcore that runs comes round */

/* How long an lcore's heart has not beaten, as far as it was looked at. */
uint64_t monitor_silence_ns(const struct monitor *monitor, uint32_t lcore);

const struct monitor_counts *monitor_counts(const struct monitor *monitor);
/* For those who write: an event or a line was not taken, a flight record was. */
void monitor_unwritten(struct monitor *monitor);
void monitor_line_unwritten(struct monitor *monitor);
void monitor_frame_dropped(struct monitor *monitor);
void monitor_recorded(struct monitor *monitor);

#endif
