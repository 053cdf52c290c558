#ifndef APPS_POLLUX_MATCH_RUN_H
#define APPS_POLLUX_MATCH_RUN_H

/* One run of a script: its lines go to the venue, what happens is shown.
 *
 * An input reaches the engine through run_apply (run.c) and its events come back through run_event:
 * whatever is to stand between script and engine stands there. */

#include "apps/order_script/order_venue.h"
#include "apps/pollux-match/journalled.h"
#include "apps/pollux-match/options.h"

#include <stdio.h>

struct match_run {
    struct match_options options;
    struct order_venue *venue;
    struct journalled *journalled; /* with --journal */
    FILE *input;
    const char *name; /* of the input, for sentences */
    uint64_t line;    /* the one being read, 1-based */
    uint64_t wrong;   /* lines that were not understood */
    bool typed;       /* by a person, who sees the lines already */
    bool colored;
    const char *text; /* the line, without blanks at its ends */
    size_t length;
};

/* 0 if the file is open; otherwise a sentence was said and the exit status is returned. */
MUST_USE int run_open(struct match_run *run);
/* Reads to the end.  Returns the exit status. */
MUST_USE int run_lines(struct match_run *run);
void run_close(struct match_run *run);

/* print.c: sentences.  print_book.c: tables.  print_json.c: both as JSON lines. */
void print_line(struct match_run *run);
void print_event(struct match_run *run, const struct match_event *event);
void print_books(struct match_run *run);
void print_digest(struct match_run *run);
void print_json_event(struct match_run *run, const struct match_event *event);
void print_json_wrong(struct match_run *run, const char *problem);
void print_json_books(struct match_run *run);
void print_json_digest(struct match_run *run);

#endif
