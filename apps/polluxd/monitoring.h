#ifndef APPS_POLLUXD_MONITORING_H
#define APPS_POLLUXD_MONITORING_H

/* The box looked at from outside of its stages: events and alerts, metrics over HTTP, the flight
 * recorder, systemd.  On the loop of the control plane; views are all it takes from the stages.
 *
 *     every 100 ms    views ──► monitor ──► journald, the screen, systemd, a flight record
 *     when asked      views ──► metrics ──► HTTP
 *
 * Threads: the main one. */

#include "apps/polluxd/polluxd.h"
#include "control/monitor/monitor.h"
#include "control/monitor/views.h"

struct monitoring;

/* After the launch; polluxd must outlive it.  said: what is worth knowing, a sentence a line.
 * What cannot be had (a port, a folder) is an alert, and no reason not to trade. */
struct monitoring *monitoring_start(struct polluxd *polluxd, struct text *said);

/* Before the stages are stopped: nobody is asked for signs of life any more. */
void monitoring_stopping(struct monitoring *monitoring);
void monitoring_free(struct monitoring *monitoring); /* before launch_free; NULL is allowed */

/* Events, alerts, acknowledging: for whoever serves people (monitor.h). */
struct monitor *monitoring_monitor(struct monitoring *monitoring);

/* A flight record now, for the reason why.  said: the path, or false and why there is none. */
bool monitoring_record(struct monitoring *monitoring, const char *why, struct text *said);

/* All metrics now, as /metrics gives them; METRICS_BYTES_MAX are enough. */
void monitoring_metrics(struct monitoring *monitoring, struct text *out);

/* The next event that a person at the screen should see.  False: none is left; nor is any if
 * standard error is the journal, which has them all. */
bool monitoring_line(struct monitoring *monitoring, struct text *line);

/* A line of the log, for flight records to come. */
void monitoring_note(struct monitoring *monitoring, const char *line);

/* All views now; with the latencies, which cost more, if scratch is there. */
void monitoring_views(struct polluxd *polluxd, struct views *views, struct histogram *scratch);

#endif
