#ifndef APPS_POLLUXD_PLUGS_H
#define APPS_POLLUXD_PLUGS_H

/* The plug-ins that the configuration names: loaded for its check, kept while they are named, and
 * closed when nobody of them is left (F20).
 *
 * Cold.  Threads: the main one. */

#include "apps/polluxd/plan_gateway.h"

#include <stdio.h>

/* Strategies built in and of the plug-ins that are loaded. */
extern const struct polluxd_kinds plugs_kinds;

/* Loads what is not loaded yet; then asks the strategies what only they know of the configuration.
 * True if it adds no problem. */
MUST_USE bool plugs_check(const struct config *config, struct config_problems *problems);

/* Unloads those that are not named here; what becomes of each is a line. */
void plugs_keep(const struct config_paths *paths, FILE *out);

/* A delegate of kind is to be built, or has ended. */
void plugs_hold(const struct delegate_kind *kind);
void plugs_release(const struct delegate_kind *kind);

#endif
