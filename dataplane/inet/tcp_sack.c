#include "dataplane/inet/tcp_layout.h"

/* What the peer has beyond its acknowledgment (RFC 2018, RFC 6675): ranges in order, apart from
 * each other, all in (una, max].  There are TCP_SACKED_MAX; what does not fit is not known, which
 * costs a needless repetition and nothing else. */

#define DUPLICATES 3u /* DupThresh */

static bool sacked_known(const struct tcp_connection *c, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < c->sacked_count; i++)
        if (!seq_before(from, c->sacked[i].from) && !seq_after(to, c->sacked[i].to)) return true;
    return false;
}

/* Puts [from, to) into ranges[0..*count), joining what it touches; false: no room. */
static bool range_insert(struct tcp_range *ranges, uint32_t *count, uint32_t max,
                         struct tcp_range add)
{
    uint32_t first = 0;
    while (first < *count && seq_before(ranges[first].to, add.from)) first++;
    uint32_t last = first; /* one past those it joins */
    while (last < *count && !seq_after(ranges[last].from, add.to)) {
        if (seq_before(ranges[last].from, add.from)) add.from = ranges[last].from;
        if (seq_after(ranges[last].to, add.to)) add.to = ranges[last].to;
        last++;
    }
    if (first == last && *count == max) return false;
    memmove(&ranges[first + 1], &ranges[last], (*count - last) * sizeof *ranges);
    *count = *count - (last - first) + 1;
    ranges[first] = add;
    return true;
}

bool tcp_sack_take(struct tcp_connection *c, const struct tcp_segment *segment)
{
    bool new = false;
    for (uint32_t i = 0; i < segment->sacks; i++) {
        struct tcp_range block = segment->sack[i];
        /* What is acknowledged, or contradicts itself, is no news: a duplicate reported (RFC 2883)
         * or nonsense. */
        if (!seq_before(block.from, block.to) || seq_before(block.from, c->snd_una)) continue;
        if (block.from == c->snd_una && seq_before(c->snd_una, segment->ack)) continue;
        if (!seq_after(block.from, segment->ack) || seq_after(block.to, c->snd_max)) continue;
        if (sacked_known(c, block.from, block.to)) continue;
        if (range_insert(c->sacked, &c->sacked_count, TCP_SACKED_MAX, block)) new = true;
    }
    return new;
}

void tcp_sack_trim(struct tcp_connection *c)
{
    uint32_t gone = 0;
    while (gone < c->sacked_count && !seq_after(c->sacked[gone].to, c->snd_una)) gone++;
    c->sacked_count -= gone;
    memmove(&c->sacked[0], &c->sacked[gone], c->sacked_count * sizeof c->sacked[0]);
    if (c->sacked_count > 0 && !seq_after(c->sacked[0].from, c->snd_una)) {
        /* The peer acknowledges less than it has: it has dropped what it said it had. */
        c->sacked_count = 0;
    }
}

uint32_t tcp_sacked_below(const struct tcp_connection *c, uint32_t sequence)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < c->sacked_count && seq_before(c->sacked[i].from, sequence); i++) {
        uint32_t to = seq_before(c->sacked[i].to, sequence) ? c->sacked[i].to : sequence;
        bytes += to - c->sacked[i].from;
    }
    return bytes;
}

/* The hole before range i is lost if enough has arrived behind it (RFC 6675, IsLost). */
static bool hole_lost(const struct tcp_connection *c, uint32_t i)
{
    if (c->sacked_count - i >= DUPLICATES) return true;
    uint32_t above = 0;
    for (; i < c->sacked_count; i++) above += c->sacked[i].to - c->sacked[i].from;
    return above > (DUPLICATES - 1) * c->mss;
}

static uint32_t overlap_below(uint32_t from, uint32_t to, uint32_t limit)
{
    if (!seq_before(from, limit)) return 0;
    return (seq_before(to, limit) ? to : limit) - from;
}

uint32_t tcp_pipe(const struct tcp_connection *c)
{
    if (c->sacked_count == 0) return c->snd_nxt - c->snd_una;
    uint32_t pipe = 0, from = c->snd_una;
    for (uint32_t i = 0; i <= c->sacked_count; i++) {
        bool last = i == c->sacked_count;
        uint32_t to = last ? c->snd_nxt : c->sacked[i].from;
        if (seq_after(to, c->snd_nxt)) to = c->snd_nxt;
        if (seq_before(from, to)) {
            bool lost = !last && hole_lost(c, i);
            if (c->recovering && i == 0) lost = true; /* that is why we recover */
            if (!lost) pipe += to - from;
            if (c->recovering) pipe += overlap_below(from, to, c->rtx_next);
        }
        if (!last) from = c->sacked[i].to;
    }
    return pipe;
}

bool tcp_sack_hole(const struct tcp_connection *c, bool lost, struct tcp_range *hole)
{
    uint32_t from = c->snd_una;
    for (uint32_t i = 0; i < c->sacked_count; i++) {
        uint32_t start = seq_later(from, c->rtx_next), to = c->sacked[i].from;
        if (seq_before(start, to) && (!lost || hole_lost(c, i))) {
            *hole = (struct tcp_range){.from = start, .to = to};
            return true;
        }
        from = c->sacked[i].to;
    }
    return false;
}

uint32_t tcp_sack_skip(const struct tcp_connection *c, uint32_t sequence)
{
    for (uint32_t i = 0; i < c->sacked_count; i++)
        if (!seq_before(sequence, c->sacked[i].from) && seq_before(sequence, c->sacked[i].to))
            sequence = c->sacked[i].to;
    return sequence;
}

uint32_t tcp_sack_gap(const struct tcp_connection *c, uint32_t sequence)
{
    for (uint32_t i = 0; i < c->sacked_count; i++)
        if (seq_before(sequence, c->sacked[i].from)) return c->sacked[i].from - sequence;
    return UINT32_MAX;
}
