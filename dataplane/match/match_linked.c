#include "dataplane/match/match_linked.h"

#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"

/* What the trades and the end of an order mean for those it is linked to (E1-E4, E7).
 *
 * A parent is known by its slot as long as it has to be: while something of it is open; if it is
 * tracked, until all that was filled is closed; and until its legs have followed its last trade.
 * Between inputs:
 *   - leg.parent and parent.legs[i], and both siblings, name each other; none names a free slot;
 *   - a leg that lives has at most filled - closed of its parent open;
 *   - an order PLACE_HELD is tracked, and closed < filled;
 *   - a leg is PLACE_DORMANT only while its parent is known. */

static bool has_legs(const struct special *s)
{
    return (s->legs[0] | s->legs[1]) != 0;
}

order_id_t linked_leg_of(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    if (!(order->meta & META_LINKED) || order->id <= MATCH_ID_MAX) return 0;
    const struct special *s = order_special(m, slot);
    if (s->parent != 0) return m->orders[s->parent].id;
    order_id_t other = s->sibling == 0 ? 0 : m->orders[s->sibling].id;
    return other <= MATCH_ID_MAX ? other : 0; /* of two legs none is the other's */
}

/* Status (E4). */

void status_tell(struct match *m, uint32_t slot, enum match_status status)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    struct special *s = order_special(m, slot);
    s->status = (uint8_t)status;
    match_emit(m, &(struct match_event){
                      .id = order->id,
                      .qty = lots_qty(b, s->filled),
                      .left = lots_qty(b, s->filled - s->closed),
                      .account = holder_account(m, order->holder),
                      .instrument = b->index,
                      .kind = MATCH_STATUS,
                      .reason = (uint8_t)status,
                  });
}

static enum match_status status_of(const struct match *m, uint32_t slot)
{
    const struct special *s = order_special(m, slot);
    if (order_open_lots(m, slot) != 0)
        return s->filled == 0 ? MATCH_PENDING : MATCH_PARTIALLY_FILLED;
    if (s->closed == 0) return MATCH_FILLED;
    return s->closed < s->filled ? MATCH_PARTIALLY_CLOSED : MATCH_CLOSED_OUT;
}

void status_changed(struct match *m, uint32_t slot)
{
    status_tell(m, slot, status_of(m, slot));
}

/* Parents. */

void parent_dirty(struct match *m, uint32_t slot)
{
    struct special *s = order_special(m, slot);
    if (s->is_dirty) return;
    s->is_dirty = true;
    s->dirty = 0;
    if (m->dirty_last != 0) order_special(m, m->dirty_last)->dirty = slot;
    else m->dirty_first = slot;
    m->dirty_last = slot;
}

bool parent_done(const struct match *m, uint32_t slot)
{
    const struct special *s = order_special(m, slot);
    return s->tracked && !s->is_dirty && order_place(&m->orders[slot]) == PLACE_HELD &&
           s->closed == s->filled;
}

void parent_forget(struct match *m, uint32_t slot)
{
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t leg = order_special(m, slot)->legs[i];
        if (leg == 0) continue;
        if (order_place(&m->orders[leg]) == PLACE_DORMANT) {
            leg_cut(m, leg);
            order_close(m, leg);
        } else {
            order_special(m, leg)->parent = 0;
        }
    }
    order_close(m, slot);
}

static bool parent_ended(struct match *m, uint32_t slot, enum match_reason reason)
{
    const struct special *s = order_special(m, slot);
    bool stays = s->is_dirty;
    if (s->tracked && s->filled == 0) {
        bool expired = reason == MATCH_DAY_OVER;
        status_tell(m, slot, expired ? MATCH_ENDED_EXPIRED : MATCH_ENDED_CANCELED);
    } else if (s->tracked) {
        enum match_status status = status_of(m, slot);
        if (status != s->status) status_tell(m, slot, status);
        stays |= s->closed < s->filled;
    }
    if (stays) order_move_to(&m->orders[slot], PLACE_HELD);
    else parent_forget(m, slot);
    return stays;
}

/* Legs. */

static bool leg_ended(struct match *m, uint32_t slot, enum match_reason reason)
{
    struct special *s = order_special(m, slot);
    if (reason == MATCH_NO_REASON || reason == MATCH_LINKED) {
        uint32_t parent = s->parent;
        order_move_to(&m->orders[slot], PLACE_DORMANT);
        s->reserves = false;
        if (!parent_done(m, parent)) return true;
        parent_forget(m, parent);
        return false;
    }
    uint32_t other = s->sibling;
    leg_cut(m, slot);
    if (other != 0) {
        leg_cut(m, other);
        pair_other_ends(m, other);
    }
    order_close(m, slot);
    return false;
}

void linked_traded(struct match *m, uint32_t slot, uint32_t by, uint32_t left)
{
    struct special *s = order_special(m, slot);
    if (s->sibling != 0) pair_shrinks(m, slot, left, true);
    if (s->parent != 0) {
        struct special *parent = order_special(m, s->parent);
        parent->closed += by;
        if (parent->tracked) status_changed(m, s->parent);
    }
    if (s->tracked || has_legs(s)) s->filled += by;
    if (has_legs(s)) parent_dirty(m, slot);
    if (s->tracked) status_changed(m, slot);
}

void linked_reduced(struct match *m, uint32_t slot, uint32_t left)
{
    if (order_special(m, slot)->sibling != 0) pair_shrinks(m, slot, left, false);
}

bool linked_ended(struct match *m, uint32_t slot, enum match_reason reason)
{
    const struct special *s = order_special(m, slot);
    if (s->parent != 0) return leg_ended(m, slot, reason);
    uint32_t other = s->sibling;
    if (other != 0) {
        leg_cut(m, slot);
        pair_other_ends(m, other);
    }
    if (s->tracked || has_legs(s)) return parent_ended(m, slot, reason);
    if (s->is_dirty) { /* its legs have ended since it traded; linked_follow_next frees it */
        order_move_to(&m->orders[slot], PLACE_HELD);
        return true;
    }
    order_close(m, slot);
    return false;
}

void linked_forget(struct match *m, uint32_t slot)
{
    const struct special *s = order_special(m, slot);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t leg = s->legs[i];
        if (leg != 0 && order_place(&m->orders[leg]) != PLACE_DORMANT)
            order_end(m, leg, MATCH_BY_USER); /* and the other one with it */
    }
    status_tell(m, slot, MATCH_ENDED_CANCELED);
    parent_forget(m, slot);
}

void linked_remove(struct match *m, const struct instrument *b)
{
    if (m->specials_used == 0) return;
    for (uint32_t i = 1; i <= m->limits.specials; i++) {
        uint32_t slot = m->specials[i].order;
        const struct order *order = &m->orders[slot];
        if (slot != 0 && order_place(order) == PLACE_HELD && order_instrument(m, order) == b)
            parent_forget(m, slot);
    }
}
