#include "apps/pollux-match/run.h"

#include <inttypes.h>

/* A line of the script, and its events indented below it. */

void print_line(struct match_run *run)
{
    if (run->typed || run->length == 0) return;
    printf("%4" PRIu64 "  %.*s\n", run->line, (int)run->length, run->text);
}

void print_event(struct match_run *run, const struct match_event *event)
{
    char bytes[MATCH_LINE_MAX];
    struct text text = text_in(bytes, sizeof bytes);
    struct match_names names = order_venue_names(run->venue);
    match_print_event(&text, event, &names);
    bool red = run->colored && event->kind == MATCH_REJECTED;
    printf("%s        %s%s\n", red ? "\033[31m" : "", text.bytes, red ? "\033[0m" : "");
}

void print_digest(struct match_run *run)
{
    const struct match *match = order_venue_match(run->venue);
    printf("digest %016" PRIx64 "\n", match ? match_digest(match) : 0);
}
