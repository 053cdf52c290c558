#ifndef DATAPLANE_STAGE_WINDOW_H
#define DATAPLANE_STAGE_WINDOW_H

/* A part of a long table of a stage, asked for by one thread and copied by the stage: what a view
 * has no room for.
 *
 *     asker                                   stage, in its housekeeping
 *     window_ask   -- kind, after, limit -->  window_turn: some places looked at, some rows copied
 *     window_said  <-- rows, of how many --
 *     window_free
 *
 * Places are numbered from 0 and a row keeps its place while it lives.  The rows are the first
 * limit matching ones from place after on; the stage then goes on to the end and around, and counts
 * those that match, so the answer says how many of how many are in it.
 *
 * Guarantees:
 * - the stage waits for nobody, and one housekeeping looks at WINDOW_LOOKS places and copies
 *   WINDOW_COPIES rows at most, whatever the length of the table;
 * - each row is whole; rows of one housekeeping are of one moment, as the answer says (turns 1);
 * - windows one after the other, each from where the one before says, show every row that is there
 *   all the while, once;
 * - after WINDOW_TURNS housekeepings it is shown as far as it is (ended is false), and next goes on
 *   where it was.
 *
 * A stage may take a kind for a word to itself instead, and answer with a row when it is done.
 *
 * Threads: one asker at a time, one stage.  Memory: window_footprint().
 * Cost: nothing while nobody asks but a look at a word; then some 11 ns a place for orders. */

#include "dataplane/base/base.h"

#include <stdatomic.h>

#define WINDOW_LOOKS  512u
#define WINDOW_COPIES 128u
#define WINDOW_TURNS  400u
#define WINDOW_ROWS   500u       /* of one answer, at most */
#define WINDOW_ANY    UINT32_MAX /* strategy, venue: of each */

struct window_ask {
    uint32_t kind;  /* which of the stage's tables */
    uint32_t limit; /* rows, 1..WINDOW_ROWS */
    uint64_t after; /* the first place that may be a row; 0: from the beginning */
    uint32_t strategy;
    uint32_t venue;
    char symbol[8]; /* padded with spaces; all zero: of each */
};

struct window_said {
    uint32_t rows;
    uint32_t turns;   /* housekeepings it took; 1: all of it is of one moment */
    uint64_t matched; /* rows there are, these and all others; a part of them if not ended */
    uint64_t next;    /* to be asked for after this; 0: nothing is left behind these */
    bool ended;       /* every place was looked at */
};

enum window_state {
    WINDOW_FREE,
    WINDOW_TAKEN, /* somebody writes what he wants */
    WINDOW_ASKED, /* the stage's */
    WINDOW_SHOWN, /* the asker's */
};

struct window {
    CACHE_ALIGNED _Atomic uint32_t state; /* enum window_state */
    uint32_t row_bytes;
    uint8_t *row;
    struct window_ask ask;
    struct window_said said;
    uint64_t looked; /* places, since it was asked for */
    uint64_t behind; /* matching ones behind the last row */
};

/* Whether the row at place is wanted; if so and row is there, it is written into row.  places: as
 * given to window_turn. */
typedef bool window_look_fn(void *context, uint64_t place, const struct window_ask *ask, void *row);

static inline size_t window_footprint(size_t row_bytes)
{
    return ALIGN_UP(sizeof(struct window), CACHE_LINE) +
           ALIGN_UP(WINDOW_ROWS * row_bytes, CACHE_LINE);
}

/* row_bytes: of the largest row of any of its tables. */
static inline struct window *window_new(void *memory, size_t row_bytes)
{
    struct window *window = memory;
    __builtin_memset(memory, 0, window_footprint(row_bytes));
    window->row_bytes = (uint32_t)row_bytes;
    window->row = (uint8_t *)memory + ALIGN_UP(sizeof *window, CACHE_LINE);
    return window;
}

/* The asker's side. */

/* False: one is under way, or its answer has not been freed. */
MUST_USE static inline bool window_ask(struct window *window, const struct window_ask *ask)
{
    uint32_t free = WINDOW_FREE;
    CHECK(ask->limit >= 1 && ask->limit <= WINDOW_ROWS);
    if (!atomic_compare_exchange_strong_explicit(&window->state, &free, WINDOW_TAKEN,
                                                 memory_order_acquire, memory_order_relaxed))
        return false;
    window->ask = *ask;
    /* Pairs with the acquire in window_wanted. */
    atomic_store_explicit(&window->state, WINDOW_ASKED, memory_order_release);
    return true;
}

/* NULL: it is not there yet.  The rows are the asker's until window_free. */
static inline const struct window_said *window_said(const struct window *window)
{
    /* Acquires the release in window_show. */
    bool shown = atomic_load_explicit(&window->state, memory_order_acquire) == WINDOW_SHOWN;
    return shown ? &window->said : NULL;
}

static inline const void *window_row(const struct window *window, uint32_t row)
{
    CHECK(row < window->said.rows);
    return window->row + (size_t)row * window->row_bytes;
}

static inline void window_free(struct window *window)
{
    CHECK(atomic_load_explicit(&window->state, memory_order_relaxed) == WINDOW_SHOWN);
    atomic_store_explicit(&window->state, WINDOW_FREE, memory_order_release);
}

/* The stage's side. */

/* What is asked for; NULL: nothing is. */
static inline const struct window_ask *window_wanted(const struct window *window)
{
    bool asked = atomic_load_explicit(&window->state, memory_order_acquire) == WINDOW_ASKED;
    return asked ? &window->ask : NULL;
}

/* Some of what is asked for, of a table that has so many places.  Housekeeping only; places may
 * change from one to the next. */
void window_turn(struct window *window, uint64_t places, window_look_fn *look, void *context);

#endif
