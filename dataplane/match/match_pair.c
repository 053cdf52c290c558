#include "dataplane/match/ledger.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_linked.h"

/* Two orders that share one quantity (E1), and one reservation (G6).
 *
 * Between inputs both have the same quantity open, or one of them has not come to life.  One has
 * special.reserves: what is reserved is its quantity, at special.reserve, which both know.  While
 * legs follow one of them may be the larger; it grew last, and has special.reserves.  A trade
 * releases what it traded whoever of them traded; so the one that traded takes special.reserves,
 * and the other shrinks without a release: to what that one has left, so that one which has not
 * grown yet loses only what it has more. */

static bool lives(const struct match *m, uint32_t slot)
{
    return slot != 0 && order_place(&m->orders[slot]) != PLACE_DORMANT;
}

int32_t pair_reserve_at(const struct match *m, uint32_t slot, int32_t ticks)
{
    uint32_t other = order_special(m, slot)->sibling;
    if (!lives(m, other)) return ticks;
    int32_t others = order_special(m, other)->limit;
    return others > ticks ? others : ticks;
}

void pair_reserved_at(struct match *m, uint32_t slot, int32_t ticks)
{
    struct special *s = order_special(m, slot);
    s->reserve = ticks;
    if (s->sibling != 0) order_special(m, s->sibling)->reserve = ticks;
}

void pair_runs(struct match *m, uint32_t slot)
{
    struct special *s = order_special(m, slot);
    s->reserves = true;
    if (s->sibling != 0) order_special(m, s->sibling)->reserves = false;
}

/* What is reserved for both at ticks is slot's, which by itself needs own. */
static void pair_reserved_by(struct match *m, uint32_t slot, int32_t own, int32_t ticks)
{
    struct special *s = order_special(m, slot);
    s->limit = own;
    s->reserve = ticks;
    s->reserves = true;
    if (!lives(m, s->sibling)) return;
    struct special *other = order_special(m, s->sibling);
    other->reserve = ticks;
    other->reserves = false;
}

bool pair_reserve(struct match *m, uint32_t slot, int32_t own, uint32_t lots)
{
    const struct order *order = &m->orders[slot];
    const struct special *s = order_special(m, slot);
    struct instrument *b = order_instrument(m, order);
    enum side side = order_side(order);
    const struct special *other = lives(m, s->sibling) ? order_special(m, s->sibling) : NULL;
    uint32_t had = lives(m, slot) ? order_open_lots(m, slot) : 0;
    uint32_t others = other != NULL ? order_open_lots(m, s->sibling) : 0;
    int32_t from = had != 0 ? s->reserve : other != NULL ? other->reserve : 0;
    int32_t to = pair_reserve_at(m, slot, own);
    CHECK(others <= lots);
    if (others > had) had = others;
    if (!ledger_exchange(m, b, order->holder, side, (struct ledger_reserved){from, had},
                         (struct ledger_reserved){to, lots}))
        return false;
    pair_reserved_by(m, slot, own, to);
    return true;
}

void pair_reprice(struct match *m, uint32_t slot, int32_t own)
{
    const struct order *order = &m->orders[slot];
    const struct special *s = order_special(m, slot);
    const struct instrument *b = order_instrument(m, order);
    enum side side = order_side(order);
    uint32_t lots = order_open_lots(m, slot);
    int32_t to = pair_reserve_at(m, slot, own);
    CHECK(!lives(m, s->sibling) || order_open_lots(m, s->sibling) <= lots);
    if (m->limits.accounts != 0) {
        ledger_release(m, b, order->holder, side, s->reserve, lots);
        ledger_restore(m, b, order->holder, side, to, lots);
    }
    pair_reserved_by(m, slot, own, to);
}

void pair_shrinks(struct match *m, uint32_t slot, uint32_t most, bool traded)
{
    uint32_t other = order_special(m, slot)->sibling;
    if (traded) pair_runs(m, slot);
    if (!lives(m, other)) return;
    uint32_t open = order_open_lots(m, other);
    if (most >= open) return;
    if (most != 0) {
        order_reduce(m, other, open - most, MATCH_LINKED);
    } else {
        if (order_special(m, other)->parent == 0) leg_cut(m, other);
        order_end(m, other, MATCH_LINKED); /* a leg with a parent sleeps */
    }
}

void pair_other_ends(struct match *m, uint32_t other)
{
    if (lives(m, other)) order_end(m, other, MATCH_LINKED);
    else order_close(m, other);
}

void leg_cut(struct match *m, uint32_t slot)
{
    struct special *s = order_special(m, slot);
    if (s->sibling != 0) order_special(m, s->sibling)->sibling = 0;
    s->sibling = 0;
    if (s->parent == 0) return;
    struct special *parent = order_special(m, s->parent);
    parent->legs[parent->legs[0] == slot ? 0 : 1] = 0;
    s->parent = 0;
}
