/* Roles, cores, the feed's own bounds, names; ports, the gateway and the venue are next door. */

#include "control/config/config_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config_node *config_rules_key(const struct config_node *section, uint32_t index)
{
    if (!section || !section->field) return NULL;
    struct config_node *node = section->field[index];
    return node && node->valid ? node : NULL;
}

bool config_rules_given(const struct config_node *section, uint32_t index)
{
    return section && section->field && section->field[index] && section->field[index]->given;
}

static struct config_nodes nodes_new(const struct config_rules *rules, uint32_t capacity)
{
    size_t bytes = (size_t)capacity * sizeof(struct config_node *);
    return (struct config_nodes){.at = config_tree_allocate(rules->tree, bytes)};
}

struct config_nodes config_rules_entries(const struct config_rules *rules,
                                         const struct config_node *list)
{
    struct config_nodes nodes = nodes_new(rules, list ? list->count : 0);
    for (const struct config_node *entry = list ? list->first : NULL; entry; entry = entry->next)
        if (entry->valid) nodes.at[nodes.count++] = entry;
    return nodes;
}

struct config_nodes config_rules_keys(const struct config_rules *rules,
                                      const struct config_node *list, uint32_t index)
{
    struct config_nodes nodes = nodes_new(rules, list ? list->count : 0);
    for (const struct config_node *entry = list ? list->first : NULL; entry; entry = entry->next) {
        const struct config_node *node = config_rules_key(entry, index);
        if (node && node->given) nodes.at[nodes.count++] = node;
    }
    return nodes;
}

static int by_place(const struct config_node *a, const struct config_node *b)
{
    if (a->place.line != b->place.line) return a->place.line < b->place.line ? -1 : 1;
    return (a->place.column > b->place.column) - (a->place.column < b->place.column);
}

static int by_text_then_place(const void *one, const void *other)
{
    const struct config_node *a = *(const struct config_node *const *)one;
    const struct config_node *b = *(const struct config_node *const *)other;
    int order = strcmp(a->text, b->text);
    return order ? order : by_place(a, b);
}

static int by_name_then_place(const void *one, const void *other)
{
    const struct config_node *a = *(const struct config_node *const *)one;
    const struct config_node *b = *(const struct config_node *const *)other;
    int order = strcasecmp(a->text, b->text);
    return order ? order : by_place(a, b);
}

/* nodes are sorted, and equal ones in the order of the file. */
static void nodes_unique(const struct config_rules *rules, struct config_nodes nodes,
                         const char *what, int (*compare)(const char *, const char *))
{
    const struct config_node *first = nodes.at[0];
    for (uint32_t i = 1; i < nodes.count; i++) {
        const struct config_node *node = nodes.at[i];
        if (compare(node->text, first->text) != 0) first = node;
        else
            config_problems_add(rules->problems, node->place,
                                "%s %s is used twice, first in line %u", what,
                                config_shown(node->text, node->bytes).text, first->place.line);
    }
}

void config_rules_unique(const struct config_rules *rules, struct config_nodes nodes,
                         const char *what)
{
    if (nodes.count < 2) return;
    qsort(nodes.at, nodes.count, sizeof(struct config_node *), by_text_then_place);
    nodes_unique(rules, nodes, what, strcmp);
}

void config_rules_unique_names(const struct config_rules *rules, struct config_nodes nodes,
                               const char *what)
{
    if (nodes.count < 2) return;
    qsort(nodes.at, nodes.count, sizeof(struct config_node *), by_name_then_place);
    nodes_unique(rules, nodes, what, strcasecmp);
}

const struct config_node *config_rules_named(const struct config_rules *rules,
                                             const struct config_node *list,
                                             const struct config_named *named,
                                             struct config_node *wanted, const char *path)
{
    char names[120] = "";
    uint32_t index = 0;
    bool all_named = list != NULL;
    const struct config_node *entry = list ? list->first : NULL;
    for (; entry; entry = entry->next, index++) {
        const struct config_node *name = config_rules_key(entry, named->name);
        if (!name) {
            all_named = false; /* perhaps the one that is meant */
            continue;
        }
        if (strcmp(name->text, wanted->text) == 0) {
            wanted->number = index;
            return entry;
        }
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", name->text);
    }
    if (all_named)
        config_problems_add(rules->problems, wanted->place,
                            "%s is \"%s\", but there is no such %s; %s: %s", path, wanted->text,
                            named->what, named->list, names);
    return NULL;
}

const struct config_node *config_rules_port(const struct config_rules *rules,
                                            const struct config_node *ports,
                                            struct config_node *wanted, const char *path)
{
    static const struct config_named named = {KEY(config_port, name), "port", "ports"};
    return config_rules_named(rules, ports, &named, wanted, path);
}

/* The roles as a bit each; 0 if they cannot be seen whole. */
static uint32_t roles_of(const struct config_node *root)
{
    const struct config_node *list = config_rules_key(root, KEY(config, roles));
    uint32_t roles = 0;
    for (const struct config_node *role = list ? list->first : NULL; role; role = role->next) {
        if (!role->valid) return 0;
        roles |= 1u << role->number;
    }
    return roles;
}

/* Sections that belong to a role. */
static const struct role_section {
    const char *name;
    uint32_t index;
    enum config_role role;
    bool needed;
} role_sections[] = {
    {"feed", KEY(config, feed), CONFIG_ROLE_FEED, true},
    {"engine", KEY(config, engine), CONFIG_ROLE_FEED, false},
    {"gateway", KEY(config, gateway), CONFIG_ROLE_GATEWAY, true},
    {"venue", KEY(config, venue), CONFIG_ROLE_VENUE, true},
};

#define ROLE_NAME(enumerator, text, meaning, of) [enumerator] = (text),

static void rule_roles(const struct config_rules *rules, const struct config_node *root)
{
    static const char *const names[] = {CONFIG_ROLES(ROLE_NAME, none)};
    const struct config_node *list = config_rules_key(root, KEY(config, roles));
    config_rules_unique(rules, config_rules_entries(rules, list), "the role");
    uint32_t roles = roles_of(root);
    if (roles == 0) return;
    for (uint32_t i = 0; i < ARRAY_COUNT(role_sections); i++) {
        const struct role_section *section = &role_sections[i];
        const char *role = names[section->role];
        bool given = config_rules_given(root, section->index);
        if (given && !CONFIG_HAS(roles, section->role))
            config_problems_add(rules->problems, root->field[section->index]->key->place,
                                "%s is for the role %s, which roles does not name", section->name,
                                role);
        if (!given && section->needed && CONFIG_HAS(roles, section->role))
            config_problems_add(rules->problems, list->place, "%s is missing: the role %s needs it",
                                section->name, role);
    }
    if (CONFIG_HAS(roles, CONFIG_ROLE_GATEWAY) && !CONFIG_HAS(roles, CONFIG_ROLE_FEED))
        config_problems_add(rules->problems, list->place,
                            "roles names gateway and not feed: a gateway acts on the feed's books");
    const struct config_node *engine = config_rules_key(root, KEY(config, engine));
    if (CONFIG_HAS(roles, CONFIG_ROLE_GATEWAY) &&
        config_rules_given(engine, KEY(config_engine, delegates)))
        config_problems_add(rules->problems,
                            engine->field[KEY(config_engine, delegates)]->key->place,
                            "engine.delegates is for a feed without a gateway: here "
                            "gateway.strategies decide");
}

struct stage_names {
    char text[64];
};

/* "feed, engine, gate and venue", those of the roles. */
static struct stage_names stages_named(uint32_t roles)
{
#define STAGE_ROW(role, instead, called) {role, instead, called},
    static const struct {
        uint32_t role;
        uint32_t instead;
        const char *called;
    } stages[] = {CONFIG_STAGES(STAGE_ROW)};
    struct stage_names names = {0};
    uint32_t named = 0, count = config_stages(roles);
    for (uint32_t i = 0; i < ARRAY_COUNT(stages); i++) {
        if (!CONFIG_HAS(roles, stages[i].role) || CONFIG_HAS(roles, stages[i].instead)) continue;
        size_t used = strlen(names.text);
        const char *between = named == 0 ? "" : named + 1 == count ? " and " : ", ";
        snprintf(names.text + used, sizeof names.text - used, "%s%s", between, stages[i].called);
        named++;
    }
    return names;
}

static void rule_cores(const struct config_rules *rules, const struct config_node *root)
{
    const struct config_node *lcores = config_rules_key(root, KEY(config, lcores));
    const struct config_node *layout = config_rules_key(lcores, KEY(config_lcores, layout));
    const struct config_node *cores = config_rules_key(lcores, KEY(config_lcores, cores));
    if (!cores) return;
    config_rules_unique(rules, config_rules_entries(rules, cores), "the core");
    if (!layout) return;
    if (layout->number == CONFIG_LAYOUT_SHARED && cores->count != 1)
        config_problems_add(rules->problems, cores->place,
                            "lcores.cores lists %u cores: the layout shared runs on exactly 1",
                            cores->count);
    uint32_t roles = roles_of(root);
    uint32_t named = (uint32_t)__builtin_popcount(roles & ~(1u << CONFIG_ROLE_GATEWAY));
    if (layout->number == CONFIG_LAYOUT_ROLES && roles && cores->count != named)
        config_problems_add(rules->problems, cores->place,
                            "lcores.cores lists %u core%s: the layout roles needs exactly %u, one "
                            "for each of feed and venue",
                            cores->count, cores->count == 1 ? "" : "s", named);
    if (layout->number == CONFIG_LAYOUT_DEDICATED && roles && cores->count != config_stages(roles))
        config_problems_add(rules->problems, cores->place,
                            "lcores.cores lists %u core%s: the layout dedicated needs exactly %u, "
                            "for %s",
                            cores->count, cores->count == 1 ? "" : "s", config_stages(roles),
                            stages_named(roles).text);
}

static void rule_store(const struct config_rules *rules, const struct config_node *feed)
{
    const struct config_node *datagrams = config_rules_key(feed, KEY(config_feed, store_datagrams));
    const struct config_node *bytes =
        config_rules_key(feed, KEY(config_feed, store_datagram_bytes));
    if (!datagrams || !bytes) return;
    uint64_t mib = (datagrams->number * bytes->number + (1 << 20) - 1) >> 20;
    if (mib > CONFIG_STORE_MIB_MAX)
        config_problems_add(rules->problems, datagrams->given ? datagrams->place : bytes->place,
                            "feed.store_datagrams x store_datagram_bytes is %ju MiB: at most %d "
                            "are allowed",
                            (uintmax_t)mib, CONFIG_STORE_MIB_MAX);
}

static void rule_delegates(const struct config_rules *rules, const struct config_node *delegates)
{
    config_rules_unique(rules, config_rules_keys(rules, delegates, KEY(config_delegate, name)),
                        "the delegate name");
    for (const struct config_node *one = delegates ? delegates->first : NULL; one;
         one = one->next) {
        const struct config_node *symbols =
            config_rules_key(one, KEY(config_delegate, instruments));
        config_rules_unique(rules, config_rules_entries(rules, symbols), "the symbol");
    }
}

void config_rules(struct config_tree *tree, struct config_problems *problems)
{
    struct config_rules rules = {.tree = tree, .problems = problems};
    const struct config_node *root = tree->root;
    const struct config_node *engine = config_rules_key(root, KEY(config, engine));
    const struct config_node *screen = config_rules_key(root, KEY(config, screen));
    const struct config_node *shown = config_rules_key(screen, KEY(config_screen, symbols));

    rule_roles(&rules, root);
    rule_cores(&rules, root);
    config_rules_ports(&rules, root);
    config_rules_capture(&rules, root);
    rule_store(&rules, config_rules_key(root, KEY(config, feed)));
    rule_delegates(&rules, config_rules_key(engine, KEY(config_engine, delegates)));
    config_rules_gateway(&rules, root);
    config_rules_redis(&rules, root);
    config_rules_venue(&rules, config_rules_key(root, KEY(config, venue)));
    config_rules_unique(&rules, config_rules_entries(&rules, shown), "the symbol");
}
