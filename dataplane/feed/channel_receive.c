#include "dataplane/feed/channel_state.h"

#include <string.h>

/* A datagram in: is it well formed, does it belong to the session, and what of it is new?  The
 * table of sessions is in channel.h. */

static bool session_is(const struct channel *channel, const struct moldudp64_header *header)
{
    return memcmp(channel->session, header->session.byte, sizeof channel->session) == 0;
}

static bool session_was_left(const struct channel *channel, const char session[10])
{
    uint64_t left = channel->sessions_left;
    for (uint32_t i = 0; i < CHANNEL_SESSIONS_LEFT && i < left; i++)
        if (memcmp(channel->left[i], session, sizeof channel->left[i]) == 0) return true;
    return false;
}

/* Time from then to now, or 0 if clocks disagree. */
static nanos_t elapsed(nanos_t now, nanos_t then)
{
    return now > then ? now - then : 0;
}

enum verdict { SESSION_SAME, SESSION_ADOPT, SESSION_OTHER };

/* The table, row by row.  The first row of each case is the usual one. */
static enum verdict session_verdict(const struct channel *channel,
                                    const struct moldudp64_header *header, nanos_t now)
{
    bool begins =
        be64_read(header->sequence) == 1 && be16_read(header->count) != MOLDUDP64_END_OF_SESSION;
    if (likely(channel->open) && likely(session_is(channel, header))) {
        if (likely(!channel->ended) || !begins) return SESSION_SAME;
        bool late_copy = elapsed(now, channel->ended_ns) < channel->limits.gap_wait_ns;
        return late_copy ? SESSION_SAME : SESSION_ADOPT;
    }
    if (channel->configured) {
        bool named =
            memcmp(channel->limits.session, header->session.byte, sizeof header->session.byte) == 0;
        return named ? SESSION_ADOPT : SESSION_OTHER;
    }
    if (!channel->open) return SESSION_ADOPT;
    if (channel->ended && begins) return SESSION_ADOPT;
    if (session_was_left(channel, header->session.byte)) return SESSION_OTHER;
    bool over = channel->ended || channel->rejoining ||
                (channel->end_seen && channel->patience != CHANNEL_GIVES_UP);
    return begins || over ? SESSION_ADOPT : SESSION_OTHER;
}

static void session_adopt(struct channel *channel, const struct moldudp64_header *header,
                          nanos_t now)
{
    uint64_t sequence = be64_read(header->sequence);
    uint64_t first = channel->limits.first_sequence;
    if (channel->open) {
        channel_lines_pass(channel);
        if (!session_is(channel, header) && !session_was_left(channel, channel->session)) {
            uint64_t place = channel->sessions_left++ % CHANNEL_SESSIONS_LEFT;
            memcpy(channel->left[place], channel->session, sizeof channel->left[place]);
        }
        first = first ? 1 : 0;
    }
    memcpy(channel->session, header->session.byte, sizeof channel->session);
    bool rejoining = channel->rejoining;
    channel_restart_at(channel, first ? first : sequence);
    channel->rejoining = rejoining; /* what a quarantine has missed of it is not waited for */
    for (uint32_t line = 0; line < channel->limits.lines; line++)
        line_reset(&channel->line[line], channel->next);
    channel->first = channel->next;
    channel->first_covered = channel->counts.message + channel->counts.gap_message;
    channel->open = true;
    channel->heard = true;
    channel->heard_ns = now;
    channel->say_session = true;
    channel->counts.session++;
}

/* Something new has been named: the silence, if there was one, ends at sequence. */
static void channel_hear(struct channel *channel, uint64_t sequence, nanos_t now)
{
    channel->heard = true;
    channel->heard_ns = now;
    if (likely(!channel->stale) || channel->heard_again) return;
    channel->heard_again = true;
    channel->fresh_at = sequence;
}

/* What a hole seen now knows of its beginning. */
static struct hole hole_now(const struct channel *channel, nanos_t now)
{
    return (struct hole){
        .open_ns = now,
        .open_packet = channel->packets,
        .overdue = channel->rejoining,
    };
}

/* The first datagram with anything new after a quarantine: the lines start again where it does, so
 * that what they brought meanwhile is not counted as lost. */
static void channel_rejoin(struct channel *channel, uint64_t sequence)
{
    uint64_t from = sequence > channel->next ? sequence : channel->next;
    for (uint32_t line = 0; line < channel->limits.lines; line++)
        line_reset(&channel->line[line], from);
}

static enum channel_status heartbeat_receive(struct channel *channel, uint32_t line,
                                             const struct moldudp64_header *header, nanos_t now)
{
    uint64_t sequence = be64_read(header->sequence);
    if (unlikely(channel->rejoining) && sequence >= channel->next)
        channel_rejoin(channel, sequence);
    line_pass(&channel->line[line], sequence, &channel->counts.line[line].lost);
    if (sequence < channel->next) return CHANNEL_HEARTBEAT;

    channel_hear(channel, sequence, now);
    if (sequence > channel->holes.top) {
        struct hole since = hole_now(channel, now);
        holes_raise(&channel->holes, sequence, &since);
        channel->end_seen = false;
        channel->ended = false;
    }
    channel->rejoining = false;
    if (be16_read(header->count) == MOLDUDP64_END_OF_SESSION && sequence == channel->holes.top)
        channel->end_seen = true;
    return CHANNEL_HEARTBEAT;
}

/* Nothing in datagram is new.  Says whether it agrees with the copy that was first (MD3). */
static enum channel_status copy_receive(struct channel *channel, const struct datagram *datagram)
{
    if (channel->limits.lines > 1) {
        enum compare_result result = COMPARE_UNKNOWN;
        const struct datagram *waiting =
            store_find(&channel->store, datagram->sequence, datagram->end);
        if (waiting) result = compare_bytes(waiting, datagram);
        else if (datagram->sequence < channel->next)
            result = compare_copy(&channel->fingerprints, datagram);

        if (result == COMPARE_UNKNOWN) channel->counts.uncompared++;
        if (result == COMPARE_DIFFERENT) {
            channel_restart_at(channel, channel->next);
            channel->quarantined = true;
            channel->say_quarantine = true;
            return CHANNEL_CONFLICT;
        }
    }
    channel->counts.line[datagram->line].duplicate++;
    return CHANNEL_DUPLICATE;
}

/* Some messages of datagram, the current one, are new. */
static void channel_want(struct channel *channel, const struct datagram *datagram)
{
    channel_hear(channel, datagram->sequence, datagram->arrival.ns);
    if (datagram->end > channel->holes.top) {
        channel->end_seen = false;
        channel->ended = false;
    }
    channel->rejoining = false;
    channel->counts.line[datagram->line].first++;
    channel->waiting = true;
    channel->walked = true;
}

/* datagram begins after the next number, or holes are open. */
static enum channel_status disorder_receive(struct channel *channel,
                                            const struct datagram *datagram)
{
    uint64_t count = datagram->end - datagram->sequence;
    uint64_t missing = holes_missing(&channel->holes, datagram->sequence, datagram->end);
    if (missing == 0) return copy_receive(channel, datagram);

    bool early = datagram->sequence > channel->next || channel_holding(channel);
    struct hole since = hole_now(channel, datagram->arrival.ns);
    if (early && datagram->bytes > channel->limits.store_bytes) {
        channel_hear(channel, datagram->sequence, datagram->arrival.ns);
        if (datagram->end > channel->holes.top) {
            channel->end_seen = false;
            channel->ended = false;
        }
        holes_raise(&channel->holes, datagram->sequence, &since);
        since.overdue = false;
        holes_raise(&channel->holes, datagram->end, &since);
        channel->rejoining = false;
        return CHANNEL_STORE_TOO_LONG;
    }
    if (missing < count && channel->limits.lines > 1) channel->counts.uncompared++;
    channel_want(channel, datagram);
    holes_fill(&channel->holes, datagram->sequence, datagram->end, &since);
    channel->early = early;
    return early ? CHANNEL_EARLY : CHANNEL_TAKEN;
}

/* What of datagram is new, whoever brought it? */
static inline enum channel_status messages_place(struct channel *channel,
                                                 const struct datagram *datagram)
{
    if (datagram->end <= channel->next) return copy_receive(channel, datagram);
    if (unlikely(datagram->sequence != channel->next) || unlikely(channel->holes.count > 0) ||
        unlikely(channel_holding(channel)))
        return disorder_receive(channel, datagram);

    channel_want(channel, datagram);
    channel->holes.top = datagram->end;
    channel->early = false;
    return CHANNEL_TAKEN;
}

static enum channel_status messages_receive(struct channel *channel,
                                            const struct datagram *datagram)
{
    struct line_track *track = &channel->line[datagram->line];
    uint64_t *lost = &channel->counts.line[datagram->line].lost;
    if (unlikely(channel->rejoining) && datagram->end > channel->next)
        channel_rejoin(channel, datagram->sequence);
    line_bring(track, datagram->sequence, datagram->end, lost);
    return messages_place(channel, datagram);
}

/* The same for what a retransmission server sent.  That it still answers says nothing of the
 * lines: their silence goes on as if nothing had come. */
static COLD enum channel_status reply_receive(struct channel *channel,
                                              const struct datagram *datagram)
{
    bool heard = channel->heard, heard_again = channel->heard_again;
    nanos_t heard_ns = channel->heard_ns;
    uint64_t fresh_at = channel->fresh_at;
    enum channel_status status = messages_place(channel, datagram);
    if (status == CHANNEL_CONFLICT) return status; /* then all is forgotten */
    channel->heard = heard;
    channel->heard_ns = heard_ns;
    channel->heard_again = heard_again;
    channel->fresh_at = fresh_at;
    return status;
}

/* The datagram with messages at payload becomes the current one.  Written in place: a copy of it
 * would wait for its own fields to leave the store buffer (12 ns a datagram). */
static inline void current_read(struct channel *channel, const uint8_t *payload, uint32_t bytes,
                                uint32_t line, const struct arrival *arrival)
{
    const struct moldudp64_header *header = (const struct moldudp64_header *)payload;
    uint64_t sequence = be64_read(header->sequence);
    channel->current = (struct datagram){
        .payload = payload,
        .bytes = bytes,
        .line = line,
        .sequence = sequence,
        .end = sequence + be16_read(header->count),
        .arrival = *arrival,
    };
}

static enum channel_status datagram_receive(struct channel *channel, uint32_t line,
                                            const uint8_t *payload, uint32_t bytes,
                                            const struct arrival *arrival)
{
    if (unlikely(channel->quarantined)) return CHANNEL_QUARANTINED;
    if (unlikely(bytes < DATAGRAM_HEADER_BYTES)) return CHANNEL_SHORT;

    const struct moldudp64_header *header = (const struct moldudp64_header *)payload;
    uint64_t sequence = be64_read(header->sequence);
    uint32_t count = be16_read(header->count);
    bool blocks = count != MOLDUDP64_HEARTBEAT && count != MOLDUDP64_END_OF_SESSION;
    if (unlikely(sequence == 0)) return CHANNEL_BAD_SEQUENCE;
    if (likely(blocks)) {
        if (unlikely(sequence > UINT64_MAX - count)) return CHANNEL_BAD_SEQUENCE;
        if (unlikely(bytes > CHANNEL_DATAGRAM_MAX)) return CHANNEL_BAD_BLOCKS;
        if (unlikely(!datagram_walk(payload, bytes, count, channel->offset)))
            return CHANNEL_BAD_BLOCKS;
    }
    enum verdict verdict = session_verdict(channel, header, arrival->ns);
    if (unlikely(line == LINE_REPLY)) {
        if (verdict != SESSION_SAME) return CHANNEL_OTHER_SESSION;
        if (!blocks) return CHANNEL_HEARTBEAT;
        current_read(channel, payload, bytes, line, arrival);
        return reply_receive(channel, &channel->current);
    }
    if (unlikely(verdict == SESSION_OTHER)) return CHANNEL_OTHER_SESSION;
    if (unlikely(verdict == SESSION_ADOPT)) session_adopt(channel, header, arrival->ns);
    channel->packets++;
    if (unlikely(!blocks)) return heartbeat_receive(channel, line, header, arrival->ns);
    current_read(channel, payload, bytes, line, arrival);
    return messages_receive(channel, &channel->current);
}

enum channel_status channel_receive(struct channel *channel, enum channel_line line,
                                    const uint8_t *payload, uint32_t bytes, struct arrival arrival)
{
    CHECK((uint32_t)line < channel->limits.lines || line == LINE_REPLY);
    CHECK(!channel->waiting);
    CHECK(!channel->giving);
    struct channel_line_counts *counts = &channel->counts.line[line];
    counts->received++;
    counts->last_ns = arrival.ns;
    enum channel_status status = datagram_receive(channel, line, payload, bytes, &arrival);
    channel->counts.datagram[status]++;
    return status;
}
