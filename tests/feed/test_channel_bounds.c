/* Where the memory of a channel ends: how many datagrams are compared with their copy, how far a
 * line may be behind itself; and that a fingerprint sees every difference of one bit. */

#include "dataplane/feed/channel.h"
#include "dataplane/feed/channel_compare.h"
#include "tests/feed/channel_bytes.h"
#include "tests/support/spec.h"

#include <stdlib.h>

static struct channel *channel;
static uint64_t messages;
static uint64_t gaps;

static void open_channel(void)
{
    struct channel_limits limits = {
        .lines = 2, .store_datagrams = 4, .store_bytes = 64, .first_sequence = 1};
    channel = channel_new(aligned_alloc(CACHE_LINE, channel_footprint(&limits)), &limits);
    messages = 0;
    gaps = 0;
}

static void close_channel(void)
{
    channel_verify(channel);
    free(channel);
}

static enum channel_status receive(enum channel_line line, const struct mold *mold)
{
    uint8_t bytes[1024];
    uint32_t length = mold_write(bytes, mold);
    struct channel_output output;
    enum channel_status status =
        channel_receive(channel, line, bytes, length, (struct arrival){.ns = 1});
    for (enum channel_step step; (step = channel_next(channel, 1, &output));) {
        if (step == CHANNEL_RUN) messages += output.run.count;
        if (step == CHANNEL_GAP) gaps++;
    }
    return status;
}

static enum channel_status receive_one(enum channel_line line, uint64_t sequence)
{
    return receive(line, &(struct mold){.session = "S", .sequence = sequence, .count = 1});
}

static enum channel_status receive_altered(enum channel_line line, uint64_t sequence)
{
    return receive(
        line, &(struct mold){.session = "S", .sequence = sequence, .count = 1, .altered = true});
}

SPEC(as_many_datagrams_as_there_are_fingerprints_are_compared)
{
    uint64_t taken = CHANNEL_FINGERPRINTS + 2;
    for (uint64_t x = 1; x <= taken; x++)
        if (receive_one(LINE_A, x) != CHANNEL_TAKEN) break;
    EXPECT_UINT(messages, taken);
    EXPECT(receive_altered(LINE_B, 1) == CHANNEL_DUPLICATE);
    EXPECT(receive_altered(LINE_B, 2) == CHANNEL_DUPLICATE);
    EXPECT_UINT(channel_counts(channel)->uncompared, 2);
    for (uint64_t x = 3; x <= taken; x++)
        if (receive_one(LINE_B, x) != CHANNEL_DUPLICATE) break;
    EXPECT_UINT(channel_counts(channel)->line[LINE_B].duplicate, taken);
    EXPECT_UINT(channel_counts(channel)->uncompared, 2);
    EXPECT(receive_altered(LINE_B, 3) == CHANNEL_CONFLICT);
}

SPEC(the_newest_datagram_is_compared_in_any_order)
{
    for (uint64_t x = 1; x <= 100; x++) receive_one(LINE_A, x);
    for (uint64_t x = 100; x > 1; x--)
        if (receive_one(LINE_B, x) != CHANNEL_DUPLICATE) break;
    EXPECT_UINT(channel_counts(channel)->line[LINE_B].duplicate, 99);
    EXPECT_UINT(channel_counts(channel)->uncompared, 0);
    EXPECT(receive_altered(LINE_B, 1) == CHANNEL_CONFLICT);
}

SPEC(a_line_may_be_behind_itself_by_its_window)
{
    enum { WINDOW = CHANNEL_LINE_WINDOW };
    receive_one(LINE_A, 1);
    receive(LINE_A, &(struct mold){.session = "S", .sequence = WINDOW + 4}); /* a heartbeat */
    EXPECT_UINT(channel_counts(channel)->line[LINE_A].lost, WINDOW + 2);
    receive_one(LINE_A, 3); /* one too far behind */
    EXPECT_UINT(channel_counts(channel)->line[LINE_A].lost, WINDOW + 2);
    receive_one(LINE_A, 4);
    EXPECT_UINT(channel_counts(channel)->line[LINE_A].lost, WINDOW + 1);
    receive_one(LINE_A, WINDOW + 3);
    EXPECT_UINT(channel_counts(channel)->line[LINE_A].lost, WINDOW);
    EXPECT_UINT(gaps, 1);
}

SPEC(what_a_line_lost_before_its_window_stays_lost)
{
    for (uint64_t x = 1; x <= 3 * (uint64_t)CHANNEL_LINE_WINDOW; x++)
        if (x % 1000 != 0) receive_one(LINE_A, x);
    EXPECT_UINT(channel_counts(channel)->line[LINE_A].lost, 3 * CHANNEL_LINE_WINDOW / 1000);
    EXPECT_UINT(gaps, 3 * CHANNEL_LINE_WINDOW / 1000);
}

SPEC(a_number_that_shares_its_place_with_a_lost_one_is_counted_for_itself)
{
    receive_one(LINE_A, 1);
    for (uint64_t x = 3; x <= CHANNEL_LINE_WINDOW + 5; x++) receive_one(LINE_A, x);
    EXPECT_UINT(channel_counts(channel)->line[LINE_A].lost, 1);
    receive_one(LINE_A, CHANNEL_LINE_WINDOW + 2);
    EXPECT_UINT(channel_counts(channel)->line[LINE_A].lost, 1);
}

SPEC(every_bit_of_a_payload_changes_its_fingerprint)
{
    uint8_t bytes[100] = {0};
    uint64_t missed = 0;
    for (uint32_t length = 0; length <= sizeof bytes; length++) {
        for (uint32_t i = 0; i < length; i++) bytes[i] = (uint8_t)(i * 37 + length);
        uint64_t hash = compare_hash(bytes, length);
        for (uint32_t bit = 0; bit < 8 * length; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            missed += compare_hash(bytes, length) == hash;
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    EXPECT_UINT(missed, 0);
}

SPEC(words_that_change_places_change_the_fingerprint)
{
    uint8_t bytes[96];
    uint64_t missed = 0;
    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 37);
    uint64_t hash = compare_hash(bytes, sizeof bytes);
    for (uint32_t a = 0; a < sizeof bytes; a++) {
        for (uint32_t b = a + 1; b < sizeof bytes; b++) {
            uint8_t kept = bytes[a];
            bytes[a] = bytes[b];
            bytes[b] = kept;
            missed += compare_hash(bytes, sizeof bytes) == hash;
            bytes[b] = bytes[a];
            bytes[a] = kept;
        }
    }
    EXPECT_UINT(missed, 0);
}

SPEC(zeros_of_different_number_have_different_fingerprints)
{
    static const uint8_t zeros[256];
    uint64_t hash[257], missed = 0;
    for (uint32_t length = 0; length <= 256; length++) {
        hash[length] = compare_hash(zeros, length);
        for (uint32_t shorter = 0; shorter < length; shorter++)
            missed += hash[shorter] == hash[length];
    }
    EXPECT_UINT(missed, 0);
}

#define SPECS(S)                                                                                   \
    S(as_many_datagrams_as_there_are_fingerprints_are_compared)                                    \
    S(the_newest_datagram_is_compared_in_any_order)                                                \
    S(a_line_may_be_behind_itself_by_its_window)                                                   \
    S(what_a_line_lost_before_its_window_stays_lost)                                               \
    S(a_number_that_shares_its_place_with_a_lost_one_is_counted_for_itself)                        \
    S(every_bit_of_a_payload_changes_its_fingerprint)                                              \
    S(words_that_change_places_change_the_fingerprint)                                             \
    S(zeros_of_different_number_have_different_fingerprints)

SPEC_MAIN("channel: bounds", SPECS, open_channel, close_channel)
