#include "apps/screen.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HOME           "\033[H"
#define CLEAR_LINE_END "\033[K"
#define CLEAR_BELOW    "\033[J"
#define SCREEN_ON      "\033[?1049h\033[?25l"
#define SCREEN_OFF     "\033[?25h\033[?1049l"
#define ROWS_USUAL     24u
#define COLUMNS_USUAL  80u

struct screen_size screen_measure(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        return (struct screen_size){.rows = size.ws_row, .columns = size.ws_col};
    return (struct screen_size){.rows = ROWS_USUAL, .columns = COLUMNS_USUAL};
}

void screen_open(void)
{
    fputs(SCREEN_ON, stdout);
}

void screen_close(void)
{
    fputs(SCREEN_OFF, stdout);
    fflush(stdout);
}

/* Each line is cleared behind its end, so that nothing of the page before shines through. */
void screen_show(const char *page, struct screen_size size)
{
    fputs(HOME, stdout);
    uint32_t row = 0;
    for (const char *at = page; *at && row < size.rows; row++) {
        size_t length = strcspn(at, "\n");
        if (row > 0) fputs("\r\n", stdout);
        fwrite(at, 1, length < size.columns ? length : size.columns, stdout);
        if (length < size.columns) fputs(CLEAR_LINE_END, stdout);
        at += length + (at[length] != 0);
    }
    fputs(CLEAR_BELOW, stdout);
    fflush(stdout);
}
