/* Ports: each alone, its network, and who uses it.
 *
 * All that names a port is collected first (struct uses), so that what a port must be, whether two
 * uses clash and whether a port is used at all are asked of one table.  uses.whole is false as soon
 * as something that may name a port was refused: then no port is called unused. */

#include "control/config/config_rules.h"
#include "control/config/config_value.h"

#include <stdio.h>
#include <string.h>

#define KIND(of) (1u << CONFIG_PORT_##of)

/* Keys that not every kind of port has. */
static const struct port_key {
    const char *name;
    uint32_t index;
    uint32_t kinds; /* a bit each */
    const char *called;
    bool needed;
    bool of_network; /* needs an address */
} port_keys[] = {
    {"file", KEY(config_port, file), KIND(CAPTURE), "kind capture", true, false},
    {"device", KEY(config_port, device), KIND(DPDK), "kind dpdk", true, false},
    {"to", KEY(config_port, to), KIND(CABLE), "kind cable", true, false},
    {"rx_descriptors", KEY(config_port, rx_descriptors), KIND(DPDK), "kind dpdk", false, false},
    {"tx_descriptors", KEY(config_port, tx_descriptors), KIND(DPDK), "kind dpdk", false, false},
    {"frame_bytes", KEY(config_port, frame_bytes), KIND(DPDK), "kind dpdk", false, false},
    {"address", KEY(config_port, address), KIND(DPDK) | KIND(CABLE), "kinds dpdk and cable", false,
     false},
    {"prefix_bits", KEY(config_port, prefix_bits), KIND(DPDK) | KIND(CABLE), "kinds dpdk and cable",
     false, true},
    {"gateway", KEY(config_port, gateway), KIND(DPDK), "kind dpdk", false, true},
    {"neighbours", KEY(config_port, neighbours), KIND(DPDK), "kind dpdk", false, true},
};

static const char *const kinds[] = {
    [CONFIG_PORT_CAPTURE] = "capture",
    [CONFIG_PORT_DPDK] = "dpdk",
    [CONFIG_PORT_CABLE] = "cable",
};

static void rule_port_kind(const struct config_rules *rules, const struct config_node *port,
                           uint32_t index)
{
    const struct config_node *kind = config_rules_key(port, KEY(config_port, kind));
    if (!kind) return;
    bool addressed = config_rules_given(port, KEY(config_port, address));
    for (uint32_t i = 0; i < ARRAY_COUNT(port_keys); i++) {
        const struct port_key *key = &port_keys[i];
        bool given = config_rules_given(port, key->index), of = key->kinds >> kind->number & 1;
        if (given && !of)
            config_problems_add(rules->problems, port->field[key->index]->key->place,
                                "ports[%u].%s is for the %s, and this port is of kind %s", index,
                                key->name, key->called, kinds[kind->number]);
        else if (given && key->of_network && !addressed)
            config_problems_add(rules->problems, port->field[key->index]->key->place,
                                "ports[%u].%s is for a port with an address", index, key->name);
        if (!given && key->needed && of)
            config_problems_add(rules->problems, kind->place,
                                "ports[%u].%s is missing: the %s needs it", index, key->name,
                                key->called);
    }
}

/* The network of a port that has an address. */
struct network {
    uint32_t address;
    uint32_t mask;
    bool known;
    bool forwarded; /* has a gateway, perhaps a wrong one */
};

static struct network network_of(const struct config_node *port)
{
    struct config_node *address = config_rules_key(port, KEY(config_port, address));
    struct config_node *prefix = config_rules_key(port, KEY(config_port, prefix_bits));
    if (!address || !address->given || !prefix) return (struct network){0};
    return (struct network){
        .address = (uint32_t)address->number,
        .mask = UINT32_MAX << (32 - prefix->number),
        .known = true,
        .forwarded = config_rules_given(port, KEY(config_port, gateway)),
    };
}

static bool network_has(const struct network *network, uint64_t address)
{
    return (((uint32_t)address ^ network->address) & network->mask) == 0;
}

/* Whether the address is of a host: networks of two hosts have no others. */
static bool network_host(const struct network *network, uint64_t address)
{
    uint32_t host = (uint32_t)address & ~network->mask;
    return ~network->mask == 1 || (host != 0 && host != ~network->mask);
}

/* One that is reached without a gateway: another host of the same network. */
static void rule_neighbour(const struct config_rules *rules, const struct network *network,
                           const struct config_node *node, const char *path)
{
    if (!node || !node->given) return;
    if (!network_has(network, node->number))
        config_problems_add(rules->problems, node->place,
                            "%s is %s: it is not in the port's network %s/%d", path, node->text,
                            config_address(network->address & network->mask).text,
                            __builtin_popcount(network->mask));
    else if (node->number == network->address || !network_host(network, node->number))
        config_problems_add(rules->problems, node->place,
                            "%s is %s: it is not the address of another host", path, node->text);
}

static void rule_port_network(const struct config_rules *rules, const struct config_node *port,
                              uint32_t index)
{
    struct network network = network_of(port);
    const struct config_node *neighbours = config_rules_key(port, KEY(config_port, neighbours));
    config_rules_unique(rules, config_rules_keys(rules, neighbours, KEY(config_neighbour, address)),
                        "the neighbour");
    if (!network.known) return;
    char path[64];
    const struct config_node *address = config_rules_key(port, KEY(config_port, address));
    if (!network_host(&network, network.address))
        config_problems_add(rules->problems, address->place,
                            "ports[%u].address is %s: it is that of the network %s/%d, not of a "
                            "host",
                            index, address->text,
                            config_address(network.address & network.mask).text,
                            __builtin_popcount(network.mask));
    snprintf(path, sizeof path, "ports[%u].gateway", index);
    rule_neighbour(rules, &network, config_rules_key(port, KEY(config_port, gateway)), path);
    const struct config_node *one = neighbours ? neighbours->first : NULL;
    for (uint32_t i = 0; one; one = one->next, i++) {
        snprintf(path, sizeof path, "ports[%u].neighbours[%u].address", index, i);
        rule_neighbour(rules, &network, config_rules_key(one, KEY(config_neighbour, address)),
                       path);
    }
}

/* Whoever names a port. */

enum use_of {
    USE_FEED_A,
    USE_FEED_B,
    USE_RECOVERY,
    USE_GATEWAY,
    USE_VENUE,
    USE_VENUE_A,
    USE_VENUE_B,
    USE_COUNT,
};

struct use {
    struct config_node *wanted;     /* NULL: there is no such use, or it was refused */
    const struct config_node *port; /* what it names */
    const struct config_node *line; /* of a line */
    const char *path;
    const char *needs_wire;    /* who needs a kind that frames come in by and go out, or NULL */
    const char *needs_address; /* who needs that, or NULL */
};

struct uses {
    struct use at[USE_COUNT];
    bool whole;
};

/* A section below another, or its port.  An optional one that is left out is nothing to miss. */
static struct config_node *below(struct uses *uses, const struct config_node *section,
                                 uint32_t index, bool required)
{
    if (!section || !section->field) return NULL;
    struct config_node *node = section->field[index];
    if (node && node->valid) return node;
    if (node || required) uses->whole = false;
    return NULL;
}

static void uses_line(struct uses *uses, enum use_of of, const struct config_node *line,
                      struct use use)
{
    use.line = line;
    use.wanted = below(uses, line, KEY(config_line, port), true);
    uses->at[of] = use;
}

static struct uses uses_of(const struct config_node *root)
{
    struct uses uses = {.whole = true};
    const struct config_node *feed = below(&uses, root, KEY(config, feed), false);
    const struct config_node *venue = below(&uses, root, KEY(config, venue), false);
    const struct config_node *recovery = below(&uses, feed, KEY(config_feed, recovery), false);
    const struct config_node *gateway = below(&uses, root, KEY(config, gateway), false);
    if (!feed && !venue) uses.whole = false;

    const char *live = recovery ? "the feed's recovery"
                     : venue    ? "a venue beside it"
                     : gateway  ? "a gateway beside it"
                                : NULL;
    uses_line(&uses, USE_FEED_A, below(&uses, feed, KEY(config_feed, line_a), true),
              (struct use){.path = "feed.line_a.port", .needs_wire = live});
    uses_line(&uses, USE_FEED_B, below(&uses, feed, KEY(config_feed, line_b), false),
              (struct use){.path = "feed.line_b.port", .needs_wire = live});
    uses.at[USE_RECOVERY] = (struct use){
        .wanted = below(&uses, recovery, KEY(config_recovery, port), true),
        .path = "feed.recovery.port",
        .needs_wire = "the feed's recovery",
        .needs_address = "the feed's recovery",
    };
    uses.at[USE_GATEWAY] = (struct use){
        .wanted = config_rules_given(gateway, KEY(config_gateway, port))
                    ? below(&uses, gateway, KEY(config_gateway, port), true)
                    : NULL,
        .path = "gateway.port",
        .needs_wire = "a gateway",
        .needs_address = "a gateway",
    };
    uses.at[USE_VENUE] = (struct use){
        .wanted = below(&uses, venue, KEY(config_venue, port), true),
        .path = "venue.port",
        .needs_wire = "a venue",
        .needs_address = "a venue",
    };
    struct use published = {.needs_wire = "a venue", .needs_address = "a venue"};
    published.path = "venue.line_a.port";
    uses_line(&uses, USE_VENUE_A, below(&uses, venue, KEY(config_venue, line_a), true), published);
    published.path = "venue.line_b.port";
    uses_line(&uses, USE_VENUE_B, below(&uses, venue, KEY(config_venue, line_b), false), published);
    return uses;
}

static void rule_use_needs(const struct config_rules *rules, const struct use *use)
{
    const struct config_node *kind = config_rules_key(use->port, KEY(config_port, kind));
    if (!kind) return;
    if (use->needs_wire && kind->number == CONFIG_PORT_CAPTURE)
        config_problems_add(rules->problems, use->wanted->place,
                            "%s is \"%s\", a port of kind %s: %s needs the kind dpdk or cable",
                            use->path, use->wanted->text, kinds[kind->number], use->needs_wire);
    else if (use->needs_address && !config_rules_given(use->port, KEY(config_port, address)))
        config_problems_add(rules->problems, use->wanted->place,
                            "%s is \"%s\", a port without an address: %s needs ports[%ju].address",
                            use->path, use->wanted->text, use->needs_address,
                            (uintmax_t)use->wanted->number);
}

/* A port that brings nothing is most likely meant by a line that names another. */
static void rule_ports_used(const struct config_rules *rules, const struct config_node *ports,
                            const struct uses *uses)
{
    uint32_t index = 0;
    for (const struct config_node *port = ports->first; port; port = port->next, index++) {
        const struct config_node *name = config_rules_key(port, KEY(config_port, name));
        bool used = !name;
        for (uint32_t i = 0; i < USE_COUNT && !used; i++) {
            const struct config_node *wanted = uses->at[i].wanted;
            used = wanted && strcmp(wanted->text, name->text) == 0;
        }
        if (!used)
            config_problems_add(rules->problems, port->place, "ports[%u] is used by nothing",
                                index);
    }
}

/* What is sent to the network's own groups is not forwarded, and no host reports 224.0.0.1. */
static void rule_line_group(const struct config_rules *rules, const struct use *line)
{
    const struct config_node *group = config_rules_key(line->line, KEY(config_line, group));
    if (!group || group->number >> 8 != CONFIG_GROUP_LOCAL >> 8) return;
    config_problems_add(rules->problems, group->place,
                        "%.*s.group is %s: the groups from 224.0.0.0 to 224.0.0.255 are for the "
                        "network's own protocols",
                        (int)(strlen(line->path) - strlen(".port")), line->path, group->text);
}

static void rule_lines_differ(const struct config_rules *rules, const struct use *a,
                              const struct use *b, const char *section)
{
    if (!a->port || a->port != b->port) return;
    const struct config_node *group_a = config_rules_key(a->line, KEY(config_line, group));
    const struct config_node *group_b = config_rules_key(b->line, KEY(config_line, group));
    const struct config_node *udp_a = config_rules_key(a->line, KEY(config_line, udp_port));
    const struct config_node *udp_b = config_rules_key(b->line, KEY(config_line, udp_port));
    if (!group_a || !group_b || !udp_a || !udp_b) return;
    if (group_a->number == group_b->number && udp_a->number == udp_b->number)
        config_problems_add(rules->problems, b->line->key->place,
                            "%s.line_b is line_a again: port, group and udp_port are the same",
                            section);
}

static void rule_lines_clock(const struct config_rules *rules, const struct use *a,
                             const struct use *b)
{
    const struct config_node *kind_a = config_rules_key(a->port, KEY(config_port, kind));
    const struct config_node *kind_b = config_rules_key(b->port, KEY(config_port, kind));
    if (a->needs_wire || !kind_a || !kind_b) return;
    if ((kind_a->number == CONFIG_PORT_CAPTURE) == (kind_b->number == CONFIG_PORT_CAPTURE)) return;
    config_problems_add(rules->problems, b->wanted->place,
                        "feed.line_b.port and feed.line_a.port are of different kinds: a capture's "
                        "clock and the present cannot be compared");
}

static const char *use_role(uint32_t use)
{
    return use <= USE_RECOVERY ? "a feed" : use == USE_GATEWAY ? "a gateway" : "a venue";
}

/* A port has one queue, and whoever takes a frame from it is the only one who sees it. */
static void rule_ports_apart(const struct config_rules *rules, const struct uses *uses)
{
    for (uint32_t i = USE_FEED_A; i <= USE_GATEWAY; i++) {
        const struct use *one = &uses->at[i];
        bool said = false;
        for (uint32_t k = USE_FEED_A; k < i; k++) said |= uses->at[k].port == one->port;
        for (uint32_t k = i + 1; k < USE_COUNT && one->port && !said; k++) {
            const struct use *other = &uses->at[k];
            if (other->port != one->port || use_role(k) == use_role(i)) continue;
            config_problems_add(rules->problems, one->wanted->place,
                                "%s is \"%s\", and so is %s (%u:%u): %s and %s cannot "
                                "share a port, each would take frames of the other",
                                one->path, one->wanted->text, other->path,
                                other->wanted->place.line, other->wanted->place.column, use_role(i),
                                use_role(k));
            said = true;
        }
    }
}

/* What one role says, the other is to hear. */
static void rule_cables_join(const struct config_rules *rules, const struct config_node *ports,
                             const struct uses *uses)
{
    uint32_t index = 0;
    for (const struct config_node *port = ports->first; port; port = port->next, index++) {
        const struct config_node *to = config_rules_key(port, KEY(config_port, to));
        if (!to || !to->given || to->number <= index) continue;
        bool feed[2] = {false}, venue[2] = {false};
        for (uint32_t i = 0; i < USE_COUNT; i++) {
            const struct use *use = &uses->at[i];
            if (!use->port || (use->port != port && use->wanted->number != to->number)) continue;
            if (i < USE_VENUE) feed[use->port != port] = true;
            else venue[use->port != port] = true;
        }
        if ((feed[0] && feed[1]) || (venue[0] && venue[1]))
            config_problems_add(rules->problems, to->place,
                                "ports[%u].to is \"%s\": both ends of the cable are the %s's, "
                                "and a cable joins two roles",
                                index, to->text, feed[0] ? "feed" : "venue");
    }
}

/* Without a gateway, only the port's own network is reached. */
static void rule_reached(const struct config_rules *rules, const struct use *use,
                         const struct config_node *address, const char *path)
{
    struct network network = network_of(use->port);
    if (!address || !network.known) return;
    if (!network.forwarded && !network_has(&network, address->number))
        config_problems_add(rules->problems, address->place,
                            "%s is %s: it is not in the port's network, and ports[%ju] has no "
                            "gateway",
                            path, address->text, (uintmax_t)use->wanted->number);
}

/* Asking one server twice as often is what retry_ms is for. */
static void rule_servers_differ(const struct config_rules *rules, const struct config_node *servers)
{
    for (const struct config_node *a = servers ? servers->first : NULL; a; a = a->next) {
        const struct config_node *host = config_rules_key(a, KEY(config_server, address));
        const struct config_node *udp = config_rules_key(a, KEY(config_server, udp_port));
        for (const struct config_node *b = a->next; b && host && udp; b = b->next) {
            const struct config_node *other = config_rules_key(b, KEY(config_server, address));
            const struct config_node *port = config_rules_key(b, KEY(config_server, udp_port));
            if (other && port && other->number == host->number && port->number == udp->number)
                config_problems_add(rules->problems, b->place,
                                    "the server %s with udp_port %s is used twice, first in line "
                                    "%u",
                                    host->text, udp->text, a->place.line);
        }
    }
}

static void rule_recovery(const struct config_rules *rules, const struct config_node *recovery,
                          const struct use *use)
{
    const struct config_node *snapshot = config_rules_key(recovery, KEY(config_recovery, snapshot));
    const struct config_node *servers = config_rules_key(recovery, KEY(config_recovery, servers));
    rule_servers_differ(rules, servers);
    const struct config_node *one = servers ? servers->first : NULL;
    for (uint32_t i = 0; one; one = one->next, i++) {
        char path[64];
        snprintf(path, sizeof path, "feed.recovery.servers[%u].address", i);
        rule_reached(rules, use, config_rules_key(one, KEY(config_server, address)), path);
    }
    rule_reached(rules, use, config_rules_key(snapshot, KEY(config_snapshot, address)),
                 "feed.recovery.snapshot.address");
}

static void rule_venues_reached(const struct config_rules *rules, const struct config_node *gateway,
                                const struct use *use)
{
    const struct config_node *venues = config_rules_key(gateway, KEY(config_gateway, venues));
    const struct config_node *one = venues ? venues->first : NULL;
    for (uint32_t i = 0; one; one = one->next, i++) {
        char path[64];
        snprintf(path, sizeof path, "gateway.venues[%u].address", i);
        if (config_rules_given(one, KEY(config_trade_venue, address)))
            rule_reached(rules, use, config_rules_key(one, KEY(config_trade_venue, address)), path);
    }
}

void config_rules_ports(const struct config_rules *rules, const struct config_node *root)
{
    const struct config_node *ports = config_rules_key(root, KEY(config, ports));
    const struct config_node *feed = config_rules_key(root, KEY(config, feed));
    if (!ports) return;
    uint32_t index = 0;
    for (const struct config_node *port = ports->first; port; port = port->next, index++) {
        rule_port_kind(rules, port, index);
        rule_port_network(rules, port, index);
    }
    config_rules_unique(rules, config_rules_keys(rules, ports, KEY(config_port, name)),
                        "the port name");
    config_rules_unique(rules, config_rules_keys(rules, ports, KEY(config_port, device)),
                        "the device");

    config_rules_cables(rules, ports);

    struct uses uses = uses_of(root);
    for (uint32_t i = 0; i < USE_COUNT; i++) {
        struct use *use = &uses.at[i];
        rule_line_group(rules, use);
        if (!use->wanted) continue;
        use->port = config_rules_port(rules, ports, use->wanted, use->path);
        if (use->port) rule_use_needs(rules, use);
        else uses.whole = false;
    }
    if (uses.whole) rule_ports_used(rules, ports, &uses);
    rule_lines_clock(rules, &uses.at[USE_FEED_A], &uses.at[USE_FEED_B]);
    rule_lines_differ(rules, &uses.at[USE_FEED_A], &uses.at[USE_FEED_B], "feed");
    rule_lines_differ(rules, &uses.at[USE_VENUE_A], &uses.at[USE_VENUE_B], "venue");
    rule_ports_apart(rules, &uses);
    rule_cables_join(rules, ports, &uses);
    rule_recovery(rules, config_rules_key(feed, KEY(config_feed, recovery)),
                  &uses.at[USE_RECOVERY]);
    rule_venues_reached(rules, config_rules_key(root, KEY(config, gateway)), &uses.at[USE_GATEWAY]);
}
