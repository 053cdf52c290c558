#ifndef APPS_POLLUX_PRINT_H
#define APPS_POLLUX_PRINT_H

/* An answer as a person reads it: its fields, a line each, then its list as a table.  What is
 * printed moves no terminal, whatever the answer holds.  Pure. */

#include "control/command/command.h"

#include <jansson.h>

void print_answer(struct text *out, const struct command *command, const json_t *result);

/* Its parts.  rows: at most so many. */
void print_fields(struct text *out, const struct command_column *fields, const json_t *result);
void print_rows(struct text *out, const struct command_column *columns, const json_t *list,
                size_t rows);

/* Of a portion: how many of how many rows were printed, where it goes on, and whether they are not
 * of one moment; nothing if they are all, and of one. */
void print_portion(struct text *out, const json_t *result, size_t rows);

#endif
