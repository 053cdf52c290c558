#include "dataplane/feed/channel_line.h"

/* The bit of a number is set if the line brought it, or if nobody asked: after line_reset all
 * bits are set, and a bit is cleared only by line_pass.  Numbers CHANNEL_LINE_WINDOW apart share
 * a bit; it belongs to the younger, and what the older had lost stays lost. */

static_assert(IS_POW2(LINE_WORDS), "words are found with a mask");
static_assert(CHANNEL_LINE_WINDOW > CHANNEL_MESSAGES_MAX, "a datagram fits the window");

enum change { CHANGE_SET, CHANGE_CLEAR };

/* Sets or clears the bits of [first, end), and returns how many of them changed. */
static uint64_t bits_change(struct line_track *track, uint64_t first, uint64_t end,
                            enum change change)
{
    uint64_t changed = 0;
    while (first < end) {
        uint64_t *word = &track->bits[first / 64 % LINE_WORDS];
        uint64_t low = first % 64;
        uint64_t count = end - first < 64 - low ? end - first : 64 - low;
        uint64_t mask = (UINT64_MAX >> (64 - count)) << low;
        uint64_t after = change == CHANGE_SET ? *word | mask : *word & ~mask;
        changed += (uint64_t)__builtin_popcountll(*word ^ after);
        *word = after;
        first += count;
    }
    if (change == CHANGE_SET) track->absent -= changed;
    else track->absent += changed;
    return changed;
}

void line_reset(struct line_track *track, uint64_t number)
{
    track->top = number;
    track->absent = 0;
    for (uint32_t i = 0; i < LINE_WORDS; i++) track->bits[i] = UINT64_MAX;
}

void line_pass(struct line_track *track, uint64_t number, uint64_t *lost)
{
    if (number <= track->top) return;
    *lost += number - track->top;
    uint64_t first = track->top;
    if (number - first > CHANNEL_LINE_WINDOW) first = number - CHANNEL_LINE_WINDOW;
    bits_change(track, first, number, CHANGE_CLEAR);
    track->top = number;
}

void line_bring_disorder(struct line_track *track, uint64_t first, uint64_t end, uint64_t *lost)
{
    line_pass(track, first, lost);

    /* Late ones: those still in the window are not lost after all. */
    uint64_t window = track->top > CHANNEL_LINE_WINDOW ? track->top - CHANNEL_LINE_WINDOW : 0;
    uint64_t late = first > window ? first : window;
    uint64_t late_end = end < track->top ? end : track->top;
    if (late < late_end) *lost -= bits_change(track, late, late_end, CHANGE_SET);

    if (end <= track->top) return;
    bits_change(track, track->top, end, CHANGE_SET);
    track->top = end;
}

void line_verify(const struct line_track *track)
{
    uint64_t set = 0;
    for (uint32_t i = 0; i < LINE_WORDS; i++) set += (uint64_t)__builtin_popcountll(track->bits[i]);
    CHECK(set + track->absent == CHANNEL_LINE_WINDOW);
}
