#ifndef APPS_SENTENCES_H
#define APPS_SENTENCES_H

/* What went wrong, for a person: one line a sentence on standard error, each behind the program's
 * name. */

#include "dataplane/base/text.h"

/* sentences: each ends with a line end. */
void sentences_print(const char *program, const struct text *sentences);

#endif
