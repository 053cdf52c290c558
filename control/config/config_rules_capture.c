/* What is captured, and that there is a place for it. */

#include "control/config/config_rules.h"

#include <stdio.h>

/* Keys that are for captures which are written. */
static const struct written_key {
    const char *name;
    uint32_t index;
} written_keys[] = {
    {"start", KEY(config_capture, start)},       {"ports", KEY(config_capture, ports)},
    {"file_mib", KEY(config_capture, file_mib)}, {"files", KEY(config_capture, files)},
    {"ring_mib", KEY(config_capture, ring_mib)}, {"snap_bytes", KEY(config_capture, snap_bytes)},
};

static void rule_folder(const struct config_rules *rules, const struct config_node *capture)
{
    if (config_rules_given(capture, KEY(config_capture, folder))) return;
    for (uint32_t i = 0; i < ARRAY_COUNT(written_keys); i++) {
        const struct written_key *key = &written_keys[i];
        if (!config_rules_given(capture, key->index)) continue;
        config_problems_add(rules->problems, capture->field[key->index]->key->place,
                            "capture.%s is for captures that are written, and capture.folder is "
                            "missing: it says where",
                            key->name);
    }
}

/* Whether any port can be captured, as far as can be seen. */
static bool any_wire(const struct config_node *ports)
{
    for (const struct config_node *port = ports->first; port; port = port->next) {
        const struct config_node *kind = config_rules_key(port, KEY(config_port, kind));
        if (!kind || kind->number != CONFIG_PORT_CAPTURE) return true;
    }
    return false;
}

static void rule_captured(const struct config_rules *rules, const struct config_node *ports,
                          const struct config_node *captured)
{
    uint32_t index = 0;
    for (const struct config_node *one = captured->first; one; one = one->next, index++) {
        struct config_node *wanted = config_rules_key(one, KEY(config_captured, port));
        if (!wanted) continue;
        char path[48];
        snprintf(path, sizeof path, "capture.ports[%u].port", index);
        const struct config_node *port = config_rules_port(rules, ports, wanted, path);
        const struct config_node *kind = config_rules_key(port, KEY(config_port, kind));
        if (kind && kind->number == CONFIG_PORT_CAPTURE)
            config_problems_add(rules->problems, wanted->place,
                                "%s is \"%s\", which is of kind capture: what it brings is in a "
                                "file already",
                                path, wanted->text);
    }
    config_rules_unique(rules, config_rules_keys(rules, captured, KEY(config_captured, port)),
                        "the port");
}

void config_rules_capture(const struct config_rules *rules, const struct config_node *root)
{
    const struct config_node *capture = config_rules_key(root, KEY(config, capture));
    const struct config_node *ports = config_rules_key(root, KEY(config, ports));
    const struct config_node *captured = config_rules_key(capture, KEY(config_capture, ports));
    const struct config_node *folder = config_rules_key(capture, KEY(config_capture, folder));
    if (!capture) return;
    rule_folder(rules, capture);
    if (!ports) return;
    if (captured) rule_captured(rules, ports, captured);
    if (folder && folder->given && ports->valid && !any_wire(ports))
        config_problems_add(rules->problems, folder->place,
                            "capture.folder is given, and no port is of kind dpdk or cable: there "
                            "is nothing to capture");
}
