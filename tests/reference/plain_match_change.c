/* MODIFY of legs through their order (E6). */

#include "tests/reference/plain_match_change.h"

static struct match_leg leg_of(const struct plain_order *leg)
{
    if (leg == NULL) return (struct match_leg){0};
    bool priced = leg->type == MATCH_LIMIT || leg->type == MATCH_STOP_LIMIT;
    return (struct match_leg){.price = priced ? leg->price : 0, /* once fired it had one */
                              .trigger = leg->trigger,
                              .type = leg->type,
                              .side = leg->side};
}

/* False: bad_terms. */
static bool one_change(const struct plain_order *leg, const struct match_leg *given, bool clear,
                       struct plain_leg_change *change)
{
    *change = (struct plain_leg_change){.leg = leg_of(leg), .clear = clear};
    if (clear) {
        change->any = true;
        change->leg = (struct match_leg){0};
        return leg != NULL && !given->type && !given->price && !given->trigger;
    }
    if (given->type != MATCH_TYPE_NONE) {
        change->any = change->add = true;
        change->leg = *given;
        return true;
    }
    if (given->price == 0 && given->trigger == 0) return true;
    if (leg == NULL || leg->place == PLAIN_FIRED) return false;
    change->price_changes = given->price != 0 && given->price != leg->price;
    change->trigger_changes = given->trigger != 0 && given->trigger != leg->trigger;
    if (given->price != 0) change->leg.price = given->price;
    if (given->trigger != 0) change->leg.trigger = given->trigger;
    change->any = change->price_changes || change->trigger_changes;
    return true;
}

uint8_t plain_legs_change(struct plain_match *plain, const struct match_input *input,
                          const struct plain_order *order, price_t price,
                          struct plain_leg_change legs[2])
{
    const struct match_terms *terms = plain_terms(input);
    const uint8_t clears[2] = {MATCH_CLEAR_TAKE_PROFIT, MATCH_CLEAR_STOP_LOSS};
    bool given = input->flags != 0, has_legs = order->legs[0] || order->legs[1];
    for (int i = 0; i < 2; i++)
        given = given || terms->legs[i].type || terms->legs[i].price || terms->legs[i].trigger;
    if (given && !has_legs && !order->tracked) return MATCH_BAD_TERMS;
    for (int i = 0; i < 2; i++) {
        if (!one_change(order->legs[i], &terms->legs[i], input->flags & clears[i], &legs[i]))
            return MATCH_BAD_TERMS;
        if (legs[i].add && order->legs[i] != NULL) return MATCH_BAD_LEG;
    }
    struct plain_order after = *order;
    after.price = price;
    for (uint32_t i = 0; i < 2; i++) {
        if (plain_check_leg(plain_market(plain, order), &after, &legs[i].leg, i))
            return MATCH_BAD_LEG;
    }
    bool both = legs[0].leg.type && legs[1].leg.type;
    return both && legs[0].leg.side != legs[1].leg.side ? MATCH_BAD_LEG : MATCH_NO_REASON;
}

bool plain_legs_have_room(struct plain_match *plain, const struct plain_order *order,
                          const struct plain_leg_change legs[2])
{
    uint32_t orders, specials, adds = (uint32_t)legs[0].add + (uint32_t)legs[1].add;
    (void)order;
    plain_count(plain, &orders, &specials);
    return adds == 0 ||
           (orders + adds <= plain->limits.orders && specials + adds <= plain->limits.specials);
}

bool plain_legs_have_money(struct plain_match *plain, struct plain_order *order,
                           const struct plain_leg_change legs[2])
{
    struct plain_order before[2], *living = NULL;
    for (int i = 0; i < 2; i++) {
        if (order->legs[i] == NULL) continue;
        before[i] = *order->legs[i];
        if (plain_living(order->legs[i])) living = order->legs[i];
    }
    if (living == NULL || !plain_uses_money(plain, living)) return true;
    struct plain_question question = plain_ask(plain, living);
    for (int i = 0; i < 2; i++) {
        if (order->legs[i] == NULL || !legs[i].any || legs[i].clear) continue;
        order->legs[i]->price = legs[i].leg.price;
        order->legs[i]->trigger = legs[i].leg.trigger;
        if (legs[i].trigger_changes) plain_reserve_price(plain, order->legs[i]);
    }
    bool funded = plain_answer(plain, &question);
    for (int i = 0; i < 2; i++)
        if (order->legs[i]) *order->legs[i] = before[i];
    return funded;
}

static void clear(struct plain_match *plain, struct plain_order *leg)
{
    if (plain_living(leg)) plain_say_canceled(plain, leg, leg->open, MATCH_BY_USER);
    plain_leave(leg);
}

static void add(struct plain_match *plain, struct plain_order *order, int which,
                const struct match_leg *terms)
{
    order->link = MATCH_LEGS;
    struct plain_order *leg = plain_add_leg(plain, order, terms), *other = order->legs[1 - which];
    leg->id = plain->next_id++;
    order->legs[which] = leg;
    if (other) {
        other->sibling = leg;
        leg->sibling = other;
    }
}

static void change(struct plain_match *plain, struct plain_order *leg,
                   const struct plain_leg_change *change)
{
    if (leg->place == PLAIN_FIRED) return; /* by a trade of the other leg, just now */
    leg->price = change->leg.price;
    leg->trigger = change->leg.trigger;
    if (!plain_living(leg)) return;
    if (change->trigger_changes) plain_reserve_price(plain, leg);
    if (plain_is_stop(leg)) {
        if (change->trigger_changes) plain_anew(plain, leg, leg->id);
        else plain_say_replaced(plain, leg, leg->id, MATCH_PARKED | MATCH_KEPT_PRIORITY);
    } else if (change->price_changes) {
        plain_anew(plain, leg, leg->id);
    }
}

/* A leg that traded with its order may have ended it. */
static bool is_over(const struct plain_order *order)
{
    return order->place == PLAIN_GONE || (order->ended && !order->tracked);
}

void plain_legs_apply(struct plain_match *plain, struct plain_order *order,
                      const struct plain_leg_change legs[2])
{
    for (int i = 0; i < 2; i++)
        if (legs[i].clear) clear(plain, order->legs[i]);
    for (int i = 0; i < 2; i++)
        if (!is_over(order) && legs[i].any && !legs[i].clear && !legs[i].add && order->legs[i])
            change(plain, order->legs[i], &legs[i]);
    if (!legs[0].add && !legs[1].add) return;
    if (is_over(order)) return;
    for (int i = 0; i < 2; i++)
        if (legs[i].add) add(plain, order, i, &legs[i].leg);
    plain_remember(plain, order); /* they follow like after a trade */
}
