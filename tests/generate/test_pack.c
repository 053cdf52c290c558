/* Messages into datagrams: which belong together, and what is sent when nothing is. */

#include "apps/pollux-generate/pack.h"
#include "tests/support/spec.h"

#include <stdio.h>

static struct pack pack;
static char story[8192]; /* what was emitted, a line each */

static void write_down(void *to, const struct pack_datagram *datagram)
{
    (void)to;
    const uint8_t *payload = datagram->payload;
    size_t at = strlen(story);
    uint64_t sequence = 0;
    for (uint32_t i = 10; i < 18; i++) sequence = sequence << 8 | payload[i];
    uint32_t count = (uint32_t)payload[18] << 8 | payload[19];
    EXPECT_UINT(sequence, datagram->sequence);
    at += (size_t)snprintf(story + at, sizeof story - at, "%" PRIu64 " %.10s %" PRIu64 " ",
                           datagram->time_ns, (const char *)payload, sequence);
    if (count == 0 || count == 0xffff) {
        EXPECT_UINT(datagram->messages, 0);
        EXPECT_UINT(datagram->payload_bytes, 20);
        snprintf(story + at, sizeof story - at, "%s\n", count ? "end" : "idle");
        return;
    }
    EXPECT_UINT(datagram->messages, count);
    uint32_t read = 20;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = (uint32_t)payload[read] << 8 | payload[read + 1];
        at += (size_t)snprintf(story + at, sizeof story - at, "%.*s ", (int)length,
                               (const char *)payload + read + 2);
        read += 2 + length;
    }
    EXPECT_UINT(read, datagram->payload_bytes);
    snprintf(story + at, sizeof story - at, "\n");
}

static void open_with(nanos_t gather_ns, uint32_t messages_max, uint32_t payload_max)
{
    struct pack_plan plan = {.session = {"SESSION001"},
                             .gather_ns = gather_ns,
                             .messages_max = messages_max,
                             .payload_max = payload_max};
    story[0] = '\0';
    pack_open(&pack, &plan, write_down, NULL);
}

static void put(const char *message, nanos_t time_ns)
{
    pack_message(&pack, (const uint8_t *)message, (uint32_t)strlen(message), time_ns);
}

#define SECOND 1000000000ull

SPEC(messages_near_the_first_of_a_datagram_share_it)
{
    open_with(100, 1000, 1400);
    put("a", 1000);
    put("b", 1050);
    put("c", 1100); /* 100 after a: still near */
    put("d", 1101); /* beyond, though 1 after c */
    put("e", 1201);
    put("f", 1202);
    EXPECT_TEXT(story, "1100 SESSION001 1 a b c \n"
                       "1201 SESSION001 4 d e \n");
}

SPEC(a_datagram_holds_no_more_messages_than_it_may)
{
    open_with(100, 2, 1400);
    for (const char *message = "a\0b\0c\0d\0e\0"; *message; message += 2) put(message, 1000);
    EXPECT_TEXT(story, "1000 SESSION001 1 a b \n"
                       "1000 SESSION001 3 c d \n");
}

SPEC(a_datagram_holds_no_more_bytes_than_it_may)
{
    open_with(100, 1000, 20 + 2 * (2 + 3) + 2); /* g needs 2 + 1 */
    put("abc", 1000);
    put("def", 1000);
    put("g", 1000);
    put("abcdefghijkl", 1000); /* larger than any datagram should be: alone */
    put("h", 1000);
    put("i", 1200);
    EXPECT_TEXT(story, "1000 SESSION001 1 abc def \n"
                       "1000 SESSION001 3 g \n"
                       "1000 SESSION001 4 abcdefghijkl \n"
                       "1000 SESSION001 5 h \n");
}

SPEC(a_silent_second_is_a_heartbeat_with_the_next_number)
{
    open_with(100, 1000, 1400);
    put("a", SECOND);
    put("b", 2 * SECOND);     /* exactly a second: not yet */
    put("c", 4 * SECOND + 1); /* two heartbeats before it */
    EXPECT_TEXT(story, "1000000000 SESSION001 1 a \n"
                       "2000000000 SESSION001 2 b \n"
                       "3000000000 SESSION001 3 idle\n"
                       "4000000000 SESSION001 3 idle\n");
}

SPEC(the_end_is_said_five_times_a_second_apart)
{
    open_with(100, 1000, 1400);
    put("a", 7);
    put("", 8); /* a message without bytes takes a number */
    pack_end(&pack);
    EXPECT_TEXT(story, "8 SESSION001 1 a  \n"
                       "1000000008 SESSION001 3 end\n"
                       "2000000008 SESSION001 3 end\n"
                       "3000000008 SESSION001 3 end\n"
                       "4000000008 SESSION001 3 end\n"
                       "5000000008 SESSION001 3 end\n");
}

#define SPECS(S)                                                                                   \
    S(messages_near_the_first_of_a_datagram_share_it)                                              \
    S(a_datagram_holds_no_more_messages_than_it_may)                                               \
    S(a_datagram_holds_no_more_bytes_than_it_may)                                                  \
    S(a_silent_second_is_a_heartbeat_with_the_next_number)                                         \
    S(the_end_is_said_five_times_a_second_apart)
SPEC_MAIN("packing", SPECS, NULL, NULL)
