/* The table of events: what README.md says of them is what they are. */

#include "control/monitor/monitor_events.h"
#include "dataplane/base/text.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

/* The table of README.md, row by row: | `code` | severity | sentence | what to do | */
SPEC(the_readme_has_every_event_of_the_code_and_no_other)
{
    static char actual[1 << 16], expected[1 << 14];
    FILE *file = fopen(MONITOR_README, "rb");
    EXPECT(file != NULL);
    if (!file) return;
    actual[fread(actual, 1, sizeof actual - 1, file)] = 0;
    fclose(file);
    struct text rows = text_in(expected, sizeof expected);
    text_append(&rows, "|---|---|---|---|\n");
    for (uint32_t i = 0; i < MONITOR_EVENT_COUNT; i++) {
        const struct monitor_event_row *row = &monitor_events[i];
        const char *severity = monitor_severity_name(row->severity);
        text_format(&rows, "| `%s` | %s%s | %s | %s |\n", row->code, severity,
                    row->kind == MONITOR_ONCE        ? ""
                    : row->kind == MONITOR_UNHEALTHY ? ", alert, unhealthy"
                                                     : ", alert",
                    row->sentence, row->remedy);
    }
    text_append_char(&rows, '\n');
    EXPECT(!rows.cut);
    EXPECT(strstr(actual, expected) != NULL);
    if (!strstr(actual, expected)) printf("%s", expected);
}

SPEC(every_code_is_there_once_and_fits_a_label)
{
    for (uint32_t i = 0; i < MONITOR_EVENT_COUNT; i++) {
        const char *code = monitor_events[i].code;
        EXPECT(strspn(code, "abcdefghijklmnopqrstuvwxyz_") == strlen(code));
        for (uint32_t k = 0; k < i; k++) EXPECT(strcmp(code, monitor_events[k].code) != 0);
    }
}

#define SPECS(S)                                                                                   \
    S(the_readme_has_every_event_of_the_code_and_no_other)                                         \
    S(every_code_is_there_once_and_fits_a_label)
SPEC_MAIN("monitor_events", SPECS, NULL, NULL)
