#ifndef APPS_SCREEN_H
#define APPS_SCREEN_H

/* A screen that is drawn over and over on stdout, where that is a terminal.  One a program. */

#include <stdint.h>

struct screen_size {
    uint32_t rows;
    uint32_t columns;
};

/* Of the terminal as it is now; 24 x 80 where it does not say. */
struct screen_size screen_measure(void);

void screen_open(void);  /* another page than what was typed, without a cursor */
void screen_close(void); /* what was there before */

/* Draws page, lines of plain text, in place of the one before.  What does not fit is cut, because a
 * line more would scroll the first one away. */
void screen_show(const char *page, struct screen_size size);

#endif
