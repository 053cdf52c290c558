/* What a datagram must look like, and what a run says about it.  The language is in
 * channel_script.h. */

#include "tests/feed/channel_bytes.h"
#include "tests/feed/channel_script.h"

#include <stdio.h>
#include <stdlib.h>

SPEC(blocks_must_fill_the_datagram_exactly)
{
    LINE_A("1-3 padded");
    IS("bad_blocks");
    LINE_A("raw 4d 4f 4e 44 41 59 20 20 20 20 00 00 00 00 00 00 00 01 00 01");
    IS("bad_blocks");
    LINE_A("raw 4d 4f 4e 44 41 59 20 20 20 20 00 00 00 00 00 00 00 01 00 01 00");
    IS("bad_blocks");
    LINE_A("raw 4d 4f 4e 44 41 59 20 20 20 20 00 00 00 00 00 00 00 01 00 01 ff ff 00");
    IS("bad_blocks");
    LINE_A("raw 4d 4f 4e 44 41 59 20 20 20 20 00 00 00 00 00 00 00 00 00 00");
    IS("bad_sequence");
    COUNTS("bad_blocks 4 bad_sequence 1");
    EXPECT_UINT(channel_next_sequence(channel_script_channel()), 0);
}

SPEC(a_datagram_cut_at_any_byte_changes_nothing)
{
    uint8_t whole[256];
    uint32_t length =
        mold_write(whole, &(struct mold){.session = "MONDAY", .sequence = 1, .count = 9});
    char arrival[32];
    for (uint32_t cut = 0; cut < length; cut++) {
        snprintf(arrival, sizeof arrival, "1-9 cut %u", cut);
        LINE_A(arrival);
        if (cut < 20) IS("short_header");
        else IS("bad_blocks");
    }
    LINE_A("1-9");
    SESSION("MONDAY from 1");
    TAKEN("1-9 from A");
}

SPEC(bytes_behind_a_heartbeat_or_an_end_are_ignored)
{
    LINE_A("heartbeat 1 padded");
    SESSION("MONDAY from 1");
    LINE_A("1-1");
    TAKEN("1-1 from A");
    LINE_A("end 2 padded");
    END();
}

SPEC(the_largest_datagram_is_one_run)
{
    enum { LENGTH = 65507, COUNT = (LENGTH - 20) / 2 };
    uint8_t *payload = calloc(1, LENGTH + 2);
    mold_write(payload, &(struct mold){.session = "MONDAY", .sequence = 1});
    payload[18] = (uint8_t)(COUNT >> 8);
    payload[19] = (uint8_t)(COUNT & 0xff);
    payload[21] = 1; /* the first message has one byte, the others none */
    struct channel *channel = channel_script_channel();
    struct arrival arrival = {.ns = channel_script_now()};
    struct channel_output output;
    EXPECT(channel_receive(channel, LINE_A, payload, LENGTH, arrival) == CHANNEL_TAKEN);
    EXPECT(channel_next(channel, arrival.ns, &output) == CHANNEL_SESSION);
    EXPECT(channel_next(channel, arrival.ns, &output) == CHANNEL_RUN);
    EXPECT_UINT(output.run.count, COUNT);
    EXPECT_UINT(output.run.offset[1], 23);
    EXPECT_UINT(output.run.offset[COUNT - 1], LENGTH - 2);
    EXPECT(channel_next(channel, arrival.ns, &output) == CHANNEL_NOTHING);
    EXPECT(channel_receive(channel, LINE_A, payload, LENGTH + 2, arrival) == CHANNEL_BAD_BLOCKS);
    EXPECT(channel_next(channel, arrival.ns, &output) == CHANNEL_NOTHING);
    channel_verify(channel);
    free(payload);
}

SPEC(short_and_long_messages_may_stand_in_one_datagram)
{
    static const uint32_t length[] = {3, 300, 0, 256, 255, 5};
    uint32_t at[ARRAY_COUNT(length) + 1] = {20};
    uint8_t *payload = calloc(1, 2048);
    mold_write(payload, &(struct mold){.session = "MONDAY", .sequence = 1});
    payload[19] = ARRAY_COUNT(length);
    for (uint32_t k = 0; k < ARRAY_COUNT(length); k++) {
        payload[at[k]] = (uint8_t)(length[k] >> 8);
        payload[at[k] + 1] = (uint8_t)(length[k] & 0xff);
        at[k + 1] = at[k] + 2 + length[k];
    }
    uint32_t bytes = at[ARRAY_COUNT(length)];
    struct channel *channel = channel_script_channel();
    struct arrival arrival = {.ns = channel_script_now()};
    struct channel_output output;
    EXPECT(channel_receive(channel, LINE_A, payload, bytes - 1, arrival) == CHANNEL_BAD_BLOCKS);
    EXPECT(channel_receive(channel, LINE_A, payload, bytes + 1, arrival) == CHANNEL_BAD_BLOCKS);
    EXPECT(channel_receive(channel, LINE_A, payload, bytes, arrival) == CHANNEL_TAKEN);
    EXPECT(channel_next(channel, arrival.ns, &output) == CHANNEL_SESSION);
    EXPECT(channel_next(channel, arrival.ns, &output) == CHANNEL_RUN);
    EXPECT_UINT(output.run.count, ARRAY_COUNT(length));
    for (uint32_t k = 0; k < ARRAY_COUNT(length); k++) EXPECT_UINT(output.run.offset[k], at[k]);
    EXPECT(channel_next(channel, arrival.ns, &output) == CHANNEL_NOTHING);
    free(payload);
}

SPEC(a_run_carries_the_arrival_of_its_datagram)
{
    uint8_t first[64], second[64];
    uint32_t first_bytes =
        mold_write(first, &(struct mold){.session = "MONDAY", .sequence = 1, .count = 1});
    uint32_t second_bytes =
        mold_write(second, &(struct mold){.session = "MONDAY", .sequence = 2, .count = 1});
    struct channel *channel = channel_script_channel();
    struct arrival early = {.ns = 70, .tsc = 7, .clock = TIME_NIC};
    struct arrival late = {.ns = 80, .tsc = 8, .clock = TIME_TSC};
    struct channel_output output;
    EXPECT(channel_receive(channel, LINE_B, second, second_bytes, early) == CHANNEL_EARLY);
    EXPECT(channel_next(channel, 70, &output) == CHANNEL_SESSION);
    EXPECT(channel_next(channel, 70, &output) == CHANNEL_NOTHING);
    EXPECT(channel_receive(channel, LINE_A, first, first_bytes, late) == CHANNEL_TAKEN);
    EXPECT(channel_next(channel, 80, &output) == CHANNEL_RUN);
    EXPECT_UINT(output.run.arrival.ns, 80);
    EXPECT_UINT(output.run.line, LINE_A);
    EXPECT(channel_next(channel, 80, &output) == CHANNEL_RUN);
    EXPECT_UINT(output.run.arrival.ns, 70);
    EXPECT_UINT(output.run.arrival.tsc, 7);
    EXPECT_UINT(output.run.arrival.clock, TIME_NIC);
    EXPECT_UINT(output.run.line, LINE_B);
    EXPECT(channel_next(channel, 80, &output) == CHANNEL_NOTHING);
    EXPECT_UINT(channel_counts(channel)->line[LINE_A].last_ns, 80);
    EXPECT_UINT(channel_counts(channel)->line[LINE_B].last_ns, 70);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    struct channel_limits good = {.lines = 2, .store_datagrams = 1, .store_bytes = 22};
    struct channel_limits bad = good;
    EXPECT(channel_footprint(&good) > 0);
    bad.lines = 0;
    EXPECT_UINT(channel_footprint(&bad), 0);
    bad.lines = 3;
    EXPECT_UINT(channel_footprint(&bad), 0);
    bad = good;
    bad.store_datagrams = 0;
    EXPECT_UINT(channel_footprint(&bad), 0);
    bad.store_datagrams = CHANNEL_STORE_MAX + 1;
    EXPECT_UINT(channel_footprint(&bad), 0);
    bad = good;
    bad.store_bytes = 21;
    EXPECT_UINT(channel_footprint(&bad), 0);
    bad.store_bytes = CHANNEL_DATAGRAM_MAX + 1;
    EXPECT_UINT(channel_footprint(&bad), 0);
    good.store_datagrams = CHANNEL_STORE_MAX;
    good.store_bytes = CHANNEL_DATAGRAM_MAX;
    EXPECT(channel_footprint(&good) > (size_t)CHANNEL_STORE_MAX * CHANNEL_DATAGRAM_MAX);
}

SPEC(every_status_has_a_name_and_a_text)
{
    for (enum channel_status status = 0; status < CHANNEL_STATUS_COUNT; status++) {
        EXPECT(strlen(channel_status_name(status)) > 3);
        EXPECT(strlen(channel_status_text(status)) > 3);
    }
    EXPECT_TEXT(channel_status_name(CHANNEL_BAD_BLOCKS), "bad_blocks");
    EXPECT_TEXT(channel_status_text(CHANNEL_QUARANTINED), "the channel is quarantined");
}

#define SPECS(S)                                                                                   \
    S(blocks_must_fill_the_datagram_exactly)                                                       \
    S(a_datagram_cut_at_any_byte_changes_nothing)                                                  \
    S(bytes_behind_a_heartbeat_or_an_end_are_ignored)                                              \
    S(the_largest_datagram_is_one_run)                                                             \
    S(short_and_long_messages_may_stand_in_one_datagram)                                           \
    S(a_run_carries_the_arrival_of_its_datagram)                                                   \
    S(limits_out_of_range_have_no_footprint)                                                       \
    S(every_status_has_a_name_and_a_text)

SPEC_MAIN("channel: datagrams", SPECS, channel_script_open, channel_script_close)
