#ifndef CONTROL_CONFIG_CONFIG_KEYS_REDIS_H
#define CONTROL_CONFIG_CONFIG_KEYS_REDIS_H

/* The keys of redis, by which programs outside trade through the role gateway, and are told of
 * it and of the role venue.  A part of config_keys.h, which says what a row is.
 * control/redis/README.md says what goes over it. */

#define CONFIG_REDIS_LOOPBACK_MIN 0x7f000001u /* 127.0.0.1 */
#define CONFIG_REDIS_LOOPBACK_MAX 0x7ffffffeu /* 127.255.255.254 */
#define CONFIG_REDIS_SOCKET_MAX   107         /* of sockaddr_un, without its NUL */
#define CONFIG_REDIS_NAME_MAX     63
#define CONFIG_REDIS_DELAY_MAX    60000
#define CONFIG_REDIS_BATCH_MAX    1024

/* clang-format off */

/* A lane of the pusher. */
#define CONFIG_REDIS_LANE(K, S, otherwise, delay, most, what)                          \
    K(S, SESSION, channel, otherwise, 1, CONFIG_REDIS_NAME_MAX, none, RESTART,         \
      "The channel " what " go to.")                                                   \
    K(S, WHOLE,   delay_ms, delay, 0, CONFIG_REDIS_DELAY_MAX, none, RESTART,           \
      "How long the first one waits for more of its kind, which it is then told with; 0 tells each one.") \
    K(S, WHOLE,   batch, most, 1, CONFIG_REDIS_BATCH_MAX, none, RESTART,               \
      "How many leave together at most, every millisecond.")

#define CONFIG_REDIS_FAST(K, S)                                                        \
    CONFIG_REDIS_LANE(K, S, "order.updates", "0", "256", "updates of orders")
#define CONFIG_REDIS_SLOW(K, S)                                                        \
    CONFIG_REDIS_LANE(K, S, "order.updates.slow", "250", "64", "updates of orders for people")
#define CONFIG_REDIS_ACCOUNT_FAST(K, S)                                                \
    CONFIG_REDIS_LANE(K, S, "order.updates", "0", "256", "updates of accounts' orders")
#define CONFIG_REDIS_ACCOUNT_SLOW(K, S)                                                \
    CONFIG_REDIS_LANE(K, S, "order.updates.slow", "250", "64",                         \
                      "updates of accounts' orders for people")
#define CONFIG_REDIS_BALANCE(K, S)                                                     \
    CONFIG_REDIS_LANE(K, S, "balance.updates", "50", "64", "changes of positions and cash")

#define CONFIG_REDIS(K, S)                                                             \
    K(S, PATH,    socket, "", 1, CONFIG_REDIS_SOCKET_MAX, none, RESTART,               \
      "The Unix socket of the server; or address instead.")                            \
    K(S, ADDRESS, address, "", CONFIG_REDIS_LOOPBACK_MIN, CONFIG_REDIS_LOOPBACK_MAX, none, RESTART, \
      "The loopback address of the server; one on another machine is reached through a tunnel.") \
    K(S, WHOLE,   tcp_port, "6379", 1, 65535, none, RESTART,                           \
      "With address: its TCP port.")                                                   \
    K(S, NAME,    username, "", 1, CONFIG_REDIS_NAME_MAX, none, RESTART,               \
      "Who we log in as; without it, the server's default user.")                      \
    K(S, PATH,    password_file, "", 1, CONFIG_PATH_MAX, none, RESTART,                \
      "A file whose first line is our password there; without it, nobody logs in.")    \
    K(S, PATH,    key_file, "", 1, CONFIG_PATH_MAX, none, RESTART,                     \
      "A file whose first line is the key that every message must be signed with; without it, signatures are not looked at.") \
    K(S, NAME,    prefix, "pollux.", 1, CONFIG_REDIS_NAME_MAX, none, RESTART,          \
      "What the names of our streams, keys and channels begin with.")                  \
    K(S, NAME,    group, "pollux", 1, CONFIG_REDIS_NAME_MAX, none, RESTART,            \
      "Our consumer group on the streams of intents.")                                 \
    K(S, WHOLE,   age_ms, "1000", 1, 3600000, none, RESTART,                           \
      "An order that is older than this when it is read is refused.")                  \
    K(S, WHOLE,   heartbeat_ms, "0", 0, 3600000, none, RESTART,                        \
      "The orders of a strategy that says nothing for so long are canceled; 0 is never.") \
    K(S, SWITCH,  channels, "true", 0, 0, none, RESTART,                               \
      "Whether intents are heard on channels too, where the server may lose them.")    \
    K(S, SWITCH,  prices, "true", 0, 0, none, RESTART,                                 \
      "Whether trades are shown: the key SYMBOL.price, the channel SYMBOL.live.")      \
    K(S, WHOLE,   answers_kept, "10000", 1, 10000000, none, RESTART,                   \
      "About how many entries a stream of answers, and that of refused messages, keeps.") \
    K(S, SECTION, fast, "", 0, 0, config_redis_fast, RESTART,                          \
      "The lane of order updates for programs.")                                       \
    K(S, SECTION, slow, "", 0, 0, config_redis_slow, RESTART,                          \
      "The lane of order updates for people.")                                         \
    K(S, SECTION, balance, "", 0, 0, config_redis_balance, RESTART,                    \
      "The lane of what strategies and accounts of the venue hold.")                   \
    K(S, SWITCH,  account_orders, "false", 0, 0, none, RESTART,                        \
      "Whether the orders of all accounts of the role venue are told, too.")           \
    K(S, SECTION, account_fast, "", 0, 0, config_redis_account_fast, RESTART,          \
      "With account_orders: their lane for programs.")                                 \
    K(S, SECTION, account_slow, "", 0, 0, config_redis_account_slow, RESTART,          \
      "With account_orders: their lane for people.")

#define CONFIG_REDIS_SECTIONS(X)                                                       \
    X(config_redis_fast,    CONFIG_REDIS_FAST,    "redis.fast")                        \
    X(config_redis_slow,    CONFIG_REDIS_SLOW,    "redis.slow")                        \
    X(config_redis_balance, CONFIG_REDIS_BALANCE, "redis.balance")                     \
    X(config_redis_account_fast, CONFIG_REDIS_ACCOUNT_FAST, "redis.account_fast")      \
    X(config_redis_account_slow, CONFIG_REDIS_ACCOUNT_SLOW, "redis.account_slow")      \
    X(config_redis,         CONFIG_REDIS,         "redis")

/* clang-format on */

#endif
