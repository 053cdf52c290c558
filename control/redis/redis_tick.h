#ifndef CONTROL_REDIS_REDIS_TICK_H
#define CONTROL_REDIS_REDIS_TICK_H

/* What the service does again and again, by a clock of its own beside the loop.
 *
 * Why no timer of the loop: a loop that waits with the soonest timeout of its core arms the core's
 * clock as it goes to wait, and disarms it when something comes, before it is told what.  On a
 * virtual machine each is a trap into its host: 10 us of every intent.  This clock goes on whether
 * the loop waits or not, and as it is sooner than the loop's timers the core's clock is left alone.
 *
 * A turn that comes late makes up for those that were missed.
 * Threads: the loop's. */

#include "dataplane/base/text.h"

#include <ev.h>

struct redis_tick_plan {
    struct ev_loop *loop;
    nanos_t every_ns; /* below a second */
    void *context;
    void (*turn)(void *context);
};

struct redis_tick {
    struct redis_tick_plan plan;
    int clock; /* its file */
    ev_io input;
};

/* False with a sentence: the kernel gives no clock. */
MUST_USE bool redis_tick_new(struct redis_tick *tick, const struct redis_tick_plan *plan,
                             struct text *problems);
void redis_tick_free(struct redis_tick *tick);

#endif
