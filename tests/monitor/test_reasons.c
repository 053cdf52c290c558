/* Every reason has a name, a meaning and its count, and the two laws see a missing packet. */

#include "control/monitor/reasons.h"
#include "control/monitor/report.h"
#include "tests/support/spec.h"

#include <string.h>

static struct feed_view view;

/* 10 packets: 5 taken, 2 duplicates, 1 runt, 1 sliced, 1 elsewhere.  8 messages: 5 accepted, 2
 * unknown, 1 refused by the book. */
static void before_each(void)
{
    memset(&view, 0, sizeof view);
    view.frame = 10;
    view.status[FRAME_OK] = 7;
    view.status[FRAME_RUNT] = 1;
    view.sliced = 1;
    view.other_destination = 1;
    view.channel.datagram[CHANNEL_TAKEN] = 3;
    view.channel.datagram[CHANNEL_EARLY] = 1;
    view.channel.datagram[CHANNEL_HEARTBEAT] = 1;
    view.channel.datagram[CHANNEL_DUPLICATE] = 2;
    view.feed.message = 8;
    view.feed.status[ITCH_OK] = 6;
    view.feed.status[ITCH_UNKNOWN_TYPE] = 2;
    view.book.command[BOOK_UNKNOWN_ORDER] = 1;
}

static uint64_t count_of(const struct reason *reason, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(reason[i].name, name) == 0) return reason[i].count;
    return UINT64_MAX;
}

SPEC(reasons_carry_the_counts_of_the_stage)
{
    struct reason reason[REASONS_MAX];
    uint32_t count = reasons_of_packets(&view, reason);
    EXPECT_UINT(count_of(reason, count, "frame_runt"), 1);
    EXPECT_UINT(count_of(reason, count, "frame_sliced"), 1);
    EXPECT_UINT(count_of(reason, count, "frame_other_destination"), 1);
    EXPECT_UINT(count_of(reason, count, "frame_udp_checksum"), 0);
    EXPECT_UINT(count_of(reason, count, "datagram_duplicate"), 2);
    EXPECT_UINT(count_of(reason, count, "datagram_taken"), UINT64_MAX);
    count = reasons_of_messages(&view, reason);
    EXPECT_UINT(count_of(reason, count, "message_unknown_type"), 2);
    EXPECT_UINT(count_of(reason, count, "book_unknown_order"), 1);
    EXPECT_UINT(reasons_packets_accepted(&view), 5);
    EXPECT_UINT(reasons_messages_accepted(&view), 5);
}

SPEC(every_reason_has_a_name_of_its_own_and_a_meaning)
{
    struct reason reason[2 * REASONS_MAX];
    uint32_t count = reasons_of_packets(&view, reason);
    EXPECT(count <= REASONS_MAX);
    uint32_t messages = reasons_of_messages(&view, reason + count);
    EXPECT(messages <= REASONS_MAX);
    count += messages;
    for (uint32_t i = 0; i < count; i++) {
        EXPECT(strlen(reason[i].name) > 0);
        EXPECT(strlen(reason[i].meaning) > 0);
        for (uint32_t j = 0; j < i; j++) EXPECT(strcmp(reason[i].name, reason[j].name) != 0);
    }
}

SPEC(the_laws_hold_and_one_lost_packet_or_message_breaks_them)
{
    EXPECT(reasons_add_up(&view));
    view.frame++;
    EXPECT(!reasons_add_up(&view));
    view.frame--;
    view.feed.message--;
    EXPECT(!reasons_add_up(&view));
}

SPEC(the_table_shows_what_occurred_and_nothing_else)
{
    char buffer[8192];
    struct text out = text_in(buffer, sizeof buffer);
    report_counts(&out, &view);
    EXPECT(strstr(buffer, "frame_runt") != NULL);
    EXPECT(strstr(buffer, "datagram_duplicate") != NULL);
    EXPECT(strstr(buffer, "message_unknown_type") != NULL);
    EXPECT(strstr(buffer, "frame_udp_checksum") == NULL);
    EXPECT(!out.cut);
}

#define SPECS(S)                                                                                   \
    S(reasons_carry_the_counts_of_the_stage)                                                       \
    S(every_reason_has_a_name_of_its_own_and_a_meaning)                                            \
    S(the_laws_hold_and_one_lost_packet_or_message_breaks_them)                                    \
    S(the_table_shows_what_occurred_and_nothing_else)
SPEC_MAIN("reasons", SPECS, before_each, NULL)
