/* How programs outside reach a gateway: the keys of redis against each other. */

#include "tests/config/config_script.h"

#define BEGIN GATEWAY_ROLES, CORES, GATEWAY_PORTS, FEED
#define WITH  BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES)

#define AT_VENUE VENUE_ROLES, CORES, VENUE_PORTS, VENUE(INSTRUMENTS, SESSIONS)

#define REDIS(keys) "redis: {" keys "}"

SPEC(redis_is_reached_by_a_socket_or_by_loopback)
{
    GIVEN(WITH, REDIS("socket: s"));
    ACCEPTED();
    const struct config_redis *redis = config_script_config()->redis;
    EXPECT_TEXT(redis->socket, "s");
    EXPECT_TEXT(redis->prefix, "pollux.");
    EXPECT_TEXT(redis->fast.channel, "order.updates");
    EXPECT_TEXT(redis->slow.channel, "order.updates.slow");
    EXPECT_TEXT(redis->balance.channel, "balance.updates");
    EXPECT_UINT(redis->age_ms, 1000);
    EXPECT_UINT(redis->heartbeat_ms, 0);
    GIVEN(WITH, REDIS("address: 127.0.0.1, tcp_port: 6380"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->redis->tcp_port, 6380);
}

SPEC(there_is_exactly_one_way_to_it)
{
    GIVEN(WITH, REDIS("prefix: p"));
    PROBLEMS("12:1: redis has neither socket nor address: it is reached by exactly one of them");
    GIVEN(WITH, REDIS("socket: s, address: 127.0.0.1"));
    PROBLEMS("12:1: redis has both socket and address: it is reached by exactly one of them");
    GIVEN(WITH, REDIS("socket: s, tcp_port: 1"));
    PROBLEMS("12:1: redis.tcp_port is for an address, and redis has a socket");
}

SPEC(it_is_on_this_machine)
{
    GIVEN(WITH, REDIS("address: 10.0.0.1"));
    PROBLEMS("12:18: redis.address is 10.0.0.1: the range is 127.0.0.1..127.255.255.254");
}

SPEC(it_is_for_a_gateway)
{
    GIVEN(ROLES, CORES, PORTS, FEED, "redis: {socket: s}");
    PROBLEMS("5:1: redis is for the roles gateway and venue, and there is none of them");
}

SPEC(orders_of_accounts_are_told_by_a_venue)
{
    GIVEN(AT_VENUE, REDIS("socket: s"));
    ACCEPTED();
    EXPECT(!config_script_config()->redis->account_orders);
    GIVEN(AT_VENUE, REDIS("socket: s, account_orders: true, account_slow: {channel: people}"));
    ACCEPTED();
    const struct config_redis *redis = config_script_config()->redis;
    EXPECT(redis->account_orders);
    EXPECT_TEXT(redis->account_fast.channel, "order.updates");
    EXPECT_UINT(redis->account_fast.delay_ms, 0);
    EXPECT_UINT(redis->account_fast.batch, 256);
    EXPECT_TEXT(redis->account_slow.channel, "people");
    EXPECT_UINT(redis->account_slow.delay_ms, 250);
    GIVEN(WITH, REDIS("socket: s, account_orders: true"));
    PROBLEMS("12:1: redis.account_orders is for the role venue, and there is none");
}

SPEC(their_lanes_are_for_them)
{
    GIVEN(WITH, REDIS("socket: s, account_fast: {delay_ms: 5}"));
    PROBLEMS("12:1: redis.account_fast is a lane of account_orders, which is false");
    GIVEN(WITH, REDIS("socket: s, account_orders: false, account_slow: {batch: 5}"));
    PROBLEMS("12:1: redis.account_slow is a lane of account_orders, which is false");
}

#define SPECS(S)                                                                                   \
    S(redis_is_reached_by_a_socket_or_by_loopback)                                                 \
    S(there_is_exactly_one_way_to_it)                                                              \
    S(it_is_on_this_machine)                                                                       \
    S(it_is_for_a_gateway)                                                                         \
    S(orders_of_accounts_are_told_by_a_venue)                                                      \
    S(their_lanes_are_for_them)
SPEC_MAIN("config: redis", SPECS, NULL, config_script_close)
