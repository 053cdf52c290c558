#ifndef CONTROL_CONFIG_CONFIG_CHECK_H
#define CONTROL_CONFIG_CONFIG_CHECK_H

/* A tree against the schema, then against the rules between keys.  Private to control/config. */

#include "control/config/config_schema.h"
#include "control/config/config_tree.h"

/* Judges every key of the tree alone, and completes the tree: afterwards each section that could
 * be read has in field[] one node for each key of its schema, from the file or from the default;
 * NULL only for an OPTION that was left out and a required key that is missing (a problem). */
void config_check(struct config_tree *tree, struct config_problems *problems);

/* Judges keys that are right alone against each other, and turns names of ports into indexes.  A
 * key that config_check refused is left out, so that one mistake is one problem. */
void config_rules(struct config_tree *tree, struct config_problems *problems);

#endif
