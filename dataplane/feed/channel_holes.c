#include "dataplane/feed/channel_holes.h"

#include <string.h>

/* The ranges are a sorted array that slides: the first leave by moving head, new ones mostly join
 * at the end, and when the end of the memory is reached all move back to its beginning.  As the
 * memory has room for twice count_max, at least count_max ranges have left between two slides.
 *
 * At most store_datagrams + 2 ranges can be apart from each other (each but the last has a waiting
 * datagram behind it, or the one being received), so a full array holds two that are adjacent. */

uint32_t holes_max(uint32_t store_datagrams)
{
    return store_datagrams + 3 + HOLES_SPARE;
}

size_t holes_footprint(uint32_t store_datagrams)
{
    return 2 * (size_t)holes_max(store_datagrams) * sizeof(struct hole);
}

void holes_build(struct holes *holes, void *memory, uint32_t store_datagrams)
{
    *holes = (struct holes){.at = memory, .count_max = holes_max(store_datagrams)};
}

void holes_reset(struct holes *holes, uint64_t top)
{
    holes->head = 0;
    holes->count = 0;
    holes->top = top;
}

uint32_t holes_find(const struct holes *holes, uint64_t number)
{
    uint32_t low = 0, high = holes->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (holes_at(holes, middle)->end > number) high = middle;
        else low = middle + 1;
    }
    return low;
}

static void hole_remove(struct holes *holes, uint32_t index, uint32_t count)
{
    if (count == 0) return;
    holes->count -= count;
    if (index == 0) {
        holes->head = holes->count > 0 ? holes->head + count : 0;
        return;
    }
    struct hole *at = &holes->at[holes->head + index];
    memmove(at, at + count, (holes->count - index) * sizeof *at);
}

/* Makes one range of the last two that are adjacent. */
static void hole_merge(struct holes *holes)
{
    uint32_t index = holes->count - 1;
    while (index > 0 && holes_at(holes, index - 1)->end != holes_at(holes, index)->first) index--;
    CHECK(index > 0);
    holes_at(holes, index - 1)->end = holes_at(holes, index)->end;
    hole_remove(holes, index, 1);
}

/* Puts hole at place index; there must be room. */
static void hole_insert(struct holes *holes, uint32_t index, const struct hole *hole)
{
    CHECK(holes->count < holes->count_max);
    if (holes->head + holes->count == 2 * holes->count_max) {
        memmove(holes->at, &holes->at[holes->head], holes->count * sizeof *hole);
        holes->head = 0;
    }
    struct hole *at = &holes->at[holes->head + index];
    memmove(at + 1, at, (holes->count - index) * sizeof *at);
    *at = *hole;
    holes->count++;
}

uint64_t holes_missing(const struct holes *holes, uint64_t first, uint64_t end)
{
    uint64_t missing = 0;
    for (uint32_t i = holes_find(holes, first); i < holes->count; i++) {
        const struct hole *hole = holes_at(holes, i);
        if (hole->first >= end) break;
        missing +=
            (hole->end < end ? hole->end : end) - (hole->first > first ? hole->first : first);
    }
    if (end > holes->top) missing += end - (first > holes->top ? first : holes->top);
    return missing;
}

void holes_raise(struct holes *holes, uint64_t top, const struct hole *since)
{
    if (top <= holes->top) return;
    if (holes->count == holes->count_max) hole_merge(holes);
    struct hole tail = *since;
    tail.first = holes->top;
    tail.end = top;
    hole_insert(holes, holes->count, &tail);
    holes->top = top;
}

void holes_fill(struct holes *holes, uint64_t first, uint64_t end, const struct hole *since)
{
    holes_raise(holes, first, since);
    if (holes->count == holes->count_max) hole_merge(holes);

    uint32_t index = holes_find(holes, first);
    if (index < holes->count && holes_at(holes, index)->first < first) {
        struct hole *hole = holes_at(holes, index);
        struct hole rest = *hole;
        hole->end = first;
        rest.first = first;
        index++;
        if (rest.end > end)
            hole_insert(holes, index,
                        &(struct hole){
                            .first = end,
                            .end = rest.end,
                            .open_ns = rest.open_ns,
                            .open_packet = rest.open_packet,
                            .overdue = rest.overdue,
                        });
    }
    uint32_t whole = 0;
    while (index + whole < holes->count && holes_at(holes, index + whole)->end <= end) whole++;
    hole_remove(holes, index, whole);
    if (index < holes->count && holes_at(holes, index)->first < end)
        holes_at(holes, index)->first = end;
    if (end > holes->top) holes->top = end;
}

void holes_front(struct holes *holes, uint64_t first, uint64_t end, const struct hole *since)
{
    struct hole front = *since;
    uint32_t below = 0;
    while (below < holes->count && holes_at(holes, below)->first < end) below++;
    if (below > 0) {
        const struct hole *oldest = holes_at(holes, 0);
        front.open_ns = oldest->open_ns;
        front.open_packet = oldest->open_packet;
        front.overdue |= oldest->overdue;
    }
    hole_remove(holes, 0, below);
    front.first = first;
    front.end = end;
    if (front.first < front.end) {
        if (holes->count == holes->count_max) hole_merge(holes);
        hole_insert(holes, 0, &front);
    }
    if (holes->top < end) holes->top = end;
}

void holes_give_up(struct holes *holes)
{
    CHECK(holes->count > 0);
    hole_remove(holes, 0, 1);
}

void holes_verify(const struct holes *holes, uint64_t next)
{
    CHECK(holes->count <= holes->count_max);
    CHECK(holes->head + holes->count <= 2 * holes->count_max);
    uint64_t from = next;
    for (uint32_t i = 0; i < holes->count; i++) {
        const struct hole *hole = holes_at(holes, i);
        CHECK(hole->first >= from);
        CHECK(hole->end > hole->first);
        from = hole->end;
    }
    CHECK(from <= holes->top);
}
