#include "dataplane/inet/tcp_layout.h"

/* Bytes beyond a hole lie in the receive ring where they will be read; ranges say which, in order,
 * apart from each other, all in (rcv_nxt, rcv_adv].  Where segments overlap, what came first stays:
 * only bytes that lie in no range are written (T5).  A segment that would need a range too many is
 * dropped and sent again by the peer, so a flood of single bytes costs a walk of TCP_EARLY_MAX. */

static uint32_t ranges_touched(const struct tcp_connection *c, uint32_t from, uint32_t to,
                               uint32_t *first)
{
    uint32_t i = 0, count = 0;
    while (i < c->early_count && seq_before(c->early[i].to, from)) i++;
    *first = i;
    while (i + count < c->early_count && !seq_after(c->early[i + count].from, to)) count++;
    return count;
}

bool tcp_early_keep(struct tcp *tcp, struct tcp_connection *c, uint32_t sequence,
                    const uint8_t *bytes, uint32_t length)
{
    uint32_t first, end = sequence + length;
    uint32_t touched = ranges_touched(c, sequence, end, &first);
    if (touched == 0 && c->early_count == TCP_EARLY_MAX) return false;
    struct tcp_range all = {.from = sequence, .to = end, .stamp = ++c->early_stamp};
    uint32_t at = sequence;
    for (uint32_t i = first; i < first + touched; i++) {
        const struct tcp_range *held = &c->early[i];
        if (seq_before(at, held->from))
            ring_write(receive_ring(tcp, c), tcp->receive_bytes, at, bytes + (at - sequence),
                       held->from - at);
        at = seq_later(at, held->to);
        if (seq_before(held->from, all.from)) all.from = held->from;
        if (seq_after(held->to, all.to)) all.to = held->to;
    }
    if (seq_before(at, end))
        ring_write(receive_ring(tcp, c), tcp->receive_bytes, at, bytes + (at - sequence), end - at);
    memmove(&c->early[first + 1], &c->early[first + touched],
            (c->early_count - first - touched) * sizeof c->early[0]);
    c->early_count = c->early_count - touched + 1;
    c->early[first] = all;
    return true;
}

uint32_t tcp_early_join(struct tcp_connection *c)
{
    uint32_t joined = 0, gone = 0;
    while (gone < c->early_count && !seq_after(c->early[gone].from, c->rcv_nxt)) {
        if (seq_after(c->early[gone].to, c->rcv_nxt)) {
            joined += c->early[gone].to - c->rcv_nxt;
            c->rcv_nxt = c->early[gone].to;
        }
        gone++;
    }
    c->early_count -= gone;
    memmove(&c->early[0], &c->early[gone], c->early_count * sizeof c->early[0]);
    return joined;
}

uint32_t tcp_early_blocks(const struct tcp_connection *c, struct tcp_range *block, uint32_t max)
{
    uint32_t below = UINT32_MAX, count = 0;
    while (count < max) {
        const struct tcp_range *newest = NULL;
        for (uint32_t i = 0; i < c->early_count; i++) {
            const struct tcp_range *range = &c->early[i];
            if (range->stamp < below && (!newest || range->stamp > newest->stamp)) newest = range;
        }
        if (!newest) break;
        below = newest->stamp;
        block[count++] = *newest;
    }
    return count;
}
