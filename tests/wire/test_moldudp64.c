/* What the MoldUDP64 declarations promise, on datagrams written by hand. */

#include "dataplane/wire/moldudp64.h"
#include "dataplane/wire/wire_print.h"
#include "tests/wire/hex.h"

#include <string.h>

static enum moldudp64_status check(const char *text)
{
    uint8_t bytes[256];
    size_t length = hex_bytes(bytes, sizeof bytes, text);
    return moldudp64_check(bytes, length);
}

#define SESSION    "53455353494f4e303031 "
#define TWO_BLOCKS SESSION "0000000000000005 0002 0003 616263 0000"

SPEC(a_datagram_holds_numbered_messages)
{
    uint8_t bytes[64];
    size_t length = hex_bytes(bytes, sizeof bytes, TWO_BLOCKS);
    EXPECT_UINT(moldudp64_check(bytes, length), MOLDUDP64_MESSAGES);

    const struct moldudp64_header *header = (const struct moldudp64_header *)bytes;
    EXPECT(memcmp(header->session.byte, "SESSION001", 10) == 0);
    EXPECT_UINT(be64_read(header->sequence), 5);
    EXPECT_UINT(be16_read(header->count), 2);
    EXPECT_UINT(moldudp64_block_length(bytes + 20), 3);
    EXPECT(memcmp(bytes + 22, "abc", 3) == 0);
    EXPECT_UINT(moldudp64_block_length(bytes + 25), 0);
}

SPEC(a_heartbeat_and_an_end_of_session_have_no_messages)
{
    EXPECT_UINT(check(SESSION "0000000000000007 0000"), MOLDUDP64_IDLE);
    EXPECT_UINT(check(SESSION "0000000000000007 ffff"), MOLDUDP64_ENDED);
}

SPEC(bytes_behind_a_heartbeat_and_an_end_of_session_are_ignored)
{
    EXPECT_UINT(check(SESSION "0000000000000007 0000 0003"), MOLDUDP64_IDLE);
    EXPECT_UINT(check(SESSION "0000000000000007 ffff 61"), MOLDUDP64_ENDED);
}

SPEC(a_request_reads_as_its_specification_says)
{
    uint8_t bytes[32];
    hex_bytes(bytes, sizeof bytes, SESSION "0000000000000003 0004");
    const struct moldudp64_request *request = (const struct moldudp64_request *)bytes;
    EXPECT_UINT(be64_read(request->sequence), 3);
    EXPECT_UINT(be16_read(request->count), 4);
}

SPEC(a_datagram_cut_at_any_byte_is_refused)
{
    uint8_t bytes[64];
    size_t length = hex_bytes(bytes, sizeof bytes, TWO_BLOCKS);
    for (size_t cut = 0; cut < length; cut++)
        EXPECT_UINT(moldudp64_check(bytes, cut),
                    cut < 20 ? MOLDUDP64_SHORT_HEADER : MOLDUDP64_BAD_BLOCKS);
}

SPEC(blocks_that_do_not_fill_the_datagram_are_refused)
{
    EXPECT_UINT(check(TWO_BLOCKS "00"), MOLDUDP64_BAD_BLOCKS);
    EXPECT_UINT(check(TWO_BLOCKS "0001 41"), MOLDUDP64_BAD_BLOCKS);
    EXPECT_UINT(check(SESSION "0000000000000005 0003 0003 616263 0000"), MOLDUDP64_BAD_BLOCKS);
    EXPECT_UINT(check(SESSION "0000000000000005 0001 ffff 616263"), MOLDUDP64_BAD_BLOCKS);
    EXPECT_UINT(check(SESSION "0000000000000005 fffe 0003 616263"), MOLDUDP64_BAD_BLOCKS);
}

SPEC(sequence_numbers_begin_at_one_and_do_not_wrap)
{
    EXPECT_UINT(check(SESSION "0000000000000000 0001 0000"), MOLDUDP64_BAD_SEQUENCE);
    EXPECT_UINT(check(SESSION "0000000000000000 0000"), MOLDUDP64_BAD_SEQUENCE);
    EXPECT_UINT(check(SESSION "fffffffffffffffe 0001 0000"), MOLDUDP64_MESSAGES);
    EXPECT_UINT(check(SESSION "ffffffffffffffff 0001 0000"), MOLDUDP64_BAD_SEQUENCE);
    EXPECT_UINT(check(SESSION "ffffffffffffffff 0000"), MOLDUDP64_IDLE);
}

SPEC(every_status_has_a_sentence_and_a_counter_name)
{
    EXPECT_UINT(MOLDUDP64_STATUS_COUNT, 6);
    for (unsigned status = 0; status < MOLDUDP64_STATUS_COUNT; status++) {
        EXPECT(strlen(moldudp64_status_text((enum moldudp64_status)status)) > 0);
        EXPECT(strlen(moldudp64_status_name((enum moldudp64_status)status)) > 0);
    }
}

#define SPECS(S)                                                                                   \
    S(a_datagram_holds_numbered_messages)                                                          \
    S(a_heartbeat_and_an_end_of_session_have_no_messages)                                          \
    S(bytes_behind_a_heartbeat_and_an_end_of_session_are_ignored)                                  \
    S(a_request_reads_as_its_specification_says)                                                   \
    S(a_datagram_cut_at_any_byte_is_refused)                                                       \
    S(blocks_that_do_not_fill_the_datagram_are_refused)                                            \
    S(sequence_numbers_begin_at_one_and_do_not_wrap)                                               \
    S(every_status_has_a_sentence_and_a_counter_name)

SPEC_MAIN("moldudp64", SPECS, NULL, NULL)
