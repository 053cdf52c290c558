/* IPv4, ICMP and UDP of a host, with bytes by hand. */

#include "tests/inet/frames.h"

#include <string.h>

static struct inet_datagram heard;
static uint8_t heard_bytes[64];
static uint32_t heard_count;

static void datagram(void *context, const struct inet_datagram *in)
{
    (void)context;
    heard = *in;
    memcpy(heard_bytes, in->payload, in->payload_bytes < 64 ? in->payload_bytes : 64);
    heard_count++;
}

#define IP_HEAD "0800 45 00 "

SPEC(an_echo_request_is_answered_with_its_own_bytes)
{
    open_plain();
    EXPECT_UINT(give(TO_US IP_HEAD "0020 1234 0000 40 01 54a7 0a000002 0a000001"
                                   "08 00 a7f3 0102 0304 4c05 0a"),
                INET_CUT_DATAGRAM);
    EXPECT_UINT(give(TO_US IP_HEAD "0020 1234 0000 40 01 54a7 0a000002 0a000001"
                                   "08 00 9ee1 0102 0304 aabbaa5c"),
                INET_ICMP);
    EXPECT_FRAME("020000000002 020000000001 0800"
                 "45 00 0020 0000 4000 40 01 26db 0a000001 0a000002"
                 "00 00 a6e1 0102 0304 aabbaa5c");
    rig_close(&rig);
}

SPEC(an_echo_request_to_everybody_is_not_answered)
{
    uint8_t echo[8] = {8, 0, 0xf7, 0xff};
    open_plain();
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, 0x0a0000ff, 1, echo, 8), INET_ICMP_IGNORED);
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, 0xe0000001, 1, echo, 8), INET_ICMP_IGNORED);
    EXPECT_SILENCE();
    echo[2] ^= 1;
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, RIG_HOST, 1, echo, 8), INET_ICMP_CHECKSUM);
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, RIG_HOST, 1, echo, 7), INET_BAD_ICMP);
    rig_close(&rig);
}

SPEC(echo_requests_beyond_the_rate_are_not_answered)
{
    uint8_t echo[8] = {8, 0, 0xf7, 0xff};
    open_plain();
    for (int i = 0; i < 1000; i++) (void)rig_ip_send(&rig, RIG_PEER, RIG_HOST, 1, echo, 8);
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, RIG_HOST, 1, echo, 8), INET_ICMP_LIMITED);
    rig.now += NANOS_SECOND;
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, RIG_HOST, 1, echo, 8), INET_ICMP);
    rig_close(&rig);
}

SPEC(a_datagram_is_given_to_its_port_in_place)
{
    open_plain();
    heard_count = 0;
    EXPECT(inet_bind(rig.inet, 0, 9, datagram, NULL));
    EXPECT(!inet_bind(rig.inet, 0, 9, datagram, NULL));
    EXPECT_UINT(give(TO_US IP_HEAD "001e 0000 4000 40 11 26cd 0a000002 0a000001"
                                   "0007 0009 000a 4b26 a0a1"),
                INET_UDP);
    EXPECT_UINT(heard_count, 1);
    EXPECT_UINT(heard.payload_bytes, 2);
    EXPECT_UINT(heard_bytes[1], 0xa1);
    EXPECT_UINT(heard.source_ip, RIG_PEER);
    EXPECT_UINT(heard.source_port, 7);
    EXPECT_UINT(heard.destination_port, 9);
    inet_unbind(rig.inet, 0, 9);
    EXPECT(inet_bind(rig.inet, 0, 9, datagram, NULL));
    rig_close(&rig);
}

SPEC(a_datagram_with_a_wrong_length_or_checksum_is_refused)
{
    open_plain();
    heard_count = 0;
    EXPECT(inet_bind(rig.inet, 0, 9, datagram, NULL));
    EXPECT_UINT(give(TO_US IP_HEAD "001e 0000 4000 40 11 26cd 0a000002 0a000001"
                                   "0007 0009 000a 4b27 a0a1"),
                INET_UDP_CHECKSUM);
    EXPECT_UINT(give(TO_US IP_HEAD "001e 0000 4000 40 11 26cd 0a000002 0a000001"
                                   "0007 0009 000b 0000 a0a1"),
                INET_BAD_UDP_LENGTH);
    EXPECT_UINT(give(TO_US IP_HEAD "001e 0000 4000 40 11 26cd 0a000002 0a000001"
                                   "0007 0009 0007 0000 a0a1"),
                INET_BAD_UDP_LENGTH);
    EXPECT_UINT(give(TO_US IP_HEAD "001e 0000 4000 40 11 26cd 0a000002 0a000001"
                                   "0007 0009 000a 0000 a0a1"),
                INET_UDP); /* not computed */
    EXPECT_UINT(heard_count, 1);
    rig_close(&rig);
}

SPEC(a_datagram_to_a_closed_port_is_told_of_a_hundred_times_a_second)
{
    uint8_t udp[9] = {0, 7, 0, 9, 0, 9, 0, 0, 0x55};
    open_plain();
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, RIG_HOST, 17, udp, 9), INET_UDP_CLOSED);
    EXPECT_FRAME("020000000002 020000000001 0800"
                 "45 00 0038 0000 4000 40 01 26c3 0a000001 0a000002"
                 "03 03 fce3 0000 0000"
                 "45 00 001d 0000 0000 40 11 66ce 0a000002 0a000001"
                 "0007 0009 0009 0000");
    for (int i = 0; i < 200; i++) (void)rig_ip_send(&rig, RIG_PEER, RIG_HOST, 17, udp, 9);
    EXPECT_UINT(inet_counts(rig.inet)->unreachable_out, 100);
    EXPECT_UINT(inet_counts(rig.inet)->unreachable_limited, 101);
    rig_close(&rig);
}

SPEC(nothing_is_told_about_what_was_sent_to_many)
{
    uint8_t udp[9] = {0, 7, 0, 9, 0, 9, 0, 0, 0x55};
    open_plain();
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, 0x0a0000ff, 17, udp, 9), INET_UDP_CLOSED);
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, 0xffffffff, 17, udp, 9), INET_UDP_CLOSED);
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, RIG_HOST, 99, udp, 9), INET_OTHER_PROTOCOL);
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, 0x0a0000ff, 99, udp, 9), INET_OTHER_PROTOCOL);
    EXPECT_UINT(inet_counts(rig.inet)->unreachable_out, 1); /* the one to us alone */
    rig_close(&rig);
}

SPEC(a_segment_to_many_or_on_a_broadcast_frame_concerns_no_connection)
{
    open_with((struct inet_limits){
        .tcp = {.connections = 4, .listeners = 1, .send_bytes = 1024, .receive_bytes = 1024}});
    struct rig_segment syn = {
        .from_ip = RIG_PEER, .to_ip = 0x0a0000ff, .from_port = 4, .to_port = 80, .flags = 2};
    EXPECT_UINT(rig_segment_send(&rig, &syn), INET_TCP);
    EXPECT_UINT(tcp_counts(rig.tcp)->segment[TCP_SEGMENT_BAD_SYN], 1);
    uint8_t frame[RIG_FRAME_BYTES];
    syn.to_ip = RIG_HOST;
    uint32_t bytes = rig_segment_write(&syn, frame);
    memset(frame, 0xff, 6);
    EXPECT_UINT(inet_receive(rig.inet, frame, bytes, INET_CHECKED_NONE, rig.now), INET_OTHER_MAC);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(frames_that_are_not_ours_are_counted_by_why)
{
    open_plain();
    EXPECT_UINT(give("0200000000010200000000"), INET_RUNT);
    EXPECT_UINT(give("020000000009 020000000002 0800 45"), INET_OTHER_MAC);
    EXPECT_UINT(give("020000000001 030000000002 0800 45"), INET_OTHER_MAC);
    EXPECT_UINT(give(TO_US "86dd 60"), INET_OTHER_TYPE);
    EXPECT_UINT(give(TO_US "8100 0005 0800 45"), INET_VLAN);
    EXPECT_UINT(give(TO_US "0800 4500"), INET_CUT_IP);
    EXPECT_UINT(give(TO_US "0800 65 00 0014 0000 4000 40 11 06d7 0a000002 0a000001"),
                INET_BAD_IP_HEADER);
    EXPECT_UINT(give(TO_US "0800 44 00 0014 0000 4000 40 11 27d7 0a000002 0a000001"),
                INET_BAD_IP_HEADER);
    EXPECT_UINT(give(TO_US "0800 45 00 0013 0000 4000 40 11 26d8 0a000002 0a000001"),
                INET_BAD_IP_HEADER);
    EXPECT_UINT(give(TO_US "0800 45 00 0015 0000 4000 40 11 26d6 0a000002 0a000001"),
                INET_CUT_DATAGRAM);
    EXPECT_UINT(give(TO_US "0800 45 00 0014 0000 4000 40 11 26d9 0a000002 0a000001"),
                INET_IP_CHECKSUM);
    EXPECT_UINT(inet_receive(rig.inet, (const uint8_t *)"x", 1, INET_CHECKED_BAD, rig.now),
                INET_CHECKSUM_BAD);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(sources_and_destinations_that_cannot_be_are_refused)
{
    uint8_t udp[9] = {0, 7, 0, 9, 0, 9, 0, 0, 0x55};
    open_plain();
    static const uint32_t bad[] = {0, 0x7f000001, 0xe0000001, 0xffffffff, 0x0a0000ff, RIG_HOST};
    for (uint32_t i = 0; i < ARRAY_COUNT(bad); i++)
        EXPECT_UINT(rig_ip_send(&rig, bad[i], RIG_HOST, 17, udp, 9), INET_BAD_IP_SOURCE);
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, 0x0a000009, 17, udp, 9), INET_OTHER_IP);
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, 0xef010203, 17, udp, 9), INET_NOT_JOINED);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(fragments_and_source_routes_are_dropped)
{
    open_plain();
    EXPECT_UINT(give(TO_US "0800 45 00 0014 0000 2000 40 11 46d7 0a000002 0a000001"),
                INET_FRAGMENT);
    EXPECT_UINT(give(TO_US "0800 45 00 0014 0000 0001 40 11 66d6 0a000002 0a000001"),
                INET_FRAGMENT);
    EXPECT_UINT(give(TO_US "0800 46 00 0018 0000 4000 40 11 9ecf 0a000002 0a000001 83030400"),
                INET_SOURCE_ROUTE);
    EXPECT_UINT(give(TO_US "0800 46 00 0018 0000 4000 40 11 98cf 0a000002 0a000001 89030400"),
                INET_SOURCE_ROUTE);
    EXPECT_UINT(give(TO_US "0800 46 00 0018 0000 4000 40 11 d2cd 0a000002 0a000001 4e050500"),
                INET_SOURCE_ROUTE); /* an option longer than the header */
    EXPECT_UINT(give(TO_US "0800 46 00 0018 0000 4000 40 63 2480 0a000002 0a000001 01010000"),
                INET_OTHER_PROTOCOL);
    EXPECT_UINT(inet_counts(rig.inet)->unreachable_out, 1);
    rig_close(&rig);
}

static uint32_t nothing_taken(void *context, uint32_t connection, const uint8_t *bytes,
                              uint32_t length)
{
    (void)context;
    (void)connection;
    (void)bytes;
    return length;
}

SPEC(a_time_before_the_last_counts_as_the_last)
{
    static const struct tcp_calls calls = {.received = nothing_taken};
    open_with((struct inet_limits){
        .tcp = {.connections = 4, .listeners = 1, .send_bytes = 1024, .receive_bytes = 1024}});
    nanos_t later = rig.now + NANOS_SECOND;
    struct tcp_to to = {.ip = RIG_PEER, .port = 9, .local_port = 8, .calls = &calls};
    uint32_t connection = tcp_connect(rig.tcp, &to, later);
    struct rig_segment syn, answer = {.from_ip = RIG_PEER,
                                      .to_ip = RIG_HOST,
                                      .from_port = 9,
                                      .to_port = 8,
                                      .sequence = 77,
                                      .flags = 18,
                                      .window = 1000};
    EXPECT(rig_segment_read(rig_next(&rig), &syn));
    answer.ack = syn.sequence + 1;
    EXPECT_UINT(rig_segment_send(&rig, &answer), INET_TCP); /* at a time before it was asked */
    struct tcp_view view;
    tcp_look(rig.tcp, connection, &view);
    EXPECT_UINT(view.state, TCP_ESTABLISHED);
    EXPECT_UINT(view.round_trip_ns, 1);
    inet_tick(rig.inet, 5);
    inet_verify(rig.inet);
    rig_close(&rig);
}

static uint8_t *no_room(void *context, uint32_t bytes)
{
    (void)context;
    (void)bytes;
    return NULL;
}

static void no_frame(void *context)
{
    (void)context;
}

SPEC(limits_out_of_range_have_no_footprint)
{
    struct inet_limits good = {.ip = RIG_HOST,
                               .prefix = 24,
                               .mtu = 1500,
                               .learnt = 8,
                               .output = {no_room, no_frame, NULL}};
    EXPECT(inet_footprint(&good) > 0);
    struct inet_limits bad[12];
    for (int i = 0; i < 12; i++) bad[i] = good;
    bad[0].mtu = 575;
    bad[1].mtu = 9203;
    bad[2].learnt = 9;
    bad[3].ip = 0xe0000001;
    bad[4].ip = 0x0a0000ff;
    bad[5].ip = 0x0a000000;
    bad[6].gateway = 0x0a000101;
    bad[7].prefix = 31;
    bad[8].mac.byte[0] = 1;
    bad[9].output.claim = NULL;
    bad[10].tcp.connections = 1; /* without buffers */
    bad[11].reachable_ns = NANOS_SECOND;
    for (int i = 0; i < 12; i++) EXPECT_UINT(inet_footprint(&bad[i]), 0);
}

#define SPECS(S)                                                                                   \
    S(an_echo_request_is_answered_with_its_own_bytes)                                              \
    S(an_echo_request_to_everybody_is_not_answered)                                                \
    S(echo_requests_beyond_the_rate_are_not_answered)                                              \
    S(a_datagram_is_given_to_its_port_in_place)                                                    \
    S(a_datagram_with_a_wrong_length_or_checksum_is_refused)                                       \
    S(a_datagram_to_a_closed_port_is_told_of_a_hundred_times_a_second)                             \
    S(nothing_is_told_about_what_was_sent_to_many)                                                 \
    S(a_segment_to_many_or_on_a_broadcast_frame_concerns_no_connection)                            \
    S(frames_that_are_not_ours_are_counted_by_why)                                                 \
    S(sources_and_destinations_that_cannot_be_are_refused)                                         \
    S(fragments_and_source_routes_are_dropped)                                                     \
    S(a_time_before_the_last_counts_as_the_last)                                                   \
    S(limits_out_of_range_have_no_footprint)

SPEC_MAIN("inet", SPECS, NULL, NULL)
