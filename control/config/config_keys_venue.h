#ifndef CONTROL_CONFIG_CONFIG_KEYS_VENUE_H
#define CONTROL_CONFIG_CONFIG_KEYS_VENUE_H

/* The keys of the role venue.  A part of config_keys.h, which says what a row is. */

/* Bounds of other modules, and of the protocols the venue speaks; tests/config/test_config_limits.c
 * asserts that those of modules agree. */
#define CONFIG_TIMED_MAX             65536u   /* orders for a time, of all sessions */
#define CONFIG_VENUE_ORDERS_MAX      8388607  /* BOOK_ORDERS_MAX: snapshots hold them too */
#define CONFIG_VENUE_INSTRUMENTS_MAX 65534    /* MATCH_INSTRUMENTS_MAX */
#define CONFIG_ACCOUNT_MAX           16777215 /* MATCH_ACCOUNTS_MAX - 1 */
#define CONFIG_USERNAME_MAX          6        /* characters of a SoupBinTCP user name */
#define CONFIG_FIRM_MAX              4        /* characters of an OUCH firm */
#define CONFIG_SHARES_MAX            999999   /* of an OUCH order */

/* Prices in the engine are 1e-8, on the wire 1e-4: the least and the greatest that OUCH can say. */
#define CONFIG_PRICE_STEP 10000u          /* 0.0001 */
#define CONFIG_PRICE_MAX  19999999000000u /* 199999.99 */

#define CONFIG_VALUE_MAX ((uint64_t)1 << 61) /* MATCH_MONEY_MAX: price_max x quantity_max in 1e-8 */

#define CONFIG_PRICE_WINDOW_MIN 64     /* MATCH_WINDOW_MIN */
#define CONFIG_PRICE_WINDOW_MAX 262144 /* MATCH_WINDOW_MAX */

/* What of answers_mib is kept for the orders that live: config_answers_reserve.  When no new ones
 * are taken, each trade ends an order and is told to two sessions, so that there are at most two
 * such answers an order; and what is left of it is canceled, at the day's end at the latest. */
#define CONFIG_ANSWERS_CHUNK_BYTES 4096u   /* a stream's memory grows by so much */
#define CONFIG_ANSWERS_BYTES       48u     /* of such an answer at most, in either dialect */
#define CONFIG_ANSWERS_EACH        3u      /* of an order */
#define CONFIG_ANSWERS_UNDERWAY    131072u /* of events that wait for the disk, two each */

/* Bounds of our own. */
#define CONFIG_SESSIONS_MAX    4096
#define CONFIG_CONNECTIONS_MAX 16384
#define CONFIG_HISTORY_MIB_MAX 65536
#define CONFIG_ANSWERS_MIB_MAX 65536        /* STREAMS_CHUNKS_MAX chunks */
#define CONFIG_NOTIONAL_MAX    92233720368u /* price_t holds it in 1e-8 */

/* clang-format off */

#define CONFIG_DURABILITIES(X, of)                                                     \
    X(CONFIG_DURABILITY_DISK,    "disk",    "an order is answered once it is in the journal on the disk", of) \
    X(CONFIG_DURABILITY_PROCESS, "process", "an order is answered at once: a power cut loses the last ones", of)

#define CONFIG_DIALECTS(X, of)                                                         \
    X(CONFIG_DIALECT_OUCH50, "ouch50", "OUCH 5.0", of)                                 \
    X(CONFIG_DIALECT_OUCH42, "ouch42", "OUCH 4.2", of)

#define CONFIG_SELF_TRADES(X, of)                                                      \
    X(CONFIG_SELF_TRADE_CANCEL_NEWEST, "cancel_newest", "the order that comes is canceled", of) \
    X(CONFIG_SELF_TRADE_CANCEL_OLDEST, "cancel_oldest", "the order that rests is canceled", of) \
    X(CONFIG_SELF_TRADE_CANCEL_BOTH,   "cancel_both",   "both are canceled", of)       \
    X(CONFIG_SELF_TRADE_DECREMENT,     "decrement",     "both lose what would have been traded", of)

#define CONFIG_VENUE_CHOICE_SETS(X)                                                    \
    X(config_durability, CONFIG_DURABILITIES)                                          \
    X(config_dialect,    CONFIG_DIALECTS)                                              \
    X(config_self_trade, CONFIG_SELF_TRADES)

#define CONFIG_INSTRUMENT(K, S)                                                        \
    K(S, SYMBOL,  symbol, NULL, 1, CONFIG_SYMBOL_MAX, none, RESTART,                   \
      "What orders and market data call it.")                                          \
    K(S, PRICE,   tick, "0.01", CONFIG_PRICE_STEP, CONFIG_PRICE_MAX, none, RESTART,    \
      "The step of its prices, a multiple of 0.0001.")                                 \
    K(S, WHOLE,   lot, "1", 1, CONFIG_SHARES_MAX, none, RESTART,                       \
      "The step of its quantities, in shares.")                                        \
    K(S, PRICE,   price_max, "20000.00", CONFIG_PRICE_STEP, CONFIG_PRICE_MAX, none, RESTART, \
      "The highest price of an order, in whole ticks; the default is rounded down to them.") \
    K(S, WHOLE,   quantity_max, "999999", 1, CONFIG_SHARES_MAX, none, RESTART,         \
      "The largest quantity of an order, in shares and whole lots; the default is rounded down to them, and to what the engine can value at price_max.") \
    K(S, PRICE,   reference, "", CONFIG_PRICE_STEP, CONFIG_PRICE_MAX, none, RESTART,   \
      "The price the day begins from, in whole ticks; goes with band.")                \
    K(S, PRICE,   band, "", CONFIG_PRICE_STEP, CONFIG_PRICE_MAX, none, RESTART,        \
      "How far from the reference a trade may be, in whole ticks; without it, anywhere.") \
    K(S, PRICE,   collar, "1.00", CONFIG_PRICE_STEP, CONFIG_PRICE_MAX, none, RESTART,  \
      "How far through the best opposite price a market order may trade, in whole ticks; the default is rounded up to them.") \
    K(S, WHOLE,   pause_ms, "60000", 1, 3600000, none, RESTART,                        \
      "How long its trading pauses where a trade would have left the band.")

#define CONFIG_ENTRY(K, S)                                                             \
    K(S, NAME,    username, NULL, 1, CONFIG_USERNAME_MAX, none, RESTART,               \
      "What the client logs in as.")                                                   \
    K(S, PATH,    password_file, NULL, 1, CONFIG_PATH_MAX, none, RESTART,              \
      "A file whose first line is its password; a password is never in this file.")    \
    K(S, CHOICE,  dialect, "ouch50", 0, 0, config_dialect, RESTART,                    \
      "What it speaks.")                                                               \
    K(S, WHOLE,   account, NULL, 0, CONFIG_ACCOUNT_MAX, none, RESTART,                 \
      "The account its orders are of; sessions of one account do not trade with each other.") \
    K(S, NAME,    firm, NULL, 1, CONFIG_FIRM_MAX, none, RESTART,                       \
      "The firm its orders are of.")                                                   \
    K(S, CHOICE,  self_trade, "cancel_newest", 0, 0, config_self_trade, RESTART,       \
      "What happens where its account would trade with itself.")                       \
    K(S, SWITCH,  cancel_on_disconnect, "true", 0, 0, none, RESTART,                   \
      "Whether its orders are canceled when its connection ends.")                     \
    K(S, WHOLE,   order_quantity_max, "999999", 1, CONFIG_SHARES_MAX, none, RESTART,   \
      "The largest quantity of one of its orders, in shares.")                         \
    K(S, LARGE,   order_notional_max, "0", 0, CONFIG_NOTIONAL_MAX, none, RESTART,      \
      "The largest price times quantity of one of its orders, in whole units of the currency; 0 is no such bound.") \
    K(S, WHOLE,   collar_percent, "0", 0, 100, none, RESTART,                          \
      "How far the price of one of its orders may be from the last trade, or from the reference before there is one; 0 is no such bound.") \
    K(S, WHOLE,   orders_per_second, "0", 0, 10000000, none, RESTART,                  \
      "How many orders it may send in a second; 0 is no such bound.")                  \
    K(S, WHOLE,   open_orders_max, "65536", 1, CONFIG_VENUE_ORDERS_MAX, none, RESTART, \
      "How many of its orders may live at once.")                                      \
    K(S, WHOLE,   timed_orders_max, "0", 0, CONFIG_TIMED_MAX, none, RESTART,           \
      "How many of them may be for a time; 0 is an equal part of the 65536 that all sessions have together and the others do not name.")

#define CONFIG_VENUE(K, S)                                                             \
    K(S, SESSION, session, NULL, 1, CONFIG_SESSION_MAX, none, RESTART,                 \
      "The day's session, of MoldUDP64 and of SoupBinTCP.")                            \
    K(S, WHOLE,   midnight_utc_minutes, "0", 0, 1439, none, RESTART,                   \
      "When the venue's day begins, in minutes after 00:00 UTC: 240 is midnight in New York in summer.") \
    K(S, PATH,    journal, NULL, 1, CONFIG_PATH_MAX, none, RESTART,                    \
      "The folder its journal is kept in.")                                            \
    K(S, CHOICE,  durability, "disk", 0, 0, config_durability, RESTART,                \
      "What an answer to an order promises.")                                          \
    K(S, PORT,    port, NULL, 1, CONFIG_NAME_MAX, none, RESTART,                       \
      "The port, of kind dpdk with an address, that clients reach it through.")        \
    K(S, WHOLE,   orders_tcp_port, NULL, 1, 65535, none, RESTART,                      \
      "The TCP port for order entry: OUCH over SoupBinTCP.")                           \
    K(S, WHOLE,   snapshot_tcp_port, NULL, 1, 65535, none, RESTART,                    \
      "The TCP port for snapshots of the books: GLIMPSE over SoupBinTCP.")             \
    K(S, WHOLE,   retransmission_udp_port, NULL, 1, 65535, none, RESTART,              \
      "The UDP port for requests of missed market data: MoldUDP64.")                   \
    K(S, SECTION, line_a, NULL, 0, 0, config_line, RESTART,                            \
      "Where it publishes its market data.")                                           \
    K(S, OPTION,  line_b, "", 0, 0, config_line, RESTART,                              \
      "Where it publishes a second copy, if it does.")                                 \
    K(S, WHOLE,   orders, "1048576", 1, CONFIG_VENUE_ORDERS_MAX, none, RESTART,        \
      "Orders that can live at once, in all instruments.")                             \
    K(S, POWER,   price_window, "65536", CONFIG_PRICE_WINDOW_MIN, CONFIG_PRICE_WINDOW_MAX, none, RESTART, \
      "How many ticks the prices of one side of a book may span: what would rest outside of that is canceled.") \
    K(S, WHOLE,   history_mib, "256", 1, CONFIG_HISTORY_MIB_MAX, none, RESTART,        \
      "Mebibytes of published messages that are kept for retransmission; older ones are in snapshots only.") \
    K(S, WHOLE,   answers_mib, "256", 1, CONFIG_ANSWERS_MIB_MAX, none, RESTART,        \
      "Mebibytes for the day's answers of all sessions, kept to be replayed to who logs in again.  When they are used up but for what the living orders may still need, new orders are refused until the day ends, and the rest is for cancels, executions and refusals.") \
    K(S, WHOLE,   connections, "1024", 1, CONFIG_CONNECTIONS_MAX, none, RESTART,       \
      "TCP connections it can have at once.")                                          \
    K(S, LIST,    instruments, NULL, 1, CONFIG_VENUE_INSTRUMENTS_MAX, config_instrument, RESTART, \
      "What is traded; the first one has the stock locate 1.")                         \
    K(S, LIST,    sessions, NULL, 1, CONFIG_SESSIONS_MAX, config_entry, RESTART,       \
      "Who may log in.")

#define CONFIG_VENUE_SECTIONS(X)                                                       \
    X(config_instrument, CONFIG_INSTRUMENT, "an instrument")                           \
    X(config_entry,      CONFIG_ENTRY,      "a session")                               \
    X(config_venue,      CONFIG_VENUE,      "venue")

/* clang-format on */

#endif
