#include "control/monitor/reasons.h"

struct row {
    const char *name;
    const char *meaning;
};

#define FRAME_ROW(status, counter, meaning)   [status] = {"frame_" #counter, meaning},
#define CHANNEL_ROW(status, counter, meaning) [status] = {"datagram_" #counter, meaning},
#define ITCH_ROW(status, counter, meaning)    [status] = {"message_" #counter, meaning},
#define BOOK_ROW(status, counter, meaning)    [status] = {"book_" #counter, meaning},

static const struct row frame_rows[] = {FRAME_STATUSES(FRAME_ROW)};
static const struct row channel_rows[] = {CHANNEL_STATUSES(CHANNEL_ROW)};
static const struct row itch_rows[] = {ITCH_STATUSES(ITCH_ROW)};
static const struct row book_rows[] = {BOOK_STATUSES(BOOK_ROW)};

static struct reason reason_of(const struct row *row, uint64_t count)
{
    return (struct reason){row->name, row->meaning, count};
}

static bool channel_accepts(uint32_t status)
{
    return status == CHANNEL_TAKEN || status == CHANNEL_EARLY || status == CHANNEL_HEARTBEAT;
}

uint32_t reasons_of_packets(const struct feed_view *view, struct reason reason[REASONS_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < FRAME_STATUS_COUNT; i++)
        if (i != FRAME_OK) reason[count++] = reason_of(&frame_rows[i], view->status[i]);
    reason[count++] = (struct reason){"frame_sliced", "the capture kept only a part", view->sliced};
    reason[count++] =
        (struct reason){"frame_bad_checksum_nic", "the network card says a checksum is wrong",
                        view->bad_checksum_nic};
    reason[count++] =
        (struct reason){"frame_other_destination", "sent to an address that no line listens to",
                        view->other_destination};
    /* A reply is the channel's to count. */
    reason[count++] =
        (struct reason){"frame_host", "for this host: ARP, groups, snapshots",
                        view->host.frame - view->host.recovery.reply[RECOVERY_REPLY_GIVEN]};
    for (uint32_t i = 0; i < CHANNEL_STATUS_COUNT; i++)
        if (!channel_accepts(i))
            reason[count++] = reason_of(&channel_rows[i], view->channel.datagram[i]);
    return count;
}

uint32_t reasons_of_messages(const struct feed_view *view, struct reason reason[REASONS_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ITCH_STATUS_COUNT; i++)
        if (i != ITCH_OK) reason[count++] = reason_of(&itch_rows[i], view->feed.status[i]);
    for (uint32_t i = 0; i < BOOK_STATUS_COUNT; i++)
        if (i != BOOK_OK) reason[count++] = reason_of(&book_rows[i], view->book.command[i]);
    return count;
}

uint64_t reasons_packets_accepted(const struct feed_view *view)
{
    const uint64_t *datagram = view->channel.datagram;
    return datagram[CHANNEL_TAKEN] + datagram[CHANNEL_EARLY] + datagram[CHANNEL_HEARTBEAT];
}

/* Messages that no book command was made of are accepted by the feed alone. */
uint64_t reasons_messages_accepted(const struct feed_view *view)
{
    uint64_t refused = 0;
    for (uint32_t i = 0; i < BOOK_STATUS_COUNT; i++)
        if (i != BOOK_OK) refused += view->book.command[i];
    return view->feed.status[ITCH_OK] - refused;
}

bool reasons_add_up(const struct feed_view *view)
{
    struct reason reason[REASONS_MAX];
    uint64_t packets = reasons_packets_accepted(view);
    for (uint32_t i = reasons_of_packets(view, reason); i-- > 0;) packets += reason[i].count;
    uint64_t messages = reasons_messages_accepted(view);
    for (uint32_t i = reasons_of_messages(view, reason); i-- > 0;) messages += reason[i].count;
    return packets == view->frame && messages == view->feed.message;
}
