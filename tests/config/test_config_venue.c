/* Keys against each other: roles, networks, the feed's recovery, the venue. */

#include "tests/config/config_script.h"

SPEC(the_smallest_venue_is_seven_lines)
{
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS, VENUE(INSTRUMENTS, SESSIONS));
    ACCEPTED();
}

SPEC(a_role_has_its_section_and_a_section_its_role)
{
    GIVEN(ROLES, CORES, PORTS);
    PROBLEMS("1:8: feed is missing: the role feed needs it");
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS);
    PROBLEMS("1:8: venue is missing: the role venue needs it");
    GIVEN(VENUE_ROLES, CORES, "ports: [{name: v, kind: dpdk, device: x, address: 10.0.0.1},",
          "        {name: a, kind: dpdk, device: y}]", VENUE(INSTRUMENTS, SESSIONS), FEED,
          "engine: {delegates: []}");
    PROBLEMS("9:1: feed is for the role feed, which roles does not name",
             "10:1: engine is for the role feed, which roles does not name");
    GIVEN(ROLES, CORES, PORTS, FEED, "venue: 5");
    PROBLEMS("5:1: venue is for the role venue, which roles does not name",
             "5:8: venue needs keys of its own, found \"5\"");
    GIVEN("roles: [feed, vanue]", CORES, VENUE_PORTS, VENUE(INSTRUMENTS, SESSIONS));
    PROBLEMS("1:15: roles[1] is \"vanue\"; allowed: feed, gateway, venue (did you mean venue?)");
}

SPEC(each_stage_of_the_roles_has_a_core)
{
    EXPECT_UINT(config_stages(1u << CONFIG_ROLE_FEED), 2);
    EXPECT_UINT(config_stages(1u << CONFIG_ROLE_VENUE), 2);
    EXPECT_UINT(config_stages(1u << CONFIG_ROLE_FEED | 1u << CONFIG_ROLE_VENUE), 4);
    GIVEN(VENUE_ROLES, "lcores: {layout: dedicated, cores: [1, 2, 3]}", VENUE_PORTS,
          VENUE(INSTRUMENTS, SESSIONS));
    PROBLEMS("2:36: lcores.cores lists 3 cores: the layout dedicated needs exactly 2, for gate and "
             "venue");
    GIVEN("roles: [venue, feed]", "lcores: {layout: dedicated, cores: [1, 2]}",
          "ports: [{name: v, kind: dpdk, device: x, address: 10.0.0.1},",
          "        {name: a, kind: dpdk, device: y}]", FEED, VENUE(INSTRUMENTS, SESSIONS));
    PROBLEMS("2:36: lcores.cores lists 2 cores: the layout dedicated needs exactly 4, for feed, "
             "engine, gate and venue");
    GIVEN("roles: [venue, feed]", "lcores: {layout: dedicated, cores: [1, 2, 3, 4]}",
          "ports: [{name: v, kind: dpdk, device: x, address: 10.0.0.1},",
          "        {name: a, kind: dpdk, device: y}]", FEED, VENUE(INSTRUMENTS, SESSIONS));
    ACCEPTED();
}

#define NETWORK(keys) "ports: [{name: a, kind: dpdk, device: x, " keys "}]"

SPEC(the_network_of_a_port_needs_an_address)
{
    GIVEN(ROLES, CORES,
          NETWORK("prefix_bits: 24, gateway: 10.0.0.2, neighbours: [{address: 10.0.0.3, mac: "
                  "02:00:00:00:00:01}]"),
          FEED);
    PROBLEMS("3:42: ports[0].prefix_bits is for a port with an address",
             "3:59: ports[0].gateway is for a port with an address",
             "3:78: ports[0].neighbours is for a port with an address");
    GIVEN(ROLES, CORES, "ports: [{name: a, kind: capture, file: x, address: 10.0.0.1}]", FEED);
    PROBLEMS("3:43: ports[0].address is for the kinds dpdk and cable, and this port is of kind "
             "capture");
}

SPEC(an_address_is_of_a_host_in_its_network)
{
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.1.0, prefix_bits: 23"), FEED);
    ACCEPTED();
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.1.0"), FEED);
    PROBLEMS("3:51: ports[0].address is 10.0.1.0: it is that of the network 10.0.1.0/24, not of a "
             "host");
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.1.255"), FEED);
    PROBLEMS("3:51: ports[0].address is 10.0.1.255: it is that of the network 10.0.1.0/24, not of "
             "a host");
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.1.4, prefix_bits: 31, gateway: 10.0.1.5"), FEED);
    ACCEPTED();
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.1.1, prefix_bits: 32"), FEED);
    PROBLEMS("3:74: ports[0].prefix_bits is 32: the range is 1..31");
}

SPEC(a_gateway_and_neighbours_are_other_hosts_of_the_network)
{
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.1.1, gateway: 10.0.2.1"), FEED);
    PROBLEMS("3:70: ports[0].gateway is 10.0.2.1: it is not in the port's network 10.0.1.0/24");
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.1.1, gateway: 10.0.1.1"), FEED);
    PROBLEMS("3:70: ports[0].gateway is 10.0.1.1: it is not the address of another host");
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.1.1, gateway: 10.0.1.255"), FEED);
    PROBLEMS("3:70: ports[0].gateway is 10.0.1.255: it is not the address of another host");
    GIVEN(ROLES, CORES, "ports:", "- name: a", "  kind: dpdk", "  device: x", "  address: 10.0.1.1",
          "  neighbours:", "  - {address: 10.0.1.2, mac: 02:00:00:00:00:01}",
          "  - {address: 10.0.1.2, mac: 02:00:00:00:00:02}",
          "  - {address: 10.0.2.2, mac: 02:00:00:00:00:03}", FEED);
    PROBLEMS("10:15: the neighbour 10.0.1.2 is used twice, first in line 9",
             "11:15: ports[0].neighbours[2].address is 10.0.2.2: it is not in the port's network "
             "10.0.1.0/24");
}

#define RECOVERED(keys) "feed:", "  line_a: " LINE, "  recovery: {port: a, " keys "}"
#define SERVER          "servers: [{address: 10.0.0.2, udp_port: 5}]"

SPEC(recovery_needs_a_live_port_with_an_address)
{
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.0.1"), RECOVERED(SERVER));
    ACCEPTED();
    GIVEN(ROLES, CORES, NETWORK("frame_bytes: 1518"), RECOVERED(SERVER));
    PROBLEMS("6:20: feed.recovery.port is \"a\", a port without an address: the feed's recovery "
             "needs ports[0].address");
    GIVEN(ROLES, CORES, PORTS, RECOVERED(SERVER));
    PROBLEMS("5:18: feed.line_a.port is \"a\", a port of kind capture: the feed's recovery needs "
             "the kind dpdk or cable",
             "6:20: feed.recovery.port is \"a\", a port of kind capture: the feed's recovery needs "
             "the kind dpdk or cable");
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.0.1"), "feed:", "  line_a: " LINE,
          "  recovery: {port: b, " SERVER "}");
    PROBLEMS("6:20: feed.recovery.port is \"b\", but there is no such port; ports: a");
}

SPEC(servers_are_reached_and_asked_once)
{
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.0.1"),
          RECOVERED("servers: [{address: 10.0.1.2, udp_port: 5}], snapshot: {address: 10.1.1.3, "
                    "tcp_port: 6, username: u, password_file: p}"));
    PROBLEMS("6:43: feed.recovery.servers[0].address is 10.0.1.2: it is not in the port's network, "
             "and ports[0] has no gateway",
             "6:88: feed.recovery.snapshot.address is 10.1.1.3: it is not in the port's network, "
             "and ports[0] has no gateway");
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.0.1, gateway: 10.0.0.9"),
          RECOVERED("servers: [{address: 10.0.1.2, udp_port: 5}]"));
    ACCEPTED();
    GIVEN(ROLES, CORES, NETWORK("address: 10.0.0.1"), "feed:", "  line_a: " LINE,
          "  recovery:", "    port: a", "    servers:", "    - {address: 10.0.0.2, udp_port: 5}",
          "    - {address: 10.0.0.2, udp_port: 6}", "    - {address: 10.0.0.2, udp_port: 5}");
    PROBLEMS("11:7: the server 10.0.0.2 with udp_port 5 is used twice, first in line 9");
}

SPEC(a_venue_needs_ports_with_addresses)
{
    GIVEN(VENUE_ROLES, CORES, "ports: [{name: v, kind: dpdk, device: x}]",
          VENUE(INSTRUMENTS, SESSIONS));
    PROBLEMS("5:34: venue.port is \"v\", a port without an address: a venue needs "
             "ports[0].address",
             "5:122: venue.line_a.port is \"v\", a port without an address: a venue needs "
             "ports[0].address");
    GIVEN(VENUE_ROLES, CORES, "ports: [{name: v, kind: capture, file: x}]",
          VENUE(INSTRUMENTS, SESSIONS));
    PROBLEMS("5:34: venue.port is \"v\", a port of kind capture: a venue needs the kind dpdk "
             "or cable",
             "5:122: venue.line_a.port is \"v\", a port of kind capture: a venue needs the kind "
             "dpdk or cable");
    GIVEN(VENUE_ROLES, CORES, "ports: [{name: v, kind: dpdk, device: x, address: 10.0.0.1},",
          "        {name: w, kind: dpdk, device: y}]", VENUE(INSTRUMENTS, SESSIONS));
    PROBLEMS("4:9: ports[1] is used by nothing");
    GIVEN("roles: [feed, venue]", CORES,
          "ports: [{name: v, kind: dpdk, device: x, address: 10.0.0.1},",
          "        {name: a, kind: capture, file: y}]", VENUE(INSTRUMENTS, SESSIONS), FEED);
    PROBLEMS("9:23: feed.line_a.port is \"a\", a port of kind capture: a venue beside it needs the "
             "kind dpdk or cable");
}

SPEC(the_lines_of_a_venue_are_two)
{
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS, VENUE_BEGIN, "  line_b: " PUBLISHED ",", INSTRUMENTS ",",
          SESSIONS "}");
    PROBLEMS("6:3: venue.line_b is line_a again: port, group and udp_port are the same");
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS, VENUE_BEGIN,
          "  line_b: {port: v, group: 233.54.12.112, udp_port: 26477},", INSTRUMENTS ",",
          SESSIONS "}");
    ACCEPTED();
}

SPEC(each_port_number_has_one_taker)
{
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS,
          VENUE_KEYS("orders_tcp_port: 7, snapshot_tcp_port: 7, retransmission_udp_port: 7"),
          INSTRUMENTS ",", SESSIONS "}");
    PROBLEMS("5:76: venue.snapshot_tcp_port is 7, and so is orders_tcp_port");
}

#define BESIDE(...)                                                                                \
    GIVEN("roles: [feed, venue]", CORES,                                                           \
          "ports: [{name: v, kind: dpdk, device: x, address: 10.0.0.1},",                          \
          "        {name: w, kind: dpdk, device: y, address: 10.1.0.1},",                          \
          "        {name: a, kind: dpdk, device: z, address: 10.2.0.1}]", VENUE_BEGIN,             \
          "  line_b: {port: w, group: 233.54.12.112, udp_port: 26477},", INSTRUMENTS ",",          \
          SESSIONS "}", __VA_ARGS__)

SPEC(a_feed_and_a_venue_share_no_port)
{
    BESIDE("feed: {line_a: " LINE "}");
    ACCEPTED();
    BESIDE("feed: {line_a: {port: v, group: 233.0.0.1, udp_port: 3},", "  line_b: " LINE "}");
    PROBLEMS("11:23: feed.line_a.port is \"v\", and so is venue.port (7:34): a feed and a venue "
             "cannot share a port, each would take frames of the other");
    BESIDE("feed: {line_a: " LINE ",", "  line_b: {port: w, group: 233.0.0.1, udp_port: 3}}");
    PROBLEMS("12:18: feed.line_b.port is \"w\", and so is venue.line_b.port (8:18): a feed and a "
             "venue cannot share a port, each would take frames of the other");
    BESIDE("feed: {line_a: " LINE ",",
           "  recovery: {port: v, servers: [{address: 10.0.0.2, udp_port: 5}]}}");
    PROBLEMS("12:20: feed.recovery.port is \"v\", and so is venue.port (7:34): a feed and a venue "
             "cannot share a port, each would take frames of the other");
}

#define KEPT(keys) VENUE_ROLES, CORES, VENUE_PORTS, VENUE_BEGIN, keys, INSTRUMENTS ",", SESSIONS "}"

/* 4096 / (48 + 2) = 81 answers of a chunk.  1048576 orders: 3276800 answers, 40455 chunks, and one
 * of the session; 158.03 MiB.  8388607: 25296893 answers, 312308 chunks and one, 1219.96 MiB. */
SPEC(the_answers_of_all_that_may_live_have_their_memory)
{
    GIVEN(KEPT("  answers_mib: 159,"));
    ACCEPTED();
    GIVEN(KEPT("  answers_mib: 158,"));
    PROBLEMS(
        "6:16: venue.answers_mib is 158: at least 159 are needed to answer 1048576 orders of 1 "
        "session to their end");
    GIVEN(KEPT("  orders: 8388607,"));
    PROBLEMS("6:11: venue.answers_mib is 256: at least 1220 are needed to answer 8388607 orders of "
             "1 session to their end");
    GIVEN(KEPT("  orders: 8388607, answers_mib: 1220,"));
    ACCEPTED();
    GIVEN(KEPT("  orders: 1, answers_mib: 7,"));
    ACCEPTED();
    GIVEN(KEPT("  orders: 1, answers_mib: 6,"));
    PROBLEMS("6:27: venue.answers_mib is 6: at least 7 are needed to answer 1 orders of 1 session "
             "to their end");
}

SPEC(the_window_of_prices_is_a_power_of_two)
{
    GIVEN(KEPT("  price_window: 64,"));
    ACCEPTED();
    GIVEN(KEPT("  price_window: 262144,"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->venue->price_window, 262144);
    GIVEN(KEPT("  price_window: 100000,"));
    PROBLEMS("6:17: venue.price_window is 100000: it must be a power of two, such as 65536 or "
             "131072");
    GIVEN(KEPT("  price_window: 524288,"));
    PROBLEMS("6:17: venue.price_window is 524288: the range is 64..262144");
}

#define LISTED(keys)                                                                               \
    VENUE_ROLES, CORES, VENUE_PORTS, VENUE("  instruments: [{symbol: A, " keys "}]", SESSIONS)

SPEC(prices_are_whole_ticks_up_to_the_highest)
{
    GIVEN(LISTED("tick: 0.00015"));
    PROBLEMS("6:35: venue.instruments[0].tick is 0.00015: it is not a multiple of 0.0001");
    GIVEN(LISTED("tick: 0.05, price_max: 100.02"));
    PROBLEMS("6:52: venue.instruments[0].price_max is 100.02: it is not whole ticks of 0.05");
    GIVEN(LISTED("reference: 10.005, band: 1.005, collar: 0.015"));
    PROBLEMS("6:40: venue.instruments[0].reference is 10.005: it is not whole ticks of 0.01",
             "6:54: venue.instruments[0].band is 1.005: it is not whole ticks of 0.01",
             "6:69: venue.instruments[0].collar is 0.015: it is not whole ticks of 0.01");
    GIVEN(LISTED("price_max: 10.00, reference: 10.01, band: 11.00, collar: 12"));
    PROBLEMS("6:58: venue.instruments[0].reference is 10.01: price_max is 10",
             "6:71: venue.instruments[0].band is 11.00: price_max is 10",
             "6:86: venue.instruments[0].collar is 12: price_max is 10");
}

SPEC(a_band_is_around_a_reference)
{
    GIVEN(LISTED("band: 1.00"));
    PROBLEMS("6:29: venue.instruments[0].band needs a reference to be around");
    GIVEN(LISTED("band: 1.00, reference: 5.00"));
    ACCEPTED();
    GIVEN(LISTED("reference: 5.00"));
    ACCEPTED();
}

SPEC(quantities_are_whole_lots_that_the_engine_can_value)
{
    GIVEN(LISTED("lot: 100, quantity_max: 1050"));
    PROBLEMS("6:53: venue.instruments[0].quantity_max is 1050: it is not whole lots of 100");
    GIVEN(LISTED("price_max: 199999.99, quantity_max: 115292"));
    ACCEPTED();
    GIVEN(LISTED("price_max: 199999.99, quantity_max: 115293"));
    PROBLEMS("6:65: venue.instruments[0].quantity_max is 115293: at most 115292 at the price_max "
             "199999.99 have a value the engine can hold");
    GIVEN(LISTED("price_max: 199999.99, lot: 200000"));
    PROBLEMS("6:40: venue.instruments[0].quantity_max is 200000: at most 115292 at the price_max "
             "199999.99 have a value the engine can hold");
}

SPEC(defaults_give_way_to_ticks_and_lots)
{
    GIVEN(LISTED("tick: 0.03, lot: 100"));
    ACCEPTED();
    const struct config_instrument *one = config_script_config()->venue->instruments.at;
    EXPECT_UINT(one->price_max, 1999998000000); /* 19999.98 */
    EXPECT_UINT(one->quantity_max, 999900);
    EXPECT_UINT(one->collar, 102000000); /* 1.02 */
    GIVEN(LISTED("price_max: 199999.99"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->venue->instruments.at[0].quantity_max, 115292);
    GIVEN(LISTED("price_max: 0.50"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->venue->instruments.at[0].collar, 50000000);
    GIVEN(LISTED("tick: 100000"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->venue->instruments.at[0].price_max, 10000000000000);
}

SPEC(symbols_and_usernames_are_there_once)
{
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS, VENUE_BEGIN,
          "  instruments: [{symbol: A}, {symbol: a}, {symbol: A}],", "  sessions: [",
          "    {username: ab, password_file: p, account: 0, firm: F},",
          "    {username: AB, password_file: p, account: 0, firm: F}]}");
    PROBLEMS("6:52: the symbol A is used twice, first in line 6",
             "9:16: the username AB is used twice, first in line 8");
}

SPEC(a_file_may_list_thousands_of_instruments)
{
    static char text[CONFIG_FILE_BYTES_MAX];
    FILE *out = fmemopen(text, sizeof text, "w");
    CHECK(out != NULL);
    fprintf(out, "%s\n%s\n%s\n%s\n", VENUE_ROLES, CORES, VENUE_PORTS,
            "venue:\n session: s\n journal: j\n port: v\n orders_tcp_port: 1\n"
            " snapshot_tcp_port: 2\n retransmission_udp_port: 3\n line_a: " PUBLISHED "\n"
            " sessions: [{username: u, password_file: p, account: 0, firm: F}]\n instruments:");
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (uint32_t i = 0; i < 8192; i++)
        fprintf(out, " - symbol: %c%c%c\n", digits[i % 62], digits[i / 62 % 62],
                digits[i / 62 / 62]);
    long bytes = ftell(out);
    fclose(out);
    config_script_given_bytes(text, (size_t)bytes);
    EXPECT_UINT(config_script_config()->venue->instruments.count, 8192);
    EXPECT_TEXT(config_script_config()->venue->instruments.at[8191].symbol, "782");
}

SPEC(a_password_is_not_in_the_file)
{
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS,
          VENUE(INSTRUMENTS, "  sessions: [{username: u, password: secret, account: 0, firm: F}]"));
    PROBLEMS("7:14: venue.sessions[0].password_file is missing",
             "7:28: unknown key \"password\" in a session: did you mean password_file?");
}

#define SPECS(S)                                                                                   \
    S(the_smallest_venue_is_seven_lines)                                                           \
    S(a_role_has_its_section_and_a_section_its_role)                                               \
    S(each_stage_of_the_roles_has_a_core)                                                          \
    S(the_network_of_a_port_needs_an_address)                                                      \
    S(an_address_is_of_a_host_in_its_network)                                                      \
    S(a_gateway_and_neighbours_are_other_hosts_of_the_network)                                     \
    S(recovery_needs_a_live_port_with_an_address)                                                  \
    S(servers_are_reached_and_asked_once)                                                          \
    S(a_venue_needs_ports_with_addresses)                                                          \
    S(the_lines_of_a_venue_are_two)                                                                \
    S(each_port_number_has_one_taker)                                                              \
    S(a_feed_and_a_venue_share_no_port)                                                            \
    S(the_answers_of_all_that_may_live_have_their_memory)                                          \
    S(the_window_of_prices_is_a_power_of_two)                                                      \
    S(prices_are_whole_ticks_up_to_the_highest)                                                    \
    S(a_band_is_around_a_reference)                                                                \
    S(quantities_are_whole_lots_that_the_engine_can_value)                                         \
    S(defaults_give_way_to_ticks_and_lots)                                                         \
    S(symbols_and_usernames_are_there_once)                                                        \
    S(a_file_may_list_thousands_of_instruments)                                                    \
    S(a_password_is_not_in_the_file)

SPEC_MAIN("config: venue", SPECS, NULL, config_script_close)
