#ifndef APPS_POLLUXD_OUTSIDE_H
#define APPS_POLLUXD_OUTSIDE_H

/* Programs outside, by Redis: control/redis with the names, the rings and the switches of what was
 * launched.  Nothing is there without the section redis, and every call then does nothing.
 *
 *     polluxd_outside_new     after the launch, before the loop runs
 *     polluxd_outside_step    what it has to say to people, a sentence a call
 *     polluxd_outside_deafen  nothing is heard any more: before the gateway is stopped
 *     polluxd_outside_free    what is left to tell is told, for half a second at most
 *
 * Threads: the main one. */

#include "apps/polluxd/polluxd.h"
#include "control/redis/redis.h"

struct polluxd_outside;

/* False with sentences if a file of the section is unfit. */
MUST_USE bool polluxd_outside_new(struct polluxd *polluxd, struct text *problems);
MUST_USE bool polluxd_outside_step(struct polluxd_outside *outside, struct text *said);
/* False: there is none. */
MUST_USE bool polluxd_outside_view(const struct polluxd_outside *outside, struct redis_view *view);
/* Whoever is in this place of the gateway from now on is called so; before he comes. */
void polluxd_outside_call(struct polluxd_outside *outside, uint32_t place, const char *name);
void polluxd_outside_deafen(struct polluxd_outside *outside);
/* summary gets its counters. */
void polluxd_outside_free(struct polluxd_outside *outside, struct text *summary);

#endif
