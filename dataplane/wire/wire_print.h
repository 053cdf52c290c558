#ifndef DATAPLANE_WIRE_WIRE_PRINT_H
#define DATAPLANE_WIRE_WIRE_PRINT_H

/* One message as one line of text, for golden files, captures and the fuzzers.  Cold. */

#include "dataplane/wire/wire.h"

#define WIRE_LINE_MAX 1024u /* no message of wire/ prints longer, whatever its bytes */

/* Writes "name field=value field=value ..." into text[0..capacity) and returns the length the
 * whole line would have had, as snprintf does.  Text is quoted, and what is not printable in it is
 * written \xNN, so that a line stays a line. */
size_t wire_print(char *text, size_t capacity, const char *name, const struct wire_field *fields,
                  size_t field_count, const void *message);

/* The same for a message whose layout is known: itch_layout(message[0]). */
size_t wire_print_layout(char *text, size_t capacity, const struct wire_layout *layout,
                         const void *message);

#endif
