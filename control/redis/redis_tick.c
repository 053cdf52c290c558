#include "control/redis/redis_tick.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* It is armed again by being read. */
static void ticked(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct redis_tick *tick = watcher->data;
    uint64_t times;
    if (read(tick->clock, &times, sizeof times) == (ssize_t)sizeof times)
        tick->plan.turn(tick->plan.context);
}

bool redis_tick_new(struct redis_tick *tick, const struct redis_tick_plan *plan,
                    struct text *problems)
{
    CHECK(plan->every_ns > 0 && plan->every_ns < NANOS_SECOND);
    const struct timespec every = {.tv_nsec = (long)plan->every_ns};
    const struct itimerspec times = {.it_interval = every, .it_value = every};
    *tick = (struct redis_tick){.plan = *plan};
    tick->clock = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (tick->clock < 0) {
        text_format(problems, "redis: there is no clock for its turns: %s\n", strerror(errno));
        return false;
    }
    int status = timerfd_settime(tick->clock, 0, &times, NULL);
    CHECK(status == 0); /* it fails for times that are none */
    ev_io_init(&tick->input, ticked, tick->clock, EV_READ);
    tick->input.data = tick;
    ev_io_start(plan->loop, &tick->input);
    return true;
}

void redis_tick_free(struct redis_tick *tick)
{
    ev_io_stop(tick->plan.loop, &tick->input);
    (void)close(tick->clock);
}
