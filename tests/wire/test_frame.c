/* What frame_udp promises: the datagram of any frame, or the first reason why there is none. */

#include "dataplane/wire/frame.h"
#include "tests/support/chance.h"
#include "tests/wire/hex.h"

#include <stdlib.h>
#include <string.h>

/* A frame by hand: 10.0.0.1:1024 -> 224.0.0.1:1024, de ad be ef, no UDP checksum. */
#define ETHERNET "01005e000001 020000000001 "
#define IP       "45000020 00000000 0111cfcb 0a000001 e0000001 "
#define UDP      "04000400 000c0000 "
#define PAYLOAD  "deadbeef"

/* Every frame is copied to memory of exactly its size, so that a sanitizer sees a read past it. */
static enum frame_status parse(const uint8_t *bytes, size_t length, enum frame_checks checks,
                               struct frame_datagram *datagram, size_t *payload_offset)
{
    uint8_t *exact = malloc(length ? length : 1);
    memcpy(exact, bytes, length);
    enum frame_status status = frame_udp(exact, (uint32_t)length, checks, datagram);
    if (payload_offset)
        *payload_offset = status == FRAME_OK ? (size_t)(datagram->payload - exact) : 0;
    free(exact);
    return status;
}

static enum frame_status status_of(const char *text)
{
    uint8_t bytes[512];
    struct frame_datagram datagram;
    size_t length = hex_bytes(bytes, sizeof bytes, text);
    return parse(bytes, length, FRAME_CHECK_ALL, &datagram, NULL);
}

static enum frame_status unchecked_status_of(const char *text)
{
    uint8_t bytes[512];
    struct frame_datagram datagram;
    size_t length = hex_bytes(bytes, sizeof bytes, text);
    return parse(bytes, length, FRAME_CHECK_NONE, &datagram, NULL);
}

SPEC(a_frame_yields_its_datagram)
{
    uint8_t bytes[64];
    struct frame_datagram datagram;
    size_t offset;
    size_t length = hex_bytes(bytes, sizeof bytes, ETHERNET "0800 " IP UDP PAYLOAD);
    EXPECT_UINT(parse(bytes, length, FRAME_CHECK_ALL, &datagram, &offset), FRAME_OK);
    EXPECT_UINT(offset, 42);
    EXPECT_UINT(datagram.payload_bytes, 4);
    EXPECT_UINT(datagram.source_ip, 0x0a000001);
    EXPECT_UINT(datagram.destination_ip, 0xe0000001);
    EXPECT_UINT(datagram.source_port, 1024);
    EXPECT_UINT(datagram.destination_port, 1024);
    EXPECT_UINT(datagram.vlan_id, 0);
    EXPECT_UINT(datagram.outer_vlan_id, 0);
}

SPEC(one_and_two_vlan_tags_are_passed_over_and_told)
{
    uint8_t bytes[64];
    struct frame_datagram datagram;
    size_t offset;
    size_t length = hex_bytes(bytes, sizeof bytes, ETHERNET "8100 a08d 0800 " IP UDP PAYLOAD);
    EXPECT_UINT(parse(bytes, length, FRAME_CHECK_ALL, &datagram, &offset), FRAME_OK);
    EXPECT_UINT(offset, 46);
    EXPECT_UINT(datagram.vlan_id, 141);
    EXPECT_UINT(datagram.outer_vlan_id, 0);

    length = hex_bytes(bytes, sizeof bytes, ETHERNET "88a8 0fff 8100 0001 0800 " IP UDP PAYLOAD);
    EXPECT_UINT(parse(bytes, length, FRAME_CHECK_ALL, &datagram, &offset), FRAME_OK);
    EXPECT_UINT(offset, 50);
    EXPECT_UINT(datagram.vlan_id, 1);
    EXPECT_UINT(datagram.outer_vlan_id, 4095);
    EXPECT_UINT(datagram.payload_bytes, 4);
}

SPEC(a_third_vlan_tag_is_refused)
{
    EXPECT_UINT(status_of(ETHERNET "8100 0001 8100 0002 8100 0003 0800 " IP UDP PAYLOAD),
                FRAME_THIRD_VLAN);
}

SPEC(a_frame_that_is_not_ipv4_is_refused)
{
    EXPECT_UINT(status_of(ETHERNET "0806 " IP UDP PAYLOAD), FRAME_NOT_IPV4);
    EXPECT_UINT(status_of(ETHERNET "86dd " IP UDP PAYLOAD), FRAME_NOT_IPV4);
    EXPECT_UINT(status_of(ETHERNET "8100 0001 0806 " IP UDP PAYLOAD), FRAME_NOT_IPV4);
    EXPECT_UINT(status_of(ETHERNET "0030 " IP UDP PAYLOAD), FRAME_NOT_IPV4);
}

/* The status of the frame text cut to each length, against the first length that has each. */
static void expect_cuts(const char *text, const size_t first[static 5],
                        const enum frame_status status[static 5])
{
    uint8_t bytes[128];
    size_t length = hex_bytes(bytes, sizeof bytes, text);
    for (size_t cut = 0; cut <= length; cut++) {
        struct frame_datagram datagram;
        size_t part = 4;
        while (first[part] > cut) part--;
        EXPECT_UINT(parse(bytes, cut, FRAME_CHECK_ALL, &datagram, NULL), status[part]);
    }
}

SPEC(a_frame_cut_at_any_byte_is_refused_with_the_layer_that_was_cut)
{
    const enum frame_status status[5] = {FRAME_RUNT, FRAME_CUT_VLAN, FRAME_CUT_IP,
                                         FRAME_CUT_DATAGRAM, FRAME_OK};
    expect_cuts(ETHERNET "0800 " IP UDP PAYLOAD, (size_t[5]){0, 14, 14, 34, 46}, status);
    expect_cuts(ETHERNET "8100 0001 0800 " IP UDP PAYLOAD, (size_t[5]){0, 14, 18, 38, 50}, status);
    expect_cuts(ETHERNET "0800 46000024 00000000 01113ac3 0a000001 e0000001 94040000 " UDP PAYLOAD,
                (size_t[5]){0, 14, 14, 38, 50}, status);
    expect_cuts(ETHERNET "88a8 0001 8100 0001 0800 " IP UDP PAYLOAD, (size_t[5]){0, 14, 22, 42, 54},
                status);
}

SPEC(padding_and_trailers_are_not_payload)
{
    uint8_t bytes[64];
    struct frame_datagram datagram;
    size_t length =
        hex_bytes(bytes, sizeof bytes, ETHERNET "0800 " IP UDP PAYLOAD "0000 0000 0000 0000 aaaa");
    EXPECT_UINT(parse(bytes, length, FRAME_CHECK_ALL, &datagram, NULL), FRAME_OK);
    EXPECT_UINT(datagram.payload_bytes, 4);
}

SPEC(an_ip_header_that_contradicts_itself_is_refused)
{
    EXPECT_UINT(status_of(ETHERNET "0800 6500002000000000 0111cfcb 0a000001 e0000001" UDP PAYLOAD),
                FRAME_BAD_IP_HEADER); /* version 6 */
    EXPECT_UINT(status_of(ETHERNET "0800 4400002000000000 0111cfcb 0a000001 e0000001" UDP PAYLOAD),
                FRAME_BAD_IP_HEADER); /* four words */
    EXPECT_UINT(status_of(ETHERNET "0800 4500001300000000 0111cfcb 0a000001 e0000001" UDP PAYLOAD),
                FRAME_BAD_IP_HEADER); /* total length below the header's */
    EXPECT_UINT(status_of(ETHERNET "0800 4500000000000000 0111cfcb 0a000001 e0000001" UDP PAYLOAD),
                FRAME_BAD_IP_HEADER);
    EXPECT_UINT(status_of(ETHERNET "0800 4f00002000000000 0111cfcb 0a000001 e0000001" UDP PAYLOAD),
                FRAME_CUT_IP); /* fifteen words, eight are there */
}

SPEC(ip_options_are_passed_over)
{
    /* Router alert, as IGMP has it; the header is six words and its checksum covers them. */
    const char *text =
        ETHERNET "0800 46000024 00000000 01113ac3 0a000001 e0000001 94040000 " UDP PAYLOAD;
    uint8_t bytes[64];
    struct frame_datagram datagram;
    size_t offset;
    size_t length = hex_bytes(bytes, sizeof bytes, text);
    EXPECT_UINT(parse(bytes, length, FRAME_CHECK_ALL, &datagram, &offset), FRAME_OK);
    EXPECT_UINT(offset, 46);
    bytes[14 + 20]++; /* a byte of the option */
    EXPECT_UINT(parse(bytes, length, FRAME_CHECK_ALL, &datagram, NULL), FRAME_IP_CHECKSUM);
}

SPEC(a_wrong_ip_checksum_is_refused_unless_the_caller_ignores_it)
{
    const char *text = ETHERNET "0800 45000020 00000000 0111cfca 0a000001 e0000001 " UDP PAYLOAD;
    EXPECT_UINT(status_of(text), FRAME_IP_CHECKSUM);
    EXPECT_UINT(unchecked_status_of(text), FRAME_OK);
}

SPEC(a_source_that_is_a_group_or_broadcast_is_refused)
{
    EXPECT_UINT(
        unchecked_status_of(ETHERNET "0800 450000200000000001110000 e0000001 e0000001" UDP PAYLOAD),
        FRAME_BAD_IP_SOURCE);
    EXPECT_UINT(
        unchecked_status_of(ETHERNET "0800 450000200000000001110000 efffffff e0000001" UDP PAYLOAD),
        FRAME_BAD_IP_SOURCE);
    EXPECT_UINT(
        unchecked_status_of(ETHERNET "0800 450000200000000001110000 ffffffff e0000001" UDP PAYLOAD),
        FRAME_BAD_IP_SOURCE);
}

SPEC(what_is_not_udp_and_every_fragment_is_refused)
{
#define IP_WITH(fragment, protocol)                                                                \
    ETHERNET "0800 45000020 0000 " fragment " 01" protocol "0000 0a000001 e0000001 " UDP PAYLOAD
    EXPECT_UINT(unchecked_status_of(IP_WITH("0000", "06")), FRAME_NOT_UDP);
    EXPECT_UINT(unchecked_status_of(IP_WITH("0000", "02")), FRAME_NOT_UDP);
    EXPECT_UINT(unchecked_status_of(IP_WITH("2000", "11")), FRAME_FRAGMENT); /* the first */
    EXPECT_UINT(unchecked_status_of(IP_WITH("2001", "11")), FRAME_FRAGMENT); /* a middle one */
    EXPECT_UINT(unchecked_status_of(IP_WITH("1fff", "11")), FRAME_FRAGMENT); /* the last */
    EXPECT_UINT(unchecked_status_of(IP_WITH("4000", "11")), FRAME_OK);       /* don't fragment */
}

SPEC(a_udp_length_outside_its_ip_datagram_is_refused)
{
    EXPECT_UINT(status_of(ETHERNET "0800 " IP "04000400 00070000 " PAYLOAD), FRAME_BAD_UDP_LENGTH);
    EXPECT_UINT(status_of(ETHERNET "0800 " IP "04000400 000d0000 " PAYLOAD), FRAME_BAD_UDP_LENGTH);
    EXPECT_UINT(status_of(ETHERNET "0800 " IP "04000400 00080000 " PAYLOAD), FRAME_OK);
    /* seven bytes behind the IPv4 header: no room for UDP's own */
    EXPECT_UINT(
        unchecked_status_of(ETHERNET "0800 4500001b 00000000 01110000 0a000001 e0000001 " UDP),
        FRAME_BAD_UDP_LENGTH);
}

SPEC(a_wrong_udp_checksum_is_refused_unless_the_caller_ignores_it)
{
    /* 0a00+0001+e000+0001+0011+000c + 0400+0400+000c + dead+beef is 28fc7, folded 8fc9; the field
     * is its complement 7036. */
    const char *right = ETHERNET "0800 " IP "04000400 000c7036 " PAYLOAD;
    const char *wrong = ETHERNET "0800 " IP "04000400 000c7035 " PAYLOAD;
    EXPECT_UINT(status_of(right), FRAME_OK);
    EXPECT_UINT(status_of(wrong), FRAME_UDP_CHECKSUM);
    EXPECT_UINT(unchecked_status_of(wrong), FRAME_OK);
}

SPEC(a_refused_frame_writes_nothing)
{
    uint8_t bytes[64];
    struct frame_datagram datagram;
    uint8_t before[sizeof datagram], after[sizeof datagram];
    size_t length = hex_bytes(bytes, sizeof bytes, ETHERNET "0800 " IP UDP PAYLOAD);
    memset(before, 0x5a, sizeof before);
    memcpy(&datagram, before, sizeof before);
    EXPECT(parse(bytes, length - 1, FRAME_CHECK_ALL, &datagram, NULL) != FRAME_OK);
    memcpy(after, &datagram, sizeof after);
    EXPECT(memcmp(after, before, sizeof before) == 0);
}

SPEC(what_is_written_is_the_frame_written_by_hand)
{
    uint8_t expected[64], frame[64];
    size_t length = hex_bytes(expected, sizeof expected,
                              ETHERNET "0800 45000020 00004000 01118fcb 0a000001 e0000001 "
                                       "04000400 000c7036 " PAYLOAD);
    struct frame_udp_head head = {
        .source_mac = {{0x02, 0, 0, 0, 0, 0x01}},
        .source_ip = 0x0a000001,
        .destination_ip = 0xe0000001,
        .source_port = 1024,
        .destination_port = 1024,
        .ttl = 1,
    };
    hex_bytes(frame + frame_udp_head_bytes(&head), 4, PAYLOAD);
    EXPECT_UINT(frame_udp_write(frame, &head, 4), length);
    EXPECT(memcmp(frame, expected, length) == 0);
}

SPEC(a_computed_checksum_of_zero_is_sent_as_all_ones)
{
    uint8_t frame[64];
    struct frame_udp_head head = {.source_ip = 0x0a000001, .destination_ip = 0x0a000002};
    /* All but the payload sums to 0a00+0001+0a00+0002+0011+000a + 000a = 1428 (no ports). */
    hex_bytes(frame + 42, 2, "ebd7");
    frame_udp_write(frame, &head, 2);
    EXPECT_UINT(frame[40], 0xff);
    EXPECT_UINT(frame[41], 0xff);
    struct frame_datagram datagram;
    EXPECT_UINT(parse(frame, 44, FRAME_CHECK_ALL, &datagram, NULL), FRAME_OK);
}

SPEC(what_is_written_is_read_back_and_any_changed_bit_is_noticed)
{
    const char *given = getenv("SPEC_SEED");
    struct chance chance = {given ? strtoull(given, NULL, 0) : 1};
    uint64_t seed = chance.state;
    for (unsigned turn = 0; turn < 300; turn++) {
        static uint8_t frame[2048];
        uint32_t bytes = (uint32_t)chance_between(&chance, 0, 1472);
        struct frame_udp_head head = {
            .source_ip = (uint32_t)chance_between(&chance, 1, 0xdfffffff),
            .destination_ip = (uint32_t)chance_next(&chance),
            .source_port = (uint16_t)chance_next(&chance),
            .destination_port = (uint16_t)chance_next(&chance),
            .vlan_id = (uint16_t)chance_between(&chance, 0, 4094),
            .ttl = (uint8_t)chance_next(&chance),
        };
        uint32_t at = frame_udp_head_bytes(&head);
        for (uint32_t i = 0; i < bytes; i++) frame[at + i] = (uint8_t)chance_next(&chance);
        uint32_t length = frame_udp_write(frame, &head, bytes);
        struct frame_datagram datagram = {0};
        size_t offset;
        enum frame_status status = parse(frame, length, FRAME_CHECK_ALL, &datagram, &offset);
        bool same = status == FRAME_OK && offset == at && datagram.payload_bytes == bytes &&
                    datagram.source_ip == head.source_ip &&
                    datagram.destination_ip == head.destination_ip &&
                    datagram.source_port == head.source_port &&
                    datagram.destination_port == head.destination_port &&
                    datagram.vlan_id == head.vlan_id;
        spec_expect(__FILE__, __LINE__, same, "SPEC_SEED=%" PRIu64 " turn %u: not read back", seed,
                    turn);

        uint32_t udp_at = at - 8;
        uint32_t flipped = (uint32_t)chance_between(&chance, udp_at, length - 1);
        if (flipped == udp_at + 4 || flipped == udp_at + 5) continue; /* the length's own status */
        frame[flipped] ^= (uint8_t)(1u << chance_between(&chance, 0, 7));
        status = parse(frame, length, FRAME_CHECK_ALL, &datagram, NULL);
        bool none = frame[udp_at + 6] == 0 && frame[udp_at + 7] == 0;
        spec_expect(__FILE__, __LINE__, status == (none ? FRAME_OK : FRAME_UDP_CHECKSUM),
                    "SPEC_SEED=%" PRIu64 " turn %u: byte %" PRIu32 " changed, status %d", seed,
                    turn, flipped, status);
    }
}

SPEC(every_status_has_a_sentence_and_a_counter_name)
{
    for (unsigned status = 0; status < FRAME_STATUS_COUNT; status++) {
        EXPECT(strlen(frame_status_text((enum frame_status)status)) > 0);
        EXPECT(strlen(frame_status_name((enum frame_status)status)) > 0);
    }
    EXPECT_TEXT(frame_status_name(FRAME_UDP_CHECKSUM), "udp_checksum");
}

#define SPECS(S)                                                                                   \
    S(a_frame_yields_its_datagram)                                                                 \
    S(one_and_two_vlan_tags_are_passed_over_and_told)                                              \
    S(a_third_vlan_tag_is_refused)                                                                 \
    S(a_frame_that_is_not_ipv4_is_refused)                                                         \
    S(a_frame_cut_at_any_byte_is_refused_with_the_layer_that_was_cut)                              \
    S(padding_and_trailers_are_not_payload)                                                        \
    S(an_ip_header_that_contradicts_itself_is_refused)                                             \
    S(ip_options_are_passed_over)                                                                  \
    S(a_wrong_ip_checksum_is_refused_unless_the_caller_ignores_it)                                 \
    S(a_source_that_is_a_group_or_broadcast_is_refused)                                            \
    S(what_is_not_udp_and_every_fragment_is_refused)                                               \
    S(a_udp_length_outside_its_ip_datagram_is_refused)                                             \
    S(a_wrong_udp_checksum_is_refused_unless_the_caller_ignores_it)                                \
    S(a_refused_frame_writes_nothing)                                                              \
    S(what_is_written_is_the_frame_written_by_hand)                                                \
    S(a_computed_checksum_of_zero_is_sent_as_all_ones)                                             \
    S(what_is_written_is_read_back_and_any_changed_bit_is_noticed)                                 \
    S(every_status_has_a_sentence_and_a_counter_name)

SPEC_MAIN("frame", SPECS, NULL, NULL)
