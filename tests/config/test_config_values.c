/* One key at a time: types, ranges, choices. */

#include "tests/config/config_script.h"

SPEC(the_smallest_file_is_four_lines)
{
    GIVEN(ROLES, CORES, PORTS, FEED);
    ACCEPTED();
}

SPEC(a_number_is_written_in_decimal_digits_only)
{
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: many"));
    PROBLEMS("4:16: feed.orders needs a whole number, found \"many\"");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: 0x10"));
    PROBLEMS("4:16: feed.orders needs a whole number, found \"0x10\"");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: 010"));
    PROBLEMS("4:16: feed.orders needs a whole number, found \"010\"");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: 1e6"));
    PROBLEMS("4:16: feed.orders needs a whole number, found \"1e6\"");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: 1_000"));
    PROBLEMS("4:16: feed.orders needs a whole number, found \"1_000\"");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: .nan"));
    PROBLEMS("4:16: feed.orders needs a whole number, found \".nan\"");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: \"1000\""));
    PROBLEMS("4:16: feed.orders needs a whole number, found the text \"1000\"");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: "));
    PROBLEMS("4:16: feed.orders needs a whole number, found nothing");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: [1]"));
    PROBLEMS("4:16: feed.orders needs a whole number, found a list");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: {live: 1}"));
    PROBLEMS("4:16: feed.orders needs a whole number, found keys");
}

SPEC(a_number_out_of_its_range_is_told_the_range)
{
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: 0"));
    PROBLEMS("4:16: feed.orders is 0: the range is 1..8388607");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: 8388608"));
    PROBLEMS("4:16: feed.orders is 8388608: the range is 1..8388607");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: -5"));
    PROBLEMS("4:16: feed.orders is -5: the range is 1..8388607");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("orders: 99999999999999999999999"));
    PROBLEMS("4:16: feed.orders is 99999999999999999999999: the range is 1..8388607");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("first_sequence: 18446744073709551616"));
    PROBLEMS("4:24: feed.first_sequence is 18446744073709551616: the range is "
             "0..18446744073709551615");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("first_sequence: 18446744073709551615"));
    ACCEPTED();
    GIVEN(ROLES, "lcores: {cores: [1024]}", PORTS, FEED);
    PROBLEMS("2:18: lcores.cores[0] is 1024: the range is 0..1023");
}

SPEC(descriptors_are_a_power_of_two)
{
    GIVEN(ROLES, CORES, "ports: [{name: a, kind: dpdk, device: x, rx_descriptors: 1000}]", FEED);
    PROBLEMS("3:58: ports[0].rx_descriptors is 1000: it must be a power of two, such as 512 or "
             "1024");
}

SPEC(a_switch_is_true_or_false)
{
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("digest: yes"));
    PROBLEMS("4:16: feed.digest needs true or false, found \"yes\"");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("digest: True"));
    PROBLEMS("4:16: feed.digest needs true or false, found \"True\"");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("digest: 'true'"));
    PROBLEMS("4:16: feed.digest needs true or false, found the text \"true\"");
}

SPEC(an_unknown_choice_is_told_the_allowed_ones)
{
    GIVEN(ROLES, "lcores: {layout: share, cores: [0]}", PORTS, FEED);
    PROBLEMS("2:18: lcores.layout is \"share\"; allowed: shared, dedicated (did you mean shared?)");
    GIVEN(ROLES, "lcores: {idle: back-off, cores: [0]}", PORTS, FEED);
    PROBLEMS("2:16: lcores.idle is \"back-off\"; allowed: back_off, spin (did you mean back_off?)");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("protocol: fix"));
    PROBLEMS("4:18: feed.protocol is \"fix\"; allowed: itch50");
    GIVEN("roles: [feed, router]", CORES, PORTS, FEED);
    PROBLEMS("1:15: roles[1] is \"router\"; allowed: feed, gateway, venue");
    GIVEN("roles: [[feed]]", CORES, PORTS, FEED);
    PROBLEMS("1:9: roles[0] needs a single value, found a list");
}

SPEC(a_pace_is_fastest_or_a_multiple)
{
    GIVEN(ROLES, CORES, PORTS, FEED, "capture: {pace: 3x}");
    ACCEPTED();
    GIVEN(ROLES, CORES, PORTS, FEED, "capture: {pace: fast}");
    PROBLEMS("5:17: capture.pace needs fastest, or a multiple such as 1x or 10x, found \"fast\"");
    GIVEN(ROLES, CORES, PORTS, FEED, "capture: {pace: 1.5x}");
    PROBLEMS("5:17: capture.pace needs fastest, or a multiple such as 1x or 10x, found \"1.5x\"");
    GIVEN(ROLES, CORES, PORTS, FEED, "capture: {pace: 0x}");
    PROBLEMS("5:17: capture.pace is 0x: the range is 1x..1000x");
    GIVEN(ROLES, CORES, PORTS, FEED, "capture: {pace: \"fastest\\0\"}");
    PROBLEMS("5:17: capture.pace needs fastest, or a multiple such as 1x or 10x, found the text "
             "\"fastest?\"");
}

SPEC(an_address_is_one_that_datagrams_are_sent_to)
{
    GIVEN(ROLES, CORES, PORTS, "feed: {line_a: {port: a, group: 233.54.12, udp_port: 1}}");
    PROBLEMS("4:33: feed.line_a.group needs an IPv4 address such as 233.54.12.111, found "
             "\"233.54.12\"");
    GIVEN(ROLES, CORES, PORTS, "feed: {line_a: {port: a, group: ff02::1, udp_port: 1}}");
    PROBLEMS("4:33: feed.line_a.group needs an IPv4 address such as 233.54.12.111, found "
             "\"ff02::1\"");
    GIVEN(ROLES, CORES, PORTS, "feed: {line_a: {port: a, group: 0.0.0.0, udp_port: 1}}");
    PROBLEMS("4:33: feed.line_a.group is 0.0.0.0: the range is 1.0.0.0..239.255.255.255");
    GIVEN(ROLES, CORES, PORTS, "feed: {line_a: {port: a, group: 10.1.2.3, udp_port: 1}}");
    ACCEPTED();
}

SPEC(an_address_of_ours_or_of_a_server_is_no_group)
{
    GIVEN(ROLES, CORES, "ports: [{name: a, kind: dpdk, device: x, address: 224.0.0.1}]", FEED);
    PROBLEMS("3:51: ports[0].address is 224.0.0.1: the range is 1.0.0.0..223.255.255.255");
    GIVEN(ROLES, CORES, "ports: [{name: a, kind: dpdk, device: x, address: ''}]", FEED);
    PROBLEMS("3:51: ports[0].address needs an IPv4 address such as 233.54.12.111, found nothing");
}

#define NEIGHBOUR(mac)                                                                             \
    "ports:", "- {name: a, kind: dpdk, device: x, address: 10.0.0.1,",                             \
        "   neighbours: [{address: 10.0.0.2, mac: " mac "}]}"

SPEC(an_ethernet_address_is_six_pairs_of_digits_and_of_one_host)
{
    GIVEN(ROLES, CORES, NEIGHBOUR("02:aB:00:00:00:0f"), FEED);
    ACCEPTED();
    EXPECT_UINT(config_script_config()->ports.at[0].neighbours.at[0].mac, 0x02ab0000000f);
    EXPECT_UINT(config_script_config()->ports.at[0].neighbours.at[0].address, 0x0a000002);
    GIVEN(ROLES, CORES, NEIGHBOUR("02-ab-00-00-00-0f"), FEED);
    PROBLEMS("5:42: ports[0].neighbours[0].mac needs an Ethernet address such as "
             "02:00:00:00:00:01, found \"02-ab-00-00-00-0f\"");
    GIVEN(ROLES, CORES, NEIGHBOUR("02:ab:00:00:00:0g"), FEED);
    PROBLEMS("5:42: ports[0].neighbours[0].mac needs an Ethernet address such as "
             "02:00:00:00:00:01, found \"02:ab:00:00:00:0g\"");
    GIVEN(ROLES, CORES, NEIGHBOUR("02:ab:00:00:00"), FEED);
    PROBLEMS("5:42: ports[0].neighbours[0].mac needs an Ethernet address such as "
             "02:00:00:00:00:01, found \"02:ab:00:00:00\"");
    GIVEN(ROLES, CORES, NEIGHBOUR("01:00:5e:00:00:01"), FEED);
    PROBLEMS("5:42: ports[0].neighbours[0].mac is 01:00:5e:00:00:01: it must be the address of "
             "one host");
    GIVEN(ROLES, CORES, NEIGHBOUR("00:00:00:00:00:00"), FEED);
    PROBLEMS("5:42: ports[0].neighbours[0].mac is 00:00:00:00:00:00: it must be the address of "
             "one host");
}

#define COLLAR(price)                                                                              \
    VENUE_ROLES, CORES, VENUE_PORTS,                                                               \
        VENUE("  instruments: [{symbol: A, tick: 0.0001, collar: " price "}]", SESSIONS)
#define COLLAR_NEEDS(found)                                                                        \
    PROBLEMS("6:51: venue.instruments[0].collar needs a price such as 100.25, found " found)
#define COLLAR_RANGE(said)                                                                         \
    PROBLEMS("6:51: venue.instruments[0].collar is " said ": the range is 0.0001..199999.99")

SPEC(a_price_is_a_decimal_number)
{
    static const struct {
        const char *text;
        uint64_t price;
    } prices[] = {{"1", 100000000},         {"0.0001", 10000},
                  {"'12.5'", 1250000000},   {"2.50000000", 250000000},
                  {"20000", 2000000000000}, {"19999.9999", 1999999990000}};
    for (size_t i = 0; i < ARRAY_COUNT(prices); i++) {
        char listed[128];
        snprintf(listed, sizeof listed, "  instruments: [{symbol: A, tick: 0.0001, collar: %s}]",
                 prices[i].text);
        GIVEN(VENUE_ROLES, CORES, VENUE_PORTS, VENUE_BEGIN, listed, ",", SESSIONS "}");
        ACCEPTED();
        EXPECT_UINT(config_script_config()->venue->instruments.at[0].collar, prices[i].price);
    }
    GIVEN(COLLAR("1e2"));
    COLLAR_NEEDS("\"1e2\"");
    GIVEN(COLLAR("1."));
    COLLAR_NEEDS("\"1.\"");
    GIVEN(COLLAR(".5"));
    COLLAR_NEEDS("\".5\"");
    GIVEN(COLLAR("01.5"));
    COLLAR_NEEDS("\"01.5\"");
    GIVEN(COLLAR("1.2.3"));
    COLLAR_NEEDS("\"1.2.3\"");
    GIVEN(COLLAR("+1"));
    COLLAR_NEEDS("\"+1\"");
    GIVEN(COLLAR("1_000"));
    COLLAR_NEEDS("\"1_000\"");
    GIVEN(COLLAR("''"));
    COLLAR_NEEDS("nothing");
    GIVEN(COLLAR("[1]"));
    COLLAR_NEEDS("a list");
}

SPEC(a_price_out_of_its_range_is_told_the_range)
{
    GIVEN(COLLAR("-1.5"));
    COLLAR_RANGE("-1.5");
    GIVEN(COLLAR("0"));
    COLLAR_RANGE("0");
    GIVEN(COLLAR("199999.99000001"));
    COLLAR_RANGE("199999.99000001");
    GIVEN(COLLAR("184467440737.09551616"));
    COLLAR_RANGE("184467440737.09551616");
    GIVEN(COLLAR("184467440738.00000000"));
    COLLAR_RANGE("184467440738.00000000");
    GIVEN(COLLAR("99999999999999999999999"));
    COLLAR_RANGE("99999999999999999999999");
    GIVEN(COLLAR("1.000000001"));
    PROBLEMS("6:51: venue.instruments[0].collar has 9 decimals: at most 8 are allowed");
}

SPEC(the_symbol_of_an_instrument_is_its_characters)
{
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS,
          VENUE("  instruments: [{symbol: NO}, {symbol: TOOLONGER}, {symbol: A B}]", SESSIONS));
    PROBLEMS("6:40: venue.instruments[1].symbol has 9 characters: at most 8 are allowed",
             "6:61: venue.instruments[2].symbol needs a symbol of printable characters, found "
             "\"A B\"");
}

SPEC(a_name_has_letters_digits_and_three_marks)
{
    GIVEN("name: New York", ROLES, CORES, PORTS, FEED);
    PROBLEMS("1:7: name needs a name of letters, digits, '.', '_' and '-', found \"New York\"");
    GIVEN("name: a2345678901234567890123456789012", ROLES, CORES, PORTS, FEED);
    PROBLEMS("1:7: name has 32 characters: at most 31 are allowed");
    GIVEN("name: ''", ROLES, CORES, PORTS, FEED);
    PROBLEMS("1:7: name needs a name of letters, digits, '.', '_' and '-', found nothing");
    GIVEN("name: ny4.rack-7_b", ROLES, CORES, PORTS, FEED);
    ACCEPTED();
}

SPEC(a_session_has_at_most_ten_characters_and_no_spaces)
{
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("session: 000000001A"));
    ACCEPTED();
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("session: 000000001AB"));
    PROBLEMS("4:17: feed.session has 11 characters: at most 10 are allowed");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("session: one two"));
    PROBLEMS("4:17: feed.session needs a text without spaces, found \"one two\"");
}

SPEC(a_device_cannot_become_another_option_of_dpdk)
{
    GIVEN(ROLES, CORES, "ports: [{name: a, kind: dpdk, device: --no-pci}]", FEED);
    PROBLEMS("3:39: ports[0].device needs a PCI address or a virtual DPDK device, found "
             "\"--no-pci\"");
}

SPEC(a_symbol_is_its_characters_even_where_yaml_sees_more)
{
    GIVEN(ROLES, CORES, PORTS, FEED, "screen: {symbols: [NO, TRUE, 1, null, ~, ZVZZT]}");
    ACCEPTED();
    GIVEN(ROLES, CORES, PORTS, FEED, "screen: {symbols: [TOOLONGER, A B, '']}");
    PROBLEMS("5:20: screen.symbols[0] has 9 characters: at most 8 are allowed",
             "5:31: screen.symbols[1] needs a symbol of printable characters, found \"A B\"",
             "5:36: screen.symbols[2] needs a symbol of printable characters, found nothing");
}

SPEC(what_is_shown_of_a_value_cannot_disturb_a_terminal)
{
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("digest: \"\\e[31m\\u009b\""));
    PROBLEMS("4:16: feed.digest needs true or false, found the text \"?[31m??\"");
    GIVEN(ROLES, CORES, PORTS,
          FEED_WITH("digest: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"));
    PROBLEMS("4:16: feed.digest needs true or false, found "
             "\"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd...\"");
}

#define SPECS(S)                                                                                   \
    S(the_smallest_file_is_four_lines)                                                             \
    S(a_number_is_written_in_decimal_digits_only)                                                  \
    S(a_number_out_of_its_range_is_told_the_range)                                                 \
    S(descriptors_are_a_power_of_two)                                                              \
    S(a_switch_is_true_or_false)                                                                   \
    S(an_unknown_choice_is_told_the_allowed_ones)                                                  \
    S(a_pace_is_fastest_or_a_multiple)                                                             \
    S(an_address_is_one_that_datagrams_are_sent_to)                                                \
    S(an_address_of_ours_or_of_a_server_is_no_group)                                               \
    S(an_ethernet_address_is_six_pairs_of_digits_and_of_one_host)                                  \
    S(a_price_is_a_decimal_number)                                                                 \
    S(a_price_out_of_its_range_is_told_the_range)                                                  \
    S(the_symbol_of_an_instrument_is_its_characters)                                               \
    S(a_name_has_letters_digits_and_three_marks)                                                   \
    S(a_session_has_at_most_ten_characters_and_no_spaces)                                          \
    S(a_device_cannot_become_another_option_of_dpdk)                                               \
    S(a_symbol_is_its_characters_even_where_yaml_sees_more)                                        \
    S(what_is_shown_of_a_value_cannot_disturb_a_terminal)

SPEC_MAIN("config: values", SPECS, NULL, config_script_close)
