#ifndef DATAPLANE_LAUNCH_PLUGIN_CHECK_H
#define DATAPLANE_LAUNCH_PLUGIN_CHECK_H

/* Whether a file may be opened as a plug-in, and whether what it exports is one.  Cold.
 *
 * Whatever is wrong is a sentence: file, what, expected, found.  Threads: one.  Memory: none. */

#include "dataplane/base/text.h"
#include "dataplane/strategy/delegate.h"

/* A file, of root or of the user we run as, that not everybody may write to; the same of the folder
 * it is in. */
MUST_USE bool plugin_file_check(const char *path, struct text *problems);

/* object: from dlopen.  NULL if it is no plug-in of this interface, or a strategy of it lacks
 * something or has the name of another one of it. */
MUST_USE const struct delegate_plugin *plugin_object_check(void *object, const char *path,
                                                           struct text *problems);

#endif
