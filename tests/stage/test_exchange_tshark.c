/* What a venue says and what its clients say, read by Wireshark: Ethernet, ARP, TCP, SoupBinTCP,
 * OUCH 4.2 (it knows no 5.0) and MoldUDP64, without a malformed packet or a wrong checksum.
 * Skipped where tshark is not installed. */

#include "dataplane/capture/capture_write.h"
#include "tests/stage/exchange_rig.h"
#include "tests/support/spec.h"
#include "tests/support/tshark.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 4 << 20, FRAME_MAX = 2048 };

static struct {
    uint8_t bytes[FILE_MAX];
    size_t length;
    uint64_t frames;
} file;

static struct exchange *exchange;

static void frame_keep(void *context, const uint8_t *bytes, uint32_t length, nanos_t now)
{
    (void)context;
    CHECK(file.length + length + CAPTURE_PCAP_RECORD_BYTES < FILE_MAX);
    const struct capture_frame frame = {
        .bytes = bytes, .length = length, .original_length = length, .time_ns = now};
    file.length += capture_write_pcap_record(file.bytes + file.length, &frame);
    memcpy(file.bytes + file.length, bytes, length);
    file.length += length;
    file.frames++;
}

static void before_each(void)
{
    const struct exchange_plan plan = {
        .seed = 1, .durability = VENUE_DISK, .dialect = ENTRY_OUCH42};
    exchange = exchange_new(&plan);
    file.length = capture_write_pcap_header(file.bytes, FRAME_MAX);
    file.frames = 0;
    sim_wire_watch(exchange->wire, frame_keep, NULL);
    EXPECT(exchange_start(exchange));
    for (uint32_t i = 0; i < 2; i++) exchange_connect(exchange, i);
    exchange_listen(exchange);
    EXPECT(exchange_settle(exchange));
}

static void after_each(void)
{
    exchange_delete(exchange);
}

#define OPTIONS                                                                                    \
    "-o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE "             \
    "-d tcp.port==15000,soupbintcp -d tcp.port==15001,soupbintcp -d udp.port==26477,moldudp64 "

static uint64_t tshark(const char *arguments, tshark_line_fn *take)
{
    char all[768];
    snprintf(all, sizeof all, OPTIONS "%s", arguments);
    return tshark_run(file.bytes, file.length, all, take);
}

/* Orders, trades, replacements, cancels and a refusal, some at once. */
static void morning(void)
{
    for (uint32_t i = 0; i < 60; i++) {
        struct exchange_order order = {.side = i % 3 ? 'B' : 'S',
                                       .qty = 10 + i,
                                       .price_e4 = 100000 + (i * 7 % 20) * 100,
                                       .instrument = i % 2,
                                       .immediate = i % 10 == 9};
        uint32_t number = exchange_enter(exchange, i % 2, &order);
        if (i % 4 == 0) exchange_run(exchange, NANOS_MILLI);
        if (i % 8 == 0) (void)exchange_replace(exchange, i % 2, number, 50, 90000);
        if (i % 8 == 3) (void)exchange_cancel(exchange, i % 2, number, 0);
    }
    (void)exchange_enter(exchange, 0,
                         &(struct exchange_order){.side = 'B', .qty = 5, .price_e4 = 123});
    EXPECT(exchange_settle(exchange));
}

SPEC(no_packet_is_malformed_and_every_checksum_is_right)
{
    morning();
    EXPECT(file.frames > 200);
    EXPECT_UINT(tshark("", NULL), file.frames);
    EXPECT_UINT(tshark("-Y '_ws.malformed'", NULL), 0);
    EXPECT_UINT(tshark("-Y 'ip.checksum.status == 0 || tcp.checksum.status == 0 || "
                       "udp.checksum.status == 0'",
                       NULL),
                0);
}

static uint64_t sequenced, unsequenced, logins, ouch_types[256];

/* "S,S,U" and "A,E,O" of a segment. */
static void types_take(const char *line)
{
    const char *ouch = strchr(line, '\t');
    for (const char *at = line; at < ouch; at++) {
        sequenced += *at == 'S';
        unsequenced += *at == 'U';
        logins += *at == 'L';
    }
    for (; ouch && *ouch && *ouch != '\n'; ouch++) ouch_types[(uint8_t)*ouch]++;
}

SPEC(every_message_of_a_session_is_seen_as_what_it_is)
{
    morning();
    (void)tshark("-Y soupbintcp -T fields -e soupbintcp.packet_type -e ouch.packet_type",
                 types_take);
    uint64_t told = 0, asked = exchange_gate(exchange).request;
    for (uint32_t i = 0; i < 2; i++) told += exchange->client[i].told;
    EXPECT_UINT(logins, 2);
    EXPECT_UINT(sequenced, told);
    EXPECT_UINT(unsequenced, asked);
    EXPECT(ouch_types['O'] >= 60);
    EXPECT_UINT(ouch_types['A'], exchange->client[0].reports[OUCH_ACCEPTED] +
                                     exchange->client[1].reports[OUCH_ACCEPTED]);
    EXPECT_UINT(ouch_types['J'], 1);
}

SPEC(nothing_is_sent_twice_where_nothing_is_lost)
{
    morning();
    EXPECT_UINT(tshark("-Y 'tcp.analysis.retransmission || tcp.analysis.out_of_order || "
                       "tcp.analysis.ack_lost_segment'",
                       NULL),
                0);
}

#define SPECS(S)                                                                                   \
    S(no_packet_is_malformed_and_every_checksum_is_right)                                          \
    S(every_message_of_a_session_is_seen_as_what_it_is)                                            \
    S(nothing_is_sent_twice_where_nothing_is_lost)

int main(void)
{
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    if (!tshark_found()) {
        puts("skipped: tshark is not installed (package tshark)");
        return TSHARK_SKIP;
    }
    return spec_run("exchange_tshark", specs, before_each, after_each);
}
