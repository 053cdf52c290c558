/* How programs outside reach a gateway, and are told of a venue. */

#include "control/config/config_rules.h"

/* Orders of accounts are told by a venue, and have lanes if they are told. */
static void accounts_check(const struct config_rules *rules, const struct config_node *root,
                           const struct config_node *redis, struct config_place place)
{
    const struct config_node *orders = config_rules_key(redis, KEY(config_redis, account_orders));
    if (!orders) return;
    bool told = orders->number != 0;
    if (told && !config_rules_given(root, KEY(config, venue)))
        config_problems_add(rules->problems, place,
                            "redis.account_orders is for the role venue, and there is none");
    for (uint32_t i = 0; i < 2 && !told; i++) {
        static const char *const names[] = {"account_fast", "account_slow"};
        static const uint32_t keys[] = {KEY(config_redis, account_fast),
                                        KEY(config_redis, account_slow)};
        if (config_rules_given(redis, keys[i]))
            config_problems_add(rules->problems, place,
                                "redis.%s is a lane of account_orders, which is false", names[i]);
    }
}

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
    accounts_check(rules, root, redis, place);
}
