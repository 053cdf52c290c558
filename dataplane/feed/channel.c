#include "dataplane/feed/channel_state.h"

#include <string.h>

/* Construction, the rare commands, the queries.  What the parts of a channel are and how they hang
 * together is in channel_state.h; the hot path is channel_receive.c and channel_next.c. */

static_assert(CHANNEL_MESSAGES_MAX >= (CHANNEL_DATAGRAM_MAX - 20) / 2,
              "every block of the largest datagram has an offset");

const struct channel_counts *channel_counts(const struct channel *channel)
{
    return &channel->counts;
}

uint64_t channel_next_sequence(const struct channel *channel)
{
    return channel->next;
}

void channel_lines_pass(struct channel *channel)
{
    for (uint32_t line = 0; line < channel->limits.lines; line++)
        line_pass(&channel->line[line], channel->holes.top, &channel->counts.line[line].lost);
}

void channel_restart_at(struct channel *channel, uint64_t next)
{
    channel->counts.early_stale += store_clear(&channel->store);
    channel->counts.stored = 0;
    channel->next = next;
    channel->end_seen = false;
    channel->ended = false;
    channel->stale = false;
    channel->heard_again = false;
    channel->rejoining = false;
    holes_reset(&channel->holes, next);
    compare_clear(&channel->fingerprints);
}

/* Cold from here on. */

bool channel_overdue(const struct channel *channel, uint64_t from, nanos_t now,
                     struct channel_gap *overdue)
{
    const struct holes *holes = &channel->holes;
    bool found = false;
    for (uint32_t i = holes_find(holes, from); i < holes->count; i++) {
        const struct hole *hole = holes_at(holes, i);
        if (found && hole->first != overdue->end) break;
        if (!hole_expired(channel, hole, now)) {
            if (found) break;
            continue;
        }
        if (!found) {
            uint64_t first = hole->first > from ? hole->first : from;
            *overdue = (struct channel_gap){.first = first, .open_ns = hole->open_ns};
        }
        overdue->end = hole->end;
        found = true;
    }
    return found;
}

void channel_patience(struct channel *channel, enum channel_patience patience)
{
    channel->patience = patience;
}

void channel_join(struct channel *channel, uint64_t sequence, nanos_t now)
{
    CHECK(channel->open);
    CHECK(!channel->quarantined);
    CHECK(!channel->waiting);
    CHECK(!channel->giving);
    CHECK(sequence > 0);
    struct store *store = &channel->store;
    while (store->count > 0 && store_first(store)->end <= sequence) {
        store_release(store, store_take(store));
        channel->counts.stored--;
        channel->counts.early_stale++;
    }
    if (sequence > channel->holes.top) {
        channel->end_seen = false;
        channel->ended = false;
    }
    uint64_t end = store->count > 0 ? store_first(store)->sequence : channel->holes.top;
    if (end < sequence) end = sequence;
    struct hole since = {.open_ns = now, .open_packet = channel->packets, .overdue = true};
    holes_front(&channel->holes, sequence, end, &since);
    channel->next = sequence;
    channel->first = sequence;
    channel->first_covered = channel->counts.message + channel->counts.gap_message;
    compare_clear(&channel->fingerprints);
}

bool channel_silent(const struct channel *channel)
{
    return channel->stale;
}

bool channel_quarantined(const struct channel *channel)
{
    return channel->quarantined;
}

bool channel_settled(const struct channel *channel)
{
    if (channel->waiting || channel->say_session || channel->say_quarantine) return false;
    return channel->store.count == 0 || store_first(&channel->store)->sequence > channel->next;
}

uint64_t channel_top(const struct channel *channel)
{
    return channel->holes.top;
}

bool channel_end_named(const struct channel *channel)
{
    return channel->end_seen;
}

const char *channel_session_name(const struct channel *channel)
{
    return channel->open ? channel->session : NULL;
}

void channel_finish(struct channel *channel)
{
    CHECK(!channel->waiting);
    channel->patience = CHANNEL_GIVES_UP;
    if (!channel->open || channel->quarantined) return;
    for (uint32_t i = 0; i < channel->holes.count; i++)
        holes_at(&channel->holes, i)->overdue = true;
    channel_lines_pass(channel);
}

void channel_release(struct channel *channel)
{
    if (!channel->quarantined) return;
    channel->quarantined = false;
    channel->say_quarantine = false;
    channel->rejoining = true;
    channel->heard = false; /* nobody listened meanwhile: the silence begins now */
}

bool channel_missing(const struct channel *channel, struct channel_gap *missing)
{
    const struct holes *holes = &channel->holes;
    if (holes->count == 0) return false;
    const struct hole *first = holes_at(holes, 0);
    *missing =
        (struct channel_gap){.first = first->first, .end = first->end, .open_ns = first->open_ns};
    for (uint32_t i = 1; i < holes->count && holes_at(holes, i)->first == missing->end; i++)
        missing->end = holes_at(holes, i)->end;
    return true;
}

const char *channel_status_text(enum channel_status status)
{
#define CHANNEL_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {CHANNEL_STATUSES(CHANNEL_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *channel_status_name(enum channel_status status)
{
#define CHANNEL_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {CHANNEL_STATUSES(CHANNEL_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

/* The parts of one channel, in the order they lie in memory. */
struct channel_layout {
    size_t offset;
    size_t bits[CHANNEL_LINES];
    size_t fingerprints;
    size_t holes;
    size_t store;
    size_t end;
};

static struct channel_layout channel_layout(const struct channel_limits *limits)
{
    struct channel_layout at;
    at.offset = ALIGN_UP(sizeof(struct channel), CACHE_LINE);
    size_t end = ALIGN_UP(at.offset + CHANNEL_MESSAGES_MAX * sizeof(uint16_t), CACHE_LINE);
    for (uint32_t line = 0; line < CHANNEL_LINES; line++) {
        at.bits[line] = end;
        if (line < limits->lines) end += LINE_WORDS * sizeof(uint64_t);
    }
    at.fingerprints = end;
    if (limits->lines > 1) end += compare_footprint();
    at.holes = ALIGN_UP(end, CACHE_LINE);
    at.store = ALIGN_UP(at.holes + holes_footprint(limits->store_datagrams), CACHE_LINE);
    at.end = ALIGN_UP(at.store + store_footprint(limits), CACHE_LINE);
    return at;
}

size_t channel_footprint(const struct channel_limits *limits)
{
    if (limits->lines < 1 || limits->lines > CHANNEL_LINES) return 0;
    if (limits->store_datagrams < 1 || limits->store_datagrams > CHANNEL_STORE_MAX) return 0;
    if (limits->store_bytes < CHANNEL_STORE_BYTES_MIN) return 0;
    if (limits->store_bytes > CHANNEL_DATAGRAM_MAX) return 0;
    return channel_layout(limits).end;
}

struct channel *channel_new(void *memory, const struct channel_limits *limits)
{
    CHECK(channel_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);

    struct channel_layout at = channel_layout(limits);
    uint8_t *base = memory;
    struct channel *channel = memory;
    static const char nobody[sizeof limits->session];
    *channel = (struct channel){
        .limits = *limits,
        .configured = memcmp(limits->session, nobody, sizeof nobody) != 0,
        .given_slot = STORE_NONE,
        .offset = (uint16_t *)(base + at.offset),
    };
    for (uint32_t line = 0; line < limits->lines; line++) {
        channel->line[line].bits = (uint64_t *)(base + at.bits[line]);
        line_reset(&channel->line[line], 0);
    }
    if (limits->lines > 1) compare_build(&channel->fingerprints, base + at.fingerprints);
    holes_build(&channel->holes, base + at.holes, limits->store_datagrams);
    store_build(&channel->store, base + at.store, limits);
    return channel;
}
