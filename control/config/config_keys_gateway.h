#ifndef CONTROL_CONFIG_CONFIG_KEYS_GATEWAY_H
#define CONTROL_CONFIG_CONFIG_KEYS_GATEWAY_H

/* The keys of the role gateway.  A part of config_keys.h, which says what a row is.
 *
 * Each limit of risk is a key of its name, made from its row in risk_limits.h: in the limits of the
 * thing it is kept for, in gateway.limits, which is for every thing that says nothing of its own,
 * and in gateway.ceilings.  A limit that is said in none of the first two is missing: there is no
 * bound by default. */

#include "control/config/config_keys_venue.h"
#include "dataplane/risk/risk_limits.h"

/* Bounds of other modules; tests/config/test_config_limits.c asserts that they agree. */
#define CONFIG_TRADE_VENUES_MAX      16     /* GATEWAY_VENUES_MAX */
#define CONFIG_TRADE_SYMBOLS_MAX     8192   /* GATEWAY_SYMBOLS_MAX */
#define CONFIG_STRATEGIES_MAX        1024   /* GATEWAY_STRATEGIES_MAX */
#define CONFIG_VENUE_NAME_MAX        15     /* TRADE_PORT_NAME_MAX */
#define CONFIG_STRATEGY_KEYS_MAX     4096   /* DELEGATE_ORDERS_MAX */
#define CONFIG_PLUGINS_MAX           32     /* PLUGIN_LOADED_MAX */
#define CONFIG_TRADE_INSTRUMENTS_MAX 65534u /* DISPATCH_INSTRUMENTS_MAX less 2: see gateway_check */
#define CONFIG_HOLDINGS_MAX          4194304u /* RISK_HOLDINGS_MAX */

/* Bounds of our own. */
#define CONFIG_PARAMETERS_MAX     64
#define CONFIG_PARAMETER_MAX      255 /* characters of a value */
#define CONFIG_UNIQUES_MAX        65536
#define CONFIG_SPARES_MAX         64
#define CONFIG_MESSAGES_MAX       1000000
#define CONFIG_STRATEGY_OUTSIDE   "outside"
#define CONFIG_TRADE_PRICE_MAX    RISK_PRICE_MAX
#define CONFIG_TRADE_QUANTITY_MAX RISK_QTY_MAX

/* clang-format off */

/* Choices:  enumerator, as in the file, what it means; and what the protocol can say: the finest
 * price, the highest one, the finest quantity, the largest one of an order. */
#define CONFIG_TRADE_PROTOCOLS(X, of)                                                  \
    X(CONFIG_TRADE_OUCH50, "ouch50", "OUCH 5.0 over SoupBinTCP", of)

#define CONFIG_TRADE_CAN(X)                                                            \
    X(CONFIG_TRADE_OUCH50, CONFIG_PRICE_STEP, CONFIG_PRICE_MAX, QTY_ONE, CONFIG_SHARES_MAX * QTY_ONE)

#define CONFIG_TRANSPORTS(X, of)                                                       \
    X(CONFIG_TRANSPORT_TCP,      "tcp",      "a session over TCP, by the gateway's port", of) \
    X(CONFIG_TRANSPORT_INTERNAL, "internal", "a session of the role venue of this appliance, in memory", of)

#define CONFIG_GATEWAY_CHOICE_SETS(X)                                                  \
    X(config_trade_protocol, CONFIG_TRADE_PROTOCOLS)                                   \
    X(config_transport,      CONFIG_TRANSPORTS)

/* A limit's row becomes a key's. */
#define CONFIG_LIMIT(E, name, scope, unit, looser, most, sentence, K, S)               \
    K(S, unit, name, "", 0, most, none, LIVE, "Refuses: " sentence ".")
#define CONFIG_CEILING(E, name, scope, unit, looser, most, sentence, K, S)             \
    K(S, unit, name, "", 0, most, none, RESTART,                                       \
      "No " #name " may be looser than this; without it, than the loosest one in this file.")

#define CONFIG_VENUE_LIMITS(K, S)    RISK_VENUE_LIMITS(CONFIG_LIMIT, K, S)
#define CONFIG_SYMBOL_LIMITS(K, S)   RISK_SYMBOL_LIMITS(CONFIG_LIMIT, K, S)
#define CONFIG_STRATEGY_LIMITS(K, S)                                                   \
    RISK_HOLDING_LIMITS(CONFIG_LIMIT, K, S) RISK_ROUTE_LIMITS(CONFIG_LIMIT, K, S)      \
    RISK_STRATEGY_LIMITS(CONFIG_LIMIT, K, S)
#define CONFIG_ROUTE_LIMITS(K, S)    RISK_ROUTE_LIMITS(CONFIG_LIMIT, K, S)
#define CONFIG_LIMITS(K, S)          RISK_LIMITS(CONFIG_LIMIT, K, S)
#define CONFIG_CEILINGS(K, S)        RISK_LIMITS(CONFIG_CEILING, K, S)

#define CONFIG_TRADE_VENUE(K, S)                                                       \
    K(S, NAME,    name, NULL, 1, CONFIG_VENUE_NAME_MAX, none, RESTART,                 \
      "What symbols, strategies, the log and the counters call it.")                   \
    K(S, CHOICE,  protocol, "ouch50", 0, 0, config_trade_protocol, RESTART,            \
      "What it speaks.")                                                               \
    K(S, CHOICE,  transport, "tcp", 0, 0, config_transport, RESTART,                   \
      "How it is reached.")                                                            \
    K(S, ADDRESS, address, "", CONFIG_ADDRESS_MIN, CONFIG_HOST_MAX, none, RESTART,     \
      "Transport tcp: its IPv4 address.")                                              \
    K(S, WHOLE,   tcp_port, "", 1, 65535, none, RESTART,                               \
      "Transport tcp: the TCP port it takes orders on.")                               \
    K(S, NAME,    username, NULL, 1, CONFIG_USERNAME_MAX, none, RESTART,               \
      "What we log in as; with the transport internal, one of venue.sessions.")        \
    K(S, PATH,    password_file, "", 1, CONFIG_PATH_MAX, none, RESTART,                \
      "Transport tcp: a file whose first line is our password; a password is never in this file.") \
    K(S, NAME,    firm, "", 1, CONFIG_FIRM_MAX, none, RESTART,                         \
      "The firm the orders are of; without it, the session's own.")                    \
    K(S, WHOLE,   messages_per_second, "0", 0, CONFIG_MESSAGES_MAX, none, RESTART,     \
      "How many messages it takes in a second, with bursts of a tenth of that: what is more waits here.  0 is no such bound.") \
    K(S, WHOLE,   cancel_reserve, "0", 0, CONFIG_MESSAGES_MAX, none, RESTART,          \
      "How many of these are kept for cancels.")                                       \
    K(S, WHOLE,   answer_ms, "0", 0, 60000, none, RESTART,                             \
      "How long an answer may take before an order counts as unknown and is asked for; 0 is as the protocol has it.") \
    K(S, SWITCH,  cancels_at_loss, "false", 0, 0, none, RESTART,                       \
      "Whether the venue cancels our orders when it loses our session.")               \
    K(S, WHOLE,   first_order, "0", 0, UINT32_MAX, none, RESTART,                      \
      "The first order number that was never used there; 0 is what the journal says, or 1.") \
    K(S, SECTION, limits, "", 0, 0, config_venue_limits, LIVE,                         \
      "Its limits; those that are not here are in gateway.limits.")

#define CONFIG_TRADE_SYMBOL(K, S)                                                      \
    K(S, SYMBOL,  symbol, NULL, 1, CONFIG_SYMBOL_MAX, none, RESTART,                   \
      "What the feed calls it, and everybody here.")                                   \
    K(S, VENUE,   venue, NULL, 1, CONFIG_VENUE_NAME_MAX, none, RESTART,                \
      "Where it is traded: the name of a venue of gateway.")                           \
    K(S, SYMBOL,  venue_symbol, "", 1, CONFIG_SYMBOL_MAX, none, RESTART,               \
      "What the venue calls it, where that is something else.")                        \
    K(S, PRICE,   tick, "0.01", 1, CONFIG_TRADE_PRICE_MAX, none, RESTART,              \
      "The step of its prices.")                                                       \
    K(S, QTY,     lot, "1", 1, CONFIG_TRADE_QUANTITY_MAX, none, RESTART,               \
      "The step of its quantities.")                                                   \
    K(S, PRICE,   price_max, "20000", 1, CONFIG_TRADE_PRICE_MAX, none, RESTART,        \
      "The highest price of an order, in whole ticks; the default is rounded down to them.") \
    K(S, QTY,     quantity_max, "999999", 1, CONFIG_TRADE_QUANTITY_MAX, none, RESTART, \
      "The largest quantity of an order, in whole lots; the default is rounded down to them.") \
    K(S, PRICE,   opening, "", 1, CONFIG_TRADE_PRICE_MAX, none, RESTART,               \
      "The reference of its limits while its book is LIVE and has shown no price yet, such as yesterday's last one; without it no order leaves before that.") \
    K(S, SECTION, limits, "", 0, 0, config_symbol_limits, LIVE,                        \
      "Its limits; those that are not here are in gateway.limits.")

#define CONFIG_ELSEWHERE(K, S)                                                         \
    K(S, VENUE,   venue, NULL, 1, CONFIG_VENUE_NAME_MAX, none, RESTART,                \
      "Where: the name of another venue of gateway than its own.")                     \
    K(S, SYMBOLS, instruments, NULL, 1, CONFIG_INSTRUMENTS_MAX, none, RESTART,         \
      "Which of its instruments; gateway.symbols lists each of them at that venue.")   \
    K(S, SECTION, limits, "", 0, 0, config_route_limits, LIVE,                         \
      "Its limits at that venue; those that are not here are those of the strategy.")

#define CONFIG_TRADE_STRATEGY(K, S)                                                    \
    K(S, NAME,    name, NULL, 1, CONFIG_NAME_MAX, none, RESTART,                       \
      "What the screen, the log and the counters call it.")                            \
    K(S, STRATEGY, strategy, NULL, 1, CONFIG_NAME_MAX, none, RESTART,                  \
      "What it does: a strategy that is built in or of a plug-in; or outside, whose orders come from other programs.") \
    K(S, VENUE,   venue, NULL, 1, CONFIG_VENUE_NAME_MAX, none, RESTART,                \
      "Where its orders go, but for instruments that are elsewhere: the name of a venue of gateway.") \
    K(S, SELECTION, instruments, NULL, 1, CONFIG_INSTRUMENTS_MAX, none, RESTART,       \
      "What it is shown, in this order, and may trade where gateway.symbols lists it at its venue.") \
    K(S, LIST,    elsewhere, "", 0, CONFIG_TRADE_VENUES_MAX, config_elsewhere, RESTART, \
      "Those of its instruments that it trades at other venues: so it may buy at one and sell at another.") \
    K(S, PARAMETERS, parameters, "", 0, CONFIG_PARAMETERS_MAX, none, LIVE,             \
      "Its own parameters, a name and a text each: which there are, the strategy's page says. " \
      "A quantity of taker and twap is what they are to have traded in this journal, whatever is " \
      "restarted: to trade more, raise it.") \
    K(S, WHOLE,   orders, "0", 0, CONFIG_STRATEGY_KEYS_MAX, none, RESTART,             \
      "Strategy outside: how many replaceable orders it has at once; their keys count from 0.") \
    K(S, WHOLE,   unique_orders, "16", 0, CONFIG_UNIQUES_MAX, none, RESTART,           \
      "How many orders without a key it may have at once.")                            \
    K(S, SWITCH,  all_venues, "false", 0, 0, none, RESTART,                            \
      "Whether its orders leave only while all its venues are there.")                 \
    K(S, SECTION, limits, "", 0, 0, config_strategy_limits, LIVE,                      \
      "Its limits, those of positions for each of its instruments; those that are not here are in gateway.limits.")

#define CONFIG_GATEWAY(K, S)                                                           \
    K(S, PATH,    journal, NULL, 1, CONFIG_PATH_MAX, none, RESTART,                    \
      "The folder its journal is kept in; no other role's.  What the box holds, how it is halted, its turnover and its losses are in this journal: a new folder begins at nothing.")                           \
    K(S, WHOLE,   journal_image_records, "1000000", 0, UINT32_MAX, none, RESTART,      \
      "How many records behind its newest image make the next one while trading; 0 is none, and an image is made at each start and stop only.") \
    K(S, WHOLE,   journal_keep_segments, "", 1, CONFIG_KEEP_MAX, none, RESTART,        \
      "How many segments, of 64 MiB each, stay of those that no start needs because an image holds what they led to; the older ones are removed.  Without it none ever is.") \
    K(S, PORT,    port, "", 1, CONFIG_NAME_MAX, none, RESTART,                         \
      "The port with an address that venues of the transport tcp are reached through.")                 \
    K(S, SWITCH,  armed, "false", 0, 0, none, RESTART,                                 \
      "Whether orders may leave from the start, unless its journal says otherwise: halts and releases in it hold over every start.  Else the box starts halted, and somebody releases it.  A new folder knows of no halt: with true, a box that was halted trades in it.") \
    K(S, SWITCH,  two_persons, "false", 0, 0, none, RESTART,                           \
      "Whether a second authorised user must confirm what loosens a limit or releases a halt.") \
    K(S, MOMENT,  day_begins, "", 0, 0, none, RESTART,                                 \
      "When the trading day begins, UTC: strategy_volume, strategy_loss, box_loss and profits count from then on; positions, open orders and halts stay.  Also at a start, if one has begun since.  Without it the day is the journal, however long that is.") \
    K(S, WHOLE,   reconcile_ms, "5000", 0, 3600000, none, RESTART,                     \
      "How often venues are asked for all open orders; 0 is never.")                   \
    K(S, LIST,    venues, NULL, 1, CONFIG_TRADE_VENUES_MAX, config_trade_venue, RESTART, \
      "Where orders go.")                                                              \
    K(S, LIST,    symbols, NULL, 1, CONFIG_TRADE_SYMBOLS_MAX, config_trade_symbol, RESTART, \
      "What may be traded, and where.")                                                \
    K(S, SECTION, limits, "", 0, 0, config_limits, LIVE,                               \
      "The limits of the box; and of every venue, symbol and strategy that has none of its own by that name.  Each limit must be here or there.") \
    K(S, SECTION, ceilings, "", 0, 0, config_ceilings, RESTART,                        \
      "How loose limits may be made while trading, and here.")                         \
    K(S, LIST,    strategies, NULL, 1, CONFIG_STRATEGIES_MAX, config_trade_strategy, LIVE, \
      "Who decides.  Those that come while trading need a spare place at their venue, or had one before.") \
    K(S, WHOLE,   spare_strategies, "0", 0, CONFIG_SPARES_MAX, none, RESTART,          \
      "How many strategies there is a place for at each venue, besides those of the start: for those that come, and those taken out of the file that still have open orders or a position.") \
    K(S, WHOLE,   spare_orders, "64", 0, CONFIG_STRATEGY_KEYS_MAX, none, RESTART,      \
      "How many orders a strategy in a spare place may have at once; and as many without a key.") \
    K(S, PATHS,   plugins, "", 0, CONFIG_PLUGINS_MAX, none, LIVE,                      \
      "Shared objects with further strategies; one whose path has no slash is where Pollux is installed.")

#define CONFIG_GATEWAY_SECTIONS(X)                                                     \
    X(config_venue_limits,    CONFIG_VENUE_LIMITS,    "the limits of a venue")         \
    X(config_symbol_limits,   CONFIG_SYMBOL_LIMITS,   "the limits of a symbol")        \
    X(config_strategy_limits, CONFIG_STRATEGY_LIMITS, "the limits of a strategy")      \
    X(config_limits,          CONFIG_LIMITS,          "gateway.limits")                \
    X(config_ceilings,        CONFIG_CEILINGS,        "gateway.ceilings")              \
    X(config_trade_venue,     CONFIG_TRADE_VENUE,     "a venue of gateway")            \
    X(config_trade_symbol,    CONFIG_TRADE_SYMBOL,    "a symbol of gateway")           \
    X(config_route_limits,    CONFIG_ROUTE_LIMITS,    "the limits of a strategy at a venue") \
    X(config_elsewhere,       CONFIG_ELSEWHERE,       "what a strategy trades elsewhere") \
    X(config_trade_strategy,  CONFIG_TRADE_STRATEGY,  "a strategy of gateway")         \
    X(config_gateway,         CONFIG_GATEWAY,         "gateway")

/* clang-format on */

#endif
