#ifndef CONTROL_CONFIG_CONFIG_DIFF_VALUE_H
#define CONTROL_CONFIG_CONFIG_DIFF_VALUE_H

/* Values of the struct written as they would be in a file.  Private to control/config. */

#include "control/config/config_schema.h"

#include <stdio.h>

struct config;

/* The value of key at field, which is in the struct of its section.  Of no SECTION, OPTION, LIST or
 * PARAMETERS. */
void config_diff_value_print(FILE *out, const struct config *config, const struct config_key *key,
                             const void *field);

#endif
