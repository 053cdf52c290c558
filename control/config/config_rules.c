/* One function per rule.  Each reads the completed tree through section_key, which is NULL for what
 * was refused before, and says nothing about what it cannot see whole. */

#include "control/config/config_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nodes {
    const struct config_node **at;
    uint32_t count;
};

struct rules {
    struct config_tree *tree;
    struct config_problems *problems;
};

/* The node of a key, or NULL if the section or the key was refused or left out. */
static struct config_node *section_key(const struct config_node *section, uint32_t index)
{
    if (!section || !section->field) return NULL;
    struct config_node *node = section->field[index];
    return node && node->valid ? node : NULL;
}

static struct nodes nodes_new(const struct rules *rules, uint32_t capacity)
{
    size_t bytes = (size_t)capacity * sizeof(struct config_node *);
    return (struct nodes){.at = config_tree_allocate(rules->tree, bytes)};
}

/* The right entries of a list of single values. */
static struct nodes nodes_entries(const struct rules *rules, const struct config_node *list)
{
    struct nodes nodes = nodes_new(rules, list ? list->count : 0);
    for (const struct config_node *entry = list ? list->first : NULL; entry; entry = entry->next)
        if (entry->valid) nodes.at[nodes.count++] = entry;
    return nodes;
}

/* The values of one key in each entry of a list of sections, where they are given and right. */
static struct nodes nodes_keys(const struct rules *rules, const struct config_node *list,
                               uint32_t index)
{
    struct nodes nodes = nodes_new(rules, list ? list->count : 0);
    for (const struct config_node *entry = list ? list->first : NULL; entry; entry = entry->next) {
        const struct config_node *node = section_key(entry, index);
        if (node && node->given) nodes.at[nodes.count++] = node;
    }
    return nodes;
}

static int by_text_then_place(const void *one, const void *other)
{
    const struct config_node *a = *(const struct config_node *const *)one;
    const struct config_node *b = *(const struct config_node *const *)other;
    int order = strcmp(a->text, b->text);
    if (order != 0) return order;
    if (a->place.line != b->place.line) return a->place.line < b->place.line ? -1 : 1;
    return (a->place.column > b->place.column) - (a->place.column < b->place.column);
}

static void rule_unique(const struct rules *rules, struct nodes nodes, const char *what)
{
    if (nodes.count < 2) return;
    qsort(nodes.at, nodes.count, sizeof(struct config_node *), by_text_then_place);
    const struct config_node *first = nodes.at[0];
    for (uint32_t i = 1; i < nodes.count; i++) {
        const struct config_node *node = nodes.at[i];
        if (strcmp(node->text, first->text) != 0) first = node;
        else
            config_problems_add(rules->problems, node->place,
                                "%s %s is used twice, first in line %u", what,
                                config_shown(node->text, node->bytes).text, first->place.line);
    }
}

static void rule_cores(const struct rules *rules, const struct config_node *lcores)
{
    const struct config_node *layout = section_key(lcores, KEY(config_lcores, layout));
    const struct config_node *cores = section_key(lcores, KEY(config_lcores, cores));
    if (!cores) return;
    rule_unique(rules, nodes_entries(rules, cores), "the core");
    if (!layout) return;
    if (layout->number == CONFIG_LAYOUT_SHARED && cores->count != 1)
        config_problems_add(rules->problems, cores->place,
                            "lcores.cores lists %u cores: the layout shared runs on exactly 1",
                            cores->count);
    if (layout->number == CONFIG_LAYOUT_DEDICATED &&
        cores->count != config_stages(1u << CONFIG_ROLE_FEED))
        config_problems_add(rules->problems, cores->place,
                            "lcores.cores lists %u core%s: the layout dedicated needs exactly %u, "
                            "for feed and engine",
                            cores->count, cores->count == 1 ? "" : "s",
                            config_stages(1u << CONFIG_ROLE_FEED));
}

/* Keys that only one kind of port has. */
static const struct port_key {
    const char *name;
    uint32_t index;
    enum config_port_kind kind;
    bool needed;
} port_keys[] = {
    {"file", KEY(config_port, file), CONFIG_PORT_CAPTURE, true},
    {"device", KEY(config_port, device), CONFIG_PORT_DPDK, true},
    {"rx_descriptors", KEY(config_port, rx_descriptors), CONFIG_PORT_DPDK, false},
    {"tx_descriptors", KEY(config_port, tx_descriptors), CONFIG_PORT_DPDK, false},
    {"frame_bytes", KEY(config_port, frame_bytes), CONFIG_PORT_DPDK, false},
};

static void rule_port_kind(const struct rules *rules, const struct config_node *port,
                           uint32_t index)
{
    static const char *const kinds[] = {
        [CONFIG_PORT_CAPTURE] = "capture", [CONFIG_PORT_DPDK] = "dpdk"};
    const struct config_node *kind = section_key(port, KEY(config_port, kind));
    if (!kind) return;
    for (uint32_t i = 0; i < ARRAY_COUNT(port_keys); i++) {
        const struct port_key *key = &port_keys[i];
        const struct config_node *node = port->field[key->index]; /* given, even if refused */
        bool given = node && node->given;
        if (given && kind->number != key->kind)
            config_problems_add(rules->problems, node->key->place,
                                "ports[%u].%s is for the kind %s, and this port is of kind %s",
                                index, key->name, kinds[key->kind], kinds[kind->number]);
        if (!given && key->needed && kind->number == key->kind)
            config_problems_add(rules->problems, kind->place,
                                "ports[%u].%s is missing: the kind %s needs it", index, key->name,
                                kinds[key->kind]);
    }
}

static void rule_ports(const struct rules *rules, const struct config_node *ports)
{
    uint32_t index = 0;
    for (const struct config_node *port = ports ? ports->first : NULL; port; port = port->next)
        rule_port_kind(rules, port, index++);
    rule_unique(rules, nodes_keys(rules, ports, KEY(config_port, name)), "the port name");
    rule_unique(rules, nodes_keys(rules, ports, KEY(config_port, device)), "the device");
}

/* Finds the port that a line names and notes its index.  Returns it, or NULL. */
static const struct config_node *rule_line_port(const struct rules *rules,
                                                const struct config_node *ports,
                                                const struct config_node *line, const char *path)
{
    struct config_node *wanted = section_key(line, KEY(config_line, port));
    if (!wanted || !ports) return NULL;
    char names[120] = "";
    uint32_t index = 0;
    bool all_named = true;
    for (const struct config_node *port = ports->first; port; port = port->next, index++) {
        const struct config_node *name = section_key(port, KEY(config_port, name));
        if (!name) {
            all_named = false; /* perhaps the one that is meant */
            continue;
        }
        if (strcmp(name->text, wanted->text) == 0) {
            wanted->number = index;
            return port;
        }
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", name->text);
    }
    if (all_named)
        config_problems_add(rules->problems, wanted->place,
                            "%s.port is \"%s\", but there is no such port; ports: %s", path,
                            wanted->text, names);
    return NULL;
}

static bool names_port(const struct config_node *line, const struct config_node *name)
{
    const struct config_node *wanted = section_key(line, KEY(config_line, port));
    return wanted && strcmp(wanted->text, name->text) == 0;
}

/* A port that brings nothing is most likely meant by a line that names another. */
static void rule_ports_used(const struct rules *rules, const struct config_node *ports,
                            const struct config_node *line_a, const struct config_node *line_b)
{
    uint32_t index = 0;
    for (const struct config_node *port = ports->first; port; port = port->next, index++) {
        const struct config_node *name = section_key(port, KEY(config_port, name));
        if (name && !names_port(line_a, name) && !names_port(line_b, name))
            config_problems_add(rules->problems, port->place, "ports[%u] is used by no line",
                                index);
    }
}

/* Whether feed leaves out line_b, rightly: it is not there to be refused. */
static bool has_no_line_b(const struct config_node *feed)
{
    return feed && !feed->field[KEY(config_feed, line_b)];
}

static void rule_lines(const struct rules *rules, const struct config_node *ports,
                       const struct config_node *feed)
{
    const struct config_node *line_a = section_key(feed, KEY(config_feed, line_a));
    const struct config_node *line_b = section_key(feed, KEY(config_feed, line_b));
    const struct config_node *port_a = rule_line_port(rules, ports, line_a, "feed.line_a");
    const struct config_node *port_b = rule_line_port(rules, ports, line_b, "feed.line_b");
    if (port_a && (port_b || has_no_line_b(feed))) rule_ports_used(rules, ports, line_a, line_b);

    const struct config_node *kind_a = section_key(port_a, KEY(config_port, kind));
    const struct config_node *kind_b = section_key(port_b, KEY(config_port, kind));
    if (kind_a && kind_b && kind_a->number != kind_b->number)
        config_problems_add(rules->problems, section_key(line_b, KEY(config_line, port))->place,
                            "feed.line_b.port and feed.line_a.port are of different kinds: a "
                            "capture's clock and the present cannot be compared");

    if (!port_a || port_a != port_b) return;
    const struct config_node *group_a = section_key(line_a, KEY(config_line, group));
    const struct config_node *group_b = section_key(line_b, KEY(config_line, group));
    const struct config_node *udp_a = section_key(line_a, KEY(config_line, udp_port));
    const struct config_node *udp_b = section_key(line_b, KEY(config_line, udp_port));
    if (!group_a || !group_b || !udp_a || !udp_b) return;
    if (group_a->number == group_b->number && udp_a->number == udp_b->number)
        config_problems_add(rules->problems, line_b->key->place,
                            "feed.line_b is line_a again: port, group and udp_port are the same");
}

static void rule_store(const struct rules *rules, const struct config_node *feed)
{
    const struct config_node *datagrams = section_key(feed, KEY(config_feed, store_datagrams));
    const struct config_node *bytes = section_key(feed, KEY(config_feed, store_datagram_bytes));
    if (!datagrams || !bytes) return;
    uint64_t mib = (datagrams->number * bytes->number + (1 << 20) - 1) >> 20;
    if (mib > CONFIG_STORE_MIB_MAX)
        config_problems_add(rules->problems, datagrams->given ? datagrams->place : bytes->place,
                            "feed.store_datagrams x store_datagram_bytes is %ju MiB: at most %d "
                            "are allowed",
                            (uintmax_t)mib, CONFIG_STORE_MIB_MAX);
}

static void rule_delegates(const struct rules *rules, const struct config_node *delegates)
{
    rule_unique(rules, nodes_keys(rules, delegates, KEY(config_delegate, name)),
                "the delegate name");
    for (const struct config_node *one = delegates ? delegates->first : NULL; one; one = one->next)
        rule_unique(rules,
                    nodes_entries(rules, section_key(one, KEY(config_delegate, instruments))),
                    "the symbol");
}

void config_rules(struct config_tree *tree, struct config_problems *problems)
{
    struct rules rules = {.tree = tree, .problems = problems};
    const struct config_node *root = tree->root;
    const struct config_node *ports = section_key(root, KEY(config, ports));
    const struct config_node *feed = section_key(root, KEY(config, feed));
    const struct config_node *engine = section_key(root, KEY(config, engine));
    const struct config_node *screen = section_key(root, KEY(config, screen));

    rule_unique(&rules, nodes_entries(&rules, section_key(root, KEY(config, roles))), "the role");
    rule_cores(&rules, section_key(root, KEY(config, lcores)));
    rule_ports(&rules, ports);
    rule_lines(&rules, ports, feed);
    rule_store(&rules, feed);
    rule_delegates(&rules, section_key(engine, KEY(config_engine, delegates)));
    rule_unique(&rules, nodes_entries(&rules, section_key(screen, KEY(config_screen, symbols))),
                "the symbol");
}
