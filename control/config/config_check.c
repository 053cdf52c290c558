#include "control/config/config_check.h"

#include "control/config/config_value.h"

#include <stdio.h>
#include <string.h>

#define PATH_MAX_BYTES 96 /* of "engine.delegates[63].instruments[65534]" and whatever comes */
#define KEYS_MAX       32 /* of one section */

struct check {
    struct config_tree *tree;
    struct config_problems *problems;
};

struct path {
    char text[PATH_MAX_BYTES];
};

static void section_check(const struct check *check, const struct config_section *section,
                          struct config_node *node, const char *path);

static struct path path_key(const char *section, const char *key)
{
    struct path path;
    snprintf(path.text, sizeof path.text, "%s%s%s", section, section[0] ? "." : "", key);
    return path;
}

static struct path path_entry(const char *list, uint32_t index)
{
    struct path path;
    snprintf(path.text, sizeof path.text, "%s[%u]", list, index);
    return path;
}

/* Where a reader looks for a section: its key, or for the entry of a list its first key. */
static struct config_place place_of(const struct config_node *node)
{
    return node->key ? node->key->place : node->place;
}

static const struct config_key *find_key(const struct config_section *section,
                                         const struct config_node *key)
{
    for (uint32_t i = 0; i < section->count; i++)
        if (strcmp(section->keys[i].name, key->text) == 0 &&
            strlen(section->keys[i].name) == key->bytes)
            return &section->keys[i];
    return NULL;
}

/* The section below from that has the key, because indenting wrongly is the commonest mistake. */
static const struct config_section *find_home(const struct config_section *from,
                                              const struct config_node *key)
{
    if (find_key(from, key)) return from;
    for (uint32_t i = 0; i < from->count; i++) {
        const struct config_section *below = from->keys[i].section;
        const struct config_section *home = below ? find_home(below, key) : NULL;
        if (home) return home;
    }
    return NULL;
}

static void report_unknown(const struct check *check, const struct config_section *section,
                           const struct config_node *key)
{
    if (config_problems_full(check->problems)) {
        config_problems_add(check->problems, key->place, "unknown key");
        return;
    }
    const char *names[KEYS_MAX];
    CHECK(section->count <= KEYS_MAX);
    for (uint32_t i = 0; i < section->count; i++) names[i] = section->keys[i].name;

    struct config_shown shown = config_shown(key->text, key->bytes);
    const struct config_section *home = find_home(config_schema(), key);
    const char *nearest = config_value_nearest(key->text, names, section->count);
    if (home)
        config_problems_add(check->problems, key->place,
                            "unknown key \"%s\" in %s: it belongs to %s", shown.text,
                            section->called, home->called);
    else if (nearest)
        config_problems_add(check->problems, key->place,
                            "unknown key \"%s\" in %s: did you mean %s?", shown.text,
                            section->called, nearest);
    else
        config_problems_add(check->problems, key->place, "unknown key \"%s\" in %s", shown.text,
                            section->called);
}

static void entries_check(const struct check *check, const struct config_key *key,
                          struct config_node *list, const char *path)
{
    if (list->count < key->low || list->count > key->high) {
        config_problems_add(check->problems, list->place,
                            "%s has %u entries: the range is %ju..%ju", path, list->count,
                            (uintmax_t)key->low, (uintmax_t)key->high);
        return;
    }
    list->valid = true;
    uint32_t index = 0;
    for (struct config_node *entry = list->first; entry; entry = entry->next) {
        struct path at = path_entry(path, index++);
        if (key->type == CONFIG_TYPE_LIST) section_check(check, key->section, entry, at.text);
        else config_value_check(key, at.text, entry, check->problems);
    }
}

static void list_check(const struct check *check, const struct config_key *key,
                       struct config_node *node, const char *path)
{
    bool all = key->type == CONFIG_TYPE_SELECTION && node->kind == CONFIG_NODE_SCALAR &&
               node->bytes == 3 && strcmp(node->text, "all") == 0;
    if (all) {
        node->kind = CONFIG_NODE_SEQUENCE; /* an empty one, which cannot be written */
        node->valid = true;
    } else if (node->kind == CONFIG_NODE_SEQUENCE) {
        entries_check(check, key, node, path);
    } else if (node->kind != CONFIG_NODE_REFUSED) {
        config_problems_add(check->problems, node->place, "%s needs %s, found %s", path,
                            key->type == CONFIG_TYPE_LIST || key->type == CONFIG_TYPE_CHOICES
                                ? "a list"
                                : config_schema_called(key->type),
                            config_value_found(node).text);
    }
}

static void key_check(const struct check *check, const struct config_key *key,
                      struct config_node *node, const char *path)
{
    switch (key->type) {
    case CONFIG_TYPE_SECTION:
    case CONFIG_TYPE_OPTION: section_check(check, key->section, node, path); return;
    case CONFIG_TYPE_PARAMETERS: config_parameters_check(key, path, node, check->problems); return;
    case CONFIG_TYPE_LIST:
    case CONFIG_TYPE_CHOICES:
    case CONFIG_TYPE_WHOLES:
    case CONFIG_TYPE_SYMBOLS:
    case CONFIG_TYPE_PATHS:
    case CONFIG_TYPE_SELECTION: list_check(check, key, node, path); return;
    case CONFIG_TYPE_WHOLE:
    case CONFIG_TYPE_LARGE:
    case CONFIG_TYPE_POWER:
    case CONFIG_TYPE_SWITCH:
    case CONFIG_TYPE_CHOICE:
    case CONFIG_TYPE_PRICE:
    case CONFIG_TYPE_QTY:
    case CONFIG_TYPE_MONEY:
    case CONFIG_TYPE_NS:
    case CONFIG_TYPE_TICKS:
    case CONFIG_TYPE_MOMENT:
    case CONFIG_TYPE_PPM:
    case CONFIG_TYPE_COUNT:
    case CONFIG_TYPE_VENUE:
    case CONFIG_TYPE_STRATEGY:
    case CONFIG_TYPE_PACE:
    case CONFIG_TYPE_ADDRESS:
    case CONFIG_TYPE_MAC:
    case CONFIG_TYPE_NAME:
    case CONFIG_TYPE_PORT:
    case CONFIG_TYPE_PATH:
    case CONFIG_TYPE_DEVICE:
    case CONFIG_TYPE_SESSION:
    case CONFIG_TYPE_SYMBOL: config_value_check(key, path, node, check->problems); return;
    case CONFIG_TYPES_COUNT: break;
    }
    UNREACHABLE("every key has a type of CONFIG_TYPES");
}

/* The node of a key that the file leaves out. */
static struct config_node *absent_complete(const struct check *check, const struct config_key *key,
                                           struct config_place place, const char *path)
{
    if (!key->otherwise) {
        config_problems_add(check->problems, place, "%s is missing", path);
        return NULL;
    }
    if (key->type == CONFIG_TYPE_OPTION) return NULL;
    if (key->type == CONFIG_TYPE_SECTION) {
        struct config_node *node = config_tree_add(check->tree, CONFIG_NODE_MAPPING, place);
        section_check(check, key->section, node, path);
        return node;
    }
    bool list = key->type == CONFIG_TYPE_LIST || key->type == CONFIG_TYPE_WHOLES ||
                key->type == CONFIG_TYPE_CHOICES || key->type == CONFIG_TYPE_SYMBOLS ||
                key->type == CONFIG_TYPE_PATHS;
    bool parameters = key->type == CONFIG_TYPE_PARAMETERS;
    struct config_node *node = config_tree_add(check->tree,
                                               list         ? CONFIG_NODE_SEQUENCE
                                               : parameters ? CONFIG_NODE_MAPPING
                                                            : CONFIG_NODE_SCALAR,
                                               place);
    node->text = key->otherwise;
    node->bytes = (uint32_t)strlen(key->otherwise);
    if (list || parameters) node->valid = true;
    else key_check(check, key, node, path);
    CHECK(node->valid); /* a default keeps the rule of its own row */
    return node;
}

static void section_check(const struct check *check, const struct config_section *section,
                          struct config_node *node, const char *path)
{
    if (node->kind == CONFIG_NODE_REFUSED) return;
    if (node->kind != CONFIG_NODE_MAPPING) {
        config_problems_add(check->problems, node->place, "%s needs keys of its own, found %s",
                            path[0] ? path : "the file", config_value_found(node).text);
        return;
    }
    node->valid = true;
    node->field = config_tree_allocate(check->tree, section->count * sizeof(struct config_node *));
    for (struct config_node *child = node->first; child; child = child->next) {
        const struct config_node *name = child->key;
        if (name->kind == CONFIG_NODE_REFUSED) continue;
        if (name->kind != CONFIG_NODE_SCALAR) {
            config_problems_add(check->problems, name->place, "a key must be a text, found %s",
                                config_value_found(name).text);
            continue;
        }
        const struct config_key *key = find_key(section, name);
        struct config_node **field = key ? &node->field[key - section->keys] : NULL;
        if (!key) report_unknown(check, section, name);
        else if (*field)
            config_problems_add(check->problems, name->place, "%s is given twice, first in line %u",
                                path_key(path, key->name).text, (*field)->key->place.line);
        else *field = child;
    }
    for (uint32_t i = 0; i < section->count; i++) {
        const struct config_key *key = &section->keys[i];
        struct path at = path_key(path, key->name);
        if (node->field[i]) key_check(check, key, node->field[i], at.text);
        else node->field[i] = absent_complete(check, key, place_of(node), at.text);
    }
}

void config_check(struct config_tree *tree, struct config_problems *problems)
{
    struct check check = {.tree = tree, .problems = problems};
    section_check(&check, config_schema(), tree->root, "");
}
