/* IGMPv3 and v2 of a host (RFC 3376, RFC 2236), with bytes by hand. */

#include "tests/inet/rig.h"
#include "tests/support/spec.h"

#include <string.h>

enum { GROUP = 0xef010203, SOURCE = 0x0a000063, V3_ROUTERS = 0xe0000016 };

static struct rig rig;

static void host_open(void)
{
    rig_open(&rig, (struct inet_limits){.groups = 3, .secret = {4, 5, 6}});
}

/* The next frame must be a sound IGMP message to `to`: TTL 1, router alert; its bytes. */
static const uint8_t *message(uint32_t to, uint32_t bytes)
{
    const struct rig_frame *frame = rig_next(&rig);
    EXPECT(frame != NULL);
    if (!frame) return NULL;
    const uint8_t *ip = frame->at + 14;
    EXPECT_UINT(frame->bytes, 14 + 24 + bytes);
    EXPECT_UINT(rig_load32(frame->at), 0x01005e00u | (to >> 16 & 0x7f));
    EXPECT_UINT(rig_load16(frame->at + 4), to & 0xffff);
    EXPECT_UINT(ip[0], 0x46);
    EXPECT_UINT(ip[8], 1);
    EXPECT_UINT(ip[9], 2);
    EXPECT_UINT(rig_load32(ip + 16), to);
    EXPECT_UINT(rig_load32(ip + 20), 0x94040000);
    EXPECT_UINT(rig_sum(ip, 24, 0), 0xffff);
    EXPECT_UINT(rig_sum(ip + 24, bytes, 0), 0xffff);
    return ip + 24;
}

static void expect_v3(int line, uint8_t type, uint32_t group, uint32_t source)
{
    const uint8_t *at = message(V3_ROUTERS, source ? 20 : 16);
    if (!at) return;
    bool good = at[0] == 0x22 && rig_load16(at + 6) == 1 && at[8] == type && at[9] == 0 &&
                rig_load16(at + 10) == !!source && rig_load32(at + 12) == group;
    if (source) good = good && rig_load32(at + 16) == source;
    spec_expect(__FILE__, line, good, "the record is of type %u", at[8]);
}
#define EXPECT_V3(type, group, source) expect_v3(__LINE__, type, group, source)

static void expect_v2(int line, uint8_t type, uint32_t to)
{
    const uint8_t *at = message(to, 8);
    if (!at) return;
    spec_expect(__FILE__, line, at[0] == type && at[1] == 0 && rig_load32(at + 4) == GROUP,
                "the message is of type %02x", at[0]);
}
#define EXPECT_V2(type, to) expect_v2(__LINE__, type, to)

#define EXPECT_SILENCE() EXPECT(rig_next(&rig) == NULL)

static enum inet_status give(uint32_t to, const uint8_t *bytes, uint32_t length)
{
    uint8_t copy[64];
    memcpy(copy, bytes, length);
    if (length >= 4) rig_put16(copy + 2, ~rig_sum(copy, length, 0));
    enum inet_status status = rig_ip_send(&rig, RIG_PEER, to, 2, copy, length);
    inet_verify(rig.inet);
    return status;
}

static enum inet_status query_v3(uint32_t group, uint8_t code)
{
    uint8_t query[12] = {0x11, code};
    rig_put32(query + 4, group);
    query[8] = 2;
    return give(group ? group : 0xe0000001, query, 12);
}

static enum inet_status query_v2(uint32_t group, uint8_t code)
{
    uint8_t query[8] = {0x11, code};
    rig_put32(query + 4, group);
    return give(group ? group : 0xe0000001, query, 8);
}

static void drain(void)
{
    while (rig_next(&rig)) continue;
}

SPEC(a_join_is_reported_at_once_and_once_more_within_a_second)
{
    host_open();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    EXPECT_V3(4, GROUP, 0);
    EXPECT_SILENCE();
    rig_wait(&rig, NANOS_SECOND);
    EXPECT_V3(4, GROUP, 0);
    rig_wait(&rig, 100 * NANOS_SECOND);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(a_leave_is_reported_the_same_way)
{
    host_open();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    inet_leave(rig.inet, GROUP, 0, rig.now);
    EXPECT_V3(3, GROUP, 0);
    rig_wait(&rig, NANOS_SECOND);
    EXPECT_V3(3, GROUP, 0);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(a_source_is_allowed_and_blocked_by_its_own_records)
{
    host_open();
    EXPECT(inet_join(rig.inet, GROUP, SOURCE, rig.now));
    EXPECT_V3(5, GROUP, SOURCE);
    rig_wait(&rig, NANOS_SECOND);
    EXPECT_V3(5, GROUP, SOURCE);
    inet_leave(rig.inet, GROUP, SOURCE, rig.now);
    EXPECT_V3(6, GROUP, SOURCE);
    rig_close(&rig);
}

SPEC(joins_are_counted_and_as_many_leaves_are_needed)
{
    host_open();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    inet_leave(rig.inet, GROUP, 0, rig.now);
    EXPECT_SILENCE();
    inet_leave(rig.inet, GROUP, 0, rig.now);
    EXPECT_V3(3, GROUP, 0);
    rig_close(&rig);
}

SPEC(what_is_no_group_cannot_be_joined_and_memberships_are_bounded)
{
    host_open();
    EXPECT(!inet_join(rig.inet, 0x0a000005, 0, rig.now));
    EXPECT(!inet_join(rig.inet, 0xe0000001, 0, rig.now));
    for (uint32_t i = 0; i < 3; i++) EXPECT(inet_join(rig.inet, GROUP + i, 0, rig.now));
    EXPECT(!inet_join(rig.inet, GROUP + 3, 0, rig.now));
    rig_close(&rig);
}

SPEC(a_general_query_is_answered_within_its_time_once_for_each_group)
{
    host_open();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    EXPECT(inet_join(rig.inet, GROUP, SOURCE, rig.now));
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    EXPECT_UINT(query_v3(0, 100), INET_IGMP);
    EXPECT_SILENCE();
    rig_wait(&rig, 10 * NANOS_SECOND);
    uint32_t include = 0, exclude = 0;
    for (const struct rig_frame *frame; (frame = rig_next(&rig));) {
        include += frame->at[14 + 24 + 8] == 1;
        exclude += frame->at[14 + 24 + 8] == 2;
    }
    EXPECT_UINT(exclude, 1);
    EXPECT_UINT(include, 1);
    rig_wait(&rig, 100 * NANOS_SECOND);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(a_shorter_wait_is_kept)
{
    host_open();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    query_v3(0, 1);
    query_v3(0, 0xff); /* (15 | 16) << 10 tenths: most of an hour */
    rig_wait(&rig, 100 * NANOS_MILLI);
    EXPECT_V3(2, GROUP, 0);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(a_query_about_another_group_is_ignored)
{
    host_open();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    EXPECT_UINT(query_v3(GROUP + 1, 10), INET_IGMP_IGNORED);
    rig_wait(&rig, 10 * NANOS_SECOND);
    EXPECT_SILENCE();
    EXPECT_UINT(query_v3(GROUP, 10), INET_IGMP);
    rig_wait(&rig, NANOS_SECOND);
    EXPECT_V3(2, GROUP, 0);
    rig_close(&rig);
}

SPEC(after_a_version_2_query_version_2_is_spoken_for_260_seconds)
{
    host_open();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    EXPECT_UINT(query_v2(0, 100), INET_IGMP);
    rig_wait(&rig, 10 * NANOS_SECOND);
    EXPECT_V2(0x16, GROUP);
    inet_leave(rig.inet, GROUP, 0, rig.now);
    EXPECT_V2(0x17, 0xe0000002);
    rig_wait(&rig, 249 * NANOS_SECOND);
    EXPECT_SILENCE();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    EXPECT_V2(0x16, GROUP);
    inet_leave(rig.inet, GROUP, 0, rig.now);
    drain();
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    EXPECT_V3(4, GROUP, 0);
    rig_close(&rig);
}

SPEC(in_version_2_another_hosts_report_makes_ours_needless)
{
    uint8_t report[8] = {0x16};
    host_open();
    rig_put32(report + 4, GROUP);
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    query_v2(0, 100);
    EXPECT_UINT(give(GROUP, report, 8), INET_IGMP);
    rig_wait(&rig, 20 * NANOS_SECOND);
    EXPECT_SILENCE();
    EXPECT_UINT(inet_counts(rig.inet)->igmp_suppressed, 1);
    inet_leave(rig.inet, GROUP, 0, rig.now); /* the other was the last to report: it is for him */
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(in_version_3_another_hosts_report_changes_nothing)
{
    uint8_t report[8] = {0x16};
    host_open();
    rig_put32(report + 4, GROUP);
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    query_v3(0, 100);
    give(GROUP, report, 8);
    rig_wait(&rig, 10 * NANOS_SECOND);
    EXPECT_V3(2, GROUP, 0);
    rig_close(&rig);
}

SPEC(a_version_1_query_is_answered_within_ten_seconds)
{
    host_open();
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    rig_wait(&rig, 2 * NANOS_SECOND);
    drain();
    query_v2(0, 0);
    rig_wait(&rig, 10 * NANOS_SECOND);
    EXPECT_V2(0x16, GROUP);
    rig_close(&rig);
}

SPEC(robustness_comes_from_the_querier)
{
    uint8_t query[12] = {0x11, 10};
    host_open();
    query[8] = 4;
    EXPECT_UINT(give(0xe0000001, query, 12), INET_IGMP);
    EXPECT(inet_join(rig.inet, GROUP, 0, rig.now));
    rig_wait(&rig, 4 * NANOS_SECOND);
    for (int i = 0; i < 4; i++) EXPECT_V3(4, GROUP, 0);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(malformed_or_routed_messages_are_refused)
{
    uint8_t query[12] = {0x11, 100, 0xee, 0x99};
    host_open();
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, 0xe0000001, 2, query, 8), INET_IGMP_CHECKSUM);
    EXPECT_UINT(give(0xe0000001, query, 7), INET_BAD_IGMP);
    memset(query + 2, 0, 2);
    EXPECT_UINT(give(0xe0000001, query, 10), INET_BAD_IGMP);
    uint8_t frame[128];
    rig_put16(query + 2, ~rig_sum(query, 8, 0));
    uint32_t bytes = rig_ip_write(frame, RIG_PEER, 0xe0000001, 2, query, 8);
    frame[14 + 8] = 2; /* TTL */
    frame[14 + 10] = frame[14 + 11] = 0;
    rig_put16(frame + 14 + 10, ~rig_sum(frame + 14, 20, 0));
    EXPECT_UINT(inet_receive(rig.inet, frame, bytes, INET_CHECKED_NONE, rig.now), INET_BAD_IGMP);
    rig_close(&rig);
}

static uint32_t heard;

static void datagram(void *context, const struct inet_datagram *in)
{
    (void)context;
    heard += in->destination_ip == GROUP;
}

SPEC(datagrams_of_a_group_come_while_it_is_joined_from_the_source_that_is)
{
    uint8_t udp[9] = {0, 7, 0, 9, 0, 9, 0, 0, 0x55};
    host_open();
    rig_close(&rig);
    rig_open(&rig, (struct inet_limits){.groups = 3, .ports = 2});
    heard = 0;
    EXPECT(inet_bind(rig.inet, GROUP, 9, datagram, NULL));
    EXPECT_UINT(rig_ip_send(&rig, SOURCE, GROUP, 17, udp, 9), INET_NOT_JOINED);
    EXPECT(inet_join(rig.inet, GROUP, SOURCE, rig.now));
    EXPECT_UINT(rig_ip_send(&rig, SOURCE, GROUP, 17, udp, 9), INET_UDP);
    EXPECT_UINT(rig_ip_send(&rig, RIG_PEER, GROUP, 17, udp, 9), INET_NOT_JOINED);
    inet_leave(rig.inet, GROUP, SOURCE, rig.now);
    EXPECT_UINT(rig_ip_send(&rig, SOURCE, GROUP, 17, udp, 9), INET_NOT_JOINED);
    EXPECT_UINT(heard, 1);
    rig_close(&rig);
}

#define SPECS(S)                                                                                   \
    S(a_join_is_reported_at_once_and_once_more_within_a_second)                                    \
    S(a_leave_is_reported_the_same_way)                                                            \
    S(a_source_is_allowed_and_blocked_by_its_own_records)                                          \
    S(joins_are_counted_and_as_many_leaves_are_needed)                                             \
    S(what_is_no_group_cannot_be_joined_and_memberships_are_bounded)                               \
    S(a_general_query_is_answered_within_its_time_once_for_each_group)                             \
    S(a_shorter_wait_is_kept)                                                                      \
    S(a_query_about_another_group_is_ignored)                                                      \
    S(after_a_version_2_query_version_2_is_spoken_for_260_seconds)                                 \
    S(in_version_2_another_hosts_report_makes_ours_needless)                                       \
    S(in_version_3_another_hosts_report_changes_nothing)                                           \
    S(a_version_1_query_is_answered_within_ten_seconds)                                            \
    S(robustness_comes_from_the_querier)                                                           \
    S(malformed_or_routed_messages_are_refused)                                                    \
    S(datagrams_of_a_group_come_while_it_is_joined_from_the_source_that_is)

SPEC_MAIN("igmp", SPECS, NULL, NULL)
