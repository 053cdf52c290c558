#ifndef CONTROL_COMMAND_COMMAND_RECORD_H
#define CONTROL_COMMAND_COMMAND_RECORD_H

/* The file that changes are written down in: one JSON object a line, only ever appended to.
 *
 * It is our own, written by nobody else, no symbolic link; made with mode 0600 if it is not there.
 *
 * Threads: one. */

#include "dataplane/base/text.h"

struct command_record {
    int file; /* -1: closed */
};

/* False with a sentence. */
MUST_USE bool command_record_open(struct command_record *record, const char *path,
                                  struct text *problems);
void command_record_close(struct command_record *record);

/* Appends the whole line or nothing; durable: false unless it is on the disk.  Waits for it. */
bool command_record_write(void *record, const char *line, size_t length, bool durable);

#endif
