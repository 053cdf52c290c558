#ifndef CONTROL_CONFIG_CONFIG_TREE_H
#define CONTROL_CONFIG_CONFIG_TREE_H

/* A YAML document as a tree whose every node knows its place.  Private to control/config.
 *
 * libyaml's own document resolves aliases silently and has no bound on depth, so the tree is built
 * from libyaml's events.  What a configuration has no use for is refused here: aliases and anchors,
 * tags, more than one document, and more than CONFIG_DEPTH_MAX levels or CONFIG_NODES_MAX nodes.
 *
 * Memory: one arena per tree, at most about 100 MB for the largest file, defaults included. */

#include "control/config/config_problems.h"

#define CONFIG_DEPTH_MAX 16      /* the schema is six levels deep */
#define CONFIG_NODES_MAX 262144u /* one for every four bytes of the largest file */

enum config_kind {
    CONFIG_NODE_SCALAR,
    CONFIG_NODE_SEQUENCE,
    CONFIG_NODE_MAPPING,
    CONFIG_NODE_REFUSED, /* a problem was already reported: say no more about it */
};

struct config_node {
    enum config_kind kind;
    struct config_place place;
    bool quoted; /* a scalar that is a text even if it looks like a number */

    /* Written by the checks. */
    bool given; /* stands in the file; otherwise it is a default */
    bool valid; /* keeps the rules of its own key */
    uint64_t number;

    const char *text; /* of a scalar, NUL-terminated; text[0..bytes) may hold NULs */
    uint32_t bytes;
    uint32_t count;            /* of children */
    struct config_node *first; /* children, linked by next, in the order of the file */
    struct config_node *last;
    struct config_node *next;
    struct config_node *key;    /* of a child of a mapping */
    struct config_node **field; /* of a checked section: one per key of the schema, or NULL */
};

struct config_tree {
    struct config_block *blocks;
    uint32_t nodes;
    struct config_node *root; /* NULL if there is no document */
};

/* Reads a document.  Returns false if the tree cannot be used, because what follows a problem could
 * not be read; a tree that is returned may still have had problems.  Free it in either case. */
MUST_USE bool config_tree_read(struct config_tree *tree, const char *text, size_t bytes,
                               struct config_problems *problems);
void config_tree_free(struct config_tree *tree);

/* For those who complete the tree.  Zeroed; freed with the tree. */
void *config_tree_allocate(struct config_tree *tree, size_t bytes);
struct config_node *config_tree_add(struct config_tree *tree, enum config_kind kind,
                                    struct config_place place);

/* Appends child to the children of parent. */
void config_tree_append(struct config_node *parent, struct config_node *child);

#endif
