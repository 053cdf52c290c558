#ifndef DATAPLANE_MATCH_MATCH_EMIT_H
#define DATAPLANE_MATCH_MATCH_EMIT_H

/* Writing events.  For the files of this folder. */

#include "dataplane/match/match_layout.h"

/* The last eight bytes of an event as one store, and its two accounts as another. */
static inline void event_tail(struct match *m, struct match_event *at, const struct instrument *b,
                              uint32_t kind_reason_side_flags)
{
    uint64_t tail = (uint64_t)kind_reason_side_flags << 32 | (m->step++ & 0xffff) << 16 | b->index;
    __builtin_memcpy(&at->instrument, &tail, sizeof tail);
}

static inline void event_accounts(struct match_event *at, uint32_t account, uint32_t other)
{
    uint64_t both = (uint64_t)other << 32 | account;
    __builtin_memcpy(&at->account, &both, sizeof both);
}

static_assert(offsetof(struct match_event, instrument) == 56, "the tail is eight bytes");
static_assert(offsetof(struct match_event, step) == 58, "as event_tail writes it");
static_assert(offsetof(struct match_event, kind) == 60, "as event_tail writes it");
static_assert(offsetof(struct match_event, account) == 48, "as event_accounts writes it");

/* kind, reason, side and flags of an event. */
static inline uint32_t event_word(enum match_event_kind kind, enum match_reason reason,
                                  uint32_t side, uint32_t flags)
{
    return (uint32_t)kind | (uint32_t)reason << 8 | side << 16 | flags << 24;
}

/* The next event is written. */
static inline void event_done(struct match *m)
{
    struct match_events *events = m->events;
    if (unlikely(++events->count == events->capacity)) events->full(events);
}

/* Adds event, whose number, step and fields not named are filled in. */
static inline void match_emit(struct match *m, const struct match_event *event)
{
    struct match_events *events = m->events;
    struct match_event *at = &events->at[events->count];
    at->number = m->number;
    at->id = event->id;
    at->other = event->other;
    at->price = event->price;
    at->qty = event->qty;
    at->left = event->left;
    at->account = event->account;
    at->other_account = event->other_account;
    at->instrument = event->instrument;
    at->step = (uint16_t)m->step++;
    at->kind = event->kind;
    at->reason = event->reason;
    at->side = event->side;
    at->flags = event->flags;
    if (unlikely(++events->count == events->capacity)) events->full(events);
}

/* Nothing was changed, and why. */
static inline void match_reject(struct match *m, const struct match_input *in,
                                enum match_reason reason)
{
    match_emit(m, &(struct match_event){
                      .id = in->id,
                      .account = in->account,
                      .instrument = in->instrument,
                      .kind = MATCH_REJECTED,
                      .reason = (uint8_t)reason,
                  });
}

/* A market order that meets nobody ends before it asks for money. */
static inline void match_meets_nobody(struct match *m, const struct match_input *in)
{
    match_emit(m, &(struct match_event){
                      .id = in->id,
                      .account = in->account,
                      .left = in->qty,
                      .instrument = in->instrument,
                      .kind = MATCH_CANCELED,
                      .reason = MATCH_NO_LIQUIDITY,
                      .side = in->side,
                  });
}

#endif
