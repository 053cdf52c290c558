#ifndef CONTROL_CONFIG_CONFIG_VALUE_H
#define CONTROL_CONFIG_CONFIG_VALUE_H

/* Single values: a scalar against the row of its key.  Private to control/config.
 *
 * A plain scalar is its characters: NO is a symbol, 0010 a session.  Numbers are decimal, without
 * sign, separators or leading zeros, so that nothing is read as octal or as a fraction; true and
 * false are the only switches.  A price, a quantity and an amount of money may have a point and up
 * to eight decimals, a percentage up to four; a percentage ends with '%', a time with its unit. */

#include "control/config/config_schema.h"
#include "control/config/config_tree.h"

/* Judges one scalar of key and, if it is right, fills number and sets valid.  path is what
 * sentences call it.  For an entry of a list, key is the list's. */
void config_value_check(const struct config_key *key, const char *path, struct config_node *node,
                        struct config_problems *problems);

/* The same for a mapping of names to texts: PARAMETERS. */
void config_parameters_check(const struct config_key *key, const char *path,
                             struct config_node *node, struct config_problems *problems);

/* What a node looks like to its author: a list, keys, nothing, the text "abc". */
struct config_found {
    char text[CONFIG_SHOWN_MAX + 24];
};
struct config_found config_value_found(const struct config_node *node);

/* A price as it is written, from 1e-8 units: "0.01", "100". */
struct config_price {
    char text[24];
};
struct config_price config_price(uint64_t price);

/* The value of any key that is a number, as it is written: "5ms", "2.5%". */
struct config_written {
    char text[24];
};
struct config_written config_written(const struct config_key *key, uint64_t number);

/* An IPv4 address as it is written. */
struct config_address {
    char text[16];
};
struct config_address config_address(uint32_t address);

/* The text nearest to what was written among count texts, or NULL if none is near. */
const char *config_value_nearest(const char *written, const char *const *texts, uint32_t count);

#endif
