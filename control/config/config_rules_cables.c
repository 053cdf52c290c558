/* Cables: two ports that name each other. */

#include "control/config/config_rules.h"

#include <stdio.h>
#include <string.h>

/* Where a cable's end says that the other is, if that can be seen. */
static struct config_node *end_of(const struct config_node *port)
{
    const struct config_node *kind = config_rules_key(port, KEY(config_port, kind));
    struct config_node *to = config_rules_key(port, KEY(config_port, to));
    return kind && kind->number == CONFIG_PORT_CABLE && to && to->given ? to : NULL;
}

static void rule_cable(const struct config_rules *rules, const struct config_node *ports,
                       const struct config_node *port, uint32_t index)
{
    struct config_node *to = end_of(port);
    if (!to) return;
    char path[32];
    snprintf(path, sizeof path, "ports[%u].to", index);
    const struct config_node *other = config_rules_port(rules, ports, to, path);
    const struct config_node *kind = config_rules_key(other, KEY(config_port, kind));
    const struct config_node *name = config_rules_key(port, KEY(config_port, name));
    if (!other || !kind || !name) return;
    const struct config_node *back = end_of(other);
    if (other == port)
        config_problems_add(rules->problems, to->place,
                            "%s is \"%s\", the port itself: a cable has two ends", path, to->text);
    else if (kind->number != CONFIG_PORT_CABLE)
        config_problems_add(rules->problems, to->place,
                            "%s is \"%s\", which is no cable: both ends are of kind cable", path,
                            to->text);
    else if (back && strcmp(back->text, name->text) != 0)
        config_problems_add(rules->problems, to->place,
                            "%s is \"%s\", whose own other end is \"%s\": two ends name each other",
                            path, to->text, back->text);
}

void config_rules_cables(const struct config_rules *rules, const struct config_node *ports)
{
    uint32_t index = 0;
    for (const struct config_node *port = ports->first; port; port = port->next)
        rule_cable(rules, ports, port, index++);
}
