#include "apps/screen.h"

#include "dataplane/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define HOME           "\033[H"
#define CLEAR_LINE_END "\033[K"
#define CLEAR_BELOW    "\033[J"
#define SCREEN_ON      "\033[?1049h\033[?25l"
#define SCREEN_OFF     "\033[?25h\033[?1049l"
#define ROWS_USUAL     24u
#define COLUMNS_USUAL  80u
#define PATIENCE_MS    1000
#define FRAME_BYTES    (1u << 18)

/* What is being written; at: how much of it has been. */
static char frame_bytes[FRAME_BYTES];
static size_t frame_length, frame_at;

bool screen_unwaiting(int file)
{
    char path[32];
    if (isatty(file) != 1) return true;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int again = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (again < 0) return false;
    bool right = dup2(again, file) == file;
    close(again);
    return right;
}

struct screen_size screen_measure(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        return (struct screen_size){.rows = size.ws_row, .columns = size.ws_col};
    return (struct screen_size){.rows = ROWS_USUAL, .columns = COLUMNS_USUAL};
}

/* How many of these bytes were taken now. */
static size_t written_now(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        ssize_t more = write(STDOUT_FILENO, bytes + at, length - at);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) break;
        at += (size_t)more;
    }
    return at;
}

static int left_ms(const struct timespec *begun)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t took = (now.tv_sec - begun->tv_sec) * 1000 + (now.tv_nsec - begun->tv_nsec) / 1000000;
    return took < PATIENCE_MS ? (int)(PATIENCE_MS - took) : 0;
}

/* The same, with patience as long as some of it is taken. */
static size_t written_in_time(const char *bytes, size_t length)
{
    struct timespec begun;
    size_t at = 0;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    while (at < length) {
        size_t more = written_now(bytes + at, length - at);
        at += more;
        if (more > 0) clock_gettime(CLOCK_MONOTONIC, &begun);
        struct pollfd room = {.fd = STDOUT_FILENO, .events = POLLOUT};
        if (at < length && (left_ms(&begun) == 0 || poll(&room, 1, left_ms(&begun)) <= 0)) break;
    }
    return at;
}

/* True if nothing is left of the frame. */
static bool frame_go_on(void)
{
    frame_at += written_now(frame_bytes + frame_at, frame_length - frame_at);
    return frame_at == frame_length;
}

static void frame_begin(const struct text *frame)
{
    frame_length = frame->length;
    frame_at = 0;
    (void)frame_go_on();
}

void screen_open(void)
{
    struct text frame = text_in(frame_bytes, sizeof frame_bytes);
    fflush(stdout);
    text_append(&frame, SCREEN_ON);
    frame_begin(&frame);
}

void screen_close(void)
{
    size_t left = frame_length - frame_at;
    if (written_in_time(frame_bytes + frame_at, left) == left)
        (void)written_in_time(SCREEN_OFF, strlen(SCREEN_OFF));
    frame_length = frame_at = 0;
}

/* Each line is cleared behind its end, so that nothing of the page before shines through. */
bool screen_show(const char *page, struct screen_size size)
{
    if (!frame_go_on()) return false;
    struct text frame = text_in(frame_bytes, sizeof frame_bytes);
    text_append(&frame, HOME);
    uint32_t row = 0;
    for (const char *at = page; *at && row < size.rows; row++) {
        size_t length = strcspn(at, "\n");
        if (row > 0) text_append(&frame, "\r\n");
        text_append_bytes(&frame, at, length < size.columns ? length : size.columns);
        if (length < size.columns) text_append(&frame, CLEAR_LINE_END);
        at += length + (at[length] != 0);
    }
    text_append(&frame, CLEAR_BELOW);
    frame_begin(&frame);
    return true;
}

bool screen_print(const char *text)
{
    fflush(stdout);
    return written_in_time(text, strlen(text)) == strlen(text);
}
