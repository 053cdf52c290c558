#ifndef TESTS_WIRE_DISSECTION_H
#define TESTS_WIRE_DISSECTION_H

/* A strict reader of another dissector's field tree: one field per line, depth by indentation.
 *
 *     Frame 1: 93 bytes on wire (744 bits), 93 bytes captured (744 bits)
 *     ...
 *         Message:
 *             Add Order Message:
 *                 Stock Locate: 464
 *
 * A line is "label: value", "label:" or "[label: value]".  It knows no message and no value: those
 * are compared by whoever reads. */

#include <stdbool.h>
#include <stddef.h>

struct dissection {
    const char *at; /* the next line of a text that ends with '\0' */
    unsigned line;  /* number of the line last read */
};

struct dissection_line {
    unsigned depth; /* four spaces each */
    char label[128];
    char value[256]; /* without leading and trailing spaces */
};

/* The next line that is not blank, or false at the end of the text.  A line of another form has an
 * empty label. */
bool dissection_next(struct dissection *text, struct dissection_line *line);

#endif
