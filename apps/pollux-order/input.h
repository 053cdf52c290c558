#ifndef APPS_POLLUX_ORDER_INPUT_H
#define APPS_POLLUX_ORDER_INPUT_H

/* Lines from a file, a terminal, a pipe or memory, without waiting where poll() says there is
 * something to read.
 *
 * Threads: one.  Memory: in the struct.  A line longer than the buffer is given in part, and its
 * rest is left out: it is too long for the language anyway. */

#include "dataplane/base/base.h"

#define INPUT_BYTES 65536u

struct input {
    int fd; /* -1: all there is has been read */
    const char *name;
    uint64_t number; /* of the line given last, 1-based */
    bool typed;      /* by a person */
    bool skipping;   /* the rest of a line that was too long */
    uint32_t first;
    uint32_t end;
    char bytes[INPUT_BYTES];
};

/* file "-": standard input.  False, with errno. */
MUST_USE bool input_open(struct input *input, const char *file);
/* One line from memory. */
void input_of_words(struct input *input, const char *words);
void input_close(struct input *input);

/* Reads once.  Call when poll() says so, or for an ordinary file at any time. */
void input_fill(struct input *input);

/* The next whole line without its end, good until the next call; NULL: none yet, or at the end. */
const char *input_line(struct input *input, uint32_t *length);
bool input_over(const struct input *input);

#endif
