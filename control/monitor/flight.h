#ifndef CONTROL_MONITOR_FLIGHT_H
#define CONTROL_MONITOR_FLIGHT_H

/* The flight recorder: what a box did last, in a file that outlives it.
 *
 *     FOLDER/flight-000007.jsonl      one JSON object a line
 *
 *     {"record":"box", ...}           version, name, when and why it was written
 *     {"record":"alert", ...}         all of the list
 *     {"record":"event", ...}         the last FLIGHT_EVENTS
 *     {"record":"line", ...}          the last FLIGHT_LINES of the log
 *     {"record":"part", ...}          of orders, of positions: how many of how many follow
 *     {"record":"order", ...}         what a gateway's view shows: open orders, positions
 *     {"record":"position", ...}
 *     {"record":"metric", ...}        every sample of the metrics, and so every view's counters
 *     {"record":"end", "signal":11}   the last line; signal 0: none
 *
 * A record is rendered into memory, a part at a time (FLIGHT_STEPS), so that whoever renders it
 * has other things to do; from there it is written by the handler of a signal that ends the process
 * (a failed CHECK, a segmentation fault, a stack that has run out).  On demand and on an alarm it
 * is rendered at once.  The handler opens, writes and closes a file and calls nothing a handler
 * may not; what it writes is as old as the last rendering, whose parts are as old as it took.
 * Without an "end" line a file was torn off.
 *
 * Files are numbered on from the highest in the folder; the FLIGHT_FILES newest are kept, and one
 * of a handler above these until the next start.  Nothing is synced: a file survives the end of the
 * process, not that of the machine.
 *
 * Threads: one; the handler runs on whichever failed, and others that fail too wait for the end.
 * One recorder a process.
 * Memory: two buffers of FLIGHT_BYTES_MAX, and a copy of the metrics. */

#include "control/monitor/monitor.h"

#define FLIGHT_BYTES_MAX (1u << 20)
#define FLIGHT_EVENTS    256u
#define FLIGHT_LINES     256u
#define FLIGHT_LINE_MAX  255u
#define FLIGHT_FILES     16u
#define FLIGHT_PATH_MAX  4200u
#define FLIGHT_STEPS     256u /* of a part of a rendering, in lines or so */

struct flight_lines {
    uint64_t count; /* ever */
    char at[FLIGHT_LINES][FLIGHT_LINE_MAX + 1];
};

struct flight_source {
    const struct views *views;
    const struct monitor *monitor;
    const struct flight_lines *lines;
    const char *metrics; /* as metrics_print made them; NULL: none */
};

/* Where a rendering is. */
enum flight_part {
    FLIGHT_ALERTS,
    FLIGHT_EVENTS_PART,
    FLIGHT_LINES_PART,
    FLIGHT_GATEWAY,
    FLIGHT_METRICS,
    FLIGHT_PARTS
};
struct flight_walk {
    enum flight_part part;
    uint64_t at;
};

/* Pure: a record without its last line, in steps of about a line; false: it is whole.  Alerts, and
 * what the view shows of a gateway, are one step.  metrics must stay as they are meanwhile.
 * out->cut: what is last is missing, in whole lines. */
void flight_print_begin(struct text *out, const struct flight_source *source, const char *why,
                        struct flight_walk *walk);
bool flight_print_step(struct text *out, const struct flight_source *source, uint32_t steps,
                       struct flight_walk *walk);

struct flight;

/* folder must be there.  NULL and a sentence if it is no folder we may write to. */
struct flight *flight_new(const char *folder, struct text *problem);
void flight_free(struct flight *flight); /* its handlers go first; NULL is allowed */

/* What a handler would write once all of it is rendered; metrics are copied.  One that is under way
 * gives way. */
void flight_render_begin(struct flight *flight, const struct flight_source *source,
                         const char *why);
/* FLIGHT_STEPS more of it.  True: some is left. */
bool flight_render_step(struct flight *flight, const struct flight_source *source);

/* All of it at once: what a handler would write from now on. */
void flight_render(struct flight *flight, const struct flight_source *source, const char *why);

/* Writes what was rendered last.  False and a sentence if it could not; else the path. */
MUST_USE bool flight_write(struct flight *flight, struct text *said);

/* A line of the log, for the records to come. */
void flight_line(struct flight_lines *lines, const char *line);

/* Handlers for the signals that end a process by a fault, until flight_free; they run on a stack of
 * their own on this thread, and on others that have one (fault_stack_setup.h). */
void flight_arm(struct flight *flight);

#endif
