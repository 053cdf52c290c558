/* Parameters of a strategy: names and texts that only the strategy knows.  Here each name must be
 * one, and there once; each text be printable and short. */

#include "control/config/config_value.h"

#include <string.h>

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

static bool name_check(const struct config_node *name, const char *path,
                       struct config_problems *problems)
{
    if (name->kind == CONFIG_NODE_REFUSED) return false;
    if (name->kind != CONFIG_NODE_SCALAR || name->bytes == 0 ||
        strspn(name->text, NAME_CHARACTERS) != name->bytes) {
        config_problems_add(problems, name->place, "a parameter in %s needs %s, found %s", path,
                            config_schema_called(CONFIG_TYPE_NAME), config_value_found(name).text);
        return false;
    }
    if (name->bytes > CONFIG_NAME_MAX)
        config_problems_add(problems, name->place,
                            "the parameter %s in %s has %u characters: at most %d are allowed",
                            config_shown(name->text, name->bytes).text, path, name->bytes,
                            CONFIG_NAME_MAX);
    return name->bytes <= CONFIG_NAME_MAX;
}

static void text_check(struct config_node *node, const char *path, struct config_problems *problems)
{
    const char *name = node->key->text;
    if (node->kind == CONFIG_NODE_REFUSED) return;
    bool printable = node->kind == CONFIG_NODE_SCALAR && node->bytes > 0;
    for (uint32_t i = 0; printable && i < node->bytes; i++)
        printable = node->text[i] >= ' ' && node->text[i] <= '~';
    if (!printable)
        config_problems_add(problems, node->place, "%s.%s needs a text, found %s", path, name,
                            config_value_found(node).text);
    else if (node->bytes > CONFIG_PARAMETER_MAX)
        config_problems_add(problems, node->place,
                            "%s.%s has %u characters: at most %d are allowed", path, name,
                            node->bytes, CONFIG_PARAMETER_MAX);
    else node->valid = true;
}

/* The child before this one of the same name, or NULL. */
static const struct config_node *named_before(const struct config_node *node,
                                              const struct config_node *child)
{
    for (const struct config_node *one = node->first; one != child; one = one->next)
        if (one->key->kind == CONFIG_NODE_SCALAR && strcmp(one->key->text, child->key->text) == 0)
            return one;
    return NULL;
}

void config_parameters_check(const struct config_key *key, const char *path,
                             struct config_node *node, struct config_problems *problems)
{
    if (node->kind == CONFIG_NODE_REFUSED) return;
    if (node->kind != CONFIG_NODE_MAPPING) {
        config_problems_add(problems, node->place, "%s needs %s, found %s", path,
                            config_schema_called(key->type), config_value_found(node).text);
        return;
    }
    if (node->count > key->high) {
        config_problems_add(problems, node->place, "%s has %u entries: the range is %ju..%ju", path,
                            node->count, (uintmax_t)key->low, (uintmax_t)key->high);
        return;
    }
    node->valid = true;
    for (struct config_node *child = node->first; child; child = child->next) {
        if (!name_check(child->key, path, problems)) continue;
        const struct config_node *before = named_before(node, child);
        if (before)
            config_problems_add(problems, child->key->place,
                                "%s.%s is given twice, first in line %u", path, child->key->text,
                                before->key->place.line);
        else text_check(child, path, problems);
    }
}
