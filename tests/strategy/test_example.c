/* The example of the folder's page: it is what the page quotes, and it does what the page says. */

#include "tests/strategy/joiner.h"
#include "tests/strategy/venue_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

static void read_text(const char *path, char *text, size_t capacity)
{
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, capacity - 1, file) : 0;
    if (file) fclose(file);
    text[length] = '\0';
}

static void shown(const char *book, const char *said)
{
    rig_book(0, book);
    rig_show(0);
    EXPECT_TEXT(rig_said(), said);
}

SPEC(the_page_quotes_the_example_word_for_word)
{
    static char page[1 << 17], code[1 << 14], fenced[(1 << 14) + 16];
    read_text(STRATEGY_README, page, sizeof page);
    read_text(JOINER_C, code, sizeof code);
    EXPECT(strlen(code) > 1000);
    snprintf(fenced, sizeof fenced, "```c\n%s```\n", code);
    EXPECT(strstr(page, fenced) != NULL);
}

SPEC(it_joins_the_best_bid_and_follows_it)
{
    rig_open(&joiner_kind, 1, "long", "150", NULL);
    shown("10.00:500 | 10.02:500", "0:B100@10.00+");
    shown("10.01:500 | 10.02:500", ""); /* under way */
    rig_answer();
    shown("10.01:500 | 10.02:500", "0:B100@10.01+");
    rig_answer();
    shown("10.01:500 | 10.02:500", "");
}

SPEC(it_buys_no_more_than_there_is_room_for)
{
    rig_open(&joiner_kind, 1, "long", "150", NULL);
    shown("10.00:500 | 10.02:500", "0:B100@10.00+");
    rig_answer();
    rig_fill(0, rig_units(80));
    rig_answer();
    shown("10.00:500 | 10.02:500", "0:B70@10.00+");
    rig_answer();
    rig_fill(0, rig_units(70));
    rig_answer();
    shown("10.00:500 | 10.02:500", "");
    EXPECT_UINT((uint64_t)rig.leg[0].position_truth, (uint64_t)rig_units(150));
    EXPECT_UINT((uint64_t)rig_gauge("orders"), 2);
}

SPEC(it_stops_while_the_book_is_not_good)
{
    rig_open(&joiner_kind, 1, "long", "150", NULL);
    shown("10.00:500 | 10.02:500", "0:B100@10.00+");
    rig.leg[0].state = MARKET_GAP;
    shown("10.00:500 | 10.02:500", "0:-");
}

SPEC(its_parameters_are_checked)
{
    EXPECT_TEXT(rig_problem(&joiner_kind, 1, "size", "10", NULL),
                "joiner: long is missing: a quantity like 100 or 0.5, how long at most");
}

#define SPECS(S)                                                                                   \
    S(the_page_quotes_the_example_word_for_word)                                                   \
    S(it_joins_the_best_bid_and_follows_it)                                                        \
    S(it_buys_no_more_than_there_is_room_for)                                                      \
    S(it_stops_while_the_book_is_not_good)                                                         \
    S(its_parameters_are_checked)
SPEC_MAIN("example", SPECS, NULL, rig_close)
