/* Cables: ports in pairs, by which the roles of one appliance hear each other. */

#include "tests/config/config_script.h"

#define END(name, to)      "{name: " name ", kind: cable, to: " to "}"
#define HOST(name, to, ip) "{name: " name ", kind: cable, to: " to ", address: " ip "}"
#define BOTH_ROLES         "roles: [feed, venue]"
#define HEARD              "feed: {line_a: {port: f, group: 233.54.12.111, udp_port: 26477}}"
#define CABLE              HOST("v", "f", "10.0.0.1") ", " HOST("f", "v", "10.0.0.2")
#define PORTS_ARE(...)     "ports: [" __VA_ARGS__ "]"
#define BOTH_WITH(ports)   BOTH_ROLES, CORES, ports, HEARD, VENUE(INSTRUMENTS, SESSIONS)
#define LISTENS(name, keys)                                                                        \
    "feed: {line_a: {port: " name ", group: 233.54.12.111, udp_port: 1}" keys "}"

SPEC(a_feed_hears_a_venue_beside_it_by_a_cable)
{
    GIVEN(BOTH_WITH(PORTS_ARE(CABLE)));
    ACCEPTED();
    const struct config *config = config_script_config();
    EXPECT(config->ports.at[0].kind == CONFIG_PORT_CABLE);
    EXPECT_UINT(config->ports.at[0].to, 1);
    EXPECT_UINT(config->ports.at[1].to, 0);
    EXPECT_UINT(config->ports.at[0].address, 0x0a000001);
}

SPEC(a_feed_recovers_by_a_cable_and_only_from_its_other_end)
{
#define RECOVERS(ip)                                                                               \
    "feed: {line_a: {port: f, group: 233.54.12.111, udp_port: 26477}, recovery: {port: f, "        \
    "servers: [{address: " ip ", udp_port: 18000}]}}"
    GIVEN(BOTH_ROLES, CORES, PORTS_ARE(CABLE), RECOVERS("10.0.0.1"), VENUE(INSTRUMENTS, SESSIONS));
    ACCEPTED();
    GIVEN(BOTH_ROLES, CORES, PORTS_ARE(CABLE), RECOVERS("10.0.1.1"), VENUE(INSTRUMENTS, SESSIONS));
    PROBLEMS("4:106: feed.recovery.servers[0].address is 10.0.1.1: it is not in the port's "
             "network, and ports[1] has no gateway");
}

SPEC(a_cable_says_where_its_other_end_is)
{
    GIVEN(ROLES, CORES, PORTS_ARE("{name: a, kind: cable}"), FEED);
    PROBLEMS("3:25: ports[0].to is missing: the kind cable needs it");
    GIVEN(ROLES, CORES, PORTS_ARE("{name: a, kind: capture, file: x, to: b}"), FEED);
    PROBLEMS("3:43: ports[0].to is for the kind cable, and this port is of kind capture");
    GIVEN(ROLES, CORES, PORTS_ARE(END("a", "b")), FEED);
    PROBLEMS("3:36: ports[0].to is \"b\", but there is no such port; ports: a");
}

SPEC(the_other_end_is_another_cable_that_names_it)
{
    GIVEN(ROLES, CORES, PORTS_ARE(END("a", "a")), FEED);
    PROBLEMS("3:36: ports[0].to is \"a\", the port itself: a cable has two ends");
    GIVEN(BOTH_WITH(
        PORTS_ARE("{name: v, kind: dpdk, device: x, address: 10.0.0.1}, " END("f", "v"))));
    PROBLEMS("3:89: ports[1].to is \"v\", which is no cable: both ends are of kind cable");
    GIVEN(BOTH_WITH(PORTS_ARE(CABLE ", " END("w", "v"))));
    PROBLEMS("3:109: ports[2] is used by nothing",
             "3:136: ports[2].to is \"v\", whose own other end is \"f\": two ends name each other");
}

SPEC(a_cable_joins_two_roles)
{
    GIVEN(ROLES, CORES, PORTS_ARE(END("a", "b") ", " END("b", "a")),
          LISTENS("a", ", line_b: {port: b, group: 233.54.12.111, udp_port: 2}"));
    PROBLEMS("3:36: ports[0].to is \"b\": both ends of the cable are the feed's, and a cable joins "
             "two roles");
    GIVEN(VENUE_ROLES, CORES, PORTS_ARE(CABLE),
          VENUE_KEYS(LISTENING ", line_b: {port: f, group: 233.54.12.111, udp_port: 2}"),
          INSTRUMENTS ",", SESSIONS "}");
    PROBLEMS("3:36: ports[0].to is \"f\": both ends of the cable are the venue's, and a cable "
             "joins two roles");
}

SPEC(both_ends_of_a_cable_are_used)
{
    GIVEN(ROLES, CORES, PORTS_ARE(END("a", "b") ", " END("b", "a")), FEED);
    PROBLEMS("3:40: ports[1] is used by nothing");
}

SPEC(what_only_a_card_has_a_cable_has_not)
{
    GIVEN(BOTH_WITH(PORTS_ARE("{name: v, kind: cable, to: f, address: 10.0.0.1, frame_bytes: 9216, "
                              "gateway: 10.0.0.9}, " END("f", "v"))));
    PROBLEMS("3:58: ports[0].frame_bytes is for the kind dpdk, and this port is of kind cable",
             "3:77: ports[0].gateway is for the kind dpdk, and this port is of kind cable");
}

SPEC(a_line_by_cable_and_a_line_by_card_come_by_one_clock)
{
    GIVEN(BOTH_ROLES, CORES, PORTS_ARE(CABLE ", {name: b, kind: dpdk, device: x}"),
          "feed: {line_a: {port: f, group: 233.54.12.111, udp_port: 26477}, line_b: {port: b, "
          "group: 233.54.12.111, udp_port: 26477}}",
          VENUE(INSTRUMENTS, SESSIONS));
    ACCEPTED();
}

SPEC(the_layout_roles_has_a_core_for_each_role)
{
    GIVEN(BOTH_ROLES, "lcores: {layout: roles, cores: [4, 5]}", PORTS_ARE(CABLE), HEARD,
          VENUE(INSTRUMENTS, SESSIONS));
    ACCEPTED();
    GIVEN(BOTH_ROLES, "lcores: {layout: roles, cores: [4]}", PORTS_ARE(CABLE), HEARD,
          VENUE(INSTRUMENTS, SESSIONS));
    PROBLEMS("2:32: lcores.cores lists 1 core: the layout roles needs exactly 2, one for each of "
             "feed and venue");
    GIVEN(ROLES, "lcores: {layout: roles, cores: [4, 5]}", PORTS, FEED);
    PROBLEMS("2:32: lcores.cores lists 2 cores: the layout roles needs exactly 1, one for each of "
             "feed and venue");
}

#define SPECS(S)                                                                                   \
    S(a_feed_hears_a_venue_beside_it_by_a_cable)                                                   \
    S(a_feed_recovers_by_a_cable_and_only_from_its_other_end)                                      \
    S(a_cable_says_where_its_other_end_is)                                                         \
    S(the_other_end_is_another_cable_that_names_it)                                                \
    S(a_cable_joins_two_roles)                                                                     \
    S(both_ends_of_a_cable_are_used)                                                               \
    S(what_only_a_card_has_a_cable_has_not)                                                        \
    S(a_line_by_cable_and_a_line_by_card_come_by_one_clock)                                        \
    S(the_layout_roles_has_a_core_for_each_role)

SPEC_MAIN("config: cables", SPECS, NULL, config_script_close)
