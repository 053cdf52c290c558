/* Keys against each other. */

#include "tests/config/config_script.h"

#define CAPTURES                                                                                   \
    "ports: [{name: a, kind: capture, file: a.pcap}, {name: b, kind: capture, file: b.pcap}]"
#define TWO_LINES(b) ("feed: {line_a: " LINE ", line_b: " b "}")

SPEC(the_shared_layout_runs_on_one_core)
{
    GIVEN(ROLES, "lcores: {layout: shared, cores: [0, 1]}", PORTS, FEED);
    PROBLEMS("2:33: lcores.cores lists 2 cores: the layout shared runs on exactly 1");
}

SPEC(the_dedicated_layout_has_a_core_for_each_stage)
{
    GIVEN(ROLES, "lcores: {layout: dedicated, cores: [4]}", PORTS, FEED);
    PROBLEMS("2:36: lcores.cores lists 1 core: the layout dedicated needs exactly 2, for feed and "
             "engine");
    GIVEN(ROLES, "lcores: {layout: dedicated, cores: [4, 2]}", PORTS, FEED);
    ACCEPTED();
}

SPEC(no_core_is_used_twice)
{
    GIVEN(ROLES, "lcores: {layout: dedicated, cores: [4, 4]}", PORTS, FEED);
    PROBLEMS("2:40: the core 4 is used twice, first in line 2");
}

SPEC(a_capture_port_has_a_file_and_a_dpdk_port_a_device)
{
    GIVEN(ROLES, CORES, "ports: [{name: a, kind: dpdk}]", FEED);
    PROBLEMS("3:25: ports[0].device is missing: the kind dpdk needs it");
    GIVEN(ROLES, CORES, "ports: [{name: a, kind: dpdk, file: x}]", FEED);
    PROBLEMS("3:25: ports[0].device is missing: the kind dpdk needs it",
             "3:31: ports[0].file is for the kind capture, and this port is of kind dpdk");
    GIVEN(ROLES, CORES,
          "ports: [{name: a, kind: capture, file: x, rx_descriptors: 64, frame_bytes: 9216}]",
          FEED);
    PROBLEMS("3:43: ports[0].rx_descriptors is for the kind dpdk, and this port is of kind "
             "capture",
             "3:63: ports[0].frame_bytes is for the kind dpdk, and this port is of kind capture");
}

SPEC(no_two_ports_share_a_name_or_a_device)
{
    GIVEN(ROLES, CORES, "ports:", "- {name: a, kind: dpdk, device: 0000:3b:00.0}",
          "- {name: a, kind: dpdk, device: 0000:3b:00.0}", FEED);
    PROBLEMS("5:10: the port name a is used twice, first in line 4",
             "5:33: the device 0000:3b:00.0 is used twice, first in line 4");
}

SPEC(a_line_names_a_port_that_exists)
{
    GIVEN(ROLES, CORES, CAPTURES, "feed: {line_a: {port: c, group: 233.54.12.111, udp_port: 1}}");
    PROBLEMS("4:23: feed.line_a.port is \"c\", but there is no such port; ports: a, b");
}

SPEC(a_port_whose_own_name_is_wrong_is_not_missed_a_second_time)
{
    GIVEN(ROLES, CORES, "ports: [{name: a b, kind: capture, file: a.pcap}]", FEED);
    PROBLEMS("3:16: ports[0].name needs a name of letters, digits, '.', '_' and '-', found "
             "\"a b\"");
}

SPEC(every_port_is_used_by_a_line)
{
    GIVEN(ROLES, CORES, CAPTURES, FEED);
    PROBLEMS("3:49: ports[1] is used by nothing");
    GIVEN(ROLES, CORES, CAPTURES, TWO_LINES("{port: c, group: 233.54.12.111, udp_port: 1}"));
    PROBLEMS("4:81: feed.line_b.port is \"c\", but there is no such port; ports: a, b");
}

SPEC(the_two_lines_are_two)
{
    GIVEN(ROLES, CORES, PORTS, TWO_LINES(LINE));
    PROBLEMS("4:66: feed.line_b is line_a again: port, group and udp_port are the same");
    GIVEN(ROLES, CORES, CAPTURES, TWO_LINES("{port: b, group: 233.54.12.111, udp_port: 26477}"));
    ACCEPTED();
    GIVEN(ROLES, CORES, PORTS, TWO_LINES("{port: a, group: 233.54.12.112, udp_port: 26477}"));
    ACCEPTED();
    GIVEN(ROLES, CORES, PORTS, TWO_LINES("{port: a, group: 233.54.12.111, udp_port: 26478}"));
    ACCEPTED();
}

SPEC(a_line_is_not_in_a_group_of_the_networks_own)
{
    GIVEN(ROLES, CORES, PORTS, "feed: {line_a: {port: a, group: 224.0.0.1, udp_port: 1}}");
    PROBLEMS("4:33: feed.line_a.group is 224.0.0.1: the groups from 224.0.0.0 to 224.0.0.255 are "
             "for the network's own protocols");
    GIVEN(ROLES, CORES, PORTS, TWO_LINES("{port: a, group: 224.0.0.255, udp_port: 1}"));
    PROBLEMS("4:91: feed.line_b.group is 224.0.0.255: the groups from 224.0.0.0 to 224.0.0.255 "
             "are for the network's own protocols");
    GIVEN(ROLES, CORES, PORTS, TWO_LINES("{port: a, group: 224.0.1.0, udp_port: 1}"));
    ACCEPTED();
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS, VENUE_BEGIN,
          "  line_b: {port: v, group: 224.0.0.22, udp_port: 1},", INSTRUMENTS ",", SESSIONS "}");
    PROBLEMS("6:28: venue.line_b.group is 224.0.0.22: the groups from 224.0.0.0 to 224.0.0.255 "
             "are for the network's own protocols");
}

SPEC(the_two_lines_come_by_one_clock)
{
    GIVEN(ROLES, CORES,
          "ports: [{name: a, kind: capture, file: a.pcap}, {name: b, kind: dpdk, device: x}]",
          TWO_LINES("{port: b, group: 233.54.12.111, udp_port: 26477}"));
    PROBLEMS("4:81: feed.line_b.port and feed.line_a.port are of different kinds: a capture's "
             "clock and the present cannot be compared");
}

SPEC(the_store_of_early_datagrams_has_a_bound_in_bytes)
{
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("store_datagrams: 65536, store_datagram_bytes: 16384"));
    ACCEPTED();
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("store_datagrams: 65536, store_datagram_bytes: 16385"));
    PROBLEMS("4:25: feed.store_datagrams x store_datagram_bytes is 1025 MiB: at most 1024 are "
             "allowed");
}

SPEC(delegates_and_symbols_are_named_once)
{
    GIVEN(ROLES, CORES, PORTS, FEED, "engine:", "  delegates:", "  - {name: one, strategy: tally}",
          "  - {name: one, strategy: tally, instruments: [AAPL, MSFT, AAPL]}",
          "screen: {symbols: [A, B, A]}");
    PROBLEMS("8:12: the delegate name one is used twice, first in line 7",
             "8:60: the symbol AAPL is used twice, first in line 8",
             "9:26: the symbol A is used twice, first in line 9");
}

SPEC(a_role_is_named_once)
{
    GIVEN("roles: [feed, feed]", CORES, PORTS, FEED);
    PROBLEMS("1:15: the role feed is used twice, first in line 1");
}

#define SPECS(S)                                                                                   \
    S(the_shared_layout_runs_on_one_core)                                                          \
    S(the_dedicated_layout_has_a_core_for_each_stage)                                              \
    S(no_core_is_used_twice)                                                                       \
    S(a_capture_port_has_a_file_and_a_dpdk_port_a_device)                                          \
    S(no_two_ports_share_a_name_or_a_device)                                                       \
    S(a_line_names_a_port_that_exists)                                                             \
    S(a_port_whose_own_name_is_wrong_is_not_missed_a_second_time)                                  \
    S(every_port_is_used_by_a_line)                                                                \
    S(the_two_lines_are_two)                                                                       \
    S(a_line_is_not_in_a_group_of_the_networks_own)                                                \
    S(the_two_lines_come_by_one_clock)                                                             \
    S(the_store_of_early_datagrams_has_a_bound_in_bytes)                                           \
    S(delegates_and_symbols_are_named_once)                                                        \
    S(a_role_is_named_once)

SPEC_MAIN("config: rules", SPECS, NULL, config_script_close)
