#ifndef APPS_SCREEN_H
#define APPS_SCREEN_H

/* A screen that is drawn over and over on stdout, where that is a terminal.  One a program.
 *
 * A terminal that is stopped (Ctrl-S) or slow takes no more.  Where its file does not wait
 * (screen_unwaiting) neither does anything here: what is left of a page goes on at the next call,
 * and a page that comes before it is dropped, whole. */

#include <stdbool.h>
#include <stdint.h>

struct screen_size {
    uint32_t rows;
    uint32_t columns;
};

/* If file is a terminal, nothing written to it waits from now on: it is opened anew for this
 * process, and for none that shares it.  False: it is a terminal, and cannot be opened anew. */
bool screen_unwaiting(int file);

/* Of the terminal as it is now; 24 x 80 where it does not say. */
struct screen_size screen_measure(void);

void screen_open(void);  /* another page than what was typed, without a cursor */
void screen_close(void); /* what was there before; waits for the terminal a second at most */

/* Draws page, lines of plain text, in place of the one before.  What does not fit is cut, because a
 * line more would scroll the first one away.  False: it was dropped. */
bool screen_show(const char *page, struct screen_size size);

/* Text behind the screen, to stdout; waits for a terminal that takes no more a second at most.
 * False: some of it is not written. */
bool screen_print(const char *text);

#endif
