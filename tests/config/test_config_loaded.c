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

SPEC(ports_without_addresses_have_none)
{
    GIVEN(ROLES, CORES, PORTS, FEED);
    const struct config_port *port = config_script_config()->ports.at;
    EXPECT_UINT(port->address, 0);
    EXPECT_UINT(port->prefix_bits, 24);
    EXPECT_UINT(port->gateway, 0);
    EXPECT_UINT(port->neighbours.count, 0);
    EXPECT(config_script_config()->feed->recovery == NULL);
    EXPECT(config_script_config()->venue == NULL);
}

SPEC(a_venue_has_its_defaults)
{
    GIVEN(VENUE_ROLES, CORES, VENUE_PORTS, VENUE(INSTRUMENTS, SESSIONS));
    EXPECT(config_script_config()->feed == NULL);
    const struct config_venue *venue = config_script_config()->venue;
    EXPECT_UINT(venue->midnight_utc_minutes, 0);
    EXPECT(venue->durability == CONFIG_DURABILITY_DISK);
    EXPECT(venue->line_b == NULL);
    EXPECT_UINT(venue->orders, 1048576);
    EXPECT_UINT(venue->price_window, 65536);
    EXPECT_UINT(venue->history_mib, 256);
    EXPECT_UINT(venue->answers_mib, 256);
    EXPECT_UINT(venue->connections, 1024);
    const struct config_instrument *instrument = venue->instruments.at;
    EXPECT_UINT(instrument->tick, 1000000);
    EXPECT_UINT(instrument->lot, 1);
    EXPECT_UINT(instrument->price_max, 2000000000000);
    EXPECT_UINT(instrument->quantity_max, 999999);
    EXPECT_UINT(instrument->reference, 0);
    EXPECT_UINT(instrument->band, 0);
    EXPECT_UINT(instrument->collar, 100000000);
    EXPECT_UINT(instrument->pause_ms, 60000);
    const struct config_entry *entry = venue->sessions.at;
    EXPECT(entry->dialect == CONFIG_DIALECT_OUCH50);
    EXPECT(entry->self_trade == CONFIG_SELF_TRADE_CANCEL_NEWEST);
    EXPECT(entry->cancel_on_disconnect);
    EXPECT_UINT(entry->order_quantity_max, 999999);
    EXPECT_UINT(entry->order_notional_max, 0);
    EXPECT_UINT(entry->collar_percent, 0);
    EXPECT_UINT(entry->orders_per_second, 0);
    EXPECT_UINT(entry->open_orders_max, 65536);
    EXPECT_UINT(entry->timed_orders_max, 0);
}

/* A file of both roles with every key of the venue and of recovery, none at its default. */
static const struct config *given_every_venue_key(void)
{
    /* clang-format off */
    GIVEN("roles: [venue, feed]",
          "lcores: {layout: dedicated, cores: [3, 2, 1, 0]}",
          "ports:",
          "- {name: y, kind: dpdk, device: x, address: 10.0.0.1, prefix_bits: 16, gateway: 10.0.9.9,",
          "   neighbours: [{address: 10.0.0.2, mac: 02:00:00:00:00:01},",
          "                {address: 10.0.0.3, mac: fe:ff:ff:ff:ff:ff}]}",
          "- {name: z, kind: dpdk, device: w, address: 10.1.0.1}",
          "- {name: r, kind: dpdk, device: v, address: 10.2.0.1, gateway: 10.2.0.9}",
          "feed:",
          "  line_a: {port: r, group: 233.54.12.111, udp_port: 26477}",
          "  recovery:",
          "    port: r",
          "    servers: [{address: 10.7.0.1, udp_port: 1}, {address: 10.7.0.2, udp_port: 65535}]",
          "    snapshot: {address: 10.7.0.3, tcp_port: 9, username: glimps, password_file: /g}",
          "    retry_ms: 1",
          "    attempts: 100",
          "    requests_per_second: 1024",
          "    hole_messages: 4294967295",
          "    snapshot_retry_ms: 10",
          "venue:",
          "  session: 000000001A",
          "  midnight_utc_minutes: 1439",
          "  journal: /var/j",
          "  durability: process",
          "  port: z",
          "  orders_tcp_port: 65535",
          "  snapshot_tcp_port: 65534",
          "  retransmission_udp_port: 65533",
          "  line_a: {port: y, group: 233.0.0.1, udp_port: 1}",
          "  line_b: {port: z, group: 233.0.0.2, udp_port: 2}",
          "  orders: 8388607",
          "  price_window: 262144",
          "  history_mib: 65536",
          "  answers_mib: 65535",
          "  connections: 16384",
          "  instruments:",
          "  - {symbol: NO, tick: 0.0005, lot: 10, price_max: 1.5, quantity_max: 500,",
          "     reference: '1.0005', band: 0.25, collar: 0.125, pause_ms: 3600000}",
          "  - {symbol: ZVZZT-AB}",
          "  sessions:",
          "  - {username: maker1, password_file: /p, dialect: ouch42, account: 16777215, firm: FIRM,",
          "     self_trade: decrement, cancel_on_disconnect: false, order_quantity_max: 1,",
          "     order_notional_max: 92233720368, collar_percent: 100, orders_per_second: 10000000,",
          "     open_orders_max: 8388607, timed_orders_max: 65536}",
          "  - {username: u, password_file: /q, account: 0, firm: F, self_trade: cancel_both}");
    /* clang-format on */
    ACCEPTED();
    return config_script_config();
}

SPEC(addresses_and_recovery_are_what_the_file_says)
{
    const struct config *config = given_every_venue_key();
    const struct config_port *port = config->ports.at;
    EXPECT_UINT(port->address, 0x0a000001);
    EXPECT_UINT(port->prefix_bits, 16);
    EXPECT_UINT(port->gateway, 0x0a000909);
    EXPECT_UINT(port->neighbours.count, 2);
    EXPECT_UINT(port->neighbours.at[1].address, 0x0a000003);
    EXPECT_UINT(port->neighbours.at[1].mac, 0xfeffffffffff);
    EXPECT_UINT(config->ports.at[1].address, 0x0a010001);
    const struct config_recovery *recovery = config->feed->recovery;
    EXPECT_UINT(recovery->port, 2);
    EXPECT_UINT(recovery->servers.count, 2);
    EXPECT_UINT(recovery->servers.at[1].address, 0x0a070002);
    EXPECT_UINT(recovery->servers.at[1].udp_port, 65535);
    EXPECT_UINT(recovery->snapshot->address, 0x0a070003);
    EXPECT_UINT(recovery->snapshot->tcp_port, 9);
    EXPECT_TEXT(recovery->snapshot->username, "glimps");
    EXPECT_TEXT(recovery->snapshot->password_file, "/g");
    EXPECT_UINT(recovery->retry_ms, 1);
    EXPECT_UINT(recovery->attempts, 100);
    EXPECT_UINT(recovery->requests_per_second, 1024);
    EXPECT_UINT(recovery->hole_messages, 4294967295);
    EXPECT_UINT(recovery->snapshot_retry_ms, 10);
}

SPEC(the_venue_is_what_the_file_says)
{
    const struct config *config = given_every_venue_key();
    EXPECT(CONFIG_HAS(config->roles, CONFIG_ROLE_VENUE));
    EXPECT(CONFIG_HAS(config->roles, CONFIG_ROLE_FEED));
    const struct config_venue *venue = config->venue;
    EXPECT_TEXT(venue->session, "000000001A");
    EXPECT_UINT(venue->midnight_utc_minutes, 1439);
    EXPECT_TEXT(venue->journal, "/var/j");
    EXPECT(venue->durability == CONFIG_DURABILITY_PROCESS);
    EXPECT_UINT(venue->port, 1);
    EXPECT_UINT(venue->orders_tcp_port, 65535);
    EXPECT_UINT(venue->snapshot_tcp_port, 65534);
    EXPECT_UINT(venue->retransmission_udp_port, 65533);
    EXPECT_UINT(venue->line_a.port, 0);
    EXPECT_UINT(venue->line_b->port, 1);
    EXPECT_UINT(venue->line_b->group, 0xe9000002);
    EXPECT_UINT(venue->orders, 8388607);
    EXPECT_UINT(venue->price_window, 262144);
    EXPECT_UINT(venue->history_mib, 65536);
    EXPECT_UINT(venue->answers_mib, 65535);
    EXPECT_UINT(venue->connections, 16384);
}

SPEC(instruments_and_sessions_are_what_the_file_says)
{
    const struct config_venue *venue = given_every_venue_key()->venue;
    EXPECT_UINT(venue->instruments.count, 2);
    const struct config_instrument *instrument = venue->instruments.at;
    EXPECT_TEXT(instrument->symbol, "NO");
    EXPECT_UINT(instrument->tick, 50000);
    EXPECT_UINT(instrument->lot, 10);
    EXPECT_UINT(instrument->price_max, 150000000);
    EXPECT_UINT(instrument->quantity_max, 500);
    EXPECT_UINT(instrument->reference, 100050000);
    EXPECT_UINT(instrument->band, 25000000);
    EXPECT_UINT(instrument->collar, 12500000);
    EXPECT_UINT(instrument->pause_ms, 3600000);
    EXPECT_TEXT(venue->instruments.at[1].symbol, "ZVZZT-AB");
    EXPECT_UINT(venue->sessions.count, 2);
    const struct config_entry *entry = venue->sessions.at;
    EXPECT_TEXT(entry->username, "maker1");
    EXPECT_TEXT(entry->password_file, "/p");
    EXPECT(entry->dialect == CONFIG_DIALECT_OUCH42);
    EXPECT_UINT(entry->account, 16777215);
    EXPECT_TEXT(entry->firm, "FIRM");
    EXPECT(entry->self_trade == CONFIG_SELF_TRADE_DECREMENT);
    EXPECT(!entry->cancel_on_disconnect);
    EXPECT_UINT(entry->order_quantity_max, 1);
    EXPECT_UINT(entry->order_notional_max, 92233720368);
    EXPECT_UINT(entry->collar_percent, 100);
    EXPECT_UINT(entry->orders_per_second, 10000000);
    EXPECT_UINT(entry->open_orders_max, 8388607);
    EXPECT_UINT(entry->timed_orders_max, 65536);
    EXPECT(venue->sessions.at[1].self_trade == CONFIG_SELF_TRADE_CANCEL_BOTH);
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
    EXPECT(config->ports.at[0].kind == CONFIG_PORT_CABLE);
    EXPECT(config->gateway->armed);
    EXPECT_UINT(config->gateway->venues.count, 3);
    EXPECT(config->gateway->venues.at[1].transport == CONFIG_TRANSPORT_INTERNAL);
    EXPECT_UINT((uint64_t)config->gateway->symbols.at[0].opening, 1000000000);
    EXPECT_UINT(config->gateway->strategies.count, 7);
    EXPECT_TEXT(config->redis->socket, "redis.sock");
}

SPEC(the_file_of_two_captures_is_accepted)
{
    config_script_given_file(config_script_source("apps/polluxd/lines.yaml"));
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

SPEC(the_venue_file_is_accepted)
{
    config_script_given_file(config_script_source("apps/polluxd/venue.yaml"));
    ACCEPTED();
    const struct config *config = config_script_config();
    EXPECT(config->feed == NULL);
    EXPECT_UINT(config->lcores.cores.count, 2);
    EXPECT_UINT(config->venue->line_b->port, 1);
    EXPECT_UINT(config->venue->instruments.count, 3);
    EXPECT_UINT(config->venue->sessions.count, 2);
}

SPEC(the_gateway_file_is_accepted)
{
    config_script_given_file(config_script_source("apps/polluxd/gateway.yaml"));
    ACCEPTED();
    const struct config_gateway *gateway = config_script_config()->gateway;
    EXPECT(!gateway->armed);
    EXPECT(gateway->two_persons);
    EXPECT_UINT(gateway->port, 2);
    EXPECT_TEXT(gateway->venues.at[0].name, "plx");
    EXPECT_UINT(gateway->venues.at[0].address, 0x0a090001);
    EXPECT_UINT(gateway->venues.at[0].cancel_reserve, 1000);
    EXPECT(gateway->venues.at[0].cancels_at_loss);
    EXPECT_UINT(gateway->symbols.count, 3);
    EXPECT(!gateway->symbols.at[2].limits.tradable);
    EXPECT_UINT(gateway->symbols.at[2].quantity_max, 99990000000000);
    EXPECT_UINT(gateway->strategies.count, 2);
    EXPECT_UINT(gateway->strategies.at[1].limits.position_long, 50000000000);
    EXPECT_UINT(gateway->strategies.at[1].orders, 16);
}

#define SPECS(S)                                                                                   \
    S(keys_that_are_left_out_have_their_defaults)                                                  \
    S(ports_are_what_the_file_says)                                                                \
    S(the_path_of_a_capture_may_hold_any_character)                                                \
    S(the_feed_is_what_the_file_says)                                                              \
    S(cores_memory_engine_and_screen_are_what_the_file_says)                                       \
    S(ports_without_addresses_have_none)                                                           \
    S(a_venue_has_its_defaults)                                                                    \
    S(addresses_and_recovery_are_what_the_file_says)                                               \
    S(the_venue_is_what_the_file_says)                                                             \
    S(instruments_and_sessions_are_what_the_file_says)                                             \
    S(block_and_flow_style_are_the_same)                                                           \
    S(the_quickstart_file_is_accepted)                                                             \
    S(the_file_of_two_captures_is_accepted)                                                        \
    S(the_colo_file_is_accepted)                                                                   \
    S(the_venue_file_is_accepted)                                                                  \
    S(the_gateway_file_is_accepted)

SPEC_MAIN("config: loaded", SPECS, NULL, config_script_close)
