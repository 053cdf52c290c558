/* What becomes of a journal's levels: alerts that hold as long as their conditions. */

#include "control/monitor/monitor.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct monitor *monitor;
static struct views *views;
static uint64_t followed;

/* So many seconds, looked at ten times in each. */
static void live(uint32_t seconds)
{
    for (uint64_t ns = 0; ns < seconds * NANOS_SECOND; ns += MONITOR_LOOK_NS) {
        views->now_ns += MONITOR_LOOK_NS;
        views->wall_ns += MONITOR_LOOK_NS;
        monitor_look(monitor, views);
    }
}

/* The next event as a line; "" if there is none. */
static const char *told(void)
{
    static char line[1024];
    struct text out = text_in(line, sizeof line);
    const struct monitor_told *next = monitor_next(monitor, followed);
    line[0] = 0;
    if (!next) return line;
    followed = next->number;
    monitor_told_print(&out, next);
    return line;
}

static void before_each(void)
{
    monitor = monitor_new();
    views = calloc(1, sizeof *views);
    if (!monitor || !views) abort();
    followed = 0;
    *views = (struct views){.now_ns = NANOS_SECOND,
                            .wall_ns = 1000 * NANOS_SECOND,
                            .version = "1",
                            .name = "box",
                            .journals = 2,
                            .journal = {{.of = "gateway"}, {.of = "venue"}}};
    live(1);
}

static void after_each(void)
{
    monitor_free(monitor);
    free(views);
}

SPEC(a_journal_without_space_is_an_alarm_until_it_has_some)
{
    EXPECT_TEXT(told(), "");
    views->journal[1].no_next = 1;
    live(1);
    EXPECT(strstr(told(), "alarm journal_no_space venue: ") != NULL);
    live(60);
    EXPECT_TEXT(told(), "");
    views->journal[1].no_next = 0;
    live(7);
    EXPECT(strstr(told(), "note journal_no_space venue: no more: ") != NULL);
    EXPECT_TEXT(told(), "");
}

SPEC(a_folder_with_nine_tenths_of_its_segments_is_told_with_the_cure)
{
    views->journal[0].folder_segments = 4096 / 10 * 9 - 1;
    live(1);
    EXPECT_TEXT(told(), "");
    views->journal[0].folder_segments++;
    live(1);
    const char *line = told();
    EXPECT(strstr(line, "warning journal_segments gateway: ") != NULL);
    EXPECT(strstr(line, "3681 of 4096 segments") != NULL);
    EXPECT(strstr(monitor_events[MONITOR_JOURNAL_SEGMENTS].remedy, "journal_keep_segments"));
    EXPECT(strstr(monitor_events[MONITOR_JOURNAL_SEGMENTS].remedy, "new folder"));
    views->journal[0].folder_segments = 100; /* a sweep */
    live(7);
    EXPECT(strstr(told(), "note journal_segments gateway: no more: ") != NULL);
}

#define SPECS(S)                                                                                   \
    S(a_journal_without_space_is_an_alarm_until_it_has_some)                                       \
    S(a_folder_with_nine_tenths_of_its_segments_is_told_with_the_cure)
SPEC_MAIN("monitor: journals", SPECS, before_each, after_each)
