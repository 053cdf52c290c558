#ifndef CONTROL_CONFIG_CONFIG_PROBLEMS_H
#define CONTROL_CONFIG_CONFIG_PROBLEMS_H

/* What is wrong with a configuration file, collected.  Private to control/config. */

#include "control/config/config.h"

/* True once further sentences are only counted, so that nobody works on composing them. */
bool config_problems_full(const struct config_problems *problems);

/* Puts the problems in the order of the file; those of one place stay in the order found.  A place
 * after end becomes end: libyaml ends a last line that has no end, and counts one more. */
void config_problems_sort(struct config_problems *problems, struct config_place end);

/* A piece of the file, made safe to print: what is not printable ASCII is '?', and what is longer
 * than CONFIG_SHOWN_MAX ends in "...". */
#define CONFIG_SHOWN_MAX 40
struct config_shown {
    char text[CONFIG_SHOWN_MAX + 4];
};
struct config_shown config_shown(const char *text, size_t bytes);

#endif
