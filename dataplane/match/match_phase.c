#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_parts.h"

/* Phases, and what ends many orders at once: the end of a day and the end of an instrument. */

/* Which orders end: those whose meta has value in the bits of mask. */
struct selection {
    uint32_t mask;
    uint32_t value;
    enum match_reason reason;
};

/* Of a list linked by order.next.  An order's end may take others of the list along (its pair,
 * which is chosen too), so the next one is looked up from the last one that stayed. */
static void list_end(struct match *m, const uint32_t *first, const struct selection *which)
{
    uint32_t stayed = 0, slot = *first;
    while (slot != 0) {
        if ((m->orders[slot].meta & which->mask) == which->value) {
            order_end(m, slot, which->reason);
            CHECK(stayed == 0 || m->orders[stayed].id != 0);
        } else {
            stayed = slot;
        }
        slot = stayed == 0 ? *first : m->orders[stayed].next;
    }
}

static void ladder_end(struct match *m, const struct ladder *ladder, const struct selection *which)
{
    int64_t key = ladder->best;
    for (; key != LADDER_EMPTY; key = ladder_after(ladder, key))
        list_end(m, &ladder_level(m, ladder, key)->head, which);
}

/* In the order of F2. */
static void instrument_end(struct match *m, const struct instrument *b,
                           const struct selection *which)
{
    ladder_end(m, &b->side[SIDE_BUY], which);
    ladder_end(m, &b->side[SIDE_SELL], which);
    ladder_end(m, &b->waits[SIDE_BUY], which);
    ladder_end(m, &b->waits[SIDE_SELL], which);
    list_end(m, &b->trailing_first, which);
}

void instrument_clear(struct match *m, struct instrument *b, enum match_reason reason)
{
    struct selection fired = {META_INSTRUMENT, b->index, reason};
    instrument_end(m, b, &(struct selection){.reason = reason});
    list_end(m, &m->fired_first, &fired);
}

static void phase_said(struct match *m, const struct instrument *b)
{
    match_emit(m, &(struct match_event){
                      .instrument = b->index,
                      .kind = MATCH_PHASED,
                      .reason = b->phase,
                  });
}

void phase_enter(struct match *m, struct instrument *b, enum match_phase phase)
{
    if (phase == MATCH_OPEN || phase == MATCH_CLOSED) auction_hold(m, b);
    b->phase = (uint8_t)phase;
    b->pause_until = 0;
    instrument_due(m, b);
    phase_said(m, b);
    struct selection day = {META_DAY, META_DAY, MATCH_DAY_OVER};
    if (phase == MATCH_CLOSED) instrument_end(m, b, &day);
    if (phase == MATCH_OPEN && b->waiting != 0 && b->last != 0) stops_scan(m, b, b->last, b->last);
}

void instrument_pause(struct match *m, struct instrument *b)
{
    nanos_t pause_ns = b->listing.pause_ns;
    b->phase = MATCH_PAUSED;
    b->pause_until = m->now > UINT64_MAX - pause_ns ? UINT64_MAX : m->now + pause_ns;
    instrument_due(m, b);
    phase_said(m, b);
}

static enum match_reason phase_check(const struct match *m, const struct match_input *in)
{
    uint64_t beside_type = input_tail(in) >> 8 & ~((uint64_t)0xff << 8);
    bool bare = (in->id | in->other | in->account) == 0 && in->price == 0 && in->qty == 0;
    if (in->bytes != sizeof *in || !bare || beside_type != 0 || in->type >= MATCH_PHASE_COUNT)
        return MATCH_MALFORMED;
    const struct instrument *b = instrument_of(m, in->instrument);
    if (b == NULL) return MATCH_NO_INSTRUMENT;
    if (in->type == MATCH_UNLISTED || in->type == MATCH_PAUSED || in->type == b->phase)
        return MATCH_BAD_PHASE;
    return MATCH_NO_REASON;
}

void command_phase(struct match *m, const struct match_input *in)
{
    enum match_reason reason = phase_check(m, in);
    if (reason != MATCH_NO_REASON) match_reject(m, in, reason);
    else phase_enter(m, &m->instruments[in->instrument], (enum match_phase)in->type);
}
