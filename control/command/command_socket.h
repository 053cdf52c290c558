#ifndef CONTROL_COMMAND_COMMAND_SOCKET_H
#define CONTROL_COMMAND_COMMAND_SOCKET_H

/* The socket's place in the file system, made safely.
 *
 *     DIRECTORY/NAME      the directory is ours, 0750 or stricter, made if it is not there; the
 *                         socket is 0660 from its first moment
 *
 * A socket that nobody listens at is removed if it is our own; one that somebody answers at, or
 * anything else of that name, is left alone and refused.  The directory is held open and everything
 * is done within it, so that nobody can put another in its place meanwhile.
 *
 * Threads: one; the file mode mask of the process is another for a moment. */

#include "dataplane/base/text.h"

/* Listening, without waiting; -1 with a sentence. */
MUST_USE int command_socket_listen(const char *path, struct text *problems);

/* Connected; -1 with errno. */
MUST_USE int command_socket_connect(const char *path);

/* Removes the name, if it is a socket of ours. */
void command_socket_remove(const char *path);

#endif
