#ifndef DATAPLANE_LAUNCH_PLUGIN_H
#define DATAPLANE_LAUNCH_PLUGIN_H

/* Strategies from shared objects; all they know of us is <pollux/delegate.h> (F20).  Cold.
 *
 *     plugin_load      the file is checked and opened, and what it exports is checked
 *     plugin_find      a strategy by name: built in, or of a plug-in
 *     plugin_hold      a delegate of it is about to be built
 *     plugin_release   the delegate has ended, and nothing will call it again
 *     plugin_unload    it makes no more delegates; closed when the last one is released
 *
 *             load             unload                 last release
 *     (none) ------> LOADED ------------> LEAVING -------------------> (none)
 *                       `--- unload, no delegate is left ----------------^
 *
 * A plug-in is code of this process: its checks find mistakes, not malice.  So the file, and the
 * folder it is in, must not be writable by everybody, and must be root's or our own user's.  Our
 * functions are not among those it can call.
 *
 * When it is closed, all that it made is gone: also its names, and those of its gauges.
 *
 * Threads: one, not an lcore's.  Memory: the caller's struct, and what the C library takes. */

#include "dataplane/base/text.h"
#include "dataplane/strategy/delegate.h"

#define PLUGIN_LOADED_MAX 32u  /* plug-ins at once */
#define PLUGIN_KINDS_MAX  32u  /* strategies of one */
#define PLUGIN_PATH_MAX   511u /* characters */

struct plugin {
    char path[PLUGIN_PATH_MAX + 1]; /* "" is a free place */
    void *object;
    const struct delegate_plugin *exported;
    uint32_t delegates; /* held */
    bool leaving;
};

struct plugins {
    const char *folder; /* where a name without a slash is looked for; NULL: PLUGIN_FOLDER */
    struct plugin plugin[PLUGIN_LOADED_MAX];
};

extern const char PLUGIN_FOLDER[]; /* where pollux is installed: lib/pollux/strategies */

/* All of the plug-in's strategies, or none: then false, and a sentence that names the file, what is
 * wrong with it, what was expected and what was found. */
MUST_USE bool plugin_load(struct plugins *plugins, const char *file, struct text *problems);

/* NULL: no strategy has this name, or only one that is leaving. */
const struct delegate_kind *plugin_find(const struct plugins *plugins, const char *name);

/* The plug-in that is loaded from this file; the one that a strategy is of.  NULL: none. */
const struct plugin *plugin_loaded(const struct plugins *plugins, const char *file);
const struct plugin *plugin_with(const struct plugins *plugins, const struct delegate_kind *kind);

/* Once for each delegate, before its build and after its end.  Nothing happens for a strategy that
 * is built in.  A kind is one that plugin_find gave; it is not to be used after its last release if
 * its plug-in is leaving. */
void plugin_hold(struct plugins *plugins, const struct delegate_kind *kind);
void plugin_release(struct plugins *plugins, const struct delegate_kind *kind);

/* file as it was given to plugin_load. */
enum plugin_unloaded {
    PLUGIN_CLOSED,
    PLUGIN_LEAVING, /* it has delegates; it is closed when the last one is released */
    PLUGIN_UNKNOWN, /* no such file is loaded */
};
MUST_USE enum plugin_unloaded plugin_unload(struct plugins *plugins, const char *file);

/* A line for each: file, strategies, delegates. */
void plugin_print(struct text *out, const struct plugins *plugins);

#endif
