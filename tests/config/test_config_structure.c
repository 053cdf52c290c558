/* Which keys there are, and what is no configuration at all. */

#include "tests/config/config_script.h"

#include <string.h>

#define GIVEN_BYTES(text) config_script_given_bytes(text, sizeof(text) - 1)

SPEC(all_problems_of_a_file_are_reported_at_once_in_its_order)
{
    /* clang-format off */
    GIVEN("name: pol lux",
          "rolls: [feed]",
          "lcores:",
          "  layout: dedicated",
          "  cores: [2, 2, 3]",
          "ports:",
          "  - name: a",
          "    kind: capture",
          "  - name: a",
          "    kind: dpdk",
          "    device: 0000:3b:00.0",
          "    rx_descriptors: 1000",
          "feed:",
          "  orders: 0",
          "  line_a: {port: c, group: 233.54.12.111, udp_port: 70000}",
          "  orders: 5");
    PROBLEMS("1:1: roles is missing",
             "1:7: name needs a name of letters, digits, '.', '_' and '-', found \"pol lux\"",
             "2:1: unknown key \"rolls\" in the top level: did you mean roles?",
             "5:14: the core 2 is used twice, first in line 5",
             "8:11: ports[0].file is missing: the kind capture needs it",
             "9:11: the port name a is used twice, first in line 7",
             "12:21: ports[1].rx_descriptors is 1000: it must be a power of two, such as 512 or 1024",
             "14:11: feed.orders is 0: the range is 1..8388607",
             "15:18: feed.line_a.port is \"c\", but there is no such port; ports: a, a",
             "15:53: feed.line_a.udp_port is 70000: the range is 1..65535",
             "16:3: feed.orders is given twice, first in line 14");
    /* clang-format on */
}

SPEC(an_unknown_key_is_told_the_nearest_known_one)
{
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("gap_wait: 5"));
    PROBLEMS("4:8: unknown key \"gap_wait\" in feed: did you mean gap_wait_us?");
    GIVEN(ROLES, CORES, PORTS, FEED_WITH("Store-Datagram: 5"));
    PROBLEMS("4:8: unknown key \"Store-Datagram\" in feed: did you mean store_datagrams?");
    GIVEN(ROLES, CORES, PORTS, FEED, "xyz: 1");
    PROBLEMS("5:1: unknown key \"xyz\" in the top level");
    GIVEN(ROLES, CORES, PORTS, FEED, "? [a, b]", ": 1");
    PROBLEMS("5:3: a key must be a text, found a list");
    GIVEN(ROLES, CORES, PORTS, FEED, "'': 1");
    PROBLEMS("5:1: unknown key \"\" in the top level");
}

SPEC(a_key_in_the_wrong_section_is_told_its_own)
{
    GIVEN(ROLES, "lcores: {cores: [0], gap_wait_us: 5}", PORTS, FEED);
    PROBLEMS("2:22: unknown key \"gap_wait_us\" in lcores: it belongs to feed");
    GIVEN(ROLES, CORES, PORTS, FEED, "udp_port: 5");
    PROBLEMS("5:1: unknown key \"udp_port\" in the top level: it belongs to a line");
}

SPEC(a_required_key_that_is_missing_is_reported_at_its_section)
{
    GIVEN("name: a");
    PROBLEMS("1:1: roles is missing", "1:1: lcores is missing", "1:1: ports is missing");
    GIVEN(ROLES, CORES, "ports:", "- kind: capture", "  file: a.pcap", "feed: {line_a: {}}");
    PROBLEMS("4:3: ports[0].name is missing", "6:8: feed.line_a.port is missing",
             "6:8: feed.line_a.group is missing", "6:8: feed.line_a.udp_port is missing");
}

SPEC(a_section_without_keys_says_so)
{
    GIVEN(ROLES, CORES, PORTS, FEED, "engine:");
    PROBLEMS("5:8: engine needs keys of its own, found nothing");
    GIVEN(ROLES, CORES, PORTS, FEED, "engine: [tally]");
    PROBLEMS("5:9: engine needs keys of its own, found a list");
    GIVEN(ROLES, CORES, "ports: [a]", FEED);
    PROBLEMS("3:9: ports[0] needs keys of its own, found \"a\"");
    GIVEN(ROLES, CORES, "ports: a", FEED);
    PROBLEMS("3:8: ports needs a list, found \"a\"");
    GIVEN("- a");
    PROBLEMS("1:1: the file needs keys of its own, found a list");
    GIVEN("hello");
    PROBLEMS("1:1: the file needs keys of its own, found \"hello\"");
}

SPEC(a_list_has_as_many_entries_as_its_range_says)
{
    GIVEN(ROLES, CORES, "ports: []", FEED);
    PROBLEMS("3:8: ports has 0 entries: the range is 1..16");
    GIVEN(ROLES, "lcores: {cores: []}", PORTS, FEED);
    PROBLEMS("2:17: lcores.cores has 0 entries: the range is 1..64");
    GIVEN(ROLES, CORES, PORTS, FEED, "engine: {delegates: []}");
    ACCEPTED();
}

SPEC(what_is_not_yaml_is_reported_where_it_stops_being_yaml)
{
    GIVEN(ROLES, "lcores:", "\tcores: [0]");
    PROBLEMS("3:1: not YAML: a tab cannot indent or separate here, use spaces");
    GIVEN(ROLES, "lcores: {cores: [0}");
    PROBLEMS("2:19: not YAML: did not find expected ',' or ']' while parsing a flow sequence that "
             "begins in line 2");
    GIVEN("name: a: b");
    PROBLEMS("1:8: not YAML: mapping values are not allowed in this context");
    GIVEN("name: \"a");
    PROBLEMS("2:1: not YAML: found unexpected end of stream while scanning a quoted scalar that "
             "begins in line 1");
    GIVEN("%YAML 9.9", "---", "name: a");
    PROBLEMS("1:1: not YAML: found incompatible YAML document");
}

SPEC(an_empty_file_says_what_to_do)
{
    GIVEN_BYTES("");
    PROBLEMS("1:1: the file is empty: polluxd --reference lists what belongs in it");
    GIVEN("# only a comment", "");
    PROBLEMS("1:1: the file is empty: polluxd --reference lists what belongs in it");
    GIVEN("---");
    PROBLEMS("1:1: the file is empty: polluxd --reference lists what belongs in it");
}

SPEC(a_file_that_is_not_text_is_refused_at_its_first_such_byte)
{
    GIVEN_BYTES("name: a\nro\0les: [feed]\n");
    PROBLEMS("2:3: a NUL byte: this is not a text file, or it was only half written");
    GIVEN_BYTES("\xef\xbb\xbfname: a\n");
    PROBLEMS("1:1: the file begins with a byte order mark: save it without one");
    GIVEN_BYTES("\xff\xfen\0a\0m\0e\0");
    PROBLEMS("1:1: the file is not UTF-8 but looks like UTF-16: save it as UTF-8");
    GIVEN_BYTES("# caf\xe9\n");
    PROBLEMS("1:6: the byte 0xe9 here is not UTF-8");
    GIVEN_BYTES("# \xc0\x80\n");
    PROBLEMS("1:3: the byte 0xc0 here is not UTF-8");
    GIVEN_BYTES("# \xed\xa0\x80\n");
    PROBLEMS("1:3: the byte 0xed here is not UTF-8");
    GIVEN_BYTES("# \xe2\x82");
    PROBLEMS("1:3: the byte 0xe2 here is not UTF-8");
    GIVEN_BYTES("# \x1b[2J\n");
    PROBLEMS("1:3: the character U+001B has no place in a configuration");
}

SPEC(lines_and_columns_are_counted_in_characters)
{
    GIVEN("# \xe2\x82\xac \xe2\x82\xac", "name: \xe2\x82\xac", ROLES, CORES, PORTS, FEED);
    PROBLEMS("2:7: name needs a name of letters, digits, '.', '_' and '-', found \"???\"");
    GIVEN_BYTES("name: a\r\nroles: [feed]\r\n\x01");
    PROBLEMS("3:1: the character U+0001 has no place in a configuration");
}

SPEC(anchors_aliases_and_tags_are_refused_each_where_it_stands)
{
    GIVEN("name: &n a", ROLES, CORES, PORTS, FEED, "screen: {refresh_ms: *n}");
    PROBLEMS("1:7: the anchor &n: anchors and aliases are not used here, write the value where it "
             "belongs",
             "6:22: the alias *n: anchors and aliases are not used here, write the value where it "
             "belongs");
    GIVEN("name: !!str a", ROLES, CORES, PORTS, FEED);
    PROBLEMS("1:7: the tag tag:yaml.org,2002:str: tags are not used here, every key knows its "
             "type");
    GIVEN(ROLES, CORES, PORTS, FEED, "*n : 1");
    PROBLEMS("5:1: the alias *n: anchors and aliases are not used here, write the value where it "
             "belongs");
}

SPEC(a_bomb_of_aliases_is_a_few_sentences)
{
    GIVEN("a: &a [x, x, x, x, x, x, x, x, x]", "b: &b [*a, *a, *a]", "c: &c [*b, *b, *b]");
    EXPECT(true); /* GIVEN has seen that it is refused; that it returned is the point */
}

SPEC(a_second_document_is_refused_where_it_begins)
{
    GIVEN(ROLES, CORES, PORTS, FEED, "---", "name: b");
    PROBLEMS("5:1: a second document begins here: a configuration is one document");
    GIVEN("---", ROLES, CORES, PORTS, FEED, "...");
    ACCEPTED();
}

SPEC(more_than_a_hundred_problems_are_counted)
{
    static char text[20000];
    size_t bytes = 0;
    for (unsigned i = 0; i < 1000; i++)
        bytes += (size_t)snprintf(text + bytes, sizeof text - bytes, "key%u: 1\n", i);
    struct config *config;
    static struct config_problems problems;
    EXPECT(!config_parse(text, bytes, &config, &problems));
    EXPECT_UINT(problems.count, 100);
    EXPECT_UINT(problems.more, 903); /* three keys are missing as well */
    EXPECT_UINT(problems.at[99].line, 100);
}

#define SPECS(S)                                                                                   \
    S(all_problems_of_a_file_are_reported_at_once_in_its_order)                                    \
    S(an_unknown_key_is_told_the_nearest_known_one)                                                \
    S(a_key_in_the_wrong_section_is_told_its_own)                                                  \
    S(a_required_key_that_is_missing_is_reported_at_its_section)                                   \
    S(a_section_without_keys_says_so)                                                              \
    S(a_list_has_as_many_entries_as_its_range_says)                                                \
    S(what_is_not_yaml_is_reported_where_it_stops_being_yaml)                                      \
    S(an_empty_file_says_what_to_do)                                                               \
    S(a_file_that_is_not_text_is_refused_at_its_first_such_byte)                                   \
    S(lines_and_columns_are_counted_in_characters)                                                 \
    S(anchors_aliases_and_tags_are_refused_each_where_it_stands)                                   \
    S(a_bomb_of_aliases_is_a_few_sentences)                                                        \
    S(a_second_document_is_refused_where_it_begins)                                                \
    S(more_than_a_hundred_problems_are_counted)

SPEC_MAIN("config: structure", SPECS, NULL, config_script_close)
