#include "control/command/command_clerk.h"

#include "dataplane/base/system_clock.h"
#include "dataplane/base/thread_setup.h"

#include <ev.h>
#include <string.h>
#include <time.h>

#define LOOK_SECONDS 0.05

struct line {
    struct line *next;
    command_written_fn *told; /* the loop's; NULL: nobody waits for it any more */
    void *of;
    nanos_t since;
    bool done; /* this and the following: written by the thread, under the lock */
    bool written;
    size_t length;
    char bytes[];
};

struct command_clerk {
    struct command_clerk_plan plan;
    ev_async done;
    ev_timer look; /* while anything waits */

    /* The loop's. */
    uint32_t lines;
    struct line *first; /* the oldest that was not let go */
    struct line *last;
    struct command_record_counts counts;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t given;
    /* Under the lock. */
    struct line *next; /* to be written; NULL: none is */
    bool ends;
    bool abandoned; /* the thread hangs in the disk, and nobody listens any more */
    const char *why;
    struct command_record_counts counted;

    struct command_record record; /* the thread's, once it runs */
};

/* The thread. */

static struct line *line_wait(struct command_clerk *clerk)
{
    pthread_mutex_lock(&clerk->lock);
    while (!clerk->next && !clerk->ends) pthread_cond_wait(&clerk->given, &clerk->lock);
    struct line *line = clerk->next;
    pthread_mutex_unlock(&clerk->lock);
    return line;
}

static void line_done(struct command_clerk *clerk, struct line *line, bool written)
{
    pthread_mutex_lock(&clerk->lock);
    clerk->next = line->next;
    clerk->why = command_record_why(&clerk->record);
    clerk->counted = clerk->record.counts;
    line->written = written;
    line->done = true;
    if (!clerk->abandoned) ev_async_send(clerk->plan.loop, &clerk->done);
    pthread_mutex_unlock(&clerk->lock);
}

static void *clerk_run(void *argument)
{
    struct command_clerk *clerk = argument;
    for (struct line *line; (line = line_wait(clerk));)
        line_done(clerk, line, command_record_write(&clerk->record, line->bytes, line->length));
    return NULL;
}

/* The loop. */

static void line_tell(struct line *line, bool written)
{
    command_written_fn *told = line->told;
    line->told = NULL;
    if (told) told(line->of, written);
}

/* Whoever is told may give lines. */
static void lines_tell(struct command_clerk *clerk)
{
    for (struct line *line; (line = clerk->first);) {
        pthread_mutex_lock(&clerk->lock);
        bool done = line->done, written = line->written;
        clerk->counts = clerk->counted;
        pthread_mutex_unlock(&clerk->lock);
        if (!done) return;
        line_tell(line, written);
        clerk->first = line->next;
        if (!clerk->first) clerk->last = NULL;
        clerk->lines--;
        free(line);
    }
    ev_timer_stop(clerk->plan.loop, &clerk->look);
}

static void told(struct ev_loop *loop, ev_async *async, int events)
{
    (void)loop;
    (void)events;
    lines_tell(async->data);
}

static void look(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    struct command_clerk *clerk = timer->data;
    nanos_t patience = clerk->plan.patience_ms * NANOS_MILLI, now = system_clock_monotonic();
    lines_tell(clerk);
    for (struct line *line = clerk->first; line; line = line->next)
        if (now - line->since >= patience) line_tell(line, false);
}

void command_clerk_write(void *context, const char *bytes, size_t length, command_written_fn *tell,
                         void *of)
{
    struct command_clerk *clerk = context;
    if (clerk->lines == COMMAND_CLERK_LINES) {
        tell(of, false);
        return;
    }
    struct line *line = malloc(sizeof *line + length);
    CHECK(line != NULL);
    *line =
        (struct line){.told = tell, .of = of, .since = system_clock_monotonic(), .length = length};
    memcpy(line->bytes, bytes, length);
    pthread_mutex_lock(&clerk->lock);
    if (clerk->last) clerk->last->next = line;
    else clerk->first = line;
    clerk->last = line;
    clerk->lines++;
    if (!clerk->next) clerk->next = line;
    pthread_cond_signal(&clerk->given);
    pthread_mutex_unlock(&clerk->lock);
    if (!ev_is_active(&clerk->look)) ev_timer_again(clerk->plan.loop, &clerk->look);
}

const char *command_clerk_why(const void *context)
{
    const struct command_clerk *clerk = context;
    pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&clerk->lock;
    nanos_t slow = COMMAND_CLERK_SLOW_MS * NANOS_MILLI;
    pthread_mutex_lock(lock);
    const struct line *line = clerk->next;
    const char *why = line && system_clock_monotonic() - line->since >= slow
                        ? "its disk has not answered for more than a second"
                        : clerk->why;
    pthread_mutex_unlock(lock);
    return why;
}

const struct command_record_counts *command_clerk_counts(const struct command_clerk *clerk)
{
    return &clerk->counts;
}

/* Lifecycle. */

static bool thread_start(struct command_clerk *clerk, struct text *problems)
{
    int refused = thread_begin(&clerk->thread, NULL, clerk_run, clerk);
    if (refused != 0) {
        text_format(problems, "the record of changes has no thread: %s\n",
                    strerrordesc_np(refused));
        return false;
    }
    (void)pthread_setname_np(clerk->thread, "changes"); /* for top -H */
    return true;
}

struct command_clerk *command_clerk_new(const struct command_clerk_plan *plan,
                                        struct text *problems)
{
    struct command_clerk *clerk = calloc(1, sizeof *clerk);
    CHECK(clerk != NULL);
    clerk->plan = *plan;
    if (clerk->plan.patience_ms == 0) clerk->plan.patience_ms = COMMAND_CLERK_PATIENCE_MS;
    clerk->why = "";
    pthread_mutex_init(&clerk->lock, NULL);
    pthread_cond_init(&clerk->given, NULL);
    ev_async_init(&clerk->done, told);
    ev_init(&clerk->look, look);
    clerk->look.repeat = LOOK_SECONDS;
    clerk->done.data = clerk->look.data = clerk;
    bool opened = command_record_open(&clerk->record, &plan->record, problems);
    if (!opened || !thread_start(clerk, problems)) {
        if (opened) command_record_close(&clerk->record);
        free(clerk);
        return NULL;
    }
    ev_async_start(plan->loop, &clerk->done);
    return clerk;
}

/* False: it hangs in the disk. */
static bool thread_end(struct command_clerk *clerk)
{
    struct timespec until;
    pthread_mutex_lock(&clerk->lock);
    clerk->ends = true;
    pthread_cond_signal(&clerk->given);
    pthread_mutex_unlock(&clerk->lock);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += clerk->plan.patience_ms / 1000;
    until.tv_nsec += clerk->plan.patience_ms % 1000 * (long)NANOS_MILLI;
    if (until.tv_nsec >= (long)NANOS_SECOND) {
        until.tv_sec++;
        until.tv_nsec -= (long)NANOS_SECOND;
    }
    return pthread_clockjoin_np(clerk->thread, NULL, CLOCK_MONOTONIC, &until) == 0;
}

void command_clerk_free(struct command_clerk *clerk)
{
    if (!clerk) return;
    bool ended = thread_end(clerk);
    lines_tell(clerk);
    for (struct line *line = clerk->first; line; line = line->next) line_tell(line, false);
    ev_async_stop(clerk->plan.loop, &clerk->done);
    ev_timer_stop(clerk->plan.loop, &clerk->look);
    if (!ended) { /* what it works on is left to it */
        pthread_mutex_lock(&clerk->lock);
        clerk->abandoned = true;
        pthread_mutex_unlock(&clerk->lock);
        pthread_detach(clerk->thread);
        return;
    }
    command_record_close(&clerk->record);
    pthread_mutex_destroy(&clerk->lock);
    pthread_cond_destroy(&clerk->given);
    free(clerk);
}
