#include "apps/polluxd/rows.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_SECONDS 0.001

/* Of one window at most one is asked, because it takes one at a time: the first of its in the
 * list. */
struct waiting {
    struct window *window;
    struct window_ask ask;
    rows_told_fn *told; /* NULL: nobody waits any more, and the window is the stage's yet */
    void *context;
    nanos_t since;
    bool asked;
};

struct rows {
    struct ev_loop *loop;
    nanos_t (*now)(void);
    ev_timer timer;
    uint32_t count;
    struct waiting at[ROWS_WAITING_MAX];
};

static void drop(struct rows *rows, uint32_t at)
{
    rows->count--;
    memmove(&rows->at[at], &rows->at[at + 1], (rows->count - at) * sizeof rows->at[0]);
}

/* Who is told may ask again, behind all others. */
static bool answered(struct rows *rows, uint32_t at)
{
    struct waiting one = rows->at[at];
    const struct window_said *said = one.asked ? window_said(one.window) : NULL;
    if (!said) return false;
    if (one.told) one.told(one.context, one.window, said);
    window_free(one.window);
    drop(rows, at);
    return true;
}

/* What was asked stays in the list: the stage may write into it yet. */
static bool given_up(struct rows *rows, uint32_t at, nanos_t now)
{
    struct waiting *one = &rows->at[at];
    rows_told_fn *told = one->told;
    void *context = one->context;
    struct window *window = one->window;
    if (!told || now < one->since + ROWS_ANSWER_NS) return false; /* since may be behind now */
    one->told = NULL;
    bool gone = !one->asked;
    if (gone) drop(rows, at);
    told(context, window, NULL);
    return gone;
}

static void look(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct rows *rows = timer->data;
    nanos_t now = rows->now();
    for (uint32_t i = 0; i < rows->count;) {
        struct waiting *one = &rows->at[i];
        if (!one->asked) one->asked = window_ask(one->window, &one->ask);
        if (answered(rows, i) || given_up(rows, i, now)) continue;
        i++;
    }
    if (rows->count == 0) ev_timer_stop(loop, timer);
}

struct rows *rows_new(struct ev_loop *loop, nanos_t (*now)(void))
{
    struct rows *rows = calloc(1, sizeof *rows);
    CHECK(rows != NULL);
    rows->loop = loop;
    rows->now = now;
    ev_init(&rows->timer, look);
    rows->timer.repeat = LOOK_SECONDS;
    rows->timer.data = rows;
    return rows;
}

void rows_free(struct rows *rows)
{
    if (!rows) return;
    ev_timer_stop(rows->loop, &rows->timer);
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct waiting *one = &rows->at[i];
        if (one->told) one->told(one->context, one->window, NULL);
    }
    free(rows);
}

bool rows_ask(struct rows *rows, struct window *window, const struct window_ask *ask,
              rows_told_fn *told, void *context)
{
    if (rows->count == ROWS_WAITING_MAX) return false;
    rows->at[rows->count++] = (struct waiting){
        .window = window, .ask = *ask, .told = told, .context = context, .since = rows->now()};
    if (!ev_is_active(&rows->timer)) ev_timer_again(rows->loop, &rows->timer);
    return true;
}
