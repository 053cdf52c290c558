#ifndef CONTROL_CONFIG_CONFIG_KEYS_H
#define CONTROL_CONFIG_CONFIG_KEYS_H

/* Every key of the configuration file, declared once.
 *
 * A row is the whole declaration of a key.  From it are made the field of the C struct (config.h),
 * the entry of libcyaml's schema (config_load.c), what the checks know (config_schema.c) and the
 * entry of the reference page (config_reference.c).  To add a key, copy a neighbour.
 *
 *   type      a row of CONFIG_TYPES
 *   key       as in the file and as in the struct; the unit is its last word
 *   default   as it would be written in the file; NULL: the key is required;
 *             "": the key may be left out, and is then empty, or a section of defaults
 *   low, high the range of a number, of the characters of a text, of the entries of a list
 *   of        the choices or the section it is made of, or none
 *   change    LIVE: a reload may change it while trading; RESTART: only a restart may
 *
 * Rules that compare keys with each other are in config_rules.c and its neighbours.  The keys of
 * the role venue are in config_keys_venue.h, those of the role gateway in config_keys_gateway.h,
 * those of captures, played and written, in config_keys_capture.h, those of metrics and monitor in
 * config_keys_metrics.h, those of the control socket in config_keys_control.h, those of redis in
 * config_keys_redis.h. */

#include "control/config/config_keys_capture.h"
#include "control/config/config_keys_control.h"
#include "control/config/config_keys_gateway.h"
#include "control/config/config_keys_metrics.h"
#include "control/config/config_keys_redis.h"
#include "control/config/config_keys_venue.h"

/* Bounds of other modules, which control/ may not include; tests/config/test_config_limits.c
 * asserts that they agree. */
#define CONFIG_INSTRUMENTS_MAX     65535   /* BOOK_INSTRUMENTS_MAX - 1: number 0 is no stock */
#define CONFIG_ORDERS_MAX          8388607 /* BOOK_ORDERS_MAX */
#define CONFIG_LEVELS_MAX          4194303 /* BOOK_LEVELS_MAX */
#define CONFIG_STORE_DATAGRAMS_MAX 65536   /* CHANNEL_STORE_MAX */
#define CONFIG_DATAGRAM_BYTES_MIN  64      /* CHANNEL_STORE_BYTES_MIN or more */
#define CONFIG_DATAGRAM_BYTES_MAX  65507   /* CHANNEL_DATAGRAM_MAX */
#define CONFIG_SESSION_MAX         10      /* characters of a MoldUDP64 session */
#define CONFIG_SYMBOL_MAX          8       /* characters of an ITCH stock */
#define CONFIG_FRAME_BYTES_MAX     9216    /* NET_FRAME_BYTES_MAX */
#define CONFIG_PACE_MAX            1000    /* NET_TAPE_SPEED_MAX */
#define CONFIG_DPDK_MB_MAX         65536   /* EAL_MEMORY_MAX */
#define CONFIG_NAME_MAX            31      /* DELEGATE_NAME_MAX; names become labels of metrics */
#define CONFIG_DELEGATES_MAX       64      /* ENGINE_DELEGATES_MAX */
#define CONFIG_SCREEN_SYMBOLS_MAX  16      /* FEED_VIEW_BOOKS */
#define CONFIG_CORE_MAX            1023    /* the kernel's affinity masks hold 1,024 cores */
#define CONFIG_PATH_MAX            4095    /* bytes, as the kernel's PATH_MAX without its NUL */

/* Bounds of our own. */
#define CONFIG_KEEP_MAX       3500 /* JOURNAL_SEGMENTS_MANY, and place for those that are needed */
#define CONFIG_DEVICE_MAX     255  /* characters of a DPDK device with its arguments */
#define CONFIG_PORTS_MAX      16   /* more than lines can use, so that the rule for that speaks */
#define CONFIG_CORES_MAX      64   /* the same */
#define CONFIG_STORE_MIB_MAX  1024 /* store_datagrams x store_datagram_bytes */
#define CONFIG_NEIGHBOURS_MAX 64
#define CONFIG_REQUESTS_MAX   1024 /* RECOVERY_RATE_MAX */
#define CONFIG_SERVERS_MAX    4
#define CONFIG_MIDNIGHT       86400u /* seconds: the end of a day, which is where one begins */

/* The addresses of hosts, and with them those of multicast groups. */
#define CONFIG_ADDRESS_MIN 0x01000000u /* 1.0.0.0 */
#define CONFIG_HOST_MAX    0xdfffffffu /* 223.255.255.255 */
#define CONFIG_GROUP_MAX   0xefffffffu /* 239.255.255.255 */
#define CONFIG_GROUP_LOCAL 0xe0000000u /* 224.0.0.0, and the 255 behind it: never forwarded */

/* clang-format off */

/* What a value may be:  type, as the reference page says it. */
#define CONFIG_TYPES(X)                                                                \
    X(WHOLE,     "a whole number")                                                     \
    X(LARGE,     "a whole number")                                                     \
    X(POWER,     "a power of two")                                                     \
    X(SWITCH,    "true or false")                                                      \
    X(CHOICE,    "one of")                                                             \
    X(CHOICES,   "a list of")                                                          \
    X(PRICE,     "a price such as 100.25")                                             \
    X(PACE,      "fastest, or a multiple such as 1x or 10x")                           \
    X(ADDRESS,   "an IPv4 address")                                                    \
    X(MAC,       "an Ethernet address")                                                \
    X(NAME,      "a name of letters, digits, '.', '_' and '-'")                        \
    X(PORT,      "the name of a port")                                                 \
    X(PATH,      "a path")                                                             \
    X(DEVICE,    "a PCI address or a virtual DPDK device")                              \
    X(SESSION,   "a text without spaces")                                              \
    X(SYMBOL,    "a symbol of printable characters")                                   \
    X(QTY,       "a quantity such as 100 or 0.5")                                      \
    X(MONEY,     "an amount of money such as 1000000 or 0.5")                          \
    X(NS,        "a time such as 250us, 5ms or 2s")                                    \
    X(MOMENT,    "a time of day such as 22:00:00")                                     \
    X(TICKS,     "a whole number of ticks")                                            \
    X(PPM,       "a percentage such as 2% or 0.25%")                                   \
    X(COUNT,     "a whole number")                                                     \
    X(VENUE,     "the name of a venue")                                                \
    X(STRATEGY,  "the name of a strategy")                                             \
    X(PARAMETERS, "names and texts of their own")                                      \
    X(PATHS,     "a list of paths")                                                    \
    X(WHOLES,    "a list of whole numbers")                                            \
    X(SYMBOLS,   "a list of symbols")                                                  \
    X(SELECTION, "all, or a list of symbols")                                          \
    X(SECTION,   "keys of its own")                                                    \
    X(OPTION,    "keys of its own")                                                    \
    X(LIST,      "a list of")

/* Choices:  enumerator, as in the file, what it means. */

#define CONFIG_ROLES(X, of)                                                            \
    X(CONFIG_ROLE_FEED,  "feed",  "market data in, books out", of)                     \
    X(CONFIG_ROLE_GATEWAY, "gateway", "books in, orders to venues out", of)            \
    X(CONFIG_ROLE_VENUE, "venue", "orders in, matches, market data out", of)

/* The stages, in the order of lcores.cores:  the role each belongs to, one whose own stage is
 * instead of it, what sentences call it. */
#define CONFIG_STAGES(X)                                                               \
    X(CONFIG_ROLE_FEED,    CONFIG_ROLE_NONE,    "feed")                                \
    X(CONFIG_ROLE_FEED,    CONFIG_ROLE_GATEWAY, "engine")                              \
    X(CONFIG_ROLE_GATEWAY, CONFIG_ROLE_NONE,    "gateway")                             \
    X(CONFIG_ROLE_VENUE,   CONFIG_ROLE_NONE,    "gate")                                \
    X(CONFIG_ROLE_VENUE,   CONFIG_ROLE_NONE,    "venue")
#define CONFIG_ROLE_NONE 31 /* no role is this one */

#define CONFIG_LAYOUTS(X, of)                                                          \
    X(CONFIG_LAYOUT_SHARED,    "shared",    "all stages take turns on one core", of)   \
    X(CONFIG_LAYOUT_ROLES,     "roles",     "every role has a core, which its stages share", of) \
    X(CONFIG_LAYOUT_DEDICATED, "dedicated", "every stage has a core of its own", of)

#define CONFIG_IDLES(X, of)                                                            \
    X(CONFIG_IDLE_BACK_OFF, "back_off", "a core without work pauses, then sleeps briefly", of) \
    X(CONFIG_IDLE_SPIN,     "spin",     "a core without work polls on; it is always at 100 %", of)

#define CONFIG_HUGE_PAGES(X, of)                                                       \
    X(CONFIG_HUGE_PAGES_NONE,    "none",    "ordinary pages", of)                      \
    X(CONFIG_HUGE_PAGES_TRY,     "try",     "huge pages where there are any", of)      \
    X(CONFIG_HUGE_PAGES_REQUIRE, "require", "refuse to start without huge pages", of)

#define CONFIG_PORT_KINDS(X, of)                                                       \
    X(CONFIG_PORT_CAPTURE, "capture", "a capture file, played from memory", of)        \
    X(CONFIG_PORT_DPDK,    "dpdk",    "a DPDK device", of)                             \
    X(CONFIG_PORT_CABLE,   "cable",   "an end of a cable between two roles of this appliance, in memory", of)

#define CONFIG_PROTOCOLS(X, of)                                                        \
    X(CONFIG_PROTOCOL_ITCH50, "itch50", "Nasdaq TotalView-ITCH 5.0 over MoldUDP64", of)

#define CONFIG_CHECKSUMS(X, of)                                                        \
    X(CONFIG_CHECKSUMS_VERIFY, "verify", "frames with a wrong IPv4 or UDP checksum are dropped", of) \
    X(CONFIG_CHECKSUMS_IGNORE, "ignore", "checksums are not looked at", of)

#define CONFIG_STRATEGIES(X, of)                                                       \
    X(CONFIG_STRATEGY_TALLY, "tally", "counts what it is shown and what it decides, trades nothing", of)

/* Every set of choices:  enum, table. */
#define CONFIG_CHOICE_SETS(X)                                                          \
    X(config_role,       CONFIG_ROLES)                                                 \
    X(config_layout,     CONFIG_LAYOUTS)                                               \
    X(config_idle,       CONFIG_IDLES)                                                 \
    X(config_huge_pages, CONFIG_HUGE_PAGES)                                            \
    X(config_port_kind,  CONFIG_PORT_KINDS)                                            \
    X(config_protocol,   CONFIG_PROTOCOLS)                                             \
    X(config_checksums,  CONFIG_CHECKSUMS)                                             \
    X(config_strategy,   CONFIG_STRATEGIES)                                            \
    CONFIG_GATEWAY_CHOICE_SETS(X)                                                      \
    CONFIG_VENUE_CHOICE_SETS(X)

/* Sections.  K(section, type, key, default, low, high, of, change, sentence) */

#define CONFIG_LCORES(K, S)                                                            \
    K(S, CHOICE,  layout, "shared", 0, 0, config_layout, RESTART,                      \
      "Which stages share a core.")                                                    \
    K(S, WHOLES,  cores, NULL, 1, CONFIG_CORES_MAX, none, RESTART,                     \
      "The cores the stages run on, numbered as by the kernel (0 to 1023): one for shared; for roles one for feed and gateway, one for venue; for dedicated one for each stage of its roles, in the order feed, engine (role feed; the gateway is in it), gate, venue (role venue).") \
    K(S, CHOICE,  idle, "back_off", 0, 0, config_idle, RESTART,                        \
      "What a core does when there is nothing to do.")                                 \
    K(S, WHOLE,   housekeeping_us, "5000", 100, 1000000, none, RESTART,                \
      "How often a stage copies its counters out, looks at its timers and takes commands.")

#define CONFIG_MEMORY(K, S)                                                            \
    K(S, CHOICE,  huge_pages, "try", 0, 0, config_huge_pages, RESTART,                 \
      "Whether the memory of the stages and of DPDK is in huge pages.")                \
    K(S, WHOLE,   dpdk_mb, "256", 16, CONFIG_DPDK_MB_MAX, none, RESTART,                          \
      "Mebibytes that DPDK takes for packet buffers and queues, if a port uses it.")

#define CONFIG_NEIGHBOUR(K, S)                                                         \
    K(S, ADDRESS, address, NULL, CONFIG_ADDRESS_MIN, CONFIG_HOST_MAX, none, RESTART,   \
      "Its IPv4 address.")                                                             \
    K(S, MAC,     mac, NULL, 0, 0, none, RESTART,                                      \
      "Its Ethernet address, such as 02:00:00:00:00:01.")

#define CONFIG_PORT(K, S)                                                              \
    K(S, NAME,    name, NULL, 1, CONFIG_NAME_MAX, none, RESTART,                       \
      "What the lines, the log and the counters call it.")                 \
    K(S, CHOICE,  kind, NULL, 0, 0, config_port_kind, RESTART,                         \
      "What is behind the port.")                                                      \
    K(S, PATH,    file, "", 1, CONFIG_PATH_MAX, none, RESTART,                         \
      "Kind capture: a pcap or pcapng file.")        \
    K(S, DEVICE,  device, "", 1, CONFIG_DEVICE_MAX, none, RESTART,                     \
      "Kind dpdk: for example 0000:3b:00.0, or net_af_packet0,iface=eth0.")            \
    K(S, PORT,    to, "", 1, CONFIG_NAME_MAX, none, RESTART,                           \
      "Kind cable: the port that is the other end; it names this one.")                \
    K(S, POWER,   rx_descriptors, "1024", 64, 32768, none, RESTART,                    \
      "Kind dpdk: frames the device can hold until they are taken.")                   \
    K(S, POWER,   tx_descriptors, "512", 64, 32768, none, RESTART,                     \
      "Kind dpdk: frames that can wait to be sent.")                                   \
    K(S, WHOLE,   frame_bytes, "1518", 1518, CONFIG_FRAME_BYTES_MAX, none, RESTART,    \
      "Kind dpdk: the longest frame that is taken.")                                   \
    K(S, ADDRESS, address, "", CONFIG_ADDRESS_MIN, CONFIG_HOST_MAX, none, RESTART,     \
      "Kinds dpdk and cable: our own IPv4 address, needed where a venue, a gateway or the feed's recovery uses the port.") \
    K(S, WHOLE,   prefix_bits, "24", 1, 31, none, RESTART,                             \
      "Kinds dpdk and cable: how many bits of the address are its network's.")                    \
    K(S, ADDRESS, gateway, "", CONFIG_ADDRESS_MIN, CONFIG_HOST_MAX, none, RESTART,     \
      "Kind dpdk: who forwards what is for other networks; without it, only our own is reached.") \
    K(S, LIST,    neighbours, "", 0, CONFIG_NEIGHBOURS_MAX, config_neighbour, RESTART, \
      "Kind dpdk: hosts of the network whose Ethernet addresses are never asked for.")

#define CONFIG_LINE(K, S)                                                              \
    K(S, PORT,    port, NULL, 1, CONFIG_NAME_MAX, none, RESTART,                       \
      "The port the line is on.")                                                      \
    K(S, ADDRESS, group, NULL, CONFIG_ADDRESS_MIN, CONFIG_GROUP_MAX, none, RESTART,    \
      "The address its datagrams are sent to: a multicast group, which a feed joins, or the receiver's address.") \
    K(S, WHOLE,   udp_port, NULL, 1, 65535, none, RESTART,                             \
      "The UDP port its datagrams are sent to.")

#define CONFIG_SERVER(K, S)                                                            \
    K(S, ADDRESS, address, NULL, CONFIG_ADDRESS_MIN, CONFIG_HOST_MAX, none, RESTART,   \
      "Its IPv4 address.")                                                             \
    K(S, WHOLE,   udp_port, NULL, 1, 65535, none, RESTART,                             \
      "The UDP port it takes requests on.")

#define CONFIG_SNAPSHOT(K, S)                                                          \
    K(S, ADDRESS, address, NULL, CONFIG_ADDRESS_MIN, CONFIG_HOST_MAX, none, RESTART,   \
      "Its IPv4 address.")                                                             \
    K(S, WHOLE,   tcp_port, NULL, 1, 65535, none, RESTART,                             \
      "The TCP port it takes connections on.")                                         \
    K(S, NAME,    username, NULL, 1, CONFIG_USERNAME_MAX, none, RESTART,               \
      "What we log in as.")                                                            \
    K(S, PATH,    password_file, NULL, 1, CONFIG_PATH_MAX, none, RESTART,              \
      "A file whose first line is our password; a password is never in this file.")

#define CONFIG_RECOVERY(K, S)                                                          \
    K(S, PORT,    port, NULL, 1, CONFIG_NAME_MAX, none, RESTART,                       \
      "The port, of kind dpdk with an address, that the servers are reached through.") \
    K(S, LIST,    servers, NULL, 1, CONFIG_SERVERS_MAX, config_server, RESTART,        \
      "Retransmission servers (MoldUDP64), asked in this order.")                      \
    K(S, OPTION,  snapshot, "", 0, 0, config_snapshot, RESTART,                        \
      "A server of snapshots (GLIMPSE over SoupBinTCP), for what is not retransmitted.") \
    K(S, WHOLE,   retry_ms, "20", 1, 60000, none, RESTART,                             \
      "How long an answer to a request is waited for before it is sent again.")        \
    K(S, WHOLE,   attempts, "5", 1, 100, none, RESTART,                                \
      "How often one request is sent before it is given up.")                          \
    K(S, WHOLE,   requests_per_second, "1000", 1, CONFIG_REQUESTS_MAX, none, RESTART,              \
      "How many requests are sent in a second, at most.")                              \
    K(S, WHOLE,   hole_messages, "65536", 1, UINT32_MAX, none, RESTART,                \
      "More missing messages than this are not requested: a snapshot replaces them.")  \
    K(S, WHOLE,   snapshot_retry_ms, "1000", 10, 3600000, none, RESTART,               \
      "How long after a failed snapshot the next one is asked for.")

#define CONFIG_FEED(K, S)                                                              \
    K(S, CHOICE,  protocol, "itch50", 0, 0, config_protocol, RESTART,                  \
      "What the datagrams carry.")                                                     \
    K(S, WHOLE,   instruments, "8192", 1, CONFIG_INSTRUMENTS_MAX, none, RESTART,       \
      "The highest instrument number (stock locate) that has a book; the venue counts from 1.") \
    K(S, WHOLE,   orders, "1048576", 1, CONFIG_ORDERS_MAX, none, RESTART,              \
      "Orders that can be live at once, in all instruments.")                          \
    K(S, WHOLE,   levels, "524288", 1, CONFIG_LEVELS_MAX, none, RESTART,               \
      "Price levels that can be live at once, in all instruments, both sides.")        \
    K(S, SESSION, session, "", 1, CONFIG_SESSION_MAX, none, RESTART,                   \
      "The MoldUDP64 session that is taken; without it, the first one seen.")          \
    K(S, LARGE,   first_sequence, "1", 0, UINT64_MAX, none, RESTART,                   \
      "The message the stream begins with: 1 for all of it, 0 for the first one seen.") \
    K(S, SECTION, line_a, NULL, 0, 0, config_line, RESTART,                            \
      "Where the feed's first copy arrives.")                                          \
    K(S, OPTION,  line_b, "", 0, 0, config_line, RESTART,                              \
      "Where the feed's second copy arrives, if there is one.")                        \
    K(S, WHOLE,   gap_wait_us, "1000", 0, 60000000, none, RESTART,                     \
      "How long missing messages are waited for before they are a gap; 0 is not at all.")               \
    K(S, WHOLE,   gap_packets, "0", 0, 65536, none, RESTART,                           \
      "Datagrams after which missing messages are not waited for any longer; 0 is no such bound.") \
    K(S, WHOLE,   store_datagrams, "4096", 1, CONFIG_STORE_DATAGRAMS_MAX, none, RESTART, \
      "Early datagrams that are kept while missing messages are waited for.")          \
    K(S, WHOLE,   store_datagram_bytes, "1472", CONFIG_DATAGRAM_BYTES_MIN, CONFIG_DATAGRAM_BYTES_MAX, none, RESTART, \
      "The longest early datagram that is kept; 1472 fills an Ethernet frame.")        \
    K(S, WHOLE,   silence_ms, "3000", 0, 3600000, none, RESTART,                       \
      "Without a datagram on any line for so long, the books are stale; 0 is never.")  \
    K(S, CHOICE,  checksums, "verify", 0, 0, config_checksums, RESTART,                \
      "Whether IPv4 and UDP checksums are verified, by the device where it can.")      \
    K(S, SWITCH,  digest, "false", 0, 0, none, RESTART,                                \
      "Whether every book event is folded into a digest, to compare two runs.")        \
    K(S, OPTION,  recovery, "", 0, 0, config_recovery, RESTART,                        \
      "Who is asked for messages that were missed on every line; without it, they stay a gap.")

#define CONFIG_DELEGATE(K, S)                                                          \
    K(S, NAME,      name, NULL, 1, CONFIG_NAME_MAX, none, RESTART,                     \
      "What the log and the counters call it.")                                        \
    K(S, CHOICE,    strategy, NULL, 0, 0, config_strategy, RESTART,                    \
      "What it does.")                                                                 \
    K(S, SELECTION, instruments, "all", 1, CONFIG_INSTRUMENTS_MAX, none, RESTART,      \
      "The symbols it is shown, of 1 to 8 characters each.")

#define CONFIG_ENGINE(K, S)                                                            \
    K(S, LIST,    delegates, "", 0, CONFIG_DELEGATES_MAX, config_delegate, RESTART,    \
      "Who is shown the market and decides, in this order.")                           \
    K(S, WHOLE,   decision_budget_us, "100", 1, 1000000, none, RESTART,                \
      "A decision that takes longer is counted as an overrun.")

#define CONFIG_SCREEN(K, S)                                                            \
    K(S, WHOLE,   refresh_ms, "250", 50, 60000, none, LIVE,                            \
      "How often the live screen is drawn.")                                           \
    K(S, SYMBOLS, symbols, "", 0, CONFIG_SCREEN_SYMBOLS_MAX, none, RESTART,            \
      "The books it shows with their depth; without any, the first ones of the venue's directory.")

#define CONFIG_TOP(K, S)                                                               \
    K(S, NAME,    name, "pollux", 1, CONFIG_NAME_MAX, none, RESTART,                   \
      "What this appliance is called on its screen and in its log.")                   \
    K(S, CHOICES, roles, NULL, 1, 8, config_role, RESTART,                             \
      "What this appliance does.")                                                     \
    K(S, SECTION, lcores, NULL, 0, 0, config_lcores, RESTART,                          \
      "Which cores it runs on, and how.")                                              \
    K(S, SECTION, memory, "", 0, 0, config_memory, RESTART,                            \
      "The memory it takes at start.")                                                 \
    K(S, LIST,    ports, NULL, 1, CONFIG_PORTS_MAX, config_port, RESTART,              \
      "Where packets come from and go to.")                                            \
    K(S, SECTION, capture, "", 0, 0, config_capture, RESTART,                          \
      "How ports of kind capture are played; where what the other ports see and send is written.") \
    K(S, OPTION,  feed, "", 0, 0, config_feed, RESTART,                                \
      "Role feed, which needs it: the market data it takes.")                          \
    K(S, SECTION, engine, "", 0, 0, config_engine, RESTART,                            \
      "Role feed: what is decided on it, by whom if there is no gateway.")                                             \
    K(S, OPTION,  gateway, "", 0, 0, config_gateway, RESTART,                          \
      "Role gateway, which needs it: where and what it trades, within which limits.")  \
    K(S, OPTION,  redis, "", 0, 0, config_redis, RESTART,                              \
      "Roles gateway, venue: the Redis server by which programs outside trade, and are told.") \
    K(S, OPTION,  venue, "", 0, 0, config_venue, RESTART,                              \
      "Role venue, which needs it: the market it runs.")                               \
    K(S, SECTION, screen, "", 0, 0, config_screen, RESTART,                            \
      "The live screen.")                                                              \
    K(S, OPTION,  control, "", 0, 0, config_control, RESTART,                          \
      "The socket that people and their programs control the appliance by; without it, there is none.") \
    CONFIG_METRICS_TOP(K, S)

/* Every section, parts before wholes:  struct, table, as sentences call it. */
#define CONFIG_SECTIONS(X)                                                             \
    X(config_lcores,   CONFIG_LCORES,   "lcores")                                      \
    X(config_memory,   CONFIG_MEMORY,   "memory")                                      \
    X(config_neighbour, CONFIG_NEIGHBOUR, "a neighbour")                               \
    X(config_port,     CONFIG_PORT,     "a port")                                      \
    CONFIG_CAPTURE_SECTIONS(X)                                                         \
    X(config_line,     CONFIG_LINE,     "a line")                                      \
    X(config_server,   CONFIG_SERVER,   "a server of feed.recovery")                   \
    X(config_snapshot, CONFIG_SNAPSHOT, "feed.recovery.snapshot")                      \
    X(config_recovery, CONFIG_RECOVERY, "feed.recovery")                               \
    X(config_feed,     CONFIG_FEED,     "feed")                                        \
    X(config_delegate, CONFIG_DELEGATE, "a delegate")                                  \
    X(config_engine,   CONFIG_ENGINE,   "engine")                                      \
    CONFIG_GATEWAY_SECTIONS(X)                                                         \
    CONFIG_REDIS_SECTIONS(X)                                                           \
    CONFIG_VENUE_SECTIONS(X)                                                           \
    X(config_screen,   CONFIG_SCREEN,   "screen")                                      \
    CONFIG_METRICS_SECTIONS(X)                                                         \
    CONFIG_CONTROL_SECTIONS(X)                                                         \
    X(config,          CONFIG_TOP,      "the top level")

/* clang-format on */

#endif
