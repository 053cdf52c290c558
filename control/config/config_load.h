#ifndef CONTROL_CONFIG_CONFIG_LOAD_H
#define CONTROL_CONFIG_CONFIG_LOAD_H

/* From a tree without problems to the struct, through libcyaml.  Private to control/config. */

#include "control/config/config_tree.h"

/* tree was completed by config_check and config_rules, which found no problem. */
struct config *config_load(const struct config_tree *tree);

#endif
