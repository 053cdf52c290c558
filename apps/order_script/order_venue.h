#ifndef APPS_ORDER_SCRIPT_ORDER_VENUE_H
#define APPS_ORDER_SCRIPT_ORDER_VENUE_H

/* A script and the engine it drives: lines go in, events come out.
 *
 *     struct order_venue *venue = order_venue_open(&(struct order_venue_plan){
 *         .limits = order_venue_limits(), .on_event = print_event, .context = stdout});
 *     order_venue_line(venue, line, length);
 *
 * The engine is built at the first line that needs it, so that an "engine" line may choose its
 * limits.  Accounts and the default instrument are made when they are first needed; the events that
 * say so are not told, unless they are rejects.
 *
 * Threads: one.  Memory: of the script at order_venue_open, of the engine at its first input. */

#include "apps/order_script/order_script.h"

struct order_venue;

struct order_venue_plan {
    struct order_script_limits limits;
    /* An engine that is there already, with limits.engine; NULL: one is built.  The script then
     * knows its instruments by their symbols, its orders and accounts by their numbers: @7. */
    struct match *match;
    uint64_t number;   /* of the last input it was given */
    nanos_t now;       /* the time a script begins at */
    bool numbers_only; /* names that are not remembered elsewhere are refused */
    size_t bytes_max;  /* of the engine, whatever an "engine" line asks for; 0: any */
    void *context;
    void (*on_event)(void *context, const struct match_event *event);
    /* How an input reaches the engine; NULL: match_apply.  All that happens to an input on its way,
     * a journal say, happens here.  All its events must have come before it returns. */
    void (*apply)(void *context, struct match *match, const struct match_input *input,
                  struct match_events *events);
};

struct order_answer {
    enum order_said said;
    uint64_t events;     /* told */
    const char *problem; /* ORDER_SAYS_WRONG: one sentence, good until the next line */
};

/* For scripts typed or written by people: 65,536 orders and accounts, 64 instruments. */
struct order_script_limits order_venue_limits(void);

/* NULL if there is no memory. */
MUST_USE struct order_venue *order_venue_open(const struct order_venue_plan *plan);
void order_venue_close(struct order_venue *venue);

struct order_answer order_venue_line(struct order_venue *venue, const char *line, size_t length);

/* The engine; NULL before the first input. */
struct match *order_venue_match(const struct order_venue *venue);
const struct order_script *order_venue_script(const struct order_venue *venue);
struct match_names order_venue_names(const struct order_venue *venue);

#endif
