#ifndef CONTROL_CONFIG_CONFIG_RULES_H
#define CONTROL_CONFIG_CONFIG_RULES_H

/* What the rules between keys are written with.  Private to control/config.
 *
 * A rule is a function.  It reads the completed tree through config_rules_key, which is NULL for
 * what was refused before, and says nothing about what it cannot see whole. */

#include "control/config/config_check.h"

struct config_rules {
    struct config_tree *tree;
    struct config_problems *problems;
};

struct config_nodes {
    const struct config_node **at;
    uint32_t count;
};

/* The node of a key, or NULL if the section or the key was refused or left out. */
struct config_node *config_rules_key(const struct config_node *section, uint32_t index);

/* Whether the file has the key, be it right or not. */
bool config_rules_given(const struct config_node *section, uint32_t index);

/* The right entries of a list of single values. */
struct config_nodes config_rules_entries(const struct config_rules *rules,
                                         const struct config_node *list);

/* The values of one key in each entry of a list of sections, where they are given and right. */
struct config_nodes config_rules_keys(const struct config_rules *rules,
                                      const struct config_node *list, uint32_t index);

/* Each value is there once; nodes are put in another order.  _names: where case does not tell names
 * apart. */
void config_rules_unique(const struct config_rules *rules, struct config_nodes nodes,
                         const char *what);
void config_rules_unique_names(const struct config_rules *rules, struct config_nodes nodes,
                               const char *what);

/* Entries of a list that others name. */
struct config_named {
    uint32_t name;    /* the key of their name */
    const char *what; /* one of them */
    const char *list;
};

/* The entry that wanted names, whose index it then notes; NULL, with a sentence unless an entry's
 * own name, or the list, was refused.  path: of wanted. */
const struct config_node *config_rules_named(const struct config_rules *rules,
                                             const struct config_node *list,
                                             const struct config_named *named,
                                             struct config_node *wanted, const char *path);

/* The same of ports. */
const struct config_node *config_rules_port(const struct config_rules *rules,
                                            const struct config_node *ports,
                                            struct config_node *wanted, const char *path);

/* Cables, each alone: config_rules_cables.c. */
void config_rules_cables(const struct config_rules *rules, const struct config_node *ports);

/* Ports, who uses them, and their networks: config_rules_ports.c. */
void config_rules_ports(const struct config_rules *rules, const struct config_node *root);

/* What is captured, and where to: config_rules_capture.c. */
void config_rules_capture(const struct config_rules *rules, const struct config_node *root);

/* How a gateway's venues are reached: config_rules_sessions.c. */
void config_rules_sessions(const struct config_rules *rules, const struct config_node *root);

/* What a gateway trades, and who decides: config_rules_gateway.c. */
void config_rules_gateway(const struct config_rules *rules, const struct config_node *root);

/* Instruments that a strategy trades at other venues than its own: config_rules_elsewhere.c. */
void config_rules_elsewhere(const struct config_rules *rules, const struct config_node *gateway);

/* Within which limits, and that none is missing: config_rules_limits.c. */
void config_rules_limits(const struct config_rules *rules, const struct config_node *gateway);

/* How programs outside reach it: config_rules_redis.c. */
void config_rules_redis(const struct config_rules *rules, const struct config_node *root);

/* The market a venue runs and who may log in: config_rules_venue.c. */
void config_rules_venue(const struct config_rules *rules, const struct config_node *venue);

#endif
