/* Neighbours: learning, asking, refreshing, and what storms and forgeries cannot do (RFC 826), with
 * bytes by hand. */

#include "tests/inet/frames.h"

#include <stdio.h>

/* A gateway at .254, and no static neighbour but one that nobody needs. */
static const struct inet_neighbour elsewhere = {.ip = 0x0a0000fd, .mac = {{2, 0, 0, 0, 0, 0xfd}}};

static void open_learning(void)
{
    open_with((struct inet_limits){.neighbour = &elsewhere,
                                   .neighbours = 1,
                                   .gateway = 0x0a0000fe,
                                   .reachable_ns = 80 * NANOS_SECOND});
}

SPEC(a_host_announces_itself)
{
    open_plain();
    rig.seen = 0;
    EXPECT_FRAME("ffffffffffff 020000000001 " ARP_ASKS HOST_IS NOBODY HOST_IP);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(a_request_for_us_is_answered_to_the_asker)
{
    open_plain();
    EXPECT_UINT(give(ALL ARP_ASKS PEER_IS NOBODY HOST_IP), INET_ARP);
    EXPECT_FRAME("020000000002 020000000001 " ARP_SAYS HOST_IS PEER_IS);
    rig_close(&rig);
}

SPEC(a_request_for_another_is_not)
{
    open_plain();
    EXPECT_UINT(give(ALL ARP_ASKS "020000000005 0a000005" NOBODY "0a000006"), INET_ARP_OTHER);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(a_probe_for_our_address_is_answered_and_nobody_learnt)
{
    open_plain();
    EXPECT_UINT(give(ALL ARP_ASKS "020000000005 00000000" NOBODY HOST_IP), INET_ARP);
    EXPECT_FRAME("020000000005 020000000001 " ARP_SAYS HOST_IS "020000000005 00000000");
    EXPECT_UINT(inet_counts(rig.inet)->arp_learnt, 0);
    rig_close(&rig);
}

SPEC(who_asks_us_is_learnt)
{
    struct mac mac;
    open_plain();
    EXPECT(!inet_resolved(rig.inet, 0x0a000005, &mac));
    give(ALL ARP_ASKS "020000000005 0a000005" NOBODY HOST_IP);
    EXPECT(inet_resolved(rig.inet, 0x0a000005, &mac));
    EXPECT_UINT(mac.byte[5], 5);
    rig_close(&rig);
}

SPEC(a_learnt_neighbour_may_move)
{
    struct mac mac;
    open_plain();
    give(ALL ARP_ASKS "020000000005 0a000005" NOBODY HOST_IP);
    give(ALL ARP_ASKS "020000000007 0a000005" NOBODY "0a000005");
    EXPECT(inet_resolved(rig.inet, 0x0a000005, &mac));
    EXPECT_UINT(mac.byte[5], 7);
    EXPECT_UINT(inet_counts(rig.inet)->arp_moved, 1);
    rig_close(&rig);
}

SPEC(a_static_neighbour_never_moves)
{
    struct mac mac;
    open_plain();
    EXPECT_UINT(give(ALL ARP_ASKS "020000000066 0a000002" NOBODY HOST_IP), INET_ARP_CONFLICT);
    EXPECT_UINT(give(TO_US ARP_SAYS "020000000066 0a000002" HOST_IS), INET_ARP_CONFLICT);
    EXPECT(inet_resolved(rig.inet, RIG_PEER, &mac));
    EXPECT_UINT(mac.byte[5], 2);
    rig_close(&rig);
}

SPEC(nothing_is_learnt_of_an_address_that_is_not_on_our_net)
{
    struct mac mac;
    open_learning();
    EXPECT_UINT(give(ALL ARP_ASKS "020000000005 0a000105" NOBODY HOST_IP), INET_ARP_STRANGER);
    EXPECT(!inet_resolved(rig.inet, 0x0a000105, &mac));
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(who_claims_our_address_is_counted)
{
    open_plain();
    EXPECT_UINT(give(ALL ARP_ASKS "020000000066 0a000001" NOBODY HOST_IP), INET_ARP_CONFLICT);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(malformed_arp_is_refused)
{
    open_plain();
    EXPECT_UINT(give(ALL "0806 0002 0800 06 04 0001 " PEER_IS NOBODY HOST_IP), INET_BAD_ARP);
    EXPECT_UINT(give(ALL "0806 0001 86dd 06 04 0001 " PEER_IS NOBODY HOST_IP), INET_BAD_ARP);
    EXPECT_UINT(give(ALL "0806 0001 0800 06 10 0001 " PEER_IS NOBODY HOST_IP), INET_BAD_ARP);
    EXPECT_UINT(give(ALL "0806 0001 0800 06 04 0003 " PEER_IS NOBODY HOST_IP), INET_BAD_ARP);
    EXPECT_UINT(give(ALL "0806 0001 0800 06 04 0001 " PEER_IS NOBODY "0a0000"), INET_BAD_ARP);
    EXPECT_UINT(give(ALL ARP_ASKS "ffffffffffff 0a000005" NOBODY HOST_IP), INET_BAD_ARP);
    EXPECT_UINT(give(ALL ARP_ASKS "020000000005 e0000001" NOBODY HOST_IP), INET_BAD_ARP);
    EXPECT_SILENCE();
    rig_close(&rig);
}

static bool datagram_send(uint32_t ip, uint32_t bytes)
{
    struct inet_to to = {.ip = ip, .port = 9, .source_port = 7};
    uint8_t *payload = inet_datagram_claim(rig.inet, &to, bytes, rig.now);
    if (!payload) return false;
    for (uint32_t i = 0; i < bytes; i++) payload[i] = (uint8_t)(0xa0 + i);
    inet_datagram_publish(rig.inet);
    return true;
}

#define ASKED_FOR(ip) "ffffffffffff 020000000001 " ARP_ASKS HOST_IS NOBODY ip

SPEC(a_datagram_waits_for_its_neighbours_address)
{
    open_learning();
    EXPECT(datagram_send(0x0a000005, 2));
    EXPECT_FRAME(ASKED_FOR("0a000005"));
    EXPECT_SILENCE();
    EXPECT_UINT(give(TO_US ARP_SAYS "020000000005 0a000005" HOST_IS), INET_ARP);
    EXPECT_FRAME("020000000005 020000000001 0800"
                 "45 00 001e 0000 4000 40 11 26ca 0a000001 0a000005"
                 "0007 0009 000a 4b23 a0a1");
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(what_is_elsewhere_goes_to_the_gateway)
{
    open_learning();
    EXPECT(datagram_send(0x08080808, 2));
    EXPECT_FRAME(ASKED_FOR("0a0000fe"));
    give(TO_US ARP_SAYS "0200000000fe 0a0000fe" HOST_IS);
    const struct rig_frame *frame = rig_next(&rig);
    EXPECT(frame != NULL);
    if (frame) EXPECT_UINT(frame->at[5], 0xfe);
    rig_close(&rig);
}

SPEC(without_a_gateway_what_is_elsewhere_has_no_route)
{
    open_plain();
    EXPECT(!datagram_send(0x08080808, 2));
    EXPECT_UINT(inet_counts(rig.inet)->no_route, 1);
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(an_address_is_asked_for_three_times_and_then_given_up_for_a_while)
{
    open_learning();
    EXPECT(datagram_send(0x0a000005, 2));
    rig_wait(&rig, 10 * NANOS_SECOND);
    for (int i = 0; i < 3; i++) EXPECT_FRAME(ASKED_FOR("0a000005"));
    EXPECT_SILENCE();
    EXPECT_UINT(inet_counts(rig.inet)->unresolved, 1);
    EXPECT(datagram_send(0x0a000005, 2)); /* the while is over */
    EXPECT_FRAME(ASKED_FOR("0a000005"));
    rig_wait(&rig, 3500 * NANOS_MILLI);
    while (rig_next(&rig)) continue;
    EXPECT(!datagram_send(0x0a000005, 2)); /* and this one is not */
    EXPECT_SILENCE();
    rig_close(&rig);
}

SPEC(only_so_many_frames_wait)
{
    open_learning();
    EXPECT(datagram_send(0x0a000005, 2));
    EXPECT(datagram_send(0x0a000005, 3));
    EXPECT(!datagram_send(0x0a000005, 4));
    EXPECT_UINT(inet_counts(rig.inet)->waiting_full, 1);
    rig_next(&rig);
    give(TO_US ARP_SAYS "020000000005 0a000005" HOST_IS);
    for (uint32_t bytes = 2; bytes <= 3; bytes++) {
        const struct rig_frame *frame = rig_next(&rig);
        EXPECT(frame && frame->bytes == 42 + bytes); /* in their order */
    }
    rig_close(&rig);
}

SPEC(a_neighbour_in_use_is_asked_again_before_it_expires)
{
    struct mac mac;
    open_learning();
    give(ALL ARP_ASKS "020000000005 0a000005" NOBODY HOST_IP);
    rig_next(&rig);
    rig_wait(&rig, 65 * NANOS_SECOND);
    EXPECT_SILENCE();
    EXPECT(datagram_send(0x0a000005, 2)); /* used after three quarters of its time */
    rig_next(&rig);
    rig_wait(&rig, 5500 * NANOS_MILLI);
    EXPECT_FRAME("020000000005 020000000001 " ARP_ASKS HOST_IS NOBODY "0a000005");
    give(TO_US ARP_SAYS "020000000005 0a000005" HOST_IS);
    rig_wait(&rig, 15 * NANOS_SECOND);
    EXPECT(inet_resolved(rig.inet, 0x0a000005, &mac));
    EXPECT_UINT(inet_counts(rig.inet)->arp_refresh_out, 1);
    rig_close(&rig);
}

SPEC(a_neighbour_nobody_needs_is_forgotten_without_a_question)
{
    struct mac mac;
    open_learning();
    give(ALL ARP_ASKS "020000000005 0a000005" NOBODY HOST_IP);
    rig_next(&rig);
    rig_wait(&rig, 81 * NANOS_SECOND);
    EXPECT_SILENCE();
    EXPECT(!inet_resolved(rig.inet, 0x0a000005, &mac));
    rig_close(&rig);
}

SPEC(a_prepared_neighbour_is_asked_for_ahead_and_kept)
{
    open_learning();
    inet_prepare(rig.inet, 0x0a000005, rig.now);
    EXPECT_FRAME(ASKED_FOR("0a000005"));
    give(TO_US ARP_SAYS "020000000005 0a000005" HOST_IS);
    rig_wait(&rig, 71 * NANOS_SECOND);
    EXPECT_FRAME("020000000005 020000000001 " ARP_ASKS HOST_IS NOBODY "0a000005");
    rig_close(&rig);
}

SPEC(a_storm_of_askers_is_bounded_and_spares_who_is_needed)
{
    struct mac mac;
    open_learning();
    inet_prepare(rig.inet, 0x0a000005, rig.now);
    give(TO_US ARP_SAYS "020000000005 0a000005" HOST_IS);
    for (uint32_t i = 1; i < 250; i++) {
        if (i == 5 || i == 1) continue;
        char hex[160];
        snprintf(hex, sizeof hex, ALL ARP_ASKS "0200000000%02x 0a0000%02x" NOBODY HOST_IP, i, i);
        give(hex);
    }
    EXPECT(inet_resolved(rig.inet, 0x0a000005, &mac));
    EXPECT(inet_counts(rig.inet)->arp_evicted > 200);
    rig_close(&rig);
}

#define SPECS(S)                                                                                   \
    S(a_host_announces_itself)                                                                     \
    S(a_request_for_us_is_answered_to_the_asker)                                                   \
    S(a_request_for_another_is_not)                                                                \
    S(a_probe_for_our_address_is_answered_and_nobody_learnt)                                       \
    S(who_asks_us_is_learnt)                                                                       \
    S(a_learnt_neighbour_may_move)                                                                 \
    S(a_static_neighbour_never_moves)                                                              \
    S(nothing_is_learnt_of_an_address_that_is_not_on_our_net)                                      \
    S(who_claims_our_address_is_counted)                                                           \
    S(malformed_arp_is_refused)                                                                    \
    S(a_datagram_waits_for_its_neighbours_address)                                                 \
    S(what_is_elsewhere_goes_to_the_gateway)                                                       \
    S(without_a_gateway_what_is_elsewhere_has_no_route)                                            \
    S(an_address_is_asked_for_three_times_and_then_given_up_for_a_while)                           \
    S(only_so_many_frames_wait)                                                                    \
    S(a_neighbour_in_use_is_asked_again_before_it_expires)                                         \
    S(a_neighbour_nobody_needs_is_forgotten_without_a_question)                                    \
    S(a_prepared_neighbour_is_asked_for_ahead_and_kept)                                            \
    S(a_storm_of_askers_is_bounded_and_spares_who_is_needed)

SPEC_MAIN("arp", SPECS, NULL, NULL)
