#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_linked.h"
#include "dataplane/match/match_slots.h"

#include <string.h>

/* MODIFY of an order gives its legs new prices, adds one, clears one (E6).
 *
 * What the legs would be is worked out first, as the legs of a NEW would be asked for, and must fit
 * like these; then it is done, leg by leg.  A leg that sleeps changes without a word; an added one
 * comes to life when its parent's legs follow, which they do at the end of this input. */

struct leg_change {
    struct match_leg leg; /* as it will be; type MATCH_TYPE_NONE: there will be none */
    bool cleared;
    bool added;
    bool priced;    /* another limit */
    bool triggered; /* another trigger or distance */
};

bool modify_terms(const struct match_input *in, struct match_terms *terms)
{
    static const uint8_t none[8];
    memset(terms, 0, sizeof *terms);
    if (in->bytes > sizeof *in) memcpy(terms, in + 1, sizeof *terms);
    if (terms->display != 0 || terms->link != MATCH_ALONE) return false;
    if (memcmp(terms->spare, none, sizeof terms->spare) != 0) return false;
    for (uint32_t i = 0; i < 2; i++) {
        const struct match_leg *leg = &terms->legs[i];
        if (leg->type >= MATCH_TYPE_COUNT || leg->side > SIDE_SELL) return false;
        if (leg->type == MATCH_TYPE_NONE && leg->side != 0) return false;
        if (memcmp(leg->spare, none, sizeof leg->spare) != 0) return false;
    }
    return true;
}

/* The leg as it would be asked for. */
static struct match_leg leg_now(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    const struct special *s = order_special(m, slot);
    bool limit = s->type == MATCH_LIMIT || s->type == MATCH_STOP_LIMIT;
    int32_t trigger = s->type == MATCH_TRAILING_STOP ? s->trail : s->trigger;
    return (struct match_leg){
        .price = limit ? ticks_price(b, s->limit) : 0,
        .trigger = s->type == MATCH_LIMIT ? 0 : ticks_price(b, trigger),
        .type = s->type,
        .side = (uint8_t)order_side(order),
    };
}

static enum match_reason leg_asked(const struct match *m, uint32_t slot,
                                   const struct match_leg *asked, bool clear, struct leg_change *to)
{
    bool priced = asked->price != 0, triggered = asked->trigger != 0;
    bool changes = priced || triggered;
    memset(to, 0, sizeof *to);
    if (slot != 0) to->leg = leg_now(m, slot);
    if (clear) {
        if (slot == 0 || changes || asked->type != MATCH_TYPE_NONE) return MATCH_BAD_TERMS;
        to->leg.type = MATCH_TYPE_NONE;
        to->cleared = true;
    } else if (asked->type != MATCH_TYPE_NONE) {
        if (slot != 0) return MATCH_BAD_LEG;
        to->leg = *asked;
        to->added = true;
    } else if (changes) {
        if (slot == 0 || order_place(&m->orders[slot]) == PLACE_FIRED) return MATCH_BAD_TERMS;
        to->priced = priced && asked->price != to->leg.price;
        to->triggered = triggered && asked->trigger != to->leg.trigger;
        if (priced) to->leg.price = asked->price;
        if (triggered) to->leg.trigger = asked->trigger;
    }
    return MATCH_NO_REASON;
}

static bool changes(const struct leg_change *to)
{
    return to->cleared || to->added || to->priced || to->triggered;
}

/* What becomes of both legs, or why nothing does. */
static enum match_reason legs_asked(const struct match *m, uint32_t slot,
                                    const struct match_input *in, struct leg_change *to)
{
    struct match_terms terms;
    if (!modify_terms(in, &terms)) return MATCH_MALFORMED;
    const struct special *s = order_special(m, slot);
    for (uint32_t i = 0; i < 2; i++) {
        bool clear = (in->flags & (MATCH_CLEAR_TAKE_PROFIT << i)) != 0;
        enum match_reason reason = leg_asked(m, s->legs[i], &terms.legs[i], clear, &to[i]);
        if (reason != MATCH_NO_REASON) return reason;
    }
    bool with_legs = s->tracked || (s->legs[0] | s->legs[1]) != 0;
    if ((changes(&to[0]) || changes(&to[1])) && !with_legs) return MATCH_BAD_TERMS;
    return MATCH_NO_REASON;
}

/* The limit that a bracket must fit around: none, if nothing more of the order can trade. */
static price_t bracket_limit(const struct match *m, uint32_t slot, const struct match_input *in)
{
    const struct order *order = &m->orders[slot];
    if (order_special(m, slot)->type != MATCH_LIMIT || order_place(order) == PLACE_HELD) return 0;
    return in->price != 0 ? in->price
                          : ticks_price(order_instrument(m, order), key_ticks(order->key));
}

/* What a leg that lives will reserve at by itself. */
static int32_t changed_reserve(const struct match *m, uint32_t slot, const struct leg_change *to)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    const struct special *s = order_special(m, slot);
    if (!to->priced && !to->triggered) return s->limit;
    if (s->type != MATCH_TRAILING_STOP) return leg_reserve(b, &to->leg);
    int32_t distance = (int32_t)unit_good(&b->tick, to->leg.trigger);
    int32_t trigger = stop_trigger_from(b, order_side(order), s->best_last, distance);
    return stop_limit_at(b, order_side(order), trigger);
}

/* Whether the legs that live can be reserved at their new prices, tried and taken back.  Asked once
 * for all that changes: one step of it may need more than the step before has left it with, where
 * what both reserve only falls. */
static bool legs_affordable(struct match *m, uint32_t slot, const struct leg_change *to)
{
    const struct special *s = order_special(m, slot);
    uint32_t leg = 0;
    int32_t ticks = 0;
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t at = s->legs[i];
        if (at == 0 || to[i].cleared || order_place(&m->orders[at]) == PLACE_DORMANT) continue;
        int32_t own = changed_reserve(m, at, &to[i]);
        if (own > ticks) ticks = own;
        leg = at;
    }
    if (leg == 0 || ticks <= order_special(m, leg)->reserve) return true;
    const struct order *order = &m->orders[leg];
    const struct instrument *b = order_instrument(m, order);
    enum side side = order_side(order);
    const struct ledger_reserved from = {order_special(m, leg)->reserve, order_open_lots(m, leg)};
    const struct ledger_reserved to_have = {ticks, from.lots};
    if (!ledger_exchange(m, b, order->holder, side, from, to_have)) return false;
    bool taken_back = ledger_exchange(m, b, order->holder, side, to_have, from);
    CHECK(taken_back);
    return true;
}

enum match_reason linked_modify_check(struct match *m, uint32_t slot, const struct match_input *in)
{
    const struct order *order = &m->orders[slot];
    const struct special *s = order_special(m, slot);
    if (order->id > MATCH_ID_MAX || s->sibling != 0) return MATCH_BAD_TERMS; /* B8 */
    struct match_terms terms;
    struct leg_change to[2];
    if (!modify_terms(in, &terms)) return MATCH_MALFORMED;
    if (terms.trigger != 0 && order_place(order) != PLACE_WAITS) return MATCH_BAD_TERMS;
    enum match_reason reason = legs_asked(m, slot, in, to);
    if (reason != MATCH_NO_REASON) return reason;
    const struct match_leg legs[2] = {to[0].leg, to[1].leg};
    bool asks = changes(&to[0]) || changes(&to[1]);
    if (!asks && in->price == 0) return MATCH_NO_REASON;
    const struct instrument *b = order_instrument(m, order);
    if (!legs_fit(b, legs, s->tracked, order_side(order), bracket_limit(m, slot, in)))
        return MATCH_BAD_LEG;
    uint32_t added = (uint32_t)to[0].added + to[1].added;
    if (!slots_left(m, added) || m->limits.specials - m->specials_used < added) return MATCH_FULL;
    return legs_affordable(m, slot, to) ? MATCH_NO_REASON : MATCH_NO_FUNDS;
}

bool linked_modifies(const struct match *m, uint32_t slot, const struct match_input *in)
{
    struct leg_change to[2];
    return legs_asked(m, slot, in, to) == MATCH_NO_REASON && (changes(&to[0]) || changes(&to[1]));
}

/* Done. */

static void leg_clear(struct match *m, uint32_t slot)
{
    struct special *s = order_special(m, slot);
    uint32_t other = s->sibling;
    bool lives = order_place(&m->orders[slot]) != PLACE_DORMANT;
    bool others = other != 0 && order_place(&m->orders[other]) != PLACE_DORMANT;
    if (lives && others) pair_runs(m, other); /* it has the reservation alone */
    leg_cut(m, slot);
    if (lives) order_end(m, slot, MATCH_BY_USER);
    else order_close(m, slot);
    if (others) pair_reprice(m, other, order_special(m, other)->limit);
}

static void leg_reprice(struct match *m, uint32_t slot, const struct leg_change *to)
{
    struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    struct special *s = order_special(m, slot);
    enum place place = order_place(order);
    if (place == PLACE_FIRED) return; /* by what the other leg has just traded */
    int32_t own = changed_reserve(m, slot, to);
    bool moves = place == PLACE_BOOK ? to->priced : place == PLACE_WAITS && to->triggered;
    if (place != PLACE_DORMANT) pair_reprice(m, slot, own);
    if (moves && place == PLACE_BOOK) book_take_out(m, slot);
    else if (moves) stop_take_out(m, slot);
    s->limit = own;
    int32_t trigger = to->triggered ? (int32_t)unit_good(&b->tick, to->leg.trigger) : 0;
    if (trigger != 0 && s->type == MATCH_TRAILING_STOP) {
        s->trail = trigger;
        s->trigger = stop_trigger_from(b, order_side(order), s->best_last, trigger);
    } else if (trigger != 0) {
        s->trigger = trigger;
    }
    if (place == PLACE_BOOK && moves) {
        order->key = key_of(order_side(order), s->limit);
        leg_arrives_anew(m, slot);
    } else if (place == PLACE_WAITS && moves) {
        stop_place_again(m, slot, order->id);
    } else if (place == PLACE_WAITS) {
        stop_replaced(m, slot, order->id, MATCH_KEPT_PRIORITY);
    }
}

/* Legs that are added come into their place beside the one that may be there. */
static void legs_add(struct match *m, uint32_t slot, const struct leg_change *to)
{
    const struct special *s = order_special(m, slot);
    uint32_t legs[2] = {s->legs[0], s->legs[1]};
    if (!to[0].added && !to[1].added) return;
    for (uint32_t i = 0; i < 2; i++)
        if (to[i].added) legs[i] = leg_open(m, slot, &to[i].leg);
    legs_join(m, slot, legs);
    parent_dirty(m, slot);
}

void linked_modify(struct match *m, uint32_t slot, const struct match_input *in)
{
    struct leg_change to[2];
    if (legs_asked(m, slot, in, to) != MATCH_NO_REASON) return;
    order_id_t id = m->orders[slot].id;
    const struct special *s = order_special(m, slot);
    for (uint32_t i = 0; i < 2; i++)
        if (to[i].cleared) leg_clear(m, s->legs[i]);
    for (uint32_t i = 0; i < 2 && m->orders[slot].id == id; i++)
        if ((to[i].priced || to[i].triggered) && s->legs[i] != 0)
            leg_reprice(m, s->legs[i], &to[i]);
    if (m->orders[slot].id == id) legs_add(m, slot, to);
}
