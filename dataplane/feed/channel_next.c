#include "dataplane/feed/channel_state.h"

#include <string.h>

/* What follows from what has been received, one step at a time and always in this order: the
 * events that change everything, the messages in sequence, the early datagram's place in the
 * store, and only when nothing more can be given out, holes that have waited long enough and the
 * silences. */

/* The reader of the last run is done with it.  Only now, off the path of the messages, is its
 * fingerprint taken. */
static void given_settle(struct channel *channel)
{
    channel->giving = false;
    if (channel->remember) compare_remember(&channel->fingerprints, channel->given);
    channel->remember = false;
    if (channel->given_slot == STORE_NONE) return;
    store_release(&channel->store, channel->given_slot);
    channel->given_slot = STORE_NONE;
}

/* Gives out what is new in datagram, whose offsets are in channel->offset. */
static enum channel_step run_give(struct channel *channel, const struct datagram *datagram,
                                  struct channel_output *output)
{
    uint32_t skip = (uint32_t)(channel->next - datagram->sequence);
    uint32_t count = (uint32_t)(datagram->end - channel->next);
    output->run = (struct channel_run){
        .payload = datagram->payload,
        .offset = channel->offset + skip,
        .count = count,
        .line = datagram->line,
        .sequence = channel->next,
        .arrival = datagram->arrival,
    };
    channel->counts.message += count;
    channel->next = datagram->end;
    channel->giving = true;
    channel->remember = skip == 0 && channel->limits.lines > 1;
    channel->given = datagram;
    return CHANNEL_RUN;
}

/* The blocks of a datagram that was found good when it came. */
static void walk_again(struct channel *channel, const struct datagram *datagram)
{
    uint32_t count = (uint32_t)(datagram->end - datagram->sequence);
    bool whole = datagram_walk(datagram->payload, datagram->bytes, count, channel->offset);
    CHECK(whole);
}

/* Is current the one to give out?  Of several that could be, the one with the lowest number is,
 * then the one that came first. */
static inline bool current_first(const struct channel *channel)
{
    if (likely(!channel->early)) return true;
    if (channel->current.sequence > channel->next) return false;
    const struct store *store = &channel->store;
    return store->count == 0 || store_first(store)->sequence > channel->current.sequence;
}

static enum channel_step current_give(struct channel *channel, struct channel_output *output)
{
    channel->waiting = false;
    if (unlikely(!channel->walked)) walk_again(channel, &channel->current);
    channel->early_taken += channel->early;
    return run_give(channel, &channel->current, output);
}

/* Drops what other copies have overtaken, as far as it is first in the store. */
static void store_drop(struct channel *channel)
{
    struct store *store = &channel->store;
    while (store->count > 0 && store_first(store)->end <= channel->next) {
        store_release(store, store_take(store));
        channel->counts.stored--;
        channel->counts.early_stale++;
    }
}

static enum channel_step store_give(struct channel *channel, struct channel_output *output)
{
    struct store *store = &channel->store;
    uint32_t slot = store_take(store);
    const struct datagram *datagram = &store->datagram[slot];
    channel->counts.stored--;
    channel->early_taken++;
    channel->given_slot = slot;
    channel->walked = false;
    walk_again(channel, datagram);
    return run_give(channel, datagram, output);
}

static void current_store(struct channel *channel)
{
    store_put(&channel->store, &channel->current);
    channel->waiting = false;
    struct channel_counts *counts = &channel->counts;
    if (!channel->early) { /* it was in sequence, then its session was held */
        counts->datagram[CHANNEL_TAKEN]--;
        counts->datagram[CHANNEL_EARLY]++;
    }
    counts->stored++;
    if (counts->stored > counts->stored_max) counts->stored_max = counts->stored;
}

/* The store is full, and nothing is to be given up: the datagram with the lowest number, in the
 * store or current, gives way, with those that overlap it, and up to the next one all is missing
 * again. */
static COLD void store_overflow(struct channel *channel)
{
    struct store *store = &channel->store;
    const struct datagram *current = &channel->current;
    uint64_t end = 0, dropped = 0;
    do {
        const struct datagram *lowest = store->count > 0 ? store_first(store) : current;
        if (channel->waiting && current->sequence < lowest->sequence) lowest = current;
        if (dropped > 0 && lowest->sequence >= end) break;
        if (lowest->end > end) end = lowest->end;
        if (lowest == current) channel->waiting = false;
        else {
            store_release(store, store_take(store));
            channel->counts.stored--;
        }
        dropped++;
    } while (store->count > 0 || channel->waiting);
    channel->counts.early_stale += dropped;
    channel->counts.store_lost += dropped;
    uint64_t lowest = store->count > 0 ? store_first(store)->sequence : channel->holes.top;
    if (channel->waiting && current->sequence < lowest) lowest = current->sequence;
    struct hole since = {.open_ns = current->arrival.ns, .open_packet = channel->packets};
    holes_front(&channel->holes, channel->next, lowest, &since);
}

enum patience { GAP_EXPIRED, GAP_NOW };

/* Gives up the first hole, with the ranges that adjoin it and are due as well.  CHANNEL_NOTHING if
 * it is not due. */
static enum channel_step gap_give(struct channel *channel, nanos_t now, enum patience patience,
                                  struct channel_output *output)
{
    struct holes *holes = &channel->holes;
    struct channel_gap gap = {.first = channel->next, .end = channel->next, .at_ns = now};
    while (holes->count > 0) {
        const struct hole *hole = holes_at(holes, 0);
        if (hole->first != gap.end) break;
        if (patience == GAP_EXPIRED && !hole_expired(channel, hole, now)) break;
        if (gap.end == gap.first) gap.open_ns = hole->open_ns;
        gap.end = hole->end;
        holes_give_up(holes);
    }
    if (gap.end == gap.first) return CHANNEL_NOTHING;
    channel->next = gap.end;
    channel->counts.gap++;
    channel->counts.gap_message += gap.end - gap.first;
    gap.heard = channel->heard_again;
    if (channel->heard_again) {
        channel->stale = false;
        channel->heard_again = false;
    }
    output->gap = gap;
    return CHANNEL_GAP;
}

static enum channel_step session_say(struct channel *channel, struct channel_output *output)
{
    channel->say_session = false;
    output->session = (struct channel_session){.sequence = channel->first};
    memcpy(output->session.name, channel->session, sizeof output->session.name);
    return CHANNEL_SESSION;
}

static enum channel_step end_say(struct channel *channel, nanos_t now)
{
    channel->ended = true;
    channel->ended_ns = now;
    channel_lines_pass(channel);
    return CHANNEL_END;
}

/* What time alone brings: nothing can be given out. */
static enum channel_step quiet_step(struct channel *channel, nanos_t now,
                                    struct channel_output *output)
{
    if (unlikely(channel->holes.count > 0)) {
        if (channel->patience == CHANNEL_GIVES_UP &&
            gap_give(channel, now, GAP_EXPIRED, output) == CHANNEL_GAP)
            return CHANNEL_GAP;
    } else if (unlikely(channel->end_seen) && !channel_holding(channel)) {
        return channel->ended ? CHANNEL_NOTHING : end_say(channel, now);
    }
    if (unlikely(!channel->heard)) {
        channel->heard = true;
        channel->heard_ns = now;
    }
    nanos_t silence_ns = channel->limits.silence_ns;
    if (silence_ns == 0 || channel->stale || now <= channel->heard_ns) return CHANNEL_NOTHING;
    if (likely(now - channel->heard_ns < silence_ns)) return CHANNEL_NOTHING;
    channel->stale = true;
    return CHANNEL_STALE;
}

enum channel_step channel_next(struct channel *channel, nanos_t now, struct channel_output *output)
{
    if (channel->giving) given_settle(channel);
    if (unlikely(channel->say_session)) return session_say(channel, output);
    if (unlikely(channel->say_quarantine)) {
        channel->say_quarantine = false;
        return CHANNEL_QUARANTINE;
    }
    if (unlikely(channel->quarantined)) return CHANNEL_NOTHING;
    if (unlikely(channel->heard_again) && channel->next >= channel->fresh_at) {
        channel->stale = false;
        channel->heard_again = false;
        return CHANNEL_FRESH;
    }
    if (unlikely(channel->store.count > 0)) store_drop(channel);
    if (likely(!channel_holding(channel))) {
        if (channel->waiting && current_first(channel)) return current_give(channel, output);
        if (unlikely(channel->store.count > 0) &&
            store_first(&channel->store)->sequence <= channel->next)
            return store_give(channel, output);
    }
    if (unlikely(channel->waiting)) {
        if (store_full(&channel->store)) {
            if (channel->patience == CHANNEL_GIVES_UP)
                return gap_give(channel, now, GAP_NOW, output);
            store_overflow(channel);
        }
        if (channel->waiting) current_store(channel);
    }
    return quiet_step(channel, now, output);
}
