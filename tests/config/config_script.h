#ifndef TESTS_CONFIG_CONFIG_SCRIPT_H
#define TESTS_CONFIG_CONFIG_SCRIPT_H

/* Configuration files and what is said about them, as a transcript.
 *
 *     GIVEN(ROLES,
 *           CORES,
 *           PORTS,
 *           FEED_WITH("orders: many"));
 *     PROBLEMS("4:16: feed.orders needs a whole number, found \"many\"");
 *
 * GIVEN takes the lines of a file.  PROBLEMS compares everything that is said about it, in order,
 * with line and column.  ACCEPTED says that nothing is.  ROLES, CORES, PORTS and FEED are the four
 * lines of the smallest file that is accepted; those of the smallest venue are VENUE_ROLES, CORES,
 * VENUE_PORTS and the lines of VENUE(INSTRUMENTS, SESSIONS); those of the smallest gateway
 * GATEWAY_ROLES, CORES, GATEWAY_PORTS, FEED and the lines of GATEWAY(VENUES, SYMBOLS, STRATEGIES).
 */

#include "control/config/config.h"
#include "tests/support/spec.h"

#define LINE            "{port: a, group: 233.54.12.111, udp_port: 26477}"
#define ROLES           "roles: [feed]"
#define CORES           "lcores: {cores: [0]}"
#define PORTS           "ports: [{name: a, kind: capture, file: a.pcap}]"
#define FEED            ("feed: {line_a: " LINE "}")
#define FEED_WITH(keys) ("feed: {" keys ", line_a: " LINE "}")

#define VENUE_ROLES "roles: [venue]"
#define VENUE_PORTS "ports: [{name: v, kind: dpdk, device: x, address: 10.0.0.1}]"
#define PUBLISHED   "{port: v, group: 233.54.12.111, udp_port: 26477}"
#define LISTENING   "orders_tcp_port: 1, snapshot_tcp_port: 2, retransmission_udp_port: 3"
#define INSTRUMENTS "  instruments: [{symbol: A}]"
#define SESSIONS    "  sessions: [{username: u, password_file: p, account: 0, firm: F}]"
#define VENUE_KEYS(keys)                                                                           \
    "venue:", "  {session: s, journal: j, port: v, " keys ", line_a: " PUBLISHED ","
#define VENUE_BEGIN            VENUE_KEYS(LISTENING)
#define VENUE(listed, clients) VENUE_BEGIN, listed ",", clients "}"

#define GATEWAY_ROLES "roles: [feed, gateway]"
#define GATEWAY_PORTS                                                                              \
    "ports: [{name: a, kind: dpdk, device: x}, {name: o, kind: dpdk, device: y, address: "         \
    "10.0.0.1}]"
#define VENUES                                                                                     \
    "  venues: [{name: v, address: 10.0.0.2, tcp_port: 5, username: u, password_file: p}]"
#define SYMBOLS    "  symbols: [{symbol: A, venue: v}]"
#define STRATEGIES "  strategies: [{name: s, strategy: maker, venue: v, instruments: all}]"
#define BOX_LIMITS "box_gross: 9, box_loss: 8, duplicate_ns: 7us"
#define SYMBOL_LIMITS                                                                              \
    "tradable: true, market_orders: false, order_qty: 6, order_notional: 5.5, reference_age: "     \
    "4ms, "                                                                                        \
    "mark_age: 3s, collar_ticks: 2, collar_ppm: 1.5%, symbol_long: 10, symbol_short: 11, "         \
    "symbol_rate: 12"
#define STRATEGY_LIMITS                                                                            \
    "position_long: 13, position_short: 14, capital: 15, strategy_gross: 16, strategy_volume: "    \
    "17, "                                                                                         \
    "strategy_loss: 18, strategy_rate: 19, strategy_fills: 20"
#define LIMITS "  limits: {" BOX_LIMITS ", venue_rate: 21, " SYMBOL_LIMITS ", " STRATEGY_LIMITS "}"
#define GATEWAY_LIMITED(limits, venues, symbols, strategies)                                       \
    "gateway:", "  journal: j", "  port: o", limits, venues, symbols, strategies
#define GATEWAY(venues, symbols, strategies) GATEWAY_LIMITED(LIMITS, venues, symbols, strategies)

#define GIVEN(...)    config_script_given((const char *[]){__VA_ARGS__, 0})
#define PROBLEMS(...) config_script_problems(__FILE__, __LINE__, (const char *[]){__VA_ARGS__, 0})
#define ACCEPTED()    config_script_problems(__FILE__, __LINE__, (const char *[]){0})

void config_script_given(const char *const *lines);
void config_script_given_bytes(const char *text, size_t bytes);
void config_script_given_file(const char *path);
void config_script_problems(const char *file, int line, const char *const *problems);

/* What the last GIVEN became, or NULL; it lives until the next GIVEN. */
const struct config *config_script_config(void);

/* After each spec: forgets the file. */
void config_script_close(void);

/* The path of a file of the source tree, or stops the program: the environment says where it is. */
const char *config_script_source(const char *name);

#endif
