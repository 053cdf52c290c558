#include "apps/polluxd/watch_plain.h"

#include "apps/polluxd/monitoring.h"
#include "control/monitor/event_line.h"

#include <unistd.h>

void watch_plain_write(struct polluxd *polluxd, const struct text *line)
{
    if (event_line_write(STDOUT_FILENO, line->bytes, line->length)) return;
    monitor_line_unwritten(monitoring_monitor(polluxd->monitoring));
}

void watch_plain_say(struct polluxd *polluxd, const char *said)
{
    char whole[WATCH_PLAIN_MAX + 1];
    struct text line = text_in(whole, sizeof whole - 1); /* the line end always fits */
    text_append(&line, said);
    line.capacity = sizeof whole;
    text_append_char(&line, '\n');
    watch_plain_write(polluxd, &line);
}
