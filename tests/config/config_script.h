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
 * VENUE_PORTS and the lines of VENUE(INSTRUMENTS, SESSIONS). */

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
