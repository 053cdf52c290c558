/* The store of sequenced messages, against one that keeps each in memory of its own. */

#include "dataplane/session/streams.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct streams *streams;
static void *memory;

static void build(struct streams_limits limits)
{
    free(memory);
    memory = aligned_alloc(CACHE_LINE, ALIGN_UP(streams_footprint(&limits), CACHE_LINE));
    streams = streams_new(memory, &limits);
}

static void before_each(void)
{
    build((struct streams_limits){.streams = 4, .chunks = 8, .chunk_bytes = 128});
}

static void after_each(void)
{
    streams_verify(streams);
    free(memory);
    memory = NULL;
}

static enum streams_status append(uint32_t stream, const char *text)
{
    return streams_append(streams, stream, (const uint8_t *)text, (uint32_t)strlen(text));
}

static const char *found(uint32_t stream, uint64_t number)
{
    static char text[256];
    struct stream_message message;
    if (!streams_find(streams, stream, number, &message)) return "none";
    memcpy(text, message.bytes, message.length);
    text[message.length] = 0;
    return text;
}

SPEC(messages_are_numbered_from_1_in_each_stream_for_itself)
{
    EXPECT_UINT(streams_count(streams, 0), 0);
    EXPECT_TEXT(found(0, 1), "none");
    EXPECT(append(0, "one") == STREAMS_OK);
    EXPECT(append(1, "other") == STREAMS_OK);
    EXPECT(append(0, "") == STREAMS_OK);
    EXPECT(append(0, "three") == STREAMS_OK);
    EXPECT_UINT(streams_count(streams, 0), 3);
    EXPECT_TEXT(found(0, 1), "one");
    EXPECT_TEXT(found(0, 2), "");
    EXPECT_TEXT(found(0, 3), "three");
    EXPECT_TEXT(found(1, 1), "other");
    EXPECT_TEXT(found(0, 0), "none");
    EXPECT_TEXT(found(0, 4), "none");
    EXPECT_TEXT(found(2, 1), "none");
}

SPEC(a_chunk_is_filled_to_its_last_byte)
{
    uint8_t bytes[127] = {0};
    EXPECT_UINT(streams_message_max(streams), 126);
    EXPECT(streams_append(streams, 0, bytes, 127) == STREAMS_TOO_LONG);
    EXPECT(streams_append(streams, 0, bytes, 126) == STREAMS_OK);
    EXPECT_UINT(streams_counts(streams)->chunks, 1);
    EXPECT(streams_append(streams, 0, bytes, 62) == STREAMS_OK); /* with its end, half a chunk */
    EXPECT(streams_append(streams, 0, bytes, 62) == STREAMS_OK);
    EXPECT_UINT(streams_counts(streams)->chunks, 2);
    EXPECT(append(0, "") == STREAMS_OK);
    EXPECT_UINT(streams_counts(streams)->chunks, 3);
    EXPECT_UINT(streams_counts(streams)->append[STREAMS_TOO_LONG], 1);
}

SPEC(the_pool_is_shared_and_what_is_spare_can_be_appended_for_certain)
{
    uint8_t bytes[126] = {0};
    EXPECT_UINT(streams_spare(streams), 8);
    for (uint32_t i = 0; i < 8; i++)
        EXPECT(streams_append(streams, i % 4, bytes, 126) == STREAMS_OK);
    EXPECT_UINT(streams_spare(streams), 0);
    EXPECT(append(3, "x") == STREAMS_FULL);
    EXPECT_UINT(streams_count(streams, 3), 2);
    EXPECT_UINT(streams_counts(streams)->append[STREAMS_FULL], 1);
    streams_clear(streams, 0);
    EXPECT_UINT(streams_spare(streams), 2);
    EXPECT_UINT(streams_count(streams, 0), 0);
    EXPECT(append(3, "x") == STREAMS_OK);
    EXPECT(append(0, "first again") == STREAMS_OK);
    EXPECT_TEXT(found(0, 1), "first again");
    EXPECT_TEXT(found(3, 3), "x");
    EXPECT_UINT(streams_counts(streams)->chunks_max, 8);
}

SPEC(a_message_stays_where_it_is)
{
    struct stream_message first, again;
    EXPECT(append(0, "one") == STREAMS_OK);
    EXPECT(streams_find(streams, 0, 1, &first));
    while (append(0, "many more") == STREAMS_OK) {
    }
    EXPECT(streams_find(streams, 0, 1, &again));
    EXPECT(first.bytes == again.bytes);
    EXPECT_TEXT(found(0, 1), "one");
}

SPEC(limits_out_of_range_have_no_footprint)
{
    EXPECT(streams_footprint(&(struct streams_limits){1, 1, 128}) > 0);
    EXPECT_UINT(streams_footprint(&(struct streams_limits){0, 1, 128}), 0);
    EXPECT_UINT(streams_footprint(&(struct streams_limits){STREAMS_MAX + 1, 1, 128}), 0);
    EXPECT_UINT(streams_footprint(&(struct streams_limits){1, 0, 128}), 0);
    EXPECT_UINT(streams_footprint(&(struct streams_limits){1, 1, 64}), 0);
    EXPECT_UINT(streams_footprint(&(struct streams_limits){1, 1, 129}), 0);
    EXPECT_UINT(streams_footprint(&(struct streams_limits){1, 1, 131072}), 0);
}

/* Message number of a stream has bytes that follow from both. */
static uint32_t bytes_of(uint32_t stream, uint32_t life, uint64_t number, uint8_t bytes[128])
{
    struct chance chance = {.state = number * 64 + life * 8 + stream};
    uint32_t length = (uint32_t)chance_between(&chance, 0, 60);
    for (uint32_t i = 0; i < length; i++) bytes[i] = (uint8_t)chance_next(&chance);
    return length;
}

SPEC(any_appends_clears_and_looks_agree_with_a_plain_store)
{
    enum { STREAMS = 5, CHUNKS = 300, STEPS = 30000 };
    struct spec_seeds seeds = spec_seeds(5);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {.state = seed};
        build((struct streams_limits){STREAMS, CHUNKS, 128u << chance_between(&chance, 0, 3)});
        uint64_t count[STREAMS] = {0};
        uint32_t life[STREAMS] = {0};
        bool good = true;
        for (uint32_t step = 0; step < STEPS && good; step++) {
            uint32_t stream = (uint32_t)chance_between(&chance, 0, STREAMS - 1);
            uint8_t bytes[128];
            uint64_t spare = streams_spare(streams);
            if (chance_between(&chance, 0, 3000) == 0) {
                streams_clear(streams, stream);
                count[stream] = 0;
                life[stream]++;
                continue;
            }
            uint32_t length = bytes_of(stream, life[stream], count[stream] + 1, bytes);
            enum streams_status status = streams_append(streams, stream, bytes, length);
            good &= status == STREAMS_OK || spare == 0;
            count[stream] += status == STREAMS_OK;
            good &= streams_count(streams, stream) == count[stream];
            uint64_t number = chance_between(&chance, 0, count[stream] + 1);
            struct stream_message message;
            bool there = streams_find(streams, stream, number, &message);
            good &= there == (number > 0 && number <= count[stream]);
            if (!there) continue;
            length = bytes_of(stream, life[stream], number, bytes);
            good &= message.length == length && memcmp(message.bytes, bytes, length) == 0;
            if (step % 1000 == 0) streams_verify(streams);
        }
        spec_expect(__FILE__, __LINE__, good, "seed %" PRIu64, seed);
    }
}

#define SPECS(S)                                                                                   \
    S(messages_are_numbered_from_1_in_each_stream_for_itself)                                      \
    S(a_chunk_is_filled_to_its_last_byte)                                                          \
    S(the_pool_is_shared_and_what_is_spare_can_be_appended_for_certain)                            \
    S(a_message_stays_where_it_is)                                                                 \
    S(limits_out_of_range_have_no_footprint)                                                       \
    S(any_appends_clears_and_looks_agree_with_a_plain_store)
SPEC_MAIN("streams", SPECS, before_each, after_each)
