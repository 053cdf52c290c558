#include "dataplane/feed/channel_state.h"

/* Invariants, once channel_next has said CHANNEL_NOTHING:
 *   - every datagram received is counted under one status, and once for its line; each that was new
 *     to the channel is the first of one line, each duplicate is one line's;
 *   - every early datagram was taken later, was dropped as stale, or waits (MD1);
 *   - the numbers from the session's first to next are those given out and those in gaps (MD1);
 *   - next is the first number of the first hole, or the top if there is none, unless it holds;
 *   - each number between next and the top is missing or waits in the store, never both;
 *   - holes, store, fingerprints and line tracks are sound in themselves. */

static void verify_counts(const struct channel *channel)
{
    const struct channel_counts *counts = &channel->counts;
    uint64_t datagrams = 0, received, first, duplicate;
    for (uint32_t status = 0; status < CHANNEL_STATUS_COUNT; status++)
        datagrams += counts->datagram[status];
    received = counts->line[LINE_REPLY].received;
    first = counts->line[LINE_REPLY].first;
    duplicate = counts->line[LINE_REPLY].duplicate;
    CHECK(counts->line[LINE_REPLY].lost == 0);
    for (uint32_t line = 0; line < channel->limits.lines; line++) {
        received += counts->line[line].received;
        first += counts->line[line].first;
        duplicate += counts->line[line].duplicate;
        line_verify(&channel->line[line]);
    }
    CHECK(datagrams == received);
    CHECK(first == counts->datagram[CHANNEL_TAKEN] + counts->datagram[CHANNEL_EARLY]);
    CHECK(duplicate == counts->datagram[CHANNEL_DUPLICATE]);
    CHECK(counts->datagram[CHANNEL_EARLY] ==
          channel->early_taken + counts->early_stale + counts->stored);
    CHECK(counts->stored == channel->store.count);
    CHECK(counts->stored <= counts->stored_max);
    CHECK(counts->store_lost <= counts->early_stale);
    CHECK(counts->message + counts->gap_message - channel->first_covered ==
          channel->next - channel->first);
}

/* Follows store and holes upwards from next: together they reach the top without a number left out,
 * and no waiting number is missing. */
static void verify_between(const struct channel *channel)
{
    const struct store *store = &channel->store;
    const struct holes *holes = &channel->holes;
    uint64_t at = channel->next;
    uint32_t hole = 0, waiting = 0;
    while (hole < holes->count || waiting < store->count) {
        if (hole < holes->count && holes_at(holes, hole)->first == at) {
            at = holes_at(holes, hole++)->end;
            continue;
        }
        CHECK(waiting < store->count);
        const struct datagram *datagram = &store->datagram[store->order[store->head + waiting++]];
        CHECK(datagram->sequence <= at);
        if (datagram->end > at) at = datagram->end;
        if (hole < holes->count) CHECK(holes_at(holes, hole)->first >= at);
    }
    CHECK(at == holes->top);
}

void channel_verify(const struct channel *channel)
{
    CHECK(!channel->waiting);
    CHECK(!channel->giving);
    CHECK(!channel->say_session);
    CHECK(!channel->say_quarantine);
    verify_counts(channel);
    if (!channel->open) {
        CHECK(channel->next == 0);
        CHECK(channel->store.count == 0);
        return;
    }
    CHECK(channel->first > 0);
    CHECK(channel->next >= channel->first);
    if (channel->quarantined) CHECK(channel->store.count == 0);
    if (channel->heard_again) CHECK(channel->stale);
    if (channel->ended) CHECK(channel->end_seen);
    if (!channel_holding(channel)) {
        if (channel->holes.count > 0) CHECK(holes_at(&channel->holes, 0)->first == channel->next);
        else CHECK(channel->holes.top == channel->next);
    }
    holes_verify(&channel->holes, channel->next);
    store_verify(&channel->store, 0, channel_holding(channel) ? 0 : channel->next);
    compare_verify(&channel->fingerprints, channel->next);
    verify_between(channel);
}
