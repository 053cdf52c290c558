#ifndef TESTS_POLLUXD_GATEWAY_FILE_H
#define TESTS_POLLUXD_GATEWAY_FILE_H

/* A gateway's configuration of three symbols and two venues, and two strategies made for it: pacer
 * wants the parameter size, at most 100, and sends orders; watcher takes no parameters. */

#include "apps/polluxd/plan_gateway.h"
#include "tests/support/spec.h"

#define USUAL_STRATEGIES                                                                           \
    "  - {name: one, strategy: pacer, venue: v, instruments: [C, A], parameters: {size: 5, "       \
    "speed: "                                                                                      \
    "6}, limits: {position_long: 31, capital: 32, strategy_rate: 33}}\n"                           \
    "  - {name: two, strategy: watcher, venue: w, instruments: all, unique_orders: 3, "            \
    "all_venues: "                                                                                 \
    "true}\n"                                                                                      \
    "  - {name: out, strategy: outside, venue: w, instruments: [D, B], orders: 7}\n"

extern const struct polluxd_kinds gateway_file_kinds;
extern struct trade_port_kind gateway_file_language; /* as the real one, until it is changed */
extern char gateway_file_password[];                 /* the path */
extern const char *gateway_file_instruments;         /* of the feed; "100" */

/* What the last gateway_file_given became. */
extern struct config *gateway_file_config;
extern struct config_problems gateway_file_problems;

/* keys: lines of the section gateway; strategies: entries of its list. */
void gateway_file_given(const char *keys, const char *strategies);

/* Before and after each spec: the file of the password. */
void gateway_file_open(void);
void gateway_file_close(void);

#endif
