#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_linked.h"

#include <string.h>

/* Legs and pairs of a new order: whether they fit it (E1, E2, E5), and their slots.
 *
 * A leg has a slot, an id and a special from the acceptance of its order on, PLACE_DORMANT and
 * without lots, so that its coming to life cannot fail for lack of them. */

static bool is_stop(uint8_t type)
{
    return type >= MATCH_STOP;
}

static bool has_limit(uint8_t type)
{
    return type == MATCH_LIMIT || type == MATCH_STOP_LIMIT;
}

int32_t leg_reserve(const struct instrument *b, const struct match_leg *leg)
{
    if (has_limit(leg->type)) return (int32_t)unit_good(&b->tick, leg->price);
    int32_t trigger = (int32_t)unit_good(&b->tick, leg->trigger);
    enum side side = (enum side)leg->side;
    if (leg->type == MATCH_TRAILING_STOP) trigger = stop_trigger_now(b, side, trigger);
    return stop_limit_at(b, side, trigger);
}

/* Its prices are those its type has. */
static bool leg_priced(const struct instrument *b, const struct match_leg *leg)
{
    if (leg->type == MATCH_MARKET) return false;
    bool price_fits = has_limit(leg->type) ? unit_good(&b->tick, leg->price) != 0 : leg->price == 0;
    bool trigger_fits =
        is_stop(leg->type) ? unit_good(&b->tick, leg->trigger) != 0 : leg->trigger == 0;
    return price_fits && trigger_fits;
}

/* Of a bracket around a limit order: profit on the profit side, loss on the other (E5). */
static bool bracket_fits(const struct match_leg *legs, enum side side, price_t limit)
{
    if (legs[0].type != MATCH_TYPE_NONE && legs[0].type != MATCH_LIMIT) return false;
    if (legs[1].type != MATCH_TYPE_NONE && !is_stop(legs[1].type)) return false;
    if (limit == 0) return true;
    bool buying = side == SIDE_BUY;
    if (legs[0].type != MATCH_TYPE_NONE && legs[0].price == limit) return false;
    if (legs[0].type != MATCH_TYPE_NONE && (legs[0].price > limit) != buying) return false;
    if (legs[1].type == MATCH_TYPE_NONE || legs[1].type == MATCH_TRAILING_STOP) return true;
    return legs[1].trigger != limit && (legs[1].trigger < limit) == buying;
}

bool legs_fit(const struct instrument *b, const struct match_leg *legs, bool tracked,
              enum side side, price_t limit)
{
    for (uint32_t i = 0; i < 2; i++) {
        if (legs[i].type == MATCH_TYPE_NONE) continue;
        if (!leg_priced(b, &legs[i])) return false;
        if (tracked && legs[i].side == side) return false;
    }
    bool both = legs[0].type != MATCH_TYPE_NONE && legs[1].type != MATCH_TYPE_NONE;
    if (both && legs[0].side != legs[1].side) return false;
    return !tracked || bracket_fits(legs, side, limit);
}

static struct match_terms terms_of(const struct match_input *in)
{
    struct match_terms terms = {0};
    if (in->bytes > sizeof *in) memcpy(&terms, in + 1, sizeof terms);
    return terms;
}

enum match_reason linked_check(const struct match *m, const struct match_input *in,
                               const struct instrument *b)
{
    (void)m;
    struct match_terms terms = terms_of(in);
    enum side side = (enum side)in->side;
    bool fits = legs_fit(b, terms.legs, (in->flags & MATCH_TRACK) != 0, side,
                         in->type == MATCH_LIMIT ? in->price : 0);
    if (terms.link == MATCH_PAIR && terms.legs[0].side != side) fits = false;
    return fits ? MATCH_NO_REASON : MATCH_BAD_LEG;
}

uint32_t leg_open(struct match *m, uint32_t parent, const struct match_leg *leg)
{
    const uint32_t kept = META_INSTRUMENT | META_DAY | 3u << META_STP_SHIFT;
    const struct order *order = &m->orders[parent];
    const struct instrument *b = order_instrument(m, order);
    enum side side = (enum side)leg->side;
    int32_t limit = leg_reserve(b, leg);
    uint32_t slot = order_open(m,
                               &(struct order){
                                   .id = m->id_next++,
                                   .key = key_of(side, limit),
                                   .holder = order->holder,
                                   .meta = (order->meta & kept) | META_LINKED |
                                           (uint32_t)side << META_SIDE_SHIFT |
                                           (uint32_t)PLACE_DORMANT << META_PLACE_SHIFT,
                               },
                               m->ties[parent].total);
    CHECK(slot != 0);
    struct special *s = special_open(m, slot);
    CHECK(s != NULL);
    s->type = leg->type;
    s->tif = order->meta & META_DAY ? MATCH_DAY : MATCH_GTC;
    s->limit = limit;
    if (leg->type == MATCH_TRAILING_STOP) s->trail = (int32_t)unit_count(&b->tick, leg->trigger);
    else if (is_stop(leg->type)) s->trigger = (int32_t)unit_count(&b->tick, leg->trigger);
    return slot;
}

void linked_open(struct match *m, uint32_t slot, const struct match_input *in)
{
    const struct match_terms terms = terms_of(in);
    struct special *s = order_special(m, slot);
    uint32_t legs[2] = {0, 0};
    for (uint32_t i = 0; i < 2; i++)
        if (terms.legs[i].type != MATCH_TYPE_NONE) legs[i] = leg_open(m, slot, &terms.legs[i]);
    if (terms.link == MATCH_PAIR) {
        s->sibling = legs[0];
        order_special(m, legs[0])->sibling = slot;
        order_special(m, legs[0])->reserve = s->reserve;
    } else if (terms.link == MATCH_LEGS) {
        legs_join(m, slot, legs);
    }
    if (s->tracked) status_tell(m, slot, MATCH_PENDING);
}

void legs_join(struct match *m, uint32_t parent, const uint32_t *legs)
{
    struct special *s = order_special(m, parent);
    for (uint32_t i = 0; i < 2; i++) {
        s->legs[i] = legs[i];
        if (legs[i] == 0) continue;
        order_special(m, legs[i])->parent = parent;
        order_special(m, legs[i])->sibling = legs[i ^ 1];
    }
}

void linked_arrived(struct match *m, uint32_t slot)
{
    uint32_t leg = order_special(m, slot)->sibling;
    if (leg == 0) return;
    m->orders[leg].lots = m->ties[leg].total = order_open_lots(m, slot);
    pair_runs(m, leg);
    leg_arrives(m, leg);
}
