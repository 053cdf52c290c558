/* How programs outside reach a gateway, and are told of a venue. */

#include "control/config/config_rules.h"

void config_rules_redis(const struct config_rules *rules, const struct config_node *root)
{
    const uint32_t section = KEY(config, redis);
    if (!config_rules_given(root, section)) return;
    const struct config_node *redis = config_rules_key(root, section);
    struct config_place place = root->field[section]->key->place;
    if (!config_rules_given(root, KEY(config, gateway)) &&
        !config_rules_given(root, KEY(config, venue)))
        config_problems_add(rules->problems, place,
                            "redis is for the roles gateway and venue, and there is none of them");
    if (!redis) return;
    bool socket = config_rules_given(redis, KEY(config_redis, socket));
    bool address = config_rules_given(redis, KEY(config_redis, address));
    if (socket == address)
        config_problems_add(rules->problems, place,
                            "redis has %s: it is reached by exactly one of them",
                            socket ? "both socket and address" : "neither socket nor address");
    if (socket && config_rules_given(redis, KEY(config_redis, tcp_port)))
        config_problems_add(rules->problems, place,
                            "redis.tcp_port is for an address, and redis has a socket");
}
