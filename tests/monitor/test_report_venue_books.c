/* A venue's table of books says how much of the venue it shows. */

#include "control/monitor/report_venue.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

static char page[8192];

/* The table of a venue with so many instruments, its symbols and last line only, in one line. */
static const char *table(uint64_t listed, uint32_t rows)
{
    static char said[1024];
    struct match_view view = {.books = listed < MATCH_VIEW_BOOKS ? listed : MATCH_VIEW_BOOKS};
    for (uint32_t i = 0; i < view.books; i++)
        snprintf(view.book[i].symbol, sizeof view.book[i].symbol, "S%u", i);
    struct text out = text_in(page, sizeof page);
    report_venue_books(&out, &view, listed, rows);
    struct text shown = text_in(said, sizeof said);
    for (char *line = strchr(page, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        bool whole = strncmp(line, "and ", 4) == 0;
        text_format(&shown, "%.*s|", (int)strcspn(line, whole ? "\n" : " \n"), line);
    }
    return said;
}

SPEC(all_books_are_shown_where_they_fit)
{
    EXPECT_TEXT(table(0, 3), "");
    EXPECT_TEXT(table(3, 3), "S0|S1|S2|");
    EXPECT_TEXT(table(16, 17), "S0|S1|S2|S3|S4|S5|S6|S7|S8|S9|S10|S11|S12|S13|S14|S15|");
}

SPEC(the_last_line_says_how_many_more_there_are)
{
    EXPECT_TEXT(table(4, 3), "S0|S1|and 2 more|");
    EXPECT_TEXT(table(17, 17), "S0|S1|S2|S3|S4|S5|S6|S7|S8|S9|S10|S11|S12|S13|S14|S15|and 1 more|");
    EXPECT_TEXT(table(8192, 2), "S0|and 8,191 more|");
}

#define SPECS(S)                                                                                   \
    S(all_books_are_shown_where_they_fit)                                                          \
    S(the_last_line_says_how_many_more_there_are)

SPEC_MAIN("report: books of a venue", SPECS, NULL, NULL)
