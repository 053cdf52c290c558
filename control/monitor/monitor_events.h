#ifndef CONTROL_MONITOR_MONITOR_EVENTS_H
#define CONTROL_MONITOR_MONITOR_EVENTS_H

/* Everything that the box says of itself, declared once.
 *
 * A row is an enumerator, its code, its severity, its kind, the sentence, and what to do about it.
 * A code is stable: it keeps its meaning from release to release, and is not used again for
 * something else.  README.md has the same table; a spec compares them.
 *
 *   kind   ALERT      a condition that holds or does not; it stays in the list until somebody has
 *                     acknowledged it (alerts.h)
 *          UNHEALTHY  the same, and while it holds the box is not healthy
 *          ONCE       something that has happened */

/* clang-format off */

/* Severity, name, its priority for syslog and journald. */
#define MONITOR_SEVERITIES(X)                                                          \
    X(MONITOR_NOTE,    note,    5)                                                     \
    X(MONITOR_WARNING, warning, 4)                                                     \
    X(MONITOR_ALARM,   alarm,   2)

#define MONITOR_EVENTS(X)                                                              \
    X(MONITOR_STARTED,          started,          NOTE,    ONCE,      "the box runs",  \
      "nothing")                                                                       \
    X(MONITOR_STOPPING,         stopping,         NOTE,    ONCE,      "the box stops in order", \
      "nothing, if somebody asked for it")                                             \
    X(MONITOR_LCORE_SILENT,     lcore_silent,     ALARM,   UNHEALTHY, "an lcore does not come round any more", \
      "stop the box; write down what its stage did last (the flight record), and see whether something else uses its core") \
    X(MONITOR_FEED_STALE,       feed_stale,       ALARM,   UNHEALTHY, "the lines of the feed are silent; its books are STALE", \
      "see whether the venue sends, then cables, switch and group membership of both lines") \
    X(MONITOR_FEED_GAP,         feed_gap,         ALARM,   UNHEALTHY, "messages of the feed are missing on every line; its books are GAP", \
      "configure feed.recovery; without it the books are right again in the next session. While feed_quarantine holds, end that first") \
    X(MONITOR_FEED_QUARANTINE,  feed_quarantine,  ALARM,   UNHEALTHY, "the lines of the feed carry different bytes under one number: it is in quarantine, and its books are GAP", \
      "find out which line is wrong, and have it mended; then pollux feeds release: nothing else ends it, not even a new session") \
    X(MONITOR_FEED_RECOVERING,  feed_recovering,  WARNING, UNHEALTHY, "messages of the feed are missing and asked for; its books are RECOVERING", \
      "wait; if it lasts, see whether retransmission and snapshot servers answer")     \
    X(MONITOR_FEED_CLOSED,      feed_closed,      NOTE,    ONCE,      "the feed has no session, or it has ended; its books are CLOSED", \
      "nothing, at the end of a day")                                                  \
    X(MONITOR_FEED_LIVE,        feed_live,        NOTE,    ONCE,      "the books of the feed are LIVE", \
      "nothing")                                                                       \
    X(MONITOR_FEED_LOST,        feed_lost,        ALARM,   ALERT,     "a hole in the feed was given up", \
      "compare the two lines' lost messages: one cable, or the venue")                 \
    X(MONITOR_LINE_LOSES,       line_loses,       WARNING, ALERT,     "a line of the feed passes over messages that the other has", \
      "see the line's card, cable and switch port: with it alone they would be missing") \
    X(MONITOR_LINE_SILENT,      line_silent,      WARNING, ALERT,     "a line of the feed is silent, and the other is not", \
      "see the line's card, cable, switch port and group membership: the feed has one line now") \
    X(MONITOR_PORT_LOSES,       port_loses,       ALARM,   ALERT,     "a port drops frames: nobody takes them in time, or there is no buffer", \
      "give the stage a core of its own, more rx_descriptors, or more memory.dpdk_mb") \
    X(MONITOR_SESSION_DOWN,     session_down,     ALARM,   ALERT,     "the session at a venue is not up: no order reaches it", \
      "wait for the next try; if it lasts, see the venue, the cable and the password") \
    X(MONITOR_ORDER_DOUBT,      order_doubt,      ALARM,   ALERT,     "nobody here knows whether some orders live at a venue", \
      "wait until the venue has answered; if it lasts, ask its operators")             \
    X(MONITOR_HALTED,           halted,           WARNING, ALERT,     "trading is halted or may only reduce", \
      "find out who halted it and why, then release it")                               \
    X(MONITOR_DAY_BEGUN,        day_begun,        NOTE,    ONCE,      "a trading day has begun: turnover, loss and profit go on from zero", \
      "nothing; who is halted stays so until somebody releases it")                    \
    X(MONITOR_RISK_REFUSES,     risk_refuses,     WARNING, ALERT,     "risk refuses many orders", \
      "see which limit refuses (pollux_risk_refused_total), then the strategy that runs into it") \
    X(MONITOR_DRIFT,            drift,            WARNING, ALERT,     "a venue had other orders than the box thought; it was corrected", \
      "compare the day's orders and positions with the venue's")                       \
    X(MONITOR_FILL_UNKNOWN,     fill_unknown,     ALARM,   ALERT,     "a venue executes orders that are not known here", \
      "halt; compare positions with the venue's: somebody trades with the same session") \
    X(MONITOR_OVERRUN,          overrun,          WARNING, ALERT,     "many decisions take longer than they may", \
      "see which strategy, and whether its core is shared")                            \
    X(MONITOR_INTENTS_LOST,     intents_lost,     WARNING, ALERT,     "a strategy says more in a decision than there is room for: the rest was lost", \
      "stop that strategy, and have its program changed: 64 intents a decision")       \
    X(MONITOR_JOURNAL_DEAD,     journal_dead,     ALARM,   ALERT,     "the disk of a journal has failed", \
      "stop the box, replace the disk, start again: what was acknowledged is on it")   \
    X(MONITOR_JOURNAL_LOST,     journal_lost,     ALARM,   ALERT,     "the journal had no room for what had to be written; nothing new is sent", \
      "make room on its disk, then start again")                                       \
    X(MONITOR_JOURNAL_LAG,      journal_lag,      WARNING, ALERT,     "the disk of a journal does not follow", \
      "see what else writes to the disk; a disk for the journal alone is best")        \
    X(MONITOR_JOURNAL_NO_SPACE, journal_no_space, ALARM,   ALERT,     "a journal can get no next segment; when its last one is full, orders are refused and only cancels pass, as far as what is reserved for them goes", \
      "make room on its disk, and it goes on; if there is room, its folder has too many segments: see journal_segments") \
    X(MONITOR_JOURNAL_SEGMENTS, journal_segments, WARNING, ALERT,     "the folder of a journal has nine tenths of the segments that can be read back; 64 before the last no order is taken", \
      "a gateway: set gateway.journal_keep_segments and start it again; a venue: begin the next day in a new folder") \
    X(MONITOR_RING_FULL,        ring_full,        WARNING, ALERT,     "a ring between two stages was full", \
      "give the stage behind it a core of its own")                                    \
    X(MONITOR_STREAM_BROKEN,    stream_broken,    ALARM,   ALERT,     "a session of the venue has lost an answer: nobody is let in to it", \
      "begin a new day with more venue.answers_mib")                                   \
    X(MONITOR_ANSWERS_USED,     answers_used,     WARNING, ALERT,     "nine tenths of the place for a venue's answers that new orders may use are used: with all of it no order is taken until the day ends", \
      "stop the venue and start it with more venue.answers_mib: the day goes on; see which session is told so much (pollux_gate_session_message_total)") \
    X(MONITOR_TOKENS_USED,      tokens_used,      WARNING, ALERT,     "nine tenths of the tokens of a venue's day are used: with all of them no session of OUCH 4.2 can send a new order or a replacement until the day ends", \
      "see which of them uses so many, and have it use fewer: all share them; the next day with dialect ouch50, which has none") \
    X(MONITOR_SNAPSHOTS_BROKEN, snapshots_broken, ALARM,   ALERT,     "no snapshot of the venue's books can be made any more: the books behind them could not take messages, or have missed some", \
      "clients have only what is retransmitted; where messages were missed, start again with more venue.history_mib; where they were refused, begin a new day with a smaller venue.price_window or open_orders_max: the books hold 16375 prices a side") \
    X(MONITOR_SNAPSHOT_REFUSED, snapshot_refused, WARNING, ALERT,     "a snapshot of the venue's books was refused", \
      "if snapshots_broken holds, see there; else more were asked for at once than can be read, and who was refused asks again") \
    X(MONITOR_CLOCK_OFF,        clock_off,        WARNING, ALERT,     "the kernel's clock may be off by more than 100 ms", \
      "see the clock's daemon (chrony, ptp4l) and its sources")                        \
    X(MONITOR_CLOCK_AHEAD,      clock_ahead,      WARNING, ALERT,     "the box's clock is ahead of the system's, which was set back: it runs on, a hundredth slower, until they meet", \
      "if the system's time is wrong, set it right: the box follows at once; else nothing stops, but times written down are late by that much until the next journal") \
    X(MONITOR_EVENTS_LOST,      events_lost,      WARNING, ALERT,     "events were lost before anybody could be told", \
      "nothing by itself; look at the counters for what happened")                     \
    X(MONITOR_UNSERVED,         metrics_unserved, WARNING, ALERT,     "metrics are not served: the address cannot be had", \
      "see who has the port; it is tried again every second")                    \
    X(MONITOR_UNRECORDED,       flight_unwritten, WARNING, ALERT,     "the flight record could not be written", \
      "see the folder monitor.folder: its owner, and the room on its disk")            \
    X(MONITOR_UNSAID,           record_unwritten, WARNING, ALERT,     "changes cannot be written down, and are refused but for halts", \
      "make room on the disk of control.record_file; it ends with the next change that can be written") \
    X(MONITOR_CAPTURE_DROPS,    capture_drops,    WARNING, ALERT,     "the capture of frames drops some: its disk does not follow", \
      "capture fewer ports, or to a faster disk; the box itself is not slower")        \
    X(MONITOR_CAPTURE_FAILED,   capture_failed,   WARNING, ALERT,     "the capture of frames has failed", \
      "see the folder capture.folder and its disk, then start it again")               \
    X(MONITOR_REDIS_AWAY,       redis_away,       ALARM,   ALERT,     "the Redis server has been away for 15 seconds: programs outside are not heard, or not told", \
      "see the server, its address and password in redis, and the log for why; it is tried again and again") \
    X(MONITOR_RECORDED,         flight_written,   NOTE,    ONCE,      "a flight record was written", \
      "read it, if something was wrong")                                               \
    X(MONITOR_ACKNOWLEDGED,     acknowledged,     NOTE,    ONCE,      "somebody has acknowledged an alert", \
      "nothing")
/* clang-format on */

enum monitor_kind { MONITOR_ONCE, MONITOR_ALERT, MONITOR_UNHEALTHY };

#define MONITOR_SEVERITY_ENUM(severity, name, priority) severity,
#define MONITOR_SEVERITY_NAME(severity, name, priority) [severity] = #name,
enum monitor_severity { MONITOR_SEVERITIES(MONITOR_SEVERITY_ENUM) MONITOR_SEVERITY_COUNT };

#define MONITOR_EVENT_ENUM(event, code, severity, kind, sentence, remedy) event,
enum monitor_event { MONITOR_EVENTS(MONITOR_EVENT_ENUM) MONITOR_EVENT_COUNT };

struct monitor_event_row {
    const char *code;
    enum monitor_severity severity;
    enum monitor_kind kind;
    const char *sentence;
    const char *remedy;
};
extern const struct monitor_event_row monitor_events[MONITOR_EVENT_COUNT];

const char *monitor_severity_name(enum monitor_severity severity);
unsigned monitor_severity_priority(enum monitor_severity severity);

#endif
