/* What the tables of a venue say: every counter that is not zero has its row. */

#include "control/monitor/report_venue.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct gate_view *gate;
static struct match_view *match;
static char page[16384];

static void before_each(void)
{
    gate = calloc(1, sizeof *gate);
    match = calloc(1, sizeof *match);
    if (!gate || !match) abort();
}

static void after_each(void)
{
    free(gate);
    free(match);
}

/* All tables on one page. */
static const char *report(void)
{
    struct text out = text_in(page, sizeof page);
    report_venue_sessions(&out, gate);
    report_venue_entry(&out, gate, match);
    report_venue_market(&out, gate);
    report_venue_network(&out, gate);
    return page;
}

SPEC(the_sessions_that_are_not_shown_are_said_to_be_there)
{
    gate->sessions = GATE_VIEW_SESSIONS;
    EXPECT(strstr(report(), "more") == NULL);
    gate->sessions_more = 4084;
    EXPECT(strstr(report(), "  and 4084 more\n") != NULL);
}

SPEC(a_session_whose_stream_is_broken_is_said_to_be)
{
    gate->sessions = 1;
    gate->session[0] = (struct gate_view_session){.username = "CLI0  ", .broken = 1};
    gate->streams_broken = 1;
    EXPECT(strstr(report(), "CLI0    BROKEN") != NULL);
    EXPECT(strstr(report(), "SESSIONS BROKEN") != NULL);
}

#define EXPECT_ROW(counter, name)                                                                  \
    do {                                                                                           \
        EXPECT(strstr(report(), name) == NULL);                                                    \
        (counter) = 4711;                                                                          \
        EXPECT(strstr(report(), name) != NULL);                                                    \
        EXPECT(strstr(report(), "4,711") != NULL || strstr(report(), "4711") != NULL);             \
        (counter) = 0;                                                                             \
    } while (0)

SPEC(trouble_has_its_row_when_there_is_some)
{
    gate->line[0].datagram = 1;
    EXPECT_ROW(gate->frame_cut, "frames cut");
    EXPECT_ROW(gate->line_frame, "frames on a line's port");
    EXPECT_ROW(gate->dropped, "connections ended");
    EXPECT_ROW(gate->dropped_late, "ends that came late");
    EXPECT_ROW(gate->line[0].held_back, "held back");
    EXPECT_ROW(gate->reply_lost, "answers not sent");
    EXPECT_ROW(gate->tcp.link_full, "segments not sent");
    EXPECT_ROW(gate->tcp.aborted, "connections reset");
    EXPECT_ROW(gate->request_held, "requests held");
    EXPECT_ROW(gate->request_turn, "requests in turn");
    EXPECT_ROW(gate->connection_evicted, "connections evicted");
    EXPECT_ROW(gate->login_broken, "logins to broken sessions");
    EXPECT_ROW(gate->unsent, "ends not taken");
    EXPECT_ROW(gate->answer_lost, "answers lost");
    EXPECT_ROW(gate->spin.refused, "SNAPSHOTS BROKEN");
    EXPECT_ROW(gate->spin.missed, "SNAPSHOTS BROKEN");
}

#define SPECS(S)                                                                                   \
    S(the_sessions_that_are_not_shown_are_said_to_be_there)                                        \
    S(a_session_whose_stream_is_broken_is_said_to_be)                                              \
    S(trouble_has_its_row_when_there_is_some)
SPEC_MAIN("report_venue", SPECS, before_each, after_each)
