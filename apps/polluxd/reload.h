#ifndef APPS_POLLUXD_RELOAD_H
#define APPS_POLLUXD_RELOAD_H

/* The configuration read again while the box runs, on SIGHUP or on command (F22, F36, F57); and one
 * parameter of a strategy changed as if the file had said so.
 *
 * What may change live is changed, in one turn of the engine: limits first, as records of the
 * journal with old and new; what loosens is on disk before it is in force.  Everything else that
 * differs is named, and is not touched.  A file with any problem changes nothing.
 *
 * A bound is the file's at the start, unless the journal has a later change of it; which these are
 * is said at the start, and the next reload makes them the file's.
 *
 * Threads: the main one; reload_ask is for a signal handler. */

#include "apps/polluxd/polluxd.h"

struct reload;

struct reload_plan {
    struct polluxd *polluxd; /* it runs; its config becomes what runs */
    const char *path;
};

/* NULL: there is no memory.  config of polluxd must outlive it. */
struct reload *reload_new(const struct reload_plan *plan);
void reload_free(struct reload *reload); /* after the stages have ended; NULL is allowed */

void reload_ask(void);

/* Told once, by a reload_step, what came of it: lines, each with its end. */
typedef void reload_told_fn(void *context, bool taken, const char *lines);

/* The place in the gateway of the strategy of this name that runs, or UINT32_MAX. */
uint32_t reload_place_of(const struct reload *reload, const char *name);

/* One of these only while it is not busy. */
bool reload_busy(const struct reload *reload); /* NULL is allowed */
void reload_request(struct reload *reload, reload_told_fn *told, void *context);

struct reload_setting {
    const char *strategy;
    const char *parameter;
    const char *value;
};
/* False and why: it is not begun.  The next reload makes it the file's again. */
MUST_USE bool reload_set(struct reload *reload, const struct reload_setting *setting,
                         reload_told_fn *told, void *context, struct text *why);

/* Follows it up; every 10 ms or so, until it is false.  True: line is the next one to say. */
bool reload_step(struct reload *reload, struct text *line);

#endif
