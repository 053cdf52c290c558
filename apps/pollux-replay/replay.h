#ifndef APPS_POLLUX_REPLAY_REPLAY_H
#define APPS_POLLUX_REPLAY_REPLAY_H

/* One replay: what was seen on the way, and what to say about it. */

#include "apps/pollux-replay/options.h"
#include "apps/pollux-replay/trial.h"

#define REPLAY_GAPS_MAX 65536u

struct replay_gap {
    uint64_t first;
    uint64_t last;
};

/* A book as it was when it was asked for. */
struct replay_book {
    const struct replay_book_wish *wish;
    bool found; /* the symbol was known and the message came */
    enum market_state state;
    uint32_t bids;
    uint32_t asks;
    struct book_level *bid; /* BOOK_SIDE_LEVELS_MAX each */
    struct book_level *ask;
};

struct replay {
    struct replay_options options;
    struct recording recording;
    struct launch launch;
    struct trial trial; /* with options.strategy */
    struct feed_stage_tap tap;

    uint32_t marks;
    uint64_t mark[REPLAY_BOOKS_MAX]; /* messages to stop at, ascending, each once */
    struct replay_book book[REPLAY_BOOKS_MAX];
    uint32_t gaps;
    struct replay_gap *gap;
    uint64_t gaps_untold; /* more than REPLAY_GAPS_MAX */

    /* After the end. */
    struct feed_view feed;
    struct engine_view engine;
    uint64_t digest;
    uint64_t wall_ns;
    uint64_t feed_busy_ns;
    char problems_text[16384];
    struct text problems;
};

/* Plays.  Returns the exit status; with 1 nothing was played. */
int replay_play(struct replay *replay);

/* Says it, to stdout. */
void replay_print(struct replay *replay);
void replay_print_json(struct replay *replay);

/* Percentiles in ns of one of the histograms, by the names used in tables and in JSON. */
struct replay_stage {
    const char *name;
    struct histogram_summary summary;
};
#define REPLAY_STAGES 5u
void replay_stages(const struct replay *replay, struct replay_stage stage[REPLAY_STAGES]);

#endif
