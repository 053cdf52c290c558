#ifndef APPS_PASSWORD_H
#define APPS_PASSWORD_H

/* A password from a file: its first line, 1 to 10 printable characters.
 *
 * The file must be an ordinary one, no link, ours or root's, and nobody else may read or write it.
 * What it holds is never said. */

#include "dataplane/base/text.h"

#define PASSWORD_BYTES 10u

/* Fills password, padded with spaces.  False and a sentence that names the file. */
MUST_USE bool password_read(const char *path, char password[PASSWORD_BYTES], struct text *problems);

#endif
