#ifndef TESTS_MONITOR_MONITOR_RIG_H
#define TESTS_MONITOR_MONITOR_RIG_H

/* A box that is well, drawn as views and looked at ten times a second. */

#include "control/monitor/monitor.h"
#include "tests/support/spec.h"

#define MONITOR_LINE_BYTES 1024u

extern struct monitor *monitor;
extern struct views *views;
extern char line[MONITOR_LINE_BYTES]; /* the newest that was told */

void box_begin(void);
void box_draw(void); /* a feed on two lines, a gateway with two venues, a venue; all is well */
void box_end(void);

void look(void);
void beat(void);             /* all hearts, once */
void live(uint32_t seconds); /* in which all hearts beat */

/* The next event as a line; "" if there is none. */
const char *told(void);
bool begins(const char *text, const char *with);
const char *health(void);

#define EXPECT_TOLD(words)                                                                         \
    do {                                                                                           \
        const char *told_ = told();                                                                \
        spec_expect(__FILE__, __LINE__, begins(told_, words), "told '%s', expected '%s'", told_,   \
                    words);                                                                        \
    } while (0)
#define EXPECT_SILENCE() EXPECT_TEXT(told(), "")

#endif
