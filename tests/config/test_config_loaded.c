/* What an accepted file becomes. */

#include "tests/config/config_script.h"

SPEC(keys_that_are_left_out_have_their_defaults)
{
    GIVEN(ROLES, CORES, PORTS, FEED);
    const struct config *config = config_script_config();
    EXPECT_TEXT(config->name, "pollux");
    EXPECT(config->lcores.layout == CONFIG_LAYOUT_SHARED);
    EXPECT(config->lcores.idle == CONFIG_IDLE_BACK_OFF);
    EXPECT_UINT(config->lcores.housekeeping_us, 5000);
    EXPECT(config->memory.huge_pages == CONFIG_HUGE_PAGES_TRY);
    EXPECT_UINT(config->memory.dpdk_mb, 256);
    EXPECT_TEXT(config->ports.at[0].device, "");
    EXPECT_UINT(config->ports.at[0].rx_descriptors, 1024);
    EXPECT_UINT(config->ports.at[0].tx_descriptors, 512);
    EXPECT_UINT(config->ports.at[0].frame_bytes, 1518);
    EXPECT_UINT(config->capture.pace, 1);
    EXPECT(config->feed->protocol == CONFIG_PROTOCOL_ITCH50);
    EXPECT_UINT(config->feed->instruments, 8192);
    EXPECT_UINT(config->feed->orders, 1048576);
    EXPECT_UINT(config->feed->levels, 524288);
    EXPECT_TEXT(config->feed->session, "");
    EXPECT_UINT(config->feed->first_sequence, 1);
    EXPECT(config->feed->line_b == NULL);
    EXPECT_UINT(config->feed->gap_wait_us, 1000);
    EXPECT_UINT(config->feed->gap_packets, 0);
    EXPECT_UINT(config->feed->store_datagrams, 4096);
    EXPECT_UINT(config->feed->store_datagram_bytes, 1472);
    EXPECT_UINT(config->feed->silence_ms, 3000);
    EXPECT(config->feed->checksums == CONFIG_CHECKSUMS_VERIFY);
    EXPECT(!config->feed->digest);
    EXPECT_UINT(config->engine.delegates.count, 0);
    EXPECT_UINT(config->engine.decision_budget_us, 100);
    EXPECT_UINT(config->screen.refresh_ms, 250);
    EXPECT_UINT(config->screen.symbols.count, 0);
}

/* A file with every key, none at its default. */
static const struct config *given_every_key(void)
{
    /* clang-format off */
    GIVEN("name: ny4",
          "roles: [feed]",
          "lcores: {layout: dedicated, cores: [7, 0], idle: spin, housekeeping_us: 100}",
          "memory: {huge_pages: require, dpdk_mb: 16}",
          "ports:",
          "- {name: y, kind: dpdk, device: '0000:3b:00.0',",
          "   rx_descriptors: 64, tx_descriptors: 32768, frame_bytes: 9216}",
          "- {name: z, kind: dpdk, device: 'net_af_packet0,iface=eth0'}",
          "capture: {pace: fastest}",
          "feed:",
          "  protocol: itch50",
          "  instruments: 65535",
          "  orders: 8388607",
          "  levels: 4194303",
          "  session: 0001",
          "  first_sequence: 18446744073709551615",
          "  line_a: {port: z, group: 233.54.12.111, udp_port: 26477}",
          "  line_b: {port: y, group: 10.0.0.1, udp_port: 65535}",
          "  gap_wait_us: 60000000",
          "  gap_packets: 7",
          "  store_datagrams: 1",
          "  store_datagram_bytes: 65507",
          "  silence_ms: 0",
          "  checksums: ignore",
          "  digest: true",
          "engine:",
          "  decision_budget_us: 7",
          "  delegates:",
          "  - {name: one, strategy: tally, instruments: [ZVZZT, NO]}",
          "  - {name: two, strategy: tally, instruments: all}",
          "screen: {refresh_ms: 50, symbols: [AAPL, MSFT, BRK.A]}");
    /* clang-format on */
    ACCEPTED();
    return config_script_config();
}

SPEC(ports_are_what_the_file_says)
{
    const struct config *config = given_every_key();
    EXPECT_UINT(config->ports.count, 2);
    EXPECT(config->ports.at[0].kind == CONFIG_PORT_DPDK);
    EXPECT_TEXT(config->ports.at[0].name, "y");
    EXPECT_TEXT(config->ports.at[0].file, "");
    EXPECT_TEXT(config->ports.at[0].device, "0000:3b:00.0");
    EXPECT_UINT(config->ports.at[0].rx_descriptors, 64);
    EXPECT_UINT(config->ports.at[0].tx_descriptors, 32768);
    EXPECT_UINT(config->ports.at[0].frame_bytes, 9216);
    EXPECT_TEXT(config->ports.at[1].name, "z");
    EXPECT_TEXT(config->ports.at[1].device, "net_af_packet0,iface=eth0");
}

SPEC(the_path_of_a_capture_may_hold_any_character)
{
    GIVEN(ROLES, CORES, "ports: [{name: a, kind: capture, file: 'caf\xc3\xa9 \"1\\.pcap'}]", FEED);
    ACCEPTED();
    EXPECT_TEXT(config_script_config()->ports.at[0].file, "caf\xc3\xa9 \"1\\.pcap");
}

SPEC(the_feed_is_what_the_file_says)
{
    const struct config *config = given_every_key();
    EXPECT_UINT(config->capture.pace, CONFIG_PACE_FASTEST);
    EXPECT_UINT(config->feed->instruments, 65535);
    EXPECT_UINT(config->feed->orders, 8388607);
    EXPECT_UINT(config->feed->levels, 4194303);
    EXPECT_TEXT(config->feed->session, "0001");
    EXPECT_UINT(config->feed->first_sequence, UINT64_MAX);
    EXPECT_UINT(config->feed->line_a.port, 1);
    EXPECT_UINT(config->feed->line_a.group, 0xe9360c6f);
    EXPECT_UINT(config->feed->line_a.udp_port, 26477);
    EXPECT_UINT(config->feed->line_b->port, 0);
    EXPECT_UINT(config->feed->line_b->group, 0x0a000001);
    EXPECT_UINT(config->feed->line_b->udp_port, 65535);
    EXPECT_UINT(config->feed->gap_wait_us, 60000000);
    EXPECT_UINT(config->feed->gap_packets, 7);
    EXPECT_UINT(config->feed->store_datagrams, 1);
    EXPECT_UINT(config->feed->store_datagram_bytes, 65507);
    EXPECT_UINT(config->feed->silence_ms, 0);
    EXPECT(config->feed->checksums == CONFIG_CHECKSUMS_IGNORE);
    EXPECT(config->feed->digest);
}

SPEC(cores_memory_engine_and_screen_are_what_the_file_says)
{
    const struct config *config = given_every_key();
    EXPECT_TEXT(config->name, "ny4");
    EXPECT(CONFIG_HAS(config->roles, CONFIG_ROLE_FEED));
    EXPECT(config->lcores.layout == CONFIG_LAYOUT_DEDICATED);
    EXPECT_UINT(config->lcores.cores.count, 2);
    EXPECT_UINT(config->lcores.cores.at[0], 7);
    EXPECT_UINT(config->lcores.cores.at[1], 0);
    EXPECT(config->lcores.idle == CONFIG_IDLE_SPIN);
    EXPECT_UINT(config->lcores.housekeeping_us, 100);
    EXPECT(config->memory.huge_pages == CONFIG_HUGE_PAGES_REQUIRE);
    EXPECT_UINT(config->memory.dpdk_mb, 16);
    EXPECT_UINT(config->engine.delegates.count, 2);
    EXPECT_UINT(config->engine.decision_budget_us, 7);
    EXPECT(config->engine.delegates.at[0].strategy == CONFIG_STRATEGY_TALLY);
    EXPECT_UINT(config->engine.delegates.at[0].instruments.count, 2);
    EXPECT_TEXT(config->engine.delegates.at[0].instruments.at[0].text, "ZVZZT");
    EXPECT_TEXT(config->engine.delegates.at[0].instruments.at[1].text, "NO");
    EXPECT_TEXT(config->engine.delegates.at[1].name, "two");
    EXPECT_UINT(config->engine.delegates.at[1].instruments.count, 0);
    EXPECT_UINT(config->screen.refresh_ms, 50);
    EXPECT_UINT(config->screen.symbols.count, 3);
    EXPECT_TEXT(config->screen.symbols.at[2].text, "BRK.A");
}

SPEC(block_and_flow_style_are_the_same)
{
    /* clang-format off */
    GIVEN("roles:",
          "- feed",
          "lcores:",
          "  cores:",
          "  - 3",
          "ports:",
          "- name: a",
          "  kind: capture",
          "  file: |-",
          "    a.pcap",
          "feed:",
          "  line_a:",
          "    port: \"a\"",
          "    group: '233.54.12.111'",
          "    udp_port: 26477");
    /* clang-format on */
    ACCEPTED();
    EXPECT_UINT(config_script_config()->lcores.cores.at[0], 3);
    EXPECT_TEXT(config_script_config()->ports.at[0].file, "a.pcap");
}

SPEC(the_quickstart_file_is_accepted)
{
    config_script_given_file(config_script_source("apps/polluxd/quickstart.yaml"));
    ACCEPTED();
    const struct config *config = config_script_config();
    EXPECT(config->lcores.layout == CONFIG_LAYOUT_SHARED);
    EXPECT(config->lcores.idle == CONFIG_IDLE_BACK_OFF);
    EXPECT(config->memory.huge_pages == CONFIG_HUGE_PAGES_NONE);
    EXPECT(config->ports.at[0].kind == CONFIG_PORT_CAPTURE);
    EXPECT(config->ports.at[1].kind == CONFIG_PORT_CAPTURE);
    EXPECT_UINT(config->capture.pace, 1);
    EXPECT(config->feed->line_b != NULL);
    EXPECT_UINT(config->engine.delegates.count, 1);
}

SPEC(the_colo_file_is_accepted)
{
    config_script_given_file(config_script_source("apps/polluxd/colo.yaml"));
    ACCEPTED();
    const struct config *config = config_script_config();
    EXPECT(config->lcores.layout == CONFIG_LAYOUT_DEDICATED);
    EXPECT(config->lcores.idle == CONFIG_IDLE_SPIN);
    EXPECT(config->memory.huge_pages == CONFIG_HUGE_PAGES_REQUIRE);
    EXPECT(config->ports.at[0].kind == CONFIG_PORT_DPDK);
    EXPECT(config->ports.at[1].kind == CONFIG_PORT_DPDK);
    EXPECT_UINT(config->feed->line_b->port, 1);
}

#define SPECS(S)                                                                                   \
    S(keys_that_are_left_out_have_their_defaults)                                                  \
    S(ports_are_what_the_file_says)                                                                \
    S(the_path_of_a_capture_may_hold_any_character)                                                \
    S(the_feed_is_what_the_file_says)                                                              \
    S(cores_memory_engine_and_screen_are_what_the_file_says)                                       \
    S(block_and_flow_style_are_the_same)                                                           \
    S(the_quickstart_file_is_accepted)                                                             \
    S(the_colo_file_is_accepted)

SPEC_MAIN("config: loaded", SPECS, NULL, config_script_close)
